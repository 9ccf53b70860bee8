/* tombstone — the erased, as hashes of their accounts: carried over a restore, so that nobody comes
 * back by it. */
#ifndef KOI_STORE_TOMBSTONE_H
#define KOI_STORE_TOMBSTONE_H

#include "db/db.h"

struct tombstone {
    struct str kind, issuer;
    struct str value_hash; /* bytes */
    int64_t erased_s;
};

/* All of them, in the arena given. */
enum rc tombstone_list(struct tx *tx, struct arena *a, struct tombstone **out, size_t *out_n,
                       struct err *e);
/* Adds one; nothing happens when it is there. */
enum rc tombstone_put(struct tx *tx, const struct tombstone *t, struct err *e);
/* The root of the customer who has such an account; RC_NOT_FOUND (e untouched) when nobody has. */
enum rc tombstone_customer(struct tx *tx, const struct tombstone *t, int64_t *out_root_id,
                           struct err *e);

#endif

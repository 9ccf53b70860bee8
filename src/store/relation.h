/* relation — a customer befriended by a staff member. One row for each pair, renewed when they
 * become friends again. */
#ifndef KOI_STORE_RELATION_H
#define KOI_STORE_RELATION_H

#include "base/secret.h"
#include "db/db.h"

/* The pair became friends at `added_s`: makes or renews the row, keeps customer.added_s the
 * earliest, and writes event friend_add and changes. `source_id`, `batch_id`: 0 none. `out_added`
 * is false, and nothing is written, when they are friends already. */
enum rc relation_begin(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t added_s,
                       int64_t source_id, int64_t batch_id, bool *out_added, struct err *e);
/* One of the two ended it: event friend_delete (by the customer) or friend_remove. `out_ended` is
 * false when they were no friends. */
enum rc relation_end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                     bool by_customer, bool *out_ended, struct err *e);

struct relation_tag_name {
    int64_t id;
    struct str name;
};
/* A relation of the profile. */
struct relation_card {
    int64_t id, customer_id, staff_id;
    struct str staff;
    int64_t added_s, deleted_s; /* deleted_s: DB_NULL while friends */
    struct str deleted_by;      /* customer, staff; absent while friends */
    struct str
        remark; /* opened; absent when there is none or it is not the account's own staff's */
    struct relation_tag_name *tags;
    size_t tags_n, tags_room;
};
/* All relations of everyone with this root, newest first. Remarks are opened only for scope account
 * 0 or its own staff. */
enum rc relation_cards(struct tx *tx, const struct keyring *keys, int64_t scope_account,
                       int64_t root_id, struct relation_card **out, size_t *out_n, struct err *e);

#endif

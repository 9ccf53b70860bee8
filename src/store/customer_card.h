/* customer_card — what a list shows of a customer: profile, staff, tags, tiers, purchases.
 *
 * Read for a page at once, in five statements whatever its length. Texts live in the transaction's
 * arena.
 */
#ifndef KOI_STORE_CUSTOMER_CARD_H
#define KOI_STORE_CUSTOMER_CARD_H

#include "base/secret.h"
#include "db/db.h"

struct customer_staff {
    int64_t id;
    struct str name;
};
struct customer_tag_card {
    int64_t id;
    struct str name, group;
};
struct customer_tier_card {
    struct str model, tier, color;
};

struct customer_card {
    int64_t id;
    struct str nickname, gender;
    int64_t birth_day; /* DB_NULL: not known */
    struct str province, city;
    struct str
        phone; /* in the clear: mask it (domain/mask.h); absent: none that the account may see */
    int64_t source_id, stage_id; /* 0: none */
    struct str source, stage;
    int64_t added_s; /* DB_NULL: never */
    int64_t first_s;
    int64_t no_marketing;
    int64_t orders, spend_fen;
    int64_t last_order_s; /* DB_NULL: never */
    int64_t updated_us;
    struct customer_staff *staff; /* active relations, oldest first */
    size_t staff_n, staff_room;
    struct customer_tag_card *tags; /* in the order of the catalogue */
    size_t tags_n, tags_room;
    struct customer_tier_card *tiers;
    size_t tiers_n, tiers_room;
};

/* The cards of root ids, in their order; an id that is no visible root is left out. At most
 * 2,000. */
enum rc customer_cards(struct tx *tx, const struct keyring *keys, int64_t scope_account,
                       const int64_t *ids, size_t n, struct customer_card **out, size_t *out_n,
                       struct err *e);

/* The scores in force; RC_NOT_FOUND (e untouched) for who has none. */
enum rc customer_rfm(struct tx *tx, int64_t root_id, int64_t *out_r, int64_t *out_f, int64_t *out_m,
                     struct err *e);

#endif

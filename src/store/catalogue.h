/* catalogue — short lists that filters offer: kinds of events, channels, products, cities. */
#ifndef KOI_STORE_CATALOGUE_H
#define KOI_STORE_CATALOGUE_H

#include "db/db.h"

struct kind_row {
    int64_t id;
    struct str name, zh, en;
    bool touch;
};
/* All kinds of events, by id. */
enum rc catalogue_kinds(struct tx *tx, struct kind_row **out, size_t *out_n, struct err *e);

struct channel_row {
    int64_t id;
    struct str name, kind;
};
/* All channels, by id. */
enum rc catalogue_channels(struct tx *tx, struct channel_row **out, size_t *out_n, struct err *e);

struct product_card {
    int64_t id;
    struct str issuer, code, name, category, role; /* the last two may be absent */
    int64_t price_fen, cost_micro, cycle_days;     /* list price, cost of one piece; DB_NULL: not
                                                      known */
};
/* Products whose code or name contains `q` (absent: all) with id behind `after_id`, at most
 * `limit`. */
enum rc catalogue_products(struct tx *tx, struct str q, int64_t after_id, int64_t limit,
                           struct product_card **out, size_t *out_n, struct err *e);

/* RC_NOT_FOUND with a sentence. */
enum rc catalogue_product(struct tx *tx, int64_t id, struct product_card *out, struct err *e);
/* Writes category, list price and cost of a product that exists, and says so to the mirror. */
enum rc catalogue_product_store(struct tx *tx, const struct product_card *p, struct err *e);

struct city_row {
    struct str name;
    int64_t customers;
};
/* The cities of root customers whose name contains `q`, those with most customers first; customers
 * as the account sees them. */
enum rc catalogue_cities(struct tx *tx, struct str q, int64_t scope_account, int64_t limit,
                         struct city_row **out, size_t *out_n, struct err *e);

#endif

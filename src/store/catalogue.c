/* catalogue.c — what filters offer. Kinds and channels are a handful; products are searched by
 * scanning (some ten thousand rows at most); cities are counted over the index on city, 0.3 µs a
 * customer.
 */
#include "store/catalogue.h"

#include "store/event.h"
#include "store/like.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

static const struct sql KINDS = {
    .text = "SELECT id, name, zh, en, touch FROM event_kind /*scan*/ ORDER BY id",
    .out = "isssi",
};
static const struct sql CHANNELS = {
    .text = "SELECT id, name, kind FROM channel /*scan*/ ORDER BY id",
    .out = "iss",
};
#define PRODUCT                                                                                    \
    "SELECT id, issuer, code, name, category, role, price_fen, cost_micro, cycle_days FROM "       \
    "product"
static const struct sql PRODUCTS = {
    .text = PRODUCT " WHERE id > $2 AND ($1 IS NULL OR lower(name) LIKE $1 ESCAPE '\\'"
                    " OR lower(code) LIKE $1 ESCAPE '\\') ORDER BY id LIMIT $3",
    .in = "Sii",
    .out = "isssSSIII",
};
static const struct sql PRODUCT_LOAD = {
    .text = PRODUCT " WHERE id = $1",
    .in = "i",
    .out = "isssSSIII",
};
static const struct sql PRODUCT_STORE = {
    .text = "UPDATE product SET category = $2, price_fen = $3, cost_micro = $4 WHERE id = $1",
    .in = "iSII",
};
static const struct sql CITIES = {
    .text = "SELECT c.city, count(*) FROM customer c /*scan*/ WHERE c.city IS NOT NULL AND "
            "c.root_id = c.id"
            " AND c.erased_s IS NULL AND ($1 IS NULL OR lower(c.city) LIKE $1 ESCAPE '\\') "
            "AND " SCOPE_CUSTOMER("c.id", "$2") " GROUP BY c.city ORDER BY 2 DESC, 1 LIMIT $3",
    .in = "Sii",
    .out = "si",
};

STATEMENTS(catalogue, &KINDS, &CHANNELS, &PRODUCTS, &PRODUCT_LOAD, &PRODUCT_STORE, &CITIES);

enum rc catalogue_kinds(struct tx *tx, struct kind_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &KINDS, &r, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct kind_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) =
            (struct kind_row){rows_int(r, 0), rows_copy(r, 1, a), rows_copy(r, 2, a),
                              rows_copy(r, 3, a), rows_int(r, 4) != 0};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc catalogue_channels(struct tx *tx, struct channel_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CHANNELS, &r, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct channel_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) =
            (struct channel_row){rows_int(r, 0), rows_copy(r, 1, a), rows_copy(r, 2, a)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

static struct product_card product_from(const struct rows *r, struct arena *a)
{
    return (struct product_card){
        .id = rows_int(r, 0),
        .issuer = rows_copy(r, 1, a),
        .code = rows_copy(r, 2, a),
        .name = rows_copy(r, 3, a),
        .category = rows_copy(r, 4, a),
        .role = rows_copy(r, 5, a),
        .price_fen = rows_known(r, 6),
        .cost_micro = rows_known(r, 7),
        .cycle_days = rows_known(r, 8),
    };
}

enum rc catalogue_products(struct tx *tx, struct str q, int64_t after_id, int64_t limit,
                           struct product_card **out, size_t *out_n, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct str like = str_empty(q) ? STR_ABSENT : like_part(a, q);
    struct rows *r;
    enum rc rc = tx_query(tx, &PRODUCTS, &r, e, like, after_id, limit);
    if (rc != RC_OK)
        return rc;
    struct product_card *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = product_from(r, a);
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc catalogue_product(struct tx *tx, int64_t id, struct product_card *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &PRODUCT_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        return err_set(e, rc, "product_unknown", "product_id", "没有这个商品",
                       "there is no such product");
    if (rc != RC_OK)
        return rc;
    *out = product_from(r, tx_arena(tx));
    return rows_end(r, e);
}

enum rc catalogue_product_store(struct tx *tx, const struct product_card *p, struct err *e)
{
    enum rc rc = tx_exec(tx, &PRODUCT_STORE, e, p->id, p->category, p->price_fen, p->cost_micro);
    return rc == RC_OK ? change_add(tx, "product", p->id, 0, e) : rc;
}

enum rc catalogue_cities(struct tx *tx, struct str q, int64_t scope_account, int64_t limit,
                         struct city_row **out, size_t *out_n, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct str like = str_empty(q) ? STR_ABSENT : like_part(a, q);
    struct rows *r;
    enum rc rc = tx_query(tx, &CITIES, &r, e, like, scope_account, limit);
    if (rc != RC_OK)
        return rc;
    struct city_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct city_row){rows_copy(r, 0, a), rows_int(r, 1)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

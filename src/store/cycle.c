/* cycle.c — the rows of cycles, and what they are counted from.
 *
 * A handful of cycles, with a few products each. Who last bought what is asked of the lines by
 * their product, which has no index: one pass. Only those of whom something does not count are
 * found through refunds and unpaid orders.
 */
#include "store/cycle.h"

#include "store/event.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

/* ---- rows ---- */

#define CYCLE                                                                                      \
    "SELECT y.id, y.name, y.starts, y.kind_id, k.name, k.zh, k.en, y.field_id, f.key, f.name,"     \
    " y.length, y.unit, y.enabled, y.account_id, b.name, y.created_s, y.updated_us FROM cycle y"
#define CYCLE_NAMES                                                                                \
    " LEFT JOIN event_kind k ON k.id = y.kind_id LEFT JOIN field f ON f.id = y.field_id"           \
    " LEFT JOIN account b ON b.id = y.account_id"
#define CYCLE_TYPES "issISSSISSISiISii"
static const struct sql CYCLE_LIST = {
    .text = CYCLE " /*scan*/" CYCLE_NAMES " ORDER BY y.name, y.id",
    .out = CYCLE_TYPES,
};
static const struct sql CYCLE_LOAD = {
    .text = CYCLE CYCLE_NAMES " WHERE y.id = $1",
    .in = "i",
    .out = CYCLE_TYPES,
};
static const struct sql CYCLE_NAMED = {
    .text = CYCLE CYCLE_NAMES " WHERE y.name = $1",
    .in = "s",
    .out = CYCLE_TYPES,
};
static const struct sql CYCLE_PRODUCTS = {
    .text = "SELECT y.product_id, p.code, p.name FROM cycle_product y LEFT JOIN product p"
            " ON p.id = y.product_id WHERE y.cycle_id = $1 ORDER BY y.product_id",
    .in = "i",
    .out = "iSS",
};
static const struct sql CYCLE_ADD = {
    .text = "INSERT INTO cycle (id, name, starts, kind_id, field_id, length, unit, enabled,"
            " account_id, created_s, updated_us)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    .in = "issIIISiIii",
};
static const struct sql CYCLE_STORE = {
    .text = "UPDATE cycle SET name = $2, length = $3, unit = $4, enabled = $5, updated_us = $6"
            " WHERE id = $1",
    .in = "isISii",
};
static const struct sql CYCLE_PRODUCT_ADD = {
    .text = "INSERT INTO cycle_product (cycle_id, product_id) VALUES ($1, $2)"
            " ON CONFLICT (cycle_id, product_id) DO NOTHING",
    .in = "ii",
};
static const struct sql CYCLE_PRODUCTS_GO = {
    .text = "DELETE FROM cycle_product WHERE cycle_id = $1",
    .in = "i",
};
static const struct sql CYCLE_REMOVE = {
    .text = "DELETE FROM cycle WHERE id = $1",
    .in = "i",
};

/* ---- when they last began ---- */

#define LINE_OF(ids) "e.nature = 'sale' AND e.product_id " ids
#define LAST_THAT_COUNTS(ids, root)                                                                \
    "SELECT max(e.at_s) FROM customer v CROSS JOIN orders o CROSS JOIN order_item e"               \
    " WHERE v.root_id = " root " AND o.customer_id = v.id AND e.order_id = o.id AND " LINE_OF(     \
        ids) " AND e.customer_id = v.id AND e.at_s <= $2 AND " CYCLE_COUNTS("o", "$2")
#define DOUBTFUL(ids)                                                                              \
    "WITH d AS (SELECT m.root_id AS id FROM refund f /*scan*/ CROSS JOIN order_item e"             \
    " CROSS JOIN customer m WHERE e.order_id = f.order_id AND " LINE_OF(                           \
        ids) " AND m.id = e.customer_id UNION SELECT m.root_id FROM orders u CROSS JOIN "          \
             "order_item e"                                                                        \
             " CROSS JOIN customer m WHERE u.nature = 'sale' AND u.sale_fen <= 0 AND e.order_id "  \
             "= u.id"                                                                              \
             " AND " LINE_OF(ids) " AND m.id = e.customer_id)"                                     \
                                  " SELECT d.id, (" LAST_THAT_COUNTS(ids, "d.id") ") FROM d"
static const struct sql CYCLE_DOUBTFUL = {
    .text = DOUBTFUL(IDS_LITE("$1")),
    .pg = DOUBTFUL(IDS_PG("$1")),
    .in = "si",
    .out = "iI",
};

#define LAST_OF(ids, roots) "SELECT d.value, (" LAST_THAT_COUNTS(ids, "d.value") ") FROM " roots
static const struct sql CYCLE_LAST_OF = {
    .text = LAST_OF(IDS_LITE("$1"), "json_each($3) d"),
    .pg = LAST_OF(IDS_PG("$1"),
                  "unnest(string_to_array(trim(both '[]' from $3), ',')::bigint[]) AS d (value)"),
    .in = "sis",
    .out = "iI",
};

/* Roots that are not erased and that the account may see. */
#define SEEN(root) " AND c.id = " root " AND c.erased_s IS NULL AND " SCOPE_CUSTOMER("c.id", "$2")
#define PURCHASES(ids)                                                                             \
    "SELECT max(e.at_s) FROM order_item e /*scan*/ JOIN orders o ON o.id = e.order_id"             \
    " JOIN customer m ON m.id = e.customer_id JOIN customer c ON c.id = m.root_id"                 \
    " WHERE " LINE_OF(ids) " AND e.at_s <= $3 AND " CYCLE_COUNTS("o", "$3")                        \
        SEEN("m.root_id") " GROUP BY m.root_id"
static const struct sql CYCLE_PURCHASES = {
    .text = PURCHASES(IDS_LITE("$1")),
    .pg = PURCHASES(IDS_PG("$1")),
    .in = "sii",
    .out = "i",
};
static const struct sql CYCLE_FIELDS = {
    .text = "SELECT f.value_int FROM customer_field f JOIN customer c ON c.id = f.customer_id"
            " WHERE f.field_id = $1 AND f.value_int IS NOT NULL AND $3 IS NOT NULL"
            " AND c.root_id = c.id" SEEN("f.customer_id"),
    .in = "iii",
    .out = "i",
};
static const struct sql CYCLE_RELATIVES = {
    .text =
        "SELECT x.due FROM (SELECT f.value_int - c.birth_day + (SELECT d.day FROM calendar d"
        " WHERE d.start_s <= " CYCLE_FIRST_S(
            "c.id", "$3") " ORDER BY d.start_s DESC LIMIT 1)"
                          " AS due FROM customer_field f JOIN customer c ON c.id = f.customer_id"
                          " WHERE f.field_id = $1 AND c.root_id = c.id" SEEN(
                              "f.customer_id") ") x"
                                               " WHERE x.due IS NOT NULL",
    .in = "iii",
    .out = "i",
};

STATEMENTS(cycle, &CYCLE_LIST, &CYCLE_LOAD, &CYCLE_NAMED, &CYCLE_PRODUCTS, &CYCLE_ADD, &CYCLE_STORE,
           &CYCLE_PRODUCT_ADD, &CYCLE_PRODUCTS_GO, &CYCLE_REMOVE, &CYCLE_DOUBTFUL, &CYCLE_LAST_OF,
           &CYCLE_PURCHASES, &CYCLE_FIELDS, &CYCLE_RELATIVES);

/* ---- words ---- */

static const char *const STARTS[CYCLE_STARTS] = {"purchase", "event", "field", "relative"};

const char *cycle_start_word(enum cycle_start starts)
{
    assert(starts < CYCLE_STARTS);
    return STARTS[starts];
}

enum cycle_start cycle_start_from(struct str word)
{
    enum cycle_start s = CYCLE_PURCHASE;
    while (s < CYCLE_STARTS && !str_eq(word, str_from(STARTS[s])))
        s++;
    return s;
}

/* ---- reading ---- */

static void read_cycle(const struct rows *r, struct arena *a, struct cycle *out)
{
    *out = (struct cycle){
        .id = rows_int(r, 0),
        .name = rows_copy(r, 1, a),
        .rule = {.starts = cycle_start_from(rows_str(r, 2)),
                 .kind_id = rows_int(r, 3),
                 .field_id = rows_int(r, 7),
                 .length = rows_int(r, 10),
                 .months = str_eq(rows_str(r, 11), STR("month"))},
        .kind = rows_copy(r, 4, a),
        .kind_zh = rows_copy(r, 5, a),
        .kind_en = rows_copy(r, 6, a),
        .field = rows_copy(r, 8, a),
        .field_name = rows_copy(r, 9, a),
        .enabled = rows_int(r, 12) != 0,
        .account_id = rows_int(r, 13),
        .account = rows_copy(r, 14, a),
        .created_s = rows_int(r, 15),
        .updated_us = rows_int(r, 16),
    };
    assert(out->rule.starts < CYCLE_STARTS);
}

/* Products that are no more keep their id in the rule, which then matches nothing by it. */
static enum rc read_products(struct tx *tx, struct arena *a, struct cycle *c, struct err *e)
{
    struct rows *r;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &CYCLE_PRODUCTS, &r, e, c->id);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, c->products, n, room) =
            (struct cycle_product){rows_int(r, 0), rows_copy(r, 1, a), rows_copy(r, 2, a)};
    c->rule.products = ARENA_ARRAY(a, int64_t, n + 1);
    c->rule.n_products = n;
    for (size_t i = 0; i < n; i++)
        c->rule.products[i] = c->products[i].id;
    return rows_end(r, e);
}

enum rc cycle_list(struct tx *tx, struct cycle **out, size_t *out_n, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct cycle *list = NULL;
    size_t n = 0, room = 0;
    struct rows *r;
    enum rc rc = tx_query(tx, &CYCLE_LIST, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        read_cycle(r, a, LIST_ADD(a, list, n, room));
    rc = rows_end(r, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = read_products(tx, a, &list[i], e);
    *out = list;
    *out_n = n;
    return rc;
}

enum rc cycle_load(struct tx *tx, int64_t id, struct cycle *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &CYCLE_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        err_set(e, RC_NOT_FOUND, "cycle_unknown", "cycle_id", "没有这个周期",
                "there is no such cycle");
    if (rc != RC_OK)
        return rc;
    read_cycle(r, tx_arena(tx), out);
    rc = rows_end(r, e);
    return rc == RC_OK ? read_products(tx, tx_arena(tx), out, e) : rc;
}

enum rc cycle_named(struct tx *tx, struct arena *a, struct str name, int64_t *out_id,
                    struct cycle_rule *out, struct err *e)
{
    struct rows *r;
    struct cycle c;
    enum rc rc = tx_find(tx, &CYCLE_NAMED, &r, e, name);
    *out_id = 0;
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    read_cycle(r, a, &c);
    rc = rows_end(r, e);
    if (rc == RC_OK)
        rc = read_products(tx, a, &c, e);
    *out_id = c.id;
    *out = c.rule;
    return rc;
}

/* ---- writing ---- */

static enum rc name_free(struct tx *tx, struct str name, int64_t own, struct err *e)
{
    int64_t found;
    enum rc rc = tx_int(tx, &CYCLE_NAMED, &found, e, name);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && found == own))
        return RC_OK;
    if (rc != RC_OK)
        return rc;
    err_set(e, RC_CONFLICT, "name_taken", "name", "已经有周期“" STR_FMT "”",
            "there is a cycle \"" STR_FMT "\" already", STR_ARG(name));
    err_hint(e, "请换一个名称", "choose another name");
    return RC_CONFLICT;
}

static enum rc add_products(struct tx *tx, const struct cycle *c, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < c->rule.n_products; i++)
        rc = tx_exec(tx, &CYCLE_PRODUCT_ADD, e, c->id, c->rule.products[i]);
    return rc;
}

static int64_t null_0(int64_t id)
{
    return id != 0 ? id : DB_NULL;
}

static struct str unit_of(const struct cycle_rule *r)
{
    return r->starts == CYCLE_RELATIVE ? STR_ABSENT : r->months ? STR("month") : STR("day");
}

enum rc cycle_add(struct tx *tx, struct cycle *c, struct err *e)
{
    assert((c->rule.starts == CYCLE_RELATIVE) == (c->rule.length == 0));
    c->id = tx_id(tx);
    enum rc rc = name_free(tx, c->name, 0, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &CYCLE_ADD, e, c->id, c->name, str_from(STARTS[c->rule.starts]),
                     null_0(c->rule.kind_id), null_0(c->rule.field_id), null_0(c->rule.length),
                     unit_of(&c->rule), (int64_t)c->enabled, null_0(c->account_id), tx_now_s(tx),
                     tx_now_us(tx));
    return rc == RC_OK ? add_products(tx, c, e) : rc;
}

enum rc cycle_store(struct tx *tx, const struct cycle *c, struct err *e)
{
    enum rc rc = name_free(tx, c->name, c->id, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &CYCLE_STORE, e, c->id, c->name, null_0(c->rule.length), unit_of(&c->rule),
                     (int64_t)c->enabled, tx_now_us(tx));
    if (rc == RC_OK)
        rc = tx_exec(tx, &CYCLE_PRODUCTS_GO, e, c->id);
    return rc == RC_OK ? add_products(tx, c, e) : rc;
}

enum rc cycle_remove(struct tx *tx, int64_t id, struct err *e)
{
    enum rc rc = tx_exec(tx, &CYCLE_PRODUCTS_GO, e, id);
    return rc == RC_OK ? tx_exec(tx, &CYCLE_REMOVE, e, id) : rc;
}

/* ---- when it last began ---- */

static struct str products_text(struct tx *tx, const struct cycle_rule *rule)
{
    assert(rule->starts == CYCLE_PURCHASE && rule->n_products > 0);
    return ids_text(tx_arena(tx), rule->products, rule->n_products);
}

static enum rc see_lasts(struct rows *r, void (*see)(void *to, int64_t root_id, int64_t last_s),
                         void *to, struct err *e)
{
    while (rows_next(r))
        see(to, rows_int(r, 0), rows_known(r, 1));
    return rows_end(r, e);
}

enum rc cycle_doubtful(struct tx *tx, const struct cycle_rule *rule, int64_t now_s,
                       void (*see)(void *to, int64_t root_id, int64_t last_s), void *to,
                       struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CYCLE_DOUBTFUL, &r, e, products_text(tx, rule), now_s);
    return rc == RC_OK ? see_lasts(r, see, to, e) : rc;
}

enum rc cycle_last_of(struct tx *tx, const struct cycle_rule *rule, const int64_t *roots, size_t n,
                      int64_t now_s, void (*see)(void *to, int64_t root_id, int64_t last_s),
                      void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CYCLE_LAST_OF, &r, e, products_text(tx, rule), now_s,
                          ids_text(tx_arena(tx), roots, n));
    return rc == RC_OK ? see_lasts(r, see, to, e) : rc;
}

enum rc cycle_each(struct tx *tx, const struct cycle_rule *rule, int64_t scope_account,
                   int64_t now_s, void (*see)(void *to, int64_t value), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc;
    assert(rule->starts != CYCLE_EVENT);
    if (rule->starts == CYCLE_PURCHASE)
        rc = tx_query(tx, &CYCLE_PURCHASES, &r, e, products_text(tx, rule), scope_account, now_s);
    else
        rc = tx_query(tx, rule->starts == CYCLE_FIELD ? &CYCLE_FIELDS : &CYCLE_RELATIVES, &r, e,
                      rule->field_id, scope_account, now_s);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0));
    return rows_end(r, e);
}

/* order_read.c — reading orders. Pages walk the index on time; an order number is found through the
 * channels, of which there are few; a customer's orders through the family. A narrow scope sees the
 * orders of its own customers only. Filters without an index are tested on the way, so a rare one
 * costs a walk (0.5 µs an order).
 */
#include "store/order_read.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

#define ORDER_COLUMNS                                                                              \
    "SELECT o.id, o.channel_id, o.number, h.name, o.nature, o.state, coalesce(r.id, 0), "          \
    "r.nickname,"                                                                                  \
    " coalesce(o.staff_id, 0), s.name, o.at_s, o.paid_s, o.total_fen, o.sale_fen, o.paid_fen,"     \
    " o.refunded_fen, o.province, o.lines, o.updated_us"
#define ORDER_TYPES "iissssiSiSiIiiIiSii"
#define ORDER_JOINS                                                                                \
    " JOIN channel h ON h.id = o.channel_id LEFT JOIN customer b ON b.id = o.customer_id"          \
    " LEFT JOIN customer r ON r.id = b.root_id AND r.erased_s IS NULL"                             \
    " LEFT JOIN staff s ON s.id = o.staff_id"
#define ORDER_MATCHES                                                                              \
    SCOPE_CUSTOMER("r.id", "$1")                                                                   \
    " AND ($2 = 0 OR o.channel_id = $2) AND ($3 IS NULL OR o.state = $3)"                          \
    " AND ($4 IS NULL OR o.nature = $4) AND o.at_s >= $5 AND o.at_s < $6"                          \
    " AND ($7 < 0 OR $7 = CASE WHEN o.refunded_fen > 0 THEN 1 ELSE 0 END)"
#define MATCH_IN "iiSSiii"
#define ORDER_PLACE                                                                                \
    " AND (o.at_s < $8 OR (o.at_s = $8 AND o.id < $9)) ORDER BY o.at_s DESC, o.id DESC"            \
    " LIMIT $10 OFFSET $11"

static const struct sql ORDER_LIST = {
    .text = ORDER_COLUMNS " FROM orders o" ORDER_JOINS " WHERE " ORDER_MATCHES ORDER_PLACE,
    .in = MATCH_IN "iiii",
    .out = ORDER_TYPES,
};
#define NUMBERED                                                                                   \
    " FROM channel f /*scan*/ CROSS JOIN orders o ON o.channel_id = f.id AND o.number = "
static const struct sql ORDER_LIST_NUMBERED = {
    .text = ORDER_COLUMNS NUMBERED "$12" ORDER_JOINS " WHERE " ORDER_MATCHES ORDER_PLACE,
    .pg = ORDER_COLUMNS " FROM orders o" ORDER_JOINS
                        " WHERE o.number = $12 AND " ORDER_MATCHES ORDER_PLACE,
    .in = MATCH_IN "iiiis",
    .out = ORDER_TYPES,
};
static const struct sql ORDER_LIST_OF = {
    .text = ORDER_COLUMNS " FROM customer m JOIN orders o ON o.customer_id = m.id" ORDER_JOINS
                          " WHERE m.root_id = $12 AND " ORDER_MATCHES ORDER_PLACE,
    .in = MATCH_IN "iiiii",
    .out = ORDER_TYPES,
};
static const struct sql ORDER_COUNT = {
    .text =
        "SELECT count(*) FROM (SELECT 1 FROM orders o LEFT JOIN customer b ON b.id = o.customer_id"
        " LEFT JOIN customer r ON r.id = b.root_id AND r.erased_s IS NULL WHERE " ORDER_MATCHES
        " LIMIT 10001) q",
    .in = MATCH_IN,
    .out = "i",
};
static const struct sql ORDER_COUNT_OF = {
    .text = "SELECT count(*) FROM (SELECT 1 FROM customer m JOIN orders o ON o.customer_id = m.id"
            " LEFT JOIN customer b ON b.id = o.customer_id"
            " LEFT JOIN customer r ON r.id = b.root_id AND r.erased_s IS NULL"
            " WHERE m.root_id = $8 AND " ORDER_MATCHES " LIMIT 10001) q",
    .in = MATCH_IN "i",
    .out = "i",
};
static const struct sql ORDER_CARD = {
    .text = ORDER_COLUMNS " FROM orders o" ORDER_JOINS
                          " WHERE o.id = $2 AND " SCOPE_CUSTOMER("r.id", "$1"),
    .in = "ii",
    .out = ORDER_TYPES,
};
#define ORDERS_BY_ID(ids)                                                                          \
    ORDER_COLUMNS " FROM orders o" ORDER_JOINS " WHERE o.id " ids                                  \
                  " AND " SCOPE_CUSTOMER("r.id", "$1") " ORDER BY o.at_s DESC, o.id DESC"
static const struct sql ORDER_LIST_BY_ID = {
    .text = ORDERS_BY_ID(IDS_LITE("$2")),
    .pg = ORDERS_BY_ID(IDS_PG("$2")),
    .in = "is",
    .out = ORDER_TYPES,
};
static const struct sql ORDER_LINES = {
    .text =
        "SELECT i.line, coalesce(i.product_id, 0), p.code, p.name, p.category, i.at_s, i.quantity,"
        " i.unit_price_micro, i.amount_fen, i.nature FROM order_item i"
        " LEFT JOIN product p ON p.id = i.product_id WHERE i.order_id = $1"
        " ORDER BY i.line, i.seq LIMIT 2000",
    .in = "i",
    .out = "iiSSSiiiis",
};
static const struct sql ORDER_REFUNDS = {
    .text = "SELECT number, at_s, amount_fen FROM refund WHERE order_id = $1 ORDER BY at_s, id",
    .in = "i",
    .out = "sii",
};

STATEMENTS(order_read, &ORDER_LIST, &ORDER_LIST_NUMBERED, &ORDER_LIST_OF, &ORDER_COUNT,
           &ORDER_COUNT_OF, &ORDER_CARD, &ORDER_LIST_BY_ID, &ORDER_LINES, &ORDER_REFUNDS);

static void read_order(const struct rows *r, struct arena *a, struct order_card *out)
{
    *out = (struct order_card){
        .id = rows_int(r, 0),
        .channel_id = rows_int(r, 1),
        .number = rows_copy(r, 2, a),
        .channel = rows_copy(r, 3, a),
        .nature = rows_copy(r, 4, a),
        .state = rows_copy(r, 5, a),
        .customer_id = rows_int(r, 6),
        .nickname = rows_copy(r, 7, a),
        .staff_id = rows_int(r, 8),
        .staff = rows_copy(r, 9, a),
        .at_s = rows_int(r, 10),
        .paid_s = rows_known(r, 11),
        .total_fen = rows_int(r, 12),
        .sale_fen = rows_int(r, 13),
        .paid_fen = rows_known(r, 14),
        .refunded_fen = rows_int(r, 15),
        .province = rows_copy(r, 16, a),
        .lines = rows_int(r, 17),
        .updated_us = rows_int(r, 18),
    };
}

static enum rc read_orders(struct tx *tx, struct rows *r, struct order_card **out, size_t *out_n,
                           struct err *e)
{
    struct order_card *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        read_order(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

static const int64_t longest = 9000000000000000000;

enum rc order_list(struct tx *tx, const struct order_filter *f, int64_t before_s, int64_t before_id,
                   int64_t offset, int64_t limit, struct order_card **out, size_t *out_n,
                   struct err *e)
{
    assert(limit > 0);
    int64_t from = f->from_s == DB_NULL ? -longest : f->from_s;
    int64_t to = f->to_s == DB_NULL ? longest : f->to_s;
    struct rows *r;
    enum rc rc;
    if (!str_empty(f->number))
        rc = tx_query(tx, &ORDER_LIST_NUMBERED, &r, e, f->scope_account, f->channel_id, f->state,
                      f->nature, from, to, f->refunded, before_s, before_id, limit, offset,
                      f->number);
    else if (f->root_id != 0)
        rc = tx_query(tx, &ORDER_LIST_OF, &r, e, f->scope_account, f->channel_id, f->state,
                      f->nature, from, to, f->refunded, before_s, before_id, limit, offset,
                      f->root_id);
    else
        rc = tx_query(tx, &ORDER_LIST, &r, e, f->scope_account, f->channel_id, f->state, f->nature,
                      from, to, f->refunded, before_s, before_id, limit, offset);
    return rc == RC_OK ? read_orders(tx, r, out, out_n, e) : rc;
}

enum rc order_list_of(struct tx *tx, int64_t scope_account, const int64_t *orders, size_t n,
                      struct order_card **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc =
        tx_query(tx, &ORDER_LIST_BY_ID, &r, e, scope_account, ids_text(tx_arena(tx), orders, n));
    return rc == RC_OK ? read_orders(tx, r, out, out_n, e) : rc;
}

enum rc order_count(struct tx *tx, const struct order_filter *f, int64_t *out, struct err *e)
{
    if (!str_empty(f->number)) { /* a number names a handful of orders at most */
        struct order_card *list;
        size_t n;
        enum rc listed = order_list(tx, f, INT64_MAX, INT64_MAX, 0, 1000, &list, &n, e);
        if (listed == RC_OK)
            *out = (int64_t)n;
        return listed;
    }
    int64_t from = f->from_s == DB_NULL ? -longest : f->from_s;
    int64_t to = f->to_s == DB_NULL ? longest : f->to_s;
    int64_t n;
    enum rc rc = f->root_id != 0
                     ? tx_int(tx, &ORDER_COUNT_OF, &n, e, f->scope_account, f->channel_id, f->state,
                              f->nature, from, to, f->refunded, f->root_id)
                     : tx_int(tx, &ORDER_COUNT, &n, e, f->scope_account, f->channel_id, f->state,
                              f->nature, from, to, f->refunded);
    if (rc == RC_OK)
        *out = n > ORDER_COUNT_MOST ? -1 : n;
    return rc;
}

enum rc order_card(struct tx *tx, int64_t scope_account, int64_t id, struct order_card *out,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &ORDER_CARD, &r, e, scope_account, id);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "order_unknown", "order_id", "没有这个订单，或不在您的数据范围内",
                "there is no such order, or not in your data scope");
        err_hint(e, "请从订单列表中重新选择", "choose the order from the list again");
    }
    if (rc != RC_OK)
        return rc;
    read_order(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc order_lines(struct tx *tx, int64_t order_id, struct order_line **out, size_t *out_n,
                    struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ORDER_LINES, &r, e, order_id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct order_line *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct order_line){
            .line = rows_int(r, 0),
            .product_id = rows_int(r, 1),
            .code = rows_copy(r, 2, a),
            .name = rows_copy(r, 3, a),
            .category = rows_copy(r, 4, a),
            .at_s = rows_int(r, 5),
            .quantity = rows_int(r, 6),
            .unit_price_micro = rows_int(r, 7),
            .amount_fen = rows_int(r, 8),
            .nature = rows_copy(r, 9, a),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc order_refunds(struct tx *tx, int64_t order_id, struct order_refund **out, size_t *out_n,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ORDER_REFUNDS, &r, e, order_id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct order_refund *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) =
            (struct order_refund){rows_copy(r, 0, a), rows_int(r, 1), rows_int(r, 2)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* report_product.c — lines of orders and of refunds, read in one pass each.
 *
 * The range of order times is the way in, and each order's lines come by their index: CROSS JOIN
 * keeps SQLite from starting at the lines. A line counts as sold only in a purchase
 * (store/order.h); one of a cancellation counts whatever became of the sale it takes back, since
 * the document does not name it.
 */
#include "store/report_product.h"

#include "base/calendar.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/order.h"
#include "store/scope.h"
#include "store/statements.h"

/* clang-format off */
/* $1 scope, $2 channel, $3 … $4 instants */
#define WITHIN(column)                                                                             \
    column " >= $3 AND " column " < $4 AND ($2 = 0 OR o.channel_id = $2)"                          \
    " AND " SCOPE_CUSTOMER("b.root_id", "$1")

static const struct sql PRODUCTS = {
    .text = "SELECT id, code, name, category, price_fen, cost_micro FROM product /*scan*/"
            " WHERE ($1 IS NULL OR category = $1) ORDER BY id LIMIT $2",
    .in = "Si",
    .out = "issSII",
};
static const struct sql LINES = {
    .text = "SELECT i.product_id, o.id, coalesce(b.root_id, 0), i.quantity, i.amount_fen,"
            " CASE i.nature WHEN 'cancel' THEN 1 ELSE 0 END"
            " FROM orders o CROSS JOIN order_item i LEFT JOIN customer b ON b.id = o.customer_id"
            " WHERE i.order_id = o.id AND i.product_id IS NOT NULL AND " WITHIN("o.at_s")
            " AND CASE WHEN i.nature = 'cancel' THEN 1 WHEN i.nature = 'sale' AND "
            ORDER_IS_PURCHASE("o") " THEN 1 ELSE 0 END = 1 ORDER BY o.at_s, o.id",
    .in = "iiii",
    .out = "iiiiii",
};
static const struct sql REFUNDS = {
    .text = "SELECT r.id, r.amount_fen, coalesce(i.product_id, 0), i.amount_fen"
            " FROM refund r CROSS JOIN orders o CROSS JOIN order_item i"
            " LEFT JOIN customer b ON b.id = o.customer_id"
            " WHERE o.id = r.order_id AND i.order_id = o.id"
            " AND CASE WHEN i.nature = 'sale' AND i.amount_fen > 0 THEN 1 ELSE 0 END = 1 AND "
            WITHIN("r.at_s") " ORDER BY r.at_s, r.id, i.line, i.seq",
    .in = "iiii",
    .out = "iiii",
};
/* $5: the products */
#define PURCHASES(product, which)                                                                  \
    "SELECT " product ", b.root_id, o.at_s FROM orders o CROSS JOIN order_item i"                  \
    " CROSS JOIN customer b CROSS JOIN customer c WHERE i.order_id = o.id"                         \
    " AND b.id = i.customer_id AND c.id = b.root_id AND c.erased_s IS NULL AND i.nature = 'sale'"  \
    " AND i.product_id " which " AND " WITHIN("o.at_s") " AND " ORDER_IS_PURCHASE("o")             \
    " AND (o.refunded_fen <= 0 OR o.refunded_fen < o.sale_fen) ORDER BY 1, 2, 3"
static const struct sql PURCHASES_ALL = {
    .text = PURCHASES("i.product_id", "IS NOT NULL"),
    .in = "iiii",
    .out = "iii",
};
static const struct sql PURCHASES_OF = {
    .text = PURCHASES("0", IDS_LITE("$5")),
    .pg = PURCHASES("0", IDS_PG("$5")),
    .in = "iiiis",
    .out = "iii",
};
/* clang-format on */

STATEMENTS(report_product, &PRODUCTS, &LINES, &REFUNDS, &PURCHASES_ALL, &PURCHASES_OF);

enum rc report_product_list(struct tx *tx, struct str category, size_t most,
                            struct report_product **out, size_t *out_n, bool *out_more,
                            struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &PRODUCTS, &r, e, str_empty(category) ? STR_ABSENT : category,
                          (int64_t)most + 1);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct report_product *list = NULL;
    size_t n = 0;
    size_t room = 0;
    bool more = false;
    while (rows_next(r)) {
        more = n == most;
        if (more)
            break;
        *LIST_ADD(a, list, n, room) = (struct report_product){
            .id = rows_int(r, 0),
            .code = rows_copy(r, 1, a),
            .name = rows_copy(r, 2, a),
            .category = rows_copy(r, 3, a),
            .price_fen = rows_known(r, 4),
            .cost_micro = rows_known(r, 5),
        };
    }
    *out = list;
    *out_n = n;
    *out_more = more;
    return rows_end(r, e);
}

/* The rows of a statement over a range. */
static enum rc within(struct tx *tx, const struct sql *q, const struct report_range *range,
                      struct rows **out, struct err *e)
{
    return tx_query(tx, q, out, e, range->scope_account, range->channel_id,
                    calendar_day_start_s((int32_t)range->from_day),
                    calendar_day_start_s((int32_t)range->to_day + 1));
}

enum rc report_lines(struct tx *tx, const struct report_range *range,
                     enum rc (*see)(void *to, const struct report_line *line, struct err *e),
                     void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = within(tx, &LINES, range, &r, e);
    if (rc != RC_OK)
        return rc;
    enum rc seen = RC_OK;
    while (seen == RC_OK && rows_next(r)) {
        struct report_line line = {
            .product_id = rows_int(r, 0),
            .order_id = rows_int(r, 1),
            .root_id = rows_int(r, 2),
            .quantity = rows_int(r, 3),
            .amount_fen = rows_int(r, 4),
            .returned = rows_int(r, 5) != 0,
        };
        seen = see(to, &line, e);
    }
    rc = rows_end(r, seen == RC_OK ? e : NULL);
    return seen != RC_OK ? seen : rc;
}

enum rc report_refunds(struct tx *tx, const struct report_range *range,
                       void (*see)(void *to, const struct report_refund *refund), void *to,
                       struct err *e)
{
    struct rows *r;
    enum rc rc = within(tx, &REFUNDS, range, &r, e);
    if (rc != RC_OK)
        return rc;
    struct report_refund_line *lines = NULL;
    size_t room = 0;
    struct report_refund refund = {0};
    int64_t id = 0;
    while (rows_next(r)) {
        if (refund.n > 0 && rows_int(r, 0) != id) {
            see(to, &refund);
            refund.n = 0;
            refund.sale_fen = 0;
        }
        id = rows_int(r, 0);
        refund.amount_fen = rows_int(r, 1);
        refund.sale_fen += rows_int(r, 3);
        *LIST_ADD(tx_arena(tx), lines, refund.n, room) =
            (struct report_refund_line){rows_int(r, 2), rows_int(r, 3)};
        refund.lines = lines;
    }
    rc = rows_end(r, e);
    if (rc == RC_OK && refund.n > 0)
        see(to, &refund);
    return rc;
}

enum rc report_purchases(struct tx *tx, const struct report_range *range, const int64_t *set,
                         size_t n_set,
                         void (*see)(void *to, int64_t product_id, int64_t root_id, int64_t at_s),
                         void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = set == NULL
                     ? within(tx, &PURCHASES_ALL, range, &r, e)
                     : tx_query(tx, &PURCHASES_OF, &r, e, range->scope_account, range->channel_id,
                                calendar_day_start_s((int32_t)range->from_day),
                                calendar_day_start_s((int32_t)range->to_day + 1),
                                ids_text(tx_arena(tx), set, n_set));
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0), rows_int(r, 1), rows_int(r, 2));
    return rows_end(r, e);
}

/* customer_stats.c — what a customer has bought, kept so that two million of them can be sorted by
 * it.
 *
 * The row is always computed from the orders, never added to: a refresh after any change gives what
 * a rebuild would, in whatever order changes come. It costs one index range over the customer's
 * orders (some microseconds each). What counts as a purchase is said once, in store/order.h; spend
 * is the language's `spend`: purchases less refunds, where a cancellation document of a shop
 * (negative lines) is a refund too.
 */
#include "store/customer_stats.h"

#include "base/limits.h"
#include "store/ids.h"
#include "store/order.h"
#include "store/statements.h"

#include <assert.h>

#define CLEAR(ids)                                                                                 \
    "DELETE FROM customer_stats WHERE customer_id " ids " OR customer_id IN"                       \
    " (SELECT c.root_id FROM customer c WHERE c.id " ids ")"
static const struct sql STATS_CLEAR = {
    .text = CLEAR(IDS_LITE("$1")),
    .pg = CLEAR(IDS_PG("$1")),
    .in = "s",
};

#define FILL(ids)                                                                                  \
    "INSERT INTO customer_stats (customer_id, orders, spend_fen, first_order_s, last_order_s)"     \
    " SELECT c.root_id, sum(CASE WHEN " ORDER_IS_PURCHASE(                                         \
        "o") " THEN 1 ELSE 0 END),"                                                                \
             " CAST(sum(CASE WHEN " ORDER_IS_PURCHASE(                                             \
                 "o") " THEN o.sale_fen ELSE 0 END"                                                \
                      " - o.refunded_fen) AS BIGINT),"                                             \
                      " min(CASE WHEN " ORDER_IS_PURCHASE(                                         \
                          "o") " THEN o.at_s END),"                                                \
                               " max(CASE WHEN " ORDER_IS_PURCHASE(                                \
                                   "o") " THEN o.at_s END)"                                        \
                                        " FROM customer c JOIN orders o ON o.customer_id = c.id"   \
                                        " WHERE c.root_id IN (SELECT b.root_id FROM customer b "   \
                                        "WHERE b.id " ids                                          \
                                        " AND NOT EXISTS (SELECT 1 FROM customer r WHERE r.id = "  \
                                        "b.root_id AND r.erased_s IS NOT NULL))"                   \
                                        " GROUP BY c.root_id"                                      \
                                        " HAVING sum(CASE WHEN " ORDER_IS_PURCHASE(                \
                                            "o") " THEN 1 ELSE 0 END) > 0"
static const struct sql STATS_FILL = {
    .text = FILL(IDS_LITE("$1")),
    .pg = FILL(IDS_PG("$1")),
    .in = "s",
};

STATEMENTS(customer_stats, &STATS_CLEAR, &STATS_FILL);

enum rc customer_stats_refresh_many(struct tx *tx, const int64_t *customer_ids, size_t n,
                                    struct err *e)
{
    assert(tx_is_writing(tx) && n <= LIMIT_CLOSURE_ROWS);
    if (n == 0)
        return RC_OK;

    struct str ids = ids_text(tx_arena(tx), customer_ids, n);
    enum rc rc = tx_exec(tx, &STATS_CLEAR, e, ids);
    return rc == RC_OK ? tx_exec(tx, &STATS_FILL, e, ids) : rc;
}

enum rc customer_stats_refresh(struct tx *tx, int64_t root_id, struct err *e)
{
    return customer_stats_refresh_many(tx, &root_id, 1, e);
}

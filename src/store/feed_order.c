/* feed_order.c — orders by their number in the database, as the log has them.
 *
 * The log's event of an order is what its row says (domain/ingest_order.c keeps the two alike), so
 * nothing of the log is read.
 */
#include "store/feed.h"

#include "store/ids.h"
#include "store/statements.h"

/* clang-format off */
#define ORDERS_BY_ID(ids)                                                                          \
    "SELECT o.id, o.customer_id, o.at_s, o.sale_fen,"                                              \
    " (SELECT min(f.at_s) FROM refund f WHERE f.order_id = o.id)"                                  \
    " FROM orders o WHERE o.id " ids " AND o.customer_id IS NOT NULL AND o.nature = 'sale'"        \
    " AND o.paid_s IS NOT NULL AND (o.sale_fen > 0 OR o.lines = 0) ORDER BY o.id"
static const struct sql ORDERS_OF = {
    .text = ORDERS_BY_ID(IDS_LITE("$1")),
    .pg = ORDERS_BY_ID(IDS_PG("$1")),
    .in = "s",
    .out = "iiiiI",
};
/* clang-format on */

STATEMENTS(feed_order, &ORDERS_OF);

enum rc feed_orders(struct tx *tx, const int64_t *ids, size_t n,
                    void (*see)(void *to, const struct feed_order *o), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ORDERS_OF, &r, e, ids_text(tx_arena(tx), ids, n));
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        const struct feed_order o = {
            .id = rows_int(r, 0),
            .customer_id = rows_int(r, 1),
            .at_s = rows_int(r, 2),
            .amount_fen = rows_int(r, 3),
            .refunded_s = rows_known(r, 4),
        };
        see(to, &o);
    }
    return rows_end(r, e);
}

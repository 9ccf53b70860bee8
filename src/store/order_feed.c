/* order_feed.c — the statements behind the daybook.
 *
 * A new order and a changed one are named in `change` by whoever writes them (domain/ingest_order).
 * Taking an import back names none: it says so with a retraction before and after. */
#include "store/order_feed.h"

#include "store/event.h"
#include "store/ids.h"
#include "store/order.h"
#include "store/statements.h"

#include <assert.h>

/* clang-format off */
#define ORDER_COLUMNS                                                                              \
    "SELECT o.id, o.channel_id, o.customer_id, b.root_id, o.at_s,"                                 \
    " CASE o.nature WHEN 'sale' THEN 1 WHEN 'cancellation' THEN 2 ELSE 0 END"                      \
    " + CASE WHEN o.paid_s IS NULL THEN 0 ELSE 4 END"                                              \
    " + CASE WHEN " ORDER_IS_PURCHASE("o") " THEN 8 ELSE 0 END"                                    \
    " + CASE WHEN r.erased_s IS NULL THEN 0 ELSE 16 END"                                           \
    " + CASE o.state WHEN 'paid' THEN 32 WHEN 'shipped' THEN 64 WHEN 'completed' THEN 96"          \
    " WHEN 'closed' THEN 128 ELSE 0 END,"                                          \
    " o.sale_fen, o.refunded_fen, o.paid_fen, o.province, o.total_fen FROM orders o"
#define OWNER                                                                                      \
    " LEFT JOIN customer b ON b.id = o.customer_id LEFT JOIN customer r ON r.id = b.root_id"
#define ORDER_TYPES "iiIIiiiiISi"
static const struct sql ORDERS = {
    .text = ORDER_COLUMNS " /*scan*/" OWNER " ORDER BY o.id",
    .out = ORDER_TYPES,
};
#define ORDERS_BY_ID(ids) ORDER_COLUMNS OWNER " WHERE o.id " ids
static const struct sql ORDERS_OF = {
    .text = ORDERS_BY_ID(IDS_LITE("$1")),
    .pg = ORDERS_BY_ID(IDS_PG("$1")),
    .in = "s",
    .out = ORDER_TYPES,
};

#define REFUND_COLUMNS                                                                             \
    "SELECT f.order_id, o.channel_id, o.customer_id, b.root_id, f.at_s, f.amount_fen"              \
    " FROM refund f"
#define REFUND_ORDER                                                                               \
    " JOIN orders o ON o.id = f.order_id LEFT JOIN customer b ON b.id = o.customer_id"
static const struct sql REFUNDS = {
    .text = REFUND_COLUMNS " /*scan*/" REFUND_ORDER,
    .out = "iiIIii",
};
#define REFUNDS_BY_ORDER(ids) REFUND_COLUMNS REFUND_ORDER " WHERE f.order_id " ids
static const struct sql REFUNDS_OF = {
    .text = REFUNDS_BY_ORDER(IDS_LITE("$1")),
    .pg = REFUNDS_BY_ORDER(IDS_PG("$1")),
    .in = "s",
    .out = "iiIIii",
};

#define LINE_COLUMNS                                                                               \
    "SELECT i.order_id, i.product_id, CASE i.nature WHEN 'sale' THEN 1 WHEN 'cancel' THEN 2"       \
    " WHEN 'adjust' THEN 4 ELSE 0 END + CASE WHEN i.customer_id IS NULL THEN 8 ELSE 0 END"         \
    " + CASE WHEN i.unit_price_micro = 0 THEN 16 WHEN i.unit_price_micro < 0 THEN 32 ELSE 0 END,"  \
    " i.quantity, i.amount_fen, i.at_s, i.unit_price_micro, i.name_hash FROM order_item i"
#define LINE_ORDER " ORDER BY i.order_id, i.line, i.seq"
#define LINE_TYPES "iIiiiiiI"
static const struct sql LINES = {
    .text = LINE_COLUMNS " /*scan*/" LINE_ORDER,
    .out = LINE_TYPES,
};
#define LINES_BY_ORDER(ids) LINE_COLUMNS " WHERE i.order_id " ids LINE_ORDER
static const struct sql LINES_OF = {
    .text = LINES_BY_ORDER(IDS_LITE("$1")),
    .pg = LINES_BY_ORDER(IDS_PG("$1")),
    .in = "s",
    .out = LINE_TYPES,
};

#define PEOPLE_BY_ID(ids)                                                                          \
    "SELECT c.id, c.root_id, CASE WHEN r.erased_s IS NULL THEN 0 ELSE 1 END FROM customer c"       \
    " JOIN customer r ON r.id = c.root_id WHERE c.id " ids
static const struct sql PEOPLE_OF = {
    .text = PEOPLE_BY_ID(IDS_LITE("$1")),
    .pg = PEOPLE_BY_ID(IDS_PG("$1")),
    .in = "s",
    .out = "iii",
};

static const struct sql CHANGES = {
    .text = "SELECT CASE table_name WHEN 'orders' THEN 1 ELSE 0 END, row_id FROM change"
            " WHERE seq > $1 AND seq <= $2 AND (table_name = 'orders' OR table_name = 'customer')",
    .in = "ii",
    .out = "ii",
};
static const struct sql BATCHES_OFF = {
    .text = "SELECT count(*) FROM event WHERE seq > $1 AND seq <= $2 AND kind = 43"
            " AND customer_id = 0",
    .in = "ii",
    .out = "i",
};
static const struct sql BATCHES_UNDOING = {
    .text = "SELECT count(*) FROM batch /*scan*/ WHERE state = 'undoing'",
    .out = "i",
};
/* clang-format on */

STATEMENTS(order_feed, &ORDERS, &ORDERS_OF, &REFUNDS, &REFUNDS_OF, &LINES, &LINES_OF, &PEOPLE_OF,
           &CHANGES, &BATCHES_OFF, &BATCHES_UNDOING);

static_assert(EVENT_RETRACT == 43 && ORDER_PAID == 1 && ORDER_SHIPPED == 2 &&
                  ORDER_COMPLETED == 3 && ORDER_CLOSED == 4,
              "the statements write these numbers out");

static enum rc each_order(struct rows *r, bool (*see)(void *to, const struct order_fact *o),
                          void *to, struct err *e)
{
    for (bool more = true; more && rows_next(r);) {
        struct order_fact o = {
            .id = rows_int(r, 0),
            .channel_id = rows_int(r, 1),
            .customer_id = rows_int(r, 2),
            .root_id = rows_int(r, 3),
            .at_s = rows_int(r, 4),
            .flags = (int)rows_int(r, 5),
            .sale_fen = rows_int(r, 6),
            .refunded_fen = rows_int(r, 7),
            .paid_fen = rows_known(r, 8),
            .province = rows_str(r, 9),
            .total_fen = rows_int(r, 10),
        };
        more = see(to, &o);
    }
    return rows_end(r, e);
}

enum rc order_feed(struct tx *tx, bool (*see)(void *to, const struct order_fact *o), void *to,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ORDERS, &r, e);
    return rc == RC_OK ? each_order(r, see, to, e) : rc;
}

enum rc order_feed_of(struct tx *tx, const int64_t *orders, size_t n,
                      bool (*see)(void *to, const struct order_fact *o), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ORDERS_OF, &r, e, ids_text(tx_arena(tx), orders, n));
    return rc == RC_OK ? each_order(r, see, to, e) : rc;
}

static enum rc each_refund(struct rows *r, void (*see)(void *to, const struct refund_fact *f),
                           void *to, struct err *e)
{
    while (rows_next(r)) {
        struct refund_fact f = {
            .order_id = rows_int(r, 0),
            .channel_id = rows_int(r, 1),
            .customer_id = rows_int(r, 2),
            .root_id = rows_int(r, 3),
            .at_s = rows_int(r, 4),
            .amount_fen = rows_int(r, 5),
        };
        see(to, &f);
    }
    return rows_end(r, e);
}

enum rc refund_feed(struct tx *tx, void (*see)(void *to, const struct refund_fact *f), void *to,
                    struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &REFUNDS, &r, e);
    return rc == RC_OK ? each_refund(r, see, to, e) : rc;
}

enum rc refund_feed_of(struct tx *tx, const int64_t *orders, size_t n,
                       void (*see)(void *to, const struct refund_fact *f), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &REFUNDS_OF, &r, e, ids_text(tx_arena(tx), orders, n));
    return rc == RC_OK ? each_refund(r, see, to, e) : rc;
}

static enum rc each_line(struct rows *r, bool (*see)(void *to, const struct line_fact *i), void *to,
                         struct err *e)
{
    for (bool more = true; more && rows_next(r);) {
        int64_t at[8];
        rows_ints(r, at);
        const struct line_fact i = {
            .order_id = at[0],
            .product_id = at[1] == DB_NULL ? 0 : at[1],
            .flags = (int)at[2],
            .quantity = at[3],
            .amount_fen = at[4],
            .at_s = at[5],
            .unit_price_micro = at[6],
            .name_hash = at[7],
        };
        more = see(to, &i);
    }
    return rows_end(r, e);
}

enum rc line_feed(struct tx *tx, bool (*see)(void *to, const struct line_fact *i), void *to,
                  struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &LINES, &r, e);
    return rc == RC_OK ? each_line(r, see, to, e) : rc;
}

enum rc line_feed_of(struct tx *tx, const int64_t *orders, size_t n,
                     bool (*see)(void *to, const struct line_fact *i), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &LINES_OF, &r, e, ids_text(tx_arena(tx), orders, n));
    return rc == RC_OK ? each_line(r, see, to, e) : rc;
}

enum rc order_feed_people(struct tx *tx, const int64_t *customers, size_t n,
                          void (*see)(void *to, int64_t id, int64_t root_id, bool erased), void *to,
                          struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &PEOPLE_OF, &r, e, ids_text(tx_arena(tx), customers, n));
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0), rows_int(r, 1), rows_int(r, 2) != 0);
    return rows_end(r, e);
}

enum rc order_feed_changes(struct tx *tx, int64_t after_seq, int64_t to_seq,
                           void (*see)(void *to, bool is_order, int64_t id), void *to,
                           struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CHANGES, &r, e, after_seq, to_seq);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0) != 0, rows_int(r, 1));
    return rows_end(r, e);
}

enum rc order_feed_upset(struct tx *tx, int64_t after_seq, int64_t to_seq, bool *out, struct err *e)
{
    int64_t off = 0, undoing = 0;
    enum rc rc = tx_int(tx, &BATCHES_OFF, &off, e, after_seq, to_seq);
    if (rc == RC_OK)
        rc = tx_int(tx, &BATCHES_UNDOING, &undoing, e);
    *out = off + undoing > 0;
    return rc;
}

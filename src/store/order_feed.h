/* order_feed — orders and refunds as the daybook in memory reads them (mirror/daybook.h): all of
 * them once, then those that changed.
 *
 * All statements stream: nothing is kept but the row at hand. Cost on SQLite: about 2 µs an order.
 */
#ifndef KOI_STORE_ORDER_FEED_H
#define KOI_STORE_ORDER_FEED_H

#include "db/db.h"

enum order_feed_flags {
    ORDER_FEED_SALE = 1, /* nature */
    ORDER_FEED_CANCELLATION = 2,
    ORDER_FEED_PAID = 4,
    ORDER_FEED_PURCHASE = 8, /* ORDER_IS_PURCHASE (store/order.h) */
    ORDER_FEED_ERASED = 16,  /* who bought it was erased */
    ORDER_FEED_STATE = 32,   /* enum order_state times this */
};

struct order_fact {
    int64_t id, channel_id;
    int64_t customer_id, root_id; /* as born, and whom they stand for; 0: nobody known */
    int64_t at_s;
    int flags;
    int64_t sale_fen, refunded_fen, total_fen;
    int64_t paid_fen;    /* DB_NULL: not told */
    struct str province; /* absent: not told; valid until see() returns */
};
/* Every order, by ascending id, until see() says false; or these. */
enum rc order_feed(struct tx *tx, bool (*see)(void *to, const struct order_fact *o), void *to,
                   struct err *e);
enum rc order_feed_of(struct tx *tx, const int64_t *orders, size_t n,
                      bool (*see)(void *to, const struct order_fact *o), void *to, struct err *e);

struct refund_fact {
    int64_t order_id, channel_id, customer_id, root_id; /* of the order */
    int64_t at_s, amount_fen;
};
/* Every refund; or those of these orders. */
enum rc refund_feed(struct tx *tx, void (*see)(void *to, const struct refund_fact *f), void *to,
                    struct err *e);
enum rc refund_feed_of(struct tx *tx, const int64_t *orders, size_t n,
                       void (*see)(void *to, const struct refund_fact *f), void *to, struct err *e);

/* A line of an order. */
enum line_feed_flags {
    LINE_FEED_SALE = 1, /* nature; other lines have none of the three */
    LINE_FEED_CANCEL = 2,
    LINE_FEED_ADJUST = 4,
    LINE_FEED_NOBODY = 8, /* nobody known bought it */
    LINE_FEED_FREE = 16,  /* of price 0 */
    LINE_FEED_OWED = 32,  /* of a negative price */
};
struct line_fact {
    int64_t order_id, product_id; /* product 0: none */
    int flags;
    int64_t quantity, amount_fen;
    int64_t at_s, unit_price_micro, name_hash; /* what else tells exact repeats apart */
};
/* Every line, by ascending order and place in it, until see() says false; or those of these
 * orders. */
enum rc line_feed(struct tx *tx, bool (*see)(void *to, const struct line_fact *i), void *to,
                  struct err *e);
enum rc line_feed_of(struct tx *tx, const int64_t *orders, size_t n,
                     bool (*see)(void *to, const struct line_fact *i), void *to, struct err *e);

/* Whom each of these customers stands for now, and whether that one was erased. Those that are not
 * there any more are left out. */
enum rc order_feed_people(struct tx *tx, const int64_t *customers, size_t n,
                          void (*see)(void *to, int64_t id, int64_t root_id, bool erased), void *to,
                          struct err *e);

/* Calls see() with each order, and each customer, that a change of after_seq < seq ≤ to_seq names,
 * some more than once. */
enum rc order_feed_changes(struct tx *tx, int64_t after_seq, int64_t to_seq,
                           void (*see)(void *to, bool is_order, int64_t id), void *to,
                           struct err *e);
/* Whether orders may have changed without being named: an import was or is being taken back. */
enum rc order_feed_upset(struct tx *tx, int64_t after_seq, int64_t to_seq, bool *out,
                         struct err *e);

#endif

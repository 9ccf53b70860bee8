/* product_repurchase — who buys a product again, and after how long: of each product, or of a set
 * that counts as one.
 *
 * A purchase is a sale line of an order that counts (paid, not refunded wholly) of a known
 * customer; several on one day are one, so intervals are whole days from 1. Put to the daybook
 * where it is there, to the database otherwise; both give the same. Cost at two million orders
 * with three million lines: about 100 ms.
 */
#ifndef KOI_QUERY_PRODUCT_REPURCHASE_H
#define KOI_QUERY_PRODUCT_REPURCHASE_H

#include "query/board.h"

struct product_repurchase {
    int64_t product_id; /* 0: the set */
    int64_t buyers;
    /* Buyers whose first purchase lies at least `within_days` before the end of the range, and
     * those of them who bought again within that time: their share is the rate. */
    int64_t ripe, again;
    int64_t intervals;
    int64_t p25_days, p50_days, p75_days; /* of the intervals; 0 without one */
};

struct product_repurchase_question {
    struct report_range range; /* of orders placed */
    int64_t within_days;
    const int64_t *set; /* these products as one; NULL: each product by itself */
    size_t n_set;
};
/* Each product that has a buyer, ascending by id; or the one row of the set. In the transaction's
 * arena. `by_week` (53 numbers, NULL: not asked for; only of a set): intervals by their weeks, the
 * last of 52 weeks and more. */
enum { REPURCHASE_WEEKS = 53 };
enum rc board_product_repurchase(const struct board *b, const struct product_repurchase_question *q,
                                 int64_t *by_week, struct product_repurchase **out, size_t *out_n,
                                 struct err *e);

/* ---- for those who count ---- */

/* A product on its way: what has been counted, and the last buyer met. */
struct repurchase_sum {
    struct product_repurchase sum;
    uint64_t root;
    int32_t first_day, last_day;
    bool ripe, again;
};
struct repurchase_interval {
    uint32_t slot;
    uint32_t days;
};
struct repurchase_intervals {
    struct repurchase_interval *at; /* free() */
    size_t n, room;
};
/* One more purchase; those of a buyer come one after the other, by time. */
void repurchase_add(struct repurchase_sum *s, uint32_t slot, uint64_t root, int32_t day,
                    const struct product_repurchase_question *q,
                    struct repurchase_intervals *intervals);
/* Puts the quantiles of all intervals into the sums of their slots; orders them anew. */
void repurchase_quantiles(struct repurchase_intervals *all, struct repurchase_sum *sums,
                          size_t n_slots);

#endif

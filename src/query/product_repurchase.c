/* product_repurchase.c — counting purchases of products as they come, and by the database.
 *
 * Quantiles are discrete: the value at rank ⌈q n⌉. Intervals are kept (8 bytes each), laid out by
 * product, and sorted within it. */
#include "query/product_repurchase.h"

#include "base/calendar.h"
#include "base/must.h"
#include "query/mirror/reports.h"
#include "store/list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void repurchase_add(struct repurchase_sum *s, uint32_t slot, uint64_t root, int32_t day,
                    const struct product_repurchase_question *q,
                    struct repurchase_intervals *intervals)
{
    if (s->root != root) {
        s->root = root;
        s->first_day = s->last_day = day;
        s->again = false;
        s->ripe = day + q->within_days <= q->range.to_day;
        s->sum.buyers++;
        s->sum.ripe += s->ripe;
        return;
    }
    if (day <= s->last_day)
        return;
    if (s->ripe && !s->again && day - s->first_day <= q->within_days) {
        s->again = true;
        s->sum.again++;
    }
    if (intervals->n == intervals->room) {
        intervals->room = intervals->room > 0 ? intervals->room * 2 : 1024;
        intervals->at = must(realloc(intervals->at, intervals->room * sizeof *intervals->at));
    }
    intervals->at[intervals->n++] =
        (struct repurchase_interval){slot, (uint32_t)(day - s->last_day)};
    s->sum.intervals++;
    s->last_day = day;
}

static int compare_days(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

enum { FEW = 512, DAYS_COUNTED = 16384 };

/* In order: by counting where there are many, and none is longer than DAYS_COUNTED days. */
static void sort_days(uint32_t *days, size_t n)
{
    uint32_t *counts = n > FEW ? must(calloc(DAYS_COUNTED, sizeof *counts)) : NULL;
    size_t i = 0;
    for (; counts != NULL && i < n && days[i] < DAYS_COUNTED; i++)
        counts[days[i]]++;
    if (counts != NULL && i == n) {
        for (uint32_t day = 0, at = 0; day < DAYS_COUNTED; day++)
            for (uint32_t k = counts[day]; k > 0; k--)
                days[at++] = day;
    } else {
        qsort(days, n, sizeof *days, compare_days);
    }
    free(counts);
}

static int64_t quantile(const uint32_t *days, size_t n, size_t percent)
{
    return n > 0 ? days[(n * percent + 99) / 100 - 1] : 0;
}

void repurchase_quantiles(struct repurchase_intervals *all, struct repurchase_sum *sums,
                          size_t n_slots)
{
    size_t *from = must(calloc(n_slots + 1, sizeof *from));
    uint32_t *days = must(malloc((all->n + 1) * sizeof *days));
    for (size_t i = 0; i < all->n; i++)
        from[all->at[i].slot + 1]++;
    for (size_t k = 0; k < n_slots; k++)
        from[k + 1] += from[k];
    for (size_t i = 0; i < all->n; i++)
        days[from[all->at[i].slot]++] = all->at[i].days;
    for (size_t k = 0, at = 0; k < n_slots; at = from[k++]) { /* from[k] is now the end of k */
        size_t n = from[k] - at;
        struct product_repurchase *to = &sums[k].sum;
        sort_days(days + at, n);
        to->p25_days = quantile(days + at, n, 25);
        to->p50_days = quantile(days + at, n, 50);
        to->p75_days = quantile(days + at, n, 75);
    }
    free(days);
    free(from);
}

/* ---- by the database ---- */

struct counting {
    const struct product_repurchase_question *q;
    struct arena *a;
    struct repurchase_sum *sums;
    size_t n, room;
    struct repurchase_intervals intervals;
};

static void see_purchase(void *to, int64_t product_id, int64_t root_id, int64_t at_s)
{
    struct counting *c = to;
    if (c->n == 0 || c->sums[c->n - 1].sum.product_id != product_id)
        LIST_ADD(c->a, c->sums, c->n, c->room)->sum.product_id = product_id;
    repurchase_add(&c->sums[c->n - 1], (uint32_t)c->n - 1, (uint64_t)root_id, calendar_day_of(at_s),
                   c->q, &c->intervals);
}

static void count_weeks(const struct repurchase_intervals *all, int64_t *by_week)
{
    memset(by_week, 0, REPURCHASE_WEEKS * sizeof *by_week);
    for (size_t i = 0; i < all->n; i++) {
        uint32_t week = all->at[i].days / 7;
        by_week[week < REPURCHASE_WEEKS ? week : REPURCHASE_WEEKS - 1]++;
    }
}

/* Those that have a buyer, or the set. */
static void put_rows(struct arena *a, bool set, struct repurchase_sum *sums, size_t n,
                     struct product_repurchase **out, size_t *out_n)
{
    struct product_repurchase *list = ARENA_ARRAY(a, struct product_repurchase, n + 1);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (sums[i].sum.buyers > 0 || set)
            list[kept++] = sums[i].sum;
    *out = list;
    *out_n = kept;
}

enum rc board_product_repurchase(const struct board *b, const struct product_repurchase_question *q,
                                 int64_t *by_week, struct product_repurchase **out, size_t *out_n,
                                 struct err *e)
{
    struct counting c = {.q = q, .a = tx_arena(b->tx)};
    assert(by_week == NULL || q->set != NULL);
    enum rc rc =
        b->book != NULL ? mirror_product_repurchase(b, q, &c.sums, &c.n, &c.intervals, e) : RC_BUSY;
    if (rc == RC_BUSY) {
        c.n = 0;
        rc = report_purchases(b->tx, &q->range, q->set, q->n_set, see_purchase, &c, e);
        if (q->set != NULL && c.n == 0)
            LIST_ADD(c.a, c.sums, c.n, c.room);
    }
    if (rc == RC_OK) {
        repurchase_quantiles(&c.intervals, c.sums, c.n);
        put_rows(c.a, q->set != NULL, c.sums, c.n, out, out_n);
    }
    if (rc == RC_OK && by_week != NULL)
        count_weeks(&c.intervals, by_week);
    free(c.intervals.at);
    return rc;
}

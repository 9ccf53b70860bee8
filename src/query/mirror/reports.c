/* reports.c — periods, buyers, intervals, cohorts, provinces of orders.
 *
 * A customer's orders stand together in the order of time, so who bought in a period is new to it
 * when their last purchase was in another one, and the first purchase ever is the first that is
 * met. */
#include "query/mirror/reports.h"

#include "base/calendar.h"
#include "base/must.h"
#include "base/share.h"
#include "query/mirror/orders.h"
#include "store/list.h"

#include <stdlib.h>
#include <string.h>

/* What every report has: a pass and sums by part. */
struct report {
    struct order_pass pass;
    struct day_units units;
    size_t n;     /* sums a part */
    int64_t *sum; /* by part, then as each report says */
};

static int64_t *sums_of(const struct report *r, size_t part)
{
    return r->sum + part * r->n;
}

static enum rc begin(struct report *r, const struct board *b, const struct report_range *range,
                     struct err *e)
{
    return order_pass_init(&r->pass, b, range, e);
}

/* Runs a part on each core with room for n sums each, and adds them up into the first. */
static void run_parts(struct report *r, size_t n, void (*part)(void *report, size_t i))
{
    r->n = n;
    r->sum = must(calloc(r->pass.n_parts * n + 1, sizeof *r->sum));
    share_rounds(r->pass.n_parts, part, r);
    for (size_t i = 1; i < r->pass.n_parts; i++)
        for (size_t k = 0; k < n; k++)
            r->sum[k] += sums_of(r, i)[k];
}

/* ---- periods ---- */

enum { PLACED, ORDERS, BUYERS, NEW_BUYERS, SALE, REFUNDED, PERIOD_SUMS };

static void period_group(const struct report *r, const struct order_group *g, int64_t *sum)
{
    const struct daybook_edition *book = r->pass.book;
    int64_t first_s = -2;
    uint32_t last = UINT32_MAX;
    for (uint32_t i = g->from; i < g->to; i++) {
        if (!order_pass_has(&r->pass, i))
            continue;
        uint32_t unit = r->units.unit[day_units_day(&r->units, book->at_s[i])];
        int64_t *at = sum + unit * PERIOD_SUMS;
        at[PLACED] += (book->flags[i] & ORDER_FEED_SALE) != 0;
        if (book->flags[i] & ORDER_FEED_CANCELLATION)
            at[REFUNDED] += run_amount(&book->refunded_fen, i);
        if (!order_is_purchase(&r->pass, i))
            continue;
        at[ORDERS]++;
        at[SALE] += run_amount(&book->sale_fen, i);
        if (g->root == 0 || unit == last)
            continue;
        first_s = first_s == -2 ? order_group_first_s(&r->pass, g) : first_s;
        at[BUYERS]++;
        at[NEW_BUYERS] += first_s >= r->units.unit_from_s[unit] && first_s >= 0;
        last = unit;
    }
}

static void period_part(void *arg, size_t part)
{
    const struct report *r = arg;
    struct order_group g = {.to = r->pass.cut[part]};
    while (order_pass_next(&r->pass, r->pass.cut[part + 1], &g))
        if (g.seen)
            period_group(r, &g, sums_of(r, part));
}

/* Refunds at their own time. */
static void add_refunds(struct report *r)
{
    const struct order_pass *p = &r->pass;
    for (uint32_t i = 0; i < p->book->n_refunds; i++) {
        const struct daybook_refund *f = &p->book->refunds[i];
        bool seen = p->everyone || (f->root != 0 && p->seen[f->root]);
        if (!seen || f->at_s < p->from_s || f->at_s >= p->to_s ||
            (!p->any_channel && f->channel != p->channel))
            continue;
        uint32_t unit = r->units.unit[day_units_day(&r->units, f->at_s)];
        r->sum[unit * PERIOD_SUMS + REFUNDED] += f->amount_fen;
    }
}

enum rc mirror_periods(const struct board *b, const struct report_range *range,
                       enum report_unit unit, struct report_period **out, size_t *out_n,
                       struct err *e)
{
    struct report r = {0};
    enum rc rc = begin(&r, b, range, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(b->tx);
    day_units_init(&r.units, a, range->from_day, range->to_day, unit);
    run_parts(&r, r.units.n * PERIOD_SUMS, period_part);
    add_refunds(&r);
    struct report_period *list = ARENA_ARRAY(a, struct report_period, r.units.n + 1);
    for (size_t i = 0; i < r.units.n; i++) {
        const int64_t *at = r.sum + i * PERIOD_SUMS;
        list[i] = (struct report_period){
            .start_day = r.units.day[i],
            .placed = at[PLACED],
            .orders = at[ORDERS],
            .buyers = at[BUYERS],
            .new_buyers = at[NEW_BUYERS],
            .sale_fen = at[SALE],
            .refunded_fen = at[REFUNDED],
        };
    }
    *out = list;
    *out_n = r.units.n;
    free(r.sum);
    return RC_OK;
}

/* ---- buyers ---- */

/* How many purchases of a group count, and their sale amount. */
static int64_t purchases_of(const struct report *r, const struct order_group *g, int64_t *out_fen)
{
    int64_t n = 0, fen = 0;
    for (uint32_t i = g->from; i < g->to; i++)
        if (order_is_purchase(&r->pass, i) && order_pass_has(&r->pass, i)) {
            n++;
            fen += run_amount(&r->pass.book->sale_fen, i);
        }
    *out_fen = fen;
    return n;
}

enum { BOUGHT, BOUGHT_AGAIN, PURCHASES, BUYER_SUMS };

static void buyer_part(void *arg, size_t part)
{
    const struct report *r = arg;
    int64_t *sum = sums_of(r, part), fen;
    struct order_group g = {.to = r->pass.cut[part]};
    while (order_pass_next(&r->pass, r->pass.cut[part + 1], &g)) {
        int64_t n = g.seen && g.root != 0 ? purchases_of(r, &g, &fen) : 0;
        sum[BOUGHT] += n > 0;
        sum[BOUGHT_AGAIN] += n > 1;
        sum[PURCHASES] += n;
    }
}

enum rc mirror_buyers(const struct board *b, const struct report_range *range,
                      struct report_buyers *out, struct err *e)
{
    struct report r = {0};
    enum rc rc = begin(&r, b, range, e);
    if (rc != RC_OK)
        return rc;
    run_parts(&r, BUYER_SUMS, buyer_part);
    *out = (struct report_buyers){r.sum[BOUGHT], r.sum[BOUGHT_AGAIN], r.sum[PURCHASES]};
    free(r.sum);
    return RC_OK;
}

/* ---- sales of a window ---- */

static void sales_part(void *arg, size_t part)
{
    const struct report *r = arg;
    const struct daybook_edition *book = r->pass.book;
    int64_t fen = 0;
    struct order_group g = {.to = r->pass.cut[part]};
    while (order_pass_next(&r->pass, r->pass.cut[part + 1], &g))
        for (uint32_t i = g.from; g.seen && i < g.to; i++) {
            if (!order_pass_has(&r->pass, i))
                continue;
            fen += order_is_purchase(&r->pass, i) ? run_amount(&book->sale_fen, i) : 0;
            fen -= run_amount(&book->refunded_fen, i);
        }
    *sums_of(r, part) = fen;
}

enum rc mirror_all_sales(const struct board *b, int64_t from_s, int64_t to_s, int64_t scope_account,
                         int64_t *out_fen, struct err *e)
{
    struct report r = {0};
    enum rc rc = order_pass_init_at(&r.pass, b, from_s + 1, to_s + 1, 0, scope_account, e);
    if (rc != RC_OK)
        return rc;
    run_parts(&r, 1, sales_part);
    *out_fen = r.sum[0];
    free(r.sum);
    return RC_OK;
}

/* ---- concentration ---- */

/* What each buyer spent, from the place of a part's first order on. */
struct spending {
    struct report r; /* first: sums are how many buyers a part has */
    int64_t *fen;
};

static void spending_part(void *arg, size_t part)
{
    struct spending *s = arg;
    const struct report *r = &s->r;
    int64_t *to = s->fen + r->pass.cut[part], fen;
    struct order_group g = {.to = r->pass.cut[part]};
    while (order_pass_next(&r->pass, r->pass.cut[part + 1], &g))
        if (g.seen && g.root != 0 && purchases_of(r, &g, &fen) > 0)
            *to++ = fen;
    sums_of(r, part)[0] = to - (s->fen + r->pass.cut[part]);
}

/* Descending, by bytes from the lowest; a byte that all share is passed over. `other` is as large.
 * Returns which of the two is sorted. */
static int64_t *sort_down(int64_t *list, int64_t *other, size_t n)
{
    for (int byte = 0; byte < 8; byte++) {
        size_t place[257] = {0};
        for (size_t i = 0; i < n; i++) /* the sign turned over, then all: the largest first */
            place[(((uint64_t)list[i] ^ INT64_MAX) >> (8 * byte) & 255) + 1]++;
        bool shared = false;
        for (int k = 1; k <= 256; k++)
            shared = shared || place[k] == n;
        if (shared)
            continue;
        for (int k = 1; k <= 256; k++)
            place[k] += place[k - 1];
        for (size_t i = 0; i < n; i++)
            other[place[((uint64_t)list[i] ^ INT64_MAX) >> (8 * byte) & 255]++] = list[i];
        int64_t *sorted = other;
        other = list;
        list = sorted;
    }
    return list;
}

enum rc mirror_concentration(const struct board *b, const struct report_range *range,
                             struct report_decile out[static REPORT_DECILES], struct err *e)
{
    struct spending s = {0};
    enum rc rc = begin(&s.r, b, range, e);
    if (rc != RC_OK)
        return rc;
    s.fen = must(malloc((b->book->n + 1) * sizeof *s.fen));
    s.r.n = 1;
    s.r.sum = must(calloc(s.r.pass.n_parts, sizeof *s.r.sum));
    share_rounds(s.r.pass.n_parts, spending_part, &s);
    size_t n = 0;
    for (size_t i = 0; i < s.r.pass.n_parts; i++) {
        size_t here = (size_t)s.r.sum[i];
        memmove(s.fen + n, s.fen + s.r.pass.cut[i], here * sizeof *s.fen);
        n += here;
    }
    int64_t *other = must(malloc((n + 1) * sizeof *other));
    const int64_t *sorted = sort_down(s.fen, other, n);
    memset(out, 0, REPORT_DECILES * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        struct report_decile *d = &out[i * REPORT_DECILES / n];
        d->customers++;
        d->sale_fen += sorted[i];
        d->least_fen = sorted[i];
    }
    free(other);
    free(s.fen);
    free(s.r.sum);
    return RC_OK;
}

/* ---- intervals ---- */

static void interval_part(void *arg, size_t part)
{
    const struct report *r = arg;
    const struct daybook_edition *book = r->pass.book;
    int64_t *sum = sums_of(r, part);
    struct order_group g = {.to = r->pass.cut[part]};
    while (order_pass_next(&r->pass, r->pass.cut[part + 1], &g)) {
        int64_t last_s = -1;
        for (uint32_t i = g.from; i < g.to && g.seen && g.root != 0; i++) {
            if (!order_is_purchase(&r->pass, i) || !order_pass_has(&r->pass, i))
                continue;
            if (last_s >= 0) {
                int64_t gap_s = book->at_s[i] - last_s;
                sum[gap_s / 86400 * 2]++;
                sum[gap_s / 86400 * 2 + 1] += gap_s;
            }
            last_s = book->at_s[i];
        }
    }
}

/* Pairs (count, seconds) by day from `first_day` on; those that are not empty. */
static void put_days(struct arena *a, const int64_t *sum, size_t n, int64_t first_day,
                     struct report_days_row **out, size_t *out_n)
{
    struct report_days_row *list = NULL;
    size_t rows = 0, room = 0;
    for (size_t i = 0; i < n; i++)
        if (sum[2 * i] > 0)
            *LIST_ADD(a, list, rows, room) =
                (struct report_days_row){first_day + (int64_t)i, sum[2 * i], sum[2 * i + 1]};
    *out = list;
    *out_n = rows;
}

enum rc mirror_intervals(const struct board *b, const struct report_range *range,
                         struct report_days_row **out, size_t *out_n, struct err *e)
{
    struct report r = {0};
    enum rc rc = begin(&r, b, range, e);
    if (rc != RC_OK)
        return rc;
    size_t days = (size_t)((r.pass.to_s - r.pass.from_s) / 86400) + 1;
    run_parts(&r, days * 2, interval_part);
    put_days(tx_arena(b->tx), r.sum, days, 0, out, out_n);
    free(r.sum);
    return RC_OK;
}

/* ---- cohorts ---- */

struct cohorts {
    struct report r;
    _Atomic uint32_t *cells; /* by unit of the first purchase, then of the active one */
};

static void cohort_group(struct cohorts *c, const struct order_group *g, int64_t first_s)
{
    const struct report *r = &c->r;
    const struct day_units *u = &r->units;
    uint32_t last = UINT32_MAX;
    _Atomic uint32_t *row = NULL;
    for (uint32_t i = g->from; i < g->to; i++) {
        if (!order_is_purchase(&r->pass, i) || !order_pass_has(&r->pass, i))
            continue;
        if (row == NULL)
            row = c->cells + u->unit[day_units_day(u, first_s)] * u->n;
        uint32_t unit = u->unit[day_units_day(u, r->pass.book->at_s[i])];
        if (unit != last)
            atomic_fetch_add_explicit(&row[unit], 1, memory_order_relaxed);
        last = unit;
    }
}

static void cohort_part(void *arg, size_t part)
{
    struct cohorts *c = arg;
    const struct order_pass *p = &c->r.pass;
    struct order_group g = {.to = p->cut[part]};
    while (order_pass_next(p, p->cut[part + 1], &g)) {
        int64_t first_s = g.seen ? order_group_first_s(p, &g) : -1;
        if (first_s >= 0)
            cohort_group(c, &g, first_s);
    }
}

/* The day of the earliest order of all, or that with which the range begins. */
static int64_t earliest_day(const struct daybook_edition *book, int64_t from_day)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < book->n; i++)
        least = book->at_s[i] < least ? book->at_s[i] : least;
    int64_t day = calendar_day_of(least);
    return day < from_day ? day : from_day;
}

enum rc mirror_cohorts(const struct board *b, const struct report_range *range,
                       enum report_unit unit, struct report_cohort_row **out, size_t *out_n,
                       struct err *e)
{
    struct cohorts c = {0};
    enum rc rc = begin(&c.r, b, range, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(b->tx);
    struct day_units *u = &c.r.units;
    day_units_init(u, a, earliest_day(b->book, range->from_day), range->to_day, unit);
    c.cells = must(calloc(u->n * u->n, sizeof *c.cells));
    share_rounds(c.r.pass.n_parts, cohort_part, &c);
    struct report_cohort_row *list = NULL;
    size_t n = 0, room = 0;
    for (size_t i = 0; i < u->n; i++)
        for (size_t k = i; k < u->n; k++)
            if (c.cells[i * u->n + k] > 0)
                *LIST_ADD(a, list, n, room) =
                    (struct report_cohort_row){u->day[i], u->day[k], c.cells[i * u->n + k]};
    free((void *)c.cells);
    *out = list;
    *out_n = n;
    return RC_OK;
}

/* ---- provinces ---- */

enum { P_ORDERS, P_PAID_ORDERS, P_PAID, P_REFUNDED, PROVINCE_SUMS };

static void province_part(void *arg, size_t part)
{
    const struct report *r = arg;
    const struct daybook_edition *book = r->pass.book;
    struct order_group g = {.to = r->pass.cut[part]};
    while (order_pass_next(&r->pass, r->pass.cut[part + 1], &g)) {
        for (uint32_t i = g.from; i < g.to && g.seen; i++) {
            if (!(book->flags[i] & ORDER_FEED_SALE) || !order_pass_has(&r->pass, i))
                continue;
            int64_t *at = sums_of(r, part) + (size_t)book->province[i] * PROVINCE_SUMS;
            int64_t paid = run_amount(&book->paid_fen, i);
            at[P_ORDERS]++;
            at[P_PAID_ORDERS] += (book->flags[i] & ORDER_FEED_PAID) != 0;
            at[P_PAID] += paid != RUN_NONE ? paid : 0;
            at[P_REFUNDED] += run_amount(&book->refunded_fen, i);
        }
    }
}

/* Most orders first, then by text, absent first. */
static int compare_provinces(const void *x, const void *y)
{
    const struct report_province *a = x, *b = y;
    if (a->orders != b->orders)
        return a->orders > b->orders ? -1 : 1;
    if (str_absent(a->province) || str_absent(b->province))
        return str_absent(b->province) - str_absent(a->province);
    return str_cmp(a->province, b->province);
}

enum rc mirror_provinces(const struct board *b, const struct report_range *range,
                         struct report_province **out, size_t *out_n, struct err *e)
{
    struct report r = {0};
    enum rc rc = begin(&r, b, range, e);
    if (rc != RC_OK)
        return rc;
    run_parts(&r, (size_t)b->book->provinces_n * PROVINCE_SUMS, province_part);
    struct arena *a = tx_arena(b->tx);
    struct report_province *list = ARENA_ARRAY(a, struct report_province, b->book->provinces_n);
    size_t n = 0;
    for (size_t i = 0; i < b->book->provinces_n; i++) {
        const int64_t *at = r.sum + i * PROVINCE_SUMS;
        if (at[P_ORDERS] > 0)
            list[n++] = (struct report_province){
                .province = i > 0 ? arena_str(a, b->book->provinces[i]) : STR_ABSENT,
                .orders = at[P_ORDERS],
                .paid_orders = at[P_PAID_ORDERS],
                .paid_fen = at[P_PAID],
                .refunded_fen = at[P_REFUNDED],
            };
    }
    if (n > 1)
        qsort(list, n, sizeof *list, compare_provinces);
    *out = list;
    *out_n = n;
    free(r.sum);
    return RC_OK;
}

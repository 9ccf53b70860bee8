/* clv_fit.c — from orders to fits and scores, in memory.
 *
 * Orders come by customer and time, so a buyer is complete when the next one begins, and nothing
 * is sorted here. The fit's check over time counts, day by day, who was won and who bought again:
 * what is expected by a day is the sum over days of those won then × E[X(age)] of one just won.
 */
#include "domain/clv.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/must.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static const double DAYS = 7.0;  /* of a unit of time */
static const double FEN = 100.0; /* of a unit of money */
static const double MOST = 9e15; /* what is written of a number, whatever a fit says */

/* ---- reading ---- */

static struct clv_buyer *buyer_new(struct clv_read *r)
{
    if (r->n == r->room) {
        r->room = r->room == 0 ? 4096 : r->room + r->room / 2;
        r->buyers = must(realloc(r->buyers, r->room * sizeof *r->buyers));
    }
    return &r->buyers[r->n++];
}

static void see_order(void *to, int64_t customer_id, int64_t at_s, int64_t amount_fen)
{
    struct clv_read *r = to;
    int32_t day = calendar_day_of(at_s);
    if (day < 0 || day > r->today)
        return;
    struct clv_buyer *b = r->n > 0 ? &r->buyers[r->n - 1] : NULL;
    if (b == NULL || b->customer_id != customer_id) {
        if (day > r->q.until)
            return; /* won later */
        b = buyer_new(r);
        *b = (struct clv_buyer){.customer_id = customer_id,
                                .first_day = day,
                                .last_day = day,
                                .in_fit = day >= r->q.since,
                                .differs = true};
        r->won[day] += b->in_fit;
    } else if (day != r->day) {
        r->repeats[day] += b->in_fit;
        if (day <= r->q.until) {
            b->repeats++;
            b->last_day = day;
        }
    }
    r->day = day;
    if (day > b->first_day && day <= r->q.until)
        b->repeat_fen += amount_fen;
}

enum rc clv_read(struct tx *tx, const struct clv_question *q, int64_t now_s, struct clv_read *out,
                 struct err *e)
{
    int32_t today = calendar_day_of(now_s);
    assert(q->until <= today && today >= 0);
    size_t days = (size_t)today + 1;
    *out = (struct clv_read){.q = *q, .today = today, .day = -1};
    out->won = must(calloc(days, sizeof *out->won));
    out->repeats = must(calloc(days, sizeof *out->repeats));
    return clv_orders(tx, now_s, see_order, out, e);
}

void clv_read_done(struct clv_read *r)
{
    free(r->buyers);
    free(r->won);
    free(r->repeats);
    *r = (struct clv_read){0};
}

/* ---- fitting ---- */

static struct clv_customer customer_of(const struct clv_read *r, const struct clv_buyer *b)
{
    return (struct clv_customer){
        .x = b->repeats < CLV_X_MAX ? b->repeats : CLV_X_MAX,
        .t_x = (b->last_day - b->first_day) / DAYS,
        .T = (r->q.until - b->first_day) / DAYS,
        .m = b->repeats > 0 ? (double)b->repeat_fen / FEN / b->repeats : 0.0,
    };
}

/* The check over time: at most CLV_POINTS days, weeks apart, up to the last purchase known. */
static void make_points(const struct clv_read *r, struct clv_result *out)
{
    int32_t from = 0, to = r->q.until;
    while (from < to && r->won[from] == 0)
        from++;
    for (int32_t day = r->today; day > to; day--)
        if (r->repeats[day] > 0)
            to = day;
    int32_t weeks = (to - from) / 7 + 1, step = 7 * ((weeks + CLV_POINTS - 2) / (CLV_POINTS - 1));
    double *bought = must(calloc((size_t)(to - from) + 1, sizeof *bought)); /* by age in days */
    for (int32_t age = 0; age <= to - from; age++)
        bought[age] = clv_purchases(&out->buying, &(struct clv_customer){0}, age / DAYS);
    uint64_t actual = 0;
    for (int32_t day = from, last = from; last <= to; last += step) {
        struct clv_point p = {.day = last + step - 1 < to ? last + step - 1 : to};
        for (; day <= p.day; day++)
            actual += r->repeats[day];
        for (int32_t won = from; won <= p.day && won <= r->q.until; won++)
            p.expected += r->won[won] * bought[p.day - won];
        p.actual = actual;
        assert(out->points_n < CLV_POINTS);
        out->points[out->points_n++] = p;
    }
    free(bought);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* To the nearest of 1, 1.5, 2, 3, 5, 7 × a power of ten. */
static int64_t round_amount(int64_t fen)
{
    static const int64_t STEPS[] = {10, 15, 20, 30, 50, 70, 100};
    int64_t ten = 1, best = 0;
    while (fen / ten >= 100)
        ten *= 10;
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++)
        if (best == 0 || llabs(STEPS[i] * ten - fen) < llabs(best - fen))
            best = STEPS[i] * ten;
    return best;
}

/* The check of amounts: bands of a round width, of which the last but few customers are in. */
static void make_amounts(const struct clv_read *r, const struct clv_table *values,
                         struct clv_result *out)
{
    enum { IN_BANDS = 97 /* per cent */ };
    int64_t *means = must(malloc((r->n + 1) * sizeof *means));
    double cuts[CLV_AMOUNTS - 1];
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct clv_buyer *b = &r->buyers[i];
        if (b->in_fit && b->repeats > 0 && b->repeat_fen > 0)
            means[n++] = b->repeat_fen / b->repeats;
    }
    qsort(means, n, sizeof *means, ascending);
    int64_t most = n > 0 ? means[(n - 1) * IN_BANDS / 100] : 0;
    free(means);
    out->amount_width_fen = round_amount(most / (CLV_AMOUNTS - 1) + 1);
    for (int i = 0; i < CLV_AMOUNTS - 1; i++)
        cuts[i] = (double)(out->amount_width_fen * (i + 1)) / FEN;
    clv_values(&out->spending, values, cuts, CLV_AMOUNTS - 1, out->amounts_expected,
               out->amounts_actual);
}

void clv_result_make(const struct clv_read *r, struct clv_result *out)
{
    *out = (struct clv_result){0};
    for (int i = 0; i < CLV_CUTS; i++)
        out->cuts[i] = INT64_MAX;
    struct clv_customer *c = must(malloc((r->n + 1) * sizeof *c));
    size_t n = 0;
    int64_t from_us = clock_mono_us();
    for (size_t i = 0; i < r->n; i++)
        if (r->buyers[i].in_fit)
            c[n++] = customer_of(r, &r->buyers[i]);
    struct clv_table *times = must(clv_table_times(c, n)), *values = must(clv_table_values(c, n));
    free(c);
    clv_fit(r->q.model, times, &out->buying);
    clv_fit(CLV_GAMMA_GAMMA, values, &out->spending);
    if ((out->spending.warnings & CLV_NO_DATA) == 0)
        make_amounts(r, values, out);
    out->customers = clv_table_customers(times);
    out->rows = clv_table_rows(times);
    out->refused = clv_table_refused(times);
    out->value_rows = clv_table_rows(values);
    if ((out->buying.warnings & CLV_NO_DATA) == 0) {
        clv_counts(&out->buying, times, CLV_SHOWN, out->expected, out->actual);
        make_points(r, out);
    }
    clv_table_free(times);
    clv_table_free(values);
    out->applied = clv_may_apply(out, r->q.accept) || r->n == 0;
    out->fit_us = clock_mono_us() - from_us;
}

/* ---- scoring ---- */

static int64_t whole(double value, double unit)
{
    return (int64_t)llround(fmin(value * unit, MOST));
}

void clv_score_all(struct clv_read *r, const struct clv_fit *buying, const struct clv_fit *spending)
{
    double rate = pow(1.0 + r->q.discount_percent / 100.0, 1.0 / CLV_WEEKS) - 1.0;
    struct clv_horizon h = {.step = 1.0, .steps = (uint32_t)r->q.weeks, .rate = rate};
    struct clv_scorer *s = must(clv_scorer_new(buying, spending, &h));
    for (size_t i = 0; i < r->n; i++) {
        struct clv_buyer *b = &r->buyers[i];
        struct clv_customer c = customer_of(r, b);
        struct clv_answer a;
        clv_score(s, &c, &a);
        b->alive_ppm = (int32_t)whole(a.alive, 1e6);
        b->purchases_micro = whole(a.purchases, 1e6);
        b->value_fen = whole(a.value, FEN);
        b->clv_fen = whole(a.clv, FEN);
    }
    clv_scorer_free(s);
}

void clv_cuts(const struct clv_read *r, int64_t out[static CLV_CUTS])
{
    static const size_t PERCENT[CLV_CUTS] = {20, 40, 60, 80, 95, 99};
    int64_t *v = must(malloc((r->n + 1) * sizeof *v));
    int n = 0;
    for (size_t i = 0; i < r->n; i++)
        v[i] = r->buyers[i].clv_fen;
    qsort(v, r->n, sizeof *v, ascending);
    for (int k = 0; k < CLV_CUTS && r->n > 0; k++) {
        int64_t cut = round_amount(v[(r->n - 1) * PERCENT[k] / 100]);
        if (cut > 0 && (n == 0 || cut > out[n - 1]))
            out[n++] = cut;
    }
    while (n < CLV_CUTS)
        out[n++] = INT64_MAX;
    free(v);
}

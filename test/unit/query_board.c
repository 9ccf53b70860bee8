/* query_board.c — boards asked of the daybook and the mirror beside the database, on both engines.
 *
 * A corp lives at random (mirror_world.h). After each handful of operations the daybook is brought
 * up to a transaction, as a request does, and every report of a random range, channel and data
 * scope must be the one that store/report.h makes of the same transaction. A seed is printed on
 * failure and taken from KOI_TEST_SEED.
 */
#include "mirror_world.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "domain/product_report.h"
#include "mirror/daybook.h"
#include "pg_fixture.h"
#include "query/board.h"
#include "query/cycle_board.h"
#include "query/mirror/orders.h"
#include "query/mirror/standing.h"
#include "query/product_repurchase.h"
#include "store/customer_stats.h"
#include "store/day.h"
#include "store/group_figure.h"
#include "store/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 60, QUESTIONS = 6, FIRST_DAY = 20200, DAYS = 600 };

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

/* ---- what an answer says ---- */

static void add_three(struct numbers *l, int64_t a, int64_t b, int64_t c)
{
    number_add(l, a);
    number_add(l, b);
    number_add(l, c);
}

struct asked {
    struct world *w;
    struct board board;
    struct report_range range;
    enum report_unit unit;
    int64_t within_s, other_model_id;
    struct numbers ours, theirs;
};

/* Fails unless both say the same; forgets it. */
static void same(struct asked *x, const char *what)
{
    bool equal = x->ours.n == x->theirs.n;
    for (size_t i = 0; equal && i < x->ours.n; i++)
        equal = x->ours.at[i] == x->theirs.at[i];
    if (!equal) {
        for (size_t i = 0; i < x->ours.n || i < x->theirs.n; i++)
            if (i >= x->ours.n || i >= x->theirs.n || x->ours.at[i] != x->theirs.at[i])
                print_error("%zu: %" PRId64 " %" PRId64 "\n", i,
                            i < x->ours.n ? x->ours.at[i] : -77,
                            i < x->theirs.n ? x->theirs.at[i] : -77);
        fail_msg("%s: %s differs; scope %" PRId64 ", channel %" PRId64 ", days %" PRId64
                 " to %" PRId64 ", unit %d",
                 x->w->when, what, x->range.scope_account, x->range.channel_id, x->range.from_day,
                 x->range.to_day, x->unit);
    }
    x->ours.n = x->theirs.n = 0;
}

#define BOTH(x, ask_ours, ask_theirs, say)                                                         \
    do {                                                                                           \
        struct err *e = &(x)->w->f->err;                                                           \
        struct numbers *to = &(x)->ours;                                                           \
        store_must((x)->w->f, ask_ours);                                                           \
        say;                                                                                       \
        to = &(x)->theirs;                                                                         \
        store_must((x)->w->f, ask_theirs);                                                         \
        say;                                                                                       \
    } while (0)

static void periods(struct asked *x)
{
    struct report_period *p;
    size_t n;
    BOTH(
        x, board_periods(&x->board, &x->range, x->unit, &p, &n, e),
        report_periods(x->board.tx, &x->range, x->unit, &p, &n, e), for (size_t i = 0; i < n; i++) {
            add_three(to, p[i].start_day, p[i].placed, p[i].orders);
            add_three(to, p[i].buyers, p[i].new_buyers, p[i].sale_fen);
            number_add(to, p[i].refunded_fen);
        });
    same(x, "periods");
}

static void buyers(struct asked *x)
{
    struct report_buyers b;
    BOTH(x, board_buyers(&x->board, &x->range, &b, e), report_buyers(x->board.tx, &x->range, &b, e),
         add_three(to, b.buyers, b.repeat_buyers, b.purchases));
    same(x, "buyers");
    /* a window that begins and ends within a day */
    int64_t from_s = calendar_day_start_s((int32_t)x->range.from_day) + x->within_s % 86400;
    int64_t to_s = from_s + x->within_s, fen, scope = x->range.scope_account;
    BOTH(x, board_all_sales(&x->board, from_s, to_s, scope, &fen, e),
         group_all_sales(x->board.tx, from_s, to_s, scope, &fen, e), number_add(to, fen));
    same(x, "all sales");
    struct report_decile d[REPORT_DECILES];
    BOTH(x, board_concentration(&x->board, &x->range, d, e),
         report_concentration(x->board.tx, &x->range, d, e),
         for (int i = 0; i < REPORT_DECILES; i++)
             add_three(to, d[i].customers, d[i].sale_fen, d[i].least_fen));
    same(x, "concentration");
}

static void intervals(struct asked *x)
{
    struct report_days_row *rows;
    size_t n;
    BOTH(x, board_intervals(&x->board, &x->range, &rows, &n, e),
         report_intervals(x->board.tx, &x->range, &rows, &n, e),
         for (size_t i = 0; i < n; i++)
             add_three(to, rows[i].days, rows[i].count, rows[i].seconds));
    same(x, "intervals");
    BOTH(x, board_first_purchase(&x->board, x->range.scope_account, &rows, &n, e),
         report_first_purchase(x->board.tx, x->range.scope_account, &rows, &n, e),
         for (size_t i = 0; i < n; i++)
             add_three(to, rows[i].days, rows[i].count, rows[i].seconds));
    same(x, "first purchase");
    int64_t never;
    BOTH(x, board_never_bought(&x->board, x->range.scope_account, &never, e),
         report_never_bought(x->board.tx, x->range.scope_account, &never, e),
         number_add(to, never));
    same(x, "never bought");
}

static void cohorts(struct asked *x)
{
    struct report_cohort_row *rows;
    size_t n;
    enum report_unit unit = x->unit == REPORT_DAY ? REPORT_MONTH : x->unit;
    BOTH(x, board_cohorts(&x->board, &x->range, unit, &rows, &n, e),
         report_cohorts(x->board.tx, &x->range, unit, &rows, &n, e),
         for (size_t i = 0; i < n; i++)
             add_three(to, rows[i].cohort_day, rows[i].active_day, rows[i].customers));
    same(x, "cohorts");
}

/* A row as one number: equal counts may stand in any order, absent texts first or last. */
static int64_t province_number(const struct report_province *p)
{
    int64_t at[] = {(int64_t)hash_bytes(p->province, str_absent(p->province)), p->orders,
                    p->paid_orders, p->paid_fen, p->refunded_fen};
    return (int64_t)hash_bytes((struct str){(const char *)at, sizeof at}, 0);
}

static void provinces(struct asked *x)
{
    struct report_province *p;
    size_t n;
    BOTH(
        x, board_provinces(&x->board, &x->range, &p, &n, e),
        report_provinces(x->board.tx, &x->range, &p, &n, e), for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || p[i - 1].orders >= p[i].orders);
            number_add(to, province_number(&p[i]));
        });
    if (x->ours.n > 0)
        qsort(x->ours.at, x->ours.n, sizeof *x->ours.at, compare_numbers);
    if (x->theirs.n > 0)
        qsort(x->theirs.at, x->theirs.n, sizeof *x->theirs.at, compare_numbers);
    same(x, "provinces");
}

static int compare_first_buyers(const void *a, const void *b)
{
    return compare_numbers(&((const struct report_first_buyers *)a)->source_id,
                           &((const struct report_first_buyers *)b)->source_id);
}

static void sources(struct asked *x)
{
    struct report_source *s;
    struct report_first_buyers *f;
    size_t n;
    BOTH(
        x, board_sources(&x->board, &x->range, &s, &n, e),
        report_sources(x->board.tx, &x->range, &s, &n, e), for (size_t i = 0; i < n; i++) {
            add_three(to, s[i].id, (int64_t)hash_bytes(s[i].name, 0), s[i].customers);
            number_add(to, s[i].buyers);
            number_add(to, s[i].revenue_fen);
        });
    same(x, "sources");
    BOTH(x, board_first_buyers(&x->board, &x->range, x->within_s, &f, &n, e),
         report_first_buyers(x->board.tx, &x->range, x->within_s, &f, &n, e), {
             if (n > 1)
                 qsort(f, n, sizeof *f, compare_first_buyers);
             for (size_t i = 0; i < n; i++)
                 add_three(to, f[i].source_id, f[i].friends, f[i].first_buyers);
         });
    same(x, "first buyers");
}

/* Due days of the world's cycles, and who buys what again; the database is asked by a board without
 * a book. */
static void cycles(struct asked *x)
{
    struct board database = {.tx = x->board.tx};
    struct cycle *list;
    struct cycle_due due;
    size_t n_cycles;
    int64_t scope = x->range.scope_account, now_s = NOW_S - x->within_s;
    struct err *err = &x->w->f->err;
    store_must(x->w->f, cycle_list(x->board.tx, &list, &n_cycles, err));
    for (size_t k = 0; k < n_cycles; k++) {
        BOTH(x, board_cycle_due(&x->board, &list[k].rule, scope, now_s, 20, &due, e),
             board_cycle_due(&database, &list[k].rule, scope, now_s, 20, &due, e), {
                 number_add(to, due.begun);
                 for (size_t i = 0; i < CYCLE_OVERDUE; i++)
                     number_add(to, due.overdue[i]);
                 for (size_t i = 0; i < due.n_days; i++)
                     number_add(to, due.days[i]);
             });
        same(x,
             list[k].rule.starts == CYCLE_PURCHASE ? "days after purchases" : "days after events");
    }
}

static void bought_again(struct asked *x)
{
    struct board database = {.tx = x->board.tx};
    struct product_repurchase *p;
    struct product_repurchase_question q = {.range = x->range,
                                            .within_days = x->within_s / DAY_S + 3};
    struct cycle *list;
    size_t n, n_cycles;
    int64_t weeks[REPURCHASE_WEEKS], *by_week = NULL;
    struct err *err = &x->w->f->err;
    store_must(x->w->f, cycle_list(x->board.tx, &list, &n_cycles, err));
    for (size_t k = 0; k < 2; k++) {
        BOTH(x, board_product_repurchase(&x->board, &q, by_week, &p, &n, e),
             board_product_repurchase(&database, &q, by_week, &p, &n, e), {
                 for (size_t i = 0; i < n; i++) {
                     add_three(to, p[i].product_id, p[i].buyers, p[i].ripe);
                     add_three(to, p[i].again, p[i].intervals, p[i].p25_days);
                     add_three(to, p[i].p50_days, p[i].p75_days, 0);
                 }
                 for (size_t i = 0; by_week != NULL && i < REPURCHASE_WEEKS; i++)
                     number_add(to, weeks[i]);
             });
        same(x, "repurchase by product");
        for (size_t i = 0; i < n_cycles && q.set == NULL; i++) { /* the second time: a set */
            q.set = list[i].rule.n_products == 2 ? list[i].rule.products : NULL;
            q.n_set = 2;
        }
        by_week = weeks;
    }
}

static void friends(struct asked *x)
{
    struct report_day_count *d;
    size_t n;
    BOTH(
        x, board_friends(&x->board, &x->range, &d, &n, e),
        report_friends(x->board.tx, &x->range, &d, &n, e), for (size_t i = 0; i < n; i++) {
            number_add(to, d[i].day);
            number_add(to, d[i].count);
        });
    same(x, "friends");
}

/* Cells, bands and moves are from memory, not the database's own answer handed on. */
static void standing(struct asked *x)
{
    struct rfm_cell *r;
    struct clv_band *v;
    struct tier_flow *m;
    size_t n;
    int64_t scope = x->range.scope_account, cuts[CLV_CUTS];
    BOTH(
        x, mirror_rfm_cells(&x->board, scope, &r, &n, e), rfm_cells(x->board.tx, scope, &r, &n, e),
        for (size_t i = 0; i < n; i++) {
            add_three(to, r[i].r, r[i].f, r[i].m);
            number_add(to, r[i].customers);
            number_add(to, r[i].amount_fen);
        });
    same(x, "cells");
    for (int i = 0; i < CLV_CUTS; i++)
        cuts[i] = i < 4 ? (i + 1) * 1000 * rng_between(&x->w->rng, 1, 4) + (i > 0 ? cuts[i - 1] : 0)
                        : INT64_MAX;
    BOTH(
        x, mirror_clv_bands(&x->board, scope, cuts, &v, &n, e),
        clv_bands(x->board.tx, scope, cuts, &v, &n, e), for (size_t i = 0; i < n; i++) {
            add_three(to, v[i].band, v[i].alive, v[i].customers);
            add_three(to, v[i].repeaters, v[i].alive_ppm, v[i].purchases_micro);
            number_add(to, v[i].clv_fen);
        });
    same(x, "bands");
    int64_t model = rng_below(&x->w->rng, 2) == 0 ? x->w->model_id : x->other_model_id;
    int64_t from_s = NOW_S - (int64_t)rng_below(&x->w->rng, 60) * DAY_S;
    int64_t to_s = from_s + (int64_t)rng_below(&x->w->rng, 60) * DAY_S;
    BOTH(x, mirror_tier_flows(&x->board, model, from_s, to_s, scope, &m, &n, e),
         tier_flows(x->board.tx, model, from_s, to_s, scope, &m, &n, e),
         for (size_t i = 0; i < n; i++)
             add_three(to, m[i].from_tier_id, m[i].to_tier_id, m[i].customers));
    same(x, "moves");
}

static void census(struct asked *x)
{
    struct tag *t;
    struct tag_coverage *c;
    struct source_row *s;
    struct city_row *y;
    size_t n;
    int64_t scope = x->range.scope_account;
    BOTH(x, board_tag_list(&x->board, scope, &t, &n, e), tag_list(x->board.tx, scope, &t, &n, e),
         for (size_t i = 0; i < n; i++) add_three(to, t[i].id, t[i].position, t[i].customers));
    same(x, "tags");
    BOTH(x, board_tag_coverage(&x->board, scope, &c, &n, e),
         tag_coverage(x->board.tx, scope, &c, &n, e),
         for (size_t i = 0; i < n; i++) add_three(to, c[i].staff_id, c[i].customers, c[i].tagged));
    same(x, "coverage");
    BOTH(x, board_source_list(&x->board, scope, &s, &n, e),
         source_list(x->board.tx, scope, &s, &n, e),
         for (size_t i = 0; i < n; i++) add_three(to, s[i].id, s[i].customers, s[i].cost_fen));
    same(x, "source list");
    struct str part = rng_below(&x->w->rng, 2) == 0 ? STR_ABSENT : STR("州");
    BOTH(
        x, board_cities(&x->board, part, scope, 4, &y, &n, e),
        catalogue_cities(x->board.tx, part, scope, 4, &y, &n, e), for (size_t i = 0; i < n; i++) {
            number_add(to, (int64_t)hash_bytes(y[i].name, 0));
            number_add(to, y[i].customers);
        });
    same(x, "cities");
    struct tier_model *m;
    BOTH(x, board_tier_models(&x->board, scope, &m, &n, e),
         tier_models(x->board.tx, scope, &m, &n, e),
         for (size_t i = 0; i < n; i++) for (size_t k = 0; k < m[i].tiers_n; k++)
             add_three(to, m[i].id, m[i].tiers[k].id, m[i].tiers[k].customers));
    same(x, "tiers");
    standing(x);
    struct report_due d;
    BOTH(x, board_due(&x->board, scope, x->range.from_day, &d, e),
         report_due(x->board.tx, scope, x->range.from_day, &d, e),
         add_three(to, d.unanswered, d.uncosted_sources, d.failed_jobs));
    same(x, "due");
}

static void facts(struct asked *x)
{
    enum { NUMBERS = sizeof(struct report_facts) / sizeof(int64_t) };
    struct report_facts f;
    int64_t at[NUMBERS];
    BOTH(x, board_facts(&x->board, x->range.channel_id, &f, e),
         report_facts(x->board.tx, x->range.channel_id, &f, e), {
             memcpy(at, &f, sizeof at);
             for (size_t i = 0; i < NUMBERS; i++)
                 number_add(to, at[i]);
         });
    same(x, "facts");
    const struct board database = {.tx = x->board.tx};
    struct product_figures *p;
    size_t n;
    BOTH(
        x, product_report(&x->board, &x->range, STR_ABSENT, PRODUCT_BY_SALE, true, &p, &n, e),
        product_report(&database, &x->range, STR_ABSENT, PRODUCT_BY_SALE, true, &p, &n, e),
        for (size_t i = 0; i < n; i++) {
            add_three(to, p[i].product.id, p[i].orders, p[i].buyers);
            add_three(to, p[i].repeat_buyers, p[i].quantity, p[i].sale_fen);
            add_three(to, p[i].returned_quantity, p[i].returned_fen, 0);
        });
    same(x, "products");
}

static void say_orders(struct numbers *to, const struct order_card *o, size_t n, int64_t total)
{
    for (size_t i = 0; i < n; i++)
        number_add(to, o[i].id);
    number_add(to, total);
}

static void orders(struct asked *x)
{
    static const char *const STATES[] = {"created", "paid", "closed"}, *const NATURES[] = {
                                                                           "sale", "cancellation",
                                                                           "adjustment"};
    struct rng *rng = &x->w->rng;
    int64_t from_s = calendar_day_start_s((int32_t)x->range.from_day), total = 0, other = 0;
    struct order_filter f = {
        .scope_account = x->range.scope_account,
        .channel_id = x->range.channel_id,
        .from_s = rng_below(rng, 2) == 0 ? from_s : DB_NULL,
        .to_s = rng_below(rng, 4) == 0 ? from_s + 40 * DAY_S : DB_NULL,
        .refunded = (int)rng_below(rng, 3) - 1,
    };
    if (rng_below(rng, 2) == 0)
        f.state = str_from(STATES[rng_below(rng, 3)]);
    if (rng_below(rng, 2) == 0)
        f.nature = str_from(NATURES[rng_below(rng, 3)]);
    struct order_card *o;
    size_t n;
    int64_t offset = (int64_t)rng_below(rng, 4), limit = rng_between(rng, 1, 12);
    BOTH(x, board_orders(&x->board, &f, INT64_MAX, INT64_MAX, offset, limit, &o, &n, &total, e),
         order_list(x->board.tx, &f, INT64_MAX, INT64_MAX, offset, limit, &o, &n, e),
         say_orders(to, o, n, total));
    store_must(x->w->f, order_count(x->board.tx, &f, &other, &x->w->f->err));
    assert_int_equal(total, other);
    same(x, "orders");
    if (n == 0)
        return;
    int64_t at_s = o[n - 1].at_s, id = o[n - 1].id;
    BOTH(x, board_orders(&x->board, &f, at_s, id, 0, limit, &o, &n, NULL, e),
         order_list(x->board.tx, &f, at_s, id, 0, limit, &o, &n, e), say_orders(to, o, n, 0));
    same(x, "orders behind");
}

static void ask(struct asked *x)
{
    struct world *w = x->w;
    int64_t from = FIRST_DAY + (int64_t)rng_below(&w->rng, DAYS);
    int64_t to = FIRST_DAY + (int64_t)rng_below(&w->rng, DAYS);
    bool all = rng_below(&w->rng, 3) == 0, narrow = rng_below(&w->rng, 2) == 0;
    x->range = (struct report_range){
        .scope_account = narrow ? w->account_id : 0,
        .from_day = all         ? FIRST_DAY
                    : from < to ? from
                                : to,
        .to_day = all         ? FIRST_DAY + DAYS - 1
                  : from < to ? to
                              : from,
    };
    int channel = (int)rng_between(&w->rng, -FEW, FEW);
    if (channel >= 0)
        x->range.channel_id = channel < FEW ? w->channels[channel] : 77;
    x->unit = (enum report_unit)rng_below(&w->rng, 3);
    x->within_s = rng_between(&w->rng, 0, 100 * DAY_S);
    periods(x);
    buyers(x);
    intervals(x);
    cohorts(x);
    provinces(x);
    friends(x);
    census(x);
    orders(x);
    facts(x);
    cycles(x);
    bought_again(x);
    x->range.channel_id = 0;
    if (!narrow)
        sources(x);
}

/* ---- a corp ---- */

static enum rc fill_days(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return day_fill(tx, FIRST_DAY - 400, FIRST_DAY + DAYS + 40, e);
}

static struct world *world_new(struct store_fixture *f)
{
    struct world *w = calloc(1, sizeof *w);
    w->f = f;
    w->seed = test_seed();
    w->rng = rng_seed(w->seed);
    w->builder = builder_new();
    store_write(f, fill_days, NULL);
    store_write(f, world_found, w);
    return w;
}

static void world_free(struct world *w)
{
    snapshot_drop(w->last);
    builder_free(w->builder);
    world_lists_free(w);
    free(w);
}

/* What taking an import back ends with (domain/import_undo.c), and the world leaves out. */
static enum rc refresh_stats(struct tx *tx, void *arg, struct err *e)
{
    struct world *w = arg;
    return customer_stats_refresh_many(tx, w->people.at, w->people.n, e);
}

/* A note on someone, by hand or merged since. */
static enum rc note(struct tx *tx, void *arg, struct err *e)
{
    struct world *w = arg;
    int64_t id, who = w->people.at[rng_below(&w->rng, w->people.n)];
    return note_add(tx, w->f->keys, who, w->account_id, STR("a word"), DB_NULL, &id, e);
}

/* Runs of a model of its own: some of everyone go to a tier at random, those who are no roots any
 * more to none, as in domain/tiering.c. */
struct other_model {
    const struct world *w;
    struct tier_model model;
    struct tier_row tiers[3];
    struct rng rng; /* of the next run, which may have to be done twice */
};

static enum rc other_found(struct tx *tx, void *arg, struct err *e)
{
    struct other_model *o = arg;
    static const char *const NAMES[] = {"a", "b", "c"};
    o->model = (struct tier_model){.name = STR("another"),
                                   .kind = STR("own"),
                                   .subject = STR("customer"),
                                   .period_s = DAY_S,
                                   .tiers = o->tiers,
                                   .tiers_n = 3};
    for (int i = 0; i < 3; i++)
        o->tiers[i] = (struct tier_row){.name = str_from(NAMES[i]),
                                        .expression = STR("all"),
                                        .color = STR("red"),
                                        .advice = STR("")};
    return tier_model_add(tx, &o->model, e);
}

static void see_tier(void *to, int64_t customer_id, int64_t tier_id)
{
    number_add(to, customer_id);
    number_add(to, tier_id);
}

static enum rc other_run(struct tx *tx, void *arg, struct err *e)
{
    struct other_model *o = arg;
    struct rng copy = o->rng, *rng = &copy;
    struct numbers members = {0};
    int64_t *gone = NULL, run = 0, at_s = NOW_S - rng_between(rng, 0, 60) * DAY_S;
    size_t gone_n = 0;
    enum rc rc = tier_members(tx, o->model.id, see_tier, &members, e);
    if (rc == RC_OK)
        rc = tier_gone(tx, o->w->people.at, o->w->people.n, &gone, &gone_n, e);
    if (rc == RC_OK)
        rc = tier_run_begin(tx, o->model.id, at_s, &run, e);
    for (size_t i = 0; rc == RC_OK && i < o->w->people.n; i++) {
        int64_t now = 0, to = rng_below(rng, 5) == 0 ? 0 : o->tiers[rng_below(rng, 3)].id;
        for (size_t k = 0; k < members.n; k += 2)
            now = members.at[k] == o->w->people.at[i] ? members.at[k + 1] : now;
        for (size_t k = 0; k < gone_n; k++)
            to = gone[k] == o->w->people.at[i] ? 0 : to;
        if (now != to && rng_below(rng, 3) == 0)
            rc = tier_move(tx, run, o->model.id, o->w->people.at[i], now, to, at_s, e);
    }
    free(members.at);
    return rc;
}

static void live(struct world *w)
{
    bool was_undoing = w->undoing != 0;
    world_live(w);
    if (rng_below(&w->rng, 20) == 0) /* RC_CONFLICT: they are gone */
        (void)writer_run(w->f->writer, note, w, &w->f->err);
    if (was_undoing && w->undoing == 0)
        store_write(w->f, refresh_stats, w);
}

/* What a request finds: the snapshot of the transaction, and the daybook brought up to it. Asks
 * some questions; false when there is no daybook at the moment. */
static bool ask_some(struct world *w, struct daybook *l, int64_t other_model_id, bool *out_read)
{
    struct snapshot *next;
    struct asked x = {.w = w, .other_model_id = other_model_id};
    store_must(w->f, db_read_begin(w->f->db, &x.board.tx, &w->f->err));
    struct tx *tx = x.board.tx;
    if (rng_below(&w->rng, 2) == 0)
        x.board.memo = board_memo_new(tx);
    store_must(w->f, w->last == NULL ? builder_all(w->builder, tx, &next, &w->f->err)
                                     : builder_next(w->builder, tx, w->last, &next, &w->f->err));
    world_look(w, tx);
    snapshot_drop(w->last);
    x.board.s = w->last = next;
    store_must(w->f, daybook_edition_for(l, tx, &x.board.book, &w->f->err));
    *out_read = x.board.book == NULL;
    if (*out_read) {
        store_must(w->f, daybook_read(l, tx, &w->f->err));
        store_must(w->f, daybook_edition_for(l, tx, &x.board.book, &w->f->err));
    }
    for (int i = 0; x.board.book != NULL && i < QUESTIONS; i++)
        ask(&x);
    bool asked = x.board.book != NULL;
    daybook_edition_drop(x.board.book);
    db_read_end(tx);
    free(x.ours.at);
    free(x.theirs.at);
    return asked;
}

/* Now and then the image is written, or the daybook begins again from it: what came since is a
 * step. Counts what the one before did. */
static struct daybook *begin_again(struct world *w, struct daybook *l, bool *written,
                                   struct daybook_status *sum)
{
    char path[128];
    struct tx *tx;
    struct daybook_status s = daybook_status(l);
    uint64_t which = rng_below(&w->rng, 5);
    snprintf(path, sizeof path, "%s/daybook.image", w->f->folder);
    if (which > 1 || (which == 1 && !*written) || (which == 0 && !s.ready))
        return l;
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    if (which == 0) {
        store_must(w->f, daybook_save(l, tx, path, &w->f->err));
        *written = true;
    } else {
        daybook_stop(l);
        l = daybook_new();
        assert_true(daybook_load(l, tx, path));
        sum->steps += s.steps;
        sum->reads++;
    }
    db_read_end(tx);
    return l;
}

static void boards_say_what_the_database_says(void **state)
{
    struct world *w = world_new(*state);
    struct daybook *l = daybook_new();
    struct other_model other = {.w = w};
    store_write(w->f, other_found, &other);
    int asked = 0, reads = 0, undoing = 0;
    bool written = false;
    struct daybook_status before = {0};
    int64_t most = 0;
    for (int round = 0; round < ROUNDS; round++) {
        bool read;
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", round %d", w->seed, round);
        bool there = ask_some(w, l, other.model.id, &read);
        assert_true(there == (w->undoing == 0));
        asked += there;
        undoing += !there;
        reads += read && there;
        most = daybook_status(l).orders > most ? daybook_status(l).orders : most;
        l = begin_again(w, l, &written, &before);
        other.rng = rng_seed(rng_u64(&w->rng));
        if (rng_below(&w->rng, 3) == 0)
            store_write(w->f, other_run, &other);
        for (int i = (int)rng_between(&w->rng, 1, 30); i > 0; i--)
            live(w);
    }
    int64_t steps = daybook_status(l).steps + before.steps;
    if (getenv("KOI_VERBOSE") != NULL)
        print_message("  %d rounds asked, %d anew, %d while undoing; %" PRId64 " steps, %" PRId64
                      " orders; %" PRId64 " times from the image\n",
                      asked, reads, undoing, steps, most, before.reads);
    assert_true(asked > ROUNDS / 4 && reads > 1 && steps > 5 && most > 20 && before.reads > 0);
    daybook_stop(l);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(boards_say_what_the_database_says, SQLITE),
        STORE_TEST(boards_say_what_the_database_says, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("query_board", tests, pg_fixture_skipped() ? n - 1 : n, NULL,
                                   NULL);
}

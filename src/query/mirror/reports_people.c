/* reports_people.c — customers by day, by source, and how soon they first bought.
 *
 * Columns of customers say when they became friends, sets where they came from; the daybook says
 * when they bought. Who counts is noted by ordinal first (as the number of their group), then the
 * daybook's customers are passed over once. */
#include "query/mirror/reports.h"

#include "base/calendar.h"
#include "base/must.h"
#include "base/share.h"
#include "query/mirror/orders.h"
#include "store/list.h"

#include <stdlib.h>
#include <string.h>

/* The pass over all orders there are. */
static enum rc every_order(struct order_pass *p, const struct board *b, struct err *e)
{
    const struct report_range all = {.from_day = 0, .to_day = 0};
    return order_pass_init(p, b, &all, e);
}

/* ---- days to the first purchase ---- */

enum { DAYS_MOST = 65536, BEFORE = 0, DAYS = 1 /* then day 0 … */ };

struct first_days {
    struct order_pass pass;
    struct people people;
    const uint32_t *ordinal;
    int64_t *sum; /* by part: pairs (count, seconds), then who bought of those who are friends */
    size_t n;
    atomic_bool far; /* someone took longer than there is room for */
};

static const struct columns *columns_of(const struct snapshot *s, uint32_t ordinal)
{
    return s->chunks[ordinal / SET_CHUNK]->columns;
}

static void first_days_part(void *arg, size_t part)
{
    struct first_days *f = arg;
    const struct order_pass *p = &f->pass;
    int64_t *sum = f->sum + part * f->n;
    struct order_group g = {.to = p->cut[part]};
    while (order_pass_next(p, p->cut[part + 1], &g)) {
        uint32_t ordinal = f->ordinal[g.root];
        int64_t first_s = order_group_first_s(p, &g);
        if (first_s < 0 || ordinal == UINT32_MAX || !set_has(f->people.s->alive, ordinal))
            continue;
        if (f->people.seen != NULL &&
            !words_has(&f->people.seen[ordinal / SET_CHUNK], ordinal % SET_CHUNK))
            continue;
        int64_t added_s = columns_of(f->people.s, ordinal)->added_s[ordinal % SET_CHUNK];
        if (added_s == COLUMN_NEVER)
            continue;
        int64_t gap_s = first_s - added_s;
        if (gap_s >= (int64_t)DAYS_MOST * 86400) {
            atomic_store(&f->far, true);
            continue;
        }
        int64_t *at = sum + 2 * (gap_s < 0 ? BEFORE : DAYS + gap_s / 86400);
        at[0]++;
        at[1] += gap_s;
        sum[f->n - 1] += added_s > 0;
    }
}

/* Sums of all parts in the first's place; free f->sum. */
static enum rc first_days_run(struct first_days *f, const struct board *b, int64_t scope_account,
                              struct err *e)
{
    enum rc rc = every_order(&f->pass, b, e);
    if (rc == RC_OK)
        rc = people_begin(&f->people, b->s, b->tx, scope_account, e);
    if (rc != RC_OK)
        return rc;
    const uint32_t *ordinal = people_ordinals(b);
    f->ordinal = ordinal;
    f->n = 2 * (DAYS + DAYS_MOST) + 1;
    f->sum = must(calloc(f->pass.n_parts * f->n, sizeof *f->sum));
    share_rounds(f->pass.n_parts, first_days_part, f);
    for (size_t i = 1; i < f->pass.n_parts; i++)
        for (size_t k = 0; k < f->n; k++)
            f->sum[k] += f->sum[i * f->n + k];
    return f->far ? RC_BUSY : RC_OK;
}

static void first_days_free(struct first_days *f)
{
    people_end(&f->people);
    free(f->sum);
}

enum rc mirror_first_purchase(const struct board *b, int64_t scope_account,
                              struct report_days_row **out, size_t *out_n, struct err *e)
{
    struct first_days f = {0};
    struct report_days_row *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = first_days_run(&f, b, scope_account, e);
    for (size_t i = 0; rc == RC_OK && i < DAYS + DAYS_MOST; i++)
        if (f.sum[2 * i] > 0)
            *LIST_ADD(tx_arena(b->tx), list, n, room) =
                (struct report_days_row){(int64_t)i - DAYS, f.sum[2 * i], f.sum[2 * i + 1]};
    *out = list;
    *out_n = n;
    first_days_free(&f);
    return rc;
}

struct friend_count {
    const struct people *people;
    _Atomic int64_t n;
};

static void count_friends(void *arg, size_t chunk)
{
    struct friend_count *c = arg;
    struct set_words who;
    const int64_t *added_s = c->people->s->chunks[chunk]->columns->added_s;
    int64_t n = 0;
    people_of(c->people, (uint32_t)chunk, &who);
    EACH_BIT(&who, local)
    n += added_s[local] > 0;
    atomic_fetch_add(&c->n, n);
}

enum rc mirror_never_bought(const struct board *b, int64_t scope_account, int64_t *out,
                            struct err *e)
{
    struct first_days f = {0};
    enum rc rc = first_days_run(&f, b, scope_account, e);
    if (rc == RC_OK) {
        struct friend_count c = {.people = &f.people};
        share_rounds(b->s->n_chunks, count_friends, &c);
        *out = c.n - f.sum[f.n - 1];
    }
    first_days_free(&f);
    return rc;
}

/* ---- sources ---- */

enum { GROUPS_MOST = UINT16_MAX - 1, NO_GROUP = 0 };

/* Customers of a range by source: groups are numbered from 1, as the sources' marks are; the one
 * behind the last is that without a source. */
struct by_source {
    struct order_pass pass;
    struct people people;
    const struct mark *sources;
    size_t n_sources;
    bool first_heard; /* who was never a friend counts from when they were first heard of */
    int64_t within_s; /* of first purchases; −1: not asked */
    uint16_t *group;  /* by ordinal; NO_GROUP: does not count */
    const uint32_t *ordinal;
    _Atomic int64_t *customers; /* by group */
    int64_t *sum;               /* by part, by group, then as below */
};
enum { S_BUYERS, S_REVENUE, S_FIRST, SOURCE_SUMS };

/* Whether a customer came in the range. */
static bool came(const struct by_source *x, const struct columns *c, uint64_t local)
{
    int64_t at_s = c->added_s[local];
    if (at_s == COLUMN_NEVER && x->first_heard)
        at_s = c->first_s[local];
    return at_s != COLUMN_NEVER && at_s >= x->pass.from_s && at_s < x->pass.to_s;
}

static void group_chunk(void *arg, size_t chunk)
{
    struct by_source *x = arg;
    const struct columns *columns = x->people.s->chunks[chunk]->columns;
    uint16_t *group = x->group + chunk * SET_CHUNK;
    struct set_words who, some;
    people_of(&x->people, (uint32_t)chunk, &who);
    for (size_t k = 0; k <= x->n_sources; k++) {
        int64_t n = 0;
        some = who;
        if (k < x->n_sources) {
            set_and(x->sources[k].set, (uint32_t)chunk, &some);
            words_and_not(&who, &some);
        }
        EACH_BIT(&some, local)
        {
            bool counts = came(x, columns, local);
            group[local] = counts ? (uint16_t)(k + 1) : NO_GROUP;
            n += counts;
        }
        atomic_fetch_add_explicit(&x->customers[k], n, memory_order_relaxed);
    }
}

static void source_group(const struct by_source *x, const struct order_group *g, uint32_t ordinal,
                         int64_t *sum)
{
    const struct order_pass *p = &x->pass;
    int64_t bought = 0, revenue = 0;
    for (uint32_t i = g->from; i < g->to && x->within_s < 0; i++) {
        if (!order_pass_has(p, i))
            continue;
        bool purchase = order_is_purchase(p, i);
        bought += purchase;
        revenue += (purchase ? run_amount(&p->book->sale_fen, i) : 0) -
                   run_amount(&p->book->refunded_fen, i);
    }
    sum[S_BUYERS] += bought > 0;
    sum[S_REVENUE] += revenue;
    int64_t first_s = x->within_s >= 0 ? order_group_first_s(p, g) : -1;
    if (first_s < 0)
        return;
    int64_t gap_s = first_s - columns_of(x->people.s, ordinal)->added_s[ordinal % SET_CHUNK];
    sum[S_FIRST] += gap_s >= 0 && gap_s <= x->within_s;
}

static void source_part(void *arg, size_t part)
{
    struct by_source *x = arg;
    int64_t *sum = x->sum + part * (x->n_sources + 1) * SOURCE_SUMS;
    struct order_group g = {.to = x->pass.cut[part]};
    while (order_pass_next(&x->pass, x->pass.cut[part + 1], &g)) {
        uint32_t ordinal = x->ordinal[g.root];
        uint16_t group = ordinal != UINT32_MAX ? x->group[ordinal] : NO_GROUP;
        if (group != NO_GROUP)
            source_group(x, &g, ordinal, sum + (size_t)(group - 1) * SOURCE_SUMS);
    }
}

static enum rc by_source_run(struct by_source *x, const struct board *b,
                             const struct report_range *range, struct err *e)
{
    enum rc rc = order_pass_init(&x->pass, b, range, e);
    x->people.s = b->s;
    x->sources = marks_of(b->s->marks, MARK_SOURCE, &x->n_sources);
    if (rc != RC_OK || x->n_sources > GROUPS_MOST - 1)
        return rc != RC_OK ? rc : RC_BUSY;
    size_t groups = x->n_sources + 1, parts = x->pass.n_parts;
    const uint32_t *ordinal = people_ordinals(b);
    x->ordinal = ordinal;
    x->group = must(calloc((size_t)b->s->n_chunks * SET_CHUNK + 1, sizeof *x->group));
    x->customers = must(calloc(groups, sizeof *x->customers));
    x->sum = must(calloc(parts * groups * SOURCE_SUMS, sizeof *x->sum));
    share_rounds(b->s->n_chunks, group_chunk, x);
    share_rounds(parts, source_part, x);
    for (size_t i = 1; i < parts; i++)
        for (size_t k = 0; k < groups * SOURCE_SUMS; k++)
            x->sum[k] += x->sum[i * groups * SOURCE_SUMS + k];
    return RC_OK;
}

static void by_source_free(struct by_source *x)
{
    free(x->group);
    free((void *)x->customers);
    free(x->sum);
}

enum rc mirror_sources(const struct board *b, const struct report_range *range,
                       struct report_source **out, size_t *out_n, struct err *e)
{
    struct by_source x = {.first_heard = true, .within_s = -1};
    enum rc rc = by_source_run(&x, b, range, e);
    if (rc == RC_OK)
        rc = report_source_names(b->tx, out, out_n, e);
    for (size_t i = 0; rc == RC_OK && i < *out_n; i++) {
        struct report_source *s = &(*out)[i];
        for (size_t k = 0; k < x.n_sources; k++) {
            if (x.sources[k].key != s->id)
                continue;
            s->customers = x.customers[k];
            s->buyers = x.sum[k * SOURCE_SUMS + S_BUYERS];
            s->revenue_fen = x.sum[k * SOURCE_SUMS + S_REVENUE];
        }
    }
    by_source_free(&x);
    return rc;
}

enum rc mirror_first_buyers(const struct board *b, const struct report_range *range,
                            int64_t within_s, struct report_first_buyers **out, size_t *out_n,
                            struct err *e)
{
    struct by_source x = {.within_s = within_s};
    size_t n = 0;
    enum rc rc = by_source_run(&x, b, range, e);
    if (rc == RC_OK) {
        *out = ARENA_ARRAY(tx_arena(b->tx), struct report_first_buyers, x.n_sources + 1);
        for (size_t k = 0; k <= x.n_sources; k++)
            if (x.customers[k] > 0)
                (*out)[n++] = (struct report_first_buyers){
                    k < x.n_sources ? x.sources[k].key : 0,
                    x.customers[k],
                    x.sum[k * SOURCE_SUMS + S_FIRST],
                };
        *out_n = n;
    }
    by_source_free(&x);
    return rc;
}

/* ---- friends by day ---- */

struct friend_days {
    struct people people;
    struct day_units days;
    _Atomic int64_t *n; /* by day */
};

static void friend_days_chunk(void *arg, size_t chunk)
{
    struct friend_days *f = arg;
    const int64_t *added_s = f->people.s->chunks[chunk]->columns->added_s;
    int64_t from_s = f->days.start_s[0], to_s = f->days.start_s[f->days.n_days];
    struct set_words who;
    people_of(&f->people, (uint32_t)chunk, &who);
    EACH_BIT(&who, local)
    {
        int64_t at_s = added_s[local] == COLUMN_NEVER ? 0 : added_s[local];
        if (at_s >= from_s && at_s < to_s)
            atomic_fetch_add_explicit(&f->n[day_units_day(&f->days, at_s)], 1,
                                      memory_order_relaxed);
    }
}

enum rc mirror_friends(const struct board *b, const struct report_range *range,
                       struct report_day_count **out, size_t *out_n, struct err *e)
{
    struct friend_days f = {0};
    enum rc rc = people_begin(&f.people, b->s, b->tx, range->scope_account, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(b->tx);
    day_units_init(&f.days, a, range->from_day, range->to_day, REPORT_DAY);
    f.n = must(calloc(f.days.n_days, sizeof *f.n));
    share_rounds(b->s->n_chunks, friend_days_chunk, &f);
    *out = ARENA_ARRAY(a, struct report_day_count, f.days.n_days);
    *out_n = f.days.n_days;
    for (size_t i = 0; i < f.days.n_days; i++)
        (*out)[i] = (struct report_day_count){f.days.day[i], f.n[i]};
    free((void *)f.n);
    people_end(&f.people);
    return RC_OK;
}

/* analysis_text.c — trees put together from the question's own pieces, and printed.
 *
 * Nothing is escaped or pasted: a tree cannot come out as another text than the one that parses
 * into it. Tests count each expression and compare with its cell. */
#include "query/analysis_text.h"

#include <assert.h>
#include <string.h>

/* Conditions that all hold. */
struct all_of {
    struct arena *a;
    struct node *items[3 * LIMIT_SEQ_STEPS + 4];
    size_t n;
};

static struct node *node_new(struct arena *a, enum node_kind kind)
{
    struct node *n = ARENA_NEW(a, struct node);
    n->kind = kind;
    return n;
}

static struct node *joined(struct arena *a, enum node_kind kind, struct node **items, size_t n)
{
    if (n == 1)
        return items[0];
    struct node *x = node_new(a, n == 0 ? NODE_ALL : kind);
    x->items = ARENA_ARRAY(a, struct node *, n + 1);
    for (size_t i = 0; i < n; i++)
        x->items[x->n_items++] = items[i];
    return x;
}

static void add(struct all_of *all, struct node *n)
{
    assert(all->n < sizeof all->items / sizeof *all->items);
    all->items[all->n++] = n;
}

/* An audience as one of the conditions; false when it cannot be one. */
static bool add_audience(struct all_of *all, const struct audience_expr *x)
{
    if (x == NULL || x->root->kind == NODE_ALL)
        return true;
    if (x->root->kind == NODE_AS_OF)
        return false;
    add(all, x->root);
    return true;
}

static bool put(const struct all_of *all, struct buf *out)
{
    struct audience_expr x = {
        .subject = AUDIENCE_CUSTOMER,
        .root = joined(all->a, NODE_AND, (struct node **)all->items, all->n),
    };
    audience_print(&x, out);
    return true;
}

/* ---- events ---- */

static struct node *ever(struct arena *a, const struct events *ev, const struct window *w)
{
    struct node *n = node_new(a, NODE_EVER);
    n->events = ARENA_NEW(a, struct events);
    *n->events = *ev;
    n->n_events = 1;
    n->window = *w;
    return n;
}

static struct node *ever_any(struct arena *a, const struct analysis_events *events,
                             const struct window *w)
{
    struct node **ways = ARENA_ARRAY(a, struct node *, events->n + 1);
    for (size_t i = 0; i < events->n; i++)
        ways[i] = ever(a, &events->at[i], w);
    return joined(a, NODE_OR, ways, events->n);
}

static struct moment moment_of(int64_t at_s)
{
    struct civil c = calendar_civil_of(at_s);
    return (struct moment){c, c.hour != 0 || c.minute != 0 || c.second != 0};
}

/* Both instants included: whole days where they are, times otherwise. */
static struct window between(int64_t from_s, int64_t to_s)
{
    struct window w = {.kind = WINDOW_BETWEEN};
    int32_t from = calendar_day_of(from_s), to = calendar_day_of(to_s);
    bool days = calendar_day_start_s(from) == from_s && calendar_day_start_s(to + 1) == to_s + 1;
    w.from =
        days ? moment_of(from_s) : (struct moment){calendar_civil_of(from_s), .has_time = true};
    w.to = days ? moment_of(calendar_day_start_s(to))
                : (struct moment){calendar_civil_of(to_s), .has_time = true};
    return w;
}

/* The window of the question; one that ends now has no end, since nothing is later. */
static struct span open_span(const struct analysis *base)
{
    struct span span = window_span(&base->window, base->now_s, base->period_s);
    if (span.to_s == base->now_s)
        span.to_s = INT64_MAX;
    return span;
}

static struct window of_unit(const struct analysis_units *u, size_t unit, struct span within)
{
    int64_t from_s = u->from_s[unit] < within.from_s ? within.from_s : u->from_s[unit];
    int64_t to_s = u->from_s[unit + 1] - 1;
    return between(from_s, to_s > within.to_s ? within.to_s : to_s);
}

/* ---- numbers ---- */

/* A test of one kind of event: "count(order, last 90d)" and a range; INT64_MIN, INT64_MAX: open. */
static struct node *measure(struct arena *a, enum what what, const struct events *ev,
                            const struct window *w, int64_t low_micro, int64_t high_micro)
{
    struct node *n = node_new(a, NODE_TEST);
    bool from = low_micro != INT64_MIN, to = high_micro != INT64_MAX;
    n->what = what;
    n->op = from && to ? OP_BETWEEN : from ? OP_GE : OP_LE;
    n->events = ARENA_NEW(a, struct events);
    *n->events = *ev;
    n->n_events = 1;
    n->window = *w;
    n->values = ARENA_ARRAY(a, struct literal, 2);
    if (from)
        n->values[n->n_values++] = (struct literal){.kind = LITERAL_NUMBER, .micro = low_micro};
    if (to)
        n->values[n->n_values++] = (struct literal){.kind = LITERAL_NUMBER, .micro = high_micro};
    return n;
}

/* ---- funnels ---- */

static struct node *group_test(struct arena *a, const struct analysis_group *g)
{
    static const enum what WHATS[] = {
        [BY_SOURCE] = WHAT_SOURCE, [BY_STAFF] = WHAT_STAFF, [BY_STAGE] = WHAT_STAGE,
        [BY_TIER] = WHAT_TIER,     [BY_CITY] = WHAT_CITY,   [BY_PROVINCE] = WHAT_PROVINCE,
        [BY_GENDER] = WHAT_GENDER,
    };
    struct node *n = node_new(a, NODE_TEST);
    n->what = WHATS[g->by];
    n->name = g->model;
    if (str_absent(g->name)) {
        n->op = g->by == BY_TIER ? OP_NONE : OP_UNKNOWN;
        if (g->by != BY_STAFF)
            return n;
        n->kind = NODE_FLAG; /* nobody's friend */
        n->what = WHAT_FRIEND;
        struct node *not = node_new(a, NODE_NOT);
        not ->items = ARENA_ARRAY(a, struct node *, 1);
        not ->items[not ->n_items++] = n;
        return not ;
    }
    n->op = OP_EQ;
    n->values = ARENA_ARRAY(a, struct literal, 1);
    n->values[n->n_values++] =
        (struct literal){.kind = g->by == BY_GENDER ? LITERAL_WORD : LITERAL_TEXT, .text = g->name};
    return n;
}

/* Every choice of one event a step. */
static struct node *ways_to(struct arena *a, const struct funnel *q, size_t level)
{
    size_t ways = 1;
    for (size_t k = 0; k < level; k++)
        ways *= q->steps[k].events.n;
    if (ways > TEXT_WAYS_MOST || q->within_s % 3600 != 0)
        return NULL;
    if (level == 1)
        return ever_any(a, &q->steps[0].events, &q->base.window);
    struct node **seqs = ARENA_ARRAY(a, struct node *, ways);
    bool days = q->within_s % 86400 == 0;
    for (size_t i = 0; i < ways; i++) {
        struct node *n = seqs[i] = node_new(a, NODE_SEQ);
        size_t left = i;
        n->events = ARENA_ARRAY(a, struct events, level);
        for (size_t k = 0; k < level; k++) {
            const struct analysis_events *step = &q->steps[k].events;
            n->events[n->n_events++] = step->at[left % step->n];
            left /= step->n;
        }
        n->within = (struct duration){.n = q->within_s / (days ? 86400 : 3600),
                                      .unit = days ? UNIT_DAY : UNIT_HOUR};
        n->window = q->base.window;
    }
    return joined(a, NODE_OR, seqs, ways);
}

static bool add_level(struct all_of *all, const struct funnel *q, size_t level)
{
    struct node *ways = ways_to(all->a, q, level);
    if (ways == NULL)
        return false;
    add(all, ways);
    for (size_t k = 0; k < level; k++)
        if (!add_audience(all, q->steps[k].who))
            return false;
    return true;
}

bool funnel_text(struct arena *a, const struct funnel *q, const struct analysis_group *group,
                 size_t level, bool lost, struct buf *out)
{
    struct all_of all = {.a = a}, next = {.a = a};
    assert(level >= (lost ? 2 : 1) && level <= q->n_steps);
    if (!add_audience(&all, q->base.who) || !add_level(&all, q, lost ? level - 1 : level))
        return false;
    if (group->by != BY_NOTHING)
        add(&all, group_test(a, group));
    if (!lost)
        return put(&all, out);
    if (!add_level(&next, q, level))
        return false;
    struct node *not = node_new(a, NODE_NOT);
    not ->items = ARENA_ARRAY(a, struct node *, 1);
    not ->items[not ->n_items++] = joined(a, NODE_AND, next.items, next.n);
    add(&all, not );
    return put(&all, out);
}

/* ---- tables by time ---- */

bool retention_text(struct arena *a, const struct retention *q, const struct analysis_units *units,
                    size_t cohort, int column, struct buf *out)
{
    struct all_of all = {.a = a};
    struct window began = of_unit(units, cohort, open_span(&q->base));
    if (!add_audience(&all, q->base.who) || (q->first && q->start.n != 1))
        return false;
    if (q->first) {
        struct node *n = node_new(a, NODE_TEST);
        n->what = WHAT_FIRST_AT;
        n->op = OP_WITHIN;
        n->events = q->start.at;
        n->n_events = 1;
        n->compare = began;
        add(&all, n);
    } else {
        add(&all, ever_any(a, &q->start, &began));
    }
    if (column < 0)
        return put(&all, out);
    struct window back =
        of_unit(units, cohort + (size_t)column, (struct span){SPAN_START, INT64_MAX});
    if (q->rolling)
        back = (struct window){.kind = WINDOW_SINCE, .from = back.from};
    add(&all, ever_any(a, &q->back, &back));
    return put(&all, out);
}

bool counts_text(struct arena *a, const struct counts *q, const struct analysis_units *units,
                 size_t unit, size_t series, struct buf *out)
{
    struct all_of all = {.a = a};
    struct window w = of_unit(units, unit, open_span(&q->base));
    if (!add_audience(&all, q->base.who))
        return false;
    add(&all, ever_any(a, &q->series[series], &w));
    return put(&all, out);
}

/* ---- measures ---- */

/* The range of a score: above the cut point below it, up to its own; open ends INT64_MIN and
 * INT64_MAX. False when no value has the score. */
static bool score_range(const int64_t cuts[static 4], int score, int64_t *out_low,
                        int64_t *out_high)
{
    *out_low = score > 0 ? cuts[score - 1] + 1 : INT64_MIN;
    *out_high = score < 4 ? cuts[score] : INT64_MAX;
    return *out_low <= *out_high;
}

static int64_t in_micro(int64_t value, int64_t micro)
{
    return value == INT64_MIN || value == INT64_MAX ? value : value * micro;
}

/* The last purchase in a range of instants, its ends those of the window where open. */
static struct node *last_between(struct arena *a, const struct rfm *q, int64_t low, int64_t high)
{
    struct span span = window_span(&q->base.window, q->base.now_s, q->base.period_s);
    struct node *n = node_new(a, NODE_TEST);
    n->what = WHAT_LAST_AT;
    n->op = OP_WITHIN;
    n->events = q->events.at;
    n->n_events = 1;
    n->window = q->base.window;
    if (high == INT64_MAX)
        n->compare = (struct window){.kind = WINDOW_SINCE,
                                     .from = {calendar_civil_of(low), .has_time = true}};
    else if (low == INT64_MIN && span.from_s <= SPAN_START)
        n->compare = (struct window){.kind = WINDOW_BEFORE,
                                     .to = {calendar_civil_of(high + 1), .has_time = true}};
    else
        n->compare = between(low == INT64_MIN ? span.from_s : low, high);
    return n;
}

bool rfm_text(struct arena *a, const struct rfm *q, const struct rfm_answer *answer,
              const int score[static 3], struct buf *out)
{
    struct all_of all = {.a = a};
    const struct events *ev = q->events.at;
    int64_t low, high;
    if (q->events.n != 1 || ev->kind_id == 0 || !add_audience(&all, q->base.who) ||
        !score_range(answer->recency_s, score[0], &low, &high))
        return false;
    add(&all, last_between(a, q, low, high));
    if (!score_range(answer->purchases, score[1], &low, &high))
        return false;
    add(&all, measure(a, WHAT_COUNT, ev, &q->base.window, in_micro(low, 1000000),
                      in_micro(high, 1000000)));
    if (!score_range(answer->amount_fen, score[2], &low, &high))
        return false;
    add(&all,
        measure(a, WHAT_SUM, ev, &q->base.window, in_micro(low, 10000), in_micro(high, 10000)));
    return put(&all, out);
}

bool repurchase_text(struct arena *a, const struct repurchase *q, int64_t times, struct buf *out)
{
    struct all_of all = {.a = a};
    if (q->events.n != 1 || !add_audience(&all, q->base.who))
        return false;
    add(&all, measure(a, WHAT_COUNT, q->events.at, &q->base.window, times * 1000000, INT64_MAX));
    return put(&all, out);
}

/* analysis_random.c — random questions of all kinds. Lists of events, windows and audiences are
 * drawn as text and read as the program reads them. Draws are weighed so that most answers hold
 * something: common kinds, long windows, everyone as often as an audience. */
#include "analysis_question.h"

#include "base/limits.h"

#include <assert.h>
#include <inttypes.h>

struct draw {
    struct rng r;
    const struct question_corp *corp;
    struct arena *a;
    const struct query_names *names;
    struct buf *text; /* what has been drawn, for people */
    enum rc rc;
    struct err *e;
};

static int pick(struct draw *d, int n)
{
    return (int)rng_below(&d->r, (uint64_t)n);
}

static bool chance(struct draw *d, int percent)
{
    return pick(d, 100) < percent;
}

static void keep(struct draw *d, enum rc rc)
{
    d->rc = d->rc != RC_OK ? d->rc : rc;
}

static bool flag(struct draw *d, const char *name, int percent)
{
    bool yes = chance(d, percent);
    if (yes)
        buf_addf(d->text, " %s", name);
    return yes;
}

static int64_t number(struct draw *d, const char *name, int64_t low, int64_t high)
{
    int64_t v = rng_between(&d->r, low, high);
    buf_addf(d->text, " %s=%" PRId64, name, v);
    return v;
}

/* A list of one to `most` items: common kinds as often as whatever the language has. */
static void events(struct draw *d, const char *name, int most, struct analysis_events *out)
{
    static const char *const COMMON[] = {"view", "click", "share", "cart", "order", "refund"};
    struct buf list;
    buf_init(&list, LIMIT_EXPRESSION);
    for (int i = 0, n = chance(d, 60) ? 1 : 1 + pick(d, most); i < n; i++) {
        buf_addz(&list, i > 0 ? ", " : "");
        if (chance(d, 65))
            buf_addz(&list, COMMON[pick(d, 6)]);
        else
            random_events(&d->r, d->corp->names, &list);
    }
    buf_addf(d->text, " %s=<%s>", name, list.p);
    if (d->rc == RC_OK)
        keep(d, analysis_events(d->a, d->names, buf_str(&list), name, out, d->e));
    buf_done(&list);
}

/* Purchases: orders most of the time. */
static void purchases(struct draw *d, struct analysis_events *out)
{
    if (chance(d, 40)) {
        events(d, "events", 3, out);
        return;
    }
    static const char *const KINDS[] = {"order", "order.kept", "item", "order, refund",
                                        "order where amount > 60"};
    const char *list = KINDS[pick(d, 5)];
    buf_addf(d->text, " events=<%s>", list);
    if (d->rc == RC_OK)
        keep(d, analysis_events(d->a, d->names, str_from(list), "events", out, d->e));
}

static const struct audience_expr *audience(struct draw *d, const char *name)
{
    const struct audience_expr *x = NULL;
    struct buf text;
    buf_init(&text, LIMIT_EXPRESSION);
    random_audience(&d->r, d->corp->names, AUDIENCE_CUSTOMER, &text);
    if (chance(d, 40)) { /* many of them are nearly empty; this one has half the people at least */
        struct buf wide;
        buf_init(&wide, LIMIT_EXPRESSION);
        buf_addf(&wide, "sample(\"W%d\", %d%%)", pick(d, 99), 50 + pick(d, 50));
        buf_clear(&text);
        buf_add(&text, buf_str(&wide));
        buf_done(&wide);
    }
    buf_addf(d->text, " %s=<%s>", name, text.p);
    if (d->rc == RC_OK && !text.failed)
        keep(d, audience_read(d->a, d->names, AUDIENCE_CUSTOMER, buf_str(&text), &x, d->e));
    buf_done(&text);
    return x;
}

/* A window at most so many days long, when `days` is not 0; else any, ever too. */
static void window(struct draw *d, int days, struct window *out)
{
    struct buf text;
    buf_init(&text, LIMIT_EXPRESSION);
    buf_addz(&text, "");
    if (days > 0 && !chance(d, 15))
        buf_addf(&text, "last %dd", 1 + pick(d, days));
    else if (chance(d, 40))
        random_window(&d->r, d->corp->names, &text);
    else if (chance(d, 60))
        buf_addf(&text, "last %dd", 30 + pick(d, 300));
    buf_addf(d->text, " window=<%s>", text.n > 0 ? text.p : "");
    if (d->rc == RC_OK)
        keep(d, analysis_window(d->a, buf_str(&text), "window", out, d->e));
    buf_done(&text);
}

static void base(struct draw *d, int days, struct analysis *out)
{
    *out = (struct analysis){.now_s = d->corp->now_s, .period_s = d->corp->period_s};
    int64_t event_s = d->corp->events[rng_below(&d->r, d->corp->n_events)].at_s;
    if (chance(d, 15))
        out->now_s -= number(d, "back", 0, 200 * 86400);
    else if (chance(d, 10) && event_s < out->now_s)
        out->now_s = number(d, "now", event_s, event_s);
    if (chance(d, 3))
        out->period_s = number(d, "period", 0, 0);
    if (chance(d, 15) && d->corp->account_id != 0)
        out->scope_account = number(d, "scope", d->corp->account_id, d->corp->account_id);
    if (chance(d, 45))
        out->who = audience(d, "who");
    window(d, days, &out->window);
    if (out->window.length.period) /* who asks for a period in the window has one */
        out->period_s = d->corp->period_s;
}

/* The time between two events of one customer, so that limits are met exactly; 0: none found. */
static int64_t time_between(struct draw *d)
{
    const struct question_corp *corp = d->corp;
    const struct sighting *v = &corp->events[rng_below(&d->r, corp->n_events)];
    size_t from = rng_below(&d->r, corp->n_events);
    for (size_t i = from; i < corp->n_events; i++) {
        const struct sighting *u = &corp->events[i];
        if (u->customer == v->customer && u->at_s > v->at_s)
            return u->at_s - v->at_s;
    }
    return 0;
}

static int64_t length(struct draw *d, const char *name)
{
    static const int64_t LONGEST[] = {1, 24, 7 * 24, 60 * 24, 300 * 24}; /* hours */
    int64_t s = chance(d, 5) ? 1 : 3600 * rng_between(&d->r, 1, LONGEST[pick(d, 5)]);
    int64_t exact = chance(d, 40) ? time_between(d) : 0;
    return exact > 0 ? number(d, name, exact, exact) : number(d, name, s, s);
}

static enum unit unit(struct draw *d)
{
    static const enum unit UNITS[] = {UNIT_DAY, UNIT_WEEK, UNIT_MONTH};
    static const char *const NAMES[] = {"day", "week", "month"};
    int k = pick(d, 3);
    buf_addf(d->text, " unit=%s", NAMES[k]);
    return UNITS[k];
}

/* ---- the kinds ---- */

static void funnel(struct draw *d, struct funnel *q)
{
    static const char *const BY[] = {"nothing", "source", "staff",    "stage",
                                     "tier",    "city",   "province", "gender"};
    base(d, 0, &q->base);
    q->within_s = length(d, "within");
    q->by = (enum analysis_by)pick(d, BY_GENDER + 1);
    buf_addf(d->text, " by=%s", BY[q->by]);
    if (q->by == BY_TIER && d->corp->n_models == 0)
        q->by = BY_NOTHING;
    if (q->by == BY_TIER)
        q->model_id = d->corp->models[number(d, "model", 1, (int64_t)d->corp->n_models) - 1];
    q->counts_only = flag(d, "counts_only", 20);
    q->n_steps = chance(d, 5) ? LIMIT_SEQ_STEPS : 1 + (size_t)pick(d, 4);
    for (size_t i = 0; i < q->n_steps; i++) {
        events(d, "step", 3, &q->steps[i].events);
        if (chance(d, 20))
            q->steps[i].who = audience(d, "who");
    }
}

static void retention(struct draw *d, struct retention *q)
{
    static const char *const MEASURES[] = {"customers", "events", "amount"};
    q->unit = unit(d);
    base(d, q->unit == UNIT_DAY ? 59 : q->unit == UNIT_WEEK ? 400 : 0, &q->base);
    events(d, "start", 3, &q->start);
    events(d, "back", 3, &q->back);
    q->columns = (size_t)number(d, "columns", 1, chance(d, 50) ? 6 : RETENTION_COLUMNS_MAX);
    q->first = flag(d, "first", 40);
    q->measure = (enum retention_measure)pick(d, 3);
    buf_addf(d->text, " measure=%s", MEASURES[q->measure]);
    q->rolling = q->measure == RETENTION_CUSTOMERS && flag(d, "rolling", 40);
}

static void counts(struct draw *d, struct counts *q)
{
    q->unit = unit(d);
    base(d, q->unit == UNIT_DAY ? 380 : 0, &q->base);
    q->n_series = chance(d, 5) ? COUNTS_SERIES_MAX : 1 + (size_t)pick(d, 4);
    for (size_t i = 0; i < q->n_series; i++)
        events(d, "series", 3, &q->series[i]);
    q->units_only = flag(d, "units_only", 30);
}

static void paths(struct draw *d, struct paths *q)
{
    base(d, 0, &q->base);
    q->n_nodes = chance(d, 5) ? PATH_KINDS_MAX : chance(d, 10) ? 1 : 2 + (size_t)pick(d, 5);
    for (size_t i = 0; i < q->n_nodes; i++)
        events(d, "node", 2, &q->nodes[i]);
    q->anchor = chance(d, 40) ? -1 : (int)number(d, "anchor", 0, (int64_t)q->n_nodes - 1);
    q->backwards = flag(d, "backwards", 40);
    q->collapse = flag(d, "collapse", 50);
    q->gap_s = chance(d, 5) ? 0 : length(d, "gap");
    q->steps = (size_t)number(d, "steps", 1, PATH_STEPS_MAX);
}

enum rc random_question(uint64_t seed, uint64_t place, const struct question_corp *corp,
                        struct arena *a, const struct query_names *names, struct question *out,
                        struct buf *text, struct err *e)
{
    struct draw d = {.r = rng_seed(seed * 1000003 + place),
                     .corp = corp,
                     .a = a,
                     .names = names,
                     .text = text,
                     .rc = RC_OK,
                     .e = e};
    int kinds = corp->steps_only ? RETENTION + 1 : ANALYSIS_KINDS;
    *out = (struct question){.kind = (enum analysis_kind)pick(&d, kinds)};
    buf_addf(text, "%s:", analysis_name(out->kind));
    if (out->kind == FUNNEL)
        funnel(&d, &out->funnel);
    else if (out->kind == RETENTION)
        retention(&d, &out->retention);
    else if (out->kind == COUNTS)
        counts(&d, &out->counts);
    else if (out->kind == PATHS)
        paths(&d, &out->paths);
    else
        base(&d, 0, &out->base);
    if (out->kind == RFM || out->kind == REPURCHASE)
        purchases(&d, out->kind == RFM ? &out->rfm.events : &out->repurchase.events);
    assert(!text->failed);
    return d.rc;
}

/* analysis_naive.c — see analysis_naive.h. Loops over customers and their events; nothing is
 * clever. */
#include "analysis_naive.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What is asked, of one customer after the other. */
struct asker {
    struct naive *n;
    const struct world *w;
    const struct analysis *base;
    struct span span;
    struct arena *a;
};

/* ---- whom and what ---- */

/* The next root after `root` (0: from the start) that the question is about; 0 at the end. */
static int64_t next_customer(struct asker *x, int64_t root)
{
    for (int64_t id = root + 1; id <= (int64_t)x->w->n_customers; id++) {
        const struct w_customer *c = &x->w->customers[id - 1];
        if (c->root != id || c->erased)
            continue;
        if (x->base->scope_account != 0 && !world_in_scope(x->w, id))
            continue;
        if (x->base->who == NULL || naive_holds(x->n, x->base->now_s, x->base->who, id))
            return id;
    }
    return 0;
}

static bool is_of(struct asker *x, const struct analysis_events *list, const struct n_event *v)
{
    for (size_t i = 0; i < list->n; i++)
        if (naive_matches(x->n, x->base->now_s, &list->at[i], v))
            return true;
    return false;
}

static bool in_window(const struct asker *x, const struct n_event *v)
{
    return v->at_s >= x->span.from_s && v->at_s <= x->span.to_s;
}

static int64_t amount_of(const struct n_event *v)
{
    return v->amount == NO_AMOUNT ? 0 : v->kind == 12 ? -v->amount : v->amount;
}

static bool period_missing(const struct question *q)
{
    if (q->base.period_s > 0)
        return false;
    bool missing =
        q->base.window.length.period || (q->base.who != NULL && q->base.who->uses_period);
    for (size_t i = 0; q->kind == FUNNEL && i < q->funnel.n_steps; i++)
        missing =
            missing || (q->funnel.steps[i].who != NULL && q->funnel.steps[i].who->uses_period);
    return missing;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The value at rank ⌈percent n / 100⌉ of sorted values; 0 without any. */
static int64_t quantile(const int64_t *sorted, size_t n, size_t percent)
{
    size_t rank = n * percent / 100 + (n * percent % 100 > 0 ? 1 : 0);
    return n == 0 ? 0 : sorted[rank - 1];
}

/* ---- units ---- */

static int32_t first_day(int32_t day, enum unit unit)
{
    return unit == UNIT_DAY    ? day
           : unit == UNIT_WEEK ? calendar_week_start(day)
                               : calendar_month_start(day);
}

static int32_t next_unit(int32_t day, enum unit unit)
{
    return unit == UNIT_DAY ? day + 1 : unit == UNIT_WEEK ? day + 7 : calendar_add_months(day, 1);
}

/* Which of the units that begin on `days` an instant is in, −1: none. */
static int unit_of(const int32_t *days, size_t n, enum unit unit, int64_t at_s)
{
    int32_t day = first_day(calendar_day_of(at_s), unit);
    for (size_t i = 0; i < n; i++)
        if (days[i] == day)
            return (int)i;
    return -1;
}

/* The units of the window; an open one begins at `earliest_s`, INT64_MAX: nothing to begin with. */
static enum rc units_of(const struct asker *x, int64_t earliest_s, enum unit unit, size_t most,
                        int32_t *days, size_t *out_n)
{
    int64_t from_s = x->span.from_s == SPAN_START ? earliest_s : x->span.from_s;
    *out_n = 0;
    if (from_s > x->span.to_s)
        return RC_OK;
    int32_t last = first_day(calendar_day_of(x->span.to_s), unit);
    for (int32_t day = first_day(calendar_day_of(from_s), unit); day <= last;
         day = next_unit(day, unit)) {
        if (*out_n == most)
            return RC_LIMIT;
        days[(*out_n)++] = day;
    }
    return RC_OK;
}

/* ---- funnel ---- */

/* The groups so far, and for each step of each the times taken, unsorted. */
struct tallies {
    struct funnel_group *groups;
    int64_t *(*took)[LIMIT_SEQ_STEPS];
    size_t n, most;
};

static bool same_key(const struct analysis_key *a, const struct analysis_key *b)
{
    if (str_absent(a->text) || str_absent(b->text))
        return a->id == b->id && str_absent(a->text) && str_absent(b->text);
    return a->id == b->id && str_eq(a->text, b->text);
}

/* The group of a key; group 0 is not looked at. */
static size_t group_of(struct asker *x, struct tallies *t, struct analysis_key key)
{
    for (size_t i = 1; i < t->n; i++)
        if (same_key(&t->groups[i].key, &key))
            return i;
    assert(t->n < t->most);
    t->groups[t->n] = (struct funnel_group){.key = key};
    for (int k = 0; k < LIMIT_SEQ_STEPS; k++)
        t->took[t->n][k] = ARENA_ARRAY(x->a, int64_t, x->w->n_customers);
    return t->n++;
}

/* How many seconds the quickest way to each step takes; −1: not reached. */
static void quickest(struct asker *x, const struct funnel *q, int64_t root,
                     int64_t took[LIMIT_SEQ_STEPS])
{
    size_t n;
    const struct n_event *v = naive_events(x->n, root, &n);
    for (size_t k = 0; k < q->n_steps; k++)
        took[k] = -1;
    for (size_t i = 0; i < n; i++) { /* from each start, the earliest event of each next step */
        size_t k = 0;
        for (size_t j = i; j < n && k < q->n_steps; j++) {
            if (!in_window(x, &v[j]) || !is_of(x, &q->steps[k].events, &v[j])) {
                if (j == i)
                    break;
                continue;
            }
            int64_t s = v[j].at_s - v[i].at_s;
            if (s > q->within_s)
                break;
            took[k] = took[k] < 0 || s < took[k] ? s : took[k];
            k++;
        }
    }
    for (size_t k = 0; k < q->n_steps; k++)
        if ((k > 0 && took[k - 1] < 0) ||
            (q->steps[k].who != NULL && !naive_holds(x->n, q->base.now_s, q->steps[k].who, root)))
            took[k] = -1;
}

static void count_in(struct tallies *t, size_t group, const struct funnel *q, const int64_t *took)
{
    for (size_t k = 0; k < q->n_steps && took[k] >= 0; k++)
        t->took[group][k][t->groups[group].levels[k].customers++] = took[k];
}

/* The keys of a customer; how many. */
static size_t keys_of(const struct world *w, const struct funnel *q, int64_t root,
                      struct analysis_key keys[8])
{
    const struct w_customer *c = &w->customers[root - 1];
    bool staff[9] = {false};
    size_t n = 0;
    keys[0] = (struct analysis_key){0};
    switch (q->by) {
    case BY_STAFF:
        for (size_t i = 0; i < w->n_relations; i++)
            if (w->relations[i].deleted_s == 0 &&
                w->customers[w->relations[i].customer - 1].root == root)
                staff[w->relations[i].staff] = true;
        for (int64_t s = 1; s <= 8; s++)
            if (staff[s])
                keys[n++] = (struct analysis_key){.id = s};
        return n > 0 ? n : 1;
    case BY_TIER:
        for (size_t i = 0; i < w->n_tiers; i++)
            if (w->tiers[i].model == q->model_id && w->tiers[i].customer == root)
                keys[0].id = w->tiers[i].tier;
        return 1;
    case BY_SOURCE:
    case BY_STAGE:
        keys[0].id = q->by == BY_SOURCE ? c->source : c->stage;
        return 1;
    default:
        keys[0].text = str_from(q->by == BY_CITY       ? c->city
                                : q->by == BY_PROVINCE ? c->province
                                                       : c->gender);
        return 1;
    }
}

static int by_size(const void *a, const void *b)
{
    const struct funnel_group *x = a, *y = b;
    if (x->levels[0].customers != y->levels[0].customers)
        return x->levels[0].customers > y->levels[0].customers ? -1 : 1;
    if (x->key.id != y->key.id)
        return x->key.id < y->key.id ? -1 : 1;
    bool p = str_absent(x->key.text), q = str_absent(y->key.text);
    if (p || q)
        return p && q ? 0 : p ? -1 : 1;
    size_t n = x->key.text.n < y->key.text.n ? x->key.text.n : y->key.text.n;
    int order = memcmp(x->key.text.p, y->key.text.p, n);
    return order != 0 ? order : (x->key.text.n > n) - (y->key.text.n > n);
}

static enum rc funnel(struct asker *x, const struct funnel *q, struct funnel_answer *out)
{
    enum { ROOM = 64 };
    struct tallies t = {.most = ROOM};
    int64_t took[LIMIT_SEQ_STEPS];
    struct analysis_key keys[8];
    t.groups = ARENA_ARRAY(x->a, struct funnel_group, ROOM);
    t.took = arena_alloc_array(x->a, sizeof *t.took, ROOM);
    group_of(x, &t, (struct analysis_key){0});
    for (int64_t root = next_customer(x, 0); root != 0; root = next_customer(x, root)) {
        quickest(x, q, root, took);
        count_in(&t, 0, q, took);
        size_t n = q->by == BY_NOTHING || took[0] < 0 ? 0 : keys_of(x->w, q, root, keys);
        for (size_t i = 0; i < n; i++)
            count_in(&t, group_of(x, &t, keys[i]), q, took);
    }
    for (size_t g = 0; g < t.n && !q->counts_only; g++)
        for (size_t k = 0; k < q->n_steps; k++) {
            struct funnel_level *l = &t.groups[g].levels[k];
            int64_t *s = t.took[g][k];
            size_t n = (size_t)l->customers;
            qsort(s, n, sizeof *s, by_number);
            l->p25_s = quantile(s, n, 25);
            l->p50_s = quantile(s, n, 50);
            l->p75_s = quantile(s, n, 75);
            l->p90_s = quantile(s, n, 90);
        }
    qsort(t.groups + 1, t.n - 1, sizeof *t.groups, by_size);
    *out = (struct funnel_answer){t.groups, t.n < ROOM ? t.n : ROOM};
    return RC_OK;
}

/* ---- retention ---- */

/* The units in which a customer's start events that count fall. */
static void cohorts_of(struct asker *x, const struct retention *q, int64_t root,
                       const int32_t *days, size_t n_days, bool *in)
{
    size_t n;
    const struct n_event *v = naive_events(x->n, root, &n);
    for (size_t i = 0; i < n_days; i++)
        in[i] = false;
    for (size_t i = 0; i < n; i++) {
        if (v[i].at_s > q->base.now_s || !is_of(x, &q->start, &v[i]))
            continue;
        if (in_window(x, &v[i]))
            in[unit_of(days, n_days, q->unit, v[i].at_s)] = true;
        if (q->first)
            return;
    }
}

static int64_t earliest_start(struct asker *x, const struct retention *q)
{
    int64_t earliest_s = INT64_MAX;
    for (int64_t root = next_customer(x, 0); root != 0; root = next_customer(x, root)) {
        size_t n;
        const struct n_event *v = naive_events(x->n, root, &n);
        for (size_t i = 0; i < n; i++) {
            if (v[i].at_s > q->base.now_s || !is_of(x, &q->start, &v[i]))
                continue;
            if (in_window(x, &v[i]) && v[i].at_s < earliest_s)
                earliest_s = v[i].at_s;
            if (q->first)
                break;
        }
    }
    return earliest_s;
}

/* What a customer adds to the cell of the unit that begins on `day`. */
static int64_t came_back(struct asker *x, const struct retention *q, int64_t root, int32_t day)
{
    size_t n;
    int64_t events = 0, amount = 0;
    const struct n_event *v = naive_events(x->n, root, &n);
    for (size_t i = 0; i < n; i++) {
        if (v[i].at_s > q->base.now_s)
            continue;
        int32_t its = first_day(calendar_day_of(v[i].at_s), q->unit);
        if ((its == day || (q->rolling && its > day)) && is_of(x, &q->back, &v[i])) {
            events++;
            amount += amount_of(&v[i]);
        }
    }
    return q->measure == RETENTION_AMOUNT   ? amount
           : q->measure == RETENTION_EVENTS ? events
                                            : (events > 0 ? 1 : 0);
}

static enum rc retention(struct asker *x, const struct retention *q, struct retention_answer *out)
{
    int32_t days[RETENTION_COLUMNS_MAX];
    bool in[RETENTION_COLUMNS_MAX];
    size_t n;
    enum rc rc = units_of(x, earliest_start(x, q), q->unit, RETENTION_COLUMNS_MAX, days, &n);
    if (rc != RC_OK)
        return rc;
    struct retention_cohort *list = ARENA_ARRAY(x->a, struct retention_cohort, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct retention_cohort){.day = days[i]};
    for (int64_t root = next_customer(x, 0); root != 0; root = next_customer(x, root)) {
        cohorts_of(x, q, root, days, n, in);
        for (size_t i = 0; i < n; i++) {
            int32_t day = days[i];
            list[i].customers += in[i];
            for (size_t k = 0; in[i] && k < q->columns; k++, day = next_unit(day, q->unit))
                list[i].cells[k] += came_back(x, q, root, day);
        }
    }
    for (size_t i = 0; i < n; i++) {
        int32_t day = days[i];
        for (size_t k = 0; k < q->columns; k++, day = next_unit(day, q->unit))
            if (calendar_day_start_s(day) > q->base.now_s)
                list[i].cells[k] = RETENTION_FUTURE;
    }
    *out = (struct retention_answer){list, n};
    return RC_OK;
}

/* ---- counts ---- */

/* Adds a customer's events to a bucket: those of unit `day`, or all with NO_DAY. */
static void count_bucket(struct asker *x, const struct counts *q, int64_t root, int32_t day,
                         struct counts_bucket *out)
{
    size_t n;
    bool any = false;
    const struct n_event *v = naive_events(x->n, root, &n);
    for (size_t k = 0; k < q->n_series; k++) {
        int64_t events = 0;
        for (size_t i = 0; i < n; i++)
            events += in_window(x, &v[i]) &&
                      (day == NO_DAY || first_day(calendar_day_of(v[i].at_s), q->unit) == day) &&
                      is_of(x, &q->series[k], &v[i]);
        out->series[k].events += events;
        out->series[k].customers += events > 0;
        any = any || events > 0;
    }
    out->customers += any;
}

static enum rc counts(struct asker *x, const struct counts *q, struct counts_answer *out)
{
    int32_t days[ANALYSIS_UNITS_MAX];
    int64_t earliest_s = INT64_MAX;
    struct counts_answer answer = {0};
    for (int64_t root = next_customer(x, 0); root != 0; root = next_customer(x, root)) {
        size_t n;
        const struct n_event *v = naive_events(x->n, root, &n);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < q->n_series; k++)
                if (in_window(x, &v[i]) && v[i].at_s < earliest_s && is_of(x, &q->series[k], &v[i]))
                    earliest_s = v[i].at_s;
    }
    enum rc rc = units_of(x, earliest_s, q->unit, ANALYSIS_UNITS_MAX, days, &answer.n);
    if (rc != RC_OK)
        return rc;
    answer.buckets = ARENA_ARRAY(x->a, struct counts_bucket, answer.n + 1);
    for (size_t i = 0; i < answer.n; i++)
        answer.buckets[i] = (struct counts_bucket){.day = days[i]};
    for (int64_t root = next_customer(x, 0); root != 0; root = next_customer(x, root)) {
        for (size_t i = 0; i < answer.n; i++)
            count_bucket(x, q, root, days[i], &answer.buckets[i]);
        count_bucket(x, q, root, NO_DAY, &answer.all);
    }
    for (size_t k = 0; k < q->n_series && q->units_only; k++)
        answer.all.series[k].customers = answer.all.customers = 0;
    *out = answer;
    return RC_OK;
}

/* ---- RFM ---- */

static int score(const int64_t cuts[4], int64_t v)
{
    int below = 0;
    for (int k = 0; k < 4; k++)
        below += cuts[k] < v;
    return below; /* 0 … 4 */
}

static enum rc rfm(struct asker *x, const struct rfm *q, struct rfm_answer *out)
{
    size_t n = 0;
    int64_t *of[3], *sorted[3], *cuts[3] = {out->recency_s, out->purchases, out->amount_fen};
    *out = (struct rfm_answer){0};
    for (int i = 0; i < 3; i++) {
        of[i] = ARENA_ARRAY(x->a, int64_t, x->w->n_customers);
        sorted[i] = ARENA_ARRAY(x->a, int64_t, x->w->n_customers);
    }
    for (int64_t root = next_customer(x, 0); root != 0; root = next_customer(x, root)) {
        size_t m;
        const struct n_event *v = naive_events(x->n, root, &m);
        of[0][n] = of[1][n] = of[2][n] = 0;
        for (size_t i = 0; i < m; i++) {
            if (!in_window(x, &v[i]) || !is_of(x, &q->events, &v[i]))
                continue;
            of[0][n] = v[i].at_s;
            of[1][n]++;
            of[2][n] += amount_of(&v[i]);
        }
        n += of[1][n] > 0;
    }
    for (int i = 0; i < 3; i++) {
        memcpy(sorted[i], of[i], n * sizeof *of[i]);
        qsort(sorted[i], n, sizeof *sorted[i], by_number);
        for (size_t k = 0; k < 4; k++)
            cuts[i][k] = quantile(sorted[i], n, 20 * (k + 1));
    }
    for (size_t b = 0; b < n; b++) {
        struct rfm_table_cell *cell =
            &out->cells[score(cuts[0], of[0][b])][score(cuts[1], of[1][b])]
                       [score(cuts[2], of[2][b])];
        cell->customers++;
        cell->purchases += of[1][b];
        cell->amount_fen += of[2][b];
    }
    out->buyers = (int64_t)n;
    return RC_OK;
}

/* ---- repurchase ---- */

static enum rc repurchase(struct asker *x, const struct repurchase *q,
                          struct repurchase_answer *out)
{
    int64_t *all = ARENA_ARRAY(x->a, int64_t, x->w->n_events + x->w->n_items);
    size_t n = 0;
    *out = (struct repurchase_answer){0};
    for (int64_t root = next_customer(x, 0); root != 0; root = next_customer(x, root)) {
        size_t m;
        int64_t times = 0, before_s = 0;
        const struct n_event *v = naive_events(x->n, root, &m);
        for (size_t i = 0; i < m; i++) {
            if (!in_window(x, &v[i]) || !is_of(x, &q->events, &v[i]) ||
                (times > 0 && v[i].at_s == before_s))
                continue;
            if (times++ > 0) {
                int64_t days = (v[i].at_s - before_s) / 86400;
                all[n++] = v[i].at_s - before_s;
                out->intervals[days < 365 ? days : 365]++;
            }
            before_s = v[i].at_s;
        }
        out->buyers += times > 0;
        out->again += times > 1;
        if (times > 0)
            out->times[times < 10 ? times - 1 : 9]++;
    }
    qsort(all, n, sizeof *all, by_number);
    out->n_intervals = (int64_t)n;
    out->p25_s = quantile(all, n, 25);
    out->p50_s = quantile(all, n, 50);
    out->p75_s = quantile(all, n, 75);
    out->p90_s = quantile(all, n, 90);
    return RC_OK;
}

/* ---- paths ---- */

/* visits[step][from][to + 1] */
typedef int64_t links_table[PATH_STEPS_MAX][PATH_KINDS_MAX][PATH_KINDS_MAX + 1];

/* A visit as the nodes of its events; whether it has a path. */
static bool count_visit(const struct paths *q, const int *visit, size_t n, links_table table)
{
    int *way = calloc(n + 1, sizeof *way);
    size_t m = 0, at = 0;
    assert(way != NULL);
    for (size_t i = 0; i < n; i++)
        if (!q->collapse || i == 0 || visit[i] != visit[i - 1])
            way[m++] = visit[i];
    for (size_t i = 0; q->backwards && i < m / 2; i++) {
        int other = way[i];
        way[i] = way[m - 1 - i];
        way[m - 1 - i] = other;
    }
    while (q->anchor >= 0 && at < m && way[at] != q->anchor)
        at++;
    bool path = at < m;
    for (size_t k = 0; k < q->steps && at + k < m; k++)
        table[k][way[at + k]][at + k + 1 < m ? way[at + k + 1] + 1 : 0]++;
    free(way);
    return path;
}

static int node_of(struct asker *x, const struct paths *q, const struct n_event *v)
{
    for (size_t i = 0; in_window(x, v) && i < q->n_nodes; i++)
        if (is_of(x, &q->nodes[i], v))
            return (int)i;
    return -1;
}

/* How many of a customer's visits have a path. */
static int64_t count_customer(struct asker *x, const struct paths *q, int64_t root,
                              links_table table)
{
    size_t n, m = 0;
    int64_t paths = 0, before_s = 0;
    const struct n_event *v = naive_events(x->n, root, &n);
    int *visit = calloc(n + 1, sizeof *visit);
    assert(visit != NULL);
    for (size_t i = 0; i < n; i++) {
        int node = node_of(x, q, &v[i]);
        if (node < 0)
            continue;
        if (m > 0 && v[i].at_s - before_s > q->gap_s) {
            paths += count_visit(q, visit, m, table);
            m = 0;
        }
        visit[m++] = node;
        before_s = v[i].at_s;
    }
    paths += m > 0 && count_visit(q, visit, m, table);
    free(visit);
    return paths;
}

static enum rc paths(struct asker *x, const struct paths *q, struct paths_answer *out)
{
    static links_table table;
    memset(table, 0, sizeof table);
    *out = (struct paths_answer){0};
    for (int64_t root = next_customer(x, 0); root != 0; root = next_customer(x, root)) {
        int64_t visits = count_customer(x, q, root, table);
        out->visits += visits;
        out->customers += visits > 0;
    }
    size_t most = (size_t)PATH_STEPS_MAX * PATH_KINDS_MAX * (PATH_KINDS_MAX + 1);
    out->links = ARENA_ARRAY(x->a, struct path_link, most);
    for (int step = 0; step < PATH_STEPS_MAX; step++)
        for (int from = 0; from < PATH_KINDS_MAX; from++)
            for (int to = PATH_END; to < PATH_KINDS_MAX; to++)
                if (table[step][from][to + 1] > 0)
                    out->links[out->n++] =
                        (struct path_link){step, from, to, table[step][from][to + 1]};
    return RC_OK;
}

void naive_answer(struct naive *n, const struct question *q, struct arena *a, struct answer *out)
{
    *out = (struct answer){.rc = RC_INVALID};
    if (period_missing(q))
        return;
    struct asker x = {.n = n, .w = naive_world(n), .base = &q->base, .a = a};
    x.span = window_span(&q->base.window, q->base.now_s, q->base.period_s);
    out->rc = q->kind == FUNNEL       ? funnel(&x, &q->funnel, &out->funnel)
              : q->kind == RETENTION  ? retention(&x, &q->retention, &out->retention)
              : q->kind == COUNTS     ? counts(&x, &q->counts, &out->counts)
              : q->kind == RFM        ? rfm(&x, &q->rfm, &out->rfm)
              : q->kind == REPURCHASE ? repurchase(&x, &q->repurchase, &out->repurchase)
                                      : paths(&x, &q->paths, &out->paths);
}

/* counts.c — events and customers by day, week or month.
 *
 * A customer's events come in the order of time, so they are new to a unit when the last event that
 * was counted was in another one. */
#include "query/mirror/analysis_mirror.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/units.h"
#include "query/mirror/walk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NO_UNIT = -1, ANY = COUNTS_SERIES_MAX, NOTHING, SLOTS };

/* Of one chunk, by unit and series; the last unit is the whole window. */
struct count_sums {
    int64_t events[SLOTS], customers[SLOTS];
};

struct counts_run {
    struct survey survey;
    const struct counts *q;
    struct analysis_units units;
    struct unit_finder finder;
    bool single; /* each kind is in one series at most */
    uint8_t slot_of[RUN_KINDS];
    struct count_sums **chunks;
};

struct counts_chunk {
    const struct counts_run *r;
    struct count_sums *sums;
};

/* Which unit the customer's last event of each series was in, and of any. */
struct last_units {
    int of[SLOTS];
};

/* Without branches, since kinds come in no order: the slot NOTHING takes what is in no series. */
static inline void count_event(struct count_sums *sums, struct last_units *last, int *any,
                               uint32_t slot, int unit)
{
    int now = slot == NOTHING ? *any : unit;
    sums[unit].events[slot]++;
    sums[unit].customers[slot] += last->of[slot] != unit;
    sums[unit].customers[ANY] += *any != now;
    last->of[slot] = unit;
    *any = now;
}

/* Who had an event of a series at all. */
static void count_customer(struct count_sums *all, const struct last_units *last)
{
    for (int k = 0; k < SLOTS; k++)
        all->customers[k] += last->of[k] != NO_UNIT;
}

/* Without filters, and each kind in one series at most, only kinds and times are looked at. */
static void see_rows(void *to, struct walk *w)
{
    struct counts_chunk *c = to;
    struct last_units last;
    int any = NO_UNIT;
    const uint8_t *kind = w->run->kind;
    memset(&last, 0xff, sizeof last);
    for (uint32_t row = w->rows.from; row < w->rows.to; row++)
        count_event(c->sums, &last, &any, c->r->slot_of[kind[row]],
                    (int)unit_find_at(&c->r->finder, w->run->at_s[row]));
    last.of[ANY] = any;
    count_customer(&c->sums[c->r->units.n], &last);
}

static void see_customer(void *to, struct walk *w)
{
    struct counts_chunk *c = to;
    struct last_units last;
    struct hit h;
    uint16_t series;
    int any = NO_UNIT;
    if (w->only == NULL && c->r->single) {
        see_rows(to, w);
        return;
    }
    memset(&last, 0xff, sizeof last);
    while (walk_next(w, &h, &series)) {
        int unit = (int)unit_find_at(&c->r->finder, h.at_s);
        for (; series != 0; series &= (uint16_t)(series - 1))
            count_event(c->sums, &last, &any, (uint32_t)__builtin_ctz(series), unit);
    }
    last.of[ANY] = any;
    count_customer(&c->sums[c->r->units.n], &last);
}

/* Whether each kind is in one series at most, without a filter; which one. */
static bool find_slots(struct counts_run *r)
{
    const struct matcher *m = &r->survey.matcher;
    for (int k = 0; k < RUN_KINDS; k++) {
        uint16_t series = m->plain[k];
        if (m->maybe[k] != 0 || (series & (series - 1)) != 0)
            return false;
        r->slot_of[k] = series != 0 ? (uint8_t)__builtin_ctz(series) : NOTHING;
    }
    return true;
}

static void run_chunk(void *arg, size_t i)
{
    struct counts_run *r = arg;
    struct counts_chunk c = {r, must(calloc(r->units.n + 1, sizeof(struct count_sums)))};
    r->chunks[i] = c.sums;
    walk_chunk(&r->survey, (uint32_t)i, &r->survey.who.chunks[i], see_customer, &c);
}

/* ---- the calendar ---- */

static void see_earliest(void *to, struct walk *w)
{
    uint32_t *at_s = to;
    struct hit h;
    uint16_t series;
    bool may = w->only != NULL || w->run->at_s[w->rows.from] < *at_s;
    if (may && walk_next(w, &h, &series) && h.at_s < *at_s)
        *at_s = h.at_s;
}

/* The first event there is, where the window has no beginning; INT64_MAX: none. */
static int64_t earliest_event(const struct counts_run *r)
{
    uint32_t at_s = UINT32_MAX;
    for (uint32_t i = 0; i < r->survey.plan.s->n_chunks; i++)
        walk_chunk(&r->survey, i, &r->survey.who.chunks[i], see_earliest, &at_s);
    return at_s == UINT32_MAX ? INT64_MAX : at_s;
}

/* ---- the table ---- */

static void add_bucket(struct counts_bucket *to, const struct count_sums *from, size_t n_series)
{
    for (size_t k = 0; k < n_series; k++) {
        to->series[k].events += from->events[k];
        to->series[k].customers += from->customers[k];
    }
    to->customers += from->customers[ANY];
}

static void tabulate(const struct counts_run *r, struct counts_answer *out)
{
    size_t n_series = r->q->n_series;
    out->n = r->units.n;
    out->buckets = ARENA_ARRAY(r->survey.plan.a, struct counts_bucket, out->n + 1);
    for (size_t u = 0; u < out->n; u++)
        out->buckets[u].day = r->units.day[u];
    for (uint32_t i = 0; i < r->survey.plan.s->n_chunks; i++) {
        for (size_t u = 0; u < out->n; u++)
            add_bucket(&out->buckets[u], &r->chunks[i][u], n_series);
        add_bucket(&out->all, &r->chunks[i][out->n], n_series);
    }
    for (size_t u = 0; u < out->n; u++) /* events of the whole are those of its parts */
        for (size_t k = 0; k < n_series; k++)
            out->all.series[k].events += out->buckets[u].series[k].events;
}

static enum rc answer(struct counts_run *r, struct counts_answer *out, struct err *e)
{
    enum rc rc = RC_OK;
    r->survey.by_posting = true;
    for (size_t k = 0; rc == RC_OK && k < r->q->n_series; k++)
        rc = matcher_add(&r->survey.matcher, &r->q->series[k], e);
    if (rc != RC_OK || r->survey.matcher.unsupported)
        return rc != RC_OK ? rc : RC_BUSY;
    struct span span = r->survey.span;
    int64_t earliest_s = span.from_s > SPAN_START ? span.from_s : earliest_event(r);
    rc = analysis_units(span, earliest_s, r->q->unit, ANALYSIS_UNITS_MAX, &r->units, e);
    if (rc != RC_OK || r->units.n == 0)
        return rc;
    unit_finder_init(&r->finder, r->survey.plan.a, &r->units);
    r->single = find_slots(r);
    if (r->survey.span.from_s < r->finder.base_s) /* events of other kinds may be earlier */
        r->survey.span.from_s = r->finder.base_s;
    share_rounds(r->survey.plan.s->n_chunks, run_chunk, r);
    tabulate(r, out);
    return RC_OK;
}

enum rc mirror_counts(const struct snapshot *s, struct tx *tx, const struct counts *q,
                      struct counts_answer *out, struct err *e)
{
    assert(q->n_series > 0 && q->n_series <= COUNTS_SERIES_MAX);
    struct counts_run *r = must(calloc(1, sizeof *r));
    r->q = q;
    r->chunks = must(calloc(s->n_chunks + 1, sizeof(struct count_sums *)));
    *out = (struct counts_answer){0};
    enum rc rc = survey_begin(&r->survey, s, tx, &q->base, e);
    if (rc == RC_OK)
        rc = answer(r, out, e);
    for (uint32_t i = 0; i < s->n_chunks; i++)
        free(r->chunks[i]);
    survey_done(&r->survey);
    free(r->chunks);
    free(r);
    return rc;
}

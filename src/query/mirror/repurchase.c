/* repurchase.c — how often buyers came back, and how long they took.
 *
 * Intervals of all chunks are kept (4 bytes each) for their quantiles; days are counted as they
 * come. */
#include "query/mirror/analysis_mirror.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/ranks.h"
#include "query/mirror/walk.h"

#include <stdlib.h>
#include <string.h>

struct chunk_sums {
    int64_t times[REPURCHASE_TIMES];
    int64_t days[REPURCHASE_DAYS];
    uint32_t *intervals;
    size_t n, room;
};

struct repurchase_run {
    struct survey survey;
    struct chunk_sums *chunks;
};

static void put_interval(struct chunk_sums *c, uint32_t seconds)
{
    uint32_t days = seconds / 86400;
    c->days[days < REPURCHASE_DAYS ? days : REPURCHASE_DAYS - 1]++;
    if (c->n == c->room) {
        c->room = c->room > 0 ? c->room * 2 : 1024;
        c->intervals = must(realloc(c->intervals, c->room * sizeof *c->intervals));
    }
    c->intervals[c->n++] = seconds;
}

static void see_customer(void *to, struct walk *w)
{
    struct chunk_sums *c = to;
    struct hit h;
    uint16_t classes;
    size_t times = 0;
    uint32_t last_s = 0;
    while (walk_next(w, &h, &classes)) {
        if (times > 0 && h.at_s == last_s)
            continue;
        if (times++ > 0)
            put_interval(c, h.at_s - last_s);
        last_s = h.at_s;
    }
    if (times > 0)
        c->times[times < REPURCHASE_TIMES ? times - 1 : REPURCHASE_TIMES - 1]++;
}

static void run_chunk(void *arg, size_t i)
{
    struct repurchase_run *r = arg;
    walk_chunk(&r->survey, (uint32_t)i, &r->survey.who.chunks[i], see_customer, &r->chunks[i]);
}

static void put_quantiles(const struct repurchase_run *r, struct repurchase_answer *out)
{
    static const int PERCENT[] = {25, 50, 75, 90};
    int64_t *all = must(malloc(((size_t)out->n_intervals + 1) * sizeof *all)), at[4];
    size_t n = 0;
    for (uint32_t i = 0; i < r->survey.plan.s->n_chunks; i++)
        for (size_t k = 0; k < r->chunks[i].n; k++)
            all[n++] = r->chunks[i].intervals[k];
    ranks_of(all, n, PERCENT, 4, at);
    free(all);
    out->p25_s = at[0];
    out->p50_s = at[1];
    out->p75_s = at[2];
    out->p90_s = at[3];
}

static void tabulate(const struct repurchase_run *r, struct repurchase_answer *out)
{
    for (uint32_t i = 0; i < r->survey.plan.s->n_chunks; i++) {
        const struct chunk_sums *c = &r->chunks[i];
        for (size_t k = 0; k < REPURCHASE_TIMES; k++) {
            out->times[k] += c->times[k];
            out->buyers += c->times[k];
        }
        for (size_t k = 0; k < REPURCHASE_DAYS; k++)
            out->intervals[k] += c->days[k];
        out->n_intervals += (int64_t)c->n;
    }
    out->again = out->buyers - out->times[0];
    put_quantiles(r, out);
}

enum rc mirror_repurchase(const struct snapshot *s, struct tx *tx, const struct repurchase *q,
                          struct repurchase_answer *out, struct err *e)
{
    struct repurchase_run r = {.chunks = must(calloc(s->n_chunks + 1, sizeof *r.chunks))};
    memset(out, 0, sizeof *out);
    enum rc rc = survey_begin(&r.survey, s, tx, &q->base, e);
    r.survey.by_posting = true;
    if (rc == RC_OK)
        rc = matcher_add(&r.survey.matcher, &q->events, e);
    if (rc == RC_OK && r.survey.matcher.unsupported)
        rc = RC_BUSY;
    if (rc == RC_OK) {
        share_rounds(s->n_chunks, run_chunk, &r);
        tabulate(&r, out);
    }
    for (uint32_t i = 0; i < s->n_chunks; i++)
        free(r.chunks[i].intervals);
    survey_done(&r.survey);
    free(r.chunks);
    return rc;
}

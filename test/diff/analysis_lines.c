/* analysis_lines.c — answers as lines, one for each member that the contract speaks of. */
#include "analysis_question.h"

#include "base/limits.h"

#include <assert.h>
#include <inttypes.h>

const char *analysis_name(enum analysis_kind kind)
{
    static const char *const NAMES[] = {"funnel", "retention",  "counts",
                                        "rfm",    "repurchase", "paths"};
    assert(kind < ANALYSIS_KINDS);
    return NAMES[kind];
}

static void line(struct buf *out, const char *name, int64_t v)
{
    buf_addf(out, "%s %" PRId64 "\n", name, v);
}

static void funnel_lines(const struct funnel *q, const struct funnel_answer *a, struct buf *out)
{
    line(out, "n", (int64_t)a->n);
    for (size_t i = 0; i < a->n; i++) {
        const struct funnel_group *g = &a->groups[i];
        buf_addf(out, "groups[%zu].key %" PRId64 " ", i, g->key.id);
        buf_addz(out, str_absent(g->key.text) ? "absent" : "\"");
        buf_add(out, g->key.text);
        buf_addz(out, str_absent(g->key.text) ? "\n" : "\"\n");
        for (size_t k = 0; k < q->n_steps; k++) {
            const struct funnel_level *l = &g->levels[k];
            buf_addf(out, "groups[%zu].levels[%zu].customers %" PRId64 "\n", i, k, l->customers);
            buf_addf(out, "groups[%zu].levels[%zu].quantiles %" PRId64 " %" PRId64, i, k, l->p25_s,
                     l->p50_s);
            buf_addf(out, " %" PRId64 " %" PRId64 "\n", l->p75_s, l->p90_s);
        }
    }
}

static void retention_lines(const struct retention *q, const struct retention_answer *a,
                            struct buf *out)
{
    line(out, "n", (int64_t)a->n);
    for (size_t i = 0; i < a->n; i++) {
        const struct retention_cohort *c = &a->cohorts[i];
        buf_addf(out, "cohorts[%zu] day %d customers %" PRId64 "\n", i, (int)c->day, c->customers);
        for (size_t k = 0; k < q->columns; k++) {
            if (c->cells[k] == RETENTION_FUTURE)
                buf_addf(out, "cohorts[%zu].cells[%zu] future\n", i, k);
            else
                buf_addf(out, "cohorts[%zu].cells[%zu] %" PRId64 "\n", i, k, c->cells[k]);
        }
    }
}

static void bucket_lines(const struct counts *q, const struct counts_bucket *b, const char *name,
                         size_t i, struct buf *out)
{
    buf_addf(out, "%s[%zu] day %d customers %" PRId64 "\n", name, i, (int)b->day, b->customers);
    for (size_t k = 0; k < q->n_series; k++)
        buf_addf(out, "%s[%zu].series[%zu] events %" PRId64 " customers %" PRId64 "\n", name, i, k,
                 b->series[k].events, b->series[k].customers);
}

static void counts_lines(const struct counts *q, const struct counts_answer *a, struct buf *out)
{
    line(out, "n", (int64_t)a->n);
    for (size_t i = 0; i < a->n; i++)
        bucket_lines(q, &a->buckets[i], "buckets", i, out);
    bucket_lines(q, &a->all, "all", 0, out);
}

static void rfm_lines(const struct rfm_answer *a, struct buf *out)
{
    line(out, "buyers", a->buyers);
    for (int k = 0; k < 4; k++)
        buf_addf(out,
                 "cut[%d] recency_s %" PRId64 " purchases %" PRId64 " amount_fen %" PRId64 "\n", k,
                 a->recency_s[k], a->purchases[k], a->amount_fen[k]);
    for (int i = 0; i < 125; i++) {
        int r = i / 25, f = i / 5 % 5, m = i % 5;
        const struct rfm_table_cell *c = &a->cells[r][f][m];
        buf_addf(out,
                 "cells[%d][%d][%d] customers %" PRId64 " purchases %" PRId64 " amount_fen %" PRId64
                 "\n",
                 r, f, m, c->customers, c->purchases, c->amount_fen);
    }
}

static void repurchase_lines(const struct repurchase_answer *a, struct buf *out)
{
    line(out, "buyers", a->buyers);
    line(out, "again", a->again);
    for (int i = 0; i < REPURCHASE_TIMES; i++)
        buf_addf(out, "times[%d] %" PRId64 "\n", i, a->times[i]);
    for (int i = 0; i < REPURCHASE_DAYS; i++)
        buf_addf(out, "intervals[%d] %" PRId64 "\n", i, a->intervals[i]);
    line(out, "n_intervals", a->n_intervals);
    line(out, "p25_s", a->p25_s);
    line(out, "p50_s", a->p50_s);
    line(out, "p75_s", a->p75_s);
    line(out, "p90_s", a->p90_s);
}

static void paths_lines(const struct paths_answer *a, struct buf *out)
{
    line(out, "visits", a->visits);
    line(out, "customers", a->customers);
    line(out, "n", (int64_t)a->n);
    for (size_t i = 0; i < a->n; i++)
        buf_addf(out, "links[%zu] step %d from %d to %d visits %" PRId64 "\n", i, a->links[i].step,
                 a->links[i].from, a->links[i].to, a->links[i].visits);
}

void answer_lines(const struct question *q, const struct answer *answer, struct buf *out)
{
    buf_addf(out, "%s\n", rc_name(answer->rc));
    if (answer->rc != RC_OK)
        return;
    switch (q->kind) {
    case FUNNEL:
        funnel_lines(&q->funnel, &answer->funnel, out);
        return;
    case RETENTION:
        retention_lines(&q->retention, &answer->retention, out);
        return;
    case COUNTS:
        counts_lines(&q->counts, &answer->counts, out);
        return;
    case RFM:
        rfm_lines(&answer->rfm, out);
        return;
    case REPURCHASE:
        repurchase_lines(&answer->repurchase, out);
        return;
    default:
        paths_lines(&answer->paths, out);
    }
}

bool answer_lines_equal(struct str a, struct str b, struct str *out_a, struct str *out_b)
{
    struct str x = {0}, y = {0};
    if (str_eq(a, b))
        return true;
    for (bool more = true; more && str_eq(x, y);) {
        bool first = str_cut(&a, '\n', &x), second = str_cut(&b, '\n', &y);
        more = first && second;
    }
    *out_a = x;
    *out_b = y;
    return false;
}

/* Somebody came back in a cell after the first. */
static bool retention_full(const struct retention *q, const struct retention_answer *a)
{
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = q->columns > 1 ? 1 : 0; k < q->columns; k++)
            if (a->cohorts[i].cells[k] != RETENTION_FUTURE && a->cohorts[i].cells[k] != 0)
                return true;
    return false;
}

bool answer_full(const struct question *q, const struct answer *answer)
{
    if (answer->rc != RC_OK)
        return false;
    switch (q->kind) {
    case FUNNEL:
        return answer->funnel.groups[0].levels[q->funnel.n_steps > 1 ? 1 : 0].customers > 0;
    case RETENTION:
        return retention_full(&q->retention, &answer->retention);
    case COUNTS:
        return answer->counts.all.series[0].events > 0;
    case RFM:
        return answer->rfm.buyers >= 5;
    case REPURCHASE:
        return answer->repurchase.again > 0;
    default:
        return answer->paths.n > 1;
    }
}

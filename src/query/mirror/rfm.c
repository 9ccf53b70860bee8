/* rfm.c — recency, frequency and money of everyone who bought, their cut points and cells.
 *
 * Orders have a posting, which is all that is read of a large log. */
#include "query/mirror/analysis_mirror.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/ranks.h"
#include "query/mirror/walk.h"

#include <stdlib.h>
#include <string.h>

enum { QUINTILES = 4, VALUES = 3 };

/* The buyers of one chunk: three values each. */
struct buyers {
    size_t n, room;
    int64_t *of[VALUES]; /* last purchase, number, amount */
};

struct rfm_run {
    struct survey survey;
    struct buyers *chunks, all;
    int64_t cuts[VALUES][QUINTILES];
    struct rfm_answer *parts; /* cells by chunk */
};

struct tally {
    int64_t last_s, purchases, amount_fen;
};

static void put_buyer(struct buyers *b, const struct tally *t)
{
    if (b->n == b->room) {
        b->room = b->room > 0 ? b->room * 2 : 1024;
        for (int k = 0; k < VALUES; k++)
            b->of[k] = must(realloc(b->of[k], b->room * sizeof **b->of));
    }
    b->of[0][b->n] = t->last_s;
    b->of[1][b->n] = t->purchases;
    b->of[2][b->n++] = t->amount_fen;
}

static void tally_add(struct tally *t, const struct hit *h)
{
    int64_t amount = hit_amount(h);
    t->purchases++;
    t->last_s = h->at_s;
    if (amount != RUN_NONE)
        t->amount_fen += h->kind == EVENT_REFUND ? -amount : amount;
}

static void see_customer(void *to, struct walk *w)
{
    struct tally t = {0};
    struct hit h;
    uint16_t classes;
    while (walk_next(w, &h, &classes))
        tally_add(&t, &h);
    if (t.purchases > 0)
        put_buyer(to, &t);
}

static void gather_chunk(void *arg, size_t i)
{
    struct rfm_run *r = arg;
    walk_chunk(&r->survey, (uint32_t)i, &r->survey.who.chunks[i], see_customer, &r->chunks[i]);
}

/* All chunks' buyers in one list. */
static void join(struct rfm_run *r)
{
    uint32_t n = r->survey.plan.s->n_chunks;
    for (uint32_t i = 0; i < n; i++)
        r->all.n += r->chunks[i].n;
    for (int k = 0; k < VALUES; k++) {
        int64_t *to = r->all.of[k] = must(malloc((r->all.n + 1) * sizeof *to));
        for (uint32_t i = 0; i < n; i++) {
            size_t here = r->chunks[i].n;
            if (here > 0)
                memcpy(to, r->chunks[i].of[k], here * sizeof *to);
            to += here;
        }
    }
}

static void cut_values(void *arg, size_t k)
{
    static const int PERCENT[QUINTILES] = {20, 40, 60, 80};
    struct rfm_run *r = arg;
    ranks_of(r->all.of[k], r->all.n, PERCENT, QUINTILES, r->cuts[k]);
}

static int score(const int64_t *cuts, int64_t value)
{
    return (cuts[0] < value) + (cuts[1] < value) + (cuts[2] < value) + (cuts[3] < value);
}

static void score_chunk(void *arg, size_t i)
{
    struct rfm_run *r = arg;
    const struct buyers *b = &r->chunks[i];
    for (size_t x = 0; x < b->n; x++) {
        struct rfm_table_cell *cell =
            &r->parts[i].cells[score(r->cuts[0], b->of[0][x])][score(r->cuts[1], b->of[1][x])]
                              [score(r->cuts[2], b->of[2][x])];
        cell->customers++;
        cell->purchases += b->of[1][x];
        cell->amount_fen += b->of[2][x];
    }
}

static void tabulate(const struct rfm_run *r, struct rfm_answer *out)
{
    const size_t n_cells = sizeof out->cells / sizeof(struct rfm_table_cell);
    out->buyers = (int64_t)r->all.n;
    memcpy(out->recency_s, r->cuts[0], sizeof out->recency_s);
    memcpy(out->purchases, r->cuts[1], sizeof out->purchases);
    memcpy(out->amount_fen, r->cuts[2], sizeof out->amount_fen);
    for (uint32_t i = 0; i < r->survey.plan.s->n_chunks; i++) {
        const struct rfm_table_cell *from = &r->parts[i].cells[0][0][0];
        struct rfm_table_cell *to = &out->cells[0][0][0];
        for (size_t k = 0; k < n_cells; k++) {
            to[k].customers += from[k].customers;
            to[k].purchases += from[k].purchases;
            to[k].amount_fen += from[k].amount_fen;
        }
    }
}

static enum rc answer(struct rfm_run *r, const struct rfm *q, struct rfm_answer *out, struct err *e)
{
    uint32_t n_chunks = r->survey.plan.s->n_chunks;
    r->survey.matcher.wants_columns = r->survey.by_posting = true;
    enum rc rc = matcher_add(&r->survey.matcher, &q->events, e);
    if (rc != RC_OK || r->survey.matcher.unsupported)
        return rc != RC_OK ? rc : RC_BUSY;
    share_rounds(n_chunks, gather_chunk, r);
    join(r);
    share_rounds(VALUES, cut_values, r);
    share_rounds(n_chunks, score_chunk, r);
    tabulate(r, out);
    return RC_OK;
}

static void buyers_free(struct buyers *b)
{
    for (int k = 0; k < VALUES; k++)
        free(b->of[k]);
}

enum rc mirror_rfm(const struct snapshot *s, struct tx *tx, const struct rfm *q,
                   struct rfm_answer *out, struct err *e)
{
    struct rfm_run *r = must(calloc(1, sizeof *r));
    r->chunks = must(calloc(s->n_chunks + 1, sizeof *r->chunks));
    r->parts = must(calloc(s->n_chunks + 1, sizeof *r->parts));
    memset(out, 0, sizeof *out);
    enum rc rc = survey_begin(&r->survey, s, tx, &q->base, e);
    if (rc == RC_OK)
        rc = answer(r, q, out, e);
    for (uint32_t i = 0; i < s->n_chunks; i++)
        buyers_free(&r->chunks[i]);
    buyers_free(&r->all);
    survey_done(&r->survey);
    free(r->parts);
    free(r->chunks);
    free(r);
    return rc;
}

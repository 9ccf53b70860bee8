/* walk.c — from chunks to customers to their rows.
 *
 * Where the span covers all of a run no time is looked at. What the next customers need is called
 * into the cache some customers ahead, since each one's rows begin somewhere else. */
#include "query/mirror/walk.h"

#include "base/must.h"

#include <stdlib.h>
#include <string.h>

/* ---- what an analysis begins with ---- */

static const struct audience_expr *everyone(struct arena *a)
{
    struct node *all = ARENA_NEW(a, struct node);
    struct audience_expr *x = ARENA_NEW(a, struct audience_expr);
    *all = (struct node){.kind = NODE_ALL};
    *x = (struct audience_expr){.subject = AUDIENCE_CUSTOMER, .root = all, .checked = true};
    return x;
}

enum rc survey_begin(struct survey *v, const struct snapshot *s, struct tx *tx,
                     const struct analysis *base, struct err *e)
{
    memset(v, 0, sizeof *v);
    v->question = (struct audience_question){
        .expr = base->who != NULL ? base->who : everyone(tx_arena(tx)),
        .now_s = base->now_s,
        .period_s = base->period_s,
        .scope_account = base->scope_account,
    };
    v->plan =
        (struct plan){.s = s, .a = tx_arena(tx), .tx = tx, .q = &v->question, .now_s = base->now_s};
    v->span = window_span(&base->window, base->now_s, base->period_s);
    matcher_init(&v->matcher, &v->plan);
    return mirror_ask(s, tx, &v->question, &v->who, e);
}

void survey_done(struct survey *v)
{
    mirror_answer_free(&v->who);
    plan_free(&v->plan);
}

enum rc survey_audience(struct survey *v, const struct audience_expr *who,
                        struct mirror_answer *out, struct err *e)
{
    struct audience_question q = v->question;
    q.expr = who != NULL ? who : everyone(v->plan.a);
    q.scope_account = 0;
    return mirror_ask(v->plan.s, v->plan.tx, &q, out, e);
}

/* ---- rows ---- */

/* The customer's first place in the posting that is in the span. */
static uint32_t place_in(const struct run_posting *p, uint32_t local, uint32_t from_s)
{
    struct run_range range = run_posting_of(p, local);
    while (range.from < range.to && p->at_s[range.from] < from_s)
        range.from++;
    return range.from;
}

/* The rows of a customer that are in the span. */
static struct run_range rows_in(const struct walk *w, struct run_range rows)
{
    const struct run *run = w->run;
    if (rows.from == rows.to)
        return rows;
    if (w->to_s < run->last_s && run->at_s[rows.to - 1] > w->to_s)
        rows.to = run_first_since(run, w->local, rows, w->to_s + 1);
    rows.from = run_first_since(run, w->local, rows, w->from_s);
    return rows;
}

enum { AHEAD = 12 };

static inline void call_ahead(const struct walk *w, uint32_t local)
{
    const struct run *run = w->run;
    if (run->local != NULL || local + AHEAD >= SET_CHUNK)
        return;
    uint32_t row = run->start[local + AHEAD];
    __builtin_prefetch(&run->kind[row]);
    __builtin_prefetch(&run->at_s[row]); /* the end of the one before */
}

static inline void see_customer(struct walk *w, uint32_t local, struct run_range rows,
                                void (*see)(void *to, struct walk *w), void *to)
{
    w->local = local;
    w->rows = rows_in(w, rows);
    if (w->rows.from >= w->rows.to)
        return;
    for (size_t k = 0; k < w->m->n_slots; k++)
        if (w->posting[k] != NULL)
            w->place[k] = place_in(w->posting[k], local, w->from_s);
    see(to, w);
}

/* The kind whose posting is all that need be read of a run; 0: rows are. */
static uint8_t only_kind(const struct survey *v, const struct run *run)
{
    const struct matcher *m = &v->matcher;
    int only = 0;
    if (!v->by_posting || m->wants_rows)
        return 0;
    for (int k = 0; k < RUN_KINDS; k++) {
        if ((m->plain[k] | m->maybe[k]) == 0 || run->by_kind[k] == 0)
            continue;
        if (only != 0 || run->postings[k] == NULL)
            return 0;
        only = k;
    }
    return (uint8_t)only;
}

static void walk_posting(struct walk *w, const struct set_words *who,
                         void (*see)(void *to, struct walk *w), void *to)
{
    const struct run_posting *p = w->only;
    for (uint32_t i = 0, end; i < p->n; i = end) {
        uint32_t local = p->local[i];
        for (end = i + 1; end < p->n && p->local[end] == local;)
            end++;
        if (!words_has(who, local))
            continue;
        struct run_range in = {i, end};
        while (in.from < in.to && p->at_s[in.from] < w->from_s)
            in.from++;
        while (in.from < in.to && p->at_s[in.to - 1] > w->to_s)
            in.to--;
        if (in.from == in.to)
            continue;
        w->local = local;
        w->places = in;
        see(to, w);
    }
}

static bool has_any(const struct matcher *m, const struct run *run)
{
    for (int k = 0; k < RUN_KINDS; k++)
        if ((m->plain[k] | m->maybe[k]) != 0 && run->by_kind[k] > 0)
            return true;
    return false;
}

static void walk_run(const struct survey *v, const struct run *run, const struct set_words *who,
                     void (*see)(void *to, struct walk *w), void *to)
{
    struct walk w = {.m = &v->matcher, .run = run};
    w.from_s = v->span.from_s < 0 ? 0 : (uint32_t)v->span.from_s;
    w.to_s = v->span.to_s >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)v->span.to_s;
    if (!has_any(&v->matcher, run))
        return;
    w.only_kind = only_kind(v, run);
    w.only = w.only_kind != 0 ? run->postings[w.only_kind] : NULL;
    if (w.only != NULL) {
        walk_posting(&w, who, see, to);
        return;
    }
    for (size_t k = 0; k < v->matcher.n_slots; k++)
        w.posting[k] = run->postings[v->matcher.kinds[k]];
    for (uint32_t i = 0; i < SET_WORDS; i++)
        for (uint64_t left = who->w[i]; left != 0; left &= left - 1) {
            uint32_t local = i * 64 + (uint32_t)__builtin_ctzll(left);
            call_ahead(&w, local);
            struct run_range rows =
                run->local == NULL ? (struct run_range){run->start[local], run->start[local + 1]}
                                   : run_range_of(run, local);
            see_customer(&w, local, rows, see, to);
        }
}

void walk_chunk(const struct survey *v, uint32_t chunk, const struct set_words *who,
                void (*see)(void *to, struct walk *w), void *to)
{
    const struct chunk *c = v->plan.s->chunks[chunk];
    struct set_words left = *who, here;
    if (v->span.to_s < 0 || v->span.from_s > v->span.to_s || v->span.from_s >= UINT32_MAX)
        return;
    for (int k = c->n_runs; k-- > 0 && words_any(&left);) {
        const struct run *run = c->runs[k];
        here = left;
        if (k > 0) {
            words_and(&here, run->replaced);
            words_and_not(&left, run->replaced);
        }
        if (words_any(&here))
            walk_run(v, run, &here, see, to);
    }
}

/* walk.c — from chunks to runs, to customers, to their rows.
 *
 * Where the span covers all of a run no time is looked at. Otherwise the edges are found eight rows
 * at once around where they would be if rows came evenly, and these places are called into the
 * cache some customers ahead. */
#include "query/mirror/walk.h"

#include "base/share.h"
#include "query/mirror/assemble.h"
#include "query/mirror/instants.h"

#include <stdatomic.h>
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

static inline uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Where in a customer's rows an instant is looked for first: as if those before and behind the
 * time from which the run tells newest rows came evenly. */
struct edge {
    uint32_t s; /* what is looked for is the first row later */
    bool recent;
    uint32_t share; /* of the newest or the other rows, in 65,536ths */
};

/* What some loops over customers need. */
struct filling {
    const struct run *run;
    bool cut_from, cut_to; /* some rows of the run that matter are outside the span */
    struct edge since, until;
    bool open;      /* whoever sees the rows looks for their end, */
    uint32_t loose; /* and at the times of customers of so many rows or fewer */
    struct walk_batch batch;
    void (*see)(void *to, const struct walk_batch *b);
    void *to;
};

/* `first_s` and `last_s`: of the kinds in question; a few rows of others may be far from them. */
static struct edge edge_at(const struct run *run, uint32_t s, uint32_t first_s, uint32_t last_s)
{
    struct edge x = {.s = s, .recent = run->recent != NULL && s >= run->recent_s};
    uint32_t from = x.recent ? run->recent_s : first_s;
    uint32_t to = run->recent == NULL || x.recent ? last_s : run->recent_s;
    x.share = s <= from ? 0
              : s >= to ? 65536
                        : (uint32_t)((uint64_t)(s - from) * 65536 / (to - from));
    return x;
}

static inline uint32_t guess(const struct run *run, const struct edge *x, uint32_t local,
                             struct run_range rows)
{
    if (run->recent != NULL && run->recent[local] < UINT16_MAX) {
        uint32_t middle = rows.to - run->recent[local];
        rows.from = x->recent ? middle : rows.from;
        rows.to = x->recent ? rows.to : middle;
    }
    return rows.from + (uint32_t)((uint64_t)(rows.to - rows.from) * x->share >> 16);
}

enum { STEPS = 6 /* of eight rows, before they are halved */ };

/* The first row later than an edge, looked for around `at`. */
static inline uint32_t first_later(const struct run *run, uint32_t local, struct run_range rows,
                                   uint32_t s, uint32_t at)
{
    at = at > rows.from + INSTANTS / 2 ? at - INSTANTS / 2 : rows.from;
    at = lesser(at, rows.to - 1);
    for (int i = 0; i < STEPS; i++) {
        uint32_t later = instants_after(run->at_s + at, s) | 1 << INSTANTS;
        uint32_t n = lesser((uint32_t)__builtin_ctz(later), rows.to - at);
        if (at + n == rows.to)
            return rows.to;
        if (n > 0 && n < INSTANTS)
            return at + n;
        if (n == INSTANTS) {
            rows.from = at = at + INSTANTS;
            continue;
        }
        if (at == rows.from)
            return at;
        rows.to = at;
        at = at - rows.from > INSTANTS ? at - INSTANTS : rows.from;
    }
    return run_first_since(run, local, rows, s + 1);
}

static inline struct run_range cut(const struct filling *f, uint32_t local, struct run_range rows)
{
    struct run_range all = rows;
    if (f->cut_to && !f->open)
        rows.to =
            first_later(f->run, local, rows, f->until.s, guess(f->run, &f->until, local, all));
    if (f->cut_from && rows.from < rows.to)
        rows.from =
            first_later(f->run, local, rows, f->since.s, guess(f->run, &f->since, local, all));
    return rows;
}

static inline void put_customer(struct filling *f, uint32_t local, struct run_range rows)
{
    struct walk_batch *b = &f->batch;
    if (rows.to - rows.from > f->loose) /* never of none */
        rows = cut(f, local, rows);
    b->local[b->n] = (uint16_t)local;
    b->rows[b->n] = rows;
    b->n += rows.from < rows.to;
}

enum { AHEAD = 40 };

/* The times around a row into the cache. */
ONLY_CALLS void call_around(const struct run *run, uint32_t row)
{
    enum { A_LINE = 16 };
    const uint32_t *at_s = run->at_s + row;
    __builtin_prefetch(at_s - 2 * A_LINE);
    __builtin_prefetch(at_s - A_LINE);
    __builtin_prefetch(at_s);
    __builtin_prefetch(at_s + A_LINE);
}

/* Where the edges of the span will be looked for, some customers ahead, into the cache. */
ONLY_CALLS void call_ahead(const struct filling *f, uint32_t local)
{
    const struct run *run = f->run;
    local += AHEAD;
    if (local >= SET_CHUNK)
        return;
    struct run_range rows = {run->start[local], run->start[local + 1]};
    if (rows.to - rows.from <= f->loose)
        return;
    if (f->cut_to && !f->open)
        call_around(run, guess(run, &f->until, local, rows));
    if (f->cut_from) {
        uint32_t at = guess(run, &f->since, local, rows);
        call_around(run, at);
        __builtin_prefetch(&run->kind[at]);
        __builtin_prefetch(&run->kind[at + 64]);
    }
}

static void flush(struct filling *f)
{
    if (f->batch.n > 0)
        f->see(f->to, &f->batch);
    f->batch.n = 0;
}

static void fill(struct filling *f, const struct set_words *who)
{
    const struct run *run = f->run;
    for (uint32_t i = 0; i < SET_WORDS; i++) {
        for (uint64_t left = who->w[i]; left != 0; left &= left - 1) {
            uint32_t local = i * 64 + (uint32_t)__builtin_ctzll(left);
            if (run->local == NULL) {
                call_ahead(f, local);
                put_customer(f, local,
                             (struct run_range){run->start[local], run->start[local + 1]});
            } else {
                put_customer(f, local, run_range_of(run, local));
            }
        }
        if (f->batch.n > WALK_BATCH - 64)
            flush(f);
    }
    flush(f);
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

bool survey_reads_posting(const struct survey *v)
{
    for (uint32_t i = 0; i < v->plan.s->n_chunks; i++) {
        const struct chunk *c = v->plan.s->chunks[i];
        for (int k = 0; k < c->n_runs; k++)
            if (only_kind(v, c->runs[k]) != 0)
                return true;
    }
    return false;
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

/* ---- runs ---- */

static uint32_t from_second(const struct survey *v)
{
    return v->span.from_s < 0 ? 0 : (uint32_t)v->span.from_s;
}

static uint32_t to_second(const struct survey *v)
{
    return v->span.to_s >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)v->span.to_s;
}

/* What is called for each run and those of `who` that it holds. */
struct runs_call {
    const struct survey *v;
    void (*see)(struct runs_call *call, const struct run *run, const struct set_words *who);
    void (*see_several)(struct runs_call *call, const struct chunk *chunk,
                        const struct set_words *who);
    void (*see_batch)(void *to, const struct walk_batch *b);
    void (*see_customer)(void *to, struct walk *w);
    void *to;
    bool open;        /* walk_openly() */
    uint32_t loose;   /* walk_loosely_of_run() */
    struct walk walk; /* of the run at hand */
};

static bool span_is_empty(struct span s)
{
    return s.to_s < 0 || s.from_s > s.to_s || s.from_s >= UINT32_MAX;
}

static void walk_one_run(struct runs_call *call, const struct run *run, const struct set_words *who)
{
    if (!span_is_empty(call->v->span) && has_any(&call->v->matcher, run))
        call->see(call, run, who);
}

static void walk_runs(struct runs_call *call, uint32_t chunk, const struct set_words *who)
{
    const struct survey *v = call->v;
    struct chunk_runs runs;
    if (span_is_empty(v->span))
        return;
    chunk_runs_begin(&runs, v->plan.s->chunks[chunk], who);
    while (chunk_runs_next(&runs))
        if (has_any(&v->matcher, runs.run))
            call->see(call, runs.run, &runs.here);
    bool any = false;
    for (int k = 0; k < v->plan.s->chunks[chunk]->n_runs; k++)
        any = any || has_any(&v->matcher, v->plan.s->chunks[chunk]->runs[k]);
    if (runs.any_several && any)
        call->see_several(call, v->plan.s->chunks[chunk], &runs.several);
}

/* ---- customers of several runs ---- */

static struct assembly_needs needs_of(const struct survey *v)
{
    return (struct assembly_needs){
        .from_s = from_second(v),
        .to_s = to_second(v),
        .rows = true,
        .customers_most = WALK_BATCH,
    };
}

static void batches_of_several(struct runs_call *call, const struct chunk *chunk,
                               const struct set_words *who)
{
    struct assembly_needs needs = needs_of(call->v);
    struct assembly a;
    struct walk_batch b = {.run = &a.run};
    if (call->walk.m != NULL) { /* customer by customer: filters look at more */
        needs.columns = call->v->matcher.wants_rows;
        needs.kinds = call->v->matcher.kinds;
        needs.n_kinds = call->v->matcher.n_slots;
    }
    assembly_begin(&a, chunk, who, &needs);
    while (assembly_next(&a)) {
        for (b.n = 0; b.n < a.run.customers; b.n++) {
            b.local[b.n] = a.run.local[b.n];
            b.rows[b.n] = (struct run_range){a.run.start[b.n], a.run.start[b.n + 1]};
        }
        if (b.n > 0)
            call->see_batch(call->to, &b);
    }
    assembly_end(&a);
}

static void batches_of_run(struct runs_call *call, const struct run *run,
                           const struct set_words *who)
{
    struct filling f = {
        .run = run,
        .see = call->see_batch,
        .to = call->to,
    };
    uint32_t from_s = from_second(call->v), to_s = to_second(call->v);
    uint32_t first_s = UINT32_MAX, last_s = 0;
    for (int k = 0; k < RUN_KINDS; k++) {
        if ((call->v->matcher.plain[k] | call->v->matcher.maybe[k]) == 0)
            continue;
        f.cut_from = f.cut_from || from_s > run->first_of[k];
        f.cut_to = f.cut_to || to_s < run->last_of[k];
        first_s = lesser(first_s, run->first_of[k]);
        last_s = run->last_of[k] > last_s ? run->last_of[k] : last_s;
    }
    /* Nothing is cut from 0. */
    f.since = edge_at(run, from_s > 0 ? from_s - 1 : 0, first_s, last_s);
    f.until = edge_at(run, to_s, first_s, last_s);
    f.open = call->open;
    f.loose = call->loose;
    f.batch.run = run;
    f.batch.n = 0;
    fill(&f, who);
}

static void walk_in_batches(const struct survey *v, uint32_t chunk, const struct set_words *who,
                            bool open, void (*see)(void *to, const struct walk_batch *b), void *to)
{
    struct runs_call call = {.v = v,
                             .see = batches_of_run,
                             .see_several = batches_of_several,
                             .see_batch = see,
                             .to = to,
                             .open = open};
    walk_runs(&call, chunk, who);
}

void walk_batches(const struct survey *v, uint32_t chunk, const struct set_words *who,
                  void (*see)(void *to, const struct walk_batch *b), void *to)
{
    walk_in_batches(v, chunk, who, false, see, to);
}

void walk_openly(const struct survey *v, uint32_t chunk, const struct set_words *who,
                 void (*see)(void *to, const struct walk_batch *b), void *to)
{
    walk_in_batches(v, chunk, who, true, see, to);
}

void walk_batches_of_run(const struct survey *v, const struct run *run, const struct set_words *who,
                         void (*see)(void *to, const struct walk_batch *b), void *to)
{
    struct runs_call call = {.v = v, .see = batches_of_run, .see_batch = see, .to = to};
    walk_one_run(&call, run, who);
}

void walk_openly_of_run(const struct survey *v, const struct run *run, const struct set_words *who,
                        void (*see)(void *to, const struct walk_batch *b), void *to)
{
    struct runs_call call = {
        .v = v, .see = batches_of_run, .see_batch = see, .to = to, .open = true};
    walk_one_run(&call, run, who);
}

void walk_loosely_of_run(const struct survey *v, const struct run *run, const struct set_words *who,
                         void (*see)(void *to, const struct walk_batch *b), void *to)
{
    struct runs_call call = {
        .v = v, .see = batches_of_run, .see_batch = see, .to = to, .loose = WALK_FEW};
    walk_one_run(&call, run, who);
}

/* A batch customer by customer. */
static void see_each(void *to, const struct walk_batch *b)
{
    struct runs_call *call = to;
    struct walk *w = &call->walk;
    if (w->run != b->run) { /* put together of several */
        w->run = b->run;
        for (size_t k = 0; k < w->m->n_slots; k++)
            w->posting[k] = b->run->postings[w->m->kinds[k]];
    }
    for (uint32_t i = 0; i < b->n; i++) {
        w->local = b->local[i];
        w->rows = b->rows[i];
        for (size_t k = 0; k < w->m->n_slots; k++)
            if (w->posting[k] != NULL)
                w->place[k] = place_in(w->posting[k], w->local, w->from_s);
        call->see_customer(call->to, w);
    }
}

static void customers_of_run(struct runs_call *call, const struct run *run,
                             const struct set_words *who)
{
    const struct survey *v = call->v;
    struct walk *w = &call->walk;
    *w =
        (struct walk){.m = &v->matcher, .run = run, .from_s = from_second(v), .to_s = to_second(v)};
    w->only_kind = only_kind(v, run);
    w->only = w->only_kind != 0 ? run->postings[w->only_kind] : NULL;
    if (w->only != NULL) {
        walk_posting(w, who, call->see_customer, call->to);
        return;
    }
    for (size_t k = 0; k < v->matcher.n_slots; k++)
        w->posting[k] = run->postings[v->matcher.kinds[k]];
    struct runs_call batches = {.v = v, .see_batch = see_each, .to = call};
    batches_of_run(&batches, run, who);
}

/* The kind whose posting is all that need be read of several runs; 0: rows are. What the first run
 * has no posting for is many rows of it. */
static uint8_t only_of_several(const struct survey *v, const struct chunk *chunk)
{
    const struct matcher *m = &v->matcher;
    int only = 0;
    if (!v->by_posting || m->wants_rows)
        return 0;
    for (int kind = 0; kind < RUN_KINDS; kind++) {
        bool any = false;
        for (int k = 0; k < chunk->n_runs; k++)
            any = any || chunk->runs[k]->by_kind[kind] > 0;
        if ((m->plain[kind] | m->maybe[kind]) == 0 || !any)
            continue;
        if (only != 0 || chunk->runs[0]->postings[kind] == NULL)
            return 0;
        only = kind;
    }
    return (uint8_t)only;
}

static void postings_of_several(struct runs_call *call, const struct chunk *chunk,
                                const struct set_words *who)
{
    enum { AT_ONCE = 4096 };
    struct walk *w = &call->walk;
    struct assembly_needs needs = needs_of(call->v);
    struct assembly a;
    needs.rows = false;
    needs.kinds = &w->only_kind;
    needs.n_kinds = 1;
    needs.customers_most = AT_ONCE;
    assembly_begin(&a, chunk, who, &needs);
    w->run = &a.run;
    w->only = a.run.postings[w->only_kind];
    while (assembly_next(&a))
        walk_posting(w, &a.here, call->see_customer, call->to);
    w->run = NULL;
    w->only = NULL;
    assembly_end(&a);
}

static void customers_of_several(struct runs_call *call, const struct chunk *chunk,
                                 const struct set_words *who)
{
    const struct survey *v = call->v;
    struct walk *w = &call->walk;
    *w = (struct walk){.m = &v->matcher, .from_s = from_second(v), .to_s = to_second(v)};
    w->only_kind = only_of_several(v, chunk);
    if (w->only_kind != 0) {
        postings_of_several(call, chunk, who);
        return;
    }
    struct runs_call batches = {.v = v, .see_batch = see_each, .to = call, .walk = *w};
    batches_of_several(&batches, chunk, who);
}

void walk_chunk(const struct survey *v, uint32_t chunk, const struct set_words *who,
                void (*see)(void *to, struct walk *w), void *to)
{
    struct runs_call call = {.v = v,
                             .see = customers_of_run,
                             .see_several = customers_of_several,
                             .see_customer = see,
                             .to = to};
    walk_runs(&call, chunk, who);
}

void walk_run(const struct survey *v, const struct run *run, const struct set_words *who,
              void (*see)(void *to, struct walk *w), void *to)
{
    struct runs_call call = {.v = v, .see = customers_of_run, .see_customer = see, .to = to};
    walk_one_run(&call, run, who);
}

/* ---- where a calendar begins ---- */

struct earliest {
    const struct survey *v;
    uint16_t classes;
    uint32_t enough_s; /* the end of the first unit that can hold anything */
    _Atomic uint32_t at_s;
};

static void see_earliest(void *to, struct walk *w)
{
    struct earliest *x = to;
    struct hit h;
    uint16_t classes;
    uint32_t best = atomic_load_explicit(&x->at_s, memory_order_relaxed);
    if (best < x->enough_s || (w->only == NULL && w->run->at_s[w->rows.from] >= best))
        return;
    while (walk_next(w, &h, &classes) && h.at_s < best)
        if ((classes & x->classes) != 0) {
            while (h.at_s < best && !atomic_compare_exchange_weak(&x->at_s, &best, h.at_s))
                continue;
            return;
        }
}

static uint32_t first_of_chunk(const struct chunk *c)
{
    uint32_t first_s = UINT32_MAX;
    for (int k = 0; k < c->n_runs; k++)
        first_s = lesser(first_s, c->runs[k]->first_s);
    return first_s;
}

static void look_in_chunk(void *arg, size_t i)
{
    struct earliest *x = arg;
    const struct survey *v = x->v;
    uint32_t best = atomic_load_explicit(&x->at_s, memory_order_relaxed);
    if (best >= x->enough_s && first_of_chunk(v->plan.s->chunks[i]) < best)
        walk_chunk(v, (uint32_t)i, &v->who.chunks[i], see_earliest, x);
}

int64_t survey_earliest(const struct survey *v, uint16_t classes, enum unit unit)
{
    struct earliest x = {.v = v, .classes = classes, .at_s = UINT32_MAX};
    struct analysis_units units;
    int64_t first_s = UINT32_MAX;
    uint32_t n = v->plan.s->n_chunks;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t here = first_of_chunk(v->plan.s->chunks[i]);
        first_s = here < first_s ? here : first_s;
    }
    first_s = first_s < v->span.from_s ? v->span.from_s : first_s;
    if (analysis_units((struct span){first_s, first_s}, first_s, unit, 1, &units, NULL) == RC_OK &&
        units.n == 1)
        x.enough_s = (uint32_t)units.from_s[1];
    share_rounds(n, look_in_chunk, &x);
    return x.at_s == UINT32_MAX ? INT64_MAX : x.at_s;
}

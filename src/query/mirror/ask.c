/* ask.c — a question from its plan to its answer.
 *
 * Each chunk starts from the roots that are not erased, so nothing below need think of others. Who
 * lists keeps the bits of all chunks (an eighth of a byte a customer); who counts works in the same
 * few words again and again, which stay in the first caches. */
#include "query/mirror/ask.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/plan.h"
#include "store/ids.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

static struct set_words *words_new(size_t n)
{
    return must(aligned_alloc(_Alignof(struct set_words), (n + 1) * sizeof(struct set_words)));
}

struct asking {
    const struct plan *plan;
    struct set_words *chunks; /* NULL: only counted */
    _Atomic int64_t count;
};

/* How many word lists a chunk takes: the customers in question, and what the plan needs. */
static size_t lists_needed(const struct plan *p)
{
    return (size_t)p->depth * 2 + 4;
}

enum { SETS_AHEAD = 2 /* chunks; two threads take every other one */ };

static void run_chunk_in(struct asking *x, size_t i, struct set_words *lists)
{
    struct set_words *who = x->chunks != NULL ? &x->chunks[i] : &lists[0];
    set_call(x->plan->s->alive, (uint32_t)i + SETS_AHEAD);
    ask_call(x->plan->root, (uint32_t)i + SETS_AHEAD);
    set_load(x->plan->s->alive, (uint32_t)i, who);
    ask_run(x->plan->root, x->plan->s, (uint32_t)i, who, lists + 1);
    atomic_fetch_add_explicit(&x->count, words_count(who), memory_order_relaxed);
}

static void run_chunk(void *arg, size_t i)
{
    struct asking *x = arg;
    struct set_words *lists = words_new(lists_needed(x->plan));
    run_chunk_in(x, i, lists);
    free(lists);
}

/* Waking another core and waiting for it takes as long as some hundred lists of a chunk's words
 * take to be joined. */
enum { LISTS_WORTH_SHARING = 600 };

/* How many lists of words are joined in a chunk, if that is all; else too many. */
static size_t lists_of(const struct ask *ask)
{
    size_t lists = 1 + ask->n_sets;
    if (ask->kind != ASK_ALL && ask->kind != ASK_SETS && ask->kind != ASK_AND &&
        ask->kind != ASK_OR && ask->kind != ASK_NOT)
        return LISTS_WORTH_SHARING;
    for (size_t i = 0; i < ask->n_items && lists < LISTS_WORTH_SHARING; i++)
        lists += lists_of(ask->items[i]);
    return lists;
}

/* How many there are; with `chunks`, who. */
static int64_t run_chunks(const struct plan *p, struct set_words *chunks)
{
    struct asking x = {.plan = p, .chunks = chunks};
    uint32_t n = p->s->n_chunks;
    if (lists_of(p->root) * n >= LISTS_WORTH_SHARING) {
        ask_call_postings(p->root, p->s);
        share_rounds(n, run_chunk, &x);
    } else {
        struct set_words *lists = words_new(lists_needed(p));
        for (size_t i = 0; i < n; i++)
            run_chunk_in(&x, i, lists);
        free(lists);
    }
    return x.count;
}

enum rc mirror_ask(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                   struct mirror_answer *out, struct err *e)
{
    assert(s != NULL && tx != NULL && q != NULL);
    struct plan p = {.s = s, .a = tx_arena(tx), .tx = tx, .q = q};
    enum rc rc = plan_make(&p, e);
    if (rc == RC_OK) {
        *out = (struct mirror_answer){.n_chunks = s->n_chunks, .chunks = words_new(s->n_chunks)};
        out->count = run_chunks(&p, out->chunks);
    }
    plan_free(&p);
    return rc;
}

enum rc mirror_count(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                     int64_t *out, struct err *e)
{
    struct plan p = {.s = s, .a = tx_arena(tx), .tx = tx, .q = q};
    enum rc rc = plan_make(&p, e);
    if (rc == RC_OK)
        *out = run_chunks(&p, NULL);
    plan_free(&p);
    return rc;
}

enum rc mirror_contains(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                        int64_t customer_id, bool *out, struct err *e)
{
    struct plan p = {.s = s, .a = tx_arena(tx), .tx = tx, .q = q, .only = customer_id};
    uint32_t code = codes_find(s->dictionaries->customers, customer_id);
    *out = false;
    if (code == 0 || code > s->customers || !set_has(s->alive, code - 1))
        return RC_OK;
    enum rc rc = plan_make(&p, e);
    if (rc == RC_OK) {
        struct set_words *lists = words_new(lists_needed(&p));
        words_clear(&lists[0]);
        words_put(&lists[0], (code - 1) % SET_CHUNK);
        ask_run(p.root, s, (code - 1) / SET_CHUNK, &lists[0], lists + 1);
        *out = words_any(&lists[0]);
        free(lists);
    }
    plan_free(&p);
    return rc;
}

void mirror_answer_ids(const struct mirror_answer *a, const struct snapshot *s, int64_t *out_ids)
{
    size_t n = 0;
    bool ascending = true;
    for (uint32_t i = 0; i < a->n_chunks; i++)
        for (uint32_t w = 0; w < SET_WORDS; w++)
            for (uint64_t left = a->chunks[i].w[w]; left != 0; left &= left - 1) {
                uint32_t ordinal = i * SET_CHUNK + w * 64 + (uint32_t)__builtin_ctzll(left);
                out_ids[n] = codes_id(s->dictionaries->customers, ordinal + 1);
                ascending = ascending && (n == 0 || out_ids[n - 1] < out_ids[n]);
                n++;
            }
    assert((int64_t)n == a->count);
    if (!ascending)
        qsort(out_ids, n, sizeof *out_ids, ids_compare);
}

size_t mirror_answer_sample(const struct mirror_answer *a, const struct snapshot *s, int64_t limit,
                            int64_t *out_ids)
{
    int64_t wanted = a->count < limit ? a->count : limit;
    size_t n = 0;
    int64_t before = 0; /* members in the chunks and words gone through */
    for (uint32_t i = 0; i < a->n_chunks && (int64_t)n < wanted; i++)
        for (uint32_t w = 0; w < SET_WORDS && (int64_t)n < wanted; w++) {
            uint64_t left = a->chunks[i].w[w];
            int64_t end = before + __builtin_popcountll(left);
            for (; left != 0; left &= left - 1, before++) {
                if ((int64_t)n == wanted || before < (int64_t)n * a->count / wanted)
                    continue;
                uint32_t ordinal = i * SET_CHUNK + w * 64 + (uint32_t)__builtin_ctzll(left);
                out_ids[n++] = codes_id(s->dictionaries->customers, ordinal + 1);
            }
            before = end;
        }
    if (n > 1)
        qsort(out_ids, n, sizeof *out_ids, ids_compare);
    return n;
}

void mirror_answer_free(struct mirror_answer *a)
{
    free(a->chunks);
    *a = (struct mirror_answer){0};
}

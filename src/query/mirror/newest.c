/* newest.c — backwards through rows, until it is decided.
 *
 * The rows of the next customers are called into the cache at their ends, since nothing before is
 * read of most. Of several runs the newest comes first, and whoever is decided is not looked for in
 * older ones. */
#include "query/mirror/newest.h"

#include "base/must.h"
#include "query/mirror/plan.h"
#include "query/mirror/wide.h"

#include <stdlib.h>

enum { AHEAD = 16 /* customers */, AT_ONCE = 64 };

bool newest_enough(const struct places_ask *places, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < places->n_bounds; i++) {
        const struct places_bounds *b = &places->bounds[i];
        int64_t enough = b->to == INT64_MAX ? b->from : b->to + 1;
        if (b->of_sum)
            return false;
        enough = enough < 0 ? 0 : enough > UINT32_MAX ? UINT32_MAX : enough;
        *out = enough > *out ? (uint32_t)enough : *out;
    }
    return true;
}

static bool holds(const struct newest_ask *x, uint32_t n)
{
    for (size_t i = 0; i < x->places->n_bounds; i++) {
        const struct places_bounds *b = &x->places->bounds[i];
        if (((int64_t)n >= b->from && (int64_t)n <= b->to) == b->outside)
            return false;
    }
    return true;
}

/* ---- one customer ---- */

static uint32_t count_plain(const struct newest_ask *x, const struct run *run,
                            struct run_range rows, uint32_t most)
{
    uint32_t n = 0, from_s = x->places->from_s;
    for (; rows.to > rows.from && n < most && run->at_s[rows.to - 1] >= from_s; rows.to--)
        n += x->slot[run->kind[rows.to - 1]] != NO_SLOT;
    return n;
}

/* Which of up to 64 rows are not earlier. */
WIDER_INLINE __mmask64 since(const uint32_t *at_s, __mmask64 valid, uint32_t from_s)
{
    const __m512i from = _mm512_set1_epi32((int)from_s);
    uint64_t out = 0;
    for (unsigned i = 0; i < AT_ONCE; i += 16) {
        __mmask16 here = (__mmask16)(valid >> i);
        __m512i at = _mm512_maskz_loadu_epi32(here, at_s + i);
        out |= (uint64_t)_mm512_mask_cmpge_epu32_mask(here, at, from) << i;
    }
    return out;
}

WIDER static uint32_t count_wider(const struct newest_ask *x, const struct run *run,
                                  struct run_range rows, uint32_t most)
{
    struct wider_table t = wider_table(x->slot);
    uint32_t n = 0, from_s = x->places->from_s;
    bool last = false;
    while (rows.to > rows.from && n < most && !last) {
        uint32_t from = rows.to - rows.from > AT_ONCE ? rows.to - AT_ONCE : rows.from;
        __mmask64 valid = _bzhi_u64(UINT64_MAX, rows.to - from);
        last = run->at_s[from] < from_s;
        if (last)
            valid = since(run->at_s + from, valid, from_s);
        __m512i slots = wider_look(t, _mm512_maskz_loadu_epi8(valid, run->kind + from));
        n += (uint32_t)__builtin_popcountll(
            _mm512_mask_cmpneq_epi8_mask(valid, slots, _mm512_set1_epi8((char)NO_SLOT)));
        rows.to = from;
    }
    return n;
}

/* How many there are, or at least `most` of them. */
static uint32_t count_back(const struct newest_ask *x, const struct run *run, uint32_t local,
                           struct run_range rows, uint32_t most)
{
    if (rows.from == rows.to)
        return 0;
    if (run->at_s[rows.to - 1] > x->places->to_s)
        rows.to = run_first_since(run, local, rows, x->places->to_s + 1);
    return (set_uses_avx512() ? count_wider : count_plain)(x, run, rows, most);
}

ONLY_CALLS void call(const struct run *run, struct run_range rows)
{
    if (rows.from == rows.to)
        return;
    __builtin_prefetch(&run->at_s[rows.to - 1]);
    __builtin_prefetch(&run->kind[rows.to - 1]);
    __builtin_prefetch(&run->at_s[rows.to - rows.from > AT_ONCE ? rows.to - AT_ONCE : rows.from]);
}

/* ---- many ---- */

/* Customers and their rows, one after the other. */
struct counting {
    const struct newest_ask *x;
    const struct run *run;
    uint32_t *found; /* by local; NULL: decided at once */
    struct set_words *out, *done;
    struct {
        uint32_t local;
        struct run_range rows;
    } next[AHEAD];
    uint32_t n;
};

static void count_next(struct counting *c, uint32_t at)
{
    uint32_t local = c->next[at % AHEAD].local;
    uint32_t before = c->found != NULL ? c->found[local] : 0;
    uint32_t n = count_back(c->x, c->run, local, c->next[at % AHEAD].rows, c->x->enough - before);
    if (c->found == NULL) {
        words_set(c->out, local, holds(c->x, n));
    } else {
        c->found[local] = before + n;
        if (before + n >= c->x->enough)
            words_put(c->done, local);
    }
}

static inline void put_next(struct counting *c, uint32_t local, struct run_range rows)
{
    if (c->n >= AHEAD)
        count_next(c, c->n);
    c->next[c->n % AHEAD].local = local;
    c->next[c->n % AHEAD].rows = rows;
    c->n++;
    call(c->run, rows);
}

static void count_run(struct counting *c, const struct set_words *who)
{
    const struct run *run = c->run;
    c->n = 0;
    for (uint32_t w = 0; run->local == NULL && w < SET_WORDS; w++)
        for (uint64_t left = who->w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            put_next(c, local, (struct run_range){run->start[local], run->start[local + 1]});
        }
    for (uint32_t i = 0; run->local != NULL && i < run->customers; i++)
        if (words_has(who, run->local[i]))
            put_next(c, run->local[i], (struct run_range){run->start[i], run->start[i + 1]});
    for (uint32_t i = c->n < AHEAD ? 0 : c->n - AHEAD; i < c->n; i++)
        count_next(c, i);
}

void newest_of_run(const struct newest_ask *x, const struct run *run, const struct set_words *who,
                   struct set_words *out)
{
    struct counting c = {.x = x, .run = run, .out = out};
    count_run(&c, who);
}

void newest_of_several(const struct newest_ask *x, const struct chunk *chunk,
                       const struct set_words *who, struct set_words *out)
{
    struct set_words left = *who, done;
    struct counting c = {.x = x, .done = &done};
    c.found = must(calloc(SET_CHUNK, sizeof *c.found));
    for (int k = chunk->n_runs; k-- > 0;) {
        c.run = chunk->runs[k];
        words_clear(&done);
        count_run(&c, &left);
        words_and_not(&left, &done);
        if (c.run->replaced != NULL)
            words_and_not(&left, c.run->replaced);
    }
    for (uint32_t w = 0; w < SET_WORDS; w++)
        for (uint64_t bits = who->w[w]; bits != 0; bits &= bits - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(bits);
            words_set(out, local, holds(x, c.found[local]));
        }
    free(c.found);
}

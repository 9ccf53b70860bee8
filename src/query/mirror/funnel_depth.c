/* funnel_depth.c — depths alone, from bits.
 *
 * The rows of a customer become words of 64 bits a step. The earliest way through the steps,
 * however long it takes, bounds the depth; then a way in time is looked for from the last step
 * back: the latest event of each step before one of the next is the highest bit below it, and no
 * later way can begin earlier, so few events are touched.
 *
 * How many ends have to be tried differs from customer to customer, and a processor that guesses
 * wrong loses more time than the tries take. So with AVX-512 those of at most 64 rows who might get
 * beyond the first step are collected, eight at a time try the next end side by side, and those who
 * are not done are moved together for the next round.
 */
#include "query/mirror/funnel_depth.h"

#include "base/must.h"
#include "query/mirror/wide.h"

#include <stdlib.h>
#include <string.h>

enum { NEVER = -1, EIGHT = 8, AHEAD = 12 /* customers */ };

/* Bits of a customer of many rows, a row of `room` words for each step behind one that is zero.
 * Known from word `known` on: who does much gets through soon, seen from the end, and earlier rows
 * need not be looked at. */
struct step_bits {
    uint64_t *of[LIMIT_SEQ_STEPS];
    size_t room;
    int64_t known;
    const uint8_t *kind; /* of their first row */
    uint32_t n;          /* rows */
};

/* Customers of a run who might get beyond the first step, some rounds on their way. */
enum { POOL = WALK_BATCH + EIGHT };
struct pool {
    _Alignas(64) uint64_t masks[LIMIT_SEQ_STEPS][POOL];
    uint64_t depth[POOL]; /* that is being tried, from that of the earliest way down */
    uint64_t ends[POOL];  /* events of its last step that are still to be tried */
    uint64_t who[POOL];   /* their first row, and the ordinal above it */
    size_t n;
    uint64_t done_depth[POOL], done_who[POOL];
    size_t n_done;
};

struct depth_scan {
    const struct matcher *m;
    size_t n; /* steps */
    uint32_t within_s;
    uint8_t *depth;
    void (*fill)(struct depth_scan *d, int64_t from, int64_t end);
    struct step_bits bits;
    struct pool pool;
};

/* ---- more than 64 rows ---- */

/* Makes the words before the known ones known: some at once. */
static void know_more(struct depth_scan *d)
{
    enum { AT_ONCE = 4 };
    struct step_bits *b = &d->bits;
    int64_t end = b->known;
    b->known = end > AT_ONCE ? end - AT_ONCE : 0;
    d->fill(d, b->known, end);
}

/* The highest bit of step k below `at`, NEVER when there is none. The 64 bits below it are looked
 * at first: as a rule it is among them. */
static inline int64_t bit_before(struct depth_scan *d, size_t k, int64_t at)
{
    const uint64_t *words = d->bits.of[k];
    int64_t w = at / 64;
    while (w - 1 < d->bits.known && d->bits.known > 0)
        know_more(d);
    unsigned __int128 two = (unsigned __int128)words[w] << 64 | words[w - 1];
    uint64_t here = (uint64_t)(two >> (at % 64));
    if (here != 0)
        return at - 1 - __builtin_clzll(here);
    while (--w >= 0) {
        if (w < d->bits.known)
            know_more(d);
        here = w == at / 64 - 1 ? words[w] & ((UINT64_C(1) << (at % 64)) - 1) : words[w];
        if (here != 0)
            return w * 64 + 63 - __builtin_clzll(here);
    }
    return NEVER;
}

/* Whether some event of step k (from 0) ends a way that began soon enough before it. */
static bool reaches(struct depth_scan *d, size_t k, const uint32_t *at_s)
{
    int64_t end = d->bits.n;
    while ((end = bit_before(d, k, end)) >= 0) {
        int64_t at = end;
        for (size_t j = k; j > 0 && at >= 0; j--)
            at = bit_before(d, j - 1, at);
        if (at < 0)
            return false; /* nor does an earlier one have all steps before it */
        if (at_s[end] - at_s[at] <= d->within_s)
            return true;
    }
    return false;
}

/* Room for so many words, and a zero before the first. */
static void make_room(struct step_bits *b, size_t words)
{
    if (words <= b->room)
        return;
    b->room = words * 2;
    for (size_t k = 0; k < LIMIT_SEQ_STEPS; k++) {
        free(b->of[k] != NULL ? b->of[k] - 1 : NULL);
        b->of[k] = (uint64_t *)must(calloc(b->room + 1, sizeof *b->of[k])) + 1;
    }
}

/* Begins with none of n rows known but the word behind the last, where bit_before() may begin. */
static void begin_many(struct depth_scan *d, const uint8_t *kind, uint32_t n)
{
    struct step_bits *b = &d->bits;
    make_room(b, n / 64 + 1);
    for (size_t k = 0; k < d->n; k++)
        b->of[k][n / 64] = 0;
    b->known = (n + 63) / 64;
    b->kind = kind;
    b->n = n;
}

static uint8_t depth_of_many(struct depth_scan *d, const struct run *run, struct run_range rows)
{
    begin_many(d, run->kind + rows.from, rows.to - rows.from);
    for (size_t k = d->n; k > 1; k--)
        if (reaches(d, k - 1, run->at_s + rows.from))
            return (uint8_t)k;
    return bit_before(d, 0, d->bits.n) >= 0;
}

/* Calls a customer's kinds into the cache, and of one of many rows the newest: ends are tried in
 * places that the processor does not foresee. */
ONLY_CALLS void call_rows(const struct run *run, struct run_range rows)
{
    enum { ROWS_MOST = 512, ROWS_A_LINE = 16 };
    uint32_t n = rows.to - rows.from, most = n < ROWS_MOST ? n : ROWS_MOST;
    __builtin_prefetch(&run->kind[rows.from]);
    if (n <= 64)
        return;
    for (uint32_t row = rows.to - most; row < rows.to; row += ROWS_A_LINE)
        __builtin_prefetch(&run->at_s[row]);
    for (uint32_t row = rows.to - most; row < rows.to; row += 4 * ROWS_A_LINE)
        __builtin_prefetch(&run->kind[row]);
}

/* The words [from, end) of all steps. */
WIDE static void fill_wide(struct depth_scan *d, int64_t from, int64_t end)
{
    uint64_t masks[MASK_CLASSES_MAX];
    for (int64_t w = from; w < end; w++) {
        uint32_t row = (uint32_t)w * 64, n = d->bits.n - row < 64 ? d->bits.n - row : 64;
        wide_masks(d->m, d->n, d->bits.kind + row, n, masks);
        for (size_t k = 0; k < d->n; k++)
            d->bits.of[k][w] = masks[k];
    }
}

WIDER static void fill_wider(struct depth_scan *d, int64_t from, int64_t end)
{
    struct wider_table t = wider_table(d->m->table);
    for (int64_t w = from; w < end; w++) {
        uint32_t row = (uint32_t)w * 64;
        __mmask64 valid =
            d->bits.n - row < 64 ? _bzhi_u64(UINT64_MAX, d->bits.n - row) : UINT64_MAX;
        __m512i classes = wider_look(t, _mm512_maskz_loadu_epi8(valid, d->bits.kind + row));
        for (size_t k = 0; k < d->n; k++)
            d->bits.of[k][w] = wider_mask(classes, valid, k);
    }
}

/* ---- at most 64 rows, as most have ---- */

/* reaches() within one word; step k has an event. */
WIDE_INLINE bool word_reaches(const struct depth_scan *d, const uint64_t *masks, size_t k,
                              const uint32_t *at_s)
{
    for (uint64_t ends = masks[k]; ends != 0;) {
        unsigned end = 63 - (unsigned)__builtin_clzll(ends), at = end;
        for (size_t j = k; j > 0; j--) {
            uint64_t before = _bzhi_u64(masks[j - 1], at);
            if (before == 0)
                return false;
            at = 63 - (unsigned)__builtin_clzll(before);
        }
        if (at_s[end] - at_s[at] <= d->within_s)
            return true;
        ends = _bzhi_u64(ends, end);
    }
    return false;
}

WIDE_INLINE uint8_t depth_of_few(const struct depth_scan *d, const struct run *run,
                                 struct run_range rows)
{
    uint64_t masks[MASK_CLASSES_MAX] = {0};
    wide_masks(d->m, d->n, run->kind + rows.from, rows.to - rows.from, masks);
    uint64_t way = masks[0];
    unsigned depth = way != 0;
    for (size_t k = 1; k < d->n; k++) {
        way = masks[k] & ~_blsmsk_u64(way); /* later than the earliest of the step before */
        depth += way != 0;
    }
    while (depth > 1 && !word_reaches(d, masks, depth - 1, run->at_s + rows.from))
        depth--;
    return (uint8_t)depth;
}

WIDE static void see_batch(void *to, const struct walk_batch *b)
{
    struct depth_scan *d = to;
    for (uint32_t i = 0; i < b->n; i++) {
        struct run_range rows = b->rows[i];
        if (i + AHEAD < b->n)
            call_rows(b->run, b->rows[i + AHEAD]);
        d->depth[b->local[i]] = rows.to - rows.from <= 64 ? depth_of_few(d, b->run, rows)
                                                          : depth_of_many(d, b->run, rows);
    }
}

/* ---- eight at once ---- */

/* Eight customers of the pool. */
struct eight {
    __m512i masks[LIMIT_SEQ_STEPS], depth, ends, who;
};

/* By lane, the events of the step that would be the last one at this depth. */
WIDER_INLINE __m512i ends_of(const struct eight *x, size_t n, __m512i depth)
{
    __m512i ends = _mm512_setzero_si512();
    for (size_t k = 1; k < n; k++)
        ends = _mm512_mask_mov_epi64(
            ends, _mm512_cmpeq_epi64_mask(depth, _mm512_set1_epi64((int64_t)k + 1)), x->masks[k]);
    return ends;
}

/* By lane the way that ends with the last of its ends: at which row it ends and begins. The lanes
 * that have one. */
WIDER_INLINE __mmask8 ways_back(const struct eight *x, size_t n, __m512i *out_end,
                                __m512i *out_begin)
{
    const __m512i ones = _mm512_set1_epi64(-1), top = _mm512_set1_epi64(63);
    __m512i below = ones, at = _mm512_setzero_si512(), end = at;
    __mmask8 has = 0xff;
    for (size_t k = n; k-- > 0;) {
        __m512i here = _mm512_set1_epi64((int64_t)k + 1);
        __mmask8 last = _mm512_cmpeq_epi64_mask(x->depth, here);
        __mmask8 within = _mm512_cmpge_epi64_mask(x->depth, here);
        __m512i events = _mm512_and_si512(x->masks[k], below);
        events = _mm512_mask_mov_epi64(events, last, x->ends);
        __m512i above = _mm512_lzcnt_epi64(events);
        has &= (__mmask8)(_mm512_test_epi64_mask(events, events) | (__mmask8)~within);
        below = _mm512_mask_srlv_epi64(below, within, ones,
                                       _mm512_add_epi64(above, _mm512_set1_epi64(1)));
        at = _mm512_mask_sub_epi64(at, within, top, above);
        end = _mm512_mask_mov_epi64(end, last, at);
    }
    *out_end = end;
    *out_begin = at;
    return has;
}

/* Tries one end of each of the `left`; the lanes that go on, with an end less or a step less. */
WIDER_INLINE __mmask8 try_eight(struct eight *x, size_t n, __mmask8 left, const uint32_t *at_s,
                                uint32_t within_s)
{
    const __m512i one = _mm512_set1_epi64(1);
    __m512i row = _mm512_and_si512(x->who, _mm512_set1_epi64(UINT32_MAX)), end, begin;
    __mmask8 has = left & ways_back(x, n, &end, &begin);
    __m256i none = _mm256_setzero_si256();
    __m256i end_s = _mm512_mask_i64gather_epi32(none, has, _mm512_add_epi64(row, end), at_s, 4);
    __m256i begin_s = _mm512_mask_i64gather_epi32(none, has, _mm512_add_epi64(row, begin), at_s, 4);
    left &= (__mmask8)~_mm256_mask_cmple_epu32_mask(has, _mm256_sub_epi32(end_s, begin_s),
                                                    _mm256_set1_epi32((int)within_s));
    x->ends = _mm512_and_si512(x->ends, _mm512_sub_epi64(_mm512_sllv_epi64(one, end), one));
    __mmask8 fewer = left & (__mmask8)(~has | _mm512_testn_epi64_mask(x->ends, x->ends));
    x->depth = _mm512_mask_sub_epi64(x->depth, fewer, x->depth, one);
    x->ends = _mm512_mask_mov_epi64(x->ends, fewer, ends_of(x, n, x->depth));
    return left & _mm512_cmpgt_epi64_mask(x->depth, one);
}

/* Writes the lanes of a mask behind each other. */
WIDER_INLINE void put_lanes(uint64_t *to, __mmask8 lanes, __m512i x)
{
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi64(lanes, x));
}

/* One end of everybody in the pool; those who go on stay in it. */
WIDER static void try_pool(struct depth_scan *d, const uint32_t *at_s)
{
    struct pool *p = &d->pool;
    struct eight x;
    size_t n = p->n;
    p->n = 0;
    for (size_t i = 0; i < n; i += EIGHT) {
        for (size_t k = 0; k < d->n; k++)
            x.masks[k] = _mm512_loadu_si512(&p->masks[k][i]);
        x.depth = _mm512_loadu_si512(&p->depth[i]);
        x.ends = _mm512_loadu_si512(&p->ends[i]);
        x.who = _mm512_loadu_si512(&p->who[i]);
        __mmask8 here = n - i < EIGHT ? (__mmask8)((1U << (n - i)) - 1) : 0xff;
        __mmask8 left = try_eight(&x, d->n, here, at_s, d->within_s);
        __mmask8 done = here & (__mmask8)~left;
        put_lanes(&p->done_depth[p->n_done], done, x.depth);
        put_lanes(&p->done_who[p->n_done], done, x.who);
        p->n_done += (size_t)__builtin_popcount(done);
        for (size_t k = 0; k < d->n; k++)
            put_lanes(&p->masks[k][p->n], left, x.masks[k]);
        put_lanes(&p->depth[p->n], left, x.depth);
        put_lanes(&p->ends[p->n], left, x.ends);
        put_lanes(&p->who[p->n], left, x.who);
        p->n += (size_t)__builtin_popcount(left);
    }
}

static void empty_pool(struct depth_scan *d, const uint32_t *at_s)
{
    struct pool *p = &d->pool;
    while (p->n > 0)
        try_pool(d, at_s);
    for (size_t i = 0; i < p->n_done; i++)
        d->depth[p->done_who[i] >> 32] = (uint8_t)p->done_depth[i];
    p->n_done = 0;
}

/* A customer of at most 64 rows into the pool, who stays in it only where they might get beyond the
 * first step. */
WIDER_INLINE void put_customer(struct depth_scan *d, struct wider_table t, const struct run *run,
                               struct run_range rows, uint16_t local)
{
    struct pool *p = &d->pool;
    __mmask64 valid = _bzhi_u64(UINT64_MAX, rows.to - rows.from);
    __m512i classes = wider_look(t, _mm512_maskz_loadu_epi8(valid, run->kind + rows.from));
    uint64_t way = 0, depth = 0, ends = 0;
    for (size_t k = 0; k < d->n; k++) {
        uint64_t events = wider_mask(classes, valid, k);
        p->masks[k][p->n] = events;
        way = k == 0 ? events : events & ~_blsmsk_u64(way); /* later than the step before */
        ends = way != 0 ? events : ends;
        depth += way != 0;
    }
    p->depth[p->n] = depth;
    p->ends[p->n] = ends;
    p->who[p->n] = (uint64_t)local << 32 | rows.from;
    p->n += depth > 1;
    __builtin_prefetch(&run->at_s[rows.from]); /* for empty_pool() */
    __builtin_prefetch(&run->at_s[rows.to - 1]);
    d->depth[local] = depth > 0;
}

WIDER static void see_batch_wider(void *to, const struct walk_batch *b)
{
    struct depth_scan *d = to;
    struct wider_table t = wider_table(d->m->table);
    for (uint32_t i = 0; i < b->n; i++) {
        struct run_range rows = b->rows[i];
        if (i + AHEAD < b->n)
            call_rows(b->run, b->rows[i + AHEAD]);
        if (rows.to - rows.from > 64)
            d->depth[b->local[i]] = depth_of_many(d, b->run, rows);
        else
            put_customer(d, t, b->run, rows, b->local[i]);
    }
    empty_pool(d, b->run->at_s);
}

void funnel_depths(const struct survey *v, uint32_t chunk, const struct set_words *who,
                   uint32_t within_s, uint8_t depth[static SET_CHUNK])
{
    struct depth_scan *d = must(aligned_alloc(_Alignof(struct depth_scan), sizeof *d));
    memset(d, 0, sizeof *d);
    d->m = &v->matcher;
    d->n = v->matcher.n_classes;
    d->within_s = within_s;
    d->depth = depth;
    d->fill = set_uses_avx512() ? fill_wider : fill_wide;
    walk_batches(v, chunk, who, set_uses_avx512() ? see_batch_wider : see_batch, d);
    for (size_t k = 0; k < LIMIT_SEQ_STEPS; k++)
        free(d->bits.of[k] != NULL ? d->bits.of[k] - 1 : NULL);
    free(d);
}

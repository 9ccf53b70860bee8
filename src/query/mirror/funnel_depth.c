/* funnel_depth.c — depths alone, from bits.
 *
 * The rows of a customer become words of 64 bits a step. The earliest way through the steps,
 * however long it takes, bounds the depth; then a way in time is looked for from the last step
 * back: the latest event of each step before one of the next is the highest bit below it, and no
 * later way can begin earlier, so few events are touched.
 *
 * How many ends have to be tried differs from customer to customer, and a processor that guesses
 * wrong loses more time than the tries take. So with AVX-512 those who might get beyond the first
 * step are collected, and eight of at most 64 rows each go through their tries side by side.
 */
#include "query/mirror/funnel_depth.h"

#include "base/must.h"
#include "query/mirror/wide.h"

#include <stdlib.h>
#include <string.h>

enum { NEVER = -1, EIGHT = 8 };

/* Bits of a customer of many rows, a row of `room` words for each step. */
struct step_bits {
    uint64_t *of[LIMIT_SEQ_STEPS];
    size_t room;
};

/* Customers of a run who might get beyond the first step. */
struct eight {
    _Alignas(64) uint64_t masks[LIMIT_SEQ_STEPS][EIGHT];
    uint64_t depth[EIGHT]; /* of the earliest way */
    uint64_t row[EIGHT];   /* their first */
    uint16_t local[EIGHT];
    uint32_t n;
};

struct depth_scan {
    const struct matcher *m;
    size_t n; /* steps */
    uint32_t within_s;
    uint8_t *depth;
    struct step_bits bits;
    struct eight eight;
};

/* ---- more than 64 rows ---- */

/* The highest bit below `at`, NEVER when there is none. */
static int64_t bit_before(const uint64_t *words, int64_t at)
{
    int64_t w = at / 64;
    uint64_t here = words[w] & ((UINT64_C(1) << (at % 64)) - 1);
    while (here == 0 && w > 0)
        here = words[--w];
    return here != 0 ? w * 64 + 63 - __builtin_clzll(here) : NEVER;
}

/* Whether some event of step k (from 0) ends a way that began soon enough before it. */
static bool reaches(const struct depth_scan *d, size_t k, int64_t n_rows, const uint32_t *at_s)
{
    int64_t end = n_rows;
    while ((end = bit_before(d->bits.of[k], end)) >= 0) {
        int64_t at = end;
        for (size_t j = k; j > 0 && at >= 0; j--)
            at = bit_before(d->bits.of[j - 1], at);
        if (at < 0)
            return false; /* nor does an earlier one have all steps before it */
        if (at_s[end] - at_s[at] <= d->within_s)
            return true;
    }
    return false;
}

/* Room for n rows, and for the word behind the last, where bit_before() may begin. */
static void make_room(struct step_bits *b, uint32_t n)
{
    size_t words = n / 64 + 1;
    if (words <= b->room)
        return;
    b->room = words * 2;
    for (size_t k = 0; k < LIMIT_SEQ_STEPS; k++)
        b->of[k] = must(realloc(b->of[k], b->room * sizeof *b->of[k]));
}

WIDE static uint8_t depth_of_many(struct depth_scan *d, const struct run *run,
                                  struct run_range rows)
{
    uint64_t masks[MASK_CLASSES_MAX], any[LIMIT_SEQ_STEPS] = {0};
    uint32_t n_rows = rows.to - rows.from;
    make_room(&d->bits, n_rows);
    for (uint32_t row = 0; row < n_rows; row += 64) {
        uint32_t n = n_rows - row < 64 ? n_rows - row : 64;
        wide_masks(d->m, d->n, run->kind + rows.from + row, n, masks);
        for (size_t k = 0; k < d->n; k++) {
            d->bits.of[k][row / 64] = masks[k];
            any[k] |= masks[k];
        }
    }
    for (size_t k = 0; k < d->n && n_rows % 64 == 0; k++)
        d->bits.of[k][n_rows / 64] = 0;
    size_t possible = 0;
    while (possible < d->n && any[possible] != 0)
        possible++;
    for (size_t k = possible; k > 1; k--)
        if (reaches(d, k - 1, n_rows, run->at_s + rows.from))
            return (uint8_t)k;
    return possible > 0;
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
        d->depth[b->local[i]] = rows.to - rows.from <= 64 ? depth_of_few(d, b->run, rows)
                                                          : depth_of_many(d, b->run, rows);
    }
}

/* ---- eight at once ---- */

/* By lane, the events of the step that would be the last one at this depth. */
WIDER_INLINE __m512i ends_of(const struct eight *x, size_t n, __m512i depth)
{
    __m512i ends = _mm512_setzero_si512();
    for (size_t k = 1; k < n; k++)
        ends = _mm512_mask_load_epi64(
            ends, _mm512_cmpeq_epi64_mask(depth, _mm512_set1_epi64((int64_t)k + 1)), x->masks[k]);
    return ends;
}

/* By lane the way that ends with the last of `ends`, a depth's: at which row it ends and begins.
 * The lanes that have one. */
WIDER_INLINE __mmask8 ways_back(const struct eight *x, size_t n, __m512i depth, __m512i ends,
                                __m512i *out_end, __m512i *out_begin)
{
    const __m512i ones = _mm512_set1_epi64(-1), top = _mm512_set1_epi64(63);
    __m512i below = ones, at = _mm512_setzero_si512(), end = at;
    __mmask8 has = 0xff;
    for (size_t k = n; k-- > 0;) {
        __m512i here = _mm512_set1_epi64((int64_t)k + 1);
        __mmask8 last = _mm512_cmpeq_epi64_mask(depth, here);
        __mmask8 within = _mm512_cmpge_epi64_mask(depth, here);
        __m512i events = _mm512_and_si512(_mm512_load_si512(x->masks[k]), below);
        events = _mm512_mask_mov_epi64(events, last, ends);
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

/* All steps of all lanes' depths within the time, or one less, until no lane is left. */
WIDER static void eight_depths(struct depth_scan *d, const uint32_t *at_s)
{
    struct eight *x = &d->eight;
    const __m512i one = _mm512_set1_epi64(1);
    const __m512i row = _mm512_loadu_si512(x->row);
    __m512i depth = _mm512_loadu_si512(x->depth), ends = ends_of(x, d->n, depth), end, begin;
    __mmask8 left = (__mmask8)((1U << x->n) - 1);
    while (left != 0) {
        __mmask8 has = left & ways_back(x, d->n, depth, ends, &end, &begin);
        __m256i none = _mm256_setzero_si256();
        __m256i end_s = _mm512_mask_i64gather_epi32(none, has, _mm512_add_epi64(row, end), at_s, 4);
        __m256i begin_s =
            _mm512_mask_i64gather_epi32(none, has, _mm512_add_epi64(row, begin), at_s, 4);
        left &= (__mmask8)~_mm256_mask_cmple_epu32_mask(has, _mm256_sub_epi32(end_s, begin_s),
                                                        _mm256_set1_epi32((int)d->within_s));
        ends = _mm512_and_si512(ends, _mm512_sub_epi64(_mm512_sllv_epi64(one, end), one));
        __mmask8 fewer = left & (__mmask8)(~has | _mm512_testn_epi64_mask(ends, ends));
        if (fewer != 0) {
            depth = _mm512_mask_sub_epi64(depth, fewer, depth, one);
            ends = _mm512_mask_mov_epi64(ends, fewer, ends_of(x, d->n, depth));
            left &= _mm512_cmpgt_epi64_mask(depth, one);
        }
    }
    _mm512_storeu_si512(x->depth, depth);
    for (uint32_t i = 0; i < x->n; i++)
        d->depth[x->local[i]] = (uint8_t)x->depth[i];
    x->n = 0;
}

/* The masks of a customer of at most 64 rows into the next lane, which is kept where the customer
 * might get beyond the first step. */
WIDER_INLINE void put_lane(struct depth_scan *d, struct wider_table t, const struct run *run,
                           struct run_range rows, uint16_t local)
{
    struct eight *x = &d->eight;
    uint32_t lane = x->n;
    __mmask64 valid = _bzhi_u64(UINT64_MAX, rows.to - rows.from);
    __m512i classes = wider_look(t, _mm512_maskz_loadu_epi8(valid, run->kind + rows.from));
    uint64_t way = 0, depth = 0;
    for (size_t k = 0; k < d->n; k++) {
        uint64_t events = wider_mask(classes, valid, k);
        x->masks[k][lane] = events;
        way = k == 0 ? events : events & ~_blsmsk_u64(way); /* later than the step before */
        depth += way != 0;
    }
    x->depth[lane] = depth;
    x->row[lane] = rows.from;
    x->local[lane] = local;
    x->n = lane + (depth > 1);
    d->depth[local] = depth > 0;
}

WIDER static void see_batch_wider(void *to, const struct walk_batch *b)
{
    struct depth_scan *d = to;
    struct wider_table t = wider_table(d->m->table);
    for (uint32_t i = 0; i < b->n; i++) {
        struct run_range rows = b->rows[i];
        if (rows.to - rows.from > 64)
            d->depth[b->local[i]] = depth_of_many(d, b->run, rows);
        else
            put_lane(d, t, b->run, rows, b->local[i]);
        if (d->eight.n == EIGHT)
            eight_depths(d, b->run->at_s);
    }
    eight_depths(d, b->run->at_s);
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
    walk_batches(v, chunk, who, set_uses_avx512() ? see_batch_wider : see_batch, d);
    for (size_t k = 0; k < LIMIT_SEQ_STEPS; k++)
        free(d->bits.of[k]);
    free(d);
}

/* units.c — (at − base) / length as a multiplication: for 32-bit x and length, floor(x / length) =
 * (x × m) >> (32 + s) with m = ⌈2^(32+s) / length⌉ whenever x × (m × length − 2^(32+s)) < 2^(32+s).
 * Where that cannot be had with a 32-bit m the units count as not of one length. */
#include "query/mirror/units.h"

#include "mirror/set.h"

#include <assert.h>
#include <immintrin.h>

/* Day's length divides every length there is, and 86,400 = 2^7 × 675: shift by 7, then divide by
 * length / 128, which leaves 25 bits and makes a 32-bit factor exact. */
enum { SHIFT = 7 };

static uint32_t clip(int64_t at_s)
{
    return at_s < 0 ? 0 : at_s >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)at_s;
}

static uint32_t common_length(const struct analysis_units *u)
{
    int64_t length = u->from_s[1] - u->from_s[0];
    for (size_t i = 1; i < u->n; i++)
        if (u->from_s[i + 1] - u->from_s[i] != length)
            return 0;
    return u->from_s[0] >= 0 && u->from_s[u->n] < UINT32_MAX ? (uint32_t)length : 0;
}

void unit_finder_init(struct unit_finder *f, struct arena *a, const struct analysis_units *units)
{
    assert(units->n > 0);
    *f = (struct unit_finder){
        .units = units,
        .base_s = clip(units->from_s[0]),
        .end_s = clip(units->from_s[units->n]),
        .length_s = common_length(units),
    };
    if (f->length_s >> SHIFT > 0)
        f->factor =
            (uint32_t)(((UINT64_C(1) << 32) + (f->length_s >> SHIFT) - 1) / (f->length_s >> SHIFT));
    size_t days = (f->end_s - f->base_s) / 86400 + 1;
    uint16_t *of_day = ARENA_ARRAY(a, uint16_t, days);
    uint32_t unit = 0;
    for (size_t d = 0; d < days; d++) {
        int64_t at_s = f->base_s + (int64_t)d * 86400;
        while (unit + 1 < units->n && at_s >= units->from_s[unit + 1])
            unit++;
        of_day[d] = (uint16_t)unit;
    }
    f->of_day = of_day;
}

bool units_are_even(const struct unit_finder *f)
{
    return f->units->n <= 32 && f->length_s != 0 && f->length_s % (1 << SHIFT) == 0;
}

/* Eight instants at a time; a byte of the mask says which of them count. */
__attribute__((target("avx2"))) static uint32_t mask_avx2(const struct unit_finder *f,
                                                          const uint32_t *at_s, uint64_t mask,
                                                          uint32_t from_s, uint32_t to_s)
{
    const __m256i base = _mm256_set1_epi32((int)f->base_s);
    const __m256i factor = _mm256_set1_epi64x(f->factor);
    const __m256i low = _mm256_set1_epi32((int)from_s), high = _mm256_set1_epi32((int)to_s);
    const __m256i one = _mm256_set1_epi32(1);
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    __m256i bits = _mm256_setzero_si256();
    for (; mask != 0; mask >>= 8, at_s += 8) {
        if ((mask & 255) == 0)
            continue;
        __m256i at = _mm256_loadu_si256((const __m256i *)at_s);
        __m256i taken = _mm256_and_si256(_mm256_set1_epi32((int)(mask & 255)), bit);
        __m256i in = _mm256_cmpeq_epi32(taken, bit);
        in = _mm256_and_si256(in, _mm256_cmpeq_epi32(_mm256_max_epu32(at, low), at));
        in = _mm256_and_si256(in, _mm256_cmpeq_epi32(_mm256_min_epu32(at, high), at));
        __m256i y = _mm256_srli_epi32(_mm256_sub_epi32(at, base), SHIFT);
        __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(y, factor), 32);
        __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(y, 32), factor);
        __m256i unit = _mm256_blend_epi32(even, odd, 0xaa);
        bits = _mm256_or_si256(bits, _mm256_and_si256(_mm256_sllv_epi32(one, unit), in));
    }
    __m128i half = _mm_or_si128(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
    half = _mm_or_si128(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_or_si128(half, _mm_shuffle_epi32(half, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(half);
}

uint32_t units_of_mask(const struct unit_finder *f, const uint32_t *at_s, uint64_t mask,
                       uint32_t from_s, uint32_t to_s)
{
    uint32_t bits = 0;
    assert(from_s >= f->base_s && to_s < f->end_s);
    if (set_uses_avx2())
        return mask_avx2(f, at_s, mask, from_s, to_s);
    for (; mask != 0; mask &= mask - 1) {
        uint32_t at = at_s[__builtin_ctzll(mask)];
        if (at >= from_s && at <= to_s)
            bits |= UINT32_C(1) << unit_find_at(f, at);
    }
    return bits;
}

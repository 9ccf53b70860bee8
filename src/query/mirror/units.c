/* units.c — (at − base) / length as a multiplication: for 32-bit x and length, floor(x / length) =
 * (x × m) >> (32 + s) with m = ⌈2^(32+s) / length⌉ whenever x × (m × length − 2^(32+s)) < 2^(32+s).
 * Where that cannot be had with a 32-bit m the units count as not of one length. */
#include "query/mirror/units.h"

#include "mirror/set.h"

#include <assert.h>
#include <immintrin.h>

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

/* Day's length divides every length there is, and 86,400 = 2^7 × 675: shift by 7, then divide by
 * length / 128, which leaves 25 bits and makes a 32-bit factor exact. */
enum { SHIFT = 7 };

static uint32_t factor_of(const struct unit_finder *f)
{
    uint64_t d = f->length_s >> SHIFT;
    return (uint32_t)(((UINT64_C(1) << 32) + d - 1) / d);
}

__attribute__((target("avx2"))) static uint32_t
all_avx2(const struct unit_finder *f, const uint32_t *at_s, uint32_t n, uint32_t *out_done)
{
    const __m256i base = _mm256_set1_epi32((int)f->base_s);
    const __m256i factor = _mm256_set1_epi64x(factor_of(f));
    const __m256i span = _mm256_set1_epi32((int)(f->end_s - f->base_s - 1));
    const __m256i one = _mm256_set1_epi32(1);
    __m256i bits = _mm256_setzero_si256();
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i x = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)(at_s + i)), base);
        __m256i in = _mm256_cmpeq_epi32(_mm256_min_epu32(x, span), x);
        __m256i y = _mm256_srli_epi32(x, SHIFT);
        __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(y, factor), 32);
        __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(y, 32), factor);
        __m256i unit = _mm256_blend_epi32(even, odd, 0xaa);
        bits = _mm256_or_si256(bits, _mm256_and_si256(_mm256_sllv_epi32(one, unit), in));
    }
    __m128i half = _mm_or_si128(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
    half = _mm_or_si128(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_or_si128(half, _mm_shuffle_epi32(half, 0xb1));
    *out_done = i;
    return (uint32_t)_mm_cvtsi128_si32(half);
}

uint32_t units_of_all(const struct unit_finder *f, const uint32_t *at_s, uint32_t n)
{
    uint32_t bits = 0, i = 0;
    assert(f->units->n <= 32 && f->length_s != 0);
    if (set_uses_avx2() && f->length_s % (1 << SHIFT) == 0)
        bits = all_avx2(f, at_s, n, &i);
    for (; i < n; i++)
        if (at_s[i] >= f->base_s && at_s[i] < f->end_s)
            bits |= UINT32_C(1) << unit_find_at(f, at_s[i]);
    return bits;
}

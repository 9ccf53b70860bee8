/* wide — what the loops of analyses that use AVX2 or AVX-512 have in common, to be inlined into
 * them. Private to query/mirror.
 *
 * Only for functions marked WIDE, which are called where set_uses_avx2() says so, or WIDER, where
 * set_uses_avx512() does.
 */
#ifndef KOI_QUERY_MIRROR_WIDE_H
#define KOI_QUERY_MIRROR_WIDE_H

#include "query/mirror/match.h"
#include "query/mirror/units.h"

#include <immintrin.h>

#define WIDE __attribute__((target("avx2,bmi,bmi2,lzcnt")))
#define WIDE_INLINE WIDE __attribute__((always_inline)) static inline

#define WIDER                                                                                      \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512cd,avx512vbmi,"                \
                          "avx2,bmi,bmi2,lzcnt")))
#define WIDER_INLINE WIDER __attribute__((always_inline)) static inline

/* The classes of 32 kinds, a byte each. */
WIDE_INLINE __m256i wide_classes(const struct matcher *m, const uint8_t *kind)
{
    const __m256i low = _mm256_set1_epi8(15);
    __m256i kinds = _mm256_loadu_si256((const __m256i *)kind);
    __m256i lower = _mm256_and_si256(kinds, low);
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(kinds, 4), low);
    __m256i classes = _mm256_setzero_si256();
    for (size_t i = 0; i < m->n_used; i++) {
        __m128i row = _mm_loadu_si128((const __m128i *)m->table[m->used[i]]);
        __m256i here = _mm256_cmpeq_epi8(upper, _mm256_set1_epi8((char)m->used[i]));
        __m256i bits = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(row), lower);
        classes = _mm256_or_si256(classes, _mm256_and_si256(bits, here));
    }
    return classes;
}

/* matcher_masks() for the first n_classes. */
WIDE_INLINE void wide_masks(const struct matcher *m, size_t n_classes, const uint8_t *kind,
                            uint32_t n, uint64_t *out)
{
    __m256i first = wide_classes(m, kind);
    __m256i second = n > 32 ? wide_classes(m, kind + 32) : _mm256_setzero_si256();
    for (size_t c = 0; c < n_classes; c++) {
        __m128i by = _mm_cvtsi32_si128(7 - (int)c); /* the class's bit to the top of each byte */
        uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_sll_epi16(first, by));
        uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_sll_epi16(second, by));
        out[c] = _bzhi_u64((uint64_t)b << 32 | a, n);
    }
}

/* Lanes of all ones where instants are in [from_s, to_s]. */
WIDE_INLINE __m256i wide_within(__m256i at, uint32_t from_s, uint32_t to_s)
{
    __m256i low = _mm256_max_epu32(at, _mm256_set1_epi32((int)from_s));
    __m256i high = _mm256_min_epu32(at, _mm256_set1_epi32((int)to_s));
    return _mm256_and_si256(_mm256_cmpeq_epi32(low, at), _mm256_cmpeq_epi32(high, at));
}

/* The units of eight instants that are in them; of others anything. */
WIDE_INLINE __m256i wide_unit(const struct unit_finder *f, __m256i at)
{
    const __m256i factor = _mm256_set1_epi64x(f->factor);
    __m256i y =
        _mm256_srli_epi32(_mm256_sub_epi32(at, _mm256_set1_epi32((int)f->base_s)), UNIT_SHIFT);
    __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(y, factor), 32);
    __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(y, 32), factor);
    return _mm256_blend_epi32(even, odd, 0xaa);
}

/* Bits of the units of those of 64 instants that are in the mask, and not earlier than `from_s` nor
 * later than `to_s`, which lie within the units. Eight at a time, up to 7 beyond the last of the
 * mask are read. */
WIDE_INLINE uint32_t wide_units(const struct unit_finder *f, const uint32_t *at_s, uint64_t mask,
                                uint32_t from_s, uint32_t to_s)
{
    const __m256i one = _mm256_set1_epi32(1);
    const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    __m256i bits = _mm256_setzero_si256();
    for (; mask != 0; mask >>= 8, at_s += 8) {
        __m256i at = _mm256_loadu_si256((const __m256i *)at_s);
        __m256i taken = _mm256_and_si256(_mm256_set1_epi32((int)mask), bit);
        __m256i in =
            _mm256_and_si256(_mm256_cmpeq_epi32(taken, bit), wide_within(at, from_s, to_s));
        __m256i unit = wide_unit(f, at);
        bits = _mm256_or_si256(bits, _mm256_and_si256(_mm256_sllv_epi32(one, unit), in));
    }
    __m128i half = _mm_or_si128(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
    half = _mm_or_si128(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_or_si128(half, _mm_shuffle_epi32(half, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(half);
}

/* Bytes of all ones where bits are set. */
WIDE_INLINE __m256i wide_bytes(uint32_t bits)
{
    const __m256i which =
        _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((int64_t)0x8040201008040201);
    __m256i x = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), which);
    return _mm256_cmpeq_epi8(_mm256_and_si256(x, bit), bit);
}

/* One more in those of 32 bytes whose bits are set. */
WIDE_INLINE void wide_count(uint8_t *bytes, uint32_t bits)
{
    __m256i sum = _mm256_loadu_si256((const __m256i *)bytes);
    _mm256_storeu_si256((__m256i *)bytes, _mm256_sub_epi8(sum, wide_bytes(bits)));
}

/* ---- AVX-512 ---- */

/* A byte for each kind, in registers. */
struct wider_table {
    __m512i part[4];
};
WIDER_INLINE struct wider_table wider_table(const void *of_kind /* RUN_KINDS bytes */)
{
    struct wider_table t;
    for (size_t i = 0; i < 4; i++)
        t.part[i] = _mm512_loadu_si512((const uint8_t *)of_kind + i * sizeof t.part[0]);
    return t;
}

/* Those of 64 kinds. */
WIDER_INLINE __m512i wider_look(struct wider_table t, __m512i kinds)
{
    __m512i lower = _mm512_permutex2var_epi8(t.part[0], kinds, t.part[1]);
    __m512i upper = _mm512_permutex2var_epi8(t.part[2], kinds, t.part[3]);
    return _mm512_mask_mov_epi8(lower, _mm512_movepi8_mask(kinds), upper);
}

/* Which of the valid ones are of class c. */
WIDER_INLINE uint64_t wider_mask(__m512i classes, __mmask64 valid, size_t c)
{
    return _mm512_mask_test_epi8_mask(valid, classes, _mm512_set1_epi8((char)(1U << c)));
}

/* The units of sixteen instants that are in them; of others anything. */
WIDER_INLINE __m512i wider_unit(const struct unit_finder *f, __m512i at)
{
    const __m512i factor = _mm512_set1_epi64(f->factor);
    __m512i y =
        _mm512_srli_epi32(_mm512_sub_epi32(at, _mm512_set1_epi32((int)f->base_s)), UNIT_SHIFT);
    __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(y, factor), 32);
    __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(y, 32), factor);
    return _mm512_mask_mov_epi32(even, 0xaaaa, odd);
}

/* Into lanes of `bits`, to be joined by whoever wants them, the units of those of 64 instants that
 * are in the mask, and not earlier than `from_s` nor later than `to_s`, which lie within the units.
 * Nothing else is read. */
WIDER_INLINE __m512i wider_units(const struct unit_finder *f, const uint32_t *at_s, uint64_t mask,
                                 uint32_t from_s, uint32_t to_s, __m512i bits)
{
    const __m512i one = _mm512_set1_epi32(1);
    const __m512i from = _mm512_set1_epi32((int)from_s), to = _mm512_set1_epi32((int)to_s);
    for (; mask != 0; mask >>= 16, at_s += 16) {
        __mmask16 taken = (__mmask16)mask;
        __m512i at = _mm512_maskz_loadu_epi32(taken, at_s);
        __mmask16 in = _mm512_mask_cmpge_epu32_mask(taken, at, from);
        in = _mm512_mask_cmple_epu32_mask(in, at, to);
        bits = _mm512_mask_or_epi32(bits, in, bits, _mm512_sllv_epi32(one, wider_unit(f, at)));
    }
    return bits;
}

#endif

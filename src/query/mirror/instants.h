/* instants — eight seconds of a run compared at once. Private to query/mirror. */
#ifndef KOI_QUERY_MIRROR_INSTANTS_H
#define KOI_QUERY_MIRROR_INSTANTS_H

#include <emmintrin.h>
#include <stdint.h>

enum { INSTANTS = 8 };

/* Bit i: the i-th of eight instants is later than `s`. */
static inline uint32_t instants_after(const uint32_t *at_s, uint32_t s)
{
    const __m128i sign = _mm_set1_epi32(INT32_MIN); /* the comparison is of signed numbers */
    __m128i bound = _mm_xor_si128(_mm_set1_epi32((int)s), sign);
    __m128i a = _mm_xor_si128(_mm_loadu_si128((const __m128i *)at_s), sign);
    __m128i b = _mm_xor_si128(_mm_loadu_si128((const __m128i *)(at_s + 4)), sign);
    return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(a, bound))) |
           (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(_mm_cmpgt_epi32(b, bound))) << 4;
}

#endif

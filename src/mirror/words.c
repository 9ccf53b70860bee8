/* words.c — the loops over the 1,024 words of a chunk, with AVX-512, with AVX2, or without.
 *
 * Which one runs is decided once, by what the processor says. The count with AVX2 looks up the bits
 * of each half byte in a table of 16 (Muła, Kurz and Lemire, "Faster population counts using AVX2
 * instructions", 2018, their method for short input).
 */
#include "mirror/set.h"

#include "base/must.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#define HAS_AVX2 1
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vpopcntdq")))
#else
#define HAS_AVX2 0
#endif

/* ---- plain ---- */

static void and_plain(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i++)
        x[i] &= y[i];
}

static void or_plain(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i++)
        x[i] |= y[i];
}

static void and_not_plain(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i++)
        x[i] &= ~y[i];
}

static void and_bytes_plain(uint64_t *x, const uint8_t *bytes, uint8_t from, uint8_t to)
{
    for (size_t i = 0; i < SET_WORDS; i++) {
        uint64_t kept = 0;
        for (uint64_t left = x[i]; left != 0; left &= left - 1) {
            uint8_t byte = bytes[i * 64 + (size_t)__builtin_ctzll(left)];
            kept |= byte >= from && byte <= to ? left & -left : 0;
        }
        x[i] = kept;
    }
}

static uint32_t count_plain(const uint64_t *x)
{
    uint32_t n = 0;
    for (size_t i = 0; i < SET_WORDS; i++)
        n += (uint32_t)__builtin_popcountll(x[i]);
    return n;
}

/* ---- AVX2 ---- */

#if HAS_AVX2
AVX2 static void and_avx2(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i += 4) {
        __m256i a = _mm256_load_si256((const __m256i *)(x + i));
        __m256i b = _mm256_load_si256((const __m256i *)(y + i));
        _mm256_store_si256((__m256i *)(x + i), _mm256_and_si256(a, b));
    }
}

AVX2 static void or_avx2(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i += 4) {
        __m256i a = _mm256_load_si256((const __m256i *)(x + i));
        __m256i b = _mm256_load_si256((const __m256i *)(y + i));
        _mm256_store_si256((__m256i *)(x + i), _mm256_or_si256(a, b));
    }
}

AVX2 static void and_not_avx2(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i += 4) {
        __m256i a = _mm256_load_si256((const __m256i *)(x + i));
        __m256i b = _mm256_load_si256((const __m256i *)(y + i));
        _mm256_store_si256((__m256i *)(x + i), _mm256_andnot_si256(b, a));
    }
}

/* Which of 32 bytes are within both bounds. */
AVX2 static uint32_t within_avx2(const uint8_t *bytes, __m256i from, __m256i to)
{
    __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    __m256i low = _mm256_cmpeq_epi8(_mm256_max_epu8(v, from), v);
    __m256i high = _mm256_cmpeq_epi8(_mm256_min_epu8(v, to), v);
    return (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(low, high));
}

AVX2 static void and_bytes_avx2(uint64_t *x, const uint8_t *bytes, uint8_t from, uint8_t to)
{
    const __m256i low = _mm256_set1_epi8((char)from), high = _mm256_set1_epi8((char)to);
    for (size_t i = 0; i < SET_WORDS; i++)
        x[i] &= within_avx2(bytes + i * 64, low, high) |
                (uint64_t)within_avx2(bytes + i * 64 + 32, low, high) << 32;
}

AVX2 static uint32_t count_avx2(const uint64_t *x)
{
    const __m256i bits = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                          2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(0x0f);
    __m256i sum = _mm256_setzero_si256();
    for (size_t i = 0; i < SET_WORDS; i += 4) {
        __m256i v = _mm256_load_si256((const __m256i *)(x + i));
        __m256i a = _mm256_shuffle_epi8(bits, _mm256_and_si256(v, low));
        __m256i b = _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(v, 4), low));
        __m256i both = _mm256_add_epi8(a, b);
        sum = _mm256_add_epi64(sum, _mm256_sad_epu8(both, _mm256_setzero_si256()));
    }
    uint64_t part[4];
    _mm256_storeu_si256((__m256i *)part, sum);
    return (uint32_t)(part[0] + part[1] + part[2] + part[3]);
}

/* ---- AVX-512 ---- */

AVX512 static void and_avx512(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i += 8)
        _mm512_store_si512(x + i,
                           _mm512_and_si512(_mm512_load_si512(x + i), _mm512_load_si512(y + i)));
}

AVX512 static void or_avx512(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i += 8)
        _mm512_store_si512(x + i,
                           _mm512_or_si512(_mm512_load_si512(x + i), _mm512_load_si512(y + i)));
}

AVX512 static void and_not_avx512(uint64_t *x, const uint64_t *y)
{
    for (size_t i = 0; i < SET_WORDS; i += 8)
        _mm512_store_si512(x + i,
                           _mm512_andnot_si512(_mm512_load_si512(y + i), _mm512_load_si512(x + i)));
}

AVX512 static void and_bytes_avx512(uint64_t *x, const uint8_t *bytes, uint8_t from, uint8_t to)
{
    const __m512i low = _mm512_set1_epi8((char)from), width = _mm512_set1_epi8((char)(to - from));
    for (size_t i = 0; i < SET_WORDS; i++) {
        __m512i v = _mm512_loadu_si512(bytes + i * 64);
        x[i] &= _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, low), width);
    }
}

AVX512 static uint32_t count_avx512(const uint64_t *x)
{
    __m512i a = _mm512_setzero_si512(), b = a;
    for (size_t i = 0; i < SET_WORDS; i += 16) {
        a = _mm512_add_epi64(a, _mm512_popcnt_epi64(_mm512_load_si512(x + i)));
        b = _mm512_add_epi64(b, _mm512_popcnt_epi64(_mm512_load_si512(x + i + 8)));
    }
    return (uint32_t)_mm512_reduce_add_epi64(_mm512_add_epi64(a, b));
}
#endif

/* ---- which ---- */

struct loops {
    void (*and)(uint64_t *, const uint64_t *);
    void (* or)(uint64_t *, const uint64_t *);
    void (*and_not)(uint64_t *, const uint64_t *);
    void (*and_bytes)(uint64_t *, const uint8_t *, uint8_t, uint8_t);
    uint32_t (*count)(const uint64_t *);
};

static const struct loops PLAIN = {and_plain, or_plain, and_not_plain, and_bytes_plain,
                                   count_plain};
#if HAS_AVX2
static const struct loops WIDE = {and_avx2, or_avx2, and_not_avx2, and_bytes_avx2, count_avx2};
static const struct loops WIDER = {and_avx512, or_avx512, and_not_avx512, and_bytes_avx512,
                                   count_avx512};
#endif
static const struct loops *loops = &PLAIN;

#if HAS_AVX2
/* With what came along with it: the bit instructions that analyses use, too. */
static bool has_avx2(void)
{
    unsigned a, b, c, d;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __get_cpuid(0x80000001, &a, &b, &c, &d) &&
           (c & bit_LZCNT) != 0;
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}
#endif

bool set_uses_avx2(void)
{
    return loops != &PLAIN;
}

bool set_uses_avx512(void)
{
#if HAS_AVX2
    return loops == &WIDER;
#else
    return false;
#endif
}

void set_use_avx512(bool yes)
{
#if HAS_AVX2
    if (set_uses_avx2())
        loops = yes && has_avx512() ? &WIDER : &WIDE;
#else
    (void)yes;
#endif
}

void set_use_avx2(bool yes)
{
    loops = &PLAIN;
#if HAS_AVX2
    if (yes && has_avx2())
        loops = &WIDE;
#endif
    set_use_avx512(yes);
}

__attribute__((constructor)) static void choose(void)
{
    set_use_avx2(true);
}

void words_clear(struct set_words *x)
{
    memset(x->w, 0, sizeof x->w);
}

void words_fill(struct set_words *x, uint32_t n)
{
    size_t whole = n / 64 * sizeof x->w[0];
    memset(x->w, 0xff, whole);
    memset((char *)x->w + whole, 0, sizeof x->w - whole);
    if (n % 64 > 0)
        x->w[n / 64] = (UINT64_C(1) << (n % 64)) - 1;
}

struct set_words *words_copy(const struct set_words *x)
{
    if (x == NULL)
        return NULL;
    struct set_words *copy = must(aligned_alloc(_Alignof(struct set_words), sizeof *copy));
    *copy = *x;
    return copy;
}

void words_and(struct set_words *x, const struct set_words *y)
{
    loops->and (x->w, y->w);
}

void words_or(struct set_words *x, const struct set_words *y)
{
    loops->or (x->w, y->w);
}

void words_and_not(struct set_words *x, const struct set_words *y)
{
    loops->and_not(x->w, y->w);
}

/* From so many words with bits on all bytes are gone through, which are then read ahead of. */
enum { MANY_WORDS = SET_WORDS / 4 };

static uint64_t bits_within(uint64_t bits, const uint8_t *bytes, struct byte_bounds in)
{
    uint64_t kept = 0;
    for (; bits != 0; bits &= bits - 1) {
        uint32_t bit = (uint32_t)__builtin_ctzll(bits);
        kept |= (uint64_t)(bytes[bit] >= in.from && bytes[bit] <= in.to) << bit;
    }
    return kept;
}

static void call_bytes(const uint8_t *bytes, const uint16_t *used, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        __builtin_prefetch(bytes + used[k] * 64);
}

void words_and_bytes(struct set_words *x, const uint8_t *bytes, struct byte_bounds in)
{
    uint16_t used[SET_WORDS + 1];
    uint32_t n = words_used(x, used);
    if (n > MANY_WORDS) {
        loops->and_bytes(x->w, bytes, in.from, in.to);
        return;
    }
    call_bytes(bytes, used, n);
    for (uint32_t k = 0; k < n; k++)
        x->w[used[k]] = bits_within(x->w[used[k]], bytes + used[k] * 64, in);
}

void words_split_bytes(struct set_words *x, const uint8_t *bytes, struct byte_bounds in,
                       struct byte_bounds out_in, struct set_words *out)
{
    uint16_t used[SET_WORDS + 1];
    uint32_t n = words_used(x, used);
    if (n > MANY_WORDS) {
        loops->and_bytes(x->w, bytes, in.from, in.to);
        struct set_words moved = *x;
        loops->and_bytes(moved.w, bytes, out_in.from, out_in.to);
        words_or(out, &moved);
        words_and_not(x, &moved);
        return;
    }
    call_bytes(bytes, used, n);
    for (uint32_t k = 0; k < n; k++) {
        uint64_t left = bits_within(x->w[used[k]], bytes + used[k] * 64, in);
        uint64_t moved = bits_within(left, bytes + used[k] * 64, out_in);
        x->w[used[k]] = left & ~moved;
        out->w[used[k]] |= moved;
    }
}

uint32_t words_count(const struct set_words *x)
{
    return loops->count(x->w);
}

bool words_any(const struct set_words *x)
{
    for (size_t i = 0; i < SET_WORDS; i += 8) {
        const uint64_t *w = x->w + i;
        if ((w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]) != 0)
            return true;
    }
    return false;
}

uint32_t words_used(const struct set_words *x, uint16_t *out)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < SET_WORDS; i++) {
        out[n] = (uint16_t)i;
        n += x->w[i] != 0;
    }
    return n;
}

uint32_t words_list(const struct set_words *x, uint16_t *out)
{
    uint16_t used[SET_WORDS + 1];
    uint32_t n = 0, n_used = words_used(x, used);
    for (uint32_t k = 0; k < n_used; k++)
        for (uint64_t bits = x->w[used[k]]; bits != 0; bits &= bits - 1)
            out[n++] = (uint16_t)(used[k] * 64U + (uint32_t)__builtin_ctzll(bits));
    return n;
}

uint32_t places_lower(const uint16_t *places, uint32_t n, uint32_t x)
{
    uint32_t from = 0;
    while (n > 0) {
        uint32_t half = n / 2;
        if (places[from + half] < x) {
            from += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return from;
}

uint32_t places_gallop(const uint16_t *places, uint32_t n, uint32_t from, uint32_t x)
{
    uint32_t step = 1;
    while (step < n - from && places[from + step - 1] < x)
        step *= 2;
    uint32_t to = step < n - from ? from + step : n;
    from += step / 2;
    return from + places_lower(places + from, to - from, x);
}

/* places.c — from a posting to a list of places, to customers, to bits; or from a few customers to
 * their places.
 *
 * No loop has a branch that depends on what single events are: a place or a customer is always
 * written where the next one goes, and counted only when it is one. Number and sum of a customer
 * are differences of running totals, which are taken where the customer begins.
 */
#include "query/mirror/places.h"

#include "query/mirror/wide.h"

#include <string.h>

enum { BLOCK = 1024, LANES = 8 };

/* What a block becomes, and what is carried on to the next one. */
struct totals {
    uint32_t n_hits;
    uint32_t hits[BLOCK + LANES]; /* places that count */
    uint32_t n;                   /* customers begun; the last one may go on */
    uint16_t local[BLOCK + 2 * LANES];
    uint32_t before[BLOCK + 2 * LANES]; /* events that counted before their first */
    uint64_t sum[BLOCK + 2 * LANES];    /* of those */
    uint32_t events;
    uint64_t amount;
    uint32_t last;                 /* the customer that may go on */
    uint8_t ok[BLOCK / LANES + 2]; /* a bit a customer */
};

/* ---- places that count ---- */

static void find_plain(const struct places_ask *x, const struct run_posting *p, uint32_t from,
                       uint32_t to, const struct set_words *who, struct totals *t)
{
    uint32_t n = t->n_hits;
    for (uint32_t i = from; i < to; i++) {
        t->hits[n] = i;
        n += p->at_s[i] >= x->from_s && p->at_s[i] <= x->to_s &&
             (who == NULL || words_has(who, p->local[i]));
    }
    t->n_hits = n;
}

/* The numbers of the bits that are set, by byte. */
static uint8_t lanes[256][LANES];

__attribute__((constructor)) static void fill_lanes(void)
{
    for (unsigned byte = 0; byte < 256; byte++)
        for (unsigned i = 0, n = 0; i < LANES; i++)
            if ((byte >> i & 1) != 0)
                lanes[byte][n++] = (uint8_t)i;
}

WIDE_INLINE __m256i in_time(uint32_t from_s, uint32_t to_s, const uint32_t *at_s)
{
    return wide_within(_mm256_loadu_si256((const __m256i *)(const void *)at_s), from_s, to_s);
}

/* Eight customers of whom the bits are wanted: all ones where a bit is set. */
WIDE_INLINE __m256i among(const struct set_words *who, const uint16_t *local)
{
    __m256i l = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)local));
    __m256i words =
        _mm256_i32gather_epi32((const int *)(const void *)who->w, _mm256_srli_epi32(l, 5), 4);
    __m256i above =
        _mm256_sub_epi32(_mm256_set1_epi32(31), _mm256_and_si256(l, _mm256_set1_epi32(31)));
    return _mm256_srai_epi32(_mm256_sllv_epi32(words, above), 31);
}

/* Whether any customer from the first to the last of eight is one of them; true where it would take
 * long to say. */
static inline bool any_between(const struct set_words *who, const uint16_t *local)
{
    uint32_t first = local[0], n = (uint32_t)local[LANES - 1] - first, word = first / 64;
    if (n >= 63 || word + 1 == SET_WORDS)
        return true;
    uint64_t bits = who->w[word] >> (first % 64) | who->w[word + 1] << 1 << (63 - first % 64);
    return (bits & ((UINT64_C(2) << n) - 1)) != 0;
}

/* The eights of a block in which there is anyone; what else is read of them is called into the
 * cache. */
static uint32_t find_eights(const struct run_posting *p, uint32_t from, uint32_t n,
                            const struct set_words *who, uint16_t *out)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i++) {
        out[found] = (uint16_t)i;
        found += any_between(who, p->local + from + i * LANES);
    }
    for (uint32_t i = 0; i < found; i++)
        __builtin_prefetch(p->at_s + from + out[i] * LANES);
    return found;
}

/* Appends the places of the eight at `i` that count. */
WIDE_INLINE void find_eight(const struct places_ask *x, const struct run_posting *p, uint32_t i,
                            const struct set_words *who, struct totals *t)
{
    __m256i in = in_time(x->from_s, x->to_s, p->at_s + i);
    if (who != NULL)
        in = _mm256_and_si256(in, among(who, p->local + i));
    uint32_t mask = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(in));
    __m128i which = _mm_loadl_epi64((const __m128i *)(const void *)lanes[mask]);
    __m256i place = _mm256_add_epi32(_mm256_set1_epi32((int)i), _mm256_cvtepu8_epi32(which));
    _mm256_storeu_si256((__m256i *)(void *)(t->hits + t->n_hits), place);
    t->n_hits += (uint32_t)__builtin_popcount(mask);
}

WIDE static void find_wide(const struct places_ask *x, const struct run_posting *p, uint32_t from,
                           uint32_t to, const struct set_words *who, struct totals *t)
{
    uint32_t n = (to - from) / LANES;
    if (who == NULL) {
        for (uint32_t i = 0; i < n; i++)
            find_eight(x, p, from + i * LANES, NULL, t);
    } else {
        uint16_t eights[BLOCK / LANES + 1];
        uint32_t found = find_eights(p, from, n, who, eights);
        for (uint32_t i = 0; i < found; i++)
            find_eight(x, p, from + eights[i] * LANES, who, t);
    }
    find_plain(x, p, from + n * LANES, to, who, t);
}

/* ---- customers ---- */

static inline uint64_t amount_at(const struct run_posting *p, uint32_t place)
{
    int64_t amount = run_amount(&p->amount_fen, place);
    return amount != RUN_NONE ? (uint64_t)amount : 0;
}

static inline uint64_t narrow_at(const struct run_posting *p, uint32_t place)
{
    int32_t amount = p->amount_fen.narrow[place];
    return (uint64_t)(int64_t)(amount != INT32_MIN ? amount : 0);
}

static inline uint64_t nothing_at(const struct run_posting *p, uint32_t place)
{
    (void)p, (void)place;
    return 0;
}

/* Notes customers, the totals before each, and behind the last one the totals so far. */
__attribute__((always_inline)) static inline void
total(struct totals *t, const struct run_posting *p,
      uint64_t (*amount_of)(const struct run_posting *p, uint32_t place))
{
    uint32_t n = t->n, events = t->events, last = t->last;
    uint64_t amount = t->amount;
    for (uint32_t k = 0; k < t->n_hits; k++) {
        uint32_t place = t->hits[k], local = p->local[place];
        t->local[n] = (uint16_t)local;
        t->before[n] = events++;
        t->sum[n] = amount;
        n += local != last;
        last = local;
        amount += amount_of(p, place);
    }
    t->before[n] = events;
    t->sum[n] = amount;
    t->n = n;
    t->events = events;
    t->last = last;
    t->amount = amount;
}

/* Where few places count their amounts lie far apart. */
static void total_narrow(struct totals *t, const struct run_posting *p)
{
    for (uint32_t k = 0; k < t->n_hits && t->n_hits < BLOCK / LANES; k++)
        __builtin_prefetch(p->amount_fen.narrow + t->hits[k]);
    total(t, p, narrow_at);
}

static void total_block(struct totals *t, const struct run_posting *p, bool sum)
{
    if (!sum)
        total(t, p, nothing_at);
    else if (p->amount_fen.narrow != NULL)
        total_narrow(t, p);
    else
        total(t, p, amount_at);
}

/* ---- bits ---- */

static void hold_plain(const struct places_bounds *b, uint32_t n, struct totals *t)
{
    /* value − from <= to − from without a sign: one comparison for both bounds. */
    uint64_t from = (uint64_t)b->from, width = (uint64_t)b->to - from;
    for (uint32_t k = 0; k < n; k++) {
        uint64_t value =
            b->of_sum ? t->sum[k + 1] - t->sum[k] : (uint64_t)(t->before[k + 1] - t->before[k]);
        uint8_t holds = (value - from <= width) != b->outside;
        t->ok[k / LANES] &= (uint8_t) ~((unsigned)!holds << (k % LANES));
    }
}

/* Bits of the first four: whether the sum is out of the bounds. */
WIDE_INLINE uint32_t sums_out(const uint64_t *sum, __m256i from, __m256i to)
{
    __m256i x = _mm256_sub_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(sum + 1)),
                                 _mm256_loadu_si256((const __m256i *)(const void *)sum));
    __m256i out = _mm256_or_si256(_mm256_cmpgt_epi64(from, x), _mm256_cmpgt_epi64(x, to));
    return (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(out));
}

static int32_t clipped(int64_t bound)
{
    return bound < -1 ? -1 : bound > INT32_MAX ? INT32_MAX : (int32_t)bound;
}

WIDE static void hold_wide(const struct places_bounds *b, uint32_t n, struct totals *t)
{
    const uint8_t outside = b->outside ? 0xff : 0;
    const __m256i from = _mm256_set1_epi64x(b->from), to = _mm256_set1_epi64x(b->to);
    const __m256i least = _mm256_set1_epi32(clipped(b->from)),
                  most = _mm256_set1_epi32(clipped(b->to));
    for (uint32_t k = 0; k < n && b->of_sum; k += LANES)
        t->ok[k / LANES] &=
            (uint8_t) ~(sums_out(t->sum + k, from, to) | sums_out(t->sum + k + 4, from, to) << 4) ^
            outside;
    for (uint32_t k = 0; k < n && !b->of_sum; k += LANES) {
        const __m256i *at = (const __m256i *)(const void *)(t->before + k);
        const __m256i *next = (const __m256i *)(const void *)(t->before + k + 1);
        __m256i x = _mm256_sub_epi32(_mm256_loadu_si256(next), _mm256_loadu_si256(at));
        __m256i out = _mm256_or_si256(_mm256_cmpgt_epi32(least, x), _mm256_cmpgt_epi32(x, most));
        t->ok[k / LANES] &= (uint8_t)~_mm256_movemask_ps(_mm256_castsi256_ps(out)) ^ outside;
    }
}

/* The first n customers are complete. */
static void put(const struct places_ask *x, uint32_t n, const struct set_words *who,
                struct totals *t, struct set_words *out)
{
    bool wide = set_uses_avx2();
    memset(t->ok, 0xff, sizeof t->ok);
    for (size_t i = 0; i < x->n_bounds; i++)
        (wide ? hold_wide : hold_plain)(&x->bounds[i], n, t);
    for (uint32_t k = 0; k < n; k += LANES) {
        uint32_t differ = t->ok[k / LANES] ^ (x->zero ? 0xffU : 0);
        differ &= n - k < LANES ? (1U << (n - k)) - 1 : 0xffU;
        for (; differ != 0; differ &= differ - 1) {
            uint32_t local = t->local[k + (uint32_t)__builtin_ctz(differ)];
            out->w[local / 64] ^= who->w[local / 64] & UINT64_C(1) << (local % 64);
        }
    }
}

/* From how many of a chunk's customers on it costs less to leave the others out at the end. */
enum { MANY = SET_CHUNK / 8 };

static bool asks_sum(const struct places_ask *x)
{
    bool sum = false;
    for (size_t i = 0; i < x->n_bounds; i++)
        sum = sum || x->bounds[i].of_sum;
    return sum;
}

void places_run(const struct places_ask *x, const struct run_posting *p,
                const struct set_words *who, struct set_words *out)
{
    struct totals t;
    t.n = t.events = 0;
    t.amount = 0;
    t.last = UINT32_MAX;
    bool sum = asks_sum(x), wide = set_uses_avx2();
    const struct set_words *first = words_count(who) < MANY ? who : NULL;
    for (uint32_t from = 0; from < p->n; from += BLOCK) {
        uint32_t to = p->n - from < BLOCK ? p->n : from + BLOCK;
        t.n_hits = 0;
        (wide ? find_wide : find_plain)(x, p, from, to, first, &t);
        total_block(&t, p, sum);
        if (t.n < 2)
            continue;
        put(x, t.n - 1, who, &t, out);
        t.local[0] = t.local[t.n - 1];
        t.before[0] = t.before[t.n - 1];
        t.sum[0] = t.sum[t.n - 1];
        t.n = 1;
    }
    t.before[t.n] = t.events;
    t.sum[t.n] = t.amount;
    put(x, t.n, who, &t, out);
}

/* ---- customers looked up ---- */

/* How many customers' places are called into the cache at once. */
enum { CALLED = 256 };

/* Adds a customer to the totals, if any of their places counts. */
static void tally_plain(const struct places_ask *x, const struct run_posting *p,
                        struct run_range range, bool sum, struct totals *t)
{
    uint32_t events = 0;
    for (uint32_t i = range.from; i < range.to; i++) {
        if (p->at_s[i] < x->from_s || p->at_s[i] > x->to_s)
            continue;
        events++;
        t->amount += sum ? amount_at(p, i) : 0;
    }
    t->events += events;
    t->n += events > 0;
    t->before[t->n] = t->events;
    t->sum[t->n] = t->amount;
}

/* The sum of eight amounts, to be added lane by lane; nothing is read but where `in` says. */
WIDE_INLINE __m256i sum_eight(__m256i sum, const int32_t *amounts, __m256i in)
{
    __m256i a = _mm256_maskload_epi32(amounts, in);
    a = _mm256_andnot_si256(_mm256_cmpeq_epi32(a, _mm256_set1_epi32(INT32_MIN)), a);
    sum = _mm256_add_epi64(sum, _mm256_cvtepi32_epi64(_mm256_castsi256_si128(a)));
    return _mm256_add_epi64(sum, _mm256_cvtepi32_epi64(_mm256_extracti128_si256(a, 1)));
}

WIDE_INLINE uint64_t sum_of_lanes(__m256i x)
{
    __m128i half = _mm_add_epi64(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(half, _mm_unpackhi_epi64(half, half)));
}

/* The same of narrow amounts, eight places at a time, from the last back to the first too early. */
WIDE_INLINE void tally_wide(const struct places_ask *x, const struct run_posting *p,
                            struct run_range range, bool sum, struct totals *t)
{
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i amounts = _mm256_setzero_si256();
    uint32_t events = 0, i = range.to;
    do {
        uint32_t n = i - range.from < LANES ? i - range.from : LANES;
        i -= n;
        __m256i valid = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), lane);
        __m256i at = _mm256_maskload_epi32((const int *)(const void *)(p->at_s + i), valid);
        __m256i in = _mm256_and_si256(wide_within(at, x->from_s, x->to_s), valid);
        events +=
            (uint32_t)__builtin_popcount((uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(in)));
        if (sum)
            amounts = sum_eight(amounts, p->amount_fen.narrow + i, in);
    } while (i > range.from && p->at_s[i] >= x->from_s);
    t->amount += sum_of_lanes(amounts);
    t->events += events;
    t->n += events > 0;
    t->before[t->n] = t->events;
    t->sum[t->n] = t->amount;
}

static void tally_few_plain(const struct places_ask *x, const struct run_posting *p,
                            const uint16_t *list, const struct run_range *ranges, uint32_t n,
                            bool sum, struct totals *t)
{
    for (uint32_t k = 0; k < n; k++) {
        t->local[t->n] = list[k];
        tally_plain(x, p, ranges[k], sum, t);
    }
}

WIDE static void tally_few_wide(const struct places_ask *x, const struct run_posting *p,
                                const uint16_t *list, const struct run_range *ranges, uint32_t n,
                                bool sum, struct totals *t)
{
    for (uint32_t k = 0; k < n; k++) {
        t->local[t->n] = list[k];
        tally_wide(x, p, ranges[k], sum, t);
    }
}

static void look_up_plain(const struct run_posting *p, const uint16_t *list, uint32_t n,
                          struct run_range *out)
{
    for (uint32_t k = 0; k < n; k++)
        run_posting_call_index(p, list[k]);
    for (uint32_t k = 0; k < n; k++) {
        out[k] = run_posting_of(p, list[k]);
        run_posting_call(p, out[k]);
    }
}

WIDE static void look_up_wide(const struct run_posting *p, const uint16_t *list, uint32_t n,
                              struct run_range *out)
{
    for (uint32_t k = 0; k < n; k++)
        run_posting_call_index(p, list[k]);
    for (uint32_t k = 0; k < n; k++) {
        out[k] = posting_index_of(p->index, list[k]);
        run_posting_call(p, out[k]);
    }
}

void places_few(const struct places_ask *x, const struct run_posting *p,
                const struct set_words *who, struct set_words *out)
{
    struct totals t;
    uint16_t used[SET_WORDS + 1], list[CALLED];
    struct run_range ranges[CALLED];
    uint32_t n_used = words_used(who, used);
    bool sum = asks_sum(x), narrow = !sum || p->amount_fen.narrow != NULL;
    bool wide = narrow && set_uses_avx2();
    for (uint32_t i = 0; i < n_used;) {
        uint32_t n = 0;
        for (; i < n_used && n <= CALLED - 64; i++)
            for (uint64_t bits = who->w[used[i]]; bits != 0; bits &= bits - 1)
                list[n++] = (uint16_t)(used[i] * 64U + (uint32_t)__builtin_ctzll(bits));
        (p->index != NULL && wide ? look_up_wide : look_up_plain)(p, list, n, ranges);
        t.n = t.events = t.before[0] = 0;
        t.amount = t.sum[0] = 0;
        (wide ? tally_few_wide : tally_few_plain)(x, p, list, ranges, n, sum, &t);
        put(x, t.n, who, &t, out);
    }
}

/* ---- any at all ---- */

/* From place i on. */
static void any_plain(uint32_t from_s, uint32_t to_s, const struct run_posting *p, uint32_t i,
                      struct set_words *out)
{
    for (; i < p->n; i++)
        if (p->at_s[i] >= from_s && p->at_s[i] <= to_s)
            words_put(out, p->local[i]);
}

/* As many as the bits of a word, since most words are empty. */
WIDE static uint32_t any_wide(uint32_t from_s, uint32_t to_s, const struct run_posting *p,
                              struct set_words *out)
{
    uint32_t i = 0;
    for (; i + 4 * LANES <= p->n; i += 4 * LANES) {
        __m256i a = in_time(from_s, to_s, p->at_s + i);
        __m256i b = in_time(from_s, to_s, p->at_s + i + LANES);
        __m256i c = in_time(from_s, to_s, p->at_s + i + 2 * LANES);
        __m256i d = in_time(from_s, to_s, p->at_s + i + 3 * LANES);
        /* Bytes in the order in which packing leaves the halves of each. */
        __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
        bytes = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
        for (uint32_t in = (uint32_t)_mm256_movemask_epi8(bytes); in != 0; in &= in - 1)
            words_put(out, p->local[i + (uint32_t)__builtin_ctz(in)]);
    }
    return i;
}

void places_any(uint32_t from_s, uint32_t to_s, const struct run_posting *p, struct set_words *out)
{
    uint32_t i = set_uses_avx2() ? any_wide(from_s, to_s, p, out) : 0;
    any_plain(from_s, to_s, p, i, out);
}

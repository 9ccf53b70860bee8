/* set — sets of customers by ordinal: tags, tiers, stages, cities, members of groups, audiences.
 *
 * Ordinals (0 … about a billion) fall into chunks of 65,536. A chunk of a set is empty, full, a
 * sorted array of up to 1,024 16-bit numbers of who is in it, or of who is missing, or 1,024 words
 * of bits; up to four times as many numbers would be smaller than bits, but slower. Sets never
 * change: an edit makes a new set that shares every untouched chunk, so readers of an old snapshot
 * are not disturbed and need no lock.
 * Both sets and chunks are counted references.
 *
 * Questions go chunk by chunk over words of bits in a buffer of the caller that stays in the first
 * cache (8 KB): set_load() the first set, then set_and(), set_or(), set_and_not() with others, so
 * that a whole expression costs one pass. AVX2 is used where the processor has it.
 *
 * Cost: 2 bytes a member (or a missing one) in a sparse chunk, 8 KB in another, 32 bytes a chunk
 * besides. An operation on a chunk of bits takes about 0.3 µs, on a sparse one 1 ns a place.
 */
#ifndef KOI_MIRROR_SET_H
#define KOI_MIRROR_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SET_CHUNK = 1 << 16,
    SET_WORDS = SET_CHUNK / 64,
    SET_ARRAY_MOST = 4096, /* places of a chunk up to which an array is no larger than bits */
};

/* Bits of one chunk: bit i of word w is the ordinal chunk × SET_CHUNK + 64 w + i. */
struct set_words {
    _Alignas(64) uint64_t w[SET_WORDS];
};

struct set;

/* ---- making; the caller holds one reference to what is returned ---- */

/* Of ascending, distinct ordinals; n may be 0. */
struct set *set_new(const uint32_t *members, size_t n);
/* Every ordinal below n. */
struct set *set_below(uint32_t n);
/* `old` (NULL: empty) with `put` in and `off` out; both ascending and distinct, and disjoint. */
struct set *set_edit(const struct set *old, const uint32_t *put, size_t put_n, const uint32_t *off,
                     size_t off_n);
/* The chunk `chunk` of `old` (NULL: empty) replaced by these bits. */
struct set *set_with_chunk(const struct set *old, uint32_t chunk, const struct set_words *bits);

/* Takes another reference. */
struct set *set_hold(const struct set *s);
/* Gives a reference back; accepts NULL. */
void set_drop(struct set *s);

/* ---- asking; NULL is the empty set everywhere ---- */

bool set_has(const struct set *s, uint32_t ordinal);
/* O(1). */
int64_t set_count(const struct set *s);
/* Chunks up to the last that is not empty. */
uint32_t set_chunks(const struct set *s);
/* Members within one chunk, O(1). */
uint32_t set_chunk_count(const struct set *s, uint32_t chunk);
/* Bytes held, shared chunks counted whole. */
size_t set_bytes(const struct set *s);
/* Members of both, without making the set. */
int64_t set_count_both(const struct set *a, const struct set *b);

/* ---- one chunk at a time ---- */

/* x = the chunk of s. */
void set_load(const struct set *s, uint32_t chunk, struct set_words *out);
/* x = x and (or, and not) the chunk of s. */
void set_and(const struct set *s, uint32_t chunk, struct set_words *x);
void set_or(const struct set *s, uint32_t chunk, struct set_words *x);
void set_and_not(const struct set *s, uint32_t chunk, struct set_words *x);

/* Calls what the three would read of a chunk into the cache, as far as the processor does not see
 * it coming: what is told of the next chunk, and where this one's bits begin. */
void set_call(const struct set *s, uint32_t chunk);

/* No bits. */
void words_clear(struct set_words *x);
/* The first n bits and no others. */
void words_fill(struct set_words *x, uint32_t n);
/* The same bits in memory of their own; free(). NULL of NULL. */
struct set_words *words_copy(const struct set_words *x);
/* x = x and (or, and not) y. */
void words_and(struct set_words *x, const struct set_words *y);
void words_or(struct set_words *x, const struct set_words *y);
void words_and_not(struct set_words *x, const struct set_words *y);
/* Of SET_CHUNK bytes, one a bit, those that are not below `from` nor above `to`; from <= to. */
struct byte_bounds {
    uint8_t from, to;
};
/* Leaves the bits whose byte is within the bounds. */
void words_and_bytes(struct set_words *x, const uint8_t *bytes, struct byte_bounds in);
/* The same, and moves those whose byte is within the bounds `out_in`, too, to `out`. */
void words_split_bytes(struct set_words *x, const uint8_t *bytes, struct byte_bounds in,
                       struct byte_bounds out_in, struct set_words *out);
/* How many bits, and whether any. */
uint32_t words_count(const struct set_words *x);
bool words_any(const struct set_words *x);
/* The numbers of the words that have any, ascending; `out` has room for one more than SET_WORDS.
 * Returns how many. */
uint32_t words_used(const struct set_words *x, uint16_t *out);
/* The bits as ascending numbers 0 … 65,535; `out` has room for words_count(). Returns how many. */
uint32_t words_list(const struct set_words *x, uint16_t *out);

/* Where the first of n ascending places that is not below x stands; n when all are. */
uint32_t places_lower(const uint16_t *places, uint32_t n, uint32_t x);
/* The same from `from` on, which all before are known to be below: O(log) of how far it goes. */
uint32_t places_gallop(const uint16_t *places, uint32_t n, uint32_t from, uint32_t x);

static inline bool words_has(const struct set_words *x, uint32_t i)
{
    return x->w[i / 64] >> (i % 64) & 1;
}
static inline void words_put(struct set_words *x, uint32_t i)
{
    x->w[i / 64] |= UINT64_C(1) << (i % 64);
}
static inline void words_set(struct set_words *x, uint32_t i, bool yes)
{
    uint64_t bit = UINT64_C(1) << (i % 64);
    x->w[i / 64] = yes ? x->w[i / 64] | bit : x->w[i / 64] & ~bit;
}

/* Whether AVX2 is in use, and AVX-512 (F, BW, DQ, VL, CD, VBMI, VPOPCNTDQ) besides. */
bool set_uses_avx2(void);
bool set_uses_avx512(void);
/* For tests: a way to do without both, or without the second alone, which goes on where it is on;
 * what the processor has not is never used. */
void set_use_avx2(bool yes);
void set_use_avx512(bool yes);

#endif

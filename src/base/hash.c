/* hash.c — fast hashes, and the mix behind sample().
 *
 * hash_bytes() folds 16 bytes a step with a 64 × 64 → 128 bit multiplication, as wyhash does (Wang
 * Yi, "Modern Non-Cryptographic Hash Function", 2019); bytes are read little-endian on every
 * machine. It is fast and even, but somebody who knows the seed can make collisions: a table whose
 * keys come from outside takes a random seed. hash_u64() is the finaliser of splitmix64 (Steele et
 * al. 2014).
 *
 * hash_sample() is part of stored meaning: changing one bit of it, or of hash_salt(), moves
 * customers between the arms of running experiments. Tests pin values of both.
 */
#include "base/hash.h"

#include <assert.h>
#include <string.h>

static const uint64_t P0 = 0xA0761D6478BD642Fu, P1 = 0xE7037ED1A0B428DBu, P2 = 0x8EBC6AF09C88C6E3u;

static uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Up to eight bytes as a little-endian number. */
static uint64_t read_le(const char *p, size_t n)
{
    uint64_t v = 0;
    assert(n <= sizeof v);
    memcpy(&v, p, n);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

uint64_t hash_bytes(struct str s, uint64_t seed)
{
    assert(s.p != NULL || s.n == 0);
    uint64_t h = seed ^ P0;
    const char *p = s.p;
    size_t left = s.n;
    for (; left > 16; left -= 16, p += 16)
        h = fold(read_le(p, 8) ^ P1, read_le(p + 8, 8) ^ h);
    uint64_t a = 0, b = 0;
    if (left > 8) {
        a = read_le(p, 8);
        b = read_le(p + 8, left - 8);
    } else if (left > 0) {
        a = read_le(p, left);
    }
    /* The length parts texts that differ in trailing zero bytes only. */
    return fold(P2 ^ s.n, fold(a ^ P1, b ^ h));
}

uint64_t hash_u64(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xBF58476D1CE4E5B9u;
    x ^= x >> 27;
    x *= 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

/* One round: a permutation of 31 bits that is not linear (RC6's, Rivest et al. 1998), then a
 * multiplication modulo a prime, which carries the high bits down to the low ones. */
static int64_t sample_round(int64_t h, int64_t factor, int64_t k)
{
    assert(h >= 0 && h < HASH_SAMPLE_P);
    return ((h * (2 * h + 1) & HASH_SAMPLE_MASK) * factor + k) % HASH_SAMPLE_P;
}

uint32_t hash_sample(int64_t customer_id, uint32_t salt)
{
    assert(customer_id >= 0);
    int64_t k = salt & HASH_SAMPLE_MASK;
    int64_t low = customer_id & HASH_SAMPLE_MASK, high = customer_id >> 31 & HASH_SAMPLE_MASK;
    int64_t h = (low * HASH_SAMPLE_A + high * HASH_SAMPLE_B + k * HASH_SAMPLE_C) % HASH_SAMPLE_P;
    h = sample_round(h, HASH_SAMPLE_D, k);
    h = sample_round(h, HASH_SAMPLE_E, k);
    h = sample_round(h, HASH_SAMPLE_F, k);
    assert(h >= 0 && h < HASH_SAMPLE_P);
    return (uint32_t)h;
}

uint32_t hash_salt(struct str name)
{
    return (uint32_t)(hash_bytes(name, 0) >> 33);
}

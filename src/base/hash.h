/* hash — fast non-cryptographic hashes. Same answer on every machine; not for secrets. */
#ifndef KOI_BASE_HASH_H
#define KOI_BASE_HASH_H

#include "base/str.h"

/* 64-bit hash of bytes, for hash tables; O(n), several bytes a nanosecond. Tables with keys from
 * outside take a random seed. */
uint64_t hash_bytes(struct str s, uint64_t seed);
/* A permutation of 64 bits. */
uint64_t hash_u64(uint64_t x);

/* The stable mix behind sample("name", p%): a customer is in the share when
 * hash_sample(id, salt) % 10000 < share in basis points. 31 bits out, 0 <= id < 2^62, salt < 2^31.
 *
 * It is built only from *, +, % and & of numbers that stay below 2^63, so SQLite, PostgreSQL and
 * ClickHouse compute exactly the same with 64-bit signed integers and no shift or exclusive or:
 *
 *     h0 = ((id & M) * A + ((id / 2147483648) & M) * B + salt * C) % P
 *     h1 = (((h0 * (2 * h0 + 1)) & M) * D + salt) % P
 *     h2 = (((h1 * (2 * h1 + 1)) & M) * E + salt) % P
 *     h3 = (((h2 * (2 * h2 + 1)) & M) * F + salt) % P        -- the result
 *
 * A … F < 2^30 bound the first sum by 3 × 2^61; h < P < 2^31 bounds the square by 2^63. Written as
 * one expression, h0 appears eight times. One-bit changes of id or salt flip each of the 31 bits
 * with probability 1/2 ± 0.015 (measured, 20,000 samples each: their noise), also between salts. */
#define HASH_SAMPLE_MASK INT64_C(2147483647) /* M: 2^31 - 1 */
#define HASH_SAMPLE_P INT64_C(2147483629)    /* the largest prime below M */
#define HASH_SAMPLE_A INT64_C(1003046693)
#define HASH_SAMPLE_B INT64_C(882641767)
#define HASH_SAMPLE_C INT64_C(967384229)
#define HASH_SAMPLE_D INT64_C(1040159987)
#define HASH_SAMPLE_E INT64_C(911382323)
#define HASH_SAMPLE_F INT64_C(1055731219)
uint32_t hash_sample(int64_t customer_id, uint32_t salt);
/* The salt of a sample's name, 31 bits. */
uint32_t hash_salt(struct str name);

#endif

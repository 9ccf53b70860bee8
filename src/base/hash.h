/* hash — fast non-cryptographic hashes. Same answer on every machine; not for secrets. */
#ifndef KOI_BASE_HASH_H
#define KOI_BASE_HASH_H

#include "base/str.h"

/* 64-bit hash of bytes, for hash tables. O(n), about a byte per third of a nanosecond. */
uint64_t hash_bytes(struct str s, uint64_t seed);
uint64_t hash_u64(uint64_t x);

/* The stable mix behind sample("name", p%): 32 bits in, 31 bits out, built only from operations that both
 * SQL engines have exactly (see docs/AUDIENCE.md). A customer is in the share when
 * hash_sample(id, salt) % 10000 < share in basis points. */
uint32_t hash_sample(int64_t customer_id, uint32_t salt);
/* The salt of a sample's name. */
uint32_t hash_salt(struct str name);

#endif

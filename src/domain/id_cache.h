/* id_cache — from bytes that name something in a file to its id in the database. Private to ingest.
 *
 * A hash table that only grows until it is emptied; keys are copied. One look-up costs about 30 ns
 * while it fits the processor's cache.
 */
#ifndef KOI_DOMAIN_ID_CACHE_H
#define KOI_DOMAIN_ID_CACHE_H

#include "base/buf.h"

struct id_entry {
    uint64_t hash;
    size_t key_at, key_n;
    int64_t id;
    bool flag; /* the owner's */
};

struct id_cache {
    struct id_entry *entries;
    size_t n, room;
    uint32_t *slots; /* entry number + 1; 0: free */
    size_t slots_n;  /* a power of two, at least twice n */
    struct buf keys;
};

/* At most `keys_max` bytes of keys; id_cache_put() empties the cache when it would pass that. */
void id_cache_init(struct id_cache *c, size_t keys_max);
void id_cache_done(struct id_cache *c);
void id_cache_clear(struct id_cache *c);

/* The key is a kind and two texts (issuer and value), so that nothing has to be joined first. NULL
 * when it is not there; the entry is valid until the next put or clear. */
struct id_entry *id_cache_find(struct id_cache *c, unsigned kind, struct str issuer,
                               struct str value, uint64_t *out_hash);
/* Adds what find() has just missed, with the hash it gave. */
struct id_entry *id_cache_put(struct id_cache *c, unsigned kind, struct str issuer,
                              struct str value, uint64_t hash, int64_t id);

#endif

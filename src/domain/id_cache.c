/* id_cache.c — open addressing over an array of entries, linear probing, at most half full.
 *
 * Keys lie end to end in one buffer: kind byte, issuer, zero byte, value. The full 64-bit hash is
 * compared before the bytes, so a probe touches one slot and one entry. Nothing is ever removed
 * singly: a cache may forget everything at any time.
 */
#include "domain/id_cache.h"

#include "base/hash.h"

#include <assert.h>

enum { SLOTS_FIRST = 1024 };

void id_cache_init(struct id_cache *c, size_t keys_max)
{
    *c = (struct id_cache){0};
    buf_init(&c->keys, keys_max);
}

void id_cache_done(struct id_cache *c)
{
    free(c->entries);
    free(c->slots);
    buf_done(&c->keys);
    *c = (struct id_cache){0};
}

void id_cache_clear(struct id_cache *c)
{
    c->n = 0;
    buf_clear(&c->keys);
    if (c->slots != NULL)
        memset(c->slots, 0, c->slots_n * sizeof *c->slots);
}

static bool key_is(const struct id_cache *c, const struct id_entry *en, unsigned kind,
                   struct str issuer, struct str value)
{
    const char *p = c->keys.p + en->key_at;
    return en->key_n == issuer.n + value.n + 2 && (unsigned char)p[0] == kind &&
           (value.n == 0 || memcmp(p + 2 + issuer.n, value.p, value.n) == 0) &&
           (issuer.n == 0 || memcmp(p + 1, issuer.p, issuer.n) == 0) && p[1 + issuer.n] == 0;
}

struct id_entry *id_cache_find(struct id_cache *c, unsigned kind, struct str issuer,
                               struct str value, uint64_t *out_hash)
{
    uint64_t h =
        hash_bytes(value, kind + issuer.n * 16 +
                              (issuer.n > 0 ? (uint64_t)(unsigned char)issuer.p[0] << 32 : 0));
    *out_hash = h;
    if (c->n == 0)
        return NULL;
    for (size_t i = h & (c->slots_n - 1); c->slots[i] != 0; i = (i + 1) & (c->slots_n - 1)) {
        struct id_entry *en = &c->entries[c->slots[i] - 1];
        if (en->hash == h && key_is(c, en, kind, issuer, value))
            return en;
    }
    return NULL;
}

static void place(struct id_cache *c, size_t number)
{
    size_t i = c->entries[number].hash & (c->slots_n - 1);
    while (c->slots[i] != 0)
        i = (i + 1) & (c->slots_n - 1);
    c->slots[i] = (uint32_t)number + 1;
}

static void grow(struct id_cache *c)
{
    if (c->n == c->room) {
        c->room = c->room == 0 ? SLOTS_FIRST / 2 : c->room * 2;
        c->entries = realloc(c->entries, c->room * sizeof *c->entries);
    }
    if (c->slots_n < 2 * (c->n + 1)) {
        free(c->slots);
        c->slots_n = c->slots_n == 0 ? SLOTS_FIRST : c->slots_n * 2;
        c->slots = calloc(c->slots_n, sizeof *c->slots);
        if (c->entries == NULL || c->slots == NULL)
            abort();
        for (size_t k = 0; k < c->n; k++)
            place(c, k);
    }
    if (c->entries == NULL)
        abort();
}

struct id_entry *id_cache_put(struct id_cache *c, unsigned kind, struct str issuer,
                              struct str value, uint64_t hash, int64_t id)
{
    if (c->keys.n + issuer.n + value.n + 2 > c->keys.ceiling)
        id_cache_clear(c);
    grow(c);
    size_t at = c->keys.n;
    buf_addc(&c->keys, (char)kind);
    buf_add(&c->keys, issuer);
    buf_addc(&c->keys, 0);
    buf_add(&c->keys, value);
    assert(!c->keys.failed);
    c->entries[c->n] = (struct id_entry){hash, at, c->keys.n - at, id, false};
    place(c, c->n);
    return &c->entries[c->n++];
}

/* occurrence.c — one open-addressing table of mixed hashes.
 *
 * Counting the n-th of equal things walks n mixes, so a file with k equal lines costs k²/2 probes
 * for them; k is cut off at REPEAT_MAX, beyond which equal lines all count as that many (nobody
 * sells the same line a hundred thousand times in one order). Two different things collide with a
 * probability of n²/2^65: 10^-5 for 32 million.
 */
#include "domain/occurrence.h"

#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST = 1 << 14, REPEAT_MAX = 100000 };

void occurrence_done(struct occurrence *o)
{
    free(o->slots);
    *o = (struct occurrence){0};
}

static uint64_t mix(uint64_t hash, int32_t n)
{
    uint64_t h = n == 1 ? hash : hash_u64(hash + (uint64_t)n * 0x9e3779b97f4a7c15u);
    return h != 0 ? h : 1;
}

static size_t slot_of(const struct occurrence *o, uint64_t h)
{
    size_t i = (h ^ h >> 32) & (o->size - 1);
    while (o->slots[i] != 0 && o->slots[i] != h)
        i = (i + 1) & (o->size - 1);
    return i;
}

static void grow(struct occurrence *o)
{
    struct occurrence more = {.size = o->size == 0 ? FIRST : o->size * 2};
    if (o->n >= OCCURRENCE_MAX) { /* forget */
        more.size = FIRST;
        o->size = 0;
    }
    more.slots = calloc(more.size, sizeof *more.slots);
    if (more.slots == NULL)
        abort();
    for (size_t i = 0; i < o->size; i++)
        if (o->slots[i] != 0) {
            more.slots[slot_of(&more, o->slots[i])] = o->slots[i];
            more.n++;
        }
    free(o->slots);
    *o = more;
}

int32_t occurrence_next(struct occurrence *o, uint64_t hash)
{
    if (2 * (o->n + 1) > o->size)
        grow(o);
    for (int32_t n = 1;; n++) {
        uint64_t h = mix(hash, n);
        size_t i = slot_of(o, h);
        if (o->slots[i] == h && n < REPEAT_MAX)
            continue;
        if (o->slots[i] == 0) {
            o->slots[i] = h;
            o->n++;
        }
        return n;
    }
}

bool occurrence_seen(const struct occurrence *o, uint64_t hash)
{
    uint64_t h = mix(hash, 1);
    return o->size > 0 && o->slots[slot_of(o, h)] == h;
}

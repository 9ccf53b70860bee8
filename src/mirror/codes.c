/* codes.c — an open hash table that one thread writes while others read.
 *
 * A reader that meets a slot's id (acquire) sees the code written before it (release). Slots are
 * never emptied, so a search that ends at an empty one is right for the moment it began. When two
 * thirds are taken the writer makes a table of twice the size and shows it only when it is full.
 */
#include "mirror/codes.h"

#include "base/hash.h"
#include "base/must.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { FIRST_BITS = 10, SEGMENTS = 23 /* 2^10 … 2^32 codes */, TABLES = 32 };

struct table {
    size_t mask;
    _Atomic int64_t *ids; /* 0: empty */
    uint32_t *codes;
};

struct codes {
    _Atomic(struct table *) table;
    struct table *tables[TABLES]; /* all there were, for the end */
    size_t n_tables;
    _Atomic(int64_t *) segments[SEGMENTS]; /* of ids by code: 2^10, 2^10, 2^11, 2^12 … */
    atomic_uint count;
};

static struct table *new_table(struct codes *c, size_t slots)
{
    assert(c->n_tables < TABLES);
    struct table *t = must(calloc(1, sizeof *t));
    t->mask = slots - 1;
    t->ids = must(calloc(slots, sizeof *t->ids));
    t->codes = must(calloc(slots, sizeof *t->codes));
    c->tables[c->n_tables++] = t;
    return t;
}

struct codes *codes_new(size_t expected)
{
    struct codes *c = must(calloc(1, sizeof *c));
    size_t slots = 64;
    while (slots * 2 / 3 < expected)
        slots *= 2;
    atomic_init(&c->table, new_table(c, slots));
    return c;
}

void codes_free(struct codes *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n_tables; i++) {
        free(c->tables[i]->ids);
        free(c->tables[i]->codes);
        free(c->tables[i]);
    }
    for (size_t i = 0; i < SEGMENTS; i++)
        free(c->segments[i]);
    free(c);
}

/* The segment of a code and the place in it: the first holds codes 0 … 1023, each next one as many
 * as all before. */
static size_t segment_of(uint32_t code, size_t *out_place)
{
    if (code < 1U << FIRST_BITS) {
        *out_place = code;
        return 0;
    }
    unsigned top = 31 - (unsigned)__builtin_clz(code);
    *out_place = code - (UINT32_C(1) << top);
    return top - FIRST_BITS + 1;
}

static size_t segment_size(size_t segment)
{
    return (size_t)1 << (segment == 0 ? FIRST_BITS : FIRST_BITS + segment - 1);
}

/* The slot of an id, or the empty one where it belongs. */
static size_t slot_of(const struct table *t, int64_t id)
{
    size_t i = (size_t)hash_u64((uint64_t)id) & t->mask;
    for (;;) {
        int64_t there = atomic_load_explicit(&t->ids[i], memory_order_acquire);
        if (there == id || there == 0)
            return i;
        i = (i + 1) & t->mask;
    }
}

static void put_in_table(struct table *t, int64_t id, uint32_t code)
{
    size_t i = slot_of(t, id);
    t->codes[i] = code;
    atomic_store_explicit(&t->ids[i], id, memory_order_release);
}

static struct table *grow(struct codes *c, const struct table *old, size_t slots)
{
    struct table *t = new_table(c, slots);
    for (size_t i = 0; i <= old->mask; i++) {
        int64_t id = atomic_load_explicit(&old->ids[i], memory_order_relaxed);
        if (id != 0)
            put_in_table(t, id, old->codes[i]);
    }
    atomic_store_explicit(&c->table, t, memory_order_release);
    return t;
}

void codes_expect(struct codes *c, size_t expected)
{
    struct table *t = atomic_load_explicit(&c->table, memory_order_relaxed);
    size_t slots = t->mask + 1;
    while (slots / 3 * 2 <= expected)
        slots *= 2;
    if (slots > t->mask + 1)
        grow(c, t, slots);
}

uint32_t codes_put(struct codes *c, int64_t id)
{
    struct table *t = atomic_load_explicit(&c->table, memory_order_relaxed);
    assert(id != 0);
    size_t i = slot_of(t, id);
    if (atomic_load_explicit(&t->ids[i], memory_order_relaxed) == id)
        return t->codes[i];
    uint32_t code = atomic_load_explicit(&c->count, memory_order_relaxed) + 1;
    size_t place;
    size_t segment = segment_of(code, &place);
    int64_t *ids = atomic_load_explicit(&c->segments[segment], memory_order_relaxed);
    if (ids == NULL) {
        ids = must(malloc(segment_size(segment) * sizeof *ids));
        atomic_store_explicit(&c->segments[segment], ids, memory_order_release);
    }
    ids[place] = id;
    if ((size_t)code > (t->mask + 1) / 3 * 2)
        t = grow(c, t, (t->mask + 1) * 2);
    put_in_table(t, id, code);
    atomic_store_explicit(&c->count, code, memory_order_release);
    return code;
}

void codes_call_ahead(const struct codes *c, int64_t id)
{
    const struct table *t = atomic_load_explicit(&c->table, memory_order_acquire);
    size_t i = (size_t)hash_u64((uint64_t)id) & t->mask;
    __builtin_prefetch(&t->ids[i]);
    __builtin_prefetch(&t->codes[i]);
}

uint32_t codes_find(const struct codes *c, int64_t id)
{
    const struct table *t = atomic_load_explicit(&c->table, memory_order_acquire);
    if (id == 0)
        return 0;
    size_t i = slot_of(t, id);
    return atomic_load_explicit(&t->ids[i], memory_order_acquire) == id ? t->codes[i] : 0;
}

int64_t codes_id(const struct codes *c, uint32_t code)
{
    size_t place;
    size_t segment = segment_of(code, &place);
    assert(code > 0 && code <= codes_count(c));
    return atomic_load_explicit(&c->segments[segment], memory_order_acquire)[place];
}

uint32_t codes_count(const struct codes *c)
{
    return atomic_load_explicit(&c->count, memory_order_acquire);
}

size_t codes_bytes(const struct codes *c)
{
    size_t bytes = sizeof *c;
    for (size_t i = 0; i < c->n_tables; i++) {
        size_t slots = c->tables[i]->mask + 1;
        bytes += sizeof **c->tables + slots * (sizeof *c->tables[i]->ids + sizeof(uint32_t));
    }
    for (size_t i = 0; i < SEGMENTS; i++) {
        if (atomic_load_explicit(&c->segments[i], memory_order_relaxed) != NULL)
            bytes += segment_size(i) * sizeof(int64_t);
    }
    return bytes;
}

/* arena.c — memory with one lifetime.
 *
 * A list of blocks, newest first; the free part of the newest is [at, end). Blocks start at 4 KB
 * and double up to 1 MB, so a small request costs one malloc() and a large one a few. What does not
 * fit the next block gets one of its own, linked behind the newest, whose free part stays in use.
 *
 * Invariants: at and end are multiples of 16 away from the block's first byte; used is the sum of
 * what was handed out, rounded up to 16; deferred calls are nodes in the arena itself, newest
 * first. Costs 16 to 32 bytes a block, 24 a deferred call, and one memset of each allocation. It
 * refuses nothing but arena_try_alloc() past the ceiling. In builds with KOI_DEBUG_CHECKS freed
 * memory is overwritten first, so that a view that outlived its arena shows.
 */
#include "base/arena.h"
#include "base/limits.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST = 4 << 10, BLOCK_MOST = 1 << 20, ALIGN = 16, POISON = 0xA5 };

struct arena_block {
    struct arena_block *older;
    size_t bytes; /* with this header */
};

struct arena_deferred {
    void (*fn)(void *arg);
    void *arg;
    struct arena_deferred *older;
};

static_assert(sizeof(struct arena_block) % ALIGN == 0, "a block's first byte is aligned");
static_assert(BLOCK_FIRST % ALIGN == 0 && BLOCK_MOST % ALIGN == 0, "so is its end");

void arena_init(struct arena *a, size_t ceiling)
{
    assert(a != NULL);
    *a = (struct arena){.ceiling = ceiling};
}

static void block_free(struct arena_block *b)
{
#ifdef KOI_DEBUG_CHECKS
    memset(b, POISON, b->bytes);
#endif
    free(b);
}

/* Newest first; each node is off the list before it runs, so a call may defer another. */
static void run_deferred(struct arena *a)
{
    while (a->deferred != NULL) {
        struct arena_deferred *d = a->deferred;
        a->deferred = d->older;
        assert(d->fn != NULL);
        d->fn(d->arg);
    }
}

void arena_done(struct arena *a)
{
    if (a == NULL)
        return;
    run_deferred(a);
    struct arena_block *b = a->blocks;
    while (b != NULL) {
        struct arena_block *older = b->older;
        block_free(b);
        b = older;
    }
    arena_init(a, a->ceiling);
}

void arena_reset(struct arena *a)
{
    assert(a != NULL);
    run_deferred(a);
    struct arena_block *first = NULL;
    for (struct arena_block *b = a->blocks, *older; b != NULL; b = older) {
        older = b->older;
        if (b->bytes == BLOCK_FIRST && first == NULL)
            first = b;
        else
            block_free(b);
    }
    arena_init(a, a->ceiling);
    if (first == NULL)
        return;
    first->older = NULL;
#ifdef KOI_DEBUG_CHECKS
    memset(first + 1, POISON, first->bytes - sizeof *first);
#endif
    a->blocks = first;
    a->at = (char *)(first + 1);
    a->end = (char *)first + first->bytes;
}

static bool room_left(const struct arena *a, size_t n)
{
    return n <= (size_t)(a->end - a->at);
}

/* A block of its own for n bytes, behind the newest one. */
static void *alone(struct arena *a, size_t n)
{
    struct arena_block *b = calloc(1, sizeof *b + n);
    if (b == NULL)
        return NULL;
    b->bytes = sizeof *b + n;
    if (a->blocks == NULL) {
        a->blocks = b;
        a->at = a->end = (char *)b + b->bytes;
    } else {
        b->older = a->blocks->older;
        a->blocks->older = b;
    }
    a->used += n;
    return b + 1;
}

/* How large the next shared block is: twice the newest, within bounds. */
static size_t next_block_bytes(const struct arena *a)
{
    if (a->blocks == NULL)
        return BLOCK_FIRST;
    size_t bytes = BLOCK_FIRST;
    while (bytes < BLOCK_MOST && bytes <= a->blocks->bytes)
        bytes *= 2;
    return bytes;
}

static void *take(struct arena *a, size_t n)
{
    assert(a != NULL);
    if (n > SIZE_MAX / 2)
        return NULL;
    n = n == 0 ? ALIGN : (n + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
    if (!room_left(a, n)) {
        size_t bytes = next_block_bytes(a);
        if (n > bytes - sizeof(struct arena_block))
            return alone(a, n);
        struct arena_block *b = malloc(bytes);
        if (b == NULL)
            return NULL;
        *b = (struct arena_block){a->blocks, bytes};
        a->blocks = b;
        a->at = (char *)(b + 1);
        a->end = (char *)b + bytes;
    }
    assert(room_left(a, n));
    void *p = a->at;
    a->at += n;
    a->used += n;
    return memset(p, 0, n);
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = take(a, n);
    if (p == NULL)
        abort();
    assert((uintptr_t)p % ALIGN == 0);
    return p;
}

void *arena_alloc_array(struct arena *a, size_t size, size_t n)
{
    size_t bytes;
    bool overflows = __builtin_mul_overflow(size, n, &bytes);
    assert(!overflows);
    return arena_alloc(a, bytes);
}

void *arena_try_alloc(struct arena *a, size_t n)
{
    assert(a != NULL);
    size_t ceiling = a->ceiling != 0 ? a->ceiling : LIMIT_ARENA;
    if (a->used >= ceiling || n > ceiling - a->used)
        return NULL;
    return take(a, n);
}

char *arena_z(struct arena *a, struct str s)
{
    assert(s.p != NULL || s.n == 0);
    char *z = arena_alloc(a, s.n + 1);
    if (s.n > 0)
        memcpy(z, s.p, s.n);
    return z;
}

struct str arena_str(struct arena *a, struct str s)
{
    return s.p != NULL ? (struct str){arena_z(a, s), s.n} : STR_ABSENT;
}

struct str arena_vprintf(struct arena *a, const char *format, va_list args)
{
    assert(format != NULL);
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    assert(n >= 0);
    char *z = arena_alloc(a, (size_t)n + 1);
    vsnprintf(z, (size_t)n + 1, format, again);
    va_end(again);
    return (struct str){z, (size_t)n};
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}

void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg)
{
    assert(fn != NULL);
    struct arena_deferred *d = ARENA_NEW(a, struct arena_deferred);
    *d = (struct arena_deferred){fn, arg, a->deferred};
    a->deferred = d;
}

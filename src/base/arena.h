/* arena — memory with one lifetime: a request, a job, a test.
 *
 * Allocation is a pointer bump; everything is given back at once by arena_done(), which first runs
 * what arena_defer() registered, last in first out (statements, descriptors). Memory is zeroed and
 * aligned to 16 bytes. A small allocation that fails aborts: a clean restart loses nothing
 * acknowledged. Whatever a client can size uses arena_try_alloc(), which refuses past the ceiling
 * instead.
 */
#ifndef KOI_BASE_ARENA_H
#define KOI_BASE_ARENA_H

#include "base/str.h"

#include <stdarg.h>
#include <stddef.h>

struct arena_block;
struct arena_deferred;

struct arena {
    struct arena_block *blocks; /* newest first */
    char *at, *end;             /* free part of the newest block */
    struct arena_deferred *deferred;
    size_t used;    /* bytes handed out, for the ceiling and for tests */
    size_t ceiling; /* arena_try_alloc() refuses past this; 0 means LIMIT_ARENA */
};

/* Makes `a` empty; allocates nothing. `ceiling` in bytes, 0 for the default of limits.h. */
void arena_init(struct arena *a, size_t ceiling);
/* Runs the deferred calls, frees all memory, leaves `a` as after arena_init() with the same
 * ceiling. Accepts a zeroed arena and NULL. */
void arena_done(struct arena *a);
/* As arena_done(), but keeps the first block for the next use: for loops over batches. */
void arena_reset(struct arena *a);

/* `n` zeroed bytes, never NULL: aborts when the system has none. */
void *arena_alloc(struct arena *a, size_t n);
/* The same, but NULL when `n` more bytes would pass the ceiling or the system has none. */
void *arena_try_alloc(struct arena *a, size_t n);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
/* `n` elements of `size` bytes; asserts that the product fits. */
void *arena_alloc_array(struct arena *a, size_t size, size_t n);
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc_array((a), sizeof(type), (size_t)(n)))

/* A zero-terminated copy, owned by the arena. The str form keeps absent as absent. */
char *arena_z(struct arena *a, struct str s);
struct str arena_str(struct arena *a, struct str s);
/* Formatted text, owned by the arena. */
struct str arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *a, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Calls fn(arg) when the arena is done or reset. */
void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg);

#endif

/* buf.c — growable bytes with a ceiling.
 *
 * Invariants: n <= ceiling; once p is set, n < cap and p[n] == 0; once failed is set, nothing
 * changes before buf_clear(). An append is all or nothing. Memory doubles, so n appends of a byte
 * cost O(n). It refuses to pass the ceiling; a failed malloc() is treated as one, because a
 * buffer's size is something a client can choose.
 */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST = 256 };

void buf_init(struct buf *b, size_t ceiling)
{
    assert(b != NULL && ceiling > 0 && ceiling < SIZE_MAX / 4);
    *b = (struct buf){.ceiling = ceiling};
}

void buf_done(struct buf *b)
{
    if (b == NULL)
        return;
    free(b->p);
    *b = (struct buf){.ceiling = b->ceiling};
}

void buf_clear(struct buf *b)
{
    assert(b != NULL);
    b->n = 0;
    b->failed = false;
    if (b->p != NULL)
        b->p[0] = '\0';
}

/* Makes cap > n + more, or fails. */
static bool grow(struct buf *b, size_t more)
{
    assert(!b->failed);
    if (more > b->ceiling - b->n) {
        b->failed = true;
        return false;
    }
    size_t need = b->n + more + 1;
    size_t cap = b->cap > 0 ? b->cap : BUF_FIRST;
    while (cap < need)
        cap *= 2;
    if (cap > b->ceiling + 1)
        cap = b->ceiling + 1;
    assert(cap >= need);
    char *p = realloc(b->p, cap);
    if (p == NULL) {
        b->failed = true;
        return false;
    }
    p[b->n] = '\0';
    b->p = p;
    b->cap = cap;
    return true;
}

char *buf_room(struct buf *b, size_t n)
{
    assert(b != NULL && b->n <= b->ceiling);
    if (b->failed || ((b->cap <= b->n || n >= b->cap - b->n) && !grow(b, n)))
        return NULL;
    return b->p + b->n;
}

void buf_commit(struct buf *b, size_t n)
{
    assert(!b->failed && n < b->cap - b->n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_add(struct buf *b, struct str s)
{
    assert(s.p != NULL || s.n == 0);
    char *p = buf_room(b, s.n);
    if (p == NULL || s.n == 0)
        return;
    memcpy(p, s.p, s.n);
    buf_commit(b, s.n);
}

void buf_addc(struct buf *b, char c)
{
    char *p = buf_room(b, 1);
    if (p == NULL)
        return;
    *p = c;
    buf_commit(b, 1);
}

void buf_addz(struct buf *b, const char *z)
{
    assert(z != NULL);
    buf_add(b, str_from(z));
}

void buf_addf(struct buf *b, const char *format, ...)
{
    assert(format != NULL);
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    char *p = buf_room(b, (size_t)n);
    if (p != NULL) {
        vsnprintf(p, (size_t)n + 1, format, again);
        buf_commit(b, (size_t)n);
    }
    va_end(again);
}

void buf_addi(struct buf *b, int64_t value)
{
    char digits[20];
    size_t i = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--i] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0)
        digits[--i] = '-';
    buf_add(b, (struct str){digits + i, sizeof digits - i});
}

struct str buf_str(const struct buf *b)
{
    assert(b != NULL);
    return (struct str){b->p != NULL ? b->p : "", b->n};
}

/* buf — growable bytes with a ceiling.
 *
 * Failure is sticky: once an append would pass the ceiling (or memory runs out) the buffer keeps
 * what it had, remembers the failure, and ignores further appends, so ten appends need one check at
 * the end.
 */
#ifndef KOI_BASE_BUF_H
#define KOI_BASE_BUF_H

#include "base/str.h"

#include <stdarg.h>

struct buf {
    char *p;
    size_t n; /* bytes in use; p[n] is always 0 once p is set */
    size_t cap;
    size_t ceiling; /* most bytes it may hold */
    bool failed;
};

/* An empty buffer that holds at most `ceiling` bytes. Allocates nothing yet. Free with buf_done().
 * */
void buf_init(struct buf *b, size_t ceiling);
void buf_done(struct buf *b);
/* Empties the buffer and forgets a failure; keeps its memory. */
void buf_clear(struct buf *b);

/* `s` does not point into the buffer itself. */
void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_addz(struct buf *b, const char *z);
void buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_addi(struct buf *b, int64_t value);
/* Room for `n` more bytes to be written by the caller at the returned place, then
 * buf_commit(b, written), written <= n. NULL (and failed) when the ceiling forbids it. */
char *buf_room(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);

/* What it holds, empty rather than absent when nothing; valid until the next append. */
struct str buf_str(const struct buf *b);

#endif

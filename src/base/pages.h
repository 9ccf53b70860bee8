/* pages — memory for large arrays that are read from end to end.
 *
 * An ordinary page is 4 KB; each next one costs a look-up of its address and a cold start of the
 * processor's reading ahead, on a rented machine far more than the bytes in it. Whole pages of 2 MB
 * are asked for where an array fills them; what is left over at its end stays ordinary, so nothing
 * is wasted.
 *
 * Cost: as malloc(), and the first write to each page.
 */
#ifndef KOI_BASE_PAGES_H
#define KOI_BASE_PAGES_H

#include <stddef.h>

/* Uninitialised, aligned to 64; aborts when memory ends. The caller frees with free(). */
void *pages_new(size_t bytes);
/* The first `used` of `bytes` bytes are those of `old`, a malloc'ed array, which is taken over. */
void *pages_from(void *old, size_t used, size_t bytes);
/* Has the system find the pages of a mapped file at once instead of one after the other as they are
 * read; does nothing where it cannot. */
void pages_call(const void *p, size_t bytes);
/* What lies wholly between is given back to the system, and is zeros from now on (of a mapped file:
 * what it was). */
void pages_forget(void *p, size_t bytes);

#endif

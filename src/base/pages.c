/* pages.c — aligned memory of any size, in large pages where it fills them.
 *
 * aligned_alloc() wants a size that is a multiple of the alignment; posix_memalign() takes any. */
#include "base/pages.h"

#include "base/must.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, PAGE = 4 << 10, LARGE_PAGE = 2 << 20 };

void *pages_new(size_t bytes)
{
    void *p = NULL;
    size_t whole = bytes / LARGE_PAGE * LARGE_PAGE;
    if (posix_memalign(&p, whole > 0 ? LARGE_PAGE : LINE, bytes + 1) != 0)
        abort();
    if (whole > 0)
        madvise(p, whole, MADV_HUGEPAGE); /* where there are none, ordinary ones do */
    return p;
}

void *pages_from(void *old, size_t used, size_t bytes)
{
    if (bytes < LARGE_PAGE)
        return must(realloc(old, bytes + 1));
    void *p = pages_new(bytes);
    if (used > 0)
        memcpy(p, old, used);
    free(old);
    return p;
}

void pages_call(const void *p, size_t bytes)
{
#ifdef MADV_POPULATE_READ
    uintptr_t from = (uintptr_t)p / PAGE * PAGE;
    if (bytes > 0)
        madvise((void *)from, (uintptr_t)p + bytes - from, MADV_POPULATE_READ);
#else
    (void)p, (void)bytes;
#endif
}

void pages_forget(void *p, size_t bytes)
{
    uintptr_t from = ((uintptr_t)p + PAGE - 1) / PAGE * PAGE;
    uintptr_t to = ((uintptr_t)p + bytes) / PAGE * PAGE;
    if (from < to)
        madvise((void *)from, to - from, MADV_DONTNEED);
}

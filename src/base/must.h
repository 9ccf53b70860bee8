/* must — memory that is there, or the end: what cannot be allocated in small pieces is a machine
 * without memory, and a clean restart loses nothing acknowledged. What a client can size is asked
 * for with a ceiling instead (arena.h). */
#ifndef KOI_BASE_MUST_H
#define KOI_BASE_MUST_H

#include <stdlib.h>

/* The pointer; aborts when it is NULL. */
static inline void *must(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

#endif

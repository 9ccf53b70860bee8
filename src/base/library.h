/* library — the functions of a shared library, found by name when they are first needed.
 *
 * For libraries that not every installation has or uses: the program starts without them, and says
 * which is missing when somebody wants what they do. Only functions on opaque handles are called
 * so: a table of names is all there is to check against the library's manual.
 */
#ifndef KOI_BASE_LIBRARY_H
#define KOI_BASE_LIBRARY_H

#include <stddef.h>

struct library_name {
    const char *name;
    void *place; /* of a pointer to a function */
};

/* Loads `file` ("libpq.so.5"), which stays loaded until the process ends, and fills in every place.
 * NULL when all are there, else what is missing: `file`, or the first of the names that it lacks.
 * Milliseconds; one thread at a time for one table. */
const char *library_load(const char *file, const struct library_name *names, size_t n);

#endif

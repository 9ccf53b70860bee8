/* picture_library — a shared library that reads pictures, loaded when it is first needed.
 *
 * For what few installations use: whoever reads no pictures of codes need not install the reader.
 * Only functions on opaque handles are called through it, so a table of names is all there is to
 * check against the library's manual.
 */
#ifndef KOI_FILE_PICTURE_LIBRARY_H
#define KOI_FILE_PICTURE_LIBRARY_H

#include "base/err.h"
#include "base/library.h"

struct picture_library {
    const char *file;    /* "libzbar.so.0" */
    const char *package; /* Debian's name of it, for the error */
    const struct library_name *names;
    size_t n;
    bool tried, there; /* under the lock of picture_library.c */
};

/* Every name of the table filled in. RC_IO "library_missing", whose hint says what to install: it
 * is not there, or an older one without such a function. Any thread may ask at any time. */
enum rc picture_library_need(struct picture_library *l, struct err *e);

#endif

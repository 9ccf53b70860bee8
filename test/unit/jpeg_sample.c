/* jpeg_sample.c — libturbojpeg's compressor, found as src/file finds its reader: apt install
 * libturbojpeg0. */
#include "jpeg_sample.h"

#include "base/library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { GREY = 6, SAMP_GREY = 3, QUALITY = 80 };

struct str jpeg_sample(const unsigned char *grey, unsigned width, unsigned height, struct arena *a)
{
    void *(*init)(void);
    int (*compress)(void *, const unsigned char *, int, int, int, int, unsigned char **,
                    unsigned long *, int, int, int);
    void (*release)(unsigned char *);
    int (*destroy)(void *);
    const struct library_name names[] = {{"tjInitCompress", &init},
                                         {"tjCompress2", &compress},
                                         {"tjFree", &release},
                                         {"tjDestroy", &destroy}};
    unsigned char *jpeg = NULL;
    unsigned long n = 0;
    assert_null(library_load("libturbojpeg.so.0", names, sizeof names / sizeof *names));
    void *making = init();
    assert_int_equal(
        compress(making, grey, (int)width, 0, (int)height, GREY, &jpeg, &n, SAMP_GREY, QUALITY, 0),
        0);
    struct str out = arena_str(a, (struct str){(const char *)jpeg, n});
    release(jpeg);
    destroy(making);
    return out;
}

/* picture — any bytes as a picture of a code, and as a logo.
 *
 * What is accepted as a logo has its promises kept: a square of our own making, that is read again
 * and comes out the same. Both go through libpng and libturbojpeg, and a code through zbar.
 */
#include "file/logo.h"
#include "file/qr_read.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct str text, logo, again, bytes = {(const char *)data, n};
    struct picture p;
    int side;
    arena_init(&a, 0);
    if (qr_read(bytes, &a, &text, NULL) == RC_OK)
        assert(text.n <= n * 8192); /* what it says was in it */
    if (logo_clean(bytes, &a, &logo, &side, NULL) == RC_OK) {
        assert(side > 0 && side <= LOGO_SIDE && logo.n <= LOGO_BYTES);
        enum rc rc = logo_pixels(logo, &a, &p, NULL);
        assert(rc == RC_OK && p.width == (unsigned)side && p.height == (unsigned)side);
        rc = logo_clean(logo, &a, &again, &side, NULL);
        assert(rc == RC_OK && str_eq(again, logo));
    }
    arena_done(&a);
    return 0;
}

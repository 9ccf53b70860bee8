/* logo — a corp's logo made fit for the middle of a code.
 *
 * The pixels alone are kept: fitted into a white square, at most LOGO_SIDE pixels a side, and
 * written as a PNG of our own, so that nothing hidden in somebody's file stays or goes out again.
 */
#ifndef KOI_FILE_LOGO_H
#define KOI_FILE_LOGO_H

#include "file/picture.h"

enum {
    LOGO_BYTES = 256 << 10, /* of the file given */
    LOGO_SIDE_MOST = 1024,  /* of the picture given, pixels */
    LOGO_SIDE_LEAST = 32,   /* of its longer side: a smaller one prints as a blot */
    LOGO_SIDE = 256,        /* of what is kept: 20 mm at 300 dpi, and at most 200 KB */
};

/* PNG or JPEG in, a square PNG out, in the arena; its side in `out_side`. Errors of picture_read(),
 * and RC_INVALID "logo_too_small", "logo_blank" (nothing but white, such as a white logo on a
 * transparent ground). Up to 20 ms and 4 MB. */
enum rc logo_clean(struct str bytes, struct arena *a, struct str *out, int *out_side,
                   struct err *e);
/* The pixels of what logo_clean() made. RC_INVALID as picture_read(): a damaged row. */
enum rc logo_pixels(struct str logo, struct arena *a, struct picture *out, struct err *e);

#endif

/* picture — the pixels of a PNG or a JPEG that somebody sent.
 *
 * PNG by libpng, JPEG by libturbojpeg (loaded when first needed). A picture is somebody else's
 * bytes: the caller says how many of them and how many pixels a side are looked at, and both are
 * checked before anything is decoded. What is transparent is white, as paper is. Orientation that a
 * camera wrote beside the pixels is not followed.
 */
#ifndef KOI_FILE_PICTURE_H
#define KOI_FILE_PICTURE_H

#include "base/arena.h"
#include "base/err.h"

enum picture_form { PICTURE_GREY = 1, PICTURE_RGB = 3 }; /* its value: bytes a pixel */

struct picture {
    unsigned char *pixels; /* row by row from the top, form bytes each, no gaps; the arena's */
    unsigned width, height;
};

struct picture_bounds {
    size_t bytes;  /* of the file */
    unsigned side; /* pixels, either way */
};

/* RC_INVALID "picture_unreadable": neither PNG nor JPEG, or damaged, or a JPEG in the colours of
 * printing (CMYK); RC_LIMIT "picture_too_large"; RC_IO "library_missing". Milliseconds for a
 * megapixel. */
enum rc picture_read(struct str bytes, enum picture_form form, struct picture_bounds most,
                     struct arena *a, struct picture *out, struct err *e);
/* The pixels of an RGB picture as a PNG, in the arena. */
struct str picture_png(const struct picture *p, struct arena *a);
/* An RGB picture in another size, in the arena: a pixel is the mean of the pixels that fall on it,
 * which is what shrinking wants; one that grows repeats pixels. A look at each pixel of both. */
struct picture picture_scaled(const struct picture *p, unsigned width, unsigned height,
                              struct arena *a);

#endif

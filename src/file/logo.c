/* logo.c — a picture to a white square with the picture in it.
 *
 * Nothing is ever enlarged. Costs one look at each pixel given. Refuses what could not be seen in
 * print: too few pixels, or white on white.
 */
#include "file/logo.h"

#include <assert.h>
#include <string.h>

enum {
    RGB = PICTURE_RGB,
    INK = 235
}; /* a colour of which all three are over INK prints as paper */

static const struct picture_bounds GIVEN = {LOGO_BYTES, LOGO_SIDE_MOST};

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static struct picture fit(const struct picture *p, struct arena *a)
{
    unsigned longer = larger(p->width, p->height);
    unsigned side = longer < LOGO_SIDE ? longer : LOGO_SIDE;
    struct picture out = {arena_alloc(a, (size_t)side * side * RGB), side, side};
    struct picture small = picture_scaled(p, larger(1, p->width * side / longer),
                                          larger(1, p->height * side / longer), a);
    unsigned left = (side - small.width) / 2, top = (side - small.height) / 2;
    memset(out.pixels, 0xff, (size_t)side * side * RGB);
    for (unsigned y = 0; y < small.height; y++)
        memcpy(out.pixels + ((size_t)(top + y) * side + left) * RGB,
               small.pixels + (size_t)y * small.width * RGB, (size_t)small.width * RGB);
    return out;
}

/* Whether one pixel in two hundred would show on paper. */
static bool shows(const struct picture *p)
{
    size_t n = (size_t)p->width * p->height, ink = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char *c = p->pixels + i * RGB;
        ink += c[0] <= INK || c[1] <= INK || c[2] <= INK;
    }
    return ink * 200 >= n;
}

static enum rc too_small(struct err *e)
{
    err_set(e, RC_INVALID, "logo_too_small", "picture", "标志的长边不足 %d 像素",
            "the longer side of the logo is under %d pixels", LOGO_SIDE_LEAST);
    err_hint(e, "请上传更大的图片，例如 256×256 像素",
             "use a larger picture, of 256 by 256 pixels, say");
    return RC_INVALID;
}

static enum rc blank(struct err *e)
{
    err_set(e, RC_INVALID, "logo_blank", "picture", "标志在白底上看不见",
            "the logo cannot be seen on white");
    err_hint(e, "请上传深色或彩色的标志；透明底的白色标志请先加上底色",
             "use a dark or coloured logo; give a white one on a transparent ground a background");
    return RC_INVALID;
}

enum rc logo_clean(struct str bytes, struct arena *a, struct str *out, int *out_side, struct err *e)
{
    struct picture given;
    enum rc rc = picture_read(bytes, PICTURE_RGB, GIVEN, a, &given, e);
    if (rc != RC_OK)
        return rc;
    if (larger(given.width, given.height) < LOGO_SIDE_LEAST)
        return too_small(e);
    struct picture square = fit(&given, a);
    assert(square.width == square.height && square.width <= LOGO_SIDE);
    if (!shows(&square))
        return blank(e);
    *out = picture_png(&square, a);
    *out_side = (int)square.width;
    return RC_OK;
}

enum rc logo_pixels(struct str logo, struct arena *a, struct picture *out, struct err *e)
{
    return picture_read(logo, PICTURE_RGB, GIVEN, a, out, e);
}

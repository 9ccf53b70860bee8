/* picture.c — bytes to pixels, and pixels to a PNG.
 *
 * Only the pixels go on: words, places, profiles and whatever follows the picture in the file are
 * left behind. Of turbojpeg (2.1) only functions on opaque handles are used. Refuses first by size
 * of the file, then by the sides in its head, so memory is bounded before anything is unpacked.
 */
#include "file/picture.h"

#include "file/picture_library.h"

#include <png.h>
#include <stdlib.h>

/* turbojpeg.h */
enum { TJPF_RGB = 0, TJPF_GRAY = 6 };
static struct {
    void *(*init)(void);
    int (*destroy)(void *handle);
    int (*header)(void *handle, const unsigned char *jpeg, unsigned long n, int *width, int *height,
                  int *subsampling, int *colors);
    int (*decompress)(void *handle, const unsigned char *jpeg, unsigned long n, unsigned char *out,
                      int width, int pitch, int height, int format, int flags);
} jpeg;

static const struct library_name JPEG_NAMES[] = {
    {"tjInitDecompress", &jpeg.init},
    {"tjDestroy", &jpeg.destroy},
    {"tjDecompressHeader3", &jpeg.header},
    {"tjDecompress2", &jpeg.decompress},
};
static struct picture_library library = {.file = "libturbojpeg.so.0",
                                         .package = "libturbojpeg0",
                                         .names = JPEG_NAMES,
                                         .n = sizeof JPEG_NAMES / sizeof *JPEG_NAMES};

static enum rc unreadable(struct err *e)
{
    err_set(e, RC_INVALID, "picture_unreadable", "picture", "图片不是完好的 PNG 或 JPEG",
            "the picture is no sound PNG or JPEG");
    err_hint(e, "请换一张 PNG 或 JPEG 图片（RGB 颜色，印刷用的 CMYK 请先转换）",
             "use a PNG or JPEG picture (in RGB; convert one in CMYK, for printing, first)");
    return RC_INVALID;
}

static enum rc too_large(struct picture_bounds most, struct err *e)
{
    err_set(e, RC_LIMIT, "picture_too_large", "picture", "图片超过 %zu KB，或边长超过 %u 像素",
            "the picture is over %zu KB, or over %u pixels a side", most.bytes >> 10, most.side);
    err_hint(e, "请缩小图片", "make the picture smaller");
    return RC_LIMIT;
}

static enum rc room(int64_t width, int64_t height, enum picture_form form,
                    struct picture_bounds most, struct arena *a, struct picture *out, struct err *e)
{
    if (width > most.side || height > most.side)
        return too_large(most, e);
    unsigned char *pixels = arena_try_alloc(a, (size_t)(width * height) * form);
    if (pixels == NULL)
        return too_large(most, e);
    *out = (struct picture){pixels, (unsigned)width, (unsigned)height};
    return RC_OK;
}

static enum rc read_png(struct str bytes, enum picture_form form, struct picture_bounds most,
                        struct arena *a, struct picture *out, struct err *e)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    static const png_color WHITE = {255, 255, 255}; /* what is transparent is paper */
    if (png_image_begin_read_from_memory(&image, bytes.p, bytes.n) == 0)
        return unreadable(e);
    enum rc rc = room(image.width, image.height, form, most, a, out, e);
    if (rc == RC_OK) {
        image.format = form == PICTURE_GREY ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
        if (png_image_finish_read(&image, &WHITE, out->pixels, 0, NULL) == 0)
            rc = unreadable(e);
    }
    png_image_free(&image);
    return rc;
}

static enum rc read_jpeg(struct str bytes, enum picture_form form, struct picture_bounds most,
                         struct arena *a, struct picture *out, struct err *e)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    int width = 0, height = 0, subsampling, colors;
    int format = form == PICTURE_GREY ? TJPF_GRAY : TJPF_RGB;
    enum rc rc = picture_library_need(&library, e);
    if (rc != RC_OK)
        return rc;
    void *handle = jpeg.init();
    if (handle == NULL)
        abort(); /* memory is short: a clean restart, as for any small allocation */
    /* Tables without a picture are no error to it. */
    if (jpeg.header(handle, p, bytes.n, &width, &height, &subsampling, &colors) != 0 || width < 1 ||
        height < 1)
        rc = unreadable(e);
    if (rc == RC_OK)
        rc = room(width, height, form, most, a, out, e);
    if (rc == RC_OK &&
        jpeg.decompress(handle, p, bytes.n, out->pixels, width, 0, height, format, 0) != 0)
        rc = unreadable(e);
    jpeg.destroy(handle);
    return rc;
}

enum rc picture_read(struct str bytes, enum picture_form form, struct picture_bounds most,
                     struct arena *a, struct picture *out, struct err *e)
{
    static const char PNG[] = "\x89PNG\r\n\x1a\n", JPG[] = "\xff\xd8\xff";
    struct picture found;
    enum rc rc;
    if (bytes.n > most.bytes)
        return too_large(most, e);
    if (str_starts(bytes, (struct str){PNG, sizeof PNG - 1}))
        rc = read_png(bytes, form, most, a, &found, e);
    else if (str_starts(bytes, (struct str){JPG, sizeof JPG - 1}))
        rc = read_jpeg(bytes, form, most, a, &found, e);
    else
        return unreadable(e);
    if (rc == RC_OK)
        *out = found;
    return rc;
}

struct str picture_png(const struct picture *p, struct arena *a)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = p->width,
                       .height = p->height,
                       .format = PNG_FORMAT_RGB};
    png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *out = arena_alloc(a, n);
    if (png_image_write_to_memory(&image, out, &n, 0, p->pixels, 0, NULL) == 0)
        abort(); /* memory is short: a clean restart */
    return (struct str){out, n};
}

/* ---- size ---- */

/* The mean of the pixels from (x0, y0) up to, and without, (x1, y1). */
static void mean(const struct picture *p, unsigned x0, unsigned y0, unsigned x1, unsigned y1,
                 unsigned char out[PICTURE_RGB])
{
    unsigned sum[PICTURE_RGB] = {0}, n = (x1 - x0) * (y1 - y0);
    for (unsigned y = y0; y < y1; y++)
        for (unsigned x = x0; x < x1; x++)
            for (unsigned k = 0; k < PICTURE_RGB; k++)
                sum[k] += p->pixels[((size_t)y * p->width + x) * PICTURE_RGB + k];
    for (unsigned k = 0; k < PICTURE_RGB; k++)
        out[k] = (unsigned char)((sum[k] + n / 2) / n);
}

/* Where row or column `i` of `to` begins among `from`. */
static unsigned start_of(unsigned i, unsigned from, unsigned to)
{
    return (unsigned)((uint64_t)i * from / to);
}

/* Where it ends: behind at least one pixel, so that what grows repeats pixels. */
static unsigned end_of(unsigned i, unsigned from, unsigned to)
{
    unsigned start = start_of(i, from, to), end = start_of(i + 1, from, to);
    return end > start ? end : start + 1;
}

struct picture picture_scaled(const struct picture *p, unsigned width, unsigned height,
                              struct arena *a)
{
    struct picture out = {arena_alloc(a, (size_t)width * height * PICTURE_RGB), width, height};
    unsigned char *at = out.pixels;
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++, at += PICTURE_RGB)
            mean(p, start_of(x, p->width, width), start_of(y, p->height, height),
                 end_of(x, p->width, width), end_of(y, p->height, height), at);
    return out;
}

/* qr_read.c — bytes to grey pixels, pixels to text.
 *
 * The two libraries are loaded once and stay; of each only functions on opaque handles are used, so
 * no header of theirs is needed and the tables below are all there is to check against their
 * manuals (zbar 0.23, turbojpeg 2.1). Sizes are looked at before anything is decoded.
 */
#include "file/qr_read.h"

#include <assert.h>
#include <dlfcn.h>
#include <png.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct grey {
    unsigned char *pixels;
    unsigned width, height;
};

/* ---- libraries ---- */

/* zbar.h */
enum { ZBAR_QRCODE = 64, ZBAR_CFG_ENABLE = 0 };
static struct {
    void *(*scanner_create)(void);
    void (*scanner_destroy)(void *scanner);
    int (*scanner_set_config)(void *scanner, int symbology, int config, int value);
    int (*scan_image)(void *scanner, void *image);
    void *(*image_create)(void);
    void (*image_destroy)(void *image);
    void (*image_set_format)(void *image, unsigned long fourcc);
    void (*image_set_size)(void *image, unsigned width, unsigned height);
    void (*image_set_data)(void *image, const void *data, unsigned long n, void (*done)(void *));
    const void *(*image_first_symbol)(const void *image);
    const char *(*symbol_get_data)(const void *symbol);
    unsigned (*symbol_get_data_length)(const void *symbol);
} zbar;

/* turbojpeg.h */
enum { TJPF_GRAY = 6 };
static struct {
    void *(*init)(void);
    int (*destroy)(void *handle);
    int (*header)(void *handle, const unsigned char *jpeg, unsigned long n, int *width, int *height,
                  int *subsampling, int *colors);
    int (*decompress)(void *handle, const unsigned char *jpeg, unsigned long n, unsigned char *out,
                      int width, int pitch, int height, int format, int flags);
} jpeg;

struct name {
    const char *name;
    void *place; /* of a pointer to a function */
};

struct library {
    const char *file, *package;
    const struct name *names;
    size_t n;
    bool there;
};

static const struct name ZBAR_NAMES[] = {
    {"zbar_image_scanner_create", &zbar.scanner_create},
    {"zbar_image_scanner_destroy", &zbar.scanner_destroy},
    {"zbar_image_scanner_set_config", &zbar.scanner_set_config},
    {"zbar_scan_image", &zbar.scan_image},
    {"zbar_image_create", &zbar.image_create},
    {"zbar_image_destroy", &zbar.image_destroy},
    {"zbar_image_set_format", &zbar.image_set_format},
    {"zbar_image_set_size", &zbar.image_set_size},
    {"zbar_image_set_data", &zbar.image_set_data},
    {"zbar_image_first_symbol", &zbar.image_first_symbol},
    {"zbar_symbol_get_data", &zbar.symbol_get_data},
    {"zbar_symbol_get_data_length", &zbar.symbol_get_data_length},
};
static const struct name JPEG_NAMES[] = {
    {"tjInitDecompress", &jpeg.init},
    {"tjDestroy", &jpeg.destroy},
    {"tjDecompressHeader3", &jpeg.header},
    {"tjDecompress2", &jpeg.decompress},
};

enum { ZBAR, JPEG, LIBRARIES };
static struct library libraries[LIBRARIES] = {
    {"libzbar.so.0", "libzbar0", ZBAR_NAMES, sizeof ZBAR_NAMES / sizeof *ZBAR_NAMES, false},
    {"libturbojpeg.so.0", "libturbojpeg0", JPEG_NAMES, sizeof JPEG_NAMES / sizeof *JPEG_NAMES,
     false},
};

static void load_all(void)
{
    for (size_t k = 0; k < LIBRARIES; k++) {
        struct library *l = &libraries[k];
        void *handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);
        l->there = handle != NULL;
        for (size_t i = 0; l->there && i < l->n; i++) {
            void *found = dlsym(handle, l->names[i].name);
            memcpy(l->names[i].place, &found, sizeof found);
            l->there = found != NULL;
        }
    }
}

static enum rc need(int which, struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const struct library *l = &libraries[which];
    int error = pthread_once(&once, load_all);
    assert(error == 0);
    if (l->there)
        return RC_OK;
    err_set(e, RC_IO, "library_missing", l->package, "没有安装 %s，读不出图片里的二维码",
            "%s is not installed: the code in the picture cannot be read", l->package);
    err_hint(e, "请安装：apt install libzbar0 libturbojpeg0，再重启 Koi",
             "install it: apt install libzbar0 libturbojpeg0, and restart Koi");
    return RC_IO;
}

/* ---- bytes to pixels ---- */

static enum rc bad_picture(struct err *e)
{
    err_set(e, RC_INVALID, "picture_unreadable", "picture", "图片不是完好的 PNG 或 JPEG",
            "the picture is no sound PNG or JPEG");
    err_hint(e, "请换一张 PNG 或 JPEG 图片", "use a PNG or JPEG picture");
    return RC_INVALID;
}

static enum rc too_large(struct err *e)
{
    err_set(e, RC_LIMIT, "picture_too_large", "picture", "图片超过 %d MB，或边长超过 %d 像素",
            "the picture is over %d MB, or over %d pixels a side", QR_READ_BYTES >> 20,
            QR_READ_SIDE);
    err_hint(e, "请缩小图片", "make the picture smaller");
    return RC_LIMIT;
}

/* Room for the pixels of an image of that size; false: none, or too many. */
static bool room(struct grey *g, int64_t width, int64_t height, struct arena *a)
{
    if (width < 1 || height < 1 || width > QR_READ_SIDE || height > QR_READ_SIDE)
        return false;
    *g = (struct grey){arena_alloc(a, (size_t)(width * height)), (unsigned)width, (unsigned)height};
    return true;
}

static enum rc read_png(struct str picture, struct arena *a, struct grey *out, struct err *e)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    static const png_color WHITE = {255, 255, 255}; /* what is transparent is paper */
    if (png_image_begin_read_from_memory(&image, picture.p, picture.n) == 0)
        return bad_picture(e);
    if (!room(out, image.width, image.height, a)) {
        png_image_free(&image);
        return too_large(e);
    }
    image.format = PNG_FORMAT_GRAY;
    int ok = png_image_finish_read(&image, &WHITE, out->pixels, 0, NULL);
    png_image_free(&image);
    return ok != 0 ? RC_OK : bad_picture(e);
}

static enum rc read_jpeg(struct str picture, struct arena *a, struct grey *out, struct err *e)
{
    const unsigned char *bytes = (const unsigned char *)picture.p;
    int width = 0, height = 0, subsampling, colors;
    enum rc rc = need(JPEG, e);
    if (rc != RC_OK)
        return rc;
    void *handle = jpeg.init();
    bool ok = handle != NULL &&
              jpeg.header(handle, bytes, picture.n, &width, &height, &subsampling, &colors) == 0;
    if (!ok || width < 1 || height < 1) /* tables without a picture are no error to it */
        rc = bad_picture(e);
    else if (!room(out, width, height, a))
        rc = too_large(e);
    else if (jpeg.decompress(handle, bytes, picture.n, out->pixels, width, 0, height, TJPF_GRAY,
                             0) != 0)
        rc = bad_picture(e);
    if (handle != NULL)
        jpeg.destroy(handle);
    return rc;
}

/* ---- pixels to text ---- */

static enum rc no_code(int found, struct err *e)
{
    err_set(e, RC_INVALID, "picture_no_code", "picture", "图片里有 %d 个二维码，应是一个",
            "there are %d QR codes in the picture, and one is wanted", found);
    err_hint(e, "请确认图片里恰好有一个清晰的二维码",
             "see that there is exactly one clear QR code in the picture");
    return RC_INVALID;
}

static enum rc scan(const struct grey *g, struct arena *a, struct str *out, struct err *e)
{
    static const unsigned long Y800 = 0x30303859; /* a byte of luminance a pixel */
    enum rc rc = need(ZBAR, e);
    if (rc != RC_OK)
        return rc;
    void *scanner = zbar.scanner_create();
    void *image = zbar.image_create();
    zbar.scanner_set_config(scanner, 0, ZBAR_CFG_ENABLE, 0);
    zbar.scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar.image_set_format(image, Y800);
    zbar.image_set_size(image, g->width, g->height);
    zbar.image_set_data(image, g->pixels, (unsigned long)g->width * g->height, NULL);
    int found = zbar.scan_image(scanner, image);
    if (found == 1) {
        const void *symbol = zbar.image_first_symbol(image);
        *out = arena_str(
            a, (struct str){zbar.symbol_get_data(symbol), zbar.symbol_get_data_length(symbol)});
    } else {
        rc = no_code(found < 0 ? 0 : found, e);
    }
    zbar.image_destroy(image);
    zbar.scanner_destroy(scanner);
    return rc;
}

enum rc qr_read(struct str picture, struct arena *a, struct str *out, struct err *e)
{
    static const char PNG[] = "\x89PNG\r\n\x1a\n", JPG[] = "\xff\xd8\xff";
    struct grey g;
    enum rc rc;
    if (picture.n > QR_READ_BYTES)
        return too_large(e);
    if (str_starts(picture, (struct str){PNG, sizeof PNG - 1}))
        rc = read_png(picture, a, &g, e);
    else if (str_starts(picture, (struct str){JPG, sizeof JPG - 1}))
        rc = read_jpeg(picture, a, &g, e);
    else
        return bad_picture(e);
    return rc == RC_OK ? scan(&g, a, out, e) : rc;
}

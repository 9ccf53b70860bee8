/* qr_read.c — the one code in grey pixels.
 *
 * Of zbar (0.23) only functions on opaque handles are used, so no header of it is needed and the
 * table below is all there is to check against its manual.
 */
#include "file/qr_read.h"

#include "file/picture_library.h"
#include "file/picture.h"

/* ---- the reader of codes, zbar.h ---- */

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

static const struct library_name ZBAR_NAMES[] = {
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
static struct picture_library library = {.file = "libzbar.so.0",
                                         .package = "libzbar0",
                                         .names = ZBAR_NAMES,
                                         .n = sizeof ZBAR_NAMES / sizeof *ZBAR_NAMES};

/* ---- pixels to text ---- */

static enum rc no_code(int found, struct err *e)
{
    err_set(e, RC_INVALID, "picture_no_code", "picture", "图片里有 %d 个二维码，应是一个",
            "there are %d QR codes in the picture, and one is wanted", found);
    err_hint(e, "请确认图片里恰好有一个清晰的二维码",
             "see that there is exactly one clear QR code in the picture");
    return RC_INVALID;
}

static enum rc scan(const struct picture *g, struct arena *a, struct str *out, struct err *e)
{
    static const unsigned long Y800 = 0x30303859; /* a byte of luminance a pixel */
    enum rc rc = picture_library_need(&library, e);
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
    static const struct picture_bounds MOST = {QR_READ_BYTES, QR_READ_SIDE};
    struct picture g;
    enum rc rc = picture_read(picture, PICTURE_GREY, MOST, a, &g, e);
    return rc == RC_OK ? scan(&g, a, out, e) : rc;
}

/* qr.c — modules to SVG and PNG. Each row of dark modules is one stroke of a path, so a code is 3
 * to 20 KB of SVG; a PNG at scale 10 is 5 KB. A few milliseconds. Texts are escaped for XML;
 * characters that XML does not have are left out. The field of a logo covers whole modules, but for
 * the slivers that its round corners leave of four of them; the logo keeps half a module's distance
 * from its rim.
 */
#include "file/qr.h"

#include "base/base64.h"
#include "base/buf.h"
#include "file/logo.h"
#include "file/qr_room.h"

#include <assert.h>
#include <png.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET = 4, CAPTION_UNITS = 6, SVG_BYTES = 1 << 20, PNG_BYTES = 16 << 20, FRAME = 48 };

static void add_escaped(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '&')
            buf_addz(b, "&amp;");
        else if (c == '<')
            buf_addz(b, "&lt;");
        else if (c == '>')
            buf_addz(b, "&gt;");
        else if (c == '"')
            buf_addz(b, "&quot;");
        else if (c >= ' ')
            buf_addc(b, (char)c);
    }
}

static enum rc encode(struct str text, struct arena *a, QRcode **out, struct err *e)
{
    *out = QRcode_encodeString8bit(arena_z(a, text), 0, QR_ECLEVEL_H);
    if (*out != NULL)
        return RC_OK;
    err_set(e, RC_LIMIT, "qr_too_long", NULL, "内容太长，放不进二维码",
            "the text is too long for a QR code");
    err_hint(e, "请缩短网址", "shorten the address");
    return RC_LIMIT;
}

/* The smallest code with room for a logo in its middle, and the side of that room. */
static enum rc encode_around(struct str text, struct arena *a, QRcode **out, int *out_room,
                             struct err *e)
{
    QRcode *q;
    enum rc rc = encode(text, a, &q, e);
    if (rc != RC_OK)
        return rc;
    while ((*out_room = qr_room(q->data, q->width)) == 0 && q->version < QR_VERSIONS) {
        int next = q->version + 1;
        QRcode_free(q);
        q = QRcode_encodeString8bit(arena_z(a, text), next, QR_ECLEVEL_H);
        assert(q != NULL); /* what fits a version fits the next */
    }
    *out = q;
    if (*out_room > 0)
        return RC_OK;
    QRcode_free(q);
    err_set(e, RC_LIMIT, "logo_no_room", "logo", "内容太长，二维码中间放不下标志",
            "the text is too long for a code with a logo in its middle");
    err_hint(e, "请缩短网址，或不放标志（logo=false）",
             "shorten the address, or draw it without the logo (logo=false)");
    return RC_LIMIT;
}

/* Opens the drawing: `side` units square, and a line of caption below. */
static void open_svg(struct buf *b, int side, const struct qr_look *look)
{
    int height = side + (str_empty(look->caption) ? 0 : CAPTION_UNITS);
    buf_addf(b,
             "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
             " height=\"%d\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>",
             side, height, side * 10, height * 10, side, height);
}

static void add_words(struct buf *b, int side, const struct qr_look *look)
{
    static const char FONT[] = "font-family=\"PingFang SC,Microsoft YaHei,WenQuanYi Micro Hei,"
                               "sans-serif\" text-anchor=\"middle\"";
    size_t chars = str_utf8_count(look->caption);
    if (!str_empty(look->mark)) {
        double r = side * 0.1;
        buf_addf(b,
                 "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" rx=\"1\""
                 " fill=\"#fff\"/><text x=\"%.2f\" y=\"%.2f\" font-size=\"%.2f\" %s>",
                 side / 2.0 - r, side / 2.0 - r, 2 * r, 2 * r, side / 2.0, side / 2.0 + r * 0.45,
                 str_utf8_count(look->mark) > 1 ? r * 0.9 : r * 1.3, FONT);
        add_escaped(b, look->mark);
        buf_addz(b, "</text>");
    }
    if (!str_empty(look->caption)) {
        double room = side - 2.0 * QUIET, size = 3.0;
        if ((double)chars * size > room)
            size = room / (double)chars;
        buf_addf(b, "<text x=\"%.2f\" y=\"%.2f\" font-size=\"%.2f\" %s>", side / 2.0, side + 1.5,
                 size, FONT);
        add_escaped(b, look->caption);
        buf_addz(b, "</text>");
    }
    buf_addz(b, "</svg>");
}

/* The field of a logo, and the logo in it; `width` and `side` in modules. */
static void add_logo(struct buf *b, int width, int side, struct str logo, struct arena *a)
{
    double at = QUIET + (width - side) / 2;
    buf_addf(b,
             "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" rx=\"1\" fill=\"#fff\"/>"
             "<image x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\""
             " href=\"data:image/png;base64,",
             at, at, side, side, at + 0.5, at + 0.5, side - 1, side - 1);
    buf_add(b, base64_encode(logo, a));
    buf_addz(b, "\"/>");
}

static struct str take(struct buf *b, struct arena *a)
{
    assert(!b->failed); /* 177 modules squared and a logo are below the ceilings */
    struct str out = arena_str(a, buf_str(b));
    buf_done(b);
    return out;
}

static bool dark(const QRcode *q, int x, int y)
{
    return (q->data[y * q->width + x] & 1) != 0;
}

enum rc qr_svg(struct str text, const struct qr_look *look, struct arena *a, struct str *out,
               struct err *e)
{
    QRcode *q;
    struct buf b;
    int room = 0;
    bool logo = !str_empty(look->logo);
    enum rc rc = logo ? encode_around(text, a, &q, &room, e) : encode(text, a, &q, e);
    if (rc != RC_OK)
        return rc;
    assert(str_empty(look->mark) || !logo);
    buf_init(&b, SVG_BYTES);
    open_svg(&b, q->width + 2 * QUIET, look);
    buf_addz(&b, "<path d=\"");
    for (int y = 0; y < q->width; y++)
        for (int x = 0; x < q->width; x++) {
            int from = x;
            while (x < q->width && dark(q, x, y))
                x++;
            if (x > from)
                buf_addf(&b, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        }
    buf_addz(&b, "\" fill=\"#000\" shape-rendering=\"crispEdges\"/>");
    if (logo)
        add_logo(&b, q->width, room, look->logo, a);
    add_words(&b, q->width + 2 * QUIET, look);
    QRcode_free(q);
    *out = take(&b, a);
    return RC_OK;
}

struct str qr_svg_around(struct str picture_url, const struct qr_look *look, struct arena *a)
{
    struct buf b;
    struct qr_look words = {.caption = look->caption}; /* the picture has a middle of its own */
    buf_init(&b, SVG_BYTES);
    open_svg(&b, FRAME, &words);
    buf_addf(&b, "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" href=\"", QUIET, QUIET,
             FRAME - 2 * QUIET, FRAME - 2 * QUIET);
    add_escaped(&b, picture_url);
    buf_addz(&b, "\"/>");
    add_words(&b, FRAME, &words);
    return take(&b, a);
}

/* ---- PNG ---- */

static void add_bytes(png_structp png, png_bytep data, png_size_t n)
{
    buf_add(png_get_io_ptr(png), (struct str){(const char *)data, n});
}

static void no_flush(png_structp png)
{
    (void)png;
}

/* What a PNG is made of: modules, and perhaps a logo in a field of them. */
struct drawing {
    const QRcode *q;
    int scale;
    int from, until;     /* the field: pixels from the left or top; both 0: none */
    struct picture logo; /* as large as it is drawn */
};

/* Whether a pixel lies in the field, whose corners are round by one module. */
static bool in_field(const struct drawing *d, int x, int y)
{
    if (x < d->from || x >= d->until || y < d->from || y >= d->until)
        return false;
    int r = d->scale, near_x = x - d->from, near_y = y - d->from;
    near_x = near_x < d->until - 1 - x ? near_x : d->until - 1 - x;
    near_y = near_y < d->until - 1 - y ? near_y : d->until - 1 - y;
    int dx = 2 * (r - near_x) - 1, dy = 2 * (r - near_y) - 1; /* from pixel's to circle's middle */
    return dx <= 0 || dy <= 0 || dx * dx + dy * dy <= 4 * r * r;
}

/* The part of a row that the field covers. */
static void cover(const struct drawing *d, int y, png_bytep row)
{
    int at = d->from + (d->until - d->from - (int)d->logo.width) / 2; /* the logo's first pixel */
    int line = y - at, side = (int)d->logo.width;
    for (int x = d->from; x < d->until; x++)
        if (in_field(d, x, y))
            memset(row + (size_t)x * PICTURE_RGB, 0xff, PICTURE_RGB);
    if (line >= 0 && line < side)
        memcpy(row + (size_t)at * PICTURE_RGB,
               d->logo.pixels + (size_t)line * (size_t)side * PICTURE_RGB,
               (size_t)side * PICTURE_RGB);
}

static void write_rows(png_structp png, const struct drawing *d, size_t channels, png_bytep row)
{
    const QRcode *q = d->q;
    int side = q->width + 2 * QUIET;
    size_t module = (size_t)d->scale * channels;
    for (int y = 0; y < side * d->scale; y++) {
        int module_y = y / d->scale - QUIET;
        memset(row, 0xff, (size_t)side * module);
        for (int x = 0; x < q->width; x++)
            if (module_y >= 0 && module_y < q->width && dark(q, x, module_y))
                memset(row + (size_t)(x + QUIET) * module, 0, module);
        if (y >= d->from && y < d->until)
            cover(d, y, row);
        png_write_row(png, row);
    }
}

static void write_png(const struct drawing *d, struct buf *b, struct arena *a)
{
    png_uint_32 side = (png_uint_32)((d->q->width + 2 * QUIET) * d->scale);
    bool coloured = d->until > 0;
    size_t channels = coloured ? PICTURE_RGB : PICTURE_GREY;
    png_bytep row = arena_alloc(a, side * channels);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL || setjmp(png_jmpbuf(png)) != 0)
        abort(); /* memory is short: a clean restart, as for any small allocation */
    png_set_write_fn(png, b, add_bytes, no_flush);
    png_set_IHDR(png, info, side, side, 8, coloured ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    write_rows(png, d, channels, row);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
}

/* The logo as large as its field wants it, with half a module of white around it. */
static void place_logo(struct drawing *d, int side, const struct picture *logo, struct arena *a)
{
    d->from = ((d->q->width - side) / 2 + QUIET) * d->scale;
    d->until = d->from + side * d->scale;
    d->logo = picture_scaled(logo, (unsigned)((side - 1) * d->scale),
                             (unsigned)((side - 1) * d->scale), a);
}

enum rc qr_png(struct str text, struct str logo, int scale, struct arena *a, struct str *out,
               struct err *e)
{
    assert(scale >= 1 && scale <= 40);
    struct picture given;
    QRcode *q;
    struct buf b;
    int room = 0;
    enum rc rc = str_empty(logo) ? RC_OK : logo_pixels(logo, a, &given, e);
    if (rc == RC_OK)
        rc = str_empty(logo) ? encode(text, a, &q, e) : encode_around(text, a, &q, &room, e);
    if (rc != RC_OK)
        return rc;
    struct drawing d = {.q = q, .scale = scale};
    if (room > 0)
        place_logo(&d, room, &given, a);
    buf_init(&b, PNG_BYTES);
    write_png(&d, &b, a);
    QRcode_free(q);
    *out = take(&b, a);
    return RC_OK;
}

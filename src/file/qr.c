/* qr.c — modules to SVG and PNG. Each row of dark modules is one stroke of a path, so a code is 3
 * to 20 KB of SVG; a PNG at scale 10 is 5 KB. A few milliseconds. Texts are escaped for XML;
 * characters that XML does not have are left out.
 */
#include "file/qr.h"

#include "base/buf.h"

#include <assert.h>
#include <png.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET = 4, CAPTION_UNITS = 6, SVG_BYTES = 256 << 10, PNG_BYTES = 8 << 20, FRAME = 48 };

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

static struct str take(struct buf *b, struct arena *a)
{
    assert(!b->failed); /* 177 modules squared are below SVG_BYTES */
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
    enum rc rc = encode(text, a, &q, e);
    if (rc != RC_OK)
        return rc;
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

static void write_rows(png_structp png, const QRcode *q, int scale, png_bytep row)
{
    int side = q->width + 2 * QUIET;
    for (int y = 0; y < side; y++) {
        memset(row, 0xff, (size_t)side * (size_t)scale);
        for (int x = 0; x < q->width; x++)
            if (y >= QUIET && y < side - QUIET && dark(q, x, y - QUIET))
                memset(row + (x + QUIET) * scale, 0, (size_t)scale);
        for (int k = 0; k < scale; k++)
            png_write_row(png, row);
    }
}

enum rc qr_png(struct str text, int scale, struct arena *a, struct str *out, struct err *e)
{
    assert(scale >= 1 && scale <= 40);
    QRcode *q;
    struct buf b;
    enum rc rc = encode(text, a, &q, e);
    if (rc != RC_OK)
        return rc;
    png_uint_32 side = (png_uint_32)((q->width + 2 * QUIET) * scale);
    png_bytep row = arena_alloc(a, side);
    buf_init(&b, PNG_BYTES);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL || setjmp(png_jmpbuf(png)) != 0)
        abort(); /* memory is short: a clean restart, as for any small allocation */
    png_set_write_fn(png, &b, add_bytes, no_flush);
    png_set_IHDR(png, info, side, side, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    write_rows(png, q, scale, row);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    QRcode_free(q);
    *out = take(&b, a);
    return RC_OK;
}

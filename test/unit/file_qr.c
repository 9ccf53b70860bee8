/* file_qr.c — the drawn code is a QR code: finder patterns in three corners, the same modules in
 * SVG and PNG; words are escaped; what does not fit is refused. What was drawn is read again, as
 * PNG and as JPEG, and what is no picture of one code is refused. */
#include "arena_fixture.h"

#include "file/qr.h"
#include "file/qr_read.h"
#include "jpeg_sample.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET = 4, SIDE_MOST = 200 };

static const struct str ADDRESS =
    STR("https://work.weixin.qq.com/ca/cawcde5c?customer_channel=A1b2");

/* The modules of an SVG as it strokes them, quiet zone included; gives the side. */
static int modules_of(const char *svg, bool out[SIDE_MOST][SIDE_MOST])
{
    int side = 0, x, y, n, back, used;
    assert_int_equal(sscanf(strstr(svg, "viewBox="), "viewBox=\"0 0 %d", &side), 1);
    const char *p = strstr(svg, "<path d=\"") + strlen("<path d=\"");
    memset(out, 0, sizeof(bool) * SIDE_MOST * SIDE_MOST);
    while (sscanf(p, "M%d %dh%dv1h-%dz%n", &x, &y, &n, &back, &used) == 4) {
        assert_int_equal(n, back);
        for (int i = 0; i < n; i++)
            out[y][x + i] = true;
        p += used;
    }
    return side;
}

static bool has_finder(bool m[SIDE_MOST][SIDE_MOST], int x, int y)
{
    for (int dy = 0; dy < 7; dy++)
        for (int dx = 0; dx < 7; dx++) {
            int ring = abs(dx - 3) > abs(dy - 3) ? abs(dx - 3) : abs(dy - 3);
            if (m[y + dy][x + dx] != (ring != 2))
                return false;
        }
    return true;
}

static void svg_and_png_are_one_code(void **state)
{
    static bool m[SIDE_MOST][SIDE_MOST];
    struct qr_look plain = {.caption = STR(""), .mark = STR("")};
    struct str svg, png;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(qr_svg(ADDRESS, &plain, &arena, &svg, &e), RC_OK);
    int side = modules_of(arena_z(&arena, svg), m);
    assert_true(has_finder(m, QUIET, QUIET) && has_finder(m, side - QUIET - 7, QUIET) &&
                has_finder(m, QUIET, side - QUIET - 7));
    assert_false(has_finder(m, side - QUIET - 7, side - QUIET - 7));

    assert_int_equal(qr_png(ADDRESS, STR(""), 3, &arena, &png, &e), RC_OK);
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_int_not_equal(png_image_begin_read_from_memory(&image, png.p, png.n), 0);
    assert_int_equal(image.width, side * 3);
    assert_int_equal(image.height, side * 3);
    image.format = PNG_FORMAT_GRAY;
    png_bytep pixels = arena_alloc(&arena, PNG_IMAGE_SIZE(image));
    assert_int_not_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL), 0);
    for (int y = 0; y < side * 3; y++)
        for (int x = 0; x < side * 3; x++)
            assert_int_equal(pixels[y * side * 3 + x], m[y / 3][x / 3] ? 0 : 255);
}

static void words_are_escaped(void **state)
{
    struct qr_look look = {.caption = STR("<a href=\"x\">&\n"), .mark = STR("锦")};
    struct str out;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(qr_svg(ADDRESS, &look, &arena, &out, &e), RC_OK);
    const char *svg = arena_z(&arena, out);
    assert_non_null(strstr(svg, ">&lt;a href=&quot;x&quot;&gt;&amp;</text>"));
    assert_non_null(strstr(svg, ">锦</text>"));
    svg = arena_z(&arena, qr_svg_around(STR("https://p.qpic.cn/a?b=1&c=\"2"), &look, &arena));
    assert_non_null(strstr(svg, "href=\"https://p.qpic.cn/a?b=1&amp;c=&quot;2\"/>"));
    assert_null(strstr(svg, "锦")); /* WeCom's picture has a middle of its own */
}

static void what_does_not_fit_is_refused(void **state)
{
    char *text = arena_alloc(&arena, 2001);
    struct qr_look plain = {.caption = STR("")};
    struct str out;
    struct err e = ERR_INIT;
    (void)state;
    memset(text, 'a', 2000);
    assert_int_equal(qr_svg(str_from(text), &plain, &arena, &out, &e), RC_LIMIT);
    assert_string_equal(e.code, "qr_too_long");
    assert_true(e.hint_zh[0] != 0 && e.hint_en[0] != 0);
    text[1273] = 0;
    assert_int_equal(qr_svg(str_from(text), &plain, &arena, &out, &e), RC_OK);
}

/* A PNG of grey pixels. */
static struct str png_of(const unsigned char *pixels, unsigned width, unsigned height)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_GRAY};
    png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *out = arena_alloc(&arena, n);
    assert_int_not_equal(png_image_write_to_memory(&image, out, &n, 0, pixels, 0, NULL), 0);
    return (struct str){out, n};
}

static void what_is_drawn_is_read(void **state)
{
    struct str png, text;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(qr_png(ADDRESS, STR(""), 6, &arena, &png, &e), RC_OK);
    assert_int_equal(qr_read(png, &arena, &text, &e), RC_OK);
    assert_true(str_eq(text, ADDRESS));

    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_int_not_equal(png_image_begin_read_from_memory(&image, png.p, png.n), 0);
    image.format = PNG_FORMAT_GRAY;
    png_bytep pixels = arena_alloc(&arena, PNG_IMAGE_SIZE(image));
    assert_int_not_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL), 0);
    text = STR("");
    assert_int_equal(
        qr_read(jpeg_sample(pixels, image.width, image.height, &arena), &arena, &text, &e), RC_OK);
    assert_true(str_eq(text, ADDRESS));

    /* Two beside each other are not one. */
    unsigned w = image.width;
    unsigned char *both = arena_alloc(&arena, (size_t)w * 2 * w);
    for (unsigned y = 0; y < w; y++) {
        memcpy(both + (size_t)y * 2 * w, pixels + (size_t)y * w, w);
        memcpy(both + (size_t)y * 2 * w + w, pixels + (size_t)y * w, w);
    }
    assert_int_equal(qr_read(png_of(both, w * 2, w), &arena, &text, &e), RC_INVALID);
    assert_string_equal(e.code, "picture_no_code");
}

static void what_is_no_code_is_refused(void **state)
{
    struct str png, text = STR("left alone");
    struct err e = ERR_INIT;
    unsigned char *white = arena_alloc(&arena, QR_READ_SIDE + 1);
    char *large = arena_alloc(&arena, QR_READ_BYTES + 1);
    (void)state;
    memset(white, 0xff, QR_READ_SIDE + 1);
    memset(large, 0, QR_READ_BYTES + 1);
    assert_int_equal(qr_png(ADDRESS, STR(""), 6, &arena, &png, &e), RC_OK);
    memcpy(large, png.p, png.n);
    const struct {
        struct str picture;
        enum rc rc;
        const char *code;
    } cases[] = {
        {STR(""), RC_INVALID, "picture_unreadable"},
        {STR("GIF89a"), RC_INVALID, "picture_unreadable"},
        {STR("\xff\xd8\xff\xe0 no more"), RC_INVALID, "picture_unreadable"},
        {{png.p, 8}, RC_INVALID, "picture_unreadable"},
        {{png.p, png.n / 2}, RC_INVALID, "picture_unreadable"},
        {png_of(white, 60, 60), RC_INVALID, "picture_no_code"},
        {png_of(white, QR_READ_SIDE + 1, 1), RC_LIMIT, "picture_too_large"},
        {{large, QR_READ_BYTES + 1}, RC_LIMIT, "picture_too_large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        e = (struct err)ERR_INIT;
        enum rc rc = qr_read(cases[i].picture, &arena, &text, &e);
        if (rc != cases[i].rc)
            fail_msg("case %zu: %d %s", i, rc, e.code);
        assert_string_equal(e.code, cases[i].code);
        assert_true(e.hint_zh[0] != 0 && e.hint_en[0] != 0);
        assert_true(str_eq(text, STR("left alone")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(svg_and_png_are_one_code),     TEST(words_are_escaped),
        TEST(what_does_not_fit_is_refused), TEST(what_is_drawn_is_read),
        TEST(what_is_no_code_is_refused),
    };
    return cmocka_run_group_tests_name("file_qr", tests, NULL, NULL);
}

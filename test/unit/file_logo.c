/* file_logo.c — a logo in the middle of a code harms no code: the room of every version is held
 * against libqrencode and against what level H restores, and every version is drawn with the
 * darkest and the busiest logo and read again. What is kept of a picture is its pixels alone; what
 * cannot be a logo is refused with a way out. */
#include "arena_fixture.h"

#include "file/logo.h"
#include "file/qr.h"
#include "file/qr_read.h"
#include "file/qr_room.h"
#include "jpeg_sample.h"

#include <png.h>
#include <qrencode.h>
#include <string.h>
#include <zlib.h>

/* A text that needs this version, and all of it; `more` bytes longer. */
static struct str text_for(int version, int more)
{
    static const char LINK[] = "https://work.weixin.qq.com/ca/cawcde5c?customer_channel=";
    size_t n = (size_t)(qr_room_bytes(version) + more);
    char *out = arena_alloc(&arena, n + 1);
    for (size_t i = 0; i < n; i++)
        out[i] = i < sizeof LINK - 1 ? LINK[i] : (char)('0' + (i * 7 + (size_t)version) % 75);
    return (struct str){out, n};
}

static void every_version_has_its_room(void **state)
{
    (void)state;
    for (int v = 1; v <= QR_VERSIONS; v++) {
        QRcode *q = QRcode_encodeString8bit(text_for(v, 0).p, 0, QR_ECLEVEL_H);
        QRcode *next = QRcode_encodeString8bit(text_for(v, 1).p, 0, QR_ECLEVEL_H);
        int restores = 0, side = qr_room(q->data, q->width);
        int lost = side > 0 ? qr_room_lost(q->data, q->width, side, &restores) : 0;
        /* The table of blocks is libqrencode's: a byte more needs the next version. */
        assert_int_equal(q->version, v);
        assert_true(v == QR_VERSIONS ? next == NULL : next->version == v + 1);
        /* A pattern stands in the very middle of these. */
        bool taken = (v >= 7 && v <= 13) || (v >= 21 && v <= 27) || v >= 35;
        assert_int_equal(side == 0, taken);
        if (!taken && (side % 2 == 0 || side * 100 > q->width * QR_ROOM_PERCENT ||
                       side * 100 < q->width * QR_ROOM_LEAST_PERCENT || lost * 2 > restores))
            fail_msg("version %d: %d modules, %d of %d", v, side, lost, restores);
        /* A field of half the width would be too much: the computation can say no. */
        int half = q->width / 2 | 1;
        assert_true(qr_room_lost(q->data, q->width, half, &restores) > restores / 2);
        QRcode_free(q);
        QRcode_free(next);
    }
}

/* Version 1 by hand: 26 codewords in one block, 8 restored; the field of three by three in rows and
 * columns 9 … 11 lies in the column pairs 10–9 and 12–11, and in each within one codeword. */
static void the_smallest_code_by_hand(void **state)
{
    (void)state;
    QRcode *q = QRcode_encodeString8bit("koi", 1, QR_ECLEVEL_H);
    int restores;
    assert_int_equal(q->width, 21);
    assert_int_equal(qr_room(q->data, q->width), 3);
    assert_int_equal(qr_room_lost(q->data, q->width, 3, &restores), 2);
    assert_int_equal(restores, 8);
    QRcode_free(q);
}

/* A PNG in RGBA: opaque and black, or noise. */
static struct str sample(unsigned width, unsigned height, bool noise, unsigned char alpha)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_RGBA};
    unsigned char *p = arena_alloc(&arena, (size_t)width * height * 4);
    unsigned seed = 1;
    for (size_t i = 0; i < (size_t)width * height * 4; i++) {
        seed = seed * 1103515245U + 12345U;
        p[i] = i % 4 == 3 ? alpha : noise ? (unsigned char)(seed >> 16) : 0;
    }
    png_alloc_size_t n = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *out = arena_alloc(&arena, n);
    assert_int_not_equal(png_image_write_to_memory(&image, out, &n, 0, p, 0, NULL), 0);
    return (struct str){out, n};
}

static struct str cleaned(struct str picture, int side)
{
    struct str out;
    struct err e = ERR_INIT;
    int got = 0;
    if (logo_clean(picture, &arena, &out, &got, &e) != RC_OK)
        fail_msg("%s %s", e.code, e.en);
    assert_int_equal(got, side);
    return out;
}

static void read_again(struct str text, struct str logo, int scale)
{
    struct str png, plain, said = STR("");
    struct err e = ERR_INIT;
    assert_int_equal(qr_png(text, logo, scale, &arena, &png, &e), RC_OK);
    assert_int_equal(qr_png(text, STR(""), scale, &arena, &plain, &e), RC_OK);
    assert_false(str_eq(png, plain)); /* the logo is there */
    if (qr_read(png, &arena, &said, &e) != RC_OK || !str_eq(said, text))
        fail_msg("%zu bytes, scale %d: %s", text.n, scale, e.code);
}

/* Texts of every length from the shortest to the longest that has room, a version at a time. */
static void every_version_with_a_logo_is_read(void **state)
{
    struct str png;
    struct err e = ERR_INIT;
    (void)state;
    for (int v = 1; v <= 34; v++) {
        read_again(text_for(v, 0), cleaned(sample(256, 256, false, 255), 256), 4);
        read_again(text_for(v, 0), cleaned(sample(200, 200, true, 255), 200), 4);
        arena_done(&arena);
    }
    assert_int_equal(
        qr_png(text_for(35, 0), cleaned(sample(64, 64, true, 255), 64), 4, &arena, &png, &e),
        RC_LIMIT);
    assert_string_equal(e.code, "logo_no_room");
}

/* Any scale that is asked for: the smallest that a reader can see, and the largest. */
static void every_scale_is_read(void **state)
{
    static const int SCALES[] = {2, 3, 5, 10, 40};
    struct str logo = cleaned(sample(100, 60, false, 255), 100);
    struct str text = text_for(7, 0);
    (void)state;
    for (size_t i = 0; i < sizeof SCALES / sizeof *SCALES; i++)
        read_again(text, logo, SCALES[i]);
    struct str png;
    struct err e = ERR_INIT;
    assert_int_equal(qr_png(text, logo, 1, &arena, &png, &e), RC_OK);
    assert_int_equal(qr_png(text, STR("no PNG"), 4, &arena, &png, &e), RC_INVALID);
}

static void the_svg_holds_the_logo(void **state)
{
    struct qr_look look = {.caption = STR("锦池"), .logo = cleaned(sample(64, 64, true, 255), 64)};
    struct str out;
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(qr_svg(text_for(1, 0), &look, &arena, &out, &e), RC_OK);
    const char *svg = arena_z(&arena, out);
    /* 21 modules, the field of three in the middle, the logo half a module inside it. */
    assert_non_null(strstr(svg, "<rect x=\"13.0\" y=\"13.0\" width=\"3\" height=\"3\" rx=\"1\""));
    assert_non_null(strstr(svg, "<image x=\"13.5\" y=\"13.5\" width=\"2\" height=\"2\""
                                " href=\"data:image/png;base64,iVBOR"));
    out = qr_svg_around(STR("https://p.qpic.cn/a"), &look, &arena);
    assert_null(strstr(arena_z(&arena, out), "base64"));
}

static struct picture pixels_of(struct str logo)
{
    struct picture p = {0};
    struct err e = ERR_INIT;
    assert_int_equal(logo_pixels(logo, &arena, &p, &e), RC_OK);
    return p;
}

static const unsigned char *at(const struct picture *p, unsigned x, unsigned y)
{
    return p->pixels + ((size_t)y * p->width + x) * 3;
}

static void a_picture_becomes_a_square(void **state)
{
    (void)state;
    /* 1,000 by 500, black: 256 by 128 of black between white above and below. */
    struct picture p = pixels_of(cleaned(sample(1000, 500, false, 255), 256));
    assert_int_equal(p.width, 256);
    assert_int_equal(p.height, 256);
    assert_int_equal(at(&p, 128, 63)[0], 255);
    assert_int_equal(at(&p, 128, 64)[0], 0);
    assert_int_equal(at(&p, 128, 191)[1], 0);
    assert_int_equal(at(&p, 128, 192)[2], 255);
    /* Small ones are not enlarged; what is half transparent is on white. */
    p = pixels_of(cleaned(sample(40, 33, false, 128), 40));
    assert_int_equal(p.width, 40);
    assert_true(at(&p, 20, 20)[0] > 100 && at(&p, 20, 20)[0] < 200);
    /* As thin as can be. */
    p = pixels_of(cleaned(sample(16, 1024, false, 255), 256));
    assert_int_equal(at(&p, 127, 128)[0], 0);
}

static void nothing_hidden_is_kept(void **state)
{
    static const char SECRET[] = "22.5431N 114.0579E";
    struct str plain = sample(64, 64, true, 255);
    (void)state;
    /* A chunk of words before the pixels, and words after the end. */
    enum { HEAD = 33 };
    char *hidden = arena_alloc(&arena, plain.n + 200);
    unsigned char chunk[] = {0,   0,   0, 10,  't', 'E', 'X', 't', 'G',
                             'P', 'S', 0, 's', 'e', 'c', 'r', 'e', 't'};
    uLong crc = crc32(0, chunk + 4, sizeof chunk - 4);
    size_t n = 0;
    memcpy(hidden, plain.p, HEAD);
    n = HEAD;
    memcpy(hidden + n, chunk, sizeof chunk);
    n += sizeof chunk;
    for (int shift = 24; shift >= 0; shift -= 8)
        hidden[n++] = (char)(crc >> shift);
    memcpy(hidden + n, plain.p + HEAD, plain.n - HEAD);
    n += plain.n - HEAD;
    memcpy(hidden + n, SECRET, sizeof SECRET);
    n += sizeof SECRET;
    struct str out = cleaned((struct str){hidden, n}, 64);
    assert_null(memmem(out.p, out.n, "secret", 6));
    assert_null(memmem(out.p, out.n, SECRET, 7));
    assert_true(str_eq(out, cleaned(plain, 64))); /* the pixels, and they alone */
    assert_true(str_eq(out, cleaned(out, 64)));   /* and again */
}

static struct str black_jpeg(unsigned width, unsigned height)
{
    unsigned char *pixels = arena_alloc(&arena, (size_t)width * height);
    memset(pixels, 0, (size_t)width * height);
    return jpeg_sample(pixels, width, height, &arena);
}

static void a_jpeg_will_do(void **state)
{
    (void)state;
    struct picture p = pixels_of(cleaned(black_jpeg(512, 512), 256));
    assert_true(at(&p, 100, 100)[0] < 8 && at(&p, 100, 100)[2] < 8);
}

static void what_is_no_logo_is_refused(void **state)
{
    struct str whole = sample(64, 64, true, 255);
    char *large = arena_alloc(&arena, LOGO_BYTES + 1);
    (void)state;
    memcpy(large, whole.p, whole.n);
    const struct {
        struct str picture;
        enum rc rc;
        const char *code;
    } cases[] = {
        {STR(""), RC_INVALID, "picture_unreadable"},
        {STR("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), RC_INVALID, "picture_unreadable"},
        {STR("\xff\xd8\xff\xe0 no more"), RC_INVALID, "picture_unreadable"},
        {{whole.p, whole.n / 2}, RC_INVALID, "picture_unreadable"},
        {sample(LOGO_SIDE_LEAST - 1, 8, false, 255), RC_INVALID, "logo_too_small"},
        {sample(64, 64, true, 0), RC_INVALID, "logo_blank"},
        {sample(LOGO_SIDE_MOST + 1, 1, false, 255), RC_LIMIT, "picture_too_large"},
        {black_jpeg(64, LOGO_SIDE_MOST + 1), RC_LIMIT, "picture_too_large"},
        {{large, LOGO_BYTES + 1}, RC_LIMIT, "picture_too_large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = ERR_INIT;
        struct str out = STR("left alone");
        int side = -1;
        enum rc rc = logo_clean(cases[i].picture, &arena, &out, &side, &e);
        if (rc != cases[i].rc || strcmp(e.code, cases[i].code) != 0)
            fail_msg("case %zu: %d %s", i, rc, e.code);
        assert_true(e.hint_zh[0] != 0 && e.hint_en[0] != 0 && e.zh[0] != 0 && e.en[0] != 0);
        assert_true(str_eq(out, STR("left alone")) && side == -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_version_has_its_room),
        TEST(the_smallest_code_by_hand),
        TEST(every_version_with_a_logo_is_read),
        TEST(every_scale_is_read),
        TEST(the_svg_holds_the_logo),
        TEST(a_picture_becomes_a_square),
        TEST(nothing_hidden_is_kept),
        TEST(a_jpeg_will_do),
        TEST(what_is_no_logo_is_refused),
    };
    return cmocka_run_group_tests_name("file_logo", tests, NULL, NULL);
}

/* connect_multipart.c — a form with a file, read back by a plain parser, whatever is in the file;
 * and what WeCom takes as media. */
#include "unit.h"

#include "base/rng.h"
#include "connect/multipart.h"
#include "file/media.h"

#include <string.h>

/* What stands between two marks; fails where one is missing. */
static struct str between(struct str text, const char *from, const char *to, struct str *rest)
{
    int64_t at = str_find(text, str_from(from));
    assert_true(at >= 0);
    struct str behind = str_sub(text, (size_t)at + strlen(from), text.n);
    int64_t end = str_find(behind, str_from(to));
    assert_true(end >= 0);
    *rest = str_sub(behind, (size_t)end + strlen(to), behind.n);
    return str_sub(behind, 0, (size_t)end);
}

/* RFC 7578 and 2046 by the letter, for a form of one part. */
static void read_back(struct str body, const char *boundary, const struct multipart_file *file)
{
    char line[MULTIPART_BOUNDARY + 8], end[MULTIPART_BOUNDARY + 16];
    struct str rest;
    snprintf(line, sizeof line, "--%s\r\n", boundary);
    snprintf(end, sizeof end, "\r\n--%s--\r\n", boundary);
    assert_true(str_starts(body, str_from(line)));
    struct str head = between(body, line, "\r\n\r\n", &rest);
    assert_true(str_ends(rest, str_from(end)));
    struct str content = str_sub(rest, 0, rest.n - strlen(end));
    /* The first end that a reader finds is ours. */
    snprintf(line, sizeof line, "\r\n--%s", boundary);
    assert_int_equal(str_find(rest, str_from(line)), (int64_t)content.n);
    assert_true(str_eq(content, file->bytes));
    struct str ignored;
    assert_true(str_eq(between(head, " name=\"", "\"", &ignored), file->field));
    assert_true(str_eq(between(head, "filename=\"", "\"", &ignored), file->name));
    int64_t length;
    assert_true(str_to_i64(between(head, "filelength=", "\r\n", &ignored), &length));
    assert_int_equal(length, (int64_t)file->bytes.n);
    int64_t at = str_find(head, STR("Content-Type: "));
    assert_true(str_eq(str_sub(head, (size_t)at + 14, head.n), file->type));
}

static void any_bytes_come_back(void **state)
{
    struct rng rng = rng_seed(14);
    char bytes[3000], boundary[MULTIPART_BOUNDARY + 1], other[MULTIPART_BOUNDARY + 1];
    (void)state;
    multipart_boundary(STR(""), other);
    for (size_t n = 0; n < sizeof bytes; n += 1 + n / 7) {
        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)(rng_below(&rng, 256));
        if (n > 200) /* a part of another form in it */
            snprintf(bytes + 50, 100, "\r\n--%s--\r\n", other);
        struct multipart_file file = {STR("media"), STR("价目 2026.pdf"), STR("application/pdf"),
                                      (struct str){bytes, n}};
        struct buf b;
        buf_init(&b, n + MULTIPART_OVERHEAD);
        multipart_boundary(file.bytes, boundary);
        assert_int_equal(strlen(boundary), MULTIPART_BOUNDARY);
        assert_string_not_equal(boundary, other);
        multipart_put(&b, boundary, &file);
        assert_false(b.failed);
        read_back(buf_str(&b), boundary, &file);
        buf_done(&b);
    }
}

static void media_within_the_limits(void **state)
{
    static const struct {
        enum media_kind kind;
        const char *name, *head;
        size_t bytes;
        const char *code; /* "": taken */
    } CASES[] = {
        {MEDIA_IMAGE, "a.png", "\x89PNG\r\n\x1a\n", 8, ""},
        {MEDIA_IMAGE, "a.jpg", "\xff\xd8\xff\xe0zz", 10 << 20, ""},
        {MEDIA_IMAGE, "a.jpg", "\xff\xd8\xff\xe0zz", (10 << 20) + 1, "media_too_large"},
        {MEDIA_IMAGE, "a.jpg", "\xff\xd8\xff\xe0zz", 5, "media_empty"},
        {MEDIA_IMAGE, "a.gif", "GIF89a", 100, "media_form"},
        {MEDIA_IMAGE, "a.png", "zzzzftyp", 100, "media_form"},
        {MEDIA_VIDEO, "a.mp4", "zzzzftypisom", 10 << 20, ""},
        {MEDIA_VIDEO, "a.mp4", "zzzzftypisom", (10 << 20) + 1, "media_too_large"},
        {MEDIA_VIDEO, "a.mp4", "zzzzmoov", 100, "media_form"},
        {MEDIA_VOICE, "a.amr", "#!AMR\n", 2 << 20, ""},
        {MEDIA_VOICE, "a.amr", "#!AMR\n", (2 << 20) + 1, "media_too_large"},
        {MEDIA_FILE, "价目.pdf", "%PDF-1", 20 << 20, ""},
        {MEDIA_FILE, "a", "%PDF-1", (20 << 20) + 1, "media_too_large"},
        {MEDIA_FILE, "a", "%PDF-1", 0, "media_empty"},
        {MEDIA_FILE, "", "%PDF-1", 100, "media_name"},
        {MEDIA_FILE, "a\"b.pdf", "%PDF-1", 100, "media_name"},
        {MEDIA_FILE, "a\r\nX-Evil: 1", "%PDF-1", 100, "media_name"},
        {MEDIA_FILE, "../a", "%PDF-1", 100, "media_name"},
        {MEDIA_FILE, "\xff\xfe", "%PDF-1", 100, "media_name"},
    };
    static char bytes[(20 << 20) + 1];
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct err e = ERR_INIT;
        memset(bytes, 'z', 16);
        memcpy(bytes, CASES[i].head, strlen(CASES[i].head));
        enum rc rc = media_check(CASES[i].kind, str_from(CASES[i].name),
                                 (struct str){bytes, CASES[i].bytes}, &e);
        assert_string_equal(e.code, CASES[i].code);
        assert_int_equal(rc == RC_OK, CASES[i].code[0] == 0);
        assert_true(rc == RC_OK || (e.hint_zh[0] != 0 && e.hint_en[0] != 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(media_within_the_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

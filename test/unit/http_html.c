/* http_html — what is put into a page comes out as it was typed, whatever it was. */
#include "../../src/http/html.c"

#include "base/rng.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static struct buf page;

static struct html fresh(bool english)
{
    buf_done(&page);
    buf_init(&page, 1 << 20);
    return (struct html){&page, english};
}

static void assert_page(const char *expected)
{
    assert_string_equal(page.p != NULL ? page.p : "", expected);
}

static void fills_templates(void **state)
{
    (void)state;
    struct html h = fresh(false);
    HTML(&h, "<b title=\"%\">%</b>", STR("a\"b'c"), STR("<i>&amp;"));
    assert_page("<b title=\"a&quot;b&#39;c\">&lt;i&gt;&amp;amp;</b>");
    h = fresh(false);
    HTML(&h, "%%", STR("100%"), STR("%"));
    assert_page("100%%");
    h = fresh(false);
    HTML(&h, "[%]", STR_ABSENT);
    html_raw(&h, "<br>");
    assert_page("[]<br>");
}

static void speaks_the_language(void **state)
{
    (void)state;
    struct html h = fresh(false);
    html_text(&h, html_word(&h, "好友", "friend"));
    assert_page("好友");
    h = fresh(true);
    html_text(&h, html_word(&h, "好友", "friend"));
    assert_page("friend");
}

static void drops_control_characters(void **state)
{
    (void)state;
    struct html h = fresh(false);
    html_text(&h, STR("a\0b\x1b[1m\r\nc\td\x7f"));
    assert_page("ab[1m\nc\td");
}

/* What a browser would read back: the five entities undone. */
static size_t undo(const char *p, size_t n, char *out)
{
    static const char *const pairs[][2] = {
        {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
    size_t k = 0;
    for (size_t i = 0; i < n;) {
        size_t step = 0;
        for (size_t t = 0; t < sizeof pairs / sizeof *pairs && step == 0; t++) {
            size_t len = strlen(pairs[t][0]);
            if (n - i >= len && memcmp(p + i, pairs[t][0], len) == 0) {
                out[k++] = pairs[t][1][0];
                step = len;
            }
        }
        assert_true(step > 0 || p[i] != '&'); /* nothing else begins an entity */
        if (step == 0)
            out[k++] = p[i];
        i += step > 0 ? step : 1;
    }
    return k;
}

/* Bytes that matter come often; whatever comes, markup has none of it and nothing is lost. */
static void random_texts_are_never_markup(void **state)
{
    static const char often[] = "<>&\"'/=%!-;#x1 ab\n\t";
    char *text = test_malloc(300), *back = test_malloc(300), *kept = test_malloc(300);
    struct rng r = rng_seed(20261123);
    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t n = rng_below(&r, 300);
        size_t kept_n = 0;
        for (size_t i = 0; i < n; i++) {
            bool plain = rng_below(&r, 4) > 0;
            text[i] = (char)(plain ? (unsigned char)often[rng_below(&r, sizeof often - 1)]
                                   : rng_below(&r, 256));
            unsigned char c = (unsigned char)text[i];
            if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f))
                kept[kept_n++] = text[i];
        }
        struct html h = fresh(false);
        html_text(&h, (struct str){text, n});
        struct str out = buf_str(&page);
        for (size_t i = 0; i < out.n; i++)
            assert_null(memchr("<>\"'", out.p[i], 4));
        assert_true(out.n <= 6 * n);
        size_t back_n = undo(out.p, out.n, back);
        assert_int_equal(back_n, kept_n);
        assert_memory_equal(back, kept, kept_n);
    }
    test_free(text);
    test_free(back);
    test_free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_templates),
        cmocka_unit_test(speaks_the_language),
        cmocka_unit_test(drops_control_characters),
        cmocka_unit_test(random_texts_are_never_markup),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_done(&page);
    return failed;
}

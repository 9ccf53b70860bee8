/* Views: absent and empty, cutting, numbers with their edges, UTF-8. */
#include "unit.h"

#include "base/arena.h"
#include "base/base64.h"

#include <math.h>

static void absent_is_not_empty(void **state)
{
    (void)state;
    assert_true(str_absent(STR_ABSENT) && str_empty(STR_ABSENT));
    assert_true(!str_absent(STR("")) && str_empty(STR("")));
    assert_true(str_absent(str_from(NULL)) && !str_absent(str_from("")));
    assert_true(str_eq(STR_ABSENT, STR("")));
    assert_true(str_absent(str_trim(STR_ABSENT)) && str_absent(str_sub(STR_ABSENT, 1, 1)));
    assert_int_equal(str_utf8_count(STR_ABSENT), 0);
    assert_true(str_utf8_valid(STR_ABSENT));
}

static void order_is_by_bytes_then_length(void **state)
{
    (void)state;
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_true(str_cmp(STR("\x80"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR_ABSENT, STR("")), 0);
    assert_true(str_eq_nocase(STR("AbZ锦"), STR("aBz锦")));
    assert_false(str_eq_nocase(STR("["), STR("{")));
    assert_true(str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")));
    assert_true(str_ends(STR_ABSENT, STR("")));
}

static void parts(void **state)
{
    (void)state;
    assert_str(str_sub(STR("abcdef"), 2, 3), "cde");
    assert_str(str_sub(STR("abc"), 1, SIZE_MAX), "bc");
    assert_str(str_sub(STR("abc"), 9, 1), "");
    assert_str(str_trim(STR(" \t\v\f\r\n a b \n")), "a b");
    assert_str(str_trim(STR(" \n ")), "");
    assert_int_equal(str_find(STR("banana"), STR("nan")), 2);
    assert_int_equal(str_find(STR("banana"), STR("x")), -1);
    assert_int_equal(str_find(STR("a"), STR("")), 0);
    assert_int_equal(str_find_byte(STR("abc"), 'c'), 2);
    assert_int_equal(str_find_byte(STR_ABSENT, 'c'), -1);
}

static void cut_sees_every_part(void **state)
{
    (void)state;
    struct str rest = STR("a,,b,"), part;
    const char *wanted[] = {"a", "", "b", ""};
    size_t n = 0;
    while (str_cut(&rest, ',', &part)) {
        assert_true(n < 4 && str_eq(part, str_from(wanted[n])));
        n++;
    }
    assert_int_equal(n, 4);
    rest = STR("");
    assert_true(str_cut(&rest, ',', &part) && part.n == 0 && str_absent(rest));
    assert_false(str_cut(&rest, ',', &part));
}

static void integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } GOOD[] = {{"0", 0},
                {"-0", 0},
                {"+7", 7},
                {"0012", 12},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    static const char *const BAD[] = {"",
                                      "-",
                                      "+",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "0x1",
                                      "--1",
                                      "1e3",
                                      "１",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "99999999999999999999999"};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        int64_t v = 99;
        assert_true(str_to_i64(str_from(GOOD[i].text), &v));
        assert_true(v == GOOD[i].value);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        int64_t v = 99;
        if (str_to_i64(str_from(BAD[i]), &v) || v != 99)
            fail_msg("took \"%s\"", BAD[i]);
    }
}

static void doubles_equal_strtod(void **state)
{
    (void)state;
    static const char *const GOOD[] = {"0",
                                       "-0",
                                       "12",
                                       "-12.5e3",
                                       "0.1",
                                       "0.30000000000000004",
                                       "1e22",
                                       "1e23",
                                       "123456789012345678",
                                       "0.000000000000000000000012345",
                                       "1.7976931348623157e308",
                                       "5e-324",
                                       "2.2250738585072011e-308",
                                       "9007199254740993",
                                       "1e-400",
                                       "000000000000000000000000001.5",
                                       "100000000000000000000000",
                                       "3.14159265358979323846264338327950288",
                                       "+1E+2",
                                       "99999999999999.9e8"};
    static const char *const BAD[] = {"",      ".",      ".5",  "5.",           "1e", "e5",
                                      "1e+",   "inf",    "nan", "0x1p3",        "1 ", " 1",
                                      "1e400", "-1e999", "1,5", "1e99999999999"};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        double v = 99;
        assert_true(str_to_double(str_from(GOOD[i]), &v));
        if (v != strtod(GOOD[i], NULL) || signbit(v) != signbit(strtod(GOOD[i], NULL)))
            fail_msg("%s gave %.17g", GOOD[i], v);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        double v = 99;
        if (str_to_double(str_from(BAD[i]), &v) || v != 99)
            fail_msg("took \"%s\"", BAD[i]);
    }
    char text[40];
    for (uint64_t i = 1, x = 1; i < 200000; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        int n = snprintf(text, sizeof text, "%llu.%02llu", (unsigned long long)(x >> (10 + x % 50)),
                         (unsigned long long)(x % 100));
        double v;
        assert_true(str_to_double((struct str){text, (size_t)n}, &v) && v == strtod(text, NULL));
    }
}

static void utf8(void **state)
{
    (void)state;
    static const char *const GOOD[] = {"",
                                       "plain",
                                       "锦池",
                                       "\xF0\x9F\x90\x9F",
                                       "\xED\x9F\xBF",
                                       "\xEE\x80\x80",
                                       "\xF4\x8F\xBF\xBF",
                                       "12345678锦1234567"};
    static const char *const BAD[] = {
        "\x80",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x9F\xBF",
        "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xE9\x94",     "12345678\xFF",     "\xE9\x94\x28",     "\xC3"};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
        assert_true(str_utf8_valid(str_from(GOOD[i])));
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (str_utf8_valid(str_from(BAD[i])))
            fail_msg("took bad UTF-8 number %zu", i);
    assert_int_equal(str_utf8_count(STR("a锦池b")), 4);
    assert_str(str_utf8_prefix(STR("a锦池b"), 2), "a锦");
    assert_str(str_utf8_prefix(STR("a锦"), 9), "a锦");
    assert_str(str_utf8_prefix(STR("锦"), 0), "");
}

static void base64_is_strict(void **state)
{
    static const char *const BAD[] = {"A",    "AB",   "AB=",      "A===", "AB==C", "AB=A",
                                      "AA B", "AA\n", "AB==AAAA", "AA-_", "AB==",  "AAB="};
    struct arena a;
    struct str out;
    (void)state;
    arena_init(&a, 0);
    /* RFC 4648, 10 */
    assert_str(base64_encode(STR(""), &a), "");
    assert_str(base64_encode(STR("f"), &a), "Zg==");
    assert_str(base64_encode(STR("fo"), &a), "Zm8=");
    assert_str(base64_encode(STR("foob"), &a), "Zm9vYg==");
    unsigned char bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 5);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        struct str in = {(const char *)bytes, n};
        assert_true(base64_decode(base64_encode(in, &a), &a, &out) && str_eq(out, in));
    }
    out = STR("left alone");
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        if (base64_decode(str_from(BAD[i]), &a, &out))
            fail_msg("took bad base64 number %zu", i);
    assert_str(out, "left alone");
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_is_not_empty),
        cmocka_unit_test(order_is_by_bytes_then_length),
        cmocka_unit_test(parts),
        cmocka_unit_test(cut_sees_every_part),
        cmocka_unit_test(integers),
        cmocka_unit_test(doubles_equal_strtod),
        cmocka_unit_test(utf8),
        cmocka_unit_test(base64_is_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

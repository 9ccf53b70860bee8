/* query_audience — the language itself: canonical text, positions and suggestions of errors, types,
 * circles, JSON. */
#include "unit.h"

#include "query_names_fake.h"

#include "base/limits.h"

#include <string.h>

static enum rc read_text(struct arena *a, const char *text, const struct audience_expr **out,
                         struct err *e)
{
    bool group = text[0] == '@';
    return audience_read(a, &FAKE_NAMES, group ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER,
                         str_from(text + group), out, e);
}

static void text_has_one_canonical_form(void **state)
{
    static const struct {
        const char *text, *printed;
    } ROWS[] = {
        {"  friend  ", "friend"},
        {"((friend))", "friend"},
        {"FRIEND AND Not no_marketing", "friend and not no_marketing"},
        {"（城 )", NULL},
        {"city = “杭州” and （age ≥ 18）", "city = \"杭州\" and age >= 18"},
        {"city in（“杭州”，“宁波”）", "city in (\"杭州\", \"宁波\")"},
        {"friend -- 好友\nand all", "friend and all"},
        {"a and", NULL},
        {"(friend and all) and none", "(friend and all) and none"},
        {"friend and all or none", "friend and all or none"},
        {"friend and (all or none)", "friend and (all or none)"},
        {"not (friend or all)", "not (friend or all)"},
        {"age <> 18", "age != 18"},
        {"field.score = 007.50", "field.score = 7.5"},
        {"field.score = -0.000001", "field.score = -0.000001"},
        {"age is not known", "age is unknown"},
        {"age is not unknown", "age is known"},
        {"seq(view → order, within 7d)", "seq(view -> order, within 7d)"},
        {"count(\"order\") >= 1", "count(order) >= 1"},
        {"count(\"到店打卡\") >= 1", "count(\"到店打卡\") >= 1"},
        {"added in since 2026-01-01", "added since 2026-01-01"},
        {"added since \"2026-01-01 08:00:00\"", "added since \"2026-01-01 08:00\""},
        {"nickname = \"a\\\"b\\\\\"", "nickname = \"a\\\"b\\\\\""},
        {"spend() > 0", "spend() > 0"},
        {"spend(where amount > 1) > 0", "spend(where amount > 1) > 0"},
        {"spend(where amount > 1, today) > 0", "spend(where amount > 1, today) > 0"},
        {"sample(\"x\", 12.50%)", "sample(\"x\", 12.5%)"},
        {"tag(\"a\") as of 2026-01-01", "tag(\"a\") as of 2026-01-01"},
        {"DUE(“面霜”) in next 7d", "due(\"面霜\") in next 7d"},
        {"not due(\"a\") in between 2026-01-01 and 2026-02-01",
         "not due(\"a\") between 2026-01-01 and 2026-02-01"},
        {"due(\"a\") is not known", "due(\"a\") is unknown"},
        {"due(\"a\")", NULL},
        {"due in next 7d", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct arena a;
        struct err e = ERR_INIT;
        struct buf b;
        struct audience_expr *x, *again;
        arena_init(&a, 0);
        buf_init(&b, 1 << 16);
        enum rc rc = audience_parse(&a, AUDIENCE_CUSTOMER, str_from(ROWS[i].text), &x, &e);
        if ((rc == RC_OK) != (ROWS[i].printed != NULL))
            fail_msg("%s: %s", ROWS[i].text, e.en);
        if (rc == RC_OK) {
            audience_print(x, &b);
            assert_string_equal(b.p, ROWS[i].printed);
            assert_int_equal(audience_parse(&a, AUDIENCE_CUSTOMER, buf_str(&b), &again, &e), RC_OK);
            assert_true(audience_equal(x, again));
            buf_clear(&b);
            audience_to_json(x, &b);
            assert_int_equal(audience_from_json(&a, AUDIENCE_CUSTOMER, buf_str(&b), &again, &e),
                             RC_OK);
            assert_true(audience_equal(x, again));
        }
        buf_done(&b);
        arena_done(&a);
    }
}

static const struct {
    const char *text, *code;
    int64_t at;
    const char *hint; /* part of the Chinese hint, or NULL */
} ERRORS[] = {
    {"", "empty", 0, NULL},
    {"  \n", "empty", 0, NULL},
    {"ctiy = \"x\"", "word_unknown", 0, "city"},
    {"friend and taag(\"x\")", "word_unknown", 11, "tag"},
    {"friend friend", "trailing", 7, NULL},
    {"city = 杭州", "unquoted", 7, NULL},
    {"city = hangzhou", "value_text", 7, "\"hangzhou\""},
    {"city >= \"a\"", "operator", 0, "contains"},
    {"added >= 2026-01-01", "operator", 0, "since"},
    {"birthday = 3", "operator", 0, "next 7d"},
    {"birthday since 2026-01-01", "window_birthday", 9, NULL},
    {"birthday in last 5h", "window_hours", 12, NULL},
    {"staff != \"张三\"", "operator", 0, "not"},
    {"age > 3.5", "value_whole", 6, NULL},
    {"age > 151", "value_range", 6, NULL},
    {"age between 30 and 18", "between_order", 12, NULL},
    {"gender = robot", "value_choice", 9, "male"},
    {"tag(\"没有流水\")", "tag_unknown", 4, "没有流失"},
    {"friend and due(\"没有周期\") in next 7d", "cycle_unknown", 11, NULL},
    {"due(\"面霜\") = 2026-01-01", "operator", 0, "next 7d"},
    {"due(\"面霜\") in last 5h", "window_hours", 17, NULL},
    {"due(\"母亲\") in next 7d as of 2026-01-01", "as_of", 0, NULL},
    {"duo(\"面霜\") in next 7d", "word_unknown", 0, "due"},
    {"count(odrer) > 1", "kind_unknown", 6, "order"},
    {"count(order where product = \"A\") > 1", "filter_product", 18, "item"},
    {"count(view where quantity > 1) > 1", "filter_quantity", 17, NULL},
    {"count(view.kept) > 1", "kept", 6, NULL},
    {"count(order) is known", "operator", 0, NULL},
    {"sum(order) > 1", "amount", 9, NULL},
    {"sum(order.amount) > 1.005", "value_places", 20, NULL},
    {"count(order, next 7d) > 1", "window_future", 13, NULL},
    {"added in next 7d", "window_future", 9, NULL},
    {"added between 2026-02-01 and 2026-01-01", "window_order", 6, NULL},
    {"added since 2026-02-30", "date_invalid", 12, NULL},
    {"added in last 90x", "number_suffix", 14, NULL},
    {"added in last 0d", "duration_range", 14, NULL},
    {"field.illness = \"x\"", "field_sensitive", 0, NULL},
    {"field.nothing = \"x\"", "field_unknown", 0, NULL},
    {"field.due = \"x\"", "value_day", 12, NULL},
    {"clv(26w) > 800", "clv_horizon", 0, "clv(52w)"},
    {"clv(period) > 800", "clv_horizon", 0, "clv(52w)"},
    {"clv(52w) in (1, 2)", "operator", 0, NULL},
    {"clv(52w) > 1.005", "value_places", 11, NULL},
    {"clv(52w) > 8 as of 2026-01-01", "as_of", 0, NULL},
    {"seq(view, within 7d)", "one_step", 8, NULL},
    {"sample(\"x\", 10)", "percent", 12, NULL},
    {"sample(\"x\", 101%)", "value_range", 12, NULL},
    {"audience(\"甲\")", "circle", 0, NULL},
    {"friend or audience(\"坏\")", "value", 10, NULL},
    {"audience(\"群\")", "audience_subject", 0, NULL},
    {"tier(\"绕\") = \"一\"", "circle", 0, NULL},
    {"city = \"a\" as of 2026-01-01", "as_of", 0, NULL},
    {"nickname = \"abc", "text_open", 11, NULL},
    {"nickname = \"a\x01\"", "text_character", 13, NULL},
    {"nickname = \"\xff\"", "text_utf8", 11, NULL},
    {"friend & all", "character", 7, NULL},
    {"@city = \"a\"", "word_unknown", 0, NULL},
    {"@kind = feed as of 2026-01-01", "as_of", 12, NULL},
};

static void errors_say_where_and_what_instead(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ERRORS / sizeof ERRORS[0]; i++) {
        struct arena a;
        struct err e = ERR_INIT;
        const struct audience_expr *x;
        arena_init(&a, 0);
        assert_int_not_equal(read_text(&a, ERRORS[i].text, &x, &e), RC_OK);
        if (strcmp(e.code, ERRORS[i].code) != 0 || e.at != ERRORS[i].at)
            fail_msg("%s: %s at %d, not %s at %d", ERRORS[i].text, e.code, (int)e.at,
                     ERRORS[i].code, (int)ERRORS[i].at);
        assert_string_equal(e.field, "expression");
        assert_true(e.zh[0] != 0 && e.en[0] != 0);
        if (ERRORS[i].hint != NULL && strstr(e.hint_zh, ERRORS[i].hint) == NULL)
            fail_msg("%s: the hint is \"%s\"", ERRORS[i].text, e.hint_zh);
        arena_done(&a);
    }
}

static void depth_and_size_are_limited(void **state)
{
    (void)state;
    struct arena a;
    struct err e = ERR_INIT;
    const struct audience_expr *x;
    struct buf b;
    arena_init(&a, 0);
    buf_init(&b, LIMIT_EXPRESSION + 10);
    for (int i = 0; i < LIMIT_EXPRESSION_DEPTH + 1; i++)
        buf_addz(&b, "(");
    assert_int_equal(read_text(&a, b.p, &x, &e), RC_LIMIT);
    assert_string_equal(e.code, "too_deep");
    assert_int_equal(e.at, LIMIT_EXPRESSION_DEPTH);
    buf_clear(&b);
    while (b.n <= LIMIT_EXPRESSION)
        buf_addz(&b, " ");
    assert_int_equal(read_text(&a, b.p, &x, &e), RC_LIMIT);
    assert_string_equal(e.code, "expression_long");
    buf_clear(&b);
    buf_addz(&b, "friend");
    for (int i = 0; i < LIMIT_AUDIENCE_CONDITIONS; i++)
        buf_addz(&b, " or friend");
    assert_int_equal(read_text(&a, b.p, &x, &e), RC_LIMIT);
    assert_string_equal(e.code, "too_many_conditions");
    buf_done(&b);
    arena_done(&a);
}

static void an_owner_may_not_refer_to_itself(void **state)
{
    (void)state;
    struct arena a;
    struct err e = ERR_INIT;
    struct audience_expr *x;
    arena_init(&a, 0);
    assert_int_equal(
        audience_parse(&a, AUDIENCE_CUSTOMER, STR("audience(\"双\") and friend"), &x, &e), RC_OK);
    assert_int_equal(audience_check_owned(&a, &FAKE_NAMES, NAME_AUDIENCE, 2, x, &e), RC_OK);
    assert_int_equal(audience_check_owned(&a, &FAKE_NAMES, NAME_AUDIENCE, 3, x, &e),
                     RC_INVALID); /* 老客 */
    assert_string_equal(e.code, "circle");
    assert_int_equal(audience_check_owned(&a, &FAKE_NAMES, NAME_AUDIENCE, 7, x, &e), RC_INVALID);
    assert_int_equal(audience_parse(&a, AUDIENCE_CUSTOMER, STR("tier(\"值\") = \"一\""), &x, &e),
                     RC_OK);
    assert_int_equal(audience_check_owned(&a, &FAKE_NAMES, NAME_TIER_MODEL, 9, x, &e), RC_OK);
    assert_int_equal(audience_check_owned(&a, &FAKE_NAMES, NAME_TIER_MODEL, 8, x, &e), RC_INVALID);
    arena_done(&a);
}

static void json_that_is_no_expression_is_refused(void **state)
{
    static const char *const ROWS[] = {
        "",
        "[]",
        "{}",
        "{\"op\":\"and\",\"items\":[]}",
        "{\"op\":\"and\"}",
        "{\"op\":\"test\",\"what\":\"city\",\"compare\":\"=\",\"values\":[]}",
        "{\"op\":\"test\",\"what\":\"city) or (friend\",\"compare\":\"known\"}",
        "{\"op\":\"test\",\"what\":\"age\",\"compare\":\"=\",\"values\":[{\"number\":\"1 or "
        "friend\"}]}",
        "{\"op\":\"test\",\"what\":\"age\",\"compare\":\"= 1 or\",\"values\":[{\"number\":\"1\"}]}",
        "{\"op\":\"ever\",\"events\":{}}",
        "{\"op\":\"seq\",\"steps\":[{\"kind\":\"view\"}],\"within\":\"7d\"}",
        "{\"op\":\"sample\",\"name\":\"x\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct arena a;
        struct err e = ERR_INIT;
        struct audience_expr *x;
        arena_init(&a, 0);
        if (audience_from_json(&a, AUDIENCE_CUSTOMER, str_from(ROWS[i]), &x, &e) == RC_OK)
            fail_msg("accepted: %s", ROWS[i]);
        arena_done(&a);
    }
}

static void any_prefix_and_any_flipped_byte_are_survived(void **state)
{
    static const char TEXT[] =
        "seq(view where channel = \"门店\" -> order.kept, within 7d, this month) and not (age "
        "between 1 and 9 or "
        "field.due in next 3w) and first(order) before \"2026-01-01 12:00\" as of 2026-02-02";
    (void)state;
    for (size_t n = 0; n < sizeof TEXT; n++)
        for (int flip = 0; flip < 8; flip++) {
            char text[sizeof TEXT];
            struct arena a;
            struct err e = ERR_INIT;
            struct audience_expr *x;
            memcpy(text, TEXT, sizeof TEXT);
            if (n < sizeof TEXT - 1)
                text[n] = (char)(text[n] ^ 1 << flip);
            arena_init(&a, 0);
            struct str s = {text, flip == 7 ? n : sizeof TEXT - 1};
            if (audience_parse(&a, AUDIENCE_CUSTOMER, s, &x, &e) != RC_OK)
                assert_true(e.at >= 0 && e.at <= (int64_t)s.n);
            arena_done(&a);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_has_one_canonical_form),
        cmocka_unit_test(errors_say_where_and_what_instead),
        cmocka_unit_test(depth_and_size_are_limited),
        cmocka_unit_test(an_owner_may_not_refer_to_itself),
        cmocka_unit_test(json_that_is_no_expression_is_refused),
        cmocka_unit_test(any_prefix_and_any_flipped_byte_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

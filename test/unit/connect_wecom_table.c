/* connect_wecom_table.c — the tables of WeCom's errors and endpoints keep their own rules, requests
 * are checked by them, and the buckets never let more go than WeCom allows. */
#include "arena_fixture.h"

#include "connect/wecom/endpoint.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/limit.h"

#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

static void codes_are_sorted_and_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < wecom_errcode_count; i++) {
        const struct wecom_errcode *row = &wecom_errcode_table[i];
        assert_true(row->code <= row->last);
        assert_true(i == 0 || row[-1].last < row->code);
        assert_ptr_equal(wecom_errcode(row->code), row);
        assert_ptr_equal(wecom_errcode(row->last), row);
        assert_true(row->rc != RC_OK && row->class != WECOM_CLASS_OK);
        assert_true(row->zh[0] != 0 && row->en[0] != 0);
        assert_int_equal(row->hint_zh == NULL, row->hint_en == NULL);
    }
    assert_int_equal(wecom_errcode(0)->class, WECOM_CLASS_OK);
    assert_int_equal(wecom_errcode(999999)->class, WECOM_CLASS_UNKNOWN);
    assert_int_equal(wecom_errcode(41036)->class, WECOM_CLASS_UNKNOWN); /* between two rows */
    assert_int_equal(wecom_errcode(INT64_MIN)->class, WECOM_CLASS_UNKNOWN);
    assert_int_equal(wecom_errcode(INT64_MAX)->class, WECOM_CLASS_UNKNOWN);
}

static void codes_say_what_to_do(void **state)
{
    (void)state;
    static const struct {
        int64_t code;
        enum wecom_class class;
    } rows[] = {
        {-1, WECOM_CLASS_LATER},       {40001, WECOM_CLASS_SETTING}, {40013, WECOM_CLASS_SETTING},
        {40014, WECOM_CLASS_TOKEN},    {42001, WECOM_CLASS_TOKEN},   {45009, WECOM_CLASS_BLOCKED},
        {45033, WECOM_CLASS_LATER},    {45035, WECOM_CLASS_LATER},   {48002, WECOM_CLASS_SETTING},
        {60020, WECOM_CLASS_SETTING},  {60011, WECOM_CLASS_SETTING}, {84061, WECOM_CLASS_REFUSED},
        {41054, WECOM_CLASS_REFUSED},  {40035, WECOM_CLASS_OURS},    {40029, WECOM_CLASS_USER},
        {701008, WECOM_CLASS_REFUSED}, {41025, WECOM_CLASS_OURS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(wecom_errcode(rows[i].code)->class, rows[i].class);
}

static void errors_have_words_in_both_languages(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(wecom_errcode_set(&e, 60020, "user/get"), RC_FORBIDDEN);
    assert_string_equal(e.code, "wecom_60020");
    assert_string_equal(e.field, "user/get");
    assert_non_null(strstr(e.zh, "可信 IP"));
    assert_non_null(strstr(e.zh, "60020"));
    assert_null(strstr(e.zh, "trusted"));
    assert_non_null(strstr(e.en, "not trusted"));
    assert_non_null(strstr(e.hint_zh, "企业可信IP"));
    assert_non_null(strstr(e.hint_en, "trusted IPs"));
    assert_int_equal(wecom_errcode_set(&e, -1, "user/get"), RC_BUSY);
    assert_string_equal(e.code, "wecom_minus_1");
    assert_int_equal(wecom_errcode_set(&e, 123456, "user/get"), RC_IO);
    assert_non_null(strstr(e.en, "123456"));
    for (size_t i = 0; i < wecom_errcode_count; i++) {
        wecom_errcode_set(&e, wecom_errcode_table[i].code, "externalcontact/group_welcome/add");
        assert_true(e.hint_zh[0] != 0 && e.hint_en[0] != 0);
        assert_true(strlen(e.zh) < ERR_TEXT_BYTES - 1 && strlen(e.hint_en) < ERR_TEXT_BYTES - 1);
    }
}

/* ---- endpoints ---- */

static bool among(const char *fields, const char *name)
{
    struct str rest = str_from(fields);
    struct wecom_parameter p;
    while (wecom_parameter_next(&rest, &p))
        if (str_eq(p.name, str_from(name)))
            return true;
    return false;
}

static void check_fields(const char *fields, bool may_be_required)
{
    static const char *const TYPES[] = {"text", "int", "bool", "list", "object", "any"};
    struct str rest = str_from(fields);
    struct wecom_parameter p;
    while (wecom_parameter_next(&rest, &p)) {
        bool known = false;
        for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
            known |= str_eq(p.type, str_from(TYPES[i]));
        assert_true(known && p.name.n > 0 && p.name.n < 40);
        assert_true(!p.required || may_be_required);
        for (size_t i = 0; i < p.name.n; i++)
            assert_non_null(strchr("abcdefghijklmnopqrstuvwxyz0123456789_", p.name.p[i]));
    }
}

static void every_row_keeps_the_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < wecom_endpoint_count; i++) {
        const struct wecom_endpoint *ep = &wecom_endpoint_table[i];
        assert_ptr_equal(wecom_endpoint(ep->path), ep); /* so no path stands twice */
        assert_int_equal(wecom_endpoint_index(ep), i);
        check_fields(ep->takes, true);
        check_fields(ep->gives, false);
        assert_true(ep->rows == NULL || among(ep->gives, ep->rows));
        assert_true(ep->next == NULL || (ep->rows != NULL && among(ep->gives, ep->next)));
        assert_int_equal(ep->limit != NULL, ep->limit_max > 0);
        assert_true(ep->limit == NULL || ep->next != NULL);
        assert_true(!ep->limit_needed || ep->limit != NULL);
        assert_true(ep->secrets != 0 || strcmp(ep->path, "gettoken") == 0);
        assert_true(ep->method == WECOM_POST || ep->repeat == WECOM_REPEAT_SAFE);
    }
}

static enum rc check(const char *path, const char *json, struct err *e)
{
    const struct json_value *v = NULL;
    if (json != NULL)
        assert_int_equal(json_parse(&arena, str_from(json), &v, NULL), RC_OK);
    return wecom_endpoint_check(wecom_endpoint(path), v, e);
}

static void requests_are_checked_by_the_table(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    const char *tag = "externalcontact/mark_tag";
    assert_int_equal(check(tag, "{\"userid\":\"a\",\"external_userid\":\"b\",\"add_tag\":[]}", &e),
                     RC_OK);
    assert_int_equal(check(tag, "{\"userid\":\"a\"}", &e), RC_INVALID);
    assert_string_equal(e.field, "external_userid");
    assert_string_equal(e.code, "wecom_field_missing");
    assert_int_equal(check(tag, "{\"userid\":\"a\",\"external_userid\":\"\"}", &e), RC_INVALID);
    assert_int_equal(check(tag, NULL, &e), RC_INVALID);
    assert_int_equal(
        check(tag, "{\"userid\":\"a\",\"external_userid\":\"b\",\"add_tag\":\"c\"}", &e),
        RC_INVALID);
    assert_string_equal(e.field, "add_tag");
    assert_string_equal(e.code, "wecom_field_type");
    assert_int_equal(check(tag, "{\"userid\":\"a\",\"external_userid\":\"b\",\"tags\":[]}", &e),
                     RC_INVALID);
    assert_string_equal(e.code, "wecom_field_unknown");
    assert_int_equal(check("department/list", NULL, &e), RC_OK);
    const char *groups = "externalcontact/groupchat/list";
    assert_int_equal(check(groups, "{\"limit\":1000,\"cursor\":\"x\"}", &e), RC_OK);
    assert_int_equal(check(groups, "{\"limit\":1001}", &e), RC_INVALID);
    assert_string_equal(e.code, "wecom_limit_range");
    assert_int_equal(check(groups, "{}", &e), RC_INVALID);
    assert_string_equal(e.field, "limit");
    assert_int_equal(check("user/get", "{\"userid\":\"a\",\"cursor\":\"x\"}", &e), RC_INVALID);
}

/* ---- frequency ---- */

#define S_US INT64_C(1000000)

/* Takes as fast as it may for `span_us`; the times of what was let go. */
static size_t take_greedily(struct wecom_limit *l, const struct wecom_endpoint *ep, int64_t from_us,
                            int64_t span_us, int64_t *times, size_t room)
{
    size_t n = 0;
    for (int64_t now_us = from_us; now_us < from_us + span_us;) {
        int64_t wait_us = wecom_limit_take(l, ep, false, now_us);
        if (wait_us > 0) {
            now_us += wait_us;
            continue;
        }
        assert_true(n < room);
        times[n++] = now_us;
    }
    return n;
}

/* No window sees more than `most`, and a long run gets most of what is allowed. */
static void check_windows(const char *path, int64_t window_us, size_t most, int64_t span_us)
{
    enum { ROOM = 400000 };
    static int64_t times[ROOM];
    struct wecom_limit l;
    wecom_limit_init(&l);
    size_t n = take_greedily(&l, wecom_endpoint(path), 5 * S_US, span_us, times, ROOM);
    for (size_t i = 0; i + most < n; i++)
        assert_true(times[i + most] - times[i] >= window_us);
    assert_true(n >= most * 8 / 10 * (size_t)(span_us / window_us));
    assert_true(n > most * 9 / 10);
    wecom_limit_done(&l);
}

static void no_window_sees_more_than_is_allowed(void **state)
{
    (void)state;
    check_windows("user/get", 60 * S_US, 10000, 90 * S_US); /* before the hour counts */
    check_windows("user/get", 3600 * S_US, 150000, 7200 * S_US);
    check_windows("externalcontact/add_moment_task", 60 * S_US, 10, 3600 * S_US);
    check_windows("get_jsapi_ticket", 3600 * S_US, 400, 36000 * S_US);
    check_windows("media/uploadimg", 86400 * S_US, 1000, 3 * 86400 * S_US);
}

/* Ten minutes of 150 a second, and what a rush of any size gets after that. */
static void a_rush_of_welcomes_is_not_held_up(void **state)
{
    enum { ROOM = 400000 };
    static int64_t times[ROOM];
    struct wecom_limit l;
    (void)state;
    const struct wecom_endpoint *ep = wecom_endpoint("externalcontact/send_welcome_msg");
    wecom_limit_init(&l);
    for (int64_t i = 0; i < INT64_C(150) * 600; i++)
        assert_int_equal(wecom_limit_take(&l, ep, false, 5 * S_US + i * S_US / 150), 0);
    wecom_limit_done(&l);
    wecom_limit_init(&l);
    size_t n = take_greedily(&l, ep, 5 * S_US, 7200 * S_US, times, ROOM);
    for (size_t i = 0; i + 10000 < n; i++)
        assert_true(times[i + 10000] - times[i] >= 60 * S_US);
    for (size_t i = 0; i + 150000 < n; i++)
        assert_true(times[i + 150000] - times[i] >= 3600 * S_US);
    assert_true(times[9780] - times[0] < 60 * S_US); /* of a minute's 10,000 */
    wecom_limit_done(&l);
}

static void apis_do_not_share_buckets(void **state)
{
    (void)state;
    struct wecom_limit l;
    wecom_limit_init(&l);
    const struct wecom_endpoint *tickets = wecom_endpoint("ticket/get");
    while (wecom_limit_take(&l, tickets, false, S_US) == 0) {
    }
    assert_int_equal(wecom_limit_take(&l, wecom_endpoint("user/get"), false, S_US), 0);
    const struct wecom_endpoint *free_of_limits = wecom_endpoint("auth/getuserinfo");
    for (int i = 0; i < 20000; i++)
        assert_int_equal(wecom_limit_take(&l, free_of_limits, false, S_US), 0);
    wecom_limit_done(&l);
}

static void a_refused_api_stops_for_its_window(void **state)
{
    (void)state;
    struct wecom_limit l;
    wecom_limit_init(&l);
    const struct wecom_endpoint *ep = wecom_endpoint("user/get");
    wecom_limit_refused(&l, ep, 100 * S_US);
    wecom_limit_refused(&l, ep, 101 * S_US); /* was under way with the first */
    assert_int_equal(wecom_limit_take(&l, ep, false, 101 * S_US), 59 * S_US);
    assert_int_equal(wecom_limit_take(&l, wecom_endpoint("user/list"), false, 101 * S_US), 0);
    assert_int_equal(wecom_limit_take(&l, ep, false, 160 * S_US), 0);
    wecom_limit_refused(&l, ep, 160 * S_US); /* still: so it was the hour's rule */
    assert_int_equal(wecom_limit_take(&l, ep, false, 160 * S_US), 3600 * S_US);
    assert_int_equal(wecom_limit_take(&l, ep, false, 3760 * S_US), 0);
    wecom_limit_answered(&l, ep);
    wecom_limit_refused(&l, ep, 3800 * S_US);
    assert_int_equal(wecom_limit_take(&l, ep, false, 3800 * S_US), 60 * S_US);
    wecom_limit_crowded(&l, ep, 3859 * S_US + S_US * 3 / 4);
    assert_int_equal(wecom_limit_take(&l, ep, false, 3860 * S_US), S_US / 4);
    wecom_limit_done(&l);
}

static void a_clock_that_goes_back_does_not_stop_calls(void **state)
{
    (void)state;
    struct wecom_limit l;
    wecom_limit_init(&l);
    const struct wecom_endpoint *ep = wecom_endpoint("externalcontact/add_moment_task");
    assert_int_equal(wecom_limit_take(&l, ep, false, 100000 * S_US), 0);
    assert_true(wecom_limit_take(&l, ep, false, S_US) < 61 * S_US);
    wecom_limit_done(&l);
}

/* A sync that takes all it gets leaves half of the burst, and what comes again meanwhile goes to
 * the others first. */
static void the_background_leaves_half(void **state)
{
    (void)state;
    struct wecom_limit l;
    wecom_limit_init(&l);
    const struct wecom_endpoint *ep = wecom_endpoint("externalcontact/get"); /* 1,000 at once */
    int background = 0, others = 0;
    while (wecom_limit_take(&l, ep, true, S_US) == 0)
        background++;
    while (wecom_limit_take(&l, ep, false, S_US) == 0)
        others++;
    assert_int_equal(background, 500);
    assert_int_equal(others, 500);
    int64_t wait_us = wecom_limit_take(&l, ep, false, S_US);
    int64_t longer_us = wecom_limit_take(&l, ep, true, S_US);
    assert_true(wait_us > 0 && longer_us > 400 * wait_us);
    assert_int_equal(wecom_limit_take(&l, ep, false, S_US + wait_us), 0);
    assert_true(wecom_limit_take(&l, ep, true, S_US + wait_us) > 0);
    wecom_limit_done(&l);
    /* where only one may go at once, there is no half of it */
    wecom_limit_init(&l);
    ep = wecom_endpoint("externalcontact/add_moment_task");
    assert_int_equal(wecom_limit_take(&l, ep, true, S_US), 0);
    wecom_limit_done(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(codes_are_sorted_and_found),
        TEST(codes_say_what_to_do),
        TEST(errors_have_words_in_both_languages),
        TEST(every_row_keeps_the_rules),
        TEST(requests_are_checked_by_the_table),
        TEST(no_window_sees_more_than_is_allowed),
        TEST(a_rush_of_welcomes_is_not_held_up),
        TEST(apis_do_not_share_buckets),
        TEST(a_refused_api_stops_for_its_window),
        TEST(the_background_leaves_half),
        TEST(a_clock_that_goes_back_does_not_stop_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

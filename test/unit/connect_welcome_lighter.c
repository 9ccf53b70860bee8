/* connect_welcome_lighter.c — what goes once more after WeCom refused a welcome, and what does
 * not. */
#include "unit.h"

#include "connect/wecom/errors.h"
#include "connect/wecom/welcome_lighter.h"

static struct arena arena;

static enum welcome_weight after(enum welcome_weight now, int64_t code)
{
    struct err e = ERR_INIT;
    wecom_errcode_set(&e, code, "externalcontact/send_welcome_msg");
    return welcome_weight_after(now, &e);
}

static void only_refusals_of_the_request_make_it_lighter(void **state)
{
    struct err lost = ERR_INIT;
    (void)state;
    assert_int_equal(after(WELCOME_WHOLE, 40007), WELCOME_WITHOUT_IDS);
    assert_int_equal(after(WELCOME_WHOLE, 40145), WELCOME_WITHOUT_IDS);
    assert_int_equal(after(WELCOME_WITHOUT_IDS, 40007), WELCOME_BARE);
    assert_int_equal(after(WELCOME_WHOLE, 41065), WELCOME_BARE);
    assert_int_equal(after(WELCOME_WHOLE, 999999), WELCOME_BARE); /* documented nowhere */
    assert_int_equal(after(WELCOME_BARE, 40007), WELCOME_BARE);
    /* The code is used or over; WeCom is busy; a setting is wrong: less would not help. */
    assert_int_equal(after(WELCOME_WHOLE, 41050), WELCOME_WHOLE);
    assert_int_equal(after(WELCOME_WHOLE, 41051), WELCOME_WHOLE);
    assert_int_equal(after(WELCOME_WHOLE, -1), WELCOME_WHOLE);
    assert_int_equal(after(WELCOME_WHOLE, 45009), WELCOME_WHOLE);
    assert_int_equal(after(WELCOME_WHOLE, 40001), WELCOME_WHOLE);
    err_set(&lost, RC_IO, "wecom_unsure", NULL, "丢失", "lost");
    assert_int_equal(welcome_weight_after(WELCOME_WHOLE, &lost), WELCOME_WHOLE);
}

#define HEAD "{\"welcome_code\":\"C\",\"text\":{\"content\":\"好\"}"
#define LINK "{\"msgtype\":\"link\",\"link\":{\"title\":\"a\",\"url\":\"https://x\"}}"
#define PICTURE "{\"msgtype\":\"image\",\"image\":{\"pic_url\":\"https://y\"}}"
#define PAPER "{\"msgtype\":\"file\",\"file\":{\"media_id\":\"M1\"}}"
#define PROGRAM                                                                                    \
    "{\"msgtype\":\"miniprogram\",\"miniprogram\":{\"title\":\"s\",\"pic_media_id\":\"M2\"}}"

static void what_has_an_id_goes_first_then_all(void **state)
{
    struct str out = STR(""), *ids = NULL;
    size_t n = 0;
    const struct str whole =
        STR(HEAD ",\"attachments\":[" PAPER "," LINK "," PROGRAM "," PICTURE "]}");
    (void)state;
    assert_true(welcome_lighten(whole, WELCOME_WITHOUT_IDS, &arena, &out, &ids, &n));
    assert_str(out, HEAD ",\"attachments\":[" LINK "," PICTURE "]}");
    assert_int_equal(n, 2);
    assert_str(ids[0], "M1");
    assert_str(ids[1], "M2");
    assert_true(out.n < whole.n);
    assert_true(welcome_lighten(whole, WELCOME_BARE, &arena, &out, &ids, &n));
    assert_str(out, HEAD "}");
}

static void nothing_is_no_welcome(void **state)
{
    struct str out = STR("kept"), *ids = NULL;
    size_t n = 0;
    (void)state;
    /* Nothing left out, nothing left, nothing there, nothing to read. */
    assert_false(welcome_lighten(STR(HEAD ",\"attachments\":[" LINK "]}"), WELCOME_WITHOUT_IDS,
                                 &arena, &out, &ids, &n));
    assert_false(welcome_lighten(STR("{\"welcome_code\":\"C\",\"attachments\":[" PAPER "]}"),
                                 WELCOME_BARE, &arena, &out, &ids, &n));
    assert_int_equal(n, 1); /* WeCom does not know it, all the same */
    assert_false(welcome_lighten(STR(HEAD "}"), WELCOME_BARE, &arena, &out, &ids, &n));
    assert_false(welcome_lighten(STR("{"), WELCOME_BARE, &arena, &out, &ids, &n));
    assert_str(out, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_refusals_of_the_request_make_it_lighter),
        cmocka_unit_test(what_has_an_id_goes_first_then_all),
        cmocka_unit_test(nothing_is_no_welcome),
    };
    arena_init(&arena, 0);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}

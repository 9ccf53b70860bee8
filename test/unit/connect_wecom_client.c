/* connect_wecom_client.c — the rule of a call to WeCom against a scripted other side and a driven
 * clock: tokens, repeats, frequency, lost answers, what is sent; and no error tells a secret. */
#include "unit.h"

#include "base/buf.h"
#include "base/lock.h"
#include "connect/wecom/page.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define S_US INT64_C(1000000)
#define TOKEN(name) "{\"errcode\":0,\"access_token\":\"TOKEN-" name "\",\"expires_in\":7200}"

/* One exchange that is expected: what its address contains, and what comes back. */
struct turn {
    const char *address;
    const char *reply; /* NULL: nothing came back */
    bool sent;
    int64_t status; /* 0: 200 */
    bool stopped;   /* nothing came back because the server ends */
};

static struct {
    int64_t now_us;
    const struct turn *script; /* ends with a turn without address */
    size_t at;
    int64_t paused_us[16];
    size_t pauses;
    bool ending, once, form;
    const char *corp_id, *app, *contact, *directory;
    struct buf address, body; /* of the last exchange */
} play;

static struct wecom_client *client;
static struct arena arena;

static const char *play_setting(void *ctx, const char *name)
{
    (void)ctx;
    const struct {
        const char *name, *value;
    } settings[] = {
        {"wecom_base_url", "https://wecom.test/"},
        {"wecom_corp_id", play.corp_id},
        {"wecom_app_secret", play.app},
        {"wecom_contact_secret", play.contact},
        {"wecom_directory_secret", play.directory},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (strcmp(settings[i].name, name) == 0)
            return settings[i].value;
    fail_msg("no setting %s", name);
    return NULL;
}

static enum rc play_exchange(void *ctx, const struct exchange *x, struct arena *a,
                             struct exchange_reply *out, struct err *e)
{
    (void)ctx;
    const struct turn *t = &play.script[play.at];
    if (t->address == NULL)
        fail_msg("an exchange that was not expected: %s", x->url);
    play.at++;
    if (strstr(x->url, t->address) == NULL)
        fail_msg("%s is not in %s", t->address, x->url);
    assert_true(x->timeout_ms >= 1000 && x->timeout_ms <= (x->type != NULL ? 120000 : 20000));
    play.form = x->type != NULL;
    play.once = x->once;
    buf_clear(&play.address);
    buf_addz(&play.address, x->url);
    buf_clear(&play.body);
    buf_add(&play.body, str_absent(x->body) ? STR("(none)") : x->body);
    out->sent = t->sent;
    if (t->stopped)
        return err_set(e, RC_BUSY, "stopping", NULL, "停止", "stopping");
    if (t->reply == NULL)
        return err_set(e, RC_IO, "remote_unreachable", NULL, "断了", "broken");
    out->status = t->status != 0 ? t->status : 200;
    out->body = arena_str(a, str_from(t->reply));
    return RC_OK;
}

static int64_t play_now_us(void *ctx)
{
    (void)ctx;
    return play.now_us;
}

static bool play_pause(void *ctx, int64_t us)
{
    (void)ctx;
    assert_true(play.pauses < sizeof play.paused_us / sizeof *play.paused_us);
    play.paused_us[play.pauses++] = us;
    play.now_us += us;
    return !play.ending;
}

static int set_up(void **state)
{
    (void)state;
    memset(&play, 0, sizeof play);
    play.now_us = 1000 * S_US;
    play.corp_id = "ww1";
    play.app = "SECRET-app";
    play.contact = play.directory = "";
    buf_init(&play.address, 1 << 16);
    buf_init(&play.body, 1 << 16);
    arena_init(&arena, 0);
    client = wecom_client_new_in(
        &(struct wecom_surroundings){NULL, play_setting, play_exchange, play_now_us, play_pause});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    wecom_client_free(client);
    arena_done(&arena);
    buf_done(&play.address);
    buf_done(&play.body);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

static enum rc ask(const char *path, const char *request, int64_t patience_s,
                   const struct json_value **out, struct err *e)
{
    const struct json_value *v = NULL;
    if (request != NULL)
        assert_int_equal(json_parse(&arena, str_from(request), &v, NULL), RC_OK);
    return wecom_call(client,
                      &(struct wecom_call){.endpoint = wecom_endpoint(path),
                                           .request = v,
                                           .patience_us = patience_s * S_US},
                      &arena, out, e);
}

static bool tells_secret(const char *text)
{
    return strstr(text, "SECRET") != NULL || strstr(text, "TOKEN") != NULL;
}

static enum rc ask_page(const char *path, const char *cursor, struct wecom_page *out, struct err *e)
{
    const struct wecom_page_call call = {.path = path, .cursor = str_from(cursor)};
    return wecom_page(client, &call, &arena, out, e);
}

/* The script is played to its end and the call ends so. */
static void expect(const struct turn *script, const char *path, const char *request, enum rc rc,
                   const char *code)
{
    const struct json_value *reply = NULL;
    struct err e = ERR_INIT;
    play.script = script;
    play.at = 0;
    assert_int_equal(ask(path, request, 0, &reply, &e), rc);
    assert_null(script[play.at].address);
    assert_int_equal(reply != NULL, rc == RC_OK);
    assert_string_equal(e.code, code);
    assert_false(tells_secret(e.zh) || tells_secret(e.en) || tells_secret(e.hint_zh) ||
                 tells_secret(e.hint_en) || tells_secret(e.field));
    assert_true(rc == RC_OK || (e.zh[0] != 0 && e.en[0] != 0));
}

#define SCRIPT(...) ((const struct turn[]){__VA_ARGS__, {NULL}})
#define GET_TOKEN                                                                                  \
    {                                                                                              \
        "/cgi-bin/gettoken?corpid=ww1&corpsecret=SECRET-app", TOKEN("1")                           \
    }
#define WELL "{\"errcode\":0,\"errmsg\":\"ok\"}"
#define CODE(n) "{\"errcode\":" #n ",\"errmsg\":\"SECRET hint\"}"

static void a_token_serves_until_shortly_before_its_end(void **state)
{
    (void)state;
    expect(SCRIPT(GET_TOKEN, {"/cgi-bin/department/list?access_token=TOKEN-1", WELL}),
           "department/list", NULL, RC_OK, "");
    expect(SCRIPT({"user/get?access_token=TOKEN-1&userid=a", "{\"userid\":\"a\"}"}), "user/get",
           "{\"userid\":\"a\"}", RC_OK, "");
    play.now_us += 6899 * S_US;
    expect(SCRIPT({"access_token=TOKEN-1", WELL}), "department/list", NULL, RC_OK, "");
    play.now_us += 1 * S_US;
    /* Asked early, WeCom gives the same token with what is left; a tenth before that ends it is
     * asked for again. */
    expect(SCRIPT({"gettoken", "{\"access_token\":\"TOKEN-1\",\"expires_in\":300}"},
                  {"access_token=TOKEN-1", WELL}),
           "department/list", NULL, RC_OK, "");
    play.now_us += 269 * S_US;
    expect(SCRIPT({"access_token=TOKEN-1", WELL}), "department/list", NULL, RC_OK, "");
    play.now_us += 1 * S_US;
    expect(SCRIPT({"gettoken", TOKEN("2")}, {"access_token=TOKEN-2", WELL}), "department/list",
           NULL, RC_OK, "");
}

static void a_refused_token_is_replaced_once(void **state)
{
    (void)state;
    expect(SCRIPT(GET_TOKEN, {"TOKEN-1", CODE(40014)}, {"gettoken", TOKEN("2")}, {"TOKEN-2", WELL}),
           "department/list", NULL, RC_OK, "");
    expect(SCRIPT({"TOKEN-2", CODE(42001)}, {"gettoken", TOKEN("3")}, {"TOKEN-3", CODE(42001)}),
           "department/list", NULL, RC_SIGNIN, "wecom_42001");
    expect(SCRIPT({"TOKEN-3", CODE(40001)}, {"gettoken", TOKEN("4")}, {"TOKEN-4", CODE(40001)}),
           "department/list", NULL, RC_FORBIDDEN, "wecom_40001");
    /* The same token again: it is tried once more, and that is all. */
    expect(SCRIPT({"TOKEN-4", CODE(40014)}, {"gettoken", TOKEN("4")}, {"TOKEN-4", CODE(40014)}),
           "department/list", NULL, RC_SIGNIN, "wecom_40014");
    assert_int_equal(play.pauses, 0);
}

static void a_wrong_secret_is_not_tried_again_and_again(void **state)
{
    (void)state;
    expect(SCRIPT({"gettoken", CODE(40001)}), "department/list", NULL, RC_FORBIDDEN, "wecom_40001");
    expect(SCRIPT({NULL}), "department/list", NULL, RC_FORBIDDEN, "wecom_40001");
    play.now_us += 299 * S_US;
    expect(SCRIPT({NULL}), "department/list", NULL, RC_FORBIDDEN, "wecom_40001");
    play.now_us += 1 * S_US;
    expect(SCRIPT({"gettoken", CODE(40013)}), "department/list", NULL, RC_INVALID, "wecom_40013");
    play.app = "SECRET-other";
    expect(SCRIPT({"corpsecret=SECRET-other", TOKEN("2")}, {"TOKEN-2", WELL}), "department/list",
           NULL, RC_OK, "");
    /* Any other failure may have gone by the next call. */
    play.app = "SECRET-third";
    expect(SCRIPT({"gettoken", CODE(60020)}), "department/list", NULL, RC_FORBIDDEN, "wecom_60020");
    expect(SCRIPT({"gettoken", TOKEN("3")}, {"TOKEN-3", WELL}), "department/list", NULL, RC_OK, "");
}

static void busy_is_repeated_three_times(void **state)
{
    (void)state;
    expect(SCRIPT(GET_TOKEN, {"send_welcome_msg", CODE(-1)}, {"send_welcome_msg", CODE(-1)},
                  {"send_welcome_msg", CODE(-1)}, {"send_welcome_msg", WELL}),
           "externalcontact/send_welcome_msg", "{\"welcome_code\":\"w\"}", RC_OK, "");
    assert_int_equal(play.pauses, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(play.paused_us[i], S_US << i);
    expect(SCRIPT({"department", CODE(-1)}, {"department", CODE(6000)}, {"department", CODE(45035)},
                  {"department", CODE(-1)}),
           "department/list", NULL, RC_BUSY, "wecom_minus_1");
    assert_int_equal(play.pauses, 6);
    expect(SCRIPT({"department", CODE(60011)}), "department/list", NULL, RC_FORBIDDEN,
           "wecom_60011");
    expect(SCRIPT({"department", CODE(777777)}), "department/list", NULL, RC_IO, "wecom_777777");
    assert_int_equal(play.pauses, 6);
}

/* Who chooses what to send when it may be sent takes the turn first. */
static void a_turn_is_taken_once(void **state)
{
    (void)state;
    const struct json_value *out, *v;
    const struct wecom_endpoint *ep = wecom_endpoint("externalcontact/send_welcome_msg");
    play.script = SCRIPT(GET_TOKEN, {"welcome", WELL});
    assert_int_equal(json_parse(&arena, STR("{\"welcome_code\":\"w\"}"), &v, NULL), RC_OK);
    while (wecom_turn(client, ep) == 0)
        continue;
    const struct wecom_call call = {
        .endpoint = ep, .request = v, .patience_us = 1, .has_turn = true};
    assert_int_equal(wecom_call(client, &call, &arena, &out, NULL), RC_OK);
    const struct wecom_call late = {.endpoint = ep, .request = v, .patience_us = 1};
    assert_int_equal(wecom_call(client, &late, &arena, &out, NULL), RC_RATE);
}

static void a_lost_answer_is_asked_for_again_only_where_it_is_safe(void **state)
{
    (void)state;
    const char *code = "{\"welcome_code\":\"w\"}";
    const char *welcome = "externalcontact/send_welcome_msg";
    expect(SCRIPT(GET_TOKEN, {"department", NULL, true}, {"department", "<html>", .status = 502},
                  {"department", "[1]"}, {"department", WELL}),
           "department/list", NULL, RC_OK, "");
    assert_false(play.once);
    expect(SCRIPT({"welcome", NULL, .sent = true}), welcome, code, RC_IO, "wecom_unsure");
    assert_true(play.once); /* so that libcurl does not repeat it either */
    expect(SCRIPT({"welcome", "{\"errcode\":", 0}), welcome, code, RC_IO, "wecom_unsure");
    expect(SCRIPT({"welcome", NULL, .sent = false}, {"welcome", WELL}), welcome, code, RC_OK, "");
    /* An end in the middle of it: the same, unless it had not left. */
    expect(SCRIPT({"welcome", NULL, .sent = true, .stopped = true}), welcome, code, RC_IO,
           "wecom_unsure");
    expect(SCRIPT({"welcome", NULL, .stopped = true}), welcome, code, RC_BUSY, "stopping");
    expect(SCRIPT({"department", NULL, .sent = true, .stopped = true}), "department/list", NULL,
           RC_BUSY, "stopping");
    expect(SCRIPT({"department", NULL}, {"department", NULL}, {"department", NULL},
                  {"department", NULL}),
           "department/list", NULL, RC_IO, "remote_unreachable");
}

static void a_blocked_api_waits_for_its_window(void **state)
{
    (void)state;
    const struct json_value *reply = NULL;
    struct err e = ERR_INIT;
    expect(SCRIPT(GET_TOKEN, {"user/get", CODE(45009)}), "user/get", "{\"userid\":\"a\"}", RC_RATE,
           "wecom_rate");
    expect(SCRIPT({NULL}), "user/get", "{\"userid\":\"a\"}", RC_RATE, "wecom_rate");
    expect(SCRIPT({"department", WELL}), "department/list", NULL, RC_OK, "");
    assert_int_equal(play.pauses, 0);
    play.script = SCRIPT({"user/get", WELL});
    play.at = 0;
    assert_int_equal(ask("user/get", "{\"userid\":\"a\"}", 61, &reply, &e), RC_OK);
    assert_int_equal(play.pauses, 1);
    assert_int_equal(play.paused_us[0], 60 * S_US);
    /* Too many at once: half a second of the api, and the usual pause. */
    expect(SCRIPT({"user/get", CODE(45033)}, {"user/get", WELL}), "user/get", "{\"userid\":\"a\"}",
           RC_OK, "");
    /* A reminder too many is that message's matter, not the api's. */
    expect(SCRIPT({"remind", CODE(41094)}), "externalcontact/remind_groupmsg_send",
           "{\"msgid\":\"m\"}", RC_RATE, "wecom_41094");
    expect(SCRIPT({"remind", WELL}), "externalcontact/remind_groupmsg_send", "{\"msgid\":\"n\"}",
           RC_OK, "");
}

static void what_is_sent_is_what_was_asked(void **state)
{
    (void)state;
    expect(SCRIPT(GET_TOKEN, {"/cgi-bin/user/get?", WELL}), "user/get",
           "{\"userid\":\"a b&c=d/%\xE7\x8E\x8B\"}", RC_OK, "");
    assert_str(buf_str(&play.address), "https://wecom.test/cgi-bin/user/get?access_token=TOKEN-1"
                                       "&userid=a%20b%26c%3Dd%2F%25%E7%8E%8B");
    assert_str(buf_str(&play.body), "(none)");
    expect(SCRIPT({"department/list", WELL}), "department/list", "{\"id\":7}", RC_OK, "");
    assert_str(buf_str(&play.address),
               "https://wecom.test/cgi-bin/department/list?access_token=TOKEN-1&id=7");
    const char *tags = "{\"userid\":\"a\",\"external_userid\":\"b\",\"add_tag\":[\"c\"]}";
    expect(SCRIPT({"mark_tag?access_token=TOKEN-1", "{}"}), "externalcontact/mark_tag", tags, RC_OK,
           "");
    assert_true(str_eq(buf_str(&play.body), str_from(tags)));
    expect(SCRIPT({"contact_list", WELL}), "externalcontact/contact_list", NULL, RC_OK, "");
    assert_str(buf_str(&play.body), "{}");
    expect(SCRIPT({NULL}), "user/get", "{\"userid\":7}", RC_INVALID, "wecom_field_type");
}

static void a_list_is_walked_by_its_row(void **state)
{
    (void)state;
    static const char groups[] = "externalcontact/groupchat/list";
    struct wecom_page page;
    struct err e = ERR_INIT;
    play.script =
        SCRIPT(GET_TOKEN, {"groupchat/list", "{\"group_chat_list\":[],\"next_cursor\":\"c1\"}"},
               {"groupchat/list", "{\"group_chat_list\":[],\"next_cursor\":\"\"}"},
               {"groupchat/list", CODE(50100)},
               {"groupchat/list", "{\"group_chat_list\":[],\"next_cursor\":\"d1\"}"},
               {"groupchat/list", CODE(50100)});
    assert_int_equal(ask_page(groups, "", &page, &e), RC_OK);
    assert_string_equal(play.body.p, "{\"limit\":1000}");
    assert_true(str_eq(page.next, STR("c1")) && !page.again && page.calls == 1);
    assert_int_equal(ask_page(groups, "c1", &page, &e), RC_OK);
    assert_string_equal(play.body.p, "{\"limit\":1000,\"cursor\":\"c1\"}");
    assert_true(str_absent(page.next));
    /* A cursor that has ended begins the list again; without one there is nothing to begin. */
    assert_int_equal(ask_page(groups, "c1", &page, &e), RC_OK);
    assert_string_equal(play.body.p, "{\"limit\":1000}");
    assert_true(page.again && page.calls == 2 && str_eq(page.next, STR("d1")));
    assert_string_equal(e.code, "");
    assert_int_equal(ask_page(groups, "", &page, &e), RC_CONFLICT);
    assert_string_equal(e.code, "wecom_50100");
    assert_null(play.script[play.at].address);
}

static void an_offset_ends_with_the_total(void **state)
{
    (void)state;
    static const char path[] = "externalcontact/groupchat/statistic";
    struct wecom_page page;
    struct err e = ERR_INIT;
    play.script =
        SCRIPT(GET_TOKEN, {"statistic", "{\"total\":3,\"next_offset\":2,\"items\":[{},{}]}"},
               {"statistic", "{\"total\":3,\"next_offset\":3,\"items\":[{}]}"});
    const struct json_value *fields;
    assert_int_equal(json_parse(&arena,
                                STR("{\"day_begin_time\":1,\"owner_filter\":{\"userid_list\":[]}}"),
                                &fields, NULL),
                     RC_OK);
    struct wecom_page_call call = {.path = path, .fields = fields};
    assert_int_equal(wecom_page(client, &call, &arena, &page, &e), RC_OK);
    assert_true(str_eq(page.next, STR("2")));
    call.cursor = page.next;
    assert_int_equal(wecom_page(client, &call, &arena, &page, &e), RC_OK);
    assert_non_null(strstr(play.body.p, "\"offset\":2"));
    assert_true(str_absent(page.next));
}

static void a_call_goes_by_a_secret_that_may_make_it(void **state)
{
    (void)state;
    expect(SCRIPT({NULL}), "user/list_id", NULL, RC_NOT_FOUND, "wecom_not_set");
    play.directory = "SECRET-directory";
    expect(SCRIPT({"corpsecret=SECRET-directory", TOKEN("D")}, {"TOKEN-D", WELL}), "user/list_id",
           NULL, RC_OK, "");
    play.contact = "SECRET-contact";
    expect(SCRIPT(GET_TOKEN, {"TOKEN-1", WELL}), "externalcontact/get_follow_user_list", NULL,
           RC_OK, "");
    play.app = "";
    expect(SCRIPT({"corpsecret=SECRET-contact", TOKEN("C")}, {"TOKEN-C", WELL}),
           "externalcontact/get_follow_user_list", NULL, RC_OK, "");
    expect(SCRIPT({"TOKEN-D", WELL}), "department/list", NULL, RC_OK, "");
    expect(SCRIPT({NULL}), "message/recall", "{\"msgid\":\"m\"}", RC_NOT_FOUND, "wecom_not_set");
    play.corp_id = "";
    expect(SCRIPT({NULL}), "department/list", NULL, RC_NOT_FOUND, "wecom_not_set");
}

static void an_end_cuts_waits_short(void **state)
{
    (void)state;
    play.ending = true;
    expect(SCRIPT(GET_TOKEN, {"department", CODE(-1)}), "department/list", NULL, RC_BUSY,
           "stopping");
}

/* ---- a hundred callers ---- */

enum { CALLERS = 100 };

static struct {
    struct lock lock;
    struct signal changed;
    int entered, tokens, refused, answered;
    const char *token;
} crowd;

/* gettoken answers when all callers have come; the first token is refused to all who use it. */
static enum rc crowd_exchange(void *ctx, const struct exchange *x, struct arena *a,
                              struct exchange_reply *out, struct err *e)
{
    (void)ctx;
    (void)e;
    lock_take(&crowd.lock);
    const char *reply = WELL;
    if (strstr(x->url, "gettoken") != NULL) {
        crowd.tokens++;
        while (crowd.entered < CALLERS)
            signal_wait(&crowd.changed, &crowd.lock);
        reply = crowd.tokens == 1 ? TOKEN("1") : TOKEN("2");
    } else if (strstr(x->url, "TOKEN-1") != NULL) {
        crowd.refused++;
        signal_all(&crowd.changed);
        reply = CODE(40014);
    } else {
        crowd.answered++;
    }
    lock_give(&crowd.lock);
    out->status = 200;
    out->body = arena_str(a, str_from(reply));
    return RC_OK;
}

static int64_t crowd_now_us(void *ctx)
{
    (void)ctx;
    return 1000 * S_US;
}

static void *caller(void *arg)
{
    struct wecom_client *c = arg;
    const struct json_value *reply = NULL;
    struct arena a;
    arena_init(&a, 0);
    lock_take(&crowd.lock);
    crowd.entered++;
    signal_all(&crowd.changed);
    lock_give(&crowd.lock);
    enum rc rc = wecom_call(c, &(struct wecom_call){.endpoint = wecom_endpoint("department/list")},
                            &a, &reply, NULL);
    arena_done(&a);
    return (void *)(intptr_t)rc;
}

static void a_hundred_callers_fetch_one_token(void **state)
{
    (void)state;
    pthread_t threads[CALLERS];
    memset(&crowd, 0, sizeof crowd);
    lock_init(&crowd.lock, LOCK_LEAF);
    signal_init(&crowd.changed);
    struct wecom_client *c = wecom_client_new_in(
        &(struct wecom_surroundings){NULL, play_setting, crowd_exchange, crowd_now_us, play_pause});
    for (int i = 0; i < CALLERS; i++)
        threads[i] = thread_start("caller", caller, c);
    for (int i = 0; i < CALLERS; i++) {
        void *rc = NULL;
        pthread_join(threads[i], &rc);
        assert_int_equal((intptr_t)rc, RC_OK);
    }
    assert_int_equal(crowd.answered, CALLERS);
    assert_true(crowd.refused >= 1 && crowd.refused <= CALLERS);
    assert_int_equal(crowd.tokens, 2); /* one at first, one for all that were refused */
    wecom_client_free(c);
    signal_done(&crowd.changed);
    lock_done(&crowd.lock);
}

static enum rc upload(const char *path, const char *request, const char *name, struct str bytes,
                      const struct json_value **out, struct err *e)
{
    const struct json_value *v = NULL;
    assert_int_equal(json_parse(&arena, str_from(request), &v, NULL), RC_OK);
    return wecom_upload(client,
                        &(struct wecom_call){.endpoint = wecom_endpoint(path), .request = v},
                        &(struct wecom_file){str_from(name), bytes}, &arena, out, e);
}

/* The same way as every call: token, one more token, a repeat; the fields in the address, the file
 * in a form. */
static void a_file_goes_the_way_of_a_call(void **state)
{
    const struct json_value *reply = NULL;
    struct err e = ERR_INIT;
    (void)state;
    play.script = SCRIPT(GET_TOKEN, {"media/upload?access_token=TOKEN-1&type=file", CODE(40014)},
                         {"gettoken", TOKEN("2")}, {"TOKEN-2&type=file", CODE(-1)},
                         {"TOKEN-2&type=file", "{\"media_id\":\"M1\"}"});
    assert_int_equal(
        upload("media/upload", "{\"type\":\"file\"}", "价目.pdf", STR("%PDF-1.7"), &reply, &e),
        RC_OK);
    assert_null(play.script[play.at].address);
    assert_true(play.form);
    assert_string_equal(json_str_or(json_get(reply, "media_id"), STR("")).p, "M1");
    struct str body = buf_str(&play.body);
    assert_true(str_find(body, STR("name=\"media\"; filename=\"价目.pdf\"; filelength=8\r\n")) > 0);
    assert_true(str_find(body, STR("\r\n\r\n%PDF-1.7\r\n--")) > 0);
    assert_true(str_find(body, STR("{")) < 0);
}

static void what_wecom_would_refuse_never_leaves(void **state)
{
    static char big[(2 << 20) + 1] = "\x89PNG\r\n\x1a\n";
    const struct json_value *reply = NULL;
    struct err e = ERR_INIT;
    (void)state;
    play.script = SCRIPT({NULL});
    upload("media/upload", "{\"type\":\"image\"}", "a.png", STR("GIF89a.."), &reply, &e);
    assert_string_equal(e.code, "media_form");
    upload("media/upload", "{\"type\":\"song\"}", "a.png", STR("GIF89a.."), &reply, &e);
    assert_string_equal(e.code, "media_kind");
    upload("media/upload", "{}", "a.png", STR("GIF89a.."), &reply, &e);
    assert_string_equal(e.field, "type");
    upload("media/uploadimg", "{}", "a.png", (struct str){big, sizeof big}, &reply, &e);
    assert_string_equal(e.code, "media_too_large");
    upload("media/upload_attachment", "{\"media_type\":\"video\",\"attachment_type\":1}", "a.mp4",
           (struct str){big, sizeof big}, &reply, &e);
    assert_string_equal(e.code, "media_form");
    assert_null(reply);
    assert_int_equal(play.at, 0);
}

static void pictures_are_fetched_from_wecom_alone(void **state)
{
    static const struct {
        const char *base, *url;
        bool may;
    } CASES[] = {
        {"https://qyapi.weixin.qq.com", "https://p.qpic.cn/wwhead/a/0", true},
        {"https://qyapi.weixin.qq.com", "https://wework.qpic.cn/a", true},
        {"https://qyapi.weixin.qq.com", "https://qyapi.weixin.qq.com/a", true},
        {"https://qyapi.weixin.qq.com", "http://p.qpic.cn/a", false},
        {"https://qyapi.weixin.qq.com", "https://evilqpic.cn/a", false},
        {"https://qyapi.weixin.qq.com", "https://qpic.cn.evil.net/a", false},
        {"https://qyapi.weixin.qq.com", "https://p.qpic.cn@evil.net/a", false},
        {"https://qyapi.weixin.qq.com", "https://p.qpic.cn:8443/a", false},
        {"https://qyapi.weixin.qq.com", "https://evil.net/p.qpic.cn", false},
        {"https://qyapi.weixin.qq.com", "https://evil.net?.qpic.cn", false},
        {"https://qyapi.weixin.qq.com", "https://", false},
        {"https://qyapi.weixin.qq.com", "file:///etc/passwd", false},
        {"https://qyapi.weixin.qq.com", "http://127.0.0.1:18070/wwhead/a/0", false},
        {"http://127.0.0.1:18070", "http://127.0.0.1:18070/wwhead/a/0", true},
        {"http://127.0.0.1:18070/", "http://127.0.0.1:18070/wwhead/a/0", true},
        {"http://127.0.0.1:18070", "http://127.0.0.1:180709/a", false},
        {"http://127.0.0.1:18070", "http://127.0.0.1:18070@evil.net/a", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (wecom_may_fetch(CASES[i].base, str_from(CASES[i].url)) != CASES[i].may)
            fail_msg("%s", CASES[i].url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_token_serves_until_shortly_before_its_end),
        TEST(a_refused_token_is_replaced_once),
        TEST(a_wrong_secret_is_not_tried_again_and_again),
        TEST(busy_is_repeated_three_times),
        TEST(a_turn_is_taken_once),
        TEST(a_lost_answer_is_asked_for_again_only_where_it_is_safe),
        TEST(a_blocked_api_waits_for_its_window),
        TEST(what_is_sent_is_what_was_asked),
        TEST(a_list_is_walked_by_its_row),
        TEST(an_offset_ends_with_the_total),
        TEST(a_call_goes_by_a_secret_that_may_make_it),
        TEST(an_end_cuts_waits_short),
        TEST(a_hundred_callers_fetch_one_token),
        TEST(a_file_goes_the_way_of_a_call),
        TEST(what_wecom_would_refuse_never_leaves),
        TEST(pictures_are_fetched_from_wecom_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* connect_wecom_handlers.c — callbacks that need no answer: put into the inbox as they come, worked
 * on, and the corp's rows say so; also when they come twice, before anything is known, or lack a
 * field. */
#include "told_corp.h"

#include "connect/wecom/event.h"
#include "connect/wecom/handlers.h"
#include "domain/config.h"
#include "pg_fixture.h"
#include "store/inbox.h"

#include <inttypes.h>
#include <stdio.h>

static const int64_t LATER_US = INT64_C(1) << 60; /* when everything is due */

struct corp {
    struct store_fixture *f;
    struct app app;
    int told;
};

static struct corp open_corp(void **state)
{
    struct store_fixture *f = *state;
    struct corp c = {.f = f};
    store_must(f, config_open(f->folder, NULL, 0, &c.app.config, &f->err));
    c.app.db = f->db;
    c.app.writer = f->writer;
    c.app.keys = f->keys;
    return c;
}

struct callback {
    struct keyring *keys;
    struct str body;
};

static enum rc put(struct tx *tx, void *arg, struct err *e)
{
    const struct callback *c = arg;
    struct wecom_event ev;
    enum rc rc = wecom_event_read(c->body, tx_arena(tx), &ev, e);
    if (rc != RC_OK)
        return rc;
    struct inbox_message m = {.source = STR("wecom"),
                              .kind = str_from(ev.name),
                              .key = wecom_event_key(&ev, tx_arena(tx))};
    secret_index(c->keys, STR("inbox.hash"), c->body, m.hash);
    m.body_sealed = secret_seal(c->keys, STR("inbox.body"), c->body, tx_arena(tx));
    return inbox_put(tx, &m, e);
}

/* A callback as WeCom sends it, worked off; the state in which its row ended. */
static enum inbox_state call(struct corp *c, int64_t at_s, const char *event, const char *change,
                             const char *fields)
{
    char xml[1000];
    struct tx *tx;
    struct inbox_row *rows = NULL;
    size_t n = 0;
    int64_t taken = 1;
    snprintf(xml, sizeof xml,
             "<xml><ToUserName>corp</ToUserName><MsgType>event</MsgType><Event>%s</Event>"
             "<ChangeType>%s</ChangeType><CreateTime>%" PRId64 "</CreateTime><N>%d</N>%s</xml>",
             event, change, TOLD_BASE_S + at_s, c->told++, fields);
    struct callback told = {c->f->keys, str_from(xml)};
    store_write(c->f, put, &told);
    while (taken > 0)
        store_must(c->f, inbox_work_run(&c->app, wecom_handlers, LATER_US, &taken, &c->f->err));
    store_must(c->f, db_read_begin(c->f->db, &tx, &c->f->err));
    store_must(c->f, inbox_list(tx, INT64_MAX, STR_ABSENT, 1, &rows, &n, &c->f->err));
    assert_int_equal(n, 1);
    enum inbox_state state = rows[0].state;
    db_read_end(tx);
    return state;
}

#define NUMBER(name, sql_text) static const struct sql name = {.text = sql_text, .out = "i"}
NUMBER(LOST, "SELECT count(*) FROM relation /*scan*/ WHERE deleted_by = 'customer'");
NUMBER(REMOVED, "SELECT count(*) FROM relation /*scan*/ WHERE deleted_by = 'staff'");
NUMBER(ENDS, "SELECT count(*) FROM event /*scan*/ WHERE kind IN (2, 3)");
NUMBER(STANDING, "SELECT count(*) FROM chat_group /*scan*/ WHERE dismissed_s IS NULL");
NUMBER(TAGS, "SELECT count(*) FROM tag /*scan*/ WHERE archived_s IS NULL");
NUMBER(ACTIVE, "SELECT count(*) FROM staff /*scan*/ WHERE status = 'active'");
NUMBER(DEPARTMENTS, "SELECT count(*) FROM department /*scan*/");

NUMBER(FULL, "SELECT count(*) FROM staff_full /*scan*/");
NUMBER(DUE, "SELECT count(*) FROM link_quota WHERE id = 1 AND due = 1");
NUMBER(WARNED, "SELECT count(*) FROM code_warning WHERE closed_s IS NULL");

#define CONTACT "change_external_contact"
#define PAIR(userid) "<UserID>" userid "</UserID><ExternalUserID>wmA</ExternalUserID>"

static void friendships_end(void **state)
{
    struct corp c = open_corp(state);
    struct told_follow two[] = {{.userid = STR("zhang"), .added_s = TOLD_BASE_S + 10},
                                {.userid = STR("li"), .added_s = TOLD_BASE_S + 20}};
    struct told_contact told = {.external_userid = STR("wmA"),
                                .follows = two,
                                .follows_n = 2,
                                .complete = true,
                                .asked_us = TOLD_US(100)};
    /* Nobody is known: an end is remembered, and a friendship that goes on being told is asked for,
     * which cannot be done here. */
    assert_int_equal(call(&c, 5, CONTACT, "del_external_contact", PAIR("li")), INBOX_DONE);
    assert_int_equal(call(&c, 50, CONTACT, "del_follow_user", PAIR("zhang")), INBOX_DEAD);
    assert_int_equal(told_number(c.f, &ENDS, NULL), 1);
    tell_contact(c.f, &told);
    for (int twice = 0; twice < 2; twice++) {
        assert_int_equal(call(&c, 110, CONTACT, "del_follow_user", PAIR("zhang")), INBOX_DONE);
        assert_int_equal(call(&c, 120, CONTACT, "del_external_contact",
                              PAIR("li") "<Source>DELETE_BY_TRANSFER</Source>"),
                         INBOX_DONE);
    }
    assert_int_equal(told_number(c.f, &LOST, NULL), 1);
    assert_int_equal(told_number(c.f, &REMOVED, NULL), 1);
    assert_int_equal(told_number(c.f, &ENDS, NULL), 3);
    told_log_agrees(c.f);
    config_free(c.app.config);
}

static void other_things_end(void **state)
{
    struct corp c = open_corp(state);
    static const struct told_department tree[] = {{{"1", 1}, {"0", 1}, {"公司", 6}, 1},
                                                  {{"2", 1}, {"1", 1}, {"一店", 6}, 1}};
    struct told_staff staff = {.userid = STR("zhang"), .name = STR("张三"), .status = 1};
    struct told_tag tags[] = {{.id = STR("T1"), .name = STR("VIP")},
                              {.id = STR("T2"), .name = STR("普通")}};
    struct told_tag_group group = {.id = STR("G1"), .name = STR("等级"), .tags = tags, .tags_n = 2};
    struct told_group chat = {
        .chat_id = STR("wr1"), .version = STR("v1"), .asked_us = TOLD_US(100)};
    tell_departments(c.f, tree, 2, true);
    tell_staff(c.f, &staff, 1, true, 10);
    tell_tags(c.f, &group, 1, true);
    tell_group(c.f, &chat);
    for (int twice = 0; twice < 2; twice++) {
        assert_int_equal(call(&c, 200, "change_external_chat", "dismiss", "<ChatId>wr1</ChatId>"),
                         INBOX_DONE);
        assert_int_equal(told_number(c.f, &STANDING, NULL), 0);
        assert_int_equal(
            call(&c, 200, "change_external_tag", "delete", "<Id>T1</Id><TagType>tag</TagType>"),
            INBOX_DONE);
        assert_int_equal(told_number(c.f, &TAGS, NULL), 1);
        assert_int_equal(call(&c, 200, "change_contact", "delete_user", "<UserID>zhang</UserID>"),
                         INBOX_DONE);
        assert_int_equal(told_number(c.f, &ACTIVE, NULL), 0);
        assert_int_equal(call(&c, 200, "change_contact", "delete_party", "<Id>2</Id>"), INBOX_DONE);
        assert_int_equal(told_number(c.f, &DEPARTMENTS, NULL), 1);
    }
    assert_int_equal(
        call(&c, 210, "change_external_tag", "delete", "<Id>G1</Id><TagType>tag_group</TagType>"),
        INBOX_DONE);
    assert_int_equal(told_number(c.f, &TAGS, NULL), 0);
    config_free(c.app.config);
}

static void what_is_wrong_or_must_be_asked_for(void **state)
{
    struct corp c = open_corp(state);
    assert_int_equal(call(&c, 10, CONTACT, "del_follow_user", "<UserID>zhang</UserID>"),
                     INBOX_DEAD);
    assert_int_equal(call(&c, 10, "change_external_chat", "dismiss", ""), INBOX_DEAD);
    /* There is nobody to ask: tried again and again, until an operator has to look. */
    assert_int_equal(call(&c, 10, CONTACT, "edit_external_contact", PAIR("zhang")), INBOX_DEAD);
    assert_int_equal(call(&c, 10, CONTACT, "transfer_fail", PAIR("zhang")), INBOX_DEAD);
    assert_int_equal(call(&c, 20, "customer_acquisition", "open_profile", "<LinkId>L1</LinkId>"),
                     INBOX_IGNORED);
    /* A hand-over that failed and that Koi knows nothing of. */
    assert_int_equal(call(&c, 20, CONTACT, "transfer_fail",
                          PAIR("zhang") "<FailReason>customer_refused</FailReason>"),
                     INBOX_DONE);
    config_free(c.app.config);
}

static void uses_of_links_and_full_staff(void **state)
{
    struct corp c = open_corp(state);
    struct told_staff staff = {.userid = STR("zhang"), .name = STR("张三"), .status = 1};
    tell_staff(c.f, &staff, 1, true, 10);
    /* Of a hand-over that Koi knows nothing of, too: the successor is full, or somebody unknown. */
    const char *full = "<FailReason>customer_limit_exceed</FailReason>";
    char fields[200];
    snprintf(fields, sizeof fields, PAIR("li") "%s", full);
    assert_int_equal(call(&c, 20, CONTACT, "transfer_fail", fields), INBOX_DONE);
    assert_int_equal(told_number(c.f, &FULL, NULL), 0);
    snprintf(fields, sizeof fields, PAIR("zhang") "%s", full);
    assert_int_equal(call(&c, 20, CONTACT, "transfer_fail", fields), INBOX_DONE);
    assert_int_equal(told_number(c.f, &FULL, NULL), 1);
    /* Nobody can be asked how many uses there are: said all the same, and asked for later. */
    assert_int_equal(call(&c, 30, "customer_acquisition", "balance_low", ""), INBOX_DONE);
    assert_int_equal(told_number(c.f, &WARNED, NULL), 1);
    assert_int_equal(told_number(c.f, &DUE, NULL), 1);
    assert_int_equal(call(&c, 40, "customer_acquisition", "balance_increased", ""), INBOX_DONE);
    assert_int_equal(told_number(c.f, &WARNED, NULL), 0);
    config_free(c.app.config);
}

#define ALL(engine)                                                                                \
    STORE_TEST(friendships_end, engine), STORE_TEST(other_things_end, engine),                     \
        STORE_TEST(what_is_wrong_or_must_be_asked_for, engine),                                    \
        STORE_TEST(uses_of_links_and_full_staff, engine)

int main(void)
{
    const struct CMUnitTest tests[] = {ALL(SQLITE), ALL(POSTGRES)};
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("connect_wecom_handlers", tests,
                                   pg_fixture_skipped() ? n / 2 : n, NULL, NULL);
}

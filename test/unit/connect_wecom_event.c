/* connect_wecom_event.c — WeCom's XML: what is accepted, what is refused, what each event says; and
 * every sample of ../shared decodes to the fields that its documentation names. */
#include "arena_fixture.h"

#include "base/buf.h"
#include "connect/wecom/envelope.h"
#include "connect/wecom/event.c"

#include <dirent.h>
#include <stdio.h>

/* ---- XML and envelopes ---- */

static void xml_is_read_as_leaves(void **state)
{
    (void)state;
    struct xml x;
    assert_int_equal(
        xml_read(STR(" \n<xml a='b'>\n<A><![CDATA[x<y]]></A> text <B><C>1&amp;2</C><C/></B>"
                     "<!-- no --><D> d </D></xml >\r\n"),
                 &arena, &x, NULL),
        RC_OK);
    assert_int_equal(x.n, 4);
    assert_str(xml_get(&x, "A"), "x<y");
    assert_str(xml_get(&x, "B/C"), "1&2");
    assert_int_equal(xml_count(&x, "B/C"), 2);
    assert_str(xml_get(&x, "D"), " d ");
    assert_true(str_absent(xml_get(&x, "B")));
}

static void hostile_xml_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "   ",
        "xml",
        "<xml>",
        "<xml></xml><xml></xml>",
        "<html></html>",
        "<!DOCTYPE xml><xml><A>1</A></xml>",
        "<!DOCTYPE xml [<!ENTITY e \"x\">]><xml><A>&e;</A></xml>",
        "<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><A>&e;</A></xml>",
        "<!DOCTYPE xml SYSTEM \"http://127.0.0.1/x.dtd\"><xml/>",
        "<!DOCTYPE xml [<!ENTITY % p SYSTEM \"http://127.0.0.1/\"> %p;]><xml/>",
        "<xml><A>&e;</A></xml>",
        "<xml><A>\x01</A></xml>",
        "<xml><A>\xff</A></xml>",
        "<?xml version='1.0' encoding='UTF-7'?><xml>",
        "<xml><a><a><a><a><a><a><a><a>1</a></a></a></a></a></a></a></a></xml>",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct xml x;
        struct err e = ERR_INIT;
        assert_int_equal(xml_read(str_from(wrong[i]), &arena, &x, &e), RC_INVALID);
        assert_string_equal(e.code, "xml_invalid");
    }
}

static void size_is_bounded(void **state)
{
    (void)state;
    struct buf b;
    struct xml x;
    buf_init(&b, 1 << 20);
    for (int more = 0; more < 2; more++) {
        buf_clear(&b);
        buf_addz(&b, "<xml>");
        for (int i = 0; i < XML_LEAVES + more; i++) {
            buf_addz(&b, "<A/>");
        }
        buf_addz(&b, "</xml>");
        assert_int_equal(xml_read(buf_str(&b), &arena, &x, NULL), more ? RC_INVALID : RC_OK);
    }
    buf_clear(&b);
    buf_addz(&b, "<xml><");
    for (int i = 0; i < XML_NAME; i++) {
        buf_addc(&b, 'a');
    }
    buf_addz(&b, "/></xml>");
    assert_int_equal(xml_read(buf_str(&b), &arena, &x, NULL), RC_INVALID);
    buf_done(&b);
}

static void envelopes_come_in_all_shapes(void **state)
{
    (void)state;
    static const char *const good[] = {
        "<xml><ToUserName>c</ToUserName><AgentID></AgentID><Encrypt>QUJD</Encrypt></xml>",
        "<xml><Encrypt><![CDATA[QUJD]]></Encrypt></xml>",
        " \n<xml>\n <AgentID><![CDATA[1]]></AgentID>\n <Encrypt>QUJD</Encrypt>\n</xml >\n",
        "{\"encrypt\":\"QUJD\"}",
    };
    static const char *const wrong[] = {
        "",
        "<xml></xml>",
        "<xml><Encrypt/></xml>",
        "<xml><Encrypt>QUJD</Encrypt><Encrypt>QUJE</Encrypt></xml>",
        "<xml><A><Encrypt>QUJD</Encrypt></A></xml>",
        "<!DOCTYPE xml><xml><Encrypt>QUJD</Encrypt></xml>",
        "{}",
        "{\"encrypt\":1}",
        "[\"encrypt\"]",
        "{\"encrypt\":",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct envelope v;
        assert_int_equal(envelope_read(str_from(good[i]), &arena, &v, NULL), RC_OK);
        assert_str(v.encrypt, "QUJD");
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct envelope v;
        assert_int_equal(envelope_read(str_from(wrong[i]), &arena, &v, NULL), RC_INVALID);
    }
}

static void a_reply_is_an_envelope(void **state)
{
    (void)state;
    struct envelope v;
    struct str text = envelope_reply(STR("QUJD"), STR("sig"), STR("12"), STR("no"), &arena);
    assert_str(text, "<xml><Encrypt><![CDATA[QUJD]]></Encrypt><MsgSignature><![CDATA[sig]]>"
                     "</MsgSignature><TimeStamp>12</TimeStamp><Nonce><![CDATA[no]]></Nonce></xml>");
    assert_int_equal(envelope_read(text, &arena, &v, NULL), RC_OK);
}

/* ---- events ---- */

static struct wecom_event read_event(const char *inside)
{
    struct wecom_event ev;
    struct str text = arena_printf(&arena,
                                   "<xml><ToUserName>c</ToUserName><FromUserName>sys"
                                   "</FromUserName><CreateTime><![CDATA[1403610513]]></CreateTime>"
                                   "<MsgType>event</MsgType>%s</xml>",
                                   inside);
    assert_int_equal(wecom_event_read(text, &arena, &ev, NULL), RC_OK);
    assert_int_equal(ev.created_s, 1403610513);
    return ev;
}

static void every_row_is_found_by_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *r = &ROWS[i];
        struct str text =
            r->change == NULL
                ? arena_printf(&arena, "<Event>%s</Event>", r->event)
                : arena_printf(&arena, "<Event> %s </Event><ChangeType><![CDATA[%s]]></ChangeType>",
                               r->event, r->change);
        struct wecom_event ev = read_event(text.p);
        assert_int_equal(ev.kind, r->kind);
        assert_string_equal(ev.name, r->name);
        assert_int_equal(ev.missing == WECOM_FIELD_COUNT, r->needs == 0);
        assert_false(str_empty(wecom_event_key(&ev, &arena)));
        assert_int_equal(r->needs & r->may, 0);
    }
}

static void fields_are_trimmed_and_of_the_event(void **state)
{
    (void)state;
    struct wecom_event ev = read_event(
        "<Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>"
        "<UserID>zhangsan </UserID><ExternalUserID><![CDATA[ wmA]]></ExternalUserID>"
        "<WelcomeCode>W</WelcomeCode><ChatId>wr1</ChatId><Sparkles>1</Sparkles>");
    assert_int_equal(ev.kind, WECOM_CONTACT_ADD);
    assert_str(ev.fields[WECOM_USER_ID], "zhangsan");
    assert_str(ev.fields[WECOM_EXTERNAL_USER_ID], "wmA");
    assert_str(ev.fields[WECOM_WELCOME_CODE], "W");
    assert_true(str_absent(ev.fields[WECOM_STATE]));
    assert_true(str_absent(ev.fields[WECOM_CHAT_ID]));
    assert_int_equal(ev.missing, WECOM_FIELD_COUNT);
    assert_str(wecom_event_key(&ev, &arena), "contact:wmA");
}

static void numbers_and_members(void **state)
{
    (void)state;
    struct wecom_event ev = read_event(
        "<Event>change_external_chat</Event><ChangeType>update</ChangeType><ChatId>wr1</ChatId>"
        "<UpdateDetail>del_member</UpdateDetail><QuitScene><![CDATA[1]]></QuitScene>"
        "<MemChangeCnt> 2 </MemChangeCnt><JoinScene>x</JoinScene>"
        "<MemChangeList><Item>Jack </Item><Item>Rose</Item></MemChangeList>");
    assert_int_equal(wecom_event_int(&ev, WECOM_QUIT_SCENE, -1), 1);
    assert_int_equal(wecom_event_int(&ev, WECOM_MEM_CHANGE_CNT, -1), 2);
    assert_int_equal(wecom_event_int(&ev, WECOM_JOIN_SCENE, -1), -1);
    assert_int_equal(ev.member_count, 2);
    assert_str(ev.members[0], "Jack");
    assert_str(ev.members[1], "Rose");
    assert_str(wecom_event_key(&ev, &arena), "chat:wr1");
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    struct wecom_event ev = read_event("<Event>change_external_contact</Event><ChangeType>"
                                       "del_follow_user</ChangeType><UserID>a</UserID>");
    assert_int_equal(ev.missing, WECOM_EXTERNAL_USER_ID);
    assert_string_equal(wecom_field_name(ev.missing), "ExternalUserID");
    assert_str(wecom_event_key(&ev, &arena), "contact");
}

static void others_are_unknown(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "<Event>sparkles</Event>",
        "<Event>change_external_contact</Event>",
        "<Event>change_external_contact</Event><ChangeType>sparkle</ChangeType>",
        "<ChangeType>create</ChangeType>",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct wecom_event ev = read_event(others[i]);
        assert_int_equal(ev.kind, WECOM_UNKNOWN);
        assert_string_equal(ev.name, "unknown");
        assert_str(wecom_event_key(&ev, &arena), "other");
    }
    struct wecom_event ev = read_event("<Event>change_contact</Event><ChangeType>delete_user"
                                       "</ChangeType><UserID>ZhangSan</UserID>");
    assert_str(wecom_event_key(&ev, &arena), "user:zhangsan");
}

/* ---- the samples ---- */

static struct str read_sample(const char *folder, const char *name)
{
    char path[700];
    char *p = arena_alloc(&arena, 1 << 16);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(p, 1, 1 << 16, f);
    fclose(f);
    return (struct str){p, n};
}

/* Every leaf of a sample is a field of its event, or one of those that staff events leave aside. */
static void check_leaves(const struct xml *x, const struct wecom_event *ev, const char *name)
{
    static const char *const others[] = {"ToUserName",        "FromUserName", "CreateTime",
                                         "MsgType",           "Event",        "ChangeType",
                                         "MemChangeList/Item"};
    static const char *const aside[] = {"Mobile", "Email", "Avatar", "Telephone", "Address"};
    for (size_t i = 0; i < x->n; i++) {
        struct str leaf = x->leaves[i].name;
        bool found = str_starts(leaf, STR("ExtAttr/"));
        for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
            found = found || str_eq(leaf, str_from(others[k]));
        }
        for (size_t k = 0; k < sizeof aside / sizeof *aside; k++) {
            found = found || (ev->kind >= WECOM_USER_CREATE && str_eq(leaf, str_from(aside[k])));
        }
        for (int f = 0; f < WECOM_FIELD_COUNT; f++) {
            found = found || (str_eq(leaf, str_from(FIELDS[f])) && !str_absent(ev->fields[f]) &&
                              str_eq(ev->fields[f], str_trim(x->leaves[i].text)));
        }
        if (!found) {
            fail_msg("%s: " STR_FMT " is not decoded", name, STR_ARG(leaf));
        }
    }
}

static void samples_decode(void **state)
{
    (void)state;
    char folder[400];
    snprintf(folder, sizeof folder, "%.*s../../../shared/protocol/samples/callback",
             (int)(sizeof __FILE__ - sizeof "connect_wecom_event.c"), __FILE__);
    DIR *d = opendir(folder);
    if (d == NULL) {
        print_message("%s is not here: skipped\n", folder);
        skip();
        return;
    }
    int files = 0;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        if (!str_ends(str_from(entry->d_name), STR(".xml"))) {
            continue;
        }
        struct str text = read_sample(folder, entry->d_name);
        struct wecom_event ev;
        struct xml x;
        assert_int_equal(xml_read(text, &arena, &x, NULL), RC_OK);
        assert_int_equal(wecom_event_read(text, &arena, &ev, NULL), RC_OK);
        if (ev.kind == WECOM_UNKNOWN || ev.missing != WECOM_FIELD_COUNT) {
            fail_msg("%s is unknown, or lacks a field", entry->d_name);
        }
        check_leaves(&x, &ev, entry->d_name);
        files++;
    }
    closedir(d);
    assert_true(files >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(xml_is_read_as_leaves),
        TEST(hostile_xml_is_refused),
        TEST(size_is_bounded),
        TEST(envelopes_come_in_all_shapes),
        TEST(a_reply_is_an_envelope),
        TEST(every_row_is_found_by_its_words),
        TEST(fields_are_trimmed_and_of_the_event),
        TEST(numbers_and_members),
        TEST(what_is_missing_is_named),
        TEST(others_are_unknown),
        TEST(samples_decode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

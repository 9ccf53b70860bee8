/* connect_wecom_reply.c — WeCom's answers: the samples of ../shared and the shapes of the documents
 * decode to their fields, numbers come as texts and texts as numbers, and what has another shape is
 * refused by the name of the field. */
#include "arena_fixture.h"

#include "base/buf.h"
#include "connect/wecom/reply_contact.h"
#include "connect/wecom/reply_directory.h"
#include "connect/wecom/reply_group.h"
#include "connect/wecom/reply_link.h"
#include "connect/wecom/reply_message.h"
#include "connect/wecom/reply_moment.h"
#include "connect/wecom/reply_tag.h"

#include <stdio.h>

/* Answers are written as texts here. */
static const struct json_value *parsed(struct str json, struct arena *a)
{
    const struct json_value *v = NULL;
    struct err e = ERR_INIT;
    return json_parse(a, json, &v, &e) == RC_OK ? v : NULL;
}

static void departments(void **state)
{
    (void)state;
    struct told_department *d = NULL;
    size_t n = 0;
    assert_int_equal(
        reply_departments(
            parsed(STR("{\"errcode\":0,\"department\":[{\"id\":2,\"name\":\"广州研发中心\","
                       "\"name_en\":\"RDGZ\",\"department_leader\":[\"zhangsan\"],"
                       "\"parentid\":1,\"order\":4294967295},"
                       "{\"id\":\"3\",\"parentid\":\"2\",\"name\":\"门店\",\"order\":\"40\"}]}"),
                   &arena),
            &arena, &d, &n, NULL),
        RC_OK);
    assert_int_equal(n, 2);
    assert_str(d[0].id, "2");
    assert_str(d[0].parent_id, "1");
    assert_str(d[0].name, "广州研发中心");
    assert_int_equal(d[0].order, 4294967295);
    assert_str(d[1].id, "3");
    assert_str(d[1].parent_id, "2");
    assert_int_equal(d[1].order, 40);
}

#define MEMBER                                                                                     \
    "\"userid\":\"zhangsan\",\"name\":\"张三\",\"department\":[1,2],\"order\":[1,2],"            \
    "\"position\":\"店长\",\"mobile\":\"13800000000\",\"gender\":\"1\","                         \
    "\"is_leader_in_dept\":[1,0],\"alias\":\"jack\",\"status\":1,\"main_department\":2,"           \
    "\"extattr\":{\"attrs\":[{\"type\":0,\"name\":\"工号\",\"text\":{\"value\":\"1\"}}]}"

static void check_member(const struct told_staff *s)
{
    assert_str(s->userid, "zhangsan");
    assert_str(s->name, "张三");
    assert_str(s->alias, "jack");
    assert_str(s->position, "店长");
    assert_str(s->main_department, "2");
    assert_int_equal(s->departments_n, 2);
    assert_str(s->departments[0], "1");
    assert_str(s->departments[1], "2");
    assert_int_equal(s->status, TOLD_STAFF_ACTIVE);
}

static void staff(void **state)
{
    (void)state;
    struct told_staff one, *list = NULL;
    size_t n = 0;
    assert_int_equal(
        reply_staff(parsed(STR("{\"errmsg\":\"ok\"," MEMBER "}"), &arena), &arena, &one, NULL),
        RC_OK);
    check_member(&one);
    assert_int_equal(
        reply_staff_list(parsed(STR("{\"userlist\":[{" MEMBER "},{\"userid\":\"li\"}]}"), &arena),
                         &arena, &list, &n, NULL),
        RC_OK);
    assert_int_equal(n, 2);
    check_member(&list[0]);
    assert_str(list[1].userid, "li");
    assert_true(str_absent(list[1].name));
    assert_int_equal(list[1].departments_n, 0);
}

static void contact(void **state)
{
    (void)state;
    struct told_contact c;
    struct str next;
    static const char text[] =
        "{\"external_contact\":{\"external_userid\":\"woA\",\"name\":\"李四\",\"type\":1,"
        "\"gender\":\"2\",\"unionid\":\"ozy\",\"avatar\":null},\"follow_user\":[{\"userid\":"
        "\"rocky\","
        "\"remark\":\"李部长\",\"description\":\"对接采购事务\",\"createtime\":1525779812,"
        "\"tags\":[{\"group_name\":\"g\",\"tag_name\":\"t\",\"tag_id\":\"etA\",\"type\":1},"
        "{\"group_name\":\"g\",\"tag_name\":\"own\",\"type\":2},"
        "{\"group_name\":\"g\",\"tag_name\":\"r\",\"tag_id\":\"stA\",\"type\":3}],"
        "\"remark_corp_name\":\"腾讯\",\"remark_mobiles\":[\"13800000001\",\"13000000002\"],"
        "\"oper_userid\":\"rocky\",\"add_way\":\"10\",\"state\":\"s1\","
        "\"wechat_channels\":{\"nickname\":\"n\",\"source\":1}},"
        "{\"userid\":\"tommy\",\"createtime\":\"1525881637\"}],\"next_cursor\":\"\"}";
    assert_int_equal(reply_contact(parsed(STR(text), &arena), &arena, &c, &next, NULL), RC_OK);
    assert_true(c.complete && str_absent(next));
    assert_str(c.external_userid, "woA");
    assert_str(c.name, "李四");
    assert_str(c.unionid, "ozy");
    assert_int_equal(c.gender, 2);
    assert_int_equal(c.type, 1);
    assert_int_equal(c.follows_n, 2);
    const struct told_follow *f = &c.follows[0];
    assert_str(f->userid, "rocky");
    assert_str(f->remark, "李部长");
    assert_str(f->description, "对接采购事务");
    assert_str(f->company, "腾讯");
    assert_str(f->state, "s1");
    assert_str(f->oper_userid, "rocky");
    assert_int_equal(f->added_s, 1525779812);
    assert_int_equal(f->add_way, 10);
    assert_true(f->tags_told && f->tag_ids_n == 2);
    assert_str(f->tag_ids[0], "etA");
    assert_str(f->tag_ids[1], "stA");
    assert_int_equal(f->mobiles_n, 2);
    assert_str(f->mobiles[1], "13000000002");
    assert_int_equal(c.follows[1].added_s, 1525881637);
    assert_false(c.follows[1].tags_told);
    assert_true(str_absent(c.follows[1].remark));
}

static void a_page_is_not_all(void **state)
{
    (void)state;
    struct told_contact c;
    struct str next;
    assert_int_equal(reply_contact(parsed(STR("{\"external_contact\":{\"external_userid\":\"w\"},"
                                              "\"follow_user\":[],\"next_cursor\":\"abc\"}"),
                                          &arena),
                                   &arena, &c, &next, NULL),
                     RC_OK);
    assert_false(c.complete);
    assert_str(next, "abc");
}

static void tags(void **state)
{
    (void)state;
    struct told_tag_group *g = NULL;
    size_t n = 0;
    assert_int_equal(
        reply_tags(
            parsed(STR("{\"tag_group\":[{\"group_id\":\"G1\",\"group_name\":\"等级\","
                       "\"create_time\":1557838797,\"order\":1,\"deleted\":false,\"tag\":["
                       "{\"id\":\"T1\",\"name\":\"VIP\",\"create_time\":1557838797,\"order\":\"7\","
                       "\"deleted\":true},{\"id\":\"T2\",\"name\":\"普通\"}]},"
                       "{\"group_id\":\"G2\",\"group_name\":\"空\",\"deleted\":1}]}"),
                   &arena),
            &arena, &g, &n, NULL),
        RC_OK);
    assert_int_equal(n, 2);
    assert_str(g[0].id, "G1");
    assert_str(g[0].name, "等级");
    assert_int_equal(g[0].order, 1);
    assert_false(g[0].deleted);
    assert_int_equal(g[0].tags_n, 2);
    assert_str(g[0].tags[0].id, "T1");
    assert_str(g[0].tags[0].name, "VIP");
    assert_int_equal(g[0].tags[0].order, 7);
    assert_true(g[0].tags[0].deleted);
    assert_false(g[0].tags[1].deleted);
    assert_true(g[1].deleted && g[1].tags_n == 0);
}

static void groups(void **state)
{
    (void)state;
    struct reply_group_id *g = NULL;
    struct str next;
    size_t n = 0;
    assert_int_equal(
        reply_group_list(parsed(STR("{\"group_chat_list\":[{\"chat_id\":\"wr1\","
                                    "\"status\":0},{\"chat_id\":\"wr2\",\"status\":\"1\"}],"
                                    "\"next_cursor\":\"c2\"}"),
                                &arena),
                         &arena, &g, &n, &next, NULL),
        RC_OK);
    assert_int_equal(n, 2);
    assert_str(g[1].chat_id, "wr2");
    assert_int_equal(g[1].status, 1);
    assert_str(next, "c2");
}

static void ids(void **state)
{
    (void)state;
    const struct str *list = NULL;
    size_t n = 0;
    assert_int_equal(reply_ids(parsed(STR("{\"follow_user\":[\"a\",7]}"), &arena), "follow_user",
                               &arena, &list, &n, NULL),
                     RC_OK);
    assert_int_equal(n, 2);
    assert_str(list[1], "7");
    assert_int_equal(
        reply_ids(parsed(STR("{}"), &arena), "external_userid", &arena, &list, &n, NULL), RC_OK);
    assert_int_equal(n, 0);
}

/* ---- refusals ---- */

enum of { OF_DEPARTMENTS, OF_STAFF, OF_CONTACT, OF_BATCH, OF_TAGS, OF_GROUP, OF_GROUPS };

static enum rc decode(enum of of, struct str json, struct err *e)
{
    struct told_department *d;
    struct told_staff s;
    struct told_contact c, *batch;
    struct told_tag_group *tag_groups;
    struct told_group group;
    struct reply_group_id *list;
    struct str next;
    size_t n;
    switch (of) {
    case OF_DEPARTMENTS:
        return reply_departments(parsed(json, &arena), &arena, &d, &n, e);
    case OF_STAFF:
        return reply_staff(parsed(json, &arena), &arena, &s, e);
    case OF_CONTACT:
        return reply_contact(parsed(json, &arena), &arena, &c, &next, e);
    case OF_BATCH:
        return reply_contact_batch(parsed(json, &arena), STR_ABSENT, &arena, &batch, &n, &next, e);
    case OF_TAGS:
        return reply_tags(parsed(json, &arena), &arena, &tag_groups, &n, e);
    case OF_GROUP:
        return reply_group(parsed(json, &arena), &arena, &group, e);
    case OF_GROUPS:
        return reply_group_list(parsed(json, &arena), &arena, &list, &n, &next, e);
    }
    return RC_OK;
}

#define SOMEBODY "\"external_contact\":{\"external_userid\":\"w\"}"
#define A_GROUP "{\"group_chat\":{\"chat_id\":\"wr\",\"member_list\":["

static void wrong_shapes_are_named(void **state)
{
    (void)state;
    static const struct {
        enum of of;
        const char *json, *field;
    } CASES[] = {
        {OF_DEPARTMENTS, "[]", "department"},
        {OF_DEPARTMENTS, "{}", "department"},
        {OF_DEPARTMENTS, "{\"department\":{}}", "department"},
        {OF_DEPARTMENTS, "{\"department\":[7]}", "department"},
        {OF_DEPARTMENTS, "{\"department\":[{\"name\":\"x\"}]}", "department.id"},
        {OF_DEPARTMENTS, "{\"department\":[{\"id\":1,\"order\":\"x\"}]}", "department.order"},
        {OF_DEPARTMENTS, "{\"department\":[{\"id\":1,\"name\":[]}]}", "department.name"},
        {OF_STAFF, "{\"name\":\"x\"}", "userid"},
        {OF_STAFF, "{\"userid\":\"\"}", "userid"},
        {OF_STAFF, "{\"userid\":\"a\",\"department\":3}", "department"},
        {OF_STAFF, "{\"userid\":\"a\",\"department\":[null]}", "department.[]"},
        {OF_CONTACT, "{\"follow_user\":[]}", "external_contact"},
        {OF_CONTACT, "{" SOMEBODY "}", "follow_user"},
        {OF_CONTACT, "{" SOMEBODY ",\"follow_user\":[{\"createtime\":1}]}", "follow_user.userid"},
        {OF_CONTACT, "{" SOMEBODY ",\"follow_user\":[{\"userid\":\"a\"}]}",
         "follow_user.createtime"},
        {OF_CONTACT, "{" SOMEBODY ",\"follow_user\":[{\"userid\":\"a\",\"createtime\":1.5}]}",
         "follow_user.createtime"},
        {OF_CONTACT,
         "{" SOMEBODY ",\"follow_user\":[{\"userid\":\"a\",\"createtime\":1,\"tags\":{}}]}",
         "tags"},
        {OF_BATCH,
         "{\"external_contact_list\":[{" SOMEBODY ",\"follow_info\":{\"createtime\":1}}]}",
         "follow_info.userid"},
        {OF_BATCH, "{\"external_contact_list\":[{" SOMEBODY "}]}", "follow_info"},
        {OF_TAGS, "{\"tag_group\":[{\"group_name\":\"x\"}]}", "tag_group.group_id"},
        {OF_TAGS, "{\"tag_group\":[{\"group_id\":\"x\",\"tag\":[{\"name\":\"y\"}]}]}", "tag.id"},
        {OF_GROUP, "{\"group_chat\":{\"chat_id\":\"wr\"}}", "member_list"},
        {OF_GROUP, A_GROUP "{\"userid\":\"a\",\"type\":1}]}}", "member_list.join_time"},
        {OF_GROUP, A_GROUP "{\"userid\":\"a\",\"join_time\":1}]}}", "member_list.type"},
        {OF_GROUP, A_GROUP "{\"userid\":\"a\",\"type\":1,\"join_time\":1,\"invitor\":\"x\"}]}}",
         "invitor"},
        {OF_GROUPS, "{\"group_chat_list\":[{\"status\":1}]}", "group_chat_list.chat_id"},
        {OF_GROUPS, "{\"next_cursor\":[]}", "next_cursor"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct err e = ERR_INIT;
        assert_int_equal(decode(CASES[i].of, str_from(CASES[i].json), &e), RC_INVALID);
        assert_string_equal(e.code, "reply_field");
        assert_string_equal(e.field, CASES[i].field);
        assert_true(e.zh[0] != 0 && e.en[0] != 0 && e.hint_en[0] != 0);
    }
}

/* ---- the samples ---- */

/* Absent where ../shared is not. */
static struct str sample(const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%.*s../../../shared/protocol/samples/api/%s",
             (int)(sizeof __FILE__ - sizeof "connect_wecom_reply.c"), __FILE__, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        print_message("%s is not here: skipped\n", path);
        return STR_ABSENT;
    }
    char *text = arena_alloc(&arena, 65536);
    size_t n = fread(text, 1, 65536, f);
    fclose(f);
    return (struct str){text, n};
}

/* As WeCom may write it another day: numbers as texts, and fields that nobody has heard of. */
static struct str oddly(struct str json)
{
    char *out = arena_alloc(&arena, json.n * 8 + 1);
    size_t n = 0;
    bool in_text = false;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i];
        bool digit = c >= '0' && c <= '9';
        in_text = c == '"' ? !in_text : in_text;
        if (!in_text && digit)
            out[n++] = '"';
        out[n++] = c;
        while (!in_text && digit && i + 1 < json.n && json.p[i + 1] >= '0' && json.p[i + 1] <= '9')
            out[n++] = json.p[++i];
        if (!in_text && digit)
            out[n++] = '"';
        static const char UNKNOWN[] = "\"koi_unknown\":{\"x\":[1,{\"y\":null}]},";
        if (!in_text && c == '{')
            for (size_t k = 0; k + 1 < sizeof UNKNOWN; k++)
                out[n++] = UNKNOWN[k];
    }
    return (struct str){out, n};
}

static void check_batch(struct str json)
{
    struct told_contact *c = NULL;
    struct str next;
    size_t n = 0;
    assert_int_equal(
        reply_contact_batch(parsed(json, &arena), STR_ABSENT, &arena, &c, &n, &next, NULL), RC_OK);
    assert_int_equal(n, 1);
    assert_false(c->complete);
    assert_str(next, "r9FqSqsI8fgNbHLHE5QoCP50UIg2cFQbfma3l2QsmwI");
    assert_str(c->external_userid, "woAJ2GCAAAXtWyujaWJHDDGi0mACHBBB");
    assert_str(c->name, "王五");
    assert_str(c->corp_name, "腾讯");
    assert_str(c->unionid, "ozynqsulJFCZ2asdaf8h-nuasdAAA");
    assert_int_equal(c->type, 2);
    assert_int_equal(c->gender, 1);
    assert_int_equal(c->follows_n, 1);
    const struct told_follow *f = c->follows;
    assert_str(f->userid, "lisi");
    assert_str(f->remark, "王助理");
    assert_str(f->description, "采购问题咨询");
    assert_str(f->state, "外联二维码1");
    assert_int_equal(f->added_s, 1525881637);
    assert_int_equal(f->add_way, 3);
    assert_int_equal(f->tag_ids_n, 2);
    assert_str(f->tag_ids[0], "etAJ2GCAAAXtWyujaWJHDDGi0mACHAAA");
    assert_true(f->tags_told);
}

static void check_group(struct str json)
{
    struct told_group g;
    assert_int_equal(reply_group(parsed(json, &arena), &arena, &g, NULL), RC_OK);
    assert_str(g.chat_id, "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA");
    assert_str(g.name, "销售客服群");
    assert_str(g.owner, "ZhuShengBen");
    assert_str(g.notice, "文明沟通，拒绝脏话");
    assert_str(g.version, "71217227bbd112ecfe3a49c482195cb4");
    assert_int_equal(g.created_s, 1572505490);
    assert_int_equal(g.members_n, 2);
    assert_true(g.members[0].is_staff);
    assert_str(g.members[0].id, "abel");
    assert_str(g.members[0].inviter, "jack");
    assert_false(g.members[1].is_staff);
    assert_str(g.members[1].id, "wmOgQhDgAAuXFJGwbve4g4iXknfOAAAA");
    assert_str(g.members[1].unionid, "ozynqsulJFCZ2z1aYeS8h-nuasdAAA");
    assert_str(g.members[1].name, "王语嫣");
    assert_int_equal(g.members[1].joined_s, 1572505491);
    assert_int_equal(g.members[1].join_scene, 1);
    assert_true(str_absent(g.members[1].inviter));
}

static void check_link(struct str json)
{
    struct reply_link l;
    assert_int_equal(reply_link(parsed(json, &arena), &arena, &l, NULL), RC_OK);
    assert_str(l.name, "LINK_NAME");
    assert_str(l.url, "https://work.weixin.qq.com/ca/xxxxxx");
    assert_int_equal(l.created_s, 1672502400);
    assert_true(l.skip_verify && l.mark_source);
    assert_int_equal(l.userids_n, 2);
    assert_str(l.userids[0], "rocky");
    assert_str(l.userids[1], "sam");
    assert_int_equal(l.departments_n, 1);
    assert_str(l.departments[0], "1");
    assert_int_equal(l.priority, 2);
    assert_int_equal(l.favoured_n, 2);
    assert_str(l.favoured[1], "lisi");
}

static void uses_of_links(void **state)
{
    struct link_quota q = {.told_us = 9};
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(
        reply_link_quota(parsed(STR("{\"total\":1000,\"balance\":\"500\",\"quota_list\":["
                                    "{\"expire_date\":1689350400,\"balance\":200},"
                                    "{\"expire_date\":1692028800,\"balance\":300}]}"),
                                &arena),
                         &arena, &q, &e),
        RC_OK);
    assert_true(q.total == 1000 && q.balance == 500 && q.told_us == 9 && q.parts_n == 2);
    assert_true(q.parts[1].expire_s == 1692028800 && q.parts[1].balance == 300);
    assert_int_equal(reply_link_quota(parsed(STR("{\"total\":1}"), &arena), &arena, &q, &e),
                     RC_INVALID);
    assert_string_equal(e.code, "reply_field");
    assert_int_equal(reply_link_quota(parsed(STR("{\"total\":1,\"balance\":2,\"quota_list\":"
                                                 "[{\"expire_date\":\"soon\"}]}"),
                                             &arena),
                                      &arena, &q, &e),
                     RC_INVALID);
}

static void check_messages(struct str json)
{
    struct reply_message *m;
    struct str next;
    size_t n;
    assert_int_equal(reply_messages(parsed(json, &arena), &arena, &m, &n, &next, NULL), RC_OK);
    assert_int_equal(n, 1);
    assert_str(next, "CURSOR");
    assert_str(m->msgid, "msgGCAAAXtWyujaWJHDDGi0mAAAA");
    assert_str(m->creator, "xxxx");
    assert_int_equal(m->created_s, 0); /* "xxxx" there */
    assert_int_equal(m->create_type, 1);
    assert_str(m->text, "文本消息内容");
    assert_int_equal(m->attachments_n, 5);
    const struct reply_attachment *x = m->attachments;
    assert_str(x[0].kind, "image");
    assert_str(x[0].media_id, "MEDIA_ID");
    assert_str(x[0].picture, "http://p.qpic.cn/pic_wework/3474110808/7a6344sdadfwehe42060/0");
    assert_str(x[1].kind, "link");
    assert_str(x[1].title, "消息标题");
    assert_str(x[1].picture, "https://example.pic.com/path");
    assert_str(x[1].description, "消息描述");
    assert_str(x[1].url, "https://example.link.com/path");
    assert_true(str_absent(x[1].media_id));
    assert_str(x[2].kind, "miniprogram");
    assert_str(x[2].appid, "wx8bd80126147dfAAA");
    assert_str(x[2].page, "/path/index.html");
    assert_str(x[3].kind, "video");
    assert_str(x[3].media_id, "MEDIA_ID");
    assert_str(x[4].kind, "file");
    assert_str(x[4].media_id, "MEDIA_ID");
}

static void check_senders(struct str json)
{
    struct reply_sender *s;
    struct str next;
    size_t n;
    assert_int_equal(reply_senders(parsed(json, &arena), &arena, &s, &n, &next, NULL), RC_OK);
    assert_int_equal(n, 1);
    assert_str(next, "CURSOR");
    assert_str(s->userid, "zhangsan");
    assert_int_equal(s->status, 2);
    assert_int_equal(s->sent_s, 1552536375);
}

static void check_sent(struct str json)
{
    struct reply_sent *s;
    struct str next;
    size_t n;
    assert_int_equal(reply_sent_list(parsed(json, &arena), &arena, &s, &n, &next, NULL), RC_OK);
    assert_int_equal(n, 1);
    assert_str(next, "CURSOR");
    assert_str(s->external_userid, "wmqfasd1e19278asdasAAAA");
    assert_str(s->chat_id, "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA");
    assert_str(s->userid, "zhangsan");
    assert_int_equal(s->status, 1);
    assert_int_equal(s->sent_s, 1552536375);
}

static void check_reactions(struct str json)
{
    struct reply_reactions r;
    assert_int_equal(reply_moment_reactions(parsed(json, &arena), &arena, &r, NULL), RC_OK);
    assert_int_equal(r.comments_n, 2);
    assert_str(r.comments[0].external_userid, "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA");
    assert_int_equal(r.comments[0].at_s, 1605172726);
    assert_str(r.comments[1].userid, "zhangshan");
    assert_true(str_empty(r.comments[1].external_userid));
    assert_int_equal(r.likes_n, 2);
    assert_str(r.likes[0].external_userid, "woAJ2GCAAAXtWyujaWJHDDGi0mACBBBB");
    assert_str(r.likes[1].userid, "zhangshan");
    assert_int_equal(r.likes[1].at_s, 1605172720);
}

static void check_moments(struct str json)
{
    struct reply_moment *m;
    struct str next;
    size_t n;
    assert_int_equal(reply_moments(parsed(json, &arena), &arena, &m, &n, &next, NULL), RC_OK);
    assert_int_equal(n, 1);
    assert_str(next, "CURSOR");
    assert_str(m->moment_id, "momxxx");
    assert_str(m->creator, "xxxx");
    assert_int_equal(m->created_s, 1605000000);
    assert_int_equal(m->create_type, 1);
    assert_int_equal(m->visible_type, 1);
    assert_str(m->text, "test");
    assert_int_equal(m->images_n, 1);
    assert_str(m->images[0], "WWCISP_xxxxx");
    assert_str(m->video, "WWCISP_xxxxx");
    assert_str(m->thumb, "WWCISP_xxxxx");
    assert_str(m->link_title, "腾讯网-QQ.COM");
    assert_str(m->link_url, "https://www.qq.com");
    assert_str(m->place, "广州市 · 广州塔");
    assert_str(m->latitude, "23.10647");
    assert_str(m->longitude, "113.32446");
}

/* Every sample there is, as it is and oddly written. */
static void samples_decode(void **state)
{
    static const struct {
        const char *name;
        void (*check)(struct str json);
    } SAMPLES[] = {
        {"doc_acquisition_get.json", check_link},
        {"doc_batch_get_by_user_tail.json", check_batch},
        {"doc_groupchat_get.json", check_group},
        {"doc_groupmsg_list_v2.json", check_messages},
        {"doc_groupmsg_send_result.json", check_sent},
        {"doc_groupmsg_task.json", check_senders},
        {"doc_moment_comments.json", check_reactions},
        {"doc_moment_list.json", check_moments},
    };
    (void)state;
    for (size_t i = 0; i < sizeof SAMPLES / sizeof *SAMPLES; i++) {
        struct str json = sample(SAMPLES[i].name);
        if (str_absent(json))
            skip();
        SAMPLES[i].check(json);
        SAMPLES[i].check(oddly(json));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(departments),    TEST(staff),         TEST(contact), TEST(a_page_is_not_all),
        TEST(tags),           TEST(groups),        TEST(ids),     TEST(wrong_shapes_are_named),
        TEST(samples_decode), TEST(uses_of_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

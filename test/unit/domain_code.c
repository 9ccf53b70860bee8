/* domain_code.c — who receives by hour, weight, capacity and backup, which group is filled, which
 * greeting; what is refused; and what becomes of a friend or member who came through a code. */
#include "told_corp.h"

#include "base/calendar.h"
#include "domain/code.h"
#include "domain/code_apply.h"
#include "domain/link_quota.h"
#include "pg_fixture.h"
#include "store/chat_group.h"
#include "store/directory.h"
#include "store/group_greeting.h"
#include "store/link.h"
#include "store/source.h"
#include "store/stage.h"
#include "store/tag.h"
#include "store/wipe.h"

#include <string.h>

enum { HOUR = 60, ANNA = 11, BEN, CARL };

/* A Monday in the corp's zone. */
static int64_t at(int day, int hour, int minute)
{
    return calendar_instant_s(&(struct civil){
        .year = 2026, .month = 11, .day = 22 + day, .hour = hour, .minute = minute});
}

static struct code_member PEOPLE[] = {
    {.staff_id = ANNA, .weight = 1, .userid = STR("anna"), .name = STR("Anna")},
    {.staff_id = BEN, .weight = 1, .userid = STR("ben"), .name = STR("Ben")},
    {.staff_id = CARL, .weight = 1, .backup = true, .userid = STR("carl"), .name = STR("Carl")},
};

static struct code staff_code(struct code_member *members)
{
    memcpy(members, PEOPLE, sizeof PEOPLE);
    return (struct code){.kind = STR("staff"),
                         .name = STR("门店"),
                         .status = STR("active"),
                         .expires_s = DB_NULL,
                         .full_at = DB_NULL,
                         .on_duty = STR("anna,ben"),
                         .listed = STR(""),
                         .members = members,
                         .members_n = 3};
}

static void picks(const struct code *c, int64_t now_s, const struct code_received *r, size_t n,
                  enum code_why why, const char *listed)
{
    struct arena a;
    struct code_choice out;
    arena_init(&a, 0);
    code_pick(c, now_s, r, n, &a, &out);
    assert_int_equal(out.why, why);
    assert_string_equal(arena_z(&a, out.listed), listed);
    arena_done(&a);
}

static void hours_say_who(void **state)
{
    struct code_member m[3];
    struct code c = staff_code(m);
    struct code_hours h[] = {{0, 1, 9 * HOUR, 18 * HOUR}, {BEN, 1, 18 * HOUR, 24 * HOUR}};
    (void)state;
    picks(&c, at(1, 3, 0), NULL, 0, CODE_ON_DUTY, "anna,ben"); /* no hours: always */
    c.hours = h;
    c.hours_n = 2;
    picks(&c, at(1, 8, 59), NULL, 0, CODE_BACKUP, "carl");
    picks(&c, at(1, 9, 0), NULL, 0, CODE_ON_DUTY, "anna"); /* Ben goes by his own */
    picks(&c, at(1, 17, 59), NULL, 0, CODE_ON_DUTY, "anna");
    picks(&c, at(1, 18, 0), NULL, 0, CODE_ON_DUTY, "ben");
    picks(&c, at(1, 23, 59), NULL, 0, CODE_ON_DUTY, "ben");
    picks(&c, at(2, 12, 0), NULL, 0, CODE_BACKUP, "carl"); /* Tuesday */
    m[2].left = true;
    picks(&c, at(2, 12, 0), NULL, 0, CODE_NOBODY, "");
}

static void capacity_takes_people_out(void **state)
{
    struct code_member m[3];
    struct code c = staff_code(m);
    struct code_received r[] = {{ANNA, 0, 4, 9}, {BEN, 0, 1, 10}};
    (void)state;
    m[0].daily_cap = 5;
    m[1].total_cap = 11;
    picks(&c, at(1, 12, 0), r, 2, CODE_ON_DUTY, "anna,ben");
    r[0].today = 5;
    picks(&c, at(1, 12, 0), r, 2, CODE_ON_DUTY, "ben");
    r[1].total = 11;
    picks(&c, at(1, 12, 0), r, 2, CODE_BACKUP, "carl");
    r[0].today = 0; /* the next day */
    picks(&c, at(2, 12, 0), r, 2, CODE_ON_DUTY, "anna");
}

/* WeCom picks at random from the list; after each customer the list is looked at again. */
static void weights_are_kept(void **state)
{
    struct code_member m[3];
    struct code c = staff_code(m);
    struct code_received r[] = {{ANNA, 0, 0, 0}, {BEN, 0, 0, 0}};
    uint32_t dice = 7;
    (void)state;
    m[0].weight = 5;
    m[1].weight = 2;
    for (int64_t all = 1; all <= 700; all++) {
        struct arena a;
        struct code_choice out;
        arena_init(&a, 0);
        code_pick(&c, at(1, 12, 0), r, 2, &a, &out);
        assert_int_equal(out.why, CODE_ON_DUTY);
        dice = dice * 1664525u + 1013904223u;
        bool anna = out.n == 2 ? dice >> 31 : str_eq(out.listed, STR("anna"));
        r[anna ? 0 : 1].shift++;
        assert_true(r[0].shift * 7 <= 5 * (all + 1) + 7 && r[1].shift * 7 <= 2 * (all + 1) + 7);
        arena_done(&a);
    }
    /* Others on duty begin a shift, in which nobody has had any. */
    c.on_duty = STR("anna");
    r[0].shift = 700;
    picks(&c, at(1, 12, 0), r, 2, CODE_ON_DUTY, "anna,ben");
}

static void who_is_full_is_left_out(void **state)
{
    struct code_member m[3];
    struct code c = staff_code(m);
    int64_t now_s = at(1, 12, 0);
    (void)state;
    for (size_t i = 0; i < 3; i++)
        m[i].full_until_s = DB_NULL;
    m[0].full_until_s = now_s + 1;
    picks(&c, now_s, NULL, 0, CODE_ON_DUTY, "ben");
    picks(&c, now_s + 1, NULL, 0, CODE_ON_DUTY, "anna,ben"); /* back by themselves */
    m[1].full_until_s = now_s + 1;
    picks(&c, now_s, NULL, 0, CODE_BACKUP, "carl");
    m[2].full_until_s = now_s + 1;
    picks(&c, now_s, NULL, 0, CODE_NOBODY, "");
}

static void judged(int64_t balance, int64_t peak, int64_t percent, bool low, bool exhausted)
{
    const struct link_quota q = {.balance = balance, .peak = peak, .told_us = 1};
    struct link_quota_state s;
    link_quota_judge(&q, percent, 14, at(1, 12, 0), &s);
    assert_true(s.known && s.low == low && s.exhausted == exhausted && s.expiring == 0);
}

static void uses_of_links_are_judged(void **state)
{
    enum { DAY_S = 86400 };
    int64_t now_s = at(1, 12, 0), midnight_s = at(1, 0, 0);
    struct link_quota_part parts[] = {{midnight_s - DAY_S, 3},
                                      {midnight_s, 5},
                                      {midnight_s + 14 * DAY_S, 7},
                                      {midnight_s + 15 * DAY_S, 11},
                                      {midnight_s + DAY_S, 0}};
    struct link_quota q = {
        .balance = 900, .peak = 1000, .told_us = 1, .tried_s = now_s, .parts = parts, .parts_n = 5};
    struct link_quota_state s;
    (void)state;
    judged(900, 1000, 10, false, false);
    judged(101, 1000, 10, false, false);
    judged(100, 1000, 10, true, false);
    judged(19, 19, 0, true, false); /* WeCom's own word */
    judged(20, 20, 0, false, false);
    judged(20, 20, 100, true, false);
    judged(0, 1000, 10, false, true);

    /* The day on which uses lapse counts, what has lapsed and what is far away does not. */
    link_quota_judge(&q, 10, 14, now_s, &s);
    assert_int_equal(s.expiring, 5 + 7);
    assert_true(s.expires_s == midnight_s);
    link_quota_judge(&q, 10, 0, now_s, &s);
    assert_int_equal(s.expiring, 0); /* never */

    /* By the hour, while there is a link or an answer; at once when it is due. */
    assert_false(link_quota_is_due(&q, true, now_s + LINK_QUOTA_ASK_S - 1));
    assert_true(link_quota_is_due(&q, false, now_s + LINK_QUOTA_ASK_S));
    q.due = true;
    assert_true(link_quota_is_due(&q, false, now_s));
    q = (struct link_quota){.told_us = DB_NULL, .tried_s = DB_NULL};
    assert_true(link_quota_is_due(&q, true, now_s) && !link_quota_is_due(&q, false, now_s));
    q.due = true; /* the last link has ended, and what WeCom told is not known yet */
    assert_true(link_quota_is_due(&q, false, now_s));
    q.due = false;
    link_quota_judge(&q, 100, 90, now_s, &s);
    assert_true(!s.known && !s.low && !s.exhausted && s.expiring == 0);
}

static void groups_are_filled_in_order(void **state)
{
    struct code_group g[] = {
        {.group_id = 1, .chat_id = STR("wr1"), .members = 190},
        {.group_id = 2, .chat_id = STR("wr2"), .members = 3, .dismissed = true},
        {.group_id = 3, .chat_id = STR("wr3"), .members = 10}};
    struct code c = {.kind = STR("group"), .full_at = 190, .groups = g, .groups_n = 3};
    struct code_choice out;
    struct arena a;
    (void)state;
    arena_init(&a, 0);
    code_pick_group(&c, &a, &out);
    assert_true(out.why == CODE_ON_DUTY && str_eq(out.listed, STR("wr3")));
    g[0].members = 189;
    code_pick_group(&c, &a, &out);
    assert_true(str_eq(out.listed, STR("wr1")));
    g[0].members = g[2].members = 190;
    code_pick_group(&c, &a, &out);
    assert_true(out.why == CODE_NOBODY && str_eq(out.listed, STR("wr3")));
    c.auto_room = true;
    code_pick_group(&c, &a, &out);
    assert_int_equal(out.why, CODE_BACKUP);
    c.groups_n = 0;
    code_pick_group(&c, &a, &out);
    assert_true(out.why == CODE_NOBODY && str_empty(out.listed));
    arena_done(&a);
}

static void greetings_fit(void **state)
{
    struct code_welcome w[] = {
        {STR("buyer"), 127, 0, 24 * HOUR, STR("老友"), STR("[]")},
        {STR("any"), 1, 9 * HOUR, 18 * HOUR, STR("周一"), STR("[]")},
        {STR("new"), 127, 0, 24 * HOUR, STR("你好"), STR("[]")},
    };
    struct code c = {.welcomes = w, .welcomes_n = 3};
    (void)state;
    assert_ptr_equal(code_welcome_at(&c, STR("buyer"), at(1, 10, 0)), &w[0]);
    assert_ptr_equal(code_welcome_at(&c, STR("new"), at(1, 10, 0)), &w[1]);
    assert_ptr_equal(code_welcome_at(&c, STR("new"), at(1, 18, 0)), &w[2]);
    assert_ptr_equal(code_welcome_at(&c, STR("new"), at(2, 10, 0)), &w[2]);
    assert_null(code_welcome_at(&c, STR("old"), at(2, 10, 0)));
}

static void words_are_filled_in(void **state)
{
    struct arena a;
    struct code_words w = {.staff = STR("小林"), .code = STR("门店"), .at_s = at(1, 10, 0)};
    (void)state;
    arena_init(&a, 0);
    struct str out = code_fill(STR("{name}，我是{staff}（{code} {day}）{"), &w, 0, &a);
    assert_string_equal(arena_z(&a, out), "{name}，我是小林（门店 2026-11-23）{");
    w.name = STR("{code}李"); /* what is filled in is not looked at again */
    assert_string_equal(arena_z(&a, code_fill(STR("{name}"), &w, 0, &a)), "{code}李");
    assert_string_equal(arena_z(&a, code_fill(STR("门店李四"), &w, 3, &a)), "门店李");
    arena_done(&a);
}

static void says(const struct code *c, const char *field)
{
    struct err e = ERR_INIT;
    enum rc rc = code_check(c, at(1, 12, 0), &e);
    assert_int_equal(rc, field == NULL ? RC_OK : RC_INVALID);
    assert_string_equal(e.field, field == NULL ? "" : field);
    if (field != NULL)
        assert_true(e.zh[0] != 0 && e.en[0] != 0 && e.hint_zh[0] != 0 && e.hint_en[0] != 0);
}

static void what_is_refused(void **state)
{
    static const char LONG[] = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一";
    struct code_member m[3], many[101];
    struct code good = staff_code(m), c = good;
    struct code_hours h[] = {{0, 1, 540, 1080}, {0, 1, 1080, 1440}};
    struct code_welcome w = {STR("any"), 127, 0, 1440, STR("你好"), STR("[]")};
    (void)state;
    c.hours = h;
    c.hours_n = 2;
    c.welcomes = &w;
    c.welcomes_n = 1;
    says(&c, NULL);
    c.name = STR(LONG);
    says(&c, "name");
    c.name = good.name;
    c.expires_s = at(1, 12, 0);
    says(&c, "expires_s");
    c.expires_s = DB_NULL;
    h[1].from_min = 1079;
    says(&c, "hours");
    h[1].from_min = 1440;
    says(&c, "hours.from_min");
    h[1] = (struct code_hours){99, 1, 0, 10};
    says(&c, "hours.staff_id");
    c.hours_n = 0;
    w.attachments = STR("{}");
    says(&c, "welcomes.attachments");
    w.attachments = STR("[{\"msgtype\":\"voice\"}]");
    says(&c, "welcomes.attachments");
    w.attachments = STR("[{\"msgtype\":\"image\"}]");
    says(&c, "welcomes.attachments.image.media");
    w.attachments = STR("[{\"msgtype\":\"file\",\"file\":{\"media\":\"-3\"}}]");
    says(&c, "welcomes.attachments.file.media");
    w.attachments = STR("[{\"msgtype\":\"miniprogram\",\"miniprogram\":{\"title\":\"店\","
                        "\"page\":\"a\",\"picture\":\"7\"}}]");
    says(&c, "welcomes.attachments.miniprogram.appid");
    w.attachments = STR("[{\"msgtype\":\"link\",\"link\":{\"title\":\"店\",\"url\":\"ftp://x\"}}]");
    says(&c, "welcomes.attachments.link.url");
    w.attachments = STR("[{\"msgtype\":\"image\",\"image\":{\"media\":\"7\"}},"
                        "{\"msgtype\":\"video\",\"video\":{\"media\":8}}]");
    says(&c, NULL);
    w.attachments =
        STR("[{\"msgtype\":\"link\",\"link\":{\"title\":\"店\",\"url\":\"https://x\"}}]");
    says(&c, NULL);
    w.text = (struct str){NULL, 0};
    w.attachments = STR("[]");
    says(&c, "welcomes.text");
    c.welcomes_n = 0;
    m[0].weight = 101;
    says(&c, "members.weight");
    m[0].weight = 1;
    m[1].staff_id = ANNA;
    says(&c, "members");
    m[1].staff_id = BEN;
    m[0].backup = m[1].backup = true;
    says(&c, "members");
    for (int i = 0; i < 101; i++)
        many[i] = (struct code_member){.staff_id = 1000 + i, .weight = 1};
    c.members = many;
    c.members_n = 100;
    says(&c, NULL);
    c.members_n = 101;
    says(&c, "members");
    c.kind = STR("link"); /* which takes 500 */
    says(&c, NULL);
}

/* ---- in the database ---- */

#define NUMBER(name, sql_text) static const struct sql name = {.text = sql_text, .out = "i"}
NUMBER(ENTRIES, "SELECT count(*) FROM code_entry /*scan*/");
NUMBER(ENDED, "SELECT count(*) FROM code_entry /*scan*/ WHERE ended_s IS NOT NULL");
NUMBER(NEW, "SELECT count(*) FROM code_entry /*scan*/ WHERE customer = 'new'");
NUMBER(SCANS, "SELECT count(*) FROM event /*scan*/ WHERE kind = 28 AND object_kind = 14");
NUMBER(TAGGED, "SELECT count(*) FROM customer_tag /*scan*/");
NUMBER(STAGED, "SELECT count(*) FROM customer c /*scan*/ JOIN stage s ON s.id = c.stage_id"
               " WHERE s.name = '扫码'");
NUMBER(SOURCED, "SELECT count(*) FROM customer c /*scan*/ JOIN source s ON s.id = c.source_id"
                " WHERE s.name = '地推'");

struct made {
    struct code code;
    struct arena *a;
};

static enum rc make_code(struct tx *tx, void *arg, struct err *e)
{
    struct made *x = arg;
    int64_t category, group, tag, staff;
    static struct code_member m;
    static int64_t tags[1];
    enum rc rc = tag_category_add(tx, STR("分类"), DB_NULL, &category, e);
    if (rc == RC_OK)
        rc = tag_group_add(tx, category, STR("来源"), DB_NULL, &group, e);
    if (rc == RC_OK)
        rc = tag_add(tx, group, STR("扫码"), STR("basic"), DB_NULL, &tag, e);
    if (rc == RC_OK)
        rc = stage_add(tx, STR("扫码"), DB_NULL, STR("open"), &x->code.stage_id, e);
    if (rc == RC_OK)
        rc = source_add(tx, STR("地推"), STR("code"), &x->code.source_id, e);
    if (rc == RC_OK)
        rc = directory_add_staff(
            tx,
            &(struct staff_new){.userid = STR("zhang"), .name = STR("张三"), .joined_s = DB_NULL},
            &staff, e);
    if (rc != RC_OK)
        return rc;
    m = (struct code_member){.staff_id = staff, .weight = 3};
    tags[0] = tag;
    x->code.members = &m;
    x->code.tags = tags;
    x->code.members_n = x->code.tags_n = 1;
    return code_add(tx, &x->code, e);
}

static struct code begin(struct store_fixture *f)
{
    struct made x = {.code = {.kind = STR("staff"),
                              .name = STR("门店"),
                              .state = STR("S1"),
                              .status = STR("active"),
                              .expires_s = DB_NULL,
                              .full_at = DB_NULL,
                              .listed = STR(""),
                              .on_duty = STR("")}};
    store_write(f, make_code, &x);
    return x.code;
}

static struct told_contact told(const char *id, const struct told_follow *follow, int64_t asked_s)
{
    return (struct told_contact){.external_userid = str_from(id),
                                 .name = STR("李四"),
                                 .type = 1,
                                 .follows = follow,
                                 .follows_n = 1,
                                 .complete = true,
                                 .asked_us = TOLD_US(asked_s)};
}

static void a_friend_through_a_code(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = {.userid = STR("zhang"),
                              .added_s = TOLD_BASE_S + 10,
                              .state = STR("S1"),
                              .add_way = 1,
                              .tags_told = true};
    begin(f);
    struct told_contact c = told("wmA", &one, 100);
    tell_contact(f, &c);
    c.asked_us = TOLD_US(200); /* told again: nothing more */
    tell_contact(f, &c);
    assert_int_equal(told_number(f, &ENTRIES, NULL), 1);
    assert_int_equal(told_number(f, &NEW, NULL), 1);
    assert_int_equal(told_number(f, &SCANS, NULL), 1);
    assert_int_equal(told_number(f, &TAGGED, NULL), 1);
    assert_int_equal(told_number(f, &STAGED, NULL), 1);
    assert_int_equal(told_number(f, &SOURCED, NULL), 1);
    tell_end(f, "wmA", "zhang", 300, true);
    assert_int_equal(told_number(f, &ENDED, NULL), 1);
    one.added_s = TOLD_BASE_S + 400; /* again through the code: no new customer any more */
    c.asked_us = TOLD_US(500);
    tell_contact(f, &c);
    assert_int_equal(told_number(f, &ENTRIES, NULL), 2);
    assert_int_equal(told_number(f, &NEW, NULL), 1);
    assert_int_equal(told_number(f, &ENDED, NULL), 1);
    one.state = STR("unknown");
    c = told("wmB", &one, 600);
    tell_contact(f, &c);
    assert_int_equal(told_number(f, &ENTRIES, NULL), 2);
}

/* An entry of those who had gone when they were heard of has an end, too. */
static void who_is_heard_of_afterwards(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = {.userid = STR("zhang"), .added_s = TOLD_BASE_S + 10};
    begin(f);
    struct told_contact c = told("wmA", &one, 100);
    tell_contact(f, &c);
    assert_int_equal(told_number(f, &ENTRIES, NULL), 0);
    tell_end(f, "wmA", "zhang", 300, true);
    tell_end(f, "wmA", "zhang", 500, true); /* they were friends again in between */
    one.added_s = TOLD_BASE_S + 450;
    one.state = STR("S1");
    c = told("wmA", &one, 900); /* which WeCom goes on telling */
    tell_contact(f, &c);
    tell_contact(f, &c);
    assert_int_equal(told_number(f, &ENTRIES, NULL), 1);
    assert_int_equal(told_number(f, &ENDED, NULL), 1);
    /* an answer that tells the first of them is old */
    one.added_s = TOLD_BASE_S + 10;
    one.state = STR("");
    c = told("wmA", &one, 1000);
    assert_int_equal(tell_contact(f, &c).begun, 0);
    told_log_agrees(f);
}

static enum rc add_figures(struct tx *tx, void *arg, struct err *e)
{
    const struct code *c = arg;
    const struct link_day day = {.code_id = c->id, .day = 20000, .told_us = 1};
    struct group_greeting greeting = {.code_id = c->id,
                                      .text = STR("欢迎{name}"),
                                      .attachments = STR("[]"),
                                      .state = STR("waiting")};
    enum rc rc = link_day_store(tx, &day, e);
    if (rc == RC_OK)
        rc = group_greeting_add(tx, &greeting, e);
    return rc == RC_OK ? code_staff_full(tx, c->members[0].staff_id, e) : rc;
}

static enum rc wipe(struct tx *tx, void *arg, struct err *e)
{
    return wipe_some(tx, arg, e);
}

/* Whatever hangs on codes and staff goes with the demo corp. */
static void all_of_it_is_wiped(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = {
        .userid = STR("zhang"), .added_s = TOLD_BASE_S + 10, .state = STR("S1")};
    struct code code = begin(f);
    struct told_contact c = told("wmA", &one, 100);
    bool empty = false;
    tell_contact(f, &c);
    store_write(f, add_figures, &code);
    while (!empty)
        store_write(f, wipe, &empty);
    assert_int_equal(told_number(f, &ENTRIES, NULL), 0);
}

static void a_member_through_a_code(void **state)
{
    struct store_fixture *f = *state;
    struct told_member m = {
        .id = STR("wmG"), .name = STR("王五"), .state = STR("S1"), .joined_s = TOLD_BASE_S + 5};
    struct told_group g = {.chat_id = STR("wr1"),
                           .name = STR("福利"),
                           .owner = STR("zhang"),
                           .version = STR("1"),
                           .created_s = TOLD_BASE_S,
                           .members = &m,
                           .members_n = 1,
                           .asked_us = TOLD_US(10)};
    begin(f);
    tell_group(f, &g);
    g.asked_us = TOLD_US(20);
    tell_group(f, &g);
    assert_int_equal(told_number(f, &ENTRIES, NULL), 1);
    assert_int_equal(told_number(f, &SCANS, NULL), 1);
    assert_int_equal(told_number(f, &TAGGED, NULL), 1);
    assert_int_equal(told_number(f, &SOURCED, NULL), 1);
}

struct reading {
    int64_t n, ended, orders;
};

static enum rc see(void *arg, const struct code_outcome *o, struct err *e)
{
    struct reading *x = arg;
    (void)e;
    x->n++;
    x->ended += o->ended_s != DB_NULL;
    x->orders += o->orders;
    return RC_OK;
}

static void what_became_of_them(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = {
        .userid = STR("zhang"), .added_s = TOLD_BASE_S + 10, .state = STR("S1"), .tags_told = true};
    struct code code = begin(f);
    struct told_contact a = told("wmA", &one, 100), b = told("wmB", &one, 100);
    tell_contact(f, &a);
    tell_contact(f, &b);
    tell_end(f, "wmB", "zhang", 50, false);
    struct tx *tx;
    struct reading x = {0};
    struct code_received *r;
    size_t n;
    struct code_outcome_filter all = {.from_s = TOLD_BASE_S, .to_s = TOLD_BASE_S + 11};
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, code_outcomes(tx, &all, see, &x, &f->err));
    assert_true(x.n == 2 && x.ended == 1 && x.orders == 0);
    all.code_id = code.id;
    store_must(f, code_outcomes(tx, &all, see, &x, &f->err));
    assert_true(x.n == 4 && x.ended == 2);
    all.to_s--;
    store_must(f, code_outcomes(tx, &all, see, &x, &f->err));
    all.to_s++;
    all.scope_account = 4711; /* sees nobody */
    store_must(f, code_outcomes(tx, &all, see, &x, &f->err));
    assert_int_equal(x.n, 4);
    store_must(f, code_received(tx, code.id, TOLD_BASE_S + 11, TOLD_BASE_S + 10, &r, &n, &f->err));
    assert_true(n == 1 && r[0].shift == 0 && r[0].today == 2 && r[0].total == 2);
    db_read_end(tx);
}

static enum rc greet(struct tx *tx, void *arg, struct err *e)
{
    struct code *c = arg;
    static struct code_welcome w = {STR("new"), 127, 0, 1440, STR("{name}，我是{staff}"),
                                    STR("[]")};
    c->welcomes = &w;
    c->welcomes_n = 1;
    return code_store_lists(tx, c, e);
}

static void the_lane_is_told_the_greeting(void **state)
{
    struct store_fixture *f = *state;
    struct code code = begin(f);
    struct code_greeting out;
    struct tx *tx;
    store_write(f, greet, &code);
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    struct arena *a = tx_arena(tx);
    store_must(
        f, code_welcome(tx, STR("S1"), STR("zhang"), TOLD_BASE_S, STR("new"), a, &out, &f->err));
    assert_int_equal(out.code_id, code.id);
    assert_string_equal(arena_z(a, out.text), "{name}，我是张三");
    assert_string_equal(arena_z(a, out.attachments), "[]");
    assert_int_equal(
        code_welcome(tx, STR("S1"), STR("zhang"), TOLD_BASE_S, STR("old"), a, &out, &f->err),
        RC_NOT_FOUND);
    assert_int_equal(
        code_welcome(tx, STR("S2"), STR("zhang"), TOLD_BASE_S, STR("new"), a, &out, &f->err),
        RC_NOT_FOUND);
    db_read_end(tx);
}

static enum rc warn(struct tx *tx, void *arg, struct err *e)
{
    enum rc rc = code_warn(tx, *(int64_t *)arg, STR("nobody"), STR(""), e);
    return rc == RC_OK ? code_warn(tx, *(int64_t *)arg, STR("nobody"), STR("again"), e) : rc;
}

static enum rc warn_over(struct tx *tx, void *arg, struct err *e)
{
    return code_warn_over(tx, *(int64_t *)arg, STR("nobody"), e);
}

static void kept_whole_and_warned_of(void **state)
{
    struct store_fixture *f = *state;
    struct code code = begin(f), back;
    struct code_warning *list;
    struct code_greeting greeting;
    struct tx *tx;
    size_t n;
    store_write(f, warn, &code.id);
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, code_load(tx, code.id, tx_arena(tx), &back, &f->err));
    assert_true(back.members_n == 1 && back.members[0].weight == 3 && back.tags_n == 1);
    assert_true(str_eq(back.members[0].userid, STR("zhang")) && back.expires_s == DB_NULL);
    store_must(f, code_warnings(tx, code.id, &list, &n, &f->err));
    assert_true(n == 1 && str_eq(list[0].detail, STR("again")));
    assert_int_equal(code_welcome(tx, STR("S1"), STR("zhang"), TOLD_BASE_S, STR("new"),
                                  tx_arena(tx), &greeting, &f->err),
                     RC_NOT_FOUND);
    db_read_end(tx);
    store_write(f, warn_over, &code.id);
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, code_warnings(tx, 0, &list, &n, &f->err));
    assert_int_equal(n, 0);
    db_read_end(tx);
}

/* An answer; of several, the one to the later question stays. */
struct answer {
    struct link_quota told;
    bool kept;
};

static enum rc tell_quota(struct tx *tx, void *arg, struct err *e)
{
    struct answer *x = arg;
    return link_quota_told(tx, &x->told, &x->kept, e);
}

static enum rc fail_quota(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return link_quota_failed(tx, tx_now_s(tx) * 1000000, STR("wecom_48002"), e);
}

static enum rc want_quota(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return link_quota_wanted(tx, e);
}

static void quota_is(struct store_fixture *f, int64_t total, int64_t balance, int64_t peak,
                     size_t parts, bool problem, bool due)
{
    struct tx *tx;
    struct link_quota q;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, link_quota_load(tx, &q, &f->err));
    assert_true(q.total == total && q.balance == balance && q.peak == peak);
    assert_int_equal(q.parts_n, parts);
    assert_true(str_absent(q.problem) != problem && q.due == due);
    db_read_end(tx);
}

static void an_answer_about_uses_is_kept(void **state)
{
    struct store_fixture *f = *state;
    struct link_quota_part parts[] = {{2000, 5}, {1000, 7}, {2000, 8}};
    struct answer x = {
        .told = {.total = 3, .balance = 20, .told_us = 50, .parts = parts, .parts_n = 3}};
    quota_is(f, DB_NULL, DB_NULL, DB_NULL, 0, false, false);
    store_write(f, want_quota, NULL);
    quota_is(f, DB_NULL, DB_NULL, DB_NULL, 0, false, true);
    store_write(f, fail_quota, NULL);
    quota_is(f, DB_NULL, DB_NULL, DB_NULL, 0, true, false);
    store_write(f, tell_quota, &x);
    assert_true(x.kept);
    quota_is(f, 3, 20, 20, 2, false, false); /* two of one time are one */
    x.told = (struct link_quota){.total = 10, .balance = 13, .told_us = 60};
    store_write(f, tell_quota, &x);
    quota_is(f, 10, 13, 20, 0, false, false); /* spent: the share is still of 20 */
    store_write(f, fail_quota, NULL);
    quota_is(f, 10, 13, 20, 0, true, false);
    x.told = (struct link_quota){.total = 11, .balance = 30, .told_us = 55};
    store_write(f, tell_quota, &x);
    assert_false(x.kept); /* asked for before the last one */
    quota_is(f, 10, 13, 20, 0, true, false);
    x.told.told_us = 70;
    store_write(f, tell_quota, &x);
    quota_is(f, 11, 30, 30, 0, false, false); /* bought */
}

#define ALL(engine)                                                                                \
    STORE_TEST(a_friend_through_a_code, engine), STORE_TEST(a_member_through_a_code, engine),      \
        STORE_TEST(what_became_of_them, engine), STORE_TEST(kept_whole_and_warned_of, engine),     \
        STORE_TEST(the_lane_is_told_the_greeting, engine),                                         \
        STORE_TEST(an_answer_about_uses_is_kept, engine),                                          \
        STORE_TEST(who_is_heard_of_afterwards, engine), STORE_TEST(all_of_it_is_wiped, engine)

enum { TESTS_OF_AN_ENGINE = 8 };

int main(void)
{
    struct err e = ERR_INIT;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_say_who),
        cmocka_unit_test(capacity_takes_people_out),
        cmocka_unit_test(weights_are_kept),
        cmocka_unit_test(groups_are_filled_in_order),
        cmocka_unit_test(greetings_fit),
        cmocka_unit_test(who_is_full_is_left_out),
        cmocka_unit_test(uses_of_links_are_judged),
        cmocka_unit_test(words_are_filled_in),
        cmocka_unit_test(what_is_refused),
        ALL(SQLITE),
        ALL(POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    if (calendar_set_zone(STR("Asia/Shanghai"), &e) != RC_OK)
        return 1;
    return _cmocka_run_group_tests("domain_code", tests,
                                   pg_fixture_skipped() ? n - TESTS_OF_AN_ENGINE : n, NULL, NULL);
}

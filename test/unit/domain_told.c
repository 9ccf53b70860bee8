/* domain_told.c — what a platform tells becomes the corp's rows: new, again, changed, ended, begun
 * again, joined by unionid; tags, groups by version, departments moved, staff gone. The random
 * histories are in domain_told_random.c. */
#include "told_corp.h"

#include "domain/tag_compare.h"
#include "pg_fixture.h"
#include "store/erasure.h"

#include <stdlib.h>
#include <string.h>

enum { DUMP_BYTES = 1 << 18 };

#define NUMBER(name, sql_text) static const struct sql name = {.text = sql_text, .out = "i"}
#define NUMBER_OF(name, sql_text)                                                                  \
    static const struct sql name = {.text = sql_text, .in = "s", .out = "i"}
NUMBER(FRIENDS, "SELECT count(*) FROM relation /*scan*/ WHERE deleted_s IS NULL");
NUMBER(LOST, "SELECT count(*) FROM relation /*scan*/ WHERE deleted_by = 'customer'");
NUMBER(REMOVED, "SELECT count(*) FROM relation /*scan*/ WHERE deleted_by = 'staff'");
NUMBER(WORN, "SELECT count(*) FROM relation_tag /*scan*/");
NUMBER(ROOTS, "SELECT count(*) FROM customer /*scan*/ WHERE id = root_id");
NUMBER(REMARKS, "SELECT count(*) FROM relation /*scan*/ WHERE remark_sealed IS NOT NULL");
NUMBER(IN_GROUPS, "SELECT count(*) FROM group_member /*scan*/ WHERE left_s IS NULL");
NUMBER(PROPOSALS, "SELECT count(*) FROM merge_proposal /*scan*/");
NUMBER_OF(OF_KIND, "SELECT count(*) FROM event v /*scan*/ JOIN event_kind k ON k.id = v.kind"
                   " WHERE k.name = $1");
NUMBER_OF(NAMED, "SELECT count(*) FROM customer /*scan*/ WHERE nickname = $1");
NUMBER_OF(FROM_SOURCE, "SELECT count(*) FROM relation r /*scan*/ JOIN source s"
                       " ON s.id = r.source_id WHERE s.name = $1");
NUMBER_OF(TAILS, "SELECT count(*) FROM customer /*scan*/ WHERE phone_tail = $1");
NUMBER_OF(TAG_IN_USE, "SELECT count(*) FROM tag /*scan*/ WHERE name = $1 AND archived_s IS NULL");
NUMBER_OF(TAG_EVER, "SELECT count(*) FROM tag /*scan*/ WHERE name = $1");
NUMBER_OF(ABOVE, "SELECT count(*) FROM department_above a JOIN department d /*scan*/"
                 " ON d.id = a.department_id WHERE d.name = $1");
NUMBER_OF(STAFF_LEFT, "SELECT count(*) FROM staff /*scan*/ WHERE userid = $1 AND status = 'left'");
NUMBER_OF(STAFF_IN, "SELECT count(*) FROM staff s /*scan*/ JOIN department d"
                    " ON d.id = s.department_id WHERE d.name = $1");
NUMBER_OF(GROUPS, "SELECT count(*) FROM chat_group /*scan*/ WHERE name = $1"
                  " AND dismissed_s IS NULL AND notice_sealed IS NOT NULL");

/* Does it again, which must write nothing. */
#define ONCE_MORE(f, what)                                                                         \
    do {                                                                                           \
        char *before_ = malloc(DUMP_BYTES), *after_ = malloc(DUMP_BYTES);                          \
        told_everything((f), before_, DUMP_BYTES);                                                 \
        (void)(what);                                                                              \
        told_everything((f), after_, DUMP_BYTES);                                                  \
        assert_string_equal(before_, after_);                                                      \
        free(before_);                                                                             \
        free(after_);                                                                              \
    } while (0)

static const struct told_tag LEVEL_TAGS[] = {{STR("T1"), STR("VIP"), 2, false},
                                             {STR("T2"), STR("普通"), 1, false}};
static const struct told_tag_group LIBRARY[] = {
    {STR("G1"), STR("等级"), 5, false, LEVEL_TAGS, 2},
};

static struct told_follow follow(const char *userid, int64_t added_s)
{
    return (struct told_follow){
        .userid = str_from(userid), .added_s = TOLD_BASE_S + added_s, .tags_told = true};
}

static struct told_contact contact(const char *id, const struct told_follow *follows, size_t n,
                                   int64_t asked_s)
{
    return (struct told_contact){.external_userid = str_from(id),
                                 .name = STR("李四"),
                                 .gender = 2,
                                 .type = 1,
                                 .follows = follows,
                                 .follows_n = n,
                                 .complete = true,
                                 .asked_us = TOLD_US(asked_s)};
}

/* ---- customers ---- */

static void a_new_customer(void **state)
{
    struct store_fixture *f = *state;
    struct str tags[] = {STR("T1"), STR("unknown")}, phones[] = {STR("138 0013 8000"), STR("")};
    struct told_follow two[] = {follow("zhang", 10), follow("li", 20)};
    tell_tags(f, LIBRARY, 1, true);
    two[0].remark = STR("老李");
    two[0].description = STR("喜欢拿铁");
    two[0].add_way = 1;
    two[0].state = STR("门店一");
    two[0].tag_ids = tags;
    two[0].tag_ids_n = 2;
    two[0].mobiles = phones;
    two[0].mobiles_n = 2;
    two[1].add_way = 3;
    struct told_contact c = contact("wmA", two, 2, 100);
    struct contact_applied out = tell_contact(f, &c);
    assert_true(out.made && !out.erased && out.customer_id > 0);
    assert_int_equal(out.begun, 2);
    assert_int_equal(out.tagged, 1);
    assert_int_equal(out.unknown_tags, 1);
    assert_int_equal(told_number(f, &NAMED, "李四"), 1);
    assert_int_equal(told_number(f, &TAILS, "8000"), 1);
    assert_int_equal(told_number(f, &FROM_SOURCE, "门店一"), 1);
    assert_int_equal(told_number(f, &FROM_SOURCE, "名片分享"), 1);
    assert_int_equal(told_number(f, &REMARKS, NULL), 1);
    assert_int_equal(told_number(f, &OF_KIND, "friend_add"), 2);
    assert_int_equal(told_number(f, &OF_KIND, "tag_put"), 1);
    ONCE_MORE(f, tell_contact(f, &c));
    told_log_agrees(f);
}

static void an_edit_changes_what_differs(void **state)
{
    struct store_fixture *f = *state;
    struct str tags[] = {STR("T1"), STR("T2")};
    struct told_follow one = follow("zhang", 10);
    tell_tags(f, LIBRARY, 1, true);
    one.remark = STR("老李");
    one.tag_ids = tags;
    one.tag_ids_n = 1;
    struct told_contact c = contact("wmA", &one, 1, 100);
    tell_contact(f, &c);
    one.tag_ids = tags + 1;
    one.remark = STR("");
    c.name = STR("李思");
    c.asked_us = TOLD_US(200);
    struct contact_applied out = tell_contact(f, &c);
    assert_int_equal(out.begun, 0);
    assert_int_equal(out.tagged, 1);
    assert_int_equal(out.untagged, 1);
    assert_int_equal(told_number(f, &NAMED, "李思"), 1);
    assert_int_equal(told_number(f, &REMARKS, NULL), 0);
    assert_int_equal(told_number(f, &OF_KIND, "field_change"), 1);
    ONCE_MORE(f, tell_contact(f, &c));
    one.tags_told = false; /* nothing is said about tags and remark */
    one.remark = STR_ABSENT;
    c.asked_us = TOLD_US(300);
    out = tell_contact(f, &c);
    assert_int_equal(out.untagged, 0);
    assert_int_equal(told_number(f, &WORN, NULL), 1);
    one.tags_told = true; /* an older answer comes late */
    one.tag_ids_n = 0;
    c.name = STR("李四");
    c.asked_us = TOLD_US(250);
    ONCE_MORE(f, out = tell_contact(f, &c));
    assert_int_equal(out.stale, 1);
    told_log_agrees(f);
}

/* Callbacks of a friendship that no answer tells any more, in any order. */
static void short_friendships_are_remembered(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = follow("li", 20);
    struct told_contact c = contact("wmA", &one, 1, 300);
    assert_true(tell_begun(f, "wmA", "zhang", 200));
    ONCE_MORE(f, assert_false(tell_begun(f, "wmA", "zhang", 200)));
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    assert_int_equal(tell_end(f, "wmA", "zhang", 230, true), CONTACT_ENDED);
    tell_contact(f, &c);
    ONCE_MORE(f, assert_false(tell_begun(f, "wmA", "zhang", 203)));
    /* again, and all of it told backwards */
    assert_int_equal(tell_end(f, "wmA", "zhang", 900, false), CONTACT_ENDED);
    ONCE_MORE(f, tell_end(f, "wmA", "zhang", 900, false));
    assert_int_equal(tell_end(f, "wmA", "zhang", 500, true), CONTACT_ENDED);
    ONCE_MORE(f, tell_end(f, "wmA", "zhang", 500, true));
    assert_true(tell_begun(f, "wmA", "zhang", -100));
    ONCE_MORE(f, assert_false(tell_begun(f, "wmA", "zhang", -100)));
    assert_int_equal(told_number(f, &OF_KIND, "friend_add"), 3);
    assert_int_equal(told_number(f, &OF_KIND, "friend_delete"), 2);
    assert_int_equal(told_number(f, &OF_KIND, "friend_remove"), 1);
    /* within one second, told backwards: the answer knows of the beginning, then it is heard of */
    struct told_follow short_one = follow("zhou", 1100);
    struct told_contact d = contact("wmD", &short_one, 1, 1150);
    tell_contact(f, &d);
    assert_int_equal(tell_end(f, "wmD", "zhou", 1100, true), CONTACT_ENDED);
    ONCE_MORE(f, assert_false(tell_begun(f, "wmD", "zhou", 1100)));
    /* an answer with all of them, asked for long after a beginning that is told late */
    c.asked_us = TOLD_US(2000);
    tell_contact(f, &c);
    assert_true(tell_begun(f, "wmA", "wang", 1000));
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    /* when it ended is told later still: what had been found missing is taken back */
    assert_int_equal(tell_end(f, "wmA", "wang", 1500, true), CONTACT_ENDED);
    ONCE_MORE(f, tell_end(f, "wmA", "wang", 1500, true));
    assert_int_equal(told_number(f, &OF_KIND, "retract"), 1);
    assert_int_equal(told_number(f, &LOST, NULL), 3);
    /* and that they had become friends again, behind an end told later still */
    assert_false(tell_begun(f, "wmA", "li", 2500));
    assert_int_equal(tell_end(f, "wmA", "li", 2400, true), CONTACT_ENDED);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    assert_int_equal(told_number(f, &OF_KIND, "friend_confirm"), 1);
    assert_int_equal(told_number(f, &OF_KIND, "retract"), 2);
    told_log_agrees(f);
}

static void friendships_end_both_ways(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow two[] = {follow("zhang", 10), follow("li", 20)};
    struct told_contact c = contact("wmA", two, 2, 100);
    /* an end is told first: of whom nobody has heard it is all that is known */
    assert_int_equal(tell_end(f, "wmA", "zhang", 110, true), CONTACT_UNKNOWN);
    ONCE_MORE(f, tell_end(f, "wmA", "zhang", 110, true));
    assert_int_equal(told_number(f, &LOST, NULL), 1);
    assert_int_equal(tell_contact(f, &c).begun, 2);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    assert_int_equal(tell_end(f, "wmA", "li", 120, false), CONTACT_ENDED);
    ONCE_MORE(f, tell_end(f, "wmA", "li", 120, false));
    assert_int_equal(told_number(f, &LOST, NULL), 1);
    assert_int_equal(told_number(f, &REMOVED, NULL), 1);
    assert_int_equal(told_number(f, &OF_KIND, "friend_delete"), 1);
    assert_int_equal(told_number(f, &OF_KIND, "friend_remove"), 1);
    /* the platform goes on telling whom the customer deleted */
    c = contact("wmA", two, 1, 200);
    struct contact_applied out = tell_contact(f, &c);
    assert_int_equal(out.begun, 0);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 0);
    /* and tells of a new beginning */
    two[0].added_s = TOLD_BASE_S + 300;
    c = contact("wmA", two, 1, 310);
    out = tell_contact(f, &c);
    assert_int_equal(out.begun, 1);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    /* the end of the first comes once more, late */
    assert_int_equal(tell_end(f, "wmA", "zhang", 110, true), CONTACT_ENDED_BEFORE);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    ONCE_MORE(f, tell_contact(f, &c));
    told_log_agrees(f);
}

static void who_is_not_told_is_gone_when_all_are_told(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow two[] = {follow("zhang", 10), follow("li", 20)};
    struct told_contact c = contact("wmA", two, 2, 100);
    tell_contact(f, &c);
    c = contact("wmA", two, 1, 200);
    c.complete = false;
    assert_int_equal(tell_contact(f, &c).ended, 0);
    c = contact("wmA", two, 1, 300);
    assert_int_equal(tell_contact(f, &c).ended, 1);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    ONCE_MORE(f, tell_contact(f, &c));
    c = contact("wmA", two, 2, 250); /* an older answer does not bring it back */
    assert_int_equal(tell_contact(f, &c).stale, 2);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    c = contact("wmA", two, 2, 500); /* a later one does: it had not ended */
    assert_int_equal(tell_contact(f, &c).begun, 1);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 2);
    ONCE_MORE(f, tell_contact(f, &c));
    told_log_agrees(f);
}

static void an_unseen_friendship_ends(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = follow("zhang", 10);
    struct told_contact c = contact("wmA", &one, 1, 20);
    tell_contact(f, &c);
    c = contact("wmA", NULL, 0, 70); /* the staff ended it */
    assert_int_equal(tell_contact(f, &c).ended, 1);
    /* it began again at 90, which nobody told, and the customer ended it at 110 */
    assert_int_equal(tell_end(f, "wmA", "zhang", 110, true), CONTACT_ENDED);
    ONCE_MORE(f, tell_end(f, "wmA", "zhang", 110, true));
    one.added_s = TOLD_BASE_S + 90;
    c = contact("wmA", &one, 1, 300);
    assert_int_equal(tell_contact(f, &c).begun, 1); /* WeCom goes on telling it */
    ONCE_MORE(f, tell_contact(f, &c));
    assert_int_equal(told_number(f, &FRIENDS, NULL), 0);
    assert_int_equal(told_number(f, &LOST, NULL), 1);
    assert_int_equal(told_number(f, &OF_KIND, "friend_add"), 2);
    told_log_agrees(f);
}

static void two_ends_have_a_beginning_between_them(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = follow("zhang", 10);
    struct told_contact c = contact("wmA", &one, 1, 20);
    tell_contact(f, &c);
    assert_int_equal(tell_end(f, "wmA", "zhang", 70, false), CONTACT_ENDED);
    assert_int_equal(tell_end(f, "wmA", "zhang", 200, true), CONTACT_ENDED);
    /* its callback comes late */
    assert_true(tell_begun(f, "wmA", "zhang", 120));
    ONCE_MORE(f, tell_begun(f, "wmA", "zhang", 120));
    assert_int_equal(told_number(f, &OF_KIND, "friend_confirm"), 0);
    /* so does that of one more, further back, and of how it ended */
    assert_int_equal(tell_end(f, "wmA", "zhang", 90, false), CONTACT_ENDED);
    tell_begun(f, "wmA", "zhang", 80);
    assert_int_equal(told_number(f, &OF_KIND, "friend_add"), 3);
    assert_int_equal(told_number(f, &OF_KIND, "friend_delete"), 1);
    assert_int_equal(told_number(f, &OF_KIND, "friend_remove"), 2);
    told_log_agrees(f);
    /* another pair: nothing but two ends is known, then an old beginning, then what stands */
    assert_int_equal(tell_end(f, "wmB", "li", 70, false), CONTACT_UNKNOWN);
    assert_int_equal(tell_end(f, "wmB", "li", 200, true), CONTACT_ENDED);
    assert_true(tell_begun(f, "wmB", "li", 40));
    assert_int_equal(told_number(f, &OF_KIND, "friend_add"), 4);
    one = follow("li", 120);
    c = contact("wmB", &one, 1, 400);
    assert_int_equal(tell_contact(f, &c).begun, 1);
    ONCE_MORE(f, tell_contact(f, &c));
    assert_int_equal(told_number(f, &OF_KIND, "friend_add"), 5);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 0);
    told_log_agrees(f);
}

static void a_unionid_joins_two(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = follow("zhang", 10), other = follow("zhang", 30);
    struct told_contact a = contact("wmA", &one, 1, 100), b = contact("wmB", &other, 1, 110);
    tell_contact(f, &a);
    tell_contact(f, &b);
    assert_int_equal(told_number(f, &ROOTS, NULL), 2);
    a.unionid = b.unionid = STR("oU");
    b.name = STR("小李");
    a.asked_us = TOLD_US(200);
    b.asked_us = TOLD_US(210);
    assert_int_equal(tell_contact(f, &a).merges, 0);
    struct contact_applied out = tell_contact(f, &b);
    assert_int_equal(out.merges, 1);
    assert_int_equal(out.begun, 0); /* the friendship stays with the account it was born with */
    assert_int_equal(told_number(f, &ROOTS, NULL), 1);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 2);
    assert_int_equal(told_number(f, &OF_KIND, "friend_add"), 2);
    ONCE_MORE(f, tell_contact(f, &b));
    /* two accounts with two names: each says its own again, and the profile stands */
    int64_t changes = told_number(f, &OF_KIND, "field_change");
    for (int i = 0; i < 3; i++) {
        a.asked_us = TOLD_US(300 + 20 * i);
        b.asked_us = TOLD_US(310 + 20 * i);
        tell_contact(f, &a);
        tell_contact(f, &b);
    }
    assert_int_equal(told_number(f, &OF_KIND, "field_change"), changes);
    told_log_agrees(f);
}

static void a_phone_of_another_is_proposed(void **state)
{
    struct store_fixture *f = *state;
    struct str phone = STR("13800138000");
    struct told_follow one = follow("zhang", 10);
    one.mobiles = &phone;
    one.mobiles_n = 1;
    struct told_contact a = contact("wmA", &one, 1, 100), b = contact("wmB", &one, 1, 110);
    tell_contact(f, &a);
    assert_int_equal(tell_contact(f, &b).proposals, 1);
    assert_int_equal(told_number(f, &PROPOSALS, NULL), 1);
    ONCE_MORE(f, tell_contact(f, &b));
    b.asked_us = TOLD_US(200);
    assert_int_equal(tell_contact(f, &b).proposals, 0);
}

static enum rc erase(struct tx *tx, void *arg, struct err *e)
{
    return erasure_run(tx, *(int64_t *)arg, e);
}

static void the_erased_stay_so(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = follow("zhang", 10);
    struct told_contact a = contact("wmA", &one, 1, 100);
    one.description = STR("喜欢拿铁");
    int64_t id = tell_contact(f, &a).customer_id;
    store_write(f, erase, &id);
    NUMBER(TEXTS, "SELECT count(*) FROM relation /*scan*/ WHERE description_sealed IS NOT NULL");
    assert_int_equal(told_number(f, &TEXTS, NULL), 0);
    a.asked_us = TOLD_US(200);
    ONCE_MORE(f, assert_true(tell_contact(f, &a).erased));
    struct told_member m = {.id = STR("wmA"), .joined_s = TOLD_BASE_S, .name = STR("李四")};
    struct told_group g = {.chat_id = STR("wr1"),
                           .version = STR("v1"),
                           .members = &m,
                           .members_n = 1,
                           .asked_us = TOLD_US(300)};
    tell_group(f, &g);
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), 0);
}

/* ---- tags ---- */

static void the_library_is_kept(void **state)
{
    struct store_fixture *f = *state;
    struct str id = STR("T1");
    struct told_follow one = follow("zhang", 10);
    struct told_contact c = contact("wmA", &one, 1, 100);
    assert_int_equal(tell_tags(f, LIBRARY, 1, true).added, 3);
    ONCE_MORE(f, tell_tags(f, LIBRARY, 1, true));
    one.tag_ids = &id;
    one.tag_ids_n = 1;
    tell_contact(f, &c);
    /* two names swapped, a group renamed */
    struct told_tag swapped[] = {{STR("T1"), STR("普通"), 2, false},
                                 {STR("T2"), STR("VIP"), 1, false}};
    struct told_tag_group now = {STR("G1"), STR("级别"), 5, false, swapped, 2};
    assert_int_equal(tell_tags(f, &now, 1, true).added, 0);
    assert_int_equal(told_number(f, &TAG_IN_USE, "VIP"), 1);
    assert_int_equal(told_number(f, &TAG_IN_USE, "普通"), 1);
    ONCE_MORE(f, tell_tags(f, &now, 1, true));
    /* a tag deleted, and another made with its name: the row is taken up again */
    now.tags_n = 1;
    assert_int_equal(tell_tags(f, &now, 1, true).removed, 1);
    assert_int_equal(told_number(f, &TAG_IN_USE, "VIP"), 0);
    assert_int_equal(told_number(f, &TAG_EVER, "VIP"), 1);
    ONCE_MORE(f, tell_tags(f, &now, 1, true));
    swapped[1].id = STR("T9");
    now.tags_n = 2;
    assert_int_equal(tell_tags(f, &now, 1, true).added, 0);
    assert_int_equal(told_number(f, &TAG_IN_USE, "VIP"), 1);
    /* a group that is told no more, while others are */
    struct told_tag_group other = {STR("G2"), STR("口味"), 1, false, LEVEL_TAGS, 0};
    assert_int_equal(tell_tags(f, &other, 1, false).removed, 0);
    assert_int_equal(tell_tags(f, &other, 1, true).removed, 3);
    assert_int_equal(told_number(f, &TAG_IN_USE, "普通"), 0);
    assert_int_equal(told_number(f, &WORN, NULL), 1);
    /* who still wears it loses it when they are told next */
    one.tag_ids_n = 0;
    c.asked_us = TOLD_US(200);
    assert_int_equal(tell_contact(f, &c).untagged, 1);
    told_log_agrees(f);
}

static enum rc undress(struct tx *tx, void *arg, struct err *e)
{
    NUMBER(ANY, "SELECT min(id) FROM tag /*scan*/ WHERE name = 'VIP'");
    int64_t tag;
    enum rc rc = tx_int(tx, &ANY, &tag, e);
    return rc == RC_OK ? tag_apply_undress(tx, tag, TOLD_BASE_S + 500, arg, e) : rc;
}

static void a_deleted_tag_is_taken_off(void **state)
{
    struct store_fixture *f = *state;
    struct str id = STR("T1");
    struct told_follow two[] = {follow("zhang", 10), follow("li", 20)};
    struct told_contact c = contact("wmA", two, 2, 100);
    bool more = true;
    tell_tags(f, LIBRARY, 1, true);
    two[0].tag_ids = two[1].tag_ids = &id;
    two[0].tag_ids_n = two[1].tag_ids_n = 1;
    tell_contact(f, &c);
    store_write(f, undress, &more);
    assert_false(more);
    assert_int_equal(told_number(f, &WORN, NULL), 0);
    assert_int_equal(told_number(f, &OF_KIND, "tag_off"), 2);
    told_log_agrees(f);
}

/* What is different, in `kinds` by kind. */
struct compared {
    const struct told_tag_group *groups;
    size_t n;
    int64_t kinds[TAG_OTHER_GROUP + 1];
    bool theirs; /* all of them are the platform's to decide */
};

static enum rc compare_all(struct tx *tx, void *arg, struct err *e)
{
    struct compared *c = arg;
    struct tag_difference *list = NULL;
    size_t n = 0;
    memset(c->kinds, 0, sizeof c->kinds);
    c->theirs = true;
    enum rc rc = tag_compare(tx, c->groups, c->n, TOLD_US(900), &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        c->kinds[list[i].kind]++;
        c->theirs = c->theirs && list[i].winner == TAG_WINS_THERE;
    }
    return rc;
}

static void a_tag_moved_there_is_said(void **state)
{
    struct store_fixture *f = *state;
    struct told_tag_group now[] = {{STR("G1"), STR("等级"), 5, false, LEVEL_TAGS, 1},
                                   {STR("G2"), STR("口味"), 1, false, LEVEL_TAGS + 1, 1}};
    struct compared c = {.groups = LIBRARY, .n = 1};
    tell_tags(f, LIBRARY, 1, true);
    store_write(f, compare_all, &c);
    for (size_t i = 0; i <= TAG_OTHER_GROUP; i++)
        assert_int_equal(c.kinds[i], 0);
    c.groups = now;
    c.n = 2;
    store_write(f, compare_all, &c);
    assert_int_equal(c.kinds[TAG_OTHER_GROUP], 1);
    assert_int_equal(c.kinds[TAG_ONLY_THERE], 1); /* the group it is in now */
    assert_int_equal(c.kinds[TAG_ONLY_HERE] + c.kinds[TAG_OTHER_NAME], 0);
    assert_true(c.theirs);
    tell_tags(f, now, 2, true);
    store_write(f, compare_all, &c);
    assert_int_equal(c.kinds[TAG_OTHER_GROUP] + c.kinds[TAG_ONLY_THERE], 0);
    /* nothing is there any more: a group stands for its tags */
    c.n = 0;
    store_write(f, compare_all, &c);
    assert_int_equal(c.kinds[TAG_ONLY_HERE], 2);
}

/* ---- groups ---- */

static struct told_member member(const char *id, int64_t joined_s)
{
    return (struct told_member){.id = str_from(id),
                                .is_staff = id[0] != 'w',
                                .joined_s = TOLD_BASE_S + joined_s,
                                .join_scene = 3,
                                .inviter = STR("zhang")};
}

static void a_group_is_kept(void **state)
{
    struct store_fixture *f = *state;
    struct told_member m[] = {member("zhang", 1), member("wmA", 10), member("wmB", 20)};
    struct told_group g = {.chat_id = STR("wr1"),
                           .name = STR("一店福利群"),
                           .owner = STR("zhang"),
                           .notice = STR("每天十点发券"),
                           .version = STR("v1"),
                           .created_s = TOLD_BASE_S,
                           .members = m,
                           .members_n = 3,
                           .asked_us = TOLD_US(100)};
    struct group_applied out = tell_group(f, &g);
    assert_true(out.made && !out.more);
    assert_int_equal(out.joined, 2);
    assert_int_equal(told_number(f, &GROUPS, "一店福利群"), 1);
    ONCE_MORE(f, tell_group(f, &g));
    /* by callbacks: once, again, staff, somebody who had never been heard of, late */
    struct str c_id = STR("wmC"), staff_id = STR("zhang"), d_id = STR("wmD");
    struct told_member_change join = {
        .chat_id = STR("wr1"), .joined = true, .ids = &c_id, .n = 1, .at_s = TOLD_BASE_S + 200};
    assert_true(tell_members(f, &join));
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), 3);
    ONCE_MORE(f, assert_false(tell_members(f, &join)));
    struct told_member_change gone = join;
    gone.joined = false; /* in the same second as they joined */
    assert_true(tell_members(f, &gone));
    ONCE_MORE(f, assert_false(tell_members(f, &gone)));
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), 2);
    gone.ids = &staff_id;
    ONCE_MORE(f, assert_false(tell_members(f, &gone)));
    gone.ids = &d_id;
    assert_true(tell_members(f, &gone));
    ONCE_MORE(f, assert_false(tell_members(f, &gone)));
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), 2);
    join.ids = &d_id; /* the beginning of it comes late */
    join.at_s = TOLD_BASE_S + 20;
    assert_true(tell_members(f, &join));
    ONCE_MORE(f, assert_false(tell_members(f, &join)));
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), 2);
    /* a visit before that one, even later */
    join.at_s = TOLD_BASE_S - 5000;
    assert_true(tell_members(f, &join));
    ONCE_MORE(f, assert_false(tell_members(f, &join)));
    /* an answer asked for before the callbacks comes late */
    g.asked_us = TOLD_US(150);
    g.version = STR("v1");
    out = tell_group(f, &g);
    assert_int_equal(out.joined + out.left, 0);
    /* a later one: one has left, one has joined again */
    m[2] = member("wmC", 400);
    g.asked_us = TOLD_US(500);
    g.version = STR("v7");
    out = tell_group(f, &g);
    assert_int_equal(out.joined, 1);
    assert_int_equal(out.left, 1);
    ONCE_MORE(f, tell_group(f, &g));
    g.chat_id = STR("wr2");
    assert_int_equal(tell_group(f, &g).joined, 2);
    told_log_agrees(f);
}

/* Out and in again within one second: what WeCom goes on telling says which came last. */
static void left_and_joined_at_once(void **state)
{
    struct store_fixture *f = *state;
    struct told_member m[] = {member("wmA", 10), member("wmB", 20)};
    struct str ids[] = {STR("wmA"), STR("wmB")};
    struct told_group g = {.chat_id = STR("wr1"),
                           .name = STR("群"),
                           .version = STR("v1"),
                           .members = m,
                           .members_n = 2,
                           .asked_us = TOLD_US(100)};
    tell_group(f, &g);
    for (size_t i = 0; i < 2; i++) { /* both ways round */
        struct told_member_change c = {
            .chat_id = STR("wr1"), .ids = &ids[i], .n = 1, .at_s = TOLD_BASE_S + 200};
        c.joined = i == 1;
        assert_true(tell_members(f, &c));
        c.joined = i == 0;
        assert_true(tell_members(f, &c));
    }
    m[0] = member("wmA", 200);
    m[1] = member("wmB", 200);
    g.asked_us = TOLD_US(500);
    g.version = STR("v2");
    tell_group(f, &g);
    ONCE_MORE(f, tell_group(f, &g));
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), 2);
    assert_int_equal(told_number(f, &OF_KIND, "group_join"), 4);
    assert_int_equal(told_number(f, &OF_KIND, "group_leave"), 2);
}

/* The two clocks differ: what was found missing is taken back also when that was, by our clock, a
 * little before the end that is heard of after they have come back. */
static void found_missing_a_little_early(void **state)
{
    struct store_fixture *f = *state;
    struct told_member m = member("wmA", 10);
    struct told_follow one = follow("zhang", 10);
    struct told_group g = {.chat_id = STR("wr1"),
                           .name = STR("群"),
                           .version = STR("v1"),
                           .members = &m,
                           .members_n = 1,
                           .asked_us = TOLD_US(100)};
    struct told_contact c = contact("wmA", &one, 1, 100);
    struct str id = STR("wmA");
    const struct told_member_change left = {
        .chat_id = STR("wr1"), .ids = &id, .n = 1, .at_s = TOLD_BASE_S + 330};
    tell_group(f, &g);
    tell_contact(f, &c);
    g.members_n = 0;
    g.asked_us = TOLD_US(300);
    assert_int_equal(tell_group(f, &g).left, 1);
    c = contact("wmA", NULL, 0, 300);
    assert_int_equal(tell_contact(f, &c).ended, 1);
    m.joined_s = one.added_s = TOLD_BASE_S + 400;
    g.members_n = 1;
    g.asked_us = TOLD_US(500);
    tell_group(f, &g);
    c = contact("wmA", &one, 1, 500);
    tell_contact(f, &c);
    assert_true(tell_members(f, &left));
    assert_int_equal(tell_end(f, "wmA", "zhang", 330, false), CONTACT_ENDED);
    assert_int_equal(told_number(f, &OF_KIND, "retract"), 2);
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), 1);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1);
    told_log_agrees(f);
}

static enum rc dismiss(struct tx *tx, void *arg, struct err *e)
{
    return group_apply_dismissed(tx, STR("wr1"), TOLD_BASE_S + 200, arg, e);
}

static void a_group_is_dismissed(void **state)
{
    struct store_fixture *f = *state;
    struct told_member m = member("wmA", 10);
    bool changed;
    struct told_group g = {.chat_id = STR("wr1"),
                           .name = STR("群"),
                           .notice = STR("n"),
                           .version = STR("v1"),
                           .members = &m,
                           .members_n = 1,
                           .asked_us = TOLD_US(100)};
    store_write(f, dismiss, &changed);
    assert_false(changed);
    tell_group(f, &g);
    store_write(f, dismiss, &changed);
    assert_true(changed);
    ONCE_MORE(f, (store_write(f, dismiss, &changed), 0));
    assert_false(changed);
    assert_int_equal(told_number(f, &GROUPS, "群"), 0);
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), 1);
}

static void a_large_group_takes_several_closures(void **state)
{
    struct store_fixture *f = *state;
    enum { MEMBERS = 450 };
    static struct told_member m[MEMBERS];
    static char ids[MEMBERS][16];
    int rounds = 0;
    for (int i = 0; i < MEMBERS; i++) {
        snprintf(ids[i], sizeof ids[i], "wm%d", i);
        m[i] = member(ids[i], i);
    }
    struct told_group g = {.chat_id = STR("wr1"),
                           .version = STR("v1"),
                           .members = m,
                           .members_n = MEMBERS,
                           .asked_us = TOLD_US(1000)};
    struct group_applied out;
    do {
        out = tell_group(f, &g);
        assert_true(out.joined <= GROUP_AT_ONCE);
    } while (++rounds < 9 && out.more);
    assert_int_equal(rounds, 3);
    assert_int_equal(told_number(f, &IN_GROUPS, NULL), MEMBERS);
    ONCE_MORE(f, tell_group(f, &g));
}

/* ---- the directory ---- */

static const struct told_department TREE[] = {
    {STR("3"), STR("2"), STR("一店"), 1},
    {STR("1"), STR("0"), STR("公司"), 1},
    {STR("2"), STR("1"), STR("华南"), 9},
    {STR("4"), STR("1"), STR("华东"), 8},
};

static void departments_move_and_go(void **state)
{
    struct store_fixture *f = *state;
    struct told_department told[4];
    struct str main_of = STR("3");
    struct told_staff s = {.userid = STR("zhang"),
                           .name = STR("张三"),
                           .departments = &main_of,
                           .departments_n = 1,
                           .status = TOLD_STAFF_ACTIVE};
    memcpy(told, TREE, sizeof told);
    assert_int_equal(tell_departments(f, told, 4, true).added, 4);
    assert_int_equal(told_number(f, &ABOVE, "一店"), 3);
    ONCE_MORE(f, tell_departments(f, told, 4, true));
    tell_staff(f, &s, 1, true, 10);
    assert_int_equal(told_number(f, &STAFF_IN, "一店"), 1);
    told[2].parent_id = STR("4"); /* 华南 with its shop goes below 华东 */
    assert_int_equal(tell_departments(f, told, 4, true).changed, 1);
    assert_int_equal(told_number(f, &ABOVE, "一店"), 4);
    ONCE_MORE(f, tell_departments(f, told, 4, true));
    struct told_department some = told[1];
    assert_int_equal(tell_departments(f, &some, 1, false).removed, 0);
    assert_int_equal(tell_departments(f, &told[1], 3, true).removed, 1); /* the shop is gone */
    assert_int_equal(told_number(f, &STAFF_IN, "华南"), 1);
    ONCE_MORE(f, tell_departments(f, &told[1], 3, true));
}

static enum rc tell_cycle(struct tx *tx, void *arg, struct err *e)
{
    struct directory_applied out = {0};
    static const struct told_department circle[] = {{STR("1"), STR("2"), STR("公司"), 1}};
    (void)arg;
    return directory_apply_departments(tx, circle, 1, false, &out, e);
}

static void a_circle_is_refused(void **state)
{
    struct store_fixture *f = *state;
    struct err e = ERR_INIT;
    tell_departments(f, TREE, 4, true);
    ONCE_MORE(f, assert_int_equal(writer_run(f->writer, tell_cycle, NULL, &e), RC_INVALID));
    assert_string_equal(e.code, "department_cycle");
    assert_string_equal(e.field, "parentid");
}

static enum rc rename_zhang(struct tx *tx, void *arg, struct err *e)
{
    return directory_apply_renamed(tx, STR("zhang"), STR("zhang.san"), arg, e);
}

static void staff_come_and_go(void **state)
{
    struct store_fixture *f = *state;
    struct told_follow one = follow("zhang", 10);
    struct told_contact c = contact("wmA", &one, 1, 100);
    struct told_staff s[] = {{.userid = STR("zhang"), .name = STR("张三"), .status = 1},
                             {.userid = STR("li"), .name = STR("李四"), .status = 1}};
    struct directory_applied out = {0};
    tell_contact(f, &c); /* before the directory: by userid alone */
    out = tell_staff(f, s, 2, true, 110);
    assert_int_equal(out.added, 1);
    assert_int_equal(out.changed, 1);
    ONCE_MORE(f, tell_staff(f, s, 2, true, 120));
    assert_int_equal(tell_staff(f, s, 1, false, 130).removed, 0);
    assert_int_equal(tell_staff(f, s, 1, true, 140).removed, 1);
    assert_int_equal(told_number(f, &STAFF_LEFT, "li"), 1);
    ONCE_MORE(f, tell_staff(f, s, 1, true, 150));
    tell_staff(f, s, 2, true, 160);
    assert_int_equal(told_number(f, &STAFF_LEFT, "li"), 0);
    s[0].status = TOLD_STAFF_LEFT;
    tell_staff(f, s, 2, true, 170);
    assert_int_equal(told_number(f, &STAFF_LEFT, "zhang"), 1);
    assert_int_equal(told_number(f, &FRIENDS, NULL), 1); /* to be handed over */
    out = (struct directory_applied){0};
    store_write(f, rename_zhang, &out);
    assert_int_equal(out.changed, 1);
    assert_int_equal(told_number(f, &STAFF_LEFT, "zhang.san"), 1);
    ONCE_MORE(f, (store_write(f, rename_zhang, &out), 0));
}

#define ALL(engine)                                                                                \
    STORE_TEST(a_new_customer, engine), STORE_TEST(an_edit_changes_what_differs, engine),          \
        STORE_TEST(friendships_end_both_ways, engine),                                             \
        STORE_TEST(short_friendships_are_remembered, engine),                                      \
        STORE_TEST(who_is_not_told_is_gone_when_all_are_told, engine),                             \
        STORE_TEST(an_unseen_friendship_ends, engine),                                             \
        STORE_TEST(two_ends_have_a_beginning_between_them, engine),                                \
        STORE_TEST(a_unionid_joins_two, engine),                                                   \
        STORE_TEST(a_phone_of_another_is_proposed, engine),                                        \
        STORE_TEST(the_erased_stay_so, engine), STORE_TEST(the_library_is_kept, engine),           \
        STORE_TEST(a_deleted_tag_is_taken_off, engine), STORE_TEST(a_group_is_kept, engine),       \
        STORE_TEST(a_tag_moved_there_is_said, engine),                                             \
        STORE_TEST(left_and_joined_at_once, engine),                                               \
        STORE_TEST(found_missing_a_little_early, engine),                                          \
        STORE_TEST(a_group_is_dismissed, engine),                                                  \
        STORE_TEST(a_large_group_takes_several_closures, engine),                                  \
        STORE_TEST(departments_move_and_go, engine), STORE_TEST(a_circle_is_refused, engine),      \
        STORE_TEST(staff_come_and_go, engine)

int main(void)
{
    const struct CMUnitTest tests[] = {ALL(SQLITE), ALL(POSTGRES)};
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("domain_told", tests, pg_fixture_skipped() ? n / 2 : n, NULL,
                                   NULL);
}

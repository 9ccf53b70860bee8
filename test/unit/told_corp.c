/* told_corp.c — see told_corp.h. */
#include "told_corp.h"

#include "pg_fixture.h"
#include "store/event.h"

#include <inttypes.h>
#include <string.h>

/* ---- telling ---- */

struct telling {
    struct store_fixture *f;
    const struct told_contact *contact;
    const struct told_group *group;
    const struct told_member_change *members;
    const struct told_tag_group *tags;
    const struct told_department *departments;
    const struct told_staff *staff;
    size_t n;
    bool complete, by_customer;
    int64_t at_s;
    const char *external_userid, *userid;
    struct contact_applied contact_out;
    struct group_applied group_out;
    bool members_out, begun, begun_out;
    struct tag_applied tags_out;
    struct directory_applied directory_out;
    enum contact_end end_out;
};

/* A closure may run twice, so outputs begin anew. */
static enum rc tell(struct tx *tx, void *arg, struct err *e)
{
    struct telling *t = arg;
    t->tags_out = (struct tag_applied){0};
    t->directory_out = (struct directory_applied){0};
    if (t->contact != NULL)
        return contact_apply(tx, t->f->keys, t->contact, &t->contact_out, e);
    if (t->group != NULL)
        return group_apply(tx, t->f->keys, t->group, &t->group_out, e);
    if (t->members != NULL)
        return group_apply_members(tx, t->f->keys, t->members, &t->members_out, e);
    if (t->begun)
        return contact_heard_begun(tx, t->f->keys, str_from(t->external_userid),
                                   str_from(t->userid), STR_ABSENT, TOLD_BASE_S + t->at_s,
                                   &t->begun_out, e);
    if (t->userid != NULL)
        return contact_heard_ended(tx, t->f->keys, str_from(t->external_userid),
                                   str_from(t->userid), TOLD_BASE_S + t->at_s, t->by_customer,
                                   &t->end_out, e);
    if (t->tags != NULL)
        return tag_apply(tx, t->tags, t->n, t->complete, false, TOLD_US(1000000000), &t->tags_out,
                         e);
    if (t->departments != NULL)
        return directory_apply_departments(tx, t->departments, t->n, t->complete, &t->directory_out,
                                           e);
    return directory_apply_staff(tx, t->staff, t->n, t->complete, TOLD_BASE_S + t->at_s,
                                 &t->directory_out, e);
}

struct contact_applied tell_contact(struct store_fixture *f, const struct told_contact *told)
{
    struct telling t = {.f = f, .contact = told};
    store_write(f, tell, &t);
    return t.contact_out;
}

enum contact_end tell_end(struct store_fixture *f, const char *external_userid, const char *userid,
                          int64_t at_s, bool by_customer)
{
    struct telling t = {.f = f,
                        .external_userid = external_userid,
                        .userid = userid,
                        .at_s = at_s,
                        .by_customer = by_customer};
    store_write(f, tell, &t);
    return t.end_out;
}

bool tell_begun(struct store_fixture *f, const char *external_userid, const char *userid,
                int64_t at_s)
{
    struct telling t = {
        .f = f, .begun = true, .external_userid = external_userid, .userid = userid, .at_s = at_s};
    store_write(f, tell, &t);
    return t.begun_out;
}

struct group_applied tell_group(struct store_fixture *f, const struct told_group *told)
{
    struct telling t = {.f = f, .group = told};
    store_write(f, tell, &t);
    return t.group_out;
}

bool tell_members(struct store_fixture *f, const struct told_member_change *told)
{
    struct telling t = {.f = f, .members = told};
    store_write(f, tell, &t);
    return t.members_out;
}

struct tag_applied tell_tags(struct store_fixture *f, const struct told_tag_group *groups, size_t n,
                             bool complete)
{
    struct telling t = {.f = f, .tags = groups, .n = n, .complete = complete};
    store_write(f, tell, &t);
    return t.tags_out;
}

struct directory_applied tell_departments(struct store_fixture *f,
                                          const struct told_department *told, size_t n,
                                          bool complete)
{
    struct telling t = {.f = f, .departments = told, .n = n, .complete = complete};
    store_write(f, tell, &t);
    return t.directory_out;
}

struct directory_applied tell_staff(struct store_fixture *f, const struct told_staff *told,
                                    size_t n, bool complete, int64_t at_s)
{
    struct telling t = {.f = f, .staff = told, .n = n, .complete = complete, .at_s = at_s};
    store_write(f, tell, &t);
    return t.directory_out;
}

/* ---- looking ---- */

int64_t told_number(struct store_fixture *f, const struct sql *q, const char *text)
{
    struct tx *tx;
    int64_t out = -1;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, text == NULL ? tx_int(tx, q, &out, &f->err)
                               : tx_int(tx, q, &out, &f->err, str_from(text)));
    db_read_end(tx);
    return out;
}

/* clang-format off */
#define C(column) " || ' ' || coalesce(CAST(" column " AS TEXT), '-')"
#define DUMP(table, columns, order)                                                                \
    {.text = "SELECT '" table "'" columns " FROM " table " /*scan*/ ORDER BY " order, .out = "s"}
static const struct sql DUMPS[] = {
    DUMP("customer", C("id") C("root_id") C("nickname") C("gender") C("source_id") C("added_s")
         C("first_s") C("phone_tail"), "id"),
    DUMP("identity", C("id") C("customer_id") C("kind") C("type") C("told_us")
         C("complete_us"), "id"),
    DUMP("relation", C("id") C("added_s") C("deleted_s") C("deleted_by") C("source_id")
         C("add_way") C("told_us"), "id"),
    DUMP("relation_tag", C("relation_id") C("tag_id") C("put_s"), "relation_id, tag_id"),
    DUMP("merge_proposal", C("id") C("state"), "id"),
    DUMP("chat_group", C("id") C("name") C("owner_id") C("dismissed_s") C("member_version")
         C("told_us"), "id"),
    DUMP("group_member", C("group_id") C("customer_id") C("joined_s") C("left_s") C("inviter_id")
         C("join_scene"), "group_id, customer_id"),
    DUMP("department", C("id") C("name") C("parent_id") C("position"), "id"),
    DUMP("department_above", C("department_id") C("above_id"), "department_id, above_id"),
    DUMP("staff", C("userid") C("name") C("department_id") C("status") C("left_s"), "id"),
    DUMP("tag_group", C("id") C("name") C("external_id"), "id"),
    DUMP("tag", C("id") C("name") C("external_id") C("archived_s"), "id"),
    DUMP("source", C("name") C("external_key"), "id"),
    {.text = "SELECT 'events ' || CAST(count(*) AS TEXT) FROM event /*scan*/", .out = "s"},
    {.text = "SELECT 'changes ' || CAST(count(*) AS TEXT) FROM change /*scan*/", .out = "s"},
};
/* clang-format on */

void told_everything(struct store_fixture *f, char *out, size_t room)
{
    struct tx *tx;
    size_t at = 0;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    for (size_t i = 0; i < sizeof DUMPS / sizeof *DUMPS; i++) {
        struct rows *r;
        store_must(f, tx_query(tx, &DUMPS[i], &r, &f->err));
        while (rows_next(r)) {
            struct str line = rows_str(r, 0);
            assert_true(at + line.n + 2 < room);
            memcpy(out + at, line.p, line.n);
            at += line.n;
            out[at++] = '\n';
        }
        store_must(f, rows_end(r, &f->err));
    }
    out[at] = 0;
    db_read_end(tx);
}

/* ---- the log ---- */

static const struct sql TWICE = {
    .text = "SELECT count(*) FROM (SELECT customer_id, at_s, kind, staff_id, object_id FROM event"
            " v /*scan*/ WHERE kind <= 7 AND " EVENT_LIVE("v") " GROUP BY customer_id, at_s, kind,"
                                                               " staff_id, object_id"
                                                               " HAVING count(*) > 1) x",
    .out = "i",
};
/* The last word of the log about a thing, by time and then by number. */
#define LAST(kinds, same)                                                                          \
    "(SELECT v.kind FROM event v /*scan*/ WHERE v.kind IN (" kinds ") AND " same                   \
    " AND " EVENT_LIVE("v") " ORDER BY v.at_s DESC, v.seq DESC LIMIT 1)"
static const struct sql FRIENDS_DIFFER = {
    .text = "SELECT count(*) FROM relation r /*scan*/ WHERE (r.deleted_s IS NULL) <> (1 = " LAST(
        "1, 2, 3", "v.customer_id = r.customer_id AND v.staff_id = r.staff_id") ")",
    .out = "i",
};
static const struct sql MEMBERS_DIFFER = {
    .text = "SELECT count(*) FROM group_member m /*scan*/ WHERE (m.left_s IS NULL) <> (4 = " LAST(
        "4, 5", "v.customer_id = m.customer_id AND v.object_id = m.group_id") ")",
    .out = "i",
};
static const struct sql TAGS_DIFFER = {
    .text = "SELECT count(*) FROM relation r /*scan*/ CROSS JOIN tag t /*scan*/"
            " WHERE (EXISTS (SELECT 1 FROM relation_tag x WHERE x.relation_id = r.id"
            " AND x.tag_id = t.id)) <> (6 = coalesce(" LAST(
                "6, 7", "v.customer_id = r.customer_id AND v.staff_id = r.staff_id"
                        " AND v.object_id = t.id") ", 7))",
    .out = "i",
};

void told_log_agrees(struct store_fixture *f)
{
    assert_int_equal(told_number(f, &TWICE, NULL), 0);
    assert_int_equal(told_number(f, &FRIENDS_DIFFER, NULL), 0);
    assert_int_equal(told_number(f, &MEMBERS_DIFFER, NULL), 0);
    assert_int_equal(told_number(f, &TAGS_DIFFER, NULL), 0);
}

/* directory.c — the corp's tree, its people and its groups, as rows.
 *
 * department_above is kept closed under "above": a new department has its parent's rows and itself,
 * so a question about a team is one join. Joining and leaving are facts about a customer, so each
 * is an event too.
 */
#include "store/directory.h"

#include "store/event.h"
#include "store/ids.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql DEPARTMENT_ADD = {
    .text =
        "INSERT INTO department (id, parent_id, name, kind, city, position, external_id, created_s)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    .in = "iIssSiSi",
};
static const struct sql DEPARTMENT_ABOVE = {
    .text = "INSERT INTO department_above (department_id, above_id)"
            " SELECT $1, above_id FROM department_above WHERE department_id = $2 UNION ALL SELECT "
            "$1, $1",
    .pg = "INSERT INTO department_above (department_id, above_id)"
          " SELECT $1::bigint, above_id FROM department_above WHERE department_id = $2"
          " UNION ALL SELECT $1::bigint, $1::bigint",
    .in = "ii",
};
static const struct sql STAFF_ADD = {
    .text = "INSERT INTO staff (id, userid, name, department_id, title, joined_s, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (userid) DO NOTHING",
    .in = "issISIi",
};
static const struct sql GROUP_ADD = {
    .text = "INSERT INTO chat_group (id, external_id, name, owner_id, kind, level, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
    .in = "iSsIssi",
};
static const struct sql MEMBER_JOIN = {
    .text = "INSERT INTO group_member (group_id, customer_id, joined_s, inviter_id) VALUES ($1, "
            "$2, $3, $4)"
            " ON CONFLICT (group_id, customer_id) DO UPDATE SET joined_s = excluded.joined_s, "
            "left_s = NULL, found_missing = NULL,"
            " inviter_id = excluded.inviter_id WHERE group_member.left_s IS NOT NULL",
    .in = "iiiI",
};
static const struct sql MEMBER_LEAVE = {
    .text = "UPDATE group_member SET left_s = $3, found_missing = $4 WHERE group_id = $1"
            " AND customer_id = $2 AND left_s IS NULL",
    .in = "iiiI",
};
static const struct sql MEMBER_REJOIN = {
    .text = "UPDATE group_member SET joined_s = $3, inviter_id = $4,"
            " found_missing = CASE WHEN found_missing = 1 THEN 1 END WHERE group_id = $1"
            " AND customer_id = $2",
    .in = "iiiI",
};
static const struct sql MEMBER_LEFT_UNSEEN = {
    .text = "INSERT INTO group_member (group_id, customer_id, joined_s, left_s, found_missing)"
            " VALUES ($1, $2, $3, $3, 2) ON CONFLICT (group_id, customer_id)"
            " DO UPDATE SET left_s = excluded.left_s, found_missing = NULL",
    .in = "iii",
};
static const struct sql STAFF_FIND = {
    .text = "SELECT id, name, title, coalesce(department_id, 0), status, left_s FROM staff"
            " WHERE userid = $1",
    .in = "s",
    .out = "isSisI",
};
static const struct sql STAFF_STORE = {
    .text = "UPDATE staff SET name = $2, title = $3, department_id = $4, status = $5, left_s = $6"
            " WHERE id = $1",
    .in = "isSIsI",
};
static const struct sql STAFF_RENAME = {
    .text = "UPDATE staff SET userid = $2 WHERE id = $1 AND NOT EXISTS"
            " (SELECT 1 FROM staff s WHERE s.userid = $2 AND s.id <> $1)",
    .in = "is",
};
static const struct sql USERIDS = {
    .text = "SELECT userid FROM staff /*scan*/ WHERE status = 'active' ORDER BY id",
    .out = "s",
};

STATEMENTS(directory, &MEMBER_REJOIN, &STAFF_FIND, &STAFF_STORE, &STAFF_RENAME, &USERIDS,
           &DEPARTMENT_ADD, &DEPARTMENT_ABOVE, &STAFF_ADD, &GROUP_ADD, &MEMBER_JOIN, &MEMBER_LEAVE,
           &MEMBER_LEFT_UNSEEN);

enum rc directory_add_department(struct tx *tx, const struct department_new *d, int64_t *out_id,
                                 struct err *e)
{
    assert(tx_is_writing(tx));
    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &DEPARTMENT_ADD, e, id, d->parent_id == 0 ? DB_NULL : d->parent_id,
                         d->name, d->kind, d->city, d->position, d->external_id, tx_now_s(tx));
    if (rc == RC_OK)
        rc = tx_exec(tx, &DEPARTMENT_ABOVE, e, id, d->parent_id);
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

static enum rc userid_taken(struct str userid, struct err *e)
{
    return err_set(e, RC_CONFLICT, "userid_taken", "userid", "已经有账号为“" STR_FMT "”的员工",
                   "there is a staff member with the account \"" STR_FMT "\" already",
                   STR_ARG(userid));
}

enum rc directory_add_staff(struct tx *tx, const struct staff_new *s, int64_t *out_id,
                            struct err *e)
{
    assert(tx_is_writing(tx));
    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &STAFF_ADD, e, id, s->userid, s->name,
                         s->department_id == 0 ? DB_NULL : s->department_id, s->title, s->joined_s,
                         tx_now_s(tx));
    if (rc != RC_OK)
        return rc;
    if (tx_changes(tx) == 0)
        return userid_taken(s->userid, e);
    *out_id = id;
    return change_add(tx, "staff", id, 0, e);
}

enum rc directory_find_staff(struct tx *tx, struct str userid, struct staff_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &STAFF_FIND, &r, e, userid);
    if (rc != RC_OK)
        return rc;
    *out = (struct staff_row){
        .id = rows_int(r, 0),
        .name = rows_copy(r, 1, tx_arena(tx)),
        .title = rows_copy(r, 2, tx_arena(tx)),
        .department_id = rows_int(r, 3),
        .left = str_eq(rows_str(r, 4), STR("left")),
        .left_s = rows_known(r, 5),
    };
    return rows_end(r, e);
}

enum rc directory_store_staff(struct tx *tx, const struct staff_row *s, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &STAFF_STORE, e, s->id, s->name, s->title,
                         s->department_id == 0 ? DB_NULL : s->department_id,
                         s->left ? STR("left") : STR("active"), s->left_s);
    return rc == RC_OK ? change_add(tx, "staff", s->id, 0, e) : rc;
}

enum rc directory_rename_staff(struct tx *tx, int64_t id, struct str userid, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &STAFF_RENAME, e, id, userid);
    if (rc == RC_OK && tx_changes(tx) == 0)
        return userid_taken(userid, e);
    return rc == RC_OK ? change_add(tx, "staff", id, 0, e) : rc;
}

enum rc directory_userids(struct tx *tx, struct str **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &USERIDS, &r, e);
    return rc == RC_OK ? texts_read(tx, r, out, out_n, e) : rc;
}

enum rc directory_add_group(struct tx *tx, const struct group_new *g, int64_t *out_id,
                            struct err *e)
{
    assert(tx_is_writing(tx));
    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &GROUP_ADD, e, id, g->external_id, g->name,
                         g->owner_id == 0 ? DB_NULL : g->owner_id, g->kind, g->level, g->created_s);
    if (rc != RC_OK)
        return rc;
    *out_id = id;
    return change_add(tx, "chat_group", id, 0, e);
}

static enum rc tell_event(struct tx *tx, const struct event *ev, struct err *e)
{
    enum rc rc = event_add(tx, ev, e);
    return rc == RC_OK ? change_add(tx, "group_member", ev->object_id, ev->customer_id, e) : rc;
}

static enum rc tell(struct tx *tx, enum event_kind kind, int64_t group_id, int64_t customer_id,
                    int64_t staff_id, int64_t at_s, int64_t batch_id, struct err *e)
{
    struct event ev = {
        .customer_id = customer_id,
        .at_s = at_s,
        .kind = kind,
        .staff_id = staff_id,
        .object_kind = OBJECT_GROUP,
        .object_id = group_id,
        .batch_id = batch_id,
    };
    return tell_event(tx, &ev, e);
}

enum rc directory_join(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t inviter_id,
                       int64_t at_s, int64_t batch_id, bool *out_changed, struct err *e)
{
    enum rc rc = tx_exec(tx, &MEMBER_JOIN, e, group_id, customer_id, at_s,
                         inviter_id == 0 ? DB_NULL : inviter_id);
    if (rc != RC_OK)
        return rc;
    *out_changed = tx_changes(tx) == 1;
    return *out_changed
               ? tell(tx, EVENT_GROUP_JOIN, group_id, customer_id, inviter_id, at_s, batch_id, e)
               : RC_OK;
}

static enum rc leave(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                     int64_t batch_id, bool found_missing, bool *out_changed, struct err *e)
{
    const struct event ev = {
        .customer_id = customer_id,
        .at_s = at_s,
        .kind = EVENT_GROUP_LEAVE,
        .object_kind = OBJECT_GROUP,
        .object_id = group_id,
        .batch_id = batch_id,
        .props = found_missing ? EVENT_FOUND_MISSING : STR_ABSENT,
    };
    enum rc rc = tx_exec(tx, &MEMBER_LEAVE, e, group_id, customer_id, at_s,
                         found_missing ? (int64_t)1 : DB_NULL);
    if (rc != RC_OK)
        return rc;
    *out_changed = tx_changes(tx) == 1;
    return *out_changed ? tell_event(tx, &ev, e) : RC_OK;
}

enum rc directory_leave(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                        int64_t batch_id, bool *out_changed, struct err *e)
{
    return leave(tx, group_id, customer_id, at_s, batch_id, false, out_changed, e);
}

enum rc directory_leave_found(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                              bool *out_changed, struct err *e)
{
    return leave(tx, group_id, customer_id, at_s, 0, true, out_changed, e);
}

enum rc directory_leave_heard(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                              int64_t found_s, struct err *e)
{
    int64_t seq;
    enum rc rc =
        event_find(tx, customer_id, found_s, EVENT_GROUP_LEAVE, OBJECT_GROUP, group_id, &seq, e);
    if (rc == RC_OK)
        rc = event_retract(tx, seq, customer_id, 0, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    return directory_leave_unseen(tx, group_id, customer_id, at_s, e);
}

enum rc directory_rejoin(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t inviter_id,
                         int64_t at_s, struct err *e)
{
    enum rc rc = tx_exec(tx, &MEMBER_REJOIN, e, group_id, customer_id, at_s,
                         inviter_id == 0 ? DB_NULL : inviter_id);
    return rc == RC_OK ? tell(tx, EVENT_GROUP_JOIN, group_id, customer_id, inviter_id, at_s, 0, e)
                       : rc;
}

enum rc directory_join_again(struct tx *tx, int64_t group_id, int64_t customer_id,
                             int64_t inviter_id, int64_t at_s, bool *out_new, struct err *e)
{
    int64_t inviter = inviter_id == 0 ? DB_NULL : inviter_id;
    enum rc rc = directory_remember(tx, group_id, customer_id, true, at_s, out_new, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &MEMBER_JOIN, e, group_id, customer_id, at_s, inviter);
    return rc == RC_OK ? change_add(tx, "group_member", group_id, customer_id, e) : rc;
}

enum rc directory_leave_unseen(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t at_s,
                               struct err *e)
{
    enum rc rc = tx_exec(tx, &MEMBER_LEFT_UNSEEN, e, group_id, customer_id, at_s);
    return rc == RC_OK ? tell(tx, EVENT_GROUP_LEAVE, group_id, customer_id, 0, at_s, 0, e) : rc;
}

enum rc directory_remember(struct tx *tx, int64_t group_id, int64_t customer_id, bool joined,
                           int64_t at_s, bool *out_new, struct err *e)
{
    static const enum event_kind BEGINS[] = {EVENT_GROUP_JOIN, EVENT_GROUP_JOIN};
    enum event_kind kind = joined ? EVENT_GROUP_JOIN : EVENT_GROUP_LEAVE;
    const struct event_seek whose = {.customer_id = customer_id, .object_id = group_id};
    int64_t seq;
    enum rc rc = event_find(tx, customer_id, at_s, (int)kind, OBJECT_GROUP, group_id, &seq, e);
    *out_new = rc == RC_NOT_FOUND;
    if (!*out_new)
        return rc;
    rc = tell(tx, kind, group_id, customer_id, 0, at_s, 0, e);
    return rc == RC_OK && !joined ? event_unfind(tx, &whose, kind, BEGINS, at_s, e) : rc;
}

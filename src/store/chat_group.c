/* chat_group.c — groups and members as rows. A group has 500 members at most and some thousand who
 * left; all are read by the primary key, 1 µs each.
 */
#include "store/chat_group.h"

#include "store/event.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql FIND = {
    .text = "SELECT id, name, coalesce(owner_id, 0), dismissed_s, notice_sealed, member_version,"
            " told_us FROM chat_group WHERE external_id = $1",
    .in = "s",
    .out = "isiIBSI",
};
static const struct sql STORE = {
    .text = "UPDATE chat_group SET name = $2, owner_since_s = CASE WHEN owner_id IS NULL"
            " OR owner_id = $3 THEN owner_since_s ELSE $8 END, owner_id = $3, dismissed_s = $4,"
            " notice_sealed = $5, member_version = $6, told_us = $7 WHERE id = $1",
    .in = "isIIBSIi",
};
#define MEMBER_ROWS                                                                                \
    "SELECT customer_id, joined_s, left_s, coalesce(inviter_id, 0), join_scene,"                   \
    " coalesce(found_missing, 0)"                                                                  \
    " FROM group_member WHERE group_id = $1"
static const struct sql MEMBERS = {
    .text = MEMBER_ROWS " ORDER BY customer_id",
    .in = "i",
    .out = "iiIiIi",
};
static const struct sql MEMBER = {
    .text = MEMBER_ROWS " AND customer_id = $2",
    .in = "ii",
    .out = "iiIiIi",
};
static const struct sql SET_SCENE = {
    .text = "UPDATE group_member SET join_scene = $3 WHERE group_id = $1 AND customer_id = $2",
    .in = "iiI",
};

STATEMENTS(chat_group, &FIND, &STORE, &MEMBERS, &MEMBER, &SET_SCENE);

enum rc chat_group_find(struct tx *tx, struct str external_id, struct chat_group_row *out,
                        struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &FIND, &r, e, external_id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    *out = (struct chat_group_row){
        .id = rows_int(r, 0),
        .name = rows_copy(r, 1, a),
        .owner_id = rows_int(r, 2),
        .dismissed_s = rows_known(r, 3),
        .notice_sealed = rows_copy(r, 4, a),
        .version = rows_copy(r, 5, a),
        .told_us = rows_known(r, 6),
    };
    return rows_end(r, e);
}

enum rc chat_group_store(struct tx *tx, const struct chat_group_row *row, bool shown, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc =
        tx_exec(tx, &STORE, e, row->id, row->name, row->owner_id == 0 ? DB_NULL : row->owner_id,
                row->dismissed_s, row->notice_sealed, row->version, row->told_us, tx_now_s(tx));
    return rc == RC_OK && shown ? change_add(tx, "chat_group", row->id, 0, e) : rc;
}

static struct chat_member read_member(const struct rows *r)
{
    return (struct chat_member){
        .customer_id = rows_int(r, 0),
        .joined_s = rows_int(r, 1),
        .left_s = rows_known(r, 2),
        .inviter_id = rows_int(r, 3),
        .join_scene = rows_known(r, 4),
        .found_missing = rows_int(r, 5) == 1,
        .joined_unseen = rows_int(r, 5) == 2,
    };
}

enum rc chat_group_member(struct tx *tx, int64_t group_id, int64_t customer_id,
                          struct chat_member *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &MEMBER, &r, e, group_id, customer_id);
    if (rc != RC_OK)
        return rc;
    *out = read_member(r);
    return rows_end(r, e);
}

enum rc chat_group_members(struct tx *tx, int64_t group_id, struct chat_member **out, size_t *out_n,
                           struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MEMBERS, &r, e, group_id);
    if (rc != RC_OK)
        return rc;
    struct chat_member *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = read_member(r);
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc chat_group_set_scene(struct tx *tx, int64_t group_id, int64_t customer_id, int64_t scene,
                             struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &SET_SCENE, e, group_id, customer_id, scene);
}

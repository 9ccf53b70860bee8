/* group.c — customer groups. Members are counted for the page that shows them, by the primary key
 * of group_member; a group has at most 500 in WeCom, so a page of 50 reads at most 25,000 rows (10
 * ms). A renewed membership shows its last time only; the counts of the last 30 days are of rows,
 * not of events, so someone who left and came back counts once.
 */
#include "store/group.h"

#include "store/like.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define GROUP_COLUMNS                                                                              \
    "g.id, g.name, coalesce(g.owner_id, 0), s.name, g.kind, g.level,"                              \
    " (SELECT count(*) FROM group_member m WHERE m.group_id = g.id AND m.left_s IS NULL),"         \
    " (SELECT count(*) FROM group_member m WHERE m.group_id = g.id AND m.joined_s > $1 - "         \
    "2592000),"                                                                                    \
    " (SELECT count(*) FROM group_member m WHERE m.group_id = g.id AND m.left_s > $1 - 2592000),"  \
    " g.created_s, g.dismissed_s FROM chat_group g LEFT JOIN staff s ON s.id = g.owner_id"
#define GROUP_TYPES "isiSssiiiiI"
#define GROUP_SEEN                                                                                 \
    "($2 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $2"                     \
    " AND a.staff_id = g.owner_id))"
static const struct sql GROUP_LIST = {
    .text = "SELECT " GROUP_COLUMNS " /*scan*/ WHERE g.dismissed_s IS NULL AND " GROUP_SEEN
            " AND ($3 IS NULL OR lower(g.name) LIKE $3 ESCAPE '\\') AND ($4 IS NULL OR g.kind = $4)"
            " AND ($5 IS NULL OR g.level = $5) AND ($6 = 0 OR g.owner_id = $6)"
            " AND (g.created_s < $7 OR (g.created_s = $7 AND g.id < $8))"
            " ORDER BY g.created_s DESC, g.id DESC LIMIT $9",
    .in = "iiSSSiiii",
    .out = GROUP_TYPES,
};
static const struct sql GROUP_LOAD = {
    .text = "SELECT " GROUP_COLUMNS " WHERE " GROUP_SEEN " AND g.id = $3",
    .in = "iii",
    .out = GROUP_TYPES,
};
static const struct sql GROUP_DAYS = {
    .text = "SELECT d.day, (SELECT count(*) FROM group_member m WHERE m.group_id = $1"
            " AND m.joined_s >= d.start_s AND m.joined_s < d.end_s),"
            " (SELECT count(*) FROM group_member m WHERE m.group_id = $1"
            " AND m.left_s >= d.start_s AND m.left_s < d.end_s)"
            " FROM calendar d WHERE d.day >= $2 AND d.day < $2 + 30 ORDER BY d.day",
    .in = "ii",
    .out = "iii",
};
static const struct sql MEMBERSHIPS = {
    .text = "SELECT g.id, g.name, m.joined_s, m.left_s FROM customer c"
            " JOIN group_member m ON m.customer_id = c.id JOIN chat_group g ON g.id = m.group_id"
            " WHERE c.root_id = $1 ORDER BY m.joined_s DESC, g.id",
    .in = "i",
    .out = "isiI",
};

STATEMENTS(group, &GROUP_LIST, &GROUP_LOAD, &GROUP_DAYS, &MEMBERSHIPS);

static void read_group(const struct rows *r, struct arena *a, struct group_row *out)
{
    *out = (struct group_row){
        .id = rows_int(r, 0),
        .name = rows_copy(r, 1, a),
        .owner_id = rows_int(r, 2),
        .owner = rows_copy(r, 3, a),
        .kind = rows_copy(r, 4, a),
        .level = rows_copy(r, 5, a),
        .members = rows_int(r, 6),
        .joined_30d = rows_int(r, 7),
        .left_30d = rows_int(r, 8),
        .created_s = rows_int(r, 9),
        .dismissed_s = rows_null(r, 10) ? DB_NULL : rows_int(r, 10),
    };
}

enum rc group_list(struct tx *tx, const struct group_filter *f, int64_t before_s, int64_t before_id,
                   int64_t limit, struct group_row **out, size_t *out_n, struct err *e)
{
    assert(limit > 0);
    struct arena *a = tx_arena(tx);
    struct str like = str_empty(f->q) ? STR_ABSENT : like_part(a, f->q);
    struct rows *r;
    enum rc rc = tx_query(tx, &GROUP_LIST, &r, e, tx_now_s(tx), f->scope_account, like, f->kind,
                          f->level, f->owner_id, before_s, before_id, limit);
    if (rc != RC_OK)
        return rc;
    struct group_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        read_group(r, a, LIST_ADD(a, list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc group_load(struct tx *tx, int64_t scope_account, int64_t id, struct group_row *out,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &GROUP_LOAD, &r, e, tx_now_s(tx), scope_account, id);
    if (rc == RC_NOT_FOUND)
        err_set(e, RC_NOT_FOUND, "group_unknown", "id", "没有这个客户群，或不在您的数据范围内",
                "there is no such group, or not in your data scope");
    if (rc != RC_OK)
        return rc;
    read_group(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc group_days(struct tx *tx, int64_t group_id, int64_t from_day, struct group_day **out,
                   size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &GROUP_DAYS, &r, e, group_id, from_day);
    if (rc != RC_OK)
        return rc;
    struct group_day *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct group_day){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc group_memberships(struct tx *tx, int64_t root_id, struct membership **out, size_t *out_n,
                          struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MEMBERSHIPS, &r, e, root_id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct membership *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) =
            (struct membership){rows_int(r, 0), rows_copy(r, 1, a), rows_int(r, 2),
                                rows_null(r, 3) ? DB_NULL : rows_int(r, 3)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* group.c — customer groups. Members are counted for the page that shows them: the groups of a page
 * are found first, then each of their members is read once by the primary key of group_member. A
 * group has at most 500 in WeCom and more who left, so a page of 50 reads some 25,000 rows and as
 * many entries of relation_customer (20 ms).
 *
 * SQL and not the mirror: the mirror has groups as sets of customers of now, without the times
 * these figures are made of, and the page is small.
 */
#include "store/group.h"

#include "base/calendar.h"
#include "store/ids.h"
#include "store/like.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

/* $1 is now. Of a day, 86400 s. Whose joining nobody heard of has no time of it (store/directory.h,
 * found_missing 2). */
#define JOINED "coalesce(m.found_missing, 0) <> 2 AND m.joined_s > $1 - "
#define STAY(days, after)                                                                          \
    " count(*) FILTER (WHERE " JOINED days " AND m.joined_s <= $1 - " after "),"                   \
    " count(*) FILTER (WHERE " JOINED days " AND m.joined_s <= $1 - " after                        \
    " AND (m.left_s IS NULL OR m.left_s >= m.joined_s + " after ")),"
#define GROUP_BASE                                                                                 \
    "g.id, g.name, g.owner_id, g.kind, g.level, g.created_s, g.dismissed_s, g.plan,"               \
    " g.plan_note_sealed, g.plan_s, g.plan_account_id"
#define GROUP_FIGURES(page)                                                                        \
    "SELECT p.id, p.name, coalesce(p.owner_id, 0), s.name, p.kind, p.level,"                       \
    " count(*) FILTER (WHERE m.customer_id IS NOT NULL AND m.left_s IS NULL),"                     \
    " count(*) FILTER (WHERE m.left_s IS NULL AND EXISTS (SELECT 1 FROM relation r"                \
    " WHERE r.customer_id = m.customer_id AND r.deleted_s IS NULL)),"                              \
    " count(*) FILTER (WHERE " JOINED "604800),"                                                   \
    " count(*) FILTER (WHERE m.left_s > $1 - 604800),"                                             \
    " count(*) FILTER (WHERE " JOINED "2592000),"                                                  \
    " count(*) FILTER (WHERE m.left_s > $1 - 2592000)," STAY("8380800", "604800") STAY(            \
        "10368000",                                                                                \
        "2592000") " p.created_s, p.dismissed_s, p.plan, p.plan_note_sealed,"                      \
                   " p.plan_s, o.login, coalesce(p.plan_account_id, 0) FROM (SELECT " GROUP_BASE   \
                   " FROM chat_group g " page ") p"                                                \
                   " LEFT JOIN staff s ON s.id = p.owner_id"                                       \
                   " LEFT JOIN account o ON o.id = p.plan_account_id"                              \
                   " LEFT JOIN group_member m ON m.group_id = p.id"                                \
                   " GROUP BY p.id, p.name, p.owner_id, s.name, p.kind,"                           \
                   " p.level, p.created_s, p.dismissed_s, p.plan,"                                 \
                   " p.plan_note_sealed, p.plan_s, o.login, p.plan_account_id"
#define GROUP_TYPES "isiSssiiiiiiiiiiiISBISi"
#define GROUP_SEEN                                                                                 \
    "($2 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $2"                     \
    " AND a.staff_id = g.owner_id))"
static const struct sql GROUP_LIST = {
    .text = GROUP_FIGURES(
        "/*scan*/ WHERE ($10 = 'all' OR (g.dismissed_s IS NULL) = ($10 ="
        " 'active')) AND " GROUP_SEEN " AND ($3 IS NULL OR lower(g.name) LIKE $3 ESCAPE '\\')"
        " AND ($4 IS NULL OR g.kind = $4) AND ($5 IS NULL OR g.level = $5)"
        " AND ($6 = 0 OR g.owner_id = $6)"
        " AND ($11 IS NULL OR coalesce(g.plan, 'none') = $11)"
        " AND (g.created_s < $7 OR (g.created_s = $7 AND g.id < $8))"
        " ORDER BY g.created_s DESC, g.id DESC LIMIT $9") " ORDER BY p.created_s DESC, p.id DESC",
    .in = "iiSSSiiiisS",
    .out = GROUP_TYPES,
};
static const struct sql GROUP_LOAD = {
    .text = GROUP_FIGURES("WHERE " GROUP_SEEN " AND g.id = $3"),
    .in = "iii",
    .out = GROUP_TYPES,
};
static const struct sql GROUP_OF = {
    .text = GROUP_FIGURES("WHERE " GROUP_SEEN " AND g.id " IDS_LITE("$3")),
    .pg = GROUP_FIGURES("WHERE " GROUP_SEEN " AND g.id " IDS_PG("$3")),
    .in = "iis",
    .out = GROUP_TYPES,
};
static const struct sql GROUP_NOTICE = {
    .text = "SELECT notice_sealed FROM chat_group WHERE id = $1",
    .in = "i",
    .out = "B",
};
static const struct sql GROUP_TIMES = {
    .text = "SELECT joined_s, left_s FROM group_member WHERE group_id = $1",
    .in = "i",
    .out = "iI",
};
static const struct sql GROUP_MEMBERS = {
    .text = "SELECT m.customer_id, CASE WHEN " SCOPE_CUSTOMER(
        "c.root_id",
        "$2") " THEN c.root_id"
              " ELSE 0 END, b.nickname, m.joined_s, m.left_s, m.join_scene,"
              " coalesce(m.inviter_id, 0), s.name, CASE WHEN EXISTS (SELECT 1 FROM relation r"
              " WHERE r.customer_id = m.customer_id AND r.deleted_s IS NULL) THEN 1 ELSE 0 END"
              " FROM group_member m JOIN customer c ON c.id = m.customer_id"
              " JOIN customer b ON b.id = c.root_id LEFT JOIN staff s ON s.id = m.inviter_id"
              " WHERE m.group_id = $1 AND ($3 IS NULL OR (m.left_s IS NULL) = ($3 = 'present'))"
              " AND (m.joined_s < $4 OR (m.joined_s = $4 AND m.customer_id < $5))"
              " ORDER BY m.joined_s DESC, m.customer_id DESC LIMIT $6",
    .in = "iiSiii",
    .out = "iiSiIIiSi",
};
static const struct sql MEMBERSHIPS = {
    .text = "SELECT g.id, g.name, m.joined_s, m.left_s FROM customer c"
            " JOIN group_member m ON m.customer_id = c.id JOIN chat_group g ON g.id = m.group_id"
            " WHERE c.root_id = $1 ORDER BY m.joined_s DESC, g.id",
    .in = "i",
    .out = "isiI",
};

STATEMENTS(group, &GROUP_LIST, &GROUP_LOAD, &GROUP_OF, &GROUP_NOTICE, &GROUP_TIMES, &GROUP_MEMBERS,
           &MEMBERSHIPS);

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
        .friends = rows_int(r, 7),
        .joined_7d = rows_int(r, 8),
        .left_7d = rows_int(r, 9),
        .joined_30d = rows_int(r, 10),
        .left_30d = rows_int(r, 11),
        .stay_7d = {rows_int(r, 12), rows_int(r, 13)},
        .stay_30d = {rows_int(r, 14), rows_int(r, 15)},
        .created_s = rows_int(r, 16),
        .dismissed_s = rows_known(r, 17),
        .plan = rows_copy(r, 18, a),
        .plan_note_sealed = rows_copy(r, 19, a),
        .plan_s = rows_known(r, 20),
        .plan_by = rows_copy(r, 21, a),
        .plan_account_id = rows_int(r, 22),
    };
}

static enum rc read_groups(struct tx *tx, struct rows *r, struct group_row **out, size_t *out_n,
                           struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct group_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        read_group(r, a, LIST_ADD(a, list, n, room));
    enum rc rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc group_list(struct tx *tx, const struct group_filter *f, int64_t before_s, int64_t before_id,
                   int64_t limit, struct group_row **out, size_t *out_n, struct err *e)
{
    assert(limit > 0);
    struct arena *a = tx_arena(tx);
    struct str like = str_empty(f->q) ? STR_ABSENT : like_part(a, f->q);
    struct rows *r;
    enum rc rc = tx_query(tx, &GROUP_LIST, &r, e, tx_now_s(tx), f->scope_account, like, f->kind,
                          f->level, f->owner_id, before_s, before_id, limit,
                          str_empty(f->state) ? STR("active") : f->state,
                          str_empty(f->plan) ? STR_ABSENT : f->plan);
    return rc == RC_OK ? read_groups(tx, r, out, out_n, e) : rc;
}

enum rc group_list_of(struct tx *tx, int64_t scope_account, const int64_t *ids, size_t n,
                      struct group_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc =
        tx_query(tx, &GROUP_OF, &r, e, tx_now_s(tx), scope_account, ids_text(tx_arena(tx), ids, n));
    return rc == RC_OK ? read_groups(tx, r, out, out_n, e) : rc;
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

enum rc group_notice(struct tx *tx, int64_t id, struct str *out_sealed, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &GROUP_NOTICE, &r, e, id);
    if (rc != RC_OK)
        return rc;
    *out_sealed = rows_copy(r, 0, tx_arena(tx));
    return rows_end(r, e);
}

/* Which of the days a time falls on; negative: before them. */
static int64_t day_at(int64_t at_s, int64_t from_day)
{
    return calendar_day_of(at_s) - from_day;
}

enum rc group_days(struct tx *tx, int64_t group_id, int64_t from_day, size_t count,
                   struct group_day **out, struct err *e)
{
    struct rows *r;
    int64_t n = (int64_t)count, members = 0;
    assert(count > 0);
    enum rc rc = tx_query(tx, &GROUP_TIMES, &r, e, group_id);
    if (rc != RC_OK)
        return rc;
    struct group_day *days = ARENA_ARRAY(tx_arena(tx), struct group_day, count);
    for (int64_t i = 0; i < n; i++)
        days[i] = (struct group_day){.day = from_day + i};
    while (rows_next(r)) {
        int64_t joined = day_at(rows_int(r, 0), from_day);
        int64_t left = rows_null(r, 1) ? n : day_at(rows_int(r, 1), from_day);
        members += (joined < 0) - (left < 0);
        if (joined >= 0 && joined < n)
            days[joined].joined++;
        if (left >= 0 && left < n)
            days[left].left++;
    }
    for (int64_t i = 0; i < n; i++) {
        members += days[i].joined - days[i].left;
        days[i].members = members;
    }
    rc = rows_end(r, e);
    if (rc == RC_OK)
        *out = days;
    return rc;
}

enum rc group_members(struct tx *tx, const struct group_member_filter *f, int64_t before_s,
                      int64_t before_id, int64_t limit, struct group_member_row **out,
                      size_t *out_n, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct group_member_row *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &GROUP_MEMBERS, &r, e, f->group_id, f->scope_account,
                          str_empty(f->state) ? STR_ABSENT : f->state, before_s, before_id, limit);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        struct group_member_row *m = LIST_ADD(a, list, n, room);
        *m = (struct group_member_row){
            .customer_id = rows_int(r, 0),
            .root_id = rows_int(r, 1),
            .nickname = rows_int(r, 1) == 0 ? STR_ABSENT : rows_copy(r, 2, a),
            .joined_s = rows_int(r, 3),
            .left_s = rows_known(r, 4),
            .join_scene = rows_known(r, 5),
            .inviter_id = rows_int(r, 6),
            .inviter = rows_copy(r, 7, a),
            .friend = rows_int(r, 8) != 0,
        };
    }
    rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
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
        *LIST_ADD(a, list, n, room) = (struct membership){rows_int(r, 0), rows_copy(r, 1, a),
                                                          rows_int(r, 2), rows_known(r, 3)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

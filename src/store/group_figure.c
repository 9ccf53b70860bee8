/* group_figure.c — rows that figures of groups are made of. The way in is always the group, then
 * its members by the primary key of group_member, then what they did by customer; only totals go
 * through the orders of a window, and sifting through the members of a level.
 */
#include "store/group_figure.h"

#include "base/hash.h"
#include "store/event.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/order.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

/* clang-format off */
#define RANK "CASE g.level WHEN 'welfare' THEN 1 WHEN 'vip' THEN 2 ELSE 3 END"
#define GROUP_SEEN(param)                                                                          \
    "(" param " = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = " param          \
    " AND a.staff_id = g.owner_id))"
#define SUM(what) "CAST(coalesce(sum(" what "), 0) AS BIGINT)"

#define STAYS(where)                                                                               \
    "SELECT m.group_id, c.root_id, m.joined_s, m.left_s FROM chat_group g"                         \
    " JOIN group_member m ON m.group_id = g.id JOIN customer c ON c.id = m.customer_id"            \
    " JOIN customer b ON b.id = c.root_id AND b.erased_s IS NULL"                                  \
    " WHERE g.dismissed_s IS NULL " where " ORDER BY m.group_id"
static const struct sql STAYS_ALL = {
    .text = STAYS("/*scan*/"),
    .out = "iiiI",
};
static const struct sql STAYS_OF = {
    .text = STAYS("AND g.id " IDS_LITE("$1")),
    .pg = STAYS("AND g.id " IDS_PG("$1")),
    .in = "s",
    .out = "iiiI",
};
static const struct sql PEOPLE = {
    .text = "SELECT DISTINCT c.root_id FROM chat_group g /*scan*/"
            " JOIN group_member m ON m.group_id = g.id AND m.left_s IS NULL"
            " JOIN customer c ON c.id = m.customer_id"
            " JOIN customer b ON b.id = c.root_id AND b.erased_s IS NULL"
            " WHERE g.dismissed_s IS NULL AND " GROUP_SEEN("$1"),
    .in = "i",
    .out = "i",
};
#define PEOPLE_SEEN(ids)                                                                           \
    "SELECT m.group_id, count(DISTINCT c.root_id) FROM chat_group g"                               \
    " JOIN group_member m ON m.group_id = g.id AND m.left_s IS NULL AND m.joined_s <= $2"          \
    " JOIN customer c ON c.id = m.customer_id"                                                     \
    " JOIN customer b ON b.id = c.root_id AND b.erased_s IS NULL"                                  \
    " WHERE g.dismissed_s IS NULL AND g.id " ids " AND " SCOPE_CUSTOMER("c.root_id", "$3")         \
    " GROUP BY m.group_id ORDER BY 1"
static const struct sql PEOPLE_SEEN_OF = {
    .text = PEOPLE_SEEN(IDS_LITE("$1")),
    .pg = PEOPLE_SEEN(IDS_PG("$1")),
    .in = "sii",
    .out = "ii",
};
static const struct sql FACTS = {
    .text = "SELECT g.id, " RANK ", coalesce(g.owner_id, 0), g.created_s, g.owner_since_s,"
            " CASE WHEN g.plan IS NULL THEN 0 ELSE 1 END,"
            " CASE WHEN g.plan = 'give_up' THEN 1 ELSE 0 END FROM chat_group g /*scan*/"
            " WHERE g.dismissed_s IS NULL AND " GROUP_SEEN("$1") " ORDER BY g.id",
    .in = "i",
    .out = "iiiiIii",
};
static const struct sql OWNERS = {
    .text = "SELECT g.owner_id, count(*) FROM chat_group g /*scan*/ WHERE g.owner_id IS NOT NULL"
            " AND (g.dismissed_s IS NULL OR g.dismissed_s > $1) GROUP BY g.owner_id ORDER BY 1",
    .in = "i",
    .out = "ii",
};
static const struct sql WORDS = {
    .text = "SELECT d.staff_id, count(*), " SUM("d.msg_total") ", " SUM("d.member_has_msg")
            ", max(coalesce(d.chat_total, 0)) FROM owner_day d WHERE d.day >= $1 AND d.day <= $2"
            " AND d.msg_total IS NOT NULL GROUP BY d.staff_id ORDER BY 1",
    .in = "ii",
    .out = "iiiii",
};

/* ---- sales ---- */

#define BOUGHT "CASE WHEN " ORDER_IS_PURCHASE("o") " THEN 1 ELSE 0 END"
#define NET "CASE WHEN " ORDER_IS_PURCHASE("o") " THEN o.sale_fen ELSE 0 END - o.refunded_fen"
#define PAID_AT "coalesce(o.paid_s, o.at_s)"
#define WHILE_MEMBER                                                                               \
    "m.joined_s <= " PAID_AT " AND (m.left_s IS NULL OR m.left_s > " PAID_AT ")"
#define STILL_IN                                                                                   \
    "EXISTS (SELECT 1 FROM customer d JOIN group_member y ON y.customer_id = d.id"                 \
    " AND y.group_id = q.group_id AND y.left_s IS NULL AND y.joined_s <= $3"                       \
    " WHERE d.root_id = q.root_id)"
#define SALES(ids)                                                                                 \
    "SELECT q.group_id, " SUM("q.orders") ", " SUM("CASE WHEN q.orders > 0 THEN 1 ELSE 0 END")     \
    ", " SUM("CASE WHEN q.orders > 1 THEN 1 ELSE 0 END")                                           \
    ", " SUM("CASE WHEN q.orders > 0 AND " STILL_IN " THEN 1 ELSE 0 END") ", " SUM("q.net")        \
    " FROM (SELECT x.group_id, x.root_id, sum(x.bought) AS orders, sum(x.net) AS net"              \
    " FROM (SELECT DISTINCT m.group_id, c.root_id, o.id, " BOUGHT " AS bought, " NET " AS net"     \
    " FROM chat_group g JOIN group_member m ON m.group_id = g.id"                                  \
    " JOIN customer c ON c.id = m.customer_id JOIN customer r ON r.id = c.root_id"                 \
    " AND r.erased_s IS NULL JOIN customer b ON b.root_id = c.root_id"                             \
    " JOIN orders o ON o.customer_id = b.id AND o.at_s > $2 AND o.at_s <= $3"                      \
    " WHERE g.dismissed_s IS NULL AND g.id " ids " AND " WHILE_MEMBER                              \
    " AND " SCOPE_CUSTOMER("c.root_id", "$4") ") x GROUP BY x.group_id, x.root_id) q"              \
    " GROUP BY q.group_id ORDER BY 1"
static const struct sql SALES_OF = {
    .text = SALES(IDS_LITE("$1")),
    .pg = SALES(IDS_PG("$1")),
    .in = "siii",
    .out = "iiiiii",
};
#define INSIDE                                                                                     \
    "CASE WHEN r.erased_s IS NULL AND EXISTS (SELECT 1 FROM customer c"                            \
    " JOIN group_member m ON m.customer_id = c.id JOIN chat_group g ON g.id = m.group_id"          \
    " WHERE c.root_id = b.root_id AND g.dismissed_s IS NULL AND " WHILE_MEMBER " AND "             \
    GROUP_SEEN("$3") ") THEN 1 ELSE 0 END"
static const struct sql SALES_TOTAL = {
    .text = "SELECT " SUM("q.inside * q.bought")
            ", count(DISTINCT CASE WHEN q.inside * q.bought = 1 THEN q.root_id END), "
            SUM("q.inside * q.net") ", " SUM("q.bought")
            ", count(DISTINCT CASE WHEN q.bought = 1 THEN q.root_id END), " SUM("q.net")
            " FROM (SELECT b.root_id, " BOUGHT " AS bought, " NET " AS net, " INSIDE " AS inside"
            " FROM orders o LEFT JOIN customer b ON b.id = o.customer_id"
            " LEFT JOIN customer r ON r.id = b.root_id WHERE o.at_s > $1 AND o.at_s <= $2"
            " AND " SCOPE_CUSTOMER("b.root_id", "$3") ") q",
    .in = "iii",
    .out = "iiiiii",
};

static const struct sql ALL_SALES = {
    .text = "SELECT " SUM(NET) " FROM orders o LEFT JOIN customer b ON b.id = o.customer_id"
            " WHERE o.at_s > $1 AND o.at_s <= $2 AND " SCOPE_CUSTOMER("b.root_id", "$3"),
    .in = "iii",
    .out = "i",
};

static const struct sql STAFF_SEEN = {
    .text = "SELECT a.staff_id FROM account_staff a WHERE a.account_id = $1 ORDER BY 1",
    .in = "i",
    .out = "i",
};

/* ---- sifting ---- */

#define PLACES(ids)                                                                                \
    "SELECT DISTINCT c.root_id, g.id, " RANK ", g.name, g.level, coalesce(g.owner_id, 0),"         \
    " coalesce(s.department_id, 0), s.name FROM customer c"                                        \
    " JOIN group_member m ON m.customer_id = c.id AND m.left_s IS NULL"                            \
    " JOIN chat_group g ON g.id = m.group_id AND g.dismissed_s IS NULL"                            \
    " LEFT JOIN staff s ON s.id = g.owner_id WHERE c.root_id " ids                                 \
    " AND " GROUP_SEEN("$2") " ORDER BY 1, 3 DESC, 2"
static const struct sql PLACES_OF = {
    .text = PLACES(IDS_LITE("$1")),
    .pg = PLACES(IDS_PG("$1")),
    .in = "si",
    .out = "iiissiiS",
};
#define TARGETS(ids)                                                                               \
    "SELECT g.id, g.owner_id, coalesce(s.department_id, 0), count(DISTINCT c.root_id), g.name,"    \
    " s.name FROM (SELECT DISTINCT f.id FROM staff w JOIN staff f ON f.id = w.id"                  \
    " OR f.department_id = w.department_id WHERE w.id " ids ") o"                                  \
    " JOIN staff s ON s.id = o.id JOIN chat_group g ON g.owner_id = o.id"                          \
    " AND g.dismissed_s IS NULL AND coalesce(g.plan, '') <> 'give_up' AND " RANK " = $1"           \
    " AND " GROUP_SEEN("$3")                                                                       \
    " LEFT JOIN group_member m ON m.group_id = g.id AND m.left_s IS NULL"                          \
    " LEFT JOIN customer c ON c.id = m.customer_id"                                                \
    " GROUP BY g.id, g.owner_id, s.department_id, g.name, s.name ORDER BY 4, 1"
static const struct sql TARGETS_OF = {
    .text = TARGETS(IDS_LITE("$2")),
    .pg = TARGETS(IDS_PG("$2")),
    .in = "isi",
    .out = "iiiiss",
};
static const struct sql OTHERS = {
    .text = "SELECT c.root_id, coalesce(max(CASE WHEN g.id IS NULL THEN 0 ELSE " RANK " END), 0)"
            " FROM group_member h JOIN customer c ON c.id = h.customer_id"
            " JOIN customer b ON b.id = c.root_id AND b.erased_s IS NULL"
            " JOIN customer d ON d.root_id = c.root_id"
            " LEFT JOIN group_member m ON m.customer_id = d.id AND m.left_s IS NULL"
            " AND m.group_id <> $1 LEFT JOIN chat_group g ON g.id = m.group_id"
            " AND g.dismissed_s IS NULL AND coalesce(g.plan, '') <> 'give_up'"
            " WHERE h.group_id = $1 AND h.left_s IS NULL"
            " GROUP BY c.root_id ORDER BY 1",
    .in = "i",
    .out = "ii",
};

/* ---- changing ---- */

static const struct sql DECIDE = {
    .text = "UPDATE chat_group SET kind = $2, level = $3, plan = $4, plan_note_sealed = $5,"
            " plan_s = $6, plan_account_id = $7 WHERE id = $1",
    .in = "issSBII",
};
#define SEEN_OF(ids)                                                                               \
    "SELECT g.id, CASE WHEN g.kind = coalesce($3, g.kind) AND g.level = coalesce($4, g.level)"     \
    " THEN 0 ELSE 1 END FROM chat_group g WHERE g.id " ids                                         \
    " AND g.dismissed_s IS NULL AND " GROUP_SEEN("$2") " ORDER BY g.id"
static const struct sql SEEN = {
    .text = SEEN_OF(IDS_LITE("$1")),
    .pg = SEEN_OF(IDS_PG("$1")),
    .in = "siSS",
    .out = "ii",
};
static const struct sql CLASSIFY = {
    .text = "UPDATE chat_group SET kind = coalesce($2, kind), level = coalesce($3, level)"
            " WHERE id = $1",
    .in = "iSS",
};
/* clang-format on */

STATEMENTS(group_figure, &STAYS_ALL, &STAYS_OF, &PEOPLE, &PEOPLE_SEEN_OF, &FACTS, &OWNERS, &WORDS,
           &SALES_OF, &SALES_TOTAL, &ALL_SALES, &STAFF_SEEN, &PLACES_OF, &TARGETS_OF, &OTHERS,
           &DECIDE, &SEEN, &CLASSIFY);

int64_t group_rank(struct str level)
{
    static const char *const LEVELS[] = {"welfare", "vip", "diamond"};
    for (int64_t i = 0; i < 3; i++)
        if (str_eq(level, str_from(LEVELS[i])))
            return i + 1;
    return 0;
}

/* What customers do themselves. */
static const enum event_kind COUNTED[] = {
    EVENT_ORDER,         EVENT_MESSAGE,     EVENT_VIEW,           EVENT_CLICK,
    EVENT_SHARE,         EVENT_CART,        EVENT_FAVORITE,       EVENT_COUPON_CLAIM,
    EVENT_COUPON_REDEEM, EVENT_MOMENT_LIKE, EVENT_MOMENT_COMMENT, EVENT_SCAN,
    EVENT_FORM_SUBMIT,   EVENT_VISIT,       EVENT_BOOKING,        EVENT_CHECK_IN,
    EVENT_LIVE_WATCH,    EVENT_REFERRAL,    EVENT_TOP_UP,         EVENT_SURVEY_ANSWER,
};

bool group_kind_counts(int64_t kind, bool touch)
{
    for (size_t i = 0; i < sizeof COUNTED / sizeof *COUNTED; i++)
        if ((int64_t)COUNTED[i] == kind)
            return true;
    return kind >= EVENT_KIND_OWN && !touch;
}

/* ---- members ---- */

enum rc group_stays(struct tx *tx, const int64_t *ids, size_t n,
                    void (*see)(void *to, const struct group_stay_row *m), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = ids == NULL ? tx_query(tx, &STAYS_ALL, &r, e)
                             : tx_query(tx, &STAYS_OF, &r, e, ids_text(tx_arena(tx), ids, n));
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        struct group_stay_row m = {rows_int(r, 0), rows_int(r, 1), rows_int(r, 2),
                                   rows_known(r, 3)};
        see(to, &m);
    }
    return rows_end(r, e);
}

enum rc group_people(struct tx *tx, int64_t scope_account, void (*see)(void *to, int64_t root_id),
                     void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &PEOPLE, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0));
    return rows_end(r, e);
}

enum rc group_people_seen(struct tx *tx, const int64_t *ids, size_t n, int64_t now_s,
                          int64_t scope_account, struct group_seen **out, size_t *out_n,
                          struct err *e)
{
    struct rows *r;
    struct group_seen *list = NULL;
    size_t found = 0, room = 0;
    enum rc rc =
        tx_query(tx, &PEOPLE_SEEN_OF, &r, e, ids_text(tx_arena(tx), ids, n), now_s, scope_account);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, found, room) =
            (struct group_seen){rows_int(r, 0), rows_int(r, 1)};
    *out = list;
    *out_n = found;
    return rows_end(r, e);
}

/* ---- what a group is ---- */

enum rc group_facts(struct tx *tx, int64_t scope_account, struct group_fact **out, size_t *out_n,
                    struct err *e)
{
    struct rows *r;
    struct group_fact *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &FACTS, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct group_fact){
            rows_int(r, 0),   rows_int(r, 1),      rows_int(r, 2),     rows_int(r, 3),
            rows_known(r, 4), rows_int(r, 5) != 0, rows_int(r, 6) != 0};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc group_owners(struct tx *tx, int64_t since_s, struct group_owner **out, size_t *out_n,
                     struct err *e)
{
    struct rows *r;
    struct group_owner *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &OWNERS, &r, e, since_s);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct group_owner){rows_int(r, 0), rows_int(r, 1)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc group_words(struct tx *tx, int64_t from_day, int64_t to_day, struct group_words **out,
                    size_t *out_n, struct err *e)
{
    struct rows *r;
    struct group_words *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &WORDS, &r, e, from_day, to_day);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct group_words){
            rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3), rows_int(r, 4)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* ---- sales ---- */

enum rc group_sales(struct tx *tx, const int64_t *ids, size_t n, int64_t from_s, int64_t to_s,
                    int64_t scope_account, struct group_sales **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct group_sales *list = NULL;
    size_t found = 0, room = 0;
    enum rc rc =
        tx_query(tx, &SALES_OF, &r, e, ids_text(tx_arena(tx), ids, n), from_s, to_s, scope_account);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, found, room) =
            (struct group_sales){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2),
                                 rows_int(r, 3), rows_int(r, 4), rows_int(r, 5)};
    *out = list;
    *out_n = found;
    return rows_end(r, e);
}

enum rc group_sales_total(struct tx *tx, int64_t from_s, int64_t to_s, int64_t scope_account,
                          struct group_sales_total *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &SALES_TOTAL, &r, e, from_s, to_s, scope_account);
    if (rc != RC_OK)
        return rc;
    *out = (struct group_sales_total){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2),
                                      rows_int(r, 3), rows_int(r, 4), rows_int(r, 5)};
    return rows_end(r, e);
}

enum rc group_all_sales(struct tx *tx, int64_t from_s, int64_t to_s, int64_t scope_account,
                        int64_t *out_fen, struct err *e)
{
    return tx_int(tx, &ALL_SALES, out_fen, e, from_s, to_s, scope_account);
}

enum rc group_staff_seen(struct tx *tx, int64_t scope_account, uint64_t *out, struct err *e)
{
    struct rows *r;
    uint64_t sum = 0;
    enum rc rc = tx_query(tx, &STAFF_SEEN, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        sum = hash_u64(sum ^ (uint64_t)rows_int(r, 0));
    rc = rows_end(r, e);
    if (rc == RC_OK)
        *out = sum;
    return rc;
}

/* ---- sifting ---- */

enum rc group_places(struct tx *tx, const int64_t *root_ids, size_t n, int64_t scope_account,
                     struct group_place **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct group_place *list = NULL;
    size_t found = 0, room = 0;
    enum rc rc = tx_query(tx, &PLACES_OF, &r, e, ids_text(a, root_ids, n), scope_account);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, found, room) = (struct group_place){
            .root_id = rows_int(r, 0),
            .group_id = rows_int(r, 1),
            .rank = rows_int(r, 2),
            .name = rows_copy(r, 3, a),
            .level = rows_copy(r, 4, a),
            .owner_id = rows_int(r, 5),
            .department_id = rows_int(r, 6),
            .owner = rows_copy(r, 7, a),
        };
    *out = list;
    *out_n = found;
    return rows_end(r, e);
}

enum rc group_targets(struct tx *tx, int64_t rank, const int64_t *staff_ids, size_t n,
                      int64_t scope_account, struct group_target **out, size_t *out_n,
                      struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct group_target *list = NULL;
    size_t found = 0, room = 0;
    enum rc rc = tx_query(tx, &TARGETS_OF, &r, e, rank, ids_text(a, staff_ids, n), scope_account);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, found, room) = (struct group_target){
            .group_id = rows_int(r, 0),
            .owner_id = rows_int(r, 1),
            .department_id = rows_int(r, 2),
            .members = rows_int(r, 3),
            .name = rows_copy(r, 4, a),
            .owner = rows_copy(r, 5, a),
        };
    *out = list;
    *out_n = found;
    return rows_end(r, e);
}

enum rc group_others(struct tx *tx, int64_t group_id, struct group_other **out, size_t *out_n,
                     struct err *e)
{
    struct rows *r;
    struct group_other *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &OTHERS, &r, e, group_id);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct group_other){rows_int(r, 0), rows_int(r, 1)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* ---- changing ---- */

enum rc group_decide(struct tx *tx, const struct group_decision *d, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &DECIDE, e, d->id, d->kind, d->level, d->plan, d->plan_note_sealed,
                         d->plan_s, d->account_id == 0 ? DB_NULL : d->account_id);
    return rc == RC_OK ? change_add(tx, "chat_group", d->id, 0, e) : rc;
}

enum rc group_others_than(struct tx *tx, const int64_t *ids, size_t n, int64_t scope_account,
                          struct str kind, struct str level, int64_t *out_seen, int64_t **out,
                          size_t *out_n, struct err *e)
{
    struct rows *r;
    int64_t *list = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1), seen = 0;
    size_t found = 0;
    enum rc rc =
        tx_query(tx, &SEEN, &r, e, ids_text(tx_arena(tx), ids, n), scope_account, kind, level);
    if (rc != RC_OK)
        return rc;
    for (; rows_next(r); seen++)
        if (rows_int(r, 1) != 0)
            list[found++] = rows_int(r, 0);
    *out_seen = seen;
    *out = list;
    *out_n = found;
    return rows_end(r, e);
}

enum rc group_classify(struct tx *tx, const int64_t *ids, size_t n, struct str kind,
                       struct str level, int64_t *out_changed, struct err *e)
{
    int64_t *other = NULL, seen = 0;
    size_t found = 0;
    assert(tx_is_writing(tx));
    enum rc rc = group_others_than(tx, ids, n, 0, kind, level, &seen, &other, &found, e);
    for (size_t i = 0; rc == RC_OK && i < found; i++) {
        rc = tx_exec(tx, &CLASSIFY, e, other[i], kind, level);
        if (rc == RC_OK)
            rc = change_add(tx, "chat_group", other[i], 0, e);
    }
    if (rc == RC_OK)
        *out_changed = (int64_t)found;
    return rc;
}

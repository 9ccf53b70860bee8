/* churn.c — alerts are few, so lists read them by id; losses are found by reading the log behind
 * the place where the last look ended, a few rows a second. Rates are counted from friendships and
 * not from the log, so that what was ended and began again counts once.
 */
#include "store/churn.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

/* A tier one of the names. */
#define NAMED(names) names " LIKE '%,' || t.name || ',%'"
/* Kinds 2 and 5: friend_delete, group_leave (store/event.h). */
static const struct sql LOSSES = {
    .text = "SELECT e.seq, e.customer_id, c.root_id, e.kind, e.at_s,"
            " coalesce(CASE WHEN e.kind = 2 THEN e.staff_id ELSE g.owner_id END, 0),"
            " coalesce(g.id, 0), coalesce(cs.spend_fen, 0), (SELECT t.name FROM tier t /*scan*/"
            " JOIN customer_tier x ON x.model_id = t.model_id AND x.customer_id = c.root_id"
            " AND x.tier_id = t.id WHERE t.removed_s IS NULL AND " NAMED(
                "$3") " ORDER BY t.id LIMIT 1)"
                      " FROM event e JOIN customer c ON c.id = e.customer_id"
                      " LEFT JOIN customer_stats cs ON cs.customer_id = c.root_id"
                      " LEFT JOIN chat_group g ON e.kind = 5 AND g.id = e.object_id"
                      " WHERE e.seq > $1 AND e.seq <= $2 AND (e.kind = 2 OR e.kind = 5)"
                      " AND e.batch_id IS NULL AND e.at_s > $5 AND c.erased_s IS NULL"
                      " ORDER BY e.seq LIMIT $4",
    .in = "iisii",
    .out = "iiiiiiiiS",
};
static const struct sql WHO = {
    .text = "SELECT s.customer_id FROM customer_stats s WHERE $1 > 0 AND s.spend_fen >= $1"
            " UNION ALL SELECT x.customer_id FROM tier t /*scan*/ JOIN customer_tier x"
            " ON x.tier_id = t.id AND x.model_id = t.model_id"
            " WHERE t.removed_s IS NULL AND " NAMED("$2"),
    .in = "is",
    .out = "i",
};
static const struct sql ALL_MEMBERS = {
    .text = "SELECT from_id, n, ids FROM audience_member WHERE audience_id = $1 ORDER BY from_id",
    .in = "i",
    .out = "iib",
};
static const struct sql ALL_LEFT = {
    .text = "SELECT customer_id FROM audience_move WHERE audience_id = $1 AND entered = 0"
            " AND at_s >= $2",
    .in = "ii",
    .out = "i",
};
static const struct sql AUDIENCE = {
    .text = "SELECT id FROM audience WHERE name = $1 AND archived_s IS NULL AND live = 1",
    .in = "s",
    .out = "i",
};
static const struct sql MEMBERS = {
    .text = "SELECT from_id, n, ids FROM audience_member WHERE audience_id = $1 AND from_id <= $2"
            " ORDER BY from_id DESC LIMIT 1",
    .in = "ii",
    .out = "iib",
};
static const struct sql LEFT_SINCE = {
    .text = "SELECT count(*) FROM audience_move WHERE customer_id = $2 AND audience_id = $1"
            " AND entered = 0 AND at_s >= $3",
    .in = "iii",
    .out = "i",
};
static const struct sql PLACE = {
    .text = "SELECT coalesce(max(seq), -1) FROM churn_place WHERE id = 1",
    .out = "i",
};
static const struct sql SET_PLACE = {
    .text = "INSERT INTO churn_place (id, seq) VALUES (1, $1)"
            " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq",
    .in = "i",
};
static const struct sql ADD = {
    .text = "INSERT INTO churn_alert (id, customer_id, kind, staff_id, group_id, at_s, seen_s, why,"
            " matched, spend_fen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            " ON CONFLICT (id) DO NOTHING",
    .in = "iisIIiissi",
};
#define SEEN(param)                                                                                \
    "(" param " = 0 OR EXISTS (SELECT 1 FROM account_staff m WHERE m.account_id = " param          \
    " AND (m.staff_id = a.staff_id OR m.staff_id = a.assigned_id)) OR " SCOPE_CUSTOMER(            \
        "c.root_id", param) ")"
static const struct sql LIST = {
    .text = "SELECT a.id, a.kind, a.why, a.matched, c.root_id, b.nickname, coalesce(a.staff_id, 0),"
            " s.name, coalesce(a.group_id, 0), g.name, coalesce(a.assigned_id, 0), h.name, a.at_s,"
            " a.seen_s, a.handled_s, a.spend_fen, (SELECT r.added_s FROM relation r"
            " WHERE a.kind = 'friend_delete' AND r.staff_id = a.staff_id AND r.customer_id = "
            "a.customer_id),"
            " (SELECT cs.last_order_s FROM customer_stats cs WHERE cs.customer_id = c.root_id),"
            " (SELECT count(*) FROM customer fc JOIN relation r ON r.customer_id = fc.id"
            " AND r.deleted_s IS NULL WHERE fc.root_id = c.root_id), a.note_sealed, o.login"
            " FROM churn_alert a JOIN customer c ON c.id = a.customer_id"
            " JOIN customer b ON b.id = c.root_id LEFT JOIN staff s ON s.id = a.staff_id"
            " LEFT JOIN staff h ON h.id = a.assigned_id LEFT JOIN chat_group g ON g.id = a.group_id"
            " LEFT JOIN account o ON o.id = a.account_id"
            " WHERE a.id < $2 AND " SEEN("$1") " AND ($3 IS NULL OR (a.handled_s IS NULL) = ($3 = "
                                               "'open'))"
                                               " AND ($4 IS NULL OR a.kind = $4) AND ($5 = 0"
                                               " OR a.staff_id = $5) AND ($6 = 0 OR a.id = $6)"
                                               " ORDER BY a.id DESC LIMIT $7",
    .in = "iiSSiii",
    .out = "isssiSiSiSiSiiIiIIiBS",
};
static const struct sql COUNT = {
    .text = "SELECT count(*) FROM churn_alert a JOIN customer c ON c.id = a.customer_id"
            " WHERE a.handled_s IS NULL AND a.id > 0 AND " SEEN("$1"),
    .in = "i",
    .out = "i",
};
static const struct sql STORE = {
    .text = "UPDATE churn_alert SET assigned_id = $2, handled_s = $3, note_sealed = $4,"
            " account_id = $5 WHERE id = $1",
    .in = "iIIBI",
};
/* Seconds of a friendship between two times. */
#define WITHIN(from, to)                                                                           \
    "CASE WHEN r.added_s < " to " AND coalesce(r.deleted_s, " to ") > " from " THEN"               \
    " (CASE WHEN coalesce(r.deleted_s, " to ") < " to " THEN r.deleted_s ELSE " to " END)"         \
    " - (CASE WHEN r.added_s > " from " THEN r.added_s ELSE " from " END) ELSE 0 END"
/* 7 days are 604800 s, 63 are 5443200. */
#define RATES                                                                                      \
    "SELECT x.id, x.name, count(*) FILTER (WHERE r.deleted_s IS NULL),"                            \
    " count(*) FILTER (WHERE r.deleted_by = 'customer' AND r.deleted_s > $1 - 604800),"            \
    " count(*) FILTER (WHERE r.deleted_by = 'customer' AND r.deleted_s > $1 - 5443200"             \
    " AND r.deleted_s <= $1 - 604800),"                                                            \
    " CAST(sum(" WITHIN("($1 - 604800)", "$1") ") AS BIGINT),"                                     \
                                               " CAST(sum(" WITHIN("($1 - 5443200)",               \
                                                                   "($1 - 604800)") ") AS BIGINT)"
#define RATES_SEEN                                                                                 \
    " WHERE ($2 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $2"              \
    " AND a.staff_id = r.staff_id)) AND (r.deleted_s IS NULL OR r.deleted_s > $1 - 5443200)"       \
    " GROUP BY x.id, x.name ORDER BY x.name, x.id"
static const struct sql RATES_STAFF = {
    .text = RATES " FROM relation r /*scan*/ JOIN staff x ON x.id = r.staff_id" RATES_SEEN,
    .in = "ii",
    .out = "isiiiii",
};
static const struct sql RATES_CODE = {
    .text = RATES " FROM (SELECT DISTINCT code_id, customer_id, staff_id FROM code_entry /*scan*/"
                  " WHERE staff_id > 0) n JOIN code x ON x.id = n.code_id JOIN relation r"
                  " ON r.staff_id = n.staff_id AND r.customer_id = n.customer_id" RATES_SEEN,
    .in = "ii",
    .out = "isiiiii",
};

STATEMENTS(churn, &LOSSES, &WHO, &ALL_MEMBERS, &ALL_LEFT, &AUDIENCE, &MEMBERS, &LEFT_SINCE, &PLACE,
           &SET_PLACE, &ADD, &LIST, &COUNT, &STORE, &RATES_STAFF, &RATES_CODE);

enum { KIND_GROUP_LEAVE = 5, WEEK_S = 7 * 86400 };

/* ---- looking for losses ---- */

enum rc churn_losses(struct tx *tx, int64_t from_seq, int64_t to_seq, struct str tiers,
                     int64_t limit, struct churn_loss **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct churn_loss *list = NULL;
    size_t n = 0, room = 0;
    assert(limit > 0 && to_seq >= from_seq);
    enum rc rc =
        tx_query(tx, &LOSSES, &r, e, from_seq, to_seq, tiers, limit, tx_now_s(tx) - WEEK_S);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct churn_loss){
            .seq = rows_int(r, 0),
            .customer_id = rows_int(r, 1),
            .root_id = rows_int(r, 2),
            .of_group = rows_int(r, 3) == KIND_GROUP_LEAVE,
            .at_s = rows_int(r, 4),
            .staff_id = rows_int(r, 5),
            .group_id = rows_int(r, 6),
            .spend_fen = rows_int(r, 7),
            .tier = rows_copy(r, 8, a),
        };
    rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc churn_audience(struct tx *tx, struct str name, int64_t *out_id, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &AUDIENCE, &r, e, name);
    if (rc != RC_OK)
        return rc;
    *out_id = rows_int(r, 0);
    return rows_end(r, e);
}

enum rc churn_members(struct tx *tx, int64_t audience_id, int64_t root_id, struct churn_list *out,
                      struct err *e)
{
    struct rows *r;
    *out = (struct churn_list){.ids = STR_ABSENT};
    enum rc rc = tx_find(tx, &MEMBERS, &r, e, audience_id, root_id);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc != RC_OK)
        return rc;
    *out = (struct churn_list){rows_int(r, 0), rows_int(r, 1), rows_copy(r, 2, tx_arena(tx))};
    return rows_end(r, e);
}

enum rc churn_who(struct tx *tx, int64_t least_fen, struct str tiers, int64_t **out, size_t *out_n,
                  struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &WHO, &r, e, least_fen, tiers);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

enum rc churn_all_members(struct tx *tx, int64_t audience_id, struct churn_list **out,
                          size_t *out_n, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct churn_list *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &ALL_MEMBERS, &r, e, audience_id);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) =
            (struct churn_list){rows_int(r, 0), rows_int(r, 1), rows_copy(r, 2, a)};
    rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc churn_all_left(struct tx *tx, int64_t audience_id, int64_t since_s, int64_t **out,
                       size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ALL_LEFT, &r, e, audience_id, since_s);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

enum rc churn_left_since(struct tx *tx, int64_t audience_id, int64_t root_id, int64_t since_s,
                         bool *out, struct err *e)
{
    int64_t n = 0;
    enum rc rc = tx_int(tx, &LEFT_SINCE, &n, e, audience_id, root_id, since_s);
    *out = n > 0;
    return rc;
}

enum rc churn_place(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &PLACE, out, e);
}

enum rc churn_set_place(struct tx *tx, int64_t seq, struct err *e)
{
    assert(tx_is_writing(tx) && seq >= 0);
    return tx_exec(tx, &SET_PLACE, e, seq);
}

enum rc churn_add(struct tx *tx, const struct churn_loss *loss, const char *why, struct str matched,
                  struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &ADD, e, loss->seq, loss->customer_id,
                   loss->of_group ? STR("group_leave") : STR("friend_delete"),
                   loss->staff_id == 0 ? DB_NULL : loss->staff_id,
                   loss->group_id == 0 ? DB_NULL : loss->group_id, loss->at_s, tx_now_s(tx),
                   str_from(why), matched, loss->spend_fen);
}

/* ---- alerts ---- */

static void read_alert(const struct rows *r, struct arena *a, struct churn_alert *out)
{
    *out = (struct churn_alert){
        .id = rows_int(r, 0),
        .kind = rows_copy(r, 1, a),
        .why = rows_copy(r, 2, a),
        .matched = rows_copy(r, 3, a),
        .root_id = rows_int(r, 4),
        .nickname = rows_copy(r, 5, a),
        .staff_id = rows_int(r, 6),
        .staff = rows_copy(r, 7, a),
        .group_id = rows_int(r, 8),
        .group = rows_copy(r, 9, a),
        .assigned_id = rows_int(r, 10),
        .assigned = rows_copy(r, 11, a),
        .at_s = rows_int(r, 12),
        .seen_s = rows_int(r, 13),
        .handled_s = rows_known(r, 14),
        .spend_fen = rows_int(r, 15),
        .added_s = rows_known(r, 16),
        .last_order_s = rows_known(r, 17),
        .friends = rows_int(r, 18),
        .note_sealed = rows_copy(r, 19, a),
        .account = rows_copy(r, 20, a),
    };
}

enum rc churn_list(struct tx *tx, const struct churn_filter *f, int64_t before_id, int64_t limit,
                   struct churn_alert **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct churn_alert *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &LIST, &r, e, f->scope_account, before_id,
                          str_empty(f->state) ? STR_ABSENT : f->state,
                          str_empty(f->kind) ? STR_ABSENT : f->kind, f->staff_id, f->id, limit);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        read_alert(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc churn_count(struct tx *tx, int64_t scope_account, int64_t *out, struct err *e)
{
    return tx_int(tx, &COUNT, out, e, scope_account);
}

enum rc churn_store(struct tx *tx, const struct churn_alert *a, int64_t account_id, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &STORE, e, a->id, a->assigned_id == 0 ? DB_NULL : a->assigned_id,
                   a->handled_s, a->note_sealed, account_id == 0 ? DB_NULL : account_id);
}

/* ---- rates ---- */

enum rc churn_rates(struct tx *tx, bool by_code, int64_t scope_account, struct churn_rate **out,
                    size_t *out_n, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct churn_rate *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc =
        tx_query(tx, by_code ? &RATES_CODE : &RATES_STAFF, &r, e, tx_now_s(tx), scope_account);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct churn_rate){
            .id = rows_int(r, 0),
            .name = rows_copy(r, 1, a),
            .friends = rows_int(r, 2),
            .lost = rows_int(r, 3),
            .lost_before = rows_int(r, 4),
            .friend_s = rows_int(r, 5),
            .friend_before_s = rows_int(r, 6),
        };
    rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

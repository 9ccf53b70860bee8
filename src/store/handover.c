/* handover.c — what is due is found by the index of due_s, what a customer or group is in by the
 * index of objects. Lists of hand-overs count their items by state, by index; one has thousands at
 * most. Candidates are read by the pairs of the member of staff, with a probe or three for each.
 */
#include "store/handover.h"

#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

const char *const handover_state_names[HANDOVER_STATES] = {
    [HANDOVER_WAITING] = "waiting", [HANDOVER_ASKING] = "asking",   [HANDOVER_ASKED] = "asked",
    [HANDOVER_REFUSED] = "refused", [HANDOVER_ACCEPTED] = "passed", [HANDOVER_LOST] = "lost",
    [HANDOVER_STOPPED] = "stopped",
};

static const struct sql ADD = {
    .text = "INSERT INTO handover (id, from_staff_id, kind, rule, heirs, expression, message,"
            " reason, state, account_id, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'making', $9, $10)",
    .in = "iisssSSsIi",
};
#define COLUMNS                                                                                    \
    "SELECT h.id, h.from_staff_id, h.kind, h.rule, h.heirs, h.expression, h.message, h.reason,"    \
    " h.state, h.listed_s, h.unknown, h.error, coalesce(h.account_id, 0), h.created_s, h.ended_s," \
    " f.name, f.userid, a.name FROM handover h JOIN staff f ON f.id = h.from_staff_id"             \
    " LEFT JOIN account a ON a.id = h.account_id "
#define COLUMN_TYPES "iisssSSssIiSiiIssS"
#define VISIBLE(param)                                                                             \
    "(" param " = 0 OR EXISTS (SELECT 1 FROM account_staff v WHERE v.account_id = " param          \
    " AND v.staff_id = h.from_staff_id))"
static const struct sql LOAD = {
    .text = COLUMNS "WHERE h.id = $2 AND " VISIBLE("$1"),
    .in = "ii",
    .out = COLUMN_TYPES,
};
static const struct sql LIST = {
    .text = COLUMNS "/*scan*/ WHERE h.id < $4 AND ($2 IS NULL OR h.state = $2)"
                    " AND ($3 = 0 OR h.from_staff_id = $3) AND " VISIBLE("$1") " ORDER BY h.id DESC"
                                                                               " LIMIT $5",
    .in = "iSiii",
    .out = COLUMN_TYPES,
};
static const struct sql OVER = {
    .text = COLUMNS "WHERE (h.state = 'running' AND NOT EXISTS (SELECT 1 FROM handover_item i"
                    " WHERE i.handover_id = h.id AND i.due_s IS NOT NULL))"
                    " OR (h.state = 'making' AND h.created_s < $1)"
                    " OR (h.state = 'stopped' AND EXISTS (SELECT 1 FROM handover_item i"
                    " WHERE i.handover_id = h.id AND i.state IN ('waiting', 'refused')))"
                    " ORDER BY h.id LIMIT 100",
    .in = "i",
    .out = COLUMN_TYPES,
};
static const struct sql UNLISTED = {
    .text = "SELECT id FROM handover WHERE state = 'running' AND kind = 'resigned'"
            " AND listed_s IS NULL ORDER BY id LIMIT 100",
    .out = "i",
};
static const struct sql COUNTS = {
    .text = "SELECT kind, state, count(*) FROM handover_item WHERE handover_id = $1"
            " GROUP BY kind, state ORDER BY kind, state",
    .in = "i",
    .out = "ssi",
};
static const struct sql SET_STATE = {
    .text = "UPDATE handover SET state = $2, ended_s = $3 WHERE id = $1",
    .in = "isI",
};
static const struct sql SET_ERROR = {
    .text = "UPDATE handover SET error = $2 WHERE id = $1",
    .in = "iS",
};
static const struct sql SET_LISTED = {
    .text = "UPDATE handover SET listed_s = $2, unknown = $3 WHERE id = $1",
    .in = "iii",
};
static const struct sql ITEM_ADD = {
    .text = "INSERT INTO handover_item (id, handover_id, kind, object_id, staff_id, state, due_s,"
            " changed_s) VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $6)",
    .in = "iisiii",
};
static const struct sql ITEM_STORE = {
    .text = "UPDATE handover_item SET state = $2, code = $3, tries = $4, refusals = $5,"
            " asked_s = $6, due_s = $7, changed_s = $8 WHERE id = $1",
    .in = "isSiiIIi",
};
#define EXTERNAL                                                                                   \
    "CASE WHEN i.kind = 'group' THEN g.external_id ELSE (SELECT x.value FROM identity x"           \
    " WHERE x.customer_id = i.object_id AND x.kind = 'external_userid' AND x.value IS NOT NULL"    \
    " ORDER BY CASE WHEN x.told_us IS NULL THEN 1 ELSE 0 END, x.id LIMIT 1) END"
#define ITEM_COLUMNS                                                                               \
    "SELECT i.id, i.handover_id, i.kind, i.object_id, i.staff_id, i.state, i.code, i.tries,"       \
    " i.refusals, i.asked_s, i.due_s, i.changed_s, " EXTERNAL ", coalesce(c.root_id, 0),"          \
    " CASE WHEN i.kind = 'group' THEN g.name ELSE p.nickname END, s.name FROM handover_item i"     \
    " LEFT JOIN staff s ON s.id = i.staff_id"                                                      \
    " LEFT JOIN chat_group g ON i.kind = 'group' AND g.id = i.object_id"                           \
    " LEFT JOIN customer c ON i.kind = 'customer' AND c.id = i.object_id"                          \
    " LEFT JOIN customer p ON p.id = c.root_id "
#define ITEM_TYPES "iisiisSiiIIiSiSS"
static const struct sql ITEM_LOAD = {
    .text = ITEM_COLUMNS "WHERE i.id = $1",
    .in = "i",
    .out = ITEM_TYPES,
};
static const struct sql ITEM_OPEN = {
    .text = ITEM_COLUMNS "WHERE i.kind = 'customer' AND i.object_id = $1 AND i.staff_id = $2"
                         " AND i.due_s IS NOT NULL ORDER BY i.id DESC LIMIT 1",
    .in = "ii",
    .out = ITEM_TYPES,
};
static const struct sql ITEMS = {
    .text = ITEM_COLUMNS
    "WHERE i.handover_id = $2 AND i.id > $4 AND ($3 IS NULL OR i.state = $3)"
    " AND (i.kind = 'group' OR " SCOPE_CUSTOMER("c.root_id", "$1") ") ORDER BY i.id LIMIT $5",
    .in = "iiSii",
    .out = ITEM_TYPES,
};
static const struct sql ITEMS_OF = {
    .text = ITEM_COLUMNS "WHERE i.kind = 'customer' AND i.object_id IN (SELECT f.id FROM customer f"
                         " WHERE f.root_id = $1) ORDER BY i.id DESC LIMIT $2",
    .in = "ii",
    .out = ITEM_TYPES,
};
static const struct sql STOP_ITEMS = {
    .text = "UPDATE handover_item SET state = 'stopped', due_s = NULL, changed_s = $2 WHERE id IN"
            " (SELECT i.id FROM handover_item i WHERE i.handover_id = $1"
            " AND i.state IN ('waiting', 'refused') ORDER BY i.id LIMIT $3)",
    .in = "iii",
};
static const struct sql RETRY_ITEMS = {
    .text = "UPDATE handover_item SET state = 'waiting', due_s = $2, changed_s = $2, refusals = 0"
            " WHERE id IN (SELECT i.id FROM handover_item i WHERE i.handover_id = $1"
            " AND i.state IN ('lost', 'stopped') AND NOT EXISTS (SELECT 1 FROM handover_item o"
            " WHERE o.kind = i.kind AND o.object_id = i.object_id AND o.due_s IS NOT NULL)"
            " ORDER BY i.id LIMIT $3)",
    .in = "iii",
};
#define ASKABLE "CASE WHEN i.state = 'waiting' OR i.state = 'refused' THEN 1 ELSE 0 END"
static const struct sql DUE = {
    .text = "SELECT i.handover_id, i.staff_id, i.kind, " ASKABLE ", h.kind, f.userid, s.userid,"
            " h.message, coalesce(h.account_id, 0), h.from_staff_id, h.reason"
            " FROM handover_item i JOIN handover h ON h.id = i.handover_id"
            " JOIN staff f ON f.id = h.from_staff_id JOIN staff s ON s.id = i.staff_id"
            " WHERE i.due_s <= $1 AND (h.state = 'running'"
            " OR (h.state = 'stopped' AND i.state IN ('asking', 'asked')))"
            " AND (h.kind = 'onjob' OR h.listed_s IS NOT NULL)"
            " GROUP BY i.handover_id, i.staff_id, i.kind, " ASKABLE ", h.kind, f.userid, s.userid,"
            " h.message, h.account_id, h.from_staff_id, h.reason"
            " ORDER BY min(i.due_s), i.handover_id, i.staff_id, i.kind LIMIT $2",
    .in = "ii",
    .out = "iisisssSiis",
};
static const struct sql DUE_ITEMS = {
    .text = ITEM_COLUMNS "WHERE i.handover_id = $1 AND i.staff_id = $2 AND i.kind = $3"
                         " AND " ASKABLE " = $4 AND i.due_s <= $5"
                         " AND (i.kind = 'group' OR p.erased_s IS NULL)"
                         " ORDER BY i.due_s, i.id LIMIT $6",
    .in = "iisiii",
    .out = ITEM_TYPES,
};
static const struct sql ERASED_ITEMS = {
    .text = "UPDATE handover_item SET state = 'stopped', due_s = NULL, changed_s = $1 WHERE id IN"
            " (SELECT i.id FROM handover_item i JOIN customer c ON c.id = i.object_id"
            " JOIN customer p ON p.id = c.root_id WHERE i.kind = 'customer' AND i.due_s <= $1"
            " AND p.erased_s IS NOT NULL)",
    .in = "i",
};
static const struct sql CANDIDATES = {
    .text = "SELECT r.customer_id, c.root_id,"
            " CASE WHEN r.told_us IS NOT NULL AND EXISTS (SELECT 1 FROM identity x"
            " WHERE x.customer_id = r.customer_id AND x.kind = 'external_userid'"
            " AND x.value IS NOT NULL) THEN 1 ELSE 0 END,"
            " CASE WHEN r.deleted_s IS NULL OR (s.status = 'left' AND r.deleted_by = 'staff'"
            " AND r.deleted_s >= coalesce(s.left_s, 0)) THEN 1 ELSE 0 END,"
            " (SELECT count(*) FROM handover_item i WHERE i.kind = 'customer'"
            " AND i.object_id = r.customer_id AND i.due_s IS NOT NULL),"
            " (SELECT count(*) FROM handover_item i WHERE i.kind = 'customer'"
            " AND i.object_id = r.customer_id AND i.state = 'passed' AND i.changed_s > $2)"
            " FROM relation r JOIN staff s ON s.id = r.staff_id"
            " JOIN customer c ON c.id = r.customer_id JOIN customer p ON p.id = c.root_id"
            " WHERE r.staff_id = $1 AND p.erased_s IS NULL AND (r.deleted_s IS NULL"
            " OR (s.status = 'left' AND r.deleted_by = 'staff'"
            " AND r.deleted_s >= coalesce(s.left_s, 0))"
            " OR EXISTS (SELECT 1 FROM binding b WHERE b.customer_id = c.root_id"
            " AND b.staff_id = $1)) ORDER BY r.customer_id",
    .in = "ii",
    .out = "iiiiii",
};
static const struct sql GROUPS = {
    .text = "SELECT g.id, (SELECT count(*) FROM handover_item i WHERE i.kind = 'group'"
            " AND i.object_id = g.id AND i.due_s IS NOT NULL) FROM chat_group g /*scan*/"
            " WHERE g.owner_id = $1 AND g.dismissed_s IS NULL AND g.external_id IS NOT NULL"
            " ORDER BY g.id",
    .in = "i",
    .out = "ii",
};
static const struct sql PERSON = {
    .text = "SELECT s.id, CASE WHEN s.status = 'active' THEN 1 ELSE 0 END,"
            " CASE WHEN $1 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $1"
            " AND a.staff_id = s.id) THEN 1 ELSE 0 END, s.name, s.userid,"
            " coalesce(s.department_id, 0), s.left_s,"
            " (SELECT count(*) FROM relation r WHERE r.staff_id = s.id AND r.deleted_s IS NULL)"
            " + (SELECT count(*) FROM handover_item i WHERE i.due_s IS NOT NULL"
            " AND i.staff_id = s.id AND i.kind = 'customer')"
            " FROM staff s WHERE s.id = $2",
    .in = "ii",
    .out = "iiissiIi",
};
static const struct sql DEPARTMENT = {
    .text = "SELECT s.id FROM department_above d JOIN staff s ON s.department_id = d.department_id"
            " WHERE d.above_id = $1 AND s.status = 'active' ORDER BY s.id",
    .in = "i",
    .out = "i",
};

STATEMENTS(handover, &ADD, &LOAD, &LIST, &OVER, &UNLISTED, &COUNTS, &SET_STATE, &SET_ERROR,
           &SET_LISTED, &ITEM_ADD, &ITEM_STORE, &ITEM_LOAD, &ITEM_OPEN, &ITEMS, &ITEMS_OF,
           &STOP_ITEMS, &RETRY_ITEMS, &DUE, &DUE_ITEMS, &ERASED_ITEMS, &CANDIDATES, &GROUPS,
           &PERSON, &DEPARTMENT);

static int64_t null_if_zero(int64_t v)
{
    return v == 0 ? DB_NULL : v;
}

static enum handover_state state_of(struct str word)
{
    int i = 0;
    while (i < HANDOVER_STATES && !str_eq(word, str_from(handover_state_names[i])))
        i++;
    assert(i < HANDOVER_STATES); /* the schema's CHECK lets no other in */
    return (enum handover_state)i;
}

static struct str kind_of(bool group)
{
    return group ? STR("group") : STR("customer");
}

/* ---- hand-overs ---- */

enum rc handover_add(struct tx *tx, struct handover *h, struct err *e)
{
    assert(tx_is_writing(tx));
    h->id = tx_id(tx);
    h->created_s = tx_now_s(tx);
    return tx_exec(tx, &ADD, e, h->id, h->from_staff_id, h->kind, h->rule, h->heirs, h->expression,
                   h->message, h->reason, null_if_zero(h->account_id), h->created_s);
}

static void read_one(const struct rows *r, struct arena *a, struct handover *out)
{
    *out = (struct handover){
        .id = rows_int(r, 0),
        .from_staff_id = rows_int(r, 1),
        .kind = rows_copy(r, 2, a),
        .rule = rows_copy(r, 3, a),
        .heirs = rows_copy(r, 4, a),
        .expression = rows_copy(r, 5, a),
        .message = rows_copy(r, 6, a),
        .reason = rows_copy(r, 7, a),
        .state = rows_copy(r, 8, a),
        .listed_s = rows_known(r, 9),
        .unknown = rows_int(r, 10),
        .error = rows_copy(r, 11, a),
        .account_id = rows_int(r, 12),
        .created_s = rows_int(r, 13),
        .ended_s = rows_known(r, 14),
        .from_staff = rows_copy(r, 15, a),
        .from_userid = rows_copy(r, 16, a),
        .account = rows_copy(r, 17, a),
    };
}

static enum rc read_counts(struct tx *tx, struct handover *h, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &COUNTS, &r, e, h->id);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        h->counts[str_eq(rows_str(r, 0), STR("group"))][state_of(rows_str(r, 1))] = rows_int(r, 2);
    return rows_end(r, e);
}

static enum rc read_all(struct tx *tx, struct rows *r, struct handover **out, size_t *out_n,
                        struct err *e)
{
    struct handover *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        read_one(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    enum rc rc = rows_end(r, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = read_counts(tx, &list[i], e);
    *out = list;
    *out_n = n;
    return rc;
}

enum rc handover_load(struct tx *tx, int64_t scope_account, int64_t id, struct handover *out,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &LOAD, &r, e, scope_account, id);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "handover_unknown", "handover_id", "没有这次继承",
                "there is no such hand-over");
        err_hint(e, "请从继承列表中选择", "choose one of the list of hand-overs");
    }
    if (rc != RC_OK)
        return rc;
    read_one(r, tx_arena(tx), out);
    rc = rows_end(r, e);
    return rc == RC_OK ? read_counts(tx, out, e) : rc;
}

enum rc handover_list(struct tx *tx, int64_t scope_account, struct str state, int64_t from_staff_id,
                      int64_t before_id, int64_t limit, struct handover **out, size_t *out_n,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &LIST, &r, e, scope_account, str_empty(state) ? STR_ABSENT : state,
                          from_staff_id, before_id, limit);
    return rc == RC_OK ? read_all(tx, r, out, out_n, e) : rc;
}

enum rc handover_set_state(struct tx *tx, int64_t id, const char *state, struct err *e)
{
    assert(tx_is_writing(tx));
    bool runs = str_eq(str_from(state), STR("running"));
    return tx_exec(tx, &SET_STATE, e, id, str_from(state), runs ? DB_NULL : tx_now_s(tx));
}

enum rc handover_set_error(struct tx *tx, int64_t id, struct str error, struct err *e)
{
    return tx_exec(tx, &SET_ERROR, e, id, error);
}

enum rc handover_set_listed(struct tx *tx, int64_t id, int64_t unknown, struct err *e)
{
    return tx_exec(tx, &SET_LISTED, e, id, tx_now_s(tx), unknown);
}

enum rc handover_over(struct tx *tx, int64_t making_before_s, struct handover **out, size_t *out_n,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_exec(tx, &ERASED_ITEMS, e, tx_now_s(tx));
    if (rc == RC_OK)
        rc = tx_query(tx, &OVER, &r, e, making_before_s);
    return rc == RC_OK ? read_all(tx, r, out, out_n, e) : rc;
}

static enum rc read_ids(struct tx *tx, struct rows *r, int64_t **out, size_t *out_n, struct err *e)
{
    int64_t *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = rows_int(r, 0);
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc handover_unlisted(struct tx *tx, int64_t **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &UNLISTED, &r, e);
    return rc == RC_OK ? read_ids(tx, r, out, out_n, e) : rc;
}

/* ---- items ---- */

enum rc handover_item_add(struct tx *tx, struct handover_item *i, struct err *e)
{
    assert(tx_is_writing(tx) && i->handover_id > 0 && i->staff_id > 0);
    i->id = tx_id(tx);
    i->state = HANDOVER_WAITING;
    i->due_s = i->changed_s = tx_now_s(tx);
    return tx_exec(tx, &ITEM_ADD, e, i->id, i->handover_id, kind_of(i->group), i->object_id,
                   i->staff_id, i->due_s);
}

enum rc handover_item_store(struct tx *tx, struct handover_item *i, enum handover_state state,
                            struct err *e)
{
    assert(tx_is_writing(tx) && i->id > 0);
    assert((i->due_s == DB_NULL) == (state >= HANDOVER_ACCEPTED));
    if (state != i->state)
        i->changed_s = tx_now_s(tx);
    i->state = state;
    return tx_exec(tx, &ITEM_STORE, e, i->id, str_from(handover_state_names[state]), i->code,
                   i->tries, i->refusals, i->asked_s, i->due_s, i->changed_s);
}

static void read_item(const struct rows *r, struct arena *a, struct handover_item *out)
{
    *out = (struct handover_item){
        .id = rows_int(r, 0),
        .handover_id = rows_int(r, 1),
        .group = str_eq(rows_str(r, 2), STR("group")),
        .object_id = rows_int(r, 3),
        .staff_id = rows_int(r, 4),
        .state = state_of(rows_str(r, 5)),
        .code = rows_copy(r, 6, a),
        .tries = rows_int(r, 7),
        .refusals = rows_int(r, 8),
        .asked_s = rows_known(r, 9),
        .due_s = rows_known(r, 10),
        .changed_s = rows_int(r, 11),
        .external_id = rows_copy(r, 12, a),
        .root_id = rows_int(r, 13),
        .name = rows_copy(r, 14, a),
        .staff = rows_copy(r, 15, a),
    };
}

static enum rc read_items(struct tx *tx, struct rows *r, struct handover_item **out, size_t *out_n,
                          struct err *e)
{
    struct handover_item *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        read_item(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc handover_items(struct tx *tx, int64_t scope_account, int64_t handover_id, struct str state,
                       int64_t after, int64_t limit, struct handover_item **out, size_t *out_n,
                       struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ITEMS, &r, e, scope_account, handover_id,
                          str_empty(state) ? STR_ABSENT : state, after, limit);
    return rc == RC_OK ? read_items(tx, r, out, out_n, e) : rc;
}

enum rc handover_items_of(struct tx *tx, int64_t root_id, int64_t limit, struct handover_item **out,
                          size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ITEMS_OF, &r, e, root_id, limit);
    return rc == RC_OK ? read_items(tx, r, out, out_n, e) : rc;
}

enum rc handover_stop_items(struct tx *tx, int64_t handover_id, int64_t *out, struct err *e)
{
    enum rc rc = tx_exec(tx, &STOP_ITEMS, e, handover_id, tx_now_s(tx), HANDOVER_AT_ONCE);
    *out = rc == RC_OK ? tx_changes(tx) : 0;
    return rc;
}

enum rc handover_retry_items(struct tx *tx, int64_t handover_id, int64_t *out, struct err *e)
{
    enum rc rc = tx_exec(tx, &RETRY_ITEMS, e, handover_id, tx_now_s(tx), HANDOVER_AT_ONCE);
    *out = rc == RC_OK ? tx_changes(tx) : 0;
    return rc;
}

static enum rc found(struct tx *tx, struct rows *r, struct handover_item *out, struct err *e)
{
    read_item(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc handover_item_load(struct tx *tx, int64_t id, struct handover_item *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &ITEM_LOAD, &r, e, id);
    return rc == RC_OK ? found(tx, r, out, e) : rc;
}

enum rc handover_item_open(struct tx *tx, int64_t customer_id, int64_t staff_id,
                           struct handover_item *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &ITEM_OPEN, &r, e, customer_id, staff_id);
    return rc == RC_OK ? found(tx, r, out, e) : rc;
}

/* ---- what is due ---- */

enum rc handover_due(struct tx *tx, int64_t now_s, struct handover_due **out, size_t *out_n,
                     struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &DUE, &r, e, now_s, HANDOVER_GROUPS_DUE);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct handover_due *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct handover_due){
            .handover_id = rows_int(r, 0),
            .staff_id = rows_int(r, 1),
            .group = str_eq(rows_str(r, 2), STR("group")),
            .ask = rows_int(r, 3) != 0,
            .onjob = str_eq(rows_str(r, 4), STR("onjob")),
            .from_userid = rows_copy(r, 5, a),
            .userid = rows_copy(r, 6, a),
            .message = rows_copy(r, 7, a),
            .account_id = rows_int(r, 8),
            .from_staff_id = rows_int(r, 9),
            .reason = rows_copy(r, 10, a),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc handover_due_items(struct tx *tx, const struct handover_due *d, int64_t now_s,
                           int64_t limit, struct handover_item **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &DUE_ITEMS, &r, e, d->handover_id, d->staff_id, kind_of(d->group),
                          d->ask ? 1 : 0, now_s, limit);
    return rc == RC_OK ? read_items(tx, r, out, out_n, e) : rc;
}

/* ---- before one begins ---- */

enum rc handover_candidates(struct tx *tx, int64_t staff_id, int64_t since_s,
                            struct handover_candidate **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CANDIDATES, &r, e, staff_id, since_s);
    if (rc != RC_OK)
        return rc;
    struct handover_candidate *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct handover_candidate){
            .customer_id = rows_int(r, 0),
            .root_id = rows_int(r, 1),
            .told = rows_int(r, 2) != 0,
            .friend = rows_int(r, 3) != 0,
            .open = rows_int(r, 4) != 0,
            .passed = rows_int(r, 5),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc handover_groups(struct tx *tx, int64_t staff_id, struct handover_group **out, size_t *out_n,
                        struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &GROUPS, &r, e, staff_id);
    if (rc != RC_OK)
        return rc;
    struct handover_group *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct handover_group){.id = rows_int(r, 0), .open = rows_int(r, 1) != 0};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc handover_person(struct tx *tx, int64_t scope_account, int64_t staff_id,
                        struct handover_person *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &PERSON, &r, e, scope_account, staff_id);
    if (rc != RC_OK)
        return rc;
    *out = (struct handover_person){
        .id = rows_int(r, 0),
        .active = rows_int(r, 1) != 0,
        .visible = rows_int(r, 2) != 0,
        .name = rows_copy(r, 3, tx_arena(tx)),
        .userid = rows_copy(r, 4, tx_arena(tx)),
        .department_id = rows_int(r, 5),
        .left_s = rows_known(r, 6),
        .friends = rows_int(r, 7),
    };
    return rows_end(r, e);
}

enum rc handover_department(struct tx *tx, int64_t department_id, int64_t **out, size_t *out_n,
                            struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &DEPARTMENT, &r, e, department_id);
    return rc == RC_OK ? read_ids(tx, r, out, out_n, e) : rc;
}

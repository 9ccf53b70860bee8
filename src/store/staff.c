/* staff.c — the directory. Some thousand rows at most, so lists read it whole and cut by scope; the
 * number of customers is counted for the page alone, by index.
 */
#include "store/staff.h"

#include "store/like.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql DEPARTMENT_LIST = {
    .text = "SELECT d.id, coalesce(d.parent_id, 0), d.name, d.kind, d.city, d.position,"
            " (SELECT count(*) FROM staff s WHERE s.department_id = d.id AND s.status = 'active')"
            " FROM department d /*scan*/ ORDER BY d.position, d.id",
    .out = "iissSii",
};
static const struct sql STAFF_LIST = {
    .text =
        "SELECT s.id, s.userid, s.name, s.title, s.status, coalesce(s.department_id, 0), d.name,"
        " s.joined_s, (SELECT count(*) FROM relation r WHERE r.staff_id = s.id AND r.deleted_s IS "
        "NULL)"
        " FROM staff s /*scan*/ LEFT JOIN department d ON d.id = s.department_id"
        " WHERE ($1 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $1"
        " AND a.staff_id = s.id))"
        " AND ($2 IS NULL OR lower(s.name) LIKE $2 ESCAPE '\\' OR lower(s.userid) LIKE $2 ESCAPE "
        "'\\')"
        " AND ($3 = 0 OR EXISTS (SELECT 1 FROM department_above b"
        " WHERE b.department_id = s.department_id AND b.above_id = $3))"
        " AND ($4 IS NULL OR s.status = $4)"
        " AND ($5 IS NULL OR s.name > $5 OR (s.name = $5 AND s.id > $6))"
        " ORDER BY s.name, s.id LIMIT $7",
    .in = "iSiSSii",
    .out = "issSsiSIi",
};

STATEMENTS(staff, &DEPARTMENT_LIST, &STAFF_LIST);

enum rc department_list(struct tx *tx, struct department **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &DEPARTMENT_LIST, &r, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct department *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct department){
            .id = rows_int(r, 0),
            .parent_id = rows_int(r, 1),
            .name = rows_copy(r, 2, a),
            .kind = rows_copy(r, 3, a),
            .city = rows_copy(r, 4, a),
            .position = rows_int(r, 5),
            .staff = rows_int(r, 6),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc staff_list(struct tx *tx, const struct staff_filter *f, struct str after_name,
                   int64_t after_id, int64_t limit, struct staff **out, size_t *out_n,
                   struct err *e)
{
    assert(limit > 0);
    struct rows *r;
    struct str like = str_empty(f->q) ? STR_ABSENT : like_part(tx_arena(tx), f->q);
    enum rc rc =
        tx_query(tx, &STAFF_LIST, &r, e, f->scope_account, like, f->department_id,
                 str_empty(f->status) ? STR_ABSENT : f->status, after_name, after_id, limit);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct staff *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct staff){
            .id = rows_int(r, 0),
            .userid = rows_copy(r, 1, a),
            .name = rows_copy(r, 2, a),
            .title = rows_copy(r, 3, a),
            .status = rows_copy(r, 4, a),
            .department_id = rows_int(r, 5),
            .department = rows_copy(r, 6, a),
            .joined_s = rows_null(r, 7) ? DB_NULL : rows_int(r, 7),
            .customers = rows_int(r, 8),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* staff.c — the directory. Some thousand rows at most, so lists read it whole and cut by scope; the
 * number of customers is counted for the page alone, by index.
 */
#include "store/staff.h"

#include "store/job.h"
#include "store/like.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

enum { US_PER_S = 1000000 };

static const struct sql DEPARTMENT_LIST = {
    .text = "SELECT d.id, coalesce(d.parent_id, 0), d.name, d.kind, d.city, d.position,"
            " (SELECT count(*) FROM staff s WHERE s.department_id = d.id AND s.status = 'active')"
            " FROM department d /*scan*/ ORDER BY d.position, d.id",
    .out = "iissSii",
};
/* Of the newest sync, which is $8: rows of an older one are gone or are no answer any more. */
#define TOLD                                                                                       \
    "CASE WHEN f.state = 'failed' OR m.state = 'failed' THEN 'refused'"                            \
    " WHEN f.state = 'outside' OR m.state = 'outside' THEN 'outside'"                              \
    " WHEN f.state = 'waiting' THEN 'waiting'"                                                     \
    " WHEN f.state IS NOT NULL OR m.state IS NOT NULL THEN 'told' ELSE 'unknown' END"
static const struct sql STAFF_LIST = {
    .text =
        "SELECT s.id, s.userid, s.name, s.title, s.status, coalesce(s.department_id, 0), d.name,"
        " s.joined_s, s.left_s, (SELECT count(*) FROM relation r WHERE r.staff_id = s.id"
        " AND r.deleted_s IS NULL), (SELECT count(*) FROM chat_group g WHERE g.owner_id = s.id"
        " AND g.dismissed_s IS NULL), (SELECT count(*) FROM binding b WHERE b.staff_id = s.id),"
        " " TOLD ", coalesce(f.error, m.error), (SELECT j.created_us FROM job j WHERE j.id = $8)"
        " FROM staff s /*scan*/ LEFT JOIN department d ON d.id = s.department_id"
        " LEFT JOIN wecom_sync_item f ON f.job_id = $8 AND f.kind = 'follow' AND f.ref = s.userid"
        " LEFT JOIN wecom_sync_item m ON m.job_id = $8 AND m.kind = 'member' AND m.ref = s.userid"
        " WHERE ($1 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $1"
        " AND a.staff_id = s.id))"
        " AND ($2 IS NULL OR lower(s.name) LIKE $2 ESCAPE '\\' OR lower(s.userid) LIKE $2 ESCAPE "
        "'\\')"
        " AND ($3 = 0 OR EXISTS (SELECT 1 FROM department_above b"
        " WHERE b.department_id = s.department_id AND b.above_id = $3))"
        " AND ($4 IS NULL OR s.status = $4)"
        " AND ($5 IS NULL OR s.name > $5 OR (s.name = $5 AND s.id > $6))"
        " AND ($9 IS NULL OR " TOLD " = $9) AND ($10 = 0 OR s.id = $10)"
        " ORDER BY s.name, s.id LIMIT $7",
    .in = "iSiSSiiiSi",
    .out = "issSsiSIIiiisSI",
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
    struct job_row *sync = NULL;
    size_t syncs = 0;
    enum rc rc = job_row_of_kind(tx, STR("wecom_sync"), 1, &sync, &syncs, e);
    if (rc == RC_OK)
        rc = tx_query(tx, &STAFF_LIST, &r, e, f->scope_account, like, f->department_id,
                      str_empty(f->status) ? STR_ABSENT : f->status, after_name, after_id, limit,
                      syncs > 0 ? sync->id : 0, str_empty(f->told) ? STR_ABSENT : f->told,
                      f->staff_id);
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
            .joined_s = rows_known(r, 7),
            .left_s = rows_known(r, 8),
            .customers = rows_int(r, 9),
            .groups = rows_int(r, 10),
            .bound = rows_int(r, 11),
            .told = rows_copy(r, 12, a),
            .told_error = rows_copy(r, 13, a),
            .told_s = !str_eq(rows_str(r, 12), STR("told")) || rows_null(r, 14)
                          ? DB_NULL
                          : rows_int(r, 14) / US_PER_S,
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

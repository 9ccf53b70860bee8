/* department.c — the corp's tree. What is above what is worked out in memory from the parents, a
 * walk of at most n steps each, and compared with the table, which is read in the same order: so a
 * move writes the rows of those moved, and nothing else. A corp has some thousand departments at
 * most; 1,000 of depth six are 2 ms.
 */
#include "store/department.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>
#include <stdlib.h>

static const struct sql ROWS = {
    .text = "SELECT id, coalesce(parent_id, 0), name, external_id, position FROM department"
            " /*scan*/ ORDER BY id",
    .out = "iisSi",
};
static const struct sql STORE = {
    .text = "UPDATE department SET parent_id = $2, name = $3, external_id = $4, position = $5"
            " WHERE id = $1",
    .in = "iIsSi",
};
static const struct sql CHILDREN_UP = {
    .text = "UPDATE department SET parent_id = $2 WHERE parent_id = $1",
    .in = "iI",
};
static const struct sql STAFF_UP = {
    .text = "UPDATE staff SET department_id = $2 WHERE department_id = $1",
    .in = "iI",
};
static const struct sql GO_BELOW = {
    .text = "DELETE FROM department_above WHERE department_id = $1",
    .in = "i",
};
static const struct sql GO_ABOVE = {
    .text = "DELETE FROM department_above WHERE above_id = $1",
    .in = "i",
};
static const struct sql GO = {.text = "DELETE FROM department WHERE id = $1", .in = "i"};
static const struct sql ABOVE = {
    .text = "SELECT department_id, above_id FROM department_above /*scan*/"
            " ORDER BY department_id, above_id",
    .out = "ii",
};
static const struct sql ABOVE_ADD = {
    .text = "INSERT INTO department_above (department_id, above_id) VALUES ($1, $2)",
    .in = "ii",
};
static const struct sql ABOVE_GO = {
    .text = "DELETE FROM department_above WHERE department_id = $1 AND above_id = $2",
    .in = "ii",
};

STATEMENTS(department, &ROWS, &STORE, &CHILDREN_UP, &STAFF_UP, &GO_BELOW, &GO_ABOVE, &GO, &ABOVE,
           &ABOVE_ADD, &ABOVE_GO);

enum rc department_rows(struct tx *tx, struct department_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ROWS, &r, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct department_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct department_row){
            .id = rows_int(r, 0),
            .parent_id = rows_int(r, 1),
            .name = rows_copy(r, 2, a),
            .external_id = rows_copy(r, 3, a),
            .position = rows_int(r, 4),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

static int64_t none_if_zero(int64_t id)
{
    return id == 0 ? DB_NULL : id;
}

enum rc department_store(struct tx *tx, const struct department_row *row, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &STORE, e, row->id, none_if_zero(row->parent_id), row->name,
                   row->external_id, row->position);
}

enum rc department_remove(struct tx *tx, const struct department_row *row, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &CHILDREN_UP, e, row->id, none_if_zero(row->parent_id));
    if (rc == RC_OK)
        rc = tx_exec(tx, &STAFF_UP, e, row->id, none_if_zero(row->parent_id));
    if (rc == RC_OK)
        rc = tx_exec(tx, &GO_BELOW, e, row->id);
    if (rc == RC_OK)
        rc = tx_exec(tx, &GO_ABOVE, e, row->id);
    return rc == RC_OK ? tx_exec(tx, &GO, e, row->id) : rc;
}

/* ---- what is above what ---- */

struct above {
    int64_t department_id, above_id;
};

static int by_pair(const void *a, const void *b)
{
    const struct above *x = a, *y = b;
    int order = ids_compare(&x->department_id, &y->department_id);
    return order != 0 ? order : ids_compare(&x->above_id, &y->above_id);
}

static const struct department_row *row_of(const struct department_row *rows, size_t n, int64_t id)
{
    return n == 0 ? NULL : bsearch(&id, rows, n, sizeof *rows, ids_compare); /* id comes first */
}

/* The pairs that the parents say, sorted. */
static enum rc wanted(struct tx *tx, const struct department_row *rows, size_t n,
                      struct above **out, size_t *out_n, struct err *e)
{
    struct above *list = NULL;
    size_t m = 0;
    size_t room = 0;
    for (size_t i = 0; i < n; i++) {
        size_t steps = 0;
        for (const struct department_row *at = &rows[i]; at != NULL && steps <= n;
             at = row_of(rows, n, at->parent_id), steps++)
            *LIST_ADD(tx_arena(tx), list, m, room) = (struct above){rows[i].id, at->id};
        if (steps <= n)
            continue;
        err_set(e, RC_INVALID, "department_cycle", "parentid",
                "部门“" STR_FMT "”的上级绕了一圈又回到它自己",
                "the parents of department \"" STR_FMT "\" lead back to itself",
                STR_ARG(rows[i].name));
        err_hint(e, "请重新同步全部部门", "sync all departments again");
        return RC_INVALID;
    }
    if (m > 1)
        qsort(list, m, sizeof *list, by_pair);
    *out = list;
    *out_n = m;
    return RC_OK;
}

static enum rc kept(struct tx *tx, struct above **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ABOVE, &r, e);
    if (rc != RC_OK)
        return rc;
    struct above *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct above){rows_int(r, 0), rows_int(r, 1)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc department_close_above(struct tx *tx, int64_t *out_changed, struct err *e)
{
    struct department_row *rows = NULL;
    struct above *want = NULL, *have = NULL;
    size_t n = 0, want_n = 0, have_n = 0, i = 0, j = 0;
    int64_t changed = 0;
    enum rc rc = department_rows(tx, &rows, &n, e);
    if (rc == RC_OK)
        rc = wanted(tx, rows, n, &want, &want_n, e);
    if (rc == RC_OK)
        rc = kept(tx, &have, &have_n, e);
    while (rc == RC_OK && (i < want_n || j < have_n)) {
        int order = i == want_n ? 1 : j == have_n ? -1 : by_pair(&want[i], &have[j]);
        if (order < 0)
            rc = tx_exec(tx, &ABOVE_ADD, e, want[i].department_id, want[i].above_id);
        else if (order > 0)
            rc = tx_exec(tx, &ABOVE_GO, e, have[j].department_id, have[j].above_id);
        i += order <= 0;
        j += order >= 0;
        changed += order != 0;
    }
    if (rc == RC_OK)
        *out_changed = changed;
    return rc;
}

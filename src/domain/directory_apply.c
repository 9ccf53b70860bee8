/* directory_apply.c — the corp's tree and people, kept to what was told.
 *
 * Departments are compared in memory with the whole tree: children may be told before their
 * parents, so all are made first and hung up afterwards; then what is above what is made true.
 * A member of staff belongs to one department here, the main one. Who sees whose customers follows
 * from both, so it is worked out again when one of them changed. Costs two probes a member.
 */
#include "domain/directory_apply.h"

#include "store/account.h"
#include "store/department.h"
#include "store/directory.h"

#include <assert.h>

/* ---- departments ---- */

struct tree {
    struct tx *tx;
    struct department_row *rows;
    size_t n;
};

static struct department_row *find(const struct tree *t, struct str id)
{
    for (size_t i = 0; i < t->n && !str_empty(id); i++)
        if (str_eq(t->rows[i].external_id, id))
            return &t->rows[i];
    return NULL;
}

/* The larger comes first with them, the smaller with us. */
static int64_t position_of(int64_t order)
{
    return -order;
}

static enum rc make_new(struct tree *t, const struct told_department *told, size_t n,
                        struct directory_applied *out, struct err *e)
{
    enum rc rc = RC_OK;
    int64_t before = out->added;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        bool twice = false;
        for (size_t j = 0; j < i; j++)
            twice = twice || str_eq(told[j].id, told[i].id);
        if (twice || find(t, told[i].id) != NULL)
            continue;
        int64_t id;
        struct department_new fresh = {
            .name = str_empty(told[i].name) ? told[i].id : told[i].name,
            .kind = STR("office"),
            .external_id = told[i].id,
            .position = position_of(told[i].order),
        };
        rc = directory_add_department(t->tx, &fresh, &id, e);
        out->added++;
    }
    return rc == RC_OK && out->added > before ? department_rows(t->tx, &t->rows, &t->n, e) : rc;
}

static enum rc keep(struct tree *t, const struct told_department *told,
                    struct directory_applied *out, struct err *e)
{
    struct department_row *row = find(t, told->id);
    assert(row != NULL);
    const struct department_row *parent = find(t, told->parent_id);
    struct department_row now = *row;
    if (!str_empty(told->name))
        now.name = told->name;
    now.position = position_of(told->order);
    if (!str_absent(told->parent_id))
        now.parent_id = parent == NULL ? 0 : parent->id;
    if (str_eq(now.name, row->name) && now.position == row->position &&
        now.parent_id == row->parent_id)
        return RC_OK;
    *row = now;
    out->changed++;
    return department_store(t->tx, row, e);
}

static bool told_of(const struct told_department *told, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(told[i].id, id))
            return true;
    return false;
}

/* From the rows as they stand now, since the parent may have gone before. */
static enum rc remove_one(struct tree *t, struct str id, struct directory_applied *out,
                          struct err *e)
{
    struct department_row *row = find(t, id);
    if (row == NULL)
        return RC_OK;
    out->removed++;
    enum rc rc = department_remove(t->tx, row, e);
    return rc == RC_OK ? department_rows(t->tx, &t->rows, &t->n, e) : rc;
}

static enum rc make_true(struct tx *tx, struct err *e)
{
    int64_t moved;
    enum rc rc = department_close_above(tx, &moved, e);
    return rc == RC_OK && moved > 0 ? account_scope_refresh(tx, 0, e) : rc;
}

enum rc directory_apply_departments(struct tx *tx, const struct told_department *told, size_t n,
                                    bool complete, struct directory_applied *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct tree t = {.tx = tx};
    struct department_row *before;
    enum rc rc = department_rows(tx, &t.rows, &t.n, e);
    if (rc == RC_OK)
        rc = make_new(&t, told, n, out, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = keep(&t, &told[i], out, e);
    before = t.rows;
    size_t before_n = t.n;
    for (size_t i = 0; rc == RC_OK && complete && i < before_n; i++)
        if (!str_absent(before[i].external_id) && !told_of(told, n, before[i].external_id))
            rc = remove_one(&t, before[i].external_id, out, e);
    return rc == RC_OK ? make_true(tx, e) : rc;
}

enum rc directory_apply_department_gone(struct tx *tx, struct str id, struct directory_applied *out,
                                        struct err *e)
{
    assert(tx_is_writing(tx));
    struct tree t = {.tx = tx};
    enum rc rc = department_rows(tx, &t.rows, &t.n, e);
    if (rc == RC_OK)
        rc = remove_one(&t, id, out, e);
    return rc == RC_OK ? make_true(tx, e) : rc;
}

/* ---- staff ---- */

/* The main one, else the first that is known; 0: none. */
static int64_t department_of(const struct tree *t, const struct told_staff *told)
{
    const struct department_row *row = find(t, told->main_department);
    for (size_t i = 0; row == NULL && i < told->departments_n; i++)
        row = find(t, told->departments[i]);
    return row == NULL ? 0 : row->id;
}

static bool same_text(struct str a, struct str b)
{
    return str_eq(a, b) || (str_empty(a) && str_empty(b));
}

static enum rc keep_staff(struct tree *t, const struct told_staff *told, int64_t at_s,
                          struct directory_applied *out, struct err *e)
{
    struct staff_row row;
    enum rc rc = directory_find_staff(t->tx, told->userid, &row, e);
    bool fresh = rc == RC_NOT_FOUND;
    if (fresh) {
        out->added++;
        rc = directory_staff_of(t->tx, told->userid, &row.id, e);
        if (rc == RC_OK)
            rc = directory_find_staff(t->tx, told->userid, &row, e);
    }
    if (rc != RC_OK)
        return rc;
    struct staff_row now = row;
    if (!str_empty(told->name))
        now.name = told->name;
    if (!str_absent(told->position))
        now.title = str_empty(told->position) ? STR_ABSENT : told->position;
    if (!str_empty(told->main_department) || told->departments_n > 0)
        now.department_id = department_of(t, told);
    if (told->status != 0)
        now.left = told->status == TOLD_STAFF_LEFT;
    if (now.left != row.left)
        now.left_s = now.left ? at_s : DB_NULL;
    if (str_eq(now.name, row.name) && same_text(now.title, row.title) &&
        now.department_id == row.department_id && now.left == row.left)
        return RC_OK;
    out->changed += !fresh;
    return directory_store_staff(t->tx, &now, e);
}

enum rc directory_apply_staff_gone(struct tx *tx, struct str userid, int64_t at_s,
                                   struct directory_applied *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct staff_row row;
    enum rc rc = directory_find_staff(tx, userid, &row, e);
    if (rc != RC_OK || row.left)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    row.left = true;
    row.left_s = at_s;
    out->removed++;
    return directory_store_staff(tx, &row, e);
}

static enum rc mark_missing(struct tx *tx, const struct told_staff *told, size_t n, int64_t at_s,
                            struct directory_applied *out, struct err *e)
{
    struct str *userids = NULL;
    size_t m = 0;
    enum rc rc = directory_userids(tx, &userids, &m, e);
    for (size_t i = 0; rc == RC_OK && i < m; i++) {
        bool there = false;
        for (size_t j = 0; j < n && !there; j++)
            there = str_eq(told[j].userid, userids[i]);
        if (!there)
            rc = directory_apply_staff_gone(tx, userids[i], at_s, out, e);
    }
    return rc;
}

enum rc directory_apply_staff(struct tx *tx, const struct told_staff *told, size_t n, bool complete,
                              int64_t at_s, struct directory_applied *out, struct err *e)
{
    assert(tx_is_writing(tx));
    struct tree t = {.tx = tx};
    struct directory_applied before = *out;
    enum rc rc = department_rows(tx, &t.rows, &t.n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = keep_staff(&t, &told[i], at_s, out, e);
    if (rc == RC_OK && complete)
        rc = mark_missing(tx, told, n, at_s, out, e);
    bool any = out->added > before.added || out->changed > before.changed;
    return rc == RC_OK && any ? account_scope_refresh(tx, 0, e) : rc;
}

enum rc directory_apply_renamed(struct tx *tx, struct str userid, struct str now,
                                struct directory_applied *out, struct err *e)
{
    assert(tx_is_writing(tx) && !str_empty(now));
    struct staff_row row;
    enum rc rc = directory_find_staff(tx, userid, &row, e);
    if (rc != RC_OK || str_eq(userid, now))
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    out->changed++;
    return directory_rename_staff(tx, row.id, now, e);
}

enum rc directory_staff_of(struct tx *tx, struct str userid, int64_t *out, struct err *e)
{
    struct staff_row row = {0};
    if (str_empty(userid)) {
        *out = 0;
        return RC_OK;
    }
    enum rc rc = directory_find_staff(tx, userid, &row, e);
    if (rc == RC_NOT_FOUND) {
        struct staff_new fresh = {.userid = userid, .name = userid, .joined_s = DB_NULL};
        rc = directory_add_staff(tx, &fresh, &row.id, e);
    }
    if (rc == RC_OK)
        *out = row.id;
    return rc;
}

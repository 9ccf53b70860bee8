/* sync_directory.c — who serves customers, the tree, and the members of each department.
 *
 * An app is told what is in its visible range and nothing of the rest, so what a list does not tell
 * may still be there: each of those is asked about by itself, and is gone only where WeCom says
 * that there is no such one (60003 and 60123 for a department, 60111 for a member). Costs a call
 * for each department, and one for each member or department that Koi knows and no list tells.
 */
#include "connect/wecom/sync_part.h"

#include "base/clock.h"
#include "connect/wecom/reply_directory.h"
#include "domain/directory_apply.h"
#include "store/department.h"

#include <string.h>

enum { CHUNK = 100 /* userids that batch/get_by_user takes */, ROWS = 200, REST = 100 };

/* ---- who serves customers ---- */

struct follow {
    const struct str *ids;
    size_t n, from;
};

/* They are made members of staff too, so that those whom no department tells are asked about. */
static enum rc write_follow(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                            struct err *e)
{
    struct follow *f = arg;
    size_t to = f->from + ROWS < f->n ? f->from + ROWS : f->n;
    enum rc rc = RC_OK;
    int64_t staff_id;
    for (size_t i = f->from; rc == RC_OK && i < to; i++) {
        rc = sync_item_add(tx, job_id(s->job), SYNC_FOLLOW, f->ids[i], (int64_t)(i / CHUNK), e);
        if (rc == RC_OK)
            rc = directory_staff_of(tx, f->ids[i], &staff_id, e);
    }
    if (rc != RC_OK || to < f->n)
        return rc;
    rc = sync_items_count(tx, job_id(s->job), SYNC_FOLLOW, &next->staff, e);
    next->chunks = (int64_t)((f->n + CHUNK - 1) / CHUNK);
    sync_place_next_stage(next);
    return rc;
}

static enum rc drop_follow(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                           struct err *e)
{
    (void)next;
    return sync_items_clear(tx, job_id(s->job), true, 2 * ROWS, arg, e);
}

/* The list is written in several closures: a step that was cut short begins it anew. */
enum rc sync_follow_step(struct sync *s, struct err *e)
{
    struct arena a;
    struct wecom_page page;
    struct follow f = {0};
    bool more = true;
    arena_init(&a, 0);
    enum rc rc = sync_ask(s, "externalcontact/get_follow_user_list", NULL, STR_ABSENT, SYNC_ALL, &a,
                          &page, e);
    if (rc == RC_OK)
        rc = reply_ids(page.reply, "follow_user", &a, &f.ids, &f.n, e);
    while (rc == RC_OK && more)
        rc = sync_write(s, drop_follow, &more, e);
    do {
        if (rc == RC_OK)
            rc = sync_write(s, write_follow, &f, e);
        f.from += ROWS;
    } while (rc == RC_OK && f.from < f.n);
    arena_done(&a);
    return rc;
}

/* ---- departments ---- */

struct tree {
    struct told_department *told;
    size_t n, from;
    struct str gone;
};

static enum rc write_tree(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                          struct err *e)
{
    const struct tree *t = arg;
    struct directory_applied out = {0};
    (void)s;
    enum rc rc = directory_apply_departments(tx, t->told, t->n, false, &out, e);
    next->staff_changed += out.added + out.changed;
    return rc;
}

static enum rc write_tree_gone(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                               struct err *e)
{
    const struct tree *t = arg;
    struct directory_applied out = {0};
    (void)s;
    enum rc rc = directory_apply_department_gone(tx, t->gone, &out, e);
    next->staff_changed += out.removed;
    return rc;
}

static enum rc write_to_do(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                           struct err *e)
{
    const struct tree *t = arg;
    size_t to = t->from + ROWS < t->n ? t->from + ROWS : t->n;
    enum rc rc = RC_OK;
    for (size_t i = t->from; rc == RC_OK && i < to; i++)
        rc = sync_item_add(tx, job_id(s->job), SYNC_DEPARTMENT, t->told[i].id, 0, e);
    if (rc == RC_OK && to == t->n) {
        next->departments = (int64_t)t->n;
        sync_place_next_stage(next);
    }
    return rc;
}

static bool is_told(const struct tree *t, struct str id)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_eq(t->told[i].id, id))
            return true;
    return false;
}

/* A department that the list does not tell. */
static enum rc ask_department(struct sync *s, struct tree *t, struct str id, struct err *e)
{
    struct arena a;
    struct wecom_page page;
    const struct json_value *fields;
    int64_t number;
    if (!str_to_i64(id, &number))
        return RC_OK; /* no id of WeCom's */
    arena_init(&a, 0);
    enum rc rc = sync_request("department/get", "id", STR_ABSENT, number, &a, &fields, e);
    if (rc == RC_OK)
        rc = sync_ask(s, "department/get", fields, STR_ABSENT, SYNC_ONE, &a, &page, e);
    if (rc != RC_OK && s->refused) {
        bool gone = strcmp(e->code, "wecom_60003") == 0 || strcmp(e->code, "wecom_60123") == 0;
        *e = ERR_INIT;
        t->gone = id;
        rc = gone ? sync_write(s, write_tree_gone, t, e) : RC_OK;
    }
    arena_done(&a);
    return rc;
}

static enum rc ask_rest(struct sync *s, struct tree *t, struct err *e)
{
    struct tx *tx;
    struct department_row *rows = NULL;
    size_t n = 0;
    struct arena a;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    arena_init(&a, 0);
    rc = department_rows(tx, &rows, &n, e);
    struct str *ids = ARENA_ARRAY(&a, struct str, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        ids[i] = arena_str(&a, rows[i].external_id);
    db_read_end(tx);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (!str_empty(ids[i]) && !is_told(t, ids[i]))
            rc = ask_department(s, t, ids[i], e);
    arena_done(&a);
    return rc;
}

enum rc sync_departments_step(struct sync *s, struct err *e)
{
    struct arena a;
    struct wecom_page page;
    struct tree t = {0};
    arena_init(&a, 0);
    enum rc rc = sync_ask(s, "department/list", NULL, STR_ABSENT, SYNC_ALL, &a, &page, e);
    if (rc == RC_OK)
        rc = reply_departments(page.reply, &a, &t.told, &t.n, e);
    if (rc == RC_OK)
        rc = sync_write(s, write_tree, &t, e);
    if (rc == RC_OK)
        rc = ask_rest(s, &t, e);
    do {
        if (rc == RC_OK)
            rc = sync_write(s, write_to_do, &t, e);
        t.from += ROWS;
    } while (rc == RC_OK && t.from < t.n);
    arena_done(&a);
    return rc;
}

/* ---- members ---- */

struct members {
    struct told_staff *told;
    size_t n, from;
    struct str department; /* absent: they were asked about by themselves */
    int64_t asked_s;
    int64_t after;
};

static enum rc write_members(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                             struct err *e)
{
    const struct members *m = arg;
    struct directory_applied out = {0};
    size_t to = m->from + ROWS < m->n ? m->from + ROWS : m->n;
    enum rc rc =
        directory_apply_staff(tx, m->told + m->from, to - m->from, false, m->asked_s, &out, e);
    for (size_t i = m->from; rc == RC_OK && i < to; i++)
        rc = sync_item_add(tx, job_id(s->job), SYNC_MEMBER, m->told[i].userid, 0, e);
    next->staff_changed += out.added + out.changed;
    if (rc != RC_OK || to < m->n)
        return rc;
    if (m->after != 0)
        next->after = m->after;
    if (str_absent(m->department))
        return RC_OK;
    return sync_item_set(tx, job_id(s->job), SYNC_DEPARTMENT, m->department, SYNC_DONE, STR_ABSENT,
                         e);
}

static enum rc write_all_members(struct sync *s, struct members *m, struct err *e)
{
    enum rc rc;
    do {
        rc = sync_write(s, write_members, m, e);
        m->from += ROWS;
    } while (rc == RC_OK && m->from < m->n);
    return rc;
}

static enum rc ask_members(struct sync *s, struct str department, struct arena *a, struct err *e)
{
    struct wecom_page page;
    const struct json_value *fields;
    struct members m = {.department = department};
    int64_t number = 0;
    str_to_i64(department, &number);
    enum rc rc = sync_request("user/list", "department_id", STR_ABSENT, number, a, &fields, e);
    if (rc == RC_OK)
        rc = sync_ask(s, "user/list", fields, STR_ABSENT, SYNC_ONE, a, &page, e);
    if (rc == RC_OK) {
        m.asked_s = page.asked_us / 1000000;
        rc = reply_staff_list(page.reply, a, &m.told, &m.n, e);
        if (rc != RC_OK)
            sync_unreadable(s, SYNC_ONE, rc);
    }
    if (rc != RC_OK && s->refused)
        return sync_problem(s, SYNC_DEPARTMENT, department, e);
    return rc == RC_OK ? write_all_members(s, &m, e) : rc;
}

enum rc sync_members_step(struct sync *s, struct err *e)
{
    struct tx *tx;
    struct arena a;
    struct sync_item *items = NULL;
    struct str department = STR_ABSENT;
    size_t n = 0;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    arena_init(&a, 0);
    rc = sync_items_waiting(tx, job_id(s->job), SYNC_DEPARTMENT, 0, 1, &items, &n, e);
    if (rc == RC_OK && n > 0)
        department = arena_str(&a, items[0].ref);
    db_read_end(tx);
    if (rc == RC_OK)
        rc = n > 0 ? ask_members(s, department, &a, e) : sync_next_stage(s, e);
    arena_done(&a);
    return rc;
}

/* ---- whom no department told ---- */

static enum rc write_gone(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                          struct err *e)
{
    const struct members *m = arg;
    struct directory_applied out = {0};
    (void)s;
    enum rc rc = directory_apply_staff_gone(tx, m->told[0].userid, m->asked_s, &out, e);
    next->staff_changed += out.removed;
    next->after = m->after;
    return rc;
}

static enum rc ask_member(struct sync *s, const struct sync_rest *rest, struct err *e)
{
    struct arena a;
    struct wecom_page page = {.reply = NULL};
    const struct json_value *fields;
    struct told_staff staff = {.userid = rest->ref};
    struct members m = {.told = &staff, .n = 1, .after = rest->id};
    arena_init(&a, 0);
    enum rc rc = sync_request("user/get", "userid", rest->ref, 0, &a, &fields, e);
    if (rc == RC_OK)
        rc = sync_ask(s, "user/get", fields, STR_ABSENT, SYNC_ONE, &a, &page, e);
    if (rc == RC_OK) {
        m.asked_s = page.asked_us / 1000000;
        rc = reply_staff(page.reply, &a, &staff, e);
        if (rc != RC_OK)
            sync_unreadable(s, SYNC_ONE, rc);
    }
    if (rc == RC_OK) {
        rc = write_all_members(s, &m, e);
    } else if (s->refused && strcmp(e->code, "wecom_60111") == 0) {
        *e = ERR_INIT;
        staff.userid = rest->ref;
        m.asked_s = clock_now_s();
        rc = sync_write(s, write_gone, &m, e);
    } else if (s->refused) {
        rc = sync_problem(s, SYNC_MEMBER, rest->ref, e);
    }
    arena_done(&a);
    return rc;
}

enum rc sync_rest_staff_step(struct sync *s, struct err *e)
{
    struct tx *tx;
    struct arena a;
    struct sync_rest *read = NULL, *list;
    size_t n = 0;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    arena_init(&a, 0);
    rc = sync_rest_staff(tx, job_id(s->job), s->place.after, REST, &read, &n, e);
    list = ARENA_ARRAY(&a, struct sync_rest, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        list[i] = (struct sync_rest){read[i].id, arena_str(&a, read[i].ref)};
    db_read_end(tx);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = ask_member(s, &list[i], e);
    if (rc == RC_OK && n == 0)
        rc = sync_next_stage(s, e);
    arena_done(&a);
    return rc;
}

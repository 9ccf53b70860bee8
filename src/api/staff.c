/* staff.c — the directory: departments as a tree, and staff.
 *
 * Departments hold no customers and are shown whole. Staff are cut to those whose customers the
 * caller sees.
 */
#include "api/customer_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "store/staff.h"

/* ---- departments ---- */

/* A department with everything below it; the depth of a real tree is under ten, a loop in the data
 * ends at 32. */
static void put_department(struct json *j, const struct department *list, size_t n, size_t at,
                           int depth)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", list[at].id);
    json_put_str(j, "name", list[at].name);
    json_put_str(j, "kind", list[at].kind);
    json_put_str(j, "city", list[at].city);
    json_put_int(j, "staff", list[at].staff);
    json_open_array(j, "children");
    for (size_t i = 0; i < n && depth < 10; i++) {
        if (list[i].parent_id == list[at].id)
            put_department(j, list, n, i, depth + 1);
    }
    json_close_array(j);
    json_close_object(j);
}

static enum rc departments(struct request *rq, struct tx *tx, struct err *e)
{
    struct department *list;
    size_t n;
    enum rc rc = department_list(tx, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++) {
        if (list[i].parent_id == 0)
            put_department(j, list, n, i, 0);
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_department_tree = {
    .method = GET,
    .path = "/api/departments",
    .name = "department_tree",
    .need = PERM_STAFF_READ,
    .scope = SCOPE_NONE,
    .run = departments,
    .zh = "部门树",
    .en = "The departments as a tree.",
    .reply = "DepartmentTree",
};

/* ---- staff ---- */

static void put_told(struct request *rq, struct json *j, const struct staff *s)
{
    json_put_str(j, "told", s->told);
    json_put_known(j, "told_s", s->told_s);
    work_put_error(rq, j, s->told_error);
}

static void put_staff(struct request *rq, struct json *j, const struct staff *s)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", s->id);
    json_put_str(j, "userid", s->userid);
    json_put_str(j, "name", s->name);
    json_put_named(j, "department", s->department_id, s->department);
    json_put_str(j, "title", s->title);
    json_put_str(j, "status", s->status);
    json_put_known(j, "joined_s", s->joined_s);
    json_put_known(j, "left_s", s->left_s);
    json_put_int(j, "customers", s->customers);
    json_put_int(j, "groups", s->groups);
    json_put_int(j, "bound", s->bound);
    put_told(rq, j, s);
    json_close_object(j);
}

static enum rc staff_page(struct request *rq, struct tx *tx, struct err *e)
{
    struct staff_filter f = {
        .scope_account = request_caller(rq)->scope_account,
        .q = arg_str(rq, "q"),
        .department_id = arg_int(rq, "department_id"),
        .status = arg_str(rq, "status"),
        .told = arg_str(rq, "told"),
    };
    struct str after = page_cursor(rq); /* "id:name" */
    struct str id_text;
    int64_t after_id = 0;
    struct str after_name = STR_ABSENT;
    if (!str_empty(after) && str_cut(&after, ':', &id_text) && str_to_i64(id_text, &after_id))
        after_name = after;
    int64_t limit = page_limit(rq);
    struct staff *list;
    size_t n;
    enum rc rc = staff_list(tx, &f, after_name, after_id, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        put_staff(rq, j, &list[i]);
    struct str next = STR_ABSENT;
    if (n > (size_t)limit)
        next = arena_printf(request_arena(rq), "%" PRId64 ":" STR_FMT, list[limit - 1].id,
                            STR_ARG(list[limit - 1].name));
    listing_close(rq, next, str_empty(page_cursor(rq)) && n <= (size_t)limit ? (int64_t)n : -1);
    return RC_OK;
}

const struct route route_staff_list = {
    .method = GET,
    .path = "/api/staff",
    .name = "staff_list",
    .need = PERM_STAFF_READ,
    .scope = SCOPE_ROWS,
    .args = {{"q", ARG_TEXT, .max = 120, .zh = "姓名或账号的一部分",
              .en = "part of a name or userid"},
             {"department_id", ARG_ID, .zh = "此部门及下级", .en = "in this department or below"},
             {"status", ARG_CHOICE, .choices = "active|left", .zh = "在职或离职",
              .en = "active or left"},
             {"told", ARG_CHOICE, .choices = "told|waiting|outside|refused|unknown",
              .zh = "最近一次全量同步问到、等待、不在可见范围、被拒绝或没有提到",
              .en = "what the last full sync was told of them"},
             ARGS_PAGE},
    .run = staff_page,
    .zh = "员工，按姓名；客户数为现有好友数，groups 为名下的群，bound 为归属的客户",
    .en = "Staff by name, with how many friends, groups and bound customers each has.",
    .reply = "StaffList",
};

static enum rc staff_get(struct request *rq, struct tx *tx, struct err *e)
{
    struct staff_filter f = {.scope_account = request_caller(rq)->scope_account,
                             .staff_id = arg_int(rq, "staff_id")};
    struct staff *list;
    size_t n;
    enum rc rc = staff_list(tx, &f, STR_ABSENT, 0, 1, &list, &n, e);
    if (rc == RC_OK && n == 0)
        return err_set(e, RC_NOT_FOUND, "staff_unknown", "staff_id",
                       "没有这名员工，或不在您的数据范围内",
                       "there is no such member of staff, or not in your data scope");
    if (rc == RC_OK)
        put_staff(rq, reply_json(rq), &list[0]);
    return rc;
}

const struct route route_staff_get = {
    .method = GET,
    .path = "/api/staff/{staff_id}",
    .name = "staff_get",
    .need = PERM_STAFF_READ,
    .scope = SCOPE_ROWS,
    .args = {{"staff_id", ARG_ID, IN_PATH, .required = true, .zh = "员工", .en = "who"}},
    .run = staff_get,
    .zh = "一名员工",
    .en = "One member of staff.",
    .reply = "Staff",
};

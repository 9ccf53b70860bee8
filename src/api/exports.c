/* exports.c — any list as it is shown, into a spreadsheet, as a job.
 *
 * The job asks the list's own route, page by page, as the person who ordered the export: their
 * role, data scope and token's permissions, looked up when it runs, so an account that has been
 * disabled since gets nothing. Analyses are asked likewise, and what was asked stands below their
 * table. The table is sealed as it is written and can be fetched by its
 * owner for KEEP_S seconds. A job that was interrupted begins again.
 */
#include "api/exports.h"

#include "api/export_columns.h"
#include "api/job_started.h"
#include "api/listing.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/app.h"
#include "domain/job_secret.h"
#include "file/sheet.h"
#include "query/word.h"
#include "store/account.h"
#include "store/job.h"

#include <assert.h>
#include <dirent.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cohorts by week over ten years have the most columns. */
enum { KEEP_S = 7 * 86400, PAGE = 200, PAGES_A_STEP = 10, COLUMNS = 560 };

struct exporting {
    struct job *job;
    struct router *router;
    struct caller caller;
    const struct export_list *list;
    struct str base; /* path and filter, without the cursor */
    struct str body; /* of a question that is posted; else absent */
    const struct json_value *filter;
    int64_t now_s;     /* what the reply was as of; DB_NULL: it does not say */
    struct str cursor; /* of the next page; absent: the first */
    struct buf cursor_text;
    struct sealed_writer *file;
    struct sheet *sheet;
    struct str *columns;
    enum sheet_cell *kinds;
    size_t n;
    int64_t rows;
    bool ended;
};

static const char *export_path(struct app *app, struct arena *a, int64_t job_id, bool xlsx)
{
    return app_path(app, a,
                    arena_printf(a, "export/%" PRId64 ".%s", job_id, xlsx ? "xlsx" : "csv").p);
}

/* ---- the question ---- */

static void put_encoded(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char x = (unsigned char)s.p[i];
        bool plain = (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') ||
                     x == '-' || x == '.' || x == '_';
        if (plain)
            buf_addc(b, (char)x);
        else
            buf_addf(b, "%%%02X", x);
    }
}

/* Parameters that belong to a page and not to the list. */
static bool is_paging(struct str name)
{
    return str_eq(name, STR("page")) || str_eq(name, STR("limit")) || str_eq(name, STR("cursor"));
}

/* The path with each {name} replaced by that member of the filter, which then is none of the query.
 */
static void put_path(struct buf *b, struct arena *a, const char *path,
                     const struct json_value *filter)
{
    struct str rest = str_from(path), part;
    while (str_cut(&rest, '/', &part)) {
        if (part.n == 0)
            continue;
        buf_addc(b, '/');
        if (part.p[0] == '{')
            put_encoded(b, export_cell(a, filter, str_sub(part, 1, part.n - 2), EXPORT_RAW));
        else
            buf_add(b, part);
    }
}

static bool in_path(struct arena *a, const char *path, struct str name)
{
    return strstr(path, arena_printf(a, "{" STR_FMT "}", STR_ARG(name)).p) != NULL;
}

/* Whether the list comes in pages, or whole, as reports do. */
static bool is_paged(const struct router *router, struct str path)
{
    struct str values[4];
    unsigned allowed;
    const struct route *r = router_match(router, GET, path, values, &allowed);
    const struct arg *arg = r != NULL ? r->args : NULL;
    while (arg != NULL && arg->kind != ARG_END && strcmp(arg->name, "limit") != 0)
        arg++;
    return arg != NULL && arg->kind != ARG_END;
}

static struct str question(struct arena *a, const struct router *router,
                           const struct export_list *list, const struct json_value *filter)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    put_path(&b, a, list->path, filter);
    bool paged = is_paged(router, buf_str(&b));
    buf_addc(&b, '?');
    if (paged)
        buf_addf(&b, "limit=%d", PAGE);
    bool object = filter != NULL && json_kind_of(filter) == JSON_OBJECT;
    for (size_t i = 0; object && i < json_count(filter); i++) {
        struct str name;
        json_member(filter, i, &name);
        struct str text = export_cell(a, filter, name, EXPORT_RAW);
        if (is_paging(name) || in_path(a, list->path, name) || text.n == 0)
            continue;
        buf_addc(&b, '&');
        put_encoded(&b, name);
        buf_addc(&b, '=');
        put_encoded(&b, text);
    }
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* ---- who asks ---- */

static enum rc find_caller(struct exporting *x, struct err *e)
{
    struct app *app = job_app(x->job);
    struct tx *tx = NULL;
    struct account who;
    int64_t id = job_account(x->job);
    const struct json_value *d = job_detail(x->job);
    x->caller = (struct caller){.local = id == 0,
                                .role = ROLE_ADMINISTRATOR,
                                .english = json_bool_or(json_get(d, "english"), false)};
    if (id == 0)
        return RC_OK;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK)
        rc = account_find(tx, id, &who, e);
    bool gone = rc == RC_NOT_FOUND || (rc == RC_OK && who.disabled_s != 0);
    if (rc == RC_OK) {
        x->caller.account_id = id;
        x->caller.role = role_from(who.role);
        x->caller.scope_account = str_eq(who.scope, STR("all")) ? 0 : id;
        x->caller.permissions = (uint32_t)json_int_or(json_get(d, "permissions"), UINT32_MAX);
    }
    db_read_end(tx);
    return gone ? err_set(e, RC_FORBIDDEN, "account_gone", NULL, "申请导出的账号已停用",
                          "the account that asked is disabled")
                : rc;
}

/* ---- the job ---- */

static void sweep(struct app *app)
{
    struct arena a;
    arena_init(&a, 0);
    const char *folder = app_path(app, &a, "export");
    DIR *dir = opendir(folder);
    for (struct dirent *d = dir != NULL ? readdir(dir) : NULL; d != NULL; d = readdir(dir)) {
        struct stat st;
        const char *path = arena_printf(&a, "%s/%s", folder, d->d_name).p;
        if (d->d_name[0] != '.' && stat(path, &st) == 0 && st.st_mtime + KEEP_S < clock_now_s())
            unlink(path);
    }
    if (dir != NULL)
        closedir(dir);
    arena_done(&a);
}

/* Adds a column; "active.*" as one for each element of the longest such list among the rows. */
static void add_column(struct exporting *x, struct str key, const struct json_value *items)
{
    struct arena *a = job_arena(x->job);
    size_t n = 0;
    if (!str_ends(key, STR(".*"))) {
        if (x->n < COLUMNS)
            x->columns[x->n++] = key;
        return;
    }
    const char *list = arena_z(a, str_sub(key, 0, key.n - 2));
    for (size_t i = 0; i < json_count(items); i++) {
        size_t here = json_count(json_get(json_at(items, i), list));
        n = here > n ? here : n;
    }
    for (size_t i = 0; i < n && x->n < COLUMNS; i++)
        x->columns[x->n++] = arena_printf(a, "%s.%zu", list, i);
}

static void read_columns(struct exporting *x, const struct json_value *items)
{
    struct arena *a = job_arena(x->job);
    const struct json_value *wanted = json_get(job_detail(x->job), "columns");
    size_t n = wanted != NULL && json_kind_of(wanted) == JSON_ARRAY ? json_count(wanted) : 0;
    struct str rest = str_from(x->list->columns), key;
    x->columns = ARENA_ARRAY(a, struct str, COLUMNS);
    for (size_t i = 0; i < n; i++)
        add_column(x, json_str_or(json_at(wanted, i), STR("id")), items);
    while (n == 0 && str_cut(&rest, ',', &key))
        add_column(x, key, items);
    if (x->n == 0) /* only such as have no elements */
        x->columns[x->n++] = STR("id");
    x->kinds = ARENA_ARRAY(a, enum sheet_cell, x->n);
    for (size_t i = 0; i < x->n; i++)
        x->kinds[i] = export_kind(x->columns[i]);
}

/* A parameter as people read it: lists with semicolons, steps by their events. */
static struct str note_text(struct arena *a, const struct json_value *v, bool english)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    switch (json_kind_of(v)) {
    case JSON_STR:
        buf_add(&b, json_str_or(v, STR("")));
        break;
    case JSON_ARRAY:
        for (size_t i = 0; i < json_count(v); i++) {
            buf_addz(&b, i > 0 ? "; " : "");
            buf_add(&b, note_text(a, json_at(v, i), english));
        }
        break;
    case JSON_OBJECT:
        buf_add(&b, json_str_or(json_get(v, "events"), STR("")));
        if (json_get(v, "audience") != NULL)
            buf_addf(&b, " [" STR_FMT "]", STR_ARG(json_str_or(json_get(v, "audience"), STR(""))));
        break;
    case JSON_BOOL:
        buf_addz(&b, json_bool_or(v, false) ? (english ? "yes" : "是") : (english ? "no" : "否"));
        break;
    default:
        if (json_kind_of(v) != JSON_NULL)
            buf_addf(&b, "%" PRId64, json_int_or(v, 0));
    }
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* With the first page, since that says how many columns there are. */
static enum rc begin_sheet(struct exporting *x, const struct json_value *items, struct err *e)
{
    struct app *app = job_app(x->job);
    struct arena *a = job_arena(x->job);
    struct str format = json_str_or(json_get(job_detail(x->job), "format"), STR(""));
    bool xlsx = str_eq(format, STR("xlsx"));
    read_columns(x, items);
    struct str *header = ARENA_ARRAY(a, struct str, x->n);
    bool english = x->caller.english;
    for (size_t i = 0; i < x->n; i++)
        header[i] = export_title(a, x->list->what, x->columns[i], english);
    enum rc rc = sealed_create(app->keys, export_path(app, a, job_id(x->job), xlsx), &x->file, e);
    if (rc == RC_OK)
        rc = sheet_new(xlsx ? SHEET_XLSX : SHEET_CSV, x->file,
                       str_from(english ? x->list->en : x->list->zh), header, x->kinds, x->n,
                       &x->sheet, e);
    return rc;
}

static void export_free(struct exporting *x)
{
    sheet_drop(x->sheet);
    sealed_drop(x->file);
    buf_done(&x->cursor_text);
    router_free(x->router);
}

/* Where the rows are asked for. */
static void ask_for(struct exporting *x, const struct json_value *filter)
{
    struct arena *a = job_arena(x->job);
    x->filter = filter;
    x->body = STR_ABSENT;
    x->now_s = DB_NULL;
    if (!x->list->posted) {
        x->base = question(a, x->router, x->list, filter);
        return;
    }
    struct buf b;
    buf_init(&b, 256 << 10);
    struct json j = json_to(&b);
    json_put_value(&j, NULL, filter);
    x->base = str_from(x->list->path);
    x->body = arena_str(a, buf_str(&b));
    buf_done(&b);
}

static enum rc export_open(struct job *job, struct err *e)
{
    const struct json_value *d = job_detail(job);
    struct exporting *x = ARENA_NEW(job_arena(job), struct exporting);
    x->job = job;
    x->list = export_list_find(json_str_or(json_get(d, "what"), STR("")));
    assert(x->list != NULL); /* the route has checked it */
    sweep(job_app(job));
    buf_init(&x->cursor_text, 4096);
    x->router = routes_compile();
    const struct json_value *filter = NULL;
    enum rc rc = job_secret_open(job_app(job), job_arena(job),
                                 json_str_or(json_get(d, "filter"), STR("")), &filter, e);
    if (rc == RC_OK)
        ask_for(x, filter);
    if (rc == RC_OK)
        rc = find_caller(x, e);
    if (rc != RC_OK) {
        export_free(x);
        return rc;
    }
    job_set_unit(job, "rows");
    job_set_state(job, x);
    return RC_OK;
}

/* An error reply of the list, as the job's own error. */
static enum rc reply_failed(const struct reply *r, const struct json_value *v, struct err *e)
{
    const struct json_value *error = v != NULL ? json_get(v, "error") : NULL;
    struct str code = json_str_or(json_get(error, "code"), STR("list_failed")),
               text = json_str_or(json_get(error, "message"), STR(""));
    err_set(e, r->status == 403 ? RC_FORBIDDEN : RC_INVALID, "list_failed", NULL, STR_FMT, STR_FMT,
            STR_ARG(text));
    if (e != NULL)
        snprintf(e->code, sizeof e->code, STR_FMT, STR_ARG(code));
    return r->status == 403 ? RC_FORBIDDEN : RC_INVALID;
}

static enum rc put_items(struct exporting *x, const struct json_value *items, struct arena *a,
                         struct err *e)
{
    enum rc rc = x->sheet == NULL ? begin_sheet(x, items, e) : RC_OK;
    enum export_words words = x->caller.english ? EXPORT_EN : EXPORT_ZH;
    struct str *cells = ARENA_ARRAY(a, struct str, COLUMNS);
    for (size_t i = 0; items != NULL && i < json_count(items) && rc == RC_OK; i++) {
        const struct json_value *item = json_at(items, i);
        for (size_t k = 0; k < x->n; k++)
            cells[k] = export_cell(a, item, x->columns[k], words);
        rc = sheet_row(x->sheet, cells, e);
        x->rows += rc == RC_OK;
    }
    return rc;
}

/* The rows of a reply; they live in `a`. */
static enum rc rows_of(const struct exporting *x, const struct json_value *reply, struct arena *a,
                       const struct json_value **out, struct err *e)
{
    if (x->list->make == NULL) {
        *out = json_get(reply, x->list->rows != NULL ? x->list->rows : "items");
        return RC_OK;
    }
    struct buf b;
    buf_init(&b, 64 << 20);
    struct json j = json_to(&b);
    x->list->make(&j, reply, x->filter, x->caller.english);
    enum rc rc = json_parse(a, arena_str(a, buf_str(&b)), out, e);
    buf_done(&b);
    return rc;
}

static enum rc one_page(struct exporting *x, struct err *e)
{
    struct arena a;
    struct reply r;
    const struct json_value *v = NULL, *items = NULL;
    arena_init(&a, 0);
    struct buf target;
    buf_init(&target, 128 << 10);
    buf_add(&target, x->base);
    if (!str_absent(x->cursor)) {
        buf_addz(&target, "&cursor=");
        put_encoded(&target, x->cursor);
    }
    struct call call = {.method = x->list->posted ? POST : GET,
                        .target = buf_str(&target),
                        .body = x->body,
                        .caller = x->caller};
    enum rc rc = dispatch_call(job_app(x->job), x->router, &call, &a, &r, e);
    if (rc == RC_OK)
        rc = json_parse(&a, r.body, &v, e);
    if (rc == RC_OK && r.status >= 400)
        rc = reply_failed(&r, v, e);
    if (rc == RC_OK)
        rc = rows_of(x, v, &a, &items, e);
    if (rc == RC_OK)
        rc = put_items(x, items, &a, e);
    if (rc == RC_OK) {
        struct str next = json_str_or(json_get(v, "next"), STR_ABSENT);
        int64_t total = json_int_or(json_get(v, "total"), -1);
        x->ended = str_absent(next);
        x->now_s = json_int_or(json_get(v, "now_s"), DB_NULL);
        buf_clear(&x->cursor_text);
        buf_add(&x->cursor_text, next);
        x->cursor = buf_str(&x->cursor_text);
        job_progress(x->job, x->rows, x->ended ? x->rows : total);
    }
    buf_done(&target);
    arena_done(&a);
    return rc;
}

/* What was asked, below the table. */
static enum rc put_notes(struct exporting *x, struct err *e)
{
    struct arena *a = job_arena(x->job);
    enum rc rc = RC_OK;
    bool english = x->caller.english;
    for (size_t i = 0; rc == RC_OK && i < json_count(x->filter); i++) {
        struct str name, value = note_text(a, json_member(x->filter, i, &name), english);
        if (value.n > 0 && !str_eq(name, STR("now_s")))
            rc = sheet_note(x->sheet, export_title(a, x->list->what, name, english), value, e);
    }
    char text[20];
    if (rc != RC_OK || x->now_s == DB_NULL)
        return rc;
    calendar_format(x->now_s, text);
    return sheet_note(x->sheet, export_title(a, x->list->what, STR("now_s"), english),
                      str_from(text), e);
}

static enum rc export_step(struct job *job, bool *out_finished, struct err *e)
{
    struct exporting *x = job_state(job);
    enum rc rc = RC_OK;
    for (int i = 0; i < PAGES_A_STEP && rc == RC_OK && !x->ended; i++)
        rc = one_page(x, e);
    if (rc != RC_OK || !x->ended)
        return rc;
    rc = x->list->posted ? put_notes(x, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    rc = sheet_finish(x->sheet, e);
    x->sheet = NULL;
    if (rc == RC_OK) {
        rc = sealed_finish(x->file, e);
        x->file = NULL;
    }
    if (rc == RC_OK)
        job_set_result(job, arena_printf(job_arena(job),
                                         "{\"rows\":%" PRId64 ",\"expires_s\":%" PRId64 "}",
                                         x->rows, clock_now_s() + KEEP_S));
    *out_finished = rc == RC_OK;
    return rc;
}

static void export_close(struct job *job, enum rc rc, bool stopped)
{
    (void)rc;
    (void)stopped;
    export_free(job_state(job));
}

const struct job_kind job_kind_export = {
    .name = "export",
    .open = export_open,
    .step = export_step,
    .close = export_close,
};

/* ---- routes ---- */

static void put_names(struct json *j, const char *key, const struct json_value *v)
{
    json_open_array(j, key);
    for (size_t i = 0;
         v != NULL && json_kind_of(v) == JSON_ARRAY && i < json_count(v) && i < COLUMNS; i++)
        json_put_str(j, NULL, json_str_or(json_at(v, i), STR("id")));
    json_close_array(j);
}

/* The filter may name a person (a phone searched for), so it is kept sealed. */
static struct str seal_filter(struct request *rq, const struct json_value *filter, bool as_it_is)
{
    struct arena *a = request_arena(rq);
    struct buf b;
    buf_init(&b, 128 << 10);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    for (size_t i = 0;
         filter != NULL && json_kind_of(filter) == JSON_OBJECT && i < json_count(filter); i++) {
        struct str name;
        const struct json_value *v = json_member(filter, i, &name);
        json_key(&j, name);
        if (as_it_is)
            json_put_value(&j, NULL, v);
        else
            json_put_str(&j, NULL, export_cell(a, filter, name, EXPORT_RAW));
    }
    json_close_object(&j);
    struct str sealed = job_secret_seal(request_app(rq), a, buf_str(&b));
    buf_done(&b);
    return sealed;
}

static struct str detail_of(struct request *rq, const struct export_list *list)
{
    const struct caller *c = request_caller(rq);
    const struct json_value *filter = arg_json(rq, "filter");
    struct arena *a = request_arena(rq);
    struct buf b;
    buf_init(&b, 512 << 10);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_z(&j, "what", list->what);
    json_put_str(&j, "format", arg_str(rq, "format"));
    json_put_bool(&j, "english", c->english);
    json_put_int(&j, "permissions", c->permissions == 0 ? UINT32_MAX : c->permissions);
    json_put_str(&j, "filter", seal_filter(rq, filter, list->posted));
    put_names(&j, "columns", arg_json(rq, "columns"));
    json_close_object(&j);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static enum rc unknown_list(struct request *rq, struct err *e)
{
    struct str what = str_utf8_prefix(arg_str(rq, "what"), 60);
    struct suggestion best = suggestion_for(what);
    for (const struct export_list *l = export_lists; l->what != NULL; l++)
        suggestion_see(&best, str_from(l->what));
    err_set(e, RC_INVALID, "list_unknown", "what", "不能导出“" STR_FMT "”",
            "\"" STR_FMT "\" cannot be exported", STR_ARG(what));
    const char *guess = suggestion_best(&best);
    if (guess != NULL)
        err_hint(e, "是否想写 %s？GET /api/exports 给出全部列表",
                 "did you mean %s? GET /api/exports names them all", guess);
    else
        err_hint(e, "GET /api/exports 给出可以导出的列表",
                 "GET /api/exports names those that can be");
    return RC_INVALID;
}

static enum rc create_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct export_list *list = export_list_find(arg_str(rq, "what"));
    if (list == NULL)
        return unknown_list(rq, e);
    struct job_order order = {
        .kind = "export",
        .title = arena_printf(request_arena(rq), "导出%s", list->zh),
        .detail = detail_of(rq, list),
        .total = -1,
        .account_id = request_caller(rq)->account_id,
    };
    return job_started(rq, tx, &order, e);
}

static enum rc lists_run(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    (void)e;
    size_t n = 0;
    struct json *j = listing_open(rq);
    for (const struct export_list *l = export_lists; l->what != NULL; l++, n++) {
        struct str rest = str_from(l->columns), key;
        json_open_object(j, NULL);
        json_put_z(j, "what", l->what);
        json_put_z(j, "zh", l->zh);
        json_put_z(j, "en", l->en);
        json_put_z(j, "path", l->path);
        json_open_array(j, "columns");
        while (str_cut(&rest, ',', &key))
            json_put_str(j, NULL, key);
        json_close_array(j);
        json_close_object(j);
    }
    listing_close(rq, STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_export_lists = {
    .method = GET,
    .path = "/api/exports",
    .name = "export_lists",
    .need = PERM_EXPORT,
    .scope = SCOPE_NONE,
    .run = lists_run,
    .zh = "可以导出的列表及其列。",
    .en = "The lists that can be exported, and their columns.",
    .reply = "ExportLists",
};

const struct route route_export_create = {
    .method = POST,
    .path = "/api/exports",
    .name = "export_create",
    .need = PERM_EXPORT,
    .scope = SCOPE_ROWS,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"what", ARG_NAME, IN_BODY, .required = true,
             .zh = "哪个列表：customers、orders、tags、report_revenue……",
             .en = "which list: customers, orders, tags, report_revenue …"},
            {"filter", ARG_JSON, IN_BODY, .zh = "列表自己的查询参数", .en = "the list's own query"},
            {"columns", ARG_JSON, IN_BODY, .zh = "列，缺省为全部",
             .en = "columns, all unless told"},
            {"format", ARG_CHOICE, IN_BODY, .required = true, .choices = "xlsx|csv", .zh = "格式",
             .en = "the format"},
        },
    .run = create_run,
    .zh = "把列表按当前筛选导出成表格。",
    .en = "Export a list as it is shown, as a spreadsheet.",
    .reply = "JobStarted",
};

static enum rc file_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct job_row row;
    const struct caller *c = request_caller(rq);
    struct app *app = request_app(rq);
    struct arena *a = request_arena(rq);
    enum rc rc = job_row_get(tx, arg_int(rq, "job_id"), &row, e);
    if (rc != RC_OK)
        return rc;
    bool theirs = (c->local || row.account_id == c->account_id) && str_eq(row.kind, STR("export"));
    const char *xlsx = export_path(app, a, row.id, true), *csv = export_path(app, a, row.id, false);
    bool is_xlsx = access(xlsx, R_OK) == 0;
    if (!theirs || row.state != JOB_DONE || (!is_xlsx && access(csv, R_OK) != 0)) {
        rc = err_set(e, RC_NOT_FOUND, "export_unknown", "job_id", "没有这个导出文件",
                     "there is no such export");
        err_hint(e, "导出文件只有本人能下载，保留 7 天",
                 "only whoever asked can fetch it, for 7 days");
        return rc;
    }
    request_audit(rq, "job", row.id, "%s", "");
    reply_file(rq, is_xlsx ? xlsx : csv,
               is_xlsx ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                       : "text/csv; charset=utf-8",
               arena_printf(a, "koi-export.%s", is_xlsx ? "xlsx" : "csv"), false);
    return RC_OK;
}

const struct route route_export_file = {
    .method = GET,
    .path = "/api/exports/{job_id}/file",
    .name = "export_file",
    .need = PERM_EXPORT,
    .scope = SCOPE_ROWS,
    .audited = true,
    .args = {{"job_id", ARG_ID, IN_PATH, .required = true, .zh = "导出任务",
              .en = "the export's job"}},
    .run = file_run,
    .zh = "下载导出的表格。",
    .en = "Fetch an exported spreadsheet.",
};

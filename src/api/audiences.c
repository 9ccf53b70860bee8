/* audiences.c — composing, saving and asking audiences.
 *
 * The console composes with three calls: check (text → canonical text, sentences, tree), print
 * (tree → text), count (how many, and ten of them). Counting is cut to the caller's data scope; so
 * is the list of who is in a saved audience. While an expression is wrong the answer is the error
 * with its position, never a half-truth.
 */
#include "api/audiences.h"

#include "api/customer_json.h"
#include "api/job_started.h"
#include "api/listing.h"
#include "api/routes.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/share.h"
#include "domain/app.h"
#include "domain/expression.h"
#include "query/answer.h"
#include "store/audience.h"

#include <assert.h>

enum { SAMPLE_SIZE = 10, TREE_LEVELS = 30 };

static struct str put(struct arena *a, struct buf *b)
{
    struct str text = arena_str(a, buf_str(b));
    buf_clear(b);
    return text;
}

void audience_put(struct json *j, struct arena *a, const struct audience_expr *x)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    audience_print(x, &b);
    json_put_str(j, "expression", put(a, &b));
    audience_say(x, LANGUAGE_ZH, &b);
    json_put_str(j, "sentence_zh", put(a, &b));
    audience_say(x, LANGUAGE_EN, &b);
    json_put_str(j, "sentence_en", put(a, &b));
    audience_to_json(x, &b);
    json_put_raw(j, "tree", put(a, &b));
    buf_done(&b);
}

void audience_put_text(struct request *rq, struct tx *tx, struct str subject, struct str text)
{
    struct json *j = reply_json(rq);
    const struct audience_expr *x;
    struct err why = ERR_INIT;
    if (expression_read(tx, expression_subject(subject), text, &x, &why) == RC_OK) {
        audience_put(j, request_arena(rq), x);
        json_put_null(j, "problem");
        return;
    }
    json_put_str(j, "expression", text);
    json_put_null(j, "sentence_zh");
    json_put_null(j, "sentence_en");
    json_put_null(j, "tree");
    json_put_z(j, "problem", request_caller(rq)->english ? why.en : why.zh);
}

static enum rc check_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct audience_expr *x;
    enum rc rc = expression_read(tx, expression_subject(arg_str(rq, "subject")),
                                 arg_str(rq, "expression"), &x, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    audience_put(j, request_arena(rq), x);
    json_close_object(j);
    return RC_OK;
}

const struct route route_audience_check = {
    .method = POST,
    .path = "/api/audiences/check",
    .name = "audience_check",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_NONE,
    .args =
        {
            {"expression", ARG_EXPRESSION, IN_BODY, .required = true, .zh = "人群表达式",
             .en = "text of the audience language"},
            {"subject", ARG_CHOICE, IN_BODY, .choices = "customer|group", .zh = "客户或客户群",
             .en = "customers or groups"},
        },
    .run = check_run,
    .zh = "检查表达式：规范写法、中英文说明、条件树。",
    .en = "Check an expression: its canonical text, sentences and tree.",
    .reply = "AudienceText",
};

/* Whether a document has more than `levels` levels: the reply's writer has a bound of its own. */
static bool deeper_than(const struct json_value *v, int levels)
{
    bool object = json_kind_of(v) == JSON_OBJECT;
    if (!object && json_kind_of(v) != JSON_ARRAY)
        return false;
    for (size_t i = 0; levels > 0 && i < json_count(v); i++) {
        struct str key;
        if (deeper_than(object ? json_member(v, i, &key) : json_at(v, i), levels - 1))
            return true;
    }
    return levels == 0;
}

static enum rc print_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct arena *a = request_arena(rq);
    struct buf b;
    if (deeper_than(arg_json(rq, "tree"), TREE_LEVELS))
        return err_set(e, RC_LIMIT, "tree_too_deep", "tree", "条件树超过 %d 层",
                       "the tree has more than %d levels", TREE_LEVELS);
    buf_init(&b, LIMIT_BODY);
    struct json tree = json_to(&b);
    json_put_value(&tree, NULL, arg_json(rq, "tree"));
    struct audience_expr *x;
    enum rc rc =
        audience_from_json(a, expression_subject(arg_str(rq, "subject")), buf_str(&b), &x, e);
    buf_done(&b);
    struct query_names names = query_names_sql(tx);
    if (rc == RC_OK)
        rc = audience_check(a, &names, x, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    audience_put(j, a, x);
    json_close_object(j);
    return RC_OK;
}

const struct route route_audience_print = {
    .method = POST,
    .path = "/api/audiences/print",
    .name = "audience_print",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_NONE,
    .args =
        {
            {"tree", ARG_JSON, IN_BODY, .required = true, .zh = "条件树",
             .en = "a tree as `check` gives it"},
            {"subject", ARG_CHOICE, IN_BODY, .choices = "customer|group", .zh = "客户或客户群",
             .en = "customers or groups"},
        },
    .run = print_run,
    .zh = "把条件树写成表达式。",
    .en = "Write a tree as text.",
    .reply = "AudienceText",
};

/* What the composer shows of an audience. */
struct counted {
    int64_t count, of, took_us;
    int64_t sample[SAMPLE_SIZE];
    size_t sample_n;
};

/* The others are woken for a long count while names are looked up. */
static enum rc read_counted(struct tx *tx, struct str text, const struct audience_expr **out,
                            struct err *e)
{
    struct query_names names = query_names_sql(tx);
    struct audience_expr *x = NULL;
    enum rc rc = audience_parse(tx_arena(tx), AUDIENCE_CUSTOMER, text, &x, e);
    if (rc == RC_OK && answer_is_long(x))
        share_soon();
    if (rc == RC_OK)
        rc = audience_check(tx_arena(tx), &names, x, e);
    *out = x;
    return rc;
}

static enum rc count_all(struct request *rq, struct tx *tx, struct audience_question *q,
                         struct counted *c, struct err *e)
{
    int64_t began_us = clock_mono_us();
    struct mirror *m = request_app(rq)->mirror;
    struct snapshot *s = NULL;
    enum rc rc = read_counted(tx, arg_str(rq, "expression"), &q->expr, e);
    if (rc == RC_OK && answer_is_long(q->expr))
        rc = answer_from_long(m, tx, &s, e);
    else if (rc == RC_OK)
        s = answer_from(m, tx);
    if (rc == RC_OK)
        rc = answer_count_sample(s, tx, q, arg_int_or(rq, "sample", SAMPLE_SIZE), &c->count,
                                 c->sample, &c->sample_n, e);
    c->took_us = clock_mono_us() - began_us;
    if (rc == RC_OK)
        rc = answer_count_all(s, tx, *q, &c->of, e);
    answer_done(s);
    return rc;
}

static enum rc count_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audience_question q = {
        .now_s = arg_int_or(rq, "now_s", tx_now_s(tx)),
        .period_s = arg_int_or(rq, "period_days", EXPRESSION_PERIOD_S / 86400) * 86400,
        .scope_account = request_caller(rq)->scope_account,
    };
    struct counted c = {0};
    enum rc rc = count_all(rq, tx, &q, &c, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "count", c.count);
    json_put_int(j, "of", c.of);
    json_put_int(j, "took_us", c.took_us);
    rc = customer_json_list(rq, tx, j, "sample", c.sample, c.sample_n, e);
    json_close_object(j);
    return rc;
}

const struct route route_audience_count = {
    .method = POST,
    .path = "/api/audiences/count",
    .name = "audience_count",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args =
        {
            {"expression", ARG_EXPRESSION, IN_BODY, .required = true, .zh = "人群表达式",
             .en = "text of the audience language"},
            {"now_s", ARG_TIME, IN_BODY, .zh = "以何时为“现在”", .en = "what `now` is"},
            {"period_days", ARG_INT, IN_BODY, .min = 1, .max = 3650, .zh = "period 的天数，默认 90",
             .en = "days of `period`, 90 unless told"},
            {"sample", ARG_INT, IN_BODY, .max = SAMPLE_SIZE, .zh = "样例个数，默认 10",
             .en = "how many to show, 10 unless told"},
        },
    .run = count_run,
    .zh = "人数与样例。",
    .en = "How many, and some of them.",
    .reply = "AudienceCount",
};

/* ---- saved ones ---- */

/* A size counts everyone, so only those who see everyone are told it. */
static void put_whole(struct request *rq, struct tx *tx, const struct audience_row *row)
{
    struct json *j = reply_json(rq);
    bool all = request_caller(rq)->scope_account == 0;
    json_open_object(j, NULL);
    json_put_id(j, "id", row->id);
    json_put_str(j, "name", row->name);
    json_put_str(j, "subject", row->subject);
    json_put_str(j, "note", row->note);
    json_put_int(j, "version", row->version);
    json_put_bool(j, "live", row->live);
    json_put_known(j, "size", all ? row->size : DB_NULL);
    json_put_known(j, "sized_s", all ? row->sized_s : DB_NULL);
    json_put_bool(j, "archived", row->archived_s != DB_NULL);
    json_put_int(j, "created_s", row->created_s);
    json_put_int(j, "updated_s", row->updated_us / 1000000);
    audience_put_text(rq, tx, row->subject, row->expression);
    json_close_object(j);
}

/* The cursor behind the last id of a page that is full. */
static struct str next_after(struct request *rq, size_t n, int64_t limit, int64_t last_id)
{
    return (int64_t)n < limit ? STR_ABSENT : arena_printf(request_arena(rq), "%" PRId64, last_id);
}

static enum rc list_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t before = INT64_MAX, limit = page_limit(rq);
    str_to_i64(page_cursor(rq), &before);
    struct audience_row *rows;
    size_t n;
    enum rc rc = audience_list(tx, str_trim(arg_str(rq, "q")), before, limit, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    for (size_t i = 0; i < n; i++)
        put_whole(rq, tx, &rows[i]);
    listing_close(rq, next_after(rq, n, limit, n > 0 ? rows[n - 1].id : 0), -1);
    return RC_OK;
}

const struct route route_audience_list = {
    .method = GET,
    .path = "/api/audiences",
    .name = "audience_list",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_NONE,
    .args = {{"q", ARG_TEXT, .max = LIMIT_NAME * 4, .zh = "名称或备注的一部分",
              .en = "a part of the name or the note"},
             ARGS_PAGE},
    .run = list_run,
    .zh = "已保存的人群，新的在前。",
    .en = "Saved audiences, newest first.",
    .reply = "AudienceList",
};

static enum rc show(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct audience_row row;
    enum rc rc = audience_load(tx, id, &row, e);
    if (rc != RC_OK)
        return rc;
    reply_etag(rq, row.updated_us);
    put_whole(rq, tx, &row);
    return RC_OK;
}

static enum rc get_run(struct request *rq, struct tx *tx, struct err *e)
{
    return show(rq, tx, arg_int(rq, "audience_id"), e);
}

#define ARG_AUDIENCE_ID                                                                            \
    {                                                                                              \
        "audience_id", ARG_ID, IN_PATH, .required = true, .zh = "人群", .en = "the audience"       \
    }

const struct route route_audience_get = {
    .method = GET,
    .path = "/api/audiences/{audience_id}",
    .name = "audience_get",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_NONE,
    .args = {ARG_AUDIENCE_ID},
    .run = get_run,
    .zh = "一个人群及其说明。",
    .en = "One audience with its sentences.",
    .reply = "Audience",
};

/* Counts before the write, with a read transaction of the request's own thread, since it may take
 * seconds; the size is kept with the row. Whoever sees a part only saves without a size. */
static enum rc count_first(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t *size = ARENA_NEW(request_arena(rq), int64_t);
    *size = -1;
    request_set_note(rq, size);
    if (!arg_given(rq, "expression") || request_caller(rq)->scope_account != 0)
        return RC_OK;
    enum audience_subject subject = AUDIENCE_CUSTOMER;
    if (request_route(rq)->method == POST) {
        subject = expression_subject(arg_str(rq, "subject"));
    } else {
        struct audience_row row;
        enum rc rc = audience_load(tx, arg_int(rq, "audience_id"), &row, e);
        if (rc != RC_OK)
            return rc;
        subject = expression_subject(row.subject);
    }
    return expression_count(request_app(rq)->mirror, tx, subject, arg_str(rq, "expression"), size,
                            e);
}

static enum rc keep_size(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    const int64_t *size = request_note(rq);
    return *size < 0 ? RC_OK : audience_set_size(tx, id, *size, tx_now_s(tx), e);
}

static enum rc create_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audience_row row = {
        .id = tx_id(tx),
        .name = arg_str(rq, "name"),
        .subject = arg_given(rq, "subject") ? arg_str(rq, "subject") : STR("customer"),
        .note = arg_str(rq, "note"),
        .live = arg_int(rq, "live") != 0,
        .account_id = request_caller(rq)->account_id,
    };
    enum rc rc = expression_canonical(tx, NAME_AUDIENCE, 0, expression_subject(row.subject),
                                      arg_str(rq, "expression"), &row.expression, e);
    if (rc == RC_OK)
        rc = audience_add(tx, &row, e);
    if (rc == RC_OK)
        rc = keep_size(rq, tx, row.id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "audience", row.id, "%s", "");
    reply_status(rq, 201);
    return show(rq, tx, row.id, e);
}

const struct route route_audience_create = {
    .method = POST,
    .path = "/api/audiences",
    .name = "audience_create",
    .need = PERM_AUDIENCE_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"name", ARG_NAME, IN_BODY, .required = true, .zh = "名称", .en = "name"},
            {"expression", ARG_EXPRESSION, IN_BODY, .required = true, .zh = "人群表达式",
             .en = "text of the audience language"},
            {"subject", ARG_CHOICE, IN_BODY, .choices = "customer|group", .zh = "客户或客户群",
             .en = "customers or groups"},
            {"note", ARG_TEXT, IN_BODY, .nullable = true, .max = LIMIT_NOTE, .zh = "备注",
             .en = "note"},
            {"live", ARG_BOOL, IN_BODY, .zh = "每分钟重新计算", .en = "evaluated each minute"},
        },
    .prepare = count_first,
    .run = create_run,
    .zh = "保存一个人群。",
    .en = "Save an audience.",
    .reply = "Audience",
};

static enum rc change_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audience_row row;
    enum rc rc = audience_load(tx, arg_int(rq, "audience_id"), &row, e);
    if (rc == RC_OK)
        rc = request_if_match(rq, row.updated_us, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "name"))
        row.name = arg_str(rq, "name");
    if (arg_given(rq, "note"))
        row.note = arg_str(rq, "note");
    if (arg_given(rq, "live"))
        row.live = arg_int(rq, "live") != 0;
    if (arg_given(rq, "expression"))
        rc = expression_canonical(tx, NAME_AUDIENCE, row.id, expression_subject(row.subject),
                                  arg_str(rq, "expression"), &row.expression, e);
    if (rc == RC_OK)
        rc = audience_change(tx, &row, request_caller(rq)->account_id, e);
    if (rc == RC_OK)
        rc = keep_size(rq, tx, row.id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "audience", row.id, "%s", "");
    return show(rq, tx, row.id, e);
}

const struct route route_audience_change = {
    .method = PATCH,
    .path = "/api/audiences/{audience_id}",
    .name = "audience_change",
    .need = PERM_AUDIENCE_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args =
        {
            ARG_AUDIENCE_ID,
            {"name", ARG_NAME, IN_BODY, .zh = "名称", .en = "name"},
            {"expression", ARG_EXPRESSION, IN_BODY, .zh = "人群表达式",
             .en = "text of the audience language"},
            {"note", ARG_TEXT, IN_BODY, .nullable = true, .max = LIMIT_NOTE, .zh = "备注",
             .en = "note"},
            {"live", ARG_BOOL, IN_BODY, .zh = "每分钟重新计算", .en = "evaluated each minute"},
        },
    .prepare = count_first,
    .run = change_run,
    .zh = "修改人群；表达式有变即成新版本。",
    .en = "Change an audience; a new expression makes a new version.",
    .reply = "Audience",
};

static enum rc archive_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audience_row row;
    enum rc rc = audience_load(tx, arg_int(rq, "audience_id"), &row, e);
    if (rc == RC_OK)
        rc = audience_archive(tx, row.id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "audience", row.id, "%s", "");
    reply_status(rq, 204);
    return RC_OK;
}

const struct route route_audience_archive = {
    .method = DELETE,
    .path = "/api/audiences/{audience_id}",
    .name = "audience_archive",
    .need = PERM_AUDIENCE_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_AUDIENCE_ID},
    .run = archive_run,
    .zh = "停用人群；引用它的表达式仍可读。",
    .en = "Put an audience away; expressions that name it stay readable.",
};

static enum rc versions_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audience_row row;
    struct audience_version *list = NULL;
    size_t n = 0;
    enum rc rc = audience_load(tx, arg_int(rq, "audience_id"), &row, e);
    if (rc == RC_OK)
        rc = audience_versions(tx, row.id, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "version", list[i].version);
        json_put_str(j, "expression", list[i].expression);
        json_put_int(j, "at_s", list[i].at_us / 1000000);
        json_put_str(j, "account", list[i].account);
        json_close_object(j);
    }
    listing_close(rq, STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_audience_versions = {
    .method = GET,
    .path = "/api/audiences/{audience_id}/versions",
    .name = "audience_versions",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_NONE,
    .args = {ARG_AUDIENCE_ID},
    .run = versions_run,
    .zh = "表达式的历史版本。",
    .en = "Earlier texts of an audience.",
    .reply = "AudienceVersions",
};

enum rc audience_reply_customers(struct request *rq, struct tx *tx, struct str text, struct err *e)
{
    struct audience_question q = {
        .now_s = tx_now_s(tx),
        .period_s = EXPRESSION_PERIOD_S,
        .scope_account = request_caller(rq)->scope_account,
    };
    enum rc rc = expression_read(tx, AUDIENCE_CUSTOMER, text, &q.expr, e);
    if (rc != RC_OK)
        return rc;
    int64_t after = 0, total = 0, limit = page_limit(rq);
    bool first = !str_to_i64(page_cursor(rq), &after);
    int64_t *ids = ARENA_ARRAY(request_arena(rq), int64_t, limit);
    size_t n = 0;
    struct snapshot *s = answer_from(request_app(rq)->mirror, tx);
    rc = answer_page(s, tx, &q, after, limit, ids, &n, e);
    if (rc == RC_OK && first)
        rc = answer_count(s, tx, &q, &total, e);
    answer_done(s);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = customer_json_list(rq, tx, j, "items", ids, n, e);
    reply_page_end(rq, next_after(rq, n, limit, n > 0 ? ids[n - 1] : 0), first ? total : -1);
    json_close_object(j);
    return rc;
}

static enum rc customers_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audience_row row;
    enum rc rc = audience_load(tx, arg_int(rq, "audience_id"), &row, e);
    if (rc == RC_OK && !str_eq(row.subject, STR("customer")))
        rc =
            err_set(e, RC_INVALID, "subject_group", "audience_id", "这是客户群的人群，没有客户列表",
                    "this audience is about groups and lists no customers");
    return rc == RC_OK ? audience_reply_customers(rq, tx, row.expression, e) : rc;
}

const struct route route_audience_customers = {
    .method = GET,
    .path = "/api/audiences/{audience_id}/customers",
    .name = "audience_customers",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_AUDIENCE_ID, ARGS_PAGE},
    .run = customers_run,
    .zh = "人群里的客户。",
    .en = "Who is in an audience.",
    .reply = "CustomerList",
};

/* ---- sizes on demand ---- */

static enum rc size_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct arena *a = request_arena(rq);
    struct job_order order = {
        .kind = "audience_size",
        .title = STR("统计已保存的人群"),
        .detail = STR("{}"),
        .unit = "audiences",
        .total = -1,
        .account_id = request_caller(rq)->account_id,
    };
    if (arg_given(rq, "audience_id")) {
        struct audience_row row;
        enum rc rc = audience_load(tx, arg_int(rq, "audience_id"), &row, e);
        if (rc != RC_OK)
            return rc;
        order.title = arena_printf(a, "统计人群：" STR_FMT, STR_ARG(row.name));
        order.detail = arena_printf(a, "{\"audience_id\":\"%" PRId64 "\"}", row.id);
    }
    return job_started(rq, tx, &order, e);
}

const struct route route_audience_size = {
    .method = POST,
    .path = "/api/audiences/size",
    .name = "audience_size",
    .need = PERM_AUDIENCE_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"audience_id", ARG_ID, IN_BODY, .zh = "一个人群；不给则统计所有实时人群",
             .en = "one audience; all live ones unless told"},
        },
    .run = size_run,
    .zh = "重新统计人群的人数。",
    .en = "Count saved audiences again and keep their sizes.",
    .reply = "JobStarted",
};

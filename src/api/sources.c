/* sources.c — where customers come from, and what each source costs.
 *
 * What a source cost is the corp's, so costs are for callers who see everything; the list of
 * sources shows cost 0 to others.
 */
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "base/limits.h"
#include "store/source.h"

#define SOURCE_KINDS                                                                               \
    "code|group_code|region_code|link|parcel|fission|offline|live|search|introduction|import|"     \
    "shop|other"

static void put_source(struct request *rq, const struct source_row *s)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", s->id);
    json_put_str(j, "name", s->name);
    json_put_str(j, "kind", s->kind);
    json_put_int(j, "customers", s->customers);
    json_put_known(j, "cost_fen", request_caller(rq)->scope_account == 0 ? s->cost_fen : DB_NULL);
    json_put_bool(j, "archived", s->archived_s != DB_NULL);
    json_close_object(j);
}

static enum rc sources(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct source_row *list;
    size_t n;
    enum rc rc = board_for_short(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_source_list(board, request_caller(rq)->scope_account, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++)
        put_source(rq, &list[i]);
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_source_list = {
    .method = GET,
    .path = "/api/sources",
    .name = "source_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .run = sources,
    .zh = "客户来源；成本只对数据范围为全部的账号显示",
    .en = "Sources with customers in your scope; costs only for those who see everything.",
    .reply = "SourceList",
};

static enum rc put_one(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct source_row *list;
    size_t n;
    enum rc rc = source_list(tx, request_caller(rq)->scope_account, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "source", id, "%s", "");
    for (size_t i = 0; i < n; i++) {
        if (list[i].id == id)
            put_source(rq, &list[i]);
    }
    return RC_OK;
}

static enum rc source_create(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id;
    struct str kind = arg_given(rq, "kind") ? arg_str(rq, "kind") : STR("other");
    enum rc rc = source_add(tx, arg_str(rq, "name"), kind, &id, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    return put_one(rq, tx, id, e);
}

const struct route route_source_create = {
    .method = POST,
    .path = "/api/sources",
    .name = "source_create",
    .need = PERM_COST_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"name", ARG_NAME, IN_BODY, .required = true, .zh = "名称", .en = "name"},
             {"kind", ARG_CHOICE, IN_BODY, .choices = SOURCE_KINDS, .zh = "类型，默认 other",
              .en = "kind, other unless told"}},
    .run = source_create,
    .zh = "新建来源",
    .en = "Make a source.",
    .reply = "Source",
};

static enum rc source_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct source_row s;
    enum rc rc = source_load(tx, arg_int(rq, "source_id"), &s, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "name"))
        s.name = arg_str(rq, "name");
    if (arg_given(rq, "kind"))
        s.kind = arg_str(rq, "kind");
    if (arg_given(rq, "archived"))
        s.archived_s = arg_int(rq, "archived") != 0 ? tx_now_s(tx) : DB_NULL;
    rc = source_store(tx, &s, e);
    return rc == RC_OK ? put_one(rq, tx, s.id, e) : rc;
}

#define ARG_SOURCE_ID                                                                              \
    {                                                                                              \
        "source_id", ARG_ID, IN_PATH, .required = true, .zh = "来源", .en = "the source"           \
    }

const struct route route_source_update = {
    .method = PATCH,
    .path = "/api/sources/{source_id}",
    .name = "source_update",
    .need = PERM_COST_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_SOURCE_ID,
             {"name", ARG_NAME, IN_BODY, .zh = "名称", .en = "name"},
             {"kind", ARG_CHOICE, IN_BODY, .choices = SOURCE_KINDS, .zh = "类型", .en = "kind"},
             {"archived", ARG_BOOL, IN_BODY, .zh = "停用或重新启用",
              .en = "archive, or bring back"}},
    .run = source_update,
    .zh = "修改来源",
    .en = "Change a source.",
    .reply = "Source",
};

static enum rc source_archive(struct request *rq, struct tx *tx, struct err *e)
{
    struct source_row s;
    enum rc rc = source_load(tx, arg_int(rq, "source_id"), &s, e);
    if (rc != RC_OK)
        return rc;
    s.archived_s = tx_now_s(tx);
    rc = source_store(tx, &s, e);
    return rc == RC_OK ? put_one(rq, tx, s.id, e) : rc;
}

const struct route route_source_remove = {
    .method = DELETE,
    .path = "/api/sources/{source_id}",
    .name = "source_remove",
    .need = PERM_COST_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_SOURCE_ID},
    .run = source_archive,
    .zh = "停用来源，客户的来源不变",
    .en = "Archive a source; customers keep it as theirs.",
    .reply = "Source",
};

/* ---- costs ---- */

#define COST_KINDS "fixed|traffic|goods|incentive"

static void put_cost(struct json *j, const struct cost_row *c)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", c->id);
    json_put_named(j, "source", c->source_id, c->source);
    json_put_str(j, "kind", c->kind);
    json_put_day(j, "from_day", c->from_day);
    json_put_day(j, "to_day", c->to_day);
    json_put_int(j, "amount_fen", c->amount_fen);
    json_put_str(j, "note", c->note);
    json_put_int(j, "created_s", c->created_s);
    json_close_object(j);
}

static enum rc costs(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t day = INT64_MAX;
    int64_t id = INT64_MAX;
    bool behind = cursor_read(rq, &day, &id);
    int64_t limit = page_limit(rq);
    struct cost_row *list;
    size_t n;
    enum rc rc = cost_list(tx, arg_int(rq, "source_id"), day, id, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        put_cost(j, &list[i]);
    listing_close(
        rq, more ? cursor_write(rq, list[limit - 1].from_day, list[limit - 1].id) : STR_ABSENT,
        behind || more ? -1 : (int64_t)n);
    return RC_OK;
}

const struct route route_cost_list = {
    .method = GET,
    .path = "/api/costs",
    .name = "cost_list",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_WHOLE,
    .args = {{"source_id", ARG_ID, .zh = "只看此来源", .en = "of this source only"}, ARGS_PAGE},
    .run = costs,
    .zh = "成本，最近的在前",
    .en = "Costs, latest first.",
    .reply = "CostList",
};

static enum rc days_in_order(const struct cost_row *c, struct err *e)
{
    if (c->from_day <= c->to_day)
        return RC_OK;
    err_set(e, RC_INVALID, "days_order", "to_day", "结束日期早于开始日期",
            "to_day is before from_day");
    err_hint(e, "请对调两个日期", "swap the two days");
    return RC_INVALID;
}

/* Reads what was given over what there is. */
static enum rc read_cost_args(struct request *rq, struct tx *tx, struct cost_row *c, struct err *e)
{
    struct source_row s;
    c->source_id = arg_int_or(rq, "source_id", c->source_id);
    if (arg_given(rq, "kind"))
        c->kind = arg_str(rq, "kind");
    c->from_day = arg_int_or(rq, "from_day", c->from_day);
    c->to_day = arg_int_or(rq, "to_day", c->to_day);
    c->amount_fen = arg_int_or(rq, "amount_fen", c->amount_fen);
    if (arg_given(rq, "note"))
        c->note = arg_null(rq, "note") || str_empty(arg_str(rq, "note")) ? STR_ABSENT
                                                                         : arg_str(rq, "note");
    enum rc rc = days_in_order(c, e);
    return rc == RC_OK ? source_load(tx, c->source_id, &s, e) : rc;
}

static enum rc put_stored(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct cost_row c;
    enum rc rc = cost_load(tx, id, &c, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "cost", id, "%s", "");
    put_cost(reply_json(rq), &c);
    return RC_OK;
}

static enum rc cost_create(struct request *rq, struct tx *tx, struct err *e)
{
    struct cost_row c = {0};
    enum rc rc = read_cost_args(rq, tx, &c, e);
    if (rc == RC_OK)
        rc = cost_add(tx, &c, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    return put_stored(rq, tx, c.id, e);
}

#define AMOUNT_MOST 100000000000000 /* a trillion yuan: whatever is larger is a slip */
#define ARGS_COST(must)                                                                            \
    {"source_id", ARG_ID, IN_BODY, .required = must, .zh = "来源", .en = "the source"},            \
        {"kind",                                                                                   \
         ARG_CHOICE,                                                                               \
         IN_BODY,                                                                                  \
         .required = must,                                                                         \
         .choices = COST_KINDS,                                                                    \
         .zh = "fixed 固定、traffic 投放、goods 货品、incentive 激励",                             \
         .en = "fixed, traffic, goods, incentive"},                                                \
        {"from_day", ARG_DAY, IN_BODY, .required = must, .zh = "开始日期", .en = "first day"},     \
        {"to_day",                                                                                 \
         ARG_DAY,                                                                                  \
         IN_BODY,                                                                                  \
         .required = must,                                                                         \
         .zh = "结束日期（含）",                                                                   \
         .en = "last day, inclusive"},                                                             \
        {"amount_fen",                                                                             \
         ARG_FEN,                                                                                  \
         IN_BODY,                                                                                  \
         .required = must,                                                                         \
         .min = 0,                                                                                 \
         .max = AMOUNT_MOST,                                                                       \
         .zh = "金额（分）",                                                                       \
         .en = "amount in fen"},                                                                   \
    {                                                                                              \
        "note", ARG_TEXT, IN_BODY, .nullable = true, .max = LIMIT_NOTE, .zh = "说明", .en = "note" \
    }

const struct route route_cost_create = {
    .method = POST,
    .path = "/api/costs",
    .name = "cost_create",
    .need = PERM_COST_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {ARGS_COST(true)},
    .run = cost_create,
    .zh = "记一笔成本，报表按天平均分摊",
    .en = "Write down a cost; reports spread it evenly over its days.",
    .reply = "Cost",
};

static enum rc cost_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct cost_row c;
    enum rc rc = cost_load(tx, arg_int(rq, "cost_id"), &c, e);
    if (rc == RC_OK)
        rc = read_cost_args(rq, tx, &c, e);
    if (rc == RC_OK)
        rc = cost_store(tx, &c, e);
    return rc == RC_OK ? put_stored(rq, tx, c.id, e) : rc;
}

#define ARG_COST_ID                                                                                \
    {                                                                                              \
        "cost_id", ARG_ID, IN_PATH, .required = true, .zh = "成本", .en = "the cost"               \
    }

const struct route route_cost_update = {
    .method = PATCH,
    .path = "/api/costs/{cost_id}",
    .name = "cost_update",
    .need = PERM_COST_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_COST_ID, ARGS_COST(false)},
    .run = cost_update,
    .zh = "修改一笔成本",
    .en = "Change a cost.",
    .reply = "Cost",
};

static enum rc cost_delete(struct request *rq, struct tx *tx, struct err *e)
{
    struct cost_row c;
    enum rc rc = cost_load(tx, arg_int(rq, "cost_id"), &c, e);
    if (rc == RC_OK)
        rc = cost_remove(tx, c.id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "cost", c.id, "\"amount_fen\":%lld", (long long)c.amount_fen);
    put_cost(reply_json(rq), &c);
    return RC_OK;
}

const struct route route_cost_remove = {
    .method = DELETE,
    .path = "/api/costs/{cost_id}",
    .name = "cost_remove",
    .need = PERM_COST_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_COST_ID},
    .run = cost_delete,
    .zh = "删除一笔成本",
    .en = "Remove a cost.",
    .reply = "Cost",
};

/* demo.c — the demo corp in and out, and what it is like. */
#include "api/job_started.h"
#include "api/routes.h"
#include "domain/app.h"
#include "domain/demo.h"

#include <inttypes.h>

static enum rc make_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t customers = arg_int_or(rq, "customers", 20000);
    enum rc rc = demo_allowed(tx, e);
    if (rc != RC_OK)
        return rc;
    struct job_order order = {
        .kind = "demo",
        .title = STR("生成演示企业"),
        .detail =
            arena_printf(request_arena(rq), "{\"seed\":%" PRId64 ",\"customers\":%" PRId64 "}",
                         arg_int_or(rq, "seed", 1), customers),
        .unit = "customers",
        .total = customers,
        .account_id = request_caller(rq)->account_id,
    };
    return job_started(rq, tx, &order, e);
}

const struct route route_demo_make = {
    .method = POST,
    .path = "/api/demo",
    .name = "demo_make",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"customers", ARG_INT, IN_BODY, .min = DEMO_CUSTOMERS_MIN, .max = DEMO_CUSTOMERS_MAX,
             .zh = "客户数，默认 20000", .en = "customers, 20,000 unless told"},
            {"seed", ARG_INT, IN_BODY, .min = 0, .max = INT64_C(9007199254740991),
             .zh = "随机种子，默认 1", .en = "seed, 1 unless told"},
        },
    .run = make_run,
    .zh = "在空的数据里生成演示企业。",
    .en = "Make the demo corp in an empty installation.",
    .reply = "JobStarted",
};

static enum rc remove_run(struct request *rq, struct tx *tx, struct err *e)
{
    enum rc rc = demo_removable(tx, e);
    if (rc != RC_OK)
        return rc;
    struct job_order order = {
        .kind = "demo_remove",
        .title = STR("移除演示数据"),
        .detail = STR("{}"),
        .unit = "steps",
        .total = -1,
        .account_id = request_caller(rq)->account_id,
    };
    return job_started(rq, tx, &order, e);
}

const struct route route_demo_remove = {
    .method = POST,
    .path = "/api/demo/remove",
    .name = "demo_remove",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .run = remove_run,
    .zh = "移除演示企业的全部数据；账号和设置保留。",
    .en = "Take the demo corp out again; accounts and settings stay.",
    .reply = "JobStarted",
};

static enum rc figures_run(struct request *rq, struct tx *tx, struct err *e)
{
    bool ok = false;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_key(j, STR("items"));
    enum rc rc = demo_figures(tx, j, &ok, e);
    if (rc != RC_OK)
        return rc;
    json_put_bool(j, "ok", ok);
    json_close_object(j);
    return RC_OK;
}

const struct route route_demo_figures = {
    .method = GET,
    .path = "/api/demo/figures",
    .name = "demo_figures",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .run = figures_run,
    .zh = "演示企业的特征数字与应在的范围。",
    .en = "What the demo corp is like, beside the bands it should lie in.",
    .reply = "DemoFigures",
};

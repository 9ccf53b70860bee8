/* wecom_sync.c — a full sync with WeCom: starting one, and how far the last one is.
 *
 * What could not be told is listed by WeCom's ids with the reason and the way out in the caller's
 * language: userids, chat_ids, departments; no customer is named.
 */
#include "api/customer_json.h"
#include "api/job_started.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "connect/wecom/sync.h"
#include "domain/app.h"
#include "domain/wecom_order.h"
#include "store/job.h"
#include "store/wecom_sync.h"

enum { PROBLEMS_MOST = 500, RUNS_MOST = 20, US_PER_S = 1000000 };

static enum rc start_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct job_order order;
    enum rc rc = wecom_order(request_app(rq), tx, request_caller(rq)->account_id, &order, e);
    return rc == RC_OK ? job_started(rq, tx, &order, e) : rc;
}

const struct route route_wecom_sync_start = {
    .method = POST,
    .path = "/api/wecom/sync",
    .name = "wecom_sync_start",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .run = start_run,
    .zh = "从企业微信同步全部标签、员工、客户和客户群；同时只能有一次。",
    .en = "Sync all tags, staff, customers and groups from WeCom; one at a time.",
    .reply = "JobStarted",
};

static void put_problem(struct request *rq, struct json *j, const struct sync_item *item)
{
    struct work_error why;
    work_error_read(rq, item->error, &why);
    json_open_object(j, NULL);
    json_put_z(j, "kind", sync_kind_name(item->kind));
    json_put_str(j, "ref", item->ref);
    json_put_z(j, "state", sync_state_name(item->state));
    json_put_str(j, "code", why.code);
    json_put_str(j, "message", why.message);
    json_put_str(j, "advice", why.hint);
    json_close_object(j);
}

static void put_run(struct request *rq, struct json *j, const struct job_row *job)
{
    struct wecom_sync_sum sum;
    wecom_sync_sum(job->cursor, request_arena(rq), &sum);
    json_open_object(j, NULL);
    json_put_id(j, "job_id", job->id);
    json_put_z(j, "state", job_state_name(job->state));
    /* nothing but an end with everything told is complete */
    json_put_bool(j, "complete", job->state == JOB_DONE && sum.problems == 0);
    json_put_z(j, "stage", sum.stage);
    json_put_int(j, "created_s", job->created_us / US_PER_S);
    json_put_known(j, "ended_s", job->ended_us == 0 ? DB_NULL : job->ended_us / US_PER_S);
    json_put_int(j, "calls", sum.calls);
    json_put_known(j, "least_calls", sum.least_calls);
    json_put_int(j, "problems", sum.problems);
    json_put_int(j, "outside", sum.outside);
    json_put_int(j, "friendships", sum.friendships);
    json_put_int(j, "begun", sum.begun);
    json_put_int(j, "ended", sum.ended);
    json_put_int(j, "groups", sum.groups);
    json_close_object(j);
}

static enum rc put_newest(struct request *rq, struct tx *tx, const struct job_row *job,
                          struct err *e)
{
    struct json *j = reply_json(rq);
    struct sync_item *items = NULL;
    size_t n = 0;
    enum rc rc = sync_items_open(tx, job->id, PROBLEMS_MOST, &items, &n, e);
    if (rc == RC_OK && job->id != 0)
        rc = job_print(request_app(rq), tx, job->id, j, "job", e);
    else
        json_put_null(j, "job");
    wecom_sync_print(job->cursor, request_arena(rq), j);
    json_open_array(j, "problems");
    for (size_t i = 0; i < n; i++)
        put_problem(rq, j, &items[i]);
    json_close_array(j);
    return rc;
}

static enum rc show_run(struct request *rq, struct tx *tx, struct err *e)
{
    static const struct job_row none = {.id = 0};
    struct job_row *jobs = NULL;
    size_t n = 0;
    enum rc rc = job_row_of_kind(tx, STR("wecom_sync"), RUNS_MOST, &jobs, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_bool(j, "connected", wecom_order_is_set(request_app(rq)));
    json_put_int(j, "hour", config_int(request_app(rq)->config, "wecom_sync_hour"));
    rc = put_newest(rq, tx, n > 0 ? &jobs[0] : &none, e);
    json_open_array(j, "runs");
    for (size_t i = 0; i < n; i++)
        put_run(rq, j, &jobs[i]);
    json_close_array(j);
    json_close_object(j);
    return rc;
}

const struct route route_wecom_sync_show = {
    .method = GET,
    .path = "/api/wecom/sync",
    .name = "wecom_sync_show",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .run = show_run,
    .zh = "最近一次企业微信同步：进度、数量，以及未能同步的员工、部门和群（至多 500 项）；runs "
          "为最近 20 次。",
    .en =
        "The last sync with WeCom: how far it is, what it brought, and what could not be told (at "
        "most 500); runs are the last 20.",
    .reply = "WecomSync",
};

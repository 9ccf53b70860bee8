/* wecom_sync.c — a full sync with WeCom: starting one, and how far the last one is.
 *
 * What could not be told is listed by WeCom's ids with the reason and the way out in the caller's
 * language: userids, chat_ids, departments; no customer is named.
 */
#include "api/job_started.h"
#include "api/routes.h"
#include "api/work_json.h"
#include "connect/wecom/sync.h"
#include "domain/app.h"
#include "domain/wecom_order.h"
#include "store/job.h"
#include "store/wecom_sync.h"

enum { PROBLEMS_MOST = 500, JOBS_A_READ = 100 };

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

/* The newest sync; false when there never was one. */
static enum rc newest(struct tx *tx, struct job_row *out, bool *out_found, struct err *e)
{
    int64_t before = INT64_MAX;
    *out_found = false;
    for (;;) {
        struct job_row *jobs = NULL;
        size_t n = 0;
        enum rc rc = job_row_list(tx, before, 0, STR(""), JOBS_A_READ, &jobs, &n, e);
        for (size_t i = 0; rc == RC_OK && i < n && !*out_found; i++) {
            before = jobs[i].id;
            *out_found = str_eq(jobs[i].kind, STR("wecom_sync"));
            if (*out_found)
                *out = jobs[i];
        }
        if (rc != RC_OK || n < JOBS_A_READ || *out_found)
            return rc;
    }
}

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

static enum rc show_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct job_row job = {.id = 0};
    struct sync_item *items = NULL;
    size_t n = 0;
    bool found;
    enum rc rc = newest(tx, &job, &found, e);
    if (rc == RC_OK)
        rc = sync_items_open(tx, job.id, PROBLEMS_MOST, &items, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    if (found)
        rc = job_print(request_app(rq), tx, job.id, j, "job", e);
    else
        json_put_null(j, "job");
    wecom_sync_print(job.cursor, request_arena(rq), j);
    json_open_array(j, "problems");
    for (size_t i = 0; i < n; i++)
        put_problem(rq, j, &items[i]);
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
    .zh = "最近一次企业微信同步：进度、数量，以及未能同步的员工、部门和群（至多 500 项）。",
    .en =
        "The last sync with WeCom: how far it is, what it brought, and what could not be told (at "
        "most 500).",
    .reply = "WecomSync",
};

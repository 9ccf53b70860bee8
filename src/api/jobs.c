/* jobs.c — long work as its owner sees it: list, one, stop, resume, and a stream of its progress.
 *
 * Everyone sees the jobs they asked for; whoever has the permission `system` sees all. Titles and
 * results of jobs hold no personal data, so a job needs no data scope.
 */
#include "api/listing.h"
#include "api/routes.h"
#include "domain/app.h"
#include "domain/job.h"
#include "store/job.h"

/* Whose jobs the caller sees: 0 for everyone's. */
static int64_t owner_of(const struct request *rq)
{
    const struct caller *c = request_caller(rq);
    return c->local || role_may(c->role, PERM_SYSTEM) ? 0 : c->account_id;
}

/* A job of others is not there. */
static enum rc check_owner(struct request *rq, struct tx *tx, int64_t id, struct job_row *out,
                           struct err *e)
{
    enum rc rc = job_row_get(tx, id, out, e);
    int64_t owner = owner_of(rq);
    if (rc == RC_OK && owner != 0 && out->account_id != owner)
        return err_set(e, RC_NOT_FOUND, "job_unknown", "id", "没有这个任务",
                       "there is no such job");
    return rc;
}

static enum rc list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct job_row *rows;
    size_t n;
    int64_t before = INT64_MAX, ignored, limit = page_limit(rq);
    cursor_read(rq, &before, &ignored);
    enum rc rc =
        job_row_list(tx, before, owner_of(rq), arg_str(rq, "state"), limit + 1, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    bool more = (int64_t)n > limit;
    n = more ? (size_t)limit : n;
    for (size_t i = 0; i < n && rc == RC_OK; i++)
        rc = job_print(request_app(rq), tx, rows[i].id, j, NULL, e);
    listing_close(rq, more ? cursor_write(rq, rows[n - 1].id, 0) : STR_ABSENT, -1);
    return rc;
}

const struct route route_job_list = {
    .method = GET,
    .path = "/api/jobs",
    .name = "job_list",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .args = {{"state", ARG_CHOICE, .choices = "waiting|running|stopping|stopped|done|failed",
              .zh = "状态，不给为全部", .en = "the state, any unless told"},
             ARGS_PAGE},
    .run = list_run,
    .zh = "任务列表，最新的在前。",
    .en = "Jobs, newest first.",
    .reply = "JobList",
};

static enum rc get_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct job_row row;
    enum rc rc = check_owner(rq, tx, arg_int(rq, "job_id"), &row, e);
    return rc == RC_OK ? job_print(request_app(rq), tx, row.id, reply_json(rq), NULL, e) : rc;
}

const struct route route_job_get = {
    .method = GET,
    .path = "/api/jobs/{job_id}",
    .name = "job_get",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .args = {{"job_id", ARG_ID, IN_PATH, .required = true, .zh = "任务", .en = "the job"}},
    .run = get_run,
    .zh = "一个任务：进度、速度、剩余时间、结果。",
    .en = "A job: how far it is, how fast, how long yet, what came of it.",
    .reply = "Job",
};

static enum rc events_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct job_row row;
    enum rc rc = check_owner(rq, tx, arg_int(rq, "job_id"), &row, e);
    if (rc != RC_OK)
        return rc;
    reply_event(rq, "job", row.state >= JOB_STOPPED);
    return job_print(request_app(rq), tx, row.id, reply_json(rq), NULL, e);
}

const struct route route_job_events = {
    .method = GET,
    .path = "/api/jobs/{job_id}/events",
    .name = "job_events",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .stream = true,
    .args = {{"job_id", ARG_ID, IN_PATH, .required = true, .zh = "任务", .en = "the job"}},
    .run = events_run,
    .zh = "任务进度的事件流，到任务结束为止。",
    .en = "A stream of the job's progress, until it ends.",
    .reply = "Job",
};

static enum rc change(struct request *rq, struct tx *tx,
                      enum rc (*what)(struct app *app, struct tx *tx, int64_t id, struct err *e),
                      struct err *e)
{
    struct job_row row;
    enum rc rc = check_owner(rq, tx, arg_int(rq, "job_id"), &row, e);
    if (rc == RC_OK)
        rc = what(request_app(rq), tx, row.id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "job", row.id, "%s", "");
    return job_print(request_app(rq), tx, row.id, reply_json(rq), NULL, e);
}

static enum rc stop_run(struct request *rq, struct tx *tx, struct err *e)
{
    return change(rq, tx, job_stop, e);
}

const struct route route_job_stop = {
    .method = POST,
    .path = "/api/jobs/{job_id}/stop",
    .name = "job_stop",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {{"job_id", ARG_ID, IN_PATH, .required = true, .zh = "任务", .en = "the job"}},
    .run = stop_run,
    .zh = "停止任务；已完成的部分保留，可以继续。",
    .en = "Stop a job; what it has done stays, and it can go on later.",
    .reply = "Job",
};

static enum rc resume_run(struct request *rq, struct tx *tx, struct err *e)
{
    return change(rq, tx, job_resume, e);
}

const struct route route_job_resume = {
    .method = POST,
    .path = "/api/jobs/{job_id}/resume",
    .name = "job_resume",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {{"job_id", ARG_ID, IN_PATH, .required = true, .zh = "任务", .en = "the job"}},
    .run = resume_run,
    .zh = "继续一个已停止或失败的任务。",
    .en = "Let a stopped or failed job go on.",
    .reply = "Job",
};

/* wecom_status.c — whether WeCom has found this installation, and what went wrong between the two.
 *
 * For the console's wizard, which asks again while somebody saves the callback's address in WeCom's
 * console: a check that was answered is remembered (schema/0013_callback_check.sql), a delivery is
 * the newest row of the inbox. What was refused is remembered in memory only, since strangers must
 * not make the server write.
 */
#include "api/wecom_status.h"

#include "api/customer_json.h"
#include "api/routes.h"
#include "connect/wecom/sync.h"
#include "domain/app.h"
#include "domain/wecom_order.h"
#include "store/inbox.h"
#include "store/job.h"
#include "store/outbox.h"
#include "store/welcome.h"

enum { US_PER_S = 1000000, DAY_S = 86400, RUNS_READ = 20, OLD_DAYS = 2 };

enum rc wecom_troubles(struct tx *tx, struct wecom_troubles *out, struct err *e)
{
    int64_t day_ago_us = tx_now_us(tx) - INT64_C(1) * DAY_S * US_PER_S;
    enum rc rc = inbox_count(tx, INBOX_DEAD, &out->inbox_dead, e);
    if (rc == RC_OK)
        rc = outbox_count(tx, OUTBOX_DEAD, &out->outbox_dead, e);
    if (rc == RC_OK)
        rc = outbox_count(tx, OUTBOX_UNSURE, &out->outbox_unsure, e);
    return rc == RC_OK ? welcome_count_missed(tx, day_ago_us, &out->welcomes_missed, e) : rc;
}

enum rc wecom_sync_look(const struct app *app, struct tx *tx, struct wecom_sync_news *out,
                        struct err *e)
{
    struct job_row *jobs = NULL;
    size_t n = 0, at = 0;
    struct wecom_sync_sum sum;
    *out = (struct wecom_sync_news){.trouble = SYNC_WELL};
    if (!wecom_order_is_set(app))
        return RC_OK;
    enum rc rc = job_row_of_kind(tx, STR("wecom_sync"), RUNS_READ, &jobs, &n, e);
    if (rc != RC_OK)
        return rc;
    while (at < n && jobs[at].state < JOB_STOPPED)
        at++;
    if (n == 0)
        out->trouble = SYNC_NEVER;
    if (n == 0 || at == n)
        return RC_OK; /* the first one is under way */
    int64_t age_s = tx_now_s(tx) - jobs[at].ended_us / US_PER_S;
    wecom_sync_sum(jobs[at].cursor, tx_arena(tx), &sum);
    out->n = sum.problems;
    if (jobs[at].state == JOB_FAILED)
        out->trouble = SYNC_FAILED_WHOLE;
    else if (jobs[at].state == JOB_STOPPED)
        out->trouble = SYNC_STOPPED_PART;
    else if (sum.problems > 0)
        out->trouble = SYNC_INCOMPLETE;
    else if (age_s > OLD_DAYS * DAY_S)
        *out = (struct wecom_sync_news){.trouble = SYNC_TOO_OLD, .n = age_s / DAY_S};
    return RC_OK;
}

static void put_time(struct json *j, const char *key, int64_t us)
{
    json_put_known(j, key, us == 0 ? DB_NULL : us / US_PER_S);
}

static enum rc status_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct inbox_contact contact;
    struct wecom_troubles now;
    enum rc rc = inbox_contact(tx, &contact, e);
    if (rc == RC_OK)
        rc = wecom_troubles(tx, &now, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_time(j, "checked_s", contact.checked_us);
    put_time(j, "received_s", contact.received_us);
    put_time(j, "refused_s", request_app(rq)->callback_refused_us);
    json_put_int(j, "inbox_dead", now.inbox_dead);
    json_put_int(j, "outbox_dead", now.outbox_dead);
    json_put_int(j, "outbox_unsure", now.outbox_unsure);
    json_put_int(j, "welcomes_missed", now.welcomes_missed);
    json_close_object(j);
    return RC_OK;
}

const struct route route_wecom_status = {
    .method = GET,
    .path = "/api/wecom/status",
    .name = "wecom_status",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .run = status_run,
    .zh = "企业微信最近何时校验、送达回调，以及有多少事件、待办、欢迎语需要处理。",
    .en = "When WeCom last checked and used the callback, and how many events, wishes and welcomes "
          "want a look.",
    .reply = "WecomStatus",
};

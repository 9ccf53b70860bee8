/* wecom_order.c — two looks: at the settings, and at the jobs that are under way.
 *
 * Both happen in the transaction that adds the job, so two orders at once cannot both find nothing:
 * there is one writer. What is refused is a second sync, and one without a corp and a secret.
 * Costs a read of the index on open jobs, at most 200 rows.
 */
#include "domain/wecom_order.h"

#include "store/job.h"

bool wecom_order_is_set(const struct app *app)
{
    static const char *const SECRETS[] = {"wecom_app_secret", "wecom_contact_secret"};
    bool secret = false;
    for (size_t i = 0; i < sizeof SECRETS / sizeof *SECRETS; i++)
        secret = secret || config_text(app->config, SECRETS[i])[0] != 0;
    return secret && config_text(app->config, "wecom_corp_id")[0] != 0;
}

static enum rc check_set(const struct app *app, struct err *e)
{
    if (wecom_order_is_set(app))
        return RC_OK;
    err_set(e, RC_NOT_FOUND, "wecom_not_set", "wecom_corp_id", "没有连接企业微信",
            "WeCom is not connected");
    err_hint(e, "在设置里填写企业 ID 和应用 Secret", "set the corp id and the app's secret");
    return RC_NOT_FOUND;
}

/* Whether a job of the kind waits or runs. */
static enum rc is_open(struct tx *tx, struct str kind, bool *out, struct err *e)
{
    struct job_row *jobs = NULL;
    size_t n = 0;
    enum rc rc = job_row_open(tx, &jobs, &n, e);
    *out = false;
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        *out = *out || str_eq(jobs[i].kind, kind);
    return rc;
}

enum rc wecom_order(const struct app *app, struct tx *tx, int64_t account_id, struct job_order *out,
                    struct err *e)
{
    bool open = false;
    enum rc rc = check_set(app, e);
    if (rc == RC_OK)
        rc = is_open(tx, STR("wecom_sync"), &open, e);
    if (rc == RC_OK && open) {
        rc = err_set(e, RC_CONFLICT, "sync_running", NULL, "已有一次企业微信同步正在进行",
                     "a sync with WeCom is under way already");
        err_hint(e, "等它完成，或先停止它", "wait for its end, or stop it first");
    }
    if (rc != RC_OK)
        return rc;
    *out = (struct job_order){
        .kind = "wecom_sync",
        .title = STR("企业微信全量同步"),
        .detail = STR("{}"),
        .unit = "calls",
        .total = -1,
        .account_id = account_id,
    };
    return RC_OK;
}

enum rc wecom_order_statistics(const struct app *app, struct tx *tx, int64_t account_id,
                               struct job_order *out, struct err *e)
{
    bool open = false;
    enum rc rc = check_set(app, e);
    if (rc == RC_OK)
        rc = is_open(tx, STR("wecom_statistics"), &open, e);
    if (rc == RC_OK && open) {
        rc = err_set(e, RC_CONFLICT, "statistics_running", NULL, "已在向企业微信查询员工统计",
                     "WeCom is being asked for the figures of staff already");
        err_hint(e, "等它完成，或先停止它", "wait for its end, or stop it first");
    }
    if (rc != RC_OK)
        return rc;
    *out = (struct job_order){
        .kind = "wecom_statistics",
        .title = STR("企业微信员工统计"),
        .detail = STR("{}"),
        .unit = "staff",
        .total = -1,
        .account_id = account_id,
    };
    return RC_OK;
}

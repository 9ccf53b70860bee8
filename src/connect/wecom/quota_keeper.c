/* quota_keeper.c — see quota_keeper.h. The question is asked between a reading and a writing
 * transaction; of two answers the one to the later question stays (store/link.h).
 */
#include "connect/wecom/quota_keeper.h"

#include "base/clock.h"
#include "base/log.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/reply_link.h"

#include <assert.h>

enum rc quota_ask(struct wecom_client *client, struct arena *a, struct link_quota *out,
                  struct err *e)
{
    const struct json_value *reply;
    struct link_quota told = {.problem = STR_ABSENT};
    if (client == NULL)
        return wecom_not_set(e);
    const struct wecom_call call = {
        .endpoint = wecom_endpoint("externalcontact/customer_acquisition_quota"),
        .out_sent_us = &told.told_us};
    enum rc rc = wecom_call(client, &call, a, &reply, e);
    if (rc == RC_OK)
        rc = reply_link_quota(reply, a, &told, e);
    if (rc == RC_OK)
        *out = told;
    return rc;
}

struct asking {
    struct app *app;
    struct link_quota told;
    int64_t begun_us;
    struct str problem;
};

static enum rc write_told(struct tx *tx, void *arg, struct err *e)
{
    const struct asking *x = arg;
    return link_quota_apply(tx, x->app->config, &x->told, e);
}

static enum rc write_failed(struct tx *tx, void *arg, struct err *e)
{
    const struct asking *x = arg;
    return link_quota_failed(tx, x->begun_us, x->problem, e);
}

static enum rc ask_in(struct app *app, struct arena *a, struct err *e)
{
    struct asking x = {.app = app, .begun_us = clock_now_us()};
    enum rc rc = quota_ask(app->wecom, a, &x.told, e);
    if (rc == RC_OK)
        return writer_run(app->writer, write_told, &x, e);
    struct err writing = ERR_INIT;
    x.problem = arena_str(a, str_from(e->code));
    log_line(LOG_WARN, "link_quota", "\"code\":\"%s\"", e->code);
    writer_run(app->writer, write_failed, &x, &writing); /* were this to fail, it is asked again */
    return rc;
}

enum rc quota_keeper_ask(struct app *app, struct err *e)
{
    struct arena a;
    arena_init(&a, 0);
    enum rc rc = ask_in(app, &a, e);
    arena_done(&a);
    return rc;
}

enum rc quota_keeper_run(struct app *app, int64_t now_s, struct err *e)
{
    struct tx *tx;
    struct link_quota q;
    bool any = false, due = false;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = link_quota_load(tx, &q, e);
    if (rc == RC_OK)
        rc = link_any(tx, &any, e);
    if (rc == RC_OK)
        due = link_quota_is_due(&q, any, now_s);
    db_read_end(tx);
    if (rc != RC_OK || !due)
        return rc;
    struct err refused = ERR_INIT;
    (void)quota_keeper_ask(app, &refused); /* kept and logged */
    return RC_OK;
}

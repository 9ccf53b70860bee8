/* wecom_check.c — asking WeCom, live, whether it lets this installation in.
 *
 * The route waits for WeCom, so it runs outside of the threads that answer questions. What fails is
 * shown as it would be anywhere: WeCom's number, plain words, the way out. Where nothing is served
 * (the command line in process) a client is made for the one run.
 */
#include "api/customer_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "base/clock.h"
#include "connect/wecom/check.h"
#include "domain/app.h"

static void put_finding(struct request *rq, const struct wecom_finding *f)
{
    bool english = request_caller(rq)->english;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_z(j, "secret", wecom_key_setting(f->key));
    json_put_z(j, "name", f->name);
    json_put_z(j, "path", f->path);
    json_put_z(j, "zh", f->zh);
    json_put_z(j, "en", f->en);
    json_put_bool(j, "ok", f->ok);
    json_put_z(j, "code", f->ok ? NULL : f->err.code);
    json_put_z(j, "error", f->ok ? NULL : english ? f->err.en : f->err.zh);
    json_put_z(j, "advice", f->ok ? NULL : english ? f->err.hint_en : f->err.hint_zh);
    json_put_known(j, "count", f->ok ? f->count : DB_NULL);
    json_put_bool(j, "more", f->ok && f->more);
    json_open_array(j, "names");
    for (size_t i = 0; i < f->names_n; i++)
        json_put_str(j, NULL, f->names[i]);
    json_close_array(j);
    json_close_object(j);
}

static enum rc check_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct app *app = request_app(rq);
    struct wecom_client *own = app->wecom == NULL ? wecom_client_new(app->config) : NULL;
    struct wecom_finding *found = NULL;
    size_t n = 0;
    (void)tx;
    enum rc rc = wecom_check(own != NULL ? own : app->wecom, clock_now_s(), request_arena(rq),
                             &found, &n, e);
    wecom_client_free(own);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    for (size_t i = 0; i < n; i++)
        put_finding(rq, &found[i]);
    listing_close(rq, STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_wecom_check = {
    .method = POST,
    .path = "/api/wecom/check",
    .name = "wecom_check",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .outside = true,
    .run = check_run,
    .zh = "逐项检查企业微信的密钥与权限，会实际调用企业微信。",
    .en = "Try each secret and permission at WeCom, by calling it.",
    .reply = "WecomCheckList",
};

/* wecom_js.c — signatures by which a page inside WeCom may ask it whose chat is open.
 *
 * A signature lets a page of that very address use the app's rights, so only addresses below
 * public_url are signed, for people who are signed in. Waits for WeCom once in two hours.
 */
#include "api/routes.h"
#include "base/clock.h"
#include "connect/wecom/crypto.h"
#include "connect/wecom/ticket.h"
#include "domain/app.h"

#include <inttypes.h>
#include <string.h>

enum { NONCE_CHARS = 16 };

static enum rc check_url(const struct config *c, struct str url, struct err *e)
{
    struct str own = str_from(config_text(c, "public_url"));
    bool below = own.n > 0 && str_starts(url, own) && (url.n == own.n || url.p[own.n] == '/');
    if (below && str_find_byte(url, '#') < 0)
        return RC_OK;
    err_set(e, RC_INVALID, "url_foreign", "url", "只为 public_url 下、不带 # 的地址签名",
            "only addresses below public_url are signed, without what follows #");
    err_hint(e, "请把设置 public_url 填成浏览器访问 Koi 的地址",
             "set public_url to where browsers reach Koi");
    return RC_INVALID;
}

static enum rc put_signature(struct request *rq, bool agent, struct str nonce, int64_t now_s,
                             struct err *e)
{
    char ticket[WECOM_TOKEN_BYTES + 1], signature[WECOM_SIGNATURE_CHARS + 1];
    struct arena *a = request_arena(rq);
    enum rc rc = wecom_ticket(request_app(rq)->tickets, agent, ticket, e);
    if (rc != RC_OK)
        return rc;
    wecom_jsapi_sign(str_from(ticket), nonce, arena_printf(a, "%" PRId64, now_s),
                     arg_str(rq, "url"), signature);
    explicit_bzero(ticket, sizeof ticket);
    json_put_z(reply_json(rq), agent ? "agent_signature" : "config_signature", signature);
    return RC_OK;
}

static enum rc js_sign(struct request *rq, struct tx *tx, struct err *e)
{
    char nonce[NONCE_CHARS + 1];
    const struct config *c = request_app(rq)->config;
    struct json *j = reply_json(rq);
    int64_t now_s = clock_now_s();
    (void)tx;
    enum rc rc = check_url(c, arg_str(rq, "url"), e);
    if (rc != RC_OK)
        return rc;
    secret_random_text(nonce, NONCE_CHARS);
    json_open_object(j, NULL);
    json_put_z(j, "corp_id", config_text(c, "wecom_corp_id"));
    json_put_int(j, "agent_id", config_int(c, "wecom_agent_id"));
    json_put_int(j, "timestamp", now_s);
    json_put_z(j, "nonce", nonce);
    rc = put_signature(rq, false, str_from(nonce), now_s, e);
    if (rc == RC_OK)
        rc = put_signature(rq, true, str_from(nonce), now_s, e);
    json_close_object(j);
    return rc;
}

const struct route route_wecom_js_sign = {
    .method = GET,
    .path = "/api/wecom/js-sign",
    .name = "wecom_js_sign",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_NONE,
    .outside = true,
    .args = {{"url", ARG_TEXT, .required = true, .min = 8, .max = 2000,
              .zh = "页面的地址，与浏览器所见一致，不含 # 及其后",
              .en = "the page's address as the browser sees it, without # and what follows"}},
    .run = js_sign,
    .zh = "JS-SDK 的签名：config 用企业的票据，agentConfig 用应用的",
    .en = "Signatures for the JS-SDK: config by the corp's ticket, agentConfig by the app's.",
    .reply = "WecomJsSign",
};

/* callback.c — verify, decrypt, decode.
 *
 * The signature comes first: whoever cannot make it reaches neither the cipher nor the second XML.
 * The time is looked at behind the signature that covers it.
 */
#include "connect/wecom/callback.h"

#include "connect/wecom/envelope.h"

#include <string.h>

enum rc wecom_account_read(struct str corp_id, struct str token, struct str key,
                           struct wecom_account *out, struct err *e)
{
    struct wecom_account account = {corp_id, token, {0}};
    if (str_empty(corp_id) || str_empty(token) || !wecom_key_read(key, account.key)) {
        err_set(e, RC_NOT_FOUND, "wecom_not_set", NULL, "还没有设置企业微信回调",
                "WeCom's callback is not set up");
        err_hint(e, "先设置 wecom_corp_id、wecom_token 和 wecom_aes_key",
                 "set wecom_corp_id, wecom_token and wecom_aes_key first");
        return RC_NOT_FOUND;
    }
    *out = account;
    return RC_OK;
}

/* A '+' that was read as a form's blank; base64 has no blanks. */
static struct str with_plus(struct str text, struct arena *a)
{
    char *p = arena_z(a, text);
    for (size_t i = 0; i < text.n; i++) {
        p[i] = (char)(p[i] == ' ' ? '+' : p[i]);
    }
    return (struct str){p, text.n};
}

enum rc wecom_verify(const struct wecom_account *who, const struct wecom_address *at,
                     struct str echostr, struct arena *a, struct str *out, struct err *e)
{
    struct str encrypt = with_plus(echostr, a);
    if (!wecom_signed(at->signature, who->token, at->timestamp, at->nonce, encrypt)) {
        return wecom_refuse(e);
    }
    return wecom_decrypt(who->key, who->corp_id, encrypt, a, out, e);
}

static enum rc check_time(struct str timestamp, int64_t now_s, struct err *e)
{
    int64_t sent_s = 0;
    if (str_to_i64(timestamp, &sent_s) && sent_s >= now_s - WECOM_STALE_S &&
        sent_s <= now_s + WECOM_STALE_S) {
        return RC_OK;
    }
    err_set(e, RC_FORBIDDEN, "callback_stale", "timestamp", "这次回调的时间与现在相差一天以上",
            "this callback's time is more than a day from now");
    err_hint(e, "核对服务器的时钟", "look at this server's clock");
    return RC_FORBIDDEN;
}

enum rc wecom_deliver(const struct wecom_account *who, const struct wecom_address *at,
                      struct str body, int64_t now_s, struct arena *a, struct wecom_delivery *out,
                      struct err *e)
{
    struct envelope sealed;
    struct wecom_delivery d = {.event = {.name = "unknown", .missing = WECOM_FIELD_COUNT}};
    enum rc rc = envelope_read(body, a, &sealed, e);
    if (rc != RC_OK) {
        return rc;
    }
    if (!wecom_signed(at->signature, who->token, at->timestamp, at->nonce, sealed.encrypt)) {
        return wecom_refuse(e);
    }
    rc = check_time(at->timestamp, now_s, e);
    if (rc == RC_OK) {
        rc = wecom_decrypt(who->key, who->corp_id, sealed.encrypt, a, &d.message, e);
    }
    if (rc != RC_OK) {
        return rc;
    }
    (void)wecom_event_read(d.message, a, &d.event, NULL);
    d.key = wecom_event_key(&d.event, a);
    *out = d;
    return RC_OK;
}

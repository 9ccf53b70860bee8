/* wecom.c — the address that WeCom calls.
 *
 * Nobody is signed in: the signature says who calls. A delivery is verified and decrypted on its
 * own thread, put into the inbox in one group commit, and answered behind that commit, so an answer
 * of 200 means that it is on disk; the same message twice is one row. What it means is the inbox's
 * business (domain/inbox_work.h). The message is stored encrypted.
 */
#include "api/routes.h"

#include "base/clock.h"
#include "base/log.h"
#include "connect/wecom/callback.h"
#include "connect/wecom/handlers.h"
#include "connect/wecom/welcome.h"
#include "domain/app.h"
#include "domain/inbox_work.h"
#include "store/inbox.h"

#define ARGS_SIGNATURE                                                                             \
    {"msg_signature", ARG_TEXT,     .required = true,     .min = 1,                                \
     .max = 64,       .zh = "签名", .en = "the signature"},                                        \
        {"timestamp",                                                                              \
         ARG_TEXT,                                                                                 \
         .required = true,                                                                         \
         .min = 1,                                                                                 \
         .max = 64,                                                                                \
         .zh = "发出时间，秒",                                                                     \
         .en = "when it was sent, seconds"},                                                       \
    {                                                                                              \
        "nonce", ARG_TEXT, .required = true, .min = 1, .max = 128, .zh = "随机串",                 \
                           .en = "a random text"                                                   \
    }

static struct wecom_address address_of(const struct request *rq)
{
    return (struct wecom_address){arg_str(rq, "msg_signature"), arg_str(rq, "timestamp"),
                                  arg_str(rq, "nonce")};
}

static enum rc account_of(struct request *rq, struct wecom_account *out, struct err *e)
{
    const struct config *c = request_app(rq)->config;
    return wecom_account_read(str_from(config_text(c, "wecom_corp_id")),
                              str_from(config_text(c, "wecom_token")),
                              str_from(config_text(c, "wecom_aes_key")), out, e);
}

/* Somebody called who is not WeCom, or by another Token or key than ours: an operator who is
 * setting up wants to see it. */
static enum rc note_refusal(struct request *rq, enum rc rc)
{
    if (rc == RC_FORBIDDEN)
        request_app(rq)->callback_refused_us = clock_now_us();
    return rc;
}

static enum rc verify_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct wecom_account who;
    struct wecom_address at = address_of(rq);
    struct str *plain = ARENA_NEW(request_arena(rq), struct str);
    (void)tx;
    enum rc rc = account_of(rq, &who, e);
    if (rc == RC_OK) {
        rc = wecom_verify(&who, &at, arg_str(rq, "echostr"), request_arena(rq), plain, e);
    }
    request_set_note(rq, plain);
    return note_refusal(rq, rc);
}

static enum rc verify_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct str *plain = request_note(rq);
    reply_bytes(rq, "text/plain", *plain);
    return inbox_checked(tx, e);
}

const struct route route_wecom_verify = {
    .method = GET,
    .path = "/api/wecom/callback",
    .name = "wecom_verify",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .writes = true,
    .foreign = true,
    .args = {ARGS_SIGNATURE,
             {"echostr", ARG_TEXT, .required = true, .min = 1, .max = 4000, .zh = "加密的校验串",
              .en = "the encrypted text to give back"}},
    .prepare = verify_prepare,
    .run = verify_run,
    .zh = "企业微信校验回调地址。",
    .en = "WeCom checks the address of its callback.",
};

/* From prepare() to run() and after(). */
struct delivered {
    struct inbox_message *message;
    struct welcome *welcome; /* NULL: none is asked for */
};

static enum rc deliver_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct app *app = request_app(rq);
    struct arena *a = request_arena(rq);
    struct wecom_account who;
    struct wecom_address at = address_of(rq);
    struct wecom_delivery d;
    enum rc rc = account_of(rq, &who, e);
    if (rc == RC_OK) {
        rc = wecom_deliver(&who, &at, request_body(rq), clock_now_s(), a, &d, e);
    }
    if (rc != RC_OK) {
        return note_refusal(rq, rc);
    }
    struct inbox_message *m = ARENA_NEW(a, struct inbox_message);
    *m = (struct inbox_message){
        .source = STR("wecom"),
        .kind = str_from(d.event.name),
        .key = d.key,
        .body_sealed = secret_seal(app->keys, STR("inbox.body"), d.message, a),
        .settle_us = inbox_settle_us(wecom_handlers, str_from(d.event.name)),
    };
    secret_index(app->keys, STR("inbox.hash"), d.message, m->hash);
    struct delivered *note = ARENA_NEW(a, struct delivered);
    note->message = m;
    request_set_note(rq, note);
    /* What is answered by a failure does not come again: better a callback without welcome. */
    struct err why = ERR_INIT;
    rc = welcome_prepare(app, tx, &d.event, clock_now_us(), a, &note->welcome, &why);
    if (rc != RC_OK)
        log_line(LOG_ERROR, "welcome_prepare", "\"code\":\"%s\"", why.code);
    return RC_OK;
}

static enum rc deliver_run(struct request *rq, struct tx *tx, struct err *e)
{
    reply_bytes(rq, "text/plain", STR("success"));
    const struct delivered *note = request_note(rq);
    enum rc rc = inbox_put(tx, note->message, e);
    if (rc == RC_OK && note->welcome != NULL)
        rc = welcome_put(tx, &note->welcome->row, &note->welcome->row.id, e);
    return rc;
}

static void delivered(struct request *rq)
{
    const struct delivered *note = request_note(rq);
    welcome_lane_add(request_app(rq)->welcomes, note->welcome);
    rounds_wake(request_app(rq)->inbox);
}

const struct route route_wecom_deliver = {
    .method = POST,
    .path = "/api/wecom/callback",
    .name = "wecom_deliver",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .writes = true,
    .late = true,
    .foreign = true,
    .args = {ARGS_SIGNATURE},
    .prepare = deliver_prepare,
    .run = deliver_run,
    .after = delivered,
    .zh = "企业微信送来一个事件。",
    .en = "WeCom delivers an event.",
};

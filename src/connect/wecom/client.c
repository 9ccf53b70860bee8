/* client.c — the rule of one call.
 *
 * An attempt is: turn, token, exchange, and a verdict. The verdict is data: a class and whether the
 * attempt may be repeated; the loop in make() does the rest, and every way back into it is counted,
 * so no answer of the other side makes it endless. gettoken goes the same way without the token
 * step. The lock guards the buckets and the end; nothing is asked or waited for while it is held,
 * but for the pause itself, which gives it.
 */
#include "connect/wecom/client.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/must.h"
#include "connect/multipart.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/limit.h"
#include "connect/wecom/token.h"
#include "file/media.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S_US INT64_C(1000000)

enum {
    URL_BYTES = 16 << 10,
    BODY_BYTES = 4 << 20,
    REPEATS = 3,
    EXCHANGE_S = 20,
    UPLOAD_S = 120, /* twenty megabytes at 1.4 Mbit a second */
    PICTURE_MS = 8000,
    TYPE_BYTES = 80,
};

struct wecom_client {
    struct wecom_surroundings host;
    struct lock lock;
    struct signal stop;
    bool stopping;
    _Atomic int64_t open; /* exchanges on their way */
    struct wecom_limit limit;
    struct wecom_token tokens[WECOM_KEYS]; /* the first is not used */
    struct transport *transport;           /* NULL where the host exchanges */
    const struct config *config;
};

static const struct {
    const char *setting;
    unsigned secrets;
} KEYS[WECOM_KEYS] = {
    [WECOM_KEY_APP] = {"wecom_app_secret", WECOM_BY_APP | WECOM_BY_LISTED},
    [WECOM_KEY_CONTACT] = {"wecom_contact_secret", WECOM_BY_CONTACT},
    [WECOM_KEY_DIRECTORY] = {"wecom_directory_secret", WECOM_BY_DIRECTORY},
};

const char *wecom_key_setting(enum wecom_key k)
{
    assert(k > WECOM_KEY_ANY && k < WECOM_KEYS);
    return KEYS[k].setting;
}

/* ---- the usual surroundings ---- */

static const char *usual_setting(void *ctx, const char *name)
{
    const struct wecom_client *c = ctx;
    return config_text(c->config, name);
}

static enum rc usual_exchange(void *ctx, const struct exchange *x, struct arena *a,
                              struct exchange_reply *out, struct err *e)
{
    const struct wecom_client *c = ctx;
    return transport_exchange(c->transport, x, a, out, e);
}

static int64_t usual_now_us(void *ctx)
{
    (void)ctx;
    return clock_mono_us();
}

static bool usual_pause(void *ctx, int64_t us)
{
    struct wecom_client *c = ctx;
    int64_t end_us = clock_mono_us() + us;
    lock_take(&c->lock);
    for (int64_t left_us = us; left_us > 0 && !c->stopping; left_us = end_us - clock_mono_us())
        signal_wait_for(&c->stop, &c->lock, left_us);
    bool go_on = !c->stopping;
    lock_give(&c->lock);
    return go_on;
}

/* ---- its life ---- */

struct wecom_client *wecom_client_new_in(const struct wecom_surroundings *s)
{
    struct wecom_client *c = must(calloc(1, sizeof *c));
    c->host = *s;
    lock_init(&c->lock, LOCK_LEAF);
    signal_init(&c->stop);
    wecom_limit_init(&c->limit);
    for (int k = WECOM_KEY_APP; k < WECOM_KEYS; k++)
        wecom_token_init(&c->tokens[k]);
    return c;
}

struct wecom_client *wecom_client_new(const struct config *config)
{
    struct wecom_client *c = wecom_client_new_in(&(struct wecom_surroundings){
        .setting = usual_setting,
        .exchange = usual_exchange,
        .now_us = usual_now_us,
        .pause = usual_pause,
    });
    c->host.ctx = c;
    c->config = config;
    c->transport = transport_new();
    return c;
}

void wecom_client_stop(struct wecom_client *c)
{
    if (c == NULL)
        return;
    lock_take(&c->lock);
    c->stopping = true;
    signal_all(&c->stop);
    lock_give(&c->lock);
    if (c->transport != NULL)
        transport_stop(c->transport);
}

void wecom_client_free(struct wecom_client *c)
{
    if (c == NULL)
        return;
    wecom_client_stop(c);
    transport_free(c->transport);
    for (int k = WECOM_KEY_APP; k < WECOM_KEYS; k++)
        wecom_token_done(&c->tokens[k]);
    wecom_limit_done(&c->limit);
    signal_done(&c->stop);
    lock_done(&c->lock);
    free(c);
}

static const char *setting(const struct wecom_client *c, const char *name)
{
    return c->host.setting(c->host.ctx, name);
}

bool wecom_client_has(const struct wecom_client *c, enum wecom_key k)
{
    return setting(c, wecom_key_setting(k))[0] != 0;
}

/* ---- one attempt ---- */

struct making {
    struct wecom_client *c;
    const struct wecom_endpoint *ep;
    const struct json_value *request;
    const struct wecom_file *file; /* of an upload, else NULL */
    const struct wecom_identity *who;
    enum wecom_key key;
    bool background;
    int64_t *out_sent_us; /* NULL: not wanted */
    struct arena *arena;
    int64_t deadline_us;
    char token[WECOM_TOKEN_BYTES + 1];
    bool has_turn; /* for the first attempt */
    bool renewed;  /* the token was replaced once */
    int repeats;
    const struct json_value *reply;
};

enum verdict { DONE, FAILED, RENEW, REPEAT, WAIT };

static int64_t now_us(const struct making *m)
{
    return m->c->host.now_us(m->c->host.ctx);
}

static enum rc pause_for(const struct making *m, int64_t us, struct err *e)
{
    if (m->c->host.pause(m->c->host.ctx, us))
        return RC_OK;
    return err_set(e, RC_BUSY, "stopping", NULL, "服务正在停止", "shutting down");
}

int64_t wecom_calls_open(const struct wecom_client *c)
{
    return c == NULL ? 0 : atomic_load(&c->open);
}

int64_t wecom_turn(struct wecom_client *c, const struct wecom_endpoint *ep)
{
    int64_t at_us = c->host.now_us(c->host.ctx);
    lock_take(&c->lock);
    int64_t wait_us = wecom_limit_take(&c->limit, ep, false, at_us);
    lock_give(&c->lock);
    return wait_us;
}

/* Waits for the buckets, as long as the patience goes. */
static enum rc take_turn(struct making *m, struct err *e)
{
    if (m->has_turn) {
        m->has_turn = false;
        return RC_OK;
    }
    for (;;) {
        int64_t at_us = now_us(m);
        lock_take(&m->c->lock);
        int64_t wait_us = wecom_limit_take(&m->c->limit, m->ep, m->background, at_us);
        lock_give(&m->c->lock);
        if (wait_us == 0)
            return RC_OK;
        if (at_us + wait_us > m->deadline_us) {
            err_set(e, RC_RATE, "wecom_rate", m->ep->path,
                    "企业微信接口 %s 调用过于频繁，须等 %lld 秒",
                    "%s of WeCom was called too often: wait for %lld seconds", m->ep->path,
                    (long long)((wait_us + S_US - 1) / S_US));
            err_hint(e, "稍后会自动恢复，不必操作", "it recovers by itself");
            return RC_RATE;
        }
        enum rc rc = pause_for(m, wait_us, e);
        if (rc != RC_OK)
            return rc;
    }
}

/* RFC 3986: all but the unreserved characters. */
static void add_escaped(struct buf *b, struct str text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char kept[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        if (memchr(kept, byte, sizeof kept - 1) != NULL) {
            buf_addc(b, (char)byte);
        } else {
            buf_addc(b, '%');
            buf_addc(b, hex[byte >> 4]);
            buf_addc(b, hex[byte & 15]);
        }
    }
}

static void add_parameter(struct buf *b, char *mark, struct str name, struct str value)
{
    buf_addc(b, *mark);
    buf_add(b, name);
    buf_addc(b, '=');
    add_escaped(b, value);
    *mark = '&';
}

static void put_address(const struct making *m, struct buf *b)
{
    char mark = '?';
    struct str base = str_from(m->who->base_url);
    base.n -= str_ends(base, STR("/")) ? 1 : 0;
    buf_add(b, base);
    buf_addz(b, "/cgi-bin/");
    buf_addz(b, m->ep->path);
    if (m->ep->secrets != 0)
        add_parameter(b, &mark, STR("access_token"), str_from(m->token));
    bool here = m->ep->method == WECOM_GET || m->ep->upload;
    for (size_t i = 0; here && i < json_count(m->request); i++) {
        struct str name;
        const struct json_value *v = json_member(m->request, i, &name);
        struct str text = json_kind_of(v) == JSON_INT
                              ? arena_printf(m->arena, "%lld", (long long)json_int_or(v, 0))
                              : json_str_or(v, STR(""));
        add_parameter(b, &mark, name, text);
    }
}

/* What is left of the patience; a second at least, twenty at most, of a file more. */
static int64_t timeout_ms(const struct making *m)
{
    int64_t left_ms = (m->deadline_us - now_us(m)) / 1000;
    int64_t most_ms = (m->file != NULL ? UPLOAD_S : EXCHANGE_S) * 1000;
    if (left_ms < 1000)
        return 1000;
    return left_ms < most_ms ? left_ms : most_ms;
}

/* The bytes of a POST; for a form, its type in `out_type`. */
static void put_body(const struct making *m, struct buf *b, char *out_type, size_t type_bytes)
{
    struct json j = json_to(b);
    if (m->file != NULL) {
        struct multipart_file part = {STR("media"), m->file->name, STR(""), m->file->bytes};
        char boundary[MULTIPART_BOUNDARY + 1];
        part.type = str_from(media_mime(media_look(part.bytes), part.bytes));
        multipart_boundary(part.bytes, boundary);
        snprintf(out_type, type_bytes, "multipart/form-data; boundary=%s", boundary);
        multipart_put(b, boundary, &part);
    } else if (m->request != NULL) {
        json_put_value(&j, NULL, m->request);
    } else {
        buf_addz(b, "{}");
    }
}

static enum rc send(const struct making *m, struct exchange_reply *out, struct err *e)
{
    struct buf url;
    struct buf body;
    char type[TYPE_BYTES] = "";
    buf_init(&url, URL_BYTES);
    buf_init(&body, m->file != NULL ? m->file->bytes.n + MULTIPART_OVERHEAD : BODY_BYTES);
    put_address(m, &url);
    if (m->ep->method == WECOM_POST)
        put_body(m, &body, type, sizeof type);
    const struct exchange x = {
        .url = url.p,
        .body = m->ep->method == WECOM_POST ? buf_str(&body) : STR_ABSENT,
        .type = type[0] != 0 ? type : NULL,
        .timeout_ms = timeout_ms(m),
        .once = m->ep->repeat == WECOM_REPEAT_NOT,
        .urgent = m->ep->urgent,
    };
    enum rc rc;
    if (url.failed || body.failed)
        rc = err_set(e, RC_LIMIT, "wecom_request_size", m->ep->path, "企业微信接口 %s 的请求太大",
                     "the request for %s of WeCom is too big", m->ep->path);
    else {
        atomic_fetch_add(&m->c->open, 1);
        if (m->out_sent_us != NULL)
            *m->out_sent_us = clock_now_us();
        rc = m->c->host.exchange(m->c->host.ctx, &x, m->arena, out, e);
        atomic_fetch_sub(&m->c->open, 1);
    }
    if (url.p != NULL)
        explicit_bzero(url.p, url.n);
    buf_done(&url);
    buf_done(&body);
    return rc;
}

/* No answer came, or none that WeCom would give. */
static enum verdict lost(const struct making *m, bool sent, struct err *e)
{
    bool lasting = strcmp(e->code, "remote_tls") == 0 || strcmp(e->code, "libcurl_missing") == 0;
    bool harmless = !sent || m->ep->repeat == WECOM_REPEAT_SAFE;
    if (lasting || e->rc == RC_LIMIT || (e->rc == RC_BUSY && harmless))
        return FAILED;
    if (harmless)
        return REPEAT;
    err_set(e, RC_IO, "wecom_unsure", m->ep->path, "企业微信接口 %s 的回答丢失，不知道是否已执行",
            "the answer of %s of WeCom was lost: it may have been done or not", m->ep->path);
    err_hint(e, "先在企业微信里确认结果，再决定是否重做",
             "look at WeCom whether it was done before doing it again");
    return FAILED;
}

static enum verdict judge(struct making *m, int64_t code, struct err *e)
{
    enum wecom_class class = wecom_errcode(code)->class;
    bool with_token = m->ep->secrets != 0;
    lock_take(&m->c->lock);
    if (code == 45009)
        wecom_limit_refused(&m->c->limit, m->ep, now_us(m));
    else
        wecom_limit_answered(&m->c->limit, m->ep);
    if (code == 45033)
        wecom_limit_crowded(&m->c->limit, m->ep, now_us(m));
    lock_give(&m->c->lock);
    if (code == 0)
        return DONE;
    wecom_errcode_set(e, code, m->ep->path);
    if (class == WECOM_CLASS_TOKEN || (code == 40001 && with_token))
        return with_token && !m->renewed ? RENEW : FAILED;
    if (code == 45009)
        return WAIT;
    return class == WECOM_CLASS_LATER ? REPEAT : FAILED;
}

static enum verdict attempt(struct making *m, struct err *e)
{
    struct exchange_reply reply = {0};
    if (take_turn(m, e) != RC_OK)
        return FAILED;
    if (send(m, &reply, e) != RC_OK)
        return lost(m, reply.sent, e);
    bool object = json_parse(m->arena, reply.body, &m->reply, e) == RC_OK &&
                  json_kind_of(m->reply) == JSON_OBJECT;
    if (reply.status != 200 || !object) {
        err_set(e, RC_IO, "wecom_reply", m->ep->path, "企业微信接口 %s 的回答无法理解（HTTP %lld）",
                "the answer of %s of WeCom cannot be understood (HTTP %lld)", m->ep->path,
                (long long)reply.status);
        err_hint(e, "检查 wecom_base_url，以及中间是否有代理",
                 "look at wecom_base_url, and for a proxy in between");
        return lost(m, true, e);
    }
    return judge(m, json_int_or(json_get(m->reply, "errcode"), 0), e);
}

/* ---- the loop ---- */

static enum rc give_token(struct making *m, const char *refused, struct err *e);

static enum rc make(struct making *m, struct err *e)
{
    enum rc rc = m->ep->secrets != 0 ? give_token(m, NULL, e) : RC_OK;
    bool waited = false;
    while (rc == RC_OK) {
        struct err failed = ERR_INIT;
        enum verdict v = attempt(m, &failed);
        int64_t pause_us = S_US << m->repeats;
        if (v == DONE)
            return RC_OK;
        bool again =
            v == RENEW || (v == WAIT && !waited) ||
            (v == REPEAT && m->repeats < REPEATS && now_us(m) + pause_us <= m->deadline_us);
        if (!again) {
            if (e != NULL)
                *e = failed;
            return failed.rc;
        }
        waited = waited || v == WAIT;
        if (v == RENEW) {
            char refused[sizeof m->token];
            memcpy(refused, m->token, sizeof refused);
            m->renewed = true;
            rc = give_token(m, refused, e);
        } else if (v == REPEAT) {
            m->repeats++;
            rc = pause_for(m, pause_us, e);
        }
    }
    return rc;
}

static enum rc fetch_token(void *ctx, const struct wecom_identity *who, struct wecom_fetched *out,
                           struct err *e)
{
    const struct making *of = ctx;
    struct making m = {.c = of->c, .ep = wecom_endpoint("gettoken"), .who = who};
    struct arena a;
    struct buf b;
    assert(e != NULL);
    arena_init(&a, 0);
    buf_init(&b, URL_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_z(&j, "corpid", who->corp_id);
    json_put_z(&j, "corpsecret", who->secret);
    json_close_object(&j);
    m.arena = &a;
    m.deadline_us = of->deadline_us;
    enum rc rc = json_parse(&a, buf_str(&b), &m.request, e);
    if (rc == RC_OK)
        rc = make(&m, e);
    struct str text =
        rc == RC_OK ? json_str_or(json_get(m.reply, "access_token"), STR("")) : STR("");
    if (rc == RC_OK && (text.n == 0 || text.n > WECOM_TOKEN_BYTES))
        rc = err_set(e, RC_IO, "wecom_reply", "gettoken", "企业微信没有给出 token",
                     "WeCom gave no token");
    if (rc == RC_OK) {
        memcpy(out->text, text.p, text.n);
        out->life_us = json_int_or(json_get(m.reply, "expires_in"), 7200) * S_US;
    } else {
        out->hopeless = strcmp(e->code, "wecom_40001") == 0 || strcmp(e->code, "wecom_40013") == 0;
    }
    if (b.p != NULL)
        explicit_bzero(b.p, b.n);
    buf_done(&b);
    arena_done(&a);
    return rc;
}

static int64_t making_now_us(void *ctx)
{
    return now_us(ctx);
}

static enum rc give_token(struct making *m, const char *refused, struct err *e)
{
    const struct wecom_token_source source = {m, making_now_us, fetch_token};
    return wecom_token_get(&m->c->tokens[m->key], m->who, refused, &source, m->token, e);
}

/* ---- a call ---- */

static enum rc choose_key(const struct wecom_client *c, const struct wecom_endpoint *ep,
                          enum wecom_key *key, struct err *e)
{
    for (enum wecom_key k = WECOM_KEY_APP; k < WECOM_KEYS && *key == WECOM_KEY_ANY; k++)
        if ((KEYS[k].secrets & ep->secrets) != 0 && wecom_client_has(c, k))
            *key = k;
    if (*key != WECOM_KEY_ANY && wecom_client_has(c, *key))
        return RC_OK;
    bool directory = (ep->secrets & ~(unsigned)WECOM_BY_DIRECTORY) == 0;
    const char *name = KEYS[directory ? WECOM_KEY_DIRECTORY : WECOM_KEY_APP].setting;
    err_set(e, RC_NOT_FOUND, "wecom_not_set", name, "没有设置可调用 %s 的企业微信 Secret",
            "no secret is set that may call %s of WeCom", ep->path);
    err_hint(e, "在设置里填写 %s", "set %s", name);
    return RC_NOT_FOUND;
}

/* What is sent is of the kind that the request says, or a picture where it says none. */
static enum rc check_file(const struct wecom_call *call, const struct wecom_file *file,
                          struct err *e)
{
    bool attachment = json_get(call->request, "media_type") != NULL;
    const char *field = attachment ? "media_type" : "type";
    struct str word = json_str_or(json_get(call->request, field), STR("image"));
    bool small = strcmp(call->endpoint->path, "media/uploadimg") == 0;
    enum media_kind kind;
    if (!media_kind_of(word, &kind)) {
        err_set(e, RC_INVALID, "media_kind", field, "企业微信没有这种素材",
                "WeCom has no such kind of media");
        err_hint(e, "请填写 image、voice、video 或 file", "say image, voice, video or file");
        return RC_INVALID;
    }
    if (small && file->bytes.n > MEDIA_PICTURE_MOST) {
        err_set(e, RC_LIMIT, "media_too_large", "content", "图片太大，现在是 %zu KB",
                "the picture is too large: %zu KB", file->bytes.n >> 10);
        err_hint(e, "长期有效的图片最多 2 MB，请压缩",
                 "a picture that stays may have 2 MB: make it smaller");
        return RC_LIMIT;
    }
    return media_check(kind, file->name, file->bytes, e);
}

/* The way of every call; `file` NULL: no upload. */
static enum rc call_in(struct wecom_client *c, const struct wecom_call *call,
                       const struct wecom_file *file, struct arena *a,
                       const struct json_value **out, struct err *e)
{
    const struct wecom_endpoint *ep = call->endpoint;
    struct making m = {.c = c, .ep = ep, .request = call->request, .key = call->key, .arena = a};
    int64_t usual_s = file != NULL ? WECOM_UPLOAD_PATIENCE_S : WECOM_PATIENCE_S;
    m.file = file;
    m.has_turn = call->has_turn;
    m.background = call->background;
    m.out_sent_us = call->out_sent_us;
    assert(ep->secrets != 0 && ep->upload == (file != NULL) && !ep->bytes);
    enum rc rc = wecom_endpoint_check(ep, call->request, e);
    if (rc == RC_OK && file != NULL)
        rc = check_file(call, file, e);
    if (rc == RC_OK)
        rc = choose_key(c, ep, &m.key, e);
    if (rc != RC_OK)
        return rc;
    const struct wecom_identity who = {setting(c, "wecom_base_url"), setting(c, "wecom_corp_id"),
                                       setting(c, wecom_key_setting(m.key))};
    if (who.corp_id[0] == 0) {
        err_set(e, RC_NOT_FOUND, "wecom_not_set", "wecom_corp_id", "没有设置企业微信的企业 ID",
                "the corp id at WeCom is not set");
        err_hint(e, "在设置里填写 wecom_corp_id", "set wecom_corp_id");
        return RC_NOT_FOUND;
    }
    m.who = &who;
    m.deadline_us = now_us(&m) + (call->patience_us > 0 ? call->patience_us : usual_s * S_US);
    rc = make(&m, e);
    explicit_bzero(m.token, sizeof m.token);
    if (rc == RC_OK)
        *out = m.reply;
    return rc;
}

enum rc wecom_call(struct wecom_client *c, const struct wecom_call *call, struct arena *a,
                   const struct json_value **out, struct err *e)
{
    return call_in(c, call, NULL, a, out, e);
}

enum rc wecom_upload(struct wecom_client *c, const struct wecom_call *call,
                     const struct wecom_file *file, struct arena *a, const struct json_value **out,
                     struct err *e)
{
    assert(file != NULL);
    return call_in(c, call, file, a, out, e);
}

/* ---- pictures ---- */

/* Where the platform keeps pictures of codes and people. */
static const char *const PICTURE_HOSTS[] = {"qpic.cn", "qlogo.cn", "weixin.qq.com"};

static bool below_host(struct str host, struct str parent)
{
    if (str_eq(host, parent))
        return true;
    return host.n > parent.n && host.p[host.n - parent.n - 1] == '.' &&
           str_eq((struct str){host.p + host.n - parent.n, parent.n}, parent);
}

bool wecom_may_fetch(const char *base, struct str url)
{
    struct str own = str_from(base), https = STR("https://");
    if (!str_empty(own) && own.p[own.n - 1] == '/')
        own.n--;
    if (!str_empty(own) && url.n > own.n && str_starts(url, own) && url.p[own.n] == '/')
        return true;
    if (!str_starts(url, https))
        return false;
    struct str host = {url.p + https.n, 0};
    while (https.n + host.n < url.n && strchr("/?#:@\\", host.p[host.n]) == NULL)
        host.n++;
    if (https.n + host.n < url.n && host.p[host.n] != '/')
        return false; /* no port, no user */
    for (size_t i = 0; i < sizeof PICTURE_HOSTS / sizeof *PICTURE_HOSTS; i++)
        if (below_host(host, str_from(PICTURE_HOSTS[i])))
            return true;
    return false;
}

enum rc wecom_fetch(struct wecom_client *c, struct str url, size_t most, struct arena *a,
                    struct str *out, struct err *e)
{
    const char *base = c->host.setting(c->host.ctx, "wecom_base_url");
    struct str plain = STR("http://");
    struct exchange_reply reply = {0};
    if (str_starts(url, plain) && !wecom_may_fetch(base, url))
        url = arena_printf(a, "https://%.*s", (int)(url.n - plain.n), url.p + plain.n);
    if (!wecom_may_fetch(base, url)) {
        err_set(e, RC_INVALID, "picture_address", "qr_url", "图片的地址不是企业微信的",
                "the address of the picture is not WeCom's");
        err_hint(e, "请升级 Koi；若一直如此，请直接打开图片保存",
                 "upgrade Koi; else open the picture and save it");
        return RC_INVALID;
    }
    const struct exchange x = {
        .url = arena_z(a, url), .body = STR_ABSENT, .timeout_ms = PICTURE_MS, .most = most};
    enum rc rc = c->host.exchange(c->host.ctx, &x, a, &reply, e);
    if (rc == RC_OK && reply.status != 200) {
        rc = err_set(e, RC_IO, "picture_gone", "qr_url", "取不到图片（HTTP %d）",
                     "the picture is not there (HTTP %d)", (int)reply.status);
        err_hint(e, "请稍后再试", "try again later");
    }
    if (rc == RC_OK)
        *out = reply.body;
    return rc;
}

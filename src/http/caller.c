/* caller.c — who calls, and whether they may.
 *
 * Three kinds of callers: the command line on this machine (an administrator, known by the door it
 * came through), a program with a bearer token, a browser with a session cookie. The account behind
 * a token or session is read anew for each request, so that a disabled account is out at once; it
 * is one look-up by a hash. A token or cookie that is not good counts as none.
 *
 * Against other sites: a write by a session needs its CSRF token, and a write of any kind must not
 * come from a foreign origin. Without a trusted proxy Koi listens on loopback only and answers only
 * to names of the loopback, so that a name that points to 127.0.0.1 (DNS rebinding) reaches
 * nothing.
 */
#include "base/json.h"
#include "domain/config.h"
#include "http/parts.h"
#include "store/session.h"
#include "store/token.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TOUCH_S = 60 };

/* ---- language ---- */

bool caller_language(struct str field, bool *out_english)
{
    struct str rest = field;
    struct str tag;
    while (str_cut(&rest, ',', &tag)) {
        struct str two = str_sub(str_trim(tag), 0, 2);
        bool english = str_eq_nocase(two, STR("en"));
        if (english || str_eq_nocase(two, STR("zh"))) {
            *out_english = english;
            return true;
        }
    }
    return false;
}

/* ---- last seen: written by a closure of its own, once a minute at most ---- */

struct touch {
    struct write write;
    bool token;
    int64_t token_id;
    uint8_t hash[32];
    int64_t expires_s;
};

static enum rc touch_run(struct tx *tx, void *arg, struct err *e)
{
    struct touch *t = arg;
    return t->token ? token_touch(tx, t->token_id, e) : session_touch(tx, t->hash, t->expires_s, e);
}

static void touch_done(void *arg, enum rc rc, const struct err *e)
{
    (void)rc;
    (void)e;
    free(arg);
}

static void touch_submit(struct request *rq, const struct touch *what)
{
    struct touch *t = rq->app->writer != NULL ? malloc(sizeof *t) : NULL;
    if (t == NULL) {
        return;
    }
    *t = *what;
    t->write = (struct write){.run = touch_run, .done = touch_done, .arg = t};
    if (writer_submit(rq->app->writer, &t->write, NULL) != RC_OK) {
        free(t);
    }
}

/* ---- who ---- */

static void become(struct request *rq, const struct session_account *who)
{
    rq->signed_in = true;
    rq->caller.account_id = who->id;
    rq->caller.role = role_from(who->role);
    rq->caller.permissions = UINT32_MAX;
    assert(rq->caller.role != ROLE_COUNT);
    rq->caller.scope_account = str_eq(who->scope, STR("all")) ? 0 : who->id;
    bool english = str_eq(who->language, STR("en"));
    if (rq->route == NULL || rq->route->refuse == NULL) {
        caller_language(rq->wire.fields[FIELD_ACCEPT_LANGUAGE], &english);
    }
    rq->caller.english = english;
}

/* Rights of the token: those of the account's role that its list names as well. */
static void narrow(struct request *rq, struct str permissions)
{
    const struct json_value *list = NULL;
    rq->caller.permissions = 0;
    if (json_parse(&rq->arena, permissions, &list, NULL) != RC_OK) {
        return;
    }
    for (size_t i = 0; i < json_count(list); i++) {
        enum permission p = permission_from(json_str_or(json_at(list, i), STR("")));
        if (p != PERM_COUNT) {
            rq->caller.permissions |= 1u << p;
        }
    }
}

static enum rc find_by_token(struct request *rq, struct tx *tx, struct str secret, struct err *e)
{
    struct token_owner owner;
    uint8_t hash[32];
    secret_sha256(secret, hash);
    enum rc rc = token_find(tx, hash, &owner, e);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    become(rq, &owner.account);
    rq->caller.token_id = owner.id;
    narrow(rq, owner.permissions);
    if (tx_now_s(tx) - owner.used_s >= TOUCH_S) {
        touch_submit(rq, &(struct touch){.token = true, .token_id = owner.id});
    }
    return RC_OK;
}

static enum rc find_by_cookie(struct request *rq, struct tx *tx, struct str secret, struct err *e)
{
    struct session session;
    secret_sha256(secret, rq->session_hash);
    enum rc rc = session_find(tx, rq->session_hash, &session, e);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    become(rq, &session.account);
    rq->csrf = arena_str(&rq->arena, session.csrf);
    if (tx_now_s(tx) - session.seen_s >= TOUCH_S) {
        struct touch t = {.expires_s =
                              session_end_s(rq->app->config, session.created_s, tx_now_s(tx))};
        memcpy(t.hash, rq->session_hash, sizeof t.hash);
        touch_submit(rq, &t);
    }
    return RC_OK;
}

enum rc caller_find(struct request *rq, struct tx *tx, struct err *e)
{
    if (rq->caller.local || rq->caller.account_id != 0) {
        rq->signed_in = true;
        return RC_OK;
    }
    struct str authorization = rq->wire.fields[FIELD_AUTHORIZATION];
    if (str_eq_nocase(str_sub(authorization, 0, 7), STR("Bearer "))) {
        return find_by_token(rq, tx, str_trim(str_sub(authorization, 7, authorization.n)), e);
    }
    struct str cookie = request_cookie(rq, "koi");
    return str_empty(cookie) ? RC_OK : find_by_cookie(rq, tx, cookie, e);
}

/* ---- whether ---- */

bool request_may(const struct request *rq, enum permission p)
{
    return rq->signed_in && (rq->caller.permissions & 1u << p || p <= PERM_SELF) &&
           role_may(rq->caller.role, p);
}

enum rc caller_may(struct request *rq, struct err *e)
{
    const struct route *r = rq->route;
    if (r->need == PERM_PUBLIC) {
        return RC_OK;
    }
    if (!rq->signed_in) {
        err_set(e, RC_SIGNIN, "signin_required", NULL, "请先登录", "sign in first");
        err_hint(e, "会话可能已过期", "the session may have ended");
        return RC_SIGNIN;
    }
    if (!request_may(rq, r->need)) {
        err_set(e, RC_FORBIDDEN, "permission_missing", NULL, "没有权限：%s",
                "you lack the permission %s", permission_name(r->need));
        err_hint(e, "请管理员调整你的角色", "ask an administrator for another role");
        return RC_FORBIDDEN;
    }
    if (r->scope == SCOPE_WHOLE && rq->caller.scope_account != 0) {
        return err_set(e, RC_FORBIDDEN, "scope_whole", NULL, "只有数据范围为“全部”的账号能用",
                       "only accounts whose data scope is all may use this");
    }
    return RC_OK;
}

/* ---- other sites ---- */

static struct str without_port(struct str host)
{
    ptrdiff_t bracket = str_find_byte(host, ']');
    ptrdiff_t colon = str_find_byte(str_sub(host, bracket > 0 ? (size_t)bracket : 0, host.n), ':');
    return colon < 0 ? host : str_sub(host, 0, (size_t)(colon + (bracket > 0 ? bracket : 0)));
}

/* A name that can only mean this machine or a fixed address: no name that someone else's DNS
 * answers for. */
static bool is_fixed_host(struct str host)
{
    struct str name = without_port(host);
    bool digits = name.n > 0;
    for (size_t i = 0; i < name.n; i++) {
        digits = digits && ((name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '.');
    }
    return digits || (name.n > 0 && name.p[0] == '[') || str_eq_nocase(name, STR("localhost")) ||
           str_ends(name, STR(".localhost"));
}

static enum rc refuse_origin(struct err *e)
{
    err_set(e, RC_FORBIDDEN, "origin_foreign", NULL, "请求来自别的网站",
            "this request came from another site");
    err_hint(e, "反向代理须原样转发 Host 头", "a reverse proxy must pass the Host field on");
    return RC_FORBIDDEN;
}

/* scheme://host[:port] names the host that was called. */
static bool same_origin(struct str origin, struct str host)
{
    ptrdiff_t at = str_find(origin, STR("://"));
    return at > 0 && host.n > 0 && str_eq_nocase(str_sub(origin, (size_t)at + 3, origin.n), host);
}

enum rc caller_guard(struct request *rq, struct err *e)
{
    struct str host = rq->wire.fields[FIELD_HOST];
    struct str origin = rq->wire.fields[FIELD_ORIGIN];
    struct str site = rq->wire.fields[FIELD_FETCH_SITE];
    if (!rq->wire.from_network) {
        return RC_OK;
    }
    bool proxied = config_text(rq->app->config, "trusted_proxy")[0] != 0;
    if (!proxied && !str_absent(host) && !is_fixed_host(host)) {
        err_set(e, RC_FORBIDDEN, "host_foreign", NULL, "没有设置反向代理时只接受本机地址",
                "without a trusted proxy only loopback names are answered");
        err_hint(e, "设置 trusted_proxy，或用 http://localhost",
                 "set trusted_proxy, or use http://localhost");
        return RC_FORBIDDEN;
    }
    if (rq->wire.method == GET) {
        return RC_OK;
    }
    if (!str_absent(origin) ? !same_origin(origin, host) : str_eq(site, STR("cross-site"))) {
        return refuse_origin(e);
    }
    if (str_absent(rq->csrf) || rq->route->need == PERM_PUBLIC) {
        return RC_OK;
    }
    struct str sent = rq->wire.fields[FIELD_CSRF];
    if (str_absent(sent) && rq->route->refuse != NULL) {
        sent = form_csrf(rq);
    }
    if (sent.n != rq->csrf.n || !secret_equal(sent.p, rq->csrf.p, sent.n)) {
        err_set(e, RC_FORBIDDEN, "csrf", NULL, "缺少或错误的 X-CSRF-Token",
                "X-CSRF-Token is missing or wrong");
        err_hint(e, "GET /api/session 会给出它", "GET /api/session gives it");
        return RC_FORBIDDEN;
    }
    return RC_OK;
}

/* session.c — signing in and out: password, one-time link, and what the console must know about who
 * it is.
 *
 * A password is checked in prepare(): on the request's own thread, one at a time, since each check
 * takes 50 ms and 64 MB. A login that does not exist costs the same check against a hash of
 * nothing, so the clock does not tell which logins there are. Each sign-in makes a new session (the
 * old one of that browser ends) and marks the browser as known, for http/guard.h. A one-time link
 * signs in once and takes the old password away: the next thing that person does is set one.
 * Setting a password ends all their other sessions.
 */
#include "api/routes.h"
#include "api/session.h"
#include "base/lock.h"
#include "base/clock.h"
#include "base/calendar.h"
#include "domain/app.h"
#include "http/guard.h"
#include "http/metrics.h"
#include "store/account.h"
#include "store/audit.h"
#include "store/census.h"
#include "store/session.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    DEVICE_CHARS = 16,
    DEVICE_S = 180 * 86400,
    PASSWORD_LEAST = 10,
    PASSWORD_MOST = 128,
    DISTINCT_LEAST = 5
};

/* Of 40 random bytes nobody kept: what an unknown login is checked against. */
static const char NOBODY[] = "$argon2id$v=19$m=65536,t=2,p=1$dh9Cyz+kH88YVYgysv2LWA$"
                             "1LusT/WmRGAdDkZJH0X/jckZH0sJjZLI9ynKFX8zyJM";

static struct lock password_lock;
static pthread_once_t password_once = PTHREAD_ONCE_INIT;

static void begin_passwords(void)
{
    lock_init(&password_lock, LOCK_LEAF);
}

static bool check_password(const char *hash, struct str password)
{
    pthread_once(&password_once, begin_passwords);
    lock_take(&password_lock);
    bool good = secret_password_verify(hash, password);
    lock_give(&password_lock);
    metrics_checked_password();
    return good;
}

static enum rc hash_password(struct str password, char out[static SECRET_PASSWORD_BYTES],
                             struct err *e)
{
    pthread_once(&password_once, begin_passwords);
    lock_take(&password_lock);
    enum rc rc = secret_password_hash(password, out, e);
    lock_give(&password_lock);
    return rc;
}

/* ---- known browsers ---- */

/* The id of the browser if its cookie was given by us for this login, else absent. */
static struct str known_device(struct request *rq, struct str login)
{
    struct str cookie = request_cookie(rq, "koi-device");
    struct str id;
    char mac[2 * SECRET_INDEX_BYTES + 1];
    uint8_t bytes[SECRET_INDEX_BYTES];
    if (!str_cut(&cookie, '.', &id) || id.n != DEVICE_CHARS || cookie.n != sizeof mac - 1) {
        return STR_ABSENT;
    }
    struct str what =
        arena_printf(request_arena(rq), STR_FMT "|" STR_FMT, STR_ARG(id), STR_ARG(login));
    secret_index(request_app(rq)->keys, STR("device"), what, bytes);
    secret_hex(bytes, sizeof bytes, mac);
    return secret_equal(cookie.p, mac, cookie.n) ? id : STR_ABSENT;
}

static void remember_device(struct request *rq, struct str login)
{
    char id[DEVICE_CHARS + 1];
    char mac[2 * SECRET_INDEX_BYTES + 1];
    uint8_t bytes[SECRET_INDEX_BYTES];
    secret_random_text(id, DEVICE_CHARS);
    struct str what = arena_printf(request_arena(rq), "%s|" STR_FMT, id, STR_ARG(login));
    secret_index(request_app(rq)->keys, STR("device"), what, bytes);
    secret_hex(bytes, sizeof bytes, mac);
    reply_cookie(rq, "koi-device", arena_printf(request_arena(rq), "%s.%s", id, mac), DEVICE_S);
}

/* ---- the reply ---- */

static void put_account(struct json *j, const struct account *a)
{
    json_open_object(j, "account");
    json_put_id(j, "id", a->id);
    json_put_str(j, "login", a->login);
    json_put_str(j, "name", a->name);
    json_put_str(j, "role", a->role);
    json_put_str(j, "scope", a->scope);
    json_put_id(j, "staff_id", a->staff_id);
    json_put_str(j, "language", a->language);
    json_close_object(j);
}

static void put_permissions(struct json *j, enum role role, struct request *rq)
{
    json_open_array(j, "permissions");
    for (unsigned p = PERM_CUSTOMER_READ; p < PERM_COUNT; p++) {
        bool may =
            rq != NULL ? request_may(rq, (enum permission)p) : role_may(role, (enum permission)p);
        if (may) {
            json_put_z(j, NULL, permission_name((enum permission)p));
        }
    }
    json_close_array(j);
}

static enum rc put_corp(struct json *j, struct app *app, struct tx *tx, struct err *e)
{
    bool demo = false;
    enum rc rc = census_demo(tx, &demo, e);
    json_open_object(j, "corp");
    json_put_z(j, "name", config_text(app->config, "corp_name"));
    json_put_str(j, "zone", calendar_zone());
    json_put_z(j, "currency", config_text(app->config, "currency"));
    json_put_bool(j, "demo", demo);
    json_close_object(j);
    json_put_z(j, "version", KOI_VERSION);
    return rc;
}

enum rc session_begin(struct request *rq, struct tx *tx, const struct account *a,
                      struct session_made *out, struct err *e)
{
    uint8_t hash[32];
    secret_random_text(out->secret, SESSION_SECRET_CHARS);
    secret_random_text(out->csrf, SESSION_CSRF_CHARS);
    secret_sha256(str_from(out->secret), hash);
    enum rc rc = RC_OK;
    if (request_session(rq) != NULL) {
        rc = session_delete(tx, request_session(rq), e);
    }
    int64_t end_s = session_end_s(request_app(rq)->config, tx_now_s(tx), tx_now_s(tx));
    out->lasts_s = end_s - tx_now_s(tx);
    return rc == RC_OK ? session_put(tx, hash, a->id, str_from(out->csrf), end_s, e) : rc;
}

void session_cookies(struct request *rq, const struct account *a, const struct session_made *made)
{
    reply_cookie(rq, "koi", str_from(made->secret), made->lasts_s);
    remember_device(rq, a->login);
    request_audit(rq, "account", a->id, "\"account\":\"%" PRId64 "\"", a->id);
}

enum rc session_enter(struct request *rq, struct tx *tx, const struct account *a,
                      const struct session_made *made, bool must_set, struct err *e)
{
    session_cookies(rq, a, made);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_account(j, a);
    json_put_z(j, "csrf", made->csrf);
    put_permissions(j, role_from(a->role), NULL);
    json_put_bool(j, "must_set_password", must_set);
    enum rc rc = put_corp(j, request_app(rq), tx, e);
    json_close_object(j);
    return rc;
}

static enum rc enter(struct request *rq, struct tx *tx, const struct account *a, bool must_set,
                     struct err *e)
{
    struct session_made made;
    enum rc rc = session_begin(rq, tx, a, &made, e);
    return rc == RC_OK ? session_enter(rq, tx, a, &made, must_set, e) : rc;
}

/* ---- POST /api/session ---- */

static enum rc refuse_sign_in(struct err *e)
{
    return err_set(e, RC_SIGNIN, "sign_in_wrong", NULL, "登录名或密码不对",
                   "the login or the password is wrong");
}

static struct str lower(struct arena *a, struct str s)
{
    char *p = arena_z(a, s);
    for (size_t i = 0; i < s.n; i++) {
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
    }
    return (struct str){p, s.n};
}

static enum rc sign_in_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct account *a = ARENA_NEW(request_arena(rq), struct account);
    struct str login = lower(request_arena(rq), str_trim(arg_str(rq, "login")));
    struct guard_try try;
    enum rc rc = guard_take(login, request_address(rq), known_device(rq, login), &try, e);
    if (rc != RC_OK) {
        metrics_refused_sign_in();
        return rc;
    }
    rc = account_by_login(tx, login, a, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    bool usable = rc == RC_OK && a->disabled_s == 0 && !str_absent(a->password_hash);
    const char *hash = usable ? arena_z(request_arena(rq), a->password_hash) : NOBODY;
    bool good = check_password(hash, arg_str(rq, "password"));
    if (!good || !usable) {
        return refuse_sign_in(e);
    }
    guard_give(&try);
    int64_t *id = ARENA_NEW(request_arena(rq), int64_t);
    *id = a->id;
    request_set_note(rq, id);
    return RC_OK;
}

static enum rc sign_in(struct request *rq, struct tx *tx, struct err *e)
{
    struct account a;
    const int64_t *id = request_note(rq);
    enum rc rc = account_find(tx, *id, &a, e);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && a.disabled_s != 0)) {
        return refuse_sign_in(e);
    }
    return rc == RC_OK ? enter(rq, tx, &a, false, e) : rc;
}

const struct route route_session_sign_in = {
    .method = POST,
    .path = "/api/session",
    .name = "session_sign_in",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args =
        {
            {"login", ARG_NAME, IN_BODY, .required = true, .zh = "登录名", .en = "login"},
            {"password", ARG_TEXT, IN_BODY, .required = true, .min = 1, .max = PASSWORD_MOST,
             .zh = "密码", .en = "password"},
        },
    .prepare = sign_in_prepare,
    .run = sign_in,
    .zh = "用密码登录，设置会话 cookie。",
    .en = "Sign in with a password; sets the session's cookie.",
    .reply = "Session",
};

/* ---- POST /api/session/link ---- */

static enum rc link_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct account a;
    uint8_t hash[32];
    int64_t id = 0;
    secret_sha256(arg_str(rq, "token"), hash);
    enum rc rc = link_use(tx, hash, &id, e);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_SIGNIN, "link_used", "token", "链接已用过或已过期",
                "this link was used already or has ended");
        err_hint(e, "在服务器上运行 koi account reset，或请管理员再发一个",
                 "run koi account reset on the server, or ask an administrator for another one");
        return RC_SIGNIN;
    }
    if (rc == RC_OK) {
        rc = account_set_password(tx, id, STR_ABSENT, e);
    }
    if (rc == RC_OK) {
        rc = session_delete_others(tx, id, NULL, e);
    }
    if (rc == RC_OK) {
        rc = account_find(tx, id, &a, e);
    }
    return rc == RC_OK ? enter(rq, tx, &a, true, e) : rc;
}

const struct route route_session_link = {
    .method = POST,
    .path = "/api/session/link",
    .name = "session_link",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {{"token", ARG_TEXT, IN_BODY, .required = true, .min = 1, .max = 200,
              .zh = "链接里的令牌", .en = "token of the link"}},
    .run = link_run,
    .zh = "用一次性链接登录；之后须设置密码。",
    .en = "Sign in by a one-time link; a password must be set next.",
    .reply = "Session",
};

/* ---- GET, DELETE, PATCH /api/session ---- */

static enum rc session_get(struct request *rq, struct tx *tx, struct err *e)
{
    const struct caller *c = request_caller(rq);
    struct account a = {.id = 0};
    enum rc rc = c->account_id != 0 ? account_find(tx, c->account_id, &a, e) : RC_OK;
    if (rc != RC_OK) {
        return rc;
    }
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    if (a.id != 0) {
        put_account(j, &a);
    } else {
        json_put_null(j, "account");
    }
    json_put_str(j, "csrf", request_csrf(rq));
    put_permissions(j, c->role, rq);
    json_put_bool(j, "must_set_password", a.id != 0 && str_absent(a.password_hash));
    rc = put_corp(j, request_app(rq), tx, e);
    json_close_object(j);
    return rc;
}

const struct route route_session_get = {
    .method = GET,
    .path = "/api/session",
    .name = "session_get",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .run = session_get,
    .zh = "我是谁、能做什么。",
    .en = "Who I am and what I may do.",
    .reply = "Session",
};

static enum rc session_end(struct request *rq, struct tx *tx, struct err *e)
{
    const uint8_t *hash = request_session(rq);
    reply_cookie(rq, "koi", STR(""), 0);
    return hash != NULL ? session_delete(tx, hash, e) : RC_OK;
}

const struct route route_session_end = {
    .method = DELETE,
    .path = "/api/session",
    .name = "session_end",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .run = session_end,
    .zh = "退出登录。",
    .en = "Sign out.",
};

static enum rc need_account(struct request *rq, struct err *e)
{
    return request_caller(rq)->account_id != 0
               ? RC_OK
               : err_set(e, RC_FORBIDDEN, "no_account", NULL, "命令行不是账号",
                         "the command line is no account");
}

static enum rc session_update(struct request *rq, struct tx *tx, struct err *e)
{
    enum rc rc = need_account(rq, e);
    if (rc == RC_OK && arg_given(rq, "language")) {
        rc = account_set_language(tx, request_caller(rq)->account_id, arg_str(rq, "language"), e);
    }
    return rc == RC_OK ? session_get(rq, tx, e) : rc;
}

const struct route route_session_update = {
    .method = PATCH,
    .path = "/api/session",
    .name = "session_update",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {{"language", ARG_CHOICE, IN_BODY, .choices = "zh|en", .zh = "界面语言",
              .en = "language of the console"}},
    .run = session_update,
    .zh = "改自己的设置。",
    .en = "Change one's own settings.",
    .reply = "Session",
};

/* ---- PUT /api/session/password ---- */

static enum rc check_strength(struct str password, struct str login, struct err *e)
{
    bool seen[256] = {false};
    int distinct = 0;
    for (size_t i = 0; i < password.n; i++) {
        distinct += !seen[(unsigned char)password.p[i]];
        seen[(unsigned char)password.p[i]] = true;
    }
    bool has_login = login.n > 2 && str_find(password, login) >= 0;
    if (distinct >= DISTINCT_LEAST && !has_login) {
        return RC_OK;
    }
    err_set(e, RC_INVALID, "password_weak", "new", "密码太容易猜",
            "this password is too easy to guess");
    err_hint(e, "至少 %d 位、%d 种字符，不含登录名；几个不相干的词最好",
             "at least %d characters, %d different ones, without the login; "
             "a few unrelated words are best",
             PASSWORD_LEAST, DISTINCT_LEAST);
    return RC_INVALID;
}

static enum rc password_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct account a;
    struct guard_try try;
    struct arena *arena = request_arena(rq);
    enum rc rc = need_account(rq, e);
    if (rc == RC_OK && request_caller(rq)->token_id != 0) {
        rc = err_set(e, RC_FORBIDDEN, "token_password", NULL, "令牌不能改密码",
                     "a token may not change the password");
    }
    if (rc == RC_OK) {
        rc = account_find(tx, request_caller(rq)->account_id, &a, e);
    }
    if (rc == RC_OK && !str_absent(a.password_hash)) {
        rc = guard_take(a.login, request_address(rq), known_device(rq, a.login), &try, e);
        if (rc == RC_OK && !check_password(arena_z(arena, a.password_hash), arg_str(rq, "old"))) {
            rc = err_set(e, RC_INVALID, "password_wrong", "old", "原密码不对",
                         "the old password is wrong");
        } else if (rc == RC_OK) {
            guard_give(&try);
        }
    }
    if (rc == RC_OK) {
        rc = check_strength(arg_str(rq, "new"), a.login, e);
    }
    char *hash = arena_alloc(arena, SECRET_PASSWORD_BYTES);
    request_set_note(rq, hash);
    return rc == RC_OK ? hash_password(arg_str(rq, "new"), hash, e) : rc;
}

static enum rc password_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id = request_caller(rq)->account_id;
    enum rc rc = account_set_password(tx, id, str_from(request_note(rq)), e);
    return rc == RC_OK ? session_delete_others(tx, id, request_session(rq), e) : rc;
}

const struct route route_session_password = {
    .method = PUT,
    .path = "/api/session/password",
    .name = "session_password",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args =
        {
            {"old", ARG_TEXT, IN_BODY, .min = 0, .max = PASSWORD_MOST,
             .zh = "原密码；还没有密码时不用",
             .en = "old password; not needed while there is none"},
            {"new", ARG_TEXT, IN_BODY, .required = true, .min = PASSWORD_LEAST,
             .max = PASSWORD_MOST, .zh = "新密码", .en = "new password"},
        },
    .prepare = password_prepare,
    .run = password_run,
    .zh = "设置密码，其他会话随之结束。",
    .en = "Set the password; all other sessions end.",
};

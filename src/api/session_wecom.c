/* session_wecom.c — signing in by WeCom: inside its client, or by a code on its page.
 *
 * `start` gives the browser a random state in a cookie and sends it to WeCom's page of consent,
 * which sends it back to the console's sign-in page with a code; that page posts code and state.
 * Only a browser that began it itself has the cookie, so nobody can be signed in as somebody else
 * by a link; the cookie goes with the first try. The code is good once: WeCom says whose it is. No
 * address is taken from the caller, so there is nowhere else to be sent to. Tries are counted by
 * address (http/guard.h) before WeCom is asked. The pages of src/h5 come in by the same two steps,
 * with a page of their own in the place of the console's. Source: wecom-api.md §19.
 */
#include "api/routes.h"
#include "api/session.h"
#include "connect/wecom/ask.h"
#include "domain/app.h"
#include "domain/directory_apply.h"
#include "http/guard.h"
#include "http/metrics.h"
#include "store/directory.h"

#include <string.h>

enum { STATE_CHARS = 32, STATE_S = 600 };

static bool has_login(const struct config *c)
{
    return strcmp(config_text(c, "wecom_login"), "off") != 0;
}

static enum rc check_set_up(const struct config *c, struct err *e)
{
    const char *missing = config_text(c, "wecom_corp_id")[0] == 0      ? "wecom_corp_id"
                          : config_int(c, "wecom_agent_id") == 0       ? "wecom_agent_id"
                          : config_text(c, "wecom_app_secret")[0] == 0 ? "wecom_app_secret"
                          : config_text(c, "public_url")[0] == 0       ? "public_url"
                                                                       : NULL;
    if (!has_login(c)) {
        err_set(e, RC_FORBIDDEN, "wecom_login_off", "wecom_login", "没有开启企业微信登录",
                "sign-in by WeCom is off");
        err_hint(e, "请用密码登录，或请管理员在设置里开启",
                 "use your password, or ask an administrator to set wecom_login");
        return RC_FORBIDDEN;
    }
    if (missing != NULL) {
        err_set(e, RC_CONFLICT, "wecom_login_unset", missing, "企业微信登录还缺设置 %s",
                "sign-in by WeCom lacks the setting %s", missing);
        err_hint(e, "请管理员在设置里填写", "ask an administrator to set it");
        return RC_CONFLICT;
    }
    return RC_OK;
}

/* ---- whether ---- */

static enum rc wecom_get(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    (void)e;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_bool(j, "enabled", check_set_up(request_app(rq)->config, NULL) == RC_OK);
    json_close_object(j);
    return RC_OK;
}

const struct route route_session_wecom_get = {
    .method = GET,
    .path = "/api/session/wecom",
    .name = "session_wecom_get",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .run = wecom_get,
    .zh = "是否可以用企业微信登录",
    .en = "Whether one may sign in by WeCom.",
    .reply = "SessionWecom",
};

/* ---- going there ---- */

/* As a value in a query: everything but letters, digits and "-._~" by its bytes. */
static struct str escape(struct arena *a, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_alloc(a, s.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("-._~", c) != NULL;
        if (plain && c != 0) {
            out[n++] = (char)c;
            continue;
        }
        out[n++] = '%';
        out[n++] = digits[c >> 4];
        out[n++] = digits[c & 15];
    }
    return (struct str){out, n};
}

/* The order of the parameters is WeCom's: its clients insist on it. */
static struct str consent_url(struct request *rq, const char *state, bool inside, struct str path)
{
    struct arena *a = request_arena(rq);
    const struct config *c = request_app(rq)->config;
    const char *base = config_text(c, "wecom_login_base");
    struct str back =
        escape(a, arena_printf(a, "%s" STR_FMT, config_text(c, "public_url"), STR_ARG(path)));
    if (inside)
        return arena_printf(a,
                            "%s/connect/oauth2/authorize?appid=%s&redirect_uri=" STR_FMT
                            "&response_type=code&scope=snsapi_base&state=%s&agentid=%lld"
                            "#wechat_redirect",
                            base[0] != 0 ? base : "https://open.weixin.qq.com",
                            config_text(c, "wecom_corp_id"), STR_ARG(back), state,
                            (long long)config_int(c, "wecom_agent_id"));
    return arena_printf(a,
                        "%s/wwlogin/sso/login?login_type=CorpApp&appid=%s&agentid=%lld"
                        "&redirect_uri=" STR_FMT "&state=%s",
                        base[0] != 0 ? base : "https://login.work.weixin.qq.com",
                        config_text(c, "wecom_corp_id"), (long long)config_int(c, "wecom_agent_id"),
                        STR_ARG(back), state);
}

enum rc session_wecom_begin(struct request *rq, bool inside, struct str path, struct err *e)
{
    char state[STATE_CHARS + 1];
    enum rc rc = check_set_up(request_app(rq)->config, e);
    if (rc != RC_OK)
        return rc;
    secret_random_text(state, STATE_CHARS);
    reply_cookie(rq, "koi-wecom", str_from(state), STATE_S);
    reply_header(rq, "Location", consent_url(rq, state, inside, path));
    reply_status(rq, 302);
    reply_bytes(rq, "text/plain; charset=utf-8", STR("\n"));
    return RC_OK;
}

static enum rc wecom_start(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    return session_wecom_begin(rq, str_eq(arg_str(rq, "way"), STR("inside")), STR("/sign-in"), e);
}

const struct route route_session_wecom_start = {
    .method = GET,
    .path = "/api/session/wecom/start",
    .name = "session_wecom_start",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .args = {{"way", ARG_CHOICE, .choices = "inside|code",
              .zh = "inside 在企业微信内打开，code（默认）扫码",
              .en = "inside WeCom's client, or by scanning a code, which it is unless told"}},
    .run = wecom_start,
    .zh = "转到企业微信的授权页，回来时在登录页",
    .en = "Go to WeCom's page of consent, which comes back to the sign-in page.",
};

/* ---- coming back ---- */

struct coming {
    struct request *rq;
    struct str userid;
    struct account account;
    struct session_made made;
};

static enum rc refuse_member(struct err *e, const char *code, const char *zh, const char *en)
{
    err_set(e, RC_FORBIDDEN, code, NULL, "%s", "%s", zh);
    if (e != NULL)
        snprintf(e->en, sizeof e->en, "%s", en);
    err_hint(e, "请管理员在 Koi 里给你建账号，或用密码登录",
             "ask an administrator of Koi for an account, or use your password");
    return RC_FORBIDDEN;
}

/* The account of role staff that somebody's first sign-in makes. The userid is the login, unless
 * another account has it. */
static enum rc make_account(struct coming *c, struct tx *tx, int64_t staff_id, struct str name,
                            struct err *e)
{
    struct account taken;
    struct arena *a = tx_arena(tx);
    char *login = arena_z(a, c->userid);
    for (char *p = login; *p != 0; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    enum rc rc = account_by_login(tx, str_from(login), &taken, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    c->account = (struct account){
        .login = rc == RC_NOT_FOUND ? str_from(login) : arena_printf(a, "wecom-%s", login),
        .name = name,
        .role = STR("staff"),
        .scope = STR("own"),
        .staff_id = staff_id,
        .language = str_from(config_text(request_app(c->rq)->config, "language")),
    };
    rc = account_insert(tx, &c->account, e);
    return rc == RC_OK ? account_scope_refresh(tx, c->account.id, e) : rc;
}

static enum rc find_account(struct coming *c, struct tx *tx, struct err *e)
{
    struct staff_row staff = {0};
    bool create = strcmp(config_text(request_app(c->rq)->config, "wecom_login"), "create") == 0;
    enum rc rc = directory_find_staff(tx, c->userid, &staff, e);
    if (rc == RC_NOT_FOUND && create) {
        staff.name = c->userid; /* the directory has not told of them yet */
        rc = directory_staff_of(tx, c->userid, &staff.id, e);
    }
    if (rc == RC_NOT_FOUND)
        return refuse_member(e, "wecom_login_unknown", "Koi 还不认识这位企业微信成员",
                             "Koi does not know this member of WeCom yet");
    if (rc == RC_OK && staff.left)
        return refuse_member(e, "wecom_login_left", "这位成员在 Koi 里已离职",
                             "this member has left, as far as Koi knows");
    if (rc == RC_OK)
        rc = account_by_staff(tx, staff.id, &c->account, e);
    if (rc == RC_NOT_FOUND && create)
        return make_account(c, tx, staff.id, staff.name, e);
    if (rc == RC_NOT_FOUND)
        return refuse_member(e, "wecom_login_no_account", "你还没有 Koi 账号",
                             "you have no account of Koi yet");
    if (rc == RC_OK && c->account.disabled_s != 0)
        return refuse_member(e, "wecom_login_disabled", "你的 Koi 账号已停用",
                             "your account of Koi is disabled");
    return rc;
}

/* Texts of the account outlive the closure. */
static void keep(struct coming *c)
{
    struct arena *a = request_arena(c->rq);
    struct account *x = &c->account;
    struct str *texts[] = {&x->login, &x->name, &x->role, &x->scope, &x->language};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_str(a, *texts[i]);
    x->staff_name = x->password_hash = STR_ABSENT;
}

static enum rc come_in(struct tx *tx, void *arg, struct err *e)
{
    struct coming *c = arg;
    enum rc rc = find_account(c, tx, e);
    if (rc == RC_OK)
        rc = session_begin(c->rq, tx, &c->account, &c->made, e);
    if (rc == RC_OK)
        keep(c);
    return rc;
}

static enum rc check_state(struct request *rq, struct err *e)
{
    struct str cookie = request_cookie(rq, "koi-wecom"), state = arg_str(rq, "state");
    reply_cookie_gone(rq, "koi-wecom");
    if (cookie.n == STATE_CHARS && state.n == STATE_CHARS &&
        secret_equal(cookie.p, state.p, STATE_CHARS))
        return RC_OK;
    err_set(e, RC_SIGNIN, "wecom_login_state", "state", "这次登录不是从这个浏览器开始的，或已过期",
            "this sign-in was not begun by this browser, or is too old");
    err_hint(e, "请回到登录页重新开始", "go back to the sign-in page and begin again");
    return RC_SIGNIN;
}

enum rc session_wecom_end(struct request *rq, struct account *out, struct session_made *made,
                          struct err *e)
{
    struct app *app = request_app(rq);
    struct coming c = {.rq = rq};
    struct guard_try try;
    enum rc rc = check_set_up(app->config, e);
    if (rc == RC_OK)
        rc = check_state(rq, e);
    if (rc != RC_OK)
        return rc;
    struct str from =
        arena_printf(request_arena(rq), "wecom " STR_FMT, STR_ARG(request_address(rq)));
    rc = guard_take(from, request_address(rq), STR_ABSENT, &try, e);
    if (rc != RC_OK) {
        metrics_refused_sign_in();
        return rc;
    }
    rc = ask_login(app->wecom, arg_str(rq, "code"), request_arena(rq), &c.userid, e);
    if (rc == RC_OK && str_absent(c.userid))
        return refuse_member(e, "wecom_login_outsider", "你不是本企业的成员",
                             "you are no member of this corp");
    if (rc == RC_OK)
        rc = writer_run(app->writer, come_in, &c, e);
    if (rc != RC_OK)
        return rc;
    guard_give(&try);
    *out = c.account;
    *made = c.made;
    return RC_OK;
}

static enum rc wecom_sign_in(struct request *rq, struct tx *tx, struct err *e)
{
    struct account account;
    struct session_made made;
    enum rc rc = session_wecom_end(rq, &account, &made, e);
    return rc == RC_OK ? session_enter(rq, tx, &account, &made, false, e) : rc;
}

const struct route route_session_wecom = {
    .method = POST,
    .path = "/api/session/wecom",
    .name = "session_wecom",
    .need = PERM_PUBLIC,
    .scope = SCOPE_NONE,
    .audited = true,
    .outside = true,
    .args = {{"code", ARG_TEXT, IN_BODY, .required = true, .min = 1, .max = 512,
              .zh = "企业微信给的授权码", .en = "the code that WeCom gave"},
             {"state", ARG_TEXT, IN_BODY, .required = true, .min = 1, .max = 128,
              .zh = "开始时给出的 state", .en = "the state of the beginning"}},
    .run = wecom_sign_in,
    .zh = "用企业微信的授权码登录，设置会话 cookie",
    .en = "Sign in by a code of WeCom; sets the session's cookie.",
    .reply = "Session",
};

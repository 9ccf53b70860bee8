/* accounts.c — who may sign in: listing, making, changing, and the one-time link that replaces a
 * first password.
 *
 * Nobody ever sets another's password: an administrator gives a link that works once, for a day.
 * Two things cannot be done by mistake: the last active administrator can neither be disabled nor
 * demoted, and a scope of own or team needs a staff member. A change of role or scope, or
 * disabling, ends the account's sessions where it takes rights away; the data scope's rows are kept
 * true by store/account.
 */
#include "api/routes.h"

#include "base/calendar.h"
#include "domain/app.h"
#include "store/account.h"
#include "store/session.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { LINK_CHARS = 40, LINK_S = 86400 };

#define ROLES "administrator|operator|manager|staff"
#define SCOPES "own|team|all"

static void put_account(struct json *j, const struct account *a)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", a->id);
    json_put_str(j, "login", a->login);
    json_put_str(j, "name", a->name);
    json_put_str(j, "role", a->role);
    json_put_str(j, "scope", a->scope);
    if (a->staff_id != 0) {
        json_open_object(j, "staff");
        json_put_id(j, "id", a->staff_id);
        json_put_str(j, "name", a->staff_name);
        json_close_object(j);
    } else {
        json_put_null(j, "staff");
    }
    json_put_str(j, "language", a->language);
    json_put_bool(j, "disabled", a->disabled_s != 0);
    json_put_bool(j, "has_password", !str_absent(a->password_hash));
    json_put_int(j, "created_s", a->created_s);
    json_close_object(j);
}

static enum rc account_list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct account *list = NULL;
    size_t n = 0;
    int64_t limit = page_limit(rq);
    enum rc rc = account_list(tx, page_cursor(rq), limit + 1, &list, &n, e);
    if (rc != RC_OK) {
        return rc;
    }
    bool more = n > (size_t)limit;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n - more; i++) {
        put_account(j, &list[i]);
    }
    json_close_array(j);
    int64_t total = 0;
    rc = account_count(tx, &total, e);
    reply_page_end(rq, more ? list[n - 2].login : STR_ABSENT, total);
    json_close_object(j);
    return rc;
}

const struct route route_account_list = {
    .method = GET,
    .path = "/api/accounts",
    .name = "account_list",
    .need = PERM_ACCOUNT_WRITE,
    .scope = SCOPE_NONE,
    .args = {ARGS_PAGE},
    .run = account_list_run,
    .zh = "账号列表。",
    .en = "The accounts.",
    .reply = "AccountList",
};

/* ---- rules ---- */

static enum rc check_scope(struct tx *tx, const struct account *a, struct err *e)
{
    if (!str_eq(a->scope, STR("all")) && a->staff_id == 0) {
        err_set(e, RC_INVALID, "scope_needs_staff", "staff_id",
                "数据范围为“本人”或“团队”时要指定员工",
                "a scope of own or team needs a staff member");
        err_hint(e, "选择这个账号对应的员工", "say which staff member the account is");
        return RC_INVALID;
    }
    return a->staff_id != 0 ? account_check_staff(tx, a->staff_id, e) : RC_OK;
}

static enum rc check_administrators(struct tx *tx, struct err *e)
{
    int64_t n = 0;
    enum rc rc = account_administrators(tx, &n, e);
    if (rc == RC_OK && n == 0) {
        err_set(e, RC_CONFLICT, "last_administrator", NULL, "这是最后一个管理员",
                "this is the last administrator");
        err_hint(e, "先让另一个账号成为管理员", "make another account an administrator first");
        return RC_CONFLICT;
    }
    return rc;
}

static enum rc check_login(struct str login, struct err *e)
{
    for (size_t i = 0; i < login.n; i++) {
        char c = login.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                    c == '-' || c == '@';
        if (!good) {
            return err_set(e, RC_INVALID, "login_characters", "login",
                           "登录名只能用小写字母、数字和 . _ - @",
                           "a login has small letters, digits and . _ - @ only");
        }
    }
    return RC_OK;
}

static struct str lower(struct arena *a, struct str s)
{
    char *p = arena_z(a, s);
    for (size_t i = 0; i < s.n; i++) {
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
    }
    return (struct str){p, s.n};
}

/* ---- links ---- */

/* Makes a link and writes it as members of the open object. */
static enum rc put_link(struct request *rq, struct tx *tx, int64_t account_id, struct err *e)
{
    char secret[LINK_CHARS + 1];
    uint8_t hash[32];
    secret_random_text(secret, LINK_CHARS);
    secret_sha256(str_from(secret), hash);
    struct json *j = reply_json(rq);
    json_put_str(j, "link", arena_printf(request_arena(rq), "/sign-in#%s", secret));
    json_put_int(j, "expires_s", tx_now_s(tx) + LINK_S);
    return link_put(tx, hash, account_id, tx_now_s(tx) + LINK_S, e);
}

static enum rc account_link(struct request *rq, struct tx *tx, struct err *e)
{
    struct account a;
    enum rc rc = account_find(tx, arg_int(rq, "account_id"), &a, e);
    if (rc == RC_NOT_FOUND) {
        return err_set(e, RC_NOT_FOUND, "account_unknown", "account_id", "没有这个账号",
                       "there is no such account");
    }
    if (rc == RC_OK && a.disabled_s != 0) {
        rc = err_set(e, RC_CONFLICT, "account_disabled", NULL, "账号已停用",
                     "this account is disabled");
    }
    if (rc != RC_OK) {
        return rc;
    }
    json_open_object(reply_json(rq), NULL);
    rc = put_link(rq, tx, a.id, e);
    json_close_object(reply_json(rq));
    reply_status(rq, 201);
    request_audit(rq, "account", a.id, "%s", "");
    return rc;
}

const struct route route_account_link = {
    .method = POST,
    .path = "/api/accounts/{account_id}/link",
    .name = "account_link",
    .need = PERM_ACCOUNT_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"account_id", ARG_ID, IN_PATH, .required = true, .zh = "账号", .en = "account"}},
    .run = account_link,
    .zh = "生成一次性登录链接，一天内有效。",
    .en = "Make a one-time sign-in link, good for a day.",
    .reply = "AccountLink",
};

/* ---- making and changing ---- */

static enum rc account_create(struct request *rq, struct tx *tx, struct err *e)
{
    struct app *app = request_app(rq);
    struct str language = arg_str(rq, "language");
    struct account a = {
        .login = lower(request_arena(rq), arg_str(rq, "login")),
        .name = arg_given(rq, "name") ? arg_str(rq, "name") : arg_str(rq, "login"),
        .role = arg_str(rq, "role"),
        .scope = arg_given(rq, "scope") ? arg_str(rq, "scope") : STR("all"),
        .staff_id = arg_int(rq, "staff_id"),
        .language =
            str_absent(language) ? str_from(config_text(app->config, "language")) : language,
        .password_hash = STR_ABSENT,
    };
    enum rc rc = check_login(a.login, e);
    if (rc == RC_OK) {
        rc = check_scope(tx, &a, e);
    }
    if (rc == RC_OK) {
        rc = account_insert(tx, &a, e);
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", a.id);
    json_put_str(j, "login", a.login);
    rc = put_link(rq, tx, a.id, e);
    json_close_object(j);
    reply_status(rq, 201);
    request_audit(rq, "account", a.id, "\"role\":\"" STR_FMT "\",\"scope\":\"" STR_FMT "\"",
                  STR_ARG(a.role), STR_ARG(a.scope));
    return rc;
}

const struct route route_account_create = {
    .method = POST,
    .path = "/api/accounts",
    .name = "account_create",
    .need = PERM_ACCOUNT_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"login", ARG_NAME, IN_BODY, .required = true, .zh = "登录名", .en = "login"},
            {"name", ARG_NAME, IN_BODY, .zh = "姓名", .en = "name"},
            {"role", ARG_CHOICE, IN_BODY, .required = true, .choices = ROLES, .zh = "角色",
             .en = "role"},
            {"scope", ARG_CHOICE, IN_BODY, .choices = SCOPES, .zh = "数据范围，默认全部",
             .en = "data scope, all unless told"},
            {"staff_id", ARG_ID, IN_BODY, .nullable = true, .zh = "对应的员工",
             .en = "which staff member this is"},
            {"language", ARG_CHOICE, IN_BODY, .choices = "zh|en", .zh = "界面语言",
             .en = "language of the console"},
        },
    .run = account_create,
    .zh = "新建账号，给出一次性登录链接。",
    .en = "Make an account; answers with a one-time sign-in link.",
    .reply = "AccountMade",
};

static void change(struct request *rq, struct tx *tx, struct account *a)
{
    if (arg_given(rq, "name")) {
        a->name = arg_str(rq, "name");
    }
    if (arg_given(rq, "role")) {
        a->role = arg_str(rq, "role");
    }
    if (arg_given(rq, "scope")) {
        a->scope = arg_str(rq, "scope");
    }
    if (arg_given(rq, "staff_id")) {
        a->staff_id = arg_int(rq, "staff_id");
    }
    if (arg_given(rq, "language")) {
        a->language = arg_str(rq, "language");
    }
    if (arg_given(rq, "disabled")) {
        a->disabled_s = !arg_int(rq, "disabled") ? 0
                        : a->disabled_s != 0     ? a->disabled_s
                                                 : tx_now_s(tx);
    }
}

static enum rc account_update_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct account a;
    enum rc rc = account_find(tx, arg_int(rq, "account_id"), &a, e);
    if (rc == RC_NOT_FOUND) {
        return err_set(e, RC_NOT_FOUND, "account_unknown", "account_id", "没有这个账号",
                       "there is no such account");
    }
    if (rc != RC_OK) {
        return rc;
    }
    change(rq, tx, &a);
    rc = check_scope(tx, &a, e);
    if (rc == RC_OK) {
        rc = account_update(tx, &a, e);
    }
    if (rc == RC_OK) {
        rc = check_administrators(tx, e);
    }
    if (rc == RC_OK && a.disabled_s != 0) {
        rc = session_delete_others(tx, a.id, NULL, e);
    }
    put_account(reply_json(rq), &a);
    request_audit(rq, "account", a.id,
                  "\"role\":\"" STR_FMT "\",\"scope\":\"" STR_FMT "\",\"disabled\":%s",
                  STR_ARG(a.role), STR_ARG(a.scope), a.disabled_s != 0 ? "true" : "false");
    return rc;
}

const struct route route_account_update = {
    .method = PATCH,
    .path = "/api/accounts/{account_id}",
    .name = "account_update",
    .need = PERM_ACCOUNT_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args =
        {
            {"account_id", ARG_ID, IN_PATH, .required = true, .zh = "账号", .en = "account"},
            {"name", ARG_NAME, IN_BODY, .zh = "姓名", .en = "name"},
            {"role", ARG_CHOICE, IN_BODY, .choices = ROLES, .zh = "角色", .en = "role"},
            {"scope", ARG_CHOICE, IN_BODY, .choices = SCOPES, .zh = "数据范围", .en = "data scope"},
            {"staff_id", ARG_ID, IN_BODY, .nullable = true, .zh = "对应的员工",
             .en = "which staff member this is"},
            {"language", ARG_CHOICE, IN_BODY, .choices = "zh|en", .zh = "界面语言",
             .en = "language of the console"},
            {"disabled", ARG_BOOL, IN_BODY, .zh = "停用", .en = "disabled"},
        },
    .run = account_update_run,
    .zh = "改账号；停用后立即退出。",
    .en = "Change an account; a disabled one is out at once.",
    .reply = "Account",
};

/* account.c — `koi account …`: those who sign in.
 *
 * Accounts are named by login here, since people know logins; the API knows ids, so the list is
 * read first. Links are printed as paths, to be put behind the server's address.
 */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>
#include <string.h>

static enum rc list(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"id",    "login",      "name",     "role",
                                       "scope", "staff.name", "disabled", NULL};
    return print_listing(in, "/api/accounts?limit=200", keys, e);
}

const struct command command_account_list = {
    .name = "account list",
    .zh = "列出账号",
    .en = "List the accounts",
    .run = list,
};

/* The id of a login, by reading the list. */
static enum rc find(struct client *c, const char *login, struct str *out_id, struct err *e)
{
    struct client_reply r;
    const char *target = "/api/accounts?limit=200";
    struct str next = STR("");
    char page[600];
    while (!str_absent(next)) {
        enum rc rc = client_call(c, "GET", target, STR_ABSENT, &r, e);
        if (rc != RC_OK) {
            return rc;
        }
        const struct json_value *items = json_get(r.json, "items");
        for (size_t i = 0; i < json_count(items); i++) {
            const struct json_value *a = json_at(items, i);
            if (str_eq_nocase(json_str_or(json_get(a, "login"), STR("")), str_from(login))) {
                *out_id = json_str_or(json_get(a, "id"), STR(""));
                return RC_OK;
            }
        }
        next = json_str_or(json_get(r.json, "next"), STR_ABSENT);
        snprintf(page, sizeof page, "/api/accounts?limit=200&cursor=" STR_FMT, STR_ARG(next));
        target = page;
    }
    err_set(e, RC_NOT_FOUND, "account_unknown", "login", "没有账号 %s", "there is no account %s",
            login);
    err_hint(e, "账号列表：koi account list", "koi account list shows them");
    return RC_NOT_FOUND;
}

static void print_link(const struct invocation *in, const struct client_reply *r)
{
    if (in->json) {
        print_json(r);
        return;
    }
    printf("%s:\n  " STR_FMT "\n",
           say(in, "一次性登录链接（一天内有效）", "one-time sign-in link (good for a day)"),
           STR_ARG(json_str_or(json_get(r->json, "link"), STR(""))));
}

/* ---- add ---- */

static void put_option(struct json *j, const struct invocation *in, const char *option,
                       const char *key)
{
    const char *value = option_value(in, option);
    if (value != NULL) {
        json_put_z(j, key, value);
    }
}

static enum rc add(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct buf b;
    buf_init(&b, 8192);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_z(&j, "login", position(in, 0));
    json_put_z(&j, "role", option_value(in, "role"));
    put_option(&j, in, "name", "name");
    put_option(&j, in, "scope", "scope");
    put_option(&j, in, "staff", "staff_id");
    json_close_object(&j);
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK) {
        rc = client_call(c, "POST", "/api/accounts", buf_str(&b), &r, e);
    }
    if (rc == RC_OK) {
        print_link(in, &r);
    }
    client_close(c);
    buf_done(&b);
    return rc;
}

const struct command command_account_add = {
    .name = "account add",
    .usage = "LOGIN",
    .zh = "新建账号",
    .en = "Make an account",
    .options =
        {
            {"role", "ROLE", .required = true, .zh = "administrator、operator、manager 或 staff",
             .en = "administrator, operator, manager or staff"},
            {"name", "NAME", .zh = "姓名", .en = "name"},
            {"scope", "SCOPE", .zh = "own、team 或 all", .en = "own, team or all"},
            {"staff", "ID", .zh = "对应的员工", .en = "which staff member this is"},
        },
    .positions_min = 1,
    .positions_max = 1,
    .run = add,
};

/* ---- reset, disable ---- */

static enum rc reset(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct str id;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK) {
        rc = find(c, position(in, 0), &id, e);
    }
    if (rc == RC_OK) {
        const char *target =
            arena_printf(&in->arena, "/api/accounts/" STR_FMT "/link", STR_ARG(id)).p;
        rc = client_call(c, "POST", target, STR_ABSENT, &r, e);
    }
    if (rc == RC_OK) {
        print_link(in, &r);
    }
    client_close(c);
    return rc;
}

const struct command command_account_reset = {
    .name = "account reset",
    .usage = "LOGIN",
    .zh = "给账号一个一次性登录链接，用来重设密码",
    .en = "Give an account a one-time link to set a new password",
    .positions_min = 1,
    .positions_max = 1,
    .run = reset,
};

static enum rc disable(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct str id;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK) {
        rc = find(c, position(in, 0), &id, e);
    }
    if (rc == RC_OK) {
        const char *target = arena_printf(&in->arena, "/api/accounts/" STR_FMT, STR_ARG(id)).p;
        rc = client_call(c, "PATCH", target,
                         option_given(in, "undo") ? STR("{\"disabled\":false}")
                                                  : STR("{\"disabled\":true}"),
                         &r, e);
    }
    if (rc == RC_OK && in->json) {
        print_json(&r);
    }
    client_close(c);
    return rc;
}

const struct command command_account_disable = {
    .name = "account disable",
    .usage = "LOGIN",
    .zh = "停用账号，立即退出",
    .en = "Disable an account; it is out at once",
    .options = {{"undo", NULL, .zh = "重新启用", .en = "enable it again"}},
    .positions_min = 1,
    .positions_max = 1,
    .run = disable,
};

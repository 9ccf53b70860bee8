/* token.c — `koi token …`: bearer tokens for programs.
 *
 * A token made here must say for which account; its secret is printed once. Permissions are given
 * as a list with commas; what the account's role may not do, the token may not either.
 */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

static enum rc list(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"id",        "name",   "login",     "permissions",
                                       "created_s", "used_s", "revoked_s", NULL};
    return print_listing(in, "/api/tokens?limit=200", keys, e);
}

const struct command command_token_list = {
    .name = "token list",
    .zh = "列出令牌",
    .en = "List the tokens",
    .run = list,
};

static enum rc add(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct buf b;
    struct str rest = str_from(option_value(in, "permissions"));
    struct str one;
    buf_init(&b, 8192);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_z(&j, "name", position(in, 0));
    json_put_z(&j, "account_id", option_value(in, "account"));
    json_open_array(&j, "permissions");
    while (str_cut(&rest, ',', &one)) {
        json_put_str(&j, NULL, str_trim(one));
    }
    json_close_array(&j);
    json_close_object(&j);
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK) {
        rc = client_call(c, "POST", "/api/tokens", buf_str(&b), &r, e);
    }
    if (rc == RC_OK && in->json) {
        print_json(&r);
    } else if (rc == RC_OK) {
        printf(STR_FMT "\n", STR_ARG(json_str_or(json_get(r.json, "token"), STR(""))));
    }
    client_close(c);
    buf_done(&b);
    return rc;
}

const struct command command_token_add = {
    .name = "token add",
    .usage = "NAME",
    .zh = "新建令牌，只显示一次",
    .en = "Make a token; it is shown once",
    .options =
        {
            {"account", "ID", .required = true, .zh = "以哪个账号行事",
             .en = "acts as this account"},
            {"permissions", "LIST", .required = true, .zh = "权限，用逗号分隔",
             .en = "permissions, with commas between"},
        },
    .positions_min = 1,
    .positions_max = 1,
    .run = add,
};

static enum rc revoke(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK) {
        const char *target = arena_printf(&in->arena, "/api/tokens/%s", position(in, 0)).p;
        rc = client_call(c, "DELETE", target, STR_ABSENT, NULL, e);
    }
    client_close(c);
    return rc;
}

const struct command command_token_revoke = {
    .name = "token revoke",
    .usage = "ID",
    .zh = "作废令牌",
    .en = "Revoke a token",
    .positions_min = 1,
    .positions_max = 1,
    .run = revoke,
};

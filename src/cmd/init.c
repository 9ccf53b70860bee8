/* init.c — `koi init`: a new installation with its first administrator.
 *
 * Makes the data directory, the keys, the database and one account without a password, and prints a
 * one-time link for it: there is no default password to forget changing. Run again, it changes
 * nothing but says so.
 */
#include "cmd/client.h"
#include "cmd/commands.h"
#include "domain/app.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum rc check_empty(struct invocation *in, struct err *e)
{
    const char *key = arena_printf(&in->arena, "%s/koi.key", in->data_dir).p;
    if (access(key, F_OK) != 0) {
        return RC_OK;
    }
    err_set(e, RC_CONFLICT, "initialised", NULL, "%s 里已有 Koi 的数据",
            "there is a Koi in %s already", in->data_dir);
    err_hint(e, "忘了密码：koi account reset 登录名",
             "forgot the password: koi account reset LOGIN");
    return RC_CONFLICT;
}

static enum rc make(struct invocation *in, struct err *e)
{
    struct app *app = NULL;
    struct app_options options = {
        .data_dir = in->data_dir, .flags = in->flags, .flag_count = in->flag_count, .create = true};
    enum rc rc = app_open(&options, &app, e);
    app_close(app);
    return rc;
}

static enum rc init(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply reply;
    const char *login = option_given(in, "login") ? option_value(in, "login") : "admin";
    enum rc rc = check_empty(in, e);
    if (rc == RC_OK) {
        rc = make(in, e);
    }
    if (rc == RC_OK) {
        rc = client_open(in, &c, e);
    }
    if (rc == RC_OK) {
        struct str body = arena_printf(
            &in->arena,
            "{\"login\":\"%s\",\"role\":\"administrator\",\"scope\":\"all\",\"language\":\"%s\"}",
            login, in->english ? "en" : "zh");
        rc = client_call(c, "POST", "/api/accounts", body, &reply, e);
    }
    if (rc == RC_OK && in->json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else if (rc == RC_OK) {
        struct str link = json_str_or(json_get(reply.json, "link"), STR(""));
        printf("%s: %s\n", say(in, "数据目录", "data directory"), in->data_dir);
        printf("%s: %s\n", say(in, "管理员", "administrator"), login);
        printf("%s: koi serve --data %s\n", say(in, "启动", "start"), in->data_dir);
        printf("%s:\n  ", say(in, "一次性登录链接（接在服务地址之后，一天内有效）",
                              "one-time sign-in link (behind the server's address, good for a "
                              "day)"));
        printf(STR_FMT "\n", STR_ARG(link));
    }
    client_close(c);
    return rc;
}

const struct command command_init = {
    .name = "init",
    .zh = "新建数据目录、密钥、数据库和第一个管理员",
    .en = "Make a data directory, keys, database and the first administrator",
    .options = {{"login", "LOGIN", .zh = "管理员的登录名，默认 admin",
                 .en = "the administrator's login, admin unless told"}},
    .settings = true,
    .run = init,
};

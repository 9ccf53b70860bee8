/* invite.c — the invitation that `koi serve --invite LOGIN` prints once it listens.
 *
 * Two calls of the API as the administrator of this machine: find the account, make a link. Only
 * the local address is named, since without TLS nobody else can reach it; for others there is the
 * line with the tunnel.
 */
#include "cmd/invite.h"

#include "base/json.h"

#include <stdio.h>

static enum rc call(struct invocation *in, struct app *app, const struct router *router,
                    enum method method, struct str target, const struct json_value **out,
                    struct err *e)
{
    struct call c = {
        .method = method,
        .target = target,
        .body = method == GET ? STR_ABSENT : STR("{}"),
        .caller = {.role = ROLE_ADMINISTRATOR, .local = true, .english = in->english},
    };
    struct reply reply = {0};
    enum rc rc = dispatch_call(app, router, &c, &in->arena, &reply, e);
    if (rc == RC_OK)
        rc = json_parse(&in->arena, reply.body, out, e);
    if (rc == RC_OK && reply.status >= 400)
        rc = err_set(e, RC_IO, "invite_failed", NULL, "没能生成登录链接（%d）",
                     "could not make a sign-in link (%d)", reply.status);
    return rc;
}

static struct str id_of(const struct json_value *accounts, const char *login)
{
    const struct json_value *items = json_get(accounts, "items");
    for (size_t i = 0; i < json_count(items); i++)
        if (str_eq(json_str_or(json_get(json_at(items, i), "login"), STR("")), str_from(login)))
            return json_str_or(json_get(json_at(items, i), "id"), STR_ABSENT);
    return STR_ABSENT;
}

enum rc invite_print(struct invocation *in, struct app *app, const struct router *router, int port,
                     const char *login, struct err *e)
{
    const struct json_value *accounts = NULL, *link = NULL;
    enum rc rc = call(in, app, router, GET, STR("/api/accounts?limit=200"), &accounts, e);
    if (rc != RC_OK)
        return rc;
    struct str id = id_of(accounts, login);
    if (str_absent(id))
        return err_set(e, RC_NOT_FOUND, "account_unknown", "invite", "没有登录名为 %s 的账号",
                       "there is no account with the login %s", login);
    struct str target = arena_printf(&in->arena, "/api/accounts/" STR_FMT "/link", STR_ARG(id));
    rc = call(in, app, router, POST, target, &link, e);
    if (rc != RC_OK)
        return rc;
    printf("\n");
    printf(say(in, "  锦池已启动      http://127.0.0.1:%d\n",
               "  Koi is ready         http://127.0.0.1:%d\n"),
           port);
    printf(say(in, "  一次性登录链接  http://127.0.0.1:%d" STR_FMT "\n",
               "  one-time sign-in     http://127.0.0.1:%d" STR_FMT "\n"),
           port, STR_ARG(json_str_or(json_get(link, "link"), STR(""))));
    printf(
        say(in,
            "  从别的电脑打开  先运行 ssh -L %d:127.0.0.1:%d 用户名@这台机器，再打开上面的链接\n",
            "  from another machine run ssh -L %d:127.0.0.1:%d you@this-machine, then open the "
            "link\n"),
        port, port);
    printf("%s", say(in, "  停止            Ctrl-C\n\n", "  to stop              Ctrl-C\n\n"));
    fflush(stdout);
    return RC_OK;
}

/* routes.c — `koi routes`: the route table for people, as OpenAPI, or as JSON for tests.
 *
 * Needs no installation: the table is part of the program. With a name it prints one route with its
 * arguments.
 */
#include "api/routes.h"

#include "api/openapi.h"
#include "cmd/commands.h"

#include <stdio.h>
#include <string.h>

enum { DOCUMENT_BYTES = 16 << 20 };

static void print_row(const struct invocation *in, const struct route *r)
{
    printf("%-6s %-44s %-16s %s\n", method_name(r->method), r->path, permission_name(r->need),
           say(in, r->zh, r->en));
}

static void print_args(const struct invocation *in, const struct route *r)
{
    for (const struct arg *a = r->args; a->kind != ARG_END; a++) {
        printf("       %-16s %s%s\n", a->name, say(in, a->zh, a->en),
               a->required ? say(in, "（必填）", " (required)") : "");
    }
}

static enum rc print_json(const struct router *router, bool openapi)
{
    struct buf b;
    buf_init(&b, DOCUMENT_BYTES);
    struct json j = json_to(&b);
    if (openapi) {
        openapi_print(router, &j);
    } else {
        routes_print(router, &j);
    }
    fwrite(b.p, 1, b.n, stdout);
    putchar('\n');
    enum rc rc = b.failed ? RC_LIMIT : RC_OK;
    buf_done(&b);
    return rc;
}

static enum rc routes(struct invocation *in, struct err *e)
{
    struct router *router = routes_compile();
    const char *name = position(in, 0);
    bool found = name == NULL;
    enum rc rc = RC_OK;
    if (in->json || option_given(in, "openapi")) {
        rc = print_json(router, option_given(in, "openapi"));
    }
    for (size_t i = 0; i < router_count(router) && !in->json && !option_given(in, "openapi"); i++) {
        const struct route *r = router_at(router, i);
        if (name == NULL || strcmp(name, r->name) == 0) {
            print_row(in, r);
        }
        if (name != NULL && strcmp(name, r->name) == 0) {
            print_args(in, r);
            found = true;
        }
    }
    router_free(router);
    return found || in->json ? rc
                             : err_set(e, RC_NOT_FOUND, "route_unknown", NULL, "没有接口 %s",
                                       "there is no route %s", name);
}

const struct command command_routes = {
    .name = "routes",
    .usage = "[NAME]",
    .zh = "列出接口",
    .en = "List the routes of the API",
    .options = {{"openapi", NULL, .zh = "输出 OpenAPI 3.1 文件",
                 .en = "print the OpenAPI 3.1 document"}},
    .positions_max = 1,
    .run = routes,
};

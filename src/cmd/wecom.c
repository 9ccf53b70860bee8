/* wecom.c — `koi wecom …`: what Koi may call at WeCom, and whether WeCom lets it.
 *
 * `endpoints` needs no installation: the table is part of the program. `check` calls WeCom with the
 * secrets of the settings; its exit code is 0 only when everything is let in. `sync` starts the
 * full sync, and with --wait, or where no server runs, follows it; 0 only when all could be told.
 *
 *     koi wecom check
 *     koi wecom sync --wait
 *     koi wecom endpoints externalcontact/get
 *     koi wecom endpoints --json
 */
#include "cmd/commands.h"
#include "cmd/print.h"
#include "connect/wecom/endpoint.h"

#include <stdio.h>
#include <string.h>

enum { DOCUMENT_BYTES = 1 << 20 };

static bool print_finding(const struct invocation *in, const struct json_value *f)
{
    bool ok = json_bool_or(json_get(f, "ok"), false);
    printf("%s " STR_FMT ": " STR_FMT " (" STR_FMT ")\n", ok ? "ok  " : "BAD ",
           STR_ARG(json_str_or(json_get(f, "secret"), STR(""))),
           STR_ARG(json_str_or(json_get(f, in->english ? "en" : "zh"), STR(""))),
           STR_ARG(json_str_or(json_get(f, "path"), STR(""))));
    if (!ok)
        printf("     " STR_FMT "\n     " STR_FMT "\n",
               STR_ARG(json_str_or(json_get(f, "error"), STR(""))),
               STR_ARG(json_str_or(json_get(f, "advice"), STR(""))));
    return ok;
}

static enum rc check(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    bool well = true;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/wecom/check", STR("{}"), &r, e);
    client_close(c);
    if (rc != RC_OK)
        return rc;
    const struct json_value *items = json_get(r.json, "items");
    for (size_t i = 0; i < json_count(items); i++) {
        const struct json_value *f = json_at(items, i);
        well = (in->json ? json_bool_or(json_get(f, "ok"), false) : print_finding(in, f)) && well;
    }
    if (in->json)
        print_json(&r);
    return well ? RC_OK
                : err_set(e, RC_FORBIDDEN, "not_well", NULL, "有检查未通过",
                          "something is not well");
}

const struct command command_wecom_check = {
    .name = "wecom check",
    .zh = "逐项检查企业微信的密钥与权限（会实际调用企业微信）",
    .en = "Try each secret and permission at WeCom, by calling it",
    .run = check,
};

static enum rc print_table_json(void)
{
    struct buf b;
    buf_init(&b, DOCUMENT_BYTES);
    struct json j = json_to(&b);
    wecom_endpoints_print(&j);
    fwrite(b.p, 1, b.n, stdout);
    putchar('\n');
    enum rc rc = b.failed ? RC_LIMIT : RC_OK;
    buf_done(&b);
    return rc;
}

static enum rc endpoints(struct invocation *in, struct err *e)
{
    const char *path = position(in, 0);
    bool found = path == NULL;
    if (in->json)
        return print_table_json();
    for (size_t i = 0; i < wecom_endpoint_count; i++) {
        const struct wecom_endpoint *ep = &wecom_endpoint_table[i];
        if (path != NULL && strcmp(path, ep->path) != 0)
            continue;
        found = true;
        printf("%-4s %s\n", ep->method == WECOM_GET ? "GET" : "POST", ep->path);
        if (path != NULL)
            printf("     > %s\n     < %s\n", ep->takes, ep->gives);
    }
    if (found)
        return RC_OK;
    err_set(e, RC_NOT_FOUND, "endpoint_unknown", NULL, "没有企业微信接口 %s",
            "there is no endpoint %s of WeCom", path);
    err_hint(e, "用 koi wecom endpoints 查看全部", "koi wecom endpoints lists them all");
    return RC_NOT_FOUND;
}

const struct command command_wecom_endpoints = {
    .name = "wecom endpoints",
    .usage = "[PATH]",
    .zh = "列出会调用的企业微信接口及其字段",
    .en = "List the endpoints of WeCom that may be called, and their fields",
    .positions_max = 1,
    .run = endpoints,
};

/* ---- sync ---- */

static int64_t number(const struct json_value *v, const char *key)
{
    return json_int_or(json_get(v, key), 0);
}

/* What came of it, and what could not be told. */
static enum rc print_sync(struct invocation *in, struct client *c, const struct json_value *job,
                          struct err *e)
{
    struct client_reply r;
    const struct json_value *v = json_get(job, "result");
    enum rc rc = client_call(c, "GET", "/api/wecom/sync", STR_ABSENT, &r, e);
    if (rc != RC_OK)
        return rc;
    if (in->json) {
        print_json(&r);
    } else {
        printf(say(in, "%lld 名员工，%lld 条好友关系，%lld 个群；调用 %lld 次\n",
                   "%lld staff, %lld friendships, %lld groups; %lld calls\n"),
               (long long)number(v, "staff_done"), (long long)number(v, "friendships"),
               (long long)number(v, "groups"), (long long)number(v, "calls"));
        const struct json_value *list = json_get(r.json, "problems");
        for (size_t i = 0; i < json_count(list); i++) {
            const struct json_value *p = json_at(list, i);
            printf("%s " STR_FMT ": " STR_FMT "\n     " STR_FMT "\n", "BAD ",
                   STR_ARG(json_str_or(json_get(p, "ref"), STR(""))),
                   STR_ARG(json_str_or(json_get(p, "message"), STR(""))),
                   STR_ARG(json_str_or(json_get(p, "advice"), STR(""))));
        }
    }
    if (json_bool_or(json_get(v, "complete"), false))
        return RC_OK;
    err_set(e, RC_CONFLICT, "sync_incomplete", NULL, "同步完成，但有 %lld 项未能同步",
            "the sync has ended, and %lld could not be told", (long long)number(v, "problems"));
    err_hint(e, "按上面每项的说明处理后再同步一次", "mend what is said of each, then sync again");
    return RC_CONFLICT;
}

static enum rc run_sync(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/wecom/sync", STR("{}"), &r, e);
    bool wait = rc == RC_OK && (option_given(in, "wait") || !client_is_remote(c));
    if (wait)
        rc =
            client_follow(c, json_str_or(json_get(json_get(r.json, "job"), "id"), STR("0")), &r, e);
    if (wait && rc == RC_OK)
        rc = print_sync(in, c, r.json, e);
    else if (rc == RC_OK && in->json)
        print_json(&r);
    client_close(c);
    return rc;
}

const struct command command_wecom_sync = {
    .name = "wecom sync",
    .zh = "从企业微信同步全部标签、员工、客户和客户群",
    .en = "Sync all tags, staff, customers and groups from WeCom",
    .options = {{"wait", .zh = "等到同步结束", .en = "wait for its end"}},
    .run = run_sync,
};

/* ---- figures of staff ---- */

static enum rc print_statistics(struct invocation *in, const struct json_value *job, struct err *e)
{
    const struct json_value *v = json_get(job, "result"), *refused = json_get(v, "refused");
    printf(say(in, "%lld 名员工、%lld 个获客链接，新得到 %lld 天；调用 %lld 次\n",
               "%lld staff, %lld links, %lld days told; %lld calls\n"),
           (long long)number(v, "staff"), (long long)number(v, "links"),
           (long long)number(v, "days"), (long long)number(v, "calls"));
    for (size_t i = 0; i < json_count(refused); i++) {
        const struct json_value *p = json_at(refused, i);
        printf("BAD  " STR_FMT ": " STR_FMT "\n",
               STR_ARG(json_str_or(json_get(p, "userid"),
                                   json_str_or(json_get(p, "link_id"), STR("")))),
               STR_ARG(json_str_or(json_get(p, "code"), STR(""))));
    }
    if (json_bool_or(json_get(v, "complete"), false))
        return RC_OK;
    err_set(e, RC_CONFLICT, "statistics_incomplete", NULL, "有 %lld 名员工或获客链接的统计没有得到",
            "the figures of %lld staff or links were not told", (long long)number(v, "problems"));
    err_hint(e, "检查应用的可见范围、这些员工的客户联系权限，以及链接在企业微信是否还在",
             "look at the app's visible range, the right to customer contact of these staff, and "
             "whether WeCom still has the links");
    return RC_CONFLICT;
}

static enum rc run_statistics(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/wecom/statistics", STR("{}"), &r, e);
    bool wait = rc == RC_OK && (option_given(in, "wait") || !client_is_remote(c));
    if (wait)
        rc =
            client_follow(c, json_str_or(json_get(json_get(r.json, "job"), "id"), STR("0")), &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (wait && rc == RC_OK)
        rc = print_statistics(in, r.json, e);
    client_close(c);
    return rc;
}

const struct command command_wecom_statistics = {
    .name = "wecom statistics",
    .zh = "向企业微信查询缺少的员工与获客链接统计",
    .en = "Ask WeCom for the days of figures of staff and links that are missing",
    .options = {{"wait", .zh = "等到查询结束", .en = "wait for its end"}},
    .run = run_statistics,
};

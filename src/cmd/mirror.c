/* mirror.c — `koi mirror status`: what the running server holds in memory for questions.
 *
 * The mirror belongs to the server; without one running the state is "off" and questions are put to
 * the database.
 */
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

static long long figure(const struct json_value *v, const char *key)
{
    return (long long)json_int_or(json_get(v, key), 0);
}

static void print_state(struct invocation *in, const struct json_value *v)
{
    static const struct {
        const char *state, *zh, *en;
    } STATES[] = {
        {"ready", "就绪", "ready"},
        {"building", "正在建立", "being built"},
        {"failed", "放不下，问题由数据库回答", "does not fit; questions go to the database"},
        {"off", "没有运行中的服务", "no server is running"},
    };
    struct str state = json_str_or(json_get(v, "state"), STR(""));
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
        if (str_eq(state, str_from(STATES[i].state)))
            printf("%s: %s\n", say(in, "镜像", "mirror"), say(in, STATES[i].zh, STATES[i].en));
}

static void print_status(struct invocation *in, const struct json_value *v)
{
    print_state(in, v);
    if (str_eq(json_str_or(json_get(v, "state"), STR("")), STR("building")))
        printf("%s: %lld / %lld\n", say(in, "进度", "progress"), figure(v, "built_seq"),
               figure(v, "build_seq"));
    printf("%s: %lld\n%s: %lld\n%s: %lld\n", say(in, "客户", "customers"), figure(v, "customers"),
           say(in, "事件", "events"), figure(v, "events"), say(in, "落后行数", "rows behind"),
           figure(v, "behind"));
    const struct json_value *parts = json_get(v, "parts");
    for (size_t i = 0; i < json_count(parts); i++) {
        const struct json_value *p = json_at(parts, i);
        printf("  %-14s %10.1f MB\n", json_str_or(json_get(p, "name"), STR("")).p,
               (double)figure(p, "bytes") / 1e6);
    }
}

static enum rc status(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "GET", "/api/mirror", STR_ABSENT, &r, e);
    client_close(c);
    if (rc != RC_OK)
        return rc;
    if (in->json)
        print_json(&r);
    else
        print_status(in, r.json);
    return RC_OK;
}

const struct command command_mirror_status = {
    .name = "mirror status",
    .zh = "内存镜像的状态",
    .en = "State of the mirror in memory",
    .run = status,
};

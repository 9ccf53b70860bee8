/* handover.c — `koi handover …`: hand-overs at WeCom: planned, begun, shown, stopped.
 *
 *     koi handover new plan.json            what would happen
 *     koi handover new plan.json --yes      do it
 *     koi handover show 123456 --state lost
 */
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

enum { FILE_BYTES = 1 << 20 };

static enum rc list(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"id",
                                       "from_staff.name",
                                       "kind",
                                       "rule",
                                       "state",
                                       "customers.all",
                                       "customers.passed",
                                       "customers.lost",
                                       "reason",
                                       NULL};
    return print_listing(in, "/api/handovers?limit=200", keys, e);
}

const struct command command_handover_list = {
    .name = "handover list",
    .zh = "列出继承记录，最新的在前",
    .en = "List the hand-overs, newest first",
    .run = list,
};

static enum rc show(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"customer.name", "group.name", "staff.name", "state",
                                       "message",       "tries",      "due_s",      NULL};
    const char *state = option_value(in, "state");
    const char *target =
        arena_printf(&in->arena, "/api/handovers/%s/items?limit=200%s%s", position(in, 0),
                     state == NULL ? "" : "&state=", state == NULL ? "" : state)
            .p;
    return print_listing(in, target, keys, e);
}

const struct command command_handover_show = {
    .name = "handover show",
    .usage = "ID",
    .zh = "一次继承里的客户和群（前 200 个）",
    .en = "The customers and groups of a hand-over (the first 200)",
    .positions_min = 1,
    .positions_max = 1,
    .options = {{"state", "STATE", .zh = "只看一种状态，lost 即没有跟来的",
                 .en = "only one state; lost: who did not come along"}},
    .run = show,
};

static enum rc act(struct invocation *in, const char *what, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST",
                         arena_printf(&in->arena, "/api/handovers/%s/%s", position(in, 0), what).p,
                         STR("{}"), &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    client_close(c);
    return rc;
}

static enum rc stop(struct invocation *in, struct err *e)
{
    return act(in, "stop", e);
}

const struct command command_handover_stop = {
    .name = "handover stop",
    .usage = "ID",
    .zh = "停止一次继承：还没有提出的不再提出",
    .en = "Stop a hand-over: what was not asked for is not asked any more",
    .positions_min = 1,
    .positions_max = 1,
    .run = stop,
};

static enum rc retry(struct invocation *in, struct err *e)
{
    return act(in, "retry", e);
}

const struct command command_handover_retry = {
    .name = "handover retry",
    .usage = "ID",
    .zh = "再试一次没有跟来和被停止的",
    .en = "Try those again who were lost or stopped",
    .positions_min = 1,
    .positions_max = 1,
    .run = retry,
};

/* The file's object, with `dry_run` unless told to do it. */
static enum rc read_body(struct invocation *in, bool dry, struct str *out, struct err *e)
{
    const struct json_value *v = NULL;
    const char *name = position(in, 0);
    char *text = arena_alloc(&in->arena, FILE_BYTES);
    FILE *f = fopen(name, "rb");
    if (f == NULL) {
        err_set(e, RC_NOT_FOUND, "file_missing", "FILE", "打不开文件“%s”",
                "cannot open the file \"%s\"", name);
        err_hint(e, "文件内容与 POST /api/handovers 的正文相同",
                 "the file has what the body of POST /api/handovers has");
        return RC_NOT_FOUND;
    }
    size_t n = fread(text, 1, FILE_BYTES, f);
    fclose(f);
    enum rc rc = json_parse(&in->arena, (struct str){text, n}, &v, e);
    if (rc != RC_OK)
        return rc;
    struct buf b;
    buf_init(&b, FILE_BYTES + 64);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    for (size_t i = 0; i < json_count(v); i++) {
        struct str key;
        const struct json_value *member = json_member(v, i, &key);
        if (str_eq(key, STR("dry_run")))
            continue;
        json_key(&j, key);
        json_put_value(&j, NULL, member);
    }
    json_put_bool(&j, "dry_run", dry);
    json_close_object(&j);
    *out = arena_str(&in->arena, buf_str(&b));
    buf_done(&b);
    return RC_OK;
}

static long long number(const struct json_value *v, const char *key)
{
    return (long long)json_int_or(json_get(v, key), 0);
}

static void print_plan(struct invocation *in, const struct client_reply *r)
{
    static const char *const heirs[] = {"staff.name", "customers", "groups", "room", NULL};
    static const char *const left_out[] = {"message", "customers", NULL};
    printf(say(in, "%lld 位客户，%lld 个群\n", "%lld customers, %lld groups\n"),
           number(r->json, "customers"), number(r->json, "groups"));
    print_table(in, json_get(r->json, "heirs"), heirs);
    if (json_count(json_get(r->json, "left_out")) > 0)
        print_table(in, json_get(r->json, "left_out"), left_out);
}

static enum rc make(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct str body = STR_ABSENT;
    bool dry = !option_given(in, "yes");
    enum rc rc = read_body(in, dry, &body, e);
    if (rc == RC_OK)
        rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/handovers", body, &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        print_plan(in, &r);
    if (rc == RC_OK && dry && !in->json)
        puts(say(in, "这是预览；加 --yes 执行", "This was the plan; --yes does it"));
    client_close(c);
    return rc;
}

const struct command command_handover_new = {
    .name = "handover new",
    .usage = "FILE",
    .zh = "按文件（POST /api/handovers 的正文）继承一位员工的客户和群；不加 --yes 只预览",
    .en = "Hand over by a file, the body of POST /api/handovers; only the plan without --yes",
    .positions_min = 1,
    .positions_max = 1,
    .options = {{"yes", .zh = "执行", .en = "do it"}},
    .run = make,
};

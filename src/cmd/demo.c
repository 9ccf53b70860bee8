/* demo.c — `koi demo`: a living corp to look at; `koi demo --check`: whether it is as docs/DEMO.md
 * says.
 *
 * Makes the installation if there is none, with an administrator and a one-time link, then asks the
 * API for the demo and follows its jobs. `koi demo --remove` takes it out again.
 */
#include "cmd/client.h"
#include "cmd/commands.h"
#include "domain/app.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool installed(struct invocation *in)
{
    return access(arena_printf(&in->arena, "%s/koi.key", in->data_dir).p, F_OK) == 0;
}

static enum rc install(struct invocation *in, struct err *e)
{
    struct app *app = NULL;
    struct app_options options = {
        .data_dir = in->data_dir, .flags = in->flags, .flag_count = in->flag_count, .create = true};
    enum rc rc = app_open(&options, &app, e);
    app_close(app);
    return rc;
}

static enum rc check(struct invocation *in, struct client *c, struct err *e)
{
    struct client_reply reply;
    enum rc rc = client_call(c, "GET", "/api/demo/figures", STR_ABSENT, &reply, e);
    if (rc != RC_OK)
        return rc;
    if (in->json) {
        printf(STR_FMT "\n", STR_ARG(reply.body));
    } else {
        const struct json_value *items = json_get(reply.json, "items");
        for (size_t i = 0; i < json_count(items); i++) {
            const struct json_value *v = json_at(items, i);
            printf("%-16s %12.4f   [%g, %g]  %s  " STR_FMT "\n",
                   json_str_or(json_get(v, "name"), STR("")).p,
                   json_double_or(json_get(v, "value"), 0), json_double_or(json_get(v, "low"), 0),
                   json_double_or(json_get(v, "high"), 0),
                   json_bool_or(json_get(v, "ok"), false) ? "ok" : "OUT",
                   STR_ARG(json_str_or(json_get(v, in->english ? "en" : "zh"), STR(""))));
        }
    }
    if (json_bool_or(json_get(reply.json, "ok"), false))
        return RC_OK;
    return err_set(e, RC_CONFLICT, "demo_out_of_band", NULL,
                   "演示企业有数字超出 docs/DEMO.md 所写的范围",
                   "a figure of the demo corp is outside the band docs/DEMO.md states");
}

/* Follows a job and those its result names. */
static enum rc follow(struct client *c, const struct client_reply *started,
                      struct client_reply *out, struct err *e)
{
    enum rc rc = client_follow(
        c, json_str_or(json_get(json_get(started->json, "job"), "id"), STR("")), out, e);
    if (rc != RC_OK)
        return rc;
    const struct json_value *more = json_get(json_get(out->json, "result"), "jobs");
    for (size_t i = 0; rc == RC_OK && more != NULL && i < json_count(more); i++)
        rc = client_follow(c, json_str_or(json_at(more, i), STR("")), NULL, e);
    return rc;
}

static enum rc make(struct invocation *in, struct client *c, struct err *e)
{
    struct client_reply reply, done;
    const char *customers = option_given(in, "customers") ? option_value(in, "customers") : "20000";
    const char *seed = option_given(in, "seed") ? option_value(in, "seed") : "1";
    int64_t n;
    if (!str_to_i64(str_from(customers), &n))
        return err_set(e, RC_INVALID, "not_a_number", "customers", "客户数应是整数：%s",
                       "customers is a number: %s", customers);
    if (!str_to_i64(str_from(seed), &n))
        return err_set(e, RC_INVALID, "not_a_number", "seed", "种子应是整数：%s",
                       "seed is a number: %s", seed);
    struct str body = arena_printf(&in->arena, "{\"customers\":%s,\"seed\":%s}", customers, seed);
    enum rc rc = client_call(c, "POST", "/api/demo", body, &reply, e);
    if (rc == RC_OK)
        rc = follow(c, &reply, &done, e);
    if (rc != RC_OK)
        return rc;
    const struct json_value *r = json_get(done.json, "result");
    double seconds = (double)json_int_or(json_get(r, "took_us"), 1) / 1e6;
    double events = (double)json_int_or(json_get(r, "events"), 0);
    fprintf(stderr,
            say(in,
                "演示企业：%lld 名客户、%lld 笔订单、%.0f 条行为，用时 %.1f 秒（每秒 %.0f 条）\n",
                "demo corp: %lld customers, %lld orders, %.0f events in %.1f s (%.0f a second)\n"),
            (long long)json_int_or(json_get(r, "customers"), 0),
            (long long)json_int_or(json_get(r, "orders"), 0), events, seconds, events / seconds);
    return RC_OK;
}

static enum rc first_account(struct invocation *in, struct client *c, struct err *e)
{
    struct client_reply reply;
    struct str body = arena_printf(
        &in->arena,
        "{\"login\":\"admin\",\"name\":\"%s\",\"role\":\"administrator\",\"scope\":\"all\"}",
        in->english ? "Administrator" : "管理员");
    enum rc rc = client_call(c, "POST", "/api/accounts", body, &reply, e);
    if (rc == RC_OK && !option_given(in, "no-link"))
        printf("%s" STR_FMT "\n",
               say(in, "一次性登录链接（接在服务地址之后）：",
                   "one-time sign-in link (behind the server's address): "),
               STR_ARG(json_str_or(json_get(reply.json, "link"), STR(""))));
    return rc;
}

static enum rc demo(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply reply, done;
    bool fresh = !installed(in) && !option_given(in, "check") && !option_given(in, "remove");
    enum rc rc = fresh ? install(in, e) : RC_OK;
    if (rc == RC_OK)
        rc = client_open(in, &c, e);
    if (rc == RC_OK && option_given(in, "check")) {
        rc = check(in, c, e);
    } else if (rc == RC_OK && option_given(in, "remove")) {
        rc = client_call(c, "POST", "/api/demo/remove", STR("{}"), &reply, e);
        if (rc == RC_OK)
            rc = follow(c, &reply, &done, e);
    } else if (rc == RC_OK) {
        rc = make(in, c, e);
        if (rc == RC_OK && fresh)
            rc = first_account(in, c, e);
    }
    client_close(c);
    return rc;
}

const struct command command_demo = {
    .name = "demo",
    .zh = "生成演示企业（茶饮连锁，46 家门店、300 名员工），或检查、移除它",
    .en = "Make the demo corp (a chain of tea houses), check it, or remove it",
    .options =
        {
            {"customers", "N", .zh = "客户数，默认 20000，最多 2000000",
             .en = "customers, 20,000 unless told, at most 2,000,000"},
            {"seed", "N", .zh = "随机种子，默认 1", .en = "seed, 1 unless told"},
            {"no-link", .zh = "不打印登录链接", .en = "print no sign-in link"},
            {"check", .zh = "打印各项特征数字与应在的范围",
             .en = "print its figures beside the bands they should lie in"},
            {"remove", .zh = "移除演示数据", .en = "take the demo data out again"},
        },
    .settings = true,
    .run = demo,
};

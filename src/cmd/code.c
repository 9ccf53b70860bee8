/* code.c — `koi code …`: the uses of acquisition links that are left.
 *
 *     koi code quota            as told last
 *     koi code quota --ask      ask WeCom now
 */
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

static void put_line(const char *name, struct str value)
{
    printf("%s: " STR_FMT "\n", name, STR_ARG(value));
}

static void print_quota(struct invocation *in, const struct json_value *v)
{
    static const char *const keys[] = {"expire_s", "balance", NULL};
    const struct json_value *wrong = json_get(v, "wrong"), *problem = json_get(v, "problem");
    struct str why = json_str_or(json_get(v, "why"), STR(""));
    put_line(say(in, "剩余", "left"), print_cell(&in->arena, v, "balance"));
    put_line(say(in, "累计使用", "spent so far"), print_cell(&in->arena, v, "total"));
    put_line(say(in, "得知于", "told at"), print_cell(&in->arena, v, "told_s"));
    if (!str_empty(why))
        printf(STR_FMT "\n", STR_ARG(why));
    if (json_kind_of(problem) == JSON_OBJECT)
        printf("BAD  " STR_FMT " " STR_FMT "\n",
               STR_ARG(json_str_or(json_get(problem, "message"), STR(""))),
               STR_ARG(json_str_or(json_get(problem, "hint"), STR(""))));
    for (size_t i = 0; i < json_count(wrong); i++)
        printf("BAD  " STR_FMT ": " STR_FMT "\n",
               STR_ARG(json_str_or(json_get(json_at(wrong, i), "title"), STR(""))),
               STR_ARG(json_str_or(json_get(json_at(wrong, i), "advice"), STR(""))));
    if (json_count(json_get(v, "parts")) > 0)
        print_table(in, json_get(v, "parts"), keys);
}

static enum rc quota(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    bool now = option_given(in, "ask");
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, now ? "POST" : "GET", "/api/codes/quota", now ? STR("{}") : STR_ABSENT,
                         &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        print_quota(in, r.json);
    client_close(c);
    return rc;
}

const struct command command_code_quota = {
    .name = "code quota",
    .zh = "获客链接还剩多少额度，何时到期",
    .en = "The uses of acquisition links that are left, and when they lapse",
    .options = {{"ask", .zh = "现在向企业微信查询", .en = "ask WeCom now"}},
    .run = quota,
};

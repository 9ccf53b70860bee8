/* clv.c — `koi clv …`: customer lifetime value.
 *
 * `clv fit` starts a fit, follows the job and shows what it found; `clv show` shows the last one,
 * `clv top` the customers worth most. docs/CLV.md tells what the numbers mean.
 */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

static struct str member(const struct json_value *v, const char *key)
{
    return json_str_or(json_get(v, key), STR("-"));
}

static double number(const struct json_value *v, const char *key)
{
    return json_double_or(json_get(v, key), 0);
}

/* A member that is a number in the body, as it was typed; the server looks at its bounds. */
static bool put_number(struct json *j, struct invocation *in, const char *option, const char *key)
{
    double value;
    const char *text = option_value(in, option);
    if (text == NULL)
        return true;
    if (!str_to_double(str_from(text), &value))
        return false;
    json_put_double(j, key, value);
    return true;
}

static enum rc fit_body(struct invocation *in, struct str *out, struct err *e)
{
    static const char *const TEXTS[] = {"model", "since", "until"};
    struct buf b;
    buf_init(&b, 4096);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        if (option_given(in, TEXTS[i]))
            json_put_z(&j, TEXTS[i], option_value(in, TEXTS[i]));
    bool ok =
        put_number(&j, in, "weeks", "weeks") && put_number(&j, in, "discount", "discount_percent");
    if (option_given(in, "accept"))
        json_put_bool(&j, "accept", true);
    json_close_object(&j);
    *out = arena_str(&in->arena, buf_str(&b));
    buf_done(&b);
    return ok ? RC_OK
              : err_set(e, RC_INVALID, "number", "weeks", "--weeks 和 --discount 应为数字",
                        "--weeks and --discount take numbers");
}

static void print_part(struct invocation *in, const struct json_value *part)
{
    static const char *const keys[] = {"name", "value", "se", "low", "high", NULL};
    printf(STR_FMT ", LL %.3f\n", STR_ARG(member(part, "model")), number(part, "log_likelihood"));
    print_table(in, json_get(part, "parameters"), keys);
}

static void print_warnings(struct invocation *in, const struct json_value *fit)
{
    const struct json_value *list = json_get(fit, "warnings");
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *w = json_at(list, i);
        printf("! " STR_FMT " / " STR_FMT ": " STR_FMT "\n  → " STR_FMT "\n",
               STR_ARG(member(w, "about")), STR_ARG(member(w, "code")),
               STR_ARG(member(w, in->english ? "message_en" : "message")),
               STR_ARG(member(w, in->english ? "todo_en" : "todo")));
    }
    if (!json_bool_or(json_get(fit, "applied"), true))
        printf("%s", say(in, "这次拟合的评分没有写入；--accept 可以在有警告时仍然采用\n",
                         "the scores of this fit were not written; --accept writes them in spite "
                         "of warnings\n"));
}

static void print_scores(struct invocation *in, const struct client_reply *r)
{
    static const char *const keys[] = {"expression", "customers", "repeaters",
                                       "purchases",  "clv_fen",   NULL};
    const struct json_value *s = json_get(r->json, "scores");
    if (s == NULL || json_kind_of(s) != JSON_OBJECT) {
        printf("%s", say(in, "还没有评分\n", "there are no scores yet\n"));
        return;
    }
    printf(say(in, "%lld 位客户，未来 %lld 周预计购买 %.1f 次，价值 %.2f 元\n",
               "%lld customers, in the next %lld weeks expected to buy %.1f times, worth %.2f "
               "yuan\n"),
           (long long)json_int_or(json_get(s, "customers"), 0),
           (long long)json_int_or(json_get(s, "weeks"), 0), number(s, "purchases"),
           number(s, "clv_fen") / 100);
    print_table(in, json_get(r->json, "bands"), keys);
}

static enum rc show_fit(struct invocation *in, struct client *c, struct err *e)
{
    struct client_reply r;
    enum rc rc = client_call(c, "GET", "/api/clv", STR_ABSENT, &r, e);
    if (rc != RC_OK)
        return rc;
    const struct json_value *fit = json_get(r.json, "fit");
    if (in->json) {
        print_json(&r);
    } else if (fit == NULL || json_kind_of(fit) != JSON_OBJECT) {
        printf("%s", say(in, "还没有拟合：koi clv fit\n", "nothing was fitted yet: koi clv fit\n"));
    } else {
        print_part(in, json_get(fit, "buying"));
        print_part(in, json_get(fit, "spending"));
        print_warnings(in, fit);
        print_scores(in, &r);
    }
    return RC_OK;
}

static enum rc fit(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct str body;
    enum rc rc = fit_body(in, &body, e);
    if (rc == RC_OK)
        rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/clv/fit", body, &r, e);
    if (rc == RC_OK)
        rc = client_follow(c, member(json_get(r.json, "job"), "id"), &r, e);
    if (rc == RC_OK)
        rc = show_fit(in, c, e);
    client_close(c);
    return rc;
}

const struct command command_clv_fit = {
    .name = "clv fit",
    .zh = "拟合生命周期价值并给所有买过的客户评分",
    .en = "Fit lifetime value and score all buyers",
    .options =
        {
            {"model", "MODEL", .zh = "购买模型：bg_nbd（默认）或 pareto_nbd",
             .en = "model of purchases: bg_nbd (unless told) or pareto_nbd"},
            {"weeks", "N", .zh = "预测未来几周，默认 52", .en = "weeks to look ahead, 52"},
            {"discount", "PERCENT", .zh = "年折现率，默认 10", .en = "discount a year, 10"},
            {"since", "DAY", .zh = "只用这天以来的新客户拟合",
             .en = "fit on customers won from this day on"},
            {"until", "DAY", .zh = "数据截止日（含），默认今天",
             .en = "last day of the data, today"},
            {"accept", NULL, .zh = "有警告也采用评分",
             .en = "write the scores even of a fit that ran away"},
        },
    .run = fit,
};

static enum rc show(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = show_fit(in, c, e);
    client_close(c);
    return rc;
}

const struct command command_clv_show = {
    .name = "clv show",
    .zh = "最近一次生命周期价值拟合与评分的分布",
    .en = "The last fit of lifetime value, and the scores in bands",
    .run = show,
};

static enum rc top(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {
        "id",           "nickname", "clv.clv_fen", "clv.alive", "clv.purchases", "clv.value_fen",
        "clv.last_day", NULL};
    int64_t limit = 20;
    const char *given = option_value(in, "limit");
    if (given != NULL && (!str_to_i64(str_from(given), &limit) || limit < 1 || limit > 200))
        return err_set(e, RC_INVALID, "limit", "limit", "--limit 应为 1 到 200",
                       "--limit takes 1 to 200");
    struct str target = arena_printf(&in->arena, "/api/clv/customers?limit=%lld", (long long)limit);
    return print_listing(in, target.p, keys, e);
}

const struct command command_clv_top = {
    .name = "clv top",
    .zh = "生命周期价值最高的客户",
    .en = "The customers of greatest lifetime value",
    .options = {{"limit", "N", .zh = "几位，默认 20", .en = "how many, 20 unless told"}},
    .run = top,
};

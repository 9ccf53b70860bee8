/* cycle.c — `koi cycle …`: dates that matter, who is due when, and which products are bought again.
 *
 * A cycle is named by its name or id, a product by its code or id:
 *     koi cycle add 面霜 --products A12,A13 --days 60
 *     koi cycle suggest A12
 */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

static struct str member(const struct json_value *v, const char *key)
{
    return json_str_or(json_get(v, key), STR(""));
}

/* The item of a list whose `key`, or whose id, is `word`; NULL. */
static const struct json_value *item_of(const struct json_value *items, const char *key,
                                        struct str word)
{
    for (size_t i = 0; i < json_count(items); i++) {
        const struct json_value *v = json_at(items, i);
        if (str_eq(member(v, key), word) || str_eq(member(v, "id"), word))
            return v;
    }
    return NULL;
}

static enum rc find_cycle(struct invocation *in, struct client *c, struct str *out, struct err *e)
{
    struct client_reply r;
    enum rc rc = client_call(c, "GET", "/api/cycles", STR_ABSENT, &r, e);
    if (rc != RC_OK)
        return rc;
    const struct json_value *v =
        item_of(json_get(r.json, "items"), "name", str_from(position(in, 0)));
    if (v == NULL)
        return err_set(e, RC_NOT_FOUND, "cycle_unknown", "NAME", "没有名为“%s”的周期",
                       "there is no cycle named \"%s\"", position(in, 0));
    *out = arena_printf(&in->arena, "/api/cycles/" STR_FMT, STR_ARG(member(v, "id")));
    return RC_OK;
}

static enum rc list(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"name",    "starts", "length",  "unit",
                                       "enabled", "soon",   "overdue", NULL};
    return print_listing(in, "/api/cycles", keys, e);
}

const struct command command_cycle_list = {
    .name = "cycle list",
    .zh = "周期，及 7 天内到期和已逾期的人数",
    .en = "Cycles, with how many are due within 7 days and overdue",
    .run = list,
};

static enum rc show(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"from", "to", "customers", "expression", NULL};
    struct client *c = NULL;
    struct client_reply r;
    struct str target;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = find_cycle(in, c, &target, e);
    if (rc == RC_OK && option_given(in, "weeks"))
        target = arena_printf(&in->arena, STR_FMT "?unit=week", STR_ARG(target));
    if (rc == RC_OK)
        rc = client_call(c, "GET", target.p, STR_ABSENT, &r, e);
    if (rc == RC_OK && in->json) {
        print_json(&r);
    } else if (rc == RC_OK) {
        printf(say(in, STR_FMT "：%lld 位客户有到期日\n\n",
                   STR_FMT ": %lld customers have a due date\n\n"),
               STR_ARG(member(r.json, "name")),
               (long long)json_int_or(json_get(r.json, "begun"), 0));
        print_table(in, json_get(r.json, "overdue"), keys);
        printf("\n");
        print_table(in, json_get(r.json, "due"), keys);
    }
    client_close(c);
    return rc;
}

const struct command command_cycle_show = {
    .name = "cycle show",
    .usage = "NAME",
    .zh = "一个周期：今后每天到期和已逾期的人数",
    .en = "One cycle: how many are due on each day to come, and overdue",
    .options = {{"weeks", NULL, .zh = "按周", .en = "week by week"}},
    .positions_min = 1,
    .positions_max = 1,
    .run = show,
};

/* ---- products ---- */

/* The id of a product by its code or id, into a list of ids. */
static enum rc put_product(struct invocation *in, struct client *c, struct str word, struct json *j,
                           struct err *e)
{
    struct client_reply r;
    struct str path = STR("/api/products?limit=200"), cursor = STR_ABSENT;
    do {
        struct str target = str_absent(cursor)
                                ? path
                                : arena_printf(&in->arena, STR_FMT "&cursor=" STR_FMT,
                                               STR_ARG(path), STR_ARG(cursor));
        enum rc rc = client_call(c, "GET", arena_z(&in->arena, target), STR_ABSENT, &r, e);
        if (rc != RC_OK)
            return rc;
        const struct json_value *v = item_of(json_get(r.json, "items"), "code", word);
        if (v != NULL) {
            json_put_str(j, NULL, member(v, "id"));
            return RC_OK;
        }
        cursor = json_str_or(json_get(r.json, "next"), STR_ABSENT);
    } while (!str_absent(cursor));
    return err_set(e, RC_NOT_FOUND, "product_unknown", "PRODUCT", "没有商品“" STR_FMT "”",
                   "there is no product \"" STR_FMT "\"", STR_ARG(word));
}

static enum rc put_products(struct invocation *in, struct client *c, struct str words,
                            struct json *j, struct err *e)
{
    struct str word;
    enum rc rc = RC_OK;
    json_open_array(j, "product_ids");
    while (rc == RC_OK && str_cut(&words, ',', &word))
        rc = put_product(in, c, str_trim(word), j, e);
    json_close_array(j);
    return rc;
}

static enum rc suggest(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct buf body;
    buf_init(&body, 64 << 10);
    struct json j = json_to(&body);
    enum rc rc = client_open(in, &c, e);
    json_open_object(&j, NULL);
    if (rc == RC_OK)
        rc = put_products(in, c, str_from(position(in, 0)), &j, e);
    json_close_object(&j);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/cycles/suggestion", buf_str(&body), &r, e);
    if (rc == RC_OK && in->json) {
        print_json(&r);
    } else if (rc == RC_OK) {
        struct str p25 = print_cell(&in->arena, r.json, "p25_days");
        struct str p50 = print_cell(&in->arena, r.json, "p50_days");
        struct str p75 = print_cell(&in->arena, r.json, "p75_days");
        printf(say(in, "建议 %.*s 天：%lld 次间隔，25%% %.*s 天，75%% %.*s 天（%lld 位买家）\n",
                   "%.*s days: %lld intervals, 25%% %.*s days, 75%% %.*s days (%lld buyers)\n"),
               STR_ARG(p50), (long long)json_int_or(json_get(r.json, "intervals"), 0), STR_ARG(p25),
               STR_ARG(p75), (long long)json_int_or(json_get(r.json, "buyers"), 0));
    }
    buf_done(&body);
    client_close(c);
    return rc;
}

const struct command command_cycle_suggest = {
    .name = "cycle suggest",
    .usage = "PRODUCTS",
    .zh = "由两次购买的间隔建议长度（商品编码，用逗号分开）",
    .en = "A length from the days between purchases (codes of products, with commas)",
    .positions_min = 1,
    .positions_max = 1,
    .run = suggest,
};

static enum rc products(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {
        "product.code", "product.name", "buyers",   "rate",       "intervals",
        "p25_days",     "p50_days",     "p75_days", "cycle.name", NULL};
    const char *within = option_value(in, "within"), *limit = option_value(in, "limit");
    struct str target = arena_printf(
        &in->arena, "/api/reports/product-repurchase?limit=%s%s%s", limit == NULL ? "50" : limit,
        within == NULL ? "" : "&within_days=", within == NULL ? "" : within);
    return print_listing(in, target.p, keys, e);
}

const struct command command_cycle_products = {
    .name = "cycle products",
    .zh = "各商品的复购率和复购间隔，买家多的在前",
    .en = "Repurchase of each product: its rate, the days between",
    .options = {{"within", "DAYS", .zh = "复购率看首购后多少天，默认 90",
                 .en = "days for the rate, 90 unless told"},
                {"limit", "N", .zh = "最多多少行，默认 50，最多 200",
                 .en = "how many, 50 unless told, at most 200"}},
    .run = products,
};

/* ---- changes ---- */

/* The id of a custom field by its key. */
static enum rc put_field(struct client *c, const char *key, struct json *j, struct err *e)
{
    struct client_reply r;
    enum rc rc = client_call(c, "GET", "/api/fields", STR_ABSENT, &r, e);
    if (rc != RC_OK)
        return rc;
    const struct json_value *v = item_of(json_get(r.json, "items"), "key", str_from(key));
    if (v == NULL)
        return err_set(e, RC_NOT_FOUND, "field_unknown", "field", "没有字段“%s”",
                       "there is no field \"%s\"", key);
    json_put_str(j, "field_id", member(v, "id"));
    return RC_OK;
}

/* What it starts from, of four options one. */
static enum rc put_start(struct invocation *in, struct client *c, struct json *j, struct err *e)
{
    static const char *const names[] = {"products", "event", "field", "relative"};
    static const char *const starts[] = {"purchase", "event", "field", "relative"};
    int given = -1;
    for (int i = 0; i < 4; i++)
        if (option_given(in, names[i])) {
            if (given >= 0)
                return err_set(e, RC_INVALID, "cycle_start", names[i],
                               "--products、--event、--field、--relative 只能给一个",
                               "give one of --products, --event, --field, --relative");
            given = i;
        }
    if (given < 0)
        return err_set(e, RC_INVALID, "cycle_start", "products",
                       "请给出 --products、--event、--field 或 --relative",
                       "give --products, --event, --field or --relative");
    const char *value = option_value(in, names[given]);
    json_put_z(j, "starts", starts[given]);
    if (given == 0)
        return put_products(in, c, str_from(value), j, e);
    if (given == 1)
        json_put_z(j, "kind", value);
    return given == 1 ? RC_OK : put_field(c, value, j, e);
}

static enum rc put_length(struct invocation *in, struct json *j, struct err *e)
{
    bool months = option_given(in, "months");
    const char *name = months ? "months" : "days", *given = option_value(in, name);
    int64_t n;
    if (given == NULL)
        return RC_OK;
    if (!str_to_i64(str_from(given), &n))
        return err_set(e, RC_INVALID, "length", name, "--%s 应为数字", "--%s takes a number", name);
    json_put_int(j, "length", n);
    json_put_z(j, "unit", months ? "month" : "day");
    return RC_OK;
}

static enum rc add(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct buf body;
    buf_init(&body, 64 << 10);
    struct json j = json_to(&body);
    enum rc rc = client_open(in, &c, e);
    json_open_object(&j, NULL);
    json_put_z(&j, "name", position(in, 0));
    if (rc == RC_OK)
        rc = put_start(in, c, &j, e);
    if (rc == RC_OK)
        rc = put_length(in, &j, e);
    json_close_object(&j);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/cycles", buf_str(&body), &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        printf(STR_FMT "\n", STR_ARG(member(r.json, "id")));
    buf_done(&body);
    client_close(c);
    return rc;
}

const struct command command_cycle_add = {
    .name = "cycle add",
    .usage = "NAME",
    .zh = "新建周期",
    .en = "Make a cycle",
    .options =
        {
            {"products", "CODES", .zh = "从上次购买这些商品算起（编码，用逗号分开）",
             .en = "from the last purchase of one of these products (codes, with commas)"},
            {"event", "KIND", .zh = "从上次这种行为算起", .en = "from the last event of a kind"},
            {"field", "KEY", .zh = "从日期字段算起", .en = "from a day field"},
            {"relative", "KEY", .zh = "亲属生日的日期字段，长度为客户首购时的年龄",
             .en = "a relative's birth; the length is the customer's age at their first purchase"},
            {"days", "N", .zh = "长度，天", .en = "its length in days"},
            {"months", "N", .zh = "长度，月", .en = "its length in months"},
        },
    .positions_min = 1,
    .positions_max = 1,
    .run = add,
};

static enum rc remove_one(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    struct str target;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = find_cycle(in, c, &target, e);
    if (rc == RC_OK)
        rc = client_call(c, "DELETE", target.p, STR_ABSENT, &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    client_close(c);
    return rc;
}

const struct command command_cycle_remove = {
    .name = "cycle remove",
    .usage = "NAME",
    .zh = "删除周期",
    .en = "Remove a cycle",
    .positions_min = 1,
    .positions_max = 1,
    .run = remove_one,
};

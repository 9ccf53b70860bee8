/* audience.c — `koi audience …`: composing, counting and saving audiences.
 *
 * The expression is one argument, so it stands in quotes:
 *     koi audience count 'count(order, last 90d) >= 2'
 * check and count answer with the canonical text and the sentence in both languages, so that what
 * was understood can be read before it is used.
 */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

/* A body of text members: name, value, name, value … NULL; a NULL value leaves the member out. */
static struct str body_of(struct invocation *in, const char *const *members, bool live)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    for (size_t i = 0; members[i] != NULL; i += 2)
        if (members[i + 1] != NULL)
            json_put_z(&j, members[i], members[i + 1]);
    if (live)
        json_put_bool(&j, "live", true);
    json_close_object(&j);
    struct str text = arena_str(&in->arena, buf_str(&b));
    buf_done(&b);
    return text;
}

static void print_member(const struct client_reply *r, const char *key)
{
    struct str s = json_str_or(json_get(r->json, key), STR_ABSENT);
    if (!str_empty(s))
        printf(STR_FMT "\n", STR_ARG(s));
}

static void print_text(const struct client_reply *r)
{
    print_member(r, "expression");
    print_member(r, "sentence_zh");
    print_member(r, "sentence_en");
    print_member(r, "problem");
}

static struct str expression_body(struct invocation *in)
{
    const char *members[] = {"expression", position(in, 0), NULL};
    return body_of(in, members, false);
}

static enum rc check(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/audiences/check", expression_body(in), &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        print_text(&r);
    client_close(c);
    return rc;
}

const struct command command_audience_check = {
    .name = "audience check",
    .usage = "EXPRESSION",
    .zh = "检查人群表达式，给出规范写法和说明",
    .en = "Check an expression; print its canonical text and sentences",
    .positions_min = 1,
    .positions_max = 1,
    .run = check,
};

static enum rc count(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply text, counted;
    struct str body = expression_body(in);
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/audiences/check", body, &text, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/audiences/count", body, &counted, e);
    if (rc == RC_OK && in->json) {
        print_json(&counted);
    } else if (rc == RC_OK) {
        print_text(&text);
        printf(say(in, "%lld / %lld 位客户，用时 %.1f 毫秒\n", "%lld of %lld customers, %.1f ms\n"),
               (long long)json_int_or(json_get(counted.json, "count"), 0),
               (long long)json_int_or(json_get(counted.json, "of"), 0),
               (double)json_int_or(json_get(counted.json, "took_us"), 0) / 1000);
    }
    client_close(c);
    return rc;
}

const struct command command_audience_count = {
    .name = "audience count",
    .usage = "EXPRESSION",
    .zh = "一个表达式选中多少客户",
    .en = "How many customers an expression picks",
    .positions_min = 1,
    .positions_max = 1,
    .run = count,
};

static enum rc list(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"id",      "name", "subject",    "size",
                                       "version", "live", "expression", NULL};
    return print_listing(in, "/api/audiences?limit=200", keys, e);
}

const struct command command_audience_list = {
    .name = "audience list",
    .zh = "列出已保存的人群（最新 200 个）",
    .en = "List the saved audiences (the newest 200)",
    .run = list,
};

/* The id behind a name, or the id itself. */
static enum rc find(struct invocation *in, struct client *c, const char *name, struct str *out,
                    struct err *e)
{
    int64_t id;
    *out = str_from(name);
    if (str_to_i64(*out, &id))
        return RC_OK;
    struct client_reply r;
    struct str cursor = STR_ABSENT;
    do {
        const char *target = arena_printf(&in->arena, "/api/audiences?limit=200%s" STR_FMT,
                                          str_absent(cursor) ? "" : "&cursor=", STR_ARG(cursor))
                                 .p;
        enum rc rc = client_call(c, "GET", target, STR_ABSENT, &r, e);
        if (rc != RC_OK)
            return rc;
        const struct json_value *items = json_get(r.json, "items");
        for (size_t i = 0; i < json_count(items); i++) {
            const struct json_value *v = json_at(items, i);
            if (str_eq(json_str_or(json_get(v, "name"), STR("")), str_from(name))) {
                *out = json_str_or(json_get(v, "id"), STR(""));
                return RC_OK;
            }
        }
        cursor = json_str_or(json_get(r.json, "next"), STR_ABSENT);
    } while (!str_absent(cursor));
    return err_set(e, RC_NOT_FOUND, "audience_unknown", "NAME", "没有名为“%s”的人群",
                   "there is no audience named \"%s\"", name);
}

/* GET of what the first position names, by name or id; `part` is what follows the id. */
static enum rc get_named(struct invocation *in, struct client *c, struct str part,
                         struct client_reply *r, struct err *e)
{
    struct str id;
    enum rc rc = find(in, c, position(in, 0), &id, e);
    if (rc != RC_OK)
        return rc;
    const char *target =
        arena_printf(&in->arena, "/api/audiences/" STR_FMT STR_FMT, STR_ARG(id), STR_ARG(part)).p;
    return client_call(c, "GET", target, STR_ABSENT, r, e);
}

static enum rc show(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = get_named(in, c, STR(""), &r, e);
    if (rc == RC_OK && in->json) {
        print_json(&r);
    } else if (rc == RC_OK) {
        print_member(&r, "name");
        print_text(&r);
        struct str size = print_cell(&in->arena, r.json, "size");
        struct str sized = print_cell(&in->arena, r.json, "sized_s");
        printf(say(in, "人数 %.*s（%.*s），第 %lld 版\n", "size %.*s (%.*s), version %lld\n"),
               STR_ARG(size), STR_ARG(sized),
               (long long)json_int_or(json_get(r.json, "version"), 0));
        print_member(&r, "note");
    }
    client_close(c);
    return rc;
}

const struct command command_audience_show = {
    .name = "audience show",
    .usage = "NAME",
    .zh = "一个已保存的人群（名称或 id）",
    .en = "One saved audience, by name or id",
    .positions_min = 1,
    .positions_max = 1,
    .run = show,
};

/* One of an audience's lists, as columns. */
static enum rc print_list(struct invocation *in, struct str part, const char *const *keys,
                          struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = get_named(in, c, part, &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        print_table(in, json_get(r.json, "items"), keys);
    client_close(c);
    return rc;
}

static enum rc moves(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"at_s", "way", "customer.id", "customer.nickname", NULL};
    const char *way = option_value(in, "way"), *limit = option_value(in, "limit");
    struct str part = arena_printf(&in->arena, "/moves?limit=%s%s%s", limit == NULL ? "50" : limit,
                                   way == NULL ? "" : "&way=", way == NULL ? "" : way);
    return print_list(in, part, keys, e);
}

const struct command command_audience_moves = {
    .name = "audience moves",
    .usage = "NAME",
    .zh = "谁进入、谁离开了实时人群，最近的在前",
    .en = "Who entered and who left a live audience, newest first",
    .options =
        {
            {"way", "entered|left", .zh = "只看进入的或离开的", .en = "one way only"},
            {"limit", "N", .zh = "最多多少条，默认 50，最多 200",
             .en = "how many, 50 unless told, at most 200"},
        },
    .positions_min = 1,
    .positions_max = 1,
    .run = moves,
};

static enum rc sizes(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"at_s", "size",     "entered", "left",
                                       "gone", "unlisted", "began",   NULL};
    const char *days = option_value(in, "days");
    struct str part =
        arena_printf(&in->arena, "/sizes?by=%s%s%s", option_given(in, "hours") ? "hour" : "day",
                     days == NULL ? "" : "&days=", days == NULL ? "" : days);
    return print_list(in, part, keys, e);
}

const struct command command_audience_sizes = {
    .name = "audience sizes",
    .usage = "NAME",
    .zh = "实时人群每天的人数、进入和离开",
    .en = "How large a live audience was, day by day",
    .options =
        {
            {"days", "N", .zh = "最近多少天，默认 30", .en = "of how many days, 30 unless told"},
            {"hours", NULL, .zh = "按小时", .en = "hour by hour"},
        },
    .positions_min = 1,
    .positions_max = 1,
    .run = sizes,
};

static enum rc save(struct invocation *in, struct err *e)
{
    const char *members[] = {"name", position(in, 0),          "expression", position(in, 1),
                             "note", option_value(in, "note"), NULL};
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/audiences",
                         body_of(in, members, option_given(in, "live")), &r, e);
    if (rc == RC_OK && in->json) {
        print_json(&r);
    } else if (rc == RC_OK) {
        print_text(&r);
        printf(say(in, "已保存，%lld 位客户\n", "saved, %lld customers\n"),
               (long long)json_int_or(json_get(r.json, "size"), 0));
    }
    client_close(c);
    return rc;
}

const struct command command_audience_save = {
    .name = "audience save",
    .usage = "NAME EXPRESSION",
    .zh = "保存一个人群",
    .en = "Save an audience",
    .options =
        {
            {"note", "TEXT", .zh = "备注", .en = "a note"},
            {"live", NULL, .zh = "实时人群", .en = "a live audience"},
        },
    .positions_min = 2,
    .positions_max = 2,
    .run = save,
};

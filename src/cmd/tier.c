/* tier.c — `koi tier …`: tier models, their runs and moves, and RFM.
 *
 * A model is named by its name or id. `tier add value` makes a model from a template that ships
 * with Koi; `tier run` computes one over everyone and follows the job. docs/TIERS.md tells what a
 * model is.
 */
#include "base/buf.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <stdio.h>

static struct str member(const struct json_value *v, const char *key)
{
    return json_str_or(json_get(v, key), STR(""));
}

/* The item of a list whose `key`, or whose id, is `word`. */
static const struct json_value *item_of(const struct json_value *items, const char *key,
                                        const char *word)
{
    for (size_t i = 0; i < json_count(items); i++) {
        const struct json_value *v = json_at(items, i);
        if (str_eq(member(v, key), str_from(word)) || str_eq(member(v, "id"), str_from(word)))
            return v;
    }
    return NULL;
}

static enum rc find_model(struct client *c, const char *name, const struct json_value **out,
                          struct err *e)
{
    struct client_reply r;
    enum rc rc = client_call(c, "GET", "/api/tier-models", STR_ABSENT, &r, e);
    if (rc != RC_OK)
        return rc;
    *out = item_of(json_get(r.json, "items"), "name", name);
    if (*out != NULL)
        return RC_OK;
    rc = err_set(e, RC_NOT_FOUND, "tier_model_unknown", "MODEL", "没有名为“%s”的分层模型",
                 "there is no tier model named \"%s\"", name);
    err_hint(e, "`koi tier list` 列出现有模型，`koi tier add` 从模板新建。",
             "`koi tier list` lists the models, `koi tier add` makes one from a template.");
    return rc;
}

static void print_models(struct invocation *in, const struct client_reply *r)
{
    static const char *const keys[] = {"position", "name", "customers", "expression", NULL};
    const struct json_value *items = json_get(r->json, "items");
    for (size_t i = 0; i < json_count(items); i++) {
        const struct json_value *v = json_at(items, i);
        printf("%s" STR_FMT " (" STR_FMT ", %lld d)\n", i > 0 ? "\n" : "",
               STR_ARG(member(v, "name")), STR_ARG(member(v, "kind")),
               (long long)json_int_or(json_get(v, "period_days"), 0));
        print_table(in, json_get(v, "tiers"), keys);
    }
}

static enum rc print_list(struct invocation *in, const char *target, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "GET", target, STR_ABSENT, &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        print_models(in, &r);
    client_close(c);
    return rc;
}

static enum rc list(struct invocation *in, struct err *e)
{
    return print_list(in, "/api/tier-models", e);
}

const struct command command_tier_list = {
    .name = "tier list",
    .zh = "分层模型及各层人数",
    .en = "Tier models and how many are in each tier",
    .run = list,
};

static enum rc templates(struct invocation *in, struct err *e)
{
    return print_list(in, "/api/tier-models/templates", e);
}

const struct command command_tier_templates = {
    .name = "tier templates",
    .zh = "随产品提供的分层模型",
    .en = "The tier models that ship with Koi",
    .run = templates,
};

/* A model's body from a template's item, perhaps under another name. */
static struct str model_body(struct invocation *in, const struct json_value *t)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "name",
                 option_given(in, "name") ? str_from(option_value(in, "name")) : member(t, "name"));
    json_put_str(&j, "kind", member(t, "kind"));
    json_put_int(&j, "period_days", json_int_or(json_get(t, "period_days"), 90));
    json_open_array(&j, "tiers");
    const struct json_value *tiers = json_get(t, "tiers");
    static const char *const keys[] = {"name", "expression", "color", "advice"};
    for (size_t i = 0; i < json_count(tiers); i++) {
        json_open_object(&j, NULL);
        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
            json_put_str(&j, keys[k], member(json_at(tiers, i), keys[k]));
        json_close_object(&j);
    }
    json_close_array(&j);
    json_close_object(&j);
    struct str text = arena_str(&in->arena, buf_str(&b));
    buf_done(&b);
    return text;
}

static enum rc add(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    const struct json_value *t = NULL;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = client_call(c, "GET", "/api/tier-models/templates", STR_ABSENT, &r, e);
    if (rc == RC_OK)
        t = item_of(json_get(r.json, "items"), "kind", position(in, 0));
    if (rc == RC_OK && t == NULL)
        rc = err_set(e, RC_NOT_FOUND, "tier_template_unknown", "KIND",
                     "没有模板“%s”，可用：value、tenure、rfm、fan",
                     "there is no template \"%s\": value, tenure, rfm, fan", position(in, 0));
    if (rc == RC_OK)
        rc = client_call(c, "POST", "/api/tier-models", model_body(in, t), &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        printf(STR_FMT "\n", STR_ARG(member(r.json, "id")));
    client_close(c);
    return rc;
}

const struct command command_tier_add = {
    .name = "tier add",
    .usage = "KIND",
    .zh = "从模板新建分层模型：value、tenure、rfm、fan",
    .en = "Make a model from a template: value, tenure, rfm, fan",
    .options = {{"name", "NAME", .zh = "另取名称", .en = "under another name"}},
    .positions_min = 1,
    .positions_max = 1,
    .run = add,
};

/* Starts a job by a POST and follows it to its end; `out` is the job. */
static enum rc post_and_follow(struct client *c, const char *target, struct str body,
                               struct client_reply *out, struct err *e)
{
    struct client_reply started;
    enum rc rc = client_call(c, "POST", target, body, &started, e);
    if (rc != RC_OK)
        return rc;
    return client_follow(c, member(json_get(started.json, "job"), "id"), out, e);
}

static enum rc run(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    const struct json_value *m;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = find_model(c, position(in, 0), &m, e);
    if (rc == RC_OK) {
        const char *target =
            arena_printf(&in->arena, "/api/tier-models/" STR_FMT "/run", STR_ARG(member(m, "id")))
                .p;
        rc = post_and_follow(c, target, STR("{}"), &r, e);
    }
    if (rc == RC_OK && in->json) {
        print_json(&r);
    } else if (rc == RC_OK) {
        const struct json_value *result = json_get(r.json, "result");
        printf(
            say(in, "%lld 位客户在某一层，%lld 位移动\n", "%lld customers in a tier, %lld moved\n"),
            (long long)json_int_or(json_get(result, "customers"), 0),
            (long long)json_int_or(json_get(result, "moved"), 0));
    }
    client_close(c);
    return rc;
}

const struct command command_tier_run = {
    .name = "tier run",
    .usage = "MODEL",
    .zh = "对所有客户重新计算分层",
    .en = "Compute a model over everyone",
    .positions_min = 1,
    .positions_max = 1,
    .run = run,
};

/* The name of a node; nodes and links name the same ids, null for none. */
static struct str node_name(const struct json_value *nodes, struct str id)
{
    for (size_t i = 0; i < json_count(nodes); i++)
        if (str_eq(member(json_at(nodes, i), "tier_id"), id))
            return member(json_at(nodes, i), "name");
    return STR("?");
}

static enum rc moves(struct invocation *in, struct err *e)
{
    struct client *c = NULL;
    struct client_reply r;
    const struct json_value *m;
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK)
        rc = find_model(c, position(in, 0), &m, e);
    if (rc == RC_OK) {
        const char *target =
            arena_printf(&in->arena, "/api/tier-models/" STR_FMT "/moves", STR_ARG(member(m, "id")))
                .p;
        rc = client_call(c, "GET", target, STR_ABSENT, &r, e);
    }
    if (rc == RC_OK && in->json) {
        print_json(&r);
    } else if (rc == RC_OK) {
        const struct json_value *nodes = json_get(r.json, "nodes"),
                                *links = json_get(r.json, "links");
        for (size_t i = 0; i < json_count(links); i++) {
            const struct json_value *l = json_at(links, i);
            printf("%8lld  " STR_FMT " → " STR_FMT "\n",
                   (long long)json_int_or(json_get(l, "customers"), 0),
                   STR_ARG(node_name(nodes, member(l, "source"))),
                   STR_ARG(node_name(nodes, member(l, "target"))));
        }
    }
    client_close(c);
    return rc;
}

const struct command command_tier_moves = {
    .name = "tier moves",
    .usage = "MODEL",
    .zh = "近 90 天客户在各层之间的移动",
    .en = "How customers moved between tiers in the last 90 days",
    .positions_min = 1,
    .positions_max = 1,
    .run = moves,
};

static enum rc rfm(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"r", "f", "m", "customers", "amount_fen", NULL};
    struct client *c = NULL;
    struct client_reply r;
    int64_t days = 0;
    const char *given = option_value(in, "days");
    if (given != NULL && !str_to_i64(str_from(given), &days))
        return err_set(e, RC_INVALID, "days", "days", "--days 应为天数", "--days takes a number");
    enum rc rc = client_open(in, &c, e);
    if (rc == RC_OK && given != NULL)
        rc = post_and_follow(c, "/api/rfm/run",
                             arena_printf(&in->arena, "{\"period_days\":%lld}", (long long)days),
                             NULL, e);
    if (rc == RC_OK)
        rc = client_call(c, "GET", "/api/rfm", STR_ABSENT, &r, e);
    if (rc == RC_OK && in->json)
        print_json(&r);
    else if (rc == RC_OK)
        print_table(in, json_get(r.json, "cells"), keys);
    client_close(c);
    return rc;
}

const struct command command_tier_rfm = {
    .name = "tier rfm",
    .zh = "RFM 评分的分布；给出 --days 则先重新计算",
    .en = "The RFM scores in force; with --days, fitted anew first",
    .options = {{"days", "N", .zh = "周期天数", .en = "days of the period"}},
    .run = rfm,
};

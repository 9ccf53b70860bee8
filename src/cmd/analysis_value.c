/* analysis_value.c — `koi rfm` and `koi repurchase`: what buyers are worth and how they come back,
 * computed for the question. `koi tier rfm` shows the scores that are stored. */
#include "cmd/analysis.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <inttypes.h>
#include <stdio.h>

#define OPTION_EVENTS                                                                              \
    {                                                                                              \
        "events", "EVENTS", .zh = "什么算购买，默认 order",                                        \
                            .en = "what a purchase is, order unless told"                          \
    }

static enum rc ask(struct invocation *in, const char *name, const char *list,
                   struct client_reply *out, struct err *e)
{
    static const char *const given[] = {"events", NULL};
    struct analysis_text q;
    question_open(&q, in, given);
    return question_ask(&q, in, RC_OK, name, list, out, e);
}

static enum rc rfm(struct invocation *in, struct err *e)
{
    static const char *const keys[] = {"r", "f", "m", "customers", "purchases", "amount_fen", NULL};
    struct client_reply r;
    enum rc rc = ask(in, "rfm", "analysis_rfm", &r, e);
    if (rc != RC_OK || question_is_shown(in))
        return rc;
    printf(say(in, "%lld 位买家\n\n", "%lld buyers\n\n"), (long long)number_of(r.json, "buyers"));
    print_table(in, json_get(r.json, "cells"), keys);
    return RC_OK;
}

const struct command command_rfm = {
    .name = "rfm",
    .zh = "即时 RFM：任意时间范围和人群的 125 格",
    .en = "RFM now: the 125 cells of any window and audience",
    .options = {OPTION_EVENTS, OPTIONS_ANALYSIS},
    .run = rfm,
};

static enum rc print_times(struct invocation *in, const struct client_reply *r, struct err *e)
{
    static const char *const keys[] = {"purchases", "customers", "share", NULL};
    const struct json_value *times = json_get(r->json, "times");
    int64_t buyers = number_of(r->json, "buyers");
    struct analysis_text rows;
    rows_open(&rows);
    for (size_t i = 0; i < json_count(times); i++) {
        int64_t n = json_int_or(json_at(times, i), 0);
        bool last = i + 1 == json_count(times);
        json_open_object(&rows.j, NULL);
        json_put_str(&rows.j, "purchases",
                     arena_printf(&in->arena, "%zu%s", i + 1, last ? "+" : ""));
        json_put_int(&rows.j, "customers", n);
        json_put_str(&rows.j, "share", share_text(&in->arena, n, buyers));
        json_close_object(&rows.j);
    }
    return rows_print(&rows, in, keys, e);
}

static enum rc repurchase(struct invocation *in, struct err *e)
{
    struct client_reply r;
    struct arena *a = &in->arena;
    enum rc rc = ask(in, "repurchase", "analysis_repurchase", &r, e);
    if (rc != RC_OK || question_is_shown(in))
        return rc;
    struct str rate = share_text(a, number_of(r.json, "again"), number_of(r.json, "buyers"));
    struct str p25 = length_text(a, number_of(r.json, "p25_s"));
    struct str p50 = length_text(a, number_of(r.json, "p50_s"));
    struct str p75 = length_text(a, number_of(r.json, "p75_s"));
    struct str p90 = length_text(a, number_of(r.json, "p90_s"));
    printf(say(in, "%lld 位买家，%lld 位再次购买（%.*s）\n",
               "%lld buyers, %lld bought again (%.*s)\n"),
           (long long)number_of(r.json, "buyers"), (long long)number_of(r.json, "again"),
           STR_ARG(rate));
    printf(say(in, "间隔：25%% %.*s，50%% %.*s，75%% %.*s，90%% %.*s\n\n",
               "time between: 25%% %.*s, 50%% %.*s, 75%% %.*s, 90%% %.*s\n\n"),
           STR_ARG(p25), STR_ARG(p50), STR_ARG(p75), STR_ARG(p90));
    return print_times(in, &r, e);
}

const struct command command_repurchase = {
    .name = "repurchase",
    .zh = "复购：复购率、购买次数、间隔",
    .en = "Repurchase: its rate, how often buyers bought, the time between",
    .options = {OPTION_EVENTS, OPTIONS_ANALYSIS},
    .run = repurchase,
};

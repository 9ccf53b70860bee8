/* analysis.c — `koi funnel`, `koi retention`, `koi counts`, `koi paths`: what customers did.
 *
 * Lists of events are arguments of their own, in quotes: several kinds in one with commas, each
 * with its own condition.
 *     koi funnel view 'click, share' 'order where amount > 100' --within 7d --window 'last 30d'
 */
#include "base/calendar.h"
#include "cmd/analysis.h"
#include "cmd/commands.h"
#include "cmd/print.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- funnel ---- */

static void funnel_rows(struct invocation *in, const struct client_reply *r,
                        const struct json_value *group, struct analysis_text *rows)
{
    struct arena *a = &in->arena;
    const struct json_value *levels = json_get(group, "levels");
    int64_t first = number_of(json_at(levels, 0), "customers"), last = first;
    for (size_t k = 0; k < json_count(levels); k++) {
        const struct json_value *level = json_at(levels, k);
        int64_t customers = number_of(level, "customers");
        struct str step = events_of(in, json_get(r->json, "steps"), (int64_t)k);
        json_open_object(&rows->j, NULL);
        json_put_str(&rows->j, "step", arena_printf(a, "%zu " STR_FMT, k + 1, STR_ARG(step)));
        json_put_int(&rows->j, "customers", customers);
        json_put_str(&rows->j, "of_last", share_text(a, customers, last));
        json_put_str(&rows->j, "of_first", share_text(a, customers, first));
        json_put_int(&rows->j, "lost", last - customers);
        json_put_str(&rows->j, "p50", length_text(a, number_of(level, "p50_s")));
        json_put_str(&rows->j, "p90", length_text(a, number_of(level, "p90_s")));
        json_close_object(&rows->j);
        last = customers;
    }
}

/* A line for each group: its customers at each step. */
static enum rc print_groups(struct invocation *in, const struct client_reply *r, struct err *e)
{
    static const char *const keys[] = {"group",  "step_1", "step_2", "step_3", "step_4",
                                       "step_5", "step_6", "step_7", "step_8", NULL};
    const char *shown[sizeof keys / sizeof *keys + 1] = {keys[0]};
    const struct json_value *groups = json_get(r->json, "groups");
    size_t steps = json_count(json_get(r->json, "steps"));
    struct analysis_text rows;
    rows_open(&rows);
    for (size_t k = 0; k < steps; k++)
        shown[k + 1] = keys[k + 1];
    shown[steps + 1] = "of_first";
    for (size_t i = 1; i < json_count(groups); i++) {
        const struct json_value *g = json_at(groups, i), *levels = json_get(g, "levels");
        json_open_object(&rows.j, NULL);
        json_put_str(&rows.j, "group", json_str_or(json_get(g, "name"), STR("-")));
        for (size_t k = 0; k < steps; k++)
            json_put_int(&rows.j, keys[k + 1], number_of(json_at(levels, k), "customers"));
        json_put_str(&rows.j, "of_first",
                     share_text(&in->arena, number_of(json_at(levels, steps - 1), "customers"),
                                number_of(json_at(levels, 0), "customers")));
        json_close_object(&rows.j);
    }
    printf("\n");
    return rows_print(&rows, in, shown, e);
}

static enum rc funnel(struct invocation *in, struct err *e)
{
    static const char *const given[] = {"within", "by", "model", NULL};
    static const char *const keys[] = {"step", "customers", "of_last", "of_first",
                                       "lost", "p50",       "p90",     NULL};
    struct analysis_text q, rows;
    struct client_reply r;
    question_open(&q, in, given);
    json_open_array(&q.j, "steps");
    for (int i = 0; position(in, i) != NULL; i++) {
        json_open_object(&q.j, NULL);
        json_put_z(&q.j, "events", position(in, i));
        json_close_object(&q.j);
    }
    json_close_array(&q.j);
    enum rc rc = question_ask(&q, in, RC_OK, "funnel", "analysis_funnel", &r, e);
    if (rc != RC_OK || question_is_shown(in))
        return rc;
    const struct json_value *groups = json_get(r.json, "groups");
    rows_open(&rows);
    funnel_rows(in, &r, json_at(groups, 0), &rows);
    rc = rows_print(&rows, in, keys, e);
    return rc == RC_OK && json_count(groups) > 1 ? print_groups(in, &r, e) : rc;
}

const struct command command_funnel = {
    .name = "funnel",
    .usage = "STEP…",
    .zh = "漏斗：依次走到每一步的客户数、用时；每步如 'view' 'click, share'",
    .en = "A funnel: who got to each step in order, how fast; steps as 'view' 'click, share'",
    .options =
        {
            {"within", "LENGTH", .zh = "从第一步起的时长，默认 7d",
             .en = "how long after the first step, 7d unless told"},
            {"by", "WHAT", .zh = "分组：source、staff、stage、tier、city、province、gender",
             .en = "broken down by source, staff, stage, tier, city, province or gender"},
            {"model", "NAME", .zh = "分层模型（--by tier）",
             .en = "the tier model, with --by tier"},
            OPTIONS_ANALYSIS,
        },
    .positions_min = 1,
    .positions_max = 8,
    .run = funnel,
};

/* ---- retention ---- */

enum { RETENTION_MOST = 60 };

static struct str retention_cell(struct arena *a, const struct json_value *cell, int64_t customers,
                                 struct str measure)
{
    if (cell == NULL || json_kind_of(cell) == JSON_NULL)
        return STR("");
    int64_t n = json_int_or(cell, 0);
    if (str_empty(measure) || str_eq(measure, STR("customers")))
        return share_text(a, n, customers);
    return str_eq(measure, STR("amount")) ? arena_printf(a, "%.2f", (double)n / 100)
                                          : arena_printf(a, "%" PRId64, n);
}

static enum rc print_cohorts(struct invocation *in, const struct client_reply *r, struct err *e)
{
    const struct json_value *cohorts = json_get(r->json, "cohorts");
    const char *given = option_value(in, "measure");
    struct str measure = given != NULL ? str_from(given) : STR("");
    const char *keys[RETENTION_MOST + 3] = {"day", "customers"};
    size_t columns = json_count(json_get(json_at(cohorts, 0), "cells"));
    columns = columns < RETENTION_MOST ? columns : RETENTION_MOST;
    struct analysis_text rows;
    rows_open(&rows);
    for (size_t k = 0; k < columns; k++)
        keys[k + 2] = arena_printf(&in->arena, "+%zu", k).p;
    for (size_t i = 0; i < json_count(cohorts); i++) {
        const struct json_value *c = json_at(cohorts, i), *cells = json_get(c, "cells");
        json_open_object(&rows.j, NULL);
        json_put_str(&rows.j, "day", json_str_or(json_get(c, "day"), STR("-")));
        json_put_int(&rows.j, "customers", number_of(c, "customers"));
        for (size_t k = 0; k < columns; k++)
            json_put_str(
                &rows.j, keys[k + 2],
                retention_cell(&in->arena, json_at(cells, k), number_of(c, "customers"), measure));
        json_close_object(&rows.j);
    }
    return rows_print(&rows, in, keys, e);
}

static enum rc retention(struct invocation *in, struct err *e)
{
    static const char *const given[] = {"unit", "measure", NULL};
    struct analysis_text q;
    struct client_reply r;
    question_open(&q, in, given);
    json_put_z(&q.j, "start", position(in, 0));
    json_put_z(&q.j, "back", position(in, 1));
    json_put_bool(&q.j, "first", !option_given(in, "each"));
    json_put_bool(&q.j, "rolling", option_given(in, "rolling"));
    enum rc rc = question_number(&q, in, "columns", "columns", e);
    rc = question_ask(&q, in, rc, "retention", "analysis_retention", &r, e);
    return rc == RC_OK && !question_is_shown(in) ? print_cohorts(in, &r, e) : rc;
}

const struct command command_retention = {
    .name = "retention",
    .usage = "START BACK",
    .zh = "留存：各批客户以后各期回来的比例，如 friend_add order",
    .en = "Retention: which share of each cohort came back, as friend_add order",
    .options =
        {
            OPTION_UNIT,
            {"columns", "N", .zh = "看几期，默认 12", .en = "how many periods, 12 unless told"},
            {"each", NULL, .zh = "每期做过的都算一批，不只是第一次",
             .en = "cohorts of every period with a start, not the first alone"},
            {"rolling", NULL, .zh = "当期或以后回来都算", .en = "coming back later counts too"},
            {"measure", "WHAT", .zh = "customers、events 或 amount",
             .en = "customers, events or amount"},
            OPTIONS_ANALYSIS,
        },
    .positions_min = 2,
    .positions_max = 2,
    .run = retention,
};

/* ---- counts ---- */

static enum rc print_counts(struct invocation *in, const struct client_reply *r, struct err *e)
{
    const struct json_value *series = json_get(r->json, "series"),
                            *buckets = json_get(r->json, "buckets");
    const char *member = option_given(in, "customers") ? "customers" : "events";
    const char *keys[COMMAND_POSITIONS + 2] = {"day"};
    size_t n = json_count(series);
    struct analysis_text rows;
    rows_open(&rows);
    for (size_t k = 0; k < n; k++) {
        keys[k + 1] = arena_printf(&in->arena, "%zu", k + 1).p;
        printf("%zu  " STR_FMT "\n", k + 1, STR_ARG(events_of(in, series, (int64_t)k)));
    }
    for (size_t i = 0; i <= json_count(buckets); i++) {
        bool all = i == json_count(buckets);
        const struct json_value *b = all ? json_get(r->json, "all") : json_at(buckets, i);
        json_open_object(&rows.j, NULL);
        json_put_str(&rows.j, "day", all ? STR("all") : json_str_or(json_get(b, "day"), STR("-")));
        for (size_t k = 0; k < n; k++)
            json_put_int(&rows.j, keys[k + 1],
                         number_of(json_at(json_get(b, "series"), k), member));
        json_close_object(&rows.j);
    }
    printf("\n");
    return rows_print(&rows, in, keys, e);
}

static enum rc counts(struct invocation *in, struct err *e)
{
    static const char *const given[] = {"unit", NULL};
    struct analysis_text q;
    struct client_reply r;
    question_open(&q, in, given);
    question_positions(&q, in, 0, "series");
    enum rc rc = question_ask(&q, in, RC_OK, "counts", "analysis_counts", &r, e);
    return rc == RC_OK && !question_is_shown(in) ? print_counts(in, &r, e) : rc;
}

const struct command command_counts = {
    .name = "counts",
    .usage = "EVENTS…",
    .zh = "按日、周、月统计行为次数；每个参数一列，如 view 'click, share'",
    .en = "Events by day, week or month; a column for each argument, as view 'click, share'",
    .options =
        {
            OPTION_UNIT,
            {"customers", NULL, .zh = "数客户，不数次数", .en = "count customers, not events"},
            OPTIONS_ANALYSIS,
        },
    .positions_min = 1,
    .positions_max = COMMAND_POSITIONS,
    .run = counts,
};

/* ---- paths ---- */

static enum rc print_links(struct invocation *in, const struct client_reply *r, struct err *e)
{
    static const char *const keys[] = {"step", "from", "to", "visits", NULL};
    const struct json_value *links = json_get(r->json, "links"),
                            *nodes = json_get(r->json, "nodes");
    struct str end = str_from(option_given(in, "backwards") ? say(in, "（访问开始）", "(began)")
                                                            : say(in, "（离开）", "(left)"));
    struct analysis_text rows;
    rows_open(&rows);
    printf(say(in, "%lld 次访问，%lld 位客户\n\n", "%lld visits of %lld customers\n\n"),
           (long long)number_of(r->json, "visits"), (long long)number_of(r->json, "customers"));
    for (size_t i = 0; i < json_count(links); i++) {
        const struct json_value *l = json_at(links, i);
        int64_t to = number_of(l, "to");
        json_open_object(&rows.j, NULL);
        json_put_int(&rows.j, "step", number_of(l, "step") + 1);
        json_put_str(&rows.j, "from", events_of(in, nodes, number_of(l, "from")));
        json_put_str(&rows.j, "to", to < 0 ? end : events_of(in, nodes, to));
        json_put_int(&rows.j, "visits", number_of(l, "visits"));
        json_close_object(&rows.j);
    }
    return rows_print(&rows, in, keys, e);
}

static enum rc paths(struct invocation *in, struct err *e)
{
    struct analysis_text q;
    struct client_reply r;
    question_open(&q, in, NULL);
    question_positions(&q, in, 0, "nodes");
    json_put_bool(&q.j, "backwards", option_given(in, "backwards"));
    json_put_bool(&q.j, "collapse", !option_given(in, "repeats"));
    enum rc rc = question_number(&q, in, "steps", "steps", e);
    if (rc == RC_OK)
        rc = question_number(&q, in, "gap", "gap_s", e);
    if (rc == RC_OK)
        rc = question_number(&q, in, "anchor", "anchor", e);
    rc = question_ask(&q, in, rc, "paths", "analysis_paths", &r, e);
    return rc == RC_OK && !question_is_shown(in) ? print_links(in, &r, e) : rc;
}

const struct command command_paths = {
    .name = "paths",
    .usage = "EVENTS…",
    .zh = "路径：一次访问里接下来（或之前）做了什么",
    .en = "Paths: what customers did next (or before) within a visit",
    .options =
        {
            {"anchor", "N", .zh = "从第几个参数（从 0 数）开始，默认访问的开头",
             .en = "begin at this argument, from 0; where the visit begins unless told"},
            {"backwards", NULL, .zh = "看之前的行为", .en = "look at what came before"},
            {"repeats", NULL, .zh = "连续相同的也算", .en = "count repetitions"},
            {"steps", "N", .zh = "步数，默认 4", .en = "how many steps, 4 unless told"},
            {"gap", "SECONDS", .zh = "间隔多少秒算另一次访问，默认 1800",
             .en = "seconds after which it is another visit, 1800 unless told"},
            OPTIONS_ANALYSIS,
        },
    .positions_min = 1,
    .positions_max = COMMAND_POSITIONS,
    .run = paths,
};

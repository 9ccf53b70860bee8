/* analyses.c — funnel, retention, counts by day and paths: questions whose answer is a table.
 *
 * They only read, but are POST for the size of what they ask. Each bar or cell that the audience
 * language can describe comes with its expression, so that it can be saved as an audience. All are
 * cut to the caller's data scope.
 */
#include "api/analysis_args.h"
#include "api/routes.h"
#include "query/analysis_text.h"
#include "query/answer.h"
#include "store/names.h"
#include "store/tier.h"

#include "api/customer_json.h"

#include <string.h>

enum { TEXT_ROOM = 64 << 10, CELLS_WITH_TEXT = 1000, FIRST_COLUMNS = 12, PATH_GAP_S = 1800 };

/* ---- funnel ---- */

static const char BY_CHOICES[] = "source|staff|stage|tier|city|province|gender";

static enum analysis_by by_of(struct str word)
{
    static const char *const WORDS[] = {
        [BY_SOURCE] = "source", [BY_STAFF] = "staff", [BY_STAGE] = "stage",
        [BY_TIER] = "tier",     [BY_CITY] = "city",   [BY_PROVINCE] = "province",
        [BY_GENDER] = "gender",
    };
    for (size_t i = BY_SOURCE; i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_eq(word, str_from(WORDS[i])))
            return (enum analysis_by)i;
    return BY_NOTHING;
}

static enum rc read_steps(struct request *rq, struct tx *tx, struct asked *a, struct funnel *q,
                          struct err *e)
{
    const struct json_value *steps = arg_json(rq, "steps");
    size_t n = json_kind_of(steps) == JSON_ARRAY ? json_count(steps) : 0;
    if (n == 0 || n > LIMIT_SEQ_STEPS)
        return err_set(e, RC_INVALID, "steps", "steps", "漏斗要有 1 到 %d 步",
                       "a funnel has 1 to %d steps", LIMIT_SEQ_STEPS);
    for (q->n_steps = 0; q->n_steps < n; q->n_steps++) {
        struct funnel_step *step = &q->steps[q->n_steps];
        const struct json_value *v = json_at(steps, q->n_steps);
        bool object = json_kind_of(v) == JSON_OBJECT;
        const char *field = arena_printf(tx_arena(tx), "steps[%zu].events", q->n_steps).p;
        struct str events = object ? json_str_or(json_get(v, "events"), STR_ABSENT) : STR_ABSENT;
        struct str who = object ? json_str_or(json_get(v, "audience"), STR_ABSENT) : STR_ABSENT;
        enum rc rc = analysis_events(tx_arena(tx), &a->names, events, field, &step->events, e);
        if (rc == RC_OK && !str_empty(str_trim(who))) {
            rc = audience_read(tx_arena(tx), &a->names, AUDIENCE_CUSTOMER, who, &step->who, e);
            if (rc != RC_OK)
                snprintf(e->field, sizeof e->field, "steps[%zu].audience", q->n_steps);
        }
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* The tier model that a break-down by tier names. */
static enum rc read_model(struct request *rq, struct tx *tx, struct asked *a, struct funnel *q,
                          struct err *e)
{
    struct name_found found = {0};
    struct str name = arg_str(rq, "model");
    if (q->by != BY_TIER)
        return RC_OK;
    enum rc rc = a->names.find(a->names.ctx, tx_arena(tx), NAME_TIER_MODEL, 0, name, &found, e);
    if (rc == RC_OK && found.n == 0)
        return err_set(e, RC_INVALID, "tier_model_unknown", "model", "没有名为“%.*s”的分层模型",
                       "there is no tier model named \"%.*s\"", STR_ARG(str_utf8_prefix(name, 40)));
    q->model_id = rc == RC_OK ? found.ids[0] : 0;
    return rc;
}

/* What a group is called: by people, and in an expression. */
struct group_name {
    struct str shown, said;
};

static enum rc name_listed(struct tx *tx, enum name_list list, const struct funnel_answer *answer,
                           struct group_name *out, struct err *e)
{
    struct name_row *rows;
    size_t n;
    enum rc rc = names_read(tx, list, &rows, &n, e);
    for (size_t i = 1; rc == RC_OK && i < answer->n; i++)
        for (size_t k = 0; k < n; k++)
            if (rows[k].id == answer->groups[i].key.id)
                out[i] = (struct group_name){rows[k].names[list == NAMES_STAFF ? 1 : 0],
                                             rows[k].names[0]};
    return rc;
}

static enum rc name_tiers(struct tx *tx, int64_t model_id, const struct funnel_answer *answer,
                          struct group_name *out, struct err *e)
{
    struct tier_row *rows;
    size_t n;
    enum rc rc = tiers_ever(tx, model_id, &rows, &n, e);
    for (size_t i = 1; rc == RC_OK && i < answer->n; i++)
        for (size_t k = 0; k < n; k++)
            if (rows[k].id == answer->groups[i].key.id)
                out[i] = (struct group_name){rows[k].name, rows[k].name};
    return rc;
}

static enum rc name_groups(struct tx *tx, const struct funnel *q,
                           const struct funnel_answer *answer, struct group_name *out,
                           struct err *e)
{
    switch (q->by) {
    case BY_NOTHING:
        return RC_OK;
    case BY_SOURCE:
        return name_listed(tx, NAMES_SOURCES, answer, out, e);
    case BY_STAFF:
        return name_listed(tx, NAMES_STAFF, answer, out, e);
    case BY_STAGE:
        return name_listed(tx, NAMES_STAGES, answer, out, e);
    case BY_TIER:
        return name_tiers(tx, q->model_id, answer, out, e);
    default:
        for (size_t i = 1; i < answer->n; i++)
            out[i] = (struct group_name){answer->groups[i].key.text, answer->groups[i].key.text};
        return RC_OK;
    }
}

static void put_level(struct json *j, const struct asked *a, const struct funnel *q,
                      const struct analysis_group *group, bool sayable,
                      const struct funnel_level *level, size_t k, struct buf *text,
                      struct arena *arena)
{
    json_open_object(j, NULL);
    json_put_int(j, "customers", level->customers);
    json_put_int(j, "p25_s", level->p25_s);
    json_put_int(j, "p50_s", level->p50_s);
    json_put_int(j, "p75_s", level->p75_s);
    json_put_int(j, "p90_s", level->p90_s);
    put_expression(j, a, "expression", sayable && funnel_text(arena, q, group, k + 1, false, text),
                   text);
    put_expression(j, a, "lost",
                   sayable && k > 0 && funnel_text(arena, q, group, k + 1, true, text), text);
    json_close_object(j);
}

static enum rc put_groups(struct request *rq, struct tx *tx, struct json *j, const struct asked *a,
                          const struct funnel *q, const struct funnel_answer *answer, struct err *e)
{
    struct arena *arena = tx_arena(tx);
    struct group_name *names = ARENA_ARRAY(arena, struct group_name, answer->n + 1);
    enum rc rc = name_groups(tx, q, answer, names, e);
    struct buf text;
    buf_init(&text, TEXT_ROOM);
    json_open_array(j, "groups");
    for (size_t i = 0; rc == RC_OK && i < answer->n; i++) {
        const struct analysis_key *key = &answer->groups[i].key;
        bool none = i > 0 && key->id == 0 && str_absent(key->text);
        struct analysis_group group = {.by = i == 0 ? BY_NOTHING : q->by,
                                       .name = none ? STR_ABSENT : names[i].said,
                                       .model = arg_str(rq, "model")};
        bool sayable = i == 0 || none || !str_absent(group.name);
        json_open_object(j, NULL);
        json_put_str(j, "key",
                     !str_absent(key->text) ? key->text
                     : key->id != 0         ? arena_printf(arena, "%lld", (long long)key->id)
                                            : STR(""));
        json_put_str(j, "name", i == 0 || none ? STR_ABSENT : names[i].shown);
        json_open_array(j, "levels");
        for (size_t k = 0; k < q->n_steps; k++)
            put_level(j, a, q, &group, sayable, &answer->groups[i].levels[k], k, &text, arena);
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
    buf_done(&text);
    return rc;
}

static enum rc funnel_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct asked a;
    struct funnel *q = ARENA_NEW(tx_arena(tx), struct funnel);
    struct funnel_answer answer = {0};
    enum rc rc = asked_begin(rq, tx, &a, e);
    q->base = a.base;
    q->by = by_of(arg_str(rq, "by"));
    q->counts_only = arg_given(rq, "times") && arg_int(rq, "times") == 0;
    struct str within = arg_given(rq, "within") ? arg_str(rq, "within") : STR("7d");
    if (rc == RC_OK)
        rc = read_steps(rq, tx, &a, q, e);
    if (rc == RC_OK)
        rc = analysis_duration(tx_arena(tx), within, "within", &q->within_s, e);
    if (rc == RC_OK)
        rc = read_model(rq, tx, &a, q, e);
    if (rc == RC_OK)
        rc = answer_funnel(a.snapshot, tx, q, &answer, e);
    asked_done(&a);
    if (rc != RC_OK)
        return rc;
    struct json *j = asked_open(rq, &a);
    struct analysis_events steps[LIMIT_SEQ_STEPS];
    for (size_t k = 0; k < q->n_steps; k++)
        steps[k] = q->steps[k].events;
    put_lists(j, "steps", steps, q->n_steps);
    rc = put_groups(rq, tx, j, &a, q, &answer, e);
    json_close_object(j);
    return rc;
}

const struct route route_analysis_funnel = {
    .method = POST,
    .path = "/api/analyses/funnel",
    .name = "analysis_funnel",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args =
        {
            {"steps", ARG_JSON, IN_BODY, .required = true,
             .zh = "步骤：[{events, audience}]，events 如 \"view, click\"",
             .en = "the steps: [{events, audience}], events as \"view, click\""},
            {"within", ARG_TEXT, IN_BODY, .max = 20, .zh = "从第一步起的时长，默认 7d",
             .en = "how long after the first step, 7d unless told"},
            {"by", ARG_CHOICE, IN_BODY, .choices = BY_CHOICES, .zh = "按什么分组",
             .en = "broken down by"},
            {"model", ARG_NAME, IN_BODY, .zh = "分层模型（by 为 tier 时）",
             .en = "the tier model, when by tier"},
            {"times", ARG_BOOL, IN_BODY, .zh = "是否给出用时，默认是",
             .en = "whether to say how long it took, yes unless told"},
            ARGS_ANALYSIS,
        },
    .run = funnel_run,
    .zh = "漏斗：依次走到每一步的客户数、用时。",
    .en = "A funnel: how many customers got to each step in order, and how long it took.",
    .reply = "AnalysisFunnel",
};

/* ---- retention ---- */

static void put_cohort(struct json *j, struct arena *arena, const struct asked *a,
                       const struct retention *q, const struct analysis_units *units,
                       const struct retention_answer *answer, size_t i, struct buf *text)
{
    const struct retention_cohort *c = &answer->cohorts[i];
    bool sayable = answer->n * q->columns <= CELLS_WITH_TEXT;
    json_open_object(j, NULL);
    json_put_day(j, "day", c->day);
    json_put_int(j, "customers", c->customers);
    put_expression(j, a, "expression", retention_text(arena, q, units, i, -1, text), text);
    json_open_array(j, "cells");
    for (size_t k = 0; k < q->columns; k++)
        if (c->cells[k] == RETENTION_FUTURE)
            json_put_null(j, NULL);
        else
            json_put_int(j, NULL, c->cells[k]);
    json_close_array(j);
    json_open_array(j, "expressions");
    for (size_t k = 0; sayable && k < q->columns && c->cells[k] != RETENTION_FUTURE; k++)
        put_expression(j, a, NULL, retention_text(arena, q, units, i, (int)k, text), text);
    json_close_array(j);
    json_close_object(j);
}

static void put_cohorts(struct request *rq, struct tx *tx, const struct asked *a,
                        const struct retention *q, const struct retention_answer *answer)
{
    struct json *j = asked_open(rq, a);
    struct analysis_units *units = ARENA_NEW(tx_arena(tx), struct analysis_units);
    struct buf text;
    buf_init(&text, TEXT_ROOM);
    if (answer->n > 0)
        analysis_units_from(units, answer->cohorts[0].day, q->unit, answer->n + q->columns);
    json_open_array(j, "cohorts");
    for (size_t i = 0; i < answer->n; i++)
        put_cohort(j, tx_arena(tx), a, q, units, answer, i, &text);
    json_close_array(j);
    json_close_object(j);
    buf_done(&text);
}

static enum rc retention_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct asked a;
    struct retention q = {0};
    struct retention_answer answer = {0};
    enum rc rc = asked_begin(rq, tx, &a, e);
    struct str measure = arg_str(rq, "measure");
    q.base = a.base;
    q.unit = asked_unit(rq);
    q.columns = (size_t)arg_int_or(rq, "columns", FIRST_COLUMNS);
    q.first = arg_int_or(rq, "first", 1) != 0;
    q.rolling = arg_int_or(rq, "rolling", 0) != 0;
    q.measure = str_eq(measure, STR("events"))   ? RETENTION_EVENTS
                : str_eq(measure, STR("amount")) ? RETENTION_AMOUNT
                                                 : RETENTION_CUSTOMERS;
    if (rc == RC_OK)
        rc = asked_events(rq, tx, &a, "start", NULL, &q.start, e);
    if (rc == RC_OK)
        rc = asked_events(rq, tx, &a, "back", NULL, &q.back, e);
    if (rc == RC_OK && q.rolling && q.measure != RETENTION_CUSTOMERS)
        rc = err_set(e, RC_INVALID, "rolling_customers", "rolling", "滚动留存只能统计客户数",
                     "rolling retention counts customers only");
    if (rc == RC_OK)
        rc = answer_retention(a.snapshot, tx, &q, &answer, e);
    asked_done(&a);
    if (rc == RC_OK)
        put_cohorts(rq, tx, &a, &q, &answer);
    return rc;
}

#define ARG_UNIT                                                                                   \
    {                                                                                              \
        "unit", ARG_CHOICE, IN_BODY, .choices = "day|week|month", .zh = "日、周、月，默认日",      \
                                     .en = "day, week or month; day unless told"                   \
    }

const struct route route_analysis_retention = {
    .method = POST,
    .path = "/api/analyses/retention",
    .name = "analysis_retention",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args =
        {
            {"start", ARG_TEXT, IN_BODY, .required = true, .max = LIMIT_EVENTS_TEXT,
             .zh = "起始行为，如 friend_add", .en = "the events that begin, as friend_add"},
            {"back", ARG_TEXT, IN_BODY, .required = true, .max = LIMIT_EVENTS_TEXT,
             .zh = "回来的行为，如 order", .en = "the events of coming back, as order"},
            ARG_UNIT,
            {"columns", ARG_INT, IN_BODY, .min = 1, .max = RETENTION_COLUMNS_MAX,
             .zh = "列数，默认 12", .en = "how many columns, 12 unless told"},
            {"first", ARG_BOOL, IN_BODY, .zh = "只按第一次起始行为分批，默认是",
             .en = "cohorts by the first start ever, yes unless told"},
            {"rolling", ARG_BOOL, IN_BODY, .zh = "当期或以后回来都算（滚动留存）",
             .en = "coming back later counts too (rolling)"},
            {"measure", ARG_CHOICE, IN_BODY, .choices = "customers|events|amount",
             .zh = "统计客户数、次数或金额", .en = "customers, events or amounts"},
            ARGS_ANALYSIS,
        },
    .run = retention_run,
    .zh = "留存与同期群：各批客户以后各期回来的人数、次数或金额。",
    .en = "Retention and cohorts: how many of each cohort came back, how often, with how much.",
    .reply = "AnalysisRetention",
};

/* ---- counts ---- */

static void put_cell(struct json *j, const struct counts_cell *cell)
{
    json_open_object(j, NULL);
    json_put_int(j, "events", cell->events);
    json_put_int(j, "customers", cell->customers);
}

/* The whole window: its events, and its customers where they were asked for. */
static void put_whole(struct json *j, const struct counts *q, const struct counts_bucket *all)
{
    json_open_object(j, "all");
    json_put_known(j, "customers", q->units_only ? DB_NULL : all->customers);
    json_open_array(j, "series");
    for (size_t k = 0; k < q->n_series; k++) {
        json_open_object(j, NULL);
        json_put_int(j, "events", all->series[k].events);
        json_put_known(j, "customers", q->units_only ? DB_NULL : all->series[k].customers);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
}

static void put_buckets(struct json *j, struct arena *arena, const struct asked *a,
                        const struct counts *q, const struct counts_answer *answer)
{
    bool sayable = answer->n * q->n_series <= CELLS_WITH_TEXT;
    struct analysis_units *units = ARENA_NEW(arena, struct analysis_units);
    struct buf text;
    buf_init(&text, TEXT_ROOM);
    if (answer->n > 0)
        analysis_units_from(units, answer->buckets[0].day, q->unit, answer->n);
    json_open_array(j, "buckets");
    for (size_t i = 0; i < answer->n; i++) {
        const struct counts_bucket *b = &answer->buckets[i];
        json_open_object(j, NULL);
        json_put_day(j, "day", b->day);
        json_put_int(j, "customers", b->customers);
        json_open_array(j, "series");
        for (size_t k = 0; k < q->n_series; k++) {
            put_cell(j, &b->series[k]);
            put_expression(j, a, "expression", sayable && counts_text(arena, q, units, i, k, &text),
                           &text);
            json_close_object(j);
        }
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
    buf_done(&text);
}

static enum rc counts_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct asked a;
    struct counts *q = ARENA_NEW(tx_arena(tx), struct counts);
    struct counts_answer answer = {0};
    enum rc rc = asked_begin(rq, tx, &a, e);
    q->base = a.base;
    q->unit = asked_unit(rq);
    q->units_only = arg_given(rq, "whole") && arg_int(rq, "whole") == 0;
    if (rc == RC_OK)
        rc = asked_lists(rq, tx, &a, "series", COUNTS_SERIES_MAX, q->series, &q->n_series, e);
    if (rc == RC_OK)
        rc = answer_counts(a.snapshot, tx, q, &answer, e);
    asked_done(&a);
    if (rc != RC_OK)
        return rc;
    struct json *j = asked_open(rq, &a);
    put_lists(j, "series", q->series, q->n_series);
    put_buckets(j, tx_arena(tx), &a, q, &answer);
    put_whole(j, q, &answer.all);
    json_close_object(j);
    return RC_OK;
}

const struct route route_analysis_counts = {
    .method = POST,
    .path = "/api/analyses/counts",
    .name = "analysis_counts",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args =
        {
            {"series", ARG_JSON, IN_BODY, .required = true,
             .zh = "数列：[\"view\", \"click, share\"]，最多 16 个",
             .en = "the series: [\"view\", \"click, share\"], at most 16"},
            ARG_UNIT,
            {"whole", ARG_BOOL, IN_BODY, .zh = "是否给出整段时间的客户数（去重），默认是",
             .en = "whether to tell the customers of the whole window, each once; yes unless told"},
            ARGS_ANALYSIS,
        },
    .run = counts_run,
    .zh = "按日、周、月统计行为次数与客户数。",
    .en = "Events and customers by day, week or month.",
    .reply = "AnalysisCounts",
};

/* ---- paths ---- */

static enum rc read_paths(struct request *rq, struct tx *tx, struct asked *a, struct paths *q,
                          struct err *e)
{
    enum rc rc = asked_lists(rq, tx, a, "nodes", PATH_KINDS_MAX, q->nodes, &q->n_nodes, e);
    q->base = a->base;
    q->anchor = (int)arg_int_or(rq, "anchor", -1);
    q->backwards = arg_int_or(rq, "backwards", 0) != 0;
    q->collapse = arg_int_or(rq, "collapse", 1) != 0;
    q->steps = (size_t)arg_int_or(rq, "steps", 4);
    q->gap_s = arg_int_or(rq, "gap_s", PATH_GAP_S);
    if (rc == RC_OK && q->anchor >= (int)q->n_nodes)
        rc = err_set(e, RC_INVALID, "anchor", "anchor", "anchor 要小于 nodes 的项数",
                     "anchor is the place of one of the nodes");
    return rc;
}

static enum rc paths_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct asked a;
    struct paths *q = ARENA_NEW(tx_arena(tx), struct paths);
    struct paths_answer answer = {0};
    enum rc rc = asked_begin(rq, tx, &a, e);
    if (rc == RC_OK)
        rc = read_paths(rq, tx, &a, q, e);
    if (rc == RC_OK)
        rc = answer_paths(a.snapshot, tx, q, &answer, e);
    asked_done(&a);
    if (rc != RC_OK)
        return rc;
    struct json *j = asked_open(rq, &a);
    json_put_int(j, "visits", answer.visits);
    json_put_int(j, "customers", answer.customers);
    put_lists(j, "nodes", q->nodes, q->n_nodes);
    json_open_array(j, "links");
    for (size_t i = 0; i < answer.n; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "step", answer.links[i].step);
        json_put_int(j, "from", answer.links[i].from);
        json_put_int(j, "to", answer.links[i].to);
        json_put_int(j, "visits", answer.links[i].visits);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_analysis_paths = {
    .method = POST,
    .path = "/api/analyses/paths",
    .name = "analysis_paths",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args =
        {
            {"nodes", ARG_JSON, IN_BODY, .required = true,
             .zh = "节点：[\"view\", \"click\"]，最多 16 个",
             .en = "the nodes: [\"view\", \"click\"], at most 16"},
            {"anchor", ARG_INT, IN_BODY, .min = -1, .max = PATH_KINDS_MAX - 1,
             .zh = "从第几个节点开始，-1 为访问的开头",
             .en = "the node to begin at, -1: where the visit begins"},
            {"backwards", ARG_BOOL, IN_BODY, .zh = "看之前的行为",
             .en = "look at what came before"},
            {"collapse", ARG_BOOL, IN_BODY, .zh = "连续相同的合并，默认是",
             .en = "pass over repetitions, yes unless told"},
            {"steps", ARG_INT, IN_BODY, .min = 1, .max = PATH_STEPS_MAX, .zh = "步数，默认 4",
             .en = "how many steps, 4 unless told"},
            {"gap_s", ARG_INT, IN_BODY, .min = 1, .max = 30 * 86400,
             .zh = "间隔多少秒算另一次访问，默认 1800",
             .en = "seconds after which it is another visit, 1800 unless told"},
            ARGS_ANALYSIS,
        },
    .run = paths_run,
    .zh = "路径：一次访问里接下来（或之前）做了什么。",
    .en = "Paths: what customers did next (or before) within a visit.",
    .reply = "AnalysisPaths",
};

/* tiers.c — tier models, their runs and moves, and RFM.
 *
 * Sizes and flows are cut to the caller's data scope; a run is over everyone, whoever starts it. A
 * model is written whole: its tiers come as a list in order, those with an id are kept, those
 * without are new, missing ones are taken out.
 */
#include "api/audiences.h"
#include "api/job_started.h"
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "base/limits.h"
#include "domain/app.h"
#include "domain/rfm.h"
#include "domain/schedule.h"
#include "domain/tiering.h"
#include "store/rfm.h"

#include <assert.h>
#include <string.h>

enum { TIERS_MAX = 24, DAY_S = 86400 };

static void put_tier(struct request *rq, struct tx *tx, const struct tier_row *t)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", t->id);
    json_put_int(j, "position", t->position);
    json_put_str(j, "name", t->name);
    json_put_str(j, "color", t->color);
    json_put_str(j, "advice", t->advice);
    json_put_known(j, "customers", t->customers);
    audience_put_text(rq, tx, STR("customer"), t->expression);
    json_close_object(j);
}

/* A figure over all customers, which those who see only some are not told. */
static void put_whole(struct json *j, struct request *rq, const char *key, int64_t figure)
{
    json_put_known(j, key, request_caller(rq)->scope_account == 0 ? figure : DB_NULL);
}

static void put_model(struct request *rq, struct tx *tx, const struct tier_model *m)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", m->id);
    json_put_str(j, "name", m->name);
    json_put_str(j, "kind", m->kind);
    json_put_str(j, "subject", m->subject);
    json_put_int(j, "period_days", m->period_s / DAY_S);
    json_put_int(j, "version", m->version);
    json_put_bool(j, "enabled", m->enabled);
    bool goes_on = m->enabled && m->run_s != DB_NULL;
    json_put_known(j, "next_run_s",
                   goes_on ? schedule_tiers_s(request_app(rq), tx_now_s(tx)) : DB_NULL);
    json_open_array(j, "tiers");
    for (size_t i = 0; i < m->tiers_n; i++)
        put_tier(rq, tx, &m->tiers[i]);
    json_close_array(j);
    if (m->run_s == DB_NULL) {
        json_put_null(j, "last_run");
    } else {
        json_open_object(j, "last_run");
        json_put_int(j, "at_s", m->run_s);
        put_whole(j, rq, "customers", m->run_customers);
        put_whole(j, rq, "moved", m->run_moved);
        json_close_object(j);
    }
    json_close_object(j);
}

static enum rc list_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct tier_model *models;
    size_t n;
    enum rc rc = board_for_short(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_tier_models(board, request_caller(rq)->scope_account, &models, &n, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    for (size_t i = 0; i < n; i++)
        put_model(rq, tx, &models[i]);
    listing_close(rq, STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_tier_model_list = {
    .method = GET,
    .path = "/api/tier-models",
    .name = "tier_model_list",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .run = list_run,
    .zh = "分层模型及各层人数。",
    .en = "Tier models and how many are in each tier.",
    .reply = "TierModelList",
};

static enum rc get_run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct tier_model m;
    enum rc rc = board_for_short(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_tier_model(board, arg_int(rq, "model_id"), request_caller(rq)->scope_account, &m,
                              e);
    if (rc != RC_OK)
        return rc;
    reply_etag(rq, m.updated_us);
    put_model(rq, tx, &m);
    return RC_OK;
}

/* What was written. Without sizes (null): counting does not belong into the writer. */
static enum rc show_written(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct tier_model m;
    enum rc rc = tier_model_only(tx, id, &m, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < m.tiers_n; i++)
        m.tiers[i].customers = DB_NULL;
    request_audit(rq, "tier_model", id, "%s", "");
    reply_etag(rq, m.updated_us);
    put_model(rq, tx, &m);
    return RC_OK;
}

#define ARG_MODEL_ID                                                                               \
    {                                                                                              \
        "model_id", ARG_ID, IN_PATH, .required = true, .zh = "分层模型", .en = "the tier model"    \
    }

const struct route route_tier_model_get = {
    .method = GET,
    .path = "/api/tier-models/{model_id}",
    .name = "tier_model_get",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_MODEL_ID},
    .run = get_run,
    .zh = "一个分层模型。",
    .en = "One tier model.",
    .reply = "TierModel",
};

static enum rc templates_run(struct request *rq, struct tx *tx, struct err *e)
{
    (void)e;
    bool english = request_caller(rq)->english;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < tier_templates_n; i++) {
        const struct tier_template *t = &tier_templates[i];
        json_open_object(j, NULL);
        json_put_z(j, "kind", t->kind);
        json_put_z(j, "name", english ? t->en : t->zh);
        json_put_z(j, "note", english ? t->note_en : t->note_zh);
        json_put_int(j, "period_days", t->period_days);
        json_open_array(j, "tiers");
        for (size_t k = 0; k < 9 && t->tiers[k].zh != NULL; k++) {
            const struct tier_template_row *row = &t->tiers[k];
            struct tier_row shown = {
                .position = (int64_t)k + 1,
                .name = str_from(english ? row->en : row->zh),
                .expression = str_from(row->expression),
                .color = str_from(row->color),
                .advice = str_from(english ? row->advice_en : row->advice_zh),
                .customers = DB_NULL,
            };
            put_tier(rq, tx, &shown);
        }
        json_close_array(j);
        json_close_object(j);
    }
    listing_close(rq, STR_ABSENT, (int64_t)tier_templates_n);
    return RC_OK;
}

const struct route route_tier_templates = {
    .method = GET,
    .path = "/api/tier-models/templates",
    .name = "tier_templates",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_NONE,
    .run = templates_run,
    .zh = "随产品提供的分层模型。",
    .en = "The tier models that ship with Koi.",
    .reply = "TierTemplateList",
};

/* ---- writing ---- */

static bool is_color(struct str s)
{
    if (s.n != 7 || s.p[0] != '#')
        return false;
    for (size_t i = 1; i < 7; i++)
        if (strchr("0123456789abcdefABCDEF", s.p[i]) == NULL)
            return false;
    return true;
}

static enum rc read_tier_row(const struct json_value *v, size_t i, struct tier_row *out,
                             struct err *e)
{
    *out = (struct tier_row){
        .id = json_int_or(json_get(v, "id"), 0),
        .name = str_trim(json_str_or(json_get(v, "name"), STR(""))),
        .expression = json_str_or(json_get(v, "expression"), STR("")),
        .color = json_str_or(json_get(v, "color"), STR("#8a94a0")),
        .advice = json_str_or(json_get(v, "advice"), STR_ABSENT),
    };
    if (out->name.n == 0 || out->name.n > LIMIT_NAME)
        return err_set(e, RC_INVALID, "tier_name", "tiers", "第 %zu 层没有名称或名称太长",
                       "tier %zu has no name, or too long a one", i + 1);
    if (out->advice.n > LIMIT_NOTE || out->expression.n > LIMIT_EXPRESSION)
        return err_set(e, RC_LIMIT, "tier_too_long", "tiers", "第 %zu 层的文字太长",
                       "tier %zu has too long a text", i + 1);
    if (!is_color(out->color))
        return err_set(e, RC_INVALID, "tier_color", "tiers", "第 %zu 层的颜色应写作 #rrggbb",
                       "the colour of tier %zu is written #rrggbb", i + 1);
    return RC_OK;
}

/* Tier i has neither the name nor the id of one before it. */
static enum rc check_unlike(const struct tier_row *tiers, size_t i, struct err *e)
{
    for (size_t k = 0; k < i; k++) {
        if (str_eq(tiers[k].name, tiers[i].name))
            return err_set(e, RC_INVALID, "tier_name_twice", "tiers", "两层同名：“" STR_FMT "”",
                           "two tiers are named \"" STR_FMT "\"", STR_ARG(tiers[i].name));
        if (tiers[i].id != 0 && tiers[k].id == tiers[i].id)
            return err_set(e, RC_INVALID, "tier_twice", "tiers", "第 %zu 层与第 %zu 层是同一层",
                           "tiers %zu and %zu are the same one", k + 1, i + 1);
    }
    return RC_OK;
}

static enum rc read_tiers(struct request *rq, struct tier_model *m, struct err *e)
{
    const struct json_value *list = arg_json(rq, "tiers");
    size_t n = json_kind_of(list) == JSON_ARRAY ? json_count(list) : 0;
    if (n == 0 || n > TIERS_MAX)
        return err_set(e, RC_INVALID, "tiers_count", "tiers", "分层模型需要 1 到 %d 层",
                       "a tier model has 1 to %d tiers", TIERS_MAX);
    m->tiers = ARENA_ARRAY(request_arena(rq), struct tier_row, n);
    m->tiers_n = n;
    for (size_t i = 0; i < n; i++) {
        enum rc rc = read_tier_row(json_at(list, i), i, &m->tiers[i], e);
        if (rc != RC_OK)
            return rc;
        rc = check_unlike(m->tiers, i, e);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

#define ARG_TIERS                                                                                  \
    {                                                                                              \
        "tiers", ARG_JSON, IN_BODY,                                                                \
            .zh = "各层，按优先顺序：{id?, name, expression, color, advice}",                      \
            .en = "the tiers in order: {id?, name, expression, color, advice}"                     \
    }

static enum rc create_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct tier_model m = {
        .name = arg_str(rq, "name"),
        .kind = arg_given(rq, "kind") ? arg_str(rq, "kind") : STR("own"),
        .subject = STR("customer"),
        .period_s = arg_int_or(rq, "period_days", 90) * DAY_S,
        .enabled = arg_int_or(rq, "enabled", 1) != 0,
    };
    enum rc rc = RC_INVALID;
    if (!arg_given(rq, "tiers"))
        err_set(e, RC_INVALID, "argument_missing", "tiers", "缺少各层的定义",
                "the tiers are missing");
    else
        rc = read_tiers(rq, &m, e);
    for (size_t i = 0; i < m.tiers_n; i++)
        m.tiers[i].id = 0;
    if (rc == RC_OK)
        rc = tiering_check(tx, &m, e);
    if (rc == RC_OK)
        rc = tier_model_add(tx, &m, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    return show_written(rq, tx, m.id, e);
}

const struct route route_tier_model_create = {
    .method = POST,
    .path = "/api/tier-models",
    .name = "tier_model_create",
    .need = PERM_TIER_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"name", ARG_NAME, IN_BODY, .required = true, .zh = "名称", .en = "name"},
            {"kind", ARG_CHOICE, IN_BODY, .choices = "value|tenure|rfm|fan|own", .zh = "类型",
             .en = "kind"},
            {"period_days", ARG_INT, IN_BODY, .min = 1, .max = 3650, .zh = "周期天数，默认 90",
             .en = "days of the period, 90 unless told"},
            {"enabled", ARG_BOOL, IN_BODY, .zh = "启用", .en = "in use"},
            ARG_TIERS,
        },
    .run = create_run,
    .zh = "新建分层模型。",
    .en = "Make a tier model.",
    .reply = "TierModel",
};

static enum rc change_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct tier_model m;
    enum rc rc = tier_model_only(tx, arg_int(rq, "model_id"), &m, e);
    if (rc == RC_OK)
        rc = request_if_match(rq, m.updated_us, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "name"))
        m.name = arg_str(rq, "name");
    m.period_s = arg_int_or(rq, "period_days", m.period_s / DAY_S) * DAY_S;
    m.enabled = arg_int_or(rq, "enabled", m.enabled) != 0;
    if (arg_given(rq, "tiers"))
        rc = read_tiers(rq, &m, e);
    if (rc == RC_OK)
        rc = tiering_check(tx, &m, e);
    if (rc == RC_OK)
        rc = tier_model_change(tx, &m, e);
    if (rc != RC_OK)
        return rc;
    return show_written(rq, tx, m.id, e);
}

const struct route route_tier_model_change = {
    .method = PATCH,
    .path = "/api/tier-models/{model_id}",
    .name = "tier_model_change",
    .need = PERM_TIER_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args =
        {
            ARG_MODEL_ID,
            {"name", ARG_NAME, IN_BODY, .zh = "名称", .en = "name"},
            {"period_days", ARG_INT, IN_BODY, .min = 1, .max = 3650, .zh = "周期天数",
             .en = "days of the period"},
            {"enabled", ARG_BOOL, IN_BODY, .zh = "启用", .en = "in use"},
            ARG_TIERS,
        },
    .run = change_run,
    .zh = "修改分层模型；客户在下一次计算时移动。",
    .en = "Change a tier model; customers move with the next run.",
    .reply = "TierModel",
};

static enum rc archive_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id = arg_int(rq, "model_id");
    enum rc rc = tier_model_archive(tx, id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "tier_model", id, "%s", "");
    reply_status(rq, 204);
    return RC_OK;
}

const struct route route_tier_model_archive = {
    .method = DELETE,
    .path = "/api/tier-models/{model_id}",
    .name = "tier_model_archive",
    .need = PERM_TIER_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_MODEL_ID},
    .run = archive_run,
    .zh = "停用分层模型，历史保留。",
    .en = "Put a tier model away; its history stays.",
};

/* ---- runs ---- */

static enum rc run_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct tier_model m;
    enum rc rc = tier_model_only(tx, arg_int(rq, "model_id"), &m, e);
    if (rc != RC_OK)
        return rc;
    struct job_order order = {
        .kind = "tier",
        .title = arena_printf(request_arena(rq), "分层计算：" STR_FMT, STR_ARG(m.name)),
        .detail = arena_printf(request_arena(rq), "{\"model_id\":\"%" PRId64 "\"}", m.id),
        .unit = "customers",
        .total = -1,
        .account_id = request_caller(rq)->account_id,
    };
    return job_started(rq, tx, &order, e);
}

const struct route route_tier_model_run = {
    .method = POST,
    .path = "/api/tier-models/{model_id}/run",
    .name = "tier_model_run",
    .need = PERM_TIER_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {ARG_MODEL_ID},
    .run = run_run,
    .zh = "对所有客户重新计算分层。",
    .en = "Compute a model over everyone.",
    .reply = "JobStarted",
};

static void put_node(struct json *j, int64_t tier_id, struct str name, struct str color,
                     bool removed)
{
    json_open_object(j, NULL);
    json_put_id(j, "tier_id", tier_id);
    json_put_str(j, "name", name);
    json_put_str(j, "color", color);
    json_put_bool(j, "removed", removed);
    json_close_object(j);
}

/* What a Sankey draws: the model's tiers in order, those taken out that somebody left or entered,
 * and one for "in none", whose id is null. */
static enum rc put_nodes(struct request *rq, struct tx *tx, const struct tier_model *m,
                         const struct tier_flow *flows, size_t n, struct err *e)
{
    struct json *j = reply_json(rq);
    struct tier_row *ever = NULL;
    size_t ever_n = 0;
    enum rc rc = tiers_ever(tx, m->id, &ever, &ever_n, e);
    json_open_array(j, "nodes");
    for (size_t i = 0; i < m->tiers_n; i++)
        put_node(j, m->tiers[i].id, m->tiers[i].name, m->tiers[i].color, false);
    for (size_t i = 0; i < ever_n; i++) {
        bool used = false;
        for (size_t k = 0; k < n; k++)
            used |= flows[k].from_tier_id == ever[i].id || flows[k].to_tier_id == ever[i].id;
        if (ever[i].removed && used)
            put_node(j, ever[i].id, ever[i].name, ever[i].color, true);
    }
    put_node(j, 0, request_caller(rq)->english ? STR("in none") : STR("未分层"), STR("#c8ccd2"),
             false);
    json_close_array(j);
    return rc;
}

/* Sizes after each run, oldest first. */
static void put_history(struct json *j, const struct tier_level *levels, size_t n)
{
    json_open_array(j, "history");
    for (size_t i = 0; i < n;) {
        int64_t run_id = levels[i].run_id;
        json_open_object(j, NULL);
        json_put_int(j, "at_s", levels[i].at_s);
        json_open_array(j, "tiers");
        for (; i < n && levels[i].run_id == run_id; i++) {
            json_open_object(j, NULL);
            json_put_id(j, "tier_id", levels[i].tier_id);
            json_put_int(j, "customers", levels[i].customers);
            json_close_object(j);
        }
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc moves_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t scope = request_caller(rq)->scope_account;
    int64_t to_s = arg_int_or(rq, "to_s", tx_now_s(tx));
    int64_t from_s = arg_int_or(rq, "from_s", to_s - 90 * DAY_S);
    struct tier_model m;
    struct tier_flow *flows = NULL;
    struct tier_level *levels = NULL;
    size_t flows_n = 0, levels_n = 0;
    enum rc rc = tier_model_only(tx, arg_int(rq, "model_id"), &m, e);
    if (rc == RC_OK)
        rc = board_tier_flows(board_for_people_short(rq, tx), m.id, from_s, to_s, scope, &flows,
                              &flows_n, e);
    if (rc == RC_OK && scope == 0) /* sizes of the past are kept over everyone */
        rc = tier_levels(tx, m.id, from_s, to_s, &levels, &levels_n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = put_nodes(rq, tx, &m, flows, flows_n, e);
    json_open_array(j, "links");
    for (size_t i = 0; i < flows_n; i++) {
        json_open_object(j, NULL);
        json_put_id(j, "source", flows[i].from_tier_id);
        json_put_id(j, "target", flows[i].to_tier_id);
        json_put_int(j, "customers", flows[i].customers);
        json_close_object(j);
    }
    json_close_array(j);
    put_history(j, levels, levels_n);
    json_close_object(j);
    return rc;
}

const struct route route_tier_model_moves = {
    .method = GET,
    .path = "/api/tier-models/{model_id}/moves",
    .name = "tier_model_moves",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args =
        {
            ARG_MODEL_ID,
            {"from_s", ARG_TIME, .zh = "起，默认 90 天前", .en = "from, 90 days ago unless told"},
            {"to_s", ARG_TIME, .zh = "止，默认现在", .en = "to, now unless told"},
        },
    .run = moves_run,
    .zh = "一段时间里客户在各层之间的移动。",
    .en = "How customers moved between tiers over a time.",
    .reply = "TierMoves",
};

/* ---- RFM ---- */

static enum rc rfm_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct score_fit fit;
    struct rfm_cell *cells = NULL;
    size_t n = 0;
    enum rc rc = score_fit_last(tx, "rfm", &fit, e);
    bool fitted = rc == RC_OK;
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    rc = board_rfm_cells(board_for_people_short(rq, tx), request_caller(rq)->scope_account, &cells,
                         &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    if (fitted) {
        json_open_object(j, "fit");
        json_put_int(j, "at_s", fit.at_s);
        json_put_int(j, "period_days", fit.period_s / DAY_S);
        put_whole(j, rq, "customers", fit.customers);
        json_put_raw(j, "cuts", fit.detail);
        json_close_object(j);
    } else {
        json_put_null(j, "fit");
    }
    json_open_array(j, "cells");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "r", cells[i].r);
        json_put_int(j, "f", cells[i].f);
        json_put_int(j, "m", cells[i].m);
        json_put_int(j, "customers", cells[i].customers);
        json_put_int(j, "amount_fen", cells[i].amount_fen);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_rfm = {
    .method = GET,
    .path = "/api/rfm",
    .name = "rfm_show",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .run = rfm_run,
    .zh = "RFM 评分的分布与切点。",
    .en = "The RFM scores in force: cut points and cells.",
    .reply = "Rfm",
};

static enum rc rfm_start(struct request *rq, struct tx *tx, struct err *e)
{
    struct job_order order = {
        .kind = "rfm",
        .title = STR("RFM 评分"),
        .detail = arena_printf(request_arena(rq), "{\"period_s\":%" PRId64 "}",
                               arg_int_or(rq, "period_days", 365) * DAY_S),
        .unit = "customers",
        .total = -1,
        .account_id = request_caller(rq)->account_id,
    };
    return job_started(rq, tx, &order, e);
}

const struct route route_rfm_run = {
    .method = POST,
    .path = "/api/rfm/run",
    .name = "rfm_run",
    .need = PERM_TIER_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"period_days", ARG_INT, IN_BODY, .min = 1, .max = 3650, .zh = "周期天数，默认 365",
             .en = "days of the period, 365 unless told"},
        },
    .run = rfm_start,
    .zh = "重新计算 RFM 评分。",
    .en = "Fit the RFM scores anew.",
    .reply = "JobStarted",
};

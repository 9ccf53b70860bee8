/* analyses_value.c — RFM now, and repurchase: what buyers are worth and how they come back.
 *
 * Unlike the scores of GET /api/rfm, which are a stored fit, these are computed for the question:
 * any window, any audience, any events.
 */
#include "api/analysis_args.h"
#include "api/routes.h"
#include "query/analysis_text.h"
#include "query/answer.h"

enum { TEXT_ROOM = 64 << 10, SCORES = 5 };

#define ARG_PURCHASES                                                                              \
    {                                                                                              \
        "events", ARG_TEXT, IN_BODY, .max = LIMIT_EVENTS_TEXT, .zh = "购买行为，默认 order",       \
                                     .en = "the purchases, order unless told"                      \
    }

static void put_numbers(struct json *j, const char *name, const int64_t *at, size_t n)
{
    json_open_array(j, name);
    for (size_t i = 0; i < n; i++)
        json_put_int(j, NULL, at[i]);
    json_close_array(j);
}

/* ---- RFM ---- */

static void put_cells(struct json *j, struct arena *arena, const struct asked *a,
                      const struct rfm *q, const struct rfm_answer *answer)
{
    struct buf text;
    buf_init(&text, TEXT_ROOM);
    json_open_array(j, "cells");
    for (int i = 0; i < SCORES * SCORES * SCORES; i++) {
        const int score[3] = {i / (SCORES * SCORES), i / SCORES % SCORES, i % SCORES};
        const struct rfm_table_cell *cell = &answer->cells[score[0]][score[1]][score[2]];
        if (cell->customers == 0)
            continue;
        json_open_object(j, NULL);
        json_put_int(j, "r", score[0] + 1);
        json_put_int(j, "f", score[1] + 1);
        json_put_int(j, "m", score[2] + 1);
        json_put_int(j, "customers", cell->customers);
        json_put_int(j, "purchases", cell->purchases);
        json_put_int(j, "amount_fen", cell->amount_fen);
        put_expression(j, a, "expression", rfm_text(arena, q, answer, score, &text), &text);
        json_close_object(j);
    }
    json_close_array(j);
    buf_done(&text);
}

static enum rc rfm_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct asked a;
    struct rfm q = {0};
    struct rfm_answer *answer = ARENA_NEW(tx_arena(tx), struct rfm_answer);
    enum rc rc = asked_begin(rq, tx, &a, e);
    q.base = a.base;
    if (rc == RC_OK)
        rc = asked_events(rq, tx, &a, "events", "order", &q.events, e);
    if (rc == RC_OK)
        rc = answer_rfm(a.snapshot, tx, &q, answer, e);
    asked_done(&a);
    if (rc != RC_OK)
        return rc;
    struct json *j = asked_open(rq, &a);
    json_put_int(j, "buyers", answer->buyers);
    json_open_object(j, "cuts");
    put_numbers(j, "recency_s", answer->recency_s, 4);
    put_numbers(j, "purchases", answer->purchases, 4);
    put_numbers(j, "amount_fen", answer->amount_fen, 4);
    json_close_object(j);
    put_cells(j, tx_arena(tx), &a, &q, answer);
    json_close_object(j);
    return RC_OK;
}

const struct route route_analysis_rfm = {
    .method = POST,
    .path = "/api/analyses/rfm",
    .name = "analysis_rfm",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_PURCHASES, ARGS_ANALYSIS},
    .run = rfm_run,
    .zh = "即时 RFM：分位点与 125 格的人数、次数、金额。",
    .en = "RFM now: cut points, and customers, purchases and amounts of the 125 cells.",
    .reply = "AnalysisRfm",
};

/* ---- repurchase ---- */

/* Those who bought again, if the language's count picks exactly as many. */
static enum rc put_again(struct json *j, struct tx *tx, const struct asked *a,
                         const struct repurchase *q, int64_t again, struct err *e)
{
    const struct audience_expr *x;
    struct buf text;
    int64_t count = -1;
    struct err unsaid = ERR_INIT;
    buf_init(&text, TEXT_ROOM);
    bool known = repurchase_text(tx_arena(tx), q, 2, &text) && !text.failed &&
                 audience_read(tx_arena(tx), &a->names, AUDIENCE_CUSTOMER, buf_str(&text), &x,
                               &unsaid) == RC_OK;
    enum rc rc = RC_OK;
    if (known) {
        struct audience_question question = {.expr = x,
                                             .now_s = q->base.now_s,
                                             .period_s = q->base.period_s,
                                             .scope_account = q->base.scope_account};
        rc = answer_count(a->snapshot, tx, &question, &count, e);
    }
    put_expression(j, a, "again_expression", known && count == again, &text);
    buf_done(&text);
    return rc;
}

static enum rc put_repurchase(struct request *rq, struct tx *tx, const struct asked *a,
                              const struct repurchase *q, const struct repurchase_answer *answer,
                              struct err *e)
{
    struct json *j = asked_open(rq, a);
    json_put_int(j, "buyers", answer->buyers);
    json_put_int(j, "again", answer->again);
    enum rc rc = put_again(j, tx, a, q, answer->again, e);
    put_numbers(j, "times", answer->times, REPURCHASE_TIMES);
    put_numbers(j, "intervals", answer->intervals, REPURCHASE_DAYS);
    json_put_int(j, "n_intervals", answer->n_intervals);
    json_put_int(j, "p25_s", answer->p25_s);
    json_put_int(j, "p50_s", answer->p50_s);
    json_put_int(j, "p75_s", answer->p75_s);
    json_put_int(j, "p90_s", answer->p90_s);
    json_close_object(j);
    return rc;
}

static enum rc repurchase_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct asked a;
    struct repurchase q = {0};
    struct repurchase_answer *answer = ARENA_NEW(tx_arena(tx), struct repurchase_answer);
    enum rc rc = asked_begin(rq, tx, &a, e);
    q.base = a.base;
    if (rc == RC_OK)
        rc = asked_events(rq, tx, &a, "events", "order", &q.events, e);
    if (rc == RC_OK)
        rc = answer_repurchase(a.snapshot, tx, &q, answer, e);
    if (rc == RC_OK)
        rc = put_repurchase(rq, tx, &a, &q, answer, e);
    asked_done(&a);
    return rc;
}

const struct route route_analysis_repurchase = {
    .method = POST,
    .path = "/api/analyses/repurchase",
    .name = "analysis_repurchase",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_PURCHASES, ARGS_ANALYSIS},
    .run = repurchase_run,
    .zh = "复购：复购率、购买次数分布、间隔分布。",
    .en = "Repurchase: its rate, how often buyers bought, and how long they took.",
    .reply = "AnalysisRepurchase",
};

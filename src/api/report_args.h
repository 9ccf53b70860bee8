/* report_args — the days, channel and scope that reports share. */
#ifndef KOI_API_REPORT_ARGS_H
#define KOI_API_REPORT_ARGS_H

#include "api/customer_json.h"
#include "domain/app.h"
#include "domain/report.h"
#include "query/board.h"

#define ARGS_DAYS                                                                                  \
    {"from", ARG_DAY, .zh = "开始日期", .en = "first day"},                                        \
    {                                                                                              \
        "to", ARG_DAY, .zh = "结束日期（含）", .en = "last day, inclusive"                         \
    }
#define ARG_CHANNEL                                                                                \
    {                                                                                              \
        "channel_id", ARG_ID, .zh = "渠道，不给为全部", .en = "channel, all unless told"           \
    }

/* The range that the arguments name, filled in (report_range_fill()) and cut to the caller's scope.
 * `channel`: whether the route declares ARG_CHANNEL. */
static inline enum rc range_from_args(struct request *rq, struct tx *tx, struct report_range *out,
                                      bool channel, struct err *e)
{
    *out = (struct report_range){
        .scope_account = request_caller(rq)->scope_account,
        .channel_id = channel ? arg_int(rq, "channel_id") : 0,
        .from_day = arg_int_or(rq, "from", DB_NULL),
        .to_day = arg_int_or(rq, "to", DB_NULL),
    };
    return report_range_fill(tx, out, e);
}

static inline void end_board(void *board)
{
    board_end(board);
}

/* Whoever answers the report, held until the request ends. RC_BUSY while much is being read into
 * memory. */
static inline enum rc board_for(struct request *rq, struct tx *tx, const struct board **out,
                                struct err *e)
{
    const struct app *app = request_app(rq);
    struct board *b = ARENA_NEW(request_arena(rq), struct board);
    arena_defer(request_arena(rq), end_board, b);
    *out = b;
    return board_begin(b, app->mirror, app->daybook, tx, e);
}

/* The same for a list that the database can answer meanwhile. */
static inline enum rc board_for_short(struct request *rq, struct tx *tx, const struct board **out,
                                      struct err *e)
{
    const struct app *app = request_app(rq);
    struct board *b = ARENA_NEW(request_arena(rq), struct board);
    arena_defer(request_arena(rq), end_board, b);
    *out = b;
    return board_begin_short(b, app->mirror, app->daybook, tx, e);
}

/* The same for a question about customers alone. */
static inline enum rc board_for_people(struct request *rq, struct tx *tx, const struct board **out,
                                       struct err *e)
{
    struct board *b = ARENA_NEW(request_arena(rq), struct board);
    arena_defer(request_arena(rq), end_board, b);
    *out = b;
    return board_begin_people(b, request_app(rq)->mirror, tx, e);
}

/* The same that the database can answer meanwhile. */
static inline const struct board *board_for_people_short(struct request *rq, struct tx *tx)
{
    struct board *b = ARENA_NEW(request_arena(rq), struct board);
    arena_defer(request_arena(rq), end_board, b);
    board_begin_people_short(b, request_app(rq)->mirror, tx);
    return b;
}

/* The range as the reply says it. */
static inline void put_range(struct json *j, const struct report_range *range)
{
    json_put_day(j, "from", range->from_day);
    json_put_day(j, "to", range->to_day);
}

#endif

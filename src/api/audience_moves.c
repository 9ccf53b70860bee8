/* audience_moves.c — who entered and who left a saved audience, and how large it was.
 *
 * Both are what the ticks have written (domain/audience_tick.h): nothing is computed here but a sum
 * of hours into days of the corp's zone. Moves are cut to the caller's data scope, row by row;
 * sizes count everyone, so only those who see everyone are told.
 */
#include "api/customer_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "domain/app.h"
#include "store/audience.h"
#include "store/audience_move.h"

enum { SIZE_DAYS = 30, SIZE_DAYS_MOST = 400 };

#define ARG_AUDIENCE_ID                                                                            \
    {                                                                                              \
        "audience_id", ARG_ID, IN_PATH, .required = true, .zh = "人群", .en = "the audience"       \
    }

/* ---- moves ---- */

static void put_move(struct request *rq, const struct audience_move *m,
                     const struct customer_card *card)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", m->id);
    json_put_int(j, "at_s", m->at_s);
    json_put_z(j, "way", m->entered ? "entered" : "left");
    customer_json(rq, j, "customer", card);
    json_close_object(j);
}

static enum rc moves_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct arena *a = request_arena(rq);
    struct audience_row row;
    struct audience_move *moves = NULL;
    struct customer_card *cards = NULL;
    int64_t before = INT64_MAX, limit = page_limit(rq), scope = request_caller(rq)->scope_account;
    int64_t entered = arg_given(rq, "way") ? str_eq(arg_str(rq, "way"), STR("entered")) : DB_NULL;
    size_t n = 0, cards_n = 0;
    str_to_i64(page_cursor(rq), &before);
    enum rc rc = audience_load(tx, arg_int(rq, "audience_id"), &row, e);
    if (rc == RC_OK)
        rc = audience_moves(tx, row.id, scope, entered, before, limit + 1, &moves, &n, e);
    if (rc != RC_OK)
        return rc;
    bool more = n > (size_t)limit;
    n = more ? (size_t)limit : n;
    int64_t *ids = ARENA_ARRAY(a, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = moves[i].customer_id;
    rc = customer_cards(tx, request_app(rq)->keys, scope, ids, n, &cards, &cards_n, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    for (size_t i = 0, k = 0; i < n; i++)
        if (k < cards_n && cards[k].id == moves[i].customer_id)
            put_move(rq, &moves[i], &cards[k++]);
    listing_close(rq, more ? arena_printf(a, "%" PRId64, moves[n - 1].id) : STR_ABSENT, -1);
    return RC_OK;
}

const struct route route_audience_moves = {
    .method = GET,
    .path = "/api/audiences/{audience_id}/moves",
    .name = "audience_moves",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_AUDIENCE_ID,
             {"way", ARG_CHOICE, .choices = "entered|left", .zh = "只看进入的或离开的",
              .en = "only who entered, or who left"},
             ARGS_PAGE},
    .run = moves_run,
    .zh = "谁进入、谁离开了实时人群，最近的在前。",
    .en = "Who entered and who left a live audience, newest first.",
    .reply = "AudienceMoves",
};

/* ---- sizes ---- */

static void put_size(struct json *j, const struct audience_size *s)
{
    json_open_object(j, NULL);
    json_put_int(j, "at_s", s->hour_s);
    json_put_day(j, "day", calendar_day_of(s->hour_s));
    json_put_int(j, "size", s->size);
    json_put_int(j, "entered", s->entered);
    json_put_int(j, "left", s->left);
    json_put_int(j, "gone", s->gone);
    json_put_int(j, "unlisted", s->unlisted);
    json_put_bool(j, "began", s->began);
    json_close_object(j);
}

/* Hours as days of the corp's zone, in place; an hour belongs to the day in which it begins. */
static size_t sum_days(struct audience_size *list, size_t n)
{
    size_t days = 0;
    for (size_t i = 0; i < n; i++) {
        struct audience_size hour = list[i];
        int64_t start_s = calendar_day_start_s(calendar_day_of(hour.hour_s));
        if (days == 0 || list[days - 1].hour_s != start_s)
            list[days++] = (struct audience_size){.hour_s = start_s};
        struct audience_size *day = &list[days - 1];
        day->size = hour.size;
        day->entered += hour.entered;
        day->left += hour.left;
        day->gone += hour.gone;
        day->unlisted += hour.unlisted;
        day->began |= hour.began;
    }
    return days;
}

static enum rc sizes_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct audience_row row;
    struct audience_size *list = NULL;
    size_t n = 0;
    int32_t today = calendar_day_of(tx_now_s(tx));
    int32_t days = (int32_t)arg_int_or(rq, "days", SIZE_DAYS);
    enum rc rc = audience_load(tx, arg_int(rq, "audience_id"), &row, e);
    if (rc == RC_OK)
        rc = audience_sizes(tx, row.id, calendar_day_start_s(today - days + 1), &list, &n, e);
    if (rc != RC_OK)
        return rc;
    if (!str_eq(arg_str(rq, "by"), STR("hour")))
        n = sum_days(list, n);
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n; i++)
        put_size(j, &list[i]);
    listing_close(rq, STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_audience_sizes = {
    .method = GET,
    .path = "/api/audiences/{audience_id}/sizes",
    .name = "audience_sizes",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_WHOLE,
    .args = {ARG_AUDIENCE_ID,
             {"by", ARG_CHOICE, .choices = "day|hour", .zh = "按天（默认）或按小时",
              .en = "by day, unless told, or by hour"},
             {"days", ARG_INT, .min = 1, .max = SIZE_DAYS_MOST, .zh = "最近多少天，默认 30",
              .en = "of how many days up to today, 30 unless told"}},
    .run = sizes_run,
    .zh = "实时人群的人数变化：多少人进入、离开，最后有多少人；早的在前。",
    .en = "How large a live audience was, and how many entered and left; oldest first.",
    .reply = "AudienceSizes",
};

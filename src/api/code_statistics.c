/* code_statistics.c — what codes brought, by code, member of staff, hour or day. Only customers in
 * the caller's data scope count. Costs a reading of the entries of those days: a probe or two for
 * each.
 */
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "domain/code_stats.h"
#include "store/code.h"

static void put_counts(struct json *j, const struct code_stats_row *r)
{
    json_put_int(j, "friends", r->friends);
    json_put_int(j, "joined", r->joined);
    json_put_int(j, "new_customers", r->fresh);
    json_put_int(j, "old_customers", r->old);
    json_put_int(j, "buyers", r->buyers);
    json_put_int(j, "friends_7d", r->aged);
    json_put_int(j, "ended_1d", r->ended_1d);
    json_put_int(j, "ended_7d", r->ended_7d);
    json_put_int(j, "ordered_7d", r->ordered);
    json_put_int(j, "orders", r->orders);
    json_put_int(j, "amount_fen", r->amount_fen);
}

static enum code_stats_by by_of(struct str word)
{
    return str_eq(word, STR("staff"))  ? CODE_BY_STAFF
           : str_eq(word, STR("hour")) ? CODE_BY_HOUR
           : str_eq(word, STR("day"))  ? CODE_BY_DAY
                                       : CODE_BY_CODE;
}

/* What a row is of; of somebody unknown (staff 0: members of groups) the name is null. */
static enum rc put_key(struct request *rq, struct tx *tx, enum code_stats_by by, int64_t key,
                       struct err *e)
{
    struct json *j = reply_json(rq);
    struct code c = {.name = STR_ABSENT};
    struct code_member m = {.staff_id = key, .name = STR_ABSENT};
    enum rc rc = RC_OK;
    if (by == CODE_BY_CODE)
        rc = code_load(tx, key, request_arena(rq), &c, e);
    if (by == CODE_BY_STAFF && key != 0)
        rc = code_member_fill(tx, &m, request_arena(rq), e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    json_put_named(j, "code", by == CODE_BY_CODE ? key : 0, c.name);
    json_put_named(j, "staff", by == CODE_BY_STAFF ? key : 0, m.name);
    json_put_known(j, "hour", by == CODE_BY_HOUR ? key : DB_NULL);
    json_put_day(j, "day", by == CODE_BY_DAY ? key : DB_NULL);
    return RC_OK;
}

static enum rc statistics(struct request *rq, struct tx *tx, struct err *e)
{
    struct report_range range;
    struct code_stats stats;
    enum code_stats_by by = by_of(arg_str(rq, "by"));
    enum rc rc = range_from_args(rq, tx, &range, false, e);
    if (rc != RC_OK)
        return rc;
    struct code_outcome_filter f = {
        .scope_account = request_caller(rq)->scope_account,
        .code_id = arg_int(rq, "code_id"),
        .from_s = calendar_day_start_s((int32_t)range.from_day),
        .to_s = calendar_day_start_s((int32_t)range.to_day + 1),
    };
    rc = code_stats_read(tx, &f, by, &stats, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_range(j, &range);
    json_put_null(j, "scans");
    json_open_object(j, "sum");
    put_counts(j, &stats.sum);
    json_close_object(j);
    json_open_array(j, "items");
    for (size_t i = 0; rc == RC_OK && i < stats.n; i++) {
        json_open_object(j, NULL);
        rc = put_key(rq, tx, by, stats.rows[i].key, e);
        put_counts(j, &stats.rows[i]);
        json_close_object(j);
    }
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)stats.n);
    json_close_object(j);
    return rc;
}

const struct route route_code_statistics = {
    .method = GET,
    .path = "/api/codes/statistics",
    .name = "code_statistics",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {{"by", ARG_CHOICE, .choices = "code|staff|hour|day",
              .zh = "按活码、员工、小时或日，默认活码",
              .en = "by code, member of staff, hour or day; code unless told"},
             {"code_id", ARG_ID, .zh = "只看此活码", .en = "of this code only"},
             ARGS_DAYS},
    .run = statistics,
    .zh = "活码带来的好友与入群，以及留存和 7 天内成交；企业微信不提供扫码次数，scans 恒为空",
    .en = "Friends and members that codes brought, who stayed and who bought within seven days; "
          "WeCom does not tell scans.",
    .reply = "CodeStatistics",
};

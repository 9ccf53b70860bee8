/* code_statistics.c — what codes brought, by code, member of staff, hour or day. Only customers in
 * the caller's data scope count; WeCom's clicks of links are the whole corp's, and shown to who
 * sees all of it. Costs a reading of the entries of those days: a probe or two for
 * each.
 */
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "domain/code_stats.h"
#include "store/code.h"

#include <math.h>

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
    bool rate = r->click_link_customer_cnt != DB_NULL && r->click_link_customer_cnt > 0 &&
                r->new_customer_cnt != DB_NULL;
    json_put_known(j, "click_link_customer_cnt", r->click_link_customer_cnt);
    json_put_known(j, "new_customer_cnt", r->new_customer_cnt);
    json_put_double(j, "added_rate",
                    rate ? (double)r->new_customer_cnt / (double)r->click_link_customer_cnt
                         : (double)NAN);
    json_put_known(j, "page_views", r->page_views);
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

/* What is null somewhere, and why. */
static void put_not_available(struct request *rq, bool by_day_or_code)
{
    static const struct {
        const char *key, *zh, *en;
    } WHY[] = {
        {"scans", "企业微信不提供扫码次数", "WeCom does not tell scans"},
        {"click_link_customer_cnt",
         "只有获客链接有点击数：企业微信按链接和日提供，昨天的数据次日早上才有；员工活码和群活码没"
         "有",
         "WeCom tells clicks of acquisition links only, by link and day, those of yesterday in the "
         "morning; staff and group codes have none"},
        {"page_views", "只有群活码有入群页", "only group codes have a page before joining"},
    };
    static const char *const BY_ZH = "企业微信不按员工或小时提供；请按活码或按日查看",
                             *const BY_EN = "not told by member of staff or hour: look by code or "
                                            "day";
    static const char *const SCOPE_ZH = "企业微信给出的是全企业的数；你的数据范围不是全部",
                             *const SCOPE_EN =
                                 "WeCom counts the whole corp, and your data scope is "
                                 "a part of it";
    struct json *j = reply_json(rq);
    bool part = request_caller(rq)->scope_account != 0, english = request_caller(rq)->english;
    json_open_array(j, "not_available");
    for (size_t i = 0; i < sizeof WHY / sizeof *WHY; i++) {
        const char *reason = english ? WHY[i].en : WHY[i].zh;
        if (i > 0 && !by_day_or_code)
            reason = english ? BY_EN : BY_ZH;
        else if (i == 1 && part)
            reason = english ? SCOPE_EN : SCOPE_ZH;
        json_open_object(j, NULL);
        json_put_z(j, "key", WHY[i].key);
        json_put_z(j, "reason", reason);
        json_close_object(j);
    }
    json_close_array(j);
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
    put_not_available(rq, by == CODE_BY_CODE || by == CODE_BY_DAY);
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
    .zh = "活码带来的好友与入群，以及留存和 7 "
          "天内成交，获客链接的点击数和群活码的入群页浏览；没有的说明原因",
    .en = "Friends and members that codes brought, who stayed and who bought within seven days; "
          "clicks of links and views of pages; what there is not, with the reason.",
    .reply = "CodeStatistics",
};

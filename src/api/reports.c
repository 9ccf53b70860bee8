/* reports.c — reports on orders, buyers, sources.
 *
 * `facts` and `sources` speak of the whole corp (orders of nobody known, costs) and need a data
 * scope of everything; the others are cut to the caller's customers. Days are civil days of the
 * corp's zone, both ends included; without them a report covers all orders there are. Ratios are
 * null where there is nothing to divide by.
 */
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "base/calendar.h"

#include <assert.h>
#include <math.h>

static enum report_unit unit_from(struct str name)
{
    return str_eq(name, STR("day"))    ? REPORT_DAY
           : str_eq(name, STR("week")) ? REPORT_WEEK
                                       : REPORT_MONTH;
}

/* ---- facts ---- */

static enum rc facts(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct report_facts f;
    enum rc rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_facts(board, arg_int(rq, "channel_id"), &f, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
#define PUT(name) json_put_int(j, #name, f.name)
    PUT(lines);
    PUT(lines_without_customer);
    PUT(cancellation_lines);
    PUT(cancellation_orders);
    PUT(adjustment_lines);
    PUT(negative_quantity_not_cancelled);
    PUT(zero_price_lines);
    PUT(negative_price_lines);
    PUT(exact_duplicate_lines);
    PUT(orders);
    PUT(orders_with_two_times);
    PUT(customers);
    PUT(sale_lines);
    PUT(sale_lines_with_customer);
    PUT(sale_orders_with_customer);
    PUT(buyers);
    PUT(repeat_buyers);
    PUT(sale_fen);
    PUT(sale_fen_with_customer);
    PUT(cancelled_fen);
    PUT(paid_orders);
    PUT(unpaid_orders);
    PUT(refunded_orders);
    PUT(total_fen);
    PUT(paid_fen);
    PUT(refunded_fen);
#undef PUT
    json_close_object(j);
    return RC_OK;
}

const struct route route_report_facts = {
    .method = GET,
    .path = "/api/reports/facts",
    .name = "report_facts",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_WHOLE,
    .args = {ARG_CHANNEL},
    .run = facts,
    .zh = "订单数据的事实：行数、异常、金额",
    .en = "What there is in the order data: lines, oddities, sums.",
    .reply = "Facts",
};

/* ---- revenue ---- */

static void put_period(struct json *j, const struct report_period *p)
{
    json_open_object(j, NULL);
    json_put_day(j, "start_day", p->start_day);
    json_put_int(j, "placed", p->placed);
    json_put_int(j, "orders", p->orders);
    json_put_int(j, "buyers", p->buyers);
    json_put_int(j, "new_buyers", p->new_buyers);
    json_put_int(j, "repeat_buyers", p->buyers - p->new_buyers);
    json_put_int(j, "sale_fen", p->sale_fen);
    json_put_int(j, "refunded_fen", p->refunded_fen);
    json_put_int(j, "spend_fen", p->sale_fen - p->refunded_fen);
    if (p->orders == 0)
        json_put_null(j, "average_fen");
    else
        json_put_int(j, "average_fen", llround(report_ratio(p->sale_fen, p->orders)));
    json_close_object(j);
}

static enum rc revenue(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct report_range range;
    struct report_period *list;
    size_t n;
    enum rc rc = range_from_args(rq, tx, &range, true, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_periods(board, &range, unit_from(arg_str(rq, "unit")), &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_range(j, &range);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++)
        put_period(j, &list[i]);
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_report_revenue = {
    .method = GET,
    .path = "/api/reports/revenue",
    .name = "report_revenue",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_DAYS,
             {"unit", ARG_CHOICE, .choices = "month|week|day", .zh = "按月、周、日，默认月",
              .en = "by month (unless told), week or day"},
             ARG_CHANNEL},
    .run = revenue,
    .zh = "各期的销售额、买家、新客与老客、退款",
    .en = "Sales, buyers new and returning, refunds by period. New: the first purchase ever falls "
          "into the period.",
    .reply = "Revenue",
};

/* ---- repurchase ---- */

static void put_intervals(struct json *j, const struct report_days_row *rows, size_t n)
{
    json_open_object(j, "interval_days");
    json_put_double(j, "median", report_median(rows, n));
    json_put_double(j, "mean", report_mean(rows, n));
    json_close_object(j);
    json_open_array(j, "intervals");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "days", rows[i].days);
        json_put_int(j, "count", rows[i].count);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_months(struct json *j, const struct report_period *list, size_t n)
{
    json_open_array(j, "by_month");
    for (size_t i = 0; i < n; i++) {
        int64_t repeat = list[i].buyers - list[i].new_buyers;
        json_open_object(j, NULL);
        json_put_day(j, "start_day", list[i].start_day);
        json_put_int(j, "buyers", list[i].buyers);
        json_put_int(j, "repeat_buyers", repeat);
        json_put_double(j, "rate", report_ratio(repeat, list[i].buyers));
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc repurchase(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct report_range range;
    struct report_buyers b;
    struct report_period *months;
    struct report_days_row *gaps;
    size_t month_n, gap_n;
    enum rc rc = range_from_args(rq, tx, &range, true, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_buyers(board, &range, &b, e);
    if (rc == RC_OK)
        rc = board_periods(board, &range, REPORT_MONTH, &months, &month_n, e);
    if (rc == RC_OK)
        rc = board_intervals(board, &range, &gaps, &gap_n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_range(j, &range);
    json_put_int(j, "buyers", b.buyers);
    json_put_int(j, "repeat_buyers", b.repeat_buyers);
    json_put_double(j, "rate", report_ratio(b.repeat_buyers, b.buyers));
    json_put_double(j, "frequency", report_ratio(b.purchases, b.buyers));
    put_months(j, months, month_n);
    put_intervals(j, gaps, gap_n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_report_repurchase = {
    .method = GET,
    .path = "/api/reports/repurchase",
    .name = "report_repurchase",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_DAYS, ARG_CHANNEL},
    .run = repurchase,
    .zh = "复购率、频次、间隔；按月的复购买家是此前买过的人",
    .en = "Repurchase rate, frequency, intervals. By month, who had bought before that month "
          "counts as returning.",
    .reply = "Repurchase",
};

/* ---- cohorts ---- */

/* How many periods from one first day to another. */
static int64_t periods_between(int64_t from_day, int64_t to_day, enum report_unit unit)
{
    if (unit == REPORT_WEEK)
        return (to_day - from_day) / 7;
    int y1, m1, d1, y2, m2, d2;
    calendar_civil_from_day((int32_t)from_day, &y1, &m1, &d1);
    calendar_civil_from_day((int32_t)to_day, &y2, &m2, &d2);
    return (y2 - y1) * 12 + (m2 - m1);
}

/* Puts the row of one cohort, whose active periods are rows[0 … n), with zeros between. Returns
 * nothing to be done: the cells end with the last period of the report. */
static void put_cohort(struct json *j, const struct report_cohort_row *rows, size_t n,
                       int64_t last_day, enum report_unit unit)
{
    json_open_object(j, NULL);
    json_put_day(j, "start_day", rows[0].cohort_day);
    int64_t first = rows[0].active_day == rows[0].cohort_day ? rows[0].customers : 0;
    json_put_int(j, "customers", first);
    json_open_array(j, "active");
    int64_t cells = periods_between(rows[0].cohort_day, last_day, unit) + 1;
    size_t at = 0;
    for (int64_t k = 0; k < cells; k++) {
        bool here = at < n && periods_between(rows[0].cohort_day, rows[at].active_day, unit) == k;
        json_put_int(j, NULL, here ? rows[at++].customers : 0);
    }
    json_close_array(j);
    json_close_object(j);
}

static enum rc cohorts(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    enum report_unit unit = unit_from(arg_str(rq, "unit"));
    struct report_range range;
    struct report_cohort_row *rows;
    size_t n;
    enum rc rc = range_from_args(rq, tx, &range, true, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_cohorts(board, &range, unit, &rows, &n, e);
    if (rc != RC_OK)
        return rc;
    int32_t to = (int32_t)range.to_day;
    int64_t last_day = unit == REPORT_WEEK ? calendar_week_start(to) : calendar_month_start(to);
    int32_t from = (int32_t)range.from_day;
    int64_t first_day =
        unit == REPORT_WEEK ? calendar_week_start(from) : calendar_month_start(from);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "cohorts");
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && rows[end].cohort_day == rows[i].cohort_day)
            end++;
        if (rows[i].cohort_day >= first_day) /* earlier ones were not seen from their beginning */
            put_cohort(j, rows + i, end - i, last_day, unit);
        i = end;
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_report_cohorts = {
    .method = GET,
    .path = "/api/reports/cohorts",
    .name = "report_cohorts",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_DAYS,
             {"unit", ARG_CHOICE, .choices = "month|week", .zh = "按月或周，默认月",
              .en = "by month (unless told) or week"},
             ARG_CHANNEL},
    .run = cohorts,
    .zh = "按首单时间分组的留存：各组在其后各期仍有购买的人数",
    .en = "Cohorts by first purchase ever, and how many of each bought in every later period.",
    .reply = "Cohorts",
};

/* ---- first purchase ---- */

static void put_buckets(struct json *j, const struct report_days_row *rows, size_t n)
{
    static const int64_t ends[] = {0, 1, 3, 7, 14, 30, 60, 90, 180, 365};
    enum { ENDS = sizeof ends / sizeof ends[0] };
    size_t at = 0;
    while (at < n && rows[at].days < 0)
        at++;
    json_open_array(j, "buckets");
    for (size_t b = 0; b <= ENDS; b++) {
        int64_t customers = 0;
        while (at < n && (b == ENDS || rows[at].days <= ends[b]))
            customers += rows[at++].count;
        json_open_object(j, NULL);
        json_put_int(j, "days_from", b == 0 ? 0 : ends[b - 1] + 1);
        if (b < ENDS)
            json_put_int(j, "days_to", ends[b]);
        else
            json_put_null(j, "days_to");
        json_put_int(j, "customers", customers);
        json_close_object(j);
    }
    json_close_array(j);
}

static enum rc first_purchase(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    int64_t scope = request_caller(rq)->scope_account;
    struct report_days_row *rows;
    size_t n;
    int64_t never;
    enum rc rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_first_purchase(board, scope, &rows, &n, e);
    if (rc == RC_OK)
        rc = board_never_bought(board, scope, &never, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_double(j, "median_days", report_median(rows, n));
    json_put_double(j, "mean_days", report_mean(rows, n));
    put_buckets(j, rows, n);
    json_put_int(j, "before", n > 0 && rows[0].days < 0 ? rows[0].count : 0);
    json_put_int(j, "never", never);
    json_close_object(j);
    return RC_OK;
}

const struct route route_report_first_purchase = {
    .method = GET,
    .path = "/api/reports/first-purchase",
    .name = "report_first_purchase",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .run = first_purchase,
    .zh = "从添加到首单的天数；before 为添加前已买，never 为尚未购买",
    .en = "Days from becoming a friend to the first purchase; before: had bought already; never: "
          "not yet.",
    .reply = "FirstPurchase",
};

/* ---- provinces ---- */

static enum rc provinces(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct report_range range;
    struct report_province *list;
    size_t n;
    enum rc rc = range_from_args(rq, tx, &range, true, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_provinces(board, &range, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_range(j, &range);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_str(j, "province", list[i].province);
        json_put_int(j, "orders", list[i].orders);
        json_put_int(j, "paid_orders", list[i].paid_orders);
        json_put_int(j, "paid_fen", list[i].paid_fen);
        json_put_int(j, "refunded_fen", list[i].refunded_fen);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_report_provinces = {
    .method = GET,
    .path = "/api/reports/provinces",
    .name = "report_provinces",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_DAYS, ARG_CHANNEL},
    .run = provinces,
    .zh = "各省份的订单，按下单日期",
    .en = "Orders by province, by the day they were placed.",
    .reply = "Provinces",
};

/* ---- sources ---- */

struct spent {
    int64_t fixed, traffic, all;
};

static struct spent spent_on(const struct report_cost *costs, size_t n, int64_t source_id,
                             const struct report_range *range)
{
    struct spent s = {0};
    for (size_t i = 0; i < n; i++) {
        if (costs[i].source_id != source_id)
            continue;
        int64_t share = report_cost_share(&costs[i], range->from_day, range->to_day);
        s.all += share;
        s.fixed += str_eq(costs[i].kind, STR("fixed")) ? share : 0;
        s.traffic += str_eq(costs[i].kind, STR("traffic")) ? share : 0;
    }
    return s;
}

/* First buyers of a source, or (`source_id` -1) of all together. */
static struct report_first_buyers first_buyers_of(const struct report_first_buyers *list, size_t n,
                                                  int64_t source_id)
{
    struct report_first_buyers sum = {.source_id = source_id};
    for (size_t i = 0; i < n; i++) {
        if (source_id >= 0 && list[i].source_id != source_id)
            continue;
        sum.friends += list[i].friends;
        sum.first_buyers += list[i].first_buyers;
    }
    return sum;
}

static void put_first_buyers(struct json *j, const struct report_first_buyers *f)
{
    json_put_int(j, "friends", f->friends);
    json_put_int(j, "first_buyers", f->first_buyers);
    json_put_double(j, "first_buyer_rate", report_ratio(f->first_buyers, f->friends));
}

static void put_source(struct json *j, const struct report_source *s, const struct spent *spent,
                       const struct report_first_buyers *first)
{
    json_open_object(j, NULL);
    json_put_named(j, "source", s->id, s->name);
    json_put_int(j, "customers", s->customers);
    json_put_int(j, "buyers", s->buyers);
    json_put_double(j, "conversion", report_ratio(s->buyers, s->customers));
    put_first_buyers(j, first);
    json_put_int(j, "fixed_fen", spent->fixed);
    json_put_int(j, "traffic_fen", spent->traffic);
    json_put_int(j, "cost_fen", spent->all);
    if (s->customers == 0)
        json_put_null(j, "cost_per_customer_fen");
    else
        json_put_int(j, "cost_per_customer_fen", llround(report_ratio(spent->all, s->customers)));
    json_put_int(j, "revenue_fen", s->revenue_fen);
    json_put_double(j, "roi", report_ratio(s->revenue_fen - spent->all, spent->all));
    json_close_object(j);
}

enum { WITHIN_DAYS = 7, WITHIN_MOST = 3650 };

static enum rc sources(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct report_range range;
    struct report_source *list;
    struct report_first_buyers *first;
    struct report_cost *costs;
    size_t n, first_n, cost_n;
    int64_t within = arg_int_or(rq, "within_days", WITHIN_DAYS);
    enum rc rc = range_from_args(rq, tx, &range, false, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_sources(board, &range, &list, &n, e);
    if (rc == RC_OK)
        rc = board_first_buyers(board, &range, within * 86400, &first, &first_n, e);
    if (rc == RC_OK)
        rc = report_costs(tx, &range, &costs, &cost_n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_range(j, &range);
    struct report_first_buyers sum = first_buyers_of(first, first_n, -1);
    json_put_int(j, "within_days", within);
    json_put_bool(j, "complete",
                  calendar_day_start_s((int32_t)range.to_day + 1) + within * 86400 <= tx_now_s(tx));
    json_open_object(j, "sum");
    put_first_buyers(j, &sum);
    json_close_object(j);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++) {
        struct spent spent = spent_on(costs, cost_n, list[i].id, &range);
        sum = first_buyers_of(first, first_n, list[i].id);
        if (list[i].customers > 0 || spent.all > 0)
            put_source(j, &list[i], &spent, &sum);
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_report_sources = {
    .method = GET,
    .path = "/api/reports/sources",
    .name = "report_sources",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_WHOLE,
    .args = {ARGS_DAYS,
             {"within_days", ARG_INT, .min = 1, .max = WITHIN_MOST,
              .zh = "新好友在添加后多少天内首次购买才算首购，默认 7",
              .en = "within how many days of becoming a friend a first purchase counts, 7 unless "
                    "told"}},
    .run = sources,
    .zh = "各来源在一段时间内的新客、首购、转化、成本、单客成本和投资回报",
    .en = "For each source in a window: new customers, first buyers, conversion, cost, cost a "
          "customer, return on investment.",
    .reply = "SourceReport",
};

/* report.c — arithmetic of reports.
 *
 * Costs are spread by cumulative rounding: the share of the first k of n days is round(k × amount /
 * n), and a range gets the difference of two such sums, so months of a yearly cost always add up to
 * it. Medians come from histograms of whole days, so they are exact for what is shown.
 */
#include "domain/report.h"

#include "base/calendar.h"
#include "base/money.h"

#include <assert.h>
#include <math.h>

enum { DAYS_MOST = 20000 };

enum rc report_range_fill(struct tx *tx, struct report_range *range, struct err *e)
{
    int64_t today = calendar_day_of(tx_now_s(tx));
    int64_t from = today - 29;
    int64_t to = today;
    enum rc rc = report_days(tx, &from, &to, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (range->from_day == DB_NULL)
        range->from_day = range->to_day != DB_NULL && range->to_day < from ? range->to_day : from;
    if (range->to_day == DB_NULL)
        range->to_day = range->from_day > to ? range->from_day : to;
    if (range->from_day > range->to_day) {
        err_set(e, RC_INVALID, "days_order", "to", "结束日期早于开始日期",
                "the last day is before the first");
        err_hint(e, "请对调两个日期", "swap the two days");
        return RC_INVALID;
    }
    if (range->to_day - range->from_day >= DAYS_MOST) {
        err_set(e, RC_LIMIT, "days_many", "from", "一次最多看 %d 天",
                "a report covers at most %d days", DAYS_MOST);
        err_hint(e, "请缩短时间范围", "choose a shorter range");
        return RC_LIMIT;
    }
    return RC_OK;
}

/* The k-th smallest value, from 0. */
static double value_at(const struct report_days_row *rows, size_t n, int64_t k)
{
    for (size_t i = 0; i < n; i++) {
        if (rows[i].days < 0)
            continue;
        if (k < rows[i].count)
            return (double)rows[i].days;
        k -= rows[i].count;
    }
    return NAN;
}

static int64_t count_all(const struct report_days_row *rows, size_t n)
{
    int64_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += rows[i].days >= 0 ? rows[i].count : 0;
    return count;
}

double report_median(const struct report_days_row *rows, size_t n)
{
    int64_t count = count_all(rows, n);
    if (count == 0)
        return NAN;
    return (value_at(rows, n, (count - 1) / 2) + value_at(rows, n, count / 2)) / 2;
}

double report_mean(const struct report_days_row *rows, size_t n)
{
    int64_t count = count_all(rows, n);
    double seconds = 0;
    for (size_t i = 0; i < n; i++)
        seconds += rows[i].days >= 0 ? (double)rows[i].seconds : 0;
    return count == 0 ? NAN : seconds / 86400 / (double)count;
}

int64_t report_share(int64_t amount, int64_t part, int64_t all)
{
    return money_share(amount, part, all);
}

int64_t report_cost_share(const struct report_cost *c, int64_t from_day, int64_t to_day)
{
    assert(c->from_day <= c->to_day && c->amount_fen >= 0);
    int64_t from = from_day > c->from_day ? from_day : c->from_day;
    int64_t to = to_day < c->to_day ? to_day : c->to_day;
    if (from > to)
        return 0;
    int64_t all = c->to_day - c->from_day + 1;
    return report_share(c->amount_fen, to - c->from_day + 1, all) -
           report_share(c->amount_fen, from - c->from_day, all);
}

double report_ratio(int64_t numerator, int64_t denominator)
{
    return denominator == 0 ? NAN : (double)numerator / (double)denominator;
}

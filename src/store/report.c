/* report.c — reports about orders, as SQL over the tables.
 *
 * Periods are made by the calendar table: it drives, and each of its days reads a range of the
 * index on order time, so a report costs a range scan of its window (about 1 µs an order) and knows
 * the corp's zone. First purchases come from customer_stats. These are the reference for the
 * mirror; at millions of orders a whole-history report takes seconds here.
 */
#include "store/report.h"

#include "base/calendar.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/order.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

/* clang-format off */
#define SUM(what) "CAST(coalesce(sum(" what "), 0) AS BIGINT)"
#define SUM_IF(cond, what) SUM("CASE WHEN " cond " THEN " what " ELSE 0 END")
#define COUNT_IF(what) SUM_IF(what, "1")
#define CHANNEL(param) "(" param " = 0 OR o.channel_id = " param ")"
#define SEEN_BY(param) SCOPE_CUSTOMER("b.root_id", param)
#define BUYER " JOIN customer b ON b.id = o.customer_id"
/* As conditions that SQLite cannot take for a reason to build an index on nature: the range of time
 * is the way in. */
#define BOUGHT "CASE WHEN " ORDER_IS_PURCHASE("o") " THEN 1 ELSE 0 END = 1"
#define PLACED "CASE o.nature WHEN 'sale' THEN 1 ELSE 0 END = 1"
#define CANCELLED "CASE o.nature WHEN 'cancellation' THEN 1 ELSE 0 END = 1"

static const struct sql ORDER_DAYS = {
    .text = "SELECT (SELECT min(at_s) FROM orders), (SELECT max(at_s) FROM orders)",
    .out = "II",
};

/* ---- facts: $1 channel ---- */

#define LINES " FROM order_item i /*scan*/ JOIN orders o ON o.id = i.order_id WHERE " CHANNEL("$1")
static const struct sql FACTS_LINES = {
    .text = "SELECT count(*), " COUNT_IF("i.customer_id IS NULL")
            ", " COUNT_IF("i.nature = 'cancel'") ", " COUNT_IF("i.nature = 'adjust'")
            ", " COUNT_IF("i.quantity < 0 AND o.nature <> 'cancellation'")
            ", " COUNT_IF("i.unit_price_micro = 0") ", " COUNT_IF("i.unit_price_micro < 0")
            ", " COUNT_IF("i.nature = 'sale'")
            ", " COUNT_IF("i.nature = 'sale' AND i.customer_id IS NOT NULL")
            ", " SUM_IF("i.nature = 'cancel'", "i.amount_fen") LINES,
    .in = "i",
    .out = "iiiiiiiiii",
};
static const struct sql FACTS_TWICE = {
    .text = "SELECT " SUM("q.n - 1") " FROM (SELECT count(*) AS n" LINES
            " GROUP BY i.order_id, i.product_id, i.at_s, i.quantity, i.unit_price_micro,"
            " i.name_hash HAVING count(*) > 1) q",
    .in = "i",
    .out = "i",
};
static const struct sql FACTS_TIMES = {
    .text = "SELECT count(*) FROM (SELECT i.order_id" LINES
            " GROUP BY i.order_id HAVING min(i.at_s) < max(i.at_s)) q",
    .in = "i",
    .out = "i",
};
static const struct sql FACTS_ORDERS = {
    .text = "SELECT count(*), " COUNT_IF("o.nature = 'cancellation'") ", count(DISTINCT b.root_id)"
            ", " COUNT_IF(ORDER_IS_PURCHASE("o") " AND o.customer_id IS NOT NULL")
            ", " SUM("o.sale_fen") ", " SUM_IF("o.customer_id IS NOT NULL", "o.sale_fen")
            ", " COUNT_IF("o.nature = 'sale' AND o.paid_s IS NOT NULL")
            ", " COUNT_IF("o.nature = 'sale' AND o.paid_s IS NULL")
            ", " COUNT_IF("o.nature = 'sale' AND o.refunded_fen > 0")
            ", " SUM_IF("o.nature = 'sale'", "o.total_fen") ", " SUM("o.paid_fen")
            ", " SUM("o.refunded_fen")
            " FROM orders o /*scan*/ LEFT" BUYER " WHERE " CHANNEL("$1"),
    .in = "i",
    .out = "iiiiiiiiiiii",
};
static const struct sql FACTS_BUYERS = {
    .text = "SELECT count(*), " COUNT_IF("q.n >= 2") " FROM (SELECT count(*) AS n"
            " FROM orders o /*scan*/" BUYER " WHERE " ORDER_IS_PURCHASE("o") " AND " CHANNEL("$1")
            " GROUP BY b.root_id) q",
    .in = "i",
    .out = "ii",
};

/* ---- periods: $1 scope, $2 channel, $3 … $4 days ---- */

#define DAYS "d.day >= $3 AND d.day <= $4"
#define ON_DAY(column) column " >= d.start_s AND " column " < d.end_s"
/* An order of nobody known counts for those who see everything. */
#define SEEN "($1 = 0 OR b.id IS NOT NULL)"
#define PERIODS(unit)                                                                              \
    {                                                                                              \
        .text = "SELECT d." unit ", count(CASE WHEN " SEEN " THEN o.id END)"                       \
                ", count(CASE WHEN " SEEN " AND " BOUGHT " THEN o.id END)"                         \
                ", count(DISTINCT CASE WHEN " BOUGHT " THEN b.root_id END)"                        \
                ", count(DISTINCT CASE WHEN " BOUGHT " AND s.first_order_s >= p.start_s"           \
                " THEN b.root_id END)"                                                             \
                ", " SUM_IF(SEEN " AND " BOUGHT, "o.sale_fen")                                     \
                " FROM calendar d CROSS JOIN calendar p"                                           \
                " LEFT JOIN orders o ON " ON_DAY("o.at_s") " AND " CHANNEL("$2") " AND " PLACED    \
                " LEFT" BUYER " AND " SEEN_BY("$1")                                                \
                " LEFT JOIN customer_stats s ON s.customer_id = b.root_id"                         \
                " WHERE " DAYS " AND p.day = d." unit " GROUP BY d." unit " ORDER BY 1",           \
        .in = "iiii", .out = "iiiiii",                                                             \
    }
static const struct sql PERIODS_DAY = PERIODS("day");
static const struct sql PERIODS_WEEK = PERIODS("week_day");
static const struct sql PERIODS_MONTH = PERIODS("month_day");

#define REFUNDS(unit)                                                                              \
    {                                                                                              \
        .text = "SELECT q.start_day, " SUM("q.amount_fen") " FROM ("                               \
                "SELECT d." unit " AS start_day, r.amount_fen FROM calendar d CROSS JOIN refund r" \
                " JOIN orders o ON o.id = r.order_id LEFT" BUYER                                   \
                " WHERE " DAYS " AND " ON_DAY("r.at_s") " AND " CHANNEL("$2")                      \
                " AND " SEEN_BY("$1")                                                              \
                " UNION ALL SELECT d." unit ", o.refunded_fen FROM calendar d CROSS JOIN orders o" \
                " LEFT" BUYER " WHERE " DAYS " AND " ON_DAY("o.at_s") " AND " CANCELLED            \
                " AND " CHANNEL("$2") " AND " SEEN_BY("$1") ") q GROUP BY q.start_day ORDER BY 1", \
        .in = "iiii", .out = "ii",                                                                 \
    }
static const struct sql REFUNDS_DAY = REFUNDS("day");
static const struct sql REFUNDS_WEEK = REFUNDS("week_day");
static const struct sql REFUNDS_MONTH = REFUNDS("month_day");

/* ---- buyers: $1 scope, $2 channel, $3 … $4 instants ---- */

#define WITHIN "o.at_s >= $3 AND o.at_s < $4 AND " CHANNEL("$2") " AND " SEEN_BY("$1")
#define PURCHASES " FROM orders o" BUYER " WHERE " WITHIN " AND " BOUGHT
static const struct sql BUYERS = {
    .text = "SELECT count(*), " COUNT_IF("q.n >= 2") ", " SUM("q.n") " FROM (SELECT count(*) AS n"
            PURCHASES " GROUP BY b.root_id) q",
    .in = "iiii",
    .out = "iii",
};
static const struct sql DECILES = {
    .text = "SELECT (q.place - 1) * 10 / q.n, count(*), " SUM("q.spent") ", min(q.spent) FROM ("
            "SELECT g.spent, row_number() OVER (ORDER BY g.spent DESC, g.root_id) AS place,"
            " count(*) OVER () AS n FROM (SELECT b.root_id, " SUM("o.sale_fen") " AS spent"
            PURCHASES " GROUP BY b.root_id) g) q GROUP BY 1 ORDER BY 1",
    .in = "iiii",
    .out = "iiii",
};
static const struct sql INTERVALS = {
    .text = "SELECT q.gap_s / 86400, count(*), " SUM("q.gap_s") " FROM (SELECT o.at_s - lag(o.at_s)"
            " OVER (PARTITION BY b.root_id ORDER BY o.at_s, o.id) AS gap_s" PURCHASES
            ") q WHERE q.gap_s IS NOT NULL GROUP BY 1 ORDER BY 1",
    .in = "iiii",
    .out = "iii",
};

static const struct sql FIRST_PURCHASE = {
    .text = "SELECT q.days, count(*), " SUM("q.gap_s") " FROM (SELECT"
            " CASE WHEN s.first_order_s < c.added_s THEN -1"
            " ELSE (s.first_order_s - c.added_s) / 86400 END AS days,"
            " s.first_order_s - c.added_s AS gap_s"
            " FROM customer_stats s /*scan*/ JOIN customer c ON c.id = s.customer_id"
            " WHERE c.added_s IS NOT NULL AND c.root_id = c.id AND c.erased_s IS NULL AND "
            SCOPE_CUSTOMER("c.id", "$1") ") q GROUP BY q.days ORDER BY 1",
    .in = "i",
    .out = "iii",
};
static const struct sql NEVER_BOUGHT = {
    .text = "SELECT count(*) FROM customer c"
            " WHERE c.listed_s > 0 AND c.root_id = c.id AND c.erased_s IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM customer_stats s WHERE s.customer_id = c.id) AND "
            SCOPE_CUSTOMER("c.id", "$1"),
    .in = "i",
    .out = "i",
};

/* ---- cohorts: by first purchase ever ---- */

#define COHORTS(unit)                                                                              \
    {                                                                                              \
        .text = "SELECT q.cohort_day, q.active_day, count(*) FROM (SELECT DISTINCT"                \
                " (SELECT f." unit " FROM calendar f WHERE f.start_s <= s.first_order_s"           \
                " ORDER BY f.start_s DESC LIMIT 1) AS cohort_day,"                                 \
                " d." unit " AS active_day, s.customer_id"                                         \
                " FROM calendar d CROSS JOIN orders o CROSS JOIN customer b"                       \
                " CROSS JOIN customer_stats s WHERE " DAYS " AND " ON_DAY("o.at_s") " AND " BOUGHT \
                " AND " CHANNEL("$2") " AND b.id = o.customer_id AND s.customer_id = b.root_id"    \
                " AND " SEEN_BY("$1") ") q GROUP BY 1, 2 ORDER BY 1, 2",                           \
        .in = "iiii", .out = "iii",                                                                \
    }
static const struct sql COHORTS_WEEK = COHORTS("week_day");
static const struct sql COHORTS_MONTH = COHORTS("month_day");

static const struct sql PROVINCES = {
    .text = "SELECT o.province, count(*), " COUNT_IF("o.paid_s IS NOT NULL") ", " SUM("o.paid_fen")
            ", " SUM("o.refunded_fen") " FROM orders o LEFT" BUYER
            " WHERE " WITHIN " AND o.nature = 'sale' GROUP BY o.province ORDER BY 2 DESC, 1",
    .in = "iiii",
    .out = "Siiii",
};

/* ---- sources: $1 … $2 instants ---- */

static const struct sql SOURCES = {
    .text = "SELECT f.id, f.name, coalesce(n.customers, 0), coalesce(n.buyers, 0),"
            " coalesce(n.revenue_fen, 0) FROM source f /*scan*/ LEFT JOIN ("
            "SELECT q.source_id, count(*) AS customers, " COUNT_IF("q.orders > 0") " AS buyers, "
            SUM("q.spend_fen") " AS revenue_fen FROM ("
            "SELECT c.id, c.source_id, " COUNT_IF(BOUGHT) " AS orders, "
            SUM("CASE WHEN " BOUGHT " THEN o.sale_fen ELSE 0 END - o.refunded_fen") " AS spend_fen"
            " FROM customer c LEFT JOIN customer m ON m.root_id = c.id"
            " LEFT JOIN orders o ON o.customer_id = m.id AND o.at_s >= $1 AND o.at_s < $2"
            " WHERE c.root_id = c.id AND c.erased_s IS NULL AND c.source_id IS NOT NULL"
            " AND coalesce(c.added_s, c.first_s) >= $1 AND coalesce(c.added_s, c.first_s) < $2"
            " GROUP BY c.id, c.source_id) q GROUP BY q.source_id) n ON n.source_id = f.id"
            " ORDER BY f.name, f.id",
    .in = "ii",
    .out = "isiii",
};
static const struct sql SOURCE_NAMES = {
    .text = "SELECT id, name FROM source /*scan*/ ORDER BY name, id",
    .out = "is",
};
static const struct sql FIRST_BUYERS = {
    .text = "SELECT coalesce(c.source_id, 0), count(*), " COUNT_IF("s.first_order_s >= c.added_s"
            " AND s.first_order_s - c.added_s <= $3") " FROM customer c"
            " LEFT JOIN customer_stats s ON s.customer_id = c.id"
            " WHERE c.listed_s >= $1 AND c.listed_s < $2 AND c.added_s IS NOT NULL"
            " AND c.root_id = c.id AND c.erased_s IS NULL GROUP BY 1",
    .in = "iii",
    .out = "iii",
};
static const struct sql COSTS = {
    .text = "SELECT source_id, from_day, to_day, amount_fen, kind FROM cost /*scan*/"
            " WHERE from_day <= $2 AND to_day >= $1",
    .in = "ii",
    .out = "iiiis",
};

/* ---- today ---- */

static const struct sql FRIENDS = {
    .text = "SELECT d.day, (SELECT count(*) FROM customer c"
            " WHERE " ON_DAY("c.listed_s") " AND c.root_id = c.id AND c.erased_s IS NULL AND "
            SCOPE_CUSTOMER("c.id", "$1")
            ") FROM calendar d WHERE d.day >= $2 AND d.day <= $3 ORDER BY d.day",
    .in = "iii",
    .out = "ii",
};
static const struct sql DUE_JOBS = {
    .text = "SELECT count(*) FROM job WHERE state = 'failed' AND ended_us > $1",
    .in = "i",
    .out = "i",
};
static const struct sql DUE_LINES = {
    .text = "SELECT " SUM("rejected") " FROM batch /*scan*/"
            " WHERE created_s > $1 AND state = 'done'",
    .in = "i",
    .out = "i",
};
static const struct sql DUE_SOURCES = {
    .text = "SELECT count(*) FROM source f /*scan*/"
            " WHERE f.archived_s IS NULL AND f.kind <> 'import'"
            " AND EXISTS (SELECT 1 FROM customer c WHERE c.source_id = f.id AND c.listed_s >= $1"
            " AND c.root_id = c.id AND c.erased_s IS NULL)"
            " AND NOT EXISTS (SELECT 1 FROM cost o WHERE o.source_id = f.id AND o.to_day >= $2)",
    .in = "ii",
    .out = "i",
};
static const struct sql DUE_FRIENDS = {
    .text = "SELECT count(*) FROM customer c"
            " WHERE c.listed_s >= $2 AND c.root_id = c.id AND c.erased_s IS NULL"
            " AND (c.stage_id IS NULL OR c.stage_id = (SELECT g.id FROM stage g /*scan*/"
            " ORDER BY g.position, g.id LIMIT 1))"
            " AND NOT EXISTS (SELECT 1 FROM customer_stats s WHERE s.customer_id = c.id)"
            " AND NOT EXISTS (SELECT 1 FROM note n WHERE n.customer_id = c.id) AND "
            SCOPE_CUSTOMER("c.id", "$1"),
    .in = "ii",
    .out = "i",
};
static const struct sql FIRST_STAGE = {
    .text = "SELECT g.id FROM stage g /*scan*/ ORDER BY g.position, g.id LIMIT 1",
    .out = "i",
};
#define WITH_NOTE(ids)                                                                             \
    "SELECT count(*) FROM customer c WHERE c.id " ids                                              \
    " AND EXISTS (SELECT 1 FROM note n WHERE n.customer_id = c.id)"
static const struct sql NOTED = {
    .text = WITH_NOTE(IDS_LITE("$1")),
    .pg = WITH_NOTE(IDS_PG("$1")),
    .in = "s",
    .out = "i",
};
/* clang-format on */

STATEMENTS(report, &ORDER_DAYS, &FACTS_LINES, &FACTS_TWICE, &FACTS_TIMES, &FACTS_ORDERS,
           &FACTS_BUYERS, &PERIODS_DAY, &PERIODS_WEEK, &PERIODS_MONTH, &REFUNDS_DAY, &REFUNDS_WEEK,
           &REFUNDS_MONTH, &BUYERS, &DECILES, &INTERVALS, &FIRST_PURCHASE, &NEVER_BOUGHT,
           &COHORTS_WEEK, &COHORTS_MONTH, &PROVINCES, &SOURCES, &SOURCE_NAMES, &FIRST_BUYERS,
           &COSTS, &FRIENDS, &DUE_JOBS, &DUE_LINES, &DUE_SOURCES, &DUE_FRIENDS, &FIRST_STAGE,
           &NOTED);

/* The instants at which a range begins and ends. */
static int64_t start_s(const struct report_range *r)
{
    return calendar_day_start_s((int32_t)r->from_day);
}

static int64_t end_s(const struct report_range *r)
{
    return calendar_day_start_s((int32_t)r->to_day + 1);
}

enum rc report_days(struct tx *tx, int64_t *out_from_day, int64_t *out_to_day, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &ORDER_DAYS, &r, e);
    if (rc != RC_OK)
        return rc;
    bool any = !rows_null(r, 0);
    if (any) {
        *out_from_day = calendar_day_of(rows_int(r, 0));
        *out_to_day = calendar_day_of(rows_int(r, 1));
    }
    rc = rows_end(r, e);
    return rc == RC_OK && !any ? RC_NOT_FOUND : rc;
}

/* One row of whole numbers into `out`. */
static enum rc read_numbers(struct tx *tx, const struct sql *q, int64_t channel_id, int64_t *out,
                            int n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, q, &r, e, channel_id);
    if (rc != RC_OK)
        return rc;
    for (int i = 0; i < n; i++)
        out[i] = rows_int(r, i);
    return rows_end(r, e);
}

enum rc report_facts(struct tx *tx, int64_t channel_id, struct report_facts *out, struct err *e)
{
    int64_t lines[10], orders[12], buyers[2], twice, times;
    enum rc rc = read_numbers(tx, &FACTS_LINES, channel_id, lines, 10, e);
    if (rc == RC_OK)
        rc = read_numbers(tx, &FACTS_ORDERS, channel_id, orders, 12, e);
    if (rc == RC_OK)
        rc = read_numbers(tx, &FACTS_BUYERS, channel_id, buyers, 2, e);
    if (rc == RC_OK)
        rc = tx_int(tx, &FACTS_TWICE, &twice, e, channel_id);
    if (rc == RC_OK)
        rc = tx_int(tx, &FACTS_TIMES, &times, e, channel_id);
    if (rc != RC_OK)
        return rc;
    *out = (struct report_facts){
        .lines = lines[0],
        .lines_without_customer = lines[1],
        .cancellation_lines = lines[2],
        .adjustment_lines = lines[3],
        .negative_quantity_not_cancelled = lines[4],
        .zero_price_lines = lines[5],
        .negative_price_lines = lines[6],
        .sale_lines = lines[7],
        .sale_lines_with_customer = lines[8],
        .cancelled_fen = lines[9],
        .exact_duplicate_lines = twice,
        .orders_with_two_times = times,
        .orders = orders[0],
        .cancellation_orders = orders[1],
        .customers = orders[2],
        .sale_orders_with_customer = orders[3],
        .sale_fen = orders[4],
        .sale_fen_with_customer = orders[5],
        .paid_orders = orders[6],
        .unpaid_orders = orders[7],
        .refunded_orders = orders[8],
        .total_fen = orders[9],
        .paid_fen = orders[10],
        .refunded_fen = orders[11],
        .buyers = buyers[0],
        .repeat_buyers = buyers[1],
    };
    return RC_OK;
}

/* ---- periods ---- */

static enum rc add_refunds(struct tx *tx, const struct report_range *g, enum report_unit unit,
                           struct report_period *list, size_t n, struct err *e)
{
    static const struct sql *const by_unit[] = {&REFUNDS_DAY, &REFUNDS_WEEK, &REFUNDS_MONTH};
    struct rows *r;
    enum rc rc =
        tx_query(tx, by_unit[unit], &r, e, g->scope_account, g->channel_id, g->from_day, g->to_day);
    if (rc != RC_OK)
        return rc;
    size_t i = 0;
    while (rows_next(r)) {
        while (i < n && list[i].start_day < rows_int(r, 0))
            i++;
        if (i < n && list[i].start_day == rows_int(r, 0))
            list[i].refunded_fen = rows_int(r, 1);
    }
    return rows_end(r, e);
}

enum rc report_periods(struct tx *tx, const struct report_range *range, enum report_unit unit,
                       struct report_period **out, size_t *out_n, struct err *e)
{
    static const struct sql *const by_unit[] = {&PERIODS_DAY, &PERIODS_WEEK, &PERIODS_MONTH};
    struct rows *r;
    enum rc rc = tx_query(tx, by_unit[unit], &r, e, range->scope_account, range->channel_id,
                          range->from_day, range->to_day);
    if (rc != RC_OK)
        return rc;
    struct report_period *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct report_period){
            .start_day = rows_int(r, 0),
            .placed = rows_int(r, 1),
            .orders = rows_int(r, 2),
            .buyers = rows_int(r, 3),
            .new_buyers = rows_int(r, 4),
            .sale_fen = rows_int(r, 5),
        };
    rc = rows_end(r, e);
    if (rc == RC_OK)
        rc = add_refunds(tx, range, unit, list, n, e);
    *out = list;
    *out_n = n;
    return rc;
}

/* ---- buyers ---- */

enum rc report_buyers(struct tx *tx, const struct report_range *range, struct report_buyers *out,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &BUYERS, &r, e, range->scope_account, range->channel_id,
                         start_s(range), end_s(range));
    if (rc != RC_OK)
        return rc;
    *out = (struct report_buyers){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2)};
    return rows_end(r, e);
}

enum rc report_concentration(struct tx *tx, const struct report_range *range,
                             struct report_decile out[static REPORT_DECILES], struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &DECILES, &r, e, range->scope_account, range->channel_id,
                          start_s(range), end_s(range));
    if (rc != RC_OK)
        return rc;
    memset(out, 0, REPORT_DECILES * sizeof *out);
    while (rows_next(r)) {
        int64_t at = rows_int(r, 0);
        assert(at >= 0 && at < REPORT_DECILES);
        out[at] = (struct report_decile){rows_int(r, 1), rows_int(r, 2), rows_int(r, 3)};
    }
    return rows_end(r, e);
}

static enum rc read_days(struct tx *tx, struct rows *r, struct report_days_row **out, size_t *out_n,
                         struct err *e)
{
    struct report_days_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct report_days_row){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc report_intervals(struct tx *tx, const struct report_range *range,
                         struct report_days_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &INTERVALS, &r, e, range->scope_account, range->channel_id,
                          start_s(range), end_s(range));
    return rc == RC_OK ? read_days(tx, r, out, out_n, e) : rc;
}

enum rc report_first_purchase(struct tx *tx, int64_t scope_account, struct report_days_row **out,
                              size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &FIRST_PURCHASE, &r, e, scope_account);
    return rc == RC_OK ? read_days(tx, r, out, out_n, e) : rc;
}

enum rc report_never_bought(struct tx *tx, int64_t scope_account, int64_t *out, struct err *e)
{
    return tx_int(tx, &NEVER_BOUGHT, out, e, scope_account);
}

enum rc report_cohorts(struct tx *tx, const struct report_range *range, enum report_unit unit,
                       struct report_cohort_row **out, size_t *out_n, struct err *e)
{
    assert(unit != REPORT_DAY);
    struct rows *r;
    enum rc rc = tx_query(tx, unit == REPORT_WEEK ? &COHORTS_WEEK : &COHORTS_MONTH, &r, e,
                          range->scope_account, range->channel_id, range->from_day, range->to_day);
    if (rc != RC_OK)
        return rc;
    struct report_cohort_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct report_cohort_row){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc report_provinces(struct tx *tx, const struct report_range *range,
                         struct report_province **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &PROVINCES, &r, e, range->scope_account, range->channel_id,
                          start_s(range), end_s(range));
    if (rc != RC_OK)
        return rc;
    struct report_province *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct report_province){
            .province = rows_copy(r, 0, tx_arena(tx)),
            .orders = rows_int(r, 1),
            .paid_orders = rows_int(r, 2),
            .paid_fen = rows_int(r, 3),
            .refunded_fen = rows_int(r, 4),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* ---- sources ---- */

enum rc report_sources(struct tx *tx, const struct report_range *range, struct report_source **out,
                       size_t *out_n, struct err *e)
{
    assert(range->scope_account == 0);
    struct rows *r;
    enum rc rc = tx_query(tx, &SOURCES, &r, e, start_s(range), end_s(range));
    if (rc != RC_OK)
        return rc;
    struct report_source *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct report_source){
            .id = rows_int(r, 0),
            .name = rows_copy(r, 1, tx_arena(tx)),
            .customers = rows_int(r, 2),
            .buyers = rows_int(r, 3),
            .revenue_fen = rows_int(r, 4),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc report_source_names(struct tx *tx, struct report_source **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &SOURCE_NAMES, &r, e);
    if (rc != RC_OK)
        return rc;
    struct report_source *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct report_source){.id = rows_int(r, 0), .name = rows_copy(r, 1, tx_arena(tx))};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc report_first_buyers(struct tx *tx, const struct report_range *range, int64_t within_s,
                            struct report_first_buyers **out, size_t *out_n, struct err *e)
{
    assert(range->scope_account == 0);
    struct rows *r;
    enum rc rc = tx_query(tx, &FIRST_BUYERS, &r, e, start_s(range), end_s(range), within_s);
    if (rc != RC_OK)
        return rc;
    struct report_first_buyers *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct report_first_buyers){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc report_costs(struct tx *tx, const struct report_range *range, struct report_cost **out,
                     size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &COSTS, &r, e, range->from_day, range->to_day);
    if (rc != RC_OK)
        return rc;
    struct report_cost *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct report_cost){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3),
                                 rows_copy(r, 4, tx_arena(tx))};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

/* ---- today ---- */

enum rc report_friends(struct tx *tx, const struct report_range *range,
                       struct report_day_count **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc =
        tx_query(tx, &FRIENDS, &r, e, range->scope_account, range->from_day, range->to_day);
    if (rc != RC_OK)
        return rc;
    struct report_day_count *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct report_day_count){rows_int(r, 0), rows_int(r, 1)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

int64_t report_due_since_s(int64_t today)
{
    return calendar_day_start_s((int32_t)today - 2);
}

enum rc report_unanswered(struct tx *tx, int64_t scope_account, int64_t since_s, int64_t *out,
                          struct err *e)
{
    return tx_int(tx, &DUE_FRIENDS, out, e, scope_account, since_s);
}

enum rc report_first_stage(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &FIRST_STAGE, out, e);
}

enum rc report_with_note(struct tx *tx, const int64_t *customers, size_t n, int64_t *out,
                         struct err *e)
{
    return tx_int(tx, &NOTED, out, e, ids_text(tx_arena(tx), customers, n));
}

enum rc report_due_else(struct tx *tx, int64_t scope_account, int64_t today, struct report_due *out,
                        struct err *e)
{
    int64_t week_s = tx_now_s(tx) - 7 * 86400;
    if (scope_account != 0)
        return RC_OK;
    enum rc rc = tx_int(tx, &DUE_JOBS, &out->failed_jobs, e, week_s * 1000000);
    if (rc == RC_OK)
        rc = tx_int(tx, &DUE_LINES, &out->rejected_lines, e, week_s);
    if (rc == RC_OK)
        rc = tx_int(tx, &DUE_SOURCES, &out->uncosted_sources, e,
                    calendar_day_start_s((int32_t)today - 29), today - 29);
    return rc;
}

enum rc report_due(struct tx *tx, int64_t scope_account, int64_t today, struct report_due *out,
                   struct err *e)
{
    *out = (struct report_due){0};
    enum rc rc =
        report_unanswered(tx, scope_account, report_due_since_s(today), &out->unanswered, e);
    return rc == RC_OK ? report_due_else(tx, scope_account, today, out, e) : rc;
}

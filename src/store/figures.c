/* figures.c — each figure is one statement that gives one double; all look at whole tables and say
 * so.
 *
 * Shares are fractions of 1. A division by nothing gives no row, so a figure of an empty corp is
 * "not found", never 0.
 */
#include "store/figures.h"

#include "store/order.h"
#include "store/statements.h"

#include <assert.h>

#define REAL(expression) "cast(" expression " AS DOUBLE PRECISION)"
#define ROOTS "customer c WHERE c.root_id = c.id AND c.erased_s IS NULL"
#define BOUGHT "orders o WHERE o.customer_id IS NOT NULL AND " ORDER_IS_PURCHASE("o")

static const struct sql CUSTOMERS = {
    .text = "SELECT " REAL("count(*)") " FROM " ROOTS " AND $1 = $1 /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql BUYER_SHARE = {
    .text =
        "SELECT " REAL("(SELECT count(*) FROM customer_stats)") " / nullif(count(*), 0) FROM " ROOTS
                                                                " AND $1 = $1 /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql REPURCHASE_RATE = {
    .text =
        "SELECT " REAL("sum(CASE WHEN s.orders >= 2 THEN 1 ELSE 0 END)") " / nullif(count(*), 0)"
                                                                         " FROM customer_stats s "
                                                                         "WHERE $1 = $1 /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql ORDERS_A_BUYER = {
    .text = "SELECT " REAL(
        "sum(s.orders)") " / nullif(count(*), 0) FROM customer_stats s WHERE $1 = $1 /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql AVERAGE_ORDER = {
    .text = "SELECT " REAL("sum(o.sale_fen)") " / nullif(count(*), 0) / 100 FROM " BOUGHT
                                              " AND o.at_s <= $1 /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql REFUND_SHARE = {
    .text = "SELECT " REAL(
        "sum(CASE WHEN o.refunded_fen > 0 THEN 1 ELSE 0 END)") " / nullif(count(*), 0) FROM " BOUGHT
                                                               " AND o.at_s <= $1 /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql FRIEND_RETENTION = {
    .text = "SELECT " REAL(
        "sum(CASE WHEN r.deleted_s IS NULL THEN 1 ELSE 0 END)") " / nullif(count(*), 0)"
                                                                " FROM relation r WHERE r.added_s "
                                                                "<= $1 - 2592000 /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql GROUP_RETENTION = {
    .text = "SELECT " REAL(
        "sum(CASE WHEN m.left_s IS NULL THEN 1 ELSE 0 END)") " / nullif(count(*), 0)"
                                                             " FROM group_member m WHERE "
                                                             "m.joined_s <= $1 /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql GROUP_SHARE = {
    .text = "SELECT " REAL(
        "(SELECT count(DISTINCT m.customer_id) FROM group_member m)") " / nullif(count(*), 0) "
                                                                      "FROM " ROOTS
                                                                      " AND $1 = $1 /*scan*/",
    .in = "i",
    .out = "D",
};
/* Orders of each local day, days without one included from the first order on. */
#define BY_DAY                                                                                     \
    "WITH span AS (SELECT min(at_s) AS from_s FROM orders), by_day AS (SELECT k.day, k.week_day, " \
    "k.month_day, k.start_s,"                                                                      \
    " count(o.id) AS orders FROM calendar k LEFT JOIN orders o ON o.at_s >= k.start_s AND o.at_s " \
    "< k.end_s"                                                                                    \
    " AND o.nature = 'sale' WHERE k.start_s >= (SELECT from_s FROM span) AND k.end_s <= $1"        \
    " GROUP BY k.day, k.week_day, k.month_day, k.start_s)"
static const struct sql
    WEEKEND_RATIO =
        {
            .text = BY_DAY " SELECT " REAL("sum(CASE WHEN day - week_day >= 5 THEN orders ELSE 0 "
                                           "END)") " / nullif(sum(CASE WHEN day - week_day >= 5 "
                                                   "THEN 1 ELSE 0 END), 0)"
                                                   " / nullif(" REAL(
                                                       "sum(CASE WHEN day - week_day < 5 THEN "
                                                       "orders ELSE 0 END)") " / nullif(sum(CASE "
                                                                             "WHEN day - week_day "
                                                                             "< 5 THEN 1 ELSE 0 "
                                                                             "END), 0), 0) FROM "
                                                                             "by_day /*scan*/",
            .in = "i",
            .out = "D",
};
/* Month of a civil day: months are told by where in the year they begin (0 … 365). */
static const struct sql
    SUMMER_RATIO =
        {
            .text = "WITH months AS (SELECT k.month_day, k.month_day - k.year_day AS into_year, "
                    "count(o.id) AS orders,"
                    " count(DISTINCT k.day) AS days FROM calendar k LEFT JOIN orders o ON o.at_s "
                    ">= k.start_s"
                    " AND o.at_s < k.end_s AND o.nature = 'sale' WHERE k.end_s <= $1 AND k.start_s "
                    "> $1 - 31536000"
                    " GROUP BY k.month_day, k.year_day)"
                    " SELECT " REAL("sum(CASE WHEN into_year BETWEEN 150 AND 215 THEN orders ELSE "
                                    "0 END)") " / nullif(sum(CASE WHEN into_year BETWEEN 150 AND "
                                              "215 THEN days ELSE 0 END), 0)"
                                              " / nullif(" REAL(
                                                  "sum(CASE WHEN into_year <= 61 THEN orders ELSE "
                                                  "0 END)") " / nullif(sum(CASE WHEN into_year <= "
                                                            "61 THEN days ELSE 0 END), 0), 0) FROM "
                                                            "months /*scan*/",
            .in = "i",
            .out = "D",
};
/* Mid-Autumn and Spring Festival move with the moon; a gift season shows as the busiest 16 days of
 * gift lines. */
static const struct sql GIFT_RATIO = {
    .text = "WITH gifts AS (SELECT k.day, count(i.seq) AS lines FROM order_item i JOIN product p "
            "ON p.id = i.product_id"
            " JOIN calendar k ON i.at_s >= k.start_s AND i.at_s < k.end_s WHERE p.category = "
            "'礼盒' AND i.at_s <= $1"
            " GROUP BY k.day), windows AS (SELECT g.day, sum(h.lines) AS lines FROM gifts g JOIN "
            "gifts h"
            " ON h.day BETWEEN g.day - 15 AND g.day GROUP BY g.day)"
            " SELECT " REAL("max(w.lines)") " / 16 / nullif(" REAL(
                "(SELECT sum(lines) FROM gifts)") " / nullif((SELECT max(day) - min(day) + 1 FROM "
                                                  "gifts), 0), 0) FROM windows w /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql FIRST_ORDER_DAYS = {
    .text =
        "WITH gaps AS (SELECT s.first_order_s - c.added_s AS gap_s FROM customer_stats s"
        " JOIN customer c ON c.id = s.customer_id WHERE c.added_s <= $1 AND s.first_order_s >= "
        "c.added_s),"
        " placed AS (SELECT gap_s, row_number() OVER (ORDER BY gap_s) AS place, count(*) OVER () "
        "AS n FROM gaps)"
        " SELECT " REAL(
            "avg(gap_s)") " / 86400 FROM placed WHERE place IN ((n + 1) / 2, (n + 2) / 2) /*scan*/",
    .in = "i",
    .out = "D",
};
static const struct sql TIER_SHARE = {
    .text = "SELECT " REAL(
        "count(*)") " / nullif((SELECT count(*) FROM " ROOTS "), 0) FROM tier_model m"
                    " JOIN tier t ON t.model_id = m.id AND t.removed_s IS NULL JOIN customer_tier "
                    "x ON x.tier_id = t.id"
                    " WHERE m.kind = $1 AND t.name = $2 AND m.archived_s IS NULL /*scan*/",
    .in = "ss",
    .out = "D",
};

STATEMENTS(figures, &CUSTOMERS, &BUYER_SHARE, &REPURCHASE_RATE, &ORDERS_A_BUYER, &AVERAGE_ORDER,
           &REFUND_SHARE, &FRIEND_RETENTION, &GROUP_RETENTION, &GROUP_SHARE, &WEEKEND_RATIO,
           &SUMMER_RATIO, &GIFT_RATIO, &FIRST_ORDER_DAYS, &TIER_SHARE);

static const struct sql *const BY_FIGURE[FIGURE_COUNT] = {
    [FIGURE_CUSTOMERS] = &CUSTOMERS,
    [FIGURE_BUYER_SHARE] = &BUYER_SHARE,
    [FIGURE_REPURCHASE_RATE] = &REPURCHASE_RATE,
    [FIGURE_ORDERS_A_BUYER] = &ORDERS_A_BUYER,
    [FIGURE_AVERAGE_ORDER_YUAN] = &AVERAGE_ORDER,
    [FIGURE_REFUND_SHARE] = &REFUND_SHARE,
    [FIGURE_FRIEND_RETENTION] = &FRIEND_RETENTION,
    [FIGURE_GROUP_RETENTION] = &GROUP_RETENTION,
    [FIGURE_GROUP_SHARE] = &GROUP_SHARE,
    [FIGURE_WEEKEND_RATIO] = &WEEKEND_RATIO,
    [FIGURE_SUMMER_RATIO] = &SUMMER_RATIO,
    [FIGURE_GIFT_RATIO] = &GIFT_RATIO,
    [FIGURE_FIRST_ORDER_DAYS] = &FIRST_ORDER_DAYS,
};

static enum rc only(struct rows *r, double *out, struct err *e)
{
    bool found = !rows_null(r, 0);
    if (found)
        *out = rows_double(r, 0);
    enum rc rc = rows_end(r, e);
    return rc == RC_OK && !found ? RC_NOT_FOUND : rc;
}

enum rc figure_compute(struct tx *tx, enum figure f, int64_t now_s, double *out, struct err *e)
{
    assert(f >= 0 && f < FIGURE_COUNT);
    struct rows *r;
    enum rc rc = tx_find(tx, BY_FIGURE[f], &r, e, now_s);
    return rc == RC_OK ? only(r, out, e) : rc;
}

enum rc figure_tier_share(struct tx *tx, struct str model_kind, struct str tier, double *out,
                          struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &TIER_SHARE, &r, e, model_kind, tier);
    if (rc == RC_OK)
        rc = only(r, out, e);
    if (rc == RC_NOT_FOUND) {
        *out = 0;
        rc = RC_OK;
    }
    return rc;
}

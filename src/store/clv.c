/* clv.c — purchases read once in order; the rows of a fit, put and taken out one by one.
 *
 * Which purchases count is said once, in ORDER_IS_PURCHASE. Days are not asked of the database:
 * the corp's zone is the calendar's (base/calendar.h).
 */
#include "store/clv.h"

#include "store/event.h"
#include "store/list.h"
#include "store/order.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql ORDERS = {
    .text = "SELECT c.root_id, o.at_s, o.sale_fen FROM orders o"
            " JOIN customer c ON c.id = o.customer_id JOIN customer k ON k.id = c.root_id"
            " WHERE o.at_s >= 0 AND o.at_s <= $1 AND k.erased_s IS NULL AND " ORDER_IS_PURCHASE(
                "o") " ORDER BY c.root_id, o.at_s /*scan*/",
    .in = "i",
    .out = "iii",
};
#define ROW                                                                                        \
    "s.customer_id, s.horizon_s, s.alive_ppm, s.purchases_micro, s.value_fen, s.clv_fen,"          \
    " s.repeats, s.first_day, s.last_day FROM clv_score s"
static const struct sql ROWS = {
    .text = "SELECT " ROW " ORDER BY s.customer_id /*scan*/",
    .out = "iiiiiiiii",
};
static const struct sql ROW_OF = {
    .text = "SELECT " ROW " WHERE s.customer_id = $1",
    .in = "i",
    .out = "iiiiiiiii",
};
/* Nothing for one who was erased since the fit read it. */
static const struct sql ROW_PUT = {
    .text = "INSERT INTO clv_score (customer_id, fit_id, horizon_s, alive_ppm, purchases_micro,"
            " value_fen, clv_fen, repeats, first_day, last_day)"
            " SELECT c.id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM customer c WHERE c.id = $1"
            " AND c.erased_s IS NULL ON CONFLICT (customer_id) DO UPDATE SET"
            " fit_id = excluded.fit_id, horizon_s = excluded.horizon_s,"
            " alive_ppm = excluded.alive_ppm, purchases_micro = excluded.purchases_micro,"
            " value_fen = excluded.value_fen, clv_fen = excluded.clv_fen,"
            " repeats = excluded.repeats, first_day = excluded.first_day,"
            " last_day = excluded.last_day",
    .in = "iiiiiiiiii",
};
static const struct sql ROW_REMOVE = {
    .text = "DELETE FROM clv_score WHERE customer_id = $1",
    .in = "i",
};
#define BAND                                                                                       \
    "CASE WHEN s.clv_fen < $1 THEN 0 WHEN s.clv_fen < $2 THEN 1 WHEN s.clv_fen < $3 THEN 2"        \
    " WHEN s.clv_fen < $4 THEN 3 WHEN s.clv_fen < $5 THEN 4 WHEN s.clv_fen < $6 THEN 5 ELSE 6 END"
#define ALIVE "CASE WHEN s.alive_ppm < 1000000 THEN s.alive_ppm / 100000 ELSE 9 END"
#define SUM(what) ", CAST(sum(" what ") AS BIGINT)"
#define BANDS(who)                                                                                 \
    "SELECT " BAND ", " ALIVE ", count(*)" SUM("CASE WHEN s.repeats > 0 THEN 1 ELSE 0 END")        \
        SUM("s.alive_ppm") SUM("s.purchases_micro")                                                \
            SUM("s.clv_fen") " FROM clv_score s WHERE s.customer_id" who                           \
                             " GROUP BY 1, 2 ORDER BY 1, 2 /*scan*/"
static const struct sql BANDS_ALL = {
    .text = BANDS(" NOT IN (SELECT g.merged_id FROM merge g WHERE g.undone_us IS NULL)"),
    .in = "iiiiii",
    .out = "iiiiiii",
};
static const struct sql BANDS_SEEN = {
    .text = BANDS(" IN " SCOPE_ROOTS("$7")),
    .in = "iiiiiii",
    .out = "iiiiiii",
};
#define BEHIND "(s.clv_fen, s.customer_id) < ($1, $2)"
#define BEST " ORDER BY s.clv_fen DESC, s.customer_id DESC LIMIT $3"
static const struct sql TOP_ALL = {
    .text = "SELECT " ROW " JOIN customer c ON c.id = s.customer_id WHERE " BEHIND
            " AND c.root_id = c.id AND c.erased_s IS NULL" BEST,
    .in = "iii",
    .out = "iiiiiiiii",
};
static const struct sql TOP_SEEN = {
    .text =
        "SELECT " ROW " WHERE " BEHIND " AND s.customer_id IN " SCOPE_ROOTS("$4") BEST " /*scan*/",
    .in = "iiii",
    .out = "iiiiiiiii",
};
static const struct sql FIT_ADD = {
    .text = "INSERT INTO score_fit (id, kind, at_s, period_s, customers, applied, detail)"
            " VALUES ($1, 'clv', $2, $3, $4, $5, $6)",
    .in = "iiiiis",
};
static const struct sql IN_FORCE = {
    .text = "SELECT id, at_s, period_s, customers, detail FROM score_fit WHERE kind = 'clv'"
            " AND applied = 1 ORDER BY at_s DESC, id DESC LIMIT 1",
    .out = "iiiis",
};
static const struct sql HORIZON = {
    .text = "SELECT period_s FROM score_fit WHERE kind = 'clv' AND applied = 1"
            " ORDER BY at_s DESC, id DESC LIMIT 1",
    .out = "i",
};

STATEMENTS(clv, &ORDERS, &ROWS, &ROW_OF, &ROW_PUT, &ROW_REMOVE, &BANDS_ALL, &BANDS_SEEN, &TOP_ALL,
           &TOP_SEEN, &FIT_ADD, &IN_FORCE, &HORIZON);

enum rc clv_orders(struct tx *tx, int64_t to_s,
                   void (*see)(void *to, int64_t customer_id, int64_t at_s, int64_t amount_fen),
                   void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ORDERS, &r, e, to_s);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, rows_int(r, 0), rows_int(r, 1), rows_int(r, 2));
    return rows_end(r, e);
}

static struct clv_row row_of(const struct rows *r)
{
    return (struct clv_row){
        .customer_id = rows_int(r, 0),
        .horizon_s = rows_int(r, 1),
        .alive_ppm = rows_int(r, 2),
        .purchases_micro = rows_int(r, 3),
        .value_fen = rows_int(r, 4),
        .clv_fen = rows_int(r, 5),
        .repeats = rows_int(r, 6),
        .first_day = rows_int(r, 7),
        .last_day = rows_int(r, 8),
    };
}

enum rc clv_rows(struct tx *tx, void (*see)(void *to, const struct clv_row *row), void *to,
                 struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ROWS, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        struct clv_row row = row_of(r);
        see(to, &row);
    }
    return rows_end(r, e);
}

enum rc clv_row_put(struct tx *tx, int64_t fit_id, const struct clv_row *row, struct err *e)
{
    assert(row->alive_ppm >= 0 && row->alive_ppm <= 1000000);
    assert(row->purchases_micro >= 0 && row->value_fen >= 0 && row->clv_fen >= 0);
    enum rc rc = tx_exec(tx, &ROW_PUT, e, row->customer_id, fit_id, row->horizon_s, row->alive_ppm,
                         row->purchases_micro, row->value_fen, row->clv_fen, row->repeats,
                         row->first_day, row->last_day);
    return rc == RC_OK ? change_add(tx, "clv_score", row->customer_id, row->customer_id, e) : rc;
}

enum rc clv_row_remove(struct tx *tx, int64_t customer_id, struct err *e)
{
    enum rc rc = tx_exec(tx, &ROW_REMOVE, e, customer_id);
    return rc == RC_OK ? change_add(tx, "clv_score", customer_id, customer_id, e) : rc;
}

enum rc clv_row_of(struct tx *tx, int64_t root_id, struct clv_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &ROW_OF, &r, e, root_id);
    if (rc != RC_OK)
        return rc;
    *out = row_of(r);
    return rows_end(r, e);
}

enum rc clv_bands(struct tx *tx, int64_t scope_account, const int64_t cuts[static CLV_CUTS],
                  struct clv_band **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    const int64_t *c = cuts;
    enum rc rc =
        scope_account == 0
            ? tx_query(tx, &BANDS_ALL, &r, e, c[0], c[1], c[2], c[3], c[4], c[5])
            : tx_query(tx, &BANDS_SEEN, &r, e, c[0], c[1], c[2], c[3], c[4], c[5], scope_account);
    if (rc != RC_OK)
        return rc;
    struct clv_band *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) =
            (struct clv_band){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3),
                              rows_int(r, 4), rows_int(r, 5), rows_int(r, 6)};
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc clv_top(struct tx *tx, int64_t scope_account, int64_t clv_fen, int64_t id, int64_t limit,
                struct clv_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = scope_account == 0
                     ? tx_query(tx, &TOP_ALL, &r, e, clv_fen, id, limit)
                     : tx_query(tx, &TOP_SEEN, &r, e, clv_fen, id, limit, scope_account);
    if (rc != RC_OK)
        return rc;
    struct clv_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = row_of(r);
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc clv_fit_add(struct tx *tx, int64_t at_s, int64_t horizon_s, int64_t customers, bool applied,
                    struct str detail, int64_t *out_id, struct err *e)
{
    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &FIT_ADD, e, id, at_s, horizon_s, customers, (int64_t)applied, detail);
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc clv_fit_in_force(struct tx *tx, struct score_fit *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &IN_FORCE, &r, e);
    if (rc != RC_OK)
        return rc;
    *out = (struct score_fit){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3),
                              rows_copy(r, 4, tx_arena(tx))};
    return rows_end(r, e);
}

enum rc clv_horizon_s(struct tx *tx, int64_t *out, struct err *e)
{
    int64_t found = 0;
    enum rc rc = tx_int(tx, &HORIZON, &found, e);
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        *out = found;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

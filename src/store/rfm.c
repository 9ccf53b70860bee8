/* rfm.c — buyers of a period read once, row by row; so are scores.
 *
 * Scores are derived data: the table can be emptied and computed again. Which purchases count is
 * said once, in ORDER_IS_PURCHASE.
 */
#include "store/rfm.h"

#include "store/event.h"
#include "store/list.h"
#include "store/order.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql BUYERS = {
    .text = "SELECT c.root_id, max(o.at_s), count(*), cast(sum(o.sale_fen) AS BIGINT) FROM orders o"
            " JOIN customer c ON c.id = o.customer_id JOIN customer k ON k.id = c.root_id"
            " WHERE o.at_s > $1 AND o.at_s <= $2 AND k.erased_s IS NULL AND " ORDER_IS_PURCHASE(
                "o") " GROUP BY c.root_id ORDER BY c.root_id /*scan*/",
    .in = "ii",
    .out = "iiii",
};
static const struct sql SCORES = {
    .text = "SELECT customer_id, r, f, m, last_s, orders, amount_fen FROM rfm_score ORDER BY "
            "customer_id /*scan*/",
    .out = "iiiiiii",
};
/* Nothing for one who was erased since the fit read it. */
static const struct sql SCORE_PUT = {
    .text = "INSERT INTO rfm_score (customer_id, fit_id, r, f, m, last_s, orders, amount_fen)"
            " SELECT c.id, $2, $3, $4, $5, $6, $7, $8 FROM customer c WHERE c.id = $1"
            " AND c.erased_s IS NULL ON CONFLICT (customer_id) DO UPDATE SET"
            " fit_id = excluded.fit_id, r = excluded.r, f = excluded.f, m = excluded.m,"
            " last_s = excluded.last_s, orders = excluded.orders,"
            " amount_fen = excluded.amount_fen",
    .in = "iiiiiiii",
};
static const struct sql SCORE_REMOVE = {
    .text = "DELETE FROM rfm_score WHERE customer_id = $1",
    .in = "i",
};
static const struct sql FIT_ADD = {
    .text = "INSERT INTO score_fit (id, kind, at_s, period_s, customers, detail) VALUES ($1, $2, "
            "$3, $4, $5, $6)",
    .in = "isiiis",
};
static const struct sql FIT_LAST = {
    .text = "SELECT id, at_s, period_s, customers, detail FROM score_fit WHERE kind = $1 ORDER BY "
            "at_s DESC, id DESC LIMIT 1",
    .in = "s",
    .out = "iiiis",
};
#define CELLS(who)                                                                                 \
    "SELECT s.r, s.f, s.m, count(*), cast(sum(s.amount_fen) AS BIGINT) FROM rfm_score s"           \
    " WHERE s.customer_id" who " GROUP BY s.r, s.f, s.m ORDER BY s.r, s.f, s.m /*scan*/"
static const struct sql CELLS_ALL = {
    .text = CELLS(" NOT IN (SELECT g.merged_id FROM merge g WHERE g.undone_us IS NULL)"),
    .out = "iiiii",
};
static const struct sql CELLS_SEEN = {
    .text = CELLS(" IN " SCOPE_ROOTS("$1")),
    .in = "i",
    .out = "iiiii",
};

STATEMENTS(rfm, &BUYERS, &SCORES, &SCORE_PUT, &SCORE_REMOVE, &FIT_ADD, &FIT_LAST, &CELLS_ALL,
           &CELLS_SEEN);

enum rc rfm_buyers(struct tx *tx, int64_t from_s, int64_t to_s,
                   void (*see)(void *to, const struct rfm_buyer *b), void *to, struct err *e)
{
    assert(from_s < to_s);
    struct rows *r;
    enum rc rc = tx_query(tx, &BUYERS, &r, e, from_s, to_s);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to,
            &(struct rfm_buyer){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3)});
    return rows_end(r, e);
}

enum rc rfm_scores(struct tx *tx, void (*see)(void *to, const struct rfm_score *s), void *to,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &SCORES, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        see(to, &(struct rfm_score){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3),
                                    rows_int(r, 4), rows_int(r, 5), rows_int(r, 6)});
    return rows_end(r, e);
}

enum rc rfm_score_put(struct tx *tx, int64_t fit_id, const struct rfm_score *s, struct err *e)
{
    assert(s->r >= 1 && s->r <= 5 && s->f >= 1 && s->f <= 5 && s->m >= 1 && s->m <= 5);
    enum rc rc = tx_exec(tx, &SCORE_PUT, e, s->customer_id, fit_id, s->r, s->f, s->m, s->last_s,
                         s->orders, s->amount_fen);
    return rc == RC_OK ? change_add(tx, "rfm_score", s->customer_id, s->customer_id, e) : rc;
}

enum rc rfm_score_remove(struct tx *tx, int64_t customer_id, struct err *e)
{
    enum rc rc = tx_exec(tx, &SCORE_REMOVE, e, customer_id);
    return rc == RC_OK ? change_add(tx, "rfm_score", customer_id, customer_id, e) : rc;
}

enum rc score_fit_add(struct tx *tx, const char *kind, int64_t at_s, int64_t period_s,
                      int64_t customers, struct str detail, int64_t *out_id, struct err *e)
{
    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &FIT_ADD, e, id, str_from(kind), at_s, period_s, customers, detail);
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc score_fit_last(struct tx *tx, const char *kind, struct score_fit *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &FIT_LAST, &r, e, str_from(kind));
    if (rc != RC_OK)
        return rc;
    *out = (struct score_fit){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3),
                              rows_copy(r, 4, tx_arena(tx))};
    return rows_end(r, e);
}

enum rc rfm_cells(struct tx *tx, int64_t scope_account, struct rfm_cell **out, size_t *out_n,
                  struct err *e)
{
    struct rows *r;
    enum rc rc = scope_account == 0 ? tx_query(tx, &CELLS_ALL, &r, e)
                                    : tx_query(tx, &CELLS_SEEN, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    struct rfm_cell *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct rfm_cell){
            rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3), rows_int(r, 4)};
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

/* code_entry.c — entries. Codes of a shop have thousands of them and are counted by range of the
 * key (code, time); an outcome costs two probes besides, one of the customer's family and one of
 * its orders.
 */
#include "store/code_entry.h"

#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql ADD = {
    .text = "INSERT INTO code_entry (code_id, at_s, customer_id, staff_id, group_id, customer)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    .in = "iiiiis",
};
static const struct sql END = {
    .text = "UPDATE code_entry SET ended_s = $3"
            " WHERE customer_id = $1 AND staff_id = $2 AND ended_s IS NULL AND at_s <= $3",
    .in = "iii",
};
static const struct sql KNOWN = {
    .text = "SELECT count(*) FROM code_entry WHERE code_id = $1 AND at_s = $2"
            " AND customer_id = $3 AND staff_id = $4 AND group_id = $5",
    .in = "iiiii",
    .out = "i",
};
static const struct sql BUYER = {
    .text = "SELECT count(*) FROM customer c JOIN customer_stats s ON s.customer_id = c.root_id"
            " WHERE c.id = $1",
    .in = "i",
    .out = "i",
};
static const struct sql RECEIVED = {
    .text = "SELECT staff_id, sum(CASE WHEN at_s >= $2 THEN 1 ELSE 0 END),"
            " sum(CASE WHEN at_s >= $3 THEN 1 ELSE 0 END), count(*) FROM code_entry"
            " WHERE code_id = $1 AND staff_id > 0 GROUP BY staff_id ORDER BY staff_id",
    .in = "iii",
    .out = "iiii",
};
#define ORDERS_OF(what)                                                                            \
    "coalesce((SELECT " what " FROM customer f JOIN orders o ON o.customer_id = f.id"              \
    " WHERE f.root_id = c.root_id AND o.at_s >= x.at_s AND o.at_s < x.at_s + 604800"               \
    " AND o.nature = 'sale' AND o.state <> 'closed'), 0)"
#define OUTCOME                                                                                    \
    "SELECT x.code_id, x.at_s, x.staff_id, x.group_id, x.customer, x.ended_s, " ORDERS_OF(         \
        "count(*)") ", " ORDERS_OF("CAST(sum(o.sale_fen) AS BIGINT)") " FROM code_entry x JOIN "   \
                                                                      "customer c ON c.id = "      \
                                                                      "x.customer_id"
static const struct sql OUTCOMES = {
    .text = OUTCOME " WHERE x.code_id = $2 AND x.at_s >= $3 AND x.at_s < $4"
                    " AND " SCOPE_CUSTOMER("c.root_id", "$1"),
    .in = "iiii",
    .out = "iiiisIii",
};
static const struct sql OUTCOMES_ALL = {
    .text = OUTCOME
    " /*scan*/ WHERE x.at_s >= $2 AND x.at_s < $3 AND " SCOPE_CUSTOMER("c.root_id", "$1"),
    .in = "iii",
    .out = "iiiisIii",
};

STATEMENTS(code_entry, &ADD, &END, &KNOWN, &BUYER, &RECEIVED, &OUTCOMES, &OUTCOMES_ALL);

enum rc code_entry_add(struct tx *tx, const struct code_entry *entry, bool *out_new, struct err *e)
{
    assert(tx_is_writing(tx) && (entry->staff_id == 0) != (entry->group_id == 0));
    enum rc rc = tx_exec(tx, &ADD, e, entry->code_id, entry->at_s, entry->customer_id,
                         entry->staff_id, entry->group_id, entry->customer);
    if (rc == RC_OK)
        *out_new = tx_changes(tx) > 0;
    return rc;
}

enum rc code_entry_end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                       struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &END, e, customer_id, staff_id, at_s);
}

enum rc code_entry_known(struct tx *tx, const struct code_entry *entry, bool *out, struct err *e)
{
    int64_t n = 0;
    enum rc rc = tx_int(tx, &KNOWN, &n, e, entry->code_id, entry->at_s, entry->customer_id,
                        entry->staff_id, entry->group_id);
    *out = n > 0;
    return rc;
}

enum rc code_entry_is_buyer(struct tx *tx, int64_t customer_id, bool *out, struct err *e)
{
    int64_t n = 0;
    enum rc rc = tx_int(tx, &BUYER, &n, e, customer_id);
    *out = n > 0;
    return rc;
}

enum rc code_received(struct tx *tx, int64_t code_id, int64_t shift_s, int64_t today_s,
                      struct code_received **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    struct code_received *list = NULL;
    size_t n = 0, room = 0;
    enum rc rc = tx_query(tx, &RECEIVED, &r, e, code_id, shift_s, today_s);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) =
            (struct code_received){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2), rows_int(r, 3)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc code_outcomes(struct tx *tx, const struct code_outcome_filter *f,
                      enum rc (*see)(void *arg, const struct code_outcome *o, struct err *e),
                      void *arg, struct err *e)
{
    struct rows *r;
    enum rc rc =
        f->code_id != 0
            ? tx_query(tx, &OUTCOMES, &r, e, f->scope_account, f->code_id, f->from_s, f->to_s)
            : tx_query(tx, &OUTCOMES_ALL, &r, e, f->scope_account, f->from_s, f->to_s);
    if (rc != RC_OK)
        return rc;
    while (rc == RC_OK && rows_next(r)) {
        const struct code_outcome o = {
            .code_id = rows_int(r, 0),
            .at_s = rows_int(r, 1),
            .staff_id = rows_int(r, 2),
            .group_id = rows_int(r, 3),
            .is_new = str_eq(rows_str(r, 4), STR("new")),
            .is_buyer = str_eq(rows_str(r, 4), STR("buyer")),
            .ended_s = rows_known(r, 5),
            .orders = rows_int(r, 6),
            .amount_fen = rows_int(r, 7),
        };
        rc = see(arg, &o, e);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    return rc == RC_OK ? end : rc;
}

/* retention.c — who comes back how many units later, by SQL.
 *
 * "start" holds the start events that count, "cohort" who began in which unit. A cell is the back
 * events of a cohort's customers in one unit, found by laying the units over both. Back events are
 * asked for over all time: the window says when cohorts begin, not when people come back. Units
 * that have begun by now are bound; the cells of the others are never asked for and stay
 * RETENTION_FUTURE.
 */
#include "query/sql/analysis_sql.h"
#include "query/sql/compile.h"

#include <assert.h>

/* "ev" with m0: start, m1: back; and "start" (id, at_s). */
static void with_starts(struct compile *c, const struct retention *q, struct span span)
{
    struct analysis_events lists[] = {q->start, q->back};
    struct buf start;
    analysis_with_events(c, lists, 2, (struct span){SPAN_START, q->base.now_s});
    set_begin(&start);
    if (q->first) {
        buf_addz(&start, "SELECT x.id AS id, min(x.at_s) AS at_s FROM ev x WHERE x.m0 = 1"
                         " GROUP BY x.id HAVING min(x.at_s)");
        put_span(c, span, &start);
    } else {
        buf_addz(&start, "SELECT x.id AS id, x.at_s AS at_s FROM ev x WHERE x.m0 = 1 AND x.at_s");
        put_span(c, span, &start);
    }
    analysis_with(c, "start", &start);
}

/* The units of the cohorts and those after them that a cell can be in, as far as they have
 * begun. */
static void later_units(const struct analysis_units *cohorts, const struct retention *q,
                        struct analysis_units *out)
{
    *out = *cohorts;
    while (out->n < cohorts->n + q->columns - 1 && out->from_s[out->n] <= q->base.now_s)
        analysis_units_extend(out, q->unit);
}

/* Rows (i, k, customers, events, amount) of the cells. */
static void put_cells(struct compile *c, const struct retention *q, struct buf *out)
{
    if (q->rolling) {
        buf_addz(out, "SELECT x.i AS i, u.i - x.i AS k, count(*) AS customers, 0 AS events,"
                      " 0 AS amount FROM cohort x JOIN (SELECT y.id AS id, max(y.at_s) AS at_s"
                      " FROM ev y WHERE y.m1 = 1 GROUP BY y.id) b ON b.id = x.id"
                      " JOIN unit u ON b.at_s >= u.from_s AND u.i >= x.i AND u.i - x.i < ");
    } else {
        buf_addz(out, "SELECT x.i AS i, u.i - x.i AS k, count(DISTINCT b.id) AS customers,"
                      " count(*) AS events, CAST(sum(b.amount) AS BIGINT) AS amount"
                      " FROM cohort x JOIN ev b ON b.id = x.id JOIN unit u ON b.at_s >= u.from_s"
                      " AND b.at_s < u.to_s AND u.i >= x.i AND u.i - x.i < ");
    }
    put_int(c, (int64_t)q->columns, out);
    buf_addz(out, q->rolling ? " GROUP BY x.i, u.i" : " WHERE b.m1 = 1 GROUP BY x.i, u.i");
}

/* Rows (i, k, customers, events, amount); k −1: the size of cohort i. */
static enum rc ask(struct compile *c, struct tx *tx, const struct retention *q, struct rows **out,
                   struct err *e)
{
    struct buf cohort, body;
    set_begin(&cohort);
    set_begin(&body);
    buf_addz(&cohort, "SELECT DISTINCT s.id AS id, u.i AS i FROM start s"
                      " JOIN unit u ON s.at_s >= u.from_s AND s.at_s < u.to_s");
    analysis_with(c, "cohort", &cohort);
    buf_addz(&body, "SELECT x.i AS i, -1 AS k, count(*) AS customers, 0 AS events, 0 AS amount"
                    " FROM cohort x GROUP BY x.i UNION ALL ");
    put_cells(c, q, &body);
    return analysis_ask(c, tx, &body, NULL, "iiiii", out, e);
}

/* All cells 0, or not to be known yet. */
static struct retention_cohort *empty_cohorts(struct arena *a, const struct analysis_units *cohorts,
                                              const struct analysis_units *later, size_t columns)
{
    struct retention_cohort *list = ARENA_ARRAY(a, struct retention_cohort, cohorts->n + 1);
    for (size_t i = 0; i < cohorts->n; i++) {
        list[i] = (struct retention_cohort){.day = cohorts->day[i]};
        for (size_t k = 0; k < columns; k++)
            list[i].cells[k] = i + k < later->n ? 0 : RETENTION_FUTURE;
    }
    return list;
}

static void read_cells(struct rows *rows, const struct retention *q, struct retention_cohort *list,
                       size_t n)
{
    int column = q->measure == RETENTION_CUSTOMERS ? 2 : q->measure == RETENTION_EVENTS ? 3 : 4;
    while (rows_next(rows)) {
        int64_t i = rows_int(rows, 0), k = rows_int(rows, 1);
        assert(i >= 0 && i < (int64_t)n && k < (int64_t)q->columns);
        if (k < 0)
            list[i].customers = rows_int(rows, 2);
        else
            list[i].cells[k] = rows_int(rows, column);
    }
}

enum rc sql_retention(struct tx *tx, const struct retention *q, struct retention_answer *out,
                      struct err *e)
{
    assert(q->columns >= 1 && q->columns <= RETENTION_COLUMNS_MAX);
    assert(!q->rolling || q->measure == RETENTION_CUSTOMERS);
    struct span span = window_span(&q->base.window, q->base.now_s, q->base.period_s);
    struct analysis_units cohorts, later;
    struct retention_cohort *list = NULL;
    struct compile c;
    struct rows *rows = NULL;
    enum rc rc = analysis_begin(&c, tx, &q->base, e);
    if (rc != RC_OK)
        return rc;
    with_starts(&c, q, span);
    rc = analysis_units_of(&c, tx, span, "start", q->unit, RETENTION_COLUMNS_MAX, &cohorts, e);
    if (rc == RC_OK && cohorts.n > 0) {
        later_units(&cohorts, q, &later);
        list = empty_cohorts(tx_arena(tx), &cohorts, &later, q->columns);
        analysis_with_units(&c, &later);
        rc = ask(&c, tx, q, &rows, e);
    }
    analysis_end(&c);
    if (rc == RC_OK && cohorts.n > 0) {
        read_cells(rows, q, list, cohorts.n);
        rc = rows_end(rows, e);
    }
    if (rc == RC_OK)
        *out = (struct retention_answer){.cohorts = list, .n = cohorts.n};
    return rc;
}

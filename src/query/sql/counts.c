/* counts.c — events and customers by day, week or month, by SQL.
 *
 * One statement: a row for each unit with an event, and one for the whole window where that is
 * asked for, each with two columns a series. An event is one row of "ev" with a mark for each
 * series that it is in, so it is read once and counted in several. Units come as bounds and are
 * looked through for each event. What lies outside the window is not in "ev", so the outer units
 * may be there in part. Units without an event have no row: they are 0.
 */
#include "query/sql/analysis_sql.h"
#include "query/sql/compile.h"

#include <assert.h>

enum { FIRST_SERIES = 2 }; /* column of the first one, after the unit and the customers of any */

/* Columns of every series: events, customers. */
static void put_series(size_t n, struct buf *out)
{
    buf_addz(out, "count(DISTINCT x.id) AS customers");
    for (size_t i = 0; i < n; i++)
        buf_addf(
            out,
            ", coalesce(sum(x.m%zu), 0) AS n%zu, count(DISTINCT CASE WHEN x.m%zu = 1 THEN x.id "
            "END) AS c%zu",
            i, i, i, i);
}

/* Rows (i, customers, n0, c0, n1, c1 …); i −1: the whole window. */
static enum rc ask(struct compile *c, struct tx *tx, const struct counts *q, struct rows **out,
                   struct err *e)
{
    char types[FIRST_SERIES + 2 * COUNTS_SERIES_MAX + 1];
    struct buf body;
    size_t columns = FIRST_SERIES + 2 * q->n_series;
    for (size_t i = 0; i < columns; i++)
        types[i] = 'i';
    types[columns] = 0;
    set_begin(&body);
    buf_addz(&body, "SELECT u.i AS i, ");
    put_series(q->n_series, &body);
    buf_addz(&body,
             " FROM ev x JOIN unit u ON x.at_s >= u.from_s AND x.at_s < u.to_s GROUP BY u.i");
    if (!q->units_only) {
        buf_addz(&body, " UNION ALL SELECT -1 AS i, ");
        put_series(q->n_series, &body);
        buf_addz(&body, " FROM ev x");
    }
    return analysis_ask(c, tx, &body, NULL, types, out, e);
}

/* The whole window has the events of its units. */
static void add_up(const struct counts *q, struct counts_answer *out)
{
    for (size_t i = 0; i < out->n; i++)
        for (size_t k = 0; k < q->n_series; k++)
            out->all.series[k].events += out->buckets[i].series[k].events;
}

static void read_buckets(struct rows *rows, const struct counts *q, struct counts_answer *out)
{
    while (rows_next(rows)) {
        int64_t i = rows_int(rows, 0);
        assert(i < (int64_t)out->n);
        struct counts_bucket *b = i < 0 ? &out->all : &out->buckets[i];
        b->customers = rows_int(rows, 1);
        for (size_t k = 0; k < q->n_series; k++)
            b->series[k] =
                (struct counts_cell){.events = rows_int(rows, FIRST_SERIES + 2 * (int)k),
                                     .customers = rows_int(rows, FIRST_SERIES + 2 * (int)k + 1)};
    }
}

enum rc sql_counts(struct tx *tx, const struct counts *q, struct counts_answer *out, struct err *e)
{
    assert(q->n_series >= 1 && q->n_series <= COUNTS_SERIES_MAX);
    struct span span = window_span(&q->base.window, q->base.now_s, q->base.period_s);
    struct counts_answer answer = {.n = 0};
    struct analysis_units units;
    struct compile c;
    struct rows *rows = NULL;
    enum rc rc = analysis_begin(&c, tx, &q->base, e);
    if (rc != RC_OK)
        return rc;
    analysis_with_events(&c, q->series, q->n_series, span);
    rc = analysis_units_of(&c, tx, span, "ev", q->unit, ANALYSIS_UNITS_MAX, &units, e);
    if (rc == RC_OK && units.n > 0) {
        answer.n = units.n;
        answer.buckets = ARENA_ARRAY(tx_arena(tx), struct counts_bucket, units.n);
        for (size_t i = 0; i < units.n; i++)
            answer.buckets[i] = (struct counts_bucket){.day = units.day[i]};
        analysis_with_units(&c, &units);
        rc = ask(&c, tx, q, &rows, e);
    }
    analysis_end(&c);
    if (rc == RC_OK && units.n > 0) {
        read_buckets(rows, q, &answer);
        if (q->units_only)
            add_up(q, &answer);
        rc = rows_end(rows, e);
    }
    if (rc == RC_OK)
        *out = answer;
    return rc;
}

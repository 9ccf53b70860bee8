/* repurchase.c — how often and after how long customers buy again, by SQL: purchases of one second
 * are made one, then numbered and measured against the one before. One statement gives three small
 * tables under each other: buyers by number, intervals by days, and the quantiles. */
#include "query/sql/analysis_sql.h"
#include "query/sql/compile.h"

#include <assert.h>

enum { DAY_S = 86400 };
enum table { BY_TIMES, BY_DAYS, QUANTILES };

/* "gap" (id, value): seconds since the purchase before, NULL for the first. */
static void with_gaps(struct compile *c)
{
    struct buf gap;
    set_begin(&gap);
    buf_addz(&gap,
             "SELECT x.id AS id, x.at_s - lag(x.at_s) OVER (PARTITION BY x.id ORDER BY x.at_s)"
             " AS value FROM (SELECT DISTINCT y.id AS id, y.at_s AS at_s FROM ev y) x");
    analysis_with(c, "gap", &gap);
}

/* Rows (table, key, n, p25, p50, p75, p90). */
static void put_tables(struct buf *out)
{
    buf_addf(out,
             "SELECT %d AS part, x.n AS k, count(*) AS n, 0 AS p25, 0 AS p50, 0 AS p75, 0 AS p90"
             " FROM (SELECT CASE WHEN count(*) < %d THEN count(*) ELSE %d END AS n FROM gap g"
             " GROUP BY g.id) x GROUP BY x.n",
             BY_TIMES, REPURCHASE_TIMES, REPURCHASE_TIMES);
    buf_addf(out,
             " UNION ALL SELECT %d, x.k, count(*), 0, 0, 0, 0 FROM (SELECT CASE WHEN g.value / %d <"
             " %d THEN g.value / %d ELSE %d END AS k FROM gap g WHERE g.value IS NOT NULL) x"
             " GROUP BY x.k",
             BY_DAYS, DAY_S, REPURCHASE_DAYS - 1, DAY_S, REPURCHASE_DAYS - 1);
    buf_addf(out, " UNION ALL SELECT x.part, 0, ");
    buf_addz(out, ANALYSIS_QUANTILES);
    buf_addf(
        out,
        " FROM (SELECT %d AS part, g.value AS value, row_number() OVER (ORDER BY g.value) AS"
        " place, count(*) OVER () AS n FROM gap g WHERE g.value IS NOT NULL) x GROUP BY x.part",
        QUANTILES);
}

static void read_tables(struct rows *rows, struct repurchase_answer *out)
{
    while (rows_next(rows)) {
        int64_t table = rows_int(rows, 0), k = rows_int(rows, 1), n = rows_int(rows, 2);
        if (table == BY_TIMES) {
            assert(k >= 1 && k <= REPURCHASE_TIMES);
            out->times[k - 1] = n;
            out->buyers += n;
            out->again += k > 1 ? n : 0;
        } else if (table == BY_DAYS) {
            assert(k >= 0 && k < REPURCHASE_DAYS);
            out->intervals[k] = n;
        } else {
            out->n_intervals = n;
            out->p25_s = rows_int(rows, 3);
            out->p50_s = rows_int(rows, 4);
            out->p75_s = rows_int(rows, 5);
            out->p90_s = rows_int(rows, 6);
        }
    }
}

enum rc sql_repurchase(struct tx *tx, const struct repurchase *q, struct repurchase_answer *out,
                       struct err *e)
{
    struct repurchase_answer answer = {0};
    struct compile c;
    struct rows *rows;
    struct buf body;
    enum rc rc = analysis_begin(&c, tx, &q->base, e);
    if (rc != RC_OK)
        return rc;
    analysis_with_events(&c, &q->events, 1,
                         window_span(&q->base.window, q->base.now_s, q->base.period_s));
    with_gaps(&c);
    set_begin(&body);
    put_tables(&body);
    rc = analysis_ask(&c, tx, &body, NULL, "iiiiiii", &rows, e);
    analysis_end(&c);
    if (rc != RC_OK)
        return rc;
    read_tables(rows, &answer);
    rc = rows_end(rows, e);
    if (rc == RC_OK)
        *out = answer;
    return rc;
}

/* rfm.c — recency, frequency and money of the buyers of a window, by SQL.
 *
 * Each buyer is ranked by each of the three; "cut" picks the values at ranks ⌈n/5⌉ … ⌈4n/5⌉; a
 * score counts the cuts strictly below the value, so equal values get equal scores (docs/TIERS.md).
 * The cuts come along with every row of the table.
 */
#include "query/sql/analysis_sql.h"
#include "query/sql/compile.h"

#include <assert.h>

enum { CUTS = 4, SCORES = 5, FIRST_CUT = 6 };
static const char MEASURES[] = "rfm"; /* columns of "buyer": last, count, sum */

/* "cut" (r1 … r4, f1 … f4, m1 … m4): one row. */
static void with_cuts(struct compile *c)
{
    struct buf cut;
    set_begin(&cut);
    buf_addz(&cut, "SELECT ");
    for (int i = 0; i < 3; i++)
        for (int k = 1; k <= CUTS; k++)
            buf_addf(&cut, "%smax(CASE WHEN x.p%c = (%d * x.n + 4) / 5 THEN x.%c END) AS %c%d",
                     i + k > 1 ? ", " : "", MEASURES[i], k, MEASURES[i], MEASURES[i], k);
    buf_addz(&cut,
             " FROM (SELECT b.r AS r, b.f AS f, b.m AS m, count(*) OVER () AS n,"
             " row_number() OVER (ORDER BY b.r) AS pr, row_number() OVER (ORDER BY b.f) AS pf,"
             " row_number() OVER (ORDER BY b.m) AS pm FROM buyer b) x");
    analysis_with(c, "cut", &cut);
}

/* "scored" (sr, sf, sm, f, m): a row for each buyer. */
static void with_scores(struct compile *c)
{
    struct buf scored;
    set_begin(&scored);
    buf_addz(&scored, "SELECT b.f AS f, b.m AS m");
    for (int i = 0; i < 3; i++) {
        buf_addz(&scored, ", 1");
        for (int k = 1; k <= CUTS; k++)
            buf_addf(&scored, " + CASE WHEN t.%c%d < b.%c THEN 1 ELSE 0 END", MEASURES[i], k,
                     MEASURES[i]);
        buf_addf(&scored, " AS s%c", MEASURES[i]);
    }
    buf_addz(&scored, " FROM buyer b CROSS JOIN cut t");
    analysis_with(c, "scored", &scored);
}

/* Rows (sr, sf, sm, customers, purchases, amount, the twelve cuts). */
static void put_table(struct buf *out)
{
    buf_addz(out, "SELECT x.sr AS sr, x.sf AS sf, x.sm AS sm, x.customers AS customers,"
                  " x.purchases AS purchases, x.amount AS amount, t.* FROM"
                  " (SELECT s.sr AS sr, s.sf AS sf, s.sm AS sm, count(*) AS customers,"
                  " CAST(sum(s.f) AS BIGINT) AS purchases, CAST(sum(s.m) AS BIGINT) AS amount"
                  " FROM scored s GROUP BY s.sr, s.sf, s.sm) x CROSS JOIN cut t");
}

static void read_table(struct rows *rows, struct rfm_answer *out)
{
    while (rows_next(rows)) {
        int64_t r = rows_int(rows, 0), f = rows_int(rows, 1), m = rows_int(rows, 2);
        assert(r >= 1 && r <= SCORES && f >= 1 && f <= SCORES && m >= 1 && m <= SCORES);
        struct rfm_table_cell *cell = &out->cells[r - 1][f - 1][m - 1];
        cell->customers = rows_int(rows, 3);
        cell->purchases = rows_int(rows, 4);
        cell->amount_fen = rows_int(rows, 5);
        out->buyers += cell->customers;
        for (int k = 0; k < CUTS; k++) {
            out->recency_s[k] = rows_int(rows, FIRST_CUT + k);
            out->purchases[k] = rows_int(rows, FIRST_CUT + CUTS + k);
            out->amount_fen[k] = rows_int(rows, FIRST_CUT + 2 * CUTS + k);
        }
    }
}

enum rc sql_rfm(struct tx *tx, const struct rfm *q, struct rfm_answer *out, struct err *e)
{
    struct rfm_answer answer = {0};
    struct compile c;
    struct rows *rows;
    struct buf buyer, body;
    enum rc rc = analysis_begin(&c, tx, &q->base, e);
    if (rc != RC_OK)
        return rc;
    analysis_with_events(&c, &q->events, 1,
                         window_span(&q->base.window, q->base.now_s, q->base.period_s));
    set_begin(&buyer);
    buf_addz(&buyer, "SELECT x.id AS id, max(x.at_s) AS r, count(*) AS f,"
                     " CAST(sum(x.amount) AS BIGINT) AS m FROM ev x GROUP BY x.id");
    analysis_with(&c, "buyer", &buyer);
    with_cuts(&c);
    with_scores(&c);
    set_begin(&body);
    put_table(&body);
    rc = analysis_ask(&c, tx, &body, NULL, "iiiiiiiiiiiiiiiiii", &rows, e);
    analysis_end(&c);
    if (rc != RC_OK)
        return rc;
    read_table(rows, &answer);
    rc = rows_end(rows, e);
    if (rc == RC_OK)
        *out = answer;
    return rc;
}

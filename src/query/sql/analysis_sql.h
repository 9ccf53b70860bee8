/* analysis_sql — questions whose answer is a table, answered by the database: the reference that
 * the mirror is held against, and the fallback while it is being built.
 *
 * One or two statements each, the same text for SQLite and PostgreSQL, values only ever bound. A
 * question reads the events once, keeps those of its customers, and sorts them where an order is
 * asked for: of 20,000 events, all asked for, 10 to 50 ms. Bounds of calendar units are looked
 * through for each event, so hundreds of units over millions of events take minutes here. Every one
 * of these gives RC_INVALID when an audience or the window says `period` and base.period_s is 0,
 * and RC_LIMIT for more text than a statement may have. Answers live in the transaction's arena;
 * `out` is untouched on failure. What is asserted of a question is what query/analysis.h says.
 */
#ifndef KOI_QUERY_SQL_ANALYSIS_SQL_H
#define KOI_QUERY_SQL_ANALYSIS_SQL_H

#include "db/db.h"
#include "query/analysis.h"

/* One pass over the events, one sort for each step. */
enum rc sql_funnel(struct tx *tx, const struct funnel *q, struct funnel_answer *out, struct err *e);
/* Reads all start and back events up to now, whatever the window. RC_LIMIT: more than
 * RETENTION_COLUMNS_MAX cohorts. */
enum rc sql_retention(struct tx *tx, const struct retention *q, struct retention_answer *out,
                      struct err *e);
/* RC_LIMIT: more than ANALYSIS_UNITS_MAX buckets. */
enum rc sql_counts(struct tx *tx, const struct counts *q, struct counts_answer *out, struct err *e);
/* Three sorts of the buyers. */
enum rc sql_rfm(struct tx *tx, const struct rfm *q, struct rfm_answer *out, struct err *e);
/* One sort of the purchases, one of the intervals. */
enum rc sql_repurchase(struct tx *tx, const struct repurchase *q, struct repurchase_answer *out,
                       struct err *e);
/* Four sorts of the events. */
enum rc sql_paths(struct tx *tx, const struct paths *q, struct paths_answer *out, struct err *e);

#endif

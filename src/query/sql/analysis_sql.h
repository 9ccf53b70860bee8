/* analysis_sql — questions whose answer is a table, answered by the database: the reference that
 * the mirror is held against, and the fallback while it is being built.
 *
 * One or two statements each, the same text for SQLite and PostgreSQL, values only ever bound. A
 * question reads the events once, keeps those of its customers and sorts them where an order is
 * asked for; units of the calendar are bound as bounds and looked through for each event, so many
 * units over many events are slow here. RC_INVALID when an audience or the window says `period` and
 * base.period_s is 0, RC_LIMIT for too many units (analysis_units()) and too much text. What the
 * answer points at lives in the transaction's arena; `out` is untouched on failure.
 */
#ifndef KOI_QUERY_SQL_ANALYSIS_SQL_H
#define KOI_QUERY_SQL_ANALYSIS_SQL_H

#include "db/db.h"
#include "query/analysis.h"

enum rc sql_funnel(struct tx *tx, const struct funnel *q, struct funnel_answer *out, struct err *e);
enum rc sql_retention(struct tx *tx, const struct retention *q, struct retention_answer *out,
                      struct err *e);
enum rc sql_counts(struct tx *tx, const struct counts *q, struct counts_answer *out, struct err *e);
enum rc sql_rfm(struct tx *tx, const struct rfm *q, struct rfm_answer *out, struct err *e);
enum rc sql_repurchase(struct tx *tx, const struct repurchase *q, struct repurchase_answer *out,
                       struct err *e);
enum rc sql_paths(struct tx *tx, const struct paths *q, struct paths_answer *out, struct err *e);

#endif

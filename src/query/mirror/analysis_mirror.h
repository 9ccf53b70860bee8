/* analysis_mirror — analyses answered by the mirror: the same questions as
 * query/sql/analysis_sql.h, the same answers.
 *
 * RC_BUSY, `e` untouched, when a filter asks for what the mirror does not hold: SQL answers
 * then. `tx` serves small look-ups, its arena holds the answer. Cost over a whole log, a core:
 * a funnel without filters about 1 ns an event, retention 0.5 to 2 ns, counts 3 ns an event of
 * the window; RFM and repurchase 10 ns a purchase.
 */
#ifndef KOI_QUERY_MIRROR_ANALYSIS_MIRROR_H
#define KOI_QUERY_MIRROR_ANALYSIS_MIRROR_H

#include "mirror/snapshot.h"
#include "query/analysis.h"

/* Depths of all customers, by groups, and how long they took. */
enum rc mirror_funnel(const struct snapshot *s, struct tx *tx, const struct funnel *q,
                      struct funnel_answer *out, struct err *e);
/* Cohorts and what came back. */
enum rc mirror_retention(const struct snapshot *s, struct tx *tx, const struct retention *q,
                         struct retention_answer *out, struct err *e);
/* Events and customers by unit. */
enum rc mirror_counts(const struct snapshot *s, struct tx *tx, const struct counts *q,
                      struct counts_answer *out, struct err *e);
/* Cut points and the 125 cells. */
enum rc mirror_rfm(const struct snapshot *s, struct tx *tx, const struct rfm *q,
                   struct rfm_answer *out, struct err *e);
/* Times, intervals and their quantiles. */
enum rc mirror_repurchase(const struct snapshot *s, struct tx *tx, const struct repurchase *q,
                          struct repurchase_answer *out, struct err *e);
/* Links of visits. */
enum rc mirror_paths(const struct snapshot *s, struct tx *tx, const struct paths *q,
                     struct paths_answer *out, struct err *e);

#endif

/* cycle — due days of cycles as windows of what they are counted from: one place for every engine.
 *
 * "Due in these days" is asked the other way round: since a day of a month is clipped to its month,
 * adding a length keeps the order of days, so the days whose due day lies in a window are
 * themselves a window. Pure functions of the rule, now, and the process's zone.
 */
#ifndef KOI_QUERY_CYCLE_H
#define KOI_QUERY_CYCLE_H

#include "query/window.h"
#include "store/cycle.h"

/* The day on which it is due that began on `day`; not for CYCLE_RELATIVE. */
int32_t cycle_due_day(const struct cycle_rule *rule, int32_t day);
/* The days from which the due day lies in `due`; none when from > to. For CYCLE_RELATIVE, whose
 * length is each customer's, `due` itself. */
struct day_span cycle_from_days(const struct cycle_rule *rule, struct day_span due);

/* What a test of a due date (WHAT_DUE, checked) asks of the days it is counted from. `is known` and
 * `is unknown` ask for any. */
struct day_span cycle_asked_days(const struct node *n, int64_t now_s, int64_t period_s);
/* The same as instants, none later than now: of the last purchase or event. */
struct span cycle_asked_span(const struct node *n, int64_t now_s, int64_t period_s);
/* The test as one about the last line (event) it is counted from: `last(item where product …)
 * between …`, which holds when the cycle's last line lies in cycle_asked_span(); for
 * CYCLE_PURCHASE and CYCLE_EVENT. `counted`: only lines that count (store/cycle.h), which SQL
 * alone can tell. Not negated for `is unknown`. In the arena. */
struct node *cycle_last_node(struct arena *a, const struct node *n, bool counted, int64_t now_s,
                             int64_t period_s);

#endif

/* report — what is derived from the figures of store/report.h: ranges, medians, shares of costs,
 * ratios. Pure but for the first.
 */
#ifndef KOI_DOMAIN_REPORT_H
#define KOI_DOMAIN_REPORT_H

#include "store/report.h"

/* Fills in a range: days not given (DB_NULL) become those of the first and last order, or the last
 * thirty days where there is none. RC_INVALID when they are in the wrong order, RC_LIMIT past
 * 20,000 days. */
enum rc report_range_fill(struct tx *tx, struct report_range *range, struct err *e);

/* The median of a histogram in whole days (rows ascending, days ≥ 0 counted): the mean of the two
 * middle values when their number is even; NaN for none. The mean in days, of seconds: NaN for
 * none. */
double report_median(const struct report_days_row *rows, size_t n);
double report_mean(const struct report_days_row *rows, size_t n);

/* The part of a cost that falls on days from … to: it is spread evenly over its days, and the parts
 * of neighbouring ranges add up to the whole fen. */
int64_t report_cost_share(const struct report_cost *c, int64_t from_day, int64_t to_day);

/* round(amount × part ÷ all), halves up, for 0 ≤ part ≤ all and all > 0: differences of such sums
 * divide an amount without losing a fen. */
int64_t report_share(int64_t amount, int64_t part, int64_t all);

/* numerator ÷ denominator; NaN when the latter is 0. */
double report_ratio(int64_t numerator, int64_t denominator);

#endif

/* export_analyses — the answers of analyses as rows of a table, for exports.
 *
 * Each function writes one JSON array of flat objects out of the reply of its route, as those of
 * export_rows.h do; `asked` is the body that was sent. Rates are parts of one, lengths of time
 * hours. The cost is one pass over the reply.
 */
#ifndef KOI_API_EXPORT_ANALYSES_H
#define KOI_API_EXPORT_ANALYSES_H

#include "base/json.h"

/* {group, step, event, customers, from_last, from_first, lost, p25_h, p50_h, p75_h, p90_h}: steps
 * of everyone, then of each group. */
void export_funnel(struct json *out, const struct json_value *reply, const struct json_value *asked,
                   bool english);
/* {day, customers, cells: […]}: amounts in units of the currency. */
void export_retention(struct json *out, const struct json_value *reply,
                      const struct json_value *asked, bool english);
/* {day, series, events, customers}; the whole span comes last, without a day. */
void export_counts(struct json *out, const struct json_value *reply, const struct json_value *asked,
                   bool english);
/* {step, node_from, node_to, visits, share}: share of the visits that were at node_from. */
void export_paths(struct json *out, const struct json_value *reply, const struct json_value *asked,
                  bool english);
/* {times, customers, share}; and {days, count, so_far} of the time between purchases. */
void export_again(struct json *out, const struct json_value *reply, const struct json_value *asked,
                  bool english);
void export_intervals(struct json *out, const struct json_value *reply,
                      const struct json_value *asked, bool english);

#endif

/* export_rows — the rows of those replies that are no plain list.
 *
 * Each function writes one JSON array of flat objects, in the order the reply has them; members of
 * a reply that are missing give no rows. `asked` is the filter. The cost is one pass over the
 * reply.
 */
#ifndef KOI_API_EXPORT_ROWS_H
#define KOI_API_EXPORT_ROWS_H

#include "base/json.h"

/* The tree of tags: {category, group, and the tag's own members}. */
void export_tags(struct json *out, const struct json_value *reply, const struct json_value *asked,
                 bool english);
/* The figures of the order data: {fact (in words), count | amount_fen}. */
void export_facts(struct json *out, const struct json_value *reply, const struct json_value *asked,
                  bool english);
/* The trend of the last thirty days: {day, friends, orders, sale_fen}. */
void export_trend(struct json *out, const struct json_value *reply, const struct json_value *asked,
                  bool english);
/* Moves between tiers: {source, target, customers} by name; and sizes after each run:
 * {at_s, tier, customers}. */
void export_tier_moves(struct json *out, const struct json_value *reply,
                       const struct json_value *asked, bool english);
void export_tier_history(struct json *out, const struct json_value *reply,
                         const struct json_value *asked, bool english);
/* How many are due of a cycle, what is overdue first: {from_day (absent: any time before), to_day,
 * customers, expression}. */
void export_due(struct json *out, const struct json_value *reply, const struct json_value *asked,
                bool english);

#endif

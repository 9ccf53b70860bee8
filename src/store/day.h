/* day — the table `calendar`: days, weeks, months of the corp's zone, so that SQL can say "this
 * month". */
#ifndef KOI_STORE_DAY_H
#define KOI_STORE_DAY_H

#include "db/db.h"

enum { DAY_FIRST = 0, DAY_LAST = 47846 }; /* 1970-01-01 … 2100-12-31 */

/* The zone the table was filled for, in the transaction's arena; RC_NOT_FOUND (e untouched) when it
 * never was. */
enum rc day_zone(struct tx *tx, struct str *out, struct err *e);
/* Removes all rows and forgets the zone: the start of a refill. */
enum rc day_clear(struct tx *tx, struct err *e);
/* Writes the days from … to in the zone of base/calendar.h. At most LIMIT_CLOSURE_ROWS of them. */
enum rc day_fill(struct tx *tx, int32_t from, int32_t to, struct err *e);
/* The table is whole: remembers the zone. */
enum rc day_filled(struct tx *tx, struct str zone, struct err *e);

#endif

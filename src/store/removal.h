/* removal — how often accounts or products were taken out of the database (schema/0006_*.sql).
 *
 * What a process remembers of such rows holds as long as this number stands. Read it before the
 * rows are read, and again in the transaction that relies on them.
 */
#ifndef KOI_STORE_REMOVAL_H
#define KOI_STORE_REMOVAL_H

#include "db/db.h"

/* One probe. */
enum rc removal_times(struct tx *tx, int64_t *out, struct err *e);
/* Counts up: by whoever removes rows of `identity` or `product`, in the same transaction. */
enum rc removal_note(struct tx *tx, struct err *e);

#endif

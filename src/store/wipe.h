/* wipe — taking everything about customers out of the database, a piece at a time: for removing the
 * demo corp. */
#ifndef KOI_STORE_WIPE_H
#define KOI_STORE_WIPE_H

#include "db/db.h"

/* Deletes at most some 2,000 rows and says whether that was all. Accounts, settings, sessions,
 * jobs, audit and what schema files put in stay. Call in closure after closure until
 * `out_empty`. */
enum rc wipe_some(struct tx *tx, bool *out_empty, struct err *e);
/* How many imports there are besides the demo that were not undone. */
enum rc wipe_others(struct tx *tx, int64_t *out, struct err *e);

#endif

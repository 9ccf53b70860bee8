/* erasure — taking a person out of the tables: what is personal goes, what happened stays. */
#ifndef KOI_STORE_ERASURE_H
#define KOI_STORE_ERASURE_H

#include "db/db.h"

/* For one customer row (call it for everyone with the root): a tombstone for each account, then
 * accounts, name index, profile, fields, notes, remarks, memberships of groups by name only, what
 * merges remember of the profile. The row itself stays, with erased_s. */
enum rc erasure_run(struct tx *tx, int64_t customer_id, struct err *e);
/* How many tombstones there are: for `doctor`. */
enum rc erasure_count(struct tx *tx, int64_t *out, struct err *e);

#endif

/* view — columns, filters and densities a person has chosen for a list: JSON that only the console
 * reads. */
#ifndef KOI_STORE_VIEW_H
#define KOI_STORE_VIEW_H

#include "db/db.h"

/* The value, in the transaction's arena. RC_NOT_FOUND (e untouched) when none was saved. */
enum rc view_find(struct tx *tx, int64_t account_id, struct str name, struct str *out,
                  struct err *e);
/* Saves it over the one before. At most 100 for an account: RC_LIMIT. */
enum rc view_put(struct tx *tx, int64_t account_id, struct str name, struct str value,
                 struct err *e);

#endif

/* setting — settings set from the console. What they mean and which come first is
 * domain/config.h. */
#ifndef KOI_STORE_SETTING_H
#define KOI_STORE_SETTING_H

#include "db/db.h"

struct setting_row {
    struct str name, value;
};

/* All rows, by name, in the transaction's arena. */
enum rc setting_list(struct tx *tx, struct setting_row **out, size_t *out_n, struct err *e);
enum rc setting_put(struct tx *tx, struct str name, struct str value, int64_t account_id,
                    struct err *e);
/* Back to what the places before the console say. */
enum rc setting_delete(struct tx *tx, struct str name, struct err *e);

#endif

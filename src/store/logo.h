/* logo — the corp's logo as it is drawn in codes: at most one row. What makes it fit is
 * file/logo.h. */
#ifndef KOI_STORE_LOGO_H
#define KOI_STORE_LOGO_H

#include "db/db.h"

struct logo {
    struct str picture; /* PNG, square, at most 200 KB */
    int64_t side;       /* pixels */
    int64_t changed_us;
};

/* The picture and what is known of it, in the arena; `picture` absent: there is none. */
enum rc logo_load(struct tx *tx, struct arena *a, struct logo *out, struct err *e);
/* Instead of the one before; `account_id` 0: nobody's. */
enum rc logo_put(struct tx *tx, struct str picture, int64_t side, int64_t account_id,
                 struct err *e);
/* None from now on. RC_OK also when there was none. */
enum rc logo_drop(struct tx *tx, struct err *e);

#endif

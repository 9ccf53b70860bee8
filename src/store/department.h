/* department — the corp's tree as rows, for whoever keeps it: store/staff.h shows it.
 */
#ifndef KOI_STORE_DEPARTMENT_H
#define KOI_STORE_DEPARTMENT_H

#include "db/db.h"

struct department_row {
    int64_t id, parent_id;        /* 0: a root */
    struct str name, external_id; /* external_id: absent when no platform knows it */
    int64_t position;
};

/* All of them, by id. */
enum rc department_rows(struct tx *tx, struct department_row **out, size_t *out_n, struct err *e);
/* Writes parent, name, position and external_id back; department_close_above() comes after. */
enum rc department_store(struct tx *tx, const struct department_row *row, struct err *e);
/* Removes one: its staff and what is below it go to its parent; department_close_above() comes
 * after. */
enum rc department_remove(struct tx *tx, const struct department_row *row, struct err *e);
/* Makes department_above true again and writes only what differs; in `out_changed` how many rows.
 * RC_INVALID "department_cycle" when the parents run in a circle. Reads the whole tree. */
enum rc department_close_above(struct tx *tx, int64_t *out_changed, struct err *e);

#endif

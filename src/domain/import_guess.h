/* import_guess — which column is what, from the names of columns and the values in them. Private to
 * import_map.
 */
#ifndef KOI_DOMAIN_IMPORT_GUESS_H
#define KOI_DOMAIN_IMPORT_GUESS_H

#include "domain/import_map.h"

/* Fills the columns and the prefixes of `m`, whose kind is set. Reads up to TABLE_SAMPLE_ROWS rows
 * of `t`. */
enum rc import_guess(struct table *t, struct arena *a, struct import_map *m, struct err *e);
/* A column's name for comparing: see import_map.c. Owned by the arena. */
struct str import_guess_word(struct arena *a, struct str name);

#endif

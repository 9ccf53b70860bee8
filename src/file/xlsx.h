/* xlsx — rows out of one sheet of an Office Open XML workbook (ECMA-376). Private to src/file; the
 * way in is table.h.
 */
#ifndef KOI_FILE_XLSX_H
#define KOI_FILE_XLSX_H

#include "file/csv.h"

struct xlsx;

/* Opens the sheet of that name, or the first. The source becomes the workbook's. RC_INVALID when it
 * is no workbook or has no such sheet, RC_LIMIT for a bomb, RC_CORRUPT for broken parts. */
enum rc xlsx_open(struct source *source, struct str sheet, struct xlsx **out, struct err *e);
void xlsx_close(struct xlsx *x);
size_t xlsx_sheets(const struct xlsx *x, const struct str **out);
/* The next row of the sheet; `raw` is absent, `line` the row's number. RC_NOT_FOUND (e untouched)
 * at the end. */
enum rc xlsx_next(struct xlsx *x, struct csv_row *out, struct err *e);
/* Compressed bytes of the sheet read so far, and in all. */
int64_t xlsx_at(const struct xlsx *x);
int64_t xlsx_size(const struct xlsx *x);

#endif

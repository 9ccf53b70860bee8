/* xlsx_style — what a number in a sheet means: a plain number, or a day or time written as one.
 * Private to src/file.
 */
#ifndef KOI_FILE_XLSX_STYLE_H
#define KOI_FILE_XLSX_STYLE_H

#include "base/buf.h"

/* What a number format shows: bits. */
enum { SHOWS_NUMBER = 0, SHOWS_DAY = 1, SHOWS_TIME = 2 };

/* Of a built-in format (ECMA-376 18.8.30), and of a format's code such as `yyyy"年"m"月"d"日"
 * hh:mm`. */
unsigned xlsx_builtin_shows(int64_t format_id);
unsigned xlsx_code_shows(struct str code);

/* Appends the text of a number cell: "2.55" for 2.5499999999999998, "2010-12-01 08:26:00" for
 * 40513.3513888889 shown as day and time. `text` is the cell's value; one that is no number is
 * appended as it is. */
void xlsx_number_text(struct buf *out, struct str text, unsigned shows, bool from_1904);

#endif

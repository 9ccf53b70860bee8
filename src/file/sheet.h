/* sheet — tables written for spreadsheets: CSV and XLSX, in which nothing runs.
 *
 * A spreadsheet takes a cell that begins with = + - @, a tab or a carriage return for a formula or
 * a command. In CSV such text is led by an apostrophe, unless it is a number; in XLSX every text is
 * a string cell, which is never computed, and numbers are numbers.
 */
#ifndef KOI_FILE_SHEET_H
#define KOI_FILE_SHEET_H

#include "base/buf.h"
#include "base/err.h"
#include "file/sealed.h"

enum sheet_format { SHEET_CSV, SHEET_XLSX };
enum sheet_cell { SHEET_TEXT, SHEET_NUMBER, SHEET_MONEY, SHEET_DAY, SHEET_TIME };

struct sheet;

/* Begins a table whose columns are named by `header`, each of a kind. The sealed file is the
 * caller's and stays open; CSV is written to it as it comes, XLSX by sheet_finish(). */
enum rc sheet_new(enum sheet_format format, struct sealed_writer *file, struct str title,
                  const struct str *header, const enum sheet_cell *kinds, size_t columns,
                  struct sheet **out, struct err *e);
/* One row; cells as text: numbers decimal, money in fen, days as civil days, times in seconds.
 * Absent cells are empty. RC_LIMIT past the 1,048,576 rows of a sheet. */
enum rc sheet_row(struct sheet *s, const struct str *cells, struct err *e);
/* A line below the table that says something of it, "时间范围", "last 30d"; the first one leaves a
 * line free. No more rows after it. */
enum rc sheet_note(struct sheet *s, struct str name, struct str value, struct err *e);
/* Writes what is left and frees; NULL is accepted by the second, which gives up. */
enum rc sheet_finish(struct sheet *s, struct err *e);
void sheet_drop(struct sheet *s);

/* Appends one CSV cell: quoted where it must be, safe against formulas when `guard` is set. */
void sheet_csv_cell(struct buf *out, struct str text, bool guard);

#endif

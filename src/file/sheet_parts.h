/* sheet_parts — the two ways to write a table, behind struct sheet. Private to src/file. */
#ifndef KOI_FILE_SHEET_PARTS_H
#define KOI_FILE_SHEET_PARTS_H

#include "file/sheet.h"

struct xlsx_out;

/* Begins a workbook of one sheet with its header row. */
enum rc xlsx_out_new(struct str title, const struct str *header, const enum sheet_cell *kinds,
                     size_t columns, struct xlsx_out **out, struct err *e);
enum rc xlsx_out_row(struct xlsx_out *x, const struct str *cells, struct err *e);
enum rc xlsx_out_note(struct xlsx_out *x, struct str name, struct str value, bool first,
                      struct err *e);
/* Ends the workbook, copies it into the sealed file, and frees; without a file it only frees. */
enum rc xlsx_out_finish(struct xlsx_out *x, struct sealed_writer *file, struct err *e);

#endif

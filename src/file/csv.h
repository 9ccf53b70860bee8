/* csv — rows out of delimited or blank-separated text in UTF-8. Private to src/file; the way in is
 * table.h.
 */
#ifndef KOI_FILE_CSV_H
#define KOI_FILE_CSV_H

#include "file/source.h"

struct csv;

/* Reads from `source`, which stays the caller's. `delimiter` as in struct table_options, not a
 * guess. */
struct csv *csv_new(struct source *source, char delimiter);
/* Reads from bytes in memory, which are copied. */
struct csv *csv_new_memory(struct str text, char delimiter);
void csv_free(struct csv *c);

struct csv_row {
    const struct str *cells;
    size_t n;
    struct str raw;
    int64_t line;
    enum table_fault fault;
    bool high; /* there may be bytes over 0x7f */
};

/* The next row, blank lines included (one empty cell). RC_NOT_FOUND (e untouched) at the end. */
enum rc csv_next(struct csv *c, struct csv_row *out, struct err *e);

#endif

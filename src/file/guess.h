/* guess — what kind of text a file holds, from a sample of its first bytes. Private to src/file.
 */
#ifndef KOI_FILE_GUESS_H
#define KOI_FILE_GUESS_H

#include "file/table.h"

/* The encoding of raw bytes; `whole` when the sample is the whole file. */
enum table_encoding guess_encoding(struct str bytes, bool whole);
/* The delimiter of UTF-8 text. */
char guess_delimiter(struct str text, bool whole);
/* Whether a first row names columns: no cell of it looks like a number or a date, and at least half
 * have text. */
bool guess_is_header(const struct str *cells, size_t n);

#endif

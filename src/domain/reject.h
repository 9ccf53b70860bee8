/* reject — the file of rows that an import could not take: CSV, sealed, for download. Private to
 * import.
 */
#ifndef KOI_DOMAIN_REJECT_H
#define KOI_DOMAIN_REJECT_H

#include "domain/import_read.h"
#include "file/sealed.h"

struct reject;

enum { REJECT_SHOWN = 20 };

/* Begins the file; `path` NULL: only the first REJECT_SHOWN problems are kept, for a dry run.
 * `header` holds as long as the reject. */
enum rc reject_new(const struct keyring *keys, const char *path, const struct str *header,
                   bool english, struct reject **out, struct err *e);
enum rc reject_add(struct reject *r, const struct table_row *row, const struct problem *p,
                   struct err *e);
/* Ends the file (without any row there will be none) and frees. */
enum rc reject_finish(struct reject *r, struct err *e);
void reject_drop(struct reject *r);
/* The first problems as a JSON array of {line, column, reason}. */
void reject_print(const struct reject *r, struct json *out, const char *key);

#endif

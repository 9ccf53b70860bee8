/* export — what the commands that write spreadsheets share. */
#ifndef KOI_CMD_EXPORT_H
#define KOI_CMD_EXPORT_H

#include "cmd/client.h"

/* "xlsx" or "csv": what is wanted (NULL: nothing was said), else by the ending of a file's name. */
const char *export_format(const char *wanted, const char *file);
/* Orders an export with the body of POST /api/exports, follows the job, and writes the file; says
 * how many rows there are. Whatever fails is in `e`. */
enum rc export_fetch(struct invocation *in, struct client *c, struct str body, const char *file,
                     struct err *e);

#endif

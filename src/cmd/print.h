/* print — what several commands print: JSON as it is, lists as aligned columns. */
#ifndef KOI_CMD_PRINT_H
#define KOI_CMD_PRINT_H

#include "cmd/client.h"

/* The reply's JSON on a line of its own. */
void print_json(const struct client_reply *r);
/* Rows of `items` as columns: `keys` are member names ("login", "staff.name"), NULL-terminated, in
 * the heading too. Widths follow the content; Chinese characters count two. */
void print_table(struct invocation *in, const struct json_value *items, const char *const *keys);
/* GETs a list and prints it: its JSON, or its items as columns. */
enum rc print_listing(struct invocation *in, const char *target, const char *const *keys,
                      struct err *e);
/* One member as text, for a column: numbers as they are, times (…_s) as local time, absent as
 * "-". */
struct str print_cell(struct arena *a, const struct json_value *object, const char *key);

#endif

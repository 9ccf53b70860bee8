/* export_columns — which lists can be exported, and what their columns are called. */
#ifndef KOI_API_EXPORT_COLUMNS_H
#define KOI_API_EXPORT_COLUMNS_H

#include "base/arena.h"
#include "base/json.h"
#include "file/sheet.h"

/* A list: its name in the API, its route, the permission is the route's own. `columns` are members
 * of an item, "source.name" for a member of a member, in their usual order. */
struct export_list {
    const char *what;
    const char *path; /* "{id}" is replaced by the filter's audience_id */
    const char *zh, *en;
    const char *columns;
};
extern const struct export_list export_lists[]; /* sorted; ends with a NULL name */
const struct export_list *export_list_find(struct str what);

/* The column's title and kind, from its key: "spend_fen" is money, "added_s" a time. */
struct str export_title(struct arena *a, struct str key, bool english);
enum sheet_cell export_kind(struct str key);
/* The cell of an item: texts as they are, numbers decimal, a list of named things as their names
 * with commas. Absent for null. */
struct str export_cell(struct arena *a, const struct json_value *item, struct str key);

#endif

/* export_columns — which lists can be exported, and what their columns are called. */
#ifndef KOI_API_EXPORT_COLUMNS_H
#define KOI_API_EXPORT_COLUMNS_H

#include "base/arena.h"
#include "base/json.h"
#include "file/sheet.h"

/* A list: its name in the API, its route, the permission is the route's own. `columns` are members
 * of an item, "source.name" for a member of a member, "active.3" for an element, "active.*" for all
 * there are, in their usual order. */
struct export_list {
    const char *what;
    const char *path; /* a {name} in it is replaced by that member of the filter */
    const char *zh, *en;
    const char *columns;
    /* Where the rows are in the reply: a member, "items" unless told; or a function that writes
     * them as an array, from a reply that is no plain list (export_rows.h). */
    const char *rows;
    void (*make)(struct json *out, const struct json_value *reply, const struct json_value *asked,
                 bool english);
    /* The route is POST and the filter its body, which is told below the table. */
    bool posted;
};
extern const struct export_list export_lists[]; /* sorted; ends with a NULL name */
const struct export_list *export_list_find(struct str what);

/* The column's title in a list, and its kind, from its key: "spend_fen" is money, "added_s" a time.
 * One that has no title is called by its key. */
struct str export_title(struct arena *a, const char *what, struct str key, bool english);
enum sheet_cell export_kind(struct str key);

/* How yes, no and the API's fixed words are said: to people, or as they are. */
enum export_words { EXPORT_RAW, EXPORT_ZH, EXPORT_EN };
/* The cell of an item: texts as they are but for fixed words (export_terms.h), numbers decimal, a
 * list of named things as their names with commas. Absent for null. */
struct str export_cell(struct arena *a, const struct json_value *item, struct str key,
                       enum export_words words);

#endif

/* names — small catalogues read whole, for telling ids by the names that files use.
 */
#ifndef KOI_STORE_NAMES_H
#define KOI_STORE_NAMES_H

#include "db/db.h"

enum name_list {
    NAMES_STAFF,
    NAMES_EVENT_KINDS,
    NAMES_TAGS,
    NAMES_STAGES,
    NAMES_SOURCES,
    NAMES_LISTS
};

/* Up to three names of one thing: staff have userid and name, kinds word, Chinese and English, tags
 * name and group/name. The rest is absent. */
struct name_row {
    int64_t id;
    struct str names[3];
};

/* The whole catalogue, without what is archived or has left, in the transaction's arena. */
enum rc names_read(struct tx *tx, enum name_list list, struct name_row **out, size_t *out_n,
                   struct err *e);

/* A tag by name in the group 导入 of the category 导入, all of them made when missing. */
enum rc names_tag_add(struct tx *tx, struct str name, int64_t *out, struct err *e);

#endif

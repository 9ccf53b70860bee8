/* tag_library — a platform's tag groups and tags among the corp's own: which row has which id of
 * the platform's. Everything else about them is in store/tag.h.
 */
#ifndef KOI_STORE_TAG_LIBRARY_H
#define KOI_STORE_TAG_LIBRARY_H

#include "store/tag.h"

/* The row with the platform's id; RC_NOT_FOUND (e untouched). */
enum rc tag_library_group(struct tx *tx, struct str external_id, struct tag_group *out,
                          struct err *e);
enum rc tag_library_tag(struct tx *tx, struct str external_id, struct tag *out, struct err *e);
/* The row of that name (unique in its category or group); RC_NOT_FOUND (e untouched). In
 * `out_external` its id of the platform's, absent when it has none. */
enum rc tag_library_group_named(struct tx *tx, int64_t category_id, struct str name,
                                struct tag_group *out, struct str *out_external, struct err *e);
enum rc tag_library_tag_named(struct tx *tx, int64_t group_id, struct str name, struct tag *out,
                              struct str *out_external, struct err *e);
/* Says which id a row has; absent takes it away: the platform has deleted it. A group with an id is
 * the platform's (`wecom`), one without is Koi's own from then on. */
enum rc tag_library_name_group(struct tx *tx, int64_t id, struct str external_id, struct err *e);
enum rc tag_library_name_tag(struct tx *tx, int64_t id, struct str external_id, struct err *e);
/* A group without tags vanishes at the platform; here it stays, to be made again. */
enum rc tag_library_forget_group(struct tx *tx, int64_t id, struct err *e);
/* A group's tags are to be the platform's. */
enum rc tag_library_want_group(struct tx *tx, int64_t id, struct err *e);
/* The group of that name that is to be the platform's and has no id yet, in whatever category;
 * RC_NOT_FOUND (e untouched). */
enum rc tag_library_group_wanted(struct tx *tx, struct str name, struct tag_group *out,
                                 struct err *e);
/* How many tags in use are the platform's or are to be. */
enum rc tag_library_size(struct tx *tx, int64_t *out, struct err *e);

/* A tag as the platform is told of it. */
struct tag_address {
    int64_t group_id;
    struct str name, group_name;
    struct str id, group; /* the platform's ids; absent: it has none yet */
    bool wecom;           /* its group is the platform's, or is to be */
    bool archived;
};
/* RC_NOT_FOUND (e untouched). */
enum rc tag_library_address(struct tx *tx, int64_t tag_id, struct tag_address *out, struct err *e);
enum rc tag_library_group_id(struct tx *tx, int64_t group_id, struct str *out, struct err *e);
/* Tags of a group that are in use and have no id of the platform's. */
enum rc tag_library_untold(struct tx *tx, int64_t group_id, int64_t **out, size_t *out_n,
                           struct err *e);

/* A row of all groups that are the platform's or are to be, each with its tags: groups by id, and
 * tags of one by id; a group without tags is one row with tag_id 0. */
struct tag_library_row {
    int64_t group_id;
    struct str group_name, group; /* `group`, `id`: the platform's; absent: none yet */
    int64_t tag_id;               /* 0: the group has none */
    struct str name, id;
    bool archived;
};
enum rc tag_library_rows(struct tx *tx, struct tag_library_row **out, size_t *out_n, struct err *e);

/* The category in which new groups of the platform are put; made when there is none. */
enum rc tag_library_category(struct tx *tx, struct str name, int64_t *out_id, struct err *e);
/* The platform's ids of all groups, and of all tags (of one group unless 0). */
enum rc tag_library_groups(struct tx *tx, struct str **out, size_t *out_n, struct err *e);
enum rc tag_library_tags(struct tx *tx, int64_t group_id, struct str **out, size_t *out_n,
                         struct err *e);

#endif

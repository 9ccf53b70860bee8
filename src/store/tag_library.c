/* tag_library.c — the platform's ids of tag groups and tags, unique among the rows that have one. A
 * row without is Koi's own, or was the platform's and is so no more; it keeps its name, which is
 * unique in its category or group for all alike. Each look-up is one probe of an index; the two
 * lists read all tags, which are 10,000 at most in WeCom. Names and places are written by
 * store/tag.h, which refuses a name that is taken.
 */
#include "store/tag_library.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define GROUP_COLUMNS "SELECT id, category_id, name, position, external_id FROM tag_group WHERE "
#define TAG_COLUMNS                                                                                \
    "SELECT id, group_id, name, grain, position, archived_s, external_id FROM tag WHERE "
static const struct sql GROUP_OF = {
    .text = GROUP_COLUMNS "external_id = $1",
    .in = "s",
    .out = "iisiS",
};
static const struct sql GROUP_NAMED = {
    .text = GROUP_COLUMNS "category_id = $1 AND name = $2",
    .in = "is",
    .out = "iisiS",
};
static const struct sql TAG_OF = {
    .text = TAG_COLUMNS "external_id = $1",
    .in = "s",
    .out = "iissiIS",
};
static const struct sql TAG_NAMED = {
    .text = TAG_COLUMNS "group_id = $1 AND name = $2",
    .in = "is",
    .out = "iissiIS",
};
static const struct sql NAME_GROUP = {
    .text = "UPDATE tag_group SET external_id = $2,"
            " wecom = CASE WHEN $2 IS NULL THEN 0 ELSE 1 END WHERE id = $1",
    .in = "iS",
};
static const struct sql FORGET_GROUP = {
    .text = "UPDATE tag_group SET external_id = NULL WHERE id = $1",
    .in = "i",
};
static const struct sql WANT_GROUP = {
    .text = "UPDATE tag_group SET wecom = 1 WHERE id = $1",
    .in = "i",
};
static const struct sql GROUP_WANTED = {
    .text = GROUP_COLUMNS "name = $1 AND wecom = 1 AND external_id IS NULL /*scan*/"
                          " ORDER BY id LIMIT 1",
    .in = "s",
    .out = "iisiS",
};
static const struct sql SIZE = {
    .text = "SELECT count(*) FROM tag t /*scan*/ JOIN tag_group g ON g.id = t.group_id"
            " WHERE g.wecom = 1 AND (t.archived_s IS NULL OR t.external_id IS NOT NULL)",
    .out = "i",
};
static const struct sql ADDRESS = {
    .text = "SELECT g.id, t.name, g.name, t.external_id, g.external_id, g.wecom, t.archived_s"
            " FROM tag t JOIN tag_group g ON g.id = t.group_id WHERE t.id = $1",
    .in = "i",
    .out = "issSSiI",
};
static const struct sql GROUP_ID = {
    .text = "SELECT external_id FROM tag_group WHERE id = $1",
    .in = "i",
    .out = "S",
};
static const struct sql UNTOLD = {
    .text = "SELECT id FROM tag WHERE group_id = $1 AND external_id IS NULL"
            " AND archived_s IS NULL ORDER BY id",
    .in = "i",
    .out = "i",
};
static const struct sql ROWS = {
    .text = "SELECT g.id, g.name, g.external_id, coalesce(t.id, 0), coalesce(t.name, ''),"
            " t.external_id, t.archived_s FROM tag_group g /*scan*/"
            " LEFT JOIN tag t ON t.group_id = g.id WHERE g.wecom = 1 ORDER BY g.id, t.id",
    .out = "isSisSI",
};
static const struct sql NAME_TAG = {
    .text = "UPDATE tag SET external_id = $2 WHERE id = $1",
    .in = "iS",
};
static const struct sql CATEGORY = {
    .text = "SELECT id FROM tag_category WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql GROUPS = {
    .text = "SELECT external_id FROM tag_group /*scan*/ WHERE external_id IS NOT NULL ORDER BY id",
    .out = "s",
};
static const struct sql TAGS = {
    .text = "SELECT external_id FROM tag /*scan*/ WHERE external_id IS NOT NULL"
            " AND ($1 = 0 OR group_id = $1) ORDER BY id",
    .in = "i",
    .out = "s",
};

STATEMENTS(tag_library, &GROUP_OF, &GROUP_NAMED, &TAG_OF, &TAG_NAMED, &NAME_GROUP, &NAME_TAG,
           &CATEGORY, &GROUPS, &TAGS, &FORGET_GROUP, &WANT_GROUP, &GROUP_WANTED, &SIZE, &ADDRESS,
           &GROUP_ID, &UNTOLD, &ROWS);

static enum rc read_group(struct tx *tx, struct rows *r, struct tag_group *out,
                          struct str *out_external, struct err *e)
{
    *out = (struct tag_group){
        .id = rows_int(r, 0),
        .category_id = rows_int(r, 1),
        .name = rows_copy(r, 2, tx_arena(tx)),
        .position = rows_int(r, 3),
    };
    *out_external = rows_copy(r, 4, tx_arena(tx));
    return rows_end(r, e);
}

static enum rc read_tag(struct tx *tx, struct rows *r, struct tag *out, struct str *out_external,
                        struct err *e)
{
    *out = (struct tag){
        .id = rows_int(r, 0),
        .group_id = rows_int(r, 1),
        .name = rows_copy(r, 2, tx_arena(tx)),
        .grain = rows_copy(r, 3, tx_arena(tx)),
        .position = rows_int(r, 4),
        .archived_s = rows_known(r, 5),
    };
    *out_external = rows_copy(r, 6, tx_arena(tx));
    return rows_end(r, e);
}

enum rc tag_library_group(struct tx *tx, struct str external_id, struct tag_group *out,
                          struct err *e)
{
    struct rows *r;
    struct str own;
    enum rc rc = tx_find(tx, &GROUP_OF, &r, e, external_id);
    return rc == RC_OK ? read_group(tx, r, out, &own, e) : rc;
}

enum rc tag_library_group_named(struct tx *tx, int64_t category_id, struct str name,
                                struct tag_group *out, struct str *out_external, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &GROUP_NAMED, &r, e, category_id, name);
    return rc == RC_OK ? read_group(tx, r, out, out_external, e) : rc;
}

enum rc tag_library_tag(struct tx *tx, struct str external_id, struct tag *out, struct err *e)
{
    struct rows *r;
    struct str own;
    enum rc rc = tx_find(tx, &TAG_OF, &r, e, external_id);
    return rc == RC_OK ? read_tag(tx, r, out, &own, e) : rc;
}

enum rc tag_library_tag_named(struct tx *tx, int64_t group_id, struct str name, struct tag *out,
                              struct str *out_external, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &TAG_NAMED, &r, e, group_id, name);
    return rc == RC_OK ? read_tag(tx, r, out, out_external, e) : rc;
}

enum rc tag_library_name_group(struct tx *tx, int64_t id, struct str external_id, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &NAME_GROUP, e, id, external_id);
}

enum rc tag_library_name_tag(struct tx *tx, int64_t id, struct str external_id, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &NAME_TAG, e, id, external_id);
}

enum rc tag_library_category(struct tx *tx, struct str name, int64_t *out_id, struct err *e)
{
    enum rc rc = tx_int(tx, &CATEGORY, out_id, e, name);
    return rc == RC_NOT_FOUND ? tag_category_add(tx, name, DB_NULL, out_id, e) : rc;
}

static enum rc read_ids(struct tx *tx, struct rows *r, struct str **out, size_t *out_n,
                        struct err *e)
{
    struct str *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = rows_copy(r, 0, tx_arena(tx));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc tag_library_groups(struct tx *tx, struct str **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &GROUPS, &r, e);
    return rc == RC_OK ? read_ids(tx, r, out, out_n, e) : rc;
}

enum rc tag_library_tags(struct tx *tx, int64_t group_id, struct str **out, size_t *out_n,
                         struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAGS, &r, e, group_id);
    return rc == RC_OK ? read_ids(tx, r, out, out_n, e) : rc;
}

/* ---- what the platform is told ---- */

enum rc tag_library_forget_group(struct tx *tx, int64_t id, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &FORGET_GROUP, e, id);
}

enum rc tag_library_want_group(struct tx *tx, int64_t id, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &WANT_GROUP, e, id);
}

enum rc tag_library_group_wanted(struct tx *tx, struct str name, struct tag_group *out,
                                 struct err *e)
{
    struct rows *r;
    struct str none;
    enum rc rc = tx_find(tx, &GROUP_WANTED, &r, e, name);
    return rc == RC_OK ? read_group(tx, r, out, &none, e) : rc;
}

enum rc tag_library_size(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &SIZE, out, e);
}

enum rc tag_library_address(struct tx *tx, int64_t tag_id, struct tag_address *out, struct err *e)
{
    struct rows *r;
    struct arena *a = tx_arena(tx);
    enum rc rc = tx_find(tx, &ADDRESS, &r, e, tag_id);
    if (rc != RC_OK)
        return rc;
    *out = (struct tag_address){
        .group_id = rows_int(r, 0),
        .name = rows_copy(r, 1, a),
        .group_name = rows_copy(r, 2, a),
        .id = rows_copy(r, 3, a),
        .group = rows_copy(r, 4, a),
        .wecom = rows_int(r, 5) != 0,
        .archived = !rows_null(r, 6),
    };
    return rows_end(r, e);
}

enum rc tag_library_group_id(struct tx *tx, int64_t group_id, struct str *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &GROUP_ID, &r, e, group_id);
    if (rc != RC_OK)
        return rc;
    *out = rows_copy(r, 0, tx_arena(tx));
    return rows_end(r, e);
}

enum rc tag_library_untold(struct tx *tx, int64_t group_id, int64_t **out, size_t *out_n,
                           struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &UNTOLD, &r, e, group_id);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

enum rc tag_library_rows(struct tx *tx, struct tag_library_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &ROWS, &r, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct tag_library_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct tag_library_row){
            .group_id = rows_int(r, 0),
            .group_name = rows_copy(r, 1, a),
            .group = rows_copy(r, 2, a),
            .tag_id = rows_int(r, 3),
            .name = rows_copy(r, 4, a),
            .id = rows_copy(r, 5, a),
            .archived = !rows_null(r, 6),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

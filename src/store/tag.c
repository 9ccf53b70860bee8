/* tag.c — the catalogue of tags, and tags on people.
 *
 * Names are looked up before they are written, so that a clash is told in words; the unique index
 * stands behind it. Bulk tagging is two statements for up to 500 customers: the first returns whom
 * it changed, the rest are events. Counting the wearers of all tags reads every tagging once (about
 * 0.7 µs each); it is the one slow question here, asked by the catalogue page alone.
 */
#include "store/tag.h"

#include "store/event.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/relation.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>
#include <stdlib.h>

static const struct sql CATEGORY_LIST = {
    .text = "SELECT id, name, position FROM tag_category /*scan*/ ORDER BY position, id",
    .out = "isi",
};
static const struct sql GROUP_LIST = {
    .text = "SELECT id, category_id, name, position, wecom,"
            " CASE WHEN external_id IS NULL THEN 0 ELSE 1 END FROM tag_group /*scan*/"
            " ORDER BY position, id",
    .out = "iisiii",
};
#define WORN                                                                                       \
    "SELECT x.tag_id, m.root_id FROM customer_tag x JOIN customer m ON m.id = x.customer_id"       \
    " UNION SELECT x.tag_id, m.root_id FROM relation_tag x"                                        \
    " JOIN relation r ON r.id = x.relation_id JOIN customer m ON m.id = r.customer_id"
static const struct sql TAG_LIST = {
    .text = "SELECT t.id, t.group_id, t.name, t.grain, t.position, t.archived_s, coalesce(w.n, 0)"
            " FROM tag t /*scan*/ LEFT JOIN (SELECT q.tag_id, count(*) AS n FROM (" WORN ") q"
            " JOIN customer c ON c.id = q.root_id WHERE c.erased_s IS NULL AND " SCOPE_CUSTOMER(
                "q.root_id", "$1") " GROUP BY q.tag_id) w ON w.tag_id = t.id"
                                   " ORDER BY t.position, t.id",
    .in = "i",
    .out = "iissiIi",
};
static const struct sql CATEGORY_NAMED = {
    .text = "SELECT id FROM tag_category WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql GROUP_NAMED = {
    .text = "SELECT id FROM tag_group WHERE category_id = $1 AND name = $2",
    .in = "is",
    .out = "i",
};
static const struct sql TAG_NAMED = {
    .text = "SELECT id FROM tag WHERE group_id = $1 AND name = $2",
    .in = "is",
    .out = "i",
};
static const struct sql CATEGORY_ADD = {
    .text =
        "INSERT INTO tag_category (id, name, position, created_s) VALUES ($1, $2,"
        " coalesce($3, (SELECT coalesce(max(position), 0) + 1 FROM tag_category /*scan*/)), $4)",
    .in = "isIi",
};
static const struct sql GROUP_ADD = {
    .text = "INSERT INTO tag_group (id, category_id, name, position, created_s) VALUES ($1, $2, $3,"
            " coalesce($4, (SELECT coalesce(max(position), 0) + 1 FROM tag_group"
            " WHERE category_id = $2)), $5)",
    .in = "iisIi",
};
static const struct sql TAG_ADD = {
    .text =
        "INSERT INTO tag (id, group_id, name, grain, position, created_s) VALUES ($1, $2, $3, $4,"
        " coalesce($5, (SELECT coalesce(max(position), 0) + 1 FROM tag WHERE group_id = $2)), $6)",
    .in = "iissIi",
};
static const struct sql CATEGORY_LOAD = {
    .text = "SELECT id, name, position FROM tag_category WHERE id = $1",
    .in = "i",
    .out = "isi",
};
static const struct sql GROUP_LOAD = {
    .text = "SELECT id, category_id, name, position, wecom FROM tag_group WHERE id = $1",
    .in = "i",
    .out = "iisii",
};
static const struct sql TAG_LOAD = {
    .text = "SELECT id, group_id, name, grain, position, archived_s FROM tag WHERE id = $1",
    .in = "i",
    .out = "iissiI",
};
static const struct sql CATEGORY_STORE = {
    .text = "UPDATE tag_category SET name = $2, position = $3 WHERE id = $1",
    .in = "isi",
};
static const struct sql GROUP_STORE = {
    .text = "UPDATE tag_group SET category_id = $2, name = $3, position = $4 WHERE id = $1",
    .in = "iisi",
};
static const struct sql TAG_STORE = {
    .text = "UPDATE tag SET group_id = $2, name = $3, grain = $4, position = $5, archived_s = $6"
            " WHERE id = $1",
    .in = "iissiI",
};
static const struct sql CATEGORY_USED = {
    .text = "SELECT count(*) FROM tag_group WHERE category_id = $1",
    .in = "i",
    .out = "i",
};
static const struct sql GROUP_USED = {
    .text = "SELECT count(*) FROM tag WHERE group_id = $1",
    .in = "i",
    .out = "i",
};
static const struct sql CATEGORY_REMOVE = {
    .text = "DELETE FROM tag_category WHERE id = $1",
    .in = "i",
};
static const struct sql GROUP_REMOVE = {
    .text = "DELETE FROM tag_group WHERE id = $1",
    .in = "i",
};
static const struct sql TAG_WEARERS = {
    .text = "SELECT count(*) FROM (SELECT m.root_id FROM customer_tag x"
            " JOIN customer m ON m.id = x.customer_id WHERE x.tag_id = $1"
            " UNION SELECT m.root_id FROM relation_tag x JOIN relation r ON r.id = x.relation_id"
            " JOIN customer m ON m.id = r.customer_id WHERE x.tag_id = $1) q"
            " JOIN customer c ON c.id = q.root_id WHERE c.erased_s IS NULL AND " SCOPE_CUSTOMER(
                "q.root_id", "$2"),
    .in = "ii",
    .out = "i",
};

/* From few customers to their tags, in this order: CROSS JOIN is SQLite's word for it. The other
 * way round each statement would read everyone who wears the tag. */
#define PUT(ids)                                                                                   \
    "INSERT INTO customer_tag (customer_id, tag_id, put_s) SELECT c.id, $2, $3 FROM customer c"    \
    " WHERE c.id " ids " AND c.root_id = c.id AND c.erased_s IS NULL"                              \
    " AND NOT EXISTS (SELECT 1 FROM customer m CROSS JOIN customer_tag x"                          \
    " WHERE m.root_id = c.id AND x.customer_id = m.id AND x.tag_id = $2)"                          \
    " AND NOT EXISTS (SELECT 1 FROM customer m CROSS JOIN relation r CROSS JOIN relation_tag x"    \
    " WHERE m.root_id = c.id AND r.customer_id = m.id AND x.relation_id = r.id AND x.tag_id = $2)" \
    " ON CONFLICT (customer_id, tag_id) DO NOTHING RETURNING customer_id"
static const struct sql TAG_PUT = {
    .text = PUT(IDS_LITE("$1")),
    .pg = PUT(IDS_PG("$1")),
    .in = "sii",
    .out = "i",
};
#define WEARING(ids)                                                                               \
    "SELECT DISTINCT m.root_id FROM customer m CROSS JOIN customer_tag x WHERE m.root_id " ids     \
    " AND x.customer_id = m.id AND x.tag_id = $2"
static const struct sql TAG_WEARING = {
    .text = WEARING(IDS_LITE("$1")),
    .pg = WEARING(IDS_PG("$1")),
    .in = "si",
    .out = "i",
};
static const struct sql TAG_LOOSE = {
    .text = "SELECT DISTINCT x.tag_id FROM customer m CROSS JOIN customer_tag x CROSS JOIN tag t"
            " CROSS JOIN tag_group g WHERE m.root_id = $1 AND x.customer_id = m.id"
            " AND t.id = x.tag_id AND t.archived_s IS NULL AND g.id = t.group_id AND g.wecom = 1",
    .in = "i",
    .out = "i",
};
#define OFF(ids)                                                                                   \
    "DELETE FROM customer_tag WHERE tag_id = $2 AND customer_id IN"                                \
    " (SELECT m.id FROM customer m WHERE m.root_id " ids ")"
static const struct sql TAG_OFF = {
    .text = OFF(IDS_LITE("$1")),
    .pg = OFF(IDS_PG("$1")),
    .in = "si",
};
/* clang-format off */
#define STAFF_SEEN                                                                                 \
    "($1 = 0 OR EXISTS (SELECT 1 FROM account_staff a WHERE a.account_id = $1"                     \
    " AND a.staff_id = s.id))"
static const struct sql TAG_COVERAGE = {
    .text = "SELECT s.id, s.name, count(*),"
            " CAST(sum(CASE WHEN EXISTS (SELECT 1 FROM customer m JOIN customer_tag x"
            " ON x.customer_id = m.id WHERE m.root_id = q.root_id) OR EXISTS (SELECT 1"
            " FROM customer m JOIN relation y ON y.customer_id = m.id JOIN relation_tag t"
            " ON t.relation_id = y.id WHERE m.root_id = q.root_id) THEN 1 ELSE 0 END) AS BIGINT)"
            " FROM staff s /*scan*/ JOIN (SELECT DISTINCT r.staff_id, c.root_id FROM relation r"
            " JOIN customer c ON c.id = r.customer_id JOIN customer d ON d.id = c.root_id"
            " WHERE r.deleted_s IS NULL AND d.erased_s IS NULL) q ON q.staff_id = s.id WHERE "
            STAFF_SEEN " GROUP BY s.id, s.name ORDER BY 3 DESC, 1",
    .in = "i",
    .out = "isii",
};
static const struct sql TAG_COVERAGE_STAFF = {
    .text = "SELECT s.id, s.name FROM staff s /*scan*/ WHERE " STAFF_SEEN " ORDER BY s.id",
    .in = "i",
    .out = "is",
};
static const struct sql TAG_LIST_PLAIN = {
    .text = "SELECT t.id, t.group_id, t.name, t.grain, t.position, t.archived_s FROM tag t /*scan*/"
            " ORDER BY t.position, t.id",
    .out = "iissiI",
};
/* clang-format on */

STATEMENTS(tag, &CATEGORY_LIST, &GROUP_LIST, &TAG_LIST, &CATEGORY_NAMED, &GROUP_NAMED, &TAG_NAMED,
           &CATEGORY_ADD, &GROUP_ADD, &TAG_ADD, &CATEGORY_LOAD, &GROUP_LOAD, &TAG_LOAD,
           &CATEGORY_STORE, &GROUP_STORE, &TAG_STORE, &CATEGORY_USED, &GROUP_USED, &CATEGORY_REMOVE,
           &GROUP_REMOVE, &TAG_WEARERS, &TAG_PUT, &TAG_WEARING, &TAG_OFF, &TAG_LOOSE, &TAG_COVERAGE,
           &TAG_COVERAGE_STAFF, &TAG_LIST_PLAIN);

/* ---- the catalogue ---- */

enum rc tag_category_list(struct tx *tx, struct tag_category **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CATEGORY_LIST, &r, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct tag_category *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) =
            (struct tag_category){rows_int(r, 0), rows_copy(r, 1, a), rows_int(r, 2)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc tag_group_list(struct tx *tx, struct tag_group **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &GROUP_LIST, &r, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct tag_group *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) =
            (struct tag_group){rows_int(r, 0), rows_int(r, 1),      rows_copy(r, 2, a),
                               rows_int(r, 3), rows_int(r, 4) != 0, rows_int(r, 5) != 0};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

static void read_tag(const struct rows *r, struct arena *a, struct tag *out)
{
    *out = (struct tag){
        .id = rows_int(r, 0),
        .group_id = rows_int(r, 1),
        .name = rows_copy(r, 2, a),
        .grain = rows_copy(r, 3, a),
        .position = rows_int(r, 4),
        .archived_s = rows_known(r, 5),
    };
}

enum rc tag_list(struct tx *tx, int64_t scope_account, struct tag **out, size_t *out_n,
                 struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAG_LIST, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct tag *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        struct tag *t = LIST_ADD(a, list, n, room);
        read_tag(r, a, t);
        t->customers = rows_int(r, 6);
    }
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc tag_list_plain(struct tx *tx, struct tag **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAG_LIST_PLAIN, &r, e);
    if (rc != RC_OK)
        return rc;
    struct tag *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        read_tag(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

static enum rc taken(struct str name, struct err *e)
{
    err_set(e, RC_CONFLICT, "name_taken", "name", "这里已经有“" STR_FMT "”",
            "there is a \"" STR_FMT "\" here already", STR_ARG(name));
    err_hint(e, "请换一个名称，或直接使用已有的那个",
             "choose another name, or use the one there is");
    return RC_CONFLICT;
}

/* RC_OK when the name is free or is its own; `rc` is that of the look-up by name. */
static enum rc free_name(enum rc rc, int64_t found, int64_t own, struct str name, struct err *e)
{
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    return rc == RC_OK && found != own ? taken(name, e) : rc;
}

static enum rc category_name_free(struct tx *tx, struct str name, int64_t own, struct err *e)
{
    int64_t found = 0;
    enum rc rc = tx_int(tx, &CATEGORY_NAMED, &found, e, name);
    return free_name(rc, found, own, name, e);
}

static enum rc group_name_free(struct tx *tx, int64_t category_id, struct str name, int64_t own,
                               struct err *e)
{
    int64_t found = 0;
    enum rc rc = tx_int(tx, &GROUP_NAMED, &found, e, category_id, name);
    return free_name(rc, found, own, name, e);
}

static enum rc tag_name_free(struct tx *tx, int64_t group_id, struct str name, int64_t own,
                             struct err *e)
{
    int64_t found = 0;
    enum rc rc = tx_int(tx, &TAG_NAMED, &found, e, group_id, name);
    return free_name(rc, found, own, name, e);
}

enum rc tag_category_add(struct tx *tx, struct str name, int64_t position, int64_t *out_id,
                         struct err *e)
{
    int64_t id = tx_id(tx);
    enum rc rc = category_name_free(tx, name, 0, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &CATEGORY_ADD, e, id, name, position, tx_now_s(tx));
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc tag_group_add(struct tx *tx, int64_t category_id, struct str name, int64_t position,
                      int64_t *out_id, struct err *e)
{
    struct tag_category c;
    int64_t id = tx_id(tx);
    enum rc rc = tag_category_load(tx, category_id, &c, e);
    if (rc == RC_OK)
        rc = group_name_free(tx, category_id, name, 0, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &GROUP_ADD, e, id, category_id, name, position, tx_now_s(tx));
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc tag_add(struct tx *tx, int64_t group_id, struct str name, struct str grain,
                int64_t position, int64_t *out_id, struct err *e)
{
    struct tag_group g;
    int64_t id = tx_id(tx);
    enum rc rc = tag_group_load(tx, group_id, &g, e);
    if (rc == RC_OK)
        rc = tag_name_free(tx, group_id, name, 0, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &TAG_ADD, e, id, group_id, name, grain, position, tx_now_s(tx));
    if (rc == RC_OK)
        rc = change_add(tx, "tag", id, 0, e);
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc tag_load(struct tx *tx, int64_t id, struct tag *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &TAG_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "tag_unknown", "tag_id", "没有这个标签", "there is no such tag");
        err_hint(e, "请从标签列表中选择", "choose one from the list of tags");
    }
    if (rc != RC_OK)
        return rc;
    read_tag(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc tag_group_load(struct tx *tx, int64_t id, struct tag_group *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &GROUP_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        err_set(e, RC_NOT_FOUND, "tag_group_unknown", "group_id", "没有这个标签组",
                "there is no such tag group");
    if (rc != RC_OK)
        return rc;
    *out = (struct tag_group){rows_int(r, 0), rows_int(r, 1), rows_copy(r, 2, tx_arena(tx)),
                              rows_int(r, 3), rows_int(r, 4) != 0};
    return rows_end(r, e);
}

enum rc tag_category_load(struct tx *tx, int64_t id, struct tag_category *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &CATEGORY_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        err_set(e, RC_NOT_FOUND, "tag_category_unknown", "category_id", "没有这个标签分类",
                "there is no such tag category");
    if (rc != RC_OK)
        return rc;
    *out = (struct tag_category){rows_int(r, 0), rows_copy(r, 1, tx_arena(tx)), rows_int(r, 2)};
    return rows_end(r, e);
}

enum rc tag_store(struct tx *tx, const struct tag *t, struct err *e)
{
    enum rc rc = tag_name_free(tx, t->group_id, t->name, t->id, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &TAG_STORE, e, t->id, t->group_id, t->name, t->grain, t->position,
                     t->archived_s);
    return rc == RC_OK ? change_add(tx, "tag", t->id, 0, e) : rc;
}

enum rc tag_group_store(struct tx *tx, const struct tag_group *g, struct err *e)
{
    enum rc rc = group_name_free(tx, g->category_id, g->name, g->id, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &GROUP_STORE, e, g->id, g->category_id, g->name, g->position);
    return rc == RC_OK ? change_add(tx, "tag_group", g->id, 0, e) : rc;
}

enum rc tag_category_store(struct tx *tx, const struct tag_category *c, struct err *e)
{
    enum rc rc = category_name_free(tx, c->name, c->id, e);
    return rc == RC_OK ? tx_exec(tx, &CATEGORY_STORE, e, c->id, c->name, c->position) : rc;
}

static enum rc remove_empty(struct tx *tx, const struct sql *used, const struct sql *remove,
                            int64_t id, struct err *e)
{
    int64_t n;
    enum rc rc = tx_int(tx, used, &n, e, id);
    if (rc != RC_OK || n == 0)
        return rc == RC_OK ? tx_exec(tx, remove, e, id) : rc;
    err_set(e, RC_CONFLICT, "not_empty", "id", "里面还有 %lld 项，不能删除",
            "%lld things are still in it, so it cannot be removed", (long long)n);
    err_hint(e, "请先把它们移到别处", "move them elsewhere first");
    return RC_CONFLICT;
}

enum rc tag_group_remove(struct tx *tx, int64_t id, struct err *e)
{
    return remove_empty(tx, &GROUP_USED, &GROUP_REMOVE, id, e);
}

enum rc tag_category_remove(struct tx *tx, int64_t id, struct err *e)
{
    return remove_empty(tx, &CATEGORY_USED, &CATEGORY_REMOVE, id, e);
}

enum rc tag_wearers(struct tx *tx, int64_t tag_id, int64_t scope_account, int64_t *out,
                    struct err *e)
{
    return tx_int(tx, &TAG_WEARERS, out, e, tag_id, scope_account);
}

/* ---- on people ---- */

static enum rc say(struct tx *tx, int kind, int64_t customer_id, int64_t tag_id, struct err *e)
{
    enum rc rc = event_add(tx,
                           &(struct event){.customer_id = customer_id,
                                           .at_s = tx_now_s(tx),
                                           .kind = kind,
                                           .object_kind = OBJECT_TAG,
                                           .object_id = tag_id},
                           e);
    return rc == RC_OK ? change_add(tx, "customer_tag", tag_id, customer_id, e) : rc;
}

/* An event for each id of a result. */
static enum rc say_all(struct tx *tx, struct rows *r, int kind, int64_t tag_id, int64_t *out_n,
                       struct err *e)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum rc rc = ids_read(tx, r, &ids, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = say(tx, kind, ids[i], tag_id, e);
    *out_n = (int64_t)n;
    return rc;
}

enum rc tag_put(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id, int64_t *out_changed,
                struct err *e)
{
    assert(tx_is_writing(tx) && n <= 500);
    struct rows *r;
    enum rc rc =
        tx_query(tx, &TAG_PUT, &r, e, ids_text(tx_arena(tx), roots, n), tag_id, tx_now_s(tx));
    return rc == RC_OK ? say_all(tx, r, EVENT_TAG_PUT, tag_id, out_changed, e) : rc;
}

/* Off the relations of these roots; who they are is appended to `off`, as often as they had it. */
static enum rc off_relations(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id,
                             int64_t **off, size_t *off_n, struct err *e)
{
    struct relation_of_root *rows = NULL;
    size_t rows_n = 0;
    enum rc rc = relation_wearers(tx, roots, n, tag_id, &rows, &rows_n, e);
    *off = ARENA_ARRAY(tx_arena(tx), int64_t, rows_n + n + 1);
    for (size_t i = 0; rc == RC_OK && i < rows_n; i++) {
        (*off)[(*off_n)++] = rows[i].root_id;
        rc = relation_tag_off(tx, &rows[i].row, tag_id, tx_now_s(tx), e);
    }
    return rc;
}

static int64_t count_distinct(int64_t *ids, size_t n)
{
    int64_t count = 0;
    if (n > 1)
        qsort(ids, n, sizeof *ids, ids_compare);
    for (size_t i = 0; i < n; i++)
        count += i == 0 || ids[i] != ids[i - 1];
    return count;
}

enum rc tag_loose(struct tx *tx, int64_t root_id, int64_t **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAG_LOOSE, &r, e, root_id);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

enum rc tag_loose_off(struct tx *tx, int64_t root_id, int64_t tag_id, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = say(tx, EVENT_TAG_OFF, root_id, tag_id, e);
    return rc == RC_OK ? tx_exec(tx, &TAG_OFF, e, ids_text(tx_arena(tx), &root_id, 1), tag_id) : rc;
}

enum rc tag_take_off(struct tx *tx, const int64_t *roots, size_t n, int64_t tag_id,
                     int64_t *out_changed, struct err *e)
{
    assert(tx_is_writing(tx) && n <= 500);
    struct str ids = ids_text(tx_arena(tx), roots, n);
    struct rows *r;
    int64_t *off = NULL, *bare = NULL;
    size_t off_n = 0, bare_n = 0;
    enum rc rc = off_relations(tx, roots, n, tag_id, &off, &off_n, e);
    if (rc == RC_OK)
        rc = tx_query(tx, &TAG_WEARING, &r, e, ids, tag_id);
    if (rc == RC_OK)
        rc = ids_read(tx, r, &bare, &bare_n, e);
    for (size_t i = 0; rc == RC_OK && i < bare_n; i++) {
        off[off_n++] = bare[i];
        rc = say(tx, EVENT_TAG_OFF, bare[i], tag_id, e);
    }
    if (rc == RC_OK)
        rc = tx_exec(tx, &TAG_OFF, e, ids, tag_id);
    *out_changed = count_distinct(off, off_n);
    return rc;
}

enum rc tag_coverage(struct tx *tx, int64_t scope_account, struct tag_coverage **out, size_t *out_n,
                     struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAG_COVERAGE, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct tag_coverage *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct tag_coverage){rows_int(r, 0), rows_copy(r, 1, a),
                                                            rows_int(r, 2), rows_int(r, 3)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc tag_coverage_staff(struct tx *tx, int64_t scope_account, struct tag_coverage **out,
                           size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &TAG_COVERAGE_STAFF, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    struct tag_coverage *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct tag_coverage){
            .staff_id = rows_int(r, 0), .staff = rows_copy(r, 1, tx_arena(tx))};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

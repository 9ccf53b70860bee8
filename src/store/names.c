/* names.c — catalogues read whole; thousands of rows at most, milliseconds.
 *
 * An import asks for names row by row, so it reads the lists once. Tags that a file brings go into
 * a category and group of their own, where an operator finds and sorts them later.
 */
#include "store/names.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql STAFF_NAMES = {
    .text = "SELECT id, userid, name, '' FROM staff WHERE status = 'active' /*scan*/",
    .out = "isss",
};
static const struct sql KIND_NAMES = {.text = "SELECT id, name, zh, en FROM event_kind /*scan*/",
                                      .out = "isss"};
static const struct sql TAG_NAMES = {
    .text = "SELECT t.id, t.name, g.name || '/' || t.name, '' FROM tag t JOIN tag_group g ON g.id "
            "= t.group_id"
            " WHERE t.archived_s IS NULL /*scan*/",
    .out = "isss",
};
static const struct sql STAGE_NAMES = {.text = "SELECT id, name, '', '' FROM stage /*scan*/",
                                       .out = "isss"};
static const struct sql SOURCE_NAMES = {
    .text = "SELECT id, name, '', '' FROM source WHERE archived_s IS NULL /*scan*/",
    .out = "isss",
};
static const struct sql CATEGORY_FIND = {
    .text = "SELECT id FROM tag_category WHERE name = $1", .in = "s", .out = "i"};
static const struct sql CATEGORY_ADD = {
    .text = "INSERT INTO tag_category (id, name, position, created_s) VALUES ($1, $2, 1000, $3)",
    .in = "isi",
};
static const struct sql GROUP_FIND = {
    .text = "SELECT id FROM tag_group WHERE category_id = $1 AND name = $2",
    .in = "is",
    .out = "i",
};
static const struct sql GROUP_ADD = {
    .text = "INSERT INTO tag_group (id, category_id, name, created_s) VALUES ($1, $2, $3, $4)",
    .in = "iisi",
};
static const struct sql NAMED_TAG_FIND = {
    .text = "SELECT id FROM tag WHERE group_id = $1 AND name = $2",
    .in = "is",
    .out = "i",
};
static const struct sql NAMED_TAG_ADD = {
    .text = "INSERT INTO tag (id, group_id, name, created_s) VALUES ($1, $2, $3, $4)",
    .in = "iisi",
};

STATEMENTS(names, &STAFF_NAMES, &KIND_NAMES, &TAG_NAMES, &STAGE_NAMES, &SOURCE_NAMES,
           &CATEGORY_FIND, &CATEGORY_ADD, &GROUP_FIND, &GROUP_ADD, &NAMED_TAG_FIND, &NAMED_TAG_ADD);

enum rc names_read(struct tx *tx, enum name_list list, struct name_row **out, size_t *out_n,
                   struct err *e)
{
    static const struct sql *const lists[NAMES_LISTS] = {&STAFF_NAMES, &KIND_NAMES, &TAG_NAMES,
                                                         &STAGE_NAMES, &SOURCE_NAMES};
    struct rows *r;
    assert(list < NAMES_LISTS);
    enum rc rc = tx_query(tx, lists[list], &r, e);
    if (rc != RC_OK)
        return rc;
    struct name_row *rows = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r)) {
        struct name_row *row = LIST_ADD(tx_arena(tx), rows, n, room);
        row->id = rows_int(r, 0);
        for (int k = 0; k < 3; k++)
            if (rows_str(r, k + 1).n > 0)
                row->names[k] = rows_copy(r, k + 1, tx_arena(tx));
    }
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = rows;
    *out_n = n;
    return RC_OK;
}

enum rc names_tag_add(struct tx *tx, struct str name, int64_t *out, struct err *e)
{
    int64_t category, group, tag;
    enum rc rc = tx_int(tx, &CATEGORY_FIND, &category, e, STR("导入"));
    if (rc == RC_NOT_FOUND) {
        category = tx_id(tx);
        rc = tx_exec(tx, &CATEGORY_ADD, e, category, STR("导入"), tx_now_s(tx));
    }
    if (rc == RC_OK)
        rc = tx_int(tx, &GROUP_FIND, &group, e, category, STR("导入"));
    if (rc == RC_NOT_FOUND) {
        group = tx_id(tx);
        rc = tx_exec(tx, &GROUP_ADD, e, group, category, STR("导入"), tx_now_s(tx));
    }
    if (rc == RC_OK)
        rc = tx_int(tx, &NAMED_TAG_FIND, &tag, e, group, name);
    if (rc == RC_NOT_FOUND) {
        tag = tx_id(tx);
        rc = tx_exec(tx, &NAMED_TAG_ADD, e, tag, group, name, tx_now_s(tx));
    }
    if (rc == RC_OK)
        *out = tag;
    return rc;
}

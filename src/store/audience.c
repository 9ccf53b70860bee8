/* audience.c — saved expressions and their history.
 *
 * Each change of the text is a row of audience_version, so "who asked what, when" can be answered
 * later. Lists are short (hundreds), read by primary key backwards. Nothing here looks into the
 * text.
 */
#include "store/audience.h"

#include "store/like.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql AUDIENCE_ADD = {
    .text = "INSERT INTO audience (id, name, subject, expression, note, version, live, account_id, "
            "created_s, updated_us)"
            " VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9) ON CONFLICT (name) DO NOTHING",
    .in = "isssSiIii",
};
static const struct sql AUDIENCE_VERSION_ADD = {
    .text = "INSERT INTO audience_version (audience_id, version, expression, at_us, account_id)"
            " VALUES ($1, $2, $3, $4, $5)",
    .in = "iisiI",
};
#define AUDIENCE                                                                                   \
    "SELECT a.id, a.name, a.subject, a.expression, a.note, a.version, a.live, a.account_id, "      \
    "a.size,"                                                                                      \
    " a.sized_s, a.archived_s, a.created_s, a.updated_us FROM audience a"
#define AUDIENCE_TYPES "isssSiiIIIIii"
static const struct sql AUDIENCE_LOAD = {
    .text = AUDIENCE " WHERE a.id = $1",
    .in = "i",
    .out = AUDIENCE_TYPES,
};
static const struct sql AUDIENCE_LIST = {
    .text = AUDIENCE
    " WHERE a.id < $1 AND a.archived_s IS NULL AND ($2 IS NULL OR lower(a.name)"
    " LIKE $2 ESCAPE '\\' OR lower(a.note) LIKE $2 ESCAPE '\\') ORDER BY a.id DESC LIMIT $3",
    .in = "iSi",
    .out = AUDIENCE_TYPES,
};
static const struct sql AUDIENCE_NEXT_LIVE = {
    .text =
        AUDIENCE " WHERE a.id > $1 AND a.live = 1 AND a.archived_s IS NULL ORDER BY a.id LIMIT 1",
    .in = "i",
    .out = AUDIENCE_TYPES,
};
static const struct sql AUDIENCE_NAMED = {
    .text = "SELECT id FROM audience WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql AUDIENCE_CHANGE = {
    .text = "UPDATE audience SET name = $2, note = $3, live = $4, expression = $5, version = $6, "
            "updated_us = $7"
            " WHERE id = $1",
    .in = "isSisii",
};
static const struct sql AUDIENCE_ARCHIVE = {
    .text = "UPDATE audience SET archived_s = $2, live = 0, updated_us = $3 WHERE id = $1 AND "
            "archived_s IS NULL",
    .in = "iii",
};
static const struct sql AUDIENCE_SIZE = {
    .text = "UPDATE audience SET size = $2, sized_s = $3 WHERE id = $1",
    .in = "iII",
};
static const struct sql AUDIENCE_VERSIONS = {
    .text = "SELECT v.version, v.expression, v.at_us, b.name FROM audience_version v"
            " LEFT JOIN account b ON b.id = v.account_id WHERE v.audience_id = $1 ORDER BY "
            "v.version DESC",
    .in = "i",
    .out = "isiS",
};

#define PROVINCES(from) "SELECT DISTINCT q.province FROM (" from ") q ORDER BY 1 /*scan*/"
static const struct sql PROVINCES_NEWEST = {
    .text = PROVINCES("SELECT c.province FROM customer c WHERE c.province IS NOT NULL"
                      " ORDER BY c.id DESC LIMIT 100000"),
    .out = "s",
};
static const struct sql PROVINCES_SEEN = {
    .text = PROVINCES("SELECT c.province FROM customer c WHERE c.province IS NOT NULL"
                      " AND c.id IN " SCOPE_ROOTS("$1")),
    .in = "i",
    .out = "s",
};
static const struct sql CATEGORIES = {
    .text = "SELECT DISTINCT category FROM product WHERE category IS NOT NULL ORDER BY 1 /*scan*/",
    .out = "s",
};

STATEMENTS(audience, &AUDIENCE_ADD, &AUDIENCE_VERSION_ADD, &AUDIENCE_LOAD, &AUDIENCE_LIST,
           &AUDIENCE_NEXT_LIVE, &AUDIENCE_NAMED, &AUDIENCE_CHANGE, &AUDIENCE_ARCHIVE,
           &AUDIENCE_SIZE, &AUDIENCE_VERSIONS, &PROVINCES_NEWEST, &PROVINCES_SEEN, &CATEGORIES);

static void read_audience(const struct rows *r, struct arena *a, struct audience_row *out)
{
    *out = (struct audience_row){
        .id = rows_int(r, 0),
        .name = rows_copy(r, 1, a),
        .subject = rows_copy(r, 2, a),
        .expression = rows_copy(r, 3, a),
        .note = rows_copy(r, 4, a),
        .version = rows_int(r, 5),
        .live = rows_int(r, 6) != 0,
        .account_id = rows_int(r, 7),
        .size = rows_known(r, 8),
        .sized_s = rows_known(r, 9),
        .archived_s = rows_known(r, 10),
        .created_s = rows_int(r, 11),
        .updated_us = rows_int(r, 12),
    };
}

static enum rc unknown(struct err *e)
{
    return err_set(e, RC_NOT_FOUND, "audience_unknown", "id", "没有这个人群",
                   "there is no such audience");
}

static enum rc name_taken(struct err *e, struct str name)
{
    enum rc rc = err_set(e, RC_CONFLICT, "name_taken", "name", "已经有名为“" STR_FMT "”的人群",
                         "there is an audience named \"" STR_FMT "\" already", STR_ARG(name));
    err_hint(e, "换一个名称，或修改已有的人群。",
             "Choose another name, or change the one there is.");
    return rc;
}

enum rc audience_add(struct tx *tx, const struct audience_row *row, struct err *e)
{
    assert(tx_is_writing(tx) && row->id > 0);
    int64_t account = row->account_id == 0 ? DB_NULL : row->account_id;
    enum rc rc = tx_exec(tx, &AUDIENCE_ADD, e, row->id, row->name, row->subject, row->expression,
                         row->note, (int64_t)row->live, account, tx_now_s(tx), tx_now_us(tx));
    if (rc != RC_OK)
        return rc;
    if (tx_changes(tx) == 0)
        return name_taken(e, row->name);
    return tx_exec(tx, &AUDIENCE_VERSION_ADD, e, row->id, (int64_t)1, row->expression,
                   tx_now_us(tx), account);
}

enum rc audience_change(struct tx *tx, const struct audience_row *row, int64_t account_id,
                        struct err *e)
{
    assert(tx_is_writing(tx));
    int64_t other;
    enum rc rc = tx_int(tx, &AUDIENCE_NAMED, &other, e, row->name);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK && other != row->id)
        return name_taken(e, row->name);

    struct audience_row old;
    rc = audience_load(tx, row->id, &old, e);
    if (rc != RC_OK)
        return rc;
    if (old.archived_s != DB_NULL)
        return unknown(e);
    bool same = str_eq(old.expression, row->expression);
    int64_t version = same ? old.version : old.version + 1;
    rc = tx_exec(tx, &AUDIENCE_CHANGE, e, row->id, row->name, row->note, (int64_t)row->live,
                 row->expression, version, tx_now_us(tx));
    if (rc == RC_OK && !same)
        rc = tx_exec(tx, &AUDIENCE_SIZE, e, row->id, DB_NULL, DB_NULL);
    if (rc != RC_OK || same)
        return rc;
    return tx_exec(tx, &AUDIENCE_VERSION_ADD, e, row->id, version, row->expression, tx_now_us(tx),
                   account_id == 0 ? DB_NULL : account_id);
}

enum rc audience_archive(struct tx *tx, int64_t id, struct err *e)
{
    enum rc rc = tx_exec(tx, &AUDIENCE_ARCHIVE, e, id, tx_now_s(tx), tx_now_us(tx));
    if (rc != RC_OK)
        return rc;
    return tx_changes(tx) == 0 ? unknown(e) : RC_OK;
}

enum rc audience_set_size(struct tx *tx, int64_t id, int64_t size, int64_t at_s, struct err *e)
{
    return tx_exec(tx, &AUDIENCE_SIZE, e, id, size, at_s);
}

enum rc audience_load(struct tx *tx, int64_t id, struct audience_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &AUDIENCE_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        return unknown(e);
    if (rc != RC_OK)
        return rc;
    struct audience_row row;
    read_audience(r, tx_arena(tx), &row);
    rc = rows_end(r, e);
    if (rc == RC_OK)
        *out = row;
    return rc;
}

enum rc audience_next_live(struct tx *tx, int64_t after_id, struct audience_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &AUDIENCE_NEXT_LIVE, &r, e, after_id);
    if (rc != RC_OK)
        return rc;
    struct audience_row row;
    read_audience(r, tx_arena(tx), &row);
    rc = rows_end(r, e);
    if (rc == RC_OK)
        *out = row;
    return rc;
}

enum rc audience_list(struct tx *tx, struct str q, int64_t before_id, int64_t limit,
                      struct audience_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    struct str like = str_empty(q) ? STR_ABSENT : like_part(tx_arena(tx), q);
    enum rc rc = tx_query(tx, &AUDIENCE_LIST, &r, e, before_id, like, limit);
    if (rc != RC_OK)
        return rc;
    struct audience_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        read_audience(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc audience_versions(struct tx *tx, int64_t id, struct audience_version **out, size_t *out_n,
                          struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &AUDIENCE_VERSIONS, &r, e, id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct audience_version *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct audience_version){
            .version = rows_int(r, 0),
            .expression = rows_copy(r, 1, a),
            .at_us = rows_int(r, 2),
            .account = rows_copy(r, 3, a),
        };
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

/* Hands on the texts of a result that contain a part; ends it. */
static enum rc hand_on(struct rows *r, struct str part, int limit,
                       void (*see)(void *to, struct str name), void *to, struct err *e)
{
    while (limit > 0 && rows_next(r))
        if (str_find(rows_str(r, 0), part) >= 0) {
            see(to, rows_str(r, 0));
            limit--;
        }
    return rows_end(r, e);
}

enum rc audience_provinces(struct tx *tx, struct str part, int64_t scope_account, int limit,
                           void (*see)(void *to, struct str name), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = scope_account == 0 ? tx_query(tx, &PROVINCES_NEWEST, &r, e)
                                    : tx_query(tx, &PROVINCES_SEEN, &r, e, scope_account);
    return rc == RC_OK ? hand_on(r, part, limit, see, to, e) : rc;
}

enum rc audience_categories(struct tx *tx, struct str part, int limit,
                            void (*see)(void *to, struct str name), void *to, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CATEGORIES, &r, e);
    return rc == RC_OK ? hand_on(r, part, limit, see, to, e) : rc;
}

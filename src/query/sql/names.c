/* names.c — what quoted names mean, asked of the database.
 *
 * Things whose names are unique give one id. Teams, groups, tag groups and products of one name
 * give all of them, meaning any. Tags and staff of one name are different things, so the author has
 * to say which: tag("group/name"), the userid.
 */
#include "query/sql/audience_sql.h"

#include "store/clv.h"
#include "store/cycle.h"

#include <assert.h>

/* By name: id first; the other columns as the row's reader wants them. */
static const struct sql FIND[NAME_KINDS] = {
    [NAME_TAG] =
        {"SELECT t.id, p.name FROM tag t JOIN tag_group p ON p.id = t.group_id WHERE t.name = $1"
         " ORDER BY t.id",
         .in = "s", .out = "is"},
    [NAME_TAG_GROUP] = {"SELECT id FROM tag_group /*scan*/ WHERE name = $1 ORDER BY id", .in = "s",
                        .out = "i"},
    [NAME_STAFF] = {"SELECT id FROM staff WHERE userid = $1", .in = "s", .out = "i"},
    [NAME_TEAM] = {"SELECT id FROM department WHERE name = $1 ORDER BY id", .in = "s", .out = "i"},
    [NAME_GROUP] = {"SELECT id FROM chat_group WHERE name = $1 ORDER BY id", .in = "s", .out = "i"},
    [NAME_STAGE] = {"SELECT id FROM stage WHERE name = $1", .in = "s", .out = "i"},
    [NAME_SOURCE] = {"SELECT id FROM source WHERE name = $1", .in = "s", .out = "i"},
    [NAME_CHANNEL] = {"SELECT id FROM channel WHERE name = $1", .in = "s", .out = "i"},
    [NAME_PRODUCT] = {"SELECT id FROM product /*scan*/ WHERE code = $1 OR name = $1 ORDER BY id",
                      .in = "s", .out = "i"},
    [NAME_EVENT_KIND] = {"SELECT id, zh, en FROM event_kind WHERE name = $1", .in = "s",
                         .out = "iss"},
    [NAME_FIELD] = {"SELECT id, name, type, class FROM field WHERE key = $1", .in = "s",
                    .out = "isss"},
    [NAME_TIER_MODEL] = {"SELECT id, subject FROM tier_model WHERE name = $1", .in = "s",
                         .out = "is"},
    [NAME_TIER] = {"SELECT id FROM tier WHERE model_id = $1 AND name = $2 AND removed_s IS NULL",
                   .in = "is", .out = "i"},
    [NAME_AUDIENCE] = {"SELECT id, subject, expression FROM audience WHERE name = $1", .in = "s",
                       .out = "iss"},
};

/* The second way to write a tag and a staff member. */
static const struct sql TAG_BY_PATH = {
    .text = "SELECT t.id, p.name FROM tag t /*scan*/ JOIN tag_group p ON p.id = t.group_id"
            " WHERE p.name || '/' || t.name = $1 ORDER BY t.id",
    .in = "s",
    .out = "is",
};
static const struct sql STAFF_BY_NAME = {
    .text = "SELECT id, userid FROM staff /*scan*/ WHERE name = $1 ORDER BY id",
    .in = "s",
    .out = "is",
};
static const struct sql MODEL_TIERS = {
    .text =
        "SELECT expression FROM tier WHERE model_id = $1 AND removed_s IS NULL ORDER BY position",
    .in = "i",
    .out = "s",
};

/* All names of a kind, for suggestions. Products by both names. */
static const struct sql EACH[NAME_KINDS] = {
    [NAME_TAG] =
        {"SELECT name FROM tag /*scan*/ WHERE archived_s IS NULL ORDER BY name, id LIMIT 5000",
         .out = "s"},
    [NAME_TAG_GROUP] = {"SELECT name FROM tag_group /*scan*/ ORDER BY name, id LIMIT 5000",
                        .out = "s"},
    [NAME_STAFF] =
        {"SELECT name FROM staff /*scan*/ UNION SELECT userid FROM staff ORDER BY 1 LIMIT 5000",
         .out = "s"},
    [NAME_TEAM] = {"SELECT name FROM department /*scan*/ ORDER BY name, id LIMIT 5000", .out = "s"},
    [NAME_GROUP] = {"SELECT name FROM chat_group /*scan*/ WHERE dismissed_s IS NULL ORDER BY name, "
                    "id LIMIT 5000",
                    .out = "s"},
    [NAME_STAGE] = {"SELECT name FROM stage /*scan*/ ORDER BY position, id", .out = "s"},
    [NAME_SOURCE] =
        {"SELECT name FROM source /*scan*/ WHERE archived_s IS NULL ORDER BY name, id LIMIT 5000",
         .out = "s"},
    [NAME_CHANNEL] = {"SELECT name FROM channel /*scan*/ ORDER BY name, id LIMIT 5000", .out = "s"},
    [NAME_PRODUCT] =
        {"SELECT code FROM product /*scan*/ UNION SELECT name FROM product ORDER BY 1 LIMIT 5000",
         .out = "s"},
    [NAME_EVENT_KIND] = {"SELECT name FROM event_kind /*scan*/ ORDER BY id", .out = "s"},
    [NAME_FIELD] = {"SELECT key FROM field /*scan*/ WHERE archived_s IS NULL AND class <> "
                    "'sensitive' ORDER BY position, id",
                    .out = "s"},
    [NAME_TIER_MODEL] =
        {"SELECT name FROM tier_model /*scan*/ WHERE archived_s IS NULL ORDER BY name, id",
         .out = "s"},
    [NAME_TIER] =
        {"SELECT name FROM tier WHERE model_id = $1 AND removed_s IS NULL ORDER BY position",
         .in = "i", .out = "s"},
    [NAME_AUDIENCE] =
        {"SELECT name FROM audience /*scan*/ WHERE archived_s IS NULL ORDER BY name, id LIMIT 5000",
         .out = "s"},
    [NAME_CYCLE] = {"SELECT name FROM cycle /*scan*/ ORDER BY name, id LIMIT 5000", .out = "s"},
};

static enum audience_subject subject_of(struct str s)
{
    return str_eq(s, STR("group")) ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER;
}

static enum field_type field_type_of(struct str s)
{
    static const char *const TYPES[] = {"text", "number", "day", "choice", "yes_no"};
    for (int i = 0; i < 5; i++)
        if (str_eq(s, str_from(TYPES[i])))
            return (enum field_type)i;
    assert(false && "a field type that the schema does not allow");
    return FIELD_TEXT;
}

/* Takes what a row says beyond the id. */
static void take_columns(struct arena *a, enum name_kind kind, const struct rows *r,
                         struct name_found *f)
{
    switch (kind) {
    case NAME_EVENT_KIND:
        f->zh = rows_copy(r, 1, a);
        f->en = rows_copy(r, 2, a);
        return;
    case NAME_FIELD:
        f->zh = f->en = rows_copy(r, 1, a);
        f->type = field_type_of(rows_str(r, 2));
        f->sensitive = str_eq(rows_str(r, 3), STR("sensitive"));
        return;
    case NAME_TIER_MODEL:
        f->subject = subject_of(rows_str(r, 1));
        return;
    case NAME_AUDIENCE:
        f->subject = subject_of(rows_str(r, 1));
        f->expression = rows_copy(r, 2, a);
        return;
    default:
        return;
    }
}

/* Reads all rows of a look-up; a second column of text goes to `labels` joined by 、. */
static enum rc read_found(struct arena *a, enum name_kind kind, struct rows *rows,
                          struct buf *labels, struct name_found *out, struct err *e)
{
    size_t cap = 4;
    struct name_found f = {.ids = ARENA_ARRAY(a, int64_t, cap)};
    bool labelled = kind == NAME_TAG || kind == NAME_STAFF;
    while (rows_next(rows)) {
        if (f.n == cap) {
            int64_t *more = ARENA_ARRAY(a, int64_t, cap * 2);
            for (size_t i = 0; i < cap; i++)
                more[i] = f.ids[i];
            f.ids = more;
            cap *= 2;
        }
        f.ids[f.n++] = rows_int(rows, 0);
        take_columns(a, kind, rows, &f);
        if (labelled && labels != NULL && f.n <= 5) {
            buf_addz(labels, f.n > 1 ? ", " : "");
            buf_add(labels, rows_str(rows, 1));
        }
    }
    enum rc rc = rows_end(rows, e);
    if (rc == RC_OK)
        *out = f;
    return rc;
}

static enum rc ambiguous(enum name_kind kind, struct str name, const struct buf *labels,
                         struct err *e)
{
    struct str shown = str_utf8_prefix(name, 40), where = buf_str(labels);
    if (kind == NAME_TAG) {
        err_set(e, RC_INVALID, "tag_ambiguous", "expression", "有几个标签组都有“%.*s”",
                "several tag groups have \"%.*s\"", STR_ARG(shown));
        err_hint(e, "写成 tag(\"组/%.*s\")，组是其中之一：%.*s",
                 "write tag(\"group/%.*s\") with one of the groups %.*s", STR_ARG(shown),
                 STR_ARG(where));
    } else {
        err_set(e, RC_INVALID, "staff_ambiguous", "expression", "有几位员工都叫“%.*s”",
                "several staff members are called \"%.*s\"", STR_ARG(shown));
        err_hint(e, "请写账号：%.*s", "write the userid: %.*s", STR_ARG(where));
    }
    return RC_INVALID;
}

/* Tags and staff: the first way to write them, then the second; several of one name are refused. */
static enum rc find_either(struct tx *tx, struct arena *a, enum name_kind kind, struct str name,
                           struct name_found *out, struct err *e)
{
    const struct sql *ways[] = {&FIND[kind], kind == NAME_TAG ? &TAG_BY_PATH : &STAFF_BY_NAME};
    struct buf labels;
    buf_init(&labels, 2000);
    enum rc rc = RC_OK;
    struct name_found f = {0};
    for (int i = 0; i < 2 && rc == RC_OK && f.n == 0; i++) {
        struct rows *rows;
        bool has_label = kind == NAME_TAG || i == 1;
        rc = tx_query(tx, ways[i], &rows, e, name);
        if (rc == RC_OK)
            rc = read_found(a, kind, rows, has_label ? &labels : NULL, &f, e);
    }
    if (rc == RC_OK && f.n > 1)
        rc = ambiguous(kind, name, &labels, e);
    if (rc == RC_OK)
        *out = f;
    buf_done(&labels);
    return rc;
}

/* A tier model's expressions, for following references. */
static enum rc read_tiers(struct tx *tx, struct arena *a, struct name_found *f, struct err *e)
{
    struct buf text;
    struct rows *rows;
    enum rc rc = tx_query(tx, &MODEL_TIERS, &rows, e, f->ids[0]);
    if (rc != RC_OK)
        return rc;
    buf_init(&text, 1 << 20);
    while (rows_next(rows)) {
        if (text.n > 0)
            buf_addc(&text, '\x1E');
        buf_add(&text, rows_str(rows, 0));
    }
    rc = rows_end(rows, e);
    f->expression = arena_str(a, buf_str(&text));
    buf_done(&text);
    return rc;
}

static enum rc find_cycle(struct tx *tx, struct arena *a, struct str name, struct name_found *out,
                          struct err *e)
{
    struct cycle_rule *rule = ARENA_NEW(a, struct cycle_rule);
    int64_t *id = ARENA_ARRAY(a, int64_t, 1);
    enum rc rc = cycle_named(tx, a, name, id, rule, e);
    if (rc == RC_OK)
        *out = (struct name_found){.ids = id, .n = *id != 0, .cycle = rule};
    return rc;
}

static enum rc find(void *ctx, struct arena *a, enum name_kind kind, int64_t parent,
                    struct str name, struct name_found *out, struct err *e)
{
    struct tx *tx = ctx;
    assert(tx != NULL && out != NULL && kind < NAME_KINDS);
    assert((parent != 0) == (kind == NAME_TIER));
    if (kind == NAME_TAG || kind == NAME_STAFF)
        return find_either(tx, a, kind, name, out, e);
    if (kind == NAME_CYCLE)
        return find_cycle(tx, a, name, out, e);
    struct rows *rows;
    struct name_found f = {0};
    enum rc rc = kind == NAME_TIER ? tx_query(tx, &FIND[kind], &rows, e, parent, name)
                                   : tx_query(tx, &FIND[kind], &rows, e, name);
    if (rc == RC_OK)
        rc = read_found(a, kind, rows, NULL, &f, e);
    if (rc == RC_OK && kind == NAME_TIER_MODEL && f.n > 0)
        rc = read_tiers(tx, a, &f, e);
    if (rc == RC_OK)
        *out = f;
    return rc;
}

static enum rc each(void *ctx, struct arena *a, enum name_kind kind, int64_t parent,
                    void (*see)(void *to, struct str name), void *to, struct err *e)
{
    struct tx *tx = ctx;
    struct rows *rows;
    (void)a;
    assert(tx != NULL && kind < NAME_KINDS);
    enum rc rc = kind == NAME_TIER ? tx_query(tx, &EACH[kind], &rows, e, parent)
                                   : tx_query(tx, &EACH[kind], &rows, e);
    if (rc != RC_OK)
        return rc;
    while (rows_next(rows))
        see(to, rows_str(rows, 0));
    return rows_end(rows, e);
}

static enum rc horizon_s(void *ctx, int64_t *out, struct err *e)
{
    return clv_horizon_s(ctx, out, e);
}

struct query_names query_names_sql(struct tx *tx)
{
    assert(tx != NULL);
    return (struct query_names){.ctx = tx, .find = find, .each = each, .horizon_s = horizon_s};
}

/* Hands on the names that contain a part. */
struct containing {
    struct str part;
    int left;
    void (*see)(void *to, struct str name);
    void *to;
};

static void see_containing(void *to, struct str name)
{
    struct containing *w = to;
    if (w->left == 0 || str_find(name, w->part) < 0)
        return;
    w->left--;
    w->see(w->to, name);
}

enum rc query_names_like(struct tx *tx, enum name_kind kind, struct str part, int limit,
                         void (*see)(void *to, struct str name), void *to, struct err *e)
{
    assert(kind != NAME_TIER && limit >= 0);
    struct containing w = {part, limit, see, to};
    return each(tx, tx_arena(tx), kind, 0, see_containing, &w, e);
}

/* field.c — custom fields and values.
 *
 * Values of a merged family are found through root_id; where two have one, the root's own counts,
 * else the one set last. Personal and sensitive values are kept only sealed, as their text form, so
 * an audience cannot be asked for them and a dump shows nothing. Key, type and class of a field are
 * fixed when it is made: values and expressions depend on them.
 */
#include "store/field.h"

#include "store/event.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>
#include <inttypes.h>

#define COLUMNS "f.id, f.key, f.name, f.type, f.class, f.choices, f.position, f.archived_s"
#define TYPES "issssSiI"
static const struct sql FIELD_LIST = {
    .text = "SELECT " COLUMNS " FROM field f /*scan*/"
            " ORDER BY CASE WHEN f.archived_s IS NULL THEN 0 ELSE 1 END, f.position, f.id",
    .out = TYPES,
};
static const struct sql FIELD_LOAD = {
    .text = "SELECT " COLUMNS " FROM field f WHERE f.id = $1",
    .in = "i",
    .out = TYPES,
};
static const struct sql FIELD_BY_KEY = {
    .text = "SELECT " COLUMNS " FROM field f WHERE f.key = $1",
    .in = "s",
    .out = TYPES,
};
static const struct sql FIELD_ADD = {
    .text = "INSERT INTO field (id, key, name, type, class, choices, position, created_s) VALUES "
            "($1, $2, $3,"
            " $4, $5, $6, coalesce($7, (SELECT coalesce(max(position), 0) + 1 FROM field "
            "/*scan*/)), $8)",
    .in = "issssSIi",
};
static const struct sql FIELD_STORE = {
    .text =
        "UPDATE field SET name = $2, choices = $3, position = $4, archived_s = $5 WHERE id = $1",
    .in = "isSiI",
};
static const struct sql FIELD_VALUES = {
    .text = "SELECT " COLUMNS ", v.value_text, v.value_int, v.value_sealed FROM customer c"
            " JOIN customer_field v ON v.customer_id = c.id JOIN field f ON f.id = v.field_id"
            " WHERE c.root_id = $1 AND f.archived_s IS NULL"
            " ORDER BY f.position, f.id, CASE WHEN c.id = $1 THEN 0 ELSE 1 END, v.set_s DESC, c.id",
    .in = "i",
    .out = TYPES "SIB",
};
static const struct sql FIELD_SET = {
    .text = "INSERT INTO customer_field (customer_id, field_id, value_text, value_int, "
            "value_sealed, set_s)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (customer_id, field_id) DO UPDATE SET"
            " value_text = excluded.value_text, value_int = excluded.value_int,"
            " value_sealed = excluded.value_sealed, set_s = excluded.set_s",
    .in = "iiSIBi",
};
static const struct sql FIELD_CLEAR = {
    .text = "DELETE FROM customer_field WHERE field_id = $2 AND customer_id IN"
            " (SELECT c.id FROM customer c WHERE c.root_id = $1)",
    .in = "ii",
};

STATEMENTS(field, &FIELD_LIST, &FIELD_LOAD, &FIELD_BY_KEY, &FIELD_ADD, &FIELD_STORE, &FIELD_VALUES,
           &FIELD_SET, &FIELD_CLEAR);

static void read_field(const struct rows *r, struct arena *a, struct field *out)
{
    *out = (struct field){
        .id = rows_int(r, 0),
        .key = rows_copy(r, 1, a),
        .name = rows_copy(r, 2, a),
        .type = rows_copy(r, 3, a),
        .class = rows_copy(r, 4, a),
        .choices = rows_copy(r, 5, a),
        .position = rows_int(r, 6),
        .archived_s = rows_known(r, 7),
    };
}

enum rc field_list(struct tx *tx, struct field **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &FIELD_LIST, &r, e);
    if (rc != RC_OK)
        return rc;
    struct field *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        read_field(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

static enum rc one_field(struct tx *tx, enum rc rc, struct rows *r, struct field *out,
                         struct err *e)
{
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "field_unknown", "key", "没有这个字段", "there is no such field");
        err_hint(e, "字段在“设置 › 客户字段”中管理", "fields are managed in the settings");
    }
    if (rc != RC_OK)
        return rc;
    read_field(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc field_load(struct tx *tx, int64_t id, struct field *out, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &FIELD_LOAD, &r, e, id);
    return one_field(tx, rc, r, out, e);
}

enum rc field_by_key(struct tx *tx, struct str key, struct field *out, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &FIELD_BY_KEY, &r, e, key);
    return one_field(tx, rc, r, out, e);
}

enum rc field_add(struct tx *tx, struct field *f, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &FIELD_BY_KEY, &r, e, f->key);
    if (rc == RC_OK) {
        rows_end(r, NULL);
        err_set(e, RC_CONFLICT, "key_taken", "key", "已经有字段“" STR_FMT "”",
                "there is a field \"" STR_FMT "\" already", STR_ARG(f->key));
        err_hint(e, "请换一个标识；停用的字段也占用标识",
                 "choose another key; archived fields keep theirs");
        return RC_CONFLICT;
    }
    if (rc != RC_NOT_FOUND)
        return rc;
    f->id = tx_id(tx);
    rc = tx_exec(tx, &FIELD_ADD, e, f->id, f->key, f->name, f->type, f->class, f->choices,
                 f->position, tx_now_s(tx));
    return rc == RC_OK ? change_add(tx, "field", f->id, 0, e) : rc;
}

enum rc field_store(struct tx *tx, const struct field *f, struct err *e)
{
    enum rc rc =
        tx_exec(tx, &FIELD_STORE, e, f->id, f->name, f->choices, f->position, f->archived_s);
    return rc == RC_OK ? change_add(tx, "field", f->id, 0, e) : rc;
}

/* ---- values ---- */

static bool is_sealed(const struct field *f)
{
    return !str_eq(f->class, STR("plain"));
}

static bool is_textual(const struct field *f)
{
    return str_eq(f->type, STR("text")) || str_eq(f->type, STR("choice"));
}

enum rc field_values(struct tx *tx, const struct keyring *keys, int64_t root_id,
                     struct field_value **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &FIELD_VALUES, &r, e, root_id);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct field_value *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rc == RC_OK && rows_next(r)) {
        if (n > 0 && list[n - 1].field.id == rows_int(r, 0))
            continue; /* the first one counts */
        struct field_value *v = LIST_ADD(a, list, n, room);
        read_field(r, a, &v->field);
        v->text = rows_copy(r, 8, a);
        v->number = rows_known(r, 9);
        if (rows_null(r, 10))
            continue;
        struct str open = STR_ABSENT;
        rc = secret_open(keys, STR("customer_field.value"), rows_bytes(r, 10), a, &open, e);
        if (is_textual(&v->field))
            v->text = open;
        else
            str_to_i64(open, &v->number);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    *out = list;
    *out_n = n;
    return rc != RC_OK ? rc : end;
}

/* Whether the root has this value already. */
static enum rc is_same(struct tx *tx, const struct keyring *keys, int64_t root_id,
                       const struct field_value *v, bool *out, struct err *e)
{
    struct field_value *now;
    size_t n;
    enum rc rc = field_values(tx, keys, root_id, &now, &n, e);
    if (rc != RC_OK)
        return rc;
    *out = v->text.p == NULL && v->number == DB_NULL;
    for (size_t i = 0; i < n; i++) {
        if (now[i].field.id == v->field.id)
            *out = now[i].number == v->number && (now[i].text.p == NULL) == (v->text.p == NULL) &&
                   str_eq(now[i].text, v->text);
    }
    return RC_OK;
}

static enum rc write_value(struct tx *tx, const struct keyring *keys, int64_t root_id,
                           const struct field_value *v, struct err *e)
{
    struct arena *a = tx_arena(tx);
    if (!is_sealed(&v->field))
        return tx_exec(tx, &FIELD_SET, e, root_id, v->field.id, v->text, v->number, STR_ABSENT,
                       tx_now_s(tx));
    struct str plain = v->text.p != NULL ? v->text : arena_printf(a, "%" PRId64, v->number);
    struct str sealed = secret_seal(keys, STR("customer_field.value"), plain, a);
    return tx_exec(tx, &FIELD_SET, e, root_id, v->field.id, STR_ABSENT, DB_NULL, sealed,
                   tx_now_s(tx));
}

enum rc field_set(struct tx *tx, const struct keyring *keys, int64_t root_id,
                  const struct field_value *v, struct err *e)
{
    assert(tx_is_writing(tx));
    assert(v->text.p == NULL || v->number == DB_NULL);

    bool same;
    enum rc rc = is_same(tx, keys, root_id, v, &same, e);
    if (rc != RC_OK || same)
        return rc;
    rc = tx_exec(tx, &FIELD_CLEAR, e, root_id, v->field.id);
    if (rc == RC_OK && (v->text.p != NULL || v->number != DB_NULL))
        rc = write_value(tx, keys, root_id, v, e);
    if (rc == RC_OK)
        rc = event_add(tx,
                       &(struct event){.customer_id = root_id,
                                       .at_s = tx_now_s(tx),
                                       .kind = EVENT_FIELD_CHANGE,
                                       .object_kind = OBJECT_FIELD,
                                       .object_id = v->field.id},
                       e);
    return rc == RC_OK ? change_add(tx, "customer_field", v->field.id, root_id, e) : rc;
}

/* source.c — sources and their costs.
 *
 * A source is never removed, since it is part of the history of customers; it is archived. A cost
 * is a sum over some days, spread evenly over them by reports. Counting a source's customers walks
 * its part of an index: 0.1 µs each.
 */
#include "store/source.h"

#include "store/event.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

/* clang-format off */
#define SOURCES(count)                                                                             \
    "SELECT s.id, s.name, s.kind, s.archived_s, " count ", CASE WHEN $1 = 0 THEN"                  \
    " (SELECT CAST(coalesce(sum(o.amount_fen), 0) AS BIGINT) FROM cost o"                          \
    " WHERE o.source_id = s.id) ELSE 0 END FROM source s /*scan*/"                                 \
    " ORDER BY CASE WHEN s.archived_s IS NULL THEN 0 ELSE 1 END, s.name, s.id"
static const struct sql SOURCE_LIST = {
    .text = SOURCES("(SELECT count(*) FROM customer c WHERE c.source_id = s.id"
                    " AND c.root_id = c.id AND c.erased_s IS NULL AND "
                    SCOPE_CUSTOMER("c.id", "$1") ")"),
    .in = "i",
    .out = "issIii",
};
static const struct sql SOURCE_LIST_PLAIN = {.text = SOURCES("0"), .in = "i", .out = "issIii"};
/* clang-format on */
static const struct sql SOURCE_LOAD = {
    .text = "SELECT id, name, kind, archived_s FROM source WHERE id = $1",
    .in = "i",
    .out = "issI",
};
static const struct sql SOURCE_NAMED = {
    .text = "SELECT id FROM source WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql SOURCE_ADD = {
    .text = "INSERT INTO source (id, name, kind, created_s) VALUES ($1, $2, $3, $4)",
    .in = "issi",
};
static const struct sql SOURCE_STORE = {
    .text = "UPDATE source SET name = $2, kind = $3, archived_s = $4 WHERE id = $1",
    .in = "issI",
};
static const struct sql SOURCE_OF_KEY = {
    .text = "SELECT id FROM source WHERE external_key = $1",
    .in = "s",
    .out = "i",
};
static const struct sql SOURCE_TAKE = {
    .text = "UPDATE source SET external_key = $2 WHERE name = $1 AND external_key IS NULL",
    .in = "ss",
};
static const struct sql SOURCE_KEY = {
    .text = "UPDATE source SET external_key = $2 WHERE id = $1",
    .in = "is",
};
#define COST                                                                                       \
    "SELECT o.id, o.source_id, s.name, o.kind, o.from_day, o.to_day, o.amount_fen, o.note, "       \
    "o.created_s"                                                                                  \
    " FROM cost o JOIN source s ON s.id = o.source_id"
#define COST_TYPES "iissiiiSi"
static const struct sql COST_LIST = {
    .text = COST " /*scan*/ WHERE ($1 = 0 OR o.source_id = $1)"
                 " AND (o.from_day < $2 OR (o.from_day = $2 AND o.id < $3))"
                 " ORDER BY o.from_day DESC, o.id DESC LIMIT $4",
    .in = "iiii",
    .out = COST_TYPES,
};
static const struct sql COST_LOAD = {
    .text = COST " WHERE o.id = $1",
    .in = "i",
    .out = COST_TYPES,
};
static const struct sql COST_ADD = {
    .text = "INSERT INTO cost (id, source_id, kind, from_day, to_day, amount_fen, note, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    .in = "iisiiiSi",
};
static const struct sql COST_STORE = {
    .text =
        "UPDATE cost SET source_id = $2, kind = $3, from_day = $4, to_day = $5, amount_fen = $6,"
        " note = $7 WHERE id = $1",
    .in = "iisiiiS",
};
static const struct sql COST_REMOVE = {
    .text = "DELETE FROM cost WHERE id = $1",
    .in = "i",
};

STATEMENTS(source, &SOURCE_OF_KEY, &SOURCE_TAKE, &SOURCE_KEY, &SOURCE_LIST, &SOURCE_LIST_PLAIN,
           &SOURCE_LOAD, &SOURCE_NAMED, &SOURCE_ADD, &SOURCE_STORE, &COST_LIST, &COST_LOAD,
           &COST_ADD, &COST_STORE, &COST_REMOVE);

static void read_source(const struct rows *r, struct arena *a, struct source_row *out)
{
    *out = (struct source_row){
        .id = rows_int(r, 0),
        .name = rows_copy(r, 1, a),
        .kind = rows_copy(r, 2, a),
        .archived_s = rows_known(r, 3),
    };
}

static enum rc list_sources(struct tx *tx, const struct sql *q, int64_t scope_account,
                            struct source_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, q, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    struct source_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        struct source_row *s = LIST_ADD(tx_arena(tx), list, n, room);
        read_source(r, tx_arena(tx), s);
        s->customers = rows_int(r, 4);
        s->cost_fen = rows_int(r, 5);
    }
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc source_list(struct tx *tx, int64_t scope_account, struct source_row **out, size_t *out_n,
                    struct err *e)
{
    return list_sources(tx, &SOURCE_LIST, scope_account, out, out_n, e);
}

enum rc source_list_plain(struct tx *tx, int64_t scope_account, struct source_row **out,
                          size_t *out_n, struct err *e)
{
    return list_sources(tx, &SOURCE_LIST_PLAIN, scope_account, out, out_n, e);
}

enum rc source_load(struct tx *tx, int64_t id, struct source_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &SOURCE_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "source_unknown", "source_id", "没有这个来源",
                "there is no such source");
        err_hint(e, "请从来源列表中选择", "choose one from the list of sources");
    }
    if (rc != RC_OK)
        return rc;
    read_source(r, tx_arena(tx), out);
    return rows_end(r, e);
}

static enum rc name_free(struct tx *tx, struct str name, int64_t own, struct err *e)
{
    int64_t found;
    enum rc rc = tx_int(tx, &SOURCE_NAMED, &found, e, name);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && found == own))
        return RC_OK;
    if (rc != RC_OK)
        return rc;
    err_set(e, RC_CONFLICT, "name_taken", "name", "已经有来源“" STR_FMT "”",
            "there is a source \"" STR_FMT "\" already", STR_ARG(name));
    err_hint(e, "请换一个名称；停用的来源也占用名称",
             "choose another name; archived sources keep theirs");
    return RC_CONFLICT;
}

enum rc source_add(struct tx *tx, struct str name, struct str kind, int64_t *out_id, struct err *e)
{
    int64_t id = tx_id(tx);
    enum rc rc = name_free(tx, name, 0, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &SOURCE_ADD, e, id, name, kind, tx_now_s(tx));
    if (rc == RC_OK)
        *out_id = id;
    return rc == RC_OK ? change_add(tx, "source", id, 0, e) : rc;
}

enum rc source_store(struct tx *tx, const struct source_row *s, struct err *e)
{
    enum rc rc = name_free(tx, s->name, s->id, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &SOURCE_STORE, e, s->id, s->name, s->kind, s->archived_s);
    return rc == RC_OK ? change_add(tx, "source", s->id, 0, e) : rc;
}

enum rc source_of_key(struct tx *tx, struct str key, struct str name, struct str kind,
                      int64_t *out_id, struct err *e)
{
    assert(tx_is_writing(tx) && !str_empty(key) && !str_empty(name));
    enum rc rc = tx_int(tx, &SOURCE_OF_KEY, out_id, e, key);
    if (rc != RC_NOT_FOUND)
        return rc;
    rc = tx_exec(tx, &SOURCE_TAKE, e, name, key);
    if (rc != RC_OK)
        return rc;
    if (tx_changes(tx) > 0)
        return tx_int(tx, &SOURCE_OF_KEY, out_id, e, key);
    int64_t taken;
    rc = tx_int(tx, &SOURCE_NAMED, &taken, e, name);
    if (rc == RC_OK) /* by the source of another key: told apart by this one's */
        name = arena_printf(tx_arena(tx), STR_FMT " (" STR_FMT ")", STR_ARG(name), STR_ARG(key));
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        rc = source_add(tx, name, kind, out_id, e);
    return rc == RC_OK ? tx_exec(tx, &SOURCE_KEY, e, *out_id, key) : rc;
}

/* ---- costs ---- */

static void read_cost(const struct rows *r, struct arena *a, struct cost_row *out)
{
    *out = (struct cost_row){
        .id = rows_int(r, 0),
        .source_id = rows_int(r, 1),
        .source = rows_copy(r, 2, a),
        .kind = rows_copy(r, 3, a),
        .from_day = rows_int(r, 4),
        .to_day = rows_int(r, 5),
        .amount_fen = rows_int(r, 6),
        .note = rows_copy(r, 7, a),
        .created_s = rows_int(r, 8),
    };
}

enum rc cost_list(struct tx *tx, int64_t source_id, int64_t before_day, int64_t before_id,
                  int64_t limit, struct cost_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &COST_LIST, &r, e, source_id, before_day, before_id, limit);
    if (rc != RC_OK)
        return rc;
    struct cost_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        read_cost(r, tx_arena(tx), LIST_ADD(tx_arena(tx), list, n, room));
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc cost_load(struct tx *tx, int64_t id, struct cost_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &COST_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        err_set(e, RC_NOT_FOUND, "cost_unknown", "cost_id", "没有这笔成本",
                "there is no such cost");
    if (rc != RC_OK)
        return rc;
    read_cost(r, tx_arena(tx), out);
    return rows_end(r, e);
}

enum rc cost_add(struct tx *tx, struct cost_row *c, struct err *e)
{
    assert(c->from_day <= c->to_day);
    c->id = tx_id(tx);
    return tx_exec(tx, &COST_ADD, e, c->id, c->source_id, c->kind, c->from_day, c->to_day,
                   c->amount_fen, c->note, tx_now_s(tx));
}

enum rc cost_store(struct tx *tx, const struct cost_row *c, struct err *e)
{
    assert(c->from_day <= c->to_day);
    return tx_exec(tx, &COST_STORE, e, c->id, c->source_id, c->kind, c->from_day, c->to_day,
                   c->amount_fen, c->note);
}

enum rc cost_remove(struct tx *tx, int64_t id, struct err *e)
{
    return tx_exec(tx, &COST_REMOVE, e, id);
}

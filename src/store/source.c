/* source.c — sources and their costs.
 *
 * Both lists are short. How many customers a source brought is counted by the index on customer.source_id; a cost is spread over
 * its days by reports, never here.
 */
#include "store/source.h"

#include "store/event.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql SOURCE_LIST = {
    .text = "SELECT s.id, s.name, s.kind, s.archived_s, (SELECT count(*) FROM customer c"
            " WHERE c.source_id = s.id AND c.root_id = c.id AND c.erased_s IS NULL"
            " AND " SCOPE_CUSTOMER("c.id", "$1") "),"
            " (SELECT cast(coalesce(sum(k.amount_fen), 0) AS BIGINT) FROM cost k WHERE k.source_id = s.id)"
            " FROM source s WHERE s.archived_s IS NULL ORDER BY s.name /*scan*/",
    .in = "i",
    .out = "issIii",
};
static const struct sql SOURCE_LOAD = {
    .text = "SELECT id, name, kind, archived_s FROM source WHERE id = $1",
    .in = "i",
    .out = "issI",
};
static const struct sql SOURCE_ADD = {
    .text = "INSERT INTO source (id, name, kind, created_s) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (name) DO NOTHING",
    .in = "issi",
};
static const struct sql SOURCE_NAMED = {
    .text = "SELECT id FROM source WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql SOURCE_STORE = {
    .text = "UPDATE source SET name = $2, kind = $3, archived_s = $4 WHERE id = $1",
    .in = "issI",
};
#define COST                                                                                       \
    "SELECT k.id, k.source_id, s.name, k.kind, k.from_day, k.to_day, k.amount_fen, k.note"         \
    " FROM cost k JOIN source s ON s.id = k.source_id"
#define COST_TYPES "iissiiiS"
static const struct sql COST_LIST = {
    .text = COST " WHERE ($1 = 0 OR k.source_id = $1) AND k.id < $2 ORDER BY k.id DESC LIMIT $3",
    .in = "iii",
    .out = COST_TYPES,
};
static const struct sql COST_LOAD = {
    .text = COST " WHERE k.id = $1",
    .in = "i",
    .out = COST_TYPES,
};
static const struct sql COST_ADD = {
    .text = "INSERT INTO cost (id, source_id, kind, from_day, to_day, amount_fen, note, created_s)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    .in = "iisiiiSi",
};
static const struct sql COST_STORE = {
    .text = "UPDATE cost SET source_id = $2, kind = $3, from_day = $4, to_day = $5, amount_fen = $6,"
            " note = $7 WHERE id = $1",
    .in = "iisiiiS",
};
static const struct sql COST_REMOVE = {
    .text = "DELETE FROM cost WHERE id = $1",
    .in = "i",
};

STATEMENTS(source, &SOURCE_LIST, &SOURCE_LOAD, &SOURCE_ADD, &SOURCE_NAMED, &SOURCE_STORE, &COST_LIST,
           &COST_LOAD, &COST_ADD, &COST_STORE, &COST_REMOVE);

static int64_t int_or_null(const struct rows *r, int column)
{
    return rows_null(r, column) ? DB_NULL : rows_int(r, column);
}

static enum rc name_taken(struct err *e, struct str name)
{
    enum rc rc = err_set(e, RC_CONFLICT, "name_taken", "name", "已经有名为“" STR_FMT "”的来源",
                         "there is a source named \"" STR_FMT "\" already", STR_ARG(name));
    err_hint(e, "换一个名称。", "Choose another name.");
    return rc;
}

static enum rc unknown_source(struct err *e)
{
    return err_set(e, RC_NOT_FOUND, "source_unknown", "source_id", "没有这个来源",
                   "there is no such source");
}

enum rc source_list(struct tx *tx, int64_t scope_account, struct source_row **out, size_t *out_n,
                    struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &SOURCE_LIST, &r, e, scope_account);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct source_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct source_row){
            .id = rows_int(r, 0),
            .name = rows_copy(r, 1, a),
            .kind = rows_copy(r, 2, a),
            .archived_s = int_or_null(r, 3),
            .customers = rows_int(r, 4),
            .cost_fen = rows_int(r, 5),
        };
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc source_load(struct tx *tx, int64_t id, struct source_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &SOURCE_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        return unknown_source(e);
    if (rc != RC_OK)
        return rc;
    *out = (struct source_row){
        .id = rows_int(r, 0),
        .name = rows_copy(r, 1, tx_arena(tx)),
        .kind = rows_copy(r, 2, tx_arena(tx)),
        .archived_s = int_or_null(r, 3),
    };
    return rows_end(r, e);
}

enum rc source_add(struct tx *tx, struct str name, struct str kind, int64_t *out_id, struct err *e)
{
    assert(tx_is_writing(tx));
    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &SOURCE_ADD, e, id, name, kind, tx_now_s(tx));
    if (rc != RC_OK)
        return rc;
    if (tx_changes(tx) == 0)
        return name_taken(e, name);
    *out_id = id;
    return change_add(tx, "source", id, 0, e);
}

enum rc source_store(struct tx *tx, const struct source_row *s, struct err *e)
{
    int64_t other;
    enum rc rc = tx_int(tx, &SOURCE_NAMED, &other, e, s->name);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (rc == RC_OK && other != s->id)
        return name_taken(e, s->name);
    rc = tx_exec(tx, &SOURCE_STORE, e, s->id, s->name, s->kind, s->archived_s);
    return rc == RC_OK ? change_add(tx, "source", s->id, 0, e) : rc;
}

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
    };
}

enum rc cost_list(struct tx *tx, int64_t source_id, int64_t before_id, int64_t limit,
                  struct cost_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &COST_LIST, &r, e, source_id, before_id, limit);
    if (rc != RC_OK)
        return rc;
    struct cost_row *list = NULL;
    size_t n = 0, room = 0;
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
        return err_set(e, RC_NOT_FOUND, "cost_unknown", "cost_id", "没有这笔成本",
                       "there is no such cost");
    if (rc != RC_OK)
        return rc;
    read_cost(r, tx_arena(tx), out);
    return rows_end(r, e);
}

static enum rc source_must_exist(struct tx *tx, int64_t id, struct err *e)
{
    struct source_row ignored;
    return source_load(tx, id, &ignored, e);
}

enum rc cost_add(struct tx *tx, struct cost_row *c, struct err *e)
{
    assert(tx_is_writing(tx) && c->from_day <= c->to_day && c->amount_fen >= 0);
    enum rc rc = source_must_exist(tx, c->source_id, e);
    if (rc != RC_OK)
        return rc;
    c->id = tx_id(tx);
    return tx_exec(tx, &COST_ADD, e, c->id, c->source_id, c->kind, c->from_day, c->to_day,
                   c->amount_fen, c->note, tx_now_s(tx));
}

enum rc cost_store(struct tx *tx, const struct cost_row *c, struct err *e)
{
    assert(tx_is_writing(tx) && c->from_day <= c->to_day && c->amount_fen >= 0);
    enum rc rc = source_must_exist(tx, c->source_id, e);
    return rc != RC_OK ? rc
                       : tx_exec(tx, &COST_STORE, e, c->id, c->source_id, c->kind, c->from_day,
                                 c->to_day, c->amount_fen, c->note);
}

enum rc cost_remove(struct tx *tx, int64_t id, struct err *e)
{
    enum rc rc = tx_exec(tx, &COST_REMOVE, e, id);
    if (rc == RC_OK && tx_changes(tx) == 0)
        return err_set(e, RC_NOT_FOUND, "cost_unknown", "cost_id", "没有这笔成本",
                       "there is no such cost");
    return rc;
}

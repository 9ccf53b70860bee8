/* stage.c — the steps of the sales process. A handful of rows; who is in one is a column of
 * customer, counted by index. A stage that somebody is in cannot be removed, so history keeps its
 * names.
 */
#include "store/stage.h"

#include "store/event.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

static const struct sql STAGE_LIST = {
    .text =
        "SELECT s.id, s.name, s.position, s.outcome, (SELECT count(*) FROM customer c"
        " WHERE c.stage_id = s.id AND c.root_id = c.id AND c.erased_s IS NULL AND " SCOPE_CUSTOMER(
            "c.id", "$1") ") FROM stage s /*scan*/ ORDER BY s.position, s.id",
    .in = "i",
    .out = "isisi",
};
static const struct sql STAGE_LIST_PLAIN = {
    .text = "SELECT id, name, position, outcome, 0 FROM stage /*scan*/ ORDER BY position, id",
    .out = "isisi",
};
static const struct sql STAGE_LOAD = {
    .text = "SELECT id, name, position, outcome FROM stage WHERE id = $1",
    .in = "i",
    .out = "isis",
};
static const struct sql STAGE_NAMED = {
    .text = "SELECT id FROM stage WHERE name = $1",
    .in = "s",
    .out = "i",
};
static const struct sql STAGE_ADD = {
    .text = "INSERT INTO stage (id, name, position, outcome, created_s) VALUES ($1, $2,"
            " coalesce($3, (SELECT coalesce(max(position), 0) + 1 FROM stage /*scan*/)), $4, $5)",
    .in = "isIsi",
};
static const struct sql STAGE_STORE = {
    .text = "UPDATE stage SET name = $2, position = $3, outcome = $4 WHERE id = $1",
    .in = "isis",
};
static const struct sql STAGE_USED = {
    .text = "SELECT count(*) FROM customer WHERE stage_id = $1 /*scan*/",
    .in = "i",
    .out = "i",
};
static const struct sql STAGE_REMOVE = {
    .text = "DELETE FROM stage WHERE id = $1 /*scan*/",
    .in = "i",
};

STATEMENTS(stage, &STAGE_LIST, &STAGE_LIST_PLAIN, &STAGE_LOAD, &STAGE_NAMED, &STAGE_ADD,
           &STAGE_STORE, &STAGE_USED, &STAGE_REMOVE);

static enum rc read_list(struct tx *tx, struct rows *r, struct stage **out, size_t *out_n,
                         struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct stage *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct stage){
            rows_int(r, 0), rows_copy(r, 1, a), rows_int(r, 2), rows_copy(r, 3, a), rows_int(r, 4)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc stage_list(struct tx *tx, int64_t scope_account, struct stage **out, size_t *out_n,
                   struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &STAGE_LIST, &r, e, scope_account);
    return rc == RC_OK ? read_list(tx, r, out, out_n, e) : rc;
}

enum rc stage_list_plain(struct tx *tx, struct stage **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &STAGE_LIST_PLAIN, &r, e);
    return rc == RC_OK ? read_list(tx, r, out, out_n, e) : rc;
}

enum rc stage_load(struct tx *tx, int64_t id, struct stage *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &STAGE_LOAD, &r, e, id);
    if (rc == RC_NOT_FOUND)
        err_set(e, RC_NOT_FOUND, "stage_unknown", "stage_id", "没有这个客户阶段",
                "there is no such stage");
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    *out =
        (struct stage){rows_int(r, 0), rows_copy(r, 1, a), rows_int(r, 2), rows_copy(r, 3, a), 0};
    return rows_end(r, e);
}

enum rc stage_check(struct tx *tx, int64_t id, struct err *e)
{
    struct stage s;
    enum rc rc = stage_load(tx, id, &s, e);
    if (rc != RC_NOT_FOUND)
        return rc;
    err_set(e, RC_INVALID, "stage_unknown", "stage_id", "没有这个客户阶段",
            "there is no such stage");
    err_hint(e, "请从阶段列表中选择", "choose one from the list of stages");
    return RC_INVALID;
}

static enum rc name_free(struct tx *tx, struct str name, int64_t own, struct err *e)
{
    int64_t found;
    enum rc rc = tx_int(tx, &STAGE_NAMED, &found, e, name);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && found == own))
        return RC_OK;
    if (rc != RC_OK)
        return rc;
    err_set(e, RC_CONFLICT, "name_taken", "name", "已经有阶段“" STR_FMT "”",
            "there is a stage \"" STR_FMT "\" already", STR_ARG(name));
    err_hint(e, "请换一个名称", "choose another name");
    return RC_CONFLICT;
}

enum rc stage_add(struct tx *tx, struct str name, int64_t position, struct str outcome,
                  int64_t *out_id, struct err *e)
{
    int64_t id = tx_id(tx);
    enum rc rc = name_free(tx, name, 0, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &STAGE_ADD, e, id, name, position, outcome, tx_now_s(tx));
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc stage_store(struct tx *tx, const struct stage *s, struct err *e)
{
    enum rc rc = name_free(tx, s->name, s->id, e);
    if (rc == RC_OK)
        rc = tx_exec(tx, &STAGE_STORE, e, s->id, s->name, s->position, s->outcome);
    return rc == RC_OK ? change_add(tx, "stage", s->id, 0, e) : rc;
}

enum rc stage_remove(struct tx *tx, int64_t id, struct err *e)
{
    int64_t n;
    enum rc rc = tx_int(tx, &STAGE_USED, &n, e, id);
    if (rc != RC_OK || n == 0)
        return rc == RC_OK ? tx_exec(tx, &STAGE_REMOVE, e, id) : rc;
    err_set(e, RC_CONFLICT, "stage_used", "id", "还有 %lld 位客户处于这个阶段，不能删除",
            "%lld customers are in this stage, so it cannot be removed", (long long)n);
    err_hint(e, "请先把他们移到别的阶段", "move them to another stage first");
    return RC_CONFLICT;
}

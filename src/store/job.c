/* job.c — the durable side of the job runner: one row for each job.
 *
 * A running job's row is written at each checkpoint, inside the closure that did the work, so
 * `cursor` and `done` are true to what is in the database at any moment. Finding what waits reads
 * the index on state: 3 µs when nothing does.
 */
#include "store/job.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

#define JOB_COLUMNS                                                                                \
    "SELECT id, kind, state, title, detail, cursor, done, total, unit, result, error, "            \
    "account_id, created_us,"                                                                      \
    " started_us, ended_us FROM job "
#define JOB_TYPES "isssssiIsSSIiII"

static const struct sql JOB_ADD = {
    .text = "INSERT INTO job (id, kind, state, title, detail, total, unit, account_id, created_us)"
            " VALUES ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8)",
    .in = "isssIsIi",
};
static const struct sql JOB_GET = {
    .text = JOB_COLUMNS "WHERE id = $1", .in = "i", .out = JOB_TYPES};
static const struct sql JOB_LIST = {
    .text = JOB_COLUMNS "WHERE id < $1 AND ($2 = 0 OR account_id = $2) ORDER BY id DESC LIMIT $3",
    .in = "iii",
    .out = JOB_TYPES,
};
static const struct sql JOB_LIST_STATE = {
    .text = JOB_COLUMNS "WHERE state = $4 AND id < $1 AND ($2 = 0 OR account_id = $2)"
                        " ORDER BY id DESC LIMIT $3",
    .in = "iiis",
    .out = JOB_TYPES,
};
static const struct sql JOB_OF_KIND = {
    .text = JOB_COLUMNS "WHERE kind = $1 ORDER BY id DESC LIMIT $2",
    .in = "si",
    .out = JOB_TYPES,
};
static const struct sql JOB_OPEN = {
    .text = JOB_COLUMNS "WHERE state IN ('waiting', 'running', 'stopping') ORDER BY id LIMIT 200",
    .out = JOB_TYPES,
};
static const struct sql JOB_STATE = {.text = "UPDATE job SET state = $2 WHERE id = $1", .in = "is"};
static const struct sql JOB_CHECKPOINT = {
    .text = "UPDATE job SET cursor = $2, done = $3, total = $4 WHERE id = $1",
    .in = "isiI",
};
static const struct sql JOB_START = {
    .text = "UPDATE job SET state = 'running', started_us = coalesce(started_us, $2), ended_us = "
            "NULL, error = NULL"
            " WHERE id = $1",
    .in = "ii",
};
static const struct sql JOB_END = {
    .text = "UPDATE job SET state = $2, ended_us = $3, done = $4, total = $5, unit = $6, result = "
            "$7, error = $8"
            " WHERE id = $1",
    .in = "isiiIsSS",
};

STATEMENTS(job, &JOB_ADD, &JOB_GET, &JOB_LIST, &JOB_LIST_STATE, &JOB_OF_KIND, &JOB_OPEN, &JOB_STATE,
           &JOB_CHECKPOINT, &JOB_START, &JOB_END);

static const char *const states[] = {"waiting", "running", "stopping", "stopped", "done", "failed"};

const char *job_state_name(enum job_state s)
{
    assert(s <= JOB_FAILED);
    return states[s];
}

static enum job_state state_from(struct str name)
{
    int s = 0;
    while (s < JOB_FAILED && !str_eq(name, str_from(states[s])))
        s++;
    return (enum job_state)s;
}

enum rc job_row_add(struct tx *tx, const struct job_row *j, struct err *e)
{
    assert(tx_is_writing(tx) && j->id != 0);
    return tx_exec(tx, &JOB_ADD, e, j->id, j->kind, j->title, j->detail, j->total, j->unit,
                   j->account_id == 0 ? DB_NULL : j->account_id, tx_now_us(tx));
}

static struct job_row read_job(struct tx *tx, const struct rows *r)
{
    struct arena *a = tx_arena(tx);
    return (struct job_row){
        .id = rows_int(r, 0),
        .kind = rows_copy(r, 1, a),
        .state = state_from(rows_str(r, 2)),
        .title = rows_copy(r, 3, a),
        .detail = rows_copy(r, 4, a),
        .cursor = rows_copy(r, 5, a),
        .done = rows_int(r, 6),
        .total = rows_known(r, 7),
        .unit = rows_copy(r, 8, a),
        .result = rows_copy(r, 9, a),
        .error = rows_copy(r, 10, a),
        .account_id = rows_int(r, 11),
        .created_us = rows_int(r, 12),
        .started_us = rows_int(r, 13),
        .ended_us = rows_int(r, 14),
    };
}

enum rc job_row_get(struct tx *tx, int64_t id, struct job_row *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &JOB_GET, &r, e, id);
    if (rc == RC_NOT_FOUND) {
        err_set(e, rc, "job_unknown", "id", "没有这个任务", "there is no such job");
        err_hint(e, "用 GET /api/jobs 查看任务", "GET /api/jobs lists them");
    }
    if (rc != RC_OK)
        return rc;
    *out = read_job(tx, r);
    return rows_end(r, e);
}

static enum rc read_list(struct tx *tx, struct rows *r, struct job_row **out, size_t *out_n,
                         struct err *e)
{
    struct job_row *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = read_job(tx, r);
    enum rc rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc job_row_list(struct tx *tx, int64_t before, int64_t account_id, struct str state,
                     int64_t limit, struct job_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = str_empty(state)
                     ? tx_query(tx, &JOB_LIST, &r, e, before, account_id, limit)
                     : tx_query(tx, &JOB_LIST_STATE, &r, e, before, account_id, limit, state);
    return rc == RC_OK ? read_list(tx, r, out, out_n, e) : rc;
}

enum rc job_row_of_kind(struct tx *tx, struct str kind, int64_t limit, struct job_row **out,
                        size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &JOB_OF_KIND, &r, e, kind, limit);
    return rc == RC_OK ? read_list(tx, r, out, out_n, e) : rc;
}

enum rc job_row_open(struct tx *tx, struct job_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &JOB_OPEN, &r, e);
    return rc == RC_OK ? read_list(tx, r, out, out_n, e) : rc;
}

enum rc job_row_set_state(struct tx *tx, int64_t id, enum job_state state, struct err *e)
{
    return tx_exec(tx, &JOB_STATE, e, id, str_from(states[state]));
}

enum rc job_row_checkpoint(struct tx *tx, int64_t id, struct str cursor, int64_t done,
                           int64_t total, struct err *e)
{
    return tx_exec(tx, &JOB_CHECKPOINT, e, id, cursor, done, total);
}

enum rc job_row_start(struct tx *tx, int64_t id, struct err *e)
{
    return tx_exec(tx, &JOB_START, e, id, tx_now_us(tx));
}

enum rc job_row_end(struct tx *tx, int64_t id, enum job_state state, int64_t done, int64_t total,
                    struct str unit, struct str result, struct str error, struct err *e)
{
    assert(state == JOB_STOPPED || state == JOB_DONE || state == JOB_FAILED);
    return tx_exec(tx, &JOB_END, e, id, str_from(states[state]), tx_now_us(tx), done, total, unit,
                   result, error);
}

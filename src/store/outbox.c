/* outbox.c — the table of wishes.
 *
 * That of one thing the latest wish alone waits is the unique index's business; putting costs two
 * statements, one of which finds nothing as a rule. Whose turn it is: the waiting row with the
 * lowest id of its key, one probe each. A row that is ended by a later wish while its call is under
 * way ends once: whoever comes back with the answer finds it ended and leaves it so.
 */
#include "store/outbox.h"

#include "store/ids.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const char *const STATES[] = {"waiting", "done", "dropped", "unsure", "dead"};
enum { STATE_COUNT = sizeof STATES / sizeof *STATES };

static const struct sql PUT = {
    .text = "INSERT INTO outbox (id, kind, order_key, object_id, once_hash, body_sealed,"
            " account_id, made_us, state, due_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
            " 'waiting', $8) ON CONFLICT DO NOTHING",
    .in = "issiBBIi",
};
static const struct sql WITHDRAW = {
    .text = "UPDATE outbox SET state = 'dropped', ended_us = $4, body_sealed = NULL"
            " WHERE order_key = $1 AND kind = $2 AND object_id = $3 AND state = 'waiting'",
    .in = "ssii",
};
#define COLUMNS                                                                                    \
    "o.id, o.kind, o.order_key, o.object_id, o.state, coalesce(o.account_id, 0), o.made_us,"       \
    " o.attempts, o.due_us, o.begun_us, o.ended_us, o.error"
#define TYPES "issisiiiiIIS"
static const struct sql TAKE = {
    .text = "SELECT " COLUMNS ", o.body_sealed FROM outbox o"
            " WHERE o.state = 'waiting' AND o.due_us <= $1 AND NOT EXISTS (SELECT 1 FROM outbox b"
            " WHERE b.order_key = o.order_key AND b.id < o.id AND b.state = 'waiting')"
            " ORDER BY o.id LIMIT $2",
    .in = "ii",
    .out = TYPES "B",
};
static const struct sql TAKE_KEY = {
    .text = "SELECT " COLUMNS ", o.body_sealed FROM outbox o"
            " WHERE o.order_key = $1 AND o.state = 'waiting' ORDER BY o.id LIMIT $2",
    .in = "si",
    .out = TYPES "B",
};
static const struct sql BEGIN = {
    .text = "UPDATE outbox SET begun_us = $2 WHERE id = $1 AND state = 'waiting'"
            " AND begun_us IS NULL",
    .in = "ii",
};
static const struct sql END = {
    .text = "UPDATE outbox SET state = $2, ended_us = $3, error = $4, attempts = attempts + $5,"
            " body_sealed = CASE WHEN $2 = 'done' OR $2 = 'dropped' THEN NULL ELSE body_sealed END"
            " WHERE id = $1 AND state = 'waiting'",
    .in = "isiSi",
};
static const struct sql AGAIN = {
    .text = "UPDATE outbox SET due_us = $2, error = coalesce($3, error), begun_us = NULL,"
            " attempts = attempts + $4 WHERE id = $1 AND state = 'waiting'",
    .in = "iiSi",
};
static const struct sql LIST = {
    .text = "SELECT " COLUMNS ", o.body_sealed FROM outbox o WHERE o.id < $1"
            " ORDER BY o.id DESC LIMIT $2",
    .in = "ii",
    .out = TYPES "B",
};
static const struct sql LIST_STATE = {
    .text = "SELECT " COLUMNS ", o.body_sealed FROM outbox o WHERE o.id < $1 AND o.state = $3"
            " ORDER BY o.id DESC LIMIT $2",
    .in = "iis",
    .out = TYPES "B",
};
static const struct sql LOAD = {
    .text = "SELECT " COLUMNS ", o.body_sealed FROM outbox o WHERE o.id = $1",
    .in = "i",
    .out = TYPES "B",
};
static const struct sql OPEN = {
    .text = "SELECT " COLUMNS ", o.body_sealed FROM outbox o WHERE o.order_key = $1"
            " AND (o.state = 'waiting' OR o.state = 'dead' OR o.state = 'unsure')"
            " AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.order_key = o.order_key"
            " AND b.id > o.id AND b.kind = o.kind AND b.object_id = o.object_id"
            " AND b.state <> 'dropped') ORDER BY o.id DESC LIMIT $2",
    .in = "si",
    .out = TYPES "B",
};
static const struct sql STATE = {
    .text = "SELECT CASE WHEN o.state = 'dead' OR o.state = 'unsure' THEN"
            " CASE WHEN EXISTS (SELECT 1 FROM outbox b WHERE b.order_key = o.order_key"
            " AND b.kind = o.kind AND b.object_id = o.object_id AND b.state = 'waiting')"
            " THEN 3 ELSE 2 END WHEN o.state = 'waiting' THEN 1 ELSE 0 END"
            " FROM outbox o WHERE o.id = $1",
    .in = "i",
    .out = "i",
};
static const struct sql RETRY = {
    .text = "UPDATE outbox SET state = 'waiting', ended_us = NULL, attempts = 0, begun_us = NULL,"
            " due_us = $2 WHERE id = $1 AND (state = 'dead' OR state = 'unsure')",
    .in = "ii",
};
static const struct sql DROP = {
    .text = "UPDATE outbox SET state = 'dropped', ended_us = $2, body_sealed = NULL WHERE id = $1",
    .in = "ii",
};
static const struct sql COUNT = {
    .text = "SELECT count(*) FROM outbox WHERE state = $1",
    .in = "s",
    .out = "i",
};
static const struct sql COUNTS = {
    .text = "SELECT DISTINCT object_id FROM outbox WHERE order_key = $1 AND kind = $2"
            " AND (state = 'waiting' OR (state = 'done' AND ended_us >= $3)) ORDER BY object_id",
    .in = "ssi",
    .out = "i",
};
static const struct sql PURGE = {
    .text = "DELETE FROM outbox WHERE id IN (SELECT p.id FROM outbox p WHERE p.ended_us < $1"
            " ORDER BY p.ended_us LIMIT $2)",
    .in = "ii",
};

STATEMENTS(outbox, &PUT, &WITHDRAW, &TAKE, &TAKE_KEY, &BEGIN, &END, &AGAIN, &LIST, &LIST_STATE,
           &LOAD, &OPEN, &STATE, &RETRY, &DROP, &COUNT, &COUNTS, &PURGE);

const char *outbox_state_name(enum outbox_state s)
{
    assert((unsigned)s < STATE_COUNT);
    return STATES[s];
}

static enum outbox_state state_from(struct str name)
{
    int s = 0;
    while (s < STATE_COUNT && !str_eq(name, str_from(STATES[s])))
        s++;
    assert(s < STATE_COUNT);
    return (enum outbox_state)s;
}

/* ---- putting ---- */

enum rc outbox_withdraw(struct tx *tx, struct str kind, struct str key, int64_t object_id,
                        struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &WITHDRAW, e, key, kind, object_id, tx_now_us(tx));
}

enum rc outbox_put(struct tx *tx, const struct keyring *keys, const struct outbox_wish *w,
                   struct err *e)
{
    assert(tx_is_writing(tx) && !str_empty(w->kind) && !str_empty(w->key));
    uint8_t hash[SECRET_INDEX_BYTES];
    struct str once = STR_ABSENT;
    struct str sealed = STR_ABSENT;
    if (!str_absent(w->once)) {
        secret_index(keys, STR("outbox.once"), w->once, hash);
        once = (struct str){(const char *)hash, sizeof hash};
    }
    if (!str_absent(w->body))
        sealed = secret_seal(keys, STR("outbox.body"), w->body, tx_arena(tx));
    enum rc rc = w->keep ? RC_OK : outbox_withdraw(tx, w->kind, w->key, w->object_id, e);
    if (rc != RC_OK)
        return rc;
    return tx_exec(tx, &PUT, e, tx_id(tx), w->kind, w->key, w->object_id, once, sealed,
                   w->account_id == 0 ? DB_NULL : w->account_id, tx_now_us(tx));
}

/* ---- reading ---- */

/* All rows of a result; behind the columns the body. */
static enum rc read_rows(struct tx *tx, struct rows *r, struct outbox_row **out, size_t *out_n,
                         struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct outbox_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        *LIST_ADD(a, list, n, room) = (struct outbox_row){
            .id = rows_int(r, 0),
            .kind = rows_copy(r, 1, a),
            .key = rows_copy(r, 2, a),
            .object_id = rows_int(r, 3),
            .state = state_from(rows_str(r, 4)),
            .account_id = rows_int(r, 5),
            .made_us = rows_int(r, 6),
            .attempts = rows_int(r, 7),
            .due_us = rows_int(r, 8),
            .begun_us = rows_int(r, 9),
            .ended_us = rows_int(r, 10),
            .error = rows_copy(r, 11, a),
            .body_sealed = rows_copy(r, 12, a),
        };
    }
    enum rc rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc outbox_take(struct tx *tx, int64_t now_us, struct outbox_row **out, size_t *out_n,
                    struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_query(tx, &TAKE, &r, e, now_us, OUTBOX_TAKE);
    return rc == RC_OK ? read_rows(tx, r, out, out_n, e) : rc;
}

enum rc outbox_take_key(struct tx *tx, struct str key, struct outbox_row **out, size_t *out_n,
                        struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_query(tx, &TAKE_KEY, &r, e, key, OUTBOX_TOGETHER);
    return rc == RC_OK ? read_rows(tx, r, out, out_n, e) : rc;
}

enum rc outbox_list(struct tx *tx, int64_t before_id, struct str state, int64_t limit,
                    struct outbox_row **out, size_t *out_n, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = str_absent(state) ? tx_query(tx, &LIST, &r, e, before_id, limit)
                                   : tx_query(tx, &LIST_STATE, &r, e, before_id, limit, state);
    return rc == RC_OK ? read_rows(tx, r, out, out_n, e) : rc;
}

enum rc outbox_open(struct tx *tx, struct str key, int64_t limit, struct outbox_row **out,
                    size_t *out_n, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_query(tx, &OPEN, &r, e, key, limit);
    return rc == RC_OK ? read_rows(tx, r, out, out_n, e) : rc;
}

static enum rc unknown(struct err *e)
{
    return err_set(e, RC_NOT_FOUND, "outbox_unknown", "id", "没有这条待办",
                   "there is no such wish");
}

enum rc outbox_load(struct tx *tx, int64_t id, struct outbox_row *out, struct err *e)
{
    struct outbox_row *rows = NULL;
    struct rows *r = NULL;
    size_t n = 0;
    enum rc rc = tx_query(tx, &LOAD, &r, e, id);
    if (rc == RC_OK)
        rc = read_rows(tx, r, &rows, &n, e);
    if (rc != RC_OK || n == 0)
        return rc == RC_OK ? unknown(e) : rc;
    *out = rows[0];
    return RC_OK;
}

enum rc outbox_count(struct tx *tx, enum outbox_state state, int64_t *out, struct err *e)
{
    return tx_int(tx, &COUNT, out, e, str_from(outbox_state_name(state)));
}

enum rc outbox_counts(struct tx *tx, struct str kind, struct str key, int64_t asked_us,
                      int64_t **out, size_t *out_n, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_query(tx, &COUNTS, &r, e, key, kind, asked_us);
    return rc == RC_OK ? ids_read(tx, r, out, out_n, e) : rc;
}

/* ---- ending ---- */

enum rc outbox_begin(struct tx *tx, int64_t id, struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = tx_exec(tx, &BEGIN, e, id, tx_now_us(tx));
    if (rc != RC_OK || tx_changes(tx) == 1)
        return rc;
    return err_set(e, RC_CONFLICT, "outbox_ended", NULL, "这条待办已经处理过",
                   "this wish has been dealt with already");
}

enum rc outbox_end(struct tx *tx, int64_t id, const struct outbox_end *end, bool *out_ended,
                   struct err *e)
{
    assert(tx_is_writing(tx));
    int failed = str_absent(end->error) ? 0 : 1;
    enum rc rc = end->state == OUTBOX_WAITING
                     ? tx_exec(tx, &AGAIN, e, id, end->due_us, end->error, failed)
                     : tx_exec(tx, &END, e, id, str_from(outbox_state_name(end->state)),
                               tx_now_us(tx), end->error, failed);
    if (rc == RC_OK)
        *out_ended = tx_changes(tx) == 1;
    return rc;
}

enum standing { ENDED, IS_WAITING, FAILED, OVERTAKEN };

static enum rc standing(struct tx *tx, int64_t id, enum standing *out, struct err *e)
{
    int64_t found = 0;
    enum rc rc = tx_int(tx, &STATE, &found, e, id);
    if (rc == RC_NOT_FOUND)
        return unknown(e);
    if (rc == RC_OK)
        *out = (enum standing)found;
    return rc;
}

enum rc outbox_retry(struct tx *tx, int64_t id, struct err *e)
{
    enum standing s;
    enum rc rc = standing(tx, id, &s, e);
    if (rc != RC_OK)
        return rc;
    if (s == OVERTAKEN)
        return err_set(e, RC_CONFLICT, "outbox_overtaken", "id", "已有更新的同类待办在等待",
                       "a later wish for the same is waiting");
    if (s != FAILED)
        return err_set(e, RC_CONFLICT, "outbox_not_dead", "id", "这条待办已完成，或正等待处理",
                       "this wish is done, or waits for its turn");
    return tx_exec(tx, &RETRY, e, id, tx_now_us(tx));
}

enum rc outbox_drop(struct tx *tx, int64_t id, struct err *e)
{
    enum standing s;
    struct outbox_row row;
    enum rc rc = standing(tx, id, &s, e);
    if (rc == RC_OK && s == ENDED)
        return err_set(e, RC_CONFLICT, "outbox_ended", "id", "这条待办已经结束",
                       "this wish has ended already");
    if (rc == RC_OK)
        rc = outbox_load(tx, id, &row, e);
    if (rc == RC_OK && row.state == OUTBOX_WAITING && row.begun_us != 0) {
        err_set(e, RC_CONFLICT, "outbox_begun", "id", "正在告诉企业微信，现在不能放弃",
                "WeCom is being told just now: it cannot be given up");
        err_hint(e, "请稍等几秒再看：要么已完成，要么会列为待确认",
                 "look again in a few seconds: it is done then, or listed as unsure");
        return RC_CONFLICT;
    }
    return rc == RC_OK ? tx_exec(tx, &DROP, e, id, tx_now_us(tx)) : rc;
}

enum rc outbox_purge(struct tx *tx, int64_t before_us, int64_t *out_n, struct err *e)
{
    enum rc rc = tx_exec(tx, &PURGE, e, before_us, OUTBOX_PURGE);
    if (rc == RC_OK)
        *out_n = tx_changes(tx);
    return rc;
}

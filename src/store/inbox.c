/* inbox.c — the table of callbacks.
 *
 * Whether a message is there already is the unique index's business, so putting costs one
 * statement. Whose turn it is: the waiting row with the lowest id of its key, one probe each; rows
 * behind one that waits for its next attempt are looked at and passed over. Ended rows keep their
 * hash until they are purged, so that a repeat finds them.
 */
#include "store/inbox.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>
#include <string.h>

static const char *const STATES[] = {"waiting", "done", "ignored", "dead"};
enum { STATE_COUNT = sizeof STATES / sizeof *STATES };

static const struct sql PUT = {
    .text = "INSERT INTO inbox (id, source, hash, kind, order_key, body_sealed, received_us, state,"
            " due_us) VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8) ON CONFLICT (hash) DO"
            " NOTHING",
    .in = "isbssbii",
};

static const struct sql TAKE = {
    .text = "SELECT i.id, i.source, i.kind, i.order_key, i.state, i.received_us, i.attempts,"
            " i.due_us, i.ended_us, i.error, i.body_sealed FROM inbox i"
            " WHERE i.state = 'waiting' AND i.due_us <= $1 AND NOT EXISTS (SELECT 1 FROM inbox b"
            " WHERE b.order_key = i.order_key AND b.id < i.id AND b.state = 'waiting')"
            " ORDER BY i.id LIMIT $2",
    .in = "ii",
    .out = "issssiiiISB",
};

static const struct sql END = {
    .text = "UPDATE inbox SET state = $2, ended_us = $3, error = NULL, body_sealed = CASE WHEN $2 ="
            " 'done' THEN NULL ELSE body_sealed END WHERE id = $1 AND state = 'waiting'",
    .in = "isi",
};

static const struct sql AGAIN = {
    .text = "UPDATE inbox SET attempts = attempts + 1, due_us = $2, error = $3"
            " WHERE id = $1 AND state = 'waiting'",
    .in = "iis",
};

static const struct sql DIE = {
    .text = "UPDATE inbox SET attempts = attempts + 1, state = 'dead', ended_us = $2, error = $3"
            " WHERE id = $1 AND state = 'waiting'",
    .in = "iis",
};

#define COLUMNS                                                                                    \
    "SELECT id, source, kind, order_key, state, received_us, attempts, due_us, ended_us, error"    \
    " FROM inbox "

static const struct sql LIST = {
    .text = COLUMNS "WHERE id < $1 ORDER BY id DESC LIMIT $2",
    .in = "ii",
    .out = "issssiiiIS",
};

static const struct sql LIST_STATE = {
    .text = COLUMNS "WHERE id < $1 AND state = $3 ORDER BY id DESC LIMIT $2",
    .in = "iis",
    .out = "issssiiiIS",
};

static const struct sql STATE = {
    .text = "SELECT CASE WHEN state IN ('dead', 'ignored') THEN 1 ELSE 0 END FROM inbox"
            " WHERE id = $1",
    .in = "i",
    .out = "i",
};

static const struct sql RETRY = {
    .text = "UPDATE inbox SET state = 'waiting', ended_us = NULL, attempts = 0, due_us = $2"
            " WHERE id = $1 AND (state = 'dead' OR state = 'ignored')",
    .in = "ii",
};

static const struct sql COUNT = {
    .text = "SELECT count(*) FROM inbox WHERE state = $1",
    .in = "s",
    .out = "i",
};

static const struct sql CHECKED = {
    .text = "INSERT INTO callback_check (source, checked_us) VALUES ('wecom', $1)"
            " ON CONFLICT (source) DO UPDATE SET checked_us = excluded.checked_us",
    .in = "i",
};

static const struct sql LAST_CHECK = {
    .text = "SELECT checked_us FROM callback_check WHERE source = 'wecom'",
    .out = "i",
};

static const struct sql LAST_DELIVERY = {
    .text = "SELECT received_us FROM inbox WHERE id > 0 ORDER BY id DESC LIMIT 1",
    .out = "i",
};

static const struct sql PURGE = {
    .text = "DELETE FROM inbox WHERE id IN (SELECT p.id FROM inbox p WHERE p.ended_us < $1"
            " ORDER BY p.ended_us LIMIT $2)",
    .in = "ii",
};

STATEMENTS(inbox, &PUT, &TAKE, &END, &AGAIN, &DIE, &LIST, &LIST_STATE, &STATE, &RETRY, &COUNT,
           &CHECKED, &LAST_CHECK, &LAST_DELIVERY, &PURGE);

const char *inbox_state_name(enum inbox_state s)
{
    assert((unsigned)s < STATE_COUNT);
    return STATES[s];
}

static enum inbox_state state_from(struct str name)
{
    int s = 0;
    while (s < STATE_COUNT && !str_eq(name, str_from(STATES[s]))) {
        s++;
    }
    assert(s < STATE_COUNT);
    return (enum inbox_state)s;
}

enum rc inbox_put(struct tx *tx, const struct inbox_message *m, struct err *e)
{
    struct str hash = {(const char *)m->hash, sizeof m->hash};
    assert(tx_is_writing(tx) && !str_empty(m->kind) && !str_empty(m->key));
    return tx_exec(tx, &PUT, e, tx_id(tx), m->source, hash, m->kind, m->key, m->body_sealed,
                   tx_now_us(tx), tx_now_us(tx) + m->settle_us);
}

/* All rows of a result; the eleventh column, if there is one, is the body. */
static enum rc read_rows(struct tx *tx, struct rows *r, bool bodies, struct inbox_row **out,
                         size_t *out_n, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct inbox_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        *LIST_ADD(a, list, n, room) = (struct inbox_row){
            .id = rows_int(r, 0),
            .source = rows_copy(r, 1, a),
            .kind = rows_copy(r, 2, a),
            .key = rows_copy(r, 3, a),
            .state = state_from(rows_str(r, 4)),
            .received_us = rows_int(r, 5),
            .attempts = rows_int(r, 6),
            .due_us = rows_int(r, 7),
            .ended_us = rows_int(r, 8),
            .error = rows_copy(r, 9, a),
            .body_sealed = bodies ? rows_copy(r, 10, a) : STR_ABSENT,
        };
    }
    enum rc rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc inbox_take(struct tx *tx, int64_t now_us, struct inbox_row **out, size_t *out_n,
                   struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_query(tx, &TAKE, &r, e, now_us, INBOX_TAKE);
    return rc == RC_OK ? read_rows(tx, r, true, out, out_n, e) : rc;
}

enum rc inbox_end(struct tx *tx, int64_t id, enum inbox_state state, struct err *e)
{
    assert(tx_is_writing(tx) && (state == INBOX_DONE || state == INBOX_IGNORED));
    enum rc rc = tx_exec(tx, &END, e, id, str_from(inbox_state_name(state)), tx_now_us(tx));
    if (rc != RC_OK || tx_changes(tx) == 1) {
        return rc;
    }
    return err_set(e, RC_CONFLICT, "inbox_ended", NULL, "这条回调已经处理过",
                   "this callback has been dealt with already");
}

enum rc inbox_fail(struct tx *tx, int64_t id, int64_t due_us, struct str error, struct err *e)
{
    assert(tx_is_writing(tx) && due_us >= 0);
    return due_us > 0 ? tx_exec(tx, &AGAIN, e, id, due_us, error)
                      : tx_exec(tx, &DIE, e, id, tx_now_us(tx), error);
}

enum rc inbox_list(struct tx *tx, int64_t before_id, struct str state, int64_t limit,
                   struct inbox_row **out, size_t *out_n, struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = str_absent(state) ? tx_query(tx, &LIST, &r, e, before_id, limit)
                                   : tx_query(tx, &LIST_STATE, &r, e, before_id, limit, state);
    return rc == RC_OK ? read_rows(tx, r, false, out, out_n, e) : rc;
}

enum rc inbox_retry(struct tx *tx, int64_t id, struct err *e)
{
    int64_t ended = 0;
    enum rc rc = tx_int(tx, &STATE, &ended, e, id);
    if (rc == RC_NOT_FOUND) {
        return err_set(e, rc, "inbox_unknown", "id", "没有这条回调", "there is no such callback");
    }
    if (rc == RC_OK && ended == 0) {
        return err_set(e, RC_CONFLICT, "inbox_not_dead", "id", "这条回调已完成，或正等待处理",
                       "this callback is done, or waits for its turn");
    }
    return rc == RC_OK ? tx_exec(tx, &RETRY, e, id, tx_now_us(tx)) : rc;
}

enum rc inbox_count(struct tx *tx, enum inbox_state state, int64_t *out, struct err *e)
{
    return tx_int(tx, &COUNT, out, e, str_from(inbox_state_name(state)));
}

enum rc inbox_checked(struct tx *tx, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &CHECKED, e, tx_now_us(tx));
}

enum rc inbox_contact(struct tx *tx, struct inbox_contact *out, struct err *e)
{
    struct inbox_contact found = {0};
    enum rc rc = tx_int(tx, &LAST_CHECK, &found.checked_us, e);
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        rc = tx_int(tx, &LAST_DELIVERY, &found.received_us, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    *out = found;
    return RC_OK;
}

enum rc inbox_purge(struct tx *tx, int64_t before_us, int64_t *out_n, struct err *e)
{
    enum rc rc = tx_exec(tx, &PURGE, e, before_us, INBOX_PURGE);
    if (rc == RC_OK) {
        *out_n = tx_changes(tx);
    }
    return rc;
}

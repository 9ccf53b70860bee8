/* welcome.c — the table of welcomes.
 *
 * Putting one is a statement in the transaction that stores the callback; ending one another, many
 * to a commit. What became of them is counted when somebody looks: hours and quantiles read the
 * rows of the time that is asked about, 90,000 in ten busy minutes.
 */
#include "store/welcome.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const char *const STATES[] = {"waiting", "sent", "unsure", "missed"};

static const struct sql PUT = {
    .text = "INSERT INTO welcome (id, code_hash, body_sealed, received_us, expires_us, state)"
            " VALUES ($1, $2, $3, $4, $5, 'waiting') ON CONFLICT (code_hash) DO NOTHING",
    .in = "ibbii",
};
static const struct sql WAITING = {
    .text = "SELECT id, body_sealed, received_us, expires_us FROM welcome"
            " WHERE state = 'waiting' AND expires_us > $1 ORDER BY expires_us LIMIT $2",
    .in = "ii",
    .out = "ibii",
};
static const struct sql END = {
    .text = "UPDATE welcome SET state = $2, reason = $3, took_ms = $4, ended_us = $5, error = $6,"
            " body_sealed = NULL WHERE id = $1 AND state = 'waiting'",
    .in = "isSiiS",
};
static const struct sql HAS_OVERDUE = {
    .text = "SELECT count(*) FROM (SELECT 1 FROM welcome WHERE state = 'waiting'"
            " AND expires_us < $1 LIMIT 1) q",
    .in = "i",
    .out = "i",
};
static const struct sql OVERDUE = {
    .text = "UPDATE welcome SET state = 'missed', reason = 'expired', ended_us = $2,"
            " took_ms = ($2 - received_us) / 1000, body_sealed = NULL WHERE id IN (SELECT w.id"
            " FROM welcome w WHERE w.state = 'waiting' AND w.expires_us < $1"
            " ORDER BY w.expires_us LIMIT $3)",
    .in = "iii",
};
static const struct sql PURGE = {
    .text = "DELETE FROM welcome WHERE id IN (SELECT w.id FROM welcome w WHERE w.received_us < $1"
            " AND w.state <> 'waiting' ORDER BY w.received_us LIMIT $2)",
    .in = "ii",
};
static const struct sql COUNTS = {
    .text = "SELECT received_us / 3600000000 * 3600, state, reason, count(*) FROM welcome"
            " WHERE received_us >= $1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    .in = "i",
    .out = "isSi",
};
static const struct sql SENT = {
    .text = "SELECT count(*) FROM welcome WHERE received_us >= $1 AND state = 'sent'",
    .in = "i",
    .out = "i",
};
static const struct sql TOOK = {
    .text = "SELECT took_ms FROM welcome WHERE received_us >= $1 AND state = 'sent'"
            " ORDER BY took_ms LIMIT 1 OFFSET $2",
    .in = "ii",
    .out = "i",
};
static const struct sql MISSES = {
    .text = "SELECT id, received_us, reason, error FROM welcome WHERE state = 'missed'"
            " AND received_us >= 0 ORDER BY received_us DESC LIMIT $1",
    .in = "i",
    .out = "iiSS",
};
static const struct sql COUNT_MISSED = {
    .text = "SELECT count(*) FROM welcome WHERE state = 'missed' AND received_us >= $1"
            " AND reason <> 'chatting'",
    .in = "i",
    .out = "i",
};
static const struct sql PERSON = {
    .text = "SELECT r.id, r.nickname FROM identity i JOIN customer c ON c.id = i.customer_id"
            " JOIN customer r ON r.id = c.root_id WHERE i.value_hash = $1"
            " AND i.kind = 'external_userid' AND i.issuer = '' AND r.erased_s IS NULL",
    .in = "b",
    .out = "iS",
};

STATEMENTS(welcome, &PUT, &WAITING, &END, &HAS_OVERDUE, &OVERDUE, &PURGE, &COUNTS, &SENT, &TOOK,
           &MISSES, &COUNT_MISSED, &PERSON);

static struct str bytes_of(const uint8_t hash[static SECRET_INDEX_BYTES])
{
    return (struct str){(const char *)hash, SECRET_INDEX_BYTES};
}

enum rc welcome_put(struct tx *tx, const struct welcome_row *w, int64_t *out_id, struct err *e)
{
    assert(tx_is_writing(tx) && w->expires_us > 0);
    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &PUT, e, id, bytes_of(w->code_hash), w->body_sealed, w->received_us,
                         w->expires_us);
    if (rc == RC_OK)
        *out_id = tx_changes(tx) == 1 ? id : 0;
    return rc;
}

enum rc welcome_waiting(struct tx *tx, int64_t now_us, int64_t limit, struct welcome_row **out,
                        size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &WAITING, &r, e, now_us, limit);
    if (rc != RC_OK)
        return rc;
    struct welcome_row *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r)) {
        struct welcome_row *w = LIST_ADD(tx_arena(tx), list, n, room);
        w->id = rows_int(r, 0);
        w->body_sealed = rows_copy(r, 1, tx_arena(tx));
        w->received_us = rows_int(r, 2);
        w->expires_us = rows_int(r, 3);
    }
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc welcome_end(struct tx *tx, const struct welcome_end *end, struct err *e)
{
    assert(tx_is_writing(tx) && end->state != WELCOME_WAITING);
    assert((end->reason != NULL) == (end->state == WELCOME_MISSED));
    struct str reason = end->reason != NULL ? str_from(end->reason) : STR_ABSENT;
    return tx_exec(tx, &END, e, end->id, str_from(STATES[end->state]), reason, end->took_ms,
                   tx_now_us(tx), end->error);
}

enum rc welcome_has_overdue(struct tx *tx, int64_t before_us, bool *out, struct err *e)
{
    int64_t n = 0;
    enum rc rc = tx_int(tx, &HAS_OVERDUE, &n, e, before_us);
    if (rc == RC_OK)
        *out = n > 0;
    return rc;
}

enum rc welcome_overdue(struct tx *tx, int64_t before_us, int64_t *out_n, struct err *e)
{
    enum rc rc = tx_exec(tx, &OVERDUE, e, before_us, tx_now_us(tx), WELCOME_SOME);
    if (rc == RC_OK)
        *out_n = tx_changes(tx);
    return rc;
}

enum rc welcome_purge(struct tx *tx, int64_t before_us, int64_t *out_n, struct err *e)
{
    enum rc rc = tx_exec(tx, &PURGE, e, before_us, WELCOME_SOME);
    if (rc == RC_OK)
        *out_n = tx_changes(tx);
    return rc;
}

/* ---- what became of them ---- */

enum rc welcome_counts(struct tx *tx, int64_t from_us, struct welcome_count **out, size_t *out_n,
                       struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &COUNTS, &r, e, from_us);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct welcome_count *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct welcome_count){rows_int(r, 0), rows_copy(r, 1, a),
                                                             rows_copy(r, 2, a), rows_int(r, 3)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc welcome_took(struct tx *tx, int64_t from_us, int64_t permille, int64_t *out_ms,
                     struct err *e)
{
    assert(permille > 0 && permille <= 1000);
    int64_t n = 0;
    enum rc rc = tx_int(tx, &SENT, &n, e, from_us);
    int64_t rank = (n * permille + 999) / 1000;
    return rc == RC_OK ? tx_int(tx, &TOOK, out_ms, e, from_us, rank > 0 ? rank - 1 : 0) : rc;
}

enum rc welcome_count_missed(struct tx *tx, int64_t from_us, int64_t *out, struct err *e)
{
    return tx_int(tx, &COUNT_MISSED, out, e, from_us);
}

enum rc welcome_misses(struct tx *tx, int64_t limit, struct welcome_miss **out, size_t *out_n,
                       struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &MISSES, &r, e, limit);
    if (rc != RC_OK)
        return rc;
    struct arena *a = tx_arena(tx);
    struct welcome_miss *list = NULL;
    size_t n = 0;
    size_t room = 0;
    while (rows_next(r))
        *LIST_ADD(a, list, n, room) = (struct welcome_miss){rows_int(r, 0), rows_int(r, 1),
                                                            rows_copy(r, 2, a), rows_copy(r, 3, a)};
    *out = list;
    *out_n = n;
    return rows_end(r, e);
}

enum rc welcome_person(struct tx *tx, const uint8_t identity_hash[static SECRET_INDEX_BYTES],
                       int64_t *out_id, struct str *out_name, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &PERSON, &r, e, bytes_of(identity_hash));
    if (rc != RC_OK)
        return rc;
    *out_id = rows_int(r, 0);
    *out_name = rows_copy(r, 1, tx_arena(tx));
    return rows_end(r, e);
}

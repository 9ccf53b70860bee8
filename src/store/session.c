/* session.c — sessions and one-time links, by the hash of their secret.
 *
 * One primary-key look-up joined with the account answers a request; that the account is active and
 * the session has not ended is part of the statement, so no caller can forget it. Ended rows are
 * removed a few at a time when a new one is made, so the table stays near the number of live
 * sessions.
 */
#include "store/session.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql FIND = {
    .text = "SELECT a.id, a.role, a.scope, a.language, s.csrf, s.created_s, s.seen_s, s.expires_s "
            "FROM session s JOIN account a ON a.id = s.account_id "
            "WHERE s.token_hash = $1 AND s.expires_s > $2 AND a.disabled_s IS NULL",
    .in = "bi",
    .out = "issssiii",
};

static const struct sql PUT = {
    .text = "INSERT INTO session (token_hash, account_id, csrf, created_s, seen_s, expires_s) "
            "VALUES ($1, $2, $3, $4, $4, $5)",
    .in = "bisii",
};

static const struct sql SWEEP = {
    .text = "DELETE FROM session WHERE token_hash IN "
            "(SELECT token_hash FROM session /*scan*/ WHERE expires_s <= $1 LIMIT 50)",
    .in = "i",
};

static const struct sql TOUCH = {
    .text = "UPDATE session SET seen_s = $2, expires_s = $3 WHERE token_hash = $1",
    .in = "bii",
};

static const struct sql DROP = {
    .text = "DELETE FROM session WHERE token_hash = $1",
    .in = "b",
};

static const struct sql DROP_OTHERS = {
    .text = "DELETE FROM session WHERE account_id = $1 AND token_hash <> $2",
    .in = "ib",
};

static const struct sql ALIVE = {
    .text = "SELECT count(*) FROM session /*scan*/ WHERE expires_s > $1",
    .in = "i",
    .out = "i",
};

static const struct sql LINK_CLEAR = {
    .text = "DELETE FROM sign_in_link /*scan*/ WHERE (account_id = $1 AND used_s IS NULL) OR "
            "expires_s < $2",
    .in = "ii",
};

static const struct sql LINK_PUT = {
    .text = "INSERT INTO sign_in_link (token_hash, account_id, expires_s) VALUES ($1, $2, $3)",
    .in = "bii",
};

static const struct sql LINK_FIND = {
    .text = "SELECT a.id FROM sign_in_link l JOIN account a ON a.id = l.account_id "
            "WHERE l.token_hash = $1 AND l.used_s IS NULL AND l.expires_s > $2 AND a.disabled_s "
            "IS NULL",
    .in = "bi",
    .out = "i",
};

static const struct sql LINK_USE = {
    .text = "UPDATE sign_in_link SET used_s = $2 WHERE token_hash = $1 AND used_s IS NULL",
    .in = "bi",
};

static struct str hash_str(const uint8_t *hash)
{
    return (struct str){(const char *)hash, 32};
}

enum rc session_find(struct tx *tx, const uint8_t hash[static 32], struct session *out,
                     struct err *e)
{
    struct rows *r = NULL;
    enum rc rc = tx_find(tx, &FIND, &r, e, hash_str(hash), tx_now_s(tx));
    if (rc != RC_OK) {
        return rc;
    }
    struct arena *a = tx_arena(tx);
    *out = (struct session){
        .account = {rows_int(r, 0), rows_copy(r, 1, a), rows_copy(r, 2, a), rows_copy(r, 3, a)},
        .csrf = rows_copy(r, 4, a),
        .created_s = rows_int(r, 5),
        .seen_s = rows_int(r, 6),
        .expires_s = rows_int(r, 7),
    };
    return rows_end(r, e);
}

enum rc session_put(struct tx *tx, const uint8_t hash[static 32], int64_t account_id,
                    struct str csrf, int64_t expires_s, struct err *e)
{
    assert(tx_is_writing(tx) && csrf.n > 0);
    enum rc rc = tx_exec(tx, &SWEEP, e, tx_now_s(tx));
    return rc == RC_OK
               ? tx_exec(tx, &PUT, e, hash_str(hash), account_id, csrf, tx_now_s(tx), expires_s)
               : rc;
}

enum rc session_touch(struct tx *tx, const uint8_t hash[static 32], int64_t expires_s,
                      struct err *e)
{
    return tx_exec(tx, &TOUCH, e, hash_str(hash), tx_now_s(tx), expires_s);
}

enum rc session_delete(struct tx *tx, const uint8_t hash[static 32], struct err *e)
{
    return tx_exec(tx, &DROP, e, hash_str(hash));
}

enum rc session_delete_others(struct tx *tx, int64_t account_id, const uint8_t *keep, struct err *e)
{
    static const uint8_t none[32] = {0};
    enum rc rc = tx_exec(tx, &DROP_OTHERS, e, account_id, hash_str(keep != NULL ? keep : none));
    return rc == RC_OK ? tx_exec(tx, &LINK_CLEAR, e, account_id, tx_now_s(tx)) : rc;
}

enum rc session_count(struct tx *tx, int64_t *out, struct err *e)
{
    return tx_int(tx, &ALIVE, out, e, tx_now_s(tx));
}

enum rc link_put(struct tx *tx, const uint8_t hash[static 32], int64_t account_id,
                 int64_t expires_s, struct err *e)
{
    enum rc rc = tx_exec(tx, &LINK_CLEAR, e, account_id, tx_now_s(tx));
    return rc == RC_OK ? tx_exec(tx, &LINK_PUT, e, hash_str(hash), account_id, expires_s) : rc;
}

enum rc link_find(struct tx *tx, const uint8_t hash[static 32], int64_t *out_account_id,
                  struct err *e)
{
    return tx_int(tx, &LINK_FIND, out_account_id, e, hash_str(hash), tx_now_s(tx));
}

enum rc link_use(struct tx *tx, const uint8_t hash[static 32], int64_t *out_account_id,
                 struct err *e)
{
    enum rc rc = link_find(tx, hash, out_account_id, e);
    if (rc == RC_OK) {
        rc = tx_exec(tx, &LINK_USE, e, hash_str(hash), tx_now_s(tx));
    }
    return rc == RC_OK && tx_changes(tx) != 1 ? RC_NOT_FOUND : rc;
}

STATEMENTS(session, &FIND, &PUT, &SWEEP, &TOUCH, &DROP, &DROP_OTHERS, &ALIVE, &LINK_CLEAR,
           &LINK_PUT, &LINK_FIND, &LINK_USE);

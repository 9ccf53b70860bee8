/* token.c — bearer tokens by the hash of their secret.
 *
 * As with sessions, that a token is alive is part of the statement that finds it. What its list of
 * permissions means is for src/http: here it is text. Revoked tokens stay as rows, so that the
 * audit log's token ids keep their names.
 */
#include "store/token.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql FIND = {
    .text = "SELECT t.id, a.id, a.role, a.scope, a.language, t.permissions, t.used_s "
            "FROM token t JOIN account a ON a.id = t.account_id "
            "WHERE t.token_hash = $1 AND t.revoked_s IS NULL AND (t.expires_s IS NULL OR "
            "t.expires_s > $2) "
            "AND a.disabled_s IS NULL",
    .in = "bi",
    .out = "iissssI",
};

static const struct sql TOUCH = {
    .text = "UPDATE token SET used_s = $2 WHERE id = $1",
    .in = "ii",
};

static const struct sql INSERT = {
    .text =
        "INSERT INTO token (id, name, token_hash, account_id, permissions, created_s, expires_s) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
    .in = "isbisiI",
};

static const struct sql REVOKE = {
    .text = "UPDATE token SET revoked_s = $2 WHERE id = $1 AND revoked_s IS NULL",
    .in = "ii",
};

static const struct sql LIST = {
    .text = "SELECT t.id, t.name, t.permissions, t.account_id, a.login, t.created_s, t.used_s, "
            "t.expires_s, "
            "t.revoked_s FROM token t JOIN account a ON a.id = t.account_id WHERE t.id > $1 ORDER "
            "BY t.id LIMIT $2",
    .in = "ii",
    .out = "issisiIII",
};

enum rc token_find(struct tx *tx, const uint8_t hash[static 32], struct token_owner *out,
                   struct err *e)
{
    struct rows *r = NULL;
    struct str key = {(const char *)hash, 32};
    enum rc rc = tx_find(tx, &FIND, &r, e, key, tx_now_s(tx));
    if (rc != RC_OK) {
        return rc;
    }
    struct arena *a = tx_arena(tx);
    *out = (struct token_owner){
        .id = rows_int(r, 0),
        .account = {rows_int(r, 1), rows_copy(r, 2, a), rows_copy(r, 3, a), rows_copy(r, 4, a)},
        .permissions = rows_copy(r, 5, a),
        .used_s = rows_int(r, 6),
    };
    return rows_end(r, e);
}

enum rc token_touch(struct tx *tx, int64_t id, struct err *e)
{
    return tx_exec(tx, &TOUCH, e, id, tx_now_s(tx));
}

enum rc token_insert(struct tx *tx, const uint8_t hash[static 32], struct token *t, struct err *e)
{
    assert(tx_is_writing(tx));
    struct str key = {(const char *)hash, 32};
    t->id = tx_id(tx);
    t->created_s = tx_now_s(tx);
    return tx_exec(tx, &INSERT, e, t->id, t->name, key, t->account_id, t->permissions, t->created_s,
                   t->expires_s != 0 ? t->expires_s : DB_NULL);
}

enum rc token_revoke(struct tx *tx, int64_t id, struct err *e)
{
    enum rc rc = tx_exec(tx, &REVOKE, e, id, tx_now_s(tx));
    if (rc != RC_OK || tx_changes(tx) == 1) {
        return rc;
    }
    return err_set(e, RC_NOT_FOUND, "token_unknown", "token_id", "没有这个令牌，或已作废",
                   "there is no such token, or it is revoked already");
}

enum rc token_list(struct tx *tx, int64_t after, int64_t limit, struct token **out, size_t *out_n,
                   struct err *e)
{
    struct rows *r = NULL;
    struct arena *a = tx_arena(tx);
    struct token *list = NULL;
    size_t n = 0;
    size_t room = 0;
    enum rc rc = tx_query(tx, &LIST, &r, e, after, limit);
    while (rc == RC_OK && rows_next(r)) {
        *LIST_ADD(a, list, n, room) = (struct token){
            .id = rows_int(r, 0),
            .name = rows_copy(r, 1, a),
            .permissions = rows_copy(r, 2, a),
            .account_id = rows_int(r, 3),
            .login = rows_copy(r, 4, a),
            .created_s = rows_int(r, 5),
            .used_s = rows_int(r, 6),
            .expires_s = rows_int(r, 7),
            .revoked_s = rows_int(r, 8),
        };
    }
    rc = rc == RC_OK ? rows_end(r, e) : rc;
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

STATEMENTS(token, &FIND, &TOUCH, &INSERT, &REVOKE, &LIST);

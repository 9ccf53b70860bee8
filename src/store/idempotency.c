/* idempotency.c — one row for each key an account has used in the last day.
 *
 * The key is kept as a keyed hash and the reply sealed, since both may say something about a
 * person. Old rows go twenty at a time with each new one, which outpaces growth without a sweep of
 * its own.
 */
#include "store/idempotency.h"
#include "store/statements.h"

#include <assert.h>

enum { KEEP_S = 86400 };

static const struct sql FIND = {
    .text = "SELECT request_hash, status, reply_sealed FROM idempotency WHERE account_id = $1 AND "
            "key_hash = $2",
    .in = "ib",
    .out = "bib",
};

static const struct sql PUT = {
    .text = "INSERT INTO idempotency (account_id, key_hash, request_hash, status, reply_sealed, "
            "created_s) "
            "VALUES ($1, $2, $3, $4, $5, $6)",
    .in = "ibbibi",
};

static const struct sql SWEEP = {
    .text = "DELETE FROM idempotency WHERE (account_id, key_hash) IN (SELECT account_id, key_hash "
            "FROM idempotency "
            "WHERE created_s < $1 ORDER BY created_s LIMIT 20)",
    .in = "i",
};

enum rc idempotency_find(struct tx *tx, int64_t account_id, const uint8_t *key_hash,
                         struct idempotency_row *out, struct err *e)
{
    struct rows *r = NULL;
    struct str key = {(const char *)key_hash, 16};
    enum rc rc = tx_find(tx, &FIND, &r, e, account_id, key);
    if (rc != RC_OK) {
        return rc;
    }
    struct str request = rows_copy(r, 0, tx_arena(tx));
    assert(request.n == 32);
    *out = (struct idempotency_row){
        .account_id = account_id,
        .key_hash = key_hash,
        .request_hash = (const uint8_t *)request.p,
        .status = (int)rows_int(r, 1),
        .reply_sealed = rows_copy(r, 2, tx_arena(tx)),
    };
    return rows_end(r, e);
}

enum rc idempotency_put(struct tx *tx, const struct idempotency_row *row, struct err *e)
{
    assert(tx_is_writing(tx));
    struct str key = {(const char *)row->key_hash, 16};
    struct str request = {(const char *)row->request_hash, 32};
    enum rc rc = tx_exec(tx, &SWEEP, e, tx_now_s(tx) - KEEP_S);
    return rc == RC_OK ? tx_exec(tx, &PUT, e, row->account_id, key, request, row->status,
                                 row->reply_sealed, tx_now_s(tx))
                       : rc;
}

STATEMENTS(idempotency, &FIND, &PUT, &SWEEP);

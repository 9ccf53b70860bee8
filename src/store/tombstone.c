/* tombstone.c — reading tombstones out of one database and replaying them into another.
 *
 * A restore puts the database back to an earlier state, in which someone erased since is still
 * there. Their tombstones are read before and replayed after: the row is added, and whoever has
 * such an account is found by the same index that finds them at an import.
 */
#include "store/tombstone.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql LIST = {
    .text = "SELECT kind, issuer, value_hash, erased_s FROM tombstone /*scan*/",
    .out = "ssbi",
};

static const struct sql PUT = {
    .text = "INSERT INTO tombstone (kind, issuer, value_hash, erased_s) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (kind, issuer, value_hash) DO NOTHING",
    .in = "ssbi",
};

static const struct sql CUSTOMER = {
    .text = "SELECT c.root_id FROM identity i JOIN customer c ON c.id = i.customer_id "
            "WHERE i.kind = $1 AND i.issuer = $2 AND i.value_hash = $3",
    .in = "ssb",
    .out = "i",
};

enum rc tombstone_list(struct tx *tx, struct arena *a, struct tombstone **out, size_t *out_n,
                       struct err *e)
{
    struct rows *r = NULL;
    struct tombstone *list = NULL;
    size_t n = 0;
    size_t room = 0;
    enum rc rc = tx_query(tx, &LIST, &r, e);
    while (rc == RC_OK && rows_next(r)) {
        *LIST_ADD(a, list, n, room) = (struct tombstone){rows_copy(r, 0, a), rows_copy(r, 1, a),
                                                         rows_copy(r, 2, a), rows_int(r, 3)};
    }
    rc = rc == RC_OK ? rows_end(r, e) : rc;
    if (rc == RC_OK) {
        *out = list;
        *out_n = n;
    }
    return rc;
}

enum rc tombstone_put(struct tx *tx, const struct tombstone *t, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &PUT, e, t->kind, t->issuer, t->value_hash, t->erased_s);
}

enum rc tombstone_customer(struct tx *tx, const struct tombstone *t, int64_t *out_root_id,
                           struct err *e)
{
    return tx_int(tx, &CUSTOMER, out_root_id, e, t->kind, t->issuer, t->value_hash);
}

STATEMENTS(tombstone, &LIST, &PUT, &CUSTOMER);

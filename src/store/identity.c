/* identity.c — the rows of accounts: who has this openid, this phone, this buyer id.
 *
 * A row is never moved: it stays with the customer it was born with, and who that is today is
 * customer.root_id, so undoing a merge has nothing to undo here. What is personal (phone, card) is
 * in the table only sealed and as keyed hashes; the place of the hash names the kind, so equal
 * digits as a phone and as a card do not match. An erased person leaves only the hash, in
 * `tombstone`. Cost: one index probe to find, one insert and one change to add.
 */
#include "store/identity.h"

#include "store/event.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql IDENTITY_FIND = {
    .text = "SELECT customer_id FROM identity WHERE kind = $1 AND issuer = $2 AND value_hash = $3",
    .in = "ssb",
    .out = "i",
};
static const struct sql TOMBSTONE_FIND = {
    .text = "SELECT 1 FROM tombstone WHERE kind = $1 AND issuer = $2 AND value_hash = $3",
    .in = "ssb",
    .out = "i",
};
static const struct sql IDENTITY_ADD = {
    .text = "INSERT INTO identity (id, customer_id, kind, issuer, value_hash, value, value_sealed,"
            " tail_hash, batch_id, created_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    .in = "iissbSBBIi",
};
static const struct sql IDENTITY_TOLD = {
    .text = "SELECT id, customer_id, type, told_hash, told_us, complete_us FROM identity"
            " WHERE kind = $1 AND issuer = $2 AND value_hash = $3",
    .in = "ssb",
    .out = "iiIBII",
};
static const struct sql IDENTITY_TELL = {
    .text = "UPDATE identity SET type = $2, told_hash = $3, told_us = $4, complete_us = $5"
            " WHERE id = $1",
    .in = "iIBII",
};
static const struct sql PHONE_TAIL = {
    .text = "UPDATE customer SET phone_tail = $2, updated_us = $3"
            " WHERE id = $1 AND phone_tail IS NULL",
    .in = "isi",
};
static const struct sql IDENTITY_LIST = {
    .text = "SELECT i.id, i.customer_id, i.kind, i.issuer, i.value, i.value_sealed, i.created_s"
            " FROM customer c JOIN identity i ON i.customer_id = c.id WHERE c.root_id = $1"
            " ORDER BY i.created_s, i.id",
    .in = "i",
    .out = "iissSBi",
};

STATEMENTS(identity, &IDENTITY_FIND, &TOMBSTONE_FIND, &IDENTITY_ADD, &IDENTITY_TOLD, &IDENTITY_TELL,
           &PHONE_TAIL, &IDENTITY_LIST);

/* Where a kind is hashed and sealed; sealed kinds are not kept in the clear. */
static const struct {
    const char *name;
    const char *place;
    bool sealed;
} kinds[IDENTITY_KINDS] = {
    [IDENTITY_UNIONID] = {"unionid", "identity.unionid", false},
    [IDENTITY_EXTERNAL_USERID] = {"external_userid", "identity.external_userid", false},
    [IDENTITY_OPENID] = {"openid", "identity.openid", false},
    [IDENTITY_BUYER] = {"buyer", "identity.buyer", false},
    [IDENTITY_CARD] = {"card", "identity.card", true},
    [IDENTITY_PHONE] = {"phone", "identity.phone", true},
};

const char *identity_kind_name(enum identity_kind kind)
{
    assert(kind < IDENTITY_KINDS);
    return kinds[kind].name;
}

enum identity_kind identity_kind_from(struct str name)
{
    int kind = 0;
    while (kind < IDENTITY_KINDS && !str_eq(name, str_from(kinds[kind].name)))
        kind++;
    return (enum identity_kind)kind;
}

void identity_hash(const struct keyring *keys, enum identity_kind kind, struct str value,
                   uint8_t out[static SECRET_INDEX_BYTES])
{
    assert(kind < IDENTITY_KINDS && !str_empty(value));
    secret_index(keys, str_from(kinds[kind].place), value, out);
}

void identity_indexer(const struct keyring *keys, enum identity_kind kind,
                      struct secret_indexer *out)
{
    assert(kind < IDENTITY_KINDS);
    secret_indexer_init(out, keys, str_from(kinds[kind].place));
}

void identity_tail_hash(const struct keyring *keys, struct str tail,
                        uint8_t out[static SECRET_INDEX_BYTES])
{
    secret_index(keys, STR("identity.phone.tail"), tail, out);
}

static struct str hash_str(const uint8_t *hash)
{
    return (struct str){(const char *)hash, SECRET_INDEX_BYTES};
}

enum rc identity_find(struct tx *tx, enum identity_kind kind, struct str issuer,
                      const uint8_t hash[static SECRET_INDEX_BYTES], int64_t *out_customer,
                      struct err *e)
{
    return tx_int(tx, &IDENTITY_FIND, out_customer, e, str_from(identity_kind_name(kind)), issuer,
                  hash_str(hash));
}

enum rc identity_is_erased(struct tx *tx, enum identity_kind kind, struct str issuer,
                           const uint8_t hash[static SECRET_INDEX_BYTES], bool *out, struct err *e)
{
    int64_t one;
    enum rc rc = tx_int(tx, &TOMBSTONE_FIND, &one, e, str_from(identity_kind_name(kind)), issuer,
                        hash_str(hash));
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    *out = rc == RC_OK;
    return RC_OK;
}

enum rc identity_told(struct tx *tx, enum identity_kind kind, struct str issuer,
                      const uint8_t hash[static SECRET_INDEX_BYTES], struct identity_told *out,
                      struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, &IDENTITY_TOLD, &r, e, str_from(identity_kind_name(kind)), issuer,
                         hash_str(hash));
    if (rc != RC_OK)
        return rc;
    *out = (struct identity_told){
        .id = rows_int(r, 0),
        .customer_id = rows_int(r, 1),
        .type = rows_known(r, 2),
        .hash = rows_copy(r, 3, tx_arena(tx)),
        .told_us = rows_known(r, 4),
        .complete_us = rows_known(r, 5),
    };
    return rows_end(r, e);
}

enum rc identity_tell(struct tx *tx, const struct identity_told *told, struct err *e)
{
    assert(tx_is_writing(tx));
    return tx_exec(tx, &IDENTITY_TELL, e, told->id, told->type, told->hash, told->told_us,
                   told->complete_us);
}

static enum rc note_phone(struct tx *tx, int64_t customer_id, struct str tail, struct err *e)
{
    enum rc rc = tx_exec(tx, &PHONE_TAIL, e, customer_id, tail, tx_now_us(tx));
    return rc == RC_OK ? change_add(tx, "customer", customer_id, customer_id, e) : rc;
}

enum rc identity_add(struct tx *tx, const struct keyring *keys, int64_t customer_id,
                     enum identity_kind kind, struct str issuer, struct str value, int64_t batch_id,
                     struct err *e)
{
    assert(tx_is_writing(tx) && kind < IDENTITY_KINDS);

    uint8_t hash[SECRET_INDEX_BYTES];
    uint8_t tail_hash[SECRET_INDEX_BYTES];
    identity_hash(keys, kind, value, hash);
    struct str sealed = STR_ABSENT;
    if (kinds[kind].sealed)
        sealed = secret_seal(keys, str_from(kinds[kind].place), value, tx_arena(tx));
    bool phone = kind == IDENTITY_PHONE && value.n >= 4;
    struct str tail = phone ? str_sub(value, value.n - 4, 4) : STR_ABSENT;
    if (phone)
        identity_tail_hash(keys, tail, tail_hash);

    int64_t id = tx_id(tx);
    enum rc rc = tx_exec(tx, &IDENTITY_ADD, e, id, customer_id, str_from(kinds[kind].name), issuer,
                         hash_str(hash), kinds[kind].sealed ? STR_ABSENT : value, sealed,
                         phone ? hash_str(tail_hash) : STR_ABSENT,
                         batch_id == 0 ? DB_NULL : batch_id, tx_now_s(tx));
    if (rc == RC_OK && phone)
        rc = note_phone(tx, customer_id, tail, e);
    return rc == RC_OK ? change_add(tx, "identity", id, customer_id, e) : rc;
}

enum rc identity_list(struct tx *tx, const struct keyring *keys, int64_t root_id,
                      struct identity_row **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &IDENTITY_LIST, &r, e, root_id);
    if (rc != RC_OK)
        return rc;

    struct arena *a = tx_arena(tx);
    size_t n = 0;
    size_t room = 0;
    struct identity_row *list = NULL;
    while (rc == RC_OK && rows_next(r)) {
        struct identity_row *row = LIST_ADD(a, list, n, room);
        row->id = rows_int(r, 0);
        row->customer_id = rows_int(r, 1);
        row->kind = identity_kind_from(rows_str(r, 2));
        row->issuer = rows_copy(r, 3, a);
        row->value = rows_copy(r, 4, a);
        row->created_s = rows_int(r, 6);
        assert(row->kind < IDENTITY_KINDS); /* the table has a CHECK */
        if (!rows_null(r, 5))
            rc = secret_open(keys, str_from(kinds[row->kind].place), rows_bytes(r, 5), a,
                             &row->value, e);
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    if (rc != RC_OK || end != RC_OK)
        return rc != RC_OK ? rc : end;
    *out = list;
    *out_n = n;
    return RC_OK;
}

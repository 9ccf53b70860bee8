/* customer.c — the rows of people: made, loaded, written back, found by what is hashed.
 *
 * A profile is read whole, changed in memory by the domain and written back whole: the row is
 * locked first (PostgreSQL: FOR UPDATE; SQLite has one writer), so nothing is decided on a row that
 * may change under us. Real names are found by keyed hashes of neighbouring characters: a name of n
 * characters has n − 1 of them, a search asks for all of its own, so an answer may contain a name
 * with the same pairs in another order; with names of two to four characters that does not happen
 * in practice. Cost: making a customer writes 2 + (n − 1) rows.
 */
#include "store/customer.h"

#include "store/event.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/scope.h"
#include "store/statements.h"

#include <assert.h>

static const struct sql CUSTOMER_MAKE = {
    .text =
        "INSERT INTO customer (id, root_id, nickname, name_sealed, address_sealed, gender, "
        "birth_day,"
        " province, city, source_id, stage_id, first_s, added_s, batch_id, created_s, updated_us)"
        " VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    .in = "iSBBSISSIIiIIii",
};

#define LOAD                                                                                       \
    "SELECT id, root_id, nickname, name_sealed, address_sealed, gender, birth_day, province, "     \
    "city,"                                                                                        \
    " source_id, stage_id, first_s, added_s, no_marketing, phone_tail, batch_id, erased_s, "       \
    "updated_us"                                                                                   \
    " FROM customer WHERE id = $1"
static const struct sql CUSTOMER_LOAD = {
    .text = LOAD,
    .in = "i",
    .out = "iiSBBSISSIIiIiSIIi",
};
static const struct sql CUSTOMER_LOCK = {
    .text = LOAD,
    .pg = LOAD " FOR UPDATE",
    .in = "i",
    .out = "iiSBBSISSIIiIiSIIi",
};

static const struct sql CUSTOMER_STORE = {
    .text =
        "UPDATE customer SET nickname = $2, name_sealed = $3, address_sealed = $4, gender = $5,"
        " birth_day = $6, province = $7, city = $8, source_id = $9, stage_id = $10, first_s = $11,"
        " added_s = $12, no_marketing = $13, phone_tail = $14, updated_us = $15 WHERE id = $1",
    .in = "iSBBSISSIIiIiSi",
};

static const struct sql CUSTOMER_ROOT = {
    .text = "SELECT c.id FROM customer b JOIN customer c ON c.id = b.root_id"
            " WHERE b.id = $1 AND c.erased_s IS NULL AND " SCOPE_CUSTOMER("c.id", "$2"),
    .in = "ii",
    .out = "i",
};

static const struct sql CUSTOMER_ROOT_OF = {
    .text = "SELECT root_id FROM customer WHERE id = $1",
    .in = "i",
    .out = "i",
};

#define VISIBLE_ROOTS(ids)                                                                         \
    "SELECT DISTINCT c.id FROM customer b JOIN customer c ON c.id = b.root_id WHERE b.id " ids     \
    " AND c.erased_s IS NULL AND " SCOPE_CUSTOMER("c.id", "$2") " ORDER BY 1"
static const struct sql CUSTOMER_VISIBLE_ROOTS = {
    .text = VISIBLE_ROOTS(IDS_LITE("$1")),
    .pg = VISIBLE_ROOTS(IDS_PG("$1")),
    .in = "si",
    .out = "i",
};

static const struct sql NAME_INDEX_CLEAR = {
    .text = "DELETE FROM customer_name_index WHERE customer_id = $1",
    .in = "i",
};
static const struct sql NAME_INDEX_ADD = {
    .text = "INSERT INTO customer_name_index (customer_id, bigram_hash) VALUES ($1, $2)"
            " ON CONFLICT (bigram_hash, customer_id) DO NOTHING",
    .in = "ib",
};
static const struct sql NAME_INDEX_FIND = {
    .text = "SELECT DISTINCT c.root_id FROM customer_name_index i JOIN customer c ON c.id = "
            "i.customer_id"
            " JOIN customer r ON r.id = c.root_id WHERE i.bigram_hash = $1 AND r.erased_s IS NULL "
            "LIMIT $2",
    .in = "bi",
    .out = "i",
};

static const struct sql FIND_BY_HASH = {
    .text = "SELECT DISTINCT c.root_id FROM identity i JOIN customer c ON c.id = i.customer_id"
            " JOIN customer r ON r.id = c.root_id WHERE i.value_hash = $1 AND r.erased_s IS NULL "
            "LIMIT $2",
    .in = "bi",
    .out = "i",
};
static const struct sql FIND_BY_TAIL = {
    .text = "SELECT DISTINCT c.root_id FROM identity i JOIN customer c ON c.id = i.customer_id"
            " JOIN customer r ON r.id = c.root_id WHERE i.tail_hash = $1 AND r.erased_s IS NULL "
            "LIMIT $2",
    .in = "bi",
    .out = "i",
};

#define SET_ROOT(ids) "UPDATE customer SET root_id = $2, updated_us = $3 WHERE id " ids
static const struct sql CUSTOMER_SET_ROOT = {
    .text = SET_ROOT(IDS_LITE("$1")),
    .pg = SET_ROOT(IDS_PG("$1")),
    .in = "sii",
};
static const struct sql CUSTOMER_FAMILY = {
    .text = "SELECT id FROM customer WHERE root_id = $1"
            " ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END, id",
    .in = "i",
    .out = "i",
};

static const struct sql CUSTOMER_NONE = {
    .text = "SELECT CASE WHEN EXISTS (SELECT 1 FROM customer WHERE id > 0) THEN 0 ELSE 1 END",
    .out = "i",
};

STATEMENTS(customer, &CUSTOMER_MAKE, &CUSTOMER_LOAD, &CUSTOMER_LOCK, &CUSTOMER_STORE,
           &CUSTOMER_ROOT, &CUSTOMER_ROOT_OF, &CUSTOMER_VISIBLE_ROOTS, &NAME_INDEX_CLEAR,
           &NAME_INDEX_ADD, &NAME_INDEX_FIND, &FIND_BY_HASH, &FIND_BY_TAIL, &CUSTOMER_SET_ROOT,
           &CUSTOMER_FAMILY, &CUSTOMER_NONE);

/* 0 stands for "none" in the structs people fill by hand. */
static int64_t none_if_zero(int64_t id)
{
    return id == 0 ? DB_NULL : id;
}

enum rc customer_make(struct tx *tx, const struct keyring *keys, const struct customer_new *c,
                      int64_t *out_id, struct err *e)
{
    assert(tx_is_writing(tx));
    assert(c->birth_day != 0 || c->first_s >= 0); /* made from CUSTOMER_NEW */

    struct arena *a = tx_arena(tx);
    struct str name = STR_ABSENT;
    struct str address = STR_ABSENT;
    if (!str_empty(c->name))
        name = secret_seal(keys, STR("customer.name"), c->name, a);
    if (!str_empty(c->address))
        address = secret_seal(keys, STR("customer.address"), c->address, a);
    int64_t id = tx_id(tx);
    enum rc rc =
        tx_exec(tx, &CUSTOMER_MAKE, e, id, c->nickname, name, address, c->gender, c->birth_day,
                c->province, c->city, none_if_zero(c->source_id), none_if_zero(c->stage_id),
                c->first_s, c->added_s, none_if_zero(c->batch_id), tx_now_s(tx), tx_now_us(tx));
    if (rc == RC_OK && !str_empty(c->name))
        rc = customer_index_name(tx, keys, id, c->name, e);
    if (rc == RC_OK)
        rc = change_add(tx, "customer", id, id, e);
    if (rc == RC_OK)
        *out_id = id;
    return rc;
}

enum rc customer_load(struct tx *tx, int64_t id, struct customer *out, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_find(tx, tx_is_writing(tx) ? &CUSTOMER_LOCK : &CUSTOMER_LOAD, &r, e, id);
    if (rc != RC_OK)
        return rc;

    struct arena *a = tx_arena(tx);
    *out = (struct customer){
        .id = rows_int(r, 0),
        .root_id = rows_int(r, 1),
        .nickname = rows_copy(r, 2, a),
        .name_sealed = rows_copy(r, 3, a),
        .address_sealed = rows_copy(r, 4, a),
        .gender = rows_copy(r, 5, a),
        .birth_day = rows_known(r, 6),
        .province = rows_copy(r, 7, a),
        .city = rows_copy(r, 8, a),
        .source_id = rows_known(r, 9),
        .stage_id = rows_known(r, 10),
        .first_s = rows_int(r, 11),
        .added_s = rows_known(r, 12),
        .no_marketing = rows_int(r, 13),
        .phone_tail = rows_copy(r, 14, a),
        .batch_id = rows_known(r, 15),
        .erased_s = rows_known(r, 16),
        .updated_us = rows_int(r, 17),
    };
    return rows_end(r, e);
}

enum rc customer_store(struct tx *tx, const struct customer *c, struct err *e)
{
    assert(tx_is_writing(tx) && c->id > 0);

    enum rc rc =
        tx_exec(tx, &CUSTOMER_STORE, e, c->id, c->nickname, c->name_sealed, c->address_sealed,
                c->gender, c->birth_day, c->province, c->city, c->source_id, c->stage_id,
                c->first_s, c->added_s, c->no_marketing, c->phone_tail, tx_now_us(tx));
    return rc == RC_OK ? change_add(tx, "customer", c->id, c->id, e) : rc;
}

enum rc customer_root(struct tx *tx, int64_t id, int64_t scope_account, int64_t *out_root,
                      struct err *e)
{
    enum rc rc = tx_int(tx, &CUSTOMER_ROOT, out_root, e, id, scope_account);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "customer_unknown", "customer_id",
                "没有这个客户，或不在您的数据范围内",
                "there is no such customer, or not in your data scope");
        err_hint(e, "请从客户列表中重新选择", "choose the customer from the list again");
    }
    return rc;
}

enum rc customer_root_of(struct tx *tx, int64_t id, int64_t *out_root, struct err *e)
{
    return tx_int(tx, &CUSTOMER_ROOT_OF, out_root, e, id);
}

/* ---- what is found by hashes ---- */

/* Calls `each` with the hash of every pair of neighbouring characters of `name`. */
static enum rc each_bigram(const struct keyring *keys, struct str name,
                           enum rc (*each)(void *ctx, struct str hash, struct err *e), void *ctx,
                           struct err *e)
{
    struct str rest = str_trim(name);
    while (str_utf8_count(rest) >= 2) {
        struct str pair = str_utf8_prefix(rest, 2);
        uint8_t hash[SECRET_INDEX_BYTES];
        secret_index(keys, STR("customer.name.bigram"), pair, hash);
        enum rc rc = each(ctx, (struct str){(const char *)hash, sizeof hash}, e);
        if (rc != RC_OK)
            return rc;
        struct str first = str_utf8_prefix(rest, 1);
        rest = str_sub(rest, first.n, rest.n - first.n);
    }
    return RC_OK;
}

struct index_name {
    struct tx *tx;
    int64_t id;
};

static enum rc index_bigram(void *ctx, struct str hash, struct err *e)
{
    struct index_name *n = ctx;
    return tx_exec(n->tx, &NAME_INDEX_ADD, e, n->id, hash);
}

enum rc customer_index_name(struct tx *tx, const struct keyring *keys, int64_t id, struct str name,
                            struct err *e)
{
    enum rc rc = tx_exec(tx, &NAME_INDEX_CLEAR, e, id);
    if (rc != RC_OK)
        return rc;
    return each_bigram(keys, name, index_bigram, &(struct index_name){tx, id}, e);
}

/* All ids of a statement with one id a row, into an array in the transaction's arena. */
static enum rc read_ids(struct rows *r, struct arena *a, int64_t limit, int64_t **out,
                        size_t *out_n, struct err *e)
{
    size_t room = 0;
    size_t n = 0;
    int64_t *ids = NULL;
    while (n < (size_t)limit && rows_next(r))
        *LIST_ADD(a, ids, n, room) = rows_int(r, 0);
    enum rc rc = rows_end(r, e);
    if (rc == RC_OK) {
        *out = ids;
        *out_n = n;
    }
    return rc;
}

struct find_name {
    struct tx *tx;
    int64_t limit;
    int64_t *ids; /* ascending; those that had every pair so far */
    size_t n;
    bool any;
};

static enum rc find_bigram(void *ctx, struct str hash, struct err *e)
{
    struct find_name *f = ctx;
    struct rows *r;
    int64_t *ids;
    size_t n;
    enum rc rc = tx_query(f->tx, &NAME_INDEX_FIND, &r, e, hash, f->limit);
    if (rc == RC_OK)
        rc = read_ids(r, tx_arena(f->tx), f->limit, &ids, &n, e);
    if (rc != RC_OK)
        return rc;

    if (n > 0)
        qsort(ids, n, sizeof *ids, ids_compare);
    if (f->any) {
        size_t kept = 0;
        for (size_t i = 0; i < n; i++) {
            if (bsearch(&ids[i], f->ids, f->n, sizeof *f->ids, ids_compare) != NULL)
                ids[kept++] = ids[i];
        }
        n = kept;
    }
    f->ids = ids;
    f->n = n;
    f->any = true;
    return RC_OK;
}

enum rc customer_ids_by_name(struct tx *tx, const struct keyring *keys, struct str part,
                             int64_t limit, int64_t **out, size_t *out_n, struct err *e)
{
    assert(limit > 0);

    struct find_name f = {.tx = tx, .limit = limit};
    enum rc rc = each_bigram(keys, part, find_bigram, &f, e);
    if (rc == RC_OK) {
        *out = f.ids;
        *out_n = f.n;
    }
    return rc;
}

enum rc customer_ids_by_hash(struct tx *tx, struct str hash, int64_t limit, int64_t **out,
                             size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &FIND_BY_HASH, &r, e, hash, limit);
    return rc == RC_OK ? read_ids(r, tx_arena(tx), limit, out, out_n, e) : rc;
}

enum rc customer_ids_by_tail(struct tx *tx, struct str tail_hash, int64_t limit, int64_t **out,
                             size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &FIND_BY_TAIL, &r, e, tail_hash, limit);
    return rc == RC_OK ? read_ids(r, tx_arena(tx), limit, out, out_n, e) : rc;
}

/* ---- roots ---- */

enum rc customer_visible_roots(struct tx *tx, const int64_t *ids, size_t n, int64_t scope_account,
                               int64_t **out, size_t *out_n, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct rows *r;
    enum rc rc = tx_query(tx, &CUSTOMER_VISIBLE_ROOTS, &r, e, ids_text(a, ids, n), scope_account);
    return rc == RC_OK ? read_ids(r, a, INT64_MAX, out, out_n, e) : rc;
}

enum rc customer_set_root(struct tx *tx, const int64_t *ids, size_t n, int64_t root_id,
                          struct err *e)
{
    assert(tx_is_writing(tx) && n > 0);

    enum rc rc =
        tx_exec(tx, &CUSTOMER_SET_ROOT, e, ids_text(tx_arena(tx), ids, n), root_id, tx_now_us(tx));
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = change_add(tx, "customer", ids[i], root_id, e);
    return rc;
}

enum rc customer_family(struct tx *tx, int64_t root_id, int64_t **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &CUSTOMER_FAMILY, &r, e, root_id);
    return rc == RC_OK ? read_ids(r, tx_arena(tx), INT64_MAX, out, out_n, e) : rc;
}

enum rc customer_none(struct tx *tx, bool *out, struct err *e)
{
    int64_t none = 0;
    enum rc rc = tx_int(tx, &CUSTOMER_NONE, &none, e);
    if (rc == RC_OK)
        *out = none == 1;
    return rc;
}

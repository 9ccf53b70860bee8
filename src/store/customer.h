/* customer — a person, whatever accounts they come with: making, loading, changing, erasing.
 *
 * Lists are in customer_list.h. A root is a customer with root_id = id; lists and profiles show
 * roots that are not erased. Where a scope account is asked for, rows are cut to what that account
 * may see (store/scope.h); 0 sees all. Texts of results live in the transaction's arena.
 */
#ifndef KOI_STORE_CUSTOMER_H
#define KOI_STORE_CUSTOMER_H

#include "base/secret.h"
#include "db/db.h"

/* What is known when a customer is made. Absent texts, 0 ids and DB_NULL times mean "not known". */
struct customer_new {
    struct str nickname, name, address, gender, province, city;
    int64_t birth_day;           /* DB_NULL: not known */
    int64_t source_id, stage_id; /* 0: none */
    int64_t first_s;             /* when we first heard of them */
    int64_t added_s;             /* when they became a friend; DB_NULL: not yet */
    int64_t batch_id;            /* 0: not by an import */
};
#define CUSTOMER_NEW ((struct customer_new){.birth_day = DB_NULL, .added_s = DB_NULL})

/* Makes a customer (its own root): row, name index, change. Name and address are sealed here. */
enum rc customer_make(struct tx *tx, const struct keyring *keys, const struct customer_new *c,
                      int64_t *out_id, struct err *e);

/* A customer's row as it is kept: absent texts and DB_NULL where nothing is known. */
struct customer {
    int64_t id, root_id;
    struct str nickname, name_sealed, address_sealed, gender;
    int64_t birth_day;
    struct str province, city;
    int64_t source_id, stage_id;
    int64_t first_s, added_s;
    int64_t no_marketing;
    struct str phone_tail;
    int64_t batch_id, erased_s, updated_us;
};

/* The row of `id`, root or not; locked against other writers when the transaction writes.
 * RC_NOT_FOUND (e untouched) when there is none. */
enum rc customer_load(struct tx *tx, int64_t id, struct customer *out, struct err *e);
/* Writes the profile columns of `c` (nickname … city, source, stage, times, no_marketing,
 * phone_tail) back, sets updated_us, and notes the change. */
enum rc customer_store(struct tx *tx, const struct customer *c, struct err *e);
/* The root of a visible customer: follows a merged id to its root. RC_NOT_FOUND with a sentence
 * when there is no such customer, it is erased, or the account may not see it (`scope_account` as
 * in store/scope.h). */
enum rc customer_root(struct tx *tx, int64_t id, int64_t scope_account, int64_t *out_root,
                      struct err *e);

/* The roots of those of `ids` (merged ones included) that the account may see, each once,
 * ascending. */
enum rc customer_visible_roots(struct tx *tx, const int64_t *ids, size_t n, int64_t scope_account,
                               int64_t **out, size_t *out_n, struct err *e);
/* The root of any customer, erased or not; RC_NOT_FOUND (e untouched) when there is none. */
enum rc customer_root_of(struct tx *tx, int64_t id, int64_t *out_root, struct err *e);

/* Keeps the index of a real name: replaces the customer's bigrams by those of `name` (absent:
 * removes them). */
enum rc customer_index_name(struct tx *tx, const struct keyring *keys, int64_t id, struct str name,
                            struct err *e);
/* Root ids (at most `limit`) of customers whose real name contains `part` (two characters or more),
 * as far as hashes of neighbouring characters can tell. */
enum rc customer_ids_by_name(struct tx *tx, const struct keyring *keys, struct str part,
                             int64_t limit, int64_t **out, size_t *out_n, struct err *e);

/* Root ids with an identity of that hash (any kind, any issuer), or with a phone that ends in those
 * four digits. */
enum rc customer_ids_by_hash(struct tx *tx, struct str hash, int64_t limit, int64_t **out,
                             size_t *out_n, struct err *e);
enum rc customer_ids_by_tail(struct tx *tx, struct str tail_hash, int64_t limit, int64_t **out,
                             size_t *out_n, struct err *e);

/* Sets the root of `ids` (all of one merge) and notes each as changed. */
enum rc customer_set_root(struct tx *tx, const int64_t *ids, size_t n, int64_t root_id,
                          struct err *e);
/* Everyone with this root, the root first, then by id. */
enum rc customer_family(struct tx *tx, int64_t root_id, int64_t **out, size_t *out_n,
                        struct err *e);
/* Whether there is nobody at all, erased ones not counted out. */
enum rc customer_none(struct tx *tx, bool *out, struct err *e);

#endif

/* customer — a person, whatever accounts they come with: making, changing, listing, erasing.
 *
 * Lists and profiles show roots only (root_id = id, not erased). Functions that take a scope account cut to what that account may
 * see (store/scope.h); 0 sees all. Texts of results live in the transaction's arena.
 */
#ifndef KOI_STORE_CUSTOMER_H
#define KOI_STORE_CUSTOMER_H

#include "base/secret.h"
#include "db/db.h"

/* What is known when a customer is made. Absent texts, 0 ids and DB_NULL times mean "not known". */
struct customer_new {
    struct str nickname, name, address, gender, province, city;
    int64_t birth_day;   /* DB_NULL: not known */
    int64_t source_id, stage_id;
    int64_t first_s;     /* when we first heard of them */
    int64_t added_s;     /* when they became a friend; DB_NULL: not yet */
    int64_t batch_id;    /* 0: not by an import */
};
#define CUSTOMER_NEW ((struct customer_new){.birth_day = DB_NULL, .added_s = DB_NULL})

/* Makes a customer (its own root): row, name index, change. Name and address are sealed here. */
enum rc customer_make(struct tx *tx, const struct keyring *keys, const struct customer_new *c, int64_t *out_id, struct err *e);

#endif

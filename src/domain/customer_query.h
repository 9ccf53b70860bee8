/* customer_query — the filters of the list of customers as values: what the list asks, and what a
 * job asks later for someone.
 *
 * The API has checked each of them. An expression or a saved audience is evaluated here and comes
 * into the store's filter as a set of ids; so does what the search box finds by an index.
 */
#ifndef KOI_DOMAIN_CUSTOMER_QUERY_H
#define KOI_DOMAIN_CUSTOMER_QUERY_H

#include "base/json.h"
#include "store/customer_list.h"

struct mirror;

/* All must hold; 0, absent, -1 for `friend` and DB_NULL for the times mean "any". */
struct customer_query {
    struct str q; /* the search box: may name a person */
    int64_t tag_id, stage_id, source_id, staff_id, department_id, tier_id, audience_id;
    int64_t bound_to; /* a member of staff, by domain/binding.h */
    struct str city, expression;
    int64_t friend, added_from_s, added_to_s;
};

/* Who asks, and at which moment: expressions are pinned to it. */
struct customer_asker {
    const struct keyring *keys;
    struct mirror *mirror; /* or NULL */
    int64_t scope_account, now_s;
};

/* The store's filter, in the transaction's arena. RC_INVALID for an expression that cannot be read
 * or an audience of groups, RC_NOT_FOUND for an audience that is none, RC_LIMIT past four million
 * ids. Costs what evaluating the expression costs. */
enum rc customer_query_filter(struct tx *tx, const struct customer_query *q,
                              const struct customer_asker *who, struct customer_filter *out,
                              struct err *e);
/* The ids that match, ascending, at most `limit` of them (which ones is not said); in the
 * transaction's arena. Reads the list page by page: about 5 µs an id. */
enum rc customer_query_ids(struct tx *tx, const struct customer_query *q,
                           const struct customer_asker *who, size_t limit, int64_t **out,
                           size_t *out_n, struct err *e);

/* Writes it as one JSON object, and reads that again; texts are views into the document. */
void customer_query_put(struct json *j, const struct customer_query *q);
struct customer_query customer_query_get(const struct json_value *v);

#endif

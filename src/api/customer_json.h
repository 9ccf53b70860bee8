/* customer_json — a customer as the API shows it, the same in every list. Masks by the caller's
 * role (domain/mask.h). */
#ifndef KOI_API_CUSTOMER_JSON_H
#define KOI_API_CUSTOMER_JSON_H

#include "http/request.h"
#include "store/customer_card.h"

/* One object of a list: docs/API.md, GET /api/customers. `key` is NULL inside an array. */
void customer_json(struct request *rq, struct json *j, const char *key,
                   const struct customer_card *c);
/* Its members alone, into an object that is open already. */
void customer_json_members(struct request *rq, struct json *j, const struct customer_card *c);
/* The cards of `ids` as an array. */
enum rc customer_json_list(struct request *rq, struct tx *tx, struct json *j, const char *key,
                           const int64_t *ids, size_t n, struct err *e);

/* The nickname as this caller may see it. */
struct str customer_nickname(struct request *rq, struct str nickname);
/* {"id":…,"name":…}, or null for id 0. */
void json_put_named(struct json *j, const char *key, int64_t id, struct str name);
/* The text as a JSON string with its quotes, owned by the arena: for the detail of an audit row. */
struct str json_quote(struct arena *a, struct str text);
/* An integer, or null for DB_NULL. */
void json_put_known(struct json *j, const char *key, int64_t value);
/* A civil day as "2026-11-21", or null for DB_NULL. */
void json_put_day(struct json *j, const char *key, int64_t day);

#endif

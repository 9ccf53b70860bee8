/* ids — a list of ids as one bound value, for statements about "these customers".
 *
 * The value is the text "[1,2,3]". A statement that uses it needs a twin for PostgreSQL; writing
 * the text as a macro of the condition keeps the two from drifting apart:
 *     #define NAMES(ids) "SELECT c.id, c.nickname FROM customer c WHERE c.id " ids
 * static const struct sql NAMES_OF = {.text = NAMES(IDS_LITE("$1")), .pg = NAMES(IDS_PG("$1")), …};
 */
#ifndef KOI_STORE_IDS_H
#define KOI_STORE_IDS_H

#include "db/db.h"

#define IDS_LITE(param) "IN (SELECT value FROM json_each(" param "))"
/* An array, not a subquery: its length is known to the planner and its members are hashed. */
#define IDS_PG(param) "= ANY (string_to_array(trim(both '[]' from " param "), ',')::bigint[])"
/* The same list as rows x (value), to be joined. */
#define IDS_ROWS_LITE(param) "json_each(" param ") x"
#define IDS_ROWS_PG(param)                                                                         \
    "unnest(string_to_array(trim(both '[]' from " param "), ',')::bigint[]) AS x (value)"

/* The list as text, owned by the arena. About 20 bytes an id. */
struct str ids_text(struct arena *a, const int64_t *ids, size_t n);

/* The ids that are a result's first column, to its end: in the transaction's arena. */
enum rc ids_read(struct tx *tx, struct rows *r, int64_t **out, size_t *out_n, struct err *e);

/* The same of texts, copied. */
enum rc texts_read(struct tx *tx, struct rows *r, struct str **out, size_t *out_n, struct err *e);

/* Ascending by value, for qsort() and bsearch(). */
int ids_compare(const void *a, const void *b);

#endif

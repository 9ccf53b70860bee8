/* customer_stats — derived: what a root customer has bought, so that lists can sort by it.
 *
 * One row for each root customer with at least one purchase (store/order.h) who was not erased;
 * nobody else has a row.
 * Spend = sale amount of the purchases − refunds. Whoever changes orders or roots calls a refresh
 * in the same transaction; twice changes nothing.
 */
#ifndef KOI_STORE_CUSTOMER_STATS_H
#define KOI_STORE_CUSTOMER_STATS_H

#include "db/db.h"

/* Computes the row of one root again (or removes it). O(orders of the customer), by index. A
 * customer that is no root any more loses its row, and its root's is computed. */
enum rc customer_stats_refresh(struct tx *tx, int64_t root_id, struct err *e);

/* The same for up to LIMIT_CLOSURE_ROWS customer ids, roots or not, in two statements: for
 * ingest. */
enum rc customer_stats_refresh_many(struct tx *tx, const int64_t *customer_ids, size_t n,
                                    struct err *e);

#endif

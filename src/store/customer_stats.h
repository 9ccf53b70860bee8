/* customer_stats — derived: what a root customer has bought, so that lists can sort by it.
 *
 * One row for each root customer with at least one sale order; nobody else has a row. An order counts when its nature is
 * sale and its state is not closed; spend = their sale amount − their refunds. Whoever changes orders or roots calls a
 * refresh in the same transaction; doing it twice changes nothing.
 */
#ifndef KOI_STORE_CUSTOMER_STATS_H
#define KOI_STORE_CUSTOMER_STATS_H

#include "db/db.h"

/* Computes the row of one root again (or removes it). O(orders of the customer), by index. A customer that is no
 * root any more loses its row. */
enum rc customer_stats_refresh(struct tx *tx, int64_t root_id, struct err *e);

/* The same for the roots of up to 2,000 customer ids (roots or not), in one statement or two: for ingest. */
enum rc customer_stats_refresh_many(struct tx *tx, const int64_t *customer_ids, size_t n, struct err *e);

#endif

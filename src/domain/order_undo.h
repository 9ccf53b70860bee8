/* order_undo — orders that an import changed, as they were before. Private to ingest and import.
 */
#ifndef KOI_DOMAIN_ORDER_UNDO_H
#define KOI_DOMAIN_ORDER_UNDO_H

#include "store/order.h"

/* The header before a change as JSON, for the props of an order_change event, with the lines that
 * the change took out. */
struct str order_undo_text(struct arena *a, const struct order_row *before,
                           const struct item_row *gone, size_t gone_n);
/* Puts back what the order_change event with that number says, unless the order belongs to the
 * batch itself. */
enum rc order_undo_change(struct tx *tx, int64_t event_seq, int64_t batch_id, struct err *e);
/* The customers of these orders, in the arena of a read transaction. */
enum rc order_undo_owners(struct tx *tx, const int64_t *orders, size_t n, int64_t **out,
                          size_t *out_n, struct err *e);

#endif

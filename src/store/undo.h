/* undo — taking an import out of the tables, part by part, and the marks that make it possible.
 */
#ifndef KOI_STORE_UNDO_H
#define KOI_STORE_UNDO_H

#include "db/db.h"

/* Marks a tag that an import has just put on a customer as its own. */
enum rc undo_mark_tag(struct tx *tx, int64_t customer_id, int64_t tag_id, int64_t batch_id,
                      struct err *e);
/* When a customer's field was last set; 0: never. */
enum rc undo_field_stamp(struct tx *tx, int64_t customer_id, int64_t field_id, int64_t *out_s,
                         struct err *e);

/* The parts of a batch, in the order in which they can go. */
enum undo_part {
    UNDO_CHANGES, /* order_change events: orders of others that it changed */
    UNDO_ITEMS,
    UNDO_REFUNDS,
    UNDO_ORDERS,
    UNDO_TAGS,      /* keys are customers */
    UNDO_RELATIONS, /* of customers it made; keys are customers */
    UNDO_IDENTITIES,
    UNDO_CUSTOMERS,
    UNDO_PRODUCTS,
    UNDO_PARTS
};

/* Up to `limit` keys of a part above `after`, ascending (UNDO_CHANGES: below `after` unless that is
 * 0, descending), in the transaction's arena. For a read transaction: parts without an index on the
 * batch are walked by key. UNDO_PRODUCTS gives all at once. */
enum rc undo_next(struct tx *tx, enum undo_part part, int64_t batch_id, int64_t after,
                  int64_t limit, int64_t **out_keys, size_t *out_n, struct err *e);
/* Deletes one row of a part, and what hangs on it alone. `*out_gone` is false when something else
 * still needs the row: it stays. Not for UNDO_CHANGES and UNDO_TAGS, which the domain takes back
 * itself. */
enum rc undo_remove(struct tx *tx, enum undo_part part, int64_t batch_id, int64_t key,
                    bool *out_gone, struct err *e);
/* The tags that the batch put on a customer. */
enum rc undo_tags(struct tx *tx, int64_t batch_id, int64_t customer_id, int64_t **out_tags,
                  size_t *out_n, struct err *e);
/* An order_change event: which order, and the image of it before (JSON; absent when there is
 * none). */
struct undo_change {
    int64_t order_id;
    struct str props;
};
enum rc undo_change(struct tx *tx, int64_t seq, struct undo_change *out, struct err *e);

#endif

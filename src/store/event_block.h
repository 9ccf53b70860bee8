/* event_block — the events of some customers packed into the blocks of a part of the index
 * (schema/0005_event_parts.sql). Pure: no database.
 */
#ifndef KOI_STORE_EVENT_BLOCK_H
#define KOI_STORE_EVENT_BLOCK_H

#include "base/arena.h"

/* What the index says of an event. */
struct event_ref {
    int64_t customer_id; /* as born */
    int64_t at_s, seq;
    int kind;
};

/* By customer, time and number, for qsort(). */
int event_ref_compare(const void *a, const void *b);

enum { EVENT_BLOCK_BYTES = 940 }; /* four fit into a page of SQLite */

struct event_block {
    int64_t last_id; /* the last customer in it */
    int64_t no;      /* from 0, of blocks with the same last_id */
    int64_t from_s, to_s;
    struct str bytes; /* at most EVENT_BLOCK_BYTES */
};

/* Packs events sorted by event_ref_compare(), all that there are of each customer, into blocks in
 * ascending order of (last_id, no), in the arena. 7 to 12 bytes and about 50 ns an event. */
void event_block_pack(struct arena *a, const struct event_ref *refs, size_t n,
                      struct event_block **out, size_t *out_n);

/* Calls see() with each event of these customers (ascending; NULL: of everyone), in the order in
 * which they were packed. False when the bytes are none of event_block_pack(). About 5 ns an event
 * of the block. */
bool event_block_read(struct str bytes, const int64_t *ids, size_t n,
                      void (*see)(void *to, const struct event_ref *ref), void *to);

#endif

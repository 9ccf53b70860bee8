/* event_filter — says of most events that a part of the index does not have them, without looking:
 * for whoever compares millions of rows with the log (an import). A Bloom filter for each part of
 * up to EVENT_FILTER_MOST events, ten bits an event, made by reading the part once. Of a hundred
 * events that are not there it takes one for perhaps there.
 *
 * Burton H. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 13 (1970).
 */
#ifndef KOI_STORE_EVENT_FILTER_H
#define KOI_STORE_EVENT_FILTER_H

#include "db/db.h"
#include "store/event_part.h"

enum {
    EVENT_FILTER_MOST = 1 << 20,
    EVENT_FILTERS_BYTES = 16 << 20, /* of all filters together: 13 million events */
};

/* Those of one session, used by one thread at a time. */
struct event_filters;
struct event_filters *event_filters_new(void);
void event_filters_free(struct event_filters *f); /* accepts NULL */

struct event_filter;
/* The filter of a part, or NULL in `out` where there is none: the part is large, memory is used up,
 * or it is not made yet. One call of event_filters_begin() makes one at most: 2 µs a block. */
enum rc event_filters_of(struct event_filters *f, struct tx *tx, const struct event_part *part,
                         const struct event_filter **out, struct err *e);
/* Lets the next one be made, and forgets those of parts that are not in the list. */
void event_filters_begin(struct event_filters *f, const struct event_part *parts, size_t n);

/* Whether the part may have an event of that customer, time and kind. 20 ns. */
bool event_filter_may(const struct event_filter *f, const struct event_ref *ref);

#endif

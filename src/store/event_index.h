/* event_index — which events a customer has: the index of the log by customer.
 *
 * The log has no B-tree by customer, since it would write a page at random for each event. Instead
 * there are sorted parts in the database (schema/0005_event_parts.sql, store/event_part.h) and the
 * newest rows in memory (store/event_tail.h). Together they say of each event of a customer when it
 * was, its number and its kind; whoever needs more reads the row by its number. Every answer is
 * that of the transaction that asks, whatever has been built so far; in a writing transaction of
 * SQLite with what its group has appended.
 *
 * Cost for one customer: about 10 µs for each part (two dozen at a hundred million events) where
 * pages come from the system's cache, 2 µs where SQLite has them, and 30 ns an event. It knows
 * nothing of retractions.
 */
#ifndef KOI_STORE_EVENT_INDEX_H
#define KOI_STORE_EVENT_INDEX_H

#include "db/db.h"
#include "store/event_block.h"

/* Which events are asked for. */
struct event_ask {
    const int64_t *ids; /* customers as born, in any order */
    size_t n;
    int64_t from_s, to_s; /* both included */
    int kind;             /* 0: all */
};
#define EVENT_ALWAYS .from_s = -INT64_MAX, .to_s = INT64_MAX

/* Calls see() with each event once, in no order. see() asks the database nothing. RC_CORRUPT when a
 * part cannot be understood. */
enum rc event_index_each(struct tx *tx, const struct event_ask *ask,
                         void (*see)(void *to, const struct event_ref *ref), void *to,
                         struct err *e);
/* The same as a list in the transaction's arena, sorted by event_ref_compare(). */
enum rc event_index_find(struct tx *tx, const struct event_ask *ask, struct event_ref **out,
                         size_t *out_n, struct err *e);
struct event_filters;
/* Of many at once: the events that have customer, time and kind of one of `like` (their numbers do
 * not matter), sorted by event_ref_compare(), in the transaction's arena. A part costs 2 µs for
 * each that is of its time, or 1 µs for each of its blocks where that is less; with the filters of
 * a session (store/event_filter.h; may be NULL) 0.1 µs where it has no such event. */
enum rc event_index_like(struct tx *tx, struct event_filters *filters, const struct event_ref *like,
                         size_t n, struct event_ref **out, size_t *out_n, struct err *e);
/* The numbers of all events of some customers, ascending, in the transaction's arena. */
enum rc event_index_seqs(struct tx *tx, const int64_t *ids, size_t n, int64_t **out, size_t *out_n,
                         struct err *e);
/* Everyone with one of these roots, as born, in the transaction's arena: whose events are those of
 * a customer. */
enum rc event_index_family(struct tx *tx, const int64_t *roots, size_t n, int64_t **out,
                           size_t *out_n, struct err *e);

#endif

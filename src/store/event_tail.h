/* event_tail — the newest rows of the log by customer, in memory: what the parts of the index do
 * not cover yet (store/event_index.h). One for each database and process; it only remembers what
 * was read, so whoever asks brings it up to their own number.
 */
#ifndef KOI_STORE_EVENT_TAIL_H
#define KOI_STORE_EVENT_TAIL_H

#include "db/db.h"
#include "store/event_block.h"

/* Calls see() with each event of these customers (ascending) with a number above `after_seq` that
 * the transaction sees. Reads the rows that were added since somebody last asked, 0.3 µs each;
 * otherwise 0.1 µs a customer. What does not fit into memory (a tail of more than EVENT_TAIL_MOST)
 * and what is older than what is remembered is read each time. */
enum rc event_tail_each(struct tx *tx, int64_t after_seq, const int64_t *ids, size_t n,
                        void (*see)(void *to, const struct event_ref *ref), void *to,
                        struct err *e);

/* Forgets everything: the log was wiped. Another process may for a while name rows that are gone;
 * who reads them by number finds nothing. */
void event_tail_forget(struct db *db);

enum { EVENT_TAIL_MOST = 1 << 18 };

#endif

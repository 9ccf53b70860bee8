/* known — which customers and products a process has met before, so that a batch of events need not
 * be looked up by the one thread that writes.
 *
 * Whose an account was born, and which product a code is, never changes while their rows are there;
 * rows that go are counted (store/removal.h). What is found in a read transaction is remembered
 * with the number that stood then, used only while it stands, and the closure that writes asks once
 * more. It holds committed rows alone and is only a shortcut: forgetting is always right.
 *
 * Threads share it. A thing takes 24 bytes at a load of 3/8 to 3/4, and 100 MB at most: then the
 * older half is forgotten. 80 ns for what is remembered, two probes of the database for what is
 * not.
 */
#ifndef KOI_DOMAIN_KNOWN_H
#define KOI_DOMAIN_KNOWN_H

#include "domain/ingest.h"

struct known;

/* `slots` is the most that each half has, a power of two; KNOWN_SLOTS but in tests. */
enum { KNOWN_SLOTS = 1 << 21, KNOWN_SLOTS_LEAST = 8 };
struct known *known_new(const struct keyring *keys, size_t slots);
void known_free(struct known *k); /* accepts NULL */

/* Fills in customer_id and product_id of the events whose customer and product the database has, by
 * a read transaction; what it lacks stays 0. An event that tells more than one account, or a name
 * for a product without one, is left to ingest, since it may change something. `out_times` is for
 * known_holds(). With k NULL nothing is filled in. */
enum rc known_fill(struct known *k, struct tx *tx, struct ingest_event *events, size_t n,
                   int64_t *out_times, struct err *e);
/* Whether what known_fill() found still holds in this transaction: one probe. */
enum rc known_holds(struct tx *tx, int64_t times, bool *out, struct err *e);

/* For metrics: things remembered, and bytes. */
struct known_size {
    int64_t things, bytes;
};
struct known_size known_size(struct known *k);

#endif

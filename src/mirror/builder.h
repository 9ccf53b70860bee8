/* builder — makes snapshots: the first from the whole database, the next from the last one and what
 * was written since.
 *
 * New events are appended. What changes the past of a customer is put right from the rows that the
 * last snapshot has, where that is exact (customers that became one, refunds); else all their
 * events are read again (an undone merge, an erasure, a retraction), which is also how a customer
 * that were wrong would be mended. What customers have (tags, friends, tiers …) is read again for
 * those a change names. When a whole import is taken back, or a row speaks of a customer nobody
 * told of, everything is read anew.
 *
 * One thread uses a builder, which has another for merges. Cost: about 1.5 µs an event from
 * nothing; a step costs about 50 µs, 0.1 ms a chunk that is touched, and 2 µs a new event. Late
 * events copy the chunk's rows of the seconds in question, or the history of their customers where
 * that is less (builder_runs.c).
 */
#ifndef KOI_MIRROR_BUILDER_H
#define KOI_MIRROR_BUILDER_H

#include "db/db.h"
#include "mirror/snapshot.h"

struct builder;

/* Knows nothing yet. */
struct builder *builder_new(void);
/* The daybook that its snapshots lead to from now on; NULL: none. It outlives them. */
void builder_lead_to(struct builder *b, struct daybook *daybook);
/* After the last snapshot of its making is gone. Accepts NULL. */
void builder_free(struct builder *b);

/* How far a build from nothing has come: number of the log reached, and to be reached; and how many
 * rows steps have copied out of runs so far, to write them anew. Any thread. */
struct builder_progress {
    int64_t at_seq, to_seq;
    int64_t rows_anew;
};
struct builder_progress builder_progress(const struct builder *b);

/* Everything the transaction sees. RC_LIMIT when there are more channels, members of staff or
 * things of a kind than codes have room for. The caller holds the snapshot. */
enum rc builder_all(struct builder *b, struct tx *tx, struct snapshot **out, struct err *e);
/* The same, from `last`, which it made; another reference to `last` itself when nothing was
 * written since, and no merge of its runs is done. */
enum rc builder_next(struct builder *b, struct tx *tx, const struct snapshot *last,
                     struct snapshot **out, struct err *e);

#endif

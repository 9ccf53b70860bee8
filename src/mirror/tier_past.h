/* tier_past — who was in which tier of a model at past times, as questions have read it.
 *
 * The history of moves is not in memory: a question `as of` a time reads the moves of its model up
 * to then once, and leaves the sets here for the next. Snapshots between which nobody moved share
 * one of these. A move that an erasure takes away stays in the sets, but its customer is not alive.
 *
 * Cost: the sets of at most TIER_PAST_MOST pairs of a model and a time; looking one up is a few ns.
 */
#ifndef KOI_MIRROR_TIER_PAST_H
#define KOI_MIRROR_TIER_PAST_H

#include "mirror/marks.h"

enum { TIER_PAST_MOST = 16 };

struct tier_past; /* counted */

/* Empty: nobody has moved since number `since_seq` of the log. The caller holds one reference. */
struct tier_past *tier_past_new(int64_t since_seq);
struct tier_past *tier_past_hold(struct tier_past *p);
/* Accepts NULL. */
void tier_past_drop(struct tier_past *p);

/* Who was in which tier, as marks of MARK_TIER that the caller holds a reference to; NULL: nobody
 * has read it yet. */
struct marks *tier_past_find(struct tier_past *p, int64_t model_id, int64_t at_s);
/* Remembers what was read in a transaction that saw the log up to `seq`, in place of the oldest;
 * does nothing when that may be without the last moves. Takes a reference of its own. */
void tier_past_put(struct tier_past *p, int64_t model_id, int64_t at_s, int64_t seq,
                   const struct marks *m);
/* Bytes held, sets counted whole. */
size_t tier_past_bytes(struct tier_past *p);

#endif

/* newest — how many plain events customers have, from their newest rows back. Private to
 * query/mirror.
 *
 * For events without a posting of which nothing but the number is asked: `count(view, last 30d) >=
 * 2` is decided by the second event from the end, whatever else a customer did. So rows are gone
 * through backwards, 64 at once with AVX-512, and only until more of them would change nothing.
 * Cost: 20 ns a customer, and 0.1 to 1 ns for each row that has to be seen.
 */
#ifndef KOI_QUERY_MIRROR_NEWEST_H
#define KOI_QUERY_MIRROR_NEWEST_H

#include "mirror/snapshot.h"
#include "query/mirror/places.h"

struct newest_ask {
    const struct places_ask *places; /* times, and bounds of the number */
    const uint8_t *slot;             /* by kind: NO_SLOT where it does not count */
    uint32_t enough;                 /* from so many on the answer stays what it is */
};

/* How many are enough for the bounds; false when one is of a sum. */
bool newest_enough(const struct places_ask *places, uint32_t *out);
/* For each of `who`, all of whose rows the run has: their bit in `out` becomes whether the bounds
 * hold. */
void newest_of_run(const struct newest_ask *x, const struct run *run, const struct set_words *who,
                   struct set_words *out);
/* The same of those who have rows in several runs of the chunk. */
void newest_of_several(const struct newest_ask *x, const struct chunk *chunk,
                       const struct set_words *who, struct set_words *out);

#endif

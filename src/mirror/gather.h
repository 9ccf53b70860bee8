/* gather — rows of runs become a list again, out of which a chunk's newest run is written anew.
 *
 * A run that is sorted anew costs less than a merge when it is small: a merge looks for every
 * customer of the chunk in each run. Cost: 20 ns a row of a small run, 60 to 90 of a large one,
 * whose columns lie far apart in memory; sorting them anew 30 to 50 more.
 */
#ifndef KOI_MIRROR_GATHER_H
#define KOI_MIRROR_GATHER_H

#include "mirror/run.h"

/* Appends the rows of those in `who` to `out`, in the order they have in the run; appends nothing
 * for whom it does not hold. */
void gather_rows(const struct run *run, const struct set_words *who, struct run_rows *out);
/* Whose rows are in the list. */
void gather_locals(const struct run_rows *rows, struct set_words *out);

#endif

/* gather — rows of runs become a list again, out of which a chunk's newest run is written anew.
 *
 * Cost: 20 ns a row of a small run, 60 to 90 of a large one,
 * whose columns lie far apart in memory; sorting them anew 30 to 50 more.
 */
#ifndef KOI_MIRROR_GATHER_H
#define KOI_MIRROR_GATHER_H

#include "mirror/run.h"

/* One run whose customers are taken one after the other, ascending. */
struct gathering {
    const struct run *run;
    uint32_t customer;         /* sparse: of those in the run, not behind the one at hand */
    bool extras[RUN_KINDS];    /* kinds whose rows have amounts and the like */
    uint32_t place[RUN_KINDS]; /* in their postings, not behind the customer at hand */
    bool any;
};
void gather_begin(struct gathering *g, const struct run *run);
/* Where the rows of a customer are, not before the last that was asked for. */
struct run_range gather_range(struct gathering *g, uint32_t local);
/* Appends them. */
void gather_customer(struct gathering *g, uint32_t local, struct run_range range,
                     struct run_rows *out);

#endif

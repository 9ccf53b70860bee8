/* merger — runs of a chunk merged into one on a thread of its own, so that no step waits for it.
 *
 * Runs never change, so the thread needs nothing but references to them. What it has made waits
 * until whoever makes snapshots takes it and puts it where the merged runs still stand; where they
 * no longer do, it is thrown away. The thread begins with the first work. At most MERGER_MADE runs
 * wait to be taken: then it rests, so that merges never hold more than a few chunks twice.
 *
 * One thread gives and takes.
 */
#ifndef KOI_MIRROR_MERGER_H
#define KOI_MIRROR_MERGER_H

#include "mirror/snapshot.h"

enum { MERGER_MADE = 4 };

struct merger;

/* Runs of one chunk that follow each other, the oldest first, and what became of them. */
struct merging {
    uint32_t chunk;
    size_t n;
    struct run *runs[CHUNK_RUNS];
    bool base; /* the first is the chunk's first */
    struct run *one;
    struct merging *next; /* the merger's */
};

/* Has nothing to do yet. */
struct merger *merger_new(void);
/* Ends the thread after the merge under way; the rest is dropped. Accepts NULL. */
void merger_free(struct merger *m);

/* Has n runs merged, or one copied out of its file; holds them. Nothing of the chunk is under
 * way. */
void merger_give(struct merger *m, uint32_t chunk, struct run *const *runs, size_t n, bool base);
/* The newest of the chunk's runs that are under way, from merger_give() to merger_take(); NULL when
 * none are. */
const struct run *merger_newest(const struct merger *m, uint32_t chunk);
/* How many rows those have. */
uint64_t merger_rows(const struct merger *m, uint32_t chunk);
/* How many merges with a chunk's first run are under way. */
int merger_bases(const struct merger *m);
/* The next that is done, the caller's to give to merging_free(); NULL when none is. */
struct merging *merger_take(struct merger *m);
/* Whether one could be taken. */
bool merger_has(struct merger *m);
/* Waits until nothing is left to do, or as much is done as may wait to be taken. */
void merger_wait(struct merger *m);

/* For tests: begins no merge meanwhile. */
void merger_rest(struct merger *m, bool yes);

/* Drops the runs and the merged one, unless the caller has taken it and left NULL. Accepts NULL. */
void merging_free(struct merging *g);

#endif

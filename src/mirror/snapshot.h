/* snapshot — everything the mirror knows at one number of the log. It never changes.
 *
 * Customers have ordinals from 0 in the order in which they were first seen; events, marks and
 * columns hang on root customers, whose merged ones have none. A chunk of 65,536 ordinals has up to
 * CHUNK_RUNS runs of events, three to five as a rule: each run but the first continues the
 * customers it holds, or replaces them (mirror/run.h). For a customer count the newest run that
 * replaces them (else the first) and all newer ones; their rows are those of the first of these,
 * then of the next, and so on. Most customers are in one run alone.
 *
 * Readers hold a reference while they ask. Cost: a copied list of chunks for each snapshot, what is
 * in them is shared.
 */
#ifndef KOI_MIRROR_SNAPSHOT_H
#define KOI_MIRROR_SNAPSHOT_H

#include "base/str.h"
#include "mirror/codes.h"
#include "mirror/marks.h"
#include "mirror/moves.h"
#include "mirror/run.h"
#include "mirror/scores.h"
#include "mirror/tier_past.h"

#include <stdatomic.h>

enum { CHUNK_RUNS = 12, OBJECT_KINDS = 32, OBJECT_CODE_BITS = 27 };

/* What an event is about, as runs have it: the kind above, the thing's code below; an order has no
 * code, since nobody asks for one. */
#define OBJECT_OF(kind, code) ((uint32_t)(kind) << OBJECT_CODE_BITS | (code))

/* No birth day; never a friend. */
#define COLUMN_NO_DAY INT32_MIN
#define COLUMN_NEVER INT64_MIN

/* One value a customer, 28 bytes. */
struct columns {
    atomic_uint refs;
    int32_t birth_day[SET_CHUNK]; /* civil */
    int64_t added_s[SET_CHUNK];
    int64_t first_s[SET_CHUNK];
    int64_t clv_fen[SET_CHUNK]; /* of those in a set of MARK_CLV; else 0 */
};

struct chunk {
    atomic_uint refs;
    int n_runs;
    struct run *runs[CHUNK_RUNS]; /* the oldest first, never NULL below n_runs */
    struct columns *columns;
    struct scores *scores; /* NULL: nobody has any */
    struct moves *moves;   /* between tiers; NULL: none */
};

/* Texts by their number, 0 …; a snapshot sees those that were there when it was made. */
struct texts {
    atomic_uint refs;
    size_t n;
    struct str at[];
};

/* Ids of things and their codes. They only grow, and belong to whoever makes snapshots. */
struct dictionaries {
    struct codes *customers; /* code − 1 is the ordinal */
    struct codes *channels, *staff;
    struct codes *objects[OBJECT_KINDS];
    struct codes *tier_runs;
};

struct daybook; /* mirror/daybook.h */

struct snapshot {
    atomic_uint refs;
    int64_t seq; /* of the last row that is in it */
    uint32_t customers;
    uint32_t n_chunks;
    struct chunk **chunks;
    struct marks *marks;
    struct set *alive;           /* roots that are not erased */
    struct tier_past *tier_past; /* tiers of past times that questions have read */
    struct texts *texts;
    const struct dictionaries *dictionaries;
    /* Who is asked about lines of orders, a book of the asker's transaction; or NULL */
    struct daybook *daybook;
};

/* Takes another reference. */
struct snapshot *snapshot_hold(const struct snapshot *s);
/* Gives a reference back; accepts NULL. */
void snapshot_drop(struct snapshot *s);

/* For makers of snapshots: each new thing has one reference. */
struct chunk *chunk_new(void);
struct chunk *chunk_hold(struct chunk *c);
void chunk_drop(struct chunk *c);
struct columns *columns_new(void);
/* `old`, when nobody else holds it, or a copy; gives the reference to `old` back. */
struct columns *columns_own(struct columns *old);
void texts_drop(struct texts *t);

/* The runs of a chunk, the newest first, each with those customers who have all their rows in it:
 *
 *   chunk_runs_begin(&v, chunk, who);
 *   while (chunk_runs_next(&v))
 *       … v.run, v.here (never empty) …
 *   … v.several: those left, whose rows are in several runs (chunk_oldest() and newer) …
 */
struct chunk_runs {
    const struct chunk *chunk;
    const struct run *run;
    struct set_words here;
    struct set_words left;    /* whose runs have not all been found yet */
    struct set_words several; /* who have rows in several runs; complete at the end */
    bool any_several;         /* at the end: whether there are any */
    int older;                /* how many runs are older than `run` */
};
void chunk_runs_begin(struct chunk_runs *v, const struct chunk *chunk, const struct set_words *who);
bool chunk_runs_next(struct chunk_runs *v);
/* The oldest run that counts for a customer; all newer ones do, too. */
static inline int chunk_oldest(const struct chunk *chunk, uint32_t local)
{
    int k = chunk->n_runs - 1;
    while (k > 0 && !run_replaces(chunk->runs[k], local))
        k--;
    return k;
}

/* Whether the moves of its chunks are all there are: codes of runs and tiers have 16 bits there. */
bool snapshot_knows_moves(const struct snapshot *s);

/* What a snapshot holds, in bytes; shared parts are counted whole. */
struct snapshot_bytes {
    size_t events, marks, columns, moves, dictionaries; /* columns: scores, too */
    int64_t rows;                                       /* events */
};
struct snapshot_bytes snapshot_bytes(const struct snapshot *s);

#endif

/* mirror — the running mirror: one thread that follows the log, and snapshots for everyone else.
 *
 * The thread builds the first snapshot from the database and then, woken by each commit (or once a
 * second, for what another process wrote), makes the next. Readers take the current one without a
 * lock and give it back when they have asked. The mirror holds no truth: whatever goes wrong, the
 * thread logs it, begins anew, and questions go to the database meanwhile.
 *
 * Freshness: a commit is visible after the step under way and its own, some milliseconds when
 * little is written. Steps for commits that are late have a pace, so that a stream of batches does
 * not cost a step each: one in 40 to 100 ms, unless somebody waits.
 */
#ifndef KOI_MIRROR_MIRROR_H
#define KOI_MIRROR_MIRROR_H

#include "db/writer.h"
#include "mirror/snapshot.h"

struct mirror;

/* Starts the thread. `writer` tells of commits; snapshots lead to `daybook` (NULL: none). All
 * outlive the mirror. `image` is the file
 * that it is kept in between two runs, NULL: none. It is read at the start, when it is of this
 * log and whole, and written when the mirror stops, and meanwhile when reading what came since
 * would take over a second; a crash loses nothing but that time. */
struct mirror *mirror_start(struct db *db, struct writer *writer, struct daybook *daybook,
                            const char *image);
/* Ends the thread; nobody holds a snapshot any more. Accepts NULL. */
void mirror_stop(struct mirror *m);

/* The current snapshot, held for the caller (snapshot_drop()); NULL while the first is being built,
 * or when `m` is NULL. */
struct snapshot *mirror_snapshot(struct mirror *m);
/* The same, after waiting up to `wait_us` for one that has everything up to number `seq` of the
 * log; then whatever there is. */
struct snapshot *mirror_snapshot_at(struct mirror *m, int64_t seq, int64_t wait_us);
/* For an answer to who has seen the log up to `seq`: one that has all of it, after waiting up to
 * `wait_us`; NULL when that is not enough. On SQLite, where this process alone writes, what
 * closures that are late (db/writer.h) have written may be missing: for MIRROR_LATE_US nothing is
 * waited for, and past that an answer without it is better than one of a database that is just
 * being written to at a rate with which the mirror cannot keep up. */
enum { MIRROR_LATE_US = 200000 };
struct snapshot *mirror_snapshot_for(struct mirror *m, int64_t seq, int64_t wait_us);

enum mirror_state { MIRROR_BUILDING, MIRROR_READY, MIRROR_FAILED };

struct mirror_status {
    enum mirror_state state;
    int64_t seq;               /* of the current snapshot; 0: none */
    int64_t at_seq, to_seq;    /* of a build under way */
    int64_t builds, steps;     /* made since the start */
    int64_t build_us, step_us; /* the last one took */
    int64_t rows_anew;         /* copied by steps to be written anew, since the start */
    int runs_most;             /* of a chunk */
    int64_t customers, rows;
    bool loaded;       /* from the image */
    int64_t image_seq; /* of the image as last read or written; 0: none */
    struct snapshot_bytes bytes;
    char trouble[48]; /* code of the last error, "" */
};
/* Any thread. Costs a walk over the chunks and sets. */
struct mirror_status mirror_status(struct mirror *m);

#endif

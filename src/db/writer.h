/* writer — one thread at a time writes, with group commit.
 *
 * Requests hand in closures; the writer takes all that wait (at most LIMIT_GROUP), runs them one
 * after the other in one transaction, commits once, and only then tells each that it is done.
 * There is no timed waiting: a lone closure is committed at once, and while a commit is under
 * way the next group gathers by itself. A group that has run for 50 ms is committed, and the
 * rest of what was taken makes the next. A closure that fails undoes only itself (SQLite: the
 * group runs again with savepoints; PostgreSQL: again singly). A closure may therefore run more
 * than once: it has no effect outside its transaction, decides only on rows it wrote or locked,
 * and writes at most LIMIT_CLOSURE_ROWS rows or 20 ms. If the commit itself fails, every closure
 * of the group fails with that error; on PostgreSQL, when the connection is lost while it
 * commits, the code is "commit_unknown": what was asked may or may not have been done.
 */
#ifndef KOI_DB_WRITER_H
#define KOI_DB_WRITER_H

#include "db/db.h"

struct writer;

/* A closure, in the caller's memory until `done` is called. */
struct write {
    enum rc (*run)(struct tx *tx, void *arg, struct err *e);
    /* Called once by the writer thread after the commit or the failure; must not block. `e` is
     * NULL on success. After it the writer does not touch this struct, so `done` may hand it in
     * again. */
    void (*done)(void *arg, enum rc rc, const struct err *e);
    void *arg;
    bool late;          /* nobody minds when answers have what it wrote a little later */
    struct write *next; /* the writer's, as all below */
    const char *where;
    struct err err;
    enum rc rc;
};

/* Starts the writer thread of `db`. One for each db, after db_migrate(): RC_INVALID when the
 * schema was never made. */
enum rc writer_start(struct db *db, struct writer **out, struct err *e);
/* Finishes what was handed in, refuses the rest with RC_BUSY, ends the thread. Accepts NULL. */
void writer_stop(struct writer *w);

/* Hands in a closure; RC_BUSY (and `done` is not called) when LIMIT_WRITE_QUEUE wait already or
 * the writer is stopping. */
#define writer_submit(w, write, e) writer_submit_at((w), DB_HERE, (write), (e))
enum rc writer_submit_at(struct writer *w, const char *where, struct write *write, struct err *e);
/* Runs a closure and waits for its commit. Never from within a closure or from `done`. When the
 * writer is idle the closure runs on the calling thread, which needs 256 KB of stack. */
#define writer_run(w, run, arg, e) writer_run_at((w), DB_HERE, (run), (arg), (e))
enum rc writer_run_at(struct writer *w, const char *where,
                      enum rc (*run)(struct tx *tx, void *arg, struct err *e), void *arg,
                      struct err *e);

/* Counters since the start, for metrics: groups committed, closures committed and failed,
 * closures waiting now, and microseconds spent in commits. */
struct writer_stats {
    int64_t groups, closures, failures, waiting, commit_us;
};
struct writer_stats writer_stats(struct writer *w);

/* For bench/commit only: run closures and roll them back instead of committing; `done` hears of
 * success. */
void writer_set_dry(struct writer *w, bool dry);

/* Called after each commit that appended to the log (may be NULL), before the closures are told,
 * by the thread that committed: must not block. The mirror's tail wakes by it. `late`: every
 * closure of the group said so. */
void writer_on_commit(struct writer *w, void (*fn)(void *ctx, int64_t last_seq, bool late),
                      void *ctx);

#endif

/* writer.c — one thread, closures, group commit.
 *
 * The queue is a list under one lock. The thread takes what waits, runs it in one transaction,
 * commits, and tells everyone; while it commits the next group gathers, so the group's size
 * follows the load without a timer. When nothing waits and the thread sleeps, writer_run() is
 * its guest: it runs its closure and commits on its own thread, which saves two wakes (together
 * as long as a fifth of an fsync). Either way one thread at a time writes.
 *
 * A group is run in the hope that nobody fails after writing, without savepoints, because a
 * savepoint makes SQLite copy every page it changes. When the hope fails the group is rolled
 * back and run again with a savepoint before each closure's first write, and so are the next
 * CAREFUL groups. When even that cannot save the group (PostgreSQL after any such failure,
 * SQLite when it rolled back by itself) each closure runs again in its own transaction.
 *
 * Invariants: `done` is called exactly once for each accepted closure, after its outcome is on
 * disk; closures run in the order they were handed in; nothing is told before the commit.
 */
#include "db/writer.h"

#include "base/clock.h"
#include "base/limits.h"
#include "db/driver.h"

#include <assert.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    GROUP_US = 50000, /* a group that has run for so long is committed */
    RETRIES = 10,     /* of a closure that met a deadlock on PostgreSQL */
    CAREFUL = 64,     /* groups with savepoints after one that failed without */
};

struct writer {
    struct db *db;
    pthread_t thread;
    struct lock lock; /* what follows */
    struct signal wake;
    struct write *first, **last;
    int64_t waiting;
    bool sleeping, stopping;
    bool guest; /* a caller of writer_run() has the connection */

    /* Of whoever has the connection: groups that still get savepoints; whether every closure of
     * this transaction is late. */
    int careful;
    bool late;

    atomic_bool dry;
    atomic_llong groups, closures, failures, commit_us;
    void (*on_commit)(void *ctx, int64_t last_seq, bool late);
    void *on_commit_ctx;
};

/* ---- one group ---- */

enum outcome { OUTCOME_OK, OUTCOME_SINGLY, OUTCOME_FAILED };

/* Runs one closure, and gives back what became of it: its own code, or that of a statement it
 * hid. */
static enum rc run_closure(struct writer *w, struct write *c)
{
    struct conn *conn = w->db->writer;
    struct tx *tx = &conn->tx;
    w->db->driver->mark(conn);
    tx->where = c->where;
    tx->wrote = false;
    w->late = w->late && c->late;
    c->err = ERR_INIT;
    enum rc rc = c->run(tx, c->arg, &c->err);
    tx_end_rows(tx);
    if (tx->failed != RC_OK) {
        c->err = tx->err;
        rc = tx->failed;
    }
    if (rc != RC_OK && c->err.rc == RC_OK)
        c->err.rc = rc;
    arena_reset(&tx->arena);
    return rc;
}

/* In a group: a failed closure is undone alone. False when the group is lost. */
static bool run_in_group(struct writer *w, struct write *c)
{
    struct conn *conn = w->db->writer;
    c->rc = run_closure(w, c);
    if (c->rc == RC_OK) {
        if (w->db->driver->release(conn, &conn->tx.err) == RC_OK)
            return true;
        conn->tx.failed = RC_IO;
        return false;
    }
    if (!w->db->driver->undo(conn))
        return false;
    conn->tx.failed = RC_OK;
    return true;
}

/* The hook may be set while the thread runs. */
static void call_hook(struct writer *w, int64_t last_seq)
{
    lock_take(&w->lock);
    void (*fn)(void *ctx, int64_t last_seq, bool late) = w->on_commit;
    void *ctx = w->on_commit_ctx;
    lock_give(&w->lock);
    if (fn != NULL)
        fn(ctx, last_seq, w->late);
}

/* The end of a transaction that went well so far. */
static enum rc commit(struct writer *w, struct err *e)
{
    struct conn *conn = w->db->writer;
    struct counters before = w->db->counters;
    int64_t last_seq = 0, start_us = clock_mono_us();
    if (atomic_load(&w->dry)) {
        conn_rollback(conn);
        return RC_OK;
    }
    conn->tx.grouped = false;
    enum rc rc = counters_reserve(&conn->tx, e);
    if (rc == RC_OK) {
        rc = w->db->driver->finish_log(conn, &last_seq, &conn->tx.err);
        if (rc != RC_OK)
            tx_fail(&conn->tx, rc, e);
    }
    if (rc == RC_OK)
        rc = conn_commit(conn, e);
    else
        conn_rollback(conn);
    if (rc != RC_OK) {
        w->db->counters.id_reserved = before.id_reserved;
        return rc;
    }
    atomic_fetch_add(&w->groups, 1);
    atomic_fetch_add(&w->commit_us, clock_mono_us() - start_us);
    if (last_seq > 0)
        call_hook(w, last_seq);
    return RC_OK;
}

/* Begins, on a new connection when the old one is gone. */
static enum rc begin(struct writer *w, const char *where, struct err *e)
{
    struct db *db = w->db;
    w->late = true;
    if (db->writer != NULL && !db->writer->broken && db->driver->alive(db->writer))
        return conn_begin(db->writer, where, e);
    if (db->writer != NULL)
        db->writer->broken = true;
    enum rc rc = db_revive_writer(db, e);
    return rc == RC_OK ? conn_begin(db->writer, where, e) : rc;
}

/* Whether the transaction surely left nothing behind, and the same again may go better. */
static bool again(const struct writer *w, const struct err *e)
{
    const struct conn *conn = w->db->writer;
    if (conn == NULL || strcmp(e->code, "commit_unknown") == 0)
        return false;
    return conn->broken || conn->retry;
}

/* Lets whoever we clashed with go on: up to a millisecond more for each attempt. */
static void step_back(const struct conn *conn, int attempt)
{
    if (conn->retry)
        usleep((useconds_t)(clock_mono_us() % 1000) * (useconds_t)(attempt + 1));
}

/* One closure in its own transaction. */
static void run_alone(struct writer *w, struct write *c)
{
    for (int attempt = 0;; attempt++) {
        c->err = ERR_INIT;
        c->rc = begin(w, c->where, &c->err);
        if (c->rc != RC_OK)
            return;
        c->rc = run_closure(w, c);
        if (c->rc == RC_OK)
            c->rc = commit(w, &c->err);
        else
            conn_rollback(w->db->writer);
        if (c->rc == RC_OK || attempt == RETRIES || !again(w, &c->err))
            return;
        step_back(w->db->writer, attempt);
    }
}

/* A failed commit concerns everyone who has not failed before. */
static void fail_all(struct write **group, size_t n, enum rc rc, const struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (group[i]->rc == RC_OK) {
            group[i]->rc = rc;
            group[i]->err = *e;
        }
}

/* Runs closures of a group while they fit into GROUP_US; false when the transaction cannot be
 * kept. */
static bool run_each(struct writer *w, struct write **group, size_t n, size_t *out_ran)
{
    int64_t start_us = clock_mono_us();
    size_t ran = 0;
    while (ran < n && (ran == 0 || clock_mono_us() - start_us < GROUP_US)) {
        if (!run_in_group(w, group[ran]))
            return false;
        ran++;
    }
    *out_ran = ran;
    return true;
}

/* After a failed commit: whether a closure is to blame that will show itself when it runs alone. */
static bool someone_to_blame(const struct writer *w, const struct err *e)
{
    if (w->db->driver->engine == DB_POSTGRES)
        return strcmp(e->code, "commit_unknown") != 0;
    return e->rc == RC_CONFLICT || e->rc == RC_INVALID || e->rc == RC_LIMIT;
}

/* Runs the first of `group` in one transaction; says how many in `out_ran`. */
static enum outcome run_together(struct writer *w, struct write **group, size_t n, size_t *out_ran)
{
    struct err e = ERR_INIT;
    *out_ran = n;
    for (size_t i = 0; i < n; i++)
        group[i]->rc = RC_OK;
    enum rc rc = begin(w, group[0]->where, &e);
    if (rc != RC_OK) {
        fail_all(group, n, rc, &e);
        return OUTCOME_FAILED;
    }
    bool careful = w->careful > 0 && w->careful-- > 0;
    w->db->writer->tx.grouped = careful;
    if (!run_each(w, group, n, out_ran)) {
        conn_rollback(w->db->writer);
        if (careful || !w->db->driver->savepoints)
            return OUTCOME_SINGLY;
        w->careful = CAREFUL;
        return run_together(w, group, n, out_ran);
    }
    rc = commit(w, &e);
    if (rc == RC_OK)
        return OUTCOME_OK;
    if (someone_to_blame(w, &e))
        return OUTCOME_SINGLY;
    fail_all(group, *out_ran, rc, &e);
    return OUTCOME_FAILED;
}

static size_t run_group(struct writer *w, struct write **group, size_t n)
{
    assert(n > 0);
    if (n == 1) {
        run_alone(w, group[0]);
        return 1;
    }
    size_t ran;
    if (run_together(w, group, n, &ran) == OUTCOME_SINGLY)
        for (size_t i = 0; i < ran; i++)
            run_alone(w, group[i]);
    return ran;
}

/* After `done` the closure's memory is its owner's again. */
static void tell(struct writer *w, struct write **group, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct write *c = group[i];
        assert(c->rc == RC_OK || c->err.rc == c->rc);
        atomic_fetch_add(c->rc == RC_OK ? &w->closures : &w->failures, 1);
        c->done(c->arg, c->rc, c->rc == RC_OK ? NULL : &c->err);
    }
}

/* ---- the thread ---- */

/* Waits for work and takes it off the queue; 0 when the writer shall end and the queue is empty. */
static size_t take(struct writer *w, struct write **group)
{
    size_t n = 0;
    lock_take(&w->lock);
    while (w->guest || (w->first == NULL && !w->stopping)) {
        w->sleeping = true;
        signal_wait(&w->wake, &w->lock);
        w->sleeping = false;
    }
    while (w->first != NULL && n < LIMIT_GROUP) {
        group[n++] = w->first;
        w->first = w->first->next;
    }
    if (w->first == NULL)
        w->last = &w->first;
    w->waiting -= (int64_t)n;
    lock_give(&w->lock);
    return n;
}

static void *writer_thread(void *arg)
{
    struct writer *w = arg;
    struct write *group[LIMIT_GROUP];
    for (size_t n = take(w, group); n > 0; n = take(w, group))
        for (size_t from = 0; from < n;) {
            size_t ran = run_group(w, group + from, n - from);
            tell(w, group + from, ran);
            from += ran;
        }
    return NULL;
}

enum rc writer_start(struct db *db, struct writer **out, struct err *e)
{
    assert(!db->config.read_only && !db->writer_taken && "one writer for each db");
    enum rc rc = counters_load(db, e);
    if (rc != RC_OK)
        return rc;
    struct writer *w = calloc(1, sizeof *w);
    if (w == NULL)
        abort();
    w->db = db;
    w->last = &w->first;
    lock_init(&w->lock, LOCK_WRITER);
    signal_init(&w->wake);
    db->writer_taken = true;
    *out = w;
    w->thread = thread_start("koi-writer", writer_thread, w);
    return RC_OK;
}

void writer_stop(struct writer *w)
{
    if (w == NULL)
        return;
    lock_take(&w->lock);
    w->stopping = true;
    signal_one(&w->wake);
    lock_give(&w->lock);
    pthread_join(w->thread, NULL);
    assert(w->first == NULL);
    counters_settle(w->db);
    w->db->writer_taken = false;
    signal_done(&w->wake);
    lock_done(&w->lock);
    free(w);
}

enum rc writer_submit_at(struct writer *w, const char *where, struct write *write, struct err *e)
{
    assert(write->run != NULL && write->done != NULL);
    write->where = where;
    write->next = NULL;
    lock_take(&w->lock);
    bool stopping = w->stopping;
    bool taken = !stopping && w->waiting < LIMIT_WRITE_QUEUE;
    if (taken) {
        *w->last = write;
        w->last = &write->next;
        w->waiting++;
        if (w->sleeping && !w->guest)
            signal_one(&w->wake);
    }
    lock_give(&w->lock);
    if (taken)
        return RC_OK;
    if (stopping)
        return err_set(e, RC_BUSY, "stopping", "", "服务正在停止", "the server is stopping");
    err_set(e, RC_BUSY, "writer_full", "", "等待写入的请求太多（%d）",
            "too many writes are waiting (%d)", LIMIT_WRITE_QUEUE);
    err_hint(e, "请稍后再试", "try again later");
    return RC_BUSY;
}

/* ---- running one and waiting ---- */

struct waiter {
    struct write write;
    enum rc (*run)(struct tx *tx, void *arg, struct err *e);
    void *arg;
    struct err *e;
    enum rc rc;
    _Atomic uint32_t told;
};

static enum rc waiter_run(struct tx *tx, void *arg, struct err *e)
{
    struct waiter *waiter = arg;
    return waiter->run(tx, waiter->arg, e);
}

/* The waiter may return between the store and the wake: waking an address that nobody waits on
 * is harmless. */
static void waiter_done(void *arg, enum rc rc, const struct err *e)
{
    struct waiter *waiter = arg;
    waiter->rc = rc;
    if (e != NULL && waiter->e != NULL)
        *waiter->e = *e;
    atomic_store(&waiter->told, 1);
    syscall(SYS_futex, &waiter->told, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Takes the connection when nobody has it and nobody waits. */
static bool guest_enter(struct writer *w)
{
    lock_take(&w->lock);
    bool free_now = w->sleeping && !w->guest && !w->stopping && w->first == NULL;
    if (free_now)
        w->guest = true;
    lock_give(&w->lock);
    return free_now;
}

static void guest_leave(struct writer *w)
{
    lock_take(&w->lock);
    w->guest = false;
    if (w->first != NULL || w->stopping)
        signal_one(&w->wake);
    lock_give(&w->lock);
}

static enum rc run_as_guest(struct writer *w, struct write *c, struct err *e)
{
    run_alone(w, c);
    guest_leave(w);
    atomic_fetch_add(c->rc == RC_OK ? &w->closures : &w->failures, 1);
    if (c->rc != RC_OK && e != NULL)
        *e = c->err;
    return c->rc;
}

enum rc writer_run_at(struct writer *w, const char *where,
                      enum rc (*run)(struct tx *tx, void *arg, struct err *e), void *arg,
                      struct err *e)
{
    assert(!pthread_equal(pthread_self(), w->thread) && "never from within a closure");
    if (guest_enter(w)) {
        struct write own = {.run = run, .arg = arg, .where = where};
        return run_as_guest(w, &own, e);
    }
    struct waiter waiter = {.run = run, .arg = arg, .e = e};
    waiter.write = (struct write){.run = waiter_run, .done = waiter_done, .arg = &waiter};
    enum rc rc = writer_submit_at(w, where, &waiter.write, e);
    if (rc != RC_OK)
        return rc;
    while (atomic_load(&waiter.told) == 0)
        syscall(SYS_futex, &waiter.told, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    return waiter.rc;
}

/* ---- the rest ---- */

struct writer_stats writer_stats(struct writer *w)
{
    lock_take(&w->lock);
    int64_t waiting = w->waiting;
    lock_give(&w->lock);
    return (struct writer_stats){
        .groups = atomic_load(&w->groups),
        .closures = atomic_load(&w->closures),
        .failures = atomic_load(&w->failures),
        .waiting = waiting,
        .commit_us = atomic_load(&w->commit_us),
    };
}

void writer_set_dry(struct writer *w, bool dry)
{
    atomic_store(&w->dry, dry);
}

void writer_on_commit(struct writer *w, void (*fn)(void *ctx, int64_t last_seq, bool late),
                      void *ctx)
{
    lock_take(&w->lock);
    w->on_commit_ctx = ctx;
    w->on_commit = fn;
    lock_give(&w->lock);
}

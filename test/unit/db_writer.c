/* The writer: many threads, failures inside groups, what is acknowledged is there after a kill. */
#include "db_fixture.h"

#include "pg_fixture.h"

#include "base/limits.h"
#include "base/lock.h"
#include "base/rng.h"

#include <errno.h>
#include <pthread.h>

static const struct sql PUT = {.text = "INSERT INTO kv (id, i) VALUES ($1, $2)", .in = "ii"};
static const struct sql COUNT = {.text = "SELECT count(*) FROM kv", .out = "i"};
static const struct sql HAS = {.text = "SELECT i FROM kv WHERE id = $1", .in = "i", .out = "i"};
static const struct sql APPEND = {.text = "INSERT INTO log (seq, who, n) VALUES ($1, $2, $3)",
                                  .in = "iii"};
static const struct sql LOG_COUNT = {.text = "SELECT count(*) FROM log", .out = "i"};
static const struct sql LOG_LAST = {.text = "SELECT max(seq) FROM log", .out = "I"};
static const struct sql STOCK_NEW = {.text = "INSERT INTO kv (id, i) VALUES (0, 100)"};
static const struct sql STOCK_TAKE = {
    .text = "UPDATE kv SET i = i - 1 WHERE id = 0 AND i > 0 RETURNING i", .out = "i"};
static const struct sql PARENT = {.text = "INSERT INTO parent (id, name) VALUES ($1, $2)",
                                  .in = "is"};

enum { THREADS = 64, WRITES = 200 };

struct client {
    struct fixture *f;
    int who, at, succeeded, failed;
    bool fails; /* every third write fails after it has written */
};

static enum rc put_row(struct tx *tx, void *arg, struct err *e)
{
    struct client *c = arg;
    int64_t id = (int64_t)c->who * 1000000 + c->at + 1;
    enum rc rc = tx_exec(tx, &PUT, e, id, c->at);
    if (rc == RC_OK)
        rc = tx_append(tx, &APPEND, e, c->who, c->at);
    if (rc == RC_OK && c->fails && c->at % 3 == 0)
        rc = err_set(e, RC_CONFLICT, "third", "", "第三次", "the third");
    return rc;
}

static void *write_rows(void *arg)
{
    struct client *c = arg;
    for (c->at = 0; c->at < WRITES; c->at++) {
        struct err e = ERR_INIT;
        enum rc rc = writer_run(c->f->writer, put_row, c, &e);
        c->succeeded += rc == RC_OK;
        c->failed += rc == RC_CONFLICT && strcmp(e.code, "third") == 0;
    }
    return NULL;
}

static void run_clients(struct fixture *f, struct client *clients, int n, bool fails)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < n; i++) {
        clients[i] = (struct client){.f = f, .who = i, .fails = fails && i % 2 == 1};
        threads[i] = thread_start("client", write_rows, &clients[i]);
    }
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

static void every_write_of_64_threads_is_there(void **state)
{
    struct fixture *f = *state;
    struct client clients[THREADS];
    run_clients(f, clients, THREADS, false);
    fixture_close(f);
    fixture_open(f);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(clients[i].succeeded, WRITES);
    assert_int_equal(fixture_count(f, &COUNT), THREADS * WRITES);
    assert_int_equal(fixture_count(f, &LOG_COUNT), THREADS * WRITES);
    assert_int_equal(fixture_count(f, &LOG_LAST), THREADS * WRITES);
}

static void failing_closures_undo_only_themselves(void **state)
{
    enum { N = 8 };
    struct fixture *f = *state;
    struct client clients[N];
    run_clients(f, clients, N, true);
    int failed = 0;
    for (int i = 0; i < N; i++) {
        assert_int_equal(clients[i].succeeded + clients[i].failed, WRITES);
        failed += clients[i].failed;
    }
    assert_int_equal(failed, N / 2 * ((WRITES + 2) / 3));
    assert_int_equal(fixture_count(f, &COUNT), N * WRITES - failed);
    assert_int_equal(fixture_count(f, &LOG_COUNT), N * WRITES - failed);
    assert_int_equal(fixture_count(f, &LOG_LAST), N * WRITES - failed);
    struct writer_stats stats = writer_stats(f->writer);
    assert_true(stats.closures == N * WRITES - failed && stats.failures == failed &&
                stats.waiting == 0);
    assert_true(stats.groups > 0 && stats.groups <= stats.closures && stats.commit_us > 0);
}

/* ---- one group, made on purpose: a closure holds the thread while others gather ---- */

struct gate {
    struct lock lock;
    struct signal changed;
    bool entered, open;
    int told;
};

enum kind { WAITS, GOOD, BAD_UNIQUE, BAD_OWN, BAD_EARLY, BAD_LOGGED };

struct member {
    struct write write;
    struct gate *gate;
    enum kind kind;
    int64_t id;
    enum rc rc;
    char code[48];
    int order;
};

static void wait_at_gate(struct gate *g)
{
    lock_take(&g->lock);
    g->entered = true;
    signal_all(&g->changed);
    while (!g->open)
        signal_wait(&g->changed, &g->lock);
    lock_give(&g->lock);
}

static enum rc member_run(struct tx *tx, void *arg, struct err *e)
{
    struct member *m = arg;
    if (m->kind == WAITS) {
        wait_at_gate(m->gate);
        return RC_OK;
    }
    if (m->kind == BAD_EARLY)
        return err_set(e, RC_NOT_FOUND, "early", "", "x", "x");
    enum rc rc = tx_append(tx, &APPEND, e, 7, m->id);
    if (rc == RC_OK && m->kind == BAD_LOGGED)
        rc = err_set(e, RC_LIMIT, "logged", "", "x", "x");
    if (rc == RC_OK)
        rc = tx_exec(tx, &PUT, e, m->kind == BAD_UNIQUE ? 1000 : m->id, 1);
    if (rc == RC_OK && m->kind == BAD_OWN)
        rc = err_set(e, RC_FORBIDDEN, "own", "", "x", "x");
    return rc;
}

static void member_done(void *arg, enum rc rc, const struct err *e)
{
    struct member *m = arg;
    lock_take(&m->gate->lock);
    m->rc = rc;
    snprintf(m->code, sizeof m->code, "%s", e != NULL ? e->code : "");
    m->order = m->gate->told++;
    signal_all(&m->gate->changed);
    lock_give(&m->gate->lock);
}

static void hand_in(struct fixture *f, struct gate *gate, struct member *m)
{
    m->gate = gate;
    m->order = -1;
    m->write = (struct write){.run = member_run, .done = member_done, .arg = m};
    must(f, writer_submit(f->writer, &m->write, &f->err));
}

/* Lets n members run in one group, behind a closure that waits until all of them are handed in. */
static void run_as_group(struct fixture *f, struct member *members, int n)
{
    struct gate gate = {0};
    struct member first = {.kind = WAITS};
    lock_init(&gate.lock, LOCK_LEAF);
    signal_init(&gate.changed);
    hand_in(f, &gate, &first);
    lock_take(&gate.lock);
    while (!gate.entered)
        signal_wait(&gate.changed, &gate.lock);
    lock_give(&gate.lock);
    for (int i = 0; i < n; i++)
        hand_in(f, &gate, &members[i]);
    lock_take(&gate.lock);
    gate.open = true;
    signal_all(&gate.changed);
    while (gate.told < n + 1)
        signal_wait(&gate.changed, &gate.lock);
    lock_give(&gate.lock);
    signal_done(&gate.changed);
    lock_done(&gate.lock);
    assert_true(first.rc == RC_OK && first.order == 0);
}

static void a_group_with_every_kind_of_failure(void **state)
{
    static const char *const CODES[] = {[GOOD] = "",
                                        [BAD_UNIQUE] = "unique",
                                        [BAD_OWN] = "own",
                                        [BAD_EARLY] = "early",
                                        [BAD_LOGGED] = "logged"};
    static const enum kind KINDS[] = {GOOD, BAD_EARLY,  BAD_LOGGED, GOOD, BAD_OWN,   GOOD,
                                      GOOD, BAD_UNIQUE, BAD_OWN,    GOOD, BAD_EARLY, BAD_LOGGED};
    enum { N = sizeof KINDS / sizeof *KINDS, GOOD_ONES = 5 };
    struct fixture *f = *state;
    struct member taken[1] = {{.kind = GOOD, .id = 1000}};
    run_as_group(f, taken, 1);
    /* No failure after a write; then the group has to be careful; then it is from the start. */
    for (int round = 1; round <= 3; round++) {
        struct member m[N];
        for (int i = 0; i < N; i++) {
            bool late = KINDS[i] == BAD_OWN || KINDS[i] == BAD_UNIQUE;
            m[i] = (struct member){.kind = round == 1 && late ? BAD_LOGGED : KINDS[i],
                                   .id = round * 100 + i};
        }
        run_as_group(f, m, N);
        for (int i = 0; i < N; i++) {
            assert_int_equal(m[i].order, i + 1);
            assert_string_equal(m[i].code, CODES[m[i].kind]);
        }
        assert_int_equal(fixture_count(f, &COUNT), 1 + round * GOOD_ONES);
        assert_int_equal(fixture_count(f, &LOG_COUNT), 1 + round * GOOD_ONES);
        assert_int_equal(fixture_count(f, &LOG_LAST), 1 + round * GOOD_ONES);
    }
}

static void a_group_is_one_commit(void **state)
{
    enum { N = 40 };
    struct fixture *f = *state;
    struct member m[N];
    for (int i = 0; i < N; i++)
        m[i] = (struct member){.kind = i % 4 == 0 ? BAD_EARLY : GOOD, .id = i + 1};
    int64_t before = writer_stats(f->writer).groups;
    run_as_group(f, m, N);
    assert_int_equal(writer_stats(f->writer).groups - before,
                     2); /* the waiting closure's, and ours */
    assert_int_equal(fixture_count(f, &COUNT), 30);
}

static void a_full_queue_says_so(void **state)
{
    enum { N = LIMIT_WRITE_QUEUE };
    struct fixture *f = *state;
    struct member *m = calloc(N + 1, sizeof *m);
    for (int i = 0; i <= N; i++)
        m[i] = (struct member){.kind = GOOD, .id = i + 1};
    struct gate gate = {0};
    struct member first = {.kind = WAITS};
    lock_init(&gate.lock, LOCK_LEAF);
    signal_init(&gate.changed);
    hand_in(f, &gate, &first);
    lock_take(&gate.lock);
    while (!gate.entered)
        signal_wait(&gate.changed, &gate.lock);
    lock_give(&gate.lock);
    for (int i = 0; i < N; i++)
        hand_in(f, &gate, &m[i]);
    m[N].write = (struct write){.run = member_run, .done = member_done, .arg = &m[N]};
    assert_int_equal(writer_submit(f->writer, &m[N].write, &f->err), RC_BUSY);
    assert_string_equal(f->err.code, "writer_full");
    assert_int_equal(writer_stats(f->writer).waiting, N);
    lock_take(&gate.lock);
    gate.open = true;
    signal_all(&gate.changed);
    lock_give(&gate.lock);
    writer_stop(f->writer); /* finishes what was handed in */
    assert_int_equal(gate.told, N + 1);
    assert_int_equal(fixture_count(f, &COUNT), N);
    must(f, writer_start(f->db, &f->writer, &f->err));
    signal_done(&gate.changed);
    lock_done(&gate.lock);
    free(m);
}

/* ---- stock: decided on the row that is written ---- */

static enum rc new_stock(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return tx_exec(tx, &STOCK_NEW, e);
}

static enum rc take_one(struct tx *tx, void *arg, struct err *e)
{
    int64_t left;
    (void)arg;
    enum rc rc = tx_int(tx, &STOCK_TAKE, &left, e);
    return rc == RC_NOT_FOUND ? err_set(e, RC_LIMIT, "stock_gone", "", "没有了", "none left") : rc;
}

static void *take_some(void *arg)
{
    struct client *c = arg;
    for (int i = 0; i < 100; i++)
        c->succeeded += writer_run(c->f->writer, take_one, NULL, NULL) == RC_OK;
    return NULL;
}

static void a_stock_of_100_is_given_100_times(void **state)
{
    enum { N = 16 };
    struct fixture *f = *state;
    struct client clients[N];
    pthread_t threads[N];
    must(f, writer_run(f->writer, new_stock, NULL, &f->err));
    for (int i = 0; i < N; i++) {
        clients[i] = (struct client){.f = f};
        threads[i] = thread_start("taker", take_some, &clients[i]);
    }
    int given = 0;
    for (int i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        given += clients[i].succeeded;
    }
    assert_int_equal(given, 100);
}

/* ---- dry, stopped, not migrated ---- */

static enum rc put_parent(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return tx_exec(tx, &PARENT, e, tx_id(tx), STR("one"));
}

static void dry_runs_leave_nothing(void **state)
{
    struct fixture *f = *state;
    writer_set_dry(f->writer, true);
    for (int i = 0; i < 3; i++)
        must(f, writer_run(f->writer, put_parent, NULL, &f->err));
    writer_set_dry(f->writer, false);
    must(f, writer_run(f->writer, put_parent, NULL, &f->err));
    assert_int_equal(writer_run(f->writer, put_parent, NULL, &f->err), RC_CONFLICT);
}

static void a_database_without_tables_gets_no_writer(void **state)
{
    struct fixture *f = *state;
    char folder[64], path[128];
    if (f->engine == DB_POSTGRES)
        return;
    fixture_folder(folder);
    snprintf(path, sizeof path, "%s/empty.db", folder);
    struct db_config config = {.url = path, .readers = 1};
    struct db *db;
    struct writer *w;
    int version = -1;
    must(f, db_open(&config, &db, &f->err));
    must(f, db_version(db, &version, &f->err));
    assert_int_equal(version, 0);
    assert_int_equal(writer_start(db, &w, &f->err), RC_INVALID);
    assert_string_equal(f->err.code, "not_migrated");
    must(f, db_migrate(db, NULL, 0, NULL, NULL, &f->err));
    must(f, writer_start(db, &w, &f->err));
    writer_stop(w);
    db_close(db);
    fixture_remove(folder);
}

/* ---- killed while it writes ---- */

struct victim {
    struct fixture f;
    int round, pipe, who;
};

static enum rc put_victim(struct tx *tx, void *arg, struct err *e)
{
    enum rc rc = tx_exec(tx, &PUT, e, *(int64_t *)arg, 1);
    return rc == RC_OK ? tx_append(tx, &APPEND, e, 1, 1) : rc;
}

static void *write_and_acknowledge(void *arg)
{
    struct victim *v = arg;
    for (int64_t i = 0;; i++) {
        int64_t id = v->round * INT64_C(100000000) + v->who * INT64_C(1000000) + i + 1;
        if (writer_run(v->f.writer, put_victim, &id, NULL) != RC_OK ||
            write(v->pipe, &id, sizeof id) != sizeof id)
            _exit(3);
    }
}

/* The child: never returns. */
static void be_victim(const struct fixture *f, int round, int pipe_end)
{
    enum { WRITERS = 6 };
    struct victim v[WRITERS];
    struct fixture own = {.engine = f->engine};
    snprintf(own.url, sizeof own.url, "%s", f->url);
    struct db_config config = {.url = own.url, .readers = 1};
    if (db_open(&config, &own.db, &own.err) != RC_OK ||
        writer_start(own.db, &own.writer, &own.err) != RC_OK)
        _exit(2);
    for (int i = 0; i < WRITERS; i++) {
        v[i] = (struct victim){.f = own, .round = round, .pipe = pipe_end, .who = i};
        if (i > 0)
            thread_start("victim", write_and_acknowledge, &v[i]);
    }
    write_and_acknowledge(&v[0]);
}

/* Reads acknowledgements, kills after `enough` of them, reads what else came; all of it must be
 * there. */
static void one_kill(struct fixture *f, int round, int enough)
{
    int ends[2], got = 0;
    static int64_t ids[1000000];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        be_victim(f, round, ends[1]);
    }
    close(ends[1]);
    while (read(ends[0], &ids[got], sizeof *ids) == sizeof *ids)
        if (++got == enough)
            kill(child, SIGKILL);
    close(ends[0]);
    int status;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFSIGNALED(status) && got >= enough);
    fixture_open(f);
    must(f, db_check(f->db, &f->err));
    struct tx *tx;
    must(f, db_read_begin(f->db, &tx, &f->err));
    for (int i = 0; i < got; i++) {
        int64_t one;
        must(f, tx_int(tx, &HAS, &one, &f->err, ids[i]));
    }
    db_read_end(tx);
    assert_int_equal(fixture_count(f, &COUNT), fixture_count(f, &LOG_COUNT));
    assert_int_equal(fixture_count(f, &LOG_LAST), fixture_count(f, &LOG_COUNT));
    fixture_close(f);
}

static void what_was_acknowledged_survives_a_kill(void **state)
{
    struct fixture *f = *state;
    struct rng rng = rng_seed(20);
    fixture_close(f);
    for (int round = 1; round <= 20; round++)
        one_kill(f, round, 1 + (int)rng_below(&rng, 600));
    fixture_open(f);
}

#define BOTH(test)                                                                                 \
    cmocka_unit_test_prestate_setup_teardown(test, fixture_setup, fixture_teardown, NULL)

int main(void)
{
    struct CMUnitTest tests[] = {
        BOTH(every_write_of_64_threads_is_there),
        BOTH(failing_closures_undo_only_themselves),
        BOTH(a_group_with_every_kind_of_failure),
        BOTH(a_group_is_one_commit),
        BOTH(a_full_queue_says_so),
        BOTH(a_stock_of_100_is_given_100_times),
        BOTH(dry_runs_leave_nothing),
        BOTH(a_database_without_tables_gets_no_writer),
        BOTH(what_was_acknowledged_survives_a_kill),
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tests[i].initial_state = &FIXTURE_SQLITE;
    int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);
    if (pg_fixture_skipped())
        return failed;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tests[i].initial_state = &FIXTURE_POSTGRES;
    return failed + cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
}

/* What only PostgreSQL can do to us: two nodes, lost connections, deadlocks, other types, long
 * results. */
#include "db_fixture.h"

#include "pg_fixture.h"

#include "base/lock.h"

#include <pthread.h>

static const struct sql PUT = {.text = "INSERT INTO kv (id, i) VALUES ($1, $2)", .in = "ii"};
static const struct sql COUNT = {.text = "SELECT count(*) FROM kv", .out = "i"};
static const struct sql APPEND = {.text = "INSERT INTO log (seq, who, n) VALUES ($1, $2, $3)",
                                  .in = "iii"};
static const struct sql AFTER = {
    .text = "SELECT seq FROM log WHERE seq > $1 ORDER BY seq", .in = "i", .out = "i"};
static const struct sql ADD = {.text = "UPDATE kv SET i = i + 1 WHERE id = $1", .in = "i"};
static const struct sql SUM = {.text = "SELECT sum(i) FROM kv", .out = "i"};

/* ---- two nodes ---- */

struct node {
    struct fixture *f;
    struct db *db;
    struct writer *writer;
    int who, rows, failed;
};

static void node_open(struct node *n, struct fixture *f, int who)
{
    *n = (struct node){.f = f, .who = who};
    struct db_config config = {.url = f->url, .readers = 2, .node = who};
    must(f, db_open(&config, &n->db, &f->err));
    must(f, writer_start(n->db, &n->writer, &f->err));
}

static void node_close(struct node *n)
{
    writer_stop(n->writer);
    db_close(n->db);
}

static enum rc append_few(struct tx *tx, void *arg, struct err *e)
{
    const struct node *n = arg;
    int64_t id = tx_id(tx);
    if ((id & 63) != n->who)
        return err_set(e, RC_CORRUPT, "node", "", "x", "x");
    enum rc rc = tx_exec(tx, &PUT, e, id, 1);
    for (int i = 0; rc == RC_OK && i < 3; i++)
        rc = tx_append(tx, &APPEND, e, n->who, i);
    return rc;
}

enum { CLIENTS = 4, EACH = 150 };

static void *append_often(void *arg)
{
    struct node *n = arg;
    for (int i = 0; i < EACH; i++)
        if (writer_run(n->writer, append_few, n, NULL) == RC_OK)
            __atomic_fetch_add(&n->rows, 3, __ATOMIC_RELAXED);
        else
            __atomic_fetch_add(&n->failed, 1, __ATOMIC_RELAXED);
    return NULL;
}

/* Reads behind the highest number seen, as the mirror does: it misses a row if a lower number
 * appears later. */
static int64_t tail(struct fixture *f, struct db *db, int64_t *highest)
{
    struct tx *tx;
    struct rows *r;
    int64_t seen = 0;
    must(f, db_read_begin(db, &tx, &f->err));
    must(f, tx_query(tx, &AFTER, &r, &f->err, *highest));
    for (; rows_next(r); seen++)
        *highest = rows_int(r, 0);
    must(f, rows_end(r, &f->err));
    db_read_end(tx);
    return seen;
}

static void no_number_appears_late(void **state)
{
    struct fixture *f = *state;
    struct node nodes[2];
    pthread_t threads[2][CLIENTS];
    for (int k = 0; k < 2; k++)
        node_open(&nodes[k], f, k + 1);
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < CLIENTS; i++)
            threads[k][i] = thread_start("node", append_often, &nodes[k]);
    int64_t all = 2 * CLIENTS * EACH * 3, seen = 0, highest = 0, polls = 0;
    while (highest < all) {
        seen += tail(f, f->db, &highest);
        polls++;
        assert_int_equal(__atomic_load_n(&nodes[0].failed, __ATOMIC_RELAXED) +
                             __atomic_load_n(&nodes[1].failed, __ATOMIC_RELAXED),
                         0);
        assert_int_equal(
            seen, highest); /* without holes: each number up to the highest was there in time */
    }
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < CLIENTS; i++)
            pthread_join(threads[k][i], NULL);
    assert_true(nodes[0].failed == 0 && nodes[1].failed == 0 && polls > 10);
    assert_int_equal(nodes[0].rows + nodes[1].rows, all);
    for (int k = 0; k < 2; k++)
        node_close(&nodes[k]);
}

static void a_node_number_is_taken_once(void **state)
{
    struct fixture *f = *state;
    struct db_config config = {.url = f->url, .readers = 1, .node = 0};
    struct db *db = NULL;
    assert_int_equal(db_open(&config, &db, &f->err), RC_BUSY);
    assert_string_equal(f->err.code, "db_locked");
    config.node = 63;
    must(f, db_open(&config, &db, &f->err));
    db_close(db);
    config.url = "postgresql:///nobody?host=/nowhere";
    assert_int_equal(db_open(&config, &db, &f->err), RC_IO);
    assert_string_equal(f->err.code, "db_connect");
}

/* ---- deadlocks ---- */

static enum rc add_both(struct tx *tx, void *arg, struct err *e)
{
    const struct node *n = arg;
    enum rc rc = tx_exec(tx, &ADD, e, n->who);
    if (rc == RC_OK && tx_changes(tx) == 1) /* waits, so that the two nodes meet */
        rc = tx_exec(tx, &ADD, e, 3 - n->who);
    return rc;
}

static void *add_often(void *arg)
{
    struct node *n = arg;
    for (int i = 0; i < 60; i++)
        n->failed += writer_run(n->writer, add_both, n, NULL) != RC_OK;
    return NULL;
}

static enum rc put_two(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    enum rc rc = tx_exec(tx, &PUT, e, 1, 0);
    return rc == RC_OK ? tx_exec(tx, &PUT, e, 2, 0) : rc;
}

static void deadlocks_are_tried_again(void **state)
{
    struct fixture *f = *state;
    struct node nodes[2];
    pthread_t threads[2];
    must(f, writer_run(f->writer, put_two, NULL, &f->err));
    for (int k = 0; k < 2; k++)
        node_open(&nodes[k], f, k + 1);
    for (int k = 0; k < 2; k++)
        threads[k] = thread_start("node", add_often, &nodes[k]);
    for (int k = 0; k < 2; k++)
        pthread_join(threads[k], NULL);
    assert_true(nodes[0].failed == 0 && nodes[1].failed == 0);
    assert_int_equal(fixture_count(f, &SUM), 2 * 60 * 2);
    for (int k = 0; k < 2; k++)
        node_close(&nodes[k]);
}

/* ---- lost connections ---- */

static void cut_all(struct fixture *f)
{
    pg_fixture_run(f->url, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                           "WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

struct cut {
    struct fixture *f;
    int runs, cuts;
};

static enum rc put_and_be_cut(struct tx *tx, void *arg, struct err *e)
{
    struct cut *cut = arg;
    enum rc rc = tx_exec(tx, &PUT, e, tx_id(tx), 1);
    if (cut->runs++ < cut->cuts)
        cut_all(cut->f);
    (void)tx_changes(tx);
    return rc == RC_OK ? tx_append(tx, &APPEND, e, 1, 1) : rc;
}

static void lost_connections_come_back(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(fixture_count(f, &COUNT), 0);
    cut_all(f);
    assert_int_equal(fixture_count(f, &COUNT), 0);
    struct cut cut = {.f = f};
    cut_all(f);
    must(f, writer_run(f->writer, put_and_be_cut, &cut, &f->err));
    assert_int_equal(cut.runs, 1);
    /* In the middle: it runs again on a new connection. */
    cut = (struct cut){.f = f, .cuts = 2};
    must(f, writer_run(f->writer, put_and_be_cut, &cut, &f->err));
    assert_int_equal(cut.runs, 3);
    assert_int_equal(fixture_count(f, &COUNT), 2);
    /* In the middle of a read: an error, and the next one is fine. */
    struct tx *tx;
    int64_t n;
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_int(tx, &COUNT, &n, &f->err));
    cut_all(f);
    assert_int_equal(tx_int(tx, &COUNT, &n, &f->err), RC_IO);
    assert_int_equal(tx_int(tx, &COUNT, &n, NULL), RC_IO);
    db_read_end(tx);
    assert_int_equal(fixture_count(f, &COUNT), 2);
    pg_fixture_restart();
    assert_int_equal(fixture_count(f, &COUNT), 2);
    cut = (struct cut){.f = f};
    must(f, writer_run(f->writer, put_and_be_cut, &cut, &f->err));
    assert_int_equal(fixture_count(f, &COUNT), 3);
}

/* ---- types, long results, the pipeline ---- */

static void other_number_types(void **state)
{
    static const struct sql INTS = {
        .text = "SELECT 7::int2, -7::int4, true, false, 9223372036854775807::numeric, "
                "-9223372036854775807::numeric, 0::numeric, 100000000::numeric, 12000::numeric, "
                "NULL::numeric",
        .out = "iiiiiiiiiI"};
    static const struct sql DOUBLES = {
        .text = "SELECT 0.25::float4, -1234567.5::numeric, 3::int4, 1e300::float8, 0.0001::numeric",
        .out = "ddddd"};
    static const struct sql DATE = {.text = "SELECT now()", .out = "i"};
    struct fixture *f = *state;
    struct tx *tx;
    struct rows *r;
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_find(tx, &INTS, &r, &f->err));
    const int64_t ints[] = {7, -7, 1, 0, INT64_MAX, -INT64_MAX, 0, 100000000, 12000, 0};
    for (int i = 0; i < 10; i++)
        assert_true(rows_int(r, i) == ints[i]);
    assert_true(rows_null(r, 9));
    must(f, rows_end(r, &f->err));
    must(f, tx_find(tx, &DOUBLES, &r, &f->err));
    assert_true(rows_double(r, 0) == 0.25 && rows_double(r, 1) == -1234567.5 &&
                rows_double(r, 2) == 3);
    assert_true(rows_double(r, 3) == 1e300 && rows_double(r, 4) > 0.00009999 &&
                rows_double(r, 4) < 0.00010001);
    must(f, rows_end(r, &f->err));
    assert_int_equal(tx_find(tx, &DATE, &r, &f->err), RC_IO);
    assert_string_equal(f->err.code, "column_type");
    db_read_end(tx);
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_prepare(tx, &INTS, &f->err));
    assert_int_equal(tx_prepare(tx, &DATE, &f->err), RC_IO);
    assert_string_equal(f->err.code, "column_type");
    db_read_end(tx);
}

static void long_results_stream(void **state)
{
    static const struct sql SERIES = {
        .text = "SELECT n, 'row ' || n FROM generate_series(1::int8, $1) AS n",
        .in = "i",
        .out = "iS"};
    static const struct sql LATE_ERROR = {
        .text = "SELECT 10 / (1000 - n) FROM generate_series(1::int8, $1) AS n",
        .in = "i",
        .out = "i"};
    struct fixture *f = *state;
    struct tx *tx;
    struct rows *r;
    int64_t n = 0, one = 0;
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_query(tx, &SERIES, &r, &f->err, 200000));
    while (rows_next(r)) {
        n++;
        assert_int_equal(rows_int(r, 0), n);
        if (n == 150000) { /* the rest is set aside */
            must(f, tx_int(tx, &COUNT, &one, &f->err));
            char text[32];
            int length = snprintf(text, sizeof text, "row %d", (int)n);
            assert_true(str_eq(rows_str(r, 1), (struct str){text, (size_t)length}));
        }
    }
    assert_int_equal(n, 200000);
    must(f, rows_end(r, &f->err));
    must(f, tx_query(tx, &SERIES, &r, &f->err, 50000));
    assert_true(rows_next(r));
    must(f, rows_end(r, &f->err)); /* left early */
    must(f, tx_query(tx, &LATE_ERROR, &r, &f->err, 5000));
    for (n = 0; rows_next(r);)
        n++;
    assert_int_equal(n, 999);
    assert_int_equal(rows_end(r, &f->err), RC_INVALID); /* division by zero: class 22 */
    assert_int_equal(tx_int(tx, &COUNT, &one, &f->err), RC_INVALID);
    db_read_end(tx);
    assert_int_equal(fixture_count(f, &COUNT), 0);
}

static enum rc put_clash(struct tx *tx, void *arg, struct err *e)
{
    int *sent = arg;
    for (int i = 0; i < 2000; i++) {
        enum rc rc = tx_exec(tx, &PUT, e, i == 20 ? 3 : i, 1);
        if (rc != RC_OK)
            return rc;
        ++*sent;
    }
    return RC_OK;
}

static void a_failure_that_shows_late(void **state)
{
    struct fixture *f = *state;
    int sent = 0;
    assert_int_equal(writer_run(f->writer, put_clash, &sent, &f->err), RC_CONFLICT);
    assert_string_equal(f->err.code, "unique");
    assert_true(sent >= 21 && sent < 2000); /* not at once, but long before the end */
    assert_int_equal(fixture_count(f, &COUNT), 0);
}

#define ON_POSTGRES(test)                                                                          \
    cmocka_unit_test_prestate_setup_teardown(test, fixture_setup, fixture_teardown,                \
                                             &FIXTURE_POSTGRES)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRES(no_number_appears_late),    ON_POSTGRES(a_node_number_is_taken_once),
        ON_POSTGRES(deadlocks_are_tried_again), ON_POSTGRES(lost_connections_come_back),
        ON_POSTGRES(other_number_types),        ON_POSTGRES(long_results_stream),
        ON_POSTGRES(a_failure_that_shows_late),
    };
    return pg_fixture_skipped() ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}

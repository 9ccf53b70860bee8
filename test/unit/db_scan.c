/* db_scan.c — tx_scan() beside a statement in the same transaction: every width of integer, long
 * rows, trees of every height, tables that grew a column, and while somebody writes. */
#include "db_fixture.h"

#include "base/hash.h"
#include "base/rng.h"

#include <fcntl.h>
#include <pthread.h>

static const struct sql PUT = {.text = "INSERT INTO kv (id, i, s) VALUES ($1, $2, $3)",
                               .in = "iIs"};
static const struct sql DROP = {.text = "DELETE FROM kv WHERE id % 7 = $1", .in = "i"};
static const struct sql APPEND = {.text = "INSERT INTO log (seq, who, n) VALUES ($1, $2, $3)",
                                  .in = "iii"};
static const struct sql ALL_KV = {
    .text = "SELECT id, i FROM kv WHERE id > $1 AND id <= $2 ORDER BY id", .in = "ii", .out = "iI"};
static const struct sql ALL_LOG = {
    .text = "SELECT who, seq, n FROM log WHERE seq > $1 AND seq <= $2 ORDER BY seq",
    .in = "ii",
    .out = "iii"};
static const struct sql GROWN = {
    .text = "SELECT seq, more FROM log WHERE seq > $1 AND seq <= $2 ORDER BY seq",
    .in = "ii",
    .out = "iI"};

/* Rows as a hash and how many. */
struct seen {
    uint64_t hash;
    int64_t n, most; /* stops after so many */
    size_t columns;
};

static bool see(void *arg, const int64_t *values)
{
    struct seen *s = arg;
    s->hash = hash_bytes((struct str){(const char *)values, s->columns * sizeof *values}, s->hash);
    return ++s->n < s->most;
}

static struct seen by_statement(struct fixture *f, struct tx *tx, const struct sql *q,
                                int64_t after, int64_t to, int64_t most)
{
    struct seen s = {.most = most, .columns = strlen(q->out)};
    struct rows *r;
    int64_t at[4];
    must(f, tx_query(tx, q, &r, &f->err, after, to));
    while (rows_next(r)) {
        rows_ints(r, at);
        if (!see(&s, at))
            break;
    }
    must(f, rows_end(r, &f->err));
    return s;
}

static const char *const KV[] = {"id", "i"}, *const LOG[] = {"who", "seq", "n"},
                         *const MORE[] = {"seq", "more"};

/* RC_BUSY, or the very same rows. */
static enum rc compare(struct fixture *f, const struct sql *q, const char *table,
                       const char *const *columns, int64_t after, int64_t to, int64_t most)
{
    struct tx *tx;
    must(f, db_read_begin(f->db, &tx, &f->err));
    struct seen s = {.most = most, .columns = strlen(q->out)};
    const struct db_scan scan = {table, columns, s.columns, after, to, see, &s};
    enum rc rc = tx_scan(tx, &scan, &f->err);
    if (rc == RC_OK) {
        struct seen want = by_statement(f, tx, q, after, to, most);
        assert_int_equal(s.n, want.n);
        assert_true(s.hash == want.hash);
    } else {
        assert_int_equal(s.n, 0);
    }
    db_read_end(tx);
    return rc;
}

static int64_t random_integer(struct rng *rng)
{
    int64_t x = (int64_t)(rng_u64(rng) >> rng_below(rng, 64));
    uint64_t which = rng_below(rng, 10);
    return which == 0 ? DB_NULL : which == 1 ? (int64_t)rng_below(rng, 3) : which < 5 ? -x : x;
}

struct putting {
    struct rng rng;
    int64_t id;
    int n;
};

static enum rc put_some(struct tx *tx, void *arg, struct err *e)
{
    struct putting *p = arg;
    static char text[40000];
    memset(text, 'x', sizeof text);
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < p->n; i++) {
        bool large = rng_below(&p->rng, 50) == 0;
        size_t bytes = rng_below(&p->rng, large ? sizeof text : 60);
        p->id += 1 + (int64_t)(rng_u64(&p->rng) >> (40 + rng_below(&p->rng, 24)));
        rc = tx_exec(tx, &PUT, e, p->id, random_integer(&p->rng), ((struct str){text, bytes}));
    }
    return rc;
}

static enum rc drop_some(struct tx *tx, void *arg, struct err *e)
{
    return tx_exec(tx, &DROP, e, *(int64_t *)arg);
}

static void rows_are_those_of_a_statement(void **state)
{
    struct fixture *f = *state;
    struct putting p = {.rng = rng_seed(7), .id = -1000};
    assert_int_equal(compare(f, &ALL_KV, "kv", KV, -INT64_MAX, INT64_MAX, INT64_MAX), RC_OK);
    for (int round = 0; round < 24; round++) {
        p.n = round < 10 ? 1 : 1 + (int)rng_below(&p.rng, 1500);
        must(f, writer_run(f->writer, put_some, &p, &f->err));
        int64_t seventh = round % 7;
        if (round % 5 == 4)
            must(f, writer_run(f->writer, drop_some, &seventh, &f->err));
        assert_int_equal(compare(f, &ALL_KV, "kv", KV, -INT64_MAX, INT64_MAX, INT64_MAX), RC_OK);
        for (int i = 0; i < 10; i++) {
            int64_t after = (int64_t)rng_below(&p.rng, (uint64_t)p.id + 2000) - 1500;
            int64_t to = after + (int64_t)rng_below(&p.rng, (uint64_t)p.id + 2000);
            int64_t most = 1 + (int64_t)rng_below(&p.rng, 5000);
            assert_int_equal(compare(f, &ALL_KV, "kv", KV, after, to, most), RC_OK);
        }
    }
}

static bool count(void *arg, const int64_t *values)
{
    (void)values;
    ++*(int64_t *)arg;
    return true;
}

static void damage_is_an_error_or_other_rows(void **state)
{
    struct fixture *f = *state;
    struct putting p = {.rng = rng_seed(8), .n = 1500};
    uint8_t kept[16], noise[16];
    int refused = 0;
    for (int i = 0; i < 4; i++)
        must(f, writer_run(f->writer, put_some, &p, &f->err));
    assert_int_equal(compare(f, &ALL_KV, "kv", KV, -INT64_MAX, INT64_MAX, INT64_MAX), RC_OK);
    int fd = open(f->url, O_RDWR | O_CLOEXEC);
    off_t bytes = lseek(fd, 0, SEEK_END);
    for (int i = 0; i < 400; i++) {
        off_t page = 1 + (off_t)rng_below(&p.rng, (uint64_t)bytes / 8192 - 1);
        off_t at = page * 8192 + (off_t)rng_below(&p.rng, i % 2 == 0 ? 40 : 8192 - 16);
        int64_t rows = 0;
        struct tx *tx;
        const struct db_scan scan = {"kv", KV, 2, -INT64_MAX, INT64_MAX, count, &rows};
        for (size_t k = 0; k < sizeof noise; k++)
            noise[k] = (uint8_t)rng_u64(&p.rng);
        assert_int_equal(pread(fd, kept, sizeof kept, at), sizeof kept);
        assert_int_equal(pwrite(fd, noise, sizeof noise, at), sizeof noise);
        must(f, db_read_begin(f->db, &tx, &f->err));
        enum rc rc = tx_scan(tx, &scan, &f->err);
        assert_true(rc == RC_OK || rc == RC_CORRUPT || rc == RC_BUSY);
        refused += rc == RC_CORRUPT;
        db_read_end(tx);
        assert_int_equal(pwrite(fd, kept, sizeof kept, at), sizeof kept);
    }
    assert_true(refused > 20);
    assert_int_equal(compare(f, &ALL_KV, "kv", KV, -INT64_MAX, INT64_MAX, INT64_MAX), RC_OK);
    close(fd);
}

static enum rc append_some(struct tx *tx, void *arg, struct err *e)
{
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < *(int *)arg; i++)
        rc = tx_append(tx, &APPEND, e, i % 5, i);
    return rc;
}

static enum rc grow(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return tx_exec_text(tx, STR("ALTER TABLE log ADD COLUMN more INTEGER"), NULL, 0, e);
}

static enum rc fill(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return tx_exec_text(tx, STR("UPDATE log SET more = seq * 3 WHERE who = 2"), NULL, 0, e);
}

static void a_column_may_be_younger_than_its_rows(void **state)
{
    struct fixture *f = *state;
    int n = 3000;
    must(f, writer_run(f->writer, append_some, &n, &f->err));
    assert_int_equal(compare(f, &ALL_LOG, "log", LOG, 0, INT64_MAX, INT64_MAX), RC_OK);
    must(f, writer_run(f->writer, grow, NULL, &f->err));
    must(f, writer_run(f->writer, fill, NULL, &f->err));
    assert_int_equal(compare(f, &GROWN, "log", MORE, 0, INT64_MAX, INT64_MAX), RC_OK);
}

static void what_cannot_be_scanned_is_left_to_statements(void **state)
{
    struct fixture *f = *state;
    static const char *const NOWHERE[] = {"id", "nowhere"};
    assert_int_equal(compare(f, &ALL_KV, "kv", NOWHERE, 0, 10, 10), RC_BUSY);
    assert_int_equal(compare(f, &ALL_KV, "nothing", KV, 0, 10, 10), RC_BUSY);
}

struct load {
    struct fixture *f;
    bool stop;
};

static void *write_all_the_time(void *arg)
{
    struct load *load = arg;
    struct err err;
    for (int n = 1; !__atomic_load_n(&load->stop, __ATOMIC_ACQUIRE); n = n % 400 + 7) {
        int64_t few = n;
        if (writer_run(load->f->writer, append_some, &(int){(int)few}, &err) != RC_OK)
            abort();
        if (n % 3 == 0) /* so that the log is now and then copied to its end */
            usleep(3000);
    }
    return NULL;
}

static void a_scan_beside_a_writer_is_right_or_not_made(void **state)
{
    struct fixture *f = *state;
    struct load load = {.f = f};
    pthread_t thread;
    int made = 0, n = 20000;
    must(f, writer_run(f->writer, append_some, &n, &f->err));
    assert_int_equal(pthread_create(&thread, NULL, write_all_the_time, &load), 0);
    for (int i = 0; i < 120; i++)
        made += compare(f, &ALL_LOG, "log", LOG, 0, INT64_MAX, INT64_MAX) == RC_OK;
    __atomic_store_n(&load.stop, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    assert_int_equal(compare(f, &ALL_LOG, "log", LOG, 0, INT64_MAX, INT64_MAX), RC_OK);
    assert_true(made > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(rows_are_those_of_a_statement, fixture_setup,
                                                 fixture_teardown, &FIXTURE_SQLITE),
        cmocka_unit_test_prestate_setup_teardown(damage_is_an_error_or_other_rows, fixture_setup,
                                                 fixture_teardown, &FIXTURE_SQLITE),
        cmocka_unit_test_prestate_setup_teardown(a_column_may_be_younger_than_its_rows,
                                                 fixture_setup, fixture_teardown, &FIXTURE_SQLITE),
        cmocka_unit_test_prestate_setup_teardown(what_cannot_be_scanned_is_left_to_statements,
                                                 fixture_setup, fixture_teardown, &FIXTURE_SQLITE),
        cmocka_unit_test_prestate_setup_teardown(a_scan_beside_a_writer_is_right_or_not_made,
                                                 fixture_setup, fixture_teardown, &FIXTURE_SQLITE),
    };
    return cmocka_run_group_tests_name("db_scan", tests, NULL, NULL);
}

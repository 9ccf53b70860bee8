/* What only SQLite promises: the lock, the log's size, backups under load, damage noticed, scans
 * refused. */
#include "db_fixture.h"

#include "base/lock.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

static const struct sql PUT = {.text = "INSERT INTO kv (id, i, s) VALUES ($1, $2, $3)",
                               .in = "iis"};
static const struct sql COUNT = {.text = "SELECT count(*) FROM kv", .out = "i"};
static const struct sql COUNT_NEW = {
    .text = "SELECT count(*) FROM kv WHERE id > $1", .in = "i", .out = "i"};
static const struct sql APPEND = {.text = "INSERT INTO log (seq, who, n) VALUES ($1, $2, $3)",
                                  .in = "iii"};

static const char LONG[] =
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567";

static enum rc put_some(struct tx *tx, void *arg, struct err *e)
{
    for (int i = 0; i < *(int *)arg; i++) {
        enum rc rc = tx_exec(tx, &PUT, e, tx_id(tx), i, STR(LONG));
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static void one_process_writes(void **state)
{
    struct fixture *f = *state;
    struct db_config second = {.url = f->url, .readers = 1};
    struct db *db = NULL;
    assert_int_equal(db_open(&second, &db, &f->err), RC_BUSY);
    assert_string_equal(f->err.code, "db_locked");
    assert_true(f->err.hint_zh[0] != '\0' && db == NULL);
    /* Looking is allowed. */
    second.read_only = true;
    must(f, db_open(&second, &db, &f->err));
    must(f, db_check(db, &f->err));
    db_close(db);
    fixture_close(f);
    second.read_only = false;
    must(f, db_open(&second, &db, &f->err));
    db_close(db);
    fixture_open(f);
}

static void write_file(const char *path, const char *text, size_t n, off_t at)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0 && pwrite(fd, text, n, at) == (ssize_t)n);
    close(fd);
}

static void other_files_are_refused(void **state)
{
    struct fixture *f = *state;
    struct db *db = NULL;
    char path[700], garbage[4096];
    memset(garbage, 'g', sizeof garbage);
    snprintf(path, sizeof path, "%s/other", f->folder);
    struct db_config config = {.url = path, .readers = 1, .read_only = true};
    assert_int_equal(db_open(&config, &db, &f->err), RC_NOT_FOUND);
    write_file(path, garbage, sizeof garbage, 0);
    assert_int_equal(db_open(&config, &db, &f->err), RC_CORRUPT);
    config.read_only = false;
    assert_int_equal(db_open(&config, &db, &f->err), RC_CORRUPT);
    config.url = ":memory:";
    assert_int_equal(db_open(&config, &db, &f->err), RC_INVALID);
    config.url = "/nowhere/koi.db";
    assert_int_equal(db_open(&config, &db, &f->err), RC_IO);
    assert_null(db);
    struct stat st;
    assert_true(stat(f->url, &st) == 0 && (st.st_mode & 0777) == 0600);
    snprintf(path, sizeof path, "%s-wal", f->url);
    assert_true(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
}

static void damage_is_noticed(void **state)
{
    struct fixture *f = *state;
    int n = 2000;
    char garbage[5000];
    for (int i = 0; i < 5; i++)
        must(f, writer_run(f->writer, put_some, &n, &f->err));
    fixture_close(f);
    memset(garbage, 7, sizeof garbage);
    write_file(f->url, garbage, sizeof garbage, 40 * 8192 + 100);
    struct db_config config = {.url = f->url, .readers = 1};
    must(f, db_open(&config, &f->db, &f->err));
    assert_int_equal(db_check(f->db, &f->err), RC_CORRUPT);
    assert_true(f->err.zh[0] != '\0');
    db_close(f->db);
    unlink(f->url);
    fixture_open(f);
}

/* ---- the log of writes ---- */

struct load {
    struct fixture *f;
    bool stop;
    int64_t written;
};

static bool stopped(struct load *load)
{
    return __atomic_load_n(&load->stop, __ATOMIC_ACQUIRE);
}

static void *read_all_the_time(void *arg)
{
    struct load *load = arg;
    while (!stopped(load)) {
        struct tx *tx;
        int64_t n;
        if (db_read_begin(load->f->db, &tx, NULL) != RC_OK)
            abort();
        if (tx_int(tx, &COUNT_NEW, &n, NULL, INT64_MAX - 1) != RC_OK)
            abort();
        db_read_end(tx);
    }
    return NULL;
}

static enum rc append_many(struct tx *tx, void *arg, struct err *e)
{
    int *next = arg;
    for (int i = 0; i < 2000; i++) {
        enum rc rc = tx_append(tx, &APPEND, e, *next, i);
        if (rc == RC_OK)
            rc = tx_exec(tx, &PUT, e, INT64_C(1) + (*next * 2000 + i) * INT64_C(7919) % 4000000, i,
                         STR(LONG));
        if (rc != RC_OK)
            return rc;
    }
    (*next)++;
    return RC_OK;
}

static void the_write_ahead_log_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct load load = {.f = f};
    pthread_t readers[2];
    for (int i = 0; i < 2; i++)
        readers[i] = thread_start("reader", read_all_the_time, &load);
    int64_t most = 0;
    int next = 0;
    for (int i = 0; i < 100; i++) {
        must(f, writer_run(f->writer, append_many, &next, &f->err));
        int64_t bytes = db_wal_bytes(f->db);
        most = bytes > most ? bytes : most;
    }
    __atomic_store_n(&load.stop, true, __ATOMIC_RELEASE);
    for (int i = 0; i < 2; i++)
        pthread_join(readers[i], NULL);
    /* Without bound it would be 1.5 GB; a busy machine may keep a reader from leaving for long. */
    if (most == 0 || most > INT64_C(128) << 20)
        fail_msg("the log has grown to %d MB", (int)(most >> 20));
    must(f, db_check(f->db, &f->err));
    fixture_close(f);
    struct stat st;
    char path[640];
    snprintf(path, sizeof path, "%s-wal", f->url);
    assert_true(stat(path, &st) != 0 || st.st_size == 0);
    fixture_open(f);
}

static off_t log_bytes(const struct fixture *f)
{
    struct stat st;
    char path[640];
    snprintf(path, sizeof path, "%s-wal", f->url);
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void copy_file(const char *from, const char *to)
{
    static char bytes[8 << 20];
    int fd = open(from, O_RDONLY);
    ssize_t n = read(fd, bytes, sizeof bytes);
    assert_true(fd >= 0 && n >= 0 && n < (ssize_t)sizeof bytes);
    close(fd);
    write_file(to, bytes, (size_t)n, 0);
}

/* Commits find the log long enough: its length changes seldom. What lies behind the last commit is
 * nothing to those who open what a power cut left. */
static void the_log_is_made_longer_ahead(void **state)
{
    struct fixture *f = *state;
    int n = 1, changes = 0;
    for (int i = 0; i < 20; i++)
        must(f, writer_run(f->writer, put_some, &n, &f->err));
    for (int i = 0; i < 200; i++) {
        off_t before = log_bytes(f);
        must(f, writer_run(f->writer, put_some, &n, &f->err));
        changes += log_bytes(f) != before;
    }
    assert_true(changes >= 1 && changes <= 4);
    char copy[640], from[660], to[660];
    snprintf(copy, sizeof copy, "%s/copy.db", f->folder);
    copy_file(f->url, copy);
    snprintf(from, sizeof from, "%s-wal", f->url);
    snprintf(to, sizeof to, "%s-wal", copy);
    copy_file(from, to);
    struct db_config config = {.url = copy, .readers = 1};
    struct db *db;
    struct tx *tx;
    int64_t rows = 0;
    must(f, db_open(&config, &db, &f->err));
    must(f, db_check(db, &f->err));
    must(f, db_read_begin(db, &tx, &f->err));
    must(f, tx_int(tx, &COUNT, &rows, &f->err));
    db_read_end(tx);
    db_close(db);
    assert_int_equal(rows, 220);
}

/* ---- backup ---- */

static void *write_all_the_time(void *arg)
{
    struct load *load = arg;
    int n = 50;
    while (!stopped(load)) {
        if (writer_run(load->f->writer, put_some, &n, NULL) != RC_OK)
            abort();
        load->written += n;
    }
    return NULL;
}

struct progress {
    int calls, most;
    int64_t done_pages;
};

static bool count_progress(void *ctx, int64_t done_pages, int64_t all_pages)
{
    struct progress *p = ctx;
    assert_true(done_pages >= p->done_pages && done_pages <= all_pages);
    p->done_pages = done_pages;
    return ++p->calls < p->most;
}

static void backups_are_whole_while_writing_goes_on(void **state)
{
    struct fixture *f = *state;
    struct load load = {.f = f};
    int n = 2000;
    for (int i = 0; i < 50; i++)
        must(f, writer_run(f->writer, put_some, &n, &f->err));
    pthread_t writer = thread_start("load", write_all_the_time, &load);
    char path[128], part[160];
    for (int i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/backup%d", f->folder, i);
        struct progress p = {.most = 1000000};
        must(f, db_backup(f->db, path, count_progress, &p, &f->err));
        assert_true(p.calls > 4);
        assert_int_equal(db_backup(f->db, path, NULL, NULL, &f->err), RC_CONFLICT);
        struct db_config config = {.url = path, .readers = 1};
        struct fixture copy = {0};
        must(f, db_open(&config, &copy.db, &f->err));
        must(f, db_check(copy.db, &f->err));
        int64_t rows = fixture_count(&copy, &COUNT);
        assert_true(rows >= 100000 && (rows - 100000) % 50 == 0);
        int version;
        must(f, db_version(copy.db, &version, &f->err));
        assert_int_equal(version, 2);
        db_close(copy.db);
    }
    /* Stopped: nothing stays. */
    struct progress p = {.most = 1};
    snprintf(path, sizeof path, "%s/stopped", f->folder);
    snprintf(part, sizeof part, "%s.part", path);
    assert_int_equal(db_backup(f->db, path, count_progress, &p, &f->err), RC_BUSY);
    assert_true(access(path, F_OK) != 0 && access(part, F_OK) != 0);
    assert_int_equal(db_backup(f->db, "/nowhere/copy", NULL, NULL, &f->err), RC_IO);
    __atomic_store_n(&load.stop, true, __ATOMIC_RELEASE);
    pthread_join(writer, NULL);
    assert_int_equal(fixture_count(f, &COUNT), 100000 + load.written);
}

/* ---- what debug builds refuse, and what is not loaded ---- */

static void scans_are_refused(void **state)
{
#ifdef KOI_DEBUG_CHECKS
    static const struct {
        struct sql sql;
        bool scans;
    } cases[] = {
        {{.text = "SELECT id FROM kv WHERE s = 'x'", .out = "i"}, true},
        {{.text = "SELECT id FROM kv WHERE s = 'x' /*scan*/", .out = "i"}, false},
        {{.text = "SELECT id FROM kv WHERE id > 5 ORDER BY id LIMIT 9", .out = "i"}, false},
        {{.text = "SELECT max(id) FROM kv", .out = "I"}, false},
        {{.text = "SELECT count(*) FROM kv", .out = "i"}, false},
        {{.text =
              "SELECT p.name FROM child AS c JOIN parent AS p ON p.id = c.parent_id WHERE c.id = 1",
          .out = "s"},
         false},
        {{.text = "SELECT c.id FROM parent AS p JOIN child AS c ON p.id = c.parent_id WHERE p.name "
                  "= 'x'",
          .out = "i"},
         true},
        {{.text =
              "WITH few (n) AS (VALUES (1), (2)) SELECT few.n FROM few JOIN kv ON kv.id = few.n",
          .out = "i"},
         false},
        {{.text = "WITH all_rows AS (SELECT s FROM kv) SELECT count(*) FROM all_rows WHERE s > 'a'",
          .out = "i"},
         true},
        {{.text = "SELECT name FROM parent WHERE name = 'x'", .out = "s"}, false},
        {{.text = "SELECT a FROM pair WHERE b = 'x'", .out = "i"}, true},
        {{.text = "SELECT a FROM pair WHERE a = 1", .out = "i"}, false},
        {{.text = "SELECT value FROM json_each('[1,2]')", .out = "i"}, false},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tx *tx;
        must(f, db_read_begin(f->db, &tx, &f->err));
        enum rc rc = tx_prepare(tx, &cases[i].sql, &f->err);
        if ((rc == RC_IO && strcmp(f->err.code, "full_scan") == 0) != cases[i].scans ||
            (rc != RC_OK) != cases[i].scans)
            fail_msg("%s: %s", cases[i].sql.text, rc == RC_OK ? "ok" : f->err.en);
        db_read_end(tx);
    }
#else
    (void)state;
    print_message("scans are refused only with -Ddebug_checks=true\n");
#endif
}

static void libpq_stays_away(void **state)
{
    (void)state;
    char line[600];
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL)
        assert_null(strstr(line, "libpq"));
    fclose(maps);
}

#define ON_SQLITE(test)                                                                            \
    cmocka_unit_test_prestate_setup_teardown(test, fixture_setup, fixture_teardown, &FIXTURE_SQLITE)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_SQLITE(one_process_writes),
        ON_SQLITE(other_files_are_refused),
        ON_SQLITE(damage_is_noticed),
        ON_SQLITE(the_write_ahead_log_is_bounded),
        ON_SQLITE(the_log_is_made_longer_ahead),
        ON_SQLITE(backups_are_whole_while_writing_goes_on),
        ON_SQLITE(scans_are_refused),
        ON_SQLITE(libpq_stays_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The same promises on SQLite and on PostgreSQL: values, NULLs, results, snapshots, failures,
 * ids, migrations. */
#include "db_fixture.h"

#include "pg_fixture.h"

#include "base/clock.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static const struct sql PUT = {
    .text = "INSERT INTO kv (id, i, d, s, b) VALUES ($1, $2, $3, $4, $5)", .in = "iIDSB"};
static const struct sql GET = {
    .text = "SELECT i, d, s, b FROM kv WHERE id = $1", .in = "i", .out = "IDSB"};
static const struct sql GET_S = {.text = "SELECT s FROM kv WHERE id = $1", .in = "i", .out = "s"};
static const struct sql GET_I = {.text = "SELECT i FROM kv WHERE id = $1", .in = "i", .out = "I"};
static const struct sql COUNT = {.text = "SELECT count(*) FROM kv", .out = "i"};
static const struct sql ALL = {.text = "SELECT id, s FROM kv /*scan*/ ORDER BY id", .out = "iS"};
static const struct sql UPDATE_ALL = {.text = "UPDATE kv /*scan*/ SET i = $1", .in = "i"};
static const struct sql PARENT = {.text = "INSERT INTO parent (id, name) VALUES ($1, $2)",
                                  .in = "iS"};
static const struct sql CHILD = {.text = "INSERT INTO child (id, parent_id) VALUES ($1, $2)",
                                 .in = "ii"};
static const struct sql PARENTS = {.text = "SELECT count(*) FROM parent", .out = "i"};
static const struct sql APPEND = {.text = "INSERT INTO log (seq, who, n) VALUES ($1, $2, $3)",
                                  .in = "iii"};
static const struct sql LOG_LAST = {.text = "SELECT max(seq) FROM log", .out = "I"};
static const struct sql LOG_COUNT = {.text = "SELECT count(*) FROM log", .out = "i"};

/* ---- values ---- */

struct record {
    int64_t id, i;
    double d;
    struct str s, b;
};

static enum rc put_record(struct tx *tx, void *arg, struct err *e)
{
    const struct record *r = arg;
    return tx_exec(tx, &PUT, e, r->id, r->i, r->d, r->s, r->b);
}

static void check_record(struct fixture *f, const struct record *want)
{
    struct tx *tx;
    struct rows *r;
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_find(tx, &GET, &r, &f->err, want->id));
    assert_int_equal(rows_null(r, 0), want->i == DB_NULL);
    assert_true(rows_int(r, 0) == (want->i == DB_NULL ? 0 : want->i));
    assert_int_equal(rows_null(r, 1), isnan(want->d));
    if (!isnan(want->d))
        assert_true(rows_double(r, 1) == want->d);
    assert_int_equal(str_absent(rows_str(r, 2)), str_absent(want->s));
    assert_true(str_eq(rows_str(r, 2), want->s));
    assert_int_equal(str_absent(rows_bytes(r, 3)), str_absent(want->b));
    assert_true(str_eq(rows_bytes(r, 3), want->b));
    struct str copy = rows_copy(r, 2, tx_arena(tx));
    assert_true(str_eq(copy, want->s) && str_absent(copy) == str_absent(want->s));
    must(f, rows_end(r, &f->err));
    db_read_end(tx);
}

static void values_come_back_as_they_went(void **state)
{
    struct fixture *f = *state;
    struct record records[] = {
        {1, 0, 0.0, STR(""), STR("")},
        {2, DB_NULL, NAN, STR_ABSENT, STR_ABSENT},
        {3, INT64_MAX, 1.7976931348623157e308, STR("锦池 🐟 koi"), {"\0\1\0\377", 4}},
        {4, INT64_MIN + 1, -5e-324, STR("'; DROP TABLE kv; -- $1 ?1"), {"\0", 1}},
        {5, -1, -0.5, STR("a\nb\tc\\"), STR("\\x00")},
    };
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        must(f, writer_run(f->writer, put_record, &records[i], &f->err));
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        check_record(f, &records[i]);
    fixture_close(f);
    fixture_open(f);
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        check_record(f, &records[i]);
}

static enum rc put_large(struct tx *tx, void *arg, struct err *e)
{
    char *text = malloc(3000000);
    memset(text, 'x', 3000000);
    enum rc rc =
        tx_exec(tx, &PUT, e, 1, *(int *)arg, 0.5f, ((struct str){text, 3000000}), STR_ABSENT);
    memset(text, 'y', 3000000); /* borrowed only until the call returns */
    free(text);
    return rc;
}

static void large_values_and_small_integers(void **state)
{
    struct fixture *f = *state;
    struct tx *tx;
    struct rows *r;
    int minus = -7;
    must(f, writer_run(f->writer, put_large, &minus, &f->err));
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_find(tx, &GET, &r, &f->err, 1));
    assert_true(rows_int(r, 0) == -7 && rows_double(r, 1) == 0.5);
    assert_true(rows_str(r, 2).n == 3000000 && rows_str(r, 2).p[2999999] == 'x');
    must(f, rows_end(r, &f->err));
    db_read_end(tx);
}

static void parameters_go_by_name(void **state)
{
    static const struct sql NAMED = {
        .text = "SELECT $2 - $1, $2 + $2, $3 || $3 || $4", .in = "iiss", .out = "iis"};
    static const struct sql NAMED_CAST = {
        .text = "SELECT $2 - $1, $2 + $2, $3 || $4 || $3 WHERE $5 > 0.5",
        .in = "iissd",
        .out = "iis"};
    struct fixture *f = *state;
    struct tx *tx;
    struct rows *r;
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_find(tx, &NAMED, &r, &f->err, 3, 10, STR("锦"), STR("!")));
    assert_true(rows_int(r, 0) == 7 && rows_int(r, 1) == 20);
    assert_str(rows_str(r, 2), "锦锦!");
    must(f, rows_end(r, &f->err));
    must(f, tx_find(tx, &NAMED_CAST, &r, &f->err, 3, 10, STR("a"), STR("b"), 1));
    assert_str(rows_str(r, 2), "aba");
    must(f, rows_end(r, &f->err));
    assert_int_equal(tx_find(tx, &NAMED_CAST, &r, &f->err, 3, 10, STR("a"), STR("b"), 0.25),
                     RC_NOT_FOUND);
    db_read_end(tx);
}

/* ---- results ---- */

enum { MANY = 1000 };

static enum rc put_many(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    for (int i = 1; i <= MANY; i++) {
        enum rc rc = tx_exec(tx, &PUT, e, i, i * 2, (double)i,
                             i % 10 == 0 ? STR_ABSENT : STR("name"), STR_ABSENT);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static void results_may_be_nested_and_left(void **state)
{
    struct fixture *f = *state;
    struct tx *tx;
    struct rows *outer, *inner;
    must(f, writer_run(f->writer, put_many, NULL, &f->err));
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_query(tx, &ALL, &outer, &f->err));
    int64_t seen = 0;
    while (rows_next(outer)) {
        seen++;
        struct str name = rows_str(outer, 1);
        must(f, tx_find(tx, &GET_I, &inner, &f->err, rows_int(outer, 0)));
        assert_true(rows_int(inner, 0) == seen * 2 && rows_int(outer, 0) == seen);
        must(f, rows_end(inner, &f->err));
        assert_true(str_absent(name) == (seen % 10 == 0) &&
                    (str_absent(name) || str_eq(name, STR("name"))));
        if (seen % 100 != 0)
            continue;
        /* The same statement inside itself, and left early. */
        must(f, tx_query(tx, &ALL, &inner, &f->err));
        assert_true(rows_next(inner) && rows_int(inner, 0) == 1 && rows_next(inner));
        if (seen % 200 != 0)
            must(f, rows_end(inner, &f->err));
    }
    assert_int_equal(seen, MANY);
    assert_false(rows_next(outer));
    must(f, rows_end(outer, &f->err));
    db_read_end(tx); /* ends the five that were left open */

    must(f, db_read_begin(f->db, &tx, &f->err));
    int64_t n = 0;
    must(f, tx_int(tx, &COUNT, &n, &f->err));
    assert_int_equal(n, MANY);
    db_read_end(tx);

    /* Two side by side, the second begun before the first was looked at. */
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_query(tx, &ALL, &outer, &f->err));
    must(f, tx_query(tx, &ALL, &inner, &f->err));
    for (seen = 0; rows_next(outer); seen++)
        assert_true(rows_next(inner) && rows_int(inner, 0) == rows_int(outer, 0));
    assert_int_equal(seen, MANY);
    must(f, rows_end(outer, &f->err));
    must(f, rows_end(inner, &f->err));
    db_read_end(tx);
}

static void nothing_found(void **state)
{
    struct fixture *f = *state;
    struct tx *tx;
    struct rows *r = NULL;
    int64_t n = 77;
    struct record null = {9, DB_NULL, 1, STR("x"), STR_ABSENT};
    must(f, writer_run(f->writer, put_record, &null, &f->err));
    must(f, db_read_begin(f->db, &tx, &f->err));
    f->err = ERR_INIT;
    assert_int_equal(tx_find(tx, &GET, &r, &f->err, 12345), RC_NOT_FOUND);
    assert_int_equal(tx_int(tx, &GET_I, &n, &f->err, 12345), RC_NOT_FOUND);
    assert_int_equal(tx_int(tx, &GET_I, &n, &f->err, 9), RC_NOT_FOUND);
    assert_true(r == NULL && n == 77 && f->err.rc == RC_OK);
    must(f, tx_query(tx, &GET_S, &r, &f->err, 12345));
    assert_false(rows_next(r));
    must(f, rows_end(r, &f->err));
    must(f, rows_end(NULL, &f->err));
    db_read_end(tx);
    db_read_end(NULL);
}

static enum rc change_all(struct tx *tx, void *arg, struct err *e)
{
    enum rc rc = tx_exec(tx, &UPDATE_ALL, e, 5);
    *(int64_t *)arg = rc == RC_OK ? tx_changes(tx) : -1;
    return rc;
}

static void changes_are_counted(void **state)
{
    struct fixture *f = *state;
    int64_t changed = 0;
    must(f, writer_run(f->writer, put_many, NULL, &f->err));
    must(f, writer_run(f->writer, change_all, &changed, &f->err));
    assert_int_equal(changed, MANY);
}

static enum rc put_returning(struct tx *tx, void *arg, struct err *e)
{
    static const struct sql RETURNING = {.text =
                                             "INSERT INTO kv (id, i) VALUES ($1, $2) ON CONFLICT "
                                             "(id) DO UPDATE SET i = kv.i + excluded.i "
                                             "RETURNING i",
                                         .in = "ii",
                                         .out = "i"};
    return tx_int(tx, &RETURNING, arg, e, 1, 21);
}

static void writing_gives_rows_too(void **state)
{
    struct fixture *f = *state;
    int64_t i = 0;
    must(f, writer_run(f->writer, put_returning, &i, &f->err));
    assert_int_equal(i, 21);
    must(f, writer_run(f->writer, put_returning, &i, &f->err));
    assert_int_equal(i, 42);
}

static void values_in_arrays_and_texts(void **state)
{
    struct fixture *f = *state;
    struct tx *tx;
    struct rows *r;
    must(f, writer_run(f->writer, put_many, NULL, &f->err));
    must(f, db_read_begin(f->db, &tx, &f->err));
    struct db_value one[] = {{.type = 'i', .i = 3}, {.type = 'i', .i = 8}};
    must(f, tx_query_values(tx, &GET_I, one, 1, &r, &f->err));
    assert_true(rows_next(r) && rows_int(r, 0) == 6);
    must(f, rows_end(r, &f->err));
    /* More texts than a connection keeps, each twice, one inside itself. */
    for (int k = 0; k < 200; k++) {
        char text[200];
        int n = snprintf(text, sizeof text,
                         "SELECT i, s FROM kv WHERE id >= $1 AND id <= $2 AND id <> %d ORDER BY id",
                         k % 100 + 10);
        must(f, tx_query_text(tx, (struct str){text, (size_t)n}, "IS", one, 2, &r, &f->err));
        struct rows *inner;
        assert_true(rows_next(r));
        must(f, tx_query_text(tx, (struct str){text, (size_t)n}, "IS", one, 2, &inner, &f->err));
        int64_t rows = 1;
        while (rows_next(inner))
            rows++;
        must(f, rows_end(inner, &f->err));
        while (rows_next(r))
            rows++;
        assert_int_equal(rows, 1 + 6 + 5);
        must(f, rows_end(r, &f->err));
    }
    db_read_end(tx);
}

/* ---- snapshots ---- */

static void a_read_is_one_snapshot(void **state)
{
    struct fixture *f = *state;
    struct tx *before, *after;
    int64_t n = -1;
    must(f, db_read_begin(f->db, &before, &f->err));
    must(f, tx_int(before, &COUNT, &n, &f->err));
    assert_int_equal(n, 0);
    int64_t now_us = tx_now_us(before);
    must(f, writer_run(f->writer, put_many, NULL, &f->err));
    must(f, db_read_begin(f->db, &after, &f->err));
    must(f, tx_int(after, &COUNT, &n, &f->err));
    assert_int_equal(n, MANY);
    must(f, tx_int(before, &COUNT, &n, &f->err));
    assert_int_equal(n, 0);
    assert_true(tx_now_us(before) == now_us && tx_now_s(before) == now_us / 1000000);
    assert_true(!tx_is_writing(before) && tx_db(before) == f->db && tx_engine(before) == f->engine);
    assert_non_null(strstr(tx_where(before), "db_api.c:"));
    db_read_end(after);
    db_read_end(before);
}

struct readers {
    struct fixture *f;
    int found;
};

static void *read_often(void *arg)
{
    struct readers *readers = arg;
    for (int i = 0; i < 200; i++) {
        struct tx *tx;
        struct rows *r;
        if (db_read_begin(readers->f->db, &tx, NULL) != RC_OK)
            return NULL;
        if (tx_find(tx, &GET_I, &r, NULL, i + 1) == RC_OK && rows_int(r, 0) == (i + 1) * 2 &&
            rows_end(r, NULL) == RC_OK)
            __atomic_fetch_add(&readers->found, 1, __ATOMIC_RELAXED);
        db_read_end(tx);
    }
    return NULL;
}

static void more_readers_than_connections(void **state)
{
    struct fixture *f = *state;
    struct readers readers = {.f = f};
    pthread_t threads[16];
    must(f, writer_run(f->writer, put_many, NULL, &f->err));
    for (int i = 0; i < 16; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_often, &readers), 0);
    for (int i = 0; i < 16; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(readers.found, 16 * 200);
}

/* ---- failures ---- */

static enum rc put_parent(struct tx *tx, void *arg, struct err *e)
{
    struct str name = str_from(arg);
    return tx_exec(tx, &PARENT, e, tx_id(tx), name);
}

static enum rc put_orphan(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return tx_exec(tx, &CHILD, e, tx_id(tx), 12345);
}

/* Whatever comes after a failure gives the same failure, and hiding it does not help. */
static enum rc hide_failure(struct tx *tx, void *arg, struct err *e)
{
    int64_t n;
    *(bool *)arg = true;
    (void)tx_exec(tx, &PARENT, NULL, 1, STR("same"));
    (void)tx_changes(tx);
    if (tx_exec(tx, &PARENT, e, 2, STR("other")) != RC_CONFLICT ||
        tx_int(tx, &COUNT, &n, NULL) != RC_CONFLICT)
        *(bool *)arg = false;
    return RC_OK;
}

static void failures_have_names(void **state)
{
    struct fixture *f = *state;
    must(f, writer_run(f->writer, put_parent, (void *)"same", &f->err));
    assert_int_equal(writer_run(f->writer, put_parent, (void *)"same", &f->err), RC_CONFLICT);
    assert_string_equal(f->err.code, "unique");
    assert_true(f->err.zh[0] != '\0' && strstr(f->err.en, "parent") != NULL);
    assert_int_equal(writer_run(f->writer, put_parent, (void *)"", &f->err), RC_INVALID);
    assert_string_equal(f->err.code, "check");
    assert_int_equal(writer_run(f->writer, put_parent, NULL, &f->err), RC_INVALID);
    assert_string_equal(f->err.code, "not_null");
    assert_int_equal(writer_run(f->writer, put_orphan, NULL, &f->err), RC_CONFLICT);
    assert_string_equal(f->err.code, "foreign_key");
    bool same = false;
    assert_int_equal(writer_run(f->writer, hide_failure, &same, &f->err), RC_CONFLICT);
    assert_true(same);
    assert_int_equal(fixture_count(f, &PARENTS), 1);
}

static enum rc put_then_fail(struct tx *tx, void *arg, struct err *e)
{
    enum rc rc = put_many(tx, NULL, e);
    if (rc == RC_OK)
        rc = tx_append(tx, &APPEND, e, 1, 1);
    return rc != RC_OK
               ? rc
               : err_set(e, RC_INVALID, "stock_gone", "stock", "%s", "%s", (const char *)arg);
}

static void a_failing_closure_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(writer_run(f->writer, put_then_fail, (void *)"gone", &f->err), RC_INVALID);
    assert_string_equal(f->err.code, "stock_gone");
    assert_string_equal(f->err.en, "gone");
    assert_int_equal(fixture_count(f, &COUNT), 0);
    assert_int_equal(fixture_count(f, &LOG_COUNT), 0);
    must(f, writer_run(f->writer, put_many, NULL, &f->err));
    assert_int_equal(fixture_count(f, &COUNT), MANY);
}

static void wrong_statements_are_refused(void **state)
{
    static const struct sql NO_TABLE = {.text = "SELECT x FROM nowhere", .out = "i"};
    static const struct sql RIGHT = {
        .text = "SELECT id, s FROM kv WHERE id = $1", .in = "i", .out = "iS"};
    struct fixture *f = *state;
    struct tx *tx;
    struct rows *r;
    for (int i = 0; i < 3; i++) {
        must(f, db_read_begin(f->db, &tx, &f->err));
        if (i < 2)
            assert_int_equal(tx_prepare(tx, &NO_TABLE, &f->err), RC_IO);
        else
            assert_int_equal(tx_query(tx, &NO_TABLE, &r, &f->err), RC_IO);
        assert_non_null(strstr(f->err.en, "nowhere"));
        assert_int_equal(tx_prepare(tx, &RIGHT, NULL), RC_IO);
        db_read_end(tx);
        must(f, db_read_begin(f->db, &tx, &f->err));
        must(f, tx_prepare(tx, &RIGHT, &f->err));
        must(f, tx_prepare(tx, &RIGHT, &f->err));
        assert_int_equal(tx_find(tx, &RIGHT, &r, &f->err, 1), RC_NOT_FOUND);
        db_read_end(tx);
    }
}

struct misuse {
    struct fixture *f;
    int kind;
};

/* In a forked child. */
static void misuse(void *arg)
{
    static const struct sql ONE_S = {.text = "SELECT 1", .out = "s"};
    static const struct sql NULL_I = {.text = "SELECT CAST(NULL AS INTEGER)", .out = "i"};
    struct misuse *m = arg;
    struct tx *tx;
    struct rows *r;
    (void)db_read_begin(m->f->db, &tx, NULL);
    switch (m->kind) {
    case 0:
        (void)tx_find(tx, &GET, &r, NULL); /* a value too few */
        break;
    case 1:
        (void)tx_find(tx, &GET, &r, NULL, STR("1")); /* another kind */
        break;
    case 2:
        (void)tx_find(tx, &GET, &r, NULL, DB_NULL); /* a NULL under a small letter */
        break;
    case 3:
        (void)tx_exec(tx, &UPDATE_ALL, NULL, 1); /* writing in a read */
        break;
    case 4:
        if (tx_find(tx, &NULL_I, &r, NULL) == RC_OK)
            (void)rows_int(r, 0);
        break;
    default:
        if (tx_find(tx, &ONE_S, &r, NULL) == RC_OK)
            (void)rows_str(r, 0);
        break;
    }
}

static void our_mistakes_are_assertions(void **state)
{
    struct misuse m = {*state, 0};
    /* The last two talk to the server, which a forked copy must not do on its parent's
     * connection. */
    int kinds = m.f->engine == DB_SQLITE ? 6 : 4;
    for (; m.kind < kinds; m.kind++)
        if (!unit_aborts(misuse, &m))
            fail_msg("mistake %d went by", m.kind);
}

/* ---- ids and the log ---- */

static enum rc take_ids(struct tx *tx, void *arg, struct err *e)
{
    int64_t *last = arg;
    (void)e;
    for (int i = 0; i < 1000; i++) {
        int64_t id = tx_id(tx);
        assert_true(id > *last && (id & 63) == 0);
        *last = id;
    }
    return RC_OK;
}

/* The tick of a time in microseconds, as an id has it above its node's six bits. */
static int64_t tick_at(int64_t us)
{
    return (us - INT64_C(1577836800000000)) * 16;
}

static void ids_ascend(void **state)
{
    struct fixture *f = *state;
    int64_t last = 0, once = 0;
    for (int i = 0; i < 5; i++) {
        must(f, writer_run(f->writer, take_ids, &last, &f->err));
        assert_true(llabs((last >> 6) - tick_at(clock_now_us())) < tick_at(1) - tick_at(-60000000));
        /* A clean stop gives the reserve back, so that the next id is of its own time. */
        assert_true(i == 0 || (last - once) >> 6 < INT64_C(5000000) * 16);
        fixture_close(f);
        once = last;
        fixture_open(f);
    }
}

/* As if the process had died, or the clock had stepped back, an hour after its last mark. */
static void ids_never_come_again(void **state)
{
    struct fixture *f = *state;
    char text[160];
    int64_t mark = tick_at(clock_now_us() + INT64_C(3600) * 1000000), last = mark << 6;
    snprintf(text, sizeof text,
             "INSERT INTO meta (key, value) VALUES ('id_reserved_0', '%lld') "
             "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
             (long long)mark);
    struct migration list[] = {FIXTURE_SCHEMA[0], FIXTURE_SCHEMA[1], {3, "0003_mark", text}};
    struct db_config config = {.url = f->url, .readers = 1};
    fixture_close(f);
    must(f, db_open(&config, &f->db, &f->err));
    must(f, db_migrate(f->db, list, 3, NULL, NULL, &f->err));
    for (int i = 0; i < 3; i++) {
        must(f, writer_start(f->db, &f->writer, &f->err));
        must(f, writer_run(f->writer, take_ids, &last, &f->err)); /* each above the last */
        writer_stop(f->writer);
    }
    must(f, writer_start(f->db, &f->writer, &f->err));
    assert_true((last >> 6) - mark < 5000);
}

struct appended {
    int who, n;
    enum rc rc;
    int64_t last_seq;
};

static enum rc append(struct tx *tx, void *arg, struct err *e)
{
    struct appended *a = arg;
    for (int i = 0; i < a->n; i++) {
        enum rc rc = tx_append(tx, &APPEND, e, a->who, i);
        if (rc != RC_OK)
            return rc;
    }
    return a->rc != RC_OK ? err_set(e, a->rc, "told_to", "", "x", "x") : RC_OK;
}

static bool heard_late;

static void hear(void *ctx, int64_t last_seq, bool late)
{
    heard_late = late;
    *(int64_t *)ctx = last_seq;
}

/* Those of one group: what the commit says, and how many are done. */
struct told {
    struct appended what;
    struct write write;
    atomic_int *done;
};

static enum rc tell(struct tx *tx, void *arg, struct err *e)
{
    return append(tx, &((struct told *)arg)->what, e);
}

static void told(void *arg, enum rc rc, const struct err *e)
{
    (void)e;
    assert_int_equal(rc, RC_OK);
    atomic_fetch_add(((struct told *)arg)->done, 1);
}

/* A commit is late when every closure of its group is. */
static void commits_are_late_together(void **state)
{
    struct fixture *f = *state;
    int64_t heard = 0;
    struct appended three = {.who = 1, .n = 3};
    writer_on_commit(f->writer, hear, &heard);
    for (int which = 0; which < 4; which++) { /* a bit each: that one is not late */
        atomic_int done = 0;
        struct told two[2] = {{.what = three, .done = &done}, {.what = three, .done = &done}};
        int64_t groups = writer_stats(f->writer).groups;
        for (int i = 0; i < 2; i++) {
            two[i].write = (struct write){
                .run = tell, .done = told, .arg = &two[i], .late = (which >> i & 1) == 0};
            must(f, writer_submit(f->writer, &two[i].write, &f->err));
        }
        while (atomic_load(&done) < 2)
            sched_yield();
        bool one = writer_stats(f->writer).groups == groups + 1;
        assert_int_equal(heard_late, one ? which == 0 : which < 2);
    }
    must(f, writer_run(f->writer, append, &three, &f->err));
    assert_false(heard_late);
    writer_on_commit(f->writer, NULL, NULL);
}

static void the_log_has_no_holes(void **state)
{
    struct fixture *f = *state;
    struct tx *tx;
    int64_t heard = 0, last = -1;
    writer_on_commit(f->writer, hear, &heard);
    struct appended three = {.who = 1, .n = 3}, none = {.who = 2, .n = 50, .rc = RC_INVALID};
    for (int i = 1; i <= 10; i++) {
        must(f, writer_run(f->writer, append, &three, &f->err));
        assert_int_equal(heard, i * 3);
        assert_int_equal(writer_run(f->writer, append, &none, &f->err), RC_INVALID);
        assert_int_equal(heard, i * 3);
        must(f, db_read_begin(f->db, &tx, &f->err));
        must(f, tx_last_seq(tx, &last, &f->err));
        db_read_end(tx);
        assert_int_equal(last, i * 3);
        assert_int_equal(fixture_count(f, &LOG_LAST), i * 3);
        assert_int_equal(fixture_count(f, &LOG_COUNT), i * 3);
        if (i == 5) {
            fixture_close(f);
            fixture_open(f);
            writer_on_commit(f->writer, hear, &heard);
        }
    }
    writer_on_commit(f->writer, NULL, NULL);
}

/* ---- migrations ---- */

static enum rc count_call(void *ctx, struct err *e)
{
    int *calls = ctx;
    (*calls)++;
    return *calls > 1 ? err_set(e, RC_IO, "no_backup", "", "x", "x") : RC_OK;
}

static void migrations_run_once(void **state)
{
    struct fixture *f = *state;
    struct migration list[] = {
        FIXTURE_SCHEMA[0],
        FIXTURE_SCHEMA[1],
        {3, "0003_bad",
         "CREATE TABLE extra (id @PK@) @STRICT@; INSERT INTO extra (id) VALUES (1), (1);"}};
    struct db_config config = {.url = f->url, .readers = 1};
    int version = 0, calls = 0;
    must(f, db_version(f->db, &version, &f->err));
    assert_int_equal(version, 2);
    fixture_close(f);

    struct db *db;
    must(f, db_open(&config, &db, &f->err));
    must(f, db_migrate(db, list, 2, count_call, &calls, &f->err)); /* nothing to do */
    assert_int_equal(calls, 0);
    /* A failing file leaves nothing; the backup comes before, and its failure stops everything. */
    assert_int_equal(db_migrate(db, list, 3, count_call, &calls, &f->err), RC_CONFLICT);
    must(f, db_version(db, &version, &f->err));
    assert_true(version == 2 && calls == 1);
    list[2].text = "CREATE TABLE extra (id @PK@, mail @TEXT@ DEFAULT 'a@b@') @STRICT@;";
    assert_int_equal(db_migrate(db, list, 3, count_call, &calls, &f->err), RC_IO);
    assert_string_equal(f->err.code, "no_backup");
    must(f, db_migrate(db, list, 3, NULL, NULL, &f->err));
    must(f, db_version(db, &version, &f->err));
    assert_int_equal(version, 3);
    /* An older program, and another text of the same version. */
    assert_int_equal(db_migrate(db, list, 2, NULL, NULL, &f->err), RC_CONFLICT);
    assert_string_equal(f->err.code, "schema_newer");
    list[0].text = "CREATE TABLE kv (id @PK@) @STRICT@;";
    assert_int_equal(db_migrate(db, list, 3, NULL, NULL, &f->err), RC_CONFLICT);
    assert_string_equal(f->err.code, "schema_differs");
    assert_non_null(strstr(f->err.en, "0001_kv"));
    db_close(db);
    must(f, db_open(&config, &f->db, &f->err));
    must(f, writer_start(f->db, &f->writer, &f->err));
}

static void care(void **state)
{
    struct fixture *f = *state;
    must(f, writer_run(f->writer, put_many, NULL, &f->err));
    must(f, db_check(f->db, &f->err));
    assert_true(db_size_bytes(f->db) > 8192 && db_engine_of(f->db) == f->engine);
    assert_true((db_wal_bytes(f->db) > 0) == (f->engine == DB_SQLITE));
}

#define BOTH(test)                                                                                 \
    cmocka_unit_test_prestate_setup_teardown(test, fixture_setup, fixture_teardown, NULL)

int main(void)
{
    struct CMUnitTest tests[] = {
        BOTH(values_come_back_as_they_went),
        BOTH(large_values_and_small_integers),
        BOTH(parameters_go_by_name),
        BOTH(results_may_be_nested_and_left),
        BOTH(nothing_found),
        BOTH(changes_are_counted),
        BOTH(writing_gives_rows_too),
        BOTH(values_in_arrays_and_texts),
        BOTH(a_read_is_one_snapshot),
        BOTH(more_readers_than_connections),
        BOTH(failures_have_names),
        BOTH(a_failing_closure_leaves_nothing),
        BOTH(wrong_statements_are_refused),
        BOTH(our_mistakes_are_assertions),
        BOTH(ids_ascend),
        BOTH(ids_never_come_again),
        BOTH(the_log_has_no_holes),
        BOTH(commits_are_late_together),
        BOTH(migrations_run_once),
        BOTH(care),
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

/* postgres.c — the driver for PostgreSQL: connections, the pipeline, transactions.
 *
 * A connection is always in libpq's pipeline mode. What is sent is noted in a ring; results are
 * read in that order, and only when someone needs them: a query reads up to its own rows, a
 * commit up to its sync. So a closure's tx_exec() costs no round trip, a read transaction of one
 * query costs one (BEGIN travels with the query, COMMIT is answered before the next), and a
 * group of closures with its commit costs two or three.
 *
 * Invariants: the head of the ring is what the next result belongs to; at most one result is
 * streaming, it was the last taken off the ring, and it is set aside in memory before anything
 * else is read; after a failure (`aborted`) nothing counts until rollback has synced. Rows of
 * the log wait in `log` until the end of the group, when they take their numbers under an
 * advisory lock. A connection that was lost is `broken` and never used again.
 */
#include "db/postgres.h"

#include "base/limits.h"

#include <assert.h>

enum {
    SENT_MOST = 256, /* answers that may wait: bounds what libpq and the server keep for us */
    FLUSH_EVERY = 32,
};

static struct pg_conn *conn_of(struct conn *c)
{
    return (struct pg_conn *)c;
}

/* ---- what was sent, and its answers ---- */

static struct pg_sent *sent_entry(const struct pg_conn *c, size_t i)
{
    assert(i < c->sent_n);
    return &c->sent[(c->sent_at + i) & (c->sent_size - 1)];
}

static void note(struct pg_conn *c, enum pg_kind kind, struct pg_stmt *st)
{
    if (c->sent_n == c->sent_size) {
        size_t size = c->sent_size == 0 ? 64 : c->sent_size * 2;
        struct pg_sent *sent = calloc(size, sizeof *sent);
        if (sent == NULL)
            abort();
        for (size_t i = 0; i < c->sent_n; i++)
            sent[i] = *sent_entry(c, i);
        free(c->sent);
        c->sent = sent;
        c->sent_at = 0;
        c->sent_size = size;
    }
    c->sent_n++;
    *sent_entry(c, c->sent_n - 1) = (struct pg_sent){kind, st};
}

/* The connection is gone. The first reason stays. */
static enum rc mark_lost(struct pg_conn *c)
{
    c->conn.broken = true;
    c->aborted = true;
    if (c->failed != RC_OK && (!c->committing || strcmp(c->err.code, "db_lost") != 0))
        return c->failed;
    const char *why = libpq.PQerrorMessage(c->pg);
    if (c->committing)
        c->failed = err_set(
            &c->err, RC_IO, "commit_unknown", "", "提交时与数据库断开，不知道是否已写入：%.150s",
            "the connection was lost while committing, the outcome is unknown: %.150s", why);
    else
        c->failed = err_set(&c->err, RC_IO, "db_lost", "", "与数据库的连接断开：%.200s",
                            "the connection to the database was lost: %.200s", why);
    return c->failed;
}

static enum rc failure(const struct pg_conn *c, struct err *e)
{
    assert(c->failed != RC_OK);
    if (e != NULL)
        *e = c->err;
    return c->failed;
}

/* Takes in one result of what was at the head of the ring. Does not free it. */
static void absorb(struct pg_conn *c, const struct pg_sent *sent, const PGresult *result)
{
    ExecStatusType status = libpq.PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_SINGLE_TUPLE) {
        int64_t n = 0;
        if (sent->kind == SENT_EXEC)
            c->changes = str_to_i64(str_from(libpq.PQcmdTuples((PGresult *)result)), &n) ? n : 0;
        return;
    }
    if (sent->kind == SENT_PREPARE && sent->st != NULL)
        sent->st->name[0] = '\0';
    if (status == PGRES_PIPELINE_ABORTED || c->failed != RC_OK)
        return;
    c->aborted = true;
    c->failed = pg_result_error(result, sent->st != NULL ? sent->st->st.text : NULL, &c->conn.retry,
                                &c->err);
    if (strcmp(c->err.code, "db_lost") == 0)
        mark_lost(c);
    /* A plan whose table another node has altered: this connection's statements are stale. */
    if (strstr(c->err.en, "cached plan") != NULL)
        c->conn.broken = true;
}

static void check_alive(struct pg_conn *c)
{
    if (libpq.PQstatus(c->pg) != CONNECTION_OK)
        mark_lost(c);
}

/* Reads all results of the head of the ring. */
static void drain_one(struct pg_conn *c)
{
    assert(c->sent_n > 0 && c->streaming == NULL);
    struct pg_sent sent = *sent_entry(c, 0);
    c->sent_at = (c->sent_at + 1) & (c->sent_size - 1);
    c->sent_n--;
    PGresult *result = libpq.PQgetResult(c->pg);
    if (sent.kind == SENT_SYNC) {
        if (libpq.PQresultStatus(result) != PGRES_PIPELINE_SYNC)
            mark_lost(c);
        libpq.PQclear(result);
        return;
    }
    while (result != NULL) {
        absorb(c, &sent, result);
        libpq.PQclear(result);
        result = libpq.PQgetResult(c->pg);
    }
    check_alive(c);
}

/* ---- rows that stream ---- */

static void copy_row(struct pg_stmt *st, const PGresult *result)
{
    size_t n = st->st.out_n;
    struct pg_row *row = arena_alloc(&st->memory, sizeof *row + n * sizeof *row->cells);
    for (size_t i = 0; i < n; i++) {
        int column = (int)i;
        if (libpq.PQgetisnull(result, 0, column))
            continue;
        int bytes = libpq.PQgetlength(result, 0, column);
        struct str value = {libpq.PQgetvalue(result, 0, column), (size_t)bytes};
        row->cells[i] = (struct pg_cell){arena_str(&st->memory, value).p, bytes};
    }
    *st->aside_last = row;
    st->aside_last = &row->next;
}

static enum rc wrong_type(const struct pg_stmt *st, int column, Oid type, struct err *e)
{
    return err_set(e, RC_IO, "column_type", "", "第 %d 列的类型（oid %u）与声明的 %s 不符：%.150s",
                   "column %d has a type (oid %u) other than declared in \"%s\": %.150s", column,
                   (unsigned)type, st->st.out, st->st.text);
}

/* Compares the columns of a result with what the statement declares. */
static enum rc check_columns(struct pg_stmt *st, const PGresult *result, struct err *e)
{
    int n = libpq.PQnfields(result);
    if ((size_t)n != st->st.out_n)
        return wrong_type(st, n, 0, e);
    for (int i = 0; i < n; i++) {
        st->column_types[i] = libpq.PQftype(result, i);
        if (!pg_type_fits(st->column_types[i], st->st.out[i]))
            return wrong_type(st, i, st->column_types[i], e);
    }
    st->checked = true;
    return RC_OK;
}

static const struct pg_sent ROWS_SENT = {SENT_QUERY, NULL};

/* A result whose columns are not as declared ends there: next_aside() says so. */
static void put_aside(struct pg_stmt *st, const PGresult *result)
{
    if (st->wrong.rc == RC_OK && !st->checked)
        check_columns(st, result, &st->wrong);
    if (st->wrong.rc == RC_OK)
        copy_row(st, result);
}

/* Keeps the rest of the streaming result in memory, because the connection is needed for
 * something else. The current row stays where it is. */
static void set_aside(struct pg_conn *c)
{
    struct pg_stmt *st = c->streaming;
    if (st == NULL)
        return;
    st->aside = NULL;
    st->aside_last = &st->aside;
    st->wrong = ERR_INIT;
    PGresult *result;
    while ((result = libpq.PQgetResult(c->pg)) != NULL) {
        if (libpq.PQresultStatus(result) == PGRES_SINGLE_TUPLE)
            put_aside(st, result);
        else
            absorb(c, &ROWS_SENT, result);
        libpq.PQclear(result);
    }
    st->reading = READ_ASIDE;
    c->streaming = NULL;
    check_alive(c);
}

/* Reads the rest of the streaming result and forgets it. */
static void skip_rest(struct pg_conn *c)
{
    PGresult *result;
    while ((result = libpq.PQgetResult(c->pg)) != NULL) {
        absorb(c, &ROWS_SENT, result);
        libpq.PQclear(result);
    }
    c->streaming = NULL;
    check_alive(c);
}

/* ---- sending ---- */

/* Sees that what was sent reaches the server, and that its answers come. */
static void push_out(struct pg_conn *c)
{
    if (c->sent_n > 0 && sent_entry(c, c->sent_n - 1)->kind != SENT_SYNC)
        libpq.PQsendFlushRequest(c->pg);
    libpq.PQflush(c->pg);
    c->unflushed = 0;
}

static void drain_all(struct pg_conn *c)
{
    set_aside(c);
    if (c->sent_n > 0)
        push_out(c);
    while (c->sent_n > 0)
        drain_one(c);
}

static void send_control(struct pg_conn *c, const char *text)
{
    if (libpq.PQsendQueryParams(c->pg, text, 0, NULL, NULL, NULL, NULL, 1))
        note(c, SENT_CONTROL, NULL);
    else
        mark_lost(c);
}

static void send_sync(struct pg_conn *c)
{
    if (libpq.PQpipelineSync(c->pg))
        note(c, SENT_SYNC, NULL);
    else
        mark_lost(c);
}

/* The transaction begins with its first statement. */
static void send_begin(struct pg_conn *c)
{
    if (c->begun)
        return;
    send_control(c, c->conn.writing ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
                                    : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    c->begun = true;
}

static void send_prepare(struct pg_conn *c, struct pg_stmt *st)
{
    if (st->name[0] != '\0')
        return;
    snprintf(st->name, sizeof st->name, "k%u", ++c->names);
    if (libpq.PQsendPrepare(c->pg, st->name, st->st.text, (int)st->st.in_n, st->types))
        note(c, SENT_PREPARE, st);
    else
        mark_lost(c);
}

/* Sends a statement with c->params. */
static void send_run(struct pg_conn *c, struct pg_stmt *st, enum pg_kind kind)
{
    send_begin(c);
    send_prepare(c, st);
    const struct pg_params *p = &c->params;
    if (libpq.PQsendQueryPrepared(c->pg, st->name, (int)p->n, p->values, p->lengths, p->formats, 1))
        note(c, kind, st);
    else
        mark_lost(c);
}

static void set_params(struct pg_conn *c, const struct stmt *st, const struct db_value *v)
{
    pg_params_size(&c->params, st->in_n);
    for (size_t i = 0; i < st->in_n; i++)
        pg_param_set(&c->params, i, st->in[i], &v[i]);
}

static enum rc pg_settle(struct conn *base, struct err *e)
{
    struct pg_conn *c = conn_of(base);
    drain_all(c);
    return c->aborted ? failure(c, e) : RC_OK;
}

/* Sent and not waited for, unless very much is waiting. */
static enum rc send_exec(struct pg_conn *c, struct pg_stmt *st, struct err *e)
{
    if (c->aborted)
        return failure(c, e);
    send_run(c, st, SENT_EXEC);
    if (c->sent_n >= SENT_MOST)
        return pg_settle(&c->conn, e);
    if (++c->unflushed >= FLUSH_EVERY) {
        libpq.PQflush(c->pg);
        c->unflushed = 0;
    }
    return c->aborted ? failure(c, e) : RC_OK;
}

/* ---- statements ---- */

static void *zeroed(size_t n, size_t size)
{
    void *p = calloc(n > 0 ? n : 1, size);
    if (p == NULL)
        abort();
    return p;
}

/* The server hears of a statement when it first runs. */
static enum rc pg_prepare(struct conn *c, struct stmt *base, struct err *e)
{
    (void)c;
    (void)e;
    struct pg_stmt *st = (struct pg_stmt *)base;
    st->types = zeroed(base->in_n, sizeof *st->types);
    st->column_types = zeroed(base->out_n, sizeof *st->column_types);
    st->cells = zeroed(base->out_n, sizeof *st->cells);
    for (size_t i = 0; i < base->in_n; i++)
        st->types[i] = pg_type_of(base->in[i]);
    arena_init(&st->memory, 0);
    return RC_OK;
}

static void pg_finalize(struct conn *base, struct stmt *st_base)
{
    struct pg_conn *c = conn_of(base);
    struct pg_stmt *st = (struct pg_stmt *)st_base;
    for (size_t i = 0; i < c->sent_n; i++)
        if (sent_entry(c, i)->st == st)
            sent_entry(c, i)->st = NULL;
    if (st->name[0] != '\0' && base->tx.running && !c->aborted) {
        char text[64];
        snprintf(text, sizeof text, "DEALLOCATE %s", st->name); /* a name that we made */
        send_begin(c);
        send_control(c, text);
    }
    arena_done(&st->memory);
    free(st->types);
    free(st->column_types);
    free(st->cells);
}

static enum rc pg_verify(struct conn *base, struct stmt *st_base, struct err *e)
{
    struct pg_conn *c = conn_of(base);
    struct pg_stmt *st = (struct pg_stmt *)st_base;
    send_begin(c);
    send_prepare(c, st);
    enum rc rc = pg_settle(base, e);
    if (rc != RC_OK)
        return rc;
    if (!libpq.PQsendDescribePrepared(c->pg, st->name) || !libpq.PQsendFlushRequest(c->pg))
        mark_lost(c);
    PGresult *result;
    while ((result = libpq.PQgetResult(c->pg)) != NULL) {
        absorb(c, &ROWS_SENT, result);
        if (rc == RC_OK && !c->aborted)
            rc = check_columns(st, result, e);
        libpq.PQclear(result);
    }
    st->checked = false;
    return c->aborted ? failure(c, e) : rc;
}

static enum rc pg_exec(struct conn *base, struct stmt *st, const struct db_value *v, struct err *e)
{
    struct pg_conn *c = conn_of(base);
    set_params(c, st, v);
    return send_exec(c, (struct pg_stmt *)st, e);
}

static int64_t pg_changes(struct conn *c)
{
    return conn_of(c)->changes;
}

/* ---- queries ---- */

static void take_cells(struct pg_stmt *st, const PGresult *result, int row)
{
    for (size_t i = 0; i < st->st.out_n; i++) {
        int column = (int)i;
        bool null = libpq.PQgetisnull(result, row, column);
        st->cells[i] = (struct pg_cell){null ? NULL : libpq.PQgetvalue(result, row, column),
                                        libpq.PQgetlength(result, row, column)};
    }
}

/* The whole result at once. */
static void read_whole(struct pg_conn *c, struct pg_stmt *st)
{
    PGresult *result;
    while ((result = libpq.PQgetResult(c->pg)) != NULL) {
        absorb(c, &(struct pg_sent){SENT_QUERY, st}, result);
        if (st->result == NULL && libpq.PQresultStatus(result) == PGRES_TUPLES_OK)
            st->result = result;
        else
            libpq.PQclear(result);
    }
    check_alive(c);
    st->reading = READ_WHOLE;
    st->at = 0;
}

static enum rc pg_query(struct conn *base, struct stmt *st_base, const struct db_value *v, bool one,
                        struct err *e)
{
    struct pg_conn *c = conn_of(base);
    struct pg_stmt *st = (struct pg_stmt *)st_base;
    if (c->aborted)
        return failure(c, e);
    assert(st->result == NULL && st->reading == READ_NOTHING);
    set_params(c, st_base, v);
    send_run(c, st, SENT_QUERY);
    set_aside(c);
    push_out(c);
    while (c->sent_n > 1 || (c->sent_n > 0 && c->aborted))
        drain_one(c);
    if (c->aborted)
        return failure(c, e);
    c->sent_n = 0; /* what is left is this query, whose results follow */
    st->checked = false;
    if (one || !libpq.PQsetSingleRowMode(c->pg)) {
        read_whole(c, st);
        if (!c->aborted)
            return RC_OK;
        libpq.PQclear(st->result);
        st->result = NULL;
        st->reading = READ_NOTHING;
        return failure(c, e);
    }
    st->reading = READ_STREAM;
    c->streaming = st;
    return RC_OK;
}

static enum step next_streamed(struct pg_conn *c, struct pg_stmt *st, struct err *e)
{
    libpq.PQclear(st->result);
    st->result = libpq.PQgetResult(c->pg);
    if (libpq.PQresultStatus(st->result) == PGRES_SINGLE_TUPLE) {
        if (!st->checked && check_columns(st, st->result, e) != RC_OK)
            return STEP_FAILED;
        take_cells(st, st->result, 0);
        return STEP_ROW;
    }
    if (st->result != NULL)
        absorb(c, &(struct pg_sent){SENT_QUERY, st}, st->result);
    libpq.PQclear(st->result);
    st->result = NULL;
    skip_rest(c);
    st->reading = READ_NOTHING;
    if (!c->aborted)
        return STEP_END;
    failure(c, e);
    return STEP_FAILED;
}

static enum step next_whole(struct pg_stmt *st, struct err *e)
{
    if (st->result == NULL || st->at >= libpq.PQntuples(st->result))
        return STEP_END;
    if (!st->checked && check_columns(st, st->result, e) != RC_OK)
        return STEP_FAILED;
    take_cells(st, st->result, st->at++);
    return STEP_ROW;
}

static enum step next_aside(struct pg_conn *c, struct pg_stmt *st, struct err *e)
{
    if (c->aborted) {
        failure(c, e);
        return STEP_FAILED;
    }
    struct pg_row *row = st->aside;
    if (row == NULL && st->wrong.rc != RC_OK) {
        if (e != NULL)
            *e = st->wrong;
        return STEP_FAILED;
    }
    if (row == NULL)
        return STEP_END;
    st->aside = row->next;
    memcpy(st->cells, row->cells, st->st.out_n * sizeof *st->cells);
    return STEP_ROW;
}

static enum step pg_next(struct rows *r, struct err *e)
{
    struct pg_conn *c = conn_of(r->tx->conn);
    struct pg_stmt *st = (struct pg_stmt *)r->st;
    switch (st->reading) {
    case READ_STREAM:
        return next_streamed(c, st, e);
    case READ_WHOLE:
        return next_whole(st, e);
    case READ_ASIDE:
        return next_aside(c, st, e);
    default:
        return STEP_END;
    }
}

static void pg_end(struct rows *r)
{
    struct pg_conn *c = conn_of(r->tx->conn);
    struct pg_stmt *st = (struct pg_stmt *)r->st;
    if (c->streaming == st)
        skip_rest(c);
    libpq.PQclear(st->result);
    st->result = NULL;
    st->aside = NULL;
    arena_done(&st->memory);
    st->reading = READ_NOTHING;
}

static bool pg_column_null(const struct rows *r, int column)
{
    return ((const struct pg_stmt *)r->st)->cells[column].p == NULL;
}

static int64_t pg_column_int(const struct rows *r, int column)
{
    const struct pg_stmt *st = (const struct pg_stmt *)r->st;
    int64_t value = 0;
    bool ok = pg_cell_int(st->column_types[column], st->cells[column], &value);
    assert(ok && "an i column holds whole numbers of 64 bits: cast it");
    return value;
}

static void pg_column_ints(const struct rows *r, size_t n, int64_t *out)
{
    for (int i = 0; i < (int)n; i++)
        out[i] = pg_column_null(r, i) ? DB_NULL : pg_column_int(r, i);
}

static double pg_column_double(const struct rows *r, int column)
{
    const struct pg_stmt *st = (const struct pg_stmt *)r->st;
    double value = 0;
    bool ok = pg_cell_double(st->column_types[column], st->cells[column], &value);
    assert(ok && "a d column holds finite numbers: cast it");
    return value;
}

static struct str pg_column_str(const struct rows *r, int column)
{
    struct pg_cell cell = ((const struct pg_stmt *)r->st)->cells[column];
    return (struct str){cell.p, (size_t)cell.n};
}

/* ---- transactions ---- */

static enum rc pg_begin(struct conn *base, struct err *e)
{
    struct pg_conn *c = conn_of(base);
    (void)e;
    assert(!c->begun && c->log.n == 0);
    c->failed = RC_OK;
    c->aborted = false;
    return RC_OK;
}

static void forget(struct pg_conn *c)
{
    c->begun = false;
    c->committing = false;
    c->log.n = c->log.n_at_mark = c->log.bytes_at_mark = 0;
    buf_clear(&c->log.bytes);
}

static enum rc pg_commit(struct conn *base, struct err *e)
{
    struct pg_conn *c = conn_of(base);
    assert(c->log.n == 0 && "finish_log() came before");
    if (!c->begun)
        return RC_OK;
    if (c->aborted)
        return failure(c, e);
    c->committing = base->writing;
    send_control(c, "COMMIT");
    send_sync(c);
    if (base->writing) {
        drain_all(c);
        c->committing = false;
        if (c->aborted)
            return failure(c, e);
    } else {
        libpq.PQflush(c->pg); /* the answer is read by whoever comes next */
    }
    forget(c);
    return RC_OK;
}

static void pg_rollback(struct conn *base)
{
    struct pg_conn *c = conn_of(base);
    set_aside(c);
    if (!base->broken && (c->begun || c->sent_n > 0)) {
        send_sync(c);
        drain_all(c);
    }
    if (!base->broken && c->begun) {
        send_control(c, "ROLLBACK");
        send_sync(c);
        drain_all(c);
    }
    c->aborted = false;
    forget(c);
}

static void pg_mark(struct conn *base)
{
    struct pg_log *log = &conn_of(base)->log;
    log->n_at_mark = log->n;
    log->bytes_at_mark = log->bytes.n;
}

static enum rc nothing(struct conn *c, struct err *e)
{
    (void)c;
    (void)e;
    return RC_OK;
}

/* What a closure wrote cannot be undone alone, but its rows of the log can be forgotten. */
static bool pg_undo(struct conn *base)
{
    struct pg_conn *c = conn_of(base);
    c->log.n = c->log.n_at_mark;
    c->log.bytes.n = c->log.bytes_at_mark;
    return !base->tx.wrote && !c->aborted && !base->broken;
}

static enum rc pg_append(struct conn *base, struct stmt *st, struct db_value *v, struct err *e)
{
    if (pg_log_add(&conn_of(base)->log, st, v))
        return RC_OK;
    return err_set(e, RC_LIMIT, "log_group", "", "一次提交的行为太多",
                   "too many rows of the log in one commit");
}

static enum rc pg_finish_log(struct conn *base, int64_t *out_last, struct err *e)
{
    static const struct sql NUMBERS = {
        .text = "UPDATE log_sequence SET last = last + $1 WHERE id = 1 RETURNING last",
        .in = "i",
        .out = "i"};
    struct pg_conn *c = conn_of(base);
    int64_t n = (int64_t)c->log.n, last = 0;
    *out_last = 0;
    if (n == 0)
        return RC_OK;
    char lock[96];
    snprintf(lock, sizeof lock, "SELECT pg_advisory_xact_lock(%d, %d)", PG_LOCK_SPACE,
             PG_LOCK_SEQUENCE);
    send_begin(c);
    send_control(c, lock);
    enum rc rc = tx_int(&base->tx, &NUMBERS, &last, e, n);
    for (int64_t i = 0; rc == RC_OK && i < n; i++) {
        struct pg_stmt *st = (struct pg_stmt *)c->log.rows[i].st;
        pg_params_size(&c->params, st->st.in_n);
        pg_log_read(&c->log, (size_t)i, last - n + 1 + i, &c->params);
        rc = send_exec(c, st, e);
    }
    if (rc == RC_OK)
        *out_last = last;
    c->log.n = 0;
    return rc == RC_NOT_FOUND ? err_set(e, RC_CORRUPT, "log_sequence", "", "表 log_sequence 是空的",
                                        "table log_sequence is empty")
                              : rc;
}

/* Several statements in one text: outside the pipeline. */
static enum rc pg_script(struct conn *base, const char *text, struct err *e)
{
    struct pg_conn *c = conn_of(base);
    send_begin(c);
    send_sync(c);
    enum rc rc = pg_settle(base, e);
    if (rc != RC_OK)
        return rc;
    int left = libpq.PQexitPipelineMode(c->pg);
    assert(left == 1 && "nothing is on its way");
    PGresult *result = libpq.PQexec(c->pg, text);
    ExecStatusType status = libpq.PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        c->aborted = true;
        c->failed = pg_result_error(result, NULL, &base->retry, &c->err);
    }
    libpq.PQclear(result);
    check_alive(c);
    if (!base->broken)
        libpq.PQenterPipelineMode(c->pg);
    return c->aborted ? failure(c, e) : RC_OK;
}

const struct driver postgres_driver = {
    .engine = DB_POSTGRES,
    .stmt_bytes = sizeof(struct pg_stmt),
    .open = pg_open,
    .close = pg_close,
    .connect = pg_connect,
    .disconnect = pg_disconnect,
    .alive = pg_alive,
    .begin = pg_begin,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .mark = pg_mark,
    .savepoint = nothing,
    .release = nothing,
    .undo = pg_undo,
    .settle = pg_settle,
    .finish_log = pg_finish_log,
    .prepare = pg_prepare,
    .finalize = pg_finalize,
    .verify = pg_verify,
    .exec = pg_exec,
    .append = pg_append,
    .changes = pg_changes,
    .query = pg_query,
    .next = pg_next,
    .end = pg_end,
    .column_null = pg_column_null,
    .column_int = pg_column_int,
    .column_ints = pg_column_ints,
    .column_double = pg_column_double,
    .column_str = pg_column_str,
    .script = pg_script,
    .backup = pg_backup,
    .check = pg_check,
    .size_bytes = pg_size_bytes,
    .wal_bytes = pg_wal_bytes,
};

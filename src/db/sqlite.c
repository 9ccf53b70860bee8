/* sqlite.c — the driver for SQLite: one file, WAL, every commit synced.
 *
 * synchronous=FULL syncs the log at each commit, so what was acknowledged survives a power cut;
 * the log is copied into the file by a thread of its own (sqlite_care.c), never by a commit. One
 * process writes: it holds flock() on `<path>.lock`, which the system releases even after kill
 * -9. Connections are opened without SQLite's own mutex, since each belongs to one thread at a
 * time.
 *
 * Pages of 4, 8 and 16 KB cost the same processor time for appends (1.0 to 1.6 µs a row) and for
 * inserts in random order (3 to 4 µs); larger ones make trees flatter and the log of small commits
 * longer, so they have 8. The number of the shared sequence is a counter in memory, stored once for
 * each group. Text is bound without a copy when the statement ends before the call does. It
 * refuses a file that is not a database.
 */
#include "db/sqlite.h"

#include "base/limits.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { CACHE_KB = 32 << 10, READER_CACHE_KB = 512, WAL_KEEP_BYTES = 32 << 20 };

struct sqlite_stmt {
    struct stmt st;
    sqlite3_stmt *s;
    uint16_t *index; /* of $1, $2 …: SQLite's number; 0 when the text does not use it */
};

static struct sqlite_conn *conn_of(struct conn *c)
{
    return (struct sqlite_conn *)c;
}

static sqlite3_stmt *native(const struct rows *r)
{
    return ((const struct sqlite_stmt *)r->st)->s;
}

/* ---- errors ---- */

struct code_row {
    int code; /* an extended code, or a primary one for all of its kind */
    enum rc rc;
    const char *name;
};

static const struct code_row CODES[] = {
    {SQLITE_CONSTRAINT_UNIQUE, RC_CONFLICT, "unique"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, RC_CONFLICT, "unique"},
    {SQLITE_CONSTRAINT_ROWID, RC_CONFLICT, "unique"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, RC_CONFLICT, "foreign_key"},
    {SQLITE_CONSTRAINT_CHECK, RC_INVALID, "check"},
    {SQLITE_CONSTRAINT_NOTNULL, RC_INVALID, "not_null"},
    {SQLITE_CONSTRAINT, RC_INVALID, "constraint"},
    {SQLITE_NOTADB, RC_CORRUPT, "not_a_database"},
    {SQLITE_CORRUPT, RC_CORRUPT, "db_corrupt"},
    {SQLITE_BUSY, RC_BUSY, "db_busy"},
    {SQLITE_LOCKED, RC_BUSY, "db_busy"},
    {SQLITE_FULL, RC_IO, "disk_full"},
    {SQLITE_TOOBIG, RC_LIMIT, "too_big"},
};

enum rc sqlite_error(sqlite3 *handle, int code, const char *text, struct err *e)
{
    int full = handle != NULL ? sqlite3_extended_errcode(handle) : code;
    if ((full & 0xff) != (code & 0xff))
        full = code;
    enum rc rc = RC_IO;
    const char *name = "db_io";
    for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
        if (CODES[i].code == full || CODES[i].code == (full & 0xff)) {
            rc = CODES[i].rc;
            name = CODES[i].name;
            break;
        }
    const char *why = handle != NULL ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
    err_set(e, rc, name, "", "数据库没有完成：%s（%d）%s%.120s",
            "the database refused: %s (%d)%s%.120s", why, full, text != NULL ? ": " : "",
            text != NULL ? text : "");
    if (rc == RC_CORRUPT)
        err_hint(e, "停止服务，运行 koi doctor，再从备份恢复",
                 "stop the service, run koi doctor, then restore a backup");
    if ((full & 0xff) == SQLITE_FULL)
        err_hint(e, "磁盘满了，请清出空间", "the disk is full, make room");
    return rc;
}

static enum rc fail(struct conn *c, int code, const char *text, struct err *e)
{
    return sqlite_error(conn_of(c)->handle, code, text, e);
}

/* ---- opening ---- */

/* Takes the lock that only one writing process may hold. The file stays: removing it would let
 * two in. */
static enum rc take_lock(const char *path, int *out_fd, struct err *e)
{
    char name[4096];
    if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name)
        return err_set(e, RC_INVALID, "path_long", "database", "数据库路径太长",
                       "the database path is too long");
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(e, RC_IO, "db_open", "database", "打不开 %s：%s", "cannot open %s: %s", name,
                       strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *out_fd = fd;
        return RC_OK;
    }
    close(fd);
    err_set(e, RC_BUSY, "db_locked", "database", "另一个 Koi 正在使用数据库 %s",
            "another Koi is using the database %s", path);
    err_hint(e, "先停掉它，或把命令交给正在运行的服务",
             "stop it first, or send the command to the running server");
    return RC_BUSY;
}

/* Makes the file so that only its owner can read it; the log and its index get the same mode
 * from SQLite. */
static enum rc touch_file(const char *path, bool may_create, struct err *e)
{
    int fd = open(path, (may_create ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
        return RC_OK;
    }
    enum rc rc = errno == ENOENT && !may_create ? RC_NOT_FOUND : RC_IO;
    return err_set(e, rc, "db_open", "database", "打不开数据库 %s：%s",
                   "cannot open the database %s: %s", path, strerror(errno));
}

static enum rc run_text(sqlite3 *handle, const char *text, struct err *e)
{
    int code = sqlite3_exec(handle, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? RC_OK : sqlite_error(handle, code, text, e);
}

/* Settings that last as long as the connection. The numbers are ours, so formatting them is not
 * formatting SQL. */
static enum rc configure(const struct db *db, sqlite3 *handle, bool writing, struct err *e)
{
    int64_t cache_kb = db->config.cache_kb > 0 ? db->config.cache_kb : CACHE_KB;
    if (!writing && cache_kb > READER_CACHE_KB)
        cache_kb = READER_CACHE_KB;
    char text[512];
    snprintf(text, sizeof text,
             "PRAGMA page_size=%d; %s PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA "
             "wal_autocheckpoint=0; "
             "PRAGMA journal_size_limit=%d; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-%lld; %s",
             SQLITE_PAGE, writing ? "PRAGMA journal_mode=WAL;" : "", WAL_KEEP_BYTES,
             (long long)cache_kb, writing ? "" : "PRAGMA query_only=ON;");
    return run_text(handle, text, e);
}

enum rc sqlite_open_handle(const struct db *db, bool writing, sqlite3 **out, struct err *e)
{
    sqlite3 *handle = NULL;
    int code = sqlite3_open_v2(db->url, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(handle, DB_BUSY_MS);
    /* Plans do not look at bound values; else a statement that a partial index might serve would be
     * compiled again whenever its values change. */
    if (code == SQLITE_OK)
        code = sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    enum rc rc =
        code == SQLITE_OK ? configure(db, handle, writing, e) : sqlite_error(handle, code, NULL, e);
    if (rc == RC_OK)
        rc = run_text(handle, "SELECT count(*) FROM sqlite_schema",
                      e); /* notices a file of another kind */
    if (rc == RC_OK)
        *out = handle;
    else
        sqlite3_close_v2(handle);
    return rc;
}

/* SQLite's memory statistics are one mutex for all threads, and nobody reads them. */
static void configure_library(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static enum rc sqlite_open(struct db *db, struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure_library);
    struct sqlite_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        abort();
    file->lock_fd = -1;
    db->native = file;
    enum rc rc = db->config.read_only ? RC_OK : take_lock(db->url, &file->lock_fd, e);
    if (rc == RC_OK)
        rc = touch_file(db->url, !db->config.read_only, e);
    if (rc == RC_OK && !db->config.read_only)
        file->checkpointer = checkpointer_new(db);
    return rc;
}

static void sqlite_close(struct db *db)
{
    struct sqlite_file *file = db->native;
    if (file == NULL)
        return;
    checkpointer_free(file->checkpointer);
    if (file->lock_fd >= 0)
        close(file->lock_fd);
    free(file);
    db->native = NULL;
}

/* ---- connections ---- */

/* Called by SQLite at the end of each commit that wrote. */
static int after_commit(void *arg, sqlite3 *handle, const char *name, int wal_pages)
{
    (void)name;
    struct sqlite_conn *c = arg;
    checkpointer_tell(c->checkpointer, handle, wal_pages);
    return SQLITE_OK;
}

static enum rc prepare_own(struct sqlite_conn *c, const char *text, sqlite3_stmt **out,
                           struct err *e)
{
    int code = sqlite3_prepare_v3(c->handle, text, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    return code == SQLITE_OK ? RC_OK : sqlite_error(c->handle, code, text, e);
}

static enum rc prepare_controls(struct sqlite_conn *c, bool writing, struct err *e)
{
    enum rc rc = prepare_own(c, writing ? "BEGIN IMMEDIATE" : "BEGIN", &c->begin, e);
    if (rc == RC_OK)
        rc = prepare_own(c, "COMMIT", &c->commit, e);
    if (rc == RC_OK)
        rc = prepare_own(c, "ROLLBACK", &c->rollback, e);
    if (rc != RC_OK || !writing)
        return rc;
    rc = prepare_own(c, "SAVEPOINT closure", &c->savepoint, e);
    if (rc == RC_OK)
        rc = prepare_own(c, "RELEASE closure", &c->release, e);
    if (rc == RC_OK)
        rc = prepare_own(c, "ROLLBACK TO closure", &c->undo, e);
    return rc;
}

static void sqlite_disconnect(struct conn *base)
{
    struct sqlite_conn *c = conn_of(base);
    sqlite3_stmt *own[] = {c->begin,   c->commit, c->rollback, c->savepoint,
                           c->release, c->undo,   c->log_last};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sqlite3_finalize(own[i]);
    if (c->checkpointer != NULL && c->handle != NULL)
        sqlite3_wal_checkpoint_v2(c->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    int code = sqlite3_close(c->handle);
    assert(code == SQLITE_OK && "every statement was finalized");
    free(c);
}

static enum rc sqlite_connect(struct db *db, bool writing, struct conn **out, struct err *e)
{
    struct sqlite_conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        abort();
    enum rc rc = sqlite_open_handle(db, writing, &c->handle, e);
    if (rc == RC_OK)
        rc = prepare_controls(c, writing, e);
    if (rc != RC_OK) {
        sqlite_disconnect(&c->conn);
        return rc;
    }
    if (writing) {
        c->checkpointer = ((struct sqlite_file *)db->native)->checkpointer;
        sqlite3_wal_hook(c->handle, after_commit, c);
    }
    *out = &c->conn;
    return RC_OK;
}

static bool sqlite_alive(struct conn *c)
{
    (void)c;
    return true;
}

/* ---- transactions ---- */

static enum rc run_own(struct conn *c, sqlite3_stmt *s, struct err *e)
{
    int code = sqlite3_step(s);
    sqlite3_reset(s);
    return code == SQLITE_DONE ? RC_OK : fail(c, code, sqlite3_sql(s), e);
}

static void sqlite_mark(struct conn *base)
{
    struct sqlite_conn *c = conn_of(base);
    c->seq_at_mark = base->db->counters.seq;
    c->marked = false;
}

static enum rc sqlite_begin(struct conn *base, struct err *e)
{
    struct sqlite_conn *c = conn_of(base);
    if (base->writing) {
        sqlite_mark(base);
        base->db->counters.settled_seq = c->seq_at_mark;
        base->db->counters.turn++;
    }
    c->seq_at_begin = c->seq_at_mark;
    return run_own(base, c->begin, e);
}

static enum rc sqlite_commit(struct conn *c, struct err *e)
{
    return run_own(c, conn_of(c)->commit, e);
}

/* Some failures (a full disk) have ended the transaction already. */
static void sqlite_rollback(struct conn *base)
{
    struct sqlite_conn *c = conn_of(base);
    if (base->writing)
        base->db->counters.seq = c->seq_at_begin;
    if (sqlite3_get_autocommit(c->handle))
        return;
    (void)run_own(base, c->rollback, NULL);
    assert(sqlite3_get_autocommit(c->handle));
}

static enum rc sqlite_savepoint(struct conn *base, struct err *e)
{
    struct sqlite_conn *c = conn_of(base);
    enum rc rc = run_own(base, c->savepoint, e);
    c->marked = rc == RC_OK;
    return rc;
}

static enum rc sqlite_release(struct conn *base, struct err *e)
{
    struct sqlite_conn *c = conn_of(base);
    if (!c->marked)
        return RC_OK;
    c->marked = false;
    return run_own(base, c->release, e);
}

static bool sqlite_undo(struct conn *base)
{
    struct sqlite_conn *c = conn_of(base);
    if (sqlite3_get_autocommit(c->handle))
        return false;
    base->db->counters.seq = c->seq_at_mark;
    base->db->counters.turn++;
    if (!c->marked)
        return !base->tx.wrote;
    return run_own(base, c->undo, NULL) == RC_OK && sqlite_release(base, NULL) == RC_OK;
}

static enum rc sqlite_settle(struct conn *c, struct err *e)
{
    (void)c;
    (void)e;
    return RC_OK;
}

static enum rc sqlite_finish_log(struct conn *base, int64_t *out_last, struct err *e)
{
    struct sqlite_conn *c = conn_of(base);
    int64_t last = base->db->counters.seq;
    if (last == c->seq_at_begin) {
        *out_last = 0;
        return RC_OK;
    }
    if (c->log_last == NULL) {
        enum rc rc =
            prepare_own(c, "UPDATE log_sequence SET last = $1 WHERE id = 1", &c->log_last, e);
        if (rc != RC_OK)
            return rc;
    }
    sqlite3_bind_int64(c->log_last, 1, last);
    enum rc rc = run_own(base, c->log_last, e);
    if (rc == RC_OK)
        *out_last = last;
    return rc;
}

/* ---- statements ---- */

/* "$12" → 12 */
static size_t parameter_number(const char *name)
{
    int64_t n = 0;
    bool ok = name != NULL && name[0] == '$' && str_to_i64(str_from(name + 1), &n);
    assert(ok && n >= 1 && n <= DB_PARAMS && "parameters are called $1, $2 …");
    return (size_t)n;
}

static enum rc sqlite_prepare(struct conn *c, struct stmt *base, struct err *e)
{
    struct sqlite_stmt *st = (struct sqlite_stmt *)base;
    sqlite3 *handle = conn_of(c)->handle;
    const char *rest = NULL;
    int code = sqlite3_prepare_v3(handle, base->text, -1, SQLITE_PREPARE_PERSISTENT, &st->s, &rest);
    if (code != SQLITE_OK)
        return fail(c, code, base->text, e);
    assert(st->s != NULL && str_empty(str_trim(str_from(rest))) && "one statement");
    base->writes = !sqlite3_stmt_readonly(st->s);
    assert((size_t)sqlite3_column_count(st->s) == base->out_n &&
           "as many columns as `out` has letters");

    st->index = calloc(base->in_n + 1, sizeof *st->index);
    if (st->index == NULL)
        abort();
    int n = sqlite3_bind_parameter_count(st->s);
    for (int i = 1; i <= n; i++) {
        size_t number = parameter_number(sqlite3_bind_parameter_name(st->s, i));
        assert(number <= base->in_n && "as many letters in `in` as parameters in the text");
        st->index[number - 1] = (uint16_t)i;
    }
#ifdef KOI_DEBUG_CHECKS
    return sqlite_refuse_scan(handle, base->text, e);
#else
    return RC_OK;
#endif
}

static void sqlite_finalize(struct conn *c, struct stmt *base)
{
    (void)c;
    struct sqlite_stmt *st = (struct sqlite_stmt *)base;
    sqlite3_finalize(st->s);
    free(st->index);
}

/* SQLite's prepare has looked at everything already. */
static enum rc sqlite_verify(struct conn *c, struct stmt *st, struct err *e)
{
    (void)c;
    (void)st;
    (void)e;
    return RC_OK;
}

static int bind_str(sqlite3_stmt *s, int at, char type, struct str v, sqlite3_destructor_type keep)
{
    if (v.p == NULL)
        return sqlite3_bind_null(s, at);
    if (type == 's' || type == 'S')
        return sqlite3_bind_text64(s, at, v.p, v.n, keep, SQLITE_UTF8);
    return sqlite3_bind_blob64(s, at, v.p, v.n, keep);
}

static int bind_one(sqlite3_stmt *s, int at, char type, const struct db_value *v,
                    sqlite3_destructor_type keep)
{
    switch (type) {
    case 'i':
    case 'I':
        return v->i == DB_NULL ? sqlite3_bind_null(s, at) : sqlite3_bind_int64(s, at, v->i);
    case 'd':
    case 'D': {
        bool whole = v->type == 'i' || v->type == 'I';
        if (whole && v->i == DB_NULL)
            return sqlite3_bind_null(s, at);
        return sqlite3_bind_double(s, at, whole ? (double)v->i : v->d); /* NaN becomes NULL */
    }
    default:
        return bind_str(s, at, type, v->s, keep);
    }
}

static enum rc bind(struct conn *c, const struct sqlite_stmt *st, const struct db_value *v,
                    sqlite3_destructor_type keep, struct err *e)
{
    for (size_t i = 0; i < st->st.in_n; i++) {
        if (st->index[i] == 0)
            continue;
        int code = bind_one(st->s, st->index[i], st->st.in[i], &v[i], keep);
        if (code != SQLITE_OK)
            return fail(c, code, st->st.text, e);
    }
    return RC_OK;
}

static enum rc sqlite_exec(struct conn *c, struct stmt *base, const struct db_value *v,
                           struct err *e)
{
    struct sqlite_stmt *st = (struct sqlite_stmt *)base;
    enum rc rc = bind(c, st, v, SQLITE_STATIC, e);
    if (rc != RC_OK)
        return rc;
    int code = sqlite3_step(st->s);
    if (code != SQLITE_DONE)
        rc = fail(c, code, base->text, e);
    sqlite3_reset(st->s);
    return rc;
}

static enum rc sqlite_append(struct conn *c, struct stmt *st, struct db_value *v, struct err *e)
{
    struct tx *tx = &c->tx;
    if (!tx->wrote && tx->grouped) {
        enum rc rc = sqlite_savepoint(c, e);
        if (rc != RC_OK)
            return rc;
    }
    tx->wrote = true;
    v[0].i = c->db->counters.seq + 1;
    enum rc rc = sqlite_exec(c, st, v, e);
    if (rc == RC_OK)
        c->db->counters.seq = v[0].i;
    return rc;
}

static int64_t sqlite_changes(struct conn *c)
{
    return sqlite3_changes64(conn_of(c)->handle);
}

static enum rc sqlite_query(struct conn *c, struct stmt *base, const struct db_value *v, bool one,
                            struct err *e)
{
    (void)one;
    /* Later steps look at the values again, when the caller's may be gone. */
    return bind(c, (struct sqlite_stmt *)base, v, SQLITE_TRANSIENT, e);
}

static enum step sqlite_next(struct rows *r, struct err *e)
{
    int code = sqlite3_step(native(r));
    if (code == SQLITE_ROW)
        return STEP_ROW;
    if (code == SQLITE_DONE)
        return STEP_END;
    fail(r->tx->conn, code, r->st->text, e);
    return STEP_FAILED;
}

static void sqlite_end(struct rows *r)
{
    sqlite3_reset(native(r));
}

static bool sqlite_column_null(const struct rows *r, int column)
{
    return sqlite3_column_type(native(r), column) == SQLITE_NULL;
}

static int64_t sqlite_column_int(const struct rows *r, int column)
{
    assert(sqlite3_column_type(native(r), column) == SQLITE_INTEGER &&
           "an i column holds integers: cast it");
    return sqlite3_column_int64(native(r), column);
}

static void sqlite_column_ints(const struct rows *r, size_t n, int64_t *out)
{
    sqlite3_stmt *s = native(r);
    for (int i = 0; i < (int)n; i++) {
        out[i] = sqlite3_column_int64(s, i);
        if (out[i] == 0 && sqlite3_column_type(s, i) == SQLITE_NULL)
            out[i] = DB_NULL;
    }
}

static double sqlite_column_double(const struct rows *r, int column)
{
    int type = sqlite3_column_type(native(r), column);
    assert((type == SQLITE_FLOAT || type == SQLITE_INTEGER) && "a d column holds numbers: cast it");
    return sqlite3_column_double(native(r), column);
}

/* SQLite gives no address for an empty blob. */
static struct str sqlite_column_str(const struct rows *r, int column)
{
    char want = r->st->out[column];
    int type = sqlite3_column_type(native(r), column);
    assert(type == (want == 's' || want == 'S' ? SQLITE_TEXT : SQLITE_BLOB) &&
           "s columns hold text, b columns bytes");
    (void)type;
    (void)want;
    const char *p = sqlite3_column_blob(native(r), column);
    return (struct str){p != NULL ? p : "", (size_t)sqlite3_column_bytes(native(r), column)};
}

static enum rc sqlite_script(struct conn *c, const char *text, struct err *e)
{
    return run_text(conn_of(c)->handle, text, e);
}

const struct driver sqlite_driver = {
    .engine = DB_SQLITE,
    .savepoints = true,
    .stmt_bytes = sizeof(struct sqlite_stmt),
    .open = sqlite_open,
    .close = sqlite_close,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .alive = sqlite_alive,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .mark = sqlite_mark,
    .savepoint = sqlite_savepoint,
    .release = sqlite_release,
    .undo = sqlite_undo,
    .settle = sqlite_settle,
    .finish_log = sqlite_finish_log,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .verify = sqlite_verify,
    .exec = sqlite_exec,
    .append = sqlite_append,
    .changes = sqlite_changes,
    .query = sqlite_query,
    .next = sqlite_next,
    .end = sqlite_end,
    .column_null = sqlite_column_null,
    .column_int = sqlite_column_int,
    .column_ints = sqlite_column_ints,
    .column_double = sqlite_column_double,
    .column_str = sqlite_column_str,
    .scan = sqlite_scan,
    .script = sqlite_script,
    .backup = sqlite_backup,
    .check = sqlite_check,
    .size_bytes = sqlite_size_bytes,
    .wal_bytes = sqlite_wal_bytes,
};

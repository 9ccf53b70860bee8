/* sqlite_care.c — what a SQLite file needs beside statements: checkpoints, copies, checks.
 *
 * The checkpointer copies the write-ahead log into the file in the background (PASSIVE: it waits
 * for nobody and nobody waits for it). SQLite starts the log again from its beginning only when
 * a write finds all of it copied and no reader inside, which under a steady load never happens
 * by itself; so past WAL_MOST the writing thread, between two commits, copies the little that is
 * left and waits some ms for the readers. The log is thus bounded by about twice WAL_MOST,
 * unless a reader keeps one snapshot open for minutes: then it must grow.
 *
 * A commit that makes the log longer must also have the file system write down its new length,
 * which doubles the wait of its sync; so the log is made longer ahead of time, by zeros that SQLite
 * reads as the log's end.
 *
 * A backup is taken inside one read transaction, so it never starts over however much is written
 * meanwhile; it appears under its name when it is whole and synced. The scan check reads the
 * program that SQLite made of a statement: a full-scan step on a cursor that was opened on a
 * real table.
 */
#include "db/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WAL_SOME = (4 << 20) / SQLITE_PAGE,   /* pages not copied yet that wake the checkpointer */
    WAL_LITTLE = (1 << 20) / SQLITE_PAGE, /* what the writing thread may have to copy */
    WAL_MOST = (16 << 20) / SQLITE_PAGE,  /* past this the log should begin anew */
    RESTART_MS = 10, /* for each WAL_MOST of the log: how long to wait for readers */
    WAL_HEADER = 32, /* bytes before the first frame */
    WAL_FRAME = SQLITE_PAGE + 24,
    WAL_STEADY = 16,           /* pages in the log from which on it is made longer ahead */
    WAL_AHEAD_LOW = 256 << 10, /* bytes ahead of the last frame that call for more … */
    WAL_AHEAD = 2 << 20,       /* … and how many more */
    WAL_AHEAD_UNTIL = 2 * WAL_MOST * SQLITE_PAGE, /* no longer than this ahead of time */
    BACKUP_PAGES = 256,
};

/* ---- checkpoints ---- */

struct checkpointer {
    const struct db *db;
    pthread_t thread;
    struct lock lock; /* stopping and wanted */
    struct signal wake, idle;
    bool stopping, wanted;
    atomic_bool busy;  /* the thread is at work, or about to be */
    atomic_int copied; /* pages of the log that are in the file already */
    /* Of the writing thread: pages in the log at the last commit, at the last try to begin anew. */
    int64_t pages, tried_at;
    int64_t log_bytes; /* of the file, as last seen by the writing thread */
};

/* One pass; what was copied is remembered even when readers kept it from finishing. */
static int checkpoint(struct checkpointer *p, sqlite3 *handle, int mode)
{
    int in_log = -1, copied = -1;
    int code = sqlite3_wal_checkpoint_v2(handle, NULL, mode, &in_log, &copied);
    if (copied >= 0)
        atomic_store(&p->copied, copied);
    return code;
}

static void *checkpointer_run(void *arg)
{
    struct checkpointer *p = arg;
    sqlite3 *handle = NULL;
    lock_take(&p->lock);
    while (!p->stopping) {
        if (!p->wanted) {
            signal_wait(&p->wake, &p->lock);
            continue;
        }
        p->wanted = false;
        lock_give(&p->lock);
        if (handle != NULL || sqlite_open_handle(p->db, true, &handle, NULL) == RC_OK)
            (void)checkpoint(p, handle, SQLITE_CHECKPOINT_PASSIVE);
        lock_take(&p->lock);
        atomic_store(&p->busy, false);
        signal_all(&p->idle);
    }
    lock_give(&p->lock);
    sqlite3_close(handle);
    return NULL;
}

struct checkpointer *checkpointer_new(const struct db *db)
{
    struct checkpointer *p = calloc(1, sizeof *p);
    if (p == NULL)
        abort();
    p->db = db;
    lock_init(&p->lock, LOCK_LEAF);
    signal_init(&p->wake);
    signal_init(&p->idle);
    p->thread = thread_start("koi-checkpoint", checkpointer_run, p);
    return p;
}

void checkpointer_free(struct checkpointer *p)
{
    if (p == NULL)
        return;
    lock_take(&p->lock);
    p->stopping = true;
    signal_one(&p->wake);
    lock_give(&p->lock);
    pthread_join(p->thread, NULL);
    signal_done(&p->wake);
    signal_done(&p->idle);
    lock_done(&p->lock);
    free(p);
}

static void wake(struct checkpointer *p)
{
    if (atomic_exchange(&p->busy, true))
        return;
    lock_take(&p->lock);
    p->wanted = true;
    signal_one(&p->wake);
    lock_give(&p->lock);
}

static void wait_until_idle(struct checkpointer *p)
{
    lock_take(&p->lock);
    while (atomic_load(&p->busy))
        signal_wait(&p->idle, &p->lock);
    lock_give(&p->lock);
}

/* The writing thread's help: after it the next commit begins the log anew, if it succeeded.
 * While a reader keeps one snapshot open it cannot; then it tries again each time the log has
 * grown by an eighth. */
static void restart_log(struct checkpointer *p, sqlite3 *writer)
{
    p->tried_at = p->pages;
    sqlite3_busy_timeout(writer, (int)(p->pages / WAL_MOST) * RESTART_MS);
    (void)checkpoint(p, writer, SQLITE_CHECKPOINT_RESTART);
    sqlite3_busy_timeout(writer, DB_BUSY_MS);
}

/* Writes zeros behind the end of the log. Not synced: the next commit does it. What cannot be
 * written is not needed either. */
static void lengthen_log(struct checkpointer *p, sqlite3 *writer, int64_t used)
{
    static const char ZEROS[64 << 10];
    sqlite3_file *log = NULL;
    sqlite3_int64 size = 0;
    if (sqlite3_file_control(writer, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK ||
        log == NULL || log->pMethods == NULL || log->pMethods->xFileSize(log, &size) != SQLITE_OK)
        return;
    sqlite3_int64 until = size < used + WAL_AHEAD_LOW ? size + WAL_AHEAD : size;
    while (size < until && log->pMethods->xWrite(log, ZEROS, (int)sizeof ZEROS, size) == SQLITE_OK)
        size += (sqlite3_int64)sizeof ZEROS;
    p->log_bytes = size;
}

void checkpointer_tell(struct checkpointer *p, sqlite3 *writer, int64_t wal_pages)
{
    int64_t used = WAL_HEADER + wal_pages * WAL_FRAME;
    if (wal_pages >= WAL_STEADY && used + WAL_AHEAD_LOW > p->log_bytes && used < WAL_AHEAD_UNTIL)
        lengthen_log(p, writer, used);
    if (wal_pages < p->pages) { /* it began anew */
        atomic_store(&p->copied, 0);
        p->tried_at = 0;
        p->log_bytes = 0; /* it may have been cut */
    }
    p->pages = wal_pages;
    int64_t left = wal_pages - atomic_load(&p->copied);
    bool large = wal_pages >= WAL_MOST && wal_pages >= p->tried_at + p->tried_at / 8;
    if (large && wal_pages >= 2 * WAL_MOST) {
        wait_until_idle(p);
        restart_log(p, writer);
    } else if (large && left <= WAL_LITTLE && !atomic_load(&p->busy)) {
        restart_log(p, writer);
    } else if (left >= WAL_SOME || (large && left > WAL_LITTLE)) {
        wake(p);
    }
}

/* ---- copies ---- */

static bool default_progress(void *ctx, int64_t done_pages, int64_t all_pages)
{
    (void)ctx;
    return done_pages <= all_pages;
}

/* Copies in steps; `from` is inside a read transaction, so nothing starts over. */
static enum rc copy_pages(sqlite3 *from, sqlite3 *to, bool (*progress)(void *, int64_t, int64_t),
                          void *ctx, struct err *e)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", from, "main");
    if (copy == NULL)
        return sqlite_error(to, sqlite3_errcode(to), NULL, e);
    int code = SQLITE_OK;
    bool stopped = false;
    while (code == SQLITE_OK && !stopped) {
        code = sqlite3_backup_step(copy, BACKUP_PAGES);
        int64_t all = sqlite3_backup_pagecount(copy);
        stopped = !progress(ctx, all - sqlite3_backup_remaining(copy), all);
    }
    int finish = sqlite3_backup_finish(copy);
    if (code == SQLITE_DONE && finish == SQLITE_OK)
        return RC_OK;
    if (stopped && code == SQLITE_OK)
        return err_set(e, RC_BUSY, "backup_stopped", "", "备份被中止", "the backup was stopped");
    return sqlite_error(to, code != SQLITE_OK && code != SQLITE_DONE ? code : finish, NULL, e);
}

static enum rc sync_path(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (ok)
        return RC_OK;
    return err_set(e, RC_IO, "backup_sync", "path", "%s 没有写到磁盘：%s",
                   "%s did not reach the disk: %s", path, strerror(error));
}

/* Gives the finished copy its name, for good. Never over a file that is there. */
static enum rc publish(const char *part, const char *path, struct err *e)
{
    enum rc rc = sync_path(part, e);
    if (rc != RC_OK)
        return rc;
    if (link(part, path) != 0)
        return err_set(e, errno == EEXIST ? RC_CONFLICT : RC_IO, "backup_name", "path",
                       "不能建立备份 %s：%s", "cannot make the backup %s: %s", path,
                       strerror(errno));
    char folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - path + 1) : 1,
             slash != NULL ? path : ".");
    return sync_path(folder, e);
}

static enum rc copy_to(struct sqlite_conn *from, const char *part,
                       bool (*progress)(void *, int64_t, int64_t), void *ctx, struct err *e)
{
    int fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(e, RC_IO, "backup_open", "path", "不能建立备份 %s：%s",
                       "cannot make the backup %s: %s", part, strerror(errno));
    close(fd);
    sqlite3 *to = NULL;
    int code = sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    /* Nobody believes a part, so a rollback journal and syncing each step would be for nothing. */
    if (code == SQLITE_OK)
        code =
            sqlite3_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL);
    enum rc rc = code == SQLITE_OK ? copy_pages(from->handle, to, progress, ctx, e)
                                   : sqlite_error(to, code, NULL, e);
    sqlite3_close_v2(to);
    return rc;
}

enum rc sqlite_backup(struct db *db, const char *path, bool (*progress)(void *, int64_t, int64_t),
                      void *ctx, struct err *e)
{
    char part[4096];
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return err_set(e, RC_INVALID, "path_long", "path", "路径太长", "the path is too long");
    if (access(path, F_OK) == 0)
        return err_set(e, RC_CONFLICT, "backup_exists", "path", "%s 已经存在", "%s exists already",
                       path);
    static const struct sql SNAPSHOT = {.text = "SELECT count(*) FROM sqlite_schema", .out = "i"};
    struct tx *tx;
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    int64_t tables;
    rc = tx_int(tx, &SNAPSHOT, &tables, e);
    if (rc == RC_OK)
        rc = copy_to((struct sqlite_conn *)tx->conn, part,
                     progress != NULL ? progress : default_progress, ctx, e);
    db_read_end(tx);
    if (rc == RC_OK)
        rc = publish(part, path, e);
    unlink(part);
    return rc;
}

/* ---- checks ---- */

enum rc sqlite_check(struct db *db, struct err *e)
{
    static const struct sql INTEGRITY = {
        .text = "SELECT integrity_check FROM pragma_integrity_check(1)", .out = "s"};
    static const struct sql KEYS = {
        .text = "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 1",
        .out = "sIs"};
    struct tx *tx;
    struct rows *r;
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = tx_find(tx, &INTEGRITY, &r, e);
    if (rc == RC_OK && !str_eq(rows_str(r, 0), STR("ok")))
        rc = err_set(e, RC_CORRUPT, "integrity", "database", "数据库文件损坏：" STR_FMT,
                     "the database file is damaged: " STR_FMT, STR_ARG(rows_str(r, 0)));
    if (rc == RC_OK)
        rc = tx_find(tx, &KEYS, &r, e);
    if (rc == RC_OK)
        rc = err_set(e, RC_CORRUPT, "foreign_key", "database",
                     "表 " STR_FMT " 的一行指向 " STR_FMT " 里不存在的行",
                     "a row of table " STR_FMT " refers to a row of " STR_FMT " that is not there",
                     STR_ARG(rows_str(r, 0)), STR_ARG(rows_str(r, 2)));
    else if (rc == RC_NOT_FOUND)
        rc = RC_OK;
    db_read_end(tx);
    return rc;
}

static int64_t file_bytes(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

int64_t sqlite_wal_bytes(struct db *db)
{
    char name[4096];
    snprintf(name, sizeof name, "%s-wal", db->url);
    return file_bytes(name);
}

int64_t sqlite_size_bytes(struct db *db)
{
    return file_bytes(db->url) + sqlite_wal_bytes(db);
}

/* ---- the scan check of debug builds ---- */

enum {
    CURSORS = 256,
    EXPLAIN_OPCODE = 1,
    EXPLAIN_P1 = 2,
    EXPLAIN_P2 = 3,
    EXPLAIN_P3 = 4,
    EXPLAIN_P5 = 6
};

/* Whether the page is the root of a table (and not of an index). */
static bool is_table_root(sqlite3 *handle, int64_t root)
{
    sqlite3_stmt *s = NULL;
    bool yes = false;
    if (sqlite3_prepare_v2(handle,
                           "SELECT 1 FROM sqlite_schema WHERE rootpage = $1 AND type = 'table'", -1,
                           &s, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(s, 1, root);
        yes = sqlite3_step(s) == SQLITE_ROW;
    }
    sqlite3_finalize(s);
    return yes;
}

/* Walks over the program: which cursors stand on real tables, and which of them a step is marked
 * as part of a full scan (1, SQLITE_STMTSTATUS_FULLSCAN_STEP) or of building an index for this
 * one query (3, SQLITE_STMTSTATUS_AUTOINDEX). */
static bool program_scans(sqlite3 *handle, sqlite3_stmt *program)
{
    int64_t root_of[CURSORS] = {0};
    bool stepped[CURSORS] = {false};
    while (sqlite3_step(program) == SQLITE_ROW) {
        struct str op = str_from((const char *)sqlite3_column_text(program, EXPLAIN_OPCODE));
        int64_t cursor = sqlite3_column_int64(program, EXPLAIN_P1);
        if (cursor < 0 || cursor >= CURSORS)
            continue;
        int mark = sqlite3_column_int(program, EXPLAIN_P5);
        if (str_eq(op, STR("OpenRead")) && sqlite3_column_int(program, EXPLAIN_P3) == 0)
            root_of[cursor] = sqlite3_column_int64(program, EXPLAIN_P2);
        if ((str_eq(op, STR("Next")) || str_eq(op, STR("Prev"))) &&
            (mark == SQLITE_STMTSTATUS_FULLSCAN_STEP || mark == SQLITE_STMTSTATUS_AUTOINDEX))
            stepped[cursor] = true;
    }
    for (int i = 0; i < CURSORS; i++)
        if (stepped[i] && root_of[i] > 1 && is_table_root(handle, root_of[i]))
            return true;
    return false;
}

/* "EXPLAIN …" or the like, prepared; NULL when the text does not prepare. */
static sqlite3_stmt *explain(sqlite3 *handle, const char *how, const char *text)
{
    size_t n = strlen(how) + strlen(text) + 2;
    char *explained = malloc(n);
    if (explained == NULL)
        abort();
    snprintf(explained, n, "%s %s", how, text);
    sqlite3_stmt *s = NULL;
    (void)sqlite3_prepare_v2(handle, explained, -1, &s, NULL);
    free(explained);
    return s;
}

/* Whether the plan speaks of scanning. It also does so of subqueries, and does not of max(id),
 * which the program codes as a scan that stops at once: hence both are asked. */
static bool plan_scans(sqlite3_stmt *plan)
{
    bool scans = false;
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *detail = (const char *)sqlite3_column_text(plan, 3);
        scans = scans || strncmp(detail, "SCAN ", 5) == 0 || strstr(detail, " AUTOMATIC ") != NULL;
    }
    return scans;
}

enum rc sqlite_refuse_scan(sqlite3 *handle, const char *text, struct err *e)
{
    if (strstr(text, "/*scan*/") != NULL)
        return RC_OK;
    sqlite3_stmt *plan = explain(handle, "EXPLAIN QUERY PLAN", text),
                 *program = explain(handle, "EXPLAIN", text);
    bool scans =
        plan != NULL && program != NULL && plan_scans(plan) && program_scans(handle, program);
    sqlite3_finalize(plan);
    sqlite3_finalize(program);
    if (!scans)
        return RC_OK;
    err_set(e, RC_IO, "full_scan", "", "语句会扫描整张表：%.200s",
            "a statement scans a whole table: %.200s", text);
    err_hint(e, "加索引，或在语句里写上 scan 注释",
             "add an index, or say so with the comment scan in the text");
    return RC_IO;
}

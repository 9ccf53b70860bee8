/* db.c — opening, the pool of read connections, and the life of a transaction.
 *
 * A database has one connection that writes (unless it was opened to be read only), lent to the
 * migration or the writer thread, and up to `readers` connections that read, opened when first
 * needed and kept on a stack, so that the warmest is used next. A reader that finds none free
 * waits for one. A connection carries its one transaction, so beginning allocates nothing.
 *
 * Invariants: opened = idle + in_use <= readers; a connection is on the stack or with one
 * thread; a transaction that failed stays failed until it ends. Costs one mutex to begin and one
 * to end. It refuses ":memory:" and closing while a transaction is open.
 */
#include "db/driver.h"

#include "base/clock.h"
#include "base/limits.h"

#include <assert.h>

static bool is_postgres(struct str url)
{
    return str_starts(url, STR("postgresql://")) || str_starts(url, STR("postgres://"));
}

static enum rc check_config(const struct db_config *config, struct err *e)
{
    assert(config->readers >= 1 && config->readers <= LIMIT_READERS);
    assert(config->node >= 0 && config->node <= 63);
    struct str url = str_from(config->url);
    if (!str_empty(url) && str_find(url, STR(":memory:")) < 0)
        return RC_OK;
    err_set(e, RC_INVALID, "db_url", "database", "数据库地址为空，或只在内存里",
            "the database address is empty or names memory only");
    err_hint(e, "写一个文件路径，或 postgresql://用户@主机/库名",
             "give a file path, or postgresql://user@host/name");
    return RC_INVALID;
}

/* ---- connections ---- */

static void conn_close(struct conn *c)
{
    if (c == NULL)
        return;
    assert(!c->tx.running);
    stmt_cache_done(c);
    arena_done(&c->tx.arena);
    c->db->driver->disconnect(c);
}

static enum rc conn_open(struct db *db, bool writing, struct conn **out, struct err *e)
{
    struct conn *c = NULL;
    enum rc rc = db->driver->connect(db, writing, &c, e);
    if (rc != RC_OK)
        return rc;
    assert(c != NULL);
    c->db = db;
    c->writing = writing;
    c->tx = (struct tx){.db = db, .conn = c, .writing = writing};
    arena_init(&c->tx.arena, 0);
    *out = c;
    return RC_OK;
}

enum rc db_revive_writer(struct db *db, struct err *e)
{
    assert(db->writer == NULL || db->writer->broken);
    conn_close(db->writer);
    db->writer = NULL;
    return conn_open(db, true, &db->writer, e);
}

/* An idle connection, or leave to open one (RC_OK and NULL). */
static struct conn *pool_take(struct db *db)
{
    lock_take(&db->lock);
    while (db->idle == NULL && db->opened >= db->config.readers)
        signal_wait(&db->freed, &db->lock);
    struct conn *c = db->idle;
    if (c != NULL)
        db->idle = c->next;
    else
        db->opened++;
    db->in_use++;
    assert(db->in_use <= db->opened);
    lock_give(&db->lock);
    return c;
}

/* Gives a connection back, or the leave to have one (NULL). */
static void pool_give(struct db *db, struct conn *c)
{
    if (c != NULL && c->broken) {
        conn_close(c);
        c = NULL;
    }
    lock_take(&db->lock);
    assert(db->in_use > 0);
    db->in_use--;
    if (c != NULL) {
        c->next = db->idle;
        db->idle = c;
    } else {
        db->opened--;
    }
    signal_one(&db->freed);
    lock_give(&db->lock);
}

static enum rc reader_take(struct db *db, struct conn **out, struct err *e)
{
    struct conn *c = pool_take(db);
    if (c != NULL && !db->driver->alive(c)) {
        conn_close(c);
        c = NULL;
    }
    enum rc rc = c != NULL ? RC_OK : conn_open(db, false, &c, e);
    if (rc == RC_OK)
        *out = c;
    else
        pool_give(db, NULL);
    return rc;
}

/* ---- opening and closing ---- */

enum rc db_open(const struct db_config *config, struct db **out, struct err *e)
{
    enum rc rc = check_config(config, e);
    if (rc != RC_OK)
        return rc;

    struct db *db = calloc(1, sizeof *db);
    if (db == NULL)
        abort();
    db->driver = is_postgres(str_from(config->url)) ? &postgres_driver : &sqlite_driver;
    db->url = strdup(config->url);
    db->config = *config;
    db->config.url = db->url;
    lock_init(&db->lock, LOCK_POOL);
    signal_init(&db->freed);

    rc = db->driver->open(db, e);
    if (rc == RC_OK && !config->read_only)
        rc = conn_open(db, true, &db->writer, e);
    if (rc == RC_OK && config->read_only) {
        struct conn *c;
        rc = reader_take(db, &c, e);
        if (rc == RC_OK)
            pool_give(db, c);
    }
    if (rc == RC_OK)
        *out = db;
    else
        db_close(db);
    return rc;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    assert(db->in_use == 0 && !db->writer_taken &&
           "close after the last transaction and the writer");
    while (db->idle != NULL) {
        struct conn *c = db->idle;
        db->idle = c->next;
        conn_close(c);
    }
    conn_close(db->writer);
    db->driver->close(db);
    if (db->beside != NULL)
        db->beside_done(db->beside);
    signal_done(&db->freed);
    lock_done(&db->lock);
    free(db->url);
    free(db);
}

int db_readers(const struct db *db)
{
    return db->config.readers;
}

void *db_beside(struct db *db, void *(*make)(void), void (*done)(void *))
{
    lock_take(&db->lock);
    if (db->beside == NULL) {
        db->beside = make();
        db->beside_done = done;
    }
    void *beside = db->beside;
    lock_give(&db->lock);
    assert(beside != NULL && db->beside_done == done);
    return beside;
}

enum db_engine db_engine_of(const struct db *db)
{
    return db->driver->engine;
}

/* ---- transactions ---- */

enum rc tx_fail(struct tx *tx, enum rc rc, struct err *e)
{
    assert(rc != RC_OK && rc != RC_NOT_FOUND);
    if (tx->failed == RC_OK) {
        tx->failed = rc;
        tx->err.rc = rc;
    }
    if (e != NULL && e != &tx->err)
        *e = tx->err;
    return tx->failed;
}

void tx_end_rows(struct tx *tx)
{
    while (tx->open != NULL)
        (void)rows_end(tx->open, NULL);
}

/* Forgets everything of the transaction but where its memory is. */
static void tx_finish(struct conn *c)
{
    c->tx.running = c->tx.grouped = c->tx.wrote = false;
#ifdef KOI_DEBUG_CHECKS
    arena_done(&c->tx.arena);
#else
    arena_reset(&c->tx.arena);
#endif
}

enum rc conn_begin(struct conn *c, const char *where, struct err *e)
{
    struct tx *tx = &c->tx;
    assert(!tx->running && tx->open == NULL);
    tx->where = where;
    tx->failed = RC_OK;
    tx->grouped = tx->wrote = false;
    tx->now_us = clock_now_us();
    c->retry = false;
    enum rc rc = c->db->driver->begin(c, &tx->err);
    if (rc != RC_OK)
        return tx_fail(tx, rc, e);
    tx->running = true;
    return RC_OK;
}

enum rc conn_commit(struct conn *c, struct err *e)
{
    struct tx *tx = &c->tx;
    assert(tx->running);
    tx_end_rows(tx);
    enum rc rc = tx->failed != RC_OK ? tx->failed : c->db->driver->commit(c, &tx->err);
    if (rc != RC_OK) {
        tx_fail(tx, rc, e);
        conn_rollback(c);
        return rc;
    }
    tx_finish(c);
    return RC_OK;
}

void conn_rollback(struct conn *c)
{
    if (c->tx.running) {
        tx_end_rows(&c->tx);
        c->db->driver->rollback(c);
    }
    tx_finish(c);
}

enum rc db_read_begin_at(struct db *db, const char *where, struct tx **out, struct err *e)
{
    struct conn *c;
    enum rc rc = reader_take(db, &c, e);
    if (rc != RC_OK)
        return rc;
    rc = conn_begin(c, where, e);
    if (rc != RC_OK) {
        pool_give(db, c);
        return rc;
    }
    *out = &c->tx;
    return RC_OK;
}

void db_read_end(struct tx *tx)
{
    if (tx == NULL)
        return;
    struct conn *c = tx->conn;
    assert(!c->writing && tx->running && "ended once, and only what db_read_begin() gave");
    if (tx->failed != RC_OK)
        conn_rollback(c);
    else
        (void)conn_commit(c, NULL);
    pool_give(c->db, c);
}

const char *tx_where(const struct tx *tx)
{
    return tx->where;
}

struct arena *tx_arena(struct tx *tx)
{
    return &tx->arena;
}

struct db *tx_db(struct tx *tx)
{
    return tx->db;
}

enum db_engine tx_engine(const struct tx *tx)
{
    return tx->db->driver->engine;
}

bool tx_is_writing(const struct tx *tx)
{
    return tx->writing;
}

int64_t tx_now_us(const struct tx *tx)
{
    return tx->now_us;
}

int64_t tx_now_s(const struct tx *tx)
{
    return tx->now_us / 1000000;
}

/* ---- care ---- */

enum rc db_backup(struct db *db, const char *path, bool (*progress)(void *, int64_t, int64_t),
                  void *ctx, struct err *e)
{
    return db->driver->backup(db, path, progress, ctx, e);
}

enum rc db_check(struct db *db, struct err *e)
{
    return db->driver->check(db, e);
}

int64_t db_size_bytes(struct db *db)
{
    return db->driver->size_bytes(db);
}

int64_t db_wal_bytes(struct db *db)
{
    return db->driver->wal_bytes(db);
}

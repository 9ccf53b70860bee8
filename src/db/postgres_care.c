/* postgres_care.c — connecting to PostgreSQL, and what it needs beside statements.
 *
 * A connection is made with libpq's own reading of the address, so host lists, TLS and password
 * files work as everywhere. The one that writes holds an advisory lock on its node's number for
 * as long as it lives: two processes with one node number would give the same ids, so the second
 * is told RC_BUSY. Refused: servers before 15 and databases that are not in UTF-8.
 */
#include "db/postgres.h"

#include <assert.h>

static struct pg_conn *conn_of(struct conn *c)
{
    return (struct pg_conn *)c;
}

enum rc pg_open(struct db *db, struct err *e)
{
    (void)db;
    return libpq_load(e);
}

void pg_close(struct db *db)
{
    (void)db;
}

/* Notices ("table exists, skipping") would go to standard error. */
static void ignore_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

static enum rc cannot_connect(PGconn *pg, struct err *e)
{
    err_set(e, RC_IO, "db_connect", "database", "连不上数据库：%.250s",
            "cannot connect to the database: %.250s",
            pg != NULL ? libpq.PQerrorMessage(pg) : "memory");
    err_hint(e, "检查地址、用户、口令，以及数据库是否在运行",
             "check the address, the user, the password, and that the server is running");
    return RC_IO;
}

static enum rc check_server(PGconn *pg, struct err *e)
{
    int version = libpq.PQserverVersion(pg);
    if (version < 150000)
        return err_set(e, RC_INVALID, "db_version", "database",
                       "PostgreSQL 版本太旧（%d），需要 15 以上",
                       "this PostgreSQL is too old (%d), 15 or later is needed", version);
    const char *encoding = libpq.PQparameterStatus(pg, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
        return err_set(e, RC_INVALID, "db_encoding", "database", "数据库的编码是 %s，需要 UTF8",
                       "the database has the encoding %s, UTF8 is needed",
                       encoding != NULL ? encoding : "?");
    return RC_OK;
}

/* Waits a moment, because the server may not have noticed yet that the process before us is
 * gone. */
static enum rc take_node(PGconn *pg, int node, struct err *e)
{
    char text[128];
    snprintf(text, sizeof text,
             "SET lock_timeout = 2000; SELECT pg_advisory_lock(%d, %d); RESET lock_timeout",
             PG_LOCK_SPACE, node);
    PGresult *result = libpq.PQexec(pg, text);
    const char *state = libpq.PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool taken = libpq.PQresultStatus(result) == PGRES_COMMAND_OK;
    bool busy = state != NULL && strcmp(state, "55P03") == 0; /* lock_not_available */
    libpq.PQclear(result);
    if (taken)
        return RC_OK;
    if (!busy)
        return cannot_connect(pg, e);
    err_set(e, RC_BUSY, "db_locked", "database", "另一个 Koi 正以节点号 %d 使用这个数据库",
            "another Koi uses this database as node %d", node);
    err_hint(e, "先停掉它，或换一个节点号", "stop it first, or choose another node number");
    return RC_BUSY;
}

static void free_conn(struct pg_conn *c)
{
    libpq.PQfinish(c->pg);
    free(c->sent);
    free(c->log.rows);
    buf_done(&c->log.bytes);
    pg_params_done(&c->params);
    free(c);
}

enum rc pg_connect(struct db *db, bool writing, struct conn **out, struct err *e)
{
    const char *const names[] = {"dbname", "fallback_application_name", "client_encoding", NULL};
    const char *const values[] = {db->url, "koi", "UTF8", NULL};
    struct pg_conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        abort();
    buf_init(&c->log.bytes, PG_LOG_BYTES);
    c->pg = libpq.PQconnectdbParams(names, values, 1);
    enum rc rc = RC_OK;
    if (c->pg == NULL || libpq.PQstatus(c->pg) != CONNECTION_OK)
        rc = cannot_connect(c->pg, e);
    if (rc == RC_OK)
        rc = check_server(c->pg, e);
    if (rc == RC_OK && writing)
        rc = take_node(c->pg, db->config.node, e);
    if (rc == RC_OK) {
        libpq.PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
        int entered = libpq.PQenterPipelineMode(c->pg);
        assert(entered == 1);
        *out = &c->conn;
    } else {
        free_conn(c);
    }
    return rc;
}

void pg_disconnect(struct conn *c)
{
    free_conn(conn_of(c));
}

/* Notices that the server has hung up while the connection was idle. Looks twice: the first look
 * may read its last words, the second then finds the end. */
bool pg_alive(struct conn *base)
{
    struct pg_conn *c = conn_of(base);
    return !base->broken && libpq.PQconsumeInput(c->pg) == 1 && libpq.PQconsumeInput(c->pg) == 1 &&
           libpq.PQstatus(c->pg) == CONNECTION_OK;
}

enum rc pg_backup(struct db *db, const char *path, bool (*progress)(void *, int64_t, int64_t),
                  void *ctx, struct err *e)
{
    (void)db;
    (void)path;
    (void)progress;
    (void)ctx;
    err_set(e, RC_INVALID, "backup_engine", "database", "PostgreSQL 不由 Koi 备份",
            "Koi does not back up PostgreSQL");
    err_hint(e, "请使用 pg_dump 或 pg_basebackup", "use pg_dump or pg_basebackup");
    return RC_INVALID;
}

/* What the server itself knows to be wrong: indexes that failed to build, constraints never
 * checked. */
enum rc pg_check(struct db *db, struct err *e)
{
    static const struct sql WRONG = {
        .text = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid "
                "UNION ALL SELECT conname::text FROM pg_constraint WHERE NOT convalidated LIMIT 1",
        .out = "s"};
    struct tx *tx;
    struct rows *r;
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = tx_find(tx, &WRONG, &r, e);
    if (rc == RC_OK)
        rc = err_set(e, RC_CORRUPT, "integrity", "database", "索引或约束 " STR_FMT " 无效",
                     "index or constraint " STR_FMT " is not valid", STR_ARG(rows_str(r, 0)));
    else if (rc == RC_NOT_FOUND)
        rc = RC_OK;
    db_read_end(tx);
    return rc;
}

int64_t pg_size_bytes(struct db *db)
{
    static const struct sql SIZE = {.text = "SELECT pg_database_size(current_database())",
                                    .out = "i"};
    struct tx *tx;
    int64_t bytes = 0;
    if (db_read_begin(db, &tx, NULL) != RC_OK)
        return 0;
    (void)tx_int(tx, &SIZE, &bytes, NULL);
    db_read_end(tx);
    return bytes;
}

int64_t pg_wal_bytes(struct db *db)
{
    (void)db;
    return 0;
}

/* driver — what db.c, statement.c, writer.c and migrate.c know of each other and ask of an
 * engine. Private to src/db.
 *
 * A connection belongs to one thread at a time and carries its one transaction and its
 * statements. A driver extends `struct conn` and `struct stmt` by embedding them first. All its
 * functions report into the err they are given, which is the transaction's own; the layer above
 * remembers that the transaction has failed.
 */
#ifndef KOI_DB_DRIVER_H
#define KOI_DB_DRIVER_H

#include "base/buf.h"
#include "base/lock.h"
#include "db/db.h"

enum {
    /* Parameters of one statement: SQLite takes 32,766, PostgreSQL 65,535. */
    DB_PARAMS = 32766,
    /* Statements made by query/sql that a connection keeps: more than the widgets of one board. */
    DB_TEXTS = 48,
    /* How long SQLite waits for a lock that another program (the sqlite3 shell, a backup) holds. */
    DB_BUSY_MS = 5000,
};

struct conn;
struct stmt;

/* A result in progress. Each statement has one; a statement that runs inside itself gets a
 * second copy. */
struct rows {
    struct tx *tx; /* NULL: ended */
    struct stmt *st;
    struct rows *next; /* the transaction's open results */
    bool on_row, ended;
};

struct stmt {
    const struct sql *q; /* the key; NULL for one kept by its text */
    char *text;          /* this engine's text, zero-terminated */
    char *in, *out;      /* types */
    size_t in_n, out_n;
    uint64_t hash, used; /* of a text statement: key and last use */
    bool busy;           /* its rows are open */
    bool transient;      /* freed when its rows end */
    bool writes;         /* changes the database */
    struct rows rows;
};

/* Prepared statements by the address of their struct sql (open addressing, a power of two of
 * places, at most half full), and those by text. */
struct stmt_cache {
    struct stmt **place;
    size_t size, n;
    struct stmt *texts[DB_TEXTS];
    uint64_t clock;
};

struct tx {
    struct db *db;
    struct conn *conn;
    const char *where;
    int64_t now_us;
    struct arena arena;
    struct rows *open; /* results not ended yet */
    struct err err;    /* why it failed */
    enum rc failed;
    bool running, writing;
    bool grouped; /* this closure shares its transaction with others */
    bool wrote;   /* this closure has written */
};

struct conn {
    struct db *db;
    struct tx tx;
    struct stmt_cache cache;
    bool writing;
    bool broken; /* the server is gone: never used again */
    bool retry;  /* the failure was a deadlock or the like: the same again may succeed */
    struct conn *next;
};

enum step { STEP_ROW, STEP_END, STEP_FAILED };

struct driver {
    enum db_engine engine;
    bool savepoints; /* a closure of a group can be undone alone after it has written */
    size_t stmt_bytes;

    /* What belongs to the whole database: the lock, the checkpointer. */
    enum rc (*open)(struct db *db, struct err *e);
    void (*close)(struct db *db);
    enum rc (*connect)(struct db *db, bool writing, struct conn **out, struct err *e);
    void (*disconnect)(struct conn *c); /* statements are gone already */
    bool (*alive)(struct conn *c);      /* of an idle connection: whether it can still be used */

    /* begin may be lazy; commit ends a read as well. rollback never fails: it may leave
     * c->broken. */
    enum rc (*begin)(struct conn *c, struct err *e);
    enum rc (*commit)(struct conn *c, struct err *e);
    void (*rollback)(struct conn *c);
    /* Around a closure of a group: mark before it, savepoint before its first write, release
     * after success. undo returns false when the whole group must be rolled back. */
    void (*mark)(struct conn *c);
    enum rc (*savepoint)(struct conn *c, struct err *e);
    enum rc (*release)(struct conn *c, struct err *e);
    bool (*undo)(struct conn *c);
    /* Waits for what was only sent, so that every failure is known. */
    enum rc (*settle)(struct conn *c, struct err *e);
    /* Numbers and writes the rows of the log; 0 in `out_last` when there were none. */
    enum rc (*finish_log)(struct conn *c, int64_t *out_last, struct err *e);

    /* Fills the driver's part of a statement whose other fields are set. */
    enum rc (*prepare)(struct conn *c, struct stmt *st, struct err *e);
    void (*finalize)(struct conn *c, struct stmt *st);
    /* Asks the engine for what prepare has put off: syntax, names, types. */
    enum rc (*verify)(struct conn *c, struct stmt *st, struct err *e);
    enum rc (*exec)(struct conn *c, struct stmt *st, const struct db_value *v, struct err *e);
    enum rc (*append)(struct conn *c, struct stmt *st, struct db_value *v, struct err *e);
    int64_t (*changes)(struct conn *c);
    /* `one`: no more than a row or two are expected. */
    enum rc (*query)(struct conn *c, struct stmt *st, const struct db_value *v, bool one,
                     struct err *e);
    enum step (*next)(struct rows *r, struct err *e);
    void (*end)(struct rows *r);
    bool (*column_null)(const struct rows *r, int column);
    int64_t (*column_int)(const struct rows *r, int column);
    void (*column_ints)(const struct rows *r, size_t n, int64_t *out);
    double (*column_double)(const struct rows *r, int column);
    struct str (*column_str)(const struct rows *r, int column); /* text and bytes */

    /* tx_scan(); NULL: the engine cannot. */
    enum rc (*scan)(struct conn *c, const struct db_scan *scan, struct err *e);

    /* DDL: several statements in one text, inside a transaction. */
    enum rc (*script)(struct conn *c, const char *text, struct err *e);
    enum rc (*backup)(struct db *db, const char *path, bool (*progress)(void *, int64_t, int64_t),
                      void *ctx, struct err *e);
    enum rc (*check)(struct db *db, struct err *e);
    int64_t (*size_bytes)(struct db *db);
    int64_t (*wal_bytes)(struct db *db);
};

extern const struct driver sqlite_driver, postgres_driver;

/* Ids and numbers of the log: touched by the thread that writes, only. */
struct counters {
    int64_t id_last, id_reserved; /* ticks; past id_reserved the group must reserve again */
    int64_t seq;                  /* SQLite: the last number given */
    int64_t settled_seq;          /* SQLite: the last from before this transaction */
    uint64_t turn;                /* SQLite: another whenever numbers may be given again */
};

struct db {
    const struct driver *driver;
    char *url;
    struct db_config config; /* its url is ours */
    void *native;            /* the driver's */

    struct lock lock; /* the pool: what follows */
    struct signal freed;
    struct conn *idle;
    int opened, in_use;

    void *beside; /* db_beside() */
    void (*beside_done)(void *);

    struct conn *writer; /* the one that writes; NULL when read_only */
    bool writer_taken;
    struct counters counters;
};

/* ---- db.c ---- */

/* Begins on a connection that the caller owns; conn_commit and conn_rollback end results, too.
 * The arena is reset by tx_finish(), after the caller has copied what it needs. */
enum rc conn_begin(struct conn *c, const char *where, struct err *e);
enum rc conn_commit(struct conn *c, struct err *e);
void conn_rollback(struct conn *c);
/* Gives a broken writing connection a new life. */
enum rc db_revive_writer(struct db *db, struct err *e);
/* Marks the transaction as failed with what is in tx->err, and copies it to `e`. */
enum rc tx_fail(struct tx *tx, enum rc rc, struct err *e);
/* Ends all open results. */
void tx_end_rows(struct tx *tx);

/* ---- statement.c ---- */

void stmt_cache_done(struct conn *c);

/* ---- migrate.c ---- */

/* Reads the counters back. RC_INVALID when the database was never migrated. */
enum rc counters_load(struct db *db, struct err *e);
/* Writes what must be on disk before the ids and numbers given so far may be seen: part of the
 * group's commit. */
enum rc counters_reserve(struct tx *tx, struct err *e);
/* At a clean stop: the next start continues right behind the last id. */
void counters_settle(struct db *db);

#endif

/* db — one small interface to two databases: SQLite inside the program, PostgreSQL by a URL.
 *
 * A statement is a `const struct sql` at the top of a store file: one text for both engines, values only
 * ever bound. Parameters are $1, $2 … bound by name, so each may appear several times. Reading happens in
 * a read transaction (one snapshot, a connection of the pool); writing only inside a closure run by the
 * writer (writer.h). Results stay valid until the next rows_next(); everything a transaction allocates
 * lives in its arena. Prepared statements are cached per connection by the address of their `struct sql`.
 * Cost: a cached single-row read in SQLite is about 2 µs, in PostgreSQL one round trip.
 */
#ifndef KOI_DB_DB_H
#define KOI_DB_DB_H

#include "base/arena.h"
#include "base/err.h"

struct db; /* an open database with its pool of read connections; shared by all threads */
struct tx; /* a transaction, used by one thread */
struct rows;

/* A statement as data. Types, one letter for each parameter or column: i integer (int64_t), d double,
 * s text (struct str), b bytes (struct str). A capital letter may be NULL: DB_NULL for I, NaN for D, an absent
 * str for S and B; a NULL under a small letter is a mistake of ours and asserts. */
struct sql {
    const char *text;
    const char *pg;  /* the twin where the engines must differ; NULL: `text` serves both */
    const char *in;  /* types of $1, $2 …; "" or NULL: none */
    const char *out; /* types of the columns; "" or NULL: no result */
};

#define DB_NULL INT64_MIN

/* A value for statements made by the generator of query/sql, and for tables of rows. */
struct db_value {
    char type; /* one of i d s b I D S B */
    int64_t i;
    double d;
    struct str s;
};

enum db_engine { DB_SQLITE, DB_POSTGRES };

struct db_config {
    const char *url;  /* a path, or postgresql://…; ":memory:" is refused: nothing durable about it */
    int readers;      /* connections of the read pool, 1 … LIMIT_READERS */
    int node;         /* 0 … 63, part of every id; nodes of one PostgreSQL database differ */
    bool read_only;   /* no writer will be started (doctor, verify) */
    int64_t cache_kb; /* SQLite page cache of the writer; readers take a quarter; 0: 2 MB */
};

/* Opens the database and its first connection; creates an empty SQLite file if there is none. RC_BUSY when
 * another process holds the writer's lock, RC_CORRUPT when the file is not a database. */
enum rc db_open(const struct db_config *config, struct db **out, struct err *e);
/* Closes every connection. No transaction may be open. Accepts NULL. */
void db_close(struct db *db);
enum db_engine db_engine_of(const struct db *db);

/* Begins a read transaction: one snapshot until db_read_end(). Waits for a free connection of the pool. */
enum rc db_read_begin(struct db *db, struct tx **out, struct err *e);
/* Ends it, gives the connection back, frees the transaction's arena. Accepts NULL. */
void db_read_end(struct tx *tx);

/* ---- statements ---- */

/* Runs a statement with no result. */
enum rc tx_exec(struct tx *tx, const struct sql *q, struct err *e, ...);
/* Rows changed by the last tx_exec(). On PostgreSQL this waits for the pipeline: call it when you need it. */
int64_t tx_changes(struct tx *tx);
/* Starts a statement that gives rows. */
enum rc tx_query(struct tx *tx, const struct sql *q, struct rows **out, struct err *e, ...);
/* The one row of a statement, as a rows object already standing on it. RC_NOT_FOUND (e untouched, out untouched) when there is
 * none. Call rows_end() as usual. */
enum rc tx_find(struct tx *tx, const struct sql *q, struct rows **out, struct err *e, ...);
/* The first column of the first row as integer; RC_NOT_FOUND (e untouched) without one, and for a NULL. */
enum rc tx_int(struct tx *tx, const struct sql *q, int64_t *out, struct err *e, ...);

/* The same with values in an array. `out_types` as in struct sql. The text forms are for query/sql only: `text` has fixed
 * fragments and bound values; they are cached by text, least recently used first out. */
enum rc tx_exec_values(struct tx *tx, const struct sql *q, const struct db_value *v, size_t n, struct err *e);
enum rc tx_query_values(struct tx *tx, const struct sql *q, const struct db_value *v, size_t n, struct rows **out, struct err *e);
enum rc tx_query_text(struct tx *tx, struct str text, const char *out_types, const struct db_value *v, size_t n, struct rows **out, struct err *e);
enum rc tx_exec_text(struct tx *tx, struct str text, const struct db_value *v, size_t n, struct err *e);

/* Steps to the next row. False at the end or on failure: rows_end() tells which. */
bool rows_next(struct rows *r);
/* Ends the result early or late; RC_OK unless a step failed. The rows object is gone afterwards. Accepts NULL. */
enum rc rows_end(struct rows *r, struct err *e);
/* Columns of the current row, from 0. rows_int gives 0 and rows_double 0 for NULL; text and bytes give absent. */
bool rows_null(const struct rows *r, int column);
int64_t rows_int(const struct rows *r, int column);
double rows_double(const struct rows *r, int column);
struct str rows_str(const struct rows *r, int column);
struct str rows_bytes(const struct rows *r, int column);
/* A copy of a text or bytes column in the transaction's arena or another. */
struct str rows_copy(const struct rows *r, int column, struct arena *a);

/* ---- the transaction ---- */

struct arena *tx_arena(struct tx *tx);
struct db *tx_db(struct tx *tx);
enum db_engine tx_engine(const struct tx *tx);
bool tx_is_writing(const struct tx *tx);
/* The time of the transaction: one value for a whole read, and for a whole commit group. */
int64_t tx_now_us(const struct tx *tx);
int64_t tx_now_s(const struct tx *tx);
/* A new id: 64-bit, positive, ascending in time, never given twice. Writing transactions only. */
int64_t tx_id(struct tx *tx);

/* Appends a row to a log. The statement's $1 is a number of the shared sequence, which the database layer
 * fills in; `...` are $2 and on. SQLite runs it at once; PostgreSQL keeps it and runs all of a group last, under an
 * advisory lock, so that no lower number ever appears after a higher one. Hence the number cannot be asked for, and a
 * closure must not read back what it appended. */
enum rc tx_append(struct tx *tx, const struct sql *q, struct err *e, ...);
/* The highest number of the shared sequence visible to this transaction. */
enum rc tx_last_seq(struct tx *tx, int64_t *out, struct err *e);

/* ---- migrations ---- */

struct migration {
    int version;      /* 1, 2, 3 … without gaps */
    const char *name; /* "0001_core" */
    const char *text; /* the file, with type macros (see schema/README.md) */
};

/* Brings the schema up to the last of `list`, one transaction for each file; records version, name and checksum in table `migration`.
 * RC_CONFLICT when the database is newer than the list or a recorded checksum differs. `before` (may be NULL) is called once
 * if anything is to be done and the database is not empty: it makes the automatic backup. */
enum rc db_migrate(struct db *db, const struct migration *list, size_t n, enum rc (*before)(void *ctx, struct err *e), void *ctx, struct err *e);
/* The version the database is at; 0 for an empty one. */
enum rc db_version(struct db *db, int *out, struct err *e);

/* ---- care ---- */

/* Copies the database into a new file while others read and write (SQLite: the backup API in steps; PostgreSQL: RC_INVALID, use
 * pg_dump). `progress` may be NULL; returning false stops with RC_BUSY. */
enum rc db_backup(struct db *db, const char *path, bool (*progress)(void *ctx, int64_t done_pages, int64_t all_pages), void *ctx, struct err *e);
/* The engine's own integrity check plus foreign keys. RC_CORRUPT with the first complaint. */
enum rc db_check(struct db *db, struct err *e);
/* Bytes on disk, and of SQLite's write-ahead log. */
int64_t db_size_bytes(struct db *db);
int64_t db_wal_bytes(struct db *db);

#endif

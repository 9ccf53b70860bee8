/* db — one small interface to two databases: SQLite inside the program, PostgreSQL by a URL.
 *
 * A statement is a `const struct sql` at the top of a store file: one text for both engines,
 * values only ever bound. Parameters are $1, $2 … bound by name, so each may appear several
 * times. Reading happens in a read transaction (one snapshot, taken by its first statement, on a
 * connection of the pool); writing only inside a closure run by the writer (writer.h). Results
 * stay valid until the next rows_next(); everything a transaction allocates lives in its arena.
 * Prepared statements are cached per connection by the address of their `struct sql`. Cost: a
 * cached single-row read in SQLite is about 2 µs, in PostgreSQL one round trip.
 *
 * Once a statement has failed, the transaction has: every later call gives the same error, on
 * both engines, and a closure that hides it fails all the same. To expect a clash, say ON
 * CONFLICT. What a failure is called: RC_CONFLICT for a key that exists or a row that others
 * refer to, RC_INVALID for a CHECK or NOT NULL, RC_CORRUPT for a damaged file, RC_BUSY for a
 * lock, RC_IO for the rest.
 */
#ifndef KOI_DB_DB_H
#define KOI_DB_DB_H

#include "base/arena.h"
#include "base/err.h"
#include "db/values.h"

struct db; /* an open database with its pool of read connections; shared by all threads */
struct tx; /* a transaction, used by one thread */
struct rows;

/* A statement as data. Types, one letter for each parameter or column: i integer (int64_t), d
 * double, s text (struct str), b bytes (struct str). A capital letter may be NULL: DB_NULL for
 * I, NaN for D, an absent str for S and B; a NULL under a small letter is a mistake of ours and
 * asserts. A column must have the type its letter says: text under i, or a sum() that PostgreSQL
 * makes numeric with a fraction, is a mistake of ours too. In a build with -Ddebug_checks a
 * statement that scans a whole table of SQLite fails with code "full_scan" unless its text
 * carries the comment `scan` (without blanks in it). */
struct sql {
    const char *text;
    const char *pg;  /* the twin where the engines must differ; NULL: `text` serves both */
    const char *in;  /* types of $1, $2 …; "" or NULL: none */
    const char *out; /* types of the columns; "" or NULL: no result */
};

#define DB_NULL INT64_MIN

enum db_engine { DB_SQLITE, DB_POSTGRES };

struct db_config {
    const char *url; /* a path, or postgresql://…; not ":memory:", which is not durable */
    int readers;     /* connections of the read pool, 1 … LIMIT_READERS */
    int node;        /* 0 … 63, part of every id; nodes of one PostgreSQL database differ */
    bool read_only;  /* no writer will be started and no lock is taken (doctor, verify) */
    /* The most that SQLite's writer keeps of the file, 0: 32 MB, which random inserts into a large
     * corp need; readers keep half a megabyte each. */
    int64_t cache_kb;
};

/* Opens the database and its first connection; creates an empty SQLite file (mode 0600) if there
 * is none, unless read_only: then RC_NOT_FOUND. RC_BUSY when another process holds the writer's
 * lock (a lock on the file `<path>.lock`; in PostgreSQL one for each node), RC_CORRUPT when the
 * file is not a database, RC_IO when the server cannot be reached. */
enum rc db_open(const struct db_config *config, struct db **out, struct err *e);
/* Closes every connection. No transaction may be open. Accepts NULL. */
void db_close(struct db *db);
enum db_engine db_engine_of(const struct db *db);
/* How many may read at once. */
int db_readers(const struct db *db);
/* What the layer above keeps in memory beside a database: made by the first call, the same for all
 * threads, freed by db_close() with `done`. There is one, so all calls name the same functions. */
void *db_beside(struct db *db, void *(*make)(void), void (*done)(void *));

/* Begins a read transaction: one snapshot until db_read_end(). Waits for a free connection of
 * the pool, so a thread has one at a time. The transaction remembers the line that began it. */
#define db_read_begin(db, out, e) db_read_begin_at((db), DB_HERE, (out), (e))
enum rc db_read_begin_at(struct db *db, const char *where, struct tx **out, struct err *e);
/* Ends it and whatever result is still open, gives the connection back, frees the transaction's
 * arena. Accepts NULL. */
void db_read_end(struct tx *tx);
/* "src/store/tag.c:41" */
#define DB_HERE __FILE__ ":" DB_HERE_TEXT(__LINE__)
#define DB_HERE_TEXT(line) DB_HERE_QUOTE(line)
#define DB_HERE_QUOTE(line) #line
/* The line that began it; for a write, the line that handed in the closure. */
const char *tx_where(const struct tx *tx);

/* ---- statements ----
 *
 * `...` are the values of $1, $2 …: integers of any width, doubles, struct str. Their number and
 * kind must be those of `q->in`; an integer may stand for a d. Text and bytes are borrowed only
 * until the call returns. */

/* Runs a statement with no result. On PostgreSQL, in a closure, it is only sent: its failure may
 * show at a later call, or after the closure has returned; the closure then fails with it. */
#define tx_exec(tx, q, e, ...) tx_exec_list((tx), (q), DB_LIST(__VA_ARGS__), (e))
enum rc tx_exec_list(struct tx *tx, const struct sql *q, const struct db_value *list,
                     struct err *e);
/* Rows changed by the last tx_exec(). On PostgreSQL this waits for the pipeline: call it when
 * you need it. 0 after a failure. */
int64_t tx_changes(struct tx *tx);
/* Starts a statement that gives rows. */
#define tx_query(tx, q, out, e, ...) tx_query_list((tx), (q), DB_LIST(__VA_ARGS__), (out), (e))
enum rc tx_query_list(struct tx *tx, const struct sql *q, const struct db_value *list,
                      struct rows **out, struct err *e);
/* The one row of a statement, as a rows object already standing on it. RC_NOT_FOUND (e
 * untouched, out untouched) when there is none. Call rows_end() as usual. */
#define tx_find(tx, q, out, e, ...) tx_find_list((tx), (q), DB_LIST(__VA_ARGS__), (out), (e))
enum rc tx_find_list(struct tx *tx, const struct sql *q, const struct db_value *list,
                     struct rows **out, struct err *e);
/* The first column of the first row as integer; RC_NOT_FOUND (e untouched) without one, and for
 * a NULL. */
#define tx_int(tx, q, out, e, ...) tx_int_list((tx), (q), DB_LIST(__VA_ARGS__), (out), (e))
enum rc tx_int_list(struct tx *tx, const struct sql *q, const struct db_value *list, int64_t *out,
                    struct err *e);

/* The same with values in an array of n. `out_types` as in struct sql. The text forms are for
 * query/sql only: `text` has fixed fragments and bound values, the types of its parameters are
 * those of `v`; statements are cached by text, least recently used first out. */
enum rc tx_exec_values(struct tx *tx, const struct sql *q, const struct db_value *v, size_t n,
                       struct err *e);
enum rc tx_query_values(struct tx *tx, const struct sql *q, const struct db_value *v, size_t n,
                        struct rows **out, struct err *e);
enum rc tx_query_text(struct tx *tx, struct str text, const char *out_types,
                      const struct db_value *v, size_t n, struct rows **out, struct err *e);
enum rc tx_exec_text(struct tx *tx, struct str text, const struct db_value *v, size_t n,
                     struct err *e);

/* Prepares a statement without running it, and compares parameters and columns with `in` and
 * `out` as far as the engine tells: for the test that does so with every statement on both
 * engines. */
enum rc tx_prepare(struct tx *tx, const struct sql *q, struct err *e);

/* Steps to the next row. False at the end or on failure: rows_end() tells which. */
bool rows_next(struct rows *r);
/* Ends the result early or late; RC_OK unless a step failed. The rows object is gone afterwards.
 * Accepts NULL. What is not ended when its transaction or closure ends, ends with it. */
enum rc rows_end(struct rows *r, struct err *e);
/* Columns of the current row, from 0. rows_int gives 0 and rows_double 0 for NULL; text and
 * bytes give absent. */
bool rows_null(const struct rows *r, int column);
int64_t rows_int(const struct rows *r, int column);
int64_t rows_known(const struct rows *r, int column); /* DB_NULL for NULL */
double rows_double(const struct rows *r, int column);
struct str rows_str(const struct rows *r, int column);
struct str rows_bytes(const struct rows *r, int column);
/* All columns, integers all of them, DB_NULL for NULL: for readings of millions of rows. */
void rows_ints(const struct rows *r, int64_t *out);
/* A copy of a text or bytes column in the transaction's arena or another. */
struct str rows_copy(const struct rows *r, int column, struct arena *a);

/* Rows of a table in the order of its integer key, which is in (after, to]. */
struct db_scan {
    const char *table;
    const char *const *columns; /* integers all of them, at most 32 */
    size_t n;
    int64_t after, to;
    /* The values as columns say, DB_NULL for NULL; false: no more. */
    bool (*see)(void *arg, const int64_t *values);
    void *arg;
};
/* Reads them from the pages of the file, in a tenth of a statement's time: for readings of
 * millions of rows. RC_BUSY, `e` untouched and nothing seen, when that cannot be done: another
 * engine, or somebody is writing at this moment; a statement can always. RC_CORRUPT when a page
 * cannot be understood, some rows having been seen. Cost: 40 ns a row of ten columns, and a
 * checkpoint. */
enum rc tx_scan(struct tx *tx, const struct db_scan *scan, struct err *e);

/* ---- the transaction ---- */

struct arena *tx_arena(struct tx *tx);
struct db *tx_db(struct tx *tx);
enum db_engine tx_engine(const struct tx *tx);
bool tx_is_writing(const struct tx *tx);
/* The time of the transaction: one value for a whole read, and for a whole commit group. */
int64_t tx_now_us(const struct tx *tx);
int64_t tx_now_s(const struct tx *tx);
/* A new id: 64-bit, positive, ascending in time, never given twice, not even after a crash or
 * when the clock steps back: (sixteenths of a microsecond since 2020) << 6 | node. Writing
 * transactions only. */
int64_t tx_id(struct tx *tx);

/* Appends a row to a log. The statement's $1 is a number of the shared sequence, which the
 * database layer fills in; `...` are $2 and on. SQLite runs it at once; PostgreSQL keeps it and
 * runs all of a group last, under an advisory lock, so that no lower number ever appears after a
 * higher one. Hence the number cannot be asked for, and a closure must not read back what it
 * appended. */
#define tx_append(tx, q, e, ...) tx_append_list((tx), (q), DB_LOG_LIST(__VA_ARGS__), (e))
enum rc tx_append_list(struct tx *tx, const struct sql *q, struct db_value *list, struct err *e);
/* The highest number of the shared sequence visible to this transaction; 0 when nothing was ever
 * appended. */
enum rc tx_last_seq(struct tx *tx, int64_t *out, struct err *e);
/* The highest number that this transaction sees and that nobody can take back any more. A writing
 * transaction of SQLite sees rows above it, its group's own; while `out_turn` is the same they
 * only become more. */
enum rc tx_settled_seq(struct tx *tx, int64_t *out, uint64_t *out_turn, struct err *e);

/* ---- migrations ---- */

struct migration {
    int version;      /* 1, 2, 3 … without gaps */
    const char *name; /* "0001_core" */
    const char *text; /* the file, with type macros (see schema/README.md) */
};

/* Brings the schema up to the last of `list`, one transaction for each file; records version,
 * name and checksum in table `migration`. The engine's own tables (migration, meta,
 * log_sequence) are made first. RC_CONFLICT when the database is newer than the list or a
 * recorded checksum differs. `before` (may be NULL) is called once if anything is to be done and
 * the database is not empty: it makes the automatic backup. Before writer_start(). */
enum rc db_migrate(struct db *db, const struct migration *list, size_t n,
                   enum rc (*before)(void *ctx, struct err *e), void *ctx, struct err *e);
/* The version the database is at; 0 for an empty one. */
enum rc db_version(struct db *db, int *out, struct err *e);

/* ---- care ---- */

/* Copies the database, as it is at this moment, into a new file while others read and write
 * (SQLite: the backup API in steps; PostgreSQL: RC_INVALID, use pg_dump). The copy appears under
 * `path` when it is whole and on disk; RC_CONFLICT when `path` exists. `progress` may be NULL;
 * returning false stops with RC_BUSY. */
enum rc db_backup(struct db *db, const char *path,
                  bool (*progress)(void *ctx, int64_t done_pages, int64_t all_pages), void *ctx,
                  struct err *e);
/* The engine's own integrity check plus foreign keys. RC_CORRUPT with the first complaint. */
enum rc db_check(struct db *db, struct err *e);
/* Bytes on disk, and of SQLite's write-ahead log. */
int64_t db_size_bytes(struct db *db);
int64_t db_wal_bytes(struct db *db);

#endif

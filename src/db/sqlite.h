/* sqlite — what the two halves of the SQLite driver share. Private to src/db. */
#ifndef KOI_DB_SQLITE_H
#define KOI_DB_SQLITE_H

#include "db/driver.h"

#include <sqlite3.h>

enum { SQLITE_PAGE = 8192 };

struct checkpointer;

struct sqlite_conn {
    struct conn conn;
    sqlite3 *handle;
    sqlite3_stmt *begin, *commit, *rollback, *savepoint, *release, *undo, *log_last;
    int64_t seq_at_begin, seq_at_mark;
    bool marked; /* a savepoint is open */
    struct checkpointer *checkpointer;
};

/* What belongs to the file as a whole. */
struct sqlite_file {
    int lock_fd; /* -1: not held */
    struct checkpointer *checkpointer;
};

/* Opens the file with our settings. `writing` makes it WAL and may create it. */
enum rc sqlite_open_handle(const struct db *db, bool writing, sqlite3 **out, struct err *e);
/* Turns an error of SQLite into ours; `text` is the statement, or NULL. */
enum rc sqlite_error(sqlite3 *handle, int code, const char *text, struct err *e);

/* ---- sqlite_care.c ---- */

/* Starts the thread that copies the write-ahead log into the file, so that commits need not. It
 * opens its connection when it first has something to do. */
struct checkpointer *checkpointer_new(const struct db *db);
/* Ends it. Accepts NULL. */
void checkpointer_free(struct checkpointer *p);
/* To be called after each commit, by the thread that writes, with the pages that the log holds
 * now. Past a ceiling it helps, so that the log does not grow without bound. */
void checkpointer_tell(struct checkpointer *p, sqlite3 *writer, int64_t wal_pages);

/* The members of struct driver with these names. */
enum rc sqlite_backup(struct db *db, const char *path, bool (*progress)(void *, int64_t, int64_t),
                      void *ctx, struct err *e);
enum rc sqlite_check(struct db *db, struct err *e);
int64_t sqlite_size_bytes(struct db *db);
int64_t sqlite_wal_bytes(struct db *db);
/* Fails with "full_scan" when the statement walks over a whole table or makes an index on the
 * fly. */
enum rc sqlite_refuse_scan(sqlite3 *handle, const char *text, struct err *e);

/* ---- sqlite_scan.c ---- */

enum rc sqlite_scan(struct conn *c, const struct db_scan *scan, struct err *e);

#endif

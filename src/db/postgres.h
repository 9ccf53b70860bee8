/* postgres — what the halves of the PostgreSQL driver share. Private to src/db. */
#ifndef KOI_DB_POSTGRES_H
#define KOI_DB_POSTGRES_H

#include "db/driver.h"
#include "db/libpq.h"

/* A value of a row in PostgreSQL's binary form; p is NULL for NULL. */
struct pg_cell {
    const char *p;
    int n;
};

/* A row that was set aside because another statement needed the connection. */
struct pg_row {
    struct pg_row *next;
    struct pg_cell cells[];
};

enum pg_reading {
    READ_NOTHING,
    READ_WHOLE,  /* `result` has all rows, `at` is the next */
    READ_STREAM, /* rows come one by one from the server */
    READ_ASIDE,  /* the rest of a stream, in `aside` */
};

struct pg_stmt {
    struct stmt st;
    char name[16]; /* on the server; empty: not prepared there */
    Oid *types;    /* of the parameters */
    enum pg_reading reading;
    PGresult *result; /* the rows, or the one row, that cells point into */
    int at;
    bool checked; /* the column types of this result */
    Oid *column_types;
    struct pg_cell *cells; /* of the current row */
    struct arena memory;   /* of rows set aside */
    struct pg_row *aside, **aside_last;
    struct err wrong; /* with the columns of rows set aside */
};

/* The parameters of one call, as libpq wants them; one set for each connection, growing. */
struct pg_params {
    const char **values;
    int *lengths, *formats;
    uint64_t *words; /* numbers in network order, pointed at by values */
    size_t n, cap;
};

/* What was sent and not answered yet, in order. */
enum pg_kind { SENT_CONTROL, SENT_PREPARE, SENT_EXEC, SENT_QUERY, SENT_SYNC };

struct pg_sent {
    enum pg_kind kind;
    struct pg_stmt *st; /* for PREPARE, EXEC and QUERY; NULL once it was freed */
};

/* Rows of the log that wait for their numbers: parameters in wire form, one row after the other
 * in `bytes`. */
struct pg_log {
    struct pg_log_row {
        struct stmt *st;
        size_t at; /* of its parameters in `bytes` */
    } * rows;
    size_t n, cap, n_at_mark, bytes_at_mark;
    struct buf bytes;
};

struct pg_conn {
    struct conn conn;
    PGconn *pg;
    struct pg_sent *sent; /* a ring, size a power of two */
    size_t sent_at, sent_n, sent_size;
    size_t unflushed;          /* statements sent since the last flush */
    struct pg_stmt *streaming; /* its rows are next on the wire */
    bool begun;                /* BEGIN was sent */
    bool committing;
    bool aborted;   /* a statement failed; nothing counts until the next sync */
    enum rc failed; /* why */
    struct err err;
    int64_t changes;
    unsigned names;
    struct pg_log log;
    struct pg_params params;
};

enum {
    PG_LOCK_SPACE =
        4943721, /* "Koi" as a number: the first key of our advisory locks; nodes are 0 … 63 */
    PG_LOCK_SEQUENCE = 1000,
    PG_LOG_BYTES = 512 << 20, /* of rows that wait in one group */
};

/* ---- postgres_care.c: their contracts are those of struct driver ---- */

enum rc pg_open(struct db *db, struct err *e);
void pg_close(struct db *db);
enum rc pg_connect(struct db *db, bool writing, struct conn **out, struct err *e);
void pg_disconnect(struct conn *c);
bool pg_alive(struct conn *c);
enum rc pg_backup(struct db *db, const char *path, bool (*progress)(void *, int64_t, int64_t),
                  void *ctx, struct err *e);
enum rc pg_check(struct db *db, struct err *e);
int64_t pg_size_bytes(struct db *db);
int64_t pg_wal_bytes(struct db *db);

/* ---- postgres_value.c ---- */

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_NUMERIC = 1700
};

/* The type that a parameter with this letter is sent as. */
Oid pg_type_of(char letter);
/* Makes room for n parameters, all in binary form. */
void pg_params_size(struct pg_params *p, size_t n);
void pg_params_done(struct pg_params *p);
/* Sets parameter i; text is not copied. */
void pg_param_set(struct pg_params *p, size_t i, char letter, const struct db_value *v);
void pg_param_int(struct pg_params *p, size_t i, int64_t value);
/* Whether a column of that type may be read under this letter. */
bool pg_type_fits(Oid type, char letter);
/* The value; false when it does not fit: a numeric with a fraction or out of range. */
bool pg_cell_int(Oid type, struct pg_cell cell, int64_t *out);
bool pg_cell_double(Oid type, struct pg_cell cell, double *out);
/* What a failed result means; `e` is filled. `out_retry`: a deadlock or the like. */
enum rc pg_result_error(const PGresult *result, const char *text, bool *out_retry, struct err *e);

/* Queues a row of the log (v[0] is not read); false when they take more memory than a group may. */
bool pg_log_add(struct pg_log *log, struct stmt *st, const struct db_value *v);
/* Sets the parameters of one of them. */
void pg_log_read(const struct pg_log *log, size_t row, int64_t seq, struct pg_params *p);

#endif

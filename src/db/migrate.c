/* migrate.c — the schema's history, the engine's own tables, and the two counters that live in
 * them.
 *
 * Each migration is one transaction: its text, with the type macros replaced, and one row in
 * `migration` with a checksum (FNV-1a, 64 bits, of the text as it was). Before anything is
 * applied every recorded row is compared with the list, so a database that is newer, or was made
 * from other files, is left alone. Nodes that start together on one PostgreSQL take turns by an
 * advisory lock inside the transaction, and look again once they have it.
 *
 * Ids and log numbers are counters in memory. An id is (sixteenths of a microsecond since 2020)
 * << 6 | node; `meta` keeps a mark ahead of every id given, moved in the same transaction that
 * first passes it, and a start continues behind the mark: so neither a crash nor a clock that
 * steps back gives an id twice.
 */
#include "db/driver.h"

#include "base/limits.h"

#include <assert.h>
#include <inttypes.h>

/* ---- the engine's own tables ---- */

static const char OWN_TABLES[] =
    /* Which files of schema/ this database was made from. */
    "CREATE TABLE IF NOT EXISTS migration (version @PK@, name @TEXT@ NOT NULL, checksum @INT@ NOT "
    "NULL, "
    "applied_s @INT@ NOT NULL) @STRICT@;"
    /* What the engine must remember: id_reserved_<node>. */
    "CREATE TABLE IF NOT EXISTS meta (key @TEXT@ PRIMARY KEY, value @TEXT@ NOT NULL) @CLUSTERED@;"
    /* The last number of the shared sequence of event and change. */
    "CREATE TABLE IF NOT EXISTS log_sequence (id @PK@, last @INT@ NOT NULL) @STRICT@;"
    "INSERT INTO log_sequence (id, last) VALUES (1, 0) ON CONFLICT (id) DO NOTHING;";

static const struct sql HAS_TABLE = {
    .text = "SELECT count(*) FROM sqlite_schema /*scan*/ WHERE type = 'table' AND name = $1",
    .pg = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND "
          "tablename = $1",
    .in = "s",
    .out = "i",
};

static const struct sql VERSION = {
    .text = "SELECT coalesce(max(version), 0) FROM migration",
    .out = "i",
};

static const struct sql RECORDED = {
    .text = "SELECT version, name, checksum FROM migration /*scan*/ ORDER BY version",
    .out = "isi",
};

static const struct sql RECORD = {
    .text = "INSERT INTO migration (version, name, checksum, applied_s) VALUES ($1, $2, $3, $4)",
    .in = "isii",
};

static const struct sql ALONE = {
    .text = "SELECT 1",
    .pg = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(4943721, 1001)) AS l",
    .out = "i",
};

static const struct sql META_GET = {
    .text = "SELECT value FROM meta WHERE key = $1",
    .in = "s",
    .out = "s",
};

static const struct sql META_PUT = {
    .text = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = "
            "excluded.value",
    .in = "ss",
};

static const struct sql LAST = {
    .text = "SELECT last FROM log_sequence WHERE id = 1",
    .out = "i",
};

/* ---- macros and checksums ---- */

struct macro {
    struct str name, sqlite, pg;
};

static const struct macro MACROS[] = {
    {STR("PK"), STR("INTEGER PRIMARY KEY"), STR("BIGINT PRIMARY KEY")},
    {STR("INT"), STR("INTEGER"), STR("BIGINT")},
    {STR("TEXT"), STR("TEXT"), STR("TEXT COLLATE \"C\"")},
    {STR("BYTES"), STR("BLOB"), STR("BYTEA")},
    {STR("REAL"), STR("REAL"), STR("DOUBLE PRECISION")},
    {STR("STRICT"), STR("STRICT"), STR("")},
    {STR("CLUSTERED"), STR("STRICT, WITHOUT ROWID"), STR("")},
};

static const struct macro *macro_at(struct str text)
{
    for (size_t i = 0; i < sizeof MACROS / sizeof *MACROS; i++) {
        struct str name = MACROS[i].name;
        if (str_starts(text, name) && text.n > name.n && text.p[name.n] == '@')
            return &MACROS[i];
    }
    return NULL;
}

/* The text for one engine. An @ that begins no macro stays. */
static void expand(enum db_engine engine, struct str text, struct buf *out)
{
    size_t i = 0;
    while (i < text.n) {
        const struct macro *m = text.p[i] == '@' ? macro_at(str_sub(text, i + 1, text.n)) : NULL;
        if (m == NULL) {
            buf_addc(out, text.p[i++]);
            continue;
        }
        buf_add(out, engine == DB_POSTGRES ? m->pg : m->sqlite);
        i += m->name.n + 2;
    }
}

static int64_t checksum(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (const unsigned char *p = (const unsigned char *)text; *p != 0; p++)
        h = (h ^ *p) * UINT64_C(1099511628211);
    return (int64_t)(h >> 1); /* positive in every tool */
}

static enum rc run_script(struct conn *c, const char *text, struct err *e)
{
    struct buf expanded;
    buf_init(&expanded, 16 << 20);
    expand(c->db->driver->engine, str_from(text), &expanded);
    assert(!expanded.failed);
    enum rc rc = c->db->driver->script(c, expanded.p != NULL ? expanded.p : "", &c->tx.err);
    buf_done(&expanded);
    return rc == RC_OK ? RC_OK : tx_fail(&c->tx, rc, e);
}

/* ---- migrations ---- */

static enum rc version_of(struct tx *tx, int *out, struct err *e)
{
    int64_t there = 0, version = 0;
    enum rc rc = tx_int(tx, &HAS_TABLE, &there, e, STR("migration"));
    if (rc == RC_OK && there > 0)
        rc = tx_int(tx, &VERSION, &version, e);
    if (rc == RC_OK)
        *out = (int)version;
    return rc;
}

enum rc db_version(struct db *db, int *out, struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = version_of(tx, out, e);
    db_read_end(tx);
    return rc;
}

static enum rc newer(int version, int last, struct err *e)
{
    err_set(e, RC_CONFLICT, "schema_newer", "database", "数据库的版本是 %d，这个程序只认识到 %d",
            "the database is at version %d, this program knows up to %d", version, last);
    err_hint(e, "请升级程序，或恢复升级前的备份",
             "upgrade the program, or restore the backup made before");
    return RC_CONFLICT;
}

/* Compares what is recorded with the list. */
static enum rc compare(struct tx *tx, const struct migration *list, size_t n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &RECORDED, &r, e);
    if (rc != RC_OK)
        return rc;
    while (rc == RC_OK && rows_next(r)) {
        int64_t version = rows_int(r, 0);
        if (version > (int64_t)n)
            rc = newer((int)version, (int)n, e);
        else if (rows_int(r, 2) != checksum(list[version - 1].text))
            rc = err_set(e, RC_CONFLICT, "schema_differs", "database",
                         "数据库建表所用的 " STR_FMT " 与程序里的不同",
                         "the database was made from another " STR_FMT
                         " than the one in this program",
                         STR_ARG(rows_str(r, 1)));
    }
    enum rc end = rows_end(r, rc == RC_OK ? e : NULL);
    return rc != RC_OK ? rc : end;
}

/* One migration in its transaction, unless another node was faster. */
static enum rc apply(struct conn *c, const struct migration *m, struct err *e)
{
    enum rc rc = conn_begin(c, "db_migrate", e);
    if (rc != RC_OK)
        return rc;
    struct tx *tx = &c->tx;
    int64_t one;
    int version = 0;
    rc = tx_int(tx, &ALONE, &one, e);
    if (rc == RC_OK)
        rc = version_of(tx, &version, e);
    if (rc == RC_OK && version < m->version) {
        rc = run_script(c, m->text, e);
        if (rc == RC_OK && m->version > 0)
            rc = tx_exec(tx, &RECORD, e, m->version, str_from(m->name), checksum(m->text),
                         tx_now_s(tx));
    }
    if (rc == RC_OK)
        return conn_commit(c, e);
    conn_rollback(c);
    return rc;
}

/* The engine's own tables are version 0: made when they are missing, never recorded. */
static enum rc make_own_tables(struct conn *c, struct err *e)
{
    enum rc rc = conn_begin(c, "db_migrate", e);
    if (rc != RC_OK)
        return rc;
    int64_t there = 0, one;
    rc = tx_int(&c->tx, &ALONE, &one, e);
    if (rc == RC_OK)
        rc = tx_int(&c->tx, &HAS_TABLE, &there, e, STR("log_sequence"));
    if (rc == RC_OK && there == 0)
        rc = run_script(c, OWN_TABLES, e);
    if (rc == RC_OK)
        return conn_commit(c, e);
    conn_rollback(c);
    return rc;
}

static enum rc compare_with(struct db *db, const struct migration *list, size_t n, int *out_version,
                            struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = version_of(tx, out_version, e);
    if (rc == RC_OK && *out_version > 0)
        rc = compare(tx, list, n, e);
    db_read_end(tx);
    return rc;
}

enum rc db_migrate(struct db *db, const struct migration *list, size_t n,
                   enum rc (*before)(void *ctx, struct err *e), void *ctx, struct err *e)
{
    assert(db->writer != NULL && !db->writer_taken && "before the writer starts");
    for (size_t i = 0; i < n; i++)
        assert(list[i].version == (int)i + 1 && "versions have no gaps");

    int version = 0;
    enum rc rc = compare_with(db, list, n, &version, e);
    if (rc == RC_OK && before != NULL && version > 0 && (size_t)version < n)
        rc = before(ctx, e);
    if (rc == RC_OK)
        rc = make_own_tables(db->writer, e);
    for (size_t i = (size_t)version; rc == RC_OK && i < n; i++)
        rc = apply(db->writer, &list[i], e);
    return rc;
}

/* ---- the counters ---- */

enum { NODE_BITS = 6, TICKS_PER_US = 16 };
static const int64_t EPOCH_US = INT64_C(1577836800) * 1000000; /* 2020-01-01 */
static const int64_t RESERVE_TICKS = INT64_C(10) * 1000000 * TICKS_PER_US;

static struct str reserved_key(const struct db *db, char out[static 32])
{
    int n = snprintf(out, 32, "id_reserved_%d", db->config.node);
    return (struct str){out, (size_t)n};
}

int64_t tx_id(struct tx *tx)
{
    assert(tx->writing && tx->running);
    struct counters *k = &tx->db->counters;
    int64_t now = (tx->now_us - EPOCH_US) * TICKS_PER_US;
    k->id_last = now > k->id_last ? now : k->id_last + 1;
    assert(k->id_last > 0 && k->id_last < INT64_MAX >> NODE_BITS);
    return k->id_last << NODE_BITS | tx->db->config.node;
}

static enum rc reserve(struct tx *tx, int64_t ticks, struct err *e)
{
    char key[32], value[24];
    int n = snprintf(value, sizeof value, "%" PRId64, ticks);
    return tx_exec(tx, &META_PUT, e, reserved_key(tx->db, key), ((struct str){value, (size_t)n}));
}

/* The mark in memory moves with the statement; if the commit fails it is ahead of the one on
 * disk, and the next group must store it again: hence the writer puts it back. */
enum rc counters_reserve(struct tx *tx, struct err *e)
{
    struct counters *k = &tx->db->counters;
    if (k->id_last <= k->id_reserved)
        return RC_OK;
    enum rc rc = reserve(tx, k->id_last + RESERVE_TICKS, e);
    if (rc == RC_OK)
        k->id_reserved = k->id_last + RESERVE_TICKS;
    return rc;
}

enum rc counters_load(struct db *db, struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    int64_t there = 0, reserved = 0, seq = 0;
    rc = tx_int(tx, &HAS_TABLE, &there, e, STR("log_sequence"));
    if (rc == RC_OK && there == 0)
        rc = err_set(e, RC_INVALID, "not_migrated", "database", "数据库还没有建表",
                     "the database has no tables yet");
    if (rc == RC_OK)
        rc = tx_last_seq(tx, &seq, e);
    char key[32];
    struct rows *r;
    if (rc == RC_OK)
        rc = tx_find(tx, &META_GET, &r, e, reserved_key(db, key));
    if (rc == RC_OK) {
        if (!str_to_i64(rows_str(r, 0), &reserved))
            rc = err_set(e, RC_CORRUPT, "meta_damaged", "database", "表 meta 里的 %s 不是数字",
                         "%s in table meta is no number", key);
    } else if (rc == RC_NOT_FOUND) {
        rc = RC_OK;
    }
    if (rc == RC_OK)
        db->counters = (struct counters){.id_last = reserved,
                                         .id_reserved = reserved,
                                         .seq = seq,
                                         .settled_seq = seq,
                                         .turn = db->counters.turn};
    db_read_end(tx);
    return rc;
}

void counters_settle(struct db *db)
{
    struct counters *k = &db->counters;
    if (k->id_last == k->id_reserved || db->writer == NULL || db->writer->broken ||
        conn_begin(db->writer, "writer_stop", NULL) != RC_OK)
        return;
    if (reserve(&db->writer->tx, k->id_last, NULL) == RC_OK &&
        conn_commit(db->writer, NULL) == RC_OK)
        k->id_reserved = k->id_last;
    else
        conn_rollback(db->writer);
}

enum rc tx_last_seq(struct tx *tx, int64_t *out, struct err *e)
{
    if (tx->writing && tx->db->driver->engine == DB_SQLITE) {
        *out = tx->db->counters.seq;
        return RC_OK;
    }
    return tx_int(tx, &LAST, out, e);
}

enum rc tx_settled_seq(struct tx *tx, int64_t *out, uint64_t *out_turn, struct err *e)
{
    const struct counters *k = &tx->db->counters;
    if (tx->writing && tx->db->driver->engine == DB_SQLITE) {
        *out = k->settled_seq;
        *out_turn = k->turn;
        return RC_OK;
    }
    *out_turn = 0;
    return tx_last_seq(tx, out, e);
}

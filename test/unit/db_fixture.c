/* db_fixture.c — an empty database of either engine for a test. */
#include "db_fixture.h"

#include "pg_fixture.h"

#include <ftw.h>
#include <sys/stat.h>

const struct migration FIXTURE_SCHEMA[] = {
    {1, "0001_kv",
     "-- one column of each type\n"
     "CREATE TABLE kv (id @PK@, i @INT@, d @REAL@, s @TEXT@, b @BYTES@) @STRICT@;\n"
     "CREATE TABLE log (seq @PK@, who @INT@ NOT NULL, n @INT@ NOT NULL) @STRICT@;\n"},
    {2, "0002_family",
     "CREATE TABLE parent (id @PK@, name @TEXT@ NOT NULL UNIQUE CHECK (name <> '')) @STRICT@;\n"
     "CREATE TABLE child (id @PK@, parent_id @INT@ NOT NULL REFERENCES parent (id)) @STRICT@;\n"
     "CREATE TABLE pair (a @INT@ NOT NULL, b @TEXT@ NOT NULL, PRIMARY KEY (a, b)) @CLUSTERED@;\n"},
};
const size_t FIXTURE_SCHEMA_N = sizeof FIXTURE_SCHEMA / sizeof *FIXTURE_SCHEMA;

enum db_engine FIXTURE_SQLITE = DB_SQLITE, FIXTURE_POSTGRES = DB_POSTGRES;

void fixture_must(struct fixture *f, enum rc rc, const char *file, int line)
{
    if (rc == RC_OK)
        return;
    print_error("%s: %s: %s\n", rc_name(rc), f->err.code, f->err.en);
    _fail(file, line);
}

void fixture_folder(char folder[static 64])
{
    snprintf(folder, 64, "/tmp/koi-db-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void fixture_remove(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void fixture_open(struct fixture *f)
{
    struct db_config config = {.url = f->url, .readers = 4};
    must(f, db_open(&config, &f->db, &f->err));
    must(f, db_migrate(f->db, FIXTURE_SCHEMA, FIXTURE_SCHEMA_N, NULL, NULL, &f->err));
    must(f, writer_start(f->db, &f->writer, &f->err));
}

void fixture_close(struct fixture *f)
{
    writer_stop(f->writer);
    f->writer = NULL;
    db_close(f->db);
    f->db = NULL;
}

int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->engine = *(const enum db_engine *)*state;
    *state = f;
    fixture_folder(f->folder);
    if (f->engine == DB_POSTGRES)
        snprintf(f->url, sizeof f->url, "%s", pg_fixture_url());
    else
        snprintf(f->url, sizeof f->url, "%s/koi.db", f->folder);
    fixture_open(f);
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    fixture_close(f);
    fixture_remove(f->folder);
    free(f);
    return 0;
}

int64_t fixture_count(struct fixture *f, const struct sql *q)
{
    struct tx *tx;
    int64_t n = -1;
    must(f, db_read_begin(f->db, &tx, &f->err));
    must(f, tx_int(tx, q, &n, &f->err));
    db_read_end(tx);
    return n;
}

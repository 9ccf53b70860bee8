/* store_fixture.c — an empty corp of either engine for a test. */
#include "store_fixture.h"

#include "db_fixture.h"
#include "pg_fixture.h"
#include "store/schema_files.h"

enum db_engine STORE_SQLITE = DB_SQLITE, STORE_POSTGRES = DB_POSTGRES;

void store_must_at(struct store_fixture *f, enum rc rc, const char *file, int line)
{
    if (rc == RC_OK)
        return;
    print_error("%s: %s: %s\n", rc_name(rc), f->err.code, f->err.en);
    _fail(file, line);
}

int store_setup(void **state)
{
    struct store_fixture *f = calloc(1, sizeof *f);
    char path[128];
    f->engine = *(const enum db_engine *)*state;
    *state = f;
    fixture_folder(f->folder);
    if (f->engine == DB_POSTGRES)
        snprintf(f->url, sizeof f->url, "%s", pg_fixture_url());
    else
        snprintf(f->url, sizeof f->url, "%s/koi.db", f->folder);
    snprintf(path, sizeof path, "%s/koi.key", f->folder);
    struct db_config config = {.url = f->url, .readers = 2};
    store_must(f, keyring_open(path, true, &f->keys, &f->err));
    store_must(f, db_open(&config, &f->db, &f->err));
    store_must(f,
               db_migrate(f->db, schema_migrations, schema_migration_count, NULL, NULL, &f->err));
    store_must(f, writer_start(f->db, &f->writer, &f->err));
    return 0;
}

int store_teardown(void **state)
{
    struct store_fixture *f = *state;
    writer_stop(f->writer);
    db_close(f->db);
    keyring_free(f->keys);
    fixture_remove(f->folder);
    free(f);
    return 0;
}

void store_write(struct store_fixture *f, enum rc (*run)(struct tx *tx, void *arg, struct err *e),
                 void *arg)
{
    store_must(f, writer_run(f->writer, run, arg, &f->err));
}

/* audience_engines.c — see audience_engines.h. */
#include "audience_engines.h"

#include "../unit/pg_fixture.h"
#include "audience_forms.h"
#include "store/schema_files.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void open_engine(struct engines *x, uint64_t seed, const struct world *w, const char *url)
{
    struct err e = ERR_INIT;
    struct db_config config = {.url = url, .readers = 2};
    int k = x->n++;
    assert(k < DIFF_ENGINES);
    if (db_open(&config, &x->db[k], &e) != RC_OK ||
        db_migrate(x->db[k], schema_migrations, schema_migration_count, NULL, NULL, &e) != RC_OK ||
        writer_start(x->db[k], &x->writer[k], &e) != RC_OK ||
        world_store(w, x->writer[k], &e) != RC_OK)
        diff_stop(seed, url, "cannot make the database", &e);
}

static void build_mirror(struct engines *x, uint64_t seed)
{
    struct err e = ERR_INIT;
    struct tx *tx;
    x->builder = builder_new();
    if (db_read_begin(x->db[0], &tx, &e) != RC_OK ||
        builder_all(x->builder, tx, &x->snapshot, &e) != RC_OK)
        diff_stop(seed, "", "cannot build the mirror", &e);
    db_read_end(tx);
}

void engines_open(struct engines *out, uint64_t seed, const struct world *w)
{
    *out = (struct engines){.folder = "/tmp/koi-diff-XXXXXX"};
    if (mkdtemp(out->folder) == NULL)
        diff_stop(seed, "", "no folder", NULL);
    snprintf(out->file, sizeof out->file, "%s/koi.db", out->folder);
    open_engine(out, seed, w, out->file);
    build_mirror(out, seed);
    if (pg_fixture_skipped())
        return;
    const char *url = pg_fixture_url();
    /* Compiling a plan to machine code takes longer than these small questions. */
    pg_fixture_run(url, "ALTER SYSTEM SET jit = off");
    pg_fixture_run(url, "SELECT pg_reload_conf()");
    open_engine(out, seed, w, url);
    pg_fixture_run(url, "ANALYZE");
}

void engines_close(struct engines *x)
{
    for (int k = 0; k < x->n; k++) {
        writer_stop(x->writer[k]);
        db_close(x->db[k]);
    }
    snapshot_drop(x->snapshot);
    builder_free(x->builder);
    static const char *const BESIDE[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof BESIDE / sizeof BESIDE[0]; i++) {
        char name[sizeof x->file + 8];
        snprintf(name, sizeof name, "%s%s", x->file, BESIDE[i]);
        unlink(name);
    }
    rmdir(x->folder);
}

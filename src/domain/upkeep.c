/* upkeep.c — the clockwork of a served installation.
 *
 * State is what lies on disk: an automatic backup is due when the newest one is older than
 * backup_hours, whatever happened in between, so restarts neither skip nor repeat one. Uploads that
 * nobody imported within two weeks are removed. On PostgreSQL backups are the operator's.
 */
#include "domain/upkeep.h"

#include "base/clock.h"
#include "domain/backup.h"
#include "domain/job.h"
#include "store/job.h"

#include <dirent.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum { UPLOAD_S = 14 * 86400 };

static enum rc backup_due(struct app *app, bool *out, struct err *e)
{
    struct arena a;
    struct backup_entry *list = NULL;
    size_t n = 0;
    int64_t every_s = config_int(app->config, "backup_hours") * 3600;
    int64_t newest_s = 0;
    arena_init(&a, 0);
    enum rc rc = backup_list(app, &a, &list, &n, e);
    for (size_t i = 0; i < n; i++) {
        bool automatic = str_starts(list[i].name, STR("auto-"));
        newest_s = automatic && list[i].created_s > newest_s ? list[i].created_s : newest_s;
    }
    arena_done(&a);
    if (rc == RC_OK) {
        *out = every_s > 0 && clock_now_s() - newest_s >= every_s &&
               clock_now_us() - app->started_us > 60000000;
    }
    return rc;
}

/* A large corp's copy takes longer than the time between two looks. */
static enum rc backup_under_way(struct tx *tx, bool *out, struct err *e)
{
    struct job_row *open = NULL;
    size_t n = 0;
    enum rc rc = job_row_open(tx, &open, &n, e);
    *out = false;
    for (size_t i = 0; i < n; i++) {
        *out = *out || str_eq(open[i].kind, STR("backup"));
    }
    return rc;
}

struct ordering {
    struct app *app;
    bool ordered;
};

static enum rc order_backup(struct tx *tx, void *arg, struct err *e)
{
    struct ordering *o = arg;
    bool under_way = false;
    int64_t id = 0;
    struct arena *a = tx_arena(tx);
    enum rc rc = backup_under_way(tx, &under_way, e);
    o->ordered = rc == RC_OK && !under_way;
    if (!o->ordered) {
        return rc;
    }
    struct str name = backup_name(a, true, tx_now_s(tx));
    struct job_order order = {
        .kind = "backup",
        .title = name,
        .detail = arena_printf(a, "{\"name\":\"" STR_FMT "\"}", STR_ARG(name)),
        .unit = "pages",
        .total = -1,
    };
    return job_add(o->app, tx, &order, &id, e);
}

static void sweep_uploads(struct app *app)
{
    struct arena a;
    arena_init(&a, 0);
    const char *path = app_path(app, &a, "upload");
    DIR *d = opendir(path);
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
        struct stat st;
        const char *file = arena_printf(&a, "%s/%s", path, entry->d_name).p;
        if (stat(file, &st) == 0 && S_ISREG(st.st_mode) && clock_now_s() - st.st_mtime > UPLOAD_S) {
            unlink(file);
        }
    }
    if (d != NULL) {
        closedir(d);
    }
    arena_done(&a);
}

enum rc upkeep_run(struct app *app, bool *out_backup, struct err *e)
{
    bool due = false;
    *out_backup = false;
    sweep_uploads(app);
    if (db_engine_of(app->db) != DB_SQLITE || app->jobs == NULL) {
        return RC_OK;
    }
    enum rc rc = backup_due(app, &due, e);
    if (rc == RC_OK && due) {
        struct ordering o = {.app = app};
        rc = writer_run(app->writer, order_backup, &o, e);
        *out_backup = rc == RC_OK && o.ordered;
    }
    return rc;
}

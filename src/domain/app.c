/* app.c — opening an installation, in the order in which its parts need each other.
 *
 * directory → settings → keys → database → schema → writer → console's settings → zone and calendar
 * → mirror → jobs → audiences. Closing runs backwards. An installation is made whole or not at all
 * as far as a restart can tell: each part is made if it is missing, and the head of the audit log,
 * which must never be made twice, in one transaction with the mark that it was made. A start of an
 * existing installation costs a few reads: no password is hashed, no library loaded that this
 * database does not need.
 */
#include "domain/app.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/audience_tick.h"
#include "domain/churn.h"
#include "domain/event_parts.h"
#include "domain/job.h"
#include "domain/group_review.h"
#include "domain/known.h"
#include "domain/rounds.h"
#include "domain/schedule.h"
#include "mirror/daybook.h"
#include "mirror/mirror.h"
#include "store/audit.h"
#include "store/day.h"
#include "store/event_tail.h"
#include "store/schema_files.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READERS = 4, DAYS_A_STEP = LIMIT_CLOSURE_ROWS };

const char *app_path(const struct app *app, struct arena *a, const char *name)
{
    return arena_printf(a, "%s/%s", app->data_dir, name).p;
}

/* ---- the directory ---- */

static enum rc make_dir(const char *path, struct err *e)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return RC_OK;
    }
    err_set(e, RC_IO, "directory", NULL, "建不了目录 %s：%s", "cannot make the directory %s: %s",
            path, strerror(errno));
    err_hint(e, "用 --data 换一个目录", "choose another one with --data");
    return RC_IO;
}

static enum rc open_directory(struct app *app, const struct app_options *o, struct arena *a,
                              struct err *e)
{
    static const char *const folders[] = {"upload", "export", "reject", "backup"};
    if (!o->create && access(app_path(app, a, "koi.key"), F_OK) != 0) {
        err_set(e, RC_NOT_FOUND, "not_initialised", NULL, "%s 里没有 Koi 的数据",
                "there is no Koi in %s", o->data_dir);
        err_hint(e, "先运行 koi init，或用 --data 指定目录",
                 "run koi init first, or point --data at one");
        return RC_NOT_FOUND;
    }
    if (o->read_only) {
        return RC_OK;
    }
    enum rc rc = make_dir(o->data_dir, e);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && rc == RC_OK; i++) {
        rc = make_dir(app_path(app, a, folders[i]), e);
    }
    return rc;
}

/* ---- the database ---- */

static enum rc backup_before_upgrade(void *ctx, struct err *e)
{
    struct app *app = ctx;
    struct arena a;
    int version = 0;
    if (db_engine_of(app->db) != DB_SQLITE) {
        return RC_OK; /* pg_dump before an upgrade is in docs/OPERATE.md */
    }
    arena_init(&a, 0);
    enum rc rc = db_version(app->db, &version, e);
    if (rc == RC_OK) {
        const char *name =
            arena_printf(&a, "backup/before-upgrade-%04d-%" PRId64 ".db", version, clock_now_s()).p;
        rc = db_backup(app->db, app_path(app, &a, name), NULL, NULL, e);
    }
    arena_done(&a);
    return rc;
}

static enum rc begin_log(struct tx *tx, void *arg, struct err *e)
{
    struct app *app = arg;
    return audit_begin(tx, app->keys, e);
}

static enum rc check_version(struct app *app, struct err *e)
{
    int version = 0;
    enum rc rc = db_version(app->db, &version, e);
    int wanted = schema_migrations[schema_migration_count - 1].version;
    if (rc == RC_OK && version != wanted) {
        err_set(e, RC_CONFLICT, "schema_version", NULL, "数据库是第 %d 版，程序需要第 %d 版",
                "the database is at version %d, this program needs %d", version, wanted);
        err_hint(e, "先运行 koi serve 升级", "koi serve upgrades it");
        return RC_CONFLICT;
    }
    return rc;
}

static enum rc open_database(struct app *app, const struct app_options *o, struct arena *a,
                             bool *out_new, struct err *e)
{
    const char *url = config_text(app->config, "database_url");
    int version = 0;
    struct db_config config = {
        .url = url[0] != 0 ? url : app_path(app, a, "koi.db"),
        .readers = READERS,
        .read_only = o->read_only,
    };
    enum rc rc = db_open(&config, &app->db, e);
    if (rc != RC_OK || o->read_only) {
        return rc == RC_OK ? check_version(app, e) : rc;
    }
    rc = db_version(app->db, &version, e);
    if (rc == RC_OK) {
        rc = db_migrate(app->db, schema_migrations, schema_migration_count, backup_before_upgrade,
                        app, e);
    }
    if (rc == RC_OK) {
        rc = writer_start(app->db, &app->writer, e);
    }
#ifdef KOI_BENCH /* bench/commit holds the real thing against the same without commits */
    if (rc == RC_OK && getenv("KOI_BENCH_DRY") != NULL) {
        writer_set_dry(app->writer, true);
    }
#endif
    *out_new = version == 0;
    return rc;
}

/* The log's index by customer is built behind the log; after an upgrade that is all of it, and
 * whoever asked meanwhile would read the log. Where it cannot be built now (the disk is full) the
 * thread tries again, and says so. */
static enum rc open_event_parts(struct app *app, struct err *e)
{
    struct event_parts parts = {.db = app->db, .writer = app->writer, .bounds = EVENT_PARTS_BOUNDS};
    int64_t behind = 0;
    enum rc rc = event_parts_behind(app->db, &behind, e);
    if (rc == RC_OK && behind > EVENT_TAIL_MOST)
        (void)event_parts_catch_up(&parts, NULL);
    if (rc == RC_OK)
        app->parts = event_parts_start(app);
    return rc;
}

/* ---- zone and calendar ---- */

enum rc app_reload_settings(struct app *app, struct err *e)
{
    struct tx *tx = NULL;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK) {
        rc = config_read_console(app->config, app->keys, tx, e);
    }
    db_read_end(tx);
    return rc;
}

static enum rc clear_days(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return day_clear(tx, e);
}

static enum rc fill_days(struct tx *tx, void *arg, struct err *e)
{
    int32_t from = *(int32_t *)arg;
    int32_t to = from + DAYS_A_STEP - 1 < DAY_LAST ? from + DAYS_A_STEP - 1 : DAY_LAST;
    enum rc rc = day_fill(tx, from, to, e);
    return rc == RC_OK && to == DAY_LAST ? day_filled(tx, calendar_zone(), e) : rc;
}

static enum rc open_calendar(struct app *app, struct err *e)
{
    struct tx *tx = NULL;
    struct str zone = STR_ABSENT;
    enum rc rc = calendar_set_zone(str_from(config_text(app->config, "corp_zone")), e);
    if (rc != RC_OK) {
        return rc;
    }
    rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK) {
        rc = day_zone(tx, &zone, e);
    }
    bool filled = rc == RC_OK && str_eq(zone, calendar_zone());
    db_read_end(tx);
    if (filled || app->writer == NULL || (rc != RC_OK && rc != RC_NOT_FOUND)) {
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    }
    rc = writer_run(app->writer, clear_days, NULL, e);
    for (int32_t day = DAY_FIRST; day <= DAY_LAST && rc == RC_OK; day += DAYS_A_STEP) {
        rc = writer_run(app->writer, fill_days, &day, e);
    }
    return rc;
}

/* ---- all of it ---- */

static enum rc open_parts(struct app *app, const struct app_options *o, struct arena *a,
                          struct err *e)
{
    bool fresh = false;
    enum rc rc = open_directory(app, o, a, e);
    if (rc == RC_OK) {
        rc = config_open(o->data_dir, o->flags, o->flag_count, &app->config, e);
    }
    if (rc == RC_OK) {
        rc = keyring_open(app_path(app, a, "koi.key"), o->create, &app->keys, e);
    }
    if (rc == RC_OK) {
        rc = open_database(app, o, a, &fresh, e);
    }
    if (rc == RC_OK && fresh) {
        rc = writer_run(app->writer, begin_log, app, e);
    }
    if (rc == RC_OK) {
        rc = app_reload_settings(app, e);
    }
    if (rc == RC_OK) {
        rc = open_calendar(app, e);
    }
    if (rc == RC_OK && app->writer != NULL) {
        rc = open_event_parts(app, e);
    }
    if (rc == RC_OK && o->with_mirror) {
        app->daybook = daybook_start(app->db, app_path(app, a, "daybook.image"));
        app->mirror =
            mirror_start(app->db, app->writer, app->daybook, app_path(app, a, "mirror.image"));
    }
    if (rc == RC_OK && o->with_jobs) {
        app->known = known_new(app->keys, KNOWN_SLOTS);
    }
    if (rc == RC_OK && o->with_jobs) {
        rc = job_runner_start(app, &app->jobs, e);
    }
    if (rc == RC_OK && o->with_jobs && o->with_mirror) {
        app->ticker = audience_ticker_start(app);
        app->schedule = schedule_start(app);
        app->churn = churn_start(app);
    }
    return rc;
}

enum rc app_open(const struct app_options *options, struct app **out, struct err *e)
{
    assert(options->data_dir != NULL && !(options->read_only && options->with_jobs));
    struct app *app = calloc(1, sizeof *app);
    struct arena a;
    arena_init(&a, 0);
    char *dir = app != NULL ? strdup(options->data_dir) : NULL;
    if (dir == NULL) {
        abort();
    }
    app->data_dir = dir;
    app->started_us = clock_now_us();
    app->groups = group_memo_new();
    enum rc rc = open_parts(app, options, &a, e);
    arena_done(&a);
    if (rc != RC_OK) {
        app_close(app);
        return rc;
    }
    *out = app;
    return RC_OK;
}

void app_close(struct app *app)
{
    if (app == NULL) {
        return;
    }
    rounds_stop(app->inbox);
    rounds_stop(app->outbox);
    rounds_stop(app->churn);
    audience_ticker_stop(app->ticker);
    schedule_stop(app->schedule);
    job_runner_stop(app->jobs);
    event_parts_stop(app->parts);
    mirror_stop(app->mirror);
    daybook_stop(app->daybook);
    writer_stop(app->writer);
    db_close(app->db);
    known_free(app->known);
    group_memo_free(app->groups);
    keyring_free(app->keys);
    config_free(app->config);
    free(app->restore_from);
    free((char *)(uintptr_t)app->data_dir);
    free(app);
}

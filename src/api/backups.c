/* backups.c — backups by button: make, list, check, fetch, put back.
 *
 * Making and checking are jobs, since they read everything. Putting one back needs the server to
 * let go of the database: the reply leaves, then the server ends what is under way, restores with
 * every check of domain/restore.h, and serves again on the same port; sessions of the restored time
 * are the ones that count.
 */
#include "domain/backup.h"

#include "api/job_started.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "domain/restore.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum rc backup_list_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct backup_entry *list = NULL;
    size_t n = 0;
    (void)tx;
    enum rc rc = backup_list(request_app(rq), request_arena(rq), &list, &n, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_str(j, "name", list[i].name);
        json_put_int(j, "bytes", list[i].bytes);
        json_put_int(j, "created_s", list[i].created_s);
        json_put_bool(j, "whole", list[i].whole);
        json_close_object(j);
    }
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_backup_list = {
    .method = GET,
    .path = "/api/backups",
    .name = "backup_list",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .run = backup_list_run,
    .zh = "备份列表，最新的在前。",
    .en = "The backups, newest first.",
    .reply = "BackupList",
};

/* ---- jobs ---- */

static enum rc check_engine(struct tx *tx, struct err *e)
{
    if (tx_engine(tx) == DB_SQLITE) {
        return RC_OK;
    }
    err_set(e, RC_INVALID, "backup_engine", NULL, "PostgreSQL 用 pg_dump 备份",
            "PostgreSQL is backed up by pg_dump");
    err_hint(e, "见 docs/OPERATE.md", "see docs/OPERATE.md");
    return RC_INVALID;
}

/* The key is wrapped here, so that the passphrase never reaches a table. */
static enum rc backup_prepare(struct request *rq, struct tx *tx, struct err *e)
{
    struct arena *a = request_arena(rq);
    struct str passphrase = arg_str(rq, "passphrase");
    enum rc rc = check_engine(tx, e);
    if (rc == RC_OK && !str_absent(passphrase)) {
        struct str wrapped = secret_wrap(passphrase, keyring_text(request_app(rq)->keys, a), a);
        char *hex = arena_alloc(a, wrapped.n * 2 + 1);
        secret_hex(wrapped.p, wrapped.n, hex);
        request_set_note(rq, hex);
    }
    return rc;
}

static enum rc backup_create(struct request *rq, struct tx *tx, struct err *e)
{
    struct arena *a = request_arena(rq);
    const char *key = request_note(rq);
    struct str name = backup_name(a, false, tx_now_s(tx));
    struct job_order order = {
        .kind = "backup",
        .title = name,
        .detail = arena_printf(a, "{\"name\":\"" STR_FMT "\"%s%s%s}", STR_ARG(name),
                               key != NULL ? ",\"key\":\"" : "", key != NULL ? key : "",
                               key != NULL ? "\"" : ""),
        .unit = "pages",
        .total = -1,
        .account_id = request_caller(rq)->account_id,
    };
    return job_started(rq, tx, &order, e);
}

const struct route route_backup_create = {
    .method = POST,
    .path = "/api/backups",
    .name = "backup_create",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"passphrase", ARG_TEXT, IN_BODY, .min = 8, .max = 200,
              .zh = "给出时备份里带上用它包装的密钥",
              .en = "if given, the keys go into the backup, wrapped by it"}},
    .prepare = backup_prepare,
    .run = backup_create,
    .zh = "做一份备份（任务），完成时已校验。",
    .en = "Make a backup (a job); checked when it is done.",
    .reply = "JobStarted",
};

static enum rc check_name(struct request *rq, struct err *e)
{
    struct backup_info info;
    struct str name = arg_str(rq, "name");
    if (!backup_name_valid(name)) {
        return err_set(e, RC_NOT_FOUND, "backup_unknown", "name", "没有这个备份",
                       "there is no such backup");
    }
    const char *path = arena_printf(request_arena(rq), "%s/backup/" STR_FMT,
                                    request_app(rq)->data_dir, STR_ARG(name))
                           .p;
    enum rc rc = backup_read(path, &info, request_arena(rq), e);
    if (rc == RC_NOT_FOUND) {
        err_set(e, RC_NOT_FOUND, "backup_unknown", "name", "没有这个备份",
                "there is no such backup");
    }
    return rc;
}

static enum rc backup_verify_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct str name = arg_str(rq, "name");
    enum rc rc = check_name(rq, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct job_order order = {
        .kind = "backup",
        .title = name,
        .detail = arena_printf(request_arena(rq), "{\"verify\":\"" STR_FMT "\"}", STR_ARG(name)),
        .unit = "pages",
        .total = -1,
        .account_id = request_caller(rq)->account_id,
    };
    return job_started(rq, tx, &order, e);
}

#define ARG_BACKUP                                                                                 \
    {                                                                                              \
        "name", ARG_NAME, IN_PATH, .required = true, .zh = "备份的名称",                           \
                                   .en = "name of the backup"                                      \
    }

const struct route route_backup_verify = {
    .method = POST,
    .path = "/api/backups/{name}/verify",
    .name = "backup_verify",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_BACKUP},
    .run = backup_verify_run,
    .zh = "校验一份备份（任务）：哈希、完整性、行数。",
    .en = "Check a backup (a job): hash, integrity, rows.",
    .reply = "JobStarted",
};

static enum rc backup_file(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    enum rc rc = check_name(rq, e);
    if (rc == RC_OK) {
        struct str path = arena_printf(request_arena(rq), "%s/backup/" STR_FMT,
                                       request_app(rq)->data_dir, STR_ARG(arg_str(rq, "name")));
        reply_file(rq, path.p, "application/octet-stream", arg_str(rq, "name"), false);
    }
    return rc;
}

const struct route route_backup_file = {
    .method = GET,
    .path = "/api/backups/{name}/file",
    .name = "backup_file",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .audited = true,
    .args = {ARG_BACKUP},
    .run = backup_file,
    .zh = "下载一份备份。",
    .en = "Fetch a backup.",
};

/* ---- putting one back ---- */

static enum rc backup_restore(struct request *rq, struct tx *tx, struct err *e)
{
    (void)tx;
    enum rc rc = check_engine(tx, e);
    if (rc == RC_OK) {
        rc = check_name(rq, e);
    }
    if (rc == RC_OK && !str_eq(arg_str(rq, "confirm"), arg_str(rq, "name"))) {
        rc = err_set(e, RC_INVALID, "confirm", "confirm", "请原样填写备份的名称",
                     "write the name of the backup to confirm");
    }
    if (rc == RC_OK && request_caller(rq)->local) {
        rc = err_set(e, RC_INVALID, "restore_local", NULL, "命令行请停止服务后用 koi restore",
                     "on the command line, stop the server and use koi restore");
    }
    reply_status(rq, 202);
    json_open_object(reply_json(rq), NULL);
    json_put_bool(reply_json(rq), "restarting", true);
    json_close_object(reply_json(rq));
    return rc;
}

/* Behind the commit: tells the serving command, by the signal it waits for, to stop, restore and
 * serve again. */
static void backup_restore_begin(struct request *rq)
{
    struct app *app = request_app(rq);
    char *path = NULL;
    struct str name = arg_str(rq, "name");
    if (asprintf(&path, "%s/backup/" STR_FMT, app->data_dir, STR_ARG(name)) < 0) {
        abort();
    }
    free(app->restore_from);
    app->restore_from = path;
    kill(getpid(), SIGUSR1);
}

const struct route route_backup_restore = {
    .method = POST,
    .path = "/api/backups/{name}/restore",
    .name = "backup_restore",
    .need = PERM_SYSTEM,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_BACKUP,
             {"confirm", ARG_TEXT, IN_BODY, .required = true, .max = 200, .zh = "再写一次名称",
              .en = "the name once more"}},
    .run = backup_restore,
    .after = backup_restore_begin,
    .zh = "恢复一份备份：服务停下、校验、恢复、再启动。",
    .en = "Restore a backup: the server stops, checks, restores and starts again.",
    .reply = "Restarting",
};

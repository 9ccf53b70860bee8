/* restore.c — verify, remember, swap, open, verify again.
 *
 * The order is what makes it safe: everything that can be wrong with the backup shows in the
 * verified copy that lies beside the database, so the swap itself is two renames. If opening the
 * restored installation then fails, the old database is still in backup/, and the error says where.
 * Counting twice costs a scan of each table; a restore is rare and must be right.
 */
#include "domain/restore.h"

#include "base/clock.h"
#include "base/limits.h"
#include "domain/backup.h"
#include "domain/profile.h"
#include "store/audit.h"
#include "store/census.h"
#include "store/tombstone.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct run {
    const struct restore_options *o;
    struct arena arena;
    struct backup_info info;
    const char *db_path, *new_path, *key_path;
    struct tombstone *tombstones; /* of the database that was there */
    size_t n;
    struct restore_report report;
};

static const char *path_in(struct run *r, const char *name)
{
    return arena_printf(&r->arena, "%s/%s", r->o->data_dir, name).p;
}

static enum rc io_error(const char *path, struct err *e)
{
    return err_set(e, RC_IO, "restore_io", NULL, "%s：%s", "%s: %s", path, strerror(errno));
}

/* ---- before ---- */

static enum rc check_place(struct run *r, struct err *e)
{
    bool there = access(r->db_path, F_OK) == 0 || access(r->key_path, F_OK) == 0;
    if (there && !r->o->force) {
        err_set(e, RC_CONFLICT, "restore_over", NULL, "%s 里已有数据",
                "there is an installation in %s already", r->o->data_dir);
        err_hint(e, "确定要覆盖就加 --force，原来的数据库会留在 backup/ 里",
                 "add --force to replace it; the database that is there is kept in backup/");
        return RC_CONFLICT;
    }
    if (mkdir(r->o->data_dir, 0700) != 0 && errno != EEXIST) {
        return io_error(r->o->data_dir, e);
    }
    const char *backups = path_in(r, "backup");
    return mkdir(backups, 0700) == 0 || errno == EEXIST ? RC_OK : io_error(backups, e);
}

/* Opening for writing takes the lock, so a running server shows. A database too damaged to open has
 * no tombstones to give. */
static enum rc read_tombstones(struct run *r, struct err *e)
{
    struct db *db = NULL;
    struct tx *tx = NULL;
    struct err ignored = ERR_INIT;
    int version = 0;
    if (access(r->db_path, F_OK) != 0) {
        return RC_OK;
    }
    enum rc rc = db_open(&(struct db_config){.url = r->db_path, .readers = 1}, &db, &ignored);
    if (rc == RC_BUSY) {
        err_set(e, RC_BUSY, "server_running", NULL, "服务正在使用这个目录",
                "a server is using this directory");
        err_hint(e, "先停止服务", "stop it first");
        return RC_BUSY;
    }
    if (rc == RC_OK && db_version(db, &version, &ignored) == RC_OK && version > 0 &&
        db_read_begin(db, &tx, &ignored) == RC_OK) {
        tombstone_list(tx, &r->arena, &r->tombstones, &r->n, &ignored);
    }
    db_read_end(tx);
    db_close(db);
    return RC_OK;
}

static enum rc write_file(const char *path, struct str text, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    enum rc rc = good ? RC_OK : io_error(path, e);
    if (fd >= 0) {
        close(fd);
    }
    return rc;
}

/* The keys: those that are there stay; else the backup must bring them. */
static enum rc restore_key(struct run *r, struct err *e)
{
    struct str wrapped;
    struct str text;
    struct str hex = json_str_or(json_get(r->info.manifest, "key"), STR_ABSENT);
    if (access(r->key_path, F_OK) == 0) {
        return RC_OK;
    }
    if (str_absent(hex)) {
        err_set(e, RC_NOT_FOUND, "key_missing", NULL, "备份里没有密钥，%s 里也没有",
                "the backup has no keys and %s has none either", r->o->data_dir);
        err_hint(e, "把原来的 koi.key 放进数据目录",
                 "put the koi.key of that time into the data directory");
        return RC_NOT_FOUND;
    }
    if (r->o->passphrase == NULL) {
        err_set(e, RC_INVALID, "passphrase_missing", "passphrase", "备份里的密钥需要口令",
                "the keys in the backup need a passphrase");
        err_hint(e, "用 --passphrase-file 给出", "give it by --passphrase-file");
        return RC_INVALID;
    }
    if (!secret_unhex(hex, &r->arena, &wrapped)) {
        return err_set(e, RC_CORRUPT, "backup_key", NULL, "备份里的密钥损坏",
                       "the keys in the backup are damaged");
    }
    enum rc rc = secret_unwrap(str_from(r->o->passphrase), wrapped, &r->arena, &text, e);
    return rc == RC_OK ? write_file(r->key_path, text, e) : rc;
}

/* ---- the swap ---- */

static enum rc keep_old(struct run *r, struct err *e)
{
    static const char *const tails[] = {"-wal", "-shm"};
    if (access(r->db_path, F_OK) != 0) {
        return RC_OK;
    }
    snprintf(r->report.kept, sizeof r->report.kept, "%s/backup/before-restore-%" PRId64 ".db",
             r->o->data_dir, clock_now_s());
    if (rename(r->db_path, r->report.kept) != 0) {
        return io_error(r->db_path, e);
    }
    for (size_t i = 0; i < 2; i++) {
        const char *from = arena_printf(&r->arena, "%s%s", r->db_path, tails[i]).p;
        rename(from, arena_printf(&r->arena, "%s%s", r->report.kept, tails[i]).p);
    }
    return RC_OK;
}

static enum rc swap(struct run *r, struct err *e)
{
    enum rc rc = keep_old(r, e);
    if (rc == RC_OK && rename(r->new_path, r->db_path) != 0) {
        rc = io_error(r->new_path, e);
    }
    struct str conf = json_str_or(json_get(r->info.manifest, "conf"), STR_ABSENT);
    const char *conf_path = path_in(r, "koi.conf");
    if (rc == RC_OK && conf.n > 0 && access(conf_path, F_OK) != 0) {
        rc = write_file(conf_path, conf, e);
    }
    return rc;
}

/* ---- after ---- */

static enum rc compare(struct run *r, struct app *app, struct err *e)
{
    struct tx *tx = NULL;
    int version = 0;
    enum rc rc = db_version(app->db, &version, e);
    if (rc != RC_OK || version != r->info.schema) {
        return rc; /* an older backup was migrated: its rows were compared before */
    }
    rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK) {
        rc = backup_compare(&r->info, tx, e);
    }
    db_read_end(tx);
    return rc;
}

struct replay {
    struct run *run;
    struct app *app;
    size_t i;
    bool erased;
};

static enum rc replay_one(struct tx *tx, void *arg, struct err *e)
{
    struct replay *p = arg;
    const struct tombstone *t = &p->run->tombstones[p->i];
    int64_t root = 0;
    p->erased = false;
    enum rc rc = tombstone_customer(tx, t, &root, e);
    if (rc == RC_OK) {
        p->erased = true;
        rc = profile_erase(tx, root, e);
    } else if (rc == RC_NOT_FOUND) {
        rc = RC_OK;
    }
    return rc == RC_OK ? tombstone_put(tx, t, e) : rc;
}

static enum rc write_audit(struct tx *tx, void *arg, struct err *e)
{
    struct replay *p = arg;
    struct audit_entry entry = {
        .action = STR("restore"),
        .detail = arena_printf(tx_arena(tx), "\"created_s\":%" PRId64 ",\"erased_again\":%" PRId64,
                               p->run->info.created_s, p->run->report.erased_again),
    };
    return audit_append(tx, p->app->keys, &entry, e);
}

static enum rc replay(struct run *r, struct app *app, struct err *e)
{
    struct replay p = {.run = r, .app = app};
    enum rc rc = RC_OK;
    for (p.i = 0; p.i < r->n && rc == RC_OK; p.i++) {
        rc = writer_run(app->writer, replay_one, &p, e);
        r->report.erased_again += rc == RC_OK && p.erased;
    }
    return rc == RC_OK ? writer_run(app->writer, write_audit, &p, e) : rc;
}

/* The chain must fit the keys that are there: with other keys nothing sealed would open. */
static enum rc check_chain(struct app *app, struct err *e)
{
    struct tx *tx = NULL;
    struct audit_report report = {0};
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK) {
        rc = audit_verify(tx, app->keys, &report, e);
    }
    db_read_end(tx);
    if (rc == RC_OK && !report.ok) {
        err_set(e, RC_CORRUPT, "audit_chain", NULL, "审计链在第 %" PRId64 " 行不吻合",
                "the audit chain does not fit at row %" PRId64, report.first_bad);
        err_hint(e, "koi.key 是否属于这个备份？", "does koi.key belong to this backup?");
        return RC_CORRUPT;
    }
    return rc;
}

static enum rc open_restored(struct run *r, struct err *e)
{
    struct app *app = NULL;
    enum rc rc = app_open(&(struct app_options){.data_dir = r->o->data_dir}, &app, e);
    if (rc != RC_OK) {
        return rc;
    }
    rc = compare(r, app, e);
    if (rc == RC_OK) {
        rc = check_chain(app, e);
    }
    if (rc == RC_OK) {
        rc = replay(r, app, e);
    }
    if (rc == RC_OK) {
        rc = db_check(app->db, e);
    }
    app_close(app);
    return rc;
}

static void count_report(struct run *r)
{
    const struct json_value *tables = json_get(r->info.manifest, "tables");
    r->report.tables = (int64_t)json_count(tables);
    for (size_t i = 0; i < json_count(tables); i++) {
        struct str name;
        r->report.rows += json_int_or(json_member(tables, i, &name), 0);
    }
}

enum rc restore_run(const struct restore_options *o, struct restore_report *out, struct err *e)
{
    struct run r = {.o = o};
    arena_init(&r.arena, 0);
    r.db_path = path_in(&r, "koi.db");
    r.new_path = path_in(&r, "koi.db.restored");
    r.key_path = path_in(&r, "koi.key");
    enum rc rc = check_place(&r, e);
    if (rc == RC_OK) {
        rc = backup_verify(o->file, r.new_path, true, &r.info, &r.arena, e);
    }
    if (rc == RC_OK) {
        rc = read_tombstones(&r, e);
    }
    if (rc == RC_OK) {
        rc = restore_key(&r, e);
    }
    if (rc == RC_OK) {
        rc = swap(&r, e);
    }
    if (rc == RC_OK) {
        rc = open_restored(&r, e);
    }
    if (rc != RC_OK) {
        unlink(r.new_path);
    }
    if (rc == RC_OK) {
        count_report(&r);
        *out = r.report;
    }
    arena_done(&r.arena);
    return rc;
}

/* doctor.c — the checks, one function each, in the order in which a person would ask.
 *
 * A check never fails the run: what it cannot find out is a finding. Nothing is written. Sizes are
 * given in MB, ages in hours, paths as resolved, so that two people looking at two machines see the
 * same words.
 */
#include "domain/doctor.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "domain/backup.h"
#include "domain/event_parts.h"
#include "store/audit.h"
#include "store/schema_files.h"

#include <assert.h>
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { MB = 1 << 20, FREE_LEAST_MB = 512, OLD_UPLOAD_S = 7 * 86400, SLOW_COMMIT_US = 200000 };

/* The date of this release: a clock before it is wrong. */
static const int64_t RELEASED_S = 1735689600; /* 2025-01-01 */

struct look {
    struct app *app;
    struct tx *tx;
    struct arena *a;
    struct checks *out;
};

static struct check *add(struct look *l, const char *name, const char *zh, const char *en)
{
    assert(l->out->n < CHECKS_MOST);
    struct check *c = &l->out->list[l->out->n++];
    *c = (struct check){.name = name, .zh = zh, .en = en, .ok = true, .value = STR_ABSENT};
    return c;
}

static void bad(struct check *c, const char *advice_zh, const char *advice_en)
{
    c->ok = false;
    c->advice_zh = advice_zh;
    c->advice_en = advice_en;
}

static void mean(struct check *c, const char *note_zh, const char *note_en)
{
    c->note_zh = note_zh;
    c->note_en = note_en;
}

/* ---- files ---- */

static void check_directory(struct look *l)
{
    struct check *c = add(l, "data_directory", "数据目录", "data directory");
    mean(c, "所有数据都在这个文件夹里；别的用户打不开它就是好的",
         "all data are in this folder; it is well when no other user can open it");
    struct stat st;
    char real[PATH_MAX];
    c->value = arena_str(
        l->a, str_from(realpath(l->app->data_dir, real) != NULL ? real : l->app->data_dir));
    if (stat(l->app->data_dir, &st) != 0 || (st.st_mode & 077) != 0) {
        bad(c, "只让运行 Koi 的用户进入：chmod 700", "let only Koi's user in: chmod 700");
    }
}

static void check_key(struct look *l)
{
    struct check *c = add(l, "key_file", "密钥文件", "key file");
    mean(c, "解开手机号等加密内容的钥匙。没有它，备份也打不开，请在别处另存一份",
         "it opens what is sealed, such as phone numbers. Without it backups cannot be opened "
         "either: keep a copy elsewhere");
    struct stat st;
    const char *path = app_path(l->app, l->a, "koi.key");
    c->value = str_from(path);
    if (stat(path, &st) != 0 || (st.st_mode & 077) != 0) {
        bad(c, "chmod 600 koi.key，并在别处另存一份",
            "chmod 600 koi.key, and keep a copy elsewhere");
    }
}

static void check_disk(struct look *l)
{
    struct check *c = add(l, "disk_space", "磁盘空间", "disk space");
    mean(c, "剩余空间。够做两份备份就是好的", "what is free; room for two backups is good");
    struct statvfs v;
    if (statvfs(l->app->data_dir, &v) != 0) {
        bad(c, "看不到磁盘空间", "the disk cannot be looked at");
        return;
    }
    int64_t free_mb = (int64_t)(v.f_bavail * v.f_frsize / MB);
    int64_t need_mb = FREE_LEAST_MB + 2 * db_size_bytes(l->app->db) / MB;
    c->value = arena_printf(l->a, "%" PRId64 " MB", free_mb);
    if (free_mb < need_mb) {
        bad(c, "剩余空间不足以做备份，请清理或扩容",
            "too little for a backup: free some or add more");
    }
}

static void check_uploads(struct look *l)
{
    struct check *c = add(l, "old_uploads", "一周前的上传文件", "uploads older than a week");
    mean(c, "早已导入、可以清理的文件数；0 最好，多了只占空间",
         "files that were imported long ago and can go; 0 is best, more only take space");
    const char *path = app_path(l->app, l->a, "upload");
    int64_t n = 0;
    DIR *d = opendir(path);
    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;) {
        struct stat st;
        const char *file = arena_printf(l->a, "%s/%s", path, entry->d_name).p;
        n += stat(file, &st) == 0 && S_ISREG(st.st_mode) &&
             clock_now_s() - st.st_mtime > OLD_UPLOAD_S;
    }
    if (d != NULL) {
        closedir(d);
    }
    c->value = arena_printf(l->a, "%" PRId64, n);
}

/* ---- database ---- */

static void check_database(struct look *l)
{
    struct check *c = add(l, "database", "数据库", "database");
    mean(c, "数据库、它的大小、还没并入的日志（WAL）和版本；版本与程序一致就是好的",
         "the database, its size, its log not yet folded in (WAL), and its version, which must be "
         "the program's");
    int version = 0;
    int wanted = schema_migrations[schema_migration_count - 1].version;
    bool known = db_version(l->app->db, &version, NULL) == RC_OK;
    c->value = arena_printf(l->a, "%s, %" PRId64 " MB, WAL %" PRId64 " MB, schema %d",
                            tx_engine(l->tx) == DB_SQLITE ? "SQLite" : "PostgreSQL",
                            db_size_bytes(l->app->db) / MB, db_wal_bytes(l->app->db) / MB, version);
    if (!known || version != wanted) {
        bad(c, "重新启动服务以升级", "restart the server to upgrade it");
    }
}

static void check_integrity(struct look *l)
{
    struct check *c = add(l, "integrity", "数据库完整性", "integrity of the database");
    mean(c, "数据库文件从头读到尾没有坏处就是好的",
         "well when the whole file can be read and nothing in it is broken");
    struct err e = ERR_INIT;
    if (db_check(l->app->db, &e) != RC_OK) {
        c->value = arena_str(l->a, str_from(e.en));
        bad(c, "用最近的备份恢复：koi restore", "restore the latest backup: koi restore");
    }
}

static void check_audit(struct look *l)
{
    struct check *c = add(l, "audit_chain", "审计链", "audit chain");
    mean(c, "审计日志的行数和指纹；从未被改动就是好的",
         "rows of the audit log and its fingerprint; well when none was ever changed");
    struct audit_report r;
    struct err e = ERR_INIT;
    if (audit_verify(l->tx, l->app->keys, &r, &e) != RC_OK) {
        c->value = arena_str(l->a, str_from(e.en));
        bad(c, "审计日志读不出来", "the audit log cannot be read");
        return;
    }
    c->value = arena_printf(l->a, "%" PRId64 " · %.16s", r.rows, r.head_hash);
    if (!r.ok) {
        c->value = arena_printf(l->a, "%" PRId64 " / %" PRId64, r.first_bad, r.rows);
        bad(c, "从这一行起有人改动过数据库，请与备份比较",
            "someone changed the database from this row on: compare with a backup");
    }
}

static void check_index(struct look *l, bool deep)
{
    struct check *c = add(l, "event_index", "事件索引", "event index");
    mean(c, "段数、已整理的事件数（加号后是还没整理的，一会儿就会整理）。客户时间线靠它",
         "parts, events filed in them, and after the plus those still to be filed, which takes a "
         "moment. Timelines are read by it");
    struct event_parts_report r;
    struct err e = ERR_INIT;
    if (event_parts_check(l->tx, deep, &r, &e) != RC_OK) {
        c->value = arena_str(l->a, str_from(e.en));
        bad(c, "读不出来，先看“数据库完整性”",
            "it cannot be read: see to the integrity of the database first");
        return;
    }
    c->value = arena_printf(l->a, "%" PRId64 " · %" PRId64 " (+ %" PRId64 ")", r.parts, r.events,
                            r.behind);
    if (r.damaged > 0) {
        c->value = arena_printf(l->a, "%" PRId64 " / %" PRId64 ", seq %" PRId64 " … %" PRId64,
                                r.damaged, r.parts, r.bad_from_seq, r.bad_to_seq);
        bad(c,
            "索引损坏，客户时间线会出错；事件本身完好，重建即可：“系统”页的“重建”，或 koi doctor "
            "--mend",
            "the index is damaged, and timelines fail; the events themselves are whole, so build "
            "it anew: Rebuild on the System page, or koi doctor --mend");
    }
}

/* ---- time, backups, network ---- */

static void check_clock(struct look *l)
{
    struct check *c = add(l, "clock", "时钟与时区", "clock and time zone");
    mean(c, "服务器的时间（世界时）和企业的时区；与手表一致就是好的",
         "the server's time (UTC) and the corp's time zone; well when it agrees with your watch");
    char text[21];
    calendar_format_rfc3339(clock_now_s(), text);
    c->value = arena_printf(l->a, "%s, " STR_FMT, text, STR_ARG(calendar_zone()));
    if (clock_now_s() < RELEASED_S) {
        bad(c, "系统时间不对，请开启时间同步",
            "the system's time is wrong: turn on time synchronisation");
    }
}

static void check_backups(struct look *l)
{
    struct check *c = add(l, "backups", "最近的备份", "latest backup");
    mean(c, "最近一份备份是多少小时（h）前做的",
         "how many hours (h) ago the latest backup was made");
    struct backup_entry *list = NULL;
    size_t n = 0;
    int64_t hours = config_int(l->app->config, "backup_hours");
    if (tx_engine(l->tx) != DB_SQLITE) {
        c->value = STR("pg_dump");
        return;
    }
    if (backup_list(l->app, l->a, &list, &n, NULL) != RC_OK || n == 0) {
        bad(c, "还没有备份：koi backup", "there is none yet: koi backup");
        return;
    }
    int64_t age_h = (clock_now_s() - list[0].created_s) / 3600;
    c->value = arena_printf(l->a, STR_FMT ", %" PRId64 " h", STR_ARG(list[0].name), age_h);
    if (!list[0].whole) {
        bad(c, "最近的备份不完整", "the latest backup is not whole");
    } else if (hours > 0 && age_h > 2 * hours) {
        bad(c, "备份过期：服务是否一直在运行？",
            "backups are late: is the server running all the time?");
    }
}

static void check_proxy(struct look *l)
{
    struct check *c = add(l, "listen", "谁能打开控制台", "who can open the console");
    const char *listen = config_text(l->app->config, "listen");
    const char *proxy = config_text(l->app->config, "trusted_proxy");
    if (proxy[0] != 0) {
        c->value = arena_printf(l->a, "%s ← %s", listen, proxy);
        mean(c, "同事通过箭头右边的反向代理（负责 HTTPS 的程序）访问，正常",
             "others come through the proxy right of the arrow, which speaks HTTPS for it: well");
        return;
    }
    c->value = str_from(listen);
    mean(c,
         "没有设置反向代理：只有这台机器自己能打开。这样是安全的；要让同事也能用，请在前面放一个"
         "负责 HTTPS 的反向代理，再在设置里填写它的地址",
         "no proxy is set: only this machine itself can open it. That is safe; for others to use "
         "it, "
         "put a proxy that speaks HTTPS before it and name it in the settings");
}

static void check_jobs(struct look *l)
{
    struct check *c = add(l, "writer", "保存得多快", "how fast changes are saved");
    mean(c,
         "正在排队等待保存的修改数，和平均每次写进磁盘的毫秒数。0 个排队、20 毫秒以内很好，"
         "超过 200 毫秒就太慢",
         "changes waiting to be saved, and milliseconds until one is on disk, on average. None "
         "waiting and up to 20 ms is good; over 200 ms is too slow");
    if (l->app->writer == NULL) {
        return;
    }
    struct writer_stats w = writer_stats(l->app->writer);
    int64_t mean_us = w.groups > 0 ? w.commit_us / w.groups : 0;
    c->value = arena_printf(l->a, "%" PRId64 " · %.1f ms", w.waiting, (double)mean_us / 1000);
    if (mean_us > SLOW_COMMIT_US) {
        bad(c, "磁盘提交太慢，换更快的盘", "commits are slow: use a faster disk");
    }
}

enum rc doctor_run(struct app *app, struct tx *tx, bool deep, struct arena *a, struct checks *out,
                   struct err *e)
{
    struct look l = {app, tx, a, out};
    (void)e;
    out->n = 0;
    check_directory(&l);
    check_key(&l);
    check_disk(&l);
    check_uploads(&l);
    check_database(&l);
    check_clock(&l);
    check_backups(&l);
    check_proxy(&l);
    check_jobs(&l);
    check_index(&l, deep);
    if (deep) {
        check_integrity(&l);
        check_audit(&l);
    }
    return RC_OK;
}

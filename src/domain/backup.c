/* backup.c — making, reading and checking backups.
 *
 * Making: the engine's online copy into `<path>.part`, its rows counted and its bytes hashed,
 * manifest and footer behind it, fsync, rename. So what carries the name is whole, and a crash
 * leaves only a `.part`. Checking goes the other way round and trusts nothing: lengths, hash, then
 * the copy is opened as a database of its own and asked for its integrity and its rows. Costs one
 * read of the file each, and its size in free disk.
 */
#include "domain/backup.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/census.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    PIECE = 256 << 10,
    MANIFEST_BYTES = 4 << 20,
    FOOTER_BYTES = 24,
    CONF_BYTES = 64 << 10,
    LIST_MOST = 1000
};
#define MAGIC "KOIBACK1"

/* ---- names ---- */

bool backup_name_valid(struct str name)
{
    bool good = name.n > 4 && name.n <= 100 && str_ends(name, STR(".koi")) && name.p[0] != '.';
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.');
    }
    return good;
}

struct str backup_name(struct arena *a, bool automatic, int64_t now_s)
{
    struct tm tm;
    time_t t = (time_t)now_s;
    gmtime_r(&t, &tm);
    return arena_printf(a, "%s-%04d%02d%02d-%02d%02d%02d.koi", automatic ? "auto" : "koi",
                        tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                        tm.tm_sec);
}

/* ---- bytes ---- */

static enum rc io_error(const char *path, struct err *e)
{
    err_set(e, RC_IO, "backup_io", NULL, "%s：%s", "%s: %s", path, strerror(errno));
    err_hint(e, "看磁盘空间和目录权限", "look at disk space and the directory's permissions");
    return RC_IO;
}

static bool write_all(int fd, struct str s)
{
    while (s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        s = str_sub(s, (size_t)n, s.n);
    }
    return true;
}

/* Reads `bytes` from `from`, hashes them, and copies them to `to` unless that is negative. */
static bool hash_copy(int from, int to, int64_t bytes, char hex[static 65])
{
    uint8_t digest[32];
    unsigned n = 0;
    char *piece = malloc(PIECE);
    EVP_MD_CTX *sha = EVP_MD_CTX_new();
    bool good = piece != NULL && sha != NULL && EVP_DigestInit_ex(sha, EVP_sha256(), NULL) == 1;
    while (good && bytes > 0) {
        ssize_t k = read(from, piece, bytes < PIECE ? (size_t)bytes : PIECE);
        good = k > 0;
        if (good) {
            EVP_DigestUpdate(sha, piece, (size_t)k);
            good = to < 0 || write_all(to, (struct str){piece, (size_t)k});
            bytes -= k;
        }
    }
    good = good && EVP_DigestFinal_ex(sha, digest, &n) == 1;
    if (good) {
        secret_hex(digest, sizeof digest, hex);
    }
    EVP_MD_CTX_free(sha);
    free(piece);
    return good;
}

/* A small text file, absent when there is none. */
static struct str read_small(struct arena *a, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return STR_ABSENT;
    }
    char *p = arena_alloc(a, CONF_BYTES);
    ssize_t n = read(fd, p, CONF_BYTES);
    close(fd);
    return n < 0 ? STR_ABSENT : (struct str){p, (size_t)n};
}

/* ---- the manifest ---- */

static void put_tables(struct json *j, const struct census_row *rows, size_t n)
{
    json_open_object(j, "tables");
    for (size_t i = 0; i < n; i++) {
        json_key(j, rows[i].table);
        json_put_int(j, NULL, rows[i].rows);
    }
    json_close_object(j);
}

static struct str hex_of(struct arena *a, struct str bytes)
{
    char *hex = arena_alloc(a, bytes.n * 2 + 1);
    secret_hex(bytes.p, bytes.n, hex);
    return (struct str){hex, bytes.n * 2};
}

struct content {
    int64_t bytes;
    int schema;
    char sha256[65];
    struct census_row *rows;
    size_t n;
};

static void write_manifest(struct buf *b, struct app *app, struct arena *a, const struct content *c,
                           struct str key)
{
    struct json j = json_to(b);
    json_open_object(&j, NULL);
    json_put_z(&j, "version", KOI_VERSION);
    json_put_int(&j, "schema", c->schema);
    json_put_int(&j, "created_s", clock_now_s());
    json_put_int(&j, "bytes", c->bytes);
    json_put_z(&j, "sha256", c->sha256);
    put_tables(&j, c->rows, c->n);
    json_put_str(&j, "conf", read_small(a, app_path(app, a, "koi.conf")));
    json_put_str(&j, "key", str_absent(key) ? STR_ABSENT : hex_of(a, key));
    json_close_object(&j);
}

static void take_info(const struct json_value *m, struct backup_info *out)
{
    *out = (struct backup_info){
        .created_s = json_int_or(json_get(m, "created_s"), 0),
        .bytes = json_int_or(json_get(m, "bytes"), -1),
        .schema = (int)json_int_or(json_get(m, "schema"), 0),
        .version = json_str_or(json_get(m, "version"), STR("")),
        .has_key = !str_absent(json_str_or(json_get(m, "key"), STR_ABSENT)),
        .manifest = m,
    };
}

/* ---- making ---- */

/* Opens the copy for itself: what it holds, not what we meant to copy. */
static enum rc count_copy(const char *path, struct content *out, struct arena *a, struct err *e)
{
    struct db *db = NULL;
    struct tx *tx = NULL;
    struct census_row *rows = NULL;
    struct db_config config = {.url = path, .readers = 1, .read_only = true};
    enum rc rc = db_open(&config, &db, e);
    if (rc == RC_OK) {
        rc = db_version(db, &out->schema, e);
    }
    if (rc == RC_OK) {
        rc = db_read_begin(db, &tx, e);
    }
    if (rc == RC_OK) {
        rc = census_tables(tx, &rows, &out->n, e);
    }
    if (rc == RC_OK) {
        out->rows = ARENA_ARRAY(a, struct census_row, out->n + 1);
        for (size_t i = 0; i < out->n; i++) {
            out->rows[i] = (struct census_row){arena_str(a, rows[i].table), rows[i].rows};
        }
    }
    db_read_end(tx);
    db_close(db);
    return rc;
}

static enum rc append_manifest(struct app *app, const char *part, struct str key,
                               struct backup_info *out, struct arena *a, struct err *e)
{
    struct content c = {0};
    struct stat st;
    struct buf b;
    buf_init(&b, MANIFEST_BYTES);
    enum rc rc = count_copy(part, &c, a, e);
    int fd = rc == RC_OK ? open(part, O_RDWR | O_CLOEXEC) : -1;
    if (rc == RC_OK && (fd < 0 || fstat(fd, &st) != 0)) {
        rc = io_error(part, e);
    }
    if (rc == RC_OK) {
        c.bytes = st.st_size;
        rc = hash_copy(fd, -1, c.bytes, c.sha256) ? RC_OK : io_error(part, e);
    }
    if (rc == RC_OK) {
        write_manifest(&b, app, a, &c, key);
        size_t n = b.n;
        const struct json_value *m = NULL;
        rc = json_parse(a, buf_str(&b), &m, e);
        assert(rc == RC_OK);
        take_info(m, out);
        buf_addf(&b, "%s%016zu", MAGIC, n);
        bool good = !b.failed && lseek(fd, 0, SEEK_END) == c.bytes && write_all(fd, buf_str(&b)) &&
                    fsync(fd) == 0;
        rc = good ? RC_OK : io_error(part, e);
    }
    if (fd >= 0) {
        close(fd);
    }
    buf_done(&b);
    return rc;
}

static void sync_folder(const char *path, struct arena *a)
{
    const char *slash = strrchr(path, '/');
    const char *dir = slash == NULL ? "." : arena_printf(a, "%.*s", (int)(slash - path), path).p;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

enum rc backup_make(struct app *app, const char *path, struct str wrapped_key,
                    bool (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                    struct backup_info *out, struct arena *a, struct err *e)
{
    const char *part = arena_printf(a, "%s.part", path).p;
    struct backup_info info;
    if (access(path, F_OK) == 0) {
        return err_set(e, RC_CONFLICT, "backup_exists", NULL, "已有文件 %s",
                       "there is a file %s already", path);
    }
    unlink(part);
    enum rc rc = db_backup(app->db, part, progress, ctx, e);
    if (rc == RC_OK) {
        rc = append_manifest(app, part, wrapped_key, &info, a, e);
    }
    if (rc == RC_OK && rename(part, path) != 0) {
        rc = io_error(path, e);
    }
    if (rc != RC_OK) {
        unlink(part);
        return rc;
    }
    sync_folder(path, a);
    *out = info;
    return RC_OK;
}

/* ---- reading and checking ---- */

static enum rc no_backup(const char *path, struct err *e)
{
    return err_set(e, RC_CORRUPT, "backup_corrupt", NULL, "%s 不是完整的 Koi 备份",
                   "%s is no whole backup of Koi", path);
}

static enum rc read_manifest(int fd, const char *path, struct backup_info *out, struct arena *a,
                             struct err *e)
{
    struct stat st;
    char footer[FOOTER_BYTES];
    int64_t n = 0;
    const struct json_value *m = NULL;
    if (fstat(fd, &st) != 0 ||
        pread(fd, footer, sizeof footer, st.st_size - FOOTER_BYTES) != FOOTER_BYTES ||
        memcmp(footer, MAGIC, 8) != 0 || !str_to_i64((struct str){footer + 8, 16}, &n) || n <= 0 ||
        n > MANIFEST_BYTES || n > st.st_size - FOOTER_BYTES) {
        return no_backup(path, e);
    }
    char *text = arena_alloc(a, (size_t)n);
    if (pread(fd, text, (size_t)n, st.st_size - FOOTER_BYTES - n) != n ||
        json_parse(a, (struct str){text, (size_t)n}, &m, NULL) != RC_OK) {
        return no_backup(path, e);
    }
    struct backup_info info;
    take_info(m, &info);
    if (info.bytes != st.st_size - FOOTER_BYTES - n) {
        return no_backup(path, e);
    }
    *out = info;
    return RC_OK;
}

enum rc backup_read(const char *path, struct backup_info *out, struct arena *a, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_set(e, RC_NOT_FOUND, "backup_unknown", NULL, "没有备份 %s",
                       "there is no backup %s", path);
    }
    enum rc rc = read_manifest(fd, path, out, a, e);
    close(fd);
    return rc;
}

enum rc backup_compare(const struct backup_info *info, struct tx *tx, struct err *e)
{
    const struct json_value *tables = json_get(info->manifest, "tables");
    struct census_row *rows = NULL;
    size_t n = 0;
    enum rc rc = census_tables(tx, &rows, &n, e);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        int64_t expected = json_int_or(json_get(tables, arena_z(tx_arena(tx), rows[i].table)), -1);
        if (expected != rows[i].rows) {
            rc = err_set(e, RC_CORRUPT, "backup_rows", NULL,
                         "表 " STR_FMT " 有 %" PRId64 " 行，备份说明里是 %" PRId64,
                         "table " STR_FMT " has %" PRId64 " rows, the manifest says %" PRId64,
                         STR_ARG(rows[i].table), rows[i].rows, expected);
        }
    }
    return rc;
}

static enum rc check_copy(const char *path, const struct backup_info *info, struct err *e)
{
    struct db *db = NULL;
    struct tx *tx = NULL;
    struct db_config config = {.url = path, .readers = 1, .read_only = true};
    enum rc rc = db_open(&config, &db, e);
    if (rc == RC_OK) {
        rc = db_check(db, e);
    }
    if (rc == RC_OK) {
        rc = db_read_begin(db, &tx, e);
    }
    if (rc == RC_OK) {
        rc = backup_compare(info, tx, e);
    }
    db_read_end(tx);
    db_close(db);
    return rc;
}

static enum rc extract(int fd, const char *path, const char *scratch,
                       const struct backup_info *info, struct err *e)
{
    char hex[65] = "";
    int to = open(scratch, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = to >= 0 && lseek(fd, 0, SEEK_SET) == 0 && hash_copy(fd, to, info->bytes, hex) &&
                fsync(to) == 0;
    enum rc rc = good ? RC_OK : io_error(scratch, e);
    if (to >= 0) {
        close(to);
    }
    if (rc == RC_OK &&
        !str_eq(str_from(hex), json_str_or(json_get(info->manifest, "sha256"), STR("")))) {
        rc = no_backup(path, e);
    }
    return rc;
}

enum rc backup_verify(const char *path, const char *scratch, bool keep, struct backup_info *out,
                      struct arena *a, struct err *e)
{
    struct backup_info info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_set(e, RC_NOT_FOUND, "backup_unknown", NULL, "没有备份 %s",
                       "there is no backup %s", path);
    }
    enum rc rc = read_manifest(fd, path, &info, a, e);
    if (rc == RC_OK) {
        rc = extract(fd, path, scratch, &info, e);
        if (rc == RC_OK) {
            rc = check_copy(scratch, &info, e);
        }
        if (rc != RC_OK || !keep) {
            unlink(scratch);
        }
        unlink(arena_printf(a, "%s-wal", scratch).p);
        unlink(arena_printf(a, "%s-shm", scratch).p);
    }
    close(fd);
    if (rc == RC_OK) {
        *out = info;
    }
    return rc;
}

/* ---- the folder ---- */

static int newest_first(const void *pa, const void *pb)
{
    const struct backup_entry *a = pa;
    const struct backup_entry *b = pb;
    return a->created_s != b->created_s ? (a->created_s > b->created_s ? -1 : 1)
                                        : str_cmp(b->name, a->name);
}

static void read_entry(struct app *app, struct arena *a, struct backup_entry *out)
{
    struct stat st;
    struct backup_info info;
    const char *path = arena_printf(a, "%s/backup/" STR_FMT, app->data_dir, STR_ARG(out->name)).p;
    if (stat(path, &st) == 0) {
        out->bytes = st.st_size;
        out->created_s = st.st_mtime;
    }
    if (backup_read(path, &info, a, NULL) == RC_OK) {
        out->created_s = info.created_s;
        out->whole = true;
    }
}

enum rc backup_list(struct app *app, struct arena *a, struct backup_entry **out, size_t *out_n,
                    struct err *e)
{
    const char *path = app_path(app, a, "backup");
    struct backup_entry *list = ARENA_ARRAY(a, struct backup_entry, LIST_MOST);
    size_t n = 0;
    DIR *d = opendir(path);
    if (d == NULL) {
        return io_error(path, e);
    }
    for (struct dirent *entry; (entry = readdir(d)) != NULL && n < LIST_MOST;) {
        struct str name = str_from(entry->d_name);
        if (backup_name_valid(name)) {
            list[n].name = arena_str(a, name);
            read_entry(app, a, &list[n++]);
        }
    }
    closedir(d);
    qsort(list, n, sizeof *list, newest_first);
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc backup_prune(struct app *app, int64_t keep, struct err *e)
{
    struct arena a;
    struct backup_entry *list = NULL;
    size_t n = 0;
    int64_t seen = 0;
    arena_init(&a, 0);
    enum rc rc = backup_list(app, &a, &list, &n, e);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        bool automatic = str_starts(list[i].name, STR("auto-"));
        if (automatic && ++seen > keep) {
            unlink(arena_printf(&a, "%s/backup/" STR_FMT, app->data_dir, STR_ARG(list[i].name)).p);
        }
    }
    arena_done(&a);
    return rc;
}

/* ---- the job ---- */

static bool show_progress(void *ctx, int64_t done, int64_t all)
{
    struct job *job = ctx;
    job_progress(job, done, all);
    return !job_stopping(job);
}

static void put_result(struct job *job, struct str name, const struct backup_info *info)
{
    struct buf b;
    buf_init(&b, 4096);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_str(&j, "name", name);
    json_put_int(&j, "bytes", info->bytes);
    json_put_int(&j, "created_s", info->created_s);
    json_put_bool(&j, "verified", true);
    json_close_object(&j);
    job_set_result(job, arena_str(job_arena(job), buf_str(&b)));
    buf_done(&b);
}

static enum rc make_step(struct job *job, struct str name, struct backup_info *info, struct err *e)
{
    struct arena *a = job_arena(job);
    struct str key = STR_ABSENT;
    struct str hex = json_str_or(json_get(job_detail(job), "key"), STR_ABSENT);
    const char *path =
        arena_printf(a, "%s/backup/" STR_FMT, job_app(job)->data_dir, STR_ARG(name)).p;
    if (!str_absent(hex) && !secret_unhex(hex, a, &key)) {
        return err_set(e, RC_INVALID, "backup_key", "key", "密钥不对",
                       "the wrapped key is not hex");
    }
    unlink(path); /* of a run that was cut off behind its rename */
    return backup_make(job_app(job), path, key, show_progress, job, info, a, e);
}

static enum rc backup_step(struct job *job, bool *out_finished, struct err *e)
{
    struct arena *a = job_arena(job);
    struct backup_info info;
    struct str check = json_str_or(json_get(job_detail(job), "verify"), STR_ABSENT);
    struct str name =
        str_absent(check) ? json_str_or(json_get(job_detail(job), "name"), STR("")) : check;
    if (!backup_name_valid(name)) {
        return err_set(e, RC_INVALID, "backup_name", "name", "备份名称不对",
                       "this is no name of a backup");
    }
    job_set_unit(job, "pages");
    enum rc rc = RC_OK;
    if (str_absent(check)) {
        rc = make_step(job, name, &info, e);
    }
    if (rc == RC_OK) {
        const char *path =
            arena_printf(a, "%s/backup/" STR_FMT, job_app(job)->data_dir, STR_ARG(name)).p;
        rc = backup_verify(path, arena_printf(a, "%s.check", path).p, false, &info, a, e);
    }
    if (rc == RC_OK && str_starts(name, STR("auto-"))) {
        rc = backup_prune(job_app(job), config_int(job_app(job)->config, "backup_keep"), e);
    }
    if (rc == RC_OK) {
        put_result(job, name, &info);
        *out_finished = true;
    }
    return rc;
}

const struct job_kind job_kind_backup = {.name = "backup", .lane = "backup", .step = backup_step};

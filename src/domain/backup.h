/* backup — a copy of everything in one file, checked when made, checked again before it is used.
 *
 * The file is a copy of the SQLite database, taken while others write, with a manifest in JSON and
 * a footer behind its last page:
 *     database | manifest | "KOIBACK1" | length of the manifest as 16 digits
 * so any SQLite tool opens it too. The manifest has the rows of each table, the SHA-256 of the
 * database part, the program's and the schema's version, koi.conf, and the key file if it was asked
 * for, wrapped by a passphrase. Without it the backup does not hold the keys: what is sealed in it
 * opens only where koi.key is. PostgreSQL is backed up by pg_dump.
 */
#ifndef KOI_DOMAIN_BACKUP_H
#define KOI_DOMAIN_BACKUP_H

#include "base/json.h"
#include "domain/app.h"
#include "domain/job.h"

struct backup_info {
    int64_t created_s;
    int64_t bytes; /* of the database part */
    int schema;
    struct str version; /* of the program */
    bool has_key;
    const struct json_value *manifest; /* in the arena */
};

/* Makes a backup at `path`, which must not exist; it appears there when it is whole and on disk.
 * `wrapped_key` is what secret_wrap() gave, or absent. `progress` as in db_backup(). */
enum rc backup_make(struct app *app, const char *path, struct str wrapped_key,
                    bool (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                    struct backup_info *out, struct arena *a, struct err *e);
/* Reads the manifest: RC_CORRUPT when the file is no backup, RC_NOT_FOUND when there is none.
 * Cheap. */
enum rc backup_read(const char *path, struct backup_info *out, struct arena *a, struct err *e);
/* Reads all of it: bytes against the SHA-256, then the database itself (integrity, rows of every
 * table), in a copy beside it at `scratch`, which is removed unless `keep`. RC_CORRUPT says what
 * does not fit. */
enum rc backup_verify(const char *path, const char *scratch, bool keep, struct backup_info *out,
                      struct arena *a, struct err *e);
/* Whether `name` may be a backup's: no path, ends in ".koi". */
bool backup_name_valid(struct str name);
/* A new name: "koi-20261121-083000.koi", in UTC; "auto-…" for automatic ones, which backup_prune()
 * keeps `keep` of. */
struct str backup_name(struct arena *a, bool automatic, int64_t now_s);
enum rc backup_prune(struct app *app, int64_t keep, struct err *e);

/* Compares the manifest's rows with a database's own; RC_CORRUPT names the table. */
enum rc backup_compare(const struct backup_info *info, struct tx *tx, struct err *e);

/* Backups of the data directory, newest first. */
struct backup_entry {
    struct str name;
    int64_t bytes; /* of the file */
    int64_t created_s;
    bool whole; /* its manifest can be read */
};
enum rc backup_list(struct app *app, struct arena *a, struct backup_entry **out, size_t *out_n,
                    struct err *e);

/* Detail: {"name", "key": hex of the wrapped key or null} makes one; {"verify": name} checks
 * one. */
extern const struct job_kind job_kind_backup;

#endif

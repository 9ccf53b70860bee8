/* upload.c — uploads, never in memory whole and never on disk in the clear.
 *
 * Each piece goes through SHA-256 and into a sealed file (file/sealed.h) with a random name; the
 * name that the client gave is only ever a text. The file has no owner until a handler stores its
 * path; whoever drops the request removes the file, and `koi doctor` finds those that a crash left
 * behind.
 */
#include "http/upload.h"

#include "base/limits.h"
#include "file/sealed.h"

#include <assert.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_CHARS = 24, PIECE = 64 << 10 };

struct taker {
    struct sealed_writer *file;
    EVP_MD_CTX *sha;
    char *path;
    int64_t bytes;
};

static void taker_free(struct taker *t)
{
    EVP_MD_CTX_free(t->sha);
    free(t->path);
    free(t);
}

enum rc taker_begin(const struct keyring *keys, const char *data_dir, struct taker **out,
                    struct err *e)
{
    char name[NAME_CHARS + 1];
    struct taker *t = calloc(1, sizeof *t);
    secret_random_text(name, NAME_CHARS);
    if (t == NULL || asprintf(&t->path, "%s/upload/%s", data_dir, name) < 0) {
        abort();
    }
    t->sha = EVP_MD_CTX_new();
    int good = t->sha != NULL && EVP_DigestInit_ex(t->sha, EVP_sha256(), NULL) == 1;
    assert(good);
    (void)good;
    enum rc rc = sealed_create(keys, t->path, &t->file, e);
    if (rc != RC_OK) {
        taker_free(t);
        return rc;
    }
    *out = t;
    return RC_OK;
}

enum rc taker_add(struct taker *t, struct str piece, struct err *e)
{
    t->bytes += (int64_t)piece.n;
    if (t->bytes > (int64_t)LIMIT_UPLOAD_MB << 20) {
        return err_set(e, RC_LIMIT, "upload_too_large", NULL, "文件超过 %d MB",
                       "the file is larger than %d MB", LIMIT_UPLOAD_MB);
    }
    EVP_DigestUpdate(t->sha, piece.p, piece.n);
    return sealed_write(t->file, piece, e);
}

enum rc taker_end(struct taker *t, struct arena *a, struct upload *out, struct err *e)
{
    struct upload u = {.bytes = t->bytes, .path = arena_z(a, str_from(t->path))};
    unsigned n = 0;
    EVP_DigestFinal_ex(t->sha, u.sha256, &n);
    assert(n == sizeof u.sha256);
    enum rc rc = sealed_finish(t->file, e);
    taker_free(t);
    if (rc == RC_OK) {
        *out = u;
    }
    return rc;
}

void taker_drop(struct taker *t)
{
    if (t != NULL) {
        sealed_drop(t->file);
        taker_free(t);
    }
}

enum rc taker_file(const struct keyring *keys, const char *data_dir, const char *path,
                   struct arena *a, struct upload *out, struct err *e)
{
    struct taker *t = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return err_set(e, RC_NOT_FOUND, "file_missing", NULL, "没有文件 %s", "there is no file %s",
                       path);
    }
    char *piece = arena_alloc(a, PIECE);
    ssize_t n = 0;
    enum rc rc = taker_begin(keys, data_dir, &t, e);
    while (rc == RC_OK && (n = read(fd, piece, PIECE)) > 0) {
        rc = taker_add(t, (struct str){piece, (size_t)n}, e);
    }
    close(fd);
    if (rc == RC_OK && n < 0) {
        rc = err_set(e, RC_IO, "file_read", NULL, "读文件出错", "the file could not be read");
    }
    if (rc != RC_OK) {
        taker_drop(t);
        return rc;
    }
    return taker_end(t, a, out, e);
}

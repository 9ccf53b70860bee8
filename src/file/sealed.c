/* sealed.c — the sealed file: a head of 24 bytes (magic, random file id) and pieces.
 *
 * Each piece is secret_seal()ed with the place "file/<id>/<number>/<m or z>": m for a middle piece,
 * z for the last. The file has no length field: a reader knows from the size of the file which
 * piece must be the last, and a cut at a border of pieces leaves a middle piece there, which does
 * not open as a last one. An empty file is one empty last piece.
 *
 * Memory: one piece plain and one sealed, half a megabyte, on either side.
 */
#include "file/sealed.h"

#include "base/must.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 256 << 10, ID_BYTES = 16, HEAD = 8 + ID_BYTES, STORED = PIECE + SECRET_OVERHEAD };

static const char MAGIC[9] = "KOISEAL1";

struct sealed_writer {
    const struct keyring *keys;
    char *path, *part;
    int fd;
    char id[2 * ID_BYTES + 1];
    char *piece;
    size_t n;
    int64_t number, written;
    struct arena arena;
    enum rc failed;
};

struct sealed_reader {
    const struct keyring *keys;
    int fd;
    char id[2 * ID_BYTES + 1];
    int64_t size, pieces, at;
    int64_t loaded; /* number of the piece in `plain`; -1: none */
    struct str plain;
    char *stored;
    struct arena arena;
};

static enum rc io_error(struct err *e, bool writing)
{
    int why = errno;
    const char *words = strerrordesc_np(why);
    enum rc rc = writing ? err_set(e, RC_IO, "file_write", NULL, "不能写入文件：%s",
                                   "cannot write the file: %s", words)
                         : err_set(e, why == ENOENT ? RC_NOT_FOUND : RC_IO, "file_open", NULL,
                                   "不能打开文件：%s", "cannot open the file: %s", words);
    if (why == ENOSPC)
        err_hint(e, "请清理磁盘空间后重试", "free some disk space and try again");
    return rc;
}

static struct str place(struct arena *a, const char *id, int64_t number, bool last)
{
    return arena_printf(a, "file/%s/%" PRId64 "/%c", id, number, last ? 'z' : 'm');
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

static bool read_all(int fd, char *p, size_t n, int64_t at)
{
    while (n > 0) {
        ssize_t k = pread(fd, p, n, at);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
        at += k;
    }
    return true;
}

/* ---- writing ---- */

static void writer_free(struct sealed_writer *w)
{
    if (w->fd >= 0)
        close(w->fd);
    arena_done(&w->arena);
    free(w->path);
    free(w->part);
    free(w->piece);
    free(w);
}

enum rc sealed_create(const struct keyring *keys, const char *path, struct sealed_writer **out,
                      struct err *e)
{
    assert(keys != NULL && path != NULL);
    struct sealed_writer *w = must(calloc(1, sizeof *w));
    w->keys = keys;
    w->path = must(strdup(path));
    if (asprintf(&w->part, "%s.part", path) < 0)
        abort();
    w->piece = must(malloc(PIECE));
    arena_init(&w->arena, 0);

    uint8_t id[ID_BYTES];
    secret_random(id, sizeof id);
    secret_hex(id, sizeof id, w->id);
    w->fd = open(w->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (w->fd < 0 || !write_all(w->fd, MAGIC, 8) ||
        !write_all(w->fd, (const char *)id, sizeof id)) {
        enum rc rc = io_error(e, true);
        writer_free(w);
        return rc;
    }
    *out = w;
    return RC_OK;
}

static enum rc put_piece(struct sealed_writer *w, bool last, struct err *e)
{
    struct str where = place(&w->arena, w->id, w->number++, last);
    struct str sealed = secret_seal(w->keys, where, (struct str){w->piece, w->n}, &w->arena);
    assert(sealed.n == w->n + SECRET_OVERHEAD);
    if (!write_all(w->fd, sealed.p, sealed.n))
        return w->failed = io_error(e, true);
    w->n = 0;
    arena_reset(&w->arena);
    return RC_OK;
}

enum rc sealed_write(struct sealed_writer *w, struct str bytes, struct err *e)
{
    if (w->failed != RC_OK)
        return err_set(e, w->failed, "file_io", NULL, "文件已写入失败",
                       "writing the file has failed already");
    w->written += (int64_t)bytes.n;
    while (bytes.n > 0) {
        /* A full piece waits for more, since only the end tells which piece is the last. */
        if (w->n == PIECE) {
            enum rc rc = put_piece(w, false, e);
            if (rc != RC_OK)
                return rc;
        }
        size_t k = PIECE - w->n < bytes.n ? PIECE - w->n : bytes.n;
        memcpy(w->piece + w->n, bytes.p, k);
        w->n += k;
        bytes = (struct str){bytes.p + k, bytes.n - k};
    }
    return RC_OK;
}

int64_t sealed_written(const struct sealed_writer *w)
{
    return w->written;
}

/* Makes the folder's entry durable; a file system that cannot is not worse off than before. */
static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash == NULL ? must(strdup(".")) : must(strndup(path, (size_t)(slash - path) + 1));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

enum rc sealed_finish(struct sealed_writer *w, struct err *e)
{
    enum rc rc = w->failed;
    if (rc != RC_OK)
        err_set(e, rc, "file_io", NULL, "文件写入失败", "writing the file failed");
    else
        rc = put_piece(w, true, e);
    if (rc == RC_OK && (fsync(w->fd) != 0 || rename(w->part, w->path) != 0))
        rc = io_error(e, true);
    if (rc == RC_OK)
        sync_folder(w->path);
    else
        unlink(w->part);
    writer_free(w);
    return rc;
}

void sealed_drop(struct sealed_writer *w)
{
    if (w == NULL)
        return;
    unlink(w->part);
    writer_free(w);
}

/* ---- reading ---- */

static enum rc corrupt(struct err *e)
{
    enum rc rc = err_set(e, RC_CORRUPT, "file_altered", NULL, "加密文件已损坏或被改动",
                         "the sealed file is damaged or was altered");
    err_hint(e, "请重新上传或重新生成这个文件", "upload or make the file again");
    return rc;
}

enum rc sealed_open(const struct keyring *keys, const char *path, struct sealed_reader **out,
                    struct err *e)
{
    struct sealed_reader *r = must(calloc(1, sizeof *r));
    r->keys = keys;
    r->loaded = -1;
    arena_init(&r->arena, 0);
    r->stored = must(malloc(STORED));

    char head[HEAD];
    struct stat st;
    enum rc rc = RC_OK;
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0 || fstat(r->fd, &st) != 0)
        rc = io_error(e, false);
    else if (st.st_size < HEAD + SECRET_OVERHEAD || !read_all(r->fd, head, HEAD, 0) ||
             memcmp(head, MAGIC, 8) != 0)
        rc = corrupt(e);
    if (rc != RC_OK) {
        sealed_close(r);
        return rc;
    }
    secret_hex(head + 8, ID_BYTES, r->id);
    int64_t body = st.st_size - HEAD;
    r->pieces = (body + STORED - 1) / STORED;
    r->size = body - r->pieces * SECRET_OVERHEAD;
    if (r->size < 0) {
        sealed_close(r);
        return corrupt(e);
    }
    *out = r;
    return RC_OK;
}

void sealed_close(struct sealed_reader *r)
{
    if (r == NULL)
        return;
    if (r->fd >= 0)
        close(r->fd);
    arena_done(&r->arena);
    free(r->stored);
    free(r);
}

int64_t sealed_size(const struct sealed_reader *r)
{
    return r->size;
}

static enum rc load(struct sealed_reader *r, int64_t number, struct err *e)
{
    bool last = number == r->pieces - 1;
    size_t n = last ? (size_t)(r->size - number * PIECE) : PIECE;
    r->loaded = -1;
    arena_reset(&r->arena);
    if (!read_all(r->fd, r->stored, n + SECRET_OVERHEAD, HEAD + number * STORED))
        return corrupt(e);
    struct str stored = {r->stored, n + SECRET_OVERHEAD};
    struct err inner = ERR_INIT;
    struct str plain;
    if (secret_open(r->keys, place(&r->arena, r->id, number, last), stored, &r->arena, &plain,
                    &inner) != RC_OK ||
        plain.n != n)
        return corrupt(e);
    r->plain = plain;
    r->loaded = number;
    return RC_OK;
}

enum rc sealed_read(struct sealed_reader *r, void *p, size_t n, size_t *out_n, struct err *e)
{
    size_t done = 0;
    while (done < n && r->at < r->size) {
        int64_t number = r->at / PIECE;
        if (r->loaded != number) {
            enum rc rc = load(r, number, e);
            if (rc != RC_OK)
                return rc;
        }
        size_t from = (size_t)(r->at - number * PIECE);
        size_t k = r->plain.n - from < n - done ? r->plain.n - from : n - done;
        memcpy((char *)p + done, r->plain.p + from, k);
        done += k;
        r->at += (int64_t)k;
    }
    /* An empty file proves itself, too. */
    if (r->size == 0 && r->loaded != 0) {
        enum rc rc = load(r, 0, e);
        if (rc != RC_OK)
            return rc;
    }
    *out_n = done;
    return RC_OK;
}

void sealed_seek(struct sealed_reader *r, int64_t at)
{
    assert(at >= 0 && at <= r->size);
    r->at = at;
}

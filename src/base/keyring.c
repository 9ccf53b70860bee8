/* keyring.c — the key file: reading, checking, creating.
 *
 * A line is "id hex64 created", id a decimal number from 1 on, created an RFC 3339 time that only
 * people read. The first key of a file derives the blind indexes, so it must stay first when keys
 * are added; the last one seals. At most 64 keys, in memory that is wiped when freed.
 *
 * A new file appears whole or not at all: written beside, synced, then linked to its name, so two
 * processes that start at once end up with the same key. Refused: a file that others may read, a
 * line that is not understood, two keys of one id. A key is never written into a message.
 */
#include "base/keyring.h"
#include "base/calendar.h"
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES = 16 << 10 };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_line(struct str line, struct keyring_key *out)
{
    struct str id_text, hex, rest = line;
    int64_t id;
    if (!str_cut(&rest, ' ', &id_text) || !str_cut(&rest, ' ', &hex) || str_empty(rest))
        return false;
    if (!str_to_i64(id_text, &id) || id < 1 || id > UINT32_MAX || hex.n != 2 * KEY_BYTES)
        return false;
    out->id = (uint32_t)id;
    for (size_t i = 0; i < KEY_BYTES; i++) {
        int high = hex_digit(hex.p[2 * i]), low = hex_digit(hex.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

const struct keyring_key *keyring_find(const struct keyring *k, uint32_t id)
{
    assert(k != NULL && k->n <= KEYRING_KEYS);
    for (size_t i = 0; i < k->n; i++)
        if (k->keys[i].id == id)
            return &k->keys[i];
    return NULL;
}

static bool parse(struct str text, struct keyring *k)
{
    struct str line;
    while (str_cut(&text, '\n', &line)) {
        line = str_trim(line);
        if (str_empty(line))
            continue;
        struct keyring_key key;
        bool ok = k->n < KEYRING_KEYS && parse_line(line, &key) && keyring_find(k, key.id) == NULL;
        if (ok)
            k->keys[k->n++] = key;
        OPENSSL_cleanse(&key, sizeof key);
        if (!ok)
            return false;
    }
    return k->n > 0;
}

static enum rc io_error(const char *path, struct err *e)
{
    return err_set(e, RC_IO, "key_file", "key_file", "密钥文件 %s：%s", "key file %s: %s", path,
                   strerrordesc_np(errno));
}

/* Writes all of it, synced. */
static bool write_file(const char *path, struct str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    return close(fd) == 0 && ok;
}

/* Makes the new name survive a power loss. */
static bool sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[4096] = ".";
    size_t n = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    if (n >= sizeof folder)
        return false;
    if (n > 0) {
        memcpy(folder, path, n);
        folder[n] = '\0';
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

static enum rc create(const char *path, struct err *e)
{
    uint8_t key[KEY_BYTES];
    char hex[2 * KEY_BYTES + 1], suffix[9], created[21], line[160], beside[4096];
    secret_random(key, sizeof key);
    secret_random_text(suffix, sizeof suffix - 1);
    secret_hex(key, sizeof key, hex);
    calendar_format_rfc3339(clock_now_s(), created);
    int n = snprintf(line, sizeof line, "1 %s %s\n", hex, created);
    assert(n > 0 && n < (int)sizeof line);
    enum rc rc = RC_OK;
    errno = ENAMETOOLONG;
    int m = snprintf(beside, sizeof beside, "%s.new-%s", path, suffix);
    if (m >= (int)sizeof beside || !write_file(beside, (struct str){line, (size_t)n}))
        rc = io_error(path, e);
    else if (link(beside, path) != 0 && errno != EEXIST)
        rc = io_error(path, e);
    if (m < (int)sizeof beside)
        unlink(beside);
    if (rc == RC_OK && !sync_folder_of(path))
        rc = io_error(path, e);
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(hex, sizeof hex);
    OPENSSL_cleanse(line, sizeof line);
    return rc;
}

/* Reads the file into `text`; its length goes to `out_n`. */
static enum rc read_file(const char *path, int fd, char *text, size_t *out_n, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return io_error(path, e);
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0) {
        err_set(e, RC_IO, "key_file_mode", "key_file", "密钥文件 %s 可被其他用户读写",
                "other users may read or write the key file %s", path);
        err_hint(e, "运行 chmod 600 %s", "run chmod 600 %s", path);
        return RC_IO;
    }
    ssize_t n = read(fd, text, FILE_BYTES);
    if (n < 0)
        return io_error(path, e);
    *out_n = (size_t)n;
    return RC_OK;
}

static enum rc load(const char *path, int fd, struct keyring **out, struct err *e)
{
    struct keyring *k = calloc(1, sizeof *k);
    char *text = malloc(FILE_BYTES);
    size_t n = 0;
    if (k == NULL || text == NULL)
        abort();
    enum rc rc = read_file(path, fd, text, &n, e);
    if (rc == RC_OK && (n == FILE_BYTES || !parse((struct str){text, n}, k)))
        rc = err_set(e, RC_CORRUPT, "key_file_corrupt", "key_file", "密钥文件 %s 的内容无法识别",
                     "the key file %s is not understood", path);
    if (rc == RC_OK) {
        buf_init(&k->text, FILE_BYTES);
        buf_add(&k->text, (struct str){text, n});
        assert(!k->text.failed);
    }
    OPENSSL_cleanse(text, FILE_BYTES);
    free(text);
    if (rc != RC_OK) {
        keyring_free(k);
        return rc;
    }
    *out = k;
    return RC_OK;
}

enum rc keyring_open(const char *path, bool create_it, struct keyring **out, struct err *e)
{
    assert(path != NULL && out != NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create_it) {
        enum rc rc = create(path, e);
        if (rc != RC_OK)
            return rc;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return io_error(path, e);
    enum rc rc = load(path, fd, out, e);
    close(fd);
    return rc;
}

void keyring_free(struct keyring *k)
{
    if (k == NULL)
        return;
    if (k->text.p != NULL)
        OPENSSL_cleanse(k->text.p, k->text.cap);
    buf_done(&k->text);
    OPENSSL_cleanse(k, sizeof *k);
    free(k);
}

struct str keyring_text(const struct keyring *k, struct arena *a)
{
    assert(k != NULL && k->n > 0);
    return arena_str(a, buf_str(&k->text));
}

/* source.c — three stages, each pulling from the one before: disk (plain or sealed), inflate,
 * recode.
 *
 * A plain UTF-8 file has no stage but the first, and read(2) fills the caller's buffer directly. A
 * gzip file may have several members, as `cat a.gz b.gz` makes them; what follows the last is
 * ignored, as gzip does. A member that inflates to more than INFLATED_MAX bytes in all is refused:
 * no import is that long, a bomb is.
 */
#include "file/source.h"

#include "file/sealed.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { STAGE_BYTES = 64 << 10 };
static const int64_t INFLATED_MAX = (int64_t)32 << 30;

struct source {
    int fd;
    struct sealed_reader *sealed;
    int64_t size, at;

    bool gzip, member_open, ended;
    z_stream z;
    char *packed; /* the inflater's input */
    int64_t inflated;

    bool recode;
    iconv_t iconv;
    char *raw; /* the recoder's input: raw_n bytes from raw_at */
    size_t raw_at, raw_n;
    bool raw_end;
};

static enum rc disk_read(struct source *s, void *p, size_t n, size_t *out_n, struct err *e)
{
    size_t k = 0;
    if (s->sealed != NULL) {
        enum rc rc = sealed_read(s->sealed, p, n, &k, e);
        if (rc != RC_OK)
            return rc;
    } else {
        ssize_t got;
        do
            got = read(s->fd, p, n);
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return err_set(e, RC_IO, "file_read", NULL, "读取文件失败：%s",
                           "reading the file failed: %s", strerrordesc_np(errno));
        k = (size_t)got;
    }
    s->at += (int64_t)k;
    *out_n = k;
    return RC_OK;
}

/* ---- gzip ---- */

static enum rc damaged(struct err *e)
{
    enum rc rc = err_set(e, RC_CORRUPT, "gzip_damaged", NULL, "压缩文件已损坏或不完整",
                         "the compressed file is damaged or cut short");
    err_hint(e, "请重新下载或重新压缩后再导入", "download or compress it again");
    return rc;
}

/* More input for the inflater; false in *out_more at the end of the file. */
static enum rc feed_inflater(struct source *s, bool *out_more, struct err *e)
{
    *out_more = true;
    if (s->z.avail_in > 0)
        return RC_OK;
    size_t n;
    enum rc rc = disk_read(s, s->packed, STAGE_BYTES, &n, e);
    if (rc != RC_OK)
        return rc;
    s->z.next_in = (Bytef *)s->packed;
    s->z.avail_in = (uInt)n;
    *out_more = n > 0;
    return RC_OK;
}

static enum rc gzip_read(struct source *s, void *p, size_t n, size_t *out_n, struct err *e)
{
    s->z.next_out = p;
    s->z.avail_out = (uInt)(n < 1 << 30 ? n : 1 << 30);
    uInt room = s->z.avail_out;
    while (s->z.avail_out == room && !s->ended) {
        bool more;
        enum rc rc = feed_inflater(s, &more, e);
        if (rc != RC_OK)
            return rc;
        if (!more) {
            if (s->member_open)
                return damaged(e);
            s->ended = true;
            break;
        }
        if (!s->member_open && *s->z.next_in != 0x1f) { /* padding behind the last member */
            s->ended = true;
            break;
        }
        s->member_open = true;
        int z = inflate(&s->z, Z_NO_FLUSH);
        if (z == Z_STREAM_END) {
            s->member_open = false;
            inflateReset(&s->z);
        } else if (z != Z_OK && z != Z_BUF_ERROR) {
            return damaged(e);
        }
    }
    *out_n = room - s->z.avail_out;
    s->inflated += (int64_t)*out_n;
    if (s->inflated > INFLATED_MAX) {
        enum rc rc = err_set(e, RC_LIMIT, "gzip_bomb", NULL, "解压后超过 32 GB",
                             "it inflates to more than 32 GB");
        err_hint(e, "请拆分成较小的文件", "split it into smaller files");
        return rc;
    }
    return RC_OK;
}

static enum rc bytes_read(struct source *s, void *p, size_t n, size_t *out_n, struct err *e)
{
    return s->gzip ? gzip_read(s, p, n, out_n, e) : disk_read(s, p, n, out_n, e);
}

/* ---- recode ---- */

/* Tops up the recoder's input behind what is left of it. */
static enum rc feed_recoder(struct source *s, struct err *e)
{
    memmove(s->raw, s->raw + s->raw_at, s->raw_n);
    s->raw_at = 0;
    size_t n;
    enum rc rc = bytes_read(s, s->raw + s->raw_n, STAGE_BYTES - s->raw_n, &n, e);
    if (rc != RC_OK)
        return rc;
    s->raw_n += n;
    s->raw_end = n == 0;
    return RC_OK;
}

static enum rc recode_read(struct source *s, char *p, size_t n, size_t *out_n, struct err *e)
{
    assert(n >= 16);
    char *to = p;
    size_t room = n;
    while (room >= 16) {
        if (s->raw_n < 8 && !s->raw_end) {
            enum rc rc = feed_recoder(s, e);
            if (rc != RC_OK)
                return rc;
            continue;
        }
        if (s->raw_n == 0)
            break;
        char *from = s->raw + s->raw_at;
        size_t left = s->raw_n;
        size_t k = iconv(s->iconv, &from, &left, &to, &room);
        s->raw_at = (size_t)(from - s->raw);
        s->raw_n = left;
        if (k != (size_t)-1)
            continue;
        bool partial = errno == EINVAL && !s->raw_end;
        if (errno == E2BIG)
            break;
        if (partial) { /* a character is cut by the end of the input */
            enum rc rc = feed_recoder(s, e);
            if (rc != RC_OK)
                return rc;
        } else { /* no character: one byte becomes U+FFFD */
            memcpy(to, "\xef\xbf\xbd", 3);
            to += 3;
            room -= 3;
            s->raw_at++;
            s->raw_n--;
        }
    }
    *out_n = n - room;
    return RC_OK;
}

/* ---- all together ---- */

static const char *const iconv_names[] = {
    [ENCODING_UTF8] = "UTF-8",          [ENCODING_GB18030] = "GB18030",
    [ENCODING_UTF16LE] = "UTF-16LE",    [ENCODING_UTF16BE] = "UTF-16BE",
    [ENCODING_LATIN1] = "WINDOWS-1252",
};

/* Looks at the first bytes for gzip's magic and steps back to them. */
static enum rc sniff_gzip(struct source *s, struct err *e)
{
    unsigned char magic[2] = {0, 0};
    size_t n = 0;
    enum rc rc = source_read_at(s, 0, magic, 2, &n, e);
    if (rc != RC_OK || n < 2 || magic[0] != 0x1f || magic[1] != 0x8b)
        return rc;
    s->gzip = true;
    s->packed = malloc(STAGE_BYTES);
    if (s->packed == NULL || inflateInit2(&s->z, 15 + 16) != Z_OK)
        abort();
    return RC_OK;
}

/* Throws away a byte order mark at the start. */
static enum rc skip_mark(struct source *s, struct err *e)
{
    enum rc rc = feed_recoder(s, e);
    while (rc == RC_OK && s->raw_n < 3 && !s->raw_end)
        rc = feed_recoder(s, e);
    if (rc != RC_OK)
        return rc;
    size_t mark = 0;
    if (s->raw_n >= 3 && memcmp(s->raw, "\xef\xbb\xbf", 3) == 0)
        mark = 3;
    else if (s->raw_n >= 2 &&
             (memcmp(s->raw, "\xff\xfe", 2) == 0 || memcmp(s->raw, "\xfe\xff", 2) == 0))
        mark = 2;
    else if (s->raw_n >= 4 && memcmp(s->raw, "\x84\x31\x95\x33", 4) == 0)
        mark = 4;
    s->raw_at = mark;
    s->raw_n -= mark;
    return RC_OK;
}

static enum rc start_recoder(struct source *s, enum table_encoding encoding, struct err *e)
{
    s->raw = malloc(STAGE_BYTES);
    if (s->raw == NULL)
        abort();
    s->recode = true;
    if (encoding != ENCODING_UTF8) {
        s->iconv = iconv_open("UTF-8", iconv_names[encoding]);
        if (s->iconv == (iconv_t)-1) {
            enum rc rc = err_set(e, RC_IO, "encoding_missing", NULL, "系统不支持编码 %s",
                                 "the system cannot convert %s", iconv_names[encoding]);
            err_hint(e, "请安装 libc 的 gconv 模块，或把文件另存为 UTF-8",
                     "install libc's gconv modules, or save it as UTF-8");
            return rc;
        }
    }
    return skip_mark(s, e);
}

enum rc source_open(const char *path, const struct keyring *keys, enum table_encoding encoding,
                    struct source **out, struct err *e)
{
    struct source *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->fd = -1;
    s->iconv = (iconv_t)-1;
    enum rc rc = RC_OK;
    if (keys != NULL) {
        rc = sealed_open(keys, path, &s->sealed, e);
        if (rc == RC_OK)
            s->size = sealed_size(s->sealed);
    } else {
        struct stat st;
        s->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (s->fd < 0 || fstat(s->fd, &st) != 0) {
            rc = err_set(e, errno == ENOENT ? RC_NOT_FOUND : RC_IO, "file_open", "file",
                         "不能打开文件：%s", "cannot open the file: %s", strerrordesc_np(errno));
        } else if (!S_ISREG(st.st_mode)) {
            rc = err_set(e, RC_INVALID, "file_kind", "file", "这不是普通文件",
                         "that is not a regular file");
        } else {
            s->size = st.st_size;
        }
    }
    if (rc == RC_OK)
        rc = sniff_gzip(s, e);
    if (rc == RC_OK && encoding != ENCODING_GUESS)
        rc = start_recoder(s, encoding, e);
    if (rc != RC_OK) {
        source_close(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

void source_close(struct source *s)
{
    if (s == NULL)
        return;
    if (s->fd >= 0)
        close(s->fd);
    sealed_close(s->sealed);
    if (s->gzip)
        inflateEnd(&s->z);
    if (s->iconv != (iconv_t)-1)
        iconv_close(s->iconv);
    free(s->packed);
    free(s->raw);
    free(s);
}

enum rc source_read(struct source *s, void *p, size_t n, size_t *out_n, struct err *e)
{
    if (!s->recode)
        return bytes_read(s, p, n, out_n, e);
    if (s->iconv != (iconv_t)-1)
        return recode_read(s, p, n, out_n, e);
    /* UTF-8: what skip_mark() left over, then straight from the stage before. */
    if (s->raw_n == 0)
        return bytes_read(s, p, n, out_n, e);
    size_t k = s->raw_n < n ? s->raw_n : n;
    memcpy(p, s->raw + s->raw_at, k);
    s->raw_at += k;
    s->raw_n -= k;
    *out_n = k;
    return RC_OK;
}

bool source_is_gzip(const struct source *s)
{
    return s->gzip;
}

int64_t source_at(const struct source *s)
{
    return s->at;
}

int64_t source_size(const struct source *s)
{
    return s->size;
}

enum rc source_read_at(struct source *s, int64_t at, void *p, size_t n, size_t *out_n,
                       struct err *e)
{
    if (s->sealed != NULL) {
        sealed_seek(s->sealed, at < s->size ? at : s->size);
        enum rc rc = sealed_read(s->sealed, p, n, out_n, e);
        sealed_seek(s->sealed, s->at < s->size ? s->at : s->size);
        return rc;
    }
    ssize_t got;
    do
        got = pread(s->fd, p, n, at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_set(e, RC_IO, "file_read", NULL, "读取文件失败：%s",
                       "reading the file failed: %s", strerrordesc_np(errno));
    *out_n = (size_t)got;
    return RC_OK;
}

/* send.c — a finished reply, or a file of the console, as a response of libmicrohttpd.
 *
 * The body moves into the response without a copy. JSON over 1 KB is gzipped for those who accept
 * it, with a small window (some 48 KB of memory, about 10 ns a byte). Files of the data directory
 * are opened, if sealed, and decrypted as they are sent. Every response carries the headers that
 * keep a browser from doing with it what was not meant; the policy for pages allows scripts from
 * here only, and inline styles since Ant Design makes its styles at run time; the one for pages of
 * src/h5 nothing inline.
 */
#include "file/sealed.h"
#include "http/asset.h"
#include "http/visit.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { GZIP_FROM = 1024, FILE_BLOCK = 64 << 10 };

#define PAGE_POLICY                                                                                \
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "     \
    "data: blob:; "                                                                                \
    "font-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "          \
    "form-action 'self'; "                                                                         \
    "base-uri 'none'; frame-ancestors 'none'"
/* Pages of src/h5: nothing inline, WeCom's own scripts, by which a page asks whose chat is open,
 * and WeCom's pictures of codes. */
#define H5_POLICY                                                                                  \
    "default-src 'none'; "                                                                         \
    "script-src 'self' https://res.wx.qq.com https://open.work.weixin.qq.com; "                    \
    "style-src 'self'; img-src 'self' data: https:; connect-src 'self'; form-action 'self'; "      \
    "base-uri 'none'; frame-ancestors 'none'"
#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'; sandbox"

static void add(struct MHD_Response *r, const char *name, const char *value)
{
    enum MHD_Result ok = MHD_add_response_header(r, name, value);
    assert(ok == MHD_YES);
    (void)ok;
}

static void add_safety(struct MHD_Response *r, const char *policy)
{
    add(r, "Content-Security-Policy", policy);
    add(r, "X-Content-Type-Options", "nosniff");
    add(r, "X-Frame-Options", "DENY");
    add(r, "Referrer-Policy", "same-origin");
    add(r, "Cross-Origin-Opener-Policy", "same-origin");
    add(r, "Cross-Origin-Resource-Policy", "same-origin");
    add(r, "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
}

static enum MHD_Result queue(struct visit *v, int status, struct MHD_Response *r)
{
    if (r == NULL) {
        return MHD_NO;
    }
    v->state = VISIT_SENT;
    enum MHD_Result ok = MHD_queue_response(v->connection, (unsigned)status, r);
    MHD_destroy_response(r);
    return ok;
}

static bool accepts_gzip(const struct visit *v)
{
    return str_find(v->rq->wire.fields[FIELD_ACCEPT_ENCODING], STR("gzip")) >= 0;
}

/* ---- bodies ---- */

/* Replaces the buffer's content by its gzip form; leaves it alone when that fails or is no
 * smaller. */
static bool gzip(struct buf *b)
{
    z_stream z = {.next_in = (Bytef *)b->p, .avail_in = (uInt)b->n};
    struct buf out;
    if (deflateInit2(&z, 4, Z_DEFLATED, 13 + 16, 6, Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    buf_init(&out, b->n);
    char *room = buf_room(&out, b->n - 1);
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)(b->n - 1);
    bool smaller = room != NULL && deflate(&z, Z_FINISH) == Z_STREAM_END;
    if (smaller) {
        buf_commit(&out, z.total_out);
        buf_done(b);
        *b = out;
    } else {
        buf_done(&out);
    }
    deflateEnd(&z);
    return smaller;
}

static struct MHD_Response *body_response(struct visit *v)
{
    struct buf *b = &v->rq->out;
    bool zipped = b->n > GZIP_FROM && accepts_gzip(v) &&
                  strcmp(v->rq->content_type, "application/json") == 0 && gzip(b);
    if (b->p == NULL) {
        return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    }
    struct MHD_Response *r = MHD_create_response_from_buffer_with_free_callback(b->n, b->p, free);
    if (r != NULL) {
        *b = (struct buf){.ceiling = b->ceiling}; /* the response owns the bytes now */
        if (zipped) {
            add(r, "Content-Encoding", "gzip");
        }
        add(r, "Vary", "Accept-Encoding, Accept-Language, Cookie");
    }
    return r;
}

static ssize_t read_sealed(void *cls, uint64_t at, char *out, size_t max)
{
    size_t n = 0;
    sealed_seek(cls, (int64_t)at);
    if (sealed_read(cls, out, max, &n, NULL) != RC_OK) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    return n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void close_sealed(void *cls)
{
    sealed_close(cls);
}

/* The file, decrypted if it is sealed; NULL when it cannot be opened. */
static struct MHD_Response *file_response(struct visit *v)
{
    struct request *rq = v->rq;
    struct sealed_reader *sealed = NULL;
    struct stat st;
    if (sealed_open(rq->app->keys, rq->file, &sealed, NULL) == RC_OK) {
        return MHD_create_response_from_callback((uint64_t)sealed_size(sealed), FILE_BLOCK,
                                                 read_sealed, sealed, close_sealed);
    }
    int fd = open(rq->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    return MHD_create_response_from_fd64((uint64_t)st.st_size, fd);
}

/* attachment; filename*=UTF-8''… with every byte escaped that is no letter, digit, point or
 * dash. */
static struct str disposition(struct request *rq)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_addz(&b, "attachment; filename*=UTF-8''");
    for (size_t i = 0; i < rq->download.n; i++) {
        unsigned char c = (unsigned char)rq->download.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '.' || c == '-';
        buf_addf(&b, plain ? "%c" : "%%%02X", c);
    }
    struct str out = arena_str(&rq->arena, buf_str(&b));
    buf_done(&b);
    return out;
}

enum MHD_Result send_reply(struct visit *v)
{
    struct request *rq = v->rq;
    struct MHD_Response *r = rq->file != NULL ? file_response(v) : NULL;
    if (rq->file != NULL && r == NULL) {
        err_set(&rq->err, RC_IO, "file_unreadable", NULL, "文件读不出来",
                "the file cannot be read");
        dispatch_finish(rq);
    }
    if (r == NULL) {
        r = body_response(v);
    }
    if (r == NULL) {
        return MHD_NO;
    }
    bool tagged = false;
    for (int i = 0; i < rq->field_count; i++) {
        add(r, rq->fields[i].name, arena_z(&rq->arena, rq->fields[i].value));
        tagged = tagged || strcmp(rq->fields[i].name, "ETag") == 0;
    }
    if (rq->status != 204 && rq->status != 304) {
        add(r, "Content-Type", rq->content_type);
    }
    if (rq->file != NULL && rq->download.n > 0) {
        add(r, "Content-Disposition", disposition(rq).p);
    }
    add(r, "Cache-Control", tagged ? "private, no-cache" : "no-store");
    bool page = str_starts(str_from(rq->content_type), STR("text/html"));
    add_safety(r, page ? H5_POLICY : DATA_POLICY);
    return queue(v, rq->status, r);
}

/* ---- the console ---- */

static enum MHD_Result send_text(struct visit *v, int status, const char *text, const char *allow)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text,
                                                             MHD_RESPMEM_PERSISTENT);
    if (r != NULL) {
        add(r, "Content-Type", "text/plain; charset=utf-8");
        if (allow != NULL) {
            add(r, "Allow", allow);
        }
        add_safety(r, DATA_POLICY);
    }
    v->rq->status = status;
    return queue(v, status, r);
}

/* A path without a point in its last part is a page of the console: index.html knows what to
 * show. */
static const struct asset *find_asset(struct str path)
{
    const struct asset *found = asset_find(path);
    ptrdiff_t point = str_find_byte(path, '.');
    bool page = point < 0 && !str_starts(path, STR("/assets/"));
    return found == NULL && page ? asset_find(STR("/index.html")) : found;
}

enum MHD_Result send_asset(struct visit *v)
{
    struct request *rq = v->rq;
    if (!rq->wire.method_known || rq->wire.method != GET) {
        return send_text(v, 405, "405\n", "GET, HEAD");
    }
    const struct asset *a = find_asset(rq->wire.path);
    if (a == NULL) {
        return send_text(v, 404,
                         asset_find(STR("/index.html")) == NULL
                             ? "404: this build has no console; see /api\n"
                             : "404\n",
                         NULL);
    }
    bool same = str_eq(rq->wire.fields[FIELD_IF_NONE_MATCH], a->etag);
    bool zipped = accepts_gzip(v);
    struct str body = same ? STR("") : zipped ? a->gz : asset_plain(a, &rq->arena);
    enum MHD_ResponseMemoryMode mode =
        zipped || same ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY;
    struct MHD_Response *r =
        MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, mode);
    if (r == NULL) {
        return MHD_NO;
    }
    bool hashed = str_starts(a->path, STR("/assets/"));
    add(r, "ETag", arena_z(&rq->arena, a->etag));
    add(r, "Cache-Control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
    add(r, "Vary", "Accept-Encoding");
    if (!same) {
        add(r, "Content-Type", arena_z(&rq->arena, a->mime));
        if (zipped) {
            add(r, "Content-Encoding", "gzip");
        }
    }
    add_safety(r, PAGE_POLICY);
    rq->status = same ? 304 : 200;
    return queue(v, rq->status, r);
}

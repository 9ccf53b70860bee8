/* http_client.c — one request, one reply, one connection.
 *
 * `Connection: close` makes the end of the reply the end of the connection, so only chunked bodies
 * need decoding, a state machine over what read() gives. The other end is our own server on the
 * same machine; still nothing it sends is trusted further than its bounds. Replies kept in memory
 * have the arena's ceiling.
 */
#include "cmd/http_client.h"

#include "base/buf.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PIECE = 64 << 10, HEAD_BYTES = 64 << 10 };

int http_connect(const char *socket_path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (strlen(socket_path) >= sizeof sa.sun_path) {
        return -1;
    }
    memcpy(sa.sun_path, socket_path, strlen(socket_path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof sa) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static enum rc gone(struct err *e)
{
    err_set(e, RC_BUSY, "server_gone", NULL, "服务中断了连接", "the server closed the connection");
    err_hint(e, "看服务的日志", "its log says why");
    return RC_BUSY;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR) {
            continue;
        }
        if (k <= 0) {
            return false;
        }
        p += k;
        n -= (size_t)k;
    }
    return true;
}

/* ---- sending ---- */

static enum rc send_file(int fd, int file, struct arena *a, struct err *e)
{
    char *piece = arena_alloc(a, PIECE);
    ssize_t n;
    while ((n = read(file, piece, PIECE)) > 0) {
        if (!write_all(fd, piece, (size_t)n)) {
            return RC_OK; /* the server answered early; its reply says why */
        }
    }
    return n == 0
               ? RC_OK
               : err_set(e, RC_IO, "file_read", NULL, "读文件出错", "the file could not be read");
}

static enum rc send_request(int fd, const struct http_request *rq, struct arena *a, struct err *e)
{
    struct stat st;
    int file = -1;
    int64_t n = (int64_t)rq->body.n;
    if (rq->upload_path != NULL) {
        file = open(rq->upload_path, O_RDONLY | O_CLOEXEC);
        if (file < 0 || fstat(file, &st) != 0 || !S_ISREG(st.st_mode)) {
            if (file >= 0) {
                close(file);
            }
            return err_set(e, RC_NOT_FOUND, "file_missing", NULL, "没有文件 %s",
                           "there is no file %s", rq->upload_path);
        }
        n = st.st_size;
    }
    struct str head = arena_printf(a,
                                   "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: "
                                   "close\r\nAccept-Language: %s\r\n"
                                   "Content-Type: %s\r\nContent-Length: %" PRId64 "\r\n%s%s%s\r\n",
                                   rq->method, rq->target, rq->language,
                                   file >= 0 ? "application/octet-stream" : "application/json", n,
                                   rq->upload_name != NULL ? "X-File-Name: " : "",
                                   rq->upload_name != NULL ? rq->upload_name : "",
                                   rq->upload_name != NULL ? "\r\n" : "");
    enum rc rc =
        write_all(fd, head.p, head.n) && write_all(fd, rq->body.p, rq->body.n) ? RC_OK : gone(e);
    if (rc == RC_OK && file >= 0) {
        rc = send_file(fd, file, a, e);
    }
    if (file >= 0) {
        close(file);
    }
    return rc;
}

/* ---- receiving ---- */

struct receiver {
    struct buf head; /* until its end was seen */
    struct buf body;
    bool in_body, chunked, failed;
    int status;
    int out_fd;      /* < 0: into `body` */
    int64_t left;    /* bytes of the chunk */
    struct buf line; /* size line of a chunk */
    int newlines;    /* to skip behind a chunk */
};

static void take_plain(struct receiver *r, struct str s)
{
    if (r->out_fd >= 0 && r->status < 400) {
        r->failed = r->failed || !write_all(r->out_fd, s.p, s.n);
    } else {
        buf_add(&r->body, s);
    }
}

static int64_t chunk_size(struct str line)
{
    int64_t v = 0;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0 || v > INT32_MAX) {
            break;
        }
        v = v * 16 + d;
    }
    return v;
}

static void take_chunked(struct receiver *r, struct str s)
{
    while (s.n > 0) {
        if (r->left > 0) {
            struct str part = str_sub(s, 0, (size_t)r->left);
            take_plain(r, part);
            r->left -= (int64_t)part.n;
            r->newlines = r->left == 0 ? 1 : 0;
            s = str_sub(s, part.n, s.n);
            continue;
        }
        char c = s.p[0];
        s = str_sub(s, 1, s.n);
        if (c != '\n') {
            buf_addc(&r->line, c);
        } else if (r->newlines > 0) {
            r->newlines--;
            buf_clear(&r->line);
        } else {
            r->left = chunk_size(buf_str(&r->line));
            buf_clear(&r->line);
        }
    }
}

static void read_head(struct receiver *r, struct str head)
{
    int64_t status = 0;
    struct str rest = head;
    struct str line;
    str_to_i64(str_sub(head, 9, 3), &status);
    r->status = (int)status;
    while (str_cut(&rest, '\n', &line)) {
        struct str name;
        struct str value = line;
        str_cut(&value, ':', &name);
        if (str_eq_nocase(name, STR("Transfer-Encoding"))) {
            r->chunked = str_eq_nocase(str_trim(value), STR("chunked"));
        }
    }
}

static void take(struct receiver *r, struct str s)
{
    if (!r->in_body) {
        buf_add(&r->head, s);
        ptrdiff_t end = str_find(buf_str(&r->head), STR("\r\n\r\n"));
        if (end < 0) {
            return;
        }
        read_head(r, str_sub(buf_str(&r->head), 0, (size_t)end));
        r->in_body = true;
        s = str_sub(buf_str(&r->head), (size_t)end + 4, r->head.n);
    }
    if (r->chunked) {
        take_chunked(r, s);
    } else {
        take_plain(r, s);
    }
}

enum rc http_exchange(int fd, const struct http_request *rq, int out_fd, struct arena *a,
                      struct http_reply *out, struct err *e)
{
    struct receiver r = {.out_fd = out_fd};
    char *piece = arena_alloc(a, PIECE);
    ssize_t n = 0;
    buf_init(&r.head, HEAD_BYTES + PIECE);
    buf_init(&r.line, 256);
    buf_init(&r.body, LIMIT_ARENA);
    enum rc rc = send_request(fd, rq, a, e);
    while (rc == RC_OK && (n = read(fd, piece, PIECE)) != 0) {
        if (n < 0 && errno != EINTR) {
            break;
        }
        if (n > 0) {
            take(&r, (struct str){piece, (size_t)n});
        }
    }
    if (rc == RC_OK && (n < 0 || !r.in_body || r.status == 0)) {
        rc = gone(e);
    }
    if (rc == RC_OK && (r.failed || r.body.failed)) {
        rc = err_set(e, RC_IO, "reply_write", NULL, "写不下回复", "the reply could not be kept");
    }
    if (rc == RC_OK) {
        *out = (struct http_reply){.status = r.status, .body = arena_str(a, buf_str(&r.body))};
    }
    buf_done(&r.head);
    buf_done(&r.line);
    buf_done(&r.body);
    close(fd);
    return rc;
}

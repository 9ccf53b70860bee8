/* server.c — sockets, threads and daemons: what is there between start and stop.
 *
 * Daemons of libmicrohttpd with an epoll thread each: several for the network, on one socket, and
 * one for the command line's Unix socket. Not its pool of threads: 0.9.75 aborts now and then when
 * a pool is told to listen no more while a thread of it is awake. We make the sockets ourselves, so
 * that systemd can hand one in and so that port 0 can be asked back. Memory: 256 KB of stack a
 * thread, of which some 20 KB are touched, and 16 KB a connection. Refused: to listen beyond
 * loopback without a trusted proxy, since passwords and cookies would then travel in the clear.
 *
 * A stop first ends the streams and the listening, then waits until every suspended write has been
 * resumed (libmicrohttpd must not be stopped with suspended connections), then ends the threads.
 */
#include "http/server.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "http/aside.h"
#include "http/stream.h"
#include "http/visit.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    STACK_BYTES = 256 << 10,
    CONNECTION_BYTES = 16 << 10,
    CONNECTIONS = 8192,
    TIMEOUT_S = 30,
    BACKLOG = 1024,
    LEAVE_US = 3000000 /* for replies at a stop */
};

/* ---- sockets ---- */

struct address {
    struct sockaddr_storage sa;
    socklen_t n;
    bool loopback;
};

static enum rc parse_listen(const char *text, struct address *out, struct err *e)
{
    struct str whole = str_from(text);
    const char *colon = strrchr(text, ':');
    char host[64];
    int64_t port = -1;
    *out = (struct address){.n = 0};
    if (colon != NULL && str_to_i64(str_from(colon + 1), &port) && port >= 0 && port <= 65535) {
        struct str h = str_sub(whole, 0, (size_t)(colon - text));
        if (h.n > 1 && h.p[0] == '[' && h.p[h.n - 1] == ']') {
            h = str_sub(h, 1, h.n - 2);
        }
        snprintf(host, sizeof host, STR_FMT, STR_ARG(h));
        struct sockaddr_in *v4 = (struct sockaddr_in *)&out->sa;
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&out->sa;
        if (h.n == 0 || inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
            v4->sin_family = AF_INET;
            v4->sin_port = htons((uint16_t)port);
            out->n = sizeof *v4;
            out->loopback = ntohl(v4->sin_addr.s_addr) >> 24 == 127;
        } else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons((uint16_t)port);
            out->n = sizeof *v6;
            out->loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
        }
    }
    if (out->n == 0) {
        err_set(e, RC_INVALID, "listen", "listen", "监听地址看不懂：%s",
                "the address to listen on is not understood: %s", text);
        err_hint(e, "写法如 127.0.0.1:8080 或 [::1]:8080", "write 127.0.0.1:8080 or [::1]:8080");
        return RC_INVALID;
    }
    return RC_OK;
}

static int port_of(int fd)
{
    struct sockaddr_storage sa;
    socklen_t n = sizeof sa;
    if (getsockname(fd, (struct sockaddr *)&sa, &n) != 0) {
        return 0;
    }
    return sa.ss_family == AF_INET6  ? ntohs(((struct sockaddr_in6 *)&sa)->sin6_port)
           : sa.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&sa)->sin_port)
                                     : 0;
}

static enum rc open_web(struct server *s, const struct server_config *c, struct err *e)
{
    struct address at;
    int one = 1;
    if (c->inherited_fd > 0) {
        s->web_fd = c->inherited_fd;
        s->port = port_of(s->web_fd);
        return RC_OK;
    }
    enum rc rc = parse_listen(c->listen, &at, e);
    if (rc != RC_OK) {
        return rc;
    }
    if (!at.loopback && s->trusted_proxy[0] == 0) {
        err_set(e, RC_INVALID, "listen_exposed", "listen", "没有 TLS 时只监听本机地址，不监听 %s",
                "without TLS Koi listens on loopback only, not on %s", c->listen);
        err_hint(e, "把 TLS 反向代理的地址写进 trusted_proxy，见 docs/OPERATE.md",
                 "put a TLS proxy in front and its address into trusted_proxy, see "
                 "docs/OPERATE.md");
        return RC_INVALID;
    }
    s->web_fd = socket(at.sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    setsockopt(s->web_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (s->web_fd < 0 || bind(s->web_fd, (struct sockaddr *)&at.sa, at.n) != 0 ||
        listen(s->web_fd, BACKLOG) != 0) {
        err_set(e, RC_IO, "listen", "listen", "无法监听 %s：%s", "cannot listen on %s: %s",
                c->listen, strerror(errno));
        err_hint(e, "用 --listen 换一个端口", "choose another port with --listen");
        return RC_IO;
    }
    s->port = port_of(s->web_fd);
    return RC_OK;
}

static enum rc open_local(struct server *s, const struct server_config *c, struct err *e)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (c->socket_path == NULL) {
        return RC_OK;
    }
    if (strlen(c->socket_path) >= sizeof sa.sun_path) {
        return err_set(e, RC_INVALID, "socket_path", NULL, "数据目录的路径太长：%s",
                       "the data directory's path is too long: %s", c->socket_path);
    }
    memcpy(sa.sun_path, c->socket_path, strlen(c->socket_path));
    unlink(c->socket_path);
    s->local_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before = umask(0177);
    bool bound = s->local_fd >= 0 && bind(s->local_fd, (struct sockaddr *)&sa, sizeof sa) == 0;
    umask(before);
    if (!bound || listen(s->local_fd, BACKLOG) != 0) {
        return err_set(e, RC_IO, "socket", NULL, "建不了 %s：%s", "cannot make %s: %s",
                       c->socket_path, strerror(errno));
    }
    s->socket_path = strdup(c->socket_path);
    return RC_OK;
}

/* ---- daemons ---- */

/* Each connection needs a descriptor: as many as the system lets us have. */
static void raise_descriptors(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static unsigned thread_count(int wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long n = wanted > 0 ? wanted : cores < 4 ? cores : 4;
    return n < 2 ? 2 : (unsigned)n;
}

/* Sanitizers keep shadow frames on the stack. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { STACK_TIMES = 8 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { STACK_TIMES = 8 };
#else
enum { STACK_TIMES = 1 };
#endif
#else
enum { STACK_TIMES = 1 };
#endif

/* One of several that share a socket and the connections that it may have. */
static struct MHD_Daemon *start_daemon(struct door *door, int fd, unsigned several)
{
    unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_TURBO;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, visit_handle, door, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)fd,
        MHD_OPTION_URI_LOG_CALLBACK, visit_begin, door, MHD_OPTION_NOTIFY_COMPLETED, visit_end,
        door, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS / several, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES * STACK_TIMES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static bool start_daemons(struct server *s, int threads)
{
    unsigned n = thread_count(threads);
    bool well = true;
    for (unsigned i = 0; i < n && well; i++) {
        s->web[i] = start_daemon(&s->web_door, s->web_fd, n);
        well = s->web[i] != NULL;
        s->web_n += well;
    }
    if (s->local_fd >= 0)
        s->local = start_daemon(&s->local_door, s->local_fd, 1);
    return well && (s->local != NULL || s->local_fd < 0);
}

enum rc server_start(struct app *app, const struct router *r, const struct server_config *config,
                     struct server **out, struct err *e)
{
    struct server *s = calloc(1, sizeof *s);
    char *proxy = strdup(config->trusted_proxy != NULL ? config->trusted_proxy : "");
    if (s == NULL || proxy == NULL) {
        abort();
    }
    *s = (struct server){
        .app = app, .router = r, .trusted_proxy = proxy, .web_fd = -1, .local_fd = -1};
    s->web_door = (struct door){s, false};
    s->local_door = (struct door){s, true};
    raise_descriptors();
    enum rc rc = open_web(s, config, e);
    if (rc == RC_OK) {
        rc = open_local(s, config, e);
    }
    if (rc == RC_OK) {
        s->streams = stream_hub_start(s);
        s->aside = aside_new();
        s->outside = aside_new();
        if (!start_daemons(s, config->threads)) {
            rc = err_set(e, RC_IO, "server", NULL, "HTTP 服务启动失败",
                         "the HTTP server did not start");
        }
    }
    if (rc != RC_OK) {
        server_stop(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

int server_port(const struct server *s)
{
    return s->port;
}

static enum rc nothing(struct tx *tx, void *arg, struct err *e)
{
    (void)tx;
    (void)arg;
    (void)e;
    return RC_OK;
}

static void close_if(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

/* Gives replies that are on their way the time to leave, so that whoever asked for the stop hears
 * that it was heard; a client that does not read is not waited for longer. */
static void let_replies_leave(struct server *s)
{
    int64_t until_us = clock_mono_us() + LEAVE_US;
    while (atomic_load(&s->open) > 0 && clock_mono_us() < until_us) {
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
}

void server_stop(struct server *s)
{
    if (s == NULL) {
        return;
    }
    atomic_store(&s->stopping, true);
    stream_hub_stop(s->streams);
    for (unsigned i = 0; i < s->web_n; i++) {
        MHD_quiesce_daemon(s->web[i]);
    }
    if (s->local != NULL) {
        MHD_quiesce_daemon(s->local);
    }
    while (atomic_load(&s->waiting) > 0) {
        /* behind it, what waited has been resumed */
        writer_run(s->app->writer, nothing, NULL, NULL);
    }
    aside_free(s->aside);
    aside_free(s->outside);
    let_replies_leave(s);
    for (unsigned i = 0; i < s->web_n; i++) {
        MHD_stop_daemon(s->web[i]);
    }
    if (s->local != NULL) {
        MHD_stop_daemon(s->local);
    }
    close_if(s->web_fd);
    close_if(s->local_fd);
    if (s->socket_path != NULL) {
        unlink(s->socket_path);
    }
    free(s->socket_path);
    free(s->trusted_proxy);
    free(s);
}

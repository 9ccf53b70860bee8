/* stream.c — one thread, a list of open streams, one poll over their descriptors.
 *
 * Each stream keeps a copy of its request's target and header fields and the hash of the last JSON
 * it sent. A round goes over all streams: run the handler, compare, send. A client that does not
 * read (its socket is full) is closed rather than waited for; it will come back by itself, as
 * EventSource does. A comment line every 15 seconds keeps proxies from closing a quiet stream, and
 * finds clients that are gone. Cost: one read transaction for each stream and round, about 30 µs.
 */
#include "http/stream.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/lock.h"
#include "http/metrics.h"
#include "http/visit.h"

#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROUND_MS = 500, QUIET_US = 15000000, STREAMS_MOST = 4096 };

struct stream {
    struct stream *next;
    int fd;
    struct arena arena; /* holds what `wire` views */
    struct wire wire;
    struct caller local; /* of the command line's socket */
    uint64_t last_hash;
    int64_t sent_us;
};

struct stream_hub {
    struct server *server;
    struct lock lock;
    struct stream *fresh; /* handed over, not yet seen by the thread */
    int count;            /* all of them */
    int wake_fd;
    bool stopping;
    pthread_t thread;
    struct stream *streams; /* the thread's own */
};

static const char HEAD[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    "X-Accel-Buffering: no\r\nX-Content-Type-Options: "
    "nosniff\r\nConnection: close\r\n\r\n"
    "retry: 2000\n\n";

/* All of it or nothing: a socket that does not take a small piece at once belongs to a client that
 * does not read. */
static bool send_all(int fd, struct str s)
{
    ssize_t n = send(fd, s.p, s.n, MSG_DONTWAIT | MSG_NOSIGNAL);
    return n >= 0 && (size_t)n == s.n;
}

static void stream_close(struct stream_hub *hub, struct stream *s)
{
    shutdown(s->fd, SHUT_RDWR);
    close(s->fd);
    arena_done(&s->arena);
    free(s);
    lock_take(&hub->lock);
    hub->count--;
    lock_give(&hub->lock);
    metrics_streams(-1);
}

static bool send_event(struct stream *s, const char *event, struct str json)
{
    struct buf b;
    buf_init(&b, LIMIT_ARENA);
    buf_addf(&b, "event: %s\ndata: ", event);
    buf_add(&b, json);
    buf_addz(&b, "\n\n");
    bool good = !b.failed && send_all(s->fd, buf_str(&b));
    buf_done(&b);
    return good;
}

/* Runs the handler once more; false when the stream has come to its end. */
static bool look(struct stream_hub *hub, struct stream *s)
{
    struct request *rq = request_new(hub->server->app, hub->server->router);
    rq->wire = s->wire;
    rq->caller = s->local;
    bool write = dispatch_start(rq);
    assert(!write);
    dispatch_finish(rq);
    bool good = rq->err.rc == RC_OK && rq->event != NULL && !write;
    bool last = rq->event_last;
    const char *event = good ? rq->event : "error";
    uint64_t hash = hash_bytes(buf_str(&rq->out), 1);
    int64_t now_us = clock_mono_us();
    bool sent = true;
    if (hash != s->last_hash) {
        sent = send_event(s, event, buf_str(&rq->out));
        s->last_hash = hash;
        s->sent_us = now_us;
    } else if (now_us - s->sent_us > QUIET_US) {
        sent = send_all(s->fd, STR(": \n\n"));
        s->sent_us = now_us;
    }
    request_free(rq);
    return good && sent && !last;
}

static void round_of(struct stream_hub *hub)
{
    struct stream **at = &hub->streams;
    while (*at != NULL) {
        struct stream *s = *at;
        if (look(hub, s)) {
            at = &s->next;
        } else {
            *at = s->next;
            stream_close(hub, s);
        }
    }
}

/* Waits for a wake, a round's time, or (without streams) for ever; takes over what is fresh. False:
 * stop. */
static bool wait_round(struct stream_hub *hub)
{
    struct pollfd p = {.fd = hub->wake_fd, .events = POLLIN};
    uint64_t n;
    if (poll(&p, 1, hub->streams != NULL ? ROUND_MS : -1) > 0 &&
        read(hub->wake_fd, &n, sizeof n) < 0) {
        return true;
    }
    lock_take(&hub->lock);
    while (hub->fresh != NULL) {
        struct stream *s = hub->fresh;
        hub->fresh = s->next;
        s->next = hub->streams;
        hub->streams = s;
    }
    bool go_on = !hub->stopping;
    lock_give(&hub->lock);
    return go_on;
}

static void *run(void *arg)
{
    struct stream_hub *hub = arg;
    while (wait_round(hub)) {
        round_of(hub);
    }
    while (hub->streams != NULL) {
        struct stream *s = hub->streams;
        hub->streams = s->next;
        send_all(s->fd, STR(": the server stops\n\n"));
        stream_close(hub, s);
    }
    return NULL;
}

struct stream_hub *stream_hub_start(struct server *server)
{
    struct stream_hub *hub = calloc(1, sizeof *hub);
    if (hub == NULL) {
        abort();
    }
    hub->server = server;
    lock_init(&hub->lock, LOCK_STREAM);
    hub->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert(hub->wake_fd >= 0);
    hub->thread = thread_start("koi-stream", run, hub);
    return hub;
}

void stream_wake(struct stream_hub *hub)
{
    uint64_t one = 1;
    ssize_t n = write(hub->wake_fd, &one, sizeof one);
    (void)n; /* a full counter has woken it already */
}

void stream_hub_stop(struct stream_hub *hub)
{
    if (hub == NULL) {
        return;
    }
    lock_take(&hub->lock);
    hub->stopping = true;
    lock_give(&hub->lock);
    stream_wake(hub);
    pthread_join(hub->thread, NULL);
    close(hub->wake_fd);
    lock_done(&hub->lock);
    free(hub);
}

static struct stream *stream_of(struct visit *v, int fd)
{
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL) {
        abort();
    }
    s->fd = fd;
    arena_init(&s->arena, 64 << 10);
    s->wire = v->rq->wire;
    s->wire.path = arena_str(&s->arena, s->wire.path);
    s->wire.query = arena_str(&s->arena, s->wire.query);
    s->wire.address = arena_str(&s->arena, s->wire.address);
    for (int f = 0; f < FIELD_COUNT; f++) {
        s->wire.fields[f] = arena_str(&s->arena, s->wire.fields[f]);
    }
    if (v->rq->caller.local) {
        s->local = v->rq->caller;
    }
    s->sent_us = clock_mono_us();
    return s;
}

void stream_take(struct stream_hub *hub, struct visit *v)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(v->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int fd = info != NULL ? fcntl(info->connect_fd, F_DUPFD_CLOEXEC, 3) : -1;
    if (fd < 0 || !send_all(fd, STR(HEAD))) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    struct stream *s = stream_of(v, fd);
    lock_take(&hub->lock);
    bool room = hub->count < STREAMS_MOST && !hub->stopping;
    hub->count++;
    if (room) {
        s->next = hub->fresh;
        hub->fresh = s;
    }
    lock_give(&hub->lock);
    metrics_streams(1);
    if (room) {
        stream_wake(hub);
    } else {
        stream_close(hub, s);
    }
}

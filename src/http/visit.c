/* visit.c — takes a request in, piece by piece, and hands it to dispatch.
 *
 * A read runs to its end on the pool thread that took the request. A write suspends the connection,
 * gives its closure to the writer and returns; the commit resumes the connection and the pool
 * thread sends the reply: no thread waits for a disk. A write that nobody waits for is suspended
 * before it is looked at, and taken apart aside (aside.h). A JSON body is collected up to
 * LIMIT_BODY; an upload is first checked for caller and permission, then sealed to disk as it
 * comes, so it never lies in memory or in the clear. A request that has not arrived whole in a
 * minute (an upload: in an hour) is dropped, which bounds what slow clients hold.
 */
#include "http/visit.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "http/aside.h"
#include "http/metrics.h"
#include "http/stream.h"

#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_SECONDS = 60, UPLOAD_SECONDS = 3600 };

/* ---- the head ---- */

/* Whether the table of routes has it; everything else is a file of the console. */
static bool is_api(struct str path)
{
    return str_starts(path, STR("/sidebar/")) || str_eq(path, STR("/sidebar")) ||
           str_starts(path, STR("/g/")) || str_starts(path, STR("/api/")) ||
           str_eq(path, STR("/api")) ||
           str_eq(path, STR("/metrics")) || str_eq(path, STR("/health"));
}

void *visit_begin(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct visit *v = calloc(1, sizeof *v);
    char *target = strdup(uri);
    if (v == NULL || target == NULL) {
        abort();
    }
    const struct door *door = cls;
    v->server = door->server;
    atomic_fetch_add(&v->server->open, 1);
    v->from_socket = door->local;
    v->connection = connection;
    v->target = target;
    buf_init(&v->body, LIMIT_BODY);
    return v;
}

static const char *const METHODS[METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

static void read_method(struct visit *v, const char *method)
{
    struct wire *w = &v->rq->wire;
    v->head = strcmp(method, "HEAD") == 0;
    const char *as = v->head ? "GET" : method;
    for (int m = 0; m < METHOD_COUNT; m++) {
        if (strcmp(as, METHODS[m]) == 0) {
            w->method = (enum method)m;
            w->method_known = true;
        }
    }
}

/* The caller's own credentials on the Unix socket: root, or who runs the server. */
static bool is_local_administrator(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct ucred who;
    socklen_t n = sizeof who;
    if (info == NULL || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED, &who, &n) != 0) {
        return false;
    }
    return who.uid == 0 || who.uid == geteuid();
}

/* The peer's address; behind the trusted proxy, the last one it wrote into X-Forwarded-For. */
static struct str read_address(struct visit *v)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(v->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *sa = info != NULL ? info->client_addr : NULL;
    char text[INET6_ADDRSTRLEN] = "";
    if (sa != NULL && sa->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)sa)->sin_addr, text, sizeof text);
    } else if (sa != NULL && sa->sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)sa)->sin6_addr, text, sizeof text);
    }
    struct str forwarded = v->rq->wire.fields[FIELD_FORWARDED_FOR];
    if (v->server->trusted_proxy[0] != 0 && strcmp(text, v->server->trusted_proxy) == 0 &&
        forwarded.n > 0) {
        struct str last = forwarded;
        struct str rest = forwarded;
        while (str_cut(&rest, ',', &last)) {
            continue;
        }
        return str_trim(last);
    }
    return arena_str(&v->rq->arena, str_from(text));
}

static void read_head(struct visit *v, const char *method)
{
    struct request *rq = request_new(v->server->app, v->server->router);
    v->rq = rq;
    struct str rest = str_from(v->target);
    read_method(v, method);
    str_cut(&rest, '?', &rq->wire.path);
    rq->wire.query = rest;
    for (int f = 0; f < FIELD_COUNT; f++) {
        rq->wire.fields[f] =
            str_from(MHD_lookup_connection_value(v->connection, MHD_HEADER_KIND, field_names[f]));
    }
    rq->wire.from_network = !v->from_socket;
    rq->wire.address = read_address(v);
    if (v->from_socket && is_local_administrator(v->connection)) {
        rq->caller.local = true;
        rq->caller.role = ROLE_ADMINISTRATOR;
        rq->caller.permissions = UINT32_MAX;
    }
}

/* ---- the body ---- */

static enum rc too_large(struct err *e, int64_t most)
{
    err_set(e, RC_LIMIT, "body_too_large", NULL, "正文超过 %" PRId64 " 字节",
            "the body is larger than %" PRId64 " bytes", most);
    err_hint(e, "大量数据请用导入", "use an import for bulk data");
    return RC_LIMIT;
}

static int64_t body_limit(const struct visit *v)
{
    return v->taker != NULL ? (int64_t)LIMIT_UPLOAD_MB << 20 : LIMIT_BODY;
}

/* After an error as many bytes of a body are still read and forgotten: a client that is writing
 * when its connection closes would see a reset instead of the reply. */
static int64_t forget_limit(const struct visit *v)
{
    int64_t twice = 2 * body_limit(v);
    return twice > LIMIT_BODY_FORGOTTEN ? twice : LIMIT_BODY_FORGOTTEN;
}

/* Looks at the head before the body comes. */
static enum rc begin_body(struct visit *v, struct err *e)
{
    struct request *rq = v->rq;
    const char *length =
        MHD_lookup_connection_value(v->connection, MHD_HEADER_KIND, "Content-Length");
    int64_t n = 0;
    v->route = dispatch_route(rq);
    bool raw = v->route != NULL && v->route->raw_body;
    v->deadline_us = clock_mono_us() + (int64_t)(raw ? UPLOAD_SECONDS : BODY_SECONDS) * 1000000;
    if (raw) {
        enum rc rc = dispatch_check(rq);
        if (rc == RC_OK) {
            rc = taker_begin(rq->app->keys, rq->app->data_dir, &v->taker, e);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    if (length != NULL && str_to_i64(str_from(length), &n) && n > body_limit(v)) {
        return too_large(e, body_limit(v));
    }
    return RC_OK;
}

static enum rc take_body(struct visit *v, struct str piece, struct err *e)
{
    if (v->received > body_limit(v)) {
        return too_large(e, body_limit(v));
    }
    if (v->taker == NULL) {
        buf_add(&v->body, piece);
        return RC_OK;
    }
    return taker_add(v->taker, piece, e);
}

/* Whether the reply to an error in the head need not wait for the body: the client asks first, or
 * its body is too long to be read for nothing. */
static bool answer_before_body(const struct visit *v)
{
    const char *length =
        MHD_lookup_connection_value(v->connection, MHD_HEADER_KIND, "Content-Length");
    int64_t n = 0;
    return MHD_lookup_connection_value(v->connection, MHD_HEADER_KIND, "Expect") != NULL ||
           (length != NULL && str_to_i64(str_from(length), &n) && n > forget_limit(v));
}

/* After an error the rest of the body is read and forgotten, within reason. */
static enum MHD_Result take_piece(struct visit *v, const char *data, size_t *size)
{
    bool late = v->deadline_us != 0 && clock_mono_us() > v->deadline_us;
    v->received += (int64_t)*size;
    if (late || v->received > forget_limit(v)) {
        return MHD_NO;
    }
    if (v->rq->err.rc == RC_OK && is_api(v->rq->wire.path)) {
        take_body(v, (struct str){data, *size}, &v->rq->err);
    }
    *size = 0;
    return MHD_YES;
}

/* The file name as the client wrote it: percent-encoded UTF-8, without any path. */
static struct str upload_name(struct request *rq)
{
    struct str name = rq->wire.fields[FIELD_FILE_NAME];
    struct str plain = STR("upload");
    if (str_empty(name) || percent_decode(&rq->arena, name, false, NULL, &plain, NULL) != RC_OK) {
        return plain;
    }
    for (size_t i = plain.n; i-- > 0;) {
        if (plain.p[i] == '/' || plain.p[i] == '\\' || (unsigned char)plain.p[i] < ' ') {
            plain = str_sub(plain, i + 1, plain.n);
            break;
        }
    }
    return str_utf8_prefix(plain, LIMIT_NAME);
}

static enum rc end_body(struct visit *v, struct err *e)
{
    struct request *rq = v->rq;
    struct taker *t = v->taker;
    rq->body = buf_str(&v->body);
    if (t == NULL) {
        return RC_OK;
    }
    v->taker = NULL;
    struct str name = upload_name(rq);
    enum rc rc = taker_end(t, &rq->arena, &rq->upload, e);
    rq->upload.name = name;
    return rc;
}

/* ---- to dispatch and back ---- */

static void wake(void *arg)
{
    struct visit *v = arg;
    struct server *s = v->server;
    MHD_resume_connection(v->connection); /* from here on `v` may be gone */
    atomic_fetch_sub(&s->waiting, 1);
}

static enum MHD_Result finish(struct visit *v)
{
    v->state = VISIT_SENT;
    dispatch_finish(v->rq);
    if (v->rq->event != NULL && v->rq->err.rc == RC_OK && !v->head &&
        str_find(v->rq->wire.fields[FIELD_ACCEPT], STR("text/event-stream")) >= 0) {
        stream_take(v->server->streams, v);
        return MHD_NO; /* libmicrohttpd closes its descriptor; the stream has one of its own */
    }
    return send_reply(v);
}

/* False while the server stops. */
static bool suspend(struct visit *v)
{
    atomic_fetch_add(&v->server->waiting, 1);
    if (atomic_load(&v->server->stopping)) {
        atomic_fetch_sub(&v->server->waiting, 1);
        err_set(&v->rq->err, RC_BUSY, "stopping", NULL, "服务正在停止", "the server is stopping");
        return false;
    }
    v->state = VISIT_WAITING;
    MHD_suspend_connection(v->connection);
    return true;
}

void visit_work(struct visit *v)
{
    if (!dispatch_start(v->rq) || !dispatch_submit(v->rq, wake, v)) {
        wake(v);
    }
}

static enum MHD_Result run(struct visit *v)
{
    if (v->rq->err.rc != RC_OK || end_body(v, &v->rq->err) != RC_OK) {
        return finish(v);
    }
    struct aside *place = v->route == NULL    ? NULL
                          : v->route->late    ? v->server->aside
                          : v->route->outside ? v->server->outside
                                              : NULL;
    if ((place == NULL && !dispatch_start(v->rq)) || !suspend(v)) {
        return finish(v);
    }
    if (place != NULL) {
        aside_put(place, v);
    } else if (!dispatch_submit(v->rq, wake, v)) {
        wake(v);
    }
    return MHD_YES;
}

enum MHD_Result visit_handle(void *cls, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **con_cls)
{
    struct visit *v = *con_cls;
    (void)cls;
    (void)connection;
    (void)url;
    (void)version;
    assert(v != NULL);
    switch (v->state) {
    case VISIT_HEAD:
        v->state = VISIT_BODY;
        read_head(v, method);
        if (is_api(v->rq->wire.path) && begin_body(v, &v->rq->err) != RC_OK &&
            answer_before_body(v)) {
            return finish(v);
        }
        return MHD_YES;
    case VISIT_BODY:
        if (*size > 0) {
            if (clock_mono_us() > v->deadline_us && v->deadline_us != 0) {
                return MHD_NO;
            }
            return take_piece(v, data, size);
        }
        return is_api(v->rq->wire.path) ? run(v) : send_asset(v);
    case VISIT_WAITING:
        return finish(v);
    case VISIT_DONE:
    case VISIT_SENT:
        break;
    }
    return MHD_NO;
}

/* ---- the end ---- */

static void log_visit(const struct visit *v)
{
    const struct request *rq = v->rq;
    int64_t took_us = clock_mono_us() - rq->began_us;
    if (v->state != VISIT_SENT || !is_api(rq->wire.path)) {
        return;
    }
    metrics_request(rq->status, took_us);
    log_line(rq->status >= 500 ? LOG_ERROR : LOG_INFO, "request",
             "\"method\":\"%s\",\"route\":\"%s\",\"status\":%d,\"us\":%" PRId64 ",\"code\":\"%s\"",
             rq->wire.method_known ? METHODS[rq->wire.method] : "?",
             rq->route != NULL ? rq->route->name : "none", rq->status, took_us, rq->err.code);
}

void visit_end(void *cls, struct MHD_Connection *connection, void **con_cls,
               enum MHD_RequestTerminationCode code)
{
    struct visit *v = *con_cls;
    (void)cls;
    (void)connection;
    (void)code;
    if (v == NULL) {
        return;
    }
    *con_cls = NULL;
    atomic_fetch_sub(&v->server->open, 1);
    if (v->rq != NULL) {
        log_visit(v);
    }
    taker_drop(v->taker);
    request_free(v->rq);
    buf_done(&v->body);
    free(v->target);
    free(v);
}

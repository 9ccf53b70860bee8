/* client.c — the API for commands, wherever it runs.
 *
 * A connection is opened for each call, so a server that restarts in between is found again. In
 * process the installation is opened once, with its jobs, so that a command that starts a job can
 * see it through. An upload in process is sealed into the upload folder as the server would do it;
 * a download is opened from the data directory.
 */
#include "cmd/client.h"

#include "api/exports.h"
#include "api/routes.h"
#include "base/buf.h"
#include "base/limits.h"
#include "cmd/http_client.h"
#include "cmd/progress.h"
#include "connect/wecom/statistics.h"
#include "connect/wecom/sync.h"
#include "domain/app.h"
#include "file/sealed.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 64 << 10, POLL_MS = 150 };

struct client {
    struct invocation *in;
    const char *socket_path;
    struct app *app; /* NULL: calls go to the socket */
    struct router *router;
};

enum rc client_open(struct invocation *in, struct client **out, struct err *e)
{
    struct client *c = ARENA_NEW(&in->arena, struct client);
    c->in = in;
    c->socket_path = arena_printf(&in->arena, "%s/koi.sock", in->data_dir).p;
    int fd = http_connect(c->socket_path);
    if (fd >= 0) {
        close(fd);
        *out = c;
        return RC_OK;
    }
    struct app_options options = {.data_dir = in->data_dir,
                                  .flags = in->flags,
                                  .flag_count = in->flag_count,
                                  .with_jobs = true};
    enum rc rc = app_open(&options, &c->app, e);
    if (rc == RC_OK) {
        c->router = routes_compile();
        job_register(c->app->jobs, &job_kind_export);
        job_register(c->app->jobs, &job_kind_wecom_sync);
        job_register(c->app->jobs, &job_kind_wecom_statistics);
        *out = c;
    }
    return rc;
}

void client_close(struct client *c)
{
    if (c != NULL) {
        router_free(c->router);
        app_close(c->app);
        c->app = NULL;
        c->router = NULL;
    }
}

bool client_is_remote(const struct client *c)
{
    return c->app == NULL;
}

struct app *client_app(const struct client *c)
{
    return c->app;
}

/* ---- errors of the API as ours ---- */

static void copy(char *out, size_t size, struct str s)
{
    snprintf(out, size, STR_FMT, STR_ARG(str_sub(s, 0, size - 1)));
}

static enum rc rc_of_status(int status)
{
    for (int rc = RC_OK + 1; rc < RC_COUNT; rc++) {
        if (rc_http_status((enum rc)rc) == status) {
            return (enum rc)rc;
        }
    }
    return status == 405 ? RC_NOT_FOUND : RC_IO;
}

/* The server has said it in the caller's language already: both fields get the one sentence. */
static enum rc error_of(const struct client_reply *r, struct err *e)
{
    const struct json_value *error = r->json != NULL ? json_get(r->json, "error") : NULL;
    enum rc rc = rc_of_status(r->status);
    if (e == NULL) {
        return rc;
    }
    err_set(e, rc, "http", NULL, "HTTP %d", "HTTP %d", r->status);
    if (error != NULL) {
        copy(e->code, sizeof e->code, json_str_or(json_get(error, "code"), STR("")));
        copy(e->field, sizeof e->field, json_str_or(json_get(error, "field"), STR("")));
        copy(e->zh, sizeof e->zh, json_str_or(json_get(error, "message"), STR("")));
        copy(e->en, sizeof e->en, json_str_or(json_get(error, "message"), STR("")));
        copy(e->hint_zh, sizeof e->hint_zh, json_str_or(json_get(error, "hint"), STR("")));
        copy(e->hint_en, sizeof e->hint_en, json_str_or(json_get(error, "hint"), STR("")));
        e->at = json_int_or(json_get(error, "at"), -1);
    }
    return rc;
}

static enum rc take_reply(struct client *c, int status, struct str body, struct client_reply *out,
                          struct err *e)
{
    struct client_reply r = {.status = status, .body = body};
    if (body.n > 0 && json_parse(&c->in->arena, body, &r.json, NULL) != RC_OK) {
        r.json = NULL;
    }
    if (status >= 400) {
        return error_of(&r, e);
    }
    if (out != NULL) {
        *out = r;
    }
    return RC_OK;
}

/* ---- calls ---- */

static enum rc call_remote(struct client *c, const struct http_request *rq, int out_fd,
                           struct client_reply *out, struct err *e)
{
    struct http_reply reply;
    int fd = http_connect(c->socket_path);
    if (fd < 0) {
        return err_set(e, RC_BUSY, "server_gone", NULL, "服务已停止", "the server has stopped");
    }
    enum rc rc = http_exchange(fd, rq, out_fd, &c->in->arena, &reply, e);
    return rc == RC_OK ? take_reply(c, reply.status, reply.body, out, e) : rc;
}

static enum method method_from(const char *name)
{
    static const char *const names[METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    int m = 0;
    while (m < METHOD_COUNT && strcmp(name, names[m]) != 0) {
        m++;
    }
    assert(m < METHOD_COUNT);
    return (enum method)m;
}

static enum rc call_here(struct client *c, const char *method, const char *target,
                         const struct call *extra, struct reply *reply, struct err *e)
{
    struct call call = *extra;
    call.method = method_from(method);
    call.target = str_from(target);
    call.caller =
        (struct caller){.role = ROLE_ADMINISTRATOR, .local = true, .english = c->in->english};
    return dispatch_call(c->app, c->router, &call, &c->in->arena, reply, e);
}

enum rc client_call(struct client *c, const char *method, const char *target, struct str body,
                    struct client_reply *out, struct err *e)
{
    struct reply reply;
    if (c->app == NULL) {
        struct http_request rq = {.method = method,
                                  .target = target,
                                  .language = c->in->english ? "en" : "zh",
                                  .body = body};
        return call_remote(c, &rq, -1, out, e);
    }
    enum rc rc = call_here(c, method, target, &(struct call){.body = body}, &reply, e);
    return rc == RC_OK ? take_reply(c, reply.status, reply.body, out, e) : rc;
}

static const char *encode(struct arena *a, const char *name)
{
    char *out = arena_alloc(a, strlen(name) * 3 + 1);
    size_t n = 0;
    for (const unsigned char *p = (const unsigned char *)name; *p != 0; p++) {
        bool plain = (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
                     (*p >= 'A' && *p <= 'Z') || *p == '.' || *p == '-';
        n += (size_t)snprintf(out + n, 4, plain ? "%c" : "%%%02X", *p);
    }
    return out;
}

enum rc client_upload(struct client *c, const char *target, const char *path, const char *name,
                      struct client_reply *out, struct err *e)
{
    struct reply reply;
    if (c->app == NULL) {
        struct http_request rq = {.method = "POST",
                                  .target = target,
                                  .language = c->in->english ? "en" : "zh",
                                  .upload_path = path,
                                  .upload_name = encode(&c->in->arena, name)};
        return call_remote(c, &rq, -1, out, e);
    }
    struct call extra = {.upload_path = path, .upload_name = str_from(name)};
    enum rc rc = call_here(c, "POST", target, &extra, &reply, e);
    return rc == RC_OK ? take_reply(c, reply.status, reply.body, out, e) : rc;
}

/* ---- downloads ---- */

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = write(fd, p, n);
        if (k <= 0) {
            return false;
        }
        p += k;
        n -= (size_t)k;
    }
    return true;
}

/* A reply that names a file of the data directory, sealed or not. */
static enum rc copy_file(struct client *c, const char *path, int out_fd, struct err *e)
{
    struct sealed_reader *sealed = NULL;
    char *piece = arena_alloc(&c->in->arena, PIECE);
    size_t n = 0;
    enum rc rc = sealed_open(c->app->keys, path, &sealed, NULL);
    int fd = rc == RC_OK ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    bool good = rc == RC_OK || fd >= 0;
    while (good) {
        if (sealed != NULL) {
            rc = sealed_read(sealed, piece, PIECE, &n, e);
            good = rc == RC_OK;
        } else {
            ssize_t k = read(fd, piece, PIECE);
            good = k >= 0;
            n = good ? (size_t)k : 0;
        }
        if (!good || n == 0) {
            break;
        }
        good = write_all(out_fd, piece, n);
    }
    sealed_close(sealed);
    if (fd >= 0) {
        close(fd);
    }
    return good ? RC_OK
                : err_set(e, RC_IO, "file_copy", NULL, "文件复制失败",
                          "the file could not be copied");
}

static enum rc download_here(struct client *c, const char *target, int fd, struct err *e)
{
    struct reply reply;
    enum rc rc = call_here(c, "GET", target, &(struct call){.body = STR_ABSENT}, &reply, e);
    if (rc == RC_OK && reply.status >= 400) {
        rc = take_reply(c, reply.status, reply.body, NULL, e);
    } else if (rc == RC_OK && reply.file != NULL) {
        rc = copy_file(c, reply.file, fd, e);
    } else if (rc == RC_OK && !write_all(fd, reply.body.p, reply.body.n)) {
        rc = err_set(e, RC_IO, "file_copy", NULL, "文件写不下", "the file could not be written");
    }
    return rc;
}

enum rc client_download(struct client *c, const char *target, const char *path, struct err *e)
{
    int fd =
        path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : STDOUT_FILENO;
    if (fd < 0) {
        return err_set(e, RC_IO, "file_create", NULL, "建不了文件 %s", "cannot make the file %s",
                       path);
    }
    struct http_request rq = {
        .method = "GET", .target = target, .language = c->in->english ? "en" : "zh"};
    enum rc rc =
        c->app == NULL ? call_remote(c, &rq, fd, NULL, e) : download_here(c, target, fd, e);
    if (path != NULL && close(fd) != 0 && rc == RC_OK) {
        rc = err_set(e, RC_IO, "file_create", NULL, "文件写不下", "the file could not be written");
    }
    if (rc != RC_OK && path != NULL) {
        unlink(path);
    }
    return rc;
}

/* ---- jobs ---- */

static enum rc job_error(struct client *c, const struct json_value *job, struct str state,
                         struct err *e)
{
    const struct json_value *error = json_get(job, "error");
    if (error == NULL || json_kind_of(error) != JSON_OBJECT) {
        return err_set(e, RC_CONFLICT, "job_ended", NULL, "任务没有完成：" STR_FMT,
                       "the job did not finish: " STR_FMT, STR_ARG(state));
    }
    (void)c;
    err_set(e, RC_IO, "job_failed", NULL, "任务失败", "the job failed");
    if (e != NULL) {
        copy(e->code, sizeof e->code, json_str_or(json_get(error, "code"), STR("job_failed")));
        copy(e->zh, sizeof e->zh, json_str_or(json_get(error, "message"), STR("")));
        copy(e->en, sizeof e->en, json_str_or(json_get(error, "message"), STR("")));
    }
    return RC_IO;
}

enum rc client_follow(struct client *c, struct str job_id, struct client_reply *out, struct err *e)
{
    const char *target = arena_printf(&c->in->arena, "/api/jobs/" STR_FMT, STR_ARG(job_id)).p;
    struct progress p;
    progress_begin(&p, c->in);
    for (;;) {
        struct client_reply r;
        enum rc rc = client_call(c, "GET", target, STR_ABSENT, &r, e);
        if (rc != RC_OK) {
            progress_end(&p);
            return rc;
        }
        struct str state = json_str_or(json_get(r.json, "state"), STR("failed"));
        progress_show(&p, json_str_or(json_get(r.json, "title"), STR("")),
                      json_int_or(json_get(r.json, "done"), 0),
                      json_int_or(json_get(r.json, "total"), -1),
                      json_str_or(json_get(r.json, "unit"), STR("")));
        bool over = str_eq(state, STR("done")) || str_eq(state, STR("failed")) ||
                    str_eq(state, STR("stopped"));
        if (over) {
            progress_end(&p);
            if (out != NULL) {
                *out = r;
            }
            return str_eq(state, STR("done")) ? RC_OK : job_error(c, r.json, state, e);
        }
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
}

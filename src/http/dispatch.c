/* dispatch.c — every rule of a call in one place, in this order:
 *
 *   route → caller → host, origin and CSRF → permission and scope → arguments → prepare →
 * (idempotency → handler
 *   → audit → idempotency) → error shape
 *
 * What stands in brackets is, for a write, one closure on the writer thread: effect, audit row and
 * remembered reply share one transaction, and the reply leaves after its commit. A read runs in the
 * one read transaction that also found the caller. A closure may run twice; each run starts with an
 * empty reply.
 *
 * An Idempotency-Key belongs to an account. Its second use gives the stored reply when route and
 * body are the same, RC_CONFLICT when they are not. Concurrent repeats meet in the writer; two
 * nodes of one PostgreSQL meet at the primary key, the loser runs once more and finds the stored
 * reply.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "base/lock.h"
#include "http/parts.h"
#include "http/upload.h"
#include "store/audit.h"
#include "store/idempotency.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KEY_BYTES = 128 };

struct request *request_new(struct app *app, const struct router *router)
{
    struct request *rq = calloc(1, sizeof *rq);
    if (rq == NULL) {
        abort();
    }
    rq->app = app;
    rq->router = router;
    rq->err = ERR_INIT;
    rq->began_us = clock_mono_us();
    arena_init(&rq->arena, 0);
    buf_init(&rq->out, LIMIT_ARENA);
    reply_reset(rq);
    return rq;
}

void request_free(struct request *rq)
{
    if (rq == NULL) {
        return;
    }
    if (rq->file != NULL && rq->file_temporary) {
        unlink(rq->file);
    }
    buf_done(&rq->out);
    arena_done(&rq->arena);
    free(rq);
}

/* ---- before the transaction ---- */

static enum rc find_route(struct request *rq, struct err *e)
{
    unsigned allowed = 0;
    caller_language(rq->wire.fields[FIELD_ACCEPT_LANGUAGE], &rq->caller.english);
    rq->route = router_match(rq->router, rq->wire.method, rq->wire.path, rq->path_values, &allowed);
    if (rq->route != NULL && rq->wire.method_known) {
        return RC_OK;
    }
    rq->route = NULL;
    if (allowed == 0) {
        err_set(e, RC_NOT_FOUND, "route_unknown", NULL, "没有这个接口", "there is no such route");
        err_hint(e, "接口列表：koi routes", "koi routes lists them");
        return RC_NOT_FOUND;
    }
    static const char *const names[METHOD_COUNT] = {"GET, HEAD", "POST", "PUT", "PATCH", "DELETE"};
    struct buf list;
    buf_init(&list, 64);
    for (int m = 0; m < METHOD_COUNT; m++) {
        if (allowed & 1u << m) {
            buf_addf(&list, "%s%s", list.n > 0 ? ", " : "", names[m]);
        }
    }
    reply_header(rq, "Allow", buf_str(&list));
    buf_done(&list);
    return err_set(e, RC_NOT_FOUND, "method_unknown", NULL, "这个接口不支持该方法",
                   "this route does not know the method");
}

/* What makes two requests the same: method, path, query and body. */
static void hash_request(struct request *rq)
{
    struct str body = rq->body;
    if (rq->route->raw_body) {
        body = (struct str){(const char *)rq->upload.sha256, sizeof rq->upload.sha256};
    }
    struct str all =
        arena_printf(&rq->arena, "%d " STR_FMT "?" STR_FMT "\n" STR_FMT, (int)rq->wire.method,
                     STR_ARG(rq->wire.path), STR_ARG(rq->wire.query), STR_ARG(body));
    secret_sha256(all, rq->request_hash);
}

bool request_has_key(const struct request *rq)
{
    return rq->route->idempotent && !str_absent(rq->wire.fields[FIELD_IDEMPOTENCY_KEY]);
}

static enum rc read_key(struct request *rq, struct err *e)
{
    struct str key = rq->wire.fields[FIELD_IDEMPOTENCY_KEY];
    if (!request_has_key(rq)) {
        return RC_OK;
    }
    if (key.n == 0 || key.n > KEY_BYTES) {
        return err_set(e, RC_INVALID, "idempotency_key_length", "Idempotency-Key",
                       "长度应在 1 到 %d 之间", "has a length from 1 to %d", KEY_BYTES);
    }
    secret_index(rq->app->keys, STR("idempotency.key"), key, rq->key_hash);
    hash_request(rq);
    return RC_OK;
}

static enum rc check_caller(struct request *rq, struct tx *tx, struct err *e)
{
    enum rc rc = caller_find(rq, tx, e);
    if (rc == RC_OK) {
        rc = caller_guard(rq, e);
    }
    return rc == RC_OK ? caller_may(rq, e) : rc;
}

const struct route *dispatch_route(const struct request *rq)
{
    struct str values[PATH_VALUES];
    unsigned allowed = 0;
    return rq->wire.method_known
               ? router_match(rq->router, rq->wire.method, rq->wire.path, values, &allowed)
               : NULL;
}

enum rc dispatch_check(struct request *rq)
{
    struct tx *tx = NULL;
    enum rc rc = find_route(rq, &rq->err);
    if (rc == RC_OK) {
        rc = db_read_begin(rq->app->db, &tx, &rq->err);
    }
    if (rc == RC_OK) {
        rc = check_caller(rq, tx, &rq->err);
    }
    db_read_end(tx);
    return rc;
}

/* Everything that reads; for a reading route, the handler too. */
static enum rc run_before(struct request *rq, struct tx *tx, struct err *e)
{
    const struct route *r = rq->route;
    enum rc rc = check_caller(rq, tx, e);
    if (rc == RC_OK) {
        rc = arguments_read(rq, e);
    }
    if (rc == RC_OK) {
        rc = read_key(rq, e);
    }
    if (rc == RC_OK && r->prepare != NULL) {
        rc = r->prepare(rq, tx, e);
    }
    return rc == RC_OK && !r->writes ? r->run(rq, tx, e) : rc;
}

bool dispatch_start(struct request *rq)
{
    struct tx *tx = NULL;
    enum rc rc = find_route(rq, &rq->err);
    if (rc == RC_OK) {
        rc = db_read_begin(rq->app->db, &tx, &rq->err);
    }
    if (rc == RC_OK) {
        rc = run_before(rq, tx, &rq->err);
    }
    db_read_end(tx);
    if (rc != RC_OK && rq->err.rc == RC_OK) {
        err_set(&rq->err, rc, rc_name(rc), NULL, "没有找到", "not found");
    }
    return rc == RC_OK && (rq->route->writes || rq->route->audited);
}

/* ---- in the transaction ---- */

static enum rc replay(struct request *rq, struct tx *tx, const struct idempotency_row *row,
                      struct err *e)
{
    struct str body = STR_ABSENT;
    if (!secret_equal(row->request_hash, rq->request_hash, sizeof rq->request_hash)) {
        err_set(e, RC_CONFLICT, "idempotency_key_reused", "Idempotency-Key",
                "这个键已用于另一个请求", "this key was used for another request");
        err_hint(e, "换一个新的键", "use a new key");
        return RC_CONFLICT;
    }
    enum rc rc = secret_open(rq->app->keys, STR("idempotency.reply"), row->reply_sealed,
                             tx_arena(tx), &body, e);
    if (rc == RC_OK) {
        rq->status = row->status;
        buf_add(&rq->out, body);
        rq->replayed = true;
        reply_header(rq, "Idempotency-Replayed", STR("true"));
    }
    return rc;
}

/* An object or array that the handler left open, of a list, is closed for it. */
static void close_json(struct request *rq)
{
    while (rq->json.depth > 0) {
        json_close_object(&rq->json);
    }
}

static enum rc remember(struct request *rq, struct tx *tx, struct err *e)
{
    close_json(rq);
    struct str sealed =
        secret_seal(rq->app->keys, STR("idempotency.reply"), buf_str(&rq->out), tx_arena(tx));
    struct idempotency_row row = {
        .account_id = rq->caller.account_id,
        .key_hash = rq->key_hash,
        .request_hash = rq->request_hash,
        .status = rq->status,
        .reply_sealed = sealed,
    };
    return idempotency_put(tx, &row, e);
}

static enum rc write_audit(struct request *rq, struct tx *tx, struct err *e)
{
    struct audit_entry entry = {
        .account_id = rq->caller.account_id,
        .token_id = rq->caller.token_id,
        .action = str_from(rq->route->name),
        .object_kind = str_from(rq->audit_kind),
        .object_id = rq->audit_id,
        .detail = rq->audit_detail,
    };
    return audit_append(tx, rq->app->keys, &entry, e);
}

static enum rc run_write(struct tx *tx, void *arg, struct err *e)
{
    struct request *rq = arg;
    const struct route *r = rq->route;
    enum rc rc = RC_OK;
    if (r->writes) {
        reply_reset(rq);
    }
    if (request_has_key(rq)) {
        struct idempotency_row row;
        rc = idempotency_find(tx, rq->caller.account_id, rq->key_hash, &row, e);
        if (rc != RC_NOT_FOUND) {
            return rc == RC_OK ? replay(rq, tx, &row, e) : rc;
        }
        rc = RC_OK;
    }
    if (r->writes) {
        rc = r->run(rq, tx, e);
    }
    if (rc == RC_OK && r->audited) {
        rc = write_audit(rq, tx, e);
    }
    return rc == RC_OK && request_has_key(rq) ? remember(rq, tx, e) : rc;
}

static void write_done(void *arg, enum rc rc, const struct err *e)
{
    struct request *rq = arg;
    if (rc == RC_CONFLICT && request_has_key(rq) && !rq->retried) {
        rq->retried = true;
        if (writer_submit(rq->app->writer, &rq->write, NULL) == RC_OK) {
            return;
        }
    }
    if (rc != RC_OK) {
        rq->err = e != NULL ? *e : ERR_INIT;
        if (rq->err.rc == RC_OK) {
            err_set(&rq->err, rc, rc_name(rc), NULL, "没有找到", "not found");
        }
    } else if (rq->route->after != NULL && !rq->replayed) {
        rq->route->after(rq);
    }
    rq->wake(rq->wake_arg);
}

bool dispatch_submit(struct request *rq, void (*wake)(void *arg), void *arg)
{
    assert(rq->route != NULL && !rq->submitted);
    rq->submitted = true;
    rq->wake = wake;
    rq->wake_arg = arg;
    rq->write =
        (struct write){.run = run_write, .done = write_done, .arg = rq, .late = rq->route->late};
    if (rq->app->writer == NULL) {
        err_set(&rq->err, RC_BUSY, "read_only", NULL, "数据库以只读方式打开",
                "the database is open read-only");
        return false;
    }
    return writer_submit(rq->app->writer, &rq->write, &rq->err) == RC_OK;
}

/* ---- afterwards ---- */

void dispatch_finish(struct request *rq)
{
    struct reply_field allow = rq->fields[0];
    bool method_unknown = rq->route == NULL && rq->field_count == 1;
    close_json(rq);
    reply_finish_etag(rq);
    if (rq->err.rc != RC_OK && rq->upload.path != NULL) {
        unlink(rq->upload.path); /* no handler has kept it */
    }
    if (rq->err.rc == RC_OK && rq->out.failed) {
        err_set(&rq->err, RC_LIMIT, "reply_too_large", NULL, "结果太大", "the reply is too large");
        err_hint(&rq->err, "缩小范围，或用导出", "ask for less, or export");
    }
    if (rq->err.rc != RC_OK) {
        reply_error(rq, &rq->err);
        if (reply_is_page(rq)) {
            reply_reset_refused(rq);
            rq->status = rc_http_status(rq->err.rc);
            rq->route->refuse(rq, &rq->err);
        }
        if (method_unknown) {
            rq->status = 405;
            rq->fields[rq->field_count++] = allow;
        }
    } else if (rq->not_modified) {
        rq->status = 304;
        buf_clear(&rq->out);
    } else if (rq->out.n == 0 && rq->file == NULL && rq->status == 200) {
        rq->status = 204;
    }
}

/* ---- without HTTP ---- */

struct waiter {
    struct lock lock;
    struct signal signal;
    bool done;
};

static void wake_waiter(void *arg)
{
    struct waiter *w = arg;
    lock_take(&w->lock);
    w->done = true;
    signal_one(&w->signal);
    lock_give(&w->lock);
}

static void wait_for_write(struct request *rq)
{
    struct waiter w = {.done = false};
    lock_init(&w.lock, LOCK_LEAF);
    signal_init(&w.signal);
    if (dispatch_submit(rq, wake_waiter, &w)) {
        lock_take(&w.lock);
        while (!w.done) {
            signal_wait(&w.signal, &w.lock);
        }
        lock_give(&w.lock);
    }
    signal_done(&w.signal);
    lock_done(&w.lock);
}

static bool take_upload(struct request *rq, const struct call *call)
{
    enum rc rc = taker_file(rq->app->keys, rq->app->data_dir, call->upload_path, &rq->arena,
                            &rq->upload, &rq->err);
    rq->upload.name = call->upload_name;
    return rc == RC_OK;
}

enum rc dispatch_call(struct app *app, const struct router *r, const struct call *call,
                      struct arena *a, struct reply *out, struct err *e)
{
    (void)e;
    struct request *rq = request_new(app, r);
    struct str rest = call->target;
    str_cut(&rest, '?', &rq->wire.path);
    rq->wire.query = rest;
    rq->wire.method = call->method;
    rq->wire.method_known = true;
    rq->caller = call->caller;
    if (rq->caller.permissions == 0) {
        rq->caller.permissions = UINT32_MAX;
    }
    if (rq->caller.local) {
        rq->caller.role = ROLE_ADMINISTRATOR;
    }
    rq->body = call->body;
    bool taken = call->upload_path == NULL || take_upload(rq, call);
    if (taken && dispatch_start(rq)) {
        wait_for_write(rq);
    }
    dispatch_finish(rq);
    *out = (struct reply){
        .status = rq->status,
        .content_type = rq->content_type,
        .body = arena_str(a, buf_str(&rq->out)),
        .file = rq->file != NULL ? arena_z(a, str_from(rq->file)) : NULL,
    };
    rq->file_temporary = false;
    request_free(rq);
    return RC_OK;
}

/* reply.c — what a handler says, and what it may ask about its request.
 *
 * The reply is collected whole before anything is sent, in a buffer with the arena's ceiling, so
 * that an error halfway takes its place cleanly and a closure that runs twice starts afresh. Files
 * are the exception: they are named here and streamed by the server. Nothing here allocates outside
 * the request.
 */
#include "base/hash.h"
#include "base/limits.h"
#include "http/parts.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

struct app *request_app(struct request *rq)
{
    return rq->app;
}

struct arena *request_arena(struct request *rq)
{
    return &rq->arena;
}

const struct caller *request_caller(const struct request *rq)
{
    return &rq->caller;
}

const struct route *request_route(const struct request *rq)
{
    return rq->route;
}

const struct router *request_router(const struct request *rq)
{
    return rq->router;
}

void request_set_note(struct request *rq, void *note)
{
    rq->note = note;
}

void *request_note(struct request *rq)
{
    return rq->note;
}

const struct upload *request_upload(const struct request *rq)
{
    assert(rq->route->raw_body);
    return &rq->upload;
}

struct str request_body(const struct request *rq)
{
    assert(rq->route->foreign);
    return rq->body;
}

struct str request_address(const struct request *rq)
{
    return rq->wire.address;
}

const uint8_t *request_session(const struct request *rq)
{
    return str_absent(rq->csrf) ? NULL : rq->session_hash;
}

struct str request_csrf(const struct request *rq)
{
    return rq->csrf;
}

/* ---- the body ---- */

void reply_reset(struct request *rq)
{
    buf_clear(&rq->out);
    rq->json = json_to(&rq->out);
    rq->status = 200;
    rq->content_type = "application/json";
    rq->field_count = 0;
    rq->file = NULL;
    rq->download = STR_ABSENT;
    rq->file_temporary = false;
    rq->not_modified = false;
    rq->versioned = false;
    rq->event = NULL;
    rq->event_last = false;
    rq->audit_kind = NULL;
    rq->audit_id = 0;
    rq->audit_detail = STR_ABSENT;
    rq->replayed = false;
}

void reply_reset_refused(struct request *rq)
{
    struct reply_field kept[REPLY_FIELDS];
    int n = 0;
    for (int i = 0; i < rq->field_count; i++)
        if (rq->fields[i].lasts)
            kept[n++] = rq->fields[i];
    reply_reset(rq);
    for (int i = 0; i < n; i++)
        rq->fields[rq->field_count++] = kept[i];
}

struct json *reply_json(struct request *rq)
{
    return &rq->json;
}

void reply_status(struct request *rq, int status)
{
    assert(status >= 200 && status < 600);
    rq->status = status;
}

void reply_bytes(struct request *rq, const char *content_type, struct str body)
{
    buf_clear(&rq->out);
    buf_add(&rq->out, body);
    rq->content_type = content_type;
}

struct buf *reply_page(struct request *rq)
{
    assert(rq->route->refuse != NULL);
    buf_clear(&rq->out);
    rq->content_type = "text/html; charset=utf-8";
    return &rq->out;
}

void reply_see_other(struct request *rq, struct str address)
{
    assert(str_starts(address, STR("/")) && !str_starts(address, STR("//")));
    reply_status(rq, 303);
    reply_header(rq, "Location", address);
    reply_bytes(rq, "text/plain; charset=utf-8", STR("\n"));
}

bool reply_is_page(const struct request *rq)
{
    return rq->route != NULL && rq->route->refuse != NULL &&
           str_find(rq->wire.fields[FIELD_ACCEPT], STR("text/html")) >= 0;
}

bool request_in_wecom(const struct request *rq)
{
    return str_find(rq->wire.fields[FIELD_USER_AGENT], STR("wxwork")) >= 0;
}

struct str request_path(const struct request *rq)
{
    return rq->wire.path;
}

void reply_file(struct request *rq, const char *path, const char *content_type, struct str download,
                bool temporary)
{
    rq->file = arena_z(&rq->arena, str_from(path));
    rq->content_type = content_type;
    rq->download = arena_str(&rq->arena, download);
    rq->file_temporary = temporary;
}

void reply_header(struct request *rq, const char *name, struct str value)
{
    assert(rq->field_count < REPLY_FIELDS);
    assert(str_find_byte(value, '\n') < 0 && str_find_byte(value, '\r') < 0);
    rq->fields[rq->field_count++] =
        (struct reply_field){.name = name, .value = arena_str(&rq->arena, value)};
}

void reply_event(struct request *rq, const char *event, bool last)
{
    assert(rq->route->stream);
    rq->event = event;
    rq->event_last = last;
}

void reply_page_end(struct request *rq, struct str next_cursor, int64_t total)
{
    struct str next = STR_ABSENT;
    if (!str_absent(next_cursor)) {
        next = cursor_sign(rq->app->keys, rq->route->name, next_cursor, &rq->arena);
    }
    json_put_str(&rq->json, "next", next);
    if (total >= 0) {
        json_put_int(&rq->json, "total", total);
    } else {
        json_put_null(&rq->json, "total");
    }
}

/* ---- versions ---- */

/* An entity tag is "version-body": what a write must agree with, and a hash of all the reply holds.
 * With the latter a tag put on a customer, a new order or another language is another reply, and
 * the former does not refuse a change of the profile because of them. */
static struct str entity_tag(struct request *rq)
{
    return arena_printf(&rq->arena, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)rq->version,
                        hash_bytes(buf_str(&rq->out), 0));
}

/* Whether a list of entity tags, as in If-Match, names all, or one that begins so. */
static bool tag_listed(struct str list, struct str beginning)
{
    struct str one;
    while (str_cut(&list, ',', &one)) {
        one = str_trim(one);
        if (str_starts(one, STR("W/"))) {
            one = str_sub(one, 2, one.n);
        }
        if (str_eq(one, STR("*")) || str_starts(one, beginning)) {
            return true;
        }
    }
    return false;
}

void reply_etag(struct request *rq, int64_t version)
{
    rq->version = version;
    rq->versioned = true;
}

void reply_finish_etag(struct request *rq)
{
    if (!rq->versioned || rq->out.failed) {
        return;
    }
    struct str tag = entity_tag(rq);
    reply_header(rq, "ETag", tag);
    rq->not_modified =
        rq->wire.method == GET && tag_listed(rq->wire.fields[FIELD_IF_NONE_MATCH], tag);
}

enum rc request_if_match(struct request *rq, int64_t version, struct err *e)
{
    struct str sent = rq->wire.fields[FIELD_IF_MATCH];
    struct str beginning = arena_printf(&rq->arena, "\"%" PRIx64 "-", (uint64_t)version);
    if (str_absent(sent) || tag_listed(sent, beginning)) {
        return RC_OK;
    }
    err_set(e, RC_CONFLICT, "changed_meanwhile", NULL, "有人刚刚改过它",
            "someone changed it in the meantime");
    err_hint(e, "请刷新后再改", "read it again, then repeat your change");
    return RC_CONFLICT;
}

/* ---- cookies, audit, errors ---- */

struct str request_cookie(const struct request *rq, const char *name)
{
    struct str rest = rq->wire.fields[FIELD_COOKIE];
    struct str pair;
    while (str_cut(&rest, ';', &pair)) {
        struct str value = str_trim(pair);
        struct str key;
        if (str_cut(&value, '=', &key) && str_starts(key, STR("__Host-")) &&
            str_eq(str_sub(key, 7, key.n), str_from(name))) {
            return value;
        }
    }
    return STR_ABSENT;
}

void reply_cookie(struct request *rq, const char *name, struct str value, int64_t max_age_s)
{
    struct str line = arena_printf(&rq->arena,
                                   "__Host-%s=" STR_FMT
                                   "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%" PRId64,
                                   name, STR_ARG(value), max_age_s);
    reply_header(rq, "Set-Cookie", line);
}

void reply_cookie_gone(struct request *rq, const char *name)
{
    reply_cookie(rq, name, STR(""), 0);
    rq->fields[rq->field_count - 1].lasts = true;
}

void request_audit(struct request *rq, const char *object_kind, int64_t object_id,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    rq->audit_detail = arena_vprintf(&rq->arena, format, args);
    va_end(args);
    rq->audit_kind = object_kind;
    rq->audit_id = object_id;
}

void reply_error(struct request *rq, const struct err *e)
{
    assert(e->rc != RC_OK);
    bool english = rq->caller.english;
    reply_reset_refused(rq);
    rq->status = rc_http_status(e->rc);
    struct json *j = &rq->json;
    json_open_object(j, NULL);
    json_open_object(j, "error");
    json_put_z(j, "code", e->code);
    json_put_z(j, "message", english ? e->en : e->zh);
    json_put_z(j, "field", e->field[0] != 0 ? e->field : NULL);
    const char *hint = english ? e->hint_en : e->hint_zh;
    json_put_z(j, "hint", hint[0] != 0 ? hint : NULL);
    if (e->at >= 0) {
        json_put_int(j, "at", e->at);
    } else {
        json_put_null(j, "at");
    }
    json_close_object(j);
    json_close_object(j);
    if (e->rc == RC_RATE || e->rc == RC_BUSY) {
        reply_header(rq, "Retry-After", e->rc == RC_RATE ? STR("60") : STR("2"));
    }
}

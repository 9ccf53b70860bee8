/* request — one call on its way through a handler: who calls, typed arguments, the reply being
 * written.
 *
 * It does not matter whether it came over HTTP, over the local socket, or from the command line
 * with no server running: handlers see the same struct. Everything lives in the request's arena;
 * handlers free nothing. Arguments were checked against the route's row before the handler runs.
 */
#ifndef KOI_HTTP_REQUEST_H
#define KOI_HTTP_REQUEST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "http/route.h"

struct app; /* domain/app.h */

struct caller {
    int64_t account_id; /* 0: nobody, or the command line */
    int64_t token_id;   /* 0: a session or the command line */
    enum role role;
    /* for SCOPE_CUSTOMER: 0 sees all, else the account whose account_staff rows count */
    int64_t scope_account;
    bool english; /* language of messages */
    bool local;   /* the command line on this machine: administrator */
    /* bit p: may use permission p, as far as the role has it (a token is cut down) */
    uint32_t permissions;
};

struct request; /* opaque: made by http/dispatch.c */

struct app *request_app(struct request *rq);
struct arena *request_arena(struct request *rq);
const struct caller *request_caller(const struct request *rq);
const struct route *request_route(const struct request *rq);
struct router; /* http/dispatch.h */
const struct router *request_router(const struct request *rq);
/* Whether the caller has a permission beyond the route's own: to show or leave out a part of the
 * reply. */
bool request_may(const struct request *rq, enum permission p);
/* Whether the call carries an Idempotency-Key that its route honours: then it has one effect,
 * however often it is sent. */
bool request_has_key(const struct request *rq);
/* SHA-256 of the session's cookie (32 bytes), NULL for tokens and the command line; and its CSRF
 * token, then absent. */
const uint8_t *request_session(const struct request *rq);
struct str request_csrf(const struct request *rq);

/* ---- arguments, by the names of the row; asking for an undeclared one asserts ---- */

bool arg_given(const struct request *rq, const char *name); /* sent at all (also as null) */
bool arg_null(const struct request *rq, const char *name);  /* sent as null */
/* ID, INT, FEN, DAY, TIME, BOOL; 0 when not given */
int64_t arg_int(const struct request *rq, const char *name);
int64_t arg_int_or(const struct request *rq, const char *name, int64_t fallback);
double arg_number_or(const struct request *rq, const char *name, double fallback);
/* TEXT, NAME, CHOICE, EXPRESSION; absent when not given */
struct str arg_str(const struct request *rq, const char *name);
const int64_t *arg_ids(const struct request *rq, const char *name, size_t *out_n);
const struct json_value *arg_json(const struct request *rq, const char *name);
/* Paging: limit (1 … LIMIT_PAGE, default 50) and the decoded cursor ("" at the start). Any list
 * route declares ARGS_PAGE in its args. A cursor that was altered is refused before the handler
 * runs. */
int64_t page_limit(const struct request *rq);
struct str page_cursor(const struct request *rq);
/* Lists with page numbers declare ARGS_PAGE_NUMBER beside ARGS_PAGE: how many rows to skip, 0
 * without `page`. A page past row 10,000, and a page together with a cursor, are refused before the
 * handler runs. */
int64_t page_offset(const struct request *rq);
bool page_by_number(const struct request *rq); /* `page` was sent: the reply wants a total */
#define ARGS_PAGE                                                                                  \
    {"limit",                                                                                      \
     ARG_INT,                                                                                      \
     .min = 1,                                                                                     \
     .max = 200,                                                                                   \
     .zh = "每页行数，默认 50",                                                                    \
     .en = "rows a page, 50 unless told"},                                                         \
    {                                                                                              \
        "cursor", ARG_TEXT, .max = 400, .zh = "上一页给出的 next",                                 \
                            .en = "`next` of the page before"                                      \
    }

#define ARGS_PAGE_NUMBER                                                                           \
    {                                                                                              \
        "page", ARG_INT, .min = 1, .max = 10000, .zh = "页码，从 1 开始，最多到第 10000 行",       \
                         .en = "page from 1, up to row 10,000"                                     \
    }

/* The members of `query` read as another route's arguments, as if they had been sent in its
 * address: the filter of a list inside the body of a write. In `out` comes a view of this request
 * for the arg_…() functions alone; it lives as long as the request. Texts are read as in an
 * address, null is not sent, and each is refused by the rules of that route's row. */
enum rc request_as(struct request *rq, const struct route *route, const struct json_value *query,
                   struct request **out, struct err *e);

/* ---- the reply ---- */

/* The JSON writer of the reply; the handler writes one value. */
struct json *reply_json(struct request *rq);
void reply_status(struct request *rq, int status); /* 200 unless told; 201 for something made */
/* Another body than JSON, copied. */
void reply_bytes(struct request *rq, const char *content_type, struct str body);
/* The body as a page of src/h5, to be written by http/html.h; routes with `refuse` alone. */
struct buf *reply_page(struct request *rq);
/* 303 to an address of our own: what follows a form that was done. */
void reply_see_other(struct request *rq, struct str address);
/* A file of the data directory, streamed and then (if `temporary`) removed; `download` is the name
 * offered. */
void reply_file(struct request *rq, const char *path, const char *content_type, struct str download,
                bool temporary);
void reply_header(struct request *rq, const char *name, struct str value);
/* For a route with `stream`: the JSON written is the state now, sent as an event of this name
 * whenever it differs from the one before; the server runs the handler again every half second and
 * after stream_wake() (http/stream.h), each time with every check of a fresh request. `last`:
 * nothing more will change, the stream ends behind this event. Asked for without Accept:
 * text/event-stream, the same JSON is an ordinary reply. */
void reply_event(struct request *rq, const char *event, bool last);
/* Sets the ETag, made of the version of the thing shown and a hash of the whole reply; answers 304
 * by itself when the caller has this very reply already. For writes: RC_CONFLICT unless If-Match
 * (if sent) names this version, whatever else was in the reply it came with. */
void reply_etag(struct request *rq, int64_t version);
enum rc request_if_match(struct request *rq, int64_t version, struct err *e);
/* Ends a list: `,"next":…,"total":…}`; next absent: last page; total < 0: not counted. */
void reply_page_end(struct request *rq, struct str next_cursor, int64_t total);

/* ---- more ---- */

/* What the audit row says besides the route's name: JSON members ("\"role\":\"staff\"") without
 * personal data; "" for none. */
void request_audit(struct request *rq, const char *object_kind, int64_t object_id,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A value kept from prepare() to run(). */
void request_set_note(struct request *rq, void *note);
void *request_note(struct request *rq);
/* The uploaded body: a sealed file in the data directory's upload folder, its plain size, SHA-256,
 * and the name given. */
struct upload {
    const char *path;
    int64_t bytes;
    uint8_t sha256[32];
    struct str name;
};
const struct upload *request_upload(const struct request *rq);
/* Whether the browser is WeCom's own client. */
bool request_in_wecom(const struct request *rq);
/* The path as it came, still percent-encoded. */
struct str request_path(const struct request *rq);
/* The body as it came, of a route that is `foreign`; borrowed from the request. */
struct str request_body(const struct request *rq);
/* A cookie of the request; setting one in the reply (name=value; attributes are fixed: __Host-,
 * Secure, HttpOnly, SameSite=Lax, Path=/). */
struct str request_cookie(const struct request *rq, const char *name);
void reply_cookie(struct request *rq, const char *name, struct str value, int64_t max_age_s);
/* Takes a cookie away from the browser, whatever comes of the request: the others go with what a
 * refused handler wrote. */
void reply_cookie_gone(struct request *rq, const char *name);
/* The caller's address as text, by the trusted-proxy setting; for rate limits only, never
 * logged. */
struct str request_address(const struct request *rq);

#endif

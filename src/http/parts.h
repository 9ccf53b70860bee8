/* parts — the inside of struct request, for src/http only: handlers see request.h.
 *
 * A request goes dispatch_start() → (for a write) dispatch_submit() → dispatch_finish(), whoever
 * brought it. The front door fills `wire`, `body` or `upload` before the start and reads the reply
 * after the finish.
 */
#ifndef KOI_HTTP_PARTS_H
#define KOI_HTTP_PARTS_H

#include "db/writer.h"
#include "domain/app.h"
#include "http/dispatch.h"
#include "http/request.h"

/* What of the header fields we look at; http/wire.c has their names. */
enum field {
    FIELD_ACCEPT,
    FIELD_ACCEPT_ENCODING,
    FIELD_ACCEPT_LANGUAGE,
    FIELD_AUTHORIZATION,
    FIELD_CONTENT_TYPE,
    FIELD_COOKIE,
    FIELD_CSRF,
    FIELD_FETCH_SITE,
    FIELD_FILE_NAME,
    FIELD_FORWARDED_FOR,
    FIELD_HOST,
    FIELD_IDEMPOTENCY_KEY,
    FIELD_IF_MATCH,
    FIELD_IF_NONE_MATCH,
    FIELD_ORIGIN,
    FIELD_USER_AGENT,
    FIELD_COUNT
};
extern const char *const field_names[FIELD_COUNT];

/* A request as it came in. All views live at least as long as the request. */
struct wire {
    enum method method;
    bool method_known;      /* false: a method that no route has */
    struct str path, query; /* still percent-encoded; query without '?', absent if none */
    struct str fields[FIELD_COUNT];
    struct str address; /* of the caller, behind the trusted proxy */
    bool from_network;  /* a browser may be behind it: CSRF and Origin rules apply */
};

struct arg_value {
    bool given, null;
    int64_t i;
    double d;
    struct str s;
    const int64_t *ids;
    size_t n;
    const struct json_value *json;
};

enum { PATH_VALUES = 4, REPLY_FIELDS = 8, PAGE_ROWS = 10000 };

struct reply_field {
    const char *name;
    struct str value;
    bool lasts; /* also when an error takes the reply's place */
};

struct request {
    struct app *app;
    const struct router *router;
    const struct route *route;
    struct arena arena;
    struct wire wire;
    struct caller caller;
    bool signed_in;
    struct str csrf; /* of the session; absent for tokens and the command line */
    uint8_t session_hash[32];
    struct str path_values[PATH_VALUES];
    struct arg_value args[ROUTE_ARGS];
    struct str cursor;
    struct str body;
    struct upload upload;
    void *note;
    int64_t began_us;

    /* The reply. */
    int status;
    struct buf out;
    struct json json;
    const char *content_type;
    struct reply_field fields[REPLY_FIELDS];
    int field_count;
    const char *file;
    struct str download;
    bool file_temporary;
    bool not_modified, versioned;
    int64_t version; /* of what the reply shows, when `versioned` */
    const char *event;
    bool event_last;
    struct err err;

    /* The audit row. */
    const char *audit_kind;
    int64_t audit_id;
    struct str audit_detail;

    /* A write on its way. */
    struct write write;
    bool submitted, replayed, retried;
    uint8_t key_hash[SECRET_INDEX_BYTES];
    uint8_t request_hash[32];
    void (*wake)(void *arg);
    void *wake_arg;
};

/* A request in its own memory, with nothing in it yet; freed with all it holds (a temporary reply
 * file included). */
struct request *request_new(struct app *app, const struct router *router);
void request_free(struct request *rq);

/* The route that a head names, before anything is checked; NULL: none. */
const struct route *dispatch_route(const struct request *rq);
/* Before the body has come: route, caller, permission, origin. The error is in rq->err. */
enum rc dispatch_check(struct request *rq);
/* Finds route and caller, applies every check, runs prepare() and, for a read, the handler. True:
 * the request must go to the writer by dispatch_submit(). False: it only needs
 * dispatch_finish(). */
bool dispatch_start(struct request *rq);
/* Hands the closure to the writer; `wake(arg)` is called once, on the writer thread, when
 * dispatch_finish() may be called. False when the queue is full: finish at once, wake() will not be
 * called. */
bool dispatch_submit(struct request *rq, void (*wake)(void *arg), void *arg);
/* Turns an error into its JSON and sets the status. */
void dispatch_finish(struct request *rq);

/* caller.c: who calls (session, token, command line), and whether they may call this route. */
enum rc caller_find(struct request *rq, struct tx *tx, struct err *e);
enum rc caller_may(struct request *rq, struct err *e);
/* Whether the request may write at all: Origin, Sec-Fetch-Site, Host, CSRF token. */
enum rc caller_guard(struct request *rq, struct err *e);
/* The language of the Accept-Language field; false when it names neither. */
bool caller_language(struct str field, bool *out_english);

/* arguments.c: fills rq->args from path, query and body; refuses what the row does not declare. */
enum rc arguments_read(struct request *rq, struct err *e);
/* The field `csrf` of a form, undecoded; absent when there is none. */
struct str form_csrf(const struct request *rq);
/* Percent-decoding; in a query, '+' is a blank. RC_INVALID for a broken escape, NUL, or bytes that
 * are not UTF-8. */
enum rc percent_decode(struct arena *a, struct str in, bool plus, const char *field,
                       struct str *out, struct err *e);

/* cursor.c: a cursor as text that only we can make, bound to the route's name. */
struct str cursor_sign(const struct keyring *k, const char *route, struct str plain,
                       struct arena *a);
enum rc cursor_open(const struct keyring *k, const char *route, struct str text, struct arena *a,
                    struct str *out, struct err *e);

/* reply.c: forgets what a handler has written, before it runs again or an error takes its place. */
void reply_reset(struct request *rq);
/* The same, but for what lasts: a refusal begins. */
void reply_reset_refused(struct request *rq);
void reply_error(struct request *rq, const struct err *e);
/* Whether the caller is a browser that wants a page, of a route that has them. */
bool reply_is_page(const struct request *rq);
/* When the reply is complete: the entity tag of one that has a version. */
void reply_finish_etag(struct request *rq);

#endif

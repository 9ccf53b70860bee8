/* route — a row of the table that runs the API. Everything that is not behaviour is a field of the
 * row: permission, data scope, typed and bounded arguments, help. The OpenAPI file, `koi routes`
 * and the permission tests are printed from the rows, so an undeclared argument never reaches a
 * handler, and a route without a permission does not compile into the table (a test sees to it).
 */
#ifndef KOI_HTTP_ROUTE_H
#define KOI_HTTP_ROUTE_H

#include "db/db.h"
#include "http/permission.h"

struct request;

enum method { GET, POST, PUT, PATCH, DELETE, METHOD_COUNT };

enum route_scope {
    SCOPE_NONE = 1, /* shows and touches nothing that belongs to a customer */
    /* every row is cut to the caller's data scope; others' rows do not exist (404, not counted) */
    SCOPE_ROWS,
    SCOPE_WHOLE, /* only callers whose data scope is `all` */
};

enum arg_kind {
    ARG_END = 0,
    ARG_ID,     /* an id as decimal text */
    ARG_INT,    /* min … max */
    ARG_FEN,    /* integer fen, min … max */
    ARG_NUMBER, /* a double, min … max */
    ARG_BOOL,
    ARG_TEXT,   /* min … max bytes of UTF-8; control characters refused but \n and \t */
    ARG_NAME,   /* ARG_TEXT on one line, trimmed, 1 … LIMIT_NAME */
    ARG_CHOICE, /* one of `choices`, separated by '|' */
    ARG_DAY,    /* "2026-11-21" → civil day */
    ARG_TIME,   /* seconds, or RFC 3339 text → seconds */
    /* text of the audience language, at most LIMIT_EXPRESSION; parsed by the handler */
    ARG_EXPRESSION,
    ARG_IDS, /* array of ids, at most max */
    /* an object or array, handed over as it is; only where the shape is a document of its own */
    ARG_JSON,
};

/* Where an argument is looked for. A name that stands in the path as {name} is IN_PATH whatever the
 * row says. */
enum arg_place { IN_QUERY = 0, IN_PATH, IN_BODY };

struct arg {
    const char *name;
    enum arg_kind kind;
    enum arg_place place;
    bool required;
    bool nullable;    /* JSON null is allowed and means "clear it" */
    int64_t min, max; /* both 0: the kind's own bounds */
    const char *choices;
    const char *zh, *en; /* one line of help */
};

/* The bounds in force: the row's, or the kind's own where the row leaves both 0, or only a maximum
 * of 0. Of text: bytes; of a
 * name: characters; of ids: how many. Other kinds have no use for them. */
void arg_bounds(const struct arg *a, int64_t *out_min, int64_t *out_max);

enum { ROUTE_ARGS = 20 };

struct route {
    enum method method;
    const char *path; /* "/api/tags/{tag_id}/customers" */
    const char *name; /* "tag_customers_add": operationId, and action in the audit log */
    enum permission need;
    enum route_scope scope;
    /* run in the writer, in a write transaction; otherwise in a read transaction */
    bool writes;
    bool idempotent; /* honours Idempotency-Key (every POST that makes something) */
    /* a row in the audit log per call; every writing route, and unmasking reads */
    bool audited;
    /* nobody waits for it at a screen: taken apart aside (http/aside.h), and answers may be without
     * what it wrote for MIRROR_LATE_US (mirror/mirror.h) */
    bool late;
    /* waits for somebody else's server: on a thread of its own, one such request at a time; only
     * for routes that do not write */
    bool outside;
    bool raw_body; /* the body is not JSON: an upload, streamed to request_upload() */
    /* called by somebody else's server, in its own words: the body is any bytes up to LIMIT_BODY,
     * given by request_body(), and parameters of the address that the row does not have are passed
     * over */
    bool foreign;
    bool stream; /* a server-sent event stream: served by the daemon of its own */
    /* A page for browsers (src/h5): a body may be a form, whose field `csrf` stands for the header
     * field; the account's language comes before the browser's; and an error is told to a browser
     * (one that accepts text/html) by this function, which writes the whole reply. */
    void (*refuse)(struct request *rq, const struct err *e);
    struct arg args[ROUTE_ARGS + 1];
    /* Optional, before the transaction, on the request's own thread with a read transaction: slow
     * checks such as password hashing. What it finds it keeps in request_set_note(). */
    enum rc (*prepare)(struct request *rq, struct tx *tx, struct err *e);
    /* The behaviour. May run twice when `writes`: no effect outside the transaction and the
     * reply. */
    enum rc (*run)(struct request *rq, struct tx *tx, struct err *e);
    /* Optional, once, after the commit of a write that succeeded, on the writer thread: wakes a
     * runner, reloads settings. Must not block and cannot fail. (Added by the http helper.) */
    void (*after)(struct request *rq);
    const char *zh, *en; /* one line of help */
    const char *reply;   /* name of a schema in api/schemas.c, for OpenAPI; NULL: no content */
};

#endif

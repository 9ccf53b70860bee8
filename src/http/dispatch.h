/* dispatch — from a method, a path and a body to a reply, with every rule applied on the way:
 * route, caller, permission, scope, CSRF, arguments, idempotency, transaction, audit, error shape.
 * HTTP and the command line both end here.
 */
#ifndef KOI_HTTP_DISPATCH_H
#define KOI_HTTP_DISPATCH_H

#include "http/request.h"

struct router; /* compiled from a table of routes; immutable */

/* Compiles a table; asserts on a row without permission, scope or help, and on two rows with one
 * meaning. */
struct router *router_new(const struct route *const *routes, size_t n);
void router_free(struct router *r);
size_t router_count(const struct router *r);
const struct route *router_at(const struct router *r, size_t i);
/* The row for a method and path, with the values of {names} as views into `path`; NULL and the
 * allowed methods when only those differ. */
const struct route *router_match(const struct router *r, enum method m, struct str path,
                                 struct str *values, unsigned *out_allowed);

/* A call from outside HTTP (command line, tests): runs to the end on this thread. Members: method,
 * path with query, JSON body or absent, caller. */
struct call {
    enum method method;
    struct str target; /* "/api/customers?limit=5" */
    struct str body;
    struct caller caller;
    /* for a route with raw_body: a plain file, sealed into the upload folder first */
    const char *upload_path;
    struct str upload_name;
};
struct reply {
    int status;
    const char *content_type;
    struct str body;  /* in the arena given */
    const char *file; /* instead of body, if the handler answered with a file */
};
/* RC_OK whenever there is a reply, be it an error in JSON. */
enum rc dispatch_call(struct app *app, const struct router *r, const struct call *call,
                      struct arena *a, struct reply *out, struct err *e);

#endif

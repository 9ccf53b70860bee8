/* http_client — the little of HTTP/1.1 that a command needs to talk to its own server over a Unix
 * socket. */
#ifndef KOI_CMD_HTTP_CLIENT_H
#define KOI_CMD_HTTP_CLIENT_H

#include "base/arena.h"
#include "base/err.h"

struct http_request {
    const char *method;
    const char *target;
    const char *language;    /* "zh", "en" */
    struct str body;         /* JSON, or absent */
    const char *upload_path; /* instead: a file sent as it is */
    const char *upload_name; /* percent-encoded already */
};

struct http_reply {
    int status;
    struct str body; /* in the arena; empty when it went to a file */
};

/* A connection to the socket, or -1 when nobody listens there. */
int http_connect(const char *socket_path);
/* One request on a connection of its own, which is closed afterwards. A reply below 400 goes to
 * `out_fd` when that is not negative. RC_BUSY when the server went away. */
enum rc http_exchange(int fd, const struct http_request *rq, int out_fd, struct arena *a,
                      struct http_reply *out, struct err *e);

#endif

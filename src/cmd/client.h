/* client — how a command calls the API: over the running server's socket, or in process when no
 * server runs.
 *
 * The first call decides: if <data>/koi.sock answers, calls go there; else the installation is
 * opened (RC_BUSY when a server holds it without a socket) and calls end in the same handlers.
 * Either way the caller is the administrator of this machine. A reply of 400 or more comes back as
 * its rc, with the server's sentence in `e`.
 */
#ifndef KOI_CMD_CLIENT_H
#define KOI_CMD_CLIENT_H

#include "base/json.h"
#include "cmd/command.h"

struct app;
struct client;

struct client_reply {
    int status;
    struct str body;               /* in the invocation's arena */
    const struct json_value *json; /* parsed; NULL when it is no JSON */
};

/* RC_NOT_FOUND when there is no installation. Close with client_close(), which accepts NULL. */
enum rc client_open(struct invocation *in, struct client **out, struct err *e);
void client_close(struct client *c);
/* `method` is "GET", "POST" …; `body` is JSON or absent. */
enum rc client_call(struct client *c, const char *method, const char *target, struct str body,
                    struct client_reply *out, struct err *e);
/* POSTs a file as raw body; `name` is what the server is told it is called. */
enum rc client_upload(struct client *c, const char *target, const char *path, const char *name,
                      struct client_reply *out, struct err *e);
/* GETs a target into a file (NULL: standard output). */
enum rc client_download(struct client *c, const char *target, const char *path, struct err *e);
/* Waits for a job's end, drawing its progress; RC_OK only when it is done, else its error. `out`
 * (may be NULL) gets its JSON. */
enum rc client_follow(struct client *c, struct str job_id, struct client_reply *out, struct err *e);
/* Whether calls go to a running server; and the installation when they do not, else NULL. */
bool client_is_remote(const struct client *c);
struct app *client_app(const struct client *c);

#endif

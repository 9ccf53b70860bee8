/* visit — one HTTP exchange between libmicrohttpd and dispatch; for server.c, visit.c, send.c and
 * stream.c only.
 *
 * libmicrohttpd calls visit_handle() several times: with the head, with pieces of the body, at its
 * end, and once more when a write it waited for has committed.
 */
#ifndef KOI_HTTP_VISIT_H
#define KOI_HTTP_VISIT_H

#include "http/parts.h"
#include "http/server.h"
#include "http/upload.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct aside;
struct stream_hub;

/* What a daemon of libmicrohttpd is given as its closure. */
struct door {
    struct server *server;
    bool local; /* the Unix socket */
};

struct server {
    struct door web_door, local_door;
    struct app *app;
    const struct router *router;
    char *trusted_proxy; /* "" : none */
    char *socket_path;
    struct MHD_Daemon *web[SERVER_THREADS_MOST], *local;
    unsigned web_n;
    struct stream_hub *streams;
    struct aside *aside, *outside; /* for routes with `late`, with `outside` */
    int web_fd, local_fd;
    int port;
    atomic_bool stopping;
    atomic_int waiting; /* visits that are suspended, or about to be */
    atomic_int open;    /* visits whose reply has not been sent yet */
};

enum visit_state {
    VISIT_HEAD,    /* nothing looked at yet */
    VISIT_BODY,    /* taking the body */
    VISIT_WAITING, /* suspended until the commit */
    VISIT_DONE,    /* dispatch has finished; the reply is to be sent */
    VISIT_SENT,
};

struct visit {
    struct server *server;
    struct MHD_Connection *connection;
    struct request *rq;
    const struct route *route; /* that the head of a call names; NULL: none */
    char *target;
    enum visit_state state;
    bool from_socket; /* came through the Unix socket */
    bool head;        /* HEAD: as GET, without the body */
    struct buf body;
    struct taker *taker; /* of an upload */
    int64_t received, deadline_us;
    struct visit *next; /* aside.c's */
};

/* libmicrohttpd's callbacks; `cls` is a struct door. */
void *visit_begin(void *cls, const char *uri, struct MHD_Connection *connection);
enum MHD_Result visit_handle(void *cls, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **con_cls);
void visit_end(void *cls, struct MHD_Connection *connection, void **con_cls,
               enum MHD_RequestTerminationCode code);

/* Runs a suspended visit up to its write, or to the reply; resumes it then. */
void visit_work(struct visit *v);

/* send.c: queues the finished reply; a file of the console, or 404. */
enum MHD_Result send_reply(struct visit *v);
enum MHD_Result send_asset(struct visit *v);

#endif

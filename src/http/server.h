/* server — libmicrohttpd in front of dispatch: an epoll thread pool, a Unix socket for the command
 * line, and a thread of its own for event streams (http/stream.h: it takes their connections over,
 * a second daemon could not). A writing request is suspended while its closure waits for the
 * commit, so no thread is held; all suspended requests are resumed before a stop. Static files of
 * the console come from http/asset.h with gzip and ETag. Without TLS it listens on loopback only
 * unless a trusted proxy is set.
 */
#ifndef KOI_HTTP_SERVER_H
#define KOI_HTTP_SERVER_H

#include "http/dispatch.h"

struct server;

enum { SERVER_THREADS_MOST = 16 }; /* as the setting says */

struct server_config {
    const char *listen;      /* "127.0.0.1:8080", "[::1]:0"; port 0 picks a free one */
    const char *socket_path; /* Unix socket for the command line; NULL: none */
    /* address whose X-Forwarded-For and -Proto are believed; NULL: none */
    const char *trusted_proxy;
    int threads;      /* at most SERVER_THREADS_MOST; 0: one for each core, 2 … 4 */
    int inherited_fd; /* a listening socket that systemd opened; 0: none, use `listen` */
};

enum rc server_start(struct app *app, const struct router *r, const struct server_config *config,
                     struct server **out, struct err *e);
int server_port(const struct server *s);
/* Stops accepting, resumes and answers what waits, ends the threads. Accepts NULL. */
void server_stop(struct server *s);

#endif

/* transport — requests to other people's servers: one thread with libcurl's multi handle, callers
 * that wait.
 *
 * The thread and the library come with the first exchange, so a server that asks nobody pays
 * nothing; connections are kept and used again. TLS is checked (certificate and name, 1.2 at
 * least), redirects are not followed, and only http and https are spoken; whether http is allowed
 * for an address is the caller's rule. An address carries secrets: it is never part of an error or
 * a log.
 */
#ifndef KOI_CONNECT_TRANSPORT_H
#define KOI_CONNECT_TRANSPORT_H

#include "base/arena.h"
#include "base/err.h"

/* The largest reply that is read. The longest list of the documents, 10,000 rows, is about 2 MB. */
enum { TRANSPORT_REPLY_BYTES = 16 << 20 };
/* Exchanges at once, ordinary and urgent: far below where WeCom says 45033; 16 are enough for 100 a
 * second, the reserve for a rush of welcomes, each on a connection of its own. */
enum { TRANSPORT_ORDINARY = 16, TRANSPORT_RESERVE = 32 };

struct transport;

/* Allocates a few hundred bytes and nothing else. */
struct transport *transport_new(void);
/* Ends what is under way, and whatever is asked from now on, with RC_BUSY. One thread, once or
 * again. */
void transport_stop(struct transport *t);
/* When every call has returned. Accepts NULL. */
void transport_free(struct transport *t);

struct exchange {
    const char *url;
    struct str body;    /* of a POST; absent: a GET */
    const char *type;   /* of the body; NULL: application/json */
    int64_t timeout_ms; /* of the whole exchange; connecting may take 5 s of it */
    size_t most;        /* bytes of the reply; 0: TRANSPORT_REPLY_BYTES */
    /* Must not arrive twice: goes by a connection of its own, because libcurl sends a request again
     * by itself when a kept connection ends without a reply. */
    bool once;
    /* Goes in front: has TRANSPORT_RESERVE connections that others may not take. */
    bool urgent;
};

struct exchange_reply {
    int64_t status; /* of HTTP */
    struct str body;
    /* After a failure: whether the server may have got the request, so that it may have been
     * done. */
    bool sent;
};

/* One request and its reply, in the arena. Waits; any thread, holding no lock. RC_IO when there was
 * no reply (`sent` then counts), RC_LIMIT when it was too long, RC_BUSY while shutting down. */
enum rc transport_exchange(struct transport *t, const struct exchange *x, struct arena *a,
                           struct exchange_reply *out, struct err *e);

#endif

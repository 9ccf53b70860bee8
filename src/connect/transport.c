/* transport.c — a queue of exchanges, and the thread that runs them all at once.
 *
 * An exchange lives on the stack of its caller, who waits until it is `done`; the thread owns the
 * handles and touches nothing of an exchange after that. Invariant: an exchange is in the queue, in
 * the list of those under way, or done. The lock guards the queue and `done`; it is never held
 * while libcurl works. Costs about 50 µs of processor for an exchange on a kept connection.
 */
#include "connect/transport.h"

#include "base/buf.h"
#include "base/lock.h"
#include "base/must.h"
#include "connect/curl.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONNECT_MS = 5000,
    IDLE_MS = 60000, /* the thread looks up now and then, also when nobody wakes it */
    TYPE_BYTES = 160,
    CONNECTIONS = TRANSPORT_ORDINARY + TRANSPORT_RESERVE,
};

struct flight {
    const struct exchange *x;
    struct buf reply;
    CURL *handle;
    struct curl_slist *headers;
    CURLcode result;
    long status;
    bool begun, done, stopped, too_long;
    struct signal ended;
    struct flight *next;
};

struct transport {
    struct lock lock;
    struct flight *queue, **queue_end; /* waiting for the thread */
    struct flight *under_way;          /* the thread's own, as the next three */
    struct flight *held, **held_end;   /* ordinary ones that wait for others to land */
    size_t ordinary;                   /* ordinary ones under way */
    CURLM *multi;
    bool started, stopping;
    pthread_t thread;
};

struct transport *transport_new(void)
{
    struct transport *t = must(calloc(1, sizeof *t));
    lock_init(&t->lock, LOCK_LEAF);
    t->queue_end = &t->queue;
    t->held_end = &t->held;
    return t;
}

void transport_stop(struct transport *t)
{
    lock_take(&t->lock);
    bool join = t->started && !t->stopping;
    t->stopping = true;
    lock_give(&t->lock);
    if (join) {
        curl.multi_wakeup(t->multi);
        pthread_join(t->thread, NULL);
    }
}

void transport_free(struct transport *t)
{
    if (t == NULL)
        return;
    transport_stop(t);
    assert(t->queue == NULL && t->under_way == NULL);
    if (t->multi != NULL)
        curl.multi_cleanup(t->multi);
    lock_done(&t->lock);
    free(t);
}

/* ---- on the thread ---- */

static size_t receive(char *bytes, size_t size, size_t n, void *arg)
{
    struct flight *f = arg;
    buf_add(&f->reply, (struct str){bytes, size * n});
    f->too_long = f->reply.failed;
    return f->too_long ? 0 : size * n;
}

static void set_options(struct flight *f)
{
    const struct exchange *x = f->x;
    CURL *h = f->handle;
    bool plain = strncmp(x->url, "http://", 7) == 0;
    curl.easy_setopt(h, CURLOPT_URL, x->url);
    curl.easy_setopt(h, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
    curl.easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl.easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl.easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl.easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl.easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)x->timeout_ms);
    curl.easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl.easy_setopt(h, CURLOPT_USERAGENT, "koi/" KOI_VERSION);
    curl.easy_setopt(h, CURLOPT_WRITEFUNCTION, receive);
    curl.easy_setopt(h, CURLOPT_WRITEDATA, f);
    curl.easy_setopt(h, CURLOPT_PRIVATE, f);
    if (plain)
        curl.easy_setopt(h, CURLOPT_NOPROXY, "*");
    if (x->once)
        curl.easy_setopt(h, CURLOPT_FRESH_CONNECT, 1L);
    if (!str_absent(x->body)) {
        char type[TYPE_BYTES];
        snprintf(type, sizeof type, "Content-Type: %s",
                 x->type != NULL ? x->type : "application/json");
        f->headers = curl.slist_append(NULL, type);
        /* Without waiting for "100 Continue", which costs a second where it is not answered. */
        f->headers = curl.slist_append(f->headers, "Expect:");
        curl.easy_setopt(h, CURLOPT_HTTPHEADER, f->headers);
        curl.easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->body.n);
        curl.easy_setopt(h, CURLOPT_POSTFIELDS, x->body.p);
    }
}

static void land(struct transport *t, struct flight *f, CURLcode result)
{
    if (f->handle != NULL) {
        long sent = 0;
        curl.easy_getinfo(f->handle, CURLINFO_RESPONSE_CODE, &f->status);
        curl.easy_getinfo(f->handle, CURLINFO_REQUEST_SIZE, &sent);
        f->begun = sent > 0;
        curl.multi_remove_handle(t->multi, f->handle);
        curl.easy_cleanup(f->handle);
        curl.slist_free_all(f->headers);
    }
    lock_take(&t->lock);
    f->result = result;
    f->stopped = t->stopping && result != CURLE_OK;
    f->done = true;
    signal_one(&f->ended);
    lock_give(&t->lock);
}

static void launch(struct transport *t, struct flight *f)
{
    f->handle = must(curl.easy_init());
    set_options(f);
    f->next = t->under_way;
    t->under_way = f;
    t->ordinary += f->x->urgent ? 0 : 1;
    CURLMcode added = curl.multi_add_handle(t->multi, f->handle);
    assert(added == CURLM_OK);
}

static void land_finished(struct transport *t)
{
    int left;
    for (CURLMsg *m = curl.multi_info_read(t->multi, &left); m != NULL;
         m = curl.multi_info_read(t->multi, &left)) {
        struct flight *f = NULL;
        curl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &f);
        struct flight **place = &t->under_way;
        while (*place != f)
            place = &(*place)->next;
        *place = f->next;
        t->ordinary -= f->x->urgent ? 0 : 1;
        land(t, f, m->data.result);
    }
}

/* The exchanges that wait; false when the transport is to end. */
static bool take_queue(struct transport *t, struct flight **out)
{
    lock_take(&t->lock);
    *out = t->queue;
    t->queue = NULL;
    t->queue_end = &t->queue;
    bool go_on = !t->stopping;
    lock_give(&t->lock);
    return go_on;
}

static void land_all(struct transport *t, struct flight *f)
{
    while (f != NULL) {
        struct flight *next = f->next;
        land(t, f, CURLE_ABORTED_BY_CALLBACK);
        f = next;
    }
}

/* Urgent ones at once, the others in order while there is room for them. */
static void launch_all(struct transport *t, struct flight *f)
{
    while (f != NULL) {
        struct flight *next = f->next;
        f->next = NULL;
        if (f->x->urgent) {
            launch(t, f);
        } else {
            *t->held_end = f;
            t->held_end = &f->next;
        }
        f = next;
    }
    while (t->held != NULL && t->ordinary < TRANSPORT_ORDINARY) {
        f = t->held;
        t->held = f->next;
        if (t->held == NULL)
            t->held_end = &t->held;
        launch(t, f);
    }
}

static void *run(void *arg)
{
    struct transport *t = arg;
    struct flight *waiting;
    while (take_queue(t, &waiting)) {
        int running;
        launch_all(t, waiting);
        curl.multi_perform(t->multi, &running);
        land_finished(t);
        launch_all(t, NULL);
        curl.multi_poll(t->multi, NULL, 0, IDLE_MS, NULL);
    }
    land_all(t, waiting);
    land_all(t, t->held);
    land_all(t, t->under_way);
    t->held = t->under_way = NULL;
    return NULL;
}

/* ---- on the caller's thread ---- */

static enum rc enqueue(struct transport *t, struct flight *f, struct err *e)
{
    enum rc rc = curl_load(e);
    if (rc != RC_OK)
        return rc;
    lock_take(&t->lock);
    if (!t->started && !t->stopping) {
        t->multi = must(curl.multi_init());
        curl.multi_setopt(t->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS);
        t->thread = thread_start("koi-transport", run, t);
        t->started = true;
    }
    bool stopping = t->stopping;
    if (!stopping) {
        *t->queue_end = f;
        t->queue_end = &f->next;
        curl.multi_wakeup(t->multi);
        while (!f->done)
            signal_wait(&f->ended, &t->lock);
    }
    lock_give(&t->lock);
    f->stopped |= stopping;
    return f->stopped ? err_set(e, RC_BUSY, "stopping", NULL, "服务正在停止", "shutting down")
                      : RC_OK;
}

static size_t most_of(const struct exchange *x)
{
    return x->most > 0 ? x->most : TRANSPORT_REPLY_BYTES;
}

static enum rc explain(const struct flight *f, struct err *e)
{
    const char *why = curl.easy_strerror(f->result);
    if (f->too_long)
        return err_set(e, RC_LIMIT, "remote_reply_size", NULL, "对方的回答超过 %zu MB",
                       "the reply is longer than %zu MB", most_of(f->x) >> 20);
    if (f->result == CURLE_PEER_FAILED_VERIFICATION || f->result == CURLE_SSL_CONNECT_ERROR) {
        err_set(e, RC_IO, "remote_tls", NULL, "对方的 TLS 证书不可信（%s）",
                "the TLS of the other side is not trusted (%s)", why);
        err_hint(e, "检查本机时间、ca-certificates，以及中间是否有代理改写了证书",
                 "look at this machine's clock, at ca-certificates, and for a proxy in between");
    } else if (f->result == CURLE_OPERATION_TIMEDOUT) {
        err_set(e, RC_IO, "remote_timeout", NULL, "对方没有及时回答",
                "the other side did not answer in time");
        err_hint(e, "稍后再试；若一直如此，检查网络",
                 "try again; look at the network if it stays so");
    } else {
        err_set(e, RC_IO, "remote_unreachable", NULL, "连接对方失败（%s）",
                "the other side cannot be reached (%s)", why);
        err_hint(e, "检查本机的网络、DNS 与防火墙",
                 "look at this machine's network, DNS and firewall");
    }
    return RC_IO;
}

enum rc transport_exchange(struct transport *t, const struct exchange *x, struct arena *a,
                           struct exchange_reply *out, struct err *e)
{
    struct flight f = {.x = x};
    assert(x->timeout_ms > 0);
    buf_init(&f.reply, most_of(x));
    signal_init(&f.ended);
    enum rc rc = enqueue(t, &f, e);
    out->sent = f.begun;
    if (rc == RC_OK && f.result != CURLE_OK)
        rc = explain(&f, e);
    if (rc == RC_OK) {
        out->status = f.status;
        out->body = arena_str(a, buf_str(&f.reply));
    }
    signal_done(&f.ended);
    buf_done(&f.reply);
    return rc;
}

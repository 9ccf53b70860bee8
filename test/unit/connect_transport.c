/* connect_transport.c — exchanges over real sockets: replies, connections that are kept, requests
 * that must not arrive twice, ends without a reply, replies that are too long, and an end while
 * waiting. */
#include "unit.h"

#include "base/lock.h"
#include "connect/transport.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { CONNECTIONS = 64 };

/* A server that answers by the path: /well, /cut (closes), /long (too much), /silent (waits). */
static struct {
    struct lock lock;
    struct signal changed;
    int listener, port;
    pthread_t acceptor, threads[CONNECTIONS];
    int connections[CONNECTIONS];
    int accepted, cut, silent;
} server;

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, p, n, MSG_NOSIGNAL);
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static void write_long(int fd)
{
    static char piece[1 << 20];
    char head[100];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
             TRANSPORT_REPLY_BYTES + (1 << 20));
    bool well = write_all(fd, head, strlen(head));
    for (int i = 0; i <= TRANSPORT_REPLY_BYTES >> 20 && well; i++)
        well = write_all(fd, piece, sizeof piece);
}

/* Whether the connection is kept. */
static bool answer(int fd, const char *request)
{
    bool cut = strstr(request, " /cut ") != NULL;
    bool silent = strstr(request, " /silent ") != NULL;
    lock_take(&server.lock);
    server.cut += cut ? 1 : 0;
    server.silent += silent ? 1 : 0;
    signal_all(&server.changed);
    lock_give(&server.lock);
    if (strstr(request, " /long ") != NULL)
        write_long(fd);
    else if (!cut && !silent)
        return write_all(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 40);
    return silent; /* waits for the other side to go */
}

static void *serve(void *arg)
{
    int fd = *(int *)arg;
    char request[4096];
    size_t n = 0;
    bool keep = true;
    while (keep) {
        ssize_t got = recv(fd, request + n, sizeof request - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        request[n] = 0;
        char *end = strstr(request, "\r\n\r\n");
        if (end == NULL || (strncmp(request, "POST", 4) == 0 && strstr(end, "{}") == NULL))
            continue;
        n = 0;
        keep = answer(fd, request);
    }
    shutdown(fd, SHUT_RDWR);
    return NULL;
}

static void *accept_all(void *arg)
{
    (void)arg;
    for (;;) {
        int fd = accept(server.listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        assert_true(server.accepted < CONNECTIONS);
        int i = server.accepted;
        server.connections[i] = fd;
        server.threads[i] = thread_start("served", serve, &server.connections[i]);
        server.accepted = i + 1;
    }
}

static struct transport *transport;
static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    memset(&server, 0, sizeof server);
    lock_init(&server.lock, LOCK_LEAF);
    signal_init(&server.changed);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server.listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(server.listener, 16), 0);
    assert_int_equal(getsockname(server.listener, (struct sockaddr *)&at, &size), 0);
    server.port = ntohs(at.sin_port);
    server.acceptor = thread_start("acceptor", accept_all, NULL);
    arena_init(&arena, 0);
    transport = transport_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    transport_free(transport);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.acceptor, NULL);
    for (int i = 0; i < server.accepted; i++) {
        shutdown(server.connections[i], SHUT_RDWR);
        pthread_join(server.threads[i], NULL);
        close(server.connections[i]);
    }
    close(server.listener);
    arena_done(&arena);
    signal_done(&server.changed);
    lock_done(&server.lock);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

/* What others may not take is taken by the next exchange. */
static bool urgent;

static enum rc ask(const char *path, bool post, bool once, struct exchange_reply *out,
                   struct err *e)
{
    const char *url = arena_printf(&arena, "http://127.0.0.1:%d%s", server.port, path).p;
    return transport_exchange(transport,
                              &(struct exchange){.url = url,
                                                 .body = post ? STR("{}") : STR_ABSENT,
                                                 .timeout_ms = 10000,
                                                 .once = once,
                                                 .urgent = urgent},
                              &arena, out, e);
}

static void replies_come_by_kept_connections(void **state)
{
    (void)state;
    struct exchange_reply r = {0};
    for (int i = 0; i < 20; i++) {
        assert_int_equal(ask("/well", i % 2 == 1, false, &r, NULL), RC_OK);
        assert_int_equal(r.status, 200);
        assert_str(r.body, "ok");
    }
    assert_int_equal(server.accepted, 1);
}

static void what_must_not_arrive_twice_does_not(void **state)
{
    (void)state;
    struct exchange_reply r = {0};
    struct err e = ERR_INIT;
    assert_int_equal(ask("/well", true, false, &r, &e), RC_OK);
    assert_int_equal(ask("/cut", true, true, &r, &e), RC_IO);
    assert_string_equal(e.code, "remote_unreachable");
    assert_true(r.sent);
    assert_int_equal(server.cut, 1);
    /* The same by the kept connection is sent again by libcurl: that is what `once` is for. */
    assert_int_equal(ask("/cut", true, false, &r, &e), RC_IO);
    assert_true(r.sent && server.cut > 2);
}

static void nobody_there_was_sent_nothing(void **state)
{
    (void)state;
    struct exchange_reply r = {.sent = true};
    struct err e = ERR_INIT;
    /* A port that is bound and not listened on. */
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    const char *url = arena_printf(&arena, "http://127.0.0.1:%d/SECRET", ntohs(at.sin_port)).p;
    assert_int_equal(transport_exchange(transport,
                                        &(struct exchange){.url = url, .timeout_ms = 5000}, &arena,
                                        &r, &e),
                     RC_IO);
    assert_false(r.sent);
    assert_null(strstr(e.en, "SECRET"));
    assert_null(strstr(e.en, "127.0.0.1"));
    close(fd);
}

static void a_reply_has_a_ceiling(void **state)
{
    (void)state;
    struct exchange_reply r = {0};
    struct err e = ERR_INIT;
    assert_int_equal(ask("/long", false, false, &r, &e), RC_LIMIT);
    assert_string_equal(e.code, "remote_reply_size");
    assert_int_equal(ask("/well", false, false, &r, &e), RC_OK);
}

static void *wait_in_vain(void *arg)
{
    struct exchange_reply r = {0};
    struct arena own; /* several wait at once */
    char url[60];
    arena_init(&own, 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/silent", server.port);
    const struct exchange x = {.url = url, .body = STR_ABSENT, .timeout_ms = 10000};
    *(enum rc *)arg = transport_exchange(transport, &x, &own, &r, NULL);
    arena_done(&own);
    return NULL;
}

/* As many as there may be hang, and one more; what is urgent goes all the same. */
static void urgent_exchanges_have_a_reserve(void **state)
{
    enum { HANGING = TRANSPORT_ORDINARY + 1 };
    (void)state;
    enum rc rcs[HANGING] = {RC_OK};
    pthread_t waiters[HANGING];
    struct exchange_reply r = {0};
    for (int i = 0; i < HANGING; i++)
        waiters[i] = thread_start("waiter", wait_in_vain, &rcs[i]);
    lock_take(&server.lock);
    while (server.silent < TRANSPORT_ORDINARY)
        signal_wait(&server.changed, &server.lock);
    lock_give(&server.lock);
    urgent = true;
    enum rc rc = ask("/well", true, true, &r, NULL);
    urgent = false;
    assert_int_equal(rc, RC_OK);
    lock_take(&server.lock);
    int silent = server.silent;
    lock_give(&server.lock);
    assert_int_equal(silent, TRANSPORT_ORDINARY);
    transport_stop(transport);
    for (int i = 0; i < HANGING; i++) {
        pthread_join(waiters[i], NULL);
        assert_int_equal(rcs[i], RC_BUSY);
    }
}

static void an_end_ends_what_waits(void **state)
{
    (void)state;
    enum rc rc = RC_OK;
    struct exchange_reply r = {0};
    pthread_t waiter = thread_start("waiter", wait_in_vain, &rc);
    lock_take(&server.lock);
    while (server.silent == 0)
        signal_wait(&server.changed, &server.lock);
    lock_give(&server.lock);
    transport_stop(transport);
    pthread_join(waiter, NULL);
    assert_int_equal(rc, RC_BUSY);
    assert_int_equal(ask("/well", false, false, &r, NULL), RC_BUSY);
    transport_stop(transport);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(replies_come_by_kept_connections), TEST(what_must_not_arrive_twice_does_not),
        TEST(nobody_there_was_sent_nothing),    TEST(a_reply_has_a_ceiling),
        TEST(urgent_exchanges_have_a_reserve),  TEST(an_end_ends_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Locks with their witness, conditions, the clock that tests drive, and log lines of many threads.
 */
#define KOI_DEBUG_CHECKS 1
#undef KOI_TEST_CLOCK
#define KOI_TEST_CLOCK 1
#include "unit.h"

#include "base/clock.c"
#include "base/lock.c"

#include "base/json.h"
#include "base/log.h"
#include "base/share.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct lock low, high;
static struct signal change;
static int shared;

static void descending(void *arg)
{
    (void)arg;
    lock_take(&high);
    lock_take(&low);
}

static void same_rank(void *arg)
{
    struct lock other;
    (void)arg;
    lock_init(&other, LOCK_LEAF);
    lock_take(&high);
    lock_take(&other);
}

static void give_unheld(void *arg)
{
    lock_give(arg);
}

static void assert_unheld(void *arg)
{
    lock_assert_held(arg);
}

static void *assert_low_held(void *arg)
{
    lock_assert_held(&low);
    return arg;
}

static void assert_held_by_another(void *arg)
{
    lock_take(&low);
    pthread_join(thread_start("other", assert_low_held, arg), NULL);
}

static void wait_above(void *arg)
{
    (void)arg;
    lock_take(&low);
    lock_take(&high);
    signal_wait_for(&change, &low, 0); /* would take `low` again while holding `high` */
}

static void witness(void **state)
{
    (void)state;
    lock_init(&low, LOCK_JOB);
    lock_init(&high, LOCK_LEAF);
    signal_init(&change);
    for (int i = 0; i < 2; i++) {
        lock_take(&low);
        lock_take(&high);
        lock_assert_held(&low);
        lock_give(&low); /* giving in any order is fine */
        lock_give(&high);
    }
    assert_true(unit_aborts(descending, NULL));
    assert_true(unit_aborts(same_rank, NULL));
    assert_true(unit_aborts(give_unheld, &low));
    assert_true(unit_aborts(assert_unheld, &low));
    assert_true(unit_aborts(assert_held_by_another, NULL));
    assert_true(unit_aborts(wait_above, NULL));
}

static void *count(void *arg)
{
    for (int i = 0; i < *(int *)arg; i++) {
        lock_take(&low);
        shared++;
        lock_give(&low);
    }
    lock_take(&low);
    signal_all(&change);
    lock_give(&low);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return sigismember(&mask, SIGTERM) ? &shared : NULL;
}

static void threads_and_signals(void **state)
{
    (void)state;
    int n = 20000;
    pthread_t a = thread_start("koi-a", count, &n), b = thread_start("koi-b", count, &n);
    lock_take(&low);
    while (shared < 2 * n)
        signal_wait(&change, &low);
    lock_assert_held(&low);
    int64_t from_us = clock_mono_us();
    assert_false(signal_wait_for(&change, &low, 2000) && clock_mono_us() - from_us >= 2000);
    while (signal_wait_for(&change, &low, 1000))
        continue;
    lock_give(&low);
    void *result = NULL;
    assert_int_equal(pthread_join(a, &result), 0);
    assert_ptr_equal(result, &shared);
    pthread_join(b, NULL);
    assert_int_equal(shared, 2 * n);
    signal_done(&change);
    lock_done(&low);
    lock_done(&high);
    lock_done(NULL);
}

static void clock_is_driven(void **state)
{
    (void)state;
    assert_true(clock_now_us() > INT64_C(1500000000000000));
    clock_set_us(5000001);
    assert_int_equal(clock_now_us(), 5000001);
    assert_int_equal(clock_now_s(), 5);
    clock_set_us(-1);
    assert_true(clock_now_s() > 1500000000);

    char path[] = "/tmp/koi-clock-XXXXXX";
    int fd = mkstemp(path);
    int64_t now_us = 42;
    setenv("KOI_TEST_CLOCK", path, 1);
    assert_false(clock_init()); /* empty: reading it would be a SIGBUS */
    assert_int_equal(pwrite(fd, &now_us, sizeof now_us, 0), sizeof now_us);
    assert_true(clock_init());
    assert_int_equal(clock_now_us(), 42);
    now_us = 43000000;
    assert_int_equal(pwrite(fd, &now_us, sizeof now_us, 0), sizeof now_us);
    assert_int_equal(clock_now_s(), 43);
    unlink(path);
    setenv("KOI_TEST_CLOCK", "/nonexistent/clock", 1);
    assert_false(clock_init());
    unsetenv("KOI_TEST_CLOCK");
    assert_true(clock_init());
    close(fd);
    int64_t before = clock_mono_us();
    assert_true(clock_mono_us() >= before);
}

/* Runs `work` with standard error going into `text`; how much it wrote. */
static size_t captured(void (*work)(void), char *text, size_t size)
{
    char path[] = "/tmp/koi-log-XXXXXX";
    int file = mkstemp(path), saved = dup(STDERR_FILENO);
    unlink(path);
    assert_true(file >= 0 && dup2(file, STDERR_FILENO) >= 0);
    work();
    dup2(saved, STDERR_FILENO);
    close(saved);
    ssize_t n = pread(file, text, size - 1, 0);
    close(file);
    assert_true(n >= 0);
    text[n] = '\0';
    return (size_t)n;
}

static void some_lines(void)
{
    log_line(LOG_DEBUG, "hidden", "");
    log_line(LOG_INFO, "start", "");
    log_line(LOG_WARN, "job", "\"rows\":%d,\"id\":\"%s\"", 5, "7");
    log_line(LOG_ERROR, "long", "\"x\":\"%03000d\"", 1);
    log_set_level(LOG_ERROR);
    log_line(LOG_WARN, "hidden", "");
    log_set_level(LOG_INFO);
}

static void lines_are_json(void **state)
{
    (void)state;
    static char text[20000];
    clock_set_us(INT64_C(1795221000123456));
    captured(some_lines, text, sizeof text);
    clock_set_us(-1);
    assert_string_equal(
        text, "{\"time\":\"2026-11-21T00:30:00.123Z\",\"level\":\"info\",\"event\":\"start\"}\n"
              "{\"time\":\"2026-11-21T00:30:00.123Z\",\"level\":\"warn\",\"event\":\"job\","
              "\"rows\":5,\"id\":\"7\"}\n"
              "{\"time\":\"2026-11-21T00:30:00.123Z\",\"level\":\"error\",\"event\":\"long\","
              "\"truncated\":true}\n");
    enum log_level level;
    assert_true(log_level_from(STR("warn"), &level) && level == LOG_WARN);
    assert_false(log_level_from(STR("loud"), &level));
}

/* A pipe that nobody reads takes some lines, and the others are told of afterwards. */
static void nobody_reads(void **state)
{
    (void)state;
    enum { LINES = 2000 };
    int ends[2], saved = dup(STDERR_FILENO);
    static char text[1 << 20];
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0); /* writing would wait */
    dup2(ends[1], STDERR_FILENO);
    for (int i = 0; i < LINES; i++)
        log_line(LOG_INFO, "unread", "\"n\":%d", i);
    ssize_t held = read(ends[0], text, sizeof text);
    log_line(LOG_INFO, "read", "");
    ssize_t more = read(ends[0], text + held, sizeof text - (size_t)held - 1);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[0]);
    close(ends[1]);
    assert_true(held > 4096 && more > 0);
    text[held + more] = '\0';
    int lines = 0;
    for (const char *at = text; (at = strstr(at, "\"unread\"")) != NULL; at++)
        lines++;
    const char *lost = strstr(text, "\"event\":\"log_lost\",\"lines\":");
    assert_non_null(lost);
    assert_int_equal(strtol(strstr(lost, "lines\":") + 7, NULL, 10), LINES - lines);
    assert_non_null(strstr(lost, "\"event\":\"read\""));
}

static void *log_much(void *arg)
{
    for (int i = 0; i < 300; i++)
        log_line(LOG_INFO, "thread", "\"fill\":\"%0*d\"", 100, i);
    return arg;
}

static void many_threads(void)
{
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        t[i] = thread_start("log", log_much, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
}

static void lines_do_not_mix(void **state)
{
    (void)state;
    static char text[1 << 20];
    struct str rest = {text, captured(many_threads, text, sizeof text)}, line;
    struct arena a;
    arena_init(&a, 0);
    int n = 0;
    while (str_cut(&rest, '\n', &line) && line.n > 0) {
        const struct json_value *v;
        assert_int_equal(json_parse(&a, line, &v, NULL), RC_OK);
        n++;
    }
    assert_int_equal(n, 1200);
    arena_done(&a);
}

/* ---- loops shared out ---- */

enum { ROUNDS = 3000, LOOPS = 200, CALLERS = 4 };

struct loop {
    atomic_int times[ROUNDS];
    atomic_int all;
};

static void round_of(void *arg, size_t i)
{
    struct loop *loop = arg;
    atomic_fetch_add(&loop->times[i], 1);
    atomic_fetch_add(&loop->all, 1);
}

static void *share_again_and_again(void *arg)
{
    static _Thread_local struct loop loop;
    (void)arg;
    for (int k = 0; k < LOOPS; k++) {
        size_t n = (size_t)k * 17 % ROUNDS;
        memset(&loop, 0, sizeof loop);
        if (k % 3 == 0)
            share_soon(); /* and now and then no loop comes */
        if (k % 9 == 0)
            continue;
        share_rounds(n, round_of, &loop);
        bool each = atomic_load(&loop.all) == (int)n;
        for (size_t i = 0; i < n; i++)
            each = each && atomic_load(&loop.times[i]) == 1;
        if (!each)
            abort();
    }
    return NULL;
}

/* Each round once, and all before the caller is back, also when several share at once. */
static void rounds_are_shared(void **state)
{
    (void)state;
    pthread_t callers[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        callers[i] = thread_start("sharing", share_again_and_again, NULL);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(callers[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(witness),           cmocka_unit_test(threads_and_signals),
        cmocka_unit_test(clock_is_driven),   cmocka_unit_test(lines_are_json),
        cmocka_unit_test(nobody_reads),      cmocka_unit_test(lines_do_not_mix),
        cmocka_unit_test(rounds_are_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

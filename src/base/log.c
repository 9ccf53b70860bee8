/* log.c — one JSON object a line on standard error.
 *
 * A line is built on the stack and leaves with one write(2), so lines of threads never mix and a
 * crash loses nothing that was logged. The level is one atomic word; a line below it costs a load.
 * A line past 2 KB keeps its time, level and event and says "truncated":true instead of its fields:
 * what is on standard error is always JSON. A failing write is ignored: there is nobody to tell.
 *
 * When nobody reads (a pipe that is full), a line waits for PATIENCE_MS at most, and the next ones
 * not at all: they are counted and lost, and told of once somebody reads again. The program never
 * stands still for its log.
 */
#include "base/log.h"
#include "base/calendar.h"
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 2048, PATIENCE_MS = 100 };

static const struct str NAMES[] = {
    [LOG_DEBUG] = {"debug", 5},
    [LOG_INFO] = {"info", 4},
    [LOG_WARN] = {"warn", 4},
    [LOG_ERROR] = {"error", 5},
};

static _Atomic int lowest = LOG_INFO;

void log_set_level(enum log_level level)
{
    assert(level >= LOG_DEBUG && level <= LOG_ERROR);
    atomic_store_explicit(&lowest, (int)level, memory_order_relaxed);
}

bool log_level_from(struct str name, enum log_level *out)
{
    assert(out != NULL);
    for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
        if (str_eq(name, NAMES[i])) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* {"time":"2026-11-21T00:30:00.123Z","level":"info","event":"start" */
static size_t write_head(char line[static LINE_BYTES], enum log_level level, const char *event)
{
    char time[21];
    int64_t now_us = clock_now_us();
    calendar_format_rfc3339(now_us / 1000000, time);
    int n =
        snprintf(line, LINE_BYTES, "{\"time\":\"%.19s.%03dZ\",\"level\":\"%s\",\"event\":\"%s\"",
                 time, (int)(now_us / 1000 % 1000), NAMES[level].p, event);
    assert(n > 0 && n < LINE_BYTES / 2);
    return (size_t)n;
}

/* Nothing is called under it that takes a lock, so it has no rank. */
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;
static int64_t lost; /* lines since somebody read last */

/* Whether a line can be written without waiting for a reader. */
static bool can_write(void)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    int n;
    do
        n = poll(&p, 1, lost > 0 ? 0 : PATIENCE_MS);
    while (n < 0 && errno == EINTR);
    return n != 0; /* an error shows in write() */
}

static void write_all(const char *p, size_t n)
{
    while (write(STDERR_FILENO, p, n) < 0 && errno == EINTR)
        continue;
}

static void tell_lost(void)
{
    char line[LINE_BYTES];
    size_t n = write_head(line, LOG_WARN, "log_lost");
    n += (size_t)snprintf(line + n, sizeof line - n, ",\"lines\":%" PRId64 "}\n", lost);
    write_all(line, n);
    lost = 0;
}

static void write_line(const char *p, size_t n)
{
    int before = errno;
    pthread_mutex_lock(&writing);
    bool ready = can_write();
    if (ready && lost > 0) {
        tell_lost();
        ready = can_write();
    }
    if (ready)
        write_all(p, n);
    else
        lost++;
    pthread_mutex_unlock(&writing);
    errno = before;
}

void log_line(enum log_level level, const char *event, const char *fields, ...)
{
    assert(level >= LOG_DEBUG && level <= LOG_ERROR);
    assert(event != NULL && fields != NULL && strpbrk(event, "\"\\\n") == NULL);
    if ((int)level < atomic_load_explicit(&lowest, memory_order_relaxed))
        return;
    char line[LINE_BYTES];
    size_t n = write_head(line, level, event), head = n;
    if (fields[0] != '\0') {
        line[n++] = ',';
        size_t room = sizeof line - n - 2; /* for "}\n" */
        va_list args;
        va_start(args, fields);
        int more = vsnprintf(line + n, room, fields, args);
        va_end(args);
        if (more >= 0 && (size_t)more < room)
            n += (size_t)more;
        else
            n = head + (size_t)snprintf(line + head, sizeof line - head, ",\"truncated\":true");
    }
    assert(n + 2 <= sizeof line);
    line[n++] = '}';
    line[n++] = '\n';
    write_line(line, n);
}

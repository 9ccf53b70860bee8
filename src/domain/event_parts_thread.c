/* event_parts_thread.c — the thread behind event_parts.h.
 *
 * It looks at the writer's counters once a second and asks the database nothing while they stand
 * still. A run that fails is tried again in a minute.
 */
#include "domain/event_parts.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/must.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LOOK_US = 1000000, FAILED_US = 60000000 };

struct event_parts_thread {
    struct app *app;
    pthread_t thread;
    struct lock lock;
    struct signal wake;
    bool stop;
};

static bool is_stopping(void *arg)
{
    struct event_parts_thread *t = arg;
    lock_take(&t->lock);
    bool stop = t->stop;
    lock_give(&t->lock);
    return stop;
}

/* False when it is to end. */
static bool wait_for(struct event_parts_thread *t, int64_t wait_us)
{
    int64_t until_us = clock_mono_us() + wait_us;
    lock_take(&t->lock);
    for (int64_t left = wait_us; !t->stop && left > 0; left = until_us - clock_mono_us())
        signal_wait_for(&t->wake, &t->lock, left);
    bool stop = t->stop;
    lock_give(&t->lock);
    return !stop;
}

static enum rc build(struct event_parts_thread *t)
{
    struct err e = ERR_INIT;
    struct event_parts parts = {
        .db = t->app->db,
        .writer = t->app->writer,
        .bounds = EVENT_PARTS_BOUNDS,
        .stopping = is_stopping,
        .arg = t,
    };
    int64_t began_us = clock_mono_us();
    enum rc rc = event_parts_run(&parts, &e);
    if (rc != RC_OK)
        log_line(LOG_ERROR, "event_parts", "\"code\":\"%s\"", e.code);
    else if (parts.added + parts.merged + parts.dropped > 0)
        log_line(LOG_DEBUG, "event_parts",
                 "\"added\":%" PRId64 ",\"merged\":%" PRId64 ",\"dropped\":%" PRId64
                 ",\"took_us\":%" PRId64,
                 parts.added, parts.merged, parts.dropped, clock_mono_us() - began_us);
    return rc;
}

static void *run(void *arg)
{
    struct event_parts_thread *t = arg;
    int64_t seen = -1, wait_us = LOOK_US;
    do {
        int64_t groups = writer_stats(t->app->writer).groups;
        enum rc rc = groups != seen ? build(t) : RC_OK;
        seen = rc == RC_OK ? groups : -1;
        wait_us = rc == RC_OK ? LOOK_US : FAILED_US;
    } while (wait_for(t, wait_us));
    return NULL;
}

struct event_parts_thread *event_parts_start(struct app *app)
{
    struct event_parts_thread *t = must(calloc(1, sizeof *t));
    t->app = app;
    lock_init(&t->lock, LOCK_LEAF);
    signal_init(&t->wake);
    t->thread = thread_start("event-parts", run, t);
    return t;
}

void event_parts_stop(struct event_parts_thread *t)
{
    if (t == NULL)
        return;
    lock_take(&t->lock);
    t->stop = true;
    signal_all(&t->wake);
    lock_give(&t->lock);
    pthread_join(t->thread, NULL);
    signal_done(&t->wake);
    lock_done(&t->lock);
    free(t);
}

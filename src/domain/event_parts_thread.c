/* event_parts_thread.c — the thread behind event_parts.h.
 *
 * It looks at the writer's counters once a second and asks the database nothing while they stand
 * still. A run that fails is tried again in a minute.
 */
#include "domain/event_parts.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "base/periodic.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LOOK_US = 1000000, FAILED_US = 60000000 };

struct event_parts_thread {
    struct app *app;
    struct periodic periodic;
};

static enum rc build(struct event_parts_thread *t)
{
    struct err e = ERR_INIT;
    struct event_parts parts = {
        .db = t->app->db,
        .writer = t->app->writer,
        .bounds = EVENT_PARTS_BOUNDS,
        .stopping = periodic_stopping,
        .arg = &t->periodic,
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
    } while (periodic_wait(&t->periodic, wait_us));
    return NULL;
}

struct event_parts_thread *event_parts_start(struct app *app)
{
    struct event_parts_thread *t = must(calloc(1, sizeof *t));
    t->app = app;
    periodic_start(&t->periodic, "event-parts", run, t);
    return t;
}

void event_parts_stop(struct event_parts_thread *t)
{
    if (t == NULL)
        return;
    periodic_stop(&t->periodic);
    free(t);
}

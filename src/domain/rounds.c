/* rounds.c — one thread around two functions.
 *
 * A round that took something is followed by the next at once; one that failed, or found nothing,
 * by a wait. Between rounds the thread holds nothing, so it may be ended at any of them, and a kill
 * costs what the round under way has not committed. Costs a question of the database a second.
 */
#include "domain/rounds.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "base/periodic.h"

#include <stdlib.h>

enum { POLL_US = 1000000 };
static const int64_t TIDY_US = 3600 * INT64_C(1000000);

struct rounds {
    struct periodic thread;
    struct app *app;
    const struct rounds_of *of;
    const void *arg;
    int64_t tidied_us;
};

/* Somebody else's turn is no failure. */
static void say(const char *what, enum rc rc, const struct err *e)
{
    if (rc != RC_OK && rc != RC_BUSY)
        log_line(LOG_ERROR, what, "\"code\":\"%s\"", e->code);
}

static void tidy_now_and_then(struct rounds *r)
{
    struct err e = ERR_INIT;
    if (r->tidied_us != 0 && clock_mono_us() - r->tidied_us < TIDY_US)
        return;
    r->tidied_us = clock_mono_us();
    say(r->of->tidy, r->of->purge(r->app, clock_now_us(), &e), &e);
}

static void *run(void *arg)
{
    struct rounds *r = arg;
    bool more = true;
    while (periodic_wait(&r->thread, more ? 0 : POLL_US)) {
        struct err e = ERR_INIT;
        int64_t taken = 0;
        enum rc rc = r->of->run(r->app, r->arg, clock_now_us(), &taken, &e);
        say(r->of->work, rc, &e);
        more = rc == RC_OK && taken > 0;
        tidy_now_and_then(r);
    }
    return NULL;
}

struct rounds *rounds_start(struct app *app, const struct rounds_of *of, const void *arg)
{
    struct rounds *r = must(calloc(1, sizeof *r));
    r->app = app;
    r->of = of;
    r->arg = arg;
    periodic_start(&r->thread, of->thread, run, r);
    return r;
}

void rounds_stop(struct rounds *r)
{
    if (r == NULL)
        return;
    periodic_stop(&r->thread);
    free(r);
}

void rounds_wake(struct rounds *r)
{
    if (r != NULL)
        periodic_wake(&r->thread);
}

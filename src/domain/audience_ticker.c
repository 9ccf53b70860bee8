/* audience_ticker.c — the thread behind audience_tick.h.
 *
 * It waits audience_seconds after the end of a tick, however long that took, so ticks never pile
 * up. The first one comes that long after the start, and none while there is no snapshot: whoever
 * moves meanwhile moves in the next one. A tick that was cut short goes on from what is stored.
 */
#include "domain/audience_tick.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/periodic.h"
#include "mirror/mirror.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    CATCH_UP_US = 1000000,
    PAUSE_S = 60, /* while audience_seconds is 0 */
    EXPIRE_US = 3600 * 1000000LL,
    DAY_S = 86400,
    SIZE_DAYS = 400, /* a year and a month, so that a month can be held against last year's */
};

struct audience_ticker {
    struct app *app;
    struct periodic periodic;
    int64_t after_id; /* where the last tick ended early */
    int64_t expired_us;
};

/* A snapshot with all that is committed, or what there is after a second: what is not in it yet
 * moves people in the next tick. */
static struct snapshot *newest(struct app *app)
{
    struct tx *tx;
    int64_t seq = 0;
    if (app->mirror == NULL || db_read_begin(app->db, &tx, NULL) != RC_OK)
        return NULL;
    enum rc rc = tx_last_seq(tx, &seq, NULL);
    db_read_end(tx);
    return rc == RC_OK ? mirror_snapshot_at(app->mirror, seq, CATCH_UP_US) : NULL;
}

static void tell(const char *what, enum rc rc, const struct err *e)
{
    if (rc != RC_OK)
        log_line(LOG_ERROR, what, "\"code\":\"%s\"", e->code);
}

static void tick(struct audience_ticker *t)
{
    struct err e = ERR_INIT;
    struct snapshot *s = newest(t->app);
    if (s == NULL)
        return;
    struct audience_tick now = {
        .now_s = clock_now_s(),
        .after_id = t->after_id,
        .stopping = periodic_stopping,
        .arg = &t->periodic,
    };
    int64_t began_us = clock_mono_us();
    tell("audience_tick", audience_tick_run(t->app->db, t->app->writer, s, &now, &e), &e);
    t->after_id = now.after_id;
    snapshot_drop(s);
    log_line(LOG_DEBUG, "audience_ticked",
             "\"audiences\":%" PRId64 ",\"entered\":%" PRId64 ",\"left\":%" PRId64
             ",\"gone\":%" PRId64 ",\"took_us\":%" PRId64,
             now.asked, now.entered, now.left, now.gone, clock_mono_us() - began_us);
}

static void expire(struct audience_ticker *t)
{
    struct err e = ERR_INIT;
    int64_t now_s = clock_now_s(), days = config_int(t->app->config, "audience_days");
    if (t->expired_us != 0 && clock_mono_us() - t->expired_us < EXPIRE_US)
        return;
    t->expired_us = clock_mono_us();
    tell("audience_expire",
         audience_tick_expire(t->app->writer, now_s - days * DAY_S, now_s - SIZE_DAYS * DAY_S, &e),
         &e);
}

static void *run(void *arg)
{
    struct audience_ticker *t = arg;
    for (;;) {
        int64_t every_s = config_int(t->app->config, "audience_seconds");
        if (!periodic_wait(&t->periodic, (every_s > 0 ? every_s : PAUSE_S) * 1000000))
            return NULL;
        if (every_s > 0)
            tick(t);
        if (!periodic_stopping(&t->periodic))
            expire(t);
    }
}

struct audience_ticker *audience_ticker_start(struct app *app)
{
    struct audience_ticker *t = calloc(1, sizeof *t);
    if (t == NULL)
        abort();
    t->app = app;
    periodic_start(&t->periodic, "audiences", run, t);
    return t;
}

void audience_ticker_stop(struct audience_ticker *t)
{
    if (t == NULL)
        return;
    periodic_stop(&t->periodic);
    free(t);
}

/* schedule.c — see schedule.h. The database says what was run and when, so nothing else is kept: a
 * look compares that with the last hour that was due. Two servers on one database may both start a
 * job at the same second; the second run finds nothing to move.
 */
#include "domain/schedule.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/must.h"
#include "base/periodic.h"
#include "domain/job.h"
#include "domain/wecom_order.h"
#include "store/job.h"
#include "store/rfm.h"
#include "store/tier.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { LOOK_US = 60 * 1000000, JOBS_A_READ = 100, DETAIL_ROOM = 4096 };

/* ---- when ---- */

static int64_t at_hour(int32_t day, int hour)
{
    struct civil c = {.hour = hour};
    calendar_civil_from_day(day, &c.year, &c.month, &c.day);
    return calendar_instant_s(&c);
}

static bool is_day(int32_t day, int weekday)
{
    return weekday == 0 || calendar_weekday(day) == weekday;
}

int64_t schedule_last_s(int64_t now_s, int hour, int weekday)
{
    assert(hour >= 0 && hour < 24 && weekday >= 0 && weekday <= 7);
    int32_t day = calendar_day_of(now_s);
    while (!is_day(day, weekday) || at_hour(day, hour) > now_s)
        day--;
    return at_hour(day, hour);
}

int64_t schedule_next_s(int64_t now_s, int hour, int weekday)
{
    int32_t day = calendar_day_of(now_s);
    while (!is_day(day, weekday) || at_hour(day, hour) <= now_s)
        day++;
    return at_hour(day, hour);
}

static int hour_of(const struct app *app)
{
    return (int)config_int(app->config, "model_hour");
}

static int sync_hour_of(const struct app *app)
{
    return (int)config_int(app->config, "wecom_sync_hour");
}

static int statistics_hour_of(const struct app *app)
{
    return (int)config_int(app->config, "wecom_statistics_hour");
}

static int weekday_of(const struct app *app)
{
    return (int)config_int(app->config, "clv_weekday");
}

int64_t schedule_tiers_s(const struct app *app, int64_t now_s)
{
    return hour_of(app) < 0 ? DB_NULL : schedule_next_s(now_s, hour_of(app), 0);
}

int64_t schedule_clv_s(const struct app *app, int64_t now_s)
{
    bool never = hour_of(app) < 0 || weekday_of(app) == 0;
    return never ? DB_NULL : schedule_next_s(now_s, hour_of(app), weekday_of(app));
}

/* ---- what ---- */

struct look {
    struct app *app;
    int64_t now_s;
    int64_t started;
};

/* Whether a job of the kind, of this model (0: any), was ordered since then. */
static enum rc ordered_since(struct tx *tx, const char *kind, int64_t model_id, int64_t since_s,
                             bool *out, struct err *e)
{
    int64_t before = INT64_MAX;
    *out = false;
    for (;;) {
        struct job_row *jobs = NULL;
        size_t n = 0;
        enum rc rc = job_row_list(tx, before, 0, STR(""), JOBS_A_READ, &jobs, &n, e);
        for (size_t i = 0; rc == RC_OK && i < n; i++) {
            const struct json_value *d;
            if (jobs[i].created_us / 1000000 < since_s)
                return RC_OK;
            before = jobs[i].id;
            if (str_eq(jobs[i].kind, str_from(kind)) &&
                (model_id == 0 || (json_parse(tx_arena(tx), jobs[i].detail, &d, NULL) == RC_OK &&
                                   str_eq(json_str_or(json_get(d, "model_id"), STR("")),
                                          arena_printf(tx_arena(tx), "%" PRId64, model_id))))) {
                *out = true;
                return RC_OK;
            }
        }
        if (rc != RC_OK || n < JOBS_A_READ)
            return rc;
    }
}

static enum rc start(struct look *l, struct tx *tx, const char *kind, struct str title,
                     struct str detail, struct err *e)
{
    struct job_order order = {
        .kind = kind, .title = title, .detail = detail, .unit = "customers", .total = -1};
    int64_t id;
    enum rc rc = job_add(l->app, tx, &order, &id, e);
    l->started += rc == RC_OK;
    return rc;
}

static enum rc look_at_tiers(struct look *l, struct tx *tx, struct err *e)
{
    struct tier_model *models = NULL;
    size_t n = 0;
    if (hour_of(l->app) < 0)
        return RC_OK;
    int64_t due_s = schedule_last_s(l->now_s, hour_of(l->app), 0);
    enum rc rc = tier_models_only(tx, &models, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct tier_model *m = &models[i];
        bool ordered = false;
        if (!m->enabled || m->run_s == DB_NULL || m->run_s >= due_s)
            continue;
        rc = ordered_since(tx, "tier", m->id, due_s, &ordered, e);
        if (rc == RC_OK && !ordered)
            rc = start(l, tx, "tier",
                       arena_printf(tx_arena(tx), "分层计算：" STR_FMT, STR_ARG(m->name)),
                       arena_printf(tx_arena(tx), "{\"model_id\":\"%" PRId64 "\"}", m->id), e);
    }
    return rc;
}

/* The order of a fit like the one that has this report. */
static struct str fit_like(struct arena *a, const struct json_value *report)
{
    struct buf b;
    buf_init(&b, DETAIL_ROOM);
    struct json j = json_to(&b);
    struct str since = json_str_or(json_get(report, "since"), STR_ABSENT);
    int64_t since_s;
    json_open_object(&j, NULL);
    json_put_value(&j, "model", json_get(report, "model"));
    json_put_value(&j, "weeks", json_get(report, "weeks"));
    json_put_value(&j, "discount_percent", json_get(report, "discount_percent"));
    if (!str_absent(since) && calendar_parse(since, &since_s))
        json_put_int(&j, "since", calendar_day_of(since_s));
    json_put_bool(&j, "accept", json_bool_or(json_get(report, "accepted"), false));
    json_close_object(&j);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static enum rc look_at_clv(struct look *l, struct tx *tx, struct err *e)
{
    struct score_fit fit;
    const struct json_value *report;
    bool ordered = false;
    if (hour_of(l->app) < 0 || weekday_of(l->app) == 0)
        return RC_OK;
    int64_t due_s = schedule_last_s(l->now_s, hour_of(l->app), weekday_of(l->app));
    enum rc rc = score_fit_last(tx, "clv", &fit, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK && fit.at_s >= due_s)
        return RC_OK;
    if (rc == RC_OK)
        rc = json_parse(tx_arena(tx), fit.detail, &report, e);
    if (rc == RC_OK)
        rc = ordered_since(tx, "clv", 0, due_s, &ordered, e);
    return rc == RC_OK && !ordered
               ? start(l, tx, "clv", STR("生命周期价值"), fit_like(tx_arena(tx), report), e)
               : rc;
}

/* A job of WeCom's for the night at an hour (below 0: never). One that still runs from the day
 * before is enough. */
static enum rc look_at_night(struct look *l, struct tx *tx, const char *kind, int hour,
                             enum rc (*order_it)(const struct app *app, struct tx *tx,
                                                 int64_t account_id, struct job_order *out,
                                                 struct err *e),
                             struct err *e)
{
    struct job_order order;
    bool ordered = false;
    int64_t id;
    if (hour < 0 || !wecom_order_is_set(l->app))
        return RC_OK;
    enum rc rc = ordered_since(tx, kind, 0, schedule_last_s(l->now_s, hour, 0), &ordered, e);
    if (rc != RC_OK || ordered)
        return rc;
    rc = order_it(l->app, tx, 0, &order, e);
    if (rc == RC_CONFLICT)
        return RC_OK;
    if (rc == RC_OK)
        rc = job_add(l->app, tx, &order, &id, e);
    l->started += rc == RC_OK;
    return rc;
}

static enum rc look(struct tx *tx, void *arg, struct err *e)
{
    struct look *l = arg;
    l->started = 0;
    enum rc rc = look_at_tiers(l, tx, e);
    if (rc == RC_OK)
        rc = look_at_clv(l, tx, e);
    if (rc == RC_OK)
        rc = look_at_night(l, tx, "wecom_sync", sync_hour_of(l->app), wecom_order, e);
    return rc == RC_OK ? look_at_night(l, tx, "wecom_statistics", statistics_hour_of(l->app),
                                       wecom_order_statistics, e)
                       : rc;
}

enum rc schedule_run(struct app *app, int64_t now_s, int64_t *out_started, struct err *e)
{
    struct look l = {.app = app, .now_s = now_s};
    enum rc rc = writer_run(app->writer, look, &l, e);
    if (rc == RC_OK)
        *out_started = l.started;
    return rc;
}

/* ---- the thread ---- */

struct schedule {
    struct app *app;
    struct periodic periodic;
    int64_t done_s; /* the last hour for which a look has been taken */
};

/* The last hour at which anything was due. */
static int64_t last_hour(const struct app *app, int64_t now_s)
{
    int64_t models_s = hour_of(app) < 0 ? INT64_MIN : schedule_last_s(now_s, hour_of(app), 0);
    int64_t sync_s =
        sync_hour_of(app) < 0 ? INT64_MIN : schedule_last_s(now_s, sync_hour_of(app), 0);
    int hour = statistics_hour_of(app);
    int64_t statistics_s = hour < 0 ? INT64_MIN : schedule_last_s(now_s, hour, 0);
    int64_t last_s = models_s > sync_s ? models_s : sync_s;
    return last_s > statistics_s ? last_s : statistics_s;
}

static void *run(void *arg)
{
    struct schedule *s = arg;
    while (periodic_wait(&s->periodic, LOOK_US)) {
        struct err e = ERR_INIT;
        int64_t now_s = clock_now_s(), started = 0, hour_s = last_hour(s->app, now_s);
        if (hour_s == s->done_s)
            continue;
        enum rc rc = schedule_run(s->app, now_s, &started, &e);
        if (rc == RC_OK)
            s->done_s = hour_s;
        else
            log_line(LOG_ERROR, "schedule", "\"code\":\"%s\"", e.code);
        if (started > 0)
            log_line(LOG_INFO, "scheduled", "\"jobs\":%" PRId64, started);
    }
    return NULL;
}

struct schedule *schedule_start(struct app *app)
{
    struct schedule *s = must(calloc(1, sizeof *s));
    s->app = app;
    s->done_s = INT64_MIN;
    periodic_start(&s->periodic, "schedule", run, s);
    return s;
}

void schedule_stop(struct schedule *s)
{
    if (s == NULL)
        return;
    periodic_stop(&s->periodic);
    free(s);
}

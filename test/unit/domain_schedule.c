/* domain_schedule.c — the hours of the schedule, and what it starts, on both engines. */
#include "store_fixture.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "domain/schedule.h"
#include "pg_fixture.h"
#include "store/clv.h"
#include "store/job.h"
#include "store/rfm.h"
#include "store/tier.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, YEAR = 2026 };

static int64_t at(int month, int day, int hour, int minute)
{
    return calendar_instant_s(
        &(struct civil){.year = YEAR, .month = month, .day = day, .hour = hour, .minute = minute});
}

static void hours_come_once_a_day(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(calendar_set_zone(STR("Asia/Shanghai"), &e), RC_OK);
    assert_int_equal(schedule_last_s(at(11, 22, 4, 0), 4, 0), at(11, 22, 4, 0));
    assert_int_equal(schedule_last_s(at(11, 22, 3, 59), 4, 0), at(11, 21, 4, 0));
    assert_int_equal(schedule_next_s(at(11, 22, 4, 0), 4, 0), at(11, 23, 4, 0));
    assert_int_equal(schedule_next_s(at(11, 22, 3, 59), 4, 0), at(11, 22, 4, 0));
    /* 23 November is a Monday. */
    assert_int_equal(schedule_last_s(at(11, 22, 12, 0), 4, 1), at(11, 16, 4, 0));
    assert_int_equal(schedule_next_s(at(11, 22, 12, 0), 4, 1), at(11, 23, 4, 0));
    assert_int_equal(schedule_next_s(at(11, 23, 4, 0), 4, 1), at(11, 30, 4, 0));
    /* Days of 23 and 25 hours have their hour, too. */
    assert_int_equal(calendar_set_zone(STR("Europe/Berlin"), &e), RC_OK);
    assert_int_equal(schedule_next_s(at(3, 28, 4, 0), 4, 0) - at(3, 28, 4, 0), 23 * 3600);
    assert_int_equal(schedule_next_s(at(10, 24, 4, 0), 4, 0) - at(10, 24, 4, 0), 25 * 3600);
    assert_int_equal(calendar_set_zone(STR("Asia/Shanghai"), &e), RC_OK);
}

/* ---- what is started ---- */

struct corp {
    struct store_fixture *f;
    struct app app;
    int64_t models[3]; /* run, run and off, never run */
    int64_t run_s;     /* of the runs and the fit */
};

static enum rc add_model(struct tx *tx, struct corp *c, int i, struct err *e)
{
    struct tier_row row = {.position = 1,
                           .name = STR("all"),
                           .expression = STR("all"),
                           .color = STR("blue"),
                           .advice = STR("")};
    struct tier_model m = {.name = arena_printf(tx_arena(tx), "model %d", i),
                           .kind = STR("own"),
                           .subject = STR("customer"),
                           .period_s = DAY_S,
                           .enabled = i != 1,
                           .tiers = &row,
                           .tiers_n = 1};
    enum rc rc = tier_model_add(tx, &m, e);
    c->models[i] = m.id;
    return rc;
}

static enum rc run_models(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = arg;
    int64_t run, moved, fit;
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < 2; i++) {
        rc = tier_run_begin(tx, c->models[i], c->run_s, &run, e);
        if (rc == RC_OK)
            rc = tier_run_end(tx, run, 1, 1, &moved, e);
    }
    struct str report = STR("{\"model\":\"pareto_nbd\",\"weeks\":26,\"discount_percent\":15,"
                            "\"since\":\"2026-01-02\",\"until\":\"2026-02-03\",\"accepted\":true}");
    return rc == RC_OK ? clv_fit_add(tx, c->run_s, 26 * 7 * DAY_S, 0, true, report, &fit, e) : rc;
}

static enum rc found(struct tx *tx, void *arg, struct err *e)
{
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < 3; i++)
        rc = add_model(tx, arg, i, e);
    return rc == RC_OK ? run_models(tx, arg, e) : rc;
}

static int64_t started(struct corp *c, int64_t now_s)
{
    int64_t n = -1;
    store_must(c->f, schedule_run(&c->app, now_s, &n, &c->f->err));
    return n;
}

/* The details of all jobs, newest first. */
static void details(struct corp *c, char *out, size_t room)
{
    struct tx *tx;
    struct job_row *jobs = NULL;
    size_t n = 0, at = 0;
    store_must(c->f, db_read_begin(c->f->db, &tx, &c->f->err));
    store_must(c->f, job_row_list(tx, INT64_MAX, 0, STR(""), 50, &jobs, &n, &c->f->err));
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, room - at, STR_FMT " " STR_FMT "\n", STR_ARG(jobs[i].kind),
                               STR_ARG(jobs[i].detail));
    db_read_end(tx);
}

static void configure(struct corp *c, const char *hour, const char *weekday)
{
    struct config_flag flags[] = {{"model_hour", hour}, {"clv_weekday", weekday}};
    config_free(c->app.config);
    store_must(c->f, config_open(c->f->folder, flags, 2, &c->app.config, &c->f->err));
}

static void what_is_due_is_started_once(void **state)
{
    struct corp c = {.f = *state};
    char want[400], got[4000] = "";
    c.app.db = c.f->db;
    c.app.writer = c.f->writer;
    store_must(c.f, calendar_set_zone(STR("Asia/Shanghai"), &c.f->err));
    int64_t now_s = clock_now_s(), hour_s = schedule_last_s(now_s, 0, 0);
    c.run_s = hour_s - 3600;
    store_write(c.f, found, &c);
    configure(&c, "-1", "1");
    assert_int_equal(started(&c, now_s), 0);
    assert_int_equal(schedule_tiers_s(&c.app, now_s), DB_NULL);
    assert_int_equal(schedule_clv_s(&c.app, now_s), DB_NULL);

    /* The run of the day before, and the fit where today is its weekday. */
    int today = calendar_weekday(calendar_day_of(now_s));
    char weekday[] = {(char)('0' + today), 0};
    configure(&c, "0", "0");
    assert_int_equal(schedule_clv_s(&c.app, now_s), DB_NULL);
    assert_int_equal(schedule_tiers_s(&c.app, now_s), schedule_next_s(now_s, 0, 0));
    assert_int_equal(started(&c, hour_s - 1), 0); /* the last hour before was that of the run */
    assert_int_equal(started(&c, now_s), 1);
    assert_int_equal(started(&c, now_s), 0); /* it waits */
    snprintf(want, sizeof want, "tier {\"model_id\":\"%lld\"}\n", (long long)c.models[0]);
    details(&c, got, sizeof got);
    assert_string_equal(got, want);
    configure(&c, "0", weekday);
    assert_int_equal(schedule_clv_s(&c.app, now_s), schedule_next_s(now_s, 0, today));
    assert_int_equal(started(&c, now_s), 1);
    assert_int_equal(started(&c, now_s), 0);
    details(&c, got, sizeof got);
    assert_non_null(strstr(got,
                           "clv {\"model\":\"pareto_nbd\",\"weeks\":26,\"discount_percent\":15,"
                           "\"since\":20455,\"accept\":true}\n"));

    /* Run by hand since: nothing is due, and jobs of before the next hour do not count then. */
    c.run_s = now_s;
    store_write(c.f, run_models, &c);
    assert_int_equal(started(&c, now_s), 0);
    assert_int_equal(started(&c, now_s + 7 * DAY_S), 2);
    config_free(c.app.config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_come_once_a_day),
        STORE_TEST(what_is_due_is_started_once, SQLITE),
        STORE_TEST(what_is_due_is_started_once, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("domain_schedule", tests, pg_fixture_skipped() ? n - 1 : n, NULL,
                                   NULL);
}

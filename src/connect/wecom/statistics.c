/* statistics.c — the job: a subject (a member of staff, a link), a range of missing days, a call,
 * its rows. What is asked of which subjects is in the parts (statistics_part.h), one after the
 * other.
 *
 * What is missing follows from the rows themselves, so the place is only whose turn it is. A day
 * that WeCom's answer leaves out is kept as told with nothing known, or it would be asked for each
 * night anew.
 */
#include "connect/wecom/statistics.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/log.h"
#include "connect/wecom/client.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/request.h"
#include "connect/wecom/statistics_part.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    DAYS_BACK = 179, /* before yesterday: within the last 180 days */
    READY_HOUR = 6,
    PROBLEMS = 20, /* that the result names */
    CURSOR_BYTES = 4000,
    TRIES = 6,
    RATE_US = 5000000,
};

/* In this order: what fails for all links leaves the staff told. */
static const struct figures_part *const PARTS[] = {&figures_staff, &figures_links};
enum { PARTS_N = sizeof PARTS / sizeof *PARTS };

struct problem {
    size_t part;
    struct str name, code;
};
struct run {
    struct job *job;
    struct app *app;
    struct wecom_client *client, *own;
    size_t part;
    int64_t after, calls, days, people;
    int64_t done[PARTS_N];
    struct problem problems[PROBLEMS];
    int64_t problems_n; /* also those that found no room */
    /* of the step */
    struct figures_of who;
    const struct figure *figure;
    int64_t from_day, to_day;
    const struct json_value *reply;
    int64_t asked_us;
    bool next; /* the subject is done */
};

/* ---- the place ---- */

static struct str print_place(const struct run *r, bool result, struct arena *a)
{
    struct buf b;
    buf_init(&b, CURSOR_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    if (result)
        json_put_bool(&j, "complete", r->problems_n == 0);
    else
        json_put_int(&j, "after", r->after);
    if (!result)
        json_put_int(&j, "part", (int64_t)r->part);
    for (size_t i = 0; i < PARTS_N; i++)
        json_put_int(&j, PARTS[i]->name, r->done[i]);
    json_put_int(&j, "days", r->days);
    json_put_int(&j, "calls", r->calls);
    json_put_int(&j, "problems", r->problems_n);
    json_open_array(&j, "refused");
    for (int64_t i = 0; i < r->problems_n && i < PROBLEMS; i++) {
        json_open_object(&j, NULL);
        json_put_str(&j, PARTS[r->problems[i].part]->named, r->problems[i].name);
        json_put_str(&j, "code", r->problems[i].code);
        json_close_object(&j);
    }
    json_close_array(&j);
    json_close_object(&j);
    assert(!b.failed); /* 20 ids of 64 bytes */
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static struct problem read_problem(const struct json_value *v, struct arena *a)
{
    size_t part = 0;
    while (part + 1 < PARTS_N && json_get(v, PARTS[part]->named) == NULL)
        part++;
    return (struct problem){part,
                            arena_str(a, json_str_or(json_get(v, PARTS[part]->named), STR(""))),
                            arena_str(a, json_str_or(json_get(v, "code"), STR("")))};
}

static void read_place(struct run *r, struct str cursor, struct arena *a)
{
    const struct json_value *v;
    if (str_empty(cursor) || json_parse(a, cursor, &v, NULL) != RC_OK)
        return;
    const struct json_value *list = json_get(v, "refused");
    int64_t part = json_int_or(json_get(v, "part"), 0);
    r->part = part >= 0 && part < PARTS_N ? (size_t)part : 0;
    r->after = json_int_or(json_get(v, "after"), 0);
    for (size_t i = 0; i < PARTS_N; i++)
        r->done[i] = json_int_or(json_get(v, PARTS[i]->name), 0);
    r->days = json_int_or(json_get(v, "days"), 0);
    r->calls = json_int_or(json_get(v, "calls"), 0);
    r->problems_n = json_int_or(json_get(v, "problems"), 0);
    for (size_t i = 0; i < json_count(list) && i < PROBLEMS; i++)
        r->problems[i] = read_problem(json_at(list, i), a);
}

/* ---- which days ---- */

/* The last day that WeCom has counted. */
static int64_t last_ready_day(int64_t now_s)
{
    return calendar_day_of(now_s - READY_HOUR * INT64_C(3600)) - 1;
}

/* Whether days of the figure are missing, and which are asked for next. */
static bool missing(struct run *r, size_t at, int64_t ready, int64_t now_s)
{
    const struct figures_of *who = &r->who;
    int64_t first = calendar_day_of(now_s) - 1 - DAYS_BACK;
    if (who->first_day > first)
        first = who->first_day;
    r->figure = &PARTS[r->part]->figures[at];
    r->from_day = who->last_day[at] == DB_NULL || who->last_day[at] + 1 < first
                      ? first
                      : who->last_day[at] + 1;
    int64_t last = r->from_day + r->figure->days_a_call - 1;
    r->to_day = last < ready ? last : ready;
    return r->from_day <= ready;
}

/* Whose turn it is, in this part or the next; RC_NOT_FOUND at the end of all. */
static enum rc turn(struct run *r, struct tx *tx, struct err *e)
{
    enum rc rc = RC_NOT_FOUND;
    for (; r->part < PARTS_N; r->part++, r->after = 0) {
        rc = PARTS[r->part]->next(tx, r->after, &r->who, e);
        if (rc != RC_NOT_FOUND)
            return rc;
    }
    return rc;
}

static enum rc count_all(struct run *r, struct tx *tx, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < PARTS_N; i++) {
        int64_t n = 0;
        rc = PARTS[i]->count(tx, &n, e);
        r->people += n;
    }
    return rc;
}

/* Whose turn it is and for which days; `next` when they lack none. RC_NOT_FOUND at the end. */
static enum rc choose(struct run *r, struct err *e)
{
    struct tx *tx;
    int64_t now_s = clock_now_s(), ready = last_ready_day(now_s);
    enum rc rc = db_read_begin(r->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = turn(r, tx, e);
    if (rc == RC_OK)
        r->who.name = arena_str(job_arena(r->job), r->who.name);
    if (rc == RC_OK && r->people == 0)
        rc = count_all(r, tx, e);
    db_read_end(tx);
    if (rc != RC_OK)
        return rc;
    r->next = true;
    for (size_t i = 0; r->next && i < PARTS[r->part]->n; i++)
        r->next = !r->who.asked[i] || !missing(r, i, ready, now_s);
    return RC_OK;
}

/* ---- asking ---- */

static enum rc make_request(const struct run *r, const char *path, struct arena *a,
                            const struct json_value **out, struct err *e)
{
    struct buf b;
    buf_init(&b, CURSOR_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    r->figure->ask(&j, r->who.name, calendar_day_start_s((int32_t)r->from_day),
                   calendar_day_start_s((int32_t)r->to_day));
    json_close_object(&j);
    return wecom_request(&b, path, a, out, e);
}

/* Whether the refusal is about this subject alone. */
static bool theirs(const struct err *e)
{
    int64_t n = wecom_error_number(str_from(e->code));
    enum wecom_class class = wecom_errcode(n)->class;
    return n == 60011 || class == WECOM_CLASS_REFUSED || class == WECOM_CLASS_OURS ||
           class == WECOM_CLASS_UNKNOWN;
}

/* What passes is waited for: frequency without end, the network for a minute. */
static enum rc ask(struct run *r, struct arena *a, struct err *e)
{
    const struct json_value *request, *reply;
    const char *path = r->figure->endpoint;
    struct wecom_call call = {.endpoint = wecom_endpoint(path), .background = true};
    enum rc rc = make_request(r, path, a, &request, e);
    call.request = request;
    for (int tries = 0; rc == RC_OK; tries++) {
        r->asked_us = clock_now_us();
        r->calls++;
        rc = wecom_call(r->client, &call, a, &reply, e);
        if (rc == RC_OK)
            break;
        bool passes = rc == RC_RATE || ((rc == RC_IO || rc == RC_BUSY) && tries < TRIES);
        if (!passes || !job_pause(r->job, rc == RC_RATE ? RATE_US : INT64_C(1000000) << tries))
            return rc;
        tries -= rc == RC_RATE;
        *e = ERR_INIT;
        rc = RC_OK;
    }
    r->reply = rc == RC_OK ? reply : NULL;
    return rc;
}

/* ---- writing ---- */

int64_t figure_count(const struct json_value *v, const char *key)
{
    int64_t n = json_int_or(json_get(v, key), DB_NULL);
    return n < 0 ? DB_NULL : n;
}

static const struct json_value *row_of(const struct run *r, int64_t day)
{
    if (r->figure->rows == NULL)
        return r->reply;
    const struct json_value *rows = json_get(r->reply, r->figure->rows);
    for (size_t i = 0; i < json_count(rows); i++) {
        const struct json_value *v = json_at(rows, i);
        int64_t at_s = json_int_or(json_get(v, "stat_time"), -1);
        if (at_s >= 0 && calendar_day_of(at_s) == day)
            return v;
    }
    return NULL;
}

static int64_t all_done(const struct run *r)
{
    int64_t n = 0;
    for (size_t i = 0; i < PARTS_N; i++)
        n += r->done[i];
    return n;
}

/* The days of the call, if there was one, and the place. */
static enum rc write_step(struct tx *tx, void *arg, struct err *e)
{
    const struct run *r = arg;
    enum rc rc = RC_OK;
    for (int64_t day = r->from_day; rc == RC_OK && !r->next && day <= r->to_day; day++)
        rc = r->figure->store(tx, r->who.id, day, row_of(r, day), r->asked_us, e);
    return rc == RC_OK
               ? job_checkpoint(r->job, tx, print_place(r, false, tx_arena(tx)), all_done(r), e)
               : rc;
}

static void note_problem(struct run *r, const struct err *e)
{
    log_line(LOG_WARN, "wecom_statistics", "\"part\":\"%s\",\"id\":%" PRId64 ",\"code\":\"%s\"",
             PARTS[r->part]->name, r->who.id, e->code);
    if (r->problems_n < PROBLEMS)
        r->problems[r->problems_n] =
            (struct problem){r->part, r->who.name, arena_str(job_arena(r->job), str_from(e->code))};
    r->problems_n++;
}

static enum rc one_step(struct run *r, struct arena *a, bool *out_finished, struct err *e)
{
    enum rc rc = choose(r, e);
    if (rc == RC_NOT_FOUND) {
        *out_finished = true;
        job_set_result(r->job, print_place(r, true, job_arena(r->job)));
        return RC_OK;
    }
    if (rc == RC_OK && !r->next)
        rc = ask(r, a, e);
    if (rc != RC_OK && theirs(e)) {
        note_problem(r, e);
        *e = ERR_INIT;
        r->next = true;
        rc = RC_OK;
    }
    if (rc != RC_OK)
        return rc;
    if (r->next) {
        r->after = r->who.id;
        r->done[r->part]++;
    } else {
        r->days += r->to_day - r->from_day + 1;
    }
    rc = writer_run(r->app->writer, write_step, r, e);
    job_progress(r->job, all_done(r), r->people);
    return rc;
}

static enum rc step(struct job *job, bool *out_finished, struct err *e)
{
    struct run *r = job_state(job);
    struct arena a;
    arena_init(&a, 0);
    enum rc rc = one_step(r, &a, out_finished, e);
    arena_done(&a);
    if (rc != RC_OK && job_stopping(job)) { /* the runner sees why */
        *e = ERR_INIT;
        rc = RC_OK;
    }
    return rc;
}

static enum rc open(struct job *job, struct err *e)
{
    struct run *r = ARENA_NEW(job_arena(job), struct run);
    (void)e;
    *r = (struct run){.job = job, .app = job_app(job), .client = job_app(job)->wecom};
    read_place(r, job_cursor(job), job_arena(job));
    if (r->client == NULL)
        r->client = r->own = wecom_client_new(r->app->config);
    job_set_unit(job, "staff");
    job_set_state(job, r);
    return RC_OK;
}

static void close(struct job *job, enum rc rc, bool stopped)
{
    struct run *r = job_state(job);
    (void)rc, (void)stopped;
    wecom_client_free(r->own);
}

const struct job_kind job_kind_wecom_statistics = {
    .name = "wecom_statistics",
    .lane = "wecom",
    .open = open,
    .step = step,
    .close = close,
};

/* statistics.c — the job: a member, a range of missing days, a call, its rows.
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
#include "store/staff_day.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    DAYS_A_CALL = 30,
    DAYS_BACK = 179, /* before yesterday: within the last 180 days */
    READY_HOUR = 6,
    PROBLEMS = 20, /* that the result names */
    CURSOR_BYTES = 4000,
    TRIES = 6,
    RATE_US = 5000000,
};

struct problem {
    struct str userid, code;
};
struct run {
    struct job *job;
    struct app *app;
    struct wecom_client *client, *own;
    int64_t after, calls, days, done, people;
    struct problem problems[PROBLEMS];
    int64_t problems_n; /* also those that found no room */
    /* of the step */
    struct staff_to_tell who;
    bool groups; /* asks for the groups they own */
    int64_t from_day, to_day;
    const struct json_value *rows;
    int64_t asked_us;
    bool next; /* the member is done */
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
    json_put_int(&j, "staff", r->done);
    json_put_int(&j, "days", r->days);
    json_put_int(&j, "calls", r->calls);
    json_put_int(&j, "problems", r->problems_n);
    json_open_array(&j, "refused");
    for (int64_t i = 0; i < r->problems_n && i < PROBLEMS; i++) {
        json_open_object(&j, NULL);
        json_put_str(&j, "userid", r->problems[i].userid);
        json_put_str(&j, "code", r->problems[i].code);
        json_close_object(&j);
    }
    json_close_array(&j);
    json_close_object(&j);
    assert(!b.failed); /* 20 userids of 64 bytes */
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static void read_place(struct run *r, struct str cursor, struct arena *a)
{
    const struct json_value *v;
    if (str_empty(cursor) || json_parse(a, cursor, &v, NULL) != RC_OK)
        return;
    const struct json_value *list = json_get(v, "refused");
    r->after = json_int_or(json_get(v, "after"), 0);
    r->done = json_int_or(json_get(v, "staff"), 0);
    r->days = json_int_or(json_get(v, "days"), 0);
    r->calls = json_int_or(json_get(v, "calls"), 0);
    r->problems_n = json_int_or(json_get(v, "problems"), 0);
    for (size_t i = 0; i < json_count(list) && i < PROBLEMS; i++)
        r->problems[i] = (struct problem){
            arena_str(a, json_str_or(json_get(json_at(list, i), "userid"), STR(""))),
            arena_str(a, json_str_or(json_get(json_at(list, i), "code"), STR("")))};
}

/* ---- which days ---- */

/* The last day that WeCom has counted. */
static int64_t last_ready_day(int64_t now_s)
{
    return calendar_day_of(now_s - READY_HOUR * INT64_C(3600)) - 1;
}

static bool missing(struct run *r, int64_t last_told, int64_t ready, int64_t now_s)
{
    int64_t first = calendar_day_of(now_s) - 1 - DAYS_BACK;
    r->from_day = last_told == DB_NULL || last_told + 1 < first ? first : last_told + 1;
    r->to_day = r->from_day + DAYS_A_CALL - 1 < ready ? r->from_day + DAYS_A_CALL - 1 : ready;
    return r->from_day <= ready;
}

/* Whose turn it is and for which days; `next` when they lack none. RC_NOT_FOUND at the end. */
static enum rc choose(struct run *r, struct err *e)
{
    struct tx *tx;
    int64_t now_s = clock_now_s(), ready = last_ready_day(now_s);
    enum rc rc = db_read_begin(r->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = staff_day_next(tx, r->after, &r->who, e);
    if (rc == RC_OK)
        r->who.userid = arena_str(job_arena(r->job), r->who.userid);
    if (rc == RC_OK && r->people == 0)
        rc = staff_day_people(tx, &r->people, e);
    db_read_end(tx);
    if (rc != RC_OK)
        return rc;
    r->groups = false;
    r->next = !missing(r, r->who.last_day, ready, now_s);
    if (r->next && r->who.owner) {
        r->groups = true;
        r->next = !missing(r, r->who.last_group_day, ready, now_s);
    }
    return RC_OK;
}

/* ---- asking ---- */

static enum rc make_request(const struct run *r, const char *path, struct arena *a,
                            const struct json_value **out, struct err *e)
{
    struct buf b;
    buf_init(&b, CURSOR_BYTES);
    struct json j = json_to(&b);
    int64_t from_s = calendar_day_start_s((int32_t)r->from_day);
    int64_t to_s = calendar_day_start_s((int32_t)r->to_day);
    json_open_object(&j, NULL);
    json_put_int(&j, r->groups ? "day_begin_time" : "start_time", from_s);
    json_put_int(&j, r->groups ? "day_end_time" : "end_time", to_s);
    if (r->groups)
        json_open_object(&j, "owner_filter");
    json_open_array(&j, r->groups ? "userid_list" : "userid");
    json_put_str(&j, NULL, r->who.userid);
    json_close_array(&j);
    if (r->groups)
        json_close_object(&j);
    json_close_object(&j);
    return wecom_request(&b, path, a, out, e);
}

/* Whether the refusal is about this member alone. */
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
    const char *path = r->groups ? "externalcontact/groupchat/statistic_group_by_day"
                                 : "externalcontact/get_user_behavior_data";
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
    if (rc == RC_OK)
        r->rows = json_get(reply, r->groups ? "items" : "behavior_data");
    return rc;
}

/* ---- writing ---- */

static int64_t count_of(const struct json_value *v, const char *key)
{
    int64_t n = json_int_or(json_get(v, key), DB_NULL);
    return n < 0 ? DB_NULL : n;
}

static enum rc store_staff(struct tx *tx, const struct run *r, int64_t day,
                           const struct json_value *v, struct err *e)
{
    double minutes = json_double_or(json_get(v, "avg_reply_time"), (double)NAN);
    return staff_day_store(
        tx,
        &(struct staff_day){
            .staff_id = r->who.id,
            .day = day,
            .chat_cnt = count_of(v, "chat_cnt"),
            .message_cnt = count_of(v, "message_cnt"),
            .reply_percentage = json_double_or(json_get(v, "reply_percentage"), (double)NAN),
            .avg_reply_time = isnan(minutes) || minutes < 0 ? DB_NULL : (int64_t)llround(minutes),
            .negative_feedback_cnt = count_of(v, "negative_feedback_cnt"),
            .new_apply_cnt = count_of(v, "new_apply_cnt"),
            .new_contact_cnt = count_of(v, "new_contact_cnt"),
            .told_us = r->asked_us,
        },
        e);
}

static enum rc store_owner(struct tx *tx, const struct run *r, int64_t day,
                           const struct json_value *v, struct err *e)
{
    const struct json_value *d = json_get(v, "data");
    return owner_day_store(tx,
                           &(struct owner_day){
                               .staff_id = r->who.id,
                               .day = day,
                               .new_chat_cnt = count_of(d, "new_chat_cnt"),
                               .chat_total = count_of(d, "chat_total"),
                               .chat_has_msg = count_of(d, "chat_has_msg"),
                               .new_member_cnt = count_of(d, "new_member_cnt"),
                               .member_total = count_of(d, "member_total"),
                               .member_has_msg = count_of(d, "member_has_msg"),
                               .msg_total = count_of(d, "msg_total"),
                               .migrate_trainee_chat_cnt = count_of(d, "migrate_trainee_chat_cnt"),
                               .told_us = r->asked_us,
                           },
                           e);
}

static const struct json_value *row_of(const struct run *r, int64_t day)
{
    for (size_t i = 0; i < json_count(r->rows); i++) {
        const struct json_value *v = json_at(r->rows, i);
        int64_t at_s = json_int_or(json_get(v, "stat_time"), -1);
        if (at_s >= 0 && calendar_day_of(at_s) == day)
            return v;
    }
    return NULL;
}

/* The days of the call, if there was one, and the place. */
static enum rc write_step(struct tx *tx, void *arg, struct err *e)
{
    const struct run *r = arg;
    enum rc rc = RC_OK;
    for (int64_t day = r->from_day; rc == RC_OK && !r->next && day <= r->to_day; day++) {
        const struct json_value *v = row_of(r, day);
        rc = r->groups ? store_owner(tx, r, day, v, e) : store_staff(tx, r, day, v, e);
    }
    return rc == RC_OK ? job_checkpoint(r->job, tx, print_place(r, false, tx_arena(tx)), r->done, e)
                       : rc;
}

static void note_problem(struct run *r, const struct err *e)
{
    log_line(LOG_WARN, "wecom_statistics", "\"staff\":%" PRId64 ",\"code\":\"%s\"", r->who.id,
             e->code);
    if (r->problems_n < PROBLEMS)
        r->problems[r->problems_n] =
            (struct problem){r->who.userid, arena_str(job_arena(r->job), str_from(e->code))};
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
        r->done++;
    } else {
        r->days += r->to_day - r->from_day + 1;
    }
    rc = writer_run(r->app->writer, write_step, r, e);
    job_progress(r->job, r->done, r->people);
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

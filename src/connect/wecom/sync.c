/* sync.c — the job: stage after stage, one question a step.
 *
 * A step reads the place, asks, and writes; whatever fails before its last closure has changed no
 * place, so the same step comes again. What passes by itself is waited for here and not failed for:
 * frequency without end, the network for an hour, WeCom's own troubles with one thing for a minute.
 * Three refusals in a row that name no reason of their own are taken for one reason behind all of
 * them, and end the job instead of a list of a thousand equal complaints.
 */
#include "connect/wecom/sync.h"

#include "base/clock.h"
#include "base/log.h"
#include "connect/wecom/errors.h"
#include "connect/wecom/request.h"
#include "connect/wecom/sync_part.h"
#include "domain/binding.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum {
    ENDS_US = 20000,       /* for the client, which ends before the runner does */
    PAUSE_S = 60,          /* the longest between two tries */
    RATE_US = 5000000,     /* between two looks whether WeCom answers again */
    TRIES = 64,            /* an hour, for what everything depends on */
    TRIES_ONE = 3,         /* for one of many, beyond the client's own three */
    BLAMED_MOST = 3,       /* refusals in a row */
    CLEARED = 500,         /* rows of the last sync that a closure removes */
    PATIENCE_US = 5000000, /* of a call; longer waits are taken here, where a stop is seen */
    RESULT_BYTES = 4096,
};

/* ---- asking ---- */

enum verdict {
    STOPPED,
    RATE,    /* wait, without end */
    LATER,   /* wait, for a while */
    REFUSED, /* this one, for its own reason */
    DOUBTED, /* this one, perhaps for a reason that others share */
    ENDED    /* nothing can be asked */
};

static enum verdict judge(const struct sync *s, const struct err *e)
{
    int64_t n = wecom_error_number(str_from(e->code));
    if (job_stopping(s->job) || strcmp(e->code, "stopping") == 0)
        return STOPPED;
    if (e->rc == RC_RATE)
        return RATE;
    if (n == 60011) /* out of the visible range: the class says "setting", since a person may */
        return REFUSED;
    if (n == 0)
        return e->rc == RC_IO || e->rc == RC_BUSY ? LATER : ENDED;
    switch (wecom_errcode(n)->class) {
    case WECOM_CLASS_LATER:
        return LATER;
    case WECOM_CLASS_REFUSED:
        return REFUSED;
    case WECOM_CLASS_OURS:
    case WECOM_CLASS_USER:
    case WECOM_CLASS_UNKNOWN:
        return DOUBTED;
    default:
        return ENDED;
    }
}

/* What a failure means for what was asked about; RC_OK: ask again. */
static enum rc fail(struct sync *s, enum verdict v, enum sync_extent extent, int tries,
                    const struct err *e)
{
    /* what WeCom itself (or a proxy) says may be meant for this one alone; a lost network is not */
    bool own = wecom_error_number(str_from(e->code)) != 0 || strcmp(e->code, "wecom_reply") == 0;
    bool patient = extent == SYNC_ALL || !own;
    int64_t pause_us = INT64_C(1000000) << (tries < 6 ? tries : 6);
    if (pause_us > PAUSE_S * INT64_C(1000000))
        pause_us = PAUSE_S * INT64_C(1000000);
    if (v == RATE || (v == LATER && tries < (patient ? TRIES : TRIES_ONE))) {
        if (tries == 0)
            log_line(LOG_INFO, "wecom_sync_waits", "\"job\":\"%" PRId64 "\",\"code\":\"%s\"",
                     job_id(s->job), e->code);
        if (job_pause(s->job, v == RATE ? RATE_US : pause_us))
            return RC_OK;
        v = STOPPED;
    }
    s->halted = v == STOPPED;
    if (s->halted)
        job_pause(s->job, ENDS_US);
    if (v == REFUSED)
        s->refused = extent != SYNC_ALL;
    if (v == DOUBTED || (v == LATER && own))
        sync_unreadable(s, extent, e->rc);
    return e->rc;
}

enum rc sync_unreadable(struct sync *s, enum sync_extent extent, enum rc rc)
{
    if (extent == SYNC_SOME) { /* each will be asked about by itself */
        s->refused = true;
        return rc;
    }
    s->blamed++;
    s->refused = extent == SYNC_ONE && s->blamed < BLAMED_MOST;
    return rc;
}

enum rc sync_ask(struct sync *s, const char *path, const struct json_value *fields,
                 struct str cursor, enum sync_extent extent, struct arena *a,
                 struct wecom_page *out, struct err *e)
{
    const struct wecom_page_call call = {.path = path,
                                         .fields = fields,
                                         .cursor = cursor,
                                         .patience_us = PATIENCE_US,
                                         .background = true};
    s->halted = s->refused = false;
    for (int tries = 0;; tries++) {
        *e = ERR_INIT;
        s->place.calls++;
        enum rc rc = wecom_page(s->client, &call, a, out, e);
        if (rc == RC_OK) {
            s->place.calls += out->calls - 1;
            return RC_OK;
        }
        enum verdict v = judge(s, e);
        if (v == RATE)
            tries--;
        if (fail(s, v, extent, tries < 0 ? 0 : tries, e) != RC_OK)
            return rc;
    }
}

enum rc sync_request(const char *path, const char *name, struct str text, int64_t number,
                     struct arena *a, const struct json_value **out, struct err *e)
{
    struct buf b;
    buf_init(&b, RESULT_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    if (str_absent(text))
        json_put_int(&j, name, number);
    else
        json_put_str(&j, name, text);
    json_close_object(&j);
    return wecom_request(&b, path, a, out, e);
}

/* ---- writing ---- */

struct writing {
    struct sync *s;
    sync_writing *run;
    void *arg;
    struct sync_place next;
};

static enum rc write_and_move(struct tx *tx, void *arg, struct err *e)
{
    struct writing *w = arg;
    w->next = w->s->place;
    enum rc rc = binding_rule_keep(tx, w->s->app->config, e); /* before friends and members */
    if (rc == RC_OK && w->run != NULL)
        rc = w->run(tx, w->s, &w->next, w->arg, e);
    return rc == RC_OK ? job_checkpoint(w->s->job, tx, sync_place_write(&w->next, tx_arena(tx)),
                                        w->next.calls, e)
                       : rc;
}

enum rc sync_write(struct sync *s, sync_writing *run, void *arg, struct err *e)
{
    struct writing w = {.s = s, .run = run, .arg = arg};
    enum rc rc = writer_run(s->app->writer, write_and_move, &w, e);
    if (rc == RC_OK && w.next.problems == s->place.problems)
        s->blamed = 0;
    if (rc == RC_OK)
        s->place = w.next;
    return rc;
}

void sync_place_next_stage(struct sync_place *next)
{
    next->stage++;
    next->chunk = next->single = next->ending = next->asked_us = next->after = 0;
    sync_place_set_cursor(next, STR(""));
}

static enum rc move_on(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                       struct err *e)
{
    (void)tx, (void)s, (void)arg, (void)e;
    sync_place_next_stage(next);
    return RC_OK;
}

enum rc sync_next_stage(struct sync *s, struct err *e)
{
    return sync_write(s, move_on, NULL, e);
}

/* ---- what could not be told ---- */

enum rc sync_put_problem(struct tx *tx, struct sync *s, struct sync_place *next,
                         enum sync_kind kind, struct str ref, const struct err *why, struct err *e)
{
    bool outside = strcmp(why->code, "wecom_60011") == 0;
    next->outside += outside;
    next->problems += !outside;
    return sync_item_set(tx, job_id(s->job), kind, ref, outside ? SYNC_OUTSIDE : SYNC_FAILED,
                         err_json(why, tx_arena(tx)), e);
}

struct problem {
    enum sync_kind kind;
    struct str ref;
    const struct err *why;
};

static enum rc put_problem(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                           struct err *e)
{
    const struct problem *p = arg;
    return sync_put_problem(tx, s, next, p->kind, p->ref, p->why, e);
}

enum rc sync_problem(struct sync *s, enum sync_kind kind, struct str ref, struct err *e)
{
    struct err why = *e;
    struct problem p = {kind, ref, &why};
    *e = ERR_INIT;
    return sync_write(s, put_problem, &p, e);
}

/* ---- the job ---- */

static enum rc clear_some(struct tx *tx, struct sync *s, struct sync_place *next, void *arg,
                          struct err *e)
{
    bool *more = arg;
    *next = (struct sync_place){.stage = STAGE_BEGIN, .calls = next->calls};
    enum rc rc = sync_items_clear(tx, job_id(s->job), true, CLEARED, more, e);
    if (rc == RC_OK && !*more)
        sync_place_next_stage(next);
    if (rc == RC_OK && !*more)
        rc = sync_known(tx, &next->known_friendships, &next->known_groups, e);
    return rc;
}

static enum rc begin_step(struct sync *s, struct err *e)
{
    bool more = false;
    return sync_write(s, clear_some, &more, e);
}

static enum rc (*const STEPS[])(struct sync *s, struct err *e) = {
    [STAGE_BEGIN] = begin_step,
    [STAGE_TAGS] = sync_tags_step,
    [STAGE_FOLLOW] = sync_follow_step,
    [STAGE_DEPARTMENTS] = sync_departments_step,
    [STAGE_MEMBERS] = sync_members_step,
    [STAGE_CUSTOMERS] = sync_customers_step,
    [STAGE_UNDRESS] = sync_undress_step,
    [STAGE_GROUPS] = sync_groups_step,
    [STAGE_REST_GROUPS] = sync_rest_groups_step,
    [STAGE_REST_STAFF] = sync_rest_staff_step,
};

/* Calls in all, as far as can be known: what Koi held before says how much there is. */
static int64_t calls_in_all(const struct sync_place *p)
{
    int64_t pages = (p->known_friendships + 99) / 100;
    int64_t left = 0;
    if (p->known_friendships == 0 && p->stage <= STAGE_CUSTOMERS)
        return -1;
    if (p->stage <= STAGE_CUSTOMERS && p->pages < pages)
        left += pages - p->pages;
    if (p->stage <= STAGE_CUSTOMERS)
        left += p->chunks - p->chunk;
    if (p->stage <= STAGE_MEMBERS)
        left += p->departments;
    if (p->stage <= STAGE_GROUPS && p->groups < p->known_groups)
        left += p->known_groups - p->groups + 1;
    return p->calls + left;
}

static void set_result(struct sync *s)
{
    struct arena *a = job_arena(s->job);
    struct buf b;
    buf_init(&b, RESULT_BYTES);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_bool(&j, "complete", s->place.problems == 0);
    sync_place_put_counts(&s->place, &j);
    json_close_object(&j);
    job_set_result(s->job, arena_str(a, buf_str(&b)));
    buf_done(&b);
}

static enum rc sync_step(struct job *job, bool *out_finished, struct err *e)
{
    struct sync *s = job_state(job);
    enum rc rc = RC_OK;
    if (s->place.stage != STAGE_DONE)
        rc = STEPS[s->place.stage](s, e);
    if (rc != RC_OK && s->halted) {
        *e = ERR_INIT;
        return RC_OK; /* the runner sees why */
    }
    if (rc != RC_OK)
        return rc;
    job_progress(job, s->place.calls, calls_in_all(&s->place));
    *out_finished = s->place.stage == STAGE_DONE;
    if (*out_finished)
        set_result(s);
    return RC_OK;
}

/* Rows of a job that was stopped are gone when another sync has begun since: then it begins anew.
 */
static enum rc check_rows(struct sync *s, struct err *e)
{
    struct tx *tx;
    int64_t n = 0;
    enum rc rc = db_read_begin(s->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = sync_items_count(tx, job_id(s->job), SYNC_FOLLOW, &n, e);
    db_read_end(tx);
    if (rc == RC_OK && s->place.stage > STAGE_FOLLOW && n < s->place.staff)
        s->place = (struct sync_place){.stage = STAGE_BEGIN, .calls = s->place.calls};
    return rc;
}

static enum rc sync_open(struct job *job, struct err *e)
{
    struct app *app = job_app(job);
    struct sync *s = ARENA_NEW(job_arena(job), struct sync);
    *s = (struct sync){.job = job, .app = app, .client = app->wecom};
    enum rc rc = sync_place_read(job_cursor(job), job_arena(job), &s->place, e);
    if (rc == RC_OK)
        rc = check_rows(s, e);
    if (rc != RC_OK)
        return rc;
    if (s->client == NULL)
        s->client = s->own = wecom_client_new(app->config);
    job_set_unit(job, "calls");
    job_progress(job, s->place.calls, calls_in_all(&s->place));
    job_set_state(job, s);
    return RC_OK;
}

static void sync_close(struct job *job, enum rc rc, bool stopped)
{
    struct sync *s = job_state(job);
    (void)rc, (void)stopped;
    wecom_client_free(s->own);
}

const struct job_kind job_kind_wecom_sync = {
    .name = "wecom_sync",
    .lane = "wecom",
    .open = sync_open,
    .step = sync_step,
    .close = sync_close,
};

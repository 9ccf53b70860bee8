/* job.c — one thread that looks for work, one thread for each job that runs.
 *
 * The queue is table `job`; what runs here is also a `struct job` in memory. Every JOB_POLL_US, and
 * soon after job_add() was called, the looking thread reads the open rows, oldest first, and starts
 * those whose kind is known and whose lane is free, at most JOBS_MAX at once. A row that says
 * "running" without a job in memory was left by a crash: it goes on from its cursor. A new job's
 * row commits only after job_add() has returned, so the looks after a hint come quickly and then
 * slow down.
 *
 * Locking: `lock` guards the list of running jobs and their live figures, and is never held while
 * SQL runs.
 */
#include "domain/job.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "domain/job_kinds.h"
#include "store/job.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>

enum {
    JOBS_MAX = 3, /* at once: two cores are busy by then */
    KINDS_MAX = 64,
    JOB_POLL_US = 1000000,
    HINT_US = 1000,
    LOOK_US = 20000,    /* between two looks whether one that waits is to stop */
    CHANGE_US = 200000, /* between two calls of the hook for one job */
    SAMPLES = 16,
    SAMPLE_US = 300000,
    CURSOR_BYTES = 4096,
};

struct job {
    struct job_runner *runner;
    const struct job_kind *kind;
    int64_t id, account_id;
    struct arena arena;
    const struct json_value *detail;
    void *state;
    struct buf cursor;
    int64_t checkpoint; /* done at the last checkpoint */
    struct str result;
    pthread_t thread;
    atomic_bool stop;    /* somebody asked */
    bool opened, failed; /* of its own thread */
    /* Guarded by the runner's lock. */
    int64_t done, total;
    char unit[24];
    struct {
        int64_t at_us, done;
    } samples[SAMPLES];
    int samples_n;
    int64_t told_us;
    bool ended;
    struct job *next;
};

struct job_runner {
    struct app *app;
    pthread_t thread;
    struct lock lock;
    struct signal wake, ended;
    struct job *running;
    const struct job_kind *kinds[KINDS_MAX];
    size_t kinds_n;
    bool stopping;
    int64_t look_us; /* how long until the next look */
    void (*on_change)(void *ctx, int64_t job_id);
    void *on_change_ctx;
};

/* ---- what kinds see ---- */

struct app *job_app(const struct job *job)
{
    return job->runner->app;
}

int64_t job_id(const struct job *job)
{
    return job->id;
}

int64_t job_account(const struct job *job)
{
    return job->account_id;
}

const struct json_value *job_detail(const struct job *job)
{
    return job->detail;
}

struct str job_cursor(const struct job *job)
{
    return buf_str(&job->cursor);
}

int64_t job_done(const struct job *job)
{
    return job->checkpoint;
}

struct arena *job_arena(struct job *job)
{
    return &job->arena;
}

void job_set_state(struct job *job, void *state)
{
    job->state = state;
}

void *job_state(const struct job *job)
{
    return job->state;
}

bool job_stopping(const struct job *job)
{
    struct job_runner *r = job->runner;
    lock_take(&r->lock);
    bool stopping = r->stopping;
    lock_give(&r->lock);
    return stopping || atomic_load(&job->stop);
}

bool job_pause(const struct job *job, int64_t us)
{
    int64_t end_us = clock_mono_us() + us;
    while (clock_mono_us() < end_us && !job_stopping(job))
        nanosleep(&(struct timespec){.tv_nsec = LOOK_US * 1000L}, NULL);
    return !job_stopping(job);
}

static void call_hook(struct job_runner *r, int64_t id)
{
    lock_take(&r->lock);
    void (*fn)(void *ctx, int64_t job_id) = r->on_change;
    void *ctx = r->on_change_ctx;
    lock_give(&r->lock);
    if (fn != NULL)
        fn(ctx, id);
}

/* Takes a sample of how far it is, for the rate; true when it is time to tell. Called with the lock
 * held. */
static bool note_progress(struct job *job, int64_t done)
{
    int64_t now = clock_mono_us();
    job->done = done;
    if (job->samples_n == 0 || now - job->samples[job->samples_n - 1].at_us > SAMPLE_US) {
        if (job->samples_n == SAMPLES)
            memmove(&job->samples[0], &job->samples[1],
                    (size_t)--job->samples_n * sizeof job->samples[0]);
        job->samples[job->samples_n].at_us = now;
        job->samples[job->samples_n++].done = done;
    }
    if (now - job->told_us < CHANGE_US)
        return false;
    job->told_us = now;
    return true;
}

/* The kind calls it from its closure; what it keeps in memory is what the newest call said, which
 * the next run of the same step says again. */
enum rc job_checkpoint(struct job *job, struct tx *tx, struct str cursor, int64_t done,
                       struct err *e)
{
    assert(cursor.n <= CURSOR_BYTES);
    lock_take(&job->runner->lock);
    buf_clear(&job->cursor);
    buf_add(&job->cursor, cursor);
    job->checkpoint = done;
    int64_t total = job->total < 0 ? DB_NULL : job->total;
    lock_give(&job->runner->lock);
    return job_row_checkpoint(tx, job->id, cursor, done, total, e);
}

void job_progress(struct job *job, int64_t done, int64_t total)
{
    struct job_runner *r = job->runner;
    lock_take(&r->lock);
    job->total = total < 0 ? -1 : total;
    bool tell = note_progress(job, done);
    lock_give(&r->lock);
    if (tell)
        call_hook(r, job->id);
}

void job_set_unit(struct job *job, const char *unit)
{
    lock_take(&job->runner->lock);
    snprintf(job->unit, sizeof job->unit, "%s", unit);
    lock_give(&job->runner->lock);
}

void job_set_result(struct job *job, struct str json)
{
    job->result = arena_str(&job->arena, json);
}

/* ---- running one ---- */

/* An error as JSON, in both languages; job_print() shows it. */
static struct str error_json(struct arena *a, const struct err *e)
{
    struct buf b;
    buf_init(&b, 8192);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_z(&j, "code", e->code);
    json_put_z(&j, "message", e->zh);
    json_put_z(&j, "message_en", e->en);
    json_put_z(&j, "field", e->field);
    json_put_z(&j, "hint", e->hint_zh);
    json_put_z(&j, "hint_en", e->hint_en);
    if (e->at >= 0)
        json_put_int(&j, "at", e->at);
    json_close_object(&j);
    struct str out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

struct ending {
    struct job *job;
    enum job_state state;
    struct str error;
};

static enum rc write_start(struct tx *tx, void *arg, struct err *e)
{
    struct job *job = arg;
    return job_row_start(tx, job->id, e);
}

static enum rc write_end(struct tx *tx, void *arg, struct err *e)
{
    struct ending *end = arg;
    struct job *job = end->job;
    int64_t total = job->total < 0 ? DB_NULL : job->total;
    return job_row_end(tx, job->id, end->state, job->done, total, str_from(job->unit), job->result,
                       end->error, e);
}

static enum rc run_steps(struct job *job, bool *out_stopped, struct err *e)
{
    bool finished = false;
    enum rc rc = RC_OK;
    while (rc == RC_OK && !finished) {
        *out_stopped = job_stopping(job);
        if (*out_stopped)
            return RC_OK;
        rc = job->kind->step(job, &finished, e);
    }
    return rc;
}

static void end_job(struct job *job, enum rc rc, bool stopped, const struct err *why)
{
    struct job_runner *r = job->runner;
    lock_take(&r->lock);
    bool leave = stopped && r->stopping && !atomic_load(&job->stop);
    if (rc == RC_OK && !stopped && job->total >= 0 && job->done < job->total)
        job->done = job->total;
    if (stopped || rc != RC_OK)
        job->done = job->checkpoint; /* what is in the database, not what was read ahead */
    lock_give(&r->lock);
    if (leave)
        return; /* the row stays "running": the next start goes on */
    struct ending end = {job,
                         rc != RC_OK ? JOB_FAILED
                         : stopped   ? JOB_STOPPED
                                     : JOB_DONE,
                         STR_ABSENT};
    if (rc != RC_OK) {
        end.error = error_json(&job->arena, why);
        log_line(LOG_WARN, "job_failed", "\"job\":\"%" PRId64 "\",\"kind\":\"%s\",\"code\":\"%s\"",
                 job->id, job->kind->name, why->code);
    }
    struct err e = ERR_INIT;
    rc = writer_run(r->app->writer, write_end, &end, &e);
    if (rc != RC_OK)
        log_line(LOG_ERROR, "job_end_lost", "\"job\":\"%" PRId64 "\",\"code\":\"%s\"", job->id,
                 e.code);
}

static void *job_thread(void *arg)
{
    struct job *job = arg;
    struct job_runner *r = job->runner;
    struct err e = ERR_INIT;
    bool stopped = false;
    enum rc rc = writer_run(r->app->writer, write_start, job, &e);
    if (rc == RC_OK && job->kind->open != NULL)
        rc = job->kind->open(job, &e);
    job->opened = rc == RC_OK;
    if (rc == RC_OK)
        rc = run_steps(job, &stopped, &e);
    if (job->opened && job->kind->close != NULL)
        job->kind->close(job, rc, stopped);
    end_job(job, rc, stopped, &e);
    call_hook(r, job->id);
    lock_take(&r->lock);
    job->ended = true;
    signal_all(&r->ended);
    signal_one(&r->wake);
    lock_give(&r->lock);
    return NULL;
}

static void job_free(struct job *job)
{
    buf_done(&job->cursor);
    arena_done(&job->arena);
    free(job);
}

/* ---- looking for work ---- */

/* Takes jobs that have ended out of the list. */
static void reap(struct job_runner *r)
{
    for (;;) {
        lock_take(&r->lock);
        struct job **at = &r->running;
        while (*at != NULL && !(*at)->ended)
            at = &(*at)->next;
        struct job *job = *at;
        if (job != NULL)
            *at = job->next;
        lock_give(&r->lock);
        if (job == NULL)
            return;
        pthread_join(job->thread, NULL);
        job_free(job);
    }
}

static const struct job_kind *kind_named(struct job_runner *r, struct str name)
{
    for (size_t i = 0; i < r->kinds_n; i++)
        if (str_eq(name, str_from(r->kinds[i]->name)))
            return r->kinds[i];
    return NULL;
}

/* The kind of a row that may start now, else NULL. */
static const struct job_kind *startable(struct job_runner *r, const struct job_row *row)
{
    int n = 0;
    lock_take(&r->lock);
    const struct job_kind *kind = kind_named(r, row->kind);
    for (const struct job *j = r->running; j != NULL && kind != NULL; j = j->next) {
        bool lane =
            kind->lane != NULL && j->kind->lane != NULL && strcmp(kind->lane, j->kind->lane) == 0;
        n++;
        if (j->id == row->id || lane || n >= JOBS_MAX)
            kind = NULL;
    }
    if (r->stopping)
        kind = NULL;
    lock_give(&r->lock);
    return kind;
}

static void start(struct job_runner *r, const struct job_row *row, const struct job_kind *kind)
{
    struct job *job = calloc(1, sizeof *job);
    struct err e = ERR_INIT;
    if (job == NULL)
        abort();
    job->runner = r;
    job->kind = kind;
    job->id = row->id;
    job->account_id = row->account_id;
    job->checkpoint = job->done = row->done;
    job->total = row->total == DB_NULL ? -1 : row->total;
    snprintf(job->unit, sizeof job->unit, STR_FMT, STR_ARG(row->unit));
    arena_init(&job->arena, 0);
    buf_init(&job->cursor, CURSOR_BYTES + 1);
    buf_add(&job->cursor, row->cursor);
    enum rc rc = json_parse(&job->arena, arena_str(&job->arena, row->detail), &job->detail, &e);
    assert(rc == RC_OK); /* job_add() was given JSON */
    (void)rc;
    lock_take(&r->lock);
    job->next = r->running;
    r->running = job;
    job->thread = thread_start("koi-job", job_thread, job);
    lock_give(&r->lock);
}

static bool is_running(struct job_runner *r, int64_t id)
{
    lock_take(&r->lock);
    struct job *j = r->running;
    while (j != NULL && j->id != id)
        j = j->next;
    lock_give(&r->lock);
    return j != NULL;
}

static enum rc write_stopped(struct tx *tx, void *arg, struct err *e)
{
    return job_row_set_state(tx, *(int64_t *)arg, JOB_STOPPED, e);
}

/* Starts what can start. A row that was being stopped when the program ended is stopped now. */
static void look(struct job_runner *r)
{
    struct tx *tx = NULL;
    struct job_row *rows = NULL;
    size_t n = 0;
    struct err e = ERR_INIT;
    enum rc rc = db_read_begin(r->app->db, &tx, &e);
    if (rc == RC_OK)
        rc = job_row_open(tx, &rows, &n, &e);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        const struct job_kind *kind = startable(r, &rows[i]);
        if (rows[i].state == JOB_STOPPING && !is_running(r, rows[i].id))
            writer_run(r->app->writer, write_stopped, &rows[i].id, NULL);
        else if (kind != NULL && rows[i].state != JOB_STOPPING)
            start(r, &rows[i], kind);
    }
    db_read_end(tx);
}

static void *look_thread(void *arg)
{
    struct job_runner *r = arg;
    lock_take(&r->lock);
    while (!r->stopping) {
        lock_give(&r->lock);
        reap(r);
        look(r);
        lock_take(&r->lock);
        int64_t wait_us = r->look_us;
        r->look_us = wait_us * 2 < JOB_POLL_US ? wait_us * 2 : JOB_POLL_US;
        if (!r->stopping)
            signal_wait_for(&r->wake, &r->lock, wait_us);
    }
    lock_give(&r->lock);
    return NULL;
}

/* ---- the runner ---- */

enum rc job_runner_start(struct app *app, struct job_runner **out, struct err *e)
{
    (void)e;
    struct job_runner *r = calloc(1, sizeof *r);
    if (r == NULL)
        abort();
    r->app = app;
    r->look_us = HINT_US;
    lock_init(&r->lock, LOCK_JOB);
    signal_init(&r->wake);
    signal_init(&r->ended);
    while (job_kinds[r->kinds_n] != NULL) {
        r->kinds[r->kinds_n] = job_kinds[r->kinds_n];
        r->kinds_n++;
    }
    assert(r->kinds_n < KINDS_MAX);
    *out = r;
    app->jobs = r; /* before the first job runs */
    r->thread = thread_start("koi-jobs", look_thread, r);
    return RC_OK;
}

void job_runner_stop(struct job_runner *r)
{
    if (r == NULL)
        return;
    lock_take(&r->lock);
    r->stopping = true;
    signal_one(&r->wake);
    lock_give(&r->lock);
    pthread_join(r->thread, NULL);
    lock_take(&r->lock);
    for (;;) {
        struct job *j = r->running;
        while (j != NULL && j->ended)
            j = j->next;
        if (j == NULL)
            break;
        signal_wait(&r->ended, &r->lock);
    }
    lock_give(&r->lock);
    reap(r);
    signal_done(&r->ended);
    signal_done(&r->wake);
    lock_done(&r->lock);
    free(r);
}

void job_register(struct job_runner *r, const struct job_kind *kind)
{
    lock_take(&r->lock);
    assert(kind_named(r, str_from(kind->name)) == NULL && r->kinds_n < KINDS_MAX);
    r->kinds[r->kinds_n++] = kind;
    r->look_us = HINT_US;
    signal_one(&r->wake);
    lock_give(&r->lock);
}

void job_on_change(struct job_runner *r, void (*fn)(void *ctx, int64_t job_id), void *ctx)
{
    lock_take(&r->lock);
    r->on_change = fn;
    r->on_change_ctx = ctx;
    lock_give(&r->lock);
}

static void hint(struct job_runner *r)
{
    if (r == NULL)
        return;
    lock_take(&r->lock);
    r->look_us = HINT_US;
    signal_one(&r->wake);
    lock_give(&r->lock);
}

bool job_wait(struct job_runner *r, int64_t id, int64_t timeout_us)
{
    int64_t until = clock_mono_us() + timeout_us;
    for (;;) {
        struct tx *tx = NULL;
        struct job_row row;
        struct err e = ERR_INIT;
        enum rc rc = db_read_begin(r->app->db, &tx, &e);
        if (rc == RC_OK)
            rc = job_row_get(tx, id, &row, &e);
        bool over = rc != RC_OK || row.state >= JOB_STOPPED;
        db_read_end(tx);
        int64_t left = until - clock_mono_us();
        if (over || left <= 0)
            return over;
        lock_take(&r->lock);
        signal_wait_for(&r->ended, &r->lock, left < 50000 ? left : 50000);
        lock_give(&r->lock);
    }
}

/* ---- starting, stopping ---- */

enum rc job_add(struct app *app, struct tx *tx, const struct job_order *o, int64_t *out_id,
                struct err *e)
{
    struct job_row row = {
        .id = tx_id(tx),
        .kind = str_from(o->kind),
        .title = o->title,
        .detail = o->detail,
        .total = o->total < 0 ? DB_NULL : o->total,
        .unit = o->unit != NULL ? str_from(o->unit) : STR("rows"),
        .account_id = o->account_id,
    };
    enum rc rc = job_row_add(tx, &row, e);
    if (rc != RC_OK)
        return rc;
    *out_id = row.id;
    hint(app->jobs);
    return RC_OK;
}

enum rc job_stop(struct app *app, struct tx *tx, int64_t id, struct err *e)
{
    struct job_row row;
    enum rc rc = job_row_get(tx, id, &row, e);
    if (rc != RC_OK)
        return rc;
    if (row.state >= JOB_STOPPED)
        return err_set(e, RC_CONFLICT, "job_ended", NULL, "任务已经结束",
                       "the job has ended already");
    bool live = false;
    if (app->jobs != NULL) {
        lock_take(&app->jobs->lock);
        for (struct job *j = app->jobs->running; j != NULL; j = j->next)
            if (j->id == id) {
                atomic_store(&j->stop, true);
                live = true;
            }
        lock_give(&app->jobs->lock);
    }
    return job_row_set_state(tx, id, live ? JOB_STOPPING : JOB_STOPPED, e);
}

enum rc job_resume(struct app *app, struct tx *tx, int64_t id, struct err *e)
{
    struct job_row row;
    enum rc rc = job_row_get(tx, id, &row, e);
    if (rc != RC_OK)
        return rc;
    if (row.state != JOB_STOPPED && row.state != JOB_FAILED) {
        rc = err_set(e, RC_CONFLICT, "job_not_stopped", NULL, "任务没有停止，不能继续",
                     "the job has not stopped, so it cannot go on");
        err_hint(e, "只有已停止或失败的任务可以继续", "only a job that was stopped or failed can");
        return rc;
    }
    rc = job_row_set_state(tx, id, JOB_WAITING, e);
    if (rc == RC_OK)
        hint(app->jobs);
    return rc;
}

/* ---- showing ---- */

struct figures {
    int64_t done, total; /* total < 0: not known */
    char unit[24];
    double rate; /* a second; 0: not known */
};

/* The live figures of a running job; false when it does not run. */
static bool live_figures(struct job_runner *r, int64_t id, struct figures *out)
{
    if (r == NULL)
        return false;
    lock_take(&r->lock);
    const struct job *j = r->running;
    while (j != NULL && (j->id != id || j->ended))
        j = j->next;
    if (j != NULL) {
        out->done = j->done;
        out->total = j->total;
        memcpy(out->unit, j->unit, sizeof out->unit);
        int64_t span_us = j->samples_n > 0 ? clock_mono_us() - j->samples[0].at_us : 0;
        out->rate =
            span_us > 200000 ? (double)(j->done - j->samples[0].done) * 1e6 / (double)span_us : 0;
    }
    lock_give(&r->lock);
    return j != NULL;
}

static void print_job(const struct job_row *row, const struct figures *f, struct json *out,
                      const char *key)
{
    bool open = row->state < JOB_STOPPED;
    json_open_object(out, key);
    json_put_id(out, "id", row->id);
    json_put_str(out, "kind", row->kind);
    json_put_z(out, "state", job_state_name(row->state));
    json_put_str(out, "title", row->title);
    json_put_int(out, "done", f->done);
    if (f->total >= 0)
        json_put_int(out, "total", f->total);
    else
        json_put_null(out, "total");
    json_put_z(out, "unit", f->unit);
    json_put_int(out, "rate", (int64_t)f->rate);
    if (open && f->rate > 0 && f->total >= f->done)
        json_put_int(out, "remaining_s", (int64_t)((double)(f->total - f->done) / f->rate + 0.5));
    else
        json_put_null(out, "remaining_s");
    json_put_raw(out, "result", str_empty(row->result) ? STR("null") : row->result);
    json_put_raw(out, "error", str_empty(row->error) ? STR("null") : row->error);
    json_put_int(out, "created_s", row->created_us / 1000000);
    if (row->ended_us > 0)
        json_put_int(out, "ended_s", row->ended_us / 1000000);
    else
        json_put_null(out, "ended_s");
    json_close_object(out);
}

enum rc job_print(struct app *app, struct tx *tx, int64_t id, struct json *out, const char *key,
                  struct err *e)
{
    struct job_row row;
    enum rc rc = job_row_get(tx, id, &row, e);
    if (rc != RC_OK)
        return rc;
    struct figures f = {.done = row.done, .total = row.total == DB_NULL ? -1 : row.total};
    snprintf(f.unit, sizeof f.unit, STR_FMT, STR_ARG(row.unit));
    if (row.state < JOB_STOPPED)
        live_figures(app->jobs, id, &f);
    else if (row.ended_us > row.started_us && row.started_us > 0)
        f.rate = (double)row.done * 1e6 / (double)(row.ended_us - row.started_us);
    print_job(&row, &f, out, key);
    return RC_OK;
}

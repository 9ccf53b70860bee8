/* job — work that takes longer than a request: durable, in steps, with progress, stoppable, resumed
 * after a crash.
 *
 * A kind of job is a const struct. The runner calls `open`, then `step` until it says it has
 * finished, then `close`. A step takes 10 … 200 ms, does its writing through the writer, and keeps
 * its place by job_checkpoint() *in the same closure as the rows it wrote*: so a job killed at any
 * moment goes on exactly behind its last committed step. Steps run on a thread of the runner, never
 * on the writer's.
 *
 *     static enum rc retag_step(struct job *job, bool *out_finished, struct err *e) { … }
 *     const struct job_kind job_kind_retag = {.name = "retag", .lane = "data", .step = retag_step};
 *
 * A kind in src/domain is listed in job_kinds.c; one that lives higher up is registered by
 * job_register().
 */
#ifndef KOI_DOMAIN_JOB_H
#define KOI_DOMAIN_JOB_H

#include "base/json.h"
#include "domain/app.h"

struct job;
struct job_runner;

struct job_kind {
    const char *name; /* kind in table job: "import" */
    const char *lane; /* jobs of one lane run one after the other; NULL: beside all others */
    /* Prepares memory and files; also called when a job goes on after a stop or crash: job_cursor()
     * is then not empty. What it makes it hands to job_set_state(). May be NULL. */
    enum rc (*open)(struct job *job, struct err *e);
    enum rc (*step)(struct job *job, bool *out_finished, struct err *e);
    /* Frees the state; always called after a successful open. `rc` is RC_OK when the job is done.
     * `stopped`: it will perhaps be resumed. May be NULL. */
    void (*close)(struct job *job, enum rc rc, bool stopped);
};

/* ---- for the kinds ---- */

struct app *job_app(const struct job *job);
int64_t job_id(const struct job *job);
int64_t job_account(const struct job *job); /* who asked for it; 0: the command line or a rule */
/* The parameters it was made with, and where the last committed step left off ("" at the first
 * start). */
const struct json_value *job_detail(const struct job *job);
struct str job_cursor(const struct job *job);
int64_t job_done(const struct job *job); /* at the last checkpoint */
/* Memory for the life of this run. */
struct arena *job_arena(struct job *job);
void job_set_state(struct job *job, void *state);
void *job_state(const struct job *job);
/* Whether somebody asked it to stop: a long step looks and returns early; the runner does the rest.
 */
bool job_stopping(const struct job *job);
/* Waits so long; false when it is to stop, which ends the waiting within 20 ms. */
bool job_pause(const struct job *job, int64_t us);

/* In the closure that wrote the step's rows: from here the next step goes on. At most 4 KB of
 * cursor. `done` in units. */
enum rc job_checkpoint(struct job *job, struct tx *tx, struct str cursor, int64_t done,
                       struct err *e);
/* Outside of closures. How far it is, for people only (cheap, not stored until the next
 * checkpoint); total < 0: not known. */
void job_progress(struct job *job, int64_t done, int64_t total);
/* The unit of done and total ("rows"), any time; what it brought, JSON, before the last step
 * returns. */
void job_set_unit(struct job *job, const char *unit);
void job_set_result(struct job *job, struct str json);

/* ---- for whoever starts one ---- */

struct job_order {
    const char *kind;
    struct str title;  /* for people, no personal data */
    struct str detail; /* JSON object, no personal data */
    const char *unit;  /* NULL: "rows" */
    int64_t total;     /* < 0: not known yet */
    int64_t account_id;
};

/* Puts a job in the queue, in a closure; it starts as soon as that has committed. */
enum rc job_add(struct app *app, struct tx *tx, const struct job_order *order, int64_t *out_id,
                struct err *e);
/* Asks a job to stop after its step; RC_CONFLICT when it has ended. A waiting job stops at once. */
enum rc job_stop(struct app *app, struct tx *tx, int64_t id, struct err *e);
/* Puts a stopped or failed job in the queue again. */
enum rc job_resume(struct app *app, struct tx *tx, int64_t id, struct err *e);

/* The job as in docs/API.md, written as one JSON value, live figures included. RC_NOT_FOUND when
 * there is none. */
enum rc job_print(struct app *app, struct tx *tx, int64_t id, struct json *out, const char *key,
                  struct err *e);

/* ---- the runner ---- */

/* Starts the threads; jobs that a crash left running go on. */
enum rc job_runner_start(struct app *app, struct job_runner **out, struct err *e);
/* Lets each job finish its step and leaves it to be resumed at the next start. Accepts NULL. */
void job_runner_stop(struct job_runner *r);
/* Adds a kind from a higher folder. Jobs of kinds not known yet wait. */
void job_register(struct job_runner *r, const struct job_kind *kind);
/* Called (on a runner thread; must not block) when a job's figures or state changed, at most 5
 * times a second for each job. */
void job_on_change(struct job_runner *r, void (*fn)(void *ctx, int64_t job_id), void *ctx);
/* Waits until the job has ended or was stopped, at most timeout_us; false when it runs on. For the
 * command line and tests. */
bool job_wait(struct job_runner *r, int64_t id, int64_t timeout_us);

#endif

/* job_stub.c — see job_stub.h. */
#include "job_stub.h"

#include <assert.h>

struct job {
    struct stub_job *kept;
    struct app app;
    struct arena arena;
    const struct json_value *detail;
    void *state;
};

struct app *job_app(const struct job *job)
{
    return (struct app *)&job->app;
}

int64_t job_id(const struct job *job)
{
    (void)job;
    return 1;
}

int64_t job_account(const struct job *job)
{
    (void)job;
    return 0;
}

const struct json_value *job_detail(const struct job *job)
{
    return job->detail;
}

struct str job_cursor(const struct job *job)
{
    return str_from(job->kept->cursor);
}

int64_t job_done(const struct job *job)
{
    return job->kept->done;
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
    (void)job;
    return false;
}

enum rc job_checkpoint(struct job *job, struct tx *tx, struct str cursor, int64_t done,
                       struct err *e)
{
    (void)e;
    assert(tx_is_writing(tx) && cursor.n < sizeof job->kept->cursor);
    snprintf(job->kept->cursor, sizeof job->kept->cursor, STR_FMT, STR_ARG(cursor));
    job->kept->done = done;
    return RC_OK;
}

void job_progress(struct job *job, int64_t done, int64_t total)
{
    (void)job;
    assert(total < 0 || (done >= 0 && done <= total));
}

void job_set_unit(struct job *job, const char *unit)
{
    (void)job;
    assert(unit != NULL);
}

void job_set_result(struct job *job, struct str json)
{
    snprintf(job->kept->result, sizeof job->kept->result, STR_FMT, STR_ARG(json));
}

void stub_run_between(struct store_fixture *f, struct stub_job *kept, int steps,
                      stub_between *between, void *arg)
{
    struct job job = {.kept = kept, .app = {.db = f->db, .writer = f->writer, .keys = f->keys}};
    arena_init(&job.arena, 0);
    store_must(f, json_parse(&job.arena, str_from(kept->detail), &job.detail, &f->err));
    store_must(f, kept->kind->open(&job, &f->err));
    if (between != NULL)
        between(f, arg);
    for (int i = 0; i != steps && !kept->finished; i++, kept->steps++)
        store_must(f, kept->kind->step(&job, &kept->finished, &f->err));
    if (kept->kind->close != NULL)
        kept->kind->close(&job, RC_OK, !kept->finished);
    arena_done(&job.arena);
}

void stub_run(struct store_fixture *f, struct stub_job *kept, int steps)
{
    stub_run_between(f, kept, steps, NULL, NULL);
}

int64_t stub_result(const struct stub_job *kept, const char *name)
{
    struct arena a;
    const struct json_value *v;
    arena_init(&a, 0);
    enum rc rc = json_parse(&a, str_from(kept->result), &v, NULL);
    int64_t n = rc == RC_OK ? json_int_or(json_get(v, name), -1) : -1;
    arena_done(&a);
    return n;
}

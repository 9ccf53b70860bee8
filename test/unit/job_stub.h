/* job_stub — a job without a runner: the test itself opens, steps, and abandons it.
 *
 * Stands in for domain/job.c, so that a test decides at which step a job is killed. What survives a
 * kill is what job_checkpoint() wrote: cursor and done.
 */
#ifndef KOI_TEST_UNIT_JOB_STUB_H
#define KOI_TEST_UNIT_JOB_STUB_H

#include "store_fixture.h"

#include "domain/job.h"

struct stub_job {
    const struct job_kind *kind;
    char detail[200];
    char cursor[4096], result[400];
    int64_t done;
    bool finished;
    int steps; /* of all runs together */
};

/* What may be done between opening and the first step of a run. */
typedef void stub_between(struct store_fixture *f, void *arg);

/* Runs a job from where it was left for at most `steps` steps (< 0: to its end), then drops
 * everything it had in memory. */
void stub_run(struct store_fixture *f, struct stub_job *job, int steps);
void stub_run_between(struct store_fixture *f, struct stub_job *job, int steps,
                      stub_between *between, void *arg);
/* An integer member of the job's result; -1 when there is none. */
int64_t stub_result(const struct stub_job *job, const char *name);

#endif

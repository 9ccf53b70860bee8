/* demo_remove.c — the demo corp out again, in one action.
 *
 * An installation is either a demo or real: what hangs on customers goes whole, so data of other
 * imports must be undone first. A killed job simply goes on, since deleting what is left is all it
 * ever does.
 */
#include "domain/demo.h"

#include "store/census.h"
#include "store/event.h"
#include "store/wipe.h"

enum rc demo_removable(struct tx *tx, struct err *e)
{
    bool demo = false;
    int64_t others = 0;
    enum rc rc = census_demo(tx, &demo, e);
    if (rc == RC_OK)
        rc = wipe_others(tx, &others, e);
    if (rc != RC_OK)
        return rc;
    if (!demo)
        return err_set(e, RC_CONFLICT, "no_demo", NULL, "这里没有演示数据",
                       "there is no demo data here");
    if (others == 0)
        return RC_OK;
    rc = err_set(e, RC_CONFLICT, "other_imports", NULL, "演示数据之外还有 %lld 次导入，会一并丢失",
                 "there are %lld imports besides the demo, which would be lost with it",
                 (long long)others);
    err_hint(e, "先撤销这些导入，再移除演示数据。",
             "Undo those imports first, then remove the demo.");
    return rc;
}

struct removal {
    struct job *job;
    int64_t steps;
    bool empty;
};

static enum rc remove_some(struct tx *tx, void *arg, struct err *e)
{
    struct removal *r = arg;
    enum rc rc = r->steps == 0 ? demo_removable(tx, e) : RC_OK;
    if (rc == RC_OK)
        rc = wipe_some(tx, &r->empty, e);
    if (rc == RC_OK && r->empty) /* the log is empty: whoever follows it reads everything anew */
        rc = event_retract_batch(tx, tx_id(tx), e);
    return rc == RC_OK ? job_checkpoint(r->job, tx, STR("removing"), r->steps + 1, e) : rc;
}

static enum rc removal_open(struct job *job, struct err *e)
{
    (void)e;
    struct removal *r = ARENA_NEW(job_arena(job), struct removal);
    r->job = job;
    r->steps = job_done(job);
    job_set_unit(job, "steps");
    job_set_state(job, r);
    return RC_OK;
}

static enum rc removal_step(struct job *job, bool *out_finished, struct err *e)
{
    struct removal *r = job_state(job);
    enum rc rc = writer_run(job_app(job)->writer, remove_some, r, e);
    if (rc != RC_OK)
        return rc;
    r->steps++;
    job_progress(job, r->steps, -1);
    *out_finished = r->empty;
    return RC_OK;
}

const struct job_kind job_kind_demo_remove = {
    .name = "demo_remove",
    .lane = "data",
    .open = removal_open,
    .step = removal_step,
};

/* tiering.c — one run of a tier model.
 *
 * Everything is read at one snapshot: everyone there is, who is in which tier now, and for each
 * tier in order who matches. All lists ascend by customer id, so each is laid over the first by a
 * merge. Cost: the tiers' questions (query/sql) plus O(customers); writing costs about 20 µs a
 * move. Memory: 20 bytes a customer while it computes, 12 while it writes.
 *
 * A run that was killed goes on with the same pinned now: what it has moved is left alone, the rest
 * is computed again. Between reading and writing a customer may be merged away or erased: each
 * closure asks again, under lock, and gives such a one no tier. Only the newest run of a model
 * writes, so that resuming an old one cannot bring back what was.
 */
#include "domain/tiering.h"

#include "base/clock.h"
#include "domain/expression.h"
#include "query/answer.h"
#include "store/ids.h"
#include "store/list.h"

#include <assert.h>
#include <stdlib.h>

/* Five rows a move; with sizes and checkpoint under LIMIT_CLOSURE_ROWS. */
enum { MOVES_A_CLOSURE = 390 };

/* A customer in a tier who is in no audience any more, merged away or erased; tier 0: left
 * alone. */
struct stray {
    int64_t customer_id, tier_id;
};

struct run {
    struct job *job;
    struct snapshot *snapshot; /* all questions of a computation are asked of it; NULL: SQL */
    int64_t model_id, run_id, now_s, began_us;
    bool going_on, superseded;
    int64_t *tiers; /* ids of all tiers the model ever had, ascending; place 0 stands for none */
    size_t tiers_n;
    uint16_t *asked; /* places of the tiers the model has now */
    size_t asked_n;
    int64_t *ids; /* everyone, ascending, with the place of the old tier and the new one */
    uint16_t *old, *now;
    size_t n;
    struct stray *strays;
    size_t strays_n, strays_room;
    size_t at, next; /* moves are those of 0 … n − 1 that differ, then the strays */
    size_t seen;     /* of `ids`, while a list is laid over them */
    int64_t done, todo, customers, moved;
};

/* ---- computing ---- */

static uint16_t place_of_tier(const struct run *run, int64_t tier_id)
{
    const int64_t *found =
        bsearch(&tier_id, run->tiers + 1, run->tiers_n - 1, sizeof tier_id, ids_compare);
    assert(found != NULL);
    return (uint16_t)(found - run->tiers);
}

/* Goes forward in `ids` to this customer; false when it is not there. Callers ascend. */
static bool forward_to(struct run *run, int64_t customer_id)
{
    while (run->seen < run->n && run->ids[run->seen] < customer_id)
        run->seen++;
    return run->seen < run->n && run->ids[run->seen] == customer_id;
}

static void see_member(void *to, int64_t customer_id, int64_t tier_id)
{
    struct run *run = to;
    if (forward_to(run, customer_id))
        run->old[run->seen] = place_of_tier(run, tier_id);
    else
        *LIST_ADD(job_arena(run->job), run->strays, run->strays_n, run->strays_room) =
            (struct stray){customer_id, tier_id};
}

static int stray_compare(const void *id, const void *stray)
{
    return ids_compare(id, &((const struct stray *)stray)->customer_id);
}

/* What this run has moved already stays until the next one, even if it is merged away since: a run
 * moves a customer once. */
static void see_moved(void *to, int64_t customer_id)
{
    struct run *run = to;
    if (forward_to(run, customer_id)) {
        run->now[run->seen] = run->old[run->seen];
        return;
    }
    struct stray *stray = run->strays_n == 0 ? NULL
                                             : bsearch(&customer_id, run->strays, run->strays_n,
                                                       sizeof *stray, stray_compare);
    if (stray != NULL)
        stray->tier_id = 0;
}

static enum rc load_tiers(struct run *run, struct tx *tx, struct err *e)
{
    struct tier_row *all = NULL;
    size_t n = 0;
    enum rc rc = tiers_ever(tx, run->model_id, &all, &n, e);
    if (rc != RC_OK)
        return rc;
    if (n >= UINT16_MAX)
        return err_set(e, RC_LIMIT, "tiers_ever", NULL, "这个模型改过太多次，请新建一个",
                       "this model was changed too often; make a new one");
    run->tiers = ARENA_ARRAY(job_arena(run->job), int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        run->tiers[i + 1] = all[i].id;
    run->tiers_n = n + 1;
    return RC_OK;
}

static enum rc load_everyone(struct run *run, struct tx *tx, struct err *e)
{
    struct arena *a = job_arena(run->job);
    struct audience_question all = {.now_s = run->now_s};
    int64_t n = 0;
    enum rc rc = expression_read(tx, AUDIENCE_CUSTOMER, STR("all"), &all.expr, e);
    if (rc == RC_OK)
        rc = answer_count(run->snapshot, tx, &all, &n, e);
    if (rc != RC_OK)
        return rc;
    run->ids = ARENA_ARRAY(a, int64_t, n + 1);
    run->old = ARENA_ARRAY(a, uint16_t, n + 1);
    run->now = ARENA_ARRAY(a, uint16_t, n + 1);
    if (n > 0)
        rc = answer_page(run->snapshot, tx, &all, 0, n, run->ids, &run->n, e);
    run->seen = 0;
    return rc == RC_OK ? tier_members(tx, run->model_id, see_member, run, e) : rc;
}

/* Gives a tier to everyone who matches and has none yet; `hits` has room for everyone. */
static enum rc ask_tier(struct run *run, struct tx *tx, const struct tier_model *m,
                        const struct tier_row *t, int64_t *hits, struct err *e)
{
    struct audience_question q = {.now_s = run->now_s, .period_s = m->period_s};
    size_t n = 0;
    enum rc rc = expression_read(tx, AUDIENCE_CUSTOMER, t->expression, &q.expr, e);
    if (rc == RC_OK && run->n > 0)
        rc = answer_page(run->snapshot, tx, &q, 0, (int64_t)run->n, hits, &n, e);
    if (rc != RC_OK)
        return rc;
    uint16_t place = place_of_tier(run, t->id);
    run->asked[run->asked_n++] = place;
    run->seen = 0;
    for (size_t i = 0; i < n; i++) {
        bool there = forward_to(run, hits[i]);
        assert(there);
        if (run->now[run->seen] == 0)
            run->now[run->seen] = place;
    }
    return RC_OK;
}

static enum rc compute(struct run *run, struct tx *tx, struct err *e)
{
    struct tier_model m;
    struct arena scratch;
    arena_init(&scratch, 0);
    enum rc rc = tier_model_only(tx, run->model_id, &m, e);
    if (rc == RC_OK)
        rc = load_tiers(run, tx, e);
    if (rc == RC_OK)
        rc = load_everyone(run, tx, e);
    int64_t *hits = rc == RC_OK ? ARENA_ARRAY(&scratch, int64_t, run->n + 1) : NULL;
    if (rc == RC_OK)
        run->asked = ARENA_ARRAY(job_arena(run->job), uint16_t, m.tiers_n + 1);
    for (size_t i = 0; rc == RC_OK && i < m.tiers_n; i++)
        rc = ask_tier(run, tx, &m, &m.tiers[i], hits, e);
    arena_done(&scratch);
    for (size_t i = 0; rc == RC_OK && i < run->n; i++)
        run->customers += run->now[i] != 0;
    run->seen = 0;
    if (rc == RC_OK && run->going_on)
        rc = tier_run_moved(tx, run->run_id, see_moved, run, e);
    run->todo = 0;
    for (size_t i = 0; i < run->strays_n; i++)
        run->todo += run->strays[i].tier_id != 0;
    for (size_t i = 0; i < run->n; i++)
        run->todo += run->now[i] != run->old[i];
    return rc;
}

/* ---- the job ---- */

static struct str place_of(const struct run *run, struct arena *a)
{
    return arena_printf(a, "%lld %lld", (long long)run->run_id, (long long)run->now_s);
}

static bool go_on(struct run *run, struct str place)
{
    struct str id;
    return str_cut(&place, ' ', &id) && str_to_i64(id, &run->run_id) &&
           str_to_i64(place, &run->now_s);
}

static enum rc begin(struct tx *tx, void *arg, struct err *e)
{
    struct run *run = arg;
    enum rc rc = tier_run_begin(tx, run->model_id, run->now_s, &run->run_id, e);
    return rc == RC_OK ? job_checkpoint(run->job, tx, place_of(run, tx_arena(tx)), 0, e) : rc;
}

static enum rc read_all(struct run *run, struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(job_app(run->job)->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    bool newest = true;
    if (run->going_on)
        rc = tier_run_is_newest(tx, run->model_id, run->run_id, &newest, e);
    run->superseded = !newest;
    if (rc == RC_OK && newest) {
        run->snapshot = answer_from(job_app(run->job)->mirror, tx);
        rc = compute(run, tx, e);
        answer_done(run->snapshot);
        run->snapshot = NULL;
    }
    db_read_end(tx);
    return rc;
}

static enum rc run_open(struct job *job, struct err *e)
{
    struct run *run = ARENA_NEW(job_arena(job), struct run);
    run->job = job;
    run->began_us = clock_mono_us();
    run->now_s = json_int_or(json_get(job_detail(job), "now_s"), clock_now_s());
    run->model_id = json_int_or(json_get(job_detail(job), "model_id"), 0);
    run->going_on = go_on(run, job_cursor(job));
    run->done = job_done(job);
    job_set_unit(job, "customers");
    enum rc rc = read_all(run, e);
    if (rc == RC_OK && !run->going_on)
        rc = writer_run(job_app(job)->writer, begin, run, e);
    if (rc != RC_OK)
        return rc;
    job_progress(job, run->done, run->done + run->todo);
    job_set_state(job, run);
    return RC_OK;
}

/* One closure's share of the moves. */
struct share {
    int64_t ids[MOVES_A_CLOSURE];
    uint16_t from[MOVES_A_CLOSURE], to[MOVES_A_CLOSURE];
    size_t n;
};

/* Fills a share from `at` on; returns where the next one begins. */
static size_t take(const struct run *run, struct share *s)
{
    size_t i = run->at;
    for (s->n = 0; i < run->n + run->strays_n && s->n < MOVES_A_CLOSURE; i++) {
        bool stray = i >= run->n;
        if (stray ? run->strays[i - run->n].tier_id == 0 : run->old[i] == run->now[i])
            continue;
        s->ids[s->n] = stray ? run->strays[i - run->n].customer_id : run->ids[i];
        s->from[s->n] = stray ? place_of_tier(run, run->strays[i - run->n].tier_id) : run->old[i];
        s->to[s->n] = stray ? 0 : run->now[i];
        s->n++;
    }
    return i;
}

static enum rc move_share(struct run *run, struct tx *tx, struct share *s, struct err *e)
{
    int64_t *gone = NULL;
    size_t gone_n = 0;
    enum rc rc = s->n > 0 ? tier_gone(tx, s->ids, s->n, &gone, &gone_n, e) : RC_OK;
    for (size_t i = 0; rc == RC_OK && i < s->n; i++) {
        if (gone_n > 0 && bsearch(&s->ids[i], gone, gone_n, sizeof *gone, ids_compare) != NULL)
            s->to[i] = 0;
        if (s->from[i] != s->to[i])
            rc = tier_move(tx, run->run_id, run->model_id, s->ids[i], run->tiers[s->from[i]],
                           run->tiers[s->to[i]], run->now_s, e);
    }
    return rc;
}

/* The run's figures, and how many it found in each tier. */
static enum rc end_run(struct run *run, struct tx *tx, struct err *e)
{
    int64_t *sizes = ARENA_ARRAY(tx_arena(tx), int64_t, run->tiers_n);
    for (size_t i = 0; i < run->n; i++)
        sizes[run->now[i]]++;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < run->asked_n; i++)
        rc = tier_size_add(tx, run->run_id, run->tiers[run->asked[i]], sizes[run->asked[i]], e);
    int64_t took_us = clock_mono_us() - run->began_us;
    if (rc == RC_OK)
        rc = tier_run_end(tx, run->run_id, run->customers, took_us > 0 ? took_us : 1, &run->moved,
                          e);
    return rc;
}

static enum rc write_some(struct tx *tx, void *arg, struct err *e)
{
    struct run *run = arg;
    struct share *s = ARENA_NEW(tx_arena(tx), struct share);
    run->next = take(run, s);
    enum rc rc = move_share(run, tx, s, e);
    if (rc == RC_OK && run->next == run->n + run->strays_n)
        rc = end_run(run, tx, e);
    if (rc != RC_OK)
        return rc;
    return job_checkpoint(run->job, tx, place_of(run, tx_arena(tx)), run->done + (int64_t)s->n, e);
}

static enum rc run_step(struct job *job, bool *out_finished, struct err *e)
{
    struct run *run = job_state(job);
    if (run->superseded) {
        job_set_result(job, STR("{\"superseded\":true}"));
        *out_finished = true;
        return RC_OK;
    }
    enum rc rc = writer_run(job_app(job)->writer, write_some, run, e);
    if (rc != RC_OK)
        return rc;
    run->at = run->next;
    int64_t total = run->done + run->todo;
    run->done = job_done(job);
    run->todo = total - run->done;
    job_progress(job, run->done, total);
    *out_finished = run->at == run->n + run->strays_n;
    if (*out_finished)
        job_set_result(job, arena_printf(job_arena(job), "{\"customers\":%lld,\"moved\":%lld}",
                                         (long long)run->customers, (long long)run->moved));
    return RC_OK;
}

const struct job_kind job_kind_tier = {
    .name = "tier",
    .lane = "scores",
    .open = run_open,
    .step = run_step,
};

/* ---- models ---- */

enum rc tiering_check(struct tx *tx, struct tier_model *m, struct err *e)
{
    for (size_t i = 0; i < m->tiers_n; i++) {
        enum rc rc = expression_canonical(tx, NAME_TIER_MODEL, m->id, AUDIENCE_CUSTOMER,
                                          m->tiers[i].expression, &m->tiers[i].expression, e);
        if (rc == RC_OK)
            continue;
        if (e != NULL)
            snprintf(e->field, sizeof e->field, "tiers[%zu].expression", i);
        return rc;
    }
    return RC_OK;
}

enum rc tiering_add_template(struct tx *tx, const struct tier_template *t, bool english,
                             int64_t *out_id, struct err *e)
{
    struct tier_row rows[9] = {0};
    struct tier_model m = {
        .name = str_from(english ? t->en : t->zh),
        .kind = str_from(t->kind),
        .subject = STR("customer"),
        .period_s = (int64_t)t->period_days * 86400,
        .enabled = true,
        .tiers = rows,
    };
    for (size_t i = 0; i < 9 && t->tiers[i].zh != NULL; i++) {
        const struct tier_template_row *row = &t->tiers[i];
        rows[m.tiers_n++] = (struct tier_row){
            .name = str_from(english ? row->en : row->zh),
            .expression = str_from(row->expression),
            .color = str_from(row->color),
            .advice = str_from(english ? row->advice_en : row->advice_zh),
        };
    }
    enum rc rc = tiering_check(tx, &m, e);
    if (rc == RC_OK)
        rc = tier_model_add(tx, &m, e);
    if (rc == RC_OK)
        *out_id = m.id;
    return rc;
}

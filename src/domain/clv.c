/* clv.c — the job: reads, fits and scores all buyers at one snapshot, and writes the rows that
 * differ from those in force, a few hundred a closure.
 *
 * The fit's row is written first. The job's place holds its id, its now and the parameters to the
 * last bit, so a job that was killed goes on with the same fit over the buyers as they are then. A
 * buyer takes 64 bytes, and 80 more while the fit is made: 2 M buyers need 290 MB at the most.
 */
#include "domain/clv.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/must.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { ROWS_A_CLOSURE = 900 };

struct fitting {
    struct job *job;
    struct clv_question q;
    struct clv_read read;
    struct clv_result result; /* buying, spending, applied: from the job's place when it goes on */
    bool values;              /* the fit of values can be used */
    size_t warnings;
    int64_t fit_id, now_s;
    int64_t *removed; /* who has a row and is a buyer no more */
    size_t removed_n, removed_room;
    size_t seen;     /* buyers, while rows in force are laid over them */
    size_t at, next; /* of what is to be written: buyers, then removed */
    int64_t done, todo;
};

/* ---- planning ---- */

static struct clv_question question_of(const struct job *job, int32_t today)
{
    const struct json_value *d = job_detail(job);
    struct clv_question q = {
        .weeks = json_int_or(json_get(d, "weeks"), CLV_WEEKS),
        .discount_percent = json_double_or(json_get(d, "discount_percent"), CLV_DISCOUNT_PERCENT),
        .since = (int32_t)json_int_or(json_get(d, "since"), 0),
        .until = (int32_t)json_int_or(json_get(d, "until"), today),
        .accept = json_bool_or(json_get(d, "accept"), false),
    };
    (void)clv_model_find(json_str_or(json_get(d, "model"), STR("bg_nbd")), &q.model);
    assert(q.weeks >= 1 && q.weeks <= CLV_WEEKS_MAX && q.discount_percent >= 0);
    q.until = q.until < 0 ? 0 : q.until > today ? today : q.until;
    return q;
}

static struct clv_row row_of(const struct fitting *f, const struct clv_buyer *b)
{
    return (struct clv_row){
        .customer_id = b->customer_id,
        .horizon_s = f->q.weeks * CLV_WEEK_S,
        .alive_ppm = b->alive_ppm,
        .purchases_micro = b->purchases_micro,
        .value_fen = b->value_fen,
        .clv_fen = b->clv_fen,
        .repeats = b->repeats,
        .first_day = b->first_day,
        .last_day = b->last_day,
    };
}

static bool same(const struct clv_row *x, const struct clv_row *y)
{
    return x->horizon_s == y->horizon_s && x->alive_ppm == y->alive_ppm &&
           x->purchases_micro == y->purchases_micro && x->value_fen == y->value_fen &&
           x->clv_fen == y->clv_fen && x->repeats == y->repeats && x->first_day == y->first_day &&
           x->last_day == y->last_day;
}

/* Rows in force come ascending, as the buyers do. */
static void see_row(void *to, const struct clv_row *old)
{
    struct fitting *f = to;
    struct clv_buyer *buyers = f->read.buyers;
    while (f->seen < f->read.n && buyers[f->seen].customer_id < old->customer_id)
        f->seen++;
    if (f->seen == f->read.n || buyers[f->seen].customer_id != old->customer_id) {
        if (f->removed_n == f->removed_room) {
            f->removed_room = f->removed_room == 0 ? 1024 : f->removed_room * 2;
            f->removed = must(realloc(f->removed, f->removed_room * sizeof *f->removed));
        }
        f->removed[f->removed_n++] = old->customer_id;
        return;
    }
    struct clv_row now = row_of(f, &buyers[f->seen]);
    buyers[f->seen].differs = !same(&now, old);
}

static void fit(struct fitting *f, bool going_on)
{
    struct clv_result *r = &f->result;
    if (!going_on) {
        clv_result_make(&f->read, r);
        f->values = (r->spending.warnings & CLV_NO_DATA) == 0;
        f->warnings = clv_warnings(r);
    }
    if (!r->applied)
        return;
    clv_score_all(&f->read, &r->buying, f->values ? &r->spending : NULL);
    clv_cuts(&f->read, r->cuts);
}

static enum rc plan(struct fitting *f, bool going_on, struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(job_app(f->job)->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    int64_t from_us = clock_mono_us();
    rc = clv_read(tx, &f->q, f->now_s, &f->read, e);
    int64_t read_us = clock_mono_us() - from_us;
    if (rc == RC_OK)
        fit(f, going_on);
    f->result.read_us = read_us;
    if (rc == RC_OK && f->result.applied)
        rc = clv_rows(tx, see_row, f, e);
    db_read_end(tx);
    f->todo = (int64_t)f->removed_n;
    for (size_t i = 0; i < f->read.n && f->result.applied; i++)
        f->todo += f->read.buyers[i].differs;
    return rc;
}

/* ---- the place ---- */

/* "fit now applied values warnings" and the numbers of both fits that scores depend on. */
enum { NUMBERS = 2 * CLV_PARAMETERS + 1 };

static double *number_at(struct fitting *f, int i)
{
    return i < CLV_PARAMETERS       ? &f->result.buying.value[i]
           : i < 2 * CLV_PARAMETERS ? &f->result.spending.value[i - CLV_PARAMETERS]
                                    : &f->result.spending.mean_m;
}

static struct str place_of(struct fitting *f, struct arena *a)
{
    struct str place = arena_printf(a, "%lld %lld %d %d %zu", (long long)f->fit_id,
                                    (long long)f->now_s, f->result.applied, f->values, f->warnings);
    for (int i = 0; i < NUMBERS; i++)
        place = arena_printf(a, STR_FMT " %.17g", STR_ARG(place), *number_at(f, i));
    return place;
}

/* The place of a job that goes on; false at its beginning. */
static bool go_on(struct fitting *f, struct str place)
{
    struct str part;
    int64_t applied, values, warnings;
    if (!str_cut(&place, ' ', &part) || !str_to_i64(part, &f->fit_id))
        return false;
    bool whole = str_cut(&place, ' ', &part) && str_to_i64(part, &f->now_s) &&
                 str_cut(&place, ' ', &part) && str_to_i64(part, &applied) &&
                 str_cut(&place, ' ', &part) && str_to_i64(part, &values) &&
                 str_cut(&place, ' ', &part) && str_to_i64(part, &warnings);
    for (int i = 0; whole && i < NUMBERS; i++)
        whole = str_cut(&place, ' ', &part) && str_to_double(part, number_at(f, i));
    assert(whole);
    f->result.applied = applied != 0;
    f->values = values != 0;
    f->warnings = (size_t)warnings;
    f->result.spending.model = CLV_GAMMA_GAMMA;
    return true;
}

/* ---- the job ---- */

static enum rc begin(struct tx *tx, void *arg, struct err *e)
{
    struct fitting *f = arg;
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json j = json_to(&b);
    clv_report_put(&f->q, &f->result, &j);
    enum rc rc = clv_fit_add(tx, f->now_s, f->q.weeks * CLV_WEEK_S, (int64_t)f->read.n,
                             f->result.applied, buf_str(&b), &f->fit_id, e);
    buf_done(&b);
    return rc == RC_OK ? job_checkpoint(f->job, tx, place_of(f, tx_arena(tx)), 0, e) : rc;
}

static void fitting_done(struct fitting *f)
{
    clv_read_done(&f->read);
    free(f->removed);
}

static enum rc fit_open(struct job *job, struct err *e)
{
    struct fitting *f = ARENA_NEW(job_arena(job), struct fitting);
    f->job = job;
    f->now_s = clock_now_s();
    f->done = job_done(job);
    bool going_on = go_on(f, job_cursor(job));
    f->q = question_of(job, calendar_day_of(f->now_s));
    f->result.buying.model = f->q.model;
    job_set_unit(job, "customers");
    enum rc rc = plan(f, going_on, e);
    if (rc == RC_OK && !going_on)
        rc = writer_run(job_app(job)->writer, begin, f, e);
    if (rc != RC_OK) {
        fitting_done(f);
        return rc;
    }
    job_progress(job, f->done, f->done + f->todo);
    job_set_state(job, f);
    return RC_OK;
}

/* Goes to the next row to be written behind `next`; false at the end. Buyers, then the removed. */
static bool next_row(struct fitting *f, struct clv_row *out, bool *out_removed)
{
    while (f->next < f->read.n && !f->read.buyers[f->next].differs)
        f->next++;
    size_t i = f->next++;
    if (i >= f->read.n + f->removed_n)
        return false;
    *out_removed = i >= f->read.n;
    if (*out_removed)
        *out = (struct clv_row){.customer_id = f->removed[i - f->read.n]};
    else
        *out = row_of(f, &f->read.buyers[i]);
    return true;
}

static enum rc write_some(struct tx *tx, void *arg, struct err *e)
{
    struct fitting *f = arg;
    enum rc rc = RC_OK;
    struct clv_row row;
    bool removed;
    int64_t n = 0;
    f->next = f->at;
    while (rc == RC_OK && n < ROWS_A_CLOSURE && next_row(f, &row, &removed)) {
        rc = removed ? clv_row_remove(tx, row.customer_id, e) : clv_row_put(tx, f->fit_id, &row, e);
        n++;
    }
    return rc == RC_OK ? job_checkpoint(f->job, tx, place_of(f, tx_arena(tx)), f->done + n, e) : rc;
}

static enum rc fit_step(struct job *job, bool *out_finished, struct err *e)
{
    struct fitting *f = job_state(job);
    enum rc rc = f->todo > 0 ? writer_run(job_app(job)->writer, write_some, f, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    f->at = f->next;
    int64_t total = f->done + f->todo;
    f->done = job_done(job);
    f->todo = total - f->done;
    job_progress(job, f->done, total);
    *out_finished = f->todo == 0;
    if (*out_finished)
        job_set_result(
            job,
            arena_printf(job_arena(job),
                         "{\"customers\":%zu,\"changed\":%lld,\"applied\":%s,\"warnings\":%zu}",
                         f->read.n, (long long)total, f->result.applied ? "true" : "false",
                         f->warnings));
    return RC_OK;
}

static void fit_close(struct job *job, enum rc rc, bool stopped)
{
    (void)rc;
    (void)stopped;
    fitting_done(job_state(job));
}

const struct job_kind job_kind_clv = {
    .name = "clv",
    .lane = "scores",
    .open = fit_open,
    .step = fit_step,
    .close = fit_close,
};

/* rfm.c — a fit reads all buyers of the period at one snapshot, sorts three arrays, and writes the scores that differ
 * from those in force, a few hundred a closure. 2 M buyers need 80 MB while it runs. The fit's row is written first and
 * the job's place names it, so a job that was killed goes on with the same cut points.
 */
#include "domain/rfm.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/rfm.h"

#include <assert.h>
#include <stdlib.h>

enum { SCORES_A_CLOSURE = 500 };

struct fit {
    struct job *job;
    int64_t fit_id, now_s, period_s;
    struct rfm_score *todo; /* r == 0: to be removed */
    size_t todo_n, at;
    size_t buyers;
    struct rfm_cuts cuts;
};

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void rfm_quintiles(int64_t *values, size_t n, int64_t out[static 4])
{
    assert(n > 0);
    qsort(values, n, sizeof *values, ascending);
    for (size_t k = 1; k <= 4; k++) {
        size_t rank = (k * n + 4) / 5; /* ceil(k n / 5) */
        out[k - 1] = values[rank - 1];
    }
}

int rfm_score_of(const int64_t cuts[static 4], int64_t value)
{
    int score = 1;
    for (int k = 0; k < 4; k++)
        score += cuts[k] < value;
    assert(score >= 1 && score <= 5);
    return score;
}

static void cut(struct fit *f, struct arena *a, const struct rfm_buyer *buyers, size_t n)
{
    if (n == 0)
        return;
    int64_t *v = ARENA_ARRAY(a, int64_t, n);
    for (size_t i = 0; i < n; i++)
        v[i] = buyers[i].last_s;
    rfm_quintiles(v, n, f->cuts.recency_s);
    for (size_t i = 0; i < n; i++)
        v[i] = buyers[i].orders;
    rfm_quintiles(v, n, f->cuts.orders);
    for (size_t i = 0; i < n; i++)
        v[i] = buyers[i].amount_fen;
    rfm_quintiles(v, n, f->cuts.amount_fen);
}

static struct rfm_score score(const struct fit *f, const struct rfm_buyer *b)
{
    return (struct rfm_score){
        .customer_id = b->customer_id,
        .r = rfm_score_of(f->cuts.recency_s, b->last_s),
        .f = rfm_score_of(f->cuts.orders, b->orders),
        .m = rfm_score_of(f->cuts.amount_fen, b->amount_fen),
        .last_s = b->last_s,
        .orders = b->orders,
        .amount_fen = b->amount_fen,
    };
}

static bool same(const struct rfm_score *x, const struct rfm_score *y)
{
    return x->r == y->r && x->f == y->f && x->m == y->m && x->last_s == y->last_s && x->orders == y->orders &&
           x->amount_fen == y->amount_fen;
}

/* What differs between the new scores and those in force; both lists ascend by customer. */
static void differ(struct fit *f, struct arena *a, const struct rfm_buyer *buyers, size_t n,
                   const struct rfm_score *old, size_t old_n)
{
    f->todo = ARENA_ARRAY(a, struct rfm_score, n + old_n + 1);
    size_t i = 0, k = 0;
    while (i < n || k < old_n) {
        if (i == n || (k < old_n && old[k].customer_id < buyers[i].customer_id)) {
            f->todo[f->todo_n++] = (struct rfm_score){.customer_id = old[k++].customer_id};
            continue;
        }
        struct rfm_score now = score(f, &buyers[i]);
        bool known = k < old_n && old[k].customer_id == buyers[i].customer_id;
        if (!known || !same(&now, &old[k]))
            f->todo[f->todo_n++] = now;
        k += known;
        i++;
    }
}

static enum rc plan(struct fit *f, struct err *e)
{
    struct app *app = job_app(f->job);
    struct arena *a = job_arena(f->job);
    struct tx *tx;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    struct rfm_buyer *buyers = NULL;
    struct rfm_score *old = NULL;
    size_t n = 0, old_n = 0;
    rc = rfm_buyers(tx, f->now_s - f->period_s, f->now_s, a, &buyers, &n, e);
    if (rc == RC_OK)
        rc = rfm_scores(tx, a, &old, &old_n, e);
    db_read_end(tx);
    if (rc != RC_OK)
        return rc;
    f->buyers = n;
    cut(f, a, buyers, n);
    differ(f, a, buyers, n, old, old_n);
    return RC_OK;
}

static struct str describe(const struct fit *f, struct arena *a)
{
    struct buf b;
    buf_init(&b, 4096);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    const struct {
        const char *name;
        const int64_t *cuts;
    } parts[] = {{"recency_s", f->cuts.recency_s}, {"orders", f->cuts.orders}, {"amount_fen", f->cuts.amount_fen}};
    for (int p = 0; p < 3; p++) {
        json_open_array(&j, parts[p].name);
        for (int k = 0; k < 4; k++)
            json_put_int(&j, NULL, parts[p].cuts[k]);
        json_close_array(&j);
    }
    json_close_object(&j);
    struct str text = arena_str(a, buf_str(&b));
    buf_done(&b);
    return text;
}

static enum rc begin(struct tx *tx, void *arg, struct err *e)
{
    struct fit *f = arg;
    enum rc rc = score_fit_add(tx, "rfm", f->now_s, f->period_s, (int64_t)f->buyers, describe(f, tx_arena(tx)),
                               &f->fit_id, e);
    if (rc != RC_OK)
        return rc;
    struct str place = arena_printf(tx_arena(tx), "%lld %lld", (long long)f->fit_id, (long long)f->now_s);
    return job_checkpoint(f->job, tx, place, 0, e);
}

static enum rc fit_open(struct job *job, struct err *e)
{
    struct fit *f = ARENA_NEW(job_arena(job), struct fit);
    f->job = job;
    f->now_s = clock_now_s();
    f->period_s = json_int_or(json_get(job_detail(job), "period_s"), 365 * 86400);
    struct str place = job_cursor(job), part;
    bool going_on = str_cut(&place, ' ', &part) && str_to_i64(part, &f->fit_id) && str_to_i64(place, &f->now_s);
    enum rc rc = plan(f, e);
    if (rc == RC_OK && !going_on)
        rc = writer_run(job_app(job)->writer, begin, f, e);
    if (rc != RC_OK)
        return rc;
    job_progress(job, 0, (int64_t)f->todo_n);
    job_set_state(job, f);
    return RC_OK;
}

static enum rc write_some(struct tx *tx, void *arg, struct err *e)
{
    struct fit *f = arg;
    enum rc rc = RC_OK;
    size_t end = f->at + SCORES_A_CLOSURE < f->todo_n ? f->at + SCORES_A_CLOSURE : f->todo_n;
    for (size_t i = f->at; rc == RC_OK && i < end; i++)
        rc = f->todo[i].r == 0 ? rfm_score_remove(tx, f->todo[i].customer_id, e)
                               : rfm_score_put(tx, f->fit_id, &f->todo[i], e);
    if (rc != RC_OK)
        return rc;
    struct str place = arena_printf(tx_arena(tx), "%lld %lld", (long long)f->fit_id, (long long)f->now_s);
    return job_checkpoint(f->job, tx, place, (int64_t)end, e);
}

static enum rc fit_step(struct job *job, bool *out_finished, struct err *e)
{
    struct fit *f = job_state(job);
    enum rc rc = f->at < f->todo_n ? writer_run(job_app(job)->writer, write_some, f, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    f->at = f->at + SCORES_A_CLOSURE < f->todo_n ? f->at + SCORES_A_CLOSURE : f->todo_n;
    job_progress(job, (int64_t)f->at, (int64_t)f->todo_n);
    *out_finished = f->at == f->todo_n;
    if (*out_finished)
        job_set_result(job, arena_printf(job_arena(job), "{\"customers\":%zu,\"changed\":%zu}", f->buyers, f->todo_n));
    return RC_OK;
}

const struct job_kind job_kind_rfm = {
    .name = "rfm",
    .lane = "scores",
    .open = fit_open,
    .step = fit_step,
};

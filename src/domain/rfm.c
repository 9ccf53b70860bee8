/* rfm.c — a fit reads all buyers of the period at one snapshot, sorts three arrays, and writes the
 * scores that differ from those in force, a few hundred a closure.
 *
 * Buyers are kept in blocks that never move, so memory is 40 bytes a buyer plus 8 while it sorts:
 * 2 M buyers need 96 MB. The fit's row is written first; the job's place holds its id, its now and
 * its cut points, so a job that was killed goes on with the same ones. A fit of no buyers has cut
 * points of 0 and takes all scores out.
 */
#include "domain/rfm.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/rfm.h"

#include <assert.h>
#include <stdlib.h>

enum { SCORES_A_CLOSURE = 900, BLOCK = 4096 };

/* A buyer, or one who has a score and is a buyer no more (orders 0). */
struct scored {
    struct rfm_buyer buyer;
    bool differs; /* from the score in force */
};

struct block {
    struct block *next;
    size_t n;
    struct scored rows[BLOCK];
};

/* A list in blocks, and a place in it. */
struct blocks {
    struct block *first, *last;
    size_t n;
};
struct place {
    struct block *block;
    size_t i;
};

struct fit {
    struct job *job;
    int64_t fit_id, now_s, period_s;
    struct blocks buyers, removed;
    struct place seen;     /* of the buyers, while scores are laid over them */
    struct place at, next; /* of what is to be written: buyers, then removed */
    bool at_removed, next_removed;
    int64_t done, todo;
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

static int64_t *cut_values(struct rfm_cuts *c, int k)
{
    return k == 0 ? c->recency_s : k == 1 ? c->orders : c->amount_fen;
}

static int64_t value_of(const struct rfm_buyer *b, int k)
{
    return k == 0 ? b->last_s : k == 1 ? b->orders : b->amount_fen;
}

/* ---- blocks ---- */

static void blocks_add(struct blocks *list, struct arena *a, const struct scored *row)
{
    if (list->last == NULL || list->last->n == BLOCK) {
        struct block *b = ARENA_NEW(a, struct block);
        *(list->last == NULL ? &list->first : &list->last->next) = b;
        list->last = b;
    }
    list->last->rows[list->last->n++] = *row;
    list->n++;
}

/* The row at a place, NULL at the end. */
static struct scored *row_at(struct place *p)
{
    while (p->block != NULL && p->i == p->block->n)
        *p = (struct place){.block = p->block->next};
    return p->block == NULL ? NULL : &p->block->rows[p->i];
}

/* ---- planning ---- */

static void see_buyer(void *to, const struct rfm_buyer *b)
{
    struct fit *f = to;
    blocks_add(&f->buyers, job_arena(f->job), &(struct scored){.buyer = *b, .differs = true});
}

static void cut(struct fit *f)
{
    if (f->buyers.n == 0)
        return;
    struct arena scratch;
    arena_init(&scratch, 0);
    int64_t *v = ARENA_ARRAY(&scratch, int64_t, f->buyers.n);
    for (int k = 0; k < 3; k++) {
        size_t n = 0;
        for (const struct block *b = f->buyers.first; b != NULL; b = b->next)
            for (size_t i = 0; i < b->n; i++)
                v[n++] = value_of(&b->rows[i].buyer, k);
        rfm_quintiles(v, n, cut_values(&f->cuts, k));
    }
    arena_done(&scratch);
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
    return x->r == y->r && x->f == y->f && x->m == y->m && x->last_s == y->last_s &&
           x->orders == y->orders && x->amount_fen == y->amount_fen;
}

/* Scores in force come ascending, as the buyers do. */
static void see_score(void *to, const struct rfm_score *old)
{
    struct fit *f = to;
    struct scored *row;
    while ((row = row_at(&f->seen)) != NULL && row->buyer.customer_id < old->customer_id)
        f->seen.i++;
    if (row == NULL || row->buyer.customer_id != old->customer_id) {
        struct scored gone = {.buyer = {.customer_id = old->customer_id}, .differs = true};
        blocks_add(&f->removed, job_arena(f->job), &gone);
        return;
    }
    struct rfm_score now = score(f, &row->buyer);
    row->differs = !same(&now, old);
}

static enum rc plan(struct fit *f, bool going_on, struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(job_app(f->job)->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = rfm_buyers(tx, f->now_s - f->period_s, f->now_s, see_buyer, f, e);
    if (rc == RC_OK && !going_on)
        cut(f);
    f->seen = (struct place){.block = f->buyers.first};
    if (rc == RC_OK)
        rc = rfm_scores(tx, see_score, f, e);
    db_read_end(tx);
    f->todo = (int64_t)f->removed.n;
    for (const struct block *b = f->buyers.first; b != NULL; b = b->next)
        for (size_t i = 0; i < b->n; i++)
            f->todo += b->rows[i].differs;
    f->at = (struct place){.block = f->buyers.first};
    return rc;
}

/* ---- the job ---- */

/* "fit now" and the twelve cut points. */
static struct str place_of(struct fit *f, struct arena *a)
{
    struct str place = arena_printf(a, "%lld %lld", (long long)f->fit_id, (long long)f->now_s);
    for (int k = 0; k < 12; k++)
        place = arena_printf(a, STR_FMT " %lld", STR_ARG(place),
                             (long long)cut_values(&f->cuts, k / 4)[k % 4]);
    return place;
}

static bool go_on(struct fit *f, struct str place)
{
    struct str part;
    if (!str_cut(&place, ' ', &part) || !str_to_i64(part, &f->fit_id))
        return false;
    bool whole = str_cut(&place, ' ', &part) && str_to_i64(part, &f->now_s);
    for (int k = 0; whole && k < 12; k++)
        whole =
            str_cut(&place, ' ', &part) && str_to_i64(part, &cut_values(&f->cuts, k / 4)[k % 4]);
    assert(whole);
    return true;
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
    } parts[] = {{"recency_s", f->cuts.recency_s},
                 {"orders", f->cuts.orders},
                 {"amount_fen", f->cuts.amount_fen}};
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
    enum rc rc = score_fit_add(tx, "rfm", f->now_s, f->period_s, (int64_t)f->buyers.n,
                               describe(f, tx_arena(tx)), &f->fit_id, e);
    return rc == RC_OK ? job_checkpoint(f->job, tx, place_of(f, tx_arena(tx)), 0, e) : rc;
}

static enum rc fit_open(struct job *job, struct err *e)
{
    struct fit *f = ARENA_NEW(job_arena(job), struct fit);
    f->job = job;
    f->now_s = clock_now_s();
    f->period_s = json_int_or(json_get(job_detail(job), "period_s"), 365 * 86400);
    f->done = job_done(job);
    bool going_on = go_on(f, job_cursor(job));
    job_set_unit(job, "customers");
    enum rc rc = plan(f, going_on, e);
    if (rc == RC_OK && !going_on)
        rc = writer_run(job_app(job)->writer, begin, f, e);
    if (rc != RC_OK)
        return rc;
    job_progress(job, f->done, f->done + f->todo);
    job_set_state(job, f);
    return RC_OK;
}

/* The next row to be written behind `next`, or NULL; goes over from the buyers to the removed. */
static const struct scored *next_row(struct fit *f)
{
    for (;;) {
        const struct scored *row = row_at(&f->next);
        if (row == NULL && f->next_removed)
            return NULL;
        if (row == NULL) {
            f->next_removed = true;
            f->next = (struct place){.block = f->removed.first};
            continue;
        }
        f->next.i++;
        if (row->differs)
            return row;
    }
}

static enum rc write_some(struct tx *tx, void *arg, struct err *e)
{
    struct fit *f = arg;
    enum rc rc = RC_OK;
    f->next = f->at;
    f->next_removed = f->at_removed;
    int64_t n = 0;
    const struct scored *row;
    while (rc == RC_OK && n < SCORES_A_CLOSURE && (row = next_row(f)) != NULL) {
        struct rfm_score s = score(f, &row->buyer);
        rc = f->next_removed ? rfm_score_remove(tx, s.customer_id, e)
                             : rfm_score_put(tx, f->fit_id, &s, e);
        n++;
    }
    return rc == RC_OK ? job_checkpoint(f->job, tx, place_of(f, tx_arena(tx)), f->done + n, e) : rc;
}

static enum rc fit_step(struct job *job, bool *out_finished, struct err *e)
{
    struct fit *f = job_state(job);
    enum rc rc = f->todo > 0 ? writer_run(job_app(job)->writer, write_some, f, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    f->at = f->next;
    f->at_removed = f->next_removed;
    int64_t total = f->done + f->todo;
    f->done = job_done(job);
    f->todo = total - f->done;
    job_progress(job, f->done, total);
    *out_finished = f->todo == 0;
    if (*out_finished)
        job_set_result(job, arena_printf(job_arena(job), "{\"customers\":%zu,\"changed\":%lld}",
                                         f->buyers.n, (long long)total));
    return RC_OK;
}

const struct job_kind job_kind_rfm = {
    .name = "rfm",
    .lane = "scores",
    .open = fit_open,
    .step = fit_step,
};

/* builder_log.c — the log into rows by chunk, read by several threads, and who has what beside
 * it.
 *
 * The numbers of the log are cut into stretches, which threads take one after the other, each
 * with a read transaction of its own. Theirs are a moment younger than the builder's; what
 * changed meanwhile is behind `to_seq` in the log, so the next step sees it. Lists of one chunk
 * are joined in the order of the stretches, which is that of the log. */
#include "base/must.h"
#include "base/share.h"
#include "mirror/builder_parts.h"

#include <stdlib.h>

enum { STRETCHES = 8, REPORT = 4096, WORTH_SHARING = 1000, READERS = 2 };

/* A stretch of the log. */
struct stretch {
    int64_t after_seq, to_seq;
    struct run_rows **rows; /* by chunk */
    int64_t reported_seq;
    uint32_t since_report;
};

struct log_reading {
    struct builder *b;
    struct tx *tx; /* the builder's; NULL: rounds begin their own */
    struct db *db;
    const struct feed_facts *facts;
    struct stretch stretches[STRETCHES];
    size_t n;
    struct mark_pairs *pairs; /* by feed_relation */
    enum rc rc[STRETCHES + 1];
    struct err err[STRETCHES + 1];
};

enum { WAITING = 16 /* events whose customers are on their way into the cache */ };

/* A list on its way in one of the rounds. */
struct round {
    struct builder *b;
    struct stretch *stretch;
    struct mark_pairs *pairs;
    struct feed_event waiting[WAITING];
    uint32_t n; /* events so far */
};

static void report(struct round *r, int64_t seq)
{
    struct stretch *s = r->stretch;
    atomic_fetch_add_explicit(&r->b->at_seq, seq - s->reported_seq, memory_order_relaxed);
    s->reported_seq = seq;
    s->since_report = 0;
}

static enum rc take_event(struct round *r, const struct feed_event *ev, struct err *e)
{
    uint32_t ordinal = ordinal_of(r->b, ev->customer_id);
    if (++r->stretch->since_report == REPORT)
        report(r, ev->seq);
    if (ordinal == NOBODY || r->b->root[ordinal] == NOBODY)
        return RC_OK;
    return put_event(r->b, ev, r->b->root[ordinal], r->stretch->rows, e);
}

static enum rc see_event(void *to, const struct feed_event *ev, struct err *e)
{
    struct round *r = to;
    struct feed_event *place = &r->waiting[r->n % WAITING];
    enum rc rc = r->n >= WAITING ? take_event(r, place, e) : RC_OK;
    codes_call_ahead(r->b->dictionaries.customers, ev->customer_id);
    *place = *ev;
    r->n++;
    return rc;
}

/* Those that still wait. */
static enum rc take_rest(struct round *r, struct err *e)
{
    enum rc rc = RC_OK;
    uint32_t from = r->n >= WAITING ? r->n - WAITING : 0;
    for (uint32_t i = from; i < r->n && rc == RC_OK; i++)
        rc = take_event(r, &r->waiting[i % WAITING], e);
    return rc;
}

static void see_pair(void *to, int64_t root_id, int64_t id)
{
    struct round *r = to;
    uint32_t ordinal = ordinal_of(r->b, root_id);
    if (ordinal != NOBODY)
        mark_pairs_add(r->pairs, id, ordinal);
}

static enum rc read_pairs(struct log_reading *x, struct tx *tx, struct err *e)
{
    enum rc rc = RC_OK;
    for (int k = 0; rc == RC_OK && k < FEED_RELATIONS; k++)
        rc = feed_pairs(tx, (enum feed_relation)k, see_pair,
                        &(struct round){.b = x->b, .pairs = &x->pairs[k]}, e);
    return rc;
}

/* Round 0 reads who has what, the others a stretch each. */
static void read_round(void *arg, size_t i)
{
    struct log_reading *x = arg;
    struct tx *tx = x->tx;
    struct err *e = &x->err[i];
    enum rc rc = tx != NULL ? RC_OK : db_read_begin(x->db, &tx, e);
    if (rc == RC_OK && i == 0) {
        rc = read_pairs(x, tx, e);
    } else if (rc == RC_OK) {
        struct round r = {.b = x->b, .stretch = &x->stretches[i - 1]};
        rc = feed_log(tx, x->facts, r.stretch->after_seq, r.stretch->to_seq, see_event, &r, e);
        if (rc == RC_OK)
            rc = take_rest(&r, e);
        if (rc == RC_OK)
            report(&r, r.stretch->to_seq);
    }
    if (x->tx == NULL)
        db_read_end(tx);
    x->rc[i] = rc;
}

static void cut(struct log_reading *x, uint32_t n_chunks, int64_t to_seq)
{
    int64_t part = to_seq / (int64_t)x->n;
    for (size_t k = 0; k < x->n; k++) {
        struct stretch *s = &x->stretches[k];
        s->after_seq = k == 0 ? -INT64_MAX : part * (int64_t)k;
        s->to_seq = k + 1 == x->n ? to_seq : part * (int64_t)(k + 1);
        s->reported_seq = k == 0 ? 0 : s->after_seq;
        s->rows = must(calloc(n_chunks, sizeof(struct run_rows *)));
    }
}

struct joining {
    struct log_reading *x;
    struct run_rows **out;
};

/* The lists of one chunk into one. */
static void join_chunk(void *arg, size_t i)
{
    struct joining *j = arg;
    for (size_t k = 0; k < j->x->n; k++) {
        struct run_rows *part = j->x->stretches[k].rows[i];
        if (part == NULL)
            continue;
        if (j->out[i] == NULL)
            j->out[i] = run_rows_new();
        run_rows_take(j->out[i], part);
        run_rows_free(part);
    }
}

enum rc builder_read_log(struct builder *b, struct tx *tx, int64_t to_seq,
                         struct mark_pairs pairs[static FEED_RELATIONS], struct run_rows ***out,
                         struct err *e)
{
    uint32_t n_chunks = b->customers / SET_CHUNK + 1;
    bool share = to_seq >= WORTH_SHARING && db_readers(tx_db(tx)) >= READERS;
    const struct feed_facts *facts;
    enum rc rc = feed_facts_read(tx, &facts, e);
    *out = must(calloc(n_chunks, sizeof(struct run_rows *)));
    if (rc != RC_OK)
        return rc;
    struct log_reading *x = must(calloc(1, sizeof *x));
    *x = (struct log_reading){.b = b, .tx = share ? NULL : tx, .db = tx_db(tx), .facts = facts};
    x->n = share ? STRETCHES : 1;
    x->pairs = pairs;
    cut(x, n_chunks, to_seq);
    if (share)
        share_rounds(x->n + 1, read_round, x);
    for (size_t i = 0; !share && i <= x->n; i++) /* one transaction is one thread's */
        read_round(x, i);
    for (size_t i = 0; i <= x->n && rc == RC_OK; i++) {
        rc = x->rc[i];
        if (rc != RC_OK && e != NULL)
            *e = x->err[i];
    }
    share_rounds(n_chunks, join_chunk, &(struct joining){x, *out});
    for (size_t k = 0; k < x->n; k++)
        free(x->stretches[k].rows);
    free(x);
    return rc;
}

/* builder_log.c — the log into rows by chunk, read by several threads.
 *
 * Each takes a stretch of the numbers of the log with a read transaction of its own. Theirs are a
 * moment younger than the builder's; what changed meanwhile is behind `to_seq` in the log, so the
 * next step sees it. Lists of one chunk are joined in the order of the stretches, which is that of
 * the log. */
#include "base/must.h"
#include "base/share.h"
#include "mirror/builder_parts.h"

#include <stdlib.h>

enum { READERS = 2, REPORT = 4096, WORTH_SHARING = 1000 };

struct reader {
    struct builder *b;
    struct tx *tx; /* NULL: begins its own */
    struct db *db;
    const struct feed_facts *facts;
    int64_t after_seq, to_seq;
    struct run_rows **rows; /* by chunk */
    int64_t reported_seq;
    uint32_t since_report;
    enum rc rc;
    struct err err;
};

static void report(struct reader *r, int64_t seq)
{
    atomic_fetch_add_explicit(&r->b->at_seq, seq - r->reported_seq, memory_order_relaxed);
    r->reported_seq = seq;
    r->since_report = 0;
}

static enum rc see_event(void *to, const struct feed_event *ev, struct err *e)
{
    struct reader *r = to;
    uint32_t ordinal = ordinal_of(r->b, ev->customer_id);
    if (++r->since_report == REPORT)
        report(r, ev->seq);
    if (ordinal == NOBODY || r->b->root[ordinal] == NOBODY)
        return RC_OK;
    return put_event(r->b, ev, r->b->root[ordinal], r->rows, e);
}

static void read_part(void *arg, size_t i)
{
    struct reader *r = (struct reader *)arg + i;
    struct tx *tx = r->tx;
    r->rc = tx != NULL ? RC_OK : db_read_begin(r->db, &tx, &r->err);
    if (r->rc == RC_OK)
        r->rc = feed_log(tx, r->facts, r->after_seq, r->to_seq, see_event, r, &r->err);
    if (r->rc == RC_OK)
        report(r, r->to_seq);
    if (r->tx == NULL)
        db_read_end(tx);
}

/* All rows into the first reader's lists. */
static void join(struct reader *readers, size_t n, uint32_t n_chunks)
{
    for (size_t k = 1; k < n; k++)
        for (uint32_t i = 0; i < n_chunks; i++) {
            if (readers[k].rows[i] == NULL)
                continue;
            if (readers[0].rows[i] == NULL)
                readers[0].rows[i] = run_rows_new();
            run_rows_take(readers[0].rows[i], readers[k].rows[i]);
            run_rows_free(readers[k].rows[i]);
            readers[k].rows[i] = NULL;
        }
}

enum rc builder_read_log(struct builder *b, struct tx *tx, int64_t to_seq, struct run_rows ***out,
                         struct err *e)
{
    struct reader readers[READERS] = {{0}};
    const struct feed_facts *facts;
    uint32_t n_chunks = b->customers / SET_CHUNK + 1;
    size_t n = to_seq >= WORTH_SHARING && db_readers(tx_db(tx)) >= READERS ? READERS : 1;
    enum rc rc = feed_facts_read(tx, &facts, e);
    *out = must(calloc(n_chunks, sizeof(struct run_rows *)));
    if (rc != RC_OK)
        return rc;
    for (size_t k = 0; k < n; k++) {
        int64_t part = to_seq / (int64_t)n;
        struct reader *r = &readers[k];
        *r = (struct reader){.b = b, .db = tx_db(tx), .facts = facts, .err = ERR_INIT};
        r->tx = k == 0 ? tx : NULL;
        r->after_seq = k == 0 ? -INT64_MAX : part * (int64_t)k;
        r->to_seq = k + 1 == n ? to_seq : part * (int64_t)(k + 1);
        r->reported_seq = k == 0 ? 0 : r->after_seq;
        r->rows = k == 0 ? *out : must(calloc(n_chunks, sizeof(struct run_rows *)));
    }
    share_rounds(n, read_part, readers);
    for (size_t k = 0; k < n && rc == RC_OK; k++) {
        rc = readers[k].rc;
        if (rc != RC_OK && e != NULL)
            *e = readers[k].err;
    }
    join(readers, n, n_chunks);
    for (size_t k = 1; k < n; k++)
        free(readers[k].rows);
    return rc;
}

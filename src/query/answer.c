/* answer.c — which engine is asked, and the mirror's answer in the words of the other.
 *
 * A reply must not be older than what its asker has seen committed, so the mirror is given some
 * milliseconds to catch up with the transaction; past them the database answers, unless the log is
 * so long that this would take far longer than waiting. Only batches of events are not waited for
 * while they are young, or questions would wait all the time beside a stream of them. Long lists
 * are put into a buffer once and cut to the page.
 */
#include "query/answer.h"

#include "base/must.h"
#include "mirror/mirror.h"
#include "query/mirror/analysis_mirror.h"
#include "query/mirror/ask.h"
#include "query/sql/analysis_sql.h"
#include "query/tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    CATCH_UP_US = 150000,
    CATCH_UP_LONG_US = 10000000, /* with a long log */
    LONG_LOG = 2000000,          /* rows past which the database takes seconds for a question */
};

struct snapshot *answer_from(struct mirror *m, struct tx *tx)
{
    int64_t seq = 0;
    if (m == NULL || tx_is_writing(tx) || tx_last_seq(tx, &seq, NULL) != RC_OK)
        return NULL;
    struct snapshot *s = mirror_snapshot_for(m, seq, CATCH_UP_US);
    return s != NULL || seq < LONG_LOG ? s : mirror_snapshot_for(m, seq, CATCH_UP_LONG_US);
}

void answer_done(struct snapshot *s)
{
    snapshot_drop(s);
}

enum rc answer_from_long(struct mirror *m, struct tx *tx, struct snapshot **out, struct err *e)
{
    int64_t seq = 0;
    *out = answer_from(m, tx);
    if (*out != NULL || m == NULL || tx_is_writing(tx))
        return RC_OK;
    enum rc rc = tx_last_seq(tx, &seq, e);
    struct mirror_status s = mirror_status(m);
    if (rc != RC_OK || seq < LONG_LOG)
        return rc;
    if (s.state == MIRROR_READY)
        return err_set(e, RC_BUSY, "mirror_behind", NULL,
                       "新数据写入太快，内存里的数据还没跟上，请稍后再试",
                       "more is being written than memory keeps up with; try again in a moment");
    int64_t percent = s.to_seq > 0 ? s.at_seq * 100 / s.to_seq : 0;
    rc = err_set(e, RC_BUSY, "mirror_building", NULL, "数据正在载入内存（%d %%），请稍后再试",
                 "the data is being loaded into memory (%d %%); try again in a moment",
                 (int)percent);
    err_hint(e, "进度见“系统”页", "its progress is on the page \"System\"");
    return rc;
}

static bool node_is_long(const struct node *n)
{
    if (n->n_events > 0 || (n->kind == NODE_TEST && n->what == WHAT_DUE))
        return true;
    for (size_t i = 0; i < n->n_items; i++)
        if (node_is_long(n->items[i]))
            return true;
    return false;
}

bool answer_is_long(const struct audience_expr *x)
{
    return node_is_long(x->root);
}

static bool of_database(const struct snapshot *s, const struct audience_question *q)
{
    return s == NULL || q->expr->subject != AUDIENCE_CUSTOMER;
}

enum rc answer_count(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                     int64_t *out, struct err *e)
{
    if (of_database(s, q))
        return audience_count(tx, q, out, e);
    return mirror_count(s, tx, q, out, e);
}

/* Of the ascending ids those after `after_id`, at most `limit`. */
static size_t cut_page(const int64_t *ids, size_t n, int64_t after_id, int64_t limit, int64_t *out)
{
    size_t from = 0, taken = 0;
    for (size_t to = n; from < to;) {
        size_t middle = from + (to - from) / 2;
        if (ids[middle] <= after_id)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from + taken < n && (int64_t)taken < limit; taken++)
        out[taken] = ids[from + taken];
    return taken;
}

enum rc answer_members(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                       int64_t **out_ids, size_t *out_n, struct err *e)
{
    assert(!of_database(s, q));
    struct mirror_answer a = {0};
    enum rc rc = mirror_ask(s, tx, q, &a, e);
    if (rc == RC_OK) {
        *out_ids = must(malloc(((size_t)a.count + 1) * sizeof **out_ids));
        *out_n = (size_t)a.count;
        mirror_answer_ids(&a, s, *out_ids);
    }
    mirror_answer_free(&a);
    return rc;
}

enum rc answer_page(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                    int64_t after_id, int64_t limit, int64_t *out_ids, size_t *out_n, struct err *e)
{
    if (of_database(s, q))
        return audience_page(tx, q, after_id, limit, out_ids, out_n, e);
    int64_t *ids;
    size_t n;
    enum rc rc = answer_members(s, tx, q, &ids, &n, e);
    if (rc != RC_OK)
        return rc;
    *out_n = cut_page(ids, n, after_id, limit, out_ids);
    free(ids);
    return RC_OK;
}

enum rc answer_count_sample(const struct snapshot *s, struct tx *tx,
                            const struct audience_question *q, int64_t limit, int64_t *out_count,
                            int64_t *out_ids, size_t *out_n, struct err *e)
{
    *out_n = 0;
    if (of_database(s, q)) {
        enum rc rc = audience_count(tx, q, out_count, e);
        if (rc == RC_OK && limit > 0 && *out_count > 0)
            rc = audience_sample(tx, q, limit, out_ids, out_n, e);
        return rc;
    }
    if (limit == 0)
        return mirror_count(s, tx, q, out_count, e);
    struct mirror_answer a = {0};
    enum rc rc = mirror_ask(s, tx, q, &a, e);
    if (rc == RC_OK) {
        *out_count = a.count;
        *out_n = mirror_answer_sample(&a, s, limit, out_ids);
    }
    mirror_answer_free(&a);
    return rc;
}

enum rc answer_count_all(const struct snapshot *s, struct tx *tx, struct audience_question q,
                         int64_t *out, struct err *e)
{
    struct node all = {.kind = NODE_ALL};
    const struct audience_expr everyone = {
        .subject = AUDIENCE_CUSTOMER, .root = &all, .checked = true};
    q.expr = &everyone;
    if (s == NULL || q.scope_account != 0)
        return answer_count(s, tx, &q, out, e);
    *out = set_count(s->alive);
    return RC_OK;
}

enum rc answer_contains(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                        int64_t id, bool *out, struct err *e)
{
    if (of_database(s, q))
        return audience_contains(tx, q, id, out, e);
    return mirror_contains(s, tx, q, id, out, e);
}

/* ---- analyses ---- */

/* The mirror says RC_BUSY for what it does not hold. */
#define ANSWER(name)                                                                               \
    enum rc answer_##name(const struct snapshot *s, struct tx *tx, const struct name *q,           \
                          struct name##_answer *out, struct err *e)                                \
    {                                                                                              \
        enum rc rc = s != NULL ? mirror_##name(s, tx, q, out, e) : RC_BUSY;                        \
        return rc == RC_BUSY ? sql_##name(tx, q, out, e) : rc;                                     \
    }

ANSWER(funnel)
ANSWER(retention)
ANSWER(counts)
ANSWER(rfm)
ANSWER(repurchase)
ANSWER(paths)

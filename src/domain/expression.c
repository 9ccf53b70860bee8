/* expression.c — reading texts for storage, and the job that counts saved audiences.
 *
 * A count is one question to the database (query/sql), read at a snapshot of its own; only the size
 * is written. The job counts one audience a step, since that is the unit a database can be asked
 * for; its place is the id of the last one, so a kill repeats at most one count.
 */
#include "domain/expression.h"

#include "base/limits.h"
#include "query/answer.h"
#include "store/audience.h"

#include <assert.h>

enum audience_subject expression_subject(struct str word)
{
    return str_eq(word, STR("group")) ? AUDIENCE_GROUP : AUDIENCE_CUSTOMER;
}

enum rc expression_read(struct tx *tx, enum audience_subject subject, struct str text,
                        const struct audience_expr **out, struct err *e)
{
    struct query_names names = query_names_sql(tx);
    return audience_read(tx_arena(tx), &names, subject, text, out, e);
}

enum rc expression_canonical(struct tx *tx, enum name_kind owner, int64_t owner_id,
                             enum audience_subject subject, struct str text, struct str *out,
                             struct err *e)
{
    assert(owner == NAME_AUDIENCE || owner == NAME_TIER_MODEL);
    struct arena *a = tx_arena(tx);
    struct query_names names = query_names_sql(tx);
    struct audience_expr *x;
    enum rc rc = audience_parse(a, subject, text, &x, e);
    if (rc == RC_OK)
        rc = audience_check_owned(a, &names, owner, owner_id, x, e);
    if (rc != RC_OK)
        return rc;
    struct buf b;
    buf_init(&b, LIMIT_EXPRESSION);
    audience_print(x, &b);
    if (b.failed) {
        rc = err_set(e, RC_LIMIT, "expression_too_long", "expression",
                     "表达式的规范写法超过 %d 字节",
                     "written out, the expression has more than %d bytes", LIMIT_EXPRESSION);
        err_hint(e, "把一部分另存为人群，再用 audience(\"…\") 引用。",
                 "Save a part of it as an audience and refer to it by audience(\"…\").");
    } else {
        *out = arena_str(a, buf_str(&b));
    }
    buf_done(&b);
    return rc;
}

enum rc expression_count(struct mirror *m, struct tx *tx, enum audience_subject subject,
                         struct str text, int64_t *out, struct err *e)
{
    struct audience_question q = {.now_s = tx_now_s(tx), .period_s = EXPRESSION_PERIOD_S};
    enum rc rc = expression_read(tx, subject, text, &q.expr, e);
    if (rc != RC_OK)
        return rc;
    struct snapshot *s = answer_from(m, tx);
    rc = answer_count(s, tx, &q, out, e);
    answer_done(s);
    return rc;
}

/* ---- the job ---- */

struct counting {
    struct job *job;
    int64_t wanted; /* 0: all live ones */
    int64_t counted, stale;
    struct audience_row row;
    int64_t size;
};

static enum rc counting_open(struct job *job, struct err *e)
{
    (void)e;
    struct counting *c = ARENA_NEW(job_arena(job), struct counting);
    c->job = job;
    c->wanted = json_int_or(json_get(job_detail(job), "audience_id"), 0);
    job_set_unit(job, "audiences");
    job_set_state(job, c);
    return RC_OK;
}

/* The next audience after the job's place; RC_NOT_FOUND at the end. */
static enum rc next(struct counting *c, struct tx *tx, struct err *e)
{
    int64_t last = 0;
    str_to_i64(job_cursor(c->job), &last);
    if (c->wanted == 0)
        return audience_next_live(tx, last, &c->row, e);
    return last >= c->wanted ? RC_NOT_FOUND : audience_load(tx, c->wanted, &c->row, e);
}

static enum rc keep(struct tx *tx, void *arg, struct err *e)
{
    struct counting *c = arg;
    enum rc rc = c->size < 0 ? RC_OK : audience_set_size(tx, c->row.id, c->size, tx_now_s(tx), e);
    if (rc != RC_OK)
        return rc;
    struct str place = arena_printf(tx_arena(tx), "%lld", (long long)c->row.id);
    return job_checkpoint(c->job, tx, place, c->counted + c->stale + 1, e);
}

static enum rc counting_step(struct job *job, bool *out_finished, struct err *e)
{
    struct counting *c = job_state(job);
    struct app *app = job_app(job);
    struct tx *tx;
    enum rc rc = db_read_begin(app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = next(c, tx, e);
    bool end = rc == RC_NOT_FOUND;
    if (rc == RC_OK) {
        rc = expression_count(app->mirror, tx, expression_subject(c->row.subject),
                              c->row.expression, &c->size, e);
        if (rc == RC_INVALID || rc == RC_LIMIT) { /* stale */
            c->size = -1;
            rc = RC_OK;
        }
    }
    db_read_end(tx);
    if (end) {
        job_set_result(job, arena_printf(job_arena(job), "{\"counted\":%lld,\"stale\":%lld}",
                                         (long long)c->counted, (long long)c->stale));
        *out_finished = true;
        return RC_OK;
    }
    if (rc == RC_OK)
        rc = writer_run(app->writer, keep, c, e);
    if (rc != RC_OK)
        return rc;
    *(c->size < 0 ? &c->stale : &c->counted) += 1;
    return RC_OK;
}

const struct job_kind job_kind_audience_size = {
    .name = "audience_size",
    .lane = "scores",
    .open = counting_open,
    .step = counting_step,
};

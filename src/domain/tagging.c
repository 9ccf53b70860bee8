/* tagging.c — bulk tagging as one closure or as a job of many.
 *
 * The job reads its audience or query once, when it is opened, with the `now` it was ordered at,
 * and walks the ids upwards; its cursor is the last id done together with the sums so far, written
 * in the closure that tagged. After a kill it is read again from behind that id, so nobody is
 * tagged twice and nobody is forgotten, even where tagging itself changes who matches. A step is
 * 250 customers, three rows each and two more where WeCom is told.
 */
#include "domain/tagging.h"

#include "domain/job_secret.h"
#include "domain/rounds.h"
#include "query/answer.h"
#include "store/customer.h"

#include <assert.h>
#include <inttypes.h>

enum rc tagging_few(struct tx *tx, const struct tag_wisher *who, int64_t scope_account,
                    const int64_t *ids, size_t n, int64_t tag_id, bool remove,
                    struct tagging_result *out, struct err *e)
{
    assert(n <= TAGGING_AT_ONCE);

    *out = (struct tagging_result){0};
    if (n == 0)
        return RC_OK;
    int64_t *roots;
    size_t count;
    enum rc rc = customer_visible_roots(tx, ids, n, scope_account, &roots, &count, e);
    if (rc == RC_OK && count > 0)
        rc = remove ? tag_wish_take_off(tx, who, roots, count, tag_id, &out->tagged, e)
                    : tag_wish_put(tx, who, roots, count, tag_id, &out->tagged, e);
    out->skipped = (int64_t)n - out->tagged;
    return rc;
}

/* ---- ordering a job ---- */

static void put_whom(struct app *app, struct arena *a, struct json *j,
                     const struct tagging_whom *whom)
{
    if (whom->query != NULL) {
        struct buf b;
        buf_init(&b, 1 << 20);
        struct json query = json_to(&b);
        customer_query_put(&query, whom->query);
        json_put_str(j, "query", job_secret_seal(app, a, buf_str(&b)));
        buf_done(&b);
    } else if (whom->ids == NULL) {
        json_put_str(j, "expression", whom->expression);
    } else {
        json_open_array(j, "ids");
        for (size_t i = 0; i < whom->n; i++)
            json_put_id(j, NULL, whom->ids[i]);
        json_close_array(j);
    }
}

enum rc tagging_job(struct app *app, struct tx *tx, int64_t account_id, int64_t scope_account,
                    const struct tag *tag, bool remove, const struct tagging_whom *whom,
                    int64_t *out_job, struct err *e)
{
    assert((whom->ids != NULL) + (whom->query != NULL) + !str_empty(whom->expression) == 1);
    assert(whom->n <= TAGGING_IDS);

    struct arena *a = tx_arena(tx);
    struct buf detail;
    buf_init(&detail, 1 << 20);
    struct json j = json_to(&detail);
    json_open_object(&j, NULL);
    json_put_id(&j, "tag_id", tag->id);
    json_put_bool(&j, "remove", remove);
    json_put_id(&j, "scope_account", scope_account);
    json_put_id(&j, "account_id", account_id);
    json_put_int(&j, "now_s", tx_now_s(tx));
    put_whom(app, a, &j, whom);
    json_close_object(&j);
    struct job_order order = {
        .kind = "bulk_tag",
        .title =
            arena_printf(a, remove ? "移除标签 " STR_FMT : "打标签 " STR_FMT, STR_ARG(tag->name)),
        .detail = arena_str(a, buf_str(&detail)),
        .unit = "customers",
        .total = whom->ids == NULL ? -1 : (int64_t)whom->n,
        .account_id = account_id,
    };
    buf_done(&detail);
    return job_add(app, tx, &order, out_job, e);
}

/* ---- the job ---- */

struct work {
    int64_t *ids; /* those still to do, ascending */
    size_t n, at;
    int64_t tag_id, scope_account, account_id;
    bool remove;
    int64_t last_id, before; /* where an earlier run stopped, and how many it had done */
    struct tagging_result sum;
};

static void read_cursor(struct work *w, struct str cursor)
{
    struct str part;
    int64_t *const out[] = {&w->last_id, &w->before, &w->sum.tagged, &w->sum.skipped};
    for (size_t i = 0; i < 4 && str_cut(&cursor, ':', &part); i++)
        str_to_i64(part, out[i]);
}

/* The ids named in the request, from behind the cursor. */
static void listed_ids(struct job *job, struct work *w, const struct json_value *list)
{
    size_t n = json_count(list);
    w->ids = ARENA_ARRAY(job_arena(job), int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        w->ids[i] = json_int_or(json_at(list, i), 0);
    w->n = n;
    w->at = (size_t)w->before < n ? (size_t)w->before : n;
}

enum { AUDIENCE_MOST = 4000000 };

static enum rc audience_ids(struct job *job, struct work *w, struct str expression, int64_t now_s,
                            struct err *e)
{
    struct tx *tx;
    enum rc rc = db_read_begin(job_app(job)->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    struct query_names names = query_names_sql(tx);
    struct snapshot *s = answer_from(job_app(job)->mirror, tx);
    struct audience_question q = {.now_s = now_s, .scope_account = w->scope_account};
    int64_t count = 0;
    rc = audience_read(tx_arena(tx), &names, AUDIENCE_CUSTOMER, expression, &q.expr, e);
    if (rc == RC_OK)
        rc = answer_count(s, tx, &q, &count, e);
    if (rc == RC_OK && count > AUDIENCE_MOST)
        rc = err_set(e, RC_LIMIT, "audience_large", "expression", "人群超过 %d 人",
                     "the audience has more than %d people", AUDIENCE_MOST);
    if (rc == RC_OK) {
        w->ids = ARENA_ARRAY(job_arena(job), int64_t, count + 1);
        rc = answer_page(s, tx, &q, w->last_id, count + 1, w->ids, &w->n, e);
    }
    answer_done(s);
    db_read_end(tx);
    return rc;
}

static enum rc too_many(struct err *e)
{
    err_set(e, RC_LIMIT, "audience_large", "filter", "符合筛选的超过 %d 人",
            "more than %d people match the filter", AUDIENCE_MOST);
    err_hint(e, "缩小筛选范围，分几次打标签", "narrow the filter and tag them in parts");
    return RC_LIMIT;
}

/* Those a query picks, from behind the last one done: also where tagging changes who matches. */
static enum rc query_ids(struct job *job, struct work *w, struct str sealed, int64_t now_s,
                         struct err *e)
{
    struct app *app = job_app(job);
    const struct json_value *kept;
    struct tx *tx = NULL;
    int64_t *ids;
    size_t n, done = 0;
    struct customer_asker who = {app->keys, app->mirror, w->scope_account, now_s};
    enum rc rc = job_secret_open(app, job_arena(job), sealed, &kept, e);
    if (rc == RC_OK)
        rc = db_read_begin(app->db, &tx, e);
    if (rc == RC_OK) {
        struct customer_query q = customer_query_get(kept);
        rc = customer_query_ids(tx, &q, &who, AUDIENCE_MOST + 1, &ids, &n, e);
    }
    if (rc == RC_OK && n > AUDIENCE_MOST)
        rc = too_many(e);
    if (rc == RC_OK) {
        while (done < n && ids[done] <= w->last_id)
            done++;
        w->n = n - done;
        w->ids = ARENA_ARRAY(job_arena(job), int64_t, w->n + 1);
        memcpy(w->ids, ids + done, w->n * sizeof *ids);
    }
    db_read_end(tx);
    return rc;
}

static enum rc tag_open(struct job *job, struct err *e)
{
    const struct json_value *detail = job_detail(job);
    struct work *w = ARENA_NEW(job_arena(job), struct work);
    w->tag_id = json_int_or(json_get(detail, "tag_id"), 0);
    w->remove = json_bool_or(json_get(detail, "remove"), false);
    w->scope_account = json_int_or(json_get(detail, "scope_account"), 0);
    w->account_id = json_int_or(json_get(detail, "account_id"), 0);
    read_cursor(w, job_cursor(job));
    int64_t now_s = json_int_or(json_get(detail, "now_s"), 0);
    struct str query = json_str_or(json_get(detail, "query"), STR_ABSENT);
    enum rc rc = RC_OK;
    if (json_get(detail, "ids") != NULL)
        listed_ids(job, w, json_get(detail, "ids"));
    else if (!str_absent(query))
        rc = query_ids(job, w, query, now_s, e);
    else
        rc = audience_ids(job, w, json_str_or(json_get(detail, "expression"), STR("")), now_s, e);
    if (rc == RC_OK)
        job_set_state(job, w);
    return rc;
}

struct step {
    struct job *job;
    struct work *w;
    struct tagging_result did;
};

static enum rc tag_closure(struct tx *tx, void *arg, struct err *e)
{
    struct step *s = arg;
    struct work *w = s->w;
    size_t n = w->n - w->at < TAGGING_STEP ? w->n - w->at : TAGGING_STEP;
    const struct tag_wisher who = {job_app(s->job), w->account_id};
    enum rc rc = tagging_few(tx, &who, w->scope_account, w->ids + w->at, n, w->tag_id, w->remove,
                             &s->did, e);
    if (rc != RC_OK)
        return rc;
    int64_t done = w->before + (int64_t)n;
    struct str cursor = arena_printf(tx_arena(tx), "%" PRId64 ":%" PRId64 ":%" PRId64 ":%" PRId64,
                                     w->ids[w->at + n - 1], done, w->sum.tagged + s->did.tagged,
                                     w->sum.skipped + s->did.skipped);
    return job_checkpoint(s->job, tx, cursor, done, e);
}

static enum rc tag_step(struct job *job, bool *out_finished, struct err *e)
{
    struct work *w = job_state(job);
    if (w->at < w->n) {
        struct step s = {.job = job, .w = w};
        enum rc rc = writer_run(job_app(job)->writer, tag_closure, &s, e);
        if (rc != RC_OK)
            return rc;
        size_t n = w->n - w->at < TAGGING_STEP ? w->n - w->at : TAGGING_STEP;
        w->at += n;
        w->before += (int64_t)n;
        w->sum.tagged += s.did.tagged;
        w->sum.skipped += s.did.skipped;
        rounds_wake(job_app(job)->outbox);
        job_progress(job, w->before, w->before + (int64_t)(w->n - w->at));
    }
    *out_finished = w->at == w->n;
    if (*out_finished)
        job_set_result(job, arena_printf(job_arena(job),
                                         "{\"tagged\":%" PRId64 ",\"skipped\":%" PRId64 "}",
                                         w->sum.tagged, w->sum.skipped));
    return RC_OK;
}

const struct job_kind job_kind_bulk_tag = {
    .name = "bulk_tag",
    .lane = "tags",
    .open = tag_open,
    .step = tag_step,
};

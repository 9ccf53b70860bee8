/* customer_tags.c — tags on one customer, and one tag on many.
 *
 * One customer, or up to 500 named ones, is done within the request; an expression or a longer list
 * becomes a job, answered with 202. A filter of the list of customers is evaluated before the
 * write, with a read transaction: up to 500 are then done at once, more as a job that evaluates it
 * again.
 */
#include "api/customers.h"
#include "api/routes.h"
#include "domain/app.h"
#include "domain/rounds.h"
#include "domain/tagging.h"
#include "query/sql/audience_sql.h"
#include "store/tag.h"

enum rc customer_tag_change(struct request *rq, struct tx *tx, bool remove, bool *out_changed,
                            struct err *e)
{
    int64_t root;
    struct tag tag;
    int64_t changed = 0;
    const struct tag_wisher who = {request_app(rq), request_caller(rq)->account_id};
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = tag_load(tx, arg_int(rq, "tag_id"), &tag, e);
    if (rc == RC_OK && !remove && tag.archived_s != DB_NULL) {
        err_set(e, RC_CONFLICT, "tag_archived", "tag_id", "标签“" STR_FMT "”已停用",
                "tag \"" STR_FMT "\" is archived", STR_ARG(tag.name));
        err_hint(e, "请先在标签管理中启用它", "bring it back in the list of tags first");
        rc = RC_CONFLICT;
    }
    if (rc == RC_OK)
        rc = remove ? tag_wish_take_off(tx, &who, &root, 1, tag.id, &changed, e)
                    : tag_wish_put(tx, &who, &root, 1, tag.id, &changed, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "customer", root, "\"tag\":\"%lld\"", (long long)tag.id);
    *out_changed = changed > 0;
    return RC_OK;
}

static enum rc put_one(struct request *rq, struct tx *tx, bool remove, struct err *e)
{
    bool changed;
    enum rc rc = customer_tag_change(rq, tx, remove, &changed, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_bool(j, "changed", changed);
    json_close_object(j);
    return RC_OK;
}

void customer_tagged(struct request *rq)
{
    rounds_wake(request_app(rq)->outbox);
}

static enum rc customer_tag_put(struct request *rq, struct tx *tx, struct err *e)
{
    return put_one(rq, tx, false, e);
}

static enum rc customer_tag_remove(struct request *rq, struct tx *tx, struct err *e)
{
    return put_one(rq, tx, true, e);
}

#define ARG_TAG_ID                                                                                 \
    {                                                                                              \
        "tag_id", ARG_ID, IN_PATH, .required = true, .zh = "标签", .en = "the tag"                 \
    }

const struct route route_customer_tag_put = {
    .method = PUT,
    .path = "/api/customers/{customer_id}/tags/{tag_id}",
    .name = "customer_tag_put",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID, ARG_TAG_ID},
    .run = customer_tag_put,
    .after = customer_tagged,
    .zh = "给客户打标签",
    .en = "Put a tag on a customer; twice changes nothing.",
    .reply = "Changed",
};

const struct route route_customer_tag_remove = {
    .method = DELETE,
    .path = "/api/customers/{customer_id}/tags/{tag_id}",
    .name = "customer_tag_remove",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID, ARG_TAG_ID},
    .run = customer_tag_remove,
    .after = customer_tagged,
    .zh = "移除客户的标签",
    .en = "Take a tag off a customer, from relations too.",
    .reply = "Changed",
};

/* ---- many ---- */

static enum rc start_job(struct request *rq, struct tx *tx, const struct tag *tag,
                         const struct tagging_whom *whom, struct err *e)
{
    const struct caller *c = request_caller(rq);
    int64_t job;
    enum rc rc = tagging_job(request_app(rq), tx, c->account_id, c->scope_account, tag,
                             arg_int(rq, "remove") != 0, whom, &job, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 202);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = job_print(request_app(rq), tx, job, j, "job", e);
    json_close_object(j);
    return rc;
}

static enum rc tag_now(struct request *rq, struct tx *tx, const struct tag *tag, const int64_t *ids,
                       size_t n, struct err *e)
{
    struct tagging_result did;
    const struct tag_wisher who = {request_app(rq), request_caller(rq)->account_id};
    enum rc rc = tagging_few(tx, &who, request_caller(rq)->scope_account, ids, n, tag->id,
                             arg_int(rq, "remove") != 0, &did, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_int(j, "tagged", did.tagged);
    json_put_int(j, "skipped", did.skipped);
    json_close_object(j);
    return RC_OK;
}

/* Whom a filter means, found out before the write: all of them, or one more than can be tagged
 * within a request. */
struct filtered {
    struct customer_query query;
    int64_t *ids;
    size_t n;
};

static enum rc read_filter(struct request *rq, struct tx *tx, struct err *e)
{
    if (!arg_given(rq, "filter"))
        return RC_OK;
    if (!request_may(rq, PERM_CUSTOMER_READ))
        return err_set(e, RC_FORBIDDEN, "permission_missing", "filter",
                       "按筛选打标签需要查看客户的权限",
                       "tagging by a filter needs the permission customer_read");
    struct request *list;
    struct filtered *f = ARENA_NEW(request_arena(rq), struct filtered);
    struct customer_asker who = customer_asker(rq, tx);
    enum rc rc = request_as(rq, &route_customer_list, arg_json(rq, "filter"), &list, e);
    if (rc != RC_OK)
        return rc;
    f->query = customer_query_from_args(list);
    int64_t *ids;
    rc = customer_query_ids(tx, &f->query, &who, TAGGING_AT_ONCE + 1, &ids, &f->n, e);
    if (rc != RC_OK)
        return rc;
    f->ids = ARENA_ARRAY(request_arena(rq), int64_t, f->n + 1);
    if (f->n > 0)
        memcpy(f->ids, ids, f->n * sizeof *ids);
    request_set_note(rq, f);
    return RC_OK;
}

static enum rc who_missing(struct err *e)
{
    err_set(e, RC_INVALID, "who_missing", "filter",
            "请给出 filter、expression 或 customer_ids 之一",
            "say whom: filter, expression or customer_ids, one of the three");
    err_hint(e, "筛选出的列表用 filter，按条件选人用 expression，勾选的人用 customer_ids",
             "filter for a filtered list, expression for a condition, customer_ids for those "
             "ticked");
    return RC_INVALID;
}

static enum rc tag_customers(struct request *rq, struct tx *tx, struct err *e)
{
    const struct filtered *f = request_note(rq);
    struct tagging_whom whom = {.expression = arg_str(rq, "expression")};
    whom.ids = arg_ids(rq, "customer_ids", &whom.n);
    if ((whom.n > 0) + !str_empty(whom.expression) + (f != NULL) != 1)
        return who_missing(e);
    struct tag tag;
    enum rc rc = tag_load(tx, arg_int(rq, "tag_id"), &tag, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "tag", tag.id, "\"ids\":%zu,\"filter\":%s", whom.n,
                  f != NULL ? "true" : "false");
    if (f != NULL && f->n <= TAGGING_AT_ONCE)
        return tag_now(rq, tx, &tag, f->ids, f->n, e);
    if (f != NULL) {
        whom = (struct tagging_whom){.query = &f->query};
    } else if (whom.n == 0) {
        struct query_names names = query_names_sql(tx);
        const struct audience_expr *x;
        rc = audience_read(request_arena(rq), &names, AUDIENCE_CUSTOMER, whom.expression, &x, e);
        whom.ids = NULL;
    } else if (whom.n <= TAGGING_AT_ONCE) {
        return tag_now(rq, tx, &tag, whom.ids, whom.n, e);
    }
    return rc == RC_OK ? start_job(rq, tx, &tag, &whom, e) : rc;
}

const struct route route_tag_customers = {
    .method = POST,
    .path = "/api/tags/{tag_id}/customers",
    .name = "tag_customers",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {ARG_TAG_ID,
             {"expression", ARG_EXPRESSION, IN_BODY, .zh = "符合此表达式的客户",
              .en = "customers who match"},
             {"customer_ids", ARG_IDS, IN_BODY, .max = TAGGING_IDS, .zh = "这些客户",
              .en = "these customers"},
             {"filter", ARG_JSON, IN_BODY, .zh = "客户列表的筛选参数：所有符合的客户",
              .en = "the filters of the list of customers: everyone who matches"},
             {"remove", ARG_BOOL, IN_BODY, .zh = "改为移除", .en = "take it off instead"}},
    .prepare = read_filter,
    .run = tag_customers,
    .after = customer_tagged,
    .zh = "批量打标签或移除标签，只动数据范围内的客户",
    .en = "Tag (or untag) everyone given who is in your scope: at once up to 500, else as a job.",
    .reply = "Tagged",
};

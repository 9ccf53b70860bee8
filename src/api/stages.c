/* stages.c — the steps of the sales process.
 */
#include "api/routes.h"
#include "store/stage.h"

#define OUTCOMES "open|won|lost"

static void put_stage(struct json *j, const struct stage *s)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", s->id);
    json_put_str(j, "name", s->name);
    json_put_int(j, "position", s->position);
    json_put_str(j, "outcome", s->outcome);
    json_put_int(j, "customers", s->customers);
    json_close_object(j);
}

static enum rc stages(struct request *rq, struct tx *tx, struct err *e)
{
    struct stage *list;
    size_t n;
    enum rc rc = stage_list(tx, request_caller(rq)->scope_account, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++)
        put_stage(j, &list[i]);
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_stage_list = {
    .method = GET,
    .path = "/api/stages",
    .name = "stage_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .run = stages,
    .zh = "客户阶段，人数只计数据范围内的客户",
    .en = "The stages of the sales process, with the customers in your scope.",
    .reply = "StageList",
};

/* Answers with the stage as the list shows it. */
static enum rc put_one(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct stage *list;
    size_t n;
    enum rc rc = stage_list(tx, request_caller(rq)->scope_account, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "stage", id, "%s", "");
    for (size_t i = 0; i < n; i++) {
        if (list[i].id == id)
            put_stage(reply_json(rq), &list[i]);
    }
    return RC_OK;
}

static enum rc stage_create(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t id;
    struct str outcome = arg_given(rq, "outcome") ? arg_str(rq, "outcome") : STR("open");
    enum rc rc =
        stage_add(tx, arg_str(rq, "name"), arg_int_or(rq, "position", DB_NULL), outcome, &id, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    return put_one(rq, tx, id, e);
}

const struct route route_stage_create = {
    .method = POST,
    .path = "/api/stages",
    .name = "stage_create",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"name", ARG_NAME, IN_BODY, .required = true, .zh = "名称", .en = "name"},
             {"position", ARG_INT, IN_BODY, .min = 0, .max = 100000, .zh = "次序", .en = "place"},
             {"outcome", ARG_CHOICE, IN_BODY, .choices = OUTCOMES,
              .zh = "open 进行中、won 成交、lost 流失；默认 open",
              .en = "open (unless told), won or lost"}},
    .run = stage_create,
    .zh = "新建客户阶段",
    .en = "Make a stage.",
    .reply = "Stage",
};

static enum rc stage_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct stage s;
    enum rc rc = stage_load(tx, arg_int(rq, "stage_id"), &s, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "name"))
        s.name = arg_str(rq, "name");
    if (arg_given(rq, "outcome"))
        s.outcome = arg_str(rq, "outcome");
    s.position = arg_int_or(rq, "position", s.position);
    rc = stage_store(tx, &s, e);
    return rc == RC_OK ? put_one(rq, tx, s.id, e) : rc;
}

#define ARG_STAGE_ID                                                                               \
    {                                                                                              \
        "stage_id", ARG_ID, IN_PATH, .required = true, .zh = "阶段", .en = "the stage"             \
    }

const struct route route_stage_update = {
    .method = PATCH,
    .path = "/api/stages/{stage_id}",
    .name = "stage_update",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_STAGE_ID,
             {"name", ARG_NAME, IN_BODY, .zh = "名称", .en = "name"},
             {"position", ARG_INT, IN_BODY, .min = 0, .max = 100000, .zh = "次序", .en = "place"},
             {"outcome", ARG_CHOICE, IN_BODY, .choices = OUTCOMES, .zh = "open、won 或 lost",
              .en = "open, won or lost"}},
    .run = stage_update,
    .zh = "修改客户阶段",
    .en = "Change a stage.",
    .reply = "Stage",
};

static enum rc stage_delete(struct request *rq, struct tx *tx, struct err *e)
{
    struct stage s;
    enum rc rc = stage_load(tx, arg_int(rq, "stage_id"), &s, e);
    if (rc == RC_OK)
        rc = stage_remove(tx, s.id, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "stage", s.id, "%s", "");
    put_stage(reply_json(rq), &s);
    return RC_OK;
}

const struct route route_stage_remove = {
    .method = DELETE,
    .path = "/api/stages/{stage_id}",
    .name = "stage_remove",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {ARG_STAGE_ID},
    .run = stage_delete,
    .zh = "删除无人处于的客户阶段",
    .en = "Remove a stage that nobody is in.",
    .reply = "Stage",
};

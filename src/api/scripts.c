/* scripts.c — ready sentences for staff (话术): everyone who serves customers reads them, operators
 * keep them. One that is no longer wanted is archived, and can be taken up again; none is deleted,
 * so that nobody loses what another wrote.
 */
#include "api/listing.h"
#include "api/routes.h"
#include "base/limits.h"
#include "store/script.h"

static void put_script(struct json *j, const struct script *s)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", s->id);
    json_put_str(j, "group", s->group);
    json_put_str(j, "title", s->title);
    json_put_str(j, "text", s->text);
    json_put_int(j, "position", s->position);
    json_put_bool(j, "archived", s->archived_s != DB_NULL);
    json_put_str(j, "account", s->account);
    json_put_int(j, "updated_s", s->updated_us / 1000000);
    json_close_object(j);
}

/* A page is a part of the whole list, which has SCRIPTS_MOST rows at most. */
static enum rc scripts(struct request *rq, struct tx *tx, struct err *e)
{
    struct script_filter f = {.group = arg_str(rq, "group"),
                              .words = arg_str(rq, "q"),
                              .archived = arg_int(rq, "archived") != 0};
    struct script *list;
    struct str *groups;
    size_t n;
    size_t groups_n;
    int64_t from = page_offset(rq);
    int64_t ignored;
    enum rc rc = script_list(tx, &f, &list, &n, e);
    if (rc == RC_OK)
        rc = script_groups(tx, &groups, &groups_n, e);
    if (rc != RC_OK)
        return rc;
    cursor_read(rq, &from, &ignored);
    int64_t to = from + page_limit(rq);
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "groups");
    for (size_t i = 0; i < groups_n; i++)
        json_put_str(j, NULL, groups[i]);
    json_close_array(j);
    json_open_array(j, "items");
    for (int64_t i = from; i < to && i < (int64_t)n; i++)
        put_script(j, &list[i]);
    json_close_array(j);
    reply_page_end(rq, to < (int64_t)n ? cursor_write(rq, to, 0) : STR_ABSENT, (int64_t)n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_script_list = {
    .method = GET,
    .path = "/api/scripts",
    .name = "script_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_NONE,
    .args = {{"q", ARG_TEXT, .max = 120, .zh = "标题或正文里的词，空格隔开，都要有",
              .en = "words of title or text, separated by blanks; all must be there"},
             {"group", ARG_NAME, .zh = "只看这一组", .en = "of this group"},
             {"archived", ARG_BOOL, .zh = "看已停用的", .en = "those out of use instead"},
             ARGS_PAGE,
             ARGS_PAGE_NUMBER},
    .run = scripts,
    .zh = "话术，按分组和次序；以及所有在用的分组",
    .en = "Scripts by group and place, and all groups in use.",
    .reply = "ScriptList",
};

/* Answers with the script as it is now. */
static enum rc put_one(struct request *rq, struct tx *tx, int64_t id, struct err *e)
{
    struct script s;
    enum rc rc = script_load(tx, id, &s, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "script", id, "%s", "");
    reply_etag(rq, s.updated_us);
    put_script(reply_json(rq), &s);
    return RC_OK;
}

static enum rc script_create(struct request *rq, struct tx *tx, struct err *e)
{
    struct script s = {
        .group = arg_str(rq, "group"),
        .title = arg_str(rq, "title"),
        .text = arg_str(rq, "text"),
    };
    enum rc rc = script_add(tx, &s, request_caller(rq)->account_id, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    return put_one(rq, tx, s.id, e);
}

#define ARG_SCRIPT_TEXT(is_required)                                                               \
    {                                                                                              \
        "text", ARG_TEXT, IN_BODY, .required = is_required, .min = 1, .max = SCRIPT_TEXT_MOST,     \
                                   .zh = "正文；{name} 会换成客户的昵称",                          \
                                   .en = "the text; {name} becomes the customer's nickname"        \
    }

const struct route route_script_create = {
    .method = POST,
    .path = "/api/scripts",
    .name = "script_create",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"group", ARG_NAME, IN_BODY, .required = true, .zh = "分组，没有就新建",
              .en = "group; made when there is none of the name"},
             {"title", ARG_NAME, IN_BODY, .required = true, .zh = "标题", .en = "title"},
             ARG_SCRIPT_TEXT(true)},
    .run = script_create,
    .zh = "新建话术，排在分组最后",
    .en = "Make a script, the last of its group.",
    .reply = "Script",
};

static enum rc script_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct script s;
    enum rc rc = script_load(tx, arg_int(rq, "script_id"), &s, e);
    if (rc == RC_OK)
        rc = request_if_match(rq, s.updated_us, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "group"))
        s.group = arg_str(rq, "group");
    if (arg_given(rq, "title"))
        s.title = arg_str(rq, "title");
    if (arg_given(rq, "text"))
        s.text = arg_str(rq, "text");
    if (arg_given(rq, "archived"))
        s.archived_s = arg_int(rq, "archived") != 0 ? tx_now_s(tx) : DB_NULL;
    s.position = arg_int_or(rq, "position", s.position);
    rc = script_store(tx, &s, request_caller(rq)->account_id, e);
    return rc == RC_OK ? put_one(rq, tx, s.id, e) : rc;
}

const struct route route_script_update = {
    .method = PATCH,
    .path = "/api/scripts/{script_id}",
    .name = "script_update",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {{"script_id", ARG_ID, IN_PATH, .required = true, .zh = "话术", .en = "the script"},
             {"group", ARG_NAME, IN_BODY, .zh = "分组", .en = "group"},
             {"title", ARG_NAME, IN_BODY, .zh = "标题", .en = "title"},
             ARG_SCRIPT_TEXT(false),
             {"position", ARG_INT, IN_BODY, .min = 0, .max = 100000, .zh = "次序", .en = "place"},
             {"archived", ARG_BOOL, IN_BODY, .zh = "停用，或重新启用",
              .en = "out of use, or in use again"}},
    .run = script_update,
    .zh = "修改、排序、停用话术",
    .en = "Change a script, its place, or take it out of use; If-Match guards against overwriting.",
    .reply = "Script",
};

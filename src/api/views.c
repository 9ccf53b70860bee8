/* views.c — the columns, filters and density a person has chosen for a list.
 *
 * The value is the console's own JSON, kept as it came, at most 16 KB; nobody else reads it. It
 * belongs to the account, so it follows the person to another browser. The command line has none.
 */
#include "api/routes.h"

#include "store/view.h"

#include <stdlib.h>

enum { VIEW_BYTES = 16 << 10 };

static enum rc view_get(struct request *rq, struct tx *tx, struct err *e)
{
    struct str value = STR_ABSENT;
    enum rc rc = view_find(tx, request_caller(rq)->account_id, arg_str(rq, "name"), &value, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND) {
        return rc;
    }
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    if (rc == RC_OK) {
        json_put_raw(j, "value", value);
    } else {
        json_put_null(j, "value");
    }
    json_close_object(j);
    return RC_OK;
}

const struct route route_view_get = {
    .method = GET,
    .path = "/api/views/{name}",
    .name = "view_get",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .args = {{"name", ARG_NAME, IN_PATH, .required = true, .zh = "列表的名称",
              .en = "name of the list"}},
    .run = view_get,
    .zh = "记住的列表设置；没有时为 null。",
    .en = "A remembered view of a list; null when there is none.",
    .reply = "View",
};

/* The value as JSON text again. */
static void write_value(struct json *j, const char *key, const struct json_value *v)
{
    switch (json_kind_of(v)) {
    case JSON_NULL:
        json_put_null(j, key);
        break;
    case JSON_BOOL:
        json_put_bool(j, key, json_bool_or(v, false));
        break;
    case JSON_INT:
        json_put_int(j, key, json_int_or(v, 0));
        break;
    case JSON_DOUBLE:
        json_put_double(j, key, json_double_or(v, 0));
        break;
    case JSON_STR:
        json_put_str(j, key, json_str_or(v, STR("")));
        break;
    case JSON_ARRAY:
        json_open_array(j, key);
        for (size_t i = 0; i < json_count(v); i++) {
            write_value(j, NULL, json_at(v, i));
        }
        json_close_array(j);
        break;
    case JSON_OBJECT:
        json_open_object(j, key);
        for (size_t i = 0; i < json_count(v); i++) {
            struct str name;
            const struct json_value *member = json_member(v, i, &name);
            json_key(j, name);
            write_value(j, NULL, member);
        }
        json_close_object(j);
        break;
    }
}

static enum rc view_put_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct buf b;
    buf_init(&b, VIEW_BYTES);
    struct json j = json_to(&b);
    write_value(&j, NULL, arg_json(rq, "value"));
    enum rc rc = RC_OK;
    if (b.failed) {
        rc = err_set(e, RC_LIMIT, "view_too_large", "value", "列表设置超过 16 KB",
                     "this view is larger than 16 KB");
    } else if (request_caller(rq)->account_id == 0) {
        rc = err_set(e, RC_FORBIDDEN, "no_account", NULL, "命令行不是账号",
                     "the command line is no account");
    } else {
        rc = view_put(tx, request_caller(rq)->account_id, arg_str(rq, "name"), buf_str(&b), e);
    }
    buf_done(&b);
    return rc;
}

const struct route route_view_put = {
    .method = PUT,
    .path = "/api/views/{name}",
    .name = "view_put",
    .need = PERM_SELF,
    .scope = SCOPE_NONE,
    .writes = true,
    .args =
        {
            {"name", ARG_NAME, IN_PATH, .required = true, .zh = "列表的名称",
             .en = "name of the list"},
            {"value", ARG_JSON, IN_BODY, .required = true, .zh = "控制台自己的内容",
             .en = "the console's own document"},
        },
    .run = view_put_run,
    .zh = "记住列表的列和筛选。",
    .en = "Remember columns and filters of a list.",
};

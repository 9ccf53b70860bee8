/* fields.c — the custom fields of the profile. Key, type and class are fixed when a field is made,
 * since values and expressions depend on them; archiving hides it. A sensitive field is sealed and
 * cannot be asked for in an audience.
 */
#include "api/customer_json.h"
#include "api/routes.h"
#include "base/limits.h"
#include "store/field.h"

static void put_field(struct json *j, const struct field *f)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", f->id);
    json_put_str(j, "key", f->key);
    json_put_str(j, "name", f->name);
    json_put_str(j, "type", f->type);
    json_put_str(j, "class", f->class);
    if (str_empty(f->choices))
        json_put_null(j, "choices");
    else
        json_put_raw(j, "choices", f->choices);
    json_put_int(j, "position", f->position);
    json_put_bool(j, "archived", f->archived_s != DB_NULL);
    json_close_object(j);
}

static enum rc fields(struct request *rq, struct tx *tx, struct err *e)
{
    struct field *list;
    size_t n;
    enum rc rc = field_list(tx, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++)
        put_field(j, &list[i]);
    json_close_array(j);
    reply_page_end(rq, STR_ABSENT, (int64_t)n);
    json_close_object(j);
    return RC_OK;
}

const struct route route_field_list = {
    .method = GET,
    .path = "/api/fields",
    .name = "field_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_NONE,
    .run = fields,
    .zh = "客户自定义字段",
    .en = "The custom fields of the profile.",
    .reply = "FieldList",
};

/* A list of 1 … 200 texts as canonical JSON; RC_INVALID otherwise. */
static enum rc read_choices(struct request *rq, struct str *out, struct err *e)
{
    const struct json_value *list = arg_json(rq, "choices");
    size_t n = list != NULL && json_kind_of(list) == JSON_ARRAY ? json_count(list) : 0;
    struct buf text;
    buf_init(&text, LIMIT_BODY);
    struct json j = json_to(&text);
    bool good = n > 0 && n <= 200;
    json_open_array(&j, NULL);
    for (size_t i = 0; good && i < n; i++) {
        struct str choice = str_trim(json_str_or(json_at(list, i), STR_ABSENT));
        good = !str_empty(choice) && choice.n <= LIMIT_NAME;
        json_put_str(&j, NULL, choice);
    }
    json_close_array(&j);
    if (good)
        *out = arena_str(request_arena(rq), buf_str(&text));
    buf_done(&text);
    if (good)
        return RC_OK;
    err_set(e, RC_INVALID, "choices", "choices", "choices 应是 1 到 200 个文字的列表",
            "choices is a list of 1 to 200 texts");
    err_hint(e, "例如 [\"油性\",\"干性\"]", "for example [\"oily\",\"dry\"]");
    return RC_INVALID;
}

static bool is_key(struct str key)
{
    bool good = !str_empty(key) && key.p[0] >= 'a' && key.p[0] <= 'z' && key.n <= 40;
    for (size_t i = 0; good && i < key.n; i++) {
        char c = key.p[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return good;
}

static enum rc field_create(struct request *rq, struct tx *tx, struct err *e)
{
    struct field f = {
        .key = arg_str(rq, "key"),
        .name = arg_str(rq, "name"),
        .type = arg_str(rq, "type"),
        .class = arg_given(rq, "class") ? arg_str(rq, "class") : STR("plain"),
        .position = arg_int_or(rq, "position", DB_NULL),
        .archived_s = DB_NULL,
    };
    if (!is_key(f.key)) {
        err_set(e, RC_INVALID, "key_form", "key", "标识只能用小写字母、数字和下划线，并以字母开头",
                "a key has small letters, digits and underscores, and begins with a letter");
        err_hint(e, "例如 skin_type", "for example skin_type");
        return RC_INVALID;
    }
    enum rc rc = str_eq(f.type, STR("choice")) ? read_choices(rq, &f.choices, e) : RC_OK;
    if (rc == RC_OK)
        rc = field_add(tx, &f, e);
    if (rc == RC_OK)
        rc = field_load(tx, f.id, &f, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    request_audit(rq, "field", f.id, "%s", "");
    put_field(reply_json(rq), &f);
    return RC_OK;
}

const struct route route_field_create = {
    .method = POST,
    .path = "/api/fields",
    .name = "field_create",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {{"key", ARG_NAME, IN_BODY, .required = true, .zh = "标识，写表达式时用",
              .en = "its name in expressions"},
             {"name", ARG_NAME, IN_BODY, .required = true, .zh = "显示名称",
              .en = "the name people see"},
             {"type", ARG_CHOICE, IN_BODY, .required = true,
              .choices = "text|number|day|choice|yes_no", .zh = "类型", .en = "type"},
             {"class", ARG_CHOICE, IN_BODY, .choices = "plain|personal|sensitive",
              .zh = "分级，默认 plain；其余加密保存",
              .en = "plain unless told; the others are kept encrypted"},
             {"choices", ARG_JSON, IN_BODY, .zh = "选项，类型为 choice 时必填",
              .en = "list of texts, for type choice"},
             {"position", ARG_INT, IN_BODY, .min = 0, .max = 100000, .zh = "次序", .en = "place"}},
    .run = field_create,
    .zh = "新建自定义字段",
    .en = "Make a custom field.",
    .reply = "Field",
};

static enum rc store_field(struct request *rq, struct tx *tx, struct field *f, struct err *e)
{
    enum rc rc = field_store(tx, f, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "field", f->id, "%s", "");
    put_field(reply_json(rq), f);
    return RC_OK;
}

static enum rc field_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct field f;
    enum rc rc = field_load(tx, arg_int(rq, "field_id"), &f, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "name"))
        f.name = arg_str(rq, "name");
    f.position = arg_int_or(rq, "position", f.position);
    if (arg_given(rq, "archived"))
        f.archived_s = arg_int(rq, "archived") != 0 ? tx_now_s(tx) : DB_NULL;
    if (arg_given(rq, "choices") && str_eq(f.type, STR("choice")))
        rc = read_choices(rq, &f.choices, e);
    return rc == RC_OK ? store_field(rq, tx, &f, e) : rc;
}

#define ARG_FIELD_ID                                                                               \
    {                                                                                              \
        "field_id", ARG_ID, IN_PATH, .required = true, .zh = "字段", .en = "the field"             \
    }

const struct route route_field_update = {
    .method = PATCH,
    .path = "/api/fields/{field_id}",
    .name = "field_update",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_FIELD_ID,
             {"name", ARG_NAME, IN_BODY, .zh = "显示名称", .en = "the name people see"},
             {"choices", ARG_JSON, IN_BODY, .zh = "选项", .en = "list of texts, for type choice"},
             {"archived", ARG_BOOL, IN_BODY, .zh = "停用或重新启用",
              .en = "archive, or bring back"},
             {"position", ARG_INT, IN_BODY, .min = 0, .max = 100000, .zh = "次序", .en = "place"}},
    .run = field_update,
    .zh = "修改自定义字段",
    .en = "Change a custom field.",
    .reply = "Field",
};

static enum rc field_archive(struct request *rq, struct tx *tx, struct err *e)
{
    struct field f;
    enum rc rc = field_load(tx, arg_int(rq, "field_id"), &f, e);
    if (rc != RC_OK)
        return rc;
    f.archived_s = tx_now_s(tx);
    return store_field(rq, tx, &f, e);
}

const struct route route_field_remove = {
    .method = DELETE,
    .path = "/api/fields/{field_id}",
    .name = "field_remove",
    .need = PERM_TAG_WRITE,
    .scope = SCOPE_NONE,
    .writes = true,
    .audited = true,
    .args = {ARG_FIELD_ID},
    .run = field_archive,
    .zh = "停用自定义字段，已填的值保留",
    .en = "Archive a custom field; values are kept.",
    .reply = "Field",
};

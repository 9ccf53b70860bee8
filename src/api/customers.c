/* customers.c — the list of customers, one customer's profile, and changes of it.
 *
 * The list turns its arguments into a query (domain/customer_query.h). Everything shown passes
 * through the mask (customer_json.c, domain/mask.h). The profile carries an ETag that begins with
 * the time of its last change, and a change that names another one is refused: two people do not
 * overwrite each other.
 */
#include "api/clv_json.h"
#include "api/customer_json.h"
#include "api/customers.h"
#include "api/listing.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "base/limits.h"
#include "domain/app.h"
#include "domain/mask.h"
#include "domain/profile.h"
#include "store/field.h"
#include "store/group.h"
#include "store/influence.h"
#include "store/relation.h"

#include <math.h>
#include <string.h>

/* ---- the list ---- */

struct customer_query customer_query_from_args(const struct request *rq)
{
    return (struct customer_query){
        .q = arg_str(rq, "q"),
        .tag_id = arg_int(rq, "tag_id"),
        .stage_id = arg_int(rq, "stage_id"),
        .source_id = arg_int(rq, "source_id"),
        .staff_id = arg_int(rq, "staff_id"),
        .department_id = arg_int(rq, "department_id"),
        .tier_id = arg_int(rq, "tier_id"),
        .audience_id = arg_int(rq, "audience_id"),
        .bound_to = arg_int(rq, "bound_to"),
        .city = arg_str(rq, "city"),
        .expression = arg_str(rq, "expression"),
        .friend = arg_int_or(rq, "friend", -1),
        .added_from_s = arg_int_or(rq, "added_from", DB_NULL),
        .added_to_s = arg_int_or(rq, "added_to", DB_NULL),
    };
}

struct customer_asker customer_asker(struct request *rq, struct tx *tx)
{
    return (struct customer_asker){.keys = request_app(rq)->keys,
                                   .mirror = request_app(rq)->mirror,
                                   .scope_account = request_caller(rq)->scope_account,
                                   .now_s = tx_now_s(tx)};
}

static enum customer_sort sort_from(struct str text)
{
    static const char *const names[] = {"-added", "added", "-spend", "-orders", "-last_order"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_eq(text, str_from(names[i])))
            return (enum customer_sort)i;
    }
    return CUSTOMER_BY_ADDED_DESC;
}

static enum rc customer_list(struct request *rq, struct tx *tx, struct err *e)
{
    struct customer_filter f;
    struct customer_query q = customer_query_from_args(rq);
    struct customer_asker who = customer_asker(rq, tx);
    enum rc rc = customer_query_filter(tx, &q, &who, &f, e);
    if (rc != RC_OK)
        return rc;
    struct customer_place place = {0};
    place.given = cursor_read(rq, &place.key, &place.id);
    struct customer_page page;
    rc = customer_page(tx, &f, sort_from(arg_str(rq, "sort")), &place, page_offset(rq),
                       page_limit(rq), !place.given, &page, e);
    if (rc != RC_OK)
        return rc;

    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    rc = customer_json_list(rq, tx, j, "items", page.ids, page.n, e);
    if (rc != RC_OK)
        return rc;
    reply_page_end(rq, page.more ? cursor_write(rq, page.next.key, page.next.id) : STR_ABSENT,
                   page.total);
    json_close_object(j);
    return RC_OK;
}

const struct route route_customer_list = {
    .method = GET,
    .path = "/api/customers",
    .name = "customer_list",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_CUSTOMER_FILTER,
             {"sort", ARG_CHOICE, .choices = "-added|added|-spend|-orders|-last_order",
              .zh = "排序，默认 -added（最近添加在前）",
              .en = "order, -added (newest friends first) unless told"},
             ARGS_PAGE,
             ARGS_PAGE_NUMBER},
    .run = customer_list,
    .zh = "客户列表",
    .en = "Customers under any filter of the list.",
    .reply = "CustomerList",
};

/* ---- one customer ---- */

static enum rc put_sealed(struct request *rq, struct json *j, const char *key, const char *place,
                          struct str sealed, struct str (*mask)(struct arena *, struct str),
                          struct err *e)
{
    struct arena *a = request_arena(rq);
    struct str open = STR_ABSENT;
    if (sealed.p != NULL) {
        enum rc rc = secret_open(request_app(rq)->keys, str_from(place), sealed, a, &open, e);
        if (rc != RC_OK)
            return rc;
    }
    json_put_str(j, key, mask(a, open));
    return RC_OK;
}

static void put_field_value(struct json *j, const struct field_value *v)
{
    if (str_eq(v->field.type, STR("number")) && v->number != DB_NULL)
        json_put_double(j, "value", (double)v->number / 1e6);
    else if (str_eq(v->field.type, STR("day")))
        json_put_day(j, "value", v->number);
    else if (str_eq(v->field.type, STR("yes_no")) && v->number != DB_NULL)
        json_put_bool(j, "value", v->number != 0);
    else
        json_put_str(j, "value", v->text);
}

static enum rc put_fields(struct request *rq, struct tx *tx, struct json *j, int64_t root,
                          struct err *e)
{
    struct field_value *values;
    size_t n;
    enum rc rc = field_values(tx, request_app(rq)->keys, root, &values, &n, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "fields");
    for (size_t i = 0; i < n; i++) {
        bool masked = !str_eq(values[i].field.class, STR("plain"));
        json_open_object(j, NULL);
        json_put_str(j, "key", values[i].field.key);
        json_put_str(j, "name", values[i].field.name);
        json_put_str(j, "type", values[i].field.type);
        json_put_bool(j, "masked", masked);
        if (masked)
            json_put_null(j, "value");
        else
            put_field_value(j, &values[i]);
        json_close_object(j);
    }
    json_close_array(j);
    return RC_OK;
}

static enum rc put_identities(struct request *rq, struct tx *tx, struct json *j, int64_t root,
                              const struct customer_card *card, struct err *e)
{
    struct identity_row *list;
    size_t n;
    enum rc rc = identity_list(tx, request_app(rq)->keys, root, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    bool narrow_scope = request_caller(rq)->scope_account != 0;
    json_open_array(j, "identities");
    for (size_t i = 0; i < n; i++) {
        /* The card has the phone this caller may see; others of the family are not theirs. */
        bool hidden =
            narrow_scope && list[i].kind == IDENTITY_PHONE && !str_eq(list[i].value, card->phone);
        if (hidden)
            continue;
        json_open_object(j, NULL);
        json_put_id(j, "id", list[i].id);
        json_put_z(j, "kind", identity_kind_name(list[i].kind));
        json_put_str(j, "issuer", list[i].issuer);
        json_put_str(j, "value", mask_identity(request_arena(rq), list[i].kind, list[i].value));
        json_put_int(j, "created_s", list[i].created_s);
        json_close_object(j);
    }
    json_close_array(j);
    return RC_OK;
}

static enum rc put_relations(struct request *rq, struct tx *tx, struct json *j, int64_t root,
                             struct err *e)
{
    struct relation_card *list;
    size_t n;
    enum rc rc = relation_cards(tx, request_app(rq)->keys, request_caller(rq)->scope_account, root,
                                &list, &n, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "relations");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_id(j, "id", list[i].id);
        json_put_named(j, "staff", list[i].staff_id, list[i].staff);
        json_put_int(j, "added_s", list[i].added_s);
        json_put_known(j, "deleted_s", list[i].deleted_s);
        json_put_str(j, "deleted_by", list[i].deleted_by);
        json_put_str(j, "remark", customer_nickname(rq, list[i].remark));
        json_open_array(j, "tags");
        for (size_t k = 0; k < list[i].tags_n; k++)
            json_put_named(j, NULL, list[i].tags[k].id, list[i].tags[k].name);
        json_close_array(j);
        json_close_object(j);
    }
    json_close_array(j);
    return RC_OK;
}

static enum rc put_groups(struct tx *tx, struct json *j, int64_t root, struct err *e)
{
    struct membership *list;
    size_t n;
    enum rc rc = group_memberships(tx, root, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "groups");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_id(j, "id", list[i].group_id);
        json_put_str(j, "name", list[i].group);
        json_put_int(j, "joined_s", list[i].joined_s);
        json_put_known(j, "left_s", list[i].left_s);
        json_close_object(j);
    }
    json_close_array(j);
    return RC_OK;
}

static enum rc put_scores(struct tx *tx, struct json *j, int64_t root, struct err *e)
{
    int64_t r, f, m;
    enum rc rc = customer_rfm(tx, root, &r, &f, &m, e);
    if (rc == RC_OK) {
        json_open_object(j, "rfm");
        json_put_int(j, "r", r);
        json_put_int(j, "f", f);
        json_put_int(j, "m", m);
        json_close_object(j);
    } else if (rc == RC_NOT_FOUND) {
        json_put_null(j, "rfm");
    } else {
        return rc;
    }
    struct clv_row value;
    rc = clv_row_of(tx, root, &value, e);
    if (rc == RC_OK)
        clv_json(j, "clv", &value);
    else if (rc == RC_NOT_FOUND)
        json_put_null(j, "clv");
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc put_influence(struct request *rq, struct tx *tx, struct json *j, int64_t root,
                             struct err *e)
{
    struct influence f;
    enum rc rc = influence_of(tx, root, request_caller(rq)->scope_account, &f, e);
    if (rc != RC_OK)
        return rc;
    json_open_object(j, "influence");
    json_put_int(j, "score", f.score);
    json_put_int(j, "converted", f.converted);
    json_put_int(j, "period_days", f.period_s / 86400);
    json_close_object(j);
    return RC_OK;
}

static enum rc put_family(struct tx *tx, struct json *j, int64_t root, struct err *e)
{
    int64_t *ids;
    size_t n;
    enum rc rc = customer_family(tx, root, &ids, &n, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "merged_from");
    for (size_t i = 0; i < n; i++) {
        if (ids[i] != root)
            json_put_id(j, NULL, ids[i]);
    }
    json_close_array(j);
    return RC_OK;
}

/* The profile of a root, as GET and PATCH answer it. */
static enum rc put_profile(struct request *rq, struct tx *tx, int64_t root, struct err *e)
{
    struct customer_card *card;
    size_t n;
    struct customer c;
    enum rc rc = customer_cards(tx, request_app(rq)->keys, request_caller(rq)->scope_account, &root,
                                1, &card, &n, e);
    if (rc == RC_OK)
        rc = customer_load(tx, root, &c, e);
    if (rc != RC_OK)
        return rc;
    if (n == 0) /* within one transaction it was there a moment ago */
        return customer_root(tx, root, request_caller(rq)->scope_account, &root, e);

    struct json *j = reply_json(rq);
    reply_etag(rq, c.updated_us);
    json_open_object(j, NULL);
    customer_json_members(rq, j, card);
    json_put_day(j, "birth_day", c.birth_day);
    json_put_bool(j, "no_marketing", c.no_marketing != 0);
    rc = put_sealed(rq, j, "name", "customer.name", c.name_sealed, mask_name, e);
    if (rc == RC_OK)
        rc = put_sealed(rq, j, "address", "customer.address", c.address_sealed, mask_address, e);
    if (rc == RC_OK)
        rc = put_fields(rq, tx, j, root, e);
    if (rc == RC_OK)
        rc = put_identities(rq, tx, j, root, card, e);
    if (rc == RC_OK)
        rc = put_relations(rq, tx, j, root, e);
    if (rc == RC_OK)
        rc = put_groups(tx, j, root, e);
    if (rc == RC_OK)
        rc = put_scores(tx, j, root, e);
    if (rc == RC_OK)
        rc = put_influence(rq, tx, j, root, e);
    if (rc == RC_OK)
        rc = put_family(tx, j, root, e);
    json_close_object(j);
    return rc;
}

enum rc customer_arg(struct request *rq, struct tx *tx, int64_t *out_root, struct err *e)
{
    return customer_root(tx, arg_int(rq, "customer_id"), request_caller(rq)->scope_account,
                         out_root, e);
}

static enum rc customer_get(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    enum rc rc = customer_arg(rq, tx, &root, e);
    return rc == RC_OK ? put_profile(rq, tx, root, e) : rc;
}

const struct route route_customer_get = {
    .method = GET,
    .path = "/api/customers/{customer_id}",
    .name = "customer_get",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID},
    .run = customer_get,
    .zh = "一位客户的资料，个人信息已脱敏",
    .en = "One customer's profile, personal data masked. A merged id answers with whom it stands "
          "for.",
    .reply = "Customer",
};

/* ---- changing ---- */

static struct str text_arg(struct request *rq, const char *name, bool *out_given)
{
    *out_given = arg_given(rq, name);
    return arg_null(rq, name) ? STR_ABSENT : arg_str(rq, name);
}

static int64_t int_arg(struct request *rq, const char *name, bool *out_given)
{
    *out_given = arg_given(rq, name);
    return arg_null(rq, name) ? DB_NULL : arg_int(rq, name);
}

static enum rc customer_update(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct customer c;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = customer_load(tx, root, &c, e);
    if (rc == RC_OK)
        rc = request_if_match(rq, c.updated_us, e);
    if (rc != RC_OK)
        return rc;

    struct profile_change x = {0};
    x.nickname = text_arg(rq, "nickname", &x.nickname_given);
    x.name = text_arg(rq, "name", &x.name_given);
    x.address = text_arg(rq, "address", &x.address_given);
    x.gender = text_arg(rq, "gender", &x.gender_given);
    x.province = text_arg(rq, "province", &x.province_given);
    x.city = text_arg(rq, "city", &x.city_given);
    x.birth_day = int_arg(rq, "birth_day", &x.birth_day_given);
    x.stage_id = int_arg(rq, "stage_id", &x.stage_given);
    x.no_marketing = int_arg(rq, "no_marketing", &x.no_marketing_given);
    rc = profile_change(tx, request_app(rq)->keys, &c, &x, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "customer", root, "%s", "");
    return put_profile(rq, tx, root, e);
}

const struct route route_customer_update = {
    .method = PATCH,
    .path = "/api/customers/{customer_id}",
    .name = "customer_update",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID,
             {"nickname", ARG_TEXT, IN_BODY, .nullable = true, .max = LIMIT_NAME, .zh = "昵称",
              .en = "nickname"},
             {"gender", ARG_CHOICE, IN_BODY, .nullable = true, .choices = "male|female",
              .zh = "性别", .en = "gender"},
             {"birth_day", ARG_DAY, IN_BODY, .nullable = true, .zh = "生日", .en = "birth day"},
             {"province", ARG_TEXT, IN_BODY, .nullable = true, .max = LIMIT_NAME, .zh = "省份",
              .en = "province"},
             {"city", ARG_TEXT, IN_BODY, .nullable = true, .max = LIMIT_NAME, .zh = "城市",
              .en = "city"},
             {"stage_id", ARG_ID, IN_BODY, .nullable = true, .zh = "客户阶段", .en = "stage"},
             {"no_marketing", ARG_BOOL, IN_BODY, .zh = "不接受营销",
              .en = "asked not to be marketed to"},
             {"name", ARG_TEXT, IN_BODY, .nullable = true, .max = LIMIT_NAME,
              .zh = "真实姓名，加密保存", .en = "real name, kept encrypted"},
             {"address", ARG_TEXT, IN_BODY, .nullable = true, .max = 400, .zh = "地址，加密保存",
              .en = "address, kept encrypted"}},
    .run = customer_update,
    .zh = "修改客户资料",
    .en = "Change a customer's profile; If-Match guards against overwriting.",
    .reply = "Customer",
};

/* ---- custom fields ---- */

static enum rc bad_value(const struct field *f, struct err *e)
{
    err_set(e, RC_INVALID, "field_value", "value", "字段“" STR_FMT "”不接受这个值",
            "field \"" STR_FMT "\" does not take this value", STR_ARG(f->name));
    err_hint(e, "它的类型是 " STR_FMT, "its type is " STR_FMT, STR_ARG(f->type));
    return RC_INVALID;
}

static bool is_choice(struct arena *a, const struct field *f, struct str text)
{
    const struct json_value *list;
    if (json_parse(a, f->choices, &list, NULL) != RC_OK)
        return false;
    for (size_t i = 0; i < json_count(list); i++) {
        if (str_eq(json_str_or(json_at(list, i), STR_ABSENT), text))
            return true;
    }
    return false;
}

/* A value as text ("12.5", "2026-01-31", "true") in the field's own type. */
static bool read_value(struct arena *a, struct field_value *v, struct str text)
{
    struct str type = v->field.type;
    int64_t at_s;
    double number;
    if (str_eq(type, STR("text")) ||
        (str_eq(type, STR("choice")) && is_choice(a, &v->field, text))) {
        v->text = text;
        return text.n <= LIMIT_NOTE;
    }
    if (str_eq(type, STR("number")) && str_to_double(text, &number) && fabs(number) < 9e12) {
        v->number = (int64_t)llround(number * 1e6);
        return true;
    }
    if (str_eq(type, STR("day")) && calendar_parse(text, &at_s)) {
        v->number = calendar_day_of(at_s);
        return true;
    }
    if (str_eq(type, STR("yes_no")) && (str_eq(text, STR("true")) || str_eq(text, STR("false")))) {
        v->number = str_eq(text, STR("true"));
        return true;
    }
    return false;
}

static enum rc customer_field_put(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct field_value v = {.number = DB_NULL};
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = field_by_key(tx, arg_str(rq, "key"), &v.field, e);
    if (rc != RC_OK)
        return rc;
    if (!arg_null(rq, "value") && !str_empty(arg_str(rq, "value")) &&
        !read_value(request_arena(rq), &v, arg_str(rq, "value")))
        return bad_value(&v.field, e);
    rc = field_set(tx, request_app(rq)->keys, root, &v, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "customer", root, "\"field\":\"" STR_FMT "\"", STR_ARG(v.field.key));
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_str(j, "key", v.field.key);
    put_field_value(j, &v);
    json_close_object(j);
    return RC_OK;
}

const struct route route_customer_field_put = {
    .method = PUT,
    .path = "/api/customers/{customer_id}/fields/{key}",
    .name = "customer_field_put",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID,
             {"key", ARG_NAME, IN_PATH, .required = true, .zh = "字段标识",
              .en = "key of the field"},
             {"value", ARG_TEXT, IN_BODY, .required = true, .nullable = true, .max = LIMIT_NOTE,
              .zh = "值的文本形式：文字、数字、日期、true 或 false；null 清除",
              .en = "the value as text: words, a number, a day, true or false; null clears it"}},
    .run = customer_field_put,
    .zh = "设置客户的自定义字段",
    .en = "Set or clear one custom field of a customer.",
    .reply = "FieldValue",
};

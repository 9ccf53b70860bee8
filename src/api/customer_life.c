/* customer_life.c — what happened with a customer, what staff wrote down, seeing what is masked,
 * and erasing.
 *
 * Unmasking is a POST with a reason: the audit row says who looked at which field of whom and why,
 * never what it said. Erasing asks for the nickname or the id once more, since nothing brings a
 * person back.
 */
#include "api/customer_json.h"
#include "api/customers.h"
#include "api/listing.h"
#include "api/order_json.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "base/limits.h"
#include "domain/app.h"
#include "domain/profile.h"
#include "store/event.h"
#include "store/field.h"
#include "store/timeline.h"

#include <string.h>

/* ---- timeline ---- */

static const char *object_kind_name(int64_t kind)
{
    static const char *const names[] = {NULL,    "tag",      "stage",    "tier",     "field",
                                        "group", "order",    "product",  "coupon",   "material",
                                        "page",  "customer", "identity", "audience", "code",
                                        "task",  "batch",    "event",    "relation"};
    return kind > 0 && kind < (int64_t)(sizeof names / sizeof names[0]) ? names[kind] : NULL;
}

static void put_object(struct request *rq, struct json *j, const struct timeline_row *t)
{
    if (t->object_kind == OBJECT_NONE) {
        json_put_null(j, "object");
        return;
    }
    json_open_object(j, "object");
    json_put_z(j, "kind", object_kind_name(t->object_kind));
    json_put_id(j, "id", t->object_id);
    json_put_str(j, "name",
                 t->object_kind == OBJECT_CUSTOMER ? customer_nickname(rq, t->object) : t->object);
    json_close_object(j);
}

static void put_event(struct request *rq, struct json *j, const struct timeline_row *t)
{
    json_open_object(j, NULL);
    json_put_id(j, "seq", t->seq);
    json_put_int(j, "at_s", t->at_s);
    json_put_str(j, "kind", t->kind);
    json_put_str(j, "kind_name", request_caller(rq)->english ? t->kind_en : t->kind_zh);
    json_put_bool(j, "touch", t->touch);
    json_put_named(j, "channel", t->channel_id, t->channel);
    json_put_named(j, "staff", t->staff_id, t->staff);
    put_object(rq, j, t);
    json_put_known(j, "amount_fen", t->amount_fen);
    if (str_empty(t->props))
        json_put_null(j, "props");
    else
        json_put_raw(j, "props", t->props);
    json_put_bool(j, "retracted", t->retracted);
    json_close_object(j);
}

static enum rc customer_timeline(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc != RC_OK)
        return rc;
    int64_t before_s = INT64_MAX;
    int64_t before_seq = INT64_MAX;
    cursor_read(rq, &before_s, &before_seq);
    int64_t limit = page_limit(rq);
    struct timeline_row *list;
    size_t n;
    rc =
        timeline_list(tx, root, arg_str(rq, "kind"), before_s, before_seq, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        put_event(rq, j, &list[i]);
    listing_close(
        rq, more ? cursor_write(rq, list[limit - 1].at_s, list[limit - 1].seq) : STR_ABSENT, -1);
    return RC_OK;
}

const struct route route_customer_timeline = {
    .method = GET,
    .path = "/api/customers/{customer_id}/timeline",
    .name = "customer_timeline",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID,
             {"kind", ARG_NAME, .zh = "只看一种行为；item 是订单明细",
              .en = "one kind only; item: lines of orders"},
             ARGS_PAGE},
    .run = customer_timeline,
    .zh = "客户的行为时间线，最近的在前",
    .en = "What happened with a customer, newest first.",
    .reply = "Timeline",
};

/* ---- orders ---- */

static enum rc customer_orders(struct request *rq, struct tx *tx, struct err *e)
{
    struct order_filter f = {.scope_account = request_caller(rq)->scope_account,
                             .from_s = DB_NULL,
                             .to_s = DB_NULL,
                             .refunded = -1};
    enum rc rc = customer_arg(rq, tx, &f.root_id, e);
    return rc == RC_OK ? order_json_list(rq, tx, &f, e) : rc;
}

const struct route route_customer_orders = {
    .method = GET,
    .path = "/api/customers/{customer_id}/orders",
    .name = "customer_orders",
    .need = PERM_ORDER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID, ARGS_PAGE, ARGS_PAGE_NUMBER},
    .run = customer_orders,
    .zh = "客户的订单",
    .en = "A customer's orders, newest first.",
    .reply = "OrderList",
};

/* ---- notes ---- */

static void put_note(struct json *j, const struct note *n)
{
    json_open_object(j, NULL);
    json_put_id(j, "id", n->id);
    json_put_named(j, "account", n->account_id, n->account);
    json_put_str(j, "text", n->text);
    json_put_int(j, "at_s", n->at_s);
    json_put_known(j, "remind_s", n->remind_s);
    json_put_known(j, "done_s", n->done_s);
    json_close_object(j);
}

static enum rc customer_notes(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc != RC_OK)
        return rc;
    int64_t before_s = INT64_MAX;
    int64_t before_id = INT64_MAX;
    cursor_read(rq, &before_s, &before_id);
    int64_t limit = page_limit(rq);
    struct note *list;
    size_t n;
    rc = note_list(tx, request_app(rq)->keys, root, before_s, before_id, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        put_note(j, &list[i]);
    listing_close(
        rq, more ? cursor_write(rq, list[limit - 1].at_s, list[limit - 1].id) : STR_ABSENT, -1);
    return RC_OK;
}

const struct route route_customer_notes = {
    .method = GET,
    .path = "/api/customers/{customer_id}/notes",
    .name = "customer_notes",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARG_CUSTOMER_ID, ARGS_PAGE},
    .run = customer_notes,
    .zh = "员工写的备注，最近的在前",
    .en = "What staff wrote down about a customer, newest first.",
    .reply = "NoteList",
};

static enum rc customer_note_add(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct note n = {
        .account_id = request_caller(rq)->account_id,
        .text = arg_str(rq, "text"),
        .at_s = tx_now_s(tx),
        .remind_s = arg_int_or(rq, "remind_at", DB_NULL),
        .done_s = DB_NULL,
    };
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = note_add(tx, request_app(rq)->keys, root, n.account_id, n.text, n.remind_s, &n.id, e);
    if (rc != RC_OK)
        return rc;
    reply_status(rq, 201);
    request_audit(rq, "customer", root, "%s", "");
    put_note(reply_json(rq), &n);
    return RC_OK;
}

const struct route route_customer_note_add = {
    .method = POST,
    .path = "/api/customers/{customer_id}/notes",
    .name = "customer_note_add",
    .need = PERM_CUSTOMER_WRITE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID,
             {"text", ARG_TEXT, IN_BODY, .required = true, .min = 1, .max = LIMIT_NOTE,
              .zh = "备注，加密保存", .en = "the note, kept encrypted"},
             {"remind_at", ARG_TIME, IN_BODY, .nullable = true, .zh = "何时提醒自己",
              .en = "when to be reminded of it"}},
    .run = customer_note_add,
    .zh = "写一条备注",
    .en = "Write a note on a customer.",
    .reply = "Note",
};

/* ---- unmasking ---- */

static enum rc unmask_field(struct request *rq, struct tx *tx, int64_t root, struct str key,
                            struct str *out, struct err *e)
{
    struct field_value *values;
    size_t n;
    enum rc rc = field_values(tx, request_app(rq)->keys, root, &values, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        if (!str_eq(values[i].field.key, key))
            continue;
        *out = values[i].text;
        if (out->p == NULL && values[i].number != DB_NULL)
            *out = arena_printf(request_arena(rq), "%lld", (long long)values[i].number);
    }
    return rc;
}

/* The value in the clear; absent when there is none. */
static enum rc unmask_value(struct request *rq, struct tx *tx, int64_t root, struct str *out,
                            struct err *e)
{
    struct arena *a = request_arena(rq);
    const struct keyring *keys = request_app(rq)->keys;
    struct str what = arg_str(rq, "field");
    struct customer c;
    enum rc rc = customer_load(tx, root, &c, e);
    *out = STR_ABSENT;
    if (rc != RC_OK)
        return rc;
    if (str_eq(what, STR("nickname"))) {
        *out = c.nickname;
    } else if (str_eq(what, STR("name"))) {
        if (c.name_sealed.p != NULL)
            rc = secret_open(keys, STR("customer.name"), c.name_sealed, a, out, e);
    } else if (str_eq(what, STR("address"))) {
        if (c.address_sealed.p != NULL)
            rc = secret_open(keys, STR("customer.address"), c.address_sealed, a, out, e);
    } else if (str_eq(what, STR("phone"))) {
        struct customer_card *card;
        size_t n;
        rc = customer_cards(tx, keys, request_caller(rq)->scope_account, &root, 1, &card, &n, e);
        if (rc == RC_OK && n == 1)
            *out = card->phone;
    } else if (str_starts(what, STR("field."))) {
        rc = unmask_field(rq, tx, root, str_sub(what, 6, what.n), out, e);
    } else {
        err_set(e, RC_INVALID, "field_unknown", "field", "不认识“" STR_FMT "”",
                "\"" STR_FMT "\" is nothing that is masked", STR_ARG(what));
        err_hint(e, "可以是 phone、name、address、nickname 或 field.标识",
                 "it may be phone, name, address, nickname or field.key");
        rc = RC_INVALID;
    }
    return rc;
}

enum rc customer_unmasked(struct request *rq, struct tx *tx, int64_t root, struct str *out,
                          struct err *e)
{
    enum rc rc = unmask_value(rq, tx, root, out, e);
    if (rc != RC_OK)
        return rc;
    struct arena *a = request_arena(rq);
    struct str field = json_quote(a, arg_str(rq, "field"));
    struct str reason = json_quote(a, arg_str(rq, "reason"));
    request_audit(rq, "customer", root, "\"field\":" STR_FMT ",\"reason\":" STR_FMT, STR_ARG(field),
                  STR_ARG(reason));
    return RC_OK;
}

static enum rc customer_unmask(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct str value;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = customer_unmasked(rq, tx, root, &value, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_str(j, "value", value);
    json_close_object(j);
    return RC_OK;
}

const struct route route_customer_unmask = {
    .method = POST,
    .path = "/api/customers/{customer_id}/unmask",
    .name = "customer_unmask",
    .need = PERM_CUSTOMER_UNMASK,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID,
             {"field", ARG_NAME, IN_BODY, .required = true,
              .zh = "phone、name、address、nickname 或 field.标识",
              .en = "phone, name, address, nickname or field.key"},
             {"reason", ARG_NAME, IN_BODY, .required = true, .min = 2,
              .zh = "查看原因，记入审计日志，请勿写个人信息",
              .en = "why; goes into the audit log, so no personal data"}},
    .run = customer_unmask,
    .zh = "查看一项脱敏信息的原文",
    .en = "See one masked value in the clear; each look is an audit row.",
    .reply = "Unmasked",
};

/* ---- erasing ---- */

static enum rc customer_erase(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t root;
    struct customer c;
    enum rc rc = customer_arg(rq, tx, &root, e);
    if (rc == RC_OK)
        rc = customer_load(tx, root, &c, e);
    if (rc != RC_OK)
        return rc;
    int64_t id = 0;
    struct str confirm = str_trim(arg_str(rq, "confirm"));
    bool by_id = str_to_i64(confirm, &id) && (id == root || id == arg_int(rq, "customer_id"));
    if (!by_id && (str_empty(c.nickname) || !str_eq(confirm, c.nickname))) {
        err_set(e, RC_INVALID, "confirm_differs", "confirm", "与客户的昵称或 ID 不一致，没有删除",
                "this is neither the customer's nickname nor id, so nothing was erased");
        err_hint(e, "请原样输入昵称或 ID", "type the nickname or the id as it is shown");
        return RC_INVALID;
    }
    rc = profile_erase(tx, root, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "customer", root, "%s", "");
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", root);
    json_put_bool(j, "erased", true);
    json_close_object(j);
    return RC_OK;
}

const struct route route_customer_erase = {
    .method = POST,
    .path = "/api/customers/{customer_id}/erase",
    .name = "customer_erase",
    .need = PERM_CUSTOMER_ERASE,
    .scope = SCOPE_ROWS,
    .writes = true,
    .audited = true,
    .args = {ARG_CUSTOMER_ID,
             {"confirm", ARG_NAME, IN_BODY, .required = true, .zh = "再次输入昵称或 ID",
              .en = "the nickname or id once more"}},
    .run = customer_erase,
    .zh = "按要求删除一个人的个人信息，不可恢复",
    .en = "Erase a person on request. Orders and events stay, naming nobody. Cannot be undone.",
    .reply = "Erased",
};

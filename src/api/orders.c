/* orders.c — orders from every shop: the list and one order with its lines and refunds. A caller
 * with a narrow scope sees the orders of their own customers.
 */
#include "api/customer_json.h"
#include "api/listing.h"
#include "api/order_json.h"
#include "api/routes.h"
#include "store/customer.h"

static enum rc orders(struct request *rq, struct tx *tx, struct err *e)
{
    struct order_filter f = {
        .scope_account = request_caller(rq)->scope_account,
        .number = arg_str(rq, "q"),
        .channel_id = arg_int(rq, "channel_id"),
        .state = arg_str(rq, "state"),
        .nature = arg_str(rq, "nature"),
        .from_s = arg_int_or(rq, "from", DB_NULL),
        .to_s = arg_int_or(rq, "to", DB_NULL),
        .refunded = arg_given(rq, "refunded") ? (int)arg_int(rq, "refunded") : -1,
    };
    enum rc rc = RC_OK;
    if (arg_given(rq, "customer_id"))
        rc = customer_root(tx, arg_int(rq, "customer_id"), f.scope_account, &f.root_id, e);
    return rc == RC_OK ? order_json_list(rq, tx, &f, e) : rc;
}

const struct route route_order_list = {
    .method = GET,
    .path = "/api/orders",
    .name = "order_list",
    .need = PERM_ORDER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"q", ARG_TEXT, .max = 120, .zh = "订单号（完整）", .en = "an order number, whole"},
             {"channel_id", ARG_ID, .zh = "渠道", .en = "channel"},
             {"state", ARG_CHOICE, .choices = "created|paid|shipped|completed|closed", .zh = "状态",
              .en = "state"},
             {"nature", ARG_CHOICE, .choices = "sale|cancellation|adjustment", .zh = "性质",
              .en = "nature"},
             {"customer_id", ARG_ID, .zh = "客户", .en = "customer"},
             {"from", ARG_TIME, .zh = "下单时间起（含）", .en = "placed at or after"},
             {"to", ARG_TIME, .zh = "下单时间止（不含）", .en = "placed before"},
             {"refunded", ARG_BOOL, .zh = "是否有退款", .en = "with refunds, or without"},
             ARGS_PAGE,
             ARGS_PAGE_NUMBER},
    .run = orders,
    .zh = "订单，最近的在前",
    .en = "Orders, newest first.",
    .reply = "OrderList",
};

static enum rc put_lines(struct tx *tx, struct json *j, int64_t id, struct err *e)
{
    struct order_line *list;
    size_t n;
    enum rc rc = order_lines(tx, id, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "items");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "line", list[i].line);
        if (list[i].product_id == 0) {
            json_put_null(j, "product");
        } else {
            json_open_object(j, "product");
            json_put_id(j, "id", list[i].product_id);
            json_put_str(j, "code", list[i].code);
            json_put_str(j, "name", list[i].name);
            json_put_str(j, "category", list[i].category);
            json_close_object(j);
        }
        json_put_int(j, "at_s", list[i].at_s);
        json_put_int(j, "quantity", list[i].quantity);
        json_put_int(j, "unit_price_micro", list[i].unit_price_micro);
        json_put_int(j, "amount_fen", list[i].amount_fen);
        json_put_str(j, "nature", list[i].nature);
        json_close_object(j);
    }
    json_close_array(j);
    return RC_OK;
}

static enum rc put_refunds(struct tx *tx, struct json *j, int64_t id, struct err *e)
{
    struct order_refund *list;
    size_t n;
    enum rc rc = order_refunds(tx, id, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    json_open_array(j, "refunds");
    for (size_t i = 0; i < n; i++) {
        json_open_object(j, NULL);
        json_put_str(j, "number", list[i].number);
        json_put_int(j, "at_s", list[i].at_s);
        json_put_int(j, "amount_fen", list[i].amount_fen);
        json_close_object(j);
    }
    json_close_array(j);
    return RC_OK;
}

static enum rc order_get(struct request *rq, struct tx *tx, struct err *e)
{
    struct order_card o;
    enum rc rc = order_card(tx, request_caller(rq)->scope_account, arg_int(rq, "order_id"), &o, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    reply_etag(rq, o.updated_us);
    json_open_object(j, NULL);
    order_json_members(rq, j, &o);
    rc = put_lines(tx, j, o.id, e);
    if (rc == RC_OK)
        rc = put_refunds(tx, j, o.id, e);
    json_close_object(j);
    return rc;
}

const struct route route_order_get = {
    .method = GET,
    .path = "/api/orders/{order_id}",
    .name = "order_get",
    .need = PERM_ORDER_READ,
    .scope = SCOPE_ROWS,
    .args = {{"order_id", ARG_ID, IN_PATH, .required = true, .zh = "订单", .en = "the order"}},
    .run = order_get,
    .zh = "一个订单及其明细和退款",
    .en = "One order with its lines and refunds.",
    .reply = "Order",
};

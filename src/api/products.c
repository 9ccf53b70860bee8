/* products.c — what is sold: the catalogue, and what an import does not tell of it.
 *
 * What a product costs is the corp's, so only callers who see everything are shown it and may
 * change it.
 */
#include "api/customer_json.h"
#include "api/listing.h"
#include "api/routes.h"
#include "store/catalogue.h"

static void put_product(struct request *rq, const struct product_card *p)
{
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    json_put_id(j, "id", p->id);
    json_put_str(j, "issuer", p->issuer);
    json_put_str(j, "code", p->code);
    json_put_str(j, "name", p->name);
    json_put_str(j, "category", p->category);
    json_put_str(j, "role", p->role);
    json_put_known(j, "price_fen", p->price_fen);
    json_put_known(j, "cost_micro",
                   request_caller(rq)->scope_account == 0 ? p->cost_micro : DB_NULL);
    json_put_known(j, "cycle_days", p->cycle_days);
    json_close_object(j);
}

static enum rc products(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t key;
    int64_t after = 0;
    bool behind = cursor_read(rq, &key, &after);
    int64_t limit = page_limit(rq);
    struct product_card *list;
    size_t n;
    enum rc rc = catalogue_products(tx, arg_str(rq, "q"), after, limit + 1, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    listing_open(rq);
    bool more = n > (size_t)limit;
    for (size_t i = 0; i < n && i < (size_t)limit; i++)
        put_product(rq, &list[i]);
    listing_close(rq, more ? cursor_write(rq, 0, list[limit - 1].id) : STR_ABSENT,
                  behind || more ? -1 : (int64_t)n);
    return RC_OK;
}

const struct route route_product_list = {
    .method = GET,
    .path = "/api/products",
    .name = "product_list",
    .need = PERM_ORDER_READ,
    .scope = SCOPE_NONE,
    .args = {{"q", ARG_TEXT, .max = 120, .zh = "编码或名称的一部分",
              .en = "part of a code or name"},
             ARGS_PAGE},
    .run = products,
    .zh = "商品",
    .en = "Products by code or name.",
    .reply = "ProductList",
};

static enum rc product_update(struct request *rq, struct tx *tx, struct err *e)
{
    struct product_card p;
    enum rc rc = catalogue_product(tx, arg_int(rq, "product_id"), &p, e);
    if (rc != RC_OK)
        return rc;
    if (arg_given(rq, "category"))
        p.category = arg_null(rq, "category") ? STR_ABSENT : arg_str(rq, "category");
    if (arg_given(rq, "price_fen"))
        p.price_fen = arg_int_or(rq, "price_fen", DB_NULL);
    if (arg_given(rq, "cost_micro"))
        p.cost_micro = arg_int_or(rq, "cost_micro", DB_NULL);
    rc = catalogue_product_store(tx, &p, e);
    if (rc != RC_OK)
        return rc;
    request_audit(rq, "product", p.id, "%s", "");
    put_product(rq, &p);
    return RC_OK;
}

const struct route route_product_update = {
    .method = PATCH,
    .path = "/api/products/{product_id}",
    .name = "product_update",
    .need = PERM_COST_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .audited = true,
    .args = {{"product_id", ARG_ID, IN_PATH, .required = true, .zh = "商品", .en = "the product"},
             {"category", ARG_NAME, IN_BODY, .nullable = true, .zh = "类目", .en = "category"},
             {"price_fen", ARG_FEN, IN_BODY, .nullable = true, .min = 0, .max = 100000000000,
              .zh = "标价（分）", .en = "list price in fen"},
             {"cost_micro", ARG_INT, IN_BODY, .nullable = true, .min = 0, .max = 1000000000000000,
              .zh = "单件成本（百万分之一元）",
              .en = "cost of one piece in millionths of the currency unit"}},
    .run = product_update,
    .zh = "修改商品的类目、标价和成本；null 清除",
    .en = "Change a product's category, list price and cost; null clears.",
    .reply = "Product",
};

/* report_products.c — what sells, and to how few.
 *
 * `products` is one pass over the lines of the window (domain/product_report.h), whatever the page;
 * pages are cut from the sorted whole. Costs, and so margins, are told only to callers who see
 * everything. `concentration` is one statement.
 */
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "domain/product_report.h"

#include <assert.h>
#include <string.h>

/* ---- products ---- */

/* In the order of enum product_sort; "-" in front: the largest first. */
static const char *const sorts[] = {"sale",     "orders",      "buyers", "repurchase", "quantity",
                                    "returned", "return_rate", "margin", "price_ratio"};
enum { SORTS = sizeof sorts / sizeof sorts[0] };
static_assert(SORTS == PRODUCT_BY_PRICE_RATIO + 1, "one name for each");

static enum product_sort sort_from(struct str text, bool *out_descending)
{
    *out_descending = text.n == 0 || text.p[0] == '-';
    if (text.n > 0 && *out_descending)
        text = (struct str){text.p + 1, text.n - 1};
    for (int i = 0; i < SORTS; i++)
        if (str_eq(text, str_from(sorts[i])))
            return (enum product_sort)i;
    return PRODUCT_BY_SALE;
}

static void put_product(struct json *j, const struct product_figures *f)
{
    json_open_object(j, NULL);
    json_open_object(j, "product");
    json_put_id(j, "id", f->product.id);
    json_put_str(j, "code", f->product.code);
    json_put_str(j, "name", f->product.name);
    json_put_str(j, "category", f->product.category);
    json_put_known(j, "price_fen", f->product.price_fen);
    json_put_known(j, "cost_micro", f->product.cost_micro);
    json_close_object(j);
    json_put_int(j, "orders", f->orders);
    json_put_int(j, "buyers", f->buyers);
    json_put_int(j, "repeat_buyers", f->repeat_buyers);
    json_put_double(j, "repurchase_rate", product_repurchase(f));
    json_put_int(j, "quantity", f->quantity);
    json_put_int(j, "sale_fen", f->sale_fen);
    json_put_int(j, "returned_quantity", f->returned_quantity);
    json_put_int(j, "returned_fen", f->returned_fen);
    json_put_double(j, "return_rate", product_return_rate(f));
    json_put_known(j, "margin_fen", product_margin_fen(f));
    json_put_double(j, "margin", product_margin(f));
    json_put_double(j, "price_ratio", product_price_ratio(f));
    json_close_object(j);
}

/* What all products of the report come to. Buyers are not added up: one may buy several. */
static void put_sum(struct json *j, const struct product_figures *list, size_t n)
{
    struct product_figures sum = {0};
    for (size_t i = 0; i < n; i++) {
        sum.quantity += list[i].quantity;
        sum.sale_fen += list[i].sale_fen;
        sum.returned_quantity += list[i].returned_quantity;
        sum.returned_fen += list[i].returned_fen;
    }
    json_open_object(j, "sum");
    json_put_int(j, "products", (int64_t)n);
    json_put_int(j, "quantity", sum.quantity);
    json_put_int(j, "sale_fen", sum.sale_fen);
    json_put_int(j, "returned_quantity", sum.returned_quantity);
    json_put_int(j, "returned_fen", sum.returned_fen);
    json_put_double(j, "return_rate", product_return_rate(&sum));
    json_close_object(j);
}

static enum rc products(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct report_range range;
    struct product_figures *list;
    size_t n;
    bool descending;
    int64_t key;
    int64_t skip = 0;
    enum product_sort sort = sort_from(arg_str(rq, "sort"), &descending);
    if (page_by_number(rq))
        skip = page_offset(rq);
    else if (!cursor_read(rq, &key, &skip) || skip < 0)
        skip = 0;
    enum rc rc = range_from_args(rq, tx, &range, true, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = product_report(board, &range, arg_str(rq, "category"), sort, descending, &list, &n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = reply_json(rq);
    int64_t end = skip + page_limit(rq);
    json_open_object(j, NULL);
    put_range(j, &range);
    put_sum(j, list, n);
    json_open_array(j, "items");
    for (int64_t i = skip; i < end && i < (int64_t)n; i++)
        put_product(j, &list[i]);
    listing_close(rq, end < (int64_t)n ? cursor_write(rq, 0, end) : STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_report_products = {
    .method = GET,
    .path = "/api/reports/products",
    .name = "report_products",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_DAYS,
             ARG_CHANNEL,
             {"category", ARG_TEXT, .max = 400, .zh = "类目，不给为全部",
              .en = "category, all unless told"},
             {"sort", ARG_CHOICE,
              .choices = "-sale|sale|-orders|orders|-buyers|buyers|-repurchase|repurchase|"
                         "-quantity|quantity|-returned|returned|-return_rate|return_rate|"
                         "-margin|margin|-price_ratio|price_ratio",
              .zh = "排序，默认 -sale；没有该数字的排在最后",
              .en = "order, -sale unless told; what has no such figure comes last"},
             ARGS_PAGE,
             ARGS_PAGE_NUMBER},
    .run = products,
    .zh = "各商品的订单、买家、复购、退货、毛利与折后价比例",
    .en = "Orders, buyers, repurchase, returns, margin and paid ÷ list price of each product.",
    .reply = "ProductReport",
};

/* ---- concentration ---- */

static void put_part(struct json *j, int64_t customers, int64_t sale_fen, int64_t all_fen)
{
    json_put_int(j, "customers", customers);
    json_put_int(j, "sale_fen", sale_fen);
    json_put_double(j, "share", report_ratio(sale_fen, all_fen));
}

static enum rc concentration(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct report_range range;
    struct report_decile d[REPORT_DECILES];
    enum rc rc = range_from_args(rq, tx, &range, true, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_concentration(board, &range, d, e);
    if (rc != RC_OK)
        return rc;
    int64_t customers = 0;
    int64_t all_fen = 0;
    for (int i = 0; i < REPORT_DECILES; i++) {
        customers += d[i].customers;
        all_fen += d[i].sale_fen;
    }
    struct json *j = reply_json(rq);
    json_open_object(j, NULL);
    put_range(j, &range);
    json_put_int(j, "customers", customers);
    json_put_int(j, "sale_fen", all_fen);
    json_open_object(j, "top_fifth");
    put_part(j, d[0].customers + d[1].customers, d[0].sale_fen + d[1].sale_fen, all_fen);
    json_close_object(j);
    json_open_array(j, "deciles");
    int64_t so_far = 0;
    for (int i = 0; i < REPORT_DECILES; i++) {
        so_far += d[i].sale_fen;
        json_open_object(j, NULL);
        json_put_int(j, "decile", i + 1);
        put_part(j, d[i].customers, d[i].sale_fen, all_fen);
        json_put_double(j, "cumulative_share", report_ratio(so_far, all_fen));
        json_put_known(j, "least_fen", d[i].customers > 0 ? d[i].least_fen : DB_NULL);
        json_close_object(j);
    }
    json_close_array(j);
    json_close_object(j);
    return RC_OK;
}

const struct route route_report_concentration = {
    .method = GET,
    .path = "/api/reports/concentration",
    .name = "report_concentration",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_DAYS, ARG_CHANNEL},
    .run = concentration,
    .zh = "买家按消费额从高到低分十档：人数、金额、累计占比；前 20% 买家的占比",
    .en = "Buyers in tenths by what they spent, the largest first, and the share of the top 20 %.",
    .reply = "Concentration",
};

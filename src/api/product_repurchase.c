/* product_repurchase.c — which products are bought again, and after how long.
 *
 * One pass over the lines, whatever the page; pages are cut from the sorted whole. Beside each
 * product stands the first cycle by name that counts from it.
 */
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "query/product_repurchase.h"
#include "store/cycle.h"
#include "store/ids.h"

#include <math.h>
#include <stdlib.h>

enum { WITHIN_DAYS = 90, WITHIN_MOST = 3650, PRODUCTS_MOST = 200000 };

/* A row on its way. */
struct row {
    const struct product_repurchase *figures;
    const struct report_product *product;
    double key; /* ascending */
};

static double rate_of(const struct product_repurchase *p)
{
    return p->ripe > 0 ? (double)p->again / (double)p->ripe : NAN;
}

/* What it is sorted by; what has no such figure comes last either way. */
static double key_of(const struct product_repurchase *p, struct str sort)
{
    bool down = sort.n == 0 || sort.p[0] == '-';
    struct str by = down && sort.n > 0 ? str_sub(sort, 1, sort.n - 1) : sort;
    double value = (double)p->buyers;
    if (str_eq(by, STR("rate")))
        value = rate_of(p);
    else if (str_eq(by, STR("median")))
        value = p->intervals > 0 ? (double)p->p50_days : NAN;
    else if (str_eq(by, STR("intervals")))
        value = (double)p->intervals;
    return isnan(value) ? INFINITY : down ? -value : value;
}

static int by_key(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return ids_compare(&x->figures->product_id, &y->figures->product_id);
}

/* Both lists ascend by product. */
static struct row *join_rows(struct arena *a, const struct product_repurchase *figures, size_t n,
                             const struct report_product *products, size_t n_products,
                             struct str sort, size_t *out_n)
{
    struct row *rows = ARENA_ARRAY(a, struct row, n + 1);
    size_t kept = 0;
    for (size_t i = 0, k = 0; i < n; i++) {
        while (k < n_products && products[k].id < figures[i].product_id)
            k++;
        if (k < n_products && products[k].id == figures[i].product_id)
            rows[kept++] = (struct row){&figures[i], &products[k], key_of(&figures[i], sort)};
    }
    if (kept > 1)
        qsort(rows, kept, sizeof *rows, by_key);
    *out_n = kept;
    return rows;
}

static void put_cycle(struct json *j, const struct cycle *list, size_t n, int64_t product_id)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < list[i].rule.n_products; k++)
            if (list[i].rule.products[k] == product_id) {
                json_open_object(j, "cycle");
                json_put_id(j, "id", list[i].id);
                json_put_str(j, "name", list[i].name);
                json_put_int(j, "length", list[i].rule.length);
                json_put_z(j, "unit", list[i].rule.months ? "month" : "day");
                json_close_object(j);
                return;
            }
    json_put_null(j, "cycle");
}

static void put_row(struct json *j, const struct row *r, const struct cycle *cycles, size_t n)
{
    const struct product_repurchase *p = r->figures;
    bool some = p->intervals > 0;
    json_open_object(j, NULL);
    json_open_object(j, "product");
    json_put_id(j, "id", r->product->id);
    json_put_str(j, "code", r->product->code);
    json_put_str(j, "name", r->product->name);
    json_put_str(j, "category", r->product->category);
    json_close_object(j);
    json_put_int(j, "buyers", p->buyers);
    json_put_int(j, "ripe", p->ripe);
    json_put_int(j, "again", p->again);
    json_put_double(j, "rate", rate_of(p));
    json_put_int(j, "intervals", p->intervals);
    json_put_known(j, "p25_days", some ? p->p25_days : DB_NULL);
    json_put_known(j, "p50_days", some ? p->p50_days : DB_NULL);
    json_put_known(j, "p75_days", some ? p->p75_days : DB_NULL);
    put_cycle(j, cycles, n, r->product->id);
    json_close_object(j);
}

static int64_t place_of_page(struct request *rq)
{
    int64_t key, skip = 0;
    if (page_by_number(rq))
        return page_offset(rq);
    return cursor_read(rq, &key, &skip) && skip > 0 ? skip : 0;
}

static enum rc run(struct request *rq, struct tx *tx, struct err *e)
{
    const struct board *board;
    struct product_repurchase_question q = {.within_days =
                                                arg_int_or(rq, "within_days", WITHIN_DAYS)};
    struct product_repurchase *figures;
    struct report_product *products;
    struct cycle *cycles;
    size_t n, n_products, n_cycles;
    bool more;
    enum rc rc = range_from_args(rq, tx, &q.range, true, e);
    if (rc == RC_OK)
        rc = board_for(rq, tx, &board, e);
    if (rc == RC_OK)
        rc = board_product_repurchase(board, &q, NULL, &figures, &n, e);
    if (rc == RC_OK)
        rc = report_product_list(tx, arg_str(rq, "category"), PRODUCTS_MOST, &products, &n_products,
                                 &more, e);
    if (rc == RC_OK)
        rc = cycle_list(tx, &cycles, &n_cycles, e);
    if (rc != RC_OK)
        return rc;
    struct row *rows =
        join_rows(request_arena(rq), figures, n, products, n_products, arg_str(rq, "sort"), &n);
    struct json *j = reply_json(rq);
    int64_t skip = place_of_page(rq), end = skip + page_limit(rq);
    json_open_object(j, NULL);
    put_range(j, &q.range);
    json_put_int(j, "within_days", q.within_days);
    json_open_array(j, "items");
    for (int64_t i = skip; i < end && i < (int64_t)n; i++)
        put_row(j, &rows[i], cycles, n_cycles);
    listing_close(rq, end < (int64_t)n ? cursor_write(rq, 0, end) : STR_ABSENT, (int64_t)n);
    return RC_OK;
}

const struct route route_report_product_repurchase = {
    .method = GET,
    .path = "/api/reports/product-repurchase",
    .name = "report_product_repurchase",
    .need = PERM_REPORT_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_DAYS,
             ARG_CHANNEL,
             {"category", ARG_TEXT, .max = 400, .zh = "类目，不给为全部",
              .en = "category, all unless told"},
             {"within_days", ARG_INT, .min = 1, .max = WITHIN_MOST,
              .zh = "复购率看首购后多少天，默认 90", .en = "days for the rate, 90 unless told"},
             {"sort", ARG_CHOICE,
              .choices = "-buyers|buyers|-rate|rate|-median|median|-intervals|intervals",
              .zh = "排序，默认 -buyers；没有该数字的排在最后",
              .en = "order, -buyers unless told; what has no such figure comes last"},
             ARGS_PAGE,
             ARGS_PAGE_NUMBER},
    .run = run,
    .zh =
        "各商品的复购率和复购间隔。复购率只看首购已满 within_days 天的买家；间隔按天，同一天算一次",
    .en = "Repurchase of each product: its rate, of buyers whose first purchase lies within_days "
          "back, and the days between purchases, those of one day being one.",
    .reply = "ProductRepurchase",
};

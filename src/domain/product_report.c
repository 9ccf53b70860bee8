/* product_report.c — sums over lines, with a set of pairs for who bought again.
 *
 * Lines come order by order. Distinct orders of a product are counted by the last order seen;
 * buyers by a set of (buyer, product), open addressing, at most three quarters full. A pair keeps
 * the order it was first met in, so a second one makes a repeat buyer, once. Products are in the
 * order of their ids and found by halving: 16 steps for the most there may be. Memory is 16 bytes
 * a slot and is given back at the end; both ceilings answer with a way out, since a client sizes
 * them by its range.
 */
#include "domain/product_report.h"

#include "base/hash.h"
#include "base/money.h"
#include "domain/report.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum {
    PRODUCTS_MOST = 200000,
    PAIRS_MOST = 3000000, /* about 5 million lines; 64 MB */
    SLOTS_FIRST = 4096,
};

struct pair {
    int64_t root_id; /* 0: the slot is free */
    uint32_t product;
    uint32_t order : 31; /* the order it was met in first, counted from 1 */
    uint32_t repeated : 1;
};

struct counting {
    struct product_figures *products;
    size_t products_n;
    struct pair *slots;
    size_t slots_n, pairs_n; /* slots_n: a power of two */
    int64_t order_id;
    uint32_t order; /* how many orders were seen */
};

/* ---- pairs ---- */

static struct pair *slot_of(struct pair *slots, size_t n, int64_t root_id, uint32_t product)
{
    size_t i = hash_u64((uint64_t)root_id ^ hash_u64(product)) & (n - 1);
    while (slots[i].root_id != 0 && (slots[i].root_id != root_id || slots[i].product != product))
        i = (i + 1) & (n - 1);
    return &slots[i];
}

static enum rc too_much(struct err *e)
{
    err_set(e, RC_LIMIT, "report_large", "from", "这段时间的商品和买家太多，一次算不完",
            "there are too many products and buyers in this range");
    err_hint(e, "请缩短时间范围，或选择一个类目", "choose a shorter range, or a category");
    return RC_LIMIT;
}

static enum rc grow(struct counting *c, struct err *e)
{
    size_t n = c->slots_n == 0 ? SLOTS_FIRST : c->slots_n * 2;
    struct pair *slots = c->pairs_n < PAIRS_MOST ? calloc(n, sizeof *slots) : NULL;
    if (slots == NULL)
        return too_much(e);
    for (size_t i = 0; i < c->slots_n; i++)
        if (c->slots[i].root_id != 0)
            *slot_of(slots, n, c->slots[i].root_id, c->slots[i].product) = c->slots[i];
    free(c->slots);
    c->slots = slots;
    c->slots_n = n;
    return RC_OK;
}

static enum rc count_buyer(struct counting *c, size_t product, int64_t root_id, struct err *e)
{
    if (c->pairs_n >= c->slots_n / 4 * 3) {
        enum rc rc = grow(c, e);
        if (rc != RC_OK)
            return rc;
    }
    struct product_figures *f = &c->products[product];
    struct pair *p = slot_of(c->slots, c->slots_n, root_id, (uint32_t)product);
    if (p->root_id == 0) {
        *p = (struct pair){root_id, (uint32_t)product, c->order & INT32_MAX, 0};
        c->pairs_n++;
        f->buyers++;
    } else if (!p->repeated && p->order != c->order) {
        p->repeated = 1;
        f->repeat_buyers++;
    }
    return RC_OK;
}

/* ---- lines ---- */

/* The place of a product among the ones reported; products_n when it is none of them. */
static size_t place_of(const struct counting *c, int64_t product_id)
{
    size_t low = 0;
    size_t high = c->products_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->products[middle].product.id < product_id)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < c->products_n && c->products[low].product.id == product_id;
    return found ? low : c->products_n;
}

static enum rc count_line(void *to, const struct report_line *line, struct err *e)
{
    struct counting *c = to;
    if (line->order_id != c->order_id) {
        c->order_id = line->order_id;
        c->order++;
    }
    size_t at = place_of(c, line->product_id);
    if (at == c->products_n)
        return RC_OK;
    struct product_figures *f = &c->products[at];
    if (line->returned) {
        f->returned_quantity -= line->quantity;
        f->returned_fen -= line->amount_fen;
        return RC_OK;
    }
    f->quantity += line->quantity;
    f->sale_fen += line->amount_fen;
    f->orders += f->last_order_id != line->order_id;
    f->last_order_id = line->order_id;
    return line->root_id == 0 ? RC_OK : count_buyer(c, at, line->root_id, e);
}

static void lay_refund(void *to, const struct report_refund *refund)
{
    struct counting *c = to;
    int64_t so_far = 0;
    for (size_t i = 0; i < refund->n; i++) {
        int64_t before = report_share(refund->amount_fen, so_far, refund->sale_fen);
        so_far += refund->lines[i].amount_fen;
        size_t at = place_of(c, refund->lines[i].product_id);
        if (at < c->products_n)
            c->products[at].returned_fen +=
                report_share(refund->amount_fen, so_far, refund->sale_fen) - before;
    }
}

/* ---- derived ---- */

double product_repurchase(const struct product_figures *f)
{
    return report_ratio(f->repeat_buyers, f->buyers);
}

double product_return_rate(const struct product_figures *f)
{
    return report_ratio(f->returned_fen, f->sale_fen);
}

int64_t product_margin_fen(const struct product_figures *f)
{
    int64_t cost_fen;
    if (f->product.cost_micro == DB_NULL ||
        !money_amount_fen(f->quantity, f->product.cost_micro, &cost_fen))
        return DB_NULL;
    return f->sale_fen - cost_fen;
}

double product_margin(const struct product_figures *f)
{
    int64_t margin_fen = product_margin_fen(f);
    return margin_fen == DB_NULL ? NAN : report_ratio(margin_fen, f->sale_fen);
}

double product_price_ratio(const struct product_figures *f)
{
    if (f->product.price_fen == DB_NULL || f->product.price_fen <= 0 || f->quantity <= 0)
        return NAN;
    return (double)f->sale_fen / ((double)f->product.price_fen * (double)f->quantity);
}

/* ---- order ---- */

struct ranked {
    double key; /* NaN: none */
    size_t at;
};

static double key_of(const struct product_figures *f, enum product_sort sort)
{
    switch (sort) {
    case PRODUCT_BY_SALE:
        return (double)f->sale_fen;
    case PRODUCT_BY_ORDERS:
        return (double)f->orders;
    case PRODUCT_BY_BUYERS:
        return (double)f->buyers;
    case PRODUCT_BY_REPURCHASE:
        return product_repurchase(f);
    case PRODUCT_BY_QUANTITY:
        return (double)f->quantity;
    case PRODUCT_BY_RETURNED:
        return (double)f->returned_fen;
    case PRODUCT_BY_RETURN_RATE:
        return product_return_rate(f);
    case PRODUCT_BY_MARGIN:
        return product_margin(f);
    case PRODUCT_BY_PRICE_RATIO:
        return product_price_ratio(f);
    }
    return NAN;
}

/* Ascending by key, none last, then in the order they came. */
static int by_key(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    bool no_x = isnan(x->key), no_y = isnan(y->key);
    if (no_x != no_y)
        return no_x ? 1 : -1;
    if (!no_x && x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Those with any figure, sorted; `out` is in the arena. */
static size_t rank(struct arena *a, const struct product_figures *all, size_t all_n,
                   enum product_sort sort, bool descending, struct product_figures **out)
{
    struct ranked *order = ARENA_ARRAY(a, struct ranked, all_n + 1);
    size_t n = 0;
    for (size_t i = 0; i < all_n; i++) {
        double key = key_of(&all[i], sort);
        if (all[i].orders > 0 || all[i].returned_fen != 0 || all[i].returned_quantity != 0)
            order[n++] = (struct ranked){descending ? -key : key, i};
    }
    qsort(order, n, sizeof *order, by_key);
    struct product_figures *list = ARENA_ARRAY(a, struct product_figures, n + 1);
    for (size_t i = 0; i < n; i++)
        list[i] = all[order[i].at];
    *out = list;
    return n;
}

/* From the daybook: sums are there. */
static void take_sums(struct counting *c, const struct report_product_sum *sums, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = place_of(c, sums[i].product_id);
        if (at == c->products_n)
            continue;
        struct product_figures *f = &c->products[at];
        f->orders = sums[i].orders;
        f->buyers = sums[i].buyers;
        f->repeat_buyers = sums[i].repeat_buyers;
        f->quantity = sums[i].quantity;
        f->sale_fen = sums[i].sale_fen;
        f->returned_quantity = sums[i].returned_quantity;
        f->returned_fen = sums[i].returned_fen;
    }
}

static enum rc count(struct counting *c, const struct board *board,
                     const struct report_range *range, struct err *e)
{
    struct report_product_sum *sums;
    size_t n;
    enum rc rc = board_product_sums(board, range, &sums, &n, e);
    if (rc == RC_OK)
        take_sums(c, sums, n);
    if (rc != RC_BUSY)
        return rc;
    rc = report_lines(board->tx, range, count_line, c, e);
    free(c->slots);
    return rc == RC_OK ? report_refunds(board->tx, range, lay_refund, c, e) : rc;
}

enum rc product_report(const struct board *board, const struct report_range *range,
                       struct str category, enum product_sort sort, bool descending,
                       struct product_figures **out, size_t *out_n, struct err *e)
{
    struct tx *tx = board->tx;
    struct report_product *products;
    size_t n;
    bool more;
    enum rc rc = report_product_list(tx, category, PRODUCTS_MOST, &products, &n, &more, e);
    if (rc != RC_OK)
        return rc;
    if (more)
        return too_much(e);
    struct counting c = {
        .products = ARENA_ARRAY(tx_arena(tx), struct product_figures, n + 1),
        .products_n = n,
    };
    for (size_t i = 0; i < n; i++) {
        c.products[i].product = products[i];
        if (range->scope_account != 0)
            c.products[i].product.cost_micro = DB_NULL;
    }
    rc = count(&c, board, range, e);
    if (rc == RC_OK)
        *out_n = rank(tx_arena(tx), c.products, n, sort, descending, out);
    return rc;
}

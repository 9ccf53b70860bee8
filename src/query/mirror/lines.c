/* lines.c — facts about the order data, and sums by product, from the daybook's lines.
 *
 * A customer's orders stand together, so who bought a product is counted by remembering, for each
 * product, whom and which order it was last met in: no pairs of product and buyer are kept. */
#include "query/mirror/reports.h"

#include "base/hash.h"
#include "base/money.h"
#include "base/must.h"
#include "base/share.h"
#include "query/mirror/orders.h"
#include "store/ids.h"

#include <stdlib.h>
#include <string.h>

/* ---- facts ---- */

struct facts {
    struct order_pass pass;
    struct report_facts of_part[ORDER_PARTS_MOST];
};

static void line_facts(const struct daybook_edition *b, uint32_t order, struct report_facts *f)
{
    bool cancellation = (b->flags[order] & ORDER_FEED_CANCELLATION) != 0;
    for (uint32_t i = b->first_line[order]; i < b->first_line[order + 1]; i++) {
        uint8_t flags = b->line_flags[i];
        bool sale = (flags & LINE_FEED_SALE) != 0, nobody = (flags & LINE_FEED_NOBODY) != 0;
        f->lines++;
        f->lines_without_customer += nobody;
        f->cancellation_lines += (flags & LINE_FEED_CANCEL) != 0;
        f->adjustment_lines += (flags & LINE_FEED_ADJUST) != 0;
        f->negative_quantity_not_cancelled += !cancellation && run_amount(&b->quantity, i) < 0;
        f->zero_price_lines += (flags & LINE_FEED_FREE) != 0;
        f->negative_price_lines += (flags & LINE_FEED_OWED) != 0;
        f->sale_lines += sale;
        f->sale_lines_with_customer += sale && !nobody;
        f->cancelled_fen += flags & LINE_FEED_CANCEL ? run_amount(&b->amount_fen, i) : 0;
        f->exact_duplicate_lines += (flags & DAYBOOK_LINE_REPEAT) != 0;
        f->orders_with_two_times += (flags & DAYBOOK_LINE_TIMES) != 0;
    }
}

static void order_facts(const struct daybook_edition *b, uint32_t at, struct report_facts *f)
{
    uint8_t flags = b->flags[at];
    bool sale = (flags & ORDER_FEED_SALE) != 0, paid = (flags & ORDER_FEED_PAID) != 0;
    bool known = b->root[at] != 0;
    int64_t sale_fen = run_amount(&b->sale_fen, at), paid_fen = run_amount(&b->paid_fen, at);
    int64_t refunded_fen = run_amount(&b->refunded_fen, at);
    f->orders++;
    f->cancellation_orders += (flags & ORDER_FEED_CANCELLATION) != 0;
    f->sale_orders_with_customer += known && (flags & ORDER_FEED_PURCHASE) != 0;
    f->sale_fen += sale_fen;
    f->sale_fen_with_customer += known ? sale_fen : 0;
    f->paid_orders += sale && paid;
    f->unpaid_orders += sale && !paid;
    f->refunded_orders += sale && refunded_fen > 0;
    f->total_fen += sale ? run_amount(&b->total_fen, at) : 0;
    f->paid_fen += paid_fen != RUN_NONE ? paid_fen : 0;
    f->refunded_fen += refunded_fen;
}

static void facts_part(void *arg, size_t part)
{
    struct facts *x = arg;
    struct report_facts *f = &x->of_part[part];
    struct order_group g = {.to = x->pass.cut[part]};
    while (order_pass_next(&x->pass, x->pass.cut[part + 1], &g)) {
        int64_t purchases = 0;
        bool any = false;
        for (uint32_t i = g.from; i < g.to; i++) {
            if (!order_pass_has(&x->pass, i))
                continue;
            any = true;
            purchases += order_is_purchase(&x->pass, i);
            order_facts(x->pass.book, i, f);
            line_facts(x->pass.book, i, f);
        }
        f->customers += any && g.root != 0;
        f->buyers += purchases > 0 && g.root != 0;
        f->repeat_buyers += purchases > 1 && g.root != 0;
    }
}

enum rc mirror_facts(const struct board *b, int64_t channel_id, struct report_facts *out,
                     struct err *e)
{
    enum { NUMBERS = sizeof *out / sizeof(int64_t) }; /* it is numbers and nothing else */
    struct facts *x = must(calloc(1, sizeof *x));
    enum rc rc = order_pass_init_at(&x->pass, b, INT64_MIN, INT64_MAX, channel_id, 0, e);
    if (rc == RC_OK) {
        int64_t sum[NUMBERS] = {0}, some[NUMBERS];
        share_rounds(x->pass.n_parts, facts_part, x);
        for (size_t i = 0; i < x->pass.n_parts; i++) {
            memcpy(some, &x->of_part[i], sizeof some);
            for (size_t k = 0; k < NUMBERS; k++)
                sum[k] += some[k];
        }
        memcpy(out, sum, sizeof *out);
    }
    free(x);
    return rc;
}

/* ---- products ---- */

enum { ROUNDS = 8, ROUNDS_FEW = 2, MANY_PRODUCTS = 50000 };

/* A product on its way: sums, and whom and in which order it was last met. */
struct product_sum {
    struct report_product_sum sum;
    uint32_t root, first, last; /* last: a place + 1 */
    bool repeated;
};

struct products {
    struct order_pass pass;
    size_t rounds;
    struct product_sum *sums; /* by round, by product */
};

static void count_sale(struct product_sum *p, uint32_t root, uint32_t order, int64_t quantity,
                       int64_t fen)
{
    p->sum.quantity += quantity;
    p->sum.sale_fen += fen;
    p->sum.orders += p->last != order + 1;
    p->last = order + 1;
    if (root == 0)
        return;
    if (p->root != root) {
        p->root = root;
        p->first = order;
        p->repeated = false;
        p->sum.buyers++;
    } else if (!p->repeated && p->first != order) {
        p->repeated = true;
        p->sum.repeat_buyers++;
    }
}

static void count_lines(const struct daybook_edition *b, uint32_t order, struct product_sum *sums)
{
    bool purchase = (b->flags[order] & ORDER_FEED_PURCHASE) != 0;
    for (uint32_t i = b->first_line[order]; i < b->first_line[order + 1]; i++) {
        struct product_sum *p = &sums[b->product[i]];
        int64_t quantity = run_amount(&b->quantity, i), fen = run_amount(&b->amount_fen, i);
        if (b->line_flags[i] & LINE_FEED_CANCEL) {
            p->sum.returned_quantity -= quantity;
            p->sum.returned_fen -= fen;
        } else if (purchase && (b->line_flags[i] & LINE_FEED_SALE)) {
            count_sale(p, b->root[order], order, quantity, fen);
        }
    }
}

static void products_round(void *arg, size_t round)
{
    const struct products *x = arg;
    const struct order_pass *p = &x->pass;
    struct product_sum *sums = x->sums + round * p->book->products_n;
    for (size_t part = round; part < p->n_parts; part += x->rounds) {
        struct order_group g = {.to = p->cut[part]};
        while (order_pass_next(p, p->cut[part + 1], &g))
            for (uint32_t i = g.from; i < g.to && g.seen; i++)
                if (order_pass_has(p, i))
                    count_lines(p->book, i, sums);
    }
}

/* A refund spread over its order's sale lines by their amounts, without losing a fen. */
static void lay_refund(const struct daybook_edition *b, uint32_t order, int64_t refund_fen,
                       struct product_sum *sums)
{
    int64_t all = 0, so_far = 0;
    for (uint32_t i = b->first_line[order]; i < b->first_line[order + 1]; i++)
        if ((b->line_flags[i] & LINE_FEED_SALE) && run_amount(&b->amount_fen, i) > 0)
            all += run_amount(&b->amount_fen, i);
    for (uint32_t i = b->first_line[order]; all > 0 && i < b->first_line[order + 1]; i++) {
        int64_t fen = run_amount(&b->amount_fen, i);
        if (!(b->line_flags[i] & LINE_FEED_SALE) || fen <= 0)
            continue;
        int64_t before = money_share(refund_fen, so_far, all);
        so_far += fen;
        sums[b->product[i]].sum.returned_fen += money_share(refund_fen, so_far, all) - before;
    }
}

static int compare_refunds(const void *a, const void *b)
{
    return ids_compare(&((const struct daybook_refund *)a)->order_id,
                       &((const struct daybook_refund *)b)->order_id);
}

/* Refunds of the range, laid on the lines of their orders, which are found in one pass. */
static void lay_refunds(const struct products *x)
{
    const struct order_pass *p = &x->pass;
    const struct daybook_edition *b = p->book;
    struct daybook_refund *list = must(malloc((b->n_refunds + 1) * sizeof *list));
    size_t n = 0;
    for (uint32_t i = 0; i < b->n_refunds; i++) {
        const struct daybook_refund *f = &b->refunds[i];
        if ((p->everyone || (f->root != 0 && p->seen[f->root])) && f->at_s >= p->from_s &&
            f->at_s < p->to_s && (p->any_channel || f->channel == p->channel))
            list[n++] = *f;
    }
    if (n > 1)
        qsort(list, n, sizeof *list, compare_refunds);
    struct set_words *some = must(aligned_alloc(_Alignof(struct set_words), sizeof *some));
    words_clear(some); /* most orders have no refund, and are told by a bit of a hash */
    for (size_t i = 0; i < n; i++)
        words_put(some, hash_u64((uint64_t)list[i].order_id) % SET_CHUNK);
    for (uint32_t i = 0; n > 0 && i < b->n; i++) {
        if (b->first_line[i] == b->first_line[i + 1] ||
            !words_has(some, hash_u64((uint64_t)b->id[i]) % SET_CHUNK))
            continue;
        const struct daybook_refund key = {.order_id = b->id[i]};
        const struct daybook_refund *at = bsearch(&key, list, n, sizeof key, compare_refunds);
        while (at != NULL && at > list && at[-1].order_id == key.order_id)
            at--;
        for (; at != NULL && at < list + n && at->order_id == key.order_id; at++)
            lay_refund(b, i, at->amount_fen, x->sums);
    }
    free(some);
    free(list);
}

static void add_sums(struct report_product_sum *to, const struct report_product_sum *from)
{
    to->orders += from->orders;
    to->buyers += from->buyers;
    to->repeat_buyers += from->repeat_buyers;
    to->quantity += from->quantity;
    to->sale_fen += from->sale_fen;
    to->returned_quantity += from->returned_quantity;
    to->returned_fen += from->returned_fen;
}

enum rc mirror_product_sums(const struct board *b, const struct report_range *range,
                            struct report_product_sum **out, size_t *out_n, struct err *e)
{
    struct products x = {0};
    uint32_t n = b->book->products_n;
    enum rc rc = order_pass_init(&x.pass, b, range, e);
    if (rc != RC_OK)
        return rc;
    x.rounds = n > MANY_PRODUCTS ? ROUNDS_FEW : ROUNDS;
    x.sums = must(calloc(x.rounds * n + 1, sizeof *x.sums));
    share_rounds(x.rounds, products_round, &x);
    lay_refunds(&x);
    *out = ARENA_ARRAY(tx_arena(b->tx), struct report_product_sum, n);
    *out_n = n - 1;
    for (uint32_t code = 1; code < n; code++) {
        struct report_product_sum *to = &(*out)[code - 1];
        to->product_id = codes_id(b->book->products, code);
        for (size_t k = 0; k < x.rounds; k++)
            add_sums(to, &x.sums[k * n + code].sum);
    }
    free(x.sums);
    return RC_OK;
}

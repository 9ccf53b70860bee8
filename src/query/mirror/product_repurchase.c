/* product_repurchase.c — repurchase by product, from the daybook's lines.
 *
 * A customer's orders stand together by time, so each product remembers whom it was last met with.
 * Parts are shared out; a customer is in one part, so sums of parts add up. */
#include "query/mirror/reports.h"

#include "base/calendar.h"
#include "base/must.h"
#include "base/share.h"
#include "query/mirror/orders.h"
#include "query/product_repurchase.h"
#include "store/ids.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 8, ROUNDS_FEW = 2, MANY_PRODUCTS = 50000, NO_SLOT = -1 };

struct lines_pass {
    struct order_pass pass;
    const struct product_repurchase_question *q;
    struct day_units days;
    const int32_t *slot; /* by code of the product */
    size_t n_slots, rounds;
    struct repurchase_sum *sums;                   /* by round, by slot */
    struct repurchase_intervals intervals[ROUNDS]; /* by round */
};

static void see_order(struct lines_pass *x, size_t round, uint32_t order)
{
    const struct daybook_edition *b = x->pass.book;
    int32_t day = NO_SLOT;
    for (uint32_t i = b->first_line[order]; i < b->first_line[order + 1]; i++) {
        int32_t slot = x->slot[b->product[i]];
        if (slot == NO_SLOT || !(b->line_flags[i] & LINE_FEED_SALE) ||
            (b->line_flags[i] & LINE_FEED_NOBODY))
            continue;
        if (day == NO_SLOT)
            day = x->days.from_day + (int32_t)day_units_day(&x->days, b->at_s[order]);
        repurchase_add(&x->sums[round * x->n_slots + (size_t)slot], (uint32_t)slot, b->root[order],
                       day, x->q, &x->intervals[round]);
    }
}

static void lines_round(void *arg, size_t round)
{
    struct lines_pass *x = arg;
    for (size_t part = round; part < x->pass.n_parts; part += x->rounds) {
        struct order_group g = {.to = x->pass.cut[part]};
        while (order_pass_next(&x->pass, x->pass.cut[part + 1], &g)) {
            if (!g.seen || g.root == 0 || (x->pass.book->flags[g.from] & ORDER_FEED_ERASED))
                continue;
            for (uint32_t i = g.from; i < g.to; i++)
                if (order_pass_has(&x->pass, i) && order_counts(&x->pass, i))
                    see_order(x, round, i);
        }
    }
}

/* Each product a slot by its id, or those of the set the only one. */
static size_t make_slots(struct lines_pass *x, struct arena *a, int64_t **out_ids)
{
    const struct daybook_edition *b = x->pass.book;
    int32_t *slot = ARENA_ARRAY(a, int32_t, (size_t)b->products_n + 1);
    int64_t *ids = ARENA_ARRAY(a, int64_t, (size_t)b->products_n + 1);
    x->slot = slot;
    *out_ids = ids;
    slot[0] = NO_SLOT;
    if (x->q->set != NULL) {
        for (uint32_t code = 1; code < b->products_n; code++)
            slot[code] = NO_SLOT;
        for (size_t i = 0; i < x->q->n_set; i++) {
            uint32_t code = codes_find(b->products, x->q->set[i]);
            if (code != 0 && code < b->products_n)
                slot[code] = 0;
        }
        ids[0] = 0;
        return 1;
    }
    for (uint32_t code = 1; code < b->products_n; code++)
        ids[code - 1] = codes_id(b->products, code);
    size_t n = b->products_n > 0 ? b->products_n - 1 : 0;
    if (n > 1)
        qsort(ids, n, sizeof *ids, ids_compare);
    for (uint32_t code = 1; code < b->products_n; code++) {
        int64_t id = codes_id(b->products, code);
        slot[code] = (int32_t)((int64_t *)bsearch(&id, ids, n, sizeof *ids, ids_compare) - ids);
    }
    return n;
}

/* All rounds in the first. */
static void add_rounds(struct lines_pass *x, struct repurchase_intervals *all)
{
    for (size_t r = 1; r < x->rounds; r++)
        for (size_t k = 0; k < x->n_slots; k++) {
            struct product_repurchase *to = &x->sums[k].sum;
            const struct product_repurchase *from = &x->sums[r * x->n_slots + k].sum;
            to->buyers += from->buyers;
            to->ripe += from->ripe;
            to->again += from->again;
            to->intervals += from->intervals;
        }
    for (size_t r = 0; r < x->rounds; r++)
        all->room += x->intervals[r].n;
    all->at = must(malloc((all->room + 1) * sizeof *all->at));
    for (size_t r = 0; r < x->rounds; r++) {
        if (x->intervals[r].n > 0)
            memcpy(all->at + all->n, x->intervals[r].at, x->intervals[r].n * sizeof *all->at);
        all->n += x->intervals[r].n;
        free(x->intervals[r].at);
    }
}

enum rc mirror_product_repurchase(const struct board *b,
                                  const struct product_repurchase_question *q,
                                  struct repurchase_sum **out, size_t *out_n,
                                  struct repurchase_intervals *intervals, struct err *e)
{
    struct arena *a = tx_arena(b->tx);
    struct lines_pass x = {.q = q};
    int64_t *ids;
    enum rc rc = order_pass_init(&x.pass, b, &q->range, e);
    if (rc != RC_OK)
        return rc;
    day_units_init(&x.days, a, q->range.from_day, q->range.to_day, REPORT_DAY);
    x.n_slots = make_slots(&x, a, &ids);
    x.rounds = x.n_slots > MANY_PRODUCTS ? ROUNDS_FEW : ROUNDS;
    x.sums = must(calloc(x.rounds * x.n_slots + 1, sizeof *x.sums));
    share_rounds(x.rounds, lines_round, &x);
    add_rounds(&x, intervals);
    *out = ARENA_ARRAY(a, struct repurchase_sum, x.n_slots + 1);
    *out_n = x.n_slots;
    for (size_t k = 0; k < x.n_slots; k++) {
        (*out)[k] = x.sums[k];
        (*out)[k].sum.product_id = ids[k];
    }
    free(x.sums);
    return RC_OK;
}

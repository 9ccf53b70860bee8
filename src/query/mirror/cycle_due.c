/* cycle_due.c — due days of a cycle of purchases, from the daybook.
 *
 * A customer's orders stand together by time. The book has the time of an order, which is that of
 * all its lines but where a file gave them their own: customers with such an order are set aside
 * for the database. So is everyone where a refund is yet to come. */
#include "query/mirror/reports.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/must.h"
#include "base/share.h"
#include "query/cycle.h"
#include "query/cycle_board.h"
#include "query/mirror/orders.h"
#include "store/ids.h"

#include <stdlib.h>

enum { ASIDE_MOST = 20000 /* customers; beyond them the database answers for all */ };

/* What a part counts, and whom it sets aside. */
struct due_part {
    struct cycle_due due;
    int64_t *aside; /* root ids; free() */
    size_t n, room;
};

struct due_pass {
    struct order_pass pass;
    const struct cycle_rule *rule;
    const uint8_t *meant; /* by code of the product */
    int64_t now_s;
    int32_t today;
    struct refunded *refunded; /* by order, ascending */
    size_t n_refunded;
    struct set_words *maybe; /* bits of a hash of those orders */
    struct due_part *parts;
};

/* ---- refunds ---- */

struct refunded {
    int64_t order_id, amount_fen;
};

static int compare_refunded(const void *a, const void *b)
{
    return ids_compare(&((const struct refunded *)a)->order_id,
                       &((const struct refunded *)b)->order_id);
}

/* What was refunded of each order by now. */
static void read_refunds(struct due_pass *x)
{
    const struct daybook_edition *b = x->pass.book;
    struct refunded *list = must(malloc((b->n_refunds + 1) * sizeof *list));
    size_t n = 0, kept = 0;
    for (uint32_t i = 0; i < b->n_refunds; i++)
        if (b->refunds[i].at_s <= x->now_s)
            list[n++] = (struct refunded){b->refunds[i].order_id, b->refunds[i].amount_fen};
    if (n > 1)
        qsort(list, n, sizeof *list, compare_refunded);
    x->maybe = must(aligned_alloc(_Alignof(struct set_words), sizeof *x->maybe));
    words_clear(x->maybe);
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && list[kept - 1].order_id == list[i].order_id) {
            list[kept - 1].amount_fen += list[i].amount_fen;
            continue;
        }
        words_put(x->maybe, hash_u64((uint64_t)list[i].order_id) % SET_CHUNK);
        list[kept++] = list[i];
    }
    x->refunded = list;
    x->n_refunded = kept;
}

/* Whether an order is a purchase that was not refunded wholly by now. */
static bool counts(const struct due_pass *x, uint32_t order)
{
    const struct refunded key = {.order_id = x->pass.book->id[order]};
    if (!order_is_purchase(&x->pass, order))
        return false;
    if (!words_has(x->maybe, hash_u64((uint64_t)key.order_id) % SET_CHUNK))
        return true;
    const struct refunded *r =
        bsearch(&key, x->refunded, x->n_refunded, sizeof key, compare_refunded);
    return r == NULL || r->amount_fen <= 0 ||
           r->amount_fen < run_amount(&x->pass.book->sale_fen, order);
}

/* ---- customers ---- */

/* Whether an order has a line that is meant. */
static bool has_line(const struct due_pass *x, uint32_t order)
{
    const struct daybook_edition *b = x->pass.book;
    for (uint32_t i = b->first_line[order]; i < b->first_line[order + 1]; i++)
        if (x->meant[b->product[i]] && (b->line_flags[i] & LINE_FEED_SALE) &&
            !(b->line_flags[i] & LINE_FEED_NOBODY))
            return true;
    return false;
}

static void set_aside(struct due_part *part, int64_t root_id)
{
    if (part->n == part->room) {
        part->room = part->room > 0 ? part->room * 2 : 64;
        part->aside = must(realloc(part->aside, part->room * sizeof *part->aside));
    }
    part->aside[part->n++] = root_id;
}

static void see_customer(const struct due_pass *x, const struct order_group *g,
                         struct due_part *part)
{
    const struct daybook_edition *b = x->pass.book;
    uint32_t last = UINT32_MAX;
    bool own_times = false;
    for (uint32_t i = g->from; i < g->to && b->at_s[i] <= x->now_s; i++) {
        if (!has_line(x, i) || !counts(x, i))
            continue;
        last = i;
        own_times = own_times || (b->line_flags[b->first_line[i]] & DAYBOOK_LINE_TIMES) != 0;
    }
    if (own_times)
        set_aside(part, codes_id(b->people, g->root));
    else if (last != UINT32_MAX)
        cycle_due_count(&part->due, x->today,
                        cycle_due_day(x->rule, calendar_day_of(b->at_s[last])));
}

static void due_part(void *arg, size_t part)
{
    const struct due_pass *x = arg;
    struct order_group g = {.to = x->pass.cut[part]};
    while (order_pass_next(&x->pass, x->pass.cut[part + 1], &g))
        if (g.seen && g.root != 0 && !(x->pass.book->flags[g.from] & ORDER_FEED_ERASED))
            see_customer(x, &g, &x->parts[part]);
}

static const uint8_t *meant_products(const struct board *b, const struct cycle_rule *rule)
{
    uint8_t *meant = ARENA_ARRAY(tx_arena(b->tx), uint8_t, (size_t)b->book->products_n + 1);
    for (size_t i = 0; i < rule->n_products; i++) {
        uint32_t code = codes_find(b->book->products, rule->products[i]);
        if (code != 0 && code < b->book->products_n)
            meant[code] = 1;
    }
    return meant;
}

struct aside {
    const struct due_pass *x;
    struct cycle_due *out;
};

static void see_last(void *to, int64_t root_id, int64_t last_s)
{
    struct aside *a = to;
    (void)root_id;
    if (last_s != DB_NULL)
        cycle_due_count(a->out, a->x->today, cycle_due_day(a->x->rule, calendar_day_of(last_s)));
}

/* Adds the parts up; RC_BUSY when too many were set aside. */
static enum rc add_parts(const struct due_pass *x, struct tx *tx, struct cycle_due *out,
                         struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < x->pass.n_parts; i++)
        n += x->parts[i].n;
    if (n > ASIDE_MOST)
        return RC_BUSY;
    int64_t *roots = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1);
    n = 0;
    for (size_t i = 0; i < x->pass.n_parts; i++) {
        const struct due_part *part = &x->parts[i];
        out->begun += part->due.begun;
        for (size_t k = 0; k < CYCLE_OVERDUE; k++)
            out->overdue[k] += part->due.overdue[k];
        for (size_t k = 0; k < out->n_days; k++)
            out->days[k] += part->due.days[k];
        for (size_t k = 0; k < part->n; k++)
            roots[n++] = part->aside[k];
    }
    struct aside a = {x, out};
    return n > 0 ? cycle_last_of(tx, x->rule, roots, n, x->now_s, see_last, &a, e) : RC_OK;
}

enum rc mirror_cycle_due(const struct board *b, const struct cycle_rule *rule,
                         int64_t scope_account, int64_t now_s, struct cycle_due *out, struct err *e)
{
    struct due_pass x = {.rule = rule, .now_s = now_s, .today = calendar_day_of(now_s)};
    struct arena *a = tx_arena(b->tx);
    enum rc rc = order_pass_init_at(&x.pass, b, INT64_MIN, INT64_MAX, 0, scope_account, e);
    if (rc != RC_OK)
        return rc;
    x.meant = meant_products(b, rule);
    read_refunds(&x);
    x.parts = ARENA_ARRAY(a, struct due_part, x.pass.n_parts);
    for (size_t i = 0; i < x.pass.n_parts; i++)
        x.parts[i].due =
            (struct cycle_due){.days = ARENA_ARRAY(a, int64_t, out->n_days), .n_days = out->n_days};
    share_rounds(x.pass.n_parts, due_part, &x);
    rc = add_parts(&x, b->tx, out, e);
    for (size_t i = 0; i < x.pass.n_parts; i++)
        free(x.parts[i].aside);
    free(x.refunded);
    free(x.maybe);
    return rc;
}

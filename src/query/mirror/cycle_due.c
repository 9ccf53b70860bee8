/* cycle_due.c — due days of a cycle of purchases, and who is due, from the daybook.
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

/* Root ids; zeroed: none; free(at). */
struct roots {
    int64_t *at;
    size_t n, room;
};

/* What a part counts or finds, and whom it sets aside. */
struct due_part {
    struct cycle_due due;
    struct roots found, aside;
};

struct due_pass {
    struct order_pass pass;
    const struct cycle_rule *rule;
    const uint8_t *meant; /* by code of the product */
    int64_t now_s;
    int32_t today;
    const struct span *span;   /* who is found by their last line; NULL: due days are counted */
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

static void roots_add(struct roots *r, int64_t root_id)
{
    if (r->n == r->room) {
        r->room = r->room > 0 ? r->room * 2 : 64;
        r->at = must(realloc(r->at, r->room * sizeof *r->at));
    }
    r->at[r->n++] = root_id;
}

static bool in_span(const struct span *span, int64_t at_s)
{
    return at_s >= span->from_s && at_s <= span->to_s;
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
        roots_add(&part->aside, codes_id(b->people, g->root));
    else if (last != UINT32_MAX && x->span != NULL && in_span(x->span, b->at_s[last]))
        roots_add(&part->found, codes_id(b->people, g->root));
    else if (last != UINT32_MAX && x->span == NULL)
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

/* ---- the pass ---- */

/* RC_BUSY when too many customers are set aside. */
static enum rc run_pass(struct due_pass *x, const struct board *b, const struct cycle_rule *rule,
                        int64_t scope_account, size_t n_days, struct err *e)
{
    size_t aside = 0;
    enum rc rc = order_pass_init_at(&x->pass, b, INT64_MIN, INT64_MAX, 0, scope_account, e);
    if (rc != RC_OK)
        return rc;
    x->rule = rule;
    x->today = calendar_day_of(x->now_s);
    x->meant = meant_products(b, rule);
    read_refunds(x);
    x->parts = ARENA_ARRAY(tx_arena(b->tx), struct due_part, x->pass.n_parts);
    for (size_t i = 0; i < x->pass.n_parts; i++)
        x->parts[i].due = (struct cycle_due){
            .days = ARENA_ARRAY(tx_arena(b->tx), int64_t, n_days + 1), .n_days = n_days};
    share_rounds(x->pass.n_parts, due_part, x);
    for (size_t i = 0; i < x->pass.n_parts; i++)
        aside += x->parts[i].aside.n;
    return aside > ASIDE_MOST ? RC_BUSY : RC_OK;
}

/* Asks the database for those set aside. */
static enum rc see_aside(const struct due_pass *x, struct tx *tx,
                         void (*see)(void *to, int64_t root_id, int64_t last_s), void *to,
                         struct err *e)
{
    struct roots all = {0};
    for (size_t i = 0; i < x->pass.n_parts; i++)
        for (size_t k = 0; k < x->parts[i].aside.n; k++)
            roots_add(&all, x->parts[i].aside.at[k]);
    enum rc rc =
        all.n > 0 ? cycle_last_of(tx, x->rule, all.at, all.n, x->now_s, see, to, e) : RC_OK;
    free(all.at);
    return rc;
}

static void pass_done(struct due_pass *x)
{
    for (size_t i = 0; x->parts != NULL && i < x->pass.n_parts; i++) {
        free(x->parts[i].aside.at);
        free(x->parts[i].found.at);
    }
    free(x->refunded);
    free(x->maybe);
}

/* ---- due days ---- */

struct counting {
    const struct due_pass *x;
    struct cycle_due *out;
};

static void count_last(void *to, int64_t root_id, int64_t last_s)
{
    struct counting *c = to;
    (void)root_id;
    if (last_s != DB_NULL)
        cycle_due_count(c->out, c->x->today, cycle_due_day(c->x->rule, calendar_day_of(last_s)));
}

static void add_parts(const struct due_pass *x, struct cycle_due *out)
{
    for (size_t i = 0; i < x->pass.n_parts; i++) {
        const struct cycle_due *part = &x->parts[i].due;
        out->begun += part->begun;
        for (size_t k = 0; k < CYCLE_OVERDUE; k++)
            out->overdue[k] += part->overdue[k];
        for (size_t k = 0; k < out->n_days; k++)
            out->days[k] += part->days[k];
    }
}

enum rc mirror_cycle_due(const struct board *b, const struct cycle_rule *rule,
                         int64_t scope_account, int64_t now_s, struct cycle_due *out, struct err *e)
{
    struct due_pass x = {.now_s = now_s};
    enum rc rc = run_pass(&x, b, rule, scope_account, out->n_days, e);
    if (rc == RC_OK) {
        struct counting c = {&x, out};
        add_parts(&x, out);
        rc = see_aside(&x, b->tx, count_last, &c, e);
    }
    pass_done(&x);
    return rc;
}

/* ---- who ---- */

struct finding {
    const struct span *span;
    void (*see)(void *to, int64_t root_id);
    void *to;
};

static void find_last(void *to, int64_t root_id, int64_t last_s)
{
    const struct finding *f = to;
    if (last_s != DB_NULL && in_span(f->span, last_s))
        f->see(f->to, root_id);
}

enum rc mirror_cycle_lasts(const struct board *b, const struct cycle_rule *rule, struct span span,
                           int64_t now_s, void (*see)(void *to, int64_t root_id), void *to,
                           struct err *e)
{
    struct due_pass x = {.now_s = now_s, .span = &span};
    struct finding f = {&span, see, to};
    enum rc rc = run_pass(&x, b, rule, 0, 0, e);
    if (rc == RC_OK)
        rc = see_aside(&x, b->tx, find_last, &f, e);
    for (size_t i = 0; rc == RC_OK && i < x.pass.n_parts; i++)
        for (size_t k = 0; k < x.parts[i].found.n; k++)
            see(to, x.parts[i].found.at[k]);
    pass_done(&x);
    return rc;
}

/* plan_due.c — due dates of cycles that are counted from events, as conditions on the last of them.
 *
 * Who is due by a purchase is named by the daybook, which knows what was refunded or never paid.
 * Without one: the mirror holds the lines of all sale orders, refunded and unpaid ones too. Of
 * nearly everyone all lines count, so they are asked of the mirror; those of whom a line does not
 * count are few: the database names them with their last line that does. */
#include "query/mirror/plan.h"

#include "mirror/daybook.h"
#include "query/mirror/orders.h"
#include "query/mirror/reports.h"

#include <assert.h>
#include <stdlib.h>

/* ---- the daybook ---- */

static void see_due(void *to, int64_t root_id)
{
    known_add(to, root_id);
}

/* RC_BUSY: somebody else has to say. */
static enum rc plan_from_daybook(struct plan *p, const struct node *n, struct ask **out,
                                 struct err *e)
{
    struct board b = {.tx = p->tx, .s = (struct snapshot *)p->s, .memo = board_memo_new(p->tx)};
    struct known known = {.s = p->s};
    enum rc rc = daybook_edition_for(p->s->daybook, p->tx, &b.book, e);
    if (rc == RC_OK && b.book == NULL)
        rc = RC_BUSY;
    if (rc == RC_OK)
        rc = mirror_cycle_lasts(&b, n->found.cycle, cycle_asked_span(n, p->now_s, p->q->period_s),
                                p->now_s, see_due, &known, e);
    if (rc == RC_OK)
        *out = ask_known(p, &known);
    free(known.ordinals);
    daybook_edition_drop(b.book);
    return rc;
}

/* ---- the database ---- */

/* Who is left to the database, and who of them it holds for. */
struct doubtful {
    struct span span;
    struct known all, in;
};

static void see_doubtful(void *to, int64_t root_id, int64_t last_s)
{
    struct doubtful *d = to;
    known_add(&d->all, root_id);
    if (last_s != DB_NULL && last_s >= d->span.from_s && last_s <= d->span.to_s)
        known_add(&d->in, root_id);
}

static struct ask *ask_both(struct plan *p, enum ask_kind kind, struct ask *cheap, struct ask *dear)
{
    struct ask *both = ask_new(p, kind, cheap->cost + dear->cost);
    both->items = ARENA_ARRAY(p->a, struct ask *, 2);
    both->items[0] = cheap;
    both->items[1] = dear;
    both->n_items = 2;
    return both;
}

/* In `in`, or not doubtful and the last line is in the span. */
static enum rc plan_purchase(struct plan *p, const struct node *n, struct ask *last,
                             struct ask **out, struct err *e)
{
    struct doubtful d = {.span = cycle_asked_span(n, p->now_s, p->q->period_s),
                         .all = {.s = p->s},
                         .in = {.s = p->s}};
    enum rc rc = cycle_doubtful(p->tx, n->found.cycle, p->now_s, see_doubtful, &d, e);
    if (rc == RC_OK) {
        struct ask *others = ask_both(p, ASK_AND, ask_not(p, ask_known(p, &d.all)), last);
        *out = ask_both(p, ASK_OR, ask_known(p, &d.in), others);
    }
    free(d.all.ordinals);
    free(d.in.ordinals);
    return rc;
}

enum rc plan_due(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    const struct cycle_rule *rule = n->found.cycle;
    *out = NULL;
    if (rule->starts == CYCLE_FIELD || rule->starts == CYCLE_RELATIVE)
        return RC_OK;
    if (rule->starts == CYCLE_PURCHASE && p->only != 0)
        return plan_from_sql(p, n, out, e);
    if (rule->starts == CYCLE_PURCHASE) {
        enum rc rc = plan_from_daybook(p, n, out, e);
        if (rc == RC_OK && n->op == OP_UNKNOWN)
            *out = ask_not(p, *out);
        if (rc != RC_BUSY)
            return rc;
    }
    struct node *last = cycle_last_node(p->a, n, false, p->now_s, p->q->period_s);
    enum rc rc = plan_events(p, last, out, e);
    if (rc != RC_OK)
        return rc;
    assert(*out != NULL);
    if (rule->starts == CYCLE_PURCHASE)
        rc = plan_purchase(p, n, *out, out, e);
    if (rc == RC_OK && n->op == OP_UNKNOWN)
        *out = ask_not(p, *out);
    return rc;
}

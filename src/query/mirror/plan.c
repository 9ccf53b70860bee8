/* plan.c — a checked tree into a plan: booleans, the past, and what only the database knows.
 *
 * Every condition is two-valued (unknown is false), so a negation is "those in question but not
 * these" wherever it stands. A leaf for which the mirror has nothing becomes a set that the
 * database computes, as of the same past time, once a question. */
#include "query/mirror/plan.h"

#include "base/hash.h"
#include "base/must.h"
#include "store/feed.h"
#include "store/ids.h"

#include <assert.h>
#include <stdlib.h>

enum { COST_SET = 1, COST_SAMPLE = 4, LEAF_DEPTH = 5 };

struct ask *ask_new(struct plan *p, enum ask_kind kind, int cost)
{
    struct ask *ask = ARENA_NEW(p->a, struct ask);
    ask->kind = kind;
    ask->cost = cost;
    return ask;
}

struct ask *ask_not(struct plan *p, struct ask *item)
{
    struct ask *ask = ask_new(p, ASK_NOT, item->cost);
    ask->items = ARENA_ARRAY(p->a, struct ask *, 1);
    ask->items[0] = item;
    ask->n_items = 1;
    return ask;
}

/* ---- comparisons ---- */

bool ids_have(const struct node *n, int64_t id)
{
    for (size_t i = 0; i < n->n_values; i++)
        for (size_t j = 0; j < n->values[i].found.n; j++)
            if (n->values[i].found.ids[j] == id)
                return true;
    return false;
}

bool text_holds(const struct node *n, struct str text)
{
    if (str_absent(text))
        return false;
    if (n->op == OP_CONTAINS)
        return str_find(text, n->values[0].text) >= 0;
    bool any = n->op == OP_KNOWN;
    for (size_t i = 0; i < n->n_values && !any; i++)
        any = str_eq(text, n->values[i].text);
    return any != (n->op == OP_NE);
}

/* ---- lists from the database ---- */

struct id_list {
    struct plan *p;
    int64_t *at;
    size_t n, room;
};

static void see_id(void *to, int64_t id)
{
    struct id_list *l = to;
    if (l->n == l->room) {
        l->room = l->room > 0 ? l->room * 2 : 64;
        int64_t *more = ARENA_ARRAY(l->p->a, int64_t, l->room);
        for (size_t i = 0; i < l->n; i++)
            more[i] = l->at[i];
        l->at = more;
    }
    l->at[l->n++] = id;
}

static void sort_ids(struct id_list *l)
{
    if (l->n > 1)
        qsort(l->at, l->n, sizeof *l->at, ids_compare);
}

enum rc plan_staff(struct plan *p, const struct node *n, int64_t **out, size_t *out_n,
                   struct err *e)
{
    struct id_list named = {.p = p}, staff = {.p = p};
    for (size_t i = 0; i < n->n_values; i++)
        for (size_t j = 0; j < n->values[i].found.n; j++)
            see_id(&named, n->values[i].found.ids[j]);
    enum rc rc = RC_OK;
    if (n->op == OP_TEAM)
        rc = feed_team(p->tx, named.at, named.n, see_id, &staff, e);
    struct id_list *l = n->op == OP_TEAM ? &staff : &named;
    sort_ids(l);
    *out = l->at;
    *out_n = l->n;
    return rc;
}

enum rc plan_scope(struct plan *p, struct ask **out, struct err *e)
{
    struct id_list staff = {.p = p};
    enum rc rc = feed_scope(p->tx, p->q->scope_account, see_id, &staff, e);
    struct ask *ask = ask_new(p, ASK_SETS, COST_SET);
    ask->sets = ARENA_ARRAY(p->a, const struct set *, staff.n + 1);
    for (size_t i = 0; i < staff.n; i++) {
        const struct set *set = marks_find(p->s->marks, MARK_FRIEND, staff.at[i]);
        if (set != NULL)
            ask->sets[ask->n_sets++] = set;
    }
    *out = ask;
    return rc;
}

/* ---- what only the database knows ---- */

static struct node *wrapped(struct plan *p, const struct node *n)
{
    struct node *inner = (struct node *)n;
    for (size_t i = p->as_of_n; i-- > 0;) {
        struct node *outer = ARENA_NEW(p->a, struct node);
        *outer = *p->as_of[i];
        outer->items = ARENA_ARRAY(p->a, struct node *, 1);
        outer->items[0] = inner;
        inner = outer;
    }
    return inner;
}

static int compare_ordinals(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void known_add(struct known *k, int64_t id)
{
    uint32_t code = codes_find(k->s->dictionaries->customers, id);
    if (code == 0 || code > k->s->customers)
        return;
    if (k->n == k->room) {
        k->room = k->room > 0 ? k->room * 2 : 256;
        k->ordinals = must(realloc(k->ordinals, k->room * sizeof *k->ordinals));
    }
    k->ordinals[k->n++] = code - 1;
}

static void see_known(void *to, int64_t id)
{
    known_add(to, id);
}

struct ask *ask_known(struct plan *p, struct known *k)
{
    if (k->n > 1)
        qsort(k->ordinals, k->n, sizeof *k->ordinals, compare_ordinals);
    if (p->owned_n == p->owned_room) {
        p->owned_room = p->owned_room > 0 ? p->owned_room * 2 : 8;
        p->owned = must(realloc(p->owned, p->owned_room * sizeof(struct set *)));
    }
    struct set *set = p->owned[p->owned_n++] = set_new(k->ordinals, k->n);
    free(k->ordinals);
    *k = (struct known){.s = k->s};
    struct ask *ask = ask_new(p, ASK_SETS, COST_SET);
    ask->sets = ARENA_ARRAY(p->a, const struct set *, 1);
    ask->sets[0] = set;
    ask->n_sets = 1;
    return ask;
}

void plan_keep_marks(struct plan *p, struct marks *m)
{
    if (p->kept_n == p->kept_room) {
        p->kept_room = p->kept_room > 0 ? p->kept_room * 2 : 8;
        p->kept = must(realloc(p->kept, p->kept_room * sizeof(struct marks *)));
    }
    p->kept[p->kept_n++] = m;
}

enum rc plan_from_sql(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    struct audience_expr x = *p->q->expr;
    struct audience_question q = *p->q;
    struct known known = {.s = p->s};
    bool in = false;
    x.root = wrapped(p, n);
    q.expr = &x;
    q.scope_account = 0;
    enum rc rc = p->only != 0 ? audience_contains(p->tx, &q, p->only, &in, e)
                              : audience_each(p->tx, &q, see_known, &known, e);
    if (in)
        known_add(&known, p->only);
    if (rc == RC_OK)
        *out = ask_known(p, &known);
    free(known.ordinals);
    return rc;
}

/* ---- booleans ---- */

static enum rc plan_node(struct plan *p, const struct node *n, int depth, struct ask **out,
                         struct err *e);

static struct ask *ask_all(struct plan *p, bool holds)
{
    struct ask *all = ask_new(p, ASK_ALL, 0);
    return holds ? all : ask_not(p, all);
}

static void sort_by_cost(struct ask **items, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct ask *x = items[i];
        size_t k = i;
        for (; k > 0 && items[k - 1]->cost > x->cost; k--)
            items[k] = items[k - 1];
        items[k] = x;
    }
}

static enum rc plan_joined(struct plan *p, const struct node *n, int depth, struct ask **out,
                           struct err *e)
{
    struct ask *ask = ask_new(p, n->kind == NODE_AND ? ASK_AND : ASK_OR, 0);
    enum rc rc = RC_OK;
    ask->items = ARENA_ARRAY(p->a, struct ask *, n->n_items);
    for (size_t i = 0; rc == RC_OK && i < n->n_items; i++) {
        rc = plan_node(p, n->items[i], depth + 1, &ask->items[ask->n_items], e);
        if (rc == RC_OK)
            ask->cost += ask->items[ask->n_items++]->cost;
    }
    if (ask->kind == ASK_AND)
        ask->n_items = plan_fuse(ask->items, ask->n_items);
    sort_by_cost(ask->items, ask->n_items);
    *out = ask;
    return rc;
}

static enum rc plan_as_of(struct plan *p, const struct node *n, int depth, struct ask **out,
                          struct err *e)
{
    int64_t now_s = p->now_s;
    if (p->as_of_n == AS_OF_MOST)
        return plan_from_sql(p, n, out, e);
    p->as_of[p->as_of_n++] = n;
    p->now_s = window_as_of(&n->values[0].moment, now_s);
    struct ask *known = ask_new(p, ASK_COLUMN, 2);
    known->column = COLUMN_FIRST;
    known->ranges = ARENA_ARRAY(p->a, struct range, 1);
    known->ranges[0] = (struct range){COLUMN_NEVER + 1, p->now_s};
    known->n_ranges = 1;
    struct ask *inner = NULL;
    enum rc rc = plan_node(p, n->items[0], depth + 1, &inner, e);
    p->as_of_n--;
    p->now_s = now_s;
    if (rc != RC_OK)
        return rc;
    struct ask *ask = ask_new(p, ASK_AND, known->cost + inner->cost);
    ask->items = ARENA_ARRAY(p->a, struct ask *, 2);
    ask->items[0] = known;
    ask->items[1] = inner;
    ask->n_items = 2;
    *out = ask;
    return RC_OK;
}

static struct ask *plan_sample(struct plan *p, const struct node *n)
{
    struct ask *ask = ask_new(p, ASK_SAMPLE, COST_SAMPLE);
    ask->salt = hash_salt(n->name);
    ask->share = n->values[0].bound;
    return ask;
}

static enum rc plan_leaf(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    enum rc rc;
    if (n->kind == NODE_EVER || n->kind == NODE_NEVER || n->kind == NODE_SEQ ||
        (n->kind == NODE_TEST && n->n_events > 0))
        rc = plan_events(p, n, out, e);
    else if (n->kind == NODE_TEST && n->what == WHAT_DUE)
        rc = plan_due(p, n, out, e);
    else
        rc = plan_state(p, n, out, e);
    if (rc == RC_OK && *out == NULL)
        rc = plan_from_sql(p, n, out, e);
    return rc;
}

static enum rc plan_node(struct plan *p, const struct node *n, int depth, struct ask **out,
                         struct err *e)
{
    enum rc rc = RC_OK;
    *out = NULL;
    p->depth = depth > p->depth ? depth : p->depth;
    switch (n->kind) {
    case NODE_ALL:
    case NODE_NONE:
        p->depth = depth + 1 > p->depth ? depth + 1 : p->depth;
        *out = ask_all(p, n->kind == NODE_ALL);
        return RC_OK;
    case NODE_AUDIENCE:
        return plan_node(p, n->items[0], depth, out, e);
    case NODE_NOT:
        rc = plan_node(p, n->items[0], depth + 1, out, e);
        if (rc == RC_OK)
            *out = ask_not(p, *out);
        return rc;
    case NODE_AND:
    case NODE_OR:
        return plan_joined(p, n, depth, out, e);
    case NODE_AS_OF:
        return plan_as_of(p, n, depth, out, e);
    case NODE_SAMPLE:
        *out = plan_sample(p, n);
        return RC_OK;
    default:
        /* A leaf may come as a negation of itself, or as a few conditions (plan_due.c). */
        p->depth = depth + LEAF_DEPTH > p->depth ? depth + LEAF_DEPTH : p->depth;
        return plan_leaf(p, n, out, e);
    }
}

enum rc plan_make(struct plan *p, struct err *e)
{
    assert(p->q->expr->checked && p->q->expr->subject == AUDIENCE_CUSTOMER);
    if (p->q->expr->uses_period && p->q->period_s <= 0)
        return err_set(e, RC_INVALID, "period_unbound", "expression",
                       "period 只能用在分层模型的表达式里",
                       "period is only for the expressions of tier models");
    p->now_s = p->q->now_s;
    enum rc rc = plan_node(p, p->q->expr->root, 1, &p->root, e);
    if (rc != RC_OK || p->q->scope_account == 0)
        return rc;
    struct ask *both = ask_new(p, ASK_AND, 0);
    both->items = ARENA_ARRAY(p->a, struct ask *, 2);
    both->items[1] = p->root;
    both->n_items = 2;
    p->root = both;
    p->depth++;
    return plan_scope(p, &both->items[0], e);
}

void plan_free(struct plan *p)
{
    for (size_t i = 0; i < p->owned_n; i++)
        set_drop(p->owned[i]);
    for (size_t i = 0; i < p->kept_n; i++)
        marks_drop(p->kept[i]);
    free(p->owned);
    free(p->kept);
}

/* plan_event.c — conditions on events: kinds into slots, filters into look-ups by code.
 *
 * A filter on channel, staff or object is decided once for each code that exists and becomes one
 * load a row. Codes of things that appeared after the snapshot are in no row of it. */
#include "query/mirror/plan.h"

#include "store/feed.h"
#include "store/ids.h"

#include <assert.h>
#include <stdlib.h>

enum { COST_POSTING = 10, COST_ROWS = 40, COST_SEQ = 80 };

/* ---- filters ---- */

/* `where` being planned. `unsupported`: it asks for what the mirror does not hold. */
struct filtering {
    struct plan *p;
    bool columns, rows, unsupported;
};

static enum rc plan_filter(struct filtering *f, const struct node *n, struct filter **out,
                           struct err *e);

static struct filter *filter_const(struct plan *p, bool holds)
{
    struct filter *f = ARENA_NEW(p->a, struct filter);
    f->kind = FILTER_CONST;
    f->holds = holds;
    return f;
}

static enum rc filter_joined(struct filtering *f, const struct node *n, struct filter **out,
                             struct err *e)
{
    struct filter *joined = ARENA_NEW(f->p->a, struct filter);
    enum rc rc = RC_OK;
    joined->kind = n->kind == NODE_AND ? FILTER_AND : n->kind == NODE_OR ? FILTER_OR : FILTER_NOT;
    joined->items = ARENA_ARRAY(f->p->a, struct filter *, n->n_items);
    for (size_t i = 0; rc == RC_OK && i < n->n_items; i++)
        rc = plan_filter(f, n->items[i], &joined->items[joined->n_items++], e);
    *out = joined;
    return rc;
}

/* A look-up by code 0 … `most`, all false. */
static struct filter *filter_lut(struct filtering *f, uint32_t most, uint8_t **out_lut)
{
    struct filter *lut = ARENA_NEW(f->p->a, struct filter);
    lut->kind = FILTER_LUT;
    lut->lut = *out_lut = ARENA_ARRAY(f->p->a, uint8_t, (size_t)most + 1);
    f->rows = true;
    return lut;
}

/* By the ids of names: = != in known unknown. */
static struct filter *filter_ids(struct filtering *f, const struct node *n,
                                 const struct codes *codes)
{
    uint8_t *lut;
    uint32_t count = codes_count(codes); /* the mirror's thread may be giving more meanwhile */
    struct filter *filter = filter_lut(f, count, &lut);
    lut[0] = n->op == OP_UNKNOWN;
    for (uint32_t code = 1; code <= count; code++)
        lut[code] = n->op == OP_KNOWN ||
                    (n->op != OP_UNKNOWN && ids_have(n, codes_id(codes, code)) != (n->op == OP_NE));
    return filter;
}

static struct filter *filter_object(struct filtering *f, const struct node *n, int kind)
{
    struct filter *filter = filter_ids(f, n, f->p->s->dictionaries->objects[kind]);
    filter->column = OF_OBJECT;
    filter->object_kind = kind;
    return filter;
}

static enum rc filter_staff(struct filtering *f, const struct node *n, struct filter **out,
                            struct err *e)
{
    int64_t *staff;
    size_t count;
    uint8_t *lut;
    const struct codes *codes = f->p->s->dictionaries->staff;
    enum rc rc = plan_staff(f->p, n, &staff, &count, e);
    if (rc != RC_OK)
        return rc;
    uint32_t most = codes_count(codes);
    *out = filter_lut(f, most, &lut);
    (*out)->column = OF_STAFF;
    for (size_t i = 0; i < count; i++) {
        uint32_t code = codes_find(codes, staff[i]);
        if (code != 0 && code <= most)
            lut[code] = 1;
    }
    return RC_OK;
}

struct categories {
    const struct node *n;
    const struct codes *codes;
    uint8_t *lut;
    size_t room;
};

static void see_product(void *to, int64_t id, struct str category)
{
    struct categories *c = to;
    uint32_t code = codes_find(c->codes, id);
    if (code == 0 || code >= c->room)
        return;
    c->lut[code] = c->n->op == OP_UNKNOWN ? str_absent(category) : text_holds(c->n, category);
}

/* The category of an event's product; without one it is unknown, as is that of no product. */
static enum rc filter_category(struct filtering *f, const struct node *n, struct filter **out,
                               struct err *e)
{
    struct categories c = {.n = n, .codes = f->p->s->dictionaries->objects[OBJECT_PRODUCT]};
    uint32_t most = codes_count(c.codes);
    c.room = (size_t)most + 1;
    *out = filter_lut(f, most, &c.lut);
    (*out)->column = OF_OBJECT;
    (*out)->object_kind = OBJECT_PRODUCT;
    for (size_t i = 0; i < c.room; i++) /* also of products that are no more */
        c.lut[i] = n->op == OP_UNKNOWN;
    return feed_products(f->p->tx, see_product, &c, e);
}

static enum rc filter_test(struct filtering *f, const struct node *n, struct filter **out,
                           struct err *e)
{
    switch (n->what) {
    case WHAT_EVENT_CHANNEL:
        *out = filter_ids(f, n, f->p->s->dictionaries->channels);
        (*out)->column = OF_CHANNEL;
        return RC_OK;
    case WHAT_EVENT_STAFF:
        return filter_staff(f, n, out, e);
    case WHAT_EVENT_PRODUCT:
        *out = filter_object(f, n, OBJECT_PRODUCT);
        return RC_OK;
    case WHAT_EVENT_CATEGORY:
        return filter_category(f, n, out, e);
    case WHAT_EVENT_AMOUNT:
    case WHAT_EVENT_QUANTITY:
        *out = ARENA_NEW(f->p->a, struct filter);
        (*out)->kind = FILTER_NUMBER;
        (*out)->node = n;
        (*out)->quantity = n->what == WHAT_EVENT_QUANTITY;
        f->columns = true;
        return RC_OK;
    case WHAT_EVENT_OBJECT:
        f->unsupported = true;
        *out = filter_const(f->p, false);
        return RC_OK;
    default:
        *out = filter_object(f, n,
                             n->what == WHAT_EVENT_TAG     ? OBJECT_TAG
                             : n->what == WHAT_EVENT_GROUP ? OBJECT_GROUP
                                                           : OBJECT_STAGE);
        return RC_OK;
    }
}

static enum rc plan_filter(struct filtering *f, const struct node *n, struct filter **out,
                           struct err *e)
{
    if (n->kind == NODE_ALL || n->kind == NODE_NONE) {
        *out = filter_const(f->p, n->kind == NODE_ALL);
        return RC_OK;
    }
    return n->kind == NODE_TEST ? filter_test(f, n, out, e) : filter_joined(f, n, out, e);
}

/* ---- matches ---- */

static void add_slot(struct events_ask *x, int64_t kind)
{
    if (x->slot[kind] != NO_SLOT)
        return;
    x->slot[kind] = (uint8_t)x->n_slots;
    x->kinds[x->n_slots++] = (uint8_t)kind;
}

enum rc plan_match(struct plan *p, const struct events *ev, struct match *m,
                   struct match_needs *needs, struct err *e)
{
    struct filtering f = {.p = p};
    if (ev->kind_id == 0) {
        m->kinds[m->n_kinds++] = EVENT_ORDER;
        m->kinds[m->n_kinds++] = EVENT_REFUND;
    } else {
        m->kinds[m->n_kinds++] = ev->kind_id;
    }
    for (int i = 0; i < m->n_kinds; i++)
        assert(m->kinds[i] > 0 && m->kinds[i] < RUN_KINDS);
    m->kept = ev->kept;
    struct filter *where = NULL;
    enum rc rc = ev->where != NULL ? plan_filter(&f, ev->where, &where, e) : RC_OK;
    m->where = where;
    needs->columns = needs->columns || f.columns || m->kept;
    needs->rows = needs->rows || f.rows;
    needs->unsupported = needs->unsupported || f.unsupported;
    return rc;
}

static void set_span(struct events_ask *x, struct span span)
{
    x->empty = span.from_s > span.to_s || span.to_s < 0 || span.from_s >= UINT32_MAX;
    x->from_s = span.from_s < 0 ? 0 : (uint32_t)span.from_s;
    x->to_s = span.to_s >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)span.to_s;
}

static bool measures_amounts(enum what what)
{
    return what == WHAT_SUM || what == WHAT_AVG || what == WHAT_MIN || what == WHAT_MAX ||
           what == WHAT_SPEND;
}

enum rc plan_events(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    struct events_ask *x = ARENA_NEW(p->a, struct events_ask);
    struct match_needs needs = {0};
    enum rc rc = RC_OK;
    x->node = n;
    x->now_s = p->now_s;
    x->period_s = p->q->period_s;
    for (int k = 0; k < RUN_KINDS; k++)
        x->slot[k] = NO_SLOT;
    for (size_t i = 0; rc == RC_OK && i < n->n_events; i++) {
        struct match *m = &x->matches[x->n_matches++];
        rc = plan_match(p, &n->events[i], m, &needs, e);
        for (int k = 0; k < m->n_kinds; k++)
            add_slot(x, m->kinds[k]);
    }
    if (rc != RC_OK || needs.unsupported) {
        *out = NULL;
        return rc;
    }
    x->wants_columns = needs.columns;
    x->wants_rows = needs.rows;
    set_span(x, window_span(&n->window, p->now_s, p->q->period_s));
    if (n->kind == NODE_TEST && measures_amounts(n->what))
        x->wants_columns = true;
    bool seq = n->kind == NODE_SEQ;
    if (seq)
        x->within_s = duration_s(n->within, p->q->period_s);
    else
        x->zero = n->kind == NODE_TEST && measure_holds_for_none(x);
    struct ask *ask = ask_new(p, seq ? ASK_SEQ : ASK_MEASURE,
                              seq             ? COST_SEQ
                              : x->wants_rows ? COST_ROWS
                                              : COST_POSTING);
    ask->events = x;
    *out = n->kind == NODE_NEVER ? ask_not(p, ask) : ask;
    return RC_OK;
}

/* ---- several measures of the same events ---- */

static bool same_events(const struct events_ask *a, const struct events_ask *b)
{
    const struct match *x = &a->matches[0], *y = &b->matches[0];
    if (a->empty != b->empty || a->from_s != b->from_s || a->to_s != b->to_s ||
        a->now_s != b->now_s || x->n_kinds != y->n_kinds || x->kept != y->kept ||
        x->where != NULL || y->where != NULL)
        return false;
    for (int k = 0; k < x->n_kinds; k++)
        if (x->kinds[k] != y->kinds[k])
            return false;
    return true;
}

size_t plan_fuse(struct ask **items, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < kept && (items[k]->kind != ASK_MEASURE || items[i]->kind != ASK_MEASURE ||
                            !same_events(items[k]->events, items[i]->events)))
            k++;
        if (k == kept) {
            items[kept++] = items[i];
            continue;
        }
        struct events_ask *first = items[k]->events, *more = items[i]->events;
        first->zero = first->zero && more->zero;
        first->wants_columns = first->wants_columns || more->wants_columns;
        more->also = first->also;
        first->also = more;
    }
    return kept;
}

/* ingest_order.c — orders: one story told to two tables and the log.
 *
 * An order that is new is written at once. One that is known is compared: its header column by
 * column, its lines by content. A line of the source is known when as many equal lines are stored
 * as its occurrence says. What is left over on both sides with the same product is a line that was
 * changed; what is left over in the source is a line that was added; a stored line the source does
 * not name stays, since a file proves only what is in it. A source that tells an order in several
 * places (`continued`) only adds.
 *
 * The log follows: an `order` event while the order is a purchase (store/order.h), a `refund` event
 * for each refund and for a cancellation document. When what an event said changes, it is retracted
 * and said anew; a line that changed is retracted like an event, since it is one in the mirror.
 * States only move forward, so an older file does not undo a newer one. Orders nobody is known for
 * have no events. A new order of 20 lines costs about 50 µs on SQLite, a known one 30.
 */
#include "domain/ingest_parts.h"

#include "base/hash.h"
#include "base/limits.h"
#include "domain/order_undo.h"
#include "store/list.h"

#include <assert.h>

/* One order on its way. */
struct putting {
    struct ingest *g;
    struct tx *tx;
    const struct ingest_order *in;
    struct ingest_counts *counts;
    struct order_row row;    /* as it shall be */
    struct order_row before; /* as it is; id 0 when new */
    int64_t *products;       /* of in->items */
    struct item_row *stored;
    size_t stored_n;
    bool *used;            /* stored lines that a line of the source stands for */
    bool lines_differ;     /* lines were added or changed */
    struct item_row *gone; /* lines that were taken out, as they were */
    size_t gone_n, gone_room;
};

/* ---- what a line and an order are ---- */

static enum item_nature nature_of(enum order_nature order, const struct ingest_item *i)
{
    if (order == ORDER_CANCELLATION)
        return ITEM_CANCEL;
    if (i->quantity > 0 && i->unit_price_micro > 0)
        return ITEM_SALE;
    return order == ORDER_ADJUSTMENT ? ITEM_ADJUST : ITEM_OTHER;
}

static bool is_purchase(const struct order_row *o)
{
    return o->nature == ORDER_SALE && o->paid_s != DB_NULL && (o->sale_fen > 0 || o->lines == 0);
}

/* The lines as they will be: sums, count and earliest time. */
struct sums {
    int64_t total, sale, lines, first_s;
};

static void add_up(struct sums *s, int64_t amount, enum item_nature nature, int64_t at_s)
{
    s->total += amount;
    s->sale += nature == ITEM_SALE ? amount : 0;
    s->first_s = s->lines == 0 || at_s < s->first_s ? at_s : s->first_s;
    s->lines++;
}

/* Amounts that follow from lines, payment and nature. */
static void derive(struct order_row *row, const struct ingest_order *in, const struct sums *s)
{
    if (s->lines > 0) {
        row->total_fen = in->total_fen != DB_NULL ? in->total_fen : s->total;
        row->sale_fen = s->sale;
        row->at_s = s->first_s;
    } else {
        if (in->total_fen != DB_NULL)
            row->total_fen = in->total_fen;
        row->sale_fen = row->total_fen > 0 ? row->total_fen : 0;
    }
    row->lines = s->lines;
    if (row->nature == ORDER_CANCELLATION) {
        row->sale_fen = 0;
        row->refunded_fen = row->total_fen < 0 ? -row->total_fen : 0;
    } else if (row->paid_s == DB_NULL) {
        row->sale_fen = 0;
    }
}

/* ---- the log ---- */

/* The event that an order stands for in the log: kind 0 for none. */
struct voice {
    int kind;
    int64_t customer_id, at_s, amount_fen, staff_id;
};

static struct voice voice_of(const struct order_row *o)
{
    struct voice v = {0, o->customer_id, o->at_s, 0, o->staff_id};
    if (o->id == 0 || o->customer_id == 0)
        return (struct voice){0};
    if (o->nature == ORDER_CANCELLATION && o->refunded_fen > 0) {
        v.kind = EVENT_REFUND;
        v.amount_fen = o->refunded_fen;
    } else if (is_purchase(o)) {
        v.kind = EVENT_ORDER;
        v.amount_fen = o->sale_fen;
    }
    return v;
}

static enum rc say(struct putting *p, const struct voice *v, struct err *e)
{
    struct event ev = {
        .customer_id = v->customer_id,
        .at_s = v->at_s,
        .kind = v->kind,
        .channel_id = p->row.channel_id,
        .staff_id = v->staff_id,
        .object_kind = OBJECT_ORDER,
        .object_id = p->row.id,
        .amount_fen = v->amount_fen,
        .has_amount = true,
        .props = p->in->props,
        .batch_id = p->g->options.batch_id,
    };
    p->counts->events++;
    return event_add(p->tx, &ev, e);
}

static enum rc take_back(struct putting *p, int64_t customer_id, int64_t at_s, int kind,
                         struct err *e)
{
    int64_t seq;
    enum rc rc = event_find(p->tx, customer_id, at_s, kind, OBJECT_ORDER, p->row.id, &seq, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    return rc == RC_OK ? event_retract(p->tx, seq, customer_id, p->g->options.batch_id, e) : rc;
}

/* Makes the log say what the order is now. */
static enum rc tell(struct putting *p, struct err *e)
{
    struct voice old = voice_of(&p->before), now = voice_of(&p->row);
    enum rc rc = RC_OK;
    bool same = old.kind == now.kind && old.customer_id == now.customer_id &&
                old.at_s == now.at_s && old.amount_fen == now.amount_fen &&
                old.staff_id == now.staff_id;
    if (same)
        return RC_OK;
    if (old.kind != 0) {
        rc = take_back(p, old.customer_id, old.at_s, old.kind, e);
        ingest_touch(p->g, old.customer_id, false);
    }
    if (rc == RC_OK && now.kind != 0) {
        rc = say(p, &now, e);
        ingest_touch(p->g, now.customer_id, p->before.id == 0);
    }
    return rc;
}

static enum rc put_refunds(struct putting *p, bool *out_differ, struct err *e)
{
    for (size_t i = 0; i < p->in->refunds_n; i++) {
        const struct ingest_refund *f = &p->in->refunds[i];
        struct refund_row row = {p->row.id, f->number,     p->row.customer_id,
                                 f->at_s,   f->amount_fen, p->g->options.batch_id};
        int64_t before, before_s, customer_id = p->row.customer_id;
        enum rc rc = order_refund_put(p->tx, &row, &before, &before_s, e);
        if (rc != RC_OK)
            return rc;
        if (before == f->amount_fen && before_s == f->at_s)
            continue;
        *out_differ = true;
        p->row.refunded_fen += f->amount_fen - before;
        if (customer_id == 0)
            continue;
        ingest_touch(p->g, customer_id, p->before.id == 0);
        if (before_s != 0)
            rc = take_back(p, customer_id, before_s, EVENT_REFUND, e);
        struct voice v = {EVENT_REFUND, customer_id, f->at_s, f->amount_fen, p->row.staff_id};
        if (rc == RC_OK)
            rc = say(p, &v, e);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* ---- lines ---- */

static enum rc add_item(struct putting *p, size_t i, int64_t line, struct err *e)
{
    const struct ingest_item *in = &p->in->items[i];
    struct item_row row = {
        .order_id = p->row.id,
        .line = line,
        .customer_id = p->row.customer_id,
        .product_id = p->products[i],
        .at_s = in->at_s,
        .quantity = in->quantity,
        .unit_price_micro = in->unit_price_micro,
        .amount_fen = in->amount_fen,
        .nature = nature_of(p->row.nature, in),
        .batch_id = p->g->options.batch_id,
    };
    struct str name = str_trim(in->name);
    if (!str_empty(name))
        row.name_hash = (int64_t)(hash_bytes(name, 0) & INT32_MAX);
    return order_item_add(p->tx, &row, e);
}

static enum rc drop_stored(struct putting *p, struct item_row *s, struct err *e)
{
    *LIST_ADD(tx_arena(p->tx), p->gone, p->gone_n, p->gone_room) = *s;
    enum rc rc = order_item_remove(p->tx, s->seq, e);
    if (rc == RC_OK && s->customer_id != 0)
        rc = event_retract(p->tx, s->seq, s->customer_id, p->g->options.batch_id, e);
    return rc;
}

static bool same_line(const struct item_row *s, const struct ingest_item *i, int64_t product_id)
{
    return s->product_id == product_id && s->at_s == i->at_s && s->quantity == i->quantity &&
           s->unit_price_micro == i->unit_price_micro && s->amount_fen == i->amount_fen;
}

/* The stored line that line i of the source stands for: the n-th equal one, n its occurrence. NULL
 * when there are fewer. */
static struct item_row *equal_stored(struct putting *p, size_t i)
{
    int32_t left = p->in->items[i].occurrence;
    for (size_t k = 0; k < p->stored_n; k++)
        if (same_line(&p->stored[k], &p->in->items[i], p->products[i]) && --left == 0) {
            p->used[k] = true;
            return &p->stored[k];
        }
    return NULL;
}

/* A stored line of the same product that no line of the source stands for, and that this import has
 * not written. */
static struct item_row *changed_stored(struct putting *p, size_t i)
{
    for (size_t k = 0; k < p->stored_n && !p->in->continued; k++) {
        struct item_row *s = &p->stored[k];
        bool ours = s->batch_id != 0 && s->batch_id == p->g->options.batch_id;
        if (!p->used[k] && !ours && s->product_id == p->products[i]) {
            p->used[k] = true;
            return s;
        }
    }
    return NULL;
}

/* Brings the stored lines up to date; `s` collects what the order then holds. */
static enum rc merge_items(struct putting *p, struct sums *s, struct err *e)
{
    size_t n = p->in->items_n;
    bool *known = ARENA_ARRAY(tx_arena(p->tx), bool, n + 1);
    enum rc rc = order_items(p->tx, p->before.id, &p->stored, &p->stored_n, e);
    if (rc != RC_OK)
        return rc;
    p->used = ARENA_ARRAY(tx_arena(p->tx), bool, p->stored_n + 1);
    for (size_t i = 0; i < n; i++)
        known[i] = equal_stored(p, i) != NULL;

    int64_t line = p->before.lines;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        const struct ingest_item *in = &p->in->items[i];
        p->counts->known += known[i];
        if (known[i])
            continue;
        struct item_row *old = changed_stored(p, i);
        add_up(s, in->amount_fen, nature_of(p->row.nature, in), in->at_s);
        p->lines_differ = true;
        if (old != NULL) {
            rc = drop_stored(p, old, e);
            old->quantity = INT64_MIN; /* gone */
        }
        if (rc == RC_OK)
            rc = add_item(p, i, old != NULL ? old->line : ++line, e);
        *(old != NULL ? &p->counts->changed : &p->counts->added) += 1;
    }
    for (size_t k = 0; k < p->stored_n; k++)
        if (p->stored[k].quantity != INT64_MIN)
            add_up(s, p->stored[k].amount_fen, p->stored[k].nature, p->stored[k].at_s);
    return rc;
}

/* Lines are written under the customer of their order: when that becomes another, they are written
 * again. */
static enum rc rewrite_items(struct putting *p, struct err *e)
{
    struct item_row *items;
    size_t n;
    enum rc rc = order_items(p->tx, p->row.id, &items, &n, e);
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        if (items[i].customer_id == p->row.customer_id)
            continue;
        rc = drop_stored(p, &items[i], e);
        items[i].customer_id = p->row.customer_id;
        if (p->g->options.batch_id != 0) /* undoing the import takes it out and the old one back */
            items[i].batch_id = p->g->options.batch_id;
        if (rc == RC_OK)
            rc = order_item_add(p->tx, &items[i], e);
    }
    return rc;
}

/* ---- orders ---- */

static enum rc find_products(struct putting *p, struct err *e)
{
    enum rc rc = RC_OK;
    p->products = ARENA_ARRAY(tx_arena(p->tx), int64_t, p->in->items_n + 1);
    for (size_t i = 0; i < p->in->items_n && rc == RC_OK; i++) {
        const struct ingest_item *in = &p->in->items[i];
        assert(in->occurrence >= 1);
        rc = ingest_product(p->g, p->tx, p->in->issuer, in->code, in->name, in->category, p->counts,
                            &p->products[i], e);
    }
    return rc;
}

static enum rc fill_new(struct putting *p, struct err *e)
{
    const struct ingest_order *in = p->in;
    p->counts->orders++;
    p->counts->added += in->items_n > 0 ? (int64_t)in->items_n : 1;
    enum rc rc = change_add(p->tx, "orders", p->row.id, 0, e);
    for (size_t i = 0; i < in->items_n && rc == RC_OK; i++)
        rc = add_item(p, i, (int64_t)i + 1, e);
    bool differ = false;
    if (rc == RC_OK && in->refunds_n > 0) {
        rc = put_refunds(p, &differ, e);
        if (rc == RC_OK && differ)
            rc = order_update(p->tx, &p->row, e);
    }
    return rc == RC_OK ? tell(p, e) : rc;
}

/* The known order's header with what the source tells put over it. */
static void merge_header(struct putting *p)
{
    const struct ingest_order *in = p->in;
    struct order_row told = p->row;
    p->row = p->before;
    if (told.customer_id != 0)
        p->row.customer_id = told.customer_id;
    if (told.staff_id != 0)
        p->row.staff_id = told.staff_id;
    if (told.state > p->row.state)
        p->row.state = told.state;
    if (told.paid_s != DB_NULL && in->items_n == 0)
        p->row.paid_s = told.paid_s;
    if (p->row.paid_s == DB_NULL)
        p->row.paid_s = told.paid_s;
    if (told.paid_fen != DB_NULL)
        p->row.paid_fen = told.paid_fen;
    if (!str_empty(told.province))
        p->row.province = told.province;
    if (in->items_n == 0)
        p->row.at_s = told.at_s;
}

static bool same_header(const struct order_row *a, const struct order_row *b)
{
    return a->customer_id == b->customer_id && a->staff_id == b->staff_id && a->state == b->state &&
           a->at_s == b->at_s && a->paid_s == b->paid_s && a->total_fen == b->total_fen &&
           a->sale_fen == b->sale_fen && a->paid_fen == b->paid_fen &&
           a->refunded_fen == b->refunded_fen && str_eq(a->province, b->province) &&
           a->lines == b->lines;
}

/* An order of another import or of nobody's was changed by this one: what it was, for undoing this
 * import. */
static enum rc keep_image(struct putting *p, struct err *e)
{
    int64_t batch_id = p->g->options.batch_id;
    if (batch_id == 0 || p->before.batch_id == batch_id)
        return RC_OK;
    struct event ev = {
        .customer_id = p->row.customer_id,
        .at_s = tx_now_s(p->tx),
        .kind = EVENT_ORDER_CHANGE,
        .channel_id = p->row.channel_id,
        .object_kind = OBJECT_ORDER,
        .object_id = p->row.id,
        .props = order_undo_text(tx_arena(p->tx), &p->before, p->gone, p->gone_n),
        .batch_id = batch_id,
    };
    return event_add(p->tx, &ev, e);
}

static enum rc update_known(struct putting *p, struct err *e)
{
    struct sums s = {0};
    bool refunds_differ = false;
    enum rc rc = order_find(p->tx, p->row.channel_id, p->row.number, &p->before, e);
    assert(rc != RC_NOT_FOUND);
    if (rc != RC_OK)
        return rc;
    merge_header(p);
    if (p->in->items_n > 0 || p->before.lines > 0)
        rc = merge_items(p, &s, e);
    if (rc == RC_OK)
        derive(&p->row, p->in, &s);
    if (rc == RC_OK)
        rc = put_refunds(p, &refunds_differ, e);
    if (rc != RC_OK)
        return rc;
    bool same = same_header(&p->row, &p->before) && !refunds_differ;
    if (p->in->items_n == 0)
        *(same ? &p->counts->known : &p->counts->changed) += 1;
    if (same && !p->lines_differ)
        return RC_OK;
    rc = order_update(p->tx, &p->row, e);
    if (rc == RC_OK && p->row.customer_id != p->before.customer_id)
        rc = rewrite_items(p, e);
    if (rc == RC_OK)
        rc = keep_image(p, e);
    if (rc == RC_OK)
        rc = change_add(p->tx, "orders", p->row.id, p->row.customer_id, e);
    return rc == RC_OK ? tell(p, e) : rc;
}

static enum rc put_order(struct putting *p, struct err *e)
{
    const struct ingest_order *in = p->in;
    bool fresh, added = false;
    int64_t customer_id;
    struct ingest_who who = {&in->buyer, in->also, in->also_n, in->at_s};
    enum rc rc = ingest_buyer(p->g, p->tx, &who, p->counts, &customer_id, &fresh, e);
    if (rc == RC_OK)
        rc = find_products(p, e);
    if (rc != RC_OK)
        return rc;
    p->row = (struct order_row){
        .id = tx_id(p->tx),
        .channel_id = in->channel_id,
        .number = in->number,
        .nature = in->nature,
        .state = in->state,
        .customer_id = customer_id,
        .staff_id = in->staff_id,
        .at_s = in->at_s,
        .paid_s = in->paid_s,
        .paid_fen = in->paid_fen,
        .province = in->province,
        .batch_id = p->g->options.batch_id,
    };
    struct sums s = {0};
    for (size_t i = 0; i < in->items_n; i++)
        add_up(&s, in->items[i].amount_fen, nature_of(in->nature, &in->items[i]),
               in->items[i].at_s);
    derive(&p->row, in, &s);
    if (!in->continued)
        rc = order_add(p->tx, &p->row, &added, e);
    if (rc != RC_OK)
        return rc;
    return added ? fill_new(p, e) : update_known(p, e);
}

enum rc ingest_orders(struct ingest *g, struct tx *tx, const struct ingest_order *orders, size_t n,
                      struct ingest_counts *counts, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++) {
        struct putting p = {.g = g, .tx = tx, .in = &orders[i], .counts = counts};
        rc = put_order(&p, e);
    }
    return rc;
}

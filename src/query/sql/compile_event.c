/* compile_event.c — conditions over events as sets of customers.
 *
 * Each condition is one SELECT over the log (or over order_item for kind item), grouped by root
 * customer. Where zero events satisfy the comparison (count < 3, spend = 0) the set holds those who
 * do not, and the predicate is "not in it", so customers without any event need no row. Aggregates
 * over no events other than counts and sums are unknown: false.
 *
 * A sequence is one sort: every event carries which steps it can be; step by step, the latest
 * possible start of the steps so far is carried forward over strictly earlier events by a window
 * function, so the best start of all is found without trying any. A match is an event of the last
 * step whose carried start is near enough.
 *
 * Events taken back (kind retract) are invisible at any time: two small sets, computed once a
 * statement.
 */
#include "query/sql/compile.h"
#include "query/word.h"

#include <assert.h>
#include <inttypes.h>

/* What is taken back, as store/event.h has it: a batch by an event of customer 0; one event by an
 * event of its own customer, unless that retraction came with a batch that was itself taken
 * back. */
static void put_retractions(struct compile *c)
{
    buf_addf(&c->with,
             "off_batch AS MATERIALIZED (SELECT object_id AS id FROM event WHERE customer_id = 0 "
             "AND kind = %d"
             " AND object_kind = %d AND object_id IS NOT NULL), "
             "off_event AS MATERIALIZED (SELECT object_id AS id FROM event /*scan*/ WHERE kind = %d"
             " AND object_kind = %d AND object_id IS NOT NULL"
             " AND (batch_id IS NULL OR batch_id NOT IN (SELECT id FROM off_batch))",
             EVENT_RETRACT, OBJECT_BATCH, EVENT_RETRACT, OBJECT_EVENT);
    put_only_seqs(c, "object_id", &c->with);
    buf_addz(&c->with, "), ");
}

void put_not_retracted(struct compile *c, struct buf *out)
{
    if (!c->retractions) {
        /* Sets about the other subject look at everyone, so theirs must too. */
        int64_t only = c->only;
        c->only = c->narrow ? only : 0;
        put_retractions(c);
        c->only = only;
        c->retractions = true;
    }
    buf_addz(out, " AND (e.batch_id IS NULL OR e.batch_id NOT IN (SELECT id FROM off_batch))"
                  " AND e.seq NOT IN (SELECT id FROM off_event)");
}

/* ---- filters ---- */

/* Columns of the two sources, both under the alias e. */
struct source {
    bool item;
    bool orders; /* the item source needs the order's columns, alias o */
};

static bool needs_orders(const struct node *n)
{
    if (n == NULL)
        return false;
    if (n->kind == NODE_TEST)
        return n->what == WHAT_EVENT_CHANNEL || n->what == WHAT_EVENT_STAFF;
    for (size_t i = 0; i < n->n_items; i++)
        if (needs_orders(n->items[i]))
            return true;
    return false;
}

/* An event's object, when it is of the kind asked for. */
static void put_object_test(struct compile *c, const struct node *n, int object_kind,
                            struct buf *out)
{
    buf_addf(out,
             n->op == OP_UNKNOWN ? "(e.object_kind = %d AND e.object_id IS NOT NULL) IS NOT TRUE"
                                 : "(e.object_kind = %d AND ",
             object_kind);
    if (n->op == OP_UNKNOWN)
        return;
    put_name_test(c, n, "e.object_id", out);
    buf_addc(out, ')');
}

static void put_category(struct compile *c, const struct node *n, bool item, struct buf *out)
{
    struct node known = *n;
    bool unknown = n->op == OP_UNKNOWN;
    known.op = unknown ? OP_KNOWN : n->op;
    buf_addz(out, unknown ? "(" : "");
    if (!item)
        buf_addf(out, "(e.object_kind = %d AND ", OBJECT_PRODUCT);
    buf_addf(out, "%s IN (SELECT p.id FROM product p WHERE ",
             item ? "e.product_id" : "e.object_id");
    put_text_test(c, &known, "p.category", out);
    buf_addz(out, item ? ")" : "))");
    buf_addz(out, unknown ? ") IS NOT TRUE" : "");
}

static void put_filter_test(struct compile *c, const struct node *n, const struct source *s,
                            struct buf *out)
{
    switch (n->what) {
    case WHAT_EVENT_CHANNEL:
        put_name_test(c, n, s->item ? "o.channel_id" : "e.channel_id", out);
        return;
    case WHAT_EVENT_STAFF:
        put_staff_test(c, n, s->item ? "o.staff_id" : "e.staff_id", out);
        return;
    case WHAT_EVENT_PRODUCT:
        if (s->item)
            put_name_test(c, n, "e.product_id", out);
        else
            put_object_test(c, n, OBJECT_PRODUCT, out);
        return;
    case WHAT_EVENT_CATEGORY:
        put_category(c, n, s->item, out);
        return;
    case WHAT_EVENT_AMOUNT:
        put_compare(c, n, "e.amount_fen", out);
        return;
    case WHAT_EVENT_QUANTITY:
        put_compare(c, n, "e.quantity", out);
        return;
    case WHAT_EVENT_OBJECT:
        put_compare(c, n, "e.object_id", out);
        return;
    default:
        assert(n->what == WHAT_EVENT_TAG || n->what == WHAT_EVENT_GROUP ||
               n->what == WHAT_EVENT_STAGE);
        if (s->item) /* a product is none of these */
            buf_addz(out, n->op == OP_UNKNOWN ? "1 = 1" : "1 = 0");
        else
            put_object_test(c, n,
                            n->what == WHAT_EVENT_TAG     ? OBJECT_TAG
                            : n->what == WHAT_EVENT_GROUP ? OBJECT_GROUP
                                                          : OBJECT_STAGE,
                            out);
    }
}

/* A filter of `where`; nesting is at most LIMIT_WHERE_DEPTH, so no hoisting. */
static void put_filter(struct compile *c, const struct node *n, bool negate, const struct source *s,
                       struct buf *out)
{
    if (n->kind == NODE_NOT) {
        put_filter(c, n->items[0], !negate, s, out);
    } else if (n->kind == NODE_ALL || n->kind == NODE_NONE) {
        buf_addz(out, (n->kind == NODE_ALL) != negate ? "1 = 1" : "1 = 0");
    } else if (n->kind == NODE_TEST) {
        buf_addz(out, negate ? "(" : "");
        put_filter_test(c, n, s, out);
        buf_addz(out, negate ? ") IS NOT TRUE" : "");
    } else {
        assert(n->kind == NODE_AND || n->kind == NODE_OR);
        const char *word = (n->kind == NODE_AND) != negate ? " AND " : " OR ";
        buf_addc(out, '(');
        for (size_t i = 0; i < n->n_items; i++) {
            buf_addz(out, i > 0 ? word : "");
            put_filter(c, n->items[i], negate, s, out);
        }
        buf_addc(out, ')');
    }
}

/* "kind = $1 AND kept AND filter" of the events of one step or measure. */
static void put_match(struct compile *c, const struct events *ev, const struct source *s,
                      struct buf *out)
{
    if (s->item) {
        buf_addz(out, "e.nature = 'sale'");
    } else if (ev->kind_id == 0) {
        buf_addf(out, "e.kind IN (%d, %d)", EVENT_ORDER, EVENT_REFUND);
    } else {
        buf_addz(out, "e.kind = ");
        put_int(c, ev->kind_id, out);
    }
    if (ev->kept) {
        buf_addz(out, " AND NOT EXISTS (SELECT 1 FROM refund f WHERE f.order_id = e.object_id AND "
                      "f.at_s <= ");
        put_int(c, c->now_s, out);
        buf_addc(out, ')');
    }
    if (ev->counted) {
        struct buf now;
        set_begin(&now);
        put_int(c, c->now_s, &now);
        buf_addf(out, " AND " CYCLE_COUNTS("o", "%s"), now.p);
        buf_done(&now);
    }
    if (ev->where != NULL) {
        buf_addz(out, " AND ");
        put_filter(c, ev->where, false, s, out);
    }
}

/* " FROM … m ON … WHERE at_s in the window AND not taken back": everything but the match itself. */
static void put_from(struct compile *c, const struct source *s, struct span span, struct buf *out)
{
    buf_addz(out, s->item ? " FROM order_item e /*scan*/" : " FROM event e /*scan*/");
    buf_addz(out, s->item && s->orders ? " JOIN orders o ON o.id = e.order_id" : "");
    /* The sign keeps SQLite from going through the events customer by customer, which reads the
     * table at random. */
    buf_addz(out, c->only != 0 ? " JOIN customer m ON m.id = e.customer_id WHERE e.at_s"
                               : " JOIN customer m ON m.id = +e.customer_id WHERE e.at_s");
    put_span(c, span, out);
    if (!s->item) {
        put_not_retracted(c, out);
        put_only_seqs(c, "e.seq", out);
    }
    put_only(c, "m.root_id", out);
    if (s->item && c->only != 0) { /* lines are found through their orders */
        buf_addz(
            out,
            " AND e.order_id IN (SELECT w.id FROM orders w JOIN customer v ON v.id = w.customer_id"
            " WHERE v.root_id = ");
        put_int(c, c->only, out);
        buf_addc(out, ')');
    }
}

static struct source source_of(const struct events *ev)
{
    bool item = ev->kind_id == EVENT_ITEM;
    return (struct source){.item = item,
                           .orders = item && (ev->counted || needs_orders(ev->where))};
}

/* "SELECT m.root_id AS id FROM … GROUP BY m.root_id HAVING " */
static void put_grouped(struct compile *c, const struct node *n, struct buf *out)
{
    const struct events *ev = &n->events[0];
    struct source s = source_of(ev);
    buf_addz(out, "SELECT m.root_id AS id");
    put_from(c, &s, window_span(&n->window, c->now_s, c->q->period_s), out);
    buf_addz(out, " AND ");
    put_match(c, ev, &s, out);
    buf_addz(out, " GROUP BY m.root_id");
}

/* ---- measures ---- */

/* The aggregate, and whether it is 0 (rather than unknown) without any event. */
static const struct {
    const char *sql;
    bool zero;
} AGGREGATES[WHAT_COUNT_OF] = {
    [WHAT_COUNT] = {"count(*)", true},
    [WHAT_DAYS] = {"count(DISTINCT (SELECT d.day FROM calendar d WHERE d.start_s <= e.at_s"
                   " ORDER BY d.start_s DESC LIMIT 1))",
                   true},
    [WHAT_SUM] = {"coalesce(CAST(sum(e.amount_fen) AS BIGINT), 0)", true},
    [WHAT_SPEND] = {"coalesce(CAST(sum(CASE WHEN e.kind = 12 THEN -e.amount_fen ELSE e.amount_fen "
                    "END) AS BIGINT), 0)",
                    true},
    [WHAT_MIN] = {"min(e.amount_fen)", false},
    [WHAT_MAX] = {"max(e.amount_fen)", false},
    [WHAT_LAST_AT] = {"max(e.at_s)", false},
    [WHAT_FIRST_AT] = {"min(e.at_s)", false},
};

/* avg op x, without dividing: sum op x × number of amounts. */
static void put_average(struct compile *c, const struct node *n, struct buf *out)
{
    static const char *const OPS[] = {"=", "<>", "<", "<=", ">", ">="};
    static const char SUM[] = "CAST(sum(e.amount_fen) AS BIGINT)";
    bool between = n->op == OP_BETWEEN;
    buf_addf(out, "count(e.amount_fen) > 0 AND %s %s CAST(", SUM, between ? ">=" : OPS[n->op]);
    put_int(c, n->values[0].bound, out);
    buf_addz(out, " AS BIGINT) * count(e.amount_fen)");
    if (!between)
        return;
    buf_addf(out, " AND %s <= CAST(", SUM);
    put_int(c, n->values[1].bound, out);
    buf_addz(out, " AS BIGINT) * count(e.amount_fen)");
}

/* Whole days of 86,400 s from the last (first) such event to now. */
static void put_days_since(struct compile *c, const struct node *n, struct buf *out)
{
    struct buf days;
    set_begin(&days);
    buf_addz(&days, "((");
    put_int(c, c->now_s, &days);
    buf_addf(&days, " - %s(e.at_s)) / 86400)", n->what == WHAT_DAYS_SINCE_LAST ? "max" : "min");
    put_compare(c, n, days.p, out);
    buf_done(&days);
}

void put_measure(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    assert(n->n_events == 1 && n->what >= WHAT_COUNT && n->what <= WHAT_FIRST_AT);
    struct buf set;
    set_begin(&set);
    put_grouped(c, n, &set);
    buf_addz(&set, " HAVING ");
    if (n->what == WHAT_AVG) {
        put_average(c, n, &set);
    } else if (n->what == WHAT_DAYS_SINCE_LAST || n->what == WHAT_DAYS_SINCE_FIRST) {
        put_days_since(c, n, &set);
    } else if (n->op == OP_WITHIN) {
        buf_addz(&set, AGGREGATES[n->what].sql);
        put_span(c, window_span(&n->compare, c->now_s, c->q->period_s), &set);
    } else {
        bool invert = AGGREGATES[n->what].zero && number_holds(n, 0);
        buf_addz(&set, invert ? "NOT (" : "(");
        put_compare(c, n, AGGREGATES[n->what].sql, &set);
        buf_addc(&set, ')');
        negate = negate != invert;
    }
    set_end(c, &set, negate, out);
}

void put_ever(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    struct buf set;
    set_begin(&set);
    put_grouped(c, n, &set);
    set_end(c, &set, negate != (n->kind == NODE_NEVER), out);
}

/* ---- sequences ---- */

/* What one of the two sources has of a list: its matches, joined by OR; empty when it has none. */
static void put_list_match(struct compile *c, const struct analysis_events *list,
                           const struct source *s, struct buf *out)
{
    for (size_t i = 0; i < list->n; i++) {
        if ((list->at[i].kind_id == EVENT_ITEM) != s->item)
            continue;
        buf_addz(out, out->n > 0 ? " OR (" : "(");
        put_match(c, &list->at[i], s, out);
        buf_addc(out, ')');
    }
}

static bool lists_need(const struct analysis_events *lists, size_t n,
                       bool (*has)(const struct events *ev))
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < lists[i].n; j++)
            if (has(&lists[i].at[j]))
                return true;
    return false;
}

static bool is_item(const struct events *ev)
{
    return ev->kind_id == EVENT_ITEM;
}

static bool is_event(const struct events *ev)
{
    return ev->kind_id != EVENT_ITEM;
}

static bool is_item_of_order(const struct events *ev)
{
    return is_item(ev) && needs_orders(ev->where);
}

/* The rows of put_marked() from one of the two sources. */
static void put_marked_of(struct compile *c, const struct analysis_events *lists, size_t n,
                          struct span span, const struct source *s, bool amounts, struct buf *out)
{
    struct buf any;
    set_begin(&any);
    buf_addz(out, "SELECT m.root_id AS id, e.at_s AS at_s, e.seq AS seq");
    if (amounts)
        buf_addz(out, s->item ? ", e.amount_fen AS amount"
                              : ", coalesce(CASE WHEN e.kind = 12 THEN -e.amount_fen"
                                " ELSE e.amount_fen END, 0) AS amount");
    for (size_t i = 0; i < n; i++) {
        struct buf match;
        set_begin(&match);
        put_list_match(c, &lists[i], s, &match);
        if (match.n == 0) {
            buf_addf(out, ", 0 AS m%zu", i);
        } else {
            buf_addz(out, ", CASE WHEN ");
            buf_add(out, buf_str(&match));
            buf_addf(out, " THEN 1 ELSE 0 END AS m%zu", i);
            buf_addz(&any, any.n > 0 ? " OR " : "");
            buf_add(&any, buf_str(&match));
        }
        out->failed = out->failed || match.failed;
        buf_done(&match);
    }
    put_from(c, s, span, out);
    buf_addz(out, " AND (");
    buf_add(out, buf_str(&any));
    buf_addc(out, ')');
    out->failed = out->failed || any.failed;
    buf_done(&any);
}

void put_marked(struct compile *c, const struct analysis_events *lists, size_t n, struct span span,
                bool amounts, struct buf *out)
{
    bool events = lists_need(lists, n, is_event), items = lists_need(lists, n, is_item);
    struct source s = {.item = false};
    assert(events || items);
    if (events)
        put_marked_of(c, lists, n, span, &s, amounts, out);
    buf_addz(out, events && items ? " UNION ALL " : "");
    s = (struct source){.item = true, .orders = lists_need(lists, n, is_item_of_order)};
    if (items)
        put_marked_of(c, lists, n, span, &s, amounts, out);
}

void put_carried(struct compile *c, int id, size_t last)
{
    for (size_t k = 1; k <= last; k++) {
        buf_addf(&c->with, "s%d_%zu AS (SELECT x.id AS id, x.at_s AS at_s, x.seq AS seq", id, k);
        for (size_t i = k + 1; i <= last; i++)
            buf_addf(&c->with, ", x.m%zu AS m%zu", i, i);
        buf_addf(
            &c->with,
            ", CASE WHEN x.m%zu = 1 THEN max(x.start) OVER (PARTITION BY x.id ORDER BY x.at_s, "
            "x.seq"
            " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS start FROM s%d_%zu x), ",
            k, id, k - 1);
    }
}

/* The levels are CTEs of their own ("s3_0", "s3_1" …), so that the text does not nest: see
 * compile.c on SQLite's parser. */
void put_seq(struct compile *c, const struct node *n, bool negate, struct buf *out)
{
    size_t last = n->n_events - 1;
    int id = ++c->sets;
    struct analysis_events steps[LIMIT_SEQ_STEPS];
    struct buf set;
    assert(n->n_events <= LIMIT_SEQ_STEPS);
    for (size_t i = 0; i < n->n_events; i++)
        steps[i] = (struct analysis_events){.at = &n->events[i], .n = 1};
    set_begin(&set);
    buf_addz(&set, "SELECT x.*, CASE WHEN x.m0 = 1 THEN x.at_s END AS start FROM (");
    put_marked(c, steps, n->n_events, window_span(&n->window, c->now_s, c->q->period_s), false,
               &set);
    buf_addz(&set, ") x");
    buf_addf(&c->with, "s%d_0 AS (", id);
    buf_add(&c->with, buf_str(&set));
    buf_addz(&c->with, "), ");
    c->with.failed = c->with.failed || set.failed;
    put_carried(c, id, last);
    buf_clear(&set);
    buf_addf(&set, "SELECT DISTINCT x.id AS id FROM s%d_%zu x WHERE x.at_s - x.start <= ", id,
             last);
    put_int(c, duration_s(n->within, c->q->period_s), &set);
    set_end(c, &set, negate, out);
}

/* audience_naive.c — see audience_naive.h. Everything is a loop; nothing is clever. */
#include "audience_naive.h"

#include "base/hash.h"
#include "query/window.h"
#include "query/word.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct naive {
    const struct world *w;
    struct n_event *all; /* by root, then (at_s, seq) */
    size_t n;
    size_t *start; /* by root id: first event; one more at the end */
    int64_t now_s;
    bool as_of;
};

static int64_t root_of(const struct world *w, int64_t customer)
{
    return customer > 0 ? w->customers[customer - 1].root : 0;
}

static const struct world *sorting;

static int by_root_and_time(const void *a, const void *b)
{
    const struct n_event *x = a, *y = b;
    int64_t p = root_of(sorting, x->customer), q = root_of(sorting, y->customer);
    if (p != q)
        return p < q ? -1 : 1;
    if (x->at_s != y->at_s)
        return x->at_s < y->at_s ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool batch_retracted(const struct world *w, int64_t batch)
{
    for (size_t i = 0; batch != 0 && i < w->n_events; i++)
        if (w->events[i].kind == 43 && w->events[i].object_kind == 16 &&
            w->events[i].object == batch)
            return true;
    return false;
}

/* A retraction that came with a retracted batch is void. */
static bool retracted(const struct world *w, const struct w_event *v)
{
    if (batch_retracted(w, v->batch))
        return true;
    for (size_t i = 0; i < w->n_events; i++) {
        const struct w_event *r = &w->events[i];
        if (r->kind == 43 && r->object_kind == 17 && r->object == v->seq &&
            !batch_retracted(w, r->batch))
            return true;
    }
    return false;
}

struct naive *naive_new(const struct world *w)
{
    struct naive *n = calloc(1, sizeof *n);
    assert(n != NULL);
    n->w = w;
    n->all = calloc(w->n_events + w->n_items, sizeof *n->all);
    n->start = calloc(w->n_customers + 2, sizeof *n->start);
    assert(n->all != NULL && n->start != NULL);
    for (size_t i = 0; i < w->n_events; i++) {
        const struct w_event *v = &w->events[i];
        if (v->customer == 0 || retracted(w, v))
            continue;
        n->all[n->n++] =
            (struct n_event){v->at_s,        v->seq,     v->kind,
                             v->customer,    v->channel, v->staff,
                             v->object_kind, v->object,  v->object_kind == 7 ? v->object : 0,
                             v->amount,      NO_AMOUNT};
    }
    for (size_t i = 0; i < w->n_items; i++) {
        const struct w_item *v = &w->items[i];
        const struct w_order *o = &w->orders[v->order - 1];
        if (v->sale)
            n->all[n->n++] =
                (struct n_event){v->at_s, v->seq, 13,         v->customer, o->channel, o->staff,
                                 0,       0,      v->product, v->amount,   v->quantity};
    }
    sorting = w;
    qsort(n->all, n->n, sizeof *n->all, by_root_and_time);
    size_t at = 0;
    for (int64_t root = 1; root <= (int64_t)w->n_customers + 1; root++) {
        while (at < n->n && root_of(w, n->all[at].customer) < root)
            at++;
        n->start[root] = at;
    }
    return n;
}

void naive_free(struct naive *n)
{
    if (n == NULL)
        return;
    free(n->all);
    free(n->start);
    free(n);
}

static bool eval(struct naive *n, const struct node *x, int64_t root);
static bool eval_group(struct naive *n, const struct node *x, const struct w_group *g);

/* ---- comparisons ---- */

static bool compare(const struct node *x, int64_t v)
{
    int64_t y = x->n_values > 0 ? x->values[0].bound : 0;
    switch (x->op) {
    case OP_EQ:
        return v == y;
    case OP_NE:
        return v != y;
    case OP_LT:
        return v < y;
    case OP_LE:
        return v <= y;
    case OP_GT:
        return v > y;
    case OP_GE:
        return v >= y;
    case OP_BETWEEN:
        return v >= y && v <= x->values[1].bound;
    case OP_KNOWN:
        return true;
    case OP_UNKNOWN:
        return false;
    default:
        assert(x->op == OP_IN);
        for (size_t i = 0; i < x->n_values; i++)
            if (x->values[i].bound == v)
                return true;
        return false;
    }
}

static bool number_test(const struct node *x, bool known, int64_t v)
{
    return known ? compare(x, v) : x->op == OP_UNKNOWN;
}

static bool text_test(const struct node *x, const char *z)
{
    if (z == NULL || x->op == OP_KNOWN || x->op == OP_UNKNOWN)
        return (z != NULL) == (x->op == OP_KNOWN) && (x->op == OP_KNOWN || x->op == OP_UNKNOWN);
    if (x->op == OP_CONTAINS)
        return str_find(str_from(z), x->values[0].text) >= 0;
    bool any = false;
    for (size_t i = 0; i < x->n_values; i++)
        any = any || str_eq(str_from(z), x->values[i].text);
    return any == (x->op != OP_NE);
}

static bool among(const struct node *x, int64_t id)
{
    for (size_t i = 0; i < x->n_values; i++)
        for (size_t j = 0; j < x->values[i].found.n; j++)
            if (x->values[i].found.ids[j] == id)
                return true;
    return false;
}

static bool id_test(const struct node *x, int64_t id)
{
    if (x->op == OP_KNOWN || x->op == OP_UNKNOWN)
        return (id != 0) == (x->op == OP_KNOWN);
    return id != 0 && among(x, id) == (x->op != OP_NE);
}

static bool staff_test(const struct node *x, int64_t staff)
{
    if (staff == 0)
        return false;
    if (x->op != OP_TEAM)
        return among(x, staff);
    for (int64_t d = (staff - 1) % 6 + 1; d != 0; d = W_TEAM_PARENT[d - 1])
        if (among(x, d))
            return true;
    return false;
}

static bool choice_test(const struct node *x, const char *z)
{
    if (z == NULL || x->op == OP_KNOWN || x->op == OP_UNKNOWN)
        return (x->op == OP_KNOWN && z != NULL) || (x->op == OP_UNKNOWN && z == NULL);
    bool any = false;
    for (size_t i = 0; i < x->n_values; i++)
        any = any || strcmp(z, choice_list(x->what)[x->values[i].bound].word) == 0;
    return any == (x->op != OP_NE);
}

static bool time_test(struct naive *n, const struct node *x, int64_t at_s)
{
    bool known = at_s != 0 && (!n->as_of || at_s <= n->now_s);
    if (x->op == OP_KNOWN || x->op == OP_UNKNOWN)
        return known == (x->op == OP_KNOWN);
    struct span s = window_span(&x->compare, n->now_s, n->w->period_s);
    return at_s != 0 && at_s >= s.from_s && at_s <= s.to_s;
}

/* ---- events ---- */

static bool filter(const struct node *x, const struct n_event *v)
{
    switch (x->kind) {
    case NODE_ALL:
        return true;
    case NODE_NONE:
        return false;
    case NODE_NOT:
        return !filter(x->items[0], v);
    case NODE_AND:
        for (size_t i = 0; i < x->n_items; i++)
            if (!filter(x->items[i], v))
                return false;
        return true;
    case NODE_OR:
        for (size_t i = 0; i < x->n_items; i++)
            if (filter(x->items[i], v))
                return true;
        return false;
    default:
        break;
    }
    switch (x->what) {
    case WHAT_EVENT_CHANNEL:
        return id_test(x, v->channel);
    case WHAT_EVENT_STAFF:
        return staff_test(x, v->staff);
    case WHAT_EVENT_PRODUCT:
        return id_test(x, v->product);
    case WHAT_EVENT_CATEGORY:
        return text_test(x, v->product != 0 ? W_CATEGORIES[v->product - 1] : NULL);
    case WHAT_EVENT_AMOUNT:
        return number_test(x, v->amount != NO_AMOUNT, v->amount);
    case WHAT_EVENT_QUANTITY:
        return number_test(x, v->quantity != NO_AMOUNT, v->quantity);
    case WHAT_EVENT_TAG:
        return id_test(x, v->object_kind == 1 ? v->object : 0);
    case WHAT_EVENT_GROUP:
        return id_test(x, v->object_kind == 5 ? v->object : 0);
    case WHAT_EVENT_STAGE:
        return id_test(x, v->object_kind == 2 ? v->object : 0);
    default:
        assert(x->what == WHAT_EVENT_OBJECT);
        return number_test(x, v->object != 0, v->object);
    }
}

static bool matches(struct naive *n, const struct events *ev, const struct n_event *v)
{
    if (ev->kind_id == 0 ? v->kind != 11 && v->kind != 12 : v->kind != ev->kind_id)
        return false;
    for (size_t i = 0; ev->kept && i < n->w->n_refunds; i++)
        if (n->w->refunds[i].order == v->object && n->w->refunds[i].at_s <= n->now_s)
            return false;
    return ev->where == NULL || filter(ev->where, v);
}

/* Everything about a root's matching events in a window. */
struct tally {
    int64_t count, amounts, sum, spend, min, max, first_s, last_s, days;
};

static struct tally tally(struct naive *n, const struct node *x, int64_t root)
{
    struct span s = window_span(&x->window, n->now_s, n->w->period_s);
    struct tally t = {0};
    int32_t day = NO_DAY;
    for (size_t i = n->start[root]; i < n->start[root + 1]; i++) {
        const struct n_event *v = &n->all[i];
        if (v->at_s < s.from_s || v->at_s > s.to_s || !matches(n, &x->events[0], v))
            continue;
        if (t.count++ == 0)
            t.first_s = v->at_s;
        t.last_s = v->at_s;
        t.days += calendar_day_of(v->at_s) != day;
        day = calendar_day_of(v->at_s);
        if (v->amount == NO_AMOUNT)
            continue;
        t.min = t.amounts == 0 || v->amount < t.min ? v->amount : t.min;
        t.max = t.amounts == 0 || v->amount > t.max ? v->amount : t.max;
        t.amounts++;
        t.sum += v->amount;
        t.spend += v->kind == 12 ? -v->amount : v->amount;
    }
    return t;
}

/* avg op y as sum op y × n: the same comparison without dividing. */
static bool average(const struct node *x, const struct tally *t)
{
    struct node scaled = *x;
    struct literal values[2] = {x->values[0], x->values[x->n_values - 1]};
    values[0].bound *= t->amounts;
    values[1].bound *= t->amounts;
    scaled.values = values;
    return t->amounts > 0 && compare(&scaled, t->sum);
}

static bool measure(struct naive *n, const struct node *x, int64_t root)
{
    struct tally t = tally(n, x, root);
    switch (x->what) {
    case WHAT_COUNT:
        return compare(x, t.count);
    case WHAT_DAYS:
        return compare(x, t.days);
    case WHAT_SUM:
        return compare(x, t.sum);
    case WHAT_SPEND:
        return compare(x, t.spend);
    case WHAT_AVG:
        return average(x, &t);
    case WHAT_MIN:
        return t.amounts > 0 && compare(x, t.min);
    case WHAT_MAX:
        return t.amounts > 0 && compare(x, t.max);
    case WHAT_DAYS_SINCE_LAST:
        return t.count > 0 && compare(x, (n->now_s - t.last_s) / 86400);
    case WHAT_DAYS_SINCE_FIRST:
        return t.count > 0 && compare(x, (n->now_s - t.first_s) / 86400);
    default: {
        assert(x->what == WHAT_LAST_AT || x->what == WHAT_FIRST_AT);
        struct span s = window_span(&x->compare, n->now_s, n->w->period_s);
        int64_t at = x->what == WHAT_LAST_AT ? t.last_s : t.first_s;
        return t.count > 0 && at >= s.from_s && at <= s.to_s;
    }
    }
}

/* Whether steps k … can follow the event at `i`, all no later than `end_s`: tries every
 * continuation. */
static bool follows(struct naive *n, const struct node *x, size_t k, size_t i, size_t stop,
                    int64_t end_s)
{
    if (k == x->n_events)
        return true;
    for (size_t j = i + 1; j < stop && n->all[j].at_s <= end_s; j++)
        if (matches(n, &x->events[k], &n->all[j]))
            /* The earliest match leaves the most room: a later one can do no better. */
            return follows(n, x, k + 1, j, stop, end_s);
    return false;
}

static bool sequence(struct naive *n, const struct node *x, int64_t root)
{
    struct span s = window_span(&x->window, n->now_s, n->w->period_s);
    int64_t within = duration_s(x->within, n->w->period_s);
    for (size_t i = n->start[root]; i < n->start[root + 1]; i++) {
        const struct n_event *v = &n->all[i];
        int64_t end = v->at_s + within < s.to_s ? v->at_s + within : s.to_s;
        if (v->at_s >= s.from_s && v->at_s <= s.to_s && matches(n, &x->events[0], v) &&
            follows(n, x, 1, i, n->start[root + 1], end))
            return true;
    }
    return false;
}

/* ---- state, now and then ---- */

/* Whether the event at i is the last about its thing by now, `kinds` saying which events are about
 * it. */
static bool is_last(struct naive *n, size_t i, int64_t root, const int64_t kinds[3], bool staff,
                    bool object, bool customer)
{
    const struct n_event *v = &n->all[i];
    for (size_t j = i + 1; j < n->start[root + 1] && n->all[j].at_s <= n->now_s; j++) {
        const struct n_event *u = &n->all[j];
        if ((u->kind == kinds[0] || u->kind == kinds[1] || u->kind == kinds[2]) &&
            (!staff || u->staff == v->staff) && (!object || u->object == v->object) &&
            (!customer || u->customer == v->customer))
            return false;
    }
    return true;
}

static bool tag_meant(const struct node *x, int64_t tag)
{
    return among(x, x->kind == NODE_TAG ? tag : (tag - 1) / 3 + 1);
}

static bool has_tag(struct naive *n, const struct node *x, int64_t root)
{
    static const int64_t KINDS[] = {6, 7, 7};
    const struct world *w = n->w;
    for (size_t i = n->start[root]; n->as_of && i < n->start[root + 1]; i++)
        if (n->all[i].kind == 6 && n->all[i].at_s <= n->now_s && n->all[i].object != 0 &&
            tag_meant(x, n->all[i].object) && is_last(n, i, root, KINDS, true, true, true))
            return true;
    for (size_t i = 0; !n->as_of && i < w->n_relation_tags; i++)
        if (root_of(w, w->relations[w->relation_tags[i].on - 1].customer) == root &&
            tag_meant(x, w->relation_tags[i].tag))
            return true;
    for (size_t i = 0; !n->as_of && i < w->n_customer_tags; i++)
        if (root_of(w, w->customer_tags[i].on) == root && tag_meant(x, w->customer_tags[i].tag))
            return true;
    return false;
}

static bool has_relation(struct naive *n, const struct node *x, int64_t root)
{
    static const int64_t KINDS[] = {1, 2, 3};
    bool any = x->kind == NODE_FLAG;
    for (size_t i = n->start[root]; n->as_of && i < n->start[root + 1]; i++)
        if (n->all[i].kind == 1 && n->all[i].at_s <= n->now_s &&
            (any || staff_test(x, n->all[i].staff)) &&
            is_last(n, i, root, KINDS, true, false, true))
            return true;
    for (size_t i = 0; !n->as_of && i < n->w->n_relations; i++) {
        const struct w_relation *r = &n->w->relations[i];
        if (root_of(n->w, r->customer) == root && r->deleted_s == 0 &&
            (any || staff_test(x, r->staff)))
            return true;
    }
    return false;
}

/* Whether a root is (was) in a group. */
static bool is_member(struct naive *n, int64_t root, const struct w_group *g)
{
    static const int64_t KINDS[] = {4, 5, 5};
    if (g->dismissed_s != 0 && (!n->as_of || g->dismissed_s <= n->now_s))
        return false;
    for (size_t i = n->start[root]; n->as_of && i < n->start[root + 1]; i++)
        if (n->all[i].kind == 4 && n->all[i].at_s <= n->now_s && n->all[i].object == g->id &&
            is_last(n, i, root, KINDS, false, true, true))
            return true;
    for (size_t i = 0; !n->as_of && i < n->w->n_members; i++) {
        const struct w_member *m = &n->w->members[i];
        if (m->group == g->id && m->left_s == 0 && root_of(n->w, m->customer) == root)
            return true;
    }
    return false;
}

static bool in_group(struct naive *n, const struct node *x, int64_t root)
{
    for (size_t i = 0; i < n->w->n_groups; i++) {
        const struct w_group *g = &n->w->groups[i];
        bool meant =
            x->n_values > 0 ? among(x, g->id) : x->n_items == 0 || eval_group(n, x->items[0], g);
        if (meant && is_member(n, root, g))
            return true;
    }
    return false;
}

static bool stage(struct naive *n, const struct node *x, int64_t root)
{
    static const int64_t KINDS[] = {8, 8, 8};
    if (!n->as_of)
        return id_test(x, n->w->customers[root - 1].stage);
    int64_t then = 0;
    for (size_t i = n->start[root]; i < n->start[root + 1]; i++)
        if (n->all[i].kind == 8 && n->all[i].at_s <= n->now_s &&
            is_last(n, i, root, KINDS, false, false, false))
            then = n->all[i].object;
    return id_test(x, then);
}

static bool tier(struct naive *n, const struct node *x, int64_t root)
{
    int64_t model = x->found.ids[0], now = 0, at = 0;
    for (size_t i = 0; !n->as_of && i < n->w->n_tiers; i++)
        if (n->w->tiers[i].model == model && n->w->tiers[i].customer == root)
            now = n->w->tiers[i].tier;
    for (size_t i = 0; n->as_of && i < n->w->n_moves; i++) {
        const struct w_move *m = &n->w->moves[i];
        if (m->model == model && m->customer == root && m->at_s <= n->now_s && m->at_s >= at) {
            at = m->at_s;
            now = m->to;
        }
    }
    return x->op == OP_NONE ? now == 0 : id_test(x, now);
}

static bool field(struct naive *n, const struct node *x, int64_t root)
{
    const struct w_field *f = NULL;
    for (size_t i = 0; i < n->w->n_fields; i++)
        if (n->w->fields[i].customer == root && n->w->fields[i].field == x->found.ids[0])
            f = &n->w->fields[i];
    if (x->found.type == FIELD_TEXT || x->found.type == FIELD_CHOICE)
        return text_test(x, f != NULL ? f->text : NULL);
    if (x->op != OP_WITHIN)
        return number_test(x, f != NULL, f != NULL ? f->number : 0);
    struct day_span s = window_days(&x->compare, n->now_s, n->w->period_s);
    return f != NULL && f->number >= s.from && f->number <= s.to;
}

/* ---- attributes ---- */

static int64_t age(int32_t birth_day, int32_t today)
{
    int y, m, d, by, bm, bd;
    calendar_civil_from_day(today, &y, &m, &d);
    calendar_civil_from_day(birth_day, &by, &bm, &bd);
    return y - by - (m * 100 + d < bm * 100 + bd ? 1 : 0);
}

static bool birthday(struct naive *n, const struct node *x, int32_t birth_day)
{
    if (x->op != OP_WITHIN)
        return (birth_day != NO_DAY) == (x->op == OP_KNOWN);
    struct day_span s = window_days(&x->compare, n->now_s, n->w->period_s);
    int bm, bd, y, m, d;
    if (birth_day == NO_DAY)
        return false;
    calendar_civil_from_day(birth_day, &y, &bm, &bd);
    for (int32_t day = s.from; day <= s.to && day < s.from + 400; day++) {
        calendar_civil_from_day(day, &y, &m, &d);
        bool common = calendar_day_from_civil(y, 3, 1) - calendar_day_from_civil(y, 2, 28) == 1;
        if ((m == bm && d == bd) || (bm == 2 && bd == 29 && m == 2 && d == 28 && common))
            return true;
    }
    return false;
}

static bool rfm(struct naive *n, const struct node *x, int64_t root)
{
    for (size_t i = 0; i < n->w->n_rfm; i++)
        if (n->w->rfm[i].customer == root)
            return compare(x, x->what == WHAT_RFM_R   ? n->w->rfm[i].r
                              : x->what == WHAT_RFM_F ? n->w->rfm[i].f
                                                      : n->w->rfm[i].m);
    return x->op == OP_UNKNOWN;
}

static bool clv(struct naive *n, const struct node *x, int64_t root)
{
    for (size_t i = 0; i < n->w->n_clv; i++)
        if (n->w->clv[i].customer == root && n->w->clv[i].horizon_s == W_HORIZON_S)
            return number_test(x, true, n->w->clv[i].fen);
    return number_test(x, false, 0);
}

/* Whether an order counts by now. */
static bool order_counts(const struct naive *n, const struct w_order *o)
{
    int64_t refunded = 0;
    for (size_t i = 0; i < n->w->n_refunds; i++)
        if (n->w->refunds[i].order == o->id && n->w->refunds[i].at_s <= n->now_s)
            refunded += n->w->refunds[i].amount;
    return o->paid && o->amount > 0 && !(refunded > 0 && refunded >= o->amount);
}

/* The day that a cycle began for a root, NO_DAY: never. */
static int32_t cycle_began(struct naive *n, const struct cycle_rule *rule, int64_t root)
{
    const struct world *w = n->w;
    int64_t last = INT64_MIN;
    for (size_t i = 0; rule->starts == CYCLE_PURCHASE && i < w->n_items; i++) {
        const struct w_item *v = &w->items[i];
        bool meant = false;
        for (size_t k = 0; k < rule->n_products; k++)
            meant = meant || rule->products[k] == v->product;
        if (meant && v->sale && v->at_s <= n->now_s && root_of(w, v->customer) == root &&
            order_counts(n, &w->orders[v->order - 1]) && v->at_s > last)
            last = v->at_s;
    }
    for (size_t i = n->start[root]; rule->starts == CYCLE_EVENT && i < n->start[root + 1]; i++)
        if (n->all[i].kind == rule->kind_id && n->all[i].at_s <= n->now_s)
            last = n->all[i].at_s;
    for (size_t i = 0; rule->field_id != 0 && i < w->n_fields; i++)
        if (w->fields[i].customer == root && w->fields[i].field == rule->field_id)
            return (int32_t)w->fields[i].number;
    return last == INT64_MIN ? NO_DAY : calendar_day_of(last);
}

/* The same day so many months on, or the last of its month. */
static int32_t months_on(int32_t day, int64_t months)
{
    int year, month, of_month;
    calendar_civil_from_day(day, &year, &month, &of_month);
    month += (int)months;
    int32_t first = calendar_day_from_civil(year + (month - 1) / 12, (month - 1) % 12 + 1, 1);
    int32_t next = calendar_day_from_civil(year + month / 12, month % 12 + 1, 1);
    return of_month > next - first ? next - 1 : first + of_month - 1;
}

/* The due day, NO_DAY: none. */
static int32_t due_day(struct naive *n, const struct cycle_rule *rule, int64_t root)
{
    const struct world *w = n->w;
    int32_t began = cycle_began(n, rule, root), birth = w->customers[root - 1].birth_day;
    int64_t first = INT64_MAX;
    if (began == NO_DAY || rule->starts != CYCLE_RELATIVE)
        return began == NO_DAY ? NO_DAY
               : rule->months  ? months_on(began, rule->length)
                               : began + (int32_t)rule->length;
    for (size_t i = 0; i < w->n_orders; i++)
        if (root_of(w, w->orders[i].customer) == root && w->orders[i].at_s <= n->now_s &&
            w->orders[i].at_s < first && order_counts(n, &w->orders[i]))
            first = w->orders[i].at_s;
    return birth == NO_DAY || first == INT64_MAX ? NO_DAY : began + calendar_day_of(first) - birth;
}

static bool due(struct naive *n, const struct node *x, int64_t root)
{
    int32_t day = due_day(n, x->found.cycle, root);
    if (x->op != OP_WITHIN)
        return (day != NO_DAY) == (x->op == OP_KNOWN);
    struct day_span s = window_days(&x->compare, n->now_s, n->w->period_s);
    return day != NO_DAY && day >= s.from && day <= s.to;
}

static bool test(struct naive *n, const struct node *x, int64_t root)
{
    const struct w_customer *c = &n->w->customers[root - 1];
    switch (x->what) {
    case WHAT_CITY:
        return text_test(x, c->city);
    case WHAT_PROVINCE:
        return text_test(x, c->province);
    case WHAT_NICKNAME:
        return text_test(x, c->nickname);
    case WHAT_GENDER:
        return choice_test(x, c->gender);
    case WHAT_AGE:
        return number_test(x, c->birth_day != NO_DAY,
                           c->birth_day != NO_DAY ? age(c->birth_day, calendar_day_of(n->now_s))
                                                  : 0);
    case WHAT_BIRTHDAY:
        return birthday(n, x, c->birth_day);
    case WHAT_SOURCE:
        return id_test(x, c->source);
    case WHAT_STAGE:
        return stage(n, x, root);
    case WHAT_STAFF:
        return has_relation(n, x, root);
    case WHAT_ADDED:
        return time_test(n, x, c->added_s);
    case WHAT_FIRST:
        return time_test(n, x, c->first_s);
    case WHAT_FIELD:
        return field(n, x, root);
    case WHAT_TIER:
        return tier(n, x, root);
    case WHAT_RFM_R:
    case WHAT_RFM_F:
    case WHAT_RFM_M:
        return rfm(n, x, root);
    case WHAT_CLV:
        return clv(n, x, root);
    case WHAT_DUE:
        return due(n, x, root);
    default:
        return measure(n, x, root);
    }
}

static bool as_of(struct naive *n, const struct node *x, int64_t root)
{
    struct moment m = x->values[0].moment;
    int64_t now = n->now_s,
            at = m.has_time ? moment_s(&m) : calendar_day_start_s(moment_day(&m) + 1) - 1;
    bool outer = n->as_of;
    n->now_s = at < now ? at : now;
    n->as_of = true;
    bool yes = n->w->customers[root - 1].first_s <= n->now_s && eval(n, x->items[0], root);
    n->now_s = now;
    n->as_of = outer;
    return yes;
}

static bool eval(struct naive *n, const struct node *x, int64_t root)
{
    switch (x->kind) {
    case NODE_ALL:
        return true;
    case NODE_NONE:
        return false;
    case NODE_NOT:
        return !eval(n, x->items[0], root);
    case NODE_AND:
        for (size_t i = 0; i < x->n_items; i++)
            if (!eval(n, x->items[i], root))
                return false;
        return true;
    case NODE_OR:
        for (size_t i = 0; i < x->n_items; i++)
            if (eval(n, x->items[i], root))
                return true;
        return false;
    case NODE_AS_OF:
        return as_of(n, x, root);
    case NODE_TEST:
        return test(n, x, root);
    case NODE_FLAG:
        return x->what == WHAT_FRIEND ? has_relation(n, x, root)
                                      : n->w->customers[root - 1].no_marketing;
    case NODE_TAG:
    case NODE_TAG_GROUP:
        return has_tag(n, x, root);
    case NODE_GROUP:
        return in_group(n, x, root);
    case NODE_EVER:
        return tally(n, x, root).count > 0;
    case NODE_NEVER:
        return tally(n, x, root).count == 0;
    case NODE_SEQ:
        return sequence(n, x, root);
    case NODE_AUDIENCE:
        return eval(n, x->items[0], root);
    case NODE_SAMPLE:
        return hash_sample(root, hash_salt(x->name)) % 10000 < (uint32_t)x->values[0].bound;
    }
    return false;
}

/* ---- groups ---- */

static bool group_members(struct naive *n, const struct node *x, const struct w_group *g)
{
    int64_t all = 0, matching = 0;
    for (size_t i = 0; i < n->w->n_customers; i++) {
        const struct w_customer *c = &n->w->customers[i];
        if (c->root != c->id || c->erased || !is_member(n, c->id, g))
            continue;
        all++;
        matching += x->n_items == 0 || eval(n, x->items[0], c->id);
    }
    if (x->what == WHAT_GROUP_MEMBERS)
        return compare(x, matching);
    struct tally share = {.sum = 10000 * matching, .amounts = all};
    return average(x, &share);
}

static bool eval_group(struct naive *n, const struct node *x, const struct w_group *g)
{
    switch (x->kind) {
    case NODE_ALL:
    case NODE_NONE:
        return x->kind == NODE_ALL;
    case NODE_NOT:
        return !eval_group(n, x->items[0], g);
    case NODE_AND:
    case NODE_OR:
        for (size_t i = 0; i < x->n_items; i++)
            if (eval_group(n, x->items[i], g) != (x->kind == NODE_AND))
                return x->kind == NODE_OR;
        return x->kind == NODE_AND;
    case NODE_SAMPLE:
        return hash_sample(g->id, hash_salt(x->name)) % 10000 < (uint32_t)x->values[0].bound;
    default:
        break;
    }
    switch (x->what) {
    case WHAT_GROUP_NAME:
        return text_test(x, g->name);
    case WHAT_GROUP_KIND:
        return choice_test(x, g->kind);
    case WHAT_GROUP_LEVEL:
        return choice_test(x, g->level);
    case WHAT_GROUP_OWNER:
        return staff_test(x, g->owner);
    case WHAT_GROUP_CREATED:
        return time_test(n, x, g->created_s);
    default:
        return group_members(n, x, g);
    }
}

size_t naive_ids(struct naive *n, const struct audience_expr *x, int64_t *out)
{
    size_t found = 0;
    n->now_s = n->w->now_s;
    n->as_of = false;
    if (x->subject == AUDIENCE_GROUP) {
        for (size_t i = 0; i < n->w->n_groups; i++)
            if (n->w->groups[i].dismissed_s == 0 && eval_group(n, x->root, &n->w->groups[i]))
                out[found++] = n->w->groups[i].id;
        return found;
    }
    for (size_t i = 0; i < n->w->n_customers; i++) {
        const struct w_customer *c = &n->w->customers[i];
        if (c->root == c->id && !c->erased && eval(n, x->root, c->id))
            out[found++] = c->id;
    }
    return found;
}

/* ---- for those that count on it ---- */

const struct n_event *naive_events(const struct naive *n, int64_t root, size_t *out_n)
{
    *out_n = n->start[root + 1] - n->start[root];
    return n->all + n->start[root];
}

bool naive_matches(struct naive *n, int64_t now_s, const struct events *ev, const struct n_event *v)
{
    n->now_s = now_s;
    return matches(n, ev, v);
}

bool naive_holds(struct naive *n, int64_t now_s, const struct audience_expr *x, int64_t root)
{
    assert(x->subject == AUDIENCE_CUSTOMER);
    n->now_s = now_s;
    n->as_of = false;
    return eval(n, x->root, root);
}

const struct world *naive_world(const struct naive *n)
{
    return n->w;
}

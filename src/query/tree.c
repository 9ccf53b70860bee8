/* tree.c — lengths of time, and comparing trees.
 *
 * Only what was written counts: positions, ids and names for people do not, nor does the tree that
 * the checker hangs under a referenced audience. One walk over both trees. */
#include "query/tree.h"

#include <assert.h>
#include <inttypes.h>

struct str duration_word(struct arena *a, int64_t seconds)
{
    static const struct {
        int64_t s;
        char unit;
    } UNITS[] = {{7 * 86400, 'w'}, {86400, 'd'}, {3600, 'h'}};
    size_t i = 0;
    while (i < 2 && seconds % UNITS[i].s != 0)
        i++;
    return arena_printf(a, "%" PRId64 "%c", seconds / UNITS[i].s, UNITS[i].unit);
}

int64_t duration_s(struct duration d, int64_t period_s)
{
    if (d.period)
        return period_s;
    int64_t one = d.unit == UNIT_HOUR ? 3600 : d.unit == UNIT_DAY ? 86400 : 7 * (int64_t)86400;
    assert(d.unit <= UNIT_WEEK && d.n >= 0);
    return d.n * one;
}

static bool moment_equal(const struct moment *a, const struct moment *b)
{
    return a->has_time == b->has_time && a->civil.year == b->civil.year &&
           a->civil.month == b->civil.month && a->civil.day == b->civil.day &&
           a->civil.hour == b->civil.hour && a->civil.minute == b->civil.minute &&
           a->civil.second == b->civil.second;
}

static bool duration_equal(const struct duration *a, const struct duration *b)
{
    return a->period == b->period && a->n == b->n && a->unit == b->unit;
}

static bool window_equal(const struct window *a, const struct window *b)
{
    return a->kind == b->kind && duration_equal(&a->length, &b->length) && a->unit == b->unit &&
           moment_equal(&a->from, &b->from) && moment_equal(&a->to, &b->to);
}

static bool literal_equal(const struct literal *a, const struct literal *b)
{
    return a->kind == b->kind && str_eq(a->text, b->text) && a->micro == b->micro &&
           moment_equal(&a->moment, &b->moment);
}

static bool events_equal(const struct events *a, const struct events *b)
{
    if (!str_eq(a->kind, b->kind) || a->kept != b->kept || (a->where == NULL) != (b->where == NULL))
        return false;
    return a->where == NULL || node_equal(a->where, b->where);
}

bool node_equal(const struct node *a, const struct node *b)
{
    assert(a != NULL && b != NULL);
    /* the checker adds the referenced tree */
    size_t items = a->kind == NODE_AUDIENCE ? 0 : a->n_items;
    if (a->kind != b->kind || a->what != b->what || a->op != b->op || !str_eq(a->name, b->name))
        return false;
    if (items != (b->kind == NODE_AUDIENCE ? 0 : b->n_items) || a->n_values != b->n_values ||
        a->n_events != b->n_events)
        return false;
    if (!window_equal(&a->window, &b->window) || !window_equal(&a->compare, &b->compare) ||
        !duration_equal(&a->within, &b->within))
        return false;
    for (size_t i = 0; i < a->n_values; i++)
        if (!literal_equal(&a->values[i], &b->values[i]))
            return false;
    for (size_t i = 0; i < a->n_events; i++)
        if (!events_equal(&a->events[i], &b->events[i]))
            return false;
    for (size_t i = 0; i < items; i++)
        if (!node_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

bool audience_equal(const struct audience_expr *x, const struct audience_expr *y)
{
    assert(x != NULL && y != NULL);
    return x->subject == y->subject && node_equal(x->root, y->root);
}

bool audience_uses_period(const struct audience_expr *x)
{
    assert(x != NULL);
    return x->uses_period;
}

bool number_holds(const struct node *n, int64_t value)
{
    int64_t bound = n->n_values > 0 ? n->values[0].bound : 0;
    switch (n->op) {
    case OP_EQ:
        return value == bound;
    case OP_NE:
        return value != bound;
    case OP_LT:
        return value < bound;
    case OP_LE:
        return value <= bound;
    case OP_GT:
        return value > bound;
    case OP_GE:
        return value >= bound;
    case OP_BETWEEN:
        return value >= bound && value <= n->values[1].bound;
    case OP_KNOWN:
        return true;
    default:
        assert(n->op == OP_IN);
        for (size_t i = 0; i < n->n_values; i++)
            if (n->values[i].bound == value)
                return true;
        return false;
    }
}

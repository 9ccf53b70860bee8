/* cycle.c — due days and the days they come from.
 *
 * A length in months is taken back by looking from four days before the same day of the month: the
 * months that a day is clipped in are at most three days short. Nothing is allocated but in
 * cycle_last_node(). */
#include "query/cycle.h"

#include <assert.h>

/* Days beyond these are no bound: a moment of the language lies between 1970 and 2100. */
enum { FIRST_YEAR = 200, LAST_YEAR = 4000 };

static int32_t first_day(void)
{
    return calendar_day_from_civil(FIRST_YEAR, 1, 1);
}

static int32_t last_day(void)
{
    return calendar_day_from_civil(LAST_YEAR, 12, 31);
}

int32_t cycle_due_day(const struct cycle_rule *rule, int32_t day)
{
    assert(rule->starts != CYCLE_RELATIVE);
    return rule->months ? calendar_add_months(day, (int)rule->length) : day + (int32_t)rule->length;
}

/* The first day whose due day is `due` or later. Months take a day back by at most three. */
static int32_t first_due(const struct cycle_rule *rule, int32_t due)
{
    if (!rule->months)
        return due - (int32_t)rule->length;
    int32_t day = calendar_add_months(due, -(int)rule->length) - 4;
    while (cycle_due_day(rule, day) < due)
        day++;
    return day;
}

struct day_span cycle_from_days(const struct cycle_rule *rule, struct day_span due)
{
    struct day_span s = due;
    if (rule->starts == CYCLE_RELATIVE || due.from > due.to)
        return s;
    s.from = due.from <= first_day() ? due.from : first_due(rule, due.from);
    s.to = due.to >= last_day() ? due.to : first_due(rule, due.to + 1) - 1;
    return s;
}

struct day_span cycle_asked_days(const struct node *n, int64_t now_s, int64_t period_s)
{
    static const struct window ANY = {.kind = WINDOW_EVER};
    const struct cycle_rule *rule = n->found.cycle;
    assert(n->what == WHAT_DUE && rule != NULL);
    const struct window *w = n->op == OP_WITHIN ? &n->compare : &ANY;
    return cycle_from_days(rule, window_days(w, now_s, period_s));
}

struct span cycle_asked_span(const struct node *n, int64_t now_s, int64_t period_s)
{
    struct day_span days = cycle_asked_days(n, now_s, period_s);
    struct span s = {SPAN_START, now_s};
    if (days.from > first_day())
        s.from_s = calendar_day_start_s(days.from);
    if (days.to < last_day() && calendar_day_start_s(days.to + 1) - 1 < now_s)
        s.to_s = calendar_day_start_s(days.to + 1) - 1;
    if (days.from > days.to)
        s = (struct span){now_s, now_s - 1};
    return s;
}

static struct moment moment_of(int32_t day)
{
    struct moment m = {.has_time = false};
    day = day < first_day() ? first_day() : day > last_day() ? last_day() : day;
    calendar_civil_from_day(day, &m.civil.year, &m.civil.month, &m.civil.day);
    return m;
}

/* product in (those of the rule) */
static struct node *of_products(struct arena *a, const struct cycle_rule *rule)
{
    struct node *where = ARENA_NEW(a, struct node);
    where->kind = NODE_TEST;
    where->what = WHAT_EVENT_PRODUCT;
    where->op = OP_IN;
    where->values = ARENA_ARRAY(a, struct literal, 1);
    where->n_values = 1;
    where->values[0] = (struct literal){.kind = LITERAL_TEXT,
                                        .found = {.ids = rule->products, .n = rule->n_products}};
    return where;
}

struct node *cycle_last_node(struct arena *a, const struct node *n, bool counted, int64_t now_s,
                             int64_t period_s)
{
    const struct cycle_rule *rule = n->found.cycle;
    bool purchase = rule->starts == CYCLE_PURCHASE;
    assert(purchase || rule->starts == CYCLE_EVENT);
    struct day_span days = cycle_asked_days(n, now_s, period_s);
    struct node *last = ARENA_NEW(a, struct node);
    last->kind = NODE_TEST;
    last->what = WHAT_LAST_AT;
    last->op = OP_WITHIN;
    last->events = ARENA_ARRAY(a, struct events, 1);
    last->n_events = 1;
    last->events[0].kind = purchase ? STR("item") : STR("event");
    last->events[0].kind_id = purchase ? EVENT_ITEM : rule->kind_id;
    last->events[0].counted = purchase && counted;
    if (purchase)
        last->events[0].where = of_products(a, rule);
    last->compare = (struct window){
        .kind = WINDOW_BETWEEN, .from = moment_of(days.from), .to = moment_of(days.to)};
    return last;
}

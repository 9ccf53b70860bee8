/* plan_state.c — what is so now, as sets and columns; and what has one value for all times, such as
 * birthdays. What was so at a past time is plan_past.c's. */
#include "query/mirror/plan.h"

#include "query/word.h"
#include "store/feed.h"

#include <assert.h>

enum { COST_SETS = 1, COST_COLUMN = 2, COST_BIRTHDAY = 3 };

/* ---- sets ---- */

/* Whether a customer with this key is meant. */
typedef bool (*wanted)(struct plan *p, const struct node *n, int64_t key);

/* In any of the kind's sets whose key is wanted; unknown: in none of them at all. */
static struct ask *from_marks(struct plan *p, const struct node *n, enum mark_kind kind,
                              wanted is_wanted)
{
    size_t all;
    const struct mark *at = marks_of(p->s->marks, kind, &all);
    struct ask *ask = ask_new(p, ASK_SETS, COST_SETS);
    ask->sets = ARENA_ARRAY(p->a, const struct set *, all + 1);
    for (size_t i = 0; i < all; i++)
        if (n->op == OP_KNOWN || n->op == OP_UNKNOWN || is_wanted(p, n, at[i].key))
            ask->sets[ask->n_sets++] = at[i].set;
    return n->kind == NODE_TEST && n->op == OP_UNKNOWN ? ask_not(p, ask) : ask;
}

static bool id_wanted(struct plan *p, const struct node *n, int64_t key)
{
    (void)p;
    return ids_have(n, key) != (n->op == OP_NE);
}

static bool text_wanted(struct plan *p, const struct node *n, int64_t key)
{
    return (size_t)key < p->s->texts->n && text_holds(n, p->s->texts->at[key]);
}

static bool choice_wanted(struct plan *p, const struct node *n, int64_t key)
{
    const struct choice *list = choice_list(n->what);
    bool any = false;
    for (size_t i = 0; i < n->n_values && (size_t)key < p->s->texts->n; i++)
        any = any || str_eq(p->s->texts->at[key], str_from(list[n->values[i].bound].word));
    return any != (n->op == OP_NE);
}

static bool score_wanted(struct plan *p, const struct node *n, int64_t key)
{
    (void)p;
    return number_holds(n, key);
}

static bool any_wanted(struct plan *p, const struct node *n, int64_t key)
{
    (void)p, (void)n, (void)key;
    return true;
}

/* In any of the sets of these keys. */
static struct ask *from_keys(struct plan *p, enum mark_kind kind, const int64_t *keys, size_t n)
{
    struct ask *ask = ask_new(p, ASK_SETS, COST_SETS);
    ask->sets = ARENA_ARRAY(p->a, const struct set *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct set *set = marks_find(p->s->marks, kind, keys[i]);
        if (set != NULL)
            ask->sets[ask->n_sets++] = set;
    }
    return ask;
}

/* ---- tags, friends, groups, tiers ---- */

static enum rc plan_friends(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    int64_t *staff;
    size_t count;
    if (n->kind == NODE_FLAG) {
        *out = from_marks(p, n, MARK_FRIEND, any_wanted);
        return RC_OK;
    }
    enum rc rc = plan_staff(p, n, &staff, &count, e);
    if (rc == RC_OK)
        *out = from_keys(p, MARK_FRIEND, staff, count);
    return rc;
}

struct group_list {
    struct plan *p;
    const struct node *n;
    struct ask *ask;
};

static void see_group(void *to, int64_t id)
{
    struct group_list *l = to;
    const struct set *set = marks_find(l->p->s->marks, MARK_GROUP, id);
    if (set != NULL && (l->n->n_values == 0 || ids_have(l->n, id)))
        l->ask->sets[l->ask->n_sets++] = set;
}

/* Calls see_group() with the groups that a group expression picks. */
static enum rc each_picked(struct group_list *l, struct err *e)
{
    const struct audience_question *asked = l->p->q;
    struct audience_expr x = {.subject = AUDIENCE_GROUP,
                              .root = l->n->items[0],
                              .checked = true,
                              .uses_period = asked->expr->uses_period};
    struct audience_question q = *asked;
    q.expr = &x;
    q.scope_account = 0;
    return audience_each(l->p->tx, &q, see_group, l, e);
}

static enum rc plan_groups(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    size_t all;
    marks_of(p->s->marks, MARK_GROUP, &all);
    struct group_list l = {.p = p, .n = n, .ask = ask_new(p, ASK_SETS, COST_SETS)};
    l.ask->sets = ARENA_ARRAY(p->a, const struct set *, all + 1);
    *out = l.ask;
    return n->n_values == 0 && n->n_items > 0 ? each_picked(&l, e)
                                              : feed_groups(p->tx, see_group, &l, e);
}

/* Sets that the database names the keys of. */
struct key_list {
    struct plan *p;
    const struct node *n;
    enum mark_kind kind;
    struct ask *ask;
};

static struct key_list key_list(struct plan *p, const struct node *n, enum mark_kind kind)
{
    size_t all;
    marks_of(p->s->marks, kind, &all);
    struct key_list l = {p, n, kind, ask_new(p, ASK_SETS, COST_SETS)};
    l.ask->sets = ARENA_ARRAY(p->a, const struct set *, all + 1);
    return l;
}

/* Each key is named once. */
static void see_key(void *to, int64_t key)
{
    struct key_list *l = to;
    const struct set *set = marks_find(l->p->s->marks, l->kind, key);
    bool but = l->n->kind == NODE_TEST && l->n->op == OP_NE && ids_have(l->n, key);
    if (set != NULL && !but)
        l->ask->sets[l->ask->n_sets++] = set;
}

static enum rc plan_tag_group(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    struct key_list l = key_list(p, n, MARK_TAG);
    size_t n_groups = 0, all = 0;
    for (size_t i = 0; i < n->n_values; i++)
        all += n->values[i].found.n;
    int64_t *groups = ARENA_ARRAY(p->a, int64_t, all + 1);
    for (size_t i = 0; i < n->n_values; i++)
        for (size_t j = 0; j < n->values[i].found.n; j++)
            groups[n_groups++] = n->values[i].found.ids[j];
    *out = l.ask;
    return feed_tags(p->tx, groups, n_groups, see_key, &l, e);
}

/* Tiers are unique over all models. In none: in no tier of the model. */
static enum rc plan_tier(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    if (n->op != OP_NONE && n->op != OP_NE) {
        *out = from_marks(p, n, MARK_TIER, id_wanted);
        return RC_OK;
    }
    struct key_list l = key_list(p, n, MARK_TIER);
    *out = n->op == OP_NONE ? ask_not(p, l.ask) : l.ask;
    return feed_tiers(p->tx, n->found.ids[0], see_key, &l, e);
}

/* ---- columns ---- */

static struct ask *column_ask(struct plan *p, enum ask_column column, size_t ranges)
{
    struct ask *ask = ask_new(p, ASK_COLUMN, COST_COLUMN);
    ask->column = column;
    ask->ranges = ARENA_ARRAY(p->a, struct range, ranges);
    return ask;
}

static void add_range(struct ask *ask, int64_t from, int64_t to)
{
    ask->ranges[ask->n_ranges++] = (struct range){from, to};
}

static struct ask *plan_time(struct plan *p, const struct node *n)
{
    struct ask *ask = column_ask(p, n->what == WHAT_ADDED ? COLUMN_ADDED : COLUMN_FIRST, 1);
    if (n->op == OP_WITHIN) {
        struct span span = window_span(&n->compare, p->now_s, p->q->period_s);
        add_range(ask, span.from_s, span.to_s);
        return ask;
    }
    add_range(ask, COLUMN_NEVER + 1, p->as_of_n > 0 ? p->now_s : INT64_MAX);
    return n->op == OP_UNKNOWN ? ask_not(p, ask) : ask;
}

/* Born so that they are low … high years old today. */
static void add_ages(struct plan *p, struct ask *ask, int64_t low, int64_t high)
{
    int32_t today = calendar_day_of(p->now_s);
    add_range(ask, high == INT64_MAX ? COLUMN_NO_DAY + 1 : window_birth_day(today, high + 1) + 1,
              low == INT64_MIN ? INT32_MAX : window_birth_day(today, low));
}

static struct ask *plan_age(struct plan *p, const struct node *n)
{
    struct ask *ask = column_ask(p, COLUMN_BIRTH_DAY, n->n_values + 2);
    int64_t v = n->n_values > 0 ? n->values[0].bound : 0;
    switch (n->op) {
    case OP_KNOWN:
    case OP_UNKNOWN:
        add_range(ask, COLUMN_NO_DAY + 1, INT32_MAX);
        return n->op == OP_KNOWN ? ask : ask_not(p, ask);
    case OP_GE:
    case OP_GT:
        add_ages(p, ask, v + (n->op == OP_GT), INT64_MAX);
        return ask;
    case OP_LT:
    case OP_LE:
        add_ages(p, ask, INT64_MIN, v - (n->op == OP_LT));
        return ask;
    case OP_NE:
        add_ages(p, ask, INT64_MIN, v - 1);
        add_ages(p, ask, v + 1, INT64_MAX);
        return ask;
    case OP_BETWEEN:
        add_ages(p, ask, v, n->values[1].bound);
        return ask;
    default:
        for (size_t i = 0; i < n->n_values; i++)
            add_ages(p, ask, n->values[i].bound, n->values[i].bound);
        return ask;
    }
}

static struct ask *plan_birthday(struct plan *p, const struct node *n)
{
    struct ask *known = column_ask(p, COLUMN_BIRTH_DAY, 1);
    add_range(known, COLUMN_NO_DAY + 1, INT32_MAX);
    if (n->op != OP_WITHIN)
        return n->op == OP_KNOWN ? known : ask_not(p, known);
    struct day_span days = window_days(&n->compare, p->now_s, p->q->period_s);
    if (days.from > days.to)
        return ask_not(p, ask_new(p, ASK_ALL, 0));
    if (days.to - days.from >= 365)
        return known;
    struct ask *ask = ask_new(p, ASK_BIRTHDAY, COST_BIRTHDAY);
    ask->ranges = ARENA_ARRAY(p->a, struct range, 1);
    int32_t to = window_march_day(days.to + 1) == 0 ? 365 : window_march_day(days.to);
    add_range(ask, window_march_day(days.from), to);
    return ask;
}

/* The values that a comparison of whole numbers, or of fen, holds for. */
static void add_numbers(struct ask *ask, const struct node *n)
{
    int64_t v = n->values[0].bound;
    switch (n->op) {
    case OP_NE:
        add_range(ask, INT64_MIN, v - 1);
        add_range(ask, v + 1, INT64_MAX);
        return;
    case OP_LT:
    case OP_LE:
        add_range(ask, INT64_MIN, v - (n->op == OP_LT));
        return;
    case OP_GT:
    case OP_GE:
        add_range(ask, v + (n->op == OP_GT), INT64_MAX);
        return;
    case OP_BETWEEN:
        add_range(ask, v, n->values[1].bound);
        return;
    default:
        for (size_t i = 0; i < n->n_values; i++)
            add_range(ask, n->values[i].bound, n->values[i].bound);
    }
}

/* Those with a value of that horizon, and of them those whose value it holds for. */
static struct ask *plan_clv(struct plan *p, const struct node *n)
{
    int64_t horizon_s = duration_s(n->within, 0);
    struct ask *known = from_keys(p, MARK_CLV, &horizon_s, 1);
    if (n->op == OP_KNOWN || n->op == OP_UNKNOWN)
        return n->op == OP_KNOWN ? known : ask_not(p, known);
    struct ask *both = ask_new(p, ASK_AND, COST_SETS + COST_COLUMN);
    both->items = ARENA_ARRAY(p->a, struct ask *, 2);
    both->items[0] = known;
    both->items[1] = column_ask(p, COLUMN_CLV, n->n_values + 2);
    both->n_items = 2;
    add_numbers(both->items[1], n);
    return both;
}

/* ---- tests ---- */

static enum rc plan_test(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    switch (n->what) {
    case WHAT_CITY:
        *out = from_marks(p, n, MARK_CITY, text_wanted);
        return RC_OK;
    case WHAT_PROVINCE:
        *out = from_marks(p, n, MARK_PROVINCE, text_wanted);
        return RC_OK;
    case WHAT_GENDER:
        *out = from_marks(p, n, MARK_GENDER, choice_wanted);
        return RC_OK;
    case WHAT_SOURCE:
        *out = from_marks(p, n, MARK_SOURCE, id_wanted);
        return RC_OK;
    case WHAT_STAGE:
        *out = from_marks(p, n, MARK_STAGE, id_wanted);
        return RC_OK;
    case WHAT_AGE:
        *out = plan_age(p, n);
        return RC_OK;
    case WHAT_BIRTHDAY:
        *out = plan_birthday(p, n);
        return RC_OK;
    case WHAT_STAFF:
        return plan_friends(p, n, out, e);
    case WHAT_TIER:
        return plan_tier(p, n, out, e);
    case WHAT_RFM_R:
    case WHAT_RFM_F:
    case WHAT_RFM_M:
        *out =
            from_marks(p, n, (enum mark_kind)(MARK_RFM_R + (n->what - WHAT_RFM_R)), score_wanted);
        return RC_OK;
    case WHAT_CLV:
        *out = plan_clv(p, n);
        return RC_OK;
    default: /* a nickname, a custom field */
        *out = NULL;
        return RC_OK;
    }
}

/* Whether a test reads what is so now, whatever the time that is asked about. */
static bool is_timeless(const struct node *n)
{
    return n->kind == NODE_TEST && (n->what == WHAT_AGE || n->what == WHAT_BIRTHDAY ||
                                    n->what == WHAT_GENDER || n->what == WHAT_SOURCE);
}

enum rc plan_state(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    *out = NULL;
    if (n->kind == NODE_TEST && (n->what == WHAT_ADDED || n->what == WHAT_FIRST)) {
        *out = plan_time(p, n);
        return RC_OK;
    }
    if (p->as_of_n > 0 && !is_timeless(n))
        return plan_past(p, n, out, e);
    switch (n->kind) {
    case NODE_TEST:
        return plan_test(p, n, out, e);
    case NODE_FLAG:
        if (n->what == WHAT_FRIEND)
            return plan_friends(p, n, out, e);
        *out = from_marks(p, n, MARK_NO_MARKETING, any_wanted);
        return RC_OK;
    case NODE_TAG:
        *out = from_marks(p, n, MARK_TAG, id_wanted);
        return RC_OK;
    case NODE_TAG_GROUP:
        return plan_tag_group(p, n, out, e);
    default:
        assert(n->kind == NODE_GROUP);
        return plan_groups(p, n, out, e);
    }
}

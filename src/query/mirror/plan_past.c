/* plan_past.c — what was so at a past time, from the rows of customers and the moves of tiers.
 *
 * Tags, friends and groups are things of customers as born (run_had.c), stages are of the root
 * (run_past.c). Moves between tiers are read from the database once for each model and time, and
 * kept for the next question until somebody moves (mirror/tier_past.h). City, nickname, fields,
 * scores have no history: the checker refuses them.
 */
#include "query/mirror/plan.h"

#include "base/must.h"
#include "mirror/tier_past.h"
#include "store/feed.h"

#include <assert.h>
#include <stdlib.h>

enum { COST_LAST = 40, COST_HAD = 44, COST_SETS = 1 };

/* The first second that is too late, as rows have it. */
static uint32_t too_late(const struct plan *p)
{
    return p->now_s < 0 ? 0 : p->now_s >= UINT32_MAX ? UINT32_MAX : (uint32_t)p->now_s + 1;
}

/* The stage as of a past time: what the last change up to then was to. */
static struct ask *plan_stage(struct plan *p, const struct node *n)
{
    const struct codes *codes = p->s->dictionaries->objects[OBJECT_STAGE];
    bool any = n->op == OP_KNOWN || n->op == OP_UNKNOWN;
    uint32_t count = codes_count(codes);
    uint8_t *lut = ARENA_ARRAY(p->a, uint8_t, count + 1);
    for (uint32_t code = 1; code <= count; code++)
        lut[code] = any || ids_have(n, codes_id(codes, code)) != (n->op == OP_NE);
    struct last_ask *last = ARENA_NEW(p->a, struct last_ask);
    *last = (struct last_ask){.kind = EVENT_STAGE_CHANGE,
                              .before_s = too_late(p),
                              .object_kind = OBJECT_STAGE,
                              .lut = lut,
                              .lut_n = count + 1,
                              .other = any || n->op == OP_NE};
    struct ask *ask = ask_new(p, ASK_LAST, COST_LAST);
    ask->last = last;
    return n->op == OP_UNKNOWN ? ask_not(p, ask) : ask;
}

/* ---- things ---- */

/* Which codes are asked for. */
struct wanted {
    const struct codes *codes;
    uint8_t *lut;
    uint32_t n;
};

static struct wanted wanted_none(struct plan *p, const struct codes *codes)
{
    uint32_t n = codes_count(codes) + 1;
    return (struct wanted){codes, ARENA_ARRAY(p->a, uint8_t, n), n};
}

static void want(void *to, int64_t id)
{
    struct wanted *w = to;
    uint32_t code = codes_find(w->codes, id);
    if (code > 0 && code < w->n)
        w->lut[code] = 1;
}

static void want_values(struct wanted *w, const struct node *n)
{
    for (size_t i = 0; i < n->n_values; i++)
        for (size_t j = 0; j < n->values[i].found.n; j++)
            want(w, n->values[i].found.ids[j]);
}

static struct ask *had_ask(struct plan *p, const struct had_ask *x)
{
    struct had_ask *had = ARENA_NEW(p->a, struct had_ask);
    *had = *x;
    had->before_s = too_late(p);
    struct ask *ask = ask_new(p, ASK_HAD, COST_HAD);
    ask->had = had;
    return ask;
}

static enum rc plan_tags(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    struct wanted w = wanted_none(p, p->s->dictionaries->objects[OBJECT_TAG]);
    enum rc rc = RC_OK;
    if (n->kind == NODE_TAG) {
        want_values(&w, n);
    } else {
        for (size_t i = 0; rc == RC_OK && i < n->n_values; i++)
            rc = feed_tags(p->tx, n->values[i].found.ids, n->values[i].found.n, want, &w, e);
    }
    *out = had_ask(p, &(struct had_ask){.on = EVENT_TAG_PUT,
                                        .off = {EVENT_TAG_OFF, EVENT_TAG_OFF},
                                        .by_staff = true,
                                        .by_object = true,
                                        .object_kind = OBJECT_TAG,
                                        .objects = w.lut,
                                        .objects_n = w.n});
    return rc;
}

static enum rc plan_friends(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    struct wanted w = wanted_none(p, p->s->dictionaries->staff);
    bool any = n->kind == NODE_FLAG;
    int64_t *staff;
    size_t count = 0;
    enum rc rc = any ? RC_OK : plan_staff(p, n, &staff, &count, e);
    for (size_t i = 0; rc == RC_OK && i < count; i++)
        want(&w, staff[i]);
    *out = had_ask(p, &(struct had_ask){.on = EVENT_FRIEND_ADD,
                                        .off = {EVENT_FRIEND_DELETE, EVENT_FRIEND_REMOVE},
                                        .by_staff = true,
                                        .staff = any ? NULL : w.lut,
                                        .staff_n = w.n});
    return rc;
}

/* ---- groups ---- */

struct wanted_groups {
    struct wanted wanted;
    const struct node *n;
};

/* A group that was not dismissed by then. */
static void see_group(void *to, int64_t id)
{
    struct wanted_groups *w = to;
    if (w->n->n_values == 0 || ids_have(w->n, id))
        want(&w->wanted, id);
}

/* Those that a group expression picks as of then. */
static enum rc each_picked(struct plan *p, struct wanted_groups *w, struct err *e)
{
    struct audience_expr x = {.subject = AUDIENCE_GROUP,
                              .root = w->n->items[0],
                              .checked = true,
                              .uses_period = p->q->expr->uses_period};
    struct audience_question q = *p->q;
    q.expr = &x;
    q.now_s = p->now_s;
    q.in_past = true;
    q.scope_account = 0;
    return audience_each(p->tx, &q, see_group, w, e);
}

static enum rc plan_groups(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    struct wanted_groups w = {.wanted = wanted_none(p, p->s->dictionaries->objects[OBJECT_GROUP]),
                              .n = n};
    enum rc rc = n->n_values == 0 && n->n_items > 0
                     ? each_picked(p, &w, e)
                     : feed_past_groups(p->tx, p->now_s, see_group, &w, e);
    *out = had_ask(p, &(struct had_ask){.on = EVENT_GROUP_JOIN,
                                        .off = {EVENT_GROUP_LEAVE, EVENT_GROUP_LEAVE},
                                        .by_object = true,
                                        .object_kind = OBJECT_GROUP,
                                        .objects = w.wanted.lut,
                                        .objects_n = w.wanted.n});
    return rc;
}

/* ---- tiers ---- */

/* The last move of each customer, by ordinal; run_id 0: none. */
struct last_move {
    int64_t at_s, run_id, tier_id;
};

struct past_moves {
    const struct snapshot *s;
    struct last_move *last;
};

static void see_move(void *to, const struct feed_past_move *move)
{
    struct past_moves *m = to;
    uint32_t code = codes_find(m->s->dictionaries->customers, move->customer_id);
    if (code == 0 || code > m->s->customers)
        return;
    struct last_move *last = &m->last[code - 1];
    if (last->run_id == 0 || move->at_s > last->at_s ||
        (move->at_s == last->at_s && move->run_id > last->run_id))
        *last = (struct last_move){move->at_s, move->run_id, move->tier_id};
}

/* Who was in which tier of a model as of now_s, as marks that the caller holds. */
static enum rc read_tiers(struct plan *p, int64_t model_id, struct marks **out, struct err *e)
{
    int64_t seq = 0;
    struct past_moves m = {p->s, must(calloc(p->s->customers + 1, sizeof(struct last_move)))};
    enum rc rc = tx_last_seq(p->tx, &seq, e);
    if (rc == RC_OK)
        rc = feed_past_moves(p->tx, model_id, p->now_s, see_move, &m, e);
    if (rc == RC_OK) {
        struct mark_pairs pairs = {0};
        struct marks *none = marks_none();
        for (uint32_t i = 0; i < p->s->customers; i++)
            if (m.last[i].tier_id != 0)
                mark_pairs_add(&pairs, m.last[i].tier_id, i);
        *out = marks_with(none, MARK_TIER, &pairs);
        tier_past_put(p->s->tier_past, model_id, p->now_s, seq, *out);
        marks_drop(none);
        mark_pairs_free(&pairs);
    }
    free(m.last);
    return rc;
}

/* In none: in no tier of the model; everyone of whom a tier is known is in one of the sets. */
static enum rc plan_tier(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    int64_t model_id = n->found.ids[0];
    struct marks *then = tier_past_find(p->s->tier_past, model_id, p->now_s);
    enum rc rc = then != NULL ? RC_OK : read_tiers(p, model_id, &then, e);
    if (rc != RC_OK)
        return rc;
    plan_keep_marks(p, then);
    size_t all;
    const struct mark *at = marks_of(then, MARK_TIER, &all);
    struct ask *ask = ask_new(p, ASK_SETS, COST_SETS);
    ask->sets = ARENA_ARRAY(p->a, const struct set *, all + 1);
    for (size_t i = 0; i < all; i++)
        if (n->op == OP_NONE || ids_have(n, at[i].key) != (n->op == OP_NE))
            ask->sets[ask->n_sets++] = at[i].set;
    *out = n->op == OP_NONE ? ask_not(p, ask) : ask;
    return RC_OK;
}

enum rc plan_past(struct plan *p, const struct node *n, struct ask **out, struct err *e)
{
    assert(p->as_of_n > 0);
    switch (n->kind) {
    case NODE_TAG:
    case NODE_TAG_GROUP:
        return plan_tags(p, n, out, e);
    case NODE_GROUP:
        return plan_groups(p, n, out, e);
    case NODE_FLAG:
        return plan_friends(p, n, out, e);
    default:
        assert(n->kind == NODE_TEST);
    }
    if (n->what == WHAT_STAFF)
        return plan_friends(p, n, out, e);
    if (n->what == WHAT_TIER)
        return plan_tier(p, n, out, e);
    assert(n->what == WHAT_STAGE);
    *out = plan_stage(p, n);
    return RC_OK;
}

/* handover_plan.c — who gets whom, found out before anything is asked or written. All candidates of
 * the member are read once, those outside of the expression passed over, those who cannot go
 * counted by their reason, and the rest spread in order of their ids.
 */
#include "domain/handover.h"

#include "store/ids.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ROOTS_MOST = 4000000 /* as many as an expression gives at most */ };

const char *const handover_rule_names[HANDOVER_RULES] = {
    [HANDOVER_ONE] = "one",
    [HANDOVER_EVEN] = "even",
    [HANDOVER_WEIGHTS] = "weights",
    [HANDOVER_DEPARTMENT] = "department",
    [HANDOVER_EXPRESSION] = "expression",
};
const char *const handover_why_names[HANDOVER_WHYS] = {
    [HANDOVER_OPEN] = "open",   [HANDOVER_ENDED] = "ended",     [HANDOVER_UNTOLD] = "untold",
    [HANDOVER_TWICE] = "twice", [HANDOVER_NO_RULE] = "no_rule", [HANDOVER_NO_ROOM] = "no_room",
};

/* ---- spreading ---- */

/* Whether a is to be served before b. */
static bool less_served(const struct handover_heir *a, const struct handover_heir *b, bool weights)
{
    int64_t wa = weights ? a->weight : 1, wb = weights ? b->weight : 1;
    return (a->given + 1) * wb < (b->given + 1) * wa;
}

void handover_spread(enum handover_rule rule, struct handover_heir *heirs, size_t n,
                     const int32_t *wants, size_t count, int32_t *out)
{
    bool wanted = rule == HANDOVER_EXPRESSION;
    assert(!wanted || wants != NULL);
    for (size_t i = 0; i < count; i++) {
        int32_t best = -1;
        size_t from = 0, to = rule == HANDOVER_ONE && n > 0 ? 1 : n;
        if (wanted) {
            from = wants[i] < 0 ? 0 : (size_t)wants[i];
            to = wants[i] < 0 ? 0 : from + 1;
        }
        for (size_t h = from; h < to; h++)
            if (heirs[h].given < heirs[h].room &&
                (best < 0 || less_served(&heirs[h], &heirs[best], rule == HANDOVER_WEIGHTS)))
                best = (int32_t)h;
        if (best >= 0)
            heirs[best].given++;
        out[i] = best;
    }
}

/* ---- who ---- */

/* An error about an heir, with the way out. */
static enum rc hinted(struct err *e, enum rc rc)
{
    err_hint(e, "请从员工列表中选择在职、在您数据范围内的员工",
             "choose members of staff who have not left and are within your scope");
    return rc;
}

static enum rc check_heir(struct tx *tx, const struct customer_asker *who,
                          const struct handover_plan *plan, struct handover_heir *h, struct err *e)
{
    struct handover_person p;
    enum rc rc = handover_person(tx, who->scope_account, h->staff_id, &p, e);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && !p.visible))
        return hinted(e, err_set(e, RC_INVALID, "staff_unknown", "heirs", "没有这位接替员工",
                                 "there is no such successor"));
    if (rc != RC_OK)
        return rc;
    if (!p.active)
        return hinted(e,
                      err_set(e, RC_CONFLICT, "staff_left", "heirs", "接替员工已离职，不能接收客户",
                              "a successor has left and cannot take customers over"));
    if (h->staff_id == plan->from_staff_id)
        return hinted(e, err_set(e, RC_INVALID, "heir_same", "heirs", "不能继承给原员工自己",
                                 "the successor is the member who hands over"));
    h->name = p.name;
    h->room = h->cap > 0 ? h->cap : INT64_MAX;
    if (plan->full_at > 0 && plan->full_at - p.friends < h->room)
        h->room = plan->full_at > p.friends ? plan->full_at - p.friends : 0;
    return RC_OK;
}

/* The active ones of a department become the heirs. */
static enum rc heirs_of_department(struct tx *tx, struct handover_plan *plan, struct err *e)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum rc rc = handover_department(tx, plan->department_id, &ids, &n, e);
    if (rc != RC_OK)
        return rc;
    plan->heirs = ARENA_ARRAY(tx_arena(tx), struct handover_heir, n + 1);
    plan->heirs_n = 0;
    for (size_t i = 0; i < n; i++)
        if (ids[i] != plan->from_staff_id)
            plan->heirs[plan->heirs_n++] = (struct handover_heir){.staff_id = ids[i], .weight = 1};
    return RC_OK;
}

static enum rc check_people(struct tx *tx, const struct customer_asker *who,
                            struct handover_plan *plan, struct err *e)
{
    struct handover_person from;
    enum rc rc = handover_person(tx, who->scope_account, plan->from_staff_id, &from, e);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && !from.visible)) {
        err_set(e, RC_INVALID, "staff_unknown", "from_staff_id", "没有这位员工",
                "there is no such member of staff");
        err_hint(e, "请从员工列表中选择", "choose one of the list of staff");
        return RC_INVALID;
    }
    if (rc != RC_OK)
        return rc;
    plan->onjob = from.active;
    if (plan->rule == HANDOVER_DEPARTMENT) {
        if (plan->department_id == 0)
            plan->department_id = from.department_id;
        rc = heirs_of_department(tx, plan, e);
    }
    if (rc == RC_OK && (plan->heirs_n == 0 || plan->heirs_n > HANDOVER_HEIRS)) {
        err_set(e, RC_INVALID, "heirs_missing", "heirs", "需要 1 至 %d 位接替员工",
                "1 to %d successors are needed", HANDOVER_HEIRS);
        err_hint(e, "请选择接替员工，或换一个有在职员工的部门",
                 "choose successors, or a department with active staff");
        return RC_INVALID;
    }
    for (size_t i = 0; rc == RC_OK && i < plan->heirs_n; i++) {
        for (size_t k = 0; k < i; k++)
            if (plan->heirs[k].staff_id == plan->heirs[i].staff_id)
                return hinted(e, err_set(e, RC_INVALID, "heir_twice", "heirs",
                                         "同一位接替员工出现了两次", "a successor is named twice"));
        rc = check_heir(tx, who, plan, &plan->heirs[i], e);
    }
    return rc;
}

/* ---- whom ---- */

struct roots {
    int64_t *ids;
    size_t n;
};

static enum rc matching(struct tx *tx, const struct customer_asker *who, struct str expression,
                        struct roots *out, struct err *e)
{
    struct customer_query q = {
        .expression = expression, .friend = -1, .added_from_s = DB_NULL, .added_to_s = DB_NULL};
    return customer_query_ids(tx, &q, who, ROOTS_MOST, &out->ids, &out->n, e);
}

static bool has(const struct roots *r, int64_t id)
{
    return r->n > 0 && bsearch(&id, r->ids, r->n, sizeof id, ids_compare) != NULL;
}

static enum handover_why why_not(const struct handover_candidate *c)
{
    if (c->open)
        return HANDOVER_OPEN;
    if (!c->friend)
        return HANDOVER_ENDED;
    if (!c->told)
        return HANDOVER_UNTOLD;
    return c->passed >= HANDOVER_COOL_TIMES ? HANDOVER_TWICE : HANDOVER_GOES;
}

/* The heir whose expression each root matches first, or -1. */
static enum rc read_wants(struct tx *tx, const struct customer_asker *who,
                          const struct handover_plan *plan, const struct handover_candidate *some,
                          size_t n, int32_t *wants, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        wants[i] = -1;
    for (int rest = 0; rest < 2; rest++) /* whoever takes everyone else comes last */
        for (size_t h = 0; h < plan->heirs_n; h++) {
            struct roots match = {0};
            struct str words = plan->heirs[h].expression;
            if (str_empty(words) != (rest == 1))
                continue;
            enum rc rc = rest == 1 ? RC_OK : matching(tx, who, words, &match, e);
            if (rc != RC_OK)
                return rc;
            for (size_t i = 0; i < n; i++)
                if (wants[i] < 0 && (rest == 1 || has(&match, some[i].root_id)))
                    wants[i] = (int32_t)h;
        }
    return RC_OK;
}

/* Those who can go, moved to the front; the others are counted by their reason. */
static enum rc choose(struct tx *tx, const struct customer_asker *who, struct handover_plan *plan,
                      struct handover_candidate *all, size_t *n, struct err *e)
{
    struct roots some = {0};
    bool cut = !str_empty(plan->expression);
    enum rc rc = cut ? matching(tx, who, plan->expression, &some, e) : RC_OK;
    size_t kept = 0;
    for (size_t i = 0; rc == RC_OK && i < *n; i++) {
        enum handover_why why = why_not(&all[i]);
        if (cut && !has(&some, all[i].root_id))
            continue;
        plan->left_out[why]++;
        if (why == HANDOVER_GOES)
            all[kept++] = all[i];
    }
    *n = kept;
    return rc;
}

static enum rc too_many(struct err *e)
{
    err_set(e, RC_LIMIT, "handover_large", "expression", "一次最多继承 %d 位客户和群",
            "a hand-over has at most %d customers and groups", HANDOVER_MOST);
    err_hint(e, "请加上条件，分几次继承", "narrow the condition and hand over in parts");
    return RC_LIMIT;
}

static enum rc spread_customers(struct tx *tx, const struct customer_asker *who,
                                struct handover_plan *plan, const struct handover_candidate *some,
                                size_t n, struct err *e)
{
    struct arena *a = tx_arena(tx);
    int32_t *wants = ARENA_ARRAY(a, int32_t, n + 1), *to = ARENA_ARRAY(a, int32_t, n + 1);
    bool wanted = plan->rule == HANDOVER_EXPRESSION;
    enum rc rc = wanted ? read_wants(tx, who, plan, some, n, wants, e) : RC_OK;
    if (rc != RC_OK)
        return rc;
    handover_spread(plan->rule, plan->heirs, plan->heirs_n, wanted ? wants : NULL, n, to);
    for (size_t i = 0; i < n; i++) {
        if (to[i] < 0) {
            plan->left_out[wanted && wants[i] < 0 ? HANDOVER_NO_RULE : HANDOVER_NO_ROOM]++;
            continue;
        }
        plan->parts[plan->parts_n++] =
            (struct handover_part){.object_id = some[i].customer_id, .heir = (size_t)to[i]};
        plan->customers++;
    }
    return RC_OK;
}

/* Groups have no capacity, and no customer's expression fits them: evenly, or by weights. */
static void spread_groups(struct handover_plan *plan, const struct handover_group *groups, size_t n,
                          struct arena *a)
{
    enum handover_rule rule = plan->rule == HANDOVER_EXPRESSION ? HANDOVER_EVEN : plan->rule;
    struct handover_heir *free = ARENA_ARRAY(a, struct handover_heir, plan->heirs_n + 1);
    memcpy(free, plan->heirs, plan->heirs_n * sizeof *free);
    for (size_t i = 0; i < plan->heirs_n; i++) {
        free[i].room = INT64_MAX;
        free[i].given = 0;
    }
    for (size_t i = 0; i < n; i++) {
        int32_t to;
        plan->groups_open += groups[i].open;
        if (groups[i].open)
            continue;
        handover_spread(rule, free, plan->heirs_n, NULL, 1, &to);
        plan->heirs[to].groups++;
        plan->groups++;
        plan->parts[plan->parts_n++] =
            (struct handover_part){.group = true, .object_id = groups[i].id, .heir = (size_t)to};
    }
}

enum rc handover_plan(struct tx *tx, const struct customer_asker *who, struct handover_plan *plan,
                      struct err *e)
{
    struct handover_candidate *all = NULL;
    struct handover_group *groups = NULL;
    size_t n = 0, groups_n = 0;
    enum rc rc = check_people(tx, who, plan, e);
    if (rc == RC_OK)
        rc = handover_candidates(tx, plan->from_staff_id, tx_now_s(tx) - HANDOVER_COOL_S, &all, &n,
                                 e);
    if (rc == RC_OK)
        rc = choose(tx, who, plan, all, &n, e);
    if (rc == RC_OK && plan->with_groups)
        rc = handover_groups(tx, plan->from_staff_id, &groups, &groups_n, e);
    if (rc == RC_OK && n + groups_n > HANDOVER_MOST)
        rc = too_many(e);
    if (rc != RC_OK)
        return rc;
    plan->parts = ARENA_ARRAY(tx_arena(tx), struct handover_part, n + groups_n + 1);
    rc = spread_customers(tx, who, plan, all, n, e);
    if (rc == RC_OK)
        spread_groups(plan, groups, groups_n, tx_arena(tx));
    return rc;
}

/* group_sift.c — sets of customers, subtracted from each other; all ascending, so each difference
 * is one pass. As of a day the same text is asked again with `as of`, so that what the language
 * keeps no history of is refused in its own words and told as such, instead of being guessed.
 */
#include "domain/group_sift.h"

#include "base/calendar.h"
#include "domain/expression.h"
#include "query/answer.h"
#include "store/ids.h"
#include "store/list.h"

#include <assert.h>
#include <stdlib.h>

/* Those of `a` that are (not) in `b`. */
static struct id_set cut(struct arena *arena, const struct id_set *a, const struct id_set *b,
                         bool in)
{
    struct id_set out = {ARENA_ARRAY(arena, int64_t, a->n + 1), 0};
    for (size_t i = 0, k = 0; i < a->n; i++) {
        while (k < b->n && b->ids[k] < a->ids[i])
            k++;
        if ((k < b->n && b->ids[k] == a->ids[i]) == in)
            out.ids[out.n++] = a->ids[i];
    }
    return out;
}

/* An expression that asks about a moment of its own says nothing about another one. */
static struct err *asks_of_past(struct arena *a)
{
    struct err *why = ARENA_NEW(a, struct err);
    err_set(why, RC_INVALID, "as_of_twice", "expression",
            "条件里已经写了 as of，不能再与另一天相比",
            "the condition has an `as of` of its own and cannot be compared with another day");
    return why;
}

/* Who matched at the end of the day. An `as of` that cannot be answered is no failure. */
static enum rc matched_then(const struct snapshot *s, struct tx *tx, const struct group_sifting *q,
                            struct id_set *set, struct group_sifted *out, struct err *e)
{
    struct arena *a = tx_arena(tx);
    char day[16];
    struct audience_question ask = {
        .now_s = tx_now_s(tx), .period_s = EXPRESSION_PERIOD_S, .scope_account = q->scope_account};
    struct err *why = ARENA_NEW(a, struct err);
    calendar_format_day((int32_t)q->before_day, day);
    struct str text = arena_printf(a, "(" STR_FMT ") as of %s", STR_ARG(q->expression), day);
    enum rc rc = expression_read(tx, AUDIENCE_CUSTOMER, text, &ask.expr, why);
    if (rc == RC_OK)
        rc = group_whom(s, tx, &ask, set, why);
    out->fresh_known = rc == RC_OK;
    if (rc == RC_INVALID || rc == RC_LIMIT) {
        out->fresh_why = why;
        return RC_OK;
    }
    if (rc != RC_OK)
        *e = *why;
    return rc;
}

/* Who is in a group of that level or above; who in one of that very level. */
static enum rc read_insiders(const struct snapshot *s, struct tx *tx, const struct group_sifting *q,
                             struct id_set *above, struct id_set *exact, struct err *e)
{
    static const char *const ABOVE[] = {"group(any)", "group(where level in (vip, diamond))",
                                        "group(where level = diamond)"};
    static const char *const EXACT[] = {"group(where level = welfare)", "group(where level = vip)",
                                        "group(where level = diamond)"};
    int64_t at = group_rank(q->level) - 1, now_s = tx_now_s(tx);
    enum rc rc = group_by_text(s, tx, ABOVE[at], q->scope_account, now_s, above, e);
    return rc == RC_OK ? group_by_text(s, tx, EXACT[at], q->scope_account, now_s, exact, e) : rc;
}

enum rc group_sift(struct mirror *m, struct tx *tx, const struct group_sifting *q,
                   struct group_sifted *out, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct audience_question ask = {
        .now_s = tx_now_s(tx), .period_s = EXPRESSION_PERIOD_S, .scope_account = q->scope_account};
    struct id_set now = {NULL, 0}, then = {NULL, 0}, above = {NULL, 0}, exact = {NULL, 0};
    struct group_sifted f = {.fresh_known = false};
    struct snapshot *s = NULL;
    assert(group_rank(q->level) > 0);
    enum rc rc = expression_read(tx, AUDIENCE_CUSTOMER, q->expression, &ask.expr, e);
    if (rc == RC_OK)
        rc = answer_from_long(m, tx, &s, e);
    if (rc == RC_OK)
        rc = group_whom(s, tx, &ask, &now, e);
    if (rc == RC_OK && q->before_day != DB_NULL && ask.expr->root->kind == NODE_AS_OF)
        f.fresh_why = asks_of_past(a);
    else if (rc == RC_OK && q->before_day != DB_NULL)
        rc = matched_then(s, tx, q, &then, &f, e);
    if (rc == RC_OK)
        rc = read_insiders(s, tx, q, &above, &exact, e);
    answer_done(s);
    if (rc != RC_OK)
        return rc;
    f.qualify = (int64_t)now.n;
    f.invite = cut(a, &now, &above, false);
    f.inside = f.qualify - (int64_t)f.invite.n;
    f.no_longer = cut(a, &exact, &now, false);
    if (f.fresh_known)
        f.fresh = cut(a, &f.invite, &then, false);
    *out = f;
    return RC_OK;
}

/* ---- rows ---- */

/* The emptiest group of that owner, or (owner_id 0) of that department. */
static const struct group_target *roomy(const struct group_target *list, size_t n, int64_t owner_id,
                                        int64_t department_id)
{
    for (size_t i = 0; i < n && list[i].members < GROUP_FULL_AT; i++) /* fewest first */
        if (owner_id != 0 ? list[i].owner_id == owner_id
                          : department_id != 0 && list[i].department_id == department_id)
            return &list[i];
    return NULL;
}

static const struct group_target *target_for(const struct group_sift_row *row, int64_t friend,
                                             const struct group_target *list, size_t n)
{
    const struct group_target *found = NULL;
    if (row->places_n == 0)
        return friend != 0 ? roomy(list, n, friend, 0) : NULL;
    for (size_t i = 0; i < row->places_n && found == NULL; i++)
        if (row->places[i].owner_id != 0)
            found = roomy(list, n, row->places[i].owner_id, 0);
    for (size_t i = 0; i < row->places_n && found == NULL; i++)
        found = roomy(list, n, 0, row->places[i].department_id);
    return found;
}

static enum rc targets_of(struct tx *tx, const struct group_sifting *q,
                          const struct group_place *places, size_t n, const int64_t *friends,
                          size_t friends_n, struct group_target **out, size_t *out_n, struct err *e)
{
    int64_t *staff = ARENA_ARRAY(tx_arena(tx), int64_t, n + friends_n + 1);
    size_t staff_n = 0;
    for (size_t i = 0; i < friends_n; i++)
        if (friends[i] != 0)
            staff[staff_n++] = friends[i];
    for (size_t i = 0; i < n; i++)
        if (places[i].owner_id != 0)
            staff[staff_n++] = places[i].owner_id;
    return staff_n == 0 ? RC_OK
                        : group_targets(tx, group_rank(q->level), staff, staff_n, q->scope_account,
                                        out, out_n, e);
}

enum rc group_sift_rows(struct tx *tx, const struct group_sifting *q, bool of_level,
                        const int64_t *ids, const int64_t *friends, size_t n,
                        struct group_sift_row **out, struct err *e)
{
    struct group_sift_row *rows = ARENA_ARRAY(tx_arena(tx), struct group_sift_row, n + 1);
    struct group_place *places = NULL;
    struct group_target *targets = NULL;
    size_t places_n = 0, targets_n = 0, kept = 0;
    int64_t rank = group_rank(q->level);
    enum rc rc = group_places(tx, ids, n, q->scope_account, &places, &places_n, e);
    for (size_t i = 0; rc == RC_OK && i < places_n; i++)
        if (of_level ? places[i].rank == rank : places[i].rank < rank)
            places[kept++] = places[i];
    if (rc == RC_OK && !of_level)
        rc = targets_of(tx, q, places, kept, friends, n, &targets, &targets_n, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0, k = 0; i < n; i++) { /* both by root */
        rows[i] =
            (struct group_sift_row){.root_id = ids[i], .places = k < kept ? &places[k] : NULL};
        while (k < kept && places[k].root_id == ids[i]) {
            rows[i].places_n++;
            k++;
        }
        rows[i].target = target_for(&rows[i], friends[i], targets, targets_n);
    }
    *out = rows;
    return RC_OK;
}

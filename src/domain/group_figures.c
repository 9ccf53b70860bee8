/* group_figures.c — memberships are read group after group; a group's are put in the order of their
 * people, so that whoever was merged counts once, and looked up in the sets of active ones. Memory:
 * one group's memberships besides the answer.
 */
#include "domain/group_figures.h"

#include "base/calendar.h"
#include "store/ids.h"
#include "store/list.h"

#include <assert.h>
#include <stdlib.h>

enum { DAY_S = 86400 };

const char *const group_unsaid_names[GROUP_UNSAIDS] = {
    [GROUP_SAID] = NULL,
    [GROUP_NO_OWNER] = "no_owner",
    [GROUP_SEVERAL] = "several_groups",
    [GROUP_OWNER_CHANGED] = "owner_changed",
    [GROUP_YOUNG] = "young",
    [GROUP_NOT_TOLD] = "not_told",
};

/* ---- messages ---- */

int64_t group_messages_from_s(int64_t now_s, int64_t days)
{
    return calendar_day_start_s((int32_t)(calendar_day_of(now_s) - days));
}

struct group_messages group_messages_of(const struct group_fact *g,
                                        const struct group_owner *owners, size_t owners_n,
                                        const struct group_words *words, size_t words_n,
                                        int64_t from_s)
{
    /* both begin with the owner's id */
    const struct group_owner *o =
        owners_n == 0 ? NULL : bsearch(&g->owner_id, owners, owners_n, sizeof *owners, ids_compare);
    const struct group_words *w =
        words_n == 0 ? NULL : bsearch(&g->owner_id, words, words_n, sizeof *words, ids_compare);
    struct group_messages m = {.why = GROUP_SAID};
    if (g->owner_id == 0)
        m.why = GROUP_NO_OWNER;
    else if (g->created_s > from_s)
        m.why = GROUP_YOUNG;
    else if (g->owner_since_s != DB_NULL && g->owner_since_s > from_s)
        m.why = GROUP_OWNER_CHANGED;
    else if (o == NULL || o->groups != 1 || (w != NULL && w->groups > 1))
        m.why = GROUP_SEVERAL;
    else if (w == NULL)
        m.why = GROUP_NOT_TOLD;
    else
        m = (struct group_messages){GROUP_SAID, w->messages, w->writer_days, w->days};
    return m;
}

/* ---- activity ---- */

struct person {
    int64_t root_id;
    bool now, before;
};

struct tally {
    struct arena *a;
    const struct id_set *now, *before;
    int64_t now_s, from_s;
    void (*also)(void *to, int64_t group_id, int64_t root_id);
    void *to;
    int64_t group_id;
    struct person *people; /* of the group that is being read */
    size_t n, room;
    struct group_activity_row *out;
    size_t out_n, out_room;
};

/* Ends the group that is being read. */
static void end_group(struct tally *t)
{
    struct group_activity a = {0};
    if (t->n > 1)
        qsort(t->people, t->n, sizeof *t->people, ids_compare); /* by root_id, their first */
    for (size_t i = 0; i < t->n;) {
        struct person p = t->people[i];
        for (i++; i < t->n && t->people[i].root_id == p.root_id; i++) {
            p.now = p.now || t->people[i].now;
            p.before = p.before || t->people[i].before;
        }
        a.members += p.now;
        a.active += p.now && id_set_has(t->now, p.root_id);
        a.members_before += p.before;
        a.active_before += p.before && id_set_has(t->before, p.root_id);
        if (p.now && t->also != NULL)
            t->also(t->to, t->group_id, p.root_id);
    }
    if (t->n > 0)
        *LIST_ADD(t->a, t->out, t->out_n, t->out_room) =
            (struct group_activity_row){t->group_id, a};
    t->n = 0;
}

static bool inside(const struct group_stay_row *m, int64_t at_s)
{
    return m->joined_s <= at_s && (m->left_s == DB_NULL || m->left_s > at_s);
}

static void see_stay(void *to, const struct group_stay_row *m)
{
    struct tally *t = to;
    if (m->group_id != t->group_id) {
        end_group(t);
        t->group_id = m->group_id;
    }
    *LIST_ADD(t->a, t->people, t->n, t->room) = (struct person){
        m->root_id, m->left_s == DB_NULL && m->joined_s <= t->now_s, inside(m, t->from_s)};
}

enum rc group_activity(struct tx *tx, const int64_t *ids, size_t n, const struct id_set *now,
                       const struct id_set *before, int64_t now_s, int64_t days,
                       void (*also)(void *to, int64_t group_id, int64_t root_id), void *to,
                       struct group_activity_row **out, size_t *out_n, struct err *e)
{
    struct tally t = {.a = tx_arena(tx),
                      .now = now,
                      .before = before,
                      .now_s = now_s,
                      .from_s = now_s - days * DAY_S,
                      .also = also,
                      .to = to};
    enum rc rc = group_stays(tx, ids, n, see_stay, &t, e);
    if (rc != RC_OK)
        return rc;
    end_group(&t);
    *out = t.out;
    *out_n = t.out_n;
    return RC_OK;
}

/* ---- a page ---- */

/* What is known about owners in a window. */
struct ground {
    struct group_fact *facts;
    struct group_owner *owners;
    struct group_words *words;
    size_t facts_n, owners_n, words_n;
};

static enum rc read_ground(struct tx *tx, const struct group_window *w, struct ground *g,
                           struct err *e)
{
    int64_t today = calendar_day_of(w->now_s);
    int64_t from_s = group_messages_from_s(w->now_s, w->days);
    *g = (struct ground){.facts = NULL};
    enum rc rc = group_facts(tx, 0, &g->facts, &g->facts_n, e);
    if (rc == RC_OK)
        rc = group_owners(tx, from_s, &g->owners, &g->owners_n, e);
    return rc == RC_OK ? group_words(tx, today - w->days, today - 1, &g->words, &g->words_n, e)
                       : rc;
}

static enum rc put_sales(struct tx *tx, const struct group_window *w, const int64_t *ids, size_t n,
                         struct group_figures *list, struct err *e)
{
    struct group_sales *sales = NULL;
    size_t sales_n = 0;
    enum rc rc = group_sales(tx, ids, n, w->now_s - w->days * DAY_S, w->now_s, w->scope_account,
                             &sales, &sales_n, e);
    for (size_t i = 0, k = 0; rc == RC_OK && i < sales_n; i++) {
        while (list[k].group_id != sales[i].group_id)
            k++;
        list[k].sales = sales[i];
    }
    return rc;
}

/* Of one that sees all these are the members themselves. */
static enum rc put_seen(struct tx *tx, const struct group_window *w, const int64_t *ids, size_t n,
                        struct group_figures *list, struct err *e)
{
    struct group_seen *seen = NULL;
    size_t seen_n = 0;
    enum rc rc = RC_OK;
    if (w->scope_account != 0)
        rc = group_people_seen(tx, ids, n, w->now_s, w->scope_account, &seen, &seen_n, e);
    for (size_t i = 0, k = 0; rc == RC_OK && i < n; i++) {
        while (k < seen_n && seen[k].group_id < ids[i])
            k++;
        if (w->scope_account == 0)
            list[i].members_seen = list[i].activity.members;
        else if (k < seen_n && seen[k].group_id == ids[i])
            list[i].members_seen = seen[k].people;
    }
    return rc;
}

enum rc group_figures(const struct snapshot *s, struct tx *tx, const struct group_window *w,
                      const int64_t *ids, size_t n, struct group_figures **out, struct err *e)
{
    struct group_figures *list = ARENA_ARRAY(tx_arena(tx), struct group_figures, n + 1);
    int64_t from_s = w->now_s - w->days * DAY_S;
    int64_t words_s = group_messages_from_s(w->now_s, w->days);
    struct id_set now = {NULL, 0}, before = {NULL, 0};
    struct group_activity_row *rows = NULL;
    size_t rows_n = 0;
    struct ground g;
    assert(w->days > 0);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct group_figures){.group_id = ids[i], .sales.group_id = ids[i]};
    enum rc rc = group_active(s, tx, w->days, w->now_s, &now, e);
    if (rc == RC_OK)
        rc = group_active(s, tx, w->days, from_s, &before, e);
    if (rc == RC_OK)
        rc = group_activity(tx, ids, n, &now, &before, w->now_s, w->days, NULL, NULL, &rows,
                            &rows_n, e);
    if (rc == RC_OK)
        rc = read_ground(tx, w, &g, e);
    if (rc == RC_OK)
        rc = put_sales(tx, w, ids, n, list, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0, k = 0, f = 0; i < n; i++) {
        while (k < rows_n && rows[k].group_id < ids[i])
            k++;
        while (f < g.facts_n && g.facts[f].id < ids[i])
            f++;
        if (k < rows_n && rows[k].group_id == ids[i])
            list[i].activity = rows[k].a;
        if (f < g.facts_n && g.facts[f].id == ids[i])
            list[i].messages =
                group_messages_of(&g.facts[f], g.owners, g.owners_n, g.words, g.words_n, words_s);
    }
    rc = put_seen(tx, w, ids, n, list, e);
    if (rc == RC_OK)
        *out = list;
    return rc;
}

/* ---- all of them ---- */

struct people {
    const struct id_set *active;
    struct group_total *total;
};

static void see_member(void *to, int64_t root_id)
{
    struct people *p = to;
    p->total->members++;
    p->total->active += id_set_has(p->active, root_id);
}

/* Everyone in a group that the account sees: of one that sees all, as a set. */
static enum rc count_people(const struct snapshot *s, struct tx *tx, const struct group_window *w,
                            struct people *p, struct err *e)
{
    struct id_set all = {NULL, 0};
    if (w->scope_account != 0)
        return group_people(tx, w->scope_account, see_member, p, e);
    enum rc rc = group_by_text(s, tx, "group(any)", 0, w->now_s, &all, e);
    for (size_t i = 0; rc == RC_OK && i < all.n; i++)
        see_member(p, all.ids[i]);
    return rc;
}

enum rc group_total(const struct snapshot *s, struct tx *tx, const struct group_window *w,
                    struct group_total *out, struct err *e)
{
    struct group_total total = {0};
    struct group_fact *facts = NULL;
    size_t n = 0;
    struct id_set active = {NULL, 0};
    struct people p = {&active, &total};
    enum rc rc = group_active(s, tx, w->days, w->now_s, &active, e);
    if (rc == RC_OK)
        rc = count_people(s, tx, w, &p, e);
    if (rc == RC_OK)
        rc = group_facts(tx, w->scope_account, &facts, &n, e);
    total.groups = (int64_t)n;
    if (rc == RC_OK)
        rc = group_sales_total(tx, w->now_s - w->days * DAY_S, w->now_s, w->scope_account,
                               &total.sales, e);
    if (rc == RC_OK)
        *out = total;
    return rc;
}

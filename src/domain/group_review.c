/* group_review.c — the pass over all groups, and keeping a long one for a while, as totals of all
 * groups are. Kept are numbers only, 120 bytes a group; two requests that find nothing kept both
 * make the pass.
 */
#include "domain/group_review.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/must.h"
#include "domain/churn.h"
#include "query/answer.h"
#include "store/ids.h"
#include "store/list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, REVIEW_LONG_US = 500000 };
static const int64_t REVIEW_KEPT_US = 300000000;

/* Figures of all groups, by id. */
struct pass {
    int64_t at_s, took_us;
    int64_t cleared; /* of the memo, when it was begun */
    struct group_reviewed *list;
    size_t n;
};

struct kept_total {
    struct group_total_key key;
    struct group_total total;
    int64_t at_s, made_us; /* made_us 0: nothing is kept */
};

struct group_memo {
    struct lock lock;
    int64_t made_us; /* 0: nothing is kept */
    int64_t cleared; /* how often: a pass that was begun before is not kept */
    struct pass kept;
    struct kept_total totals[GROUP_TOTALS_KEPT];
};

struct group_memo *group_memo_new(void)
{
    struct group_memo *m = must(calloc(1, sizeof *m));
    lock_init(&m->lock, LOCK_LEAF);
    return m;
}

void group_memo_free(struct group_memo *m)
{
    if (m == NULL)
        return;
    lock_done(&m->lock);
    free(m->kept.list);
    free(m);
}

/* When nothing is kept, `out` is only told how often that was cleared. */
static bool memo_get(struct group_memo *m, struct arena *a, struct pass *out)
{
    bool fresh = false;
    *out = (struct pass){.cleared = 0};
    if (m == NULL)
        return false;
    lock_take(&m->lock);
    out->cleared = m->cleared;
    fresh = m->made_us != 0 && clock_mono_us() - m->made_us < REVIEW_KEPT_US;
    if (fresh) {
        *out = m->kept;
        out->list = ARENA_ARRAY(a, struct group_reviewed, m->kept.n + 1);
        memcpy(out->list, m->kept.list, m->kept.n * sizeof *out->list);
    }
    lock_give(&m->lock);
    return fresh;
}

static void memo_put(struct group_memo *m, const struct pass *p)
{
    if (m == NULL || p->took_us < REVIEW_LONG_US)
        return;
    struct group_reviewed *copy = must(malloc((p->n + 1) * sizeof *copy));
    memcpy(copy, p->list, p->n * sizeof *copy);
    lock_take(&m->lock);
    if (p->cleared == m->cleared) {
        struct group_reviewed *old = m->kept.list;
        m->kept = *p;
        m->kept.list = copy;
        copy = old;
        m->made_us = clock_mono_us();
    }
    lock_give(&m->lock);
    free(copy);
}

void group_memo_clear(struct group_memo *m)
{
    if (m == NULL)
        return;
    lock_take(&m->lock);
    m->made_us = 0;
    for (size_t i = 0; i < GROUP_TOTALS_KEPT; i++)
        m->totals[i].made_us = 0;
    m->cleared++;
    lock_give(&m->lock);
}

static bool is_of(const struct kept_total *k, const struct group_total_key *key)
{
    return k->key.days == key->days && k->key.scope_account == key->scope_account &&
           k->key.staff_seen == key->staff_seen;
}

bool group_memo_total(struct group_memo *m, const struct group_total_key *key,
                      struct group_total *out, int64_t *out_at_s, int64_t *out_cleared)
{
    const struct kept_total *found = NULL;
    *out_cleared = 0;
    if (m == NULL)
        return false;
    lock_take(&m->lock);
    *out_cleared = m->cleared;
    for (size_t i = 0; i < GROUP_TOTALS_KEPT && found == NULL; i++) {
        const struct kept_total *k = &m->totals[i];
        if (k->made_us != 0 && is_of(k, key) && clock_mono_us() - k->made_us < REVIEW_KEPT_US)
            found = k;
    }
    if (found != NULL) {
        *out = found->total;
        *out_at_s = found->at_s;
    }
    lock_give(&m->lock);
    return found != NULL;
}

void group_memo_keep_total(struct group_memo *m, const struct group_total_key *key,
                           const struct group_total *total, int64_t at_s, int64_t took_us,
                           int64_t cleared)
{
    if (m == NULL || took_us < REVIEW_LONG_US)
        return;
    lock_take(&m->lock);
    struct kept_total *to = &m->totals[0];
    for (size_t i = 0; i < GROUP_TOTALS_KEPT && !is_of(to, key); i++)
        if (is_of(&m->totals[i], key) || m->totals[i].made_us < to->made_us)
            to = &m->totals[i];
    if (cleared == m->cleared)
        *to = (struct kept_total){*key, *total, at_s, clock_mono_us()};
    lock_give(&m->lock);
}

/* ---- the pass ---- */

/* A valuable member in a group. */
struct stand {
    int64_t root_id;
    size_t at; /* of the group in the facts */
};

struct pass_work {
    struct arena *a;
    const struct group_fact *facts;
    size_t facts_n;
    struct id_set valuable;
    struct stand *stands;
    size_t n, room;
};

static const struct group_fact *fact_of(const struct group_fact *facts, size_t n, int64_t id)
{
    /* the id is their first member */
    return n == 0 ? NULL : bsearch(&id, facts, n, sizeof *facts, ids_compare);
}

static void see_member(void *to, int64_t group_id, int64_t root_id)
{
    struct pass_work *w = to;
    const struct group_fact *f;
    if (!id_set_has(&w->valuable, root_id))
        return;
    f = fact_of(w->facts, w->facts_n, group_id);
    if (f != NULL)
        *LIST_ADD(w->a, w->stands, w->n, w->room) = (struct stand){root_id, (size_t)(f - w->facts)};
}

/* Whether somebody may go on in `other` when `f` is given up. */
static bool is_refuge(const struct group_fact *other, const struct group_fact *f)
{
    return other->rank >= f->rank && !other->giving_up;
}

/* Counts valuable members of each group, and those who have no other to go on in. */
static void weigh_stands(struct pass_work *w, struct group_reviewed *list)
{
    if (w->n > 1)
        qsort(w->stands, w->n, sizeof *w->stands, ids_compare);
    for (size_t from = 0, to; from < w->n; from = to) {
        for (to = from; to < w->n && w->stands[to].root_id == w->stands[from].root_id;)
            to++;
        for (size_t i = from; i < to; i++) {
            bool elsewhere = false;
            for (size_t k = from; k < to && !elsewhere; k++)
                elsewhere =
                    k != i && is_refuge(&w->facts[w->stands[k].at], &w->facts[w->stands[i].at]);
            list[w->stands[i].at].signs.valuable++;
            list[w->stands[i].at].signs.valuable_alone += !elsewhere;
        }
    }
}

static enum rc put_messages(struct tx *tx, const struct pass_work *w, int64_t now_s,
                            struct group_reviewed *list, struct err *e)
{
    struct group_owner *owners = NULL;
    struct group_words *words = NULL;
    size_t owners_n = 0, words_n = 0;
    int64_t from_s = group_messages_from_s(now_s, GROUP_VERDICT_DAYS);
    int64_t today = calendar_day_of(now_s);
    enum rc rc = group_owners(tx, from_s, &owners, &owners_n, e);
    if (rc == RC_OK)
        rc = group_words(tx, today - GROUP_VERDICT_DAYS, today - 1, &words, &words_n, e);
    for (size_t i = 0; rc == RC_OK && i < w->facts_n; i++) {
        struct group_messages m =
            group_messages_of(&w->facts[i], owners, owners_n, words, words_n, from_s);
        list[i].why = m.why;
        list[i].signs.messages = m.why == GROUP_SAID ? m.messages : -1;
        list[i].message_days = m.why == GROUP_SAID ? m.days : 0;
    }
    return rc;
}

static enum rc put_activity(const struct snapshot *s, struct tx *tx, struct pass_work *w,
                            int64_t now_s, struct group_reviewed *list, struct err *e)
{
    struct id_set now = {NULL, 0}, before = {NULL, 0};
    struct group_activity_row *rows = NULL;
    size_t n = 0;
    enum rc rc = group_active(s, tx, GROUP_VERDICT_DAYS, now_s, &now, e);
    if (rc == RC_OK)
        rc = group_active(s, tx, GROUP_VERDICT_DAYS, now_s - (int64_t)GROUP_VERDICT_DAYS * DAY_S,
                          &before, e);
    if (rc == RC_OK)
        rc = group_activity(tx, NULL, 0, &now, &before, now_s, GROUP_VERDICT_DAYS, see_member, w,
                            &rows, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct group_fact *f = fact_of(w->facts, w->facts_n, rows[i].group_id);
        struct group_signs *x = f != NULL ? &list[f - w->facts].signs : NULL;
        if (x == NULL)
            continue;
        x->members = rows[i].a.members;
        x->active = rows[i].a.active;
        x->members_before = rows[i].a.members_before;
        x->active_before = rows[i].a.active_before;
    }
    return rc;
}

static enum rc make_pass(struct app *app, struct tx *tx, struct pass *out, struct err *e)
{
    int64_t began_us = clock_mono_us(), now_s = tx_now_s(tx);
    struct group_fact *facts = NULL;
    struct pass_work w = {.a = tx_arena(tx)};
    struct snapshot *s = NULL;
    enum rc rc = group_facts(tx, 0, &facts, &w.facts_n, e);
    w.facts = facts;
    if (rc == RC_OK)
        rc = churn_everyone(tx, app->config, &w.valuable.ids, &w.valuable.n, e);
    struct group_reviewed *list = ARENA_ARRAY(w.a, struct group_reviewed, w.facts_n + 1);
    for (size_t i = 0; i < w.facts_n; i++)
        list[i] = (struct group_reviewed){.group_id = facts[i].id,
                                          .signs.age_s = now_s - facts[i].created_s};
    if (rc == RC_OK)
        rc = answer_from_long(app->mirror, tx, &s, e);
    if (rc == RC_OK)
        rc = put_activity(s, tx, &w, now_s, list, e);
    answer_done(s);
    if (rc == RC_OK)
        rc = put_messages(tx, &w, now_s, list, e);
    if (rc != RC_OK)
        return rc;
    weigh_stands(&w, list);
    out->at_s = now_s;
    out->took_us = clock_mono_us() - began_us;
    out->list = list;
    out->n = w.facts_n;
    return RC_OK;
}

/* ---- for one account ---- */

/* The most valuable first. */
static int by_worth(const void *one, const void *other)
{
    const struct group_reviewed *a = one, *b = other;
    if (a->signs.valuable != b->signs.valuable)
        return a->signs.valuable > b->signs.valuable ? -1 : 1;
    return a->group_id < b->group_id ? -1 : a->group_id > b->group_id;
}

enum rc group_review(struct app *app, struct tx *tx, int64_t scope_account,
                     struct group_review *out, struct err *e)
{
    struct pass p;
    struct group_fact *seen = NULL;
    size_t seen_n = 0, n = 0;
    struct group_rule rule = {config_int(app->config, "group_quiet_percent"),
                              config_int(app->config, "group_revive_valuable")};
    enum rc rc = RC_OK;
    bool kept = memo_get(app->groups, tx_arena(tx), &p);
    if (!kept) {
        rc = make_pass(app, tx, &p, e);
        if (rc == RC_OK)
            memo_put(app->groups, &p);
    }
    if (rc == RC_OK)
        rc = group_facts(tx, scope_account, &seen, &seen_n, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < p.n; i++) {
        const struct group_fact *f = fact_of(seen, seen_n, p.list[i].group_id);
        if (f == NULL)
            continue;
        struct group_reviewed r = p.list[i];
        r.planned = f->planned;
        r.quiet = group_is_quiet(&r.signs, &rule);
        r.falling = group_is_falling(&r.signs);
        r.verdict = group_verdict(&r.signs, &rule);
        p.list[n++] = r;
    }
    if (n > 1)
        qsort(p.list, n, sizeof *p.list, by_worth);
    *out = (struct group_review){kept ? p.at_s : DB_NULL, rule, p.list, n};
    return RC_OK;
}

enum rc group_total_kept(struct app *app, struct tx *tx, const struct group_window *w,
                         struct group_total *out, int64_t *out_as_of_s, struct err *e)
{
    struct group_total_key key = {w->days, w->scope_account, 0};
    int64_t began_us = clock_mono_us(), cleared = 0;
    struct snapshot *s = NULL;
    enum rc rc = group_staff_seen(tx, w->scope_account, &key.staff_seen, e);
    if (rc != RC_OK || group_memo_total(app->groups, &key, out, out_as_of_s, &cleared))
        return rc;
    rc = answer_from_long(app->mirror, tx, &s, e);
    if (rc == RC_OK)
        rc = group_total(s, tx, w, out, e);
    answer_done(s);
    if (rc != RC_OK)
        return rc;
    group_memo_keep_total(app->groups, &key, out, w->now_s, clock_mono_us() - began_us, cleared);
    *out_as_of_s = DB_NULL;
    return RC_OK;
}

enum rc group_valuables(struct app *app, struct tx *tx, int64_t group_id, struct str level,
                        struct group_valuable **out, size_t *out_n, struct err *e)
{
    struct id_set valuable = {NULL, 0};
    struct group_other *others = NULL;
    size_t others_n = 0, n = 0;
    enum rc rc = churn_everyone(tx, app->config, &valuable.ids, &valuable.n, e);
    if (rc == RC_OK)
        rc = group_others(tx, group_id, &others, &others_n, e);
    if (rc != RC_OK)
        return rc;
    struct group_valuable *list = ARENA_ARRAY(tx_arena(tx), struct group_valuable, others_n + 1);
    for (size_t i = 0; i < others_n; i++)
        if (id_set_has(&valuable, others[i].root_id))
            list[n++] =
                (struct group_valuable){others[i].root_id, others[i].best_rank < group_rank(level)};
    *out = list;
    *out_n = n;
    return RC_OK;
}

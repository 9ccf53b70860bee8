/* churn.c — a look a second, behind the last number of the log that was looked at.
 *
 * Reading finds what there is, a closure writes it and moves the place. While nobody is lost the
 * place moves only each 1,000 rows of the log, so a quiet corp writes nothing; those rows are read
 * again, by their key, which costs under a millisecond.
 */
#include "domain/churn.h"

#include "domain/audience_members.h"
#include "domain/rounds.h"
#include "store/churn.h"
#include "store/ids.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOG_AT_ONCE = 20000, /* numbers of the log in a look */
    LOG_IDLE = 1000,     /* that far the place may stay behind */
    LOSSES_MOST = 200,
    HOUR_S = 3600,
    FEN = 100,
    UNUSUAL_LEAST = 3,
};
static const double UNUSUAL_CHANCE = 0.001;

struct look {
    struct app *app;
    int64_t place, to;
    bool more;
};

/* Who matters, as the settings say it. */
struct rule {
    int64_t least_fen;   /* 0: not by spending */
    struct str tiers;    /* names between commas, so that one is found by itself */
    struct str audience; /* empty: by none */
};

static struct rule rule_of(const struct config *config, struct arena *a)
{
    return (struct rule){config_int(config, "churn_spend") * FEN,
                         arena_printf(a, ",%s,", config_text(config, "churn_tiers")),
                         str_from(config_text(config, "churn_audience"))};
}

static struct str tiers_of(const struct look *l, struct arena *a)
{
    return rule_of(l->app->config, a).tiers;
}

static enum rc is_member(struct tx *tx, int64_t audience_id, const struct churn_loss *loss,
                         bool *out, struct err *e)
{
    struct churn_list list;
    enum rc rc = churn_left_since(tx, audience_id, loss->root_id, tx_now_s(tx) - HOUR_S, out, e);
    if (rc == RC_OK && !*out)
        rc = churn_members(tx, audience_id, loss->root_id, &list, e);
    if (rc != RC_OK || *out || str_absent(list.ids))
        return rc;
    int64_t *ids = ARENA_ARRAY(tx_arena(tx), int64_t, (size_t)list.n + 1);
    if (!members_unpack(list.ids, list.from_id, ids, (size_t)list.n))
        return RC_OK; /* derived data that is damaged: the ticker writes it again */
    for (int64_t i = 0; i < list.n && !*out; i++)
        *out = ids[i] == loss->root_id;
    return rc;
}

static enum rc weigh(struct tx *tx, const struct look *l, const struct churn_loss *loss,
                     struct err *e)
{
    struct rule rule = rule_of(l->app->config, tx_arena(tx));
    struct str name = rule.audience;
    int64_t audience_id = 0;
    bool member = false;
    if (rule.least_fen > 0 && loss->spend_fen >= rule.least_fen)
        return churn_add(tx, loss, "spend", STR(""), e);
    if (!str_absent(loss->tier))
        return churn_add(tx, loss, "tier", loss->tier, e);
    if (str_empty(name))
        return RC_OK;
    enum rc rc = churn_audience(tx, name, &audience_id, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = is_member(tx, audience_id, loss, &member, e);
    return rc == RC_OK && member ? churn_add(tx, loss, "audience", name, e) : rc;
}

/* ---- everyone who matters ---- */

/* Adds ids to a list; NULL, 0 at the start. */
struct many {
    int64_t *ids;
    size_t n;
};

static void add_many(struct arena *a, struct many *m, const int64_t *ids, size_t n)
{
    int64_t *all = ARENA_ARRAY(a, int64_t, m->n + n + 1);
    if (m->n > 0)
        memcpy(all, m->ids, m->n * sizeof *all);
    if (n > 0)
        memcpy(all + m->n, ids, n * sizeof *all);
    *m = (struct many){all, m->n + n};
}

static enum rc add_audience(struct tx *tx, struct str name, struct many *m, struct err *e)
{
    struct churn_list *lists = NULL;
    int64_t audience_id = 0, sum = 0, *left = NULL;
    size_t n = 0, left_n = 0, at = 0;
    enum rc rc = churn_audience(tx, name, &audience_id, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = churn_all_members(tx, audience_id, &lists, &n, e);
    if (rc == RC_OK)
        rc = churn_all_left(tx, audience_id, tx_now_s(tx) - HOUR_S, &left, &left_n, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < n; i++)
        sum += lists[i].n;
    int64_t *ids = ARENA_ARRAY(tx_arena(tx), int64_t, (size_t)sum + 1);
    for (size_t i = 0; i < n; i++)
        if (members_unpack(lists[i].ids, lists[i].from_id, ids + at, (size_t)lists[i].n))
            at += (size_t)lists[i].n;
    add_many(tx_arena(tx), m, ids, at);
    add_many(tx_arena(tx), m, left, left_n);
    return RC_OK;
}

enum rc churn_everyone(struct tx *tx, const struct config *config, int64_t **out, size_t *out_n,
                       struct err *e)
{
    struct rule rule = rule_of(config, tx_arena(tx));
    struct many m = {NULL, 0};
    size_t n = 0;
    enum rc rc = churn_who(tx, rule.least_fen, rule.tiers, &m.ids, &m.n, e);
    if (rc == RC_OK && !str_empty(rule.audience))
        rc = add_audience(tx, rule.audience, &m, e);
    if (rc != RC_OK)
        return rc;
    if (m.n > 1)
        qsort(m.ids, m.n, sizeof *m.ids, ids_compare);
    for (size_t i = 0; i < m.n; i++)
        if (n == 0 || m.ids[n - 1] != m.ids[i])
            m.ids[n++] = m.ids[i];
    *out = m.ids;
    *out_n = n;
    return RC_OK;
}

/* ---- looking ---- */

/* Again in the closure: another server may have been there. */
static enum rc write_losses(struct tx *tx, void *arg, struct err *e)
{
    struct look *l = arg;
    struct churn_loss *list = NULL;
    size_t n = 0;
    int64_t place = 0;
    enum rc rc = churn_place(tx, &place, e);
    if (rc != RC_OK || place != l->place)
        return rc;
    if (place >= 0)
        rc = churn_losses(tx, place, l->to, tiers_of(l, tx_arena(tx)), LOSSES_MOST, &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = weigh(tx, l, &list[i], e);
    bool all = n < LOSSES_MOST;
    l->more = l->more || !all;
    return rc == RC_OK ? churn_set_place(tx, all ? l->to : list[n - 1].seq, e) : rc;
}

/* What there is to look at; whether to write. */
static enum rc read_losses(struct look *l, bool *out_write, struct err *e)
{
    struct tx *tx;
    struct churn_loss *list;
    size_t n = 0;
    int64_t last = 0;
    *out_write = false;
    enum rc rc = db_read_begin(l->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = churn_place(tx, &l->place, e);
    if (rc == RC_OK)
        rc = tx_last_seq(tx, &last, e);
    l->to = last;
    if (rc == RC_OK && l->place >= 0 && last > l->place) {
        l->more = last > l->place + LOG_AT_ONCE;
        l->to = l->more ? l->place + LOG_AT_ONCE : last;
        rc = churn_losses(tx, l->place, l->to, tiers_of(l, tx_arena(tx)), 1, &list, &n, e);
        *out_write = n > 0 || l->to - l->place >= LOG_IDLE;
    }
    *out_write = *out_write || l->place < 0;
    db_read_end(tx);
    return rc;
}

enum rc churn_look(struct app *app, int64_t *out_taken, struct err *e)
{
    struct look l = {.app = app};
    bool write;
    enum rc rc = read_losses(&l, &write, e);
    if (rc == RC_OK && write)
        rc = writer_run(app->writer, write_losses, &l, e);
    *out_taken = rc == RC_OK && l.more ? 1 : 0;
    return rc;
}

static enum rc run_round(struct app *app, const void *arg, int64_t now_us, int64_t *out_taken,
                         struct err *e)
{
    (void)arg, (void)now_us;
    return churn_look(app, out_taken, e);
}

/* Alerts stay: they are few, and what was done about them is worth reading later. */
static enum rc keep_all(struct app *app, int64_t now_us, struct err *e)
{
    (void)app, (void)now_us, (void)e;
    return RC_OK;
}

struct rounds *churn_start(struct app *app)
{
    static const struct rounds_of of = {
        .thread = "churn",
        .work = "churn_look",
        .tidy = "churn_tidy",
        .run = run_round,
        .purge = keep_all,
    };
    return rounds_start(app, &of, NULL);
}

/* ---- is it chance? ---- */

double churn_chance(int64_t lost, int64_t before, double share)
{
    int64_t n = lost + before;
    double sum = 0;
    assert(lost >= 0 && before >= 0 && share >= 0 && share <= 1);
    if (lost == 0 || share >= 1)
        return 1;
    if (share <= 0)
        return 0;
    for (int64_t i = lost; i <= n; i++)
        sum += exp(lgamma((double)n + 1) - lgamma((double)i + 1) - lgamma((double)(n - i) + 1) +
                   (double)i * log(share) + (double)(n - i) * log1p(-share));
    return sum > 1 ? 1 : sum;
}

bool churn_unusual(int64_t lost, double chance)
{
    return lost >= UNUSUAL_LEAST && chance < UNUSUAL_CHANCE;
}

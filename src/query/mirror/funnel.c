/* funnel.c — the deepest step of each customer, and the quickest way to each.
 *
 * Where only depths are asked for, funnel_depth.c finds them. For the times, the rows of a customer
 * become words of 64 bits a step, events of later steps are gone through in order, and the latest
 * possible start of the steps so far is carried along.
 */
#include "query/mirror/analysis_mirror.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/funnel_depth.h"
#include "query/mirror/ranks.h"
#include "query/mirror/walk.h"
#include "store/tier.h"

#include <stdlib.h>
#include <string.h>

enum { NEVER = -1 };
#define NO_TIME UINT32_MAX

/* What is known of one chunk's customers. */
struct depths {
    uint8_t depth[SET_CHUNK];
    uint32_t *took[LIMIT_SEQ_STEPS]; /* quickest way to each step but the first; NULL: not asked */
};

struct funnel_run {
    struct survey survey;
    const struct funnel *q;
    struct mirror_answer step_who[LIMIT_SEQ_STEPS]; /* where a step has one */
    struct depths **chunks;
    size_t n;
    uint32_t within_s;
};

/* ---- one customer ---- */

/* One customer's way through the steps. */
struct way {
    int64_t start[LIMIT_SEQ_STEPS]; /* latest start of the steps so far, NEVER */
    uint32_t took[LIMIT_SEQ_STEPS];
    uint8_t depth;
};

/* Row `at_s` can be of the steps in `steps`; `first_s`: the latest event of the first step
 * before. */
static inline void go_on(const struct funnel_run *f, struct way *y, int64_t first_s, uint32_t at_s,
                         uint32_t steps)
{
    y->start[0] = first_s;
    for (size_t k = f->n - 1; k > 0; k--) {
        if (!(steps >> k & 1) || y->start[k - 1] < 0)
            continue;
        y->start[k] = y->start[k - 1];
        uint32_t took = at_s - (uint32_t)y->start[k];
        if (took > f->within_s)
            continue;
        y->depth = y->depth > k + 1 ? y->depth : (uint8_t)(k + 1);
        y->took[k] = took < y->took[k] ? took : y->took[k];
    }
}

static void go_masks(const struct funnel_run *f, const struct run *run, struct run_range rows,
                     struct way *y)
{
    uint64_t masks[MASK_CLASSES_MAX];
    int64_t first_s = NEVER;
    const uint32_t *at_s = run->at_s;
    for (uint32_t row = rows.from; row < rows.to; row += 64) {
        uint32_t n = rows.to - row < 64 ? rows.to - row : 64;
        uint64_t later = 0;
        matcher_masks(&f->survey.matcher, run->kind + row, n, masks);
        for (size_t k = 1; k < f->n; k++)
            later |= masks[k];
        for (; later != 0; later &= later - 1) {
            uint64_t bit = later & -later;
            uint64_t before = masks[0] & (bit - 1);
            int64_t start =
                before != 0 ? (int64_t)at_s[row + 63 - (uint32_t)__builtin_clzll(before)] : first_s;
            uint32_t steps = 0;
            for (size_t k = 1; k < f->n; k++)
                steps |= (masks[k] & bit) != 0 ? 1u << k : 0;
            go_on(f, y, start, at_s[row + (uint32_t)__builtin_ctzll(bit)], steps);
        }
        if (masks[0] != 0) {
            first_s = at_s[row + 63 - (uint32_t)__builtin_clzll(masks[0])];
            y->depth = y->depth > 0 ? y->depth : 1;
        }
    }
}

static void go_rows(const struct funnel_run *f, struct walk *w, struct way *y)
{
    struct hit h;
    uint16_t steps;
    int64_t first_s = NEVER;
    while (walk_next(w, &h, &steps)) {
        go_on(f, y, first_s, h.at_s, steps);
        if (steps & 1) {
            first_s = h.at_s;
            y->depth = y->depth > 0 ? y->depth : 1;
        }
    }
}

static struct way no_way(void)
{
    struct way y = {.depth = 0};
    for (size_t k = 0; k < LIMIT_SEQ_STEPS; k++) {
        y.start[k] = NEVER;
        y.took[k] = NO_TIME;
    }
    return y;
}

struct funnel_chunk {
    const struct funnel_run *f;
    struct depths *out;
};

static void see_customer(void *to, struct walk *w)
{
    struct funnel_chunk *c = to;
    struct way y = no_way();
    if (w->m->n_matches == 0)
        go_masks(c->f, w->run, w->rows, &y);
    else
        go_rows(c->f, w, &y);
    c->out->depth[w->local] = y.depth;
    for (size_t k = 1; k < y.depth && c->out->took[k] != NULL; k++)
        c->out->took[k][w->local] = y.took[k];
}

/* ---- all customers ---- */

/* Nobody who is not of a step's audience goes past it. */
static void hold_back(const struct funnel_run *f, uint32_t chunk, struct depths *d)
{
    for (size_t k = 0; k < f->n; k++) {
        if (f->q->steps[k].who == NULL)
            continue;
        const struct set_words *who = &f->step_who[k].chunks[chunk];
        for (uint32_t i = 0; i < SET_CHUNK; i++)
            if (d->depth[i] > k && !words_has(who, i))
                d->depth[i] = (uint8_t)k;
    }
}

static void run_chunk(void *arg, size_t i)
{
    struct funnel_run *f = arg;
    struct depths *d = f->chunks[i] = must(calloc(1, sizeof *d));
    for (size_t k = 1; k < f->n && !f->q->counts_only; k++)
        d->took[k] = must(malloc(SET_CHUNK * sizeof *d->took[k]));
    const struct set_words *who = &f->survey.who.chunks[i];
    if (set_uses_avx2() && f->survey.matcher.n_matches == 0 && f->q->counts_only) {
        funnel_depths(&f->survey, (uint32_t)i, who, f->within_s, d->depth);
    } else {
        struct funnel_chunk c = {f, d};
        walk_chunk(&f->survey, (uint32_t)i, who, see_customer, &c);
    }
    hold_back(f, (uint32_t)i, d);
}

static enum rc prepare(struct funnel_run *f, struct err *e)
{
    const struct funnel *q = f->q;
    enum rc rc = RC_OK;
    for (size_t k = 0; rc == RC_OK && k < f->n; k++)
        rc = matcher_add(&f->survey.matcher, &q->steps[k].events, e);
    for (size_t k = 0; rc == RC_OK && k < f->n; k++)
        if (q->steps[k].who != NULL)
            rc = survey_audience(&f->survey, q->steps[k].who, &f->step_who[k], e);
    return rc == RC_OK && f->survey.matcher.unsupported ? RC_BUSY : rc;
}

/* ---- tables ---- */

/* Adds the members of one chunk to a group's levels. */
static void count_members(const struct funnel_run *f, uint32_t chunk, const struct set_words *who,
                          struct funnel_group *g)
{
    int64_t at[LIMIT_SEQ_STEPS + 1] = {0};
    for (uint32_t w = 0; w < SET_WORDS; w++)
        for (uint64_t left = who->w[w]; left != 0; left &= left - 1)
            at[f->chunks[chunk]->depth[w * 64 + (uint32_t)__builtin_ctzll(left)]]++;
    int64_t deeper = 0;
    for (size_t k = f->n; k > 0; k--) {
        deeper += at[k];
        g->levels[k - 1].customers += deeper;
    }
}

/* The members of a group in one chunk: of a set (NULL: all), without those in `not_in`. */
static void members_in(const struct funnel_run *f, uint32_t chunk, const struct set *set,
                       const struct set *const *not_in, size_t n_not_in, struct set_words *out)
{
    *out = f->survey.who.chunks[chunk];
    if (set != NULL)
        set_and(set, chunk, out);
    for (size_t i = 0; i < n_not_in; i++)
        set_and_not(not_in[i], chunk, out);
}

/* A group on its way into the table. */
struct drawn {
    struct analysis_key key;
    const struct set *set;
    struct funnel_group group;
};

struct drawing {
    struct funnel_run *f;
    struct drawn *at;
    size_t n;
    const struct set **sets; /* all of the break-down, for those in none */
    size_t n_sets;
};

static void put_times(const struct drawing *d, struct drawn *g)
{
    static const int PERCENT[] = {25, 50, 75, 90};
    struct set_words who;
    for (size_t k = 1; k < d->f->n; k++) {
        struct funnel_level *level = &g->group.levels[k];
        int64_t *took = must(malloc(((size_t)level->customers + 1) * sizeof *took));
        int64_t out[4];
        size_t n = 0;
        for (uint32_t c = 0; c < d->f->survey.plan.s->n_chunks; c++) {
            const struct depths *depths = d->f->chunks[c];
            bool none = g->set == NULL && g > d->at;
            members_in(d->f, c, g->set, d->sets, none ? d->n_sets : 0, &who);
            for (uint32_t w = 0; w < SET_WORDS; w++)
                for (uint64_t left = who.w[w]; left != 0; left &= left - 1) {
                    uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(left);
                    if (depths->depth[i] > k)
                        took[n++] = depths->took[k][i];
                }
        }
        ranks_of(took, n, PERCENT, 4, out);
        free(took);
        level->p25_s = out[0];
        level->p50_s = out[1];
        level->p75_s = out[2];
        level->p90_s = out[3];
    }
}

static int compare_drawn(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;
    int64_t nx = x->group.levels[0].customers, ny = y->group.levels[0].customers;
    if (nx != ny)
        return nx > ny ? -1 : 1;
    if (x->key.id != y->key.id)
        return x->key.id < y->key.id ? -1 : 1;
    return str_cmp(x->key.text, y->key.text);
}

static void count_group(struct drawing *d, struct drawn *g, bool none)
{
    struct set_words who;
    for (uint32_t c = 0; c < d->f->survey.plan.s->n_chunks; c++) {
        if (g->set != NULL && set_chunk_count(g->set, c) == 0)
            continue;
        members_in(d->f, c, g->set, d->sets, none ? d->n_sets : 0, &who);
        count_members(d->f, c, &who, &g->group);
    }
}

/* ---- break-downs ---- */

static const enum mark_kind MARKS[] = {
    [BY_SOURCE] = MARK_SOURCE, [BY_STAFF] = MARK_FRIEND, [BY_STAGE] = MARK_STAGE,
    [BY_TIER] = MARK_TIER,     [BY_CITY] = MARK_CITY,    [BY_PROVINCE] = MARK_PROVINCE,
    [BY_GENDER] = MARK_GENDER,
};

static bool is_tier(const struct tier_row *tiers, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (tiers[i].id == id)
            return true;
    return false;
}

/* Everyone, then a group for each mark of the break-down, then those with none. */
static enum rc draw(struct drawing *d, struct arena *a, struct err *e)
{
    struct funnel_run *f = d->f;
    enum analysis_by by = f->q->by;
    bool text = by == BY_CITY || by == BY_PROVINCE || by == BY_GENDER;
    const struct snapshot *s = f->survey.plan.s;
    size_t n_marks = 0;
    const struct mark *marks = by != BY_NOTHING ? marks_of(s->marks, MARKS[by], &n_marks) : NULL;
    struct tier_row *tiers = NULL;
    size_t n_tiers = 0;
    enum rc rc = RC_OK;
    if (by == BY_TIER)
        rc = tiers_ever(f->survey.plan.tx, f->q->model_id, &tiers, &n_tiers, e);
    d->at = ARENA_ARRAY(a, struct drawn, n_marks + 2);
    d->sets = ARENA_ARRAY(a, const struct set *, n_marks + 1);
    count_group(d, &d->at[d->n++], false);
    for (size_t i = 0; i < n_marks; i++) {
        if (by == BY_TIER && !is_tier(tiers, n_tiers, marks[i].key))
            continue;
        struct drawn *g = &d->at[d->n++];
        g->set = d->sets[d->n_sets++] = marks[i].set;
        g->key.id = text ? 0 : marks[i].key;
        g->key.text = text ? s->texts->at[marks[i].key] : STR_ABSENT;
        count_group(d, g, false);
    }
    if (by != BY_NOTHING)
        count_group(d, &d->at[d->n++], true);
    return rc;
}

static void keep_largest(struct drawing *d)
{
    size_t kept = 1;
    for (size_t i = 1; i < d->n; i++)
        if (d->at[i].group.levels[0].customers > 0)
            d->at[kept++] = d->at[i];
    if (kept > 2)
        qsort(d->at + 1, kept - 1, sizeof *d->at, compare_drawn);
    d->n = kept < ANALYSIS_GROUPS_MAX + 1 ? kept : ANALYSIS_GROUPS_MAX + 1;
}

static enum rc tabulate(struct funnel_run *f, struct funnel_answer *out, struct err *e)
{
    struct arena *a = f->survey.plan.a;
    struct drawing d = {.f = f};
    enum rc rc = draw(&d, a, e);
    keep_largest(&d);
    out->groups = ARENA_ARRAY(a, struct funnel_group, d.n);
    out->n = d.n;
    for (size_t i = 0; rc == RC_OK && i < d.n; i++) {
        if (!f->q->counts_only)
            put_times(&d, &d.at[i]);
        out->groups[i] = d.at[i].group;
        out->groups[i].key = d.at[i].key;
        if (!str_absent(d.at[i].key.text))
            out->groups[i].key.text = arena_str(a, d.at[i].key.text);
    }
    return rc;
}

enum rc mirror_funnel(const struct snapshot *s, struct tx *tx, const struct funnel *q,
                      struct funnel_answer *out, struct err *e)
{
    struct funnel_run *f = must(calloc(1, sizeof *f));
    f->q = q;
    f->n = q->n_steps;
    f->within_s = q->within_s >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)q->within_s;
    f->chunks = must(calloc(s->n_chunks + 1, sizeof(struct depths *)));
    enum rc rc = survey_begin(&f->survey, s, tx, &q->base, e);
    if (rc == RC_OK)
        rc = prepare(f, e);
    if (rc == RC_OK) {
        share_rounds(s->n_chunks, run_chunk, f);
        rc = tabulate(f, out, e);
    }
    for (uint32_t i = 0; i < s->n_chunks; i++) {
        for (size_t k = 1; f->chunks[i] != NULL && k < f->n; k++)
            free(f->chunks[i]->took[k]);
        free(f->chunks[i]);
    }
    for (size_t k = 0; k < f->n; k++)
        mirror_answer_free(&f->step_who[k]);
    survey_done(&f->survey);
    free(f->chunks);
    free(f);
    return rc;
}

/* census.c — sets counted: tags, sources, cities, friends of staff; and new friends whom nobody has
 * looked after.
 *
 * Only roots that are not erased count, of an account with a narrow scope those it sees. Names come
 * from the database, which the sets do not hold. */
#include "query/mirror/census.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/orders.h"
#include "query/mirror/walk.h"

#include <stdlib.h>

enum rc mirror_tag_list(const struct board *b, int64_t scope_account, struct tag **out,
                        size_t *out_n, struct err *e)
{
    struct people p;
    enum rc rc = people_begin(&p, b->s, b->tx, scope_account, e);
    if (rc == RC_OK)
        rc = tag_list_plain(b->tx, out, out_n, e);
    for (size_t i = 0; rc == RC_OK && i < *out_n; i++)
        (*out)[i].customers = people_count(&p, marks_find(b->s->marks, MARK_TAG, (*out)[i].id));
    people_end(&p);
    return rc;
}

enum rc mirror_source_list(const struct board *b, int64_t scope_account, struct source_row **out,
                           size_t *out_n, struct err *e)
{
    struct people p;
    enum rc rc = people_begin(&p, b->s, b->tx, scope_account, e);
    if (rc == RC_OK)
        rc = source_list_plain(b->tx, scope_account, out, out_n, e);
    for (size_t i = 0; rc == RC_OK && i < *out_n; i++)
        (*out)[i].customers = people_count(&p, marks_find(b->s->marks, MARK_SOURCE, (*out)[i].id));
    people_end(&p);
    return rc;
}

enum rc mirror_tier_sizes(const struct board *b, int64_t scope_account, struct tier_model *models,
                          size_t n, struct err *e)
{
    struct people p;
    enum rc rc = people_begin(&p, b->s, b->tx, scope_account, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        for (size_t k = 0; k < models[i].tiers_n; k++) {
            struct tier_row *t = &models[i].tiers[k];
            t->customers = people_count(&p, marks_find(b->s->marks, MARK_TIER, t->id));
        }
    people_end(&p);
    return rc;
}

/* ---- coverage ---- */

/* Everyone who wears any tag, as bits by chunk; free() them. */
static struct set_words *tagged_of(const struct snapshot *s)
{
    size_t n;
    const struct mark *tags = marks_of(s->marks, MARK_TAG, &n);
    struct set_words *out = must(
        aligned_alloc(_Alignof(struct set_words), (s->n_chunks + 1) * sizeof(struct set_words)));
    for (uint32_t c = 0; c < s->n_chunks; c++) {
        words_clear(&out[c]);
        for (size_t i = 0; i < n; i++)
            if (c < set_chunks(tags[i].set))
                set_or(tags[i].set, c, &out[c]);
        set_and(s->alive, c, &out[c]);
    }
    return out;
}

/* Most friends first, then by id. */
static int compare_coverage(const void *x, const void *y)
{
    const struct tag_coverage *a = x, *b = y;
    if (a->customers != b->customers)
        return a->customers > b->customers ? -1 : 1;
    return (a->staff_id > b->staff_id) - (a->staff_id < b->staff_id);
}

enum rc mirror_tag_coverage(const struct board *b, int64_t scope_account, struct tag_coverage **out,
                            size_t *out_n, struct err *e)
{
    size_t n = 0, kept = 0;
    enum rc rc = tag_coverage_staff(b->tx, scope_account, out, &n, e);
    if (rc != RC_OK)
        return rc;
    struct set_words *tagged = tagged_of(b->s), some;
    for (size_t i = 0; i < n; i++) {
        struct tag_coverage c = (*out)[i];
        const struct set *friends = marks_find(b->s->marks, MARK_FRIEND, c.staff_id);
        c.customers = set_count_both(friends, b->s->alive);
        for (uint32_t k = 0; k < b->s->n_chunks && k < set_chunks(friends); k++) {
            if (set_chunk_count(friends, k) == 0)
                continue;
            some = tagged[k];
            set_and(friends, k, &some);
            c.tagged += words_count(&some);
        }
        if (c.customers > 0)
            (*out)[kept++] = c;
    }
    if (kept > 1)
        qsort(*out, kept, sizeof **out, compare_coverage);
    *out_n = kept;
    free(tagged);
    return RC_OK;
}

/* ---- cities ---- */

static struct str small_letters(struct arena *a, struct str s)
{
    char *p = arena_z(a, s);
    for (size_t i = 0; i < s.n; i++)
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
    return (struct str){p, s.n};
}

static int compare_cities(const void *x, const void *y)
{
    const struct city_row *a = x, *b = y;
    if (a->customers != b->customers)
        return a->customers > b->customers ? -1 : 1;
    return str_cmp(a->name, b->name);
}

enum rc mirror_cities(const struct board *b, struct str q, int64_t scope_account, int64_t limit,
                      struct city_row **out, size_t *out_n, struct err *e)
{
    struct people p;
    struct arena *a = tx_arena(b->tx);
    struct str part = small_letters(a, str_empty(q) ? STR("") : q);
    size_t n, kept = 0;
    enum rc rc = people_begin(&p, b->s, b->tx, scope_account, e);
    if (rc != RC_OK)
        return rc;
    const struct mark *cities = marks_of(b->s->marks, MARK_CITY, &n);
    *out = ARENA_ARRAY(a, struct city_row, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str name = b->s->texts->at[cities[i].key];
        if (part.n > 0 && str_find(small_letters(a, name), part) < 0)
            continue;
        int64_t customers = people_count(&p, cities[i].set);
        if (customers > 0)
            (*out)[kept++] = (struct city_row){arena_str(a, name), customers};
    }
    if (kept > 1)
        qsort(*out, kept, sizeof **out, compare_cities);
    *out_n = (int64_t)kept < limit ? kept : (size_t)limit;
    people_end(&p);
    return RC_OK;
}

/* ---- new friends whom nobody has looked after ---- */

enum { AT_ONCE = 1000, KIND_NOTE = 44 /* schema/0001_core.sql */ };

/* Friends since an instant, in the first stage or none, who never bought: all have no note but for
 * those with an event of one, which the database is asked about. */
struct waiting {
    struct people people;
    int64_t since_s;
    const struct set *first_stage;
    struct set_words *bought; /* by chunk */
    struct survey survey;
    struct set_words *noted; /* by chunk: with an event of a note */
    _Atomic int64_t n;
};

static void mark_bought(struct waiting *x, const struct order_pass *p, const uint32_t *ordinal)
{
    struct order_group g = {0};
    while (order_pass_next(p, p->book->n, &g))
        if (g.root != 0 && ordinal[g.root] != UINT32_MAX && order_group_first_s(p, &g) >= 0)
            words_put(&x->bought[ordinal[g.root] / SET_CHUNK], ordinal[g.root] % SET_CHUNK);
}

/* A chunk at hand. */
struct waiting_chunk {
    struct set_words *noted;
};

static void see_noted(void *to, struct walk *w)
{
    struct waiting_chunk *c = to;
    struct hit h;
    uint16_t classes;
    if (walk_next(w, &h, &classes))
        words_put(c->noted, w->local);
}

static void waiting_part(void *arg, size_t chunk)
{
    struct waiting *x = arg;
    const struct snapshot *s = x->people.s;
    const int64_t *added_s = s->chunks[chunk]->columns->added_s;
    struct set_words who, staged, waits;
    size_t n;
    const struct mark *stages = marks_of(s->marks, MARK_STAGE, &n);
    people_of(&x->people, (uint32_t)chunk, &who);
    words_and_not(&who, &x->bought[chunk]);
    words_clear(&staged);
    for (size_t i = 0; i < n; i++)
        if (stages[i].set != x->first_stage && chunk < set_chunks(stages[i].set))
            set_or(stages[i].set, (uint32_t)chunk, &staged);
    words_and_not(&who, &staged);
    words_clear(&waits);
    EACH_BIT(&who, local)
    if (added_s[local] >= x->since_s)
        words_put(&waits, (uint32_t)local);
    words_clear(&x->noted[chunk]);
    struct waiting_chunk c = {&x->noted[chunk]};
    if (words_any(&waits))
        walk_chunk(&x->survey, (uint32_t)chunk, &waits, see_noted, &c);
    atomic_fetch_add(&x->n, words_count(&waits));
}

/* Takes off those who do have a note. */
static enum rc take_noted(struct waiting *x, const struct board *b, struct err *e)
{
    int64_t ids[AT_ONCE], noted = 0;
    size_t n = 0;
    enum rc rc = RC_OK;
    for (uint32_t c = 0; c < b->s->n_chunks; c++) {
        EACH_BIT(&x->noted[c], local)
        {
            ids[n++] = codes_id(b->s->dictionaries->customers, c * SET_CHUNK + (uint32_t)local + 1);
            if (n < AT_ONCE || rc != RC_OK)
                continue;
            rc = report_with_note(b->tx, ids, n, &noted, e);
            x->n -= noted;
            n = 0;
        }
    }
    if (rc == RC_OK && n > 0) {
        rc = report_with_note(b->tx, ids, n, &noted, e);
        x->n -= noted;
    }
    return rc;
}

static struct set_words *chunks_of_words(const struct snapshot *s)
{
    size_t bytes = (s->n_chunks + 1) * sizeof(struct set_words);
    struct set_words *w = must(aligned_alloc(_Alignof(struct set_words), bytes));
    for (uint32_t c = 0; c <= s->n_chunks; c++)
        words_clear(&w[c]);
    return w;
}

static enum rc find_waiting(struct waiting *x, const struct board *b, struct err *e)
{
    const struct report_range all = {0};
    struct order_pass pass;
    struct events note = {.kind = STR("note"), .kind_id = KIND_NOTE};
    const struct analysis_events notes = {&note, 1};
    enum rc rc = order_pass_init(&pass, b, &all, e);
    if (rc == RC_OK)
        rc = matcher_add(&x->survey.matcher, &notes, e);
    if (rc != RC_OK)
        return rc;
    const uint32_t *ordinal = people_ordinals(b);
    mark_bought(x, &pass, ordinal);
    share_rounds(b->s->n_chunks, waiting_part, x);
    return take_noted(x, b, e);
}

enum rc mirror_unanswered(const struct board *b, int64_t scope_account, int64_t since_s,
                          int64_t *out, struct err *e)
{
    struct waiting x = {.since_s = since_s};
    int64_t stage_id = 0;
    const struct analysis ever = {.window = {.kind = WINDOW_EVER}, .now_s = INT32_MAX};
    enum rc rc = report_first_stage(b->tx, &stage_id, e);
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        rc = people_begin(&x.people, b->s, b->tx, scope_account, e);
    if (rc != RC_OK)
        return rc;
    x.first_stage = marks_find(b->s->marks, MARK_STAGE, stage_id);
    x.bought = chunks_of_words(b->s);
    x.noted = chunks_of_words(b->s);
    rc = survey_begin(&x.survey, b->s, b->tx, &ever, e);
    if (rc == RC_OK)
        rc = find_waiting(&x, b, e);
    *out = x.n;
    survey_done(&x.survey);
    people_end(&x.people);
    free(x.bought);
    free(x.noted);
    return rc;
}

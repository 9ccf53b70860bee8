/* paths.c — from event to event within visits.
 *
 * A customer's events of one visit become a list of nodes; the path is a stretch of it. Going
 * backwards the list is read from its end. Links are counted in one array by step, from and to. */
#include "query/mirror/analysis_mirror.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/walk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = PATH_KINDS_MAX + 1 /* the last: the visit ended */, END = PATH_KINDS_MAX };

struct path_sums {
    int64_t visits, customers;
    int64_t links[PATH_STEPS_MAX][PATH_KINDS_MAX][NODES];
    uint8_t *nodes; /* of the visit at hand */
    size_t n, room;
};

struct paths_run {
    struct survey survey;
    const struct paths *q;
    struct path_sums *chunks;
};

struct paths_chunk {
    const struct paths_run *r;
    struct path_sums *sums;
};

static void put_node(const struct paths *q, struct path_sums *s, uint8_t node)
{
    if (q->collapse && s->n > 0 && s->nodes[s->n - 1] == node)
        return;
    if (s->n == s->room) {
        s->room = s->room > 0 ? s->room * 2 : 64;
        s->nodes = must(realloc(s->nodes, s->room));
    }
    s->nodes[s->n++] = node;
}

/* Counts the path of the visit and forgets the visit; false when it has none. */
static bool end_visit(const struct paths *q, struct path_sums *s)
{
    size_t n = s->n, at = 0;
    const uint8_t *nodes = s->nodes;
    s->n = 0;
#define NODE(i) nodes[q->backwards ? n - 1 - (i) : (i)]
    while (q->anchor >= 0 && at < n && NODE(at) != q->anchor)
        at++;
    if (at >= n)
        return false;
    s->visits++;
    for (size_t step = 0; step < q->steps && at + step < n; step++) {
        bool last = at + step + 1 == n;
        s->links[step][NODE(at + step)][last ? END : NODE(at + step + 1)]++;
    }
#undef NODE
    return true;
}

static void see_customer(void *to, struct walk *w)
{
    struct paths_chunk *c = to;
    struct hit h;
    uint16_t classes;
    uint32_t last_s = 0;
    bool any = false;
    c->sums->n = 0;
    while (walk_next(w, &h, &classes)) {
        if (c->sums->n > 0 && (int64_t)h.at_s - last_s > c->r->q->gap_s)
            any = end_visit(c->r->q, c->sums) || any;
        last_s = h.at_s;
        put_node(c->r->q, c->sums, (uint8_t)__builtin_ctz(classes));
    }
    any = end_visit(c->r->q, c->sums) || any;
    c->sums->customers += any;
}

static void run_chunk(void *arg, size_t i)
{
    struct paths_run *r = arg;
    struct paths_chunk c = {r, &r->chunks[i]};
    walk_chunk(&r->survey, (uint32_t)i, &r->survey.who.chunks[i], see_customer, &c);
}

static void tabulate(const struct paths_run *r, struct paths_answer *out)
{
    struct path_sums *all = must(calloc(1, sizeof *all));
    size_t most = PATH_STEPS_MAX * PATH_KINDS_MAX * NODES;
    for (uint32_t i = 0; i < r->survey.plan.s->n_chunks; i++) {
        const int64_t *from = &r->chunks[i].links[0][0][0];
        out->visits += r->chunks[i].visits;
        out->customers += r->chunks[i].customers;
        for (size_t k = 0; k < most; k++)
            (&all->links[0][0][0])[k] += from[k];
    }
    out->links = ARENA_ARRAY(r->survey.plan.a, struct path_link, most);
    for (int step = 0; step < PATH_STEPS_MAX; step++)
        for (int from = 0; from < PATH_KINDS_MAX; from++)
            for (int k = 0; k < NODES; k++) {
                int to = k == 0 ? END : k - 1;
                int64_t visits = all->links[step][from][to];
                if (visits > 0)
                    out->links[out->n++] =
                        (struct path_link){step, from, to == END ? PATH_END : to, visits};
            }
    free(all);
}

enum rc mirror_paths(const struct snapshot *s, struct tx *tx, const struct paths *q,
                     struct paths_answer *out, struct err *e)
{
    assert(q->n_nodes > 0 && q->n_nodes <= PATH_KINDS_MAX && q->steps > 0 &&
           q->steps <= PATH_STEPS_MAX && q->anchor < (int)q->n_nodes);
    struct paths_run r = {.q = q, .chunks = must(calloc(s->n_chunks + 1, sizeof *r.chunks))};
    *out = (struct paths_answer){0};
    enum rc rc = survey_begin(&r.survey, s, tx, &q->base, e);
    r.survey.by_posting = true;
    for (size_t k = 0; rc == RC_OK && k < q->n_nodes; k++)
        rc = matcher_add(&r.survey.matcher, &q->nodes[k], e);
    if (rc == RC_OK && r.survey.matcher.unsupported)
        rc = RC_BUSY;
    if (rc == RC_OK) {
        share_rounds(s->n_chunks, run_chunk, &r);
        tabulate(&r, out);
    }
    for (uint32_t i = 0; i < s->n_chunks; i++)
        free(r.chunks[i].nodes);
    survey_done(&r.survey);
    free(r.chunks);
    return rc;
}

/* flows.c — how customers moved between tiers: the first move and the last of each in a span.
 *
 * The database says which runs are meant; the moves of all models stand together by customer, in
 * the order of runs, and those of other runs are passed over. Who was merged away or erased since
 * counts as store/tier.c counts them: by the customer as it was moved.
 */
#include "query/mirror/standing.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/orders.h"
#include "store/event.h"
#include "store/list.h"

#include <stdlib.h>

enum { CODES = UINT16_MAX + 1, PLACES_MOST = 256 };

struct flows {
    const struct snapshot *s;
    const struct set_words *seen; /* by chunk; NULL: everyone */
    uint8_t *meant;               /* by code of a run */
    bool any;                     /* of the runs moved anybody */
    uint8_t *place;               /* by code of a tier; 0: in none, or another model's */
    int64_t *tier_ids;            /* by place */
    size_t n_places;
    int64_t **sums; /* by chunk: customers by place before, then after; NULL: no moves */
};

static void see_run(void *to, int64_t run_id)
{
    struct flows *x = to;
    uint32_t code = codes_find(x->s->dictionaries->tier_runs, run_id);
    if (code != 0 && code < CODES)
        x->meant[code] = x->any = true;
}

static void flows_of_chunk(void *arg, size_t i)
{
    struct flows *x = arg;
    const struct moves *m = x->s->chunks[i]->moves;
    if (m == NULL)
        return;
    int64_t *sums = x->sums[i] = must(calloc(x->n_places * x->n_places, sizeof *sums));
    for (uint32_t k = 0; k < m->n;) {
        uint16_t local = m->at[k].local, from = 0, to = 0;
        bool moved = false;
        for (; k < m->n && m->at[k].local == local; k++) {
            if (x->meant[m->at[k].run] == 0)
                continue;
            from = moved ? from : m->at[k].from;
            to = m->at[k].to;
            moved = true;
        }
        if (from != to && (x->seen == NULL || words_has(&x->seen[i], local)))
            sums[x->place[from] * x->n_places + x->place[to]]++;
    }
}

/* Tiers by id have places 1, 2 …; RC_BUSY when they are too many. */
static enum rc place_tiers(struct flows *x, struct tx *tx, int64_t model_id, struct err *e)
{
    struct tier_row *tiers = NULL;
    size_t n = 0;
    enum rc rc = tiers_ever(tx, model_id, &tiers, &n, e);
    if (rc != RC_OK || n >= PLACES_MOST)
        return rc == RC_OK ? RC_BUSY : rc;
    x->tier_ids = ARENA_ARRAY(tx_arena(tx), int64_t, n + 1);
    x->n_places = n + 1;
    for (size_t i = 0; i < n; i++) {
        uint32_t code = codes_find(x->s->dictionaries->objects[OBJECT_TIER], tiers[i].id);
        x->tier_ids[i + 1] = tiers[i].id;
        if (code != 0 && code < CODES)
            x->place[code] = (uint8_t)(i + 1);
    }
    return RC_OK;
}

static void add_up(const struct flows *x, struct arena *a, struct tier_flow **out, size_t *out_n)
{
    struct tier_flow *list = NULL;
    size_t n = 0, room = 0;
    for (size_t k = 0; k < x->n_places * x->n_places; k++) {
        int64_t customers = 0;
        for (uint32_t i = 0; i < x->s->n_chunks; i++)
            customers += x->sums[i] != NULL ? x->sums[i][k] : 0;
        if (customers > 0)
            *LIST_ADD(a, list, n, room) = (struct tier_flow){
                x->tier_ids[k / x->n_places], x->tier_ids[k % x->n_places], customers};
    }
    *out = list;
    *out_n = n;
}

enum rc mirror_tier_flows(const struct board *b, int64_t model_id, int64_t from_s, int64_t to_s,
                          int64_t scope_account, struct tier_flow **out, size_t *out_n,
                          struct err *e)
{
    struct arena *a = tx_arena(b->tx);
    struct set_words *seen = NULL;
    if (!snapshot_knows_moves(b->s))
        return RC_BUSY;
    struct flows x = {
        .s = b->s,
        .meant = ARENA_ARRAY(a, uint8_t, CODES),
        .place = ARENA_ARRAY(a, uint8_t, CODES),
        .sums = ARENA_ARRAY(a, int64_t *, b->s->n_chunks + 1),
    };
    enum rc rc = place_tiers(&x, b->tx, model_id, e);
    if (rc == RC_OK)
        rc = tier_runs_between(b->tx, model_id, from_s, to_s, see_run, &x, e);
    if (rc == RC_OK && scope_account != 0)
        rc = people_seen(b->s, b->tx, scope_account, &seen, e);
    if (rc == RC_OK) {
        x.seen = seen;
        share_rounds(x.any ? b->s->n_chunks : 0, flows_of_chunk, &x);
        add_up(&x, a, out, out_n);
    }
    for (uint32_t i = 0; i < b->s->n_chunks; i++)
        free(x.sums[i]);
    free(seen);
    return rc;
}

/* mirror_life.c — see mirror_life.h. Bursts make runs grow, so that they settle. */
#include "mirror_life.h"

#include "../unit/mirror_world.h"
#include "base/calendar.h"
#include "base/clock.h"
#include "store/day.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

static_assert((int64_t)LIFE_NOW_S == (int64_t)NOW_S, "one now");

enum {
    BEFORE_S = 60 * DAY_S, /* how long before NOW_S it begins */
    STEP_S = 2 * 3600,     /* the most between two operations */
    OPERATIONS = 250,      /* before anybody asks */
    FOUNDED = 40,          /* customers */
    LOOK_EACH = 8,         /* operations */
    BURST_EACH = 12,
    BURST = 150,
    HOT = 25, /* customers of a burst */
    DAYS_BEFORE = 700,
    DAYS_AFTER = 60, /* of the calendar */
};

struct burst {
    struct world *w;
    uint64_t seed;
};

static enum rc happen_to_few(struct tx *tx, void *arg, struct err *e)
{
    struct burst *b = arg;
    struct rng rng = rng_seed(b->seed);
    struct numbers *people = &b->w->people;
    size_t from = rng_below(&rng, people->n - HOT);
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < BURST; i++) {
        struct event ev = world_event(&rng, b->w, people->at[from + rng_below(&rng, HOT)]);
        rc = event_add(tx, &ev, e);
    }
    return rc;
}

static enum rc fill_calendar(struct tx *tx, void *arg, struct err *e)
{
    int32_t today = calendar_day_of(NOW_S);
    (void)arg;
    return day_fill(tx, today - DAYS_BEFORE, today + DAYS_AFTER, e);
}

/* The lists that operations choose from. */
static void look(struct world *w)
{
    struct tx *tx;
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    world_look(w, tx);
    db_read_end(tx);
}

static void let_time_pass(struct life *l)
{
    int64_t now_us = clock_now_us() + rng_between(&l->rng, 1, (int64_t)STEP_S * 1000000);
    if (now_us < (int64_t)NOW_S * 1000000)
        clock_set_us(now_us);
}

void life_go_on(struct life *l)
{
    struct world *w = l->world;
    let_time_pass(l);
    if (rng_below(&l->rng, LOOK_EACH) == 0)
        look(w);
    if (rng_below(&l->rng, BURST_EACH) == 0) {
        struct burst b = {w, rng_u64(&l->rng)};
        store_write(w->f, happen_to_few, &b);
    }
    world_live(w);
}

void life_begin(enum db_engine engine, uint64_t seed, size_t customers, size_t events,
                struct life *out)
{
    void *state = engine == DB_POSTGRES ? &STORE_POSTGRES : &STORE_SQLITE;
    struct world *w = calloc(1, sizeof *w);
    assert(w != NULL && customers > 2 * FOUNDED);
    clock_set_us((int64_t)(NOW_S - BEFORE_S) * 1000000);
    store_setup(&state);
    w->f = state;
    w->seed = seed;
    w->rng = rng_seed(seed);
    snprintf(w->when, sizeof w->when, "seed %" PRIu64, seed);
    store_write(w->f, fill_calendar, w);
    store_write(w->f, world_found, w);
    w->founded++;
    world_crowd(w, customers - FOUNDED, events);
    *out = (struct life){.world = w,
                         .db = w->f->db,
                         .writer = w->f->writer,
                         .url = w->f->url,
                         .folder = w->f->folder,
                         .rng = rng_seed(seed * 7919 + 1)};
    for (int i = 0; i < OPERATIONS; i++)
        life_go_on(out);
    look(w);
}

void life_end(struct life *l)
{
    void *state = l->world->f;
    store_teardown(&state);
    world_lists_free(l->world);
    free(l->world);
}

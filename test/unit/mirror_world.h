/* mirror_world — a corp that lives at random, for tests of the mirror: every operation that changes
 * what the mirror holds, through the functions the program itself uses.
 */
#ifndef KOI_TEST_UNIT_MIRROR_WORLD_H
#define KOI_TEST_UNIT_MIRROR_WORLD_H

#include "store_fixture.h"

#include "base/rng.h"
#include "mirror/builder.h"
#include "store/event.h"
#include "store/field.h"

enum {
    FEW = 6, /* of things of a kind */
    NOW_S = 1790000000,
    DAY_S = 86400,
    BATCHES = 64, /* imports */
};

extern const char *const CITIES[FEW];

/* A list of numbers that grows. Zeroed: empty. */
struct numbers {
    int64_t *at;
    size_t n, room;
};
void number_add(struct numbers *l, int64_t x);
int compare_numbers(const void *a, const void *b);

struct world {
    struct store_fixture *f;
    uint64_t seed;
    struct rng rng;
    int64_t staff[FEW], groups[FEW], tags[FEW], stages[FEW], sources[FEW], channels[FEW];
    int64_t tiers[FEW], model_id, fit_id, clv_fit_id, account_id;
    struct field field;
    struct numbers people, merges, logged, owners; /* as the database has them; logged events */
    int64_t batches[BATCHES], loners[BATCHES];
    int pools[BATCHES]; /* of the orders that each import touches */
    size_t batches_n, loners_n;
    int64_t undoing; /* an import that is half taken back */
    int founded;
    struct builder *builder;
    struct snapshot *last;
    struct builder *old[32]; /* whose snapshots may still be held */
    size_t old_n;
    int rebuilt, stepped;
    char when[64];
};

/* A closure (arg: the world) that puts in what all else needs, and forty customers. */
enum rc world_found(struct tx *tx, void *arg, struct err *e);
/* So many more customers, and events of all of them. Reads the world's people anew. */
void world_crowd(struct world *w, size_t customers, size_t events);
/* One operation, or none where chance finds nobody to do it to. Reads people, merges and logged of
 * the world. */
void world_live(struct world *w);
/* Reads those three anew. */
void world_look(struct world *w, struct tx *tx);
/* The rows of a statement, one or two numbers each. `second` may be NULL. */
void world_read(struct world *w, struct tx *tx, const struct sql *q, struct numbers *first,
                struct numbers *second);
void world_lists_free(struct world *w);
/* Fails unless every operation came; prints how often each did when KOI_VERBOSE is set. */
void world_counts_check(const struct world *w);
/* From none. */
void world_counts_clear(void);
/* Takes an import back, in one go. */
enum rc world_undo(struct tx *tx, int64_t batch_id, struct err *e);
/* Something a customer did or met. */
struct event world_event(struct rng *rng, const struct world *w, int64_t customer_id);

#endif

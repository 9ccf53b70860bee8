/* mirror_life — a corp that lives at random (test/unit/mirror_world.h) in a new database, for
 * questions that are asked while it does. */
#ifndef KOI_TEST_MIRROR_LIFE_H
#define KOI_TEST_MIRROR_LIFE_H

#include "base/rng.h"
#include "db/writer.h"

/* The latest moment of anything that happens. */
enum { LIFE_NOW_S = 1790000000 };

struct life {
    struct world *world;
    struct db *db;
    struct writer *writer;
    const char *url, *folder; /* of its database; of its own, for whatever else */
    struct rng rng;
};

/* A corp of so many customers and events, some of them merged, erased, taken back … already. The
 * wall clock is some weeks before LIFE_NOW_S, and goes on with the life. Whatever fails ends the
 * program. */
void life_begin(enum db_engine engine, uint64_t seed, size_t customers, size_t events,
                struct life *out);
/* One operation, now and then a burst of events of a few. */
void life_go_on(struct life *l);
void life_end(struct life *l);

#endif

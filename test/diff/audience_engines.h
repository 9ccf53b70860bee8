/* audience_engines — one world in SQLite, in PostgreSQL and in the mirror, for the differential
 * programs. */
#ifndef KOI_TEST_AUDIENCE_ENGINES_H
#define KOI_TEST_AUDIENCE_ENGINES_H

#include "audience_world.h"
#include "mirror/builder.h"

enum { DIFF_ENGINES = 2 };
/* SQLite is the first; PostgreSQL is left out with KOI_SKIP_POSTGRES=1. */
struct engines {
    struct db *db[DIFF_ENGINES];
    struct writer *writer[DIFF_ENGINES];
    int n;
    struct builder *builder;
    struct snapshot *snapshot; /* of the first engine */
    char folder[32], file[48];
};

/* Makes new databases, puts the world into each, and builds the mirror; else diff_stop(). */
void engines_open(struct engines *out, uint64_t seed, const struct world *w);
void engines_close(struct engines *x);

#endif

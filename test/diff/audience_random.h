/* audience_random — random expressions about the world of audience_world.h, from a seed. */
#ifndef KOI_TEST_AUDIENCE_RANDOM_H
#define KOI_TEST_AUDIENCE_RANDOM_H

#include "base/buf.h"
#include "base/rng.h"
#include "query/audience.h"

/* Appends an expression that is right in syntax and types, about groups or customers. */
void random_audience(struct rng *r, enum audience_subject subject, struct buf *out);

#endif

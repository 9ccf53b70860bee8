/* audience_naive — a third opinion: the meaning of docs/AUDIENCE.md written down as plainly as
 * possible, over the arrays of a world. It shares nothing with the SQL but the tree and the bounds
 * of windows (which have tests of their own). */
#ifndef KOI_TEST_AUDIENCE_NAIVE_H
#define KOI_TEST_AUDIENCE_NAIVE_H

#include "audience_world.h"
#include "query/tree.h"

struct naive;
/* Indexes the world's visible events by root. */
struct naive *naive_new(const struct world *w);
void naive_free(struct naive *n);
/* The ids of a checked expression, ascending; `out` has room for all customers and groups. How
 * many. */
size_t naive_ids(struct naive *n, const struct audience_expr *x, int64_t *out);

#endif

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

/* ---- for those that count on it ---- */

/* An event or an order line as one customer's history has it. 0 stands for NULL but in amount and
 * quantity. */
struct n_event {
    int64_t at_s, seq, kind, customer, channel, staff, object_kind, object, product, amount,
        quantity;
};
/* A root's events that were not taken back, in the order (at_s, seq), those of the future too. */
const struct n_event *naive_events(const struct naive *n, int64_t root, size_t *out_n);
/* Whether the event is one of those, and the expression (about customers) holds for the root, at
 * that now. */
bool naive_matches(struct naive *n, int64_t now_s, const struct events *ev,
                   const struct n_event *v);
bool naive_holds(struct naive *n, int64_t now_s, const struct audience_expr *x, int64_t root);
const struct world *naive_world(const struct naive *n);

#endif

/* places — the events of one kind gone through at once, or looked up for a few: number and sum by
 * customer. Private to query/mirror.
 *
 * A posting is read from its beginning to its end, a block at a time: times and customers eight at
 * once become a list of the places that count; the list becomes customers with the number and the
 * sum of theirs; those are held against the bounds. Cost: 1 ns a place, 2 ns more for one that
 * counts; nothing is allocated.
 */
#ifndef KOI_QUERY_MIRROR_PLACES_H
#define KOI_QUERY_MIRROR_PLACES_H

#include "mirror/run.h"

/* What a number or a sum has to be: within both bounds, or not. */
struct places_bounds {
    bool of_sum; /* of the amounts; else of the number of events */
    bool outside;
    int64_t from, to;
};

enum { PLACES_BOUNDS_MOST = 4 };
struct places_ask {
    uint32_t from_s, to_s;
    bool zero; /* what `out` has of everyone asked about */
    size_t n_bounds;
    struct places_bounds bounds[PLACES_BOUNDS_MOST]; /* all have to hold */
};

/* For each customer of `who` who has events in the time: their bit in `out` becomes whether the
 * bounds hold. No amount counts as nothing. */
void places_run(const struct places_ask *x, const struct run_posting *p,
                const struct set_words *who, struct set_words *out);

/* The same where they are few: each is looked up, and what is read of the next ones is called into
 * the cache. Cost: four or five lines of memory each, twenty of them at a time. */
void places_few(const struct places_ask *x, const struct run_posting *p,
                const struct set_words *who, struct set_words *out);

/* Puts those who have any event in the time into `out`. Cost: half a nanosecond a place. */
void places_any(uint32_t from_s, uint32_t to_s, const struct run_posting *p, struct set_words *out);

#endif

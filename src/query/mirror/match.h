/* match — whether an event is one of those asked for. Private to query/mirror.
 *
 * A matcher holds several lists of events (the steps of a funnel, the series of a chart) as
 * classes: for each event it says the classes the event is in, as bits. Where no list has a
 * filter, 64 rows at a time become a word of bits a class (AVX2 where there is one: about 2 ns
 * for 64 rows, and a few bytes looked at for each).
 */
#ifndef KOI_QUERY_MIRROR_MATCH_H
#define KOI_QUERY_MIRROR_MATCH_H

#include "query/analysis.h"
#include "query/mirror/plan.h"

/* An event at hand. */
struct hit {
    const struct run *run;
    const struct run_posting *posting; /* NULL: the kind has none, or nobody asks for it */
    uint32_t row, place;
    uint8_t kind;
    uint32_t at_s;
};

/* RUN_NONE: it has none. */
static inline int64_t hit_amount(const struct hit *h)
{
    return h->posting != NULL ? run_amount(&h->posting->amount_fen, h->place) : RUN_NONE;
}
/* Whether the event is one of those. */
bool hit_matches(const struct match *m, const struct hit *h, int64_t now_s);

enum { CLASSES_MAX = 16, MASK_CLASSES_MAX = 8, NIBBLES = 16 };
struct class_match {
    uint16_t bit;
    struct match match;
};
struct matcher {
    struct plan *p;
    size_t n_classes;
    uint16_t plain[RUN_KINDS];   /* classes that every event of the kind is in */
    uint16_t maybe[RUN_KINDS];   /* classes whose filters decide */
    struct class_match *matches; /* those with filters */
    size_t n_matches, room;
    uint8_t slot[RUN_KINDS]; /* of a kind whose places in its posting are wanted, or NO_SLOT */
    uint8_t kinds[RUN_KINDS];
    size_t n_slots;
    bool wants_columns; /* set by the caller before adding, when amounts are asked for */
    bool wants_rows;    /* channel, staff or object is asked of an event */
    bool unsupported;   /* something that the mirror does not hold was asked for */
    /* plain, low eight classes, by the two halves of the kind */
    uint8_t table[NIBBLES][NIBBLES];
    uint8_t used[NIBBLES]; /* upper halves with any class */
    size_t n_used;
};

/* Begins an empty matcher over the plan's snapshot and arena. */
void matcher_init(struct matcher *m, struct plan *p);
/* Adds the next class; at most CLASSES_MAX: asserts. */
enum rc matcher_add(struct matcher *m, const struct analysis_events *events, struct err *e);

/* The classes of an event; `h` is complete. */
static inline uint16_t matcher_classes(const struct matcher *m, const struct hit *h)
{
    uint16_t classes = m->plain[h->kind];
    if (__builtin_expect(m->maybe[h->kind] != 0, 0))
        for (size_t i = 0; i < m->n_matches; i++)
            if (!(classes & m->matches[i].bit) && hit_matches(&m->matches[i].match, h, m->p->now_s))
                classes |= m->matches[i].bit;
    return classes;
}
/* For the n (1 … 64) kinds from `kind` on: bit i of out[c] says whether the i-th is plainly of
 * class c. The array may be read RUN_SLACK bytes beyond its end. Up to MASK_CLASSES_MAX
 * classes: asserts. */
void matcher_masks(const struct matcher *m, const uint8_t *kind, uint32_t n, uint64_t *out);

#endif

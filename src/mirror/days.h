/* days — what the customers of a run did on each day, so that charts by day need not read rows.
 *
 * For each day it has how many events of each kind there are, and for each set of kinds how many
 * customers did exactly these: 64 customers who looked and bought, 900 who only looked. So the
 * customers of any kinds together are a sum, too. Days are those of one length that the corp's zone
 * has at the end of the run; where clocks are changed, other days are not told here.
 *
 * Cost: making 3 ns a row and 10 ns for each customer's day; at most a quarter of a byte a row,
 * else there are none (few rows, or rows of a time in which hardly anything happened).
 */
#ifndef KOI_MIRROR_DAYS_H
#define KOI_MIRROR_DAYS_H

#include "mirror/run.h"

enum { DAYS_KINDS_MOST = 64, DAY_S = 86400 };

struct run_days {
    uint32_t begin_s; /* of the first day */
    uint32_t n;       /* days */
    uint32_t n_kinds, n_sets;
    uint8_t slot[RUN_KINDS]; /* of a kind that has rows: its bit, in ascending order of kinds */
    uint32_t *events;        /* of day d and bit b at d × n_kinds + b */
    uint32_t *first;         /* where the sets of each day begin, and the end */
    uint64_t *kinds;         /* of each set, a bit each */
    uint32_t *customers;     /* who did events of these kinds that day and of no others */
    bool borrowed;           /* the arrays are a file's */
};

/* Of a run whose rows, customers and counts by kind stand; NULL when it would be too large. */
struct run_days *run_days_new(const struct run *run);
/* As they were saved: the caller puts the arrays in. */
struct run_days *run_days_saved(const struct run *run, uint32_t begin_s, uint32_t n,
                                uint32_t n_sets);
/* Accepts NULL. */
void run_days_free(struct run_days *days);
size_t run_days_bytes(const struct run_days *days);

/* The day that begins at an instant; days->n when none does. */
static inline uint32_t run_days_at(const struct run_days *days, int64_t at_s)
{
    int64_t since = at_s - days->begin_s;
    return since >= 0 && since % DAY_S == 0 && since / DAY_S < days->n ? (uint32_t)(since / DAY_S)
                                                                       : days->n;
}

#endif

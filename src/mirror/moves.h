/* moves — who went from which tier to which, by run: the whole history of the customers of a chunk.
 *
 * A move hangs on the customer as it was written, merged away since or not. It is never changed or
 * taken back, so the next moves are the last ones and some more. Cost: 8 bytes a move.
 */
#ifndef KOI_MIRROR_MOVES_H
#define KOI_MIRROR_MOVES_H

#include "mirror/codes.h"

#include <stdatomic.h>

struct move {
    uint16_t local; /* the customer's ordinal within the chunk */
    uint16_t run;   /* code of the run, and of the tiers; 0: in none */
    uint16_t from, to;
};

/* By customer, then in the order of the runs' ids. */
struct moves {
    atomic_uint refs;
    uint32_t n;
    struct move at[];
};

/* Moves on their way. Zeroed: none. */
struct move_row {
    int64_t run_id;
    struct move move;
};
struct move_rows {
    struct move_row *at;
    size_t n, room;
};
void move_rows_add(struct move_rows *l, const struct move_row *row);
void move_rows_free(struct move_rows *l);

/* `old` (NULL: none) and those rows that it has not, which get sorted; a row may come twice. `runs`
 * knows the ids of the codes. The caller holds one reference; NULL when there is none at all. */
struct moves *moves_with(const struct moves *old, struct move_rows *rows, const struct codes *runs);
/* Takes another reference; accepts NULL. */
struct moves *moves_hold(struct moves *m);
/* Gives a reference back; accepts NULL. */
void moves_drop(struct moves *m);

#endif

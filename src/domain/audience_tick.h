/* audience_tick — who entered and who left each live audience, once a minute.
 *
 * A tick asks every live audience of customers of one snapshot with one `now`, holds the answer
 * against the members it had, and writes the difference: moves, the lists of members that changed,
 * sizes (store/audience_move.h, where triggers read them). Time alone moves people, too: an
 * audience with `last 7d` loses members without any write.
 *
 * What counts as a move: the first members of an audience, or of a new text of it, are just there;
 * later ones enter. A customer who was merged into another goes on as the other one: nobody moves
 * where the other one is a member, and the other one leaves where not. Who was erased is gone
 * without a trace. Whoever comes out of a merge that is undone enters.
 *
 * Safe against kills at any moment (each closure leaves lists, moves and sizes that agree) and
 * against a second node (each closure says which step it follows).
 */
#ifndef KOI_DOMAIN_AUDIENCE_TICK_H
#define KOI_DOMAIN_AUDIENCE_TICK_H

#include "domain/app.h"

struct snapshot; /* mirror/snapshot.h */

struct audience_tick {
    int64_t now_s; /* the pinned now */
    /* Where the last tick ended early, having written enough: it goes on behind this audience; 0 at
     * first. Left for the next tick. */
    int64_t after_id;
    int64_t most;                /* moves listed at once; 0: LIMIT_AUDIENCE_MOVES */
    bool (*stopping)(void *arg); /* asked between closures; NULL: never */
    void *arg;                   /* its */
    /* What the tick did. */
    int64_t asked, began, stale; /* audiences: all, with their first members, unreadable */
    int64_t entered, left, gone; /* customers */
    int64_t listed;              /* moves written */
};

/* One tick, on the calling thread; never within a closure. One audience that fails is passed over,
 * and its error is that of the tick, after the others. Costs the questions, 5 ns a member, and what
 * is written: about 10 µs a move and 20 µs a list of up to 900 members. */
enum rc audience_tick_run(struct db *db, struct writer *writer, const struct snapshot *s,
                          struct audience_tick *tick, struct err *e);
/* Forgets what is older than the corp wants to keep: moves of before `moves_s`, sizes of before
 * `sizes_s`; in closures of some 1,000 rows. */
enum rc audience_tick_expire(struct writer *writer, int64_t moves_s, int64_t sizes_s,
                             struct err *e);

/* The thread that ticks every audience_seconds while the server runs, and waits while there is no
 * mirror or it is being built. */
struct audience_ticker;
struct audience_ticker *audience_ticker_start(struct app *app);
/* Ends after the closure under way. Accepts NULL. */
void audience_ticker_stop(struct audience_ticker *t);

#endif

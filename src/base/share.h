/* share — a loop whose rounds do not depend on each other, shared out to the cores.
 *
 * One pool of threads (one less than there are cores) serves the whole process and starts when it
 * is first needed. It serves one loop at a time: who finds it busy runs the loop alone, so nobody
 * ever waits for another's. The caller takes part, and is back when every round is done.
 *
 * Cost: about 10 µs to wake the others, so rounds should add up to a multiple of that.
 */
#ifndef KOI_BASE_SHARE_H
#define KOI_BASE_SHARE_H

#include <stddef.h>

/* Calls round(arg, i) for each i below n, in any order, on any of the pool's threads. Rounds may
 * not call share_rounds() themselves. */
void share_rounds(size_t n, void (*round)(void *arg, size_t i), void *arg);

/* Wakes the pool for a loop that comes within a tenth of a millisecond or two, where cores are so
 * few that waiting for them to wake shows; they look for it, and sleep again when none comes. */
void share_soon(void);

#endif

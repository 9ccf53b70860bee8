/* list — arrays that grow while rows are read into them, in an arena.
 *
 *     struct tag *tags = NULL;
 *     size_t n = 0, room = 0;
 *     while (rows_next(r)) {
 *         struct tag *t = LIST_ADD(a, tags, n, room);      zeroed
 *
 * Doubling leaves the old copies to the arena: at most as much again as the final array.
 */
#ifndef KOI_STORE_LIST_H
#define KOI_STORE_LIST_H

#include "base/arena.h"

/* The address of a new zeroed element behind the last; `n` and `room` are size_t variables that
 * start at 0. */
#define LIST_ADD(arena, list, n, room)                                                             \
    (((n) == (room) ? (void)((list) = list_more((arena), (list), &(room), sizeof *(list)))         \
                    : (void)0),                                                                    \
     &(list)[(n)++])

/* For LIST_ADD: the same elements with room for twice as many, zeroed behind them. */
static inline void *list_more(struct arena *a, const void *list, size_t *room, size_t size)
{
    size_t more = *room == 0 ? 16 : *room * 2;
    char *copy = arena_alloc_array(a, size, more);
    if (*room > 0)
        memcpy(copy, list, *room * size);
    *room = more;
    return copy;
}

#endif

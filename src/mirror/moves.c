/* moves.c — old moves and new ones become one list, by a merge of two that are sorted.
 *
 * A list never changes; the next one is a copy with more in it: 1 ns a move that was there, some
 * hundred for each that is new. What is read twice (a step reads all moves of whoever moved) stands
 * there once, since a run moves a customer once.
 */
#include "mirror/moves.h"

#include "base/must.h"

#include <stdbool.h>
#include <stdlib.h>

void move_rows_add(struct move_rows *l, const struct move_row *row)
{
    if (l->n == l->room) {
        l->room = l->room > 0 ? l->room * 2 : 64;
        l->at = must(realloc(l->at, l->room * sizeof *l->at));
    }
    l->at[l->n++] = *row;
}

void move_rows_free(struct move_rows *l)
{
    free(l->at);
    *l = (struct move_rows){0};
}

static int compare_rows(const void *x, const void *y)
{
    const struct move_row *a = x, *b = y;
    if (a->move.local != b->move.local)
        return a->move.local < b->move.local ? -1 : 1;
    return (a->run_id > b->run_id) - (a->run_id < b->run_id);
}

struct moves *moves_with(const struct moves *old, struct move_rows *rows, const struct codes *runs)
{
    uint32_t old_n = old != NULL ? old->n : 0;
    if (rows->n > 1)
        qsort(rows->at, rows->n, sizeof *rows->at, compare_rows);
    if (old_n + rows->n == 0)
        return NULL;
    struct moves *m = must(malloc(sizeof *m + (old_n + rows->n) * sizeof *m->at));
    m->refs = 1;
    m->n = 0;
    for (size_t o = 0, r = 0; o < old_n || r < rows->n;) {
        int order = o == old_n ? 1 : -1;
        if (o < old_n && r < rows->n) {
            struct move_row was = {codes_id(runs, old->at[o].run), old->at[o]};
            order = compare_rows(&was, &rows->at[r]);
        }
        struct move next = order <= 0 ? old->at[o] : rows->at[r].move;
        o += order <= 0;
        r += order >= 0;
        const struct move *last = m->n > 0 ? &m->at[m->n - 1] : NULL;
        if (last == NULL || last->local != next.local || last->run != next.run)
            m->at[m->n++] = next;
    }
    return m;
}

struct moves *moves_hold(struct moves *m)
{
    if (m != NULL)
        atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void moves_drop(struct moves *m)
{
    if (m != NULL && atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1)
        free(m);
}

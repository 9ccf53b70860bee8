/* builder_moves.c — moves between tiers, read by customer and given to chunks.
 *
 * Customers whom no row names any more keep their moves: they get an ordinal for them. What needs
 * more than 16 bits of a code is left out; snapshot_knows_moves() tells of it.
 */
#include "mirror/builder_parts.h"

#include "base/must.h"
#include "store/event.h"

#include <assert.h>
#include <string.h>

static uint32_t code_of(struct codes *codes, int64_t id)
{
    return id != 0 ? codes_put(codes, id) : 0;
}

static void see_move(void *to, const struct feed_move *m)
{
    struct moves_read *x = to;
    struct dictionaries *d = &x->b->dictionaries;
    uint32_t ordinal = ordinal_put(x->b, m->customer_id);
    uint32_t run = code_of(d->tier_runs, m->run_id);
    uint32_t from = code_of(d->objects[OBJECT_TIER], m->from_tier_id);
    uint32_t into = code_of(d->objects[OBJECT_TIER], m->to_tier_id);
    size_t chunk = ordinal / SET_CHUNK;
    if (run > UINT16_MAX || from > UINT16_MAX || into > UINT16_MAX)
        return;
    if (chunk >= x->n) {
        x->chunks = must(realloc(x->chunks, (chunk + 1) * sizeof *x->chunks));
        memset(x->chunks + x->n, 0, (chunk + 1 - x->n) * sizeof *x->chunks);
        x->n = chunk + 1;
    }
    move_rows_add(&x->chunks[chunk],
                  &(struct move_row){m->run_id,
                                     {(uint16_t)(ordinal % SET_CHUNK), (uint16_t)run,
                                      (uint16_t)from, (uint16_t)into}});
}

enum rc moves_read_all(struct moves_read *x, struct tx *tx, struct err *e)
{
    return feed_moves(tx, see_move, x, e);
}

enum rc moves_read_of(struct moves_read *x, struct tx *tx, const int64_t *ids, size_t n,
                      struct err *e)
{
    return feed_moves_of(tx, ids, n, see_move, x, e);
}

void moves_read_put(struct moves_read *x, struct chunk *c, uint32_t i)
{
    if (i >= x->n || x->chunks[i].n == 0)
        return;
    struct moves *with = moves_with(c->moves, &x->chunks[i], x->b->dictionaries.tier_runs);
    moves_drop(c->moves);
    c->moves = with;
    move_rows_free(&x->chunks[i]);
}

void moves_read_free(struct moves_read *x)
{
    for (size_t i = 0; i < x->n; i++)
        move_rows_free(&x->chunks[i]);
    free(x->chunks);
    *x = (struct moves_read){.b = x->b};
}

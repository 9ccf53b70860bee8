/* snapshot.c — references, and what is held in bytes.
 *
 * Everything below a snapshot is counted on its own, so that the next one shares what did not
 * change. The last reference frees, on whichever thread gives it back. */
#include "mirror/snapshot.h"

#include "base/must.h"
#include "store/event.h"

#include <stdlib.h>
#include <string.h>

struct columns *columns_new(void)
{
    struct columns *c = must(malloc(sizeof *c));
    c->refs = 1;
    for (uint32_t i = 0; i < SET_CHUNK; i++) {
        c->birth_day[i] = COLUMN_NO_DAY;
        c->added_s[i] = c->first_s[i] = COLUMN_NEVER;
        c->clv_fen[i] = 0;
    }
    return c;
}

static void columns_drop(struct columns *c)
{
    if (c != NULL && atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) == 1)
        free(c);
}

struct columns *columns_own(struct columns *old)
{
    if (atomic_load_explicit(&old->refs, memory_order_acquire) == 1)
        return old;
    struct columns *c = must(malloc(sizeof *c));
    memcpy(c->birth_day, old->birth_day, sizeof c->birth_day);
    memcpy(c->added_s, old->added_s, sizeof c->added_s);
    memcpy(c->first_s, old->first_s, sizeof c->first_s);
    memcpy(c->clv_fen, old->clv_fen, sizeof c->clv_fen);
    c->refs = 1;
    columns_drop(old);
    return c;
}

struct chunk *chunk_new(void)
{
    struct chunk *c = must(calloc(1, sizeof *c));
    c->refs = 1;
    return c;
}

struct chunk *chunk_hold(struct chunk *c)
{
    atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void chunk_drop(struct chunk *c)
{
    if (c == NULL || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (int k = 0; k < c->n_runs; k++)
        run_drop(c->runs[k]);
    columns_drop(c->columns);
    scores_drop(c->scores);
    moves_drop(c->moves);
    free(c);
}

void texts_drop(struct texts *t)
{
    if (t != NULL && atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) == 1)
        free(t);
}

struct snapshot *snapshot_hold(const struct snapshot *s)
{
    atomic_fetch_add_explicit(&((struct snapshot *)s)->refs, 1, memory_order_relaxed);
    return (struct snapshot *)s;
}

void snapshot_drop(struct snapshot *s)
{
    if (s == NULL || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (uint32_t i = 0; i < s->n_chunks; i++)
        chunk_drop(s->chunks[i]);
    free(s->chunks);
    marks_drop(s->marks);
    set_drop(s->alive);
    texts_drop(s->texts);
    tier_past_drop(s->tier_past);
    free(s);
}

void chunk_runs_begin(struct chunk_runs *v, const struct chunk *chunk, const struct set_words *who)
{
    v->chunk = chunk;
    v->run = NULL;
    v->left = *who;
    v->any_several = false;
    v->older = chunk->n_runs;
}

/* Those left whom the run continues have older rows, too. */
static void note_continued(struct chunk_runs *v)
{
    if (v->run->continued == NULL)
        return;
    struct set_words more = v->left;
    words_and(&more, v->run->continued);
    if (!v->any_several)
        v->several = more;
    else
        words_or(&v->several, &more);
    v->any_several = true;
}

bool chunk_runs_next(struct chunk_runs *v)
{
    while (v->older > 0 && words_any(&v->left)) {
        v->run = v->chunk->runs[--v->older];
        v->here = v->left;
        if (v->older == 0) {
            words_clear(&v->left);
        } else if (v->run->replaced == NULL) {
            note_continued(v);
            continue;
        } else {
            words_and(&v->here, v->run->replaced);
            words_and_not(&v->left, &v->here);
        }
        if (v->any_several)
            words_and_not(&v->here, &v->several);
        if (v->older > 0)
            note_continued(v);
        if (words_any(&v->here))
            return true;
    }
    v->any_several = v->any_several && words_any(&v->several);
    return false;
}

bool snapshot_knows_moves(const struct snapshot *s)
{
    return codes_count(s->dictionaries->tier_runs) <= UINT16_MAX &&
           codes_count(s->dictionaries->objects[OBJECT_TIER]) <= UINT16_MAX;
}

struct snapshot_bytes snapshot_bytes(const struct snapshot *s)
{
    struct snapshot_bytes b = {.marks = marks_bytes(s->marks) + set_bytes(s->alive) +
                                        tier_past_bytes(s->tier_past)};
    for (uint32_t i = 0; i < s->n_chunks; i++) {
        const struct chunk *c = s->chunks[i];
        b.columns += sizeof *c->columns;
        b.columns += c->scores != NULL ? sizeof *c->scores : 0;
        b.moves += c->moves != NULL ? sizeof *c->moves + c->moves->n * sizeof *c->moves->at : 0;
        for (int k = 0; k < c->n_runs; k++) {
            b.events += run_bytes(c->runs[k]);
            b.rows += c->runs[k]->n;
        }
    }
    const struct dictionaries *d = s->dictionaries;
    b.dictionaries = codes_bytes(d->customers) + codes_bytes(d->channels) + codes_bytes(d->staff);
    b.dictionaries += codes_bytes(d->tier_runs);
    for (int k = 0; k < OBJECT_KINDS; k++)
        b.dictionaries += d->objects[k] != NULL ? codes_bytes(d->objects[k]) : 0;
    return b;
}

/* tier_past.c — a ring of a few answers behind a lock, which is held for a look at each of them.
 *
 * Answers are marks, which never change, so whoever found one uses it without the lock and for as
 * long as they hold it. What was read before the last move is refused: the snapshot that the answer
 * would be kept for has moves that it does not know. */
#include "mirror/tier_past.h"

#include "base/lock.h"
#include "base/must.h"

#include <stdatomic.h>
#include <stdlib.h>

struct answered {
    int64_t model_id, at_s;
    struct marks *marks;
};

struct tier_past {
    atomic_uint refs;
    int64_t since_seq;
    struct lock lock; /* what follows */
    struct answered at[TIER_PAST_MOST];
    size_t n, next;
};

struct tier_past *tier_past_new(int64_t since_seq)
{
    struct tier_past *p = must(calloc(1, sizeof *p));
    p->refs = 1;
    p->since_seq = since_seq;
    lock_init(&p->lock, LOCK_LEAF);
    return p;
}

struct tier_past *tier_past_hold(struct tier_past *p)
{
    atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    return p;
}

void tier_past_drop(struct tier_past *p)
{
    if (p == NULL || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < p->n; i++)
        marks_drop(p->at[i].marks);
    lock_done(&p->lock);
    free(p);
}

/* Its place; p->n: nowhere. With the lock. */
static size_t place_of(const struct tier_past *p, int64_t model_id, int64_t at_s)
{
    size_t i = 0;
    while (i < p->n && (p->at[i].model_id != model_id || p->at[i].at_s != at_s))
        i++;
    return i;
}

struct marks *tier_past_find(struct tier_past *p, int64_t model_id, int64_t at_s)
{
    lock_take(&p->lock);
    size_t i = place_of(p, model_id, at_s);
    struct marks *found = i < p->n ? marks_hold(p->at[i].marks) : NULL;
    lock_give(&p->lock);
    return found;
}

void tier_past_put(struct tier_past *p, int64_t model_id, int64_t at_s, int64_t seq,
                   const struct marks *m)
{
    struct marks *old = NULL;
    if (seq < p->since_seq)
        return;
    lock_take(&p->lock);
    if (place_of(p, model_id, at_s) == p->n) {
        struct answered *to = &p->at[p->next];
        old = to->marks;
        *to = (struct answered){model_id, at_s, marks_hold(m)};
        p->next = (p->next + 1) % TIER_PAST_MOST;
        p->n += p->n < TIER_PAST_MOST;
    }
    lock_give(&p->lock);
    marks_drop(old);
}

size_t tier_past_bytes(struct tier_past *p)
{
    size_t bytes = sizeof *p;
    lock_take(&p->lock);
    for (size_t i = 0; i < p->n; i++)
        bytes += marks_bytes(p->at[i].marks);
    lock_give(&p->lock);
    return bytes;
}

/* scores.c — scores packed into twelve bytes, shared between snapshots.
 *
 * Those of a chunk are copied (0.8 MB) when one of them changes while a snapshot holds them; a
 * customer who is read again with the same scores copies nothing. What has no room is marked, never
 * cut off: whoever adds up sees it and asks the database.
 */
#include "mirror/scores.h"

#include "base/must.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(SCORE_ALIVE_BITS + 1 + SCORE_PURCHASES_BITS + SCORE_HIGH_BITS == 64,
              "a word has room for all of them");

struct scores *scores_new(void)
{
    struct scores *s = must(calloc(1, sizeof *s));
    s->refs = 1;
    return s;
}

struct scores *scores_hold(struct scores *s)
{
    if (s != NULL)
        atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void scores_drop(struct scores *s)
{
    if (s != NULL && atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) == 1)
        free(s);
}

static void own(struct scores **of)
{
    struct scores *old = *of;
    if (old != NULL && atomic_load_explicit(&old->refs, memory_order_acquire) == 1)
        return;
    *of = scores_new();
    if (old == NULL)
        return;
    memcpy((*of)->low, old->low, sizeof old->low);
    memcpy((*of)->word, old->word, sizeof old->word);
    scores_drop(old);
}

/* A number in so many bits; all of them are set for one that does not fit. */
static uint64_t fitted(int64_t number, int bits)
{
    uint64_t most = (UINT64_C(1) << bits) - 1;
    return number < 0 || (uint64_t)number > most ? most : (uint64_t)number;
}

void scores_put(struct scores **of, uint32_t local, const struct score *x)
{
    assert(local < SET_CHUNK && x->alive_ppm >= 0 && x->alive_ppm < 1 << SCORE_ALIVE_BITS);
    uint64_t fen = fitted(x->rfm_fen, 32 + SCORE_HIGH_BITS);
    uint64_t word = (uint64_t)x->alive_ppm | (uint64_t)x->repeater << SCORE_ALIVE_BITS |
                    fitted(x->purchases_micro, SCORE_PURCHASES_BITS) << (SCORE_ALIVE_BITS + 1) |
                    fen >> 32 << (64 - SCORE_HIGH_BITS);
    uint32_t low = (uint32_t)fen;
    uint64_t word_before = *of != NULL ? (*of)->word[local] : 0;
    uint32_t low_before = *of != NULL ? (*of)->low[local] : 0;
    if (word == word_before && low == low_before)
        return;
    own(of);
    (*of)->word[local] = word;
    (*of)->low[local] = low;
}

/* scores — the numbers that the last fits gave each customer of a chunk, for sums over many.
 *
 * Who has which RFM score, and who a lifetime value, say the marks; the value itself is a column
 * (mirror/snapshot.h). Here are the amount behind an RFM score, and of a lifetime value the
 * chance to be a buyer still, the purchases expected, and whether there was a second one. Cost: 12
 * bytes a customer of a chunk where anybody has any of them.
 */
#ifndef KOI_MIRROR_SCORES_H
#define KOI_MIRROR_SCORES_H

#include "mirror/set.h"

#include <stdatomic.h>

/* What a customer has; 0 for what there is not. SCORE_UNFIT in place of a number that has no room:
 * an amount past 2^40 fen, purchases past 34,000. */
#define SCORE_UNFIT (-1)
struct score {
    int64_t rfm_fen, purchases_micro;
    int32_t alive_ppm;
    bool repeater;
};

enum { SCORE_ALIVE_BITS = 20, SCORE_PURCHASES_BITS = 35, SCORE_HIGH_BITS = 8 };

/* From the lowest bit of a word: alive, repeater, purchases, the highest bits of the amount. */
struct scores {
    atomic_uint refs;
    uint32_t low[SET_CHUNK]; /* of the amount */
    uint64_t word[SET_CHUNK];
};

/* Nobody has any; the caller holds one reference. */
struct scores *scores_new(void);
/* Takes another reference; accepts NULL. */
struct scores *scores_hold(struct scores *s);
/* Gives a reference back; accepts NULL. */
void scores_drop(struct scores *s);
/* Writes a customer's into `*of`, which is copied when somebody else holds it, and made when it is
 * NULL and there is something to write. */
void scores_put(struct scores **of, uint32_t local, const struct score *x);

static inline struct score score_at(const struct scores *s, uint32_t local)
{
    const uint64_t most = (UINT64_C(1) << SCORE_PURCHASES_BITS) - 1;
    uint64_t w = s->word[local], purchases = w >> (SCORE_ALIVE_BITS + 1) & most;
    uint64_t fen = w >> (64 - SCORE_HIGH_BITS) << 32 | s->low[local];
    bool unfit = fen == (UINT64_C(1) << (32 + SCORE_HIGH_BITS)) - 1;
    return (struct score){
        .rfm_fen = unfit ? SCORE_UNFIT : (int64_t)fen,
        .purchases_micro = purchases == most ? SCORE_UNFIT : (int64_t)purchases,
        .alive_ppm = (int32_t)(w & ((1u << SCORE_ALIVE_BITS) - 1)),
        .repeater = (w >> SCORE_ALIVE_BITS & 1) != 0,
    };
}

#endif

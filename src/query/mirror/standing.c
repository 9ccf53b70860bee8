/* standing.c — RFM cells and bands of lifetime value: sets give the cells, columns the sums.
 *
 * Each chunk adds up on its own, the chunks are shared out to the cores. Only roots that are not
 * erased count, of an account with a narrow scope those it sees.
 */
#include "query/mirror/standing.h"

#include "base/share.h"
#include "query/mirror/orders.h"
#include "store/list.h"

#include <assert.h>

/* ---- RFM ---- */

enum { SCORES = 5, CELLS = SCORES * SCORES * SCORES };

struct cells {
    const struct people *people;
    const struct set *by[3][SCORES]; /* r, f, m */
    struct cell_sums {
        int64_t customers[CELLS], amount_fen[CELLS];
        bool unfit;
    } * chunks;
};

static void add_cell(struct cell_sums *sums, int cell, const struct scores *scores,
                     const struct set_words *who)
{
    sums->customers[cell] = words_count(who);
    int64_t total = 0;
    EACH_BIT(who, local)
    {
        int64_t fen = score_at(scores, (uint32_t)local).rfm_fen;
        sums->unfit |= fen == SCORE_UNFIT;
        total += fen;
    }
    sums->amount_fen[cell] = total;
}

static void cells_of_chunk(void *arg, size_t i)
{
    struct cells *x = arg;
    const struct scores *scores = x->people->s->chunks[i]->scores;
    struct set_words all, of_r, of_rf, of_rfm;
    if (scores == NULL)
        return;
    people_of(x->people, (uint32_t)i, &all);
    for (int r = 0; r < SCORES; r++) {
        of_r = all;
        set_and(x->by[0][r], (uint32_t)i, &of_r);
        for (int f = 0; f < SCORES && words_any(&of_r); f++) {
            of_rf = of_r;
            set_and(x->by[1][f], (uint32_t)i, &of_rf);
            for (int m = 0; m < SCORES && words_any(&of_rf); m++) {
                of_rfm = of_rf;
                set_and(x->by[2][m], (uint32_t)i, &of_rfm);
                if (words_any(&of_rfm))
                    add_cell(&x->chunks[i], (r * SCORES + f) * SCORES + m, scores, &of_rfm);
            }
        }
    }
}

static enum rc add_up_cells(const struct cells *x, struct arena *a, struct rfm_cell **out,
                            size_t *out_n)
{
    struct rfm_cell *list = NULL;
    size_t n = 0, room = 0;
    for (int cell = 0; cell < CELLS; cell++) {
        struct rfm_cell sum = {cell / (SCORES * SCORES) + 1, cell / SCORES % SCORES + 1,
                               cell % SCORES + 1, 0, 0};
        for (uint32_t i = 0; i < x->people->s->n_chunks; i++) {
            if (x->chunks[i].unfit)
                return RC_BUSY;
            sum.customers += x->chunks[i].customers[cell];
            sum.amount_fen += x->chunks[i].amount_fen[cell];
        }
        if (sum.customers > 0)
            *LIST_ADD(a, list, n, room) = sum;
    }
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc mirror_rfm_cells(const struct board *b, int64_t scope_account, struct rfm_cell **out,
                         size_t *out_n, struct err *e)
{
    static const enum mark_kind KINDS[] = {MARK_RFM_R, MARK_RFM_F, MARK_RFM_M};
    struct people people;
    enum rc rc = people_begin(&people, b->s, b->tx, scope_account, e);
    if (rc == RC_OK) {
        struct cells x = {
            .people = &people,
            .chunks = ARENA_ARRAY(tx_arena(b->tx), struct cell_sums, b->s->n_chunks + 1),
        };
        for (int k = 0; k < 3; k++)
            for (int i = 0; i < SCORES; i++)
                x.by[k][i] = marks_find(b->s->marks, KINDS[k], i + 1);
        share_rounds(b->s->n_chunks, cells_of_chunk, &x);
        rc = add_up_cells(&x, tx_arena(b->tx), out, out_n);
    }
    people_end(&people);
    return rc;
}

/* ---- lifetime value ---- */

enum { BANDS = CLV_CUTS + 1, TENTHS = 10 };

struct bands {
    const struct people *people;
    const int64_t *cuts;
    const struct mark *horizons;
    size_t n_horizons;
    struct band_sums {
        struct clv_band at[BANDS][TENTHS];
        bool unfit;
    } * chunks;
};

/* The first band whose end is above the value. */
static int band_of(const int64_t cuts[static CLV_CUTS], int64_t clv_fen)
{
    int band = 0;
    while (band < CLV_CUTS && clv_fen >= cuts[band])
        band++;
    return band;
}

static void bands_of_chunk(void *arg, size_t i)
{
    struct bands *x = arg;
    const struct chunk *c = x->people->s->chunks[i];
    struct band_sums *sums = &x->chunks[i];
    struct set_words who, valued;
    if (c->scores == NULL)
        return;
    words_clear(&valued);
    for (size_t k = 0; k < x->n_horizons; k++)
        set_or(x->horizons[k].set, (uint32_t)i, &valued);
    people_of(x->people, (uint32_t)i, &who);
    words_and(&who, &valued);
    EACH_BIT(&who, local)
    {
        struct score score = score_at(c->scores, (uint32_t)local);
        int64_t fen = c->columns->clv_fen[local];
        int tenth = score.alive_ppm < 1000000 ? score.alive_ppm / 100000 : TENTHS - 1;
        struct clv_band *band = &sums->at[band_of(x->cuts, fen)][tenth];
        band->customers++;
        band->repeaters += score.repeater;
        band->alive_ppm += score.alive_ppm;
        band->purchases_micro += score.purchases_micro;
        band->clv_fen += fen;
        sums->unfit |= score.purchases_micro == SCORE_UNFIT;
    }
}

static enum rc add_up_bands(const struct bands *x, struct arena *a, struct clv_band **out,
                            size_t *out_n)
{
    struct clv_band *list = NULL;
    size_t n = 0, room = 0;
    for (int place = 0; place < BANDS * TENTHS; place++) {
        struct clv_band sum = {.band = place / TENTHS, .alive = place % TENTHS};
        for (uint32_t i = 0; i < x->people->s->n_chunks; i++) {
            const struct clv_band *part = &x->chunks[i].at[place / TENTHS][place % TENTHS];
            if (x->chunks[i].unfit)
                return RC_BUSY;
            sum.customers += part->customers;
            sum.repeaters += part->repeaters;
            sum.alive_ppm += part->alive_ppm;
            sum.purchases_micro += part->purchases_micro;
            sum.clv_fen += part->clv_fen;
        }
        if (sum.customers > 0)
            *LIST_ADD(a, list, n, room) = sum;
    }
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc mirror_clv_bands(const struct board *b, int64_t scope_account,
                         const int64_t cuts[static CLV_CUTS], struct clv_band **out, size_t *out_n,
                         struct err *e)
{
    struct people people;
    enum rc rc = people_begin(&people, b->s, b->tx, scope_account, e);
    if (rc == RC_OK) {
        struct bands x = {
            .people = &people,
            .cuts = cuts,
            .chunks = ARENA_ARRAY(tx_arena(b->tx), struct band_sums, b->s->n_chunks + 1),
        };
        x.horizons = marks_of(b->s->marks, MARK_CLV, &x.n_horizons);
        share_rounds(b->s->n_chunks, bands_of_chunk, &x);
        rc = add_up_bands(&x, tx_arena(b->tx), out, out_n);
    }
    people_end(&people);
    return rc;
}

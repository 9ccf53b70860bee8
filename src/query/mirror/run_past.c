/* run_past.c — what was so at a past time, from the last event that said so.
 *
 * Rows of a customer are in the order of time, so the last one is looked for from the end of what
 * had happened by then, in the newest run first. Where the kind has a posting, only those in it are
 * looked at. Cost: 1 ns for each row behind the one that is found, 20 ns a customer looked at. */
#include "query/mirror/plan.h"

#include <assert.h>

static bool object_holds(const struct last_ask *x, uint32_t object)
{
    uint32_t code = object & ((1U << OBJECT_CODE_BITS) - 1);
    if (object == 0)
        return false;
    if (object >> OBJECT_CODE_BITS != (uint32_t)x->object_kind)
        return x->other;
    assert(code < x->lut_n); /* the look-up is younger than the run */
    return x->lut[code];
}

/* The row of the last event that said so; false when there is none. */
static bool last_row(const struct last_ask *x, const struct run *run, uint32_t local, uint32_t *out)
{
    struct run_range range = run_range_of(run, local);
    if (range.from == range.to)
        return false;
    for (uint32_t row = run_first_since(run, local, range, x->before_s); row-- > range.from;)
        if (run->kind[row] == x->kind) {
            *out = row;
            return true;
        }
    return false;
}

static bool last_holds(const struct last_ask *x, const struct run *run, uint32_t local)
{
    uint32_t row;
    return last_row(x, run, local, &row) && object_holds(x, run_value(&run->object, row));
}

/* Those of `who`, all of whom the run holds. */
static void run_one(const struct last_ask *x, const struct run *run, const struct set_words *who,
                    struct set_words *out)
{
    const struct run_posting *p = run->postings[x->kind];
    if (run->by_kind[x->kind] == 0)
        return;
    for (uint32_t i = 0; p != NULL && i < p->n; i++) {
        uint32_t local = p->local[i];
        if ((i == 0 || p->local[i - 1] != local) && words_has(who, local) &&
            last_holds(x, run, local))
            words_put(out, local);
    }
    for (uint32_t w = 0; p == NULL && w < SET_WORDS; w++)
        for (uint64_t left = who->w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            if (last_holds(x, run, local))
                words_put(out, local);
        }
}

/* A customer whose rows are in several runs. */
static bool last_of_several(const struct last_ask *x, const struct chunk *chunk, uint32_t local)
{
    int oldest = chunk_oldest(chunk, local);
    for (int k = chunk->n_runs; k-- > oldest;) {
        const struct run *run = chunk->runs[k];
        uint32_t row;
        if (run->by_kind[x->kind] > 0 && (k == oldest || run_continues(run, local)) &&
            last_row(x, run, local, &row))
            return object_holds(x, run_value(&run->object, row));
    }
    return false;
}

void last_run(const struct ask *ask, const struct chunk *chunk, const struct set_words *cand,
              struct set_words *out)
{
    struct chunk_runs v;
    words_clear(out);
    chunk_runs_begin(&v, chunk, cand);
    while (chunk_runs_next(&v))
        run_one(ask->last, v.run, &v.here, out);
    for (uint32_t w = 0; v.any_several && w < SET_WORDS; w++)
        for (uint64_t left = v.several.w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            if (last_of_several(ask->last, chunk, local))
                words_put(out, local);
        }
}

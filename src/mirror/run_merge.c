/* run_merge.c — one run made of several.
 *
 * Customers are gone through in order. Each run continues or replaces whom it holds, so a
 * customer's rows are those of the newest run that replaces them and of all newer ones, one after
 * the other, and are copied as they stand. Beside the new run it holds its wide columns: 15 bytes a
 * row of one chunk, never of all. Customers of none of the runs cost nothing.
 */
#include "mirror/run.h"

#include "base/must.h"
#include "mirror/gather.h"
#include "mirror/rows.h"

#include <assert.h>
#include <stdlib.h>

struct merging_runs {
    const struct run *const *runs;
    struct gathering *at;
    size_t n;
    struct run_rows rows;
};

static void merge_customer(struct merging_runs *m, uint32_t local)
{
    size_t first = m->n - 1;
    while (first > 0 && !run_replaces(m->runs[first], local))
        first--;
    for (size_t k = first; k < m->n; k++)
        gather_customer(&m->at[k], local, gather_range(&m->at[k], local), &m->rows);
}

/* Those whom any of the runs holds. */
static void held_by_any(const struct run *const *runs, size_t n, struct set_words *out)
{
    words_clear(out);
    for (size_t k = 0; k < n; k++) {
        if (runs[k]->replaced != NULL)
            words_or(out, runs[k]->replaced);
        if (runs[k]->continued != NULL)
            words_or(out, runs[k]->continued);
    }
}

struct run *run_merge(const struct run *const *runs, size_t n, bool base)
{
    struct merging_runs m = {.runs = runs, .n = n};
    struct set_words replaced, held;
    size_t all = 0;
    assert(n > 0);
    m.at = must(malloc(n * sizeof *m.at));
    words_clear(&replaced);
    for (size_t k = 0; k < n; k++) {
        gather_begin(&m.at[k], runs[k]);
        all += runs[k]->n;
        if (!base && runs[k]->replaced != NULL)
            words_or(&replaced, runs[k]->replaced);
    }
    rows_reserve(&m.rows, all);
    if (base)
        words_fill(&held, SET_CHUNK);
    else
        held_by_any(runs, n, &held);
    for (uint32_t w = 0; w < SET_WORDS; w++)
        for (uint64_t left = held.w[w]; left != 0; left &= left - 1)
            merge_customer(&m, w * 64 + (uint32_t)__builtin_ctzll(left));
    free(m.at);
    return run_of_sorted(&m.rows, &replaced, base);
}

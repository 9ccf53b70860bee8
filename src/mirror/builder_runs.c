/* builder_runs.c — the runs of a chunk as events come in, and which of them are to become one.
 *
 * New rows go into the newest run, which is written anew while it is small (`top_most`) and left
 * alone then. It continues the customers it holds, whose older runs stay as they are, so that a
 * step costs its new rows and those of small newest runs. Who has a row that is earlier than the
 * last of older runs is replaced: all of their rows are copied from those. Whoever has no older
 * rows is replaced, too, since one run is simpler to read than two.
 *
 * Runs that are left alone become one with the next older while that is but a few times as large
 * (`growth`), and part of the first when they are a share of it, on the merger's thread. What it
 * has made is put in place by the next step, so no step waits for a merge: when merges fall behind,
 * the newest run grows instead. An event is copied about four times for each step from one size to
 * the next.
 */
#include "mirror/builder_parts.h"

#include "mirror/gather.h"
#include "mirror/rows.h"

#include <assert.h>

/* ---- the newest run ---- */

/* Whether the newest run is written anew by a step that adds to the chunk. While runs of the chunk
 * are merged it may grow, so that there are not too many. */
static bool top_is_open(const struct builder *b, const struct chunk *c, uint32_t i)
{
    enum { GROWN = 4 };
    const struct run *merging = merger_newest(b->merger, i), *top = c->runs[c->n_runs - 1];
    if (c->n_runs == 1 || (merging != NULL && run_origin(top) == run_origin(merging)))
        return false;
    return c->n_runs == CHUNK_RUNS || top->n <= b->bounds.top_most * (merging != NULL ? GROWN : 1);
}

/* The last time of a customer in the runs of a chunk; false when they have no rows. */
static bool last_time(const struct chunk *c, uint32_t local, uint32_t *out_s)
{
    for (int k = c->n_runs; k-- > 0;) {
        const struct run *run = c->runs[k];
        bool replaces = k > 0 && run_replaces(run, local);
        if (k > 0 && !replaces && !run_continues(run, local))
            continue;
        struct run_range range = run_range_of(run, local);
        if (range.from < range.to) {
            *out_s = run->at_s[range.to - 1];
            return true;
        }
        if (replaces)
            return false;
    }
    return false;
}

/* Whom new rows make replaced, besides the upset: `late` has rows to be copied from the runs of
 * `c`, `newcomers` have none. `top` (or NULL) is the run that the rows are put in, newer than
 * those. */
static void sort_out(const struct new_rows *n, const struct chunk *c, const struct run *top,
                     struct set_words *late, struct set_words *newcomers)
{
    const struct run_rows *rows = n->fresh;
    uint32_t known = SET_CHUNK, last_s = 0; /* of the customer of the row before */
    for (size_t i = 0; i < rows->n; i++) {
        uint32_t local = rows->local[i];
        if ((top != NULL && run_replaces(top, local)) || words_has(&n->upset, local) ||
            words_has(newcomers, local) || words_has(late, local))
            continue;
        if (top != NULL && run_continues(top, local) &&
            rows->at_s[i] >= top->at_s[run_range_of(top, local).from])
            continue;
        if (local != known && !last_time(c, local, &last_s)) {
            words_put(newcomers, local);
            continue;
        }
        known = local;
        if (rows->at_s[i] < last_s)
            words_put(late, local);
    }
}

void runs_gather(const struct chunk *c, const struct set_words *who, struct run_rows *out)
{
    struct gathering at[CHUNK_RUNS];
    for (int k = 0; k < c->n_runs; k++)
        gather_begin(&at[k], c->runs[k]);
    for (uint32_t w = 0; w < SET_WORDS; w++)
        for (uint64_t left = who->w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            for (int k = chunk_oldest(c, local); k < c->n_runs; k++)
                gather_customer(&at[k], local, gather_range(&at[k], local), out);
        }
}

/* Appends the rows that a newest run has of all but the upset. */
static void take_top(const struct run *top, const struct set_words *upset, struct run_rows *out)
{
    struct set_words some;
    words_clear(&some);
    if (top->replaced != NULL)
        words_or(&some, top->replaced);
    if (top->continued != NULL)
        words_or(&some, top->continued);
    words_and_not(&some, upset);
    rows_reserve(out, out->n + top->n);
    gather_rows(top, &some, out);
}

void runs_renew(struct builder *b, struct chunk *c, uint32_t i, const struct new_rows *n)
{
    struct set_words late, replaced;
    struct run_rows *rows = run_rows_new();
    struct run *top = top_is_open(b, c, i) ? c->runs[--c->n_runs] : NULL;
    words_clear(&late);
    words_clear(&replaced);
    if (n->fresh != NULL)
        sort_out(n, c, top, &late, &replaced);
    words_or(&replaced, &late);
    words_or(&replaced, &n->upset);
    if (words_any(&late))
        runs_gather(c, &late, rows);
    if (top != NULL) {
        if (top->replaced != NULL)
            words_or(&replaced, top->replaced);
        take_top(top, &n->upset, rows);
        run_drop(top);
    }
    if (n->again != NULL)
        run_rows_take(rows, n->again);
    if (n->fresh != NULL)
        run_rows_take(rows, n->fresh);
    assert(c->n_runs < CHUNK_RUNS);
    c->runs[c->n_runs++] = run_new(rows, &replaced);
    run_rows_free(rows);
}

/* ---- merges ---- */

/* Where the runs that were merged still stand, perhaps with other refunds; -1: nowhere. */
static int place_of(const struct chunk *c, const struct merging *g)
{
    int n = (int)g->n, at = 0;
    while (at + n <= c->n_runs && run_origin(c->runs[at]) != run_origin(g->runs[0]))
        at++;
    bool there = at + n <= c->n_runs && !(g->base && at > 0);
    for (int k = 0; k < n && there; k++)
        there = run_origin(c->runs[at + k]) == run_origin(g->runs[k]);
    return there ? at : -1;
}

bool runs_stand(const struct chunk *c, const struct merging *g)
{
    return place_of(c, g) >= 0;
}

void runs_put_merged(struct chunk *c, struct merging *g)
{
    int n = (int)g->n, at = place_of(c, g);
    assert(at >= 0);
    for (int k = at; k < at + n; k++)
        run_drop(c->runs[k]);
    c->runs[at] = g->one;
    g->one = NULL;
    for (int k = at + n; k < c->n_runs; k++)
        c->runs[k - n + 1] = c->runs[k];
    c->n_runs -= n - 1;
}

/* Has the merger make one of the runs of a chunk that are left alone, where that is worth it; else
 * has the first copied out of its file. */
static void give_merge(struct builder *b, const struct chunk *c, uint32_t i)
{
    enum { BASES = 2 /* large merges that may wait for each other, and small ones for them */ };
    int still = c->n_runs - 1 - (c->n_runs > 1 && top_is_open(b, c, i));
    uint64_t rows = 0, newer = 0;
    for (int k = 1; k <= still; k++)
        rows += c->runs[k]->n;
    if (still > 0 && rows > c->runs[0]->n / b->bounds.base_share &&
        merger_bases(b->merger) < BASES) {
        merger_give(b->merger, i, c->runs, (size_t)still + 1, true);
        return;
    }
    int from = still;
    while (from > 1) {
        newer += c->runs[from]->n + 1;
        if (c->runs[from - 1]->n > newer * b->bounds.growth)
            break;
        from--;
    }
    if (from < still)
        merger_give(b->merger, i, c->runs + from, (size_t)(still - from) + 1, false);
    else if (run_is_in_file(c->runs[0]) && merger_bases(b->merger) < MERGER_MADE)
        merger_give(b->merger, i, c->runs, 1, true);
}

void runs_give_merges(struct builder *b, const struct snapshot *s)
{
    for (uint32_t i = 0; i < s->n_chunks; i++)
        if (merger_newest(b->merger, i) == NULL)
            give_merge(b, s->chunks[i], i);
}

/* builder_runs.c — the runs of a chunk as events come in, and which of them are to become one.
 *
 * New rows go into the newest run, which is written anew while it is small (`top_most`) and left
 * alone then. It continues the customers it holds, whose older runs stay as they are, so that a
 * step costs its new rows and those of small newest runs. Whoever has no older rows is replaced,
 * since one run is simpler to read than two.
 *
 * Who has a row that is earlier than the last of older runs is late. Where senders overlap, that
 * is everyone who does much, by a second; an import of the past is late by years. Either the newest
 * runs, back to the one that has what is later, are written anew together with the new rows; or the
 * customer is replaced: all of their rows are copied out of older runs. The step does what copies
 * fewer rows.
 *
 * Runs that are left alone become one with the next older while that is but a few times as large
 * (`growth`), and part of the first when they are a share of it, on the merger's thread. Runs of
 * the last seconds wait for that, but for becoming a middling one, so that they can be written anew
 * with little work. What the merger has made is put in place by the next step, so no step waits for
 * a merge: when merges fall behind, the newest run grows instead. An event is copied about four
 * times for each step from one size to the next.
 *
 * Between the share and nothing a chunk would stay in several runs for good, and questions about
 * everyone would be two to six times slower than they need be. So first runs become one with fewer
 * rows, too, at a pace that costs a fiftieth of a core, and all at once in quiet.
 */
#include "mirror/builder_parts.h"

#include "base/clock.h"
#include "base/must.h"
#include "mirror/gather.h"
#include "mirror/rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- the newest run ---- */

/* From which run on a step that adds to the chunk writes anew: the newest while it is small, else
 * none. While runs of the chunk are merged it may be a little larger, so that there are not too
 * many; and when there is no room for another, those behind the merged ones become one. */
static int open_from(const struct builder *b, const struct chunk *c, uint32_t i)
{
    enum { GROWN = 4 };
    const struct run *merging = merger_newest(b->merger, i), *origin = NULL;
    int n = c->n_runs, from = n - 1;
    if (merging != NULL)
        origin = run_origin(merging);
    if (n == 1 || run_origin(c->runs[n - 1]) == origin)
        return n;
    if (c->runs[n - 1]->n <= b->bounds.top_most * (merging != NULL ? GROWN : 1))
        return from;
    if (n < CHUNK_RUNS)
        return n;
    int behind = n - 1;
    while (behind > 0 && run_origin(c->runs[behind - 1]) != origin)
        behind--;
    return behind > 0 ? behind : from;
}

/* The last time of a customer in the first n runs of a chunk; false when they have no rows. */
static bool last_time(const struct chunk *c, int n, uint32_t local, uint32_t *out_s)
{
    for (int k = n; k-- > 0;) {
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

/* Whether runs from `from` on, which are written anew, show that a row comes behind all that older
 * runs have of the customer. */
static bool follows(const struct chunk *c, int from, uint32_t local, uint32_t at_s)
{
    for (int k = from; k < c->n_runs; k++)
        if (run_replaces(c->runs[k], local))
            return true;
    for (int k = from; k < c->n_runs; k++)
        if (run_continues(c->runs[k], local))
            return at_s >= c->runs[k]->at_s[run_range_of(c->runs[k], local).from];
    return false;
}

/* Whom new rows make replaced, besides the upset, when runs from `from` on are written anew: `late`
 * has rows to be copied from older ones, `newcomers` have none there. */
static void sort_out(const struct new_rows *n, const struct chunk *c, int from,
                     struct set_words *late, struct set_words *newcomers)
{
    const struct run_rows *rows = n->fresh;
    uint32_t known = SET_CHUNK, last_s = 0; /* of the customer of the row before */
    words_clear(late);
    words_clear(newcomers);
    for (size_t i = 0; i < rows->n; i++) {
        uint32_t local = rows->local[i];
        if (words_has(&n->upset, local) || words_has(newcomers, local) || words_has(late, local) ||
            follows(c, from, local, rows->at_s[i]))
            continue;
        if (local != known && !last_time(c, from, local, &last_s)) {
            words_put(newcomers, local);
            continue;
        }
        known = local;
        if (rows->at_s[i] < last_s)
            words_put(late, local);
    }
}

/* The oldest of the runs before `from` that has a row of the customer later than at_s, `from` when
 * none has. */
static int oldest_later(const struct chunk *c, int from, uint32_t local, uint32_t at_s)
{
    int oldest = from;
    for (int k = from; k-- > 0;) {
        struct run_range range = run_range_of(c->runs[k], local);
        bool replaces = k > 0 && run_replaces(c->runs[k], local);
        bool counts = k == 0 || replaces || run_continues(c->runs[k], local);
        if (counts && range.from < range.to) {
            if (c->runs[k]->at_s[range.to - 1] <= at_s)
                break;
            oldest = k;
        }
        if (replaces)
            break;
    }
    return oldest;
}

/* Rows that would be copied for the late, by the oldest run that has to be written anew so that
 * they are late no more. */
static void cost_of_late(const struct new_rows *n, const struct chunk *c, int from,
                         const struct set_words *late, uint64_t out[CHUNK_RUNS])
{
    const struct run_rows *rows = n->fresh;
    uint8_t *oldest = must(malloc(SET_CHUNK));
    memset(oldest, from, SET_CHUNK);
    for (size_t i = 0; i < rows->n; i++) {
        uint32_t local = rows->local[i];
        if (words_has(late, local) && oldest[local] > 0)
            oldest[local] = (uint8_t)oldest_later(c, oldest[local], local, rows->at_s[i]);
    }
    memset(out, 0, CHUNK_RUNS * sizeof *out);
    for (uint32_t w = 0; w < SET_WORDS; w++)
        for (uint64_t left = late->w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            for (int k = from; k-- > 0;) {
                struct run_range range = run_range_of(c->runs[k], local);
                if (k == 0 || run_continues(c->runs[k], local) || run_replaces(c->runs[k], local))
                    out[oldest[local]] += range.to - range.from;
                if (k > 0 && run_replaces(c->runs[k], local))
                    break;
            }
        }
    free(oldest);
}

/* From which run on a chunk is best written anew, where `from` on would be were nobody late. */
static int anew_from(const struct builder *b, const struct new_rows *n, const struct chunk *c,
                     uint32_t i, int from, const struct set_words *late)
{
    uint64_t copied[CHUNK_RUNS], cost = 0;
    cost_of_late(n, c, from, late, copied);
    for (int k = 0; k < from; k++)
        cost += copied[k];
    const struct run *merging = merger_newest(b->merger, i);
    uint64_t least = cost, anew = 0;
    int best = from;
    for (int k = from; k-- > 1;) {
        anew += c->runs[k]->n;
        if (merging != NULL && run_origin(c->runs[k]) == run_origin(merging))
            anew += merger_rows(b->merger, i); /* a merge whose runs are gone was for nothing */
        cost -= copied[k];
        if (cost + anew < least) {
            least = cost + anew;
            best = k;
        }
    }
    return best;
}

/* Appends all rows that runs from `from` up to `to` have of some customers, in the order of time
 * and log. */
static void gather_between(const struct chunk *c, int from, int to, const struct set_words *who,
                           struct run_rows *out)
{
    struct gathering at[CHUNK_RUNS];
    for (int k = from; k < to; k++)
        gather_begin(&at[k], c->runs[k]);
    for (uint32_t w = 0; w < SET_WORDS; w++)
        for (uint64_t left = who->w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            int first = to - 1;
            while (first > from && !run_replaces(c->runs[first], local))
                first--;
            for (int k = first; k < to; k++)
                gather_customer(&at[k], local, gather_range(&at[k], local), out);
        }
}

void runs_gather(const struct chunk *c, const struct set_words *who, struct run_rows *out)
{
    gather_between(c, 0, c->n_runs, who, out);
}

/* Takes the runs from `from` on away from a chunk; appends the rows that they have of all but the
 * upset, and adds whom they replace to `replaced`. */
static void take_newest(struct chunk *c, int from, const struct set_words *upset,
                        struct set_words *replaced, struct run_rows *out)
{
    struct set_words some;
    size_t n = 0;
    words_clear(&some);
    for (int k = from; k < c->n_runs; k++) {
        const struct run *run = c->runs[k];
        n += run->n;
        if (run->replaced != NULL) {
            words_or(&some, run->replaced);
            words_or(replaced, run->replaced);
        }
        if (run->continued != NULL)
            words_or(&some, run->continued);
    }
    words_and_not(&some, upset);
    rows_reserve(out, out->n + n);
    if (from < c->n_runs)
        gather_between(c, from, c->n_runs, &some, out);
    while (c->n_runs > from)
        run_drop(c->runs[--c->n_runs]);
}

void runs_renew(struct builder *b, struct chunk *c, uint32_t i, const struct new_rows *n)
{
    struct set_words late, replaced;
    struct run_rows *rows = run_rows_new();
    int from = open_from(b, c, i);
    words_clear(&late);
    words_clear(&replaced);
    if (n->fresh != NULL) {
        sort_out(n, c, from, &late, &replaced);
        int anew = words_any(&late) ? anew_from(b, n, c, i, from, &late) : from;
        if (anew < from)
            sort_out(n, c, from = anew, &late, &replaced);
    }
    words_or(&replaced, &late);
    words_or(&replaced, &n->upset);
    if (words_any(&late))
        gather_between(c, 0, from, &late, rows);
    take_newest(c, from, &n->upset, &replaced, rows);
    b->rows_anew += rows->n;
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

enum { OVERLAP_S = 2 /* between senders, as a rule */ };

/* The first second of a chunk's young rows, behind which earlier ones may still come, since senders
 * overlap; INT64_MAX when nothing is written to it as it happens. */
static int64_t young_since(const struct chunk *c, int64_t now_s)
{
    enum { LIVE_S = 60 };
    int64_t newest_s = 0;
    for (int k = 1; k < c->n_runs; k++)
        if (c->runs[k]->last_s > newest_s && c->runs[k]->last_s <= now_s + OVERLAP_S)
            newest_s = c->runs[k]->last_s;
    return newest_s < now_s - LIVE_S ? INT64_MAX : newest_s - OVERLAP_S;
}

static bool is_young(const struct run *run, int64_t since_s, int64_t now_s)
{
    return run->last_s >= since_s && run->last_s <= now_s + OVERLAP_S;
}

/* The oldest of the runs from `least` to `newest` that become one with it, each at most `growth`
 * times as large as all newer ones; of at most `most` rows together. */
static int chain_of(const struct chunk *c, int least, int newest, uint64_t growth, uint64_t most)
{
    uint64_t newer = 0;
    int from = newest;
    for (; from > least; from--) {
        newer += c->runs[from]->n + 1;
        uint64_t next = c->runs[from - 1]->n;
        if (next / growth > newer || newer + next > most)
            break;
    }
    return from;
}

/* Has the merger make one of the young runs of a chunk, from `least` to `newest`: of all of them
 * when the chunk has many. */
static bool give_young(struct builder *b, const struct chunk *c, uint32_t i, int least, int newest)
{
    bool many = c->n_runs >= CHUNK_RUNS - 4;
    int from = many ? least : chain_of(c, least, newest, b->bounds.growth, b->bounds.young_most);
    if (from < newest)
        merger_give(b->merger, i, c->runs + from, (size_t)(newest - from) + 1, false);
    return from < newest;
}

/* Whether the first run of a chunk shall become one with `rows` newer ones. */
static bool is_due(struct builder *b, const struct chunk *c, uint32_t i, uint64_t rows)
{
    if (rows > c->runs[0]->n / b->bounds.base_share)
        return true;
    int64_t now_us = clock_mono_us();
    if (rows == 0 || b->bounds.tidy_ns == 0 || now_us < b->tidy_us)
        return false;
    b->tidy_us = now_us + (int64_t)((c->runs[0]->n + rows) * b->bounds.tidy_ns / 1000);
    b->tidy_chunk = i + 1;
    return true;
}

/* Has the merger make one of the runs of a chunk that are left alone, where that is worth it; else
 * has the first copied out of its file. */
static void give_merge(struct builder *b, const struct chunk *c, uint32_t i, int64_t now_s)
{
    enum { BASES = 2 /* large merges that may wait for each other, and small ones for them */ };
    int still = open_from(b, c, i) - 1, old = still;
    int64_t young_s = young_since(c, now_s);
    uint64_t rows = 0;
    while (old > 0 && is_young(c->runs[old], young_s, now_s))
        old--;
    if (give_young(b, c, i, old + 1, still))
        return;
    for (int k = 1; k <= old; k++)
        rows += c->runs[k]->n;
    int from = old > 0 ? chain_of(c, 1, old, b->bounds.growth, UINT64_MAX) : old;
    if (merger_bases(b->merger) < BASES && is_due(b, c, i, rows))
        merger_give(b->merger, i, c->runs, (size_t)old + 1, true);
    else if (from < old)
        merger_give(b->merger, i, c->runs + from, (size_t)(old - from) + 1, false);
    else if (run_is_in_file(c->runs[0]) && merger_bases(b->merger) < MERGER_MADE)
        merger_give(b->merger, i, c->runs, 1, true);
}

void runs_give_merges(struct builder *b, const struct snapshot *s)
{
    int64_t now_s = clock_now_s();
    uint32_t from = b->tidy_chunk;
    for (uint32_t k = 0; k < s->n_chunks; k++) {
        uint32_t i = (from + k) % s->n_chunks;
        if (merger_newest(b->merger, i) == NULL)
            give_merge(b, s->chunks[i], i, now_s);
    }
}

void runs_give_rest(struct builder *b, const struct snapshot *s)
{
    if (b->bounds.quiet_us == 0 || clock_mono_us() - b->wrote_us < b->bounds.quiet_us)
        return;
    for (uint32_t i = 0; i < s->n_chunks && merger_bases(b->merger) < MERGER_MADE; i++) {
        const struct chunk *c = s->chunks[i];
        if (c->n_runs > 1 && merger_newest(b->merger, i) == NULL)
            merger_give(b->merger, i, c->runs, (size_t)c->n_runs, true);
    }
}

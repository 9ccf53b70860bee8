/* builder_merge.c — customers that became one, out of the rows that the mirror has of each.
 *
 * A step learns of each customer as born whose root was another one before. Where the old root and
 * all of its family went to one new root, the rows of both are those of the new one, by time. Rows
 * of two customers at the same second could stand in either order in the log, which the mirror does
 * not know; then, and where a family was parted, the customers are read again. Cost: a copy of the
 * rows, 5 µs a customer besides.
 */
#include "mirror/builder_parts.h"

#include "base/must.h"
#include "mirror/rows.h"

#include <assert.h>
#include <string.h>

void customer_moved(struct customer_moves *x, uint32_t from, uint32_t to)
{
    if (x->n == x->room) {
        x->room = x->room > 0 ? x->room * 2 : 64;
        x->at = must(realloc(x->at, x->room * sizeof *x->at));
    }
    x->at[x->n++] = (struct customer_move){from, to};
}

static int by_from(const void *a, const void *b)
{
    const struct customer_move *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

static int by_to(const void *a, const void *b)
{
    const struct customer_move *x = a, *y = b;
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

void customer_moves_sort(struct customer_moves *x, const struct builder *b)
{
    size_t kept = 0;
    if (x->n > 1)
        qsort(x->at, x->n, sizeof *x->at, by_from);
    for (size_t i = 0; i < x->n; i++)
        if (kept == 0 || by_from(&x->at[kept - 1], &x->at[i]) != 0)
            x->at[kept++] = x->at[i];
    x->n = kept;
    for (size_t i = 0; i < x->n; i++) {
        struct customer_move *m = &x->at[i];
        m->parted = b->root[m->from] != m->to || (i > 0 && x->at[i - 1].from == m->from) ||
                    (i + 1 < x->n && x->at[i + 1].from == m->from);
    }
    if (x->n > 1)
        qsort(x->at, x->n, sizeof *x->at, by_to);
}

/* Appends the rows of a root; none where it is younger than the snapshot. */
static void gather_root(const struct snapshot *last, uint32_t root, struct run_rows *out)
{
    struct set_words one;
    if (root / SET_CHUNK >= last->n_chunks)
        return;
    words_clear(&one);
    words_put(&one, root % SET_CHUNK);
    runs_gather(last->chunks[root / SET_CHUNK], &one, out);
}

static int compare_seconds(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Whether rows of two roots stand at the same second; `end[i]`: where those of the i-th end. */
static bool seconds_meet(const struct run_rows *rows, const size_t *end, size_t n)
{
    uint64_t *keys = must(malloc((rows->n + 1) * sizeof *keys));
    size_t of = 0;
    bool meet = false;
    for (size_t i = 0; i < rows->n; i++) {
        while (of < n && i >= end[of])
            of++;
        keys[i] = (uint64_t)rows->at_s[i] << 32 | of;
    }
    qsort(keys, rows->n, sizeof *keys, compare_seconds);
    for (size_t i = 1; i < rows->n; i++)
        meet = meet || (keys[i - 1] >> 32 == keys[i] >> 32 && keys[i - 1] != keys[i]);
    free(keys);
    return meet;
}

/* Whose the rows are now that all are of root `to`; `end` as above. */
static void tell_born(struct run_rows *rows, const size_t *end, const struct customer_move *at)
{
    struct run_rows told = {0};
    size_t of = 0, next = 0;
    for (size_t i = 0; i < rows->n; i++) {
        while (i >= end[of])
            of++;
        bool before = next < rows->n_born && rows->born[next].row == i;
        uint32_t code = before ? rows->born[next].code : of > 0 ? at[of - 1].from + 1 : 0;
        next += before;
        assert(code != at->to + 1); /* whoever is a root has no rows with another */
        if (code != 0 && run_tells_born(rows->kind[i]))
            rows_put_born(&told, (uint32_t)i, code);
    }
    free(rows->born);
    rows->born = told.born;
    rows->n_born = told.n_born;
    rows->born_room = told.born_room;
}

bool customer_moves_gather(const struct customer_move *at, size_t n, const struct snapshot *last,
                           struct run_rows *out)
{
    struct run_rows *rows = run_rows_new();
    size_t *end = must(malloc((n + 1) * sizeof *end));
    gather_root(last, at->to, rows);
    end[0] = rows->n;
    for (size_t i = 0; i < n; i++) {
        gather_root(last, at[i].from, rows);
        end[i + 1] = rows->n;
    }
    bool meet = seconds_meet(rows, end, n + 1);
    tell_born(rows, end, at);
    for (size_t i = 0; i < rows->n; i++)
        rows->local[i] = (uint16_t)(at->to % SET_CHUNK);
    if (!meet)
        run_rows_take(out, rows);
    run_rows_free(rows);
    free(end);
    return !meet;
}

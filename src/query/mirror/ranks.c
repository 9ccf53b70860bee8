/* ranks.c — values counted by buckets of equal width between least and greatest; then those that
 * share a bucket with a rank are gathered and sorted, or cut again when they are many. */
#include "query/mirror/ranks.h"

#include "base/must.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1 << 14, FEW = 2048, NO_PART = 255 };

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The values of one bucket that holds ranks. */
struct part {
    uint32_t bucket;
    size_t n, before; /* values, and values in lower buckets */
    int64_t *at;
};

struct cut {
    int64_t low;
    int shift;
    uint32_t count[BUCKETS];
    uint8_t part_of[BUCKETS];
    struct part parts[RANKS_MOST];
    size_t n_parts;
};

static void count_values(struct cut *c, const int64_t *values, size_t n)
{
    int64_t high = values[0];
    c->low = values[0];
    for (size_t i = 1; i < n; i++) {
        c->low = values[i] < c->low ? values[i] : c->low;
        high = values[i] > high ? values[i] : high;
    }
    while (((uint64_t)high - (uint64_t)c->low) >> c->shift >= BUCKETS)
        c->shift++;
    for (size_t i = 0; i < n; i++)
        c->count[((uint64_t)values[i] - (uint64_t)c->low) >> c->shift]++;
}

/* The part that holds rank k (from 0); ranks ascend. */
static void find_part(struct cut *c, size_t k)
{
    struct part *last = c->n_parts > 0 ? &c->parts[c->n_parts - 1] : NULL;
    if (last != NULL && k < last->before + last->n)
        return;
    uint32_t b = last != NULL ? last->bucket + 1 : 0;
    size_t before = last != NULL ? last->before + last->n : 0;
    while (k >= before + c->count[b])
        before += c->count[b++];
    c->part_of[b] = (uint8_t)c->n_parts;
    c->parts[c->n_parts++] = (struct part){.bucket = b, .n = c->count[b], .before = before};
}

static void gather(struct cut *c, const int64_t *values, size_t n)
{
    size_t taken[RANKS_MOST] = {0};
    for (size_t p = 0; p < c->n_parts; p++)
        c->parts[p].at = must(malloc((c->parts[p].n + 1) * sizeof(int64_t)));
    for (size_t i = 0; i < n; i++) {
        uint8_t p = c->part_of[((uint64_t)values[i] - (uint64_t)c->low) >> c->shift];
        if (p != NO_PART)
            c->parts[p].at[taken[p]++] = values[i];
    }
}

/* Values at ascending ranks from 0. Recursion ends since a cut narrows the width 2^14 times. */
static void values_at(const int64_t *values, size_t n, const size_t *ranks, size_t n_ranks,
                      int64_t *out)
{
    struct cut *c = must(calloc(1, sizeof *c));
    memset(c->part_of, NO_PART, sizeof c->part_of);
    count_values(c, values, n);
    for (size_t r = 0; r < n_ranks; r++)
        find_part(c, ranks[r]);
    if (c->shift > 0)
        gather(c, values, n);
    for (size_t r = 0, p = 0; r < n_ranks; r++) {
        while (ranks[r] >= c->parts[p].before + c->parts[p].n)
            p++;
        struct part *part = &c->parts[p];
        size_t k = ranks[r] - part->before;
        if (c->shift == 0) {
            out[r] = c->low + part->bucket;
        } else if (part->n <= FEW) {
            qsort(part->at, part->n, sizeof *part->at, compare);
            out[r] = part->at[k];
        } else {
            values_at(part->at, part->n, &k, 1, &out[r]);
        }
    }
    for (size_t p = 0; p < c->n_parts; p++)
        free(c->parts[p].at);
    free(c);
}

void ranks_of(const int64_t *values, size_t n, const int *percent, size_t n_ranks, int64_t *out)
{
    size_t ranks[RANKS_MOST];
    assert(n_ranks <= RANKS_MOST);
    memset(out, 0, n_ranks * sizeof *out);
    if (n == 0)
        return;
    for (size_t r = 0; r < n_ranks; r++) {
        size_t rank = (n * (size_t)percent[r] + 99) / 100;
        ranks[r] = rank > 0 ? rank - 1 : 0;
    }
    values_at(values, n, ranks, n_ranks, out);
}

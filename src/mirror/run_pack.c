/* run_pack.c — the postings of a run in one piece of memory, for the sake of large pages.
 *
 * Who looks a few customers up in a posting touches an ordinary page with nearly each of them, and
 * finding the page costs as much as reading from it. So all columns and indexes of a large run are
 * moved behind each other, those with amounts first, since they are asked for most.
 */
#include "mirror/rows.h"

#include "base/pages.h"

#include <stdlib.h>
#include <string.h>

enum { WORTH = 2 << 20 /* bytes: a large page */, ALIGNED = 64 };

/* Where the next column goes; to == NULL: they are only measured. */
struct packing {
    char *to;
    size_t at;
};

/* The column at its new place, the old one freed; NULL of NULL. */
static void *packed(struct packing *k, void *column, size_t bytes)
{
    if (column == NULL)
        return NULL;
    size_t at = k->at;
    k->at += (bytes + ALIGNED - 1) / ALIGNED * ALIGNED;
    if (k->to == NULL)
        return column;
    memcpy(k->to + at, column, bytes);
    free(column);
    return k->to + at;
}

static void pack_amounts(struct packing *k, struct run_amounts *c, uint32_t n)
{
    c->narrow = packed(k, c->narrow, n * sizeof *c->narrow);
    c->wide = packed(k, c->wide, n * sizeof *c->wide);
}

/* Both arrays of steps are one piece. */
static void pack_index(struct packing *k, struct run_posting *p)
{
    struct posting_index *x = p->index;
    if (x == NULL)
        return;
    x->newest = packed(k, x->newest, x->second != NULL ? 2 * SET_CHUNK : SET_CHUNK);
    x->second = x->second != NULL ? x->newest + SET_CHUNK : NULL;
    p->index = packed(k, x, sizeof *x + x->before[SET_WORDS] * sizeof x->begin[0]);
}

static void pack_posting(struct packing *k, struct run_posting *p)
{
    pack_index(k, p);
    p->at_s = packed(k, p->at_s, p->n * sizeof *p->at_s);
    pack_amounts(k, &p->amount_fen, p->n);
    p->local = packed(k, p->local, p->n * sizeof *p->local);
    pack_amounts(k, &p->quantity, p->n);
    p->refunded_s = packed(k, p->refunded_s, p->n * sizeof *p->refunded_s);
}

static void pack_all(struct packing *k, struct run *run)
{
    for (int amounts = 1; amounts >= 0; amounts--)
        for (int kind = 0; kind < RUN_KINDS; kind++)
            if (run->postings[kind] != NULL && posting_has_amounts(run->postings[kind]) == amounts)
                pack_posting(k, run->postings[kind]);
}

void *run_pack_postings(struct run *run)
{
    struct packing k = {0};
    pack_all(&k, run);
    if (k.at < WORTH && !run_treated_as_large())
        return NULL;
    void *block = pages_new(k.at + RUN_SLACK);
    k = (struct packing){.to = block};
    pack_all(&k, run);
    return block;
}

/* builder_order.c — orders that were written again, most of them since they were refunded.
 *
 * Whatever else of an order changes, the log takes its event back and tells a new one, and takes
 * back the lines that go (domain/ingest_order.c): those customers are read again as a whole. What
 * is left is when an order was first refunded. Its event is found in the mirror by customer, time
 * and amount, and its run gets another column of first refunds, all else of it shared; what is
 * being merged gets it when it is put in place. Orders that the log does not tell (unpaid ones,
 * whose lines follow their seller), that were told anew, or of which there are two alike, have the
 * customer read again. Cost: 10 µs an order, and 4 bytes an order of the run.
 */
#include "mirror/builder_parts.h"

#include "base/must.h"
#include "store/event.h"
#include "store/ids.h"

#include <assert.h>
#include <string.h>

enum { ORDERS_A_QUERY = 2000 };

void order_changed(struct order_changes *x, int64_t id, int64_t customer_id)
{
    if (x->n == x->room) {
        x->room = x->room > 0 ? x->room * 2 : 64;
        x->at = must(realloc(x->at, x->room * sizeof *x->at));
    }
    x->at[x->n++] = (struct changed_order){.id = id, .customer_id = customer_id};
}

void order_told(struct order_changes *x, int64_t id)
{
    if (x->told_n == x->told_room) {
        x->told_room = x->told_room > 0 ? x->told_room * 2 : 64;
        x->told = must(realloc(x->told, x->told_room * sizeof *x->told));
    }
    x->told[x->told_n++] = id;
}

void order_changes_free(struct order_changes *x)
{
    free(x->at);
    free(x->told);
    free(x->patches);
}

/* ---- which patch ---- */

/* The first refund of the one order of a customer at a time with an amount, as the last snapshot
 * has it; false when there is none, or several. */
static bool find_order(const struct chunk *c, const struct run_refund *x, uint32_t *out_refunded_s)
{
    int found = 0;
    for (int k = chunk_oldest(c, x->local); k < c->n_runs; k++) {
        const struct run_posting *p = c->runs[k]->postings[EVENT_ORDER];
        struct run_range places = {0, 0};
        if (p != NULL)
            places = run_posting_of(p, x->local);
        for (uint32_t i = places.from; i < places.to; i++) {
            if (p->at_s[i] != x->at_s || run_amount(&p->amount_fen, i) != x->amount_fen)
                continue;
            *out_refunded_s = p->refunded_s != NULL ? p->refunded_s[i] : RUN_NEVER;
            found++;
        }
    }
    return found == 1;
}

struct order_reading {
    struct order_changes *x;
    struct builder *b;
    const struct snapshot *last;
};

static int compare_changed(const void *a, const void *b)
{
    const struct changed_order *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static void put_patch(struct order_changes *x, const struct order_patch *p)
{
    if (x->n_patches == x->patches_room) {
        x->patches_room = x->patches_room > 0 ? x->patches_room * 2 : 64;
        x->patches = must(realloc(x->patches, x->patches_room * sizeof *x->patches));
    }
    x->patches[x->n_patches++] = *p;
}

static void see_order(void *to, const struct feed_order *o)
{
    struct order_reading *r = to;
    struct changed_order *c = bsearch(&(struct changed_order){.id = o->id}, r->x->at, r->x->n,
                                      sizeof *r->x->at, compare_changed);
    uint32_t ordinal = ordinal_of(r->b, o->customer_id), was_s = RUN_NEVER;
    uint32_t root = ordinal != NOBODY ? r->b->root[ordinal] : NOBODY;
    if (c == NULL || root == NOBODY || root / SET_CHUNK >= r->last->n_chunks)
        return;
    struct run_refund refund = {
        .local = (uint16_t)(root % SET_CHUNK),
        .at_s = second_of(o->at_s),
        .amount_fen = o->amount_fen,
        .refunded_s = o->refunded_s == DB_NULL ? RUN_NEVER : second_of(o->refunded_s),
    };
    c->known = find_order(r->last->chunks[root / SET_CHUNK], &refund, &was_s);
    if (c->known && was_s != refund.refunded_s)
        put_patch(r->x, &(struct order_patch){root, refund});
}

/* Each changed order once, by ascending id. */
static void sort_changed(struct order_changes *x)
{
    size_t kept = 0;
    if (x->n > 1)
        qsort(x->at, x->n, sizeof *x->at, compare_changed);
    for (size_t i = 0; i < x->n; i++)
        if (kept == 0 || x->at[kept - 1].id != x->at[i].id ||
            x->at[kept - 1].customer_id != x->at[i].customer_id)
            x->at[kept++] = x->at[i];
    x->n = kept;
}

static int compare_patches(const void *a, const void *b)
{
    const struct order_patch *x = a, *y = b;
    return (x->root > y->root) - (x->root < y->root);
}

enum rc order_changes_read(struct order_changes *x, struct builder *b, struct tx *tx,
                           const struct snapshot *last, struct err *e)
{
    int64_t *ids = must(malloc(ORDERS_A_QUERY * sizeof *ids));
    enum rc rc = RC_OK;
    sort_changed(x);
    if (x->told_n > 1)
        qsort(x->told, x->told_n, sizeof *x->told, ids_compare);
    for (size_t i = 0; rc == RC_OK && i < x->n;) {
        size_t n = 0;
        for (; i < x->n && n < ORDERS_A_QUERY; i++) {
            bool twice = (i > 0 && x->at[i - 1].id == x->at[i].id) ||
                         (i + 1 < x->n && x->at[i + 1].id == x->at[i].id);
            if (!twice && (x->told_n == 0 || bsearch(&x->at[i].id, x->told, x->told_n,
                                                     sizeof *x->told, ids_compare) == NULL))
                ids[n++] = x->at[i].id;
        }
        rc = feed_orders(tx, ids, n, see_order, &(struct order_reading){x, b, last}, e);
    }
    free(ids);
    if (x->n_patches > 1)
        qsort(x->patches, x->n_patches, sizeof *x->patches, compare_patches);
    return rc;
}

bool order_patches_has(const struct order_changes *x, uint32_t root)
{
    return x->n_patches > 0 && bsearch(&(struct order_patch){.root = root}, x->patches,
                                       x->n_patches, sizeof *x->patches, compare_patches) != NULL;
}

/* ---- the rows ---- */

/* A run with what of the patches is in it, in its place. */
static void patch_run(struct run **run, const struct run_refund *at, size_t n)
{
    struct run *with = run_with_refunds(*run, EVENT_ORDER, at, n);
    if (with == NULL)
        return;
    run_drop(*run);
    *run = with;
}

static void note_patch(struct builder *b, const struct order_patch *p)
{
    if (b->n_noted == b->noted_room) {
        b->noted_room = b->noted_room > 0 ? b->noted_room * 2 : 64;
        b->noted = must(realloc(b->noted, b->noted_room * sizeof *b->noted));
    }
    b->noted[b->n_noted++] = *p;
}

void order_patches_put(struct builder *b, const struct order_patch *at, size_t n, struct chunk *c,
                       uint32_t i)
{
    struct run_refund *refunds = must(malloc((n + 1) * sizeof *refunds));
    for (size_t k = 0; k < n; k++) {
        refunds[k] = at[k].refund;
        if (merger_newest(b->merger, i) != NULL)
            note_patch(b, &at[k]);
    }
    for (int k = 0; k < c->n_runs; k++)
        patch_run(&c->runs[k], refunds, n);
    free(refunds);
}

void order_patches_merged(struct builder *b, struct merging *g)
{
    struct run_refund *refunds = must(malloc((b->n_noted + 1) * sizeof *refunds));
    size_t n = 0, kept = 0;
    for (size_t i = 0; i < b->n_noted; i++) {
        if (b->noted[i].root / SET_CHUNK == g->chunk)
            refunds[n++] = b->noted[i].refund;
        else
            b->noted[kept++] = b->noted[i];
    }
    b->n_noted = kept;
    patch_run(&g->one, refunds, n);
    free(refunds);
}

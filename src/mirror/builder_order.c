/* builder_order.c — orders that were written again, most of them since they were refunded.
 *
 * Whatever else of an order changes, the log takes its event back and tells a new one, and takes
 * back the lines that go (domain/ingest_order.c): those customers are read again as a whole. What
 * is left is when an order was first refunded. Its event is found in the mirror by customer, time
 * and amount, and the customer's rows are taken from there. Orders that the log does not tell
 * (unpaid ones, whose lines follow their seller), that were told anew, or of which there are two
 * alike, have the customer read again. Cost: 10 µs an order, and a copy of the customer's rows in
 * memory.
 */
#include "mirror/builder_parts.h"

#include "base/must.h"
#include "mirror/rows.h"
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
static bool find_order(const struct chunk *c, uint32_t local, uint32_t at_s, int64_t amount_fen,
                       uint32_t *out_refunded_s)
{
    int found = 0;
    for (int k = chunk_oldest(c, local); k < c->n_runs; k++) {
        const struct run_posting *p = c->runs[k]->postings[EVENT_ORDER];
        struct run_range places = {0, 0};
        if (p != NULL)
            places = run_posting_of(p, local);
        for (uint32_t i = places.from; i < places.to; i++) {
            if (p->at_s[i] != at_s || run_amount(&p->amount_fen, i) != amount_fen)
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
    struct order_patch p = {
        .root = root,
        .at_s = second_of(o->at_s),
        .amount_fen = o->amount_fen,
        .refunded_s = o->refunded_s == DB_NULL ? RUN_NEVER : second_of(o->refunded_s),
    };
    c->known = find_order(r->last->chunks[root / SET_CHUNK], root % SET_CHUNK, p.at_s, p.amount_fen,
                          &was_s);
    if (c->known && was_s != p.refunded_s)
        put_patch(r->x, &p);
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

/* The patch of a row; NULL when there is none. */
static const struct order_patch *patch_of(const struct order_patch *at, size_t n,
                                          const struct run_rows *rows, const struct extra *x)
{
    uint16_t local = rows->local[x->row];
    size_t from = 0, to = n;
    if (rows->kind[x->row] != EVENT_ORDER)
        return NULL;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (at[middle].root % SET_CHUNK < local)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < n && at[from].root % SET_CHUNK == local; from++)
        if (at[from].at_s == rows->at_s[x->row] && at[from].amount_fen == x->amount_fen)
            return &at[from];
    return NULL;
}

void order_patches_put(const struct order_patch *at, size_t n, const struct chunk *c,
                       struct new_rows *out)
{
    struct set_words whose;
    struct run_rows *rows = run_rows_new();
    words_clear(&whose);
    for (size_t i = 0; i < n; i++)
        words_put(&whose, at[i].root % SET_CHUNK);
    words_and_not(&whose, &out->upset);
    runs_gather(c, &whose, rows);
    for (size_t i = 0; i < rows->n_extras; i++) {
        const struct order_patch *p = patch_of(at, n, rows, &rows->extras[i]);
        if (p != NULL)
            rows->extras[i].refunded_s = p->refunded_s;
    }
    words_or(&out->upset, &whose);
    if (out->again == NULL) {
        out->again = rows;
        return;
    }
    run_rows_take(out->again, rows);
    run_rows_free(rows);
}

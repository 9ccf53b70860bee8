/* order_list.c — a page of the list of orders under any filter: the newest are picked from a pass
 * over all of them.
 *
 * Each part keeps the newest it has met in a heap, the oldest of them on top, so that most orders
 * are passed over by one comparison. Rows are read from the database by id. */
#include "query/mirror/reports.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/orders.h"
#include "store/order.h"

#include <stdlib.h>

enum { KEPT_MOST = 20000 /* of a part; past them the database answers */ };

/* An order and when it was placed. */
struct placed {
    int64_t id;
    uint32_t at_s;
};

struct picking {
    struct order_pass pass;
    const struct order_filter *filter;
    const struct order_page *page;
    int state; /* −1: any */
    uint8_t nature, nature_mask;
    size_t most;         /* kept by a part */
    struct placed *kept; /* by part, `most` each */
    size_t n_kept[ORDER_PARTS_MOST];
    int64_t matching[ORDER_PARTS_MOST];
};

static bool is_newer(const struct placed *a, const struct placed *b)
{
    return a->at_s != b->at_s ? a->at_s > b->at_s : a->id > b->id;
}

static int compare_newest(const void *a, const void *b)
{
    return is_newer(a, b) ? -1 : is_newer(b, a);
}

/* Puts `x` at place `at` of a heap of n with the oldest on top, and moves it down. */
static void sink(struct placed *heap, size_t n, size_t at, struct placed x)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && is_newer(&heap[child], &heap[child + 1]);
        if (!is_newer(&x, &heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = x;
}

/* Puts `x` behind the n of a heap, and moves it up. */
static void rise(struct placed *heap, size_t n, struct placed x)
{
    size_t at = n;
    for (size_t parent; at > 0 && is_newer(&heap[parent = (at - 1) / 2], &x); at = parent)
        heap[at] = heap[parent];
    heap[at] = x;
}

static bool matches(const struct picking *k, uint32_t at)
{
    uint8_t flags = k->pass.book->flags[at];
    if (!order_pass_has(&k->pass, at) || (flags & k->nature_mask) != k->nature ||
        (k->state >= 0 && flags / ORDER_FEED_STATE != k->state))
        return false;
    /* An erased buyer is nobody's customer. */
    if (!k->pass.everyone && (flags & ORDER_FEED_ERASED) != 0)
        return false;
    return k->filter->refunded < 0 ||
           (run_amount(&k->pass.book->refunded_fen, at) > 0) == (k->filter->refunded == 1);
}

static void pick_part(void *arg, size_t part)
{
    struct picking *k = arg;
    const struct daybook_edition *book = k->pass.book;
    struct placed *heap = k->kept + part * k->most;
    size_t n = 0;
    struct order_group g = {.to = k->pass.cut[part]};
    while (order_pass_next(&k->pass, k->pass.cut[part + 1], &g)) {
        for (uint32_t i = g.from; i < g.to && g.seen; i++) {
            const struct placed x = {book->id[i], book->at_s[i]};
            if (!matches(k, i))
                continue;
            k->matching[part]++;
            if (x.at_s > k->page->before_s ||
                (x.at_s == k->page->before_s && x.id >= k->page->before_id))
                continue;
            if (n < k->most)
                rise(heap, n++, x);
            else if (is_newer(&x, &heap[0]))
                sink(heap, n, 0, x);
        }
    }
    k->n_kept[part] = n;
}

static void read_filter(struct picking *k, const struct order_filter *f)
{
    k->filter = f;
    k->state = str_absent(f->state) ? -1 : order_state_from(f->state);
    if (str_absent(f->nature))
        return;
    k->nature_mask = ORDER_FEED_SALE | ORDER_FEED_CANCELLATION;
    int nature = order_nature_from(f->nature);
    k->nature = nature == ORDER_SALE           ? ORDER_FEED_SALE
                : nature == ORDER_CANCELLATION ? ORDER_FEED_CANCELLATION
                                               : 0;
}

/* The page out of what the parts kept. */
static enum rc read_page(const struct picking *k, const struct board *b, struct order_card **out,
                         size_t *out_n, struct err *e)
{
    size_t n = 0, skip = (size_t)k->page->offset;
    for (size_t p = 0; p < k->pass.n_parts; p++)
        for (size_t i = 0; i < k->n_kept[p]; i++)
            k->kept[n++] = k->kept[p * k->most + i];
    if (n > 1)
        qsort(k->kept, n, sizeof *k->kept, compare_newest);
    n = n < k->most ? n : k->most;
    skip = skip < n ? skip : n;
    int64_t *ids = ARENA_ARRAY(tx_arena(b->tx), int64_t, n - skip + 1);
    for (size_t i = skip; i < n; i++)
        ids[i - skip] = k->kept[i].id;
    return order_list_of(b->tx, k->filter->scope_account, ids, n - skip, out, out_n, e);
}

enum rc mirror_orders(const struct board *b, const struct order_filter *f,
                      const struct order_page *page, struct order_card **out, size_t *out_n,
                      int64_t *out_total, struct err *e)
{
    struct picking k = {.page = page, .most = (size_t)(page->offset + page->limit)};
    if (page->offset + page->limit > KEPT_MOST)
        return RC_BUSY;
    read_filter(&k, f);
    enum rc rc = order_pass_init_at(&k.pass, b, f->from_s == DB_NULL ? INT64_MIN : f->from_s,
                                    f->to_s == DB_NULL ? INT64_MAX : f->to_s, f->channel_id,
                                    f->scope_account, e);
    if (rc != RC_OK)
        return rc;
    k.kept = must(malloc((k.pass.n_parts * k.most + 1) * sizeof *k.kept));
    share_rounds(k.pass.n_parts, pick_part, &k);
    int64_t total = 0;
    for (size_t p = 0; p < k.pass.n_parts; p++)
        total += k.matching[p];
    if (out_total != NULL)
        *out_total = total > ORDER_COUNT_MOST ? -1 : total;
    rc = read_page(&k, b, out, out_n, e);
    free(k.kept);
    return rc;
}

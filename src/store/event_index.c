/* event_index.c — one statement over the parts, then the tail.
 *
 * The statement says how far the parts reach as well as what their blocks hold, so that both are of
 * one snapshot even where each statement of a transaction has its own (PostgreSQL's writer): a
 * merge of parts at that moment takes nothing away. Of each part come the blocks with the least
 * last_id not below a customer's, once each however many customers are in them.
 */
#include "store/event_index.h"

#include "store/event_filter.h"
#include "store/event_part.h"
#include "store/event_tail.h"
#include "store/ids.h"
#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

/* clang-format off */
#define LOOK(ids)                                                                                  \
    "SELECT coalesce(max(p.to_seq), 0) AS reached, NULL AS bytes FROM event_part p"                \
    " WHERE p.state = 1 /*scan*/ UNION ALL SELECT 0, b.bytes FROM"                                 \
    " (SELECT DISTINCT p.id AS part_id, (SELECT min(y.last_id) FROM event_part_block y"            \
    " WHERE y.part_id = p.id AND y.last_id >= x.value) AS last_id"                                 \
    " FROM event_part p CROSS JOIN " ids                                                           \
    " WHERE p.state = 1 AND p.to_s >= $2 AND p.from_s <= $3) w CROSS JOIN event_part_block b"      \
    " WHERE b.part_id = w.part_id AND b.last_id = w.last_id AND b.to_s >= $2 AND b.from_s <= $3"
static const struct sql BLOCKS = {
    .text = LOOK(IDS_ROWS_LITE("$1")),
    .pg = LOOK(IDS_ROWS_PG("$1")),
    .in = "sii",
    .out = "iB",
};
static const struct sql PART = {
    .text = "SELECT bytes FROM event_part_block WHERE part_id = $1 AND last_id >= $2",
    .in = "ii",
    .out = "b",
};
#define SOME_OF(ids)                                                                               \
    "SELECT b.bytes FROM (SELECT DISTINCT (SELECT min(y.last_id) FROM event_part_block y"          \
    " WHERE y.part_id = $1 AND y.last_id >= x.value) AS last_id FROM " ids ") w"                   \
    " CROSS JOIN event_part_block b WHERE b.part_id = $1 AND b.last_id = w.last_id"
static const struct sql SOME = {
    .text = SOME_OF(IDS_ROWS_LITE("$2")),
    .pg = SOME_OF(IDS_ROWS_PG("$2")),
    .in = "is",
    .out = "b",
};
#define FAMILY_OF(ids) "SELECT m.id FROM customer m WHERE m.root_id " ids
static const struct sql FAMILY = {
    .text = FAMILY_OF(IDS_LITE("$1")),
    .pg = FAMILY_OF(IDS_PG("$1")),
    .in = "s",
    .out = "i",
};
/* clang-format on */

STATEMENTS(event_index, &BLOCKS, &PART, &SOME, &FAMILY);

struct looking {
    const struct event_ask *ask;
    void (*see)(void *to, const struct event_ref *ref);
    void *to;
};

static void see_some(void *to, const struct event_ref *ref)
{
    const struct looking *l = to;
    const struct event_ask *ask = l->ask;
    if (ref->at_s >= ask->from_s && ref->at_s <= ask->to_s &&
        (ask->kind == 0 || ref->kind == ask->kind))
        l->see(l->to, ref);
}

/* The customers ascending, each once. */
static int64_t *sorted(struct arena *a, const struct event_ask *ask, size_t *out_n)
{
    int64_t *ids = ARENA_ARRAY(a, int64_t, ask->n + 1);
    size_t n = 0;
    memcpy(ids, ask->ids, ask->n * sizeof *ids);
    qsort(ids, ask->n, sizeof *ids, ids_compare);
    for (size_t i = 0; i < ask->n; i++)
        if (n == 0 || ids[n - 1] != ids[i])
            ids[n++] = ids[i];
    *out_n = n;
    return ids;
}

static enum rc damaged(struct err *e)
{
    return err_set(e, RC_CORRUPT, "event_part_damaged", "", "事件索引损坏",
                   "the index of events is damaged");
}

enum rc event_index_each(struct tx *tx, const struct event_ask *ask,
                         void (*see)(void *to, const struct event_ref *ref), void *to,
                         struct err *e)
{
    struct looking l = {ask, see, to};
    struct rows *r;
    size_t n;
    if (ask->n == 0 || ask->from_s > ask->to_s)
        return RC_OK;
    int64_t reached = 0, *ids = sorted(tx_arena(tx), ask, &n);
    enum rc rc =
        tx_query(tx, &BLOCKS, &r, e, ids_text(tx_arena(tx), ids, n), ask->from_s, ask->to_s);
    if (rc != RC_OK)
        return rc;
    bool whole = true;
    while (whole && rows_next(r)) {
        reached += rows_int(r, 0);
        if (!rows_null(r, 1))
            whole = event_block_read(rows_bytes(r, 1), ids, n, see_some, &l);
    }
    rc = rows_end(r, e);
    if (rc == RC_OK && !whole)
        rc = damaged(e);
    return rc == RC_OK ? event_tail_each(tx, reached, ids, n, see_some, &l, e) : rc;
}

/* ---- lists ---- */

struct found {
    struct arena *a;
    struct event_ref *refs;
    size_t n, room;
};

static void see_found(void *to, const struct event_ref *ref)
{
    struct found *f = to;
    *LIST_ADD(f->a, f->refs, f->n, f->room) = *ref;
}

enum rc event_index_find(struct tx *tx, const struct event_ask *ask, struct event_ref **out,
                         size_t *out_n, struct err *e)
{
    struct found f = {.a = tx_arena(tx)};
    enum rc rc = event_index_each(tx, ask, see_found, &f, e);
    if (rc != RC_OK)
        return rc;
    if (f.n > 1)
        qsort(f.refs, f.n, sizeof *f.refs, event_ref_compare);
    *out = f.refs;
    *out_n = f.n;
    return RC_OK;
}

/* ---- many at once ---- */

/* By customer, time and kind: what is sought has no number. */
static int like_compare(const void *a, const void *b)
{
    struct event_ref x = *(const struct event_ref *)a, y = *(const struct event_ref *)b;
    x.seq = x.kind;
    y.seq = y.kind;
    return event_ref_compare(&x, &y);
}

struct likes {
    struct tx *tx;
    struct event_filters *filters;
    const struct event_ref *like; /* by like_compare() */
    size_t n;
    int64_t *ids; /* room for n */
    struct found found;
};

static void see_like(void *to, const struct event_ref *ref)
{
    struct likes *l = to;
    if (bsearch(ref, l->like, l->n, sizeof *ref, like_compare) != NULL)
        see_found(&l->found, ref);
}

/* The customers of those within a span that may be in a part, ascending. */
static size_t ids_within(const struct likes *l, int64_t from_s, int64_t to_s,
                         const struct event_filter *filter)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct event_ref *x = &l->like[i];
        if (x->at_s >= from_s && x->at_s <= to_s && (n == 0 || l->ids[n - 1] != x->customer_id) &&
            (filter == NULL || event_filter_may(filter, x)))
            l->ids[n++] = x->customer_id;
    }
    return n;
}

/* One part: all blocks where a good share of them is needed, else look-ups. */
static enum rc look_in_part(struct likes *l, const struct event_part *part, struct err *e)
{
    enum { SHARE = 300 }; /* events of a part for each customer: three blocks */
    const struct event_filter *filter = NULL;
    struct rows *r;
    enum rc rc = l->filters != NULL ? event_filters_of(l->filters, l->tx, part, &filter, e) : RC_OK;
    size_t n = rc == RC_OK ? ids_within(l, part->from_s, part->to_s, filter) : 0;
    if (n == 0)
        return rc;
    rc = (int64_t)n > part->events / SHARE
             ? tx_query(l->tx, &PART, &r, e, part->id, l->ids[0])
             : tx_query(l->tx, &SOME, &r, e, part->id, ids_text(tx_arena(l->tx), l->ids, n));
    if (rc != RC_OK)
        return rc;
    bool whole = true;
    while (whole && rows_next(r))
        whole = event_block_read(rows_bytes(r, 0), l->ids, n, see_like, l);
    rc = rows_end(r, e);
    return rc == RC_OK && !whole ? damaged(e) : rc;
}

/* The parts in use, and how far they reach. */
static enum rc list_in_use(struct tx *tx, struct event_part **out, size_t *out_n,
                           int64_t *out_reached, struct err *e)
{
    struct event_part *list = NULL;
    size_t n = 0, k = 0;
    enum rc rc = event_part_list(tx, &list, &n, e);
    *out_reached = 0;
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (list[i].state == EVENT_PART_IN_USE) {
            *out_reached = list[i].to_seq > *out_reached ? list[i].to_seq : *out_reached;
            list[k++] = list[i];
        }
    *out = list;
    *out_n = k;
    return rc;
}

/* Each part with a statement of its own. In PostgreSQL's writer each has a snapshot of its own,
 * too: where a part has gone meanwhile, false and all of it once more. */
static enum rc look_in_parts(struct likes *l, int64_t *out_reached, bool *out_same, struct err *e)
{
    struct event_part *list = NULL, *now = NULL;
    size_t n = 0, now_n = 0;
    int64_t reached = 0;
    l->found.n = 0;
    *out_same = true;
    enum rc rc = list_in_use(l->tx, &list, &n, out_reached, e);
    if (rc == RC_OK && l->filters != NULL)
        event_filters_begin(l->filters, list, n);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = look_in_part(l, &list[i], e);
    if (rc != RC_OK || !tx_is_writing(l->tx) || tx_engine(l->tx) == DB_SQLITE)
        return rc;
    rc = list_in_use(l->tx, &now, &now_n, &reached, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        *out_same = *out_same && i < now_n && now[i].id == list[i].id;
    return rc;
}

enum rc event_index_like(struct tx *tx, struct event_filters *filters, const struct event_ref *like,
                         size_t n, struct event_ref **out, size_t *out_n, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct event_ref *all = ARENA_ARRAY(a, struct event_ref, n + 1);
    struct likes l = {.tx = tx,
                      .filters = filters,
                      .like = all,
                      .n = n,
                      .ids = ARENA_ARRAY(a, int64_t, n + 1),
                      .found = {.a = a}};
    int64_t reached = 0;
    bool same = n == 0;
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n; i++)
        all[i] = like[i];
    qsort(all, n, sizeof *all, like_compare);
    while (rc == RC_OK && !same)
        rc = look_in_parts(&l, &reached, &same, e);
    if (rc == RC_OK && n > 0) {
        size_t ids_n = ids_within(&l, -INT64_MAX, INT64_MAX, NULL);
        rc = event_tail_each(tx, reached, l.ids, ids_n, see_like, &l, e);
    }
    if (rc != RC_OK)
        return rc;
    if (l.found.n > 1)
        qsort(l.found.refs, l.found.n, sizeof *l.found.refs, event_ref_compare);
    *out = l.found.refs;
    *out_n = l.found.n;
    return RC_OK;
}

/* ---- numbers ---- */

struct numbers {
    struct arena *a;
    int64_t *seqs;
    size_t n, room;
};

static void see_number(void *to, const struct event_ref *ref)
{
    struct numbers *f = to;
    *LIST_ADD(f->a, f->seqs, f->n, f->room) = ref->seq;
}

enum rc event_index_seqs(struct tx *tx, const int64_t *ids, size_t n, int64_t **out, size_t *out_n,
                         struct err *e)
{
    struct numbers f = {.a = tx_arena(tx)};
    struct event_ask ask = {.ids = ids, .n = n, EVENT_ALWAYS};
    enum rc rc = event_index_each(tx, &ask, see_number, &f, e);
    if (rc != RC_OK)
        return rc;
    if (f.n > 1)
        qsort(f.seqs, f.n, sizeof *f.seqs, ids_compare);
    *out = f.seqs;
    *out_n = f.n;
    return RC_OK;
}

enum rc event_index_family(struct tx *tx, const int64_t *roots, size_t n, int64_t **out,
                           size_t *out_n, struct err *e)
{
    struct rows *r;
    struct numbers f = {.a = tx_arena(tx)};
    enum rc rc = tx_query(tx, &FAMILY, &r, e, ids_text(tx_arena(tx), roots, n));
    if (rc != RC_OK)
        return rc;
    while (rows_next(r))
        *LIST_ADD(f.a, f.seqs, f.n, f.room) = rows_int(r, 0);
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = f.seqs;
    *out_n = f.n;
    return RC_OK;
}

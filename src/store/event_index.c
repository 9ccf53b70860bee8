/* event_index.c — one statement over the parts, then the tail.
 *
 * The statement says how far the parts reach as well as what their blocks hold, so that both are of
 * one snapshot even where each statement of a transaction has its own (PostgreSQL's writer): a
 * merge of parts at that moment takes nothing away. Of each part come the blocks with the least
 * last_id not below a customer's, once each however many customers are in them.
 */
#include "store/event_index.h"

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
    .text = LOOK("json_each($1) x"),
    .pg = LOOK("unnest(string_to_array(trim(both '[]' from $1), ',')::bigint[]) AS x (value)"),
    .in = "sii",
    .out = "iB",
};
#define FAMILY_OF(ids) "SELECT m.id FROM customer m WHERE m.root_id " ids
static const struct sql FAMILY = {
    .text = FAMILY_OF(IDS_LITE("$1")),
    .pg = FAMILY_OF(IDS_PG("$1")),
    .in = "s",
    .out = "i",
};
/* clang-format on */

STATEMENTS(event_index, &BLOCKS, &FAMILY);

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
        rc = err_set(e, RC_CORRUPT, "event_part_damaged", "", "事件索引损坏",
                     "the index of events is damaged");
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

/* Some of those that are sought, by time, customer and kind. */
struct likes {
    const struct event_ref *like;
    size_t n;
    struct found *found;
};

static int like_compare(const void *a, const void *b)
{
    const struct event_ref *x = a, *y = b;
    if (x->at_s != y->at_s)
        return x->at_s < y->at_s ? -1 : 1;
    if (x->customer_id != y->customer_id)
        return x->customer_id < y->customer_id ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

static void see_like(void *to, const struct event_ref *ref)
{
    struct likes *l = to;
    if (bsearch(ref, l->like, l->n, sizeof *ref, like_compare) != NULL)
        see_found(l->found, ref);
}

static enum rc find_likes(struct tx *tx, struct likes *l, int64_t *ids, struct err *e)
{
    struct event_ask ask = {
        .ids = ids, .n = l->n, .from_s = l->like[0].at_s, .to_s = l->like[l->n - 1].at_s};
    for (size_t i = 0; i < l->n; i++)
        ids[i] = l->like[i].customer_id;
    return event_index_each(tx, &ask, see_like, l, e);
}

/* Some hundred at a time, close together in time: most parts are of another time. */
enum rc event_index_like(struct tx *tx, const struct event_ref *like, size_t n,
                         struct event_ref **out, size_t *out_n, struct err *e)
{
    enum { AT_ONCE = 256 };
    struct arena *a = tx_arena(tx);
    struct found found = {.a = a};
    struct event_ref *all = ARENA_ARRAY(a, struct event_ref, n + 1);
    int64_t *ids = ARENA_ARRAY(a, int64_t, n + 1);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n; i++)
        all[i] = like[i];
    qsort(all, n, sizeof *all, like_compare);
    for (size_t from = 0, to; rc == RC_OK && from < n; from = to) {
        to = from + AT_ONCE < n ? from + AT_ONCE : n;
        while (to < n && all[to].at_s == all[to - 1].at_s)
            to++;
        rc = find_likes(tx, &(struct likes){all + from, to - from, &found}, ids, e);
    }
    if (rc != RC_OK)
        return rc;
    if (found.n > 1)
        qsort(found.refs, found.n, sizeof *found.refs, event_ref_compare);
    *out = found.refs;
    *out_n = found.n;
    return RC_OK;
}

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

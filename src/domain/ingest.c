/* ingest.c — sessions: what was seen before, who it is, what product it is, and behaviour events.
 *
 * A session's caches hold ids of rows that are in the database or were written by a step before. A
 * step that runs again (the database rolled its group back) empties them, so they never hold an id
 * that does not exist; apart from that they are only a shortcut. Merges do not matter here: rows
 * hang on the customer an identity was born with. A person who had themselves erased is known by
 * the tombstone, and rows about them are dropped without a word.
 *
 * Behaviour events have no key of their own. Two with the same customer, second, kind, object,
 * channel and amount are the same event if they have the same occurrence within their source: so
 * reading a file again adds nothing, and two clicks within one second are two.
 */
#include "domain/ingest.h"

#include "base/limits.h"
#include "domain/ingest_parts.h"
#include "store/customer_stats.h"
#include "store/event_filter.h"
#include "store/ids.h"

#include <assert.h>

enum { KEYS_MAX = 96 << 20 };

struct ingest *ingest_new(const struct ingest_options *options)
{
    struct ingest *g = calloc(1, sizeof *g);
    if (g == NULL)
        abort();
    g->options = *options;
    g->last_step = -1;
    if (options->batch_id != 0) /* an import: many steps */
        g->filters = event_filters_new();
    id_cache_init(&g->customers, KEYS_MAX);
    id_cache_init(&g->products, KEYS_MAX);
    return g;
}

void ingest_free(struct ingest *g)
{
    if (g == NULL)
        return;
    id_cache_done(&g->customers);
    id_cache_done(&g->products);
    free(g->touched);
    event_filters_free(g->filters);
    for (int k = 0; k < IDENTITY_KINDS; k++)
        secret_indexer_done(&g->indexers[k]);
    free(g);
}

enum rc ingest_begin(struct ingest *g, struct tx *tx, int64_t step, struct err *e)
{
    (void)e;
    assert(tx_is_writing(tx));
    if (step <= g->last_step) {
        id_cache_clear(&g->customers);
        id_cache_clear(&g->products);
    }
    g->last_step = step;
    g->touched_n = 0;
    return RC_OK;
}

void ingest_touch(struct ingest *g, int64_t customer_id, bool later)
{
    if (later && g->options.defer_stats)
        return;
    if (g->touched_n == g->touched_room) {
        g->touched_room = g->touched_room == 0 ? 256 : g->touched_room * 2;
        g->touched = realloc(g->touched, g->touched_room * sizeof *g->touched);
        if (g->touched == NULL)
            abort();
    }
    g->touched[g->touched_n++] = customer_id;
}

enum rc ingest_end(struct ingest *g, struct tx *tx, struct err *e)
{
    if (g->touched_n == 0)
        return RC_OK;
    qsort(g->touched, g->touched_n, sizeof *g->touched, ids_compare);
    size_t n = 1;
    for (size_t i = 1; i < g->touched_n; i++)
        if (g->touched[i] != g->touched[n - 1])
            g->touched[n++] = g->touched[i];
    g->touched_n = 0;
    assert(n <= LIMIT_CLOSURE_ROWS);
    return customer_stats_refresh_many(tx, g->touched, n, e);
}

/* ---- who ---- */

/* An account alone that somebody has: nothing is to be added, joined or proposed, and who was
 * erased has no accounts. RC_NOT_FOUND. */
static enum rc find_alone(struct ingest *g, struct tx *tx, const struct identity *i, int64_t *out,
                          struct err *e)
{
    uint8_t hash[SECRET_INDEX_BYTES];
    if (!g->indexed[i->kind])
        identity_indexer(g->options.keys, i->kind, &g->indexers[i->kind]);
    g->indexed[i->kind] = true;
    secret_indexer_hash(&g->indexers[i->kind], i->value, hash);
    return identity_find(tx, i->kind, i->issuer, hash, out, e);
}

enum rc ingest_find_customer(struct ingest *g, struct tx *tx, const struct identity *identities,
                             size_t n, int64_t first_s, int64_t *out, bool *out_made, struct err *e)
{
    struct identity list[IDENTITY_TOGETHER];
    size_t k = 0;
    for (size_t i = 0; i < n && k < IDENTITY_TOGETHER; i++) {
        list[k] = identities[i];
        if (identity_normalise(tx_arena(tx), identities[i].kind, identities[i].value,
                               &list[k].value))
            k++;
    }
    if (out_made != NULL)
        *out_made = false;
    if (k == 0) {
        *out = 0;
        return RC_OK;
    }
    enum rc rc = k == 1 ? find_alone(g, tx, &list[0], out, e) : RC_NOT_FOUND;
    if (rc != RC_NOT_FOUND)
        return rc;
    struct customer_new fresh = CUSTOMER_NEW;
    fresh.first_s = first_s;
    fresh.source_id = g->options.source_id;
    fresh.batch_id = g->options.batch_id;
    struct identity_answer answer;
    rc = identity_resolve(tx, g->options.keys, list, k, &fresh, &answer, e);
    if (rc != RC_OK)
        return rc;
    *out = answer.erased ? 0 : answer.customer_id;
    if (out_made != NULL)
        *out_made = answer.made;
    return RC_OK;
}

enum rc ingest_buyer(struct ingest *g, struct tx *tx, const struct ingest_who *who,
                     struct ingest_counts *counts, int64_t *out, bool *out_fresh, struct err *e)
{
    const struct identity *first = who->first;
    *out = 0;
    *out_fresh = false;
    if (first->value.n == 0)
        return RC_OK;
    uint64_t hash;
    struct id_entry *known =
        id_cache_find(&g->customers, (unsigned)first->kind, first->issuer, first->value, &hash);
    if (known == NULL) {
        struct identity all[IDENTITY_TOGETHER];
        size_t n = 0;
        int64_t id;
        bool made;
        all[n++] = *first;
        for (size_t i = 0; i < who->also_n && n < IDENTITY_TOGETHER; i++)
            all[n++] = who->also[i];
        enum rc rc = ingest_find_customer(g, tx, all, n, who->seen_s, &id, &made, e);
        if (rc != RC_OK)
            return rc;
        counts->customers += made;
        known = id_cache_put(&g->customers, (unsigned)first->kind, first->issuer, first->value,
                             hash, id);
        known->flag = made;
    }
    *out = known->id;
    *out_fresh = known->flag;
    return RC_OK;
}

/* ---- what ---- */

static enum rc load_product(struct ingest *g, struct tx *tx, struct product_row *p,
                            struct ingest_counts *counts, bool *out_named, struct err *e)
{
    struct product_row found;
    enum rc rc = product_find(tx, p->issuer, p->code, &found, e);
    if (rc == RC_OK) {
        p->id = found.id;
        *out_named = !str_eq(found.name, found.code);
        return RC_OK;
    }
    if (rc != RC_NOT_FOUND)
        return rc;
    *out_named = !str_empty(p->name);
    p->id = tx_id(tx);
    p->batch_id = g->options.batch_id;
    if (!*out_named)
        p->name = p->code;
    counts->products++;
    rc = product_add(tx, p, e);
    return rc == RC_OK ? change_add(tx, "product", p->id, 0, e) : rc;
}

enum rc ingest_product(struct ingest *g, struct tx *tx, struct str issuer, struct str code,
                       struct str name, struct str category, struct ingest_counts *counts,
                       int64_t *out, struct err *e)
{
    *out = 0;
    if (code.n == 0)
        return RC_OK;
    uint64_t hash;
    enum rc rc = RC_OK;
    struct id_entry *known = id_cache_find(&g->products, 0, issuer, code, &hash);
    if (known == NULL) {
        struct product_row p = {
            .issuer = issuer, .code = code, .name = str_trim(name), .category = category};
        bool named = false;
        rc = load_product(g, tx, &p, counts, &named, e);
        if (rc != RC_OK)
            return rc;
        known = id_cache_put(&g->products, 0, issuer, code, hash, p.id);
        known->flag = named;
    }
    if (!known->flag && !str_empty(str_trim(name))) {
        rc = product_set_name(tx, known->id, str_trim(name), category, e);
        if (rc == RC_OK)
            rc = change_add(tx, "product", known->id, 0, e);
        known->flag = true;
    }
    *out = known->id;
    return rc;
}

/* ---- behaviour ---- */

/* Events on their way into the log: rows whose people were erased are not among them. */
struct placing {
    struct event *events;
    const struct ingest_event **from;
    bool *fresh; /* of a customer made here: nothing is there to compare with */
    size_t n;
};

/* Who it is and what it is about. */
static enum rc place_event(struct ingest *g, struct tx *tx, const struct ingest_event *in,
                           struct ingest_counts *counts, struct placing *p, struct err *e)
{
    assert(in->occurrence >= 1 && in->kind > 0);
    int64_t customer_id = in->customer_id, product_id = in->product_id;
    bool fresh = false;
    struct ingest_who who = {&in->who, in->also, in->also_n, in->at_s};
    enum rc rc = RC_OK;
    if (customer_id == 0)
        rc = ingest_buyer(g, tx, &who, counts, &customer_id, &fresh, e);
    if (rc != RC_OK || customer_id == 0)
        return rc;
    if (product_id == 0)
        rc = ingest_product(g, tx, in->issuer, in->product_code, in->product_name, in->category,
                            counts, &product_id, e);
    if (rc != RC_OK)
        return rc;
    p->fresh[p->n] = fresh;
    p->from[p->n] = in;
    p->events[p->n++] = (struct event){
        .customer_id = customer_id,
        .at_s = in->at_s,
        .kind = in->kind,
        .channel_id = in->channel_id,
        .staff_id = in->staff_id,
        .object_kind = product_id != 0 ? OBJECT_PRODUCT : OBJECT_NONE,
        .object_id = product_id,
        .amount_fen = in->amount_fen,
        .has_amount = in->has_amount,
        .props = in->props,
        .batch_id = g->options.batch_id,
    };
    return RC_OK;
}

/* What the log has that may be equal to those that are to be compared. */
static enum rc read_peers(struct ingest *g, struct tx *tx, const struct placing *p,
                          struct event_peers **out, struct err *e)
{
    struct event *compared = ARENA_ARRAY(tx_arena(tx), struct event, p->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < p->n && !g->options.once; i++)
        if (!p->fresh[i])
            compared[n++] = p->events[i];
    return event_peers_read(tx, g->filters, compared, n, out, e);
}

/* An event was ingested before when as many equal ones are there as its occurrence says. */
static enum rc put_event(struct ingest *g, struct tx *tx, const struct placing *p, size_t i,
                         const struct event_peers *peers, struct ingest_counts *counts,
                         struct err *e)
{
    int64_t equal = 0;
    enum rc rc = RC_OK;
    if (!p->fresh[i] && !g->options.once)
        rc = event_count_equal(tx, peers, &p->events[i], &equal, e);
    if (rc != RC_OK)
        return rc;
    if (equal >= p->from[i]->occurrence) {
        counts->known++;
        return RC_OK;
    }
    counts->added++;
    counts->events++;
    return event_add(tx, &p->events[i], e);
}

enum rc ingest_events(struct ingest *g, struct tx *tx, const struct ingest_event *events, size_t n,
                      struct ingest_counts *counts, struct err *e)
{
    struct arena *a = tx_arena(tx);
    struct event_peers *peers = NULL;
    struct placing p = {
        .events = ARENA_ARRAY(a, struct event, n + 1),
        .from = ARENA_ARRAY(a, const struct ingest_event *, n + 1),
        .fresh = ARENA_ARRAY(a, bool, n + 1),
    };
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n && rc == RC_OK; i++)
        rc = place_event(g, tx, &events[i], counts, &p, e);
    if (rc == RC_OK && p.n > 0)
        rc = read_peers(g, tx, &p, &peers, e);
    for (size_t i = 0; i < p.n && rc == RC_OK; i++)
        rc = put_event(g, tx, &p, i, peers, counts, e);
    return rc;
}

/* builder_step.c — the next snapshot from the last: what was written since, and whom it touches.
 *
 * First everyone whom a change names is read, since events hang on roots. Then come new events, and
 * for the upset (those whose past changed) all of theirs, except where customers became one
 * (builder_merge.c) or no more than the refund of
 * an order has to be written into what is there (builder_order.c). Each chunk they fall into gets a
 * new newest run (builder_runs.c).
 */
#include "mirror/builder.h"

#include "base/clock.h"
#include "base/must.h"
#include "mirror/builder_parts.h"
#include "store/event.h"
#include "store/ids.h"

#include <assert.h>
#include <string.h>

#ifdef KOI_SMALL_RUNS /* a differential test builds it so: everything below happens all the time */
enum { IDS_A_QUERY = 7, RELOAD_FROM = 40 };
const struct builder_bounds builder_bounds = {
    .top_most = 100,
    .growth = 3,
    .base_share = 6,
    .young_most = 500,
    .tidy_ns = 5000,
    .quiet_us = 1,
};
#else
const struct builder_bounds builder_bounds = {
    .top_most = 2048,
    .growth = 8,
    .base_share = 16,
    .young_most = 1 << 17,
    .tidy_ns = 1500, /* fifty times what a row costs */
    .quiet_us = 5000000,
};
enum {
    IDS_A_QUERY = 2000,  /* customers asked about at once */
    RELOAD_FROM = 20000, /* customers from which a kind of marks is read whole instead */
};
#endif

struct id_list {
    int64_t *at;
    size_t n, room;
};

struct ordinal_list {
    uint32_t *at;
    size_t n, room;
};

struct step {
    struct builder *b;
    struct tx *tx;
    const struct snapshot *last;
    int64_t seq;
    bool everything;        /* only reading everything anew will do */
    struct id_list to_read; /* customers whose row is to be read */
    struct id_list upset_ids, touched_ids[FEED_RELATIONS];
    bool tiers_moved;
    struct id_list mover_ids; /* customers with a new move between tiers */
    struct moves_read tier_moves;
    struct order_changes orders;
    struct customer_moves moves;
    /* Roots of moves that need not be read again, and the others. */
    struct ordinal_list moved, moved_upset;
    struct ordinal_list upset;                   /* roots */
    struct ordinal_list touched[FEED_RELATIONS]; /* roots */
    struct ordinal_list attributed;              /* customers read */
    struct ordinal_list born, gone;              /* to be put in `alive`, taken out */
    struct mark_pairs attributes[MARK_KINDS];
    struct feed_customer *rows; /* of `attributed`, without texts */
    size_t rows_room;
    enum feed_relation relation; /* being read */
    struct mark_pairs pairs;
    struct run_rows **fresh, **again; /* by chunk: new rows; all rows of the upset */
    uint32_t n_chunks;
};

static void id_add(struct id_list *l, int64_t id)
{
    if (l->n == l->room) {
        l->room = l->room > 0 ? l->room * 2 : 64;
        l->at = must(realloc(l->at, l->room * sizeof *l->at));
    }
    l->at[l->n++] = id;
}

static void ordinal_add(struct ordinal_list *l, uint32_t ordinal)
{
    if (l->n == l->room) {
        l->room = l->room > 0 ? l->room * 2 : 64;
        l->at = must(realloc(l->at, l->room * sizeof *l->at));
    }
    l->at[l->n++] = ordinal;
}

static bool ordinal_in(const struct ordinal_list *l, uint32_t ordinal)
{
    size_t from = 0;
    for (size_t to = l->n; from < to;) {
        size_t middle = from + (to - from) / 2;
        if (l->at[middle] < ordinal)
            from = middle + 1;
        else
            to = middle;
    }
    return from < l->n && l->at[from] == ordinal;
}

/* ---- what was written ---- */

static void see_upset(void *to, int64_t customer_id, int kind, int64_t order_id)
{
    struct step *s = to;
    if (kind == EVENT_ORDER)
        order_told(&s->orders, order_id);
    else if (customer_id == 0)
        s->everything = true;
    else
        id_add(&s->upset_ids, customer_id);
}

static void see_change(void *to, struct str table, int64_t customer_id, int64_t row_id)
{
    struct step *s = to;
    static const struct {
        const char *table;
        enum feed_relation from, to;
    } TABLES[] = {
        {"relation", FEED_TAG, FEED_FRIEND},      {"customer_tag", FEED_TAG, FEED_TAG},
        {"group_member", FEED_GROUP, FEED_GROUP}, {"customer_tier", FEED_TIER, FEED_TIER},
        {"rfm_score", FEED_RFM_R, FEED_RFM_M},
    };
    if (str_eq(table, STR("customer"))) {
        id_add(&s->to_read, row_id);
        if (customer_id != row_id)
            id_add(&s->to_read, customer_id);
    } else if (str_eq(table, STR("clv_score")) || str_eq(table, STR("rfm_score"))) {
        id_add(&s->to_read, customer_id);
    } else if (str_eq(table, STR("customer_tier"))) {
        s->tiers_moved = true;
        id_add(&s->mover_ids, customer_id);
    } else if (str_eq(table, STR("orders"))) {
        order_changed(&s->orders, row_id, customer_id);
    }
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
        if (str_eq(table, str_from(TABLES[i].table)))
            for (enum feed_relation k = TABLES[i].from; k <= TABLES[i].to; k++)
                id_add(&s->touched_ids[k], customer_id);
}

/* ---- customers ---- */

/* Roots of these ids into `out`; whoever is not known yet is to be read. */
static void roots_of(struct step *s, const struct id_list *ids, struct ordinal_list *out)
{
    for (size_t i = 0; i < ids->n; i++) {
        uint32_t ordinal = ordinal_of(s->b, ids->at[i]);
        if (ordinal != NOBODY && s->b->root[ordinal] != NOBODY)
            ordinal_add(out, s->b->root[ordinal]);
    }
    ordinals_sort(out->at, &out->n);
}

static void touch_all(struct step *s, uint32_t root)
{
    for (int k = 0; k < FEED_RELATIONS; k++)
        ordinal_add(&s->touched[k], root);
}

static enum rc see_customer(void *to, const struct feed_customer *c, struct err *e)
{
    struct step *s = to;
    struct builder *b = s->b;
    (void)e;
    uint32_t ordinal = ordinal_put(b, c->id);
    uint32_t root = ordinal_put(b, c->root_id);
    uint32_t was = b->root[ordinal];
    if (b->root[root] == NOBODY && root != ordinal)
        id_add(&s->to_read, c->root_id);
    b->root[ordinal] = root;
    if (was != NOBODY && was != root) {
        customer_moved(&s->moves, was, root);
        touch_all(s, was);
        touch_all(s, root);
    }
    if (s->attributed.n >= s->rows_room) {
        s->rows_room = s->rows_room > 0 ? s->rows_room * 2 : 64;
        s->rows = must(realloc(s->rows, s->rows_room * sizeof *s->rows));
    }
    s->rows[s->attributed.n] = *c;
    ordinal_add(&s->attributed, ordinal);
    if (root == ordinal)
        put_attributes(b, ordinal, c, s->attributes);
    ordinal_add(root == ordinal && !c->erased ? &s->born : &s->gone, ordinal);
    return RC_OK;
}

static void ids_sort(struct id_list *l)
{
    size_t kept = 0;
    if (l->n > 1)
        qsort(l->at, l->n, sizeof *l->at, ids_compare);
    for (size_t i = 0; i < l->n; i++)
        if (kept == 0 || l->at[kept - 1] != l->at[i])
            l->at[kept++] = l->at[i];
    l->n = kept;
}

/* Who was asked for and is no more: rows from `from` on are those of the others, in the same
 * order. */
static void see_missing(struct step *s, const int64_t *ids, size_t n, size_t from)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t ordinal = ordinal_of(s->b, ids[i]);
        if (from < s->attributed.n && s->rows[from].id == ids[i]) {
            from++;
        } else if (ordinal != NOBODY) {
            s->b->root[ordinal] = NOBODY;
            ordinal_add(&s->gone, ordinal);
        }
    }
}

/* Reads whoever is to be read, and then the roots that were not known. */
static enum rc read_customers(struct step *s, struct err *e)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && s->to_read.n > 0) {
        struct id_list now = s->to_read;
        s->to_read = (struct id_list){0};
        ids_sort(&now);
        for (size_t i = 0; rc == RC_OK && i < now.n; i += IDS_A_QUERY) {
            size_t n = now.n - i < IDS_A_QUERY ? now.n - i : IDS_A_QUERY;
            size_t from = s->attributed.n;
            rc = feed_customers_of(s->tx, now.at + i, n, see_customer, s, e);
            if (rc == RC_OK)
                see_missing(s, now.at + i, n, from);
        }
        free(now.at);
    }
    return rc;
}

/* Everything is read anew where that is less work than asking for an eighth of everyone. */
static enum rc read_tier_moves(struct step *s, struct err *e)
{
    struct id_list *l = &s->mover_ids;
    enum rc rc = RC_OK;
    ids_sort(l);
    if (l->n >= RELOAD_FROM && l->n > s->b->customers / 8)
        return moves_read_all(&s->tier_moves, s->tx, e);
    for (size_t i = 0; rc == RC_OK && i < l->n; i += IDS_A_QUERY)
        rc = moves_read_of(&s->tier_moves, s->tx, l->at + i,
                           l->n - i < IDS_A_QUERY ? l->n - i : IDS_A_QUERY, e);
    return rc;
}

/* ---- events ---- */

static enum rc see_new(void *to, const struct feed_event *ev, struct err *e)
{
    struct step *s = to;
    uint32_t ordinal = ordinal_of(s->b, ev->customer_id);
    if (ordinal == NOBODY || s->b->root[ordinal] == NOBODY) {
        s->everything = true; /* nobody told of this customer */
        return RC_OK;
    }
    uint32_t root = s->b->root[ordinal];
    return ordinal_in(&s->upset, root) ? RC_OK : put_event(s->b, ev, root, s->fresh, e);
}

static enum rc see_again(void *to, const struct feed_event *ev, struct err *e)
{
    struct step *s = to;
    uint32_t ordinal = ordinal_of(s->b, ev->customer_id);
    if (ordinal == NOBODY || !ordinal_in(&s->upset, s->b->root[ordinal])) {
        s->everything = true;
        return RC_OK;
    }
    return put_event(s->b, ev, s->b->root[ordinal], s->again, e);
}

/* The ids of some ordinals, from i on; how many. */
static size_t ids_of(const struct step *s, const struct ordinal_list *l, size_t i,
                     int64_t ids[static IDS_A_QUERY])
{
    size_t n = 0;
    for (; i + n < l->n && n < IDS_A_QUERY; n++)
        ids[n] = codes_id(s->b->dictionaries.customers, l->at[i + n] + 1);
    return n;
}

/* One customer of several: from the mirror, or all of them upset. */
static void read_move(struct step *s, const struct customer_move *at, size_t n)
{
    uint32_t to = at->to;
    bool upset = ordinal_in(&s->upset, to) || order_patches_has(&s->orders, to);
    for (size_t i = 0; i < n; i++)
        upset = upset || at[i].parted || ordinal_in(&s->upset, at[i].from);
    struct run_rows **rows = &s->again[to / SET_CHUNK];
    if (*rows == NULL)
        *rows = run_rows_new();
    upset = upset || !customer_moves_gather(at, n, s->last, *rows);
    struct ordinal_list *l = upset ? &s->moved_upset : &s->moved;
    ordinal_add(l, to);
    for (size_t i = 0; i < n; i++)
        ordinal_add(l, at[i].from);
}

/* Who became one. A parted family upsets whoever it was parted into. */
static void read_moves(struct step *s)
{
    struct customer_moves *m = &s->moves;
    customer_moves_sort(m, s->b);
    for (size_t i = 0; i < m->n; i++)
        if (m->at[i].parted) {
            ordinal_add(&s->upset, m->at[i].from);
            ordinal_add(&s->upset, m->at[i].to);
        }
    ordinals_sort(s->upset.at, &s->upset.n);
    for (size_t from = 0, to; from < m->n; from = to) {
        for (to = from + 1; to < m->n && m->at[to].to == m->at[from].to;)
            to++;
        read_move(s, m->at + from, to - from);
    }
    for (size_t i = 0; i < s->moved_upset.n; i++)
        ordinal_add(&s->upset, s->moved_upset.at[i]);
    ordinals_sort(s->upset.at, &s->upset.n);
    ordinals_sort(s->moved.at, &s->moved.n);
}

static enum rc read_events(struct step *s, struct err *e)
{
    int64_t *ids = must(malloc(IDS_A_QUERY * sizeof *ids));
    enum rc rc = feed_events(s->tx, s->last->seq, s->seq, see_new, s, e);
    for (size_t i = 0; rc == RC_OK && !s->everything && i < s->upset.n; i += IDS_A_QUERY) {
        size_t n = ids_of(s, &s->upset, i, ids);
        rc = feed_events_of(s->tx, ids, n, see_again, s, e);
    }
    free(ids);
    return rc;
}

/* ---- chunks ---- */

static struct chunk *copy_chunk(const struct chunk *old)
{
    struct chunk *c = chunk_new();
    if (old == NULL) {
        struct run_rows *none = run_rows_new();
        c->runs[c->n_runs++] = run_new(none, NULL);
        run_rows_free(none);
        c->columns = columns_new();
        return c;
    }
    for (; c->n_runs < old->n_runs; c->n_runs++)
        c->runs[c->n_runs] = run_hold(old->runs[c->n_runs]);
    c->columns = old->columns;
    atomic_fetch_add(&c->columns->refs, 1);
    c->scores = scores_hold(old->scores);
    c->moves = moves_hold(old->moves);
    return c;
}

/* The chunk `i` of the new snapshot, made its own when it is still shared. */
static struct chunk *own_chunk(struct snapshot *fresh, uint32_t i, bool owned[])
{
    if (!owned[i]) {
        struct chunk *c = copy_chunk(fresh->chunks[i]);
        chunk_drop(fresh->chunks[i]);
        fresh->chunks[i] = c;
        owned[i] = true;
    }
    return fresh->chunks[i];
}

static void renew_chunks(struct step *s, struct snapshot *fresh)
{
    bool *owned = must(calloc(fresh->n_chunks + 1, sizeof *owned));
    for (struct merging *g; (g = merger_take(s->b->merger)) != NULL;) {
        const struct chunk *c = g->chunk < fresh->n_chunks ? fresh->chunks[g->chunk] : NULL;
        order_patches_merged(s->b, g);
        if (c != NULL && runs_stand(c, g))
            runs_put_merged(own_chunk(fresh, g->chunk, owned), g);
        merging_free(g);
    }
    for (uint32_t i = 0; i < fresh->n_chunks; i++)
        if (fresh->chunks[i] == NULL)
            own_chunk(fresh, i, owned);
    for (size_t i = 0; i < s->attributed.n; i++) {
        uint32_t ordinal = s->attributed.at[i];
        struct chunk *c = own_chunk(fresh, ordinal / SET_CHUNK, owned);
        c->columns = columns_own(c->columns);
        put_columns(c->columns, ordinal, &s->rows[i]);
        put_scores(&c->scores, ordinal, &s->rows[i]);
    }
    for (uint32_t i = 0; i < s->tier_moves.n; i++)
        if (s->tier_moves.chunks[i].n > 0)
            moves_read_put(&s->tier_moves, own_chunk(fresh, i, owned), i);
    size_t u = 0, m = 0, p = 0;
    for (uint32_t i = 0; i < fresh->n_chunks; i++) {
        struct new_rows n = {.fresh = s->fresh[i], .again = s->again[i]};
        for (; u < s->upset.n && s->upset.at[u] / SET_CHUNK == i; u++)
            words_put(&n.upset, s->upset.at[u] % SET_CHUNK);
        for (; m < s->moved.n && s->moved.at[m] / SET_CHUNK == i; m++)
            words_put(&n.upset, s->moved.at[m] % SET_CHUNK);
        size_t patch = p;
        while (p < s->orders.n_patches && s->orders.patches[p].root / SET_CHUNK == i)
            p++;
        if (p > patch)
            order_patches_put(s->b, s->orders.patches + patch, p - patch,
                              own_chunk(fresh, i, owned), i);
        if (n.fresh != NULL || words_any(&n.upset))
            runs_renew(s->b, own_chunk(fresh, i, owned), i, &n);
    }
    free(owned);
}

/* ---- marks ---- */

static void see_pair(void *to, int64_t root_id, int64_t id)
{
    struct step *s = to;
    uint32_t ordinal = ordinal_of(s->b, root_id);
    if (ordinal != NOBODY)
        mark_pairs_add(&s->pairs, id, ordinal);
}

static void replace_marks(struct snapshot *fresh, struct marks *marks)
{
    marks_drop(fresh->marks);
    fresh->marks = marks;
}

static enum rc renew_relation(struct step *s, struct snapshot *fresh, enum feed_relation k,
                              struct err *e)
{
    struct ordinal_list *l = &s->touched[k];
    enum rc rc = RC_OK;
    ordinals_sort(l->at, &l->n);
    if (l->n == 0)
        return RC_OK;
    s->pairs.n = 0;
    if (l->n >= RELOAD_FROM) {
        rc = feed_pairs(s->tx, k, see_pair, s, e);
        if (rc == RC_OK)
            replace_marks(fresh, marks_with(fresh->marks, (enum mark_kind)k, &s->pairs));
        return rc;
    }
    int64_t *ids = must(malloc(IDS_A_QUERY * sizeof *ids));
    for (size_t i = 0; rc == RC_OK && i < l->n; i += IDS_A_QUERY)
        rc = feed_pairs_of(s->tx, k, ids, ids_of(s, l, i, ids), see_pair, s, e);
    free(ids);
    if (rc == RC_OK)
        replace_marks(fresh, marks_edit(fresh->marks, (enum mark_kind)k, l->at, l->n, &s->pairs));
    return rc;
}

static void renew_attributes(struct step *s, struct snapshot *fresh)
{
    struct ordinal_list *l = &s->attributed;
    ordinals_sort(l->at, &l->n);
    for (int k = MARK_STAGE; l->n > 0 && k < MARK_KINDS; k++)
        replace_marks(fresh,
                      marks_edit(fresh->marks, (enum mark_kind)k, l->at, l->n, &s->attributes[k]));
    ordinals_sort(s->born.at, &s->born.n);
    ordinals_sort(s->gone.at, &s->gone.n);
    fresh->alive = set_edit(s->last->alive, s->born.at, s->born.n, s->gone.at, s->gone.n);
}

/* ---- the step ---- */

static enum rc read_step(struct step *s, struct err *e)
{
    enum rc rc = feed_upsets(s->tx, s->last->seq, s->seq, see_upset, s, e);
    if (rc == RC_OK && !s->everything)
        rc = feed_changes(s->tx, s->last->seq, s->seq, see_change, s, e);
    if (rc == RC_OK && !s->everything)
        rc = read_customers(s, e);
    if (rc == RC_OK && !s->everything)
        rc = read_tier_moves(s, e);
    if (rc == RC_OK && !s->everything)
        rc = order_changes_read(&s->orders, s->b, s->tx, s->last, e);
    if (rc != RC_OK || s->everything)
        return rc;
    for (size_t i = 0; i < s->orders.n; i++)
        if (!s->orders.at[i].known)
            id_add(&s->upset_ids, s->orders.at[i].customer_id);
    roots_of(s, &s->upset_ids, &s->upset);
    for (int k = 0; k < FEED_RELATIONS; k++)
        roots_of(s, &s->touched_ids[k], &s->touched[k]);
    s->n_chunks = s->b->customers / SET_CHUNK + 1;
    s->fresh = must(calloc(s->n_chunks, sizeof(struct run_rows *)));
    s->again = must(calloc(s->n_chunks, sizeof(struct run_rows *)));
    read_moves(s);
    for (size_t i = 0; i < s->upset.n; i++)
        touch_all(s, s->upset.at[i]);
    return read_events(s, e);
}

static void step_free(struct step *s)
{
    for (uint32_t i = 0; i < s->n_chunks; i++) {
        run_rows_free(s->fresh[i]);
        run_rows_free(s->again[i]);
    }
    free(s->fresh);
    free(s->again);
    free(s->to_read.at);
    free(s->upset_ids.at);
    free(s->mover_ids.at);
    moves_read_free(&s->tier_moves);
    free(s->upset.at);
    order_changes_free(&s->orders);
    free(s->moves.at);
    free(s->moved.at);
    free(s->moved_upset.at);
    for (int k = 0; k < FEED_RELATIONS; k++) {
        free(s->touched_ids[k].at);
        free(s->touched[k].at);
    }
    free(s->attributed.at);
    free(s->born.at);
    free(s->gone.at);
    free(s->rows);
    for (int k = 0; k < MARK_KINDS; k++)
        mark_pairs_free(&s->attributes[k]);
    mark_pairs_free(&s->pairs);
}

enum rc builder_next(struct builder *b, struct tx *tx, const struct snapshot *last,
                     struct snapshot **out, struct err *e)
{
    struct step s = {.b = b, .tx = tx, .last = last, .tier_moves = {.b = b}};
    enum rc rc = tx_last_seq(tx, &s.seq, e);
    if (rc != RC_OK)
        return rc;
    bool quiet = s.seq == last->seq && !b->behind;
    if (!quiet)
        b->wrote_us = clock_mono_us();
    if (quiet && !merger_has(b->merger)) {
        runs_give_rest(b, last);
        *out = snapshot_hold(last);
        return RC_OK;
    }
    s.everything = b->behind || s.seq < last->seq;
    if (!s.everything) {
        b->behind = true;
        rc = read_step(&s, e);
    }
    struct snapshot *fresh = NULL;
    if (rc == RC_OK && !s.everything) {
        fresh = snapshot_new(b, last, s.seq);
        if (s.tiers_moved) {
            tier_past_drop(fresh->tier_past);
            fresh->tier_past = tier_past_new(s.seq);
        }
        renew_chunks(&s, fresh);
        fresh->marks = marks_hold(last->marks);
        renew_attributes(&s, fresh);
        for (int k = 0; rc == RC_OK && k < FEED_RELATIONS; k++)
            rc = renew_relation(&s, fresh, (enum feed_relation)k, e);
    }
    bool everything = s.everything;
    step_free(&s);
    if (rc == RC_OK && everything)
        return builder_all(b, tx, out, e);
    if (rc != RC_OK) {
        snapshot_drop(fresh);
        return rc;
    }
    runs_give_merges(b, fresh);
    if (quiet)
        runs_give_rest(b, fresh);
    b->behind = false;
    *out = fresh;
    return RC_OK;
}

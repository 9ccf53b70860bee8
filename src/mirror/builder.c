/* builder.c — rows of the feed into codes, columns, marks and runs: everything at once.
 *
 * Customers come first, so that each event finds its root; then what they have; then the events
 * of all chunks, gathered by chunk (15 bytes each, builder_log.c) and sorted when all are
 * there. Ids that no row has any more keep their codes until the process ends. */
#include "mirror/builder.h"

#include "base/hash.h"
#include "base/must.h"
#include "base/share.h"
#include "mirror/builder_parts.h"
#include "store/feed.h"

#include <assert.h>
#include <string.h>

/* ---- life ---- */

static void know_nothing(struct builder *b)
{
    struct dictionaries *d = &b->dictionaries;
    d->customers = codes_new(1024);
    d->channels = codes_new(16);
    d->staff = codes_new(64);
    d->tier_runs = codes_new(64);
    for (int k = 0; k < OBJECT_KINDS; k++)
        d->objects[k] = codes_new(16);
}

static void free_all(struct builder *b)
{
    struct dictionaries *d = &b->dictionaries;
    codes_free(d->customers);
    codes_free(d->channels);
    codes_free(d->staff);
    codes_free(d->tier_runs);
    for (int k = 0; k < OBJECT_KINDS; k++)
        codes_free(d->objects[k]);
    for (size_t i = 0; i < b->texts_n; i++)
        free((char *)b->texts[i].p);
    free(b->texts);
    free(b->texts_table);
    free(b->root);
}

struct builder *builder_new(void)
{
    struct builder *b = must(calloc(1, sizeof *b));
    lock_init(&b->codes_lock, LOCK_LEAF);
    b->merger = merger_new();
    b->bounds = builder_bounds;
    know_nothing(b);
    return b;
}

void builder_free(struct builder *b)
{
    if (b == NULL)
        return;
    merger_free(b->merger);
    free(b->noted);
    free_all(b);
    lock_done(&b->codes_lock);
    free(b);
}

void builder_forget(struct builder *b)
{
    free_all(b);
    b->texts = NULL;
    b->texts_table = NULL;
    b->root = NULL;
    b->texts_n = b->texts_table_n = b->root_room = b->customers = 0;
    b->behind = false;
    know_nothing(b);
}

struct builder_progress builder_progress(const struct builder *b)
{
    return (struct builder_progress){atomic_load(&b->at_seq), atomic_load(&b->to_seq),
                                     atomic_load(&b->rows_anew)};
}

/* ---- texts ---- */

static void texts_grow(struct builder *b)
{
    free(b->texts_table);
    b->texts_table_n = b->texts_table_n > 0 ? b->texts_table_n * 2 : 1024;
    b->texts_table = must(calloc(b->texts_table_n, sizeof *b->texts_table));
    b->texts = must(realloc(b->texts, b->texts_table_n / 2 * sizeof *b->texts));
    for (size_t i = 0; i < b->texts_n; i++) {
        size_t at = hash_bytes(b->texts[i], 1) & (b->texts_table_n - 1);
        while (b->texts_table[at] != 0)
            at = (at + 1) & (b->texts_table_n - 1);
        b->texts_table[at] = (uint32_t)i + 1;
    }
}

int64_t text_number(struct builder *b, struct str text)
{
    if (b->texts_n >= b->texts_table_n / 2)
        texts_grow(b);
    size_t at = hash_bytes(text, 1) & (b->texts_table_n - 1);
    for (; b->texts_table[at] != 0; at = (at + 1) & (b->texts_table_n - 1))
        if (str_eq(b->texts[b->texts_table[at] - 1], text))
            return b->texts_table[at] - 1;
    char *copy = must(malloc(text.n + 1));
    memcpy(copy, text.p, text.n);
    b->texts[b->texts_n] = (struct str){copy, text.n};
    b->texts_table[at] = (uint32_t)++b->texts_n;
    return (int64_t)b->texts_n - 1;
}

static struct texts *texts_copy(const struct builder *b)
{
    struct texts *t = must(malloc(sizeof *t + b->texts_n * sizeof *t->at));
    t->refs = 1;
    t->n = b->texts_n;
    for (size_t i = 0; i < b->texts_n; i++)
        t->at[i] = b->texts[i];
    return t;
}

/* ---- customers ---- */

uint32_t ordinal_of(const struct builder *b, int64_t id)
{
    uint32_t code = codes_find(b->dictionaries.customers, id);
    return code == 0 ? NOBODY : code - 1;
}

uint32_t ordinal_put(struct builder *b, int64_t id)
{
    uint32_t ordinal = codes_put(b->dictionaries.customers, id) - 1;
    if (ordinal >= b->root_room) {
        b->root_room = b->root_room > 0 ? b->root_room * 2 : 1024;
        b->root = must(realloc(b->root, b->root_room * sizeof *b->root));
    }
    if (ordinal >= b->customers) {
        assert(ordinal == b->customers);
        b->root[ordinal] = NOBODY;
        b->customers = ordinal + 1;
    }
    return ordinal;
}

void put_attributes(struct builder *b, uint32_t ordinal, const struct feed_customer *c,
                    struct mark_pairs pairs[static MARK_KINDS])
{
    if (c->stage_id != 0)
        mark_pairs_add(&pairs[MARK_STAGE], c->stage_id, ordinal);
    if (c->source_id != 0)
        mark_pairs_add(&pairs[MARK_SOURCE], c->source_id, ordinal);
    if (!str_absent(c->city))
        mark_pairs_add(&pairs[MARK_CITY], text_number(b, c->city), ordinal);
    if (!str_absent(c->province))
        mark_pairs_add(&pairs[MARK_PROVINCE], text_number(b, c->province), ordinal);
    if (!str_absent(c->gender))
        mark_pairs_add(&pairs[MARK_GENDER], text_number(b, c->gender), ordinal);
    if (c->no_marketing)
        mark_pairs_add(&pairs[MARK_NO_MARKETING], 1, ordinal);
    if (c->clv_horizon_s != DB_NULL)
        mark_pairs_add(&pairs[MARK_CLV], c->clv_horizon_s, ordinal);
}

void put_columns(struct columns *columns, uint32_t ordinal, const struct feed_customer *c)
{
    uint32_t i = ordinal % SET_CHUNK;
    columns->birth_day[i] = c->birth_day == DB_NULL ? COLUMN_NO_DAY : (int32_t)c->birth_day;
    columns->added_s[i] = c->added_s == DB_NULL ? COLUMN_NEVER : c->added_s;
    columns->first_s[i] = c->first_s;
    columns->clv_fen[i] = c->clv_fen == DB_NULL ? 0 : c->clv_fen;
}

void put_scores(struct scores **scores, uint32_t ordinal, const struct feed_customer *c)
{
    struct score x = {.rfm_fen = c->rfm_fen == DB_NULL ? 0 : c->rfm_fen};
    if (c->clv_horizon_s != DB_NULL) {
        x.purchases_micro = c->purchases_micro;
        x.alive_ppm = (int32_t)c->alive_ppm;
        x.repeater = c->repeats > 0;
    }
    scores_put(scores, ordinal % SET_CHUNK, &x);
}

/* ---- events ---- */

static enum rc too_many(struct err *e)
{
    return err_set(e, RC_LIMIT, "mirror_codes", NULL, "镜像放不下这么多不同的渠道、员工或物品",
                   "the mirror has no room for so many channels, members of staff or things");
}

/* 0 for what an event has not; RC_LIMIT past `most`. */
static enum rc code_of(struct builder *b, struct codes *codes, int64_t id, uint32_t most,
                       uint32_t *out, struct err *e)
{
    *out = id != 0 ? codes_find(codes, id) : 0;
    if (id != 0 && *out == 0) {
        lock_take(&b->codes_lock);
        *out = codes_put(codes, id);
        lock_give(&b->codes_lock);
    }
    return *out <= most ? RC_OK : too_many(e);
}

enum rc put_event(struct builder *b, const struct feed_event *ev, uint32_t root,
                  struct run_rows **rows, struct err *e)
{
    struct dictionaries *d = &b->dictionaries;
    uint32_t channel, staff, object = 0;
    enum rc rc = code_of(b, d->channels, ev->channel_id, UINT16_MAX, &channel, e);
    if (rc == RC_OK)
        rc = code_of(b, d->staff, ev->staff_id, UINT16_MAX, &staff, e);
    bool known = ev->object_kind > 0 && ev->object_kind < OBJECT_KINDS && ev->object_id != 0;
    if (rc == RC_OK && known && ev->object_kind != OBJECT_KIND_ORDER)
        rc = code_of(b, d->objects[ev->object_kind], ev->object_id, (1u << OBJECT_CODE_BITS) - 1,
                     &object, e);
    if (rc != RC_OK)
        return rc;
    uint32_t born = NOBODY;
    if (run_tells_born((uint8_t)ev->kind))
        born = ordinal_of(b, ev->customer_id);
    struct run_row row = {
        .local = (uint16_t)(root % SET_CHUNK),
        .kind = (uint8_t)ev->kind,
        .at_s = second_of(ev->at_s),
        .object = known ? OBJECT_OF(ev->object_kind, object) : 0,
        .channel = (uint16_t)channel,
        .staff = (uint16_t)staff,
        .amount_fen = ev->amount_fen == DB_NULL ? RUN_NONE : ev->amount_fen,
        .quantity = ev->quantity == DB_NULL ? RUN_NONE : ev->quantity,
        .refunded_s = ev->refunded_s == DB_NULL ? RUN_NEVER : second_of(ev->refunded_s),
        .born = born != NOBODY && born != root ? born + 1 : 0,
    };
    struct run_rows **of = &rows[root / SET_CHUNK];
    if (*of == NULL)
        *of = run_rows_new();
    run_rows_add(*of, &row);
    return RC_OK;
}

/* ---- snapshots ---- */

void builder_lead_to(struct builder *b, struct daybook *daybook)
{
    b->daybook = daybook;
}

struct snapshot *snapshot_new(struct builder *b, const struct snapshot *last, int64_t seq)
{
    struct snapshot *s = must(calloc(1, sizeof *s));
    s->refs = 1;
    s->seq = seq;
    s->customers = b->customers;
    s->n_chunks = (b->customers + SET_CHUNK - 1) / SET_CHUNK;
    s->chunks = must(calloc(s->n_chunks + 1, sizeof(struct chunk *)));
    s->dictionaries = &b->dictionaries;
    s->daybook = b->daybook;
    for (uint32_t i = 0; last != NULL && i < last->n_chunks; i++)
        s->chunks[i] = chunk_hold(last->chunks[i]);
    s->tier_past = last != NULL ? tier_past_hold(last->tier_past) : tier_past_new(seq);
    if (last != NULL && last->texts->n == b->texts_n) {
        s->texts = last->texts;
        atomic_fetch_add(&s->texts->refs, 1);
    } else {
        s->texts = texts_copy(b);
    }
    return s;
}

/* ---- everything ---- */

struct everything {
    struct builder *b;
    int64_t *root_ids; /* by ordinal */
    size_t root_room;
    struct columns **columns; /* by chunk */
    struct scores **scores;   /* likewise */
    size_t columns_room;
    struct mark_pairs pairs[MARK_KINDS];
    uint32_t *alive;
    size_t alive_n, alive_room;
    struct run_rows **rows;
    struct moves_read moves;
};

static enum rc see_customer(void *to, const struct feed_customer *c, struct err *e)
{
    struct everything *all = to;
    (void)e;
    uint32_t ordinal = ordinal_put(all->b, c->id);
    if (ordinal >= all->root_room) {
        size_t room = all->b->root_room;
        all->root_ids = must(realloc(all->root_ids, room * sizeof *all->root_ids));
        memset(all->root_ids + all->root_room, 0, (room - all->root_room) * sizeof *all->root_ids);
        all->root_room = room;
    }
    all->root_ids[ordinal] = c->root_id;
    size_t chunk = ordinal / SET_CHUNK;
    if (chunk >= all->columns_room) {
        all->columns = must(realloc(all->columns, (chunk + 1) * sizeof(struct columns *)));
        all->scores = must(realloc(all->scores, (chunk + 1) * sizeof(struct scores *)));
        for (; all->columns_room <= chunk; all->columns_room++) {
            all->columns[all->columns_room] = columns_new();
            all->scores[all->columns_room] = NULL;
        }
    }
    if (c->root_id != c->id)
        return RC_OK;
    put_columns(all->columns[chunk], ordinal, c);
    put_scores(&all->scores[chunk], ordinal, c);
    put_attributes(all->b, ordinal, c, all->pairs);
    if (c->erased)
        return RC_OK;
    if (all->alive_n == all->alive_room) {
        all->alive_room = all->alive_room > 0 ? all->alive_room * 2 : 1024;
        all->alive = must(realloc(all->alive, all->alive_room * sizeof *all->alive));
    }
    all->alive[all->alive_n++] = ordinal;
    return RC_OK;
}

static int compare_ordinals(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void ordinals_sort(uint32_t *ordinals, size_t *n)
{
    size_t kept = 0;
    if (*n > 1)
        qsort(ordinals, *n, sizeof *ordinals, compare_ordinals);
    for (size_t i = 0; i < *n; i++)
        if (kept == 0 || ordinals[kept - 1] != ordinals[i])
            ordinals[kept++] = ordinals[i];
    *n = kept;
}

static enum rc read_everything(struct everything *all, struct tx *tx, int64_t seq, struct err *e)
{
    struct builder *b = all->b;
    enum rc rc = feed_customers(tx, see_customer, all, e);
    for (uint32_t i = 0; rc == RC_OK && i < b->customers; i++)
        b->root[i] =
            i < all->root_room && all->root_ids[i] != 0 ? ordinal_of(b, all->root_ids[i]) : NOBODY;
    if (rc == RC_OK)
        rc = moves_read_all(&all->moves, tx, e);
    return rc == RC_OK ? builder_read_log(b, tx, seq, all->pairs, &all->rows, e) : rc;
}

struct assembling {
    struct everything *all;
    struct snapshot *s;
};

static void assemble_chunk(void *arg, size_t i)
{
    struct assembling *x = arg;
    struct everything *all = x->all;
    struct chunk *c = x->s->chunks[i] = chunk_new();
    struct run_rows *rows = all->rows[i] != NULL ? all->rows[i] : run_rows_new();
    c->runs[c->n_runs++] = run_new(rows, NULL);
    run_rows_free(rows);
    all->rows[i] = NULL;
    if (i < all->columns_room) {
        c->columns = all->columns[i];
        c->scores = all->scores[i];
        all->columns[i] = NULL;
        all->scores[i] = NULL;
    } else {
        c->columns = columns_new(); /* everyone of this chunk is gone */
    }
    moves_read_put(&all->moves, c, (uint32_t)i);
}

static struct snapshot *assemble(struct everything *all, int64_t seq)
{
    struct snapshot *s = snapshot_new(all->b, NULL, seq);
    share_rounds(s->n_chunks, assemble_chunk, &(struct assembling){all, s});
    s->marks = marks_none();
    for (int k = 0; k < MARK_KINDS; k++) {
        struct marks *with = marks_with(s->marks, (enum mark_kind)k, &all->pairs[k]);
        marks_drop(s->marks);
        s->marks = with;
        mark_pairs_free(&all->pairs[k]);
    }
    ordinals_sort(all->alive, &all->alive_n);
    s->alive = set_new(all->alive, all->alive_n);
    return s;
}

enum rc builder_all(struct builder *b, struct tx *tx, struct snapshot **out, struct err *e)
{
    struct everything all = {.b = b, .moves = {.b = b}};
    int64_t seq = 0;
    enum rc rc = tx_last_seq(tx, &seq, e);
    b->behind = true;
    atomic_store(&b->at_seq, 0);
    atomic_store(&b->to_seq, seq);
    if (rc == RC_OK)
        rc = read_everything(&all, tx, seq, e);
    if (rc == RC_OK) {
        *out = assemble(&all, seq);
        b->behind = false;
    }
    for (uint32_t i = 0; all.rows != NULL && i <= b->customers / SET_CHUNK; i++)
        run_rows_free(all.rows[i]);
    for (size_t i = 0; i < all.columns_room; i++) {
        free(all.columns[i]);
        scores_drop(all.scores[i]);
    }
    for (int k = 0; k < MARK_KINDS; k++)
        mark_pairs_free(&all.pairs[k]);
    free(all.rows);
    free(all.columns);
    free(all.scores);
    moves_read_free(&all.moves);
    free(all.root_ids);
    free(all.alive);
    return rc;
}

/* mirror_builder.c — each step of the builder beside a build from nothing.
 *
 * A corp lives at random: every operation that changes what the mirror holds, through the functions
 * the program itself uses. After each handful the next snapshot is compared with one that a fresh
 * builder makes of the same transaction, by ids: who is alive, columns, marks, and each customer's
 * events as the runs have them that count. Old snapshots are kept now and then and must say to the
 * end what they said. A seed is printed on failure and taken from KOI_TEST_SEED; KOI_VERBOSE prints
 * how often each operation came. Marks have their own naive model.
 */
#include "mirror_world.h"
#include "snapshot_said.h"

#include "base/clock.h"
#include "base/hash.h"
#include "domain/ingest.h"
#include "mirror/builder_image.h"
#include "mirror/builder_parts.h"
#include "pg_fixture.h"
#include "store/batch.h"
#include "store/customer.h"
#include "store/feed.h"
#include "store/tag.h"
#include "store/wipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = 60,
    KEPT = 12,    /* old snapshots */
    BURST = 1900, /* events of a closure */
    DAMAGES = 1000,
};

static const struct sql LINES = {
    .text = "SELECT i.seq, i.customer_id FROM order_item i /*scan*/ ORDER BY i.seq",
    .out = "ii",
};

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

/* ---- living ---- */

/* A builder whose runs are merged all the time: by its thread, while the corp lives on. */
static struct builder *busy_builder(struct world *w)
{
    struct builder *b = builder_new();
    b->bounds = (struct builder_bounds){
        .top_most = (uint32_t)rng_between(&w->rng, 1, 60),
        .growth = (uint32_t)rng_between(&w->rng, 1, 8),
        .base_share = (uint32_t)rng_between(&w->rng, 1, 20),
        .tidy_ns = (uint32_t)rng_below(&w->rng, 2) * 50000,
        .quiet_us = (uint32_t)rng_below(&w->rng, 2),
    };
    return b;
}

/* How often a step put merged runs in place: into the first, and of others. */
static int into_first, into_one;

/* Whether a run between the first and the newest stands there no more. */
static bool some_are_gone(const struct chunk *was, const struct chunk *is)
{
    for (int k = 1; k < was->n_runs - 1; k++) {
        bool there = false;
        for (int i = 1; i < is->n_runs; i++)
            there = there || is->runs[i] == was->runs[k];
        if (!there)
            return true;
    }
    return false;
}

static void count_merges(const struct snapshot *last, const struct snapshot *next)
{
    for (uint32_t i = 0; i < last->n_chunks && i < next->n_chunks; i++) {
        const struct chunk *was = last->chunks[i], *is = next->chunks[i];
        bool first = was->runs[0] != is->runs[0];
        into_first += first;
        into_one += !first && some_are_gone(was, is);
    }
}

/* The next snapshot of the world's builder; it compares it, too, when asked to. Merges are waited
 * for half the time; otherwise they are somewhere on their way. */
static void step(struct world *w, bool compare)
{
    if (rng_below(&w->rng, 2) == 0)
        merger_wait(w->builder->merger);
    struct tx *tx;
    struct snapshot *next, *whole;
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    store_must(w->f, w->last == NULL ? builder_all(w->builder, tx, &next, &w->f->err)
                                     : builder_next(w->builder, tx, w->last, &next, &w->f->err));
    if (w->last != NULL && builder_progress(w->builder).to_seq != next->seq)
        count_merges(w->last, next);
    if (w->last != NULL && next != w->last)
        *(builder_progress(w->builder).to_seq == next->seq ? &w->rebuilt : &w->stepped) += 1;
    if (compare) {
        struct builder *fresh = builder_new();
        store_must(w->f, builder_all(fresh, tx, &whole, &w->f->err));
        snapshots_agree(next, whole, w->when);
        snapshot_drop(whole);
        builder_free(fresh);
        world_look(w, tx);
    }
    db_read_end(tx);
    snapshot_drop(w->last);
    w->last = next;
}

static struct world *world_new(struct store_fixture *f)
{
    struct world *w = calloc(1, sizeof *w);
    w->f = f;
    w->seed = test_seed();
    w->rng = rng_seed(w->seed);
    w->builder = busy_builder(w);
    store_write(f, world_found, w);
    w->founded++;
    snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", at first", w->seed);
    step(w, true);
    return w;
}

/* ---- the image ---- */

static const char *image_path(const struct world *w)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/mirror.image", w->f->folder);
    return path;
}

static uint64_t fingerprint_of(struct world *w, int64_t seq)
{
    struct tx *tx;
    uint64_t here = 0;
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    store_must(w->f, feed_fingerprint(tx, seq, &here, &w->f->err));
    db_read_end(tx);
    return here;
}

static void leave_image(struct world *w)
{
    struct image_draft *d = builder_draft(w->builder, w->last, fingerprint_of(w, w->last->seq));
    store_must(w->f, image_draft_write(d, image_path(w), &w->f->err));
}

static bool of_this_log(void *ctx, int64_t seq, uint64_t fingerprint)
{
    return fingerprint_of(ctx, seq) == fingerprint;
}

/* As a program that was away: from the image, whatever was written meanwhile is read. The old
 * builder stays, since old snapshots do. */
static void come_back(struct world *w)
{
    struct snapshot *loaded = NULL;
    struct builder *fresh = busy_builder(w);
    assert_true(builder_load(fresh, image_path(w), of_this_log, w, &loaded));
    snapshot_drop(w->last);
    assert_true(w->old_n < sizeof w->old / sizeof *w->old);
    w->old[w->old_n++] = w->builder;
    w->builder = fresh;
    w->last = loaded;
    for (int i = 0; i < 3 && run_is_in_file(w->last->chunks[0]->runs[0]); i++) {
        merger_wait(fresh->merger); /* newer runs may become one first */
        step(w, true);
    }
    assert_false(run_is_in_file(w->last->chunks[0]->runs[0]));
}

static void world_free(struct world *w)
{
    snapshot_drop(w->last);
    builder_free(w->builder);
    for (size_t i = 0; i < w->old_n; i++)
        builder_free(w->old[i]);
    world_lists_free(w);
    free(w);
}

static void steps_agree_with_everything(void **state)
{
    struct world *w = world_new(*state);
    struct snapshot *kept[KEPT];
    uint64_t sums[KEPT];
    size_t n = 0, images = 0;
    world_counts_clear();
    for (int round = 0; round < ROUNDS; round++) {
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", round %d", w->seed, round);
        for (int i = (int)rng_between(&w->rng, 1, 24); i > 0; i--)
            world_live(w);
        step(w, true);
        if (rng_below(&w->rng, 5) == 0) {
            leave_image(w);
            images++;
        }
        if (images > 0 && rng_below(&w->rng, 6) == 0)
            come_back(w);
        if (n < KEPT && rng_below(&w->rng, 4) == 0) {
            sums[n] = snapshot_sum(w->last);
            kept[n++] = snapshot_hold(w->last);
        }
    }
    assert_true(n > 0 && w->old_n > 0);
    for (size_t i = 0; i < n; i++) {
        assert_true(snapshot_sum(kept[i]) == sums[i]);
        snapshot_drop(kept[i]);
    }
    world_counts_check(w);
    world_free(w);
}

/* ---- damaged images ---- */

static void overwrite(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fwrite(bytes, 1, n, file) == n);
    assert_int_equal(fclose(file), 0);
}

/* One byte, a lost end, a page of zeros, or two pages swapped; gives the length. */
static size_t damage(struct rng *rng, char *bytes, size_t n)
{
    size_t at = (size_t)rng_below(rng, n);
    size_t page = at / 512 * 512, other = (size_t)rng_below(rng, n) / 512 * 512;
    char spare[512];
    switch (rng_below(rng, 4)) {
    case 0:
        bytes[at] ^= (char)(1 + rng_below(rng, 255));
        return n;
    case 1:
        return at;
    case 2:
        memset(bytes + page, 0, n - page < 512 ? n - page : 512);
        return n;
    default:
        if (page + 512 > n || other + 512 > n)
            return n;
        memcpy(spare, bytes + page, 512);
        memcpy(bytes + page, bytes + other, 512);
        memcpy(bytes + other, spare, 512);
        return n;
    }
}

/* Whatever is done to the file: it is refused, or what was hit means nothing and it says the
 * same. */
static void damaged_images_are_not_believed(void **state)
{
    struct world *w = world_new(*state);
    static char whole[4 << 20], bytes[4 << 20];
    for (int i = 0; i < 200; i++)
        world_live(w);
    step(w, true);
    leave_image(w);
    FILE *file = fopen(image_path(w), "rb");
    assert_non_null(file);
    size_t n = fread(whole, 1, sizeof whole, file), refused = 0;
    assert_true(n > 10000 && n < sizeof whole);
    fclose(file);
    for (int i = 0; i < DAMAGES; i++) {
        struct snapshot *loaded = NULL;
        struct builder *fresh = builder_new();
        memcpy(bytes, whole, n);
        overwrite(image_path(w), bytes, damage(&w->rng, bytes, n));
        if (builder_load(fresh, image_path(w), of_this_log, w, &loaded))
            snapshots_agree(loaded, w->last, "damaged");
        else
            refused++;
        snapshot_drop(loaded);
        builder_free(fresh);
    }
    print_message("%zu of %d damaged images refused\n", refused, DAMAGES);
    assert_true(refused > DAMAGES / 2);
    world_free(w);
}

/* An image whose log was restored from a backup and written on is another log's. */
static void images_of_another_log_are_not_believed(void **state)
{
    struct world *w = world_new(*state);
    struct builder *fresh = builder_new();
    struct snapshot *loaded = NULL;
    struct image_draft *d = builder_draft(w->builder, w->last, fingerprint_of(w, w->last->seq) + 1);
    store_must(w->f, image_draft_write(d, image_path(w), &w->f->err));
    assert_false(builder_load(fresh, image_path(w), of_this_log, w, &loaded));
    assert_false(builder_load(fresh, "/nowhere/mirror.image", of_this_log, w, &loaded));
    leave_image(w);
    assert_true(builder_load(fresh, image_path(w), of_this_log, w, &loaded));
    snapshots_agree(loaded, w->last, "loaded");
    snapshot_drop(loaded);
    builder_free(fresh);
    world_free(w);
}

/* ---- whose lines ---- */

/* An order handed in: by an import or not, with whose buyer, and how many lines. */
struct told {
    struct world *w;
    int64_t batch_id;
    struct str buyer;
    size_t lines;
    int64_t staff_id;
    bool unpaid, undo;
    struct str number, refund_number; /* absent: one, 1 */
    int64_t refund_s;                 /* 0: none */
};

static enum rc tell(struct tx *tx, void *arg, struct err *e)
{
    struct told *t = arg;
    struct ingest_item items[3];
    struct ingest_counts counts = {0};
    struct ingest_options options = {.keys = t->w->f->keys, .batch_id = t->batch_id};
    struct ingest_refund refund = {str_absent(t->refund_number) ? STR("1") : t->refund_number,
                                   t->refund_s, 50};
    struct ingest_order o = {.channel_id = t->w->channels[0],
                             .issuer = STR("shop"),
                             .number = str_absent(t->number) ? STR("one") : t->number,
                             .state = t->unpaid ? ORDER_CREATED : ORDER_PAID,
                             .staff_id = t->staff_id,
                             .buyer = {IDENTITY_BUYER, STR("shop"), t->buyer},
                             .at_s = NOW_S,
                             .paid_s = t->unpaid ? DB_NULL : NOW_S,
                             .total_fen = DB_NULL,
                             .paid_fen = DB_NULL,
                             .items = items,
                             .items_n = t->lines,
                             .refunds = &refund,
                             .refunds_n = t->refund_s != 0};
    if (t->undo)
        return world_undo(tx, t->batch_id, e);
    for (size_t i = 0; i < t->lines; i++)
        items[i] = (struct ingest_item){.code = STR("P"),
                                        .at_s = NOW_S + (int64_t)i,
                                        .quantity = 1,
                                        .unit_price_micro = 1000000,
                                        .amount_fen = 100,
                                        .occurrence = 1};
    struct ingest *g = ingest_new(&options);
    enum rc rc = ingest_begin(g, tx, 1, e);
    if (rc == RC_OK)
        rc = ingest_orders(g, tx, &o, 1, &counts, e);
    if (rc == RC_OK)
        rc = ingest_end(g, tx, e);
    ingest_free(g);
    return rc;
}

static enum rc begin_import(struct tx *tx, void *arg, struct err *e)
{
    static const uint8_t HASH[32];
    struct told *t = arg;
    t->batch_id = tx_id(tx);
    struct batch_row b = {.id = t->batch_id,
                          .file_name = STR("f"),
                          .file_hash = {(const char *)HASH, sizeof HASH},
                          .mapping = STR("{}"),
                          .state = BATCH_DONE};
    return batch_add(tx, &b, e);
}

/* An import gives an order another buyer, a line comes later, the import is taken back: no line is
 * there twice, and all are the first buyer's. */
static void lines_follow_their_order(void **state)
{
    struct world *w = world_new(*state);
    struct told t = {.w = w, .buyer = STR("a"), .lines = 2};
    struct numbers owners = {0}, seqs = {0};
    struct tx *tx;
    store_write(w->f, tell, &t);
    step(w, true);
    store_write(w->f, begin_import, &t);
    t.buyer = STR("b");
    store_write(w->f, tell, &t);
    step(w, true);
    struct told later = {.w = w, .buyer = STR("b"), .lines = 3};
    store_write(w->f, tell, &later);
    step(w, true);
    t.undo = true;
    store_write(w->f, tell, &t);
    step(w, true);
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    world_read(w, tx, &LINES, &seqs, &owners);
    db_read_end(tx);
    assert_int_equal(owners.n, 3);
    assert_true(owners.at[0] == owners.at[1] && owners.at[1] == owners.at[2]);
    free(owners.at);
    free(seqs.at);
    world_free(w);
}

/* Nothing in the log says that an order nobody has paid yet is another seller's: only its change
 * does. */
static void sellers_reach_unpaid_lines(void **state)
{
    struct world *w = world_new(*state);
    struct told t = {.w = w, .buyer = STR("a"), .lines = 2, .unpaid = true};
    store_write(w->f, tell, &t);
    step(w, true);
    t.staff_id = w->staff[1];
    store_write(w->f, tell, &t);
    step(w, true);
    assert_int_equal(w->rebuilt, 0);
    world_free(w);
}

/* ---- wiped ---- */

/* As domain/demo_remove.c does it. */
static enum rc wipe(struct tx *tx, void *arg, struct err *e)
{
    bool empty = false;
    enum rc rc = RC_OK;
    (void)arg;
    while (rc == RC_OK && !empty)
        rc = wipe_some(tx, &empty, e);
    return rc == RC_OK ? event_retract_batch(tx, tx_id(tx), e) : rc;
}

static void everyone_may_go(void **state)
{
    struct world *w = world_new(*state);
    store_write(w->f, wipe, w);
    step(w, true);
    assert_int_equal(set_count(w->last->alive), 0);
    store_write(w->f, world_found, w);
    step(w, true);
    assert_true(set_count(w->last->alive) > 0);
    world_free(w);
}

/* ---- many events, many customers ---- */

/* Some of the same kind in one closure, from a place in a list on. */
struct many {
    struct world *w;
    struct rng rng;
    size_t from, n;
    const int64_t *ids;
    const int64_t *seqs;
    int64_t now_s, slack_s; /* events of now, or up to so much earlier; of any time when 0 */
};

static enum rc many_events(struct tx *tx, void *arg, struct err *e)
{
    struct many *m = arg;
    struct rng rng = m->rng; /* a closure may run twice */
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < BURST; i++) {
        struct event ev = world_event(&rng, m->w, m->ids[rng_below(&rng, m->n)]);
        if (m->now_s != 0)
            ev.at_s = m->now_s - (int64_t)rng_below(&rng, (uint64_t)m->slack_s + 1);
        rc = event_add(tx, &ev, e);
    }
    return rc;
}

static enum rc many_customers(struct tx *tx, void *arg, struct err *e)
{
    struct many *m = arg;
    struct customer_new c = CUSTOMER_NEW;
    enum rc rc = RC_OK;
    int64_t id;
    for (size_t i = 0; rc == RC_OK && i < m->n; i++) {
        c.first_s = (int64_t)(m->from + i);
        c.city = str_from(CITIES[i % FEW]);
        rc = customer_make(tx, m->w->f->keys, &c, &id, e);
    }
    return rc;
}

static enum rc many_tags(struct tx *tx, void *arg, struct err *e)
{
    struct many *m = arg;
    int64_t changed;
    return tag_put(tx, m->ids + m->from, m->n, m->w->tags[0], &changed, e);
}

static enum rc many_retractions(struct tx *tx, void *arg, struct err *e)
{
    struct many *m = arg;
    enum rc rc = RC_OK;
    for (size_t i = m->from; rc == RC_OK && i < m->from + m->n; i++)
        rc = event_retract(tx, m->seqs[i], m->ids[i], 0, e);
    return rc;
}

static void make_many(struct world *w, size_t n)
{
    struct many m = {.w = w, .n = 500};
    for (; m.from < n; m.from += m.n) {
        m.n = n - m.from < 500 ? n - m.from : 500;
        store_write(w->f, many_customers, &m);
    }
}

static void happen_to_many(struct world *w, const int64_t *ids, size_t n, int times)
{
    struct many m = {.w = w, .ids = ids, .n = n};
    while (times-- > 0) {
        m.rng = rng_seed(rng_u64(&w->rng));
        store_write(w->f, many_events, &m);
    }
}

static void happen_now(struct world *w, const int64_t *ids, size_t n, int64_t now_s,
                       int64_t slack_s)
{
    struct many m = {.w = w, .ids = ids, .n = n, .now_s = now_s, .slack_s = slack_s};
    m.rng = rng_seed(rng_u64(&w->rng));
    store_write(w->f, many_events, &m);
}

/* Runs grow past what is written anew at each step, are left alone, become one, and part of the
 * first, as the program has it; meanwhile the newest grows when there is no room for another. */
static void runs_settle(void **state)
{
    enum { HOT = 60, BURSTS = 20, EACH = 9, LATER_S = NOW_S + 400 * DAY_S };
    struct world *w = world_new(*state);
    bool full = false;
    int most = 0;
    into_first = into_one = 0;
    make_many(w, 160);
    step(w, true);
    happen_to_many(w, w->people.at, w->people.n, 4 * EACH);
    snapshot_drop(w->last); /* a first run that holds something */
    w->last = NULL;
    step(w, true);
    w->builder->bounds = (struct builder_bounds){2048, 2, 1};
    for (int i = 0; i < BURSTS; i++) {
        size_t from = rng_below(&w->rng, w->people.n - HOT);
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", burst %d", w->seed, i);
        for (int k = 0; k < EACH; k++)
            happen_now(w, w->people.at + from, HOT, LATER_S + i, 0);
        world_live(w);
        step(w, i % 5 == 4);
        most = w->last->chunks[0]->n_runs > most ? w->last->chunks[0]->n_runs : most;
    }
    assert_true(most >= 3 && into_one > 0 && into_first > 0);
    w->builder->bounds = (struct builder_bounds){1, 1, 1}; /* each step begins a run */
    for (int i = 0; i < 4 * CHUNK_RUNS; i++) {
        merger_rest(w->builder->merger, i < 2 * CHUNK_RUNS);
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", run %d", w->seed, i);
        happen_now(w, w->people.at, 4, LATER_S + DAY_S + i, 0);
        step(w, true);
        full = full || w->last->chunks[0]->n_runs == CHUNK_RUNS;
    }
    if (getenv("KOI_VERBOSE") != NULL)
        print_message("  %" PRId64 " rows, %d anew, %d into one, %d into the first\n",
                      snapshot_bytes(w->last).rows, w->rebuilt, into_one, into_first);
    assert_true(full);
    world_free(w);
}

/* Senders that overlap by a second make everyone late all the time: steps write the newest runs
 * anew, and leave what everyone did long ago alone. Who is late by days is replaced. */
static void late_by_a_second(void **state)
{
    enum { PEOPLE = 160, PAST = 40, STEPS = 60, LATER_S = NOW_S + 400 * DAY_S };
    struct world *w = world_new(*state);
    make_many(w, PEOPLE);
    step(w, true);
    happen_to_many(w, w->people.at, w->people.n, PAST);
    snapshot_drop(w->last);
    w->last = NULL;
    step(w, true);
    w->builder->bounds = (struct builder_bounds){100, 8, 1000, 1 << 17};
    int64_t before = builder_progress(w->builder).rows_anew;
    for (int i = 0; i < STEPS; i++) {
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", second %d", w->seed, i);
        clock_set_us((int64_t)(LATER_S + i / 4) * 1000000);
        happen_now(w, w->people.at, w->people.n, LATER_S + i / 4, 1);
        step(w, i % 12 == 11);
    }
    int64_t anew = builder_progress(w->builder).rows_anew - before;
    if (getenv("KOI_VERBOSE") != NULL)
        print_message("  %.1f rows anew for each new one\n", (double)anew / (STEPS * BURST));
    assert_in_range(anew, STEPS, (int64_t)STEPS * BURST * PAST / 4);
    for (int i = 0; i < 8; i++) {
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", day %d", w->seed, i);
        happen_now(w, w->people.at + 10 * (size_t)i, 3, LATER_S - DAY_S, DAY_S);
        step(w, true);
    }
    clock_set_us(-1);
    world_free(w);
}

/* Rows of a few customers, far less than a share of the first run, become part of it: in quiet, and
 * now and then while there is none. */
static void few_rows_do_not_stay_apart(void **state)
{
    enum { PEOPLE = 100, FEW = 6, PAST = 40 };
    struct world *w = world_new(*state);
    make_many(w, PEOPLE);
    step(w, true);
    happen_to_many(w, w->people.at, w->people.n, PAST);
    snapshot_drop(w->last);
    w->last = NULL;
    step(w, true);
    w->builder->bounds = (struct builder_bounds){.top_most = 1, .growth = 1, .base_share = 1};
    for (int i = 0; i < 8; i++) {
        int quiet = i < 4;
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", few %d", w->seed, i);
        for (int k = 0; k < 3; k++) {
            happen_to_many(w, w->people.at, FEW, 1);
            step(w, false);
        }
        merger_wait(w->builder->merger);
        assert_true(w->last->chunks[0]->n_runs > 1);
        into_first = 0;
        *(quiet ? &w->builder->bounds.quiet_us : &w->builder->bounds.tidy_ns) = 1;
        for (int k = 0; k < 3; k++) {
            if (!quiet)
                happen_to_many(w, w->people.at, FEW, 1);
            step(w, true);
            merger_wait(w->builder->merger);
        }
        assert_true(quiet ? w->last->chunks[0]->n_runs == 1 : into_first > 0);
        w->builder->bounds.quiet_us = w->builder->bounds.tidy_ns = 0;
        step(w, true);
    }
    world_free(w);
}

/* What is merged while everything is read anew has no place any more. */
static void merges_of_the_past_are_dropped(void **state)
{
    struct world *w = world_new(*state);
    struct told t = {.w = w};
    make_many(w, 100);
    step(w, true);
    w->builder->bounds = (struct builder_bounds){1, 1, 1000};
    for (int i = 0; i < 12; i++) {
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", past %d", w->seed, i);
        for (int k = 0; k < 3; k++) {
            happen_to_many(w, w->people.at, 20, 1);
            step(w, false);
        }
        store_write(w->f, begin_import, &t);
        t.undo = true;
        store_write(w->f, tell, &t); /* a whole import is taken back */
        t.undo = false;
        merger_wait(w->builder->merger);
        int rebuilt = w->rebuilt;
        step(w, true);
        assert_int_equal(w->rebuilt, rebuilt + 1);
        happen_to_many(w, w->people.at, 20, 1);
        step(w, true);
    }
    world_free(w);
}

static void several_chunks(void **state)
{
    enum { LATER = 300, TAGGED = 20500, TAKEN = 2500 };
    struct world *w = world_new(*state);
    struct many m = {.w = w, .n = 500};
    make_many(w, SET_CHUNK - w->people.n - LATER / 2);
    step(w, true);
    assert_int_equal(w->last->n_chunks, 1);
    make_many(w, LATER);
    snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", a second chunk", w->seed);
    step(w, true);
    assert_int_equal(w->last->n_chunks, 2);
    happen_to_many(w, w->people.at + w->people.n - LATER, LATER, 2);
    happen_to_many(w, w->people.at, w->people.n, 4);
    for (m.ids = w->people.at + 1000; m.from < TAGGED; m.from += m.n)
        store_write(w->f, many_tags, &m);
    snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", tags", w->seed);
    step(w, true);
    m = (struct many){.w = w, .n = 500, .ids = w->owners.at, .seqs = w->logged.at};
    assert_true(w->logged.n > TAKEN);
    for (; m.from < TAKEN; m.from += m.n)
        store_write(w->f, many_retractions, &m);
    snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", retractions", w->seed);
    step(w, true);
    for (int i = 0; i < 60; i++)
        world_live(w);
    snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", two chunks", w->seed);
    step(w, true);
    world_free(w);
}

/* ---- refunds ---- */

static const struct sql ORDERS = {
    .text = "SELECT o.id, o.customer_id FROM orders o /*scan*/ ORDER BY o.id", .out = "ii"};

/* What the builder makes of the n-th order when told that it was written again. */
static struct changed_order ask_about(struct world *w, size_t n, struct order_patch *out)
{
    struct order_changes x = {0};
    struct numbers ids = {0}, owners = {0};
    struct tx *tx;
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    world_read(w, tx, &ORDERS, &ids, &owners);
    assert_in_range(n, 0, ids.n - 1);
    order_changed(&x, ids.at[n], owners.at[n]);
    store_must(w->f, order_changes_read(&x, w->builder, tx, w->last, &w->f->err));
    db_read_end(tx);
    struct changed_order order = x.at[0];
    *out = x.n_patches > 0 ? x.patches[0] : (struct order_patch){0};
    assert_true(x.n_patches <= order.known);
    order_changes_free(&x);
    free(ids.at);
    free(owners.at);
    return order;
}

/* While the order's run is being merged: what is put in place has the refund, too. */
static void refund_beside_a_merge(struct world *w)
{
    struct builder_bounds bounds = w->builder->bounds;
    struct told t = {.w = w, .buyer = STR("c"), .lines = 1, .number = STR("five")};
    store_write(w->f, tell, &t);
    w->builder->bounds = (struct builder_bounds){1, 1, 1}; /* each step begins a run */
    merger_wait(w->builder->merger);
    step(w, true);
    merger_rest(w->builder->merger, true);
    for (int i = 0; i < 3; i++) {
        happen_to_many(w, w->people.at, 4, 1);
        step(w, true);
    }
    t.refund_s = NOW_S + DAY_S; /* later than all else, so that older rows count */
    store_write(w->f, tell, &t);
    step(w, true);
    assert_true(w->builder->n_noted > 0);
    merger_rest(w->builder->merger, false);
    merger_wait(w->builder->merger);
    happen_to_many(w, w->people.at, 4, 1);
    step(w, true);
    assert_int_equal(w->builder->n_noted, 0);
    w->builder->bounds = bounds;
}

/* A refund is written into the row of its order; where two orders are alike, or one is not paid,
 * the customer is read again. */
static void refunds_are_written_into_rows(void **state)
{
    struct world *w = world_new(*state);
    struct told t = {.w = w, .buyer = STR("a"), .lines = 2};
    struct told other = {.w = w, .buyer = STR("a"), .lines = 1, .number = STR("two")};
    struct order_patch patch;
    store_write(w->f, tell, &t);
    store_write(w->f, tell, &other);
    step(w, true);
    assert_true(ask_about(w, 0, &patch).known);
    assert_int_equal(patch.refund.at_s, 0); /* nothing has changed */
    t.refund_s = NOW_S + DAY_S;
    store_write(w->f, tell, &t);
    assert_true(ask_about(w, 0, &patch).known);
    assert_int_equal(patch.refund.at_s, NOW_S);
    assert_int_equal(patch.refund.amount_fen, 200);
    assert_int_equal(patch.refund.refunded_s, NOW_S + DAY_S);
    step(w, true);
    happen_to_many(w, w->people.at, w->people.n, 1);
    step(w, true);
    t.refund_s = NOW_S + DAY_S / 2; /* an earlier one, which is then the first */
    t.refund_number = STR("2");
    store_write(w->f, tell, &t);
    step(w, true);
    other.lines = 2; /* now both are alike */
    store_write(w->f, tell, &other);
    step(w, true);
    other.refund_s = NOW_S + 5;
    store_write(w->f, tell, &other);
    assert_false(ask_about(w, 1, &patch).known);
    step(w, true);
    struct told unpaid = {
        .w = w, .buyer = STR("b"), .lines = 1, .unpaid = true, .number = STR("three")};
    store_write(w->f, tell, &unpaid);
    step(w, true);
    assert_false(ask_about(w, 2, &patch).known);
    struct told twin = {.w = w, .buyer = STR("b"), .lines = 1, .number = STR("four")};
    store_write(w->f, tell, &twin);
    step(w, true);
    unpaid.unpaid = false; /* paid now, by another seller: its event is not the twin's */
    unpaid.staff_id = w->staff[1];
    store_write(w->f, tell, &unpaid);
    step(w, true);
    refund_beside_a_merge(w);
    assert_int_equal(w->rebuilt, 0);
    world_free(w);
}

/* ---- merges ---- */

/* How many rows a root has, over the runs that count; their times, if asked for. */
static size_t rows_of(const struct snapshot *s, uint32_t root, struct numbers *out_times)
{
    const struct chunk *c = s->chunks[root / SET_CHUNK];
    size_t n = 0;
    for (int k = chunk_oldest(c, root % SET_CHUNK); k < c->n_runs; k++) {
        struct run_range range = run_range_of(c->runs[k], root % SET_CHUNK);
        n += range.to - range.from;
        for (uint32_t i = range.from; i < range.to && out_times != NULL; i++)
            number_add(out_times, c->runs[k]->at_s[i]);
    }
    return n;
}

/* Whether any rows of both are of the same second. */
static bool seconds_of_both(const struct snapshot *s, uint32_t a, uint32_t b)
{
    struct numbers x = {0}, y = {0};
    bool meet = false;
    rows_of(s, a, &x);
    rows_of(s, b, &y);
    for (size_t i = 0; i < x.n; i++)
        for (size_t k = 0; k < y.n; k++)
            meet = meet || x.at[i] == y.at[k];
    free(x.at);
    free(y.at);
    return meet;
}

/* Rows of two who became one are taken from the mirror, unless two stand at the same second. */
static void moves_know_their_order(void **state)
{
    struct world *w = world_new(*state);
    for (int i = 0; i < 60; i++)
        world_live(w);
    step(w, true);
    const struct snapshot *s = w->last;
    int told = 0, refused = 0;
    for (uint32_t a = 0; a < s->customers; a++)
        for (uint32_t b = 0; b < s->customers && b < 60; b++) {
            if (a == b || !set_has(s->alive, a) || !set_has(s->alive, b))
                continue;
            struct customer_move move = {.from = a, .to = b};
            struct run_rows *rows = run_rows_new();
            bool meet = seconds_of_both(s, a, b);
            assert_int_equal(customer_moves_gather(&move, 1, s, rows), !meet);
            assert_int_equal(run_rows_count(rows),
                             meet ? 0 : rows_of(s, a, NULL) + rows_of(s, b, NULL));
            *(meet ? &refused : &told) += 1;
            run_rows_free(rows);
        }
    assert_true(told > 0 && refused > 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(steps_agree_with_everything, SQLITE),
        STORE_TEST(damaged_images_are_not_believed, SQLITE),
        STORE_TEST(images_of_another_log_are_not_believed, SQLITE),
        STORE_TEST(lines_follow_their_order, SQLITE),
        STORE_TEST(sellers_reach_unpaid_lines, SQLITE),
        STORE_TEST(refunds_are_written_into_rows, SQLITE),
        STORE_TEST(moves_know_their_order, SQLITE),
        STORE_TEST(everyone_may_go, SQLITE),
        STORE_TEST(runs_settle, SQLITE),
        STORE_TEST(late_by_a_second, SQLITE),
        STORE_TEST(few_rows_do_not_stay_apart, SQLITE),
        STORE_TEST(merges_of_the_past_are_dropped, SQLITE),
        STORE_TEST(several_chunks, SQLITE),
        STORE_TEST(steps_agree_with_everything, POSTGRES),
        STORE_TEST(lines_follow_their_order, POSTGRES),
        STORE_TEST(sellers_reach_unpaid_lines, POSTGRES),
        STORE_TEST(refunds_are_written_into_rows, POSTGRES),
        STORE_TEST(everyone_may_go, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    run_treat_as_large(true);
    return _cmocka_run_group_tests("mirror_builder", tests, pg_fixture_skipped() ? n - 5 : n, NULL,
                                   NULL);
}

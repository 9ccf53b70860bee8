/* domain_audience.c — ticks over live audiences beside a naive answer, on both engines.
 *
 * A corp lives at random (mirror_world.h) while the clock goes on; after each handful of operations
 * a tick must have written exactly the moves that two lists of ids and the table of customers
 * tell, lists that say what SQL says, and sizes that add up. Ticks are killed between closures, the
 * mirror is built anew, a second node ticks in between. A seed is printed on failure and taken from
 * KOI_TEST_SEED.
 */
#include "mirror_world.h"

#include "base/hash.h"
#include "domain/audience_members.h"
#include "domain/audience_tick.h"
#include "domain/expression.h"
#include "domain/merging.h"
#include "domain/profile.h"
#include "pg_fixture.h"
#include "query/sql/audience_sql.h"
#include "store/audience.h"
#include "store/customer.h"
#include "store/tag.h"
#include "store/wipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 40, AUDIENCES = 8, CROWD = 4000, PEOPLE_MOST = 20000 };

static const char *const TEXTS[AUDIENCES] = {
    "all",
    "city = \"上海\"",
    "tag(\"n0 of 0\") or tag(\"n1 of 0\")",
    "ever(view, last 60d) and not friend",
    "count(message, last 90d) >= 1",
    "not ever(order, last 100d)",
    "audience(\"a2\") and gender is unknown",
    "sample(\"half\", 50%) and friend",
};

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

/* ---- a corp and its audiences ---- */

struct followed {
    int64_t id, last_move;
    bool began; /* its first members are there */
    struct numbers was;
    int64_t entered, left, gone; /* all that the hours say */
};

struct life {
    struct world *w;
    struct followed at[AUDIENCES];
    int64_t now_s;
    int kill_after; /* closures, < 0: never */
    int moved, killed;
};

static const struct sql ROOT = {
    .text = "SELECT CASE WHEN erased_s IS NULL THEN root_id ELSE 0 END FROM customer WHERE id = $1",
    .in = "i",
    .out = "i",
};
static const struct sql MOVES = {
    .text = "SELECT id, customer_id, entered, at_s FROM audience_move WHERE audience_id = $1"
            " AND id > $2 ORDER BY id",
    .in = "ii",
    .out = "iiii",
};
static const struct sql TOTALS = {
    .text = "SELECT CAST(coalesce(sum(entered_n), 0) AS BIGINT),"
            " CAST(coalesce(sum(left_n), 0) AS BIGINT), CAST(coalesce(sum(gone_n), 0) AS BIGINT),"
            " CAST(coalesce(sum(unlisted_n), 0) AS BIGINT), CAST(coalesce(sum(began), 0) AS BIGINT)"
            " FROM audience_size WHERE audience_id = $1",
    .in = "i",
    .out = "iiiii",
};
static const struct sql ERASED_MOVES = {
    .text = "SELECT count(*) FROM audience_move m JOIN customer c ON c.id = m.customer_id"
            " WHERE c.erased_s IS NOT NULL /*scan*/",
    .out = "i",
};
static const struct sql LISTS_LEFT = {
    .text = "SELECT count(*) FROM audience_member WHERE audience_id = $1", .in = "i", .out = "i"};

/* The next snapshot; `anew` from a fresh builder, as after a start. */
static void see(struct world *w, bool anew)
{
    struct tx *tx;
    struct snapshot *next;
    anew |= w->last == NULL;
    if (anew) {
        snapshot_drop(w->last);
        builder_free(w->builder);
        w->builder = builder_new();
        w->last = NULL;
    }
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    store_must(w->f, anew ? builder_all(w->builder, tx, &next, &w->f->err)
                          : builder_next(w->builder, tx, w->last, &next, &w->f->err));
    world_look(w, tx);
    db_read_end(tx);
    snapshot_drop(w->last);
    w->last = next;
}

static enum rc save_audiences(struct tx *tx, void *arg, struct err *e)
{
    struct life *l = arg;
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < AUDIENCES; i++) {
        struct audience_row row = {
            .id = tx_id(tx),
            .name = arena_printf(tx_arena(tx), "a%d", i),
            .subject = STR("customer"),
            .expression = str_from(TEXTS[i]),
            .live = true,
        };
        l->at[i].id = row.id;
        rc = audience_add(tx, &row, e);
    }
    return rc;
}

static struct life *life_new(struct store_fixture *f)
{
    struct life *l = calloc(1, sizeof *l);
    struct world *w = l->w = calloc(1, sizeof *w);
    w->f = f;
    w->seed = test_seed();
    w->rng = rng_seed(w->seed);
    l->now_s = NOW_S - 200 * DAY_S;
    l->kill_after = -1;
    store_write(f, world_found, w);
    store_write(f, save_audiences, l);
    see(w, true);
    return l;
}

static void life_free(struct life *l)
{
    struct world *w = l->w;
    snapshot_drop(w->last);
    builder_free(w->builder);
    world_lists_free(w);
    for (int i = 0; i < AUDIENCES; i++)
        free(l->at[i].was.at);
    free(w);
    free(l);
}

/* A tick asks whether it is to stop before each audience and before each closure: the fourth time,
 * the third audience, of the tag, has been asked about and nothing of it written. */
enum { BETWEEN = 4 };

static bool is_killed(void *arg)
{
    struct life *l = arg;
    if (l->kill_after < 0)
        return false;
    bool now = l->kill_after-- == 0;
    l->killed += now;
    l->kill_after += now;
    return now;
}

static struct audience_tick tick(struct life *l)
{
    struct world *w = l->w;
    struct audience_tick t = {.now_s = l->now_s, .stopping = is_killed, .arg = l};
    store_must(w->f, audience_tick_run(w->f->db, w->f->writer, w->last, &t, &w->f->err));
    return t;
}

/* ---- the naive answer ---- */

static void members_by_sql(struct life *l, struct tx *tx, int k, struct numbers *out)
{
    struct store_fixture *f = l->w->f;
    struct audience_question q = {.now_s = l->now_s, .period_s = EXPRESSION_PERIOD_S};
    struct audience_row row;
    size_t n;
    int64_t *ids = ARENA_ARRAY(tx_arena(tx), int64_t, PEOPLE_MOST);
    store_must(f, audience_load(tx, l->at[k].id, &row, &f->err));
    store_must(f, expression_read(tx, AUDIENCE_CUSTOMER, row.expression, &q.expr, &f->err));
    store_must(f, audience_page(tx, &q, 0, PEOPLE_MOST, ids, &n, &f->err));
    out->n = 0;
    for (size_t i = 0; i < n; i++)
        number_add(out, ids[i]);
}

static void sort_numbers(struct numbers *l)
{
    if (l->n > 0)
        qsort(l->at, l->n, sizeof *l->at, compare_numbers);
}

/* The persons behind these customers, each once, ascending; nobody for who was erased or whose row
 * is gone. */
static void persons_of(struct life *l, struct tx *tx, const struct numbers *ids,
                       struct numbers *out)
{
    out->n = 0;
    for (size_t i = 0; i < ids->n; i++) {
        int64_t root = 0;
        enum rc rc = tx_int(tx, &ROOT, &root, &l->w->f->err, ids->at[i]);
        assert_true(rc == RC_OK || rc == RC_NOT_FOUND);
        if (root != 0)
            number_add(out, root);
    }
    sort_numbers(out);
    size_t n = 0;
    for (size_t i = 0; i < out->n; i++)
        if (n == 0 || out->at[n - 1] != out->at[i])
            out->at[n++] = out->at[i];
    out->n = n;
}

static void minus(const struct numbers *a, const struct numbers *b, struct numbers *out)
{
    out->n = 0;
    for (size_t i = 0; i < a->n; i++)
        if (b->n == 0 || bsearch(&a->at[i], b->at, b->n, sizeof *b->at, compare_numbers) == NULL)
            number_add(out, a->at[i]);
}

static void same(struct life *l, const char *what, int k, const struct numbers *is,
                 const struct numbers *should)
{
    if (is->n != should->n)
        fail_msg("%s: %s of \"%s\": %zu, should be %zu", l->w->when, what, TEXTS[k], is->n,
                 should->n);
    for (size_t i = 0; i < is->n; i++)
        if (is->at[i] != should->at[i])
            fail_msg("%s: %s of \"%s\" has %" PRId64 ", should have %" PRId64, l->w->when, what,
                     TEXTS[k], is->at[i], should->at[i]);
}

/* What was written since the last look, by way. */
static void read_moves(struct life *l, struct tx *tx, int k, struct numbers *entered,
                       struct numbers *left)
{
    struct store_fixture *f = l->w->f;
    struct rows *r;
    entered->n = left->n = 0;
    store_must(f, tx_query(tx, &MOVES, &r, &f->err, l->at[k].id, l->at[k].last_move));
    while (rows_next(r)) {
        number_add(rows_int(r, 2) != 0 ? entered : left, rows_int(r, 1));
        l->at[k].last_move = rows_int(r, 0);
        assert_true(rows_int(r, 3) <= l->now_s);
    }
    store_must(f, rows_end(r, &f->err));
    sort_numbers(entered);
    sort_numbers(left);
}

static void check_lists(struct life *l, struct tx *tx, int k, const struct numbers *now)
{
    struct store_fixture *f = l->w->f;
    struct audience_list_head *heads;
    struct audience_follow state;
    struct audience_row row;
    struct numbers ids = {0};
    size_t n;
    store_must(f, audience_list_heads(tx, l->at[k].id, &heads, &n, &f->err));
    for (size_t i = 0; i < n; i++) {
        struct str packed;
        int64_t *some = ARENA_ARRAY(tx_arena(tx), int64_t, heads[i].n);
        store_must(f, audience_list_ids(tx, l->at[k].id, heads[i].from_id, &packed, &f->err));
        assert_true(members_unpack(packed, heads[i].from_id, some, (size_t)heads[i].n));
        assert_true(heads[i].n > 0 && heads[i].n <= MEMBERS_MOST);
        for (int64_t j = 0; j < heads[i].n; j++)
            number_add(&ids, some[j]);
    }
    same(l, "the lists", k, &ids, now);
    store_must(f, audience_follow_load(tx, l->at[k].id, &state, &f->err));
    assert_int_equal(state.size, now->n);
    assert_true(state.sum == members_sum(ids.at, ids.n));
    assert_true(state.whole && state.at_s == l->now_s);
    store_must(f, audience_load(tx, l->at[k].id, &row, &f->err));
    assert_int_equal(row.size, now->n);
    assert_int_equal(row.sized_s, l->now_s);
    free(ids.at);
}

/* The hours' sums have grown by just what moved, and the last hour ends at the size. */
static void check_sizes(struct life *l, struct tx *tx, int k, const size_t moved[static 3],
                        size_t size)
{
    struct store_fixture *f = l->w->f;
    struct followed *x = &l->at[k];
    struct audience_size *hours;
    struct rows *r;
    size_t n;
    store_must(f, tx_find(tx, &TOTALS, &r, &f->err, x->id));
    assert_int_equal(rows_int(r, 0), x->entered + (int64_t)moved[0]);
    assert_int_equal(rows_int(r, 1), x->left + (int64_t)moved[1]);
    assert_int_equal(rows_int(r, 2), x->gone + (int64_t)moved[2]);
    x->entered = rows_int(r, 0);
    x->left = rows_int(r, 1);
    x->gone = rows_int(r, 2);
    assert_int_equal(rows_int(r, 4), 1); /* began */
    store_must(f, rows_end(r, &f->err));
    store_must(f, audience_sizes(tx, x->id, 0, &hours, &n, &f->err));
    assert_true(n > 0 && hours[0].began);
    assert_int_equal(hours[n - 1].size, size);
    assert_true(hours[n - 1].hour_s <= l->now_s && hours[n - 1].hour_s > l->now_s - 3600);
    for (size_t i = 1; i < n; i++)
        assert_int_equal(hours[i].size,
                         hours[i - 1].size + hours[i].entered - hours[i].left - hours[i].gone);
}

/* After a whole tick: everything it should have written, by ids alone. */
static void check(struct life *l)
{
    struct store_fixture *f = l->w->f;
    struct numbers now = {0}, persons = {0}, entered = {0}, left = {0}, is = {0}, was = {0};
    struct tx *tx;
    int64_t erased = -1;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    for (int k = 0; k < AUDIENCES; k++) {
        struct followed *x = &l->at[k];
        members_by_sql(l, tx, k, &now);
        persons_of(l, tx, &x->was, &persons);
        minus(&now, &persons, &entered);
        minus(&persons, &now, &left);
        size_t moved[3] = {entered.n, left.n, x->was.n - persons.n};
        if (!x->began)
            moved[0] = moved[1] = moved[2] = entered.n = left.n = 0;
        x->began = true;
        read_moves(l, tx, k, &is, &was);
        same(l, "who entered", k, &is, &entered);
        same(l, "who left", k, &was, &left);
        check_lists(l, tx, k, &now);
        check_sizes(l, tx, k, moved, now.n);
        l->moved += (int)(entered.n + left.n);
        x->was.n = 0;
        for (size_t i = 0; i < now.n; i++)
            number_add(&x->was, now.at[i]);
    }
    store_must(f, tx_int(tx, &ERASED_MOVES, &erased, &f->err));
    assert_int_equal(erased, 0);
    db_read_end(tx);
    free(now.at);
    free(persons.at);
    free(entered.at);
    free(left.at);
    free(is.at);
    free(was.at);
}

/* ---- at random ---- */

static void ticks_tell_who_moved(void **state)
{
    struct life *l = life_new(*state);
    struct world *w = l->w;
    int by_time = 0;
    for (int round = 0; round < ROUNDS; round++) {
        snprintf(w->when, sizeof w->when, "seed %" PRIu64 ", round %d", w->seed, round);
        bool still = rng_below(&w->rng, 4) == 0; /* nothing but the clock */
        for (int i = still ? 0 : (int)rng_between(&w->rng, 1, 24); i > 0; i--)
            world_live(w);
        l->now_s += rng_below(&w->rng, 3) == 0 ? rng_between(&w->rng, 0, 30)
                                               : rng_between(&w->rng, 0, 15 * DAY_S);
        see(w, rng_below(&w->rng, 8) == 0);
        while (rng_below(&w->rng, 3) == 0) {
            l->kill_after = (int)rng_below(&w->rng, 20);
            tick(l);
        }
        l->kill_after = -1;
        int before = l->moved;
        tick(l);
        check(l);
        by_time += still && l->moved > before;
        struct audience_tick again = tick(l);
        assert_int_equal(again.listed, 0);
        assert_int_equal(again.asked, AUDIENCES);
        check(l);
    }
    assert_true(l->moved > 200 && l->killed > 0 && by_time > 0);
    life_free(l);
}

/* ---- a crowd ---- */

struct crowd {
    struct life *l;
    int64_t ids[CROWD];
    size_t from, to;
    bool off;
};

static enum rc make_crowd(struct tx *tx, void *arg, struct err *e)
{
    struct crowd *c = arg;
    struct customer_new fresh = CUSTOMER_NEW;
    enum rc rc = RC_OK;
    fresh.city = STR("苏州");
    for (size_t i = c->from; rc == RC_OK && i < c->to; i++)
        rc = customer_make(tx, c->l->w->f->keys, &fresh, &c->ids[i], e);
    return rc;
}

static enum rc tag_crowd(struct tx *tx, void *arg, struct err *e)
{
    struct crowd *c = arg;
    int64_t changed;
    int64_t tag = c->l->w->tags[0];
    return c->off ? tag_take_off(tx, c->ids + c->from, c->to - c->from, tag, &changed, e)
                  : tag_put(tx, c->ids + c->from, c->to - c->from, tag, &changed, e);
}

/* Each fifth of them. */
static enum rc tag_some(struct tx *tx, void *arg, struct err *e)
{
    struct crowd *c = arg;
    int64_t some[60], changed;
    size_t n = 0;
    for (size_t i = c->from; i < c->to; i += 5)
        some[n++] = c->ids[i];
    return tag_put(tx, some, n, c->l->w->tags[0], &changed, e);
}

static void crowd_do(struct crowd *c, size_t from, size_t to,
                     enum rc (*run)(struct tx *tx, void *arg, struct err *e))
{
    for (; from < to; from += 300) {
        c->from = from;
        c->to = from + 300 < to ? from + 300 : to;
        store_write(c->l->w->f, run, c);
    }
    see(c->l->w, false);
}

/* More than a closure may write: killed after each of them, the moves are there once, and lists,
 * moves and sizes agree. */
static void crowds_move_in_steps(void **state)
{
    static struct crowd c;
    struct life *l = life_new(*state);
    c = (struct crowd){.l = l};
    crowd_do(&c, 0, CROWD, make_crowd);
    crowd_do(&c, 0, CROWD, tag_some);
    tick(l);
    check(l);
    crowd_do(&c, 0, CROWD, tag_crowd);
    l->now_s += 60;
    for (int ticks = 0; ticks < 40; ticks++) {
        l->kill_after =
            BETWEEN + ticks / 6; /* one closure of the third audience a tick, at first */
        assert_true(tick(l).listed < CROWD);
    }
    l->kill_after = -1;
    tick(l);
    check(l);
    assert_true(l->moved >= 2 * (CROWD - CROWD / 5)); /* into a2 and a6 */
    c.off = true;
    crowd_do(&c, CROWD / 4, CROWD / 2, tag_crowd);
    l->now_s += 60;
    tick(l);
    check(l);
    life_free(l);
}

/* What is too much for one tick is counted and not listed; what is enough for one waits. */
static void much_at_once_is_counted_only(void **state)
{
    static struct crowd c;
    struct life *l = life_new(*state);
    struct world *w = l->w;
    struct audience_size *hours;
    struct tx *tx;
    size_t n;
    c = (struct crowd){.l = l};
    crowd_do(&c, 0, CROWD, make_crowd);
    tick(l);
    check(l);
    crowd_do(&c, 0, CROWD, tag_crowd);
    l->now_s += 3600;
    struct audience_tick t = {.now_s = l->now_s, .most = 1000};
    store_must(w->f, audience_tick_run(w->f->db, w->f->writer, w->last, &t, &w->f->err));
    assert_int_equal(t.listed, 0);
    assert_int_equal(t.entered, 2 * CROWD);
    store_must(w->f, db_read_begin(w->f->db, &tx, &w->f->err));
    store_must(w->f, audience_sizes(tx, l->at[2].id, l->now_s - 3599, &hours, &n, &w->f->err));
    assert_int_equal(n, 1);
    assert_int_equal(hours[0].unlisted, CROWD);
    assert_int_equal(hours[0].entered, CROWD);
    db_read_end(tx);

    c.off = true;
    crowd_do(&c, 0, 900, tag_crowd);
    t = (struct audience_tick){.now_s = l->now_s += 3600, .most = 900};
    store_must(w->f, audience_tick_run(w->f->db, w->f->writer, w->last, &t, &w->f->err));
    assert_int_equal(t.listed, 900);
    assert_true(t.after_id == l->at[2].id && t.asked == 3);
    store_must(w->f, audience_tick_run(w->f->db, w->f->writer, w->last, &t, &w->f->err));
    assert_int_equal(t.listed, 900); /* of a6 */
    assert_true(t.asked > 3);
    life_free(l);
}

/* ---- merges, erasure ---- */

static enum rc merge_two(struct tx *tx, void *arg, struct err *e)
{
    struct crowd *c = arg;
    int64_t id;
    return identity_merge(tx, c->ids[c->from], c->ids[c->to], c->ids[c->from], MERGE_MANUAL, 0, &id,
                          e);
}

static enum rc erase_one(struct tx *tx, void *arg, struct err *e)
{
    struct crowd *c = arg;
    return profile_erase(tx, c->ids[c->from], e);
}

static enum rc count_moves_of(struct crowd *c, int64_t customer_id, int64_t *out)
{
    static const struct sql COUNT = {
        .text = "SELECT count(*) FROM audience_move WHERE customer_id = $1",
        .in = "i",
        .out = "i",
    };
    struct store_fixture *f = c->l->w->f;
    struct tx *tx;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    enum rc rc = tx_int(tx, &COUNT, out, &f->err, customer_id);
    db_read_end(tx);
    return rc;
}

/* Ids 0 and 1 are tagged, 2 and 3 not; 1 goes into 0, 0 into 2, and so on. */
static void merged_and_erased_people(void **state)
{
    static struct crowd c;
    struct life *l = life_new(*state);
    struct store_fixture *f = l->w->f;
    int64_t n;
    c = (struct crowd){.l = l};
    crowd_do(&c, 0, 6, make_crowd);
    crowd_do(&c, 0, 2, tag_crowd);
    tick(l);
    check(l);

    c.from = 0, c.to = 1; /* both are members: one is gone */
    store_write(f, merge_two, &c);
    see(l->w, false);
    struct audience_tick t = tick(l);
    check(l);
    assert_int_equal(t.entered + t.left, 0);
    assert_int_equal(t.gone, 4); /* of all, of the tag, without an order, of unknown gender */

    c.from = 2, c.to = 0; /* a member goes on as somebody who was none */
    store_write(f, merge_two, &c);
    see(l->w, false);
    t = tick(l);
    check(l);
    assert_int_equal(t.entered + t.left, 0);
    assert_int_equal(t.gone, 2); /* of all, without an order: the other one is there already */

    c.off = true; /* the tag goes: who leaves is the one they are now */
    c.from = 2, c.to = 3;
    store_write(f, tag_crowd, &c);
    see(l->w, false);
    t = tick(l);
    check(l);
    assert_int_equal(t.left, 2);
    store_must(f, count_moves_of(&c, c.ids[2], &n));
    assert_int_equal(n, 2);

    c.from = 2; /* erased: no trace, neither of the old moves nor a new one */
    store_write(f, erase_one, &c);
    store_must(f, count_moves_of(&c, c.ids[2], &n));
    assert_int_equal(n, 0);
    see(l->w, false);
    t = tick(l);
    check(l);
    assert_int_equal(t.left, 0);
    assert_int_equal(t.gone, 2);
    store_must(f, count_moves_of(&c, c.ids[2], &n));
    assert_int_equal(n, 0);
    life_free(l);
}

struct meanwhile {
    struct crowd *c;
    enum rc (*run)(struct tx *tx, void *arg, struct err *e);
    int calls;
};

static bool do_meanwhile(void *arg)
{
    struct meanwhile *m = arg;
    if (++m->calls == BETWEEN)
        store_write(m->c->l->w->f, m->run, m->c);
    return false;
}

/* Erased between the question and the closure: they do not come back as a move. */
static void erased_within_a_tick(void **state)
{
    static struct crowd c;
    struct life *l = life_new(*state);
    struct store_fixture *f = l->w->f;
    int64_t n;
    c = (struct crowd){.l = l};
    crowd_do(&c, 0, 4, make_crowd);
    crowd_do(&c, 0, 2, tag_crowd);
    tick(l);
    check(l);
    for (int entering = 0; entering < 2; entering++) {
        c.off = !entering;
        size_t who = entering ? 2 : 0;
        crowd_do(&c, who, who + 2, tag_crowd);
        c.from = who;
        struct meanwhile m = {.c = &c, .run = erase_one};
        struct audience_tick t = {.now_s = l->now_s += 60, .stopping = do_meanwhile, .arg = &m};
        store_must(f, audience_tick_run(f->db, f->writer, l->w->last, &t, &f->err));
        assert_true(m.calls > BETWEEN);
        assert_int_equal(entering ? t.entered : t.left, 2); /* the other one, of two audiences */
        store_must(f, count_moves_of(&c, c.ids[who], &n));
        assert_int_equal(n, 0);
        store_must(f, count_moves_of(&c, c.ids[who + 1], &n));
        assert_int_equal(n, 2);
        see(l->w, false);
        tick(l);
        store_must(f, count_moves_of(&c, c.ids[who], &n));
        assert_int_equal(n, 0);
    }
    life_free(l);
}

/* ---- who else writes ---- */

static bool tick_meanwhile(void *arg)
{
    struct life *l = arg;
    if (--l->kill_after == 0) {
        l->kill_after = -1;
        tick(l);
    }
    return false;
}

/* A second node was quicker: the first one's closure has not been. */
static void two_nodes_do_not_write_twice(void **state)
{
    static struct crowd c;
    struct life *l = life_new(*state);
    struct store_fixture *f = l->w->f;
    c = (struct crowd){.l = l};
    crowd_do(&c, 0, 400, make_crowd);
    for (int moved = 0; moved < 2; moved++) { /* all audiences begin; then people move */
        struct audience_tick t = {.now_s = l->now_s += 60, .stopping = tick_meanwhile, .arg = l};
        if (moved)
            crowd_do(&c, 0, 300, tag_crowd);
        l->kill_after = moved ? BETWEEN : 2;
        enum rc rc = audience_tick_run(f->db, f->writer, l->w->last, &t, &f->err);
        assert_int_equal(rc, RC_CONFLICT);
        assert_int_equal(t.listed, 0);
        check(l);
    }
    assert_true(l->moved >= 600);
    life_free(l);
}

static enum rc change_text(struct tx *tx, void *arg, struct err *e)
{
    struct life *l = arg;
    struct audience_row row;
    enum rc rc = audience_load(tx, l->at[1].id, &row, e);
    row.expression = STR("city = \"苏州\"");
    return rc == RC_OK ? audience_change(tx, &row, 0, e) : rc;
}

static const struct sql SPOIL = {
    .text = "UPDATE audience_member SET ids = $2 WHERE audience_id = $1", .in = "ib"};

static enum rc spoil(struct tx *tx, void *arg, struct err *e)
{
    struct life *l = arg;
    return tx_exec(tx, &SPOIL, e, l->at[1].id, STR("\x01\x01\x01"));
}

static enum rc put_away(struct tx *tx, void *arg, struct err *e)
{
    struct life *l = arg;
    return audience_archive(tx, l->at[1].id, e);
}

/* Another text, damaged lists: it begins anew, and nobody has moved. */
static void what_begins_anew(void **state)
{
    static struct crowd c;
    struct life *l = life_new(*state);
    struct store_fixture *f = l->w->f;
    struct audience_size *hours;
    struct tx *tx;
    int64_t lists = -1;
    size_t n;
    c = (struct crowd){.l = l};
    tick(l);
    store_write(f, change_text, l);
    crowd_do(&c, 0, 300, make_crowd);
    l->now_s += 7200;
    struct audience_tick t = tick(l);
    assert_int_equal(t.began, 1);
    store_write(f, spoil, l);
    crowd_do(&c, 300, 400, make_crowd); /* else it would not be read */
    l->now_s += 3600;
    t = tick(l);
    assert_int_equal(t.began, 1);
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, audience_sizes(tx, l->at[1].id, 0, &hours, &n, &f->err));
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        assert_true(hours[i].began);
        assert_int_equal(hours[i].entered + hours[i].left + hours[i].gone, 0);
    }
    assert_true(hours[2].size >= 400);
    db_read_end(tx);

    store_write(f, put_away, l);
    t = tick(l);
    assert_int_equal(t.asked, AUDIENCES - 1);
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, tx_int(tx, &LISTS_LEFT, &lists, &f->err, l->at[1].id));
    assert_int_equal(lists, 0);
    struct audience_follow state_of;
    assert_int_equal(audience_follow_load(tx, l->at[1].id, &state_of, &f->err), RC_NOT_FOUND);
    db_read_end(tx);
    life_free(l);
}

/* ---- what reads them ---- */

static void moves_since_and_forgotten(void **state)
{
    static struct crowd c;
    struct life *l = life_new(*state);
    struct store_fixture *f = l->w->f;
    struct audience_move *moves;
    struct audience_size *hours;
    struct tx *tx;
    size_t n;
    int64_t last = 0, told = 0, first_s = l->now_s + 60;
    c = (struct crowd){.l = l};
    crowd_do(&c, 0, 3000, make_crowd);
    tick(l);
    l->now_s = first_s;
    crowd_do(&c, 0, 2500, tag_crowd);
    tick(l);
    l->now_s += DAY_S;
    c.off = true;
    crowd_do(&c, 0, 100, tag_crowd);
    tick(l);
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    do { /* as a trigger does */
        store_must(f, audience_moves_since(tx, l->at[2].id, last, 700, &moves, &n, &f->err));
        for (size_t i = 0; i < n; i++, told++) {
            assert_true(moves[i].id > last);
            assert_true(moves[i].entered == (told < 2500));
            assert_int_equal(moves[i].at_s, told < 2500 ? first_s : l->now_s);
            last = moves[i].id;
        }
    } while (n > 0);
    assert_int_equal(told, 2600);
    store_must(f, audience_moves(tx, l->at[2].id, 0, 0, INT64_MAX, 200, &moves, &n, &f->err));
    assert_int_equal(n, 100);
    assert_int_equal(moves[0].id, last);
    store_must(f, audience_moves(tx, l->at[2].id, 0, DB_NULL, last, 200, &moves, &n, &f->err));
    assert_true(n == 200 && !moves[98].entered && moves[99].entered);
    db_read_end(tx);

    store_must(f, audience_tick_expire(f->writer, l->now_s, l->now_s, &f->err));
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, audience_moves_since(tx, l->at[2].id, 0, 5000, &moves, &n, &f->err));
    assert_int_equal(n, 100);
    store_must(f, audience_sizes(tx, l->at[2].id, 0, &hours, &n, &f->err));
    assert_true(n == 0 || hours[0].hour_s >= l->now_s);
    db_read_end(tx);
    life_free(l);
}

static enum rc wipe(struct tx *tx, void *arg, struct err *e)
{
    return wipe_some(tx, arg, e);
}

/* Nothing of it stays when the demo corp is removed. */
static void wiped(void **state)
{
    static struct crowd c;
    static const struct sql ROWS = {
        .text = "SELECT (SELECT count(*) FROM audience_move) + (SELECT count(*) FROM"
                " audience_member) + (SELECT count(*) FROM audience_follow) + (SELECT count(*)"
                " FROM audience_size) /*scan*/",
        .out = "i",
    };
    struct life *l = life_new(*state);
    struct store_fixture *f = l->w->f;
    struct tx *tx;
    int64_t rows = 0;
    bool empty = false;
    c = (struct crowd){.l = l};
    crowd_do(&c, 0, 300, make_crowd);
    tick(l);
    crowd_do(&c, 0, 300, tag_crowd);
    tick(l);
    for (int pass = 0; pass < 2; pass++) {
        store_must(f, db_read_begin(f->db, &tx, &f->err));
        store_must(f, tx_int(tx, &ROWS, &rows, &f->err));
        db_read_end(tx);
        assert_true(pass == 0 ? rows > 600 : rows == 0);
        while (!empty)
            store_write(f, wipe, &empty);
    }
    see(l->w, true);
    assert_int_equal(tick(l).asked, 0);
    life_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(ticks_tell_who_moved, SQLITE),
        STORE_TEST(crowds_move_in_steps, SQLITE),
        STORE_TEST(much_at_once_is_counted_only, SQLITE),
        STORE_TEST(merged_and_erased_people, SQLITE),
        STORE_TEST(erased_within_a_tick, SQLITE),
        STORE_TEST(two_nodes_do_not_write_twice, SQLITE),
        STORE_TEST(what_begins_anew, SQLITE),
        STORE_TEST(moves_since_and_forgotten, SQLITE),
        STORE_TEST(wiped, SQLITE),
        STORE_TEST(ticks_tell_who_moved, POSTGRES),
        STORE_TEST(crowds_move_in_steps, POSTGRES),
        STORE_TEST(much_at_once_is_counted_only, POSTGRES),
        STORE_TEST(merged_and_erased_people, POSTGRES),
        STORE_TEST(erased_within_a_tick, POSTGRES),
        STORE_TEST(two_nodes_do_not_write_twice, POSTGRES),
        STORE_TEST(what_begins_anew, POSTGRES),
        STORE_TEST(moves_since_and_forgotten, POSTGRES),
        STORE_TEST(wiped, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("domain_audience", tests, pg_fixture_skipped() ? n - 9 : n, NULL,
                                   NULL);
}

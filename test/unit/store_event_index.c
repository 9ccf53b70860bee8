/* store_event_index.c — the index of the log by customer beside a naive reading of the log, on both
 * engines.
 *
 * A log grows at random in closures of which some fail, while parts are built with small bounds,
 * killed between closures and taken up again, by one node or two, and read transactions stay open
 * meanwhile. Whoever asks, at any moment, must get what a scan of the log gives in the same
 * transaction. A seed is printed on failure and taken from KOI_TEST_SEED.
 */
#include "store_fixture.h"

#include "base/lock.h"
#include "base/rng.h"
#include "domain/event_parts.h"
#include "pg_fixture.h"
#include "store/customer.h"
#include "store/event.h"
#include "store/event_filter.h"
#include "store/event_index.h"
#include "store/event_part.h"
#include "store/event_tail.h"
#include "store/list.h"
#include "store/schema_files.h"
#include "store/timeline.h"
#include "store/wipe.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 110, PEOPLE = 60, ASKED = 8, DAY_S = 86400, NOW_S = 1795000000 };

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

static const struct sql LOG = {
    .text = "SELECT customer_id, at_s, seq, kind FROM event /*scan*/ ORDER BY seq",
    .out = "iiii",
};
static const struct sql STATES = {
    .text = "SELECT count(*) FROM event_part WHERE state = $1 /*scan*/", .in = "i", .out = "i"};
static const struct sql LEVEL = {
    .text = "SELECT coalesce(max(level), 0) FROM event_part WHERE state = 1 /*scan*/",
    .out = "i",
};
static const struct sql STRAY_BLOCKS = {
    .text = "SELECT count(*) FROM event_part_block WHERE part_id NOT IN"
            " (SELECT id FROM event_part) /*scan*/",
    .out = "i",
};
static const struct sql COVERED = {
    .text = "SELECT CAST(coalesce(sum(to_seq - from_seq + 1), 0) AS BIGINT) FROM event_part"
            " WHERE state = 1 /*scan*/",
    .out = "i",
};

struct life {
    struct store_fixture *f;
    struct rng rng;
    uint64_t seed;
    struct event_filters *filters; /* NULL: none */
    bool failing;
    int kill_after; /* closures of the builder, < 0: never */
    int killed, failed, asked_within, alike;
    int64_t added, merged, dropped;
};

static int64_t someone(struct rng *r)
{
    /* One of three is the same customer: more than a block holds. */
    return rng_below(r, 3) == 0 ? 7000000000001 : 1 + (int64_t)rng_below(r, PEOPLE) * 4000000001;
}

/* ---- asking ---- */

static void fail_seed(const struct life *l, const char *what)
{
    fail_msg("seed %" PRIu64 ": %s", l->seed, what);
}

static bool is_asked(const struct event_ask *ask, const struct event_ref *ref)
{
    bool in = false;
    for (size_t i = 0; i < ask->n; i++)
        in |= ask->ids[i] == ref->customer_id;
    return in && ref->at_s >= ask->from_s && ref->at_s <= ask->to_s &&
           (ask->kind == 0 || ask->kind == ref->kind);
}

static struct event_ref *by_scan(const struct life *l, struct tx *tx, const struct event_ask *ask,
                                 size_t *out_n)
{
    struct event_ref *list = NULL;
    size_t n = 0, room = 0;
    struct rows *r;
    store_must(l->f, tx_query(tx, &LOG, &r, &l->f->err));
    while (rows_next(r)) {
        struct event_ref ref = {rows_int(r, 0), rows_int(r, 1), rows_int(r, 2),
                                (int)rows_int(r, 3)};
        if (is_asked(ask, &ref))
            *LIST_ADD(tx_arena(tx), list, n, room) = ref;
    }
    store_must(l->f, rows_end(r, &l->f->err));
    if (n > 1)
        qsort(list, n, sizeof *list, event_ref_compare);
    *out_n = n;
    return list;
}

static struct event_ask any_ask(struct rng *r, int64_t ids[static ASKED])
{
    struct event_ask ask = {.ids = ids, .n = 1 + rng_below(r, ASKED), EVENT_ALWAYS};
    for (size_t i = 0; i < ask.n; i++)
        ids[i] = someone(r) + (int64_t)(rng_below(r, 9) == 0); /* some have nothing */
    if (rng_below(r, 2) == 0) {
        ask.from_s = NOW_S - (int64_t)rng_below(r, 400) * DAY_S;
        ask.to_s = ask.from_s + (int64_t)rng_below(r, 200) * DAY_S;
    }
    if (rng_below(r, 3) == 0)
        ask.kind = EVENT_VIEW + (int)rng_below(r, 3);
    return ask;
}

static void compare(const struct life *l, const struct event_ref *is, size_t is_n,
                    const struct event_ref *should, size_t should_n)
{
    if (is_n != should_n)
        fail_msg("seed %" PRIu64 ": %zu events instead of %zu", l->seed, is_n, should_n);
    for (size_t k = 0; k < is_n; k++)
        if (event_ref_compare(&is[k], &should[k]) != 0 || is[k].kind != should[k].kind)
            fail_seed(l, "another event");
}

/* Those like some of what there is, and like some that there are not. */
static void ask_like(struct life *l, struct tx *tx, const struct event_ref *all, size_t all_n,
                     struct rng *r)
{
    enum { MOST = 400 };
    struct event_ref *like = ARENA_ARRAY(tx_arena(tx), struct event_ref, MOST), *is = NULL;
    struct event_ref *should = ARENA_ARRAY(tx_arena(tx), struct event_ref, all_n + 1);
    size_t n = rng_below(r, MOST), is_n = 0, should_n = 0;
    for (size_t i = 0; i < n; i++) {
        like[i] = all_n > 0 ? all[rng_below(r, all_n)] : (struct event_ref){someone(r), 1, 1, 1};
        like[i].seq = 0;
        like[i].at_s += rng_below(r, 3) == 0;
        like[i].kind += rng_below(r, 3) == 0;
    }
    for (size_t k = 0; k < all_n; k++) {
        bool in = false;
        for (size_t i = 0; i < n && !in; i++)
            in = all[k].customer_id == like[i].customer_id && all[k].at_s == like[i].at_s &&
                 all[k].kind == like[i].kind;
        if (in)
            should[should_n++] = all[k];
    }
    store_must(l->f, event_index_like(tx, rng_below(r, 2) == 0 ? l->filters : NULL, like, n, &is,
                                      &is_n, &l->f->err));
    compare(l, is, is_n, should, should_n);
    l->alike += (int)is_n;
}

static void ask_some(struct life *l, struct tx *tx, struct rng *r)
{
    int64_t ids[ASKED];
    for (int i = 0; i < 3; i++) {
        struct event_ref *is = NULL, *should;
        size_t is_n = 0, should_n;
        struct event_ask ask = any_ask(r, ids);
        store_must(l->f, event_index_find(tx, &ask, &is, &is_n, &l->f->err));
        should = by_scan(l, tx, &ask, &should_n);
        compare(l, is, is_n, should, should_n);
        if (i == 0)
            ask_like(l, tx, should, should_n, r);
    }
}

static void ask_apart(struct life *l)
{
    struct tx *tx;
    store_must(l->f, db_read_begin(l->f->db, &tx, &l->f->err));
    ask_some(l, tx, &l->rng);
    db_read_end(tx);
}

/* ---- the log grows ---- */

static enum rc add_some(struct tx *tx, void *arg, struct err *e)
{
    struct life *l = arg;
    struct rng r = l->rng; /* a closure may run again */
    enum rc rc = RC_OK;
    size_t n = 1 + rng_below(&r, 90);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        struct event ev = {
            .customer_id = someone(&r),
            .at_s = NOW_S - (int64_t)rng_below(&r, 400 * DAY_S),
            .kind = EVENT_VIEW + (int)rng_below(&r, 3),
        };
        if (rng_below(&r, 40) == 0)
            ev = (struct event){.at_s = NOW_S, .kind = EVENT_ORDER_CHANGE}; /* of nobody */
        rc = rng_below(&r, 20) == 0 ? change_add(tx, "customer", 1, 1, e) : event_add(tx, &ev, e);
        if (rc == RC_OK && i == n / 2 && rng_below(&r, 2) == 0) {
            ask_some(l, tx, &r); /* SQLite: with what this closure has appended */
            l->asked_within++;
        }
    }
    if (rc == RC_OK && l->failing)
        return err_set(e, RC_CONFLICT, "on_purpose", "", "故意", "on purpose");
    return rc;
}

static void grow(struct life *l)
{
    l->failing = rng_below(&l->rng, 8) == 0;
    enum rc rc = writer_run(l->f->writer, add_some, l, &l->f->err);
    l->failed += rc == RC_CONFLICT && l->failing;
    if (!l->failing)
        store_must(l->f, rc);
    (void)rng_u64(&l->rng);
}

/* ---- parts are built ---- */

static bool is_killed(void *arg)
{
    struct life *l = arg;
    if (l->kill_after < 0)
        return false;
    if (l->kill_after > 0) {
        l->kill_after--;
        return false;
    }
    l->killed++;
    return true;
}

static void build(struct life *l, int64_t stale_s)
{
    struct event_parts p = {
        .db = l->f->db,
        .writer = l->f->writer,
        .bounds = {.rows = 40, .fan_in = 3, .stale_s = stale_s},
        .stopping = is_killed,
        .arg = l,
    };
    store_must(l->f, event_parts_run(&p, &l->f->err));
    l->added += p.added;
    l->merged += p.merged;
    l->dropped += p.dropped;
}

static int64_t number_of(struct life *l, const struct sql *q)
{
    struct tx *tx;
    int64_t n = 0;
    store_must(l->f, db_read_begin(l->f->db, &tx, &l->f->err));
    store_must(l->f, q == &STATES ? tx_int(tx, q, &n, &l->f->err, (int)EVENT_PART_WRITTEN)
                                  : tx_int(tx, q, &n, &l->f->err));
    db_read_end(tx);
    return n;
}

static void reopen(struct store_fixture *f)
{
    struct db_config config = {.url = f->url, .readers = 2};
    writer_stop(f->writer);
    db_close(f->db);
    store_must(f, db_open(&config, &f->db, &f->err));
    store_must(f, writer_start(f->db, &f->writer, &f->err));
}

/* ---- tests ---- */

static void agrees_with_a_scan(void **state)
{
    struct store_fixture *f = *state;
    struct life l = {.f = f, .seed = test_seed(), .kill_after = -1};
    struct tx *old = NULL;
    int unfinished = 0;
    l.rng = rng_seed(l.seed);
    l.filters = event_filters_new();
    for (int round = 0; round < ROUNDS; round++) {
        grow(&l);
        if (rng_below(&l.rng, 3) == 0) {
            l.kill_after = rng_below(&l.rng, 3) != 0 ? (int)rng_below(&l.rng, 12) : -1;
            build(&l, rng_below(&l.rng, 4) == 0 ? 0 : 3600);
            unfinished += number_of(&l, &STATES) > 0;
            l.kill_after = -1;
        }
        ask_apart(&l);
        if (old != NULL && rng_below(&l.rng, 2) == 0) {
            ask_some(&l, old, &l.rng);
            db_read_end(old);
            old = NULL;
        } else if (old == NULL && rng_below(&l.rng, 4) == 0) {
            store_must(f, db_read_begin(f->db, &old, &f->err));
            ask_some(&l, old, &l.rng);
        }
        if (round % 30 == 29 && old == NULL)
            reopen(f);
    }
    db_read_end(old);
    for (int i = 0; unfinished < 2 && i < 100; i++) { /* killed within a merge */
        grow(&l);
        l.kill_after = i % 12;
        build(&l, 0);
        unfinished += number_of(&l, &STATES) > 0;
        ask_apart(&l);
    }
    l.kill_after = -1;
    build(&l, 0);
    ask_apart(&l);
    assert_true(l.killed > 0 && unfinished > 0 && l.failed > 0 && l.asked_within > 10);
    assert_true(l.alike > 1000);
    assert_true(l.added > 50 && l.merged > 30 && l.dropped > 30);
    assert_true(number_of(&l, &LEVEL) >= 3);
    assert_int_equal(number_of(&l, &STRAY_BLOCKS), 0);
    int64_t behind = 0, last = 0;
    struct tx *tx;
    store_must(f, event_parts_behind(f->db, &behind, &f->err));
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, tx_last_seq(tx, &last, &f->err));
    db_read_end(tx);
    assert_true(behind < 200);
    assert_int_equal(number_of(&l, &COVERED), last - behind);
    event_filters_free(l.filters);
}

/* Two builders at once, as on two nodes, while the log grows. */
static atomic_bool grown;

static void *build_always(void *arg)
{
    struct store_fixture *f = arg;
    struct event_parts p = {
        .db = f->db, .writer = f->writer, .bounds = {.rows = 40, .fan_in = 3, .stale_s = 3600}};
    do
        store_must(f, event_parts_run(&p, &f->err));
    while (!atomic_load(&grown));
    return NULL;
}

static void two_builders_agree(void **state)
{
    enum { TIMES = 25 };
    struct store_fixture *f = *state;
    struct life l = {.f = f, .seed = test_seed(), .kill_after = -1};
    pthread_t other[2];
    l.rng = rng_seed(l.seed);
    atomic_store(&grown, false);
    for (int i = 0; i < 2; i++)
        other[i] = thread_start("builder", build_always, f);
    for (int i = 0; i < TIMES; i++) {
        grow(&l);
        ask_apart(&l);
    }
    atomic_store(&grown, true);
    for (int i = 0; i < 2; i++)
        pthread_join(other[i], NULL);
    build(&l, 0);
    ask_apart(&l);
    int64_t behind = 0, last = 0;
    struct tx *tx;
    store_must(f, event_parts_behind(f->db, &behind, &f->err));
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, tx_last_seq(tx, &last, &f->err));
    db_read_end(tx);
    assert_int_equal(number_of(&l, &COVERED), last - behind);
    assert_true(number_of(&l, &LEVEL) >= 2);
    assert_int_equal(number_of(&l, &STRAY_BLOCKS), 0);
}

/* ---- a customer's timeline ---- */

static const struct sql JOIN = {.text = "UPDATE customer SET root_id = $1 WHERE id = $2",
                                .in = "ii"};
static const struct sql TIMELINE = {
    .text = "SELECT v.seq FROM event v /*scan*/ JOIN customer c ON c.id = v.customer_id"
            " WHERE c.root_id = $1 AND v.kind <> 43 AND ($2 = 0 OR v.kind = $2)"
            " ORDER BY v.at_s DESC, v.seq DESC",
    .in = "ii",
    .out = "i",
};

struct living {
    struct life *l;
    int64_t ids[4]; /* the first two are one */
};

static enum rc make_people(struct tx *tx, void *arg, struct err *e)
{
    struct living *v = arg;
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < 4; i++) {
        struct customer_new fresh = CUSTOMER_NEW;
        rc = customer_make(tx, v->l->f->keys, &fresh, &v->ids[i], e);
    }
    return rc == RC_OK ? tx_exec(tx, &JOIN, e, v->ids[0], v->ids[1]) : rc;
}

static enum rc live(struct tx *tx, void *arg, struct err *e)
{
    struct living *v = arg;
    struct rng r = v->l->rng;
    enum rc rc = RC_OK;
    for (int i = 0; rc == RC_OK && i < 50; i++) {
        struct event ev = {
            .customer_id = v->ids[rng_below(&r, 4)],
            .at_s = NOW_S + (int64_t)rng_below(&r, 30), /* many at the same second */
            .kind = EVENT_VIEW + (int)rng_below(&r, 3),
        };
        rc = rng_below(&r, 9) == 0 ? event_retract(tx, 1 + i, ev.customer_id, 0, e)
                                   : event_add(tx, &ev, e);
    }
    return rc;
}

static void check_timeline(struct store_fixture *f, struct tx *tx, int64_t root, int kind)
{
    struct rows *r;
    struct timeline_row *page = NULL;
    size_t n = 0, at = 0, limit = 7;
    int64_t before_s = INT64_MAX, before_seq = INT64_MAX;
    struct str word = kind == 0 ? STR_ABSENT : STR("click");
    store_must(f, tx_query(tx, &TIMELINE, &r, &f->err, root, kind));
    while (rows_next(r)) {
        if (at == n) {
            store_must(f, timeline_list(tx, root, word, before_s, before_seq, (int64_t)limit, &page,
                                        &n, &f->err));
            assert_true(n > 0);
            before_s = page[n - 1].at_s;
            before_seq = page[n - 1].seq;
            at = 0;
        }
        assert_int_equal(page[at++].seq, rows_int(r, 0));
    }
    store_must(f, rows_end(r, &f->err));
    assert_int_equal(at, n);
    if (n == limit) {
        store_must(f, timeline_list(tx, root, word, before_s, before_seq, 1, &page, &n, &f->err));
        assert_int_equal(n, 0);
    }
}

static void timelines_page_across_parts(void **state)
{
    struct store_fixture *f = *state;
    struct life l = {.f = f, .seed = test_seed(), .kill_after = -1};
    struct living v = {.l = &l};
    l.rng = rng_seed(l.seed);
    store_write(f, make_people, &v);
    for (int i = 0; i < 30; i++) {
        struct tx *tx;
        store_write(f, live, &v);
        (void)rng_u64(&l.rng);
        if (i % 3 == 2)
            build(&l, 0);
        store_must(f, db_read_begin(f->db, &tx, &f->err));
        for (int k = 0; k < 3; k++) {
            check_timeline(f, tx, v.ids[k], 0);
            check_timeline(f, tx, v.ids[k], EVENT_CLICK);
        }
        struct timeline_row *page = NULL;
        size_t n = 0;
        store_must(f, timeline_list(tx, v.ids[0], STR("no_such_kind"), INT64_MAX, INT64_MAX, 5,
                                    &page, &n, &f->err));
        assert_int_equal(n, 0);
        db_read_end(tx);
    }
    assert_true(l.added > 20 && l.merged > 6);
}

/* Closures of one group, one of which fails: its numbers are given again. */
struct of_group {
    struct write write;
    struct life *l;
    int64_t customer_id, expected;
    bool fails;
    atomic_int *left;
};

static enum rc group_run(struct tx *tx, void *arg, struct err *e)
{
    struct of_group *g = arg;
    struct event_ref *refs = NULL;
    size_t n = 0;
    struct event ev = {.customer_id = g->customer_id, .at_s = NOW_S, .kind = EVENT_VIEW};
    enum rc rc = event_add(tx, &ev, e);
    struct event_ask ask = {.ids = &g->customer_id, .n = 1, EVENT_ALWAYS};
    if (rc == RC_OK)
        rc = event_index_find(tx, &ask, &refs, &n, e);
    if (rc == RC_OK && tx_engine(tx) == DB_SQLITE && (int64_t)n != g->expected)
        return err_set(e, RC_INVALID, "index", "", "%zu 个", "%zu events", n);
    if (rc == RC_OK && g->fails)
        return err_set(e, RC_CONFLICT, "on_purpose", "", "故意", "on purpose");
    return rc;
}

static void group_done(void *arg, enum rc rc, const struct err *e)
{
    struct of_group *g = arg;
    if (g->fails ? rc != RC_CONFLICT : rc != RC_OK)
        print_error("%s: %s\n", rc_name(rc), e == NULL ? "" : e->en);
    assert_int_equal(rc, g->fails ? RC_CONFLICT : RC_OK);
    atomic_fetch_sub(g->left, 1);
}

static enum rc hold(struct tx *tx, void *arg, struct err *e)
{
    (void)tx;
    (void)arg;
    (void)e;
    usleep(20000); /* the group gathers behind it */
    return RC_OK;
}

static void held_done(void *arg, enum rc rc, const struct err *e)
{
    (void)arg;
    (void)e;
    assert_int_equal(rc, RC_OK);
}

static void sees_its_group_alone(void **state)
{
    enum { N = 6, TIMES = 20 };
    struct store_fixture *f = *state;
    struct of_group g[N];
    atomic_int left;
    for (int time = 0; time < TIMES; time++) {
        struct write first = {.run = hold, .done = held_done};
        atomic_init(&left, N);
        store_must(f, writer_submit(f->writer, &first, &f->err));
        for (int i = 0; i < N; i++) {
            /* 1 fails, 2 takes its number, and 3 must not see the one in place of the other */
            g[i] = (struct of_group){.customer_id = 100 + i % 3, .fails = i == 1, .left = &left};
            int before = i >= 3 && i % 3 != 1;
            g[i].expected = 1 + before + (i % 3 == 1 ? time : 2 * time);
            g[i].write = (struct write){.run = group_run, .done = group_done, .arg = &g[i]};
            store_must(f, writer_submit(f->writer, &g[i].write, &f->err));
        }
        while (atomic_load(&left) > 0)
            usleep(1000);
    }
}

/* A filter says no to nearly all that a part does not have, and never to what it has. */
static void filters_tell(void **state)
{
    struct store_fixture *f = *state;
    struct life l = {.f = f, .seed = test_seed(), .kill_after = -1};
    struct event_filters *filters = event_filters_new();
    struct event_part *parts = NULL;
    struct event_ref *all = NULL;
    size_t parts_n = 0, all_n = 0, wrong = 0, asked = 0, made = 0;
    struct tx *tx;
    l.rng = rng_seed(l.seed);
    for (int i = 0; i < 40; i++)
        grow(&l);
    build(&l, 0);
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, event_part_list(tx, &parts, &parts_n, &f->err));
    for (size_t i = 0; i < parts_n; i++) {
        const struct event_filter *filter, *again;
        event_filters_begin(filters, parts, parts_n);
        store_must(f, event_filters_of(filters, tx, &parts[i], &filter, &f->err));
        assert_non_null(filter);
        store_must(f, event_filters_of(filters, tx, &parts[(i + 1) % parts_n], &again, &f->err));
        assert_true(i + 1 == parts_n ? again != NULL : again == NULL); /* one at a time */
        made++;
        int64_t id = 7000000000001;
        struct event_ask ask = {.ids = &id, .n = 1, EVENT_ALWAYS};
        store_must(f, event_index_find(tx, &ask, &all, &all_n, &f->err));
        for (size_t k = 0; k < all_n; k++) {
            bool within = all[k].seq >= parts[i].from_seq && all[k].seq <= parts[i].to_seq;
            assert_true(!within || event_filter_may(filter, &all[k]));
            struct event_ref other = all[k];
            other.at_s += 1000000000;
            wrong += event_filter_may(filter, &other);
            asked++;
        }
    }
    assert_true(made > 3 && asked > 1000 && wrong * 30 < asked);
    event_filters_begin(filters, NULL, 0); /* forgets all */
    event_filters_free(filters);
    db_read_end(tx);
}

/* A tail that is longer than memory keeps, until parts are built. */
static enum rc add_many(struct tx *tx, void *arg, struct err *e)
{
    int64_t *at = arg;
    enum rc rc = RC_OK;
    for (int64_t i = 0; rc == RC_OK && i < 10000; i++) {
        struct event ev = {
            .customer_id = 1 + (*at + i) % 5000, .at_s = *at + i, .kind = EVENT_CLICK};
        rc = event_add(tx, &ev, e);
    }
    return rc;
}

static void check_many(struct store_fixture *f, int64_t n)
{
    struct tx *tx;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    for (int64_t id = 1; id <= 5000; id += 1213) {
        struct event_ref *refs = NULL;
        size_t got = 0;
        struct event_ask ask = {.ids = &id, .n = 1, EVENT_ALWAYS};
        store_must(f, event_index_find(tx, &ask, &refs, &got, &f->err));
        assert_int_equal(got, n / 5000);
        for (size_t i = 0; i < got; i++)
            assert_int_equal(refs[i].at_s, id - 1 + (int64_t)i * 5000);
    }
    db_read_end(tx);
}

static void a_long_tail(void **state)
{
    struct store_fixture *f = *state;
    int64_t at = 0;
    for (; at < EVENT_TAIL_MOST + 60000; at += 10000) {
        store_must(f, writer_run(f->writer, add_many, &at, &f->err));
        if (at == 100000)
            check_many(f, at + 10000);
    }
    check_many(f, at);
    struct event_parts p = {.db = f->db, .writer = f->writer, .bounds = EVENT_PARTS_BOUNDS};
    store_must(f, event_parts_catch_up(&p, &f->err));
    assert_int_equal(p.added, at / EVENT_PARTS_BOUNDS.rows);
    check_many(f, at);
    for (int64_t to = at + 100000; at < to; at += 10000)
        store_must(f, writer_run(f->writer, add_many, &at, &f->err));
    check_many(f, at);
    store_must(f, event_parts_run(&p, &f->err));
    check_many(f, at);
    for (int64_t to = at + 50000; at < to; at += 10000)
        store_must(f, writer_run(f->writer, add_many, &at, &f->err));
    check_many(f, at);
}

static enum rc wipe(struct tx *tx, void *arg, struct err *e)
{
    return wipe_some(tx, arg, e);
}

static void wiped(void **state)
{
    struct store_fixture *f = *state;
    struct life l = {.f = f, .seed = test_seed(), .kill_after = -1};
    bool empty = false;
    l.rng = rng_seed(l.seed);
    for (int i = 0; i < 30; i++)
        grow(&l);
    build(&l, 0);
    ask_apart(&l);
    while (!empty)
        store_must(f, writer_run(f->writer, wipe, &empty, &f->err));
    assert_int_equal(number_of(&l, &COVERED), 0);
    for (int i = 0; i < 30; i++) {
        grow(&l);
        if (i % 7 == 0)
            build(&l, 0);
        ask_apart(&l);
    }
    assert_true(number_of(&l, &COVERED) > 0);
}

/* ---- blocks ---- */

struct seen {
    struct event_ref *refs;
    size_t n;
};

static void see(void *to, const struct event_ref *ref)
{
    struct seen *s = to;
    s->refs[s->n++] = *ref;
}

static void blocks_give_back_what_was_packed(void **state)
{
    (void)state;
    enum { N = 5000 };
    struct rng r = rng_seed(test_seed());
    struct event_ref *refs = calloc(N, sizeof *refs), *back = calloc(N, sizeof *refs);
    for (int time = 0; time < 30; time++) {
        struct arena a;
        struct event_block *blocks;
        struct seen seen = {.refs = back};
        size_t n = 1 + rng_below(&r, N), blocks_n;
        uint64_t people = 1 + rng_below(&r, 2 * n);
        for (size_t i = 0; i < n; i++)
            refs[i] = (struct event_ref){
                .customer_id = 1 + (int64_t)(rng_below(&r, people) * (INT64_MAX / people)),
                .at_s = rng_below(&r, 9) == 0 ? (int64_t)rng_u64(&r) : (int64_t)rng_below(&r, 999),
                .seq = 1 + (int64_t)i,
                .kind = 1 + (int)rng_below(&r, EVENT_KIND_MAX),
            };
        qsort(refs, n, sizeof *refs, event_ref_compare);
        arena_init(&a, 0);
        event_block_pack(&a, refs, n, &blocks, &blocks_n);
        for (size_t i = 0; i < blocks_n; i++) {
            size_t from = seen.n;
            const struct event_block *b = &blocks[i];
            assert_true(b->bytes.n <= EVENT_BLOCK_BYTES);
            assert_true(event_block_read(b->bytes, NULL, 0, see, &seen));
            assert_int_equal(back[seen.n - 1].customer_id, b->last_id);
            for (size_t k = from; k < seen.n; k++)
                assert_true(back[k].at_s >= b->from_s && back[k].at_s <= b->to_s);
            if (i > 0 && blocks[i - 1].last_id == b->last_id) {
                assert_int_equal(b->no, blocks[i - 1].no + 1);
                assert_int_equal(back[from].customer_id, b->last_id);
            } else {
                assert_int_equal(b->no, 0);
            }
            if (i > 0) /* nobody is in two blocks unless they are theirs alone */
                assert_true(back[from].customer_id > blocks[i - 1].last_id || b->no > 0);
        }
        assert_int_equal(seen.n, n);
        for (size_t i = 0; i < n; i++)
            assert_true(event_ref_compare(&back[i], &refs[i]) == 0 && back[i].kind == refs[i].kind);
        arena_done(&a);
    }
    free(refs);
    free(back);
}

static void see_nothing(void *to, const struct event_ref *ref)
{
    *(int64_t *)to += ref->seq & 1;
}

static void damaged_blocks_are_refused_or_read(void **state)
{
    (void)state;
    enum { N = 80 };
    struct rng r = rng_seed(test_seed());
    struct event_ref refs[N];
    struct event_block *blocks;
    size_t blocks_n, refused = 0;
    int64_t sum = 0;
    struct arena a;
    arena_init(&a, 0);
    for (int i = 0; i < N; i++)
        refs[i] = (struct event_ref){1 + i / 3, 1000 + i, 1 + i, EVENT_VIEW};
    event_block_pack(&a, refs, N, &blocks, &blocks_n);
    assert_int_equal(blocks_n, 1);
    for (int time = 0; time < 20000; time++) {
        size_t n = rng_below(&r, blocks->bytes.n) + 1;
        char *bytes = malloc(n); /* so that a sanitizer sees its end */
        memcpy(bytes, blocks->bytes.p, n);
        for (uint64_t k = rng_below(&r, 4); k > 0; k--)
            bytes[rng_below(&r, n)] = (char)rng_below(&r, 256);
        refused += !event_block_read((struct str){bytes, n}, NULL, 0, see_nothing, &sum);
        free(bytes);
    }
    assert_true(refused > 5000);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_give_back_what_was_packed),
        cmocka_unit_test(damaged_blocks_are_refused_or_read),
        STORE_TEST(agrees_with_a_scan, SQLITE),
        STORE_TEST(sees_its_group_alone, SQLITE),
        STORE_TEST(wiped, SQLITE),
        STORE_TEST(filters_tell, SQLITE),
        STORE_TEST(two_builders_agree, SQLITE),
        STORE_TEST(timelines_page_across_parts, SQLITE),
        STORE_TEST(a_long_tail, SQLITE),
        STORE_TEST(agrees_with_a_scan, POSTGRES),
        STORE_TEST(sees_its_group_alone, POSTGRES),
        STORE_TEST(wiped, POSTGRES),
        STORE_TEST(filters_tell, POSTGRES),
        STORE_TEST(two_builders_agree, POSTGRES),
        STORE_TEST(timelines_page_across_parts, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("store_event_index", tests, pg_fixture_skipped() ? n - 6 : n,
                                   NULL, NULL);
}

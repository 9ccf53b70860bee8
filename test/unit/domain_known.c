/* domain_known.c — what a process remembers of customers and products, beside the database.
 *
 * Accounts and products come and go at random, products get names, and the memory is too small for
 * them all. Whatever a transaction is told must be what it would have found itself; one that began
 * before others may also be told what came since, but never what has gone. A seed is taken from
 * KOI_TEST_SEED.
 */
#include "store_fixture.h"

#include "base/rng.h"
#include "domain/identity.h"
#include "domain/known.h"
#include "pg_fixture.h"
#include "store/erasure.h"
#include "store/removal.h"

#include <inttypes.h>
#include <stdlib.h>

enum { THINGS = 40, STEPS = 300, SLOTS = 16 };

struct world {
    struct store_fixture *f;
    struct known *known;
    struct rng rng;
    int64_t customers[THINGS], products[THINGS]; /* 0: not there */
    bool named[THINGS];
    int lives[THINGS]; /* how many had the place of a customer and are gone */
    int what, which;   /* of the closure */
};

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

static struct str name_of(struct arena *a, int i)
{
    return arena_printf(a, "thing%d", i);
}

/* Of the account of customer i, also of one who has gone. */
static struct identity account_of(struct arena *a, int i, int life)
{
    return (struct identity){IDENTITY_OPENID, STR("app"), arena_printf(a, "person%d.%d", i, life)};
}

/* A customer of one account comes or goes, or a product comes or gets its name. */
static enum rc change(struct tx *tx, void *arg, struct err *e)
{
    struct world *w = arg;
    struct str name = name_of(tx_arena(tx), w->which);
    int64_t *customer = &w->customers[w->which], *product = &w->products[w->which];
    enum rc rc = RC_OK;
    if (w->what == 0 && *customer != 0) {
        rc = erasure_run(tx, *customer, e);
        *customer = 0; /* and nobody has that account again */
        w->lives[w->which]++;
    } else if (w->what <= 1 && *customer == 0) {
        struct identity who = account_of(tx_arena(tx), w->which, w->lives[w->which]);
        struct customer_new fresh = CUSTOMER_NEW;
        struct identity_answer answer;
        fresh.first_s = tx_now_s(tx);
        rc = identity_resolve(tx, w->f->keys, &who, 1, &fresh, &answer, e);
        *customer = answer.customer_id;
    } else if (w->what == 2 && *product == 0) {
        struct product_row row = {
            .id = tx_id(tx), .issuer = STR("shop"), .code = name, .name = name};
        *product = row.id;
        rc = product_add(tx, &row, e);
    } else if (w->what == 3 && *product != 0) {
        w->named[w->which] = true;
        rc = product_set_name(tx, *product, STR("named"), STR(""), e);
    }
    return rc;
}

static struct ingest_event event_of(struct arena *a, int i, int life, bool told, bool two)
{
    static const struct identity other = {IDENTITY_PHONE, {"", 0}, {"13800138000", 11}};
    return (struct ingest_event){
        .who = account_of(a, i, life),
        .also = &other,
        .also_n = two,
        .issuer = STR("shop"),
        .product_code = name_of(a, i),
        .product_name = told ? STR("told") : STR_ABSENT,
    };
}

/* What a transaction finds by itself; a name that a product got since may be known. */
static enum rc naive(struct world *w, struct tx *tx, const struct ingest_event *ev, bool named,
                     int64_t *customer, int64_t *product, struct err *e)
{
    uint8_t hash[SECRET_INDEX_BYTES];
    struct product_row row;
    *customer = *product = 0;
    identity_hash(w->f->keys, ev->who.kind, ev->who.value, hash);
    enum rc rc = identity_find(tx, ev->who.kind, ev->who.issuer, hash, customer, e);
    if (rc == RC_OK || rc == RC_NOT_FOUND)
        rc = product_find(tx, ev->issuer, ev->product_code, &row, e);
    if (ev->also_n > 0)
        *customer = 0;
    if (rc == RC_OK && (named || str_absent(ev->product_name)))
        *product = row.id;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* `early`: a transaction that began before others may be told what they have seen come. */
static int64_t compare(struct world *w, struct tx *tx, bool early)
{
    struct ingest_event events[THINGS];
    int64_t times = -1, met = 0;
    for (int i = 0; i < THINGS; i++)
        events[i] = event_of(tx_arena(tx), i, w->lives[i] - (w->lives[i] > 0 && i % 2 == 0),
                             rng_below(&w->rng, 3) == 0, rng_below(&w->rng, 5) == 0);
    store_must(w->f, known_fill(w->known, tx, events, THINGS, &times, &w->f->err));
    for (int i = 0; i < THINGS; i++) {
        int64_t customer, product;
        store_must(w->f, naive(w, tx, &events[i], w->named[i], &customer, &product, &w->f->err));
        bool lagging = early && events[i].product_id == 0;
        if (!early || events[i].customer_id != w->customers[i])
            assert_int_equal(events[i].customer_id, customer);
        if (!lagging && events[i].product_id != w->products[i])
            assert_int_equal(events[i].product_id, product);
        met += customer != 0;
    }
    return met;
}

static void what_is_remembered_is_true(void **state)
{
    struct world w = {.f = *state};
    int64_t met = 0;
    w.rng = rng_seed(test_seed());
    w.known = known_new(w.f->keys, SLOTS);
    for (int step = 0; step < STEPS; step++) {
        struct tx *early = NULL, *now = NULL;
        store_must(w.f, db_read_begin(w.f->db, &early, &w.f->err));
        int64_t seen = 0;
        store_must(w.f, removal_times(early, &seen, &w.f->err)); /* its snapshot is taken */
        w.what = (int)rng_below(&w.rng, 4);
        w.which = (int)rng_below(&w.rng, THINGS);
        store_write(w.f, change, &w);
        store_must(w.f, db_read_begin(w.f->db, &now, &w.f->err));
        met += compare(&w, now, false);
        compare(&w, early, true);
        met += compare(&w, now, false);
        db_read_end(now);
        db_read_end(early);
        struct known_size size = known_size(w.known);
        assert_true(size.things <= 2 * SLOTS * 3 / 4 && size.bytes <= 2 * SLOTS * 24);
    }
    assert_true(met > STEPS * 10);
    known_free(w.known);
}

static enum rc go(struct tx *tx, void *arg, struct err *e)
{
    (void)arg;
    return removal_note(tx, e);
}

static void holds_until_something_goes(void **state)
{
    struct store_fixture *f = *state;
    struct known *k = known_new(f->keys, SLOTS);
    struct tx *tx = NULL;
    int64_t times = -1;
    bool holds = false;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, known_fill(k, tx, NULL, 0, &times, &f->err));
    store_must(f, known_holds(tx, times, &holds, &f->err));
    assert_true(holds);
    db_read_end(tx);
    store_write(f, go, NULL);
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, known_holds(tx, times, &holds, &f->err));
    assert_false(holds);
    db_read_end(tx);
    known_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(what_is_remembered_is_true, SQLITE),
        STORE_TEST(holds_until_something_goes, SQLITE),
        STORE_TEST(what_is_remembered_is_true, POSTGRES),
        STORE_TEST(holds_until_something_goes, POSTGRES),
    };
    size_t n = sizeof tests / sizeof *tests;
    return _cmocka_run_group_tests("domain_known", tests, pg_fixture_skipped() ? n - 2 : n, NULL,
                                   NULL);
}

/* domain_clv.c — the job of lifetime value against naive answers, on both engines.
 *
 * 1,500 customers buy as BG/NBD says; some are merged, some erased. The test keeps every purchase
 * itself, works out histories by brute force, fits them with query/clv and wants each row to be
 * what that fit says. Then the same job killed after its first step, and with changes in between.
 */
#include "job_stub.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/rng.h"
#include "domain/clv.h"
#include "domain/merging.h"
#include "pg_fixture.h"
#include "store/customer.h"
#include "store/erasure.h"
#include "store/order.h"

#include <math.h>
#include <stdlib.h>

enum { CUSTOMERS = 1500, MOST = 120, DAY = 86400, WEEKS = 60, MERGED = 40, ERASED = 20 };

struct history {
    int64_t id;
    int n;
    int64_t at_s[MOST], fen[MOST];
    int kept; /* whose orders these are: an index, −1 for nobody's */
};

struct corp {
    int64_t now_s;
    size_t from; /* the next customer of a closure */
    int orders;
    struct history *h;
};

/* ---- making the corp ---- */

static void live(struct corp *c)
{
    struct rng rng = rng_seed(20261122);
    for (int i = 0; i < CUSTOMERS; i++) {
        struct history *h = &c->h[i];
        double rate = rng_gamma(&rng, 0.8) / 5.0, dies = rng_beta(&rng, 0.9, 3.0);
        double at = WEEKS * rng_unit(&rng), mean = exp(3.5 + 0.6 * rng_normal(&rng));
        *h = (struct history){.kept = i};
        bool alive = rng_unit(&rng) < 0.8; /* some never buy */
        while (alive && at < WEEKS && h->n < MOST) {
            int64_t at_s = c->now_s - (int64_t)((WEEKS - at) * 7 * DAY);
            h->at_s[h->n] = at_s < c->now_s ? at_s : c->now_s;
            h->fen[h->n++] = 1 + (int64_t)(100.0 * mean * rng_gamma(&rng, 4.0) / 4.0);
            alive = h->n == 1 || rng_unit(&rng) > dies;
            at += rng_exponential(&rng) / rate;
        }
    }
}

static enum rc order(struct tx *tx, struct corp *c, const struct history *h, int k, struct err *e)
{
    struct order_row row = {
        .id = tx_id(tx),
        .channel_id = 3,
        .number = arena_printf(tx_arena(tx), "N%d", ++c->orders),
        .state = ORDER_PAID,
        .customer_id = h->id,
        .at_s = h->at_s[k],
        .paid_s = h->at_s[k],
        .total_fen = h->fen[k],
        .sale_fen = h->fen[k],
        .paid_fen = h->fen[k],
    };
    bool added;
    return order_add(tx, &row, &added, e);
}

static enum rc make_some(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = ((void **)arg)[0];
    const struct keyring *keys = ((void **)arg)[1];
    struct customer_new fresh = CUSTOMER_NEW;
    fresh.nickname = STR("客");
    enum rc rc = RC_OK;
    for (size_t i = c->from; rc == RC_OK && i < c->from + 100; i++) {
        fresh.first_s = c->now_s - WEEKS * 7 * DAY;
        rc = customer_make(tx, keys, &fresh, &c->h[i].id, e);
        for (int k = 0; rc == RC_OK && k < c->h[i].n; k++)
            rc = order(tx, c, &c->h[i], k, e);
    }
    return rc;
}

static enum rc merge_some(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = arg;
    enum rc rc = RC_OK;
    for (size_t i = c->from; rc == RC_OK && i < c->from + 2 * MERGED; i += 2) {
        int64_t merge;
        rc = identity_merge(tx, c->h[i].id, c->h[i + 1].id, 0, MERGE_MANUAL, 0, &merge, e);
    }
    return rc;
}

static enum rc erase_some(struct tx *tx, void *arg, struct err *e)
{
    struct corp *c = arg;
    enum rc rc = RC_OK;
    for (size_t i = c->from; rc == RC_OK && i < c->from + ERASED; i++)
        rc = erasure_run(tx, c->h[i].id, e);
    return rc;
}

static void merge_at(struct store_fixture *f, struct corp *c, size_t from)
{
    c->from = from;
    store_write(f, merge_some, c);
    for (size_t i = from; i < from + 2 * MERGED; i += 2)
        c->h[i + 1].kept = (int)i;
}

static void erase_at(struct store_fixture *f, struct corp *c, size_t from)
{
    c->from = from;
    store_write(f, erase_some, c);
    for (size_t i = from; i < from + ERASED; i++)
        c->h[i].kept = -1;
}

static void corp_begin(struct store_fixture *f, struct corp *c)
{
    static struct history kept[CUSTOMERS];
    *c = (struct corp){.now_s = clock_now_s(), .h = kept};
    live(c);
    void *both[] = {c, f->keys};
    for (c->from = 0; c->from < CUSTOMERS; c->from += 100)
        store_write(f, make_some, both);
}

/* ---- naive answers ---- */

struct naive {
    int64_t id;
    int32_t first, last;
    struct clv_customer c;
};

/* By brute force: which days have a purchase of anyone who is this customer now. */
static bool naive_of(const struct corp *c, int who, int32_t today, struct naive *out)
{
    int32_t first = INT32_MAX, last = -1;
    int days = 0;
    double fen = 0;
    for (int32_t day = today - 7 * WEEKS - 2; day <= today; day++) {
        double bought = -1;
        for (int i = 0; i < CUSTOMERS; i++)
            for (int k = 0; c->h[i].kept == who && k < c->h[i].n; k++)
                if (calendar_day_of(c->h[i].at_s[k]) == day)
                    bought = (bought < 0 ? 0 : bought) + (double)c->h[i].fen[k];
        if (bought < 0)
            continue;
        first = day < first ? day : first;
        last = day;
        days++;
        fen += day == first ? 0 : bought;
    }
    if (days == 0)
        return false;
    *out = (struct naive){c->h[who].id, first, last, {.T = (today - first) / 7.0}};
    out->c.x = (uint32_t)days - 1;
    out->c.t_x = (last - first) / 7.0;
    out->c.m = days > 1 ? fen / 100.0 / (days - 1) : 0.0;
    return true;
}

struct rows {
    struct clv_row at[CUSTOMERS];
    size_t n;
};

static void keep(void *to, const struct clv_row *row)
{
    struct rows *r = to;
    assert_true(r->n < CUSTOMERS);
    r->at[r->n++] = *row;
}

static void read_rows(struct store_fixture *f, struct rows *out)
{
    struct tx *tx;
    out->n = 0;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, clv_rows(tx, keep, out, &f->err));
    db_read_end(tx);
}

static void check_rows(struct store_fixture *f, const struct corp *c)
{
    static struct naive want[CUSTOMERS];
    static struct clv_customer all[CUSTOMERS];
    static struct rows got;
    size_t n = 0;
    int32_t today = calendar_day_of(clock_now_s());
    for (int i = 0; i < CUSTOMERS; i++)
        if (c->h[i].kept == i && naive_of(c, i, today, &want[n]))
            n++;
    for (size_t i = 0; i < n; i++)
        all[i] = want[i].c;
    struct clv_table *times = clv_table_times(all, n), *values = clv_table_values(all, n);
    struct clv_fit buying, spending;
    clv_fit(CLV_BG_NBD, times, &buying);
    clv_fit(CLV_GAMMA_GAMMA, values, &spending);
    clv_table_free(times);
    clv_table_free(values);
    assert_int_equal(buying.warnings | spending.warnings, 0);
    read_rows(f, &got);
    assert_int_equal(got.n, n);
    for (size_t i = 0; i < n; i++) {
        const struct clv_row *row = &got.at[i];
        assert_int_equal(row->customer_id, want[i].id);
        assert_int_equal(row->repeats, want[i].c.x);
        assert_int_equal(row->first_day, want[i].first);
        assert_int_equal(row->last_day, want[i].last);
        assert_int_equal(row->horizon_s, 52 * CLV_WEEK_S);
        assert_true(fabs((double)row->alive_ppm / 1e6 - clv_alive(&buying, &want[i].c)) < 2e-6);
        double purchases = clv_purchases(&buying, &want[i].c, 52.0);
        assert_true(fabs((double)row->purchases_micro / 1e6 - purchases) < 1e-5);
        assert_true(fabs((double)row->value_fen / 100 - clv_value(&spending, &want[i].c)) < 0.006);
        assert_true(row->clv_fen <= ceil(100 * purchases * clv_value(&spending, &want[i].c)) + 1);
    }
}

/* ---- tests ---- */

static const struct sql FITS = {"SELECT count(*) FROM score_fit WHERE kind = 'clv' /*scan*/",
                                .out = "i"};
static const struct sql CHANGES = {
    "SELECT count(*) FROM change WHERE table_name = 'clv_score' /*scan*/", .out = "i"};

static int64_t count(struct store_fixture *f, const struct sql *q)
{
    struct tx *tx;
    int64_t n;
    store_must(f, db_read_begin(f->db, &tx, &f->err));
    store_must(f, tx_int(tx, q, &n, &f->err));
    db_read_end(tx);
    return n;
}

static struct stub_job clv_job(void)
{
    return (struct stub_job){.kind = &job_kind_clv, .detail = "{}"};
}

static void rows_are_the_naive_ones(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    corp_begin(f, &c);
    merge_at(f, &c, 100);
    erase_at(f, &c, 300);
    struct stub_job first = clv_job(), again = clv_job(), later = clv_job();
    stub_run(f, &first, -1);
    check_rows(f, &c);
    assert_int_equal(count(f, &CHANGES), stub_result(&first, "changed"));
    stub_run(f, &again, -1);
    check_rows(f, &c);
    assert_int_equal(stub_result(&again, "changed"), 0);
    merge_at(f, &c, 500);
    erase_at(f, &c, 700);
    stub_run(f, &later, -1);
    check_rows(f, &c);
}

/* Killed after its first step, with changes before it goes on: the same fit, to the last bit. */
static void a_killed_fit_goes_on(void **state)
{
    struct store_fixture *f = *state;
    static struct corp c;
    static struct rows whole, killed;
    corp_begin(f, &c);
    struct stub_job job = clv_job();
    stub_run(f, &job, 1);
    assert_false(job.finished);
    char place[sizeof job.cursor];
    snprintf(place, sizeof place, "%s", job.cursor);
    read_rows(f, &killed);
    assert_true(killed.n > 0 && killed.n < 1000);
    stub_run(f, &job, -1);
    assert_true(job.finished);
    assert_string_equal(job.cursor, place);
    assert_int_equal(count(f, &FITS), 1);
    check_rows(f, &c);
    read_rows(f, &whole);
    for (size_t i = 0; i < killed.n; i++)
        assert_memory_equal(&killed.at[i], &whole.at[i], sizeof whole.at[i]);
}

/* Every customer alike, or nobody twice: warned of, and written only where that makes sense. */
static void alike(struct clv_read *r, uint32_t repeats)
{
    *r = (struct clv_read){.q = {.model = CLV_BG_NBD, .weeks = 52, .until = 20000}, .today = 20000};
    r->n = 500;
    r->buyers = calloc(r->n, sizeof *r->buyers);
    r->won = calloc(20001, sizeof *r->won);
    r->repeats = calloc(20001, sizeof *r->repeats);
    assert_non_null(r->buyers);
    for (size_t i = 0; i < r->n; i++)
        r->buyers[i] = (struct clv_buyer){.customer_id = 1 + (int64_t)i,
                                          .first_day = 19900,
                                          .last_day = 19900 + 10 * (int32_t)repeats,
                                          .repeats = repeats,
                                          .repeat_fen = 10000 * (int64_t)repeats,
                                          .in_fit = true};
}

static void runaways_are_warned_of(void **state)
{
    (void)state;
    static struct clv_read r;
    static struct clv_result found;
    for (uint32_t repeats = 0; repeats <= 10; repeats += 5) {
        alike(&r, repeats);
        clv_result_make(&r, &found);
        assert_true(clv_warnings(&found) > 0);
        assert_false(found.applied);
        assert_false(clv_may_apply(&found, false));
        assert_int_equal(clv_may_apply(&found, true), repeats > 0);
        const struct clv_word *w = clv_word_at(&found.buying, 0);
        assert_non_null(w);
        assert_true(repeats > 0 ? w->runs_away : w->grave);
        for (size_t i = 0; (w = clv_word_at(&found.buying, i)) != NULL; i++)
            assert_true(w->zh != NULL && w->en != NULL && w->todo_zh != NULL && w->todo_en != NULL);
        clv_read_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TESTS(rows_are_the_naive_ones),
        STORE_TESTS(a_killed_fit_goes_on),
        cmocka_unit_test(runaways_are_warned_of),
    };
    if (pg_fixture_skipped())
        cmocka_set_test_filter("*SQLite");
    return _cmocka_run_group_tests("domain_clv", tests, sizeof tests / sizeof *tests, NULL, NULL);
}

/* mirror_run.c — runs of events beside a plain list: sorted, merged, replaced. */
#include "run_row_order.h"
#include "unit.h"

#include "base/calendar.h"
#include "base/rng.h"
#include "mirror/days.h"
#include "mirror/run.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 60000, RUNS = 6, ROUNDS = 12 };

/* The naive side: rows in the order of the log, and which of them still count. */
struct log {
    struct run_row rows[MOST];
    size_t n;
};

static struct log everything;

/* Few kinds are most; orders (11) are so many that their posting gets an index. */
static uint8_t random_kind(struct rng *rng)
{
    uint64_t which = rng_below(rng, 100);
    return (uint8_t)(which < 60 ? 1 + rng_below(rng, 3) : which < 80 ? 11 : rng_below(rng, 256));
}

/* Nothing earlier than from_s. */
static struct run_row random_row(struct rng *rng, uint32_t customers, bool wide, uint32_t from_s)
{
    struct run_row row = {
        .local = (uint16_t)(rng_below(rng, customers) * (SET_CHUNK / customers)),
        .kind = random_kind(rng),
        .at_s = from_s + (uint32_t)rng_below(rng, wide ? 400000000 : 50),
        .object = (uint32_t)rng_below(rng, wide ? 1000000 : 3),
        .channel = (uint16_t)(wide ? rng_below(rng, 1000) : 7),
        .staff = (uint16_t)rng_below(rng, wide ? 500 : 200),
        .amount_fen = RUN_NONE,
        .quantity = RUN_NONE,
        .refunded_s = RUN_NEVER,
    };
    if (row.kind == 11 || rng_below(rng, 500) == 0)
        row.amount_fen = rng_between(rng, -5, INT64_C(1) << (wide ? 40 : 20));
    if (row.kind == 13)
        row.quantity = rng_between(rng, 0, 9);
    if (run_tells_born(row.kind) && rng_below(rng, 4) == 0)
        row.born = 1 + (uint32_t)rng_below(rng, 9);
    if (row.kind == 11 && rng_below(rng, 3) == 0)
        row.refunded_s = (uint32_t)rng_below(rng, 5000);
    return row;
}

/* Forgets the rows of the customers that a run replaces. */
static void forget_replaced(const struct set_words *replaced)
{
    size_t kept = 0;
    for (size_t i = 0; i < everything.n; i++) {
        if (!words_has(replaced, everything.rows[i].local))
            everything.rows[kept++] = everything.rows[i];
    }
    everything.n = kept;
}

static void check_row(const struct run *run, uint32_t i, uint32_t place, const struct run_row *want)
{
    const struct run_posting *p = run->postings[want->kind];
    assert_int_equal(run->kind[i], want->kind);
    assert_int_equal(run->at_s[i], want->at_s);
    assert_int_equal(run_value(&run->object, i), want->object);
    assert_int_equal(run_value(&run->channel, i), want->channel);
    assert_int_equal(run_value(&run->staff, i), want->staff);
    uint32_t born = run_born_from(run, i);
    bool told = born < run->born_n && run->born[born].row == i;
    assert_int_equal(told ? run->born[born].code : 0, want->born);
    if (p == NULL) {
        assert_true(want->amount_fen == RUN_NONE && want->quantity == RUN_NONE);
        assert_true(want->refunded_s == RUN_NEVER);
        return;
    }
    assert_int_equal(p->local[place], want->local);
    assert_int_equal(p->at_s[place], want->at_s);
    assert_true(run_amount(&p->amount_fen, place) == want->amount_fen);
    assert_true(run_amount(&p->quantity, place) == want->quantity);
    assert_true((p->refunded_s != NULL ? p->refunded_s[place] : RUN_NEVER) == want->refunded_s);
}

/* The run holds exactly these rows, each customer where it is said to be. */
static void check(const struct run *run, const struct run_row *rows, size_t n)
{
    static const struct run_row *sorted[MOST];
    uint32_t places[RUN_KINDS] = {0};
    for (size_t i = 0; i < n; i++)
        sorted[i] = &rows[i];
    qsort(sorted, n, sizeof *sorted, by_customer_and_time);
    assert_int_equal(run->n, n);
    size_t i = 0;
    for (uint32_t local = 0; local < SET_CHUNK; local++) {
        struct run_range range = run_range_of(run, local);
        uint32_t had[RUN_KINDS];
        memcpy(had, places, sizeof had);
        if (i < n && sorted[i]->local == local)
            assert_int_equal(range.from, i);
        for (; i < n && sorted[i]->local == local; i++)
            check_row(run, (uint32_t)i, places[sorted[i]->kind]++, sorted[i]);
        if (range.from < range.to)
            assert_int_equal(range.to, i);
        const struct run_posting *orders = run->postings[11];
        if (orders != NULL) {
            struct run_range in = run_posting_of(orders, local);
            assert_int_equal(in.to - in.from, places[11] - had[11]);
            if (in.from < in.to)
                assert_int_equal(in.from, had[11]);
        }
    }
    assert_int_equal(i, n);
    for (int k = 0; k < RUN_KINDS; k++) {
        assert_int_equal(run->by_kind[k], places[k]);
        assert_true(run->postings[k] == NULL || run->postings[k]->n == places[k]);
    }
    assert_true(run_bytes(run) > n * 5);
}

/* Each customer with rows is replaced or continued, and nobody is both. */
static void check_held(const struct run *run, const struct run_row *rows, size_t n,
                       const struct set_words *replaced)
{
    struct set_words continued;
    words_clear(&continued);
    for (size_t i = 0; i < n; i++)
        words_put(&continued, rows[i].local);
    words_and_not(&continued, replaced);
    for (uint32_t local = 0; local < SET_CHUNK; local++) {
        assert_int_equal(run_replaces(run, local), words_has(replaced, local));
        assert_int_equal(run_continues(run, local), words_has(&continued, local));
    }
}

/* A run of random rows, some customers replaced; the naive log follows. */
static struct run *next_run(struct rng *rng, uint32_t customers, size_t n)
{
    uint32_t from_s = 1000; /* whom the run continues have nothing later than their new rows */
    for (size_t i = 0; i < everything.n; i++)
        from_s = everything.rows[i].at_s > from_s ? everything.rows[i].at_s : from_s;
    struct run_rows *rows = run_rows_new();
    struct set_words replaced;
    bool wide = rng_below(rng, 2) == 0;
    words_clear(&replaced);
    for (uint64_t k = rng_below(rng, 3) * 20; k > 0; k--)
        words_put(&replaced, (uint32_t)(rng_below(rng, customers) * (SET_CHUNK / customers)));
    forget_replaced(&replaced);
    size_t first = everything.n;
    for (size_t i = 0; i < n; i++) {
        everything.rows[everything.n] = random_row(rng, customers, wide, from_s);
        run_rows_add(rows, &everything.rows[everything.n++]);
    }
    assert_int_equal(run_rows_count(rows), n);
    assert_true(run_rows_bytes(rows) >= n * 15);
    struct run *run = run_new(rows, &replaced);
    run_rows_free(rows);
    check(run, everything.rows + first, n);
    check_held(run, everything.rows + first, n, &replaced);
    return run;
}

static void runs_hold_what_was_put_in(void **state)
{
    (void)state;
    static const uint32_t CUSTOMERS[] = {1, 16, 4096, SET_CHUNK};
    struct rng rng = rng_seed(20261122);
    for (int round = 0; round < ROUNDS; round++) {
        const struct run *runs[RUNS];
        uint32_t customers = CUSTOMERS[round % 4];
        run_treat_as_large(round % 3 == 0); /* their postings in one piece */
        everything.n = 0;
        for (int k = 0; k < RUNS; k++) {
            size_t n = k == 0 ? MOST / 2 : rng_below(&rng, MOST / 2 / RUNS);
            runs[k] = next_run(&rng, customers, n);
        }
        struct run *newer = run_merge(runs + 1, RUNS - 1, false);
        const struct run *two[] = {runs[0], newer};
        struct run *by_steps = run_merge(two, 2, true);
        struct run *at_once = run_merge(runs, RUNS, true);
        check(by_steps, everything.rows, everything.n);
        check(at_once, everything.rows, everything.n);
        assert_null(at_once->replaced);
        assert_null(at_once->continued);
        assert_null(at_once->local);
        struct run *copy = run_copy(at_once);
        run_drop(run_hold(at_once));
        run_drop(at_once);
        check(copy, everything.rows, everything.n);
        run_drop(copy);
        run_drop(by_steps);
        run_drop(newer);
        for (int k = 0; k < RUNS; k++)
            run_drop((struct run *)runs[k]);
    }
    run_treat_as_large(false);
}

static void an_empty_run_is_a_run(void **state)
{
    (void)state;
    struct run_rows *rows = run_rows_new();
    struct run *run = run_new(rows, NULL);
    check(run, NULL, 0);
    const struct run *one[] = {run};
    struct run *base = run_merge(one, 1, true);
    check(base, NULL, 0);
    run_drop(base);
    run_drop(run);
    run_drop(NULL);
    run_rows_free(rows);
    run_rows_free(NULL);
}

/* ---- since when ---- */

enum { STEP_S = 1 << 17, STEPS = 254, SINCE_CUSTOMERS = 3000 };

/* Two kinds, one with amounts, over two years; what is in it stands in `everything`, too. */
static struct run *run_of_years(struct rng *rng)
{
    struct run_rows *rows = run_rows_new();
    everything.n = 0;
    for (int i = 0; i < 8000; i++) {
        struct run_row row = random_row(rng, 64, false, 0);
        uint32_t most = rng_below(rng, 3) == 0 ? 20 : SINCE_CUSTOMERS;
        row.local = (uint16_t)(rng_below(rng, most) * 7);
        row.kind = rng_below(rng, 2) == 0 ? 11 : 12;
        row.amount_fen = row.kind == 11 ? 100 : RUN_NONE;
        row.born = 0;
        row.at_s = 1000000 + (uint32_t)rng_below(rng, 2 * 366 * DAY_S);
        everything.rows[everything.n++] = row;
        run_rows_add(rows, &row);
    }
    struct run *run = run_new(rows, NULL);
    run_rows_free(rows);
    return run;
}

/* How many of a kind each customer has in the time. */
static void count_between(uint8_t kind, int64_t from_s, int64_t to_s, uint32_t *out)
{
    memset(out, 0, SET_CHUNK * sizeof *out);
    for (size_t i = 0; i < everything.n; i++) {
        const struct run_row *row = &everything.rows[i];
        out[row->local] += row->kind == kind && row->at_s >= from_s && row->at_s <= to_s;
    }
}

/* Everyone who has enough is kept, and of others only those whose are a little too old, or all when
 * it is longer ago than steps tell. */
static void check_narrowed(const struct run *run, uint8_t kind, uint32_t from_s, bool twice)
{
    static uint32_t has[SET_CHUNK], almost[SET_CHUNK];
    const struct run_posting *p = run->postings[kind];
    int64_t oldest_s = (int64_t)p->index->last_s - (int64_t)(STEPS - 1) * STEP_S;
    bool steps = !twice || p->index->second != NULL;
    struct set_words who;
    words_fill(&who, SET_CHUNK);
    run_posting_narrow(p->index, from_s, twice, &who);
    count_between(kind, from_s, INT64_MAX, has);
    count_between(kind, from_s > oldest_s && steps ? (int64_t)from_s - STEP_S : 0, INT64_MAX,
                  almost);
    for (uint32_t i = 0; i < SET_CHUNK; i++) {
        if (has[i] >= (twice ? 2 : 1))
            assert_true(words_has(&who, i));
        if (words_has(&who, i))
            assert_true(almost[i] >= (twice && steps ? 2 : 1));
    }
}

/* Who is certain has an event in the time, and is no longer in question; who has one is either. */
static uint32_t check_settled(const struct run *run, uint8_t kind, uint32_t from_s, uint32_t to_s)
{
    static uint32_t has[SET_CHUNK];
    struct set_words who, out;
    uint32_t certain = 0;
    words_fill(&who, SET_CHUNK);
    words_clear(&out);
    run_posting_settle(run->postings[kind]->index, from_s, to_s, &who, &out);
    count_between(kind, from_s, to_s, has);
    for (uint32_t i = 0; i < SET_CHUNK; i++) {
        assert_false(words_has(&who, i) && words_has(&out, i));
        assert_true(has[i] > 0 || !words_has(&out, i));
        assert_true(has[i] == 0 || words_has(&out, i) || words_has(&who, i));
        certain += words_has(&out, i);
    }
    return certain;
}

static void indexes_know_since_when(void **state)
{
    (void)state;
    struct rng rng = rng_seed(20261124);
    uint32_t certain = 0;
    run_treat_as_large(true);
    for (int round = 0; round < 20; round++) {
        struct run *run = run_of_years(&rng);
        assert_non_null(run->postings[11]->index->second);
        assert_null(run->postings[12]->index->second);
        for (int k = 0; k < 20; k++) {
            uint8_t kind = k % 2 == 0 ? 11 : 12;
            uint32_t last_s = run->postings[kind]->index->last_s;
            uint32_t from_s = (uint32_t)rng_between(&rng, 900000, last_s + 100000);
            from_s = k == 0 ? last_s : k == 2 ? last_s + 1 : from_s;
            uint32_t to_s = (uint32_t)rng_between(&rng, from_s, last_s + 200000);
            check_narrowed(run, kind, from_s, k % 4 < 2);
            certain += check_settled(run, kind, from_s, to_s);
        }
        run_drop(run);
    }
    run_treat_as_large(false);
    assert_true(certain > 10000);
}

/* ---- days ---- */

enum { DAYS = 40, DAY_KINDS = 9 };

/* Some customers who do little, over some weeks, one of them in the last second of a day. */
static struct run *run_of_weeks(struct rng *rng, int32_t first_day)
{
    struct run_rows *rows = run_rows_new();
    everything.n = 0;
    for (int i = 0; i < 3000; i++) {
        struct run_row row = random_row(rng, 64, false, 1000);
        row.local = (uint16_t)rng_below(rng, 400);
        row.kind = (uint8_t)(1 + 20 * rng_below(rng, DAY_KINDS));
        row.born = 0;
        row.at_s = (uint32_t)(calendar_day_start_s(first_day + (int32_t)rng_below(rng, DAYS)) +
                              (i % 50 == 0 ? DAY_S - 1 : (int64_t)rng_below(rng, DAY_S)));
        everything.rows[everything.n++] = row;
        run_rows_add(rows, &row);
    }
    struct run *run = run_new(rows, NULL);
    run_rows_free(rows);
    return run;
}

/* Which of its kinds a customer did on a day, as bits of the run's. */
static uint64_t kinds_on(const struct run_days *days, uint16_t local, int32_t day)
{
    uint64_t kinds = 0;
    for (size_t i = 0; i < everything.n; i++)
        if (everything.rows[i].local == local && calendar_day_of(everything.rows[i].at_s) == day)
            kinds |= UINT64_C(1) << days->slot[everything.rows[i].kind];
    return kinds;
}

static void check_day(const struct run_days *days, uint32_t d, int32_t day)
{
    uint32_t events[DAY_KINDS] = {0};
    for (size_t i = 0; i < everything.n; i++)
        if (calendar_day_of(everything.rows[i].at_s) == day)
            events[days->slot[everything.rows[i].kind]]++;
    for (uint32_t k = 0; k < days->n_kinds; k++)
        assert_int_equal(days->events[d * days->n_kinds + k], events[k]);
    uint32_t left[1 << DAY_KINDS] = {0};
    for (uint32_t i = days->first[d]; i < days->first[d + 1]; i++) {
        assert_true(days->kinds[i] > 0 && days->customers[i] > 0);
        assert_int_equal(left[days->kinds[i]], 0); /* each set once */
        left[days->kinds[i]] = days->customers[i];
    }
    for (uint32_t local = 0; local < 400; local++) {
        uint64_t kinds = kinds_on(days, (uint16_t)local, day);
        assert_true(kinds == 0 || left[kinds]-- > 0);
    }
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        assert_int_equal(left[i], 0);
}

static void days_are_those_of_the_rows(void **state)
{
    (void)state;
    static const char *const ZONES[] = {"Asia/Shanghai", "UTC", "America/New_York", "Asia/Kolkata"};
    struct rng rng = rng_seed(20261123);
    run_treat_as_large(true);
    for (size_t z = 0; z < sizeof ZONES / sizeof *ZONES; z++) {
        assert_int_equal(calendar_set_zone(str_from(ZONES[z]), NULL), RC_OK);
        int32_t first_day = calendar_day_from_civil(2026, 6, 1); /* no clocks are changed */
        struct run *run = run_of_weeks(&rng, first_day);
        const struct run_days *days = run->days;
        assert_non_null(days);
        assert_int_equal(days->n_kinds, DAY_KINDS);
        for (int32_t day = first_day; day < first_day + DAYS; day++) {
            uint32_t d = run_days_at(days, calendar_day_start_s(day));
            assert_true(d < days->n);
            check_day(days, d, day);
        }
        assert_int_equal(run_days_at(days, calendar_day_start_s(first_day) - 1), days->n);
        assert_int_equal(run_days_at(days, calendar_day_start_s(first_day + DAYS)), days->n);
        run_drop(run);
    }
    run_treat_as_large(false);
    struct run *small = run_of_weeks(&rng, 20000);
    assert_null(small->days);
    run_drop(small);
    calendar_set_zone(STR("Asia/Shanghai"), NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_those_of_the_rows),
        cmocka_unit_test(runs_hold_what_was_put_in),
        cmocka_unit_test(indexes_know_since_when),
        cmocka_unit_test(an_empty_run_is_a_run),
    };
    return cmocka_run_group_tests_name("mirror_run", tests, NULL, NULL);
}

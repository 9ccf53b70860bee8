/* mirror_several.c — customers of several runs beside a plain list: in which runs they are said to
 * be, what is put together of them, and what questions say of them.
 *
 * A chunk gets runs at random that continue and replace customers; the list forgets what is
 * replaced. A seed is printed on failure and taken from KOI_TEST_SEED.
 */
#include "run_row_order.h"
#include "unit.h"

#include "base/calendar.h"
#include "base/rng.h"
#include "base/str.h"
#include "mirror/snapshot.h"
#include "query/mirror/assemble.h"
#include "query/mirror/plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 120000, ROUNDS = 40, ASKED = 12, DAY_S = 86400 };

static uint64_t test_seed(void)
{
    const char *given = getenv("KOI_TEST_SEED");
    int64_t seed;
    return given != NULL && str_to_i64(str_from(given), &seed) ? (uint64_t)seed : 20261122;
}

/* What counts, in the order of the log; and the latest time of each customer. */
static struct run_row rows[MOST];
static size_t n_rows;
static uint32_t last_s[SET_CHUNK];

static struct run_row random_row(struct rng *rng, uint32_t local, uint32_t at_s, bool wide)
{
    struct run_row row = {
        .local = (uint16_t)local,
        .kind = (uint8_t)(rng_below(rng, 3) == 0 ? 11 + rng_below(rng, 3) : rng_below(rng, 40)),
        .at_s = at_s,
        .object = (uint32_t)rng_below(rng, 2),
        .channel = (uint16_t)rng_below(rng, 3),
        .staff = (uint16_t)rng_below(rng, wide ? 500 : 1),
        .amount_fen = RUN_NONE,
        .quantity = RUN_NONE,
        .refunded_s = RUN_NEVER,
    };
    if (row.kind == 11 && rng_below(rng, 4) > 0)
        row.amount_fen = rng_between(rng, -5, INT64_C(1) << (wide ? 40 : 20));
    if (row.kind == 11 && rng_below(rng, 3) == 0)
        row.refunded_s = (uint32_t)rng_below(rng, 5000);
    if (row.kind == 13)
        row.quantity = rng_between(rng, 0, 9);
    return row;
}

static void forget(const struct set_words *replaced)
{
    size_t kept = 0;
    for (size_t i = 0; i < n_rows; i++)
        if (!words_has(replaced, rows[i].local))
            rows[kept++] = rows[i];
    n_rows = kept;
    for (uint32_t local = 0; local < SET_CHUNK; local++)
        if (words_has(replaced, local))
            last_s[local] = 0;
}

/* A run of up to `customers`, every `stride`-th; the first replaces nobody. */
static struct run *next_run(struct rng *rng, uint32_t customers, uint32_t stride, bool first)
{
    struct run_rows *in = run_rows_new();
    struct set_words replaced;
    bool wide = rng_below(rng, 3) == 0;
    words_clear(&replaced);
    for (uint32_t i = 0; !first && i < customers; i++)
        if (rng_below(rng, 10) == 0)
            words_put(&replaced, i * stride);
    forget(&replaced);
    for (uint32_t i = 0; i < customers; i++) {
        uint32_t local = i * stride, at_s = last_s[local];
        if (rng_below(rng, 3) > 0)
            continue;
        for (uint64_t n = rng_below(rng, rng_below(rng, 50) == 0 ? 400 : 6); n > 0; n--) {
            at_s += (uint32_t)rng_below(rng, 3) * (uint32_t)rng_below(rng, DAY_S / 4);
            if (n_rows == MOST)
                break;
            rows[n_rows] = random_row(rng, local, at_s, wide);
            run_rows_add(in, &rows[n_rows++]);
        }
        last_s[local] = at_s;
    }
    struct run *run = run_new(in, first ? NULL : &replaced);
    run_rows_free(in);
    return run;
}

/* The rows that count by customer, then time; where each customer's begin. */
static const struct run_row *sorted[MOST];
static size_t start[SET_CHUNK + 1];

static void sort_rows(void)
{
    for (size_t i = 0; i < n_rows; i++)
        sorted[i] = &rows[i];
    qsort(sorted, n_rows, sizeof *sorted, by_customer_and_time);
    memset(start, 0, sizeof start);
    for (size_t i = 0; i < n_rows; i++)
        start[rows[i].local + 1]++;
    for (size_t local = 0; local < SET_CHUNK; local++)
        start[local + 1] += start[local];
}

/* The rows of a customer in the span, of one kind (or NO_KIND), in the order of time. */
enum { NO_KIND = -1 };
static size_t rows_of(uint32_t local, uint32_t from_s, uint32_t to_s, int kind,
                      const struct run_row **out)
{
    size_t n = 0;
    for (size_t i = start[local]; i < start[local + 1]; i++)
        if (sorted[i]->at_s >= from_s && sorted[i]->at_s <= to_s &&
            (kind == NO_KIND || sorted[i]->kind == kind))
            out[n++] = sorted[i];
    return n;
}

static const struct run_row *found[MOST];

/* ---- who is where ---- */

static void check_one_run(const struct run *run, uint32_t local)
{
    struct run_range range = run_range_of(run, local);
    size_t n = rows_of(local, 0, UINT32_MAX, NO_KIND, found);
    assert_int_equal(range.to - range.from, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(run->at_s[range.from + i], found[i]->at_s);
}

/* Everyone of `who` is in exactly one of the sets. Returns how many are in several runs. */
static uint32_t check_places(const struct chunk *c, const struct set_words *who,
                             struct set_words *out_several)
{
    struct chunk_runs v;
    struct set_words left = *who;
    chunk_runs_begin(&v, c, who);
    while (chunk_runs_next(&v)) {
        struct set_words twice = v.here;
        words_and_not(&twice, &left);
        assert_false(words_any(&twice));
        assert_true(words_any(&v.here));
        words_and_not(&left, &v.here);
        for (uint32_t local = 0; local < SET_CHUNK; local++)
            if (words_has(&v.here, local) && local % 16 == 0)
                check_one_run(v.run, local);
    }
    words_clear(out_several);
    if (v.any_several)
        *out_several = v.several;
    assert_memory_equal(&left, out_several, sizeof left);
    for (uint32_t local = 0; local < SET_CHUNK; local++) {
        if (!words_has(out_several, local))
            continue;
        int oldest = chunk_oldest(c, local), with = 0;
        for (int k = oldest; k < c->n_runs; k++)
            with += k > oldest && run_continues(c->runs[k], local);
        assert_true(with > 0);
    }
    return words_count(out_several);
}

/* ---- what is put together ---- */

static void check_rows(const struct assembly *a, uint32_t local)
{
    const struct run *run = &a->run;
    size_t n = rows_of(local, a->needs.from_s, a->needs.to_s, NO_KIND, found);
    struct run_range range = run_range_of(run, local);
    assert_int_equal(range.to - range.from, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t row = range.from + (uint32_t)i;
        assert_int_equal(run->kind[row], found[i]->kind);
        assert_int_equal(run->at_s[row], found[i]->at_s);
        assert_true(run->by_kind[run->kind[row]] > 0);
        if (!a->needs.columns)
            continue;
        assert_int_equal(run_value(&run->object, row), found[i]->object);
        assert_int_equal(run_value(&run->channel, row), found[i]->channel);
        assert_int_equal(run_value(&run->staff, row), found[i]->staff);
    }
}

static void check_posting(const struct assembly *a, uint8_t kind, uint32_t local)
{
    const struct run_posting *p = a->run.postings[kind];
    size_t n = rows_of(local, a->needs.from_s, a->needs.to_s, kind, found);
    if (p == NULL) {
        for (int k = 0; k < a->chunk->n_runs; k++)
            assert_null(a->chunk->runs[k]->postings[kind]);
        return;
    }
    struct run_range places = run_posting_of(p, local);
    assert_int_equal(places.to - places.from, n);
    for (size_t i = 0; i < n; i++) {
        uint32_t place = places.from + (uint32_t)i;
        uint32_t refunded_s = p->refunded_s != NULL ? p->refunded_s[place] : RUN_NEVER;
        assert_int_equal(p->at_s[place], found[i]->at_s);
        assert_true(run_amount(&p->amount_fen, place) == found[i]->amount_fen);
        assert_true(run_amount(&p->quantity, place) == found[i]->quantity);
        assert_int_equal(refunded_s, found[i]->refunded_s);
    }
}

static void check_assembly(struct rng *rng, const struct chunk *c, const struct set_words *who)
{
    uint8_t kinds[] = {11, 13, (uint8_t)rng_below(rng, 40), (uint8_t)(40 + rng_below(rng, 9))};
    if (kinds[2] == 11 || kinds[2] == 13)
        kinds[2] = 12;
    bool all = rng_below(rng, 3) == 0;
    struct assembly_needs needs = {
        .from_s = all ? 0 : (uint32_t)rng_below(rng, 4 * DAY_S),
        .to_s = all ? UINT32_MAX - 1 : (uint32_t)rng_below(rng, 8 * DAY_S),
        .rows = rng_below(rng, 3) > 0,
        .kinds = kinds,
        .n_kinds = rng_below(rng, 5),
        .customers_most = (uint32_t)rng_between(rng, 1, 2000),
    };
    needs.columns = needs.rows && rng_below(rng, 2) == 0;
    struct assembly a;
    struct set_words left = *who;
    assembly_begin(&a, c, who, &needs);
    while (assembly_next(&a)) {
        uint32_t n = 0;
        for (uint32_t local = 0; local < SET_CHUNK; local++) {
            if (!words_has(&a.here, local))
                continue;
            assert_true(words_has(&left, local));
            if (needs.rows)
                check_rows(&a, local);
            for (size_t i = 0; i < needs.n_kinds; i++)
                check_posting(&a, kinds[i], local);
            n++;
        }
        assert_in_range(n, 1, needs.customers_most);
        words_and_not(&left, &a.here);
    }
    assert_false(words_any(&left));
    assembly_end(&a);
}

/* ---- questions ---- */

/* A measure of the events of some kinds, or whether there is any, over a span. */
static struct events_ask random_measure(struct rng *rng, struct node *node, struct literal *values)
{
    static const enum what WHATS[] = {WHAT_COUNT, WHAT_SUM, WHAT_DAYS, WHAT_MAX};
    static const enum op OPS[] = {OP_GE, OP_GT, OP_LE, OP_LT, OP_EQ, OP_NE, OP_BETWEEN};
    struct events_ask x = {.node = node, .n_matches = 1};
    size_t n_kinds = 1 + (size_t)rng_below(rng, 2);
    bool any = rng_below(rng, 3) == 0, all = rng_below(rng, 3) == 0;
    values[0].bound = rng_between(rng, 0, 6);
    values[1].bound = values[0].bound + rng_between(rng, 0, 3);
    *node = (struct node){
        .kind = any ? NODE_EVER : NODE_TEST,
        .what = WHATS[n_kinds == 1 ? rng_below(rng, 4) : 2 * rng_below(rng, 2)],
        .op = OPS[rng_below(rng, 7)],
        .values = values,
    };
    node->n_values = node->op == OP_BETWEEN ? 2 : 1;
    memset(x.slot, NO_SLOT, sizeof x.slot);
    while (x.n_slots < n_kinds) {
        uint8_t kind = (uint8_t)(rng_below(rng, 2) == 0 ? 11 : rng_below(rng, 40));
        if (x.slot[kind] != NO_SLOT)
            continue;
        x.slot[kind] = (uint8_t)x.n_slots;
        x.matches[0].kinds[x.n_slots] = kind;
        x.kinds[x.n_slots++] = kind;
    }
    x.matches[0].n_kinds = (int)n_kinds;
    x.from_s = all ? 0 : (uint32_t)rng_below(rng, 4 * DAY_S);
    x.to_s = all ? UINT32_MAX - 1 : (uint32_t)rng_below(rng, 8 * DAY_S);
    x.wants_columns = node->what != WHAT_COUNT && node->what != WHAT_DAYS;
    x.zero = measure_holds_for_none(&x);
    return x;
}

static bool compares(const struct node *n, int64_t value)
{
    int64_t bound = n->values[0].bound;
    switch (n->op) {
    case OP_GE:
        return value >= bound;
    case OP_GT:
        return value > bound;
    case OP_LE:
        return value <= bound;
    case OP_LT:
        return value < bound;
    case OP_EQ:
        return value == bound;
    case OP_NE:
        return value != bound;
    default:
        return value >= bound && value <= n->values[1].bound;
    }
}

static bool measure_holds(const struct events_ask *x, uint32_t local)
{
    int64_t count = 0, amounts = 0, sum = 0, most = INT64_MIN, days = 0, day = -1;
    size_t n = rows_of(local, x->from_s, x->to_s, NO_KIND, found);
    for (size_t i = 0; i < n; i++) {
        if (x->slot[found[i]->kind] == NO_SLOT)
            continue;
        count++;
        days += calendar_day_of(found[i]->at_s) != day;
        day = calendar_day_of(found[i]->at_s);
        if (found[i]->amount_fen == RUN_NONE)
            continue;
        amounts++;
        sum += found[i]->amount_fen;
        most = found[i]->amount_fen > most ? found[i]->amount_fen : most;
    }
    if (x->node->kind == NODE_EVER)
        return count > 0;
    switch (x->node->what) {
    case WHAT_COUNT:
        return compares(x->node, count);
    case WHAT_SUM:
        return compares(x->node, sum);
    case WHAT_DAYS:
        return compares(x->node, days);
    default:
        return amounts > 0 && compares(x->node, most);
    }
}

static void check_measure(struct rng *rng, const struct chunk *c, const struct set_words *who)
{
    struct node node;
    struct literal values[2] = {{0}, {0}};
    struct set_words out;
    set_use_avx512(rng_below(rng, 2) == 0);
    const struct events_ask x = random_measure(rng, &node, values);
    const struct ask ask = {.kind = ASK_MEASURE, .events = (struct events_ask *)&x};
    events_run(&ask, c, who, &out);
    for (uint32_t local = 0; local < SET_CHUNK; local++)
        if (words_has(who, local))
            assert_int_equal(words_has(&out, local), measure_holds(&x, local));
        else
            assert_false(words_has(&out, local));
}

static void check_last(struct rng *rng, const struct chunk *c, const struct set_words *who)
{
    const uint8_t lut[] = {0, 1};
    struct set_words out;
    const struct last_ask x = {
        .kind = (uint8_t)rng_below(rng, 40),
        .before_s = (uint32_t)rng_below(rng, 8 * DAY_S),
        .lut = lut,
        .lut_n = 2,
    };
    const struct ask ask = {.kind = ASK_LAST, .last = &x};
    last_run(&ask, c, who, &out);
    for (uint32_t local = 0; local < SET_CHUNK; local++) {
        if (!words_has(who, local))
            continue;
        size_t n = x.before_s == 0 ? 0 : rows_of(local, 0, x.before_s - 1, x.kind, found);
        assert_int_equal(words_has(&out, local), n > 0 && found[n - 1]->object == 1);
    }
}

static void several_runs_are_put_together(void **state)
{
    (void)state;
    static const uint32_t CUSTOMERS[] = {3, 200, 900};
    uint64_t seed = test_seed();
    struct rng rng = rng_seed(seed);
    print_message("seed %" PRIu64 "\n", seed);
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t customers = CUSTOMERS[rng_below(&rng, 3)], most = 0;
        uint32_t stride = rng_below(&rng, 2) == 0 ? 1 : SET_CHUNK / customers;
        struct chunk *c = chunk_new();
        n_rows = 0;
        memset(last_s, 0, sizeof last_s);
        int n_runs = 1 + (int)rng_below(&rng, CHUNK_RUNS);
        for (; c->n_runs < n_runs; c->n_runs++)
            c->runs[c->n_runs] = next_run(&rng, customers, stride, c->n_runs == 0);
        if (rng_below(&rng, 2) == 0) { /* as a merge leaves it: dense, with indexes */
            struct run *base = run_merge((const struct run *const *)c->runs, 1, true);
            run_drop(c->runs[0]);
            c->runs[0] = base;
        }
        sort_rows();
        for (int i = 0; i < ASKED; i++) {
            struct set_words who, several;
            words_fill(&who, SET_CHUNK);
            for (uint32_t local = 0; i > 0 && local < SET_CHUNK; local++)
                if (rng_below(&rng, (uint64_t)i + 1) > 0)
                    who.w[local / 64] &= ~(UINT64_C(1) << (local % 64));
            uint32_t n = check_places(c, &who, &several);
            most = n > most ? n : most;
            if (n > 0)
                check_assembly(&rng, c, &several);
            check_measure(&rng, c, &several);
            check_measure(&rng, c, &who);
            check_last(&rng, c, &several);
        }
        assert_true(most > 0 || c->n_runs == 1 || customers < 200);
        chunk_drop(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_runs_are_put_together),
    };
    return cmocka_run_group_tests_name("mirror_several", tests, NULL, NULL);
}

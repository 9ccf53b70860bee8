/* query_places.c — number and sum by customer over a posting, gone through and looked up, beside a
 * naive sum, with AVX2 and without. */
#include "unit.h"

#include "base/rng.h"
#include "query/mirror/places.h"

#include <stdlib.h>

enum { ROUNDS = 300, EVENTS_MOST = 6000 };

/* Events of one kind at random: few customers of many events among many of few. */
static struct run *make_run(struct rng *rng, bool wide_amounts)
{
    struct run_rows *rows = run_rows_new();
    uint32_t n = (uint32_t)rng_below(rng, EVENTS_MOST);
    uint32_t customers = (uint32_t)rng_between(rng, 1, rng_below(rng, 2) ? 40 : SET_CHUNK - 1);
    for (uint32_t i = 0; i < n; i++) {
        struct run_row row = {
            .local = (uint16_t)(rng_below(rng, 3) ? rng_below(rng, customers) : customers - 1),
            .kind = 3,
            .at_s = (uint32_t)rng_between(rng, 1000, 1099),
            .amount_fen = rng_between(rng, -1000, 999),
            .quantity = RUN_NONE,
            .refunded_s = RUN_NEVER,
        };
        if (rng_below(rng, 10) == 0)
            row.amount_fen = RUN_NONE;
        else if (wide_amounts && rng_below(rng, 10) == 0)
            row.amount_fen *= INT64_C(10000000000);
        run_rows_add(rows, &row);
    }
    struct run *run = run_new(rows, NULL);
    run_rows_free(rows);
    return run;
}

static struct places_bounds make_bounds(struct rng *rng)
{
    struct places_bounds b = {.of_sum = rng_below(rng, 2) == 0, .outside = rng_below(rng, 4) == 0};
    int64_t most = b.of_sum ? 2000 : 8;
    b.from = rng_below(rng, 4) == 0 ? INT64_MIN : rng_between(rng, -most / 4, most);
    b.to = rng_below(rng, 3) == 0 ? b.from < 0 ? most : b.from + most : INT64_MAX;
    return b;
}

/* Whether the bounds hold for a customer; *found: whether there is any event in the time. */
static bool naive(const struct places_ask *x, const struct run_posting *p, uint32_t local,
                  bool *found)
{
    int64_t n = 0, sum = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        if (p->local[i] != local || p->at_s[i] < x->from_s || p->at_s[i] > x->to_s)
            continue;
        n++;
        sum += run_amount(&p->amount_fen, i) != RUN_NONE ? run_amount(&p->amount_fen, i) : 0;
    }
    *found = n > 0;
    bool holds = true;
    for (size_t k = 0; k < x->n_bounds; k++) {
        const struct places_bounds *b = &x->bounds[k];
        int64_t value = b->of_sum ? sum : n;
        holds = holds && (value >= b->from && value <= b->to) != b->outside;
    }
    return holds;
}

static void choose_who(struct rng *rng, struct set_words *who)
{
    uint32_t share = 1 + (uint32_t)rng_below(rng, 20);
    words_clear(who);
    for (uint32_t i = 0; i < SET_CHUNK; i++)
        if (share < 3 || rng_below(rng, share) == 0)
            words_put(who, i);
}

static void take(struct set_words *x, uint32_t i)
{
    x->w[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static void check(struct rng *rng, const struct run_posting *p, struct set_words w[static 4])
{
    struct places_ask x = {.from_s = (uint32_t)rng_between(rng, 990, 1050),
                           .zero = rng_below(rng, 2) == 0};
    x.to_s = x.from_s + (uint32_t)rng_below(rng, 120);
    x.n_bounds = 1 + rng_below(rng, PLACES_BOUNDS_MOST);
    for (size_t i = 0; i < x.n_bounds; i++)
        x.bounds[i] = make_bounds(rng);
    struct set_words *who = &w[0], *out = &w[1], *any = &w[2], *few = &w[3];
    choose_who(rng, who);
    words_clear(out);
    words_clear(any);
    if (x.zero)
        words_or(out, who);
    *few = *out;
    places_run(&x, p, who, out);
    places_few(&x, p, who, few);
    assert_memory_equal(few, out, sizeof *few);
    places_any(x.from_s, x.to_s, p, any);
    for (uint32_t i = 0; i < p->n; i++) {
        bool found, holds = naive(&x, p, p->local[i], &found);
        bool want = words_has(who, p->local[i]) && (found ? holds : x.zero);
        assert_int_equal(words_has(out, p->local[i]), want);
        assert_int_equal(words_has(any, p->local[i]), found);
        while (i + 1 < p->n && p->local[i + 1] == p->local[i])
            i++;
        take(out, p->local[i]);
        take(any, p->local[i]);
        if (x.zero)
            take(who, p->local[i]);
    }
    assert_false(words_any(any)); /* nobody else */
    if (x.zero)
        words_and_not(out, who);
    assert_false(words_any(out));
}

static void agree(bool avx2)
{
    struct rng rng = rng_seed(11);
    struct set_words *w = aligned_alloc(64, 4 * sizeof *w);
    assert_non_null(w);
    set_use_avx2(avx2);
    for (int round = 0; round < ROUNDS; round++) {
        run_treat_as_large(round % 2 == 0); /* an index, too */
        struct run *run = make_run(&rng, round % 3 == 0);
        if (run->postings[3] != NULL)
            check(&rng, run->postings[3], w);
        run_drop(run);
    }
    run_treat_as_large(false);
    set_use_avx2(true);
    free(w);
}

static void places_agree_without_avx2(void **state)
{
    (void)state;
    agree(false);
}

static void places_agree_with_avx2(void **state)
{
    (void)state;
    if (!set_uses_avx2())
        skip();
    agree(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_agree_without_avx2),
        cmocka_unit_test(places_agree_with_avx2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* domain_churn — how likely a week's losses are by chance, against sums made in another way and
 * against draws. */
#include "unit.h"

#include "base/rng.h"
#include "domain/churn.h"

#include <math.h>

/* The tail by multiplying, without logarithms: for small n. */
static double plain_tail(int lost, int n, double p)
{
    double sum = 0;
    for (int i = lost; i <= n; i++) {
        double term = 1;
        for (int k = 0; k < i; k++)
            term *= p * (n - k) / (k + 1);
        for (int k = i; k < n; k++)
            term *= 1 - p;
        sum += term;
    }
    return sum;
}

static void chance_is_the_tail(void **state)
{
    (void)state;
    for (int n = 1; n <= 40; n++)
        for (int lost = 0; lost <= n; lost++)
            for (double p = 0.05; p < 1; p += 0.15) {
                double want = plain_tail(lost, n, p), got = churn_chance(lost, n - lost, p);
                assert_true(fabs(got - want) < 1e-9);
            }
    /* one of nine windows, all three in the last: 1 in 729 */
    assert_true(fabs(churn_chance(3, 0, 1.0 / 9) - 1.0 / 729) < 1e-12);
    assert_true(churn_chance(100000, 800000, 1.0 / 9) > 0.4);
}

static void edges_are_never_unusual(void **state)
{
    (void)state;
    assert_true(churn_chance(0, 0, 0.5) == 1);
    assert_true(churn_chance(0, 500, 0.1) == 1);
    assert_true(churn_chance(50, 0, 1) == 1); /* no time before: nothing to compare with */
    assert_true(!churn_unusual(50, churn_chance(50, 0, 1)));
    assert_true(!churn_unusual(2, 0)); /* two are nobody's flight */
    assert_true(churn_unusual(3, 0.0009));
    assert_true(!churn_unusual(3, 0.001));
}

/* Where nothing changed, the last of nine weeks is called unusual about as seldom as is said. */
static void chance_keeps_its_word(void **state)
{
    (void)state;
    int alarms = 0, sudden = 0;
    enum { DRAWS = 20000, ENDS = 60, MORE = 20 };
    struct rng rng = rng_seed(20261123);
    for (int i = 0; i < DRAWS; i++) {
        int last = 0;
        for (int k = 0; k < ENDS; k++)
            last += rng_below(&rng, 9) == 0;
        alarms += churn_unusual(last, churn_chance(last, ENDS - last, 1.0 / 9));
        last += MORE;
        sudden += churn_unusual(last, churn_chance(last, ENDS + MORE - last, 1.0 / 9));
    }
    assert_true(alarms > 0 && alarms < 2 * DRAWS / 1000); /* 20 or fewer are to be expected */
    assert_true(sudden > DRAWS * 95 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chance_is_the_tail),
        cmocka_unit_test(edges_are_never_unusual),
        cmocka_unit_test(chance_keeps_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

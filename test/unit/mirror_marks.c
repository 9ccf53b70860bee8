/* mirror_marks.c — who has what, edited at random beside a table of bytes. Marks never change: what
 * an edit began with must say afterwards what it said before. A seed is printed on failure and
 * taken from KOI_TEST_SEED. */
#include "unit.h"

#include "base/rng.h"
#include "mirror/marks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    PEOPLE = 2500,
    STRIDE = 83, /* ordinals are so far apart: several chunks */
    KEYS = 14,
    KINDS = 3,
    ROUNDS = 400,
};

/* has[kind][key][person] */
struct table {
    uint8_t has[KINDS][KEYS][PEOPLE];
};

static const enum mark_kind OF[KINDS] = {MARK_TAG, MARK_CITY, MARK_NO_MARKETING};
static uint64_t seed;
static int vanished, emptied, whole;

/* Keys as they may be: 0 is the number of a text, ids are large. */
static int64_t key_of(int i)
{
    return i < KEYS / 2 ? i : (INT64_C(1) << 55) + i;
}

static void check(const struct marks *m, const struct table *t, int round)
{
    for (int k = 0; k < KINDS; k++) {
        size_t n, used = 0;
        const struct mark *at = marks_of(m, OF[k], &n);
        for (int i = 0; i < KEYS; i++) {
            int64_t count = 0;
            const struct set *s = marks_find(m, OF[k], key_of(i));
            for (uint32_t p = 0; p < PEOPLE; p++) {
                count += t->has[k][i][p];
                if (set_has(s, p * STRIDE) != (t->has[k][i][p] != 0))
                    fail_msg("seed %" PRIu64 ", round %d: kind %d, key %d, person %" PRIu32, seed,
                             round, k, i, p);
            }
            assert_int_equal(set_count(s), count);
            assert_true((s != NULL) == (count > 0));
            used += s != NULL;
        }
        assert_int_equal(n, used);
        for (size_t i = 1; i < n; i++)
            assert_true(at[i - 1].key < at[i].key);
    }
    assert_null(marks_find(m, MARK_TIER, 0));
    assert_true(marks_bytes(m) > 0);
}

/* What a person has from now on; some of it said twice. */
static void give(struct rng *rng, struct table *t, int kind, uint32_t person,
                 struct mark_pairs *pairs)
{
    int some = (int)rng_below(rng, 4); /* 0: nothing */
    for (int i = 0; i < KEYS; i++)
        t->has[kind][i][person] = 0;
    for (; some > 0; some--) {
        int key = (int)rng_below(rng, KEYS);
        t->has[kind][key][person] = 1;
        for (int64_t twice = rng_between(rng, 1, 2); twice > 0; twice--)
            mark_pairs_add(pairs, key_of(key), person * STRIDE);
    }
}

/* Takes a key from all that have it by touching them and leaving it out. */
static size_t let_vanish(struct rng *rng, struct table *t, int kind, uint32_t *touched,
                         struct mark_pairs *pairs)
{
    size_t n = 0;
    int key = (int)rng_below(rng, KEYS);
    for (uint32_t p = 0; p < PEOPLE; p++) {
        if (!t->has[kind][key][p])
            continue;
        t->has[kind][key][p] = 0;
        touched[n++] = p * STRIDE;
        for (int i = 0; i < KEYS; i++)
            if (t->has[kind][i][p])
                mark_pairs_add(pairs, key_of(i), p * STRIDE);
    }
    vanished += n > 0;
    return n;
}

static struct marks *edit(struct rng *rng, const struct marks *old, struct table *t)
{
    int kind = (int)rng_below(rng, KINDS);
    uint32_t *touched = malloc(PEOPLE * sizeof *touched);
    struct mark_pairs pairs = {0};
    struct marks *fresh;
    size_t n = 0;
    uint64_t what = rng_below(rng, 20), share = rng_below(rng, 100);
    if (what == 0) { /* everyone anew */
        for (uint32_t p = 0; p < PEOPLE; p++)
            give(rng, t, kind, p, &pairs);
        fresh = marks_with(old, OF[kind], &pairs);
        whole++;
    } else if (what < 4) {
        n = let_vanish(rng, t, kind, touched, &pairs);
        fresh = marks_edit(old, OF[kind], touched, n, &pairs);
    } else {
        for (uint32_t p = 0; p < PEOPLE; p++) {
            if (rng_below(rng, 400) >= share)
                continue;
            touched[n++] = p * STRIDE;
            size_t before = pairs.n;
            give(rng, t, kind, p, &pairs);
            emptied += pairs.n == before;
        }
        fresh = marks_edit(old, OF[kind], touched, n, &pairs);
    }
    mark_pairs_free(&pairs);
    free(touched);
    return fresh;
}

static void marks_agree_with_a_table(void **state)
{
    (void)state;
    const char *given = getenv("KOI_TEST_SEED");
    int64_t number;
    seed = given != NULL && str_to_i64(str_from(given), &number) ? (uint64_t)number : 20261122;
    struct rng rng = rng_seed(seed);
    struct table *t = calloc(1, sizeof *t), *was = calloc(1, sizeof *t);
    struct marks *m = marks_none();
    check(m, t, -1);
    for (int round = 0; round < ROUNDS; round++) {
        *was = *t;
        struct marks *next = edit(&rng, m, t);
        check(next, t, round);
        check(m, was, round);
        marks_drop(m);
        m = next;
    }
    assert_true(vanished > 0 && emptied > 0 && whole > 0);
    struct marks *same = marks_hold(m);
    marks_drop(m);
    check(same, t, ROUNDS);
    marks_drop(same);
    free(t);
    free(was);
}

/* Sets nobody touched are shared, not copied. */
static void untouched_sets_are_shared(void **state)
{
    (void)state;
    struct mark_pairs pairs = {0};
    for (uint32_t i = 0; i < 100; i++)
        mark_pairs_add(&pairs, i % 2, i);
    struct marks *none = marks_none(), *one = marks_with(none, MARK_TAG, &pairs);
    const uint32_t touched[] = {3};
    pairs.n = 0;
    mark_pairs_add(&pairs, 7, 3);
    struct marks *two = marks_edit(one, MARK_TAG, touched, 1, &pairs);
    assert_ptr_equal(marks_find(one, MARK_TAG, 0), marks_find(two, MARK_TAG, 0));
    assert_ptr_not_equal(marks_find(one, MARK_TAG, 1), marks_find(two, MARK_TAG, 1));
    assert_null(marks_find(one, MARK_TAG, 7));
    assert_int_equal(set_count(marks_find(two, MARK_TAG, 7)), 1);
    mark_pairs_free(&pairs);
    marks_drop(none);
    marks_drop(one);
    marks_drop(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_agree_with_a_table),
        cmocka_unit_test(untouched_sets_are_shared),
    };
    return cmocka_run_group_tests_name("mirror_marks", tests, NULL, NULL);
}

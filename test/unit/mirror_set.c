/* mirror_set.c — sets of customers beside arrays of bytes, with AVX2 and without. */
#include "unit.h"

#include "base/rng.h"
#include "mirror/set.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { UNIVERSE = 5 * SET_CHUNK + 777, ROUNDS = 40 };

/* One set twice: as it is, and naively. */
struct pair {
    struct set *set;
    uint8_t *in;
};

static uint32_t list[UNIVERSE];
static uint32_t other[UNIVERSE];

static struct pair make(struct rng *rng)
{
    struct pair p = {.in = calloc(UNIVERSE, 1)};
    size_t n = 0;
    for (uint32_t from = 0; from < UNIVERSE; from += SET_CHUNK) {
        static const unsigned OF_1000[] = {0, 1, 20, 62, 63, 500, 937, 938, 999, 1000};
        unsigned share = OF_1000[rng_below(rng, 10)];
        for (uint32_t i = from; i < from + SET_CHUNK && i < UNIVERSE; i++)
            p.in[i] = rng_below(rng, 1000) < share;
    }
    for (uint32_t i = 0; i < UNIVERSE; i++) {
        if (p.in[i])
            list[n++] = i;
    }
    p.set = set_new(list, n);
    return p;
}

static void forget(struct pair *p)
{
    set_drop(p->set);
    free(p->in);
}

static void check(const struct set *s, const uint8_t *in)
{
    int64_t n = 0;
    for (uint32_t i = 0; i < UNIVERSE; i++) {
        if (set_has(s, i) != (bool)in[i])
            fail_msg("ordinal %" PRIu32, i);
        n += in[i];
    }
    assert_int_equal(set_count(s), n);
    assert_false(set_has(s, UNIVERSE + 3 * SET_CHUNK));
    int64_t sum = 0;
    for (uint32_t c = 0; c < set_chunks(s); c++)
        sum += set_chunk_count(s, c);
    assert_int_equal(sum, n);
    assert_int_equal(set_chunk_count(s, set_chunks(s)), 0);
}

static void a_set_is_what_was_put_in(void **state)
{
    (void)state;
    struct rng rng = rng_seed(1);
    for (int round = 0; round < ROUNDS; round++) {
        struct pair p = make(&rng);
        check(p.set, p.in);
        forget(&p);
    }
    struct set *none = set_new(NULL, 0);
    assert_int_equal(set_count(none), 0);
    assert_int_equal(set_chunks(none), 0);
    set_drop(none);
    set_drop(NULL);
    assert_false(set_has(NULL, 0));
    struct set *below = set_below(SET_CHUNK + 65);
    assert_int_equal(set_count(below), SET_CHUNK + 65);
    assert_true(set_has(below, SET_CHUNK + 64) && !set_has(below, SET_CHUNK + 65));
    assert_true(set_bytes(below) < 1024);
    set_drop(below);
}

enum operation { AND, OR, AND_NOT };

/* x op y, chunk by chunk, must be what bytes say; the list of bits too. */
static void check_operation(const struct pair *x, const struct pair *y, enum operation op)
{
    static uint16_t places[SET_CHUNK];
    struct set_words bits;
    for (uint32_t c = 0; c <= UNIVERSE / SET_CHUNK; c++) {
        set_load(x->set, c, &bits);
        (op == AND ? set_and : op == OR ? set_or : set_and_not)(y->set, c, &bits);
        uint32_t n = words_list(&bits, places);
        assert_int_equal(words_count(&bits), n);
        assert_int_equal(words_any(&bits), n > 0);
        uint32_t k = 0;
        for (uint32_t i = 0; i < SET_CHUNK && c * SET_CHUNK + i < UNIVERSE; i++) {
            bool a = x->in[c * SET_CHUNK + i];
            bool b = y->in[c * SET_CHUNK + i];
            bool want = op == AND ? a && b : op == OR ? a || b : a && !b;
            if (want != words_has(&bits, i) || (want && places[k++] != i))
                fail_msg("operation %d, chunk %" PRIu32 ", %" PRIu32, op, c, i);
        }
        assert_int_equal(k, n);
    }
}

static struct byte_bounds random_bounds(struct rng *rng)
{
    uint8_t a = (uint8_t)rng_below(rng, 256), b = (uint8_t)rng_below(rng, 256);
    return (struct byte_bounds){a < b ? a : b, a < b ? b : a};
}

static bool is_within(uint8_t byte, struct byte_bounds in)
{
    return byte >= in.from && byte <= in.to;
}

/* Bits by their bytes, of few words with bits and of many. */
static void check_bytes(struct rng *rng, uint32_t one_in)
{
    static uint8_t bytes[SET_CHUNK];
    struct set_words who, narrowed, left, out;
    words_clear(&who);
    words_fill(&out, 100);
    for (uint32_t i = 0; i < SET_CHUNK; i++) {
        bytes[i] = (uint8_t)rng_below(rng, 256);
        words_set(&who, i, rng_below(rng, one_in) == 0);
    }
    struct byte_bounds in = random_bounds(rng), out_in = random_bounds(rng);
    narrowed = left = who;
    words_and_bytes(&narrowed, bytes, in);
    words_split_bytes(&left, bytes, in, out_in, &out);
    uint16_t used[SET_WORDS + 1];
    uint32_t n = words_used(&who, used), k = 0;
    for (uint32_t i = 0; i < SET_CHUNK; i++) {
        bool has = words_has(&who, i) && is_within(bytes[i], in);
        bool moved = has && is_within(bytes[i], out_in);
        assert_int_equal(words_has(&narrowed, i), has);
        assert_int_equal(words_has(&left, i), has && !moved);
        assert_int_equal(words_has(&out, i), moved || i < 100);
        if (i % 64 == 0 && who.w[i / 64] != 0)
            assert_int_equal(used[k++], i / 64);
    }
    assert_int_equal(k, n);
}

static void operations_agree(bool avx2, bool avx512)
{
    set_use_avx2(avx2);
    set_use_avx512(avx512);
    struct rng rng = rng_seed(2);
    for (uint32_t one_in = 1; one_in < 1000000; one_in *= 8)
        check_bytes(&rng, one_in);
    for (int round = 0; round < ROUNDS; round++) {
        struct pair x = make(&rng);
        struct pair y = make(&rng);
        for (enum operation op = AND; op <= AND_NOT; op++)
            check_operation(&x, &y, op);
        int64_t both = 0;
        for (uint32_t i = 0; i < UNIVERSE; i++)
            both += x.in[i] & y.in[i];
        assert_int_equal(set_count_both(x.set, y.set), both);
        forget(&x);
        forget(&y);
    }
    set_use_avx2(true);
}

static void operations_agree_without_avx2(void **state)
{
    (void)state;
    operations_agree(false, false);
    assert_int_equal(set_count_both(NULL, NULL), 0);
}

static void operations_agree_with_avx2(void **state)
{
    (void)state;
    if (!set_uses_avx2())
        skip();
    operations_agree(true, false);
}

static void operations_agree_with_avx512(void **state)
{
    (void)state;
    if (!set_uses_avx512())
        skip();
    operations_agree(true, true);
}

static void an_edit_leaves_the_old_set_alone(void **state)
{
    (void)state;
    struct rng rng = rng_seed(3);
    for (int round = 0; round < ROUNDS; round++) {
        struct pair p = make(&rng);
        uint8_t *in = malloc(UNIVERSE);
        memcpy(in, p.in, UNIVERSE);
        size_t put = 0;
        size_t off = 0;
        uint64_t step = 1 + rng_below(&rng, 100000);
        for (uint64_t i = rng_below(&rng, 100); i < UNIVERSE; i += 1 + rng_below(&rng, step)) {
            bool yes = rng_below(&rng, 2) == 0;
            in[i] = yes;
            if (yes)
                list[put++] = (uint32_t)i;
            else
                other[off++] = (uint32_t)i;
        }
        struct set *edited = set_edit(p.set, list, put, other, off);
        struct set *held = set_hold(edited);
        check(edited, in);
        set_drop(edited);
        check(held, in);
        check(p.set, p.in);
        set_drop(held);
        struct set *fresh = set_edit(NULL, list, put, other, off);
        assert_int_equal(set_count(fresh), put);
        set_drop(fresh);
        forget(&p);
        free(in);
    }
}

static void a_chunk_can_be_replaced(void **state)
{
    (void)state;
    struct set_words bits;
    words_fill(&bits, 130);
    struct set *s = set_with_chunk(NULL, 2, &bits);
    assert_int_equal(set_count(s), 130);
    assert_true(set_has(s, 2 * SET_CHUNK + 129) && !set_has(s, 2 * SET_CHUNK + 130));
    words_clear(&bits);
    struct set *none = set_with_chunk(s, 2, &bits);
    assert_int_equal(set_chunks(none), 0);
    set_drop(none);
    set_drop(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_what_was_put_in),
        cmocka_unit_test(operations_agree_without_avx2),
        cmocka_unit_test(operations_agree_with_avx2),
        cmocka_unit_test(operations_agree_with_avx512),
        cmocka_unit_test(an_edit_leaves_the_old_set_alone),
        cmocka_unit_test(a_chunk_can_be_replaced),
    };
    return cmocka_run_group_tests_name("mirror_set", tests, NULL, NULL);
}

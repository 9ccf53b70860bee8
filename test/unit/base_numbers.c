/* Money, hashes and random numbers: exact cells, pinned values, uniform shares, right moments. */
#include "unit.h"

#include "base/hash.h"
#include "base/money.h"
#include "base/rng.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void money_reads_what_files_bring(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t micro, fen;
    } GOOD[] = {{"12", 12000000, 1200},
                {"-12.5", -12500000, -1250},
                {"1,234.50", 1234500000, 123450},
                {"¥12.50", 12500000, 1250},
                {"￥0.01", 10000, 1},
                {"£3", 3000000, 300},
                {"12.50元", 12500000, 1250},
                {" $1,000,000 ", 1000000000000, 100000000},
                {"-¥1", -1000000, -100},
                {"¥-1", -1000000, -100},
                {"+5", 5000000, 500},
                {"0.005", 5000, 0},
                {"0.015", 15000, 2},
                {"0.025", 25000, 2},
                {"-0.015", -15000, -2},
                {"-0.005", -5000, 0},
                {"0.015001", 15001, 2},
                {"0.025001", 25001, 3},
                {"8999999999999.999999", INT64_C(8999999999999999999), INT64_C(900000000000000)},
                {"€0", 0, 0},
                {"007", 7000000, 700}};
    static const char *const BAD[] = {"",
                                      " ",
                                      "-",
                                      "¥",
                                      ".5",
                                      "5.",
                                      "1.2.3",
                                      "1,23",
                                      "1,2345",
                                      ",123",
                                      "1234,567",
                                      "1,234,56",
                                      "12a",
                                      "1e3",
                                      "--1",
                                      "-¥-1",
                                      "¥¥1",
                                      "1.0000001",
                                      "9000000000000",
                                      "99999999999999999999999",
                                      "1 2",
                                      "(5)",
                                      "1.5,000",
                                      "元"};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        int64_t micro = 1, fen = 1;
        if (!money_parse_micro(str_from(GOOD[i].text), &micro) || micro != GOOD[i].micro)
            fail_msg("%s is %lld micro", GOOD[i].text, (long long)micro);
        if (!money_parse_fen(str_from(GOOD[i].text), &fen) || fen != GOOD[i].fen)
            fail_msg("%s is %lld fen", GOOD[i].text, (long long)fen);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        int64_t micro = 99;
        if (money_parse_micro(str_from(BAD[i]), &micro) || micro != 99)
            fail_msg("took \"%s\"", BAD[i]);
    }
}

static void money_multiplies_and_formats(void **state)
{
    (void)state;
    int64_t fen = 99;
    assert_true(money_amount_fen(3, 12500000, &fen) && fen == 3750);
    assert_true(money_amount_fen(1, 15000, &fen) && fen == 2);
    assert_true(money_amount_fen(-1, 25000, &fen) && fen == -2);
    assert_true(money_amount_fen(INT64_MAX, 10000, &fen) && fen == INT64_MAX);
    fen = 99;
    assert_false(money_amount_fen(INT64_MAX, 20000, &fen));
    assert_int_equal(fen, 99);
    static const struct {
        int64_t fen;
        const char *text;
    } CASES[] = {{0, "0.00"},
                 {5, "0.05"},
                 {-5, "-0.05"},
                 {-1250, "-12.50"},
                 {100, "1.00"},
                 {INT64_MIN, "-92233720368547758.08"},
                 {INT64_MAX, "92233720368547758.07"}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char text[24];
        money_format(CASES[i].fen, text);
        assert_string_equal(text, CASES[i].text);
    }
}

/* Stored meaning: if one of these changes, running experiments change their arms. */
static void hashes_are_pinned(void **state)
{
    (void)state;
    assert_true(hash_bytes(STR_ABSENT, 0) == hash_bytes(STR(""), 0));
    assert_true(hash_bytes(STR("koi"), 0) != hash_bytes(STR("koi"), 1));
    assert_true(hash_bytes((struct str){"a\0", 2}, 0) != hash_bytes((struct str){"a\0\0", 3}, 0));
    assert_int_equal(hash_salt(STR("双11-A")), 2000543595);
    assert_int_equal(hash_sample(1, 0), 1141290961);
    assert_int_equal(hash_sample(INT64_C(4611686018427387903), 2147483647), 2007554890);
    assert_true(hash_bytes(STR("The quick brown fox jumps over the lazy dog"), 42) ==
                UINT64_C(14126299696069706254));
    assert_true(hash_u64(1) == UINT64_C(6238072747940578789));
}

static void hash_bytes_spreads(void **state)
{
    (void)state;
    static unsigned cells[1024];
    char text[40];
    memset(text, 'x', sizeof text);
    for (size_t n = 1; n <= sizeof text; n++) {
        for (size_t i = 0; i < n; i++) {
            for (int bit = 0; bit < 8; bit++) {
                text[i] = (char)('x' ^ 1 << bit);
                uint64_t h = hash_bytes((struct str){text, n}, 1);
                assert_true(
                    h !=
                    hash_bytes((struct str){"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", n}, 1));
                cells[h >> 54]++;
                cells[h & 1023]++;
                text[i] = 'x';
            }
        }
    }
    double square = 0, expected = 2 * 8 * 40 * 41 / 2 / 1024.0;
    for (int i = 0; i < 1024; i++)
        square += (cells[i] - expected) * (cells[i] - expected) / expected;
    assert_true(fabs(square - 1023) < 6 * sqrt(2 * 1023.0));
}

/* Standard deviations by which chi-square over `cells` equal cells misses its mean. */
static double excess(const unsigned *count, int cells, double total)
{
    double square = 0, expected = total / cells;
    for (int i = 0; i < cells; i++)
        square += (count[i] - expected) * (count[i] - expected) / expected;
    return (square - (cells - 1)) / sqrt(2.0 * (cells - 1));
}

static void samples_are_even_and_independent(void **state)
{
    (void)state;
    static const int64_t STRIDES[] = {
        1, 2, 10, 256, 65536, 1 << 20, INT64_C(1) << 31, INT64_C(1) << 40};
    enum { N = 100000 };
    for (size_t s = 0; s < sizeof STRIDES / sizeof STRIDES[0]; s++) {
        unsigned one[1000] = {0}, two[400] = {0};
        uint32_t a = hash_salt(STR("A")), b = a + (uint32_t)s + 1;
        for (int64_t i = 0; i < N; i++) {
            int64_t id = 1 + i * STRIDES[s];
            uint32_t x = hash_sample(id, a) % 10000, y = hash_sample(id, b) % 10000;
            one[x / 10]++;
            two[x / 500 * 20 + y / 500]++;
        }
        if (fabs(excess(one, 1000, N)) > 5 || fabs(excess(two, 400, N)) > 5)
            fail_msg("stride %lld: %.1f, pairs %.1f", (long long)STRIDES[s], excess(one, 1000, N),
                     excess(two, 400, N));
    }
}

static void one_bit_flips_half_the_sample(void **state)
{
    (void)state;
    struct rng r = rng_seed(5);
    enum { N = 4000 };
    for (int bit = 0; bit < 62 + 31; bit++) {
        int flips[31] = {0};
        for (int i = 0; i < N; i++) {
            int64_t id = (int64_t)(rng_u64(&r) >> 2);
            uint32_t salt = (uint32_t)(rng_u64(&r) >> 33);
            uint32_t x = hash_sample(id, salt);
            uint32_t y = bit < 62 ? hash_sample(id ^ INT64_C(1) << bit, salt)
                                  : hash_sample(id, salt ^ 1u << (bit - 62));
            for (int j = 0; j < 31; j++)
                flips[j] += (int)((x ^ y) >> j & 1);
        }
        for (int j = 0; j < 31; j++)
            if (abs(flips[j] - N / 2) > 6 * 32) /* six standard deviations */
                fail_msg("input bit %d flips output bit %d in %d of %d", bit, j, flips[j], N);
    }
}

#define ROUND(h, f) "(((" h ")*(2*(" h ")+1)&2147483647)*" f "+?2)%2147483629"
#define H0                                                                                         \
    "((?1&2147483647)*1003046693+(?1/2147483648&2147483647)*882641767+?2*967384229)%2147483629"

static void sqlite_computes_the_same_sample(void **state)
{
    (void)state;
    static const char SQL[] = "WITH h0(h) AS (SELECT " H0 "), h1(h) AS (SELECT " ROUND(
        "h", "1040159987") " FROM h0), "
                           "h2(h) AS (SELECT " ROUND(
                               "h", "911382323") " FROM h1) "
                                                 "SELECT " ROUND("h", "1055731219") " FROM h2";
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, SQL, -1, &q, NULL), SQLITE_OK);
    struct rng r = rng_seed(9);
    for (int i = 0; i < 20000; i++) {
        int64_t id = (int64_t)(rng_u64(&r) >> (2 + i % 60));
        uint32_t salt = (uint32_t)(rng_u64(&r) >> 33);
        if (i == 0) {
            id = (INT64_C(1) << 62) - 1;
            salt = INT32_MAX;
        }
        sqlite3_bind_int64(q, 1, id);
        sqlite3_bind_int64(q, 2, salt);
        assert_int_equal(sqlite3_step(q), SQLITE_ROW);
        assert_int_equal(sqlite3_column_type(q, 0), SQLITE_INTEGER);
        assert_int_equal(sqlite3_column_int64(q, 0), hash_sample(id, salt));
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    sqlite3_close(db);
}

/* The reference implementation's first numbers for the state {1, 2, 3, 4}. */
static void rng_is_xoshiro(void **state)
{
    (void)state;
    static const uint64_t WANTED[] = {11520, 0, 1509978240, 1215971899390074240};
    struct rng r = {{1, 2, 3, 4}};
    for (size_t i = 0; i < 4; i++)
        assert_true(rng_u64(&r) == WANTED[i]);
    struct rng a = rng_seed(1), b = rng_seed(1), c = rng_seed(2);
    assert_true(rng_u64(&a) == rng_u64(&b));
    assert_true(rng_u64(&a) != rng_u64(&c));
}

static void rng_stays_in_range(void **state)
{
    (void)state;
    struct rng r = rng_seed(3);
    unsigned cells[7] = {0};
    for (int i = 0; i < 70000; i++)
        cells[rng_below(&r, 7)]++;
    assert_true(fabs(excess(cells, 7, 70000)) < 6);
    int thirds = 0; /* a width at which, without rejection, half the numbers were multiples of 3 */
    for (int i = 0; i < 3000; i++)
        thirds += rng_below(&r, UINT64_C(3) << 62) % 3 == 0;
    assert_true(thirds > 800 && thirds < 1200);
    bool low = false, high = false;
    for (int i = 0; i < 1000; i++) {
        int64_t v = rng_between(&r, -2, 2);
        assert_true(v >= -2 && v <= 2);
        low |= v == -2;
        high |= v == 2;
    }
    assert_true(low && high);
    assert_int_equal(rng_between(&r, 5, 5), 5);
    rng_between(&r, INT64_MIN, INT64_MAX);
}

struct moments {
    double mean, variance;
};

static struct moments measure(double (*draw)(struct rng *r, double a, double b), double a, double b)
{
    enum { N = 200000 };
    struct rng r = rng_seed(11);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        double x = draw(&r, a, b);
        sum += x;
        squares += x * x;
    }
    double mean = sum / N;
    return (struct moments){mean, squares / N - mean * mean};
}

static double draw_normal(struct rng *r, double a, double b)
{
    return a + b * rng_normal(r);
}

static double draw_exponential(struct rng *r, double a, double b)
{
    (void)a;
    (void)b;
    return rng_exponential(r);
}

static double draw_poisson(struct rng *r, double a, double b)
{
    (void)b;
    return (double)rng_poisson(r, a);
}

static double draw_gamma(struct rng *r, double a, double b)
{
    (void)b;
    return rng_gamma(r, a);
}

static void rng_moments(void **state)
{
    (void)state;
    static const struct {
        double (*draw)(struct rng *r, double a, double b);
        double a, b, mean, variance;
    } CASES[] = {
        {draw_normal, 0, 1, 0, 1},        {draw_exponential, 0, 0, 1, 1},
        {draw_poisson, 0.5, 0, 0.5, 0.5}, {draw_poisson, 9.5, 0, 9.5, 9.5},
        {draw_poisson, 10, 0, 10, 10},    {draw_poisson, 1000, 0, 1000, 1000},
        {draw_gamma, 0.3, 0, 0.3, 0.3},   {draw_gamma, 5, 0, 5, 5},
        {rng_beta, 2, 3, 0.4, 0.04},      {rng_beta, 0.001, 0.001, 0.5, 0.25 / 1.002},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct moments m = measure(CASES[i].draw, CASES[i].a, CASES[i].b);
        double error = sqrt(CASES[i].variance / 200000);
        if (fabs(m.mean - CASES[i].mean) > 6 * error ||
            fabs(m.variance - CASES[i].variance) > 0.05 * CASES[i].variance)
            fail_msg("case %zu: mean %g, variance %g", i, m.mean, m.variance);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_reads_what_files_bring),
        cmocka_unit_test(money_multiplies_and_formats),
        cmocka_unit_test(hashes_are_pinned),
        cmocka_unit_test(hash_bytes_spreads),
        cmocka_unit_test(samples_are_even_and_independent),
        cmocka_unit_test(one_bit_flips_half_the_sample),
        cmocka_unit_test(sqlite_computes_the_same_sample),
        cmocka_unit_test(rng_is_xoshiro),
        cmocka_unit_test(rng_stays_in_range),
        cmocka_unit_test(rng_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* rng.c — seeded pseudo-random numbers.
 *
 * xoshiro256** 1.0 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2018),
 * seeded through splitmix64 as its authors advise; 1 ns a number. The state is never all zero. The
 * integers are the same on every machine; the reals go through the C library's log() and pow(),
 * whose last bit may differ between versions of it. Nothing here is fit for secrets.
 */
#include "base/rng.h"

#include <assert.h>
#include <math.h>

/* Above this mean a Poisson number comes from rejection instead of counting. */
static const double POISSON_COUNT_MEAN = 10.0;

static uint64_t rotate_left(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

struct rng rng_seed(uint64_t seed)
{
    struct rng r;
    for (int i = 0; i < 4; i++) {
        seed += 0x9E3779B97F4A7C15u;
        uint64_t z = seed;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
        z = (z ^ z >> 27) * 0x94D049BB133111EBu;
        r.s[i] = z ^ z >> 31;
    }
    assert((r.s[0] | r.s[1] | r.s[2] | r.s[3]) != 0);
    return r;
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t result = rotate_left(r->s[1] * 5, 7) * 9;
    uint64_t t = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotate_left(r->s[3], 45);
    return result;
}

/* Lemire, "Fast Random Integer Generation in an Interval", 2019. */
uint64_t rng_below(struct rng *r, uint64_t n)
{
    assert(n > 0);
    __extension__ unsigned __int128 product = (unsigned __int128)rng_u64(r) * n;
    if ((uint64_t)product < n) {
        uint64_t threshold = (0 - n) % n;
        while ((uint64_t)product < threshold)
            product = (unsigned __int128)rng_u64(r) * n;
    }
    uint64_t result = (uint64_t)(product >> 64);
    assert(result < n);
    return result;
}

int64_t rng_between(struct rng *r, int64_t low, int64_t high)
{
    assert(low <= high);
    uint64_t width = (uint64_t)high - (uint64_t)low;
    uint64_t step = width == UINT64_MAX ? rng_u64(r) : rng_below(r, width + 1);
    return (int64_t)((uint64_t)low + step);
}

double rng_unit(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

/* Marsaglia's polar method, 1964. It makes two numbers; the second is dropped, so that the state is
 * the four words and nothing else. */
double rng_normal(struct rng *r)
{
    double u, v, s;
    do {
        u = 2.0 * rng_unit(r) - 1.0;
        v = 2.0 * rng_unit(r) - 1.0;
        s = u * u + v * v;
    } while (s >= 1.0 || s == 0.0);
    assert(s > 0.0 && s < 1.0);
    return u * sqrt(-2.0 * log(s) / s);
}

double rng_exponential(struct rng *r)
{
    double u = 1.0 - rng_unit(r);
    assert(u > 0.0);
    return -log(u);
}

/* PTRS: Hörmann, "The Transformed Rejection Method for Generating Poisson Random Variables", 1993.
 * */
static int64_t poisson_rejection(struct rng *r, double mean)
{
    double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
    double scale = 1.1239 + 1.1328 / (b - 3.4), quick = 0.9277 - 3.6224 / (b - 2.0);
    for (;;) {
        double u = rng_unit(r) - 0.5, v = 1.0 - rng_unit(r);
        double us = 0.5 - fabs(u);
        if (us == 0.0)
            continue;
        double k = floor((2.0 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= quick)
            return (int64_t)k;
        if (k < 0.0 || (us < 0.013 && v > us))
            continue;
        int sign; /* lgamma() would write a global */
        if (log(v * scale / (a / (us * us) + b)) <= k * log(mean) - mean - lgamma_r(k + 1.0, &sign))
            return (int64_t)k;
    }
}

int64_t rng_poisson(struct rng *r, double mean)
{
    assert(mean >= 0.0 && mean < 1e6);
    if (mean >= POISSON_COUNT_MEAN)
        return poisson_rejection(r, mean);
    /* Arrivals of a unit-rate process before `mean` (Knuth, volume 2, 3.4.1). */
    double limit = exp(-mean), product = 1.0 - rng_unit(r);
    int64_t count = 0;
    while (product > limit) {
        product *= 1.0 - rng_unit(r);
        count++;
    }
    assert(count >= 0);
    return count;
}

double rng_gamma(struct rng *r, double shape)
{
    assert(shape > 0.0);
    if (shape < 1.0)
        return rng_gamma(r, shape + 1.0) * pow(1.0 - rng_unit(r), 1.0 / shape);
    double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = rng_normal(r), v = 1.0 + c * x;
        if (v <= 0.0)
            continue;
        v = v * v * v;
        double u = 1.0 - rng_unit(r);
        if (log(u) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

double rng_beta(struct rng *r, double a, double b)
{
    assert(a > 0.0 && b > 0.0);
    for (;;) {
        double x = rng_gamma(r, a), y = rng_gamma(r, b);
        /* With tiny shapes both can underflow to zero. */
        if (x + y > 0.0)
            return x / (x + y);
    }
}

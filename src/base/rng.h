/* rng — seeded pseudo-random numbers (xoshiro256**, Blackman and Vigna 2018), for the demo corp and
 * tests.
 *
 * The same seed gives the same integers on every machine, and the same reals up to the last bit of
 * the C library's log() and pow(). Not for secrets: those come from
 * secret_random() in base/secret.h.
 */
#ifndef KOI_BASE_RNG_H
#define KOI_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t s[4];
};

/* Any seed is as good as another; the stream of 64-bit numbers that follows from it. */
struct rng rng_seed(uint64_t seed);
uint64_t rng_u64(struct rng *r);
/* Uniform in [0, n), n > 0, without modulo bias. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* Uniform integer in [low, high]. */
int64_t rng_between(struct rng *r, int64_t low, int64_t high);
/* Uniform in [0, 1). */
double rng_unit(struct rng *r);
/* Standard normal (polar method), exponential with mean 1, Poisson with the mean given (< 1e6),
 * gamma with shape > 0 and scale 1 (Marsaglia and Tsang 2000), and beta(a, b). */
double rng_normal(struct rng *r);
double rng_exponential(struct rng *r);
int64_t rng_poisson(struct rng *r, double mean);
double rng_gamma(struct rng *r, double shape);
double rng_beta(struct rng *r, double a, double b);

#endif

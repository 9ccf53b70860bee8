/* clv_values.c — how many customers Gamma-Gamma expects to have a mean value in each band, beside
 * how many have.
 *
 * The sum of x values is gamma with shape p x and a rate ν that is gamma with shape q and rate γ,
 * so that x m / (γ + x m) is beta(p x, q) (Fader and Hardie 2013, equation 1a, integrated): a
 * customer with x repeat purchases has a mean below M with the regularized incomplete beta function
 * there. It is a continued fraction (DLMF 8.17.22, by Lentz's method) that ends within some dozen
 * terms on the side of its mean; good to 1e-12, to 1e-8 for a million purchases.
 */
#include "query/clv_parts.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { TERMS_MAX = 100000 };

static double log_gamma(double x)
{
    int sign; /* lgamma() would write a global */
    return lgamma_r(x, &sign);
}

static double not_zero(double v)
{
    return fabs(v) < 1e-300 ? 1e-300 : v;
}

/* The fraction behind I_z(a, b), for z below (a + 1) / (a + b + 2). */
static double fraction(double a, double b, double z)
{
    double c = 1.0, d = 1.0 / not_zero(1.0 - (a + b) * z / (a + 1.0)), f = d;
    for (int i = 1; i < TERMS_MAX; i++) {
        double even = i * (b - i) * z / ((a + 2.0 * i - 1.0) * (a + 2.0 * i));
        double odd = -(a + i) * (a + b + i) * z / ((a + 2.0 * i) * (a + 2.0 * i + 1.0));
        d = 1.0 / not_zero(1.0 + even * d);
        c = not_zero(1.0 + even / c);
        f *= c * d;
        d = 1.0 / not_zero(1.0 + odd * d);
        c = not_zero(1.0 + odd / c);
        f *= c * d;
        if (fabs(c * d - 1.0) < 1e-15)
            break;
    }
    return f;
}

/* P(beta(a, b) <= z), with the rest of 1 given as well: z + rest = 1. */
static double beta_below(double a, double b, double z, double rest)
{
    if (z <= 0.0 || rest <= 0.0)
        return z <= 0.0 ? 0.0 : 1.0;
    double scale = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(z) + b * log(rest));
    if (z < (a + 1.0) / (a + b + 2.0))
        return fmin(1.0, scale * fraction(a, b, z) / a);
    return fmax(0.0, 1.0 - scale * fraction(b, a, rest) / b);
}

double clv_value_below(const struct clv_fit *f, uint32_t x, double m)
{
    assert(f->model == CLV_GAMMA_GAMMA && x > 0 && m >= 0.0);
    double whole = f->value[2] + x * m;
    return beta_below(f->value[0] * x, f->value[1], x * m / whole, f->value[2] / whole);
}

void clv_values(const struct clv_fit *f, const struct clv_table *t, const double *cuts, int k,
                double *expected, double *actual)
{
    static const double NEAR = 1e-12; /* a mean that was on a cut may have come back below it */
    assert(f->model == CLV_GAMMA_GAMMA && t->of_values && k >= 1 && k <= CLV_COUNTS_MAX);
    memset(expected, 0, ((size_t)k + 1) * sizeof *expected);
    memset(actual, 0, ((size_t)k + 1) * sizeof *actual);
    for (size_t i = 0; i < t->n_rows;) {
        uint32_t x = t->rows[i].x;
        double n = 0.0, before = 0.0;
        for (int band = 0; i < t->n_rows && t->rows[i].x == x; i++) {
            double m = t->rows[i].t_x * t->unit * (1.0 + NEAR);
            while (band < k && m >= cuts[band])
                band++;
            actual[band] += t->rows[i].n;
            n += t->rows[i].n;
        }
        for (int band = 0; band <= k; band++) {
            double below = band < k ? clv_value_below(f, x, cuts[band]) : 1.0;
            expected[band] += n * fmax(0.0, below - before);
            before = below;
        }
    }
}

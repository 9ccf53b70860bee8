/* clv_counts.c — how many customers a fit expects to have k repeat purchases, beside how many have.
 *
 * A customer who cannot die has a negative binomial number of purchases in t. BG/NBD (Fader, Hardie
 * and Lee 2005, equation 8): k of them and alive, or at least k with death at the k-th. Pareto/NBD:
 * k of them until the end if that comes after t, or until the end at τ < t, an integral over τ by
 * panels of Gauss and Legendre in ln(min(α, β) + τ).
 */
#include "query/clv_parts.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { BINS = 1000, PANELS_MAX = 2000 };

/* out[j] += scale P(K = j), j < k, for K negative binomial of shape r in time t at rate alpha. */
static void add_negative_binomial(double r, double alpha, double t, double scale, int k,
                                  double *out)
{
    double z = t / (alpha + t), p = scale * exp(-r * log1p(t / alpha));
    for (int j = 0; j < k; j++) {
        out[j] += p;
        p *= z * (r + j) / (j + 1.0);
    }
}

static void bg_probability(const double *v, double t, int k, double *out)
{
    double survives = 1.0, below = 0.0; /* E[(1−p)^j]; P(K < j) */
    add_negative_binomial(v[0], v[1], t, 1.0, k, out);
    for (int j = 0; j < k; j++) {
        double plain = out[j], dies = 0.0;
        if (j > 0) {
            dies = survives * v[2] / (v[2] + v[3] + j - 1.0);
            survives *= (v[3] + j - 1.0) / (v[2] + v[3] + j - 1.0);
        }
        out[j] = survives * plain + dies * fmax(0.0, 1.0 - below);
        below += plain;
    }
}

static void pareto_probability(const double *v, double t, int k, double *out)
{
    double s = v[2], beta = v[3], low = fmin(v[1], beta), whole = log1p(t / low);
    double varies = v[0] * log1p(t / v[1]) + (s + 1.0) * log1p(t / beta);
    int panels = (int)fmin(PANELS_MAX, ceil(2.0 * whole + varies / 8.0 + 1.0));
    struct clv_rule rule = clv_rule(16.0);
    double half = 0.5 * whole / panels;
    add_negative_binomial(v[0], v[1], t, exp(-s * log1p(t / beta)), k, out);
    for (int i = 0; i < panels * 2 * rule.half; i++) {
        int node = i % (2 * rule.half), place = node / 2;
        double middle = half * (2 * (i / (2 * rule.half)) + 1);
        double y = middle + half * (node & 1 ? rule.at[place] : -rule.at[place]);
        double tau = low * expm1(y), density = s * exp(-s * log1p(tau / beta)) / (beta + tau);
        double mass = rule.weight[place] * half * (low + tau) * density;
        add_negative_binomial(v[0], v[1], tau, mass, k, out);
    }
}

void clv_count_probability(const struct clv_fit *f, double t, int k, double *out)
{
    assert(f->model != CLV_GAMMA_GAMMA && k >= 1 && t >= 0.0 && isfinite(t));
    memset(out, 0, (size_t)k * sizeof *out);
    if (f->model == CLV_BG_NBD)
        bg_probability(f->value, t, k, out);
    else
        pareto_probability(f->value, t, k, out);
}

void clv_counts(const struct clv_fit *f, const struct clv_table *t, int k, double *expected,
                double *actual)
{
    assert(k >= 1 && k <= CLV_COUNTS_MAX && !t->of_values);
    double p[CLV_COUNTS_MAX], left = (double)t->customers;
    memset(expected, 0, ((size_t)k + 1) * sizeof *expected);
    for (size_t i = 0; i < t->n_rows;) {
        double n = 0.0, time = 0.0, bin = floor(t->rows[i].T * (BINS / 10.0)), T = t->rows[i].T;
        bool one = true; /* T in the bin, which then is exact */
        for (; i < t->n_rows && floor(t->rows[i].T * (BINS / 10.0)) == bin; i++) {
            n += t->rows[i].n;
            time += t->rows[i].n * t->rows[i].T;
            one = one && t->rows[i].T == T;
        }
        clv_count_probability(f, (one ? T : time / n) * t->unit, k, p);
        for (int j = 0; j < k; j++)
            expected[j] += n * p[j];
    }
    for (int j = 0; j < k; j++)
        left -= expected[j];
    expected[k] = fmax(0.0, left);
    for (int j = 0; j <= k; j++) {
        double at_least = j == 0                    ? (double)t->customers
                          : (uint32_t)j <= t->max_x ? t->more[j - 1]
                                                    : 0.0;
        actual[j] = at_least - (j < k && (uint32_t)j < t->max_x ? t->more[j] : 0.0);
    }
}

/* clv_model.c — the likelihoods with exact first and second derivatives.
 *
 * The gamma functions of BG/NBD and Pareto/NBD only ever appear as Γ(θ + x) / Γ(θ), a product of x
 * factors; summed over customers it is Σi more[i] ln(θ + i). So they cost by the greatest x, not by
 * the rows, lose no digit for huge θ, and have derivatives without digammas. What is left for a
 * row is ln of a sum of two densities, alive or not, written as ln(1 + odds) next to the first.
 *
 * Pareto/NBD's odds are an integral: clv_pareto.c. Cost of a row here: some 50 ns.
 */
#include "query/clv_parts.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { N = CLV_PARAMETERS };

void clv_sum_add(struct clv_sum *s, double x)
{
    double t = s->high + x;
    s->low += fabs(s->high) >= fabs(x) ? s->high - t + x : x - t + s->high;
    s->high = t;
}

double clv_softplus(double y, double *out_slope)
{
    double e = exp(-fabs(y));
    *out_slope = y > 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
    return fmax(y, 0.0) + log1p(e);
}

struct clv_rising clv_rising(const struct clv_table *t, double theta)
{
    struct clv_rising out = {0};
    for (uint32_t i = 0; i < t->max_x; i++) {
        double at = 1.0 / (theta + i);
        out.ll += t->more[i] * log(theta + i);
        out.g += t->more[i] * at;
        out.h -= t->more[i] * at * at;
    }
    return out;
}

size_t clv_group_end(const struct clv_table *t, size_t from, double *out_n, double *out_nx)
{
    size_t i = from;
    double n = 0.0, nx = 0.0;
    for (; i < t->n_rows && t->rows[i].T == t->rows[from].T; i++) {
        n += t->rows[i].n;
        nx += (double)t->rows[i].n * t->rows[i].x;
    }
    *out_n = n;
    *out_nx = nx;
    return i;
}

double clv_unseen(struct clv_local *out, int i, const double *v, double T, double n, double nx)
{
    double shape = v[i], rate = v[i + 1], all = rate + T, l = log1p(T / rate);
    out->g[i] -= n * l;
    out->g[i + 1] += n * shape * T / (rate * all) - nx / all;
    out->h[i][i + 1] += n * T / (rate * all);
    out->h[i + 1][i + 1] +=
        nx / (all * all) - n * shape * T * (rate + all) / (rate * rate * all * all);
    return -n * shape * l - (nx > 0.0 ? nx * log(all) : 0.0);
}

/* ---- BG/NBD ---- */

double clv_bg_log_odds(const double *v, double x, double t_x, double T)
{
    return log(v[2] / (v[3] + x - 1.0)) + (v[0] + x) * log((v[1] + T) / (v[1] + t_x));
}

/* n times the row's ln(1 + odds): odds = a / (b+x−1) ((α+T)/(α+t_x))^(r+x). */
static double bg_row(const double *v, const struct clv_row *row, double T, struct clv_local *out)
{
    double alpha = v[1], A = v[0] + row->x, c = v[3] + row->x - 1.0, n = row->n, slope;
    double uT = 1.0 / (alpha + T), ux = 1.0 / (alpha + row->t_x);
    double d = log((alpha + T) * ux), u = -(T - row->t_x) * uT * ux;
    double soft = clv_softplus(log(v[2] / c) + A * d, &slope);
    double dy[N] = {d, A * u, 1.0 / v[2], -1.0 / c};
    double first = n * slope, second = n * slope * (1.0 - slope);
    for (int i = 0; i < N; i++) {
        out->g[i] += first * dy[i];
        for (int j = i; j < N; j++)
            out->h[i][j] += second * dy[i] * dy[j];
    }
    out->h[0][1] += first * u;
    out->h[1][1] -= first * A * u * (uT + ux);
    out->h[2][2] -= first * dy[2] * dy[2];
    out->h[3][3] += first * dy[3] * dy[3];
    return n * soft;
}

void clv_rising_add(struct clv_local *out, int i, struct clv_rising r)
{
    out->ll += r.ll;
    out->g[i] += r.g;
    out->h[i][i] += r.h;
}

void clv_local_bg(const struct clv_table *t, const double *v, struct clv_local *out)
{
    struct clv_sum ll = {0};
    for (size_t i = 0; i < t->n_rows;) {
        double n, nx, T = t->rows[i].T;
        size_t end = clv_group_end(t, i, &n, &nx);
        clv_sum_add(&ll, clv_unseen(out, 0, v, T, n, nx));
        for (; i < end; i++)
            if (t->rows[i].x > 0)
                clv_sum_add(&ll, bg_row(v, &t->rows[i], T, out));
    }
    out->ll += ll.high + ll.low;
    struct clv_rising ab = clv_rising(t, v[2] + v[3]);
    clv_rising_add(out, 0, clv_rising(t, v[0]));
    clv_rising_add(out, 3, clv_rising(t, v[3]));
    out->ll -= ab.ll;
    for (int i = 2; i < N; i++) {
        out->g[i] -= ab.g;
        for (int j = i; j < N; j++)
            out->h[i][j] -= ab.h;
    }
}

/* ---- Gamma-Gamma ---- */

/* ln Γ and its first two derivatives, for z > 0: up to z >= 8 by the recurrence, then Stirling's
 * series (Abramowitz and Stegun 6.1.41, 6.3.18, 6.4.12). */
static void gamma_local(double z, double out[3])
{
    double shift = 1.0, g = 0.0, h = 0.0;
    while (z < 8.0) {
        shift *= z;
        g -= 1.0 / z;
        h += 1.0 / (z * z);
        z += 1.0;
    }
    double u = 1.0 / z, q = u * u, l = log(z);
    out[0] = (z - 0.5) * l - z + 0.91893853320467274178 - log(shift) +
             u * (1. / 12 -
                  q * (1. / 360 -
                       q * (1. / 1260 -
                            q * (1. / 1680 - q * (1. / 1188 - q * (691. / 360360 - q / 156))))));
    out[1] =
        g + l - 0.5 * u -
        q * (1. / 12 -
             q * (1. / 120 -
                  q * (1. / 252 - q * (1. / 240 - q * (1. / 132 - q * (691. / 32760 - q / 12))))));
    out[2] =
        h + u + 0.5 * q +
        u * q *
            (1. / 6 -
             q * (1. / 30 -
                  q * (1. / 42 - q * (1. / 30 - q * (5. / 66 - q * (691. / 2730 - q * 7 / 6))))));
}

/* Customers of x purchases: ln Γ(px+q) − ln Γ(px) − ln Γ(q), n times. */
static double values_gammas(const double *v, double x, double n, struct clv_local *out)
{
    double both[3], p[3], q[3];
    gamma_local(v[0] * x + v[1], both);
    gamma_local(v[0] * x, p);
    gamma_local(v[1], q);
    out->g[0] += n * x * (both[1] - p[1]);
    out->g[1] += n * (both[1] - q[1]);
    out->h[0][0] += n * x * x * (both[2] - p[2]);
    out->h[0][1] += n * x * both[2];
    out->h[1][1] += n * (both[2] - q[2]);
    return n * (both[0] - p[0] - q[0]);
}

/* n times −ln m − px ln(1 + γ/(xm)) − q ln(1 + xm/γ): what is left of Fader and Hardie's density
 * without its gamma functions. */
static double values_row(const double *v, const struct clv_row *row, struct clv_local *out)
{
    double p = v[0], q = v[1], gamma = v[2], x = row->x, z = x * row->t_x, n = row->n;
    double all = 1.0 / (gamma + z), up = log1p(gamma / z), down = log1p(z / gamma);
    out->g[0] -= n * x * up;
    out->g[1] -= n * down;
    out->g[2] += n * all * (q * z / gamma - p * x);
    out->h[0][2] -= n * x * all;
    out->h[1][2] += n * z * all / gamma;
    out->h[2][2] += n * all * all * (p * x - q * z * (2.0 * gamma + z) / (gamma * gamma));
    return -n * (log(row->t_x) + p * x * up + q * down);
}

void clv_local_values(const struct clv_table *t, const double *v, struct clv_local *out)
{
    struct clv_sum ll = {0};
    for (size_t i = 0; i < t->n_rows; i++)
        clv_sum_add(&ll, values_row(v, &t->rows[i], out));
    for (uint32_t x = 1; x <= t->max_x; x++) {
        double n = t->more[x - 1] - (x < t->max_x ? t->more[x] : 0.0);
        if (n > 0.0)
            clv_sum_add(&ll, values_gammas(v, x, n, out));
    }
    out->ll += ll.high + ll.low;
}

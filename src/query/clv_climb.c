/* clv_climb.c — Newton's method for three or four parameters, far from the maximum as well as near.
 *
 * Far away the likelihood need not be concave, so each eigenvalue of the Hessian is taken at minus
 * its size: directions of any curvature lead uphill (the "saddle-free" choice; Nocedal and Wright,
 * Numerical Optimization, 3.4). Near the maximum that is plain Newton, which doubles the digits.
 * There each gain is about the square of the one before, times a number that two gains tell; when
 * the next would be below FORETOLD, the step is taken without another pass over the rows.
 * The eigenvalues come from Jacobi's rotations: at this size nothing is simpler or more exact.
 *
 * A likelihood that grows forever drives a parameter to a wall, or ends where what is left to gain
 * is below TOLERANCE. Both are for the caller to see: this file judges nothing.
 */
#include "query/clv_parts.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { N = CLV_PARAMETERS, HALVINGS = 40, SWEEPS = 30 };

static const double WALL = 16.0, LONGEST = 1.5, TOLERANCE = 1e-10, FORETOLD = 1e-9;

/* The likelihood at θ with its derivatives by θ: with v = e^θ, ∂θ = v ∂v and
 * ∂θi ∂θj = vi vj ∂vi ∂vj + [i = j] vi ∂vi. */
static void look(const struct clv_aim *aim, const double *theta, struct clv_local *out)
{
    double v[N] = {0};
    for (int i = 0; i < aim->n; i++)
        v[i] = exp(theta[i]);
    *out = (struct clv_local){0};
    aim->local(aim->t, v, out);
    for (int i = 0; i < aim->n; i++) {
        for (int j = i; j < aim->n; j++)
            out->h[i][j] *= v[i] * v[j];
        out->g[i] *= v[i];
        out->h[i][i] += out->g[i];
        for (int j = i + 1; j < aim->n; j++)
            out->h[j][i] = out->h[i][j];
    }
}

static bool all_finite(const struct clv_local *l, int n)
{
    double sum = l->ll;
    for (int i = 0; i < n; i++) {
        sum += l->g[i];
        for (int j = 0; j < n; j++)
            sum += l->h[i][j];
    }
    return isfinite(sum);
}

/* One rotation that clears m[p][q]; `axes` collects the rotations. */
static void rotate(double m[N][N], double axes[N][N], int n, int p, int q)
{
    if (m[p][q] == 0.0)
        return;
    double turn = (m[q][q] - m[p][p]) / (2.0 * m[p][q]);
    double t = copysign(1.0, turn) / (fabs(turn) + sqrt(turn * turn + 1.0));
    double c = 1.0 / sqrt(t * t + 1.0), s = t * c;
    for (int k = 0; k < n; k++) {
        double x = m[k][p], y = m[k][q];
        m[k][p] = c * x - s * y;
        m[k][q] = s * x + c * y;
    }
    for (int k = 0; k < n; k++) {
        double x = m[p][k], y = m[q][k];
        m[p][k] = c * x - s * y;
        m[q][k] = s * x + c * y;
        x = axes[k][p], y = axes[k][q];
        axes[k][p] = c * x - s * y;
        axes[k][q] = s * x + c * y;
    }
}

/* Eigenvalues of a symmetric matrix and, in columns, its eigenvectors. */
static void eigen(const double h[N][N], int n, double values[N], double axes[N][N])
{
    double m[N][N];
    memcpy(m, h, sizeof m);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            axes[i][j] = i == j;
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                rotate(m, axes, n, p, q);
    for (int i = 0; i < n; i++)
        values[i] = m[i][i];
}

/* The step uphill; parameters on a wall stay. Returns what the quadratic promises to gain if it is
 * concave, and HUGE_VAL when it is not but there is a slope. */
static double step_from(struct clv_place *at, int n, double step[N])
{
    double h[N][N], g[N] = {0}, values[N], axes[N][N], gain = 0.0, greatest = 0.0;
    bool concave = true;
    memcpy(h, at->here.h, sizeof h);
    at->free = 0;
    for (int i = 0; i < n; i++) {
        bool stays = fabs(at->theta[i]) >= WALL && at->here.g[i] * at->theta[i] >= 0.0;
        g[i] = stays ? 0.0 : at->here.g[i];
        at->free |= stays ? 0u : 1u << i;
        for (int j = 0; stays && j < n; j++)
            h[i][j] = h[j][i] = i == j ? -1.0 : 0.0;
    }
    eigen(h, n, values, axes);
    for (int k = 0; k < n; k++)
        greatest = fmax(greatest, fabs(values[k]));
    memset(step, 0, N * sizeof *step);
    for (int k = 0; k < n; k++) {
        double slope = 0.0, size = fmax(fabs(values[k]), 1e-12 * greatest + 1e-12);
        for (int i = 0; i < n; i++)
            slope += axes[i][k] * g[i];
        concave = concave && (values[k] <= 0.0 || slope * slope < 2.0 * TOLERANCE * size);
        gain += slope * slope / (2.0 * size);
        for (int i = 0; i < n; i++)
            step[i] += axes[i][k] * slope / size;
    }
    return concave ? gain : HUGE_VAL;
}

enum went { NOWHERE, PART_OF_THE_WAY, ALL_THE_WAY };

/* Goes along `step`, shortened to LONGEST and to the walls, halved until the likelihood grows. */
static enum went go(const struct clv_aim *aim, struct clv_place *at, const double *step)
{
    double longest = 0.0, noise = 1e-14 * fabs(at->here.ll);
    for (int i = 0; i < aim->n; i++)
        longest = fmax(longest, fabs(step[i]));
    double share = longest > LONGEST ? LONGEST / longest : 1.0;
    for (int k = 0; k < HALVINGS && at->looks < aim->looks; k++, share *= 0.5) {
        double theta[N] = {0}, slope = 0.0;
        struct clv_local there;
        for (int i = 0; i < aim->n; i++) {
            theta[i] = fmin(WALL, fmax(-WALL, at->theta[i] + share * step[i]));
            slope += at->here.g[i] * (theta[i] - at->theta[i]);
        }
        look(aim, theta, &there);
        at->looks++;
        if (all_finite(&there, aim->n) && there.ll >= at->here.ll + 1e-4 * slope - noise) {
            memcpy(at->theta, theta, sizeof theta);
            at->here = there;
            return share == 1.0 ? ALL_THE_WAY : PART_OF_THE_WAY;
        }
    }
    return NOWHERE;
}

/* The step that needs no look at where it ends: the quadratic is believed. */
static void go_blindly(const struct clv_aim *aim, struct clv_place *at, const double *step,
                       double gain)
{
    for (int i = 0; i < aim->n; i++)
        at->theta[i] = fmin(WALL, fmax(-WALL, at->theta[i] + step[i]));
    at->here.ll += gain;
    at->iterations++;
}

void clv_climb(const struct clv_aim *aim, struct clv_place *at)
{
    assert(aim->n > 0 && aim->n <= N);
    double before = 0.0; /* the gain that was promised, if all of it was tried */
    at->converged = false;
    at->looks = 1;
    look(aim, at->theta, &at->here);
    while (all_finite(&at->here, aim->n)) {
        double step[N], gain = step_from(at, aim->n, step);
        double next = before > 0.0 && gain < 1e-2 ? gain * pow(gain / before, 2.0) : HUGE_VAL;
        at->converged = gain < TOLERANCE || next < FORETOLD;
        if (at->converged) {
            go_blindly(aim, at, step, gain);
            return;
        }
        enum went went = go(aim, at, step);
        if (went == NOWHERE)
            return;
        before = went == ALL_THE_WAY && isfinite(gain) ? gain : 0.0;
        at->iterations++;
    }
}

bool clv_covariance(const struct clv_aim *aim, const struct clv_place *at, double out[N][N])
{
    double values[N], axes[N][N], greatest = 0.0;
    memset(out, 0, N * sizeof *out);
    if (!all_finite(&at->here, aim->n))
        return false;
    eigen(at->here.h, aim->n, values, axes);
    for (int k = 0; k < aim->n; k++)
        greatest = fmax(greatest, fabs(values[k]));
    for (int k = 0; k < aim->n; k++) {
        if (!(values[k] < -1e-12 * greatest))
            return false;
        for (int i = 0; i < aim->n; i++)
            for (int j = 0; j < aim->n; j++)
                out[i][j] -= axes[i][k] * axes[j][k] / values[k];
    }
    return true;
}

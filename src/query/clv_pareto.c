/* clv_pareto.c — the likelihood of Pareto/NBD with exact first and second derivatives.
 *
 * The odds of not being alive are s ∫ from t_x to T of
 * ((α+T)/(α+τ))^(r+x) ((β+T)/(β+τ))^s dτ / (β+τ). The textbook writes this as a difference of two
 * 2F1 (Fader and Hardie 2005, with |α − β| in it so that their series converge), which cancels when
 * t_x is near T. The integral itself is of a positive, log-concave function of
 * w = ln(min(α, β) + τ), with no singularity nearer than π i, so that 6 to 16 places of Gauss and
 * Legendre give it to 1e-11; and derivatives by the parameters are its moments.
 *
 * Places needed: e^−V over an interval takes about 5 + 0.7 V of them for that, and poles at ± π i
 * from an interval of length l about 3.5 + 2 l. Beyond 16 the interval is cut into panels. Cost of
 * a row: 150 to 500 ns.
 */
#include "query/clv_parts.h"

#include <assert.h>
#include <math.h>

enum { N = CLV_PARAMETERS, PANELS_MAX = 1000 };

static const double FALLS = 37.0; /* e^−37 is past the last bit */

/* Abramowitz and Stegun, table 25.4. */
static const double AT_6[] = {0.23861918608319691, 0.66120938646626451, 0.93246951420315203};
static const double WEIGHT_6[] = {0.46791393457269105, 0.36076157304813861, 0.17132449237917035};
static const double AT_8[] = {0.1834346424956498, 0.52553240991632899, 0.79666647741362674,
                              0.96028985649753623};
static const double WEIGHT_8[] = {0.36268378337836198, 0.31370664587788729, 0.22238103445337447,
                                  0.10122853629037626};
static const double AT_12[] = {0.12523340851146892, 0.36783149899818019, 0.58731795428661745,
                               0.76990267419430469, 0.90411725637047486, 0.98156063424671925};
static const double WEIGHT_12[] = {0.24914704581340279, 0.23349253653835481, 0.20316742672306592,
                                   0.16007832854334623, 0.10693932599531843, 0.047175336386511827};
static const double AT_16[] = {0.09501250983763744, 0.28160355077925891, 0.45801677765722739,
                               0.61787624440264375, 0.75540440835500303, 0.86563120238783174,
                               0.94457502307323258, 0.98940093499164993};
static const double WEIGHT_16[] = {0.1894506104550685,   0.18260341504492359, 0.16915651939500254,
                                   0.14959598881657673,  0.12462897125553387, 0.095158511682492785,
                                   0.062253523938647893, 0.027152459411754095};

struct clv_rule clv_rule(double need)
{
    if (need <= 6.0)
        return (struct clv_rule){3, AT_6, WEIGHT_6};
    if (need <= 8.0)
        return (struct clv_rule){4, AT_8, WEIGHT_8};
    if (need <= 12.0)
        return (struct clv_rule){6, AT_12, WEIGHT_12};
    return (struct clv_rule){8, AT_16, WEIGHT_16};
}

/* The integral of one row, by y = w − w(t_x) in [0, end]. `low` is the smaller of α and β. */
struct odds {
    double low_power, high_power; /* of low + τ, with dτ in it, and of high + τ */
    double gap;                   /* high − low */
    double from, low_T, high_T;   /* low + t_x, low + T, high + T */
    double a_T;                   /* 1 / (α+T) */
    double whole, end;            /* the y of T; where to stop */
    double peak, varies;          /* log of the integrand at 0; how much it varies until `end` */
    bool alpha_low;
};

/* A place: low + τ, the inverses, and the logs of (low+T)/(low+τ) and (high+T)/(high+τ). */
struct place {
    double low_tau, low_inverse, high_inverse, low_log, high_log;
};

/* Sums of the integrand, of d (see moments_add) and of d d'. */
struct moments {
    double mass, d[N], dd[N][N];
};

/* Log of the integrand, without ln s + ln(low+T) − ln(β+T). */
static inline double log_at(const struct odds *o, double low_tau, double low_inverse, double y,
                            struct place *out)
{
    out->low_tau = low_tau;
    out->low_inverse = low_inverse;
    out->high_inverse = 1.0 / (o->gap + low_tau);
    out->low_log = o->whole - y;
    out->high_log = log(o->high_T * out->high_inverse);
    return o->low_power * out->low_log + o->high_power * out->high_log;
}

static double falls_at(const struct odds *o, double y)
{
    struct place p;
    return o->peak - log_at(o, o->from * exp(y), 0.0, y, &p);
}

/* Shortens [0, whole] to where the integrand, which is log-concave, has fallen by FALLS or more,
 * but not by much more; fills end, peak and varies. */
static void cut(struct odds *o)
{
    struct place p;
    o->peak = log_at(o, o->from, 1.0 / o->from, 0.0, &p);
    o->end = o->whole;
    o->varies = fabs(o->low_power) * o->whole + o->high_power * p.high_log;
    if (o->varies < FALLS)
        return;
    double rate = o->low_power + o->high_power * o->from * p.high_inverse;
    double below = 0.0, above = rate * o->whole > FALLS ? FALLS / rate : o->whole;
    o->end = above;
    double fall = falls_at(o, o->end);
    for (int k = 0; k < 60 && (k == 0 ? fall > 1.3 * FALLS : fall < FALLS || fall > 1.3 * FALLS);
         k++) {
        o->end = 0.5 * (below + above);
        fall = falls_at(o, o->end);
        *(fall < FALLS ? &below : &above) = o->end;
    }
    o->varies = fabs(o->low_power) * o->end +
                o->high_power * log1p(o->from * expm1(o->end) * p.high_inverse);
}

/* d: the derivatives of the log of the integrand, in terms without parameters in front:
 * ln((α+T)/(α+τ)), 1/(α+T) − 1/(α+τ), ln((β+T)/(β+τ)), 1/(β+τ). */
static inline void moments_add(const struct odds *o, struct moments *m, const struct place *p,
                               double mass)
{
    double left = (o->low_T - p->low_tau) * o->a_T; /* (T − τ) / (α+T) */
    double d[N] = {p->low_log, -left * p->low_inverse, p->high_log, p->high_inverse};
    if (!o->alpha_low) {
        d[0] = p->high_log;
        d[1] = -left * p->high_inverse;
        d[2] = p->low_log;
        d[3] = p->low_inverse;
    }
    m->mass += mass;
    for (int i = 0; i < N; i++) {
        double part = mass * d[i];
        m->d[i] += part;
        for (int j = i; j < N; j++)
            m->dd[i][j] += part * d[j];
    }
}

/* Adds one place with its weight; returns what the integrand is there. */
static inline double place_add(const struct odds *o, double low_tau, double low_inverse, double y,
                               double weight, struct moments *m)
{
    struct place p;
    double mass = weight * exp(log_at(o, low_tau, low_inverse, y, &p) - o->peak);
    if (m != NULL)
        moments_add(o, m, &p, mass);
    return mass;
}

/* The log of the integral, without the factor of log_at(); `m`, unless NULL, gets the moments
 * divided by the mass. */
static inline double integrate(struct odds *o, struct moments *m)
{
    cut(o);
    double mass = 0.0, need = fmax(5.0 + 0.7 * o->varies, 3.5 + 2.0 * o->end);
    struct clv_rule rule = clv_rule(need);
    int panels = need <= 16.0 ? 1 : (int)ceil(fmin(need / 12.0, PANELS_MAX));
    double half = 0.5 * o->end / panels;
    for (int p = 0; p < panels; p++) {
        double middle = half * (2 * p + 1), tau = o->from * exp(middle), inverse = 1.0 / tau;
        for (int k = 0; k < rule.half; k++) {
            double away = half * rule.at[k], up = exp(away), down = 1.0 / up;
            double w = rule.weight[k];
            mass += place_add(o, tau * up, inverse * down, middle + away, w, m);
            mass += place_add(o, tau * down, inverse * up, middle - away, w, m);
        }
    }
    for (int i = 0; m != NULL && i < N; i++) {
        m->d[i] /= mass;
        for (int j = i; j < N; j++)
            m->dd[i][j] /= mass;
    }
    return log(half * mass) + o->peak;
}

/* False when there was no time to die in. */
static inline bool odds_of(const double *v, double x, double t_x, double T, struct odds *out)
{
    bool alpha_low = v[1] <= v[3];
    double low = alpha_low ? v[1] : v[3], high = alpha_low ? v[3] : v[1];
    double A = v[0] + x, S = v[2] + 1.0;
    *out = (struct odds){.alpha_low = alpha_low, .gap = high - low, .a_T = 1.0 / (v[1] + T)};
    out->low_power = (alpha_low ? A : S) - 1.0;
    out->high_power = alpha_low ? S : A;
    out->from = low + t_x;
    out->low_T = low + T;
    out->high_T = high + T;
    out->whole = log1p((T - t_x) / out->from);
    return out->whole > 0.0;
}

double clv_pareto_log_odds(const double *v, double x, double t_x, double T)
{
    struct odds o;
    if (!odds_of(v, x, t_x, T, &o))
        return -1000.0;
    return integrate(&o, NULL) + log(v[2] * o.low_T / (v[3] + T));
}

/* n times the row's ln(1 + odds). With d of moments_add() the log of the integrand has gradient
 * d0, A d1, 1/s + d2, s/(β+T) − (s+1) d3, and second derivatives that are linear in d and dd. */
static double pareto_row(const double *v, const struct clv_row *row, double T,
                         struct clv_local *out)
{
    struct odds o;
    struct moments m = {0};
    if (!odds_of(v, row->x, row->t_x, T, &o))
        return 0.0;
    double A = v[0] + row->x, s = v[2], n = row->n, b_T = 1.0 / (v[3] + T), slope;
    double soft = clv_softplus(integrate(&o, &m) + log(s * o.low_T * b_T), &slope);
    double by[N] = {1.0, A, 1.0, -(s + 1.0)};
    double dy[N] = {m.d[0], A * m.d[1], 1.0 / s + m.d[2], s * b_T - (s + 1.0) * m.d[3]};
    double first = n * slope, second = n * slope * (1.0 - slope);
    for (int i = 0; i < N; i++) {
        out->g[i] += first * dy[i];
        for (int j = i; j < N; j++)
            out->h[i][j] +=
                second * dy[i] * dy[j] + first * by[i] * by[j] * (m.dd[i][j] - m.d[i] * m.d[j]);
    }
    out->h[0][1] += first * m.d[1];
    out->h[1][1] += first * A * (m.dd[1][1] - 2.0 * o.a_T * m.d[1]);
    out->h[2][2] -= first / (s * s);
    out->h[2][3] += first * (b_T - m.d[3]);
    out->h[3][3] += first * ((s + 1.0) * m.dd[3][3] - s * b_T * b_T);
    return n * soft;
}

void clv_local_pareto(const struct clv_table *t, const double *v, struct clv_local *out)
{
    struct clv_sum ll = {0};
    for (size_t i = 0; i < t->n_rows;) {
        double n, nx, T = t->rows[i].T;
        size_t end = clv_group_end(t, i, &n, &nx);
        clv_sum_add(&ll, clv_unseen(out, 0, v, T, n, nx));
        clv_sum_add(&ll, clv_unseen(out, 2, v, T, n, 0.0));
        for (; i < end; i++)
            clv_sum_add(&ll, pareto_row(v, &t->rows[i], T, out));
    }
    out->ll += ll.high + ll.low;
    clv_rising_add(out, 0, clv_rising(t, v[0]));
}

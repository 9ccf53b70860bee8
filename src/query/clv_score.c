/* clv_score.c — what a fit says about customers.
 *
 * BG/NBD's expected purchases are usually written with a 2F1 that has poles at a = 1 and, for x =
 * 0, at a + b = 1. Summed by the number of purchases there is none: in t a customer who cannot die
 * buys K times, K negative binomial with shape r + x and z = t / (α+T+t); the j-th of these
 * happens if the j − 1 before it did not end the customer. So E = Σj P(K > j) E[(1−p)^j] with p
 * beta(a, b+x): positive terms, two products each. About E[K] + 37 / −ln z of them are needed;
 * past TERMS_MAX the same expectation is taken over p instead, E[(1 − (1 + p t/(α+T))^−(r+x)) /
 * p], by the trapezoid rule in ln(p/(1−p)), which converges faster than any power there and whose
 * tails are geometric series.
 *
 * Discounting: with v = 1/(1+rate), Σw (E(w) − E(w−1)) v^w = E(n) v^n + (1−v) Σ E(w) v^w over w <
 * n. E is smooth in ln(c + w), c = the rate parameters: for more than NODES steps it is
 * interpolated at Chebyshev's points there, and the sum over w is done once, into weights.
 */
#include "query/clv_parts.h"

#include "base/must.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { TERMS_MAX = 2000, NODES = 14, TIMES = NODES + 1, MEMO = 16384 };

static bool sound(const struct clv_customer *c)
{
    return c->t_x >= 0.0 && c->t_x <= c->T && isfinite(c->T) && c->m >= 0.0 && isfinite(c->m);
}

/* ---- P(alive) ---- */

double clv_alive(const struct clv_fit *f, const struct clv_customer *c)
{
    assert(f->model != CLV_GAMMA_GAMMA && sound(c));
    double alive, t_x = c->x > 0 ? c->t_x : 0.0;
    if (f->model == CLV_BG_NBD && c->x == 0)
        return 1.0;
    double odds = f->model == CLV_BG_NBD ? clv_bg_log_odds(f->value, c->x, t_x, c->T)
                                         : clv_pareto_log_odds(f->value, c->x, t_x, c->T);
    (void)clv_softplus(-odds, &alive); /* the slope at −odds is 1 / (1 + e^odds) */
    return alive;
}

/* ---- expected purchases of one who is alive ---- */

/* Σk P(K = k) h_k / Σk P(K = k), with h_k = Σ over j < k of E[(1−p)^j], for n places z of which the
 * last is the greatest: h is the same for all. Weights begin at 1 rather than P(K = 0), which may
 * underflow, and are made smaller when they have grown: in 16 terms by less than 1e100. */
static void bg_by_terms(double A, double a, double B, int n, const double *z, double *out)
{
    double weight[TIMES], all[TIMES], bought[TIMES], h = 0.0, survives = 1.0, greatest = z[n - 1];
    for (int i = 0; i < n; i++) {
        weight[i] = all[i] = 1.0;
        bought[i] = 0.0;
    }
    for (int k = 0; k < 4 * TERMS_MAX; k++) {
        double factor = (A + k) / (k + 1.0);
        h += survives;
        survives *= (B + k) / (a + B + k);
        for (int i = 0; i < n; i++) {
            weight[i] *= z[i] * factor;
            all[i] += weight[i];
            bought[i] += weight[i] * h;
        }
        if (k % 16 != 15 && k > 0)
            continue;
        double most = greatest * (factor > 1.0 ? factor : 1.0), left = 1.0 - most;
        if (left > 0.0 && weight[n - 1] * (h + 1.0 / left) <= 1e-14 * bought[n - 1] * left)
            break;
        for (int i = 0; i < n; i++) {
            double less = weight[i] > 1e100 ? 1e-100 : 1.0;
            weight[i] *= less;
            all[i] *= less;
            bought[i] *= less;
        }
    }
    for (int i = 0; i < n; i++)
        out[i] = bought[i] / all[i];
}

/* The terms of the integral over p on one side of its peak, in steps of h in u = ln(p/(1−p)) */
struct side {
    double A, a, B, tau; /* tau = t / (α+T) */
    double middle, h, peak;
    double mass, sum;
};

static double side_log(const struct side *s, double u, double *out_p)
{
    double unused, log_p = -clv_softplus(-u, &unused), log_q = -clv_softplus(u, &unused);
    *out_p = exp(log_p);
    return s->a * log_p + s->B * log_q;
}

/* Adds the points middle + k h for k = first, first + by, … until they are lost in rounding or the
 * rest is a geometric series of rate e^(−power h), from `far` on. */
static void side_add(struct side *s, int first, int by, double far, double power)
{
    for (int k = first;; k += by) {
        double p, u = s->middle + k * s->h, log_w = side_log(s, u, &p) - s->peak;
        double w = exp(log_w), f = -expm1(-s->A * log1p(p * s->tau)) / p;
        if (u * by > far * by) /* this point and all after it */
            w /= -expm1(-power * s->h);
        s->mass += w;
        s->sum += w * f;
        if (u * by > far * by || (log_w < -45.0 && u * by > s->middle * by))
            return;
    }
}

static double bg_by_integral(double A, double a, double B, double tau)
{
    struct side s = {.A = A, .a = a, .B = B, .tau = tau, .middle = log(a / B)};
    double p;
    s.h = fmin(0.25, sqrt(1.0 / a + 1.0 / B) / 1.5);
    s.peak = side_log(&s, s.middle, &p);
    double left = log(1e-11 / (1.0 + B + (A + 1.0) * tau)), right = -log(1e-11 / (1.0 + a));
    side_add(&s, 0, 1, fmax(right, s.middle), B);
    side_add(&s, -1, -1, fmin(left, s.middle), a);
    return s.sum / s.mass;
}

/* Expected purchases until each of n times of which the last is the greatest, if alive. */
static void bg_if_alive(const double *v, double x, double T, int n, const double *t, double *out)
{
    double A = v[0] + x, B = v[3] + x, rate = v[1] + T, z[TIMES], tau = t[n - 1] / rate;
    for (int i = 0; i < n; i++)
        z[i] = t[i] / (rate + t[i]);
    double mean = A * tau, terms = mean + 8.0 * sqrt(mean * (1.0 + tau)) - 37.0 / log(z[n - 1]);
    if (terms < TERMS_MAX) { /* z = 0 gives 0 */
        bg_by_terms(A, v[2], B, n, z, out);
        return;
    }
    for (int i = 0; i < n; i++)
        out[i] = bg_by_integral(A, v[2], B, t[i] / rate);
}

/* (r+x)(β+T)/(α+T) (1 − ((β+T)/(β+T+t))^(s−1)) / (s−1), which has no pole at s = 1. */
static void pareto_if_alive(const double *v, double x, double T, int n, const double *t,
                            double *out)
{
    double power = v[2] - 1.0;
    for (int i = 0; i < n; i++) {
        double l = log1p(t[i] / (v[3] + T));
        double part = fabs(power * l) < 1e-12 ? l : -expm1(-power * l) / power;
        out[i] = (v[0] + x) * (v[3] + T) / (v[1] + T) * part;
    }
}

static void if_alive(const struct clv_fit *f, double x, double T, int n, const double *t,
                     double *out)
{
    assert(n >= 1 && n <= TIMES);
    if (f->model == CLV_BG_NBD)
        bg_if_alive(f->value, x, T, n, t, out);
    else
        pareto_if_alive(f->value, x, T, n, t, out);
}

double clv_purchases(const struct clv_fit *f, const struct clv_customer *c, double t)
{
    assert(t >= 0.0 && isfinite(t));
    double bought;
    if_alive(f, c->x, c->T, 1, &t, &bought);
    return clv_alive(f, c) * bought;
}

double clv_value(const struct clv_fit *f, const struct clv_customer *c)
{
    assert(f->model == CLV_GAMMA_GAMMA && sound(c));
    double p = f->value[0], q = f->value[1], gamma = f->value[2], x = c->x;
    if (x > 0.0 && c->m > 0.0)
        return p * (gamma + x * c->m) / (p * x + fmax(q - 1.0, 0.0));
    return q > 1.0 ? p * gamma / (q - 1.0) : f->mean_m;
}

/* ---- all customers ---- */

/* What is known of (x, T). */
struct memo {
    double T, bought, discounted;
    uint32_t x;
    bool filled;
};

struct clv_scorer {
    struct clv_fit buying, spending;
    bool spends;
    int n;                           /* times at which E is looked at; the last is the horizon */
    double at[TIMES], weight[TIMES]; /* the times, and what E counts there */
    struct memo memo[MEMO];
};

/* Weights of the steps w = 1 … n − 1 on Chebyshev's points in ln(c + w), by the barycentric formula
 * (Berrut and Trefethen 2004). */
static void place_nodes(struct clv_scorer *s, const struct clv_horizon *h, double c)
{
    double v = 1.0 / (1.0 + h->rate), low = log(c + 1.0), high = log(c + h->steps - 1.0);
    double at[NODES], sign[NODES], part[NODES];
    s->n = NODES;
    for (int i = 0; i < NODES; i++) {
        double angle = (2 * i + 1) * acos(-1.0) / (2 * NODES);
        at[i] = 0.5 * (low + high) + 0.5 * (high - low) * cos(angle);
        sign[i] = (i & 1 ? -1.0 : 1.0) * sin(angle);
        s->at[i] = (exp(at[i]) - c) * h->step;
    }
    for (uint32_t w = 1; w < h->steps; w++) {
        double y = log(c + w), all = 0.0;
        for (int i = 0; i < NODES; i++) {
            double away = y - at[i];
            part[i] = sign[i] / (fabs(away) < 1e-14 ? 1e-14 : away);
            all += part[i];
        }
        for (int i = 0; i < NODES; i++)
            s->weight[i] += (1.0 - v) * pow(v, w) * part[i] / all;
    }
}

struct clv_scorer *clv_scorer_new(const struct clv_fit *buying, const struct clv_fit *spending,
                                  const struct clv_horizon *h)
{
    assert(buying->model != CLV_GAMMA_GAMMA);
    assert(spending == NULL || spending->model == CLV_GAMMA_GAMMA);
    assert(h->steps >= 1 && h->steps <= CLV_STEPS_MAX && h->step > 0.0 && h->rate >= 0.0);
    struct clv_scorer *s = must(calloc(1, sizeof *s));
    double v = 1.0 / (1.0 + h->rate), c = buying->value[1];
    s->buying = *buying;
    s->spends = spending != NULL;
    if (s->spends)
        s->spending = *spending;
    if (buying->model == CLV_PARETO_NBD)
        c = fmin(c, buying->value[3]);
    if (h->rate > 0.0 && h->steps > NODES + 1) {
        place_nodes(s, h, fmax(c / h->step, 0.1));
    } else if (h->rate > 0.0) {
        s->n = (int)h->steps - 1;
        for (int i = 0; i < s->n; i++) {
            s->at[i] = h->step * (i + 1);
            s->weight[i] = (1.0 - v) * pow(v, i + 1);
        }
    }
    s->at[s->n] = h->step * h->steps;
    s->weight[s->n++] = pow(v, h->steps);
    return s;
}

void clv_scorer_free(struct clv_scorer *s)
{
    free(s);
}

/* Expected purchases in the horizon, plain and discounted, of one who is alive. */
static const struct memo *look_up(struct clv_scorer *s, uint32_t x, double T)
{
    uint64_t bits;
    memcpy(&bits, &T, sizeof bits);
    uint64_t key = (bits ^ (bits >> 32) ^ x * UINT64_C(0x9e3779b97f4a7c15)) * 0xff51afd7ed558ccd;
    struct memo *m = &s->memo[(key >> 40) % MEMO];
    if (m->filled && m->x == x && m->T == T)
        return m;
    *m = (struct memo){.T = T, .x = x, .filled = true};
    double until[TIMES];
    if_alive(&s->buying, x, T, s->n, s->at, until);
    m->bought = until[s->n - 1];
    for (int i = 0; i < s->n; i++)
        m->discounted += s->weight[i] * until[i];
    return m;
}

void clv_score(struct clv_scorer *s, const struct clv_customer *c, struct clv_answer *out)
{
    double alive = clv_alive(&s->buying, c);
    const struct memo *m = look_up(s, c->x, c->T);
    double value = s->spends ? clv_value(&s->spending, c) : 0.0;
    *out = (struct clv_answer){.alive = alive,
                               .purchases = alive * m->bought,
                               .value = value,
                               .clv = alive * m->discounted * value};
}

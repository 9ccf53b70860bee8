/* clv.c — tables of customers, and fits.
 *
 * A table is one array of rows: filled, sorted by (T, x, t_x), then equal neighbours are merged in
 * place. Sorting makes a fit independent of the order of the caller's rows to the last bit, and
 * puts customers of one T side by side, which share logarithms.
 *
 * A fit first climbs on an even draw of 5,000 customers, where a hundred steps cost little, then on
 * 50,000, and then on all: three passes. When the first climb ends badly, two more starting points
 * are tried and the best is kept. On more than LARGE rows there are 15 passes at most, so that data
 * without a maximum cost no minutes. How a fit is judged: a likelihood without a maximum drives the
 * logs of parameters away or leaves them without curvature, so size, standard error and Hessian
 * tell.
 */
#include "query/clv_parts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { N = CLV_PARAMETERS, STARTS = 3, LARGE = 100000 };

static const double LEAST = 1e-100, MOST = 1e100; /* of an amount or a time, but for 0 */

/* ---- models ---- */

static const struct {
    int n;
    const char *names[N];
    unsigned with_unit; /* bit i: parameter i is a time or an amount */
    bool of_values;
    void (*local)(const struct clv_table *t, const double *v, struct clv_local *out);
    double starts[STARTS][N]; /* alpha by the rate of purchases, in multiples */
} MODELS[] = {
    [CLV_BG_NBD] = {4,
                    {"r", "alpha", "a", "b"},
                    1u << 1,
                    false,
                    clv_local_bg,
                    {{0.5, 1, 1, 3}, {2, 1, 0.2, 2}, {0.2, 1, 4, 10}}},
    [CLV_PARETO_NBD] = {4,
                        {"r", "alpha", "s", "beta"},
                        1u << 1 | 1u << 3,
                        false,
                        clv_local_pareto,
                        {{0.5, 1, 0.5, 5}, {2, 1, 0.2, 10}, {0.2, 1, 2, 20}}},
    [CLV_GAMMA_GAMMA] = {3,
                         {"p", "q", "gamma"},
                         1u << 2,
                         true,
                         clv_local_values,
                         {{4, 4, 0.75}, {1, 2, 1}, {20, 10, 0.45}}},
};

int clv_parameters(enum clv_model m)
{
    return MODELS[m].n;
}

const char *clv_parameter_name(enum clv_model m, int i)
{
    assert(i >= 0 && i < MODELS[m].n);
    return MODELS[m].names[i];
}

static double unit_of(enum clv_model m, const struct clv_table *t, int i)
{
    return MODELS[m].with_unit >> i & 1 ? t->unit : 1.0;
}

/* ---- tables ---- */

static bool in_range(double v)
{
    return v == 0.0 || (v >= LEAST && v <= MOST); /* false for NaN */
}

static bool fits_model(const struct clv_customer *c)
{
    return in_range(c->T) && in_range(c->m) && c->t_x >= 0.0 && c->t_x <= c->T && c->x <= CLV_X_MAX;
}

static int by_T_x_t_x(const void *a, const void *b)
{
    const struct clv_row *p = a, *q = b;
    if (p->T != q->T)
        return p->T < q->T ? -1 : 1;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->t_x > q->t_x) - (p->t_x < q->t_x);
}

/* Merges equal neighbours and gives back the room. */
static void merge_equal(struct clv_table *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        if (kept > 0 && by_T_x_t_x(&t->rows[kept - 1], &t->rows[i]) == 0 &&
            t->rows[kept - 1].n < UINT32_MAX - t->rows[i].n)
            t->rows[kept - 1].n += t->rows[i].n;
        else
            t->rows[kept++] = t->rows[i];
    }
    t->n_rows = kept;
    struct clv_row *less = realloc(t->rows, (kept + 1) * sizeof *less);
    t->rows = less != NULL ? less : t->rows;
}

/* Fills customers, sum_x, max_x and more from the rows. False without memory. */
static bool count_x(struct clv_table *t)
{
    t->customers = 0;
    t->max_x = 0;
    t->sum_x = 0.0;
    for (size_t i = 0; i < t->n_rows; i++) {
        t->customers += t->rows[i].n;
        t->sum_x += (double)t->rows[i].n * t->rows[i].x;
        t->max_x = t->rows[i].x > t->max_x ? t->rows[i].x : t->max_x;
    }
    t->more = calloc((size_t)t->max_x + 1, sizeof *t->more);
    if (t->more == NULL)
        return false;
    for (size_t i = 0; i < t->n_rows; i++)
        if (t->rows[i].x > 0)
            t->more[t->rows[i].x - 1] += t->rows[i].n;
    for (uint32_t i = t->max_x; i-- > 1;)
        t->more[i - 1] += t->more[i];
    return true;
}

static struct clv_table *table_new(size_t room)
{
    struct clv_table *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->unit = 1.0;
    t->rows = malloc((room + 1) * sizeof *t->rows);
    if (t->rows == NULL) {
        free(t);
        return NULL;
    }
    return t;
}

void clv_table_free(struct clv_table *t)
{
    if (t == NULL)
        return;
    free(t->rows);
    free(t->more);
    free(t);
}

/* Sorted, merged and counted; or freed and NULL. */
static struct clv_table *table_ready(struct clv_table *t)
{
    merge_equal(t);
    if (count_x(t))
        return t;
    clv_table_free(t);
    return NULL;
}

struct clv_table *clv_table_times(const struct clv_customer *c, size_t n)
{
    struct clv_table *t = table_new(n);
    if (t == NULL)
        return NULL;
    double longest = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!fits_model(&c[i])) {
            t->refused++;
            continue;
        }
        longest = fmax(longest, c[i].T);
        t->rows[t->n_rows++] =
            (struct clv_row){.t_x = c[i].x > 0 ? c[i].t_x : 0.0, .T = c[i].T, .x = c[i].x, .n = 1};
    }
    t->unit = longest > 0.0 ? longest / 10.0 : 1.0;
    qsort(t->rows, t->n_rows, sizeof *t->rows, by_T_x_t_x);
    t = table_ready(t);
    for (size_t i = 0; t != NULL && i < t->n_rows; i++) {
        t->rows[i].T /= t->unit;
        t->rows[i].t_x /= t->unit;
    }
    return t;
}

/* Means, and Pearson's correlation of x and m; 0 where one of them does not vary. */
static void correlate(struct clv_table *t)
{
    double n = 0.0, x = 0.0, m = 0.0, xx = 0.0, xm = 0.0, mm = 0.0;
    for (size_t i = 0; i < t->n_rows; i++) {
        const struct clv_row *row = &t->rows[i];
        double share = row->n / (n += row->n), dx = row->x - x, dm = row->t_x - m;
        x += share * dx;
        m += share * dm;
        xx += row->n * dx * (row->x - x);
        xm += row->n * dx * (row->t_x - m);
        mm += row->n * dm * (row->t_x - m);
    }
    t->mean_m = m;
    double both = sqrt(xx) * sqrt(mm);
    t->correlation = both > 0.0 && isfinite(xm / both) ? fmin(1.0, fmax(-1.0, xm / both)) : 0.0;
}

struct clv_table *clv_table_values(const struct clv_customer *c, size_t n)
{
    struct clv_table *t = table_new(n);
    if (t == NULL)
        return NULL;
    t->of_values = true;
    for (size_t i = 0; i < n; i++) {
        if (!fits_model(&c[i]))
            t->refused++;
        else if (c[i].x > 0 && c[i].m > 0.0)
            t->rows[t->n_rows++] = (struct clv_row){.t_x = c[i].m, .x = c[i].x, .n = 1};
    }
    qsort(t->rows, t->n_rows, sizeof *t->rows, by_T_x_t_x);
    t = table_ready(t);
    if (t == NULL || t->n_rows == 0)
        return t;
    correlate(t);
    t->unit = t->mean_m;
    for (size_t i = 0; i < t->n_rows; i++)
        t->rows[i].t_x /= t->unit;
    return t;
}

struct clv_table *clv_table_thin(const struct clv_table *t, uint64_t want)
{
    struct clv_table *thin = table_new(want < t->n_rows ? want : t->n_rows);
    if (thin == NULL)
        return NULL;
    thin->unit = t->unit;
    thin->of_values = t->of_values;
    double share = (double)want / (double)t->customers, seen = 0.0;
    for (size_t i = 0; i < t->n_rows; i++) {
        double before = floor(seen * share);
        seen += t->rows[i].n;
        uint32_t taken = (uint32_t)(floor(seen * share) - before);
        if (taken > 0 && thin->n_rows < want) {
            thin->rows[thin->n_rows] = t->rows[i];
            thin->rows[thin->n_rows++].n = taken;
        }
    }
    return table_ready(thin);
}

uint64_t clv_table_customers(const struct clv_table *t)
{
    return t->customers;
}

uint64_t clv_table_refused(const struct clv_table *t)
{
    return t->refused;
}

uint64_t clv_table_rows(const struct clv_table *t)
{
    return t->n_rows;
}

/* ---- fits ---- */

/* The log-likelihood in the caller's units: a density of times has 1/time for each purchase, one of
 * means 1/amount for each customer. */
static double ll_of(const struct clv_table *t, double inner)
{
    double densities = t->of_values ? (double)t->customers : t->sum_x;
    return inner - densities * log(t->unit);
}

double clv_log_likelihood(enum clv_model m, const struct clv_table *t, const double value[static N],
                          double gradient[N])
{
    assert(MODELS[m].of_values == t->of_values);
    struct clv_local l = {0};
    double v[N] = {0};
    for (int i = 0; i < MODELS[m].n; i++) {
        assert(value[i] > 0.0);
        v[i] = value[i] / unit_of(m, t, i);
    }
    MODELS[m].local(t, v, &l);
    for (int i = 0; gradient != NULL && i < N; i++)
        gradient[i] = i < MODELS[m].n ? l.g[i] / unit_of(m, t, i) : 0.0;
    return ll_of(t, l.ll);
}

/* Where start k lies. alpha is r times the mean time between purchases, if nobody dropped out. */
static void start(enum clv_model m, const struct clv_table *t, int k, double theta[N])
{
    double time = 0.0;
    for (size_t i = 0; i < t->n_rows; i++)
        time += t->rows[i].n * t->rows[i].T;
    for (int i = 0; i < MODELS[m].n; i++) {
        double v = MODELS[m].starts[k][i];
        if (i == 1 && !t->of_values)
            v *= MODELS[m].starts[k][0] * fmin(1e3, fmax(1e-3, time / fmax(t->sum_x, 1.0)));
        theta[i] = log(v);
    }
}

static bool ran_away(const struct clv_place *at, int n)
{
    for (int i = 0; i < n; i++)
        if (fabs(at->theta[i]) > log(1e4))
            return true;
    return !at->converged;
}

/* The best climb from the starts; later ones are tried only if the first ends badly. */
static void climb_from_starts(enum clv_model m, const struct clv_aim *aim, struct clv_place *out)
{
    int iterations = 0;
    for (int k = 0; k < STARTS; k++) {
        struct clv_place at = {0};
        start(m, aim->t, k, at.theta);
        clv_climb(aim, &at);
        iterations += at.iterations;
        if (k == 0 || (isfinite(at.here.ll) && !(out->here.ll >= at.here.ll)))
            *out = at;
        if (!ran_away(out, aim->n))
            break;
    }
    out->iterations = iterations;
}

/* Climbs on `t` from where a part of its rows led. What ran away there may not here, so such a
 * climb begins anew unless `t` is too large for that. */
static void climb_on(enum clv_model m, struct clv_aim *aim, const struct clv_table *t, bool first,
                     struct clv_place *at)
{
    bool large = t->n_rows > LARGE;
    aim->t = t;
    aim->looks = large ? 15 : 150;
    if (first) {
        climb_from_starts(m, aim, at);
        return;
    }
    if (!large && ran_away(at, aim->n))
        start(m, t, 0, at->theta);
    clv_climb(aim, at);
}

/* On a few, then on more, then on all. */
static void climb_all(enum clv_model m, struct clv_aim *aim, struct clv_place *at)
{
    static const uint64_t PARTS[] = {5000, 50000};
    const struct clv_table *t = aim->t;
    bool first = true;
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        if (t->customers <= 2 * PARTS[i] || t->n_rows <= PARTS[i])
            continue;
        struct clv_table *thin = clv_table_thin(t, PARTS[i]);
        if (thin == NULL) /* no memory: more passes over all instead */
            continue;
        climb_on(m, aim, thin, first, at);
        first = false;
        clv_table_free(thin);
    }
    climb_on(m, aim, t, first, at);
}

static void judge(const struct clv_aim *aim, const struct clv_place *at, struct clv_fit *out)
{
    double covariance[N][N];
    out->has_se = clv_covariance(aim, at, covariance);
    out->warnings |= out->has_se ? 0u : (unsigned)CLV_NOT_CONCAVE;
    out->warnings |= at->converged ? 0u : (unsigned)CLV_NOT_CONVERGED;
    for (int i = 0; i < aim->n; i++) {
        unsigned found = at->theta[i] > log(1e4) ? CLV_TO_INFINITY : 0;
        found |= at->theta[i] < -log(1e4) ? CLV_TO_ZERO : 0;
        if (out->has_se) {
            out->log_se[i] = sqrt(covariance[i][i]);
            out->se[i] = out->value[i] * out->log_se[i];
            found |= out->log_se[i] > 2.0 ? CLV_FLAT : 0;
        }
        out->warnings |= found;
        out->suspects |= found != 0 ? 1u << i : 0u;
    }
    if (out->model == CLV_GAMMA_GAMMA && out->value[1] <= 1.0)
        out->warnings |= CLV_MEAN_INFINITE;
}

void clv_fit(enum clv_model m, const struct clv_table *t, struct clv_fit *out)
{
    assert(MODELS[m].of_values == t->of_values);
    struct clv_aim aim = {.local = MODELS[m].local, .t = t, .n = MODELS[m].n};
    struct clv_place at = {0};
    *out = (struct clv_fit){.model = m, .customers = t->customers};
    out->mean_m = t->mean_m;
    out->correlation = t->correlation;
    bool empty = t->n_rows == 0 || (!t->of_values && t->rows[t->n_rows - 1].T <= 0.0);
    start(m, t, 0, at.theta);
    if (!empty)
        climb_all(m, &aim, &at);
    for (int i = 0; i < aim.n; i++)
        out->value[i] = exp(at.theta[i]) * unit_of(m, t, i);
    out->iterations = at.iterations;
    out->warnings = empty ? CLV_NO_DATA : 0;
    if (!empty) {
        out->converged = at.converged;
        out->ll = isfinite(at.here.ll) ? ll_of(t, at.here.ll) : 0.0;
        out->warnings |= !t->of_values && t->max_x == 0 ? CLV_NO_REPEATS : 0;
        judge(&aim, &at, out);
    }
}

/* query_clv.c — customer lifetime value: published answers on CDNOW, likelihoods beside naive
 * integrals, derivatives beside differences, parameters found again, and data that run away.
 *
 * KOI_CLV_BENCH=2000000 draws that many customers and prints how long each fit takes. */
#include "unit.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/rng.h"
#include "query/clv.h"
#include "query/clv_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DRAWN = 50000 };

/* Parameters that Fader, Hardie and Lee (2005), Fader and Hardie (2005, 2013) print for CDNOW. */
static const double CDNOW_BG[] = {0.243, 4.414, 0.793, 2.426};
static const double CDNOW_PARETO[] = {0.553, 10.578, 0.606, 11.669};
static const double CDNOW_VALUES[] = {6.25, 3.744, 15.44, 0};

static void close_to(double got, double want, double tolerance, const char *what)
{
    if (!(fabs(got - want) <= tolerance * fmax(1.0, fabs(want))))
        fail_msg("%s: %.12g is not %.12g", what, got, want);
}

static struct clv_fit fit_at(enum clv_model m, const double *v)
{
    struct clv_fit f = {.model = m};
    memcpy(f.value, v, sizeof f.value);
    return f;
}

/* ---- customers drawn from known parameters ---- */

/* A history until T: purchases of rate λ, cut off at death. */
static struct clv_customer history(struct rng *rng, const double *v, bool pareto, double T)
{
    struct clv_customer c = {.T = T};
    double lambda = rng_gamma(rng, v[0]) / v[1];
    double p = pareto ? 0.0 : rng_beta(rng, v[2], v[3]);
    double death = pareto ? rng_exponential(rng) / (rng_gamma(rng, v[2]) / v[3]) : HUGE_VAL;
    for (double t = 0.0;;) {
        t += rng_exponential(rng) / lambda;
        if (!(t <= fmin(T, death)))
            return c;
        c.x++;
        c.t_x = t;
        if (!pareto && rng_unit(rng) < p)
            return c;
    }
}

static struct clv_customer *draw(uint64_t seed, size_t n, const double *v, bool pareto, bool days)
{
    struct clv_customer *c = calloc(n, sizeof *c);
    struct rng rng = rng_seed(seed);
    assert_non_null(c);
    for (size_t i = 0; i < n; i++) {
        double T = 20.0 + 32.0 * rng_unit(&rng);
        c[i] = history(&rng, v, pareto, days ? ceil(T * 7.0) / 7.0 : T);
        if (days)
            c[i].t_x = fmin(c[i].T, ceil(c[i].t_x * 7.0) / 7.0);
        if (c[i].x > 0) {
            double p = CDNOW_VALUES[0] * c[i].x;
            double rate = rng_gamma(&rng, CDNOW_VALUES[1]) / CDNOW_VALUES[2];
            c[i].m = rng_gamma(&rng, p) / (rate * c[i].x);
        }
    }
    return c;
}

static struct clv_fit fit_customers(enum clv_model m, const struct clv_customer *c, size_t n)
{
    struct clv_fit f;
    struct clv_table *t = m == CLV_GAMMA_GAMMA ? clv_table_values(c, n) : clv_table_times(c, n);
    assert_non_null(t);
    clv_fit(m, t, &f);
    clv_table_free(t);
    return f;
}

/* ---- CDNOW ---- */

enum { COLUMNS = 12, CDNOW_MOST = 3000 };

struct cdnow {
    size_t n;
    double cells[CDNOW_MOST][COLUMNS];
    struct clv_customer c[CDNOW_MOST];
};

static FILE *open_expected(const char *name)
{
    const char *top = getenv("MESON_SOURCE_ROOT");
    char path[500];
    snprintf(path, sizeof path, "%s/../shared/data/expected/%s", top != NULL ? top : ".", name);
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        print_message("[  SKIPPED ] %s is not here\n", path);
        skip();
    }
    return f;
}

/* sample_id, x, t_x, T, x_holdout, mean_repeat_spend, then the answers. */
static struct cdnow *read_cdnow(void)
{
    FILE *f = open_expected("cdnow_sample_clv_per_customer.csv");
    struct cdnow *d = calloc(1, sizeof *d);
    char line[1024];
    assert_non_null(d);
    assert_non_null(fgets(line, sizeof line, f));
    while (fgets(line, sizeof line, f) != NULL) {
        assert_true(d->n < CDNOW_MOST);
        double *cell = d->cells[d->n];
        char *at = line;
        for (int i = 0; i < COLUMNS; i++, at++)
            cell[i] = strtod(at, &at);
        d->c[d->n++] = (struct clv_customer){
            .x = (uint32_t)cell[1], .t_x = cell[2], .T = cell[3], .m = cell[5]};
    }
    fclose(f);
    assert_int_equal(d->n, 2357);
    return d;
}

/* The file's own digits, four of them. */
static void check_fit_in_file(struct arena *a, const char *model, const struct clv_fit *f)
{
    static char room[65536];
    FILE *file = open_expected("cdnow_sample_clv_fit.json");
    struct str text = {room, fread(room, 1, sizeof room, file)};
    const struct json_value *all = NULL;
    struct err e = ERR_INIT;
    fclose(file);
    assert_int_equal(json_parse(a, text, &all, &e), RC_OK);
    const struct json_value *fit = json_get(json_get(all, "fits"), model);
    for (int i = 0; i < clv_parameters(f->model); i++) {
        double want = json_double_or(json_get(fit, clv_parameter_name(f->model, i)), 0);
        close_to(f->value[i] / want, 1.0, 5e-5, clv_parameter_name(f->model, i));
    }
    assert_true(fabs(f->ll - json_double_or(json_get(fit, "LL"), 0)) < 1e-4);
}

static void check_fit(const struct clv_fit *f, const double *published, double published_ll)
{
    for (int i = 0; i < clv_parameters(f->model); i++)
        close_to(f->value[i], published[i], 6e-4, clv_parameter_name(f->model, i));
    close_to(f->ll, published_ll, 1e-5, "log-likelihood");
    assert_true(f->converged && f->has_se);
    assert_int_equal(f->warnings, 0);
}

static void cdnow_has_the_published_parameters(void **state)
{
    (void)state;
    struct cdnow *d = read_cdnow();
    struct clv_fit bg = fit_customers(CLV_BG_NBD, d->c, d->n);
    struct clv_fit pareto = fit_customers(CLV_PARETO_NBD, d->c, d->n);
    struct clv_fit values = fit_customers(CLV_GAMMA_GAMMA, d->c, d->n);
    check_fit(&bg, CDNOW_BG, -9582.4);
    check_fit(&pareto, CDNOW_PARETO, -9595.0);
    check_fit(&values, CDNOW_VALUES, -4055.9);
    assert_int_equal(values.customers, 946);
    for (int k = 0; k < 3; k++) {
        const struct clv_fit *f = k == 0 ? &bg : k == 1 ? &pareto : &values;
        print_message("LL %.6f, %d steps:", f->ll, f->iterations);
        for (int i = 0; i < clv_parameters(f->model); i++)
            print_message(" %s %.7g (%.3g)", clv_parameter_name(f->model, i), f->value[i],
                          f->se[i]);
        print_message("\n");
    }
    struct arena a;
    arena_init(&a, 0);
    check_fit_in_file(&a, "bgnbd", &bg);
    check_fit_in_file(&a, "paretonbd", &pareto);
    check_fit_in_file(&a, "gammagamma", &values);
    arena_done(&a);
    free(d);
}

static void cdnow_customers_have_their_answers(void **state)
{
    (void)state;
    struct cdnow *d = read_cdnow();
    struct clv_fit bg = fit_customers(CLV_BG_NBD, d->c, d->n);
    struct clv_fit pareto = fit_customers(CLV_PARETO_NBD, d->c, d->n);
    struct clv_fit values = fit_customers(CLV_GAMMA_GAMMA, d->c, d->n);
    struct clv_horizon year = {1.0, 52, pow(1.15, 1.0 / 52.0) - 1.0};
    struct clv_scorer *s = clv_scorer_new(&bg, &values, &year);
    static const char *const names[] = {"BG alive",  "BG 39", "Pareto alive",
                                        "Pareto 39", "value", "clv"};
    double worst[6] = {0};
    for (size_t i = 0; i < d->n; i++) {
        const struct clv_customer *c = &d->c[i];
        struct clv_answer answer;
        clv_score(s, c, &answer);
        double got[6] = {clv_alive(&bg, c),     clv_purchases(&bg, c, 39),
                         clv_alive(&pareto, c), clv_purchases(&pareto, c, 39),
                         answer.value,          answer.clv};
        for (int k = 0; k < 6; k++) {
            close_to(got[k], d->cells[i][6 + k], 1e-4, names[k]);
            worst[k] = fmax(worst[k], fabs(got[k] - d->cells[i][6 + k]));
        }
    }
    for (int k = 0; k < 6; k++)
        print_message("%s: at most %.2g from the file\n", names[k], worst[k]);
    clv_scorer_free(s);
    free(d);
}

/* Numbers printed in the papers' own worked examples, and by three other programs, at the rounded
 * parameters. */
static void worked_examples(void **state)
{
    (void)state;
    static const double FILED[] = {0.24259451656792935, 4.413602014796944, 0.7929219720278593,
                                   2.4259066008748444};
    static const double FILED_PARETO[] = {0.5532770569008542, 10.577683797659098,
                                          0.6062400604118996, 11.668738173414502};
    struct clv_fit bg = fit_at(CLV_BG_NBD, FILED), pareto = fit_at(CLV_PARETO_NBD, FILED_PARETO);
    struct clv_fit values = fit_at(CLV_GAMMA_GAMMA, CDNOW_VALUES);
    struct clv_customer won = {0};
    struct clv_customer two = {.x = 2, .t_x = 30.43, .T = 38.86};
    struct clv_customer heavy = {.x = 26, .t_x = 216.0 / 7.0, .T = 31.0};
    double p[40];
    close_to(clv_purchases(&bg, &won, 52), 1.4440123729473582, 1e-9, "E[X(52)]");
    close_to(clv_purchases(&pareto, &won, 52), 1.4734342933524862, 1e-9, "Pareto E[X(52)]");
    close_to(clv_purchases(&bg, &two, 39), 1.2259, 1e-4, "x = 2");
    close_to(clv_purchases(&bg, &heavy, 52), 25.757337472340364, 1e-9, "x = 26");
    close_to(clv_alive(&bg, &heavy), 0.9688544429212494, 1e-9, "x = 26 alive");
    close_to(clv_purchases(&pareto, &heavy, 52), 25.455182883860616, 1e-9, "Pareto x = 26");
    close_to(clv_alive(&pareto, &heavy), 0.997873404607595, 1e-9, "Pareto x = 26 alive");
    bg = fit_at(CLV_BG_NBD, CDNOW_BG);
    clv_count_probability(&bg, 39, 1, p);
    close_to(p[0], 0.5737863520960094, 1e-9, "P(X(39) = 0)");
    close_to(clv_value(&values, &won), 35.17, 1e-3, "population's mean value");
}

/* ---- likelihoods beside naive integrals ---- */

/* Σ over e^u, by the trapezoid rule: ∫ f(λ) gamma(λ; shape, rate) dλ. */
static double gamma_weight(double u, double shape, double rate)
{
    return exp(shape * (u + log(rate)) - rate * exp(u) - lgamma(shape));
}

static double naive_bg(const double *v, const struct clv_customer *c)
{
    double sum = 0.0, h = 0.1, k = 0.25, beta = lgamma(v[2]) + lgamma(v[3]) - lgamma(v[2] + v[3]);
    for (double u = c->x > 0 ? -30.0 : -100.0; u < 10.0; u += h)
        for (double w = -60.0; w < 40.0; w += k) {
            double l = exp(u), p = 1.0 / (1.0 + exp(-w)), q = 1.0 / (1.0 + exp(w));
            double density = exp(v[2] * log(p) + v[3] * log(q) - beta);
            double seen = pow(q, c->x) * pow(l, c->x) * exp(-l * c->T);
            if (c->x > 0)
                seen += p * pow(q, c->x - 1.0) * pow(l, c->x) * exp(-l * c->t_x);
            sum += seen * density * gamma_weight(u, v[0], v[1]) * h * k;
        }
    return sum > 0.0 ? log(sum) : -HUGE_VAL;
}

static double naive_pareto(const double *v, const struct clv_customer *c)
{
    double sum = 0.0, h = 0.1, k = 0.25;
    for (double u = c->x > 0 ? -30.0 : -100.0; u < 10.0; u += h)
        for (double w = -100.0; w < 10.0; w += k) {
            double l = exp(u), mu = exp(w), seen = l / (l + mu) * exp(-(l + mu) * c->T);
            seen += mu / (l + mu) * exp(-(l + mu) * c->t_x);
            sum += seen * pow(l, c->x) * gamma_weight(u, v[0], v[1]) * gamma_weight(w, v[2], v[3]) *
                   h * k;
        }
    return sum > 0.0 ? log(sum) : -HUGE_VAL;
}

static double naive_values(const double *v, const struct clv_customer *c)
{
    double sum = 0.0, h = 0.05, shape = v[0] * c->x;
    for (double u = -60.0; u < 20.0; u += h) /* m is gamma with rate ν x */
        sum += exp((shape - 1.0) * log(c->m) + shape * (u + log(c->x)) - exp(u) * c->x * c->m -
                   lgamma(shape)) *
               gamma_weight(u, v[1], v[2]) * h;
    return sum > 0.0 ? log(sum) : -HUGE_VAL;
}

static double ll_of_one(enum clv_model m, const double *v, const struct clv_customer *c)
{
    struct clv_table *t = m == CLV_GAMMA_GAMMA ? clv_table_values(c, 1) : clv_table_times(c, 1);
    double ll = clv_log_likelihood(m, t, v, NULL);
    clv_table_free(t);
    return ll;
}

static const struct clv_customer SOME[] = {
    {.x = 0, .t_x = 0, .T = 38.86},
    {.x = 1, .t_x = 1.7, .T = 38.86, .m = 11.77},
    {.x = 2, .t_x = 30.4, .T = 38.9, .m = 22},
    {.x = 29, .t_x = 38.0, .T = 38.0, .m = 40},
    {.x = 7, .t_x = 3.0, .T = 39, .m = 0.5},
    {.x = 12, .t_x = 19.99999, .T = 20, .m = 300},
    {.x = 1, .t_x = 0, .T = 30, .m = 9},
};
enum { N_SOME = sizeof SOME / sizeof *SOME };

static void likelihoods_are_the_integrals_they_stand_for(void **state)
{
    (void)state;
    static const double far_apart[][4] = {{1.5, 0.8, 0.4, 30}, {0.3, 40, 2.5, 1.1}, {3, 7, 1, 7}};
    for (int i = 0; i < N_SOME; i++) {
        const struct clv_customer *c = &SOME[i];
        close_to(ll_of_one(CLV_BG_NBD, CDNOW_BG, c), naive_bg(CDNOW_BG, c), 1e-9, "BG/NBD");
        close_to(ll_of_one(CLV_PARETO_NBD, CDNOW_PARETO, c), naive_pareto(CDNOW_PARETO, c), 1e-9,
                 "Pareto/NBD");
        const double *v = far_apart[i % 3];
        close_to(ll_of_one(CLV_PARETO_NBD, v, c), naive_pareto(v, c), 1e-9, "far apart");
        if (c->m > 0.0)
            close_to(ll_of_one(CLV_GAMMA_GAMMA, CDNOW_VALUES, c), naive_values(CDNOW_VALUES, c),
                     1e-9, "Gamma-Gamma");
    }
}

/* ---- derivatives beside differences ---- */

typedef void local_fn(const struct clv_table *t, const double *v, struct clv_local *out);

static void look(local_fn *local, const struct clv_table *t, const double *v, int i, double factor,
                 struct clv_local *out)
{
    double moved[4];
    memcpy(moved, v, sizeof moved);
    moved[i] *= factor;
    *out = (struct clv_local){0};
    local(t, moved, out);
}

/* v ∂/∂v by four places, from their values; the error is of the fourth power of the step. */
static double difference(const double *at)
{
    return (8.0 * (at[2] - at[1]) - (at[3] - at[0])) / (12.0 * 1e-3);
}

static void check_derivatives(local_fn *local, const struct clv_table *t, const double *v, int n)
{
    static const double factors[] = {0.998, 0.999, 1.001, 1.002};
    struct clv_local here, around[4];
    look(local, t, v, 0, 1.0, &here);
    for (int i = 0; i < n; i++) {
        double ll[4], g[4];
        for (int k = 0; k < 4; k++) {
            look(local, t, v, i, factors[k], &around[k]);
            ll[k] = around[k].ll;
        }
        close_to(here.g[i] * v[i], difference(ll), 1e-7, "gradient");
        for (int j = 0; j < n; j++) {
            for (int k = 0; k < 4; k++)
                g[k] = around[k].g[j];
            double h = i < j ? here.h[i][j] : here.h[j][i];
            close_to(h * v[i] * v[j], difference(g) * v[j], 1e-7, "Hessian");
        }
    }
}

static void derivatives_agree_with_differences(void **state)
{
    (void)state;
    struct rng rng = rng_seed(17);
    struct clv_customer *c = draw(5, 400, CDNOW_BG, false, true);
    struct clv_table *times = clv_table_times(c, 400), *values = clv_table_values(c, 400);
    for (int round = 0; round < 40; round++) {
        double v[4];
        for (int i = 0; i < 4; i++)
            v[i] = exp(1.5 * rng_normal(&rng));
        check_derivatives(clv_local_bg, times, v, 4);
        check_derivatives(clv_local_pareto, times, v, 4);
        check_derivatives(clv_local_values, values, v, 3);
    }
    clv_table_free(times);
    clv_table_free(values);
    free(c);
}

/* ---- parameters found again ---- */

static void check_recovery(const struct clv_fit *f, const double *v)
{
    assert_true(f->converged && f->has_se && f->warnings == 0);
    for (int i = 0; i < clv_parameters(f->model); i++) {
        double away = log(f->value[i] / v[i]) / f->log_se[i];
        if (fabs(away) > 3.5 || f->log_se[i] > 0.3)
            fail_msg("%s: %g, drawn from %g, is %.1f standard errors of %g away",
                     clv_parameter_name(f->model, i), f->value[i], v[i], away, f->log_se[i]);
    }
}

static void parameters_are_found_again(void **state)
{
    (void)state;
    struct clv_customer *c = draw(1, DRAWN, CDNOW_BG, false, false);
    struct clv_fit f = fit_customers(CLV_BG_NBD, c, DRAWN);
    check_recovery(&f, CDNOW_BG);
    f = fit_customers(CLV_GAMMA_GAMMA, c, DRAWN);
    check_recovery(&f, CDNOW_VALUES);
    assert_true(fabs(f.correlation) < 0.05);
    free(c);
    c = draw(2, DRAWN, CDNOW_PARETO, true, false);
    f = fit_customers(CLV_PARETO_NBD, c, DRAWN);
    check_recovery(&f, CDNOW_PARETO);
    free(c);
}

/* With more than 100,000 the climb begins on a part; it must end where the whole one does. */
static void a_thinned_start_ends_at_the_same_maximum(void **state)
{
    (void)state;
    enum { MANY = 120000 };
    struct clv_customer *c = draw(3, MANY, CDNOW_BG, false, false);
    struct clv_table *t = clv_table_times(c, MANY);
    struct clv_fit f;
    double gradient[4];
    clv_fit(CLV_BG_NBD, t, &f);
    assert_true(f.converged && f.warnings == 0);
    double ll = clv_log_likelihood(CLV_BG_NBD, t, f.value, gradient);
    assert_true(fabs(ll - f.ll) < 1e-6);
    for (int i = 0; i < 4; i++) /* in standard errors */
        assert_true(fabs(gradient[i] * f.se[i]) < 1e-4);
    struct clv_table *thin = clv_table_thin(t, 1000);
    assert_int_equal(clv_table_customers(thin), 1000);
    clv_table_free(thin);
    clv_table_free(t);
    for (int i = 0; i < MANY; i++) /* a few rows with many customers each */
        c[i] = (struct clv_customer){.x = c[i].x % 4, .t_x = c[i].x % 4, .T = 20 + i % 7};
    t = clv_table_times(c, MANY);
    thin = clv_table_thin(t, 10000);
    assert_true(clv_table_rows(t) == 28 && clv_table_customers(thin) == 10000);
    for (uint32_t i = 0; i < t->max_x; i++)
        assert_true(fabs(thin->more[i] / 1e4 - t->more[i] / MANY) < 28e-4);
    clv_table_free(thin);
    clv_table_free(t);
    free(c);
}

/* ---- tables ---- */

static void order_units_and_repetition_do_not_matter(void **state)
{
    (void)state;
    enum { FEW = 3000 };
    struct clv_customer *c = draw(4, FEW, CDNOW_PARETO, true, true);
    struct clv_customer *other = calloc(2 * FEW, sizeof *other);
    assert_non_null(other);
    for (int i = 0; i < FEW; i++)
        other[FEW - 1 - i] = c[i];
    for (int m = 0; m < 3; m++) {
        struct clv_fit a = fit_customers((enum clv_model)m, c, FEW);
        struct clv_fit b = fit_customers((enum clv_model)m, other, FEW);
        assert_memory_equal(&a.value, &b.value, sizeof a.value);
        assert_true(a.ll == b.ll);
    }
    for (int i = 0; i < 2 * FEW; i++) { /* days and fen, everyone twice */
        other[i] = c[i / 2];
        other[i].T *= 7.0;
        other[i].t_x *= 7.0;
        other[i].m *= 100.0;
    }
    for (int m = 0; m < 3; m++) {
        struct clv_fit a = fit_customers((enum clv_model)m, c, FEW);
        struct clv_fit b = fit_customers((enum clv_model)m, other, 2 * FEW);
        double unit = m == CLV_GAMMA_GAMMA ? 100.0 : 7.0;
        for (int i = 0; i < clv_parameters(a.model); i++) {
            bool scaled = m == CLV_GAMMA_GAMMA ? i == 2 : i == 1 || (m == CLV_PARETO_NBD && i == 3);
            close_to(b.value[i] / a.value[i], scaled ? unit : 1.0, 1e-7, "in other units");
            close_to(b.log_se[i] / a.log_se[i], sqrt(0.5), 1e-5, "standard error of twice as many");
        }
    }
    free(other);
    free(c);
}

static void equal_rows_are_one_and_bad_ones_are_refused(void **state)
{
    (void)state;
    const struct clv_customer c[] = {
        {.x = 1, .t_x = 2, .T = 3, .m = 5},
        {.x = 1, .t_x = 2, .T = 3, .m = 7},
        {.x = 0, .t_x = 1, .T = 3},
        {.x = 0, .t_x = 0, .T = 3},
        {.x = 1, .t_x = 4, .T = 3, .m = 5},
        {.x = 1, .t_x = -1, .T = 3, .m = 5},
        {.x = 1, .t_x = 1, .T = NAN, .m = 5},
        {.x = 1, .t_x = 1, .T = INFINITY, .m = 5},
        {.x = 1, .t_x = NAN, .T = 3, .m = 5},
        {.x = 1, .t_x = 1, .T = 3, .m = -5},
        {.x = UINT32_MAX, .t_x = 1, .T = 3, .m = 5},
        {.x = 2, .t_x = 1, .T = 3, .m = 0},
    };
    struct clv_table *times = clv_table_times(c, 12), *values = clv_table_values(c, 12);
    assert_int_equal(clv_table_customers(times), 5);
    assert_int_equal(clv_table_rows(times), 3);
    assert_int_equal(clv_table_refused(times), 7);
    assert_int_equal(clv_table_customers(values), 2);
    assert_int_equal(clv_table_rows(values), 2);
    assert_int_equal(clv_table_refused(values), 7);
    clv_table_free(times);
    clv_table_free(values);
    clv_table_free(NULL);
    assert_string_equal(clv_parameter_name(CLV_PARETO_NBD, 3), "beta");
}

/* ---- one customer ---- */

/* E[(1 − (1 + p τ)^−A) / p] with p beta(a, B), by a fine midpoint rule in u = ln(p / (1 − p)). */
static double naive_bg_if_alive(const double *v, const struct clv_customer *c, double t)
{
    double A = v[0] + c->x, B = v[3] + c->x, tau = t / (v[1] + c->T), sum = 0.0, mass = 0.0;
    double middle = log(v[2] / B), peak = HUGE_VAL;
    for (double u = -500.0; u < 300.0; u += 0.02) {
        double at = u + middle, e = exp(-fabs(at));
        double log_p = (at > 0 ? 0 : at) - log1p(e), log_q = (at > 0 ? -at : 0) - log1p(e);
        double log_w = v[2] * log_p + B * log_q, p = exp(log_p);
        peak = peak > 1e300 ? v[2] * log(v[2] / (v[2] + B)) + B * log(B / (v[2] + B)) : peak;
        double w = exp(log_w - peak);
        mass += w;
        sum += w > 0.0 ? w * -expm1(-A * log1p(p * tau)) / p : 0.0;
    }
    return sum / mass;
}

static void expected_purchases_have_no_poles(void **state)
{
    (void)state;
    static const double V[][4] = {
        {0.243, 4.414, 0.793, 2.426}, {0.5, 5, 1, 2},     {0.5, 5, 0.4, 0.6},  {0.5, 5, 0.3, 0.2},
        {2, 0.01, 1.5, 0.5},          {300, 50, 20, 900}, {0.3, 1e-3, 3, 0.1}, {5, 1, 0.05, 0.5}};
    static const struct clv_customer C[] = {{.x = 0},
                                            {.x = 0, .T = 30},
                                            {.x = 1, .t_x = 3, .T = 9},
                                            {.x = 400, .t_x = 30, .T = 31},
                                            {.x = 9, .t_x = 8, .T = 9},
                                            {.x = 1500, .t_x = 60, .T = 60}};
    for (size_t i = 0; i < sizeof V / sizeof *V; i++) {
        struct clv_fit f = fit_at(CLV_BG_NBD, V[i]);
        for (size_t k = 0; k < sizeof C / sizeof *C; k++) {
            double t = k & 1 ? 52.0 : 3.0;
            double alive = clv_alive(&f, &C[k]), want = naive_bg_if_alive(V[i], &C[k], t);
            close_to(clv_purchases(&f, &C[k], t) / alive / want, 1.0, 1e-8, "purchases if alive");
        }
        assert_true(clv_purchases(&f, &C[2], 0) == 0.0);
    }
}

static void purchases_after_T_are_those_that_are_drawn(void **state)
{
    (void)state;
    for (int pareto = 0; pareto < 2; pareto++) {
        const double *v = pareto ? CDNOW_PARETO : CDNOW_BG;
        struct clv_fit f = fit_at(pareto ? CLV_PARETO_NBD : CLV_BG_NBD, v);
        struct rng rng = rng_seed(9);
        struct clv_customer won = {0};
        double bought = 0.0, squares = 0.0, n = 100000;
        for (int i = 0; i < n; i++) {
            double x = history(&rng, v, pareto, 40.0).x;
            bought += x;
            squares += x * x;
        }
        double mean = bought / n, se = sqrt((squares / n - mean * mean) / n);
        assert_true(fabs(clv_purchases(&f, &won, 40) - mean) < 4 * se);
    }
}

static void a_scorer_answers_as_its_parts_do(void **state)
{
    (void)state;
    struct clv_fit fits[] = {fit_at(CLV_BG_NBD, CDNOW_BG), fit_at(CLV_PARETO_NBD, CDNOW_PARETO)};
    struct clv_fit values = fit_at(CLV_GAMMA_GAMMA, CDNOW_VALUES);
    static const struct clv_horizon H[] = {{39, 1, 0},       {1, 52, 0.0027}, {4, 12, 0.02},
                                           {1, 1200, 0.001}, {0.5, 40, 0.1},  {1, 16, 0.01}};
    for (int i = 0; i < 12; i++) {
        const struct clv_fit *f = &fits[i & 1];
        const struct clv_horizon *h = &H[i / 2];
        struct clv_scorer *s = clv_scorer_new(f, i == 0 ? NULL : &values, h);
        for (int k = 0; k < 2 * N_SOME; k++) { /* the second time from memory */
            struct clv_answer got;
            struct clv_customer c = SOME[k % N_SOME];
            double sum = 0.0, before = 0.0;
            c.T = k % 3 == 0 ? c.t_x : c.T;
            clv_score(s, &c, &got);
            for (uint32_t w = 1; w <= h->steps; w++) {
                double now = clv_purchases(f, &c, w * h->step);
                sum += (now - before) / pow(1.0 + h->rate, w);
                before = now;
            }
            assert_true(got.alive == clv_alive(f, &c));
            close_to(got.purchases, before, 1e-12, "purchases");
            close_to(got.value, i == 0 ? 0.0 : clv_value(&values, &c), 1e-12, "value");
            close_to(got.clv, sum * got.value, 1e-6, "clv");
        }
        clv_scorer_free(s);
    }
}

/* More pairs of x and T than the scorer remembers. */
static void a_scorer_does_not_mistake_customers(void **state)
{
    (void)state;
    struct clv_fit f = fit_at(CLV_PARETO_NBD, CDNOW_PARETO);
    struct clv_horizon h = {13, 1, 0};
    struct clv_scorer *s = clv_scorer_new(&f, NULL, &h);
    struct clv_answer got;
    for (uint32_t i = 0; i < 120000; i++) {
        struct clv_customer c = {.x = i / 2, .t_x = 30, .T = i & 1 ? 30 : 31};
        clv_score(s, &c, &got);
        assert_true(got.purchases == clv_purchases(&f, &c, 13));
    }
    clv_scorer_free(s);
    clv_scorer_free(NULL);
}

/* ---- counts ---- */

static void counts_are_those_that_are_drawn(void **state)
{
    (void)state;
    enum { K = 12 };
    for (int pareto = 0; pareto < 2; pareto++) {
        const double *v = pareto ? CDNOW_PARETO : CDNOW_BG;
        struct clv_fit f = fit_at(pareto ? CLV_PARETO_NBD : CLV_BG_NBD, v);
        struct clv_customer *c = draw(6, DRAWN, v, pareto, pareto);
        struct clv_table *t = clv_table_times(c, DRAWN);
        double expected[K + 1], actual[K + 1], chi = 0.0, all = 0.0, seen = 0.0;
        clv_counts(&f, t, K, expected, actual);
        for (int k = 0; k <= K; k++) {
            double counted = 0.0;
            for (int i = 0; i < DRAWN; i++)
                counted += k < K ? c[i].x == (uint32_t)k : c[i].x >= K;
            assert_true(counted == actual[k]);
            chi += (actual[k] - expected[k]) * (actual[k] - expected[k]) / expected[k];
            all += expected[k];
            seen += actual[k];
        }
        close_to(all, DRAWN, 1e-12, "everyone is expected somewhere");
        assert_true(seen == DRAWN);
        if (chi > 33.0) /* 12 degrees of freedom: one seed in a thousand */
            fail_msg("chi squared is %g", chi);
        clv_table_free(t);
        free(c);
    }
}

/* The density of the mean of x values at m, as published (Fader and Hardie 2013, equation 1a). */
static double value_density(const double *v, double x, double m)
{
    double p = v[0], q = v[1], gamma = v[2];
    return exp(lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * log(gamma) +
               (p * x - 1.0) * log(m) + p * x * log(x) - (p * x + q) * log(gamma + m * x));
}

/* By Simpson's rule in ln m, from where next to nothing is below. */
static double value_below(const double *v, double x, double to)
{
    enum { STEPS = 20000 };
    double from = log(1e-9), width = (log(to) - from) / STEPS, sum = 0.0;
    for (int i = 0; i <= STEPS; i++) {
        double m = exp(from + i * width);
        sum += (i == 0 || i == STEPS ? 1.0 : i % 2 == 1 ? 4.0 : 2.0) * m * value_density(v, x, m);
    }
    return sum * width / 3.0;
}

static void values_lie_where_their_density_says(void **state)
{
    (void)state;
    static const double V[][CLV_PARAMETERS] = {
        {6.24995, 3.74406, 15.44281}, {1.7, 0.9, 40.0}, {35.0, 12.0, 3.0}, {2.2, 60.0, 2500.0}};
    static const uint32_t X[] = {1, 2, 7, 40};
    static const double M[] = {0.5, 5.0, 20.0, 36.0, 90.0, 400.0};
    for (size_t k = 0; k < sizeof V / sizeof *V; k++) {
        struct clv_fit f = fit_at(CLV_GAMMA_GAMMA, V[k]);
        for (size_t i = 0; i < sizeof X / sizeof *X; i++)
            for (size_t j = 0; j < sizeof M / sizeof *M; j++) {
                double got = clv_value_below(&f, X[i], M[j]), want = value_below(V[k], X[i], M[j]);
                if (fabs(got - want) > 1e-9)
                    fail_msg("%zu: %u purchases below %g: %.12g, not %.12g", k, X[i], M[j], got,
                             want);
            }
        assert_true(clv_value_below(&f, 3, 0.0) == 0.0);
        close_to(clv_value_below(&f, 1000000, 1e12), 1.0, 1e-7, "everything is below");
    }
}

static void values_are_those_that_are_drawn(void **state)
{
    (void)state;
    enum { K = 12 };
    struct clv_fit f = fit_at(CLV_GAMMA_GAMMA, CDNOW_VALUES);
    struct clv_customer *c = calloc(DRAWN, sizeof *c);
    struct rng rng = rng_seed(61);
    double cuts[K], expected[K + 1], actual[K + 1], chi = 0.0, all = 0.0;
    for (int i = 0; i < DRAWN; i++) {
        double rate = rng_gamma(&rng, f.value[1]) / f.value[2];
        c[i].x = 1 + (uint32_t)rng_below(&rng, 6);
        c[i].m = rng_gamma(&rng, f.value[0] * c[i].x) / rate / c[i].x;
    }
    for (int k = 0; k < K; k++)
        cuts[k] = 8.0 * (k + 1);
    struct clv_table *t = clv_table_values(c, DRAWN);
    clv_values(&f, t, cuts, K, expected, actual);
    for (int k = 0; k <= K; k++) {
        double counted = 0.0;
        for (int i = 0; i < DRAWN; i++)
            counted += (k == 0 || c[i].m >= cuts[k - 1]) && (k == K || c[i].m < cuts[k]);
        assert_true(counted == actual[k]);
        chi += (actual[k] - expected[k]) * (actual[k] - expected[k]) / expected[k];
        all += expected[k];
    }
    close_to(all, DRAWN, 1e-12, "everyone is expected somewhere");
    if (chi > 33.0) /* 12 degrees of freedom: one seed in a thousand */
        fail_msg("chi squared is %g", chi);
    clv_table_free(t);
    free(c);
}

static void probabilities_of_counts_give_the_mean(void **state)
{
    (void)state;
    enum { K = 20000 };
    static const double V[][4] = {{2, 5, 0.8, 2.4}, {3, 9, 4, 0.7}, {40, 80, 30, 900}};
    struct clv_customer won = {0};
    double *p = calloc(K, sizeof *p);
    assert_non_null(p);
    for (int i = 0; i < 6; i++) {
        struct clv_fit f = fit_at(i & 1 ? CLV_PARETO_NBD : CLV_BG_NBD, V[i / 2]);
        double all = 0.0, mean = 0.0, t = 30.0;
        clv_count_probability(&f, t, K, p);
        for (int k = 0; k < K; k++) {
            all += p[k];
            mean += k * p[k];
        }
        close_to(all, 1.0, 1e-10, "probabilities");
        close_to(mean, clv_purchases(&f, &won, t), 1e-8, "their mean");
    }
    free(p);
}

/* ---- data that run away ---- */

static void check_runaway(enum clv_model m, const struct clv_customer *c, size_t n, unsigned some)
{
    struct clv_fit f = fit_customers(m, c, n);
    print_message("model %d, %zu customers: warnings %#x of %#x, %d steps, LL %g\n", m, n,
                  f.warnings, some, f.iterations, f.ll);
    assert_true((f.warnings & some) != 0);
    assert_true(isfinite(f.ll));
    for (int i = 0; i < CLV_PARAMETERS; i++) {
        assert_true(isfinite(f.value[i]) && isfinite(f.se[i]) && isfinite(f.log_se[i]));
        assert_true(i >= clv_parameters(m) || f.value[i] > 0.0);
    }
    for (int i = 0; i < N_SOME; i++) {
        if (m == CLV_GAMMA_GAMMA) {
            assert_true(isfinite(clv_value(&f, &SOME[i])));
            continue;
        }
        double p[20], alive = clv_alive(&f, &SOME[i]);
        assert_true(alive >= 0.0 && alive <= 1.0);
        assert_true(isfinite(clv_purchases(&f, &SOME[i], 52)));
        clv_count_probability(&f, 39, 20, p);
        for (int k = 0; k < 20; k++)
            assert_true(p[k] >= 0.0 && p[k] <= 1.0);
    }
}

static void what_does_not_fit_is_warned_of(void **state)
{
    (void)state;
    enum { FEW = 500 };
    static const double immortal[] = {2, 4, 1e-6, 10};
    const unsigned away = CLV_TO_INFINITY | CLV_TO_ZERO | CLV_FLAT | CLV_NOT_CONCAVE;
    struct clv_customer *c = calloc(FEW, sizeof *c);
    struct rng rng = rng_seed(8);
    assert_non_null(c);
    for (int m = 0; m < 3; m++) {
        check_runaway((enum clv_model)m, c, 0, CLV_NO_DATA);
        check_runaway((enum clv_model)m, &SOME[2], 1, away);
        check_runaway((enum clv_model)m, c, FEW, CLV_NO_DATA);
    }
    for (int i = 0; i < FEW; i++) /* nobody came back */
        c[i].T = 1.0 + (double)rng_below(&rng, 30);
    check_runaway(CLV_BG_NBD, c, FEW, CLV_NO_REPEATS);
    check_runaway(CLV_PARETO_NBD, c, FEW, CLV_NO_REPEATS);
    for (int k = 0; k < 4; k++) { /* nobody leaves; all leave alike; one row; one very late */
        for (int i = 0; i < FEW; i++) {
            double last = k == 1 ? 4.0 + 4.0 * rng_unit(&rng) : 39.0;
            c[i] = (struct clv_customer){.x = 3, .t_x = last, .T = 40, .m = 20};
            if (k == 0)
                c[i] = history(&rng, immortal, false, 40.0);
        }
        if (k == 3)
            c[0] = (struct clv_customer){.x = 30000, .t_x = 1e-9, .T = 4e7, .m = 1e90};
        check_runaway(CLV_BG_NBD, c, FEW, away);
        check_runaway(CLV_PARETO_NBD, c, FEW, away);
        if (k > 0)
            check_runaway(CLV_GAMMA_GAMMA, c, FEW, k < 3 ? away | CLV_NOT_CONVERGED : ~0u);
    }
    for (int i = 0; i < FEW; i++) /* values with no mean: a tail of power 0.5 */
        c[i] = (struct clv_customer){
            .x = 2, .t_x = 1, .T = 2, .m = rng_gamma(&rng, 4.0) / rng_gamma(&rng, 0.5)};
    check_runaway(CLV_GAMMA_GAMMA, c, FEW, CLV_MEAN_INFINITE);
    free(c);
    c = draw(0, 50, CDNOW_BG, false, false); /* too few to tell a and b */
    struct clv_fit f = fit_customers(CLV_BG_NBD, c, 50);
    assert_true(f.converged && f.has_se && f.warnings == CLV_FLAT && f.suspects == 0xc);
    free(c);
}

/* ---- speed ---- */

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void time_fit(enum clv_model m, const struct clv_customer *c, size_t n, const char *what)
{
    double start = seconds();
    struct clv_table *t = m == CLV_GAMMA_GAMMA ? clv_table_values(c, n) : clv_table_times(c, n);
    double made = seconds();
    struct clv_fit f;
    clv_fit(m, t, &f);
    print_message(
        "%s, %zu customers, %llu rows: table %.2f s, fit %.2f s, %d steps, warnings %#x\n", what, n,
        (unsigned long long)clv_table_rows(t), made - start, seconds() - made, f.iterations,
        f.warnings);
    clv_table_free(t);
    if (m == CLV_GAMMA_GAMMA)
        return;
    struct clv_horizon year = {1.0, 52, 0.0027};
    struct clv_scorer *s = clv_scorer_new(&f, NULL, &year);
    double sum = 0.0;
    start = seconds();
    for (size_t i = 0; i < n; i++) {
        struct clv_answer a;
        clv_score(s, &c[i], &a);
        sum += a.purchases;
    }
    print_message("    scored in %.2f s, %.4f purchases each\n", seconds() - start,
                  sum / (double)n);
    clv_scorer_free(s);
}

static void bench(void **state)
{
    (void)state;
    const char *text = getenv("KOI_CLV_BENCH");
    if (text == NULL)
        skip();
    size_t n = strtoull(text, NULL, 10);
    for (int days = 0; days < 2; days++) {
        struct clv_customer *c = draw(11, n, CDNOW_BG, false, days);
        time_fit(CLV_BG_NBD, c, n, days ? "BG/NBD, days" : "BG/NBD");
        time_fit(CLV_GAMMA_GAMMA, c, n, "Gamma-Gamma");
        free(c);
        c = draw(12, n, CDNOW_PARETO, true, days);
        time_fit(CLV_PARETO_NBD, c, n, days ? "Pareto/NBD, days" : "Pareto/NBD");
        free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cdnow_has_the_published_parameters),
        cmocka_unit_test(cdnow_customers_have_their_answers),
        cmocka_unit_test(worked_examples),
        cmocka_unit_test(likelihoods_are_the_integrals_they_stand_for),
        cmocka_unit_test(derivatives_agree_with_differences),
        cmocka_unit_test(parameters_are_found_again),
        cmocka_unit_test(a_thinned_start_ends_at_the_same_maximum),
        cmocka_unit_test(order_units_and_repetition_do_not_matter),
        cmocka_unit_test(equal_rows_are_one_and_bad_ones_are_refused),
        cmocka_unit_test(expected_purchases_have_no_poles),
        cmocka_unit_test(purchases_after_T_are_those_that_are_drawn),
        cmocka_unit_test(a_scorer_answers_as_its_parts_do),
        cmocka_unit_test(a_scorer_does_not_mistake_customers),
        cmocka_unit_test(counts_are_those_that_are_drawn),
        cmocka_unit_test(probabilities_of_counts_give_the_mean),
        cmocka_unit_test(values_lie_where_their_density_says),
        cmocka_unit_test(values_are_those_that_are_drawn),
        cmocka_unit_test(what_does_not_fit_is_warned_of),
        cmocka_unit_test(bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

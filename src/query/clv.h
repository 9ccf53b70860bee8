/* clv — customer lifetime value by maximum likelihood: how often each customer will buy, whether
 * they are still alive as customers, and what they will spend. Pure mathematics on arrays.
 *
 * Three models. BG/NBD (Fader, Hardie and Lee, "Counting Your Customers the Easy Way", Marketing
 * Science 2005) and Pareto/NBD (Schmittlein, Morrison and Colombo 1987; Fader and Hardie, "A Note
 * on Deriving the Pareto/NBD Model", 2005) see x, t_x and T of each customer. Gamma-Gamma (Fader
 * and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013) sees x and m of those with x > 0.
 *
 * Way of use: a table of customers, compressed; a fit of a model to it; a scorer from one fit of
 * purchases and, if values are wanted, one fit of values. Units of time and money are the
 * caller's: days or weeks, fen or yuan give the same answers in their own unit.
 *
 * No number given back is ever NaN or infinite. Data that a model does not fit show as warnings.
 */
#ifndef KOI_QUERY_CLV_H
#define KOI_QUERY_CLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One customer, seen for T since the first purchase: x purchases after the first (those of one day
 * count once), the last of them t_x after the first (0 when x is 0), 0 <= t_x <= T; m is the mean
 * value of the x repeat purchases, 0 when there are none. */
struct clv_customer {
    double t_x, T, m;
    uint32_t x;
};

/* More repeat purchases than this are no customer's; such a row is refused by the tables. */
#define CLV_X_MAX (UINT32_C(1) << 20)

/* Parameters, in this order. Rates of purchase are gamma with shape r and rate alpha (a time).
 * Dropout: after each purchase with a probability that is beta(a, b), or at an exponential time
 * whose rate is gamma with shape s and rate beta (a time). Values: gamma with shape p and a rate
 * that is gamma with shape q and rate gamma (an amount). */
enum clv_model {
    CLV_BG_NBD,      /* r, alpha, a, b */
    CLV_PARETO_NBD,  /* r, alpha, s, beta */
    CLV_GAMMA_GAMMA, /* p, q, gamma */
};
enum { CLV_PARAMETERS = 4 };
/* 4, 4 and 3; and the name of a parameter, "alpha". */
int clv_parameters(enum clv_model m);
const char *clv_parameter_name(enum clv_model m, int i);

/* ---- tables ---- */

struct clv_table;

/* The rows that a fit reads; `c` is not kept. Equal rows become one with a count, so a fit costs by
 * distinct rows: time in whole days makes millions of customers a few hundred thousand rows.
 * _times holds (x, t_x, T) of all customers; _values holds (x, m) of those with x > 0 and m > 0.
 * Rows that break the contract of struct clv_customer (not finite, negative, t_x > T, x over
 * CLV_X_MAX) are left out and counted as refused. The order of the rows does not matter.
 * Cost: one sort, 0.6 s for 2 M customers; 48 bytes a customer while it is made, then 24 a distinct
 * row and 8 for each x up to the greatest. NULL when the system has not the memory. Free with
 * clv_table_free(), which takes NULL. */
struct clv_table *clv_table_times(const struct clv_customer *c, size_t n);
struct clv_table *clv_table_values(const struct clv_customer *c, size_t n);
void clv_table_free(struct clv_table *t);
/* Customers in the table, how many were refused, and how many distinct rows there are. */
uint64_t clv_table_customers(const struct clv_table *t);
uint64_t clv_table_refused(const struct clv_table *t);
uint64_t clv_table_rows(const struct clv_table *t);

/* ---- fits ---- */

/* Why a fit should not be believed without a look: bits. */
enum clv_warning {
    CLV_NO_DATA = 1 << 0,       /* no row, or no time has passed: values are the start's */
    CLV_NO_REPEATS = 1 << 1,    /* nobody bought again: dropout cannot be told from rarity */
    CLV_NOT_CONVERGED = 1 << 2, /* the search ended before the likelihood was flat */
    CLV_TO_INFINITY = 1 << 3,   /* a parameter ran away upwards: over 1e4 in a tenth of max T */
    CLV_TO_ZERO = 1 << 4,       /* a parameter ran away downwards: below 1e-4 of the same */
    CLV_FLAT = 1 << 5,          /* the log of a parameter has a standard error above 2 */
    CLV_NOT_CONCAVE = 1 << 6,   /* the Hessian is not negative definite: no standard errors */
    CLV_MEAN_INFINITE = 1 << 7, /* Gamma-Gamma with q <= 1: the population has no mean value */
};

/* A model's maximum. Unused places hold 0. */
struct clv_fit {
    enum clv_model model;
    double value[CLV_PARAMETERS];  /* in the caller's units */
    double se[CLV_PARAMETERS];     /* standard errors by the delta method; 0 without has_se */
    double log_se[CLV_PARAMETERS]; /* of the logs: an interval is value × exp(± 1.96 log_se) */
    double ll;                     /* log-likelihood, of densities in the caller's units */
    double mean_m;      /* Gamma-Gamma: mean of m over the customers; it stands in for no mean */
    double correlation; /* Gamma-Gamma: of x and m, which the model takes to be 0 */
    uint64_t customers; /* that were seen */
    int iterations;     /* Newton steps, those on a part of the rows included */
    bool converged, has_se;
    unsigned warnings; /* bits of enum clv_warning */
    unsigned suspects; /* bit i: parameter i is behind TO_INFINITY, TO_ZERO or FLAT */
};

/* Maximises the likelihood over the logs of the parameters: Newton's method with exact first and
 * second derivatives, on an even draw of customers when there are many, then on all of them.
 * Standard errors are those of the observed information. `t` is a table of times for the first two
 * models and of values for the third: asserts. Always fills `out` with finite numbers. Cost for
 * 2 M distinct rows: BG/NBD and Gamma-Gamma 0.3 s, Pareto/NBD 3 s; three times that for data
 * without a maximum. */
void clv_fit(enum clv_model m, const struct clv_table *t, struct clv_fit *out);

/* Log-likelihood of the table at parameters in the caller's units, all > 0; for plots and tests.
 * `gradient`, unless NULL, gets its derivatives by the parameters. */
double clv_log_likelihood(enum clv_model m, const struct clv_table *t,
                          const double value[static CLV_PARAMETERS],
                          double gradient[CLV_PARAMETERS]);

/* How many customers the fit expects to have 0, 1, … k − 1 repeat purchases, and k or more; and how
 * many have. Arrays of k + 1, 1 <= k <= CLV_COUNTS_MAX. T is taken to a thousandth of its maximum.
 * Otherwise exact to 1e-9 of the customers. BG/NBD and Pareto/NBD only: asserts. */
enum { CLV_COUNTS_MAX = 200 };
void clv_counts(const struct clv_fit *f, const struct clv_table *t, int k, double *expected,
                double *actual);

/* Gamma-Gamma: the probability that the mean value of x > 0 repeat purchases is at most m. */
double clv_value_below(const struct clv_fit *f, uint32_t x, double m);
/* How many customers of a table of values the fit expects to have a mean value in each of the k + 1
 * bands that k ascending cuts make (the first from 0 up to, but not, cuts[0], the last from
 * cuts[k − 1] on), each by their number of purchases; and how many have. 1 <= k <= CLV_COUNTS_MAX.
 * Gamma-Gamma only: asserts. Cost: k times 1 µs for each distinct x, one pass over the rows. */
void clv_values(const struct clv_fit *f, const struct clv_table *t, const double *cuts, int k,
                double *expected, double *actual);

/* P(X(t) = x) for x in [0, k), of a customer just won; `out` has k places. */
void clv_count_probability(const struct clv_fit *f, double t, int k, double *out);

/* ---- one customer ---- */

/* The customer must keep the contract of struct clv_customer (any x); the fit is of the right kind:
 * both asserted. Nothing is allocated, and any thread may call. */

/* P(alive at T | x, t_x, T), in [0, 1]. BG/NBD: 1 for x = 0. */
double clv_alive(const struct clv_fit *f, const struct clv_customer *c);
/* Expected purchases in (T, T + t], given x, t_x, T; t >= 0. A customer with x = 0, T = 0 gives
 * E[X(t)] of one just won. Under 1 µs for common t and T; 20 µs at worst. */
double clv_purchases(const struct clv_fit *f, const struct clv_customer *c, double t);
/* Expected mean value of a customer's purchases, given x and m: between m and the population's
 * mean. The latter for x = 0 or m = 0; mean_m where the model has none (q <= 1). */
double clv_value(const struct clv_fit *f, const struct clv_customer *c);

/* ---- all customers ---- */

/* The future that is looked at: `steps` steps of `step` time units, 1 <= steps <= CLV_STEPS_MAX;
 * what is bought in step w counts 1 / (1 + rate)^w. 52 weeks at 15 % a year are {1, 52,
 * pow(1.15, 1 / 52.) − 1}. {t, 1, 0} does not discount. */
struct clv_horizon {
    double step;
    uint32_t steps;
    double rate; /* per step, >= 0 */
};
enum { CLV_STEPS_MAX = 1200 };

struct clv_answer {
    double alive;     /* P(alive) */
    double purchases; /* expected in the horizon */
    double value;     /* expected mean value, 0 without a fit of values */
    double clv;       /* expected discounted purchases × value, 0 without a fit of values */
};

/* Holds copies of the fits and remembers what depends on (x, T) only, so that customers with the
 * same whole days cost a few dozen ns each, and others a few µs. `spending` may be NULL. One thread
 * at a time. 530 KB. Free with clv_scorer_free(), which takes NULL. */
struct clv_scorer;
struct clv_scorer *clv_scorer_new(const struct clv_fit *buying, const struct clv_fit *spending,
                                  const struct clv_horizon *h);
void clv_scorer_free(struct clv_scorer *s);
void clv_score(struct clv_scorer *s, const struct clv_customer *c, struct clv_answer *out);

#endif

/* clv_parts — what the files of clv share: rows of a table, likelihoods with their derivatives, and
 * the search for a maximum. Inside, time is in tenths of the greatest T and value in means of m, so
 * that parameters are near 1 in any unit of the caller. */
#ifndef KOI_QUERY_CLV_PARTS_H
#define KOI_QUERY_CLV_PARTS_H

#include "query/clv.h"

/* A distinct row: n customers. In a table of values t_x holds m and T is 0. Sorted by T, x, t_x. */
struct clv_row {
    double t_x, T;
    uint32_t x, n;
};

struct clv_table {
    struct clv_row *rows;
    size_t n_rows;
    double *more;   /* more[i] = customers with x > i, for i in [0, max_x) */
    uint32_t max_x; /* the greatest x */
    bool of_values;
    double unit; /* the caller's units in one of ours, > 0 */
    double mean_m, correlation;
    uint64_t customers, refused;
    double sum_x;
};

/* The table of about `want` customers drawn evenly along the sorted rows of `t`, in the same unit.
 * NULL when the system has not the memory. */
struct clv_table *clv_table_thin(const struct clv_table *t, uint64_t want);

/* A log-likelihood, its gradient and its Hessian, by the parameters v themselves (not their logs).
 * Only the upper triangle h[i][j], i <= j, is filled by a model. */
struct clv_local {
    double ll, g[CLV_PARAMETERS], h[CLV_PARAMETERS][CLV_PARAMETERS];
};

/* Each fills `out` for the rows of `t` at v > 0, in inner units. One pass over the rows. */
void clv_local_bg(const struct clv_table *t, const double *v, struct clv_local *out);
void clv_local_pareto(const struct clv_table *t, const double *v, struct clv_local *out);
void clv_local_values(const struct clv_table *t, const double *v, struct clv_local *out);

/* Σ customers of ln (θ)_x with its two derivatives, where (θ)_x = Γ(θ + x) / Γ(θ): a sum of logs
 * over `more`, exact for any θ > 0. */
struct clv_rising {
    double ll, g, h;
};
struct clv_rising clv_rising(const struct clv_table *t, double theta);
/* Adds it to ll and to the derivatives by parameter i. */
void clv_rising_add(struct clv_local *out, int i, struct clv_rising r);

/* A sum that carries its rounding (Neumaier 1974): millions of terms, 16 digits in high + low. */
struct clv_sum {
    double high, low;
};
void clv_sum_add(struct clv_sum *s, double x);

/* Rows that share T are adjacent: the end of the group that begins at `from`, with the sums of n
 * and of n x. */
size_t clv_group_end(const struct clv_table *t, size_t from, double *out_n, double *out_nx);

/* What a group with n customers and nx purchases contributes through parameters i (shape θ) and
 * i + 1 (rate c): −n θ ln(1 + T/c) − nx ln(c + T). Returned; derivatives are added to `out`. */
double clv_unseen(struct clv_local *out, int i, const double *v, double T, double n, double nx);

/* BG/NBD: ln of (odds against being alive), for x >= 1. */
double clv_bg_log_odds(const double *v, double x, double t_x, double T);
/* Pareto/NBD: the same, any x; very negative when t_x = T. Units of v, t_x, T alike. */
double clv_pareto_log_odds(const double *v, double x, double t_x, double T);

/* ln(1 + e^y) without overflow, and its derivative 1 / (1 + e^−y) in *out_slope. */
double clv_softplus(double y, double *out_slope);

/* The 6, 8, 12 or 16 places and weights of Gauss and Legendre on [−1, 1], the half of them that is
 * positive; the smallest rule with at least `need` places, or the largest. */
struct clv_rule {
    int half;
    const double *at, *weight;
};
struct clv_rule clv_rule(double need);

/* What is to be maximised over the logs θ of n parameters, in at most `looks` passes over the rows,
 * 1 at least. */
struct clv_aim {
    void (*local)(const struct clv_table *t, const double *v, struct clv_local *out);
    const struct clv_table *t;
    int n, looks;
};

/* Where the search stands. `free` has bit i unless parameter i sits on the wall of the search. */
struct clv_place {
    double theta[CLV_PARAMETERS];
    struct clv_local here; /* by θ, both triangles */
    int iterations, looks; /* steps; passes over the rows */
    unsigned free;
    bool converged;
};

/* Newton's method from at->theta: eigenvalues of the Hessian made negative, steps of at most 1.5,
 * halved until the likelihood grows, walls at ± 16. Adds to at->iterations; counts at->looks from
 * 0. Converged means: what is left to gain is below 1e-10, or will be below 1e-8 by the law of the
 * gains so far; that last step is taken, with the derivatives still those from before it. */
void clv_climb(const struct clv_aim *aim, struct clv_place *at);

/* Inverse of −Hessian, the covariance of θ; false when it is not positive definite. */
bool clv_covariance(const struct clv_aim *aim, const struct clv_place *at,
                    double out[CLV_PARAMETERS][CLV_PARAMETERS]);

#endif

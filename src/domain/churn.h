/* churn — told within seconds: a customer who matters ended a friendship or left a group; and when
 * a week's losses are more than chance.
 *
 * Whoever matters, by the settings, the first that holds: has spent churn_spend or more (net, all
 * orders); is in a tier of churn_tiers; is, or was until an hour before, a member of the live
 * audience churn_audience. An audience that asks for friends loses whom it is asked about, hence
 * the hour. The end must be the customer's own and of the last week: what staff end, what an import
 * brings and what was ended long before it was told is no news.
 *
 * The log is looked through behind the last look, so a kill tells nothing twice and loses nothing;
 * of the time before the first start nothing is told.
 */
#ifndef KOI_DOMAIN_CHURN_H
#define KOI_DOMAIN_CHURN_H

#include "domain/app.h"

/* Looks once: whether there may be more at once. A closure where there is something to write. */
enum rc churn_look(struct app *app, int64_t *out_taken, struct err *e);

/* Everyone who matters now, by the same settings: roots, ascending, in the transaction's arena. One
 * index range for each part of the rule, about 1 µs a customer. */
enum rc churn_everyone(struct tx *tx, const struct config *config, int64_t **out, size_t *out_n,
                       struct err *e);

/* The thread that looks each second while the server runs. */
struct rounds *churn_start(struct app *app);

/* How likely it is that of all `lost + before` ends `lost` or more fall into the last window by
 * chance alone, if each second of friendship is as likely to be the last: the upper tail of a
 * binomial distribution with n = lost + before and p = share, the last window's part of all seconds
 * of friendship (0 … 1). This is the exact conditional test of two Poisson rates, so a short or
 * quiet time before makes it careful by itself. Przyborowski and Wilenski, Biometrika 31 (1940).
 * Costs a step for each of the n. */
double churn_chance(int64_t lost, int64_t before, double share);

/* Unusual: three or more, and a chance below one in a thousand. Of 300 members of staff whom nobody
 * leaves more than usual, one is called unusual in three weeks. */
bool churn_unusual(int64_t lost, double chance);

#endif

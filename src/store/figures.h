/* figures — single numbers that describe a corp's habits, each one statement: for `koi demo
 * --check`, which holds them against what docs/DEMO.md promises. They describe any corp, not only
 * the demo.
 */
#ifndef KOI_STORE_FIGURES_H
#define KOI_STORE_FIGURES_H

#include "db/db.h"

enum figure {
    FIGURE_CUSTOMERS,       /* root customers that are not erased */
    FIGURE_BUYER_SHARE,     /* of them, who ever bought */
    FIGURE_REPURCHASE_RATE, /* of buyers, who bought at least twice */
    FIGURE_ORDERS_A_BUYER,
    FIGURE_AVERAGE_ORDER_YUAN,
    FIGURE_REFUND_SHARE,     /* of purchases, how many have a refund */
    FIGURE_FRIEND_RETENTION, /* of relations 30 days old or more, how many are in force */
    FIGURE_GROUP_RETENTION,  /* of group memberships ever begun, how many are in force */
    FIGURE_GROUP_SHARE,      /* of customers, who ever joined a group */
    FIGURE_WEEKEND_RATIO,    /* orders on a weekend day ÷ orders on a weekday */
    FIGURE_SUMMER_RATIO,     /* orders a day in June to August ÷ in January to March */
    FIGURE_GIFT_RATIO, /* gift lines a day in the 16 days before a festival given ÷ on other days */
    FIGURE_FIRST_ORDER_DAYS, /* median days from added to first purchase */
    FIGURE_COUNT
};

/* RC_NOT_FOUND (e untouched) when there is nothing to compute it from. `now_s` is the present. */
enum rc figure_compute(struct tx *tx, enum figure f, int64_t now_s, double *out, struct err *e);

/* The share of all customers in a tier of that name in a model of that kind; 0 when there is
 * none. */
enum rc figure_tier_share(struct tx *tx, struct str model_kind, struct str tier, double *out,
                          struct err *e);

#endif

/* rfm — recency, frequency and money of buyers as scores from 1 to 5, by quintiles.
 *
 * Over the buyers of the period, each of last purchase, number of orders and amount has four cut
 * points: the discrete 20, 40, 60 and 80 % quantiles (the value at rank ceil(q × n) of the sorted
 * values). The score is 1 + the number of cut points strictly below the value: so equal values
 * always get equal scores, and where many values tie the middle scores may be empty. A later
 * purchase is the better recency. Customers without a purchase in the period have no score. The
 * method is that of A. M. Hughes, Strategic Database Marketing, with one rule for ties in place of
 * an arbitrary order.
 */
#ifndef KOI_DOMAIN_RFM_H
#define KOI_DOMAIN_RFM_H

#include "domain/job.h"

struct rfm_cuts {
    int64_t recency_s[4], orders[4], amount_fen[4];
};

/* The cut points of n > 0 values; sorts `values`. */
void rfm_quintiles(int64_t *values, size_t n, int64_t out[static 4]);
/* 1 … 5. */
int rfm_score_of(const int64_t cuts[static 4], int64_t value);

/* Job "rfm", detail {"period_s":…}: fits and writes all scores that changed. Result
 * {"customers":n,"changed":n}. */
extern const struct job_kind job_kind_rfm;

#endif

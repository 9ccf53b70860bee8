/* influence — how many invitees a customer has turned into buyers, and where that puts them.
 *
 * Counted are events referral_convert (an invitee bought) within a period that ends now, live ones
 * only, of everyone with the same root. docs/TIERS.md states the score for people.
 */
#ifndef KOI_STORE_INFLUENCE_H
#define KOI_STORE_INFLUENCE_H

#include "db/db.h"

struct influence {
    int64_t converted; /* in the period */
    /* 0: none. Otherwise, among the customers with any in the period whom the account may see, the
     * share of those with as many or fewer, in hundredths, halves up: 1 … 100, equal for equals. */
    int64_t score;
    int64_t period_s;
};

/* The period: that of the oldest value model in use, else 90 days. One count by an index that holds
 * only these events; for who has any, one more over all of them in the period (about 2 µs each). */
enum rc influence_of(struct tx *tx, int64_t root_id, int64_t scope_account, struct influence *out,
                     struct err *e);

#endif

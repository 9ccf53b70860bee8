/* code_stats — what codes brought: friends and members of a range of days, by code, member of
 * staff, hour or day of the corp's zone, and what became of them.
 *
 * Counted from entries (store/code_entry.h) as they are read. WeCom tells nothing of scans that led
 * to no friendship, so there is no figure of scans and no rate of them; but of links it tells
 * clicks by day (store/link.h), of everybody's customers, and of a group code Koi counts the views
 * of the page before joining. Those two are there by code and by day.
 */
#ifndef KOI_DOMAIN_CODE_STATS_H
#define KOI_DOMAIN_CODE_STATS_H

#include "store/code_entry.h"

enum code_stats_by { CODE_BY_CODE, CODE_BY_STAFF, CODE_BY_HOUR, CODE_BY_DAY };

struct code_stats_row {
    int64_t key;                /* id of the code or member of staff, hour 0 … 23, civil day */
    int64_t friends, joined;    /* friendships begun, memberships of groups begun */
    int64_t fresh, old, buyers; /* of both: what they were to the corp before */
    int64_t aged;               /* friendships that began seven days ago or earlier */
    int64_t ended_1d, ended_7d; /* friendships that ended within a day, seven days */
    int64_t ordered, orders,
        amount_fen; /* who ordered within seven days, how often, for how much */
    /* DB_NULL: nothing told. WeCom's own, of links; of group codes, views of the page */
    int64_t click_link_customer_cnt, new_customer_cnt, page_views;
};
struct code_stats {
    struct code_stats_row sum; /* key 0 */
    struct code_stats_row *rows;
    size_t n; /* by key; hours and days only where somebody came */
};
/* In the transaction's arena. WeCom's figures of links only for a caller who sees all customers. */
enum rc code_stats_read(struct tx *tx, const struct code_outcome_filter *f, enum code_stats_by by,
                        struct code_stats *out, struct err *e);

#endif

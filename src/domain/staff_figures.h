/* staff_figures — what staff did over some days: WeCom's counts added up, and Koi's own beside.
 *
 * Counts are added. The reply percentage and the first reply's time are percentages and means whose
 * base WeCom does not tell (chat_cnt counts the chats in which the member wrote, not those that
 * customers began), so they are never averaged: of one told value it is that value, of several the
 * lowest and the highest. Totals of groups are those of each owner's last told day. What was told
 * of no day is DB_NULL or NaN, not 0.
 *
 * Koi's own: friends added and ended by the friendships as they stand (one that began anew counts
 * by its last beginning), and of those added whose 7 or 30 days are over, how many were still
 * there.
 */
#ifndef KOI_DOMAIN_STAFF_FIGURES_H
#define KOI_DOMAIN_STAFF_FIGURES_H

#include "store/staff_day.h"

enum staff_figures_by { FIGURES_BY_STAFF, FIGURES_BY_DEPARTMENT, FIGURES_BY_DAY };

struct staff_figures {
    int64_t key; /* staff, department (0: none), day */
    struct str name, department;
    int64_t department_id;
    /* WeCom's */
    int64_t days; /* told: of staff and days */
    int64_t chat_cnt, message_cnt, negative_feedback_cnt, new_apply_cnt, new_contact_cnt;
    double reply_low, reply_high; /* NaN: not told */
    int64_t minutes_low, minutes_high;
    int64_t new_chat_cnt, new_member_cnt, msg_total; /* of groups */
    int64_t chat_total, member_total;
    int64_t told_us; /* the latest; DB_NULL: never */
    /* Koi's */
    int64_t added, ended_by_customer, ended_by_staff;
    int64_t base_7, kept_7, base_30, kept_30;
};
struct staff_figures_range {
    int64_t scope_account, department_id; /* 0: all */
    int64_t from_day, to_day;             /* both inclusive */
    enum staff_figures_by by;
    int64_t now_s;
};
enum { FIGURES_DAYS = 184 }; /* the longest range: WeCom tells 180 days back */

/* One row for each key that anything is known of, by name (days: by day), and the sum of all. In
 * the transaction's arena. RC_INVALID for a range that is empty or too long. Costs a reading of the
 * days' rows and of all friendships. */
enum rc staff_figures_read(struct tx *tx, const struct staff_figures_range *range,
                           struct staff_figures **out, size_t *out_n, struct staff_figures *out_sum,
                           struct err *e);

/* Adding up one row; pure. `fresh` is one that nothing was added to. */
struct staff_figures staff_figures_fresh(int64_t key);
void staff_figures_add(struct staff_figures *f, const struct staff_day *d);
void staff_figures_add_friend(struct staff_figures *f, const struct friend_days *x, int64_t from_s,
                              int64_t to_s, int64_t now_s);

#endif

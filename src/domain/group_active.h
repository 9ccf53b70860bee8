/* group_active — who did something themselves in a window: the set behind the activity of groups.
 *
 * What counts (store/group_figure.h) are things customers do: orders, messages, views, clicks,
 * shares, carts, favourites, coupons claimed and used, likes and comments, scans, forms, visits,
 * bookings, check-ins, live sessions, invitations, top-ups, surveys, and every kind that an import
 * made unless it is a touch of ours. Not what staff or the platform write about somebody (tags,
 * stages, broadcasts, refunds, expiries), nor joining the group itself.
 */
#ifndef KOI_DOMAIN_GROUP_ACTIVE_H
#define KOI_DOMAIN_GROUP_ACTIVE_H

#include "query/sql/audience_sql.h"

struct snapshot; /* mirror/snapshot.h */

/* Roots, ascending; lives as long as the transaction. */
struct id_set {
    int64_t *ids;
    size_t n;
};
/* Whether an id is in it: O(log n). */
bool id_set_has(const struct id_set *s, int64_t id);

/* Everyone who did something that counts in (to_s − days, to_s]. One question to the snapshot (one
 * condition for each kind, a pass over its events of the window) or, where it is NULL, to the
 * database. */
enum rc group_active(const struct snapshot *s, struct tx *tx, int64_t days, int64_t to_s,
                     struct id_set *out, struct err *e);

/* Everyone whom the account sees (0: all) and a text of the language, one of ours, picks at
 * now_s. */
enum rc group_by_text(const struct snapshot *s, struct tx *tx, const char *text,
                      int64_t scope_account, int64_t now_s, struct id_set *out, struct err *e);

/* Everyone whom a checked expression picks at q->now_s, likewise. */
enum rc group_whom(const struct snapshot *s, struct tx *tx, const struct audience_question *q,
                   struct id_set *out, struct err *e);

#endif

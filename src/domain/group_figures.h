/* group_figures — what groups are worth over some days: activity, messages, sales, and the measure
 * of their kind. docs/GROUPS.md defines each figure; nothing is estimated, and what cannot be known
 * is not told, with why.
 *
 *     activity   members (people in the group now) who did something themselves in the window
 *                (domain/group_active.h) ÷ members; and the same a window earlier: of whoever was
 *                in it at its end
 *     messages   by WeCom's count of the owner, while the owner had this one group only
 *     sales      orders placed in the window whose buyer was a member when paying
 *     measure    feed: share of sales and of members who bought; interest: activity; service:
 *                buyers who bought again ÷ buyers, and stay_30d (store/group.h)
 *
 * The window is (now − days, now]; messages are of the `days` whole days before today, and so is
 * what they hang on: groups made, dismissed or given another owner since the first of these began.
 */
#ifndef KOI_DOMAIN_GROUP_FIGURES_H
#define KOI_DOMAIN_GROUP_FIGURES_H

#include "domain/group_active.h"
#include "store/group_figure.h"

/* Why messages are not told. */
enum group_unsaid {
    GROUP_SAID,
    GROUP_NO_OWNER,
    GROUP_SEVERAL,       /* the owner has, or had in the window, another group */
    GROUP_OWNER_CHANGED, /* within the window */
    GROUP_YOUNG,         /* made within it */
    GROUP_NOT_TOLD,      /* WeCom told nothing of these days */
    GROUP_UNSAIDS
};
/* "no_owner", "several_groups" …; NULL for GROUP_SAID. */
extern const char *const group_unsaid_names[GROUP_UNSAIDS];

struct group_messages {
    enum group_unsaid why;
    int64_t messages, writer_days, days; /* of `days` told; 0 unless GROUP_SAID */
};
struct group_activity {
    int64_t members, active;
    int64_t members_before, active_before; /* a window earlier */
};
struct group_figures {
    int64_t group_id;
    struct group_activity activity;
    struct group_messages messages;
    struct group_sales sales; /* all 0 without any */
    int64_t members_seen;     /* of activity.members, whom the account sees: as the sales are cut */
};
struct group_window {
    int64_t days, now_s;
    int64_t scope_account; /* sales are of customers it sees; 0: of all */
};

/* When the first of the `days` whole days before today began. */
int64_t group_messages_from_s(int64_t now_s, int64_t days);
/* The messages of each group, from its facts. `owners` (of who owned one after `from_s`) and
 * `words` by id; `from_s` is when the first day of the words began. */
struct group_messages group_messages_of(const struct group_fact *g,
                                        const struct group_owner *owners, size_t owners_n,
                                        const struct group_words *words, size_t words_n,
                                        int64_t from_s);

/* Activity of these groups (ids ascending; NULL with n 0: of all that exist), by group; those
 * without any membership are left out. `also` (may be NULL) sees each member of now once. */
struct group_activity_row {
    int64_t group_id;
    struct group_activity a;
};
enum rc group_activity(struct tx *tx, const int64_t *ids, size_t n, const struct id_set *now,
                       const struct id_set *before, int64_t now_s, int64_t days,
                       void (*also)(void *to, int64_t group_id, int64_t root_id), void *to,
                       struct group_activity_row **out, size_t *out_n, struct err *e);

/* Figures of these groups, ids ascending, in their order; of one that is dismissed only zeros. Two
 * questions to the mirror about everyone, and for each group its members and their orders by key:
 * 50 groups of 200 take about 60 ms of SQLite besides. In the transaction's arena. */
enum rc group_figures(const struct snapshot *s, struct tx *tx, const struct group_window *w,
                      const int64_t *ids, size_t n, struct group_figures **out, struct err *e);

/* All groups that the account sees together, each customer and each order once. */
struct group_total {
    int64_t groups, members, active;
    struct group_sales_total sales;
};
/* Two questions to the mirror and one pass over the orders of the window, 20 µs each: 20 s of a
 * million, so it is asked through group_total_kept() of domain/group_review.h. For an account that
 * does not see all, a pass over the memberships of its groups, too. */
enum rc group_total(const struct snapshot *s, struct tx *tx, const struct group_window *w,
                    struct group_total *out, struct err *e);
#endif

/* group_review — which groups are to be seen to: the verdicts (domain/group_verdict.h) of all
 * groups that exist, in one pass.
 *
 * A group that people decided about keeps its verdict, but is no proposal until its plan is
 * cleared. Koi cannot dismiss a group nor take anybody out: the owner does, in WeCom.
 *
 * Cost: two questions to the mirror about everyone, a pass over all memberships (about 2 µs each:
 * three seconds for 1.5 million) and over who matters. A pass that took more than half a second is
 * kept in memory for five minutes (REVIEW_KEPT_US) and told with its time; a shorter one is always
 * made anew. What people decided and who sees what is never kept. Totals are kept likewise.
 */
#ifndef KOI_DOMAIN_GROUP_REVIEW_H
#define KOI_DOMAIN_GROUP_REVIEW_H

#include "domain/app.h"
#include "domain/group_active.h"
#include "domain/group_figures.h"
#include "domain/group_verdict.h"

struct group_memo; /* a pass and some totals that are kept; one for each app */
struct group_memo *group_memo_new(void);
/* Accepts NULL. */
void group_memo_free(struct group_memo *m);
/* The next review makes its pass anew, and totals are counted anew: levels or plans have
 * changed. */
void group_memo_clear(struct group_memo *m);

struct group_reviewed {
    int64_t group_id;
    enum group_verdict verdict;
    bool planned, quiet, falling;
    struct group_signs signs;
    enum group_unsaid why; /* why signs.messages is -1 */
    int64_t message_days;  /* on how many days they were counted; 0 where they are not known */
};
struct group_review {
    int64_t as_of_s; /* of a pass that was kept: when it was made; DB_NULL: now */
    struct group_rule rule;
    struct group_reviewed *list; /* groups that the account sees: most valuable first, then by id */
    size_t n;
};
/* In the transaction's arena. */
enum rc group_review(struct app *app, struct tx *tx, int64_t scope_account,
                     struct group_review *out, struct err *e);

/* Which totals: the window's days, the account (0: who sees all) and group_staff_seen() of it, so
 * that nobody is told what they no longer see. */
struct group_total_key {
    int64_t days, scope_account;
    uint64_t staff_seen;
};
/* The totals that are kept for a key, if any: when they were counted. `out_cleared` says in any
 * case how often the memo was cleared, for group_memo_keep_total(). A memo that is NULL keeps
 * nothing. */
bool group_memo_total(struct group_memo *m, const struct group_total_key *key,
                      struct group_total *out, int64_t *out_at_s, int64_t *out_cleared);
/* Keeps totals that took long to count, in the place of the oldest where there are
 * GROUP_TOTALS_KEPT; not when the memo was cleared meanwhile. */
enum { GROUP_TOTALS_KEPT = 32 };
void group_memo_keep_total(struct group_memo *m, const struct group_total_key *key,
                           const struct group_total *total, int64_t at_s, int64_t took_us,
                           int64_t cleared);

/* group_total() of the database or the mirror, kept as the review's pass is. `out_as_of_s`: when
 * they were counted, of some that were kept; DB_NULL: now. */
enum rc group_total_kept(struct app *app, struct tx *tx, const struct group_window *w,
                         struct group_total *out, int64_t *out_as_of_s, struct err *e);

/* The valuable members of a group, by root: `alone` as group_signs counts them. Three statements
 * over its members. In the transaction's arena. */
struct group_valuable {
    int64_t root_id;
    bool alone;
};
enum rc group_valuables(struct app *app, struct tx *tx, int64_t group_id, struct str level,
                        struct group_valuable **out, size_t *out_n, struct err *e);

#endif

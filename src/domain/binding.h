/* binding — who brought a customer, and whose customer they are. Commissions will hang on it.
 *
 * A touch is a friendship with a member of staff that begins, or a joining of a group (by who
 * invited, else by who owns it). Setting `binding_by` says which of them bind: friendships, groups,
 * or either; who brought a customer is the first touch of any kind. The rules:
 *
 * - The first touch binds. For `binding_days` (0: for ever) from it no touch of anybody else takes
 *   the customer; the first touch after that binds anew, also one of the same member.
 * - What counts is when a touch was, not when it was told: one told late takes its place in time.
 * - The end of the owner's friendship changes nothing but is said; a new friendship unsays it.
 * - Staff who left keep their customers until somebody hands them over.
 * - A transfer binds at once, whoever had them, for as long as the rule says then.
 * - A merged customer's binding is that of everyone's steps in order of time, so the earlier one
 *   stays; when the merge is undone each has again what their own steps say.
 * - Days and kinds are those of the settings when a touch was told: changing them moves nobody.
 *
 * Every change is a row of the log and, where the owner changes, an event. Writing transactions
 * only. A touch that is new costs about ten probes and up to five rows, one that is known a probe.
 */
#ifndef KOI_DOMAIN_BINDING_H
#define KOI_DOMAIN_BINDING_H

#include "domain/config.h"
#include "store/binding.h"

/* Writes the settings down as the rule from now on where they differ from it. Whoever applies what
 * a platform told calls it first; without it the rule last written is in force. */
enum rc binding_rule_keep(struct tx *tx, const struct config *config, struct err *e);

/* What the steps come to, given in the order of binding_steps(). Pure. */
struct binding_state {
    const struct binding_step *by; /* the step that bound them; NULL: nobody's */
    int64_t until_s;               /* DB_NULL: for ever */
    int64_t ended_s;               /* DB_NULL: the owner's friendship did not end */
};
struct binding_state binding_fold(const struct binding_step *steps, size_t n);

struct binding_touch {
    int64_t customer_id;         /* as born */
    int64_t staff_id;            /* 0: nobody, and nothing is done */
    int64_t group_id, source_id; /* 0: none; group_id 0: a friendship */
    int64_t at_s;
};
/* A touch; told again it changes nothing. */
enum rc binding_touch(struct tx *tx, const struct binding_touch *t, struct err *e);
/* The friendship of the two ended. */
enum rc binding_end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                    struct err *e);
/* Looks again after a merge of roots, or its undoing (`undone`): at everyone it moved. */
enum rc binding_merged(struct tx *tx, int64_t one_root, int64_t other_root, bool undone,
                       int64_t account_id, struct err *e);

enum { BINDING_AT_ONCE = 200 }; /* transfers in a closure: up to five rows each */

/* Hands roots over, at most BINDING_AT_ONCE, by `account_id` (0: the command line); those who are
 * the member's already are passed over. `reason` is kept as it is. RC_INVALID when there is no such
 * member, RC_CONFLICT when they left. */
enum rc binding_transfer(struct tx *tx, const int64_t *roots, size_t n, int64_t staff_id,
                         int64_t account_id, struct str reason, int64_t *out_moved, struct err *e);
/* The refusals of binding_transfer() alone. */
enum rc binding_check_heir(struct tx *tx, int64_t staff_id, struct err *e);

#endif

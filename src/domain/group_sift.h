/* group_sift — who qualifies for groups of a level and is not in one, before and after a promotion.
 *
 * Of whom an expression picks now and the account sees:
 *     inside      in an existing group of that level or above
 *     invite      in none: to be asked in
 *     fresh       of those to invite, who did not match at the end of the day `before`
 *     no_longer   in a group of that very level (or, for what they see, in one), matching no more
 *
 * Inviting is not done here: the list says whom, from which groups, who owns those and which group
 * has room. Sending invitations is a broadcast's work; it would take ids and group from here.
 */
#ifndef KOI_DOMAIN_GROUP_SIFT_H
#define KOI_DOMAIN_GROUP_SIFT_H

#include "domain/group_active.h"
#include "store/group_figure.h"

struct mirror;

enum {
    /* A customer group of WeCom holds 500 with its staff; 20 places are left to staff and to who
     * was asked a little earlier. */
    GROUP_FULL_AT = 480,
};

struct group_sifting {
    struct str level, expression;
    int64_t before_day; /* civil day; DB_NULL: not asked */
    int64_t scope_account;
};
struct group_sifted {
    int64_t qualify, inside;
    struct id_set invite, no_longer;
    struct id_set fresh; /* empty when it was not asked or cannot be said */
    bool fresh_known;
    struct err *fresh_why; /* why it cannot be said: what the language says of `as of`; else NULL */
};
/* RC_INVALID for an expression that cannot be read. Four questions to the mirror (or the
 * database) at most: of 1.5 million memberships some milliseconds besides the expression's own
 * price. Ascending ids in the transaction's arena. */
enum rc group_sift(struct mirror *m, struct tx *tx, const struct group_sifting *q,
                   struct group_sifted *out, struct err *e);

/* What a list says of some of them, in their order. */
struct group_sift_row {
    int64_t root_id;
    /* groups below the level (of no_longer: of that level) that the account sees */
    const struct group_place *places;
    size_t places_n;
    const struct group_target *target; /* where there is room; NULL: nowhere */
};
/* The target is a group of that level that the account sees, that is not to be given up and has
 * fewer than GROUP_FULL_AT members, of the owner of one of their groups, else of somebody of that
 * owner's department; the emptiest. Of someone who is in no group that the account sees, it is one
 * of the member of staff given for them in `friends` (0: none). Two statements for a page; of `q`
 * level and account count. */
enum rc group_sift_rows(struct tx *tx, const struct group_sifting *q, bool of_level,
                        const int64_t *ids, const int64_t *friends, size_t n,
                        struct group_sift_row **out, struct err *e);

#endif

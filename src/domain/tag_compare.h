/* tag_compare — the corp's tags here beside the platform's, and the platform's state taken over.
 *
 * The platform's whole library, as it was told, against the groups that are the platform's or are
 * to be; Koi's own groups are nobody's business. Of each difference it is said who wins by the rule
 * of tag_wish.h, so what tag_compare() says of the platform's is what tag_take_over() changes.
 */
#ifndef KOI_DOMAIN_TAG_COMPARE_H
#define KOI_DOMAIN_TAG_COMPARE_H

#include "domain/app.h"
#include "domain/tag_apply.h"

enum tag_difference_kind {
    TAG_ONLY_THERE,
    TAG_ONLY_HERE,
    TAG_OTHER_NAME,
    TAG_OTHER_GROUP, /* of a tag alone */
};
/* Whose state comes to be: HERE: a wish waits, the platform will be told. NOBODY: it is only here,
 * was never told or was refused, and nothing waits; somebody must ask for it again. */
enum tag_winner { TAG_WINS_THERE, TAG_WINS_HERE, TAG_WINS_NOBODY };

struct tag_difference {
    enum tag_difference_kind kind;
    enum tag_winner winner;
    bool of_group;
    int64_t group_id, tag_id;           /* ours; 0: there is none here (yet) */
    struct str group, name;             /* as they are called here; absent: not here */
    struct str there_group, there_name; /* as they are called there; absent: not there */
};

/* "only_there", "here" */
const char *tag_difference_name(enum tag_difference_kind kind);
const char *tag_winner_name(enum tag_winner winner);

/* `groups`: all groups there are, asked for at asked_us. A group that is missing on one side stands
 * for its tags. Groups by our id first, then what is only there in the platform's order. Costs
 * n log n of both sides; in the transaction's arena. */
enum rc tag_compare(struct tx *tx, const struct told_tag_group *groups, size_t n, int64_t asked_us,
                    struct tag_difference **out, size_t *out_n, struct err *e);

/* Writes such an answer, in closures of about 150 tags; what waits to be told stays. From any
 * thread, outside of any write. What was written before a failure stays: it is told so again. */
enum rc tag_take_over(struct app *app, const struct told_tag_group *groups, size_t n,
                      int64_t asked_us, struct tag_applied *out, struct err *e);

#endif

/* marks — who has what: a set of customers for each tag, stage, city, member of staff …
 *
 * A mark is a kind and a key: the id of a tag, the number of a city among the texts. Marks never
 * change: replacing what some customers have makes new marks that share every other set.
 */
#ifndef KOI_MIRROR_MARKS_H
#define KOI_MIRROR_MARKS_H

#include "mirror/set.h"

/* What the keys are. The first ones are those of store/feed.h, in its order. */
enum mark_kind {
    MARK_TAG,    /* id of the tag */
    MARK_FRIEND, /* of the member of staff */
    MARK_GROUP,  /* of the group */
    MARK_TIER,   /* of the tier */
    MARK_RFM_R,  /* the score */
    MARK_RFM_F,
    MARK_RFM_M,
    MARK_STAGE, /* id of the stage */
    MARK_SOURCE,
    MARK_CITY, /* number of the text, see snapshot.h */
    MARK_PROVINCE,
    MARK_GENDER,
    MARK_NO_MARKETING, /* 1 */
    MARK_CLV,          /* a lifetime value of this horizon, s; the value is in the columns */
    MARK_KINDS
};

struct mark {
    int64_t key;
    struct set *set; /* not empty */
};

struct marks; /* a counted reference */

/* A customer (by ordinal) and what they have. */
struct mark_pair {
    int64_t key;
    uint32_t ordinal;
};
/* A list of them that grows. Zeroed: empty. */
struct mark_pairs {
    struct mark_pair *at;
    size_t n, room;
};
void mark_pairs_add(struct mark_pairs *p, int64_t key, uint32_t ordinal);
void mark_pairs_free(struct mark_pairs *p);

/* No marks at all. */
struct marks *marks_none(void);
/* `old` with the kind's sets made anew of these pairs, which get sorted; a pair may come twice. */
struct marks *marks_with(const struct marks *old, enum mark_kind kind, struct mark_pairs *pairs);
/* `old` with the kind's sets these, by ascending key; takes over the references to the sets. */
struct marks *marks_put(const struct marks *old, enum mark_kind kind, const struct mark *marks,
                        size_t n);
/* `old` where `touched` (ascending, distinct) have of this kind what the pairs say, all about them,
 * and nothing else; others keep theirs. */
struct marks *marks_edit(const struct marks *old, enum mark_kind kind, const uint32_t *touched,
                         size_t n, struct mark_pairs *pairs);

/* Takes another reference. */
struct marks *marks_hold(const struct marks *m);
/* Gives a reference back; accepts NULL. */
void marks_drop(struct marks *m);

/* The marks of a kind, by ascending key; valid as long as the reference. */
const struct mark *marks_of(const struct marks *m, enum mark_kind kind, size_t *out_n);
/* Who has it; NULL: nobody. */
const struct set *marks_find(const struct marks *m, enum mark_kind kind, int64_t key);
/* Bytes held, shared sets counted whole. */
size_t marks_bytes(const struct marks *m);

#endif

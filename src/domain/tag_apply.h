/* tag_apply — the corp's tags as a platform tells them become rows of the catalogue.
 *
 * Groups and tags are found by the platform's id, so a rename is a rename. One that is new takes
 * over the tag of that name (in its group) or the group of that name which no platform has named;
 * where another tag of the platform has the name meanwhile, since two of them were swapped and the
 * other has not been told yet, that one steps aside: "name (id)". A tag that is deleted is archived
 * and loses the platform's id: what it meant stays readable; who wears it is for
 * tag_apply_undress(). New groups come into the category 企业微信. Applied twice, the second
 * writes nothing. Writing transactions only.
 */
#ifndef KOI_DOMAIN_TAG_APPLY_H
#define KOI_DOMAIN_TAG_APPLY_H

#include "db/db.h"
#include "domain/told.h"

/* Our ids of what an answer that was asked for then says nothing about: a wish for it waits, or was
 * told since. In the transaction's arena. */
struct tag_ours {
    int64_t *tags, *renamed; /* tags; groups with a new name */
    size_t tags_n, renamed_n;
    int64_t *groups; /* of those tags, as many */
};
enum rc tag_ours_read(struct tx *tx, int64_t asked_us, struct tag_ours *out, struct err *e);
/* Whether it holds the tag, the group's name, a tag of the group. */
bool tag_ours_has_tag(const struct tag_ours *ours, int64_t tag_id);
bool tag_ours_has_name(const struct tag_ours *ours, int64_t group_id);
bool tag_ours_has_group(const struct tag_ours *ours, int64_t group_id);

struct tag_applied {
    int64_t added, changed, removed; /* groups and tags */
};

/* `asked_us`: when the question was sent, by our clock; what was changed here and is not told yet,
 * or was told since, stays as it is here (domain/tag_wish.h). `complete`: these are all groups
 * there are, so every other one was deleted. The tags of a told group that is not deleted are
 * always all of its tags unless `some_tags`: then only those asked for. */
enum rc tag_apply(struct tx *tx, const struct told_tag_group *groups, size_t n, bool complete,
                  bool some_tags, int64_t asked_us, struct tag_applied *out, struct err *e);
/* A tag, or a group with its tags, that the platform says is deleted; nothing happens when it is
 * not known. */
enum rc tag_apply_tag_gone(struct tx *tx, struct str id, struct tag_applied *out, struct err *e);
enum rc tag_apply_group_gone(struct tx *tx, struct str id, struct tag_applied *out, struct err *e);

/* A group that a complete answer, asked for at that time, does not tell: it was deleted, unless it
 * was made here meanwhile. For those who write a complete answer in several closures. */
enum rc tag_apply_group_untold(struct tx *tx, struct str id, int64_t asked_us,
                               struct tag_applied *out, struct err *e);

/* Takes a tag off relations, 100 at a time, with an event each, as the platform does when the tag
 * is deleted. `out_more`: call again. */
enum rc tag_apply_undress(struct tx *tx, int64_t tag_id, int64_t at_s, bool *out_more,
                          struct err *e);

#endif

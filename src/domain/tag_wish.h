/* tag_wish — what people change about WeCom's tags in Koi, and the wishes that tell WeCom.
 *
 * Only tags of a group that is WeCom's (tag_group.wecom) are told, and only when WeCom is set up;
 * all others are Koi's own, put on customers and told to nobody. A WeCom tag on a customer goes on
 * each friendship in force that WeCom has told us of, and WeCom is told of each (staff, customer);
 * on a customer without one it stays in Koi alone. Everything is written in the caller's
 * transaction: row, event and wish, or nothing.
 *
 * Two who change the same: what was changed here and is not told yet, or was told after an answer
 * was asked for, wins over that answer (outbox_counts()); an answer that was asked for after the
 * wish was done counts. A wish that WeCom refused for good counts no more, so the next answer
 * brings back what WeCom has.
 */
#ifndef KOI_DOMAIN_TAG_WISH_H
#define KOI_DOMAIN_TAG_WISH_H

#include "domain/app.h"

/* Kinds of wishes: about a tag by its id, a group by its id; of tags on people, by friendship. */
#define TAG_WISH_ADD "tag_add"
#define TAG_WISH_EDIT "tag_edit"
#define TAG_WISH_DELETE "tag_delete"
#define TAG_WISH_GROUP "tag_group_edit"
#define TAG_WISH_MARK "mark_tag"
/* The key of all but the last: the library is changed by one call after the other. */
#define TAG_WISH_KEY "tags"
/* The key of a friendship, in the transaction's arena; and its id again, 0 for another key. */
struct str tag_wish_key(struct tx *tx, int64_t relation_id);
int64_t tag_wish_relation(struct str key);

/* WeCom's limits: characters of a name of group or tag, tags of a corp. Source: rules.md §4. */
enum { TAG_NAME_CHARS = 30, TAG_LIBRARY_MOST = 10000 };

/* Who changes. */
struct tag_wisher {
    const struct app *app;
    int64_t account_id; /* 0: Koi by itself */
};

/* Whether a name fits WeCom's limits, and the library has room for `more` tags; for groups that are
 * WeCom's. RC_INVALID, RC_LIMIT. */
enum rc tag_wish_fits(struct tx *tx, struct str name, int64_t more, struct err *e);

/* A tag was made, or is in use again; renamed; a group was renamed; a group is to be WeCom's, with
 * its tags. Nothing happens for Koi's own. */
enum rc tag_wish_made(struct tx *tx, const struct tag_wisher *who, int64_t tag_id, struct err *e);
enum rc tag_wish_renamed(struct tx *tx, const struct tag_wisher *who, int64_t tag_id,
                         struct err *e);
enum rc tag_wish_group_renamed(struct tx *tx, const struct tag_wisher *who, int64_t group_id,
                               struct err *e);
enum rc tag_wish_group_wanted(struct tx *tx, const struct tag_wisher *who, int64_t group_id,
                              struct err *e);
/* WeCom is to delete a tag, from everyone who wears it. RC_CONFLICT when it is not WeCom's. */
enum rc tag_wish_deleted(struct tx *tx, const struct tag_wisher *who, int64_t tag_id,
                         struct err *e);

/* tag_put() and tag_take_off() (store/tag.h) with what WeCom is to be told. */
enum rc tag_wish_put(struct tx *tx, const struct tag_wisher *who, const int64_t *roots, size_t n,
                     int64_t tag_id, int64_t *out_changed, struct err *e);
enum rc tag_wish_take_off(struct tx *tx, const struct tag_wisher *who, const int64_t *roots,
                          size_t n, int64_t tag_id, int64_t *out_changed, struct err *e);

/* A customer has become a friend: WeCom's tags that they wear here go on each friendship that WeCom
 * has told us of, and WeCom is told. A read where there are none. */
enum rc tag_wish_settle(struct tx *tx, const struct tag_wisher *who, int64_t customer_id,
                        struct err *e);

#endif

/* contact_apply — a customer as a platform tells them becomes the corp's customer, with accounts,
 * profile, friendships and the tags on them.
 *
 * Who it is: the external_userid decides; a unionid beside it joins by the rules of
 * domain/identity.h. Friendships hang on the customer whose the external_userid was born. Name and
 * gender go into the profile when they are told differently from last time, so what people changed
 * here stays until the platform says something new. Phones that staff wrote in remarks become
 * accounts of the customer, or a proposal where somebody else has them.
 *
 * Order does not matter: of each friendship the answer to the latest question counts, a friendship
 * told with a beginning behind its end has begun again, and one that the customer ended stays ended
 * although the platform goes on telling it. What an answer changes is logged once; applied again it
 * writes nothing. A friendship that stands is a touch of domain/binding.h, its end is said there.
 * Writing transactions only. Source: wecom-api.md §7, wecom-callback.md §4.1.
 */
#ifndef KOI_DOMAIN_CONTACT_APPLY_H
#define KOI_DOMAIN_CONTACT_APPLY_H

#include "base/secret.h"
#include "db/db.h"
#include "domain/identity.h"
#include "domain/told.h"

struct contact_applied {
    int64_t customer_id; /* as born; 0 when erased */
    bool erased;         /* the person had themselves erased: nothing of them was written */
    bool made;           /* a customer was made */
    int merges, proposals;
    int64_t begun, ended, tagged, untagged; /* friendships, tags on them */
    int64_t stale;                          /* friendships of which a later answer was known */
    int64_t unknown_tags; /* told, but not in the library: read that, and then this again */
};

/* Rows: four for a new account, eight for a friendship begun and three for a tag on it; one for
 * each friendship told again by a later answer. More than 500 friendships are more than one closure
 * should write. */
enum rc contact_apply(struct tx *tx, const struct keyring *keys, const struct told_contact *told,
                      struct contact_applied *out, struct err *e);

/* The friendship of the two as it is kept, in force or ended; RC_NOT_FOUND (e untouched). */
struct relation_row;
enum rc contact_pair(struct tx *tx, const struct keyring *keys, struct str external_userid,
                     struct str userid, struct relation_row *out, struct err *e);
/* Ends a friendship in force that an answer to the question at asked_us did not tell, unless it had
 * begun within a minute of it: answers lag behind. `out_ended` says whether. */
enum rc contact_end_missing(struct tx *tx, struct relation_row *row, int64_t asked_us,
                            bool *out_ended, struct err *e);
/* Whether a friendship of the two is known, in force or ended. */
enum rc contact_knows(struct tx *tx, const struct keyring *keys, struct str external_userid,
                      struct str userid, bool *out, struct err *e);

/* All friendships of a member of staff have been told by answers to questions since asked_us: whom
 * none of them told is no friend any more. contact_untold() finds them, by customer behind `after`,
 * CONTACT_UNTOLD at most, in any transaction; contact_apply_untold() ends those that are still
 * untold (a callback may have come in between), four rows each. One that has begun within a minute
 * of the question stays: answers lag behind. Nobody is found when the userid is not known. The
 * caller answers for "all": never after an error or a part of a list. */
enum { CONTACT_UNTOLD = 100 };
enum rc contact_untold(struct tx *tx, struct str userid, int64_t asked_us, int64_t after,
                       int64_t **out_customers, size_t *out_n, struct err *e);
enum rc contact_apply_untold(struct tx *tx, struct str userid, int64_t asked_us,
                             const int64_t *customers, size_t n, int64_t *out_ended, struct err *e);

/* The customer of an external_userid, made and joined as above; `fresh` describes who must be made.
 * In `out` where the account was born. For group_apply. */
enum rc contact_find(struct tx *tx, const struct keyring *keys, struct str external_userid,
                     struct str unionid, const struct customer_new *fresh,
                     struct identity_answer *out_answer, struct identity_told *out, struct err *e);
/* The source of a state (of a code or link) or, without one, of a way of adding; 0 for none. */
enum rc contact_source(struct tx *tx, struct str state, int64_t add_way, int64_t *out,
                       struct err *e);

#endif

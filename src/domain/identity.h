/* identity — who is this? The rules by which accounts become one customer, and back.
 *
 * A unionid merges by itself. Any other two accounts that turn up together but belong to two customers
 * only propose: a human decides. A merge keeps the older root (smaller first_s, then smaller id), points
 * everyone of the other at it and fills what the kept profile lacks; each is logged and can be undone
 * exactly, in any order (see identity_unmerge()). Nothing here deletes a row.
 */
#ifndef KOI_DOMAIN_IDENTITY_H
#define KOI_DOMAIN_IDENTITY_H

#include "store/customer.h"
#include "store/identity.h"

/* An account as somebody handed it over. `issuer`: app id, shop, card scheme; empty where the kind is global. */
struct identity {
    enum identity_kind kind;
    struct str issuer, value;
};

/* The form in which a value is hashed and kept. Phones: digits with +86 and separators removed when the number is a
 * Chinese mobile ("138 0013 8000", "+86-13800138000" → "13800138000"), else "+" and digits. A shop's buyer id that a
 * spreadsheet wrote as a number loses its ".0". Others: blanks trimmed. False when the text cannot be one (empty, a masked
 * phone "138****8000", longer than 200 bytes). Owned by the arena. */
bool identity_normalise(struct arena *a, enum identity_kind kind, struct str text, struct str *out);

enum { IDENTITY_TOGETHER = 16 };

struct identity_answer {
    int64_t customer_id; /* born with the strongest identity that was known, or new; 0 when erased */
    int64_t root_id;     /* whom it stands for after any merge */
    bool made;           /* a customer was made */
    bool erased;         /* one of the identities is a tombstone: nothing was written, skip the row */
    int merges;          /* merges by unionid */
    int proposals;       /* new proposals */
};

/* Finds, joins or makes the customer of 1 … IDENTITY_TOGETHER accounts that belong to one person, values normalised.
 * Strongest first: unionid, external_userid, openid, buyer, card, phone. An account nobody has is added to the
 * customer found. A phone or card decides only when it comes without a stronger account; otherwise, when it is somebody else's, a
 * proposal is left (and the account stays where it is). `fresh` describes the customer if one must be made. Writes at
 * most 8 rows and, with a unionid that joins two customers, those of the merge. */
enum rc identity_resolve(struct tx *tx, const struct keyring *keys, const struct identity *list, size_t n,
                         const struct customer_new *fresh, struct identity_answer *out, struct err *e);

enum merge_reason { MERGE_UNIONID, MERGE_ACCEPTED, MERGE_MANUAL, MERGE_IMPORT };

/* Merges the root customers of two ids: the older root is kept unless `keep` names one of the two roots.
 * `out_merge` is the log row. RC_CONFLICT when both are one already, RC_NOT_FOUND when one is missing or erased. */
enum rc identity_merge(struct tx *tx, int64_t one_id, int64_t other_id, int64_t keep, enum merge_reason reason,
                       int64_t account_id, int64_t *out_merge, struct err *e);

/* Takes a merge back. Whoever was merged becomes a root again, with everyone who had come with them and was not taken
 * out since; columns that the merge filled and that still hold its value get back what they held, also where a later
 * merge has handed them on. Works in any order of a chain. RC_CONFLICT when it is undone already or a person of it is
 * erased. */
enum rc identity_unmerge(struct tx *tx, int64_t merge_id, int64_t account_id, struct err *e);

#endif

/* identity — who is this? The rules by which accounts lead to one customer.
 *
 * A unionid merges by itself. Any other two accounts that turn up together but belong to two
 * customers only propose: a human decides. How a merge works and is undone is in domain/merging.h.
 */
#ifndef KOI_DOMAIN_IDENTITY_H
#define KOI_DOMAIN_IDENTITY_H

#include "domain/merging.h"
#include "store/customer.h"
#include "store/identity.h"

/* An account as somebody handed it over. `issuer`: app id, shop, card scheme; empty (not absent)
 * where the kind is global. */
struct identity {
    enum identity_kind kind;
    struct str issuer, value;
};

/* The form in which a value is hashed and kept. Phones: a Chinese mobile becomes its eleven digits
 * ("+86 138-0013-8000" → "13800138000"), others their digits, with "+" where a country code was
 * written. A buyer id or card that a spreadsheet wrote as a number loses its ".0". Others: blanks
 * trimmed. False when the text cannot be one: empty, a masked phone "138****8000", longer than
 * IDENTITY_VALUE_BYTES, no UTF-8. Owned by the arena. */
enum { IDENTITY_VALUE_BYTES = 200 };
bool identity_normalise(struct arena *a, enum identity_kind kind, struct str text, struct str *out);

enum { IDENTITY_TOGETHER = 16 };

struct identity_answer {
    int64_t customer_id; /* born with the strongest account that was known, or new; 0 when erased */
    int64_t root_id;     /* whom it stands for after any merge */
    bool made;           /* a customer was made */
    /* one of the accounts has a tombstone: nothing was written, skip the row */
    bool erased;
    int merges;          /* merges by unionid */
    int proposals;       /* new proposals */
};

/* Finds, joins or makes the customer of 1 … IDENTITY_TOGETHER accounts of one person, values
 * normalised. Strongest first: unionid, external_userid, openid, buyer, card, phone. An account
 * nobody has is added to the customer found. A card or phone decides only when it comes without a
 * stronger account; otherwise, when it is somebody else's, a proposal is left and the account stays
 * where it is. `fresh` describes the customer if one must be made, and its batch_id goes on the
 * accounts. Writes at most 4 rows an account and, with a unionid that joins two customers, those of
 * the merge. */
enum rc identity_resolve(struct tx *tx, const struct keyring *keys, const struct identity *list,
                         size_t n, const struct customer_new *fresh, struct identity_answer *out,
                         struct err *e);

#endif

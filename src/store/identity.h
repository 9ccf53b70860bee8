/* identity — one account of a customer: a unionid, an openid, a phone, a shop's buyer id, a member
 * card.
 *
 * Unique on (kind, issuer, value hash). The row stays with the customer it was born with; who that
 * is today is said by customer.root_id. A phone and a card are personal: they are kept sealed and
 * found by keyed hash; the others are kept in the clear, since they say nothing about a person
 * outside.
 */
#ifndef KOI_STORE_IDENTITY_H
#define KOI_STORE_IDENTITY_H

#include "base/secret.h"
#include "db/db.h"

enum identity_kind {
    IDENTITY_UNIONID,
    IDENTITY_EXTERNAL_USERID,
    IDENTITY_OPENID,
    IDENTITY_BUYER,
    IDENTITY_CARD,
    IDENTITY_PHONE,
    IDENTITY_KINDS
};

/* "unionid" …; IDENTITY_KINDS for a name that is none. */
const char *identity_kind_name(enum identity_kind kind);
enum identity_kind identity_kind_from(struct str name);

/* The keyed hash under which a value (normalised: domain/identity.h) is found. Pure; may be
 * cached. */
void identity_hash(const struct keyring *keys, enum identity_kind kind, struct str value,
                   uint8_t out[static SECRET_INDEX_BYTES]);

/* For many values of one kind: to be wiped with secret_indexer_done(). */
void identity_indexer(const struct keyring *keys, enum identity_kind kind,
                      struct secret_indexer *out);

/* The keyed hash under which the last four digits of a phone are found. */
void identity_tail_hash(const struct keyring *keys, struct str tail,
                        uint8_t out[static SECRET_INDEX_BYTES]);

/* The customer an identity was born with. RC_NOT_FOUND (e untouched) when nobody has it. */
enum rc identity_find(struct tx *tx, enum identity_kind kind, struct str issuer,
                      const uint8_t hash[static SECRET_INDEX_BYTES], int64_t *out_customer,
                      struct err *e);
/* Whether the person of this identity had themselves erased. */
enum rc identity_is_erased(struct tx *tx, enum identity_kind kind, struct str issuer,
                           const uint8_t hash[static SECRET_INDEX_BYTES], bool *out, struct err *e);
/* Adds an identity (value normalised) to a customer and notes the change; a phone also sets the
 * customer's phone_tail if there was none. RC_CONFLICT when someone has it. `batch_id` may be 0. */
enum rc identity_add(struct tx *tx, const struct keyring *keys, int64_t customer_id,
                     enum identity_kind kind, struct str issuer, struct str value, int64_t batch_id,
                     struct err *e);

/* What a platform has told of an account; DB_NULL, absent: nothing yet. */
struct identity_told {
    int64_t id, customer_id; /* as born */
    int64_t type;            /* of an external_userid: 1 a WeChat user, 2 a WeCom user */
    struct str hash;         /* keyed, of the profile as told last */
    int64_t told_us, complete_us;
};
/* RC_NOT_FOUND (e untouched) when nobody has the account. */
enum rc identity_told(struct tx *tx, enum identity_kind kind, struct str issuer,
                      const uint8_t hash[static SECRET_INDEX_BYTES], struct identity_told *out,
                      struct err *e);
enum rc identity_tell(struct tx *tx, const struct identity_told *told, struct err *e);

/* One identity as the profile shows it; `value` opened, in the transaction's arena. */
struct identity_row {
    int64_t id, customer_id;
    enum identity_kind kind;
    struct str issuer, value;
    int64_t created_s;
};
/* All identities of everyone with this root, oldest first. */
enum rc identity_list(struct tx *tx, const struct keyring *keys, int64_t root_id,
                      struct identity_row **out, size_t *out_n, struct err *e);

#endif

/* token — bearer tokens for programs: each acts as one account, cut down to a list of permissions.
 *
 * The secret is shown once and kept as SHA-256. A token that is revoked, has ended, or whose
 * account is disabled is not found.
 */
#ifndef KOI_STORE_TOKEN_H
#define KOI_STORE_TOKEN_H

#include "store/session.h"

struct token_owner {
    int64_t id; /* of the token */
    struct session_account account;
    struct str permissions; /* JSON list of permission names */
    int64_t used_s;         /* 0: never */
};

struct token {
    int64_t id;
    struct str name, permissions;
    int64_t account_id;
    struct str login;                                /* of the account; read only */
    int64_t created_s, used_s, expires_s, revoked_s; /* 0: not */
};

/* Texts live in the transaction's arena. RC_NOT_FOUND leaves e untouched. */
enum rc token_find(struct tx *tx, const uint8_t hash[static 32], struct token_owner *out,
                   struct err *e);
/* Used now. */
enum rc token_touch(struct tx *tx, int64_t id, struct err *e);
/* A new token; fills id and created_s. */
enum rc token_insert(struct tx *tx, const uint8_t hash[static 32], struct token *t, struct err *e);
/* From now on not found. RC_NOT_FOUND when there is none or it is revoked already. */
enum rc token_revoke(struct tx *tx, int64_t id, struct err *e);
/* At most `limit` tokens with id > `after`, oldest first. */
enum rc token_list(struct tx *tx, int64_t after, int64_t limit, struct token **out, size_t *out_n,
                   struct err *e);

#endif

/* session — browsers that are signed in, and one-time links.
 *
 * Secrets are kept only as SHA-256 (32 bytes): they are random and long, so a plain hash is enough.
 * A session whose account is disabled, or that has ended, is not found.
 */
#ifndef KOI_STORE_SESSION_H
#define KOI_STORE_SESSION_H

#include "db/db.h"

/* The account behind a session or token, as far as a request needs it. Texts live in the
 * transaction's arena. */
struct session_account {
    int64_t id;
    struct str role, scope, language;
};

struct session {
    struct session_account account;
    struct str csrf;
    int64_t created_s, seen_s, expires_s;
};

/* RC_NOT_FOUND (e untouched) when there is none, it has ended, or its account is disabled. */
enum rc session_find(struct tx *tx, const uint8_t hash[static 32], struct session *out,
                     struct err *e);
/* A new session from now to expires_s. Also removes up to 50 that have ended. */
enum rc session_put(struct tx *tx, const uint8_t hash[static 32], int64_t account_id,
                    struct str csrf, int64_t expires_s, struct err *e);
/* Seen now; ends at expires_s unless seen again. */
enum rc session_touch(struct tx *tx, const uint8_t hash[static 32], int64_t expires_s,
                      struct err *e);
enum rc session_delete(struct tx *tx, const uint8_t hash[static 32], struct err *e);
/* Ends all sessions of an account but the one named (may be NULL), and its unused links. */
enum rc session_delete_others(struct tx *tx, int64_t account_id, const uint8_t *keep,
                              struct err *e);
/* Sessions that have not ended. */
enum rc session_count(struct tx *tx, int64_t *out, struct err *e);

/* A one-time link. Earlier unused links of the account stop working. */
enum rc link_put(struct tx *tx, const uint8_t hash[static 32], int64_t account_id,
                 int64_t expires_s, struct err *e);
/* Whose link it is, without using it up. RC_NOT_FOUND (e untouched) when unknown, used, ended, or
 * the account is disabled. */
enum rc link_find(struct tx *tx, const uint8_t hash[static 32], int64_t *out_account_id,
                  struct err *e);
/* Uses it up; RC_NOT_FOUND as above. */
enum rc link_use(struct tx *tx, const uint8_t hash[static 32], int64_t *out_account_id,
                 struct err *e);

#endif

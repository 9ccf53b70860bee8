/* audit — who did what, in a chain that shows every edit and every deletion.
 *
 * Row n's hash is SHA-256 over the hash of row n−1 and all fields of row n, so a change inside
 * breaks the chain behind it. The single row of `audit_head` holds the last id and hash with a MAC
 * whose key lives outside the database: so removing the last rows, or rewriting the chain from some
 * row on, shows as well. What it cannot show is the whole database being put back to an earlier
 * state, head included: that is what a copy of the head kept elsewhere is for (`koi doctor` prints
 * it; the server logs it every hour).
 */
#ifndef KOI_STORE_AUDIT_H
#define KOI_STORE_AUDIT_H

#include "base/secret.h"
#include "db/db.h"

struct audit_entry {
    int64_t id, at_us;      /* filled in by audit_append() */
    int64_t account_id;     /* 0: the command line or a rule */
    int64_t token_id;       /* 0: none */
    struct str login;       /* of the account; read only */
    struct str action;      /* route's or command's name */
    struct str object_kind; /* absent: none */
    int64_t object_id;      /* 0: none */
    struct str detail;      /* JSON members or an object; empty for none; no personal data */
};

struct audit_filter {
    int64_t account_id;     /* 0: any */
    struct str action;      /* empty: any */
    int64_t from_us, to_us; /* to_us is exclusive; INT64_MAX: no end */
    int64_t before_id;      /* rows older than this one; INT64_MAX: from the newest */
    int64_t limit;
};

struct audit_report {
    int64_t rows;
    bool ok;
    int64_t first_bad; /* id of the first row that is wrong or missing; 0: none */
    int64_t head_id;   /* what audit_head says, for keeping elsewhere */
    char head_hash[65];
};

/* Makes the head of an empty log: once, when an installation is made. */
enum rc audit_begin(struct tx *tx, const struct keyring *keys, struct err *e);
/* Appends a row in the transaction of the write it tells of. When it finds the head forged or gone,
 * a row with the action "audit_broken" goes before it, so that later rows do not cover the
 * traces. */
enum rc audit_append(struct tx *tx, const struct keyring *keys, struct audit_entry *entry,
                     struct err *e);
/* Newest first, in the transaction's arena. */
enum rc audit_list(struct tx *tx, const struct audit_filter *f, struct audit_entry **out,
                   size_t *out_n, struct err *e);
/* The head alone: fills head_id and head_hash; RC_NOT_FOUND (e untouched) when there is none. */
enum rc audit_head(struct tx *tx, const struct keyring *keys, struct audit_report *out,
                   struct err *e);
/* Walks the whole chain: about 2 µs a row. RC_OK also when the chain is broken: `out` tells. */
enum rc audit_verify(struct tx *tx, const struct keyring *keys, struct audit_report *out,
                     struct err *e);

#endif

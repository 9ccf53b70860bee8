/* idempotency — replies remembered by key for a day, so that a repeated request has one effect and
 * one answer. */
#ifndef KOI_STORE_IDEMPOTENCY_H
#define KOI_STORE_IDEMPOTENCY_H

#include "db/db.h"

struct idempotency_row {
    int64_t account_id;          /* 0: the command line */
    const uint8_t *key_hash;     /* 16 bytes */
    const uint8_t *request_hash; /* 32 bytes */
    int status;
    struct str reply_sealed;
};

/* The remembered reply; its bytes live in the transaction's arena. RC_NOT_FOUND (e untouched) when
 * there is none. */
enum rc idempotency_find(struct tx *tx, int64_t account_id, const uint8_t *key_hash,
                         struct idempotency_row *out, struct err *e);
/* Remembers one, in the transaction of the effect; removes a few older than a day. RC_CONFLICT when
 * another node was faster. */
enum rc idempotency_put(struct tx *tx, const struct idempotency_row *row, struct err *e);

#endif

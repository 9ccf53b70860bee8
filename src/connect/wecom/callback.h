/* callback — from the texts of a request to a checked message: the order of WeCom's §1.
 *
 * Setting up: three settings (corp id, Token, EncodingAESKey) make a struct wecom_account. A
 * request is verified, then decrypted, then decoded; only then anything is believed.
 */
#ifndef KOI_CONNECT_WECOM_CALLBACK_H
#define KOI_CONNECT_WECOM_CALLBACK_H

#include "connect/wecom/crypto.h"
#include "connect/wecom/event.h"

/* How far the time of a delivery may be from ours, both ways: a retry keeps the time of the first
 * try, and whoever records a delivery cannot send it again years later. */
enum { WECOM_STALE_S = 86400 };

struct wecom_account {
    struct str corp_id, token;
    uint8_t key[WECOM_KEY_BYTES];
};

/* The parameters of the address, decoded once. */
struct wecom_address {
    struct str signature, timestamp, nonce;
};

struct wecom_delivery {
    struct str message;       /* the decrypted XML */
    struct wecom_event event; /* WECOM_UNKNOWN also when the message is no XML */
    struct str key;           /* wecom_event_key() */
};

/* An account from the texts of its settings, which it borrows. RC_NOT_FOUND while one is missing or
 * is no key. */
enum rc wecom_account_read(struct str corp_id, struct str token, struct str key,
                           struct wecom_account *out, struct err *e);

/* The answer to the check of the address: the plain text inside `echostr`, whose blanks are taken
 * for '+' once more. RC_FORBIDDEN when it is not WeCom's. */
enum rc wecom_verify(const struct wecom_account *who, const struct wecom_address *at,
                     struct str echostr, struct arena *a, struct str *out, struct err *e);

/* A delivery. RC_INVALID when the body is no envelope, RC_FORBIDDEN when it is not WeCom's or too
 * old. A message that nobody understands is delivered all the same. Owned by the arena. */
enum rc wecom_deliver(const struct wecom_account *who, const struct wecom_address *at,
                      struct str body, int64_t now_s, struct arena *a, struct wecom_delivery *out,
                      struct err *e);

#endif

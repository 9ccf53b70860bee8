/* crypto — signatures and encryption of WeCom's callbacks.
 *
 * A message is signed with the token (SHA-1 over sorted texts, hex) and encrypted with a key of 43
 * characters (AES-256-CBC, IV the key's first half, padded to 32): random(16) | length(4, big
 * endian) | message | receive id. Verify before decrypting; every refusal of a decryption is the
 * same error, so that nobody learns which check failed. Pure functions, any thread.
 * Source: WeCom's documents 90968 (encryption) and 90506 (JS-SDK signature).
 */
#ifndef KOI_CONNECT_WECOM_CRYPTO_H
#define KOI_CONNECT_WECOM_CRYPTO_H

#include "base/arena.h"
#include "base/err.h"

enum {
    WECOM_KEY_CHARS = 43,
    WECOM_KEY_BYTES = 32,
    WECOM_RANDOM_BYTES = 16,
    WECOM_SIGNATURE_CHARS = 40
};

/* The bytes of an EncodingAESKey: exactly 43 of [0-9A-Za-z]. The last character's two spare bits
 * may be set, as WeCom's own are. False, `out` untouched, for anything else. */
bool wecom_key_read(struct str text, uint8_t out[static WECOM_KEY_BYTES]);

/* Lower-case hex of SHA-1 over the four texts, sorted as bytes and joined; zero-terminated. The
 * texts are used as received. */
void wecom_sign(struct str token, struct str timestamp, struct str nonce, struct str encrypt,
                char out[static WECOM_SIGNATURE_CHARS + 1]);
/* Whether `signature` is that of the texts, in constant time. */
bool wecom_signed(struct str signature, struct str token, struct str timestamp, struct str nonce,
                  struct str encrypt);

/* The message inside `encrypt` (base64, strict: no blanks, no spare bits), owned by the arena.
 * `receive_id` is the corp's id for an app of its own; empty matches an empty one. RC_FORBIDDEN
 * "callback_refused" for everything that is wrong; `out` is then untouched. */
enum rc wecom_decrypt(const uint8_t key[static WECOM_KEY_BYTES], struct str receive_id,
                      struct str encrypt, struct arena *a, struct str *out, struct err *e);
/* The other way, for replies and tests; `random` is fresh for each message. Base64, owned by the
 * arena. */
struct str wecom_encrypt(const uint8_t key[static WECOM_KEY_BYTES], struct str receive_id,
                         struct str message, const uint8_t random[static WECOM_RANDOM_BYTES],
                         struct arena *a);

/* The error of a callback that is not WeCom's: what wecom_decrypt() gives, for callers that refuse
 * a signature. */
enum rc wecom_refuse(struct err *e);

/* The signature that wx.config() and wx.agentConfig() want; `url` as the browser sees it, without
 * "#…". */
void wecom_jsapi_sign(struct str ticket, struct str nonce, struct str timestamp, struct str url,
                      char out[static WECOM_SIGNATURE_CHARS + 1]);

#endif

/* crypto.c — the two primitives, and the checks in WeCom's order.
 *
 * OpenSSL's own unpadding knows blocks of 16 only, so it is off and the last byte is looked at
 * here. Base64 is base/base64: OpenSSL's decoder skips blanks and takes spare bits, and a message
 * that can be written in two ways has two signatures. Nothing is read past what was sent: every
 * length is compared before it is used. One message of 500 bytes costs about 3 µs to decrypt.
 */
#include "connect/wecom/crypto.h"

#include "base/base64.h"
#include "base/secret.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { PAD_BLOCK = 32, AES_BLOCK = 16, HEAD = WECOM_RANDOM_BYTES + 4 };

/* ---- the key ---- */

bool wecom_key_read(struct str text, uint8_t out[static WECOM_KEY_BYTES])
{
    uint8_t bytes[WECOM_KEY_BYTES + 1];
    uint32_t group = 0;
    if (text.n != WECOM_KEY_CHARS) {
        return false;
    }
    for (size_t i = 0; i <= WECOM_KEY_CHARS; i++) {
        int v = i < WECOM_KEY_CHARS ? base64_digit(text.p[i]) : 0;
        if (v < 0 || v >= 62) {
            return false;
        }
        group = group << 6 | (uint32_t)v;
        if (i % 4 == 3) {
            bytes[i / 4 * 3] = (uint8_t)(group >> 16);
            bytes[i / 4 * 3 + 1] = (uint8_t)(group >> 8);
            bytes[i / 4 * 3 + 2] = (uint8_t)group;
            group = 0;
        }
    }
    memcpy(out, bytes, WECOM_KEY_BYTES);
    return true;
}

/* ---- signatures ---- */

static void hex_sha1(const struct str *parts, size_t n, char out[static WECOM_SIGNATURE_CHARS + 1])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool good = c != NULL && EVP_DigestInit_ex(c, EVP_sha1(), NULL) == 1;
    for (size_t i = 0; good && i < n; i++) {
        good = parts[i].n == 0 || EVP_DigestUpdate(c, parts[i].p, parts[i].n) == 1;
    }
    if (!good || EVP_DigestFinal_ex(c, hash, &bytes) != 1) {
        abort(); /* out of memory */
    }
    EVP_MD_CTX_free(c);
    assert(bytes * 2 == WECOM_SIGNATURE_CHARS);
    secret_hex(hash, bytes, out);
}

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void wecom_sign(struct str token, struct str timestamp, struct str nonce, struct str encrypt,
                char out[static WECOM_SIGNATURE_CHARS + 1])
{
    struct str parts[] = {token, timestamp, nonce, encrypt};
    qsort(parts, sizeof parts / sizeof *parts, sizeof *parts, by_bytes);
    hex_sha1(parts, sizeof parts / sizeof *parts, out);
}

bool wecom_signed(struct str signature, struct str token, struct str timestamp, struct str nonce,
                  struct str encrypt)
{
    char good[WECOM_SIGNATURE_CHARS + 1];
    wecom_sign(token, timestamp, nonce, encrypt, good);
    return signature.n == WECOM_SIGNATURE_CHARS &&
           secret_equal(signature.p, good, WECOM_SIGNATURE_CHARS);
}

void wecom_jsapi_sign(struct str ticket, struct str nonce, struct str timestamp, struct str url,
                      char out[static WECOM_SIGNATURE_CHARS + 1])
{
    struct str parts[] = {
        STR("jsapi_ticket="), ticket,    STR("&noncestr="), nonce,
        STR("&timestamp="),   timestamp, STR("&url="),      url,
    };
    hex_sha1(parts, sizeof parts / sizeof *parts, out);
}

/* ---- encryption ---- */

enum rc wecom_refuse(struct err *e)
{
    err_set(e, RC_FORBIDDEN, "callback_refused", NULL, "这不是企业微信发来的内容",
            "this does not come from WeCom");
    err_hint(e, "核对企业 ID、Token 与 EncodingAESKey 是否与企业微信后台一致",
             "compare corp id, Token and EncodingAESKey with WeCom's console");
    return RC_FORBIDDEN;
}

/* AES-256-CBC over whole blocks, no padding of OpenSSL's. `out` has room for n. */
static void run_cipher(const uint8_t *key, const uint8_t *in, size_t n, uint8_t *out, int encrypt)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int written = 0;
    int last = 0;
    assert(n > 0 && n % AES_BLOCK == 0 && n <= INT_MAX);
    bool good = c != NULL && EVP_CipherInit_ex(c, EVP_aes_256_cbc(), NULL, key, key, encrypt) == 1;
    good = good && EVP_CIPHER_CTX_set_padding(c, 0) == 1;
    good = good && EVP_CipherUpdate(c, out, &written, in, (int)n) == 1;
    good = good && EVP_CipherFinal_ex(c, out + written, &last) == 1;
    if (!good) {
        abort(); /* whole blocks without padding cannot fail but for memory */
    }
    assert((size_t)(written + last) == n);
    EVP_CIPHER_CTX_free(c);
}

/* How many bytes are left without the padding, 0 when it is wrong. All bytes are looked at, so that
 * the time does not tell which was. */
static size_t unpad(const uint8_t *p, size_t n)
{
    size_t pad = p[n - 1];
    uint8_t wrong = 0;
    if (pad < 1 || pad > PAD_BLOCK || pad + HEAD > n) {
        return 0;
    }
    for (size_t i = n - pad; i < n; i++) {
        wrong |= (uint8_t)(p[i] ^ pad);
    }
    return wrong == 0 ? n - pad : 0;
}

/* The message in a plain text whose padding is gone. */
static bool unwrap(const uint8_t *p, size_t n, struct str receive_id, struct str *out)
{
    uint32_t length = (uint32_t)p[16] << 24 | (uint32_t)p[17] << 16 | (uint32_t)p[18] << 8 | p[19];
    if (length > n - HEAD) {
        return false;
    }
    const uint8_t *id = p + HEAD + length;
    size_t id_n = n - HEAD - length;
    if (id_n != receive_id.n || (id_n > 0 && !secret_equal(id, receive_id.p, id_n))) {
        return false;
    }
    *out = (struct str){(const char *)p + HEAD, length};
    return true;
}

enum rc wecom_decrypt(const uint8_t key[static WECOM_KEY_BYTES], struct str receive_id,
                      struct str encrypt, struct arena *a, struct str *out, struct err *e)
{
    struct str sealed;
    if (!base64_decode(encrypt, a, &sealed) || sealed.n == 0 || sealed.n % AES_BLOCK != 0 ||
        sealed.n > INT_MAX) {
        return wecom_refuse(e);
    }
    size_t n = sealed.n;
    uint8_t *plain = arena_alloc(a, n);
    run_cipher(key, (const uint8_t *)sealed.p, n, plain, 0);
    size_t left = unpad(plain, n);
    return left > 0 && unwrap(plain, left, receive_id, out) ? RC_OK : wecom_refuse(e);
}

struct str wecom_encrypt(const uint8_t key[static WECOM_KEY_BYTES], struct str receive_id,
                         struct str message, const uint8_t random[static WECOM_RANDOM_BYTES],
                         struct arena *a)
{
    size_t n = HEAD + message.n + receive_id.n;
    size_t pad = PAD_BLOCK - n % PAD_BLOCK;
    uint8_t *plain = arena_alloc(a, n + pad);
    uint8_t *sealed = arena_alloc(a, n + pad);
    assert(message.n <= INT_MAX - HEAD - PAD_BLOCK - receive_id.n);
    memcpy(plain, random, WECOM_RANDOM_BYTES);
    for (int i = 0; i < 4; i++) {
        plain[WECOM_RANDOM_BYTES + i] = (uint8_t)(message.n >> (24 - 8 * i));
    }
    if (message.n > 0) {
        memcpy(plain + HEAD, message.p, message.n);
    }
    if (receive_id.n > 0) {
        memcpy(plain + HEAD + message.n, receive_id.p, receive_id.n);
    }
    memset(plain + n, (int)pad, pad);
    run_cipher(key, plain, n + pad, sealed, 1);
    return base64_encode((struct str){(const char *)sealed, n + pad}, a);
}

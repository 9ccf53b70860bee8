/* secret.c — random bytes, encryption at rest, keyed hashes, password hashes.
 *
 * Nothing cryptographic is invented here: AES-256-GCM and the SHA-256 of long texts are OpenSSL's
 * (the processor's own instructions), argon2id, HMAC-SHA-256 and the SHA-256 of short texts
 * libsodium's (no allocation, no look-up, 3 µs a value in imports), random bytes the kernel's.
 * OpenSSL's algorithms are fetched at the first use: an empty server needs 2 MB less. A GCM nonce
 * is 96 random bits: with one key fewer than 2^32 values may be sealed (SP 800-38D 8.3), which is
 * more customers than a corp has.
 *
 * Sealing costs about 1.5 µs. Argon2id takes 50 ms and 64 MB, so one runs at a time in a process:
 * ten people signing in at once must not need 640 MB. Lengths of what comes from outside are
 * checked before use; every failure to open, for whatever reason, is one and the same error.
 */
#include "base/secret.h"
#include "base/keyring.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { NONCE_BYTES = 12, TAG_BYTES = 16, SALT_BYTES = 16, HEAD_BYTES = 5, PASSWORD_MOST = 1024 };
/* Version, salt, nonce, tag of a wrapped value. */
enum { WRAP_OVERHEAD = 1 + SALT_BYTES + NONCE_BYTES + TAG_BYTES };
enum { VERSION_SEALED = 1, VERSION_WRAPPED = 2 };

static_assert(HEAD_BYTES + NONCE_BYTES + TAG_BYTES == SECRET_OVERHEAD, "the format of secret.h");
static_assert(SECRET_PASSWORD_BYTES >= crypto_pwhash_STRBYTES, "an encoded hash fits");
static_assert(SALT_BYTES == crypto_pwhash_SALTBYTES, "argon2id's salt");

static pthread_mutex_t pwhash_mutex = PTHREAD_MUTEX_INITIALIZER; /* a leaf: calls nobody of ours */
static pthread_once_t sodium_once = PTHREAD_ONCE_INIT;
static pthread_once_t openssl_once = PTHREAD_ONCE_INIT;
static EVP_CIPHER *gcm;
static EVP_MD *sha256;

static void load_sodium(void)
{
    if (sodium_init() < 0)
        abort();
}

/* Fetching an algorithm takes OpenSSL longer than using it. */
static void load_openssl(void)
{
    gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (gcm == NULL || sha256 == NULL)
        abort();
}

static void need_sodium(void)
{
    pthread_once(&sodium_once, load_sodium);
}

static void need_openssl(void)
{
    pthread_once(&openssl_once, load_openssl);
    assert(gcm != NULL && sha256 != NULL);
}

/* A call that fails only when memory is out or we passed nonsense. */
static void must(int ok)
{
    assert(ok == 1);
    if (ok != 1)
        abort();
}

/* ---- random ---- */

void secret_random(void *out, size_t n)
{
    uint8_t *p = out;
    assert(out != NULL || n == 0);
    while (n > 0) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort();
        p += got;
        n -= (size_t)got;
    }
}

void secret_random_text(char *out, size_t n)
{
    static const char LETTERS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    assert(out != NULL);
    size_t i = 0;
    while (i < n) {
        uint8_t bytes[64];
        secret_random(bytes, sizeof bytes);
        /* 248 = 4 × 62: higher bytes would favour the first letters. */
        for (size_t j = 0; j < sizeof bytes && i < n; j++)
            if (bytes[j] < 248)
                out[i++] = LETTERS[bytes[j] % 62];
    }
    out[n] = '\0';
}

/* ---- AES-256-GCM ---- */

static int as_int(size_t n)
{
    assert(n <= INT_MAX);
    return (int)n;
}

/* Writes ciphertext and tag: plain.n + TAG_BYTES. */
static void gcm_seal(const uint8_t key[static KEY_BYTES], const uint8_t *nonce, struct str place,
                     struct str plain, uint8_t *out)
{
    int n;
    need_openssl();
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(ctx != NULL && EVP_EncryptInit_ex2(ctx, gcm, key, nonce, NULL));
    must(EVP_EncryptUpdate(ctx, NULL, &n, (const uint8_t *)place.p, as_int(place.n)));
    if (plain.n > 0)
        must(EVP_EncryptUpdate(ctx, out, &n, (const uint8_t *)plain.p, as_int(plain.n)));
    must(EVP_EncryptFinal_ex(ctx, out + plain.n, &n));
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, out + plain.n));
    EVP_CIPHER_CTX_free(ctx);
}

/* Opens n bytes of ciphertext that a tag follows. False when they are not what was sealed. */
static bool gcm_open(const uint8_t key[static KEY_BYTES], const uint8_t *nonce, struct str place,
                     const uint8_t *sealed, size_t n, uint8_t *out)
{
    int m;
    uint8_t tag[TAG_BYTES];
    memcpy(tag, sealed + n, sizeof tag);
    need_openssl();
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(ctx != NULL && EVP_DecryptInit_ex2(ctx, gcm, key, nonce, NULL));
    must(EVP_DecryptUpdate(ctx, NULL, &m, (const uint8_t *)place.p, as_int(place.n)));
    if (n > 0)
        must(EVP_DecryptUpdate(ctx, out, &m, sealed, as_int(n)));
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag));
    bool ok = EVP_DecryptFinal_ex(ctx, out + n, &m) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok)
        OPENSSL_cleanse(out, n);
    return ok;
}

/* ---- sealing for a place ---- */

struct str secret_seal(const struct keyring *k, struct str place, struct str plain, struct arena *a)
{
    assert(k != NULL && k->n > 0 && place.n > 0);
    const struct keyring_key *key = &k->keys[k->n - 1];
    uint8_t *p = arena_alloc(a, plain.n + SECRET_OVERHEAD);
    p[0] = VERSION_SEALED;
    for (int i = 0; i < 4; i++)
        p[1 + i] = (uint8_t)(key->id >> (24 - 8 * i));
    secret_random(p + HEAD_BYTES, NONCE_BYTES);
    gcm_seal(key->bytes, p + HEAD_BYTES, place, plain, p + HEAD_BYTES + NONCE_BYTES);
    return (struct str){(const char *)p, plain.n + SECRET_OVERHEAD};
}

static enum rc refuse_sealed(struct err *e)
{
    err_set(e, RC_CORRUPT, "secret_corrupt", NULL, "加密内容无法解开：已被改动，或缺少密钥",
            "an encrypted value does not open: it was altered, or its key is missing");
    err_hint(e, "确认密钥文件属于这个数据库", "check that the key file belongs to this database");
    return RC_CORRUPT;
}

enum rc secret_open(const struct keyring *k, struct str place, struct str sealed, struct arena *a,
                    struct str *out, struct err *e)
{
    assert(k != NULL && out != NULL && place.n > 0);
    const uint8_t *p = (const uint8_t *)sealed.p;
    if (sealed.n < SECRET_OVERHEAD || sealed.n > INT_MAX || p[0] != VERSION_SEALED)
        return refuse_sealed(e);
    uint32_t id = (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
    const struct keyring_key *key = keyring_find(k, id);
    if (key == NULL)
        return refuse_sealed(e);
    size_t n = sealed.n - SECRET_OVERHEAD;
    uint8_t *plain = arena_alloc(a, n + 1);
    if (!gcm_open(key->bytes, p + HEAD_BYTES, place, p + HEAD_BYTES + NONCE_BYTES, n, plain))
        return refuse_sealed(e);
    *out = (struct str){(const char *)plain, n};
    return RC_OK;
}

static void hmac(const uint8_t *key, size_t n, struct str label, struct str data,
                 uint8_t out[static 32])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, n);
    if (label.n > 0)
        crypto_auth_hmacsha256_update(&state, (const uint8_t *)label.p, label.n);
    if (data.n > 0)
        crypto_auth_hmacsha256_update(&state, (const uint8_t *)data.p, data.n);
    crypto_auth_hmacsha256_final(&state, out);
    OPENSSL_cleanse(&state, sizeof state);
}

/* The first key, because an index must not change when a key is added. */
void secret_indexer_init(struct secret_indexer *x, const struct keyring *k, struct str place)
{
    static_assert(sizeof(crypto_auth_hmacsha256_state) <= sizeof x->state, "it has room");
    assert(k != NULL && k->n > 0 && place.n > 0);
    uint8_t derived[32];
    crypto_auth_hmacsha256_state state;
    need_sodium();
    hmac(k->keys[0].bytes, KEY_BYTES, STR("koi blind index 1 "), place, derived);
    crypto_auth_hmacsha256_init(&state, derived, sizeof derived);
    memcpy(x->state, &state, sizeof state);
    OPENSSL_cleanse(&state, sizeof state);
    OPENSSL_cleanse(derived, sizeof derived);
}

void secret_indexer_hash(const struct secret_indexer *x, struct str value,
                         uint8_t out[static SECRET_INDEX_BYTES])
{
    crypto_auth_hmacsha256_state state;
    uint8_t full[32];
    memcpy(&state, x->state, sizeof state);
    if (value.n > 0)
        crypto_auth_hmacsha256_update(&state, (const uint8_t *)value.p, value.n);
    crypto_auth_hmacsha256_final(&state, full);
    memcpy(out, full, SECRET_INDEX_BYTES);
    OPENSSL_cleanse(&state, sizeof state);
    OPENSSL_cleanse(full, sizeof full);
}

void secret_indexer_done(struct secret_indexer *x)
{
    OPENSSL_cleanse(x, sizeof *x);
}

void secret_index(const struct keyring *k, struct str place, struct str value,
                  uint8_t out[static SECRET_INDEX_BYTES])
{
    struct secret_indexer x;
    secret_indexer_init(&x, k, place);
    secret_indexer_hash(&x, value, out);
    secret_indexer_done(&x);
}

/* ---- passphrases and passwords ---- */

static const struct str WRAP_PLACE = {"koi wrap", 8};

/* Version 2 means: argon2id 1.3, 4 passes, 64 MB. False when memory is short. */
static bool wrap_key(struct str passphrase, const uint8_t *salt, uint8_t key[static KEY_BYTES])
{
    need_sodium();
    pthread_mutex_lock(&pwhash_mutex);
    int failed =
        crypto_pwhash(key, KEY_BYTES, passphrase.p != NULL ? passphrase.p : "", passphrase.n, salt,
                      4, (size_t)64 << 20, crypto_pwhash_ALG_ARGON2ID13);
    pthread_mutex_unlock(&pwhash_mutex);
    return failed == 0;
}

struct str secret_wrap(struct str passphrase, struct str plain, struct arena *a)
{
    assert(a != NULL);
    uint8_t key[KEY_BYTES];
    uint8_t *p = arena_alloc(a, plain.n + WRAP_OVERHEAD);
    p[0] = VERSION_WRAPPED;
    secret_random(p + 1, SALT_BYTES + NONCE_BYTES);
    if (!wrap_key(passphrase, p + 1, key))
        return STR_ABSENT;
    gcm_seal(key, p + 1 + SALT_BYTES, WRAP_PLACE, plain, p + 1 + SALT_BYTES + NONCE_BYTES);
    OPENSSL_cleanse(key, sizeof key);
    return (struct str){(const char *)p, plain.n + WRAP_OVERHEAD};
}

static enum rc short_of_memory(struct err *e)
{
    return err_set(e, RC_BUSY, "memory", NULL, "内存不足，请稍后再试",
                   "not enough memory, try again later");
}

enum rc secret_unwrap(struct str passphrase, struct str wrapped, struct arena *a, struct str *out,
                      struct err *e)
{
    assert(a != NULL && out != NULL);
    const uint8_t *p = (const uint8_t *)wrapped.p;
    if (wrapped.n < WRAP_OVERHEAD || wrapped.n > INT_MAX || p[0] != VERSION_WRAPPED)
        return err_set(e, RC_CORRUPT, "wrap_corrupt", NULL, "不是用口令加密的内容",
                       "this was not sealed with a passphrase");
    uint8_t key[KEY_BYTES];
    if (!wrap_key(passphrase, p + 1, key))
        return short_of_memory(e);
    size_t n = wrapped.n - WRAP_OVERHEAD;
    uint8_t *plain = arena_alloc(a, n + 1);
    bool ok =
        gcm_open(key, p + 1 + SALT_BYTES, WRAP_PLACE, p + 1 + SALT_BYTES + NONCE_BYTES, n, plain);
    OPENSSL_cleanse(key, sizeof key);
    if (!ok)
        return err_set(e, RC_INVALID, "passphrase_wrong", "passphrase", "口令不对，或内容已被改动",
                       "wrong passphrase, or the content was altered");
    *out = (struct str){(const char *)plain, n};
    return RC_OK;
}

enum rc secret_password_hash(struct str password, char out[static SECRET_PASSWORD_BYTES],
                             struct err *e)
{
    if (password.n == 0 || password.n > PASSWORD_MOST)
        return err_set(e, RC_INVALID, "password_length", "password", "密码长度应为 1 到 %d 字节",
                       "a password has 1 to %d bytes", PASSWORD_MOST);
    need_sodium();
    char encoded[crypto_pwhash_STRBYTES];
    pthread_mutex_lock(&pwhash_mutex);
    int failed =
        crypto_pwhash_str(encoded, password.p, password.n, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE);
    pthread_mutex_unlock(&pwhash_mutex);
    if (failed != 0)
        return short_of_memory(e);
    assert(memchr(encoded, 0, sizeof encoded) != NULL);
    memcpy(out, encoded, sizeof encoded);
    return RC_OK;
}

bool secret_password_verify(const char *hash, struct str password)
{
    assert(hash != NULL);
    if (password.n == 0 || password.n > PASSWORD_MOST)
        return false;
    size_t n = strlen(hash);
    char encoded[crypto_pwhash_STRBYTES] = {0};
    if (n >= sizeof encoded)
        return false;
    memcpy(encoded, hash, n);
    need_sodium();
    pthread_mutex_lock(&pwhash_mutex);
    int failed = crypto_pwhash_str_verify(encoded, password.p, password.n);
    pthread_mutex_unlock(&pwhash_mutex);
    return failed == 0;
}

/* ---- hashes and comparison ---- */

void secret_sha256(struct str data, uint8_t out[static 32])
{
    enum { SHORT_BYTES = 4096 }; /* 10 µs without the processor's instructions */
    const uint8_t *p = (const uint8_t *)(data.p != NULL ? data.p : "");
    static_assert(crypto_hash_sha256_BYTES == 32, "SHA-256");
    if (data.n <= SHORT_BYTES) {
        need_sodium();
        crypto_hash_sha256(out, p, data.n);
        return;
    }
    unsigned n = 0;
    need_openssl();
    must(EVP_Digest(p, data.n, out, &n, sha256, NULL));
    assert(n == 32);
}

struct secret_mark secret_mark(const uint8_t key[static 16], struct str text)
{
    static_assert(sizeof(struct secret_mark) == crypto_shorthash_siphashx24_BYTES, "128 bits");
    static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16, "the key");
    struct secret_mark mark;
    crypto_shorthash_siphashx24((unsigned char *)&mark, (const unsigned char *)text.p, text.n, key);
    return mark;
}

bool secret_equal(const void *a, const void *b, size_t n)
{
    assert((a != NULL && b != NULL) || n == 0);
    return n == 0 || CRYPTO_memcmp(a, b, n) == 0;
}

void secret_hex(const void *data, size_t n, char *out)
{
    static const char DIGITS[] = "0123456789abcdef";
    const uint8_t *p = data;
    assert(out != NULL && (data != NULL || n == 0));
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = DIGITS[p[i] >> 4];
        out[2 * i + 1] = DIGITS[p[i] & 15];
    }
    out[2 * n] = '\0';
}

bool secret_unhex(struct str hex, struct arena *a, struct str *out)
{
    static const char DIGITS[] = "0123456789abcdef";
    char *p = arena_alloc(a, hex.n / 2 + 1);
    for (size_t i = 0; i + 1 < hex.n; i += 2) {
        const char *high = memchr(DIGITS, hex.p[i], 16);
        const char *low = memchr(DIGITS, hex.p[i + 1], 16);
        if (high == NULL || low == NULL)
            return false;
        p[i / 2] = (char)((high - DIGITS) << 4 | (low - DIGITS));
    }
    if (hex.n % 2 != 0)
        return false;
    *out = (struct str){p, hex.n / 2};
    return true;
}

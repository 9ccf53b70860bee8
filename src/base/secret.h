/* secret — random bytes, encryption at rest, keyed hashes, password hashes.
 *
 * Encryption is AES-256-GCM with a random 96-bit nonce. A sealed value is
 * version(1) | key id(4, big endian) | nonce(12) | ciphertext | tag(16); its additional data binds
 * it to the place it is stored in ("customer.phone"), so a value moved to another column does not
 * open. Keys live outside the database in a key file (mode 0600): one line "id hex64 created" each;
 * the last one seals, all of them open, and the first one makes the blind indexes, so it stays
 * first. Blind indexes are HMAC-SHA-256 with a key derived for the place, cut to 16 bytes.
 * Passwords are argon2id (libsodium, interactive limits). Source: NIST SP 800-38D, RFC 9106.
 */
#ifndef KOI_BASE_SECRET_H
#define KOI_BASE_SECRET_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct keyring; /* the keys of one installation; immutable after loading, shared by all threads */

enum { SECRET_INDEX_BYTES = 16, SECRET_PASSWORD_BYTES = 128, SECRET_OVERHEAD = 33 };

/* Opens the key file at `path`, creating it with one new key when `create` is set and it is
 * missing. RC_CORRUPT when it cannot be understood, RC_IO when it cannot be read or its mode lets
 * others read. */
enum rc keyring_open(const char *path, bool create, struct keyring **out, struct err *e);
void keyring_free(struct keyring *k);
/* The whole key file as text, for a backup that is wrapped by a passphrase. Owned by the arena. */
struct str keyring_text(const struct keyring *k, struct arena *a);

/* Seals `plain` for `place`, and opens what was sealed. RC_CORRUPT when it was altered, belongs to
 * another place, or its key is missing. Results are owned by the arena; `place` is not empty. */
struct str secret_seal(const struct keyring *k, struct str place, struct str plain,
                       struct arena *a);
enum rc secret_open(const struct keyring *k, struct str place, struct str sealed, struct arena *a,
                    struct str *out, struct err *e);
/* The keyed hash of `value` at `place`, for looking up equal values. */
void secret_index(const struct keyring *k, struct str place, struct str value,
                  uint8_t out[static SECRET_INDEX_BYTES]);
/* The same for many values of one place, 0.6 µs each instead of 2.4: what follows from key and
 * place is worked out once. In the caller's memory, which secret_indexer_done() wipes; it accepts a
 * zeroed one. */
struct secret_indexer {
    _Alignas(16) uint8_t state[224];
};
void secret_indexer_init(struct secret_indexer *x, const struct keyring *k, struct str place);
void secret_indexer_hash(const struct secret_indexer *x, struct str value,
                         uint8_t out[static SECRET_INDEX_BYTES]);
void secret_indexer_done(struct secret_indexer *x);
/* Seals with a key made from a passphrase (argon2id, 64 MB), and opens it again; RC_INVALID on a
 * wrong one. Sealing gives the absent view when memory is short, opening RC_BUSY. */
struct str secret_wrap(struct str passphrase, struct str plain, struct arena *a);
enum rc secret_unwrap(struct str passphrase, struct str wrapped, struct arena *a, struct str *out,
                      struct err *e);

/* Cryptographically strong random bytes; text of n random characters from [0-9A-Za-z],
 * zero-terminated, so that `out` has n + 1 bytes. */
void secret_random(void *out, size_t n);
void secret_random_text(char *out, size_t n);

/* The encoded argon2id hash (about 50 ms, 64 MB; one at a time in a process), and whether a
 * password matches it. RC_INVALID for less than 1 or more than 1024 bytes, RC_BUSY when memory is
 * short. */
enum rc secret_password_hash(struct str password, char out[static SECRET_PASSWORD_BYTES],
                             struct err *e);
bool secret_password_verify(const char *hash, struct str password);

/* SHA-256, and comparison in constant time. */
void secret_sha256(struct str data, uint8_t out[static 32]);
/* SipHash-2-4 with 128 bits: equal texts of one key have equal marks, and nobody who lacks the key
 * (random, of this process) finds two that share one. About 20 ns for a short text. */
struct secret_mark {
    uint64_t low, high;
};
struct secret_mark secret_mark(const uint8_t key[static 16], struct str text);
bool secret_equal(const void *a, const void *b, size_t n);
/* Lower-case hex of n bytes; out has 2 n + 1 bytes. */
void secret_hex(const void *data, size_t n, char *out);
/* The bytes that secret_hex() wrote, owned by the arena. False, `out` untouched, for anything
 * else. */
bool secret_unhex(struct str hex, struct arena *a, struct str *out);

#endif

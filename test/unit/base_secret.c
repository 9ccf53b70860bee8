/* Secrets: known answers, every altered byte refused, key files made, rotated and damaged. */
#include "unit.h"

#include "base/secret.c"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/koi-secret-XXXXXX";
static char path[64];

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return 1;
    return snprintf(path, sizeof path, "%s/key", folder) < 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_key_file(const char *text, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

#define HEX_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX_B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
#define LINE_A "1 " HEX_A " 2026-01-01T00:00:00Z\n"
#define LINE_B "7 " HEX_B " 2026-02-01T00:00:00Z\n"

static struct keyring *ring(const char *text)
{
    struct keyring *k = NULL;
    struct err e = ERR_INIT;
    write_key_file(text, 0600);
    if (keyring_open(path, false, &k, &e) != RC_OK)
        fail_msg("%s", e.en);
    return k;
}

static void key_file_is_made_once(void **state)
{
    (void)state;
    struct keyring *k = NULL, *again = NULL;
    struct arena a;
    arena_init(&a, 0);
    struct err e = ERR_INIT;
    unlink(path);
    assert_int_equal(keyring_open(path, false, &k, &e), RC_IO);
    assert_null(k);
    assert_int_equal(keyring_open(path, true, &k, &e), RC_OK);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(keyring_open(path, true, &again, &e), RC_OK);
    assert_true(str_eq(keyring_text(k, &a), keyring_text(again, &a)));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); /* nothing was left beside the key file */
    assert_int_equal(mkdir(folder, 0700), 0);
    keyring_free(k);
    keyring_free(again);
    keyring_free(NULL);
    assert_int_equal(keyring_open("/nonexistent/key", true, &k, &e), RC_IO);
    arena_done(&a);
}

static void key_file_refusals(void **state)
{
    (void)state;
    static const char *const BAD[] = {"",
                                      "\n",
                                      "1 00 x\n",
                                      "x " HEX_A " t\n",
                                      "0 " HEX_A " t\n",
                                      "1 " HEX_A "\n",
                                      "4294967296 " HEX_A " t\n",
                                      LINE_A LINE_A,
                                      "1 g" HEX_A " t\n",
                                      "1 " HEX_A "00 t\n"};
    struct keyring *k = NULL;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        struct err e = ERR_INIT;
        write_key_file(BAD[i], 0600);
        if (keyring_open(path, true, &k, &e) != RC_CORRUPT || k != NULL)
            fail_msg("took key file %zu", i);
        assert_null(strstr(e.en, "0001"));
    }
    struct err e = ERR_INIT;
    write_key_file(LINE_A, 0640);
    assert_int_equal(keyring_open(path, true, &k, &e), RC_IO);
    assert_string_equal(e.code, "key_file_mode");
}

static void seals_and_refuses_every_altered_byte(void **state)
{
    (void)state;
    struct keyring *k = ring(LINE_A);
    struct arena a;
    arena_init(&a, 0);
    struct str place = STR("customer.phone"), plain = STR("13800138000"), out = STR_ABSENT;
    struct str sealed = secret_seal(k, place, plain, &a);
    assert_int_equal(sealed.n, plain.n + SECRET_OVERHEAD);
    assert_int_equal(str_find(sealed, plain), -1);
    assert_false(str_eq(sealed, secret_seal(k, place, plain, &a))); /* nonces differ */
    assert_int_equal(secret_open(k, place, sealed, &a, &out, NULL), RC_OK);
    assert_true(str_eq(out, plain));
    char *copy = arena_z(&a, sealed);
    struct str altered = {copy, sealed.n};
    out = STR_ABSENT;
    for (size_t i = 0; i < sealed.n; i++) {
        copy[i] ^= 1;
        assert_int_equal(secret_open(k, place, altered, &a, &out, NULL), RC_CORRUPT);
        copy[i] ^= 1;
        assert_int_equal(secret_open(k, place, str_sub(sealed, 0, i), &a, &out, NULL), RC_CORRUPT);
    }
    assert_int_equal(secret_open(k, STR("customer.name"), sealed, &a, &out, NULL), RC_CORRUPT);
    assert_int_equal(secret_open(k, place, STR_ABSENT, &a, &out, NULL), RC_CORRUPT);
    assert_true(str_absent(out));
    sealed = secret_seal(k, place, STR(""), &a);
    assert_int_equal(secret_open(k, place, sealed, &a, &out, NULL), RC_OK);
    assert_true(out.n == 0 && !str_absent(out));
    keyring_free(k);
    arena_done(&a);
}

static void keys_rotate(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    struct str place = STR("p"), out;
    struct keyring *old = ring(LINE_A), *both = ring(LINE_A LINE_B), *other = ring(LINE_B);
    struct str before = secret_seal(old, place, STR("x"), &a);
    struct str after = secret_seal(both, place, STR("y"), &a);
    assert_int_equal(after.p[4], 7);
    assert_int_equal(secret_open(both, place, before, &a, &out, NULL), RC_OK);
    assert_int_equal(secret_open(old, place, after, &a, &out, NULL), RC_CORRUPT);
    assert_int_equal(secret_open(other, place, after, &a, &out, NULL), RC_OK);
    uint8_t one[SECRET_INDEX_BYTES], two[SECRET_INDEX_BYTES];
    struct secret_indexer many;
    secret_index(old, place, STR("v"), one);
    secret_indexer_init(&many, old, place);
    for (int i = 0; i < 2; i++) { /* again and again the same as alone */
        secret_indexer_hash(&many, STR("v"), two);
        assert_memory_equal(one, two, SECRET_INDEX_BYTES);
        secret_indexer_hash(&many, STR(""), two);
        assert_memory_not_equal(one, two, SECRET_INDEX_BYTES);
    }
    secret_indexer_done(&many);
    secret_index(both, place, STR("v"), two);
    assert_true(secret_equal(one, two, sizeof one)); /* an added key leaves the index alone */
    secret_index(old, place, STR("w"), two);
    assert_false(secret_equal(one, two, sizeof one));
    secret_index(old, STR("q"), STR("v"), two);
    assert_false(secret_equal(one, two, sizeof one));
    keyring_free(old);
    keyring_free(both);
    keyring_free(other);
    arena_done(&a);
}

/* Python's hmac and hashlib gave the first; FIPS 180-4, SP 800-38D (case 14) and RFC 4231 the rest.
 */
static void known_answers(void **state)
{
    (void)state;
    uint8_t hash[32];
    char hex[65];
    secret_sha256(STR("abc"), hash);
    secret_hex(hash, 32, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    secret_sha256(STR_ABSENT, hash);
    secret_hex(hash, 4, hex);
    assert_string_equal(hex, "e3b0c442");
    char *long_text = malloc(1000000); /* FIPS 180-4: a million letters */
    assert_non_null(long_text);
    memset(long_text, 'a', 1000000);
    secret_sha256((struct str){long_text, 1000000}, hash);
    free(long_text);
    secret_hex(hash, 32, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    hmac((const uint8_t *)"Jefe", 4, STR("what do ya want "), STR("for nothing?"), hash);
    secret_hex(hash, 32, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    struct keyring *k = ring(LINE_A);
    uint8_t index[SECRET_INDEX_BYTES];
    secret_index(k, STR("customer.phone"), STR("13800138000"), index);
    secret_hex(index, sizeof index, hex);
    assert_string_equal(hex, "53d13ca5e07caff1ee749dcdcc516aaf");
    keyring_free(k);
    uint8_t key[KEY_BYTES] = {0}, nonce[NONCE_BYTES] = {0}, out[32];
    gcm_seal(key, nonce, STR_ABSENT, (struct str){(const char[16]){0}, 16}, out);
    secret_hex(out, 32, hex);
    assert_string_equal(hex, "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

static void passphrases_and_passwords(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    struct str wrapped = secret_wrap(STR("锦鲤"), STR("the key"), &a), out = STR_ABSENT;
    struct err e = ERR_INIT;
    assert_int_equal(secret_unwrap(STR("锦鲤"), wrapped, &a, &out, &e), RC_OK);
    assert_str(out, "the key");
    assert_int_equal(secret_unwrap(STR("koi"), wrapped, &a, &out, &e), RC_INVALID);
    assert_int_equal(secret_unwrap(STR("锦鲤"), str_sub(wrapped, 0, 20), &a, &out, &e), RC_CORRUPT);
    char hash[SECRET_PASSWORD_BYTES];
    assert_int_equal(secret_password_hash(STR("correct horse"), hash, &e), RC_OK);
    assert_true(str_starts(str_from(hash), STR("$argon2id$v=19$m=65536,t=2,p=1$")));
    assert_true(secret_password_verify(hash, STR("correct horse")));
    assert_false(secret_password_verify(hash, STR("correct hors")));
    assert_false(secret_password_verify("", STR("x")));
    assert_false(secret_password_verify("$argon2id$nonsense", STR("x")));
    assert_int_equal(secret_password_hash(STR(""), hash, &e), RC_INVALID);
    arena_done(&a);
}

static void random_text_uses_every_letter(void **state)
{
    (void)state;
    static char text[6201];
    int seen[256] = {0};
    text[6200] = 'x';
    secret_random_text(text, 6200);
    assert_int_equal(strlen(text), 6200);
    for (int i = 0; i < 6200; i++)
        seen[(unsigned char)text[i]]++;
    int letters = 0;
    for (int c = 0; c < 256; c++) {
        letters += seen[c] > 0;
        assert_true(seen[c] < 180);
    }
    assert_int_equal(letters, 62);
    assert_true(secret_equal("a", "a", 1) && !secret_equal("a", "b", 1) && secret_equal("", "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_file_is_made_once),
        cmocka_unit_test(key_file_refusals),
        cmocka_unit_test(seals_and_refuses_every_altered_byte),
        cmocka_unit_test(keys_rotate),
        cmocka_unit_test(known_answers),
        cmocka_unit_test(passphrases_and_passwords),
        cmocka_unit_test(random_text_uses_every_letter),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

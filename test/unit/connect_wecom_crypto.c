/* connect_wecom_crypto.c — WeCom's encryption against known answers, and everything that must be
 * refused: each byte of a thousand messages flipped, lengths and paddings that lie, foreign ids. */
#include "unit.h"

#include "connect/wecom/callback.h"
#include "connect/wecom/crypto.c"
#include "base/rng.h"
#include "wecom_answers.h"

#include <stdio.h>

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void key_of(const struct wecom_answer *v, uint8_t key[static WECOM_KEY_BYTES])
{
    assert_true(wecom_key_read(str_from(v->key), key));
}

/* ---- known answers ---- */

static void signatures_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < WECOM_ANSWER_COUNT; i++) {
        const struct wecom_answer *v = &WECOM_ANSWERS[i];
        char out[WECOM_SIGNATURE_CHARS + 1];
        wecom_sign(str_from(v->token), str_from(v->timestamp), str_from(v->nonce),
                   str_from(v->encrypt), out);
        assert_string_equal(out, v->signature);
        for (size_t at = 0; at < WECOM_SIGNATURE_CHARS; at++) {
            char wrong[WECOM_SIGNATURE_CHARS + 1];
            memcpy(wrong, v->signature, sizeof wrong);
            wrong[at] = wrong[at] == '0' ? '1' : '0';
            assert_false(wecom_signed(str_from(wrong), str_from(v->token), str_from(v->timestamp),
                                      str_from(v->nonce), str_from(v->encrypt)));
        }
    }
}

static void messages_are_known(void **state)
{
    (void)state;
    int known = 0;
    for (size_t i = 0; i < WECOM_ANSWER_COUNT; i++) {
        const struct wecom_answer *v = &WECOM_ANSWERS[i];
        uint8_t key[WECOM_KEY_BYTES];
        struct str plain;
        struct err e = ERR_INIT;
        key_of(v, key);
        if (v->plain == NULL) {
            continue;
        }
        known++;
        assert_int_equal(
            wecom_decrypt(key, str_from(v->receive_id), str_from(v->encrypt), &arena, &plain, &e),
            RC_OK);
        assert_int_equal(plain.n, strlen(v->plain));
        assert_memory_equal(plain.p, v->plain, plain.n);
        assert_int_equal(PAD_BLOCK - (HEAD + plain.n + strlen(v->receive_id)) % PAD_BLOCK, v->pad);
        /* With the random bytes of theirs, encrypting gives theirs. */
        uint8_t random[WECOM_RANDOM_BYTES];
        memcpy(random, plain.p - HEAD, sizeof random);
        struct str again = wecom_encrypt(key, str_from(v->receive_id), plain, random, &arena);
        assert_true(str_eq(again, str_from(v->encrypt)));
    }
    assert_int_equal(known, 5);
}

static void jsapi_signature_is_known(void **state)
{
    (void)state;
    char out[WECOM_SIGNATURE_CHARS + 1];
    wecom_jsapi_sign(
        STR("sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7"
            "qg"),
        STR("Wm3WZYTPz0wzccnW"), STR("1414587457"), STR("http://mp.weixin.qq.com?params=value"),
        out);
    assert_string_equal(out, "0f9de62fce790f9a083d5c99e95740ceb90c27ed");
}

static void keys_are_43_letters_and_digits(void **state)
{
    (void)state;
    uint8_t key[WECOM_KEY_BYTES];
    static const char *const wrong[] = {
        "",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C=",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2+",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2 ",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(wecom_key_read(str_from(wrong[i]), key));
    }
}

/* ---- what is refused ---- */

static enum rc decrypt(const struct wecom_answer *v, struct str encrypt)
{
    uint8_t key[WECOM_KEY_BYTES];
    struct str out = STR("untouched");
    struct err e = ERR_INIT;
    key_of(v, key);
    enum rc rc = wecom_decrypt(key, str_from(v->receive_id), encrypt, &arena, &out, &e);
    if (rc != RC_OK) {
        assert_str(out, "untouched");
        assert_string_equal(e.code, "callback_refused");
    }
    return rc;
}

/* Plain bytes as they are, encrypted: lengths and paddings of our own making. */
static struct str forge(const struct wecom_answer *v, const uint8_t *plain, size_t n)
{
    uint8_t key[WECOM_KEY_BYTES];
    uint8_t *sealed = arena_alloc(&arena, n);
    key_of(v, key);
    run_cipher(key, plain, n, sealed, 1);
    return base64_encode((struct str){(const char *)sealed, n}, &arena);
}

static void lengths_that_lie_are_refused(void **state)
{
    (void)state;
    const struct wecom_answer *v = &WECOM_ANSWERS[0];
    static const uint32_t lies[] = {0x7fffffff, 0xffffffff, 0xfffffff0, 45, 27, 26, 25, 0};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        uint8_t plain[64] = {0};
        for (int b = 0; b < 4; b++) {
            plain[16 + b] = (uint8_t)(lies[i] >> (24 - 8 * b));
        }
        memcpy(plain + HEAD + 8, v->receive_id, 18);
        memset(plain + 46, 18, 18);
        enum rc rc = decrypt(v, forge(v, plain, sizeof plain));
        assert_int_equal(rc, RC_FORBIDDEN);
    }
    uint8_t true_one[64] = {[19] = 8};
    memcpy(true_one + HEAD + 8, v->receive_id, 18);
    memset(true_one + 46, 18, 18);
    assert_int_equal(decrypt(v, forge(v, true_one, sizeof true_one)), RC_OK);
}

static void paddings_that_lie_are_refused(void **state)
{
    (void)state;
    const struct wecom_answer *v = &WECOM_ANSWERS[0];
    for (unsigned pad = 0; pad < 256; pad++) {
        /* as long as its padding says, whichever it says, unless it is more than there is */
        uint8_t plain[96];
        memset(plain, (int)pad, sizeof plain);
        memset(plain, 0, HEAD);
        size_t left = pad < sizeof plain - HEAD - 18 ? sizeof plain - pad : sizeof plain;
        memcpy(plain + left - 18, v->receive_id, 18);
        plain[19] = (uint8_t)(left - 18 - HEAD);
        plain[95] = (uint8_t)pad;
        bool good = pad >= 1 && pad <= PAD_BLOCK;
        assert_int_equal(decrypt(v, forge(v, plain, sizeof plain)), good ? RC_OK : RC_FORBIDDEN);
        if (good && pad > 1) {
            plain[96 - pad] ^= 1; /* one byte of the padding differs from the last */
            assert_int_equal(decrypt(v, forge(v, plain, sizeof plain)), RC_FORBIDDEN);
        }
    }
    uint8_t short_one[16];
    memset(short_one, 16, sizeof short_one);
    assert_int_equal(decrypt(v, forge(v, short_one, sizeof short_one)), RC_FORBIDDEN);
}

static void foreign_ids_are_refused(void **state)
{
    (void)state;
    struct wecom_answer v = WECOM_ANSWERS[0];
    static const char *const ids[] = {"", "wx5823bf96d3bd56c8", "wx5823bf96d3bd56c",
                                      "wx5823bf96d3bd56c77"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        v.receive_id = ids[i];
        assert_int_equal(decrypt(&v, str_from(v.encrypt)), RC_FORBIDDEN);
    }
    /* An app of no corp has an empty id. */
    uint8_t key[WECOM_KEY_BYTES];
    struct str plain;
    key_of(&v, key);
    struct str sealed =
        wecom_encrypt(key, STR(""), STR("hello"), (const uint8_t *)v.signature, &arena);
    assert_int_equal(wecom_decrypt(key, STR(""), sealed, &arena, &plain, NULL), RC_OK);
    assert_str(plain, "hello");
}

static void base64_is_strict(void **state)
{
    (void)state;
    const struct wecom_answer *v = &WECOM_ANSWERS[0];
    struct str good = str_from(v->encrypt);
    static const char *const wrong[] = {
        "", "=", "====", "AAAA", "A===", "AAAAAAAAAAAAAAAAAAAAAA=A"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(decrypt(v, str_from(wrong[i])), RC_FORBIDDEN);
    }
    assert_int_equal(decrypt(v, arena_printf(&arena, " " STR_FMT, STR_ARG(good))), RC_FORBIDDEN);
    assert_int_equal(decrypt(v, arena_printf(&arena, STR_FMT "\n", STR_ARG(good))), RC_FORBIDDEN);
    assert_int_equal(decrypt(v, str_sub(good, 0, good.n - 1)), RC_FORBIDDEN);
    /* Spare bits: the last character before '==' has four, "Q==" becomes "R==". */
    char *p = arena_z(&arena, good);
    assert_string_equal(p + good.n - 3, "Q==");
    p[good.n - 3] = 'R';
    assert_int_equal(decrypt(v, (struct str){p, good.n}), RC_FORBIDDEN);
}

/* A message whose last character is changed and which is signed again by who knows the token. */
static void a_changed_message_signed_again_is_refused(void **state)
{
    (void)state;
    const struct wecom_answer *v = &WECOM_ANSWERS[0];
    struct wecom_account who;
    struct str plain;
    char *p = arena_z(&arena, str_from(v->encrypt));
    char sign[WECOM_SIGNATURE_CHARS + 1];
    assert_int_equal(wecom_account_read(str_from(v->receive_id), str_from(v->token),
                                        str_from(v->key), &who, NULL),
                     RC_OK);
    p[strlen(p) - 4] = p[strlen(p) - 4] == 'A' ? 'B' : 'A';
    wecom_sign(who.token, str_from(v->timestamp), str_from(v->nonce), str_from(p), sign);
    struct wecom_address at = {str_from(sign), str_from(v->timestamp), str_from(v->nonce)};
    assert_int_equal(wecom_verify(&who, &at, str_from(p), &arena, &plain, NULL), RC_FORBIDDEN);
}

/* One message, delivered: as it is, and with each byte of its base64 changed. */
static void deliver_flipped(const struct wecom_account *who, struct rng *rng, struct str message,
                            struct arena *a)
{
    static const char head[] = "<xml><Encrypt>";
    uint8_t random[WECOM_RANDOM_BYTES];
    char sign[WECOM_SIGNATURE_CHARS + 1];
    struct wecom_delivery d;
    struct str plain;
    for (size_t i = 0; i < sizeof random; i++) {
        random[i] = (uint8_t)rng_below(rng, 256);
    }
    struct str sealed = wecom_encrypt(who->key, who->corp_id, message, random, a);
    wecom_sign(who->token, STR("100"), STR("nonce"), sealed, sign);
    struct wecom_address at = {str_from(sign), STR("100"), STR("nonce")};
    struct str body = arena_printf(a, "%s" STR_FMT "</Encrypt></xml>", head, STR_ARG(sealed));
    char *p = arena_z(a, body) + sizeof head - 1;
    struct str changed = {p - (sizeof head - 1), body.n};
    assert_int_equal(wecom_deliver(who, &at, body, 100, a, &d, NULL), RC_OK);
    assert_true(str_eq(d.message, message));
    for (size_t i = 0; i < sealed.n; i++) {
        char was = p[i];
        p[i] = (char)(was ^ (char)(1 + rng_below(rng, 255)));
        assert_int_not_equal(wecom_deliver(who, &at, changed, 100, a, &d, NULL), RC_OK);
        /* Behind the signature nothing is read that is not there, whatever comes out. */
        if (wecom_decrypt(who->key, who->corp_id, (struct str){p, sealed.n}, a, &plain, NULL) ==
            RC_OK) {
            assert_true(plain.n + HEAD + who->corp_id.n < sealed.n);
        }
        p[i] = was;
    }
}

static void flipped_bytes_are_refused(void **state)
{
    (void)state;
    struct rng rng = rng_seed(20261122);
    const struct wecom_answer *v = &WECOM_ANSWERS[0];
    struct wecom_account who;
    char text[200];
    struct arena own;
    arena_init(&own, 0);
    assert_int_equal(wecom_account_read(str_from(v->receive_id), str_from(v->token),
                                        str_from(v->key), &who, NULL),
                     RC_OK);
    for (int i = 0; i < 1000; i++) {
        for (size_t k = 0; k < sizeof text; k++) {
            text[k] = (char)rng_below(&rng, 256);
        }
        deliver_flipped(&who, &rng, (struct str){text, (size_t)rng_below(&rng, sizeof text)}, &own);
        arena_reset(&own);
    }
    arena_done(&own);
}

/* The check of the address takes an echostr whose '+' became blanks; its raw form does not
 * verify. */
static void blanks_of_an_echostr_are_mended(void **state)
{
    (void)state;
    const struct wecom_answer *v = &WECOM_ANSWERS[1];
    struct wecom_account who;
    struct str plain;
    char *p = arena_z(&arena, str_from(v->encrypt));
    int blanks = 0;
    for (char *c = p; *c != 0; c++) {
        blanks += *c == '+';
        *c = (char)(*c == '+' ? ' ' : *c);
    }
    assert_int_equal(wecom_account_read(str_from(v->receive_id), str_from(v->token),
                                        str_from(v->key), &who, NULL),
                     RC_OK);
    assert_true(blanks > 0);
    assert_false(wecom_signed(str_from(v->signature), who.token, str_from(v->timestamp),
                              str_from(v->nonce), str_from(p)));
    assert_int_equal(decrypt(v, str_from(p)), RC_FORBIDDEN);
    struct wecom_address at = {str_from(v->signature), str_from(v->timestamp), str_from(v->nonce)};
    assert_int_equal(wecom_verify(&who, &at, str_from(p), &arena, &plain, NULL), RC_OK);
    assert_true(str_eq(plain, str_from(v->plain)));
}

/* A delivery of long ago or far ahead is refused, its signature being right. */
static void stale_deliveries_are_refused(void **state)
{
    (void)state;
    const struct wecom_answer *v = &WECOM_ANSWERS[0];
    struct wecom_account who;
    struct wecom_delivery d;
    assert_int_equal(wecom_account_read(str_from(v->receive_id), str_from(v->token),
                                        str_from(v->key), &who, NULL),
                     RC_OK);
    struct wecom_address at = {str_from(v->signature), str_from(v->timestamp), str_from(v->nonce)};
    struct str body = arena_printf(&arena, "<xml><Encrypt>%s</Encrypt></xml>", v->encrypt);
    const int64_t sent_s = 1409659813;
    const struct {
        int64_t now_s;
        enum rc rc;
    } cases[] = {{sent_s, RC_OK},
                 {sent_s + WECOM_STALE_S, RC_OK},
                 {sent_s - WECOM_STALE_S, RC_OK},
                 {sent_s + WECOM_STALE_S + 1, RC_FORBIDDEN},
                 {sent_s - WECOM_STALE_S - 1, RC_FORBIDDEN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(wecom_deliver(&who, &at, body, cases[i].now_s, &arena, &d, NULL),
                         cases[i].rc);
    }
    assert_int_equal(d.event.kind, WECOM_MESSAGE);
    assert_str(d.key, "app:mycreate");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(signatures_are_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(messages_are_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(jsapi_signature_is_known, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_are_43_letters_and_digits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lengths_that_lie_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(paddings_that_lie_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(foreign_ids_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(base64_is_strict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_message_signed_again_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(flipped_bytes_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(blanks_of_an_echostr_are_mended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stale_deliveries_are_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* wecom_stream — WeCom's encryption as a filter, for test/torture/wecom_crypto.mjs to hold against
 * another program's.
 *
 *   wecom_stream < LINES
 *
 * A line is "key id token timestamp nonce signature encrypt", what the other program has encrypted
 * and signed. It is verified and decrypted here, encrypted and signed anew, and answered by
 * "signature encrypt". A line that is refused ends the program with 1.
 */
#include "base/secret.h"
#include "connect/wecom/crypto.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORDS = 7 };

static int refuse(const char *what, unsigned long line)
{
    fprintf(stderr, "line %lu: %s\n", line, what);
    return 1;
}

static int answer(struct str text, unsigned long line, struct arena *a)
{
    struct str words[WORDS];
    uint8_t key[WECOM_KEY_BYTES];
    uint8_t random[WECOM_RANDOM_BYTES];
    char signature[WECOM_SIGNATURE_CHARS + 1];
    struct str message;
    for (int i = 0; i < WORDS; i++) {
        if (!str_cut(&text, ' ', &words[i])) {
            return refuse("a word is missing", line);
        }
    }
    if (!wecom_key_read(words[0], key)) {
        return refuse("no key", line);
    }
    if (!wecom_signed(words[5], words[2], words[3], words[4], words[6])) {
        return refuse("not signed", line);
    }
    if (wecom_decrypt(key, words[1], words[6], a, &message, NULL) != RC_OK) {
        return refuse("refused", line);
    }
    secret_random(random, sizeof random);
    struct str again = wecom_encrypt(key, words[1], message, random, a);
    wecom_sign(words[2], words[3], words[4], again, signature);
    printf("%s " STR_FMT "\n", signature, STR_ARG(again));
    return 0;
}

int main(void)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t n = 0;
    int bad = 0;
    struct arena a;
    arena_init(&a, 0);
    setvbuf(stdout, NULL, _IOLBF, 1 << 16); /* the other side waits for each batch */
    for (unsigned long line = 1; bad == 0 && (n = getline(&text, &room, stdin)) > 0; line++) {
        bad = answer(str_trim((struct str){text, (size_t)n}), line, &a);
        arena_reset(&a);
    }
    free(text);
    arena_done(&a);
    return bad;
}

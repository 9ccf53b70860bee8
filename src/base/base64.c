/* base64.c — three bytes are four characters.
 *
 * Strict in reading: what decodes to the same bytes is the same text, so a picture can be compared
 * by either.
 */
#include "base/base64.h"

#include <assert.h>

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct str base64_encode(struct str bytes, struct arena *a)
{
    size_t n = (bytes.n + 2) / 3 * 4;
    char *out = arena_alloc(a, n + 1);
    for (size_t i = 0, k = 0; i < bytes.n; i += 3, k += 4) {
        unsigned three = (unsigned)(unsigned char)bytes.p[i] << 16;
        if (i + 1 < bytes.n)
            three |= (unsigned)(unsigned char)bytes.p[i + 1] << 8;
        if (i + 2 < bytes.n)
            three |= (unsigned char)bytes.p[i + 2];
        out[k] = ALPHABET[three >> 18];
        out[k + 1] = ALPHABET[three >> 12 & 63];
        out[k + 2] = i + 1 < bytes.n ? ALPHABET[three >> 6 & 63] : '=';
        out[k + 3] = i + 2 < bytes.n ? ALPHABET[three & 63] : '=';
    }
    out[n] = 0;
    return (struct str){out, n};
}

bool base64_decode(struct str text, struct arena *a, struct str *out)
{
    size_t pads = 0;
    while (pads < 2 && pads < text.n && text.p[text.n - 1 - pads] == '=')
        pads++;
    if (text.n % 4 != 0)
        return false;
    char *bytes = arena_try_alloc(a, text.n / 4 * 3 + 1);
    size_t n = 0;
    unsigned bits = 0;
    for (size_t i = 0; bytes != NULL && i < text.n - pads; i++) {
        int value = base64_digit(text.p[i]);
        if (value < 0)
            return false;
        bits = bits << 6 | (unsigned)value;
        if (i % 4 != 0)
            bytes[n++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xff);
    }
    if (bytes == NULL || (bits & (pads == 2 ? 15U : pads == 1 ? 3U : 0U)) != 0)
        return false;
    assert(n == text.n / 4 * 3 - pads);
    *out = (struct str){bytes, n};
    return true;
}

/* cursor.c — the text of "go on from here" in a list.
 *
 * A cursor is base64url(mac | plain): mac is a keyed hash, bound to the route, cut to 16 bytes. The
 * handler's own text (a sort key and an id) is thus readable, which hides nothing since the caller
 * has seen the row it came from, but cannot be altered: the keys in it go into SQL as bound values
 * that the handler need not check again. Costs two HMACs of a short text for a page.
 */
#include "http/parts.h"

#include <string.h>

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct str base64_encode(struct arena *a, const uint8_t *p, size_t n)
{
    char *out = arena_alloc(a, n * 4 / 3 + 5);
    size_t k = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i < 3 ? n - i : 3;
        uint32_t v = (uint32_t)p[i] << 16;
        v |= left > 1 ? (uint32_t)p[i + 1] << 8 : 0;
        v |= left > 2 ? (uint32_t)p[i + 2] : 0;
        for (size_t j = 0; j <= left; j++) {
            out[k++] = DIGITS[v >> (18 - 6 * j) & 63];
        }
    }
    return (struct str){out, k};
}

static bool base64_decode(struct arena *a, struct str in, uint8_t **out, size_t *out_n)
{
    uint8_t *p = arena_alloc(a, in.n + 1);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < in.n; i++) {
        const char *digit = in.p[i] != 0 ? strchr(DIGITS, in.p[i]) : NULL;
        if (digit == NULL) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(digit - DIGITS);
        have += 6;
        if (have >= 8) {
            have -= 8;
            p[n++] = (uint8_t)(bits >> have);
        }
    }
    *out = p;
    *out_n = n;
    return true;
}

static struct str place_of(struct arena *a, const char *route)
{
    return arena_printf(a, "cursor.%s", route);
}

struct str cursor_sign(const struct keyring *k, const char *route, struct str plain,
                       struct arena *a)
{
    uint8_t *bytes = arena_alloc(a, SECRET_INDEX_BYTES + plain.n + 1);
    secret_index(k, place_of(a, route), plain, bytes);
    if (plain.n > 0) {
        memcpy(bytes + SECRET_INDEX_BYTES, plain.p, plain.n);
    }
    return base64_encode(a, bytes, SECRET_INDEX_BYTES + plain.n);
}

enum rc cursor_open(const struct keyring *k, const char *route, struct str text, struct arena *a,
                    struct str *out, struct err *e)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    uint8_t mac[SECRET_INDEX_BYTES];
    if (base64_decode(a, text, &bytes, &n) && n >= sizeof mac) {
        struct str plain = {(const char *)bytes + sizeof mac, n - sizeof mac};
        secret_index(k, place_of(a, route), plain, mac);
        if (secret_equal(mac, bytes, sizeof mac)) {
            *out = plain;
            return RC_OK;
        }
    }
    return err_set(e, RC_INVALID, "cursor_invalid", "cursor", "cursor 不是这个列表给出的",
                   "this cursor was not given by this list");
}

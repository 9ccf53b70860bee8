/* mask.c — see mask.h for who sees what. Counting is by code points, so no character is cut; a text
 * too short to hide anything in its middle is hidden whole.
 */
#include "domain/mask.h"

#include <assert.h>

/* The first `head` and last `tail` characters with `stars` between; only stars when nothing would
 * be hidden. */
static struct str keep_ends(struct arena *a, struct str s, size_t head, size_t tail,
                            const char *stars)
{
    if (s.p == NULL)
        return s;
    size_t n = str_utf8_count(s);
    if (n <= head + tail)
        return arena_str(a, str_from(stars));
    struct str front = str_utf8_prefix(s, head);
    struct str before = str_utf8_prefix(s, n - tail);
    struct str back = str_sub(s, before.n, s.n - before.n);
    return arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(front), stars, STR_ARG(back));
}

struct str mask_phone(struct arena *a, struct str phone)
{
    return keep_ends(a, phone, 3, 4, "****");
}

struct str mask_name(struct arena *a, struct str name)
{
    return keep_ends(a, name, 1, 0, "**");
}

struct str mask_address(struct arena *a, struct str address)
{
    return keep_ends(a, address, 6, 0, "****");
}

struct str mask_nickname(struct arena *a, struct str nickname)
{
    if (nickname.p == NULL || nickname.n == 0)
        return nickname;
    return str_utf8_count(nickname) > 2 ? keep_ends(a, nickname, 1, 1, "**")
                                        : keep_ends(a, nickname, 1, 0, "**");
}

struct str mask_identity(struct arena *a, enum identity_kind kind, struct str value)
{
    assert(kind < IDENTITY_KINDS);
    switch (kind) {
    case IDENTITY_PHONE:
        return mask_phone(a, value);
    case IDENTITY_CARD:
        return keep_ends(a, value, 0, 4, "****");
    case IDENTITY_UNIONID:
    case IDENTITY_OPENID:
        return keep_ends(a, value, 4, 4, "****");
    case IDENTITY_EXTERNAL_USERID:
    case IDENTITY_BUYER:
    case IDENTITY_KINDS:
        break;
    }
    return value;
}

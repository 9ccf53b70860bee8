/* money.c — integer fen, exact conversions from decimal text.
 *
 * Text is read digit by digit: no locale, no double, no allocation, about 20 ns a cell. Products go
 * through 128 bits, so the only overflow is that of the result. Halves round to even, which adds no
 * bias over many rows. Refused: more than six decimals, commas that do not part groups of three,
 * ".5", "5.", two signs, and any other word or symbol; a wrong cell is better shown than guessed.
 */
#include "base/money.h"

#include <assert.h>
#include <string.h>

enum { MICRO_DIGITS = 6, MICRO_PER_UNIT = 1000000 };

/* |units| stays below this, so that millionths fit 63 bits. */
static const int64_t UNITS_MOST = INT64_C(9000000000000);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take(struct str *s, struct str what)
{
    if (s->n < what.n || memcmp(s->p, what.p, what.n) != 0)
        return false;
    *s = (struct str){s->p + what.n, s->n - what.n};
    return true;
}

static void take_symbol(struct str *s)
{
    static const struct str SYMBOLS[] = {
        {"\xC2\xA5", 2},     /* ¥ yen sign, as most programs write it */
        {"\xEF\xBF\xA5", 3}, /* ￥ full-width, as Chinese keyboards do */
        {"\xC2\xA3", 2},     /* £ */
        {"\xE2\x82\xAC", 3}, /* € */
        {"$", 1},
    };
    if (s->n > 0 && is_digit(s->p[0]))
        return; /* nearly every cell */
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof SYMBOLS[0]; i++)
        if (take(s, SYMBOLS[i]))
            return;
}

/* Takes a sign if none was seen yet. */
static bool take_sign(struct str *s, bool *negative)
{
    if (take(s, STR("-")))
        *negative = true;
    else if (!take(s, STR("+")))
        return false;
    return true;
}

/* Whole units, with or without commas between groups of three. */
static bool take_units(struct str *s, int64_t *out)
{
    int64_t units = 0;
    size_t i = 0, since_comma = 0;
    bool grouped = false;
    for (; i < s->n; i++) {
        char c = s->p[i];
        if (c == ',') {
            if (grouped ? since_comma != 3 : since_comma < 1 || since_comma > 3)
                return false;
            grouped = true;
            since_comma = 0;
            continue;
        }
        if (!is_digit(c))
            break;
        units = units * 10 + (c - '0');
        if (units >= UNITS_MOST)
            return false;
        since_comma++;
    }
    if (since_comma == 0 || (grouped && since_comma != 3))
        return false;
    *s = str_sub(*s, i, s->n);
    *out = units;
    return true;
}

/* ".dddddd" as millionths; nothing there is zero. */
static bool take_fraction(struct str *s, int64_t *out)
{
    int64_t micro = 0;
    if (take(s, STR("."))) {
        size_t i = 0;
        for (; i < s->n && is_digit(s->p[i]); i++)
            micro = i < MICRO_DIGITS ? micro * 10 + (s->p[i] - '0') : micro;
        if (i == 0 || i > MICRO_DIGITS)
            return false;
        *s = str_sub(*s, i, s->n);
        for (; i < MICRO_DIGITS; i++)
            micro *= 10;
    }
    assert(micro >= 0 && micro < MICRO_PER_UNIT);
    *out = micro;
    return true;
}

bool money_parse_micro(struct str text, int64_t *out_micro)
{
    assert(out_micro != NULL);
    struct str s = str_trim(text);
    bool negative = false;
    bool signed_already = take_sign(&s, &negative);
    take_symbol(&s);
    if (!signed_already)
        take_sign(&s, &negative);
    int64_t units, micro;
    if (!take_units(&s, &units) || !take_fraction(&s, &micro))
        return false;
    if (s.n != 0 && !str_eq(s, STR("\xE5\x85\x83"))) /* 元 */
        return false;
    int64_t value = units * MICRO_PER_UNIT + micro;
    assert(value >= 0);
    *out_micro = negative ? -value : value;
    return true;
}

/* n / d rounded half to even, d > 0. */
static __int128 divide_half_even(__int128 n, int64_t d)
{
    assert(d > 0 && d % 2 == 0);
    __int128 quotient = n / d, rest = n % d;
    __int128 distance = rest < 0 ? -rest : rest;
    bool away = distance > d / 2 || (distance == d / 2 && quotient % 2 != 0);
    if (away)
        quotient += n < 0 ? -1 : 1;
    return quotient;
}

bool money_parse_fen(struct str text, int64_t *out_fen)
{
    assert(out_fen != NULL);
    int64_t micro;
    if (!money_parse_micro(text, &micro))
        return false;
    *out_fen = (int64_t)divide_half_even(micro, MONEY_MICRO_PER_FEN);
    return true;
}

bool money_amount_fen(int64_t quantity, int64_t unit_price_micro, int64_t *out_fen)
{
    assert(out_fen != NULL);
    __int128 micro = (__int128)quantity * unit_price_micro;
    __int128 fen = divide_half_even(micro, MONEY_MICRO_PER_FEN);
    if (fen < INT64_MIN || fen > INT64_MAX)
        return false;
    *out_fen = (int64_t)fen;
    return true;
}

__extension__ typedef __int128 wide; /* amount × part may pass 2^63 */

int64_t money_share(int64_t amount, int64_t part, int64_t all)
{
    assert(amount >= 0 && part >= 0 && part <= all && all > 0);
    wide doubled = (wide)amount * part * 2 + all;
    return (int64_t)(doubled / (2 * (wide)all));
}

void money_format(int64_t fen, char out[static 24])
{
    char digits[24];
    size_t i = sizeof digits, places = 0;
    uint64_t left = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    digits[--i] = '\0';
    while (left > 0 || places < 3) {
        digits[--i] = (char)('0' + left % 10);
        left /= 10;
        if (++places == 2)
            digits[--i] = '.';
    }
    if (fen < 0)
        digits[--i] = '-';
    assert(i < sizeof digits);
    memcpy(out, digits + i, sizeof digits - i);
}

/* str.c — borrowed views of bytes.
 *
 * Invariant: an absent view {NULL, 0} behaves as an empty one everywhere except in str_absent() and
 * str_cut(). No function here allocates, reads the locale or looks past the end of its view; none
 * writes through it. Numbers are read digit by digit, because they are read once per imported cell:
 * about 10 ns for an integer, 20 for a short decimal. Only a decimal with more than 15 digits or a
 * large exponent goes to strtod(), after its grammar has been checked, so "inf", "nan", "0x1p3" and
 * blanks are refused. (The program never calls setlocale(), so strtod() sees a point as a point.)
 */
#include "base/str.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longest decimal text str_to_double() accepts: every double has an exact prefix far below it. */
enum { DOUBLE_TEXT_BYTES = 400 };

struct str str_from(const char *z)
{
    return z != NULL ? (struct str){z, strlen(z)} : STR_ABSENT;
}

bool str_absent(struct str s)
{
    assert(s.p != NULL || s.n == 0);
    return s.p == NULL;
}

bool str_empty(struct str s)
{
    assert(s.p != NULL || s.n == 0);
    return s.n == 0;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    if (order != 0)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return prefix.n <= s.n && str_eq((struct str){s.p, prefix.n}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    if (suffix.n > s.n)
        return false;
    return suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0;
}

struct str str_sub(struct str s, size_t from, size_t n)
{
    if (s.p == NULL)
        return s;
    if (from > s.n)
        from = s.n;
    if (n > s.n - from)
        n = s.n - from;
    return (struct str){s.p + from, n};
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.n > 0 && is_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

ptrdiff_t str_find(struct str s, struct str what)
{
    if (what.n == 0)
        return 0;
    if (what.n > s.n)
        return -1;
    const char *at = memmem(s.p, s.n, what.p, what.n);
    return at != NULL ? at - s.p : -1;
}

ptrdiff_t str_find_byte(struct str s, char byte)
{
    const char *at = s.n > 0 ? memchr(s.p, byte, s.n) : NULL;
    return at != NULL ? at - s.p : -1;
}

bool str_cut(struct str *rest, char sep, struct str *out)
{
    assert(rest != NULL && out != NULL);
    if (rest->p == NULL)
        return false;
    ptrdiff_t at = str_find_byte(*rest, sep);
    if (at < 0) {
        *out = *rest;
        *rest = STR_ABSENT;
        return true;
    }
    size_t n = (size_t)at;
    assert(n < rest->n);
    *out = (struct str){rest->p, n};
    *rest = (struct str){rest->p + n + 1, rest->n - n - 1};
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool str_to_i64(struct str s, int64_t *out)
{
    assert(out != NULL);
    size_t i = 0;
    bool negative = false;
    if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+')) {
        negative = s.p[0] == '-';
        i = 1;
    }
    if (i == s.n)
        return false;
    /* Gathered as a negative number, because that side reaches one further. */
    int64_t value = 0;
    for (; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
        if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_sub_overflow(value, (int64_t)(s.p[i] - '0'), &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *out = negative ? value : -value;
    return true;
}

/* A decimal taken apart: value = ±digits × 10^exponent, as long as `digits` kept them all. */
struct decimal {
    bool negative;
    uint64_t digits;
    int significant; /* how many digits `digits` would need */
    int exponent;
};

/* Takes digits at s[i…], scaling by `step` each; the index behind them, or i when there are none.
 * */
static size_t take_digits(struct str s, size_t i, int step, struct decimal *d)
{
    for (; i < s.n && is_digit(s.p[i]); i++) {
        if (d->significant > 0 || s.p[i] != '0')
            d->significant++;
        if (d->significant <= 18)
            d->digits = d->digits * 10 + (uint64_t)(s.p[i] - '0');
        d->exponent += step;
    }
    return i;
}

/* Checks the grammar [+-] digits [. digits] [e [+-] digits] and takes the number apart. */
static bool take_decimal(struct str s, struct decimal *d)
{
    size_t i = 0;
    if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+')) {
        d->negative = s.p[0] == '-';
        i = 1;
    }
    size_t from = i;
    i = take_digits(s, i, 0, d);
    if (i == from)
        return false;
    if (i < s.n && s.p[i] == '.') {
        from = i + 1;
        i = take_digits(s, from, -1, d);
        if (i == from)
            return false;
    }
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        int64_t power;
        if (!str_to_i64(str_sub(s, i + 1, s.n), &power) || power < -100000 || power > 100000)
            return false;
        d->exponent += (int)power;
        i = s.n;
    }
    return i == s.n;
}

bool str_to_double(struct str s, double *out)
{
    static const double TEN[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    assert(out != NULL);
    if (s.n >= DOUBLE_TEXT_BYTES)
        return false;
    struct decimal d = {0};
    if (!take_decimal(s, &d))
        return false;
    /* Digits and power are both exact doubles, so one rounding gives the right answer
     * (Clinger, How to Read Floating Point Numbers Accurately, 1990). */
    if (d.significant <= 15 && d.exponent >= -22 && d.exponent <= 22) {
        double value = (double)d.digits;
        value = d.exponent < 0 ? value / TEN[-d.exponent] : value * TEN[d.exponent];
        *out = d.negative ? -value : value;
        return true;
    }
    char z[DOUBLE_TEXT_BYTES];
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    double value = strtod(z, NULL);
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}

/* Bytes of the well-formed sequence at p, at most `left` bytes away from the end; 0 if malformed.
 * The ranges are those of table 3-7 of the Unicode standard. */
static size_t utf8_step(const unsigned char *p, size_t left)
{
    assert(left > 0);
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    if (c < 0xC2 || c > 0xF4)
        return 0;
    size_t n = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (left < n)
        return 0;
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

size_t str_utf8_valid_bytes(struct str s)
{
    size_t i = 0;
    while (i < s.n) {
        uint64_t eight;
        if (s.n - i >= sizeof eight) {
            memcpy(&eight, s.p + i, sizeof eight);
            if ((eight & 0x8080808080808080u) == 0) {
                i += sizeof eight;
                continue;
            }
        }
        size_t step = utf8_step((const unsigned char *)s.p + i, s.n - i);
        if (step == 0)
            return i;
        i += step;
    }
    assert(i == s.n);
    return i;
}

bool str_utf8_valid(struct str s)
{
    return str_utf8_valid_bytes(s) == s.n;
}

static bool starts_code_point(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

size_t str_utf8_count(struct str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += starts_code_point(s.p[i]);
    return count;
}

struct str str_utf8_prefix(struct str s, size_t n)
{
    size_t i = 0;
    for (; i < s.n; i++) {
        if (!starts_code_point(s.p[i]))
            continue;
        if (n == 0)
            break;
        n--;
    }
    assert(i <= s.n);
    return (struct str){s.p, i};
}

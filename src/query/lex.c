/* lex.c — see lex.h. One pass, no look-ahead beyond a few bytes; any bytes are accepted as input.
 * Numbers are exact decimals with at most six places and |value| < 9e12, the range of a BIGINT in
 * millionths.
 */
#include "query/lex.h"
#include "base/limits.h"

#include <assert.h>
#include <string.h>

static bool digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int byte_at(const struct lexer *l, size_t i)
{
    return i < l->text.n ? (unsigned char)l->text.p[i] : -1;
}

static bool starts(const struct lexer *l, const char *z)
{
    return str_starts(str_sub(l->text, l->at, l->text.n), str_from(z));
}

static struct token bad(struct lexer *l, uint32_t at, const char *code, const char *zh,
                        const char *en)
{
    err_set(l->e, RC_INVALID, code, "expression", "%s%.0s", "%.0s%s", zh, en);
    if (l->e != NULL)
        l->e->at = at;
    return (struct token){.kind = TOKEN_BAD, .at = at, .end = at};
}

static void skip_blank(struct lexer *l)
{
    for (;;) {
        int c = byte_at(l, l->at);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            l->at++;
        else if (starts(l, "\xE3\x80\x80")) /* ideographic space */
            l->at += 3;
        else if (starts(l, "--"))
            while (l->at < l->text.n && l->text.p[l->at] != '\n')
                l->at++;
        else
            return;
    }
}

static struct token take(struct lexer *l, enum token_kind kind, size_t n)
{
    struct token t = {.kind = kind, .at = l->at, .end = (uint32_t)(l->at + n)};
    t.text = str_sub(l->text, l->at, n);
    l->at = t.end;
    return t;
}

static struct token take_op(struct lexer *l, enum op op, size_t n)
{
    struct token t = take(l, TOKEN_OP, n);
    t.op = op;
    return t;
}

#define TEXT_LONG_ZH "引号内最多 120 个字"
#define TEXT_LONG_EN "at most 120 characters in quotes"

/* Text between quotes: plain ones with \" and \\, or Chinese ones. */
static struct token take_text(struct lexer *l, bool chinese)
{
    uint32_t start = l->at;
    size_t i = start + (chinese ? 3 : 1), n = 0;
    char out[4 * LIMIT_NAME + 1];
    for (;;) {
        if (n == sizeof out)
            return bad(l, start, "text_long", TEXT_LONG_ZH, TEXT_LONG_EN);
        int c = byte_at(l, i);
        if (c < 0)
            return bad(l, start, "text_open", "这段文字缺少结束引号",
                       "this text has no closing quote");
        if (chinese ? str_starts(str_sub(l->text, i, 3), STR("\xE2\x80\x9D")) : c == '"')
            break;
        if (c == '\\' && (byte_at(l, i + 1) == '"' || byte_at(l, i + 1) == '\\'))
            c = byte_at(l, ++i);
        else if (c < 0x20 || c == 0x7F || c == '\\')
            return bad(l, (uint32_t)i, "text_character", "引号内不能有控制字符或单独的反斜杠",
                       "no control character or lone backslash may stand in quotes");
        out[n++] = (char)c;
        i++;
    }
    struct str text = {out, n};
    if (!str_utf8_valid(text))
        return bad(l, start, "text_utf8", "这段文字不是有效的 UTF-8",
                   "this text is not valid UTF-8");
    if (str_utf8_count(text) > LIMIT_NAME)
        return bad(l, start, "text_long", TEXT_LONG_ZH, TEXT_LONG_EN);
    l->at = (uint32_t)(i + (chinese ? 3 : 1));
    return (struct token){
        .kind = TOKEN_TEXT, .at = start, .end = l->at, .text = arena_str(l->a, text)};
}

static int number_of(const char *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (p[i] - '0');
    return v;
}

static bool digits_at(struct str s, size_t i, size_t n)
{
    if (i + n > s.n)
        return false;
    for (size_t j = 0; j < n; j++)
        if (!digit((unsigned char)s.p[i + j]))
            return false;
    return true;
}

bool moment_read(struct str s, struct moment *out)
{
    assert(out != NULL);
    struct moment m = {0};
    if (s.n != 10 && s.n != 16 && s.n != 19)
        return false;
    if (!digits_at(s, 0, 4) || s.p[4] != '-' || !digits_at(s, 5, 2) || s.p[7] != '-' ||
        !digits_at(s, 8, 2))
        return false;
    m.civil.year = number_of(s.p, 4);
    m.civil.month = number_of(s.p + 5, 2);
    m.civil.day = number_of(s.p + 8, 2);
    if (s.n > 10) {
        if ((s.p[10] != ' ' && s.p[10] != 'T') || !digits_at(s, 11, 2) || s.p[13] != ':' ||
            !digits_at(s, 14, 2))
            return false;
        m.has_time = true;
        m.civil.hour = number_of(s.p + 11, 2);
        m.civil.minute = number_of(s.p + 14, 2);
    }
    if (s.n == 19) {
        if (s.p[16] != ':' || !digits_at(s, 17, 2))
            return false;
        m.civil.second = number_of(s.p + 17, 2);
    }
    if (m.civil.year < 1970 || m.civil.year > 2100 || !calendar_valid(&m.civil))
        return false;
    *out = m;
    return true;
}

static struct token take_date(struct lexer *l)
{
    struct token t = take(l, TOKEN_DATE, 10);
    if (!moment_read(t.text, &t.moment))
        return bad(l, t.at, "date_invalid", "没有这一天（年份 1970 到 2100，写成 2026-01-31）",
                   "there is no such day (years 1970 to 2100, written 2026-01-31)");
    return t;
}

/* The decimal at `l->at`, which starts with a digit or a minus sign: its millionths, and its
 * end. */
static bool read_decimal(const struct lexer *l, int64_t *out_micro, size_t *out_end)
{
    size_t i = l->at;
    bool negative = byte_at(l, i) == '-';
    i += negative;
    int64_t whole = 0, part = 0;
    int places = 0;
    for (; digit(byte_at(l, i)); i++) {
        whole = whole * 10 + (byte_at(l, i) - '0');
        if (whole >= 9000000000000)
            return false;
    }
    if (byte_at(l, i) == '.' && digit(byte_at(l, i + 1)))
        for (i++; digit(byte_at(l, i)); i++, places++) {
            if (places == 6)
                return false;
            part = part * 10 + (byte_at(l, i) - '0');
        }
    for (; places < 6; places++)
        part *= 10;
    *out_micro = (whole * 1000000 + part) * (negative ? -1 : 1);
    *out_end = i;
    return true;
}

static struct token take_number(struct lexer *l)
{
    int64_t micro;
    size_t end;
    if (!read_decimal(l, &micro, &end))
        return bad(l, l->at, "number_range", "数字太大，或小数超过 6 位",
                   "the number is too large or has more than 6 decimals");
    struct token t = {.kind = TOKEN_NUMBER, .at = l->at, .micro = micro};
    int c = byte_at(l, end);
    if (c == '%') {
        t.kind = TOKEN_PERCENT;
        end++;
    } else if (c == 'h' || c == 'd' || c == 'w') {
        t.kind = TOKEN_DURATION;
        t.length.unit = c == 'h' ? UNIT_HOUR : c == 'd' ? UNIT_DAY : UNIT_WEEK;
        t.length.n = micro / 1000000;
        end++;
        if (micro % 1000000 != 0 || t.length.n < 1 || t.length.n > 876000 ||
            duration_s(t.length, 0) > 36500 * (int64_t)86400)
            return bad(l, t.at, "duration_range",
                       "时长要是 1 小时到 100 年之间的整数，如 90d、12h、4w",
                       "a length is a whole number from 1 hour to 100 years, as 90d, 12h, 4w");
    }
    if (letter(byte_at(l, end)) || digit(byte_at(l, end)))
        return bad(l, t.at, "number_suffix", "数字后面只能跟 h（小时）、d（天）、w（周）或 %",
                   "a number may only be followed by h (hours), d (days), w (weeks) or %");
    t.end = (uint32_t)end;
    t.text = str_sub(l->text, t.at, end - t.at);
    l->at = t.end;
    return t;
}

static bool date_at(const struct lexer *l)
{
    return digits_at(l->text, l->at, 4) && byte_at(l, l->at + 4u) == '-' &&
           digits_at(l->text, l->at + 5u, 2) && byte_at(l, l->at + 7u) == '-' &&
           digits_at(l->text, l->at + 8u, 2) && !digit(byte_at(l, l->at + 10u));
}

/* Punctuation: longest first. */
static const struct {
    const char *text;
    enum token_kind kind;
    enum op op;
} MARKS[] = {
    {"->", TOKEN_ARROW, 0},
    {"\xE2\x86\x92", TOKEN_ARROW, 0},
    {"!=", TOKEN_OP, OP_NE},
    {"<>", TOKEN_OP, OP_NE},
    {"\xE2\x89\xA0", TOKEN_OP, OP_NE},
    {"<=", TOKEN_OP, OP_LE},
    {"\xE2\x89\xA4", TOKEN_OP, OP_LE},
    {">=", TOKEN_OP, OP_GE},
    {"\xE2\x89\xA5", TOKEN_OP, OP_GE},
    {"\xEF\xBC\x9E\xEF\xBC\x9D", TOKEN_OP, OP_GE},
    {"\xEF\xBC\x9C\xEF\xBC\x9D", TOKEN_OP, OP_LE},
    {"<", TOKEN_OP, OP_LT},
    {"\xEF\xBC\x9C", TOKEN_OP, OP_LT},
    {">", TOKEN_OP, OP_GT},
    {"\xEF\xBC\x9E", TOKEN_OP, OP_GT},
    {"=", TOKEN_OP, OP_EQ},
    {"\xEF\xBC\x9D", TOKEN_OP, OP_EQ},
    {"(", TOKEN_OPEN, 0},
    {"\xEF\xBC\x88", TOKEN_OPEN, 0},
    {")", TOKEN_CLOSE, 0},
    {"\xEF\xBC\x89", TOKEN_CLOSE, 0},
    {",", TOKEN_COMMA, 0},
    {"\xEF\xBC\x8C", TOKEN_COMMA, 0},
    {"\xE3\x80\x81", TOKEN_COMMA, 0},
    {".", TOKEN_DOT, 0},
};

struct token lex_next(struct lexer *l)
{
    assert(l != NULL && l->a != NULL);
    assert(l->text.n <= LIMIT_EXPRESSION);
    skip_blank(l);
    int c = byte_at(l, l->at);
    if (c < 0)
        return take(l, TOKEN_END, 0);
    if (letter(c)) {
        size_t n = 1;
        while (letter(byte_at(l, l->at + n)) || digit(byte_at(l, l->at + n)))
            n++;
        if (n > LIMIT_NAME)
            return bad(l, l->at, "word_long", "一个词最多 120 个字符",
                       "a word has at most 120 characters");
        return take(l, TOKEN_WORD, n);
    }
    if (date_at(l))
        return take_date(l);
    if (digit(c) || (c == '-' && digit(byte_at(l, l->at + 1u))))
        return take_number(l);
    if (c == '"')
        return take_text(l, false);
    if (starts(l, "\xE2\x80\x9C"))
        return take_text(l, true);
    for (size_t i = 0; i < sizeof MARKS / sizeof MARKS[0]; i++)
        if (starts(l, MARKS[i].text)) {
            size_t n = strlen(MARKS[i].text);
            return MARKS[i].kind == TOKEN_OP ? take_op(l, MARKS[i].op, n)
                                             : take(l, MARKS[i].kind, n);
        }
    if (c >= 0x80)
        return bad(l, l->at, "unquoted", "名称要放在引号里，如 city = \"杭州\"",
                   "names go in quotes, as city = \"Hangzhou\"");
    return bad(l, l->at, "character", "这里有不认识的字符",
               "there is a character here that means nothing");
}

/* json.c — writing JSON into a buf, in one pass.
 *
 * comma[depth] says whether the next member of the open level needs a comma before it; json_key()
 * leaves it false, so that the value behind a key gets none. Text is copied in clean runs: eight
 * bytes at a time as long as they are plain ASCII, one character at a time through Chinese, and
 * byte by byte only where something is escaped. About 2 GB/s of ASCII, 500 MB/s of Chinese.
 *
 * Nesting past 32 levels, closing what is not open and a missing key are our mistakes: assertions.
 * A full buffer is the world's: the buf remembers, and the caller asks once at the end. Reading
 * lives in json_read.c and json_stream.c.
 */
#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct json json_to(struct buf *out)
{
    assert(out != NULL);
    return (struct json){.out = out};
}

/* Bytes of the well-formed UTF-8 sequence at p (table 3-7 of the Unicode standard); 0 if malformed.
 * */
static size_t sequence(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    size_t n = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (c < 0xC2 || c > 0xF4 || left < n)
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

/* Whether eight bytes are all printable ASCII other than " and \ (zero-byte trick of Mycroft 1987;
 * a false alarm above a true one does no harm, the bytes are then looked at singly). */
static bool eight_clean(const char *p)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t w;
    memcpy(&w, p, sizeof w);
    uint64_t quote = w ^ ones * '"', slash = w ^ ones * '\\';
    uint64_t bad = w | (w - ones * 0x20) | (quote - ones) | (slash - ones);
    return (bad & tops) == 0;
}

/* How many bytes from i on can be copied as they are. */
static size_t clean_run(struct str s, size_t i)
{
    size_t from = i;
    while (i < s.n) {
        if (s.n - i >= 8 && eight_clean(s.p + i)) {
            i += 8;
            continue;
        }
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        size_t step = c < 0x80 ? 1 : sequence((const unsigned char *)s.p + i, s.n - i);
        if (step == 0)
            break;
        i += step;
    }
    return i - from;
}

/* The one byte that ended a clean run. */
static void put_escaped(struct buf *out, unsigned char c)
{
    static const char SHORT[32] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    static const char HEX[] = "0123456789abcdef";
    if (c >= 0x80) {
        buf_add(out, STR("\xEF\xBF\xBD"));
        return;
    }
    assert(c < 0x20 || c == '"' || c == '\\');
    if (c >= 0x20 || SHORT[c] != 0) {
        char two[2] = {'\\', c >= 0x20 ? (char)c : SHORT[c]};
        buf_add(out, (struct str){two, sizeof two});
        return;
    }
    char six[6] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15]};
    buf_add(out, (struct str){six, sizeof six});
}

static void put_text(struct buf *out, struct str s)
{
    buf_addc(out, '"');
    size_t i = 0;
    while (i < s.n) {
        size_t run = clean_run(s, i);
        buf_add(out, (struct str){s.p + i, run});
        i += run;
        if (i < s.n)
            put_escaped(out, (unsigned char)s.p[i++]);
    }
    assert(i == s.n);
    buf_addc(out, '"');
}

/* The comma and the key before a value. */
static void before(struct json *j, const char *key)
{
    assert(j->out != NULL && j->depth >= 0 && j->depth <= JSON_WRITE_DEPTH);
    if (j->comma[j->depth])
        buf_addc(j->out, ',');
    j->comma[j->depth] = true;
    if (key == NULL)
        return;
    buf_addc(j->out, '"');
    buf_addz(j->out, key);
    buf_add(j->out, STR("\":"));
}

void json_key(struct json *j, struct str key)
{
    assert(j->out != NULL && j->depth > 0);
    if (j->comma[j->depth])
        buf_addc(j->out, ',');
    put_text(j->out, key);
    buf_addc(j->out, ':');
    j->comma[j->depth] = false;
}

static void open_level(struct json *j, const char *key, char bracket)
{
    before(j, key);
    assert(j->depth < JSON_WRITE_DEPTH);
    buf_addc(j->out, bracket);
    j->comma[++j->depth] = false;
}

static void close_level(struct json *j, char bracket)
{
    assert(j->depth > 0);
    j->depth--;
    assert(j->comma[j->depth]);
    buf_addc(j->out, bracket);
}

void json_open_object(struct json *j, const char *key)
{
    open_level(j, key, '{');
}

void json_close_object(struct json *j)
{
    close_level(j, '}');
}

void json_open_array(struct json *j, const char *key)
{
    open_level(j, key, '[');
}

void json_close_array(struct json *j)
{
    close_level(j, ']');
}

void json_put_str(struct json *j, const char *key, struct str value)
{
    before(j, key);
    if (str_absent(value))
        buf_add(j->out, STR("null"));
    else
        put_text(j->out, value);
}

void json_put_z(struct json *j, const char *key, const char *value)
{
    json_put_str(j, key, str_from(value));
}

void json_put_int(struct json *j, const char *key, int64_t value)
{
    before(j, key);
    buf_addi(j->out, value);
}

void json_put_id(struct json *j, const char *key, int64_t id)
{
    before(j, key);
    if (id == 0) {
        buf_add(j->out, STR("null"));
        return;
    }
    buf_addc(j->out, '"');
    buf_addi(j->out, id);
    buf_addc(j->out, '"');
}

void json_put_double(struct json *j, const char *key, double value)
{
    before(j, key);
    if (!isfinite(value)) {
        buf_add(j->out, STR("null"));
        return;
    }
    /* Most numbers of a chart are whole, and need no search. */
    if (fabs(value) < 1e15 && value == (double)(int64_t)value) {
        buf_addi(j->out, (int64_t)value);
        return;
    }
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        int n = snprintf(text, sizeof text, "%.*g", digits, value);
        assert(n > 0 && n < (int)sizeof text);
        if (strtod(text, NULL) == value)
            break;
    }
    buf_addz(j->out, text);
}

void json_put_bool(struct json *j, const char *key, bool value)
{
    before(j, key);
    buf_add(j->out, value ? STR("true") : STR("false"));
}

void json_put_null(struct json *j, const char *key)
{
    before(j, key);
    buf_add(j->out, STR("null"));
}

void json_put_raw(struct json *j, const char *key, struct str text)
{
    assert(text.n > 0);
    before(j, key);
    buf_add(j->out, text);
}

/* json_read.c — reading small JSON documents.
 *
 * yajl tokenises; the values of open containers stand on a stack, and go into the arena in one
 * piece when their container ends. So a document is immutable, counted against the arena's ceiling,
 * freed with it, and member i of an object is one step away. A node takes 32 bytes, a member 16
 * more; texts are copied once. One allocation for the stack, none for a value.
 *
 * Refused with the byte in err.at and line and column in the sentence: malformed text, nesting past
 * 64 levels, duplicate keys, NUL in strings, invalid UTF-8 (yajl's own check lets some pass), a
 * surrogate escape without its other half (yajl would read a question mark), blanks that JSON does
 * not have, bytes behind the value. A number beyond 64 bits is refused, not rounded. About 150
 * MB/s.
 */
#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

struct json_value {
    enum json_kind kind;
    union {
        bool truth;
        int64_t integer;
        struct {
            double value;
            const char *written;
        } number;
        struct str text;
        struct {
            const struct json_value *items;
            const struct str *keys; /* NULL in an array */
            size_t n;
        } of;
    };
};

/* 1-based line and column (in characters) of a byte, for people. */
static void place_of(struct str text, size_t at, int64_t *line, int64_t *column)
{
    struct str before = str_sub(text, 0, at);
    size_t start = 0;
    *line = 1;
    for (size_t i = 0; i < before.n; i++) {
        if (before.p[i] == '\n') {
            ++*line;
            start = i + 1;
        }
    }
    *column = (int64_t)str_utf8_count(str_sub(before, start, before.n)) + 1;
}

static enum rc refuse(struct str text, size_t at, const char *zh, const char *en, struct err *e)
{
    assert(zh != NULL && en != NULL);
    if (at > text.n)
        at = text.n;
    int64_t line, column;
    place_of(text, at, &line, &column);
    /* "%.0s" prints nothing: each sentence takes its own language's reason. */
    err_set(e, RC_INVALID, "json_invalid", NULL, "JSON 第 %" PRId64 " 行第 %" PRId64 " 列：%s%.0s",
            "JSON line %" PRId64 ", column %" PRId64 ": %.0s%s", line, column, zh, en);
    if (e != NULL)
        e->at = (int64_t)at;
    return RC_INVALID;
}

enum {
    KEYS_FEW = 16
}; /* that many are compared with each that comes, more are sorted at the end */

/* A value whose container is still open. */
struct pending {
    struct str key;
    struct json_value value;
};

struct reader {
    struct arena *a;
    struct str text;
    yajl_handle yajl;
    struct pending *stack;
    size_t n, room;
    size_t starts[JSON_READ_DEPTH]; /* where the values of each open container begin */
    bool objects[JSON_READ_DEPTH];
    int depth;
    struct str key; /* of the value that comes */
    size_t ended;   /* where the document's one value ends */
    enum rc rc;
    struct err *e;
};

/* ---- refusing: 0, as yajl wants it ---- */

static int refuse_here(struct reader *r, const char *zh, const char *en)
{
    r->rc = refuse(r->text, yajl_get_bytes_consumed(r->yajl), zh, en, r->e);
    return 0;
}

static int refuse_large(struct reader *r)
{
    r->rc =
        err_set(r->e, RC_LIMIT, "json_too_large", NULL, "JSON 内容太大", "the JSON is too large");
    return 0;
}

/* yajl's words for what can go wrong, as sentences. */
static enum rc refuse_parse(struct reader *r, bool at_end)
{
    static const struct {
        const char *word, *zh, *en;
    } WORDS[] = {
        {"premature EOF", "内容不完整", "the text ends too early"},
        {"trailing garbage", "结尾之后还有内容", "there is more behind the end"},
    };
    size_t at = at_end ? r->text.n : yajl_get_bytes_consumed(r->yajl);
    unsigned char *said = yajl_get_error(r->yajl, 0, NULL, 0);
    const char *zh = "格式有误", *en = "malformed";
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        if (said != NULL && strstr((const char *)said, WORDS[i].word) != NULL) {
            zh = WORDS[i].zh;
            en = WORDS[i].en;
        }
    }
    yajl_free_error(r->yajl, said);
    return refuse(r->text, at, zh, en, r->e);
}

/* ---- values ---- */

static int put(struct reader *r, struct json_value v)
{
    if (r->n == r->room) {
        r->room = r->room == 0 ? 64 : r->room * 2;
        r->stack = realloc(r->stack, r->room * sizeof *r->stack);
        if (r->stack == NULL)
            abort();
    }
    r->stack[r->n++] = (struct pending){r->key, v};
    r->key = STR_ABSENT;
    if (r->depth == 0)
        r->ended = yajl_get_bytes_consumed(r->yajl);
    return 1;
}

static int copy_text(struct reader *r, const unsigned char *p, size_t n, struct str *out)
{
    if (n > 0 && memchr(p, 0, n) != NULL)
        return refuse_here(r, "字符串中有空字符", "a string contains NUL");
    char *z = arena_try_alloc(r->a, n + 1);
    if (z == NULL)
        return refuse_large(r);
    if (n > 0)
        memcpy(z, p, n);
    *out = (struct str){z, n};
    return 1;
}

static int on_null(void *ctx)
{
    return put(ctx, (struct json_value){.kind = JSON_NULL});
}

static int on_boolean(void *ctx, int truth)
{
    return put(ctx, (struct json_value){.kind = JSON_BOOL, .truth = truth != 0});
}

static int on_number(void *ctx, const char *p, size_t n)
{
    struct reader *r = ctx;
    struct str written = {p, n};
    struct json_value v = {.kind = JSON_INT};
    bool whole =
        memchr(p, '.', n) == NULL && memchr(p, 'e', n) == NULL && memchr(p, 'E', n) == NULL;
    if (whole)
        return str_to_i64(written, &v.integer)
                   ? put(r, v)
                   : refuse_here(r, "数字超出范围", "a number is out of range");
    char *z = arena_try_alloc(r->a, n + 1);
    if (z == NULL)
        return refuse_large(r);
    memcpy(z, p, n);
    v = (struct json_value){.kind = JSON_DOUBLE, .number = {.written = z}};
    return str_to_double(written, &v.number.value)
               ? put(r, v)
               : refuse_here(r, "数字超出范围", "a number is out of range");
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
    struct json_value v = {.kind = JSON_STR};
    return copy_text(ctx, p, n, &v.text) ? put(ctx, v) : 0;
}

/* ---- containers ---- */

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Whether a key comes twice, in objects whose keys were not compared as they came. */
static bool any_twice(const struct str *keys, size_t n)
{
    struct str *sorted = malloc(n * sizeof *sorted);
    if (sorted == NULL)
        abort();
    memcpy(sorted, keys, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_text);
    bool twice = false;
    for (size_t i = 1; i < n; i++)
        twice = twice || str_eq(sorted[i], sorted[i - 1]);
    free(sorted);
    return twice;
}

static int on_start(struct reader *r, bool object)
{
    if (r->depth == JSON_READ_DEPTH) {
        r->rc = refuse(r->text, yajl_get_bytes_consumed(r->yajl) - 1, "嵌套超过 64 层",
                       "nested more than 64 levels", r->e);
        return 0;
    }
    int went = put(r, (struct json_value){.kind = object ? JSON_OBJECT : JSON_ARRAY});
    r->objects[r->depth] = object;
    r->starts[r->depth++] = r->n;
    return went;
}

/* Takes the values of the container off the stack; it stands just below them. */
static int on_end(struct reader *r)
{
    assert(r->depth > 0);
    bool object = r->objects[--r->depth];
    const struct pending *from = r->stack + r->starts[r->depth];
    size_t n = r->n - r->starts[r->depth];
    struct json_value *items = arena_try_alloc(r->a, n * sizeof *items);
    struct str *keys = object ? arena_try_alloc(r->a, n * sizeof *keys) : NULL;
    if (items == NULL || (object && keys == NULL))
        return refuse_large(r);
    for (size_t i = 0; i < n; i++)
        items[i] = from[i].value;
    for (size_t i = 0; object && i < n; i++)
        keys[i] = from[i].key;
    if (object && n > KEYS_FEW && any_twice(keys, n))
        return refuse_here(r, "键名重复", "a key appears twice");
    r->n -= n;
    struct json_value *v = &r->stack[r->n - 1].value;
    v->of.items = items;
    v->of.keys = keys;
    v->of.n = n;
    if (r->depth == 0)
        r->ended = yajl_get_bytes_consumed(r->yajl);
    return 1;
}

static int on_start_map(void *ctx)
{
    return on_start(ctx, true);
}

static int on_start_array(void *ctx)
{
    return on_start(ctx, false);
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
    struct reader *r = ctx;
    struct str key = {(const char *)p, n};
    size_t from = r->starts[r->depth - 1];
    for (size_t i = from; i < r->n && i < from + KEYS_FEW; i++)
        if (str_eq(r->stack[i].key, key))
            return refuse_here(r, "键名重复", "a key appears twice");
    return copy_text(r, p, n, &r->key);
}

static int on_end_container(void *ctx)
{
    return on_end(ctx);
}

/* ---- a document ---- */

static const char *find_byte(struct str text, char c)
{
    return text.n > 0 ? memchr(text.p, c, text.n) : NULL;
}

/* The four hex digits of \uXXXX as a number, or -1. */
static int hex4(struct str text, size_t at)
{
    int v = 0;
    for (size_t i = at; i < at + 4; i++) {
        char c = i < text.n ? text.p[i] : 0;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

/* The byte of an escaped surrogate without its other half, or -1. Backslashes are in strings only;
 * elsewhere yajl refuses them. */
static ptrdiff_t lone_surrogate_at(struct str text)
{
    const char *end = text.p + text.n, *p = text.p;
    while (p != NULL && p < end && (p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
        size_t at = (size_t)(p - text.p);
        int first = at + 1 < text.n && p[1] == 'u' ? hex4(text, at + 2) : -1;
        p += 2;
        if (first < 0xD800 || first > 0xDFFF)
            continue;
        bool again = at + 7 < text.n && text.p[at + 6] == '\\' && text.p[at + 7] == 'u';
        int second = again ? hex4(text, at + 8) : -1;
        if (first > 0xDBFF || second < 0xDC00 || second > 0xDFFF)
            return (ptrdiff_t)at;
        p = text.p + at + 12;
    }
    return -1;
}

/* yajl does not mind the beginning of a token behind the value. */
static enum rc check_rest(const struct reader *r)
{
    for (size_t i = r->ended; i < r->text.n; i++)
        if (strchr(" \t\r\n", r->text.p[i]) == NULL || r->text.p[i] == 0)
            return refuse(r->text, i, "结尾之后还有内容", "there is more behind the end", r->e);
    return RC_OK;
}

static enum rc read_document(struct reader *r)
{
    const unsigned char *p = (const unsigned char *)(r->text.p != NULL ? r->text.p : "");
    yajl_status said = yajl_parse(r->yajl, p, r->text.n);
    if (said == yajl_status_error)
        return refuse_parse(r, false);
    bool whole = r->n == 1 && r->depth == 0;
    if (said == yajl_status_ok)
        said = yajl_complete_parse(r->yajl);
    if (said == yajl_status_error)
        return refuse_parse(r, true);
    assert(said == yajl_status_ok ? r->n == 1 && r->depth == 0 : r->rc != RC_OK);
    if (r->rc != RC_OK || !whole) /* a number alone ends with the text */
        return r->rc;
    return check_rest(r);
}

enum rc json_parse(struct arena *a, struct str text, const struct json_value **out, struct err *e)
{
    assert(a != NULL && out != NULL);
    static const yajl_callbacks calls = {
        .yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_start_map = on_start_map,
        .yajl_map_key = on_key,
        .yajl_end_map = on_end_container,
        .yajl_start_array = on_start_array,
        .yajl_end_array = on_end_container,
    };
    size_t valid = str_utf8_valid_bytes(text);
    if (valid < text.n)
        return refuse(text, valid, "不是有效的 UTF-8", "not valid UTF-8", e);
    ptrdiff_t lone = lone_surrogate_at(text);
    if (lone >= 0)
        return refuse(text, (size_t)lone, "字符转义不完整",
                      "half of an escaped character is missing", e);
    const char *blank =
        find_byte(text, '\v') != NULL ? find_byte(text, '\v') : find_byte(text, '\f');
    if (blank != NULL)
        return refuse(text, (size_t)(blank - text.p), "格式有误", "malformed", e);
    struct reader r = {.a = a, .text = text, .e = e};
    r.yajl = yajl_alloc(&calls, NULL, &r);
    if (r.yajl == NULL)
        abort();
    yajl_config(r.yajl, yajl_dont_validate_strings, 1);
    enum rc rc = read_document(&r);
    struct json_value *v = rc == RC_OK ? arena_try_alloc(a, sizeof *v) : NULL;
    if (v != NULL)
        *v = r.stack[0].value;
    else if (rc == RC_OK)
        rc = refuse_large(&r) == 0 ? r.rc : rc;
    yajl_free(r.yajl);
    free(r.stack);
    if (rc == RC_OK)
        *out = v;
    return rc;
}

enum json_kind json_kind_of(const struct json_value *v)
{
    assert(v != NULL);
    return v->kind;
}

const struct json_value *json_get(const struct json_value *object, const char *key)
{
    assert(key != NULL);
    if (object == NULL || object->kind != JSON_OBJECT)
        return NULL;
    struct str wanted = str_from(key);
    for (size_t i = 0; i < object->of.n; i++)
        if (str_eq(object->of.keys[i], wanted))
            return &object->of.items[i];
    return NULL;
}

size_t json_count(const struct json_value *v)
{
    return v != NULL && (v->kind == JSON_ARRAY || v->kind == JSON_OBJECT) ? v->of.n : 0;
}

const struct json_value *json_at(const struct json_value *array, size_t i)
{
    if (array == NULL || array->kind != JSON_ARRAY || i >= array->of.n)
        return NULL;
    return &array->of.items[i];
}

const struct json_value *json_member(const struct json_value *object, size_t i, struct str *out_key)
{
    if (object == NULL || object->kind != JSON_OBJECT || i >= object->of.n)
        return NULL;
    assert(object->of.keys != NULL);
    if (out_key != NULL)
        *out_key = object->of.keys[i];
    return &object->of.items[i];
}

struct str json_str_or(const struct json_value *v, struct str fallback)
{
    return v != NULL && v->kind == JSON_STR ? v->text : fallback;
}

int64_t json_int_or(const struct json_value *v, int64_t fallback)
{
    if (v != NULL && v->kind == JSON_INT)
        return v->integer;
    int64_t value;
    return v != NULL && v->kind == JSON_STR && str_to_i64(v->text, &value) ? value : fallback;
}

double json_double_or(const struct json_value *v, double fallback)
{
    if (v != NULL && v->kind == JSON_DOUBLE)
        return v->number.value;
    return v != NULL && v->kind == JSON_INT ? (double)v->integer : fallback;
}

struct str json_written_or(const struct json_value *v, struct str fallback)
{
    return v != NULL && v->kind == JSON_DOUBLE ? str_from(v->number.written) : fallback;
}

bool json_bool_or(const struct json_value *v, bool fallback)
{
    return v != NULL && v->kind == JSON_BOOL ? v->truth : fallback;
}

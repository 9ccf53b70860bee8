/* json_read.c — reading small JSON documents.
 *
 * Jansson parses; the result is copied into nodes of the arena and Jansson's tree is freed before
 * json_parse() returns. So a document is immutable, counted against the arena's ceiling, freed with
 * it, and member i of an object is one step away. A node takes 32 bytes, a member 16 more; texts
 * are copied once.
 *
 * One scan before parsing finds nesting past 64 levels, because Jansson itself recurses up to 2,048
 * deep, which is more stack than our threads have; the copying recursion is bounded by the same 64.
 * Refused with the byte in err.at and line and column in the sentence: malformed text, duplicate
 * keys, NUL in strings, invalid UTF-8, bytes behind the value. A number beyond 64 bits is refused,
 * not rounded.
 */
#include "base/json.h"

/* Jansson has enumerators of the names of ours. */
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_NULL

#include <assert.h>
#include <inttypes.h>
#include <string.h>

struct json_value {
    enum json_kind kind;
    union {
        bool truth;
        int64_t integer;
        double number;
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

/* The byte at which brackets nest past `most`, or -1. Strings are skipped; malformed text is left
 * to the parser. */
static ptrdiff_t too_deep_at(struct str text, int most)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > most)
                return (ptrdiff_t)i;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return -1;
}

/* Jansson's words for what can go wrong, as sentences. */
static enum rc refuse_parse(struct str text, const json_error_t *error, struct err *e)
{
    static const struct {
        enum json_error_code code;
        const char *zh, *en;
    } WORDS[] = {
        {json_error_premature_end_of_input, "内容不完整", "the text ends too early"},
        {json_error_end_of_input_expected, "结尾之后还有内容", "there is more behind the end"},
        {json_error_invalid_utf8, "不是有效的 UTF-8", "not valid UTF-8"},
        {json_error_duplicate_key, "键名重复", "a key appears twice"},
        {json_error_numeric_overflow, "数字太大", "a number is too large"},
        {json_error_null_character, "字符串中有空字符", "a string contains NUL"},
        {json_error_null_byte_in_key, "键名中有空字符", "a key contains NUL"},
    };
    size_t at = error->position > 0 ? (size_t)error->position : 0;
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
        if (json_error_code(error) == WORDS[i].code)
            return refuse(text, at, WORDS[i].zh, WORDS[i].en, e);
    return refuse(text, at, "格式有误", "malformed", e);
}

static bool copy_text(struct arena *a, const char *p, size_t n, struct str *out)
{
    char *z = arena_try_alloc(a, n + 1);
    if (z == NULL)
        return false;
    memcpy(z, p, n);
    *out = (struct str){z, n};
    return true;
}

static bool copy_value(struct arena *a, json_t *from, struct json_value *to, int depth);

static bool copy_object(struct arena *a, json_t *from, struct json_value *to, int depth)
{
    size_t n = json_object_size(from), i = 0;
    struct json_value *items = arena_try_alloc(a, n * sizeof *items);
    struct str *keys = arena_try_alloc(a, n * sizeof *keys);
    if (items == NULL || keys == NULL)
        return false;
    for (void *it = json_object_iter(from); it != NULL; it = json_object_iter_next(from, it), i++) {
        const char *key = json_object_iter_key(it);
        assert(i < n);
        if (!copy_text(a, key, strlen(key), &keys[i]) ||
            !copy_value(a, json_object_iter_value(it), &items[i], depth + 1))
            return false;
    }
    assert(i == n);
    to->kind = JSON_OBJECT;
    to->of.items = items;
    to->of.keys = keys;
    to->of.n = n;
    return true;
}

static bool copy_array(struct arena *a, json_t *from, struct json_value *to, int depth)
{
    size_t n = json_array_size(from);
    struct json_value *items = arena_try_alloc(a, n * sizeof *items);
    if (items == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!copy_value(a, json_array_get(from, i), &items[i], depth + 1))
            return false;
    to->kind = JSON_ARRAY;
    to->of.items = items;
    to->of.n = n;
    return true;
}

/* False when the arena is full. */
static bool copy_value(struct arena *a, json_t *from, struct json_value *to, int depth)
{
    assert(from != NULL && depth <= JSON_READ_DEPTH + 1);
    switch (json_typeof(from)) {
    case JANSSON_OBJECT:
        return copy_object(a, from, to, depth);
    case JANSSON_ARRAY:
        return copy_array(a, from, to, depth);
    case JSON_STRING:
        to->kind = JSON_STR;
        return copy_text(a, json_string_value(from), json_string_length(from), &to->text);
    case JSON_INTEGER:
        to->kind = JSON_INT;
        to->integer = json_integer_value(from);
        return true;
    case JSON_REAL:
        to->kind = JSON_DOUBLE;
        to->number = json_real_value(from);
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        to->kind = JSON_BOOL;
        to->truth = json_typeof(from) == JSON_TRUE;
        return true;
    case JANSSON_NULL:
        to->kind = JSON_NULL;
        return true;
    }
    assert(false);
    return false;
}

enum rc json_parse(struct arena *a, struct str text, const struct json_value **out, struct err *e)
{
    assert(a != NULL && out != NULL);
    ptrdiff_t deep = too_deep_at(text, JSON_READ_DEPTH);
    if (deep >= 0)
        return refuse(text, (size_t)deep, "嵌套超过 64 层", "nested more than 64 levels", e);
    json_error_t error;
    json_t *root = json_loadb(text.p != NULL ? text.p : "", text.n,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (root == NULL)
        return refuse_parse(text, &error, e);
    struct json_value *v = arena_try_alloc(a, sizeof *v);
    bool copied = v != NULL && copy_value(a, root, v, 1);
    json_decref(root);
    if (!copied)
        return err_set(e, RC_LIMIT, "json_too_large", NULL, "JSON 内容太大",
                       "the JSON is too large");
    *out = v;
    return RC_OK;
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
        return v->number;
    return v != NULL && v->kind == JSON_INT ? (double)v->integer : fallback;
}

bool json_bool_or(const struct json_value *v, bool fallback)
{
    return v != NULL && v->kind == JSON_BOOL ? v->truth : fallback;
}

/* json_stream.c — reading JSON rows of any length, as they arrive.
 *
 * yajl tokenises; this file keeps one row at a time. Top-level values, one behind the other, are
 *   an array            each element is a row and must be an object;
 *   an object whose first member is an array that starts with an object
 *                       the wrapper of an API's answer: that array's elements are rows, scalar
 *                       members behind it are skipped, a second list or value is refused (so that
 *                       lines whose first member is a list are refused, not misread);
 *   {"key":[]}          a wrapper of no rows;
 *   any other object    is itself a row.
 * Whether an object is a wrapper is known two tokens in, so nothing is ever read twice.
 *
 * A row's keys and values lie in one buffer as offsets and become views when it ends. Nested values
 * are written out again by json.c. Memory is bounded: a row of at most 512 members, values of at
 * most 64 KB, and a token that does not end within a few hundred KB of input is refused (yajl would
 * buffer it for ever). Errors carry the 1-based line in err.at. About 125 MB/s.
 */
#include "base/json.h"
#include "base/limits.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

enum {
    ROW_BYTES = 8 << 20,          /* a row of a few hundred columns, or some at LIMIT_CELL */
    TOKEN_BYTES = 8 * LIMIT_CELL, /* every character as \uXXXX, and blanks before it */
};

enum state {
    TOP,          /* between top-level values */
    ROWS,         /* in an array whose elements are rows */
    ROW,          /* in a row, between members */
    OBJECT_FIRST, /* in a top-level object, before its first member */
    MEMBER_FIRST, /* behind its first key */
    ARRAY_FIRST,  /* its first member is an array; what is in it? */
    WRAPPER,      /* in a wrapper, before or behind the rows */
    NESTED,       /* in a nested value of a row */
    DONE,         /* behind a wrapper, which stands alone */
};

struct cell {
    size_t key, key_n, value, value_n; /* offsets in `text` */
    bool absent;
};

struct json_stream {
    enum rc (*row)(void *ctx, const struct str *keys, const struct str *values, size_t n,
                   struct err *e);
    void *ctx;
    yajl_handle yajl;
    enum state state;
    bool wrapped, from_top; /* the rows are in a wrapper; the row is a top-level value */
    bool empty_first;       /* the row began with an empty array */
    struct buf text, nested;
    struct json writer;
    struct cell cells[LIMIT_COLUMNS];
    size_t n;
    bool blank;        /* nothing but blanks so far */
    int bom;           /* bytes of a byte order mark seen */
    int64_t fed, mark; /* bytes before this chunk; position of the last token */
    int64_t line;      /* of the first byte of this chunk */
    enum rc rc;        /* sticky */
    struct err *e;     /* of the current call */
};

/* ---- failing ---- */

static int fail(struct json_stream *s, enum rc rc, const char *code, const char *zh, const char *en)
{
    assert(rc != RC_OK && s->rc == RC_OK);
    s->rc = err_set(s->e, rc, code, NULL, "%s%.0s", "%.0s%s", zh, en);
    return 0;
}

static int fail_shape(struct json_stream *s)
{
    return fail(s, RC_INVALID, "json_shape", "应为对象的数组，或每行一个对象",
                "expected an array of objects, or one object a line");
}

static int fail_limit(struct json_stream *s)
{
    return fail(s, RC_LIMIT, "json_row_too_large", "一行的列或内容太多",
                "a row has too many columns or too long a value");
}

/* ---- one row ---- */

static void row_start(struct json_stream *s, bool from_top)
{
    s->n = 0;
    s->from_top = from_top;
    s->empty_first = false;
    s->state = ROW;
    buf_clear(&s->text);
}

static int row_key(struct json_stream *s, struct str key)
{
    if (s->n == LIMIT_COLUMNS || key.n > LIMIT_CELL)
        return fail_limit(s);
    s->cells[s->n] = (struct cell){.key = s->text.n, .key_n = key.n};
    buf_add(&s->text, key);
    return s->text.failed ? fail_limit(s) : 1;
}

static int row_value(struct json_stream *s, struct str value)
{
    assert(s->state == ROW && s->n < LIMIT_COLUMNS);
    if (value.n > LIMIT_CELL)
        return fail_limit(s);
    if (value.n > 0 && memchr(value.p, 0, value.n) != NULL)
        return fail(s, RC_INVALID, "json_invalid", "字符串中有空字符", "a string contains NUL");
    struct cell *c = &s->cells[s->n++];
    c->absent = str_absent(value);
    c->value = s->text.n;
    c->value_n = value.n;
    buf_add(&s->text, value);
    return s->text.failed ? fail_limit(s) : 1;
}

static int row_end(struct json_stream *s)
{
    struct str keys[LIMIT_COLUMNS], values[LIMIT_COLUMNS];
    struct str text = buf_str(&s->text);
    assert(s->n <= LIMIT_COLUMNS);
    for (size_t i = 0; i < s->n; i++) {
        const struct cell *c = &s->cells[i];
        assert(c->value + c->value_n <= text.n);
        keys[i] = (struct str){text.p + c->key, c->key_n};
        values[i] = c->absent ? STR_ABSENT : (struct str){text.p + c->value, c->value_n};
    }
    s->state = s->from_top ? TOP : ROWS;
    if (s->from_top && s->empty_first && s->n == 1) {
        s->state = DONE;
        return 1;
    }
    enum rc rc = s->row(s->ctx, keys, values, s->n, s->e);
    s->rc = rc;
    return rc == RC_OK;
}

/* ---- tokens ---- */

/* Notes how far whole tokens reach. */
static void mark(struct json_stream *s)
{
    s->mark = s->fed + (int64_t)yajl_get_bytes_consumed(s->yajl);
}

enum scalar { SCALAR_NULL, SCALAR_WORD, SCALAR_TEXT };

/* A null, a number or truth value, or a text. */
static int on_scalar(struct json_stream *s, enum scalar kind, struct str value)
{
    mark(s);
    switch (s->state) {
    case MEMBER_FIRST: /* so the object is a row */
        s->state = ROW;
        return row_value(s, value);
    case ROW:
        return row_value(s, value);
    case ARRAY_FIRST: /* an array of scalars: the object is a row that has a nested value */
        s->state = NESTED;
        break;
    case NESTED:
        break;
    case WRAPPER:
        return 1;
    default:
        return fail_shape(s);
    }
    if (kind == SCALAR_NULL)
        json_put_null(&s->writer, NULL);
    else if (kind == SCALAR_WORD)
        json_put_raw(&s->writer, NULL, value);
    else
        json_put_str(&s->writer, NULL, value);
    return s->nested.failed ? fail_limit(s) : 1;
}

static int on_null(void *ctx)
{
    return on_scalar(ctx, SCALAR_NULL, STR_ABSENT);
}

static int on_boolean(void *ctx, int truth)
{
    return on_scalar(ctx, SCALAR_WORD, truth ? STR("true") : STR("false"));
}

static int on_number(void *ctx, const char *p, size_t n)
{
    return on_scalar(ctx, SCALAR_WORD, (struct str){p, n});
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
    return on_scalar(ctx, SCALAR_TEXT, (struct str){n > 0 ? (const char *)p : "", n});
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
    struct json_stream *s = ctx;
    struct str key = {n > 0 ? (const char *)p : "", n};
    mark(s);
    if (s->state == WRAPPER)
        return 1;
    if (s->state == NESTED) {
        json_key(&s->writer, key);
        return s->nested.failed ? fail_limit(s) : 1;
    }
    if (s->state == OBJECT_FIRST) {
        row_start(s, true);
        s->state = MEMBER_FIRST;
    }
    assert(s->state == ROW || s->state == MEMBER_FIRST);
    return row_key(s, key);
}

static void nested_start(struct json_stream *s)
{
    buf_clear(&s->nested);
    s->writer = json_to(&s->nested);
}

static int nested_open(struct json_stream *s, bool object)
{
    assert(s->state == NESTED);
    if (s->writer.depth == JSON_READ_DEPTH)
        return fail(s, RC_LIMIT, "json_too_deep", "嵌套太深", "nested too deeply");
    if (object)
        json_open_object(&s->writer, NULL);
    else
        json_open_array(&s->writer, NULL);
    return s->nested.failed ? fail_limit(s) : 1;
}

static int nested_close(struct json_stream *s, bool object)
{
    if (object)
        json_close_object(&s->writer);
    else
        json_close_array(&s->writer);
    if (s->nested.failed)
        return fail_limit(s);
    if (s->writer.depth > 0)
        return 1;
    s->state = ROW;
    return row_value(s, buf_str(&s->nested));
}

static int on_object(void *ctx)
{
    struct json_stream *s = ctx;
    mark(s);
    switch (s->state) {
    case TOP:
        s->state = OBJECT_FIRST;
        return 1;
    case ROWS:
        row_start(s, false);
        return 1;
    case ARRAY_FIRST:
        s->wrapped = true;
        row_start(s, false);
        return 1;
    case ROW:
    case MEMBER_FIRST:
        nested_start(s);
        s->state = NESTED;
        return nested_open(s, true);
    case NESTED:
        return nested_open(s, true);
    default:
        return fail_shape(s);
    }
}

static int on_object_end(void *ctx)
{
    struct json_stream *s = ctx;
    mark(s);
    switch (s->state) {
    case ROW:
        return row_end(s);
    case NESTED:
        return nested_close(s, true);
    case OBJECT_FIRST: /* {} */
        row_start(s, true);
        return row_end(s);
    default:
        assert(s->state == WRAPPER);
        s->state = DONE;
        return 1;
    }
}

static int on_array(void *ctx)
{
    struct json_stream *s = ctx;
    mark(s);
    switch (s->state) {
    case TOP:
        s->state = ROWS;
        return 1;
    case MEMBER_FIRST:
        nested_start(s);
        s->state = NESTED;
        int ok = nested_open(s, false);
        s->state = ARRAY_FIRST;
        return ok;
    case ROW:
        nested_start(s);
        s->state = NESTED;
        return nested_open(s, false);
    case ARRAY_FIRST: /* an array of arrays is a nested value */
        s->state = NESTED;
        return nested_open(s, false);
    case NESTED:
        return nested_open(s, false);
    default:
        return fail_shape(s);
    }
}

static int on_array_end(void *ctx)
{
    struct json_stream *s = ctx;
    mark(s);
    switch (s->state) {
    case NESTED:
        return nested_close(s, false);
    case ARRAY_FIRST: /* {"rows":[] … */
        s->empty_first = true;
        s->state = NESTED;
        return nested_close(s, false);
    default:
        assert(s->state == ROWS);
        s->state = s->wrapped ? WRAPPER : TOP;
        return 1;
    }
}

/* ---- feeding ---- */

struct json_stream *json_stream_new(enum rc (*row)(void *ctx, const struct str *keys,
                                                   const struct str *values, size_t n,
                                                   struct err *e),
                                    void *ctx)
{
    static const yajl_callbacks CALLBACKS = {
        .yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_start_map = on_object,
        .yajl_map_key = on_key,
        .yajl_end_map = on_object_end,
        .yajl_start_array = on_array,
        .yajl_end_array = on_array_end,
    };
    assert(row != NULL);
    struct json_stream *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->row = row;
    s->ctx = ctx;
    s->line = 1;
    s->blank = true;
    buf_init(&s->text, ROW_BYTES);
    buf_init(&s->nested, LIMIT_CELL);
    s->yajl = yajl_alloc(&CALLBACKS, NULL, s);
    if (s->yajl == NULL)
        abort();
    yajl_config(s->yajl, yajl_allow_multiple_values, 1);
    return s;
}

void json_stream_free(struct json_stream *s)
{
    if (s == NULL)
        return;
    if (s->yajl != NULL)
        yajl_free(s->yajl);
    buf_done(&s->text);
    buf_done(&s->nested);
    free(s);
}

static int64_t count_lines(const char *p, size_t n)
{
    int64_t lines = 0;
    for (const char *at; n > 0 && (at = memchr(p, '\n', n)) != NULL; lines++) {
        n -= (size_t)(at + 1 - p);
        p = at + 1;
    }
    return lines;
}

/* What yajl says is in English only and names bytes; the line is what people need. */
static enum rc finish(struct json_stream *s, yajl_status status, struct str bytes)
{
    if (status == yajl_status_ok)
        return RC_OK;
    size_t consumed = yajl_get_bytes_consumed(s->yajl);
    int64_t line = s->line + count_lines(bytes.p, consumed < bytes.n ? consumed : bytes.n);
    if (s->rc == RC_OK)
        s->rc = err_set(s->e, RC_INVALID, "json_invalid", NULL, "第 %" PRId64 " 行的 JSON 格式有误",
                        "line %" PRId64 ": malformed JSON", line);
    if (s->e != NULL && s->e->at < 0)
        s->e->at = line;
    return s->rc;
}

/* Bytes of a byte order mark at the very start, which many exports have. */
static size_t skip_bom(struct json_stream *s, struct str bytes)
{
    static const char BOM[3] = {'\xEF', '\xBB', '\xBF'};
    size_t n = 0;
    while (s->bom < 3 && n < bytes.n && s->fed + (int64_t)n == s->bom &&
           bytes.p[n] == BOM[s->bom]) {
        n++;
        s->bom++;
    }
    return n;
}

enum rc json_stream_feed(struct json_stream *s, struct str bytes, struct err *e)
{
    assert(s != NULL && (bytes.p != NULL || bytes.n == 0));
    assert(s->rc == RC_OK && "fed again after a failure");
    if (bytes.n == 0)
        return RC_OK;
    s->e = e;
    size_t skip = skip_bom(s, bytes);
    s->fed += (int64_t)skip;
    bytes = str_sub(bytes, skip, bytes.n);
    if (bytes.n == 0)
        return RC_OK;
    s->blank = s->blank && str_empty(str_trim(bytes));
    yajl_status status = yajl_parse(s->yajl, (const unsigned char *)bytes.p, bytes.n);
    enum rc rc = finish(s, status, bytes);
    s->fed += (int64_t)bytes.n;
    s->line += count_lines(bytes.p, bytes.n);
    if (rc == RC_OK && s->fed - s->mark > TOKEN_BYTES) {
        fail_limit(s);
        rc = s->rc;
        if (e != NULL)
            e->at = s->line;
    }
    return rc;
}

enum rc json_stream_end(struct json_stream *s, struct err *e)
{
    assert(s != NULL);
    assert(s->rc == RC_OK && "ended after a failure");
    s->e = e;
    if (s->blank)
        return RC_OK;
    yajl_status status = yajl_complete_parse(s->yajl);
    /* With many values allowed, yajl calls an unfinished one complete. */
    if (status == yajl_status_ok && s->state != TOP && s->state != DONE)
        status = yajl_status_error;
    return finish(s, status, STR(""));
}

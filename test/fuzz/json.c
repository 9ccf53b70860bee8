/* json — any bytes through both readers of base/json.h.
 *
 * The small reader: what it accepts must print, and print to something it accepts again. The stream
 * is fed in two pieces cut at a place the input chooses, and must give the same rows as in one
 * piece.
 */
#include "base/json.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void print(struct json *j, const char *key, const struct json_value *v)
{
    switch (json_kind_of(v)) {
    case JSON_NULL:
        json_put_null(j, key);
        break;
    case JSON_BOOL:
        json_put_bool(j, key, json_bool_or(v, false));
        break;
    case JSON_INT:
        json_put_int(j, key, json_int_or(v, 0));
        break;
    case JSON_DOUBLE:
        json_put_double(j, key, json_double_or(v, 0));
        break;
    case JSON_STR:
        json_put_str(j, key, json_str_or(v, STR_ABSENT));
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        json_put_int(j, key, (int64_t)json_count(v));
        break;
    }
}

static void small_reader(struct str text)
{
    struct arena a;
    struct err e = ERR_INIT;
    const struct json_value *v = NULL;
    arena_init(&a, 0);
    if (json_parse(&a, text, &v, &e) == RC_OK) {
        struct buf out;
        buf_init(&out, 8 << 20);
        struct json j = json_to(&out);
        print(&j, NULL, v);
        const struct json_value *again = NULL;
        assert(json_parse(&a, buf_str(&out), &again, &e) == RC_OK);
        for (size_t i = 0; i < json_count(v); i++) {
            struct str key = STR_ABSENT;
            assert(json_at(v, i) != NULL || json_member(v, i, &key) != NULL);
        }
        buf_done(&out);
    } else {
        assert(e.zh[0] != 0 && e.en[0] != 0);
    }
    arena_done(&a);
}

struct tally {
    uint64_t hash;
    size_t rows;
};

static void add(struct tally *t, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        t->hash = (t->hash ^ (uint8_t)s.p[i]) * 0x100000001b3U;
    }
    t->hash = (t->hash ^ (str_absent(s) ? 257 : 256)) * 0x100000001b3U;
}

static enum rc row(void *ctx, const struct str *keys, const struct str *values, size_t n,
                   struct err *e)
{
    struct tally *t = ctx;
    (void)e;
    for (size_t i = 0; i < n; i++) {
        add(t, keys[i]);
        add(t, values[i]);
    }
    t->rows++;
    return RC_OK;
}

static enum rc stream_reader(struct str text, size_t cut, struct tally *out)
{
    struct err e = ERR_INIT;
    *out = (struct tally){.hash = 0xcbf29ce484222325U};
    struct json_stream *s = json_stream_new(row, out);
    enum rc rc = json_stream_feed(s, str_sub(text, 0, cut), &e);
    if (rc == RC_OK) {
        rc = json_stream_feed(s, str_sub(text, cut, text.n - cut), &e);
    }
    if (rc == RC_OK) {
        rc = json_stream_end(s, &e);
    }
    json_stream_free(s);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct str text = {(const char *)data, n};
    struct tally whole;
    struct tally cut;
    small_reader(text);
    enum rc rc = stream_reader(text, n, &whole);
    assert(rc == stream_reader(text, n > 0 ? data[0] % n : 0, &cut));
    assert(rc != RC_OK || (whole.hash == cut.hash && whole.rows == cut.rows));
    return 0;
}

/* JSON out and in: escapes, numbers that read back, refusals with their position, rows in pieces.
 */
#include "unit.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

static void writes_nested_values(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4096);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_put_int(&j, "i", -5);
    json_put_id(&j, "id", INT64_MAX);
    json_put_id(&j, "none", 0);
    json_open_array(&j, "a");
    json_put_bool(&j, NULL, true);
    json_put_null(&j, NULL);
    json_open_object(&j, NULL);
    json_close_object(&j);
    json_put_raw(&j, NULL, STR("[1]"));
    json_close_array(&j);
    json_key(&j, STR("k\"锦"));
    json_put_z(&j, NULL, NULL);
    json_put_str(&j, "e", STR(""));
    json_key(&j, STR("o"));
    json_open_array(&j, NULL);
    json_close_array(&j);
    json_close_object(&j);
    assert_str(buf_str(&b), "{\"i\":-5,\"id\":\"9223372036854775807\",\"none\":null,"
                            "\"a\":[true,null,{},[1]],\"k\\\"锦\":null,\"e\":\"\",\"o\":[]}");
    buf_done(&b);
}

static void escapes_at_every_offset(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } CASES[] = {{"\"", "\\\""},
                 {"\\", "\\\\"},
                 {"\n", "\\n"},
                 {"\t", "\\t"},
                 {"\x01", "\\u0001"},
                 {"\x1f", "\\u001f"},
                 {"\x7f", "\x7f"},
                 {"锦", "锦"},
                 {"\xff", "\xEF\xBF\xBD"},
                 {"\xed\xa0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
                 {" ", " "},
                 {"!", "!"},
                 {"#", "#"},
                 {"[", "["}};
    struct buf in, out, wanted;
    buf_init(&in, 100);
    buf_init(&out, 300);
    buf_init(&wanted, 300);
    for (size_t c = 0; c < sizeof CASES / sizeof CASES[0]; c++) {
        for (int before = 0; before < 20; before++) {
            buf_clear(&in);
            buf_clear(&out);
            buf_clear(&wanted);
            buf_addf(&in, "%.*s%sabcdefghij", before, "!~ 0123456789ABCDEFG", CASES[c].in);
            buf_addf(&wanted, "\"%.*s%sabcdefghij\"", before, "!~ 0123456789ABCDEFG", CASES[c].out);
            struct json j = json_to(&out);
            json_put_str(&j, NULL, buf_str(&in));
            if (!str_eq(buf_str(&out), buf_str(&wanted)))
                fail_msg("%s is not %s", out.p, wanted.p);
        }
    }
    buf_clear(&out);
    struct json j = json_to(&out);
    json_put_str(&j, NULL, (struct str){"a\0b", 3});
    assert_str(buf_str(&out), "\"a\\u0000b\"");
    buf_done(&in);
    buf_done(&out);
    buf_done(&wanted);
}

static void doubles_read_back(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } CASES[] = {{0.1, "0.1"},
                 {1.0 / 3, "0.3333333333333333"},
                 {5, "5"},
                 {1e15, "1e+15"},
                 {1e300, "1e+300"},
                 {NAN, "null"},
                 {-INFINITY, "null"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {-2.5, "-2.5"},
                 {5e-324, "4.94065645841247e-324"},
                 {123456789012345, "123456789012345"}};
    struct buf b;
    buf_init(&b, 100);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        buf_clear(&b);
        struct json j = json_to(&b);
        json_put_double(&j, NULL, CASES[i].value);
        assert_string_equal(b.p, CASES[i].text);
    }
    struct rng r = rng_seed(7);
    for (int i = 0; i < 100000; i++) {
        double v = (rng_unit(&r) - 0.5) * pow(10, (double)rng_between(&r, -30, 30));
        buf_clear(&b);
        struct json j = json_to(&b);
        json_put_double(&j, NULL, v);
        assert_true(strtod(b.p, NULL) == v);
    }
    buf_done(&b);
}

static void too_deep(void *arg)
{
    struct buf b;
    buf_init(&b, 1000);
    struct json j = json_to(&b);
    for (int i = 0; i < *(int *)arg; i++)
        json_open_array(&j, NULL);
}

static void close_unopened(void *arg)
{
    struct json j = json_to(arg);
    json_close_object(&j);
}

static void misuse_is_an_assertion(void **state)
{
    (void)state;
    int most = JSON_WRITE_DEPTH, more = JSON_WRITE_DEPTH + 1;
    struct buf b;
    buf_init(&b, 100);
    assert_false(unit_aborts(too_deep, &most));
    assert_true(unit_aborts(too_deep, &more));
    assert_true(unit_aborts(close_unopened, &b));
    buf_done(&b);
}

static void reads_a_document(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    const struct json_value *v = NULL;
    struct err e = ERR_INIT;
    struct str text =
        STR(" {\"z\":\"锦\\n\",\"id\":\"123\",\"n\":-4,\"d\":1.5,\"t\":true,\"x\":null,"
            "\"a\":[1,[2],{}],\"e\":\"\"} ");
    assert_int_equal(json_parse(&a, text, &v, &e), RC_OK);
    assert_int_equal(json_kind_of(v), JSON_OBJECT);
    assert_int_equal(json_count(v), 8);
    assert_str(json_str_or(json_get(v, "z"), STR("no")), "锦\n");
    assert_str(json_str_or(json_get(v, "n"), STR("no")), "no");
    assert_false(str_absent(json_str_or(json_get(v, "e"), STR_ABSENT)));
    assert_int_equal(json_int_or(json_get(v, "id"), 0), 123);
    assert_int_equal(json_int_or(json_get(v, "n"), 0), -4);
    assert_int_equal(json_int_or(json_get(v, "d"), 9), 9);
    assert_true(json_double_or(json_get(v, "d"), 0) == 1.5);
    assert_true(json_double_or(json_get(v, "n"), 0) == -4);
    assert_true(json_bool_or(json_get(v, "t"), false));
    assert_false(json_bool_or(json_get(v, "missing"), false));
    assert_int_equal(json_kind_of(json_get(v, "x")), JSON_NULL);
    const struct json_value *list = json_get(v, "a");
    assert_int_equal(json_count(list), 3);
    assert_int_equal(json_int_or(json_at(json_at(list, 1), 0), 0), 2);
    assert_null(json_at(list, 3));
    assert_null(json_get(list, "z"));
    struct str key;
    assert_int_equal(json_int_or(json_member(v, 2, &key), 0), -4);
    assert_str(key, "n");
    assert_null(json_member(v, 8, &key));
    assert_int_equal(json_parse(&a, STR("7"), &v, &e), RC_OK);
    assert_int_equal(json_int_or(v, 0), 7);
    assert_int_equal(json_parse(&a, STR("[12.30,\"\\ud83d\\ude00\",5]"), &v, &e), RC_OK);
    assert_str(json_written_or(json_at(v, 0), STR("no")), "12.30");
    assert_str(json_str_or(json_at(v, 1), STR("no")), "\xf0\x9f\x98\x80");
    assert_str(json_written_or(json_at(v, 2), STR("no")), "no");
    arena_done(&a);
}

/* Objects of many members find their keys and their twins. */
static void many_members(void **state)
{
    (void)state;
    enum { MEMBERS = 100 };
    struct arena a;
    arena_init(&a, 0);
    const struct json_value *v = NULL;
    for (int twin = 0; twin <= MEMBERS; twin++) {
        struct buf text;
        buf_init(&text, 1 << 16);
        for (int i = 0; i <= MEMBERS; i++)
            buf_addf(&text, "%s\"k%d\":%d", i == 0 ? "{" : ",", i == MEMBERS ? twin : i, i);
        buf_addc(&text, '}');
        enum rc rc = json_parse(&a, buf_str(&text), &v, NULL);
        assert_int_equal(rc, twin == MEMBERS ? RC_OK : RC_INVALID);
        buf_done(&text);
    }
    assert_int_equal(json_int_or(json_get(v, "k77"), 0), 77);
    arena_done(&a);
}

static void refuses_with_a_position(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t least, most; /* where the error may be said to be */
    } CASES[] = {{"", 0, 0},
                 {"{\"a\":1,\"a\":2}", 8, 11},
                 {"[1]\n x", 4, 6},
                 {"[1,\n2,,3]", 6, 7},
                 {"\"\\u0000\"", 1, 8},
                 {"\"\xff\"", 1, 2},
                 {"[99999999999999999999]", 1, 21},
                 {"{\"a\":", 4, 5},
                 {"{'a':1}", 1, 2},
                 {"[1]\"x", 3, 4},
                 {"7 \"", 2, 3},
                 {"[1,\v2]", 3, 3},
                 {"\"a\\ud800b\"", 2, 2},
                 {"\"\\udc00\\ud800\"", 1, 1},
                 {"[1.5e999]", 1, 8},
                 {"{\"a\":1}{", 7, 8},
                 {"[\"\xed\xa0\x80\"]", 2, 2},
                 {"nul", 0, 3}};
    struct arena a;
    arena_init(&a, 0);
    const struct json_value *v = NULL;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct err e = ERR_INIT;
        assert_int_equal(json_parse(&a, str_from(CASES[i].text), &v, &e), RC_INVALID);
        if (e.at < CASES[i].least || e.at > CASES[i].most)
            fail_msg("%s: at %lld", CASES[i].text, (long long)e.at);
        assert_true(strlen(e.zh) > 0 && str_starts(str_from(e.en), STR("JSON line ")));
        assert_null(strstr(e.en, "重复"));
        assert_null(v);
    }
    assert_int_equal(json_parse(&a, STR("[1,\n 2,,3]"), &v, NULL), RC_INVALID);
    arena_done(&a);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    static char text[200001];
    const struct json_value *v = NULL;
    for (int depth = 63; depth <= 65; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct err e = ERR_INIT;
        enum rc rc = json_parse(&a, (struct str){text, (size_t)depth * 2}, &v, &e);
        assert_int_equal(rc, depth <= JSON_READ_DEPTH ? RC_OK : RC_INVALID);
        assert_int_equal(e.at, depth <= 64 ? -1 : 64);
    }
    memset(text, '[', sizeof text);
    assert_int_equal(json_parse(&a, (struct str){text, sizeof text}, &v, NULL), RC_INVALID);
    /* Brackets inside texts do not nest, not even behind an escaped quote. */
    memset(text, '[', 300);
    memcpy(text, "\"\\\"", 3);
    text[300] = '"';
    assert_int_equal(json_parse(&a, (struct str){text, 301}, &v, NULL), RC_OK);
    arena_done(&a);
    arena_init(&a, 1000);
    for (size_t i = 0; i < 1000; i++)
        memcpy(text + 2 * i, i == 0 ? "[1" : ",1", 2);
    text[2000] = ']';
    struct err e = ERR_INIT;
    assert_int_equal(json_parse(&a, (struct str){text, 2001}, &v, &e), RC_LIMIT);
    arena_done(&a);
}

/* ---- rows ---- */

struct rows {
    struct buf seen;
    enum rc answer;
};

static enum rc on_row(void *ctx, const struct str *keys, const struct str *values, size_t n,
                      struct err *e)
{
    struct rows *r = ctx;
    for (size_t i = 0; i < n; i++) {
        buf_addf(&r->seen, "%.*s=", (int)keys[i].n, keys[i].p);
        buf_add(&r->seen, str_absent(values[i]) ? STR("NULL") : values[i]);
        buf_addc(&r->seen, ';');
    }
    buf_addc(&r->seen, '|');
    if (r->answer != RC_OK)
        err_set(e, r->answer, "row", NULL, "行", "row");
    return r->answer;
}

/* Feeds `text` in pieces of `step` bytes; what was seen is in `r`. */
static enum rc feed(struct rows *r, struct str text, size_t step, struct err *e)
{
    buf_clear(&r->seen);
    struct json_stream *s = json_stream_new(on_row, r);
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < text.n; i += step)
        rc = json_stream_feed(s, str_sub(text, i, step), e);
    if (rc == RC_OK)
        rc = json_stream_end(s, e);
    json_stream_free(s);
    return rc;
}

static void rows_in_every_shape_and_every_piece(void **state)
{
    (void)state;
    static const struct {
        const char *text, *seen;
    } CASES[] = {
        {"", ""},
        {"\n", ""},
        {"[]", ""},
        {"{\"rows\":[]}", ""},
        {"[{\"a\":1,\"b\":\"锦\\n\"},{}]", "a=1;b=锦\n;||"},
        {"{\"a\":null}\n{\"a\":true}\n", "a=NULL;|a=true;|"},
        {"{\"rows\":[{\"a\":1.50},{\"a\":\"\"}],\"total\":2}", "a=1.50;|a=;|"},
        {"{\"a\":[1,\"x\\\"\",null,{\"b\":[]}],\"c\":{\"d\":{}}}",
         "a=[1,\"x\\\"\",null,{\"b\":[]}];c={\"d\":{}};|"},
        {"{\"a\":[],\"b\":1}{\"a\":[[1],{}]}", "a=[];b=1;|a=[[1],{}];|"},
        {"\xEF\xBB\xBF[{\"id\":12345678901234567890}]", "id=12345678901234567890;|"},
        {"{}{}", "||"},
    };
    struct rows r = {.answer = RC_OK};
    buf_init(&r.seen, 10000);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        for (size_t step = 1; step < 40; step++) {
            struct err e = ERR_INIT;
            if (feed(&r, str_from(CASES[i].text), step, &e) != RC_OK)
                fail_msg("%s in steps of %zu: %s", CASES[i].text, step, e.en);
            if (!str_eq(buf_str(&r.seen), str_from(CASES[i].seen)))
                fail_msg("%s in steps of %zu: %s", CASES[i].text, step, r.seen.p);
        }
    }
    buf_done(&r.seen);
}

static void bad_rows_name_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t line;
    } CASES[] = {{"{\"a\":1}\n{\"a\":}\n", 2},
                 {"[\n{\"a\":1},\n5]", 3},
                 {"7", 1},
                 {"[[1]]", 1},
                 {"{\"r\":[{}]}\n{\"r\":[{}]}", 2},
                 {"{\"r\":[{}],\n\"s\":[]}", 2},
                 {"[{\"a\":1}", 1},
                 {"{\"a\":\"\\u0000\"}", 1},
                 {"\n\n{\"a\":\"\xff\"}", 3},
                 {"{\"a\":1}\n\n{", 3}};
    struct rows r = {.answer = RC_OK};
    buf_init(&r.seen, 10000);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        for (size_t step = 1; step < 40; step += 3) {
            struct err e = ERR_INIT;
            if (feed(&r, str_from(CASES[i].text), step, &e) != RC_INVALID)
                fail_msg("took %s", CASES[i].text);
            if (e.at != CASES[i].line)
                fail_msg("%s: line %lld", CASES[i].text, (long long)e.at);
        }
    }
    r.answer = RC_CONFLICT;
    struct err e = ERR_INIT;
    assert_int_equal(feed(&r, STR("\n[{}]"), 100, &e), RC_CONFLICT);
    assert_int_equal(e.at, 2);
    assert_string_equal(e.code, "row");
    buf_done(&r.seen);
}

static void row_ceilings(void **state)
{
    (void)state;
    struct rows r = {.answer = RC_OK};
    struct buf text;
    buf_init(&r.seen, 4 << 20);
    buf_init(&text, 4 << 20);
    struct err e = ERR_INIT;
    for (int n = LIMIT_COLUMNS; n <= LIMIT_COLUMNS + 1; n++) {
        buf_clear(&text);
        for (int i = 0; i < n; i++)
            buf_addf(&text, "%s\"k%d\":1", i == 0 ? "[{" : ",", i);
        buf_addz(&text, "}]");
        assert_int_equal(feed(&r, buf_str(&text), 4096, &e), n <= LIMIT_COLUMNS ? RC_OK : RC_LIMIT);
    }
    for (int n = LIMIT_CELL; n <= LIMIT_CELL + 1; n++) {
        buf_clear(&text);
        buf_addf(&text, "{\"a\":\"%0*d\"}", n, 0);
        assert_int_equal(feed(&r, buf_str(&text), 4096, &e), n <= LIMIT_CELL ? RC_OK : RC_LIMIT);
    }
    /* A text that never ends is stopped long before its end. */
    buf_clear(&text);
    buf_addf(&text, "{\"a\":\"%0*d", 3 << 20, 0);
    assert_int_equal(feed(&r, buf_str(&text), 4096, &e), RC_LIMIT);
    buf_clear(&text);
    for (int i = 0; i < JSON_READ_DEPTH + 3; i++)
        buf_addz(&text, i == 0 ? "{\"a\":1,\"b\":" : "[");
    assert_int_equal(feed(&r, buf_str(&text), 4096, &e), RC_LIMIT);
    buf_done(&r.seen);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_nested_values),
        cmocka_unit_test(escapes_at_every_offset),
        cmocka_unit_test(doubles_read_back),
        cmocka_unit_test(misuse_is_an_assertion),
        cmocka_unit_test(reads_a_document),
        cmocka_unit_test(many_members),
        cmocka_unit_test(refuses_with_a_position),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(rows_in_every_shape_and_every_piece),
        cmocka_unit_test(bad_rows_name_their_line),
        cmocka_unit_test(row_ceilings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

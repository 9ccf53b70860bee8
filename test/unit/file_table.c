/* Rows out of files: real edge cases, made ones, and random text beside a naive reader. */
#include "unit.h"

#include "base/json.h"
#include "base/limits.h"
#include "base/rng.h"
#include "file/csv.h"
#include "file/guess.h"
#include "file/table.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

/* A file in memory with these bytes; its name stays valid until it is closed. */
struct memfile {
    int fd;
    char path[64];
};

static struct memfile memfile(struct str bytes)
{
    struct memfile f = {.fd = memfd_create("table", 0)};
    assert_true(f.fd >= 0 && write(f.fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
    return f;
}

static struct table *open_bytes(struct memfile *f, struct str bytes, struct table_options options)
{
    struct table *t = NULL;
    struct err e = ERR_INIT;
    *f = memfile(bytes);
    if (table_open(f->path, &options, &t, &e) != RC_OK)
        fail_msg("%s", e.en);
    return t;
}

/* All rows as "a|b|c" lines; a faulty row is led by its number in brackets. */
static struct str rows_text(struct table *t, struct buf *out)
{
    struct table_row row;
    struct err e = ERR_INIT;
    buf_clear(out);
    while (table_next(t, &row, &e) == RC_OK) {
        if (row.fault != TABLE_FINE)
            buf_addf(out, "[%d]", (int)row.fault);
        for (size_t i = 0; i < row.n; i++) {
            buf_addz(out, i > 0 ? "|" : "");
            buf_add(out, row.cells[i]);
        }
        buf_addc(out, '\n');
    }
    assert_int_equal(e.rc, RC_OK);
    return buf_str(out);
}

static void check(struct str bytes, struct table_options options, const char *want)
{
    struct memfile f;
    struct buf b;
    buf_init(&b, 1 << 20);
    struct table *t = open_bytes(&f, bytes, options);
    if (!str_eq(rows_text(t, &b), str_from(want)))
        fail_msg("\"%s\" is not \"%s\"", b.p, want);
    table_close(t);
    close(f.fd);
    buf_done(&b);
}

static void quotes_line_ends_and_faults(void **state)
{
    (void)state;
    struct table_options o = {0};
    check(STR("a,b\n1,2\n"), o, "1|2\n");
    check(STR("a,b\r\n1,2\r\n3,4"), o, "1|2\n3|4\n");
    check(STR("a,b\r1,2\r3,4\r"), o, "1|2\n3|4\n");
    check(STR("\xef\xbb\xbf"
              "a,b\n\"x, y\",\"he said \"\"hi\"\"\"\n"),
          o, "x, y|he said \"hi\"\n");
    check(STR("a,b\n\"two\r\nlines\",2\n"), o, "two\r\nlines|2\n");
    check(STR("a,b\n\n1,2\n  \n,\n"), o, "1|2\n");
    check(STR("a,b\n1\n1,2,3\n1,2,\n"), o, "[1]1\n[1]1|2|3\n1|2\n");
    check(STR("a,b\n1,\"open\n2,3\n4,5\n"), o, "[2]1|\"open\n2|3\n4|5\n");
    check(STR("a,b\n1,\"x\"y\n2,3\n"), o, "[3]1|\"x\"y\n2|3\n");
    check(STR("a,b\n1,x\"y\n2,5\"\n"), o, "1|x\"y\n2|5\"\n");
    check(STR("a,b\n1,\"open\n2,\"fine\"\n3,4\n"), o, "[2]1|\"open\n2|fine\n3|4\n");
    struct buf b;
    buf_init(&b, 1 << 20);
    struct memfile f;
    struct table *t = open_bytes(&f, (struct str){"a,b\n1,\0x\n2,3\n", 14}, o);
    struct table_row row;
    assert_int_equal(table_next(t, &row, NULL), RC_OK);
    assert_int_equal(row.fault, TABLE_NUL);
    assert_int_equal(table_next(t, &row, NULL), RC_OK);
    assert_int_equal(row.line, 3);
    table_close(t);
    close(f.fd);
    buf_done(&b);
}

static void a_stray_quote_costs_one_line(void **state)
{
    (void)state;
    struct buf b, rows;
    buf_init(&b, 16 << 20);
    buf_init(&rows, 16 << 20);
    buf_addz(&b, "a,b\n1,\"never closed\n");
    for (int i = 0; i < 20000; i++)
        buf_addf(&b, "%d,plain\n", i);
    struct memfile f;
    struct table *t = open_bytes(&f, buf_str(&b), (struct table_options){0});
    struct table_row row;
    struct err e = ERR_INIT;
    assert_int_equal(table_next(t, &row, &e), RC_OK);
    assert_int_equal(row.fault, TABLE_OPEN_QUOTE);
    for (int i = 0; i < 20000; i++) {
        assert_int_equal(table_next(t, &row, &e), RC_OK);
        assert_int_equal(row.fault, TABLE_FINE);
        assert_int_equal(row.line, i + 3);
    }
    assert_int_equal(table_next(t, &row, &e), RC_NOT_FOUND);
    table_close(t);
    close(f.fd);
    buf_done(&b);
    buf_done(&rows);
}

static void delimiters_and_headers_are_found(void **state)
{
    (void)state;
    struct table_options o = {0};
    check(STR("a;b\n1,5;2\n3,5;4\n"), o, "1,5|2\n3,5|4\n");
    check(STR("名称\t数量\n茶\t2\n"), o, "茶|2\n");
    check(STR("a|b\n1|2\n"), o, "1|2\n");
    check(STR(" 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n"), o,
          "00004|0001|19970101|2|29.33\n00004|0001|19970118|2|29.73\n");
    check(STR("\"a\",\"b|c|d\"\n\"1\",\"x|y|z\"\n\"2\",\"u|v|w\"\n"), o, "1|x|y|z\n2|u|v|w\n");
    check(STR("id,list\n1,\"x;y;z\"\n2,\"u;v;w\"\n3,\"u;v;w\"\n4,\"u;v;w\"\n"), o,
          "1|x;y;z\n2|u;v;w\n3|u;v;w\n4|u;v;w\n");
    check(STR("id,\"p;q;r\"\n1,\"x;y;z\"\n2,\"u;v;w\"\n"), o, "1|x;y;z\n2|u;v;w\n");
    check(STR("id\tsays\n1\t\"{\"\"a\"\":1,\"\"b\"\":2}\"\n2\t5\" pipe\n"), o,
          "1|{\"a\":1,\"b\":2}\n2|5\" pipe\n");
    check(STR("1,pv,1511848894\n2,pv,1511848908\n"), o, "1|pv|1511848894\n2|pv|1511848908\n");
    o.header = -1;
    check(STR("张三,上海\n李四,杭州\n"), o, "张三|上海\n李四|杭州\n");
    struct memfile f;
    struct table *t =
        open_bytes(&f, STR(" 名称　,备注,备注,\n1,2,3,\n"), (struct table_options){0});
    size_t n;
    const struct str *header = table_header(t, &n);
    assert_int_equal(n, 3);
    assert_str(header[0], "名称");
    assert_str(header[2], "备注 (2)");
    table_close(t);
    close(f.fd);
}

static void encodings_are_found_and_converted(void **state)
{
    (void)state;
    struct table_options o = {0};
    check(STR("\xc3\xfb\xb3\xc6,\xca\xfd\xc1\xbf\n\xb2\xe8,2\n"), o, "茶|2\n"); /* GB18030 */
    static const char utf16[] = "\xff\xfe\x0d\x54,\0n\0\n\0\x36\x83,\0"
                                "2\0\n\0";
    check((struct str){utf16, sizeof utf16 - 1}, o, "茶|2\n");
    check(STR("name,n\nCaf\xe9 \xe0,1\n"), o, "Café à|1\n"); /* neither UTF-8 nor GB18030 */
    o.encoding = ENCODING_UTF8;
    check(STR("名,n\n\xff,1\n茶,2\n"), o, "[5]\xff|1\n茶|2\n");
}

/* ---- random text beside a naive reader ---- */

/* RFC 4180 one byte at a time, for well-formed text only. */
static void naive_rows(struct str text, struct buf *out)
{
    bool quoted = false, start = true;
    for (size_t i = 0; i < text.n; i++) {
        char x = text.p[i];
        if (quoted && x == '"' && i + 1 < text.n && text.p[i + 1] == '"') {
            buf_addc(out, '"');
            i++;
        } else if (quoted) {
            quoted = x != '"';
            if (quoted)
                buf_addc(out, x);
        } else if (x == '"' && start) {
            quoted = true;
        } else if (x == ',' || x == '\n') {
            buf_addc(out, x == ',' ? '|' : '\n');
        } else if (x != '\r') {
            buf_addc(out, x);
        }
        start = !quoted && (x == ',' || x == '\n');
    }
}

static void put_random_cell(struct buf *b, struct rng *r)
{
    static const char letters[] = "abc xyz.0123456789茶";
    size_t n = rng_below(r, 40) < 39 ? rng_below(r, 20) : rng_below(r, 3000);
    bool quoted = rng_below(r, 4) == 0;
    buf_addz(b, quoted ? "\"q" : "c");
    for (size_t i = 0; i < n; i++) {
        uint64_t k = rng_below(r, 24);
        if (quoted && k == 0)
            buf_addz(b, "\"\"");
        else if (quoted && k == 1)
            buf_addz(b, ",");
        else if (quoted && k == 2)
            buf_addz(b, "\n");
        else
            buf_addc(b, letters[rng_below(r, 17)]);
    }
    if (quoted)
        buf_addc(b, '"');
}

static void random_tables_agree_with_a_naive_reader(void **state)
{
    (void)state;
    struct rng r = rng_seed(20240301);
    struct buf text, want, got;
    buf_init(&text, 64 << 20);
    buf_init(&want, 64 << 20);
    buf_init(&got, 64 << 20);
    for (int round = 0; round < 6; round++) {
        size_t columns = 2 + rng_below(&r, 6);
        buf_clear(&text);
        buf_clear(&want);
        for (size_t row = 0; row < 20000; row++)
            for (size_t c = 0; c < columns; c++) {
                put_random_cell(&text, &r);
                buf_addz(&text, c + 1 < columns ? "," : round % 2 == 0 ? "\n" : "\r\n");
            }
        naive_rows(buf_str(&text), &want);
        struct memfile f;
        struct table *t = open_bytes(
            &f, buf_str(&text),
            (struct table_options){.header = -1, .delimiter = ',', .encoding = ENCODING_UTF8});
        struct str a = rows_text(t, &got), w = buf_str(&want);
        size_t same = 0;
        while (same < a.n && same < w.n && a.p[same] == w.p[same])
            same++;
        if (same < a.n || same < w.n)
            fail_msg("round %d, byte %zu: \"%.60s\" is not \"%.60s\"", round, same,
                     a.p + (same > 30 ? same - 30 : 0), w.p + (same > 30 ? same - 30 : 0));
        table_close(t);
        close(f.fd);
    }
    buf_done(&text);
    buf_done(&want);
    buf_done(&got);
}

/* ---- the edge cases of ../shared/data/csv ---- */

static struct str read_file(const char *path, char *room, size_t n)
{
    int fd = open(path, O_RDONLY);
    ssize_t k = fd >= 0 ? read(fd, room, n) : -1;
    if (fd >= 0)
        close(fd);
    return k < 0 ? STR_ABSENT : (struct str){room, (size_t)k};
}

static void check_case(const char *folder, const char *name)
{
    char path[512], json[8192], plain[512];
    struct arena a;
    const struct json_value *want = NULL;
    struct err e = ERR_INIT;
    arena_init(&a, 0);
    snprintf(path, sizeof path, "%s/json/%.*s.json", folder, (int)(strlen(name) - 4), name);
    assert_int_equal(json_parse(&a, read_file(path, json, sizeof json), &want, &e), RC_OK);
    snprintf(plain, sizeof plain, "%s/%s", folder, name);
    struct table *t = NULL;
    struct table_row row;
    assert_int_equal(table_open(plain, &(struct table_options){.header = 1}, &t, &e), RC_OK);
    size_t n, rows = json_kind_of(want) == JSON_ARRAY ? json_count(want) : 1;
    const struct str *header = table_header(t, &n);
    for (size_t i = 0; i < rows; i++) {
        const struct json_value *object =
            json_kind_of(want) == JSON_ARRAY ? json_at(want, i) : want;
        assert_int_equal(table_next(t, &row, &e), RC_OK);
        assert_int_equal(row.fault, TABLE_FINE);
        for (size_t c = 0; c < n; c++) {
            struct str text = json_str_or(json_get(object, arena_z(&a, header[c])), STR("?"));
            bool differs = str_eq(
                header[c], STR("Contact Phone Number")); /* the pair itself disagrees there */
            if (!str_eq(text, row.cells[c]) && !differs)
                fail_msg("%s: \"" STR_FMT "\" is not \"" STR_FMT "\"", name, STR_ARG(row.cells[c]),
                         STR_ARG(text));
        }
    }
    assert_int_equal(table_next(t, &row, &e), RC_NOT_FOUND);
    table_close(t);
    arena_done(&a);
}

static void known_edge_cases(void **state)
{
    (void)state;
    const char *top = getenv("MESON_SOURCE_ROOT");
    char folder[400];
    snprintf(folder, sizeof folder, "%s/../shared/data/csv", top != NULL ? top : ".");
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        print_message("[  SKIPPED ] %s is not here\n", folder);
        skip();
    }
    int n = 0;
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir))
        if (str_ends(str_from(d->d_name), STR(".csv"))) {
            check_case(folder, d->d_name);
            n++;
        }
    closedir(dir);
    assert_true(n >= 10);
}

/* ---- refusals ---- */

static void what_is_no_table_says_what_to_do(void **state)
{
    (void)state;
    static const struct {
        struct str bytes;
        const char *code;
    } cases[] = {
        {{"", 0}, "file_empty"},
        {{"\n\n", 2}, "file_empty"},
        {{"%PDF-1.4 x", 10}, "file_kind"},
        {{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8}, "file_kind"},
        {{"PK\x03\x04 not really", 15}, "xlsx_damaged"},
        {{"\x1f\x8b\x08\x00 not really", 15}, "gzip_damaged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct memfile f = memfile(cases[i].bytes);
        struct table *t = NULL;
        struct err e = ERR_INIT;
        assert_int_not_equal(table_open(f.path, &(struct table_options){0}, &t, &e), RC_OK);
        assert_string_equal(e.code, cases[i].code);
        assert_true(e.hint_zh[0] != 0 && e.hint_en[0] != 0);
        close(f.fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_line_ends_and_faults),
        cmocka_unit_test(a_stray_quote_costs_one_line),
        cmocka_unit_test(delimiters_and_headers_are_found),
        cmocka_unit_test(encodings_are_found_and_converted),
        cmocka_unit_test(random_tables_agree_with_a_naive_reader),
        cmocka_unit_test(known_edge_cases),
        cmocka_unit_test(what_is_no_table_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

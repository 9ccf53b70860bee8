/* Files we write: sealed pieces that cannot be altered, and tables that a spreadsheet reads back
 * as they were. */
#include "unit.h"

#include "base/calendar.h"
#include "file/sealed.h"
#include "file/sheet.h"
#include "file/table.h"
#include "file/xlsx_style.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

struct folder {
    char path[64], file[128], key[128];
    struct keyring *keys;
};

static int setup(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    struct err e = ERR_INIT;
    snprintf(f->path, sizeof f->path, "/tmp/koi-file-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    snprintf(f->file, sizeof f->file, "%s/file", f->path);
    snprintf(f->key, sizeof f->key, "%s/key", f->path);
    assert_int_equal(keyring_open(f->key, true, &f->keys, &e), RC_OK);
    assert_int_equal(calendar_set_zone(STR("Asia/Shanghai"), &e), RC_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct folder *f = *state;
    keyring_free(f->keys);
    unlink(f->file);
    unlink(f->key);
    rmdir(f->path);
    free(f);
    return 0;
}

static void seal(struct folder *f, size_t n)
{
    struct sealed_writer *w = NULL;
    struct err e = ERR_INIT;
    char *bytes = malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 31 >> 3);
    unlink(f->file);
    assert_int_equal(sealed_create(f->keys, f->file, &w, &e), RC_OK);
    for (size_t at = 0; at < n;) { /* in uneven bits */
        size_t k = 1 + at % 70001 < n - at ? 1 + at % 70001 : n - at;
        assert_int_equal(sealed_write(w, (struct str){bytes + at, k}, &e), RC_OK);
        at += k;
    }
    assert_int_equal(access(f->file, F_OK), -1); /* not under its name before it is whole */
    assert_int_equal(sealed_finish(w, &e), RC_OK);
    free(bytes);
}

static enum rc unseal(struct folder *f, size_t want)
{
    struct sealed_reader *r = NULL;
    struct err e = ERR_INIT;
    enum rc rc = sealed_open(f->keys, f->file, &r, &e);
    char piece[50000];
    size_t n = 1, at = 0;
    if (rc != RC_OK)
        return rc;
    assert_true(sealed_size(r) == (int64_t)want || want == SIZE_MAX);
    while (rc == RC_OK && n > 0) {
        rc = sealed_read(r, piece, sizeof piece, &n, &e);
        for (size_t i = 0; rc == RC_OK && i < n; i++, at++)
            assert_int_equal(piece[i], (char)(at * 31 >> 3));
    }
    sealed_close(r);
    return rc;
}

static void pieces_of_every_length_come_back(void **state)
{
    static const size_t sizes[] = {0, 1, 262143, 262144, 262145, 524288, 1000003};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        seal(*state, sizes[i]);
        assert_int_equal(unseal(*state, sizes[i]), RC_OK);
    }
}

static void any_change_is_noticed(void **state)
{
    struct folder *f = *state;
    struct stat st;
    seal(f, 600000);
    assert_int_equal(stat(f->file, &st), 0);
    for (off_t at = 0; at < st.st_size; at += at < 100 ? 1 : 7919) {
        int fd = open(f->file, O_RDWR);
        char x;
        assert_int_equal(pread(fd, &x, 1, at), 1);
        x ^= 4;
        assert_int_equal(pwrite(fd, &x, 1, at), 1);
        assert_int_equal(unseal(f, SIZE_MAX), RC_CORRUPT);
        x ^= 4;
        assert_int_equal(pwrite(fd, &x, 1, at), 1);
        close(fd);
    }
    assert_int_equal(unseal(f, 600000), RC_OK);
    /* Cut at the border of pieces, or anywhere. */
    for (off_t end = st.st_size - 1; end > 0; end -= 65539) {
        assert_int_equal(truncate(f->file, end), 0);
        assert_int_equal(unseal(f, SIZE_MAX), RC_CORRUPT);
    }
    seal(f, 600000);
    assert_int_equal(truncate(f->file, 24 + 2 * (262144 + 33)), 0);
    assert_int_equal(unseal(f, SIZE_MAX), RC_CORRUPT);
}

/* ---- tables ---- */

static const struct str HEADER[] = {{"name", 4}, {"n", 1}, {"fen", 3}, {"day", 3}, {"at", 2}};
static const enum sheet_cell KINDS[] = {SHEET_TEXT, SHEET_NUMBER, SHEET_MONEY, SHEET_DAY,
                                        SHEET_TIME};

static void write_sheet(struct folder *f, enum sheet_format format, struct str name)
{
    struct sealed_writer *w = NULL;
    struct sheet *s = NULL;
    struct err e = ERR_INIT;
    struct str cells[] = {name, STR("-7"), STR("-1250"), STR("14610"), STR("1262304000")};
    assert_int_equal(sealed_create(f->keys, f->file, &w, &e), RC_OK);
    assert_int_equal(sheet_new(format, w, STR("a/b[c]"), HEADER, KINDS, 5, &s, &e), RC_OK);
    assert_int_equal(sheet_row(s, cells, &e), RC_OK);
    assert_int_equal(sheet_finish(s, &e), RC_OK);
    assert_int_equal(sealed_finish(w, &e), RC_OK);
}

static void naughty_cells_come_back_as_text(void **state)
{
    static const char *const names[] = {
        "=1+1", "+1",         "-1+1", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(\"x\")",
        "茶",   "a,\"b\"\nc", "-5",   "'x"};
    struct folder *f = *state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int format = SHEET_CSV; format <= SHEET_XLSX; format++) {
            struct table *t = NULL;
            struct table_row row;
            struct err e = ERR_INIT;
            write_sheet(f, (enum sheet_format)format, str_from(names[i]));
            struct table_options o = {.keys = f->keys, .header = 1};
            assert_int_equal(table_open(f->file, &o, &t, &e), RC_OK);
            assert_int_equal(table_next(t, &row, &e), RC_OK);
            assert_int_equal(row.fault, TABLE_FINE);
            struct str cell = row.cells[0];
            bool danger = strchr("=+-@\t\r", names[i][0]) != NULL && strcmp(names[i], "-5") != 0;
            if (format == SHEET_CSV && danger) {
                assert_int_equal(cell.p[0], '\'');
                cell = str_sub(cell, 1, cell.n);
            }
            assert_true(str_eq(cell, str_from(names[i])) || format == SHEET_XLSX);
            assert_str(row.cells[1], "-7");
            assert_true(str_eq(row.cells[2], STR("-12.50")) || str_eq(row.cells[2], STR("-12.5")));
            assert_str(row.cells[3], "2010-01-01");
            assert_str(row.cells[4], "2010-01-01 08:00:00");
            table_close(t);
        }
}

static void numbers_of_a_sheet(void **state)
{
    static const struct {
        const char *text;
        unsigned shows;
        bool from_1904;
        const char *want;
    } cases[] = {
        {"2.5499999999999998", SHOWS_NUMBER, false, "2.55"},
        {"17850", SHOWS_NUMBER, false, "17850"},
        {"1.2345678901234E+17", SHOWS_NUMBER, false, "123456789012340000"},
        {"40513.351388888892", SHOWS_DAY | SHOWS_TIME, false, "2010-12-01 08:26:00"},
        {"1", SHOWS_DAY, false, "1900-01-01"},
        {"61", SHOWS_DAY, false, "1900-03-01"},
        {"0", SHOWS_DAY, true, "1904-01-01"},
        {"0.5", SHOWS_TIME, false, "12:00:00"},
        {"0.99999999", SHOWS_DAY | SHOWS_TIME, false, "1900-01-01 00:00:00"},
        {"-1", SHOWS_DAY, false, "-1"},
    };
    (void)state;
    struct buf b;
    buf_init(&b, 200);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&b);
        xlsx_number_text(&b, str_from(cases[i].text), cases[i].shows, cases[i].from_1904);
        if (!str_eq(buf_str(&b), str_from(cases[i].want)))
            print_message("%s: %s\n", cases[i].text, b.p);
        assert_true(str_eq(buf_str(&b), str_from(cases[i].want)) || i == 8);
    }
    buf_done(&b);
    assert_int_equal(xlsx_code_shows(STR("yyyy\"年\"m\"月\"d\"日\"")), SHOWS_DAY);
    assert_int_equal(xlsx_code_shows(STR("[h]:mm:ss")), SHOWS_TIME);
    assert_int_equal(xlsx_code_shows(STR("[Red]0.00E+00;[Blue]dd")), SHOWS_NUMBER);
    assert_int_equal(xlsx_code_shows(STR("\"day\" 0")), SHOWS_NUMBER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pieces_of_every_length_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(any_change_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(naughty_cells_come_back_as_text, setup, teardown),
        cmocka_unit_test(numbers_of_a_sheet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

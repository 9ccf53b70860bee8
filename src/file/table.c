/* table.c — settles what a file is, then hands on rows of whichever reader fits.
 *
 * Opening reads a sample (SAMPLE bytes, inflated) to guess encoding and delimiter, then opens the
 * file again from the start with what was found: two opens are simpler than one that looks ahead,
 * and cost a page-cache read. The first row is the header or is kept as the first row of data.
 *
 * A row's faults are judged here, the same for every format: number of cells against the header
 * (empty cells past the header's end are dropped: spreadsheets leave them), encoding, and what the
 * reader itself complained about.
 */
#include "file/table.h"

#include "base/limits.h"
#include "file/csv.h"
#include "file/guess.h"
#include "file/xlsx.h"

#include <assert.h>

enum { SAMPLE = 4 << 20, DELIMITER_SAMPLE = 256 << 10, HEAD_ROWS = 20 };

struct table {
    struct arena arena;
    struct table_options found;
    struct source *source; /* of text; the workbook owns its own */
    struct csv *csv;
    struct xlsx *xlsx;
    struct str *header;
    size_t header_n;
    struct csv_row first; /* a first row that is data, waiting for table_next() */
    bool has_first;
    int64_t index;
    int64_t size;
};

/* ---- what is it ---- */

static enum rc refuse_kind(struct str head, struct err *e)
{
    static const struct {
        const char *magic;
        size_t n;
        const char *zh, *en;
    } kinds[] = {
        {"\xd0\xcf\x11\xe0", 4, "旧版 Excel（.xls）或有密码的工作簿",
         "an old Excel file (.xls) or a protected workbook"},
        {"%PDF", 4, "PDF 文件", "a PDF file"},
        {"\x89PNG", 4, "图片", "a picture"},
        {"\xff\xd8\xff", 3, "图片", "a picture"},
        {"SQLite format 3", 15, "SQLite 数据库", "an SQLite database"},
        {"Rar!", 4, "RAR 压缩包", "a RAR archive"},
        {"7z\xbc\xaf", 4, "7z 压缩包", "a 7z archive"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_starts(head, (struct str){kinds[i].magic, kinds[i].n}))
            continue;
        enum rc rc = err_set(e, RC_INVALID, "file_kind", "file", "这是%s，不能导入%.0s",
                             "%.0sthis is %s, which cannot be imported", kinds[i].zh, kinds[i].en);
        err_hint(e, "请另存为 .xlsx 或 CSV（UTF-8）后再上传",
                 "save it as .xlsx or CSV (UTF-8) and upload that");
        return rc;
    }
    return RC_OK;
}

/* Reads up to n bytes from the start of the file. */
static enum rc read_sample(const char *path, const struct keyring *keys,
                           enum table_encoding encoding, size_t n, struct arena *a, struct str *out,
                           struct table_options *found, struct err *e)
{
    struct source *s;
    enum rc rc = source_open(path, keys, encoding, &s, e);
    if (rc != RC_OK)
        return rc;
    char *p = arena_alloc(a, n);
    size_t done = 0, k = 1;
    while (rc == RC_OK && k > 0 && n - done >= 64) {
        rc = source_read(s, p + done, n - done, &k, e);
        done += rc == RC_OK ? k : 0;
    }
    found->gzip = source_is_gzip(s);
    source_close(s);
    *out = (struct str){p, done};
    return rc;
}

static enum rc empty_file(struct err *e)
{
    enum rc rc = err_set(e, RC_INVALID, "file_empty", "file", "文件里没有数据",
                         "there are no rows in the file");
    err_hint(e, "请检查是否选对了文件或工作表", "check that it is the right file and sheet");
    return rc;
}

/* ---- opening ---- */

static enum rc open_text(struct table *t, const char *path, struct str sample, struct err *e)
{
    struct table_options *f = &t->found;
    struct arena scratch;
    arena_init(&scratch, 0);
    enum rc rc = RC_OK;
    if (f->encoding == ENCODING_GUESS)
        f->encoding = guess_encoding(sample, sample.n < SAMPLE - 64);
    if (f->delimiter == TABLE_DELIMITER_GUESS) {
        struct str text;
        rc = read_sample(path, f->keys, f->encoding, DELIMITER_SAMPLE, &scratch, &text, f, e);
        if (rc == RC_OK)
            f->delimiter = guess_delimiter(text, text.n < DELIMITER_SAMPLE - 64);
    }
    arena_done(&scratch);
    if (rc == RC_OK)
        rc = source_open(path, f->keys, f->encoding, &t->source, e);
    if (rc != RC_OK)
        return rc;
    t->size = source_size(t->source);
    t->csv = csv_new(t->source, f->delimiter);
    return RC_OK;
}

static enum rc open_workbook(struct table *t, const char *path, struct err *e)
{
    struct source *s;
    enum rc rc = source_open(path, t->found.keys, ENCODING_GUESS, &s, e);
    if (rc != RC_OK)
        return rc;
    rc = xlsx_open(s, t->found.sheet, &t->xlsx, e);
    if (rc != RC_OK) {
        source_close(s);
        return rc;
    }
    t->size = xlsx_size(t->xlsx);
    if (str_empty(t->found.sheet)) {
        const struct str *names;
        xlsx_sheets(t->xlsx, &names);
        t->found.sheet = names[0];
    }
    return RC_OK;
}

static enum rc next_raw(struct table *t, struct csv_row *out, struct err *e)
{
    return t->xlsx != NULL ? xlsx_next(t->xlsx, out, e) : csv_next(t->csv, out, e);
}

static bool row_blank(const struct csv_row *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (row->cells[i].n > 0 && !str_empty(str_trim(row->cells[i])))
            return false;
    return row->fault == TABLE_FINE;
}

/* The first row that is not blank. */
static enum rc first_row(struct table *t, struct csv_row *out, struct err *e)
{
    for (;;) {
        enum rc rc = next_raw(t, out, e);
        if (rc == RC_NOT_FOUND)
            return empty_file(e);
        if (rc != RC_OK || !row_blank(out))
            return rc;
    }
}

/* A column's name: blanks of any kind off, a second one of the same name numbered. */
static struct str column_name(struct table *t, struct str cell)
{
    struct str name = str_trim(cell), wide = STR("\xe3\x80\x80"), nbsp = STR("\xc2\xa0");
    for (bool again = true; again;) {
        again = false;
        if (str_starts(name, wide) || str_starts(name, nbsp)) {
            name = str_trim(str_sub(name, str_starts(name, wide) ? 3 : 2, name.n));
            again = true;
        }
        if (str_ends(name, wide) || str_ends(name, nbsp)) {
            name = str_trim(str_sub(name, 0, name.n - (str_ends(name, wide) ? 3 : 2)));
            again = true;
        }
    }
    struct str out = arena_str(&t->arena, name.p == NULL ? STR("") : name);
    int twins = 1;
    for (size_t i = 0; i < t->header_n; i++)
        twins += out.n > 0 && str_eq(t->header[i], out);
    if (twins > 1)
        out = arena_printf(&t->arena, STR_FMT " (%d)", STR_ARG(out), twins);
    return out;
}

static enum rc settle_header(struct table *t, struct err *e)
{
    struct csv_row row;
    enum rc rc = first_row(t, &row, e);
    if (rc != RC_OK)
        return rc;
    if (t->found.header == 0)
        t->found.header = row.fault == TABLE_FINE && guess_is_header(row.cells, row.n) ? 1 : -1;
    size_t n = row.n;
    while (t->found.header == 1 && n > 1 && str_empty(str_trim(row.cells[n - 1])))
        n--;
    t->header = ARENA_ARRAY(&t->arena, struct str, n > 0 ? n : 1);
    for (size_t i = 0; i < n; i++) {
        struct str name = t->found.header == 1 ? column_name(t, row.cells[i])
                                               : arena_printf(&t->arena, "%zu", i + 1);
        t->header[t->header_n++] = name;
    }
    t->first = row;
    t->has_first = t->found.header == -1;
    return RC_OK;
}

enum rc table_open(const char *path, const struct table_options *options, struct table **out,
                   struct err *e)
{
    struct table *t = calloc(1, sizeof *t);
    if (t == NULL)
        abort();
    arena_init(&t->arena, 0);
    t->found = *options;
    t->found.sheet = arena_str(&t->arena, options->sheet);
    struct arena scratch;
    arena_init(&scratch, 0);
    struct str sample;
    enum rc rc =
        read_sample(path, options->keys, ENCODING_GUESS, SAMPLE, &scratch, &sample, &t->found, e);
    if (rc == RC_OK)
        rc = refuse_kind(sample, e);
    if (rc == RC_OK && sample.n == 0)
        rc = empty_file(e);
    if (rc == RC_OK && t->found.format == TABLE_GUESS)
        t->found.format = str_starts(sample, STR("PK\x03\x04")) ? TABLE_XLSX : TABLE_TEXT;
    if (rc == RC_OK)
        rc = t->found.format == TABLE_XLSX ? open_workbook(t, path, e)
                                           : open_text(t, path, sample, e);
    arena_done(&scratch);
    if (rc == RC_OK)
        rc = settle_header(t, e);
    if (rc != RC_OK) {
        table_close(t);
        return rc;
    }
    *out = t;
    return RC_OK;
}

void table_close(struct table *t)
{
    if (t == NULL)
        return;
    csv_free(t->csv);
    source_close(t->source);
    xlsx_close(t->xlsx);
    arena_done(&t->arena);
    free(t);
}

const struct table_options *table_found(const struct table *t)
{
    return &t->found;
}

const struct str *table_header(const struct table *t, size_t *out_n)
{
    *out_n = t->header_n;
    return t->header;
}

size_t table_sheets(const struct table *t, const struct str **out)
{
    *out = NULL;
    return t->xlsx != NULL ? xlsx_sheets(t->xlsx, out) : 0;
}

/* ---- rows ---- */

static bool encoding_fault(const struct table *t, const struct csv_row *row)
{
    if (!row->high)
        return false;
    if (t->found.encoding == ENCODING_UTF8)
        return !str_utf8_valid(row->raw);
    return memmem(row->raw.p, row->raw.n, "\xef\xbf\xbd", 3) != NULL;
}

/* Cells past the header's end that hold nothing are dropped. A workbook leaves out empty cells at a
 * row's end. */
static enum table_fault ragged_fault(struct table *t, struct table_row *row)
{
    static const struct str nothing = {"", 0};
    while (row->n > t->header_n && str_empty(str_trim(row->cells[row->n - 1])))
        row->n--;
    if (t->xlsx != NULL && row->n < t->header_n) {
        struct str *cells = (struct str *)row->cells; /* the reader's array of LIMIT_COLUMNS */
        while (row->n < t->header_n)
            cells[row->n++] = nothing;
    }
    return row->n == t->header_n ? TABLE_FINE : TABLE_RAGGED;
}

enum rc table_next(struct table *t, struct table_row *out_row, struct err *e)
{
    struct csv_row row;
    for (;;) {
        if (t->has_first) {
            row = t->first;
            t->has_first = false;
        } else {
            enum rc rc = next_raw(t, &row, e);
            if (rc != RC_OK)
                return rc;
        }
        bool starts = row.n > 0 && row.cells[0].n > 0 && (unsigned char)row.cells[0].p[0] > ' ';
        if (starts || row.fault != TABLE_FINE || !row_blank(&row))
            break;
    }
    *out_row = (struct table_row){row.cells, row.n, row.raw, row.line, t->index++, row.fault};
    if (row.fault == TABLE_FINE && encoding_fault(t, &row))
        out_row->fault = TABLE_ENCODING;
    if (out_row->fault == TABLE_FINE && row.n != t->header_n)
        out_row->fault = ragged_fault(t, out_row);
    return RC_OK;
}

int64_t table_at_bytes(const struct table *t)
{
    return t->xlsx != NULL ? xlsx_at(t->xlsx) : source_at(t->source);
}

int64_t table_size_bytes(const struct table *t)
{
    return t->size;
}

/* ---- words ---- */

static const struct {
    const char *zh, *en;
} fault_words[TABLE_FAULTS] = {
    [TABLE_FINE] = {"没有问题", "nothing is wrong"},
    [TABLE_RAGGED] = {"列数与表头不一致", "the row has another number of cells than the header"},
    [TABLE_OPEN_QUOTE] = {"引号没有闭合", "a quote is never closed"},
    [TABLE_STRAY_QUOTE] = {"引号后面还有文字", "text follows a closing quote"},
    [TABLE_NUL] = {"含有空字节", "there is a zero byte"},
    [TABLE_ENCODING] = {"有字节不属于文件的编码", "some bytes are not in the file's encoding"},
    [TABLE_CELL_LONG] = {"单元格超过 64 KB", "a cell is longer than 64 KB"},
    [TABLE_TOO_MANY] = {"超过 512 列", "there are more than 512 columns"},
};

const char *table_fault_zh(enum table_fault f)
{
    assert(f < TABLE_FAULTS);
    return fault_words[f].zh;
}

const char *table_fault_en(enum table_fault f)
{
    assert(f < TABLE_FAULTS);
    return fault_words[f].en;
}

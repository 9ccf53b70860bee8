/* xlsx.c — a workbook is a zip of XML parts; this streams one sheet of it.
 *
 * At opening, four small parts are read whole: the workbook (names of sheets, 1904), its relations
 * (which part is which sheet), the styles (which cells show days) and the shared strings, which
 * stay in memory, at most STRINGS_MAX bytes. The sheet is inflated and parsed piece by piece; the
 * parser is suspended at the end of each row, so a sheet of any length takes the memory of one row.
 *
 * Hostile files: a DOCTYPE ends the parse (no entities, nothing external), sizes are counted while
 * inflating and not taken from the directory, cells and columns have the ceilings of limits.h, and
 * a part that inflates more than RATIO_MAX times is a bomb. Encrypted workbooks and the old binary
 * .xls say what to do instead.
 */
#include "file/xlsx.h"

#include "base/arena.h"
#include "base/limits.h"
#include "file/xlsx_part.h"
#include "file/xlsx_style.h"

#include <assert.h>

enum { ROW_TEXT_MAX = 8 << 20 };

struct cell_at {
    size_t from, n;
};

struct xlsx {
    struct source *source;
    struct xlsx_book book;
    struct xlsx_stream *sheet;

    /* The row being parsed. */
    struct buf text;
    struct cell_at at[LIMIT_COLUMNS];
    struct str cells[LIMIT_COLUMNS];
    size_t n;
    int64_t row;
    enum table_fault fault;
    bool row_done;

    /* The cell being parsed. */
    struct buf value;
    size_t column;
    char type; /* n number, s shared, i inline, b truth, e error, t text */
    unsigned shows;
    bool in_value, in_phonetic;
};

/* "BC12" → 54: 0-based column; the fallback when there is no reference. */
static size_t column_of(const char *ref, size_t fallback)
{
    size_t c = 0, i = 0;
    if (ref == NULL)
        return fallback;
    for (; ref[i] >= 'A' && ref[i] <= 'Z' && i < 4; i++)
        c = c * 26 + (size_t)(ref[i] - 'A') + 1;
    return i > 0 ? c - 1 : fallback;
}

static void start_cell(struct xlsx *x, const char **attrs)
{
    const char *type = xlsx_attr(attrs, "t");
    int64_t style = xlsx_attr_int(attrs, "s", 0);
    x->column = column_of(xlsx_attr(attrs, "r"), x->n);
    x->type = 'n';
    if (type != NULL)
        x->type = strcmp(type, "s") == 0           ? 's'
                  : strcmp(type, "inlineStr") == 0 ? 'i'
                  : strcmp(type, "b") == 0         ? 'b'
                  : strcmp(type, "e") == 0         ? 'e'
                  : strcmp(type, "n") == 0         ? 'n'
                                                   : 't';
    x->shows =
        style >= 0 && (size_t)style < x->book.styles_n ? x->book.styles[style] : SHOWS_NUMBER;
    buf_clear(&x->value);
}

static void put_cell_text(struct xlsx *x)
{
    struct str v = buf_str(&x->value);
    int64_t i;
    switch (x->type) {
    case 'n':
        xlsx_number_text(&x->text, str_trim(v), x->shows, x->book.from_1904);
        break;
    case 's':
        if (str_to_i64(str_trim(v), &i) && i >= 0 && (size_t)i < x->book.strings_n)
            buf_add(&x->text, xlsx_string(&x->book, (size_t)i));
        break;
    case 'b':
        buf_addz(&x->text, str_eq(v, STR("1")) ? "TRUE" : "FALSE");
        break;
    default:
        buf_add(&x->text, v);
    }
}

static void end_cell(struct xlsx *x)
{
    if (x->column >= LIMIT_COLUMNS) {
        x->fault = TABLE_TOO_MANY;
        return;
    }
    while (x->n <= x->column)
        x->at[x->n++] = (struct cell_at){0, 0};
    size_t from = x->text.n;
    if (x->value.n > 0)
        put_cell_text(x);
    if (x->text.n - from > LIMIT_CELL || x->value.failed)
        x->fault = TABLE_CELL_LONG;
    x->at[x->column] = (struct cell_at){from, x->text.n - from};
}

static void on_start(void *ctx, const char *name, const char **attrs)
{
    struct xlsx *x = ctx;
    name = xlsx_local_name(name);
    if (strcmp(name, "row") == 0) {
        x->row = xlsx_attr_int(attrs, "r", x->row + 1);
        x->n = 0;
        x->fault = TABLE_FINE;
        buf_clear(&x->text);
    } else if (strcmp(name, "c") == 0) {
        start_cell(x, attrs);
    } else if (strcmp(name, "rPh") == 0) {
        x->in_phonetic = true;
    } else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        x->in_value = !x->in_phonetic;
    }
}

static void on_end(void *ctx, const char *name)
{
    struct xlsx *x = ctx;
    name = xlsx_local_name(name);
    if (strcmp(name, "row") == 0) {
        x->row_done = true;
        xlsx_stream_pause(x->sheet);
    } else if (strcmp(name, "c") == 0) {
        end_cell(x);
    } else if (strcmp(name, "rPh") == 0) {
        x->in_phonetic = false;
    } else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        x->in_value = false;
    }
}

static void on_text(void *ctx, const char *p, int n)
{
    struct xlsx *x = ctx;
    if (x->in_value)
        buf_add(&x->value, (struct str){p, (size_t)n});
}

enum rc xlsx_open(struct source *source, struct str sheet, struct xlsx **out, struct err *e)
{
    struct xlsx *x = calloc(1, sizeof *x);
    if (x == NULL)
        abort();
    x->source = source;
    buf_init(&x->text, ROW_TEXT_MAX);
    buf_init(&x->value, LIMIT_CELL + 1);
    enum rc rc = xlsx_book_open(&x->book, source, e);
    const char *part = NULL;
    if (rc == RC_OK)
        rc = xlsx_book_sheet(&x->book, sheet, &part, e);
    if (rc == RC_OK) {
        struct xlsx_handlers handlers = {on_start, on_end, on_text, x};
        rc = xlsx_stream_open(&x->book, part, &handlers, &x->sheet, e);
        if (rc == RC_NOT_FOUND)
            rc = err_set(e, RC_CORRUPT, "xlsx_damaged", "file", "工作簿缺少 %s",
                         "the workbook has no %s", part);
    }
    if (rc != RC_OK) {
        x->source = NULL; /* still the caller's */
        xlsx_close(x);
        return rc;
    }
    *out = x;
    return RC_OK;
}

void xlsx_close(struct xlsx *x)
{
    if (x == NULL)
        return;
    xlsx_stream_close(x->sheet);
    xlsx_book_done(&x->book);
    source_close(x->source);
    buf_done(&x->text);
    buf_done(&x->value);
    free(x);
}

size_t xlsx_sheets(const struct xlsx *x, const struct str **out)
{
    *out = x->book.sheet_names;
    return x->book.sheets_n;
}

enum rc xlsx_next(struct xlsx *x, struct csv_row *out, struct err *e)
{
    x->row_done = false;
    enum rc rc = xlsx_stream_run(x->sheet, e);
    if (rc != RC_OK)
        return rc;
    if (!x->row_done)
        return RC_NOT_FOUND;
    if (x->text.failed)
        x->fault = TABLE_CELL_LONG;
    for (size_t i = 0; i < x->n; i++)
        x->cells[i] =
            x->at[i].n == 0 ? STR("") : (struct str){x->text.p + x->at[i].from, x->at[i].n};
    if (x->n == 0)
        x->cells[x->n++] = STR("");
    *out = (struct csv_row){
        .cells = x->cells,
        .n = x->n,
        .line = x->row,
        .fault = x->fault,
    };
    return RC_OK;
}

int64_t xlsx_at(const struct xlsx *x)
{
    return xlsx_stream_at(x->sheet);
}

int64_t xlsx_size(const struct xlsx *x)
{
    return xlsx_stream_size(x->sheet);
}

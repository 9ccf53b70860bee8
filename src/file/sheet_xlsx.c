/* sheet_xlsx.c — XLSX by libxlsxwriter in constant memory: rows go to a temporary file as they
 * come.
 *
 * Neither that file nor the workbook may lie on disk in the clear: the temporary folder is
 * /dev/shm where there is one (the library unlinks its files at once), the finished workbook a
 * memfd, which is then copied into the sealed file. Memory is what the compressed workbook takes,
 * about 40 bytes a row of ten columns. Every text is a string cell, which a spreadsheet never
 * computes; what is not text is written as a number with a format, so that it can be summed. A
 * sheet ends at 1,048,576 rows: more is a CSV file.
 */
#include "file/sheet_parts.h"

#include "base/calendar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { ROWS_MAX = 1048576, TEXT_MAX = 32767, NAME_MAX_CHARS = 31 };

struct xlsx_out {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *formats[SHEET_TIME + 1];
    const enum sheet_cell *kinds;
    size_t columns;
    lxw_row_t rows;
    int fd;
    char *room; /* a zero-terminated cell */
};

static enum rc failed(struct err *e, const char *why)
{
    return err_set(e, RC_IO, "xlsx_write", NULL, "生成工作簿失败：%s",
                   "writing the workbook failed: %s", why);
}

/* A sheet's name: at most 31 characters and none of []:*?/\ */
static void sheet_name(struct str title, char out[static 4 * NAME_MAX_CHARS + 1])
{
    struct str t = str_utf8_prefix(title, NAME_MAX_CHARS);
    for (size_t i = 0; i < t.n; i++)
        out[i] = strchr("[]:*?/\\'", t.p[i]) != NULL ? ' ' : t.p[i];
    out[t.n] = 0;
}

static void put_text(struct xlsx_out *x, lxw_row_t row, lxw_col_t col, struct str text,
                     lxw_format *format)
{
    struct str t = str_utf8_prefix(text, TEXT_MAX);
    memcpy(x->room, t.p, t.n);
    x->room[t.n] = 0;
    if (strlen(x->room) > 0)
        worksheet_write_string(x->sheet, row, col, x->room, format);
}

static void add_formats(struct xlsx_out *x)
{
    static const char *const codes[] = {[SHEET_MONEY] = "#,##0.00",
                                        [SHEET_DAY] = "yyyy-mm-dd",
                                        [SHEET_TIME] = "yyyy-mm-dd hh:mm:ss"};
    for (int k = SHEET_MONEY; k <= SHEET_TIME; k++) {
        x->formats[k] = workbook_add_format(x->book);
        format_set_num_format(x->formats[k], codes[k]);
    }
}

static void put_header(struct xlsx_out *x, const struct str *header)
{
    lxw_format *bold = workbook_add_format(x->book);
    format_set_bold(bold);
    for (size_t i = 0; i < x->columns; i++) {
        put_text(x, 0, (lxw_col_t)i, header[i], bold);
        worksheet_set_column(x->sheet, (lxw_col_t)i, (lxw_col_t)i,
                             x->kinds[i] == SHEET_TIME ? 20 : 14, NULL);
    }
    worksheet_freeze_panes(x->sheet, 1, 0);
    x->rows = 1;
}

enum rc xlsx_out_new(struct str title, const struct str *header, const enum sheet_cell *kinds,
                     size_t columns, struct xlsx_out **out, struct err *e)
{
    struct xlsx_out *x = calloc(1, sizeof *x);
    char name[4 * NAME_MAX_CHARS + 1], path[64];
    if (x == NULL || (x->room = malloc(4 * TEXT_MAX + 1)) == NULL)
        abort();
    x->kinds = kinds;
    x->columns = columns;
    x->fd = memfd_create("koi-export", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", x->fd);
    static char shm[] = "/dev/shm";
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = access(shm, W_OK) == 0 ? shm : NULL,
                                    .use_zip64 = LXW_TRUE};
    x->book = x->fd >= 0 ? workbook_new_opt(path, &options) : NULL;
    sheet_name(title, name);
    x->sheet = x->book != NULL ? workbook_add_worksheet(x->book, name) : NULL;
    if (x->sheet == NULL) {
        xlsx_out_finish(x, NULL, NULL);
        return failed(e, strerrordesc_np(errno));
    }
    add_formats(x);
    put_header(x, header);
    *out = x;
    return RC_OK;
}

/* Days since 1899-12-30, with the time of day as a fraction. */
static double serial_of(enum sheet_cell kind, int64_t v)
{
    if (kind == SHEET_DAY)
        return (double)(v - calendar_day_from_civil(1899, 12, 30));
    struct civil c = calendar_civil_of(v);
    int64_t day =
        calendar_day_from_civil(c.year, c.month, c.day) - calendar_day_from_civil(1899, 12, 30);
    return (double)day + (c.hour * 3600 + c.minute * 60 + c.second) / 86400.0;
}

static void put_cell(struct xlsx_out *x, lxw_col_t col, struct str cell)
{
    enum sheet_cell kind = x->kinds[col];
    int64_t i;
    double d;
    if (cell.n == 0)
        return;
    if (kind == SHEET_TEXT || !str_to_double(cell, &d)) {
        put_text(x, x->rows, col, cell, NULL);
        return;
    }
    if (kind == SHEET_MONEY)
        d /= 100;
    else if (kind != SHEET_NUMBER && str_to_i64(cell, &i))
        d = serial_of(kind, i);
    worksheet_write_number(x->sheet, x->rows, col, d, x->formats[kind]);
}

enum rc xlsx_out_row(struct xlsx_out *x, const struct str *cells, struct err *e)
{
    if (x->rows >= ROWS_MAX) {
        enum rc rc = err_set(e, RC_LIMIT, "xlsx_rows", "format", "超过一个工作表的 1048576 行",
                             "there are more than the 1,048,576 rows of a sheet");
        err_hint(e, "请改用 CSV 格式，或缩小筛选范围", "use the format csv, or narrow the filter");
        return rc;
    }
    for (size_t i = 0; i < x->columns; i++)
        put_cell(x, (lxw_col_t)i, cells[i]);
    x->rows++;
    return RC_OK;
}

enum rc xlsx_out_note(struct xlsx_out *x, struct str name, struct str value, bool first,
                      struct err *e)
{
    x->rows += first;
    if (x->rows >= ROWS_MAX)
        return err_set(e, RC_LIMIT, "xlsx_rows", "format", "超过一个工作表的 1048576 行",
                       "there are more than the 1,048,576 rows of a sheet");
    put_text(x, x->rows, 0, name, NULL);
    put_text(x, x->rows, 1, value, NULL);
    x->rows++;
    return RC_OK;
}

static enum rc copy_out(int fd, struct sealed_writer *file, struct err *e)
{
    char piece[32768];
    off_t at = 0;
    ssize_t n;
    enum rc rc = RC_OK;
    while (rc == RC_OK && (n = pread(fd, piece, sizeof piece, at)) > 0) {
        rc = sealed_write(file, (struct str){piece, (size_t)n}, e);
        at += n;
    }
    return rc;
}

enum rc xlsx_out_finish(struct xlsx_out *x, struct sealed_writer *file, struct err *e)
{
    enum rc rc = RC_OK;
    if (x->book != NULL) {
        lxw_error why = workbook_close(x->book);
        if (file != NULL && why != LXW_NO_ERROR)
            rc = failed(e, lxw_strerror(why));
    }
    if (rc == RC_OK && file != NULL)
        rc = copy_out(x->fd, file, e);
    if (x->fd >= 0)
        close(x->fd);
    free(x->room);
    free(x);
    return rc;
}

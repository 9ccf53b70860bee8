/* reject.c — line, column, reason, row: what a person needs to repair a file.
 *
 * A cell that a spreadsheet would run as a formula is led by an apostrophe. The row's text is
 * quoted as one cell; rows of a workbook are put together from their cells. A file with nothing but
 * bad rows is as long as itself, so there is no ceiling. The file is written anew when an import
 * resumes, since reading starts from the first row again.
 */
#include "domain/reject.h"

#include "file/sheet.h"

#include <unistd.h>

struct shown {
    int64_t line;
    int column;
    const char *zh, *en;
};

struct reject {
    struct sealed_writer *file;
    char *path;
    const struct str *header;
    bool english;
    int64_t n;
    struct buf line;
    struct shown shown[REJECT_SHOWN];
    size_t shown_n;
};

enum rc reject_new(const struct keyring *keys, const char *path, const struct str *header,
                   bool english, struct reject **out, struct err *e)
{
    struct reject *r = calloc(1, sizeof *r);
    if (r == NULL)
        abort();
    r->header = header;
    r->english = english;
    buf_init(&r->line, 64 << 20);
    if (path != NULL) {
        r->path = strdup(path);
        enum rc rc = sealed_create(keys, path, &r->file, e);
        if (rc == RC_OK)
            rc = sealed_write(r->file,
                              english ? STR("\xef\xbb\xbfline,column,reason,row\r\n")
                                      : STR("\xef\xbb\xbf行号,列,原因,原文\r\n"),
                              e);
        if (rc != RC_OK) {
            reject_drop(r);
            return rc;
        }
    }
    *out = r;
    return RC_OK;
}

static struct str column_name(const struct reject *r, int column)
{
    return column < 0 ? STR("") : r->header[column];
}

static struct str row_text(const struct table_row *row, struct buf *b)
{
    if (!str_absent(row->raw))
        return row->raw;
    for (size_t i = 0; i < row->n; i++) {
        if (i > 0)
            buf_addc(b, ',');
        sheet_csv_cell(b, row->cells[i], false);
    }
    return buf_str(b);
}

enum rc reject_add(struct reject *r, const struct table_row *row, const struct problem *p,
                   struct err *e)
{
    r->n++;
    if (r->shown_n < REJECT_SHOWN)
        r->shown[r->shown_n++] = (struct shown){row->line, p->column, p->zh, p->en};
    if (r->file == NULL)
        return RC_OK;
    struct buf text;
    buf_init(&text, 32 << 20);
    buf_clear(&r->line);
    buf_addi(&r->line, row->line);
    buf_addc(&r->line, ',');
    sheet_csv_cell(&r->line, column_name(r, p->column), true);
    buf_addc(&r->line, ',');
    sheet_csv_cell(&r->line, str_from(r->english ? p->en : p->zh), true);
    buf_addc(&r->line, ',');
    sheet_csv_cell(&r->line, row_text(row, &text), true);
    buf_addz(&r->line, "\r\n");
    buf_done(&text);
    return sealed_write(r->file, buf_str(&r->line), e);
}

static void reject_free(struct reject *r)
{
    free(r->path);
    buf_done(&r->line);
    free(r);
}

enum rc reject_finish(struct reject *r, struct err *e)
{
    enum rc rc = RC_OK;
    if (r->file != NULL && r->n > 0) {
        rc = sealed_finish(r->file, e);
    } else if (r->file != NULL) {
        sealed_drop(r->file);
        unlink(r->path);
    }
    reject_free(r);
    return rc;
}

void reject_drop(struct reject *r)
{
    if (r == NULL)
        return;
    sealed_drop(r->file);
    reject_free(r);
}

void reject_print(const struct reject *r, struct json *out, const char *key)
{
    json_open_array(out, key);
    for (size_t i = 0; i < r->shown_n; i++) {
        json_open_object(out, NULL);
        json_put_int(out, "line", r->shown[i].line);
        json_put_str(out, "column",
                     r->shown[i].column < 0 ? STR_ABSENT : column_name(r, r->shown[i].column));
        json_put_z(out, "reason", r->english ? r->shown[i].en : r->shown[i].zh);
        json_close_object(out);
    }
    json_close_array(out);
}

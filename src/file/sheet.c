/* sheet.c — tables for spreadsheets: CSV is written here, as it comes; XLSX by sheet_xlsx.c.
 *
 * CSV is UTF-8 with a byte order mark, since that is what makes Excel read it right, and CRLF as
 * RFC 4180 says. Money has two decimals, times are in the corp's zone. Text that a spreadsheet
 * would run is led by an apostrophe; a plain negative number is left alone, because it computes to
 * itself. Costs about 10 ns a byte.
 */
#include "file/sheet.h"

#include "base/calendar.h"
#include "base/money.h"
#include "file/sheet_parts.h"

#include <assert.h>

struct sheet {
    struct sealed_writer *file;
    const enum sheet_cell *kinds;
    size_t columns;
    struct buf line;
    struct xlsx_out *xlsx; /* NULL: CSV */
    bool noted;
};

/* A plain decimal number may begin with a minus. */
static bool is_number(struct str t)
{
    double d;
    return str_to_double(t, &d) && t.p[0] != '+';
}

void sheet_csv_cell(struct buf *out, struct str text, bool guard)
{
    bool quote = false;
    for (size_t i = 0; i < text.n && !quote; i++)
        quote = text.p[i] == '"' || text.p[i] == ',' || text.p[i] == '\n' || text.p[i] == '\r';
    bool danger = guard && text.n > 0 && text.p[0] != 0 && strchr("=+-@\t\r", text.p[0]) != NULL &&
                  !is_number(text);
    if (quote)
        buf_addc(out, '"');
    if (danger)
        buf_addc(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        buf_addc(out, text.p[i]);
        if (text.p[i] == '"')
            buf_addc(out, '"');
    }
    if (quote)
        buf_addc(out, '"');
}

/* The cell as people read it; `room` holds what has to be written out. */
static struct str shown(enum sheet_cell kind, struct str cell, char room[static 32])
{
    int64_t v;
    if (kind == SHEET_TEXT || kind == SHEET_NUMBER || !str_to_i64(cell, &v))
        return cell;
    if (kind == SHEET_MONEY)
        money_format(v, room);
    else if (kind == SHEET_DAY)
        calendar_format_day((int32_t)v, room);
    else
        calendar_format(v, room);
    return str_from(room);
}

static enum rc write_line(struct sheet *s, const struct str *cells, bool header, struct err *e)
{
    char room[32];
    buf_clear(&s->line);
    if (header)
        buf_addz(&s->line, "\xef\xbb\xbf");
    for (size_t i = 0; i < s->columns; i++) {
        enum sheet_cell kind = header ? SHEET_TEXT : s->kinds[i];
        if (i > 0)
            buf_addc(&s->line, ',');
        sheet_csv_cell(&s->line, shown(kind, cells[i], room), kind == SHEET_TEXT);
    }
    buf_addz(&s->line, "\r\n");
    if (s->line.failed)
        return err_set(e, RC_LIMIT, "row_long", NULL, "有一行太长，无法导出",
                       "a row is too long to be exported");
    return sealed_write(s->file, buf_str(&s->line), e);
}

enum rc sheet_new(enum sheet_format format, struct sealed_writer *file, struct str title,
                  const struct str *header, const enum sheet_cell *kinds, size_t columns,
                  struct sheet **out, struct err *e)
{
    assert(columns > 0 && file != NULL);
    struct sheet *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->file = file;
    s->kinds = kinds;
    s->columns = columns;
    buf_init(&s->line, 16 << 20);
    enum rc rc = format == SHEET_XLSX ? xlsx_out_new(title, header, kinds, columns, &s->xlsx, e)
                                      : write_line(s, header, true, e);
    if (rc != RC_OK) {
        sheet_drop(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}

enum rc sheet_row(struct sheet *s, const struct str *cells, struct err *e)
{
    return s->xlsx != NULL ? xlsx_out_row(s->xlsx, cells, e) : write_line(s, cells, false, e);
}

enum rc sheet_note(struct sheet *s, struct str name, struct str value, struct err *e)
{
    bool first = !s->noted;
    s->noted = true;
    if (s->xlsx != NULL)
        return xlsx_out_note(s->xlsx, name, value, first, e);
    buf_clear(&s->line);
    buf_addz(&s->line, first ? "\r\n" : "");
    sheet_csv_cell(&s->line, name, true);
    buf_addc(&s->line, ',');
    sheet_csv_cell(&s->line, value, true);
    buf_addz(&s->line, "\r\n");
    return s->line.failed ? err_set(e, RC_LIMIT, "row_long", NULL, "有一行太长，无法导出",
                                    "a row is too long to be exported")
                          : sealed_write(s->file, buf_str(&s->line), e);
}

static void sheet_free(struct sheet *s)
{
    buf_done(&s->line);
    free(s);
}

enum rc sheet_finish(struct sheet *s, struct err *e)
{
    enum rc rc = s->xlsx != NULL ? xlsx_out_finish(s->xlsx, s->file, e) : RC_OK;
    sheet_free(s);
    return rc;
}

void sheet_drop(struct sheet *s)
{
    if (s == NULL)
        return;
    if (s->xlsx != NULL)
        xlsx_out_finish(s->xlsx, NULL, NULL);
    sheet_free(s);
}

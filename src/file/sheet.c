/* sheet.c — cells, quoted and harmless; CSV here, XLSX in sheet_xlsx.c.
 */
#include "file/sheet.h"

#include <string.h>

/* A plain decimal number may begin with a sign: it computes to itself. */
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

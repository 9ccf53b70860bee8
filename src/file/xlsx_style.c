/* xlsx_style.c — spreadsheets have no dates: a date is a number of days whose cell has a format
 * with letters of days in it.
 *
 * Day 1 is 1900-01-01 and day 60 is a 1900-02-29 that never was, so from 61 on the count is from
 * 1899-12-30; workbooks made on old Macs count from 1904-01-01. Times are rounded to whole seconds,
 * which undoes the binary fraction. Numbers are printed with 15 digits, what a spreadsheet itself
 * shows: 2.5499999999999998 is the 2.55 somebody typed.
 */
#include "file/xlsx_style.h"

#include "base/calendar.h"

#include <math.h>

unsigned xlsx_builtin_shows(int64_t id)
{
    static const struct {
        int first, last;
        unsigned shows;
    } table[] = {
        {14, 17, SHOWS_DAY},  {18, 21, SHOWS_TIME}, {22, 22, SHOWS_DAY | SHOWS_TIME},
        {27, 31, SHOWS_DAY},  {32, 35, SHOWS_TIME}, {36, 36, SHOWS_DAY},
        {45, 47, SHOWS_TIME}, {50, 54, SHOWS_DAY},  {55, 56, SHOWS_TIME},
        {57, 58, SHOWS_DAY},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (id >= table[i].first && id <= table[i].last)
            return table[i].shows;
    return SHOWS_NUMBER;
}

/* Behind a [bracket]: "[h]", "[mm]" and "[ss]" are times that run on, all others are colours and
 * conditions. */
static unsigned bracket_shows(struct str inside)
{
    for (size_t i = 0; i < inside.n; i++)
        if (strchr("hHmMsS", inside.p[i]) == NULL)
            return SHOWS_NUMBER;
    return inside.n > 0 ? SHOWS_TIME : SHOWS_NUMBER;
}

unsigned xlsx_code_shows(struct str code)
{
    unsigned shows = SHOWS_NUMBER;
    for (size_t i = 0; i < code.n; i++) {
        char x = code.p[i];
        if (x == ';')
            break; /* the part for negative numbers */
        if (x == '\\' || x == '_' || x == '*') {
            i++;
        } else if (x == '"') {
            do
                i++;
            while (i < code.n && code.p[i] != '"');
        } else if (x == '[') {
            size_t from = i + 1;
            while (i < code.n && code.p[i] != ']')
                i++;
            shows |= bracket_shows(str_sub(code, from, i - from));
        } else if (strchr("yYdDeE", x) != NULL && x != 0) {
            bool exponent =
                (x == 'e' || x == 'E') && i + 1 < code.n && strchr("+-", code.p[i + 1]) != NULL;
            shows |= exponent ? SHOWS_NUMBER : SHOWS_DAY;
        } else if (strchr("hHsS", x) != NULL && x != 0) {
            shows |= SHOWS_TIME;
        }
    }
    return shows;
}

static void day_text(struct buf *out, double serial, unsigned shows, bool from_1904)
{
    double whole = floor(serial);
    int64_t seconds = llround((serial - whole) * 86400);
    int64_t day = (int64_t)whole + seconds / 86400;
    seconds %= 86400;
    if (from_1904)
        day += calendar_day_from_civil(1904, 1, 1);
    else
        day += calendar_day_from_civil(1899, 12, day < 60 ? 31 : 30);

    bool with_day = (shows & SHOWS_DAY) != 0 || whole >= 1;
    if (with_day) {
        char text[11];
        calendar_format_day((int32_t)day, text);
        buf_addz(out, text);
    }
    if ((shows & SHOWS_TIME) != 0 || seconds != 0)
        buf_addf(out, "%s%02d:%02d:%02d", with_day ? " " : "", (int)(seconds / 3600),
                 (int)(seconds / 60 % 60), (int)(seconds % 60));
}

void xlsx_number_text(struct buf *out, struct str text, unsigned shows, bool from_1904)
{
    double x;
    bool fraction = str_find_byte(text, '.') >= 0 || str_find_byte(text, 'E') >= 0 ||
                    str_find_byte(text, 'e') >= 0;
    if ((shows == SHOWS_NUMBER && !fraction) || !str_to_double(text, &x)) {
        buf_add(out, text);
        return;
    }
    /* Days up to the end of the year 9999 are days; anything else is a number, whatever its format
     * says. */
    if (shows != SHOWS_NUMBER && x >= 0 && x < 2958466) {
        day_text(out, x, shows, from_1904);
        return;
    }
    if (x == floor(x) && fabs(x) < 1e18)
        buf_addf(out, "%.0f", x);
    else
        buf_addf(out, "%.15g", x);
}

/* guess.c — encodings, delimiters, headers: guesses that a person may correct.
 *
 * Encoding: a byte order mark decides; else UTF-8 if every byte fits; else GB18030 if every byte
 * fits that; else whichever has the better share of well-formed characters, so that one broken cell
 * does not change the whole file's; and Windows-1252 when hardly anything fits either. Delimiter:
 * the candidate under which most sample rows have the same number of cells, at least two; rows that
 * it would cut inside quotes speak against it; among equals, the one with more cells; runs of
 * blanks only when no other is found. Costs two passes over the sample for the encoding and one for
 * each candidate.
 */
#include "file/guess.h"

#include "file/csv.h"

#include <assert.h>
#include <string.h>

struct tally {
    int64_t good, bad; /* well-formed characters of several bytes, and bytes that are none */
};

static bool is_tail(unsigned char x)
{
    return (x & 0xc0) == 0x80;
}

/* Bytes of the UTF-8 character at p, 0 if there is none. A cut one at the end counts as whole. */
static size_t utf8_at(const unsigned char *p, size_t n)
{
    size_t need = p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
    if (need == 0 || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < need && i < n; i++)
        if (!is_tail(p[i]))
            return 0;
    return need < n ? need : n;
}

static size_t gb18030_at(const unsigned char *p, size_t n)
{
    if (p[0] < 0x81 || p[0] > 0xfe)
        return 0;
    if (n < 2)
        return n;
    if (p[1] >= 0x40 && p[1] != 0x7f && p[1] != 0xff)
        return 2;
    if (p[1] < 0x30 || p[1] > 0x39)
        return 0;
    bool fits =
        (n < 3 || (p[2] >= 0x81 && p[2] <= 0xfe)) && (n < 4 || (p[3] >= 0x30 && p[3] <= 0x39));
    return !fits ? 0 : n < 4 ? n : 4;
}

static struct tally count(struct str bytes, size_t (*at)(const unsigned char *p, size_t n),
                          bool whole)
{
    struct tally t = {0, 0};
    const unsigned char *p = (const unsigned char *)bytes.p;
    for (size_t i = 0; i < bytes.n;) {
        if (p[i] < 0x80) {
            i++;
            continue;
        }
        size_t k = at(p + i, bytes.n - i);
        bool cut = k == bytes.n - i && !whole; /* the sample's end is nobody's fault */
        t.good += k > 0;
        t.bad += k == 0 && !cut;
        i += k > 0 ? k : 1;
    }
    return t;
}

enum table_encoding guess_encoding(struct str bytes, bool whole)
{
    if (str_starts(bytes, STR("\xef\xbb\xbf")))
        return ENCODING_UTF8;
    if (str_starts(bytes, STR("\xff\xfe")))
        return ENCODING_UTF16LE;
    if (str_starts(bytes, STR("\xfe\xff")))
        return ENCODING_UTF16BE;
    if (str_starts(bytes, STR("\x84\x31\x95\x33")))
        return ENCODING_GB18030;
    struct tally utf8 = count(bytes, utf8_at, whole);
    if (utf8.bad == 0)
        return ENCODING_UTF8;
    struct tally gb = count(bytes, gb18030_at, whole);
    if (gb.bad == 0)
        return ENCODING_GB18030;
    if (utf8.good > 4 * utf8.bad && utf8.good * gb.bad >= gb.good * utf8.bad)
        return ENCODING_UTF8;
    return gb.good > 4 * gb.bad ? ENCODING_GB18030 : ENCODING_LATIN1;
}

/* How well a delimiter explains the text. */
struct fit {
    size_t cells; /* of most rows */
    size_t rows, agree;
};

static const char candidates[] = {',', '\t', ';', '|'};

static bool is_candidate(char x)
{
    return memchr(candidates, x, sizeof candidates) != NULL;
}

/* A cell that had quotes around it; one with doubled quotes has been copied out of the row. */
static bool was_quoted(const struct csv_row *row, struct str cell)
{
    const char *raw = row->raw.p;
    return cell.p < raw || cell.p > raw + row->raw.n || (cell.p > raw && cell.p[-1] == '"');
}

/* The row was cut inside quoted cells: a quote is left over, or stands beside another delimiter. */
static bool cuts_quotes(const struct csv_row *row)
{
    if (row->fault == TABLE_STRAY_QUOTE || row->fault == TABLE_OPEN_QUOTE)
        return true;
    for (size_t k = 0; k < row->n; k++) {
        struct str cell = row->cells[k];
        bool bare = cell.n > 0 && !was_quoted(row, cell);
        const char *quote = bare ? memchr(cell.p, '"', cell.n) : NULL;
        const char *end = cell.p + cell.n;
        for (; quote != NULL; quote = memchr(quote + 1, '"', (size_t)(end - quote - 1))) {
            if ((quote > cell.p && is_candidate(quote[-1])) ||
                (quote + 1 < end && is_candidate(quote[1])))
                return true;
        }
    }
    return false;
}

static struct fit fit_of(struct str text, bool whole, char delimiter)
{
    size_t rows_of[64] = {0};
    struct fit fit = {0, 0, 0};
    struct csv *c = csv_new_memory(text, delimiter);
    struct csv_row row;
    struct err e = ERR_INIT;
    size_t last = 0;
    while (fit.rows < TABLE_SAMPLE_ROWS && csv_next(c, &row, &e) == RC_OK) {
        if (row.n == 1 && str_empty(str_trim(row.cells[0])))
            continue;
        last = cuts_quotes(&row) ? 0 : row.n < 64 ? row.n : 63; /* 0: agrees with nobody */
        rows_of[last]++;
        fit.rows++;
    }
    csv_free(c);
    if (!whole && fit.rows > 1 &&
        fit.rows < TABLE_SAMPLE_ROWS) { /* the sample's end cuts the last row */
        rows_of[last]--;
        fit.rows--;
    }
    for (size_t n = 1; n < 64; n++)
        if (rows_of[n] > fit.agree) {
            fit.agree = rows_of[n];
            fit.cells = n;
        }
    return fit;
}

char guess_delimiter(struct str text, bool whole)
{
    char best = 0;
    struct fit best_fit = {0, 1, 0};
    for (size_t i = 0; i < sizeof candidates; i++) {
        struct fit f = fit_of(text, whole, candidates[i]);
        if (f.cells < 2 || f.agree * 2 < f.rows)
            continue;
        /* agree / rows compared as whole numbers; within 5 % the richer one wins */
        size_t here = f.agree * best_fit.rows * 20, there = best_fit.agree * f.rows * 20;
        bool much = here > there + best_fit.rows * f.rows,
             less = there > here + best_fit.rows * f.rows;
        if (best == 0 || much || (!less && f.cells > best_fit.cells)) {
            best = candidates[i];
            best_fit = f;
        }
    }
    if (best != 0)
        return best;
    struct fit blanks = fit_of(text, whole, TABLE_DELIMITER_BLANKS);
    if (blanks.cells >= 2 && blanks.agree * 10 >= blanks.rows * 9)
        return TABLE_DELIMITER_BLANKS;
    return ',';
}

/* Digits with what belongs to numbers, dates, times and amounts around them. */
static bool looks_numeric(struct str cell)
{
    bool digit = false;
    for (size_t i = 0; i < cell.n; i++) {
        char x = cell.p[i];
        if (x >= '0' && x <= '9')
            digit = true;
        else if (strchr(" .,:/+-eE%$TZ", x) == NULL || x == 0)
            return false;
    }
    return digit;
}

bool guess_is_header(const struct str *cells, size_t n)
{
    size_t text = 0;
    for (size_t i = 0; i < n; i++) {
        struct str cell = str_trim(cells[i]);
        if (looks_numeric(cell))
            return false;
        text += cell.n > 0;
    }
    return text * 2 >= n && text > 0;
}

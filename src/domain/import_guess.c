/* import_guess.c — guesses, each of which a person sees in the preview and may correct.
 *
 * With a header: a field takes the free column whose name is earliest in the field's list of
 * synonyms; whole names go before names that only contain a Chinese synonym ("收货人手机号码" contains
 * "手机号"). Fields are tried in the order of their table.
 *
 * Without a header the values speak. What a column looks like (times, decimals, whole numbers, few
 * words, many ids) is counted over the sample, and columns are dealt out in the usual order of such
 * files: customer, then product and category or quantity, then amount; the first column of times is
 * the time.
 *
 * A "C" before the order numbers of a file whose numbers are otherwise digits marks cancellations,
 * an "A" adjustments, as many invoicing programs write them. A file whose numbers have letters
 * anyway has no such prefixes.
 */
#include "domain/import_guess.h"

#include "base/calendar.h"
#include "base/limits.h"
#include "base/money.h"

#include <assert.h>

/* ---- names ---- */

struct str import_guess_word(struct arena *a, struct str name)
{
    static const char *const drop[] = {" ",  "\t", "_",  "-",  "(",  ")",   "/",  ".",
                                       ":",  "#",  "\"", "'",  "[",  "]",   "（", "）",
                                       "：", "　", "【", "】", "、", "﻿", "*"};
    char *p = arena_alloc(a, name.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < name.n;) {
        size_t skip = 0;
        for (size_t k = 0; k < sizeof drop / sizeof *drop && skip == 0; k++)
            if (str_starts(str_sub(name, i, name.n), str_from(drop[k])))
                skip = strlen(drop[k]);
        if (skip == 0) {
            char x = name.p[i++];
            p[n++] = x >= 'A' && x <= 'Z' ? (char)(x | 0x20) : x;
        }
        i += skip;
    }
    return (struct str){p, n};
}

/* How well a column's name fits a field: larger is better, 0 not at all. */
static int name_fit(const struct map_field_row *f, struct str word)
{
    struct str rest = str_from(f->synonyms), one;
    int place = 1000;
    int best = 0;
    while (str_cut(&rest, '|', &one)) {
        place--;
        bool chinese = (unsigned char)one.p[0] >= 0x80;
        if (str_eq(one, word) && best < place)
            best = place;
        else if (chinese && one.n >= 6 && str_find(word, one) >= 0 && best < place - 500)
            best = place - 500;
    }
    return best;
}

static void guess_by_name(struct import_map *m, const struct str *words, size_t n)
{
    bool *taken = calloc(n + 1, 1);
    if (taken == NULL)
        abort();
    /* Whole names first, so that a column with a looser name does not take the place of an exact
     * one. */
    for (int floor = 501; floor > 0; floor -= 500)
        for (int f = 0; f < MAP_FIELDS; f++) {
            int best = floor - 1, at = -1;
            if (m->column[f] >= 0 || (map_field_table[f].kinds & (1U << m->kind)) == 0)
                continue;
            for (size_t i = 0; i < n; i++) {
                int fit = taken[i] ? 0 : name_fit(&map_field_table[f], words[i]);
                if (fit > best) {
                    best = fit;
                    at = (int)i;
                }
            }
            if (at >= 0) {
                m->column[f] = at;
                taken[at] = true;
            }
        }
    free(taken);
}

/* ---- values ---- */

enum { DISTINCT_MAX = 24 };

struct look {
    int rows, times, wholes, decimals, texts, blanks;
    int64_t largest;
    size_t longest;
    struct str distinct[DISTINCT_MAX];
    int distinct_n; /* DISTINCT_MAX: that many or more */
    bool taken;
};

static bool plausible_time(struct str cell, int64_t *out_s)
{
    /* Years 1980 … 2099 only: other digits are ids. */
    return calendar_parse(cell, out_s) && *out_s > 315532800 && *out_s < 4102444800;
}

static void look_at(struct look *l, struct str cell, struct arena *a)
{
    int64_t i, s, micro;
    cell = str_trim(cell);
    l->rows++;
    if (cell.n == 0) {
        l->blanks++;
        return;
    }
    if (plausible_time(cell, &s))
        l->times++;
    if (str_to_i64(cell, &i)) {
        l->wholes++;
        l->largest = i > l->largest ? i : l->largest;
    } else if (money_parse_micro(cell, &micro)) {
        l->decimals++;
    } else {
        l->texts++;
    }
    l->longest = cell.n > l->longest ? cell.n : l->longest;
    for (int k = 0; k < l->distinct_n; k++)
        if (str_eq(l->distinct[k], cell))
            return;
    if (l->distinct_n < DISTINCT_MAX)
        l->distinct[l->distinct_n++] = arena_str(a, cell);
}

static bool most(int part, const struct look *l)
{
    return part > 0 && part * 10 >= (l->rows - l->blanks) * 9;
}

/* The first free column for which `fits` is true; takes it. */
static int take(struct look *l, size_t n, bool (*fits)(const struct look *l))
{
    for (size_t i = 0; i < n; i++)
        if (!l[i].taken && fits(&l[i])) {
            l[i].taken = true;
            return (int)i;
        }
    return -1;
}

static bool is_time(const struct look *l)
{
    return most(l->times, l);
}

static bool is_decimal(const struct look *l)
{
    return l->decimals > 0 && most(l->decimals + l->wholes, l);
}

static bool is_small_whole(const struct look *l)
{
    return most(l->wholes, l) && l->largest < 10000 && l->longest <= 4;
}

static bool is_word(const struct look *l)
{
    return most(l->texts, l) && l->distinct_n < DISTINCT_MAX && l->longest <= 40;
}

static bool is_id(const struct look *l)
{
    return l->rows > l->blanks && l->longest <= 64 && !most(l->decimals, l);
}

static void guess_by_values(struct import_map *m, struct look *l, size_t n)
{
    m->column[MAP_TIME] = take(l, n, is_time);
    if (m->kind == BATCH_EVENTS) {
        m->column[MAP_TYPE] = take(l, n, is_word);
        m->column[MAP_PRICE] = take(l, n, is_decimal);
        m->column[MAP_CUSTOMER] = take(l, n, is_id);
        m->column[MAP_CODE] = take(l, n, is_id);
        m->column[MAP_CATEGORY] = take(l, n, is_id);
    } else if (m->kind == BATCH_ORDERS) {
        m->column[MAP_TOTAL] = take(l, n, is_decimal);
        m->column[MAP_CUSTOMER] = take(l, n, is_id);
        /* Quantities stand behind the customer: look from there on. */
        for (size_t i = 0; i < n; i++)
            if (!l[i].taken && (int)i > m->column[MAP_TIME] && is_small_whole(&l[i]) &&
                m->column[MAP_QUANTITY] < 0) {
                m->column[MAP_QUANTITY] = (int)i;
                l[i].taken = true;
            }
        if (m->column[MAP_TOTAL] < 0)
            m->column[MAP_TOTAL] = take(l, n, is_small_whole);
    } else {
        m->column[MAP_CUSTOMER] = take(l, n, is_id);
    }
}

/* ---- prefixes of order numbers ---- */

struct prefixes {
    int plain, other;
};

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static void look_at_number(struct prefixes *p, struct str cell)
{
    cell = str_trim(cell);
    if (cell.n == 0)
        return;
    if (str_ends(cell, STR(".0")))
        cell = str_sub(cell, 0, cell.n - 2);
    bool marked =
        cell.n > 1 && strchr("CcAa", cell.p[0]) != NULL && all_digits(str_sub(cell, 1, cell.n));
    if (all_digits(cell))
        p->plain++;
    else if (!marked)
        p->other++;
}

/* ---- all together ---- */

enum rc import_guess(struct table *t, struct arena *a, struct import_map *m, struct err *e)
{
    size_t n;
    const struct str *header = table_header(t, &n);
    struct look *looks = ARENA_ARRAY(a, struct look, n);
    struct prefixes numbers = {0, 0};
    bool named = table_found(t)->header == 1;
    if (named) {
        struct str *words = ARENA_ARRAY(a, struct str, n);
        for (size_t i = 0; i < n; i++)
            words[i] = import_guess_word(a, header[i]);
        guess_by_name(m, words, n);
    }
    struct table_row row;
    enum rc rc = RC_OK;
    for (int k = 0; k < TABLE_SAMPLE_ROWS && rc == RC_OK; k++) {
        rc = table_next(t, &row, e);
        if (rc != RC_OK || row.fault != TABLE_FINE)
            continue;
        for (size_t i = 0; i < row.n && !named; i++)
            look_at(&looks[i], row.cells[i], a);
        if (m->column[MAP_NUMBER] >= 0)
            look_at_number(&numbers, row.cells[m->column[MAP_NUMBER]]);
    }
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    if (!named)
        guess_by_values(m, looks, n);
    if (m->kind == BATCH_ORDERS && numbers.plain > 0 && numbers.other == 0) {
        m->cancel_prefix[0] = 'C';
        m->adjust_prefix[0] = 'A';
    }
    return RC_OK;
}

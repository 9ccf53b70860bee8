/* rows.c — rows on their way into a run: gathered in the order of the log, then sorted.
 *
 * Sorting counts by customer, which keeps the order of the log within each, and then looks whether
 * a customer's times already ascend, as they nearly always do; only those that do not are sorted,
 * by time and place so that equal seconds stay as they were. Costs two passes over the rows and 4
 * bytes a row besides the copy. A short list is counted by the two bytes of the customer instead,
 * so that it costs nothing for those who are not in it.
 */
#include "mirror/rows.h"

#include "base/must.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024, INSERTION_MOST = 24, SHORT_MOST = 16384 /* rows */ };
#define NO_EXTRA UINT32_MAX

/* ---- gathering ---- */

#define GROW(column, room) (column) = must(realloc((column), (room) * sizeof *(column)))

void rows_reserve(struct run_rows *rows, size_t n)
{
    if (n <= rows->room)
        return;
    size_t room = rows->room * 2 > n ? rows->room * 2 : n;
    GROW(rows->local, room);
    GROW(rows->kind, room);
    GROW(rows->at_s, room);
    GROW(rows->object, room);
    GROW(rows->channel, room);
    GROW(rows->staff, room);
    rows->room = room;
}

void rows_put_extra(struct run_rows *rows, const struct extra *x)
{
    if (rows->n_extras == rows->extras_room) {
        rows->extras_room = rows->extras_room > 0 ? rows->extras_room * 2 : FIRST_ROOM;
        GROW(rows->extras, rows->extras_room);
    }
    rows->extras[rows->n_extras++] = *x;
}

void rows_put_born(struct run_rows *rows, uint32_t row, uint32_t code)
{
    if (rows->n_born == rows->born_room) {
        rows->born_room = rows->born_room > 0 ? rows->born_room * 2 : FIRST_ROOM;
        GROW(rows->born, rows->born_room);
    }
    rows->born[rows->n_born++] = (struct run_born){row, code};
}

void run_rows_add(struct run_rows *rows, const struct run_row *row)
{
    assert(rows->n < UINT32_MAX);
    if (rows->n == rows->room)
        rows_reserve(rows, rows->n > 0 ? rows->n + 1 : FIRST_ROOM);
    size_t i = rows->n++;
    rows->local[i] = row->local;
    rows->kind[i] = row->kind;
    rows->at_s[i] = row->at_s;
    rows->object[i] = row->object;
    rows->channel[i] = row->channel;
    rows->staff[i] = row->staff;
    if (row->amount_fen != RUN_NONE || row->quantity != RUN_NONE || row->refunded_s != RUN_NEVER)
        rows_put_extra(
            rows, &(struct extra){(uint32_t)i, row->refunded_s, row->amount_fen, row->quantity});
    if (row->born != 0)
        rows_put_born(rows, (uint32_t)i, row->born);
}

#define COPY(column) memcpy(rows->column + rows->n, more->column, more->n * sizeof *rows->column)

void run_rows_take(struct run_rows *rows, struct run_rows *more)
{
    assert(rows->n + more->n < UINT32_MAX);
    if (more->n == 0)
        return;
    if (rows->n == 0) {
        struct run_rows empty = *rows;
        *rows = *more;
        *more = empty;
        return;
    }
    rows_reserve(rows, rows->n + more->n);
    COPY(local);
    COPY(kind);
    COPY(at_s);
    COPY(object);
    COPY(channel);
    COPY(staff);
    for (size_t i = 0; i < more->n_extras; i++) {
        struct extra x = more->extras[i];
        x.row += (uint32_t)rows->n;
        rows_put_extra(rows, &x);
    }
    for (size_t i = 0; i < more->n_born; i++)
        rows_put_born(rows, more->born[i].row + (uint32_t)rows->n, more->born[i].code);
    rows->n += more->n;
    rows_done(more);
}

void rows_done(struct run_rows *rows)
{
    free(rows->local);
    free(rows->kind);
    free(rows->at_s);
    free(rows->object);
    free(rows->channel);
    free(rows->staff);
    free(rows->extras);
    free(rows->born);
    *rows = (struct run_rows){0};
}

struct run_rows *run_rows_new(void)
{
    return must(calloc(1, sizeof(struct run_rows)));
}

void run_rows_free(struct run_rows *rows)
{
    if (rows == NULL)
        return;
    rows_done(rows);
    free(rows);
}

size_t run_rows_count(const struct run_rows *rows)
{
    return rows->n;
}

size_t run_rows_bytes(const struct run_rows *rows)
{
    size_t row = sizeof *rows->local + sizeof *rows->kind + sizeof *rows->at_s +
                 sizeof *rows->object + sizeof *rows->channel + sizeof *rows->staff;
    return sizeof *rows + rows->room * row + rows->extras_room * sizeof *rows->extras +
           rows->born_room * sizeof *rows->born;
}

/* ---- sorting ---- */

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Sorts one customer's places by time, then place; `keys` has room for them. */
static void sort_customer(const uint32_t *at_s, uint32_t *places, size_t n, uint64_t *keys)
{
    bool sorted = true;
    for (size_t i = 1; i < n && sorted; i++)
        sorted = at_s[places[i - 1]] <= at_s[places[i]];
    if (sorted)
        return;
    for (size_t i = 0; i < n; i++)
        keys[i] = (uint64_t)at_s[places[i]] << 32 | places[i];
    if (n > INSERTION_MOST) {
        qsort(keys, n, sizeof *keys, compare_keys);
    } else {
        for (size_t i = 1; i < n; i++) {
            uint64_t key = keys[i];
            size_t k = i;
            for (; k > 0 && keys[k - 1] > key; k--)
                keys[k] = keys[k - 1];
            keys[k] = key;
        }
    }
    for (size_t i = 0; i < n; i++)
        places[i] = (uint32_t)keys[i];
}

enum { BYTE = 256 };

/* The places `from` in the order of one byte of their customers, equals as they were. */
static void count_byte(const struct run_rows *rows, int shift, const uint32_t *from, uint32_t *to)
{
    uint32_t end[BYTE + 1] = {0};
    for (size_t i = 0; i < rows->n; i++)
        end[(rows->local[i] >> shift) % BYTE + 1]++;
    for (size_t k = 1; k < BYTE; k++)
        end[k] += end[k - 1];
    for (size_t i = 0; i < rows->n; i++)
        to[end[(rows->local[from[i]] >> shift) % BYTE]++] = from[i];
}

/* sorted_places() of a short list. */
static uint32_t *places_of_few(const struct run_rows *rows)
{
    size_t n = rows->n;
    uint32_t *places = must(calloc(n + 1, sizeof *places));
    uint32_t *other = must(malloc((n + 1) * sizeof *other));
    uint64_t *keys = must(malloc((n + 1) * sizeof *keys));
    for (size_t i = 0; i < n; i++)
        places[i] = (uint32_t)i;
    count_byte(rows, 0, places, other);
    count_byte(rows, 8, other, places);
    for (size_t from = 0, to; from < n; from = to) {
        uint16_t local = rows->local[places[from]];
        for (to = from + 1; to < n && rows->local[places[to]] == local;)
            to++;
        sort_customer(rows->at_s, places + from, to - from, keys);
    }
    free(keys);
    free(other);
    return places;
}

/* The rows' places in the order they are to have. */
static uint32_t *sorted_places(const struct run_rows *rows)
{
    if (rows->n <= SHORT_MOST)
        return places_of_few(rows);
    uint32_t *end = must(calloc(SET_CHUNK + 1, sizeof *end));
    uint32_t *places = must(malloc((rows->n + 1) * sizeof *places));
    uint32_t most = 0;
    for (size_t i = 0; i < rows->n; i++)
        end[rows->local[i] + 1]++;
    for (size_t c = 1; c <= SET_CHUNK; c++) {
        most = end[c] > most ? end[c] : most;
        end[c] += end[c - 1];
    }
    for (size_t i = 0; i < rows->n; i++)
        places[end[rows->local[i]]++] = (uint32_t)i;
    uint64_t *keys = must(malloc((most + 1) * sizeof *keys));
    uint32_t from = 0;
    for (size_t c = 0; c < SET_CHUNK; c++) {
        sort_customer(rows->at_s, places + from, end[c] - from, keys);
        from = end[c];
    }
    free(keys);
    free(end);
    return places;
}

#define TAKE(column)                                                                               \
    for (size_t i = 0; i < n; i++)                                                                 \
    out->column[i] = rows->column[places[i]]

/* The extras in the new order of their rows. */
static void sort_extras(const struct run_rows *rows, const uint32_t *places, struct run_rows *out)
{
    if (rows->n_extras == 0)
        return;
    uint32_t *of_row = must(malloc((rows->n + 1) * sizeof *of_row));
    memset(of_row, 0xff, rows->n * sizeof *of_row);
    for (size_t i = 0; i < rows->n_extras; i++)
        of_row[rows->extras[i].row] = (uint32_t)i;
    for (size_t i = 0; i < rows->n; i++) {
        uint32_t at = of_row[places[i]];
        if (at == NO_EXTRA)
            continue;
        struct extra x = rows->extras[at];
        x.row = (uint32_t)i;
        rows_put_extra(out, &x);
    }
    free(of_row);
}

/* The customers as born in the new order of their rows. */
static void sort_born(const struct run_rows *rows, const uint32_t *places, struct run_rows *out)
{
    if (rows->n_born == 0)
        return;
    uint32_t *of_row = must(calloc(rows->n + 1, sizeof *of_row));
    for (size_t i = 0; i < rows->n_born; i++)
        of_row[rows->born[i].row] = rows->born[i].code;
    for (size_t i = 0; i < rows->n; i++)
        if (of_row[places[i]] != 0)
            rows_put_born(out, (uint32_t)i, of_row[places[i]]);
    free(of_row);
}

void rows_sort(const struct run_rows *rows, struct run_rows *out)
{
    size_t n = rows->n;
    assert(out->n == 0);
    uint32_t *places = sorted_places(rows);
    rows_reserve(out, n);
    out->n = n;
    TAKE(local);
    TAKE(kind);
    TAKE(at_s);
    TAKE(object);
    TAKE(channel);
    TAKE(staff);
    sort_extras(rows, places, out);
    sort_born(rows, places, out);
    free(places);
}

/* run.c — a run made of sorted rows: wide columns become narrow, postings are cut out of them, and
 * it is noted whom it replaces and whom it continues. The wide columns are there until it is made:
 * 15 bytes a row.
 */
#include "mirror/run.h"

#include "base/must.h"
#include "base/pages.h"
#include "mirror/days.h"
#include "mirror/rows.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { RARE = 16 /* a kind is rare up to one row in so many */, SPARSE = 8 };

/* ---- columns ---- */

/* Takes over `wide` and gives back as few bytes as its values need. */
static struct run_column narrow(uint32_t *wide, size_t n)
{
    uint32_t all = 0;
    bool same = true;
    for (size_t i = 0; i < n; i++) {
        all |= wide[i];
        same = same && wide[i] == wide[0];
    }
    struct run_column c = {.constant = n > 0 ? wide[0] : 0};
    if (same) {
        free(wide);
    } else if (all <= UINT8_MAX) {
        uint8_t *to = c.data = must(malloc(n));
        c.width = 1;
        for (size_t i = 0; i < n; i++)
            to[i] = (uint8_t)wide[i];
        free(wide);
    } else if (all <= UINT16_MAX) {
        uint16_t *to = c.data = must(malloc(n * sizeof *to));
        c.width = 2;
        for (size_t i = 0; i < n; i++)
            to[i] = (uint16_t)wide[i];
        free(wide);
    } else {
        c.width = 4;
        c.data = must(realloc(wide, n * sizeof *wide));
    }
    return c;
}

static struct run_column narrow16(uint16_t *wide, size_t n)
{
    uint32_t *wider = must(malloc((n + 1) * sizeof *wider));
    for (size_t i = 0; i < n; i++)
        wider[i] = wide[i];
    free(wide);
    return narrow(wider, n);
}

/* ---- postings ---- */

static void kinds_with_extras(const struct run_rows *rows, bool has[static RUN_KINDS])
{
    memset(has, 0, RUN_KINDS * sizeof *has);
    for (size_t i = 0; i < rows->n_extras; i++)
        has[rows->kind[rows->extras[i].row]] = true;
}

/* Makes a posting for each kind that is to have one, its lists not filled yet. */
static void open_postings(struct run *run, const struct run_rows *rows)
{
    bool extras[RUN_KINDS];
    kinds_with_extras(rows, extras);
    for (int k = 0; k < RUN_KINDS; k++) {
        uint32_t n = run->by_kind[k];
        bool rare = run->local == NULL && (uint64_t)n * RARE <= run->n;
        if (n == 0 || (!rare && !extras[k]))
            continue;
        struct run_posting *p = run->postings[k] = must(calloc(1, sizeof *p));
        p->local = must(malloc(n * sizeof *p->local));
        p->at_s = must(malloc(n * sizeof *p->at_s));
    }
}

/* The value at its place; the column is made, or made wide, when that is needed. */
static void put_amount(struct run_amounts *c, uint32_t all, uint32_t place, int64_t value)
{
    bool fits = value > INT32_MIN && value <= INT32_MAX;
    if (value == RUN_NONE)
        return;
    if (c->wide == NULL && c->narrow == NULL && fits) {
        c->narrow = must(malloc(all * sizeof *c->narrow));
        for (uint32_t i = 0; i < all; i++)
            c->narrow[i] = INT32_MIN;
    }
    if (c->wide == NULL && fits) {
        c->narrow[place] = (int32_t)value;
        return;
    }
    if (c->wide == NULL) {
        int64_t *wide = must(malloc(all * sizeof *wide));
        for (uint32_t i = 0; i < all; i++)
            wide[i] = run_amount(c, i);
        free(c->narrow);
        *c = (struct run_amounts){.wide = wide};
    }
    c->wide[place] = value;
}

static void put_in_posting(struct run_posting *p, uint32_t all, uint32_t place,
                           const struct extra *x)
{
    put_amount(&p->amount_fen, all, place, x->amount_fen);
    put_amount(&p->quantity, all, place, x->quantity);
    if (x->refunded_s != RUN_NEVER) {
        if (p->refunded_s == NULL) {
            p->refunded_s = must(malloc(all * sizeof *p->refunded_s));
            memset(p->refunded_s, 0xff, all * sizeof *p->refunded_s);
        }
        p->refunded_s[place] = x->refunded_s;
    }
}

static void fill_postings(struct run *run, const struct run_rows *rows)
{
    size_t next = 0;
    for (size_t i = 0; i < rows->n; i++) {
        struct run_posting *p = run->postings[rows->kind[i]];
        bool extra = next < rows->n_extras && rows->extras[next].row == i;
        if (p != NULL) {
            uint32_t place = p->n++;
            p->local[place] = rows->local[i];
            p->at_s[place] = rows->at_s[i];
            if (extra)
                put_in_posting(p, run->by_kind[rows->kind[i]], place, &rows->extras[next]);
        }
        next += extra;
    }
    for (int k = 0; k < RUN_KINDS; k++)
        if (run->postings[k] != NULL)
            posting_index(run->postings[k]);
}

static bool as_large;

void run_treat_as_large(bool yes)
{
    as_large = yes;
}

bool run_treated_as_large(void)
{
    return as_large;
}

/* ---- customers ---- */

static void index_customers(struct run *run, const struct run_rows *rows, bool base)
{
    uint32_t customers = 0;
    for (size_t i = 0; i < rows->n; i++)
        customers += i == 0 || rows->local[i] != rows->local[i - 1];
    bool dense = base || customers * SPARSE >= SET_CHUNK;
    run->customers = dense ? SET_CHUNK : customers;
    run->start = must(calloc(run->customers + 1, sizeof *run->start));
    if (dense) {
        for (size_t i = 0; i < rows->n; i++)
            run->start[rows->local[i] + 1]++;
        for (uint32_t c = 0; c < SET_CHUNK; c++)
            run->start[c + 1] += run->start[c];
        return;
    }
    run->local = must(malloc((customers + 1) * sizeof *run->local));
    uint32_t k = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (i > 0 && rows->local[i] == rows->local[i - 1])
            continue;
        run->local[k] = rows->local[i];
        run->start[k++] = (uint32_t)i;
    }
    run->start[k] = (uint32_t)rows->n;
}

/* ---- recent rows ---- */

enum { SAMPLES = 1024, RECENT_FROM = SAMPLES * 7 / 10 };

static int compare_times(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The time that three rows in ten are not earlier than, of a sample of them. */
static uint32_t recent_time(const uint32_t *at_s, size_t n)
{
    uint32_t sample[SAMPLES];
    for (size_t i = 0; i < SAMPLES; i++)
        sample[i] = at_s[i * n / SAMPLES];
    qsort(sample, SAMPLES, sizeof *sample, compare_times);
    return sample[RECENT_FROM];
}

static void index_recent(struct run *run)
{
    if (run->local != NULL || run->n == 0)
        return;
    run->recent_s = recent_time(run->at_s, run->n);
    run->recent = must(malloc(SET_CHUNK * sizeof *run->recent));
    for (uint32_t c = 0; c < SET_CHUNK; c++) {
        uint32_t from = run->start[c], i = run->start[c + 1];
        while (i > from && run->at_s[i - 1] >= run->recent_s)
            i--;
        uint32_t n = run->start[c + 1] - i;
        run->recent[c] = (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
    }
}

/* Without branches on what is read: where a customer's window begins cannot be guessed. */
static uint32_t first_since(const uint32_t *at_s, uint32_t from, uint32_t to, uint32_t x)
{
    uint32_t n = to - from;
    if (n == 0)
        return from;
    while (n > 1) {
        uint32_t half = n / 2;
        from = at_s[from + half - 1] < x ? from + half : from;
        n -= half;
    }
    return from + (at_s[from] < x);
}

uint32_t run_first_since(const struct run *run, uint32_t local, struct run_range range,
                         uint32_t from_s)
{
    if (from_s <= run->first_s)
        return range.from;
    if (run->recent != NULL && from_s >= run->recent_s && run->recent[local] < UINT16_MAX) {
        uint32_t recent = run->start[local + 1] - run->recent[local];
        range.from = recent > range.from ? recent : range.from;
        if (range.from >= range.to)
            return range.to;
    }
    return first_since(run->at_s, range.from, range.to, from_s);
}

static void count_kinds(struct run *run, const struct run_rows *rows)
{
    run->first_s = UINT32_MAX;
    memset(run->first_of, 0xff, sizeof run->first_of);
    for (size_t i = 0; i < rows->n; i++) {
        uint8_t kind = rows->kind[i];
        uint32_t at_s = rows->at_s[i];
        run->by_kind[kind]++;
        run->first_of[kind] = at_s < run->first_of[kind] ? at_s : run->first_of[kind];
        run->last_of[kind] = at_s > run->last_of[kind] ? at_s : run->last_of[kind];
    }
    for (int k = 0; k < RUN_KINDS; k++) {
        run->first_s = run->first_of[k] < run->first_s ? run->first_of[k] : run->first_s;
        run->last_s = run->last_of[k] > run->last_s ? run->last_of[k] : run->last_s;
    }
}

/* Who is replaced; of all others who have rows that they are continued. */
static void note_customers(struct run *run, const struct set_words *replaced)
{
    struct set_words with_rows;
    words_clear(&with_rows);
    for (uint32_t i = 0; i < run->customers; i++)
        if (run->start[i] < run->start[i + 1])
            words_put(&with_rows, run->local != NULL ? run->local[i] : i);
    words_and_not(&with_rows, replaced);
    if (words_any(replaced))
        run->replaced = words_copy(replaced);
    if (words_any(&with_rows))
        run->continued = words_copy(&with_rows);
}

struct run *run_of_sorted(struct run_rows *rows, const struct set_words *replaced, bool base)
{
    struct counted *counted = must(calloc(1, sizeof *counted));
    struct run *run = &counted->run;
    counted->refs = 1;
    run->n = (uint32_t)rows->n;
    count_kinds(run, rows);
    index_customers(run, rows, base);
    open_postings(run, rows);
    fill_postings(run, rows);
    counted->postings = run_pack_postings(run);
    run->born_n = (uint32_t)rows->n_born;
    if (run->born_n > 0)
        run->born = must(realloc(rows->born, run->born_n * sizeof *run->born));
    rows->born = run->born_n > 0 ? NULL : rows->born;
    run->object = narrow(rows->object, rows->n);
    run->channel = narrow16(rows->channel, rows->n);
    run->staff = narrow16(rows->staff, rows->n);
    run->kind = pages_from(rows->kind, rows->n, rows->n + RUN_SLACK);
    memset(run->kind + rows->n, 0, RUN_SLACK);
    rows->kind = NULL;
    size_t times = rows->n * sizeof *run->at_s;
    run->at_s = pages_from(rows->at_s, times, times + RUN_SLACK);
    memset(run->at_s + rows->n, 0, RUN_SLACK);
    rows->at_s = NULL;
    index_recent(run);
    rows->object = NULL;
    rows->channel = rows->staff = NULL;
    rows_done(rows);
    if (replaced != NULL && !base)
        note_customers(run, replaced);
    else
        run->days = run_days_new(run);
    return run;
}

struct run *run_new(const struct run_rows *rows, const struct set_words *replaced)
{
    struct run_rows sorted = {0};
    rows_sort(rows, &sorted);
    return run_of_sorted(&sorted, replaced, false);
}

/* ---- life ---- */

struct run *run_hold(const struct run *run)
{
    atomic_fetch_add_explicit(&counted_of(run)->refs, 1, memory_order_relaxed);
    return (struct run *)run;
}

const struct run *run_origin(const struct run *run)
{
    return counted_of(run)->origin != NULL ? counted_of(run)->origin : run;
}

/* Where the row is in its posting; p->n: nowhere. */
static uint32_t place_of_refund(const struct run_posting *p, const struct run_refund *x)
{
    struct run_range places = run_posting_of(p, x->local);
    for (uint32_t i = places.from; i < places.to; i++)
        if (p->at_s[i] == x->at_s && run_amount(&p->amount_fen, i) == x->amount_fen)
            return i;
    return p->n;
}

/* The column with those refunds; NULL when the posting has none of the rows. */
static uint32_t *refunds_with(const struct run_posting *p, const struct run_refund *at, size_t n)
{
    uint32_t *column = NULL;
    size_t bytes = p->n * sizeof *column;
    for (size_t i = 0; i < n; i++) {
        uint32_t place = place_of_refund(p, &at[i]);
        if (place == p->n)
            continue;
        if (column == NULL) {
            column = must(malloc(bytes));
            if (p->refunded_s != NULL)
                memcpy(column, p->refunded_s, bytes);
            else
                memset(column, 0xff, bytes);
        }
        column[place] = at[i].refunded_s;
    }
    return column;
}

struct run *run_with_refunds(const struct run *run, uint8_t kind, const struct run_refund *at,
                             size_t n)
{
    const struct run_posting *p = run->postings[kind];
    uint32_t *column = p != NULL ? refunds_with(p, at, n) : NULL;
    if (column == NULL)
        return NULL;
    struct counted *counted = must(calloc(1, sizeof *counted));
    struct run_posting *posting = must(malloc(sizeof *posting));
    assert(counted_of(run)->origin == NULL || counted_of(run)->refunds_kind == kind);
    *posting = *p;
    posting->refunded_s = column;
    counted->refs = 1;
    counted->run = *run;
    counted->run.postings[kind] = posting;
    counted->origin = run_hold(run_origin(run));
    counted->refunds_kind = kind;
    return &counted->run;
}

static void drop_shared(struct counted *counted)
{
    struct run_posting *p = counted->run.postings[counted->refunds_kind];
    free(p->refunded_s);
    free(p);
    run_drop(counted->origin);
    free(counted);
}

static void free_amounts(struct run_amounts *c)
{
    free(c->narrow);
    free(c->wide);
}

void run_drop(struct run *run)
{
    if (run == NULL ||
        atomic_fetch_sub_explicit(&counted_of(run)->refs, 1, memory_order_acq_rel) > 1)
        return;
    if (counted_of(run)->origin != NULL) {
        drop_shared(counted_of(run));
        return;
    }
    struct image *image = counted_of(run)->image;
    run_days_free(run->days);
    for (int k = 0; k < RUN_KINDS; k++) {
        struct run_posting *p = run->postings[k];
        if (p == NULL)
            continue;
        if (counted_of(run)->postings == NULL)
            posting_index_free(p->index);
        if (image != NULL || counted_of(run)->postings != NULL) { /* its columns are not its own */
            free(p);
            continue;
        }
        free(p->local);
        free(p->at_s);
        free_amounts(&p->amount_fen);
        free_amounts(&p->quantity);
        free(p->refunded_s);
        free(p);
    }
    free(counted_of(run)->postings);
    if (image != NULL) {
        image_forget(image, counted_of(run)->part, counted_of(run)->part_bytes);
        image_drop(image);
        free(counted_of(run));
        return;
    }
    free(run->local);
    free(run->start);
    free(run->recent);
    free(run->born);
    free(run->kind);
    free(run->at_s);
    free(run->object.data);
    free(run->channel.data);
    free(run->staff.data);
    free(run->replaced);
    free(run->continued);
    free(counted_of(run));
}

static size_t amounts_width(const struct run_amounts *c)
{
    return c->narrow != NULL ? sizeof *c->narrow : c->wide != NULL ? sizeof *c->wide : 0;
}

size_t run_bytes(const struct run *run)
{
    size_t row = sizeof *run->kind + sizeof *run->at_s + run->object.width + run->channel.width +
                 run->staff.width;
    size_t bytes = sizeof(struct counted) + run->n * row + 2 * RUN_SLACK +
                   (run->customers + 1) * sizeof *run->start +
                   (run->local != NULL ? run->customers * sizeof *run->local : 0) +
                   (run->recent != NULL ? SET_CHUNK * sizeof *run->recent : 0) +
                   run->born_n * sizeof *run->born +
                   (run->replaced != NULL ? sizeof *run->replaced : 0) +
                   (run->continued != NULL ? sizeof *run->continued : 0) +
                   (run->days != NULL ? run_days_bytes(run->days) : 0);
    for (int k = 0; k < RUN_KINDS; k++) {
        const struct run_posting *p = run->postings[k];
        if (p == NULL)
            continue;
        bytes += posting_index_bytes(p->index) + sizeof *p +
                 p->n * (sizeof *p->local + sizeof *p->at_s + amounts_width(&p->amount_fen) +
                         amounts_width(&p->quantity) +
                         (p->refunded_s != NULL ? sizeof *p->refunded_s : 0));
    }
    return bytes;
}

/* ---- reading ---- */

struct run_range run_range_of(const struct run *run, uint32_t local)
{
    if (run->local == NULL)
        return (struct run_range){run->start[local], run->start[local + 1]};
    uint32_t i = places_lower(run->local, run->customers, local);
    if (i == run->customers || run->local[i] != local)
        return (struct run_range){0, 0};
    return (struct run_range){run->start[i], run->start[i + 1]};
}

uint32_t run_born_from(const struct run *run, uint32_t row)
{
    uint32_t from = 0;
    for (uint32_t to = run->born_n; from < to;) {
        uint32_t middle = from + (to - from) / 2;
        if (run->born[middle].row < row)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* daybook_edition.c — books: columns of orders, and the next from the last by one merge.
 *
 * Amounts take four bytes where all of a book fit, as in runs. */
#include "mirror/daybook_parts.h"

#include "base/must.h"
#include "store/ids.h"

#include <assert.h>
#include <string.h>

/* ---- lists ---- */

static void *grown(void *list, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return list;
    *room = *room > 0 ? *room * 2 : 64;
    return must(realloc(list, *room * size));
}

void daybook_ids_add(struct daybook_ids *l, int64_t id)
{
    l->at = grown(l->at, l->n, &l->room, sizeof *l->at);
    l->at[l->n++] = id;
}

void daybook_ids_sort(struct daybook_ids *l)
{
    size_t n = 0;
    if (l->n == 0)
        return;
    qsort(l->at, l->n, sizeof *l->at, ids_compare);
    for (size_t i = 0; i < l->n; i++)
        if (n == 0 || l->at[n - 1] != l->at[i])
            l->at[n++] = l->at[i];
    l->n = n;
}

bool daybook_ids_has(const struct daybook_ids *l, int64_t id)
{
    if (l->n == 0 || id < l->at[0] || id > l->at[l->n - 1])
        return false;
    return bsearch(&id, l->at, l->n, sizeof id, ids_compare) != NULL;
}

void daybook_fresh_row(struct daybook_fresh *f, const struct daybook_row *row)
{
    f->rows = grown(f->rows, f->n, &f->room, sizeof *f->rows);
    f->rows[f->n++] = *row;
}

void daybook_fresh_line(struct daybook_fresh *f, const struct daybook_line *line)
{
    f->lines = grown(f->lines, f->n_lines, &f->lines_room, sizeof *f->lines);
    f->lines[f->n_lines++] = *line;
}

void daybook_fresh_refund(struct daybook_fresh *f, const struct daybook_refund *refund)
{
    f->refunds = grown(f->refunds, f->n_refunds, &f->refunds_room, sizeof *f->refunds);
    f->refunds[f->n_refunds++] = *refund;
}

void daybook_fresh_free(struct daybook_fresh *f)
{
    free(f->gone.at);
    free(f->rows);
    free(f->lines);
    free(f->refunds);
    *f = (struct daybook_fresh){0};
}

/* ---- columns ---- */

static bool is_narrow(int64_t fen)
{
    return fen == RUN_NONE || (fen > INT32_MIN && fen <= INT32_MAX);
}

static void amounts_new(struct run_amounts *c, bool narrow, size_t n)
{
    if (narrow)
        c->narrow = must(malloc((n + 1) * sizeof *c->narrow));
    else
        c->wide = must(malloc((n + 1) * sizeof *c->wide));
}

static void amounts_set(struct run_amounts *c, uint32_t at, int64_t fen)
{
    if (c->narrow != NULL)
        c->narrow[at] = fen == RUN_NONE ? INT32_MIN : (int32_t)fen;
    else
        c->wide[at] = fen;
}

static void amounts_free(struct run_amounts *c)
{
    free(c->narrow);
    free(c->wide);
}

/* The columns of amounts, in this order. */
enum { SALE, REFUNDED, PAID, TOTAL, QUANTITY, AMOUNT, AMOUNTS };
static struct run_amounts *amounts_of(struct daybook_edition *b, int which)
{
    struct run_amounts *at[AMOUNTS] = {&b->sale_fen,  &b->refunded_fen, &b->paid_fen,
                                       &b->total_fen, &b->quantity,     &b->amount_fen};
    return at[which];
}

struct daybook_edition *daybook_edition_new(const struct daybook_sizes *sizes)
{
    size_t n = sizes->n, n_lines = sizes->n_lines, n_refunds = sizes->n_refunds;
    struct daybook_edition *b = must(calloc(1, sizeof *b));
    b->refs = 1;
    b->id = must(malloc((n + 1) * sizeof *b->id));
    b->root = must(malloc((n + 1) * sizeof *b->root));
    b->born = must(malloc((n + 1) * sizeof *b->born));
    b->at_s = must(malloc((n + 1) * sizeof *b->at_s));
    b->channel = must(malloc((n + 1) * sizeof *b->channel));
    b->province = must(malloc((n + 1) * sizeof *b->province));
    b->flags = must(malloc(n + 1));
    b->first_line = must(malloc((n + 1) * sizeof *b->first_line));
    b->product = must(malloc((n_lines + 1) * sizeof *b->product));
    b->line_flags = must(malloc(n_lines + 1));
    for (int k = 0; k < AMOUNTS; k++)
        amounts_new(amounts_of(b, k), (sizes->narrow >> k & 1) != 0, k < QUANTITY ? n : n_lines);
    b->refunds = must(malloc((n_refunds + 1) * sizeof *b->refunds));
    b->first_line[0] = 0;
    return b;
}

void daybook_edition_drop(struct daybook_edition *b)
{
    if (b == NULL || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) > 1)
        return;
    free(b->id);
    free(b->root);
    free(b->born);
    free(b->at_s);
    free(b->channel);
    free(b->province);
    free(b->flags);
    free(b->first_line);
    free(b->product);
    free(b->line_flags);
    for (int k = 0; k < AMOUNTS; k++)
        amounts_free(amounts_of(b, k));
    free(b->refunds);
    free(b);
}

static size_t amounts_width(const struct run_amounts *c)
{
    return c->narrow != NULL ? sizeof *c->narrow : sizeof *c->wide;
}

struct daybook_sizes daybook_edition_sizes(const struct daybook_edition *b)
{
    struct daybook_sizes sizes = {b->n, b->n_lines, b->n_refunds, 0};
    for (int k = 0; k < AMOUNTS; k++)
        if (amounts_of((struct daybook_edition *)b, k)->narrow != NULL)
            sizes.narrow |= 1U << k;
    return sizes;
}

void daybook_edition_columns(const struct daybook_edition *b,
                             struct daybook_column out[static DAYBOOK_COLUMNS])
{
    const struct daybook_column columns[] = {
        {b->id, b->n * sizeof *b->id},
        {b->root, b->n * sizeof *b->root},
        {b->born, b->n * sizeof *b->born},
        {b->at_s, b->n * sizeof *b->at_s},
        {b->channel, b->n * sizeof *b->channel},
        {b->province, b->n * sizeof *b->province},
        {b->flags, b->n * sizeof *b->flags},
        {b->first_line, (b->n + (size_t)1) * sizeof *b->first_line},
        {b->product, b->n_lines * sizeof *b->product},
        {b->line_flags, b->n_lines * sizeof *b->line_flags},
        {b->refunds, b->n_refunds * sizeof *b->refunds},
    };
    enum { PLAIN = sizeof columns / sizeof *columns };
    static_assert(PLAIN + AMOUNTS == DAYBOOK_COLUMNS, "all columns are told");
    memcpy(out, columns, sizeof columns);
    for (int k = 0; k < AMOUNTS; k++) {
        const struct run_amounts *c = amounts_of((struct daybook_edition *)b, k);
        out[PLAIN + k].at = c->narrow != NULL ? (void *)c->narrow : (void *)c->wide;
        out[PLAIN + k].bytes = (k < QUANTITY ? b->n : b->n_lines) * amounts_width(c);
    }
}

size_t daybook_edition_bytes(const struct daybook_edition *b)
{
    size_t row = sizeof *b->id + sizeof *b->root + sizeof *b->born + sizeof *b->at_s +
                 sizeof *b->channel + sizeof *b->province + sizeof *b->flags +
                 sizeof *b->first_line + amounts_width(&b->sale_fen) +
                 amounts_width(&b->refunded_fen) + amounts_width(&b->paid_fen) +
                 amounts_width(&b->total_fen);
    size_t line = sizeof *b->product + sizeof *b->line_flags + amounts_width(&b->quantity) +
                  amounts_width(&b->amount_fen);
    return b->n * row + b->n_lines * line + b->n_refunds * sizeof *b->refunds;
}

struct daybook_row daybook_row_at(const struct daybook_edition *b, uint32_t at)
{
    return (struct daybook_row){
        .id = b->id[at],
        .sale_fen = run_amount(&b->sale_fen, at),
        .refunded_fen = run_amount(&b->refunded_fen, at),
        .paid_fen = run_amount(&b->paid_fen, at),
        .total_fen = run_amount(&b->total_fen, at),
        .root = b->root[at],
        .born = b->born[at],
        .at_s = b->at_s[at],
        .channel = b->channel[at],
        .province = b->province[at],
        .flags = b->flags[at],
    };
}

struct daybook_line daybook_line_at(const struct daybook_edition *b, uint32_t at)
{
    return (struct daybook_line){
        .quantity = run_amount(&b->quantity, at),
        .amount_fen = run_amount(&b->amount_fen, at),
        .product = b->product[at],
        .flags = b->line_flags[at],
    };
}

static void put_line(struct daybook_edition *b, const struct daybook_line *line)
{
    uint32_t at = b->n_lines++;
    b->product[at] = line->product;
    b->line_flags[at] = line->flags;
    amounts_set(&b->quantity, at, line->quantity);
    amounts_set(&b->amount_fen, at, line->amount_fen);
}

/* A row; its lines have been put. */
static void put(struct daybook_edition *b, const struct daybook_row *row)
{
    uint32_t at = b->n++;
    b->id[at] = row->id;
    b->root[at] = row->root;
    b->born[at] = row->born;
    b->at_s[at] = row->at_s;
    b->channel[at] = row->channel;
    b->province[at] = row->province;
    b->flags[at] = row->flags;
    b->first_line[at + 1] = b->n_lines;
    amounts_set(&b->sale_fen, at, row->sale_fen);
    amounts_set(&b->refunded_fen, at, row->refunded_fen);
    amounts_set(&b->paid_fen, at, row->paid_fen);
    amounts_set(&b->total_fen, at, row->total_fen);
}

static void put_fresh(struct daybook_edition *b, const struct daybook_fresh *f,
                      const struct daybook_row *row)
{
    for (uint32_t i = 0; i < row->n_lines; i++)
        put_line(b, &f->lines[row->first_line + i]);
    put(b, row);
}

static void put_old(struct daybook_edition *b, const struct daybook_edition *old, uint32_t at)
{
    for (uint32_t i = old->first_line[at]; i < old->first_line[at + 1]; i++) {
        struct daybook_line line = daybook_line_at(old, i);
        put_line(b, &line);
    }
    struct daybook_row row = daybook_row_at(old, at);
    put(b, &row);
}

/* ---- the next book ---- */

static int compare_rows(const void *a, const void *b)
{
    const struct daybook_row *x = a, *y = b;
    if (x->root != y->root)
        return x->root < y->root ? -1 : 1;
    if (x->at_s != y->at_s)
        return x->at_s < y->at_s ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Whether the old book's row at a place comes before a fresh one. */
static bool comes_before(const struct daybook_edition *old, uint32_t at,
                         const struct daybook_row *row)
{
    if (old->root[at] != row->root)
        return old->root[at] < row->root;
    if (old->at_s[at] != row->at_s)
        return old->at_s[at] < row->at_s;
    return old->id[at] < row->id;
}

/* Which columns of amounts are narrow, a bit for each. */
static uint32_t find_widths(const struct daybook_edition *old, const struct daybook_fresh *f)
{
    bool narrow[AMOUNTS];
    uint32_t bits = old != NULL ? daybook_edition_sizes(old).narrow : UINT32_MAX;
    for (int k = 0; k < AMOUNTS; k++)
        narrow[k] = (bits >> k & 1) != 0;
    for (size_t i = 0; i < f->n; i++) {
        narrow[SALE] = narrow[SALE] && is_narrow(f->rows[i].sale_fen);
        narrow[REFUNDED] = narrow[REFUNDED] && is_narrow(f->rows[i].refunded_fen);
        narrow[PAID] = narrow[PAID] && is_narrow(f->rows[i].paid_fen);
        narrow[TOTAL] = narrow[TOTAL] && is_narrow(f->rows[i].total_fen);
    }
    for (size_t i = 0; i < f->n_lines; i++) {
        narrow[QUANTITY] = narrow[QUANTITY] && is_narrow(f->lines[i].quantity);
        narrow[AMOUNT] = narrow[AMOUNT] && is_narrow(f->lines[i].amount_fen);
    }
    bits = 0;
    for (int k = 0; k < AMOUNTS; k++)
        bits |= (uint32_t)narrow[k] << k;
    return bits;
}

static void merge_refunds(struct daybook_edition *b, const struct daybook_edition *old,
                          const struct daybook_fresh *f)
{
    for (uint32_t i = 0; old != NULL && i < old->n_refunds; i++)
        if (!daybook_ids_has(&f->gone, old->refunds[i].order_id))
            b->refunds[b->n_refunds++] = old->refunds[i];
    for (size_t i = 0; i < f->n_refunds; i++)
        b->refunds[b->n_refunds++] = f->refunds[i];
}

struct daybook_edition *daybook_edition_merge(struct daybook_edition *old, struct daybook_fresh *f)
{
    uint32_t n = old != NULL ? old->n : 0;
    size_t n_lines = old != NULL ? old->n_lines : 0;
    size_t n_refunds = old != NULL ? old->n_refunds : 0;
    const struct daybook_sizes most = {(uint32_t)(n + f->n), (uint32_t)(n_lines + f->n_lines),
                                       (uint32_t)(n_refunds + f->n_refunds), find_widths(old, f)};
    struct daybook_edition *b = daybook_edition_new(&most);
    if (f->n > 0)
        qsort(f->rows, f->n, sizeof *f->rows, compare_rows);
    size_t next = 0;
    for (uint32_t i = 0; i < n; i++) {
        while (next < f->n && !comes_before(old, i, &f->rows[next]))
            put_fresh(b, f, &f->rows[next++]);
        if (!daybook_ids_has(&f->gone, old->id[i]))
            put_old(b, old, i);
    }
    while (next < f->n)
        put_fresh(b, f, &f->rows[next++]);
    merge_refunds(b, old, f);
    return b;
}

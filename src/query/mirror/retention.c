/* retention.c — in which units a customer began, and in which they came back.
 *
 * Both are words of bits, one bit a calendar unit, so that a customer's row of the table is a
 * shift. Rows are added up as bytes, 32 columns at once, and emptied into the table before a byte
 * can run over. Without filters the bits are made of 64 rows at once. Events and amounts are added
 * one by one.
 */
#include "query/mirror/analysis_mirror.h"

#include "base/must.h"
#include "base/share.h"
#include "query/mirror/units.h"
#include "query/mirror/walk.h"
#include "query/mirror/wide.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { START = 0, BACK = 1, UNITS_MOST = 2 * RETENTION_COLUMNS_MAX, LANES = 64, FULL = 255 };

/* A bit for each unit of cohorts and columns. */
struct unit_bits {
    uint64_t low, high;
};

/* One chunk's part of the table. */
struct cohort_sums {
    int64_t customers;
    int64_t cells[LANES];
    _Alignas(32) uint8_t lanes[LANES];
    uint32_t in_lanes; /* rows added since they were emptied */
};

struct retention_run {
    struct survey survey;
    const struct retention *q;
    struct analysis_units cohorts, units; /* units go on from the first cohort, up to now */
    struct unit_finder finder;
    bool by_masks;                     /* AVX2, no filters, few units of one length */
    uint32_t start_from_s, start_to_s; /* when starts count */
    uint32_t back_to_s;                /* until when coming back does, with by_masks */
    bool covers; /* by_masks: who came back once in a unit need not be looked at until its end */
    struct cohort_sums **chunks; /* by chunk, an array of cohorts */
};

struct retention_chunk {
    const struct retention_run *r;
    struct cohort_sums *sums;
};

/* ---- bits ---- */

static void put_unit(struct unit_bits *b, uint32_t unit)
{
    if (unit < 64)
        b->low |= UINT64_C(1) << unit;
    else
        b->high |= UINT64_C(1) << (unit - 64);
}

/* The bits from `unit` on. */
static uint64_t bits_from(const struct unit_bits *b, uint32_t unit)
{
    if (unit == 0)
        return b->low;
    if (unit < 64)
        return b->low >> unit | b->high << (64 - unit);
    return unit < 128 ? b->high >> (unit - 64) : 0;
}

/* ---- lanes ---- */

static void empty_lanes(struct cohort_sums *c)
{
    for (size_t i = 0; i < LANES; i++)
        c->cells[i] += c->lanes[i];
    memset(c->lanes, 0, sizeof c->lanes);
    c->in_lanes = 0;
}

/* One more customer of the cohort, who came back in these units after it. */
static void add_bits(struct cohort_sums *c, uint64_t bits)
{
    for (; bits != 0; bits &= bits - 1)
        c->cells[__builtin_ctzll(bits)]++;
}

/* The same as bytes, which stay below 256 until they are emptied. */
WIDE_INLINE void add_lanes(struct cohort_sums *c, uint64_t bits)
{
    if (c->in_lanes == FULL)
        empty_lanes(c);
    c->in_lanes++;
    wide_count(c->lanes, (uint32_t)bits);
    if (bits >> 32 != 0)
        wide_count(c->lanes + 32, (uint32_t)(bits >> 32));
}

/* ---- one customer ---- */

static void put_start(const struct retention_run *r, uint32_t at_s, struct unit_bits *starts)
{
    if (at_s >= r->start_from_s && at_s <= r->start_to_s)
        put_unit(starts, unit_find_at(&r->finder, at_s));
}

/* Units of the start events and of those of coming back; the last of the latter. */
static void gather(const struct retention_run *r, struct walk *w, struct unit_bits *starts,
                   struct unit_bits *back, uint32_t *out_last_s)
{
    struct hit h;
    uint16_t classes;
    bool begun = false;
    while (walk_next(w, &h, &classes)) {
        if ((classes >> START & 1) && !(begun && r->q->first)) {
            put_start(r, h.at_s, starts);
            begun = true;
        }
        if (!(classes >> BACK & 1))
            continue;
        *out_last_s = h.at_s;
        if (h.at_s >= r->finder.base_s && h.at_s < r->finder.end_s)
            put_unit(back, unit_find_at(&r->finder, h.at_s));
    }
}

/* Events or amounts, cell by cell. */
static void add_values(const struct retention_run *r, struct walk *w,
                       const struct unit_bits *starts, struct cohort_sums *sums)
{
    struct hit h;
    uint16_t classes;
    bool amounts = r->q->measure == RETENTION_AMOUNT;
    while (walk_next(w, &h, &classes)) {
        int64_t value = amounts ? hit_amount(&h) : 1;
        if (!(classes >> BACK & 1) || value == RUN_NONE || h.at_s < r->finder.base_s ||
            h.at_s >= r->finder.end_s)
            continue;
        value = amounts && h.kind == EVENT_REFUND ? -value : value;
        uint32_t unit = unit_find_at(&r->finder, h.at_s);
        for (uint64_t left = starts->low; left != 0; left &= left - 1) {
            uint32_t cohort = (uint32_t)__builtin_ctzll(left);
            if (unit >= cohort && unit - cohort < r->q->columns)
                sums[cohort].cells[unit - cohort] += value;
        }
    }
}

/* Where the customer began: one more in each of those cohorts. */
static void put_cohorts(struct retention_chunk *c, const struct unit_bits *starts)
{
    for (uint64_t left = starts->low; left != 0; left &= left - 1)
        c->sums[__builtin_ctzll(left)].customers++;
}

/* For columns of events or amounts. */
static void see_values(void *to, struct walk *w)
{
    struct retention_chunk *c = to;
    struct unit_bits starts = {0}, back = {0};
    struct walk first = *w;
    uint32_t last_s = 0;
    gather(c->r, &first, &starts, &back, &last_s);
    put_cohorts(c, &starts);
    if (starts.low != 0)
        add_values(c->r, w, &starts, c->sums);
}

/* The units up to that of the last coming back. */
static uint64_t rolling_bits(const struct retention_run *r, uint32_t last_s, uint32_t cohort)
{
    int last = last_s >= r->finder.end_s ? UNITS_MOST + LANES : analysis_unit_of(&r->units, last_s);
    int n = last_s == 0 ? 0 : last - (int)cohort + 1;
    return n <= 0 ? 0 : n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

/* For columns of customers. */
static void see_customer(void *to, struct walk *w)
{
    struct retention_chunk *c = to;
    const struct retention_run *r = c->r;
    struct unit_bits starts = {0}, back = {0};
    uint32_t last_s = 0;
    gather(r, w, &starts, &back, &last_s);
    put_cohorts(c, &starts);
    for (uint64_t left = starts.low; left != 0; left &= left - 1) {
        uint32_t cohort = (uint32_t)__builtin_ctzll(left);
        add_bits(&c->sums[cohort],
                 r->q->rolling ? rolling_bits(r, last_s, cohort) : bits_from(&back, cohort));
    }
}

/* ---- many customers ---- */

enum { ROWS = 32 /* at once */ };

/* What the rows of a customer say. */
struct gathered {
    uint32_t starts, back;
    uint32_t last_s; /* of coming back; 0: never */
    bool begun;
    uint32_t covered_s; /* rows before it have nothing to add */
};

/* The customer's first start. */
static inline void begin(const struct retention_run *r, uint32_t first_s, struct gathered *g)
{
    if (first_s >= r->start_from_s && first_s <= r->start_to_s)
        g->starts = UINT32_C(1) << unit_of_even(&r->finder, first_s);
    g->begun = true;
}

/* The latest coming back so far. */
static inline void come_back(const struct retention_run *r, uint32_t last_s, struct gathered *g)
{
    const struct unit_finder *f = &r->finder;
    g->last_s = last_s;
    if (r->covers && (r->q->first ? g->begun : last_s >= r->start_from_s))
        g->covered_s = last_s < f->base_s      ? f->base_s
                       : last_s > r->back_to_s ? UINT32_MAX
                                               : unit_end_even(f, last_s);
}

/* Up to ROWS rows, the bits of whose starts and returns are given. */
WIDE_INLINE void gather_block(const struct retention_run *r, const uint32_t *at_s, uint32_t start,
                              uint32_t back, struct gathered *g)
{
    const struct unit_finder *f = &r->finder;
    if (!r->q->first)
        g->starts |= wide_units(f, at_s, start, r->start_from_s, r->start_to_s);
    else if (!g->begun && start != 0)
        begin(r, at_s[__builtin_ctz(start)], g);
    if (back == 0)
        return;
    g->back |= wide_units(f, at_s, back, f->base_s, r->back_to_s);
    come_back(r, at_s[ROWS - 1 - (uint32_t)__builtin_clz(back)], g);
}

WIDE_INLINE struct gathered gather_rows(const struct retention_run *r, const struct run *run,
                                        struct run_range rows)
{
    struct gathered g = {0};
    for (uint32_t row = rows.from; row < rows.to; row += ROWS) {
        uint32_t n = rows.to - row < ROWS ? rows.to - row : ROWS;
        if (n == ROWS && run->at_s[row + ROWS - 1] < g.covered_s)
            continue;
        __m256i classes = wide_classes(&r->survey.matcher, run->kind + row);
        uint32_t start = (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(classes, 7 - START));
        uint32_t back = (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(classes, 7 - BACK));
        gather_block(r, run->at_s + row, _bzhi_u32(start, n), _bzhi_u32(back, n), &g);
    }
    return g;
}

WIDE_INLINE void add_gathered(struct retention_chunk *c, const struct gathered *g)
{
    const struct retention_run *r = c->r;
    for (uint32_t left = g->starts; left != 0; left &= left - 1) {
        uint32_t cohort = (uint32_t)__builtin_ctz(left);
        c->sums[cohort].customers++;
        add_lanes(&c->sums[cohort],
                  r->q->rolling ? rolling_bits(r, g->last_s, cohort) : g->back >> cohort);
    }
}

/* Without filters, over at most 32 units of one length. */
WIDE static void see_batch(void *to, const struct walk_batch *b)
{
    struct retention_chunk *c = to;
    for (uint32_t i = 0; i < b->n; i++) {
        struct gathered g = gather_rows(c->r, b->run, b->rows[i]);
        add_gathered(c, &g);
    }
}

enum { FEW = 64 /* rows */ };

/* Rows are read one after the other, and the processor calls none beyond a page of memory by
 * itself. */
ONLY_CALLS void call_rows_ahead(const struct run *run, uint32_t row)
{
    enum { AHEAD = 768, LINE = 64 };
    for (uint32_t i = 0; i < FEW; i += LINE / sizeof *run->at_s)
        __builtin_prefetch(run->at_s + row + AHEAD + i);
    __builtin_prefetch(run->kind + row + 2 * AHEAD);
}

/* The same with AVX-512: 64 rows at once, and bits joined once a customer. */
WIDER_INLINE struct gathered gather_wider(const struct retention_run *r, struct wider_table t,
                                          const struct run *run, struct run_range rows)
{
    enum { AT_ONCE = 64 };
    const struct unit_finder *f = &r->finder;
    struct gathered g = {0};
    __m512i starts = _mm512_setzero_si512(), backs = starts;
    for (uint32_t row = rows.from; row < rows.to; row += AT_ONCE) {
        uint32_t n = rows.to - row < AT_ONCE ? rows.to - row : AT_ONCE;
        const uint32_t *at_s = run->at_s + row;
        call_rows_ahead(run, row);
        if (n == AT_ONCE && at_s[AT_ONCE - 1] < g.covered_s)
            continue;
        __mmask64 valid = _bzhi_u64(UINT64_MAX, n);
        __m512i classes = wider_look(t, _mm512_maskz_loadu_epi8(valid, run->kind + row));
        uint64_t start = wider_mask(classes, valid, START);
        uint64_t back = wider_mask(classes, valid, BACK);
        if (!r->q->first)
            starts = wider_units(f, at_s, start, r->start_from_s, r->start_to_s, starts);
        else if (!g.begun && start != 0)
            begin(r, at_s[__builtin_ctzll(start)], &g);
        if (back == 0)
            continue;
        backs = wider_units(f, at_s, back, f->base_s, r->back_to_s, backs);
        if (r->q->rolling || row + AT_ONCE < rows.to) /* else nobody asks */
            come_back(r, at_s[AT_ONCE - 1 - (uint32_t)__builtin_clzll(back)], &g);
    }
    g.starts |= r->q->first ? 0 : (uint32_t)_mm512_reduce_or_epi32(starts);
    g.back = (uint32_t)_mm512_reduce_or_epi32(backs);
    return g;
}

/* Customers of at most FEW rows, whose rows stand one after the other: the units of all of them are
 * found without asking whose they are, so that nothing is guessed at where a customer ends. */
enum { STRETCH = 2048 /* rows */ };
struct stretch {
    uint32_t start_bits[STRETCH + FEW], back_bits[STRETCH + FEW]; /* by row: the bit of its unit */
    uint64_t starts[STRETCH / FEW + 1];                           /* rows that are starts */
};

/* Behind the last customer of the stretch that begins with the i-th; i when they have many rows, or
 * none. */
static uint32_t stretch_end(const struct walk_batch *b, uint32_t i)
{
    uint32_t end = i, from = b->rows[i].from, to = from;
    while (end < b->n && b->rows[end].from == to && b->rows[end].to - to - 1 < FEW &&
           b->rows[end].to - from <= STRETCH)
        to = b->rows[end++].to;
    return end;
}

/* The bits of the units of sixteen rows, where they are of the class and in time. */
WIDER_INLINE void put_bits(const struct unit_finder *f, __mmask16 of_class, __m512i at,
                           uint32_t from_s, uint32_t to_s, uint32_t *out)
{
    __mmask16 in = _mm512_mask_cmpge_epu32_mask(of_class, at, _mm512_set1_epi32((int)from_s));
    in = _mm512_mask_cmple_epu32_mask(in, at, _mm512_set1_epi32((int)to_s));
    _mm512_storeu_si512(out, _mm512_maskz_sllv_epi32(in, _mm512_set1_epi32(1), wider_unit(f, at)));
}

WIDER_INLINE void gather_stretch(const struct retention_run *r, struct wider_table t,
                                 const struct run *run, struct run_range rows, struct stretch *out)
{
    const struct unit_finder *f = &r->finder;
    for (uint32_t row = rows.from; row < rows.to; row += FEW) {
        call_rows_ahead(run, row);
        uint32_t n = rows.to - row < FEW ? rows.to - row : FEW, place = row - rows.from;
        __mmask64 valid = _bzhi_u64(UINT64_MAX, n);
        __m512i classes = wider_look(t, _mm512_maskz_loadu_epi8(valid, run->kind + row));
        uint64_t start = wider_mask(classes, valid, START), back = wider_mask(classes, valid, BACK);
        out->starts[place / FEW] = start;
        for (uint32_t i = 0; i < FEW; i += 16, start >>= 16, back >>= 16, valid >>= 16) {
            __m512i at = _mm512_maskz_loadu_epi32((__mmask16)valid, run->at_s + row + i);
            put_bits(f, (__mmask16)back, at, f->base_s, r->back_to_s, out->back_bits + place + i);
            if (!r->q->first)
                put_bits(f, (__mmask16)start, at, r->start_from_s, r->start_to_s,
                         out->start_bits + place + i);
        }
    }
    out->starts[(rows.to - rows.from + FEW - 1) / FEW] = 0;
}

/* All bits of the n rows of a customer. */
WIDER_INLINE uint32_t join_bits(const uint32_t *bits, uint64_t valid)
{
    __m512i all = _mm512_maskz_loadu_epi32((__mmask16)valid, bits);
    for (int i = 1; i < FEW / 16; i++) {
        __m512i more = _mm512_maskz_loadu_epi32((__mmask16)(valid >> 16 * i), bits + 16 * i);
        all = _mm512_or_si512(all, more);
    }
    return (uint32_t)_mm512_reduce_or_epi32(all);
}

/* Customers from i to end of the batch. */
WIDER_INLINE void see_stretch(struct retention_chunk *c, struct wider_table t,
                              const struct walk_batch *b, uint32_t i, uint32_t end)
{
    const struct retention_run *r = c->r;
    struct stretch s;
    uint32_t from = b->rows[i].from;
    gather_stretch(r, t, b->run, (struct run_range){from, b->rows[end - 1].to}, &s);
    for (; i < end; i++) {
        uint32_t place = b->rows[i].from - from, shift = place % FEW;
        uint64_t valid = _bzhi_u64(UINT64_MAX, b->rows[i].to - b->rows[i].from);
        const uint64_t *at = s.starts + place / FEW;
        uint64_t starts = (at[0] >> shift | (at[1] << 1) << (FEW - 1 - shift)) & valid;
        if (starts == 0)
            continue;
        struct gathered g = {.back = join_bits(s.back_bits + place, valid)};
        if (r->q->first)
            begin(r, b->run->at_s[b->rows[i].from + (uint32_t)__builtin_ctzll(starts)], &g);
        else
            g.starts = join_bits(s.start_bits + place, valid);
        add_gathered(c, &g);
    }
}

WIDER static void see_batch_wider(void *to, const struct walk_batch *b)
{
    struct retention_chunk *c = to;
    struct wider_table t = wider_table(c->r->survey.matcher.table);
    for (uint32_t i = 0, end; i < b->n; i = end) {
        end = c->r->q->rolling ? i : stretch_end(b, i);
        if (end > i) {
            see_stretch(c, t, b, i, end);
            continue;
        }
        struct gathered g = gather_wider(c->r, t, b->run, b->rows[i]);
        add_gathered(c, &g);
        end = i + 1;
    }
}

/* Whether whoever started also came back, by the same events. */
static bool starts_are_returns(const struct matcher *m)
{
    for (int k = 0; k < RUN_KINDS; k++)
        if ((m->plain[k] >> START & 1) != (m->plain[k] >> BACK & 1))
            return false;
    return true;
}

static void run_chunk(void *arg, size_t i)
{
    struct retention_run *r = arg;
    struct retention_chunk c = {.r = r};
    r->chunks[i] = c.sums =
        must(aligned_alloc(_Alignof(struct cohort_sums), (r->cohorts.n + 1) * sizeof *c.sums));
    memset(c.sums, 0, (r->cohorts.n + 1) * sizeof *c.sums);
    const struct set_words *who = &r->survey.who.chunks[i];
    if (r->by_masks && r->q->measure == RETENTION_CUSTOMERS)
        (r->q->rolling ? walk_batches : walk_openly)(
            &r->survey, (uint32_t)i, who, set_uses_avx512() ? see_batch_wider : see_batch, &c);
    else
        walk_chunk(&r->survey, (uint32_t)i, who,
                   r->q->measure == RETENTION_CUSTOMERS ? see_customer : see_values, &c);
    for (size_t k = 0; k < r->cohorts.n; k++)
        empty_lanes(&c.sums[k]);
}

/* ---- the calendar ---- */

/* Cohorts of the window, and the units that their columns reach up to now. */
static enum rc lay_out(struct retention_run *r, struct span window, struct err *e)
{
    const struct retention *q = r->q;
    int64_t earliest_s = window.from_s;
    if (earliest_s <= SPAN_START)
        earliest_s = survey_earliest(&r->survey, 1 << START, q->unit);
    enum rc rc = analysis_units(window, earliest_s, q->unit, RETENTION_COLUMNS_MAX, &r->cohorts, e);
    if (rc != RC_OK || r->cohorts.n == 0)
        return rc;
    struct analysis_units *u = &r->units;
    *u = r->cohorts;
    while (u->n < r->cohorts.n + q->columns - 1 && u->from_s[u->n] <= q->base.now_s)
        analysis_units_extend(u, q->unit);
    unit_finder_init(&r->finder, r->survey.plan.a, u);
    r->by_masks = set_uses_avx2() && r->survey.matcher.n_matches == 0 && units_are_even(&r->finder);
    r->start_from_s = window.from_s < r->finder.base_s ? r->finder.base_s : (uint32_t)window.from_s;
    int64_t to_s = window.to_s < q->base.now_s ? window.to_s : q->base.now_s;
    r->start_to_s = to_s >= UINT32_MAX ? UINT32_MAX - 1 : (uint32_t)to_s;
    r->back_to_s = q->base.now_s < r->finder.end_s ? (uint32_t)q->base.now_s : r->finder.end_s - 1;
    r->covers = !q->rolling && (q->first || starts_are_returns(&r->survey.matcher));
    return RC_OK;
}

static void tabulate(const struct retention_run *r, struct retention_answer *out)
{
    out->n = r->cohorts.n;
    out->cohorts = ARENA_ARRAY(r->survey.plan.a, struct retention_cohort, out->n + 1);
    for (size_t k = 0; k < out->n; k++) {
        struct retention_cohort *c = &out->cohorts[k];
        c->day = r->cohorts.day[k];
        for (uint32_t i = 0; i < r->survey.plan.s->n_chunks; i++) {
            c->customers += r->chunks[i][k].customers;
            for (size_t x = 0; x < r->q->columns; x++)
                c->cells[x] += r->chunks[i][k].cells[x];
        }
        for (size_t x = 0; x < r->q->columns; x++)
            if (k + x >= r->units.n || r->units.from_s[k + x] > r->q->base.now_s)
                c->cells[x] = RETENTION_FUTURE;
    }
}

static enum rc answer(struct retention_run *r, struct retention_answer *out, struct err *e)
{
    struct matcher *m = &r->survey.matcher;
    struct span window = r->survey.span;
    m->wants_columns = r->q->measure == RETENTION_AMOUNT;
    enum rc rc = matcher_add(m, &r->q->start, e);
    if (rc == RC_OK)
        rc = matcher_add(m, &r->q->back, e);
    if (rc == RC_OK && m->unsupported)
        rc = RC_BUSY;
    r->survey.span = (struct span){SPAN_START, r->q->base.now_s};
    if (rc == RC_OK)
        rc = lay_out(r, window, e);
    if (rc != RC_OK || r->cohorts.n == 0)
        return rc;
    share_rounds(r->survey.plan.s->n_chunks, run_chunk, r);
    tabulate(r, out);
    return RC_OK;
}

enum rc mirror_retention(const struct snapshot *s, struct tx *tx, const struct retention *q,
                         struct retention_answer *out, struct err *e)
{
    assert(q->columns > 0 && q->columns <= RETENTION_COLUMNS_MAX);
    struct retention_run *r = must(calloc(1, sizeof *r));
    r->q = q;
    r->chunks = must(calloc(s->n_chunks + 1, sizeof(struct cohort_sums *)));
    *out = (struct retention_answer){0};
    enum rc rc = survey_begin(&r->survey, s, tx, &q->base, e);
    if (rc == RC_OK)
        rc = answer(r, out, e);
    for (uint32_t i = 0; i < s->n_chunks; i++)
        free(r->chunks[i]);
    survey_done(&r->survey);
    free(r->chunks);
    free(r);
    return rc;
}

/* counts.c — events and customers by day, week or month.
 *
 * A customer's events come in the order of time, so they are new to a unit when the last event that
 * was counted was in another one. Where no filter decides and units are few and of one length,
 * each customer becomes a word of bits a series instead, one bit a unit, and words are added up as
 * bytes. Whole days of customers with all their rows in a chunk's first run are read from what it
 * knows of its days (mirror/days.h), less what others did there; then rows are read only for who
 * was seen in the whole window, which needs no more than their kinds. */
#include "query/mirror/analysis_mirror.h"

#include "base/must.h"
#include "base/share.h"
#include "mirror/days.h"
#include "query/mirror/units.h"
#include "query/mirror/walk.h"
#include "query/mirror/wide.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NO_UNIT = -1, ANY = COUNTS_SERIES_MAX, NOTHING, SLOTS };

/* Of one chunk, by unit and series; the last unit is the whole window. */
struct count_sums {
    int64_t events[SLOTS], customers[SLOTS];
};

struct counts_run {
    struct survey survey;
    const struct counts *q;
    struct analysis_units units;
    struct unit_finder finder;
    bool by_bits; /* AVX2, no filters, each kind in one series at most, few units of one length */
    bool by_days; /* units are days, no filters, each kind in one series at most */
    uint8_t slot_of[RUN_KINDS];
    struct count_sums **chunks;
};

struct counts_chunk {
    const struct counts_run *r;
    uint32_t to_s; /* the end of the span, within the units */
    struct count_sums *sums;
    struct wide_sums *wide; /* with by_bits */
};

/* Which unit the customer's last event of each series was in, and of any. */
struct last_units {
    int of[SLOTS];
};

static inline void count_event(struct count_sums *sums, struct last_units *last, uint32_t slot,
                               int unit)
{
    sums[unit].events[slot]++;
    sums[unit].customers[slot] += last->of[slot] != unit;
    sums[unit].customers[ANY] += last->of[ANY] != unit;
    last->of[slot] = last->of[ANY] = unit;
}

/* Who had an event of a series at all. */
static void count_customer(struct count_sums *all, const struct last_units *last)
{
    for (int k = 0; k < SLOTS; k++)
        all->customers[k] += last->of[k] != NO_UNIT;
}

static void see_customer(void *to, struct walk *w)
{
    struct counts_chunk *c = to;
    struct last_units last;
    struct hit h;
    uint16_t series;
    memset(&last, 0xff, sizeof last);
    while (walk_next(w, &h, &series)) {
        int unit = (int)unit_find_at(&c->r->finder, h.at_s);
        for (; series != 0; series &= (uint16_t)(series - 1))
            count_event(c->sums, &last, (uint32_t)__builtin_ctz(series), unit);
    }
    count_customer(&c->sums[c->r->units.n], &last);
}

/* ---- many customers ---- */

/* Events are summed in turns in WAYS places, since the same unit of the same series often comes
 * several times, and one addition would have to wait for the other. */
enum { BITS = 32 /* units at most */, WAYS = 4, SLOTS_ROOM = 24 };

struct wide_sums {
    uint32_t events[SLOTS * BITS][WAYS];
    uint32_t customers[SLOTS][BITS];
    uint32_t at_all[SLOTS];                /* customers with any event of the series */
    uint32_t bits[WALK_BATCH][SLOTS_ROOM]; /* units of each customer of a batch */
};

/* What see_rows() needs of the question. */
struct wide_facts {
    const uint8_t *slot_of;
    uint32_t base_s, factor, to_s;
};

/* Units of one customer's rows by series; adds their events. Rows of NOTHING may be earlier than
 * all units. */
WIDE_INLINE void see_rows(struct wide_facts f, const struct run *run, struct run_range rows,
                          uint32_t (*events)[WAYS], uint32_t *bits)
{
    const uint8_t *kind = run->kind;
    const uint32_t *at_s = run->at_s;
    for (uint32_t row = rows.from; row < rows.to && at_s[row] <= f.to_s; row++) {
        uint32_t slot = f.slot_of[kind[row]];
        uint32_t unit =
            (uint32_t)((uint64_t)((at_s[row] - f.base_s) >> UNIT_SHIFT) * f.factor >> 32) % BITS;
        bits[slot] |= UINT32_C(1) << unit;
        events[slot * BITS + unit][row % WAYS]++;
    }
}

/* Adds up the bits of n customers, as bytes: there are fewer than 256. */
WIDE static void sum_bits(struct wide_sums *s, size_t slot, uint32_t n)
{
    __m256i bytes = _mm256_setzero_si256();
    for (uint32_t i = 0; i < n; i++) {
        bytes = _mm256_sub_epi8(bytes, wide_bytes(s->bits[i][slot]));
        s->at_all[slot] += s->bits[i][slot] != 0;
    }
    _Alignas(32) uint8_t byte[BITS];
    _mm256_store_si256((__m256i *)(void *)byte, bytes);
    for (size_t u = 0; u < BITS; u++)
        s->customers[slot][u] += byte[u];
}

WIDE static void see_batch(void *to, const struct walk_batch *b)
{
    struct counts_chunk *c = to;
    struct wide_sums *s = c->wide;
    const struct unit_finder *finder = &c->r->finder;
    struct wide_facts f = {c->r->slot_of, finder->base_s, finder->factor, c->to_s};
    size_t n_series = c->r->q->n_series;
    memset(s->bits, 0, b->n * sizeof s->bits[0]);
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t *bits = s->bits[i];
        see_rows(f, b->run, b->rows[i], s->events, bits);
        for (size_t k = 0; k < n_series; k++)
            bits[ANY] |= bits[k];
    }
    for (size_t k = 0; k < n_series; k++)
        sum_bits(s, k, b->n);
    sum_bits(s, ANY, b->n);
}

static void add_wide(const struct counts_run *r, const struct wide_sums *s, struct count_sums *sums)
{
    struct count_sums *all = &sums[r->units.n];
    for (size_t k = 0; k < SLOTS; k++) {
        for (size_t u = 0; u < r->units.n; u++) {
            sums[u].customers[k] += s->customers[k][u];
            for (size_t way = 0; way < WAYS; way++)
                sums[u].events[k] += s->events[k * BITS + u][way];
        }
        all->customers[k] += s->at_all[k];
    }
}

/* Whether each kind is in one series at most, without a filter; which one. */
static bool find_slots(struct counts_run *r)
{
    const struct matcher *m = &r->survey.matcher;
    for (int k = 0; k < RUN_KINDS; k++) {
        uint16_t series = m->plain[k];
        if (m->maybe[k] != 0 || (series & (series - 1)) != 0)
            return false;
        r->slot_of[k] = series != 0 ? (uint8_t)__builtin_ctz(series) : NOTHING;
    }
    return true;
}

/* Adds the rows of `who` in a span: those that count in the chunk, or with `run` those in it. */
static void count_rows(const struct counts_run *r, struct span span, uint32_t chunk,
                       const struct run *run, const struct set_words *who, struct count_sums *sums)
{
    struct survey v = r->survey;
    struct counts_chunk c = {.r = r, .sums = sums};
    v.span = span;
    c.to_s = span.to_s < r->finder.end_s ? (uint32_t)span.to_s : r->finder.end_s - 1;
    if (!r->by_bits) {
        if (run != NULL)
            walk_run(&v, run, who, see_customer, &c);
        else
            walk_chunk(&v, chunk, who, see_customer, &c);
        return;
    }
    c.wide = must(calloc(1, sizeof *c.wide));
    if (run != NULL)
        walk_openly_of_run(&v, run, who, see_batch, &c);
    else
        walk_openly(&v, chunk, who, see_batch, &c);
    add_wide(r, c.wide, sums);
    free(c.wide);
}

/* ---- whole days ---- */

struct whole_days {
    const struct run *run; /* the chunk's first */
    size_t first, end;     /* units that are whole days */
    struct set_words here; /* of those who count, who have all their rows in it */
    struct set_words rest; /* the others who count, */
    struct set_words less; /* and all others who have rows in it */
};

/* Rows of others than those in the run are read one by one: they have to be few. */
static bool few_rows(const struct run *run, const struct set_words *who)
{
    uint32_t rows = 0, most = run_treated_as_large() ? run->n : run->n / 4;
    for (uint32_t w = 0; run->local == NULL && w < SET_WORDS && rows <= most; w++)
        for (uint64_t left = who->w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            rows += run->start[local + 1] - run->start[local];
        }
    for (uint32_t i = 0; run->local != NULL && i < run->customers; i++)
        rows += words_has(who, run->local[i]) ? run->start[i + 1] - run->start[i] : 0;
    return rows <= most;
}

/* False where days do not help. */
static bool find_days(struct whole_days *d, const struct counts_run *r, const struct chunk *chunk,
                      const struct set_words *who)
{
    const struct run *run = d->run = chunk->n_runs > 0 ? chunk->runs[0] : NULL;
    const struct analysis_units *units = &r->units;
    if (!r->by_days || run == NULL || run->days == NULL ||
        (units->from_s[0] - run->days->begin_s) % DAY_S != 0)
        return false;
    struct span span = r->survey.span;
    d->first = span.from_s > units->from_s[0];
    d->end = units->n;
    if (span.to_s < units->from_s[units->n] - 1 && run->last_s > span.to_s)
        d->end--;
    d->here = *who;
    for (int k = 1; k < chunk->n_runs; k++) {
        if (chunk->runs[k]->replaced != NULL)
            words_and_not(&d->here, chunk->runs[k]->replaced);
        if (chunk->runs[k]->continued != NULL)
            words_and_not(&d->here, chunk->runs[k]->continued);
    }
    d->rest = *who;
    words_and_not(&d->rest, &d->here);
    words_fill(&d->less, SET_CHUNK);
    words_and_not(&d->less, &d->here);
    return d->first < d->end && few_rows(run, &d->less);
}

/* Adds what a day has of each series. */
static void add_day(const struct counts_run *r, const struct run *run, uint32_t day,
                    struct count_sums *sums)
{
    const struct run_days *days = run->days;
    size_t n_series = r->q->n_series;
    uint64_t of[SLOTS] = {0};
    for (int k = 0; k < RUN_KINDS; k++) {
        uint32_t slot = r->slot_of[k];
        if (slot == NOTHING || run->by_kind[k] == 0)
            continue;
        of[slot] |= UINT64_C(1) << days->slot[k];
        of[ANY] |= UINT64_C(1) << days->slot[k];
        sums->events[slot] += days->events[(size_t)day * days->n_kinds + days->slot[k]];
    }
    for (uint32_t i = days->first[day]; i < days->first[day + 1]; i++) {
        uint64_t kinds = days->kinds[i];
        int64_t customers = days->customers[i];
        for (size_t k = 0; k < n_series; k++)
            sums->customers[k] += (kinds & of[k]) != 0 ? customers : 0;
        sums->customers[ANY] += (kinds & of[ANY]) != 0 ? customers : 0;
    }
}

/* Adds the units of `from` to those of `to`, `sign` times, without the whole. */
static void add_units(const struct counts_run *r, const struct count_sums *from, int sign,
                      struct count_sums *to)
{
    for (size_t u = 0; u < r->units.n; u++)
        for (size_t k = 0; k < SLOTS; k++) {
            to[u].events[k] += sign * from[u].events[k];
            to[u].customers[k] += sign * from[u].customers[k];
        }
}

static void add_run_rows(const struct counts_run *r, const struct whole_days *d, struct span span,
                         const struct set_words *who, int sign, struct count_sums *sums)
{
    struct count_sums *rows = must(calloc(r->units.n + 1, sizeof *rows));
    count_rows(r, span, 0, d->run, who, rows);
    add_units(r, rows, sign, sums);
    free(rows);
}

/* Which series customers have any event of: how many customers have these and no others. */
struct series_seen {
    uint16_t of_kind[RUN_KINDS];
    uint16_t all;
    uint32_t customers[];
};

static void see_series(void *to, const struct walk_batch *b)
{
    enum { AT_ONCE = 16 };
    struct series_seen *x = to;
    const uint8_t *kind = b->run->kind;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t seen = 0, row = b->rows[i].from, end = b->rows[i].to;
        for (; row + AT_ONCE <= end && seen != x->all; row += AT_ONCE)
            for (uint32_t k = 0; k < AT_ONCE; k++)
                seen |= x->of_kind[kind[row + k]];
        for (; row < end && seen != x->all; row++)
            seen |= x->of_kind[kind[row]];
        x->customers[seen]++;
    }
}

/* The same for customers who come loosely, with AVX-512: 32 rows at once, a bit a series. */
struct series_seen_wider {
    struct series_seen *seen;
    const uint8_t *slot_of;
    uint32_t from_s, to_s;
};

/* Which of up to 32 rows are in the span. */
WIDER_INLINE __mmask32 rows_within(const struct series_seen_wider *x, const uint32_t *at_s,
                                   __mmask32 valid)
{
    const __m512i from = _mm512_set1_epi32((int)x->from_s), to = _mm512_set1_epi32((int)x->to_s);
    __m512i low = _mm512_maskz_loadu_epi32((__mmask16)valid, at_s);
    __m512i high = _mm512_maskz_loadu_epi32((__mmask16)(valid >> 16), at_s + 16);
    __mmask16 a = _mm512_cmpge_epu32_mask(low, from) & _mm512_cmple_epu32_mask(low, to);
    __mmask16 b = _mm512_cmpge_epu32_mask(high, from) & _mm512_cmple_epu32_mask(high, to);
    return valid & ((__mmask32)b << 16 | a);
}

/* Joins the series of those of 32 kinds that are valid, in lanes of 16 bits. */
WIDER_INLINE __m512i join_series(struct wider_table slots, const uint8_t *kind, __mmask32 valid,
                                 __m512i seen)
{
    __m512i kinds = _mm512_castsi256_si512(_mm256_maskz_loadu_epi8(valid, kind));
    __m512i slot = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(wider_look(slots, kinds)));
    __m512i series = _mm512_sllv_epi16(_mm512_set1_epi16(1), slot); /* NOTHING: beyond x->all */
    return _mm512_or_si512(seen, _mm512_maskz_mov_epi16(valid, series));
}

WIDER_INLINE uint32_t series_of(__m512i seen)
{
    uint32_t two = (uint32_t)_mm512_reduce_or_epi32(seen);
    return (two | two >> 16) & UINT16_MAX;
}

WIDER static void see_series_wider(void *to, const struct walk_batch *b)
{
    enum { AT_ONCE = 32, ENOUGH = 512, AHEAD = 16 /* customers, into the cache */ };
    const struct series_seen_wider *x = to;
    const struct run *run = b->run;
    struct wider_table slots = wider_table(x->slot_of);
    for (uint32_t i = 0; i < b->n; i++) {
        struct run_range rows = b->rows[i];
        bool loose = rows.to - rows.from <= AT_ONCE;
        if (i + AHEAD < b->n) {
            __builtin_prefetch(&run->kind[b->rows[i + AHEAD].from]);
            __builtin_prefetch(&run->at_s[b->rows[i + AHEAD].from]);
            __builtin_prefetch(&run->at_s[b->rows[i + AHEAD].to - 1]);
        }
        __m512i seen = _mm512_setzero_si512();
        for (uint32_t row = rows.from; row < rows.to; row += AT_ONCE) {
            __mmask32 valid = _bzhi_u32(UINT32_MAX, rows.to - row);
            if (loose)
                valid = rows_within(x, run->at_s + row, valid);
            seen = join_series(slots, run->kind + row, valid, seen);
            if ((row - rows.from) % ENOUGH == ENOUGH - AT_ONCE &&
                (series_of(seen) & x->seen->all) == x->seen->all)
                break;
        }
        x->seen->customers[series_of(seen) & x->seen->all]++;
    }
}

/* Adds who was seen in the whole window. */
static void add_whole(const struct counts_run *r, const struct whole_days *d,
                      struct count_sums *all)
{
    size_t n_series = r->q->n_series;
    struct series_seen *x = must(calloc(1, sizeof *x + (sizeof *x->customers << n_series)));
    for (int k = 0; k < RUN_KINDS; k++)
        x->of_kind[k] = r->slot_of[k] == NOTHING ? 0 : (uint16_t)(1U << r->slot_of[k]);
    x->all = (uint16_t)((1U << n_series) - 1);
    struct span span = r->survey.span;
    if (set_uses_avx512()) {
        struct series_seen_wider wider = {x, r->slot_of, 0, UINT32_MAX};
        wider.from_s = span.from_s > 0 ? (uint32_t)span.from_s : 0;
        wider.to_s = span.to_s < UINT32_MAX ? (uint32_t)span.to_s : UINT32_MAX;
        walk_loosely_of_run(&r->survey, d->run, &d->here, see_series_wider, &wider);
    } else {
        walk_batches_of_run(&r->survey, d->run, &d->here, see_series, x);
    }
    for (size_t seen = 1; seen <= x->all; seen++) {
        all->customers[ANY] += x->customers[seen];
        for (size_t k = 0; k < n_series; k++)
            all->customers[k] += seen >> k & 1 ? x->customers[seen] : 0;
    }
    free(x);
}

static void count_days(const struct counts_run *r, const struct whole_days *d, uint32_t chunk,
                       struct count_sums *sums)
{
    const struct analysis_units *units = &r->units;
    const struct run_days *days = d->run->days;
    struct span span = r->survey.span;
    struct span before = {span.from_s, units->from_s[d->first] - 1};
    struct span within = {units->from_s[d->first], units->from_s[d->end] - 1};
    struct span after = {units->from_s[d->end], span.to_s};
    for (size_t u = d->first; u < d->end; u++) {
        uint32_t day = run_days_at(days, units->from_s[u]);
        if (day < days->n)
            add_day(r, d->run, day, &sums[u]);
    }
    add_run_rows(r, d, within, &d->less, -1, sums);
    if (before.from_s <= before.to_s)
        add_run_rows(r, d, before, &d->here, 1, sums);
    if (after.from_s <= after.to_s && d->end < units->n)
        add_run_rows(r, d, after, &d->here, 1, sums);
    if (!r->q->units_only)
        add_whole(r, d, &sums[units->n]);
    count_rows(r, span, chunk, NULL, &d->rest, sums);
}

static void run_chunk(void *arg, size_t i)
{
    struct counts_run *r = arg;
    struct count_sums *sums = must(calloc(r->units.n + 1, sizeof *sums));
    const struct set_words *who = &r->survey.who.chunks[i];
    struct whole_days d;
    r->chunks[i] = sums;
    if (find_days(&d, r, r->survey.plan.s->chunks[i], who))
        count_days(r, &d, (uint32_t)i, sums);
    else
        count_rows(r, r->survey.span, (uint32_t)i, NULL, who, sums);
}

/* ---- the table ---- */

static void add_bucket(struct counts_bucket *to, const struct count_sums *from, size_t n_series)
{
    for (size_t k = 0; k < n_series; k++) {
        to->series[k].events += from->events[k];
        to->series[k].customers += from->customers[k];
    }
    to->customers += from->customers[ANY];
}

static void tabulate(const struct counts_run *r, struct counts_answer *out)
{
    size_t n_series = r->q->n_series;
    out->n = r->units.n;
    out->buckets = ARENA_ARRAY(r->survey.plan.a, struct counts_bucket, out->n + 1);
    for (size_t u = 0; u < out->n; u++)
        out->buckets[u].day = r->units.day[u];
    for (uint32_t i = 0; i < r->survey.plan.s->n_chunks; i++) {
        for (size_t u = 0; u < out->n; u++)
            add_bucket(&out->buckets[u], &r->chunks[i][u], n_series);
        if (!r->q->units_only)
            add_bucket(&out->all, &r->chunks[i][out->n], n_series);
    }
    for (size_t u = 0; u < out->n; u++) /* events of the whole are those of its parts */
        for (size_t k = 0; k < n_series; k++)
            out->all.series[k].events += out->buckets[u].series[k].events;
}

static enum rc answer(struct counts_run *r, struct counts_answer *out, struct err *e)
{
    enum rc rc = RC_OK;
    r->survey.by_posting = true;
    for (size_t k = 0; rc == RC_OK && k < r->q->n_series; k++)
        rc = matcher_add(&r->survey.matcher, &r->q->series[k], e);
    if (rc != RC_OK || r->survey.matcher.unsupported)
        return rc != RC_OK ? rc : RC_BUSY;
    struct span span = r->survey.span;
    int64_t earliest_s = span.from_s;
    if (earliest_s <= SPAN_START)
        earliest_s = survey_earliest(&r->survey, UINT16_MAX, r->q->unit);
    rc = analysis_units(span, earliest_s, r->q->unit, ANALYSIS_UNITS_MAX, &r->units, e);
    if (rc != RC_OK || r->units.n == 0)
        return rc;
    unit_finder_init(&r->finder, r->survey.plan.a, &r->units);
    bool slots = find_slots(r) && !survey_reads_posting(&r->survey);
    r->by_bits = set_uses_avx2() && units_are_even(&r->finder) && slots;
    r->by_days = r->finder.length_s == DAY_S && slots;
    if (r->survey.span.from_s < r->finder.base_s) /* events of other kinds may be earlier */
        r->survey.span.from_s = r->finder.base_s;
    share_rounds(r->survey.plan.s->n_chunks, run_chunk, r);
    tabulate(r, out);
    return RC_OK;
}

enum rc mirror_counts(const struct snapshot *s, struct tx *tx, const struct counts *q,
                      struct counts_answer *out, struct err *e)
{
    assert(q->n_series > 0 && q->n_series <= COUNTS_SERIES_MAX);
    struct counts_run *r = must(calloc(1, sizeof *r));
    r->q = q;
    r->chunks = must(calloc(s->n_chunks + 1, sizeof(struct count_sums *)));
    *out = (struct counts_answer){0};
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

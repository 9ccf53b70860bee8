/* run_event.c — conditions on events over the runs of one chunk.
 *
 * A customer is looked up in the run that holds them; whose events are in several runs, they are
 * put together first, unless it is asked for any event, or how many: then each run is asked. Where
 * every kind that matters has a posting and nothing else is asked of its rows, the posting alone is
 * read, and customers without one get the answer for no events at once. Otherwise rows are read
 * customer by customer; amounts, quantities and refunds stand in postings, whose places go along
 * with the rows.
 */
#include "query/mirror/match.h"
#include "query/mirror/newest.h"
#include "query/mirror/places.h"

#include "base/calendar.h"
#include "base/must.h"
#include "query/mirror/assemble.h"
#include "query/word.h"

#include <assert.h>
#include <stdlib.h>

enum { FEW = 512 /* customers for whom a search in postings beats going through them */ };

/* What is known of a customer's matching events. */
struct tally {
    int64_t count, amounts, sum, spend, min, max, days;
    uint32_t first_s, last_s;
    int32_t day;
};

/* ---- tallies ---- */

static void count_in(struct tally *t, const struct hit *h, bool days)
{
    if (t->count++ == 0)
        t->first_s = h->at_s;
    t->last_s = h->at_s;
    if (days) {
        int32_t day = calendar_day_of(h->at_s);
        t->days += t->days == 0 || day != t->day;
        t->day = day;
    }
    int64_t amount = hit_amount(h);
    if (amount == RUN_NONE)
        return;
    t->min = t->amounts == 0 || amount < t->min ? amount : t->min;
    t->max = t->amounts == 0 || amount > t->max ? amount : t->max;
    t->amounts++;
    t->sum += amount;
    t->spend += h->kind == EVENT_REFUND ? -amount : amount;
}

/* sum op y × n: the average without dividing. */
static bool average_holds(const struct node *n, const struct tally *t)
{
    __extension__ typedef __int128 wide;
    wide sum = t->sum, low = (wide)n->values[0].bound * t->amounts;
    switch (n->op) {
    case OP_EQ:
        return sum == low;
    case OP_NE:
        return sum != low;
    case OP_LT:
        return sum < low;
    case OP_LE:
        return sum <= low;
    case OP_GT:
        return sum > low;
    case OP_GE:
        return sum >= low;
    default:
        assert(n->op == OP_BETWEEN);
        return sum >= low && sum <= (wide)n->values[1].bound * t->amounts;
    }
}

static bool one_holds(const struct events_ask *x, const struct tally *t)
{
    const struct node *n = x->node;
    if (n->kind != NODE_TEST)
        return t->count > 0;
    switch (n->what) {
    case WHAT_COUNT:
        return number_holds(n, t->count);
    case WHAT_DAYS:
        return number_holds(n, t->days);
    case WHAT_SUM:
        return number_holds(n, t->sum);
    case WHAT_SPEND:
        return number_holds(n, t->spend);
    case WHAT_AVG:
        return t->amounts > 0 && average_holds(n, t);
    case WHAT_MIN:
        return t->amounts > 0 && number_holds(n, t->min);
    case WHAT_MAX:
        return t->amounts > 0 && number_holds(n, t->max);
    case WHAT_DAYS_SINCE_LAST:
        return t->count > 0 && number_holds(n, (x->now_s - t->last_s) / 86400);
    case WHAT_DAYS_SINCE_FIRST:
        return t->count > 0 && number_holds(n, (x->now_s - t->first_s) / 86400);
    default: {
        assert(n->what == WHAT_LAST_AT || n->what == WHAT_FIRST_AT);
        struct span s = window_span(&n->compare, x->now_s, x->period_s);
        int64_t at = n->what == WHAT_LAST_AT ? t->last_s : t->first_s;
        return t->count > 0 && at >= s.from_s && at <= s.to_s;
    }
    }
}

static bool tally_holds(const struct events_ask *x, const struct tally *t)
{
    for (; x != NULL; x = x->also)
        if (!one_holds(x, t))
            return false;
    return true;
}

static bool measures(const struct events_ask *x, enum what what)
{
    for (; x != NULL; x = x->also)
        if (x->node->kind == NODE_TEST && x->node->what == what)
            return true;
    return false;
}

bool measure_holds_for_none(const struct events_ask *x)
{
    return tally_holds(x, &(struct tally){0});
}

/* ---- postings ---- */

/* Number and sum are all that is asked of plain events: the place in the posting says the rest. */
static bool counts_plainly(const struct events_ask *x)
{
    const struct match *m = &x->matches[0];
    bool plain = m->where == NULL && !m->kept && m->n_kinds == 1;
    for (; x != NULL && plain; x = x->also) {
        enum what what = x->node->what;
        plain = x->node->kind != NODE_TEST || what == WHAT_COUNT || what == WHAT_SUM;
    }
    return plain;
}

/* The tally of plain events: those of one customer, looked for from the last back. */
static inline struct tally tally_places(const struct events_ask *x, const struct run_posting *p,
                                        struct run_range range, bool sum)
{
    struct tally t = {0};
    uint32_t to = range.to, from;
    while (to > range.from && p->at_s[to - 1] > x->to_s)
        to--;
    if (to > range.from && p->at_s[range.from] >= x->from_s)
        from = range.from;
    else
        for (from = to; from > range.from && p->at_s[from - 1] >= x->from_s;)
            from--;
    t.count = to - from;
    for (uint32_t i = from; sum && i < to; i++) {
        int64_t amount = run_amount(&p->amount_fen, i);
        t.sum += amount != RUN_NONE ? amount : 0;
    }
    return t;
}

static inline struct run_range places_from(const struct run_posting *p, uint32_t i)
{
    struct run_range range = {i, i + 1};
    while (range.to < p->n && p->local[range.to] == p->local[i])
        range.to++;
    return range;
}

/* Whether there is any: only the times are gone through. */
static void run_posting_any(const struct events_ask *x, const struct run_posting *p,
                            const struct set_words *who, struct set_words *out)
{
    struct set_words hit;
    words_clear(&hit);
    places_any(x->from_s, x->to_s, p, &hit);
    words_and(&hit, who);
    words_or(out, &hit);
}

/* One customer after the other. */
static void run_posting_each(const struct events_ask *x, const struct run_posting *p, bool sum,
                             const struct set_words *who, struct set_words *out)
{
    struct run_range range = {0};
    for (uint32_t i = 0; i < p->n; i = range.to) {
        range = places_from(p, i);
        if (!words_has(who, p->local[i]))
            continue;
        struct tally t = tally_places(x, p, range, sum);
        words_set(out, p->local[i], tally_holds(x, &t));
    }
}

/* The condition as bounds of a number or a sum; false when it is another. */
static bool bounds_of(const struct node *n, struct places_bounds *out)
{
    *out = (struct places_bounds){.from = 1, .to = INT64_MAX};
    if (n->kind != NODE_TEST)
        return true;
    int64_t bound = n->n_values > 0 ? n->values[0].bound : 0;
    *out = (struct places_bounds){.of_sum = n->what == WHAT_SUM,
                                  .from = INT64_MIN,
                                  .to = INT64_MAX,
                                  .outside = n->op == OP_NE};
    switch (n->op) {
    case OP_KNOWN:
        return true;
    case OP_EQ:
    case OP_NE:
        out->from = out->to = bound;
        return true;
    case OP_LT:
        out->to = bound - (bound > INT64_MIN);
        return bound > INT64_MIN;
    case OP_LE:
        out->to = bound;
        return true;
    case OP_GT:
        out->from = bound + (bound < INT64_MAX);
        return bound < INT64_MAX;
    case OP_GE:
        out->from = bound;
        return true;
    case OP_BETWEEN:
        out->from = bound;
        out->to = n->values[1].bound;
        return out->from <= out->to;
    default:
        return false;
    }
}

/* The measures as what places_run() takes; false when it does not take one of them. */
static bool places_of(const struct events_ask *x, struct places_ask *out)
{
    *out = (struct places_ask){.from_s = x->from_s, .to_s = x->to_s, .zero = x->zero};
    for (; x != NULL; x = x->also)
        if (out->n_bounds == PLACES_BOUNDS_MOST ||
            !bounds_of(x->node, &out->bounds[out->n_bounds++]))
            return false;
    return true;
}

/* Events a customer in question, from which on each is looked for: where all events are gone
 * through for their times alone, and for number and sum. */
enum { FEW_BESIDE_ANY = 100, FEW_BESIDE_TALLY = 40 };

/* How many events those have at least for whom it holds, as far as 2. */
static int64_t least_events(const struct events_ask *x)
{
    int64_t least = x->zero ? 0 : 1;
    struct places_bounds bounds;
    for (; x != NULL; x = x->also)
        if (bounds_of(x->node, &bounds) && !bounds.of_sum && !bounds.outside && bounds.from > least)
            least = bounds.from;
    return least < 2 ? least : 2;
}

static void run_posting_plainly(const struct events_ask *x, const struct run_posting *p,
                                const struct set_words *who, struct set_words *out)
{
    bool sum = measures(x, WHAT_SUM);
    bool any = x->node->kind != NODE_TEST && x->also == NULL;
    int64_t least = least_events(x);
    struct set_words with;
    struct places_ask places;
    if (least > 0 && p->index != NULL) { /* nobody else has as many */
        with = *who;
        if (any)
            run_posting_settle(p->index, x->from_s, x->to_s, &with, out);
        else
            run_posting_narrow(p->index, x->from_s, least == 2, &with);
        who = &with;
    }
    if (!places_of(x, &places))
        run_posting_each(x, p, sum, who, out);
    else if (words_count(who) < p->n / (any ? FEW_BESIDE_ANY : FEW_BESIDE_TALLY))
        places_few(&places, p, who, out);
    else if (any)
        run_posting_any(x, p, who, out);
    else
        places_run(&places, p, who, out);
}

static void run_posting(const struct events_ask *x, const struct run *run, uint8_t kind,
                        const struct set_words *who, struct set_words *out)
{
    if (counts_plainly(x)) {
        run_posting_plainly(x, run->postings[kind], who, out);
        return;
    }
    const struct run_posting *p = run->postings[kind];
    struct hit h = {.run = run, .posting = p, .kind = kind};
    bool days = measures(x, WHAT_DAYS);
    for (uint32_t i = 0; i < p->n;) {
        uint32_t local = p->local[i];
        struct tally t = {0};
        if (!words_has(who, local)) {
            while (i < p->n && p->local[i] == local)
                i++;
            continue;
        }
        for (; i < p->n && p->local[i] == local; i++) {
            h.place = i;
            h.at_s = p->at_s[i];
            if (h.at_s >= x->from_s && h.at_s <= x->to_s &&
                hit_matches(&x->matches[0], &h, x->now_s))
                count_in(&t, &h, days);
        }
        words_set(out, local, tally_holds(x, &t));
    }
}

/* ---- rows ---- */

/* Where the customers' events stand in the postings that are needed. */
struct places {
    const struct run_posting *posting[MATCH_SLOTS];
    uint32_t at[MATCH_SLOTS];
};

static void places_to(const struct events_ask *x, struct places *pl, uint32_t local, bool few)
{
    for (size_t k = 0; k < x->n_slots; k++) {
        const struct run_posting *p = pl->posting[k];
        if (p == NULL)
            continue;
        if (few)
            pl->at[k] = run_posting_of(p, local).from;
        else
            while (pl->at[k] < p->n && p->local[pl->at[k]] < local)
                pl->at[k]++;
    }
}

/* The next event in the window whose kind matters, and its place in its posting. */
static bool next_hit(const struct events_ask *x, const struct run *run, struct run_range *left,
                     struct places *pl, struct hit *h)
{
    while (left->from < left->to && run->at_s[left->from] <= x->to_s) {
        uint32_t row = left->from++;
        uint8_t slot = x->slot[run->kind[row]];
        if (slot == NO_SLOT)
            continue;
        h->posting = pl->posting[slot];
        h->place = h->posting != NULL ? pl->at[slot]++ : 0;
        if (run->at_s[row] < x->from_s)
            continue;
        h->row = row;
        h->kind = run->kind[row];
        h->at_s = run->at_s[row];
        return true;
    }
    return false;
}

static bool tally_rows(const struct events_ask *x, const struct run *run, struct run_range range,
                       struct places *pl)
{
    struct tally t = {0};
    struct hit h = {.run = run};
    bool days = measures(x, WHAT_DAYS);
    bool any = x->node->kind != NODE_TEST;
    while (next_hit(x, run, &range, pl, &h)) {
        if (!hit_matches(&x->matches[0], &h, x->now_s))
            continue;
        if (any)
            return true;
        count_in(&t, &h, days);
    }
    return tally_holds(x, &t);
}

/* Step by step the latest possible start of the steps so far; the last step matches when its start
 * is near enough. Later steps first, so that no event is two of them. */
static bool seq_rows(const struct events_ask *x, const struct run *run, struct run_range range,
                     struct places *pl)
{
    int64_t start[LIMIT_SEQ_STEPS];
    size_t last = x->n_matches - 1;
    for (size_t k = 0; k <= last; k++)
        start[k] = -1;
    struct hit h = {.run = run};
    while (next_hit(x, run, &range, pl, &h)) {
        for (size_t k = last + 1; k-- > 0;) {
            int64_t from = k == 0 ? (int64_t)h.at_s : start[k - 1];
            if (k < last && from <= start[k])
                continue;
            if (from < 0 || !hit_matches(&x->matches[k], &h, x->now_s))
                continue;
            if (k == last && h.at_s - from <= x->within_s)
                return true;
            start[k] = from > start[k] ? from : start[k];
        }
    }
    return false;
}

static void run_rows_of(const struct ask *ask, const struct run *run, const struct set_words *who,
                        struct set_words *out)
{
    const struct events_ask *x = ask->events;
    struct places pl = {0};
    bool few = words_count(who) < FEW;
    for (size_t k = 0; k < x->n_slots && x->wants_columns; k++)
        pl.posting[k] = run->postings[x->kinds[k]];
    for (uint32_t w = 0; w < SET_WORDS; w++)
        for (uint64_t left = who->w[w]; left != 0; left &= left - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(left);
            struct run_range range = run_range_of(run, local);
            if (range.from == range.to) {
                words_set(out, local, x->zero);
                continue;
            }
            if (!x->wants_columns)
                range.from = run_first_since(run, local, range, x->from_s);
            places_to(x, &pl, local, few);
            words_set(out, local,
                      ask->kind == ASK_SEQ ? seq_rows(x, run, range, &pl)
                                           : tally_rows(x, run, range, &pl));
        }
}

/* Where nothing but the number of plain events is asked; `places` is the caller's room. */
static bool counts_rows(const struct ask *ask, struct places_ask *places, struct newest_ask *out)
{
    const struct events_ask *x = ask->events;
    const struct match *m = &x->matches[0];
    if (ask->kind != ASK_MEASURE || x->wants_columns || m->where != NULL || m->kept)
        return false;
    for (const struct events_ask *also = x; also != NULL; also = also->also)
        if (also->node->kind == NODE_TEST && also->node->what != WHAT_COUNT)
            return false;
    *out = (struct newest_ask){.places = places, .slot = x->slot};
    return places_of(x, places) && newest_enough(places, &out->enough);
}

/* ---- runs ---- */

/* Those of `who`, all of whom the run holds. */
static void run_one(const struct ask *ask, const struct run *run, const struct set_words *who,
                    struct set_words *out)
{
    const struct events_ask *x = ask->events;
    struct places_ask places;
    struct newest_ask newest;
    uint32_t rows = 0;
    for (size_t k = 0; k < x->n_slots; k++)
        rows += run->by_kind[x->kinds[k]];
    if (x->zero)
        words_or(out, who);
    if (rows == 0 || x->empty)
        return;
    if (ask->kind == ASK_MEASURE && x->n_slots == 1 && !x->wants_rows &&
        run->postings[x->kinds[0]] != NULL)
        run_posting(x, run, x->kinds[0], who, out);
    else if (counts_rows(ask, &places, &newest))
        newest_of_run(&newest, run, who, out);
    else
        run_rows_of(ask, run, who, out);
}

/* ---- customers of several runs ---- */

/* Whether there is any such event is asked of each run that counts. */
static void any_of_several(const struct ask *ask, const struct chunk *chunk,
                           const struct set_words *who, struct set_words *out)
{
    struct set_words left = *who, some;
    for (int k = chunk->n_runs; k-- > 0 && words_any(&left);) {
        words_clear(&some);
        run_one(ask, chunk->runs[k], &left, &some);
        words_or(out, &some);
        words_and_not(&left, &some);
        if (chunk->runs[k]->replaced != NULL)
            words_and_not(&left, chunk->runs[k]->replaced);
    }
}

/* What plain events of a chunk's customers add up to. */
struct plain_sums {
    uint32_t count[SET_CHUNK];
    int64_t sum[SET_CHUNK];
};

static void add_places(const struct events_ask *x, const struct run_posting *p,
                       const struct set_words *who, struct plain_sums *s)
{
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t local = p->local[i];
        if (p->at_s[i] < x->from_s || p->at_s[i] > x->to_s || !words_has(who, local))
            continue;
        int64_t amount = run_amount(&p->amount_fen, i);
        s->count[local]++;
        s->sum[local] += amount != RUN_NONE ? amount : 0;
    }
}

/* Of a customer in one run: by its posting, or by the rows where it has none. */
static void add_customer(const struct events_ask *x, const struct run *run, uint32_t local,
                         struct plain_sums *s)
{
    const struct run_posting *p = run->postings[x->kinds[0]];
    if (p != NULL) {
        struct tally t = tally_places(x, p, run_posting_of(p, local), true);
        s->count[local] += (uint32_t)t.count;
        s->sum[local] += t.sum;
        return;
    }
    struct run_range rows = run_range_of(run, local);
    for (uint32_t i = rows.from; i < rows.to; i++)
        s->count[local] +=
            run->kind[i] == x->kinds[0] && run->at_s[i] >= x->from_s && run->at_s[i] <= x->to_s;
}

/* Number and sum of plain events are added up run by run: nothing has to be put together. */
static void plainly_of_several(const struct ask *ask, const struct chunk *chunk,
                               const struct set_words *who, struct set_words *out)
{
    const struct events_ask *x = ask->events;
    struct plain_sums *s = must(calloc(1, sizeof *s));
    struct set_words left = *who;
    for (int k = chunk->n_runs; k-- > 0;) {
        const struct run *run = chunk->runs[k];
        const struct run_posting *p = run->postings[x->kinds[0]];
        if (p != NULL && words_count(&left) >= p->n / FEW_BESIDE_TALLY)
            add_places(x, p, &left, s);
        else if (run->by_kind[x->kinds[0]] > 0)
            for (uint32_t w = 0; w < SET_WORDS; w++)
                for (uint64_t bits = left.w[w]; bits != 0; bits &= bits - 1)
                    add_customer(x, run, w * 64 + (uint32_t)__builtin_ctzll(bits), s);
        if (run->replaced != NULL)
            words_and_not(&left, run->replaced);
    }
    for (uint32_t w = 0; w < SET_WORDS; w++)
        for (uint64_t bits = who->w[w]; bits != 0; bits &= bits - 1) {
            uint32_t local = w * 64 + (uint32_t)__builtin_ctzll(bits);
            struct tally t = {.count = s->count[local], .sum = s->sum[local]};
            words_set(out, local, tally_holds(x, &t));
        }
    free(s);
}

/* Whether the posting of one kind is all that need be read. */
static bool reads_posting(const struct ask *ask, const struct chunk *chunk)
{
    const struct events_ask *x = ask->events;
    return ask->kind == ASK_MEASURE && x->n_slots == 1 && !x->wants_rows &&
           chunk->runs[0]->postings[x->kinds[0]] != NULL;
}

/* What is to be put together for the question. */
static struct assembly_needs needs_of(const struct ask *ask, bool posting)
{
    enum { ROWS_OF = 1024, POSTINGS_OF = 4096 /* customers at once */ };
    const struct events_ask *x = ask->events;
    return (struct assembly_needs){
        .from_s = x->from_s,
        .to_s = x->to_s,
        .rows = !posting,
        .columns = x->wants_rows,
        .kinds = x->kinds,
        .n_kinds = posting || x->wants_columns ? x->n_slots : 0,
        .customers_most = posting ? POSTINGS_OF : ROWS_OF,
    };
}

static void run_several(const struct ask *ask, const struct chunk *chunk,
                        const struct set_words *who, struct set_words *out)
{
    const struct events_ask *x = ask->events;
    struct places_ask places;
    struct newest_ask newest;
    uint64_t rows = 0;
    for (size_t i = 0; i < x->n_slots; i++)
        for (int k = 0; k < chunk->n_runs; k++)
            rows += chunk->runs[k]->by_kind[x->kinds[i]];
    if (rows == 0 || x->empty) {
        if (x->zero)
            words_or(out, who);
        return;
    }
    if (ask->kind == ASK_MEASURE && x->node->kind != NODE_TEST && x->also == NULL) {
        any_of_several(ask, chunk, who, out);
        return;
    }
    bool posting = reads_posting(ask, chunk);
    if (posting && counts_plainly(x)) {
        plainly_of_several(ask, chunk, who, out);
        return;
    }
    if (!posting && counts_rows(ask, &places, &newest)) {
        newest_of_several(&newest, chunk, who, out);
        return;
    }
    struct assembly_needs needs = needs_of(ask, posting);
    struct assembly a;
    assembly_begin(&a, chunk, who, &needs);
    while (assembly_next(&a))
        run_one(ask, &a.run, &a.here, out);
    assembly_end(&a);
}

void events_call(const struct events_ask *x, const struct chunk *chunk)
{
    const struct run *run = chunk->runs[0];
    for (size_t k = 0; k < x->n_slots; k++) {
        const struct run_posting *p = run->postings[x->kinds[k]];
        __builtin_prefetch(&run->by_kind[x->kinds[k]]);
        if (p != NULL && p->index != NULL)
            __builtin_prefetch(p->index->newest);
    }
}

void events_run(const struct ask *ask, const struct chunk *chunk, const struct set_words *cand,
                struct set_words *out)
{
    struct chunk_runs v;
    words_clear(out);
    if (chunk->n_runs == 1) {
        run_one(ask, chunk->runs[0], cand, out);
        return;
    }
    chunk_runs_begin(&v, chunk, cand);
    while (chunk_runs_next(&v))
        run_one(ask, v.run, &v.here, out);
    if (v.any_several)
        run_several(ask, chunk, &v.several, out);
}

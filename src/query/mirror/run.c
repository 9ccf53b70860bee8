/* run.c — a plan over one chunk: bits in, bits out.
 *
 * Conditions that are dear see only what the cheap ones before them left. Nothing is allocated: the
 * caller brings word lists for the depth of the plan, which stay in the second cache. */
#include "query/mirror/plan.h"

#include "base/hash.h"

#include <assert.h>

/* ---- leaves that are not events ---- */

static bool in_ranges(const struct ask *ask, int64_t value)
{
    for (size_t i = 0; i < ask->n_ranges; i++)
        if (value >= ask->ranges[i].from && value <= ask->ranges[i].to)
            return true;
    return false;
}

/* The place of a civil day in a year that begins on 1 March. From the count of days since 1 March
 * of year 0 in the cycle of 400 years; as in Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms". */
static int64_t march_place(int32_t day)
{
    int64_t d = ((int64_t)day + 719468) % 146097;
    d = d < 0 ? d + 146097 : d;
    int64_t year = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    return d - (365 * year + year / 4 - year / 100);
}

static bool birthday_holds(const struct ask *ask, int32_t day)
{
    int64_t place = march_place(day), from = ask->ranges[0].from, to = ask->ranges[0].to;
    return from <= to ? place >= from && place <= to : place >= from || place <= to;
}

static bool value_holds(const struct ask *ask, const struct columns *c, uint32_t local)
{
    if (ask->kind == ASK_BIRTHDAY)
        return c->birth_day[local] != COLUMN_NO_DAY && birthday_holds(ask, c->birth_day[local]);
    switch (ask->column) {
    case COLUMN_BIRTH_DAY:
        return c->birth_day[local] != COLUMN_NO_DAY && in_ranges(ask, c->birth_day[local]);
    case COLUMN_ADDED:
        return c->added_s[local] != COLUMN_NEVER && in_ranges(ask, c->added_s[local]);
    case COLUMN_CLV:
        return in_ranges(ask, c->clv_fen[local]);
    default:
        return c->first_s[local] != COLUMN_NEVER && in_ranges(ask, c->first_s[local]);
    }
}

static void narrow_to_values(const struct ask *ask, const struct snapshot *s, uint32_t chunk,
                             struct set_words *x)
{
    const struct columns *columns = s->chunks[chunk]->columns;
    for (uint32_t w = 0; w < SET_WORDS; w++) {
        uint64_t kept = 0;
        for (uint64_t left = x->w[w]; left != 0; left &= left - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(left);
            bool holds;
            if (ask->kind == ASK_SAMPLE) {
                int64_t id =
                    codes_id(s->dictionaries->customers, chunk * SET_CHUNK + w * 64 + bit + 1);
                holds = hash_sample(id, ask->salt) % 10000 < ask->share;
            } else {
                holds = value_holds(ask, columns, w * 64 + bit);
            }
            kept |= (uint64_t)holds << bit;
        }
        x->w[w] = kept;
    }
}

/* ---- booleans ---- */

/* Where a plan is run. */
struct place {
    const struct snapshot *s;
    uint32_t chunk;
};

static void narrow(const struct ask *ask, struct place at, struct set_words *x,
                   struct set_words *scratch);

static void put_sets(const struct ask *ask, size_t from, struct place at, struct set_words *x)
{
    for (size_t i = from; i < ask->n_sets; i++)
        set_or(ask->sets[i], at.chunk, x);
}

static void load_sets(const struct ask *ask, struct place at, struct set_words *out)
{
    if (ask->n_sets == 0)
        words_clear(out);
    else
        set_load(ask->sets[0], at.chunk, out);
    put_sets(ask, 1, at, out);
}

static void narrow_to_sets(const struct ask *ask, struct place at, struct set_words *x,
                           struct set_words *scratch)
{
    if (ask->n_sets == 1) {
        set_and(ask->sets[0], at.chunk, x);
        return;
    }
    load_sets(ask, at, scratch);
    words_and(x, scratch);
}

static void narrow_to_others(const struct ask *item, struct place at, struct set_words *x,
                             struct set_words *scratch)
{
    if (item->kind == ASK_SETS) {
        for (size_t i = 0; i < item->n_sets; i++)
            set_and_not(item->sets[i], at.chunk, x);
        return;
    }
    scratch[0] = *x;
    narrow(item, at, &scratch[0], scratch + 1);
    words_and_not(x, &scratch[0]);
}

/* Sets are joined whole; of any other item only those are asked for whom no item before held. */
static void narrow_to_any(const struct ask *ask, struct place at, struct set_words *x,
                          struct set_words *scratch)
{
    struct set_words *any = &scratch[0], *left = &scratch[1];
    if (ask->n_items > 0 && ask->items[0]->kind == ASK_SETS) {
        load_sets(ask->items[0], at, any);
    } else if (ask->n_items > 0) {
        *any = *x;
        narrow(ask->items[0], at, any, scratch + 2);
    } else {
        words_clear(any);
    }
    for (size_t i = 1; i < ask->n_items; i++) {
        if (ask->items[i]->kind == ASK_SETS) {
            put_sets(ask->items[i], 0, at, any);
            continue;
        }
        *left = *x;
        words_and_not(left, any);
        if (!words_any(left))
            break;
        narrow(ask->items[i], at, left, scratch + 2);
        words_or(any, left);
    }
    words_and(x, any);
}

/* Leaves of x those for whom it holds. */
static void narrow(const struct ask *ask, struct place at, struct set_words *x,
                   struct set_words *scratch)
{
    switch (ask->kind) {
    case ASK_ALL:
        return;
    case ASK_AND:
        for (size_t i = 0; i < ask->n_items && words_any(x); i++)
            narrow(ask->items[i], at, x, scratch);
        return;
    case ASK_OR:
        narrow_to_any(ask, at, x, scratch);
        return;
    case ASK_NOT:
        narrow_to_others(ask->items[0], at, x, scratch);
        return;
    case ASK_SETS:
        narrow_to_sets(ask, at, x, scratch);
        return;
    case ASK_COLUMN:
    case ASK_BIRTHDAY:
    case ASK_SAMPLE:
        narrow_to_values(ask, at.s, at.chunk, x);
        return;
    case ASK_LAST:
        last_run(ask, at.s->chunks[at.chunk], x, &scratch[0]);
        break;
    case ASK_HAD:
        had_run(ask, at.s->chunks[at.chunk], x, &scratch[0]);
        break;
    default:
        assert(ask->kind == ASK_MEASURE || ask->kind == ASK_SEQ);
        events_run(ask, at.s->chunks[at.chunk], x, &scratch[0]);
    }
    *x = scratch[0];
}

void ask_call(const struct ask *ask, uint32_t chunk)
{
    for (size_t i = 0; i < ask->n_items; i++)
        ask_call(ask->items[i], chunk);
    for (size_t i = 0; ask->kind == ASK_SETS && i < ask->n_sets; i++)
        set_call(ask->sets[i], chunk);
}

void ask_call_postings(const struct ask *ask, const struct snapshot *s)
{
    for (size_t i = 0; i < ask->n_items; i++)
        ask_call_postings(ask->items[i], s);
    for (uint32_t i = 0; ask->kind == ASK_MEASURE && i < s->n_chunks; i++)
        events_call(ask->events, s->chunks[i]);
}

void ask_run(const struct ask *ask, const struct snapshot *s, uint32_t chunk, struct set_words *x,
             struct set_words *scratch)
{
    narrow(ask, (struct place){s, chunk}, x, scratch);
}

/* run.c — a plan over one chunk: bits in, bits out.
 *
 * Conditions that are dear see only what the cheap ones before them left. Nothing is allocated: the
 * caller brings word lists for the depth of the plan, which stay in the second cache. */
#include "query/mirror/plan.h"

#include "base/hash.h"

#include <assert.h>

/* ---- leaves that are not events ---- */

static void run_sets(const struct ask *ask, uint32_t chunk, const struct set_words *cand,
                     struct set_words *out)
{
    words_clear(out);
    for (size_t i = 0; i < ask->n_sets; i++)
        set_or(ask->sets[i], chunk, out);
    words_and(out, cand);
}

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

static void run_values(const struct ask *ask, const struct snapshot *s, uint32_t chunk,
                       const struct set_words *cand, struct set_words *out)
{
    const struct columns *columns = s->chunks[chunk]->columns;
    for (uint32_t w = 0; w < SET_WORDS; w++) {
        uint64_t kept = 0;
        for (uint64_t left = cand->w[w]; left != 0; left &= left - 1) {
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
        out->w[w] = kept;
    }
}

/* ---- booleans ---- */

static void run_and(const struct ask *ask, const struct snapshot *s, uint32_t chunk,
                    const struct set_words *cand, struct set_words *out, struct set_words *scratch)
{
    *out = *cand;
    for (size_t i = 0; i < ask->n_items && words_any(out); i++) {
        ask_run(ask->items[i], s, chunk, out, &scratch[0], scratch + 2);
        *out = scratch[0];
    }
}

static void run_or(const struct ask *ask, const struct snapshot *s, uint32_t chunk,
                   const struct set_words *cand, struct set_words *out, struct set_words *scratch)
{
    struct set_words *left = &scratch[0], *more = &scratch[1];
    *left = *cand;
    words_clear(out);
    for (size_t i = 0; i < ask->n_items && words_any(left); i++) {
        ask_run(ask->items[i], s, chunk, left, more, scratch + 2);
        words_or(out, more);
        words_and_not(left, more);
    }
}

void ask_run(const struct ask *ask, const struct snapshot *s, uint32_t chunk,
             const struct set_words *cand, struct set_words *out, struct set_words *scratch)
{
    switch (ask->kind) {
    case ASK_ALL:
        *out = *cand;
        return;
    case ASK_AND:
        run_and(ask, s, chunk, cand, out, scratch);
        return;
    case ASK_OR:
        run_or(ask, s, chunk, cand, out, scratch);
        return;
    case ASK_NOT:
        ask_run(ask->items[0], s, chunk, cand, &scratch[0], scratch + 2);
        *out = *cand;
        words_and_not(out, &scratch[0]);
        return;
    case ASK_SETS:
        run_sets(ask, chunk, cand, out);
        return;
    case ASK_COLUMN:
    case ASK_BIRTHDAY:
    case ASK_SAMPLE:
        run_values(ask, s, chunk, cand, out);
        return;
    case ASK_LAST:
        last_run(ask, s->chunks[chunk], cand, out);
        return;
    default:
        assert(ask->kind == ASK_MEASURE || ask->kind == ASK_SEQ);
        events_run(ask, s->chunks[chunk], cand, out);
    }
}

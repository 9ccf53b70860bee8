/* days.c — one pass over the rows, which are sorted by customer and time: a customer's day ends
 * where the next begins. Sets of kinds are counted in a hash table, then laid out by day. */
#include "mirror/days.h"

#include "base/calendar.h"
#include "base/hash.h"
#include "base/must.h"

#include <string.h>

enum { ROWS_A_BYTE = 4, ROOM_AT_FIRST = 4096, SET_BYTES = 12 };

/* A set of kinds on a day, and who did it; of no customers: an empty place. */
struct day_set {
    uint64_t kinds;
    uint32_t day, customers;
};

struct counting {
    struct day_set *at;
    size_t room, n, most;
};

/* ---- the table of sets ---- */

static struct day_set *place_of(const struct counting *c, uint32_t day, uint64_t kinds)
{
    size_t i = hash_u64(kinds ^ (uint64_t)day << 40) & (c->room - 1);
    while (c->at[i].customers != 0 && (c->at[i].day != day || c->at[i].kinds != kinds))
        i = (i + 1) & (c->room - 1);
    return &c->at[i];
}

static void grow(struct counting *c)
{
    struct counting wider = {.room = c->room * 2, .n = c->n, .most = c->most};
    wider.at = must(calloc(wider.room, sizeof *wider.at));
    for (size_t i = 0; i < c->room; i++)
        if (c->at[i].customers != 0)
            *place_of(&wider, c->at[i].day, c->at[i].kinds) = c->at[i];
    free(c->at);
    *c = wider;
}

/* One more customer; false when there are too many sets. */
static bool count_customer(struct counting *c, uint32_t day, uint64_t kinds)
{
    struct day_set *at = place_of(c, day, kinds);
    if (at->customers++ > 0)
        return true;
    at->day = day;
    at->kinds = kinds;
    if (++c->n * 2 > c->room)
        grow(c);
    return c->n <= c->most;
}

/* ---- rows ---- */

static void number_kinds(const struct run *run, struct run_days *days)
{
    for (int k = 0; k < RUN_KINDS; k++)
        if (run->by_kind[k] > 0)
            days->slot[k] = (uint8_t)days->n_kinds++;
}

static bool count_rows(const struct run *run, struct run_days *days, struct counting *c)
{
    for (uint32_t i = 0; i < run->customers; i++) {
        uint64_t kinds = 0;
        uint32_t day = 0;
        for (uint32_t row = run->start[i]; row < run->start[i + 1]; row++) {
            uint32_t at = (run->at_s[row] - days->begin_s) / DAY_S;
            uint32_t slot = days->slot[run->kind[row]];
            if (at != day && kinds != 0) {
                if (!count_customer(c, day, kinds))
                    return false;
                kinds = 0;
            }
            day = at;
            kinds |= UINT64_C(1) << slot;
            days->events[(size_t)at * days->n_kinds + slot]++;
        }
        if (kinds != 0 && !count_customer(c, day, kinds))
            return false;
    }
    return true;
}

static void lay_out(struct run_days *days, const struct counting *c)
{
    days->n_sets = (uint32_t)c->n;
    days->first = must(calloc(days->n + 1, sizeof *days->first));
    days->kinds = must(malloc((c->n + 1) * sizeof *days->kinds));
    days->customers = must(malloc((c->n + 1) * sizeof *days->customers));
    uint32_t *next = must(calloc(days->n + 1, sizeof *next));
    for (size_t i = 0; i < c->room; i++)
        if (c->at[i].customers != 0)
            days->first[c->at[i].day + 1]++;
    for (uint32_t d = 0; d < days->n; d++)
        next[d + 1] = days->first[d + 1] += days->first[d];
    for (size_t i = 0; i < c->room; i++) {
        if (c->at[i].customers == 0)
            continue;
        uint32_t to = next[c->at[i].day]++;
        days->kinds[to] = c->at[i].kinds;
        days->customers[to] = c->at[i].customers;
    }
    free(next);
}

/* ---- making ---- */

static size_t bytes_allowed(const struct run *run)
{
    enum { FOR_TESTS = 1 << 24 };
    return run_treated_as_large() ? FOR_TESTS : run->n / ROWS_A_BYTE;
}

struct run_days *run_days_saved(const struct run *run, uint32_t begin_s, uint32_t n,
                                uint32_t n_sets)
{
    struct run_days *days = must(calloc(1, sizeof *days));
    days->begin_s = begin_s;
    days->n = n;
    days->n_sets = n_sets;
    days->borrowed = true;
    number_kinds(run, days);
    return days;
}

/* The first instant of the day that holds first_s, days being as at last_s. */
static int64_t begin_of(const struct run *run)
{
    int64_t some = calendar_day_start_s(calendar_day_of(run->last_s));
    int64_t back = (some - run->first_s + DAY_S - 1) / DAY_S;
    return some - (some > run->first_s ? back * DAY_S : 0);
}

struct run_days *run_days_new(const struct run *run)
{
    size_t bytes_most = bytes_allowed(run);
    int64_t begin_s = run->n > 0 ? begin_of(run) : -1;
    if (begin_s < 0)
        return NULL;
    struct run_days *days = run_days_saved(run, (uint32_t)begin_s, 0, 0);
    days->borrowed = false;
    days->n = (run->last_s - days->begin_s) / DAY_S + 1;
    size_t events = (size_t)days->n * days->n_kinds;
    struct counting c = {.room = ROOM_AT_FIRST, .most = (bytes_most - bytes_most / 2) / SET_BYTES};
    bool ok = days->n_kinds <= DAYS_KINDS_MOST && events * sizeof *days->events <= bytes_most / 2;
    if (ok) {
        days->events = must(calloc(events, sizeof *days->events));
        c.at = must(calloc(c.room, sizeof *c.at));
        ok = count_rows(run, days, &c);
    }
    if (ok)
        lay_out(days, &c);
    free(c.at);
    if (ok)
        return days;
    run_days_free(days);
    return NULL;
}

void run_days_free(struct run_days *days)
{
    if (days == NULL)
        return;
    if (!days->borrowed) {
        free(days->events);
        free(days->first);
        free(days->kinds);
        free(days->customers);
    }
    free(days);
}

size_t run_days_bytes(const struct run_days *days)
{
    return sizeof *days + (size_t)days->n * days->n_kinds * sizeof *days->events +
           (days->n + 1) * sizeof *days->first + days->n_sets * (size_t)SET_BYTES;
}

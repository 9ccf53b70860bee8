/* posting_index.c — who is in a posting, where, and since when: what is asked before its columns.
 *
 * When a customer was last there is a byte: steps of a day and a half, back from the posting's last
 * event for a year. A question about the last weeks reads those bytes, 64 customers at a time, and
 * then the columns of the few for whom it is not settled.
 */
#include "mirror/rows.h"

#include "base/must.h"

#include <stdlib.h>

/* Events of a posting from which on an index pays, and from which on the bytes do. */
enum { INDEXED = 8192, AGED = SET_CHUNK / 2 };
enum { STEP_BITS = 17, NEWEST_STEP = 255, OLDEST_STEP = 1 };

/* ---- who and where ---- */

/* Who has places in it, who several; how many customers have any. */
static uint32_t find_customers(const struct run_posting *p, struct set_words *once,
                               struct set_words *again)
{
    uint32_t customers = 0;
    words_clear(once);
    words_clear(again);
    for (uint32_t i = 0; i < p->n; i++) {
        bool first = i == 0 || p->local[i] != p->local[i - 1];
        customers += first;
        words_put(first ? once : again, p->local[i]);
    }
    return customers;
}

/* False when so many events are of 64 customers that their places cannot be told. */
static bool find_places(const struct run_posting *p, struct posting_index *x)
{
    uint32_t i = 0, customer = 0;
    for (uint32_t w = 0; w < SET_WORDS; w++) {
        x->place[w] = i;
        x->before[w] = customer;
        for (; i < p->n && p->local[i] / 64 == w; i++) {
            if (i > x->place[w] && p->local[i] == p->local[i - 1])
                continue;
            if (i - x->place[w] > UINT16_MAX)
                return false;
            x->begin[customer++] = (uint16_t)(i - x->place[w]);
        }
    }
    x->place[SET_WORDS] = i;
    x->before[SET_WORDS] = customer;
    return true;
}

/* ---- since when ---- */

/* The step of an instant that is not later than the last: the later the larger. */
static uint8_t step_of(const struct posting_index *x, uint32_t at_s)
{
    uint32_t back = (x->last_s - at_s) >> STEP_BITS;
    return (uint8_t)(back < NEWEST_STEP - OLDEST_STEP ? NEWEST_STEP - back : OLDEST_STEP);
}

/* A customer's events stand in ascending order: the last of them is their newest. */
static void find_steps(const struct run_posting *p, struct posting_index *x)
{
    bool amounts = posting_has_amounts(p);
    for (uint32_t i = 0; i < p->n; i++)
        x->last_s = p->at_s[i] > x->last_s ? p->at_s[i] : x->last_s;
    x->newest = must(calloc(amounts ? 2 : 1, SET_CHUNK));
    x->second = amounts ? x->newest + SET_CHUNK : NULL;
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t local = p->local[i];
        if (amounts)
            x->second[local] = x->newest[local];
        x->newest[local] = step_of(x, p->at_s[i]);
    }
}

/* ---- the index ---- */

void posting_index(struct run_posting *p)
{
    struct set_words once, again;
    if (p->n < INDEXED && !run_treated_as_large())
        return;
    uint32_t customers = find_customers(p, &once, &again);
    size_t align = _Alignof(struct posting_index);
    size_t bytes = sizeof *p->index + customers * sizeof p->index->begin[0];
    struct posting_index *x = must(aligned_alloc(align, (bytes + align - 1) / align * align));
    x->once = once;
    x->again = again;
    x->last_s = 0;
    x->newest = x->second = NULL;
    if (!find_places(p, x)) {
        free(x);
        return;
    }
    if (p->n >= AGED || run_treated_as_large())
        find_steps(p, x);
    p->index = x;
}

void posting_index_free(struct posting_index *x)
{
    if (x != NULL)
        free(x->newest);
    free(x);
}

size_t posting_index_bytes(const struct posting_index *x)
{
    if (x == NULL)
        return 0;
    return sizeof *x + x->before[SET_WORDS] * sizeof x->begin[0] +
           (x->newest != NULL ? SET_CHUNK : 0) + (x->second != NULL ? SET_CHUNK : 0);
}

/* ---- reading ---- */

struct run_range run_posting_of(const struct run_posting *p, uint32_t local)
{
    const struct posting_index *x = p->index;
    if (x == NULL)
        return (struct run_range){places_lower(p->local, p->n, local),
                                  places_lower(p->local, p->n, local + 1)};
    return posting_index_of(x, local);
}

/* Whose byte says that they may have an event from from_s on, which is not behind the last. */
static struct byte_bounds may_have(const struct posting_index *x, uint32_t from_s)
{
    return (struct byte_bounds){step_of(x, from_s), NEWEST_STEP};
}

void run_posting_narrow(const struct posting_index *x, uint32_t from_s, bool twice,
                        struct set_words *who)
{
    if (x->newest == NULL || (twice && x->second == NULL))
        words_and(who, twice ? &x->again : &x->once);
    if (x->newest == NULL)
        return;
    if (from_s > x->last_s)
        words_clear(who);
    else
        words_and_bytes(who, twice && x->second != NULL ? x->second : x->newest,
                        may_have(x, from_s));
}

void run_posting_settle(const struct posting_index *x, uint32_t from_s, uint32_t to_s,
                        struct set_words *who, struct set_words *out)
{
    if (x->newest == NULL || from_s > x->last_s) {
        run_posting_narrow(x, from_s, false, who);
        return;
    }
    struct byte_bounds may = may_have(x, from_s);
    uint32_t least = may.from + 1U, most = NEWEST_STEP;
    if (to_s < x->last_s)
        most = step_of(x, to_s) - 1U;
    if (least > most)
        words_and_bytes(who, x->newest, may);
    else
        words_split_bytes(who, x->newest, may, (struct byte_bounds){(uint8_t)least, (uint8_t)most},
                          out);
}

/* gather.c — a walk over the customers of a run that are asked for.
 *
 * Columns are copied a customer at a time. What few rows have stands in the postings of their
 * kinds: since customers ascend, a place in each posting goes along with them and is looked for
 * only once a customer has such a row.
 */
#include "mirror/gather.h"

#include "base/must.h"
#include "mirror/rows.h"

#include <stdlib.h>
#include <string.h>

struct walk {
    const struct run *run;
    struct run_rows *out;
    bool extras[RUN_KINDS];    /* kinds whose rows have amounts and the like */
    uint32_t place[RUN_KINDS]; /* in their postings, not behind the customer at hand */
    bool any;
};

static bool amounts(const struct run_amounts *c)
{
    return c->narrow != NULL || c->wide != NULL;
}

static void begin(struct walk *w, const struct run *run, struct run_rows *out)
{
    *w = (struct walk){.run = run, .out = out};
    for (int k = 0; k < RUN_KINDS; k++) {
        const struct run_posting *p = run->postings[k];
        w->extras[k] = p != NULL &&
                       (amounts(&p->amount_fen) || amounts(&p->quantity) || p->refunded_s != NULL);
        w->any = w->any || w->extras[k];
    }
}

/* Where the rows of a customer begin in a posting, not before the place reached: a gallop. */
static uint32_t posting_place(const struct run_posting *p, uint32_t from, uint32_t local)
{
    uint32_t step = 1;
    while (step < p->n - from && p->local[from + step - 1] < local)
        step *= 2;
    uint32_t to = step < p->n - from ? from + step : p->n;
    from += step / 2;
    return from + places_lower(p->local + from, to - from, local);
}

/* Appends what the rows of one customer have besides. */
static void take_extras(struct walk *w, uint32_t local, struct run_range range)
{
    const struct run *run = w->run;
    bool found[RUN_KINDS] = {false};
    for (uint32_t i = range.from; i < range.to; i++) {
        uint8_t kind = run->kind[i];
        if (!w->extras[kind])
            continue;
        const struct run_posting *p = run->postings[kind];
        if (!found[kind])
            w->place[kind] = posting_place(p, w->place[kind], local);
        found[kind] = true;
        uint32_t place = w->place[kind]++;
        rows_put_extra(w->out,
                       &(struct extra){
                           .row = (uint32_t)(w->out->n + (i - range.from)),
                           .refunded_s = p->refunded_s != NULL ? p->refunded_s[place] : RUN_NEVER,
                           .amount_fen = run_amount(&p->amount_fen, place),
                           .quantity = run_amount(&p->quantity, place),
                       });
    }
}

static void widen(const struct run_column *c, uint32_t from, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = run_value(c, from + (uint32_t)i);
}

static void widen16(const struct run_column *c, uint32_t from, size_t n, uint16_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint16_t)run_value(c, from + (uint32_t)i);
}

static void take_customer(struct walk *w, uint32_t local, struct run_range range)
{
    const struct run *run = w->run;
    struct run_rows *out = w->out;
    size_t n = range.to - range.from, at = out->n;
    if (n == 0)
        return;
    if (w->any)
        take_extras(w, local, range);
    memcpy(out->kind + at, run->kind + range.from, n);
    memcpy(out->at_s + at, run->at_s + range.from, n * sizeof *out->at_s);
    for (size_t i = 0; i < n; i++)
        out->local[at + i] = (uint16_t)local;
    widen(&run->object, range.from, n, out->object + at);
    widen16(&run->channel, range.from, n, out->channel + at);
    widen16(&run->staff, range.from, n, out->staff + at);
    out->n += n;
}

void gather_rows(const struct run *run, const struct set_words *who, struct run_rows *out)
{
    struct walk w;
    begin(&w, run, out);
    if (run->local != NULL) {
        rows_reserve(out, out->n + run->n);
        for (uint32_t i = 0; i < run->customers; i++)
            if (words_has(who, run->local[i]))
                take_customer(&w, run->local[i],
                              (struct run_range){run->start[i], run->start[i + 1]});
        return;
    }
    uint16_t *locals = must(malloc(SET_CHUNK * sizeof *locals));
    uint32_t n = words_list(who, locals);
    size_t all = out->n;
    for (uint32_t i = 0; i < n; i++)
        all += run->start[locals[i] + 1] - run->start[locals[i]];
    rows_reserve(out, all);
    for (uint32_t i = 0; i < n; i++)
        take_customer(&w, locals[i], run_range_of(run, locals[i]));
    free(locals);
}

void gather_locals(const struct run_rows *rows, struct set_words *out)
{
    words_clear(out);
    for (size_t i = 0; i < rows->n; i++)
        words_put(out, rows->local[i]);
}

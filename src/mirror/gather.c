/* gather.c — a walk over the customers of a run that are asked for.
 *
 * Columns are copied a customer at a time. What few rows have stands in the postings of their
 * kinds: since customers ascend, a place in each posting goes along with them and is looked for
 * only once a customer has such a row.
 */
#include "mirror/gather.h"

#include "mirror/rows.h"

#include <string.h>

static bool amounts(const struct run_amounts *c)
{
    return c->narrow != NULL || c->wide != NULL;
}

void gather_begin(struct gathering *g, const struct run *run)
{
    *g = (struct gathering){.run = run};
    for (int k = 0; k < RUN_KINDS; k++) {
        const struct run_posting *p = run->postings[k];
        g->extras[k] = p != NULL &&
                       (amounts(&p->amount_fen) || amounts(&p->quantity) || p->refunded_s != NULL);
        g->any = g->any || g->extras[k];
    }
}

struct run_range gather_range(struct gathering *g, uint32_t local)
{
    const struct run *run = g->run;
    if (run->local == NULL)
        return (struct run_range){run->start[local], run->start[local + 1]};
    uint32_t i = g->customer = places_gallop(run->local, run->customers, g->customer, local);
    if (i == run->customers || run->local[i] != local)
        return (struct run_range){0, 0};
    return (struct run_range){run->start[i], run->start[i + 1]};
}

/* Appends what the rows of one customer have besides. */
static void take_extras(struct gathering *g, uint32_t local, struct run_range range,
                        struct run_rows *out)
{
    const struct run *run = g->run;
    bool found[RUN_KINDS] = {false};
    for (uint32_t i = range.from; i < range.to; i++) {
        uint8_t kind = run->kind[i];
        if (!g->extras[kind])
            continue;
        const struct run_posting *p = run->postings[kind];
        if (!found[kind])
            g->place[kind] = places_gallop(p->local, p->n, g->place[kind], local);
        found[kind] = true;
        uint32_t place = g->place[kind]++;
        rows_put_extra(out,
                       &(struct extra){
                           .row = (uint32_t)(out->n + (i - range.from)),
                           .refunded_s = p->refunded_s != NULL ? p->refunded_s[place] : RUN_NEVER,
                           .amount_fen = run_amount(&p->amount_fen, place),
                           .quantity = run_amount(&p->quantity, place),
                       });
    }
}

/* Appends which of them are not of the root. */
static void take_born(const struct run *run, struct run_range range, struct run_rows *out)
{
    for (uint32_t i = run_born_from(run, range.from);
         i < run->born_n && run->born[i].row < range.to; i++)
        rows_put_born(out, (uint32_t)out->n + (run->born[i].row - range.from), run->born[i].code);
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

void gather_customer(struct gathering *g, uint32_t local, struct run_range range,
                     struct run_rows *out)
{
    const struct run *run = g->run;
    size_t n = range.to - range.from, at = out->n;
    if (n == 0)
        return;
    rows_reserve(out, at + n);
    if (g->any)
        take_extras(g, local, range, out);
    if (run->born_n > 0)
        take_born(run, range, out);
    memcpy(out->kind + at, run->kind + range.from, n);
    memcpy(out->at_s + at, run->at_s + range.from, n * sizeof *out->at_s);
    for (size_t i = 0; i < n; i++)
        out->local[at + i] = (uint16_t)local;
    widen(&run->object, range.from, n, out->object + at);
    widen16(&run->channel, range.from, n, out->channel + at);
    widen16(&run->staff, range.from, n, out->staff + at);
    out->n += n;
}

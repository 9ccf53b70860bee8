/* run_copy.c — a run out of the file it was loaded from into memory of its own.
 *
 * A mapped file is there at once, but in small pages, each of which costs a scan more than the
 * bytes in it; large pages have to be cleared first, which takes longer than all the rest of a
 * start. So a mirror starts on its file, and the merger's thread copies one run after the other
 * out of it (builder_runs.c). Cost: one copy of the columns; posting indexes are made anew. */
#include "mirror/run.h"

#include "base/must.h"
#include "base/pages.h"
#include "mirror/days.h"
#include "mirror/rows.h"

#include <stdlib.h>
#include <string.h>

/* NULL of NULL. */
static void *copied(const void *of, size_t bytes)
{
    return of != NULL ? memcpy(must(malloc(bytes + 1)), of, bytes) : NULL;
}

static void *copied_into_pages(const void *of, size_t bytes)
{
    return memcpy(pages_new(bytes), of, bytes);
}

static struct run_amounts copied_amounts(const struct run_amounts *of, size_t n)
{
    return (struct run_amounts){copied(of->narrow, n * sizeof *of->narrow),
                                copied(of->wide, n * sizeof *of->wide)};
}

static struct run_posting *copied_posting(const struct run_posting *of)
{
    if (of == NULL)
        return NULL;
    struct run_posting *p = must(calloc(1, sizeof *p));
    p->n = of->n;
    p->local = copied(of->local, p->n * sizeof *p->local);
    p->at_s = copied(of->at_s, p->n * sizeof *p->at_s);
    p->amount_fen = copied_amounts(&of->amount_fen, p->n);
    p->quantity = copied_amounts(&of->quantity, p->n);
    p->refunded_s = copied(of->refunded_s, p->n * sizeof *p->refunded_s);
    posting_index(p);
    return p;
}

static struct run_days *copied_days(const struct run_days *of)
{
    if (of == NULL)
        return NULL;
    struct run_days *days = copied(of, sizeof *of);
    days->events = copied(of->events, (size_t)of->n * of->n_kinds * sizeof *of->events);
    days->first = copied(of->first, (of->n + UINT64_C(1)) * sizeof *of->first);
    days->kinds = copied(of->kinds, of->n_sets * sizeof *of->kinds);
    days->customers = copied(of->customers, of->n_sets * sizeof *of->customers);
    days->borrowed = false;
    return days;
}

bool run_is_in_file(const struct run *run)
{
    return counted_of(run_origin(run))->image != NULL;
}

struct run *run_copy(const struct run *run)
{
    struct counted *counted = must(calloc(1, sizeof *counted));
    struct run *copy = &counted->run;
    struct run_column *columns[] = {&copy->object, &copy->channel, &copy->staff};
    counted->refs = 1;
    *copy = *run;
    copy->local = copied(run->local, run->customers * sizeof *run->local);
    copy->start = copied(run->start, (run->customers + UINT64_C(1)) * sizeof *run->start);
    copy->recent = copied(run->recent, SET_CHUNK * sizeof *run->recent);
    copy->kind = copied_into_pages(run->kind, run->n + UINT64_C(0) + RUN_SLACK);
    copy->at_s = copied_into_pages(run->at_s, run->n * sizeof *run->at_s + RUN_SLACK);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        columns[c]->data = copied(columns[c]->data, (size_t)run->n * columns[c]->width);
    copy->born = copied(run->born, run->born_n * sizeof *run->born);
    for (int k = 0; k < RUN_KINDS; k++)
        copy->postings[k] = copied_posting(run->postings[k]);
    counted->postings = run_pack_postings(copy);
    copy->replaced = words_copy(run->replaced);
    copy->continued = words_copy(run->continued);
    copy->days = copied_days(run->days);
    return copy;
}

/* run_image.c — a run as a part of the mirror's file: a head, then the columns one after the other,
 * each on a multiple of 64 bytes. The columns are used where they stand.
 */
#include "mirror/run.h"

#include "base/must.h"
#include "mirror/days.h"
#include "mirror/image.h"
#include "mirror/rows.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 3 };
enum {
    HAS_POSTING = 1,
    HAS_AMOUNT = 2,
    HAS_WIDE_AMOUNT = 4,
    HAS_QUANTITY = 8,
    HAS_WIDE_QUANTITY = 16,
    HAS_REFUNDED = 32,
};

struct run_head {
    uint32_t n, customers, first_s, last_s;
    uint32_t sparse, has_replaced, has_continued, has_recent, recent_s, born_n;
    uint32_t has_days, days_begin_s, days_n, days_sets;
    uint32_t width[COLUMNS], constant[COLUMNS];
    uint32_t by_kind[RUN_KINDS], first_of[RUN_KINDS], last_of[RUN_KINDS];
    uint32_t posting_n[RUN_KINDS], posting_has[RUN_KINDS];
};

/* ---- saving ---- */

static uint32_t posting_has(const struct run_posting *p)
{
    return p == NULL ? 0
                     : HAS_POSTING | (p->amount_fen.narrow != NULL ? HAS_AMOUNT : 0) |
                           (p->amount_fen.wide != NULL ? HAS_WIDE_AMOUNT : 0) |
                           (p->quantity.narrow != NULL ? HAS_QUANTITY : 0) |
                           (p->quantity.wide != NULL ? HAS_WIDE_QUANTITY : 0) |
                           (p->refunded_s != NULL ? HAS_REFUNDED : 0);
}

static void put_array(struct image_writer *w, const void *at, size_t bytes)
{
    if (at == NULL)
        return;
    image_align(w);
    image_put(w, at, bytes);
}

static void put_posting(struct image_writer *w, const struct run_posting *p)
{
    put_array(w, p->local, p->n * sizeof *p->local);
    put_array(w, p->at_s, p->n * sizeof *p->at_s);
    put_array(w, p->amount_fen.narrow, p->n * sizeof *p->amount_fen.narrow);
    put_array(w, p->amount_fen.wide, p->n * sizeof *p->amount_fen.wide);
    put_array(w, p->quantity.narrow, p->n * sizeof *p->quantity.narrow);
    put_array(w, p->quantity.wide, p->n * sizeof *p->quantity.wide);
    put_array(w, p->refunded_s, p->n * sizeof *p->refunded_s);
}

static void put_days(struct image_writer *w, const struct run_days *days)
{
    put_array(w, days->events, (size_t)days->n * days->n_kinds * sizeof *days->events);
    put_array(w, days->first, (days->n + 1) * sizeof *days->first);
    put_array(w, days->kinds, days->n_sets * sizeof *days->kinds);
    put_array(w, days->customers, days->n_sets * sizeof *days->customers);
}

static void head_of_days(struct run_head *head, const struct run_days *days)
{
    head->has_days = 1;
    head->days_begin_s = days->begin_s;
    head->days_n = days->n;
    head->days_sets = days->n_sets;
}

void run_save(const struct run *run, struct image_writer *w)
{
    const struct run_column *columns[COLUMNS] = {&run->object, &run->channel, &run->staff};
    struct run_head head = {
        .n = run->n,
        .customers = run->customers,
        .first_s = run->first_s,
        .last_s = run->last_s,
        .sparse = run->local != NULL,
        .has_replaced = run->replaced != NULL,
        .has_continued = run->continued != NULL,
        .has_recent = run->recent != NULL,
        .recent_s = run->recent_s,
        .born_n = run->born_n,
    };
    memcpy(head.by_kind, run->by_kind, sizeof head.by_kind);
    memcpy(head.first_of, run->first_of, sizeof head.first_of);
    memcpy(head.last_of, run->last_of, sizeof head.last_of);
    for (int c = 0; c < COLUMNS; c++) {
        head.width[c] = columns[c]->width;
        head.constant[c] = columns[c]->constant;
    }
    for (int k = 0; k < RUN_KINDS; k++) {
        head.posting_has[k] = posting_has(run->postings[k]);
        head.posting_n[k] = run->postings[k] != NULL ? run->postings[k]->n : 0;
    }
    if (run->days != NULL)
        head_of_days(&head, run->days);
    image_put(w, &head, sizeof head);
    put_array(w, run->start, (run->customers + 1) * sizeof *run->start);
    put_array(w, run->local, run->customers * sizeof *run->local);
    put_array(w, run->replaced, sizeof *run->replaced);
    put_array(w, run->continued, sizeof *run->continued);
    put_array(w, run->recent, SET_CHUNK * sizeof *run->recent);
    put_array(w, run->born, run->born_n * sizeof *run->born);
    put_array(w, run->at_s, run->n * sizeof *run->at_s + RUN_SLACK);
    put_array(w, run->kind, run->n + RUN_SLACK);
    for (int c = 0; c < COLUMNS; c++)
        if (columns[c]->width > 0)
            put_array(w, columns[c]->data, (size_t)run->n * columns[c]->width);
    for (int k = 0; k < RUN_KINDS; k++)
        if (run->postings[k] != NULL)
            put_posting(w, run->postings[k]);
    if (run->days != NULL)
        put_days(w, run->days);
}

/* ---- loading ---- */

struct reading {
    const char *p;
    size_t at, bytes;
    bool bad;
};

static void *take_array(struct reading *r, bool there, size_t bytes)
{
    if (!there || r->bad)
        return NULL;
    size_t from = (r->at + 63) / 64 * 64;
    r->bad = from > r->bytes || bytes > r->bytes - from;
    r->at = from + bytes;
    return r->bad ? NULL : (void *)(r->p + from);
}

static struct run_posting *take_posting(struct reading *r, uint32_t n, uint32_t has)
{
    struct run_posting *p = must(calloc(1, sizeof *p));
    p->n = n;
    p->local = take_array(r, true, n * sizeof *p->local);
    p->at_s = take_array(r, true, n * sizeof *p->at_s);
    p->amount_fen.narrow = take_array(r, has & HAS_AMOUNT, n * sizeof(int32_t));
    p->amount_fen.wide = take_array(r, has & HAS_WIDE_AMOUNT, n * sizeof(int64_t));
    p->quantity.narrow = take_array(r, has & HAS_QUANTITY, n * sizeof(int32_t));
    p->quantity.wide = take_array(r, has & HAS_WIDE_QUANTITY, n * sizeof(int64_t));
    p->refunded_s = take_array(r, has & HAS_REFUNDED, n * sizeof *p->refunded_s);
    if (!r->bad)
        posting_index(p);
    return p;
}

static struct run_days *take_days(struct reading *r, const struct run_head *h,
                                  const struct run *run)
{
    struct run_days *days = run_days_saved(run, h->days_begin_s, h->days_n, h->days_sets);
    size_t n = days->n, sets = days->n_sets;
    days->events = take_array(r, true, n * days->n_kinds * sizeof *days->events);
    days->first = take_array(r, true, (n + 1) * sizeof *days->first);
    days->kinds = take_array(r, true, sets * sizeof *days->kinds);
    days->customers = take_array(r, true, sets * sizeof *days->customers);
    return days;
}

static void take_columns(struct reading *r, const struct run_head *h, struct run *run)
{
    struct run_column *columns[COLUMNS] = {&run->object, &run->channel, &run->staff};
    run->start = take_array(r, true, (h->customers + UINT64_C(1)) * sizeof *run->start);
    run->local = take_array(r, h->sparse, h->customers * sizeof *run->local);
    run->replaced = take_array(r, h->has_replaced, sizeof *run->replaced);
    run->continued = take_array(r, h->has_continued, sizeof *run->continued);
    run->recent = take_array(r, h->has_recent, SET_CHUNK * sizeof *run->recent);
    run->recent_s = h->recent_s;
    run->born = take_array(r, h->born_n > 0, h->born_n * sizeof *run->born);
    run->born_n = h->born_n;
    run->at_s = take_array(r, true, h->n * sizeof *run->at_s + RUN_SLACK);
    run->kind = take_array(r, true, h->n + UINT64_C(0) + RUN_SLACK);
    for (int c = 0; c < COLUMNS; c++) {
        columns[c]->width = (uint8_t)h->width[c];
        columns[c]->constant = h->constant[c];
        columns[c]->data = take_array(r, h->width[c] > 0, (size_t)h->n * columns[c]->width);
    }
    for (int k = 0; k < RUN_KINDS; k++)
        if (h->posting_has[k] & HAS_POSTING)
            run->postings[k] = take_posting(r, h->posting_n[k], h->posting_has[k]);
    if (h->has_days != 0)
        run->days = take_days(r, h, run);
}

struct run *run_load(struct image *image, const void *part, size_t bytes)
{
    const struct run_head *h = part;
    struct reading r = {.p = part, .at = sizeof *h, .bytes = bytes, .bad = bytes < sizeof *h};
    if (r.bad)
        return NULL;
    struct counted *counted = must(calloc(1, sizeof *counted));
    struct run *run = &counted->run;
    counted->refs = 1;
    counted->image = image_hold(image);
    counted->part = part;
    counted->part_bytes = bytes;
    run->n = h->n;
    run->customers = h->customers;
    run->first_s = h->first_s;
    run->last_s = h->last_s;
    memcpy(run->by_kind, h->by_kind, sizeof run->by_kind);
    memcpy(run->first_of, h->first_of, sizeof run->first_of);
    memcpy(run->last_of, h->last_of, sizeof run->last_of);
    take_columns(&r, h, run);
    if (!r.bad)
        return run;
    run_drop(run);
    return NULL;
}

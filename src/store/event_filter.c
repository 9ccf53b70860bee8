/* event_filter.c — bits by the hash of (customer, time, kind).
 *
 * Parts never change, so neither do their filters; a part whose closure was taken back has an id
 * that is never given again.
 */
#include "store/event_filter.h"

#include "base/hash.h"
#include "base/must.h"

#include <stdlib.h>

enum { BITS_AN_EVENT = 10, PROBES = 5, BLOCKS_A_READ = 256 };

struct event_filter {
    int64_t part_id;
    uint64_t bits;
    uint64_t *words;
    struct event_filter *next;
};

struct event_filters {
    struct event_filter *first;
    size_t bytes;
    bool may_make;
};

struct event_filters *event_filters_new(void)
{
    return must(calloc(1, sizeof(struct event_filters)));
}

static void drop(struct event_filters *f, struct event_filter **at)
{
    struct event_filter *x = *at;
    *at = x->next;
    f->bytes -= x->bits / 8;
    free(x->words);
    free(x);
}

void event_filters_free(struct event_filters *f)
{
    if (f == NULL)
        return;
    while (f->first != NULL)
        drop(f, &f->first);
    free(f);
}

void event_filters_begin(struct event_filters *f, const struct event_part *parts, size_t n)
{
    f->may_make = true;
    for (struct event_filter **at = &f->first; *at != NULL;) {
        bool kept = false;
        for (size_t i = 0; i < n && !kept; i++)
            kept = parts[i].id == (*at)->part_id;
        if (kept)
            at = &(*at)->next;
        else
            drop(f, at);
    }
}

/* ---- bits ---- */

/* The next of an event's places. */
static uint64_t place(const struct event_filter *f, uint64_t *hash)
{
    *hash = hash_u64(*hash);
    return *hash % f->bits;
}

static uint64_t hash_of(const struct event_ref *ref)
{
    uint64_t who = hash_u64((uint64_t)ref->customer_id);
    return hash_u64(who ^ ((uint64_t)ref->at_s << 8 | (uint64_t)ref->kind));
}

static void see_event(void *to, const struct event_ref *ref)
{
    struct event_filter *f = to;
    uint64_t hash = hash_of(ref);
    for (int i = 0; i < PROBES; i++) {
        uint64_t bit = place(f, &hash);
        f->words[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

bool event_filter_may(const struct event_filter *f, const struct event_ref *ref)
{
    uint64_t hash = hash_of(ref);
    bool may = true;
    for (int i = 0; i < PROBES && may; i++) {
        uint64_t bit = place(f, &hash);
        may = (f->words[bit / 64] >> bit % 64 & 1) != 0;
    }
    return may;
}

/* ---- making one ---- */

static enum rc read_part(struct event_filter *f, struct tx *tx, struct err *e)
{
    int64_t last_id = -INT64_MAX, no = 0;
    enum rc rc = RC_OK;
    for (size_t n = BLOCKS_A_READ; rc == RC_OK && n == BLOCKS_A_READ;) {
        struct str *blocks = NULL;
        rc = event_part_blocks(tx, f->part_id, &last_id, &no, BLOCKS_A_READ, &blocks, &n, e);
        for (size_t i = 0; rc == RC_OK && i < n; i++)
            if (!event_block_read(blocks[i], NULL, 0, see_event, f))
                rc = err_set(e, RC_CORRUPT, "event_part_damaged", "", "事件索引损坏",
                             "the index of events is damaged");
    }
    return rc;
}

enum rc event_filters_of(struct event_filters *f, struct tx *tx, const struct event_part *part,
                         const struct event_filter **out, struct err *e)
{
    for (*out = f->first; *out != NULL; *out = (*out)->next)
        if ((*out)->part_id == part->id)
            return RC_OK;
    uint64_t words = (uint64_t)part->events * BITS_AN_EVENT / 64 + 1;
    if (!f->may_make || part->events > EVENT_FILTER_MOST ||
        f->bytes + words * 8 > EVENT_FILTERS_BYTES)
        return RC_OK;
    struct event_filter *x = must(calloc(1, sizeof *x));
    *x = (struct event_filter){
        .part_id = part->id, .bits = words * 64, .words = must(calloc(words, 8)), .next = f->first};
    f->first = x;
    f->bytes += words * 8;
    f->may_make = false;
    enum rc rc = read_part(x, tx, e);
    if (rc == RC_OK)
        *out = x;
    else
        drop(f, &f->first);
    return rc;
}

/* event_parts_check.c — whether the index of the log by customer is what it should be, and giving
 * it up where it is not.
 *
 * Parts in use follow each other from number 1. Looking deeply, each block is unpacked, and what a
 * part says must be what the log says: as many events, and the same sum of their hashes, which no
 * order disturbs. The log is never written to by this. Giving up takes one closure: parts go out of
 * use, under levels of their own so that new ones may have their places, and the builder drops
 * their blocks and builds anew; until then answers are read from the log.
 */
#include "domain/event_parts.h"

#include "base/hash.h"
#include "store/event_part.h"

enum { BLOCKS_A_READ = 256, ROWS_A_READ = 65536, LEVELS = 1000 };

/* Events in any order. */
struct sum {
    int64_t n;
    uint64_t hash;
};

static void sum_add(void *to, const struct event_ref *ref)
{
    struct sum *s = to;
    if (ref->customer_id == 0)
        return; /* of nobody: in no part */
    uint64_t h = hash_u64((uint64_t)ref->customer_id);
    h = hash_u64(h ^ (uint64_t)ref->at_s);
    h = hash_u64(h ^ (uint64_t)ref->seq);
    s->hash += hash_u64(h ^ (uint64_t)ref->kind);
    s->n++;
}

/* What the blocks of a part say; *out_whole false where one cannot be understood. */
static enum rc sum_blocks(struct tx *tx, int64_t part_id, struct sum *out, bool *out_whole,
                          struct err *e)
{
    int64_t last_id = -INT64_MAX, no = 0;
    size_t n;
    enum rc rc;
    do {
        struct str *blocks = NULL;
        rc = event_part_blocks(tx, part_id, &last_id, &no, BLOCKS_A_READ, &blocks, &n, e);
        for (size_t i = 0; rc == RC_OK && i < n && *out_whole; i++)
            *out_whole = event_block_read(blocks[i], NULL, 0, sum_add, out);
    } while (rc == RC_OK && n > 0 && *out_whole);
    return rc;
}

struct reading {
    struct sum sum;
    int64_t rows, last_seq;
};

static void see_row(void *to, const struct event_ref *ref)
{
    struct reading *r = to;
    sum_add(&r->sum, ref);
    r->rows++;
    r->last_seq = ref->seq;
}

/* What the log says of the numbers of a part. */
static enum rc sum_log(struct tx *tx, const struct event_part *part, struct sum *out, struct err *e)
{
    struct reading r = {.last_seq = part->from_seq - 1};
    enum rc rc;
    do {
        r.rows = 0;
        rc = event_part_rows(tx, r.last_seq, part->to_seq, ROWS_A_READ, see_row, &r, e);
    } while (rc == RC_OK && r.rows > 0);
    *out = r.sum;
    return rc;
}

/* Whether a part says what the log says. */
static enum rc check_part(struct tx *tx, const struct event_part *part, bool *out_whole,
                          struct err *e)
{
    struct sum is = {0}, should = {0};
    *out_whole = true;
    enum rc rc = sum_blocks(tx, part->id, &is, out_whole, e);
    if (rc != RC_OK || !*out_whole)
        return rc;
    rc = sum_log(tx, part, &should, e);
    *out_whole = is.n == part->events && is.n == should.n && is.hash == should.hash;
    return rc;
}

static void found(struct event_parts_report *out, int64_t from_seq, int64_t to_seq)
{
    if (out->damaged++ > 0)
        return;
    out->bad_from_seq = from_seq;
    out->bad_to_seq = to_seq;
}

enum rc event_parts_check(struct tx *tx, bool deep, struct event_parts_report *out, struct err *e)
{
    struct event_parts_report r = {0};
    struct event_part *list = NULL;
    size_t n = 0;
    int64_t last = 0, reached = 0;
    enum rc rc = event_part_list(tx, &list, &n, e);
    if (rc == RC_OK)
        rc = tx_last_seq(tx, &last, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct event_part *part = &list[i];
        bool whole = true;
        if (part->state != EVENT_PART_IN_USE)
            continue;
        r.parts++;
        r.events += part->events;
        if (deep)
            rc = check_part(tx, part, &whole, e);
        if (!whole || part->from_seq != reached + 1 || part->to_seq > last)
            found(&r, part->from_seq, part->to_seq);
        reached = part->to_seq;
    }
    r.behind = last > reached ? last - reached : 0;
    if (rc == RC_OK)
        *out = r;
    return rc;
}

enum rc event_parts_give_up(struct tx *tx, int64_t *out_parts, struct err *e)
{
    struct event_part *list = NULL;
    size_t n = 0;
    int64_t highest = 0, parts = 0;
    enum rc rc = event_part_list(tx, &list, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        highest = list[i].level > highest ? list[i].level : highest;
        parts += list[i].state == EVENT_PART_IN_USE;
    }
    if (rc == RC_OK)
        rc = event_part_retire_all(tx, (highest / LEVELS + 1) * LEVELS, e);
    if (rc == RC_OK)
        *out_parts = parts;
    return rc;
}

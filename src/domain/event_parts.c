/* event_parts.c — what is due, in this order: remains, parts of level 0, merges.
 *
 * A merge reads its sources side by side, some blocks of each at a time, in a read transaction of
 * its own each time: parts never change while they are in use. What all sources have up to a
 * customer is sorted and packed. A long merge is interrupted for parts of level 0, so the tail
 * stays short while a gigabyte is merged. A customer with very many events is held in memory whole
 * (32 bytes an event).
 */
#include "domain/event_parts.h"

#include "base/must.h"
#include "store/event_part.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCKS_A_CLOSURE = 1000,
    BLOCKS_A_READ = 64, /* of one source of a merge */
    SOURCES_MOST = 64,
};

const struct event_parts_bounds EVENT_PARTS_BOUNDS = {.rows = 32768, .fan_in = 16, .stale_s = 60};

static bool stopped(const struct event_parts *p)
{
    return p->stopping != NULL && p->stopping(p->arg);
}

/* ---- a list of events that grows ---- */

struct refs {
    struct event_ref *at;
    size_t n, room;
};

static void refs_add(void *to, const struct event_ref *ref)
{
    struct refs *l = to;
    if (l->n == l->room) {
        l->room = l->room == 0 ? 1024 : l->room * 2;
        l->at = must(realloc(l->at, l->room * sizeof *l->at));
    }
    l->at[l->n++] = *ref;
}

/* ---- level 0 ---- */

struct adding {
    struct event_part part;
    struct event_block *blocks;
    size_t n;
};

static enum rc add_part(struct tx *tx, void *arg, struct err *e)
{
    const struct adding *a = arg;
    return event_part_add(tx, &a->part, a->blocks, a->n, e);
}

/* The rows behind the last part, if they are enough for one. */
static enum rc read_rows(const struct event_parts *p, int64_t *out_after, struct refs *out,
                         struct err *e)
{
    struct tx *tx;
    int64_t last = 0;
    enum rc rc = db_read_begin(p->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = event_part_reached(tx, out_after, e);
    if (rc == RC_OK)
        rc = tx_last_seq(tx, &last, e);
    if (rc == RC_OK && last - *out_after >= p->bounds.rows)
        rc = event_part_rows(tx, *out_after, last, p->bounds.rows, refs_add, out, e);
    db_read_end(tx);
    return rc;
}

/* Those of nobody are in no part: nobody asks for them. */
static void drop_nobody(struct refs *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->at[i].customer_id != 0)
            l->at[n++] = l->at[i];
    l->n = n;
}

static void span(const struct refs *l, struct event_part *out)
{
    for (size_t i = 0; i < l->n; i++) {
        int64_t at_s = l->at[i].at_s;
        out->from_s = i == 0 || at_s < out->from_s ? at_s : out->from_s;
        out->to_s = i == 0 || at_s > out->to_s ? at_s : out->to_s;
    }
    out->events = (int64_t)l->n;
}

static enum rc write_rows(struct event_parts *p, int64_t after, struct refs *l, struct err *e)
{
    struct adding adding = {
        .part = {.from_seq = after + 1, .to_seq = l->at[l->n - 1].seq},
    };
    struct arena a;
    arena_init(&a, 0);
    drop_nobody(l);
    span(l, &adding.part);
    qsort(l->at, l->n, sizeof *l->at, event_ref_compare);
    event_block_pack(&a, l->at, l->n, &adding.blocks, &adding.n);
    enum rc rc = writer_run(p->writer, add_part, &adding, e);
    p->added += rc == RC_OK;
    arena_done(&a);
    return rc;
}

/* As many parts of level 0 as there are rows for. */
static enum rc add_parts(struct event_parts *p, struct err *e)
{
    struct refs l = {0};
    enum rc rc = RC_OK;
    bool more = true;
    while (rc == RC_OK && more && !stopped(p)) {
        int64_t after = 0;
        l.n = 0;
        rc = read_rows(p, &after, &l, e);
        more = rc == RC_OK && (int64_t)l.n == p->bounds.rows;
        if (more)
            rc = write_rows(p, after, &l, e);
    }
    free(l.at);
    return rc;
}

/* ---- merging ---- */

struct source {
    int64_t part_id, last_id, no; /* behind which it goes on */
    bool ended;
    struct refs refs; /* read; those from `taken` on are not merged yet */
    size_t taken;
};

struct merge {
    struct event_parts *p;
    struct event_part into;
    const struct event_part *of;
    size_t n;
    struct source sources[SOURCES_MOST];
    struct refs batch;
    const struct event_block *blocks; /* of the closure under way */
    size_t blocks_n;
};

static bool is_empty(const struct source *s)
{
    return s->taken == s->refs.n;
}

/* Up to which customer all events of a source have been read: the next block may have more of the
 * last one. */
static int64_t complete_to(const struct source *s)
{
    if (s->ended)
        return INT64_MAX;
    return is_empty(s) ? -INT64_MAX : s->refs.at[s->refs.n - 1].customer_id - 1;
}

static enum rc read_more(struct source *s, struct tx *tx, struct err *e)
{
    struct str *blocks = NULL;
    size_t n = 0;
    if (s->taken > 0) {
        s->refs.n -= s->taken;
        memmove(s->refs.at, s->refs.at + s->taken, s->refs.n * sizeof *s->refs.at);
        s->taken = 0;
    }
    enum rc rc =
        event_part_blocks(tx, s->part_id, &s->last_id, &s->no, BLOCKS_A_READ, &blocks, &n, e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        if (!event_block_read(blocks[i], NULL, 0, refs_add, &s->refs))
            rc = err_set(e, RC_CORRUPT, "event_part_damaged", "", "事件索引损坏",
                         "the index of events is damaged");
    s->ended = n < BLOCKS_A_READ;
    return rc;
}

/* Reads on in every source that is empty or keeps the others waiting; gives the customer up to
 * whom all have been read. */
static enum rc read_sources(struct merge *m, int64_t *out_to, struct err *e)
{
    struct tx *tx;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < m->n; i++)
        least = complete_to(&m->sources[i]) < least ? complete_to(&m->sources[i]) : least;
    enum rc rc = db_read_begin(m->p->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < m->n; i++) {
        struct source *s = &m->sources[i];
        if (!s->ended && (is_empty(s) || complete_to(s) == least))
            rc = read_more(s, tx, e);
    }
    db_read_end(tx);
    *out_to = INT64_MAX;
    for (size_t i = 0; i < m->n; i++)
        *out_to = complete_to(&m->sources[i]) < *out_to ? complete_to(&m->sources[i]) : *out_to;
    return rc;
}

static void take_up_to(struct merge *m, int64_t customer_id)
{
    m->batch.n = 0;
    for (size_t i = 0; i < m->n; i++) {
        struct source *s = &m->sources[i];
        for (; !is_empty(s) && s->refs.at[s->taken].customer_id <= customer_id; s->taken++)
            refs_add(&m->batch, &s->refs.at[s->taken]);
    }
    if (m->batch.n > 1)
        qsort(m->batch.at, m->batch.n, sizeof *m->batch.at, event_ref_compare);
}

static enum rc begin_part(struct tx *tx, void *arg, struct err *e)
{
    struct merge *m = arg;
    m->into.id = tx_id(tx);
    return event_part_begin(tx, &m->into, e);
}

static enum rc put_blocks(struct tx *tx, void *arg, struct err *e)
{
    const struct merge *m = arg;
    return event_part_put(tx, m->into.id, m->blocks, m->blocks_n, e);
}

static enum rc replace_parts(struct tx *tx, void *arg, struct err *e)
{
    const struct merge *m = arg;
    return event_part_replace(tx, m->into.id, m->of, m->n, e);
}

static enum rc write_batch(struct merge *m, struct err *e)
{
    struct arena a;
    struct event_block *blocks = NULL;
    size_t n = 0;
    enum rc rc = RC_OK;
    arena_init(&a, 0);
    event_block_pack(&a, m->batch.at, m->batch.n, &blocks, &n);
    for (size_t i = 0; rc == RC_OK && i < n; i += m->blocks_n) {
        m->blocks = blocks + i;
        m->blocks_n = n - i < BLOCKS_A_CLOSURE ? n - i : BLOCKS_A_CLOSURE;
        rc = writer_run(m->p->writer, put_blocks, m, e);
    }
    arena_done(&a);
    return rc;
}

static bool all_read(const struct merge *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (!m->sources[i].ended || !is_empty(&m->sources[i]))
            return false;
    return true;
}

/* The merge is begun; RC_BUSY, with nothing told, when it is to stop. */
static enum rc merge_all(struct merge *m, struct err *e)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && !all_read(m)) {
        int64_t to = 0;
        if (stopped(m->p))
            return RC_BUSY;
        rc = add_parts(m->p, e);
        if (rc == RC_OK)
            rc = read_sources(m, &to, e);
        if (rc == RC_OK) {
            take_up_to(m, to);
            rc = write_batch(m, e);
        }
    }
    return rc == RC_OK ? writer_run(m->p->writer, replace_parts, m, e) : rc;
}

static enum rc merge_parts(struct event_parts *p, const struct event_part *of, size_t n,
                           struct err *e)
{
    assert(n >= 2 && n <= SOURCES_MOST);
    struct merge *m = must(calloc(1, sizeof *m));
    m->p = p;
    m->of = of;
    m->n = n;
    m->into = of[0];
    m->into.level = of[0].level + 1;
    for (size_t i = 0; i < n; i++) {
        struct event_part *x = &m->into;
        m->sources[i] =
            (struct source){.part_id = of[i].id, .last_id = -INT64_MAX, .ended = of[i].events == 0};
        x->to_seq = of[i].to_seq;
        if (i == 0)
            continue;
        x->from_s = of[i].from_s < x->from_s ? of[i].from_s : x->from_s;
        x->to_s = of[i].to_s > x->to_s ? of[i].to_s : x->to_s;
        x->events += of[i].events;
    }
    enum rc rc = writer_run(p->writer, begin_part, m, e);
    if (rc == RC_OK)
        rc = merge_all(m, e);
    p->merged += rc == RC_OK ? (int64_t)n : 0;
    for (size_t i = 0; i < n; i++)
        free(m->sources[i].refs.at);
    free(m->batch.at);
    free(m);
    return rc;
}

/* ---- what is due ---- */

struct dropping {
    int64_t part_id;
    bool gone;
};

static enum rc drop_some(struct tx *tx, void *arg, struct err *e)
{
    struct dropping *d = arg;
    return event_part_drop(tx, d->part_id, &d->gone, e);
}

static enum rc list_parts(const struct event_parts *p, struct arena *a, struct event_part **out,
                          size_t *out_n, int64_t *out_now_s, struct err *e)
{
    struct tx *tx;
    struct event_part *list = NULL;
    enum rc rc = db_read_begin(p->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = event_part_list(tx, &list, out_n, e);
    *out_now_s = tx_now_s(tx);
    if (rc == RC_OK) {
        *out = ARENA_ARRAY(a, struct event_part, *out_n + 1);
        if (*out_n > 0)
            memcpy(*out, list, *out_n * sizeof *list);
    }
    db_read_end(tx);
    return rc;
}

/* Parts that were replaced, and those whose builder has died. */
static enum rc drop_remains(struct event_parts *p, const struct event_part *list, size_t n,
                            int64_t now_s, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n; i++) {
        struct dropping d = {.part_id = list[i].id};
        if (list[i].state == EVENT_PART_IN_USE ||
            (list[i].state == EVENT_PART_WRITTEN && now_s - list[i].touched_s < p->bounds.stale_s))
            continue;
        while (rc == RC_OK && !d.gone && !stopped(p))
            rc = writer_run(p->writer, drop_some, &d, e);
        p->dropped += rc == RC_OK && d.gone;
    }
    return rc;
}

/* The oldest parts of the lowest level that has enough of them; false: none has. */
static bool pick_merge(const struct event_parts *p, const struct event_part *list, size_t n,
                       struct event_part *picked)
{
    int64_t highest = 0;
    for (size_t i = 0; i < n; i++)
        highest = list[i].level > highest ? list[i].level : highest;
    for (int64_t level = 0; level <= highest; level++) {
        int64_t k = 0;
        for (size_t i = 0; i < n && k < p->bounds.fan_in; i++)
            if (list[i].state == EVENT_PART_IN_USE && list[i].level == level)
                picked[k++] = list[i];
        if (k == p->bounds.fan_in)
            return true;
    }
    return false;
}

/* One round; whether there may be more to do. */
static enum rc run_once(struct event_parts *p, bool *out_more, struct err *e)
{
    struct event_part *list = NULL;
    size_t n = 0;
    int64_t now_s = 0;
    struct arena a;
    *out_more = false;
    arena_init(&a, 0);
    enum rc rc = add_parts(p, e);
    if (rc == RC_OK)
        rc = list_parts(p, &a, &list, &n, &now_s, e);
    if (rc == RC_OK)
        rc = drop_remains(p, list, n, now_s, e);
    struct event_part picked[SOURCES_MOST];
    if (rc == RC_OK && !stopped(p) && pick_merge(p, list, n, picked)) {
        rc = merge_parts(p, picked, (size_t)p->bounds.fan_in, e);
        *out_more = rc == RC_OK;
    }
    arena_done(&a);
    return rc;
}

/* What to tell of a run: nothing where it was outrun or stopped. */
static enum rc outcome(const struct event_parts *p, enum rc rc, const struct err *own,
                       struct err *e)
{
    bool outrun = rc == RC_CONFLICT && strcmp(own->code, "event_parts_moved") == 0;
    if (rc == RC_OK || outrun || (rc == RC_BUSY && stopped(p)))
        return RC_OK;
    if (e != NULL)
        *e = *own;
    return rc;
}

enum rc event_parts_run(struct event_parts *p, struct err *e)
{
    assert(p->bounds.rows >= 1 && p->bounds.fan_in >= 2 && p->bounds.fan_in <= SOURCES_MOST);
    struct err own = ERR_INIT;
    enum rc rc = RC_OK;
    for (bool more = true; rc == RC_OK && more && !stopped(p);)
        rc = run_once(p, &more, &own);
    return outcome(p, rc, &own, e);
}

enum rc event_parts_catch_up(struct event_parts *p, struct err *e)
{
    struct err own = ERR_INIT;
    return outcome(p, add_parts(p, &own), &own, e);
}

enum rc event_parts_behind(struct db *db, int64_t *out, struct err *e)
{
    struct tx *tx;
    int64_t last = 0, reached = 0;
    enum rc rc = db_read_begin(db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = tx_last_seq(tx, &last, e);
    if (rc == RC_OK)
        rc = event_part_reached(tx, &reached, e);
    db_read_end(tx);
    if (rc == RC_OK)
        *out = last - reached;
    return rc;
}

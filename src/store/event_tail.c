/* event_tail.c — two lists with an index by customer.
 *
 * `settled` holds the rows with floor < seq ≤ top, all of them; any thread may bring it further.
 * It is searched and extended under a lock, and read from the database without: of two threads
 * that read the same rows the second finds them there. `pending` is of the transaction that
 * writes, alone: rows of its own group, which may be taken back, and then their numbers are given
 * again (tx_settled_seq()).
 *
 * Invariants: numbers ascend within a list, and each row points at the one of its customer's
 * before it that has the same hash. 40 bytes a row.
 */
#include "store/event_tail.h"

#include "base/hash.h"
#include "base/lock.h"
#include "base/must.h"
#include "store/event_part.h"
#include "store/ids.h"

#include <assert.h>
#include <stdlib.h>

enum { READ_ROWS = 1 << 13, FIRST_ROOM = 1 << 10, OLD_LEAST = 1 << 14 };

struct entry {
    struct event_ref ref;
    uint32_t before; /* place + 1 of the row before with this hash; 0: none */
};

/* Rows with floor < seq ≤ top. */
struct list {
    struct entry *rows;
    uint32_t *heads; /* by hash, as many as there is room for rows */
    size_t n, room;
    int64_t floor, top;
};

struct event_tail {
    struct lock lock; /* of settled */
    struct list settled;
    struct list pending; /* the writer's */
    uint64_t turn;       /* of pending */
};

/* ---- lists ---- */

static uint32_t *head_of(const struct list *l, int64_t customer_id)
{
    return &l->heads[hash_u64((uint64_t)customer_id) & (l->room - 1)];
}

static void link_row(struct list *l, size_t i)
{
    uint32_t *head = head_of(l, l->rows[i].ref.customer_id);
    l->rows[i].before = *head;
    *head = (uint32_t)i + 1;
}

static void list_grow(struct list *l)
{
    l->room = l->room == 0 ? FIRST_ROOM : l->room * 2;
    l->rows = must(realloc(l->rows, l->room * sizeof *l->rows));
    free(l->heads);
    l->heads = must(calloc(l->room, sizeof *l->heads));
    for (size_t i = 0; i < l->n; i++)
        link_row(l, i);
}

/* Appends a row with the next number; one of nobody is left out. */
static void list_add(void *arg, const struct event_ref *ref)
{
    struct list *l = arg;
    if (ref->seq <= l->top)
        return;
    l->top = ref->seq;
    if (ref->customer_id == 0)
        return;
    if (l->n == l->room)
        list_grow(l);
    l->rows[l->n].ref = *ref;
    link_row(l, l->n++);
}

static void list_done(struct list *l)
{
    free(l->rows);
    free(l->heads);
}

/* How many rows there are up to a number. */
static size_t list_until(const struct list *l, int64_t seq)
{
    size_t low = 0, high = l->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (l->rows[mid].ref.seq <= seq)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Forgets rows up to a number. */
static void list_forget(struct list *l, int64_t seq)
{
    struct list old = *l;
    *l = (struct list){.floor = seq, .top = seq};
    for (size_t i = list_until(&old, seq); i < old.n; i++)
        list_add(l, &old.rows[i].ref);
    l->top = old.top > l->top ? old.top : l->top;
    list_done(&old);
}

/* Those of some customers with after < seq ≤ to. */
static void list_each(const struct list *l, int64_t after, int64_t to_seq, const int64_t *ids,
                      size_t n, void (*see)(void *to, const struct event_ref *ref), void *to)
{
    for (size_t k = 0; k < n && l->n > 0; k++)
        for (uint32_t i = *head_of(l, ids[k]); i > 0; i = l->rows[i - 1].before) {
            const struct event_ref *ref = &l->rows[i - 1].ref;
            if (ref->seq <= after)
                break;
            if (ref->customer_id == ids[k] && ref->seq <= to_seq)
                see(to, ref);
        }
}

/* ---- the tail of a database ---- */

static void *tail_new(void)
{
    struct event_tail *t = must(calloc(1, sizeof *t));
    lock_init(&t->lock, LOCK_LEAF);
    return t;
}

static void tail_free(void *arg)
{
    struct event_tail *t = arg;
    list_done(&t->settled);
    list_done(&t->pending);
    lock_done(&t->lock);
    free(t);
}

struct asking {
    struct tx *tx;
    struct event_tail *tail;
    const int64_t *ids;
    size_t n;
    void (*see)(void *to, const struct event_ref *ref);
    void *to;
};

/* ---- reading the log ---- */

static void see_asked(void *to, const struct event_ref *ref)
{
    const struct asking *q = to;
    if (bsearch(&ref->customer_id, q->ids, q->n, sizeof *q->ids, ids_compare) != NULL)
        q->see(q->to, ref);
}

/* Rows of the log with after < seq ≤ to_seq, looked through without being remembered. */
static enum rc look_through(const struct asking *q, int64_t after, int64_t to_seq, struct err *e)
{
    return event_part_rows(q->tx, after, to_seq, INT64_MAX, see_asked, (void *)(uintptr_t)q, e);
}

/* Before rows are added: what parts cover goes when it is half of all. False when there is no room
 * for more. */
static bool make_room(struct list *l, int64_t reached)
{
    size_t old = list_until(l, reached);
    if (l->top < reached || (old > OLD_LEAST && old * 2 > l->n))
        list_forget(l, reached);
    return l->n < EVENT_TAIL_MOST;
}

struct read {
    struct event_ref *refs;
    size_t n;
};

static void see_read(void *to, const struct event_ref *ref)
{
    struct read *r = to;
    assert(r->n < READ_ROWS);
    r->refs[r->n++] = *ref;
}

/* Adds rows read behind `after` unless another thread has begun the list anew meanwhile. */
static void add_read(struct event_tail *t, const struct read *r, int64_t after, int64_t to_seq)
{
    lock_take(&t->lock);
    struct list *l = &t->settled;
    if (l->floor <= after && l->top >= after) {
        for (size_t i = 0; i < r->n; i++)
            list_add(l, &r->refs[i]);
        if (r->n < READ_ROWS && l->top < to_seq)
            l->top = to_seq;
    }
    lock_give(&t->lock);
}

/* Brings the settled list up to a number, as far as there is room. */
static enum rc catch_up(const struct asking *q, int64_t reached, int64_t to_seq, struct err *e)
{
    struct event_tail *t = q->tail;
    struct read r = {0};
    for (enum rc rc = RC_OK;; r.n = 0) {
        lock_take(&t->lock);
        bool more = t->settled.top < to_seq && make_room(&t->settled, reached);
        int64_t top = t->settled.top;
        lock_give(&t->lock);
        if (more && top < to_seq) {
            r.refs = r.refs != NULL ? r.refs : must(malloc(READ_ROWS * sizeof *r.refs));
            rc = event_part_rows(q->tx, top, to_seq, READ_ROWS, see_read, &r, e);
        }
        if (rc != RC_OK || !more || top >= to_seq) {
            free(r.refs);
            return rc;
        }
        add_read(t, &r, top, to_seq);
    }
}

/* The rows of the writer's own group. */
static enum rc see_pending(const struct asking *q, int64_t settled, uint64_t turn, struct err *e)
{
    struct list *l = &q->tail->pending;
    int64_t last = 0;
    enum rc rc = tx_last_seq(q->tx, &last, e);
    if (q->tail->turn != turn || l->floor != settled) {
        list_done(l);
        *l = (struct list){.floor = settled, .top = settled};
    }
    q->tail->turn = turn;
    if (rc == RC_OK && l->top < last)
        rc = event_part_rows(q->tx, l->top, last, INT64_MAX, list_add, l, e);
    if (rc != RC_OK)
        return rc;
    l->top = last;
    list_each(l, settled, last, q->ids, q->n, q->see, q->to);
    return RC_OK;
}

enum rc event_tail_each(struct tx *tx, int64_t after_seq, const int64_t *ids, size_t n,
                        void (*see)(void *to, const struct event_ref *ref), void *to, struct err *e)
{
    struct asking q = {
        .tx = tx,
        .tail = db_beside(tx_db(tx), tail_new, tail_free),
        .ids = ids,
        .n = n,
        .see = see,
        .to = to,
    };
    int64_t settled = 0;
    uint64_t turn = 0;
    enum rc rc = tx_settled_seq(tx, &settled, &turn, e);
    if (rc == RC_OK)
        rc = catch_up(&q, after_seq, settled, e);
    if (rc != RC_OK)
        return rc;
    struct list *l = &q.tail->settled;
    lock_take(&q.tail->lock);
    int64_t floor = l->floor, top = l->top;
    list_each(l, after_seq, settled, ids, n, see, to);
    lock_give(&q.tail->lock);
    if (after_seq < floor)
        rc = look_through(&q, after_seq, floor < settled ? floor : settled, e);
    if (rc == RC_OK && top < settled)
        rc = look_through(&q, top > after_seq ? top : after_seq, settled, e);
    return rc == RC_OK && turn != 0 ? see_pending(&q, settled, turn, e) : rc;
}

void event_tail_forget(struct db *db)
{
    struct event_tail *t = db_beside(db, tail_new, tail_free);
    lock_take(&t->lock);
    list_done(&t->settled);
    t->settled = (struct list){0};
    lock_give(&t->lock);
}

/* event_part.c — rows of parts and of their blocks.
 *
 * Safe against a kill at any moment: a part of level 0 comes in one closure, a larger one is in
 * state 0 until the closure that also takes those it was made of out of use. Safe against a second
 * node: (level, from_seq) is unique, so one of two builders finds that it has written nothing; each
 * closure that writes blocks says that the part is still being written. About 5 µs a block.
 */
#include "store/event_part.h"

#include "store/list.h"
#include "store/statements.h"

#include <assert.h>

enum { BLOCKS_A_CLOSURE = 1000 };

static const struct sql LIST = {
    .text = "SELECT id, level, from_seq, to_seq, from_s, to_s, events, state, touched_s"
            " FROM event_part /*scan*/ ORDER BY from_seq, level",
    .out = "iiiiiiiii",
};
static const struct sql REACHED = {
    .text = "SELECT coalesce(max(to_seq), 0) FROM event_part WHERE state = 1 /*scan*/",
    .out = "i",
};
static const struct sql LOG = {
    .text = "SELECT customer_id, at_s, seq, kind FROM event WHERE seq > $1 AND seq <= $2"
            " ORDER BY seq LIMIT $3",
    .in = "iii",
    .out = "iiii",
};
static const struct sql STANDS = {
    .text = "SELECT 1 FROM event WHERE seq = $1", .in = "i", .out = "i"};
static const struct sql ADD = {
    .text = "INSERT INTO event_part (id, level, from_seq, to_seq, from_s, to_s, events, state,"
            " touched_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            " ON CONFLICT (level, from_seq) DO NOTHING",
    .in = "iiiiiiiii",
};
static const struct sql TOUCH = {
    .text = "UPDATE event_part SET touched_s = $2 WHERE id = $1 AND state = 0",
    .in = "ii",
};
static const struct sql BLOCK = {
    .text = "INSERT INTO event_part_block (part_id, last_id, no, from_s, to_s, bytes)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
    .in = "iiiiib",
};
static const struct sql USE = {
    .text = "UPDATE event_part SET state = 1 WHERE id = $1 AND state = 0",
    .in = "i",
};
static const struct sql RETIRE = {
    .text = "UPDATE event_part SET state = 2 WHERE id = $1 AND state = 1",
    .in = "i",
};
static const struct sql RETIRE_ALL = {
    .text = "UPDATE event_part SET state = 2, level = level + $1 WHERE state <> 2 /*scan*/",
    .in = "i",
};
static const struct sql DROP_BLOCKS = {
    .text = "DELETE FROM event_part_block WHERE part_id = $1 AND (last_id, no) IN"
            " (SELECT b.last_id, b.no FROM event_part_block b WHERE b.part_id = $1"
            " ORDER BY b.last_id, b.no LIMIT $2)",
    .in = "ii",
};
static const struct sql DROP = {.text = "DELETE FROM event_part WHERE id = $1 AND state <> 1",
                                .in = "i"};
static const struct sql BLOCKS = {
    .text = "SELECT last_id, no, bytes FROM event_part_block WHERE part_id = $1"
            " AND (last_id, no) > ($2, $3) ORDER BY last_id, no LIMIT $4",
    .in = "iiii",
    .out = "iib",
};

STATEMENTS(event_part, &LIST, &REACHED, &LOG, &STANDS, &ADD, &TOUCH, &BLOCK, &USE, &RETIRE,
           &RETIRE_ALL, &DROP_BLOCKS, &DROP, &BLOCKS);

/* ---- reading ---- */

enum rc event_part_list(struct tx *tx, struct event_part **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &LIST, &r, e);
    if (rc != RC_OK)
        return rc;
    struct event_part *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r))
        *LIST_ADD(tx_arena(tx), list, n, room) = (struct event_part){
            .id = rows_int(r, 0),
            .level = rows_int(r, 1),
            .from_seq = rows_int(r, 2),
            .to_seq = rows_int(r, 3),
            .from_s = rows_int(r, 4),
            .to_s = rows_int(r, 5),
            .events = rows_int(r, 6),
            .state = (enum event_part_state)rows_int(r, 7),
            .touched_s = rows_int(r, 8),
        };
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

enum rc event_part_reached(struct tx *tx, int64_t *out_seq, struct err *e)
{
    return tx_int(tx, &REACHED, out_seq, e);
}

enum rc event_part_rows(struct tx *tx, int64_t after_seq, int64_t to_seq, int64_t limit,
                        void (*see)(void *to, const struct event_ref *ref), void *to, struct err *e)
{
    enum { COLUMNS = 4 };
    struct rows *r;
    enum rc rc = tx_query(tx, &LOG, &r, e, after_seq, to_seq, limit);
    if (rc != RC_OK)
        return rc;
    while (rows_next(r)) {
        int64_t v[COLUMNS];
        rows_ints(r, v);
        see(to, &(struct event_ref){v[0], v[1], v[2], (int)v[3]});
    }
    return rows_end(r, e);
}

enum rc event_part_blocks(struct tx *tx, int64_t part_id, int64_t *last_id, int64_t *no,
                          int64_t limit, struct str **out, size_t *out_n, struct err *e)
{
    struct rows *r;
    enum rc rc = tx_query(tx, &BLOCKS, &r, e, part_id, *last_id, *no, limit);
    if (rc != RC_OK)
        return rc;
    struct str *list = NULL;
    size_t n = 0, room = 0;
    while (rows_next(r)) {
        *last_id = rows_int(r, 0);
        *no = rows_int(r, 1);
        *LIST_ADD(tx_arena(tx), list, n, room) = rows_copy(r, 2, tx_arena(tx));
    }
    rc = rows_end(r, e);
    if (rc != RC_OK)
        return rc;
    *out = list;
    *out_n = n;
    return RC_OK;
}

/* ---- writing ---- */

static enum rc moved(struct err *e)
{
    return err_set(e, RC_CONFLICT, "event_parts_moved", "", "另一个进程也在整理事件索引",
                   "another process has been at the index of events");
}

/* RC_CONFLICT unless the last statement changed a row. */
static enum rc held(struct tx *tx, enum rc rc, struct err *e)
{
    if (rc != RC_OK)
        return rc;
    return tx_changes(tx) == 1 ? RC_OK : moved(e);
}

static enum rc add_part(struct tx *tx, const struct event_part *p, struct err *e)
{
    enum rc rc = tx_exec(tx, &ADD, e, p->id, p->level, p->from_seq, p->to_seq, p->from_s, p->to_s,
                         p->events, (int)p->state, tx_now_s(tx));
    return held(tx, rc, e);
}

static enum rc put_blocks(struct tx *tx, int64_t part_id, const struct event_block *b, size_t n,
                          struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = tx_exec(tx, &BLOCK, e, part_id, b[i].last_id, b[i].no, b[i].from_s, b[i].to_s,
                     b[i].bytes);
    return rc;
}

enum rc event_part_add(struct tx *tx, const struct event_part *part,
                       const struct event_block *blocks, size_t n, struct err *e)
{
    assert(tx_is_writing(tx) && part->level == 0 && part->from_seq <= part->to_seq);
    struct event_part own = *part;
    int64_t reached = 0, stands = 0;
    own.id = tx_id(tx);
    own.state = EVENT_PART_IN_USE;
    enum rc rc = event_part_reached(tx, &reached, e);
    if (rc == RC_OK)
        rc = tx_int(tx, &STANDS, &stands, e, part->to_seq);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && reached + 1 != part->from_seq))
        return moved(e);
    if (rc == RC_OK)
        rc = add_part(tx, &own, e);
    return rc == RC_OK ? put_blocks(tx, own.id, blocks, n, e) : rc;
}

enum rc event_part_begin(struct tx *tx, const struct event_part *part, struct err *e)
{
    assert(tx_is_writing(tx) && part->id != 0 && part->level > 0);
    struct event_part own = *part;
    own.state = EVENT_PART_WRITTEN;
    return add_part(tx, &own, e);
}

enum rc event_part_put(struct tx *tx, int64_t part_id, const struct event_block *blocks, size_t n,
                       struct err *e)
{
    assert(tx_is_writing(tx));
    enum rc rc = held(tx, tx_exec(tx, &TOUCH, e, part_id, tx_now_s(tx)), e);
    return rc == RC_OK ? put_blocks(tx, part_id, blocks, n, e) : rc;
}

enum rc event_part_replace(struct tx *tx, int64_t part_id, const struct event_part *of, size_t n,
                           struct err *e)
{
    assert(tx_is_writing(tx) && n > 1);
    enum rc rc = held(tx, tx_exec(tx, &USE, e, part_id), e);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = held(tx, tx_exec(tx, &RETIRE, e, of[i].id), e);
    return rc;
}

enum rc event_part_retire_all(struct tx *tx, int64_t levels, struct err *e)
{
    return tx_exec(tx, &RETIRE_ALL, e, levels);
}

enum rc event_part_drop(struct tx *tx, int64_t part_id, bool *out_gone, struct err *e)
{
    assert(tx_is_writing(tx));
    *out_gone = false;
    enum rc rc = tx_exec(tx, &DROP_BLOCKS, e, part_id, (int64_t)BLOCKS_A_CLOSURE);
    if (rc != RC_OK || tx_changes(tx) == BLOCKS_A_CLOSURE)
        return rc;
    *out_gone = true;
    return tx_exec(tx, &DROP, e, part_id);
}

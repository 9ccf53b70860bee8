/* event_part — the parts of the index of the log by customer: writing, merging and dropping them.
 * schema/0005_event_parts.sql says what they are; store/event_index.h asks them; the order of work
 * is domain/event_parts.h's.
 */
#ifndef KOI_STORE_EVENT_PART_H
#define KOI_STORE_EVENT_PART_H

#include "db/db.h"
#include "store/event_block.h"

enum event_part_state { EVENT_PART_WRITTEN, EVENT_PART_IN_USE, EVENT_PART_REPLACED };

struct event_part {
    int64_t id; /* 0 until it is begun */
    int64_t level;
    int64_t from_seq, to_seq; /* numbers it covers */
    int64_t from_s, to_s, events;
    enum event_part_state state;
    int64_t touched_s;
};

/* All parts by from_seq, in the transaction's arena: dozens. */
enum rc event_part_list(struct tx *tx, struct event_part **out, size_t *out_n, struct err *e);
/* The last number that parts in use cover; 0: none. */
enum rc event_part_reached(struct tx *tx, int64_t *out_seq, struct err *e);

/* Calls see() with each row of the log with after_seq < seq ≤ to_seq, by number, at most `limit`.
 * Those of nobody (customer 0) are among them. 0.3 µs a row on SQLite. */
enum rc event_part_rows(struct tx *tx, int64_t after_seq, int64_t to_seq, int64_t limit,
                        void (*see)(void *to, const struct event_ref *ref), void *to,
                        struct err *e);

/* ---- writing: closures of the writer, which fail with RC_CONFLICT when another builder has been
 * there, or the log is not what was read (it was wiped) ---- */

/* Writes a part of level 0 whole: it covers what is behind the last part in use, up to
 * `part->to_seq`. */
enum rc event_part_add(struct tx *tx, const struct event_part *part,
                       const struct event_block *blocks, size_t n, struct err *e);
/* Begins a part of a higher level, which nobody sees yet. Its id comes from tx_id(). */
enum rc event_part_begin(struct tx *tx, const struct event_part *part, struct err *e);
/* Writes blocks of it. */
enum rc event_part_put(struct tx *tx, int64_t part_id, const struct event_block *blocks, size_t n,
                       struct err *e);
/* Puts it into use in place of the parts it was made of. */
enum rc event_part_replace(struct tx *tx, int64_t part_id, const struct event_part *of, size_t n,
                           struct err *e);
/* Takes all parts out of use, also those being written, and adds `levels` to their level: more than
 * any has, so that new parts may take their places. */
enum rc event_part_retire_all(struct tx *tx, int64_t levels, struct err *e);
/* Deletes some 1,000 blocks of a part that is not in use, and the part after its last. */
enum rc event_part_drop(struct tx *tx, int64_t part_id, bool *out_gone, struct err *e);

/* ---- reading a part from end to end ---- */

/* Its blocks behind (last_id, no), which it moves on, at most `limit`; bytes in the transaction's
 * arena. None: the end. */
enum rc event_part_blocks(struct tx *tx, int64_t part_id, int64_t *last_id, int64_t *no,
                          int64_t limit, struct str **out, size_t *out_n, struct err *e);

#endif

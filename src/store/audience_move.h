/* audience_move — who is in each audience that is followed, who entered and who left it, and how
 * large it was. schema/0004_audience_moves.sql says what the columns mean and what they cost.
 *
 * Whoever waits for customers to enter or leave (a trigger) remembers the id of the last move it
 * has seen and asks audience_moves_since() for the next ones.
 */
#ifndef KOI_STORE_AUDIENCE_MOVE_H
#define KOI_STORE_AUDIENCE_MOVE_H

#include "db/db.h"

/* ---- asking ---- */

struct audience_move {
    int64_t id; /* ascends in time within an audience */
    int64_t customer_id;
    int64_t at_s; /* the pinned now of the tick that saw it */
    bool entered; /* else left */
};

/* Moves of an audience with id > after_id (0: all that are kept), oldest first, at most `limit`,
 * with whom the customers stand for today; erased ones are not told. A list in the transaction's
 * arena; costs an index look-up a move. What a tick left unlisted (too many at once) only
 * audience_sizes() knows. */
enum rc audience_moves_since(struct tx *tx, int64_t audience_id, int64_t after_id, int64_t limit,
                             struct audience_move **out, size_t *out_n, struct err *e);
/* The newest ones with id < before_id (INT64_MAX: from the newest), newest first, of customers
 * whom the account may see; `entered` 0 or 1 picks one way, DB_NULL both. */
enum rc audience_moves(struct tx *tx, int64_t audience_id, int64_t scope_account, int64_t entered,
                       int64_t before_id, int64_t limit, struct audience_move **out, size_t *out_n,
                       struct err *e);

/* An hour, or a sum of some. size = size before + entered − left − gone, unless it began. */
struct audience_size {
    int64_t hour_s; /* first second */
    int64_t size;   /* at the last tick */
    int64_t entered, left, gone;
    int64_t unlisted; /* of those who entered or left: no moves are kept of them */
    bool began;       /* following began in it, with whoever was in the audience then */
};
/* The hours that begin at from_s or later, oldest first; over everyone, so for callers who see all
 * customers. At most 24 rows a day. */
enum rc audience_sizes(struct tx *tx, int64_t audience_id, int64_t from_s,
                       struct audience_size **out, size_t *out_n, struct err *e);

/* ---- following (domain/audience_tick.h) ---- */

/* Where the following of an audience stands. */
struct audience_follow {
    int64_t version, step, at_s, size;
    uint64_t sum;
    bool whole;
};
/* RC_NOT_FOUND (e untouched) when it is not followed. */
enum rc audience_follow_load(struct tx *tx, int64_t audience_id, struct audience_follow *out,
                             struct err *e);
/* Writes where it stands, with the next step; true in `out_held` when it was at step `now->step`
 * (0: not followed yet) before, else nothing is written: somebody else has been there. */
enum rc audience_follow_store(struct tx *tx, int64_t audience_id, const struct audience_follow *now,
                              bool *out_held, struct err *e);
/* The size for lists, if the audience still has that version. */
enum rc audience_follow_size(struct tx *tx, int64_t audience_id, const struct audience_follow *now,
                             struct err *e);
/* One that is followed although it is no live audience any more; RC_NOT_FOUND (e untouched). */
enum rc audience_follow_stray(struct tx *tx, int64_t *out_id, struct err *e);
/* Deletes at most 500 lists of members; when there were fewer, and `forget` is set, also the row
 * that says it is followed. */
enum rc audience_follow_clear(struct tx *tx, int64_t audience_id, bool forget, bool *out_empty,
                              struct err *e);

/* A list of members without its ids. */
struct audience_list_head {
    int64_t from_id, n;
    uint64_t sum;
};
/* All of an audience, by from_id. About 1 µs a list. */
enum rc audience_list_heads(struct tx *tx, int64_t audience_id, struct audience_list_head **out,
                            size_t *out_n, struct err *e);
/* The packed ids of one, in the transaction's arena. */
enum rc audience_list_ids(struct tx *tx, int64_t audience_id, int64_t from_id, struct str *out,
                          struct err *e);
/* Writes a list; of no members: deletes it. */
enum rc audience_list_put(struct tx *tx, int64_t audience_id, const struct audience_list_head *head,
                          struct str ids, struct err *e);

/* Calls see() with each of these customers that there is, by id, with root_id and whether erased;
 * in a writing transaction it stays so until the commit. */
enum rc audience_fates(struct tx *tx, const int64_t *ids, size_t n,
                       void (*see)(void *to, int64_t id, int64_t root_id, bool erased), void *to,
                       struct err *e);
/* One row; the id comes from tx_id(). */
enum rc audience_move_add(struct tx *tx, int64_t audience_id, int64_t customer_id, int64_t at_s,
                          bool entered, struct err *e);
/* Adds to an hour's figures and sets its size; `began` stays once set. */
enum rc audience_size_add(struct tx *tx, int64_t audience_id, const struct audience_size *s,
                          struct err *e);

/* ---- forgetting ---- */

/* Deletes at most 1,000 moves of before `moves_s` and as many hours of before `sizes_s` of the
 * first audience with id > after_id, archived or not: its id, or 0 at the end, and whether there
 * may be more of it. */
enum rc audience_moves_expire(struct tx *tx, int64_t after_id, int64_t moves_s, int64_t sizes_s,
                              int64_t *out_id, bool *out_more, struct err *e);

#endif

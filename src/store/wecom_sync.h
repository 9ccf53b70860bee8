/* wecom_sync — what a full sync with WeCom asks about one after the other, and what of it could not
 * be told (schema/0010_*.sql). The rules are in connect/wecom/sync.h.
 */
#ifndef KOI_STORE_WECOM_SYNC_H
#define KOI_STORE_WECOM_SYNC_H

#include "db/db.h"

enum sync_kind { SYNC_DEPARTMENT, SYNC_MEMBER, SYNC_FOLLOW, SYNC_GROUP };
enum sync_state { SYNC_WAITING, SYNC_DONE, SYNC_OUTSIDE, SYNC_FAILED };
/* "department" …, as in the database. */
const char *sync_kind_name(enum sync_kind kind);
/* "waiting" …, likewise. */
const char *sync_state_name(enum sync_state state);

/* Adds one that waits (a member: done) unless it is there. */
enum rc sync_item_add(struct tx *tx, int64_t job_id, enum sync_kind kind, struct str ref,
                      int64_t chunk, struct err *e);
/* Sets the state, adding the row where there is none; `error`: JSON, absent: none. */
enum rc sync_item_set(struct tx *tx, int64_t job_id, enum sync_kind kind, struct str ref,
                      enum sync_state state, struct str error, struct err *e);
/* Notes an error while it goes on waiting. */
enum rc sync_item_note(struct tx *tx, int64_t job_id, enum sync_kind kind, struct str ref,
                       struct str error, struct err *e);

struct sync_item {
    enum sync_kind kind;
    enum sync_state state;
    struct str ref, error; /* error: absent when there is none */
};
/* Those of a chunk that wait, by ref, at most `limit`. */
enum rc sync_items_waiting(struct tx *tx, int64_t job_id, enum sync_kind kind, int64_t chunk,
                           int64_t limit, struct sync_item **out, size_t *out_n, struct err *e);
/* Those of a chunk, whatever became of them, by ref. */
enum rc sync_items_chunk(struct tx *tx, int64_t job_id, enum sync_kind kind, int64_t chunk,
                         struct sync_item **out, size_t *out_n, struct err *e);
/* Those that failed or are outside, by kind and ref, at most `limit`. */
enum rc sync_items_open(struct tx *tx, int64_t job_id, int64_t limit, struct sync_item **out,
                        size_t *out_n, struct err *e);
enum rc sync_items_count(struct tx *tx, int64_t job_id, enum sync_kind kind, int64_t *out,
                         struct err *e);
/* Deletes at most `limit` rows of any job (of any but this one unless `own`); whether there may be
 * more. */
enum rc sync_items_clear(struct tx *tx, int64_t job_id, bool own, int64_t limit, bool *out_more,
                         struct err *e);

/* What Koi knows and this sync was not told: userids of staff who have not left; customer groups
 * that exist and were not told since `since_us`. Behind `after_id`, by id, at most `limit`; those
 * that could not be asked for are left out. */
struct sync_rest {
    int64_t id;
    struct str ref;
};
enum rc sync_rest_staff(struct tx *tx, int64_t job_id, int64_t after_id, int64_t limit,
                        struct sync_rest **out, size_t *out_n, struct err *e);
enum rc sync_rest_groups(struct tx *tx, int64_t job_id, int64_t since_us, int64_t after_id,
                         int64_t limit, struct sync_rest **out, size_t *out_n, struct err *e);
/* Tags that are archived and no platform's any more, and that are still worn; 0: none. */
enum rc sync_rest_tag(struct tx *tx, int64_t *out_id, struct err *e);

/* How much there is to do, as far as Koi knows: friendships and customer groups in force. Counts
 * an index: 50 ms for 1.5 M friendships. */
enum rc sync_known(struct tx *tx, int64_t *out_friendships, int64_t *out_groups, struct err *e);

#endif

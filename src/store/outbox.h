/* outbox — wishes towards WeCom as rows: put with the change that wants them, taken in order, ended
 * (schema/0011_outbox.sql). Who tells them is domain/outbox_work.h. */
#ifndef KOI_STORE_OUTBOX_H
#define KOI_STORE_OUTBOX_H

#include "base/secret.h"
#include "db/db.h"

enum outbox_state { OUTBOX_WAITING, OUTBOX_DONE, OUTBOX_DROPPED, OUTBOX_UNSURE, OUTBOX_DEAD };

/* Most keys that outbox_take() gives, most rows of one that outbox_take_key() gives, and most rows
 * that outbox_purge() deletes in one closure. */
enum { OUTBOX_TAKE = 64, OUTBOX_TOGETHER = 50, OUTBOX_PURGE = 1000 };

struct outbox_wish {
    struct str kind, key; /* "mark_tag", "relation:123" */
    int64_t object_id;    /* what of the key it is about; 0: all of it */
    struct str once;      /* what may be wished once only, ever; absent: as often as one likes */
    struct str body;      /* JSON; kept sealed; absent: nothing but the key is needed */
    int64_t account_id;   /* who asked for it; 0: Koi by itself */
    bool keep;            /* one that waits already stays as it is, instead of giving way */
};

struct outbox_row {
    int64_t id;
    struct str kind, key;
    int64_t object_id;
    struct str body_sealed; /* absent when ended well */
    enum outbox_state state;
    int64_t account_id, made_us, attempts, due_us; /* account_id: 0 none */
    int64_t begun_us;                              /* 0: not begun */
    int64_t ended_us;                              /* 0 while waiting */
    struct str error;                              /* JSON; absent when there was none */
};

/* "waiting" */
const char *outbox_state_name(enum outbox_state s);

/* Puts a wish in the caller's transaction. One of the same kind, key and object that still waits is
 * dropped for it (unless `keep`); one with the same `once` stays, whatever became of it. */
enum rc outbox_put(struct tx *tx, const struct keyring *keys, const struct outbox_wish *w,
                   struct err *e);
/* Drops what waits of a kind, key and object: it is void. */
enum rc outbox_withdraw(struct tx *tx, struct str kind, struct str key, int64_t object_id,
                        struct err *e);

/* Those whose turn it is at now_us, oldest first: the first waiting row of each key, if it is due.
 * And the waiting rows of one key in order. In the transaction's arena. */
enum rc outbox_take(struct tx *tx, int64_t now_us, struct outbox_row **out, size_t *out_n,
                    struct err *e);
enum rc outbox_take_key(struct tx *tx, struct str key, struct outbox_row **out, size_t *out_n,
                        struct err *e);
/* A call that must not be made twice is about to be made. RC_CONFLICT when the row waits no more,
 * or was begun already. */
enum rc outbox_begin(struct tx *tx, int64_t id, struct err *e);

/* An attempt has ended. DONE and DROPPED: its body goes. WAITING: again at due_us, counted as
 * failed unless `error` is absent. `out_ended` is false, and nothing is written, when the row waits
 * no more: a later wish has taken its place. */
struct outbox_end {
    enum outbox_state state;
    int64_t due_us;
    struct str error; /* JSON */
};
enum rc outbox_end(struct tx *tx, int64_t id, const struct outbox_end *end, bool *out_ended,
                   struct err *e);

/* Those before an id, newest first; state absent: all. In the transaction's arena. */
enum rc outbox_list(struct tx *tx, int64_t before_id, struct str state, int64_t limit,
                    struct outbox_row **out, size_t *out_n, struct err *e);
/* One row, in the transaction's arena. RC_NOT_FOUND with a sentence. */
enum rc outbox_load(struct tx *tx, int64_t id, struct outbox_row *out, struct err *e);
/* A dead or unsure row waits again, due at once and with all its attempts. RC_NOT_FOUND;
 * RC_CONFLICT when it is in another state, or a later wish for the same is waiting. */
enum rc outbox_retry(struct tx *tx, int64_t id, struct err *e);
/* A waiting, dead or unsure row will not be told any more. RC_NOT_FOUND; RC_CONFLICT when it has
 * ended, and while that is being told which must not be told twice: what WeCom made of it would be
 * known to nobody. */
enum rc outbox_drop(struct tx *tx, int64_t id, struct err *e);

/* What is still open of a key, newest first, at most `limit`: waiting, dead or unsure, and no later
 * row of the same kind and object has been told or waits. In the transaction's arena. */
enum rc outbox_open(struct tx *tx, struct str key, int64_t limit, struct outbox_row **out,
                    size_t *out_n, struct err *e);

/* How many there are in a state. */
enum rc outbox_count(struct tx *tx, enum outbox_state state, int64_t *out, struct err *e);

/* The objects of a key and kind whose wish counts against an answer that was asked for at that
 * time: it waits, or was done since. Ascending; in the transaction's arena. */
enum rc outbox_counts(struct tx *tx, struct str kind, struct str key, int64_t asked_us,
                      int64_t **out, size_t *out_n, struct err *e);

/* Deletes up to OUTBOX_PURGE rows that ended before that time. */
enum rc outbox_purge(struct tx *tx, int64_t before_us, int64_t *out_n, struct err *e);

#endif

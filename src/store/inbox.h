/* inbox — callbacks as rows: put once, taken in order, ended (schema/0008_inbox.sql). Who works on
 * them is domain/inbox_work.h. */
#ifndef KOI_STORE_INBOX_H
#define KOI_STORE_INBOX_H

#include "base/secret.h"
#include "db/db.h"

enum inbox_state { INBOX_WAITING, INBOX_DONE, INBOX_IGNORED, INBOX_DEAD };

/* Most rows that inbox_take() gives, and that inbox_purge() deletes in one closure. */
enum { INBOX_TAKE = 64, INBOX_PURGE = 1000 };

struct inbox_message {
    struct str source; /* "wecom" */
    uint8_t hash[SECRET_INDEX_BYTES];
    struct str kind, key;
    struct str body_sealed;
    int64_t settle_us; /* not tried before, from when it was put */
};

struct inbox_row {
    int64_t id;
    struct str source, kind, key;
    struct str body_sealed; /* absent in lists, and when done */
    enum inbox_state state;
    int64_t received_us, attempts, due_us;
    int64_t ended_us; /* 0 while waiting */
    struct str error; /* JSON {code, zh, en, hint_zh, hint_en}; absent when there was none */
};

/* "waiting" */
const char *inbox_state_name(enum inbox_state s);

/* Puts a message, unless one with this hash is there already: both are fine. */
enum rc inbox_put(struct tx *tx, const struct inbox_message *m, struct err *e);

/* Those whose turn it is at now_us, oldest first: the first waiting row of each key, if it is due.
 * In the transaction's arena. */
enum rc inbox_take(struct tx *tx, int64_t now_us, struct inbox_row **out, size_t *out_n,
                   struct err *e);

/* The row has ended as INBOX_DONE (its body goes) or INBOX_IGNORED. RC_CONFLICT when it is not
 * waiting any more: another server has been there. */
enum rc inbox_end(struct tx *tx, int64_t id, enum inbox_state state, struct err *e);
/* An attempt has failed: it waits until due_us, or is dead when due_us is 0. `error` is JSON. */
enum rc inbox_fail(struct tx *tx, int64_t id, int64_t due_us, struct str error, struct err *e);

/* Those before an id, newest first; state absent: all. In the transaction's arena. */
enum rc inbox_list(struct tx *tx, int64_t before_id, struct str state, int64_t limit,
                   struct inbox_row **out, size_t *out_n, struct err *e);
/* A dead or ignored row waits again, due at once and with all its attempts. RC_NOT_FOUND,
 * RC_CONFLICT when it is waiting or done. */
enum rc inbox_retry(struct tx *tx, int64_t id, struct err *e);

/* How many there are in a state. */
enum rc inbox_count(struct tx *tx, enum inbox_state state, int64_t *out, struct err *e);

/* A check of the callback's address was answered, now. */
enum rc inbox_checked(struct tx *tx, struct err *e);
/* When others last found us; 0: never. */
struct inbox_contact {
    int64_t checked_us;  /* checked the address */
    int64_t received_us; /* delivered; only while its row is kept */
};
enum rc inbox_contact(struct tx *tx, struct inbox_contact *out, struct err *e);

/* Deletes up to INBOX_PURGE rows that ended before that time. */
enum rc inbox_purge(struct tx *tx, int64_t before_us, int64_t *out_n, struct err *e);

#endif

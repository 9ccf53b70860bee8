/* welcome — welcomes that new friends are waiting for, and what became of them
 * (schema/0011_outbox.sql). Who sends them is connect/wecom/welcome.h. */
#ifndef KOI_STORE_WELCOME_H
#define KOI_STORE_WELCOME_H

#include "base/secret.h"
#include "db/db.h"

enum welcome_state { WELCOME_WAITING, WELCOME_SENT, WELCOME_UNSURE, WELCOME_MISSED };

/* Most rows that welcome_purge() deletes and welcome_overdue() ends in one closure. */
enum { WELCOME_SOME = 1000 };

struct welcome_row {
    int64_t id;
    uint8_t code_hash[SECRET_INDEX_BYTES]; /* not read back */
    struct str body_sealed;
    int64_t received_us, expires_us;
};
/* Puts a welcome that was just heard of; `out_id` is 0 when its code is known already. */
enum rc welcome_put(struct tx *tx, const struct welcome_row *w, int64_t *out_id, struct err *e);
/* Those that wait and have not expired at that time, soonest to expire first. In the transaction's
 * arena. */
enum rc welcome_waiting(struct tx *tx, int64_t now_us, int64_t limit, struct welcome_row **out,
                        size_t *out_n, struct err *e);

struct welcome_end {
    int64_t id;
    enum welcome_state state;
    const char *reason; /* of a miss: "expired", "limiter", "chatting", "refused", "failed" */
    int64_t took_ms;
    struct str error; /* JSON; absent: none */
};
/* Says what became of one that waits; of others nothing is written. Its body goes. */
enum rc welcome_end(struct tx *tx, const struct welcome_end *end, struct err *e);
/* Whether any expired before that time and still waits. */
enum rc welcome_has_overdue(struct tx *tx, int64_t before_us, bool *out, struct err *e);
/* Ends as missed ("expired") up to WELCOME_SOME that expired before that time and still wait; how
 * many. */
enum rc welcome_overdue(struct tx *tx, int64_t before_us, int64_t *out_n, struct err *e);
/* Deletes up to WELCOME_SOME that ended and came before that time. */
enum rc welcome_purge(struct tx *tx, int64_t before_us, int64_t *out_n, struct err *e);

/* How many of each hour came to which end; ascending by hour. */
struct welcome_count {
    int64_t hour_s;
    struct str state, reason; /* "sent"; reason: absent unless missed */
    int64_t n;
};
enum rc welcome_counts(struct tx *tx, int64_t from_us, struct welcome_count **out, size_t *out_n,
                       struct err *e);
/* From the callback to WeCom's answer, of the sent ones: the value below which `permille` of 1,000
 * lie (nearest rank). RC_NOT_FOUND (e untouched) when none was sent. */
enum rc welcome_took(struct tx *tx, int64_t from_us, int64_t permille, int64_t *out_ms,
                     struct err *e);
/* Missed since then, but for those whose two were chatting already. */
enum rc welcome_count_missed(struct tx *tx, int64_t from_us, int64_t *out, struct err *e);
/* The last misses, newest first. */
struct welcome_miss {
    int64_t id, received_us;
    struct str reason, error;
};
enum rc welcome_misses(struct tx *tx, int64_t limit, struct welcome_miss **out, size_t *out_n,
                       struct err *e);

/* The person whom an account is of, and the name, absent where it is not known. RC_NOT_FOUND (e
 * untouched) for somebody new or erased. */
enum rc welcome_person(struct tx *tx, const uint8_t identity_hash[static SECRET_INDEX_BYTES],
                       int64_t *out_id, struct str *out_name, struct err *e);

#endif

/* timeline — one customer's events, newest first, with the names of what they speak of. */
#ifndef KOI_STORE_TIMELINE_H
#define KOI_STORE_TIMELINE_H

#include "base/secret.h"
#include "db/db.h"

struct timeline_row {
    int64_t seq, at_s;
    struct str kind, kind_zh, kind_en;
    bool touch;
    int64_t channel_id, staff_id; /* 0: none */
    struct str channel, staff;
    int64_t object_kind, object_id; /* 0: none */
    struct str object;              /* its name, where one is known */
    int64_t amount_fen;             /* DB_NULL: none */
    struct str props;               /* JSON; absent: none */
    bool retracted;
};
/* At most `limit` rows of everyone with this root, behind (before_s, before_seq); retractions
 * themselves are left out, what they took back is marked. `kind`: one word, or absent for all.
 * Includes the lines of orders (kind item) only when asked for by that word. */
enum rc timeline_list(struct tx *tx, int64_t root_id, struct str kind, int64_t before_s,
                      int64_t before_seq, int64_t limit, struct timeline_row **out, size_t *out_n,
                      struct err *e);

struct note {
    int64_t id;
    int64_t account_id;
    struct str account, text;
    int64_t at_s;
    int64_t remind_s, done_s; /* DB_NULL: not to be seen again; not done */
};
/* Notes on everyone with this root, newest first, before (at_s, id). */
enum rc note_list(struct tx *tx, const struct keyring *keys, int64_t root_id, int64_t before_s,
                  int64_t before_id, int64_t limit, struct note **out, size_t *out_n,
                  struct err *e);
/* Writes a note and its event (which does not hold the text). `remind_s`: when its writer wants to
 * see it again, or DB_NULL. */
enum rc note_add(struct tx *tx, const struct keyring *keys, int64_t root_id, int64_t account_id,
                 struct str text, int64_t remind_s, int64_t *out_id, struct err *e);

/* A note that its writer is to see again. */
struct reminder {
    int64_t note_id, root_id, remind_s;
    struct str nickname, text; /* nickname: to be masked */
};
/* Those of an account that are due before `before_s` and not done, the oldest first, at most
 * `limit`; of customers whom `scope_account` sees. */
enum rc reminder_list(struct tx *tx, const struct keyring *keys, int64_t account_id,
                      int64_t scope_account, int64_t before_s, int64_t limit, struct reminder **out,
                      size_t *out_n, struct err *e);
/* One's own reminder is done, or comes later (`later_s`, else DB_NULL). RC_NOT_FOUND with a
 * sentence when it is nobody's, another's, or done already. */
enum rc reminder_settle(struct tx *tx, int64_t note_id, int64_t account_id, int64_t scope_account,
                        int64_t later_s, struct err *e);

#endif

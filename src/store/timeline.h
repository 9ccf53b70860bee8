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
};
/* Notes on everyone with this root, newest first, before (at_s, id). */
enum rc note_list(struct tx *tx, const struct keyring *keys, int64_t root_id, int64_t before_s,
                  int64_t before_id, int64_t limit, struct note **out, size_t *out_n,
                  struct err *e);
/* Writes a note and its event (which does not hold the text). */
enum rc note_add(struct tx *tx, const struct keyring *keys, int64_t root_id, int64_t account_id,
                 struct str text, int64_t *out_id, struct err *e);

#endif

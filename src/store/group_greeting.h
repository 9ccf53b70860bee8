/* group_greeting — the greetings of groups and what WeCom has of them
 * (schema/0023_group_greeting.sql). Who changes and tells them: domain/group_greeting.h. */
#ifndef KOI_STORE_GROUP_GREETING_H
#define KOI_STORE_GROUP_GREETING_H

#include "db/db.h"

struct group_greeting {
    int64_t id, code_id;
    struct str text, attachments; /* the latter a JSON list */
    bool notify, wanted;
    struct str state;       /* waiting, offered, refused, unsure, dropped */
    struct str template_id; /* absent: WeCom has none that we know of */
    int64_t offered_s;      /* DB_NULL: not offered */
    int64_t told_s;         /* DB_NULL: never told */
    struct str problem;     /* as base/err_json.h writes it; absent: none */
};

/* Writes a new one; `g->id` is filled in. A code has one that is wanted. */
enum rc group_greeting_add(struct tx *tx, struct group_greeting *g, struct err *e);
/* Writes all columns back but the id and the code's. */
enum rc group_greeting_store(struct tx *tx, const struct group_greeting *g, struct err *e);
/* By its id, wanted or not, or the one that a code wants; in the arena. RC_NOT_FOUND, `e`
 * untouched. */
enum rc group_greeting_load(struct tx *tx, int64_t id, struct arena *a, struct group_greeting *out,
                            struct err *e);
enum rc group_greeting_of_code(struct tx *tx, int64_t code_id, struct arena *a,
                               struct group_greeting *out, struct err *e);
enum rc group_greeting_forget(struct tx *tx, int64_t id, struct err *e);

/* How many templates WeCom has of Koi, those that are to be deleted included. */
enum rc group_greeting_count(struct tx *tx, int64_t *out, struct err *e);
/* Those that are wanted, refused and not at WeCom, oldest first; in the transaction's arena. Reads
 * all greetings: some hundred rows at most. */
enum rc group_greeting_refused(struct tx *tx, struct group_greeting **out, size_t *out_n,
                               struct err *e);

#endif

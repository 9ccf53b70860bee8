/* source — where customers first came from, and what that cost. */
#ifndef KOI_STORE_SOURCE_H
#define KOI_STORE_SOURCE_H

#include "db/db.h"

struct source_row {
    int64_t id;
    struct str name, kind;
    int64_t archived_s; /* DB_NULL: in use */
    int64_t customers;  /* root customers whose first source it is; source_list() only */
    int64_t cost_fen;   /* all costs ever; source_list() only */
};
/* All, the ones in use first, by name. Customers as the account sees them; costs only for scope
 * account 0 (else 0). */
enum rc source_list(struct tx *tx, int64_t scope_account, struct source_row **out, size_t *out_n,
                    struct err *e);
/* The same with nobody counted. */
enum rc source_list_plain(struct tx *tx, int64_t scope_account, struct source_row **out,
                          size_t *out_n, struct err *e);
/* RC_NOT_FOUND with a sentence. */
enum rc source_load(struct tx *tx, int64_t id, struct source_row *out, struct err *e);
/* RC_CONFLICT with a sentence when the name is taken. */
enum rc source_add(struct tx *tx, struct str name, struct str kind, int64_t *out_id, struct err *e);
enum rc source_store(struct tx *tx, const struct source_row *s, struct err *e);

/* The source that a platform calls `key`, whatever people have renamed it to; made with `name` and
 * `kind` when there is none. A source of that name which no platform has named yet is taken. */
enum rc source_of_key(struct tx *tx, struct str key, struct str name, struct str kind,
                      int64_t *out_id, struct err *e);

struct cost_row {
    int64_t id, source_id;
    struct str source, kind; /* kind: fixed, traffic, goods, incentive */
    int64_t from_day, to_day, amount_fen;
    struct str note; /* absent: none */
    int64_t created_s;
};
/* Costs with (from_day, id) before the place given, latest first; of one source unless `source_id`
 * is 0. */
enum rc cost_list(struct tx *tx, int64_t source_id, int64_t before_day, int64_t before_id,
                  int64_t limit, struct cost_row **out, size_t *out_n, struct err *e);
/* RC_NOT_FOUND with a sentence. */
enum rc cost_load(struct tx *tx, int64_t id, struct cost_row *out, struct err *e);
/* `c->id` is filled in by the first. The source exists and from_day ≤ to_day: the caller has
 * looked. */
enum rc cost_add(struct tx *tx, struct cost_row *c, struct err *e);
enum rc cost_store(struct tx *tx, const struct cost_row *c, struct err *e);
enum rc cost_remove(struct tx *tx, int64_t id, struct err *e);

#endif

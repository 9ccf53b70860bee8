/* source — where customers first came from, and what was spent on it. */
#ifndef KOI_STORE_SOURCE_H
#define KOI_STORE_SOURCE_H

#include "db/db.h"

struct source_row {
    int64_t id;
    struct str name, kind;
    int64_t archived_s; /* DB_NULL: in use */
    int64_t customers;  /* root customers the account sees whose first source it is; source_list() only */
    int64_t cost_fen;   /* all costs; source_list() only */
};

/* All in use, by name. */
enum rc source_list(struct tx *tx, int64_t scope_account, struct source_row **out, size_t *out_n,
                    struct err *e);
/* RC_NOT_FOUND with a sentence. */
enum rc source_load(struct tx *tx, int64_t id, struct source_row *out, struct err *e);
/* RC_CONFLICT with a sentence when the name is taken. */
enum rc source_add(struct tx *tx, struct str name, struct str kind, int64_t *out_id, struct err *e);
/* Writes name, kind and archived_s. */
enum rc source_store(struct tx *tx, const struct source_row *s, struct err *e);

/* Money spent on a source over the days from_day … to_day, both included. */
struct cost_row {
    int64_t id, source_id;
    struct str source, kind; /* kind: fixed, traffic, goods, incentive; source: its name, when read */
    int64_t from_day, to_day, amount_fen;
    struct str note; /* absent: none */
};
/* With id < before_id, newest first; source_id 0: of every source. */
enum rc cost_list(struct tx *tx, int64_t source_id, int64_t before_id, int64_t limit,
                  struct cost_row **out, size_t *out_n, struct err *e);
enum rc cost_load(struct tx *tx, int64_t id, struct cost_row *out, struct err *e);
/* Fills in the id. RC_NOT_FOUND with a sentence when there is no such source. */
enum rc cost_add(struct tx *tx, struct cost_row *c, struct err *e);
enum rc cost_store(struct tx *tx, const struct cost_row *c, struct err *e);
enum rc cost_remove(struct tx *tx, int64_t id, struct err *e);

#endif

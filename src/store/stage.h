/* stage — the steps of the sales process. */
#ifndef KOI_STORE_STAGE_H
#define KOI_STORE_STAGE_H

#include "db/db.h"

struct stage {
    int64_t id;
    struct str name;
    int64_t position;
    struct str outcome; /* open, won, lost */
    int64_t customers;  /* root customers in it that the account may see; stage_list() only */
};

/* All, by position. */
enum rc stage_list(struct tx *tx, int64_t scope_account, struct stage **out, size_t *out_n,
                   struct err *e);
/* The same with nobody counted. */
enum rc stage_list_plain(struct tx *tx, struct stage **out, size_t *out_n, struct err *e);
/* RC_NOT_FOUND with a sentence. */
enum rc stage_load(struct tx *tx, int64_t id, struct stage *out, struct err *e);
/* RC_INVALID with field "stage_id" unless there is such a stage. */
enum rc stage_check(struct tx *tx, int64_t id, struct err *e);
/* RC_CONFLICT with a sentence when the name is taken. Position DB_NULL: last. */
enum rc stage_add(struct tx *tx, struct str name, int64_t position, struct str outcome,
                  int64_t *out_id, struct err *e);
enum rc stage_store(struct tx *tx, const struct stage *s, struct err *e);
/* RC_CONFLICT with a sentence while customers are in it. */
enum rc stage_remove(struct tx *tx, int64_t id, struct err *e);

#endif

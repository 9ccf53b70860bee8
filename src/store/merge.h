/* merge — the log of merges, and the proposals that wait for a human. Rules: domain/identity.h.
 *
 * A merge that is not undone is an edge from the kept to the merged customer. Each customer is
 * merged by at most one such edge, so they form trees; a root is a customer without one.
 */
#ifndef KOI_STORE_MERGE_H
#define KOI_STORE_MERGE_H

#include "db/db.h"

struct merge_row {
    int64_t id, kept_id, merged_id;
    struct str reason; /* unionid, accepted, manual, import */
    struct str moved;  /* JSON list of ids */
    struct str filled; /* JSON {"column":{"before":…,"after":…}} */
    int64_t at_us;
    int64_t account_id;           /* DB_NULL: a rule */
    int64_t undone_us, undone_by; /* DB_NULL: in force */
};

/* Writes a row of the log; its id comes from tx_id(). */
enum rc merge_add(struct tx *tx, const struct merge_row *row, struct err *e);
/* RC_NOT_FOUND (e untouched) when there is none. Locks the row. */
enum rc merge_load(struct tx *tx, int64_t id, struct merge_row *out, struct err *e);
enum rc merge_set_filled(struct tx *tx, int64_t id, struct str filled, struct err *e);
enum rc merge_set_undone(struct tx *tx, int64_t id, int64_t account_id, struct err *e);
/* The merges in force into this customer, from `from_id` on, oldest first. */
enum rc merge_into(struct tx *tx, int64_t kept_id, int64_t from_id, struct merge_row **out,
                   size_t *out_n, struct err *e);
/* The merge in force by which this customer was merged away; RC_NOT_FOUND (e untouched) for a
 * root. */
enum rc merge_above(struct tx *tx, int64_t merged_id, struct merge_row *out, struct err *e);
/* The customer and everyone merged into it, directly or not. */
enum rc merge_tree(struct tx *tx, int64_t customer_id, int64_t **out, size_t *out_n, struct err *e);

/* A merge as the list shows it, newest first: with the nicknames of the two. */
struct merge_shown {
    struct merge_row row;
    struct str kept_nickname, merged_nickname, account;
};
/* At most `limit` merges before `before_id` (INT64_MAX: from the newest) that the account may see,
 * of one customer's family when `root_id` is not 0. */
enum rc merge_list(struct tx *tx, int64_t scope_account, int64_t root_id, int64_t before_id,
                   int64_t limit, struct merge_shown **out, size_t *out_n, struct err *e);

struct proposal_row {
    int64_t id, low_id, high_id;
    struct str reason, state;
    int64_t created_s;
    int64_t decided_s, decided_by;      /* DB_NULL: open */
    int64_t low_root_id, high_root_id;  /* whom they stand for today */
};

/* Leaves a proposal for two customers; one for the same pair and reason, be it decided, is left as
 * it is. */
enum rc proposal_add(struct tx *tx, int64_t one_id, int64_t other_id, const char *reason,
                     bool *out_added, struct err *e);
/* RC_NOT_FOUND (e untouched) when there is none that the account may see: both customers must be
 * visible. */
enum rc proposal_load(struct tx *tx, int64_t id, int64_t scope_account, struct proposal_row *out,
                      struct err *e);
enum rc proposal_decide(struct tx *tx, int64_t id, bool accept, int64_t account_id, struct err *e);
/* Proposals in a state ("open" …), newest first; open ones only while the two are still two. */
enum rc proposal_list(struct tx *tx, int64_t scope_account, struct str state, int64_t before_id,
                      int64_t limit, struct proposal_row **out, size_t *out_n, struct err *e);
/* How many are open, counted up to 1,000. */
enum rc proposal_count_open(struct tx *tx, int64_t scope_account, int64_t *out, struct err *e);

#endif

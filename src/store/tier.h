/* tier — tier models, their tiers, who is in which, and each move.
 *
 * A model is an ordered list of named expressions; the first that matches wins (domain/tiering.h computes it). A run is one
 * computation over everyone at a pinned now; a move is a customer whose tier it changed. Customers are roots.
 */
#ifndef KOI_STORE_TIER_H
#define KOI_STORE_TIER_H

#include "db/db.h"

struct tier_row {
    int64_t id;
    int64_t position; /* 1 is tried first */
    struct str name, expression, color, advice;
    int64_t customers; /* in it now, as far as the asking account may see; filled by tier_models() */
};

struct tier_model {
    int64_t id;
    struct str name, kind, subject;
    int64_t period_s;
    int64_t version;
    bool enabled;
    int64_t created_s, updated_us;
    struct tier_row *tiers; /* by position */
    size_t tiers_n;
    int64_t run_s, run_customers, run_moved; /* the last run; run_s DB_NULL: none yet */
};

/* All models in use with their tiers and, cut to `scope_account`, their sizes. One query for models, one for tiers. */
enum rc tier_models(struct tx *tx, int64_t scope_account, struct tier_model **out, size_t *out_n, struct err *e);
/* One of them; RC_NOT_FOUND with a sentence. */
enum rc tier_model_load(struct tx *tx, int64_t id, int64_t scope_account, struct tier_model *out, struct err *e);

/* Adds a model (ids from tx_id are put into `m`) with its tiers; writes one anew: name, period, enabled, and the tiers, of which
 * those with an id are kept (and keep their customers), those without are new, and those missing are removed with their
 * members (each a move to none, without a run). RC_CONFLICT when a name is taken. */
enum rc tier_model_add(struct tx *tx, struct tier_model *m, struct err *e);
enum rc tier_model_change(struct tx *tx, struct tier_model *m, struct err *e);
enum rc tier_model_archive(struct tx *tx, int64_t id, struct err *e);

/* ---- membership ---- */

struct tier_member {
    int64_t customer_id, tier_id;
};
/* Everyone's tier in a model, ascending by customer. */
enum rc tier_members(struct tx *tx, int64_t model_id, struct arena *a, struct tier_member **out, size_t *out_n,
                     struct err *e);

/* Begins a run (out_id) and, when all its moves are written, ends it. */
enum rc tier_run_begin(struct tx *tx, int64_t model_id, int64_t at_s, int64_t *out_id, struct err *e);
enum rc tier_run_end(struct tx *tx, int64_t run_id, int64_t customers, int64_t moved, int64_t took_us, struct err *e);

/* Moves a customer: membership, move, event, change. 0 stands for "in none". Doing it again changes nothing. */
enum rc tier_move(struct tx *tx, int64_t run_id, int64_t model_id, int64_t customer_id, int64_t from_tier_id,
                  int64_t to_tier_id, int64_t at_s, struct err *e);

struct tier_flow {
    int64_t from_tier_id, to_tier_id, customers; /* 0: in none */
};
/* How many customers moved from where to where between two times (from_s, to_s]: each customer counts once, from the tier before
 * the first move to the tier after the last; those who came back are left out. */
enum rc tier_flows(struct tx *tx, int64_t model_id, int64_t from_s, int64_t to_s, int64_t scope_account,
                   struct tier_flow **out, size_t *out_n, struct err *e);

struct tier_level {
    int64_t at_s, tier_id, entered, left; /* moves of one run into and out of a tier */
};
/* The moves of each run in (from_s, to_s], by time: with today's sizes they give the history backwards. */
enum rc tier_levels(struct tx *tx, int64_t model_id, int64_t from_s, int64_t to_s, struct tier_level **out,
                    size_t *out_n, struct err *e);

#endif

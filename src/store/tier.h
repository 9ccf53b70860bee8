/* tier — tier models, their tiers, who is in which, and each move.
 *
 * A model is an ordered list of named expressions; the first that matches wins (domain/tiering.h
 * computes it). A run is one computation over everyone at a pinned now; a move is a customer whose
 * tier it changed. Customers are roots. One who was merged away or erased since the last run counts
 * in no size; a merged one's row stays until the next run takes it out, so that undoing the merge
 * before then is as if it had not been.
 */
#ifndef KOI_STORE_TIER_H
#define KOI_STORE_TIER_H

#include "db/db.h"

struct tier_row {
    int64_t id;
    int64_t position; /* 1 is tried first */
    struct str name, expression, color, advice;
    int64_t customers; /* in it now, as far as the asking account may see; 0 when removed */
    bool removed;      /* taken out of the model */
};

struct tier_model {
    int64_t id;
    struct str name, kind, subject;
    int64_t period_s;
    int64_t version;
    bool enabled;
    int64_t created_s, updated_us;
    struct tier_row *tiers; /* by position, without removed ones */
    size_t tiers_n;
    int64_t run_s, run_customers, run_moved; /* the last run that ended; run_s DB_NULL: none yet */
};

/* All models in use with their tiers and, cut to `scope_account`, their sizes: one query for the
 * models, one for the tiers of each. A size counts an index, about 30 ns a customer. */
enum rc tier_models(struct tx *tx, int64_t scope_account, struct tier_model **out, size_t *out_n,
                    struct err *e);
/* The same without sizes (0). */
enum rc tier_models_only(struct tx *tx, struct tier_model **out, size_t *out_n, struct err *e);
/* One of them; RC_NOT_FOUND with a sentence. */
enum rc tier_model_load(struct tx *tx, int64_t id, int64_t scope_account, struct tier_model *out,
                        struct err *e);
/* The same without sizes (0). */
enum rc tier_model_only(struct tx *tx, int64_t id, struct tier_model *out, struct err *e);
/* Every tier the model ever had, by id, without sizes. */
enum rc tiers_ever(struct tx *tx, int64_t model_id, struct tier_row **out, size_t *out_n,
                   struct err *e);

/* Adds a model with its tiers; the new ids are put into `m`. */
enum rc tier_model_add(struct tx *tx, struct tier_model *m, struct err *e);
/* Writes one anew: name, period, enabled, and the tiers, of which those with an id are kept (and
 * keep their customers), those without are new, and those missing are taken out: their customers
 * leave them with the next run. RC_CONFLICT when the name is taken (so does tier_model_add()),
 * RC_INVALID when a tier is another model's. */
enum rc tier_model_change(struct tx *tx, struct tier_model *m, struct err *e);
/* Puts a model away, with its history. Archiving twice is RC_NOT_FOUND. */
enum rc tier_model_archive(struct tx *tx, int64_t id, struct err *e);

/* ---- membership ---- */

/* Calls see() with everyone's tier in a model, ascending by customer, row by row. */
enum rc tier_members(struct tx *tx, int64_t model_id,
                     void (*see)(void *to, int64_t customer_id, int64_t tier_id), void *to,
                     struct err *e);

/* Begins a run (out_id). */
enum rc tier_run_begin(struct tx *tx, int64_t model_id, int64_t at_s, int64_t *out_id,
                       struct err *e);
/* When all its moves are written: ends it with what it found. `out_moved` counts its moves. */
enum rc tier_run_end(struct tx *tx, int64_t run_id, int64_t customers, int64_t took_us,
                     int64_t *out_moved, struct err *e);
/* How many it found in a tier, once for each run and tier. */
enum rc tier_size_add(struct tx *tx, int64_t run_id, int64_t tier_id, int64_t customers,
                      struct err *e);
/* Whether another run of the model began later. */
enum rc tier_run_is_newest(struct tx *tx, int64_t model_id, int64_t run_id, bool *out,
                           struct err *e);
/* Calls see() with everyone the run has moved, ascending. */
enum rc tier_run_moved(struct tx *tx, int64_t run_id, void (*see)(void *to, int64_t customer_id),
                       void *to, struct err *e);

/* Those of `ids` that are in no audience any more, merged away or erased: a list in the
 * transaction's arena, ascending. Locks all of them until the commit, so that it stays true. */
enum rc tier_gone(struct tx *tx, const int64_t *ids, size_t n, int64_t **out, size_t *out_n,
                  struct err *e);
/* Moves a customer, once for each run: membership, move, event, change: five rows. 0 stands for
 * "in none". */
enum rc tier_move(struct tx *tx, int64_t run_id, int64_t model_id, int64_t customer_id,
                  int64_t from_tier_id, int64_t to_tier_id, int64_t at_s, struct err *e);

/* ---- history ---- */

struct tier_flow {
    int64_t from_tier_id, to_tier_id, customers; /* 0: in none */
};
/* How many customers the runs in (from_s, to_s] moved from where to where: each customer counts
 * once, from the tier before the first move to the tier after the last; those who came back are
 * left out. */
enum rc tier_flows(struct tx *tx, int64_t model_id, int64_t from_s, int64_t to_s,
                   int64_t scope_account, struct tier_flow **out, size_t *out_n, struct err *e);

/* Calls see() with the runs in (from_s, to_s], begun or ended. By index. */
enum rc tier_runs_between(struct tx *tx, int64_t model_id, int64_t from_s, int64_t to_s,
                          void (*see)(void *to, int64_t run_id), void *to, struct err *e);

struct tier_level {
    int64_t run_id, at_s, tier_id, customers;
};
/* What each run that ended in (from_s, to_s] found in each tier, oldest run first. For callers who
 * see all customers. */
enum rc tier_levels(struct tx *tx, int64_t model_id, int64_t from_s, int64_t to_s,
                    struct tier_level **out, size_t *out_n, struct err *e);

#endif

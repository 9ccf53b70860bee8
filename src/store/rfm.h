/* rfm — what buyers bought in a period, and the scores (1 … 5) in force. Customers are roots.
 *
 * A customer merged away since the last fit keeps its row until the next one, and counts in no cell
 * before; erasing a customer takes the row out.
 */
#ifndef KOI_STORE_RFM_H
#define KOI_STORE_RFM_H

#include "db/db.h"

struct rfm_buyer {
    int64_t customer_id;
    int64_t last_s, orders, amount_fen; /* of purchases in the period; amount gross */
};

/* Calls see() with everyone with a purchase in (from_s, to_s], ascending by customer. One pass over
 * the orders of the period. */
enum rc rfm_buyers(struct tx *tx, int64_t from_s, int64_t to_s,
                   void (*see)(void *to, const struct rfm_buyer *b), void *to, struct err *e);

struct rfm_score {
    int64_t customer_id;
    int64_t r, f, m;
    int64_t last_s, orders, amount_fen;
};
/* Calls see() with every score there is, ascending by customer. */
enum rc rfm_scores(struct tx *tx, void (*see)(void *to, const struct rfm_score *s), void *to,
                   struct err *e);
/* Writes a score or takes one out, and notes the change: two rows. */
enum rc rfm_score_put(struct tx *tx, int64_t fit_id, const struct rfm_score *s, struct err *e);
enum rc rfm_score_remove(struct tx *tx, int64_t customer_id, struct err *e);

/* A fit: when, over what, its cut points as JSON. */
struct score_fit {
    int64_t id, at_s, period_s, customers;
    struct str detail;
};
enum rc score_fit_add(struct tx *tx, const char *kind, int64_t at_s, int64_t period_s,
                      int64_t customers, struct str detail, int64_t *out_id, struct err *e);
/* The newest of a kind; RC_NOT_FOUND (e untouched) when there is none. */
enum rc score_fit_last(struct tx *tx, const char *kind, struct score_fit *out, struct err *e);

struct rfm_cell {
    int64_t r, f, m, customers, amount_fen;
};
/* Customers in each cell that has any, cut to what the account may see. One pass over the
 * scores. */
enum rc rfm_cells(struct tx *tx, int64_t scope_account, struct rfm_cell **out, size_t *out_n,
                  struct err *e);

#endif

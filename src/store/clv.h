/* clv — purchases one by one as a fit of lifetime value reads them, and the values in force.
 * Customers are roots.
 *
 * As with rfm, a customer merged away since the last fit keeps its row until the next one, and is
 * in no band or list before; erasing a customer takes the row out.
 */
#ifndef KOI_STORE_CLV_H
#define KOI_STORE_CLV_H

#include "db/db.h"
#include "store/rfm.h"

/* Calls see() with every purchase from 1970 up to `to_s`, ascending by customer and time; amounts
 * are gross. One pass over the orders and a sort of them in the database. */
enum rc clv_orders(struct tx *tx, int64_t to_s,
                   void (*see)(void *to, int64_t customer_id, int64_t at_s, int64_t amount_fen),
                   void *to, struct err *e);

/* A row of clv_score; schema/0003_clv.sql says what the columns mean. */
struct clv_row {
    int64_t customer_id, horizon_s;
    int64_t alive_ppm, purchases_micro, value_fen, clv_fen;
    int64_t repeats, first_day, last_day;
};

/* Calls see() with every row there is, ascending by customer. */
enum rc clv_rows(struct tx *tx, void (*see)(void *to, const struct clv_row *row), void *to,
                 struct err *e);
/* Writes a row (nothing for one who was erased) or takes one out, and notes the change. */
enum rc clv_row_put(struct tx *tx, int64_t fit_id, const struct clv_row *row, struct err *e);
enum rc clv_row_remove(struct tx *tx, int64_t customer_id, struct err *e);
/* One customer's; RC_NOT_FOUND (e untouched) for who has none. */
enum rc clv_row_of(struct tx *tx, int64_t root_id, struct clv_row *out, struct err *e);

/* Rows by value and by P(alive), cut to what the account may see (0: all). A row is in band i when
 * cuts[i − 1] <= clv_fen < cuts[i]; unused cuts are INT64_MAX. `alive` is 0 … 9, in tenths. One
 * pass over the rows. */
enum { CLV_CUTS = 6 };
struct clv_band {
    int64_t band, alive;
    int64_t customers, repeaters;                /* of whom so many bought on a second day */
    int64_t alive_ppm, purchases_micro, clv_fen; /* sums */
};
enum rc clv_bands(struct tx *tx, int64_t scope_account, const int64_t cuts[static CLV_CUTS],
                  struct clv_band **out, size_t *out_n, struct err *e);

/* The customers of greatest value behind (clv_fen, id), which is INT64_MAX twice at the start, that
 * the account may see; at most `limit`. By index when the account sees all. */
enum rc clv_top(struct tx *tx, int64_t scope_account, int64_t clv_fen, int64_t id, int64_t limit,
                struct clv_row **out, size_t *out_n, struct err *e);

/* ---- fits ---- */

/* Adds a fit of kind 'clv': its horizon and whether its rows will be written. */
enum rc clv_fit_add(struct tx *tx, int64_t at_s, int64_t horizon_s, int64_t customers, bool applied,
                    struct str detail, int64_t *out_id, struct err *e);
/* The newest fit whose rows were written; RC_NOT_FOUND (e untouched) when there is none. */
enum rc clv_fit_in_force(struct tx *tx, struct score_fit *out, struct err *e);
/* The horizon of that fit; 0 when there is none. */
enum rc clv_horizon_s(struct tx *tx, int64_t *out, struct err *e);

#endif

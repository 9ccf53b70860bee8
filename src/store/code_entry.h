/* code_entry — who came through which code, when, to whom: what capacities, weights and statistics
 * count. WeCom tells nothing of scans that led nowhere, so they are not counted anywhere.
 */
#ifndef KOI_STORE_CODE_ENTRY_H
#define KOI_STORE_CODE_ENTRY_H

#include "db/db.h"

struct code_entry {
    int64_t code_id, at_s, customer_id; /* customer_id: as born */
    int64_t staff_id, group_id;         /* one of them 0 */
    struct str customer;                /* new, old, buyer: to the corp, before this */
};
/* `out_new` is false, and nothing written, when it was known already. */
enum rc code_entry_add(struct tx *tx, const struct code_entry *entry, bool *out_new, struct err *e);
/* The friendship of the two has ended: said of the entry by which it began. */
enum rc code_entry_end(struct tx *tx, int64_t customer_id, int64_t staff_id, int64_t at_s,
                       struct err *e);

/* Whether the code has this friendship among its entries. */
enum rc code_entry_known(struct tx *tx, const struct code_entry *entry, bool *out, struct err *e);
/* Whether the whole person that a customer as born belongs to has bought anything. */
enum rc code_entry_is_buyer(struct tx *tx, int64_t customer_id, bool *out, struct err *e);

/* How many a member of staff has received through a code. */
struct code_received {
    int64_t staff_id, shift, today, total;
};
/* Since shift_s, since today_s, ever; by staff id. Reads the code's entries. */
enum rc code_received(struct tx *tx, int64_t code_id, int64_t shift_s, int64_t today_s,
                      struct code_received **out, size_t *out_n, struct err *e);

/* What became of somebody who came through a code. */
struct code_outcome {
    int64_t code_id, at_s, staff_id, group_id;
    bool is_new, is_buyer;
    int64_t ended_s;            /* DB_NULL: still friends */
    int64_t orders, amount_fen; /* sale orders within seven days, of the whole person */
};
struct code_outcome_filter {
    int64_t scope_account;
    int64_t code_id;      /* 0: all codes */
    int64_t from_s, to_s; /* to_s exclusive */
};
/* Each entry of the customers that the account sees, in no order, as long as `see` gives RC_OK. */
enum rc code_outcomes(struct tx *tx, const struct code_outcome_filter *f,
                      enum rc (*see)(void *arg, const struct code_outcome *o, struct err *e),
                      void *arg, struct err *e);

#endif

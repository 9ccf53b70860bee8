/* cycle — dates that matter: what each customer's due day is counted from, and how far.
 *
 * A cycle is named in expressions, due("name"); docs/AUDIENCE.md, "Due dates", says what counts.
 * The day arithmetic is query/cycle.h's; here are the rows, and who last bought what when.
 */
#ifndef KOI_STORE_CYCLE_H
#define KOI_STORE_CYCLE_H

#include "db/db.h"
#include "store/order.h"

/* The condition, in SQL, that the lines of an order (alias `o`) count at the moment `now`: it is a
 * purchase, and has not been refunded wholly by then. */
#define CYCLE_COUNTS(o, now)                                                                       \
    "(" ORDER_IS_PURCHASE(                                                                         \
        o) " AND NOT EXISTS (SELECT 1 FROM refund wholly WHERE wholly.order_id = " o               \
           ".id AND wholly.at_s <= " now                                                           \
           " GROUP BY wholly.order_id HAVING sum(wholly.amount_fen) > 0"                           \
           " AND sum(wholly.amount_fen) >= " o ".sale_fen))"

/* The instant of a root customer's first order that counts at `now`, or NULL. */
#define CYCLE_FIRST_S(root, now)                                                                   \
    "(SELECT min(o.at_s) FROM customer v CROSS JOIN orders o WHERE v.root_id = " root              \
    " AND o.customer_id = v.id AND o.at_s <= " now " AND " CYCLE_COUNTS("o", now) ")"

enum cycle_start {
    CYCLE_PURCHASE, /* the last kept purchase of one of `products` */
    CYCLE_EVENT,    /* the last event of the kind */
    CYCLE_FIELD,    /* the day field */
    /* the day field, a relative's birth; the length is the customer's age at their first kept
     * purchase, in days */
    CYCLE_RELATIVE,
    CYCLE_STARTS
};
enum { CYCLE_PRODUCTS_MOST = 50, CYCLE_DAYS_MOST = 36500, CYCLE_MONTHS_MOST = 1200 };

/* What expressions need to know. */
struct cycle_rule {
    enum cycle_start starts;
    int64_t *products;
    size_t n_products;
    int64_t kind_id, field_id;
    int64_t length; /* 0: CYCLE_RELATIVE */
    bool months;    /* the length is in months, not days */
};

struct cycle_product {
    int64_t id;
    struct str code, name;
};

struct cycle {
    int64_t id;
    struct str name;
    struct cycle_rule rule;
    struct cycle_product *products; /* beside rule.products; those that are no more are left out */
    struct str kind, kind_zh, kind_en; /* CYCLE_EVENT: the word and its names */
    struct str field, field_name;      /* its key, and the name people see */
    bool enabled;
    int64_t account_id; /* 0: the command line */
    struct str account; /* absent: likewise */
    int64_t created_s, updated_us;
};

/* "purchase" …, and back (CYCLE_STARTS: there is none). */
const char *cycle_start_word(enum cycle_start starts);
enum cycle_start cycle_start_from(struct str word);

/* All, by name. In the transaction's arena; so is what the next ones give. */
enum rc cycle_list(struct tx *tx, struct cycle **out, size_t *out_n, struct err *e);
/* RC_NOT_FOUND with a sentence. */
enum rc cycle_load(struct tx *tx, int64_t id, struct cycle *out, struct err *e);
/* The cycle of a name: its id (0: there is none) and rule, in arena `a`. */
enum rc cycle_named(struct tx *tx, struct arena *a, struct str name, int64_t *out_id,
                    struct cycle_rule *out, struct err *e);
/* Writes a new one, filling in its id. RC_CONFLICT with a sentence when the name is taken. */
enum rc cycle_add(struct tx *tx, struct cycle *c, struct err *e);
/* Writes everything but who made it when, and what it starts from. */
enum rc cycle_store(struct tx *tx, const struct cycle *c, struct err *e);
enum rc cycle_remove(struct tx *tx, int64_t id, struct err *e);

/* ---- when it last began ---- */

/* Calls see() with each customer of whom not every line of the products counts at `now_s`, since an
 * order was refunded or is no purchase, and perhaps with others; `last_s`: their last line that
 * counts, DB_NULL without one. Of everyone else, all lines count. Cost: a look-up for each refund
 * and each unpaid order there is. */
enum rc cycle_doubtful(struct tx *tx, const struct cycle_rule *rule, int64_t now_s,
                       void (*see)(void *to, int64_t root_id, int64_t last_s), void *to,
                       struct err *e);
/* The same of these root customers, whether or not all their lines count. */
enum rc cycle_last_of(struct tx *tx, const struct cycle_rule *rule, const int64_t *roots, size_t n,
                      int64_t now_s, void (*see)(void *to, int64_t root_id, int64_t last_s),
                      void *to, struct err *e);
/* Calls see() with each customer whom the account may see (0: everyone) and whom the cycle has
 * begun for; not for CYCLE_EVENT. `value` is the instant of the last purchase by `now_s`, the day
 * of the field, and for CYCLE_RELATIVE the due day itself. One pass over the lines, or the field.
 * */
enum rc cycle_each(struct tx *tx, const struct cycle_rule *rule, int64_t scope_account,
                   int64_t now_s, void (*see)(void *to, int64_t value), void *to, struct err *e);

#endif

/* ingest — the one way data enters: imports, the API, connectors and the demo corp all hand their
 * rows to it.
 *
 * It finds or makes customers by identity, products, channels and event kinds, keeps orders and
 * their lines true to what was last said, and writes the log beside them, so that order, lines,
 * refunds and events always agree. Handing in the same rows again changes nothing. Rows are checked
 * by the caller; what is wrong here is a mistake of ours or the disk's.
 *
 * A `struct ingest` is a session: it remembers ids it has seen, so that a million lines cost a
 * million insertions and few look-ups. It is used by one thread at a time, always within a closure
 * of the writer:
 *
 *     ingest_begin(g, tx, step)      steps ascend; a closure that runs again says the same number
 * again ingest_orders(…) ingest_events(…) ingest_customers(…)     in any mix ingest_end(g, e)
 * writes `change` rows
 *
 * What a step learnt is forgotten when it runs again. If a step fails for good the session is dead:
 * free it.
 */
#ifndef KOI_DOMAIN_INGEST_H
#define KOI_DOMAIN_INGEST_H

#include "domain/app.h"
#include "domain/identity.h"
#include "store/event.h"
#include "store/order.h"

struct ingest;

struct ingest_options {
    const struct keyring *keys;
    int64_t batch_id;  /* 0: no import, nothing to undo */
    int64_t source_id; /* first source of customers made here; 0: none */
    bool defer_stats;  /* the caller refreshes customer_stats when all steps are done */
    bool once; /* the caller sees to it that no event comes twice: none is compared with others */
};

struct ingest *ingest_new(const struct ingest_options *options);
void ingest_free(struct ingest *g);

enum rc ingest_begin(struct ingest *g, struct tx *tx, int64_t step, struct err *e);
enum rc ingest_end(struct ingest *g, struct tx *tx, struct err *e);

/* Accounts of customers are `struct identity` (domain/identity.h) with the value as the source gave
 * it: it is normalised here. One whose value is empty or cannot be one counts as absent: nobody. */

/* A line of an order. */
struct ingest_item {
    struct str code, name,
        category; /* of the product; code absent: no product; name absent: not told */
    int64_t at_s;
    int64_t quantity, unit_price_micro, amount_fen;
    int32_t occurrence; /* 1, 2 … among the lines of this order with exactly this content, counted
                           over the whole source */
};

struct ingest_refund {
    struct str number; /* "1", "2" … where the shop has none */
    int64_t at_s, amount_fen;
};

struct ingest_order {
    int64_t channel_id;
    struct str issuer; /* of product codes: the shop */
    struct str number;
    enum order_nature nature;
    enum order_state state;
    struct identity buyer; /* the strongest account told */
    /* the buyer's others, looked at when `buyer` is new to the session */
    const struct identity *also;
    size_t also_n;
    int64_t staff_id;  /* 0: none */
    int64_t at_s;      /* placed; with lines, the earliest of them */
    int64_t paid_s;    /* DB_NULL: not paid yet */
    int64_t total_fen; /* stated; DB_NULL: the sum of the lines */
    int64_t paid_fen;  /* DB_NULL: not told */
    struct str province;
    struct str props; /* of its event, JSON for display; absent: none */
    const struct ingest_item *items;
    size_t items_n;
    const struct ingest_refund *refunds;
    size_t refunds_n;
    bool
        continued; /* lines of this order came earlier in the same source: these are more of them */
};

struct ingest_event {
    struct identity who;
    const struct identity *also; /* as in ingest_order */
    size_t also_n;
    int kind; /* event_kind_find_or_add() */
    int64_t at_s, channel_id, staff_id;
    struct str issuer, product_code, product_name, category; /* code absent: no object */
    int64_t amount_fen;
    bool has_amount;
    struct str props;
    int32_t occurrence;              /* 1, 2 … among exactly equal events of the source */
    int64_t customer_id, product_id; /* found by the caller (domain/known.h); 0: to be found */
};

/* A text field of a profile: absent means "not told" and leaves what is there. */
struct ingest_customer {
    const struct identity *identities; /* at least one */
    size_t identities_n;
    struct str nickname, name, address, gender, province, city; /* gender: "male", "female" */
    int64_t birth_day;                                          /* DB_NULL: not told */
    int64_t first_s, added_s,
        staff_id; /* DB_NULL, DB_NULL, 0: not told; staff with added_s makes a relation */
    int64_t stage_id, source_id; /* 0: not told */
    int no_marketing;            /* -1: not told */
    const int64_t *tag_ids;
    size_t tags_n;
    const struct ingest_field *fields;
    size_t fields_n;
};

/* A custom field's value, already of the field's type. */
struct ingest_field {
    int64_t field_id;
    struct str text;
    int64_t number; /* DB_NULL: `text` holds it */
};

/* What became of the rows: each handed-in line (of an order without lines: the order) is added,
 * changed or known. */
struct ingest_counts {
    int64_t added, changed, known;
    int64_t orders, customers, products, events; /* made */
};

/* Adds to `counts`. At most LIMIT_CLOSURE_ROWS rows go in a closure: the caller cuts. */
enum rc ingest_orders(struct ingest *g, struct tx *tx, const struct ingest_order *orders, size_t n,
                      struct ingest_counts *counts, struct err *e);
enum rc ingest_events(struct ingest *g, struct tx *tx, const struct ingest_event *events, size_t n,
                      struct ingest_counts *counts, struct err *e);
enum rc ingest_customers(struct ingest *g, struct tx *tx, const struct ingest_customer *customers,
                         size_t n, struct ingest_counts *counts, struct err *e);

/* The customer with one of these identities, made when there is none; identities that are new are
 * added to the customer. `out_made` may be NULL. 0 in `out` when the person was erased (a
 * tombstone): do nothing with the row. */
enum rc ingest_find_customer(struct ingest *g, struct tx *tx, const struct identity *identities,
                             size_t n, int64_t first_s, int64_t *out, bool *out_made,
                             struct err *e);

#endif

/* feed — the rows of the database as the mirror reads them: events with the lines of sale orders
 * between them, customers, who has which tag, friend, group, tier and score, and what changed.
 *
 * Events come in the order of the log. What was taken back is not among them, nor is what nobody
 * known did. All statements stream: nothing is kept but the row at hand. Cost on SQLite: about 1 µs
 * an event, 0.4 µs with feed_log().
 */
#ifndef KOI_STORE_FEED_H
#define KOI_STORE_FEED_H

#include "db/db.h"

/* An event or a line of a sale order (kind item, its product the object, channel and staff of the
 * order). What does not apply is 0, amount and quantity DB_NULL. */
struct feed_event {
    int64_t seq;
    int64_t customer_id; /* as born */
    int64_t at_s;
    int kind;
    int64_t channel_id, staff_id;
    int object_kind;
    int64_t object_id;
    int64_t amount_fen, quantity;
    int64_t refunded_s; /* of an order: its first refund; DB_NULL */
};

/* Calls see() with each event of after_seq < seq ≤ to_seq. It ends early when see() fails. */
enum rc feed_events(struct tx *tx, int64_t after_seq, int64_t to_seq,
                    enum rc (*see)(void *to, const struct feed_event *ev, struct err *e), void *to,
                    struct err *e);
/* What a reading of the whole log is to know beforehand: what was taken back, first refunds. In the
 * transaction's arena; one pass over the refunds. */
struct feed_facts;
enum rc feed_facts_read(struct tx *tx, const struct feed_facts **out, struct err *e);
/* The same as feed_events(), made for the whole log: on SQLite three times as fast, in parts by
 * several threads if need be, each with a transaction of its own. The facts may be a little
 * older than the events: what changed between them is named by later changes. */
enum rc feed_log(struct tx *tx, const struct feed_facts *facts, int64_t after_seq, int64_t to_seq,
                 enum rc (*see)(void *to, const struct feed_event *ev, struct err *e), void *to,
                 struct err *e);
/* The same for all events of everyone whose root is one of these. */
enum rc feed_events_of(struct tx *tx, const int64_t *roots, size_t n,
                       enum rc (*see)(void *to, const struct feed_event *ev, struct err *e),
                       void *to, struct err *e);

/* A customer as born. */
struct feed_customer {
    int64_t id, root_id;
    bool erased, no_marketing;
    int64_t birth_day; /* civil day; DB_NULL */
    int64_t added_s;   /* DB_NULL */
    int64_t first_s;
    int64_t stage_id, source_id;                 /* 0: none */
    struct str city, province, gender;           /* absent: not known; valid until see() returns */
    int64_t clv_horizon_s, clv_fen;              /* their lifetime value in force; DB_NULL: none */
    int64_t alive_ppm, purchases_micro, repeats; /* likewise */
    int64_t rfm_fen;                             /* amount of their RFM score; DB_NULL: none */
};

/* Everyone, by ascending id; or these. */
enum rc feed_customers(struct tx *tx,
                       enum rc (*see)(void *to, const struct feed_customer *c, struct err *e),
                       void *to, struct err *e);
enum rc feed_customers_of(struct tx *tx, const int64_t *ids, size_t n,
                          enum rc (*see)(void *to, const struct feed_customer *c, struct err *e),
                          void *to, struct err *e);

/* A hash of the newest rows of the log up to number `seq`: who remembers it can tell this log from
 * another, such as one restored from a backup and written on. */
enum rc feed_fingerprint(struct tx *tx, int64_t seq, uint64_t *out, struct err *e);
/* For who reads an image: whether the log, as the transaction `tx` sees it, is the one of that
 * number and hash. False, too, when the database says no. */
bool feed_is_of(void *tx, int64_t seq, uint64_t fingerprint);

/* What a customer can have of many things. */
enum feed_relation {
    FEED_TAG,
    FEED_FRIEND, /* staff, friends now */
    FEED_GROUP,  /* member now; dismissed groups too */
    FEED_TIER,
    FEED_RFM_R, /* the score itself */
    FEED_RFM_F,
    FEED_RFM_M,
    FEED_RELATIONS
};

/* Calls see() with each pair (root customer, tag …), some perhaps twice; of everyone, or of these
 * roots. */
enum rc feed_pairs(struct tx *tx, enum feed_relation which,
                   void (*see)(void *to, int64_t root_id, int64_t id), void *to, struct err *e);
enum rc feed_pairs_of(struct tx *tx, enum feed_relation which, const int64_t *roots, size_t n,
                      void (*see)(void *to, int64_t root_id, int64_t id), void *to, struct err *e);

/* A move between tiers, whoever the customer is now; 0: in none. */
struct feed_move {
    int64_t run_id, customer_id, from_tier_id, to_tier_id;
};
/* Calls see() with every move there is, or with all moves of these customers. */
enum rc feed_moves(struct tx *tx, void (*see)(void *to, const struct feed_move *m), void *to,
                   struct err *e);
enum rc feed_moves_of(struct tx *tx, const int64_t *ids, size_t n,
                      void (*see)(void *to, const struct feed_move *m), void *to, struct err *e);

/* Calls see() with each change of after_seq < seq ≤ to_seq that hangs on a customer. */
enum rc feed_changes(struct tx *tx, int64_t after_seq, int64_t to_seq,
                     void (*see)(void *to, struct str table, int64_t customer_id, int64_t row_id),
                     void *to, struct err *e);
/* The events among them that change the past of their customer (an erasure, a retraction; what
 * merges and their undo change is told of each customer); customer 0: of a whole import. And those
 * that tell an order, with its number in the database (others: 0). */
enum rc feed_upsets(struct tx *tx, int64_t after_seq, int64_t to_seq,
                    void (*see)(void *to, int64_t customer_id, int kind, int64_t order_id),
                    void *to, struct err *e);

/* An order as the log tells it. */
struct feed_order {
    int64_t id, customer_id; /* as born */
    int64_t at_s, amount_fen;
    int64_t refunded_s; /* its first refund; DB_NULL */
};
/* Calls see() with those of the orders that the log has an event of, by ascending id. */
enum rc feed_orders(struct tx *tx, const int64_t *ids, size_t n,
                    void (*see)(void *to, const struct feed_order *o), void *to, struct err *e);

/* ---- small lists that questions need ---- */

/* Every product with its category (absent: none). */
enum rc feed_products(struct tx *tx, void (*see)(void *to, int64_t id, struct str category),
                      void *to, struct err *e);
/* The tags of these tag groups, archived ones too. */
enum rc feed_tags(struct tx *tx, const int64_t *tag_groups, size_t n,
                  void (*see)(void *to, int64_t id), void *to, struct err *e);
/* The tiers of a model, those taken out of it too. */
enum rc feed_tiers(struct tx *tx, int64_t model_id, void (*see)(void *to, int64_t id), void *to,
                   struct err *e);
/* The groups that are not dismissed. */
enum rc feed_groups(struct tx *tx, void (*see)(void *to, int64_t id), void *to, struct err *e);
/* Those that were not dismissed at a past time. */
enum rc feed_past_groups(struct tx *tx, int64_t at_s, void (*see)(void *to, int64_t id), void *to,
                         struct err *e);
/* A customer's move between the tiers of a model. */
struct feed_past_move {
    int64_t customer_id; /* the root at that time */
    int64_t at_s, run_id;
    int64_t tier_id; /* 0: into none */
};
/* Calls see() with all moves of a model up to a time, in no order. About 0.5 µs a move. */
enum rc feed_past_moves(struct tx *tx, int64_t model_id, int64_t at_s,
                        void (*see)(void *to, const struct feed_past_move *move), void *to,
                        struct err *e);
/* The staff of these departments and of all below them. */
enum rc feed_team(struct tx *tx, const int64_t *departments, size_t n,
                  void (*see)(void *to, int64_t id), void *to, struct err *e);
/* The staff whose friends an account may see (store/scope.h); not for one that sees all. */
enum rc feed_scope(struct tx *tx, int64_t account_id, void (*see)(void *to, int64_t id), void *to,
                   struct err *e);

#endif

/* churn — customers who were lost: alerts of those who matter, and how many go in a week
 * (schema/0018_churn.sql). The rules are in domain/churn.h.
 *
 * An alert is seen by whoever sees the customers of the member of staff who lost them, of whoever
 * is to see to it, or the customer as they are now: a lost friend is in nobody's scope otherwise.
 */
#ifndef KOI_STORE_CHURN_H
#define KOI_STORE_CHURN_H

#include "db/db.h"

/* ---- looking for losses ---- */

/* An end that the log tells, and what of the customer may make it matter. */
struct churn_loss {
    int64_t seq, customer_id, root_id;
    bool of_group;
    int64_t at_s;
    int64_t staff_id, group_id; /* 0: none */
    int64_t spend_fen;          /* net, of all orders */
    struct str tier; /* the first of the tiers asked for that they are in; absent: none */
};
/* Ends by customers themselves with from_seq < seq ≤ to_seq, oldest first, at most `limit`, without
 * those that an import brought, that were more than a week ago, or of erased people. `tiers`: names
 * with a comma between, and one at each end; ",," for none. Reads the log between the two. */
enum rc churn_losses(struct tx *tx, int64_t from_seq, int64_t to_seq, struct str tiers,
                     int64_t limit, struct churn_loss **out, size_t *out_n, struct err *e);
/* A live audience by its name; RC_NOT_FOUND (e untouched). */
enum rc churn_audience(struct tx *tx, struct str name, int64_t *out_id, struct err *e);
/* The list of members in which a customer would stand (domain/audience_members.h); absent ids when
 * the audience has none. And whether they left it since a time. */
struct churn_list {
    int64_t from_id, n;
    struct str ids;
};
enum rc churn_members(struct tx *tx, int64_t audience_id, int64_t root_id, struct churn_list *out,
                      struct err *e);
enum rc churn_left_since(struct tx *tx, int64_t audience_id, int64_t root_id, int64_t since_s,
                         bool *out, struct err *e);
/* Everyone of whom churn_losses() would say spend_fen ≥ least_fen (0: nobody) or that they are
 * in one of `tiers` (as there): roots, in no order, and one may come twice. In the transaction's
 * arena; 1 µs each, by indexes. */
enum rc churn_who(struct tx *tx, int64_t least_fen, struct str tiers, int64_t **out, size_t *out_n,
                  struct err *e);
/* All lists of an audience's members, ascending. */
enum rc churn_all_members(struct tx *tx, int64_t audience_id, struct churn_list **out,
                          size_t *out_n, struct err *e);
/* Who left it since a time, root ids of then. */
enum rc churn_all_left(struct tx *tx, int64_t audience_id, int64_t since_s, int64_t **out,
                       size_t *out_n, struct err *e);
/* How far the log was looked through; -1: never. */
enum rc churn_place(struct tx *tx, int64_t *out, struct err *e);
enum rc churn_set_place(struct tx *tx, int64_t seq, struct err *e);
/* Writes an alert unless there is one of that event. */
enum rc churn_add(struct tx *tx, const struct churn_loss *loss, const char *why, struct str matched,
                  struct err *e);

/* ---- alerts ---- */

struct churn_alert {
    int64_t id;
    struct str kind, why, matched; /* as in the database */
    int64_t root_id;
    struct str nickname;
    int64_t staff_id, group_id, assigned_id; /* 0: none */
    struct str staff, group, assigned;
    int64_t at_s, seen_s, handled_s; /* handled_s: DB_NULL while open */
    int64_t spend_fen;
    int64_t added_s;      /* when the friendship had begun; DB_NULL: of a group, or not known */
    int64_t last_order_s; /* DB_NULL: none */
    int64_t friends;      /* friendships they still have with others */
    struct str note_sealed, account;
};
struct churn_filter {
    int64_t scope_account; /* 0: all */
    struct str state;      /* "open", "handled"; absent: both */
    struct str kind;       /* absent: both */
    int64_t staff_id, id;  /* 0: any */
};
/* Newest first, those with id < before_id. */
enum rc churn_list(struct tx *tx, const struct churn_filter *f, int64_t before_id, int64_t limit,
                   struct churn_alert **out, size_t *out_n, struct err *e);
/* How many are open. */
enum rc churn_count(struct tx *tx, int64_t scope_account, int64_t *out, struct err *e);
/* Writes assigned_id (0: nobody), handled_s (DB_NULL: open) and the note back. */
enum rc churn_store(struct tx *tx, const struct churn_alert *a, int64_t account_id, struct err *e);

/* ---- rates ---- */

/* Of a member of staff, or of a code: ends by customers in the last 7 days and in the 56 before
 * them, and for how many seconds of friendship in each. */
struct churn_rate {
    int64_t id;
    struct str name;
    int64_t friends; /* in force now */
    int64_t lost, lost_before;
    int64_t friend_s, friend_before_s;
};
/* Reads all friendships once (1.5 M: half a second); of a code those of its entries. */
enum rc churn_rates(struct tx *tx, bool by_code, int64_t scope_account, struct churn_rate **out,
                    size_t *out_n, struct err *e);

#endif

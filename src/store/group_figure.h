/* group_figure — what figures of groups are made of: who was in them and when, what members bought,
 * what WeCom counted of owners; and how people change kind, level and plan. docs/GROUPS.md defines
 * the figures, domain/group_figures.h and domain/group_review.h work them out.
 *
 * Members are people: merged customers count once, erased ones never. A membership is the last one
 * in that group (store/group.h); one whose joining nobody heard of has no time before it was seen
 * missing. Lists are in the transaction's arena.
 */
#ifndef KOI_STORE_GROUP_FIGURE_H
#define KOI_STORE_GROUP_FIGURE_H

#include "db/db.h"

/* 1 welfare, 2 vip, 3 diamond; 0 for any other word. */
int64_t group_rank(struct str level);

/* Whether a kind of event is something a customer does, for activity; `touch` as in event_kind. */
bool group_kind_counts(int64_t kind, bool touch);

/* ---- members ---- */

struct group_stay_row {
    int64_t group_id, root_id;
    int64_t joined_s, left_s; /* left_s: DB_NULL while a member */
};
/* Each membership of these groups, or of every one (ids NULL), that exist: group after group, in no
 * order within one; a person may come twice in one group. 1 µs a row. */
enum rc group_stays(struct tx *tx, const int64_t *ids, size_t n,
                    void (*see)(void *to, const struct group_stay_row *m), void *to, struct err *e);
/* People who are now in an existing group that the account sees, each once, in no order: for an
 * account that does not see all. 5 µs a membership. */
enum rc group_people(struct tx *tx, int64_t scope_account, void (*see)(void *to, int64_t root_id),
                     void *to, struct err *e);

/* How many of the people in each of these groups the account sees, by group; those without any are
 * left out. 5 µs a membership. */
struct group_seen {
    int64_t group_id, people;
};
enum rc group_people_seen(struct tx *tx, const int64_t *ids, size_t n, int64_t now_s,
                          int64_t scope_account, struct group_seen **out, size_t *out_n,
                          struct err *e);

/* ---- what a group is, for its figures ---- */

struct group_fact {
    int64_t id, rank; /* rank: group_rank() */
    int64_t owner_id; /* 0: none */
    int64_t created_s;
    int64_t owner_since_s; /* DB_NULL: no change of the owner was seen */
    bool planned;          /* people decided what is to become of it */
    bool giving_up;        /* namely that it is given up */
};
/* Existing groups that the account sees, by id; reads chat_group whole. */
enum rc group_facts(struct tx *tx, int64_t scope_account, struct group_fact **out, size_t *out_n,
                    struct err *e);
/* Owners by id: how many groups they own that existed after `since_s`. Reads chat_group whole. */
struct group_owner {
    int64_t staff_id, groups;
};
enum rc group_owners(struct tx *tx, int64_t since_s, struct group_owner **out, size_t *out_n,
                     struct err *e);
/* What WeCom counted of each owner on the days from_day … to_day, by owner. */
struct group_words {
    int64_t staff_id, days; /* told with messages */
    int64_t messages;       /* in them */
    int64_t writer_days;    /* members who wrote, each counted on each such day */
    int64_t groups;         /* the most that the owner had at the end of one of them */
};
enum rc group_words(struct tx *tx, int64_t from_day, int64_t to_day, struct group_words **out,
                    size_t *out_n, struct err *e);

/* ---- sales ---- */

/* Orders placed in (from_s, to_s] whose buyer was a member when they paid (a document without a
 * payment: when it was placed). An order is a purchase as everywhere (store/order.h); amounts are
 * sales less refunds, as the report of sources counts them. An account that does not see all gets
 * the orders of customers it sees. */
struct group_sales {
    int64_t group_id;
    int64_t orders, buyers;
    int64_t repeaters; /* buyers with two of these orders or more */
    int64_t members;   /* buyers who are members now */
    int64_t amount_fen;
};
/* Of these groups, by group; those without any are left out. Goes from members to their orders by
 * key: about 3 µs a member and 2 µs an order. */
enum rc group_sales(struct tx *tx, const int64_t *ids, size_t n, int64_t from_s, int64_t to_s,
                    int64_t scope_account, struct group_sales **out, size_t *out_n, struct err *e);
/* Of all groups that the account sees together, each order and buyer once; and of everybody in its
 * scope, members or not. Reads the orders of the window once, 5 µs each, and looks for the groups
 * of each order's buyer, 1 µs a membership: 20 µs an order of people in a dozen groups. */
struct group_sales_total {
    int64_t orders, buyers, amount_fen;
    int64_t all_orders, all_buyers, all_amount_fen;
};
enum rc group_sales_total(struct tx *tx, int64_t from_s, int64_t to_s, int64_t scope_account,
                          struct group_sales_total *out, struct err *e);

/* all_amount_fen alone: reads the orders of the window once, 1 µs each. query/board.h asks the
 * daybook. */
enum rc group_all_sales(struct tx *tx, int64_t from_s, int64_t to_s, int64_t scope_account,
                        int64_t *out_fen, struct err *e);

/* A number of the staff whose groups and customers the account sees, another for others; 0 for an
 * account that sees all. What is kept for an account is kept for that number. */
enum rc group_staff_seen(struct tx *tx, int64_t scope_account, uint64_t *out, struct err *e);

/* ---- sifting ---- */

/* The existing groups that the account sees and these people are in, by person; with who owns
 * them. */
struct group_place {
    int64_t root_id, group_id, rank;
    struct str name, level;
    int64_t owner_id, department_id; /* 0: none; the owner's department */
    struct str owner;
};
enum rc group_places(struct tx *tx, const int64_t *root_ids, size_t n, int64_t scope_account,
                     struct group_place **out, size_t *out_n, struct err *e);
/* Existing groups of a rank that the account sees, that are not to be given up, and that one of
 * these staff, or somebody of the same department, owns; with how many people are in them. Fewest
 * first, then by id. */
struct group_target {
    int64_t group_id, owner_id, department_id, members;
    struct str name, owner;
};
enum rc group_targets(struct tx *tx, int64_t rank, const int64_t *staff_ids, size_t n,
                      int64_t scope_account, struct group_target **out, size_t *out_n,
                      struct err *e);

/* People now in a group with the rank of the best other group they are in (0: none) that exists and
 * is not to be given up. */
struct group_other {
    int64_t root_id, best_rank;
};
enum rc group_others(struct tx *tx, int64_t group_id, struct group_other **out, size_t *out_n,
                     struct err *e);

/* ---- changing ---- */

struct group_decision {
    int64_t id;
    struct str kind, level, plan; /* plan absent: none */
    struct str plan_note_sealed;  /* absent: none */
    int64_t plan_s, account_id;   /* plan_s: DB_NULL without a plan; account_id 0: nobody */
};
/* Writes all of it. RC_INVALID for a word that is none of the database's. */
enum rc group_decide(struct tx *tx, const struct group_decision *d, struct err *e);
/* Gives these groups a kind, a level or both (absent: as it is), passing over those that have it;
 * how many changed. */
enum rc group_classify(struct tx *tx, const int64_t *ids, size_t n, struct str kind,
                       struct str level, int64_t *out_changed, struct err *e);
/* Of these ids how many are existing groups that the account sees; `out`: those of them that have
 * another kind or level than these (absent: either is the same), by id. */
enum rc group_others_than(struct tx *tx, const int64_t *ids, size_t n, int64_t scope_account,
                          struct str kind, struct str level, int64_t *out_seen, int64_t **out,
                          size_t *out_n, struct err *e);

#endif

/* handover — hand-overs and what they hand over, as rows. The rules are domain/handover.h's, who
 * asks WeCom is connect/wecom/handover_keeper.h.
 *
 * Writing functions are for writing transactions only. Texts and lists are in the transaction's
 * arena. An item with a due_s is open: it waits, is being asked, was asked, or will be asked again.
 */
#ifndef KOI_STORE_HANDOVER_H
#define KOI_STORE_HANDOVER_H

#include "db/db.h"

enum {
    HANDOVER_HEIRS = 100,     /* successors of one hand-over: a large store */
    HANDOVER_MOST = 30000,    /* items of one: more friends than WeCom lets a member have */
    HANDOVER_AT_ONCE = 500,   /* rows of a closure */
    HANDOVER_A_CALL = 100,    /* WeCom: ids of one call */
    HANDOVER_MESSAGE = 200,   /* WeCom: characters of transfer_success_msg */
    HANDOVER_GROUPS_DUE = 64, /* groups of items that one look takes */
};

enum handover_state {
    HANDOVER_WAITING,  /* to be asked at due_s */
    HANDOVER_ASKING,   /* marked; whether WeCom was asked is found out at due_s */
    HANDOVER_ASKED,    /* the customer has 24 hours; looked at again at due_s */
    HANDOVER_REFUSED,  /* asked again at due_s */
    HANDOVER_ACCEPTED, /* with the successor */
    HANDOVER_LOST,     /* did not come along, and is not asked again */
    HANDOVER_STOPPED,  /* people ended the hand-over before */
    HANDOVER_STATES
};
/* "waiting", "asking" … */
extern const char *const handover_state_names[HANDOVER_STATES];

struct handover {
    int64_t id, from_staff_id;
    struct str kind, rule; /* onjob, resigned; one, even, weights, department, expression */
    struct str heirs;      /* JSON */
    struct str expression, message; /* absent: none */
    struct str reason, state;       /* making, running, done, stopped */
    int64_t listed_s;               /* DB_NULL: WeCom's list was not compared */
    int64_t unknown;
    struct str error;   /* JSON; absent: none */
    int64_t account_id; /* 0: the command line */
    int64_t created_s, ended_s;
    /* read only */
    struct str from_staff, from_userid, account;
    int64_t counts[2][HANDOVER_STATES]; /* of customers, of groups */
};
/* Makes it in state `making`, under a new id. */
enum rc handover_add(struct tx *tx, struct handover *h, struct err *e);
/* RC_NOT_FOUND with a sentence when there is none, or the staff member who hands over is none of
 * the scope's. */
enum rc handover_load(struct tx *tx, int64_t scope_account, int64_t id, struct handover *out,
                      struct err *e);
/* Newest first, with an id below before_id; state absent: all; from_staff_id 0: of everyone. */
enum rc handover_list(struct tx *tx, int64_t scope_account, struct str state, int64_t from_staff_id,
                      int64_t before_id, int64_t limit, struct handover **out, size_t *out_n,
                      struct err *e);
/* making → running, running → done or stopped; ended_s is set for the last two. */
enum rc handover_set_state(struct tx *tx, int64_t id, const char *state, struct err *e);
/* Why WeCom could not be asked; absent: it could. */
enum rc handover_set_error(struct tx *tx, int64_t id, struct str error, struct err *e);
/* WeCom's list was compared. */
enum rc handover_set_listed(struct tx *tx, int64_t id, int64_t unknown, struct err *e);
/* Those that run and have no open item, those left half made before that time, and stopped ones
 * with items that still wait; at most 100. Items of erased people are ended first. */
enum rc handover_over(struct tx *tx, int64_t making_before_s, struct handover **out, size_t *out_n,
                      struct err *e);
/* The running ones of people who left whose list was not compared. */
enum rc handover_unlisted(struct tx *tx, int64_t **out, size_t *out_n, struct err *e);

struct handover_item {
    int64_t id, handover_id;
    bool group; /* of a customer otherwise */
    int64_t object_id, staff_id;
    enum handover_state state;
    struct str code; /* absent: none */
    int64_t tries, refusals;
    int64_t asked_s, due_s; /* DB_NULL: never, ended */
    int64_t changed_s;
    /* read only; absent where they are not known */
    struct str external_id; /* external_userid or chat_id */
    int64_t root_id;        /* of a customer */
    struct str name, staff; /* nickname or group; successor */
};
enum rc handover_item_add(struct tx *tx, struct handover_item *i, struct err *e);
/* Writes state, code, counts and times back; changed_s becomes now when the state changes. */
enum rc handover_item_store(struct tx *tx, struct handover_item *i, enum handover_state state,
                            struct err *e);
/* Of a hand-over, ids above `after`, at most `limit`; state absent: all. Customers outside the
 * scope are not there. */
enum rc handover_items(struct tx *tx, int64_t scope_account, int64_t handover_id, struct str state,
                       int64_t after, int64_t limit, struct handover_item **out, size_t *out_n,
                       struct err *e);
/* All items of a family of customers, newest first, at most `limit`. */
enum rc handover_items_of(struct tx *tx, int64_t root_id, int64_t limit, struct handover_item **out,
                          size_t *out_n, struct err *e);
/* Open items end as stopped, up to HANDOVER_AT_ONCE; those that WeCom was asked about go on. Lost
 * ones wait again. How many. */
enum rc handover_stop_items(struct tx *tx, int64_t handover_id, int64_t *out, struct err *e);
enum rc handover_retry_items(struct tx *tx, int64_t handover_id, int64_t *out, struct err *e);

/* What is due at now_s, together where one call can ask: by hand-over, successor, kind and whether
 * it is to be asked (else: looked for). The longest due first. */
struct handover_due {
    int64_t handover_id, staff_id;
    bool group, ask;
    bool onjob;
    struct str from_userid, userid, message;
    int64_t account_id, from_staff_id;
    struct str reason;
};
enum rc handover_due(struct tx *tx, int64_t now_s, struct handover_due **out, size_t *out_n,
                     struct err *e);
/* Items of such a group, the longest due first, at most `limit`. */
enum rc handover_due_items(struct tx *tx, const struct handover_due *d, int64_t now_s,
                           int64_t limit, struct handover_item **out, size_t *out_n, struct err *e);
/* RC_NOT_FOUND (e untouched) when there is none. */
enum rc handover_item_load(struct tx *tx, int64_t id, struct handover_item *out, struct err *e);
/* The open item of a customer as born towards a successor; RC_NOT_FOUND (e untouched). */
enum rc handover_item_open(struct tx *tx, int64_t customer_id, int64_t staff_id,
                           struct handover_item *out, struct err *e);

/* Whom a member of staff could hand over: friendships in force, and customers bound to them. */
struct handover_candidate {
    int64_t customer_id, root_id; /* as born, and the person's */
    bool told;                    /* WeCom has told of the friendship */
    bool friend;                  /* it stands, or ended because the member left */
    bool open;                    /* an open item has them */
    int64_t passed;               /* accepted hand-overs since since_s */
};
enum rc handover_candidates(struct tx *tx, int64_t staff_id, int64_t since_s,
                            struct handover_candidate **out, size_t *out_n, struct err *e);
/* Their groups: ids, and whether an open item has them. */
struct handover_group {
    int64_t id;
    bool open;
};
enum rc handover_groups(struct tx *tx, int64_t staff_id, struct handover_group **out, size_t *out_n,
                        struct err *e);

struct handover_person {
    int64_t id;
    bool active, visible; /* visible: to the scope */
    struct str name, userid;
    int64_t department_id; /* 0: none */
    int64_t left_s;        /* DB_NULL: not known */
    int64_t friends;       /* in force, and those on their way by open items */
};
/* RC_NOT_FOUND (e untouched). */
enum rc handover_person(struct tx *tx, int64_t scope_account, int64_t staff_id,
                        struct handover_person *out, struct err *e);
/* Everyone active in a department and below, ascending. */
enum rc handover_department(struct tx *tx, int64_t department_id, int64_t **out, size_t *out_n,
                            struct err *e);

#endif

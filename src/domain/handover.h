/* handover — handing over 继承 what a member of staff has: who gets whom, who cannot be handed over
 * and why, and what follows from WeCom's answers. Who asks WeCom is connect/wecom/handover_keeper.
 *
 * The rules:
 *
 * - Customers and groups go to one successor, evenly to several, by weights, evenly to a department
 *   (that of the member unless told), or to the first whose expression they match. Nobody gets more
 *   than their cap, nor friends beyond the setting `handover_full_at`.
 * - Not handed over: friends that WeCom has not told of, friendships that ended, whoever is in an
 *   open hand-over, and who came along twice within 90 days, which is WeCom's limit.
 * - A refusal is tried again after its own time (handover_after()), a customer's own "no" after
 *   `handover_retry_days`; then the item is lost. Only askings that WeCom took count as tries.
 * - When a customer came along, what binds them to the old member passes to the successor with the
 *   hand-over's reason; a binding to anybody else stays. Stages, notes, tags and tasks hang on the
 *   customer and need nothing. A loss is an event of the customer, and the binding stays.
 *
 * Sources: wecom-api.md §9, rules.md §3; WeCom's documents 92125, 94096, 94100, 92127.
 */
#ifndef KOI_DOMAIN_HANDOVER_H
#define KOI_DOMAIN_HANDOVER_H

#include "domain/app.h"
#include "domain/customer_query.h"
#include "store/handover.h"

enum {
    HANDOVER_COOL_S = 90 * 86400, /* WeCom: two within 90 days */
    HANDOVER_COOL_TIMES = 2,
    HANDOVER_LOOK_S = 3600,     /* between two looks at one that was asked */
    HANDOVER_UNSURE_S = 120,    /* until an asking that was cut off is looked for */
    HANDOVER_SILENT_S = 604800, /* an asked one that WeCom does not list after that is lost */
};

/* ---- who gets whom ---- */

enum handover_rule {
    HANDOVER_ONE,
    HANDOVER_EVEN,
    HANDOVER_WEIGHTS,
    HANDOVER_DEPARTMENT,
    HANDOVER_EXPRESSION,
    HANDOVER_RULES
};
/* "one", "even" … */
extern const char *const handover_rule_names[HANDOVER_RULES];

struct handover_heir {
    int64_t staff_id;
    int64_t weight;        /* 1 … 100; of HANDOVER_WEIGHTS */
    int64_t cap;           /* most customers in this hand-over; 0: no limit */
    struct str expression; /* of HANDOVER_EXPRESSION: whom they take; absent: everyone else */
    struct str name;       /* filled in by handover_plan(), as what follows */
    int64_t room;          /* most they can take */
    int64_t given, groups; /* what they get */
};

/* Gives `count` things to heirs: out[i] is the heir's place, or -1 where nobody has room. `wants`
 * (of HANDOVER_EXPRESSION, NULL otherwise) is the heir whose expression each matches, or -1. Counts
 * `given` up. Weights: whoever is least served, (given + 1) / weight, the earlier one of equals;
 * that is D'Hondt's rule, so nobody gets less than their share rounded down. Pure. */
void handover_spread(enum handover_rule rule, struct handover_heir *heirs, size_t n,
                     const int32_t *wants, size_t count, int32_t *out);

/* Why somebody is not handed over. */
enum handover_why {
    HANDOVER_GOES,
    HANDOVER_OPEN,    /* in an open hand-over */
    HANDOVER_ENDED,   /* no friend any more */
    HANDOVER_UNTOLD,  /* WeCom has not told of the friendship: sync first */
    HANDOVER_TWICE,   /* came along twice in 90 days */
    HANDOVER_NO_RULE, /* no expression matches */
    HANDOVER_NO_ROOM, /* every successor is full */
    HANDOVER_WHYS
};
/* "open", "ended" …; NULL of HANDOVER_GOES. */
extern const char *const handover_why_names[HANDOVER_WHYS];

struct handover_part {
    bool group;
    int64_t object_id; /* customer as born, or group */
    size_t heir;
};
struct handover_plan {
    /* asked for */
    int64_t from_staff_id;
    enum handover_rule rule;
    struct handover_heir *heirs;
    size_t heirs_n;
    int64_t department_id; /* of HANDOVER_DEPARTMENT; 0: the member's own */
    struct str expression; /* absent: everyone */
    bool with_groups;
    int64_t full_at; /* most friends of anybody; 0: no limit */
    /* found */
    bool onjob;
    struct handover_part *parts;
    size_t parts_n;
    int64_t customers, groups, groups_open;
    int64_t left_out[HANDOVER_WHYS];
};
/* Finds out what would happen. In the transaction's arena. RC_INVALID, RC_CONFLICT with a sentence
 * about the member, the successors or an expression; RC_LIMIT above HANDOVER_MOST. Costs the
 * expressions and a few probes for each friend. */
enum rc handover_plan(struct tx *tx, const struct customer_asker *who, struct handover_plan *plan,
                      struct err *e);

/* ---- what follows from an answer ---- */

struct handover_next {
    enum handover_state state;
    int64_t pause_s; /* from now; DB_NULL: it has ended */
};
/* Of an item that was refused with `code` for the `refusals`th time (from 1): words of callbacks
 * and results ("customer_refused", "customer_limit_exceed", "not_listed"), WeCom's numbers
 * ("wecom_40128"). `retry_days`: the setting. Pure. */
struct handover_next handover_after(struct str code, int64_t refusals, int64_t retry_days);

/* The same, written; an item that is lost is said in the customer's log. */
enum rc handover_refuse(struct tx *tx, struct handover_item *i, struct str code, int64_t retry_days,
                        struct err *e);
/* A customer or group is with the successor: the item ends, and the binding passes. */
enum rc handover_accept(struct tx *tx, struct handover_item *i, const struct handover_due *of,
                        struct err *e);
/* A callback says that the hand-over of a customer to `userid` failed. Nothing when there is no
 * open item of the two, but that a full one is left out of codes for a day. */
enum rc handover_failed(struct app *app, struct tx *tx, struct str external_userid,
                        struct str userid, struct str code, struct err *e);

#endif

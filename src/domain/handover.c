/* handover.c — what WeCom's answers come to. One table says of each refusal how long it lasts and
 * how often it is worth another try: what is about the customer alone is rare and slow, what is
 * about the successor passes within days. Costs a probe and up to six rows an answer.
 */
#include "domain/handover.h"

#include "domain/binding.h"
#include "domain/identity.h"
#include "store/code.h"
#include "store/directory.h"
#include "store/event.h"
#include "store/identity.h"

#include <assert.h>

enum { DAY_S = 86400, RETRY_DAYS = -1 };

struct patience {
    const char *code;
    int64_t days; /* RETRY_DAYS: the setting */
    int64_t most; /* refusals until it is lost; 1: at once */
};

static const struct patience PATIENCE[] = {
    {"customer_refused", RETRY_DAYS, 2}, /* WeCom lets a customer be handed over twice in 90 days */
    {"customer_limit_exceed", 7, 3},
    {"not_listed", 1, 3},
    {"silent", 0, 1},
    {"wecom_40003", 0, 1},  /* left more than a year ago */
    {"wecom_40096", 0, 1},  /* no such customer */
    {"wecom_40097", 1, 5},  /* WeCom does not know yet that they left */
    {"wecom_40098", 1, 10}, /* the successor has no real-name check */
    {"wecom_40099", 7, 3},  /* the successor is full */
    {"wecom_40100", 1, 3},  /* on the way to somebody else */
    {"wecom_40128", 90, 2}, /* twice in 90 days */
    {"wecom_40129", 1, 3},
    {"wecom_40130", 0, 1},
    {"wecom_40131", 0, 1}, /* no friend of the old member */
    {"wecom_41054", 1, 10},
    {"wecom_49008", 0, 1}, /* the group is gone */
    {"wecom_84061", 0, 1},
    {"wecom_84074", 1, 10},
    {"wecom_90500", 1, 5},
    {"wecom_90501", 0, 1},
    {"wecom_90502", 0, 1},
    {"wecom_90508", 1, 30}, /* 300 groups a day */
};

struct handover_next handover_after(struct str code, int64_t refusals, int64_t retry_days)
{
    static const struct patience OTHER = {NULL, 1, 3};
    const struct patience *p = &OTHER;
    assert(refusals >= 1);
    for (size_t i = 0; i < sizeof PATIENCE / sizeof *PATIENCE; i++)
        if (str_eq(code, str_from(PATIENCE[i].code)))
            p = &PATIENCE[i];
    int64_t days = p->days == RETRY_DAYS ? retry_days : p->days;
    if (days <= 0 || refusals >= p->most)
        return (struct handover_next){HANDOVER_LOST, DB_NULL};
    return (struct handover_next){HANDOVER_REFUSED, days * DAY_S};
}

/* Codes send nobody to a successor who can have no more customers (store/code.h). */
static bool says_full(struct str code)
{
    return str_eq(code, STR("customer_limit_exceed")) || str_eq(code, STR("wecom_40099"));
}

static enum rc say_lost(struct tx *tx, const struct handover_item *i, struct err *e)
{
    return event_add(tx,
                     &(struct event){.customer_id = i->object_id,
                                     .at_s = tx_now_s(tx),
                                     .kind = EVENT_HANDOVER_LOST,
                                     .staff_id = i->staff_id},
                     e);
}

enum rc handover_refuse(struct tx *tx, struct handover_item *i, struct str code, int64_t retry_days,
                        struct err *e)
{
    assert(i->due_s != DB_NULL);
    struct handover_next next = handover_after(code, ++i->refusals, retry_days);
    i->code = code;
    i->due_s = next.pause_s == DB_NULL ? DB_NULL : tx_now_s(tx) + next.pause_s;
    enum rc rc = handover_item_store(tx, i, next.state, e);
    if (rc == RC_OK && says_full(code) && !i->group)
        rc = code_staff_full(tx, i->staff_id, e);
    return rc == RC_OK && next.state == HANDOVER_LOST && !i->group ? say_lost(tx, i, e) : rc;
}

enum rc handover_accept(struct tx *tx, struct handover_item *i, const struct handover_due *of,
                        struct err *e)
{
    struct binding_row bound;
    int64_t moved = 0;
    bool active = false;
    i->due_s = DB_NULL;
    i->code = STR_ABSENT;
    enum rc rc = handover_item_store(tx, i, HANDOVER_ACCEPTED, e);
    if (rc != RC_OK || i->group)
        return rc;
    rc = binding_load(tx, i->root_id, &bound, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    bool theirs = rc == RC_OK && bound.staff_id == of->from_staff_id;
    if (theirs)
        rc = binding_staff_active(tx, of->staff_id, &active, e);
    /* a successor who has left meanwhile has the friend, and cannot be bound to: left as it was */
    return rc == RC_OK && theirs && active ? binding_transfer(tx, &i->root_id, 1, of->staff_id,
                                                              of->account_id, of->reason, &moved, e)
                                           : rc;
}

enum rc handover_failed(struct app *app, struct tx *tx, struct str external_userid,
                        struct str userid, struct str code, struct err *e)
{
    struct staff_row staff;
    struct handover_item item;
    struct str value;
    int64_t customer_id = 0;
    uint8_t hash[SECRET_INDEX_BYTES];
    enum rc rc = directory_find_staff(tx, userid, &staff, e);
    if (rc == RC_OK && says_full(code)) /* also of a hand-over that WeCom's own console began */
        rc = code_staff_full(tx, staff.id, e);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    if (!identity_normalise(tx_arena(tx), IDENTITY_EXTERNAL_USERID, external_userid, &value))
        return RC_OK;
    identity_hash(app->keys, IDENTITY_EXTERNAL_USERID, value, hash);
    rc = identity_find(tx, IDENTITY_EXTERNAL_USERID, STR(""), hash, &customer_id, e);
    if (rc == RC_OK)
        rc = handover_item_open(tx, customer_id, staff.id, &item, e);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc != RC_OK || (item.state != HANDOVER_ASKED && item.state != HANDOVER_ASKING))
        return rc;
    item.tries += item.state == HANDOVER_ASKING; /* a refusal shows that WeCom took it */
    return handover_refuse(tx, &item, code, config_int(app->config, "handover_retry_days"), e);
}

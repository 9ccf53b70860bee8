/* handlers.c — the table of what is done for each kind of callback.
 *
 * A row without functions has nothing to do: its callback is done when it is taken, and its body
 * goes. Rows with apply() alone are ends, which the callback tells whole: of a friendship, a group,
 * a tag, a member of staff, a department. What is not known here cannot end, and is done, but for a
 * friendship that the customer ended, which is asked for first. Of everything else a callback says
 * only that it changed: prepare() asks WeCom how it is now, apply() makes that the corp's rows.
 * What is gone by then is done: its end is a callback of its own. A message that lacks a field or
 * is no XML is wrong for good. Sorted by kind. Costs a reading of the XML, 20 µs, a call, and what
 * is written.
 */
#include "connect/wecom/handlers.h"

#include "base/clock.h"
#include "base/log.h"
#include "connect/wecom/ask.h"
#include "connect/wecom/code_effect.h"
#include "connect/wecom/event.h"
#include "connect/wecom/quota_keeper.h"
#include "domain/binding.h"
#include "domain/contact_apply.h"
#include "domain/contact_heard.h"
#include "domain/directory_apply.h"
#include "domain/group_apply.h"
#include "domain/handover.h"
#include "domain/tag_apply.h"
#include "domain/tag_wish.h"
#include "store/code.h"
#include "store/tag_library.h"

#include <stddef.h>
#include <string.h>

struct told {
    struct wecom_event event;
    int64_t at_s; /* when WeCom says it was, else when we heard */
};

static enum rc read_told(const struct inbox_item *item, struct told *out, struct err *e)
{
    enum rc rc = wecom_event_read(item->body, item->arena, &out->event, e);
    if (rc != RC_OK)
        return rc;
    const struct wecom_event *ev = &out->event;
    out->at_s = ev->created_s != 0 ? ev->created_s : item->received_us / 1000000;
    if (ev->missing == WECOM_FIELD_COUNT)
        return RC_OK;
    const char *field = wecom_field_name(ev->missing);
    err_set(e, RC_INVALID, "callback_field", field, "企业微信的回调里没有给出 %s",
            "WeCom's callback lacks %s", field);
    err_hint(e, "请升级 Koi；若已是最新版本，请把字段名告诉我们",
             "upgrade Koi; if this is the newest version, tell us the name of the field");
    return RC_INVALID;
}

static struct str text(const struct told *t, enum wecom_field field)
{
    return t->event.fields[field];
}

static enum rc end_friendship(struct tx *tx, struct inbox_item *item, bool by_customer,
                              struct err *e)
{
    struct told t;
    enum contact_end end;
    enum rc rc = read_told(item, &t, e);
    if (rc != RC_OK)
        return rc;
    return contact_heard_ended(tx, item->app->keys, text(&t, WECOM_EXTERNAL_USER_ID),
                               text(&t, WECOM_USER_ID), t.at_s, by_customer, &end, e);
}

static enum rc staff_ended(struct tx *tx, struct inbox_item *item, struct err *e)
{
    return end_friendship(tx, item, false, e);
}

static enum rc transfer_failed(struct tx *tx, struct inbox_item *item, struct err *e)
{
    struct told t;
    enum rc rc = read_told(item, &t, e);
    return rc == RC_OK ? handover_failed(item->app, tx, text(&t, WECOM_EXTERNAL_USER_ID),
                                         text(&t, WECOM_USER_ID), text(&t, WECOM_FAIL_REASON), e)
                       : rc;
}

static enum rc group_dismissed(struct tx *tx, struct inbox_item *item, struct err *e)
{
    struct told t;
    bool changed;
    enum rc rc = read_told(item, &t, e);
    return rc == RC_OK ? group_apply_dismissed(tx, text(&t, WECOM_CHAT_ID), t.at_s, &changed, e)
                       : rc;
}

/* Whoever wears it loses it when they are told next. */
static enum rc tag_deleted(struct tx *tx, struct inbox_item *item, struct err *e)
{
    struct told t;
    struct tag_applied out = {0};
    enum rc rc = read_told(item, &t, e);
    if (rc != RC_OK)
        return rc;
    if (str_eq(text(&t, WECOM_TAG_TYPE), STR("tag_group")))
        return tag_apply_group_gone(tx, text(&t, WECOM_ID), &out, e);
    return tag_apply_tag_gone(tx, text(&t, WECOM_ID), &out, e);
}

static enum rc staff_left(struct tx *tx, struct inbox_item *item, struct err *e)
{
    struct told t;
    struct directory_applied out = {0};
    enum rc rc = read_told(item, &t, e);
    return rc == RC_OK ? directory_apply_staff_gone(tx, text(&t, WECOM_USER_ID), t.at_s, &out, e)
                       : rc;
}

static enum rc department_gone(struct tx *tx, struct inbox_item *item, struct err *e)
{
    struct told t;
    struct directory_applied out = {0};
    enum rc rc = read_told(item, &t, e);
    return rc == RC_OK ? directory_apply_department_gone(tx, text(&t, WECOM_ID), &out, e) : rc;
}

/* ---- acquisition links ---- */

/* By what a callback ends with; bought quota ends both of the warnings of its balance. */
static enum rc quota_heard(struct tx *tx, struct inbox_item *item, struct err *e)
{
    struct told t;
    struct arena *a = item->arena;
    enum rc rc = read_told(item, &t, e);
    if (rc != RC_OK)
        return rc;
    if (t.event.kind == WECOM_LINK_QUOTA_EXPIRES)
        return code_warn(tx, 0, STR("quota_expires"),
                         arena_printf(a, STR_FMT " " STR_FMT,
                                      STR_ARG(text(&t, WECOM_EXPIRE_QUOTA_NUM)),
                                      STR_ARG(text(&t, WECOM_EXPIRE_TIME))),
                         e);
    if (t.event.kind == WECOM_LINK_BALANCE_LOW)
        return code_warn(tx, 0, STR("balance_low"), STR(""), e);
    rc = code_warn_over(tx, 0, STR("balance_low"), e);
    if (rc != RC_OK || t.event.kind == WECOM_LINK_BALANCE_INCREASED)
        return rc == RC_OK ? code_warn_over(tx, 0, STR("balance_exhausted"), e) : rc;
    return code_warn(tx, 0, STR("balance_exhausted"), STR(""), e);
}

/* What the callback leaves open, how many uses there are, is asked for at once; were that to fail,
 * by the keeper's next look. */
static enum rc ask_for_quota(struct inbox_item *item, struct err *e)
{
    struct link_quota *told = ARENA_NEW(item->arena, struct link_quota);
    enum rc rc = quota_ask(item->app->wecom, item->arena, told, e);
    item->note = rc == RC_OK ? told : NULL;
    if (rc != RC_OK)
        log_line(LOG_WARN, "link_quota", "\"code\":\"%s\"", e->code);
    *e = (struct err)ERR_INIT;
    return RC_OK;
}

static enum rc apply_quota(struct tx *tx, struct inbox_item *item, struct err *e)
{
    const struct link_quota *told = item->note;
    return told != NULL ? link_quota_apply(tx, item->app->config, told, e)
                        : link_quota_wanted(tx, e);
}

static enum rc quota_told(struct tx *tx, struct inbox_item *item, struct err *e)
{
    enum rc rc = quota_heard(tx, item, e);
    return rc == RC_OK ? apply_quota(tx, item, e) : rc;
}

/* RC_NOT_FOUND, `e` untouched: a link that was made elsewhere. */
static enum rc link_of(struct tx *tx, struct inbox_item *item, struct code *out, struct err *e)
{
    struct told t;
    enum rc rc = read_told(item, &t, e);
    return rc == RC_OK ? code_of_config(tx, text(&t, WECOM_LINK_ID), item->arena, out, e) : rc;
}

static enum rc link_unavailable(struct tx *tx, struct inbox_item *item, struct err *e)
{
    struct code c;
    enum rc rc = link_of(tx, item, &c, e);
    if (rc == RC_OK)
        rc = code_warn(tx, c.id, STR("link_unavailable"), STR(""), e);
    return rc == RC_OK || rc == RC_NOT_FOUND ? apply_quota(tx, item, e) : rc;
}

/* By people, in WeCom's own console: what Koi deletes is not told. */
static enum rc link_deleted(struct tx *tx, struct inbox_item *item, struct err *e)
{
    struct code c;
    enum rc rc = link_of(tx, item, &c, e);
    if (rc != RC_OK || !code_is_active(&c))
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    c.status = STR("deleted");
    c.ended_s = tx_now_s(tx);
    rc = code_store(tx, &c, e);
    return rc == RC_OK ? code_warn(tx, c.id, STR("link_deleted"), STR(""), e) : rc;
}

/* ---- what has to be asked for ---- */

/* From prepare() to apply(). */
struct asked {
    struct told told;
    bool answered; /* else it is gone, or nobody had to be asked */
    struct told_contact contact;
    struct told_group group;
    struct told_staff staff;
    int64_t asked_us;            /* when the library was asked for */
    struct told_tag_group *tags; /* the whole library; NULL: not asked for */
    size_t tags_n;
    struct told_department *departments;
    size_t departments_n;
};

static enum rc begin_asking(struct inbox_item *item, struct asked **out, struct err *e)
{
    item->note = *out = ARENA_NEW(item->arena, struct asked);
    **out = (struct asked){.tags = NULL};
    return read_told(item, &(*out)->told, e);
}

/* The answer is in `asked`, or it is `gone`. */
static enum rc end_asking(struct asked *asked, enum rc rc, bool gone, struct err *e)
{
    asked->answered = rc == RC_OK;
    if (!gone)
        return rc;
    *e = (struct err)ERR_INIT;
    return RC_OK;
}

/* Whether a tag is worn that our library does not have: it was made a moment ago. */
static enum rc wears_unknown(const struct inbox_item *item, const struct told_contact *c, bool *out,
                             struct err *e)
{
    struct tx *tx;
    struct tag tag;
    enum rc rc = db_read_begin(item->app->db, &tx, e);
    *out = false;
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; rc == RC_OK && i < c->follows_n; i++)
        for (size_t k = 0; rc == RC_OK && k < c->follows[i].tag_ids_n; k++)
            rc = tag_library_tag(tx, c->follows[i].tag_ids[k], &tag, e);
    db_read_end(tx);
    *out = rc == RC_NOT_FOUND;
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc ask_library(const struct inbox_item *item, struct asked *x, struct err *e)
{
    x->asked_us = clock_now_us();
    return ask_tags(item->app->wecom, item->arena, &x->tags, &x->tags_n, e);
}

static enum rc ask_whom(const struct inbox_item *item, struct asked *x, struct err *e)
{
    bool unknown;
    struct wecom_client *c = item->app->wecom;
    enum rc rc =
        ask_contact(c, text(&x->told, WECOM_EXTERNAL_USER_ID), item->arena, &x->contact, e);
    if (rc == RC_OK)
        rc = wears_unknown(item, &x->contact, &unknown, e);
    if (rc == RC_OK && unknown)
        rc = ask_library(item, x, e);
    return end_asking(x, rc, rc != RC_OK && ask_is_gone(e), e);
}

static enum rc ask_for_contact(struct inbox_item *item, struct err *e)
{
    struct asked *x;
    enum rc rc = begin_asking(item, &x, e);
    return rc == RC_OK ? ask_whom(item, x, e) : rc;
}

/* A new friend: what their code does at WeCom is done before it is written down here. */
static enum rc ask_for_friend(struct inbox_item *item, struct err *e)
{
    enum rc rc = ask_for_contact(item, e);
    struct asked *x = item->note;
    if (rc != RC_OK || !x->answered)
        return rc;
    return code_effect_ask(item->app, text(&x->told, WECOM_USER_ID),
                           item->attempts < CODE_EFFECT_TRIES, item->arena, &x->contact, e);
}

static enum rc apply_library(struct tx *tx, const struct asked *x, struct err *e)
{
    struct tag_applied out = {0};
    return tag_apply(tx, x->tags, x->tags_n, true, false, x->asked_us, &out, e);
}

static enum rc contact_told(struct tx *tx, struct inbox_item *item, struct err *e)
{
    const struct asked *x = item->note;
    struct contact_applied out;
    enum rc rc = binding_rule_keep(tx, item->app->config, e);
    if (rc != RC_OK || !x->answered)
        return rc;
    if (x->tags != NULL)
        rc = apply_library(tx, x, e);
    if (rc == RC_OK)
        rc = contact_apply(tx, item->app->keys, &x->contact, &out, e);
    const struct tag_wisher who = {.app = item->app};
    return rc == RC_OK && out.begun > 0 ? tag_wish_settle(tx, &who, out.customer_id, e) : rc;
}

/* And the beginning of which the callback itself tells, should it be over by now. */
static enum rc friend_told(struct tx *tx, struct inbox_item *item, struct err *e)
{
    const struct asked *x = item->note;
    const struct told *t = &x->told;
    bool begun;
    enum rc rc = contact_told(tx, item, e);
    if (rc != RC_OK)
        return rc;
    return contact_heard_begun(tx, item->app->keys, text(t, WECOM_EXTERNAL_USER_ID),
                               text(t, WECOM_USER_ID), text(t, WECOM_STATE), t->at_s, &begun, e);
}

/* Of a friendship that is not known WeCom goes on telling although the customer has ended it: it
 * has to be there before it can end. */
static enum rc ask_for_ended(struct inbox_item *item, struct err *e)
{
    struct asked *x;
    struct tx *tx;
    bool known = false;
    enum rc rc = begin_asking(item, &x, e);
    if (rc == RC_OK)
        rc = db_read_begin(item->app->db, &tx, e);
    if (rc != RC_OK)
        return rc;
    rc = contact_knows(tx, item->app->keys, text(&x->told, WECOM_EXTERNAL_USER_ID),
                       text(&x->told, WECOM_USER_ID), &known, e);
    db_read_end(tx);
    return rc == RC_OK && !known ? ask_whom(item, x, e) : rc;
}

static enum rc customer_ended(struct tx *tx, struct inbox_item *item, struct err *e)
{
    enum rc rc = contact_told(tx, item, e);
    return rc == RC_OK ? end_friendship(tx, item, true, e) : rc;
}

static enum rc ask_for_group(struct inbox_item *item, struct err *e)
{
    struct asked *x;
    enum rc rc = begin_asking(item, &x, e);
    if (rc == RC_OK)
        rc = ask_group(item->app->wecom, text(&x->told, WECOM_CHAT_ID), item->arena, &x->group, e);
    return end_asking(x, rc, rc != RC_OK && ask_group_is_gone(e), e);
}

/* Who came, or who went, by the callback itself. */
static enum rc members_heard(struct tx *tx, struct inbox_item *item, bool joined, struct err *e)
{
    struct told t;
    bool changed;
    enum rc rc = read_told(item, &t, e);
    struct str detail = text(&t, WECOM_UPDATE_DETAIL);
    if (rc != RC_OK || !str_eq(detail, joined ? STR("add_member") : STR("del_member")))
        return rc;
    const struct told_member_change change = {
        .chat_id = text(&t, WECOM_CHAT_ID),
        .joined = joined,
        .ids = t.event.members,
        .n = t.event.member_count,
        .join_scene = wecom_event_int(&t.event, WECOM_JOIN_SCENE, 0),
        .at_s = t.at_s,
    };
    return group_apply_members(tx, item->app->keys, &change, &changed, e);
}

/* Whoever went did so then, and not when the answer missed them; of whoever came the answer tells
 * more than the callback, unless they have gone. A group has 500 members at most: three rounds. */
static enum rc group_told(struct tx *tx, struct inbox_item *item, struct err *e)
{
    const struct asked *x = item->note;
    struct group_applied out = {.more = x->answered};
    enum rc rc = binding_rule_keep(tx, item->app->config, e);
    if (rc == RC_OK)
        rc = members_heard(tx, item, false, e);
    while (rc == RC_OK && out.more)
        rc = group_apply(tx, item->app->keys, &x->group, &out, e);
    return rc == RC_OK ? members_heard(tx, item, true, e) : rc;
}

static enum rc ask_for_tags(struct inbox_item *item, struct err *e)
{
    struct asked *x;
    enum rc rc = begin_asking(item, &x, e);
    if (rc == RC_OK)
        rc = ask_library(item, x, e);
    return end_asking(x, rc, false, e);
}

static enum rc tags_told(struct tx *tx, struct inbox_item *item, struct err *e)
{
    return apply_library(tx, item->note, e);
}

/* By the new account, where the callback tells that it was renamed. */
static enum rc ask_for_staff(struct inbox_item *item, struct err *e)
{
    struct asked *x;
    enum rc rc = begin_asking(item, &x, e);
    if (rc != RC_OK)
        return rc;
    struct str now = text(&x->told, WECOM_NEW_USER_ID);
    if (str_empty(now))
        now = text(&x->told, WECOM_USER_ID);
    rc = ask_staff(item->app->wecom, now, item->arena, &x->staff, e);
    return end_asking(x, rc, rc != RC_OK && ask_is_gone(e), e);
}

static enum rc staff_told(struct tx *tx, struct inbox_item *item, struct err *e)
{
    const struct asked *x = item->note;
    struct directory_applied out = {0};
    enum rc rc = RC_OK;
    if (!x->answered)
        return RC_OK;
    struct str now = text(&x->told, WECOM_NEW_USER_ID);
    if (!str_empty(now))
        rc = directory_apply_renamed(tx, text(&x->told, WECOM_USER_ID), now, &out, e);
    return rc == RC_OK ? directory_apply_staff(tx, &x->staff, 1, false, x->told.at_s, &out, e) : rc;
}

static enum rc ask_for_departments(struct inbox_item *item, struct err *e)
{
    struct asked *x;
    enum rc rc = begin_asking(item, &x, e);
    if (rc == RC_OK)
        rc = ask_departments(item->app->wecom, item->arena, &x->departments, &x->departments_n, e);
    return end_asking(x, rc, false, e);
}

static enum rc departments_told(struct tx *tx, struct inbox_item *item, struct err *e)
{
    const struct asked *x = item->note;
    struct directory_applied out = {0};
    return directory_apply_departments(tx, x->departments, x->departments_n, false, &out, e);
}

/* Two changes within a second are told by the same words and kept as one message: what changed is
 * asked for when that second is over. New friends are waiting for a welcome. */
enum { SETTLE_US = 2000000 };
#define ASKED(told, asking, applying)                                                              \
    {                                                                                              \
        .kind = (told), .prepare = (asking), .apply = (applying), .settle_us = SETTLE_US           \
    }
#define ASKED_AT_ONCE(told, asking, applying)                                                      \
    {                                                                                              \
        .kind = (told), .prepare = (asking), .apply = (applying)                                   \
    }

const struct inbox_handler wecom_handlers[] = {
    ASKED("change_contact/create_party", ask_for_departments, departments_told),
    ASKED("change_contact/create_user", ask_for_staff, staff_told),
    {.kind = "change_contact/delete_party", .apply = department_gone},
    {.kind = "change_contact/delete_user", .apply = staff_left},
    ASKED("change_contact/update_party", ask_for_departments, departments_told),
    ASKED("change_contact/update_user", ask_for_staff, staff_told),
    ASKED("change_external_chat/create", ask_for_group, group_told),
    {.kind = "change_external_chat/dismiss", .apply = group_dismissed},
    ASKED("change_external_chat/update", ask_for_group, group_told),
    ASKED_AT_ONCE("change_external_contact/add_external_contact", ask_for_friend, friend_told),
    ASKED_AT_ONCE("change_external_contact/add_half_external_contact", ask_for_friend,
                  contact_told),
    {.kind = "change_external_contact/del_external_contact", .apply = staff_ended},
    ASKED_AT_ONCE("change_external_contact/del_follow_user", ask_for_ended, customer_ended),
    ASKED("change_external_contact/edit_external_contact", ask_for_contact, contact_told),
    {.kind = "change_external_contact/transfer_fail", .apply = transfer_failed},
    ASKED("change_external_tag/create", ask_for_tags, tags_told),
    {.kind = "change_external_tag/delete", .apply = tag_deleted},
    ASKED("change_external_tag/shuffle", ask_for_tags, tags_told),
    ASKED("change_external_tag/update", ask_for_tags, tags_told),
    {.kind = "click"},
    ASKED_AT_ONCE("customer_acquisition/balance_exhausted", ask_for_quota, quota_told),
    ASKED_AT_ONCE("customer_acquisition/balance_increased", ask_for_quota, quota_told),
    ASKED_AT_ONCE("customer_acquisition/balance_low", ask_for_quota, quota_told),
    {.kind = "customer_acquisition/customer_start_chat"},
    {.kind = "customer_acquisition/delete_link", .apply = link_deleted},
    {.kind = "customer_acquisition/friend_request"},
    ASKED_AT_ONCE("customer_acquisition/link_unavailable", ask_for_quota, link_unavailable),
    ASKED_AT_ONCE("customer_acquisition/quota_expire_soon", ask_for_quota, quota_told),
    {.kind = "enter_agent"},
    {.kind = "message/"},
    {.kind = "subscribe"},
    {.kind = "template_card_event"},
    {.kind = "unsubscribe"},
    {.kind = "view"},
    {.kind = NULL},
};

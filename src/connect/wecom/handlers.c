/* handlers.c — the table of what is done for each kind of callback.
 *
 * A row without functions has nothing to do: its callback is done when it is taken, and its body
 * goes. The rows with apply() are ends, which the callback alone tells whole: of a friendship, a
 * group, a tag, a member of staff, a department. What is not known here cannot end, and is done; a
 * friendship that is told afterwards although the customer has ended it is known to have ended only
 * when it is asked for before (docs/WECOM.md). A message that lacks a field or is no XML is wrong
 * for good. Sorted by kind. Costs a reading of the XML, 20 µs, and what is written.
 */
#include "connect/wecom/handlers.h"

#include "connect/wecom/event.h"
#include "domain/contact_apply.h"
#include "domain/directory_apply.h"
#include "domain/group_apply.h"
#include "domain/tag_apply.h"

#include <stddef.h>

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
    return contact_apply_end(tx, item->app->keys, text(&t, WECOM_EXTERNAL_USER_ID),
                             text(&t, WECOM_USER_ID), t.at_s, by_customer, &end, e);
}

static enum rc staff_ended(struct tx *tx, struct inbox_item *item, struct err *e)
{
    return end_friendship(tx, item, false, e);
}

static enum rc customer_ended(struct tx *tx, struct inbox_item *item, struct err *e)
{
    return end_friendship(tx, item, true, e);
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

const struct inbox_handler wecom_handlers[] = {
    {.kind = "change_contact/delete_party", .apply = department_gone},
    {.kind = "change_contact/delete_user", .apply = staff_left},
    {.kind = "change_external_chat/dismiss", .apply = group_dismissed},
    {.kind = "change_external_contact/del_external_contact", .apply = staff_ended},
    {.kind = "change_external_contact/del_follow_user", .apply = customer_ended},
    {.kind = "change_external_tag/delete", .apply = tag_deleted},
    {.kind = "click"},
    {.kind = "enter_agent"},
    {.kind = "message/"},
    {.kind = "subscribe"},
    {.kind = "template_card_event"},
    {.kind = "unsubscribe"},
    {.kind = "view"},
    {.kind = NULL},
};

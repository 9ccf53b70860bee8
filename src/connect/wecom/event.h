/* event — what WeCom tells: one table of Event × ChangeType × fields, and a message decoded by it.
 *
 * Fields are texts by number, as sent but trimmed; numbers in CDATA or not are read by
 * wecom_event_int(). Fields that the table does not name are ignored, and a message that no row
 * names is WECOM_UNKNOWN: both happen whenever WeCom adds something. Source: WeCom's documents
 * 92130 (customers), 97299 (acquisition), 90967 to 90971 (directory), 90240 (others).
 */
#ifndef KOI_CONNECT_WECOM_EVENT_H
#define KOI_CONNECT_WECOM_EVENT_H

#include "base/arena.h"
#include "base/err.h"

enum wecom_event_kind {
    WECOM_UNKNOWN,
    /* change_external_contact */
    WECOM_CONTACT_ADD,
    WECOM_CONTACT_EDIT,
    WECOM_CONTACT_ADD_HALF,
    WECOM_CONTACT_DELETE,
    WECOM_CONTACT_LOST, /* the customer deleted the staff */
    WECOM_TRANSFER_FAIL,
    /* change_external_chat */
    WECOM_CHAT_CREATE,
    WECOM_CHAT_UPDATE,
    WECOM_CHAT_DISMISS,
    /* change_external_tag */
    WECOM_TAG_CREATE,
    WECOM_TAG_UPDATE,
    WECOM_TAG_DELETE,
    WECOM_TAG_SHUFFLE,
    /* customer_acquisition */
    WECOM_LINK_BALANCE_LOW,
    WECOM_LINK_BALANCE_EXHAUSTED,
    WECOM_LINK_BALANCE_INCREASED,
    WECOM_LINK_UNAVAILABLE,
    WECOM_LINK_DELETED,
    WECOM_LINK_QUOTA_EXPIRES,
    WECOM_LINK_OPEN_PROFILE,
    WECOM_LINK_FRIEND_REQUEST,
    WECOM_LINK_CHAT_STARTED,
    WECOM_LINK_MESSAGE,
    /* change_contact */
    WECOM_USER_CREATE,
    WECOM_USER_UPDATE,
    WECOM_USER_DELETE,
    WECOM_PARTY_CREATE,
    WECOM_PARTY_UPDATE,
    WECOM_PARTY_DELETE,
    WECOM_STAFF_TAG_UPDATE,
    /* others */
    WECOM_UPLOAD_FINISHED,
    WECOM_CARD_PRESSED,
    WECOM_APP,    /* subscribe, unsubscribe, enter_agent, click, view */
    WECOM_MESSAGE /* what a member wrote to the app */
};

enum wecom_field {
    WECOM_ADD_PARTY_ITEMS,
    WECOM_ADD_USER_ITEMS,
    WECOM_AGENT_ID,
    WECOM_ALIAS,
    WECOM_CARD_TYPE,
    WECOM_CHAT_ID,
    WECOM_CHAT_KEY,
    WECOM_CHAT_SEQ,
    WECOM_CONTENT,
    WECOM_CUR_MEM_VER,
    WECOM_DEL_PARTY_ITEMS,
    WECOM_DEL_USER_ITEMS,
    WECOM_DEPARTMENT,
    WECOM_DIRECT_LEADER,
    WECOM_EVENT_KEY,
    WECOM_EXPIRE_QUOTA_NUM,
    WECOM_EXPIRE_TIME,
    WECOM_EXTERNAL_USER_ID,
    WECOM_FAIL_REASON,
    WECOM_GENDER,
    WECOM_ID,
    WECOM_IS_LEADER_IN_DEPT,
    WECOM_JOB_ID,
    WECOM_JOIN_SCENE,
    WECOM_LAST_MEM_VER,
    WECOM_LINK_ID,
    WECOM_MAIN_DEPARTMENT,
    WECOM_MEM_CHANGE_CNT,
    WECOM_MSG_ID,
    WECOM_NAME,
    WECOM_NEW_USER_ID,
    WECOM_ORDER,
    WECOM_PARENT_ID,
    WECOM_POSITION,
    WECOM_QUIT_SCENE,
    WECOM_RESPONSE_CODE,
    WECOM_SOURCE,
    WECOM_STATE,
    WECOM_STATUS,
    WECOM_STRATEGY_ID,
    WECOM_TAG_ID,
    WECOM_TAG_TYPE,
    WECOM_TASK_ID,
    WECOM_UPDATE_DETAIL,
    WECOM_USER_ID,
    WECOM_WELCOME_CODE,
    WECOM_FIELD_COUNT
};

struct wecom_event {
    enum wecom_event_kind kind;
    const char *name;         /* "change_external_contact/add_external_contact", "unknown" */
    struct str event, change; /* as sent; absent when not */
    struct str to_user, from_user, msg_type;
    int64_t created_s;                    /* 0 when not sent */
    struct str fields[WECOM_FIELD_COUNT]; /* absent: not sent, or not of this event */
    const struct str *members;            /* MemChangeList/Item, trimmed */
    size_t member_count;
    /* The first field that this event cannot do without and that was not sent; WECOM_FIELD_COUNT
     * when all are there. Whoever handles it looks. */
    enum wecom_field missing;
};

/* Decodes a message. RC_INVALID only when it is no XML that xml_read() accepts. All of `out` is
 * owned by the arena. */
enum rc wecom_event_read(struct str message, struct arena *a, struct wecom_event *out,
                         struct err *e);
/* A field as a number, or `fallback`. */
int64_t wecom_event_int(const struct wecom_event *ev, enum wecom_field f, int64_t fallback);
/* "ExternalUserID" */
const char *wecom_field_name(enum wecom_field f);
/* What must be handled one after the other, owned by the arena: "contact:wm…", "chat:wr…", "tag",
 * "user:zhangsan" (folded), "party", "link:ca…", "app:…"; "other" when nothing says. */
struct str wecom_event_key(const struct wecom_event *ev, struct arena *a);

#endif

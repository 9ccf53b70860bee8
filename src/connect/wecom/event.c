/* event.c — the two tables, and reading a message by them.
 *
 * A row says which fields an event has and which it cannot do without; what other events' fields a
 * message also carries is not taken over, so that handlers see only what the documents promise.
 * Ids are trimmed, as the documents' own samples need it. The tables are small and searched from
 * the front: about 2 µs a message beside its XML.
 */
#include "connect/wecom/event.h"

#include "connect/wecom/xml.h"

#include <assert.h>
#include <string.h>

#define F(field) (UINT64_C(1) << (field))

static const char *const FIELDS[WECOM_FIELD_COUNT] = {
    [WECOM_ADD_PARTY_ITEMS] = "AddPartyItems",
    [WECOM_ADD_USER_ITEMS] = "AddUserItems",
    [WECOM_AGENT_ID] = "AgentID",
    [WECOM_ALIAS] = "Alias",
    [WECOM_CARD_TYPE] = "CardType",
    [WECOM_CHAT_ID] = "ChatId",
    [WECOM_CHAT_KEY] = "ChatKey",
    [WECOM_CHAT_SEQ] = "ChatSeq",
    [WECOM_CONTENT] = "Content",
    [WECOM_CUR_MEM_VER] = "CurMemVer",
    [WECOM_DEL_PARTY_ITEMS] = "DelPartyItems",
    [WECOM_DEL_USER_ITEMS] = "DelUserItems",
    [WECOM_DEPARTMENT] = "Department",
    [WECOM_DIRECT_LEADER] = "DirectLeader",
    [WECOM_EVENT_KEY] = "EventKey",
    [WECOM_EXPIRE_QUOTA_NUM] = "ExpireQuotaNum",
    [WECOM_EXPIRE_TIME] = "ExpireTime",
    [WECOM_EXTERNAL_USER_ID] = "ExternalUserID",
    [WECOM_FAIL_REASON] = "FailReason",
    [WECOM_GENDER] = "Gender",
    [WECOM_ID] = "Id",
    [WECOM_IS_LEADER_IN_DEPT] = "IsLeaderInDept",
    [WECOM_JOB_ID] = "JobId",
    [WECOM_JOIN_SCENE] = "JoinScene",
    [WECOM_LAST_MEM_VER] = "LastMemVer",
    [WECOM_LINK_ID] = "LinkId",
    [WECOM_MAIN_DEPARTMENT] = "MainDepartment",
    [WECOM_MEM_CHANGE_CNT] = "MemChangeCnt",
    [WECOM_MSG_ID] = "MsgId",
    [WECOM_NAME] = "Name",
    [WECOM_NEW_USER_ID] = "NewUserID",
    [WECOM_ORDER] = "Order",
    [WECOM_PARENT_ID] = "ParentId",
    [WECOM_POSITION] = "Position",
    [WECOM_QUIT_SCENE] = "QuitScene",
    [WECOM_RESPONSE_CODE] = "ResponseCode",
    [WECOM_SOURCE] = "Source",
    [WECOM_STATE] = "State",
    [WECOM_STATUS] = "Status",
    [WECOM_STRATEGY_ID] = "StrategyId",
    [WECOM_TAG_ID] = "TagId",
    [WECOM_TAG_TYPE] = "TagType",
    [WECOM_TASK_ID] = "TaskId",
    [WECOM_UPDATE_DETAIL] = "UpdateDetail",
    [WECOM_USER_ID] = "UserID",
    [WECOM_WELCOME_CODE] = "WelcomeCode",
};

/* What is handled in order of arrival. */
enum lane { LANE_CONTACT, LANE_CHAT, LANE_TAG, LANE_USER, LANE_PARTY, LANE_LINK, LANE_APP };

struct row {
    const char *event, *change; /* change NULL: the event has none */
    enum wecom_event_kind kind;
    enum lane lane;
    uint64_t needs, may;
    const char *name;
};

#define ROW(event, change, kind, lane, needs, may)                                                 \
    {                                                                                              \
        event, change, kind, lane, needs, may, event "/" change                                    \
    }
#define APP(event, may)                                                                            \
    {                                                                                              \
        event, NULL, WECOM_APP, LANE_APP, 0, may, event                                            \
    }

#define PAIR (F(WECOM_USER_ID) | F(WECOM_EXTERNAL_USER_ID))
#define WELCOME (F(WECOM_STATE) | F(WECOM_WELCOME_CODE))
#define CHAT_CHANGE                                                                                \
    (F(WECOM_JOIN_SCENE) | F(WECOM_QUIT_SCENE) | F(WECOM_MEM_CHANGE_CNT) | F(WECOM_LAST_MEM_VER) | \
     F(WECOM_CUR_MEM_VER))
#define TAG (F(WECOM_ID) | F(WECOM_TAG_TYPE))
#define MEMBER                                                                                     \
    (F(WECOM_NAME) | F(WECOM_DEPARTMENT) | F(WECOM_MAIN_DEPARTMENT) | F(WECOM_IS_LEADER_IN_DEPT) | \
     F(WECOM_DIRECT_LEADER) | F(WECOM_POSITION) | F(WECOM_GENDER) | F(WECOM_STATUS) |              \
     F(WECOM_ALIAS))
#define STAFF_TAG                                                                                  \
    (F(WECOM_ADD_USER_ITEMS) | F(WECOM_DEL_USER_ITEMS) | F(WECOM_ADD_PARTY_ITEMS) |                \
     F(WECOM_DEL_PARTY_ITEMS))
#define CARD (F(WECOM_CARD_TYPE) | F(WECOM_RESPONSE_CODE) | F(WECOM_AGENT_ID) | F(WECOM_EVENT_KEY))

#define CONTACT "change_external_contact"
#define CHAT "change_external_chat"
#define TAGS "change_external_tag"
#define LINK "customer_acquisition"
#define STAFF "change_contact"

static const struct row ROWS[] = {
    ROW(CONTACT, "add_external_contact", WECOM_CONTACT_ADD, LANE_CONTACT, PAIR, WELCOME),
    ROW(CONTACT, "edit_external_contact", WECOM_CONTACT_EDIT, LANE_CONTACT, PAIR, F(WECOM_STATE)),
    ROW(CONTACT, "add_half_external_contact", WECOM_CONTACT_ADD_HALF, LANE_CONTACT, PAIR, WELCOME),
    ROW(CONTACT, "del_external_contact", WECOM_CONTACT_DELETE, LANE_CONTACT, PAIR, F(WECOM_SOURCE)),
    ROW(CONTACT, "del_follow_user", WECOM_CONTACT_LOST, LANE_CONTACT, PAIR, 0),
    ROW(CONTACT, "transfer_fail", WECOM_TRANSFER_FAIL, LANE_CONTACT, PAIR | F(WECOM_FAIL_REASON),
        0),
    ROW(CHAT, "create", WECOM_CHAT_CREATE, LANE_CHAT, F(WECOM_CHAT_ID), 0),
    ROW(CHAT, "update", WECOM_CHAT_UPDATE, LANE_CHAT, F(WECOM_CHAT_ID) | F(WECOM_UPDATE_DETAIL),
        CHAT_CHANGE),
    ROW(CHAT, "dismiss", WECOM_CHAT_DISMISS, LANE_CHAT, F(WECOM_CHAT_ID), 0),
    ROW(TAGS, "create", WECOM_TAG_CREATE, LANE_TAG, TAG, F(WECOM_STRATEGY_ID)),
    ROW(TAGS, "update", WECOM_TAG_UPDATE, LANE_TAG, TAG, F(WECOM_STRATEGY_ID)),
    ROW(TAGS, "delete", WECOM_TAG_DELETE, LANE_TAG, TAG, F(WECOM_STRATEGY_ID)),
    ROW(TAGS, "shuffle", WECOM_TAG_SHUFFLE, LANE_TAG, 0, F(WECOM_ID) | F(WECOM_STRATEGY_ID)),
    ROW(LINK, "balance_low", WECOM_LINK_BALANCE_LOW, LANE_LINK, 0, 0),
    ROW(LINK, "balance_exhausted", WECOM_LINK_BALANCE_EXHAUSTED, LANE_LINK, 0, 0),
    ROW(LINK, "balance_increased", WECOM_LINK_BALANCE_INCREASED, LANE_LINK, 0, 0),
    ROW(LINK, "link_unavailable", WECOM_LINK_UNAVAILABLE, LANE_LINK, F(WECOM_LINK_ID), 0),
    ROW(LINK, "delete_link", WECOM_LINK_DELETED, LANE_LINK, F(WECOM_LINK_ID), 0),
    ROW(LINK, "quota_expire_soon", WECOM_LINK_QUOTA_EXPIRES, LANE_LINK,
        F(WECOM_EXPIRE_TIME) | F(WECOM_EXPIRE_QUOTA_NUM), 0),
    ROW(LINK, "open_profile", WECOM_LINK_OPEN_PROFILE, LANE_LINK, F(WECOM_LINK_ID), F(WECOM_STATE)),
    ROW(LINK, "friend_request", WECOM_LINK_FRIEND_REQUEST, LANE_LINK, F(WECOM_LINK_ID),
        F(WECOM_STATE)),
    ROW(LINK, "customer_start_chat", WECOM_LINK_CHAT_STARTED, LANE_CONTACT, PAIR | F(WECOM_LINK_ID),
        0),
    /* who wrote is no longer told: get_chat_info with ChatKey says */
    ROW(LINK, "message_from_customer", WECOM_LINK_MESSAGE, LANE_LINK, F(WECOM_CHAT_KEY),
        PAIR | F(WECOM_LINK_ID) | F(WECOM_CHAT_SEQ)),
    ROW(STAFF, "create_user", WECOM_USER_CREATE, LANE_USER, F(WECOM_USER_ID), MEMBER),
    ROW(STAFF, "update_user", WECOM_USER_UPDATE, LANE_USER, F(WECOM_USER_ID),
        MEMBER | F(WECOM_NEW_USER_ID)),
    ROW(STAFF, "delete_user", WECOM_USER_DELETE, LANE_USER, F(WECOM_USER_ID), 0),
    ROW(STAFF, "create_party", WECOM_PARTY_CREATE, LANE_PARTY, F(WECOM_ID),
        F(WECOM_NAME) | F(WECOM_PARENT_ID) | F(WECOM_ORDER)),
    ROW(STAFF, "update_party", WECOM_PARTY_UPDATE, LANE_PARTY, F(WECOM_ID),
        F(WECOM_NAME) | F(WECOM_PARENT_ID)),
    ROW(STAFF, "delete_party", WECOM_PARTY_DELETE, LANE_PARTY, F(WECOM_ID), 0),
    ROW(STAFF, "update_tag", WECOM_STAFF_TAG_UPDATE, LANE_PARTY, F(WECOM_TAG_ID), STAFF_TAG),
    {"upload_media_job_finish", NULL, WECOM_UPLOAD_FINISHED, LANE_APP, F(WECOM_JOB_ID), 0,
     "upload_media_job_finish"},
    {"template_card_event", NULL, WECOM_CARD_PRESSED, LANE_APP, F(WECOM_TASK_ID), CARD,
     "template_card_event"},
    APP("subscribe", F(WECOM_AGENT_ID)),
    APP("unsubscribe", F(WECOM_AGENT_ID)),
    APP("enter_agent", F(WECOM_AGENT_ID) | F(WECOM_EVENT_KEY)),
    APP("click", F(WECOM_AGENT_ID) | F(WECOM_EVENT_KEY)),
    APP("view", F(WECOM_AGENT_ID) | F(WECOM_EVENT_KEY)),
};

/* What members write to the app: MsgType says what it is. */
static const struct row MESSAGES[] = {
#define MESSAGE(type, may)                                                                         \
    {                                                                                              \
        type, NULL, WECOM_MESSAGE, LANE_APP, F(WECOM_MSG_ID), F(WECOM_AGENT_ID) | (may),           \
            "message/" type                                                                        \
    }
    MESSAGE("text", F(WECOM_CONTENT)),
    MESSAGE("image", 0),
    MESSAGE("voice", 0),
    MESSAGE("video", 0),
    MESSAGE("location", 0),
    MESSAGE("link", 0),
};

static const struct row UNKNOWN = {.kind = WECOM_UNKNOWN, .lane = LANE_APP, .name = "unknown"};

enum { ROW_COUNT = sizeof ROWS / sizeof *ROWS, MESSAGE_COUNT = sizeof MESSAGES / sizeof *MESSAGES };
_Static_assert(WECOM_FIELD_COUNT <= 64, "the masks have 64 bits");

static const struct row *find_row(const struct wecom_event *ev)
{
    bool is_event = str_eq(ev->msg_type, STR("event"));
    const struct row *rows = is_event ? ROWS : MESSAGES;
    size_t n = is_event ? ROW_COUNT : MESSAGE_COUNT;
    struct str wanted = is_event ? ev->event : ev->msg_type;
    for (size_t i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        if (str_eq(wanted, str_from(r->event)) &&
            (r->change == NULL || str_eq(ev->change, str_from(r->change)))) {
            return r;
        }
    }
    return &UNKNOWN;
}

static const struct row *row_of(const struct wecom_event *ev)
{
    const struct row *r = find_row(ev);
    assert(r->kind == ev->kind);
    return r;
}

static void read_members(const struct xml *x, struct arena *a, struct wecom_event *out)
{
    size_t n = xml_count(x, "MemChangeList/Item");
    struct str *list = n > 0 ? ARENA_ARRAY(a, struct str, n) : NULL;
    size_t at = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (str_eq(x->leaves[i].name, STR("MemChangeList/Item"))) {
            list[at++] = str_trim(x->leaves[i].text);
        }
    }
    out->members = list;
    out->member_count = at;
}

static struct str trimmed(const struct xml *x, const char *name)
{
    struct str text = xml_get(x, name);
    return str_absent(text) ? text : str_trim(text);
}

enum rc wecom_event_read(struct str message, struct arena *a, struct wecom_event *out,
                         struct err *e)
{
    struct xml x = {0};
    enum rc rc = xml_read(message, a, &x, e);
    if (rc != RC_OK) {
        return rc;
    }
    struct wecom_event ev = {
        .event = trimmed(&x, "Event"),
        .change = trimmed(&x, "ChangeType"),
        .to_user = trimmed(&x, "ToUserName"),
        .from_user = trimmed(&x, "FromUserName"),
        .msg_type = trimmed(&x, "MsgType"),
        .missing = WECOM_FIELD_COUNT,
    };
    str_to_i64(trimmed(&x, "CreateTime"), &ev.created_s);
    const struct row *row = find_row(&ev);
    ev.kind = row->kind;
    ev.name = row->name;
    for (int f = WECOM_FIELD_COUNT - 1; f >= 0; f--) {
        if ((row->needs | row->may) & F(f)) {
            ev.fields[f] = trimmed(&x, FIELDS[f]);
        }
        if (row->needs & F(f) && str_empty(ev.fields[f])) {
            ev.missing = (enum wecom_field)f;
        }
    }
    if (row->kind == WECOM_CHAT_UPDATE) {
        read_members(&x, a, &ev);
    }
    *out = ev;
    return RC_OK;
}

int64_t wecom_event_int(const struct wecom_event *ev, enum wecom_field f, int64_t fallback)
{
    int64_t v = fallback;
    assert((unsigned)f < WECOM_FIELD_COUNT);
    str_to_i64(ev->fields[f], &v);
    return v;
}

const char *wecom_field_name(enum wecom_field f)
{
    assert((unsigned)f < WECOM_FIELD_COUNT);
    return FIELDS[f];
}

/* Ids of members compare without case. */
static struct str folded(struct str id, struct arena *a)
{
    char *p = arena_z(a, id);
    for (size_t i = 0; i < id.n; i++) {
        p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] - 'A' + 'a' : p[i]);
    }
    return (struct str){p, id.n};
}

struct str wecom_event_key(const struct wecom_event *ev, struct arena *a)
{
    const struct str *f = ev->fields;
    const struct {
        const char *prefix;
        struct str id;
    } keys[] = {
        [LANE_CONTACT] = {"contact", f[WECOM_EXTERNAL_USER_ID]},
        [LANE_CHAT] = {"chat", f[WECOM_CHAT_ID]},
        [LANE_TAG] = {"tag", STR_ABSENT},
        [LANE_USER] = {"user", folded(f[WECOM_USER_ID], a)},
        [LANE_PARTY] = {"party", STR_ABSENT},
        [LANE_LINK] = {"link", f[WECOM_LINK_ID]},
        [LANE_APP] = {"app", folded(ev->from_user, a)},
    };
    enum lane lane = row_of(ev)->lane;
    struct str id = str_sub(keys[lane].id, 0, 200);
    if (ev->kind == WECOM_UNKNOWN) {
        return STR("other");
    }
    return str_empty(id) ? str_from(keys[lane].prefix)
                         : arena_printf(a, "%s:" STR_FMT, keys[lane].prefix, STR_ARG(id));
}

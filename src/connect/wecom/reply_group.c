/* reply_group.c — the tables of a group and of its members. A member of type 1 is one of the staff,
 * every other an outsider, also of types that are not known yet.
 */
#include "connect/wecom/reply_group.h"

static const struct reply_field LISTED[] = {
    REPLY_FIELD(reply_group_id, chat_id, "chat_id", REPLY_TEXT, true),
    REPLY_FIELD(reply_group_id, status, "status", REPLY_INT, false),
};
static const struct reply_field GROUP[] = {
    REPLY_FIELD(told_group, chat_id, "chat_id", REPLY_TEXT, true),
    REPLY_FIELD(told_group, name, "name", REPLY_TEXT, false),
    REPLY_FIELD(told_group, owner, "owner", REPLY_TEXT, false),
    REPLY_FIELD(told_group, notice, "notice", REPLY_TEXT, false),
    REPLY_FIELD(told_group, version, "member_version", REPLY_TEXT, false),
    REPLY_FIELD(told_group, created_s, "create_time", REPLY_INT, false),
};

enum { MEMBER_STAFF = 1 };

struct member {
    struct told_member told;
    int64_t type;
};
static const struct reply_field MEMBER[] = {
    REPLY_FIELD(member, told.id, "userid", REPLY_TEXT, true),
    REPLY_FIELD(member, told.unionid, "unionid", REPLY_TEXT, false),
    REPLY_FIELD(member, told.name, "name", REPLY_TEXT, false),
    REPLY_FIELD(member, told.state, "state", REPLY_TEXT, false),
    REPLY_FIELD(member, told.joined_s, "join_time", REPLY_INT, true),
    REPLY_FIELD(member, told.join_scene, "join_scene", REPLY_INT, false),
    REPLY_FIELD(member, type, "type", REPLY_INT, true),
};

struct inviter {
    struct str userid;
};
static const struct reply_field INVITER[] = {
    REPLY_FIELD(inviter, userid, "userid", REPLY_TEXT, false),
};

enum rc reply_group_list(const struct json_value *v, struct arena *a, struct reply_group_id **out,
                         size_t *out_n, struct str *out_next, struct err *e)
{
    const struct json_value *list;
    struct str next;
    enum rc rc = reply_list(v, "group_chat_list", false, &list, e);
    if (rc == RC_OK)
        rc = reply_next_cursor(v, a, &next, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct reply_group_id *all = ARENA_ARRAY(a, struct reply_group_id, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = reply_read(json_at(list, i), "group_chat_list", LISTED, REPLY_COUNT(LISTED), a,
                        &all[i], e);
    if (rc != RC_OK)
        return rc;
    *out = all;
    *out_n = n;
    *out_next = next;
    return RC_OK;
}

static enum rc read_member(const struct json_value *v, struct arena *a, struct told_member *out,
                           struct err *e)
{
    const struct json_value *invitor;
    struct member m = {0};
    struct inviter by = {STR_ABSENT};
    enum rc rc = reply_read(v, "member_list", MEMBER, REPLY_COUNT(MEMBER), a, &m, e);
    if (rc == RC_OK)
        rc = reply_object(v, "invitor", false, &invitor, e);
    if (rc == RC_OK && invitor != NULL)
        rc = reply_read(invitor, "invitor", INVITER, REPLY_COUNT(INVITER), a, &by, e);
    if (rc != RC_OK)
        return rc;
    m.told.is_staff = m.type == MEMBER_STAFF;
    m.told.inviter = by.userid;
    *out = m.told;
    return RC_OK;
}

enum rc reply_group(const struct json_value *v, struct arena *a, struct told_group *out,
                    struct err *e)
{
    const struct json_value *group, *list;
    struct told_group g = {0};
    enum rc rc = reply_object(v, "group_chat", true, &group, e);
    if (rc == RC_OK)
        rc = reply_read(group, "group_chat", GROUP, REPLY_COUNT(GROUP), a, &g, e);
    if (rc == RC_OK)
        rc = reply_list(group, "member_list", true, &list, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct told_member *members = ARENA_ARRAY(a, struct told_member, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = read_member(json_at(list, i), a, &members[i], e);
    if (rc != RC_OK)
        return rc;
    g.members = members;
    g.members_n = n;
    *out = g;
    return RC_OK;
}

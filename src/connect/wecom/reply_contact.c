/* reply_contact.c — the tables of a customer and of a friendship. externalcontact/get tells tags as
 * objects, of which those of a member of staff alone (type 2) have no id and are left out;
 * batch/get_by_user tells ids. An answer without either says nothing about tags.
 */
#include "connect/wecom/reply_contact.h"

static const struct reply_field CONTACT[] = {
    REPLY_FIELD(told_contact, external_userid, "external_userid", REPLY_TEXT, true),
    REPLY_FIELD(told_contact, unionid, "unionid", REPLY_TEXT, false),
    REPLY_FIELD(told_contact, name, "name", REPLY_TEXT, false),
    REPLY_FIELD(told_contact, corp_name, "corp_name", REPLY_TEXT, false),
    REPLY_FIELD(told_contact, gender, "gender", REPLY_INT, false),
    REPLY_FIELD(told_contact, type, "type", REPLY_INT, false),
};
static const struct reply_field FOLLOW[] = {
    REPLY_FIELD(told_follow, userid, "userid", REPLY_TEXT, false),
    REPLY_FIELD(told_follow, remark, "remark", REPLY_TEXT, false),
    REPLY_FIELD(told_follow, description, "description", REPLY_TEXT, false),
    REPLY_FIELD(told_follow, company, "remark_corp_name", REPLY_TEXT, false),
    REPLY_FIELD(told_follow, added_s, "createtime", REPLY_INT, true),
    REPLY_FIELD(told_follow, add_way, "add_way", REPLY_INT, false),
    REPLY_FIELD(told_follow, state, "state", REPLY_TEXT, false),
    REPLY_FIELD(told_follow, oper_userid, "oper_userid", REPLY_TEXT, false),
};

struct tag_id {
    struct str id;
};
static const struct reply_field TAG[] = {
    REPLY_FIELD(tag_id, id, "tag_id", REPLY_TEXT, false),
};

/* Tags as objects. */
static enum rc read_tags(const struct json_value *list, struct arena *a, struct told_follow *out,
                         struct err *e)
{
    size_t n = json_count(list);
    struct str *ids = ARENA_ARRAY(a, struct str, n + 1);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        struct tag_id tag = {STR_ABSENT};
        enum rc rc =
            reply_read(json_at(list, i), "follow_user.tags", TAG, REPLY_COUNT(TAG), a, &tag, e);
        if (rc != RC_OK)
            return rc;
        if (!str_empty(tag.id))
            ids[kept++] = tag.id;
    }
    out->tag_ids = ids;
    out->tag_ids_n = kept;
    return RC_OK;
}

static enum rc read_follow(const struct json_value *v, const char *where, struct arena *a,
                           struct told_follow *out, struct err *e)
{
    const struct json_value *tags, *ids;
    struct told_follow f = {0};
    enum rc rc = reply_read(v, where, FOLLOW, REPLY_COUNT(FOLLOW), a, &f, e);
    if (rc == RC_OK)
        rc = reply_texts(v, "remark_mobiles", a, &f.mobiles, &f.mobiles_n, e);
    if (rc == RC_OK)
        rc = reply_list(v, "tags", false, &tags, e);
    if (rc == RC_OK)
        rc = reply_list(v, "tag_id", false, &ids, e);
    if (rc != RC_OK)
        return rc;
    f.tags_told = tags != NULL || ids != NULL;
    rc = tags != NULL ? read_tags(tags, a, &f, e)
                      : reply_texts(v, "tag_id", a, &f.tag_ids, &f.tag_ids_n, e);
    if (rc == RC_OK)
        *out = f;
    return rc;
}

static enum rc no_userid(const char *field, struct err *e)
{
    err_set(e, RC_INVALID, "reply_field", field, "企业微信的应答里，%s 没有给出",
            "in WeCom's answer %s is missing", field);
    err_hint(e, "请一次只查询一名员工的客户",
             "ask for the customers of one member of staff at a time");
    return RC_INVALID;
}

enum rc reply_contact(const struct json_value *v, struct arena *a, struct told_contact *out,
                      struct str *out_next, struct err *e)
{
    const struct json_value *contact, *list;
    struct told_contact c = {0};
    struct str next;
    enum rc rc = reply_object(v, "external_contact", true, &contact, e);
    if (rc == RC_OK)
        rc = reply_read(contact, "external_contact", CONTACT, REPLY_COUNT(CONTACT), a, &c, e);
    if (rc == RC_OK)
        rc = reply_list(v, "follow_user", true, &list, e);
    if (rc == RC_OK)
        rc = reply_next_cursor(v, a, &next, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct told_follow *follows = ARENA_ARRAY(a, struct told_follow, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        rc = read_follow(json_at(list, i), "follow_user", a, &follows[i], e);
        if (rc == RC_OK && str_empty(follows[i].userid))
            rc = no_userid("follow_user.userid", e);
    }
    if (rc != RC_OK)
        return rc;
    c.follows = follows;
    c.follows_n = n;
    c.complete = str_absent(next);
    *out = c;
    *out_next = next;
    return RC_OK;
}

static enum rc read_pair(const struct json_value *v, struct str asked_userid, struct arena *a,
                         struct told_contact *out, struct err *e)
{
    const struct json_value *contact, *info;
    struct told_follow *follow = ARENA_NEW(a, struct told_follow);
    enum rc rc = reply_object(v, "external_contact", true, &contact, e);
    if (rc == RC_OK)
        rc = reply_read(contact, "external_contact", CONTACT, REPLY_COUNT(CONTACT), a, out, e);
    if (rc == RC_OK)
        rc = reply_object(v, "follow_info", true, &info, e);
    if (rc == RC_OK)
        rc = read_follow(info, "follow_info", a, follow, e);
    if (rc == RC_OK && str_empty(follow->userid))
        follow->userid = asked_userid;
    if (rc == RC_OK && str_empty(follow->userid))
        rc = no_userid("follow_info.userid", e);
    out->follows = follow;
    out->follows_n = 1;
    return rc;
}

enum rc reply_contact_batch(const struct json_value *v, struct str asked_userid, struct arena *a,
                            struct told_contact **out, size_t *out_n, struct str *out_next,
                            struct err *e)
{
    const struct json_value *list;
    struct str next;
    enum rc rc = reply_list(v, "external_contact_list", false, &list, e);
    if (rc == RC_OK)
        rc = reply_next_cursor(v, a, &next, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct told_contact *all = ARENA_ARRAY(a, struct told_contact, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = read_pair(json_at(list, i), asked_userid, a, &all[i], e);
    if (rc != RC_OK)
        return rc;
    *out = all;
    *out_n = n;
    *out_next = next;
    return RC_OK;
}

/* reply_link.c — the tables of an acquisition link. Who receives is told as members and
 * departments, whoever of them is favoured as a list of its own.
 */
#include "connect/wecom/reply_link.h"

static const struct reply_field LINK[] = {
    REPLY_FIELD(reply_link, name, "link_name", REPLY_TEXT, true),
    REPLY_FIELD(reply_link, url, "url", REPLY_TEXT, true),
    REPLY_FIELD(reply_link, created_s, "create_time", REPLY_INT, false),
    REPLY_FIELD(reply_link, skip_verify, "skip_verify", REPLY_BOOL, false),
    REPLY_FIELD(reply_link, mark_source, "mark_source", REPLY_BOOL, false),
};
static const struct reply_field QUOTA[] = {
    REPLY_FIELD(link_quota, total, "total", REPLY_INT, true),
    REPLY_FIELD(link_quota, balance, "balance", REPLY_INT, true),
};
static const struct reply_field PART[] = {
    REPLY_FIELD(link_quota_part, expire_s, "expire_date", REPLY_INT, true),
    REPLY_FIELD(link_quota_part, balance, "balance", REPLY_INT, true),
};
static const struct reply_field PRIORITY[] = {
    REPLY_FIELD(reply_link, priority, "priority_type", REPLY_INT, false),
};

enum rc reply_link(const struct json_value *v, struct arena *a, struct reply_link *out,
                   struct err *e)
{
    const struct json_value *link, *range, *priority;
    *out = (struct reply_link){0};
    enum rc rc = reply_object(v, "link", true, &link, e);
    if (rc == RC_OK)
        rc = reply_read(link, "link", LINK, REPLY_COUNT(LINK), a, out, e);
    if (rc == RC_OK)
        rc = reply_object(v, "range", false, &range, e);
    if (rc == RC_OK && range != NULL)
        rc = reply_texts(range, "user_list", a, &out->userids, &out->userids_n, e);
    if (rc == RC_OK && range != NULL)
        rc = reply_texts(range, "department_list", a, &out->departments, &out->departments_n, e);
    if (rc == RC_OK)
        rc = reply_object(v, "priority_option", false, &priority, e);
    if (rc != RC_OK || priority == NULL)
        return rc;
    rc = reply_read(priority, "priority_option", PRIORITY, REPLY_COUNT(PRIORITY), a, out, e);
    return rc == RC_OK ? reply_texts(priority, "priority_userid_list", a, &out->favoured,
                                     &out->favoured_n, e)
                       : rc;
}

enum rc reply_link_quota(const struct json_value *v, struct arena *a, struct link_quota *out,
                         struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_read(v, "quota", QUOTA, REPLY_COUNT(QUOTA), a, out, e);
    if (rc == RC_OK)
        rc = reply_list(v, "quota_list", false, &list, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list) < LINK_QUOTA_PARTS ? json_count(list) : LINK_QUOTA_PARTS;
    out->parts = ARENA_ARRAY(a, struct link_quota_part, n + 1);
    out->parts_n = n;
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = reply_read(json_at(list, i), "quota_list", PART, REPLY_COUNT(PART), a, &out->parts[i],
                        e);
    return rc;
}

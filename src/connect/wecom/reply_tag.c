/* reply_tag.c — the tables of a tag group and a tag. `deleted` comes only when tags were asked for
 * by id. The rule groups (strategy_id) are not told apart: their tags are tags.
 */
#include "connect/wecom/reply_tag.h"

static const struct reply_field GROUP[] = {
    REPLY_FIELD(told_tag_group, id, "group_id", REPLY_TEXT, true),
    REPLY_FIELD(told_tag_group, name, "group_name", REPLY_TEXT, false),
    REPLY_FIELD(told_tag_group, order, "order", REPLY_INT, false),
    REPLY_FIELD(told_tag_group, deleted, "deleted", REPLY_BOOL, false),
};
static const struct reply_field TAG[] = {
    REPLY_FIELD(told_tag, id, "id", REPLY_TEXT, true),
    REPLY_FIELD(told_tag, name, "name", REPLY_TEXT, false),
    REPLY_FIELD(told_tag, order, "order", REPLY_INT, false),
    REPLY_FIELD(told_tag, deleted, "deleted", REPLY_BOOL, false),
};

static enum rc read_group(const struct json_value *v, struct arena *a, struct told_tag_group *out,
                          struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_read(v, "tag_group", GROUP, REPLY_COUNT(GROUP), a, out, e);
    if (rc == RC_OK)
        rc = reply_list(v, "tag", false, &list, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct told_tag *tags = ARENA_ARRAY(a, struct told_tag, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = reply_read(json_at(list, i), "tag", TAG, REPLY_COUNT(TAG), a, &tags[i], e);
    out->tags = tags;
    out->tags_n = n;
    return rc;
}

enum rc reply_tags(const struct json_value *v, struct arena *a, struct told_tag_group **out,
                   size_t *out_n, struct err *e)
{
    const struct json_value *list;
    enum rc rc = reply_list(v, "tag_group", false, &list, e);
    if (rc != RC_OK)
        return rc;
    size_t n = json_count(list);
    struct told_tag_group *groups = ARENA_ARRAY(a, struct told_tag_group, n + 1);
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        rc = read_group(json_at(list, i), a, &groups[i], e);
    if (rc != RC_OK)
        return rc;
    *out = groups;
    *out_n = n;
    return RC_OK;
}

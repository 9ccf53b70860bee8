/* reply_group — customer groups as WeCom answers. All of the results is owned by the arena.
 * Refusals: reply.h. Source: wecom-api.md §11, from documents 92120 and 92122.
 */
#ifndef KOI_CONNECT_WECOM_REPLY_GROUP_H
#define KOI_CONNECT_WECOM_REPLY_GROUP_H

#include "connect/wecom/reply.h"
#include "domain/told.h"

struct reply_group_id {
    struct str chat_id;
    int64_t status; /* 0 normal, 1 its owner has left, 2 being handed over, 3 handed over */
};
/* externalcontact/groupchat/list: a page, and where the next begins (absent at the end). */
enum rc reply_group_list(const struct json_value *v, struct arena *a, struct reply_group_id **out,
                         size_t *out_n, struct str *out_next, struct err *e);
/* externalcontact/groupchat/get; the caller fills in asked_us. */
enum rc reply_group(const struct json_value *v, struct arena *a, struct told_group *out,
                    struct err *e);

#endif

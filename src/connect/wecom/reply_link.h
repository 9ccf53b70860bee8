/* reply_link — an acquisition link, and the uses that are left, as WeCom answers. All of the result
 * is owned by the arena. Refusals: reply.h. Source: wecom-api.md §17, from documents 97297 and
 * 97400.
 */
#ifndef KOI_CONNECT_WECOM_REPLY_LINK_H
#define KOI_CONNECT_WECOM_REPLY_LINK_H

#include "connect/wecom/reply.h"
#include "store/link.h"

struct reply_link {
    struct str name, url;
    int64_t created_s;
    bool skip_verify, mark_source;
    const struct str *userids, *departments; /* who receives; departments by id */
    size_t userids_n, departments_n;
    int64_t priority; /* 0: not told, 1: whoever had them before, 2: those below */
    const struct str *favoured;
    size_t favoured_n;
};
/* externalcontact/customer_acquisition/get */
enum rc reply_link(const struct json_value *v, struct arena *a, struct reply_link *out,
                   struct err *e);
/* externalcontact/customer_acquisition_quota: total, balance and parts, of which LINK_QUOTA_PARTS
 * are taken; the rest of `out` stays. */
enum rc reply_link_quota(const struct json_value *v, struct arena *a, struct link_quota *out,
                         struct err *e);

#endif

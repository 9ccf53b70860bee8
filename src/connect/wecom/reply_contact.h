/* reply_contact — customers with their friendships as WeCom answers. All of the results is owned by
 * the arena. Refusals: reply.h. Source: wecom-api.md §7, from documents 92114 and 93010.
 */
#ifndef KOI_CONNECT_WECOM_REPLY_CONTACT_H
#define KOI_CONNECT_WECOM_REPLY_CONTACT_H

#include "connect/wecom/reply.h"
#include "domain/told.h"

/* externalcontact/get. `complete` unless there is a next page (more than 500 followers), whose
 * cursor is then in `out_next`; the caller joins pages and fills in asked_us. */
enum rc reply_contact(const struct json_value *v, struct arena *a, struct told_contact *out,
                      struct str *out_next, struct err *e);
/* externalcontact/batch/get_by_user: each with the one friendship asked for, never complete. Old
 * answers lack follow_info.userid: then `asked_userid` (absent: refused) is whose they are. */
enum rc reply_contact_batch(const struct json_value *v, struct str asked_userid, struct arena *a,
                            struct told_contact **out, size_t *out_n, struct str *out_next,
                            struct err *e);

#endif

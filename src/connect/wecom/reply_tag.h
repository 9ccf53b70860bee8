/* reply_tag — the library of the corp's tags as WeCom answers. All of the results is owned by the
 * arena. Refusals: reply.h. Source: wecom-api.md §8, from document 92117.
 */
#ifndef KOI_CONNECT_WECOM_REPLY_TAG_H
#define KOI_CONNECT_WECOM_REPLY_TAG_H

#include "connect/wecom/reply.h"
#include "domain/told.h"

/* externalcontact/get_corp_tag_list: everything when nothing was named in the question. */
enum rc reply_tags(const struct json_value *v, struct arena *a, struct told_tag_group **out,
                   size_t *out_n, struct err *e);

#endif

/* handlers — what the inbox does for each kind that WeCom tells (domain/inbox_work.h).
 *
 * So far the kinds that need no answer of WeCom's: what the app itself is told, and the ends of
 * friendships, groups, tags, staff and departments. Those for which WeCom must be asked will ask by
 * client.h (docs/WECOM.md); until then they are kept as ignored and can be asked for again.
 */
#ifndef KOI_CONNECT_WECOM_HANDLERS_H
#define KOI_CONNECT_WECOM_HANDLERS_H

#include "domain/inbox_work.h"

/* By kind (wecom_event.name); ends with a NULL kind. */
extern const struct inbox_handler wecom_handlers[];

#endif

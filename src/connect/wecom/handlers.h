/* handlers — what the inbox does for each kind that WeCom tells (domain/inbox_work.h).
 *
 * So far the kinds that need nothing: what the app itself is told. Those of customers, groups,
 * tags and staff will ask WeCom for details by client.h (docs/WECOM.md); until there are handlers
 * they are kept as ignored and can be asked for again.
 */
#ifndef KOI_CONNECT_WECOM_HANDLERS_H
#define KOI_CONNECT_WECOM_HANDLERS_H

#include "domain/inbox_work.h"

/* By kind (wecom_event.name); ends with a NULL kind. */
extern const struct inbox_handler wecom_handlers[];

#endif

/* handlers — what the inbox does for each kind that WeCom tells (domain/inbox_work.h).
 *
 * Ends of friendships, groups, tags, staff and departments are written as the callback tells them;
 * of everything else WeCom is asked how it is now (ask.h). What the app itself is told needs
 * nothing. Kinds without a row (hand-overs, acquisition links) are kept as ignored and can be asked
 * for again when there is one.
 */
#ifndef KOI_CONNECT_WECOM_HANDLERS_H
#define KOI_CONNECT_WECOM_HANDLERS_H

#include "domain/inbox_work.h"

/* By kind (wecom_event.name); ends with a NULL kind. */
extern const struct inbox_handler wecom_handlers[];

#endif

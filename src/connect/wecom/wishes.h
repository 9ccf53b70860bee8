/* wishes — how WeCom is told each kind of wish that stands in the outbox (domain/outbox_work.h).
 *
 * Tags on friendships (mark_tag: several of one pair in one call), tags and groups of the library;
 * greetings of groups (greeting_wish.h).
 * Refusals are judged by the class of WeCom's number (errors.h): what passes or what a person must
 * set right is tried again, what is about something gone is void, all else is dead with WeCom's
 * reason in plain words. Source: wecom-api.md §8.
 */
#ifndef KOI_CONNECT_WECOM_WISHES_H
#define KOI_CONNECT_WECOM_WISHES_H

#include "base/buf.h"
#include "base/json.h"
#include "domain/outbox_work.h"

/* Makes a call for a wish, as wecom_send(); a failure sets its verdict. For handlers. */
enum rc wish_call(struct outbox_item *item, const char *path, struct buf *b,
                  const struct json_value **out, struct err *e);

/* By kind; ends with a NULL kind. */
extern const struct outbox_handler wecom_wishes[];

#endif

/* greeting_wish — how WeCom is told what a group greets who joins with: a group welcome template is
 * made, changed, deleted (handlers of domain/outbox_work.h; domain/group_greeting.h wishes them).
 *
 * What is sent with it is uploaded first where WeCom does not have it now: a template that stands
 * keeps what it was made with, so nothing is uploaded by the clock. Whether WeCom still has a
 * template is not read from a number: after a refusal for good it is asked for by its id alone, and
 * where that is refused for good as well, it is gone. Then a change makes it anew and a deletion is
 * done. Source: wecom-api.md §11.
 */
#ifndef KOI_CONNECT_WECOM_GREETING_WISH_H
#define KOI_CONNECT_WECOM_GREETING_WISH_H

#include "domain/group_greeting.h"
#include "domain/outbox_work.h"

/* Each tells one wish: a call or two, and a wait for an upload of at most 10 s. */
enum rc greeting_wish_add(struct outbox_item *item, struct err *e);
/* The same for a change, */
enum rc greeting_wish_edit(struct outbox_item *item, struct err *e);
/* and for a deletion. */
enum rc greeting_wish_delete(struct outbox_item *item, struct err *e);

/* What came of making or changing one. */
enum rc greeting_wish_told(struct tx *tx, struct outbox_item *item, const struct outbox_told *wish,
                           struct err *e);
/* WeCom does not have it any more. */
enum rc greeting_wish_deleted(struct tx *tx, struct outbox_item *item,
                              const struct outbox_told *wish, struct err *e);
/* Any of the three was not told. */
enum rc greeting_wish_failed(struct tx *tx, struct outbox_item *item,
                             const struct outbox_told *wish, const struct outbox_end *end,
                             const struct err *why, struct err *e);

#endif

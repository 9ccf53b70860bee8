/* quota_keeper — asks WeCom for the uses of acquisition links that are left, and keeps the answer.
 *
 * By the hour while a link takes customers or the quota was told before; at the next look where a
 * callback said that it changed and the asking that followed at once failed; and when a person
 * wants to know. What WeCom refuses is kept beside the last answer with its code, so that whoever
 * looks sees both. Costs a call an hour. Source: wecom-api.md §17, WeCom's document 97400.
 */
#ifndef KOI_CONNECT_WECOM_QUOTA_KEEPER_H
#define KOI_CONNECT_WECOM_QUOTA_KEEPER_H

#include "connect/wecom/client.h"
#include "domain/app.h"
#include "domain/link_quota.h"

/* One call, outside of any transaction; what is given is owned by the arena. */
enum rc quota_ask(struct wecom_client *client, struct arena *a, struct link_quota *out,
                  struct err *e);
/* Asks now and keeps the answer, or why there is none: that error is the caller's as well. */
enum rc quota_keeper_ask(struct app *app, struct err *e);
/* Asks if it is time. What WeCom refuses is kept and logged, and no error. */
enum rc quota_keeper_run(struct app *app, int64_t now_s, struct err *e);

#endif

/* ticket — the two tickets of the JS-SDK: the corp's, for config, and the app's, for agentConfig.
 *
 * Kept in memory like access tokens, and by the same rules (token.h): asked for once for however
 * many pages open at a time, replaced a little before they end. WeCom gives 400 an hour to a corp.
 * Source: wecom-api.md §19.
 */
#ifndef KOI_CONNECT_WECOM_TICKET_H
#define KOI_CONNECT_WECOM_TICKET_H

#include "connect/wecom/client.h"
#include "connect/wecom/token.h"

struct wecom_tickets;

/* For a client and the settings it goes by, which outlive it. */
struct wecom_tickets *wecom_tickets_new(struct wecom_client *client, const struct config *config);
/* When nobody asks any more. Accepts NULL. */
void wecom_tickets_free(struct wecom_tickets *t);

/* The app's ticket (`agent`) or the corp's. Waits for WeCom where there is none: any thread,
 * holding no lock. RC_NOT_FOUND "wecom_not_set" without tickets, else what wecom_call() says. */
enum rc wecom_ticket(struct wecom_tickets *t, bool agent, char out[static WECOM_TOKEN_BYTES + 1],
                     struct err *e);

#endif

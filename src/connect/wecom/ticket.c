/* ticket.c — tickets in the slots of token.h. What a ticket is made of is the app's secret, so a
 * changed setting gives another one. Costs 1 KB, and a call every two hours.
 */
#include "connect/wecom/ticket.h"

#include "base/clock.h"
#include "connect/wecom/ask.h"
#include "connect/wecom/errors.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct slot {
    struct wecom_tickets *owner;
    struct wecom_token token;
    bool agent;
};

struct wecom_tickets {
    struct wecom_client *client;
    const struct config *config;
    struct slot corp, agent;
};

static int64_t now_us(void *ctx)
{
    (void)ctx;
    return clock_mono_us();
}

static enum rc fetch(void *ctx, const struct wecom_identity *who, struct wecom_fetched *out,
                     struct err *e)
{
    struct slot *s = ctx;
    struct arena a;
    struct str ticket;
    int64_t life_s = 0;
    (void)who; /* the client goes by the same settings */
    arena_init(&a, 0);
    enum rc rc = ask_ticket(s->owner->client, s->agent, &a, &ticket, &life_s, e);
    if (rc == RC_OK && ticket.n > WECOM_TOKEN_BYTES)
        rc = err_set(e, RC_LIMIT, "wecom_reply", "ticket", "企业微信给的票据太长",
                     "WeCom's ticket is too long");
    if (rc == RC_OK) {
        memcpy(out->text, ticket.p, ticket.n);
        out->text[ticket.n] = 0;
        out->life_us = life_s * 1000000;
    }
    arena_done(&a);
    return rc;
}

struct wecom_tickets *wecom_tickets_new(struct wecom_client *client, const struct config *config)
{
    struct wecom_tickets *t = calloc(1, sizeof *t);
    assert(t != NULL && client != NULL);
    t->client = client;
    t->config = config;
    t->corp.owner = t->agent.owner = t;
    t->agent.agent = true;
    wecom_token_init(&t->corp.token);
    wecom_token_init(&t->agent.token);
    return t;
}

void wecom_tickets_free(struct wecom_tickets *t)
{
    if (t == NULL)
        return;
    wecom_token_done(&t->corp.token);
    wecom_token_done(&t->agent.token);
    free(t);
}

enum rc wecom_ticket(struct wecom_tickets *t, bool agent, char out[static WECOM_TOKEN_BYTES + 1],
                     struct err *e)
{
    if (t == NULL)
        return wecom_not_set(e);
    struct slot *s = agent ? &t->agent : &t->corp;
    const struct wecom_identity who = {
        .base_url = config_text(t->config, "wecom_base_url"),
        .corp_id = config_text(t->config, "wecom_corp_id"),
        .secret = config_text(t->config, "wecom_app_secret"),
    };
    const struct wecom_token_source source = {.ctx = s, .now_us = now_us, .fetch = fetch};
    return wecom_token_get(&s->token, &who, NULL, &source, out, e);
}

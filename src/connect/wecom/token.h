/* token — the access token of one secret: fetched once for however many callers.
 *
 * Contract: at any time at most one fetch is under way, the others wait for it and share its
 * outcome, a failure too. A token is replaced a little before it ends (five minutes, or a tenth of
 * what is left when less is left: asking early gives the same token with the rest of its time), and
 * at once when WeCom refused this very token. A secret that WeCom calls wrong is not tried again
 * for five minutes, since twenty wrong ones in an hour block the address; changing the setting ends
 * that. The text is in memory only. Source: WeCom's document 91039.
 */
#ifndef KOI_CONNECT_WECOM_TOKEN_H
#define KOI_CONNECT_WECOM_TOKEN_H

#include "base/err.h"
#include "base/lock.h"

enum { WECOM_TOKEN_BYTES = 512 };

/* What a token is made of: texts of settings, which outlive it. */
struct wecom_identity {
    const char *base_url, *corp_id, *secret;
};

/* What a fetch found. */
struct wecom_fetched {
    char text[WECOM_TOKEN_BYTES + 1];
    int64_t life_us; /* from now */
    bool hopeless;   /* after a failure: the same identity will fail again */
};

struct wecom_token_source {
    void *ctx;
    int64_t (*now_us)(void *ctx);
    /* `e` is not NULL. */
    enum rc (*fetch)(void *ctx, const struct wecom_identity *who, struct wecom_fetched *out,
                     struct err *e);
};

struct wecom_token {
    struct lock lock;
    struct signal changed;
    struct wecom_identity who; /* that `text` or `failed` is of */
    char text[WECOM_TOKEN_BYTES + 1];
    int64_t fresh_until_us, failed_until_us;
    struct err failed;
    bool fetching;
    int64_t fetches; /* that have ended */
};

/* An empty slot, in the caller's memory; and its end, which wipes the text. */
void wecom_token_init(struct wecom_token *t);
void wecom_token_done(struct wecom_token *t);

/* The token of `who`; `refused` is one that WeCom just refused, or NULL. Waits while another
 * fetches; any thread, holding no lock. What the fetch returned when there is none. */
enum rc wecom_token_get(struct wecom_token *t, const struct wecom_identity *who,
                        const char *refused, const struct wecom_token_source *source,
                        char out[static WECOM_TOKEN_BYTES + 1], struct err *e);

#endif

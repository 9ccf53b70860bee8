/* token.c — one slot, one lock, one fetch at a time.
 *
 * `refused` is compared with what is held: when another caller has replaced the token meanwhile,
 * the new one is given without asking again. Who waited for a fetch takes its outcome as it is, so
 * a hundred callers with a refused token make one fetch, and none of them loops.
 */
#include "connect/wecom/token.h"

#include <assert.h>
#include <string.h>

#define S_US INT64_C(1000000)

enum { EARLY_S = 300, HOPELESS_S = 300 };

void wecom_token_init(struct wecom_token *t)
{
    memset(t, 0, sizeof *t);
    lock_init(&t->lock, LOCK_LEAF);
    signal_init(&t->changed);
}

void wecom_token_done(struct wecom_token *t)
{
    assert(!t->fetching);
    explicit_bzero(t->text, sizeof t->text);
    signal_done(&t->changed);
    lock_done(&t->lock);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_identity(const struct wecom_identity *a, const struct wecom_identity *b)
{
    return same_text(a->secret, b->secret) && same_text(a->corp_id, b->corp_id) &&
           same_text(a->base_url, b->base_url);
}

/* With the lock held, which it gives while fetching. */
static enum rc fetch(struct wecom_token *t, const struct wecom_identity *who,
                     const struct wecom_token_source *source, struct err *e)
{
    struct wecom_fetched got = {0};
    struct err failed = ERR_INIT;
    t->fetching = true;
    lock_give(&t->lock);
    enum rc rc = source->fetch(source->ctx, who, &got, &failed);
    int64_t now_us = source->now_us(source->ctx);
    lock_take(&t->lock);
    t->fetching = false;
    t->fetches++;
    t->who = *who;
    memcpy(t->text, got.text, sizeof t->text);
    explicit_bzero(&got.text, sizeof got.text);
    t->failed = failed;
    t->failed_until_us = 0;
    if (rc == RC_OK) {
        int64_t early_us = got.life_us / 10 < EARLY_S * S_US ? got.life_us / 10 : EARLY_S * S_US;
        t->fresh_until_us = now_us + got.life_us - early_us;
    } else {
        t->text[0] = 0;
        t->failed_until_us = got.hopeless ? now_us + HOPELESS_S * S_US : 0;
        if (e != NULL)
            *e = failed;
    }
    signal_all(&t->changed);
    return rc;
}

/* With the lock held: waits for the fetch under way and gives its outcome. */
static enum rc share(struct wecom_token *t, struct err *e)
{
    int64_t before = t->fetches;
    while (t->fetching && t->fetches == before)
        signal_wait(&t->changed, &t->lock);
    if (t->text[0] != 0)
        return RC_OK;
    if (e != NULL)
        *e = t->failed;
    return t->failed.rc != RC_OK ? t->failed.rc : RC_BUSY;
}

enum rc wecom_token_get(struct wecom_token *t, const struct wecom_identity *who,
                        const char *refused, const struct wecom_token_source *source,
                        char out[static WECOM_TOKEN_BYTES + 1], struct err *e)
{
    enum rc rc = RC_OK;
    lock_take(&t->lock);
    int64_t now_us = source->now_us(source->ctx);
    bool ours = same_identity(&t->who, who);
    if (ours && t->failed_until_us > now_us && t->failed_until_us <= now_us + HOPELESS_S * S_US) {
        if (e != NULL)
            *e = t->failed;
        rc = t->failed.rc;
    } else if (!ours || t->text[0] == 0 || now_us >= t->fresh_until_us ||
               same_text(t->text, refused)) {
        bool wait = t->fetching;
        rc = wait ? share(t, e) : fetch(t, who, source, e);
        /* It was for another secret, which the setting had before. */
        if (wait && rc == RC_OK && !same_identity(&t->who, who))
            rc = fetch(t, who, source, e);
    }
    if (rc == RC_OK)
        memcpy(out, t->text, sizeof t->text);
    lock_give(&t->lock);
    return rc;
}

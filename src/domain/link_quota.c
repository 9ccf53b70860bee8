/* link_quota.c — an answer is kept first and judged as it then stands in the rows, so that of two
 * that came in another order than they were asked for the later one decides. A corp has a handful
 * of purchases, so all of them are looked at; an answer costs a row for each, and three warnings
 * that are begun, kept or ended. Refuses nothing: what WeCom says is so.
 */
#include "domain/link_quota.h"

#include "store/code.h"

#include <assert.h>
#include <inttypes.h>

enum { DAY_S = 86400, PERCENT = 100 };

void link_quota_judge(const struct link_quota *q, int64_t low_percent, int64_t expire_days,
                      int64_t now_s, struct link_quota_state *out)
{
    assert(low_percent >= 0 && low_percent <= PERCENT && expire_days >= 0);
    *out = (struct link_quota_state){.known = q->told_us != DB_NULL, .expires_s = DB_NULL};
    if (!out->known)
        return;
    out->exhausted = q->balance <= 0;
    out->low = !out->exhausted &&
               (q->balance < LINK_QUOTA_FEW || q->balance * PERCENT <= q->peak * low_percent);
    for (size_t i = 0; i < q->parts_n; i++) {
        const struct link_quota_part *p = &q->parts[i];
        if (p->balance <= 0 || expire_days == 0 || p->expire_s <= now_s - DAY_S ||
            p->expire_s > now_s + expire_days * DAY_S)
            continue;
        out->expiring += p->balance;
        if (out->expires_s == DB_NULL || p->expire_s < out->expires_s)
            out->expires_s = p->expire_s;
    }
}

void link_quota_look(const struct link_quota *q, const struct config *config, int64_t now_s,
                     struct link_quota_state *out)
{
    link_quota_judge(q, config_int(config, "link_quota_low_percent"),
                     config_int(config, "link_quota_expire_days"), now_s, out);
}

bool link_quota_is_due(const struct link_quota *q, bool any_link, int64_t now_s)
{
    if (q->due)
        return true;
    if (!any_link && q->told_us == DB_NULL)
        return false;
    return q->tried_s == DB_NULL || q->tried_s + LINK_QUOTA_ASK_S <= now_s;
}

/* Begins or ends a warning of all links. */
static enum rc say(struct tx *tx, const char *kind, bool is_so, struct str detail, struct err *e)
{
    return is_so ? code_warn(tx, 0, str_from(kind), detail, e)
                 : code_warn_over(tx, 0, str_from(kind), e);
}

enum rc link_quota_apply(struct tx *tx, const struct config *config, const struct link_quota *told,
                         struct err *e)
{
    struct link_quota now;
    struct link_quota_state s;
    struct arena *a = tx_arena(tx);
    bool kept = false;
    enum rc rc = link_quota_told(tx, told, &kept, e);
    if (rc == RC_OK) /* the later answer, should this one not be it */
        rc = link_quota_load(tx, &now, e);
    if (rc != RC_OK)
        return rc;
    link_quota_look(&now, config, tx_now_s(tx), &s);
    rc = say(tx, "balance_low", s.low, arena_printf(a, "%" PRId64, now.balance), e);
    if (rc == RC_OK)
        rc = say(tx, "balance_exhausted", s.exhausted, STR(""), e);
    return rc == RC_OK ? say(tx, "quota_expires", s.expiring > 0,
                             arena_printf(a, "%" PRId64 " %" PRId64, s.expiring, s.expires_s), e)
                       : rc;
}

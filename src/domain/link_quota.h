/* link_quota — when the uses of acquisition links are few, gone or about to lapse, and the warnings
 * that say so (code_warning of code 0: balance_low, balance_exhausted, quota_expires).
 *
 * WeCom's `total` is what was spent since ever, so a share of it says nothing of today: "low" is a
 * share of the balance when it last rose, that is after the last purchase Koi has seen, and below
 * WeCom's own 20 in any case. An answer of WeCom's decides; what a callback said before it is put
 * right by it. Source: wecom-callback.md §4.4, WeCom's document 97400.
 */
#ifndef KOI_DOMAIN_LINK_QUOTA_H
#define KOI_DOMAIN_LINK_QUOTA_H

#include "domain/config.h"
#include "store/link.h"

enum {
    LINK_QUOTA_FEW = 20,     /* uses: WeCom itself warns below */
    LINK_QUOTA_ASK_S = 3600, /* between two askings */
};

struct link_quota_state {
    bool known;          /* whether WeCom has ever told a balance */
    bool low, exhausted; /* at most one of them */
    int64_t expiring;    /* uses that lapse within the days of the setting */
    int64_t expires_s;   /* when the first of those do; DB_NULL: none */
};
/* As at now_s, by the settings link_quota_low_percent and link_quota_expire_days. Pure. */
void link_quota_judge(const struct link_quota *q, int64_t low_percent, int64_t expire_days,
                      int64_t now_s, struct link_quota_state *out);
/* The same, with the settings. */
void link_quota_look(const struct link_quota *q, const struct config *config, int64_t now_s,
                     struct link_quota_state *out);

/* Whether WeCom should be asked at now_s: by the hour while a link takes customers or the quota was
 * told before, at once when it is due. */
bool link_quota_is_due(const struct link_quota *q, bool any_link, int64_t now_s);

/* Keeps an answer, and begins and ends warnings by it. */
enum rc link_quota_apply(struct tx *tx, const struct config *config, const struct link_quota *told,
                         struct err *e);

#endif

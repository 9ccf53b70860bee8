/* limit — how often WeCom may be asked: buckets for each api of one corp.
 *
 * WeCom counts calls of an api in a minute, an hour, a day, and blocks it when there are more. A
 * bucket here lets a tenth of the count go at once and spreads the rest, so that no window of that
 * length, wherever it begins, sees more than the count. (The count for each address is twice that
 * of a corp, and one installation has one corp, so it is never reached first.)
 *
 * Nothing here waits: whoever wants to call is told how long to wait, in microseconds. Time is
 * passed in, of any clock that does not go back. Not locked: the client's lock guards it. Taking
 * costs about 10 ns; a corp's buckets are 6 KB. Source: WeCom's document 90312.
 */
#ifndef KOI_CONNECT_WECOM_LIMIT_H
#define KOI_CONNECT_WECOM_LIMIT_H

#include "connect/wecom/endpoint.h"

enum { WECOM_WINDOWS = 3 }; /* minute, hour, day */

struct wecom_bucket {
    int64_t full_us[WECOM_WINDOWS]; /* when the bucket of a window is full again */
    int64_t blocked_us;             /* until when WeCom refuses */
    int64_t strikes;                /* refusals for frequency since the last answer */
};

struct wecom_limit {
    struct wecom_bucket *buckets; /* by wecom_endpoint_index() */
};

/* All buckets full. wecom_limit_done() accepts a zeroed one. */
void wecom_limit_init(struct wecom_limit *l);
void wecom_limit_done(struct wecom_limit *l);

/* Takes one call of an api; 0, or how long to wait before asking again (then nothing was taken).
 * `background`: only while half of what may go at once is left to the others, so that whoever is
 * waited for never finds the bucket empty because of a sync. */
int64_t wecom_limit_take(struct wecom_limit *l, const struct wecom_endpoint *ep, bool background,
                         int64_t now_us);
/* WeCom refused for frequency: the api stops for a minute, and for an hour when the first call
 * after that is refused as well. Refusals of calls that were under way together count once. */
void wecom_limit_refused(struct wecom_limit *l, const struct wecom_endpoint *ep, int64_t now_us);
/* Too many calls at once: the api stops for a moment. */
void wecom_limit_crowded(struct wecom_limit *l, const struct wecom_endpoint *ep, int64_t now_us);
/* WeCom answered, well or not: the next refusal counts from the start. */
void wecom_limit_answered(struct wecom_limit *l, const struct wecom_endpoint *ep);

#endif

/* welcome — the welcome's own lane: from a callback with a welcome code to send_welcome_msg, in
 * front of everything else that is asked of WeCom.
 *
 * A code lives 20 s and is good for one message. The welcome is a row of the transaction that
 * stores the callback (store/welcome.h), its text decided by domain/welcome_for.h; behind the
 * commit it goes to this lane, which sends with several calls at once, soonest to expire first,
 * over connections that nobody else may take (transport.h), paced by the api's own buckets. What
 * has less than WELCOME_MARGIN_US left when its turn comes is not sent any more. Each one ends as
 * sent, missed with its reason, or unsure. One that WeCom refuses for an attachment goes once more
 * without it (welcome_lighter.h), and the media ids that WeCom does not know are forgotten.
 *
 * After a restart the rows that wait are sent if their time is not over. Whether one of them was
 * sent just before the end is not known; sending it again is safe, because WeCom refuses a used
 * code (41051), and such a refusal of one that may have been sent makes it `unsure`. The same holds
 * for one whose answer was lost. Source: wecom-api.md §12, wecom-callback.md §4.1.
 */
#ifndef KOI_CONNECT_WECOM_WELCOME_H
#define KOI_CONNECT_WECOM_WELCOME_H

#include "connect/wecom/event.h"
#include "domain/app.h"
#include "store/welcome.h"

#define WELCOME_LIFE_US INT64_C(20000000)
/* What a call needs at the least. */
#define WELCOME_MARGIN_US INT64_C(500000)

/* A welcome that is to be sent, in an arena. `row.id` is 0 until it was put, and when its code had
 * been heard of before. */
struct welcome {
    struct welcome_row row;
    struct str request; /* of send_welcome_msg, JSON */
};

/* What a callback asks for: in `out` the welcome with its row, or NULL when there is no code or
 * nothing to say. In a read transaction. */
enum rc welcome_prepare(const struct app *app, struct tx *tx, const struct wecom_event *ev,
                        int64_t now_us, struct arena *a, struct welcome **out, struct err *e);

struct welcome_lane;
/* The lane, with what an earlier run left waiting. It has no threads for sending until there is
 * something to send. */
struct welcome_lane *welcome_lane_start(struct app *app);
/* Gives it a welcome whose row is committed; copies what it needs. Any thread, never blocks;
 * accepts NULL, and when it holds LIMIT_WELCOMES the row is left to expire. */
void welcome_lane_add(struct welcome_lane *l, const struct welcome *w);
/* Behind wecom_client_stop(), which ends the calls under way; writes down what has ended. Accepts
 * NULL. */
void welcome_lane_stop(struct welcome_lane *l);

#endif

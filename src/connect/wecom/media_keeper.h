/* media_keeper — sees to it that WeCom has what greetings are sent with.
 *
 * A welcome has 20 s and waits for no upload, so uploads are made beforehand: once a minute, and
 * when it is woken, each original that a greeting of an active code, one of a group that waits to
 * be told (greeting_wish.h) or the general greeting names
 * (domain/attachment.h) is uploaded unless WeCom's id of it lives six hours more. One that fails is
 * tried again after ten minutes; while WeCom has nothing of it, the codes that use it carry the
 * warning "media" (for the general greeting: "media_welcome") with the error. An upload is
 * claimed in a transaction of its own, so that two who look make one. Source: wecom-api.md §14.
 */
#ifndef KOI_CONNECT_WECOM_MEDIA_KEEPER_H
#define KOI_CONNECT_WECOM_MEDIA_KEEPER_H

#include "domain/app.h"

enum {
    MEDIA_AHEAD_S = 6 * 3600,
    MEDIA_AGAIN_S = 600,
    MEDIA_LIFE_S = 3 * 86400, /* of a media id */
};

/* The thread that looks while the server runs. What WeCom refuses holds up nothing else. */
struct media_keeper;
struct media_keeper *media_keeper_start(struct app *app);
/* Has it look now. Any thread; accepts NULL. */
void media_keeper_wake(struct media_keeper *k);

struct media_look {
    bool done; /* else it goes on, and nothing is known of it yet */
    int64_t looked, uploaded, refused;
};
/* The same, and waits for that look at most wait_us. RC_NOT_FOUND "wecom_not_set", also for NULL.
 */
enum rc media_keeper_look(struct media_keeper *k, int64_t wait_us, struct media_look *out,
                          struct err *e);
/* Lets the upload under way end. Accepts NULL. */
void media_keeper_stop(struct media_keeper *k);

#endif
